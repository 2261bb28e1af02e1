/*
 * slot_filling.c: from extracted values to the task's slots. A value goes to the slot of its type
 * that was asked for, else to the first of that type; a datetime is split when the task has no such
 * slot.
 */
#include "replay/slot_filling.h"

#include "base/civil_time.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>

static bool is_asked(const struct state_spec *state, struct strview slot)
{
    for (size_t i = 0; state && i < state->asks.count; i++)
        if (strview_equal(state->asks.items[i], slot))
            return true;
    return false;
}

static bool is_word_byte(char byte)
{
    return isalnum((unsigned char)byte) || (byte & 0x80);
}

/* The phrase stands in the text as whole words, letter case aside. */
bool slot_filling_holds_phrase(struct strview text, struct strview phrase)
{
    for (size_t at = 0; phrase.size && at + phrase.size <= text.size; at++) {
        if (strncasecmp(text.data + at, phrase.data, phrase.size) != 0)
            continue;
        bool starts = at == 0 || !is_word_byte(text.data[at - 1]);
        bool ends = at + phrase.size == text.size || !is_word_byte(text.data[at + phrase.size]);
        if (starts && ends)
            return true;
    }
    return false;
}

static bool name_has(struct strview name, const char *part)
{
    return memmem(name.data, name.size, part, strlen(part)) != NULL;
}

/* Intervals of clock times and of days are one type: the slot's name tells which it takes. */
static bool fits_interval(const struct slot_spec *spec, struct strview value)
{
    bool is_clock = memchr(value.data, ':', value.size) && !memchr(value.data, '-', value.size);
    return spec->type != SLOT_TYPE_INTERVAL || name_has(spec->name, "time") == is_clock;
}

static const struct slot_spec *slot_of_type(const struct task_spec *task,
                                            const struct state_spec *state, int type,
                                            struct strview value)
{
    const struct slot_spec *first = NULL;
    for (size_t i = 0; i < task->slot_count; i++) {
        const struct slot_spec *spec = &task->slots[i];
        if (spec->type != type || !fits_interval(spec, value))
            continue;
        if (is_asked(state, spec->name))
            return spec;
        first = first ? first : spec;
    }
    return first;
}

bool slot_filling_add_confidence(struct prediction *prediction, struct arena *arena,
                                 struct strview slot, double confidence)
{
    struct number_map *map = &prediction->slot_confidence;
    struct named_number *items = arena_array(arena, map->count + 1, sizeof *items);
    if (!items)
        return false;
    size_t kept = 0;
    for (size_t i = 0; i < map->count; i++)
        if (!strview_equal(map->items[i].name, slot))
            items[kept++] = map->items[i];
    items[kept] = (struct named_number){slot, confidence};
    *map = (struct number_map){items, kept + 1};
    return true;
}

bool slot_filling_add_confirmation(struct prediction *prediction, struct arena *arena,
                                   struct strview slot)
{
    struct text_list *list = &prediction->needs_confirmation;
    struct strview *items = arena_array(arena, list->count + 1, sizeof *items);
    if (!items)
        return false;
    for (size_t i = 0; i < list->count; i++) {
        if (strview_equal(list->items[i], slot))
            return true;
        items[i] = list->items[i];
    }
    items[list->count] = slot;
    *list = (struct text_list){items, list->count + 1};
    return true;
}

bool slot_filling_set_source(struct prediction *prediction, struct arena *arena,
                             struct strview slot, const char *source)
{
    struct slot_value value = slot_value_text(arena, strview_of(source));
    return value.count && slot_map_set(arena, &prediction->slot_source, slot, &value);
}

struct filling {
    const struct candidate *candidate;
    const struct turn_view *view;
    const struct state_spec *state;
    struct prediction *prediction;
    bool no_memory;
};

static void put(struct filling *filling, struct strview slot, struct strview text,
                const struct extract_slot *found)
{
    struct arena *arena = filling->view->arena;
    struct prediction *prediction = filling->prediction;
    struct slot_value value = slot_value_text(arena, text);
    struct strview name = arena_copy_view(arena, slot);
    double confirm_under = candidate_confirm_under(filling->candidate, slot);
    bool confirm = found->needs_confirmation || found->confidence < confirm_under;
    filling->no_memory = filling->no_memory || !name.data ||
                         !slot_map_set(arena, &prediction->output->extracted_slots, name, &value) ||
                         !slot_filling_add_confidence(prediction, arena, name, found->confidence) ||
                         !slot_filling_set_source(prediction, arena, name, "rules") ||
                         (confirm && !slot_filling_add_confirmation(prediction, arena, name));
}

