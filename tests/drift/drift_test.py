#!/usr/bin/env python3
"""drift_test.py ASSAY GENERATE_CONVERSATIONS: `assay drift` over generated calls.

Two worlds of callers of one kind do not drift; what is changed in one of them is found, and little else; names, phone
numbers, addresses and other free text of slots are nowhere in what is written; runs, files, logs and ranges of time can
be held against each other. Python 3.9, standard library only.
"""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "golden"))
from program import BOOKING, Program, Wrong, expect  # noqa: E402

TASK = BOOKING / "task.yaml"
CALLS_A_DAY = 170


def change_latency(event):
    if event["type"] == "AgentTurn" and event.get("latency_ms"):
        event["latency_ms"] *= 1.5


def change_slots(event):
    """The agent stops to write the phone number down for every third caller."""
    if event["type"] == "AgentTurn" and event.get("slots") and int(event["conversation_id"][-3:]) % 3 == 0:
        event["slots"].pop("phone", None)


def change_service(event):
    if event["type"] == "AgentTurn" and event.get("slots", {}).get("service") and int(event["conversation_id"][-3:]) % 4 == 0:
        event["slots"]["service"] = "haircut"


def change_intent(event):
    if event["type"] == "AgentTurn" and event.get("intent") and int(event["conversation_id"][-3:]) % 4 == 0:
        event["intent"] = "ask"


def change_outcome(event):
    if event["type"] == "ConversationEnded" and int(event["conversation_id"][-3:]) % 6 == 0:
        event["outcome"] = "handed_over"


def change_confidence(event):
    if event["type"] == "AgentTurn":
        for slot in event.get("slot_confidence", {}):
            event["slot_confidence"][slot] *= 0.8
        if event.get("confidence"):
            event["confidence"] *= 0.8


def change_cost(event):
    if event["type"] == "AgentTurn":
        for key in ("cost_usd", "cost"):
            if event.get(key):
                event[key] *= 2


INJECTED = [("latency_ms", change_latency), ("slot_fill.phone", change_slots), ("slot_value.service", change_service),
            ("intent", change_intent), ("outcome", change_outcome), ("confidence", change_confidence),
            ("cost_usd", change_cost)]


