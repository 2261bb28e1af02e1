/*
 * worst_trials.c: a binary heap whose top is the least bad trial that is kept, so that a worse one
 * takes its place. Each kept trial lives in an arena of its own.
 */
#include "aggregate/worst_trials.h"

#include "base/memory.h"

#include <stdlib.h>

enum { BLOCK_BYTES = 2048 };

int worst_trials_compare(const struct trial_summary *a, const struct trial_summary *b)
{
    if (a->slot_faults != b->slot_faults)
        return a->slot_faults > b->slot_faults ? -1 : 1;
    int order = strview_compare(a->conversation_id, b->conversation_id);
    if (order)
        return order;
    if (a->candidate != b->candidate)
        return a->candidate < b->candidate ? -1 : 1;
    return (a->repeat > b->repeat) - (a->repeat < b->repeat);
}

static uint64_t faults_of(const struct trial *trial)
{
    uint64_t faults = 0;
    const struct turn_score *turns = trial->score->turns.items;
    for (size_t i = 0; i < trial->score->turns.count; i++) {
        const struct slot_score *slots = turns[i].slots.items;
        for (size_t j = 0; j < turns[i].slots.count; j++)
            faults += slots[j].verdict == SLOT_WRONG_VALUE || slots[j].verdict == SLOT_MISSING ||
                      slots[j].verdict == SLOT_SPURIOUS;
    }
    return faults;
}

/* Copies what the summary shows; text that is absent stays so. */
struct copier {
    struct arena *arena;
    bool failed;
};

static struct strview copy_text(struct copier *copier, struct strview text)
{
    if (!text.data)
        return text;
    struct strview copy = arena_copy_view(copier->arena, text);
    copier->failed = copier->failed || !copy.data;
    return copy;
}

static void *copy_array(struct copier *copier, size_t count, size_t size)
{
    void *array = count ? arena_array(copier->arena, count, size) : NULL;
    copier->failed = copier->failed || (count && !array);
    return array;
}

static struct slot_score *copy_slots(struct copier *copier, const struct slot_score *slots,
                                     size_t count)
{
    struct slot_score *copy = copy_array(copier, count, sizeof *copy);
    for (size_t i = 0; copy && i < count; i++) {
        copy[i] = slots[i];
        copy[i].slot = copy_text(copier, slots[i].slot);
        copy[i].gold = copy_text(copier, slots[i].gold);
        copy[i].predicted = copy_text(copier, slots[i].predicted);
    }
    return copy;
}

static struct text_list copy_texts(struct copier *copier, struct text_list texts)
{
    struct strview *copy = copy_array(copier, texts.count, sizeof *copy);
    for (size_t i = 0; copy && i < texts.count; i++)
        copy[i] = copy_text(copier, texts.items[i]);
    return (struct text_list){copy, texts.count};
}

static void copy_tools(struct copier *copier, const struct prediction *prediction,
                       struct turn_summary *turn)
{
    const struct tool_call *calls = prediction->tool_calls.items;
    size_t count = prediction->tool_calls.count;
    turn->tools = copy_array(copier, count, sizeof *turn->tools);
    turn->tool_count = turn->tools ? count : 0;
    for (size_t i = 0; i < turn->tool_count; i++)
        turn->tools[i] = (struct tool_summary){.method = copy_text(copier, calls[i].method),
                                               .parameters = copy_text(copier, calls[i].parameters),
                                               .result = copy_text(copier, calls[i].result),
                                               .error = copy_text(copier, calls[i].error)};
}

/* `score` is NULL where gold's turns are other words. */
static struct turn_summary summarise_turn(struct copier *copier, const struct turn_score *score,
                                          const struct prediction *prediction)
{
    struct turn_summary turn = {.intent_right = FIELD_ABSENT_BOOL};
    if (score)
        turn = (struct turn_summary){.turn = score->turn,
                                     .slots =
                                         copy_slots(copier, score->slots.items, score->slots.count),
                                     .slot_count = score->slots.count,
                                     .is_scored = true,
                                     .joint_goal = score->joint_goal == 1,
                                     .intent_right = score->intent_right};
    if (!prediction)
        return turn;
    turn.turn = prediction->turn != FIELD_ABSENT_I64 ? prediction->turn : turn.turn;
    turn.intent = copy_text(copier, prediction->intent);
    turn.said_text = copy_text(copier, prediction->said_text);
    turn.caller_acts = copy_texts(copier, prediction->caller_acts);
    copy_tools(copier, prediction, &turn);
    if (prediction->input) {
        turn.user_text = copy_text(copier, prediction->input->user_text);
        turn.state = copy_text(copier, prediction->input->state);
    }
    if (prediction->output)
        turn.response = copy_text(copier, prediction->output->response);
    if (prediction->error)
        turn.error = copy_text(copier, prediction->error->what);
    return turn;
}

