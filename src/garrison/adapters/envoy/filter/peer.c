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

static PyObject *attribute_text(stream envoy, int id)
{
    buffer value = {NULL, 0};
    if (!CALLBACK(http_filter_get_attribute_string)(envoy, id, &value)) {
        value.length = 0;
    }
    return text(value);
}

PyObject *tls_tuple(stream envoy)
{
    buffer version;
    if (!CALLBACK(http_filter_get_attribute_string)(envoy, ATTRIBUTE_TLS_VERSION, &version)) {
        Py_RETURN_NONE;
    }
    static const int ids[] = {ATTRIBUTE_TLS_VERSION, ATTRIBUTE_SERVER_NAME, ATTRIBUTE_PEER_SUBJECT,
                              ATTRIBUTE_PEER_SHA256, ATTRIBUTE_PEER_DNS_SAN, ATTRIBUTE_PEER_URI_SAN};
    enum { COUNT = sizeof ids / sizeof ids[0] };
    PyObject *facts = PyTuple_New(COUNT);
    for (int i = 0; facts != NULL && i < COUNT; i++) {
        PyObject *fact = attribute_text(envoy, ids[i]);
        if (fact == NULL) {
            Py_CLEAR(facts);
        } else {
            PyTuple_SET_ITEM(facts, i, fact);
        }
    }
    return facts;
}

struct peer peer_read(stream envoy)
{
    struct peer peer = {{"", 0}, {"", 0}, 0};
    CALLBACK(http_filter_get_attribute_string)(envoy, ATTRIBUTE_SOURCE_ADDRESS, &peer.address);
    CALLBACK(http_filter_get_attribute_string)(envoy, ATTRIBUTE_PROTOCOL, &peer.protocol);
    peer.address = split_address(peer.address, &peer.port);
    return peer;
}
