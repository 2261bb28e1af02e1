/*
 * pass_k.c: ratios of binomial coefficients as products, without forming the coefficients. Any
 * thread.
 */
#include "stats/pass_k.h"

#include "numeric/gamma_law.h"

enum { MOST_FACTORS = 1000000 }; /* beyond, by logarithms: less exact, but at once */

/* C(some, k)/C(all, k), as the product of the shorter of its two forms. */
static long double ratio(uint64_t all, uint64_t some, uint64_t k)
{
    if (k > some)
        return 0;
    long double product = 1;
    uint64_t missing = all - some;
    if (k > MOST_FACTORS && missing > MOST_FACTORS)
        return expl((long double)gamma_law_log_choose((double)some, (double)k) -
                    (long double)gamma_law_log_choose((double)all, (double)k));
    if (k <= missing) {
        for (uint64_t i = 0; i < k; i++)
            product *= (long double)(some - i) / (long double)(all - i);
    } else {
        for (uint64_t i = 0; i < missing; i++)
            product *= (long double)(all - k - i) / (long double)(all - i);
    }
    return product;
}

static const char *fault_of(uint64_t tries, uint64_t successes, uint64_t k)
{
    if (successes > tries)
        return "more successes than tries";
    return k > tries ? "k is larger than the number of tries" : NULL;
}

struct estimate pass_k_any(uint64_t tries, uint64_t successes, uint64_t k)
{
    const char *fault = fault_of(tries, successes, k);
    if (fault)
        return estimate_undefined("pass@k", fault);
    return estimate_of((double)(1 - ratio(tries, tries - successes, k)), "pass@k");
}

struct estimate pass_k_all(uint64_t tries, uint64_t successes, uint64_t k)
{
    const char *fault = fault_of(tries, successes, k);
    if (fault)
        return estimate_undefined("pass^k", fault);
    return estimate_of((double)ratio(tries, successes, k), "pass^k");
}
