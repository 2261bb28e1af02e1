#!/usr/bin/env python3
"""Hybrid against rules only and model only on datasets/booking, through the stub model with its declared errors.

usage: compare_hybrid.py PROGRAM [--check]

Runs pipelines/quickstart.yaml from its cassettes (the answers of tests/far_ends/stub_model.py, profile small), and prints
accuracy, calls, calls saved and cost of the candidates, and the paired difference of hybrid and model with its interval
of 95 % over the conversations (mean and standard error of the difference within a conversation). --check: exit status 1
when fewer than 60 % of the calls are saved, or when the hybrid may be worse than the model by more than a point at the
lower end of the interval. The figures are those of a simulated model.
"""
import csv
import glob
import json
import math
import os
import subprocess
import sys
import tempfile

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
# (title, numerator and denominator of a trial)
MEASURES = [
    ("joint goal accuracy (turns)", lambda t: (int(t["joint_goal_turns"] or 0), int(t["turns_scored"] or 0))),
    ("goal slots right at the end (calls)", lambda t: (int(t["goal_slots_right"] == "true"), 1)),
    ("calls that reach their goal", lambda t: (int(t["success"] == "true"), 1)),
]


def run(program, folder):
    subprocess.run([program, "run", "-c", os.path.join(ROOT, "pipelines/quickstart.yaml"), "--quiet", "--set",
                    f"runs={folder}"], check=False, stdout=subprocess.DEVNULL)
    (path,) = glob.glob(os.path.join(folder, "*", "report.json"))
    with open(path, encoding="utf-8") as file:
        report = json.load(file)
    with open(os.path.join(os.path.dirname(path), "trials.csv"), encoding="utf-8", newline="") as file:
        trials = list(csv.DictReader(file))
    return {c["name"]: c for c in report["candidates"]}, trials


def share(trials, candidate, measure):
    pairs = [measure(t) for t in trials if t["candidate"] == candidate]
    return sum(a for a, _ in pairs) / sum(b for _, b in pairs)


def difference(trials, measure):
    """Hybrid minus model: (difference of the shares, low, high); conversations are the clusters."""
    by = {name: {t["conversation_id"]: measure(t) for t in trials if t["candidate"] == name}
          for name in ("hybrid", "model")}
    total = sum(size for _, size in by["model"].values())
    mean = (sum(a for a, _ in by["hybrid"].values()) - sum(a for a, _ in by["model"].values())) / total
    clusters = len(by["model"])
    spread = sum((by["hybrid"][c][0] - by["model"][c][0] - mean * by["model"][c][1]) ** 2 for c in by["model"])
    error = math.sqrt(spread * clusters / (clusters - 1)) / total
    return mean, mean - 1.96 * error, mean + 1.96 * error


def main():
    with tempfile.TemporaryDirectory() as folder:
        candidates, trials = run(sys.argv[1], folder)
    names = ("rules", "model", "hybrid")
    print("| | " + " | ".join(names) + " | hybrid - model, 95 % |")
    print("|---|" + "---|" * (len(names) + 1))
    low = 1.0
    for title, measure in MEASURES:
        mean, least, most = difference(trials, measure)
        low = min(low, least)
        shares = " | ".join(f"{share(trials, name, measure):.3f}" for name in names)
        print(f"| {title} | {shares} | {mean:+.3f} ({least:+.3f} to {most:+.3f}) |")
    saved = 1 - candidates["hybrid"]["calls"] / candidates["model"]["calls"]
    print("| model calls | " + " | ".join(str(candidates[n]["calls"]) for n in names) + f" | {saved:.3f} saved |")
    costs = [candidates[n]["cost_usd"] for n in names]
    print("| cost (priced as a small model's), USD | " + " | ".join(f"{c:.4f}" for c in costs)
          + f" | {1 - costs[2] / costs[1]:.3f} saved |")
    if "--check" in sys.argv and (saved < 0.6 or low < -0.01):
        sys.exit(f"calls saved {saved:.3f} (at least 0.6), lower end of a difference {low:+.3f} (at least -0.01)")


main()
