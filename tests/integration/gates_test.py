#!/usr/bin/env python3
"""gates_test.py PROGRAM: blessing a run, gates against it, the book of looks, planning, what a CI is told.

Python 3.9, standard library only.
"""
import json
import pathlib
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
from far_end import FarEnd  # noqa: E402
from integration_case import BOOKING, expect, run_cases  # noqa: E402

GATE = "gates:\n  - {name: as good as production, metric: success_rate, baseline: production, margin: %s}\n"
PRODUCTION = {"name": "agent", "kind": "recorded"}
WORSE = {"name": "agent", "kind": "rules", "confirm_under": 0.8}


def pipeline(bench, candidate, gates="", more=""):
    folder = pathlib.Path(BOOKING)
    bench.pipeline([candidate] if isinstance(candidate, dict) else candidate, events=str(folder / "conversations.jsonl"),
                   gold=str(folder / "gold.jsonl"), task=str(folder / "task.yaml"), more=gates + more)


def blessed(bench, candidate=PRODUCTION):
    pipeline(bench, candidate)
    bench.run("old")
    bench.call("baseline", "bless", "old", "--name", "production")


def gate_of(bench, run):
    return json.loads((bench.folder / "runs" / run / "report.json").read_text())["gates"][0]


def case_verdicts_are_exit_codes(bench):
    blessed(bench)
    pipeline(bench, PRODUCTION, GATE % 0.05)
    bench.run("same")
    pipeline(bench, PRODUCTION, GATE % 0.001)
    bench.run("close", exit_code=101)
    pipeline(bench, WORSE, GATE % 0.05)
    bench.run("worse", exit_code=100)
    gate = gate_of(bench, "worse")
    expect(gate["verdict"] == "fail" and gate["measure"]["high"] < -0.05, "the fall is not told", gate)
    expect(gate["look"] == 2 and 0.0303 < gate["alpha_spent"] < 0.05, "the second look is not counted", gate)
    page = (bench.folder / "runs" / "worse" / "report.html").read_text()
    expect(">Look</th>" in page and "of alpha 0.05 spent" in page, "the page does not show the look")
    told, _, _ = bench.call("report", "same")
    expect("Look 1, 0.0304 of alpha 0.05 spent" in " ".join(told.split()), "a passed gate does not show its look", told)
    expect(gate_of(bench, "close")["look"] == 1, "the same outcomes are another look", gate_of(bench, "close"))


def case_a_report_again_takes_no_look(bench):
    blessed(bench)
    pipeline(bench, WORSE, GATE % 0.05)
    bench.run("worse", exit_code=100)
    first = (bench.folder / "runs" / "worse" / "report.md").read_bytes()
    for _ in range(3):
        bench.call("report", "worse", exit_code=100)
    bench.call("compare", "old", "worse")
    out, _, _ = bench.call("baseline", "list", "--json")
    listed = json.loads(out)
    expect(len(listed) == 1 and listed[0]["looks"] == 1, "looks were taken down", out)
    expect((bench.folder / "runs" / "worse" / "report.md").read_bytes() == first, "the report is another one")


def case_blessing_again_begins_the_book_anew(bench):
    blessed(bench)
    pipeline(bench, WORSE, GATE % 0.05)
    bench.run("worse", exit_code=100)
    bench.call("baseline", "bless", "worse", "--name", "production")
    bench.call("report", "worse", exit_code=0)
    gate = gate_of(bench, "worse")
    expect(gate["verdict"] == "pass" and gate["look"] == 1, "it is not as good as itself", gate)


def case_the_first_run_has_no_baseline_yet(bench):
    pipeline(bench, PRODUCTION, GATE % 0.05)
    told = bench.run("first", exit_code=101)
    expect("no baseline 'production'" in told, "what is missing is not told", told)


