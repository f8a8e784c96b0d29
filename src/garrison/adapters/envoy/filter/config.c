#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "asking.h"
#include "judge.h"
#include "session.h"
#include "text.h"

static bool read_size(PyObject *owner, const char *name, size_t *out)
{
    PyObject *value = PyObject_GetAttrString(owner, name);
    *out = value ? PyLong_AsSize_t(value) : 0;
    Py_XDECREF(value);
    return PyErr_Occurred() == NULL;
}

static bool read_handler(struct config *config)
{
    config->request = PyObject_GetAttrString(config->handler, "request");
    return config->request != NULL && read_size(config->handler, "eager", &config->eager);
}

static PyObject *make_handler(buffer text)
{
    PyObject *bridge = PyImport_ImportModule("garrison.adapters.envoy.bridge");
    PyObject *handler =
        bridge ? PyObject_CallMethod(bridge, "configure", "s#", text.ptr, (Py_ssize_t)text.length) : NULL;
    Py_XDECREF(bridge);
    return handler;
}

/* Only touched by who is inside the interpreter. */
static struct config *live;

static struct config *find(buffer text)
{
    struct config *config = live;
    while (config != NULL &&
           (config->length != text.length || memcmp(config->text, text.ptr, text.length) != 0)) {
        config = config->next;
    }
    return config;
}

static void forget(struct config *config)
{
    for (struct config **at = &live; *at != NULL; at = &(*at)->next) {
        if (*at == config) {
            *at = config->next;
            return;
        }
    }
}

/* Inside the interpreter. */
static void destroy(struct config *config)
{
    forget(config);
    if (config->handler != NULL) {
        PyObject *result = PyObject_CallMethod(config->handler, "close", NULL);
        if (result == NULL) {
            interpreter_log_exception("closing the filter's configuration");
        }
        Py_XDECREF(result);
    }
    Py_XDECREF(config->request);
    Py_XDECREF(config->handler);
    free(config->text);
    free(config);
}

/* Inside the interpreter. */
static struct config *make(buffer text)
{
    struct config *config = calloc(1, sizeof *config);
    if (config == NULL) {
        return NULL;
    }
    config->text = malloc(text.length + 1);
    if (config->text == NULL || !session_start() || !asking_start() || !text_start() ||
        (config->handler = make_handler(text)) == NULL || !read_handler(config)) {
        interpreter_log_exception("the filter's configuration");
        destroy(config);
        return NULL;
    }
    memcpy(config->text, text.ptr, text.length);
    config->length = text.length;
    config->next = live;
    live = config;
    return config;
}

struct config *config_make(buffer text)
{
    if (!interpreter_start() || !judge_start()) {
        return NULL;
    }
    interpreter_enter();
    struct config *config = find(text);
    if (config == NULL) {
        config = make(text);
    }
    if (config != NULL) {
        config->references++;
    }
    interpreter_leave();
    return config;
}

void config_free(struct config *config)
{
    interpreter_enter();
    if (--config->references == 0) {
        destroy(config);
    }
    interpreter_leave();
}

bool config_fails_open(const struct config *config)
{
    interpreter_enter();
    PyObject *value = PyObject_GetAttrString(config->handler, "fail_open");
    int open = value ? PyObject_IsTrue(value) : -1;
    Py_XDECREF(value);
    if (open < 0) {
        interpreter_log_exception("asking for the fail mode");
    }
    interpreter_leave();
    return open > 0;
}
