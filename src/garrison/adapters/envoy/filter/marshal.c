#include "marshal.h"

#include <stdlib.h>
#include <string.h>

/* ---- text ---- */

/*
 * Names that most messages carry, so that their objects are made once. The list is fixed: were it filled from
 * traffic, a client could grow or flood it.
 */
static const char *const known[] = {
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "http", "https",
    "HTTP/1.0", "HTTP/1.1", "HTTP/2", "HTTP/3",
    "accept", "accept-charset", "accept-encoding", "accept-language", "accept-ranges",
    "access-control-allow-credentials", "access-control-allow-headers", "access-control-allow-methods",
    "access-control-allow-origin", "access-control-expose-headers", "access-control-max-age",
    "access-control-request-headers", "access-control-request-method", "age", "allow", "api-key",
    "authorization", "baggage", "cache-control", "connection", "content-disposition", "content-encoding",
    "content-language", "content-length", "content-location", "content-range", "content-security-policy",
    "content-type", "cookie", "date", "deprecation", "dnt", "etag", "expect", "expires", "forwarded", "from",
    "host", "idempotency-key", "if-match", "if-modified-since", "if-none-match", "if-range",
    "if-unmodified-since", "keep-alive", "last-modified", "link", "location", "max-forwards", "origin",
    "pragma", "prefer", "priority", "proxy-authorization", "range", "ratelimit", "ratelimit-policy", "referer",
    "retry-after", "sec-ch-ua", "sec-ch-ua-mobile", "sec-ch-ua-platform", "sec-fetch-dest", "sec-fetch-mode",
    "sec-fetch-site", "sec-fetch-user", "sec-websocket-key", "sec-websocket-version", "server", "set-cookie",
    "strict-transport-security", "te", "traceparent", "tracestate", "trailer", "transfer-encoding", "upgrade",
    "upgrade-insecure-requests", "user-agent", "vary", "via", "warning", "www-authenticate", "x-api-key",
    "x-content-type-options", "x-correlation-id", "x-envoy-attempt-count",
    "x-envoy-expected-rq-timeout-ms", "x-envoy-external-address", "x-envoy-internal",
    "x-envoy-upstream-service-time", "x-forwarded-for", "x-forwarded-host", "x-forwarded-port",
    "x-forwarded-proto", "x-frame-options", "x-powered-by", "x-real-ip", "x-request-id", "x-requested-with",
    "x-xss-protection",
};

#define KNOWN_SLOTS 512 /* a power of two, about four times the names: few collisions */

static PyObject *table[KNOWN_SLOTS];

static unsigned slot_of(const char *ptr, size_t length)
{
    unsigned hash = (unsigned)length * 31u;
    hash = (hash ^ (unsigned char)ptr[0]) * 16777619u;
    hash = (hash ^ (unsigned char)ptr[length / 2]) * 16777619u;
    hash = (hash ^ (unsigned char)ptr[length - 1]) * 16777619u;
    return (hash ^ (hash >> 15)) & (KNOWN_SLOTS - 1);
}

static bool same(PyObject *object, buffer value)
{
    return (size_t)PyUnicode_GET_LENGTH(object) == value.length &&
           memcmp(PyUnicode_1BYTE_DATA(object), value.ptr, value.length) == 0;
}

bool marshal_start(void)
{
    if (table[slot_of(known[0], strlen(known[0]))] != NULL) {
        return true;
    }
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        PyObject *name = PyUnicode_InternFromString(known[i]);
        if (name == NULL) {
            return false;
        }
        unsigned slot = slot_of(known[i], strlen(known[i]));
        while (table[slot] != NULL) {
            slot = (slot + 1) & (KNOWN_SLOTS - 1);
        }
        table[slot] = name;
    }
    return true;
}

PyObject *text(buffer value)
{
    if (value.length == 0) {
        return PyUnicode_New(0, 0);
    }
    for (unsigned slot = slot_of(value.ptr, value.length); table[slot] != NULL;
         slot = (slot + 1) & (KNOWN_SLOTS - 1)) {
        if (same(table[slot], value)) {
            Py_INCREF(table[slot]);
            return table[slot];
        }
    }
    return PyUnicode_DecodeLatin1(value.ptr, (Py_ssize_t)value.length, NULL);
}

