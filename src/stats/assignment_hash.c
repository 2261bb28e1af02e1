/*
 * assignment_hash.c: the hashes run over a stream of UTF-16 units or bytes, without copies. No
 * state; any thread.
 */
#include "stats/assignment_hash.h"

#include "base/hash.h"
#include "base/strbuf.h"
#include "base/utf8.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* --- texts as UTF-16 ------------------------------------------------------------------------- */

struct unit_reader {
    struct strview text;
    size_t at;
    uint32_t low_surrogate; /* still to be given; 0: none */
};

/* -1 at the end. */
static int32_t next_unit(struct unit_reader *reader)
{
    if (reader->low_surrogate) {
        int32_t unit = (int32_t)reader->low_surrogate;
        reader->low_surrogate = 0;
        return unit;
    }
    if (reader->at >= reader->text.size)
        return -1;
    size_t size = utf8_sequence_size(reader->text, reader->at);
    uint32_t point = size ? utf8_code_point(reader->text, reader->at) : 0xfffd;
    reader->at += size ? size : 1;
    if (point < 0x10000)
        return (int32_t)point;
    reader->low_surrogate = 0xdc00 + (point - 0x10000) % 0x400;
    return (int32_t)(0xd800 + (point - 0x10000) / 0x400);
}

/* --- FNV-1a and GrowthBook ------------------------------------------------------------------- */

static const uint32_t fnv_start = 2166136261U;

static uint32_t fnv_units(uint32_t hash, struct strview text)
{
    struct unit_reader reader = {.text = text};
    for (int32_t unit; (unit = next_unit(&reader)) >= 0;)
        hash = (hash ^ (uint32_t)unit) * 16777619U;
    return hash;
}

double assignment_hash_growthbook(struct strview seed, struct strview value, int version)
{
    if (version == 1)
        return (double)(fnv_units(fnv_units(fnv_start, value), seed) % 1000) / 1000;
    if (version != 2)
        return (double)NAN;
    char decimal[16];
    uint32_t inner = fnv_units(fnv_units(fnv_start, seed), value);
    snprintf(decimal, sizeof decimal, "%lu", (unsigned long)inner);
    return (double)(fnv_units(fnv_start, strview_of(decimal)) % 10000) / 10000;
}

void assignment_hash_ranges(size_t count, const double *weights, double coverage,
                            struct assignment_range *ret_ranges)
{
    coverage = fmax(0, fmin(1, coverage));
    double sum = 0;
    for (size_t i = 0; weights && i < count; i++)
        sum += weights[i];
    bool usable = weights && sum >= 0.99 && sum <= 1.01;
    double start = 0;
    for (size_t i = 0; i < count; i++) {
        double weight = usable ? weights[i] : 1 / (double)count;
        ret_ranges[i] = (struct assignment_range){start, start + coverage * weight};
        start += weight;
    }
}

int assignment_hash_choose(double bucket, const struct assignment_range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (bucket >= ranges[i].low && bucket < ranges[i].high)
            return (int)i;
    }
    return -1;
}

bool assignment_hash_in_namespace(struct strview id, struct strview name,
                                  struct assignment_range range)
{
    uint32_t hash = fnv_units(fnv_start, id);
    hash = fnv_units(fnv_units(hash, strview_of("__")), name);
    double bucket = (double)(hash % 1000) / 1000;
    return bucket >= range.low && bucket < range.high;
}

/* --- murmur3_x86_32 (A. Appleby) ------------------------------------------------------------- */

/* Takes bytes one by one. */
struct murmur {
    uint32_t hash;
    uint32_t block;
    uint32_t size;
};

static uint32_t rotate_left(uint32_t x, int bits)
{
    return x << bits | x >> (32 - bits);
}

static uint32_t scramble(uint32_t block)
{
    return rotate_left(block * 0xcc9e2d51U, 15) * 0x1b873593U;
}

static void murmur_byte(struct murmur *m, uint8_t byte)
{
    m->block |= (uint32_t)byte << (8 * (m->size % 4));
    m->size++;
    if (m->size % 4)
        return;
    m->hash = rotate_left(m->hash ^ scramble(m->block), 13) * 5 + 0xe6546b64U;
    m->block = 0;
}

static uint32_t murmur_end(const struct murmur *m)
{
    uint32_t hash = m->hash ^ scramble(m->block) ^ m->size;
    hash = (hash ^ hash >> 16) * 0x85ebca6bU;
    hash = (hash ^ hash >> 13) * 0xc2b2ae35U;
    return hash ^ hash >> 16;
}

static void murmur_text(struct murmur *m, struct strview text, enum assignment_bytes bytes)
{
    if (bytes == ASSIGNMENT_BYTES_UTF8) {
        for (size_t i = 0; i < text.size; i++)
            murmur_byte(m, (uint8_t)text.data[i]);
        return;
    }
    struct unit_reader reader = {.text = text};
    for (int32_t unit; (unit = next_unit(&reader)) >= 0;)
        murmur_byte(m, (uint8_t)unit);
}

uint32_t assignment_hash_murmur3(struct strview bytes, uint32_t seed)
{
    struct murmur murmur = {.hash = seed};
    murmur_text(&murmur, bytes, ASSIGNMENT_BYTES_UTF8);
    return murmur_end(&murmur);
}

uint32_t assignment_hash_unleash(struct strview group, struct strview id, uint32_t seed,
                                 uint32_t total, enum assignment_bytes bytes)
{
    struct murmur murmur = {.hash = seed};
    murmur_text(&murmur, group, bytes);
    murmur_byte(&murmur, ':');
    murmur_text(&murmur, id, bytes);
    return murmur_end(&murmur) % total + 1;
}

uint32_t assignment_hash_optimizely(struct strview bucketing_id, struct strview parent_id)
{
    struct murmur murmur = {.hash = 1};
    murmur_text(&murmur, bucketing_id, ASSIGNMENT_BYTES_UTF8);
    murmur_text(&murmur, parent_id, ASSIGNMENT_BYTES_UTF8);
    return (uint32_t)((uint64_t)murmur_end(&murmur) * 10000 >> 32);
}

/* --- Statsig --------------------------------------------------------------------------------- */

bool assignment_hash_statsig(struct strview config_salt, struct strview rule_salt,
                             struct strview unit, uint32_t *ret_bucket)
{
    struct strbuf text = {0};
    strbuf_add_view(&text, config_salt);
    strbuf_add_char(&text, '.');
    strbuf_add_view(&text, rule_salt);
    strbuf_add_char(&text, '.');
    strbuf_add_view(&text, unit);
    bool good = !text.failed;
    if (good) {
        char hex[SHA256_HEX_SIZE];
        sha256_hex(text.data, text.size, hex);
        hex[16] = '\0'; /* the first eight bytes, big-endian */
        *ret_bucket = (uint32_t)(strtoull(hex, NULL, 16) % 10000);
    }
    strbuf_done(&text);
    return good;
}
