/*
 * What Envoy knows of the connection.
 */
#ifndef GARRISON_PEER_H
#define GARRISON_PEER_H

#include "interpreter.h"

struct peer {
    buffer address, protocol;
    long port;
};

/* Without GIL; valid until the hook ends. */
struct peer peer_read(stream envoy);

/* Needs the GIL. A new reference, None without TLS, or NULL with a Python exception set. */
PyObject *tls_tuple(stream envoy);

#endif
