#include "unit/replay/replay_case.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <jansson.h>

static struct replay_case at;

static void begin(void)
{
    replay_case_init(&at);
    at.spec.prompt = strview_of(ASSAY_SOURCE_DIR "/pipelines/prompts/v2.0");
}

static void end(void)
{
    replay_case_done(&at);
}

TestSuite(model_candidate, .init = begin, .fini = end);

static void open_kind(int kind)
{
    struct error err = {0};
    at.spec.kind = kind;
    cr_assert(eq(int, candidate_open(&at.candidate, &at.spec, &at.world, at.builder.arena, &err),
                 STATUS_OK),
              "%s", err.what);
}

static bool ask(struct prediction *prediction, struct candidate_call *call)
{
    struct error err = {0};
    bool needs_call = false;
    cr_assert(candidate_make_prediction(prediction, &at.view));
    cr_assert(eq(int,
                 at.candidate.kind->begin(&at.candidate, &at.view, &at.scratch, prediction, call,
                                          &needs_call, &err),
                 STATUS_OK),
              "%s", err.what);
    return needs_call;
}

static void answer_body(struct prediction *prediction, const char *body)
{
    struct error err = {0};
    struct far_answer answer = {.outcome = CALL_OK, .body = strview_of(body), .attempts = 1};
    cr_assert(eq(
        int,
        at.candidate.kind->finish(&at.candidate, &at.view, &at.scratch, &answer, prediction, &err),
        STATUS_OK));
}

/* The content goes into a chat reply. */
static void answer(struct prediction *prediction, const char *content)
{
    json_t *reply = json_pack("{s:s, s:s, s:[{s:{s:s}}], s:{s:i, s:i, s:{s:i}}}", "model", "m-2025",
                              "system_fingerprint", "fp", "choices", "message", "content", content,
                              "usage", "prompt_tokens", 40, "completion_tokens", 7,
                              "prompt_tokens_details", "cached_tokens", 8);
    char *body = json_dumps(reply, 0);
    answer_body(prediction, body);
    free(body);
    json_decref(reply);
}

static double confidence_of(const struct prediction *prediction, const char *slot)
{
    for (size_t i = 0; i < prediction->slot_confidence.count; i++)
        if (strview_is(prediction->slot_confidence.items[i].name, slot))
            return prediction->slot_confidence.items[i].value;
    return (double)NAN;
}

static bool is_flagged(const struct prediction *prediction, const char *slot)
{
    for (size_t i = 0; i < prediction->needs_confirmation.count; i++)
        if (strview_is(prediction->needs_confirmation.items[i], slot))
            return true;
    return false;
}

static char *extracted(const struct prediction *prediction)
{
    return task_builder_text(&at.builder, &prediction->output->extracted_slots);
}

static char *sources(const struct prediction *prediction)
{
    return task_builder_text(&at.builder, &prediction->slot_source);
}

Test(model_candidate, a_request_holds_model_messages_and_limits)
{
    struct prediction prediction;
    struct candidate_call call = {0};
    at.spec.seed = 5;
    at.spec.temperature = 0.5;
    at.view.repeat = 2;
    open_kind(CANDIDATE_LLM);
    replay_case_say(&at, "ask_date", "", "friday");
    cr_assert(ask(&prediction, &call));
    json_t *json = json_loadb(call.body.data, call.body.size, 0, NULL);
    cr_assert(ne(ptr, json, NULL), "%.*s", STRVIEW_ARG(call.body));
    cr_expect(eq(str, (char *)(uintptr_t)json_string_value(json_object_get(json, "model")), "m"));
    cr_expect(eq(i64, json_integer_value(json_object_get(json, "seed")), 7)); /* seed + repeat */
    cr_expect(eq(i64, json_integer_value(json_object_get(json, "max_tokens")), 100));
    cr_expect(eq(dbl, json_number_value(json_object_get(json, "temperature")), 0.5));
    cr_expect(gt(sz, json_array_size(json_object_get(json, "messages")), 0));
    cr_expect(eq(i64, call.most_output_tokens, 100));
    cr_expect(gt(i64, call.most_input_tokens, 16));
    json_decref(json);
    at.spec.seed = INT64_MIN;
    cr_assert(ask(&prediction, &call));
    cr_expect(memmem(call.body.data, call.body.size, "\"seed\"", 6) == NULL);
}