/* What was said, also where nothing was scored: after the first divergence, and with a simulated
 * caller. */
static void add_turns(struct copier *copier, const struct trial *trial,
                      struct trial_summary *summary)
{
    const struct turn_score *scores = trial->score->turns.items;
    const struct prediction *predictions = trial->predictions.items;
    size_t scored = trial->score->turns.count, answered = trial->predictions.count;
    bool is_live = trial->bookings.items != NULL;
    size_t count = is_live && answered > scored ? answered : scored;
    summary->turns = copy_array(copier, count, sizeof *summary->turns);
    summary->turn_count = count;
    for (size_t i = 0; summary->turns && i < count; i++) {
        summary->turns[i] = summarise_turn(copier, i < scored ? &scores[i] : NULL,
                                           i < answered ? &predictions[i] : NULL);
        summary->turns[i].diverges = trial->first_divergence == (int64_t)i;
    }
}

/* Everything but the turns and tags; borrowed. */
static struct trial_summary outline(const struct trial *trial)
{
    const struct trial_cause *cause = trial->first_cause;
    return (struct trial_summary){.conversation_id = trial->conversation_id,
                                  .first_cause = cause ? cause->cause : CAUSE_ABSENT,
                                  .first_cause_why = cause ? cause->why : (struct strview){0},
                                  .ended = trial->ended,
                                  .candidate = (size_t)trial->candidate,
                                  .repeat = trial->repeat,
                                  .outcome = trial->score->outcome,
                                  .success = trial->score->success == 1,
                                  .reason = trial->score->reason,
                                  .slot_faults = faults_of(trial)};
}

static bool keep(struct worst_trial *place, const struct trial *trial, struct text_list tags,
                 struct trial_summary summary)
{
    struct copier copier = {.arena = arena_create(BLOCK_BYTES, 0)};
    if (!copier.arena)
        return false;
    summary.conversation_id = copy_text(&copier, summary.conversation_id);
    summary.reason = copy_text(&copier, summary.reason);
    summary.tags = copy_texts(&copier, tags);
    summary.first_cause_why = copy_text(&copier, summary.first_cause_why);
    summary.ended = copy_text(&copier, summary.ended);
    add_turns(&copier, trial, &summary);
    if (copier.failed) {
        arena_destroy(copier.arena);
        return false;
    }
    arena_destroy(place->arena);
    *place = (struct worst_trial){copier.arena, summary};
    return true;
}

static bool is_less_bad(const struct worst_trials *worst, size_t a, size_t b)
{
    return worst_trials_compare(&worst->items[a].trial, &worst->items[b].trial) > 0;
}

static void swap(struct worst_trials *worst, size_t a, size_t b)
{
    struct worst_trial kept = worst->items[a];
    worst->items[a] = worst->items[b];
    worst->items[b] = kept;
}

static void sift_up(struct worst_trials *worst, size_t at)
{
    while (at && is_less_bad(worst, at, (at - 1) / 2)) {
        swap(worst, at, (at - 1) / 2);
        at = (at - 1) / 2;
    }
}

static void sift_down(struct worst_trials *worst, size_t at)
{
    for (;;) {
        size_t least = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < worst->count; child++)
            if (is_less_bad(worst, child, least))
                least = child;
        if (least == at)
            return;
        swap(worst, at, least);
        at = least;
    }
}

bool worst_trials_add(struct worst_trials *worst, const struct trial *trial, struct text_list tags)
{
    struct trial_summary summary = outline(trial);
    if (worst->limit == 0)
        return true;
    if (worst->count < worst->limit) {
        if (!memory_grow(&worst->items, &worst->capacity, worst->count + 1, sizeof *worst->items))
            return false;
        worst->items[worst->count] = (struct worst_trial){0};
        if (!keep(&worst->items[worst->count], trial, tags, summary))
            return false;
        sift_up(worst, worst->count++);
        return true;
    }
    if (worst_trials_compare(&summary, &worst->items[0].trial) >= 0)
        return true;
    if (!keep(&worst->items[0], trial, tags, summary))
        return false;
    sift_down(worst, 0);
    return true;
}