def case_a_changed_run_folder_is_seen(bench):
    blessed(bench)
    bench.call("baseline", "show", "production")
    with open(bench.folder / "runs" / "old" / "journal.log", "ab") as journal:
        journal.write(b"one more")
    _, err, _ = bench.call("baseline", "show", "production", exit_code=1)
    expect("has changed" in err, "the change is not told", err)
    pipeline(bench, PRODUCTION, GATE % 0.05)
    told = bench.run("new", exit_code=101)
    expect("has changed" in gate_of(bench, "new")["reason"], "the change is not told", told)


def case_a_run_folder_that_is_gone_leaves_its_baseline(bench):
    blessed(bench)
    shutil.rmtree(bench.folder / "runs" / "old")
    out, _, _ = bench.call("baseline", "show", "production")
    expect("the kept outcomes stand" in out, "it is not told", out)
    pipeline(bench, PRODUCTION, GATE % 0.05)
    bench.run("new")


def case_another_gold_is_no_regression(bench):
    blessed(bench)
    pipeline(bench, WORSE, GATE % 0.05)
    text = (bench.folder / "pipeline.yaml").read_text()
    gold = pathlib.Path(BOOKING) / "gold.jsonl"
    bench.write("gold2.jsonl", b"".join(gold.read_bytes().splitlines(True)[:-1]))
    (bench.folder / "pipeline.yaml").write_text(text.replace(str(gold), "gold2.jsonl"))
    bench.run("new", exit_code=101)
    expect("gold is not what" in gate_of(bench, "new")["reason"], "it is not told", gate_of(bench, "new"))


