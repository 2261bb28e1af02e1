#include "net/answer_headers.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#define MS INT64_C(1000000)
#define NOW 1735689600 /* 2025-01-01T00:00:00Z */

static struct call_answer_headers read_lines(const char *const *lines)
{
    struct call_answer_headers headers;
    answer_headers_init(&headers);
    for (; *lines; lines++)
        answer_headers_read(&headers, strview_of(*lines), NOW);
    answer_headers_finish(&headers);
    return headers;
}

static struct call_answer_headers read_one(const char *line)
{
    return read_lines((const char *const[]){line, NULL});
}

Test(answer_headers, durations_are_read_as_go_writes_them)
{
    static const struct {
        const char *text;
        int64_t ns;
    } rows[] = {
        {"12ms", 12 * MS},
        {"6m0s", 360000 * MS},
        {"1m26.4s", 86400 * MS},
        {"2h", 7200000 * MS},
        {"7.66s", 7660 * MS},
        {"1h2m3s", 3723000 * MS},
        {"2", 2000 * MS},
        {"0", 0},
        {"0s", 0},
        {"500us", 500000},
        {" 1s ", 1000 * MS},
        {"", -1},
        {"soon", -1},
        {"1x", -1},
        {"-1s", -1},
        {"1e9s", -1},
        {"999999999999h", -1},
        {"1s junk", -1},
        {"2025-01-01T00:00:00Z", -1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        cr_expect(eq(i64, answer_headers_duration_ns(strview_of(rows[i].text)), rows[i].ns), "'%s'",
                  rows[i].text);
}

Test(answer_headers, retry_after_is_seconds_or_a_date)
{
    static const struct {
        const char *line;
        int64_t ns;
    } rows[] = {
        {"Retry-After: 3\r\n", 3000 * MS},
        {"retry-after:1.5\r\n", 1500 * MS},
        {"RETRY-AFTER: Wed, 01 Jan 2025 00:00:30 GMT\r\n", 30000 * MS},
        {"Retry-After: Tue, 31 Dec 2024 00:00:30 GMT\r\n", 0},
        {"Retry-After: later\r\n", -1},
        {"Retry-After: -3\r\n", -1},
        {"Retry-After: 99999999999999999999\r\n", -1},
        {"Retry-After:\r\n", -1},
        {"retry-after-ms: 250\r\n", 250 * MS},
        {"X-Retry-After: 3\r\n", -1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        cr_expect(eq(i64, read_one(rows[i].line).retry_after_ns, rows[i].ns), "%s", rows[i].line);
}

Test(answer_headers, the_finer_of_two_waits_wins_in_either_order)
{
    const char *const one[] = {"retry-after: 2", "retry-after-ms: 1250", NULL};
    const char *const other[] = {"retry-after-ms: 1250", "retry-after: 2", NULL};
    cr_expect(eq(i64, read_lines(one).retry_after_ns, 1250 * MS));
    cr_expect(eq(i64, read_lines(other).retry_after_ns, 1250 * MS));
}

Test(answer_headers, rate_limits_are_read)
{
    const char *const lines[] = {
        "HTTP/1.1 200 OK",
        "x-ratelimit-limit-requests: 500",
        "x-ratelimit-limit-tokens: 30000",
        "X-RateLimit-Remaining-Requests: 499",
        "x-ratelimit-remaining-tokens: 29000",
        "x-ratelimit-reset-requests: 120ms",
        "x-ratelimit-reset-tokens: 2s",
        "x-request-id: req_1",
        "content-type: application/json",
        NULL,
    };
    struct call_answer_headers headers = read_lines(lines);
    cr_expect(eq(i64, headers.limit_requests, 500));
    cr_expect(eq(i64, headers.limit_tokens, 30000));
    cr_expect(eq(i64, headers.remaining_requests, 499));
    cr_expect(eq(i64, headers.remaining_tokens, 29000));
    cr_expect(eq(i64, headers.reset_requests_ns, 120 * MS));
    cr_expect(eq(i64, headers.reset_tokens_ns, 2000 * MS));
    cr_expect(eq(str, headers.request_id, "req_1"));
    cr_expect(eq(str, headers.content_type, "application/json"));
}

Test(answer_headers, limits_of_zero_or_less_are_unknown)
{
    const char *const lines[] = {
        "x-ratelimit-limit-requests: 0",     "x-ratelimit-limit-tokens: -1",
        "x-ratelimit-remaining-requests: 0", "x-ratelimit-remaining-tokens: 0",
        "x-ratelimit-reset-requests: 1h",    NULL};
    struct call_answer_headers headers = read_lines(lines);
    cr_expect(eq(i64, headers.remaining_requests, -1));
    cr_expect(eq(i64, headers.remaining_tokens, -1));
    cr_expect(eq(i64, headers.reset_requests_ns, -1));
}

Test(answer_headers, texts_are_cut_and_cleaned)
{
    char line[200] = "x-request-id: a\x1b[31m";
    memset(line + strlen(line), 'a', 150);
    struct call_answer_headers headers = read_one(line);
    cr_expect(eq(sz, strlen(headers.request_id), 63));
    cr_expect(eq(chr, headers.request_id[1], '?'));
}
