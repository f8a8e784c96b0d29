#include "response.h"

#include <stdlib.h>

#include "body.h"
#include "reply.h"
#include "text.h"

static enum outcome apply_response(struct exchange *x, stream envoy, struct answer *answer, int received)
{
    struct side *side = &x->response;
    if (answer->step == REFUSE) {
        enum outcome outcome = send_reply(x, envoy, answer->message);
        free(answer->message);
        return outcome;
    }
    mutate(envoy, false, received, answer->message);
    free(answer->message);
    side->limit = answer->limit;
    if (answer->step == HOLD) {
        side->state = HOLDING;
        raise_buffer_limit(envoy, side->limit);
        return WAIT;
    }
    side->state = answer->step == OBSERVE && answer->follows ? WATCHING : OVER;
    return GO_ON;
}

static enum outcome judge_response(struct exchange *x, stream envoy, enum body_mode mode, int received)
{
    struct answer answer;
    if (!ask_response(x, envoy, mode, received, &answer)) {
        return fail(x, envoy);
    }
    return apply_response(x, envoy, &answer, received);
}

static enum outcome judge_response_body(struct exchange *x, stream envoy, int received)
{
    struct answer answer;
    size_t total = body_total(envoy, false, received);
    if (!ask_response_body(x, envoy, received, &answer)) {
        return fail(x, envoy);
    }
    x->response.fed = total;
    return apply_response(x, envoy, &answer, received);
}

/* The response is leaving while Python looks at a copy: all that is left to do is to break it off. */
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
        if (side->ended) {
            tell_response(x, true);
        }
        return GO_ON;
    }
    if (!side->ended && !side->overflown) {
        return GO_ON;
    }
    struct answer answer;
    bool good = tell_response_body(x, &answer);
    side->state = OVER;
    bool refused = good ? answer.step == REFUSE : !x->config->fail_open;
    free(answer.message);
    return refused ? break_off(x, envoy) : GO_ON;
}

static enum outcome observe_response(struct exchange *x, stream envoy, const struct head *head, bool bodiless)
{
    x->head = head_keep(head);
    if (x->head == NULL) {
        return GO_ON; /* observation only: the event will lack the response */
    }
    x->response.limit = x->response_limit;
    if (bodiless) {
        tell_response(x, false);
        return GO_ON;
    }
    x->response.state = WATCHING;
    (void)envoy;
    return GO_ON;
}

static enum outcome inspect_response(struct exchange *x, stream envoy, const struct head *head, bool bodiless)
{
    long long length = decimal(head->content_length);
    if (bodiless) {
        return judge_response(x, envoy, NO_BODY, -1);
    }
    if (length > 0 && (size_t)length <= x->config->eager && (size_t)length <= x->response_limit) {
        x->response.state = EAGER;
        raise_buffer_limit(envoy, (size_t)length);
        return WAIT;
    }
    return judge_response(x, envoy, BODY_FOLLOWS, -1);
}

static bool is_judged(const struct exchange *x)
{
    return x->session != NULL && !x->local && (x->request.state == OVER || x->request.state == WATCHING);
}

enum outcome begin_response(struct exchange *x, stream envoy, bool end)
{
    x->response.ended = end;
    if (!is_judged(x) || x->interest == INTEREST_NONE) {
        return GO_ON;
    }
    struct head head;
    if (!head_read(&head, envoy, RESPONSE_HEADER)) {
        return fail(x, envoy);
    }
    x->status = (long)decimal(head.status);
    /* After 101, or 2xx to CONNECT, what follows is another protocol. */
    bool switched = x->status == 101 || (x->connect && x->status / 100 == 2);
    enum outcome outcome = x->interest == INTEREST_OBSERVE ? observe_response(x, envoy, &head, end || switched)
                                                           : inspect_response(x, envoy, &head, end || switched);
    head_free(&head);
    return outcome;
}

enum outcome more_response(struct exchange *x, stream envoy, int received, bool end)
{
    x->response.ended = x->response.ended || end;
    if (x->session == NULL || x->local) {
        return GO_ON;
    }
    switch (x->response.state) {
    case EAGER:
        return end ? judge_response(x, envoy, WHOLE_BODY, received) : WAIT;
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
