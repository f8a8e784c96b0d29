/*
 * A host that stands in for Envoy: loads the filter, exports the callbacks it calls, and drives its hooks with random
 * exchanges on two threads, several at a time on each, as `random_policy.py` answers at random. Built with
 * AddressSanitizer.
 *
 * It is stricter than Envoy where Envoy only may: what a callback hands out is freed when the hook returns, and a
 * reply or a reset destroys the filter inside the call every other time; one that goes on now and then ends another of
 * its thread. It checks that a message that passes unchanged passes whole, and that no more is held than was asked for.
 *
 *     host FILTER.so CONFIG EXCHANGES SEED
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../src/garrison/adapters/envoy/filter/envoy.h"

#define WORKERS 2
#define LANES 5 /* exchanges at a time on each thread */
#define JUDGED 1 /* the event by which the filter is told that a message was judged */
#define MAX_FIELDS 100
#define BUFFER_LIMIT 4096 /* bytes that are held of a message until the filter asks for more */
#define REQUEST 0
#define RESPONSE 1

struct bytes {
    char *data;
    size_t length;
    bool exists;
};

struct field {
    char name[32];
    char *value;
};

struct side {
    struct field fields[MAX_FIELDS];
    size_t count;
    struct bytes received, buffered;
    size_t sent, forwarded;
    bool in_body_hook, head_left, changed, stopped;
    bool held; /* all of it was fed and it has not left */
    bool continued;
};

/* Where an exchange is woken, from any thread, also after it is gone. */
struct mailbox {
    atomic_int owners, schedulers, events, judged;
};

struct exchange {
    struct mailbox *mailbox;
    unsigned seed;
    struct side side[2];
    const void *module;
    bool replied, gone, completed;
    uint64_t limit;
    void *lent[4096]; /* what was handed out during the current hook */
    size_t lent_count;
};

static struct {
    const char *(*program_init)(void);
    const void *(*config_new)(void *, buffer, buffer);
    void (*config_destroy)(const void *);
    const void *(*new)(const void *, void *);
    int (*request_headers)(void *, const void *, bool);
    int (*request_body)(void *, const void *, bool);
    int (*request_trailers)(void *, const void *);
    int (*response_headers)(void *, const void *, bool);
    int (*response_body)(void *, const void *, bool);
    int (*response_trailers)(void *, const void *);
    int (*local_reply)(void *, const void *, uint32_t, buffer, bool);
    void (*scheduled)(void *, const void *, uint64_t);
    void (*stream_complete)(void *, const void *);
    void (*destroy)(const void *);
} hook;

static struct {
    atomic_long exchanges, aborted, asked, woken, judged, ended_by_others, replies, resets, logged, local, whole;
} total;

static const void *config;
static long wanted;
static unsigned first_seed;

static unsigned roll(struct exchange *x, unsigned sides)
{
    return (unsigned)rand_r(&x->seed) % sides;
}

static void fail(const char *what)
{
    fprintf(stderr, "host: %s\n", what);
    abort();
}

/* ---- what is handed out ---- */

static char *lend(struct exchange *x, const void *data, size_t length)
{
    char *copy = malloc(length ? length : 1);
    memcpy(copy, data, length);
    if (x->lent_count == sizeof x->lent / sizeof x->lent[0]) {
        fail("too much handed out in one hook");
    }
    x->lent[x->lent_count++] = copy;
    return copy;
}

static void take_back(struct exchange *x)
{
    while (x->lent_count > 0) {
        free(x->lent[--x->lent_count]);
    }
}

/* ---- bodies ---- */

static void bytes_add(struct bytes *bytes, const char *data, size_t length)
{
    if (length > 0) {
        bytes->data = realloc(bytes->data, bytes->length + length);
        memcpy(bytes->data + bytes->length, data, length);
        bytes->length += length;
    }
    bytes->exists = true;
}

static void bytes_clear(struct bytes *bytes)
{
    free(bytes->data);
    memset(bytes, 0, sizeof *bytes);
}

static struct bytes *body_of(struct exchange *x, int type)
{
    struct side *side = &x->side[type >= 2];
    if (type % 2 == 1) {
        return side->buffered.exists ? &side->buffered : NULL;
    }
    return side->in_body_hook ? &side->received : NULL;
}

size_t CALLBACK(http_get_body_size)(stream envoy, int type)
{
    struct bytes *body = body_of(envoy, type);
    return body ? body->length : 0;
}

