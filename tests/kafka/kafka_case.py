"""kafka_case.py: what the tests over a real broker share: one broker and registry for all cases, topics of their own, a reader.

Cases are the functions of a test file whose name begins with `case_`; each gets a fresh Topics bench. The broker and the registry are
started once for a file. Python 3.9, standard library and kcat.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import traceback

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
sys.path.insert(0, str(HERE.parent / "integration"))
import services  # noqa: E402
from integration_case import BOOKING, Bench, Wrong, check_accounts, expect  # noqa: E402,F401

RULES = [{"name": "rules", "kind": "rules"}, {"name": "recorded", "kind": "recorded"}]


def hand_over(text):
    """The report without what names the source: file and topic must give the same otherwise."""
    report = json.loads(text)
    for key in ("pipeline", "source"):
        report.pop(key, None)
    for value in report.values():
        if isinstance(value, dict) and "source" in value and "pipeline" in value:
            value["source"] = value["pipeline"] = None
    return json.dumps(report, indent=1)


class Topics(Bench):
    """A bench with a topic of its own and a prefix of its own for what assay writes."""
    count = 0

    def __init__(self, path, folder, generator, running):
        super().__init__(path, folder, generator)
        Topics.count += 1
        self.running = running
        self.name = "t%d-%d" % (os.getpid(), Topics.count)
        self.topic = self.name + ".calls"
        self.env = running.environment()

    def kafka_pipeline(self, candidates=None, form="json", more="", name="kafka.yaml", gold="gold.jsonl", properties=None, **source):
        listed = "".join("  - %s\n" % json.dumps(candidate) for candidate in candidates or RULES)
        of = {"topic": self.topic, "format": form, "prefix": self.name + ".", **source}
        kafka = {"bootstrap.servers": "env:KAFKA_BOOTSTRAP", **(properties or {})}
        if self.running.registry and "schema.registry.url" not in kafka:
            kafka["schema.registry.url"] = "env:SCHEMA_REGISTRY_URL"
        text = "experiment: integration\nsource: %s\nkafka: %s\ntask: task.yaml\n%scandidates:\n%s" % (
            json.dumps({"kafka": of, **({"gold": gold} if gold else {})}), json.dumps(kafka), more, listed)
        return self.write(name, text)

    def produce(self, events="events.jsonl", partitions=1, pipeline="kafka.yaml"):
        return self.call("produce", "-c", pipeline, "--partitions", partitions, events, env=self.env)[0]

    def kafka_run(self, run="k", *arguments, exit_code=0, pipeline="kafka.yaml", env=None):
        out, err, _ = self.call("run", "-c", pipeline, "--run-id", run, "-q", *arguments, exit_code=exit_code,
                                env={**self.env, **(env or {})})
        return out + err

    def start_worker(self, run, slot, *arguments, env=None, pipeline="kafka.yaml"):
        return self.start("worker", "-c", pipeline, "--run", run, "--worker-slot", slot, "-q", *arguments, env={**self.env, **(env or {})})

    def start_run(self, run, *arguments, env=None, pipeline="kafka.yaml"):
        return self.start("run", "-c", pipeline, "--run-id", run, "-q", *arguments, env={**self.env, **(env or {})})

    def file_run(self, candidates=None, more="", run="f", events="events.jsonl", gold="gold.jsonl"):
        """The same run over the file, as the standard to which runs over topics are held."""
        self.pipeline(candidates or RULES, name="file.yaml", events=events, gold=gold, more=more)
        self.call("run", "-c", "file.yaml", "--run-id", run, "-q")
        return self.canonical(run)

    def put(self, value, key=None, partition=0, topic=None):
        """One record as it is, by kcat: what producers do wrong."""
        path = self.write("record.bin", value)
        command = ["kcat", "-P", "-b", self.env["KAFKA_BOOTSTRAP"], "-t", topic or self.topic, "-p", str(partition),
                   "-X", "message.max.bytes=2000000"]
        if key is not None:
            command += ["-k", key]
        subprocess.run(command + [str(path)], check=True, capture_output=True, timeout=60)

    def read(self, ending, headers=False):
        """Committed values (bytes) of one of assay's topics, or (value, headers)."""
        form = '{"h": "%h", "k": "%k", "s": %S}\\n' if headers else None
        command = ["kcat", "-C", "-e", "-q", "-b", self.env["KAFKA_BOOTSTRAP"], "-t", self.name + "." + ending, "-o", "beginning",
                   "-X", "isolation.level=read_committed"]
        out = subprocess.run(command + (["-f", form] if form else ["-J"]), check=True, capture_output=True, timeout=60).stdout
        lines = out.decode("utf-8", "replace").splitlines()
        return lines if headers else [json.loads(line) for line in lines]


def end(process, exit_code=0, seconds=180):
    """Waits for a process of `start`; its output. exit_code None: any; "report": one that a report was written with."""
    try:
        out, err = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        raise Wrong("it did not end within %d s" % seconds, err.decode("utf-8", "replace")[-3000:]) from None
    text = (out + err).decode("utf-8", "replace")
    if exit_code == "report":
        expect(process.returncode in (0, 100, 101, 102, 103), "exit code %s" % process.returncode, text[-3000:])
        return text
    expect(exit_code is None or process.returncode == exit_code, "exit code %s instead of %s" % (process.returncode, exit_code), text[-3000:])
    return text


def run_cases(names, registry=False, kafka=1, settings=None):
    """main of a test file: PROGRAM GENERATOR [--only CASE]..."""
    if not shutil.which("kcat"):
        print("skipped: kcat is not installed (scripts/install-packages test)")
        sys.exit(services.SKIPPED)
    arguments = sys.argv[1:]
    only = [arguments[i + 1] for i, word in enumerate(arguments) if word == "--only"]
    rest = [word for i, word in enumerate(arguments) if word != "--only" and (i == 0 or arguments[i - 1] != "--only")]
    failed = 0
    try:
        running = services.Services(kafka=kafka, kafka_settings=settings or {}, registry=registry)
        running.__enter__()
    except services.Missing as missing:
        print("skipped: %s" % missing)
        sys.exit(services.SKIPPED)
    try:
        for name, case in list(names.items()):
            if not name.startswith("case_") or (only and name[5:] not in only):
                continue
            start = time.monotonic()
            with tempfile.TemporaryDirectory(prefix="assay-kafka-") as folder:
                try:
                    case(Topics(rest[0], folder, rest[1] if len(rest) > 1 else None, running))
                    print("ok   %-46s %5.1f s" % (name[5:], time.monotonic() - start), flush=True)
                except Exception as wrong:  # noqa: BLE001: the other cases go on
                    failed += 1
                    detail = str(wrong) if isinstance(wrong, Wrong) else traceback.format_exc()
                    print("FAIL %s: %s" % (name[5:], detail), flush=True)
    finally:
        running.__exit__(None, None, None)
    sys.exit(1 if failed else 0)
