/* loop_helper.h: the few lines that each of these tests would repeat. */
#ifndef ASSAY_TESTS_LOOP_HELPER_H
#define ASSAY_TESTS_LOOP_HELPER_H

#include "net/call_loop.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

/* Quick retries, so that a test need not wait. */
static inline struct call_loop *loop_helper_loop(struct call_loop_options options)
{
    struct call_loop *loop = NULL;
    if (!options.retry.base_ms)
        options.retry.base_ms = 10;
    cr_assert(eq(int, call_loop_create(&options, &loop, NULL), STATUS_OK));
    return loop;
}

static inline uint32_t loop_helper_far_end(struct call_loop *loop, struct far_end_options options)
{
    uint32_t far_end = 0;
    options.name = options.name ? options.name : "far";
    cr_assert(eq(int, call_loop_register_far_end(loop, &options, &far_end, NULL), STATUS_OK));
    return far_end;
}

/* Submits and collects one. */
static inline struct call_result loop_helper_ask(struct call_loop *loop, struct call call)
{
    struct call_result result = {0};
    struct error err = {0};
    if (!call.body.data)
        call.body = strview_of("{\"model\":\"m\"}");
    cr_assert(eq(int, call_loop_submit(loop, &call, &err), STATUS_OK), "%s", err.what);
    cr_assert(eq(sz, call_loop_collect(loop, &result, 1, 60000), 1));
    return result;
}

#endif
