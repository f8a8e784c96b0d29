#include "asking.h"

#include <stdlib.h>

/*
 * What wakes one exchange, once. The exchange and Python's `wake` share it, and whichever lets go of it last frees it.
 * It is touched only under the GIL, so that a stream cannot end while it is being woken.
 */
struct waker {
    void *scheduler; /* NULL once it was used, or the exchange waits no more */
};

static const char *const WAKER = "garrison.waker";

static PyObject *name_of_ask;

bool asking_start(void)
{
    if (name_of_ask == NULL) {
        name_of_ask = PyUnicode_InternFromString("ask");
    }
    return name_of_ask != NULL;
}

static void let_go(struct waker *waker)
{
    if (waker->scheduler != NULL) {
        CALLBACK(http_filter_scheduler_delete)(waker->scheduler);
        waker->scheduler = NULL;
    }
}

static void free_waker(PyObject *capsule)
{
    struct waker *waker = PyCapsule_GetPointer(capsule, WAKER);
    let_go(waker);
    free(waker);
}

static PyObject *wake(PyObject *capsule, PyObject *nothing)
{
    (void)nothing;
    struct waker *waker = PyCapsule_GetPointer(capsule, WAKER);
    if (waker == NULL) {
        return NULL;
    }
    if (waker->scheduler != NULL) {
        CALLBACK(http_filter_scheduler_commit)(waker->scheduler, 0);
        let_go(waker);
    }
    Py_RETURN_NONE;
}

static PyObject *make_waker(stream envoy)
{
    struct waker *waker = malloc(sizeof *waker);
    if (waker == NULL) {
        return PyErr_NoMemory();
    }
    waker->scheduler = CALLBACK(http_filter_scheduler_new)(envoy);
    PyObject *capsule = PyCapsule_New(waker, WAKER, free_waker);
    if (capsule == NULL) {
        let_go(waker);
        free(waker);
    }
    return capsule;
}

bool asking_begin(struct exchange *x, stream envoy)
{
    static PyMethodDef method = {"wake", wake, METH_NOARGS, "Have the exchange go on."};
    asking_end(x);
    x->waker = make_waker(envoy);
    PyObject *callable = x->waker ? PyCFunction_New(&method, x->waker) : NULL;
    PyObject *result = callable ? PyObject_CallMethodOneArg(x->session, name_of_ask, callable) : NULL;
    Py_XDECREF(callable);
    Py_XDECREF(result);
    return result != NULL;
}

void asking_end(struct exchange *x)
{
    if (x->waker != NULL) {
        let_go(PyCapsule_GetPointer(x->waker, WAKER));
        Py_CLEAR(x->waker);
    }
}
