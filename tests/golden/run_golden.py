#!/usr/bin/env python3
"""run_golden.py: whole runs compared with what they are known to give, byte for byte.

    run_golden.py PROGRAM [CASE...]            compares; without a case: all of them
    run_golden.py PROGRAM --bless [CASE...]    writes the expectations anew; look at the difference before you commit it

A case is a folder beside this file with case.json and the files that its run needs; files of shared/ are there too.
case.json: what (a sentence), run (arguments of `assay run`), exit (code). Compared are the canonical report.json and
report.md, and predictions.jsonl, with expected/. What a case shows beyond its bytes is checked by the function below
that has its name. Python 3.9, standard library only.
"""
import json
import pathlib
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True
from program import Program, Wrong, check_accounts, expect  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
RUN = "golden"


def make_folder(case, folder):
    for source in (HERE / "shared", HERE / case):
        for path in source.iterdir():
            if path.is_file() and path.suffix != ".py":
                shutil.copy(path, folder)


def read_lines(path):
    return path.read_text(encoding="utf-8").splitlines()


def slot_of(report, slot, candidate):
    return next(row for row in report["slots"] if row["slot"] == slot and row["candidate"] == candidate)


def metric_of(report, name):
    return next(row for section in report["sections"] for row in section["metrics"] if row["name"] == name)


def prediction_log(program, report):
    """A foreign log is a candidate; its lines come back with their bytes unchanged, ours behind them."""
    written = program.predictions(RUN)
    for line in read_lines(program.folder / "log.jsonl"):
        expect(any(out.startswith(line[:-1] + ", ") for out in written), "a line of the log did not come back", line)


def edited(program, report):
    """One edited prediction changes its row, its diff and its counts, and nothing else."""
    log = program.folder / "log.jsonl"
    text = log.read_text(encoding="utf-8")
    right, wrong = '"extracted_slots": {"name": "Ada Quill"}', '"extracted_slots": {"name": "Bob Stone"}'
    expect(text.count(right) == 1, "the line to edit is not there once")
    log.write_text(text.replace(right, wrong), encoding="utf-8")
    program.call("run", "-c", "pipeline.yaml", "--run-id", "after", "-q")
    after = program.report("after")
    row_before, row_after = slot_of(report, "name", "logged"), slot_of(after, "name", "logged")
    expect(row_after["right"] == row_before["right"] - 1 and row_after["wrong_value"] == row_before["wrong_value"] + 1,
           "the slot's counts", row_before, row_after)
    for row in report["slots"]:
        if row["slot"] != "name":
            expect(row == slot_of(after, row["slot"], row["candidate"]), "another slot changed", row)
    expect(after["accounts"] == report["accounts"], "the accounts changed")
    find = {"conversation_id": "salon-01", "candidate": "logged"}
    entries = [[entry for entry in of["worst"] if find.items() <= entry.items()] for of in (report, after)]
    expect(not entries[0] and len(entries[1]) == 1, "the conversation is among the worst only afterwards")
    turn = entries[1][0]["turns"][3]
    shown = [(slot["slot"], slot["verdict"], slot["gold"], slot["predicted"]) for slot in turn["slots"]]
    expect(shown == [("name", "wrong_value", "Ada Quill", "Bob Stone")], "the diff of turn 3", shown)
    others = [[entry for entry in of["worst"] if not find.items() <= entry.items()] for of in (report, after)]
    expect(others[0] == others[1], "another conversation's diff changed")
    expect(after["failed_total"] == report["failed_total"] + 1, "the number of failed calls")
    before_rate, after_rate = (metric_of(of, "success_rate")["values"] for of in (report, after))
    expect(before_rate != after_rate, "the success rate")
    out, _, _ = program.call("show", "after", "salon-01")
    expect("Bob Stone" in out and "Ada Quill" in out, "assay show does not tell the two values", out)


def repeats(program, report):
    expect(report["repeats"] == 2 and report["accounts"]["trials"]["total"] == 32, "two trials of each", report["accounts"])


def no_gold(program, report):
    expect(report["accounts"]["conversations"]["no_gold"] == 8 and report["accounts"]["trials"]["scored"] == 0, "nothing is scored")


def gold_mismatch(program, report):
    counts = report["accounts"]["conversations"]
    expect((counts["gold_mismatch"], counts["no_gold"], counts["with_gold"]) == (1, 1, 6), "the counts", counts)
    expect(any("salon-04" in fault["what"] for fault in report["accounts"]["faults"]), "it is not told")


def limited(program, report):
    expect(report["accounts"]["conversations"]["total"] == 3, "three conversations", report["accounts"])


def gate_inconclusive(program, report):
    verdicts = {gate["name"]: gate["verdict"] for gate in report["gates"]}
    expect(set(verdicts.values()) == {"pass", "inconclusive"}, "the verdicts", verdicts)


def gate_fail(program, report):
    verdicts = sorted(gate["verdict"] for gate in report["gates"])
    expect(verdicts == ["fail", "inconclusive", "pass"], "the verdicts", verdicts)
    junit = program.canonical(RUN, "junit.xml").decode()
    expect("<failure" in junit, "junit.xml has no failure", junit[:500])


CHECKS = {check.__name__: check for check in (prediction_log, edited, repeats, no_gold, gold_mismatch, limited, gate_inconclusive, gate_fail)}


def compare(name, expected, found):
    if expected == found:
        return
    old, new = expected.decode("utf-8", "replace").splitlines(), found.decode("utf-8", "replace").splitlines()
    for number, (a, b) in enumerate(zip(old + [""] * len(new), new + [""] * len(old)), 1):
        if a != b:
            raise Wrong("%s differs from line %d on\n    expected %s\n    found    %s" % (name, number, a[:400], b[:400]))


def run_case(path, case, bless):
    settings = json.loads((HERE / case / "case.json").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(prefix="assay-golden-") as folder:
        make_folder(case, pathlib.Path(folder))
        program = Program(path, folder)
        out, _, _ = program.call("run", *settings["run"], "--run-id", RUN, "-q", exit_code=settings["exit"])
        expect("report.html" in out, "the table does not say where the report lies", out)
        found = {"report.json": program.canonical(RUN), "report.md": program.canonical(RUN, "report.md"),
                 "predictions.jsonl": (program.run_folder(RUN) / "predictions.jsonl").read_bytes()}
        for path in program.run_folder(RUN).iterdir():
            expect(path.stat().st_mode & 0o077 == 0, "others may read %s" % path.name)
        report = json.loads(found["report.json"])
        check_accounts(report)
        if case in CHECKS:
            CHECKS[case](program, report)
    expected = HERE / case / "expected"
    if bless:
        expected.mkdir(exist_ok=True)
    for name, content in found.items():
        if bless:
            (expected / name).write_bytes(content)
        else:
            compare(name, (expected / name).read_bytes(), content)


def main():
    path, *rest = sys.argv[1:]
    bless = "--bless" in rest
    cases = [name for name in rest if name != "--bless"] or sorted(file.parent.name for file in HERE.glob("*/case.json"))
    failed = 0
    for case in cases:
        try:
            run_case(path, case, bless)
            print("%s: %s" % (case, "blessed" if bless else "as expected"))
        except Wrong as wrong:
            failed += 1
            print("%s: %s" % (case, wrong))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
