/*
 * Acting on Envoy: replies, changes, the fail mode. What returns GONE may have destroyed the exchange.
 */
#ifndef GARRISON_REPLY_H
#define GARRISON_REPLY_H

#include "session.h"

/* Does what Python answered about the message that is at hand. Takes nothing: the answer's message is the caller's. */
enum outcome apply(struct exchange *x, stream envoy, bool request, int received, const struct answer *answer);

/* Sends `reply` in the place of what would leave. What is leaving already, or is Envoy's own reply, is broken off. */
enum outcome replace(struct exchange *x, stream envoy, const struct message *reply);

/* Python failed and the session is gone: the fail mode. Lets pass, or replaces. */
enum outcome fail(struct exchange *x, stream envoy);

#endif
