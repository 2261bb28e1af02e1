/*
 * http_transfer.c: sets an easy handle up, receives its answer with a size limit, and says what the
 * end of an attempt means (retry, breaker, charge). One transfer a call in flight; kept and reused
 * by its far end, since a fresh handle costs set-up. Network thread.
 */
#include "net/http_transfer.h"

#include "base/memory.h"
#include "net/answer_headers.h"
#include "net/call_loop.h"
#include "net/provider_error.h"

#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define DEFAULT_CONNECT_TIMEOUT_MS 10000
#define DEFAULT_TOTAL_TIMEOUT_MS 120000
#define DEFAULT_RESPONSE_BYTES ((size_t)4 << 20)

static const uint16_t default_retryable[] = {408, 409, 429, 498, 500, 502, 503, 504, 529};

static size_t on_header(char *data, size_t size, size_t count, void *context)
{
    struct http_transfer *transfer = context;
    struct flight *flight = transfer->flight;
    size_t bytes = size * count;
    if (bytes >= 5 && memcmp(data, "HTTP/", 5) == 0) {
        /* A status line begins an answer anew: 100 Continue comes before the real one. */
        answer_headers_init(&flight->result.headers);
        if (flight->result.first_byte_ns < 0)
            flight->result.first_byte_ns = call_loop_now_ns() - flight->sent_ns;
    } else {
        answer_headers_read(&flight->result.headers, (struct strview){data, bytes},
                            transfer->unix_now_s);
    }
    return bytes;
}

static size_t on_body(char *data, size_t size, size_t count, void *context)
{
    struct http_transfer *transfer = context;
    size_t bytes = size * count;
    if (bytes > transfer->body_limit - transfer->body_bytes) {
        transfer->is_too_large = true;
        return 0;
    }
    size_t needed = transfer->body_bytes + bytes + 1;
    if (needed > transfer->body_capacity) {
        size_t capacity = transfer->body_capacity * 2;
        capacity = capacity < needed ? needed : capacity;
        char *body = memory_resize(transfer->body, capacity);
        if (!body) {
            transfer->ran_out_of_memory = true;
            return 0;
        }
        transfer->body = body;
        transfer->body_capacity = capacity;
    }
    memcpy(transfer->body + transfer->body_bytes, data, bytes);
    transfer->body_bytes += bytes;
    transfer->body[transfer->body_bytes] = '\0';
    return bytes;
}

/* libcurl 7.88 opens sockets without close-on-exec; a child started later would inherit them. */
static curl_socket_t on_open_socket(void *context, curlsocktype purpose,
                                    struct curl_sockaddr *address)
{
    (void)context;
    (void)purpose;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* libcurl repeats a request by itself when a kept connection turns out to be closed. A repetition
 * that nobody reserved money for, or counted, is not wanted: retry_policy.c is the owner. */
static int on_before_request(void *context, char *own_ip, char *peer_ip, int own_port,
                             int peer_port)
{
    struct http_transfer *transfer = context;
    (void)own_ip;
    (void)peer_ip;
    (void)own_port;
    (void)peer_port;
    return ++transfer->sends > 1 ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

static void set_fixed_options(struct http_transfer *transfer)
{
    CURL *easy = transfer->easy;
    curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "assay/" ASSAY_VERSION);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_before_request);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->curl_error);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
                     transfer->options->http2 ? (long)CURL_HTTP_VERSION_2TLS
                                              : (long)CURL_HTTP_VERSION_1_1);
    if (transfer->options->http2) /* share the first connection instead of opening many */
        curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
    if (transfer->options->ca_file)
        curl_easy_setopt(easy, CURLOPT_CAINFO, transfer->options->ca_file);
}

struct http_transfer *http_transfer_create(const struct far_end_options *options)
{
    struct http_transfer *transfer = memory_alloc(sizeof *transfer);
    if (!transfer)
        return NULL;
    transfer->options = options;
    transfer->easy = curl_easy_init();
    if (!transfer->easy) {
        memory_free(transfer);
        return NULL;
    }
    set_fixed_options(transfer);
    return transfer;
}

void http_transfer_destroy(struct http_transfer *transfer)
{
    if (!transfer)
        return;
    curl_easy_cleanup(transfer->easy);
    memory_free(transfer->body);
    memory_free(transfer);
}

/* http://127.0.0.1:..., http://localhost/..., http://[::1]:... */
static bool is_loopback(const char *url)
{
    static const char *const hosts[] = {"localhost", "127.0.0.1", "[::1]"};
    const char *host = strstr(url, "://");
    if (!host)
        return false;
    host += 3;
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        size_t size = strlen(hosts[i]);
        if (strncmp(host, hosts[i], size) == 0 && strchr(":/?", host[size]))
            return true;
    }
    return false;
}

