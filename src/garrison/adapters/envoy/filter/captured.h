/*
 * A message as it came, copied out of Envoy: what another thread needs to judge it. What Envoy hands out ends with the
 * hook, and may be touched on the exchange's own worker only.
 */
#ifndef GARRISON_CAPTURED_H
#define GARRISON_CAPTURED_H

#include "head.h"
#include "peer.h"

/* How much of a body is there when a message is asked about. */
enum body_mode { NO_BODY, WHOLE_BODY, BODY_FOLLOWS };

/* One allocation, freed with free(). */
struct captured {
    enum body_mode mode;
    buffer method, path, authority, scheme, status;
    long long announced; /* content-length; -1 where it does not say */
    struct peer peer;    /* of a request */
    buffer body;         /* of WHOLE_BODY */
    size_t count;
    header fields[];
};

/* Without GIL; NULL where memory is short. `received` is that of the hook, -1 outside of those of bodies. */
struct captured *capture_request(stream envoy, enum body_mode mode, int received);
struct captured *capture_response(stream envoy, enum body_mode mode, int received);

#endif