Test(model_candidate, a_models_confidence_lies_in_its_band)
{
    static const struct {
        const char *answer;
        double confidence;
    } rows[] = {
        {"{\"extracted_slots\": {\"date\": \"2025-01-17\"}, \"confidence\": 1}", 0.90},
        {"{\"extracted_slots\": {\"date\": \"2025-01-17\"}, \"confidence\": 0.1}", 0.60},
        {"{\"extracted_slots\": {\"date\": \"2025-01-17\"}, \"confidence\": 0.75}", 0.75},
        {"{\"extracted_slots\": {\"date\": \"2025-01-17\"}}", 0.60},
        {"{\"extracted_slots\": {\"date\": \"2025-01-17\"}, \"confidence\": 0.9, "
         "\"slot_confidence\": {\"date\": 0.7}}",
         0.70},
    };
    open_kind(CANDIDATE_LLM);
    replay_case_say(&at, "ask_date", "", "friday");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct prediction prediction;
        struct candidate_call call;
        cr_assert(ask(&prediction, &call));
        at.spec.confirm_under = 0.7;
        answer(&prediction, rows[i].answer);
        cr_assert(eq(ptr, prediction.error, NULL));
        cr_expect(epsilon_eq(dbl, confidence_of(&prediction, "date"), rows[i].confidence, 1e-12),
                  "row %zu", i);
        cr_expect(eq(int, is_flagged(&prediction, "date"), rows[i].confidence < 0.7), "row %zu", i);
        cr_expect(eq(str, sources(&prediction), "date=llm"));
    }
}

Test(model_candidate, a_reply_gives_tokens_and_the_model_that_served)
{
    struct prediction prediction;
    struct candidate_call call;
    open_kind(CANDIDATE_LLM);
    replay_case_say(&at, "ask_date", "time=14:00", "friday");
    cr_assert(ask(&prediction, &call));
    answer(&prediction, " {\"extracted_slots\": {\"date\": null, \"time\": null}} \n");
    cr_assert(eq(ptr, prediction.error, NULL));
    cr_expect(eq(str, extracted(&prediction), "time=null")); /* only what was known is removed */
    cr_expect(strview_is(prediction.served_model, "m-2025"));
    cr_expect(strview_is(prediction.fingerprint, "fp"));
    cr_expect(strview_is(prediction.model->prompt_version, "v2.0"));
    cr_assert(ne(ptr, prediction.metadata->tokens, NULL));
    cr_expect(eq(i64, prediction.metadata->tokens->input, 40));
    cr_expect(eq(i64, prediction.metadata->tokens->output, 7));
    cr_expect(eq(i64, prediction.metadata->tokens->cached_input, 8));
    cr_expect(eq(i64, prediction.metadata->tokens->reasoning, FIELD_ABSENT_I64));
}

Test(model_candidate, what_is_no_answer_is_malformed_and_says_why)
{
    static const struct {
        const char *body, *why;
    } rows[] = {
        {"<html>", "the endpoint's reply is not JSON"},
        {"{}", "the answer has no content"},
        {"{\"choices\": []}", "the answer has no content"},
        {"{\"choices\": [{\"message\": {\"content\": null}}]}", "the answer has no content"},
        {"{\"choices\": [{\"message\": {\"refusal\": \"no\"}}]}", "the model refused"},
        {"{\"choices\": [{\"message\": {\"content\": \" \\n\"}}]}", "the answer is empty"},
        {"{\"choices\": [{\"message\": {\"content\": \"Friday it is!\"}}]}",
         "the answer is not JSON"},
        {"{\"choices\": [{\"finish_reason\": \"length\", \"message\": {\"content\": "
         "\"{\\\"extr\"}}]}",
         "the answer was cut at max_tokens"},
        {"{\"choices\": [{\"message\": {\"content\": \"{}\"}}]}",
         "the answer has no object 'extracted_slots'"},
    };
    open_kind(CANDIDATE_LLM);
    replay_case_say(&at, "ask_date", "", "friday");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct prediction prediction;
        struct candidate_call call;
        cr_assert(ask(&prediction, &call));
        answer_body(&prediction, rows[i].body);
        cr_assert(ne(ptr, prediction.error, NULL), "row %zu", i);
        cr_expect(eq(int, prediction.error->error_class, ERROR_CLASS_MALFORMED));
        cr_expect(strview_is(prediction.error->what, rows[i].why), "row %zu: %.*s", i,
                  STRVIEW_ARG(prediction.error->what));
        cr_expect(eq(sz, prediction.output->extracted_slots.count, 0));
    }
}