/* Slices of 1000 bytes, so that a body has many. */
size_t CALLBACK(http_get_body_chunks_size)(stream envoy, int type)
{
    struct bytes *body = body_of(envoy, type);
    return body ? (body->length + 999) / 1000 : 0;
}

bool CALLBACK(http_get_body_chunks)(stream envoy, int type, buffer *out)
{
    struct bytes *body = body_of(envoy, type);
    if (body == NULL) {
        return false;
    }
    for (size_t at = 0; at < body->length; at += 1000) {
        size_t length = body->length - at < 1000 ? body->length - at : 1000;
        *out++ = (buffer){lend(envoy, body->data + at, length), length};
    }
    return true;
}

bool CALLBACK(http_append_body)(stream envoy, int type, buffer data)
{
    struct exchange *x = envoy;
    struct bytes *body = body_of(x, type);
    x->side[type >= 2].changed = true;
    if (body == NULL && type % 2 == 0) {
        return false;
    }
    bytes_add(body ? body : &x->side[type >= 2].buffered, data.ptr, data.length);
    return true;
}

bool CALLBACK(http_drain_body)(stream envoy, int type, size_t count)
{
    struct bytes *body = body_of(envoy, type);
    if (body == NULL) {
        return false;
    }
    if (count < body->length) {
        fail("a partial drain");
    }
    body->length = 0;
    return true;
}

bool CALLBACK(http_received_buffered_request_body)(stream envoy)
{
    (void)envoy;
    return false;
}

bool CALLBACK(http_received_buffered_response_body)(stream envoy)
{
    (void)envoy;
    return false;
}

uint64_t CALLBACK(http_get_buffer_limit)(stream envoy)
{
    return ((struct exchange *)envoy)->limit;
}

void CALLBACK(http_set_buffer_limit)(stream envoy, uint64_t limit)
{
    ((struct exchange *)envoy)->limit = limit;
}

/* ---- headers and attributes ---- */

size_t CALLBACK(http_get_headers_size)(stream envoy, int type)
{
    return ((struct exchange *)envoy)->side[type / 2].count;
}

bool CALLBACK(http_get_headers)(stream envoy, int type, header *out)
{
    struct exchange *x = envoy;
    struct side *side = &x->side[type / 2];
    for (size_t i = 0; i < side->count; i++) {
        size_t name = strlen(side->fields[i].name), value = strlen(side->fields[i].value);
        out[i] = (header){lend(x, side->fields[i].name, name), name, lend(x, side->fields[i].value, value), value};
    }
    return true;
}

bool CALLBACK(http_set_header)(stream envoy, int type, buffer name, buffer value)
{
    struct exchange *x = envoy;
    x->side[type / 2].changed = true;
    /* Only read: whether what was passed may be read is what matters here. */
    free(lend(x, name.ptr, name.length));
    x->lent_count--;
    free(lend(x, value.ptr ? value.ptr : "", value.length));
    x->lent_count--;
    return true;
}

bool CALLBACK(http_add_header)(stream envoy, int type, buffer name, buffer value)
{
    return CALLBACK(http_set_header)(envoy, type, name, value);
}

bool CALLBACK(http_filter_get_attribute_string)(stream envoy, int attribute, buffer *out)
{
    struct exchange *x = envoy;
    static const char *const addresses[] = {"127.0.0.1:1234", "[2001:db8::1]:65535", "/run/pipe", "1.2.3.4:99999999"};
    const char *text = attribute == ATTRIBUTE_SOURCE_ADDRESS ? addresses[roll(x, 4)]
                       : attribute == ATTRIBUTE_PROTOCOL     ? "HTTP/1.1"
                                                             : "some TLS fact";
    if (attribute >= ATTRIBUTE_SERVER_NAME && roll(x, 3) == 0) {
        return false;
    }
    *out = (buffer){lend(x, text, strlen(text)), strlen(text)};
    return true;
}

bool CALLBACK(http_filter_get_attribute_int)(stream envoy, int attribute, uint64_t *out)
{
    *out = (uint64_t)attribute + roll(envoy, 300);
    return true;
}

void CALLBACK(log)(int level, buffer message)
{
    total.logged++;
    if (level >= LOG_CRITICAL) {
        fprintf(stderr, "%.*s\n", (int)message.length, message.ptr);
    }
}

/* ---- waiting for an answer ---- */

