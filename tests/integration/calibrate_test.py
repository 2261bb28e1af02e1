#!/usr/bin/env python3
"""calibrate_test.py PROGRAM GENERATOR: `assay extract calibrate` fits on answers that a case carries, or gives them
itself; its table is used by `assay extract --calibration`; what is no case or no table is refused."""
import json
import os
import subprocess
import sys
import tempfile
import unittest

PROGRAM = sys.argv[1]
CORPUS = os.path.join(os.path.dirname(__file__), "../../datasets/extraction")
CASE = {"id": 1, "text": "tomorrow at 2 pm", "reference_time": "2025-01-15T10:00:00-05:00"}
RIGHT = [{"slot": "datetime", "value": "2025-01-16T14:00"}]


def answer(value):
    return [{"slot": "datetime", "value": value, "confidence": 0.95, "needs_confirmation": False}]


class Calibrate(unittest.TestCase):
    def run_program(self, *arguments, lines=()):
        text = "".join(json.dumps(line) + "\n" for line in lines)
        return subprocess.run([PROGRAM, "extract", *arguments], input=text, capture_output=True, text=True, check=False)

    def fit(self, lines, *arguments):
        done = self.run_program("calibrate", "--hold-out", "0", *arguments, lines=lines)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_answers_of_the_cases_are_counted(self):
        lines = [{**CASE, "expected": RIGHT, "slots": answer(RIGHT[0]["value"])}] * 3
        lines += [{**CASE, "expected": RIGHT, "slots": answer("2025-01-17T14:00")}]
        table = self.fit(lines)
        self.assertEqual([(c["right"], c["count"]) for c in table["cells"]], [(3, 4)])
        self.assertAlmostEqual(table["sure_prior"], (3 + 9) / (4 + 10), places=4)
        self.assertAlmostEqual(table["cells"][0]["probability"], (3 + 20 * 12 / 14) / 24, places=3)

    def test_cases_without_an_answer_are_answered_now(self):
        table = self.fit([{**CASE, "expected": RIGHT}, {**CASE, "expected": []}])
        self.assertEqual([(c["right"], c["count"]) for c in table["cells"]], [(1, 2)])

    def test_the_table_changes_the_probability(self):
        wrong = [{**CASE, "expected": [], "slots": answer("2025-01-16T14:00")}] * 200
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "table.json")
            done = self.run_program("calibrate", "--hold-out", "0", "-o", path, lines=wrong)
            self.assertEqual(done.returncode, 0, done.stderr)
            slots = [json.loads(self.run_program(*more, lines=[CASE]).stdout)["slots"][0]
                     for more in ((), ("--calibration", path))]
        self.assertGreater(slots[0]["probability"], 0.9)
        self.assertLess(slots[1]["probability"], 0.2)
        self.assertEqual(slots[1]["reason"], "low probability")

    def test_the_held_back_part_is_measured(self):
        done = self.run_program("calibrate", "-i", os.path.join(CORPUS, "first_answers.jsonl"), "--hold-out", "0.5")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stderr, r"held back: \d+ slots, \d+ wrong; ECE 0\.\d{4}, Brier 0\.\d{4}; to be confirmed")
        self.assertLess(float(done.stderr.rsplit("ECE ", 1)[1].split(",")[0]), 0.05)

    def test_what_is_no_case_is_refused(self):
        for line in ({**CASE}, {"expected": RIGHT}, [1]):
            done = self.run_program("calibrate", lines=[line])
            self.assertEqual(done.returncode, 1, line)
            self.assertTrue(done.stderr)
        self.assertEqual(self.run_program("calibrate", "--hold-out", "1.5").returncode, 2)

    def test_what_is_no_table_is_refused(self):
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            file.write('{"cells": [{"kind": "weather"}]}')
            file.flush()
            done = self.run_program("--calibration", file.name, lines=[CASE])
        self.assertEqual(done.returncode, 2)
        self.assertIn("no table", done.stderr)


unittest.main(argv=sys.argv[:1])
