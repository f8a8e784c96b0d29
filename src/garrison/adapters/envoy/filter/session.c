#include "session.h"

#include <stdlib.h>
#include <string.h>

#include "asking.h"
#include "body.h"
#include "head_memory.h"
#include "peer.h"
#include "text.h"

static struct {
    PyObject *directive, *limit, *response_limit, *reply, *mutation;
    PyObject *request_body, *answered, *response, *response_body, *local_reply, *close;
} names;

static bool intern(PyObject **slot, const char *name)
{
    *slot = PyUnicode_InternFromString(name);
    return *slot != NULL;
}

bool session_start(void)
{
    return names.close != NULL ||
           (intern(&names.directive, "directive") && intern(&names.limit, "limit") &&
            intern(&names.response_limit, "response_limit") && intern(&names.reply, "reply") &&
            intern(&names.mutation, "mutation") && intern(&names.request_body, "request_body") &&
            intern(&names.answered, "answered") && intern(&names.response, "response") && intern(&names.response_body, "response_body") &&
            intern(&names.local_reply, "local_reply") && intern(&names.close, "close"));
}

static bool read_limit(PyObject *session, PyObject *name, size_t *out)
{
    PyObject *value = PyObject_GetAttr(session, name);
    *out = value ? PyLong_AsSize_t(value) : 0;
    Py_XDECREF(value);
    return PyErr_Occurred() == NULL;
}

static bool read_message(PyObject *session, bool refuse, struct answer *answer)
{
    PyObject *value = PyObject_GetAttr(session, refuse ? names.reply : names.mutation);
    if (value == NULL) {
        return false;
    }
    answer->message = refuse ? read_reply(value) : read_mutation(value);
    Py_DECREF(value);
    return answer->message != NULL;
}

static bool read_directive(PyObject *session, unsigned long directive, struct answer *answer)
{
    answer->step = (enum step)(directive & STEP_MASK);
    answer->interest = (enum interest)((directive >> INTEREST_SHIFT) & INTEREST_MASK);
    if (answer->step > ASK || answer->interest > INTEREST_HEAD) {
        PyErr_Format(PyExc_ValueError, "no such directive: %lu", directive);
        return false;
    }
    if ((answer->step == HOLD || answer->step == OBSERVE) &&
        !read_limit(session, names.limit, &answer->limit)) {
        return false;
    }
    if (answer->interest != INTEREST_NONE &&
        !read_limit(session, names.response_limit, &answer->response_limit)) {
        return false;
    }
    if (answer->step == REFUSE || (directive & MUTATE) != 0) {
        return read_message(session, answer->step == REFUSE, answer);
    }
    return true;
}

/* Logs the pending exception; the session is called no more. */
static void drop_session(struct exchange *x, const char *where)
{
    interpreter_log_exception(where);
    asking_end(x);
    Py_CLEAR(x->session);
    x->failed = true;
}

/* Takes the reference to `value`, Python's directive. Only an open request may be kept waiting for an answer. */
static bool take_answer(struct exchange *x, bool may_ask, PyObject *value, bool follows, struct answer *answer,
                        const char *where)
{
    memset(answer, 0, sizeof *answer);
    answer->follows = follows;
    unsigned long directive = value ? PyLong_AsUnsignedLong(value) : 0;
    Py_XDECREF(value);
    bool good = PyErr_Occurred() == NULL && read_directive(x->session, directive, answer);
    if (good && !follows && answer->step == HOLD) {
        PyErr_SetString(PyExc_ValueError, "there is nothing left to hold");
        good = false;
    }
    if (good && answer->step == ASK && (!may_ask || (directive & DONE) != 0)) {
        PyErr_SetString(PyExc_ValueError, "only an open request can be kept waiting for an answer");
        good = false;
    }
    if (!good) {
        free(answer->message);
        memset(answer, 0, sizeof *answer);
        drop_session(x, where);
    } else if ((directive & DONE) != 0) {
        Py_CLEAR(x->session);
    }
    return good;
}

/* ---- the request ---- */

/* None, where it is not all at hand. */
static PyObject *optional_body(const struct captured *captured)
{
    if (captured->mode != WHOLE_BODY) {
        Py_RETURN_NONE;
    }
    return PyBytes_FromStringAndSize(captured->body.ptr, (Py_ssize_t)captured->body.length);
}