static void mailbox_drop(struct mailbox *mailbox)
{
    if (atomic_fetch_sub(&mailbox->owners, 1) == 1) {
        free(mailbox);
    }
}

/* A scheduler of its own, so that AddressSanitizer sees one that is used too late. */
void *CALLBACK(http_filter_scheduler_new)(stream envoy)
{
    struct mailbox **scheduler = malloc(sizeof *scheduler);
    *scheduler = ((struct exchange *)envoy)->mailbox;
    (*scheduler)->owners++;
    (*scheduler)->schedulers++;
    total.asked++;
    return scheduler;
}

void CALLBACK(http_filter_scheduler_commit)(void *scheduler, uint64_t event)
{
    struct mailbox *mailbox = *(struct mailbox **)scheduler;
    if (event == JUDGED) {
        mailbox->judged++;
    } else {
        mailbox->events++;
    }
}

void CALLBACK(http_filter_scheduler_delete)(void *scheduler)
{
    struct mailbox *mailbox = *(struct mailbox **)scheduler;
    mailbox->schedulers--;
    mailbox_drop(mailbox);
    free(scheduler);
}

/* Whether it will be heard of again, though nothing more is sent. */
static bool awaited(const struct exchange *x)
{
    return x->mailbox->schedulers > 0 || x->mailbox->events > 0 || x->mailbox->judged > 0;
}

/* ---- ends ---- */

/* What one thread is at. */
static _Thread_local struct exchange *lanes[LANES];
static _Thread_local struct exchange *called;

static void end_stream(struct exchange *x)
{
    if (!x->completed) {
        x->completed = true;
        hook.stream_complete(x, x->module);
    }
    hook.destroy(x->module);
    x->module = NULL;
    x->gone = true;
    x->mailbox->judged = 0; /* Envoy calls nobody who is gone */
}

static bool over(const struct exchange *x)
{
    return x->gone || x->replied;
}

/* Another one's connection breaks, say. */
static void end_another(struct exchange *x)
{
    struct exchange *other = lanes[roll(x, LANES)];
    if (other != NULL && other != x && other != called && other->module != NULL && roll(x, 8) == 0) {
        total.ended_by_others++;
        end_stream(other);
    }
}

static void go_on(struct exchange *x, int which)
{
    if (over(x)) {
        fail("what is over was continued");
    }
    x->side[which].continued = true;
    end_another(x);
}

void CALLBACK(http_filter_continue_decoding)(stream envoy)
{
    go_on(envoy, REQUEST);
}

void CALLBACK(http_filter_continue_encoding)(stream envoy)
{
    go_on(envoy, RESPONSE);
}

void CALLBACK(http_send_response)(stream envoy, uint32_t status, header *headers, size_t count, buffer body,
                                  buffer details)
{
    struct exchange *x = envoy;
    total.replies++;
    for (size_t i = 0; i < count; i++) {
        lend(x, headers[i].key, headers[i].key_length);
        lend(x, headers[i].value, headers[i].value_length);
    }
    lend(x, body.ptr ? body.ptr : "", body.length);
    hook.local_reply(x, x->module, status, details, false);
    x->replied = true;
    if (roll(x, 2) == 0) {
        end_stream(x);
    }
}

void CALLBACK(http_filter_reset_stream)(stream envoy, int reason, buffer details)
{
    struct exchange *x = envoy;
    (void)reason, (void)details;
    total.resets++;
    x->replied = true;
    if (roll(x, 2) == 0) {
        end_stream(x);
    }
}

/* ---- exchanges ---- */

static void add_field(struct side *side, const char *name, const char *value)
{
    struct field *field = &side->fields[side->count++];
    snprintf(field->name, sizeof field->name, "%s", name);
    field->value = strdup(value);
}

static void add_fields(struct exchange *x, struct side *side)
{
    static const char *const names[] = {"accept", "x-custom", "user-agent", "set-cookie", "x", "content-type"};
    for (unsigned i = roll(x, roll(x, 8) == 0 ? 80 : 8); i > 0; i--) {
        char value[400];
        size_t length = roll(x, sizeof value);
        for (size_t k = 0; k < length; k++) {
            value[k] = (char)(roll(x, 254) + 1);
        }
        value[length ? length - 1 : 0] = '\0';
        add_field(side, names[roll(x, 6)], value);
    }
}