Test(model_candidate, token_probabilities_weigh_as_much_as_what_the_model_says_of_itself)
{
    static const struct {
        const char *content, *tokens;
        double confidence;
    } rows[] = {
        /* e^-0.2 is 0.8187 */
        {"{\\\"extracted_slots\\\": {\\\"date\\\": \\\"2025-01-16\\\"}}",
         "[{\"logprob\": -0.1}, {\"logprob\": -0.3}]", 0.8187},
        {"{\\\"extracted_slots\\\": {\\\"date\\\": \\\"2025-01-16\\\"}, \\\"confidence\\\": 0.7}",
         "[{\"logprob\": -0.2}]", (0.7 + 0.8187) / 2},
        {"{\\\"extracted_slots\\\": {\\\"date\\\": \\\"2025-01-16\\\"}, \\\"confidence\\\": 0.7}",
         "[]", 0.7},
        {"{\\\"extracted_slots\\\": {\\\"date\\\": \\\"2025-01-16\\\"}}", "[{\"logprob\": \"x\"}]",
         0.6},
        {"{\\\"extracted_slots\\\": {\\\"date\\\": \\\"2025-01-16\\\"}}", "[{\"logprob\": -3}]",
         0.6},
    };
    open_kind(CANDIDATE_LLM);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct prediction prediction;
        struct candidate_call call;
        char body[1024];
        snprintf(body, sizeof body,
                 "{\"choices\": [{\"message\": {\"content\": \"%s\"}, \"logprobs\": {\"content\": "
                 "%s}}]}",
                 rows[i].content, rows[i].tokens);
        replay_case_say(&at, "ask_date", "", "tomorrow");
        cr_assert(ask(&prediction, &call));
        answer_body(&prediction, body);
        cr_expect(epsilon_eq(dbl, confidence_of(&prediction, "date"), rows[i].confidence, 1e-4),
                  "row %zu", i);
    }
}

Test(model_candidate, the_hybrid_asks_only_for_what_the_rules_leave_open)
{
    static const struct {
        const char *state, *known, *text;
        double model_under;
        bool asks;
    } rows[] = {
        {"ask_date", "", "tomorrow", 0.5, false},
        {"ask_date", "", "tomorrow", 0.99, true}, /* not sure enough */
        {"ask_when", "", "tomorrow", 0.5, true},  /* the time is open */
        {"ask_when", "time=14:00", "tomorrow", 0.5, false},
        {"ask_date", "", "hello", 0.5, true},
        {"", "", "hello", 0.5, false},
        {"ask_date", "", "next friday", 0.5, true}, /* the rules would have to ask the caller */
        {"", "", "well, you know, the usual thing", 0.5, true}, /* long, and nothing in it */
    };
    open_kind(CANDIDATE_HYBRID);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct prediction prediction;
        struct candidate_call call;
        at.spec.model_under = rows[i].model_under;
        replay_case_say(&at, rows[i].state, rows[i].known, rows[i].text);
        cr_expect(eq(int, ask(&prediction, &call), rows[i].asks), "row %zu", i);
    }
}

/* The rules read "tomorrow" as 2025-01-16, in the state ask_when. */
Test(model_candidate, the_hybrid_combines_what_both_found)
{
    static const struct {
        double model_under;
        const char *answer;
        char *extracted, *sources;
        double date; /* -1: the rules' own */
        bool flagged;
    } rows[] = {
        /* agreement keeps the better confidence */
        {0.5, "{\"extracted_slots\": {\"date\": \"2025-01-16\"}, \"confidence\": 0.6}",
         "date=2025-01-16", "date=rules", -1, false},
        /* conflict: the rules are sure and keep theirs, but it is read back */
        {0.5, "{\"extracted_slots\": {\"date\": \"2025-01-23\"}, \"confidence\": 0.9}",
         "date=2025-01-16", "date=rules", -1, true},
        /* conflict: the rules are unsure, the model decides */
        {0.99, "{\"extracted_slots\": {\"date\": \"2025-01-23\"}, \"confidence\": 0.85}",
         "date=2025-01-23", "date=llm", 0.85, true},
        /* what only the model found is added */
        {0.5, "{\"extracted_slots\": {\"time\": \"14:00\"}, \"confidence\": 0.8}",
         "date=2025-01-16 time=14:00", "date=rules time=llm", -1, false},
        /* what only the rules found stays */
        {0.99, "{\"extracted_slots\": {}}", "date=2025-01-16", "date=rules", -1, false},
    };
    open_kind(CANDIDATE_HYBRID);
    replay_case_say(&at, "ask_when", "", "tomorrow");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct prediction prediction;
        struct candidate_call call;
        at.spec.model_under = rows[i].model_under;
        cr_assert(ask(&prediction, &call), "row %zu", i);
        double rules = confidence_of(&prediction, "date");
        answer(&prediction, rows[i].answer);
        cr_assert(eq(ptr, prediction.error, NULL), "row %zu", i);
        cr_expect(eq(str, extracted(&prediction), rows[i].extracted), "row %zu", i);
        cr_expect(eq(str, sources(&prediction), rows[i].sources), "row %zu", i);
        cr_expect(epsilon_eq(dbl, confidence_of(&prediction, "date"),
                             rows[i].date < 0 ? rules : rows[i].date, 1e-12),
                  "row %zu", i);
        cr_expect(eq(int, is_flagged(&prediction, "date"), rows[i].flagged), "row %zu", i);
    }
}

