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

#endif
