#include "peer.h"

#include "text.h"

/* The address without its port. */
static buffer split_address(buffer address, long *port)
{
    *port = 0;
    size_t colon = address.length;
    while (colon > 0 && address.ptr[colon - 1] != ':') {
        colon--;
    }
    long long number = colon > 0 ? decimal((buffer){address.ptr + colon, address.length - colon}) : -1;
    if (number < 0 || number > 65535) {
        return address; /* a pipe has no port */
    }
    *port = (long)number;
    buffer host = {address.ptr, colon - 1};
    if (host.length >= 2 && host.ptr[0] == '[' && host.ptr[host.length - 1] == ']') {
        host = (buffer){host.ptr + 1, host.length - 2};
    }
    return host;
}

static buffer attribute(stream envoy, int id)
{
    buffer value = {"", 0};
    return CALLBACK(http_filter_get_attribute_string)(envoy, id, &value) ? value : (buffer){"", 0};
}

static void read_tls(struct peer *peer, stream envoy)
{
    static const int ids[TLS_FACTS] = {ATTRIBUTE_TLS_VERSION, ATTRIBUTE_SERVER_NAME,  ATTRIBUTE_PEER_SUBJECT,
                                       ATTRIBUTE_PEER_SHA256, ATTRIBUTE_PEER_DNS_SAN, ATTRIBUTE_PEER_URI_SAN};
    peer->encrypted = CALLBACK(http_filter_get_attribute_string)(envoy, ids[0], &peer->tls[0]);
    if (!peer->encrypted) {
        peer->tls[0] = (buffer){"", 0};
        return;
    }
    for (size_t i = 1; i < TLS_FACTS; i++) {
        peer->tls[i] = attribute(envoy, ids[i]);
    }
}

struct peer peer_read(stream envoy)
{
    struct peer peer = NOBODY;
    peer.protocol = attribute(envoy, ATTRIBUTE_PROTOCOL);
    peer.address = split_address(attribute(envoy, ATTRIBUTE_SOURCE_ADDRESS), &peer.port);
    read_tls(&peer, envoy);
    return peer;
}

PyObject *tls_tuple(const struct peer *peer)
{
    if (!peer->encrypted) {
        Py_RETURN_NONE;
    }
    PyObject *facts = PyTuple_New(TLS_FACTS);
    for (Py_ssize_t i = 0; facts != NULL && i < TLS_FACTS; i++) {
        PyObject *fact = text(peer->tls[i]);
        if (fact == NULL) {
            Py_CLEAR(facts);
        } else {
            PyTuple_SET_ITEM(facts, i, fact);
        }
    }
    return facts;
}
