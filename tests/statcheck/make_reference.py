#!/usr/bin/env python3
"""Writes reference.jsonl: inputs and what scipy, statsmodels, scikit-learn, River and mpmath say.

Run in an environment with those packages; the first line of the output states their versions:
    python3 make_reference.py > reference.jsonl
Formulas that no library computes are written out here, from the papers named beside them.
"""
import importlib.metadata as metadata
import json
import math
import random
import sys
import time
import warnings

import mpmath
import numpy as np
import scipy.stats as st
import statsmodels.stats.proportion as proportion
from sklearn import metrics

warnings.simplefilter("ignore")
rng = np.random.default_rng(20240611)
random.seed(20240611)
mpmath.mp.dps = 40

PACKAGES = ["numpy", "scipy", "statsmodels", "scikit-learn", "river", "mpmath"]
counts = {}


def plain(value):
    """As JSON: NaN and infinities as texts, numpy scalars and arrays as Python's."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(v) for v in value]
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating, mpmath.mpf)):
        value = float(value)
        if math.isnan(value):
            return "NaN"
        if math.isinf(value):
            return "Infinity" if value > 0 else "-Infinity"
    return value


def emit(fn, inputs, expected, tolerance=(1e-9, 1e-12)):
    """One case; `expected` None: the reference has no value."""
    counts[fn] = counts.get(fn, 0) + 1
    print(json.dumps({"id": f"{fn}-{counts[fn]}", "fn": fn, "input": plain(inputs),
                      "expected": plain(expected), "tolerance": list(tolerance)},
                     allow_nan=False))


def attempt(function, *arguments, **keywords):
    """The reference's value, or None where it refuses."""
    try:
        return function(*arguments, **keywords)
    except (ValueError, ZeroDivisionError, FloatingPointError, OverflowError):
        return None


def rounded(values, digits=3):
    return [round(float(v), digits) for v in values]


