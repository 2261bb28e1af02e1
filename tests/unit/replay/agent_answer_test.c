#include "base/memory.h"
#include "codec/json_record.h"
#include "replay/agent_answer.h"
#include "replay/prompt_folder.h"
#include "unit/replay/replay_case.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static struct replay_case at;

static void begin(void)
{
    replay_case_init(&at);
    replay_case_say(&at, "ask_date", "", "tomorrow");
}

static void end(void)
{
    replay_case_done(&at);
}

TestSuite(agent_answer, .init = begin, .fini = end);

static bool take(const char *text, struct prediction *prediction)
{
    json_t *json = NULL;
    struct error err = {0};
    cr_assert(candidate_make_prediction(prediction, &at.view));
    cr_assert(eq(int, json_record_parse(strview_of(text), &json, &err), STATUS_OK), "%s", text);
    enum status status = agent_answer_take(json, &at.view, prediction);
    json_decref(json);
    return status == STATUS_OK;
}

Test(agent_answer, a_whole_answer_is_read)
{
    struct prediction prediction;
    cr_assert(
        take("{\"response\": \"What time?\", \"extracted_slots\": {\"date\": \"2025-01-16\", "
             "\"time\": null}, \"confidence\": 0.8, \"next_state\": \"ask_time\", \"intent\": "
             "\"book\", \"requested_slots\": [\"price\"], \"needs_confirmation\": [\"date\"], "
             "\"slot_confidence\": {\"date\": 0.7, \"time\": null}, \"metadata\": "
             "{\"latency_ms\": 5, \"cost_usd\": 0.002, \"tokens\": {\"input\": 10, "
             "\"output\": 2}}, \"unknown key\": 1}",
             &prediction));
    cr_expect(eq(ptr, prediction.error, NULL));
    cr_expect(strview_is(prediction.output->response, "What time?"));
    cr_expect(eq(str, task_builder_text(&at.builder, &prediction.output->extracted_slots),
                 "date=2025-01-16 time=null"));
    cr_expect(eq(dbl, prediction.output->confidence, 0.8));
    cr_expect(strview_is(prediction.output->next_state, "ask_time"));
    cr_expect(strview_is(prediction.intent, "book"));
    cr_assert(eq(sz, prediction.requested_slots.count, 1));
    cr_expect(strview_is(prediction.requested_slots.items[0], "price"));
    cr_assert(eq(sz, prediction.needs_confirmation.count, 1));
    cr_assert(eq(sz, prediction.slot_confidence.count, 1));
    cr_expect(eq(dbl, prediction.slot_confidence.items[0].value, 0.7));
    cr_assert(ne(ptr, prediction.metadata->tokens, NULL));
    cr_expect(eq(i64, prediction.metadata->tokens->input, 10));
    cr_expect(eq(i64, prediction.metadata->tokens->output, 2));
    cr_expect(isnan(prediction.metadata->latency_ms)); /* measured, never told */
}

Test(agent_answer, extracted_slots_alone_are_enough)
{
    struct prediction prediction;
    cr_assert(
        take("{\"extracted_slots\": {}, \"confidence\": null, \"intent\": null}", &prediction));
    cr_expect(eq(sz, prediction.output->extracted_slots.count, 0));
    cr_expect(isnan(prediction.output->confidence));
    cr_expect(strview_is_absent(prediction.intent));
    cr_expect(strview_is_absent(prediction.output->response));
}

