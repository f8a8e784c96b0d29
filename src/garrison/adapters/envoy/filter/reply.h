/*
 * Acting on Envoy: replies, changes, the fail mode. What returns GONE may have destroyed the exchange.
 */
#ifndef GARRISON_REPLY_H
#define GARRISON_REPLY_H

#include "session.h"

/* Does what Python answered about the message that is at hand. Takes nothing: the answer's message is the caller's. */
enum outcome apply(struct exchange *x, stream envoy, bool request, int received, const struct answer *answer);

/* Resets the stream: all that is left once the response's head has left. */
enum outcome break_off(struct exchange *x, stream envoy);

/* Python failed and the session is gone: the fail mode. Lets pass, or replaces the answer, or breaks it off. */
enum outcome fail(struct exchange *x, stream envoy);

#endif
