/*
 * exact_sum.c: the long accumulator. A double's 53-bit mantissa spans at most three 32-bit digits;
 * digits are signed and carries wait until 2^29 additions could overflow them. No memory is
 * allocated; the struct belongs to the caller.
 */
#include "numeric/exact_sum.h"

#include <string.h>

static void settle_carries(struct exact_sum *sum)
{
    int64_t carry = 0;
    for (size_t i = 0; i + 1 < EXACT_SUM_DIGITS; i++) {
        int64_t digit = sum->digits[i] + carry;
        int64_t low = digit & 0xffffffff;
        carry = (digit - low) / 0x100000000;
        sum->digits[i] = low;
    }
    sum->digits[EXACT_SUM_DIGITS - 1] += carry; /* keeps the sign */
    sum->pending = 0;
}

static void add_non_finite(struct exact_sum *sum, double value)
{
    sum->has_nan |= isnan(value);
    sum->has_plus_infinity |= value > 0;
    sum->has_minus_infinity |= value < 0;
}

void exact_sum_add(struct exact_sum *sum, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint64_t exponent = bits >> 52 & 0x7ff;
    if (exponent == 0x7ff) {
        add_non_finite(sum, value);
        return;
    }
    uint64_t mantissa = bits & 0xfffffffffffffU;
    if (exponent)
        mantissa |= 0x10000000000000U;
    else
        exponent = 1;
    size_t position = (size_t)exponent - 1;
    size_t digit = position / 32;
    unsigned shift = (unsigned)(position % 32);
    uint64_t low = (mantissa & 0xffffffffU) << shift;
    uint64_t high = (mantissa >> 32) << shift;
    int64_t parts[3] = {(int64_t)(low & 0xffffffffU), (int64_t)((low >> 32) + (high & 0xffffffffU)),
                        (int64_t)(high >> 32)};
    int64_t sign = bits >> 63 ? -1 : 1;
    for (size_t i = 0; i < 3; i++)
        sum->digits[digit + i] += sign * parts[i];
    if (++sum->pending == 1U << 29)
        settle_carries(sum);
}

void exact_sum_add_product(struct exact_sum *sum, double a, double b)
{
    double product = a * b;
    exact_sum_add(sum, product);
    if (isfinite(product))
        exact_sum_add(sum, fma(a, b, -product));
}

void exact_sum_merge(struct exact_sum *into, const struct exact_sum *from)
{
    struct exact_sum settled = *from;
    settle_carries(&settled);
    settle_carries(into);
    for (size_t i = 0; i < EXACT_SUM_DIGITS; i++)
        into->digits[i] += settled.digits[i];
    settle_carries(into);
    into->has_nan |= from->has_nan;
    into->has_plus_infinity |= from->has_plus_infinity;
    into->has_minus_infinity |= from->has_minus_infinity;
}

/* 64 leading bits of the settled, non-negative digits, the last one sticky; rounded by the cast. */
static double leading_bits(const int64_t *digits)
{
    size_t top = EXACT_SUM_DIGITS;
    while (top > 0 && digits[top - 1] == 0)
        top--;
    if (top == 0)
        return 0;
    uint64_t window = 0;
    uint64_t below = 0;
    for (size_t taken = 0; taken < 3; taken++) {
        uint64_t digit = top > taken ? (uint64_t)digits[top - 1 - taken] : 0;
        if (taken < 2)
            window = window << 32 | digit;
        else
            below = digit;
    }
    int shift = __builtin_clzll(window);
    bool sticky = false;
    if (shift > 0) {
        window = window << shift | below >> (32 - shift);
        below = below << shift & 0xffffffffU;
    }
    sticky = below != 0;
    for (size_t i = 0; i + 3 < top && !sticky; i++)
        sticky = digits[i] != 0;
    window |= sticky;
    return ldexp((double)window, 32 * ((int)top - 2) - 1074 - shift);
}

double exact_sum_value(const struct exact_sum *sum)
{
    if (sum->has_nan || (sum->has_plus_infinity && sum->has_minus_infinity))
        return (double)NAN;
    if (sum->has_plus_infinity || sum->has_minus_infinity)
        return sum->has_plus_infinity ? HUGE_VAL : -HUGE_VAL;
    struct exact_sum settled = *sum;
    settle_carries(&settled);
    if (settled.digits[EXACT_SUM_DIGITS - 1] >= 0)
        return leading_bits(settled.digits);
    for (size_t i = 0; i < EXACT_SUM_DIGITS; i++)
        settled.digits[i] = -settled.digits[i];
    settle_carries(&settled);
    return -leading_bits(settled.digits);
}

double exact_sum_of(struct sample sample)
{
    struct exact_sum sum = {0};
    for (size_t i = 0; i < sample.count; i++)
        exact_sum_add(&sum, sample.values[i]);
    return exact_sum_value(&sum);
}

double exact_sum_mean(struct sample sample)
{
    size_t alike = 1;
    while (alike < sample.count && sample.values[alike] == sample.values[0])
        alike++;
    if (alike == sample.count)
        return sample.values[0];
    return exact_sum_of(sample) / (double)sample.count;
}
