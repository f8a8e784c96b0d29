/*
 * One filter configuration: what the factory made of it. Objects are owned references.
 */
#ifndef GARRISON_CONFIG_H
#define GARRISON_CONFIG_H

#include "interpreter.h"

struct config {
    PyObject *handler;
    PyObject *request; /* the bound method */
    size_t eager;      /* bodies of a known length up to this are held and handed over with the head */
    bool fail_open;
};

/* Starts the interpreter where it does not run yet. NULL, and a line in Envoy's log, where Python refuses. */
struct config *config_make(buffer text);
void config_free(struct config *config);

#endif
