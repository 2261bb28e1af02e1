#!/usr/bin/env python3
"""threads_test.py PROGRAM [GENERATOR COUNT]: the canonical report is the same, byte for byte, for 1, 2 and 8 threads.

Over the bundled calls (datasets/booking); with GENERATOR over COUNT conversations made by it. The bundled
calls also with many trials at once and one at a time. Python 3.9, standard library only.
"""
import hashlib
import pathlib
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
from program import BOOKING, Program, Wrong, check_accounts, expect  # noqa: E402

PIPELINE = """experiment: threads
source: {{events: {events}, gold: {gold}}}
task: {task}
repeats: {repeats}
candidates:
  - {{name: rules, kind: rules}}
  - {{name: production, kind: recorded}}
"""
WAYS = [["--threads", "1"], ["--threads", "2"], ["--threads", "8"], ["--threads", "2", "-j", "1"], ["--threads", "8", "-j", "5000"]]


def main():
    path, *generate = sys.argv[1:]
    repeats, ways = (1, WAYS[:3]) if generate else (2, WAYS)
    with tempfile.TemporaryDirectory(prefix="assay-threads-") as folder:
        folder = pathlib.Path(folder)
        events, gold = BOOKING / "conversations.jsonl", BOOKING / "gold.jsonl"
        count = 200
        if generate:
            count = int(generate[1])
            events, gold = folder / "events.jsonl", folder / "gold.jsonl"
            subprocess.run([generate[0], "--count", str(count), "--conversations", events, "--gold", gold], check=True)
        (folder / "pipeline.yaml").write_text(PIPELINE.format(events=events, gold=gold, repeats=repeats, task=BOOKING / "task.yaml"))
        program = Program(path, folder)
        first = None
        for number, way in enumerate(ways):
            run = "run-%d" % number
            program.call("run", "-c", "pipeline.yaml", "--run-id", run, "-q", *way)
            report = program.canonical(run)
            # The trial ids hold the run id; everything else is the same.
            predictions = (program.run_folder(run) / "predictions.jsonl").read_bytes().replace(run.encode(), b"run")
            found = hashlib.sha256(report).hexdigest(), hashlib.sha256(predictions).hexdigest()
            first = first or found
            expect(found == first, "%s gives another report or other predictions" % " ".join(way))
        accounts = check_accounts(program.report("run-0"))
        expect(accounts["conversations"]["total"] == count and accounts["trials"]["scored"] == 2 * repeats * count, "what was scored", accounts)
        print("%d conversations: the same for %s" % (count, ", ".join(" ".join(way) for way in ways)))


if __name__ == "__main__":
    try:
        main()
    except Wrong as wrong:
        sys.exit(str(wrong))
