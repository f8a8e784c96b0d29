#include "message.h"

#include <stdlib.h>
#include <string.h>

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
