/*
 * The head of a message: read from Envoy, kept beyond a hook.
 */
#ifndef GARRISON_HEAD_H
#define GARRISON_HEAD_H

#include "interpreter.h"

/* More headers than nearly any message has; more are fetched into the heap. */
#define USUAL_HEADERS 64

/* The header fields of one message, pseudo-headers apart; without GIL. `owned` is set where the heap is used. */
struct head {
    buffer method, path, authority, scheme, status;
    buffer content_type, content_length, upgrade, connection;
    size_t count;
    header *fields;
    header *owned;
    header usual[USUAL_HEADERS];
};

/* A copy of a head that outlives the hook. One allocation. */
struct kept_head {
    long status;
    size_t count;
    header fields[];
};

/* Reads the current headers of one side; without GIL. False where memory is short. */
bool head_read(struct head *head, stream envoy, int type);
void head_free(struct head *head);

/* NULL where memory is short; freed with free(). */
struct kept_head *head_keep(const struct head *head);

#endif
