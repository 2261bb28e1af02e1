/*
 * outcome_rows.c: the packed form. A row is: trials; then for each ratio four bits, two for its
 * size and two for its sum (zero, the same as a neighbour, or written out below); then the numbers
 * that were written out; then the lists, each behind its length. Numbers are LEB128: an even one is
 * twice a whole number, 1 announces a float. A row without trials is one byte.
 */
#include "aggregate/outcome_rows.h"

#include "base/memory.h"

enum number_code { CODE_ZERO, CODE_SAME, CODE_WRITTEN, CODE_AS_BEFORE };

enum {
    CODE_BYTES = (FOLD_TALLIED + 1) / 2,
    NUMBER_BYTES = 10,
    CONFIDENCE_STEPS = 8000,
    FLOAT_MARK = 1,
};
static const double whole_most = 4503599627370496.0; /* 2^52: twice it is still a whole number */

struct packer {
    uint8_t *at;
};

static void pack_whole(struct packer *packer, uint64_t value)
{
    while (value >= 0x80) {
        *packer->at++ = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    *packer->at++ = (uint8_t)value;
}

static void pack_number(struct packer *packer, double value)
{
    if (value >= 0 && value < whole_most && value == floor(value)) {
        pack_whole(packer, (uint64_t)value * 2);
        return;
    }
    float narrow = (float)value;
    *packer->at++ = FLOAT_MARK;
    memcpy(packer->at, &narrow, sizeof narrow);
    packer->at += sizeof narrow;
}

struct unpacker {
    const uint8_t *at;
};

static uint64_t unpack_whole(struct unpacker *unpacker)
{
    uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
        uint8_t byte = *unpacker->at++;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            return value;
    }
}

static double unpack_number(struct unpacker *unpacker)
{
    if (*unpacker->at != FLOAT_MARK)
        return (double)(unpack_whole(unpacker) / 2);
    float narrow;
    memcpy(&narrow, unpacker->at + 1, sizeof narrow);
    unpacker->at += 1 + sizeof narrow;
    return (double)narrow;
}

static bool is_same(double a, double b)
{
    return !(a < b) && !(a > b);
}

static unsigned code_of(double value, double neighbour, double before)
{
    if (is_same(value, 0))
        return CODE_ZERO;
    if (is_same(value, neighbour))
        return CODE_SAME;
    return is_same(value, before) ? CODE_AS_BEFORE : CODE_WRITTEN;
}

/* A size's neighbour is the size before it; a sum's is its own size, or the sum before it. */
static void pack_ratios(struct packer *packer, const struct ratio_part *ratios)
{
    uint8_t *codes = packer->at;
    struct ratio_part before = {0};
    memset(codes, 0, CODE_BYTES);
    packer->at += CODE_BYTES;
    for (size_t i = 0; i < FOLD_TALLIED; i++) {
        unsigned size = code_of(ratios[i].size, before.size, before.size);
        unsigned sum = code_of(ratios[i].sum, ratios[i].size, before.sum);
        codes[i / 2] = (uint8_t)(codes[i / 2] | (size | sum << 2) << (i % 2 * 4));
        if (size == CODE_WRITTEN)
            pack_number(packer, ratios[i].size);
        if (sum == CODE_WRITTEN)
            pack_number(packer, ratios[i].sum);
        before = ratios[i];
    }
}

static double unpack_coded(struct unpacker *unpacker, unsigned code, double neighbour,
                           double before)
{
    switch (code) {
    case CODE_ZERO:
        return 0;
    case CODE_SAME:
        return neighbour;
    case CODE_AS_BEFORE:
        return before;
    default:
        return unpack_number(unpacker);
    }
}

static void unpack_ratios(struct unpacker *unpacker, struct ratio_part *ratios)
{
    const uint8_t *codes = unpacker->at;
    struct ratio_part before = {0};
    unpacker->at += CODE_BYTES;
    for (size_t i = 0; i < FOLD_TALLIED; i++) {
        unsigned code = ((unsigned)codes[i / 2] >> (i % 2 * 4)) & 15U;
        struct ratio_part part;
        part.size = unpack_coded(unpacker, code & 3, before.size, before.size);
        part.sum = unpack_coded(unpacker, code >> 2, part.size, before.sum);
        ratios[i] = before = part;
    }
    ratio_metric_derive(ratios);
}