PyObject *remembered_text(PyObject **slot, buffer value)
{
    if (*slot == NULL || !same(*slot, value)) {
        PyObject *fresh = PyUnicode_DecodeLatin1(value.ptr, (Py_ssize_t)value.length, NULL);
        if (fresh == NULL) {
            return NULL;
        }
        Py_XSETREF(*slot, fresh);
    }
    Py_INCREF(*slot);
    return *slot;
}

long long decimal(buffer value)
{
    if (value.length == 0 || value.length > 18) {
        return -1;
    }
    long long number = 0;
    for (size_t i = 0; i < value.length; i++) {
        if (value.ptr[i] < '0' || value.ptr[i] > '9') {
            return -1;
        }
        number = number * 10 + (value.ptr[i] - '0');
    }
    return number;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

bool has_token(buffer list, const char *token)
{
    size_t length = strlen(token);
    for (size_t i = 0; i < list.length;) {
        while (i < list.length && (list.ptr[i] == ' ' || list.ptr[i] == '\t' || list.ptr[i] == ',')) {
            i++;
        }
        size_t start = i;
        while (i < list.length && list.ptr[i] != ',' && list.ptr[i] != ' ' && list.ptr[i] != '\t') {
            i++;
        }
        size_t k = 0;
        while (k < length && start + k < i && lower(list.ptr[start + k]) == token[k]) {
            k++;
        }
        if (k == length && i - start == length) {
            return true;
        }
    }
    return false;
}

/* ---- heads ---- */

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

static PyObject *field_pair(const header *field)
{
    PyObject *pair = PyTuple_New(2);
    if (pair == NULL) {
        return NULL;
    }
    PyObject *name = text((buffer){field->key, field->key_length});
    PyObject *value = PyUnicode_DecodeLatin1(field->value, (Py_ssize_t)field->value_length, NULL);
    PyTuple_SET_ITEM(pair, 0, name);
    PyTuple_SET_ITEM(pair, 1, value);
    if (name == NULL || value == NULL) {
        Py_DECREF(pair);
        return NULL;
    }
    return pair;
}

PyObject *header_tuple(const header *fields, size_t count)
{
    PyObject *tuple = PyTuple_New((Py_ssize_t)count);
    for (size_t i = 0; tuple != NULL && i < count; i++) {
        PyObject *pair = field_pair(&fields[i]);
        if (pair == NULL) {
            Py_CLEAR(tuple);
        } else {
            PyTuple_SET_ITEM(tuple, (Py_ssize_t)i, pair);
        }
    }
    return tuple;
}

/* ---- connection ---- */

buffer split_address(buffer address, long *port)
{
    *port = 0;
    size_t colon = address.length;
    while (colon > 0 && address.ptr[colon - 1] != ':') {
        colon--;
    }
    long long number = colon > 0 ? decimal((buffer){address.ptr + colon, address.length - colon}) : -1;
    if (number < 0 || number > 65535) {
        return address; /* a pipe has no port */
    }
    *port = (long)number;
    buffer host = {address.ptr, colon - 1};
    if (host.length >= 2 && host.ptr[0] == '[' && host.ptr[host.length - 1] == ']') {
        host = (buffer){host.ptr + 1, host.length - 2};
    }
    return host;
}

static PyObject *attribute_text(stream envoy, int id)
{
    buffer value = {NULL, 0};
    if (!CALLBACK(http_filter_get_attribute_string)(envoy, id, &value)) {
        value.length = 0;
    }
    return text(value);
}

PyObject *tls_tuple(stream envoy)
{
    buffer version;
    if (!CALLBACK(http_filter_get_attribute_string)(envoy, ATTRIBUTE_TLS_VERSION, &version)) {
        Py_RETURN_NONE;
    }
    static const int ids[] = {ATTRIBUTE_TLS_VERSION, ATTRIBUTE_SERVER_NAME, ATTRIBUTE_PEER_SUBJECT,
                              ATTRIBUTE_PEER_SHA256};
    PyObject *facts = PyTuple_New(4);
    for (int i = 0; facts != NULL && i < 4; i++) {
        PyObject *fact = attribute_text(envoy, ids[i]);
        if (fact == NULL) {
            Py_CLEAR(facts);
        } else {
            PyTuple_SET_ITEM(facts, i, fact);
        }
    }
    return facts;
}

/* ---- bodies ---- */

static char *append_chunks(stream envoy, int type, char *to, size_t *skip)
{
    size_t count = CALLBACK(http_get_body_chunks_size)(envoy, type);
    buffer usual[16];
    buffer *chunks = count > 16 ? malloc(count * sizeof(buffer)) : usual;
    if (chunks == NULL) {
        return NULL;
    }
    if (count > 0 && CALLBACK(http_get_body_chunks)(envoy, type, chunks)) {
        for (size_t i = 0; i < count; i++) {
            size_t passed = *skip < chunks[i].length ? *skip : chunks[i].length;
            *skip -= passed;
            if (chunks[i].length > passed) {
                memcpy(to, chunks[i].ptr + passed, chunks[i].length - passed);
                to += chunks[i].length - passed;
            }
        }
    }
    if (chunks != usual) {
        free(chunks);
    }
    return to;
}

PyObject *body_bytes(stream envoy, int received, int buffered, size_t skip)
{
    size_t total = received >= 0 ? CALLBACK(http_get_body_size)(envoy, received) : 0;
    total += buffered >= 0 ? CALLBACK(http_get_body_size)(envoy, buffered) : 0;
    if (total < skip) {
        skip = total;
    }
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)(total - skip));
    if (bytes == NULL) {
        return NULL;
    }
    char *to = PyBytes_AS_STRING(bytes);
    if (buffered >= 0) {
        to = append_chunks(envoy, buffered, to, &skip);
    }
    if (to != NULL && received >= 0) {
        to = append_chunks(envoy, received, to, &skip);
    }
    if (to == NULL) {
        Py_DECREF(bytes);
        return PyErr_NoMemory();
    }
    return bytes;
}

