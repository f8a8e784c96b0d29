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
enum state { UNDECIDED, EAGER, QUEUED, HOLDING, ASKING, WATCHING, OVER };

struct side {
    enum state state;
    bool ended;         /* as Envoy says it */
    bool complete;      /* a response whose last byte is here, whether or not Envoy knows that it ended */
    size_t limit;       /* of HOLDING and WATCHING */
    long long expected; /* content-length, of an EAGER request or a response; -1 where it does not say */
    size_t left;        /* bytes of a response's body that were let go */
    size_t fed;         /* bytes of the held body that Python has */
    char *copy;         /* of WATCHING */
    size_t copied, capacity;
    bool overflown;
};

struct turn;

struct exchange {
    struct config *config;
    /* At the judge, where one of the sides is QUEUED; else NULL. Until it is judged all of this is the judge's. */
    struct turn *turn;
    PyObject *session; /* NULL before the first visit, after the last, and after a failure */
    bool asked;        /* whether the first visit was made */
    bool failed;       /* whether a visit failed: the session is gone, and what follows is up to the fail mode */
    PyObject *waker;   /* of a request that is ASKING; else NULL */
    bool follows;      /* whether more of the body of a request that is ASKING comes */
    struct side request, response;
    enum interest interest;
    size_t response_limit;
    struct kept_head *head; /* the response's, where it is observed */
    bool upgrade; /* what follows the head is no body, but another protocol */
    bool raw;     /* Envoy will never say that the request's body ended */
    bool answered;  /* whether a response's head was here, the upstream's or Envoy's */
    bool head_left; /* the response's, towards the client */
    bool connect, grpc, refused, local;
    long status;
    char details[64]; /* of Envoy's own reply */
};

/* What a hook does next; each hook has its own words for it in Envoy's ABI. */
enum outcome {
    GO_ON,
    WAIT,
    PAUSE, /* as WAIT, and who sends is slowed down once a buffer is full, instead of refused */
    GONE
};

#endif
