#!/usr/bin/env python3
"""early_stop_test.py PROGRAM GENERATOR: stop_when_decided and share: who ends early, where, the same with 1, 2 and 8
threads and after a kill, and what the report says of it.

Python 3.9, standard library only.
"""
import json
import pathlib
import subprocess
import sys
import time

sys.dont_write_bytecode = True
from far_end import FarEnd  # noqa: E402
from integration_case import BOOKING, expect, run_cases  # noqa: E402

GOOD = {"name": "good", "kind": "recorded"}
BROKEN = {"name": "broken", "kind": "rules", "confirm_under": 0.8}
REFERENCE = {"name": "reference", "kind": "recorded"}


def pipeline(bench, candidates, more=""):
    folder = pathlib.Path(BOOKING)
    bench.pipeline(candidates, events=str(folder / "conversations.jsonl"), gold=str(folder / "gold.jsonl"),
                   task=str(folder / "task.yaml"), more="stop_when_decided: true\n" + more)


def report_of(bench, run):
    return json.loads((bench.folder / "runs" / run / "report.json").read_text())


def note_of(bench, run):
    return next(note for note in report_of(bench, run)["notes"] if note["kind"] == "ended_early")


def case_a_worse_one_ends_at_the_same_place_whatever_the_threads(bench):
    pipeline(bench, [REFERENCE, dict(REFERENCE, name="same"), BROKEN])
    for threads in (1, 2, 8):
        bench.run("t%d" % threads, "--threads", str(threads))
    pages = [bench.canonical("t%d" % threads) for threads in (1, 2, 8)]
    expect(pages[0] == pages[1] == pages[2], "the reports differ by threads")
    note = note_of(bench, "t1")
    expect([row["candidate"] for row in note["rows"]] == ["broken"], "only the broken one is clearly worse", note)
    row = note["rows"][0]
    left, trials = (int(number) for number in row["trials_left_out"].split(" of "))
    expect(row["verdict"] == "clearly worse" and 0 < left < trials and left > trials / 3, "it went on for long", row)
    candidates = {candidate["name"]: candidate for candidate in report_of(bench, "t1")["candidates"]}
    expect(candidates["broken"]["left_out"] == left and candidates["broken"]["not_run"] == 0, "left out is no 'not run'", candidates["broken"])
    expect(candidates["same"].get("left_out", 0) == 0 and candidates["reference"].get("left_out", 0) == 0, "the others ended too", candidates)
    report = report_of(bench, "t1")
    expect(report["accounts"]["trials"]["left_out"] == left, "the accounts do not tell it", report["accounts"])
    for name in ("report.html", "report.md"):
        expect("Ended early" in (bench.folder / "runs" / "t1" / name).read_text(), "%s does not tell it" % name)


def case_another_seed_is_another_order(bench):
    pipeline(bench, [REFERENCE, BROKEN])
    bench.run("one")
    pipeline(bench, [REFERENCE, BROKEN], "seed: 5\n")
    bench.run("two")
    one, two = note_of(bench, "one"), note_of(bench, "two")
    expect(one["rows"][0]["success_rate"] != two["rows"][0]["success_rate"], "the order is not seeded", one, two)


def case_its_gates_are_decided_by_the_sequence(bench):
    gates = ("gates:\n  - {name: margin, metric: success_rate, candidate: broken, against: reference, margin: 0.05}\n"
             "  - {name: floor, metric: success_rate, candidate: broken, at_least: 0.0001}\n"
             "  - {name: others, metric: success_rate, candidate: same, against: broken, margin: 0.05}\n"
             "  - {name: same, metric: success_rate, candidate: same, against: reference, margin: 0.05}\n")
    pipeline(bench, [REFERENCE, dict(REFERENCE, name="same"), BROKEN], gates)
    bench.run("one", exit_code=100)
    verdicts = {gate["name"]: gate for gate in report_of(bench, "one")["gates"]}
    expect(verdicts["margin"]["verdict"] == "fail" and verdicts["margin"]["measure"]["high"] < -0.05, "the sequence decides", verdicts)
    expect(verdicts["floor"]["verdict"] == "inconclusive" and "replay ended" in verdicts["floor"]["reason"], "a part is no whole", verdicts)
    expect(verdicts["others"]["verdict"] == "inconclusive" and "ended early" in verdicts["others"]["reason"], "a part is no whole", verdicts)
    expect(verdicts["same"]["verdict"] == "pass", "equal ones are level", verdicts)


def case_equal_ones_go_on(bench):
    pipeline(bench, [REFERENCE, dict(REFERENCE, name="same")])
    out = bench.run("one")
    note = note_of(bench, "one")
    expect(note["rows"] == [] and "every trial was run" in note["text"], "somebody ended", note, out)


def case_a_killed_run_ends_where_the_other_did(bench):
    folder = pathlib.Path(BOOKING)
    with FarEnd() as far_end:
        candidates = [{"name": "rules", "kind": "recorded"}, {"name": "poor", "kind": "endpoint", "url": far_end.url("/agent")}]
        bench.pipeline(candidates, events=str(folder / "conversations.jsonl"), gold=str(folder / "gold.jsonl"),
                       task=str(folder / "task.yaml"), more="stop_when_decided: true\n")
        bench.run("whole")
        calls = len(far_end.calls)
        note = note_of(bench, "whole")
        expect(len(note["rows"]) == 1 and float(note["rows"][0]["calls_saved"]) > calls, "few calls were saved", note, calls)
        for size in (200000, 600000):
            run = "killed%d" % size
            process = subprocess.Popen([bench.path, "run", "-c", "pipeline.yaml", "--run-id", run, "-q"], cwd=bench.folder,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            journal, until = bench.folder / "runs" / run / "journal.log", time.monotonic() + 60
            while process.poll() is None and time.monotonic() < until:
                if journal.exists() and journal.stat().st_size > size:
                    break
            process.kill()
            process.wait()
            bench.call("resume", run, "-q")
            one, two = (json.loads(bench.canonical(name)) for name in ("whole", run))
            expect(note_of(bench, run)["rows"] == note["rows"], "it ended elsewhere", note_of(bench, run), note)
            expect(one["accounts"]["trials"] == two["accounts"]["trials"], "other trials were made", one["accounts"], two["accounts"])


def case_a_share_is_the_same_conversations_each_time(bench):
    folder = pathlib.Path(BOOKING)
    bench.pipeline([GOOD, dict(GOOD, name="part", share=0.25)], events=str(folder / "conversations.jsonl"),
                   gold=str(folder / "gold.jsonl"), task=str(folder / "task.yaml"))
    bench.run("one", "--threads", "1")
    bench.run("two", "--threads", "8")
    expect(bench.canonical("one") == bench.canonical("two"), "the reports differ")
    part = report_of(bench, "one")["candidates"][1]
    expect(0.15 < 1 - part["left_out"] / part["trials"] < 0.35 and part["not_run"] == 0, "not a quarter", part)
    wrong = dict(GOOD, share=0)
    bench.pipeline([wrong])
    bench.call("validate", "pipeline.yaml", exit_code=2)


if __name__ == "__main__":
    run_cases(globals())