def special_functions():
    """True values at 40 digits."""
    mp, tight = mpmath.mpf, (1e-12, 1e-300)
    for x in [0, 1e-10, .1, .5, 1, 1.96, 3, 5, 8, 12.5, 20, 30, 37, -.3, -2, -6, -9]:
        emit("norm_sf", {"x": x}, mpmath.erfc(mp(x) / mpmath.sqrt(2)) / 2, tight)

    def norm_ppf(p):
        if p > .5:
            return -norm_ppf(1 - p)
        guess = mp(st.norm.ppf(float(p)))
        tail = lambda x: mpmath.log(mpmath.erfc(-x / mpmath.sqrt(2)) / 2) - mpmath.log(p)
        return mpmath.findroot(tail, guess) if p != .5 else mp(0)
    for p in [.5, .4999999, .3, .25, .24999, .1, .025, .01, 1e-4, 1e-9, 1e-20, 1e-100, 1e-300,
              .6, .7500001, .9, .975, .999, .99999999]:
        emit("norm_ppf", {"p": p}, norm_ppf(mp(p)), tight)

    def binomial_tail(k, n, p, upper):
        """P(X <= k) or P(X >= k), summed from its largest term down."""
        total = term = mpmath.exp(mpmath.loggamma(n + 1) - mpmath.loggamma(k + 1)
                                  - mpmath.loggamma(n - k + 1)) * p ** k * (1 - p) ** (n - k)
        odds = p / (1 - p)
        while (k < n if upper else k > 0) and term > total * mp(10) ** -45:
            term = term * odds * (n - k) / (k + 1) if upper else term / odds * k / (n - k + 1)
            k += 1 if upper else -1
            total += term
        return total

    def betainc(a, b, x):
        """For large parameters as the binomial tail that it is, on the side that does not cancel."""
        if a + b < 1000 or a != int(a) or b != int(b):
            return mpmath.betainc(a, b, 0, x, regularized=True)
        a, n = int(a), int(a + b - 1)
        if a < n * x:
            return 1 - binomial_tail(a - 1, n, x, False)
        return binomial_tail(a, n, x, True)

    def t_sf(x, df):
        if x < 0:
            return 1 - t_sf(-x, df)
        return betainc(df / 2, mp(1) / 2, df / (df + x * x)) / 2
    for df in [1, 2, 3, 4.5, 10, 30, 99, 1000, 12345.6]:
        for x in [0, 1e-8, .01, .7, 2, 4, 10, 40, -1, -3]:
            emit("t_sf", {"x": x, "df": df}, t_sf(mp(x), mp(df)), tight)

    def t_ppf(p, df):
        if p > .5:
            return -t_ppf(1 - p, df)
        if p == .5:
            return mp(0)
        guess = mp(st.t.ppf(float(p), float(df)))
        f = lambda x: t_sf(-x, df) / p - 1
        return mpmath.findroot(f, (guess, guess * (1 + mp(10) ** -8)), tol=1e-60)
    for df in [1, 2, 2.5, 5, 19, 120, 5000]:
        for p in [.5, .4999, .3, .1, .025, .001, 1e-8, .6, .95, .975, .9999]:
            emit("t_ppf", {"p": p, "df": df}, t_ppf(mp(p), mp(df)), tight)
    for df in [.5, 1, 2, 3, 9, 50, 400, 10000]:
        for x in [0, 1e-5, .1, 1, 3.84, 20, 100, 500, 1500, 9800, 10500]:
            if x <= 40 * df + 1500:
                emit("chi2_sf", {"x": x, "df": df},
                     mpmath.gammainc(mp(df) / 2, mp(x) / 2, mpmath.inf, regularized=True), tight)
    for a, b in [(.5, .5), (1, 1), (2, 3), (.1, 7), (30, 4), (100, 100), (5000, 3000), (.01, .02),
                 (1e5, 2e5), (1.5, 1e4)]:
        mean = a / (a + b)
        for x in [1e-12, .001, mean / 2, mean * .99, mean, mean * 1.01, min(.999, mean * 1.3), .999]:
            value = betainc(mp(a), mp(b), mp(x))
            if value > mpmath.mpf(10) ** -290:
                emit("betainc", {"a": a, "b": b, "x": x}, value, tight)
    for a, b in [(.5, .5), (1, 1), (2, 3), (.3, 8), (30, 4), (100, 100), (5000, 3000), (1.5, 900)]:
        for p in [1e-10, .001, .025, .3, .5, .8, .975, .9999]:
            guess = mp(st.beta.ppf(p, a, b))
            f = lambda x: betainc(mp(a), mp(b), x) / mp(p) - 1
            root = mpmath.findroot(f, (guess, guess * (1 + mp(10) ** -7) if guess < .9 else
                                       guess - (1 - guess) * mp(10) ** -7), tol=1e-50)
            emit("betaincinv", {"a": a, "b": b, "p": p}, root, tight)

    def binom_cdf(k, n, p):
        if k >= n:
            return mp(1)
        if k < 0:
            return mp(0)
        if k > n * p:
            return 1 - binomial_tail(k + 1, n, mp(p), True)
        return binomial_tail(k, n, mp(p), False)
    for n in [1, 2, 10, 50, 1000, 100000]:
        for p in [.001, .1, .5, .77, .999]:
            for k in sorted({-1, 0, 1, n // 10, n // 2, int(n * p), n - 1, n}):
                value = binom_cdf(k, n, p)
                if value == 0 or value > mpmath.mpf(10) ** -290:
                    emit("binom_cdf", {"k": k, "n": n, "p": p}, value, tight)
    for n, k in [(0, 0), (1, 0), (5, 2), (10, 10), (50, 25), (1000, 3), (10**6, 2), (10**6, 40),
                 (10**6, 41), (10**6, 500000), (10**9, 123456789), (77, 36), (90, 45), (10**6, 999998)]:
        emit("log_binom", {"n": n, "k": k}, mpmath.log(mpmath.binomial(n, k)), tight)


def binomial_ci():
    for n in [1, 2, 5, 20, 137, 1000, 100000]:
        for k in sorted({0, 1, n // 3, n // 2, n - 1, n}):
            for alpha in [.05, .01, .2]:
                inputs = {"k": k, "n": n, "alpha": alpha}
                emit("wilson", inputs, proportion.proportion_confint(k, n, alpha, "wilson"))
                emit("beta", inputs, proportion.proportion_confint(k, n, alpha, "beta"))
    emit("wilson", {"k": 0, "n": 0, "alpha": .05}, None)
    emit("beta", {"k": 0, "n": 0, "alpha": .05}, None)


def two_proportion():
    for k1, n1, k2, n2 in [(56, 70, 48, 80), (0, 10, 3, 12), (10, 10, 7, 9), (700, 1000, 731, 1000),
                           (1, 2, 1, 3), (5, 5, 5, 5), (0, 8, 0, 9), (0, 10, 10, 10)]:
        for alternative in ["two-sided", "larger", "smaller"]:
            z, p = proportion.proportions_ztest([k1, k2], [n1, n2], alternative=alternative)
            emit("ztest", {"k1": k1, "n1": n1, "k2": k2, "n2": n2, "alpha": .05,
                           "alternative": alternative}, {"z": z, "p": p})
        for alpha in [.05, .1]:
            ends = proportion.confint_proportions_2indep(k1, n1, k2, n2, method="newcomb",
                                                         compare="diff", alpha=alpha)
            emit("ci_newcomb", {"k1": k1, "n1": n1, "k2": k2, "n2": n2, "alpha": alpha}, ends)


def calibration():
    tight = (1e-12, 1e-14)
    sets = [(list((rng.random(n) < .7).astype(int)), rounded(rng.random(n), digits))
            for n, digits in [(1, 2), (7, 1), (50, 2), (200, 3), (333, 6)]]
    grid = [k / 30 for k in range(31)] * 4
    sets.append(([int(v) for v in rng.random(len(grid)) < grid], grid))
    sets.append(([1, 1, 1], [0, 1, 1]))
    sets.append(([0, 1, 0, 1], [0, .5, .5, 1]))
    for y, p in sets:
        ya, pa = np.array(y, float), np.array(p)
        for bins in [1, 2, 10, 15]:
            def errors(index):
                gaps = [(abs(ya[index == b].mean() - pa[index == b].mean()), (index == b).mean())
                        for b in range(bins) if (index == b).any()]
                return {"ece": math.fsum(g * w for g, w in gaps), "mce": max(g for g, _ in gaps)}
            inputs = {"y": y, "p": p, "bins": bins}
            emit("ece_width", inputs, errors(np.minimum((pa * bins).astype(int), bins - 1)), tight)
            right = np.searchsorted(np.arange(1, bins) / bins, pa, side="left")
            emit("ece_width_right", inputs, errors(right), tight)
            order = np.argsort(pa, kind="stable")
            mass = np.empty(len(p), int)
            for b, part in enumerate(np.array_split(order, bins)):
                mass[part] = b
            emit("ece_mass", inputs, errors(mass), tight)
        emit("brier", {"y": y, "p": p}, float(((pa - ya) ** 2).mean()), tight)
        emit("log_loss", {"y": y, "p": p}, metrics.log_loss(y, p, labels=[0, 1]), (1e-12, 1e-14))
    emit("ece_width", {"y": [], "p": [], "bins": 10}, None)
    emit("brier", {"y": [1], "p": ["NaN"]}, None)


def correlation():
    for n in [2, 3, 4, 5, 20, 200]:
        for digits in [0, 1, 6]:
            y = [int(v) for v in rng.random(n) < .5]
            score = rounded(rng.normal(size=n) + np.array(y), digits)
            value = metrics.roc_auc_score(y, score) if 0 < sum(y) < n else None
            emit("auroc", {"y": y, "score": score}, value)
            x = rounded(rng.normal(size=n), digits)
            z = rounded(rng.normal(size=n) + np.array(x), digits)
            result = attempt(st.spearmanr, x, z)
            emit("spearman", {"x": x, "y": z}, result and {"rho": result[0], "p": result[1]})
    for x, y in [([1, 2, 3], [2, 4, 9]), ([1, 2, 3, 4], [4, 3, 2, 1]), ([1, 1, 1], [1, 2, 3]),
                 ([1, 2, 3, 4, 5, 6, 7], [1, 2, 3, 4, 5, 6, 7]), ([1, 2, "NaN"], [1, 2, 3])]:
        result = attempt(st.spearmanr, [float(v) for v in x], y)
        emit("spearman", {"x": x, "y": y}, {"rho": result[0], "p": result[1]})


def percentiles():
    tight = (1e-12, 1e-14)
    for n in [1, 2, 5, 10, 11, 100, 1001]:
        for x in [rounded(rng.lognormal(size=n), 4), [float(v) for v in rng.integers(0, 5, n)]]:
            q = [0, 1, 7, 10, 25, 29, 50, 57, 75, 90, 95, 99, 99.9, 100]
            for method in ["linear", "inverted_cdf"]:
                emit("percentile", {"x": x, "q": q, "method": method},
                     np.percentile(x, q, method=method), tight)
    emit("percentile", {"x": [], "q": [50], "method": "linear"}, None)
    emit("percentile", {"x": [1, "NaN", 3], "q": [50], "method": "linear"}, ["NaN"])
    emit("percentile", {"x": ["-Infinity", 1, 3, "Infinity"], "q": [0, 50, 100],
                        "method": "inverted_cdf"}, ["-Infinity", 1, "Infinity"])


def main():
    versions = {p: metadata.version(p) for p in PACKAGES}
    print(json.dumps({"versions": versions, "python": sys.version.split()[0]}))
    for section in SECTIONS:
        started = time.monotonic()
        section()
        print(f"{section.__name__}: {time.monotonic() - started:.1f} s", file=sys.stderr)


SECTIONS = [special_functions, binomial_ci, two_proportion, calibration, correlation, percentiles]

if __name__ == "__main__":
    main()
