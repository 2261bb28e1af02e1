#!/usr/bin/env python3
"""degenerate_test.py PROGRAM GENERATOR: input on which statistics break, through `assay run`, its gates and `assay compare`:
"undefined" with the reason, never a number that looks sure, never a crash.

Python 3.9, standard library only.
"""
import json
import pathlib
import sys

sys.dont_write_bytecode = True
from integration_case import BOOKING, expect, run_cases  # noqa: E402

GATES = ("gates:\n  - {name: floor, metric: success_rate, at_least: 0.5}\n"
         "  - {name: level, metric: success_rate, candidate: rules, against: recorded, margin: 0.1}\n")
BOTH = [{"name": "recorded", "kind": "recorded"}, {"name": "rules", "kind": "rules"}]


def conversations(bench, keep):
    """Events and gold of the first `keep` calls."""
    folder = pathlib.Path(BOOKING)
    events = folder.joinpath("conversations.jsonl").read_text().splitlines(True)
    ids = list(dict.fromkeys(json.loads(line)["conversation_id"] for line in events))[:keep]
    bench.write("few.jsonl", "".join(line for line in events if json.loads(line)["conversation_id"] in ids))
    gold = folder.joinpath("gold.jsonl").read_text().splitlines(True)
    bench.write("few_gold.jsonl", "".join(line for line in gold if json.loads(line)["conversation_id"] in ids))
    bench.pipeline(BOTH, events="few.jsonl", gold="few_gold.jsonl", task=str(folder / "task.yaml"), more=GATES)


def report_of(bench, run="run"):
    def never(word):
        raise AssertionError("the report has %s" % word)
    return json.loads((bench.folder / "runs" / run / "report.json").read_text(), parse_constant=never)


def rows(report):
    return {row["name"]: row for section in report["sections"] for row in section["metrics"]}


def measures(node):
    """Every object that holds a value with an interval."""
    if isinstance(node, dict):
        if "value" in node and "n" in node:
            yield node
        for child in node.values():
            yield from measures(child)
    elif isinstance(node, list):
        for child in node:
            yield from measures(child)


def check_measures(report):
    for measure in measures(report["sections"]):
        if measure["value"] is None:
            expect(measure.get("undefined"), "no value and no reason", measure)
        elif measure.get("low") is not None:
            expect(measure["low"] <= measure["high"], "an interval turned round", measure)


def verdicts(report):
    return {(gate["name"], gate["candidate"]): gate["verdict"] for gate in report["gates"]}


def compare_holds(bench, first="run", second="again"):
    """Two runs beside each other: ends, and claims no difference."""
    out, _, _ = bench.call("compare", first, second, "--json")
    bench.call("compare", first)
    text = json.dumps(json.loads(out))
    expect('"verdict": "better"' not in text and '"verdict": "worse"' not in text, "a difference from nothing", text[:2000])


def case_no_conversation(bench):
    conversations(bench, 0)
    bench.run("run", exit_code=101)
    bench.run("again", exit_code=101)
    report = report_of(bench)
    check_measures(report)
    expect(set(verdicts(report).values()) == {"inconclusive"}, "a verdict on nothing", verdicts(report))
    compare_holds(bench)


def case_one_conversation(bench):
    conversations(bench, 1)
    for run in ("run", "again"):
        bench.call("run", "-c", "pipeline.yaml", "--run-id", run, "-q", exit_code=101)
    report = report_of(bench)
    check_measures(report)
    expect(verdicts(report)["level", "rules"] == "inconclusive", "one call decides", verdicts(report))
    compare_holds(bench)


def case_no_variance(bench):
    """The same answers twice: the difference is nothing, and has no range."""
    folder = pathlib.Path(BOOKING)
    bench.pipeline([dict(BOTH[0], name="rules"), dict(BOTH[0])], events=str(folder / "conversations.jsonl"),
                   gold=str(folder / "gold.jsonl"), task=str(folder / "task.yaml"))
    bench.run("run")
    bench.run("again")
    check_measures(report_of(bench))
    compare_holds(bench)


def case_all_wrong(bench):
    """Gold that nobody can reach: a rate of 0 has an upper end over 0."""
    conversations(bench, 20)
    gold = [json.loads(line) for line in bench.lines("few_gold.jsonl")]
    for conversation in gold:
        conversation["handover"] = "none"
        for turn in conversation["turns"]:
            turn["state"] = {"name": ["Nobody Atall"]}
    bench.write("few_gold.jsonl", "".join(json.dumps(conversation) + "\n" for conversation in gold))
    bench.run("run", exit_code=100)
    bench.run("again", exit_code=100)
    report = report_of(bench)
    check_measures(report)
    for measure in rows(report)["success_rate"]["values"]:
        expect(measure["value"] == 0 and 0.05 < measure["high"] < 0.5, "nought of twenty is taken for certain", measure)
    compare_holds(bench)


def case_a_candidate_without_a_finished_trial(bench):
    conversations(bench, 20)
    text = (bench.folder / "pipeline.yaml").read_text()
    dead = {"name": "dead", "kind": "endpoint", "url": "http://127.0.0.1:9/agent", "max_attempts": 1, "timeout": "1s"}
    (bench.folder / "pipeline.yaml").write_text(text + "  - %s\n" % json.dumps(dead))
    bench.run("run", exit_code=103)
    bench.run("again", exit_code=103)
    report = report_of(bench)
    check_measures(report)
    found = {measure["candidate"]: measure for measure in rows(report)["success_rate"]["values"]}
    expect(found["dead"]["value"] is None and found["dead"]["undefined"], "a rate of nothing", found)
    expect(verdicts(report)["floor", "dead"] == "inconclusive", "a verdict on errors", verdicts(report))
    compare_holds(bench)


def case_numbers_that_are_none(bench):
    """A scorer that says NaN, and a confidence out of range in a log."""
    conversations(bench, 5)
    bench.write("scorer.py", "import sys\nfor line in sys.stdin:\n    print('{\\\"scores\\\": {\\\"odd\\\": NaN}}', flush=True)\n")
    text = (bench.folder / "pipeline.yaml").read_text()
    (bench.folder / "pipeline.yaml").write_text(text + "scorers:\n  - {name: mine, command: [python3, scorer.py]}\n")
    for run in ("run", "again"):
        bench.call("run", "-c", "pipeline.yaml", "--run-id", run, "-q", exit_code=None)
    check_measures(report_of(bench))
    compare_holds(bench)


if __name__ == "__main__":
    run_cases(globals())
