/*
 * drift_compare.c: signals of both sides side by side, the rule of alarm over the windows of the
 * current side. Everything that is told lives in the caller's arena. Any thread, one at a time.
 */
#include "drift/drift_compare.h"

#include "base/memory.h"
#include "drift/drift_effect.h"
#include "stats/multiplicity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LABELS_SHOWN = 8 };

const char *const drift_verdict_names[] = {"none", "too_few", "unconfirmed", "passed", "alarm"};

/* A row with where its tallies are. */
struct source {
    const struct drift_pair *pair;
    size_t reference, current; /* signals; SIZE_MAX: the side has none */
};

struct comparing {
    struct drift_rule rule;
    struct drift_result *result;
    struct source *sources; /* by row */
    struct drift_span windows[DRIFT_PROFILE_WINDOWS];
    struct arena *arena, *scratch;
};

/* --- which rows ------------------------------------------------------------------------------- */

static bool has_tally(const struct drift_profile *profile, size_t signal, struct drift_span span,
                      struct drift_tally *ret_tally)
{
    *ret_tally = (struct drift_tally){0};
    return signal == SIZE_MAX || drift_profile_tally(profile, signal, span, ret_tally);
}

static double threshold_of(const struct comparing *comparing, const struct drift_row *row)
{
    const struct drift_rule *rule = &comparing->rule;
    if (row->is_absence || row->kind == DRIFT_SHARE)
        return rule->min_share;
    return row->kind == DRIFT_NUMBER ? rule->min_shift : rule->min_distance;
}

static bool add_row(struct comparing *comparing, const struct source *source,
                    const struct drift_signal *signal, bool is_absence)
{
    struct drift_result *result = comparing->result;
    struct drift_row *row = &result->rows[result->row_count];
    comparing->sources[result->row_count] = *source;
    *row = (struct drift_row){
        .subject = arena_copy_text(comparing->arena, source->pair->subject),
        .signal = arena_copy_text(comparing->arena, signal->name),
        .kind = signal->kind,
        .is_absence = is_absence,
        .windows = arena_array(comparing->arena, result->window_count + 1, sizeof *row->windows)};
    row->threshold = threshold_of(comparing, row);
    result->row_count++;
    return row->subject && row->signal && row->windows;
}

/* Whether some conversation of either side lacks the signal. False: memory ran out. */
static bool count_absent(const struct source *source, uint64_t *ret_absent)
{
    const struct drift_profile *profiles[] = {source->pair->reference, source->pair->current};
    const size_t signals[] = {source->reference, source->current};
    *ret_absent = 0;
    for (int i = 0; i < 2; i++) {
        struct drift_tally tally;
        if (!has_tally(profiles[i], signals[i], drift_profile_all(profiles[i]), &tally))
            return false;
        *ret_absent += drift_profile_conversations(profiles[i]) - tally.count;
        drift_tally_done(&tally);
    }
    return true;
}

static bool add_rows_of(struct comparing *comparing, const struct source *source,
                        const struct drift_signal *signal)
{
    uint64_t absent = 0;
    if (!add_row(comparing, source, signal, false) ||
        (signal->tells_absence && !count_absent(source, &absent)))
        return false;
    return absent == 0 || add_row(comparing, source, signal, true);
}

static int by_name(const void *a, const void *b)
{
    const struct drift_signal *const *left = a, *const *right = b;
    int order = strcmp((*left)->name, (*right)->name);
    return order ? order : ((*left)->kind > (*right)->kind) - ((*left)->kind < (*right)->kind);
}

/* The signals of both sides by name, each once. */
static bool add_pair(struct comparing *comparing, const struct drift_pair *pair)
{
    const struct drift_signal *signals[2 * DRIFT_PROFILE_SIGNALS];
    size_t count = 0;
    for (size_t i = 0; i < drift_profile_signal_count(pair->reference); i++)
        signals[count++] = drift_profile_signal(pair->reference, i);
    for (size_t i = 0; i < drift_profile_signal_count(pair->current); i++) {
        const struct drift_signal *signal = drift_profile_signal(pair->current, i);
        if (drift_profile_find(pair->reference, signal->name, signal->kind) == SIZE_MAX)
            signals[count++] = signal;
    }
    qsort(signals, count, sizeof *signals, by_name);
    for (size_t i = 0; i < count; i++) {
        struct source source = {
            pair, drift_profile_find(pair->reference, signals[i]->name, signals[i]->kind),
            drift_profile_find(pair->current, signals[i]->name, signals[i]->kind)};
        if (!add_rows_of(comparing, &source, signals[i]))
            return false;
    }
    return true;
}

