/*
 * answer_headers.c: called by http_transfer.c for each header line of an answer, so it looks at the
 * first letter before anything else. Network thread; pure.
 */
#include "net/answer_headers.h"

#include "base/clock.h"

#include <curl/curl.h>

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define LONGEST_S 1e8 /* three years: beyond, a number is no wait but a mistake */

void answer_headers_init(struct call_answer_headers *headers)
{
    *headers = (struct call_answer_headers){
        .retry_after_ns = -1,
        .limit_requests = -1,
        .limit_tokens = -1,
        .remaining_requests = -1,
        .remaining_tokens = -1,
        .reset_requests_ns = -1,
        .reset_tokens_ns = -1,
    };
}

/* Copies what strtod and curl_getdate need NUL-terminated; false when it does not fit. */
static bool copy_small(struct strview text, char ret_copy[64])
{
    if (text.size == 0 || text.size >= 64)
        return false;
    memcpy(ret_copy, text.data, text.size);
    ret_copy[text.size] = '\0';
    return true;
}

/* A decimal number at *cursor, moved behind it; no sign, no exponent, no "inf". */
static bool read_decimal(const char **cursor, double *ret_value)
{
    const char *at = *cursor;
    double value = 0;
    double place = 1;
    bool any = false;
    for (; *at >= '0' && *at <= '9'; at++, any = true)
        value = value * 10 + (*at - '0');
    if (*at == '.') {
        for (at++; *at >= '0' && *at <= '9'; at++, any = true)
            value += (*at - '0') * (place /= 10);
    }
    *cursor = at;
    *ret_value = value;
    return any;
}

static int64_t seconds_to_ns(double seconds)
{
    return seconds <= LONGEST_S ? (int64_t)(seconds * 1e9 + 0.5) : -1;
}

static double unit_seconds(const char **cursor)
{
    static const struct {
        const char *name;
        double seconds;
    } units[] = {{"ms", 1e-3}, {"us", 1e-6}, {"\xc2\xb5s", 1e-6}, {"ns", 1e-9},
                 {"s", 1},     {"m", 60},    {"h", 3600},         {"d", 86400}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        size_t size = strlen(units[i].name);
        if (strncmp(*cursor, units[i].name, size) == 0) {
            *cursor += size;
            return units[i].seconds;
        }
    }
    return -1;
}

int64_t answer_headers_duration_ns(struct strview text)
{
    char copy[64];
    if (!copy_small(strview_trim(text), copy))
        return -1;
    const char *at = copy;
    double seconds = 0;
    while (*at) {
        double value;
        if (!read_decimal(&at, &value))
            return -1;
        if (!*at && seconds == 0) /* a bare number */
            return seconds_to_ns(value);
        double unit = unit_seconds(&at);
        if (unit < 0)
            return -1;
        seconds += value * unit;
    }
    return seconds_to_ns(seconds);
}

static int64_t retry_after_ns(struct strview text, int64_t unix_now_s)
{
    char copy[64];
    if (!copy_small(text, copy))
        return -1;
    if (copy[0] >= '0' && copy[0] <= '9') {
        const char *at = copy;
        double seconds;
        return read_decimal(&at, &seconds) && !*at ? seconds_to_ns(seconds) : -1;
    }
    time_t date = curl_getdate(copy, NULL);
    if (date == (time_t)-1)
        return -1;
    int64_t wait_s = (int64_t)date - unix_now_s;
    return wait_s <= 0 ? 0 : seconds_to_ns((double)wait_s);
}

static int64_t count_of(struct strview text)
{
    char copy[64];
    if (!copy_small(text, copy))
        return -1;
    const char *at = copy;
    double value;
    return read_decimal(&at, &value) && !*at && value < 1e15 ? (int64_t)value : -1;
}

static void copy_text(char ret_text[64], struct strview value)
{
    size_t size = value.size < 63 ? value.size : 63;
    memcpy(ret_text, value.data, size);
    ret_text[size] = '\0';
    for (size_t i = 0; i < size; i++) { /* it comes from outside and may end on a terminal */
        if (ret_text[i] < ' ' || ret_text[i] > '~')
            ret_text[i] = '?';
    }
}

static bool name_is(struct strview name, const char *wanted)
{
    return name.size == strlen(wanted) && strncasecmp(name.data, wanted, name.size) == 0;
}

static void read_rate_limit(struct call_answer_headers *headers, struct strview name,
                            struct strview value)
{
    if (name_is(name, "x-ratelimit-limit-requests"))
        headers->limit_requests = count_of(value);
    else if (name_is(name, "x-ratelimit-limit-tokens"))
        headers->limit_tokens = count_of(value);
    else if (name_is(name, "x-ratelimit-remaining-requests"))
        headers->remaining_requests = count_of(value);
    else if (name_is(name, "x-ratelimit-remaining-tokens"))
        headers->remaining_tokens = count_of(value);
    else if (name_is(name, "x-ratelimit-reset-requests"))
        headers->reset_requests_ns = answer_headers_duration_ns(value);
    else if (name_is(name, "x-ratelimit-reset-tokens"))
        headers->reset_tokens_ns = answer_headers_duration_ns(value);
}

void answer_headers_read(struct call_answer_headers *headers, struct strview line,
                         int64_t unix_now_s)
{
    int first = line.size ? line.data[0] | 0x20 : 0;
    if (first != 'r' && first != 'x' && first != 'c')
        return;
    const char *colon = memchr(line.data, ':', line.size);
    if (!colon)
        return;
    struct strview name = {line.data, (size_t)(colon - line.data)};
    struct strview value = {colon + 1, line.size - name.size - 1};
    value = strview_trim(value);
    if (name_is(name, "retry-after-ms")) {
        int64_t wait_ms = count_of(value);
        if (wait_ms >= 0 && (double)wait_ms < LONGEST_S * 1e3)
            headers->retry_after_ns = wait_ms * NS_PER_MS;
    } else if (name_is(name, "retry-after")) {
        /* The finer of the two wins, in whichever order they come. */
        int64_t wait = retry_after_ns(value, unix_now_s);
        if (headers->retry_after_ns < 0 || headers->retry_after_ns % NS_PER_S == 0)
            headers->retry_after_ns = wait >= 0 ? wait : headers->retry_after_ns;
    } else if (name_is(name, "x-request-id") ||
               (name_is(name, "request-id") && !headers->request_id[0])) {
        copy_text(headers->request_id, value);
    } else if (name_is(name, "content-type")) {
        copy_text(headers->content_type, value);
    } else if (first == 'x') {
        read_rate_limit(headers, name, value);
    }
}

void answer_headers_finish(struct call_answer_headers *headers)
{
    if (headers->limit_requests <= 0) {
        headers->limit_requests = -1;
        headers->remaining_requests = -1;
        headers->reset_requests_ns = -1;
    }
    if (headers->limit_tokens <= 0) {
        headers->limit_tokens = -1;
        headers->remaining_tokens = -1;
        headers->reset_tokens_ns = -1;
    }
}