/* ---- what Python answers ---- */

/* Measures first (`next` NULL), then copies: the same walk twice, so that the sizes cannot disagree. */
struct arena {
    char *next;
    size_t size;
};

static bool put(struct arena *arena, const char *ptr, size_t length, buffer *out)
{
    arena->size += length;
    if (arena->next != NULL) {
        memcpy(arena->next, ptr, length);
        *out = (buffer){arena->next, length};
        arena->next += length;
    }
    return true;
}

static bool breaks_lines(const char *ptr, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (ptr[i] == '\r' || ptr[i] == '\n' || ptr[i] == '\0') {
            return true;
        }
    }
    return false;
}

static bool put_text(struct arena *arena, PyObject *value, buffer *out)
{
    if (!PyUnicode_Check(value) || PyUnicode_READY(value) < 0 || PyUnicode_KIND(value) != PyUnicode_1BYTE_KIND) {
        PyErr_Format(PyExc_TypeError, "expected text of ISO-8859-1 characters, got %R", value);
        return false;
    }
    const char *ptr = (const char *)PyUnicode_1BYTE_DATA(value);
    size_t length = (size_t)PyUnicode_GET_LENGTH(value);
    if (breaks_lines(ptr, length)) {
        /* Envoy does not check what a module sets: this would split the message. */
        PyErr_Format(PyExc_ValueError, "a header field cannot hold line breaks: %R", value);
        return false;
    }
    return put(arena, ptr, length, out);
}

static bool put_fields(struct arena *arena, PyObject *fields, header *out)
{
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(fields); i++) {
        PyObject *pair = PyTuple_GET_ITEM(fields, i);
        buffer name = {NULL, 0}, value = {NULL, 0};
        if (!PyTuple_Check(pair) || PyTuple_GET_SIZE(pair) != 2) {
            PyErr_Format(PyExc_TypeError, "expected a (name, value) tuple, got %R", pair);
            return false;
        }
        if (!put_text(arena, PyTuple_GET_ITEM(pair, 0), &name) ||
            !put_text(arena, PyTuple_GET_ITEM(pair, 1), &value)) {
            return false;
        }
        if (out != NULL) {
            out[i] = (header){name.ptr, name.length, value.ptr, value.length};
        }
    }
    return true;
}