class Drift:
    def __init__(self, program, generator, folder):
        self.program, self.folder = program, folder
        self.generate(generator, "before.jsonl", 1)
        self.generate(generator, "after.jsonl", 2)

    def generate(self, generator, name, seed):
        """Calls of one day, once for each of three days: windows are whole days."""
        with open(self.folder / name, "w", encoding="utf-8") as whole:
            for day in range(3):
                subprocess.run([generator, "--count", str(CALLS_A_DAY), "--seed", str(seed), "--first", str(day * CALLS_A_DAY),
                                "--conversations", str(self.folder / "day"), "--gold", str(self.folder / "day.gold")],
                               check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                for line in open(self.folder / "day", encoding="utf-8"):
                    event = json.loads(line)
                    event["time"] = "2025-01-%02d" % (6 + day) + event["time"][10:]
                    whole.write(json.dumps(event, ensure_ascii=False) + "\n")

    def change(self, name, change):
        with open(self.folder / "after.jsonl", encoding="utf-8") as before, open(self.folder / name, "w", encoding="utf-8") as after:
            for line in before:
                event = json.loads(line)
                change(event)
                after.write(json.dumps(event, ensure_ascii=False) + "\n")
        return name

    def call(self, reference, current, *more, exit_code=0):
        out, _, _ = self.program.call("drift", "--reference", reference, "--current", current, "--task", TASK, "--window", "150",
                                      *more, exit_code=exit_code)
        return out

    def json(self, reference, current, *more, exit_code=0):
        return json.loads(self.call(reference, current, "--json", *more, exit_code=exit_code))["drift"]


def alarms(found):
    return sorted(row["signal"] for row in found["signals"] if row["verdict"] == "alarm")


def check_quiet(drift):
    found = drift.json("before.jsonl", "after.jsonl", "--fail-on", "alarm", exit_code=None)
    expect(alarms(found) == [], "two worlds of one kind alarm", alarms(found))
    expect(len(found["windows"]) == 3, "not a window a day", found["windows"])


def check_injected(drift):
    for signal, change in INJECTED:
        name = drift.change("changed.jsonl", change)
        found = drift.json("before.jsonl", name, "--fail-on", "alarm", exit_code=100)
        expect(signal in alarms(found), "%s is not found" % signal, alarms(found))
        expect(len(alarms(found)) <= 3, "%s: too many alarms" % signal, alarms(found))


def private_texts(path):
    """Values of slots that are free text, as far as they are long enough to be told from other words."""
    texts = set()
    for line in open(path, encoding="utf-8"):
        for slot, value in (json.loads(line).get("slots") or {}).items():
            if slot in ("name", "phone", "email", "reason") and isinstance(value, str) and len(value) > 5:
                texts.add(value)
    return texts


def check_privacy(drift):
    texts = private_texts(drift.folder / "before.jsonl") | private_texts(drift.folder / "after.jsonl")
    expect(len(texts) > 300, "the test has too few private texts", len(texts))
    for more in ([], ["--json"], ["-o", "drift.md"], ["-o", "drift.json"]):
        out = drift.call("before.jsonl", "after.jsonl", *more)
        for name in ("drift.md", "drift.json"):
            if (drift.folder / name).exists():
                out += (drift.folder / name).read_text(encoding="utf-8")
        shown = [text for text in texts if text in out]
        expect(not shown, "private texts are shown", len(shown), shown[:3])
    out, _, _ = drift.program.call("drift", "--reference", "before.jsonl", "--current", "after.jsonl")
    expect(not [text for text in texts if text in out], "private texts are shown without a task file")


def check_ranges(drift):
    whole = drift.json("before.jsonl", "before.jsonl")
    half = drift.json("before.jsonl@..2025-01-07", "before.jsonl@2025-01-07..")
    expect(half["reference_conversations"] + half["current_conversations"] == whole["current_conversations"],
           "two ranges do not make the whole", half["reference_conversations"], half["current_conversations"])
    drift.call("before.jsonl@2025-01-09..2025-01-08", "before.jsonl", exit_code=2)
    drift.call("before.jsonl@yesterday..", "before.jsonl", exit_code=2)


def check_few(drift):
    found = drift.json("before.jsonl@..2025-01-06T09:30", "after.jsonl@..2025-01-06T09:30", "--fail-on", "alarm", exit_code=101)
    expect(found["verdict"] == "too_few", "a few calls say something", found["verdict"])


def pipeline(folder):
    (folder / "rules.yaml").write_text("experiment: drift_test\nsource:\n  events: before.jsonl\ntask: %s\nmode: own_state\n"
                                       "candidates:\n  - {name: production, kind: recorded}\n  - {name: rules, kind: rules}\n" % TASK,
                                       encoding="utf-8")


def check_runs(drift):
    pipeline(drift.folder)
    for run, threads in (("one", "1"), ("two", "2")):
        drift.program.call("run", "-c", "rules.yaml", "--run-id", run, "-j", threads, "--quiet", exit_code=None)
    found = drift.json("one", "two")
    expect(found["verdict"] == "none" and all(row["effect"] in (0, None) for row in found["signals"]), "a run drifts from itself")
    one, two = drift.call("one", "after.jsonl"), drift.call("two", "after.jsonl")
    expect(one.replace("one (run)", "") == two.replace("two (run)", ""), "threads of a run change its drift")
    subjects = {row["subject"] for row in found["signals"]}
    expect(subjects == {"recorded calls", "production", "rules"}, "subjects of a run", subjects)
    # The recorded answers are in the run, in its prediction log and in the events: the same values.
    log = "runs/one/predictions.jsonl"
    for reference, current in ((log, "one"), ("one", "before.jsonl"), (log, "before.jsonl")):
        same = drift.json(reference, current, "--candidate", "production")
        moved = [row["signal"] for row in same["signals"] if row["signal"].startswith(("slot_", "intent")) and row["effect"]
                 and row["kind"] != "absence"]
        expect(not moved, "%s and %s are not the same" % (reference, current), moved)
    out, _, _ = drift.program.call("report", "--experiment", "drift_test")
    expect("no drift" in out and "one" in out, "the experiment's report has no drift", out)
    found = json.loads(drift.program.call("report", "--experiment", "drift_test", "--json")[0])["drift"]
    expect([row["run"] for row in found] == ["two"] and found[0]["drift"]["verdict"] == "none", "the experiment's JSON", found)


def main():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="assay_drift_"))
    failed = 0
    try:
        drift = Drift(Program(sys.argv[1], folder), sys.argv[2], folder)
        checks = [check_quiet, check_injected, check_privacy, check_ranges, check_few, check_runs]
        for check in checks:
            try:
                check(drift)
            except Wrong as wrong:
                failed += 1
                print("%s: %s" % (check.__name__, wrong))
        print("drift: %d passed, %d failed" % (len(checks) - failed, failed))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