static void fill_request(struct exchange *x, size_t length)
{
    struct side *side = &x->side[REQUEST];
    static const char *const methods[] = {"GET", "POST", "CONNECT", "PURGE"};
    char digits[32];
    add_field(side, ":method", methods[roll(x, 20) == 0 ? roll(x, 4) : roll(x, 2)]);
    add_field(side, ":path", "/items/1?a=b");
    add_field(side, ":authority", roll(x, 2) ? "one.test" : "other.test");
    add_field(side, ":scheme", "http");
    add_fields(x, side);
    if (roll(x, 10) == 0) {
        add_field(side, "content-type", "application/grpc");
    }
    if (roll(x, 20) == 0) {
        add_field(side, "upgrade", "websocket");
        add_field(side, "connection", roll(x, 2) ? "Upgrade, close" : "close");
    }
    if (length > 0 && roll(x, 2) == 0) {
        snprintf(digits, sizeof digits, "%zu", length);
        add_field(side, "content-length", digits);
    }
}

static void fill_response(struct exchange *x, size_t length)
{
    struct side *side = &x->side[RESPONSE];
    static const char *const statuses[] = {"200", "404", "101", "500"};
    char digits[32];
    add_field(side, ":status", statuses[roll(x, 4)]);
    add_fields(x, side);
    if (length > 0 && roll(x, 2) == 0) {
        snprintf(digits, sizeof digits, "%zu", length);
        add_field(side, "content-length", digits);
    }
}

static int call_headers(struct exchange *x, int which, bool end)
{
    int status = which == REQUEST ? hook.request_headers(x, x->module, end) : hook.response_headers(x, x->module, end);
    take_back(x);
    return status;
}

static int call_body(struct exchange *x, int which, bool end)
{
    struct side *side = &x->side[which];
    side->in_body_hook = true;
    int status = which == REQUEST ? hook.request_body(x, x->module, end) : hook.response_body(x, x->module, end);
    side->in_body_hook = false;
    take_back(x);
    return status;
}

static int call_trailers(struct exchange *x, int which)
{
    int status = which == REQUEST ? hook.request_trailers(x, x->module) : hook.response_trailers(x, x->module);
    take_back(x);
    return status;
}

static void forward(struct side *side, bool go_on)
{
    if (go_on) {
        side->head_left = true;
        side->forwarded += side->buffered.length + side->received.length;
        bytes_clear(&side->buffered);
    } else if (side->received.length > 0) {
        bytes_add(&side->buffered, side->received.data, side->received.length);
    }
    bytes_clear(&side->received);
}

/* One chunk of a message; as Envoy does, the last one joins what was buffered before the hook sees it. */
static void send_chunk(struct exchange *x, int which, size_t length, bool end)
{
    struct side *side = &x->side[which];
    char *data = malloc(length ? length : 1);
    memset(data, 'a' + (int)(length % 26), length);
    if (end && side->buffered.exists) {
        bytes_add(&side->buffered, data, length);
        side->received.exists = true;
    } else {
        bytes_add(&side->received, data, length);
    }
    free(data);
    side->sent += length;
    int status = call_body(x, which, end);
    if (!over(x)) {
        bool paused = status == BODY_WATERMARK || (end && status == BODY_BUFFER);
        if (status == BODY_STOP || (paused && !awaited(x))) {
            fail("a body was stopped for ever");
        }
        if (status == BODY_BUFFER && side->buffered.length + side->received.length > x->limit) {
            fail("more is held than Envoy holds");
        }
        side->held = end && status != BODY_CONTINUE;
        forward(side, status == BODY_CONTINUE);
    }
}

/* A message's chunks, some of them; true where its end was sent. */
struct message {
    int which;
    unsigned chunks;
    size_t size;
    bool started, ended;
    bool cut; /* Envoy answered by itself and will not send the rest */
};

static void step_message(struct exchange *x, struct message *m)
{
    struct side *side = &x->side[m->which];
    if (!m->started) {
        m->started = true;
        m->ended = m->chunks == 0;
        int status = call_headers(x, m->which, m->ended);
        if (!over(x)) {
            if (m->ended && status != HEADERS_CONTINUE && !awaited(x)) {
                fail("a head without body was stopped for ever");
            }
            side->held = m->ended && status != HEADERS_CONTINUE;
            side->stopped = status != HEADERS_CONTINUE;
            side->head_left = status == HEADERS_CONTINUE;
        }
        return;
    }
    m->chunks--;
    bool trailers = m->chunks == 0 && m->size % 5 == 0;
    send_chunk(x, m->which, m->size, m->chunks == 0 && !trailers);
    if (trailers && !over(x)) {
        int status = call_trailers(x, m->which);
        if (!over(x)) {
            if (status != TRAILERS_CONTINUE && !awaited(x)) {
                fail("trailers were stopped for ever");
            }
            side->held = status != TRAILERS_CONTINUE;
            forward(side, status == TRAILERS_CONTINUE);
        }
    }
    m->ended = m->chunks == 0;
}

