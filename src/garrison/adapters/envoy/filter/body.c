#include "body.h"

#include <stdlib.h>
#include <string.h>

/* Over its buffer limit Envoy answers by itself; one read of the connection (its default is 1 MiB) comes on top. */
#define BUFFER_SLACK ((uint64_t)2 << 20)

static int received_of(bool request)
{
    return request ? RECEIVED_REQUEST : RECEIVED_RESPONSE;
}

int buffered_of(bool request)
{
    return request ? BUFFERED_REQUEST : BUFFERED_RESPONSE;
}

int new_received(stream envoy, bool request)
{
    int received = received_of(request);
    bool same = request ? CALLBACK(http_received_buffered_request_body)(envoy)
                        : CALLBACK(http_received_buffered_response_body)(envoy);
    return same && CALLBACK(http_get_body_size)(envoy, buffered_of(request)) > 0 ? -1 : received;
}

size_t body_total(stream envoy, bool request, int received)
{
    size_t total = CALLBACK(http_get_body_size)(envoy, buffered_of(request));
    return received >= 0 ? total + CALLBACK(http_get_body_size)(envoy, received) : total;
}

void raise_buffer_limit(stream envoy, size_t limit)
{
    uint64_t wanted = (uint64_t)limit + BUFFER_SLACK;
    if (CALLBACK(http_get_buffer_limit)(envoy) < wanted) {
        CALLBACK(http_set_buffer_limit)(envoy, wanted);
    }
}

static bool grow_copy(struct side *side, size_t wanted)
{
    if (wanted <= side->capacity) {
        return true;
    }
    size_t capacity = side->capacity ? side->capacity * 2 : 512;
    while (capacity < wanted) {
        capacity *= 2;
    }
    char *copy = realloc(side->copy, capacity);
    if (copy == NULL) {
        return false;
    }
    side->copy = copy;
    side->capacity = capacity;
    return true;
}

/* Copies up to one byte more than the limit: the byte that says "there was more". */
static void copy_chunk(struct side *side, const char *ptr, size_t length)
{
    size_t room = side->limit + 1 - side->copied;
    size_t taken = length < room ? length : room;
    if (taken > 0 && !grow_copy(side, side->copied + taken)) {
        side->overflown = true;
        return;
    }
    if (taken > 0) {
        memcpy(side->copy + side->copied, ptr, taken);
        side->copied += taken;
    }
    side->overflown = side->copied > side->limit;
}

void copy_received(stream envoy, struct side *side, int type)
{
    size_t count = CALLBACK(http_get_body_chunks_size)(envoy, type);
    buffer usual[16];
    buffer *chunks = count > 16 ? malloc(count * sizeof(buffer)) : usual;
    if (chunks == NULL) {
        side->overflown = true;
        return;
    }
    if (count > 0 && CALLBACK(http_get_body_chunks)(envoy, type, chunks)) {
        for (size_t i = 0; i < count && !side->overflown; i++) {
            copy_chunk(side, chunks[i].ptr, chunks[i].length);
        }
    }
    if (chunks != usual) {
        free(chunks);
    }
}

void free_copy(struct side *side)
{
    free(side->copy);
    side->copy = NULL;
    side->copied = side->capacity = 0;
}

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

bool body_copy(stream envoy, int received, int buffered, size_t skip, char *to)
{
    if (buffered >= 0) {
        to = append_chunks(envoy, buffered, to, &skip);
    }
    if (to != NULL && received >= 0) {
        to = append_chunks(envoy, received, to, &skip);
    }
    return to != NULL;
}

PyObject *body_bytes(stream envoy, int received, int buffered, size_t skip)
{
    size_t total = received >= 0 ? CALLBACK(http_get_body_size)(envoy, received) : 0;
    total += buffered >= 0 ? CALLBACK(http_get_body_size)(envoy, buffered) : 0;
    if (total < skip) {
        skip = total;
    }
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)(total - skip));
    if (bytes != NULL && !body_copy(envoy, received, buffered, skip, PyBytes_AS_STRING(bytes))) {
        Py_DECREF(bytes);
        return PyErr_NoMemory();
    }
    return bytes;
}
