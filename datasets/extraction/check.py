#!/usr/bin/env python3
"""Accuracy of `assay extract` on a file of cases, by class and by form, with its calibration and its failures.

usage: check.py PROGRAM FILE [--failures]      PROGRAM is the assay program, FILE a corpus of this folder
       check.py PROGRAM --names FILE           names: introductions found, texts without a name left alone
       check.py PROGRAM --sgd FOLDER           dates and times of user turns of the Schema-Guided Dialogue data set

A case is right when its slots and values are exactly the expected ones, nothing extra (names without regard to case).
"""
import collections
import glob
import json
import os
import re
import subprocess
import sys


def answers(program, lines):
    text = "".join(json.dumps(line) + "\n" for line in lines)
    done = subprocess.run([program, "extract"], input=text, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def key(slot):
    return slot["slot"], json.dumps(slot["value"], sort_keys=True).casefold()


def told(slots):
    def value(slot):
        v = slot["value"]
        return v if isinstance(v, str) else f"{v['from'] or '..'}/{v['to'] or '..'}"
    return ", ".join(f"{slot['slot']} {value(slot)}" for slot in slots) or "nothing"


def check_file(program, path, with_failures):
    cases = [json.loads(line) for line in open(path, encoding="utf-8")]
    count, right, judged = collections.Counter(), collections.Counter(), []
    for case, answer in zip(cases, answers(program, cases)):
        exact = sorted(map(key, case["expected"])) == sorted(map(key, answer["slots"]))
        for name in (case["class"], "form: " + case["form"], "all"):
            count[name] += 1
            right[name] += exact
        left = collections.Counter(map(key, case["expected"]))
        for slot in answer["slots"]:
            judged.append((slot, left[key(slot)] > 0))
            left[key(slot)] -= 1
        if with_failures and not exact:
            print(f"- \"{case['text']}\" gave {told(answer['slots'])}; expected {told(case['expected'])}")
    for name in sorted(count, key=lambda n: (n == "all", n.startswith("form"), n)):
        print(f"| {name} | {right[name] / count[name]:.3f} ({right[name]} of {count[name]}) |")
    bins = collections.defaultdict(list)
    for slot, good in judged:
        bins[min(9, int(slot["probability"] * 10))].append((slot["probability"], good))
    ece = sum(abs(sum(p - g for p, g in b)) for b in bins.values()) / len(judged)
    flagged = [good for slot, good in judged if slot["needs_confirmation"]]
    wrong = sum(not good for _, good in judged)
    print(f"slots {len(judged)}, wrong {wrong}; ECE (10 bins) {ece:.4f}; to be confirmed "
          f"{len(flagged) / len(judged):.3f} of all, {flagged.count(False)} of {wrong} wrong")


def check_names(program, path):
    cases = [json.loads(line) for line in open(path, encoding="utf-8")]
    found, false = [0, 0], [0, 0]
    for case, answer in zip(cases, answers(program, cases)):
        names = [slot["value"].casefold() for slot in answer["slots"] if slot["slot"] == "name"]
        count = found if case["name"] else false
        count[1] += 1
        count[0] += names == [case["name"].casefold()] if case["name"] else bool(names)
    print(f"introductions found {found[0] / found[1]:.3f} ({found[0]} of {found[1]}); "
          f"a name where none is {false[0] / false[1]:.3f} ({false[0]} of {false[1]})")


def sgd_turns(folder):
    """(text, {("date", ...), ("time", ...)}) of each user turn that gives a date or a time."""
    for path in sorted(glob.glob(os.path.join(folder, "dialogues*.json"))):
        for dialogue in json.load(open(path, encoding="utf-8")):
            for turn in dialogue["turns"]:
                gold = set()
                for frame in turn["frames"] if turn["speaker"] == "USER" else ():
                    for action in frame.get("actions", ()):
                        if re.search("date|time|day", action["slot"]):
                            for value in action.get("canonical_values") or ():
                                if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
                                    gold.add(("date", value))
                                elif re.fullmatch(r"\d\d?:\d\d", value):
                                    gold.add(("time", value.zfill(5)))
                if gold:
                    yield turn["utterance"], gold


def check_sgd(program, folder):
    turns = list(sgd_turns(folder))
    lines = [{"id": i, "text": text, "reference_time": "2019-03-01T08:00:00-08:00", "timezone": "America/Los_Angeles",
              "locale": "en-US"} for i, (text, _) in enumerate(turns)]
    right = 0
    for (_, gold), answer in zip(turns, answers(program, lines)):
        got = set()
        for slot in answer["slots"]:
            value = slot["value"]
            if slot["slot"] == "datetime":
                got |= {("date", value[:10]), ("time", value[11:] if value[11].isdigit() else value[10:])}
            else:
                got.add((slot["slot"], value if isinstance(value, str) else json.dumps(value)))
        right += got == gold
    print(f"{right / len(turns):.3f} ({right} of {len(turns)}) user turns exactly right, nothing extra")


if len(sys.argv) == 4 and sys.argv[2] == "--sgd":
    check_sgd(sys.argv[1], sys.argv[3])
elif len(sys.argv) == 4 and sys.argv[2] == "--names":
    check_names(sys.argv[1], sys.argv[3])
elif len(sys.argv) in (3, 4) and sys.argv[3:] in ([], ["--failures"]):
    check_file(sys.argv[1], sys.argv[2], len(sys.argv) == 4)
else:
    sys.exit(__doc__.split("\n\n")[1])
