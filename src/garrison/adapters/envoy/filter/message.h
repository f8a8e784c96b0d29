/*
 * What Python wants sent or changed, copied out of its objects.
 */
#ifndef GARRISON_MESSAGE_H
#define GARRISON_MESSAGE_H

#include "interpreter.h"

/* One allocation, freed with free(). */
struct message {
    long status;
    bool has_target, has_body;
    buffer target, body;
    size_t set_count, drop_count;
    header *set;
    buffer *drop;
};

/* Read `(status, headers, body)`, or `(target, set_headers, drop_headers, body)`. Need the GIL; NULL with an exception
   set. */
struct message *read_reply(PyObject *reply);
struct message *read_mutation(PyObject *mutation);

#endif
