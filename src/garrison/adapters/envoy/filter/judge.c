#include "judge.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include "request.h"
#include "response.h"

/*
 * So many messages in one visit at most; only then their workers are told. Fewer are told more often, which wakes
 * workers for little; more keep what is judged already waiting. benchmarks/filter_throughput.py --define ...
 */
#ifndef GARRISON_VISIT
#define GARRISON_VISIT 8
#endif

/* How often the judge looks for more before it sleeps. */
#ifndef GARRISON_LOOKS
#define GARRISON_LOOKS 30
#endif

enum matter { REQUEST, RESPONSE, OBSERVED };

/* One message that is left to the judge. */
struct turn {
    struct turn *previous, *next; /* in the queue */
    struct exchange *exchange;
    struct captured *captured;
    void *scheduler; /* calls the exchange's worker; NULL once it was used */
    enum matter matter;
    bool has_body; /* of an OBSERVED one */
    bool told, queued;
    atomic_bool judged; /* from here on the judge does not touch it */
    struct answer answer;
};

/* A ring: `ends.next` is the oldest, `ends.previous` the newest. */
static struct turn ends = {.previous = &ends, .next = &ends};
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of the ring and what follows */
static pthread_cond_t more = PTHREAD_COND_INITIALIZER;
static bool sleeping;
static atomic_int waiting; /* turns in the ring */

static void append(struct turn *turn)
{
    pthread_mutex_lock(&lock);
    turn->previous = ends.previous;
    turn->next = &ends;
    turn->previous->next = turn->next->previous = turn;
    turn->queued = true;
    waiting++;
    bool wake = sleeping;
    sleeping = false;
    pthread_mutex_unlock(&lock);
    if (wake) {
        pthread_cond_signal(&more);
    }
}

/* Under the lock. */
static void take_out(struct turn *turn)
{
    turn->previous->next = turn->next;
    turn->next->previous = turn->previous;
    turn->queued = false;
    waiting--;
}

static struct turn *take_oldest(void)
{
    pthread_mutex_lock(&lock);
    struct turn *turn = ends.next != &ends ? ends.next : NULL;
    if (turn != NULL) {
        take_out(turn);
    }
    pthread_mutex_unlock(&lock);
    return turn;
}

static void free_turn(struct turn *turn)
{
    if (turn->scheduler != NULL) {
        CALLBACK(http_filter_scheduler_delete)(turn->scheduler);
    }
    free(turn->answer.message);
    free(turn->captured);
    free(turn);
}

/* ---- the judge's thread ---- */

static void await_more(void)
{
    for (int looks = 0; looks < GARRISON_LOOKS; looks++) {
        if (atomic_load_explicit(&waiting, memory_order_relaxed) > 0) {
            return;
        }
        pause_briefly();
    }
    pthread_mutex_lock(&lock);
    while (ends.next == &ends) {
        sleeping = true;
        pthread_cond_wait(&more, &lock);
    }
    pthread_mutex_unlock(&lock);
}

static void judge(struct turn *turn)
{
    switch (turn->matter) {
    case REQUEST:
        turn->told = ask_request(turn->exchange, turn->captured, &turn->answer);
        break;
    case RESPONSE:
        turn->told = ask_response(turn->exchange, turn->captured, &turn->answer);
        break;
    case OBSERVED:
        turn->told = tell_response(turn->exchange, turn->has_body, &turn->answer);
    }
}

/* Has the exchange's worker called; from here on the turn is the worker's. */
static void give_back(struct turn *turn)
{
    void *scheduler = turn->scheduler;
    turn->scheduler = NULL;
    atomic_store_explicit(&turn->judged, true, memory_order_release);
    CALLBACK(http_filter_scheduler_commit)(scheduler, JUDGED_EVENT);
    CALLBACK(http_filter_scheduler_delete)(scheduler);
}

/* All of it inside the interpreter, so that no exchange ends before it was given back. */
static void visit(void)
{
    struct turn *turns[GARRISON_VISIT];
    int count = 0;
    interpreter_enter();
    while (count < GARRISON_VISIT && (turns[count] = take_oldest()) != NULL) {
        judge(turns[count++]);
    }
    for (int i = 0; i < count; i++) {
        give_back(turns[i]);
    }
    interpreter_leave();
}