/* --- one signal over one span ------------------------------------------------------------------
 */

/* Labels of both sides, by name; counts by side. */
static bool merge_labels(const struct source *source, const struct drift_tally *reference,
                         const struct drift_tally *current, struct arena *arena,
                         struct drift_kinds *ret_kinds, const char ***ret_names)
{
    size_t most = 2 * DRIFT_PROFILE_LABELS;
    const char **names = arena_array(arena, most, sizeof *names);
    struct drift_kinds kinds = {NULL, arena_array(arena, most, sizeof *kinds.reference),
                                arena_array(arena, most, sizeof *kinds.current), 0};
    if (!names || !kinds.reference || !kinds.current)
        return false;
    const struct drift_signal *one =
        source->reference == SIZE_MAX
            ? NULL
            : drift_profile_signal(source->pair->reference, source->reference);
    const struct drift_signal *two =
        source->current == SIZE_MAX ? NULL
                                    : drift_profile_signal(source->pair->current, source->current);
    for (size_t i = 0; one && i < one->label_count; i++) {
        names[kinds.count] = one->labels[i];
        kinds.reference[kinds.count++] = reference->labels[i];
    }
    for (size_t i = 0; two && i < two->label_count; i++) {
        size_t at = 0;
        while (at < kinds.count && strcmp(names[at], two->labels[i]) != 0)
            at++;
        if (at == kinds.count)
            names[kinds.count++] = two->labels[i];
        kinds.current[at] += current->labels[i];
    }
    *ret_kinds = kinds;
    *ret_names = names;
    return true;
}

static bool two_kinds(uint64_t reference_hits, uint64_t reference_n, uint64_t current_hits,
                      uint64_t current_n, struct arena *arena, struct drift_kinds *ret_kinds)
{
    uint64_t *room = arena_array(arena, 4, sizeof *room);
    if (!room)
        return false;
    room[0] = reference_hits;
    room[1] = reference_n - reference_hits;
    room[2] = current_hits;
    room[3] = current_n - current_hits;
    *ret_kinds = (struct drift_kinds){NULL, room, room + 2, 2};
    return true;
}

struct both {
    struct drift_tally reference, current;
    uint64_t reference_conversations, current_conversations;
};

static enum status measure_tallies(struct comparing *comparing, const struct drift_row *row,
                                   const struct source *source, struct both *both,
                                   struct drift_kinds *ret_kinds,
                                   struct drift_distances *ret_distances, struct error *err)
{
    const struct drift_tally *one = &both->reference, *two = &both->current;
    const char **names;
    bool made;
    if (row->kind == DRIFT_NUMBER && !row->is_absence)
        return drift_effect_numbers(one, two, comparing->scratch, ret_kinds, ret_distances, err);
    if (row->is_absence)
        made = two_kinds(both->reference_conversations - one->count, both->reference_conversations,
                         both->current_conversations - two->count, both->current_conversations,
                         comparing->scratch, ret_kinds);
    else if (row->kind == DRIFT_SHARE)
        made =
            two_kinds(one->hits, one->count, two->hits, two->count, comparing->scratch, ret_kinds);
    else
        made = merge_labels(source, one, two, comparing->scratch, ret_kinds, &names);
    if (!made)
        return error_no_memory(err);
    bool is_share = row->is_absence || row->kind == DRIFT_SHARE;
    return drift_effect_kinds(ret_kinds, is_share, ret_distances, err);
}

/* The signal of row `index` with the whole reference and a span of the current side; the kinds
 * live in the scratch arena until the next call. */
