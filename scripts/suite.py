#!/usr/bin/env python3
"""Runs one group of ctest's tests and counts their cases.

    scripts/suite.py NAME BUILD --tally FILE [ctest options]   prints one line; adds "passed failed skipped" to FILE
    scripts/suite.py --sum FILE                                prints the sum of FILE; exit status 1 when a case failed
    scripts/suite.py --self-test

A Criterion program counts as many cases as its summary names; a program that ends with a line "N passed, N failed"
(and maybe ", N skipped") counts as that; any other one is one case. Whatever a program claims, one that ctest calls
failed counts at least one failure, and its output is shown. Exit status: 1 when a case failed.
"""
import pathlib
import re
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree

CRITERION = re.compile(r"Synthesis: Tested: (\d+) \| Passing: (\d+) \| Failing: (\d+)")
CRITERION_SKIP = re.compile(r"^\[SKIP\]", re.MULTILINE)
PLAIN = re.compile(r"^(?:.*: )?(\d+) passed, (\d+) failed(?:, (\d+) skipped)?\s*$", re.MULTILINE)
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
SHOWN_LINES = 60


def count_cases(status, output):
    """(passed, failed, skipped) of one test. ctest's statuses: run, fail, notrun, disabled."""
    if status in ("notrun", "disabled"):
        # Skipped by its own word (SKIP_RETURN_CODE), or never started: the latter is a failure.
        return (0, 0, 1) if status == "disabled" or "SKIP" in output.upper() else (0, 1, 0)
    passed, failed, skipped = 0, 0, 0
    summaries = CRITERION.findall(output)
    plain = PLAIN.findall(output)
    if summaries:
        passed = sum(int(row[1]) for row in summaries)
        failed = sum(int(row[0]) - int(row[1]) for row in summaries)
        skipped = len(CRITERION_SKIP.findall(output))
    elif plain:
        passed, failed, skipped = (int(word or 0) for word in plain[-1])
    elif status == "run":
        passed = 1
    if status == "fail" and failed == 0:
        failed = 1
    return passed, failed, skipped


def run_ctest(build, options, report):
    report.parent.mkdir(parents=True, exist_ok=True)
    report.unlink(missing_ok=True)
    command = ["ctest", "--test-dir", str(build), "--output-junit", str(report.resolve()), "--timeout", "300",
               "--test-output-size-passed", "1000000", "--test-output-size-failed", "10000000", *options]
    log = report.with_suffix(".log")
    with open(log, "w", encoding="utf-8") as stream:
        result = subprocess.run(command, stdout=stream, stderr=subprocess.STDOUT, check=False)
    return result.returncode, log


def show_failure(name, test, output):
    print(f"--- {name}: {test} failed")
    lines = output.rstrip().splitlines()
    if len(lines) > SHOWN_LINES:
        print(f"    (the last {SHOWN_LINES} of {len(lines)} lines)")
    for line in lines[-SHOWN_LINES:]:
        print("    " + line)


def tally_line(passed, failed, skipped):
    return f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else "")


def run_suite(name, build, tally, options):
    start = time.monotonic()
    report = build / "logs" / f"{name}.xml"
    code, log = run_ctest(build, options, report)
    sums = [0, 0, 0]
    if report.exists():
        for case in ElementTree.parse(report).getroot().iter("testcase"):
            output = COLOUR.sub("", case.findtext("system-out") or "")
            if case.find("skipped") is not None:
                output += "\n" + (case.find("skipped").get("message") or "")
            counts = count_cases(case.get("status"), output)
            sums = [a + b for a, b in zip(sums, counts)]
            if counts[1]:
                show_failure(name, case.get("name"), output)
    if code != 0 and sums[1] == 0:
        sums[1] = 1
        show_failure(name, "ctest", log.read_text(encoding="utf-8", errors="replace"))
    with open(tally, "a", encoding="utf-8") as stream:
        stream.write(f"{name} {sums[0]} {sums[1]} {sums[2]}\n")
    print(f"{name:<12} {tally_line(*sums) if any(sums) else 'no tests':<40} {time.monotonic() - start:6.1f} s", flush=True)
    return 1 if sums[1] else 0


def print_sum(tally):
    sums = [0, 0, 0]
    for line in pathlib.Path(tally).read_text(encoding="utf-8").splitlines():
        sums = [a + int(b) for a, b in zip(sums, line.split()[1:])]
    print(tally_line(*sums))
    return 1 if sums[1] or not sums[0] else 0


def self_test():
    summary = "[====] Synthesis: Tested: {} | Passing: {} | Failing: {} | Crashing: {} "
    rows = [
        ("a Criterion program", "run", summary.format(7, 7, 0, 0), (7, 0, 0)),
        ("one with failures and crashes", "fail", summary.format(5, 2, 3, 1), (2, 3, 0)),
        ("one that skips", "run", "[SKIP] a::b: no broker\n" + summary.format(2, 2, 0, 0), (2, 0, 1)),
        ("one that passes and then leaks", "fail", summary.format(2, 2, 0, 0) + "\nERROR: LeakSanitizer", (2, 1, 0)),
        ("one that dies before its summary", "fail", "Segmentation fault", (0, 1, 0)),
        ("a plain line", "run", "x\n12 passed, 0 failed, 2 skipped\n", (12, 0, 2)),
        ("a plain line with failures", "fail", "rooms self-test: 3 passed, 1 failed\n", (3, 1, 0)),
        ("a program without words", "run", "", (1, 0, 0)),
        ("one that skips as a whole", "notrun", "SKIP_RETURN_CODE=77", (0, 0, 1)),
        ("one whose program is missing", "notrun", "Unable to find executable", (0, 1, 0)),
        ("a disabled one", "disabled", "", (0, 0, 1)),
    ]
    failed = [name for name, status, output, counts in rows if count_cases(status, output) != counts]
    for name in failed:
        print(f"suite self-test: {name} is counted wrongly")
    print(f"suite self-test: {len(rows) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


def main():
    arguments = sys.argv[1:]
    if arguments == ["--self-test"]:
        return self_test()
    if len(arguments) == 2 and arguments[0] == "--sum":
        return print_sum(arguments[1])
    if len(arguments) < 4 or arguments[2] != "--tally":
        print(__doc__.strip(), file=sys.stderr)
        return 2
    return run_suite(arguments[0], pathlib.Path(arguments[1]), arguments[3], arguments[4:])


if __name__ == "__main__":
    sys.exit(main())
