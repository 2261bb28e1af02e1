#!/usr/bin/env python3
"""run_bench.py PROGRAM GENERATOR [COUNT]: whole runs: memory, speed and CPU. Prints JSON lines.

Rules over COUNT (default 100,000) and COUNT / 10 generated conversations in one sitting: peak memory of each and their
ratio, conversations/s, CPU a turn. With NGINX_URL (tests/support/services.py run --nginx): a model behind static JSON, CPU a
call. A shared machine: compare ratios, not times. Python 3.9, standard library only.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS / "golden"))
from program import BOOKING, environment  # noqa: E402


def measured(arguments, folder):
    """(wall seconds, CPU seconds, peak bytes) of one child."""
    start = time.monotonic()
    pid = os.posix_spawn(arguments[0], arguments, environment(), file_actions=[
        (os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
    _, status, usage = os.wait4(pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 100, 101):
        sys.exit("%s ended with %d" % (" ".join(arguments), os.waitstatus_to_exitcode(status)))
    return time.monotonic() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def pipeline(folder, candidate, more=""):
    path = pathlib.Path(folder) / "pipeline.yaml"
    path.write_text("experiment: bench\nsource: {events: events.jsonl, gold: gold.jsonl}\ntask: %s\nruns: %s/runs\n%s"
                    "candidates:\n  - %s\n" % (BOOKING / "task.yaml", folder, more, json.dumps(candidate)))
    return str(path)


def generate(generator, folder, count):
    subprocess.run([generator, "--count", str(count), "--conversations", "%s/events.jsonl" % folder,
                    "--gold", "%s/gold.jsonl" % folder], check=True, stderr=subprocess.DEVNULL)
    with open("%s/events.jsonl" % folder, "rb") as events:
        return sum(b'"UserTurn"' in line for line in events)


def rules(program, generator, count):
    peaks = {}
    for number in (count // 10, count):
        with tempfile.TemporaryDirectory(prefix="assay-bench-") as folder:
            turns = generate(generator, folder, number)
            wall, cpu, peak = measured([program, "run", "-c", pipeline(folder, {"name": "rules", "kind": "rules"}), "-q"], folder)
            peaks[number] = peak
            print(json.dumps({"what": "rules", "conversations": number, "turns": turns, "wall_s": round(wall, 2), "cpu_s": round(cpu, 2),
                              "conversations_per_s": round(number / wall), "cpu_us_per_turn": round(cpu / turns * 1e6, 1),
                              "peak_mib": round(peak / 2 ** 20, 1)}), flush=True)
    print(json.dumps({"what": "memory ratio", "ratio": round(peaks[count] / peaks[count // 10], 3), "at_most": 1.3}), flush=True)
    return peaks[count] <= 1.3 * peaks[count // 10]


def model(program, generator, url, count=2000):
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as folder:
        turns = generate(generator, folder, count)
        prompt = pathlib.Path(folder) / "prompt"
        prompt.mkdir()
        (prompt / "default.txt").write_text("{{user_text}}\n")
        candidate = {"name": "model", "kind": "llm", "model": "stub/static", "prompt": str(prompt), "base_url": url + "/v1", "max_in_flight": 64}
        wall, cpu, peak = measured([program, "run", "-c", pipeline(folder, candidate), "-q"], folder)
        print(json.dumps({"what": "model calls", "calls": turns, "wall_s": round(wall, 2), "calls_per_s": round(turns / wall),
                          "cpu_us_per_call": round(cpu / turns * 1e6, 1), "peak_mib": round(peak / 2 ** 20, 1)}), flush=True)


def main():
    program, generator = (str(pathlib.Path(path).resolve()) for path in sys.argv[1:3])
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 100000
    fine = rules(program, generator, count)
    if "NGINX_URL" in os.environ:
        model(program, generator, os.environ["NGINX_URL"])
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
