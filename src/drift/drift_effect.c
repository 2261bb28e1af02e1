/*
 * drift_effect.c: see drift_effect.h. Numbers come as counts of distinct values; the tests that
 * want raw samples get them expanded, ascending, for as long as they last. Owner: the caller's
 * arena.
 */
#include "drift/drift_effect.h"

#include "base/counter_rng.h"
#include "base/memory.h"
#include "drift/distance.h"
#include "drift/ks_test.h"
#include "numeric/order.h"
#include "numeric/resample.h"
#include "stats/chi_square.h"

#include <math.h>
#include <string.h>

enum { DRAWS = 199, NOISE_RANK = 190 /* ceil(.95 * 199) */ };

DEFINE_CLEANUP(free_values, double, memory_free)
DEFINE_CLEANUP(free_counts, struct value_count, memory_free)

static uint64_t sum_of(const uint64_t *counts, size_t count)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += counts[i];
    return sum;
}

/* --- the effect of two counts ----------------------------------------------------------------- */

/* Area between the two distribution functions. */
static double area_between(const struct drift_kinds *kinds)
{
    double n = (double)sum_of(kinds->reference, kinds->count);
    double m = (double)sum_of(kinds->current, kinds->count);
    uint64_t below_reference = 0, below_current = 0;
    double area = 0;
    for (size_t i = 0; i + 1 < kinds->count; i++) {
        below_reference += kinds->reference[i];
        below_current += kinds->current[i];
        area += fabs((double)below_reference / n - (double)below_current / m) *
                (kinds->values[i + 1] - kinds->values[i]);
    }
    return area;
}

/* Mean and standard deviation (ddof 0) of the reference's values. */
static void reference_moments(const struct drift_kinds *kinds, double *ret_mean, double *ret_sd)
{
    double n = (double)sum_of(kinds->reference, kinds->count), sum = 0, squares = 0;
    for (size_t i = 0; i < kinds->count; i++)
        sum += (double)kinds->reference[i] * kinds->values[i];
    for (size_t i = 0; i < kinds->count; i++) {
        double gap = kinds->values[i] - sum / n;
        squares += (double)kinds->reference[i] * gap * gap;
    }
    *ret_mean = sum / n;
    *ret_sd = sqrt(squares / n);
}

/* A reference without variation would make any change infinite: at least 1 % of its mean. */
static double shift_of(const struct drift_kinds *kinds)
{
    double mean, sd, area = area_between(kinds);
    reference_moments(kinds, &mean, &sd);
    double scale = fmax(sd, fmax(fabs(mean) * .01, 1e-9));
    return area / scale;
}

static double share_gap(const struct drift_kinds *kinds)
{
    double n = (double)sum_of(kinds->reference, kinds->count);
    double m = (double)sum_of(kinds->current, kinds->count);
    return fabs((double)kinds->current[0] / m - (double)kinds->reference[0] / n);
}

/* Natural logarithm; both sides have counts. */
static double distance_of(const struct drift_kinds *kinds)
{
    double n = (double)sum_of(kinds->reference, kinds->count), sum = 0;
    double m = (double)sum_of(kinds->current, kinds->count);
    for (size_t i = 0; i < kinds->count; i++) {
        double p = (double)kinds->reference[i] / n, q = (double)kinds->current[i] / m;
        double middle = (p + q) / 2;
        sum += (p > 0 ? p * log(p / middle) : 0) + (q > 0 ? q * log(q / middle) : 0);
    }
    return sqrt(fmax(0, sum / 2));
}

static double effect_of(const struct drift_kinds *kinds, enum drift_kind kind)
{
    return kind == DRIFT_NUMBER  ? shift_of(kinds)
           : kind == DRIFT_SHARE ? share_gap(kinds)
                                 : distance_of(kinds);
}

/* --- noise ------------------------------------------------------------------------------------ */

/* `size` draws from the kinds in proportion to `pool`. */
static void draw(const uint64_t *pool, size_t count, uint64_t size, struct counter_rng *rng,
                 uint64_t *ret_counts)
{
    uint64_t rest = sum_of(pool, count);
    for (size_t i = 0; i < count; i++) {
        double p = rest ? (double)pool[i] / (double)rest : 0;
        ret_counts[i] = pool[i] == rest ? size : resample_binomial(rng, size, p);
        size -= ret_counts[i];
        rest -= pool[i];
    }
}