static long milliseconds(uint32_t value, long otherwise)
{
    return value ? (long)value : otherwise;
}

void http_transfer_start(struct http_transfer *transfer, struct flight *flight, int64_t now_ns)
{
    const struct call *call = &flight->call;
    CURL *easy = transfer->easy;
    transfer->flight = flight;
    transfer->body_limit =
        call->max_response_bytes ? call->max_response_bytes : DEFAULT_RESPONSE_BYTES;
    transfer->body_bytes = 0;
    transfer->sends = 0;
    transfer->is_too_large = false;
    transfer->ran_out_of_memory = false;
    transfer->curl_error[0] = '\0';
    transfer->unix_now_s = (int64_t)time(NULL);
    flight->sent_ns = now_ns;
    flight_forget_answer(flight);

    curl_easy_setopt(easy, CURLOPT_URL, call->url);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, flight->header_list);
    if (call->method == CALL_POST) {
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, call->body.data); /* not copied */
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body.size);
    } else {
        curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    }
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                     milliseconds(call->connect_timeout_ms, DEFAULT_CONNECT_TIMEOUT_MS));
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS,
                     milliseconds(call->total_timeout_ms, DEFAULT_TOTAL_TIMEOUT_MS));
    /* A declared length above the limit ends the attempt before its body comes. */
    curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)transfer->body_limit);
    /* A proxy of the environment never stands between assay and a server on this machine. */
    curl_easy_setopt(easy, CURLOPT_PROXY, is_loopback(call->url) ? "" : NULL);
    flight->result.sent_bytes += call->body.size;
}

static struct attempt_end final_end(enum call_outcome outcome, enum call_charge charge)
{
    return (struct attempt_end){
        .outcome = outcome, .retry = RETRY_NEVER, .event = BREAKER_NOTHING, .charge = charge};
}

static bool is_retryable(const struct far_end_options *options, int32_t status)
{
    const uint16_t *statuses = options->retryable_statuses;
    size_t count = options->retryable_status_count;
    if (!statuses) {
        statuses = default_retryable;
        count = sizeof default_retryable / sizeof *default_retryable;
    }
    for (size_t i = 0; i < count; i++) {
        if (statuses[i] == status)
            return true;
    }
    return false;
}

struct attempt_end http_transfer_judge_status(const struct far_end_options *options, int32_t status,
                                              bool refused, bool has_retry_after)
{
    struct attempt_end end = final_end(CALL_HTTP_STATUS, CALL_CHARGE_NONE);
    end.event = BREAKER_ANSWERED;
    if (status >= 200 && status < 300) {
        end.outcome = CALL_OK;
        return end;
    }
    if (refused) {
        end.outcome = CALL_REFUSED;
        end.event = BREAKER_REFUSED;
        return end;
    }
    bool throttled = status == 429 || status == 498 || status == 529;
    end.is_overload = throttled || status == 503;
    if (throttled)
        end.outcome = CALL_RATE_LIMITED;
    if (!is_retryable(options, status))
        return end;
    end.retry = throttled || (status == 503 && has_retry_after) ? RETRY_THROTTLED : RETRY_FAILURE;
    return end;
}

static struct attempt_end end_with_status(struct http_transfer *transfer)
{
    struct flight *flight = transfer->flight;
    struct call_result *result = &flight->result;
    struct strview body = {result->body, result->body_bytes};
    bool is_success = result->http_status >= 200 && result->http_status < 300;
    struct provider_error error = {0};
    if (!is_success)
        error = provider_error_read(result->http_status, body);
    struct attempt_end end = http_transfer_judge_status(
        transfer->options, result->http_status, error.refused, result->headers.retry_after_ns >= 0);
    if (is_success)
        return end;
    memcpy(result->error_code, error.code, sizeof result->error_code);
    const char *hint = result->http_status >= 300 && result->http_status < 400
                           ? "; redirects are not followed"
                           : "";
    if (error.code[0])
        flight_set_error(flight, "%s: HTTP status %d (%s)%s", transfer->options->name,
                         result->http_status, error.code, hint);
    else
        flight_set_error(flight, "%s: HTTP status %d%s", transfer->options->name,
                         result->http_status, hint);
    return end;
}

