/*
 * csv_trials.c: see csv_trials.h. The columns are one table, so that the header and the rows cannot
 * part.
 */
#include "report/csv_trials.h"

#include "base/json_write.h"

#include <math.h>

/* A trial's turns summed up once a row. */
struct totals {
    int64_t turns, turns_scored, joint_goal, intents_right, intents_scored;
    int64_t verdicts[SLOT_LATE + 1];
    double latency_ms, latency_max_ms;
    int64_t tokens_input, tokens_output, cost_usd_nano, attempts;
    bool has_latency, has_tokens, has_cost;
};

struct row {
    struct strbuf *out;
    struct strview candidate;
    const struct trial *trial;
    const struct trial_score *score; /* NULL: none */
    const struct conversation_facts *facts;
    struct totals totals;
};

static void add_scores(struct totals *totals, const struct trial_score *score)
{
    const struct turn_score *turns = score->turns.items;
    for (size_t i = 0; i < score->turns.count; i++) {
        const struct slot_score *slots = turns[i].slots.items;
        totals->turns_scored += turns[i].scored == 1;
        totals->joint_goal += turns[i].joint_goal == 1;
        totals->intents_right += turns[i].intent_right == 1;
        totals->intents_scored += turns[i].intent_right != FIELD_ABSENT_BOOL;
        for (size_t s = 0; s < turns[i].slots.count; s++) {
            if (slots[s].verdict > 0 && slots[s].verdict <= SLOT_LATE)
                totals->verdicts[slots[s].verdict]++;
        }
    }
}

static void add_metadata(struct totals *totals, const struct prediction_metadata *metadata)
{
    if (!isnan(metadata->latency_ms)) {
        totals->has_latency = true;
        totals->latency_ms += metadata->latency_ms;
        totals->latency_max_ms = fmax(totals->latency_max_ms, metadata->latency_ms);
    }
    if (metadata->tokens) {
        totals->has_tokens = true;
        if (metadata->tokens->input != FIELD_ABSENT_I64)
            totals->tokens_input += metadata->tokens->input;
        if (metadata->tokens->output != FIELD_ABSENT_I64)
            totals->tokens_output += metadata->tokens->output;
    }
    if (metadata->cost_usd_nano != FIELD_ABSENT_I64) {
        totals->has_cost = true;
        totals->cost_usd_nano += metadata->cost_usd_nano;
    }
}

static struct totals totals_of(const struct trial *trial)
{
    struct totals totals = {.turns = (int64_t)trial->predictions.count};
    if (trial->score)
        add_scores(&totals, trial->score);
    const struct prediction *predictions = trial->predictions.items;
    for (size_t i = 0; i < trial->predictions.count; i++) {
        if (predictions[i].metadata)
            add_metadata(&totals, predictions[i].metadata);
        if (predictions[i].attempts != FIELD_ABSENT_I64)
            totals.attempts += predictions[i].attempts;
    }
    return totals;
}

/* Spreadsheets run what begins so. */
static bool is_formula(struct strview text)
{
    return text.size && strchr("=+-@\t\r", text.data[0]) && text.data[0];
}

static void put_text(const struct row *row, struct strview text)
{
    bool is_quoted = is_formula(text);
    for (size_t i = 0; i < text.size && !is_quoted; i++)
        is_quoted = strchr(",\"\r\n ;", text.data[i]) != NULL;
    if (!is_quoted) {
        strbuf_add_view(row->out, text);
        return;
    }
    strbuf_add_char(row->out, '"');
    if (is_formula(text))
        strbuf_add_char(row->out, '\'');
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == '"')
            strbuf_add_char(row->out, '"');
        strbuf_add_char(row->out, text.data[i]);
    }
    strbuf_add_char(row->out, '"');
}

static void put_name(const struct row *row, const char *name)
{
    if (name)
        strbuf_add_text(row->out, name);
}

static void put_bool(const struct row *row, int8_t value)
{
    if (value != FIELD_ABSENT_BOOL)
        strbuf_add_text(row->out, value ? "true" : "false");
}

static void put_i64(const struct row *row, int64_t value)
{
    if (value != FIELD_ABSENT_I64)
        strbuf_add_i64(row->out, value);
}

static void put_usd(const struct row *row, int64_t usd_nano)
{
    struct json_write writer = {.out = row->out};
    json_write_usd(&writer, usd_nano);
}

static void put_tags(const struct row *row)
{
    CLEANUP(strbuf_done) struct strbuf tags = {0};
    for (size_t i = 0; row->facts && i < row->facts->tags.count; i++) {
        if (i)
            strbuf_add_char(&tags, ';');
        strbuf_add_view(&tags, row->facts->tags.items[i]);
    }
    put_text(row, strbuf_view(&tags));
    strbuf_fail_with(row->out, &tags);
}

static void put_extra(const struct row *row)
{
    CLEANUP(strbuf_done) struct strbuf extra = {0};
    for (size_t i = 0; row->score && i < row->score->extra.count; i++) {
        if (i)
            strbuf_add_char(&extra, ';');
        strbuf_add_view(&extra, row->score->extra.items[i].name);
        strbuf_add_char(&extra, '=');
        strbuf_add_double(&extra, row->score->extra.items[i].value);
    }
    put_text(row, strbuf_view(&extra));
    strbuf_fail_with(row->out, &extra);
}