void worst_trials_done(struct worst_trials *worst)
{
    for (size_t i = 0; i < worst->count; i++)
        arena_destroy(worst->items[i].arena);
    memory_free(worst->items);
    *worst = (struct worst_trials){.limit = worst->limit};
}

static struct trial_summary copy_trial(struct copier *copier, const struct trial_summary *trial)
{
    struct trial_summary copy = *trial;
    copy.conversation_id = copy_text(copier, trial->conversation_id);
    copy.reason = copy_text(copier, trial->reason);
    copy.tags = copy_texts(copier, trial->tags);
    copy.first_cause_why = copy_text(copier, trial->first_cause_why);
    copy.ended = copy_text(copier, trial->ended);
    copy.turns = copy_array(copier, trial->turn_count, sizeof *copy.turns);
    for (size_t i = 0; copy.turns && i < trial->turn_count; i++) {
        const struct turn_summary *turn = &trial->turns[i];
        copy.turns[i] = *turn;
        copy.turns[i].user_text = copy_text(copier, turn->user_text);
        copy.turns[i].response = copy_text(copier, turn->response);
        copy.turns[i].state = copy_text(copier, turn->state);
        copy.turns[i].intent = copy_text(copier, turn->intent);
        copy.turns[i].error = copy_text(copier, turn->error);
        copy.turns[i].said_text = copy_text(copier, turn->said_text);
        copy.turns[i].caller_acts = copy_texts(copier, turn->caller_acts);
        copy.turns[i].tools = copy_array(copier, turn->tool_count, sizeof *turn->tools);
        for (size_t j = 0; copy.turns[i].tools && j < turn->tool_count; j++)
            copy.turns[i].tools[j] =
                (struct tool_summary){.method = copy_text(copier, turn->tools[j].method),
                                      .parameters = copy_text(copier, turn->tools[j].parameters),
                                      .result = copy_text(copier, turn->tools[j].result),
                                      .error = copy_text(copier, turn->tools[j].error)};
        copy.turns[i].slots = copy_slots(copier, turn->slots, turn->slot_count);
    }
    return copy;
}

struct pick {
    const struct trial_summary *trial;
    size_t heap;
    bool taken;
};

static int by_badness(const void *a, const void *b)
{
    return worst_trials_compare(((const struct pick *)a)->trial, ((const struct pick *)b)->trial);
}

/* Marks up to `limit` picks of the heap (or of any heap) in order; returns how many. */
static size_t take_from(struct pick *picks, size_t count, size_t limit, const size_t *heap)
{
    size_t taken = 0;
    for (size_t i = 0; i < count && taken < limit; i++) {
        if (picks[i].taken || (heap && picks[i].heap != *heap))
            continue;
        picks[i].taken = true;
        taken++;
    }
    return taken;
}

DEFINE_CLEANUP(free_picks, struct pick, memory_free)

bool worst_trials_take(const struct worst_trials *const *heaps, size_t count, size_t limit,
                       struct arena *arena, struct trial_summary **ret_trials, size_t *ret_count)
{
    size_t all = 0, filled = 0, taken = 0;
    for (size_t h = 0; h < count; h++)
        all += heaps[h]->count;
    CLEANUP(free_picks) struct pick *picks = memory_alloc((all + 1) * sizeof *picks);
    struct copier copier = {.arena = arena};
    struct trial_summary *trials =
        arena_array(arena, (limit < all ? limit : all) + 1, sizeof *trials);
    if (!picks || !trials)
        return false;
    for (size_t h = 0; h < count; h++)
        for (size_t i = 0; i < heaps[h]->count; i++)
            picks[filled++] = (struct pick){&heaps[h]->items[i].trial, h, false};
    qsort(picks, filled, sizeof *picks, by_badness);
    for (size_t h = 0; h < count; h++)
        taken += take_from(picks, filled, limit / count, &h);
    (void)take_from(picks, filled, limit - taken, NULL);
    *ret_count = 0;
    for (size_t i = 0; i < filled; i++)
        if (picks[i].taken)
            trials[(*ret_count)++] = copy_trial(&copier, picks[i].trial);
    *ret_trials = trials;
    return !copier.failed;
}