enum status drift_effect_noise(const struct drift_kinds *kinds, struct drift_noise_key key,
                               double *ret_noise, struct error *err)
{
    size_t count = kinds->count;
    uint64_t *room = memory_alloc((3 * count + 1) * sizeof *room);
    if (!room)
        return error_no_memory(err);
    uint64_t *pool = room, n = sum_of(kinds->reference, count), m = sum_of(kinds->current, count);
    struct drift_kinds drawn = {kinds->values, room + count, room + 2 * count, count};
    for (size_t i = 0; i < count; i++)
        pool[i] = kinds->reference[i] + kinds->current[i];
    double effects[DRAWS];
    uint32_t purpose = counter_rng_purpose("drift noise");
    for (uint64_t i = 0; i < DRAWS; i++) {
        struct counter_rng rng = counter_rng_start(key.seed, purpose, key.number * DRAWS + i);
        draw(pool, count, n, &rng, drawn.reference);
        draw(pool, count, m, &rng, drawn.current);
        effects[i] = effect_of(&drawn, key.kind);
    }
    memory_free(room);
    *ret_noise = order_select(effects, DRAWS, NOISE_RANK - 1);
    return STATUS_OK;
}

/* --- categories and shares -------------------------------------------------------------------- */

/* Pearson's chi-square wants five expected in each cell: the rarest labels are put together.
 * Returns the columns of a table of two rows, `row` apart. */
static size_t table_of(const struct drift_kinds *kinds, double least_share, size_t row,
                       double *ret_cells, bool *ret_small)
{
    double rare_reference = 0, rare_current = 0;
    size_t columns = 0;
    for (size_t i = 0; i < kinds->count; i++) {
        double reference = (double)kinds->reference[i], current = (double)kinds->current[i];
        if ((reference + current) * least_share < 5) {
            rare_reference += reference;
            rare_current += current;
            continue;
        }
        ret_cells[columns] = reference;
        ret_cells[row + columns++] = current;
    }
    double rare = rare_reference + rare_current;
    *ret_small = rare > 0 && rare * least_share < 5;
    if (rare > 0) {
        ret_cells[columns] = rare_reference;
        ret_cells[row + columns++] = rare_current;
    }
    return columns;
}

static enum status test_kinds(const struct drift_kinds *kinds, struct drift_distances *distances,
                              struct error *err)
{
    size_t row = kinds->count + 1;
    CLEANUP(free_values) double *cells = memory_alloc(2 * row * sizeof *cells);
    if (!cells)
        return error_no_memory(err);
    double n = (double)distances->reference_n, m = (double)distances->current_n;
    bool small;
    size_t columns = table_of(kinds, fmin(n, m) / (n + m), row, cells, &small);
    distances->p = 1;
    if (columns < 2)
        return STATUS_OK;
    memmove(cells + columns, cells + row, columns * sizeof *cells);
    struct chi_square_table table = {cells, 2, columns};
    struct chi_square_test test = chi_square_contingency(table, small, NULL);
    distances->chi_square = test.statistic;
    if (!test.undefined)
        distances->p = test.p;
    return STATUS_OK;
}

static void to_reals(const uint64_t *counts, size_t count, double *ret_values)
{
    for (size_t i = 0; i < count; i++)
        ret_values[i] = (double)counts[i];
}

static const struct drift_distances nothing = {.reference_level = (double)NAN,
                                               .current_level = (double)NAN,
                                               .psi = (double)NAN,
                                               .jensen_shannon = (double)NAN,
                                               .wasserstein = (double)NAN,
                                               .shift = (double)NAN,
                                               .ks = (double)NAN,
                                               .chi_square = (double)NAN,
                                               .p = (double)NAN,
                                               .effect = (double)NAN,
                                               .adjusted_p = (double)NAN,
                                               .noise = (double)NAN};

enum status drift_effect_kinds(const struct drift_kinds *kinds, bool is_share,
                               struct drift_distances *ret_distances, struct error *err)
{
    struct drift_distances distances = nothing;
    distances.reference_n = sum_of(kinds->reference, kinds->count);
    distances.current_n = sum_of(kinds->current, kinds->count);
    if (is_share && distances.reference_n)
        distances.reference_level = (double)kinds->reference[0] / (double)distances.reference_n;
    if (is_share && distances.current_n)
        distances.current_level = (double)kinds->current[0] / (double)distances.current_n;
    *ret_distances = distances;
    if (!distances.reference_n || !distances.current_n)
        return STATUS_OK;
    CLEANUP(free_values) double *reals = memory_alloc(2 * kinds->count * sizeof *reals);
    if (!reals)
        return error_no_memory(err);
    to_reals(kinds->reference, kinds->count, reals);
    to_reals(kinds->current, kinds->count, reals + kinds->count);
    struct sample reference = {reals, kinds->count};
    struct sample current = {reals + kinds->count, kinds->count};
    distances.psi = distance_psi(reference, current, DISTANCE_PSI_FLOOR).value;
    distances.jensen_shannon = distance_of(kinds);
    distances.effect = effect_of(kinds, is_share ? DRIFT_SHARE : DRIFT_CATEGORY);
    enum status status = test_kinds(kinds, &distances, err);
    *ret_distances = distances;
    return status;
}

