#include "request.h"

#include <stdlib.h>
#include <string.h>

#include "body.h"
#include "judge.h"
#include "reply.h"
#include "text.h"

static enum outcome judge_request(struct exchange *x, stream envoy, enum body_mode mode, int received)
{
    struct answer answer;
    struct captured *captured = capture_request(envoy, mode, received);
    bool told = ask_request(x, captured, &answer);
    free(captured);
    if (!told) {
        return fail(x, envoy);
    }
    enum outcome outcome = apply(x, envoy, true, received, &answer);
    free(answer.message);
    return outcome;
}

/* Leaves the request to the judge; it is held meanwhile. */
static enum outcome queue_request(struct exchange *x, stream envoy, enum body_mode mode, int received)
{
    if (!judge_request_later(x, envoy, mode, received)) {
        return judge_request(x, envoy, mode, received);
    }
    return WAIT;
}

static enum outcome judge_request_body(struct exchange *x, stream envoy, int received)
{
    struct answer answer;
    size_t total = body_total(envoy, true, received);
    if (!ask_request_body(x, envoy, received, &answer)) {
        return fail(x, envoy);
    }
    x->request.fed = total;
    enum outcome outcome = apply(x, envoy, true, received, &answer);
    free(answer.message);
    return outcome;
}

static enum outcome watch_request(struct exchange *x, stream envoy, int received)
{
    if (received >= 0) {
        copy_received(envoy, &x->request, received);
    }
    if (!(x->request.ended || x->request.overflown) || x->session == NULL) {
        return GO_ON;
    }
    bool told = tell_request_body(x);
    free_copy(&x->request);
    return told ? GO_ON : fail(x, envoy);
}

enum outcome begin_request(struct exchange *x, stream envoy, bool end)
{
    struct head head;
    if (!head_read(&head, envoy, REQUEST_HEADER)) {
        return fail(x, envoy);
    }
    long long length = decimal(head.content_length);
    x->request.ended = end;
    x->connect = head.method.length == 7 && memcmp(head.method.ptr, "CONNECT", 7) == 0;
    bool upgrade = head.upgrade.length > 0 && has_token(head.connection, "upgrade");
    /* A body announced beside an upgrade is a body all the same: else any request could ask not to be inspected. */
    x->upgrade = x->connect || (upgrade && length <= 0);
    x->raw = upgrade;
    x->grpc = head.content_type.length >= 16 && memcmp(head.content_type.ptr, "application/grpc", 16) == 0;
    head_free(&head);
    if (end) {
        return queue_request(x, envoy, NO_BODY, -1);
    }
    if (x->upgrade) {
        return judge_request(x, envoy, NO_BODY, -1);
    }
    if (length > 0 && (size_t)length <= x->config->eager) {
        x->request.state = EAGER;
        x->request.expected = length;
        raise_buffer_limit(envoy, (size_t)length);
        return WAIT;
    }
    return judge_request(x, envoy, BODY_FOLLOWS, -1);
}

enum outcome more_request(struct exchange *x, stream envoy, int received, bool end)
{
    x->request.ended = x->request.ended || end;
    switch (x->request.state) {
    case EAGER:
        /* The length alone would do, but a reply before Envoy saw the end costs the client its connection. */
        if (!end && !(x->raw && (long long)body_total(envoy, true, received) >= x->request.expected)) {
            return WAIT;
        }
        return end ? queue_request(x, envoy, WHOLE_BODY, received) : judge_request(x, envoy, WHOLE_BODY, received);
    case HOLDING:
        if (!end && body_total(envoy, true, received) <= x->request.limit) {
            return WAIT;
        }
        return judge_request_body(x, envoy, received);
    case QUEUED:
    case ASKING:
        return PAUSE;
    case WATCHING:
        return watch_request(x, envoy, received);
    default:
        return GO_ON;
    }
}

enum outcome resume_request(struct exchange *x, stream envoy)
{
    struct answer answer;
    bool told = ask_answered(x, &answer);
    return take_request_answer(x, envoy, told, &answer);
}

enum outcome take_request_answer(struct exchange *x, stream envoy, bool told, struct answer *answer)
{
    if (!told) {
        return fail(x, envoy);
    }
    enum outcome outcome = apply(x, envoy, true, -1, answer);
    free(answer->message);
    if (outcome == GONE || outcome == PAUSE) {
        return outcome;
    }
    /* What came of the body in the meantime was buffered. */
    switch (x->request.state) {
    case HOLDING:
        return more_request(x, envoy, -1, x->request.ended);
    case WATCHING:
        return watch_request(x, envoy, BUFFERED_REQUEST);
    default:
        return outcome;
    }
}
