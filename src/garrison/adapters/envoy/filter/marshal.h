/*
 * Between Envoy's bytes and Python's objects. Every function here needs the GIL unless it says otherwise;
 * those that return an object return a new reference, or NULL with a Python exception set.
 */
#ifndef GARRISON_MARSHAL_H
#define GARRISON_MARSHAL_H

#include "interpreter.h"

/* More headers than nearly any message has; more are fetched into the heap. */
#define USUAL_HEADERS 64

/* The header fields of one message, pseudo-headers apart; without GIL. `owned` is set where the heap is used. */
struct head {
    buffer method, path, authority, scheme, status;
    buffer content_type, content_length, upgrade, connection;
    size_t count;
    header *fields;
    header *owned;
    header usual[USUAL_HEADERS];
};

/* A copy of a head that outlives the hook. One allocation. */
struct kept_head {
    long status;
    size_t count;
    header fields[];
};

/* What Python wants sent or changed, copied out of its objects. One allocation, freed with free(). */
struct message {
    long status;
    bool has_target, has_body;
    buffer target, body;
    size_t set_count, drop_count;
    header *set;
    buffer *drop;
};

/* Builds the table of known names. False with a Python exception set. */
bool marshal_start(void);

/* Reads the current headers of one side; without GIL. False where memory is short. */
bool head_read(struct head *head, stream envoy, int type);
void head_free(struct head *head);
struct kept_head *head_keep(const struct head *head);

/* Decimal digits as a number, -1 where they are none or too many; without GIL. */
long long decimal(buffer text);

/* Whether `list`, a comma-separated header value, has `token` (lower case); without GIL. */
bool has_token(buffer list, const char *token);

PyObject *text(buffer value);
PyObject *header_tuple(const header *fields, size_t count);
PyObject *remembered_text(PyObject **slot, buffer value);
PyObject *tls_tuple(stream envoy);

/* The peer's address without port; without GIL. */
buffer split_address(buffer address, long *port);

/* The last `size - skip` bytes of buffered and received body together. */
PyObject *body_bytes(stream envoy, int received, int buffered, size_t skip);

/* Reads `(status, headers, body)` or `(target, set_headers, drop_headers, body)`. NULL with an exception set. */
struct message *read_reply(PyObject *reply);
struct message *read_mutation(PyObject *mutation);

#endif
