#include "numeric/beta_law.h"
#include "numeric/gamma_law.h"
#include "numeric/kolmogorov_law.h"
#include "numeric/normal_law.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <math.h>

Test(normal_law, the_quantile_undoes_the_tail)
{
    for (double x = -37; x <= 37; x += 0.73) {
        double p = normal_law_sf(x);
        if (p < 0.999)
            cr_expect(epsilon_eq(dbl, normal_law_upper_quantile(p), x, 1e-11 * fabs(x) + 1e-12),
                      "x %g", x);
    }
    cr_expect(eq(dbl, normal_law_quantile(0), -HUGE_VAL));
    cr_expect(isnan(normal_law_quantile(-0.1)));
    cr_expect(isnan(normal_law_quantile(NAN)));
}

Test(beta_law, quantiles_undo_tails_for_small_and_large_parameters)
{
    static const double degrees[] = {0.5, 1, 3, 29, 1e4, 1e9};
    for (size_t i = 0; i < sizeof degrees / sizeof *degrees; i++) {
        for (double p = 1e-12; p < 0.5; p *= 3.7) {
            double t = beta_law_student_upper_quantile(p, degrees[i]);
            cr_expect(epsilon_eq(dbl, beta_law_student_sf(t, degrees[i]) / p, 1, 1e-11),
                      "t, %g degrees, p %g", degrees[i], p);
            double x = beta_law_quantile(degrees[i], 2.5, p);
            if (x > 1e-300 && degrees[i] < 1e6) /* x next to 1 has no digits left */
                cr_expect(epsilon_eq(dbl, beta_law_cdf(degrees[i], 2.5, x) / p, 1, 1e-9),
                          "beta(%g, 2.5), p %g", degrees[i], p);
        }
    }
}

Test(beta_law, an_infinite_number_of_degrees_is_the_normal_law)
{
    cr_expect(eq(dbl, beta_law_student_sf(1.5, HUGE_VAL), normal_law_sf(1.5)));
    cr_expect(epsilon_eq(dbl, beta_law_student_sf(1.5, 1e15) / normal_law_sf(1.5), 1, 1e-12));
}

Test(beta_law, binomial_tails_add_up)
{
    for (double k = 0; k <= 30; k++) {
        double sum = beta_law_binomial_cdf(k, 30, 0.3) + beta_law_binomial_sf(k, 30, 0.3);
        cr_expect(epsilon_eq(dbl, sum, 1, 1e-15));
        double step = beta_law_binomial_cdf(k, 30, 0.3) - beta_law_binomial_cdf(k - 1, 30, 0.3);
        cr_expect(epsilon_eq(dbl, beta_law_binomial_pmf(k, 30, 0.3), step, 1e-15));
    }
}

Test(beta_law, outside_the_domain_there_is_no_number)
{
    cr_expect(isnan(beta_law_cdf(0, 1, 0.5)));
    cr_expect(isnan(beta_law_cdf(1, 1, 1.5)));
    cr_expect(isnan(beta_law_cdf(NAN, 1, 0.5)));
    cr_expect(isnan(beta_law_student_sf(1, 0)));
    cr_expect(isnan(beta_law_binomial_cdf(1, -1, 0.5)));
    cr_expect(isnan(gamma_law_log_choose(3, 4)));
    cr_expect(isnan(gamma_law_chi_square_sf(1, -1)));
    cr_expect(isnan(kolmogorov_law_sf(0, 0.1)));
}

Test(kolmogorov_law, falls_and_joins_where_the_methods_change)
{
    static const uint64_t counts[] = {1, 2, 5, 60, 140, 141, 1000, 100001};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        double before = 1;
        for (double z = 0.05; z < 5; z *= 1.01) {
            double now = kolmogorov_law_sf(counts[i], z / sqrt((double)counts[i]));
            cr_expect(now <= before + 1e-7, "n %llu, z %g", (unsigned long long)counts[i], z);
            before = now;
        }
    }
}
