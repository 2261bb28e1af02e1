/*
 * drift_fold.c: see drift_fold.h. The labels made here are all that a drift report can ever show.
 * Owner: the caller.
 */
#include "compare/drift_fold.h"

#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { NAME_BYTES = 160, LABEL_BYTES = 96, IDENTIFIER_BYTES = 40 };

struct drift_fold {
    const struct task_spec *task; /* NULL: none */
    struct drift_subject subjects[DRIFT_FOLD_SUBJECTS];
    size_t count;
};

struct drift_fold *drift_fold_create(const struct task_spec *task)
{
    struct drift_fold *fold = memory_alloc(sizeof *fold);
    if (fold)
        fold->task = task;
    return fold;
}

void drift_fold_destroy(struct drift_fold *fold)
{
    if (!fold)
        return;
    for (size_t i = 0; i < fold->count; i++) {
        struct drift_subject *subject = &fold->subjects[i];
        for (size_t m = 0; m < subject->model_count; m++)
            memory_free(subject->models[m]);
        drift_profile_destroy(subject->profile);
        memory_free(subject->name);
    }
    memory_free(fold);
}

static char *copy_view(struct strview text)
{
    char *copy = memory_alloc(text.size + 1);
    if (copy && text.size)
        memcpy(copy, text.data, text.size);
    return copy;
}

bool drift_fold_subject(struct drift_fold *fold, struct strview name, size_t *ret_subject)
{
    if (fold->count == DRIFT_FOLD_SUBJECTS)
        return false;
    struct drift_subject *subject = &fold->subjects[fold->count];
    subject->name = copy_view(name);
    subject->profile = drift_profile_create();
    *ret_subject = fold->count++;
    return subject->name && subject->profile;
}

size_t drift_fold_subject_count(const struct drift_fold *fold)
{
    return fold->count;
}

const struct drift_subject *drift_fold_get(const struct drift_fold *fold, size_t subject)
{
    return &fold->subjects[subject];
}

bool drift_fold_begin(struct drift_fold *fold, int64_t start_ns)
{
    int64_t start = start_ns == FIELD_ABSENT_I64 ? DRIFT_NO_TIME : start_ns;
    for (size_t i = 0; i < fold->count; i++)
        if (!drift_profile_begin(fold->subjects[i].profile, start))
            return false;
    return true;
}

/* --- what may be shown --------------------------------------------------------------------------
 */