static void put_typed(struct filling *filling, int type, struct strview value,
                      const struct extract_slot *found)
{
    const struct slot_spec *spec =
        slot_of_type(filling->candidate->world->task, filling->state, type, value);
    if (spec)
        put(filling, spec->name, value, found);
}

static void put_datetime(struct filling *filling, const struct extract_slot *found)
{
    const struct task_spec *task = filling->candidate->world->task;
    if (slot_of_type(task, filling->state, SLOT_TYPE_DATETIME, found->value)) {
        put_typed(filling, SLOT_TYPE_DATETIME, found->value, found);
        return;
    }
    const char *middle = memchr(found->value.data, 'T', found->value.size);
    size_t date_size = middle ? (size_t)(middle - found->value.data) : found->value.size;
    put_typed(filling, SLOT_TYPE_DATE, (struct strview){found->value.data, date_size}, found);
    if (!middle)
        return;
    struct strview clock = {middle + 1, found->value.size - date_size - 1};
    bool is_part = clock.size && isalpha((unsigned char)clock.data[0]); /* 2025-01-15TAF: TAF */
    if (is_part)
        clock = (struct strview){middle, clock.size + 1};
    put_typed(filling, SLOT_TYPE_TIME, clock, found);
}

/* "yes" and "no" mean something only as answers. */
static bool is_bare_answer(const struct filling *filling, const struct extract_slot *found)
{
    static const char *const words[] = {"yes", "no", "yeah", "yep", "nope", "nah", "sure", NULL};
    struct strview text = filling->view->conversation->turns[filling->view->turn].user->text;
    struct strview said = {text.data + found->start, found->end - found->start};
    for (size_t i = 0; words[i]; i++)
        if (said.size == strlen(words[i]) && strncasecmp(said.data, words[i], said.size) == 0)
            return true;
    return false;
}

/* A week or a month is a span of days: it goes to the task's interval of days, when there is one.
 */
static void put_date(struct filling *filling, const struct extract_slot *found)
{
    int64_t from = 0, to = 0;
    int year, number;
    char text[16];
    snprintf(text, sizeof text, "%.*s", STRVIEW_ARG(found->value));
    if (found->grain == EXTRACT_GRAIN_WEEK && sscanf(text, "%d-W%d", &year, &number) == 2) {
        from = civil_time_days_of_iso_week(year, number);
        to = from + 7;
    } else if (found->grain == EXTRACT_GRAIN_MONTH && sscanf(text, "%d-%d", &year, &number) == 2) {
        from = civil_time_days(year, number, 1);
        to = civil_time_add_months(from, 1);
    }
    if (to == 0) {
        put_typed(filling, SLOT_TYPE_DATE, found->value, found);
        return;
    }
    char first[CIVIL_TIME_TEXT_BYTES], last[CIVIL_TIME_TEXT_BYTES];
    civil_time_print_date(from, first);
    civil_time_print_date(to, last);
    char *span = arena_format(filling->view->arena, "%s/%s", first, last);
    if (span)
        put_typed(filling, SLOT_TYPE_INTERVAL, strview_of(span), found);
    filling->no_memory = filling->no_memory || !span;
}

/* A refused value leaves the slot when it stands there. */
static void remove_refused(struct filling *filling, const struct extract_slot *found)
{
    const struct slot_map *known = &filling->view->slots;
    for (size_t i = 0; i < known->count; i++) {
        if (!strview_equal(slot_value_first(&known->slots[i].value), found->value))
            continue;
        struct slot_value nothing = {.kind = SLOT_VALUE_NULL};
        if (slot_map_find(&filling->prediction->output->extracted_slots, known->slots[i].name))
            continue;
        filling->no_memory =
            filling->no_memory ||
            !slot_map_set(filling->view->arena, &filling->prediction->output->extracted_slots,
                          known->slots[i].name, &nothing);
    }
}

