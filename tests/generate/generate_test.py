#!/usr/bin/env python3
"""generate_test.py PROGRAM TASK.YAML: what generate_conversations makes is deterministic, can be made in parts, and fits
the task: known slots, values, intents and states; gold that is true of the words. Python 3, standard library only."""
import hashlib
import json
import pathlib
import re
import subprocess
import sys
import tempfile

program, task_path = sys.argv[1], sys.argv[2]
folder = pathlib.Path(tempfile.mkdtemp())


def generate(name, *options):
    out, gold = folder / f"{name}.jsonl", folder / f"{name}.gold.jsonl"
    subprocess.run([program, *options, "--conversations", out, "--gold", gold], check=True, stderr=subprocess.DEVNULL)
    return out.read_bytes(), gold.read_bytes()


def names_in(text, key):
    """The names of one list of task.yaml, which this reads by its layout only."""
    section = re.search(rf"^{key}:\n((?:[ #].*\n|\n)+)", text, re.M).group(1)
    return set(re.findall(r"^  - \{?name: ([\w]+)", section, re.M))


def check_words():
    task = pathlib.Path(task_path).read_text(encoding="utf-8")
    slots, intents, states = (names_in(task, key) for key in ("slots", "intents", "states"))
    values = set(re.findall(r"^      - value: (.+)$", task, re.M))
    events_by_id, gold_by_id = {}, {}
    conversations, gold = generate("words", "--count", "800", "--seed", "7")
    for line in conversations.splitlines():
        event = json.loads(line)
        events_by_id.setdefault(event["conversation_id"], []).append(event)
    for line in gold.splitlines():
        record = json.loads(line)
        gold_by_id[record["conversation_id"]] = record
    assert list(events_by_id) == list(gold_by_id)
    seen = {"outcomes": set(), "intents": set(), "wrong": 0, "noise": 0}
    for name, events in events_by_id.items():
        record = gold_by_id[name]
        assert [event["sequence"] for event in events] == list(range(len(events))), name
        times = [re.sub(r":(\d\d)Z", r":\1.000Z", event["time"]) for event in events]
        assert times == sorted(times), name
        assert events[0]["type"] == "ConversationStarted"
        user = [event for event in events if event["type"] == "UserTurn"]
        ended = [event for event in events if event["type"] == "ConversationEnded"]
        assert len(user) == len(record["turns"]) and len(ended) == 1, name
        seen["outcomes"].add(ended[0]["outcome"])
        known = {}
        for event, turn in zip(user, record["turns"]):
            place = f"{name} turn {turn['turn']}: {event['text']}"
            seen["noise"] += "reference_text" in event
            assert event["sequence"] == turn["sequence"], place
            assert hashlib.sha256(event["text"].encode()).hexdigest() == turn["text_sha256"], place
            assert turn["intent"] in intents, place
            seen["intents"].add(turn["intent"])
            assert known.keys() <= turn["state"].keys(), place
            changed = {slot for slot, value in turn["state"].items() if known.get(slot) != value}
            spans = {span["slot"] for span in turn["spans"]}
            assert changed - {"practitioner"} <= spans, place
            for span in turn["spans"]:
                words = event["text"][span["start"]:span["end"]]
                assert words and words == words.strip(), place
                if span["slot"] == "phone" and words[0].isdigit():
                    assert turn["state"]["phone"].endswith(re.sub(r"\D", "", words).lstrip("0")), place
                if span["slot"] == "name":
                    assert words.lower() == turn["state"]["name"].lower(), place
            for slot, value in turn["state"].items():
                assert slot in slots, place
                if slot in ("service", "practitioner"):
                    assert value in values or value == "dontcare", place
                if slot in ("date", "current_date"):
                    assert value > events[0]["time"][:10], place
            known = turn["state"]
        for event in events:
            if event["type"] == "AgentTurn":
                assert event["state"] in states and event["next_state"] in states, event
                seen["wrong"] += any(known.get(slot) != value for slot, value in event.get("slots", {}).items())
        for bookings in record["expected_bookings"]:
            for booking in bookings["bookings"]:
                assert booking["slots"] == known, name
    assert seen["outcomes"] >= {"completed", "abandoned", "handed_over"}, seen
    assert seen["intents"] >= {"book", "reschedule", "cancel", "lookup", "ask", "handover"}, seen
    assert seen["wrong"] > 100 and seen["noise"] > 100, seen
    turns = sum(len(record["turns"]) for record in gold_by_id.values()) / len(gold_by_id)
    assert 5 <= turns <= 7, turns
    phrases = {event["text"].lower() for events in events_by_id.values() for event in events
               if event["type"] == "UserTurn"}
    assert len(phrases) > 2500, len(phrases)


whole = generate("whole", "--count", "300")
assert whole == generate("again", "--count", "300"), "the same seed gave other bytes"
assert whole != generate("other", "--count", "300", "--seed", "2"), "another seed gave the same bytes"
first, second = generate("first", "--count", "100"), generate("second", "--count", "200", "--first", "100")
assert whole == (first[0] + second[0], first[1] + second[1]), "parts differ from the whole"
bad = subprocess.run([program, "--count", "x"], stderr=subprocess.PIPE, check=False)
assert bad.returncode == 2 and b"no whole number" in bad.stderr
check_words()
