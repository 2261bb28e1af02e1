#!/usr/bin/env python3
"""statcheck with bad and degenerate input: faults_test.py STATCHECK. Standard library only.

A line that cannot be answered gets an error and the rest is answered; a degenerate input gets a
reason or what the reference gives, never a crash; every function survives every input that is not
meant for it.
"""
import json
import os
import pathlib
import subprocess
import sys
import unittest

PROGRAM = sys.argv.pop(1)
REFERENCE = pathlib.Path(__file__).with_name("reference.jsonl")


def ask(*lines):
    text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
    run = subprocess.run([PROGRAM], input=text, capture_output=True, text=True, check=False)
    return run.returncode, [json.loads(line) for line in run.stdout.splitlines()]


def question(fn, **inputs):
    return {"id": 1, "fn": fn, "input": inputs}


class Faults(unittest.TestCase):
    def test_a_malformed_line_is_reported_and_the_rest_answered(self):
        code, answers = ask(question("wilson", k=1, n=2, alpha=.05), "{oops", "[1]", "",
                            question("wilson", k=1, n=2, alpha=.05))
        self.assertEqual(code, 1)
        self.assertEqual(len(answers), 4)
        for answer in answers[1:3]:
            self.assertIsNone(answer["id"])
            self.assertIsNone(answer["fn"])
            self.assertTrue(answer["error"])
        self.assertEqual(answers[0]["result"], answers[3]["result"])

    def test_good_lines_alone_end_with_0(self):
        code, answers = ask(question("norm_sf", x="Infinity"), question("wilson", k=0, n=0, alpha=.05))
        self.assertEqual(code, 0)
        self.assertEqual(answers[0]["result"], 0)
        self.assertIn("undefined", answers[1])

    def test_unknown_functions_and_missing_inputs_are_errors(self):
        code, answers = ask(question("no_such"), question("wilson", k=1), question("ks_2samp", x=3, y=[]),
                            question("cluster_mean", scores=[1, 2], cluster=[1]))
        self.assertEqual(code, 1)
        for answer in answers:
            self.assertTrue(answer["error"], answer)

    def test_numbers_out_of_range_are_undefined(self):
        cases = [question("wilson", k=3, n=2, alpha=.05), question("wilson", k=1, n=2, alpha=0),
                 question("beta", k=-1, n=2, alpha=.05), question("exact", a=1, b=-2, c=1, d=1),
                 question("tango", a="NaN", b=2, c=1, d=1, alpha=.05),
                 question("brier", y=[1], p=[1.5]), question("ece_width", y=[1], p=[.5], bins=0),
                 question("percentile", x=[1, 2], q=[50, "NaN"], method="linear"),
                 question("psi_counts", ref=[1, -1], cur=[1, 1], eps=1e-4),
                 question("betainc", a=0, b=1, x=.5), question("t_ppf", p=2, df=3),
                 question("msprt_p", n=5, dbar="NaN", sigma2=1, tau2=1),
                 question("paired", a=[1, 2], b=[1, 2], alternative="two-sided"),
                 question("pass_k", n=2, c=3, k=1), question("unleash_variant", group="g", id="i", total=0)]
        code, answers = ask(*cases)
        self.assertEqual(code, 0)
        for case, answer in zip(cases, answers):
            text = json.dumps(answer.get("result", "NaN"))
            self.assertIn("NaN", text, (case, answer))

    def test_every_function_survives_the_inputs_of_all_others_and_hostile_values(self):
        with open(REFERENCE, encoding="utf-8") as stream:
            cases = [c for c in map(json.loads, stream) if "fn" in c]
        by_function = {}
        for case in cases:
            by_function.setdefault(case["fn"], case["input"])
        hostile = [None, "NaN", "Infinity", "-Infinity", -1, 0, 1e308, "text", [], {}, [[]], [None],
                   ["NaN"], [1e308, -1e308], 2**53, True]
        lines = []
        for fn, inputs in by_function.items():
            lines += [question(fn, **other) for other in by_function.values()
                      if "stream" not in other]
            for key in inputs:
                for value in hostile:
                    if key == "n1" or key == "n2" or (key == "variations" and value == 2**53):
                        continue  # asks for so much memory
                    lines.append(question(fn, **{**inputs, key: value}))
        os.environ.setdefault("ASAN_OPTIONS", "allocator_may_return_null=1")
        code, answers = ask(*lines)
        self.assertEqual(len(answers), len(lines), f"exit code {code}")
        self.assertEqual(code, 1)


if __name__ == "__main__":
    unittest.main()