static void *sit(void *nothing)
{
    prctl(PR_SET_NAME, "judge"); /* as `top -H` shows it */
    for (;;) {
        await_more();
        visit();
    }
    return nothing;
}

bool judge_start(void)
{
    static const int own[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT}; /* a fault of this thread is to be told */
    static bool started;
    if (started) {
        return true;
    }
    sigset_t others, before;
    sigfillset(&others); /* those are Envoy's */
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        sigdelset(&others, own[i]);
    }
    pthread_sigmask(SIG_SETMASK, &others, &before);
    pthread_t thread;
    started = pthread_create(&thread, NULL, sit, NULL) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!started) {
        interpreter_log(LOG_CRITICAL, "garrison: no thread for the judge");
    } else {
        pthread_detach(thread);
    }
    return started;
}

/* ---- the workers' threads ---- */

static _Thread_local size_t here; /* exchanges of this worker */

void judge_expect(void)
{
    here++;
}

/* Takes `captured`, which is NULL of what is observed, or where memory is short. */
static bool leave(struct exchange *x, stream envoy, enum matter matter, struct captured *captured, bool has_body)
{
    struct turn *turn = calloc(1, sizeof *turn);
    if (turn == NULL) {
        free(captured);
        return false;
    }
    turn->exchange = x;
    turn->matter = matter;
    turn->captured = captured;
    turn->has_body = has_body;
    turn->scheduler = captured || matter == OBSERVED ? CALLBACK(http_filter_scheduler_new)(envoy) : NULL;
    if (turn->scheduler == NULL) {
        free_turn(turn);
        return false;
    }
    x->turn = turn;
    *(matter == REQUEST ? &x->request.state : &x->response.state) = QUEUED;
    append(turn);
    return true;
}

/* Nobody else is served meanwhile: to leave it to another thread would only take longer. */
static bool is_alone(void)
{
    return here == 1;
}

bool judge_request_later(struct exchange *x, stream envoy, enum body_mode mode, int received)
{
    return !is_alone() && leave(x, envoy, REQUEST, capture_request(envoy, mode, received), false);
}

bool judge_response_later(struct exchange *x, stream envoy, enum body_mode mode, int received)
{
    /* What may still come of an observed request, and must be told before, is this thread's. */
    return !is_alone() && x->request.state != WATCHING &&
           leave(x, envoy, RESPONSE, capture_response(envoy, mode, received), false);
}

bool tell_response_later(struct exchange *x, stream envoy, bool has_body)
{
    return !is_alone() && x->request.state != WATCHING && leave(x, envoy, OBSERVED, NULL, has_body);
}

/* After this the judge does not touch the exchange. */
static void call_back(struct turn *turn)
{
    if (atomic_load_explicit(&turn->judged, memory_order_acquire)) {
        return;
    }
    interpreter_enter(); /* whoever is being judged is judged before that */
    pthread_mutex_lock(&lock);
    if (turn->queued) {
        take_out(turn);
    }
    pthread_mutex_unlock(&lock);
    interpreter_leave();
}

void judge_forget(struct exchange *x)
{
    judge_never(x);
    here--;
}

void judge_never(struct exchange *x)
{
    struct turn *turn = x->turn;
    if (turn != NULL) {
        x->turn = NULL;
        call_back(turn);
        free_turn(turn);
    }
}

void judged(struct exchange *x, stream envoy)
{
    struct turn *turn = x->turn;
    if (turn == NULL || !atomic_load_explicit(&turn->judged, memory_order_acquire)) {
        return; /* called for what it left since */
    }
    x->turn = NULL;
    enum matter matter = turn->matter;
    bool told = turn->told;
    struct answer answer = turn->answer;
    turn->answer.message = NULL;
    free_turn(turn);
    if (matter == REQUEST) {
        if (take_request_answer(x, envoy, told, &answer) == GO_ON) {
            CALLBACK(http_filter_continue_decoding)(envoy);
        }
    } else if (take_response_answer(x, envoy, matter == OBSERVED, told, &answer) == GO_ON) {
        CALLBACK(http_filter_continue_encoding)(envoy);
    }
}