static bool is_letter(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

/* A name that programs made, like "book_appointment": no text of a caller or model. */
static bool is_identifier(struct strview text)
{
    bool good = text.size > 0 && text.size <= IDENTIFIER_BYTES && is_letter(text.data[0]);
    for (size_t i = 0; good && i < text.size; i++) {
        char byte = text.data[i];
        good = is_letter(byte) || is_digit(byte) || byte == '_' || byte == '-' || byte == '.';
    }
    return good;
}

static void put_view(char *out, struct strview text)
{
    (void)snprintf(out, LABEL_BYTES, "%.*s", STRVIEW_ARG(text));
}

static void put_text(char *out, const char *text)
{
    (void)snprintf(out, LABEL_BYTES, "%s", text);
}

static void label_category(const struct slot_spec *slot, struct strview value, char *out)
{
    size_t category = task_spec_category(slot, value);
    if (category < slot->category_count)
        put_view(out, slot->categories[category].value);
    else
        put_text(out, "(not in the task)");
}

static void label_words(struct strview value, char *out)
{
    size_t words = 0;
    for (size_t i = 0; i < value.size; i++)
        words += value.data[i] != ' ' && (i == 0 || value.data[i - 1] == ' ');
    put_text(out, words == 0   ? "(empty)"
                  : words == 1 ? "(1 word)"
                  : words == 2 ? "(2 words)"
                  : words == 3 ? "(3 words)"
                  : words <= 6 ? "(4 to 6 words)"
                               : "(7 words or more)");
}

/* Digits as 9, letters as a, runs of one kind as one: "2025-01-15" is "9-9-9". */
static void label_shape(struct strview value, char *out)
{
    enum { MOST = 24 };
    size_t at = 0;
    char last = 0;
    for (size_t i = 0; i < value.size && at < MOST; i++) {
        char byte = value.data[i];
        char kind = is_digit(byte)                                   ? '9'
                    : is_letter(byte) || (unsigned char)byte >= 0x80 ? 'a'
                    : byte == ' '                                    ? ' '
                    : strchr("-/:.,+@", byte)                        ? byte
                                                                     : '?';
        if (kind != last)
            out[at++] = kind;
        last = kind;
    }
    out[at] = '\0';
    if (at == 0)
        put_text(out, "(empty)");
}

static void label_phone(struct strview value, char *out)
{
    size_t digits = 0;
    for (size_t i = 0; i < value.size; i++)
        digits += is_digit(value.data[i]);
    const char *plus = value.size && value.data[0] == '+' ? "+ and " : "";
    if (digits > 20)
        (void)snprintf(out, LABEL_BYTES, "(%sover 20 digits)", plus);
    else
        (void)snprintf(out, LABEL_BYTES, "(%s%zu digits)", plus, digits);
}

static void label_text_value(const struct slot_spec *slot, struct strview value, char *out)
{
    switch (slot ? slot->type : SLOT_TYPE_TEXT) {
    case SLOT_TYPE_CATEGORICAL:
        label_category(slot, value, out);
        break;
    case SLOT_TYPE_PHONE:
        label_phone(value, out);
        break;
    case SLOT_TYPE_EMAIL:
        put_text(out,
                 value.size && memchr(value.data, '@', value.size) ? "(with @)" : "(without @)");
        break;
    case SLOT_TYPE_DATE:
    case SLOT_TYPE_TIME:
    case SLOT_TYPE_DATETIME:
    case SLOT_TYPE_INTERVAL:
    case SLOT_TYPE_DURATION:
    case SLOT_TYPE_NUMBER:
        label_shape(value, out);
        break;
    default: /* names and texts */
        label_words(value, out);
        break;
    }
}

static void label_value(const struct slot_spec *slot, const struct slot_value *value, char *out)
{
    if (value->kind == SLOT_VALUE_DONTCARE)
        put_text(out, SLOT_DONTCARE_TEXT);
    else if (value->kind == SLOT_VALUE_JSON)
        put_text(out, "(no text)");
    else
        label_text_value(slot, slot_value_first(value), out);
}

static bool is_filled(const struct slot_value *value)
{
    if (value->kind == SLOT_VALUE_NULL)
        return false;
    return value->kind == SLOT_VALUE_DONTCARE || value->kind == SLOT_VALUE_JSON ||
           slot_value_first(value).size > 0;
}

/* --- signals ------------------------------------------------------------------------------------
 */

static struct strview joined(char *room, const char *prefix, struct strview name)
{
    (void)snprintf(room, NAME_BYTES, "%s%.*s", prefix, STRVIEW_ARG(name));
    return strview_of(room);
}

static bool put_slot(struct drift_profile *profile, const struct slot_spec *spec,
                     struct strview name, const struct slot_value *value, bool tells_absence)
{
    char room[NAME_BYTES], label[LABEL_BYTES];
    if (!value || !is_filled(value))
        return true;
    label_value(spec, value, label);
    return drift_profile_label(profile, joined(room, "slot_value.", name), label, tells_absence);
}

static bool put_task_slots(struct drift_profile *profile, const struct task_spec *task,
                           const struct slot_map *state)
{
    bool others = false;
    for (size_t i = 0; i < task->slot_count; i++) {
        const struct slot_spec *spec = &task->slots[i];
        const struct slot *slot = slot_map_find(state, spec->name);
        char room[NAME_BYTES];
        if (!drift_profile_share(profile, joined(room, "slot_fill.", spec->name),
                                 slot && is_filled(&slot->value)) ||
            !put_slot(profile, spec, spec->name, slot ? &slot->value : NULL, false))
            return false;
    }
    for (size_t i = 0; i < state->count; i++)
        others = others || !task_spec_slot(task, state->slots[i].name);
    return drift_profile_share(profile, strview_of("slots_not_in_the_task"), others);
}

/* Without a task a slot is known once it was met; that it is not filled is told as absence. */
static bool put_found_slots(struct drift_profile *profile, const struct slot_map *state)
{
    for (size_t i = 0; i < state->count; i++)
        if (is_identifier(state->slots[i].name) &&
            !put_slot(profile, NULL, state->slots[i].name, &state->slots[i].value, true))
            return false;
    return true;
}

static bool put_slots(const struct drift_fold *fold, struct drift_profile *profile,
                      const struct slot_map *state)
{
    bool any = false;
    for (size_t i = 0; i < state->count; i++)
        any = any || is_filled(&state->slots[i].value);
    if (!drift_profile_share(profile, strview_of("no_slot_filled"), !any))
        return false;
    return fold->task ? put_task_slots(profile, fold->task, state)
                      : put_found_slots(profile, state);
}

static bool put_intent(const struct drift_fold *fold, struct drift_profile *profile,
                       const struct drift_answers *answers)
{
    struct strview intent = drift_answers_intent(answers);
    char label[LABEL_BYTES];
    if (!intent.data)
        return true;
    bool known = fold->task ? task_spec_intent(fold->task, intent) != NULL : is_identifier(intent);
    if (known)
        put_view(label, intent);
    else
        put_text(label, fold->task ? "(not in the task)" : "(free text)");
    return drift_profile_label(profile, strview_of("intent"), label, true);
}

static bool put_numbers(struct drift_profile *profile, const struct drift_answers *answers)
{
    double finished = answers->finished ? (double)answers->finished : 1;
    const struct {
        const char *name;
        double value;
    } numbers[] = {
        {"confidence", drift_answers_mean(answers->confidence)},
        {"latency_ms", drift_answers_mean(answers->latency_ms)},
        {"user_text_bytes", drift_answers_mean(answers->user_text_length)},
        {"cost_usd",
         answers->costs ? (double)answers->cost_usd_nano * 1e-9 / finished : (double)NAN},
        {"output_tokens",
         answers->tokens ? (double)answers->output_tokens / finished : (double)NAN},
        {"answered_turns", (double)answers->turns / finished},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (!drift_profile_number(profile, strview_of(numbers[i].name), numbers[i].value))
            return false;
    return true;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool note_model(struct drift_subject *subject, struct strview model)
{
    for (size_t i = 0; i < subject->model_count; i++)
        if (strview_is(model, subject->models[i]))
            return true;
    if (!model.data || subject->model_count == DRIFT_FOLD_MODELS)
        return true;
    char *copy = copy_view(model);
    if (!copy)
        return false;
    subject->models[subject->model_count++] = copy;
    qsort(subject->models, subject->model_count, sizeof *subject->models, by_text);
    return true;
}

bool drift_fold_answers(struct drift_fold *fold, size_t subject,
                        const struct drift_answers *answers)
{
    struct drift_subject *of = &fold->subjects[subject];
    struct drift_profile *profile = of->profile;
    if (answers->trials &&
        !drift_profile_share(profile, strview_of("infrastructure_error"), answers->errors > 0))
        return false;
    if (!answers->finished)
        return true;
    if (answers->outcome > TRIAL_OUTCOME_ABSENT && answers->outcome < TRIAL_NOT_SCORED &&
        !drift_profile_label(profile, strview_of("outcome"), trial_outcome_names[answers->outcome],
                             true))
        return false;
    return note_model(of, answers->model) && put_numbers(profile, answers) &&
           drift_profile_share(profile, strview_of("malformed_answer"), answers->malformed > 0) &&
           put_intent(fold, profile, answers) &&
           (!answers->has_state || put_slots(fold, profile, &answers->state));
}

/* --- the recorded calls --------------------------------------------------------------------------
 */

static double mean_of(const struct real_list *list)
{
    struct drift_mean mean = {0};
    for (size_t i = 0; i < list->count; i++)
        if (isfinite(list->items[i])) {
            mean.sum += list->items[i];
            mean.count++;
        }
    return drift_answers_mean(mean);
}

static bool any_failed(const struct conversation_facts *facts, bool of_tools)
{
    const struct service_fact *services = facts->services.items;
    const struct tool_fact *tools = facts->tools.items;
    bool failed = false;
    for (size_t i = 0; !of_tools && i < facts->services.count; i++)
        failed = failed || services[i].failed == 1;
    for (size_t i = 0; of_tools && i < facts->tools.count; i++)
        failed = failed || tools[i].failed == 1;
    return failed;
}

static bool put_call_labels(struct drift_profile *profile, const struct conversation_facts *facts)
{
    char label[LABEL_BYTES];
    if (facts->outcome != OUTCOME_ABSENT &&
        !drift_profile_label(profile, strview_of("outcome"), outcome_names[facts->outcome], true))
        return false;
    if (!facts->locale.data)
        return true;
    put_view(label, is_identifier(facts->locale) ? facts->locale : strview_of("(free text)"));
    return drift_profile_label(profile, strview_of("locale"), label, true);
}

bool drift_fold_calls(struct drift_fold *fold, size_t subject,
                      const struct conversation_facts *facts)
{
    struct drift_profile *profile = fold->subjects[subject].profile;
    const struct {
        const char *name;
        double value;
    } numbers[] = {
        {"turns", (double)facts->user_turns},
        {"duration_ms", facts->duration_ms},
        {"response_gap_ms", mean_of(&facts->response_gap_ms)},
        {"asr_confidence", mean_of(&facts->asr_confidence)},
        {"reasks", facts->reasks == FIELD_ABSENT_I64 ? (double)NAN : (double)facts->reasks},
    };
    const struct {
        const char *name;
        bool hit;
    } shares[] = {
        {"dead_air", facts->dead_air_ms.count > 0},
        {"interrupted", facts->interruptions > 0},
        {"service_failed", any_failed(facts, false)},
        {"tool_failed", any_failed(facts, true)},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (!drift_profile_number(profile, strview_of(numbers[i].name), numbers[i].value))
            return false;
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++)
        if (!drift_profile_share(profile, strview_of(shares[i].name), shares[i].hit))
            return false;
    return put_call_labels(profile, facts);
}
