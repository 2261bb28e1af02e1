/*
 * scorer_command.c: trials to and from somebody's own scorer. The far ends are child processes of
 * net/.
 */
#include "pipeline/scorer_command.h"

#include "codec/json_record.h"
#include "pipeline/provider_end.h"

#include <math.h>

enum status scorer_command_open(struct session *session, struct error *err)
{
    const struct pipeline_spec *pipeline = session->options.pipeline;
    session->scorer_ends =
        arena_array(session->arena, pipeline->scorer_count + 1, sizeof *session->scorer_ends);
    if (!session->scorer_ends)
        return error_no_memory(err);
    for (size_t i = 0; i < pipeline->scorer_count; i++) {
        const struct scorer_spec *spec = &pipeline->scorers[i];
        enum status status = provider_end_command(session, spec->name.data, &spec->command,
                                                  spec->processes, &session->scorer_ends[i], err);
        if (status != STATUS_OK) {
            error_where(err, "scorer '%.*s'", STRVIEW_ARG(spec->name));
            return status;
        }
    }
    return STATUS_OK;
}

static void write_slots(const char *key, const struct slot_map *map, struct json_write *writer)
{
    json_write_key(writer, strview_of(key));
    json_record_encode_slots(map, writer);
}

static void write_text(const char *key, struct strview text, struct json_write *writer)
{
    if (text.data)
        json_write_key_text(writer, key, text);
}

static void write_turn(const struct prediction *prediction, const struct gold_turn *gold,
                       struct json_write *writer)
{
    json_write_begin_object(writer);
    json_write_key_i64(writer, "turn", prediction->turn);
    write_text("user_text", prediction->input->user_text, writer);
    write_text("response", prediction->output->response, writer);
    write_text("state", prediction->input->state, writer);
    write_slots("extracted_slots", &prediction->output->extracted_slots, writer);
    write_slots("state_after", &prediction->state_after, writer);
    write_text("intent", prediction->intent, writer);
    if (gold) {
        write_slots("gold_state", &gold->state, writer);
        write_text("gold_intent", gold->intent, writer);
    }
    json_write_end_object(writer);
}

enum status scorer_command_request(const struct trial *trial, const struct gold_conversation *gold,
                                   struct strview candidate, struct arena *arena,
                                   struct strview *ret_line, struct error *err)
{
    struct strbuf text = {0};
    struct json_write writer = {.out = &text};
    const struct prediction *predictions = trial->predictions.items;
    json_write_begin_object(&writer);
    json_write_key_text(&writer, "conversation_id", trial->conversation_id);
    json_write_key_text(&writer, "candidate", candidate);
    json_write_key_i64(&writer, "repeat", trial->repeat);
    json_write_key_text(&writer, "outcome", strview_of(trial_outcome_names[trial->score->outcome]));
    if (trial->score->success != FIELD_ABSENT_BOOL)
        json_write_key_bool(&writer, "success", trial->score->success == 1);
    json_write_key(&writer, strview_of("turns"));
    json_write_begin_array(&writer);
    for (size_t i = 0; i < trial->predictions.count; i++)
        write_turn(&predictions[i],
                   gold && i < gold->turns.count ? (const struct gold_turn *)gold->turns.items + i
                                                 : NULL,
                   &writer);
    json_write_end_array(&writer);
    json_write_end_object(&writer);
    *ret_line = arena_copy_view(arena, strbuf_view(&text));
    bool failed = text.failed || !ret_line->data;
    strbuf_done(&text);
    return failed ? error_no_memory(err) : STATUS_OK;
}

static bool add_numbers(struct strview scorer, const json_t *metrics, struct trial *trial,
                        struct arena *arena)
{
    struct number_map *extra = &trial->score->extra;
    struct named_number *items =
        arena_array(arena, extra->count + json_object_size(metrics) + 1, sizeof *items);
    if (!items)
        return false;
    size_t count = extra->count;
    for (size_t i = 0; i < count; i++)
        items[i] = extra->items[i];
    const char *name;
    json_t *value;
    json_t *mutable_metrics = (json_t *)(uintptr_t)metrics;
    json_object_foreach(mutable_metrics, name, value)
    {
        char *full = arena_format(arena, "%.*s.%.80s", STRVIEW_ARG(scorer), name);
        if (!full || !json_is_number(value) || !isfinite(json_number_value(value)))
            return false;
        items[count++] = (struct named_number){strview_of(full), json_number_value(value)};
    }
    *extra = (struct number_map){items, count};
    return true;
}

/* <scorer>.failed is a metric like the others: 1 when the scorer's answer was of no use. */
static void add_failed(struct strview scorer, bool failed, struct trial *trial, struct arena *arena)
{
    json_t *metrics = json_pack("{s:i}", "failed", failed ? 1 : 0);
    if (metrics)
        (void)add_numbers(scorer, metrics, trial, arena);
    json_decref(metrics);
}

bool scorer_command_take(struct strview scorer, const struct far_answer *answer,
                         struct trial *trial, struct arena *arena)
{
    json_t *json = NULL;
    if (answer->outcome == CALL_OK)
        (void)json_record_parse(answer->body, &json, NULL);
    const json_t *metrics = json_object_get(json, "metrics");
    bool taken = json_is_object(metrics) && json_object_size(metrics) <= 64 &&
                 add_numbers(scorer, metrics, trial, arena);
    json_decref(json);
    add_failed(scorer, !taken, trial, arena);
    return taken;
}
