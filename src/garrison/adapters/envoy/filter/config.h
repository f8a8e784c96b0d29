/*
 * One filter configuration: what the factory made of it. Objects are owned references.
 *
 * Envoy makes a configuration for each filter chain, and chains differ in what they believe of a client's address, not in
 * what they enforce: those of the same text are one, so that there is one engine with one memory and one policy to reload.
 */
#ifndef GARRISON_CONFIG_H
#define GARRISON_CONFIG_H

#include "interpreter.h"

struct config {
    struct config *next; /* of all that live */
    size_t references;
    char *text;
    size_t length;
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
