/*
 * The request's way through the filter.
 */
#ifndef GARRISON_REQUEST_H
#define GARRISON_REQUEST_H

#include "session.h"

/* The head has arrived; `end` says that there is no body. */
enum outcome begin_request(struct exchange *x, stream envoy, bool end);

/* More of the body, or its end. */
enum outcome more_request(struct exchange *x, stream envoy, int received, bool end);

/* The answer is here that the request was waiting for. */
enum outcome resume_request(struct exchange *x, stream envoy);

/* What Python answered about a request that was held meanwhile; `told` is false where it failed. Takes its message. */
enum outcome take_request_answer(struct exchange *x, stream envoy, bool told, struct answer *answer);

#endif