/* The lowest of what was decided, by the rules or by the model. */
Test(model_candidate, the_hybrids_confidence_is_that_of_its_least_sure_slot)
{
    static const struct {
        const char *text, *answer;
        double model_under, confidence; /* -1: the rules' for date; NaN: none */
    } rows[] = {
        {"tomorrow", "{\"extracted_slots\": {\"time\": \"14:00\"}, \"confidence\": 0.61}", 0.5,
         0.61},
        {"tomorrow", "{\"extracted_slots\": {\"date\": \"2025-01-23\"}, \"confidence\": 0.7}", 0.99,
         0.7},
        /* what the model was overruled in does not count */
        {"tomorrow", "{\"extracted_slots\": {\"date\": \"2025-01-23\"}, \"confidence\": 0.6}", 0.5,
         -1},
        {"tomorrow", "{\"extracted_slots\": {}, \"confidence\": 0.1}", 0.99, -1},
        /* nothing was decided: the model's word, within its band */
        {"hello", "{\"extracted_slots\": {}, \"confidence\": 0.1}", 0.5, 0.6},
        {"hello", "{\"extracted_slots\": {}}", 0.5, (double)NAN},
    };
    open_kind(CANDIDATE_HYBRID);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct prediction prediction;
        struct candidate_call call;
        replay_case_say(&at, "ask_when", "", rows[i].text);
        at.spec.model_under = rows[i].model_under;
        cr_assert(ask(&prediction, &call), "row %zu", i);
        double wanted =
            rows[i].confidence < 0 ? confidence_of(&prediction, "date") : rows[i].confidence;
        answer(&prediction, rows[i].answer);
        double found = prediction.output->confidence;
        cr_expect(isnan(wanted) ? isnan(found) : fabs(found - wanted) < 1e-12, "row %zu: %g", i,
                  found);
    }
}

/* "No, forget the time": a slot without a value has no confidence that could drag the others down.
 */
Test(model_candidate, the_hybrid_gives_no_confidence_to_what_is_taken_back)
{
    struct prediction prediction;
    struct candidate_call call;
    open_kind(CANDIDATE_HYBRID);
    replay_case_say(&at, "ask_when", "time=14:00", "hello");
    at.spec.model_under = 0.99;
    cr_assert(ask(&prediction, &call));
    answer(
        &prediction,
        "{\"extracted_slots\": {\"time\": null, \"date\": \"2025-01-23\"}, \"confidence\": 0.8}");
    cr_expect(eq(sz, prediction.slot_confidence.count, 1));
    cr_expect(epsilon_eq(dbl, prediction.output->confidence, 0.8, 1e-12));
}

Test(model_candidate, a_malformed_answer_leaves_the_hybrid_what_the_rules_found)
{
    struct prediction prediction;
    struct candidate_call call;
    open_kind(CANDIDATE_HYBRID);
    replay_case_say(&at, "ask_when", "", "tomorrow");
    cr_assert(ask(&prediction, &call));
    answer(&prediction, "no idea");
    cr_assert(ne(ptr, prediction.error, NULL));
    cr_expect(eq(int, prediction.error->error_class, ERROR_CLASS_MALFORMED));
    cr_expect(eq(str, extracted(&prediction), "date=2025-01-16"));
    cr_assert(ne(ptr, prediction.metadata->tokens, NULL)); /* it was paid for all the same */
}

Test(model_candidate, a_prompt_that_is_not_there_is_told_with_the_candidates_name)
{
    struct error err = {0};
    at.spec.kind = CANDIDATE_LLM;
    at.spec.prompt = strview_of("/nowhere/at/all");
    cr_expect(ne(int, candidate_open(&at.candidate, &at.spec, &at.world, at.builder.arena, &err),
                 STATUS_OK));
    cr_expect(strstr(err.where, "candidate 'x'") != NULL, "%s", err.where);
}
