#!/usr/bin/env python3
"""examples_test.py ASSAY: the examples run as their README says. Python 3, standard library only."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
ASSAY = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else str(ROOT / "build/dev/assay")

SAMPLE = ('{"conversation_id": "conv-123", "timestamp": "2025-01-10T10:30:00", "model": {"name": "llama3.2", "provider": '
          '"ollama", "prompt_version": "v2.0"}, "input": {"user_text": "...", "state": "collect_date", "slots": {}}, '
          '"output": {"response": "...", "extracted_slots": {}, "confidence": 0.92, "next_state": "confirmation"}, '
          '"metadata": {"latency_ms": 450, "tokens": {"input": 120, "output": 45}, "cost": 0.0}}')


class Examples(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def assay(self, *command, status=0):
        done = subprocess.run([ASSAY, *map(str, command)], cwd=ROOT, text=True, capture_output=True, timeout=300)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done

    def evaluate(self, pipeline, *options):
        self.assay("run", "-c", HERE / pipeline, "--quiet", "--set", f"runs={self.folder}", "--run-id", "test", *options)
        with open(self.folder / "test" / "predictions.jsonl", encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def test_an_agent_behind_http_is_evaluated_with_five_lines_of_yaml(self):
        self.assertEqual(len((HERE / "endpoint.yaml").read_text().splitlines()), 5)
        agent = subprocess.Popen([sys.executable, "-B", HERE / "endpoint_agent.py", "--port", "0"], stdout=subprocess.PIPE, text=True)
        try:
            port = agent.stdout.readline().strip()
            predictions = self.evaluate("endpoint.yaml", "--set", f"candidates.0.url=http://127.0.0.1:{port}/turn")
        finally:
            agent.terminate()
            agent.wait()
            agent.stdout.close()
        self.assertEqual(len(predictions), 829)
        self.assertFalse([p for p in predictions if p.get("error")])
        massages = [p for p in predictions if p["output"]["extracted_slots"].get("service") == "massage"]
        self.assertTrue(massages and all("massage" in p["input"]["user_text"] for p in massages))

    def test_an_agent_in_perl_is_evaluated_with_five_lines_of_yaml(self):
        self.assertEqual(len((HERE / "command.yaml").read_text().splitlines()), 5)
        predictions = self.evaluate("command.yaml")
        self.assertEqual(len(predictions), 829)
        self.assertFalse([p for p in predictions if p.get("error")])
        self.assertGreater(sum("phone" in p["output"]["extracted_slots"] for p in predictions), 20)

    def test_a_scorer_of_ones_own_has_its_numbers_in_the_report_and_its_gate(self):
        self.evaluate("scorer.yaml")
        report = (self.folder / "test" / "report.json").read_text()
        self.assertIn("brevity.words_per_answer", report)
        self.assertIn("brevity.question_share", report)
        self.assertIn("short answers", report)

    def check_import(self, name, *command):
        output = self.folder / "events.jsonl"
        done = self.assay("import", *command, "-o", output, status=1)  # each sample has faults, to show that they are told
        self.assertEqual(output.read_text(), (HERE / "import/expected" / f"{name}.jsonl").read_text())
        return done

    def test_three_foreign_layouts_are_imported(self):
        for name in ("chat_log", "call_centre", "otel_genai"):
            done = self.check_import(name, "map", HERE / f"import/{name}.yaml", "--input", HERE / f"import/{name}.jsonl")
            self.assertIn(f"{name}.jsonl:", done.stderr, "its faults are told")

    def test_a_prediction_log_is_imported(self):
        self.check_import("prediction_log", "predictions", HERE / "import/prediction_log.jsonl", "--time-zone", "America/New_York")

    def test_a_line_of_a_prediction_log_is_imported_scored_and_written_again_unchanged(self):
        (self.folder / "log.jsonl").write_text(SAMPLE + "\n")
        (self.folder / "gold.jsonl").write_text('{"conversation_id": "conv-123", "turns": [{"turn": 0, "intent": "book", '
                                                '"requested_slots": [], "state": {"service": "massage"}}]}\n')
        (self.folder / "mine.yaml").write_text(
            "experiment: sample\nsource: {events: events.jsonl, gold: gold.jsonl}\n"
            f"task: {ROOT}/datasets/booking/task.yaml\n"
            "candidates:\n  - {name: last-night, kind: recorded, log: log.jsonl}\n"
            "  - {name: from-events, kind: recorded}\n")
        self.assay("import", "predictions", self.folder / "log.jsonl", "--time-zone", "America/New_York",
                   "-o", self.folder / "events.jsonl")
        self.assay("run", "-c", self.folder / "mine.yaml", "--quiet", "--set", f"runs={self.folder}", "--run-id", "test")
        written = (self.folder / "test" / "predictions.jsonl").read_text()
        for line in written.splitlines():
            self.assertTrue(line.startswith(SAMPLE[:-1] + ", "), line)
        report = json.loads((self.folder / "test" / "report.json").read_text())
        self.assertEqual(report["accounts"]["trials"]["scored"], 2)
        self.assertEqual(len(written.splitlines()), 2)


if __name__ == "__main__":
    unittest.main()
