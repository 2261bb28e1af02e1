#!/usr/bin/env python3
"""stats_beside.py BENCH_STATS: the statistics' hot paths on one core and on two, then scipy's on the same shapes, in one run.

ASSAY_PYTHON names a Python with numpy, scipy and scikit-learn (a venv's); without them: exit status 77. Prints every line of
both programs and, at the end, the ratios of the median wall times. Nothing is gated: a machine may be shared.
"""
import json
import os
import pathlib
import subprocess
import sys

PAIRS = (("bca 10,000 x 10,000 real", "scipy bca 10,000 x 10,000 real, batch=100", "at least 10"),
         ("bca 10,000 x 10,000 of three values", "scipy bca 10,000 x 10,000 of three values, batch=100", "at least 100"),
         ("ks 2 x 1e6", "scipy ks_2samp 2 x 1e6", "more than 1"))


def lines_of(command, threads):
    done = subprocess.run(command, env=dict(os.environ, OMP_NUM_THREADS=str(threads)), stdout=subprocess.PIPE, universal_newlines=True)
    if done.returncode:
        sys.exit(done.returncode)
    print(done.stdout, end="")
    return {line["bench"]: line["wall_s"][1] for line in map(json.loads, done.stdout.splitlines())}


def main():
    python = os.environ.get("ASSAY_PYTHON", sys.executable)
    if subprocess.run([python, "-c", "import scipy, sklearn"], stderr=subprocess.DEVNULL).returncode:
        print("scipy and scikit-learn are not installed: skipped (ASSAY_PYTHON names a Python that has them)")
        sys.exit(77)
    one, two = lines_of([sys.argv[1]], 1), lines_of([sys.argv[1]], 2)
    other = lines_of([python, str(pathlib.Path(__file__).with_name("stats_bench.py"))], 1)
    for own, reference, wanted in PAIRS:
        print(json.dumps({"path": own, "times as fast on one core": round(other[reference] / one[own], 1), "wanted": wanted,
                          "two cores against one": round(one[own] / two[own], 2)}))


main()
