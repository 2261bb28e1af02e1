/*
 * flight.c: the loop's copy of a call. One block holds the struct, the curl header list and every
 * text, so that a call costs one allocation and libcurl copies no headers. Secrets are wiped before
 * the block is freed. Made on the caller's thread, then the network thread's.
 */
#include "net/flight.h"

#include "base/memory.h"
#include "net/answer_headers.h"

#include <stdarg.h>
#include <stdio.h>

/* Places within the block, after struct flight. */
struct layout {
    size_t nodes;
    size_t secrets;
    size_t url;
    size_t texts;
    size_t body;
    size_t size;
};

static struct layout layout_of(const struct call *call)
{
    struct layout layout;
    layout.nodes = sizeof(struct flight);
    layout.secrets = layout.nodes + (call->header_count + 1) * sizeof(struct curl_slist);
    layout.url = layout.secrets + (call->header_count + 1) * sizeof(bool);
    layout.texts = layout.url + (call->url ? strlen(call->url) : 0) + 1;
    layout.body = layout.texts;
    for (size_t i = 0; i < call->header_count; i++)
        layout.body += strlen(call->headers[i].name) + strlen(call->headers[i].value) + 3;
    layout.size = layout.body + call->body.size + 2; /* a line end, a NUL */
    return layout;
}

/* Without it libcurl asks first whether a large body is welcome, and may wait a second for that. */
static char no_expect[] = "Expect:";

/* Writes "Name: value" texts and links the nodes over them; no_expect is the first. */
static void copy_headers(struct flight *flight, const struct call *call,
                         const struct layout *layout)
{
    char *block = (char *)flight;
    struct curl_slist *nodes = (struct curl_slist *)(void *)(block + layout->nodes);
    bool *secrets = (bool *)(void *)(block + layout->secrets);
    char *text = block + layout->texts;
    nodes[0].data = no_expect;
    for (size_t i = 0; i < call->header_count; i++) {
        size_t room = (size_t)(block + layout->body - text);
        nodes[i].next = &nodes[i + 1];
        nodes[i + 1].data = text;
        secrets[i + 1] = call->headers[i].secret;
        text += snprintf(text, room, "%s: %s", call->headers[i].name, call->headers[i].value) + 1;
    }
    flight->header_list = nodes;
    flight->header_is_secret = secrets;
    flight->call.headers = NULL;
}

enum status flight_create(const struct call *call, struct flight **ret_flight, struct error *err)
{
    struct layout layout = layout_of(call);
    struct flight *flight = memory_alloc(layout.size);
    if (!flight)
        return error_no_memory(err);
    char *block = (char *)flight;
    flight->call = *call;
    copy_headers(flight, call, &layout);
    if (call->url)
        memcpy(block + layout.url, call->url, strlen(call->url));
    flight->call.url = block + layout.url;
    if (call->body.size)
        memcpy(block + layout.body, call->body.data, call->body.size);
    block[layout.body + call->body.size] = call->kind == CALL_COMMAND ? '\n' : '\0';
    flight->call.body = (struct strview){block + layout.body, call->body.size};
    flight->result = (struct call_result){
        .user = call->user,
        .ordinal = call->ordinal,
        .far_end = call->far_end,
        .first_byte_ns = -1,
    };
    answer_headers_init(&flight->result.headers);
    *ret_flight = flight;
    return STATUS_OK;
}

void flight_destroy(struct flight *flight)
{
    if (!flight)
        return;
    size_t i = 0;
    for (struct curl_slist *node = flight->header_list; node; node = node->next, i++) {
        if (flight->header_is_secret[i])
            explicit_bzero(node->data, strlen(node->data));
    }
    call_result_done(&flight->result);
    memory_free(flight);
}

void flight_list_add(struct flight_list *list, struct flight *flight)
{
    flight->next = NULL;
    if (list->last)
        list->last->next = flight;
    else
        list->first = flight;
    list->last = flight;
    list->count++;
}

void flight_list_add_first(struct flight_list *list, struct flight *flight)
{
    flight->next = list->first;
    list->first = flight;
    if (!list->last)
        list->last = flight;
    list->count++;
}

struct flight *flight_list_take(struct flight_list *list)
{
    struct flight *flight = list->first;
    if (!flight)
        return NULL;
    list->first = flight->next;
    if (!list->first)
        list->last = NULL;
    list->count--;
    flight->next = NULL;
    return flight;
}

void flight_list_join(struct flight_list *list, struct flight_list *from)
{
    if (!from->first)
        return;
    if (list->last)
        list->last->next = from->first;
    else
        list->first = from->first;
    list->last = from->last;
    list->count += from->count;
    *from = (struct flight_list){0};
}

/* Every occurrence of `secret` becomes stars. Short ones are left: they would hide plain words. */
static void blot_out(char *text, const char *secret)
{
    size_t size = strlen(secret);
    if (size < 4)
        return;
    for (char *at = strstr(text, secret); at; at = strstr(at, secret))
        memset(at, '*', size);
}

void flight_set_error(struct flight *flight, const char *format, ...)
{
    char *text = flight->result.error;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof flight->result.error, format, arguments);
    va_end(arguments);
    size_t i = 0;
    for (struct curl_slist *node = flight->header_list; node; node = node->next, i++) {
        if (!flight->header_is_secret[i])
            continue;
        const char *value = strstr(node->data, ": ") + 2;
        blot_out(text, value);
        const char *space = strchr(value, ' '); /* "Bearer KEY": the key alone, too */
        if (space)
            blot_out(text, space + 1);
    }
    for (char *at = text; *at; at++) {
        if ((unsigned char)*at < ' ' || *at == 0x7f)
            *at = ' ';
    }
}

void flight_forget_answer(struct flight *flight)
{
    struct call_result *result = &flight->result;
    call_result_done(result);
    result->http_status = 0;
    result->error_code[0] = '\0';
    result->error[0] = '\0';
    result->first_byte_ns = -1;
    answer_headers_init(&result->headers);
}