/* --- numbers ---------------------------------------------------------------------------------- */

static bool merge_numbers(const struct drift_tally *reference, const struct drift_tally *current,
                          struct arena *arena, struct drift_kinds *ret_kinds)
{
    CLEANUP(free_counts) struct value_count *one = value_counts_sorted(&reference->numbers);
    CLEANUP(free_counts) struct value_count *two = value_counts_sorted(&current->numbers);
    size_t most = reference->numbers.distinct + current->numbers.distinct, i = 0, j = 0, count = 0;
    struct drift_kinds kinds = {arena_array(arena, most + 1, sizeof *kinds.values),
                                arena_array(arena, most + 1, sizeof *kinds.reference),
                                arena_array(arena, most + 1, sizeof *kinds.current), 0};
    if (!one || !two || !kinds.values || !kinds.reference || !kinds.current)
        return false;
    while (i < reference->numbers.distinct || j < current->numbers.distinct) {
        bool first = j == current->numbers.distinct ||
                     (i < reference->numbers.distinct && one[i].value <= two[j].value);
        double value = first ? one[i].value : two[j].value;
        kinds.values[count] = value;
        if (i < reference->numbers.distinct && one[i].value <= value)
            kinds.reference[count] = one[i++].counts[0];
        if (j < current->numbers.distinct && two[j].value <= value)
            kinds.current[count] = two[j++].counts[0];
        count++;
    }
    kinds.count = count;
    *ret_kinds = kinds;
    return true;
}

static double *expand(const struct drift_kinds *kinds, const uint64_t *counts, size_t total)
{
    double *values = memory_alloc((total + 1) * sizeof *values);
    size_t at = 0;
    for (size_t i = 0; values && i < kinds->count; i++)
        for (uint64_t k = 0; k < counts[i]; k++)
            values[at++] = kinds->values[i];
    return values;
}

static double mean_of(const struct drift_kinds *kinds, const uint64_t *counts, double total)
{
    double sum = 0;
    for (size_t i = 0; i < kinds->count; i++)
        sum += (double)counts[i] * kinds->values[i];
    return sum / total;
}

static enum status test_numbers(const struct drift_kinds *kinds, struct drift_distances *distances,
                                struct error *err)
{
    CLEANUP(free_values) double *one = expand(kinds, kinds->reference, distances->reference_n);
    CLEANUP(free_values) double *two = expand(kinds, kinds->current, distances->current_n);
    if (!one || !two)
        return error_no_memory(err);
    struct sample reference = {one, distances->reference_n}, current = {two, distances->current_n};
    struct ks_test ks;
    struct distance_deciles deciles;
    enum status status = ks_test_two_samples(
        reference, current, (struct ks_test_options){KS_TEST_ASYMPTOTIC, ALTERNATIVE_TWO_SIDED},
        &ks, err);
    if (status == STATUS_OK)
        status = distance_psi_deciles(reference, current, DISTANCE_PSI_FLOOR, &deciles, err);
    if (status != STATUS_OK)
        return status;
    size_t bins = deciles.edge_count + 1;
    distances->ks = ks.statistic;
    distances->p = ks.undefined ? 1 : ks.p;
    distances->psi = deciles.psi.value;
    distances->jensen_shannon =
        distance_jensen_shannon((struct sample){deciles.reference_counts, bins},
                                (struct sample){deciles.current_counts, bins}, M_E)
            .value;
    return STATUS_OK;
}

enum status drift_effect_numbers(const struct drift_tally *reference,
                                 const struct drift_tally *current, struct arena *arena,
                                 struct drift_kinds *ret_kinds,
                                 struct drift_distances *ret_distances, struct error *err)
{
    struct drift_distances distances = nothing;
    distances.reference_n = reference->count;
    distances.current_n = current->count;
    *ret_distances = distances;
    *ret_kinds = (struct drift_kinds){0};
    if (!reference->count || !current->count)
        return STATUS_OK;
    struct drift_kinds kinds;
    if (!merge_numbers(reference, current, arena, &kinds))
        return error_no_memory(err);
    distances.reference_level = mean_of(&kinds, kinds.reference, (double)reference->count);
    distances.current_level = mean_of(&kinds, kinds.current, (double)current->count);
    distances.wasserstein = area_between(&kinds);
    distances.shift = distances.effect = shift_of(&kinds);
    enum status status = test_numbers(&kinds, &distances, err);
    if (status != STATUS_OK)
        return status;
    *ret_distances = distances;
    *ret_kinds = kinds;
    return STATUS_OK;
}
