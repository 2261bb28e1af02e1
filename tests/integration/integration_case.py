"""integration_case.py: what the integration tests share: a folder with calls and a task, pipelines in it, the program.

Cases are the functions of a test file whose name begins with `case_`; each gets a fresh Bench. Python 3.9, standard library only.
"""
import json
import pathlib
import shutil
import sys
import tempfile
import time
import traceback

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "golden"))
from program import BOOKING, Program, Wrong, check_accounts, expect  # noqa: E402,F401

SHARED = HERE.parent / "golden" / "shared"


class Bench(Program):
    """The program in a fresh folder with the eight calls of the golden runs."""

    def __init__(self, path, folder, generator=None):
        super().__init__(path, folder)
        self.generator = generator
        for name in ("events.jsonl", "gold.jsonl", "task.yaml"):
            shutil.copy(SHARED / name, self.folder)

    def write(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def lines(self, name):
        return (self.folder / name).read_text(encoding="utf-8").splitlines()

    def set_split(self, split):
        """Puts every conversation of gold into one split."""
        lines = []
        for line in self.lines("gold.jsonl"):
            gold = json.loads(line)
            gold["split"] = split
            lines.append(json.dumps(gold))
        self.write("gold.jsonl", "\n".join(lines) + "\n")

    def pipeline(self, candidates, name="pipeline.yaml", events="events.jsonl", gold="gold.jsonl", task="task.yaml", more=""):
        """JSON is YAML: candidates are dictionaries."""
        listed = "".join("  - %s\n" % json.dumps(candidate) for candidate in candidates)
        source = "{events: %s%s}" % (events, ", gold: %s" % gold if gold else "")
        return self.write(name, "experiment: integration\nsource: %s\ntask: %s\n%scandidates:\n%s" % (source, task, more, listed))

    def run(self, run="run", *arguments, exit_code=0, env=None):
        out, err, _ = self.call("run", "-c", "pipeline.yaml", "--run-id", run, "-q", *arguments, exit_code=exit_code, env=env)
        return out + err


def run_cases(names):
    """main of a test file: PROGRAM [GENERATOR] [--only CASE]..."""
    arguments = sys.argv[1:]
    only = [arguments[i + 1] for i, word in enumerate(arguments) if word == "--only"]
    rest = [word for i, word in enumerate(arguments) if word != "--only" and (i == 0 or arguments[i - 1] != "--only")]
    failed = 0
    for name, case in list(names.items()):
        if not name.startswith("case_") or (only and name[5:] not in only):
            continue
        start = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="assay-integration-") as folder:
            try:
                case(Bench(rest[0], folder, rest[1] if len(rest) > 1 else None))
                print("ok   %-46s %5.1f s" % (name[5:], time.monotonic() - start), flush=True)
            except Exception as wrong:  # noqa: BLE001: the other cases go on
                failed += 1
                detail = str(wrong) if isinstance(wrong, Wrong) else traceback.format_exc()
                print("FAIL %s: %s" % (name[5:], detail), flush=True)
    sys.exit(1 if failed else 0)
