/*
 * Garrison's HTTP filter: hands exchanges to Python and does with them what Python says. It decides nothing.
 *
 * Envoy may destroy the filter inside any call that ends the stream (a reply, a reset): such a call is always the
 * last thing done, and the hook then returns without touching its exchange again (`GONE`).
 */
#include <stdlib.h>
#include <string.h>

#include "session.h"

/* What a hook does next; each hook has its own words for it in Envoy's ABI. */
enum outcome { GO_ON, WAIT, GONE };

/* Over its buffer limit Envoy answers by itself; one read of the connection (its default is 1 MiB) comes on top. */
#define BUFFER_SLACK ((uint64_t)2 << 20)

#define LOCAL_RESET 0

static const buffer OURS = {"garrison", 8};

#define TEXT(literal) ((buffer){literal, sizeof literal - 1})

/* ---- bodies ---- */

static int received_of(bool request)
{
    return request ? RECEIVED_REQUEST : RECEIVED_RESPONSE;
}

static int buffered_of(bool request)
{
    return request ? BUFFERED_REQUEST : BUFFERED_RESPONSE;
}

/* What of the received body is new: -1 where it is the very buffer that was held before. */
static int new_received(stream envoy, bool request)
{
    int received = received_of(request);
    bool same = request ? CALLBACK(http_received_buffered_request_body)(envoy)
                        : CALLBACK(http_received_buffered_response_body)(envoy);
    return same && CALLBACK(http_get_body_size)(envoy, buffered_of(request)) > 0 ? -1 : received;
}

static size_t body_total(stream envoy, bool request, int received)
{
    size_t total = CALLBACK(http_get_body_size)(envoy, buffered_of(request));
    return received >= 0 ? total + CALLBACK(http_get_body_size)(envoy, received) : total;
}

static void raise_buffer_limit(stream envoy, size_t limit)
{
    uint64_t wanted = (uint64_t)limit + BUFFER_SLACK;
    if (CALLBACK(http_get_buffer_limit)(envoy) < wanted) {
        CALLBACK(http_set_buffer_limit)(envoy, wanted);
    }
}

static bool grow_copy(struct side *side, size_t wanted)
{
    if (wanted <= side->capacity) {
        return true;
    }
    size_t capacity = side->capacity ? side->capacity * 2 : 512;
    while (capacity < wanted) {
        capacity *= 2;
    }
    char *copy = realloc(side->copy, capacity);
    if (copy == NULL) {
        return false;
    }
    side->copy = copy;
    side->capacity = capacity;
    return true;
}

/* Copies up to one byte more than the limit: the byte that says "there was more". */
static void copy_chunk(struct side *side, const char *ptr, size_t length)
{
    size_t room = side->limit + 1 - side->copied;
    size_t taken = length < room ? length : room;
    if (taken > 0 && !grow_copy(side, side->copied + taken)) {
        side->overflown = true;
        return;
    }
    if (taken > 0) {
        memcpy(side->copy + side->copied, ptr, taken);
        side->copied += taken;
    }
    side->overflown = side->copied > side->limit;
}

static void copy_received(stream envoy, struct side *side, int type)
{
    size_t count = CALLBACK(http_get_body_chunks_size)(envoy, type);
    buffer usual[16];
    buffer *chunks = count > 16 ? malloc(count * sizeof(buffer)) : usual;
    if (chunks == NULL) {
        side->overflown = true;
        return;
    }
    if (count > 0 && CALLBACK(http_get_body_chunks)(envoy, type, chunks)) {
        for (size_t i = 0; i < count && !side->overflown; i++) {
            copy_chunk(side, chunks[i].ptr, chunks[i].length);
        }
    }
    if (chunks != usual) {
        free(chunks);
    }
}

static void free_copy(struct side *side)
{
    free(side->copy);
    side->copy = NULL;
    side->copied = side->capacity = 0;
}

/* ---- acting on answers ---- */

/* What a gRPC client understands (grpc/doc/http-grpc-status-mapping.md); Envoy itself would report success. */
static buffer grpc_status(long status)
{
    switch (status) {
    case 400:
        return TEXT("13");
    case 401:
        return TEXT("16");
    case 403:
        return TEXT("7");
    case 404:
        return TEXT("12");
    case 429:
    case 502:
    case 503:
    case 504:
        return TEXT("14");
    default:
        return TEXT("2");
    }
}

static bool named(const header *field, buffer name)
{
    return field->key_length == name.length && memcmp(field->key, name.ptr, name.length) == 0;
}

