/* draw.h: random numbers by (seed, conversation): the n-th conversation is the same, alone or among
 * others. */
#ifndef ASSAY_TESTS_GENERATE_DRAW_H
#define ASSAY_TESTS_GENERATE_DRAW_H

#include <stdbool.h>
#include <stdint.h>

struct draw {
    uint64_t state;
};

static inline uint64_t draw_bits(struct draw *draw)
{
    uint64_t z = draw->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static inline struct draw draw_start(uint64_t seed, uint64_t index)
{
    struct draw draw = {seed * UINT64_C(0xd1342543de82ef95) + index};
    draw.state = draw_bits(&draw); /* so that neighbours share nothing */
    return draw;
}

static inline uint32_t draw_below(struct draw *draw, uint32_t limit)
{
    return (uint32_t)(((draw_bits(draw) >> 32) * limit) >> 32);
}

static inline int32_t draw_between(struct draw *draw, int32_t low, int32_t high)
{
    return low + (int32_t)draw_below(draw, (uint32_t)(high - low + 1));
}

static inline bool draw_chance(struct draw *draw, uint32_t per_mille)
{
    return draw_below(draw, 1000) < per_mille;
}

#endif
