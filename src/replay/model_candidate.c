/*
 * model_candidate.c: the candidates of kind `llm` and `hybrid`: an OpenAI-compatible chat endpoint
 * asked with a prompt version. The hybrid lets the rules go first and asks the model only for what
 * they leave open or are not sure of.
 */
#include "base/utf8.h"
#include "codec/json_record.h"
#include "replay/agent_answer.h"
#include "replay/prompt_folder.h"
#include "replay/slot_filling.h"

#include <math.h>

/* Band of a model's confidence (DESIGN: rules 0.75-0.95, model 0.60-0.90). */
#define MODEL_CONFIDENCE_LOW 0.60
#define MODEL_CONFIDENCE_HIGH 0.90

static enum status open_model(struct candidate *candidate, struct arena *arena, struct error *err)
{
    struct prompt_folder *folder = arena_alloc(arena, sizeof *folder);
    if (!folder)
        return error_no_memory(err);
    candidate->state = folder;
    return prompt_folder_load(candidate->spec->prompt.data, arena, folder, err);
}

/* Tokens are some 4 bytes of English; 3 is taken, so that a reservation is rather too large. */
static int64_t most_tokens(size_t bytes)
{
    return (int64_t)(bytes / 3 + 16);
}

static enum status make_request(const struct candidate *candidate, const struct turn_view *view,
                                struct candidate_scratch *scratch, struct strview notes,
                                struct candidate_call *ret_call, struct error *err)
{
    const struct candidate_spec *spec = candidate->spec;
    struct strbuf *text = &scratch->text;
    strbuf_clear(text);
    struct json_write writer = {.out = text};
    json_write_begin_object(&writer);
    json_write_key_text(&writer, "model", spec->model_name);
    json_write_key(&writer, strview_of("messages"));
    prompt_folder_render(candidate->state, candidate->world, view, notes, &writer);
    size_t prompt_bytes = text->size;
    json_write_key(&writer, strview_of("temperature"));
    json_write_number(&writer, spec->temperature);
    int64_t seed;
    if (__builtin_add_overflow(spec->seed, view->repeat, &seed))
        seed = view->repeat;
    if (spec->seed != INT64_MIN)
        json_write_key_i64(&writer, "seed", seed);
    json_write_key_i64(&writer, "max_tokens", spec->max_tokens);
    json_write_key(&writer, strview_of("response_format"));
    json_write_begin_object(&writer);
    json_write_key_text(&writer, "type", strview_of("json_schema"));
    json_write_key(&writer, strview_of("json_schema"));
    json_write_begin_object(&writer);
    json_write_key_text(&writer, "name", strview_of("turn"));
    json_write_key(&writer, strview_of("schema"));
    agent_answer_schema(candidate->world->task, &writer);
    json_write_end_object(&writer);
    json_write_end_object(&writer);
    json_write_end_object(&writer);
    struct strview body = arena_copy_view(view->request_arena, strbuf_view(text));
    if (text->failed || !body.data)
        return error_no_memory(err);
    *ret_call = (struct candidate_call){.body = body,
                                        .most_input_tokens = most_tokens(prompt_bytes),
                                        .most_output_tokens = spec->max_tokens};
    return STATUS_OK;
}

static enum status begin_llm(const struct candidate *candidate, const struct turn_view *view,
                             struct candidate_scratch *scratch, struct prediction *prediction,
                             struct candidate_call *ret_call, bool *ret_needs_call,
                             struct error *err)
{
    (void)prediction;
    *ret_needs_call = true;
    return make_request(candidate, view, scratch, strview_of(""), ret_call, err);
}

static int64_t count_of(const json_t *usage, const char *key)
{
    const json_t *value = json_object_get(usage, key);
    return json_is_integer(value) ? json_integer_value(value) : FIELD_ABSENT_I64;
}

/* OpenAI counts cached inside prompt tokens and reasoning inside completion tokens; so do the
 * record's fields. */
static void take_usage(const json_t *reply, struct arena *arena, struct prediction *prediction)
{
    const json_t *usage = json_object_get(reply, "usage");
    struct token_counts *tokens = json_is_object(usage) ? arena_alloc(arena, sizeof *tokens) : NULL;
    if (!tokens)
        return;
    *tokens = (struct token_counts){
        .input = count_of(usage, "prompt_tokens"),
        .output = count_of(usage, "completion_tokens"),
        .cached_input = count_of(json_object_get(usage, "prompt_tokens_details"), "cached_tokens"),
        .reasoning =
            count_of(json_object_get(usage, "completion_tokens_details"), "reasoning_tokens")};
    prediction->metadata->tokens = tokens;
}

