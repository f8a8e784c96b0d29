/*
 * Envoy's dynamic-module ABI, as far as this filter uses it (v0.2.0, Envoy 1.40).
 *
 * Written from the interface's description; names and values are the ABI's, the rest is ours. Callbacks are
 * exported by the Envoy executable and bound when it loads the module. Buffers that Envoy hands out live until
 * the end of the current hook, or until something is changed.
 */
#ifndef GARRISON_ENVOY_H
#define GARRISON_ENVOY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ABI_VERSION "v0.2.0"

#define HOOK(name) envoy_dynamic_module_on_##name
#define CALLBACK(name) envoy_dynamic_module_callback_##name

typedef struct {
    const char *ptr;
    size_t length;
} buffer;

typedef struct {
    const char *key;
    size_t key_length;
    const char *value;
    size_t value_length;
} header;

/* Envoy's object for one stream. */
typedef void *stream;

enum header_type { REQUEST_HEADER = 0, RESPONSE_HEADER = 2 };

enum body_type { RECEIVED_REQUEST, BUFFERED_REQUEST, RECEIVED_RESPONSE, BUFFERED_RESPONSE };

enum headers_status { HEADERS_CONTINUE = 0, HEADERS_STOP = 1 };

enum body_status { BODY_CONTINUE = 0, BODY_BUFFER = 1, BODY_WATERMARK = 2, BODY_STOP = 3 };

enum trailers_status { TRAILERS_CONTINUE = 0, TRAILERS_STOP = 1 };

enum local_reply_status { LOCAL_REPLY_CONTINUE = 0, LOCAL_REPLY_RESET = 1 };

enum log_level { LOG_WARN = 3, LOG_ERROR = 4, LOG_CRITICAL = 5 };

enum attribute {
    ATTRIBUTE_PROTOCOL = 10,
    ATTRIBUTE_RESPONSE_CODE = 15,
    ATTRIBUTE_RESPONSE_SIZE = 21,
    ATTRIBUTE_SOURCE_ADDRESS = 24,
    ATTRIBUTE_SERVER_NAME = 30,
    ATTRIBUTE_TLS_VERSION = 31,
    ATTRIBUTE_PEER_SUBJECT = 33,
    ATTRIBUTE_PEER_DNS_SAN = 35,
    ATTRIBUTE_PEER_URI_SAN = 37,
    ATTRIBUTE_PEER_SHA256 = 38,
};

size_t CALLBACK(http_get_headers_size)(stream, int type);
bool CALLBACK(http_get_headers)(stream, int type, header *out);
bool CALLBACK(http_set_header)(stream, int type, buffer name, buffer value);
bool CALLBACK(http_add_header)(stream, int type, buffer name, buffer value);
size_t CALLBACK(http_get_body_size)(stream, int type);
size_t CALLBACK(http_get_body_chunks_size)(stream, int type);
bool CALLBACK(http_get_body_chunks)(stream, int type, buffer *out);
bool CALLBACK(http_append_body)(stream, int type, buffer data);
bool CALLBACK(http_drain_body)(stream, int type, size_t count);
bool CALLBACK(http_received_buffered_request_body)(stream);
bool CALLBACK(http_received_buffered_response_body)(stream);
uint64_t CALLBACK(http_get_buffer_limit)(stream);
void CALLBACK(http_set_buffer_limit)(stream, uint64_t limit);
void CALLBACK(http_send_response)(stream, uint32_t status, header *headers, size_t count, buffer body, buffer details);
void CALLBACK(http_filter_reset_stream)(stream, int reason, buffer details);
bool CALLBACK(http_filter_get_attribute_string)(stream, int attribute, buffer *out);
bool CALLBACK(http_filter_get_attribute_int)(stream, int attribute, uint64_t *out);
void *CALLBACK(http_filter_scheduler_new)(stream);
void CALLBACK(http_filter_scheduler_commit)(void *scheduler, uint64_t event); /* from any thread */
void CALLBACK(http_filter_scheduler_delete)(void *scheduler);
void CALLBACK(http_filter_continue_decoding)(stream);
void CALLBACK(http_filter_continue_encoding)(stream);
void CALLBACK(log)(int level, buffer message);

#endif