static enum outcome send_reply(struct exchange *x, stream envoy, struct message *reply)
{
    header *headers = malloc((reply->set_count + 1) * sizeof(header));
    size_t count = 0;
    bool has_grpc_status = !x->grpc;
    for (size_t i = 0; headers != NULL && i < reply->set_count; i++) {
        if (!named(&reply->set[i], TEXT("content-length"))) { /* Envoy adds its own */
            headers[count++] = reply->set[i];
        }
        has_grpc_status = has_grpc_status || named(&reply->set[i], TEXT("grpc-status"));
    }
    if (headers != NULL && !has_grpc_status) {
        buffer value = grpc_status(reply->status);
        headers[count++] = (header){"grpc-status", 11, value.ptr, value.length};
    }
    x->refused = true;
    x->status = reply->status;
    x->request.state = x->response.state = OVER;
    CALLBACK(http_send_response)(envoy, (uint32_t)reply->status, headers, count, reply->body, OURS);
    free(headers);
    return GONE;
}

static void change_headers(stream envoy, int type, const struct message *mutation)
{
    for (size_t i = 0; i < mutation->drop_count; i++) {
        CALLBACK(http_set_header)(envoy, type, mutation->drop[i], (buffer){NULL, 0});
    }
    for (size_t i = 0; i < mutation->set_count; i++) {
        buffer name = {mutation->set[i].key, mutation->set[i].key_length};
        buffer value = {mutation->set[i].value, mutation->set[i].value_length};
        bool repeated = false;
        for (size_t k = 0; k < i && !repeated; k++) {
            repeated = named(&mutation->set[k], name);
        }
        if (repeated) {
            CALLBACK(http_add_header)(envoy, type, name, value);
        } else {
            CALLBACK(http_set_header)(envoy, type, name, value);
        }
    }
}

static void change_body(stream envoy, bool request, int received, const struct message *mutation)
{
    int type = request ? REQUEST_HEADER : RESPONSE_HEADER;
    CALLBACK(http_drain_body)(envoy, buffered_of(request), SIZE_MAX);
    if (received >= 0) {
        CALLBACK(http_drain_body)(envoy, received, SIZE_MAX);
    }
    CALLBACK(http_append_body)(envoy, received >= 0 ? received : buffered_of(request), mutation->body);
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%zu", mutation->body.length);
    CALLBACK(http_set_header)(envoy, type, TEXT("transfer-encoding"), (buffer){NULL, 0});
    CALLBACK(http_set_header)(envoy, type, TEXT("content-length"), (buffer){digits, (size_t)length});
}

static void mutate(stream envoy, bool request, int received, const struct message *mutation)
{
    if (mutation == NULL) {
        return;
    }
    change_headers(envoy, request ? REQUEST_HEADER : RESPONSE_HEADER, mutation);
    if (mutation->has_target && request) {
        CALLBACK(http_set_header)(envoy, REQUEST_HEADER, TEXT(":path"), mutation->target);
    }
    if (mutation->has_body) {
        change_body(envoy, request, received, mutation);
    }
}

/* Python failed and the session is gone: the declared fail mode. */
static enum outcome fail(struct exchange *x, stream envoy)
{
    x->request.state = x->response.state = OVER;
    if (x->config->fail_open) {
        return GO_ON;
    }
    static header type = {"content-type", 12, "application/problem+json", 24};
    struct message reply = {
        .status = 500,
        .body = TEXT("{\"type\":\"about:blank\",\"title\":\"Internal Server Error\",\"status\":500}"),
        .set_count = 1,
        .set = &type,
    };
    return send_reply(x, envoy, &reply);
}

static enum outcome apply_request(struct exchange *x, stream envoy, struct answer *answer, int received)
{
    struct side *side = &x->request;
    if (answer->step == REFUSE) {
        enum outcome outcome = send_reply(x, envoy, answer->message);
        free(answer->message);
        return outcome;
    }
    mutate(envoy, true, received, answer->message);
    free(answer->message);
    side->limit = answer->limit;
    if (answer->step == HOLD) {
        side->state = HOLDING;
        raise_buffer_limit(envoy, side->limit);
        return WAIT;
    }
    side->state = answer->step == OBSERVE && answer->follows ? WATCHING : OVER;
    x->interest = answer->interest;
    x->response_limit = answer->response_limit;
    return GO_ON;
}

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

/* ---- the request ---- */