static struct strview copy_string(const json_t *value, struct arena *arena)
{
    return json_is_string(value)
               ? arena_copy_view(
                     arena, (struct strview){json_string_value(value), json_string_length(value)})
               : (struct strview){0};
}

/* NaN stays NaN. */
static double in_band(double confidence)
{
    return isnan(confidence) ? confidence
                             : fmin(fmax(confidence, MODEL_CONFIDENCE_LOW), MODEL_CONFIDENCE_HIGH);
}

/*
 * Confidences of a model lie in their band; what it did not tell is the lower end. What it says of
 * itself and what its tokens say (NaN: nothing) weigh the same; one alone stands.
 */
static bool band_confidences(const struct candidate *candidate, const struct turn_view *view,
                             double tokens, struct prediction *prediction)
{
    const struct slot_map *extracted = &prediction->output->extracted_slots;
    struct number_map told = prediction->slot_confidence;
    prediction->slot_confidence = (struct number_map){0};
    for (size_t i = 0; i < extracted->count; i++) {
        struct strview slot = extracted->slots[i].name;
        if (extracted->slots[i].value.kind == SLOT_VALUE_NULL)
            continue;
        double confidence = prediction->output->confidence;
        for (size_t j = 0; j < told.count; j++)
            if (strview_equal(told.items[j].name, slot))
                confidence = told.items[j].value;
        if (!isnan(tokens))
            confidence = isnan(confidence) ? tokens : (confidence + tokens) / 2;
        confidence = in_band(isnan(confidence) ? MODEL_CONFIDENCE_LOW : confidence);
        if (!slot_filling_add_confidence(prediction, view->arena, slot, confidence) ||
            !slot_filling_set_source(prediction, view->arena, slot, "llm") ||
            (confidence < candidate_confirm_under(candidate, slot) &&
             !slot_filling_add_confirmation(prediction, view->arena, slot)))
            return false;
    }
    return true;
}

/* null in an answer means "nothing new", as the prompts say; only a slot that was known is removed
 * by it. */
static void drop_idle_nulls(const struct turn_view *view, struct slot_map *extracted)
{
    size_t kept = 0;
    for (size_t i = 0; i < extracted->count; i++)
        if (extracted->slots[i].value.kind != SLOT_VALUE_NULL ||
            slot_map_find(&view->slots, extracted->slots[i].name))
            extracted->slots[kept++] = extracted->slots[i];
    extracted->count = kept;
}

/* As agent_answer_take. */
static enum status take_content(const json_t *reply, const struct turn_view *view,
                                struct prediction *prediction)
{
    const json_t *choice = json_array_get(json_object_get(reply, "choices"), 0);
    const json_t *message = json_object_get(choice, "message");
    struct strview content = copy_string(json_object_get(message, "content"), view->arena);
    const char *fault = NULL;
    if (!content.data && arena_memory_ran_out(view->arena))
        return STATUS_NO_MEMORY;
    if (!content.data)
        fault = json_is_string(json_object_get(message, "refusal")) ? "the model refused"
                                                                    : "the answer has no content";
    else if (strview_trim(content).size == 0)
        fault = "the answer is empty";
    json_t *object = NULL;
    struct error err = {0};
    enum status status =
        fault ? STATUS_DATA : json_record_parse(strview_trim(content), &object, &err);
    if (status == STATUS_NO_MEMORY)
        return status;
    if (!fault && status != STATUS_OK) {
        const json_t *reason = json_object_get(choice, "finish_reason");
        fault = json_is_string(reason) && strcmp(json_string_value(reason), "length") == 0
                    ? "the answer was cut at max_tokens"
                    : "the answer is not JSON";
    }
    if (fault) {
        candidate_fail(prediction, view->arena, ERROR_CLASS_MALFORMED, strview_of(fault));
        return STATUS_DATA;
    }
    status = agent_answer_take(object, view, prediction);
    json_decref(object);
    return status;
}

