#include "reply.h"

#include <stdlib.h>
#include <string.h>

#include "body.h"

#define LOCAL_RESET 0

#define TEXT(literal) ((buffer){literal, sizeof literal - 1})

static const buffer OURS = {"garrison", 8};

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

static enum outcome send_reply(struct exchange *x, stream envoy, const struct message *reply)
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

enum outcome replace(struct exchange *x, stream envoy, const struct message *reply)
{
    if (!x->head_left && !x->local) {
        return send_reply(x, envoy, reply);
    }
    x->request.state = x->response.state = OVER;
    CALLBACK(http_filter_reset_stream)(envoy, LOCAL_RESET, OURS);
    return GONE;
}

enum outcome fail(struct exchange *x, stream envoy)
{
    x->request.state = x->response.state = OVER;
    if (config_fails_open(x->config)) {
        return GO_ON;
    }
    static header type = {"content-type", 12, "application/problem+json", 24};
    static const struct message reply = {
        .status = 500,
        .body = TEXT("{\"type\":\"about:blank\",\"title\":\"Internal Server Error\",\"status\":500}"),
        .set_count = 1,
        .set = &type,
    };
    return replace(x, envoy, &reply);
}

/* Closes the session where Python has not done so; what that answers takes the place of the refusal. */
static enum outcome refuse(struct exchange *x, stream envoy, const struct message *reply)
{
    struct answer last = {.message = NULL};
    if (x->session != NULL && !close_session(x, false, reply->status, reply->body.length, &last) &&
        !config_fails_open(x->config)) {
        return fail(x, envoy);
    }
    enum outcome outcome = replace(x, envoy, last.step == REFUSE ? last.message : reply);
    free(last.message);
    return outcome;
}

enum outcome apply(struct exchange *x, stream envoy, bool request, int received, const struct answer *answer)
{
    struct side *side = request ? &x->request : &x->response;
    if (answer->step == REFUSE) {
        return refuse(x, envoy, answer->message);
    }
    mutate(envoy, request, received, answer->message);
    side->limit = answer->limit;
    if (answer->step == HOLD) {
        side->state = HOLDING;
        raise_buffer_limit(envoy, side->limit);
        return WAIT;
    }
    if (answer->step == ASK) {
        side->state = ASKING;
        x->follows = answer->follows;
        return ask_elsewhere(x, envoy) ? PAUSE : fail(x, envoy);
    }
    side->state = answer->step == OBSERVE && answer->follows ? WATCHING : OVER;
    if (request) {
        x->interest = answer->interest;
        x->response_limit = answer->response_limit;
    }
    return GO_ON;
}