static enum outcome judge_request(struct exchange *x, stream envoy, enum body_mode mode, int received)
{
    struct answer answer;
    if (!ask_request(x, envoy, mode, received, &answer)) {
        return fail(x, envoy);
    }
    return apply_request(x, envoy, &answer, received);
}

static enum outcome judge_request_body(struct exchange *x, stream envoy, int received)
{
    struct answer answer;
    size_t total = body_total(envoy, true, received);
    if (!ask_request_body(x, envoy, received, &answer)) {
        return fail(x, envoy);
    }
    x->request.fed = total;
    return apply_request(x, envoy, &answer, received);
}

static void watch_request(struct exchange *x, stream envoy, int received)
{
    if (received >= 0) {
        copy_received(envoy, &x->request, received);
    }
    if ((x->request.ended || x->request.overflown) && x->session != NULL) {
        tell_request_body(x);
        free_copy(&x->request);
    }
}

static enum outcome begin_request(struct exchange *x, stream envoy, bool end)
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
    if (end || x->upgrade) {
        return judge_request(x, envoy, NO_BODY, -1);
    }
    if (length > 0 && (size_t)length <= x->config->eager) {
        x->request.state = EAGER;
        x->request.expected = (size_t)length;
        raise_buffer_limit(envoy, x->request.expected);
        return WAIT;
    }
    return judge_request(x, envoy, BODY_FOLLOWS, -1);
}

static enum outcome more_request(struct exchange *x, stream envoy, int received, bool end)
{
    x->request.ended = x->request.ended || end;
    switch (x->request.state) {
    case EAGER:
        /* The length alone would do, but a reply before Envoy saw the end costs the client its connection. */
        if (!end && !(x->raw && body_total(envoy, true, received) >= x->request.expected)) {
            return WAIT;
        }
        return judge_request(x, envoy, WHOLE_BODY, received);
    case HOLDING:
        if (!end && body_total(envoy, true, received) <= x->request.limit) {
            return WAIT;
        }
        return judge_request_body(x, envoy, received);
    case WATCHING:
        watch_request(x, envoy, received);
        return GO_ON;
    default:
        return GO_ON;
    }
}

/* ---- the response ---- */

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

