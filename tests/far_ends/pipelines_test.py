#!/usr/bin/env python3
"""pipelines_test.py ASSAY: the delivered pipelines run against local far ends, and far ends that misbehave do no harm.

No network but this machine, no key, no model: the stub model and bad_endpoint.py stand in. Python 3, standard library only.
"""
import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
ASSAY = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else str(ROOT / "build/dev/assay")


class FarEnd:
    def __init__(self, *command):
        self.process = subprocess.Popen([sys.executable, "-B", *map(str, command)], stdout=subprocess.PIPE, text=True)
        self.port = self.process.stdout.readline().strip()

    def stats(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/stats") as answer:
            return json.load(answer)

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


class Pipelines(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.runs = pathlib.Path(folder.name)

    def stub(self):
        far_end = FarEnd(HERE / "stub_model.py", "--speed", "0")
        self.addCleanup(far_end.stop)
        return far_end

    def run_assay(self, pipeline, *options, environment=None, status=0):
        """The run's predictions and report; options are as on the command line."""
        command = [ASSAY, "run", "-c", str(ROOT / pipeline), "--quiet", "--set", f"runs={self.runs}", "--run-id", "test"]
        done = subprocess.run([*command, *options], env={**os.environ, **(environment or {})}, cwd=ROOT, text=True,
                              capture_output=True, timeout=300)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        self.output = done.stdout
        with open(self.runs / "test" / "predictions.jsonl", encoding="utf-8") as file:
            predictions = [json.loads(line) for line in file]
        with open(self.runs / "test" / "report.json", encoding="utf-8") as file:
            return predictions, json.load(file)

    def errors(self, predictions):
        return collections.Counter((p.get("error") or {}).get("error_class") for p in predictions)

    def test_release_comparison_runs_offline_and_its_gates_hold(self):
        _, report = self.run_assay("pipelines/release_comparison.yaml", environment={"http_proxy": "http://127.0.0.1:1"})
        self.assertEqual([gate["verdict"] for gate in report["gates"]], ["pass"] * 3, report["gates"])
        self.assertEqual([gate.get("against") for gate in report["gates"]], ["today", "today", None])

    def test_quickstart_needs_nothing_but_its_files_and_says_that_the_model_is_simulated(self):
        predictions, report = self.run_assay("pipelines/quickstart.yaml", environment={"http_proxy": "http://127.0.0.1:1"})
        self.assertEqual({p["candidate"] for p in predictions}, {"production", "rules", "model", "hybrid"})
        self.assertEqual(len(predictions), 4 * 829)
        self.assertEqual(self.errors(predictions)["infrastructure"], 0, "a request is not on its cassette: "
                         "tests/far_ends/record_cassettes records it")
        self.assertIn("simulated", json.dumps(report))
        self.assertIn("imulated", self.output)

    def check_calls(self, far_end, predictions):
        """Each attempt that assay tells of arrived, and no other."""
        self.assertEqual(far_end.stats()["calls"], sum(p.get("attempts") or 0 for p in predictions))

    def test_compare_prompts(self):
        stub = self.stub()
        predictions, _ = self.run_assay("pipelines/compare_prompts.yaml", "--limit", "10",
                                        environment={"OLLAMA_HOST": f"127.0.0.1:{stub.port}"})
        self.assertEqual({p["model"]["prompt_version"] for p in predictions}, {"v1.0", "v2.0"})
        self.check_calls(stub, predictions)

    def test_compare_models(self):
        stub = self.stub()
        base = f"http://127.0.0.1:{stub.port}/v1"
        predictions, _ = self.run_assay(
            "pipelines/compare_models.yaml", "--limit", "5", "--set", "candidates.1.requests_per_minute=0",
            "--set", "candidates.1.tokens_per_minute=0",
            environment={"OLLAMA_HOST": f"127.0.0.1:{stub.port}", "GROQ_BASE_URL": base, "OPENAI_BASE_URL": base,
                         "GROQ_API_KEY": "none", "OPENAI_API_KEY": "none"})
        self.assertEqual({(p["model"]["provider"], p["model"]["name"]) for p in predictions},
                         {("ollama", "llama3.2"), ("groq", "openai/gpt-oss-20b"), ("openai", "gpt-4o-mini")})
        costs = collections.Counter()
        for p in predictions:
            costs[p["model"]["provider"]] += p["metadata"]["cost"]
        self.assertEqual(costs["ollama"], 0)
        self.assertGreater(costs["openai"], costs["groq"])
        self.assertGreater(costs["groq"], 0)
        self.check_calls(stub, predictions)

    def test_compare_configurations(self):
        stub = self.stub()
        predictions, _ = self.run_assay("pipelines/compare_configurations.yaml", "--limit", "5",
                                        environment={"OLLAMA_HOST": f"127.0.0.1:{stub.port}"})
        self.assertEqual({p["repeat"] for p in predictions}, {0, 1, 2})
        cut = [p for p in predictions if p["candidate"] == "short" and p.get("error")]
        self.assertTrue(all("max_tokens" in p["error"]["what"] for p in cut if "cut" in p["error"]["what"]))
        self.check_calls(stub, predictions)

    def test_a_model_that_answers_with_prose_half_an_object_or_nothing_is_scored_as_wrong(self):
        stub = self.stub()
        base = f"http://127.0.0.1:{stub.port}/v1"
        options = [o for i in (0, 1) for o in ("--set", f"candidates.{i}.model=stub/broken", "--set", f"candidates.{i}.base_url={base}")]
        predictions, report = self.run_assay("pipelines/compare_prompts.yaml", "--limit", "12", *options)
        whats = collections.Counter(p["error"]["what"] for p in predictions if p.get("error"))
        for words in ("not JSON", "empty", "refused"):
            self.assertTrue(any(words in what for what in whats), f"{words}: {whats}")
        self.assertEqual(set(self.errors(predictions)) - {None}, {"malformed"}, "429 and 500 were retried")
        self.check_calls(stub, predictions)
        self.assertEqual(report["accounts"]["trials"], {"total": 24, "scored": 24, "no_gold": 0, "infrastructure_error": 0,
                                                        "not_run": 0, "simulator_fault": 0})

    def test_an_endpoint_that_hangs_resets_or_floods_spoils_its_own_trials_only(self):
        bad = FarEnd(HERE / "bad_endpoint.py", "--port", "0")
        self.addCleanup(bad.stop)
        predictions, report = self.run_assay(
            "tests/examples/endpoint.yaml", "--limit", "20", "--set", f"candidates.0.url=http://127.0.0.1:{bad.port}/",
            "--set", "candidates.0.timeout=500ms", "--set", "candidates.0.max_attempts=2", status=103)
        seen = collections.defaultdict(set)
        for p in predictions:
            seen[p["conversation_id"][-1]].add((p.get("error") or {}).get("error_class"))
        infrastructure, malformed = {"infrastructure"}, {"malformed"}
        self.assertEqual(dict(seen), {"0": {None}, "1": infrastructure, "2": infrastructure, "3": malformed, "4": malformed,
                                      "5": malformed, "6": malformed, "7": infrastructure, "8": malformed, "9": malformed})
        trials = report["accounts"]["trials"]
        self.assertEqual((trials["total"], trials["scored"], trials["infrastructure_error"]), (20, 14, 6))


if __name__ == "__main__":
    unittest.main()
