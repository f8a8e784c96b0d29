#include "response.h"

#include <stdlib.h>
#include <string.h>

#include "body.h"
#include "judge.h"
#include "reply.h"
#include "text.h"

/* ---- what is asked ---- */

static enum outcome judge_response(struct exchange *x, stream envoy, enum body_mode mode, int received)
{
    struct answer answer;
    struct captured *captured = capture_response(envoy, mode, received);
    bool told = ask_response(x, captured, &answer);
    free(captured);
    if (!told) {
        return fail(x, envoy);
    }
    enum outcome outcome = apply(x, envoy, false, received, &answer);
    free(answer.message);
    return outcome;
}

/* Leaves the response to the judge; it is held meanwhile. */
static enum outcome queue_response(struct exchange *x, stream envoy, enum body_mode mode, int received)
{
    if (!judge_response_later(x, envoy, mode, received)) {
        return judge_response(x, envoy, mode, received);
    }
    return WAIT;
}

static enum outcome judge_response_body(struct exchange *x, stream envoy, int received)
{
    struct answer answer;
    size_t total = body_total(envoy, false, received);
    if (!ask_response_body(x, envoy, received, &answer)) {
        return fail(x, envoy);
    }
    x->response.fed = total;
    enum outcome outcome = apply(x, envoy, false, received, &answer);
    free(answer.message);
    return outcome;
}

/* What was answered about something that is leaving, or about to: only a refusal counts. Takes the answer's message. */
static enum outcome obey(struct exchange *x, stream envoy, bool told, struct answer *answer)
{
    enum outcome outcome = !told                    ? fail(x, envoy)
                           : answer->step == REFUSE ? replace(x, envoy, answer->message)
                                                    : GO_ON;
    free(answer->message);
    return outcome;
}

static enum outcome judge_copy(struct exchange *x, stream envoy)
{
    struct answer answer;
    bool told = tell_response_body(x, &answer);
    x->response.state = OVER;
    return obey(x, envoy, told, &answer);
}

static enum outcome tell_all(struct exchange *x, stream envoy, bool has_body)
{
    if (tell_response_later(x, envoy, has_body)) {
        return PAUSE; /* what is here of it may be more than Envoy would hold otherwise */
    }
    struct answer answer;
    bool told = tell_response(x, has_body, &answer);
    return obey(x, envoy, told, &answer);
}

static enum outcome watch_response(struct exchange *x, stream envoy, int received)
{
    struct side *side = &x->response;
    if (received >= 0 && !side->overflown) {
        copy_received(envoy, side, received);
    }
    if (x->interest == INTEREST_OBSERVE) {
        if (side->overflown) {
            free_copy(side);
        }
        return side->complete ? tell_all(x, envoy, true) : GO_ON;
    }
    return side->complete || side->overflown ? judge_copy(x, envoy) : GO_ON;
}

static enum outcome observe_response(struct exchange *x, stream envoy, const struct head *head, bool bodiless)
{
    x->head = head_keep(head);
    if (x->head == NULL) {
        return GO_ON; /* observation only: the event will lack the response */
    }
    x->response.limit = x->response_limit;
    if (bodiless) {
        return tell_all(x, envoy, false);
    }
    x->response.state = WATCHING;
    return GO_ON;
}

static enum outcome inspect_response(struct exchange *x, stream envoy, bool bodiless)
{
    long long length = x->response.expected;
    if (bodiless) {
        return x->response.ended ? queue_response(x, envoy, NO_BODY, -1) : judge_response(x, envoy, NO_BODY, -1);
    }
    if (length > 0 && (size_t)length <= x->config->eager && (size_t)length <= x->response_limit) {
        x->response.state = EAGER;
        raise_buffer_limit(envoy, (size_t)length);
        return WAIT;
    }
    return judge_response(x, envoy, BODY_FOLLOWS, -1);
}

/* ---- its end ---- */

/*
 * A client that knows the length has the whole answer with its last byte, and Envoy tells of the end only afterwards.
 * So what counts here is the length, where it is known.
 */
static bool is_complete(const struct side *side, size_t here)
{
    return side->ended || (side->expected > 0 && side->left + here >= (size_t)side->expected);
}