static enum outcome break_off(struct exchange *x, stream envoy)
{
    x->request.state = x->response.state = OVER;
    CALLBACK(http_filter_reset_stream)(envoy, LOCAL_RESET, OURS);
    return GONE;
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

static enum outcome begin_response(struct exchange *x, stream envoy, bool end)
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

static enum outcome more_response(struct exchange *x, stream envoy, int received, bool end)
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

/* ---- Envoy's hooks: all that the module exports ---- */

static int headers_status(enum outcome outcome)
{
    return outcome == GO_ON ? HEADERS_CONTINUE : HEADERS_STOP;
}

static int body_status(enum outcome outcome)
{
    return outcome == GO_ON ? BODY_CONTINUE : outcome == WAIT ? BODY_BUFFER : BODY_STOP;
}

static int trailers_status(enum outcome outcome)
{
    return outcome == GO_ON ? TRAILERS_CONTINUE : TRAILERS_STOP;
}

#pragma GCC visibility push(default)

const char *HOOK(program_init)(void)
{
    return ABI_VERSION;
}

const void *HOOK(http_filter_config_new)(void *envoy, buffer name, buffer config)
{
    (void)envoy, (void)name;
    return session_start() ? config_make(config) : NULL;
}

void HOOK(http_filter_config_destroy)(const void *config)
{
    config_free((struct config *)config);
}

/* Settings by route do not exist: policy is by operation, and Python has it. */
const void *HOOK(http_filter_per_route_config_new)(buffer name, buffer config)
{
    (void)name, (void)config;
    return NULL;
}

void HOOK(http_filter_per_route_config_destroy)(const void *config)
{
    (void)config;
}

const void *HOOK(http_filter_new)(const void *config, stream envoy)
{
    (void)envoy;
    struct exchange *x = calloc(1, sizeof *x);
    if (x != NULL) {
        x->config = (struct config *)config;
    }
    return x;
}

int HOOK(http_filter_request_headers)(stream envoy, const void *module, bool end)
{
    return headers_status(begin_request((struct exchange *)module, envoy, end));
}

int HOOK(http_filter_request_body)(stream envoy, const void *module, bool end)
{
    return body_status(more_request((struct exchange *)module, envoy, new_received(envoy, true), end));
}

int HOOK(http_filter_request_trailers)(stream envoy, const void *module)
{
    return trailers_status(more_request((struct exchange *)module, envoy, -1, true));
}

/* Notes that the response's head leaves, if it does; an exchange that is `GONE` is not touched. */
static enum outcome note_leaving(struct exchange *x, enum outcome outcome)
{
    if (outcome == GO_ON) {
        x->head_left = true;
    }
    return outcome;
}

int HOOK(http_filter_response_headers)(stream envoy, const void *module, bool end)
{
    struct exchange *x = (struct exchange *)module;
    return headers_status(note_leaving(x, begin_response(x, envoy, end)));
}

int HOOK(http_filter_response_body)(stream envoy, const void *module, bool end)
{
    struct exchange *x = (struct exchange *)module;
    return body_status(note_leaving(x, more_response(x, envoy, new_received(envoy, false), end)));
}

int HOOK(http_filter_response_trailers)(stream envoy, const void *module)
{
    struct exchange *x = (struct exchange *)module;
    return trailers_status(note_leaving(x, more_response(x, envoy, -1, true)));
}

int HOOK(http_filter_local_reply)(stream envoy, const void *module, uint32_t status, buffer details, bool reset)
{
    (void)envoy, (void)reset;
    struct exchange *x = (struct exchange *)module;
    /* After the head has left Envoy can only break off; its reply is never sent, though `reset` does not say so. */
    if (x != NULL && !x->refused && !x->head_left) {
        size_t length = details.length < sizeof x->details - 1 ? details.length : sizeof x->details - 1;
        memcpy(x->details, details.ptr, length);
        x->details[length] = '\0';
        x->local = true;
        x->status = (long)status;
    }
    return 0;
}

void HOOK(http_filter_stream_complete)(stream envoy, const void *module)
{
    struct exchange *x = (struct exchange *)module;
    if (x == NULL || x->session == NULL) {
        return;
    }
    uint64_t status = 0, bytes = 0;
    CALLBACK(http_filter_get_attribute_int)(envoy, ATTRIBUTE_RESPONSE_CODE, &status);
    CALLBACK(http_filter_get_attribute_int)(envoy, ATTRIBUTE_RESPONSE_SIZE, &bytes);
    bool aborted = !x->refused && !x->local && !x->response.ended;
    /* Envoy's own reply is mapped after its hook (503 leaves as 502 or 504): the attribute has what left. */
    bool known = x->status != 0 && !(x->local && status != 0);
    close_session(x, aborted, known ? x->status : (long)status, bytes);
}

void HOOK(http_filter_destroy)(const void *module)
{
    struct exchange *x = (struct exchange *)module;
    if (x->session != NULL) {
        close_session(x, true, x->status, 0); /* Envoy completes every stream before; this is for the day it does not */
    }
    free(x->request.copy);
    free(x->response.copy);
    free(x->head);
    free(x);
}

/* Required by Envoy, unused here: the filter makes no calls of its own and has no timers. */
#define UNUSED_HOOK(name, ...) \
    void HOOK(name)(__VA_ARGS__) {}

#define ANY __attribute__((unused))

UNUSED_HOOK(http_filter_scheduled, ANY stream e, ANY const void *m, ANY uint64_t id)
UNUSED_HOOK(http_filter_http_callout_done, ANY stream e, ANY const void *m, ANY uint64_t id, ANY int result,
            ANY header *headers, ANY size_t count, ANY buffer *chunks, ANY size_t chunk_count)
UNUSED_HOOK(http_filter_http_stream_headers, ANY stream e, ANY const void *m, ANY uint64_t id, ANY header *headers,
            ANY size_t count, ANY bool end)
UNUSED_HOOK(http_filter_http_stream_data, ANY stream e, ANY const void *m, ANY uint64_t id, ANY const buffer *chunks,
            ANY size_t count, ANY bool end)
UNUSED_HOOK(http_filter_http_stream_trailers, ANY stream e, ANY const void *m, ANY uint64_t id, ANY header *headers,
            ANY size_t count)
UNUSED_HOOK(http_filter_http_stream_complete, ANY stream e, ANY const void *m, ANY uint64_t id)
UNUSED_HOOK(http_filter_http_stream_reset, ANY stream e, ANY const void *m, ANY uint64_t id, ANY int reason)
UNUSED_HOOK(http_filter_downstream_above_write_buffer_high_watermark, ANY stream e, ANY const void *m)
UNUSED_HOOK(http_filter_downstream_below_write_buffer_low_watermark, ANY stream e, ANY const void *m)

#pragma GCC visibility pop