/* The mean probability of the answer's tokens (geometric), where the endpoint tells them. */
static double token_probability(const json_t *reply)
{
    const json_t *choice = json_array_get(json_object_get(reply, "choices"), 0);
    const json_t *tokens = json_object_get(json_object_get(choice, "logprobs"), "content");
    double sum = 0;
    size_t count = json_array_size(tokens);
    for (size_t i = 0; i < count; i++) {
        const json_t *logarithm = json_object_get(json_array_get(tokens, i), "logprob");
        if (!json_is_number(logarithm) || !(json_number_value(logarithm) <= 0))
            return (double)NAN;
        sum += json_number_value(logarithm);
    }
    return count ? exp(sum / (double)count) : (double)NAN;
}

/* The reply's envelope, then its content. STATUS_DATA: there is no usable answer, which the
 * prediction tells. */
static enum status take_reply(const struct candidate *candidate, const struct turn_view *view,
                              const struct far_answer *answer, struct prediction *prediction,
                              double *ret_tokens)
{
    *prediction->model = (struct prediction_model){
        .name = candidate->spec->model_name,
        .provider = candidate->spec->provider_name,
        .prompt_version = ((const struct prompt_folder *)candidate->state)->version};
    if (!agent_answer_arrived(answer, view, prediction))
        return STATUS_DATA;
    json_t *reply = NULL;
    struct error err = {0};
    enum status status = json_record_parse(answer->body, &reply, &err);
    if (status == STATUS_NO_MEMORY)
        return status;
    if (status != STATUS_OK) {
        candidate_fail(prediction, view->arena, ERROR_CLASS_MALFORMED,
                       strview_of("the endpoint's reply is not JSON"));
        return STATUS_DATA;
    }
    take_usage(reply, view->arena, prediction);
    prediction->served_model = copy_string(json_object_get(reply, "model"), view->arena);
    prediction->fingerprint =
        copy_string(json_object_get(reply, "system_fingerprint"), view->arena);
    status = take_content(reply, view, prediction);
    *ret_tokens = token_probability(reply);
    json_decref(reply);
    return status;
}

static enum status finish_llm(const struct candidate *candidate, const struct turn_view *view,
                              struct candidate_scratch *scratch, const struct far_answer *answer,
                              struct prediction *prediction, struct error *err)
{
    (void)scratch;
    double tokens = (double)NAN;
    enum status status = take_reply(candidate, view, answer, prediction, &tokens);
    if (status != STATUS_OK)
        return status == STATUS_NO_MEMORY ? error_no_memory(err) : STATUS_OK;
    drop_idle_nulls(view, &prediction->output->extracted_slots);
    return band_confidences(candidate, view, tokens, prediction) ? STATUS_OK : error_no_memory(err);
}

/* True when the rules leave something open: a slot that was asked for, or one under the threshold.
 */
static bool is_open(const struct candidate *candidate, const struct turn_view *view,
                    const struct prediction *prediction)
{
    const struct number_map *map = &prediction->slot_confidence;
    for (size_t i = 0; i < map->count; i++)
        if (map->items[i].value < candidate_model_under(candidate, map->items[i].name))
            return true;
    const struct state_spec *state = candidate_state(candidate, view);
    for (size_t i = 0; state && i < state->asks.count; i++)
        if (!slot_map_find(&view->slots, state->asks.items[i]) &&
            !slot_map_find(&prediction->output->extracted_slots, state->asks.items[i]))
            return true;
    /* What the rules would have to ask the caller about, the model is asked first; and a long
     * utterance without a value is worth a look. */
    return prediction->needs_confirmation.count > 0 ||
           (prediction->output->extracted_slots.count == 0 &&
            utf8_length(prediction->input->user_text) > 24);
}

static void write_notes(const struct prediction *prediction, struct strbuf *out)
{
    strbuf_add_text(out, "\nWhat the rules read in this turn (check it): ");
    struct json_write writer = {.out = out};
    json_record_encode_slots(&prediction->output->extracted_slots, &writer);
}

static enum status begin_hybrid(const struct candidate *candidate, const struct turn_view *view,
                                struct candidate_scratch *scratch, struct prediction *prediction,
                                struct candidate_call *ret_call, bool *ret_needs_call,
                                struct error *err)
{
    enum status status = rules_candidate_kind.begin(candidate, view, scratch, prediction, ret_call,
                                                    ret_needs_call, err);
    if (status != STATUS_OK || !is_open(candidate, view, prediction))
        return status;
    *ret_needs_call = true;
    struct strbuf notes = {0};
    write_notes(prediction, &notes);
    status = make_request(candidate, view, scratch, strbuf_view(&notes), ret_call, err);
    strbuf_done(&notes);
    return status;
}

