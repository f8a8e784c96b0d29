/*
 * A round: the messages that came to one worker in one turn of its event loop, asked about in one visit to Python, or a
 * few where they are many.
 *
 * Under load several connections are ready in each turn. Asked one after another they share one way into the
 * interpreter, and Python's code is still in the processor's caches from the one before. Alone, a message waits only
 * for the end of the turn.
 */
#ifndef GARRISON_ROUND_H
#define GARRISON_ROUND_H

#include "session.h"

/* The event id by which Envoy calls for a round; that of an answer that is here is 0. */
#define ROUND_EVENT 1

/*
 * Takes the exchange into its worker's round: what `which` has of it is complete and is held until the round is over.
 * False where the round is full or Envoy cannot be asked to call: then it must be judged at once.
 */
bool round_join(struct exchange *x, stream envoy, struct side *which, enum body_mode mode);

/* The exchange ends, or goes on otherwise: nothing of it is asked any more. */
void round_leave(struct exchange *x);

/* Asks about all that have joined, then has each go on. */
void round_run(void);

#endif
