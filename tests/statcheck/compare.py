#!/usr/bin/env python3
"""Runs statcheck over reference.jsonl and compares: compare.py STATCHECK REFERENCE [-v].

A reference line is {"id", "fn", "input", "expected", "tolerance": [rel, abs]}. "expected" null, or a
result that is not a number, asks for a reason ("undefined") or for the same NaN. Keys that the
answer has beyond the reference are not compared. Standard library only.
"""
import json
import math
import subprocess
import sys

SPECIAL = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def close(got, want, rel, absolute):
    """None when they agree, else what differs."""
    if isinstance(want, dict):
        if not isinstance(got, dict):
            return f"{got!r} for {want!r}"
        for key, value in want.items():
            if key not in got:
                return f"no {key!r}"
            fault = close(got[key], value, rel, absolute)
            if fault:
                return f"{key}: {fault}"
        return None
    if isinstance(want, list):
        if not isinstance(got, list) or len(got) != len(want):
            return f"{got!r} for {want!r}"
        for i, (g, w) in enumerate(zip(got, want)):
            fault = close(g, w, rel, absolute)
            if fault:
                return f"[{i}]: {fault}"
        return None
    if isinstance(want, bool) or want is None or isinstance(want, str) and want not in SPECIAL:
        return None if got == want and isinstance(got, type(want)) else f"{got!r} for {want!r}"
    g = SPECIAL.get(got, got) if isinstance(got, str) else got
    w = SPECIAL.get(want, want)
    if not isinstance(g, (int, float)) or isinstance(g, bool):
        return f"{got!r} for {want!r}"
    if g == w or (math.isnan(g) and math.isnan(w)):
        return None
    if math.isnan(g) or math.isnan(w) or math.isinf(g) or math.isinf(w):
        return f"{got!r} for {want!r}"
    if abs(g - w) <= max(rel * abs(w), absolute):
        return None
    return f"{got!r} for {want!r} (relative {abs(g - w) / abs(w) if w else math.inf:.2g})"


def has_no_number(want):
    """True for a reference that holds NaN, or nothing at all."""
    if isinstance(want, dict):
        return any(has_no_number(v) for v in want.values())
    if isinstance(want, list):
        return any(has_no_number(v) for v in want)
    return want is None or want == "NaN"


def main():
    program, path = sys.argv[1:3]
    verbose = "-v" in sys.argv
    with open(path, encoding="utf-8") as stream:
        cases = [json.loads(line) for line in stream if line.strip()]
    cases = [c for c in cases if "fn" in c]  # the first line states the versions
    questions = "".join(json.dumps({k: c[k] for k in ("id", "fn", "input")}) + "\n" for c in cases)
    run = subprocess.run([program], input=questions, capture_output=True, text=True, check=False)
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    if len(answers) != len(cases):
        sys.exit(f"{len(answers)} answers to {len(cases)} cases; exit code {run.returncode}")
    faults = {}
    for case, answer in zip(cases, answers):
        rel, absolute = case["tolerance"]
        want = case["expected"]
        if answer.get("id") != case["id"] or answer.get("fn") != case["fn"]:
            fault = f"answers {answer.get('id')!r} {answer.get('fn')!r}"
        elif "undefined" in answer:
            fault = None if has_no_number(want) else f"undefined ({answer['undefined']}) for {want}"
        elif "error" in answer:
            fault = f"error {answer['error']}"
        else:
            fault = close(answer["result"], want, rel, absolute)
        if fault:
            faults.setdefault(case["fn"], []).append(f"{case['id']}: {fault}")
    for fn, lines in faults.items():
        print(f"{fn}: {len(lines)} of {sum(c['fn'] == fn for c in cases)} differ")
        for line in lines if verbose else lines[:5]:
            print("   ", line[:400])
    print(f"{len(cases)} cases, {sum(map(len, faults.values()))} differ")
    sys.exit(1 if faults or run.returncode else 0)


if __name__ == "__main__":
    main()