static void put_error(const struct row *row)
{
    if (row->trial->error)
        put_text(row, row->trial->error->what);
}

static void put_error_class(const struct row *row)
{
    if (row->trial->error)
        put_name(row, error_class_names[row->trial->error->error_class]);
}

static void put_cause(const struct row *row)
{
    if (row->trial->first_cause)
        put_name(row, trial_cause_names[row->trial->first_cause->cause]);
}

static void put_latency(const struct row *row, double value)
{
    struct json_write writer = {.out = row->out};
    if (row->totals.has_latency)
        json_write_number(&writer, value);
}

/* name, and what writes the column of `r`; a score's columns stay empty without a score. */
#define COLUMNS(X)                                                                                 \
    X(conversation_id, put_text(r, r->trial->conversation_id))                                     \
    X(candidate, put_text(r, r->candidate))                                                        \
    X(repeat, put_i64(r, r->trial->repeat))                                                        \
    X(trial, put_text(r, r->trial->id))                                                            \
    X(split, if (r->facts) put_name(r, gold_split_names[r->facts->split]))                         \
    X(tags, put_tags(r))                                                                           \
    X(locale, if (r->facts) put_text(r, r->facts->locale))                                         \
    X(gold, if (r->facts) put_name(r, gold_status_names[r->facts->gold_status]))                   \
    X(recorded_outcome, if (r->facts) put_name(r, outcome_names[r->facts->outcome]))               \
    X(outcome, if (r->score) put_name(r, trial_outcome_names[r->score->outcome]))                  \
    X(success, if (r->score) put_bool(r, r->score->success))                                       \
    X(completed, if (r->score) put_bool(r, r->score->completed))                                   \
    X(goal_slots_right, if (r->score) put_bool(r, r->score->goal_slots_right))                     \
    X(handover, if (r->score) put_name(r, handover_verdict_names[r->score->handover]))             \
    X(reasks, if (r->score) put_i64(r, r->score->reasks))                                          \
    X(turns, put_i64(r, r->totals.turns))                                                          \
    X(turns_scored, if (r->score) put_i64(r, r->totals.turns_scored))                              \
    X(joint_goal_turns, if (r->score) put_i64(r, r->totals.joint_goal))                            \
    X(intents_right, if (r->totals.intents_scored) put_i64(r, r->totals.intents_right))            \
    X(slots_right, if (r->score) put_i64(r, r->totals.verdicts[SLOT_RIGHT]))                       \
    X(slots_wrong_value, if (r->score) put_i64(r, r->totals.verdicts[SLOT_WRONG_VALUE]))           \
    X(slots_missing, if (r->score) put_i64(r, r->totals.verdicts[SLOT_MISSING]))                   \
    X(slots_spurious, if (r->score) put_i64(r, r->totals.verdicts[SLOT_SPURIOUS]))                 \
    X(slots_late, if (r->score) put_i64(r, r->totals.verdicts[SLOT_LATE]))                         \
    X(latency_ms_sum, put_latency(r, r->totals.latency_ms))                                        \
    X(latency_ms_max, put_latency(r, r->totals.latency_max_ms))                                    \
    X(tokens_input, if (r->totals.has_tokens) put_i64(r, r->totals.tokens_input))                  \
    X(tokens_output, if (r->totals.has_tokens) put_i64(r, r->totals.tokens_output))                \
    X(cost_usd, if (r->totals.has_cost) put_usd(r, r->totals.cost_usd_nano))                       \
    X(attempts, put_i64(r, r->totals.attempts))                                                    \
    X(error_class, put_error_class(r))                                                             \
    X(error, put_error(r))                                                                         \
    X(reason, if (r->score) put_text(r, r->score->reason))                                         \
    X(extra_scores, put_extra(r))                                                                  \
    X(ended, put_text(r, r->trial->ended))                                                         \
    X(first_cause, put_cause(r))                                                                   \
    X(first_cause_why, if (r->trial->first_cause) put_text(r, r->trial->first_cause->why))

/* clang-format off */
#define X(name, write) static void put_##name##_column(const struct row *r) { write; }
COLUMNS(X)
#undef X

static const struct column {
    const char *name;
    void (*put)(const struct row *row);
} columns[] = {
#define X(name, write) {#name, put_##name##_column},
    COLUMNS(X)
#undef X
};
/* clang-format on */

enum { COLUMN_COUNT = sizeof columns / sizeof *columns };

void csv_trials_header(struct strbuf *out)
{
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        if (i)
            strbuf_add_char(out, ',');
        strbuf_add_text(out, columns[i].name);
    }
    strbuf_add(out, "\r\n", 2);
}

void csv_trials_row(struct strbuf *out, struct strview candidate, const struct trial *trial,
                    const struct conversation_facts *facts)
{
    struct row row = {out, candidate, trial, trial->score, facts, totals_of(trial)};
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        if (i)
            strbuf_add_char(out, ',');
        columns[i].put(&row);
    }
    strbuf_add(out, "\r\n", 2);
}
