/*
 * A request that waits for another server's answer: how Python has it woken from any thread.
 */
#ifndef GARRISON_ASKING_H
#define GARRISON_ASKING_H

#include "exchange.h"

/* Need the GIL. False with a Python exception set. */
bool asking_start(void);

/* Has the session begin to ask, and gives it what wakes the exchange: then Envoy calls `http_filter_scheduled` on the
   exchange's own worker. False with a Python exception set. */
bool asking_begin(struct exchange *x, stream envoy);

/* Nobody is waited for any more; to be woken later does nothing then. Called twice, it does nothing. */
void asking_end(struct exchange *x);

#endif