def case_two_runs_at_once_take_two_looks(bench):
    blessed(bench)
    runs = []
    for i in range(4):  # each leaves out another call, so that outcomes differ
        pipeline(bench, dict(WORSE, name="agent%d" % (i // 2)), GATE % 0.05)
        name = "p%d.yaml" % i
        shutil.copy(bench.folder / "pipeline.yaml", bench.folder / name)
        runs.append(subprocess.Popen([bench.path, "run", "-c", name, "-q", "--limit", str(190 + i), "--run-id", "at-once-%d" % i],
                                     cwd=bench.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
    expect([run.wait() for run in runs] == [100] * 4, "not all of them failed their gate")
    looks = sorted((gate_of(bench, "at-once-%d" % i)["candidate"], gate_of(bench, "at-once-%d" % i)["look"]) for i in range(4))
    expect(looks == [("agent0", 1), ("agent0", 2), ("agent1", 1), ("agent1", 2)], "looks are not 1 and 2 each", looks)


def case_faults_have_their_place(bench):
    wrong = ("gates:\n"
             "  - {metric: success_rate, margin: 0.02}\n"
             "  - {metric: success_rate, kind: superiority, against: nobody}\n"
             "  - {metric: latency_p95_ms, baseline: production, margin: 10}\n"
             "  - {metric: success_rate, baseline: ../production, margin: 0.02}\n"
             "  - {metric: success_rate, baseline: production, margin: 0.02, at_least: 0.5}\n"
             "  - {metric: success_rate, kind: non_inferiority, baseline: production}\n"
             "  - {metric: success_rate, at_least: 0.5, slice: locale}\n")
    pipeline(bench, PRODUCTION, wrong)
    _, err, _ = bench.call("validate", "pipeline.yaml", exit_code=2)
    for line in (":5:", ":6:", ":8:", ":9:", ":10:", ":11:"):
        expect("pipeline.yaml" + line in err, "the fault at %s is not told" % line, err)
    pipeline(bench, PRODUCTION, "gates:\n  - {metric: latency_p95_ms, baseline: production, margin: 10}\n")
    _, err, _ = bench.call("validate", "pipeline.yaml", exit_code=2)
    expect("cannot be compared" in err, "a quantile was taken", err)


def case_a_ci_is_told(bench):
    blessed(bench)
    pipeline(bench, WORSE, GATE % 0.05)
    page = bench.write("summary.md", "before\n")
    told = bench.run("worse", exit_code=100, env={"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(page)})
    expect("\n::error file=pipeline.yaml,line=" in "\n" + told, "no annotation", told)
    expect("::notice title=assay integration%3A FAIL::" in told, "no verdict", told)
    lines = page.read_text().splitlines()
    expect(lines[0] == "before" and "FAIL" in "".join(lines[1:4]), "no verdict on top of the page", lines[:6])
    told = bench.run("again", exit_code=100)
    expect("::error" not in told, "annotations outside of a CI", told)


def case_planning_follows_from_runs(bench):
    blessed(bench)
    out, _, _ = bench.call("plan", "--margin", "0.02", "--power", "0.8", "--json")
    one = json.loads(out)
    expect(one["plans"][0]["conversations"] > 2000, "an upper bound from one run is not small", out)
    wider = json.loads(bench.call("plan", "--margin", "0.04", "--json")[0])
    ratio = one["plans"][0]["conversations"] / wider["plans"][0]["conversations"]
    expect(3.5 < ratio < 4.2, "half the margin does not ask for about four times the calls", ratio)
    later = json.loads(bench.call("plan", "--margin", "0.04", "--look", "30", "--json")[0])
    expect(later["plans"][0]["conversations"] > wider["plans"][0]["conversations"], "a later look costs nothing", later)
    pipeline(bench, WORSE)
    bench.run("worse")
    two = json.loads(bench.call("plan", "old", "worse", "--margin", "0.02", "--json")[0])
    expect(two["variance_own"] > 0, "two runs of one name tell its noise", two)
    out, _, _ = bench.call("plan", "--margin", "0.02", "--runs", "runs/old")
    expect("conversations" in out, "a run named by --runs is not read", out)
    for bad in (["--margin", "0"], ["--margin", "x"], [], ["--margin", "0.1", "--metric", "latency_p95_ms"],
                ["--margin", "0.1", "--candidate", "nobody"], ["--margin", "0.1", "--power", "0.3"]):
        bench.call("plan", *bad, exit_code=2)


def case_answers_are_scored_again_without_a_call(bench):
    pipeline(bench, [dict(PRODUCTION, name="recorded"), dict(WORSE, name="rules")],
             "gates:\n  - {metric: success_rate, candidate: recorded, at_least: 0.5}\n")
    bench.run("old")
    out, _, _ = bench.call("score", "--run", "old", "--run-id", "same")
    expect("changed  nothing" in out, "the same inputs give other numbers", out[-600:])
    same, old = (json.loads(bench.canonical(run)) for run in ("same", "old"))
    expect(same["sections"] == old["sections"], "the sections differ")
    gold = (pathlib.Path(BOOKING) / "gold.jsonl").read_bytes().splitlines(True)
    bench.write("corrected.jsonl", b"".join(gold[:-20]))
    (bench.folder / "pipeline.yaml").write_text("it: is gone\n")  # the run has a copy of its own
    out, _, _ = bench.call("score", "--run", "old", "--gold", "corrected.jsonl", "--run-id", "new")
    expect("changed  " in out and "success_rate" in out, "what changed is not told", out[-600:])
    report = json.loads((bench.folder / "runs" / "new" / "report.json").read_text())
    expect(report["accounts"]["conversations"]["no_gold"] == 20, "the other gold was not taken", report["accounts"])
    bench.call("score", "--run", "old", "--set", "gates.0.at_least=0.99", exit_code=100)
    bench.call("score", "--run", "old", "--gold", "nowhere.jsonl", exit_code=2)


def case_other_gates_speak_of_an_old_run(bench):
    pipeline(bench, [dict(PRODUCTION, name="recorded"), dict(WORSE, name="rules")],
             "gates:\n  - {name: most succeed, metric: success_rate, at_least: 0.2}\n"
             "  - {name: gone, metric: slot_f1_micro, candidate: recorded, at_least: 0.1}\n")
    bench.run("old")
    kept = {path.name: path.read_bytes() for path in (bench.folder / "runs" / "old").iterdir() if path.is_file()}
    (bench.folder / "pipeline.yaml").write_text("it: is gone\n")
    bench.write("stricter.yaml", "gates:\n  - {name: most succeed, metric: success_rate, at_least: 0.99}\n"
                "  - {name: keeps up, metric: success_rate, candidate: rules, against: recorded, margin: 0.01}\n")
    out, _, _ = bench.call("report", "--run", "old", "--gates", "stricter.yaml", exit_code=100)
    expect("What other gates changed" in out and "before: pass (at least 0.2); now: fail (at least 0.99)" in
           " ".join(out.lower().split()), "what changed is not told", out)
    bench.call("report", "old", "--gates", "stricter.yaml", "-q", "-o", "new.json", "-o", "new.html", "-o", "new.md", exit_code=100)
    report = json.loads((bench.folder / "new.json").read_text())
    note = report["notes"][0]
    rows = {(row["gate"], row["candidate"]): (row["before"], row["now"]) for row in note["rows"]}
    expect(note["kind"] == "other_gates" and len(rows) == 4, "not every changed gate is there", rows)
    expect(rows["gone", "recorded"][1] == "no such gate" and rows["keeps up", "rules"][0] == "no such gate", "gates that came and went", rows)
    for name in ("new.html", "new.md"):
        expect("What other gates changed" in (bench.folder / name).read_text(), "%s does not tell it" % name)
    expect(kept == {path.name: path.read_bytes() for path in (bench.folder / "runs" / "old").iterdir() if path.is_file()},
           "the run folder was written to")
    bench.write("same.yaml", "gates:\n  - {name: most succeed, metric: success_rate, at_least: 0.2}\n"
                "  - {name: gone, metric: slot_f1_micro, candidate: recorded, at_least: 0.1}\n")
    out, _, _ = bench.call("report", "old", "--gates", "same.yaml")
    expect("Every gate says what it said" in " ".join(out.split()), "nothing changed, and it is not said", out)
    bench.write("wrong.yaml", "gates:\n  - {metric: sucess_rate, at_least: 0.2}\n  - {metric: success_rate, candidate: nobody, at_least: 0}\n")
    _, err, _ = bench.call("report", "old", "--gates", "wrong.yaml", exit_code=2)
    expect("wrong.yaml:2" in err and "did you mean 'success_rate'" in err.lower() and "wrong.yaml:3" in err, "faults have no place", err)
    bench.write("none.yaml", "experiment: x\n")
    bench.call("report", "old", "--gates", "none.yaml", exit_code=2)


def case_what_nobody_heard_is_not_gated(bench):
    pipeline(bench, [dict(PRODUCTION, name="recorded"), dict(WORSE, name="rules")],
             "gates:\n  - {metric: response_gap_p95_ms, at_most: 100000}\n")
    told = bench.run("one", exit_code=101)
    gates = json.loads((bench.folder / "runs" / "one" / "report.json").read_text())["gates"]
    verdicts = {gate["candidate"]: (gate["verdict"], gate["reason"]) for gate in gates}
    expect(verdicts["recorded"][0] == "pass", "the recorded agent was heard", verdicts)
    expect(verdicts["rules"][0] == "inconclusive" and "no caller heard" in verdicts["rules"][1], "a passed gate on what nobody heard", verdicts, told)


def case_paid_answers_are_scored_again_when_their_model_is_gone(bench):
    with FarEnd() as far_end:
        bench.pipeline([{"name": "agent", "kind": "endpoint", "url": far_end.url("/agent")}])
        bench.run("old")
        calls = len(far_end.calls)
    expect(calls > 8, "the agent was not asked", calls)
    out, _, _ = bench.call("score", "--run", "old", "--run-id", "new")
    expect("changed  nothing" in out, "other numbers", out[-800:])
    report = json.loads((bench.folder / "runs" / "new" / "report.json").read_text())
    expect(report["candidates"][0]["scored"] == 8 and report["candidates"][0]["infrastructure_errors"] == 0, "not all was scored")
    bench.call("score", "--run", "new", "--run-id", "newer")  # what was scored again can be scored again


if __name__ == "__main__":
    run_cases(globals())