/* Retryable ends without a whole answer. `was_sent`: it may have reached those who bill. */
static struct attempt_end lost_end(enum call_outcome outcome, bool was_sent)
{
    struct attempt_end end = final_end(outcome, was_sent ? CALL_CHARGE_UNKNOWN : CALL_CHARGE_NONE);
    end.retry = RETRY_FAILURE;
    end.event = was_sent ? BREAKER_NOTHING : BREAKER_NO_CONNECTION;
    return end;
}

static struct attempt_end end_time_out(struct http_transfer *transfer, bool was_sent)
{
    const struct call *call = &transfer->flight->call;
    struct attempt_end end = lost_end(was_sent ? CALL_TIMEOUT : CALL_CONNECT, was_sent);
    end.is_overload = true;
    if (was_sent)
        flight_set_error(transfer->flight, "%s: no full answer within %ld ms",
                         transfer->options->name,
                         milliseconds(call->total_timeout_ms, DEFAULT_TOTAL_TIMEOUT_MS));
    else
        flight_set_error(transfer->flight, "%s: no connection within %ld ms",
                         transfer->options->name,
                         milliseconds(call->connect_timeout_ms, DEFAULT_CONNECT_TIMEOUT_MS));
    return end;
}

static struct attempt_end end_too_large(struct http_transfer *transfer)
{
    struct attempt_end end = final_end(CALL_TOO_LARGE, CALL_CHARGE_UNKNOWN);
    end.event = BREAKER_ANSWERED;
    flight_set_error(transfer->flight, "%s: the answer is larger than %zu bytes",
                     transfer->options->name, transfer->body_limit);
    return end;
}

static struct attempt_end end_without_answer(struct http_transfer *transfer, CURLcode code)
{
    struct flight *flight = transfer->flight;
    bool was_sent = transfer->sends > 0;
    const char *text = transfer->curl_error[0] ? transfer->curl_error : curl_easy_strerror(code);
    if (transfer->ran_out_of_memory || code == CURLE_OUT_OF_MEMORY) {
        flight_set_error(flight, "%s: memory ran out", transfer->options->name);
        return final_end(CALL_INTERNAL, was_sent ? CALL_CHARGE_UNKNOWN : CALL_CHARGE_NONE);
    }
    if (transfer->is_too_large || code == CURLE_FILESIZE_EXCEEDED)
        return end_too_large(transfer);
    if (code == CURLE_OPERATION_TIMEDOUT)
        return end_time_out(transfer, was_sent);
    if (transfer->sends > 1) {
        code = CURLE_SEND_ERROR;
        text = "the kept connection was closed before it answered";
    }
    flight_set_error(flight, "%s: %s", transfer->options->name, text);

    struct attempt_end end = lost_end(CALL_INTERNAL, was_sent);
    if (code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_RESOLVE_PROXY ||
        code == CURLE_COULDNT_CONNECT || code == CURLE_SSL_CONNECT_ERROR) {
        end.outcome = CALL_CONNECT;
    } else if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE) {
        end.outcome = CALL_CONNECT; /* a certificate does not become right by asking again */
        end.retry = RETRY_NEVER;
    } else if (code == CURLE_GOT_NOTHING || code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR ||
               code == CURLE_HTTP2 || code == CURLE_HTTP2_STREAM || code == CURLE_PARTIAL_FILE) {
        end.outcome = CALL_RESET;
        end.event = BREAKER_NOTHING;
    } else if (code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_WEIRD_SERVER_REPLY ||
               code == CURLE_BAD_CONTENT_ENCODING) {
        end.outcome = CALL_PROTOCOL; /* 1 is "HTTP/0.9 when not allowed" once the scheme is known */
    } else {
        end.retry = RETRY_NEVER;
        end.event = BREAKER_NOTHING;
    }
    return end;
}

struct attempt_end http_transfer_end(struct http_transfer *transfer, CURLcode code)
{
    struct call_result *result = &transfer->flight->result;
    long status = 0;
    curl_off_t total_us = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(transfer->easy, CURLINFO_TOTAL_TIME_T, &total_us);
    result->http_status = (int32_t)status;
    result->latency_send_ns = (int64_t)total_us * 1000;
    result->received_bytes += transfer->body_bytes;
    answer_headers_finish(&result->headers);
    struct attempt_end end;
    if (code == CURLE_OK) {
        result->body = transfer->body;
        result->body_bytes = transfer->body_bytes;
        transfer->body = NULL;
        transfer->body_capacity = 0;
        end = end_with_status(transfer);
    } else {
        end = end_without_answer(transfer, code);
    }
    transfer->body_bytes = 0;
    transfer->flight = NULL;
    return end;
}
