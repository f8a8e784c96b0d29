#include "head.h"

#include <stdlib.h>
#include <string.h>

#include "text.h"

static bool is_name(const header *field, const char *name, size_t length)
{
    return field->key_length == length && memcmp(field->key, name, length) == 0;
}

#define IS(name) is_name(field, name, sizeof name - 1)

static void note_pseudo(struct head *head, const header *field, buffer value)
{
    if (IS(":path")) {
        head->path = value;
    } else if (IS(":method")) {
        head->method = value;
    } else if (IS(":authority")) {
        head->authority = value;
    } else if (IS(":scheme")) {
        head->scheme = value;
    } else if (IS(":status")) {
        head->status = value;
    }
}

static void note_field(struct head *head, const header *field, buffer value)
{
    if (IS("content-type")) {
        head->content_type = value;
    } else if (IS("content-length")) {
        head->content_length = value;
    } else if (IS("upgrade")) {
        head->upgrade = value;
    } else if (IS("connection")) {
        head->connection = value;
    }
}

bool head_read(struct head *head, stream envoy, int type)
{
    memset(head, 0, offsetof(struct head, usual));
    size_t total = CALLBACK(http_get_headers_size)(envoy, type);
    head->fields = head->usual;
    if (total > USUAL_HEADERS) {
        head->owned = malloc(total * sizeof(header));
        if (head->owned == NULL) {
            return false;
        }
        head->fields = head->owned;
    }
    if (!CALLBACK(http_get_headers)(envoy, type, head->fields)) {
        return true; /* no such headers: an empty head */
    }
    for (size_t i = 0; i < total; i++) {
        const header *field = &head->fields[i];
        buffer value = {field->value, field->value_length};
        if (field->key_length > 0 && field->key[0] == ':') {
            note_pseudo(head, field, value);
        } else {
            note_field(head, field, value);
            head->fields[head->count++] = *field;
        }
    }
    return true;
}

void head_free(struct head *head)
{
    free(head->owned);
}

struct kept_head *head_keep(const struct head *head)
{
    size_t size = sizeof(struct kept_head) + head->count * sizeof(header);
    for (size_t i = 0; i < head->count; i++) {
        size += head->fields[i].key_length + head->fields[i].value_length;
    }
    struct kept_head *kept = malloc(size);
    if (kept == NULL) {
        return NULL;
    }
    char *next = (char *)&kept->fields[head->count];
    for (size_t i = 0; i < head->count; i++) {
        const header *from = &head->fields[i];
        kept->fields[i] = (header){next, from->key_length, next + from->key_length, from->value_length};
        memcpy(next, from->key, from->key_length);
        memcpy(next + from->key_length, from->value, from->value_length);
        next += from->key_length + from->value_length;
    }
    kept->status = (long)decimal(head->status);
    kept->count = head->count;
    return kept;
}
