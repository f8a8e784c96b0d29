/*
 * The conversation with Python about one exchange. Each `ask_...` and `tell_...` is one visit to the interpreter: it
 * takes the GIL, asks, copies the answer out and gives the GIL back. None of them acts on Envoy.
 */
#ifndef GARRISON_SESSION_H
#define GARRISON_SESSION_H

#include "captured.h"
#include "exchange.h"
#include "message.h"

/* What to do with the message, and what else the same number says; garrison.adapters.envoy.bridge has the twin. */
enum step { PASS = 0, HOLD = 1, OBSERVE = 2, REFUSE = 3, ASK = 4 };
#define STEP_MASK 0x0f
#define MUTATE 0x10
#define DONE 0x20
#define INTEREST_SHIFT 8
#define INTEREST_MASK 3

struct answer {
    enum step step;
    enum interest interest;
    bool follows; /* whether more of the body comes: something to hold or observe */
    size_t limit, response_limit;
    struct message *message; /* the reply of REFUSE, or the mutation; owned by the reader */
};

/* Looks the names of Python's methods up. Needs the GIL; false with a Python exception set. */
bool session_start(void);

/* False where Python failed or answered nonsense: it is logged and the session is gone. `captured` may be NULL, where
   memory was short. */
bool ask_request(struct exchange *x, const struct captured *captured, struct answer *answer);
bool ask_request_body(struct exchange *x, stream envoy, int received, struct answer *answer);
/* After ASK: has the session ask; the exchange is woken when it is answered. */
bool ask_elsewhere(struct exchange *x, stream envoy);
/* After that, once the exchange was woken. */
bool ask_answered(struct exchange *x, struct answer *answer);

bool ask_response(struct exchange *x, const struct captured *captured, struct answer *answer);
bool ask_response_body(struct exchange *x, stream envoy, int received, struct answer *answer);

/* Opens the conversation about a request that nobody will judge any more: Envoy answered it, or the client has left. */
bool note_request(struct exchange *x, stream envoy);

/* Hands over the copy of an observed body; what Python answers to the request's changes nothing. */
bool tell_request_body(struct exchange *x);
bool tell_response_body(struct exchange *x, struct answer *answer);

/* The one call for an observed response: kept head, and the copied body where it was complete. */
bool tell_response(struct exchange *x, bool has_body, struct answer *answer);

/* Ends the conversation. Of the answer REFUSE counts: what is about to leave must not. */
bool close_session(struct exchange *x, bool aborted, long status, uint64_t response_bytes, struct answer *answer);

#endif
