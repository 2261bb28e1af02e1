#!/usr/bin/env python3
"""The references beside bench_stats: scipy, numpy and River on the same shapes of data.

Needs numpy, scipy and scikit-learn; River where it is there. One JSON line a path: wall and processor seconds, the
least, the median and the most of seven rounds.
"""
import json
import time

import numpy as np
import scipy.stats as st
from sklearn.metrics import roc_auc_score

try:
    from river import drift
except ImportError:
    drift = None

rng = np.random.default_rng(1)


def normal(count):
    return rng.random((4, count)).sum(axis=0) - 2 + .05 * rng.random(count)


real, large_x, large_y = normal(10_000), normal(10**6), normal(10**6)
three = rng.integers(-1, 2, 10_000).astype(float)
flags = rng.integers(0, 2, 10**6)
sizes = rng.integers(3, 12, 2000).astype(float)
sums = sizes * rng.random(2000)


def measure(name, path, rounds=7):
    walls, cpus = [], []
    path()
    for _ in range(rounds):
        wall, cpu = time.perf_counter(), time.process_time()
        path()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    walls.sort(), cpus.sort()
    middle = rounds // 2
    print(json.dumps({"bench": name, "wall_s": [round(walls[i], 5) for i in (0, middle, -1)],
                      "cpu_s": [round(cpus[i], 5) for i in (0, middle, -1)]}), flush=True)


def bca(x):
    st.bootstrap((x,), np.mean, n_resamples=10_000, batch=100, method="BCa", vectorized=True)


def clusters():
    index = rng.integers(0, 2000, (10_000, 2000))
    np.quantile(sums[index].sum(axis=1) / sizes[index].sum(axis=1), [.025, .975])


def adwin():
    detector = drift.ADWIN()
    for value in large_x.tolist():
        detector.update(value)


measure("scipy bca 10,000 x 10,000 real, batch=100", lambda: bca(real))
measure("scipy bca 10,000 x 10,000 of three values, batch=100", lambda: bca(three))
measure("numpy percentile 10,000 x 2,000 clusters", clusters)
measure("scipy sign flips 9,999 x 1,000", lambda: st.permutation_test(
    (real[:1000],), np.mean, permutation_type="samples", n_resamples=9999, vectorized=True), 3)
measure("scipy ks_2samp 2 x 1e6", lambda: st.ks_2samp(large_x, large_y))
measure("scipy wasserstein_distance 2 x 1e6", lambda: st.wasserstein_distance(large_x, large_y))
measure("sklearn roc_auc_score 1e6", lambda: roc_auc_score(flags, large_x))
if drift:
    measure("river ADWIN 1e6", adwin, 3)
measure("numpy p99 of 1e6", lambda: np.percentile(large_x, 99, method="inverted_cdf"))
