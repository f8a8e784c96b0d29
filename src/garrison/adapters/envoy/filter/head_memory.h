#ifndef GARRISON_HEAD_MEMORY_H
#define GARRISON_HEAD_MEMORY_H

#include "interpreter.h"

/*
 * `header_tuple` of these fields, made once for as long as they keep coming: a client sends mostly the same fields, and
 * the very same object lets Python find what it knows of them without reading them again. Needs the GIL; returns a
 * new reference, or NULL with a Python exception set.
 */
PyObject *remembered_header_tuple(const header *fields, size_t count);

#endif
