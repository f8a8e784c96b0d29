#include "text.h"

#include <string.h>

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

bool is_text(PyObject *object, buffer value)
{
    return (size_t)PyUnicode_GET_LENGTH(object) == value.length &&
           memcmp(PyUnicode_1BYTE_DATA(object), value.ptr, value.length) == 0;
}

bool text_start(void)
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
        if (is_text(table[slot], value)) {
            Py_INCREF(table[slot]);
            return table[slot];
        }
    }
    return PyUnicode_DecodeLatin1(value.ptr, (Py_ssize_t)value.length, NULL);
}

PyObject *remembered_text(PyObject **slot, buffer value)
{
    if (*slot == NULL || !is_text(*slot, value)) {
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
