/*
 * drift_profile.c: windows of time x signals. A window is 1, 2, 4, 8, 24, 48, ... hours long; when
 * a 33rd one would be needed the next length is taken and those that fall into one are merged, so
 * that the final windows are the same whatever the order of conversations. Owner: the caller.
 * Thread: one at a time.
 */
#include "drift/drift_profile.h"

#include "base/memory.h"

#include <math.h>
#include <string.h>

#define HOUR_NS (INT64_C(3600) * 1000000000)
/* 0.5 % relative: the grid of ddsketch at that error. */
#define GRID_ERROR .005

/* In hours, before every time there is. */
#define NO_TIME_HOURS (-(INT64_C(1) << 40))

enum { DAY_LEVEL = 4 };

static const char other_label[] = "(other)";

struct window {
    int64_t at; /* start in hours, over the length */
    uint64_t conversations;
    struct drift_tally **tallies; /* by signal; NULL: no value in this window */
};

struct drift_profile {
    struct window windows[DRIFT_PROFILE_WINDOWS]; /* by `at` */
    size_t window_count;
    int level;
    size_t open; /* the window of the open conversation */
    struct drift_signal signals[DRIFT_PROFILE_SIGNALS];
    size_t signal_count;
    uint64_t left_out, conversations;
};

struct drift_profile *drift_profile_create(void)
{
    return memory_alloc(sizeof(struct drift_profile));
}

void drift_tally_done(struct drift_tally *tally)
{
    value_counts_done(&tally->numbers);
}

static void window_done(struct window *window)
{
    for (size_t i = 0; window->tallies && i < DRIFT_PROFILE_SIGNALS; i++)
        if (window->tallies[i]) {
            drift_tally_done(window->tallies[i]);
            memory_free(window->tallies[i]);
        }
    memory_free(window->tallies);
    *window = (struct window){0};
}

void drift_profile_destroy(struct drift_profile *profile)
{
    if (!profile)
        return;
    for (size_t i = 0; i < profile->window_count; i++)
        window_done(&profile->windows[i]);
    for (size_t i = 0; i < profile->signal_count; i++) {
        for (size_t j = 0; j < profile->signals[i].label_count; j++)
            memory_free(profile->signals[i].labels[j]);
        memory_free(profile->signals[i].name);
    }
    memory_free(profile);
}

/* --- numbers ---------------------------------------------------------------------------------- */

static double on_grid(double value)
{
    double log_gamma = log((1 + GRID_ERROR) / (1 - GRID_ERROR));
    if (value == 0)
        return 0;
    double bin = ceil(log(fabs(value)) / log_gamma);
    return copysign(exp(bin * log_gamma) * (1 - GRID_ERROR), value);
}

static bool add_counts(struct value_counts *into, const struct value_counts *from, bool rounded)
{
    for (size_t i = 0; i < from->capacity; i++) {
        const struct value_count *place = &from->places[i];
        double value = rounded ? on_grid(place->value) : place->value;
        if (place->counts[0] && !value_counts_add_many(into, value, place->counts[0]))
            return false;
    }
    return true;
}

bool drift_tally_round(struct drift_tally *tally)
{
    struct value_counts rounded = {0};
    if (tally->rounded)
        return true;
    if (!add_counts(&rounded, &tally->numbers, true)) {
        value_counts_done(&rounded);
        return false;
    }
    value_counts_done(&tally->numbers);
    tally->numbers = rounded;
    tally->rounded = true;
    return true;
}

static bool round_when_full(struct drift_tally *tally)
{
    return tally->numbers.distinct <= DRIFT_PROFILE_NUMBERS || drift_tally_round(tally);
}

static bool merge_tally(struct drift_tally *into, const struct drift_tally *from)
{
    into->count += from->count;
    into->hits += from->hits;
    for (size_t i = 0; i < DRIFT_PROFILE_LABELS; i++)
        into->labels[i] += from->labels[i];
    if (from->rounded && !drift_tally_round(into))
        return false;
    return add_counts(&into->numbers, &from->numbers, into->rounded && !from->rounded) &&
           round_when_full(into);
}

/* --- windows ---------------------------------------------------------------------------------- */

static int64_t floor_over(int64_t value, int64_t size)
{
    return value / size - (value % size < 0);
}

/* Each length is a multiple of the one before. */
static int64_t hours_of_level(int level)
{
    return level < DAY_LEVEL ? INT64_C(1) << level : INT64_C(24) << (level - DAY_LEVEL);
}

static int64_t place_of(const struct drift_profile *profile, int64_t start_ns)
{
    int64_t hours = start_ns == DRIFT_NO_TIME ? NO_TIME_HOURS : floor_over(start_ns, HOUR_NS);
    return floor_over(hours, hours_of_level(profile->level));
}