static enum status measure(struct comparing *comparing, size_t index, struct drift_span span,
                           struct drift_kinds *ret_kinds, struct drift_distances *ret_distances,
                           struct error *err)
{
    const struct source *source = &comparing->sources[index];
    const struct drift_profile *reference = source->pair->reference;
    const struct drift_profile *current = source->pair->current;
    struct both both = {.reference_conversations = drift_profile_conversations(reference),
                        .current_conversations = drift_profile_span_conversations(current, span)};
    arena_reset(comparing->scratch);
    bool read =
        has_tally(reference, source->reference, drift_profile_all(reference), &both.reference) &&
        has_tally(current, source->current, span, &both.current);
    if (read && (both.reference.rounded || both.current.rounded))
        read = drift_tally_round(&both.reference) && drift_tally_round(&both.current);
    enum status status = read ? measure_tallies(comparing, &comparing->result->rows[index], source,
                                                &both, ret_kinds, ret_distances, err)
                              : error_no_memory(err);
    drift_tally_done(&both.reference);
    drift_tally_done(&both.current);
    return status;
}

/* --- the rule ----------------------------------------------------------------------------------
 */

static bool has_enough(const struct drift_distances *distances, const struct drift_rule *rule)
{
    return distances->reference_n >= rule->min_values && distances->current_n >= rule->min_values;
}

static struct drift_distances *cell(struct comparing *comparing, size_t row, size_t window)
{
    struct drift_row *of = &comparing->result->rows[row];
    return window == SIZE_MAX ? &of->all : &of->windows[window];
}

/* Benjamini-Hochberg over every signal of one window (SIZE_MAX: of the whole current side). */
static enum status adjust(struct comparing *comparing, size_t window, struct error *err)
{
    struct drift_result *result = comparing->result;
    double *p = arena_array(comparing->arena, result->row_count + 1, sizeof *p);
    struct multiplicity_result *adjusted =
        arena_array(comparing->arena, result->row_count + 1, sizeof *adjusted);
    const char *undefined;
    size_t count = 0, at = 0;
    if (!p || !adjusted)
        return error_no_memory(err);
    for (size_t i = 0; i < result->row_count; i++)
        if (has_enough(cell(comparing, i, window), &comparing->rule))
            p[count++] = cell(comparing, i, window)->p;
    result->tests += window == SIZE_MAX ? 0 : count;
    enum status status =
        multiplicity_adjust((struct sample){p, count}, MULTIPLICITY_BENJAMINI_HOCHBERG,
                            comparing->rule.alpha, adjusted, &undefined, err);
    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; i < result->row_count; i++)
        if (has_enough(cell(comparing, i, window), &comparing->rule))
            cell(comparing, i, window)->adjusted_p = undefined ? 1 : adjusted[at++].adjusted_p;
    return STATUS_OK;
}

/* The noise is drawn only where it decides. */
static enum status judge(struct comparing *comparing, size_t row, size_t window, struct error *err)
{
    struct drift_distances *distances = cell(comparing, row, window);
    const struct drift_row *of = &comparing->result->rows[row];
    bool significant = distances->adjusted_p <= comparing->rule.alpha;
    distances->under = !significant || distances->effect < .8 * of->threshold;
    if (!significant || !(distances->effect >= of->threshold))
        return STATUS_OK;
    struct drift_span span = window == SIZE_MAX
                                 ? drift_profile_all(comparing->sources[row].pair->current)
                                 : comparing->windows[window];
    struct drift_kinds kinds;
    struct drift_distances again;
    enum status status = measure(comparing, row, span, &kinds, &again, err);
    struct drift_noise_key key = {comparing->rule.seed,
                                  row * (DRIFT_PROFILE_WINDOWS + 1) +
                                      (window == SIZE_MAX ? 0 : window + 1),
                                  of->is_absence ? DRIFT_SHARE : of->kind};
    if (status == STATUS_OK)
        status = drift_effect_noise(&kinds, key, &distances->noise, err);
    distances->over = status == STATUS_OK && distances->effect > distances->noise;
    return status;
}

