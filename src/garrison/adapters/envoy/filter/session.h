/*
 * The conversation with Python about one exchange. Each `ask_...` is one visit to the interpreter: it takes the
 * GIL, asks, copies the answer out and gives the GIL back. None of them acts on Envoy.
 */
#ifndef GARRISON_SESSION_H
#define GARRISON_SESSION_H

#include "marshal.h"

/* What to do with the message, and what else the same number says; garrison.adapters.envoy.bridge has the twin. */
enum step { PASS = 0, HOLD = 1, OBSERVE = 2, REFUSE = 3 };
#define STEP_MASK 0x0f
#define MUTATE 0x10
#define DONE 0x20
#define INTEREST_SHIFT 8
#define INTEREST_MASK 3

enum interest { INTEREST_NONE = 0, INTEREST_OBSERVE = 1, INTEREST_HEAD = 2 };

/* One filter configuration: what the factory made of it. Objects are owned references. */
struct config {
    PyObject *handler;
    PyObject *request; /* the bound method */
    size_t eager;      /* bodies of a known length up to this are held and handed over with the head */
    bool fail_open;
};

/* How far one message of the exchange has come. */
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

struct answer {
    enum step step;
    enum interest interest;
    bool follows; /* whether more of the body comes: something to hold or observe */
    size_t limit, response_limit;
    struct message *message; /* the reply of REFUSE, or the mutation; owned by the reader */
};

enum body_mode { NO_BODY, WHOLE_BODY, BODY_FOLLOWS };

bool session_start(void);
struct config *config_make(buffer text);
void config_free(struct config *config);

/* False where Python failed or answered nonsense: it is logged and the session is gone. */
bool ask_request(struct exchange *x, stream envoy, enum body_mode mode, int received, struct answer *answer);
bool ask_request_body(struct exchange *x, stream envoy, int received, struct answer *answer);
bool ask_response(struct exchange *x, stream envoy, enum body_mode mode, int received, struct answer *answer);
bool ask_response_body(struct exchange *x, stream envoy, int received, struct answer *answer);

/* Hands over the copy of an observed body; what Python answers to the request's changes nothing. */
bool tell_request_body(struct exchange *x);
bool tell_response_body(struct exchange *x, struct answer *answer);

/* The one call for an observed response: kept head, and the copied body where it was complete. */
bool tell_response(struct exchange *x, bool has_body);

/* Ends the conversation. */
void close_session(struct exchange *x, bool aborted, long status, uint64_t response_bytes);

#endif
