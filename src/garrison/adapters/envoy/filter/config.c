#include "config.h"

#include <stdlib.h>

#include "asking.h"
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

struct config *config_make(buffer text)
{
    struct config *config = interpreter_start() ? calloc(1, sizeof *config) : NULL;
    if (config == NULL) {
        return NULL;
    }
    interpreter_enter();
    bool made = session_start() && asking_start() && text_start() && (config->handler = make_handler(text)) != NULL &&
                read_handler(config);
    if (!made) {
        interpreter_log_exception("the filter's configuration");
    }
    interpreter_leave();
    if (!made) {
        config_free(config);
        return NULL;
    }
    return config;
}

void config_free(struct config *config)
{
    interpreter_enter();
    if (config->handler != NULL) {
        PyObject *result = PyObject_CallMethod(config->handler, "close", NULL);
        if (result == NULL) {
            interpreter_log_exception("closing the filter's configuration");
        }
        Py_XDECREF(result);
    }
    Py_XDECREF(config->request);
    Py_XDECREF(config->handler);
    interpreter_leave();
    free(config);
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