static void fill_one(struct filling *filling, const struct extract_slot *found)
{
    static const int types[EXTRACT_TYPE_COUNT] = {
        [EXTRACT_TIME] = SLOT_TYPE_TIME,         [EXTRACT_INTERVAL] = SLOT_TYPE_INTERVAL,
        [EXTRACT_DURATION] = SLOT_TYPE_DURATION, [EXTRACT_NAME] = SLOT_TYPE_NAME,
        [EXTRACT_PHONE] = SLOT_TYPE_PHONE,       [EXTRACT_EMAIL] = SLOT_TYPE_EMAIL,
        [EXTRACT_NUMBER] = SLOT_TYPE_NUMBER};
    if (found->polarity != EXTRACT_ASSERTED) {
        remove_refused(filling, found);
        return;
    }
    if (found->type == EXTRACT_CATEGORY) {
        if (is_asked(filling->state, found->slot) || !is_bare_answer(filling, found))
            put(filling, found->slot, found->value, found);
    } else if (found->type == EXTRACT_DATE) {
        put_date(filling, found);
    } else if (found->type == EXTRACT_DATETIME) {
        put_datetime(filling, found);
    } else if (found->type ==
               EXTRACT_NUMBER) { /* a bare number means something only when asked for */
        const struct slot_spec *spec = slot_of_type(filling->candidate->world->task, filling->state,
                                                    SLOT_TYPE_NUMBER, found->value);
        if (spec && is_asked(filling->state, spec->name))
            put(filling, spec->name, found->value, found);
    } else {
        put_typed(filling, types[found->type], found->value, found);
    }
}

/* What the state asks for, as the extractor wants it. */
static void set_asked(const struct candidate *candidate, const struct state_spec *state,
                      struct extract_request *request)
{
    static const uint32_t bits[] = {
        [SLOT_TYPE_TEXT] = 0,
        [SLOT_TYPE_DATE] = 1U << EXTRACT_DATE,
        [SLOT_TYPE_TIME] = 1U << EXTRACT_TIME,
        [SLOT_TYPE_DATETIME] = 1U << EXTRACT_DATETIME,
        [SLOT_TYPE_INTERVAL] = 1U << EXTRACT_INTERVAL,
        [SLOT_TYPE_DURATION] = 1U << EXTRACT_DURATION,
        [SLOT_TYPE_NAME] = 1U << EXTRACT_NAME,
        [SLOT_TYPE_PHONE] = 1U << EXTRACT_PHONE,
        [SLOT_TYPE_EMAIL] = 1U << EXTRACT_EMAIL,
        [SLOT_TYPE_NUMBER] = 1U << EXTRACT_NUMBER,
        [SLOT_TYPE_CATEGORICAL] = 0,
    };
    if (!state)
        return;
    request->asked_slots = state->asks.items;
    request->asked_slot_count = state->asks.count;
    for (size_t i = 0; i < state->asks.count; i++) {
        const struct slot_spec *spec = task_spec_slot(candidate->world->task, state->asks.items[i]);
        request->asked_types |= spec ? bits[spec->type] : 0;
    }
}

/* The caller minds nothing about the one slot that was asked for. */
static void put_dontcare(struct filling *filling)
{
    static const char *const phrases[] = {
        "doesn't matter", "does not matter", "don't mind", "don't care", "no preference",
        "whoever",        "anyone",          "anybody",    "whatever",   NULL};
    const struct state_spec *state = filling->state;
    struct strview text = filling->view->conversation->turns[filling->view->turn].user->text;
    struct slot_map *extracted = &filling->prediction->output->extracted_slots;
    struct slot_value dontcare = {.kind = SLOT_VALUE_DONTCARE};
    if (!state || state->asks.count != 1 || slot_map_find(extracted, state->asks.items[0]))
        return;
    for (size_t i = 0; phrases[i]; i++) {
        if (!slot_filling_holds_phrase(text, strview_of(phrases[i])))
            continue;
        struct strview slot = state->asks.items[0];
        filling->no_memory =
            filling->no_memory || !slot_map_set(filling->view->arena, extracted, slot, &dontcare) ||
            !slot_filling_add_confidence(filling->prediction, filling->view->arena, slot, 0.85) ||
            !slot_filling_set_source(filling->prediction, filling->view->arena, slot, "rules");
        return;
    }
}

double slot_filling_overall_confidence(const struct prediction *prediction)
{
    const struct number_map *map = &prediction->slot_confidence;
    double lowest = (double)NAN;
    for (size_t i = 0; i < map->count; i++) {
        const struct slot *slot =
            slot_map_find(&prediction->output->extracted_slots, map->items[i].name);
        if (slot && slot->value.kind != SLOT_VALUE_NULL)
            lowest = isnan(lowest) || map->items[i].value < lowest ? map->items[i].value : lowest;
    }
    return lowest;
}