static bool merge_windows(struct window *into, struct window *from)
{
    into->conversations += from->conversations;
    for (size_t i = 0; i < DRIFT_PROFILE_SIGNALS; i++) {
        if (!into->tallies[i]) {
            into->tallies[i] = TAKE(from->tallies[i]);
            continue;
        }
        if (from->tallies[i] && !merge_tally(into->tallies[i], from->tallies[i]))
            return false;
    }
    window_done(from);
    return true;
}

/* Windows of the next length: those that fall into one are merged. */
static bool coarsen(struct drift_profile *profile)
{
    size_t kept = 0;
    int64_t ratio = hours_of_level(profile->level + 1) / hours_of_level(profile->level);
    profile->level++;
    for (size_t i = 0; i < profile->window_count; i++) {
        struct window *window = &profile->windows[i];
        window->at = floor_over(window->at, ratio);
        if (kept && profile->windows[kept - 1].at == window->at) {
            if (!merge_windows(&profile->windows[kept - 1], window))
                return false;
        } else if (kept++ != i) {
            profile->windows[kept - 1] = *window;
            *window = (struct window){0};
        }
    }
    profile->window_count = kept;
    return true;
}

/* Where the window of `at` is, or has to go in. */
static size_t find_window(const struct drift_profile *profile, int64_t at)
{
    size_t low = 0, high = profile->window_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (profile->windows[middle].at < at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_there(const struct drift_profile *profile, size_t index, int64_t at)
{
    return index < profile->window_count && profile->windows[index].at == at;
}

bool drift_profile_begin(struct drift_profile *profile, int64_t start_ns)
{
    int64_t at = place_of(profile, start_ns);
    size_t index = find_window(profile, at);
    while (!is_there(profile, index, at) && profile->window_count == DRIFT_PROFILE_WINDOWS) {
        if (!coarsen(profile))
            return false;
        at = place_of(profile, start_ns);
        index = find_window(profile, at);
    }
    struct window *window = &profile->windows[index];
    if (!is_there(profile, index, at)) {
        struct drift_tally **tallies = memory_alloc(DRIFT_PROFILE_SIGNALS * sizeof *tallies);
        if (!tallies)
            return false;
        memmove(window + 1, window, (profile->window_count - index) * sizeof *window);
        *window = (struct window){.at = at, .tallies = tallies};
        profile->window_count++;
    }
    profile->open = index;
    window->conversations++;
    profile->conversations++;
    return true;
}

/* --- signals ---------------------------------------------------------------------------------- */

static char *copy_of(struct strview name)
{
    char *copy = memory_alloc(name.size + 1);
    if (copy && name.size)
        memcpy(copy, name.data, name.size);
    return copy;
}

/* The signal's place, made when it is new; NULL when memory ran out. *ret_full: over the limit. */
static struct drift_signal *signal_of(struct drift_profile *profile, struct strview name,
                                      enum drift_kind kind, bool *ret_full)
{
    *ret_full = false;
    for (size_t i = 0; i < profile->signal_count; i++)
        if (profile->signals[i].kind == kind && strview_is(name, profile->signals[i].name))
            return &profile->signals[i];
    *ret_full = profile->signal_count == DRIFT_PROFILE_SIGNALS;
    profile->left_out += *ret_full;
    if (*ret_full)
        return NULL;
    struct drift_signal *signal = &profile->signals[profile->signal_count];
    signal->name = copy_of(name);
    signal->kind = kind;
    signal->tells_absence = kind != DRIFT_SHARE;
    profile->signal_count += signal->name != NULL;
    return signal->name ? signal : NULL;
}

/* The open window's tally of a signal, one value counted. */
static struct drift_tally *tally_of(struct drift_profile *profile,
                                    const struct drift_signal *signal)
{
    struct drift_tally **place =
        &profile->windows[profile->open].tallies[signal - profile->signals];
    if (!*place)
        *place = memory_alloc(sizeof **place);
    if (*place)
        (*place)->count++;
    return *place;
}

bool drift_profile_number(struct drift_profile *profile, struct strview name, double value)
{
    bool full;
    if (!isfinite(value))
        return true;
    struct drift_signal *signal = signal_of(profile, name, DRIFT_NUMBER, &full);
    struct drift_tally *tally = signal ? tally_of(profile, signal) : NULL;
    if (!tally)
        return full;
    return value_counts_add(&tally->numbers, tally->rounded ? on_grid(value) : value, false) &&
           round_when_full(tally);
}

bool drift_profile_share(struct drift_profile *profile, struct strview name, bool hit)
{
    bool full;
    struct drift_signal *signal = signal_of(profile, name, DRIFT_SHARE, &full);
    struct drift_tally *tally = signal ? tally_of(profile, signal) : NULL;
    if (!tally)
        return full;
    tally->hits += hit;
    return true;
}

/* SIZE_MAX: memory ran out. The last place is "(other)". */
static size_t label_of(struct drift_signal *signal, const char *label)
{
    for (size_t i = 0; i < signal->label_count; i++)
        if (strcmp(signal->labels[i], label) == 0 || i == DRIFT_PROFILE_LABELS - 1)
            return i;
    bool last = signal->label_count == DRIFT_PROFILE_LABELS - 1;
    char *copy = memory_copy_text(last ? other_label : label);
    if (!copy)
        return SIZE_MAX;
    signal->labels[signal->label_count] = copy;
    return signal->label_count++;
}

bool drift_profile_label(struct drift_profile *profile, struct strview name, const char *label,
                         bool tells_absence)
{
    bool full;
    struct drift_signal *signal = signal_of(profile, name, DRIFT_CATEGORY, &full);
    if (!signal)
        return full;
    signal->tells_absence = tells_absence;
    size_t place = label_of(signal, label);
    struct drift_tally *tally = place != SIZE_MAX ? tally_of(profile, signal) : NULL;
    if (!tally)
        return false;
    tally->labels[place]++;
    return true;
}

/* --- reading ---------------------------------------------------------------------------------- */

uint64_t drift_profile_conversations(const struct drift_profile *profile)
{
    return profile->conversations;
}

uint64_t drift_profile_left_out(const struct drift_profile *profile)
{
    return profile->left_out;
}

size_t drift_profile_signal_count(const struct drift_profile *profile)
{
    return profile->signal_count;
}

const struct drift_signal *drift_profile_signal(const struct drift_profile *profile, size_t index)
{
    return &profile->signals[index];
}

size_t drift_profile_find(const struct drift_profile *profile, const char *name,
                          enum drift_kind kind)
{
    for (size_t i = 0; i < profile->signal_count; i++)
        if (profile->signals[i].kind == kind && strcmp(profile->signals[i].name, name) == 0)
            return i;
    return SIZE_MAX;
}

size_t drift_profile_window_count(const struct drift_profile *profile)
{
    return profile->window_count;
}

struct drift_span drift_profile_all(const struct drift_profile *profile)
{
    return (struct drift_span){0, profile->window_count};
}

uint64_t drift_profile_span_conversations(const struct drift_profile *profile,
                                          struct drift_span span)
{
    uint64_t count = 0;
    for (size_t i = span.first; i < span.end; i++)
        count += profile->windows[i].conversations;
    return count;
}

/* Is the window behind `index` in another day (or is there none)? */
static bool ends_day(const struct drift_profile *profile, size_t index)
{
    int64_t a_day = hours_of_level(DAY_LEVEL) / hours_of_level(profile->level);
    if (profile->level >= DAY_LEVEL || index + 1 == profile->window_count)
        return true;
    return floor_over(profile->windows[index].at, a_day) !=
           floor_over(profile->windows[index + 1].at, a_day);
}

static size_t cut(const struct drift_profile *profile, uint64_t floor, bool by_days,
                  struct drift_span *ret_windows)
{
    size_t count = 0, first = 0;
    uint64_t held = 0;
    for (size_t i = 0; i < profile->window_count; i++) {
        held += profile->windows[i].conversations;
        if (held < floor || (by_days && !ends_day(profile, i)))
            continue;
        ret_windows[count++] = (struct drift_span){first, i + 1};
        first = i + 1;
        held = 0;
    }
    if (count == 0 && profile->window_count)
        ret_windows[count++] = drift_profile_all(profile);
    if (count)
        ret_windows[count - 1].end = profile->window_count;
    return count;
}

size_t drift_profile_windows(const struct drift_profile *profile, uint64_t floor,
                             struct drift_span *ret_windows)
{
    bool by_days = false;
    for (size_t i = 0; i + 1 < profile->window_count; i++)
        by_days = by_days || ends_day(profile, i);
    return cut(profile, floor, by_days, ret_windows);
}

static int64_t to_ns(int64_t at, int64_t step)
{
    int64_t ns;
    return __builtin_mul_overflow(at, step, &ns) ? (at < 0 ? INT64_MIN + 1 : INT64_MAX) : ns;
}

void drift_profile_span_times(const struct drift_profile *profile, struct drift_span span,
                              int64_t *ret_from_ns, int64_t *ret_until_ns)
{
    int64_t step = HOUR_NS * hours_of_level(profile->level);
    int64_t none = place_of(profile, DRIFT_NO_TIME);
    *ret_from_ns = *ret_until_ns = DRIFT_NO_TIME;
    for (size_t i = span.first; i < span.end; i++) {
        if (profile->windows[i].at == none)
            continue;
        if (*ret_from_ns == DRIFT_NO_TIME)
            *ret_from_ns = to_ns(profile->windows[i].at, step);
        *ret_until_ns = to_ns(profile->windows[i].at + 1, step);
    }
}

bool drift_profile_tally(const struct drift_profile *profile, size_t signal, struct drift_span span,
                         struct drift_tally *ret_tally)
{
    struct drift_tally sum = {0};
    for (size_t i = span.first; i < span.end; i++) {
        const struct drift_tally *part = profile->windows[i].tallies[signal];
        if (part && !merge_tally(&sum, part)) {
            drift_tally_done(&sum);
            return false;
        }
    }
    *ret_tally = sum;
    return true;
}
