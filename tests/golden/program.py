"""program.py: how tests call the program `assay`: in a folder of their own, with nothing from the user's environment.

Used by tests/golden and tests/integration. Python 3.9, standard library only.
"""
import json
import os
import pathlib
import subprocess

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
BOOKING = SOURCE / "datasets" / "booking"
RUN_SECONDS = 300  # longer than any run here takes, also under a sanitizer on a busy machine


class Wrong(Exception):
    """What came out is not what is expected."""


def expect(holds, text, *details):
    if not holds:
        raise Wrong(text + "".join("\n    %s" % (detail,) for detail in details))


def environment(**more):
    kept = {name: os.environ[name] for name in
            ("PATH", "HOME", "TMPDIR", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS") if name in os.environ}
    return {**kept, "LC_ALL": "C.UTF-8", "NO_COLOR": "1", "PYTHONDONTWRITEBYTECODE": "1", **more}


class Program:
    """The program in one folder, where its runs/ lie."""

    def __init__(self, path, folder):
        self.path = str(pathlib.Path(path).resolve())
        self.folder = pathlib.Path(folder)

    def start(self, *arguments, env=None, **more):
        """A process that is running."""
        return subprocess.Popen([self.path, *map(str, arguments)], cwd=self.folder, env=environment(**(env or {})),
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)

    def call(self, *arguments, exit_code=0, env=None):
        """Runs to its end; the exit code must be `exit_code` (None: any). Returns (stdout, stderr, code) as text."""
        process = self.start(*arguments, env=env)
        try:
            out, err = process.communicate(timeout=RUN_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            raise Wrong("assay %s did not end" % " ".join(map(str, arguments)))
        out, err = out.decode("utf-8", "replace"), err.decode("utf-8", "replace")
        expect(exit_code is None or process.returncode == exit_code,
               "assay %s: exit code %s instead of %s" % (" ".join(map(str, arguments)), process.returncode, exit_code),
               err[-3000:], out[-1500:])
        expect(process.returncode >= 0 and "AddressSanitizer" not in err and "runtime error:" not in err, "it crashed", err[-3000:])
        return out, err, process.returncode

    def canonical(self, run="latest", file=None):
        """The canonical report.json as bytes; with `file`, the canonical report in the format of that name's ending."""
        if file:
            path = self.folder / ("canonical_" + file)
            self.call("report", run, "--canonical", "-q", "-o", path.name, exit_code=None)
            return path.read_bytes()
        out, _, code = self.call("report", run, "--canonical", "--json", exit_code=None)
        expect(code in (0, 100, 101, 102, 103), "assay report ended with %d" % code)
        return out.encode()

    def report(self, run="latest"):
        return json.loads(self.canonical(run))

    def run_folder(self, run):
        return self.folder / "runs" / run

    def predictions(self, run):
        return (self.run_folder(run) / "predictions.jsonl").read_text(encoding="utf-8").splitlines()


def check_accounts(report):
    """What was consumed is somewhere: the sums of the report hold."""
    accounts = report["accounts"]
    events, trials, conversations = accounts["events"], accounts["trials"], accounts["conversations"]
    expect(events["consumed"] == events["in_conversations"] + events["invalid"] + sum(events["skipped"].values()),
           "events do not add up", events)
    expect(conversations["total"] == conversations["with_gold"] + conversations["no_gold"] + conversations["gold_mismatch"],
           "conversations do not add up", conversations)
    expect(trials["total"] == sum(count for name, count in trials.items() if name != "total"), "trials do not add up", trials)
    expect(sum(candidate["trials"] for candidate in report["candidates"]) == trials["total"], "candidates do not add up")
    for candidate in report["candidates"]:
        parts = ("scored", "no_gold", "infrastructure_errors", "not_run")
        expect(candidate["trials"] == sum(candidate[part] for part in parts) + candidate.get("left_out", 0), "a candidate does not add up", candidate["name"])
    return accounts