Test(agent_answer, everything_else_is_malformed_and_says_why)
{
    static const struct {
        const char *text, *why;
    } rows[] = {
        {"[]", "the answer is not a JSON object"},
        {"{}", "the answer has no object 'extracted_slots'"},
        {"{\"extracted_slots\": null}", "the answer has no object 'extracted_slots'"},
        {"{\"extracted_slots\": [\"date\"]}", "the answer has no object 'extracted_slots'"},
        {"{\"extracted_slots\": {}, \"confidence\": \"high\"}",
         "'confidence' is not a number from 0 to 1"},
        {"{\"extracted_slots\": {}, \"confidence\": 1.01}",
         "'confidence' is not a number from 0 to 1"},
        {"{\"extracted_slots\": {}, \"confidence\": -0.1}",
         "'confidence' is not a number from 0 to 1"},
        {"{\"extracted_slots\": {}, \"response\": 3}",
         "'response', 'next_state' and 'intent' must be texts"},
        {"{\"extracted_slots\": {}, \"next_state\": {}}",
         "'response', 'next_state' and 'intent' must be texts"},
        {"{\"extracted_slots\": {}, \"intent\": []}",
         "'response', 'next_state' and 'intent' must be texts"},
        {"{\"extracted_slots\": {}, \"requested_slots\": \"price\"}",
         "'requested_slots' must be a list of texts"},
        {"{\"extracted_slots\": {}, \"requested_slots\": [3]}",
         "'requested_slots' must be a list of texts"},
        {"{\"extracted_slots\": {}, \"slot_confidence\": {\"date\": 2}}",
         "'slot_confidence' must hold numbers from 0 to 1"},
        {"{\"extracted_slots\": {}, \"slot_confidence\": [0.5]}",
         "'slot_confidence' must hold numbers from 0 to 1"},
        {"{\"extracted_slots\": {}, \"metadata\": 7}", "'metadata' has a value of a wrong type"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct prediction prediction;
        cr_expect(not(take(rows[i].text, &prediction)), "%s", rows[i].text);
        cr_assert(ne(ptr, prediction.error, NULL), "%s", rows[i].text);
        cr_expect(eq(int, prediction.error->error_class, ERROR_CLASS_MALFORMED));
        cr_expect(strview_is(prediction.error->what, rows[i].why), "%s gives %.*s", rows[i].text,
                  STRVIEW_ARG(prediction.error->what));
    }
}

Test(agent_answer, a_far_ends_failure_has_the_class_of_whose_fault_it_is)
{
    static const struct {
        enum call_outcome outcome;
        int error_class;
    } rows[] = {{CALL_OK, ERROR_CLASS_ABSENT},
                {CALL_BUDGET, ERROR_CLASS_BUDGET},
                {CALL_TOO_LARGE, ERROR_CLASS_MALFORMED},
                {CALL_PROTOCOL, ERROR_CLASS_MALFORMED},
                {CALL_TIMEOUT, ERROR_CLASS_INFRASTRUCTURE}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct prediction prediction;
        struct far_answer answer = {.outcome = rows[i].outcome,
                                    .latency_ms = 12,
                                    .first_byte_ms = 3,
                                    .attempts = 2,
                                    .error = strview_of("why")};
        cr_assert(candidate_make_prediction(&prediction, &at.view));
        cr_expect(eq(int, agent_answer_arrived(&answer, &at.view, &prediction),
                     rows[i].outcome == CALL_OK));
        cr_expect(eq(i64, prediction.attempts, 2));
        cr_expect(eq(dbl, prediction.metadata->latency_ms, 12));
        cr_expect(eq(dbl, prediction.time_to_first_token_ms, 3));
        int found = prediction.error ? prediction.error->error_class : ERROR_CLASS_ABSENT;
        cr_expect(eq(int, found, rows[i].error_class), "row %zu", i);
        if (prediction.error)
            cr_expect(memmem(prediction.error->what.data, prediction.error->what.size, ": why",
                             5) != NULL);
    }
}

Test(agent_answer, a_failure_is_kept_when_there_is_no_memory_left_to_tell_it)
{
    struct prediction prediction;
    struct far_answer answer = {.outcome = CALL_TIMEOUT, .error = strview_of("why")};
    for (int64_t nth = 1; nth <= 2; nth++) {
        CLEANUP(arena_cleanup) struct arena *small = arena_create(1, 0);
        cr_assert(candidate_make_prediction(&prediction, &at.view));
        struct turn_view view = at.view;
        view.arena = small;
        while (arena_alloc(small, 16) && arena_used_bytes(small) < 4096)
            continue;
        memory_fail_nth(nth);
        cr_expect(not(agent_answer_arrived(&answer, &view, &prediction)));
        memory_fail_nth(0);
        cr_expect(ne(ptr, prediction.error, NULL));
    }
}

/* Every allocation of finish fails once: the parser's, the arena's, the texts'. The arena's blocks
 * are small, so that it asks often. */
static void finish_without_memory(const struct candidate_kind *kind, const char *body)
{
    at.candidate.kind = kind;
    bool was_hit = true;
    int64_t visited = 0;
    for (int64_t nth = 1; was_hit; nth++) {
        CLEANUP(arena_cleanup) struct arena *small = arena_create(1, 0);
        struct prediction prediction;
        struct error err = {0};
        struct far_answer answer = {.outcome = CALL_OK, .body = strview_of(body), .attempts = 1};
        struct turn_view view = at.view;
        view.arena = small;
        cr_assert(candidate_make_prediction(&prediction, &view));
        memory_fail_nth(nth);
        enum status status =
            kind->finish(&at.candidate, &view, &at.scratch, &answer, &prediction, &err);
        was_hit = memory_fault_was_hit();
        memory_fail_nth(0);
        cr_expect(status == STATUS_NO_MEMORY || (status == STATUS_OK && !prediction.error),
                  "allocation %lld: %s", (long long)nth,
                  prediction.error ? prediction.error->what.data : err.what);
        visited += was_hit;
    }
    cr_expect(gt(i64, visited, 20));
}

Test(agent_answer, memory_that_ran_out_is_never_an_answer_that_is_malformed)
{
    static const char answer[] =
        "{\"response\": \"What time?\", \"extracted_slots\": {\"date\": \"2025-01-16\", \"time\": "
        "{\"from\": 9.5}}, \"confidence\": 0.8, \"next_state\": \"ask_time\", \"intent\": "
        "\"book\", "
        "\"requested_slots\": [\"price\"], \"slot_confidence\": {\"date\": 0.7}, \"metadata\": "
        "{\"tokens\": {\"input\": 1}}}";
    finish_without_memory(&endpoint_candidate_kind, answer);
    struct strbuf reply = {0};
    struct prompt_folder folder = {.version = strview_of("v1")};
    at.candidate.state = &folder;
    strbuf_add_text(&reply, "{\"choices\": [{\"message\": {\"content\": ");
    json_write_quoted(&reply, strview_of(answer));
    strbuf_add_text(&reply, "}}]}");
    finish_without_memory(&llm_candidate_kind, reply.data);
    strbuf_done(&reply);
}

Test(agent_answer, the_schema_is_json_and_names_every_slot)
{
    struct strbuf out = {0};
    struct json_write writer = {.out = &out};
    agent_answer_schema(at.builder.task, &writer);
    json_t *schema = json_loads(out.data, 0, NULL);
    cr_assert(ne(ptr, schema, NULL), "%s", out.data);
    const json_t *slots = json_object_get(
        json_object_get(json_object_get(schema, "properties"), "extracted_slots"), "properties");
    cr_expect(eq(sz, json_object_size(slots), at.builder.task->slot_count));
    for (size_t i = 0; i < at.builder.task->slot_count; i++)
        cr_expect(ne(ptr, json_object_get(slots, at.builder.task->slots[i].name.data), NULL));
    json_decref(schema);
    strbuf_done(&out);
}
