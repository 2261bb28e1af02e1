#!/usr/bin/env python3
"""Checks what the SGD importer made of a folder against the folder itself, counted here on its own.

    sgd_import_check.py DRIVER SCHEMA INPUT_DIR

Exit status 77 (skipped) when the folder is not there. Totals are compared, and each conversation: the turns and their
hashes, the spans' words, the requested slots, the cumulative state with its alternatives, and the bookings.
"""
import collections
import glob
import hashlib
import json
import os
import subprocess
import sys
import tempfile


def namer(schema, services):
    holders = collections.Counter(slot for service in set(services) for slot in schema[service]["slots"])
    return lambda service, slot: f"{service}.{slot}" if holders[slot] > 1 else slot


def listed(value):
    return value if isinstance(value, list) else [value]


def expected(dialogue, schema):
    name = namer(schema, dialogue["services"])
    states, turns, bookings, pending = {}, [], [], {}
    for turn in dialogue["turns"]:
        if turn["speaker"] == "USER":
            requested, words = [], []
            for frame in turn["frames"]:
                service = frame["service"]
                states[service] = {name(service, slot): values
                                   for slot, values in frame["state"]["slot_values"].items()}
                requested += [name(service, slot) for slot in frame["state"]["requested_slots"]]
                words += [(name(service, span["slot"]), turn["utterance"][span["start"]:span["exclusive_end"]])
                          for span in frame["slots"]]
            state = {slot: values for service in states for slot, values in states[service].items()}
            intents = {frame["state"]["active_intent"] for frame in turn["frames"]}
            turns.append((turn["utterance"], state, requested, words, intents))
            continue
        for frame in turn["frames"]:
            service, call = frame["service"], frame.get("service_call")
            if call:
                pending.pop(service, None)
                if schema[service]["transactional"].get(call["method"]):
                    pending[service] = (call["method"], call["parameters"])
            acts = [action["act"] for action in frame["actions"]]
            if service in pending and "NOTIFY_SUCCESS" in acts:
                bookings.append(pending.pop(service))
            elif service in pending and "NOTIFY_FAILURE" in acts:
                pending.pop(service)
    return turns, bookings


def totals(dialogues, schema):
    count = collections.Counter(dialogues=len(dialogues))
    for dialogue in dialogues.values():
        for turn in dialogue["turns"]:
            for frame in turn["frames"]:
                if turn["speaker"] == "USER":
                    state = frame["state"]
                    count["state_slots"] += len(state["slot_values"])
                    count["state_values"] += sum(len(values) for values in state["slot_values"].values())
                    count["requested_slots"] += len(state["requested_slots"])
                    count["spans"] += len(frame["slots"])
                elif "service_call" in frame and schema[frame["service"]]["transactional"].get(
                        frame["service_call"]["method"]):
                    acts = [action["act"] for action in frame["actions"]]
                    count["bookings"] += "NOTIFY_SUCCESS" in acts
                    count["failed_calls"] += "NOTIFY_FAILURE" in acts
            count["user_turns"] += turn["speaker"] == "USER"
    return dict(count, spans_without_place=0)


def check(gold, dialogue, schema):
    turns, bookings = expected(dialogue, schema)
    assert [turn["turn"] for turn in gold["turns"]] == list(range(len(turns)))
    assert gold["dataset"] == "sgd" and sorted(gold["tags"]) == sorted(dialogue["services"])
    for made, (utterance, state, requested, words, intents) in zip(gold["turns"], turns):
        assert made["text_sha256"] == hashlib.sha256(utterance.encode()).hexdigest()
        assert {slot: listed(value) for slot, value in made["state"].items()} == state
        assert made["requested_slots"] == requested
        assert [(span["slot"], utterance[span["start"]:span["end"]]) for span in made["spans"]] == words
        assert made["intent"] in intents
        assert made["intent"] != "NONE" or intents == {"NONE"}
    assert len(gold["expected_bookings"]) == 1
    made = [(booking["method"], booking["slots"]) for booking in gold["expected_bookings"][0]["bookings"]]
    assert made == bookings
    assert {slot: listed(value) for slot, value in gold["goal"]["slots"].items()} == turns[-1][1]


def main():
    driver, schema_path, folder = sys.argv[1:4]
    if not os.path.isdir(folder):
        print(f"skipped: {folder} is not there")
        return 77
    with open(schema_path, encoding="utf-8") as stream:
        schema = {service["service_name"]: {
            "slots": [slot["name"] for slot in service["slots"]],
            "transactional": {intent["name"]: intent["is_transactional"] for intent in service["intents"]}}
            for service in json.load(stream)}
    dialogues = {}
    for path in sorted(glob.glob(os.path.join(folder, "dialogues_*.json"))):
        with open(path, encoding="utf-8") as stream:
            dialogues.update((dialogue["dialogue_id"], dialogue) for dialogue in json.load(stream))
    with tempfile.TemporaryDirectory() as temporary:
        output = os.path.join(temporary, "gold.jsonl")
        counted = json.loads(subprocess.run([driver, schema_path, folder, output], check=True, capture_output=True).stdout)
        with open(output, encoding="utf-8") as stream:
            made = [json.loads(line) for line in stream]
    assert counted == totals(dialogues, schema), (counted, totals(dialogues, schema))
    assert [gold["conversation_id"] for gold in made] == list(dialogues)
    for gold in made:
        try:
            check(gold, dialogues[gold["conversation_id"]], schema)
        except AssertionError:
            print(f"dialogue {gold['conversation_id']}")
            raise
    print(json.dumps(counted))
    return 0


if __name__ == "__main__":
    sys.exit(main())