/* What is passing leaves now. Before its last byte does, the conversation ends: what left is on record. */
static enum outcome let_go(struct exchange *x, stream envoy, int received)
{
    struct side *side = &x->response;
    size_t here = body_total(envoy, false, received);
    if (is_complete(side, here)) {
        /* Of what Envoy answered before it asked us nothing is open yet. */
        struct answer answer = {.message = NULL};
        bool unjudged = !x->asked;
        bool told = (!unjudged || note_request(x, envoy)) &&
                    (x->session == NULL || close_session(x, unjudged, x->status, side->left + here, &answer));
        if (obey(x, envoy, told, &answer) != GO_ON) {
            return GONE;
        }
    }
    side->left += here;
    x->head_left = true;
    return GO_ON;
}

/* ---- Envoy's calls ---- */

static bool is_judged(const struct exchange *x)
{
    return x->session != NULL && !x->local && (x->request.state == OVER || x->request.state == WATCHING);
}

static enum outcome judge_head(struct exchange *x, stream envoy, const struct head *head)
{
    /* After 101, or 2xx to CONNECT, what follows is another protocol. */
    bool switched = x->status == 101 || (x->connect && x->status / 100 == 2);
    bool bodiless = x->response.ended || switched;
    x->response.expected = bodiless ? -1 : decimal(head->content_length);
    if (!is_judged(x) || x->interest == INTEREST_NONE) {
        return GO_ON;
    }
    return x->interest == INTEREST_OBSERVE ? observe_response(x, envoy, head, bodiless)
                                           : inspect_response(x, envoy, bodiless);
}

enum outcome begin_response(struct exchange *x, stream envoy, bool end)
{
    struct head head;
    if (!head_read(&head, envoy, RESPONSE_HEADER)) {
        return fail(x, envoy);
    }
    x->answered = true;
    x->response.ended = end;
    x->status = (long)decimal(head.status);
    enum outcome outcome = judge_head(x, envoy, &head);
    head_free(&head);
    return outcome == GO_ON ? let_go(x, envoy, -1) : outcome;
}

static enum outcome pass_on(struct exchange *x, stream envoy, int received, bool end)
{
    switch (x->response.state) {
    case EAGER:
        return end ? queue_response(x, envoy, WHOLE_BODY, received) : WAIT;
    case HOLDING:
        if (!end && body_total(envoy, false, received) <= x->response.limit) {
            return WAIT;
        }
        return judge_response_body(x, envoy, received);
    case WATCHING:
        return watch_response(x, envoy, received);
    default:
        return GO_ON;
    }
}

enum outcome more_response(struct exchange *x, stream envoy, int received, bool end)
{
    struct side *side = &x->response;
    side->ended = side->ended || end;
    if (side->state == QUEUED) {
        return PAUSE; /* it is the judge's; what follows is another protocol, if anything */
    }
    side->complete = is_complete(side, body_total(envoy, false, received));
    bool open = x->session != NULL && !x->local;
    enum outcome outcome = open ? pass_on(x, envoy, received, end) : GO_ON;
    return outcome == GO_ON ? let_go(x, envoy, received) : outcome;
}

enum outcome take_response_answer(struct exchange *x, stream envoy, bool observed, bool told, struct answer *answer)
{
    if (observed) {
        enum outcome outcome = obey(x, envoy, told, answer);
        return outcome == GO_ON ? let_go(x, envoy, -1) : outcome;
    }
    enum outcome outcome = told ? apply(x, envoy, false, -1, answer) : fail(x, envoy);
    free(answer->message);
    return outcome == GO_ON ? let_go(x, envoy, -1) : outcome;
}

bool note_local_reply(struct exchange *x, uint32_t status, buffer details)
{
    if (x->head_left) {
        return true; /* Envoy can only break off then; its reply is never sent */
    }
    size_t length = details.length < sizeof x->details - 1 ? details.length : sizeof x->details - 1;
    memcpy(x->details, details.ptr, length);
    x->details[length] = '\0';
    judge_never(x);
    x->local = true;
    x->status = (long)status;
    if (!x->answered || x->session == NULL) {
        return true; /* it comes through the response's hooks, with the status that it gets in the end */
    }
    /*
     * In the place of a response that was held it does not. Then 503 means that the upstream broke off, to which the
     * gateway's own replies (replies.py) say 502.
     */
    struct answer answer;
    bool told = close_session(x, false, status == 503 ? 502 : x->status, 0, &answer);
    free(answer.message);
    return told ? answer.step != REFUSE : config_fails_open(x->config);
}