/* Behind its place: 0 and the one count when all changes were right, else all counts + 1. */
static void pack_slot(struct packer *packer, const struct outcome_slot *slot)
{
    uint64_t all = 0;
    for (size_t i = 0; i < OUTCOME_VERDICTS; i++)
        all += slot->counts[i];
    bool all_right = all == slot->counts[SLOT_RIGHT];
    pack_whole(packer, (uint64_t)slot->slot * 2 + all_right);
    if (all_right) {
        pack_whole(packer, all);
        return;
    }
    for (size_t i = SLOT_RIGHT; i < OUTCOME_VERDICTS; i++)
        pack_whole(packer, slot->counts[i]);
}

static void unpack_slot(struct unpacker *unpacker, struct outcome_slot *slot)
{
    uint64_t head = unpack_whole(unpacker);
    *slot = (struct outcome_slot){.slot = (uint32_t)(head / 2)};
    size_t last = head & 1 ? (size_t)SLOT_RIGHT : (size_t)SLOT_LATE;
    for (size_t i = SLOT_RIGHT; i <= last; i++)
        slot->counts[i] = (uint32_t)unpack_whole(unpacker);
}

static void pack_times(struct packer *packer, const double *times_ms, size_t count)
{
    pack_whole(packer, count);
    for (size_t i = 0; i < count; i++)
        pack_whole(packer, (uint64_t)llround(fmin(times_ms[i], 1e12) * 1000));
}

static void pack_lists(struct packer *packer, const struct outcome_row *row)
{
    pack_whole(packer, row->slot_count);
    for (size_t i = 0; i < row->slot_count; i++)
        pack_slot(packer, &row->slots[i]);
    pack_whole(packer, row->extra_count);
    for (size_t i = 0; i < row->extra_count; i++) {
        pack_whole(packer, row->extras[i].name);
        pack_number(packer, row->extras[i].part.sum);
        pack_number(packer, row->extras[i].part.size);
    }
    pack_whole(packer, row->confidence_count);
    for (size_t i = 0; i < row->confidence_count; i++) {
        double steps = (double)row->confidences[i].confidence * CONFIDENCE_STEPS;
        pack_whole(packer, (uint64_t)llround(steps) * 2 + row->confidences[i].right);
    }
    pack_times(packer, row->latency_ms, row->latency_count);
    pack_times(packer, row->first_token_ms, row->first_token_count);
}

static size_t most_bytes(const struct outcome_row *row)
{
    size_t numbers = BASIS_COUNT + 2 * FOLD_TALLIED + 5 + row->slot_count * (OUTCOME_VERDICTS + 1) +
                     row->extra_count * 3 + row->confidence_count + row->latency_count +
                     row->first_token_count;
    return CODE_BYTES + numbers * NUMBER_BYTES;
}

bool outcome_rows_add(struct outcome_rows *rows, const struct outcome_row *row)
{
    if (!memory_grow(&rows->bytes, &rows->byte_capacity, rows->size + most_bytes(row),
                     sizeof *rows->bytes) ||
        !memory_grow(&rows->starts, &rows->start_capacity, rows->count + 2, sizeof *rows->starts))
        return false;
    struct packer packer = {rows->bytes + rows->size};
    pack_whole(&packer, row->trials[BASIS_RUN]);
    if (row->trials[BASIS_RUN]) {
        pack_whole(&packer, row->trials[BASIS_FINISHED]);
        pack_whole(&packer, row->trials[BASIS_SCORED]);
        pack_ratios(&packer, row->ratios);
        pack_lists(&packer, row);
    }
    rows->size = (size_t)(packer.at - rows->bytes);
    rows->starts[++rows->count] = rows->size;
    return true;
}

struct outcome_slot *outcome_row_add_slot(struct outcome_row *row)
{
    return memory_grow(&row->slots, &row->slot_capacity, row->slot_count + 1, sizeof *row->slots)
               ? &row->slots[row->slot_count++]
               : NULL;
}

struct outcome_number *outcome_row_add_extra(struct outcome_row *row)
{
    return memory_grow(&row->extras, &row->extra_capacity, row->extra_count + 1,
                       sizeof *row->extras)
               ? &row->extras[row->extra_count++]
               : NULL;
}

bool outcome_row_add_confidence(struct outcome_row *row, double confidence, bool right)
{
    if (!(confidence >= 0 && confidence <= 1))
        return true;
    if (!memory_grow(&row->confidences, &row->confidence_capacity, row->confidence_count + 1,
                     sizeof *row->confidences))
        return false;
    row->confidences[row->confidence_count++] =
        (struct outcome_confidence){(float)confidence, right};
    return true;
}

