/*
 * adwin.c: an exponential histogram: row r holds up to max_buckets + 1 buckets of 2^r values each,
 * oldest first. The order of the floating-point operations is River's, so that detections fall on
 * the same values. The struct owns its rows; one thread at a time.
 */
#include "drift/adwin.h"

#include "base/memory.h"

#include <math.h>
#include <string.h>

enum { ROWS = 48, MAX_BUCKETS = 1000 };

struct bucket {
    double total;
    double variance; /* sum of squared deviations */
};

struct row {
    struct bucket *buckets;
    uint32_t count;
};

struct adwin {
    struct adwin_options options;
    struct bucket *memory;
    struct row rows[ROWS];
    size_t row_count; /* in use, at least 1 */
    double width;
    double total;
    double variance;
    uint64_t ticks;
    bool detected;
};

/* One side of a cut. */
struct part {
    double count;
    double total;
};

static void start_anew(struct adwin *adwin)
{
    for (size_t r = 0; r < ROWS; r++)
        adwin->rows[r].count = 0;
    adwin->row_count = 1;
    adwin->width = adwin->total = adwin->variance = 0;
    adwin->ticks = 0;
    adwin->detected = false;
}

struct adwin *adwin_create(struct adwin_options options)
{
    bool good = options.delta > 0 && options.clock > 0 && options.max_buckets >= 1 &&
                options.max_buckets <= MAX_BUCKETS;
    struct adwin *adwin = good ? memory_alloc(sizeof *adwin) : NULL;
    if (!adwin)
        return NULL;
    size_t row_size = (size_t)options.max_buckets + 1;
    adwin->options = options;
    adwin->memory = memory_alloc(ROWS * row_size * sizeof *adwin->memory);
    if (!adwin->memory) {
        adwin_destroy(adwin);
        return NULL;
    }
    for (size_t r = 0; r < ROWS; r++)
        adwin->rows[r].buckets = adwin->memory + r * row_size;
    start_anew(adwin);
    return adwin;
}

void adwin_destroy(struct adwin *adwin)
{
    if (!adwin)
        return;
    memory_free(adwin->memory);
    memory_free(adwin);
}

static void row_drop(struct row *row, uint32_t count)
{
    row->count -= count;
    memmove(row->buckets, row->buckets + count, row->count * sizeof *row->buckets);
}

/* Sum of squared deviations that joining two parts adds to their own. */
static double between(double n1, double mean1, double n2, double mean2)
{
    return n1 * n2 * (mean1 - mean2) * (mean1 - mean2) / (n1 + n2);
}

/* Merges the two oldest buckets of each row that is over full into the next row. */
static void compress(struct adwin *adwin)
{
    uint32_t full = adwin->options.max_buckets + 1;
    double size = 1;
    for (size_t r = 0; r + 1 < ROWS && adwin->rows[r].count == full; r++, size *= 2) {
        struct row *row = &adwin->rows[r];
        struct row *next = &adwin->rows[r + 1];
        if (r + 1 == adwin->row_count)
            adwin->row_count++;
        struct bucket a = row->buckets[0];
        struct bucket b = row->buckets[1];
        next->buckets[next->count++] =
            (struct bucket){.total = a.total + b.total,
                            .variance = a.variance + b.variance +
                                        between(size, a.total / size, size, b.total / size)};
        row_drop(row, 2);
    }
}

static void insert(struct adwin *adwin, double value)
{
    struct row *row = &adwin->rows[0];
    row->buckets[row->count++] = (struct bucket){.total = value};
    adwin->width++;
    if (adwin->width > 1) {
        double before = adwin->width - 1;
        double gap = value - adwin->total / before;
        adwin->variance += before * gap * gap / adwin->width;
    }
    adwin->total += value;
    compress(adwin);
}

static void delete_oldest(struct adwin *adwin)
{
    struct row *row = &adwin->rows[adwin->row_count - 1];
    struct bucket oldest = row->buckets[0];
    double size = ldexp(1, (int)adwin->row_count - 1);
    adwin->width -= size;
    adwin->total -= oldest.total;
    double gap = oldest.total / size - adwin->total / adwin->width;
    adwin->variance -= oldest.variance + size * adwin->width * gap * gap / (size + adwin->width);
    row_drop(row, 1);
    while (adwin->row_count > 1 && adwin->rows[adwin->row_count - 1].count == 0)
        adwin->row_count--;
}

static bool is_cut(const struct adwin *adwin, struct part old, struct part recent, double log_width)
{
    double shortest = adwin->options.min_window_length;
    double needed = adwin->options.rule == ADWIN_MOA ? shortest + 2 : shortest;
    if (!(recent.count >= needed && old.count >= needed))
        return false;
    double reciprocal = 1 / (old.count - shortest + 1) + 1 / (recent.count - shortest + 1);
    double variance = adwin->variance / adwin->width;
    double threshold =
        sqrt(2 * reciprocal * variance * log_width) + 2.0 / 3.0 * log_width * reciprocal;
    return fabs(old.total / old.count - recent.total / recent.count) > threshold;
}

/* Looks at the cuts between buckets, from the oldest on; behind the newest bucket is none. */
static bool find_cut(const struct adwin *adwin)
{
    struct part old = {0};
    struct part recent = {adwin->width, adwin->total};
    double log_width = log(2 * log(adwin->width) / adwin->options.delta);
    for (size_t r = adwin->row_count; r-- > 0;) {
        const struct row *row = &adwin->rows[r];
        double size = ldexp(1, (int)r);
        for (uint32_t k = 0; k < row->count && !(r == 0 && k + 1 == row->count); k++) {
            old.count += size;
            recent.count -= size;
            old.total += row->buckets[k].total;
            recent.total -= row->buckets[k].total;
            if (is_cut(adwin, old, recent, log_width))
                return true;
        }
    }
    return false;
}

bool adwin_update(struct adwin *adwin, double value)
{
    if (!isfinite(value))
        return false;
    if (adwin->detected && adwin->options.rule == ADWIN_RIVER)
        start_anew(adwin);
    adwin->detected = false;
    insert(adwin, value);
    adwin->ticks++;
    if (adwin->ticks % adwin->options.clock != 0 || !(adwin->width > adwin->options.grace_period))
        return false;
    while (find_cut(adwin)) {
        adwin->detected = true;
        delete_oldest(adwin);
    }
    return adwin->detected;
}

double adwin_width(const struct adwin *adwin)
{
    return adwin->width;
}

double adwin_estimation(const struct adwin *adwin)
{
    return adwin->width > 0 ? adwin->total / adwin->width : 0;
}

double adwin_variance(const struct adwin *adwin)
{
    return adwin->variance;
}
