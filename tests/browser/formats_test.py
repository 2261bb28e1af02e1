#!/usr/bin/env python3
"""formats_test.py RENDER_SAMPLE: what readers of the formats make of the samples, the hostile one included. junit.xml:
the elements, attributes and counts that the schemas of Ant and Jenkins ask for; trials.csv: rows of one width, no
formulas; report.md: tables of one width."""
import csv
import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

SUITE = {"name", "package", "id", "tests", "failures", "errors", "skipped", "time", "timestamp", "hostname"}


def junit_faults(path):
    root = ElementTree.parse(path).getroot()
    if root.tag != "testsuites" or root.attrib:
        yield "the root is no plain testsuites"
    for index, suite in enumerate(root):
        if suite.tag != "testsuite" or set(suite.attrib) != SUITE or suite.get("id") != str(index) or not suite.get("name"):
            yield f"suite {index}: {suite.attrib}"
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", suite.get("timestamp")):
            yield f"suite {index}: timestamp {suite.get('timestamp')}"
        order = [child.tag for child in suite]
        cases = [child for child in suite if child.tag == "testcase"]
        if order != ["properties"] + ["testcase"] * len(cases) + ["system-out", "system-err"]:
            yield f"suite {index}: order of elements {order}"
        for wanted, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            found = sum(case.find(tag) is not None for case in cases)
            if int(suite.get(wanted)) != found:
                yield f"suite {index}: {wanted} {suite.get(wanted)}, found {found}"
        if int(suite.get("tests")) != len(cases):
            yield f"suite {index}: tests {suite.get('tests')}, found {len(cases)}"
        for case in cases:
            if set(case.attrib) != {"name", "classname", "time"} or not case.get("name") or len(case) > 1:
                yield f"case {case.attrib}"
            if len(case) and not case[0].get("type"):
                yield f"case {case.get('name')}: {case[0].tag} has no type"


def csv_faults(path):
    with open(path, newline="", encoding="utf-8") as stream:
        rows = list(csv.reader(stream, strict=True))
    for number, row in enumerate(rows):
        if len(row) != len(rows[0]):
            yield f"row {number} has {len(row)} cells, the header {len(rows[0])}"
        yield from (f"row {number}: {cell!r}" for cell in row if cell[:1] in "=+-@" and cell and not is_number(cell))
    if len(set(rows[0])) != len(rows[0]):
        yield "two columns of one name"


def is_number(text):
    try:
        float(text)
        return True
    except ValueError:
        return False


def markdown_faults(path):
    width = None
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        cells = line.count("|")
        if not line.startswith("|"):
            width = None
        elif width is None:
            width = cells
        elif cells != width:
            yield f"line {number}: {cells} bars, the table has {width}"


def main():
    passed, failed = 0, 0
    for name in ("sample", "hostile", "empty", "large"):
        for option in ([], ["--canonical"]):
            with tempfile.TemporaryDirectory() as temporary:
                folder = pathlib.Path(temporary)
                subprocess.run([sys.argv[1], folder, name, *option], check=True)
                for faults_of, file in ((junit_faults, "junit.xml"), (csv_faults, "trials.csv"), (markdown_faults, "report.md")):
                    faults = list(faults_of(folder / file))
                    passed, failed = passed + (not faults), failed + bool(faults)
                    for fault in faults[:5]:
                        print(f"FAILED: {file} of {name} {option}: {fault}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
