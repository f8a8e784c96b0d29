/*
 * The response's way through the filter.
 */
#ifndef GARRISON_RESPONSE_H
#define GARRISON_RESPONSE_H

#include "session.h"

/* The head has arrived; `end` says that there is no body. */
enum outcome begin_response(struct exchange *x, stream envoy, bool end);

/* More of the body, or its end. */
enum outcome more_response(struct exchange *x, stream envoy, int received, bool end);

/*
 * What Python answered about a response that was held meanwhile, or that was only observed; `told` is false where it
 * failed. Takes its message.
 */
enum outcome take_response_answer(struct exchange *x, stream envoy, bool observed, bool told, struct answer *answer);

/* Envoy answers by itself. False where that must not leave: what happened could not be said. */
bool note_local_reply(struct exchange *x, uint32_t status, buffer details);

#endif
