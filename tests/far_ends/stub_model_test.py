#!/usr/bin/env python3
"""stub_model_test.py: the stub model answers from its messages, the same each time, and its declared errors come."""
import json
import os
import subprocess
import sys
import unittest
import urllib.error
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
PROMPTS = os.path.join(HERE, "..", "..", "pipelines", "prompts")
TASK = """Slots:
- service (categorical, required): what for; one of: checkup, massage, dental_cleaning
- date (date, required): the day
- time (time, required): when
- name (name, required): who
- phone (phone, required): number
- for_whom (categorical): whom for; one of: child, partner
Intents: book, cancel, reschedule, ask, handover, none
States: greeting, collect_date, collect_time, collect_name, collect_phone, identify, confirmation, complete, handover, clarify"""


def messages(version, state, text, slots="{}", history="Agent: How can I help?", now="Wednesday, 2025-01-08T10:00:00-05:00"):
    path = os.path.join(PROMPTS, version, state + ".txt")
    if not os.path.exists(path):
        path = os.path.join(PROMPTS, version, "default.txt")
    with open(path, encoding="utf-8") as file:
        whole = file.read()
    for name, value in (("task", TASK), ("history", history), ("now", now), ("state", state), ("slots", slots),
                        ("user_text", text)):
        whole = whole.replace("{{" + name + "}}", value)
    system, user = whole.split("\n---\n")
    return [{"role": "system", "content": system}, {"role": "user", "content": user}]


class StubModel(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.process = subprocess.Popen([sys.executable, os.path.join(HERE, "stub_model.py"), "--speed", "0"],
                                       stdout=subprocess.PIPE, text=True)
        cls.base = "http://127.0.0.1:" + cls.process.stdout.readline().strip()

    @classmethod
    def tearDownClass(cls):
        cls.process.terminate()
        cls.process.wait()
        cls.process.stdout.close()

    def ask(self, model, lines, **more):
        body = json.dumps({"model": model, "messages": lines, **more}).encode()
        request = urllib.request.Request(self.base + "/v1/chat/completions", body, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                self.assertEqual(answer.headers["x-stub-model"], "1")
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as problem:
            with problem:
                return problem.code, json.load(problem)

    def slots(self, version, state, text, **more):
        status, reply = self.ask("perfect", messages(version, state, text, **more))
        self.assertEqual(status, 200)
        return json.loads(reply["choices"][0]["message"]["content"])["extracted_slots"]

    def test_both_prompt_versions_are_read(self):
        for version in ("v1.0", "v2.0"):
            self.assertEqual(self.slots(version, "greeting", "i need a massage next tuesday at four thirty"),
                             {"date": "2025-01-14", "time": "16:30", "service": "massage"}, version)
            self.assertEqual(self.slots(version, "collect_name", "marisol vega"), {"name": "Marisol Vega"}, version)
            self.assertEqual(self.slots(version, "collect_phone", "two one two five five five oh one four two"),
                             {"phone": "+12125550142"}, version)

    def test_the_last_word_holds_and_what_is_refused_is_no_value(self):
        self.assertEqual(self.slots("v2.0", "collect_time", "at nine no wait ten fifteen"), {"time": "10:15"})
        self.assertEqual(self.slots("v2.0", "collect_date", "not friday"), {})

    def test_the_time_zone_decides_what_half_two_and_three_four_mean(self):
        british = "Friday, 2025-02-17T10:30:31+00:00"
        self.assertEqual(self.slots("v2.0", "collect_time", "half two", now=british), {"time": "14:30"})
        self.assertEqual(self.slots("v2.0", "collect_date", "3/4", now=british), {"date": "2025-04-03"})
        self.assertEqual(self.slots("v2.0", "collect_date", "3/4"), {"date": "2025-03-04"})

    def test_an_offer_is_taken_and_a_known_slot_is_not_repeated(self):
        offer = "Caller: friday\nAgent: Thursday, January 16 at 9:00, or Friday, January 17 at 4:30 PM?"
        self.assertEqual(self.slots("v2.0", "offer", "the second one", history=offer).get("time"), "16:30")
        self.assertEqual(self.slots("v2.0", "collect_time", "a massage at noon", slots='{"service": "massage"}'),
                         {"time": "12:00"})

    def test_the_same_request_gets_the_same_answer_and_usage_is_bytes_over_four(self):
        lines = messages("v2.0", "greeting", "a massage tomorrow")
        first, second = self.ask("large", lines), self.ask("large", lines)
        self.assertEqual(first, second)
        expected = sum((len(m["content"].encode()) + 3) // 4 + 4 for m in lines)
        self.assertEqual(first[1]["usage"]["prompt_tokens"], expected)
        self.assertTrue(first[1]["system_fingerprint"].startswith("stub-"))

    def test_a_broken_model_breaks_in_each_declared_way(self):
        kinds = set()
        for i in range(150):
            status, reply = self.ask("broken", messages("v2.0", "collect_date", f"tomorrow number {i}"))
            if status != 200:
                kinds.add(status)
                continue
            message = reply["choices"][0]["message"]
            if message["content"] is None:
                kinds.add("refusal")
            elif not message["content"]:
                kinds.add("empty")
            else:
                try:
                    json.loads(message["content"])
                    kinds.add("json")
                except ValueError:
                    kinds.add("prose" if message["content"].startswith("Sure") else "other")
        self.assertEqual(kinds, {"json", 429, 500, "refusal", "empty", "prose", "other"})

    def test_max_tokens_cuts_the_answer(self):
        reply = self.ask("perfect", messages("v2.0", "greeting", "a massage tomorrow"), max_tokens=10)[1]
        self.assertEqual(reply["choices"][0]["finish_reason"], "length")
        self.assertEqual(reply["usage"]["completion_tokens"], 10)

    def test_calls_are_counted(self):
        with urllib.request.urlopen(self.base + "/stats") as answer:
            before = json.load(answer)["calls"]
        self.ask("perfect", messages("v1.0", "greeting", "hello"))
        with urllib.request.urlopen(self.base + "/stats") as answer:
            self.assertEqual(json.load(answer)["calls"], before + 1)


if __name__ == "__main__":
    unittest.main()
