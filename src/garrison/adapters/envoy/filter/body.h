/*
 * Bodies: how much is there, copies of what passes, bytes for Python. Without GIL but for what returns an object.
 *
 * Inside a body hook the received body is new and the buffered one came before; outside only the buffered one exists.
 */
#ifndef GARRISON_BODY_H
#define GARRISON_BODY_H

#include "exchange.h"

/* Which of Envoy's bodies holds what came before. */
int buffered_of(bool request);

/* What of the received body is new: -1 where it is the very buffer that was held before. */
int new_received(stream envoy, bool request);

/* Bytes of buffered and received body together; `received` may be -1. */
size_t body_total(stream envoy, bool request, int received);

/* Lets Envoy hold `limit` bytes, and so much more that our own answer comes before Envoy's. */
void raise_buffer_limit(stream envoy, size_t limit);

/* Appends what was received to the copy of an observed body: at most one byte more than its limit. */
void copy_received(stream envoy, struct side *side, int type);
void free_copy(struct side *side);

/* Copies all but the first `skip` bytes of buffered and received body together. False where memory is short. */
bool body_copy(stream envoy, int received, int buffered, size_t skip, char *to);

/* Needs the GIL. All but the first `skip` bytes of buffered and received body together; NULL with an exception set. */
PyObject *body_bytes(stream envoy, int received, int buffered, size_t skip);

#endif
