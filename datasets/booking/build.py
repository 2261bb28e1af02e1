#!/usr/bin/env python3
"""build.py: source/*.txt -> conversations.jsonl, gold.jsonl, SHA256SUMS (Python 3, standard library).

The words of callers and agent, the gold values, the agent's mistakes, errors and outcomes are
authored in source/ (form: script.py). What a recording would add is drawn here, from hashes of the
conversation's id, so that every run writes the same bytes: durations of speech, latencies,
confidences, token counts, booking numbers.

    datasets/booking/build.py           writes the files
    datasets/booking/build.py --check   compares them with what is there, exit code 1 if they differ
    datasets/booking/build.py --blind   also writes labelling/blind_50.jsonl
"""
import datetime
import glob
import hashlib
import json
import os
import sys
import zoneinfo

import recording
import script

HERE = os.path.dirname(os.path.abspath(__file__))
# What goes into the desk's calendar, per method; the rest of the state are notes.
BOOKING_SLOTS = {
    "book_appointment": ["service", "practitioner", "date", "time", "name", "phone", "email",
                         "party_size"],
    "reschedule_appointment": ["name", "current_date", "date", "time", "practitioner"],
    "cancel_appointment": ["name", "current_date"],
}
FREE_FORM = {"metadata", "parameters", "result"}
REQUIRED_SLOTS = {
    "book": ["service", "date", "time", "name", "phone"],
    "reschedule": ["name", "current_date", "date", "time"],
    "cancel": ["name", "current_date"],
}


def plain(values):
    """Gold's form of a slot: one text, or the list of accepted ones, the canonical first."""
    return values[0] if len(values) == 1 else list(values)


def is_clock(values):
    return all(not value.startswith("T") and value != "dontcare" for value in values)


def complete(intent, state):
    """Whether the intent's required slots are all known, the time as a clock, the date as a day."""
    needed = REQUIRED_SLOTS.get(intent)
    return (needed is not None and all(slot in state for slot in needed)
            and is_clock(state.get("time", [""])) and len(state.get("date", [""])[0]) in (0, 10))


def needs_confirmation(turn, before, after, intent):
    """The guideline's rule for reading back, unless the author decided: a value was changed or taken
    back, a date or time has two readings, the words were misheard, or everything needed is known
    now and was not before. A part of the day that becomes a clock time, and alternatives of which one
    is settled on, are no change."""
    if turn.confirm is not None:
        return turn.confirm
    now = {}
    for slot, values in turn.changes:
        if now.setdefault(slot, values) != values:
            return True
        changed = slot in before and before[slot] != values
        vague = slot in ("time", "date") and slot in before and not (
            is_clock(before[slot]) and len(before[slot][0]) in (5, 10))
        settled = values is not None and set(values) <= set(before.get(slot, []))
        if changed and not vague and not settled:
            return True
        if values and len(values) > 1 and slot in ("date", "time", "current_date"):
            return True
    if turn.reference is not None and turn.changes:
        return True
    return complete(intent, after) and not complete(intent, before)


def booking_of(method, state, changes):
    state = dict(state)
    for slot, values in changes:
        state[slot] = values
    slots = {slot: plain(state[slot]) for slot in BOOKING_SLOTS[method]
             if state.get(slot) and "dontcare" not in state[slot]}
    return {"method": method, "slots": slots}


def expected_bookings(conversation, intent, state):
    if conversation.ends:
        return [{"bookings": [booking_of(method, state, changes) for method, changes in end]}
                for end in conversation.ends]
    if not complete(intent, state):
        return [{"bookings": []}]
    return [{"bookings": [booking_of(script.METHODS[intent], state, [])]}]


def goal_intent(conversation):
    """The last thing that the caller wanted done, else what they asked for."""
    done = [turn.intent for turn in conversation.turns if turn.intent in REQUIRED_SLOTS]
    other = [turn.intent for turn in conversation.turns if turn.intent != "none"]
    return (done or other or ["none"])[-1]


