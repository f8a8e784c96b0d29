#include "round.h"

#include <stdlib.h>
#include <string.h>

#include "request.h"
#include "response.h"

/* So many exchanges in one visit at most: the first waits for the last, and so does the other workers' next visit. */
#ifndef GARRISON_ROUND
#define GARRISON_ROUND 32
#endif

/* So many in a round, which takes several visits then: what came while the worker could not run comes all at once. */
#ifndef GARRISON_MOST
#define GARRISON_MOST 512
#endif

/* One exchange in a round; `exchange` is NULL where it has left. */
struct turn {
    struct exchange *exchange;
    stream envoy;
    bool request, told;
    enum body_mode mode;
    struct answer answer;
};

struct round {
    size_t count;
    struct turn *caller; /* whose stream Envoy will call, unless it ends before */
    struct turn turns[GARRISON_MOST];
};

/* One gathers while the other is gone through: who goes on may let others arrive. */
static _Thread_local struct round rounds[2];
static _Thread_local int gathering;

static bool have_called(struct round *round, struct turn *turn)
{
    void *scheduler = CALLBACK(http_filter_scheduler_new)(turn->envoy);
    if (scheduler == NULL) {
        return false;
    }
    CALLBACK(http_filter_scheduler_commit)(scheduler, ROUND_EVENT);
    CALLBACK(http_filter_scheduler_delete)(scheduler);
    round->caller = turn;
    return true;
}

bool round_join(struct exchange *x, stream envoy, struct side *which, enum body_mode mode)
{
    struct round *round = &rounds[gathering];
    if (round->count == GARRISON_MOST) {
        return false;
    }
    struct turn *turn = &round->turns[round->count];
    *turn = (struct turn){.exchange = x, .envoy = envoy, .request = which == &x->request, .mode = mode};
    if (round->caller == NULL && !have_called(round, turn)) {
        return false;
    }
    round->count++;
    x->turn = turn;
    which->state = QUEUED;
    return true;
}

/* Envoy forgets what it was to call when the stream ends: another one must be called then. */
static void replace_caller(struct round *round)
{
    round->caller = NULL;
    for (size_t i = 0; i < round->count && round->caller == NULL; i++) {
        if (round->turns[i].exchange != NULL) {
            have_called(round, &round->turns[i]);
        }
    }
    if (round->caller == NULL) {
        round->count = 0;
    }
}

void round_leave(struct exchange *x)
{
    struct turn *turn = x->turn;
    if (turn == NULL) {
        return;
    }
    x->turn = NULL;
    turn->exchange = NULL;
    free(turn->answer.message);
    turn->answer.message = NULL;
    struct round *round = &rounds[gathering];
    if (round->caller == turn) {
        replace_caller(round);
    }
}

static void ask(struct turn *turn)
{
    struct exchange *x = turn->exchange;
    turn->told = turn->request ? ask_request(x, turn->envoy, turn->mode, -1, &turn->answer)
                               : ask_response(x, turn->envoy, turn->mode, -1, &turn->answer);
}

/* Whoever goes on may end others of the round. */
static void go_on(struct turn *turn)
{
    struct exchange *x = turn->exchange;
    stream envoy = turn->envoy;
    struct answer answer = turn->answer;
    x->turn = NULL;
    turn->exchange = NULL;
    turn->answer.message = NULL;
    if (turn->request) {
        if (take_request_answer(x, envoy, turn->told, &answer) == GO_ON) {
            CALLBACK(http_filter_continue_decoding)(envoy);
        }
    } else if (take_response_answer(x, envoy, turn->told, &answer) == GO_ON) {
        CALLBACK(http_filter_continue_encoding)(envoy);
    }
}

static void visit(struct turn *turns, size_t count)
{
    interpreter_enter();
    for (size_t i = 0; i < count; i++) {
        if (turns[i].exchange != NULL) {
            ask(&turns[i]);
        }
    }
    interpreter_leave();
    for (size_t i = 0; i < count; i++) {
        if (turns[i].exchange != NULL) {
            go_on(&turns[i]);
        }
    }
}

void round_run(void)
{
    struct round *round = &rounds[gathering];
    gathering = !gathering;
    round->caller = NULL;
    for (size_t begin = 0; begin < round->count; begin += GARRISON_ROUND) {
        size_t left = round->count - begin;
        visit(&round->turns[begin], left < GARRISON_ROUND ? left : GARRISON_ROUND);
    }
    round->count = 0;
}
