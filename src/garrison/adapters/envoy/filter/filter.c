/*
 * Garrison's HTTP filter: hands exchanges to Python and does with them what Python says. It decides nothing.
 *
 * Envoy may destroy the filter inside any call that ends the stream (a reply, a reset): such a call is always the
 * last thing done, and the hook then returns without touching its exchange again (`GONE`).
 */
#include <stdlib.h>

#include "body.h"
#include "config.h"
#include "judge.h"
#include "request.h"
#include "response.h"
#include "session.h"

static int headers_status(enum outcome outcome)
{
    return outcome == GO_ON ? HEADERS_CONTINUE : HEADERS_STOP;
}

static int body_status(enum outcome outcome)
{
    switch (outcome) {
    case GO_ON:
        return BODY_CONTINUE;
    case WAIT:
        return BODY_BUFFER;
    case PAUSE:
        return BODY_WATERMARK;
    default:
        return BODY_STOP;
    }
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
    return config_make(config);
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
        judge_expect();
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

void HOOK(http_filter_scheduled)(stream envoy, const void *module, uint64_t event)
{
    struct exchange *x = (struct exchange *)module;
    if (x != NULL && event == JUDGED_EVENT) {
        judged(x, envoy);
        return;
    }
    /* It may have ended otherwise in the meantime: answered by Envoy, left by its client. */
    if (x == NULL || x->request.state != ASKING || x->session == NULL || x->local) {
        return;
    }
    if (resume_request(x, envoy) == GO_ON) {
        CALLBACK(http_filter_continue_decoding)(envoy);
    }
}

int HOOK(http_filter_response_headers)(stream envoy, const void *module, bool end)
{
    return headers_status(begin_response((struct exchange *)module, envoy, end));
}

int HOOK(http_filter_response_body)(stream envoy, const void *module, bool end)
{
    return body_status(more_response((struct exchange *)module, envoy, new_received(envoy, false), end));
}

int HOOK(http_filter_response_trailers)(stream envoy, const void *module)
{
    return trailers_status(more_response((struct exchange *)module, envoy, -1, true));
}

int HOOK(http_filter_local_reply)(stream envoy, const void *module, uint32_t status, buffer details, bool reset)
{
    (void)envoy, (void)reset;
    struct exchange *x = (struct exchange *)module;
    if (x == NULL || x->refused) {
        return LOCAL_REPLY_CONTINUE;
    }
    return note_local_reply(x, status, details) ? LOCAL_REPLY_CONTINUE : LOCAL_REPLY_RESET;
}

void HOOK(http_filter_stream_complete)(stream envoy, const void *module)
{
    struct exchange *x = (struct exchange *)module;
    if (x != NULL) {
        judge_never(x);
    }
    if (x == NULL || (!x->asked && !note_request(x, envoy)) || x->session == NULL) {
        return;
    }
    /* What was answered whole was closed before: client or upstream broke this one off. */
    uint64_t status = 0, bytes = 0;
    CALLBACK(http_filter_get_attribute_int)(envoy, ATTRIBUTE_RESPONSE_CODE, &status);
    CALLBACK(http_filter_get_attribute_int)(envoy, ATTRIBUTE_RESPONSE_SIZE, &bytes);
    struct answer answer;
    close_session(x, true, x->status != 0 ? x->status : (long)status, bytes, &answer);
    free(answer.message);
}

void HOOK(http_filter_destroy)(const void *module)
{
    struct exchange *x = (struct exchange *)module;
    judge_forget(x);
    if (x->session != NULL) {
        struct answer answer; /* Envoy completes every stream before; this is for the day it does not */
        close_session(x, true, x->status, 0, &answer);
        free(answer.message);
    }
    free(x->request.copy);
    free(x->response.copy);
    free(x->head);
    free(x);
}

/* Required by Envoy, unused here: the filter makes no calls through Envoy. */
#define UNUSED_HOOK(name, ...) \
    void HOOK(name)(__VA_ARGS__) {}

#define ANY __attribute__((unused))

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
