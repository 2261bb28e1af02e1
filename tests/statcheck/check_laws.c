/*
 * check_laws.c: the special functions.
 */
#include "check.h"
#include "numeric/beta_law.h"
#include "numeric/gamma_law.h"
#include "numeric/normal_law.h"

/* NaN only when an argument was outside the domain (or NaN itself). */
static json_t *law_value(struct check_case *c, double value)
{
    if (isnan(value))
        c->undefined = "an argument is outside the function's domain";
    return c->undefined ? NULL : check_real(value);
}

static json_t *norm_sf(struct check_case *c)
{
    return law_value(c, normal_law_sf(check_number(c, "x")));
}

static json_t *norm_ppf(struct check_case *c)
{
    return law_value(c, normal_law_quantile(check_number(c, "p")));
}

static json_t *t_sf(struct check_case *c)
{
    return law_value(c, beta_law_student_sf(check_number(c, "x"), check_number(c, "df")));
}

static json_t *t_ppf(struct check_case *c)
{
    return law_value(c, beta_law_student_quantile(check_number(c, "p"), check_number(c, "df")));
}

static json_t *chi2_sf(struct check_case *c)
{
    return law_value(c, gamma_law_chi_square_sf(check_number(c, "x"), check_number(c, "df")));
}

static json_t *betainc(struct check_case *c)
{
    return law_value(
        c, beta_law_cdf(check_number(c, "a"), check_number(c, "b"), check_number(c, "x")));
}

static json_t *betaincinv(struct check_case *c)
{
    return law_value(
        c, beta_law_quantile(check_number(c, "a"), check_number(c, "b"), check_number(c, "p")));
}

static json_t *binom_cdf(struct check_case *c)
{
    return law_value(
        c, beta_law_binomial_cdf(check_number(c, "k"), check_number(c, "n"), check_number(c, "p")));
}

static json_t *log_binom(struct check_case *c)
{
    return law_value(c, gamma_law_log_choose(check_number(c, "n"), check_number(c, "k")));
}

const struct check check_laws[] = {
    {"norm_sf", norm_sf},
    {"norm_ppf", norm_ppf},
    {"t_sf", t_sf},
    {"t_ppf", t_ppf},
    {"chi2_sf", chi2_sf},
    {"betainc", betainc},
    {"betaincinv", betaincinv},
    {"binom_cdf", binom_cdf},
    {"log_binom", log_binom},
    {NULL, NULL},
};