static enum drift_verdict verdict_of(const struct comparing *comparing, const struct drift_row *row)
{
    size_t count = comparing->result->window_count;
    bool is_on = false, was_on = false;
    size_t under = 0;
    if (!has_enough(&row->all, &comparing->rule))
        return DRIFT_TOO_FEW;
    for (size_t w = 0; w < count; w++) {
        size_t over = 0;
        for (size_t back = 0; back < 3 && back <= w; back++)
            over += row->windows[w - back].over;
        under = row->windows[w].under ? under + 1 : 0;
        if (over >= 2)
            is_on = was_on = true;
        else if (under >= 3)
            is_on = false;
    }
    if (is_on)
        return DRIFT_ALARM;
    if (was_on)
        return DRIFT_PASSED;
    bool last_is_over = count && row->windows[count - 1].over;
    return last_is_over ? DRIFT_UNCONFIRMED : DRIFT_NONE;
}

/* --- what is shown ------------------------------------------------------------------------------
 */

struct labelled {
    const char *name;
    uint64_t reference, current;
};

static int by_size(const void *a, const void *b)
{
    const struct labelled *left = a, *right = b;
    uint64_t one = left->reference + left->current, two = right->reference + right->current;
    return one != two ? (one < two) - (one > two) : strcmp(left->name, right->name);
}

static bool show_labels(struct comparing *comparing, struct drift_row *row,
                        const struct source *source, const struct both *both)
{
    struct drift_kinds kinds;
    const char **names;
    arena_reset(comparing->scratch);
    struct labelled *labels =
        arena_array(comparing->scratch, 2 * DRIFT_PROFILE_LABELS, sizeof *labels);
    row->labels = arena_array(comparing->arena, LABELS_SHOWN + 1, sizeof *row->labels);
    if (!labels || !row->labels ||
        !merge_labels(source, &both->reference, &both->current, comparing->scratch, &kinds, &names))
        return false;
    for (size_t i = 0; i < kinds.count; i++)
        labels[i] = (struct labelled){names[i], kinds.reference[i], kinds.current[i]};
    qsort(labels, kinds.count, sizeof *labels, by_size);
    double n = fmax(1, (double)both->reference.count), m = fmax(1, (double)both->current.count);
    for (size_t i = 0; i < kinds.count; i++) {
        size_t at = i < LABELS_SHOWN ? i : LABELS_SHOWN;
        struct drift_label_shares *shown = &row->labels[at];
        if (!shown->label)
            shown->label = arena_copy_text(comparing->arena,
                                           at < LABELS_SHOWN ? labels[i].name : "(all others)");
        shown->reference += (double)labels[i].reference / n;
        shown->current += (double)labels[i].current / m;
        row->label_count = at + 1;
        if (!shown->label)
            return false;
    }
    return true;
}

static enum status add_labels(struct comparing *comparing, size_t index, struct error *err)
{
    struct drift_row *row = &comparing->result->rows[index];
    const struct source *source = &comparing->sources[index];
    struct both both = {.reference_conversations = 0};
    if (row->kind != DRIFT_CATEGORY || row->is_absence)
        return STATUS_OK;
    const struct drift_profile *one = source->pair->reference, *two = source->pair->current;
    bool good = has_tally(one, source->reference, drift_profile_all(one), &both.reference) &&
                has_tally(two, source->current, drift_profile_all(two), &both.current) &&
                show_labels(comparing, row, source, &both);
    drift_tally_done(&both.reference);
    drift_tally_done(&both.current);
    return good ? STATUS_OK : error_no_memory(err);
}

/* --- all of it ----------------------------------------------------------------------------------
 */