static double confidence_of(const struct prediction *prediction, struct strview slot)
{
    for (size_t i = 0; i < prediction->slot_confidence.count; i++)
        if (strview_equal(prediction->slot_confidence.items[i].name, slot))
            return prediction->slot_confidence.items[i].value;
    return 0;
}

/* Rules keep what they are sure of; the model decides the rest. Agreement raises confidence,
 * conflict asks for confirmation. */
static bool combine(const struct candidate *candidate, const struct turn_view *view,
                    const struct prediction *model, struct prediction *rules)
{
    struct arena *arena = view->arena;
    const struct slot_map *answers = &model->output->extracted_slots;
    for (size_t i = 0; i < answers->count; i++) {
        const struct slot *answer = &answers->slots[i];
        const struct slot *rule = slot_map_find(&rules->output->extracted_slots, answer->name);
        double rule_confidence = rule ? confidence_of(rules, answer->name) : 0;
        double model_confidence = confidence_of(model, answer->name);
        bool agree = rule && slot_value_equal(&rule->value, &answer->value);
        bool keep_rule = rule && rule_confidence >= candidate_model_under(candidate, answer->name);
        double confidence = agree       ? fmax(rule_confidence, model_confidence)
                            : keep_rule ? rule_confidence
                                        : model_confidence;
        bool has_value = keep_rule || answer->value.kind != SLOT_VALUE_NULL;
        bool added =
            !has_value || slot_filling_add_confidence(rules, arena, answer->name, confidence);
        if (!agree && !keep_rule)
            added = added &&
                    slot_map_set(arena, &rules->output->extracted_slots, answer->name,
                                 &answer->value) &&
                    slot_filling_set_source(rules, arena, answer->name, "llm");
        if ((rule && !agree) || confidence < candidate_confirm_under(candidate, answer->name))
            added = added && slot_filling_add_confirmation(rules, arena, answer->name);
        if (!added)
            return false;
    }
    return true;
}

static enum status finish_hybrid(const struct candidate *candidate, const struct turn_view *view,
                                 struct candidate_scratch *scratch, const struct far_answer *answer,
                                 struct prediction *prediction, struct error *err)
{
    struct prediction model;
    if (!candidate_make_prediction(&model, view))
        return error_no_memory(err);
    enum status status = finish_llm(candidate, view, scratch, answer, &model, err);
    if (status != STATUS_OK)
        return status;
    *prediction->model = *model.model;
    *prediction->metadata = *model.metadata;
    prediction->served_model = model.served_model;
    prediction->fingerprint = model.fingerprint;
    prediction->attempts = model.attempts;
    prediction->time_to_first_token_ms = model.time_to_first_token_ms;
    if (model.error) { /* a malformed answer leaves what the rules found; the rest is an error of
                          the trial */
        prediction->error = model.error;
        return STATUS_OK;
    }
    if (!combine(candidate, view, &model, prediction))
        return error_no_memory(err);
    /* Of what was decided, whoever decided it; without any value, what the model says of its look.
     */
    prediction->output->confidence = slot_filling_overall_confidence(prediction);
    if (isnan(prediction->output->confidence))
        prediction->output->confidence = in_band(model.output->confidence);
    prediction->output->response = model.output->response;
    prediction->requested_slots = model.requested_slots;
    if (model.intent.data)
        prediction->intent = model.intent;
    if (model.output->next_state.data)
        prediction->output->next_state = model.output->next_state;
    return STATUS_OK;
}

const struct candidate_kind llm_candidate_kind = {
    .name = "llm",
    .summary = "a model behind an OpenAI-compatible endpoint, with a prompt version",
    .calls_model = true,
    .open = open_model,
    .begin = begin_llm,
    .finish = finish_llm,
};

const struct candidate_kind hybrid_candidate_kind = {
    .name = "hybrid",
    .summary = "the rules first, the model only for what they leave open or are unsure of",
    .calls_model = true,
    .open = open_model,
    .begin = begin_hybrid,
    .finish = finish_hybrid,
};
