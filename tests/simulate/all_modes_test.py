"""all_modes_test.py ASSAY: several replay modes in one run.

Each mode's part of the report is, byte for byte, what a run in that mode alone says; gaps lie between the right numbers;
the number of threads, a kill and a resume change no byte; candidates that cannot play a mode are left out of it.
"""
import csv
import json
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

ASSAY = os.path.abspath(sys.argv.pop(1))
BOOKING = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "datasets", "booking")
MODES = ["teacher_forced", "own_state", "free_running", "simulated_user"]
CANDIDATES = {"reference": MODES, "hasty": MODES, "rules": MODES[:2], "recorded": MODES[:3]}
KINDS = {"reference": "{name: reference, kind: reference}", "rules": "{name: rules, kind: rules}",
         "hasty": "{name: hasty, kind: reference, skip_confirmation: true}", "recorded": "{name: recorded, kind: recorded}"}


def assay(*arguments, expect=0):
    done = subprocess.run([ASSAY, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == expect, (arguments, done.returncode, done.stderr)
    return done.stdout


def write(folder, modes, candidates, more=""):
    path = os.path.join(folder, "pipeline.yaml")
    key = f"modes: [{', '.join(modes)}]" if len(modes) > 1 else f"mode: {modes[0]}"
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"experiment: modes\nsource: {{events: {BOOKING}/conversations.jsonl, gold: {BOOKING}/gold.jsonl}}\n"
                   f"task: {BOOKING}/task.yaml\n{key}\nruns: {folder}/runs\nuser: {{misheard: 0.02}}\n{more}candidates:\n" +
                   "".join(f"  - {KINDS[name]}\n" for name in candidates))
    return path


def report_of(folder, run):
    return json.loads(assay("report", os.path.join(folder, "runs", run), "--canonical", "--json"))


def without_hash(report):
    return {key: value for key, value in report.items() if key != "sha256"}


def check_parts(folder, together):
    for mode, part in zip(MODES, together["modes"]):
        played = [name for name in CANDIDATES if mode in CANDIDATES[name]]
        assert part["mode"] == mode and [c["name"] for c in part["candidates"]] == played, part["candidates"]
        assay("run", "-c", write(folder, [mode], played), "--run-id", mode, "-q")
        assert without_hash(part) == without_hash(report_of(folder, mode)), mode


def rate(part, candidate, metric):
    for section in part["sections"]:
        for row in section["metrics"]:
            if row["name"] == metric:
                return next(value["value"] for value in row["values"] if value["candidate"] == candidate)
    return None


def check_gaps(together):
    parts = dict(zip(MODES, together["modes"]))
    seen = set()
    for gap in together["gaps"]:
        assert gap["from_value"]["value"] == rate(parts[gap["from"]], gap["candidate"], gap["metric"]), gap
        assert gap["to_value"]["value"] == rate(parts[gap["to"]], gap["candidate"], gap["metric"]), gap
        assert -1 <= gap["gap"]["low"] <= gap["gap"]["value"] <= gap["gap"]["high"] <= 1, gap
        seen.add((gap["candidate"], gap["from"], gap["to"], gap["metric"]))
    wanted = {(name, before, after, metric) for name, modes in CANDIDATES.items()
              for before, after in zip(modes, modes[1:]) for metric in ("success_rate", "goal_slot_success")}
    assert seen == wanted, seen ^ wanted
    means = [part["decision"]["success_means"] for part in together["modes"]]
    assert len(set(means)) == 3 and "booking" not in means[0] + means[1], means


def check_files(folder):
    run = os.path.join(folder, "runs", "all")
    names = set(os.listdir(run))
    assert {"report.html", "report.md", "report.json", "junit.xml"} | {f"report.{mode}.html" for mode in MODES} <= names
    root = xml.etree.ElementTree.parse(os.path.join(run, "junit.xml")).getroot()
    modes = [value.get("value") for value in root.iter("property") if value.get("name") == "mode"]
    assert modes == MODES, modes
    with open(os.path.join(run, "report.html"), encoding="utf-8") as file:
        page = file.read()
    for mode in MODES:
        assert f'id="{mode}"' in page and f'href="report.{mode}.html"' in page
    assert 'id="gaps"' in page
    with open(os.path.join(run, "trials.csv"), encoding="utf-8", newline="") as file:
        names = {row["candidate"] for row in csv.DictReader(file)}
    assert names == {f"{name}@{mode}" for name, modes in CANDIDATES.items() for mode in modes}, names
    shown = assay("show", run, "booking-003", "--candidate", "reference@simulated_user")
    assert "reference@simulated_user, repeat 0" in shown and "caller:" in shown, shown


def check_threads_and_kill(folder, path, wanted):
    for threads in ("1", "8"):
        assay("run", "-c", path, "--run-id", "t" + threads, "-q", "--threads", threads)
        assert report_of(folder, "t" + threads) == wanted, threads
    command = [ASSAY, "run", "-c", path, "--run-id", "killed", "-q"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
        try:
            child.wait(0.3)
        except subprocess.TimeoutExpired:
            child.kill()
    assay("run", "-c", path, "--run-id", "killed", "--resume", "-q")
    assert report_of(folder, "killed") == wanted


def check_faults(folder):
    path = write(folder, MODES, ["rules", "recorded"])
    done = subprocess.run([ASSAY, "validate", "-c", path], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "no candidate can play mode 'simulated_user'" in done.stdout + done.stderr
    path = write(folder, ["own_state", "own_stat"], ["rules"])
    done = subprocess.run([ASSAY, "validate", "-c", path], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "there is no mode 'own_stat'" in done.stdout + done.stderr


def check_gates(folder):
    gates = ("gates:\n  - {name: one, metric: success_rate, at_least: 0.5, candidate: reference, mode: simulated_user}\n"
             "  - {name: all, metric: success_rate, at_least: 0.99, candidate: reference}\n")
    path = write(folder, MODES, ["reference"], gates)
    assay("run", "-c", path, "--run-id", "gates", "-q", expect=100)
    names = [[gate["name"] for gate in part["gates"]] for part in report_of_gates(folder)["modes"]]
    assert names == [["all"], ["all"], ["all"], ["one", "all"]], names


def report_of_gates(folder):
    return json.loads(assay("report", os.path.join(folder, "runs", "gates"), "--canonical", "--json", expect=100))


def main():
    with tempfile.TemporaryDirectory() as folder:
        path = write(folder, MODES, list(CANDIDATES))
        assay("run", "-c", path, "--run-id", "all", "-q")
        together = report_of(folder, "all")
        check_gaps(together)
        check_files(folder)
        check_threads_and_kill(folder, path, together)
        check_parts(folder, together)
        check_gates(folder)
        check_faults(folder)


main()
