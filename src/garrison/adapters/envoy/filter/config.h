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
};

/* Starts the interpreter where it does not run yet. NULL, and a line in Envoy's log, where Python refuses. */
struct config *config_make(buffer text);
void config_free(struct config *config);

/* Whether a failure lets the exchange pass, as of now: one visit to the interpreter. */
bool config_fails_open(const struct config *config);

#endif