enum status slot_filling_run(const struct candidate *candidate, const struct turn_view *view,
                             struct candidate_scratch *scratch, struct prediction *prediction,
                             struct error *err)
{
    const struct conversation_turn *turn = &view->conversation->turns[view->turn];
    struct filling filling = {.candidate = candidate,
                              .view = view,
                              .state = candidate_state(candidate, view),
                              .prediction = prediction};
    struct extract_request request = {.text = turn->user->text,
                                      .reference_time_ns = turn->user_time_ns,
                                      .zone = view->zone,
                                      .locale = view->locale};
    set_asked(candidate, filling.state, &request);
    struct extract_result result = {0};
    enum status status =
        extractor_run(candidate->world->extractor, scratch->extract, &request, &result, err);
    if (status == STATUS_LIMIT) { /* a text over the limit holds no booking: nothing is extracted */
        result.slot_count = 0;
        status = STATUS_OK;
    }
    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; i < result.slot_count; i++)
        fill_one(&filling, &result.slots[i]);
    put_dontcare(&filling);
    prediction->output->confidence = slot_filling_overall_confidence(prediction);
    return filling.no_memory ? error_no_memory(err) : STATUS_OK;
}

bool slot_filling_take_truth(const struct turn_view *view, struct prediction *prediction)
{
    const struct turn_truth *truth = view->truth;
    if (!slot_map_copy(view->arena, &truth->slots, &prediction->output->extracted_slots))
        return false;
    if (!prediction->output->extracted_slots.slots)
        prediction->output->extracted_slots = slot_map_empty();
    prediction->slot_confidence = (struct number_map){0};
    prediction->needs_confirmation.count = 0;
    prediction->slot_source = slot_map_empty();
    prediction->intent = truth->intent;
    prediction->requested_slots = truth->requests;
    return true;
}

struct strview slot_filling_intent(const struct task_spec *task, struct strview text,
                                   struct strview known)
{
    struct strview best = known;
    size_t longest = 0;
    for (size_t i = 0; i < task->intent_count; i++) {
        const struct option_texts *phrases = &task->intents[i].phrases;
        for (size_t j = 0; j < phrases->count; j++) {
            if (phrases->items[j].size > longest &&
                slot_filling_holds_phrase(text, phrases->items[j])) {
                longest = phrases->items[j].size;
                best = task->intents[i].name;
            }
        }
    }
    return best;
}

static const struct state_spec *state_of_kind(const struct task_spec *task, int kind)
{
    for (size_t i = 0; i < task->state_count; i++)
        if (task->states[i].kind == kind)
            return &task->states[i];
    return NULL;
}

static const struct state_spec *state_that_asks(const struct task_spec *task, struct strview slot)
{
    for (size_t i = 0; i < task->state_count; i++)
        if (task->states[i].kind == STATE_COLLECT && is_asked(&task->states[i], slot))
            return &task->states[i];
    return NULL;
}

bool slot_filling_says_yes(struct strview text)
{
    static const char *const words[] = {"yes",         "yeah",      "yep",  "correct",
                                        "right",       "perfect",   "sure", "exactly",
                                        "sounds good", "that's it", NULL};
    for (size_t i = 0; words[i]; i++)
        if (slot_filling_holds_phrase(text, strview_of(words[i])))
            return !slot_filling_holds_phrase(text, strview_of("no")) &&
                   !slot_filling_holds_phrase(text, strview_of("not"));
    return false;
}

struct strview slot_filling_next_state(const struct task_spec *task, const struct turn_view *view,
                                       struct strview intent, const struct slot_map *slots)
{
    const struct state_spec *now = view->state.data ? task_spec_state(task, view->state) : NULL;
    const struct state_spec *next = NULL;
    struct strview text = view->conversation->turns[view->turn].user->text;
    const struct intent_spec *spec = intent.data ? task_spec_intent(task, intent) : NULL;
    if (strview_is(intent, "handover"))
        next = state_of_kind(task, STATE_HANDOVER);
    if (!next && now && now->kind == STATE_CONFIRM && slot_filling_says_yes(text))
        next = state_of_kind(task, STATE_COMPLETED);
    for (size_t i = 0; !next && spec && i < spec->requires.count; i++)
        if (!slot_map_find(slots, spec->requires.items[i]))
            next = state_that_asks(task, spec->requires.items[i]);
    if (!next && spec && spec->tool.data)
        next = state_of_kind(task, STATE_CONFIRM);
    return next ? next->name : view->state;
}

bool slot_filling_merge(struct arena *arena, const struct slot_map *before,
                        const struct slot_map *extracted, struct slot_map *ret_after)
{
    struct slot_map after;
    if (!slot_map_copy(arena, before, &after))
        return false;
    if (!after.slots)
        after = slot_map_empty();
    for (size_t i = 0; i < extracted->count; i++) {
        const struct slot *slot = &extracted->slots[i];
        if (slot->value.kind == SLOT_VALUE_NULL)
            slot_map_remove(&after, slot->name);
        else if (!slot_map_set(arena, &after, slot->name, &slot->value))
            return false;
    }
    *ret_after = after;
    return true;
}
