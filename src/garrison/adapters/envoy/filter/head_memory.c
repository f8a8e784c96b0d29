#include "head_memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "head.h"

/*
 * One place for each hash, the newest head has it: nothing to grow and nothing to tidy. A client can drive others out,
 * which costs them what they would pay without any memory. At most SLOTS * MAX_BYTES are held.
 */
#define SLOTS 512
#define MAX_BYTES 2048
#define MAX_FIELDS 32

struct remembered {
    uint64_t hash;
    size_t count;
    PyObject *tuple;
    char *text; /* names and values, one after another */
    uint32_t lengths[2 * MAX_FIELDS];
};

static struct remembered slots[SLOTS]; /* only touched under the GIL */

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

static uint64_t hash_of(const header *fields, size_t count, size_t *size)
{
    uint64_t hash = count;
    *size = 0;
    for (size_t i = 0; i < count; i++) {
        hash = mix(hash, fields[i].key, fields[i].key_length);
        hash = mix(hash, fields[i].value, fields[i].value_length);
        *size += fields[i].key_length + fields[i].value_length;
    }
    return hash;
}

/* The hash only finds the place; what counts is every byte. */
static bool is_same(const struct remembered *known, const header *fields)
{
    const char *at = known->text;
    for (size_t i = 0; i < known->count; i++) {
        if (known->lengths[2 * i] != fields[i].key_length || known->lengths[2 * i + 1] != fields[i].value_length ||
            memcmp(at, fields[i].key, fields[i].key_length) != 0 ||
            memcmp(at + fields[i].key_length, fields[i].value, fields[i].value_length) != 0) {
            return false;
        }
        at += fields[i].key_length + fields[i].value_length;
    }
    return true;
}

static void remember(struct remembered *slot, uint64_t hash, const header *fields, size_t count, size_t size,
                     PyObject *tuple)
{
    char *text = malloc(size + 1);
    if (text == NULL) {
        return; /* then it is made anew next time */
    }
    char *at = text;
    for (size_t i = 0; i < count; i++) {
        memcpy(at, fields[i].key, fields[i].key_length);
        memcpy(at + fields[i].key_length, fields[i].value, fields[i].value_length);
        at += fields[i].key_length + fields[i].value_length;
        slot->lengths[2 * i] = (uint32_t)fields[i].key_length;
        slot->lengths[2 * i + 1] = (uint32_t)fields[i].value_length;
    }
    free(slot->text);
    slot->text = text;
    slot->hash = hash;
    slot->count = count;
    Py_INCREF(tuple);
    Py_XSETREF(slot->tuple, tuple);
}

PyObject *remembered_header_tuple(const header *fields, size_t count)
{
    size_t size;
    uint64_t hash = hash_of(fields, count, &size);
    struct remembered *slot = &slots[hash % SLOTS];
    if (slot->tuple != NULL && slot->hash == hash && slot->count == count && is_same(slot, fields)) {
        Py_INCREF(slot->tuple);
        return slot->tuple;
    }
    PyObject *tuple = header_tuple(fields, count);
    if (tuple != NULL && count <= MAX_FIELDS && size <= MAX_BYTES) {
        remember(slot, hash, fields, count, size, tuple);
    }
    return tuple;
}