static void settle(struct exchange *x)
{
    take_back(x);
    for (int which = 0; which < 2; which++) {
        struct side *side = &x->side[which];
        if (side->continued && !over(x)) {
            forward(side, true);
            side->held = false;
        }
        side->continued = false;
    }
}

/* What Envoy does with what was committed, on the exchange's own thread. */
static void deliver(struct exchange *x)
{
    bool judged = x->mailbox->judged > 0;
    if (judged) {
        x->mailbox->judged--;
        total.judged++;
    } else {
        x->mailbox->events--;
        total.woken++;
    }
    called = x;
    hook.scheduled(x, x->module, judged ? JUDGED : 0);
    called = NULL;
    for (int i = 0; i < LANES; i++) {
        if (lanes[i] != NULL) {
            settle(lanes[i]);
        }
    }
}

static void check_whole(const struct exchange *x, const struct message *m)
{
    const struct side *side = &x->side[m->which];
    /* What was held when its client left did not leave. */
    if (m->ended && !m->cut && !side->changed && side->head_left && !side->held && !over(x)) {
        total.whole++;
        if (side->forwarded != side->sent) {
            fail("a message did not pass whole");
        }
    }
}

static struct message random_message(struct exchange *x, int which)
{
    unsigned chunks = roll(x, 3) == 0 ? 0 : roll(x, 12) + 1;
    size_t size = roll(x, 50) == 0 ? 50000 : roll(x, 1500);
    return (struct message){.which = which, .chunks = chunks, .size = size};
}

static void free_exchange(struct exchange *x)
{
    for (int which = 0; which < 2; which++) {
        for (size_t i = 0; i < x->side[which].count; i++) {
            free(x->side[which].fields[i].value);
        }
        bytes_clear(&x->side[which].received);
        bytes_clear(&x->side[which].buffered);
    }
    take_back(x);
    mailbox_drop(x->mailbox);
    free(x);
}

/* One exchange, and how far it has come. */
struct run {
    struct exchange *x;
    struct message request, response;
    bool aborted;
};

static void begin_run(struct run *run, int lane, unsigned seed)
{
    struct exchange *x = lanes[lane] = calloc(1, sizeof *x);
    x->seed = seed;
    x->limit = BUFFER_LIMIT;
    x->mailbox = calloc(1, sizeof *x->mailbox);
    x->mailbox->owners = 1;
    x->module = hook.new(config, x);
    *run = (struct run){x, random_message(x, REQUEST), random_message(x, RESPONSE), false};
    fill_request(x, run->request.size * run->request.chunks);
    fill_response(x, run->response.size * run->response.chunks);
}

/* Envoy answers by itself; its answer comes in the place of the other. */
static void answer_instead(struct run *run)
{
    struct exchange *x = run->x;
    hook.local_reply(x, x->module, 503, (buffer){"upstream_down", 13}, false);
    total.local++;
    run->request.ended = run->request.cut = true;
    x->side[REQUEST].held = false;
    memcpy(x->side[RESPONSE].fields[0].value, "503", 4);
    run->response.chunks = 0;
    step_message(x, &run->response);
}

/* In the place of a held response: sent past the hooks, or a reset where the filter says so. */
static void answer_past_the_hooks(struct exchange *x)
{
    int status = hook.local_reply(x, x->module, 503, (buffer){"upstream_broke_off", 18}, false);
    total.resets += status == LOCAL_REPLY_RESET;
    total.local++;
    x->replied = true;
}

static bool ended(const struct run *run)
{
    const struct side *sides = run->x->side;
    bool all = run->request.ended && run->response.ended && !sides[REQUEST].held && !sides[RESPONSE].held;
    return over(run->x) || run->aborted || all;
}

