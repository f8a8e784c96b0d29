/*
 * What Envoy knows of the connection.
 */
#ifndef GARRISON_PEER_H
#define GARRISON_PEER_H

#include "interpreter.h"

/* Version, server name, client certificate's subject, digest, first DNS and first URI alternative name. */
#define TLS_FACTS 6

struct peer {
    buffer address, protocol;
    long port;
    bool encrypted;
    buffer tls[TLS_FACTS]; /* empty where there is none */
};

static const struct peer NOBODY = {.address = {"", 0}, .protocol = {"", 0}};

/* Without GIL; valid until the hook ends. */
struct peer peer_read(stream envoy);

/* Needs the GIL. A new reference, None without TLS, or NULL with a Python exception set. */
PyObject *tls_tuple(const struct peer *peer);

#endif
