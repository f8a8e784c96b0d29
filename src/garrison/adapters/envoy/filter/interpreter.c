#include "interpreter.h"

#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "pages.h"

/*
 * Who wants to go in queues here before the GIL, because CPython hands the GIL over with a condition variable: two
 * context switches each time. Whoever waits spins for a moment and then sleeps. Python's own threads do not queue here;
 * they meet the one that is inside at the GIL itself.
 *
 * Only the next one waits at the door, others before `turnstile`: so one that comes out cannot go in again before it.
 */
enum { FREE, TAKEN, CONTENDED };

static atomic_int door = FREE, turnstile = FREE;

/*
 * A visit lasts for several messages (judge.c), far longer than it is worth to spin: only one that is about to end is
 * waited for awake. benchmarks/filter_throughput.py --define GARRISON_SPINS=...
 */
#ifndef GARRISON_SPINS
#define GARRISON_SPINS 300
#endif

static _Thread_local struct worker me;

void pause_briefly(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static void sleep_for(atomic_int *lock)
{
    while (atomic_exchange_explicit(lock, CONTENDED, memory_order_acquire) != FREE) {
        syscall(SYS_futex, lock, FUTEX_WAIT_PRIVATE, CONTENDED, NULL, NULL, 0);
    }
}

static void take(atomic_int *lock)
{
    for (int spin = 0; spin < GARRISON_SPINS; spin++) {
        int expected = FREE;
        if (atomic_load_explicit(lock, memory_order_relaxed) == FREE &&
            atomic_compare_exchange_weak_explicit(lock, &expected, TAKEN, memory_order_acquire, memory_order_relaxed)) {
            return;
        }
        pause_briefly();
    }
    sleep_for(lock);
}

static void give(atomic_int *lock)
{
    if (atomic_exchange_explicit(lock, FREE, memory_order_release) == CONTENDED) {
        syscall(SYS_futex, lock, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
    }
}

struct worker *interpreter_enter(void)
{
    if (me.visits++ > 0) {
        return &me;
    }
    take(&turnstile);
    take(&door);
    give(&turnstile);
    if (me.state == NULL) {
        /* Created once a thread: PyGILState_Ensure would create and destroy one for each visit. */
        me.state = PyThreadState_New(PyInterpreterState_Main());
    }
    PyEval_RestoreThread(me.state);
    return &me;
}

void interpreter_leave(void)
{
    if (--me.visits > 0) {
        return;
    }
    PyEval_SaveThread();
    give(&door);
}

void interpreter_log(int level, const char *text)
{
    CALLBACK(log)(level, (buffer){text, strlen(text)});
}

static PyObject *format_exception(PyObject *error)
{
    PyObject *module = PyImport_ImportModule("traceback");
    PyObject *lines = module ? PyObject_CallMethod(module, "format_exception", "O", error) : NULL;
    PyObject *empty = PyUnicode_FromString("");
    PyObject *text = lines && empty ? PyUnicode_Join(empty, lines) : NULL;
    Py_XDECREF(empty);
    Py_XDECREF(lines);
    Py_XDECREF(module);
    return text;
}

static PyObject *take_exception(void)
{
#if PY_VERSION_HEX >= 0x030C0000
    return PyErr_GetRaisedException();
#else
    PyObject *type, *value, *trace;
    PyErr_Fetch(&type, &value, &trace);
    PyErr_NormalizeException(&type, &value, &trace);
    if (value && trace) {
        PyException_SetTraceback(value, trace);
    }
    Py_XDECREF(type);
    Py_XDECREF(trace);
    return value;
#endif
}

static void log_text(const char *where, PyObject *error, unsigned long left_out)
{
    PyObject *text = error ? format_exception(error) : NULL;
    const char *trace = text ? PyUnicode_AsUTF8(text) : NULL;
    char head[160];
    snprintf(head, sizeof head, "garrison: %s failed (%lu more since the last report)\n", where, left_out);
    size_t size = strlen(head) + (trace ? strlen(trace) : 0) + 1;
    char *line = malloc(size);
    if (line) {
        snprintf(line, size, "%s%s", head, trace ? trace : "");
        interpreter_log(LOG_ERROR, line);
        free(line);
    }
    Py_XDECREF(text);
    PyErr_Clear();
}

void interpreter_log_exception(const char *where)
{
    /* Only touched under the GIL. */
    static time_t last;
    static unsigned long left_out;
    PyObject *error = take_exception();
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (last != 0 && now.tv_sec == last) {
        left_out++;
    } else {
        last = now.tv_sec;
        log_text(where, error, left_out);
        left_out = 0;
    }
    Py_XDECREF(error);
}

static PyStatus configure(PyConfig *config)
{
    PyConfig_InitPythonConfig(config);
    config->parse_argv = 0;
    config->install_signal_handlers = 0; /* signals are Envoy's */
    config->configure_c_stdio = 0;
    config->user_site_directory = 0;
    config->safe_path = 1; /* the working directory is nobody's library */
    config->pathconfig_warnings = 0;
    /* The interpreter that started Envoy: its virtual environment's packages are found through this path. */
    const char *executable = getenv("GARRISON_PYTHON");
    if (executable == NULL || executable[0] == '\0') {
        return PyStatus_Ok();
    }
    PyStatus status = PyConfig_SetBytesString(config, &config->program_name, executable);
    if (PyStatus_Exception(status)) {
        return status;
    }
    return PyConfig_SetBytesString(config, &config->executable, executable);
}

bool interpreter_start(void)
{
    if (Py_IsInitialized()) {
        return true;
    }
    prefer_large_pages();
    PyConfig config;
    PyStatus status = configure(&config);
    if (!PyStatus_Exception(status)) {
        status = Py_InitializeFromConfig(&config);
    }
    PyConfig_Clear(&config);
    if (PyStatus_Exception(status)) {
        interpreter_log(LOG_CRITICAL, status.err_msg ? status.err_msg : "garrison: python did not start");
        return false;
    }
    me.state = PyEval_SaveThread();
    return true;
}
