/*
 * The running CPython inside Envoy: started once, entered by any worker thread, never finalised.
 */
#ifndef GARRISON_INTERPRETER_H
#define GARRISON_INTERPRETER_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "envoy.h"

/* What a worker thread keeps between its visits; objects are owned references, used under the GIL only. */
struct worker {
    PyThreadState *state;
    int visits; /* nested ones */
    PyObject *authority;
    PyObject *address;
};

/* Starts CPython on the first call and releases the GIL. False, and a line in Envoy's log, where it cannot. */
bool interpreter_start(void);

/* Takes the GIL for the calling thread, which may have it already; never fails. */
struct worker *interpreter_enter(void);

/* Ends the latest visit; gives the GIL back with the last one. */
void interpreter_leave(void);

/* Tells the processor that this thread is waiting awake. */
void pause_briefly(void);

/* Logs the pending Python exception and clears it; at most one a second, with the number left out in between. */
void interpreter_log_exception(const char *where);

/* Logs one line. */
void interpreter_log(int level, const char *text);

#endif
