#include "captured.h"

#include <stdlib.h>
#include <string.h>

#include "body.h"
#include "text.h"

static size_t size_of_fields(const struct head *head)
{
    size_t size = head->count * sizeof(header);
    for (size_t i = 0; i < head->count; i++) {
        size += head->fields[i].key_length + head->fields[i].value_length;
    }
    return size;
}

static size_t size_of_peer(const struct peer *peer)
{
    size_t size = peer->address.length + peer->protocol.length;
    for (size_t i = 0; i < TLS_FACTS; i++) {
        size += peer->tls[i].length;
    }
    return size;
}

/* Copies `text` to where `next` is, which moves on. */
static buffer put(char **next, buffer text)
{
    buffer copy = {*next, text.length};
    if (text.length > 0) {
        memcpy(*next, text.ptr, text.length);
        *next += text.length;
    }
    return copy;
}

static void put_head(struct captured *captured, const struct head *head, char **next)
{
    captured->method = put(next, head->method);
    captured->path = put(next, head->path);
    captured->authority = put(next, head->authority);
    captured->scheme = put(next, head->scheme);
    captured->status = put(next, head->status);
    captured->announced = decimal(head->content_length);
    captured->count = head->count;
    for (size_t i = 0; i < head->count; i++) {
        const header *field = &head->fields[i];
        buffer key = put(next, (buffer){field->key, field->key_length});
        buffer value = put(next, (buffer){field->value, field->value_length});
        captured->fields[i] = (header){key.ptr, key.length, value.ptr, value.length};
    }
}

static void put_peer(struct captured *captured, const struct peer *peer, char **next)
{
    captured->peer = *peer;
    captured->peer.address = put(next, peer->address);
    captured->peer.protocol = put(next, peer->protocol);
    for (size_t i = 0; i < TLS_FACTS; i++) {
        captured->peer.tls[i] = put(next, peer->tls[i]);
    }
}

static struct captured *capture(stream envoy, bool request, enum body_mode mode, int received)
{
    struct head head;
    if (!head_read(&head, envoy, request ? REQUEST_HEADER : RESPONSE_HEADER)) {
        return NULL;
    }
    struct peer peer = request ? peer_read(envoy) : NOBODY;
    size_t names = head.method.length + head.path.length + head.authority.length + head.scheme.length + head.status.length;
    size_t body = mode == WHOLE_BODY ? body_total(envoy, request, received) : 0;
    struct captured *captured = malloc(sizeof *captured + size_of_fields(&head) + names + size_of_peer(&peer) + body);
    if (captured != NULL) {
        char *next = (char *)&captured->fields[head.count];
        captured->mode = mode;
        put_head(captured, &head, &next);
        put_peer(captured, &peer, &next);
        captured->body = (buffer){next, body};
        if (mode == WHOLE_BODY && !body_copy(envoy, received, buffered_of(request), 0, next)) {
            free(captured);
            captured = NULL;
        }
    }
    head_free(&head);
    return captured;
}

struct captured *capture_request(stream envoy, enum body_mode mode, int received)
{
    return capture(envoy, true, mode, received);
}

struct captured *capture_response(stream envoy, enum body_mode mode, int received)
{
    return capture(envoy, false, mode, received);
}