/* Calls with the references in `args`, which it takes; a NULL among them is an exception already set. */
static PyObject *call_and_release(PyObject *callable, PyObject *method, PyObject **args, size_t count)
{
    PyObject *result = NULL;
    bool whole = true;
    for (size_t i = 0; i < count; i++) {
        whole = whole && args[i] != NULL;
    }
    if (whole && callable != NULL) {
        result = PyObject_Vectorcall(callable, args, count, NULL);
    } else if (whole) {
        result = PyObject_VectorcallMethod(method, args, count | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
    }
    for (size_t i = 0; i < count; i++) {
        Py_XDECREF(args[i]);
    }
    return result;
}

static PyObject *open_session(struct exchange *x, struct worker *worker, const struct captured *request, bool has_body,
                              bool judged)
{
    const struct peer *peer = &request->peer;
    PyObject *args[] = {
        text(request->method),
        text(request->path),
        remembered_text(&worker->authority, request->authority),
        text(request->scheme),
        text(peer->protocol),
        header_tuple(request->fields, request->count),
        remembered_text(&worker->address, peer->address),
        PyLong_FromLong(peer->port),
        tls_tuple(peer),
        PyBool_FromLong(has_body),
        optional_body(request),
        PyBool_FromLong(judged),
    };
    return call_and_release(x->config->request, NULL, args, sizeof args / sizeof args[0]);
}

bool ask_request(struct exchange *x, const struct captured *captured, struct answer *answer)
{
    x->asked = true;
    memset(answer, 0, sizeof *answer);
    if (captured == NULL) {
        return false;
    }
    struct worker *worker = interpreter_enter();
    x->session = open_session(x, worker, captured, captured->mode != NO_BODY, true);
    PyObject *directive = x->session ? PyObject_GetAttr(x->session, names.directive) : NULL;
    bool good = take_answer(x, true, directive, captured->mode == BODY_FOLLOWS, answer, "judging a request");
    interpreter_leave();
    return good;
}

bool ask_elsewhere(struct exchange *x, stream envoy)
{
    interpreter_enter();
    bool good = asking_begin(x, envoy);
    if (!good) {
        drop_session(x, "asking elsewhere");
    }
    interpreter_leave();
    return good;
}

bool note_request(struct exchange *x, stream envoy)
{
    x->asked = true;
    struct captured *captured = capture_request(envoy, NO_BODY, -1);
    if (captured == NULL) {
        x->failed = true;
        return false;
    }
    struct worker *worker = interpreter_enter();
    x->session = open_session(x, worker, captured, captured->announced > 0, false);
    if (x->session == NULL) {
        drop_session(x, "noting a request that was not judged");
    }
    interpreter_leave();
    free(captured);
    return x->session != NULL;
}

bool ask_request_body(struct exchange *x, stream envoy, int received, struct answer *answer)
{
    interpreter_enter();
    PyObject *args[] = {Py_NewRef(x->session), body_bytes(envoy, received, BUFFERED_REQUEST, x->request.fed),
                        PyBool_FromLong(x->request.ended)};
    PyObject *directive = call_and_release(NULL, names.request_body, args, 3);
    bool good = take_answer(x, true, directive, !x->request.ended, answer, "judging a request's body");
    interpreter_leave();
    return good;
}

bool ask_answered(struct exchange *x, struct answer *answer)
{
    interpreter_enter();
    asking_end(x);
    PyObject *args[] = {Py_NewRef(x->session)};
    PyObject *directive = call_and_release(NULL, names.answered, args, 1);
    bool good = take_answer(x, true, directive, x->follows, answer, "going on with an answer");
    interpreter_leave();
    return good;
}

static PyObject *copied_bytes(const struct side *side)
{
    return PyBytes_FromStringAndSize(side->copy, (Py_ssize_t)side->copied);
}

/* Needs the GIL. The message is on its way: of the answer only DONE counts. */
static void feed_request_copy(struct exchange *x)
{
    PyObject *args[] = {Py_NewRef(x->session), copied_bytes(&x->request),
                        PyBool_FromLong(x->request.ended && !x->request.overflown)};
    PyObject *value = call_and_release(NULL, names.request_body, args, 3);
    unsigned long directive = value ? PyLong_AsUnsignedLong(value) : 0;
    Py_XDECREF(value);
    x->request.state = OVER;
    if (PyErr_Occurred() != NULL) {
        drop_session(x, "observing a request's body");
    } else if ((directive & DONE) != 0) {
        Py_CLEAR(x->session);
    }
}

bool tell_request_body(struct exchange *x)
{
    interpreter_enter();
    feed_request_copy(x);
    interpreter_leave();
    return !x->failed;
}

/* ---- the response ---- */

static PyObject *call_response(struct exchange *x, long status, PyObject *headers, bool has_body,
                               PyObject *body, bool complete)
{
    if (x->request.state == WATCHING) {
        /* The upstream answered before it had the whole request; Python gets what there was of it first. */
        feed_request_copy(x);
    }
    if (x->session == NULL) {
        Py_XDECREF(headers);
        Py_XDECREF(body);
        return NULL;
    }
    PyObject *args[] = {Py_NewRef(x->session),      PyLong_FromLong(status),  headers,
                        PyBool_FromLong(has_body), body, PyBool_FromLong(complete)};
    return call_and_release(NULL, names.response, args, 6);
}

/* `call_response` may have ended the conversation already. */
static bool take_response(struct exchange *x, PyObject *directive, bool follows, struct answer *answer)
{
    if (x->session == NULL) {
        memset(answer, 0, sizeof *answer);
        return !x->failed;
    }
    return take_answer(x, false, directive, follows, answer, "judging a response");
}

bool ask_response(struct exchange *x, const struct captured *captured, struct answer *answer)
{
    memset(answer, 0, sizeof *answer);
    if (captured == NULL) {
        return false;
    }
    interpreter_enter();
    PyObject *directive =
        call_response(x, (long)decimal(captured->status), header_tuple(captured->fields, captured->count),
                      captured->mode != NO_BODY, optional_body(captured), true);
    bool good = take_response(x, directive, captured->mode == BODY_FOLLOWS, answer);
    interpreter_leave();
    return good;
}

bool ask_response_body(struct exchange *x, stream envoy, int received, struct answer *answer)
{
    interpreter_enter();
    PyObject *args[] = {Py_NewRef(x->session), body_bytes(envoy, received, BUFFERED_RESPONSE, x->response.fed),
                        PyBool_FromLong(x->response.ended)};
    PyObject *directive = call_and_release(NULL, names.response_body, args, 3);
    bool good = take_answer(x, false, directive, !x->response.ended, answer, "judging a response's body");
    interpreter_leave();
    return good;
}

/* Needs the GIL. */
static bool feed_response_copy(struct exchange *x, struct answer *answer)
{
    PyObject *args[] = {Py_NewRef(x->session), copied_bytes(&x->response),
                        PyBool_FromLong(x->response.complete && !x->response.overflown)};
    PyObject *directive = call_and_release(NULL, names.response_body, args, 3);
    return take_answer(x, false, directive, false, answer, "observing a response's body");
}

bool tell_response_body(struct exchange *x, struct answer *answer)
{
    interpreter_enter();
    bool good = feed_response_copy(x, answer);
    interpreter_leave();
    return good;
}

/* Needs the GIL. */
static bool feed_response(struct exchange *x, bool has_body, bool complete, struct answer *answer)
{
    /* Of one that broke off what came of it. */
    PyObject *body = has_body && !x->response.overflown ? copied_bytes(&x->response) : Py_NewRef(Py_None);
    PyObject *headers = header_tuple(x->head->fields, x->head->count);
    PyObject *directive = call_response(x, x->head->status, headers, has_body, body, complete);
    bool good = take_response(x, directive, true, answer);
    x->response.state = OVER;
    return good;
}

bool tell_response(struct exchange *x, bool has_body, struct answer *answer)
{
    interpreter_enter();
    bool good = feed_response(x, has_body, !x->response.overflown, answer);
    interpreter_leave();
    return good;
}

/* ---- the end ---- */

static void call_close(struct exchange *x, bool aborted, long status, uint64_t response_bytes, struct answer *answer)
{
    PyObject *args[] = {Py_NewRef(x->session), PyBool_FromLong(aborted), PyLong_FromLong(status),
                        PyLong_FromUnsignedLongLong(response_bytes)};
    take_answer(x, false, call_and_release(NULL, names.close, args, 4), false, answer, "closing an exchange");
    Py_CLEAR(x->session);
}

static void call_local_reply(struct exchange *x, long status)
{
    PyObject *args[] = {Py_NewRef(x->session), PyLong_FromLong(status),
                        PyUnicode_DecodeLatin1(x->details, (Py_ssize_t)strlen(x->details), NULL)};
    PyObject *result = call_and_release(NULL, names.local_reply, args, 3);
    if (result == NULL) {
        drop_session(x, "noting the proxy's own reply");
    }
    Py_XDECREF(result);
}

bool close_session(struct exchange *x, bool aborted, long status, uint64_t response_bytes, struct answer *answer)
{
    memset(answer, 0, sizeof *answer);
    interpreter_enter();
    asking_end(x);
    if (x->local) {
        call_local_reply(x, status);
    } else if (x->response.state == WATCHING && x->head != NULL) {
        feed_response(x, true, false, answer); /* broken off before its end */
    } else if (x->response.state == WATCHING) {
        feed_response_copy(x, answer); /* likewise, and its head was told before */
    }
    if (x->session != NULL) {
        free(answer->message);
        call_close(x, aborted, status, response_bytes, answer);
    }
    interpreter_leave();
    return !x->failed;
}
