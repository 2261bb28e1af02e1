#!/usr/bin/env python3
"""run_folder_test.py PROGRAM: a run keeps what its reports need: they can be written again whatever became of the originals.

Python 3.9, standard library only.
"""
import json
import shutil
import sys

sys.dont_write_bytecode = True
from integration_case import expect, run_cases  # noqa: E402

CALLS = [{"name": "rules", "kind": "rules"}, {"name": "recorded", "kind": "recorded"}]
GATES = 'gates:\n  - {metric: slot_f1_micro, at_least: 0.01}\n'


def show(bench):
    out, _, _ = bench.call("show", "run", "salon-01", "--json")
    return out


def case_reports_do_not_need_the_originals(bench):
    bench.pipeline(CALLS, more=GATES)
    bench.run()
    first, shown = bench.canonical("run"), show(bench)
    for name in ("pipeline", "task"):
        expect((bench.run_folder("run") / "inputs" / (name + ".yaml")).read_bytes() == (bench.folder / (name + ".yaml")).read_bytes(),
               "the copy of the %s differs" % name)
    for path in bench.run_folder("run").rglob("*"):
        expect(path.stat().st_mode & 0o077 == 0, "others may read %s" % path.name)
    task = (bench.folder / "task.yaml").read_text(encoding="utf-8")
    changes = [("a gate that fails", lambda: bench.pipeline(CALLS, more=GATES.replace("0.01", "1"))),
               ("other candidates", lambda: bench.pipeline(CALLS[1:])),
               ("a broken pipeline", lambda: bench.write("pipeline.yaml", "experiment: [")),
               ("another task", lambda: bench.write("task.yaml", task.replace("name:", "names:"))),
               ("no events", lambda: (bench.folder / "events.jsonl").unlink()),
               ("no gold", lambda: (bench.folder / "gold.jsonl").unlink()),
               ("no task", lambda: (bench.folder / "task.yaml").unlink()),
               ("no pipeline", lambda: (bench.folder / "pipeline.yaml").unlink())]
    for name, change in changes:
        change()
        expect(bench.canonical("run") == first, "%s: the report is another" % name)
        expect(show(bench) == shown, "%s: assay show is another" % name)
    _, err, _ = bench.call("resume", "run", "-q", exit_code=2)
    for gone in ("pipeline (pipeline.yaml) is gone", "events (events.jsonl) is gone", "gold (gold.jsonl) is gone", "task (task.yaml) is gone"):
        expect(gone in err, "resume does not tell: %s" % gone, err)
    shutil.move(str(bench.run_folder("run")), str(bench.folder / "elsewhere"))
    out, _, _ = bench.call("report", "elsewhere", "--canonical", "--json")
    expect(out.encode() == first, "a run folder that was moved has another report")


def case_resume_refuses_what_changed_and_says_what(bench):
    bench.pipeline(CALLS)
    bench.run()
    first = bench.canonical("run")
    for name, broken in (("pipeline.yaml", "experiment: ["), ("task.yaml", "{"), ("pipeline.yaml", "experiment: other\n")):
        original = (bench.folder / name).read_bytes()
        bench.write(name, broken)
        _, err, _ = bench.call("resume", "run", "-q", exit_code=2)
        expect("%s (%s) changed" % (name[:-5], name) in err, "it does not say that the %s changed" % name, err)
        bench.write(name, original)
    bench.call("resume", "run", "-q")
    expect(bench.canonical("run") == first, "the resumed run has another report")


def case_a_copy_that_was_changed_is_refused(bench):
    bench.pipeline(CALLS)
    bench.run()
    copy = bench.run_folder("run") / "inputs" / "task.yaml"
    copy.write_bytes(copy.read_bytes() + b"\n")
    for command in (("report", "run"), ("show", "run", "salon-01"), ("resume", "run")):
        _, err, _ = bench.call(*command, exit_code=1)
        expect("inputs/task.yaml: the run's copy of its task was changed" in err, "%s does not tell it" % command[0], err)


def case_a_run_without_copies_reads_the_originals(bench):
    """Folders of an older build."""
    bench.pipeline(CALLS)
    bench.run()
    first = bench.canonical("run")
    path = bench.run_folder("run") / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    for entry in manifest["inputs"]:
        entry.pop("kept", None)
    path.write_text(json.dumps(manifest), encoding="utf-8")
    shutil.rmtree(bench.run_folder("run") / "inputs")
    expect(bench.canonical("run") == first, "the report is another")
    bench.write("task.yaml", (bench.folder / "task.yaml").read_bytes() + b"\n")
    _, err, _ = bench.call("report", "run", exit_code=2)
    expect("task.yaml: the task has changed since the run was made" in err, "a changed task is not told", err)


if __name__ == "__main__":
    run_cases(globals())