static bool add_time(double **times, size_t *capacity, size_t *count, double time_ms)
{
    if (!isfinite(time_ms))
        return true;
    if (!memory_grow(times, capacity, *count + 1, sizeof **times))
        return false;
    (*times)[(*count)++] = fmax(time_ms, 0);
    return true;
}

bool outcome_row_add_latency(struct outcome_row *row, double latency_ms)
{
    return add_time(&row->latency_ms, &row->latency_capacity, &row->latency_count, latency_ms);
}

bool outcome_row_add_first_token(struct outcome_row *row, double first_token_ms)
{
    return add_time(&row->first_token_ms, &row->first_token_capacity, &row->first_token_count,
                    first_token_ms);
}

static bool unpack_times(struct unpacker *unpacker, double **times, size_t *capacity, size_t *count)
{
    uint64_t more = unpack_whole(unpacker);
    for (uint64_t i = 0; i < more; i++)
        if (!add_time(times, capacity, count, (double)unpack_whole(unpacker) / 1000))
            return false;
    return true;
}

static bool unpack_lists(struct unpacker *unpacker, struct outcome_row *row)
{
    for (uint64_t left = unpack_whole(unpacker); left; left--) {
        struct outcome_slot *slot = outcome_row_add_slot(row);
        if (!slot)
            return false;
        unpack_slot(unpacker, slot);
    }
    for (uint64_t left = unpack_whole(unpacker); left; left--) {
        struct outcome_number *extra = outcome_row_add_extra(row);
        if (!extra)
            return false;
        extra->name = (uint32_t)unpack_whole(unpacker);
        extra->part.sum = unpack_number(unpacker);
        extra->part.size = unpack_number(unpacker);
    }
    for (uint64_t left = unpack_whole(unpacker); left; left--) {
        uint64_t code = unpack_whole(unpacker);
        if (!outcome_row_add_confidence(row, (double)(code / 2) / CONFIDENCE_STEPS, code & 1))
            return false;
    }
    return unpack_times(unpacker, &row->latency_ms, &row->latency_capacity, &row->latency_count) &&
           unpack_times(unpacker, &row->first_token_ms, &row->first_token_capacity,
                        &row->first_token_count);
}

bool outcome_rows_read(const struct outcome_rows *rows, size_t index, struct outcome_row *ret_row)
{
    struct unpacker unpacker = {rows->bytes + rows->starts[index]};
    outcome_row_clear(ret_row);
    ret_row->trials[BASIS_RUN] = unpack_whole(&unpacker);
    if (!ret_row->trials[BASIS_RUN])
        return true;
    ret_row->trials[BASIS_FINISHED] = unpack_whole(&unpacker);
    ret_row->trials[BASIS_SCORED] = unpack_whole(&unpacker);
    unpack_ratios(&unpacker, ret_row->ratios);
    return unpack_lists(&unpacker, ret_row);
}

void outcome_rows_done(struct outcome_rows *rows)
{
    memory_free(rows->bytes);
    memory_free(rows->starts);
    *rows = (struct outcome_rows){0};
}

struct ratio_part outcome_slot_part(const struct outcome_slot *slot, enum slot_ratio ratio)
{
    double right = slot->counts[SLOT_RIGHT], wrong = slot->counts[SLOT_WRONG_VALUE];
    double positives = wrong + slot->counts[SLOT_SPURIOUS];
    double negatives = wrong + slot->counts[SLOT_MISSING];
    switch (ratio) {
    case SLOT_PRECISION:
        return (struct ratio_part){right, right + positives};
    case SLOT_RECALL:
        return (struct ratio_part){right, right + negatives};
    case SLOT_F1:
    case SLOT_RATIO_COUNT:
        break;
    }
    return (struct ratio_part){2 * right, 2 * right + positives + negatives};
}

void outcome_row_clear(struct outcome_row *row)
{
    memset(row->trials, 0, sizeof row->trials);
    memset(row->ratios, 0, sizeof row->ratios);
    row->slot_count = row->extra_count = row->confidence_count = 0;
    row->latency_count = row->first_token_count = 0;
}

void outcome_row_done(struct outcome_row *row)
{
    memory_free(row->slots);
    memory_free(row->extras);
    memory_free(row->confidences);
    memory_free(row->latency_ms);
    memory_free(row->first_token_ms);
    *row = (struct outcome_row){0};
}
