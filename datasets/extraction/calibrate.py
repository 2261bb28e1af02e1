#!/usr/bin/env python3
"""Fits and checks the probability of slots.

usage: calibrate.py fit   ANSWERS < dev.jsonl       prints src/extract/calibration_data.c
       calibrate.py check ANSWERS < heldback.jsonl  prints accuracy, ECE, Brier, needs-confirmation

ANSWERS is what `assay extract` (or `bench_extract cat`) gave for the same lines. For `fit` the
answers' confidence and reason are used, for `check` their probability too.
"""
import collections
import json
import re
import sys

KINDS = {"name": 1, "phone": 2, "email": 2, "number": 3}
REASONS = ["", "the value lies in the past", "a correction was heard", "two values were offered",
           "am or pm was inferred", "'next' has two readings",
           "day and month may be in either order", "the weekday and the date disagree",
           "the clocks skip this time", "low probability", "a close spelling was matched",
           "two values of one kind were heard", "a part of the text was not understood",
           "a day and a time were heard apart", "an editing term or a refusal had no effect",
           "the cue of the name was weak"]


def key(slot):
    return slot["slot"], json.dumps(slot["value"], sort_keys=True).casefold()


def band(confidence):
    return 0 if confidence < 0.795 else 1 if confidence < 0.875 else 2


def rows(answers):
    for line, answer in zip(sys.stdin, open(answers, encoding="utf-8")):
        case, got = json.loads(line), json.loads(answer)
        left = collections.Counter(key(s) for s in case["expected"])
        exact = sorted(map(key, case["expected"])) == sorted(map(key, got["slots"]))
        judged = []
        for slot in got["slots"]:
            right = left[key(slot)] > 0
            left[key(slot)] -= 1
            judged.append((slot, right))
        yield case, judged, exact


def fit(answers):
    cells = collections.defaultdict(lambda: [0, 0])
    for _, judged, _ in rows(answers):
        for slot, right in judged:
            reason = slot.get("reason", "")
            cell = cells[KINDS.get(slot["slot"], 0), band(slot["confidence"]),
                         REASONS.index("" if reason == "low probability" else reason)]
            cell[0] += right
            cell[1] += 1
    print("/* calibration_data.c: counts from datasets/extraction/dev.jsonl, written by its "
          "calibrate.py. */\n#include \"extract/calibration_table.h\"\n")
    print("const struct extract_calibration calibration_data_builtin = {.cells = {")
    for (kind, level, reason), (right, count) in sorted(cells.items()):
        print(f"    [{kind}][{level}][{reason}] = {{{right}, {count}}},")
    print("}};")


def check(answers):
    slots, cases, right_cases = [], collections.Counter(), collections.Counter()
    for case, judged, exact in rows(answers):
        slots += judged
        for name in (case["class"], "all"):
            cases[name] += 1
            right_cases[name] += exact
    for name in sorted(cases):
        print(f"{name:12} {right_cases[name]:5} of {cases[name]:5}  "
              f"{right_cases[name] / cases[name]:.3f}")
    bins = collections.defaultdict(list)
    for slot, right in slots:
        bins[min(9, int(slot["probability"] * 10))].append((slot["probability"], right))
    ece = sum(abs(sum(p for p, _ in b) - sum(r for _, r in b)) for b in bins.values()) / len(slots)
    brier = sum((s["probability"] - r) ** 2 for s, r in slots) / len(slots)
    flagged = sum(s["needs_confirmation"] for s, _ in slots)
    wrong = [s for s, r in slots if not r]
    caught = sum(s["needs_confirmation"] for s in wrong)
    print(f"slots {len(slots)}, right {sum(r for _, r in slots) / len(slots):.4f}, "
          f"mean probability {sum(s['probability'] for s, _ in slots) / len(slots):.4f}")
    print(f"ECE (10 bins) {ece:.4f}, Brier {brier:.4f}")
    print(f"needs confirmation: {flagged / len(slots):.3f} of all, {caught} of {len(wrong)} wrong")


if len(sys.argv) != 3 or sys.argv[1] not in ("fit", "check"):
    sys.exit(re.sub(r"\n\n.*", "", __doc__.split("usage:")[1], flags=re.S))
(fit if sys.argv[1] == "fit" else check)(sys.argv[2])