static bool put_names(struct arena *arena, PyObject *names, buffer *out)
{
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(names); i++) {
        buffer name = {NULL, 0};
        if (!put_text(arena, PyTuple_GET_ITEM(names, i), &name)) {
            return false;
        }
        if (out != NULL) {
            out[i] = name;
        }
    }
    return true;
}

struct parts {
    PyObject *target, *set, *drop, *body;
};

static bool put_parts(struct arena *arena, const struct parts *parts, struct message *out)
{
    buffer ignored;
    if (parts->target != Py_None && !put_text(arena, parts->target, out ? &out->target : &ignored)) {
        return false;
    }
    if (parts->body != Py_None &&
        !put(arena, PyBytes_AS_STRING(parts->body), (size_t)PyBytes_GET_SIZE(parts->body),
             out ? &out->body : &ignored)) {
        return false;
    }
    return put_fields(arena, parts->set, out ? out->set : NULL) &&
           put_names(arena, parts->drop, out ? out->drop : NULL);
}

static struct message *copy_parts(const struct parts *parts)
{
    if (!PyTuple_Check(parts->set) || !PyTuple_Check(parts->drop) ||
        !(parts->body == Py_None || PyBytes_Check(parts->body))) {
        PyErr_SetString(PyExc_TypeError, "expected tuples of headers and a body of bytes");
        return NULL;
    }
    struct arena measure = {NULL, 0};
    if (!put_parts(&measure, parts, NULL)) {
        return NULL;
    }
    size_t set = (size_t)PyTuple_GET_SIZE(parts->set), drop = (size_t)PyTuple_GET_SIZE(parts->drop);
    size_t fixed = sizeof(struct message) + set * sizeof(header) + drop * sizeof(buffer);
    struct message *message = calloc(1, fixed + measure.size + 1);
    if (message == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    message->set = (header *)(message + 1);
    message->drop = (buffer *)(message->set + set);
    message->set_count = set;
    message->drop_count = drop;
    message->has_target = parts->target != Py_None;
    message->has_body = parts->body != Py_None;
    struct arena copy = {(char *)message + fixed, 0};
    put_parts(&copy, parts, message);
    return message;
}

struct message *read_reply(PyObject *reply)
{
    if (!PyTuple_Check(reply) || PyTuple_GET_SIZE(reply) != 3) {
        PyErr_Format(PyExc_TypeError, "expected (status, headers, body), got %R", reply);
        return NULL;
    }
    long status = PyLong_AsLong(PyTuple_GET_ITEM(reply, 0));
    if (status < 200 || status > 599) {
        if (!PyErr_Occurred()) {
            PyErr_Format(PyExc_ValueError, "expected a final status, got %ld", status);
        }
        return NULL;
    }
    PyObject *none = PyTuple_New(0);
    if (none == NULL) {
        return NULL;
    }
    struct parts parts = {Py_None, PyTuple_GET_ITEM(reply, 1), none, PyTuple_GET_ITEM(reply, 2)};
    struct message *message = copy_parts(&parts);
    Py_DECREF(none);
    if (message != NULL) {
        message->status = status;
    }
    return message;
}

struct message *read_mutation(PyObject *mutation)
{
    if (!PyTuple_Check(mutation) || PyTuple_GET_SIZE(mutation) != 4) {
        PyErr_Format(PyExc_TypeError, "expected (target, set, drop, body), got %R", mutation);
        return NULL;
    }
    struct parts parts = {PyTuple_GET_ITEM(mutation, 0), PyTuple_GET_ITEM(mutation, 1),
                          PyTuple_GET_ITEM(mutation, 2), PyTuple_GET_ITEM(mutation, 3)};
    return copy_parts(&parts);
}
