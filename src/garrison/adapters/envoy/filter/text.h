/*
 * Text as Python's str objects, and the little that is read of header values in C. What returns an object needs the
 * GIL and returns a new reference, or NULL with a Python exception set.
 */
#ifndef GARRISON_TEXT_H
#define GARRISON_TEXT_H

#include "interpreter.h"

/* Builds the table of known names. False with a Python exception set. */
bool text_start(void);

/* ISO-8859-1, as HTTP's fields are read. */
PyObject *text(buffer value);

/* Whether `object`, made by one of these, says `value`. */
bool is_text(PyObject *object, buffer value);

/* The object in `slot` where it says the same, else a new one, kept there for the next time. */
PyObject *remembered_text(PyObject **slot, buffer value);

/* Decimal digits as a number, -1 where they are none or too many; without GIL. */
long long decimal(buffer text);

/* Whether `list`, a comma-separated header value, has `token` (lower case); without GIL. */
bool has_token(buffer list, const char *token);

#endif
