/*
 * counter_rng.c: the Philox4x32 bijection over ten rounds, and draws made of its words. No state
 * but the caller's struct; any thread.
 */
#include "base/counter_rng.h"

struct counter_rng counter_rng_start(uint64_t seed, uint32_t purpose, uint64_t index)
{
    return (struct counter_rng){
        .key = {(uint32_t)seed, (uint32_t)(seed >> 32)},
        .counter = {0, purpose, (uint32_t)index, (uint32_t)(index >> 32)},
    };
}

uint32_t counter_rng_purpose(const char *name)
{
    uint32_t hash = 2166136261U;
    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * 16777619U;
    return hash;
}

static void next_block(struct counter_rng *rng)
{
    uint32_t c0 = rng->counter[0], c1 = rng->counter[1];
    uint32_t c2 = rng->counter[2], c3 = rng->counter[3];
    uint32_t k0 = rng->key[0], k1 = rng->key[1];
    for (int round = 0; round < 10; round++) {
        uint64_t left = (uint64_t)0xD2511F53U * c0;
        uint64_t right = (uint64_t)0xCD9E8D57U * c2;
        c0 = (uint32_t)(right >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)right;
        c2 = (uint32_t)(left >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)left;
        k0 += 0x9E3779B9U;
        k1 += 0xBB67AE85U;
    }
    rng->words[0] = c0;
    rng->words[1] = c1;
    rng->words[2] = c2;
    rng->words[3] = c3;
    rng->left = 4;
    rng->counter[0]++;
}

uint32_t counter_rng_u32(struct counter_rng *rng)
{
    if (rng->left == 0)
        next_block(rng);
    return rng->words[4 - rng->left--];
}

uint64_t counter_rng_u64(struct counter_rng *rng)
{
    uint64_t low = counter_rng_u32(rng);
    return (uint64_t)counter_rng_u32(rng) << 32 | low;
}

double counter_rng_unit(struct counter_rng *rng)
{
    return (double)(counter_rng_u64(rng) >> 11) * 0x1p-53;
}

__extension__ typedef unsigned __int128 wide;

uint64_t counter_rng_below(struct counter_rng *rng, uint64_t bound)
{
    wide product = (wide)counter_rng_u64(rng) * bound;
    if ((uint64_t)product < bound) {
        uint64_t threshold = (0 - bound) % bound;
        while ((uint64_t)product < threshold)
            product = (wide)counter_rng_u64(rng) * bound;
    }
    return (uint64_t)(product >> 64);
}
