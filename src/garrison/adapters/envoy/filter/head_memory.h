#ifndef GARRISON_HEAD_MEMORY_H
#define GARRISON_HEAD_MEMORY_H

#include "interpreter.h"

/*
 * The fields as a tuple of pairs (name, value). A pair is made once for as long as it keeps coming: of a head, most fields are
 * the same as in other heads, while a few are others each time. Needs the GIL; returns a new reference, or NULL with a
 * Python exception set.
 */
PyObject *header_tuple(const header *fields, size_t count);

#endif
