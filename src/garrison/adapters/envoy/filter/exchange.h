/*
 * How far one exchange has come.
 */
#ifndef GARRISON_EXCHANGE_H
#define GARRISON_EXCHANGE_H

#include "config.h"
#include "head.h"

/* What is wanted of the response; garrison.adapters.envoy.bridge has the twin. */
enum interest { INTEREST_NONE = 0, INTEREST_OBSERVE = 1, INTEREST_HEAD = 2 };

/* How far one message has come. */
enum state { UNDECIDED, EAGER, HOLDING, WATCHING, OVER };

struct side {
    enum state state;
    bool ended;
    size_t limit;    /* of HOLDING and WATCHING */
    size_t expected; /* content-length, of an EAGER request */
    size_t fed;      /* bytes of the held body that Python has */
    char *copy;      /* of WATCHING */
    size_t copied, capacity;
    bool overflown;
};

struct exchange {
    struct config *config;
    PyObject *session; /* NULL before the first visit, after the last, and after a failure */
    struct side request, response;
    enum interest interest;
    size_t response_limit;
    struct kept_head *head; /* the response's, where it is observed */
    bool upgrade; /* what follows the head is no body, but another protocol */
    bool raw;     /* Envoy will never say that the request's body ended */
    bool head_left; /* the response's, towards the client */
    bool connect, grpc, refused, local;
    long status;
    char details[64]; /* of Envoy's own reply */
};

/* What a hook does next; each hook has its own words for it in Envoy's ABI. */
enum outcome { GO_ON, WAIT, GONE };

#endif
