/*
 * Acting on Envoy: replies, changes, the fail mode. What returns GONE may have destroyed the exchange.
 */
#ifndef GARRISON_REPLY_H
#define GARRISON_REPLY_H

#include "exchange.h"
#include "message.h"

#define TEXT(literal) ((buffer){literal, sizeof literal - 1})

enum outcome send_reply(struct exchange *x, stream envoy, struct message *reply);

/* Resets the stream: all that is left once the response's head has left. */
enum outcome break_off(struct exchange *x, stream envoy);

/* Python failed and the session is gone: the declared fail mode. */
enum outcome fail(struct exchange *x, stream envoy);

/* Changes the message that is passing; `mutation` may be NULL. */
void mutate(stream envoy, bool request, int received, const struct message *mutation);

#endif
