#include "head_memory.h"

#include <stdint.h>
#include <string.h>

#include "text.h"

/*
 * One place for each hash, the newest field has it: nothing to grow and nothing to tidy. A client can drive others out,
 * which costs them what they would pay without any memory. At most SLOTS * MAX_BYTES are held.
 */
#define SLOTS 1024
#define MAX_BYTES 1024

static PyObject *slots[SLOTS]; /* pairs; only touched under the GIL */

static uint64_t mix(uint64_t hash, const char *ptr, size_t length)
{
    hash ^= length * 0x9E3779B97F4A7C15u;
    while (length >= 8) {
        uint64_t word;
        memcpy(&word, ptr, 8);
        hash = (hash ^ word) * 0xFF51AFD7ED558CCDu;
        hash ^= hash >> 32;
        ptr += 8;
        length -= 8;
    }
    uint64_t rest = 0;
    memcpy(&rest, ptr, length);
    hash = (hash ^ rest) * 0xC4CEB9FE1A85EC53u;
    return hash ^ (hash >> 29);
}

static PyObject **slot_of(const header *field)
{
    uint64_t hash = mix(mix(0, field->key, field->key_length), field->value, field->value_length);
    return &slots[hash % SLOTS];
}

/* The hash only finds the place; what counts is every byte. */
static bool is_same(PyObject *pair, buffer name, buffer value)
{
    return is_text(PyTuple_GET_ITEM(pair, 1), value) && is_text(PyTuple_GET_ITEM(pair, 0), name);
}

static PyObject *make_pair(buffer name, buffer value)
{
    PyObject *pair = PyTuple_New(2);
    if (pair == NULL) {
        return NULL;
    }
    PyTuple_SET_ITEM(pair, 0, text(name));
    PyTuple_SET_ITEM(pair, 1, PyUnicode_DecodeLatin1(value.ptr, (Py_ssize_t)value.length, NULL));
    if (PyTuple_GET_ITEM(pair, 0) == NULL || PyTuple_GET_ITEM(pair, 1) == NULL) {
        Py_DECREF(pair);
        return NULL;
    }
    return pair;
}

static PyObject *remembered_pair(const header *field)
{
    buffer name = {field->key, field->key_length}, value = {field->value, field->value_length};
    if (name.length + value.length > MAX_BYTES) {
        return make_pair(name, value);
    }
    PyObject **slot = slot_of(field);
    if (*slot == NULL || !is_same(*slot, name, value)) {
        PyObject *pair = make_pair(name, value);
        if (pair == NULL) {
            return NULL;
        }
        Py_XSETREF(*slot, pair);
    }
    Py_INCREF(*slot);
    return *slot;
}

PyObject *header_tuple(const header *fields, size_t count)
{
    PyObject *tuple = PyTuple_New((Py_ssize_t)count);
    for (size_t i = 0; tuple != NULL && i < count; i++) {
        PyObject *pair = remembered_pair(&fields[i]);
        if (pair == NULL) {
            Py_CLEAR(tuple);
        } else {
            PyTuple_SET_ITEM(tuple, (Py_ssize_t)i, pair);
        }
    }
    return tuple;
}