static void step_run(struct run *run)
{
    struct exchange *x = run->x;
    const struct side *response = &x->side[RESPONSE];
    if (x->mailbox->events + x->mailbox->judged > 0 && roll(x, 3) > 0) {
        deliver(x);
        return;
    }
    bool upstream = x->side[REQUEST].head_left && !run->response.ended && (run->request.ended || roll(x, 4) == 0);
    if (roll(x, 40) == 0) {
        run->aborted = true;
    } else if (roll(x, 60) == 0 && !run->response.started) {
        answer_instead(run);
    } else if (roll(x, 60) == 0 && run->response.started && (!run->response.ended || response->held) &&
               !response->head_left) {
        answer_past_the_hooks(x);
    } else if (upstream) {
        step_message(x, &run->response);
    } else if (!run->request.ended) {
        step_message(x, &run->request);
    } else if (awaited(x)) {
        usleep(50);
    } else {
        fail("nothing goes on");
    }
}

static void end_run(struct run *run, int lane)
{
    struct exchange *x = run->x;
    if (!x->gone && x->mailbox->events > 0) {
        deliver(x); /* too late for anything to come of it */
    }
    total.aborted += run->aborted;
    check_whole(x, &run->request);
    check_whole(x, &run->response);
    if (!x->gone) {
        end_stream(x);
    }
    lanes[lane] = NULL;
    free_exchange(x);
    total.exchanges++;
}

static void *work(void *number)
{
    unsigned seed = first_seed + (unsigned)(size_t)number * 100000007u;
    long begun = 0, done = 0, each = wanted / WORKERS;
    struct run runs[LANES];
    while (done < each) {
        for (int lane = 0; lane < LANES; lane++) {
            if (lanes[lane] == NULL && begun < each) {
                begin_run(&runs[lane], lane, seed + (unsigned)begun++ * 7919u);
            }
            if (lanes[lane] == NULL) {
                continue;
            }
            if (!ended(&runs[lane])) {
                step_run(&runs[lane]);
            }
            if (ended(&runs[lane])) {
                end_run(&runs[lane], lane);
                done++;
            }
        }
    }
    return NULL;
}

#define RESOLVE(field, name) \
    (*(void **)&hook.field = dlsym(library, "envoy_dynamic_module_on_" name)) ? (void)0 : fail("no hook " name)

static void load(const char *path)
{
    void *library = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
    if (library == NULL) {
        fail(dlerror());
    }
    RESOLVE(program_init, "program_init");
    RESOLVE(config_new, "http_filter_config_new");
    RESOLVE(config_destroy, "http_filter_config_destroy");
    RESOLVE(new, "http_filter_new");
    RESOLVE(request_headers, "http_filter_request_headers");
    RESOLVE(request_body, "http_filter_request_body");
    RESOLVE(request_trailers, "http_filter_request_trailers");
    RESOLVE(response_headers, "http_filter_response_headers");
    RESOLVE(response_body, "http_filter_response_body");
    RESOLVE(response_trailers, "http_filter_response_trailers");
    RESOLVE(local_reply, "http_filter_local_reply");
    RESOLVE(scheduled, "http_filter_scheduled");
    RESOLVE(stream_complete, "http_filter_stream_complete");
    RESOLVE(destroy, "http_filter_destroy");
}

int main(int count, char **arguments)
{
    if (count != 5) {
        fail("usage: host FILTER.so CONFIG EXCHANGES SEED");
    }
    load(arguments[1]);
    wanted = atol(arguments[3]);
    first_seed = (unsigned)atol(arguments[4]);
    hook.program_init();
    config = hook.config_new(NULL, (buffer){"garrison", 8}, (buffer){arguments[2], strlen(arguments[2])});
    if (config == NULL) {
        fail("the configuration was refused");
    }
    pthread_t threads[WORKERS];
    for (size_t i = 0; i < WORKERS; i++) {
        pthread_create(&threads[i], NULL, work, (void *)i);
    }
    for (size_t i = 0; i < WORKERS; i++) {
        pthread_join(threads[i], NULL);
    }
    hook.config_destroy(config);
    printf("exchanges %ld asked %ld woken %ld judged %ld ended-by-others %ld aborted %ld local-replies %ld replies %ld resets %ld messages-checked-whole %ld logged %ld\n",
           total.exchanges, total.asked, total.woken, total.judged, total.ended_by_others, total.aborted, total.local, total.replies, total.resets, total.whole, total.logged);
    return 0;
}