static enum status make_windows(struct comparing *comparing, const struct drift_pair *pairs,
                                size_t count, struct error *err)
{
    struct drift_result *result = comparing->result;
    uint64_t floor = comparing->rule.window_floor ? comparing->rule.window_floor : 1;
    result->window_count = drift_profile_windows(pairs[0].current, floor, comparing->windows);
    result->windows =
        arena_array(comparing->arena, result->window_count + 1, sizeof *result->windows);
    if (!result->windows)
        return error_no_memory(err);
    for (size_t w = 0; w < result->window_count; w++) {
        struct drift_window_info *info = &result->windows[w];
        info->conversations =
            drift_profile_span_conversations(pairs[0].current, comparing->windows[w]);
        drift_profile_span_times(pairs[0].current, comparing->windows[w], &info->from_ns,
                                 &info->until_ns);
    }
    for (size_t i = 1; i < count; i++)
        if (drift_profile_window_count(pairs[i].current) !=
                drift_profile_window_count(pairs[0].current) ||
            drift_profile_conversations(pairs[i].current) !=
                drift_profile_conversations(pairs[0].current))
            return error_set(err, STATUS_INTERNAL, "profiles of other conversations in one drift");
    return STATUS_OK;
}

static enum status measure_window(struct comparing *comparing, size_t window, struct error *err)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < comparing->result->row_count; i++) {
        struct drift_kinds kinds;
        struct drift_span span = window == SIZE_MAX
                                     ? drift_profile_all(comparing->sources[i].pair->current)
                                     : comparing->windows[window];
        status = measure(comparing, i, span, &kinds, cell(comparing, i, window), err);
    }
    if (status == STATUS_OK)
        status = adjust(comparing, window, err);
    for (size_t i = 0; status == STATUS_OK && i < comparing->result->row_count; i++)
        status = judge(comparing, i, window, err);
    return status;
}

static void sum_up(struct comparing *comparing)
{
    struct drift_result *result = comparing->result;
    for (size_t i = 0; i < result->row_count; i++) {
        struct drift_row *row = &result->rows[i];
        row->verdict = verdict_of(comparing, row);
        result->counts[row->verdict]++;
    }
    result->verdict =
        result->row_count == result->counts[DRIFT_TOO_FEW] ? DRIFT_TOO_FEW : DRIFT_NONE;
    for (int v = DRIFT_UNCONFIRMED; v <= DRIFT_ALARM; v++)
        if (result->counts[v])
            result->verdict = (enum drift_verdict)v;
}

static enum status compare_all(struct comparing *comparing, const struct drift_pair *pairs,
                               size_t count, struct error *err)
{
    struct drift_result *result = comparing->result;
    enum status status = make_windows(comparing, pairs, count, err);
    size_t most = 4 * DRIFT_PROFILE_SIGNALS * count; /* two sides, a signal and its absence */
    result->rows = arena_array(comparing->arena, most, sizeof *result->rows);
    comparing->sources = arena_array(comparing->arena, most, sizeof *comparing->sources);
    if (status == STATUS_OK && (!result->rows || !comparing->sources))
        return error_no_memory(err);
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        result->left_out +=
            drift_profile_left_out(pairs[i].reference) + drift_profile_left_out(pairs[i].current);
        if (!add_pair(comparing, &pairs[i]))
            status = error_no_memory(err);
    }
    if (status == STATUS_OK)
        status = measure_window(comparing, SIZE_MAX, err);
    for (size_t w = 0; w < result->window_count && status == STATUS_OK; w++)
        status = measure_window(comparing, w, err);
    for (size_t i = 0; i < result->row_count && status == STATUS_OK; i++)
        status = add_labels(comparing, i, err);
    if (status == STATUS_OK)
        sum_up(comparing);
    return status;
}

enum status drift_compare(const struct drift_pair *pairs, size_t count, struct drift_rule rule,
                          struct arena *arena, struct drift_result **ret_result, struct error *err)
{
    CLEANUP(arena_cleanup) struct arena *scratch = arena_create(64 * 1024, 0);
    struct comparing comparing = {.rule = rule,
                                  .result = arena_alloc(arena, sizeof(struct drift_result)),
                                  .arena = arena,
                                  .scratch = scratch};
    if (!scratch || !comparing.result)
        return error_no_memory(err);
    comparing.result->rule = rule;
    comparing.result->reference_conversations = drift_profile_conversations(pairs[0].reference);
    comparing.result->current_conversations = drift_profile_conversations(pairs[0].current);
    enum status status = compare_all(&comparing, pairs, count, err);
    if (status == STATUS_OK)
        *ret_result = comparing.result;
    return status;
}
