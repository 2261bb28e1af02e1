#!/usr/bin/env python3
"""make_moa_reference.py MOA_JAR: appends what MOA's ADWIN says to the streams of reference.jsonl (params with "rule":
"moa"), instead of what it said before. Made with MOA 2023.04.0 (nz.ac.waikato.cms.moa:moa from Maven Central; needs
javac). MOA has no setting but delta and the clock. Its variance is per value, ours the sum of squares, as River's."""
import json
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent


def segment(s):
    a = s.get("p", s.get("a", s.get("value", 0)))
    return "%s:%d:%r:%r" % (s["kind"], s["n"], float(a), float(s.get("b", 0)))


def main():
    jar = str(pathlib.Path(sys.argv[1]).resolve())
    kept, cases = [], []
    for line in open(HERE / "reference.jsonl", encoding="utf-8"):
        record = json.loads(line)
        if str(record.get("id", "")).startswith("ADWIN-moa"):
            continue
        kept.append(line)
        params = record.get("input", {}).get("params", {})
        if record.get("fn") == "ADWIN" and set(params) <= {"delta", "clock"}:
            cases.append(record)
    asked = "".join("%r %d %d %s\n" % (c["input"]["params"].get("delta", .002), c["input"]["params"].get("clock", 32),
                                       c["input"]["stream"]["seed"], " ".join(map(segment, c["input"]["stream"]["segments"])))
                    for c in cases)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["javac", "-cp", jar, "-d", folder, str(HERE / "MoaReference.java")], check=True)
        told = subprocess.run(["java", "-cp", jar + ":" + folder, "MoaReference"], input=asked, text=True, check=True,
                              capture_output=True).stdout.splitlines()
    with open(HERE / "reference.jsonl", "w", encoding="utf-8") as out:
        out.writelines(kept)
        for number, (case, line) in enumerate(zip(cases, told)):
            words = line.split()
            width = float(words[0])
            case["id"] = "ADWIN-moa-%d" % (number + 1)
            case["input"]["params"]["rule"] = "moa"
            case["expected"] = {"detections": [int(w) for w in words[3:]], "width": width, "estimation": float(words[1]),
                                "variance": float(words[2]) * width}
            out.write(json.dumps(case) + "\n")
    print("%d cases" % len(told))


if __name__ == "__main__":
    main()
