#!/usr/bin/env python3
"""compare_test.py PROGRAM: `assay compare` of runs and of a run's candidates, as text, JSON and Markdown.

Python 3.9, standard library only.
"""
import json
import math
import sys

sys.dont_write_bytecode = True
from integration_case import expect, run_cases  # noqa: E402

CALLS = [{"name": "rules", "kind": "rules"}, {"name": "recorded", "kind": "recorded"}]
MARKS = {"not_shown", "better", "worse", "changed", "undefined"}


def compared(bench, *arguments):
    out, _, _ = bench.call("compare", *arguments, "--json")
    return json.loads(out)


def rows(comparison):
    return {row["metric"]: row for section in comparison["sections"] for row in section["rows"]}


def case_candidates_of_one_run(bench):
    bench.set_split("random")
    bench.pipeline(CALLS)
    bench.run()
    comparison = compared(bench, "run", "--by", "split")
    table = rows(comparison)
    success = table["success_rate"]
    difference = success["differences"][1]
    values = [value["value"] for value in success["values"]]
    expect(comparison["columns"][1]["reference"] == 0 and "reference" not in comparison["columns"][0], "who is compared with whom")
    expect(math.isclose(difference["value"], values[1] - values[0], abs_tol=1e-12), "the difference is another", difference)
    expect(difference["low"] <= difference["value"] <= difference["high"], "the interval leaves out the difference")
    expect(difference["method"].startswith("McNemar"), "another method: %s" % difference["method"])
    expect(success["family"] == "gates" and difference["adjusted_p"] == difference["p"], "the only one of its family is not adjusted")
    for name, row in table.items():
        own = row["differences"][1]
        expect(own["verdict"] in MARKS, "%s: verdict %s" % (name, own["verdict"]))
        if own["verdict"] == "not_shown" and own.get("method", "").find("nothing varies") < 0:
            expect(own["detectable"] > 0, "%s: nothing shown, and not what could have been" % name, own)
        expect(own["verdict"] in ("undefined", "not_shown") or own["adjusted_p"] <= .05, "%s: a verdict without p" % name)
    slices = comparison["slices"]
    expect([value["value"] for value in slices["values"]] == ["random"], "slices are others")
    expect(slices["values"][0]["rows"][0]["differences"][1]["value"] == difference["value"], "one slice of all is not all")
    expect(len(comparison["recommendations"]) == 2 and "assay" not in comparison["recommendations"][0], "no recommendation")


def case_runs_by_their_candidates_names(bench):
    bench.pipeline(CALLS)
    bench.run("one")
    bench.run("two")
    comparison = compared(bench, "one", "two")
    expect([column.get("reference") for column in comparison["columns"]] == [None, None, 0, 1], "candidates are not found by name")
    for name, row in rows(comparison).items():
        for difference in row["differences"][2:]:
            expect("undefined" in difference or difference["value"] == 0, "%s differs between two equal runs" % name, difference)
            expect(difference["verdict"] in ("undefined", "not_shown"), "%s: %s" % (name, difference["verdict"]))
    expect(all(not flips["newly_failing"] and not flips["newly_fixed"] for flips in comparison["flips"]), "something flipped")
    expect(comparison["recommendations"][0] == "no difference in success is shown", "another verdict", comparison["recommendations"])


def case_the_challenge_is_a_slice_of_its_own(bench):
    bench.pipeline(CALLS)
    bench.run()
    comparison = compared(bench, "run", "--by", "split")
    by_value = {value["value"]: value["rows"][0] for value in comparison["slices"]["values"]}
    counted = {name: row["values"][0]["n"] for name, row in by_value.items()}
    splits = [json.loads(line)["split"] for line in bench.lines("gold.jsonl")]
    expect(counted == {name: splits.count(name) for name in set(splits)}, "splits hold others", counted)
    whole = rows(comparison)["success_rate"]
    expect(whole["values"][0]["n"] == splits.count("random"), "the headline is not over the random split")
    expect(whole["values"][0] == by_value["random"]["values"][0], "headline and random split differ")


def case_text_and_markdown_say_the_same(bench):
    bench.pipeline(CALLS)
    bench.run()
    recommendations = compared(bench, "run")["recommendations"]
    text, _, _ = bench.call("compare", "run")
    markdown, _, _ = bench.call("compare", "run", "--markdown")
    expect("VERDICT: " + recommendations[0] in text, "the terminal's verdict is another")
    expect(markdown.startswith("# Comparison: "), "Markdown does not begin with the verdict")
    expect(all(line == line.rstrip() for line in text.splitlines()), "blanks at a line's end")
    for head in ("adj. p", "could see", "on the front"):
        expect(head in text and head in markdown, "no '%s'" % head)
    again, _, _ = bench.call("compare", "run")
    expect(again == text, "two calls give two texts")


def case_what_cannot_be_compared_is_told(bench):
    bench.pipeline(CALLS[:1])
    bench.run("alone")
    _, err, _ = bench.call("compare", "alone", exit_code=2)
    expect("two runs, or one with two candidates" in err, "it does not say what is missing", err)
    comparison = compared(bench, "alone", "alone", "--by", "nobody")
    expect("no conversation has this key" in comparison["slices"]["warning"], "an unknown key is not told")


if __name__ == "__main__":
    run_cases(globals())