def gold_of(conversation, sequences):
    state, turns, requests = {}, [], []
    for index, turn in enumerate(conversation.turns):
        before = dict(state)
        for slot, values in turn.changes:
            state.pop(slot, None) if values is None else state.__setitem__(slot, values)
        requests += [name for name in turn.requested if name not in requests]
        record = {
            "turn": index,
            "sequence": sequences[index],
            "text_sha256": hashlib.sha256(turn.text.encode()).hexdigest(),
            "intent": turn.intent,
            "requested_slots": turn.requested,
            "state": {slot: plain(values) for slot, values in state.items()},
            "spans": [{"slot": slot, "start": start, "end": end}
                      for slot, start, end in turn.spans],
            "needs_confirmation": needs_confirmation(turn, before, state, turn.intent),
        }
        turns.append(record)
    intent = conversation.options.get("goal", goal_intent(conversation))
    goal = {"intent": intent, "slots": {slot: plain(values) for slot, values in state.items()},
            "requests": requests}
    if conversation.refused:
        goal["refused"] = {slot: plain(values) for slot, values in conversation.refused.items()}
    return {
        "conversation_id": conversation.id,
        "dataset": "booking",
        "split": conversation.options.get("split", "random"),
        "tags": conversation.tags,
        "turns": turns,
        "goal": goal,
        "expected_bookings": expected_bookings(conversation, intent, state),
        "handover": conversation.options.get("handover", "none"),
    }


def blind_of(events):
    """What a second labeller may see: the words of both sides, the day and the zone, no values."""
    started, lines, turn = events[0], [], 0
    for event in events:
        if event["type"] == "UserTurn":
            lines.append({"speaker": "caller", "turn": turn, "text": event["text"]})
            if "reference_text" in event:
                lines[-1]["reference_text"] = event["reference_text"]
            turn += 1
        elif event["type"] == "AgentTurn":
            lines.append({"speaker": "agent", "text": event["text"]})
    moment = datetime.datetime.fromisoformat(started["time"].replace("Z", "+00:00"))
    local = moment.astimezone(zoneinfo.ZoneInfo(started["time_zone"]))
    day = f"{script.WEEKDAY_NAMES[local.weekday()]} {local:%Y-%m-%d %H:%M}"
    return {"conversation_id": started["conversation_id"], "local_time": day,
            "time_zone": started["time_zone"], "locale": started["locale"], "lines": lines}


def choose_blind(conversations, count=50):
    """A seeded choice: the ids whose hashes are the smallest."""
    def rank(conversation):
        return hashlib.sha256(f"blind labelling 1 {conversation.id}".encode()).hexdigest()
    return sorted(sorted(conversations, key=rank)[:count], key=lambda c: c.number)


def json_line(record):
    """As assay itself writes a record: JSON of any shape (FREE_FORM) is kept compact."""
    fields = []
    for name, value in record.items():
        separators = (",", ":") if name in FREE_FORM else (", ", ": ")
        text = json.dumps(value, ensure_ascii=False, separators=separators)
        fields.append(f"{json.dumps(name)}: {text}")
    return "{" + ", ".join(fields) + "}\n"


def json_lines(records):
    return "".join(json_line(record) for record in records).encode()


def build():
    """{file name: bytes} of everything that is generated, SHA256SUMS included."""
    conversations = script.read_scripts(sorted(glob.glob(os.path.join(HERE, "source", "*.txt"))))
    events, gold, by_id = [], [], {}
    for conversation in conversations:
        recorded, sequences = recording.record(conversation, BOOKING_SLOTS)
        events += recorded
        by_id[conversation.id] = recorded
        gold.append(gold_of(conversation, sequences))
    files = {"conversations.jsonl": json_lines(events), "gold.jsonl": json_lines(gold)}
    blind = json_lines(blind_of(by_id[c.id]) for c in choose_blind(conversations))
    return files, blind


def read_or_empty(name):
    try:
        with open(os.path.join(HERE, name), "rb") as file:
            return file.read()
    except FileNotFoundError:
        return b""


def main(arguments):
    files, blind = build()
    if "--check" in arguments:
        stale = [name for name, data in files.items() if data != read_or_empty(name)]
        print("\n".join(f"{name}: differs from source/, run build.py" for name in stale))
        return 1 if stale else 0
    if "--blind" in arguments:
        files["labelling/blind_50.jsonl"] = blind
    for name, data in files.items():
        with open(os.path.join(HERE, name), "wb") as file:
            file.write(data)
    summed = ["conversations.jsonl", "gold.jsonl", "task.yaml", "labelling/blind_50.jsonl",
              "labelling/first.jsonl", "labelling/second.jsonl"]
    with open(os.path.join(HERE, "SHA256SUMS"), "w", encoding="ascii") as file:
        for name in summed:
            data = read_or_empty(name)
            if data:
                file.write(f"{hashlib.sha256(data).hexdigest()}  {name}\n")
    print(f"{datetime.date.today()}: {len(files['gold.jsonl'].splitlines())} conversations, "
          f"{len(files['conversations.jsonl'].splitlines())} events")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
