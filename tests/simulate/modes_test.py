"""modes_test.py ASSAY: free-running and simulated-user replay of the booking set with the reference agent.

Success rates lie where they belong, faults that are put in lower them, the simulator's own faults are no result,
and the number of threads changes no byte. Floors are well under what is measured, so that other words of the
simulated caller do not break the test.
"""
import csv
import json
import os
import subprocess
import sys
import tempfile

ASSAY = os.path.abspath(sys.argv.pop(1))
BOOKING = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "datasets", "booking")
CANDIDATES = """
candidates:
  - {name: reference, kind: reference}
  - {name: hasty, kind: reference, skip_confirmation: true}
  - {name: twice, kind: reference, double_book: true}
  - {name: off by an hour, kind: reference, break_slot: time}
  - {name: deaf, kind: reference, ignore_questions: true}
"""


def run(folder, name, mode, more="", threads=2, candidates=CANDIDATES):
    path = os.path.join(folder, "pipeline.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"experiment: modes\nsource: {{events: {BOOKING}/conversations.jsonl, gold: {BOOKING}/gold.jsonl}}\n"
                   f"task: {BOOKING}/task.yaml\nmode: {mode}\nruns: {folder}/runs\n{more}{candidates}")
    done = subprocess.run([ASSAY, "run", "-c", path, "--run-id", name, "-q", "--threads", str(threads)],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with open(os.path.join(folder, "runs", name, "trials.csv"), encoding="utf-8") as file:
        return list(csv.DictReader(file))


def rate(rows, candidate):
    own = [row for row in rows if row["candidate"] == candidate and row["outcome"] != "simulator_fault"]
    return sum(row["success"] == "true" for row in own) / len(own)


def extra(rows, candidate, name):
    found = []
    for row in rows:
        for part in row["extra_scores"].split(";") if row["candidate"] == candidate else []:
            if part.startswith(name + "="):
                found.append(float(part.split("=")[1]))
    return sum(found), len(found)


def canonical(folder, name):
    done = subprocess.run([ASSAY, "report", os.path.join(folder, "runs", name), "--canonical", "--json"],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with open(os.path.join(folder, "runs", name, "predictions.jsonl"), encoding="utf-8") as file:
        # The run's id leads each trial's id and nothing else: a folder that happens to end in it stands in the report.
        return done.stdout + file.read().replace(f'"{name}/', '"')


def check_simulated(folder):
    rows = run(folder, "s1", "simulated_user")
    rates = {name: rate(rows, name) for name in ("reference", "hasty", "twice", "off by an hour", "deaf")}
    print("simulated_user", rates)
    assert rates["reference"] > 0.9, rates
    assert rates["twice"] < 0.6 and rates["off by an hour"] < 0.35, rates
    assert rates["deaf"] < rates["reference"], rates
    assert extra(rows, "reference", "simulator_fault") == (0.0, 200)


def check_threads(folder):
    more = "user: {misheard: 0.05, volunteers: 0.3, changes_mind: 0.5, interrupts: 0.1}\nrepeats: 2\n"
    texts = set()
    for threads in (1, 2, 8):
        rows = run(folder, f"t{threads}", "simulated_user", more, threads)
        texts.add(canonical(folder, f"t{threads}"))
    assert len(texts) == 1
    rates = {name: rate(rows, name) for name in ("reference", "hasty")}
    print("a harder caller", rates)
    assert rates["hasty"] < rates["reference"] - 0.1, rates  # who does not ask back books the first wish


def check_kill(folder):
    """A run that was killed and went on gives the same bytes as one that was not."""
    more = "user: {misheard: 0.05, changes_mind: 0.5}\nrepeats: 10\n"
    run(folder, "k1", "simulated_user", more)
    command = [ASSAY, "run", "-c", os.path.join(folder, "pipeline.yaml"), "--run-id", "k2", "-q"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
        try:
            child.wait(0.4)
        except subprocess.TimeoutExpired:
            child.kill()
    done = subprocess.run(command + ["--resume"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert canonical(folder, "k1") == canonical(folder, "k2")


def check_lies(folder):
    rows = run(folder, "l1", "simulated_user", "user: {lies: 1}\n")
    wanted = sum(row["outcome"] == "simulator_fault" for row in rows if row["candidate"] == "reference")
    faults, _ = extra(rows, "reference", "simulator_fault")
    print("lies found", faults)
    assert faults == wanted and faults > 140, (faults, wanted)
    for row in rows:  # whoever was lied to is not blamed
        assert row["outcome"] != "wrong_booking" or row["candidate"] != "reference" or "lies" not in row["reason"]


def check_profiles(folder):
    """Whatever a profile can make a caller do happens in a run, and is written down where it happened."""
    more = ("user: {misheard: 0.05, volunteers: 0.4, interrupts: 0.2, asks_besides: 0.5, changes_mind: 0.4, "
            "hangs_up: 0.1, patience: 1}\n")
    candidates = "candidates:\n  - {name: reference, kind: reference}\n  - {name: off, kind: reference, break_slot: time}\n"
    rows = run(folder, "p1", "simulated_user", more, candidates=candidates)
    with open(os.path.join(folder, "runs", "p1", "predictions.jsonl"), encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    acts = {act for line in lines for act in line.get("caller_acts", [])}
    ended = {row["ended"] for row in rows}
    print("acts", sorted(acts), "ended", sorted(ended))
    assert acts == {"volunteers", "answers_two", "asks_besides", "corrects", "accepts_offer", "refuses_offer",
                    "changes_mind", "nothing_wanted", "is_misheard", "interrupts"}, acts
    assert {"completed", "gave_up", "hung_up", "handed_over", "left"} <= ended, ended
    for line in lines:
        assert ("said_text" in line) == ("is_misheard" in line.get("caller_acts", [])), line


def check_free_running(folder):
    candidates = "candidates:\n  - {name: recorded, kind: recorded}\n  - {name: reference, kind: reference}\n"
    rows = run(folder, "f1", "free_running", candidates=candidates)
    print("free_running", rate(rows, "recorded"), rate(rows, "reference"), extra(rows, "reference", "diverged"))
    assert extra(rows, "recorded", "diverged")[0] == 0.0  # the recorded agent never parts from itself
    assert 100 < extra(rows, "reference", "diverged")[0] <= 200
    assert rate(rows, "recorded") > 0.6
    with open(os.path.join(folder, "runs", "f1", "predictions.jsonl"), encoding="utf-8") as file:
        calls = [call for line in file for call in json.loads(line).get("tool_calls", [])]
    assert {"check_availability", "book_appointment"} <= {call["method"] for call in calls}


def check_tools_of_an_agent(folder):
    """An agent of one's own calls tools, is asked again with their results, and both answers are accounted for."""
    agent = os.path.join(os.path.dirname(os.path.abspath(__file__)), "gold_agent.py")
    candidates = (f"candidates:\n  - {{name: gold, kind: command, "
                  f"command: [{sys.executable}, {agent}, {BOOKING}/gold.jsonl]}}\n")
    run(folder, "g1", "simulated_user", candidates=candidates)
    with open(os.path.join(folder, "runs", "g1", "predictions.jsonl"), encoding="utf-8") as file:
        first = [line for line in map(json.loads, file) if line["turn"] == 0 and line.get("tool_calls")]
    failed = sum("error" in call for line in first for call in line["tool_calls"])
    print("calls of an agent of one's own", len(first), "failed", failed)
    assert len(first) > 150 and failed < 20
    for line in first:
        assert line["output"]["response"].endswith("done."), line
        assert line["metadata"]["tokens"] == {"input": 30, "output": 3}, line["metadata"]
        assert abs(line["metadata"]["cost"] - 0.003) < 1e-12, line["metadata"]


def check_refusals(folder):
    path = os.path.join(folder, "bad.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"experiment: bad\nsource: {{events: {BOOKING}/conversations.jsonl, gold: {BOOKING}/gold.jsonl}}\n"
                   f"task: {BOOKING}/task.yaml\nmode: simulated_user\ncandidates:\n  - {{name: r, kind: rules}}\n")
    done = subprocess.run([ASSAY, "validate", "-c", path], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "does not speak for itself" in done.stderr + done.stdout, done.stderr + done.stdout


# The folder's name ends in a run's id, as a random one does now and then: it is no part of what is compared.
with tempfile.TemporaryDirectory(suffix="t1") as scratch:
    check_refusals(scratch)
    check_tools_of_an_agent(scratch)
    check_simulated(scratch)
    check_free_running(scratch)
    check_lies(scratch)
    check_profiles(scratch)
    check_threads(scratch)
    check_kill(scratch)
