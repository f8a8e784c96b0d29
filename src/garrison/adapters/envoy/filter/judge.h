/*
 * The judge: one thread that takes to Python what all workers leave for it.
 *
 * Python's objects, its code and what it counts belong to whoever runs it. Were each worker to run it in turns, all
 * that would move from one processor's caches to the other's with every visit, which costs more than the visit. So
 * workers leave a copy of a message and serve other connections, the judge goes through what is there, and Envoy calls
 * each exchange on its own worker once it is judged.
 */
#ifndef GARRISON_JUDGE_H
#define GARRISON_JUDGE_H

#include "session.h"

/* The event id by which Envoy is told that an exchange was judged; that of an answer from elsewhere is 0. */
#define JUDGED_EVENT 1

/* Starts the thread on the first call. False, and a line in Envoy's log, where it cannot. */
bool judge_start(void);

/* An exchange of the calling worker begins. */
void judge_expect(void);

/*
 * Leave a message to the judge: what came of it is complete, and is held until it is judged. `received` is that of the
 * hook. False where it must be judged at once: it is the worker's only exchange, more may come that must be told before,
 * or memory is short.
 */
bool judge_request_later(struct exchange *x, stream envoy, enum body_mode mode, int received);
bool judge_response_later(struct exchange *x, stream envoy, enum body_mode mode, int received);
/* The same of a response that was observed: its end is held, and the judge is given the copy. */
bool tell_response_later(struct exchange *x, stream envoy, bool has_body);

/* The exchange goes on otherwise, or ends: nothing of it is judged any more. */
void judge_never(struct exchange *x);

/* The exchange is over. */
void judge_forget(struct exchange *x);

/* The exchange goes on, if what it was called for was judged. */
void judged(struct exchange *x, stream envoy);

#endif
