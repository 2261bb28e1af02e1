#!/usr/bin/env python3
"""make_calls.py: writes events.jsonl and gold.jsonl beside itself: the eight calls that the golden runs replay.

The calls were made up for these tests; each is here for something that a report has to show. A turn is
(caller's words, agent's answer, state, next state, what the agent extracted, confidence, what is right after the turn).
Run it after a change, then .ci/bless. Python 3.9, standard library only.
"""
import datetime
import hashlib
import json
import pathlib

HERE = pathlib.Path(__file__).resolve().parent
START = datetime.datetime(2025, 3, 3, 14, 0, 0)  # a Monday, 09:00 in New York

CALLS = [
    ("salon-01", "book", "none", "completed", [
        ("i'd like a haircut please", "Which day?", "greeting", "collect_date", {"service": "haircut"}, 0.95,
         {"service": "haircut"}),
        # "the friday after that" is too much for patterns.
        ("not this friday but the friday after that", "What time?", "collect_date", "collect_time",
         {"date": "2025-03-14"}, 0.9, {"date": "2025-03-14"}),
        ("2pm", "What is your name?", "collect_time", "collect_name", {"time": "14:00"}, 0.93, {"time": "14:00"}),
        ("my name is Ada Quill", "Booked.", "collect_name", "complete", {"name": "Ada Quill"}, 0.97,
         {"name": "Ada Quill"}),
    ]),
    # The caller corrects the day; the recorded agent does not hear it.
    ("salon-02", "book", "none", "completed", [
        ("a manicure tomorrow at 10:30", "Your name?", "greeting", "collect_name",
         {"service": "manicure", "date": "2025-03-04", "time": "10:30"}, 0.8,
         {"service": "manicure", "date": "2025-03-04", "time": "10:30"}),
        ("sorry i meant wednesday. it's Tom Varga", "Booked for tomorrow.", "collect_name", "complete",
         {"name": "Tom Varga"}, 0.6, {"date": "2025-03-05", "name": "Tom Varga"}),
    ]),
    # Two days will do: alternatives in gold.
    ("salon-03", "book", "none", "completed", [
        ("massage thursday or friday morning", "Thursday at 9?", "greeting", "collect_time",
         {"service": "massage", "date": "2025-03-06", "time": "TMO"}, 0.7,
         {"service": "massage", "date": ["2025-03-06", "2025-03-07"], "time": "TMO"}),
        ("9 am is fine, i'm Ilse Brandt", "Done.", "collect_time", "complete",
         {"time": "09:00", "name": "Ilse Brandt"}, 0.85, {"time": "09:00", "name": "Ilse Brandt"}),
    ]),
    ("salon-04", "cancel", "none", "completed", [
        ("i need to cancel my haircut on 03/12/2025", "Your name?", "greeting", "collect_name",
         {"service": "haircut", "date": "2025-03-12"}, 0.9, {"service": "haircut", "date": "2025-03-12"}),
        ("Bo Lindgren", "Cancelled.", "collect_name", "complete", {"name": "Bo Lindgren"}, 0.9,
         {"name": "Bo Lindgren"}),
    ]),
    ("salon-05", "handover", "required", "handed_over", [
        ("can i talk to a person", "One moment.", "greeting", "handover", {}, 0.9, {}),
    ]),
    # A question with a slot that the agent makes up.
    ("salon-06", "ask", "none", "completed", [
        ("how much is a massage", "60 dollars. Which day?", "greeting", "collect_date",
         {"service": "massage", "date": "2025-03-03"}, 0.4, {"service": "massage"}),
        ("just asking, goodbye", "Goodbye.", "collect_date", "closing", {}, 0.8, {}),
    ]),
    # Whoever reads reports must not run what callers say.
    ("salon-07", "book", "none", "abandoned", [
        ("haircut for <b>O'Neil</b> & \"Søn\"", "Which day?", "greeting", "collect_date", {"service": "haircut"}, 0.9,
         {"service": "haircut"}),
        ("", "Hello?", "collect_date", "collect_date", {}, None, {}),
    ]),
    # The back end fails; the agent cannot finish.
    ("salon-08", "book", "none", "error", [
        ("manicure on march 10 at 14:00, my name is Zoë Ruiz", "Sorry, something went wrong.", "greeting", "closing",
         {"service": "manicure", "date": "2025-03-10", "time": "14:00", "name": "Zoë Ruiz"}, 0.9,
         {"service": "manicure", "date": "2025-03-10", "time": "14:00", "name": "Zoë Ruiz"}),
    ]),
]
TOOLS = {"book": "book_appointment", "cancel": "cancel_appointment"}


def stamp(seconds):
    return (START + datetime.timedelta(seconds=seconds)).isoformat(timespec="milliseconds") + "Z"


def call_events(number, call):
    name, intent, _, outcome, turns = call
    clock, sequence, known = number * 600.0, 0, {}

    def event(kind, **fields):
        nonlocal sequence
        sequence += 1
        return {"conversation_id": name, "sequence": sequence - 1, "time": stamp(clock), "type": kind, **fields}

    yield event("ConversationStarted", language="en-US", locale="en-US", time_zone="America/New_York",
                agent_version="front-1", consent={"evaluation": True, "third_party": False}, metadata={"shop": "north"})
    for index, (words, answer, state, next_state, slots, confidence, _) in enumerate(turns):
        clock += 4
        yield event("ServiceCall", service="STT", provider="local", model="ears-1", latency_ms=200 + 10 * index,
                    **({"error": "timeout"} if words == "" else {}))
        spoken = {"asr_confidence": 0.9, "speech_start": stamp(clock - 3), "speech_end": stamp(clock - 0.25)}
        yield event("UserTurn", text=words, interrupted=False, **(spoken if words else {}))
        latency = 300 + 100 * index + 7 * number
        clock += latency / 1000
        last = index == len(turns) - 1
        known = {**known, **slots}
        if last and intent in TOOLS and outcome in ("completed", "error"):
            result = {"result": {"ok": True}} if outcome == "completed" else {"error": "503"}
            yield event("ToolCall", method=TOOLS[intent], parameters=known, latency_ms=120,
                        idempotency_key="%s-key" % name, **result)
        yield event("AgentTurn", text=answer, state=state, next_state=next_state, intent=intent, slots=known,
                    slot_confidence={slot: confidence for slot in slots},
                    **({} if confidence is None else {"confidence": confidence}), requested_slots=[],
                    provider="ollama", model="llama3.2", prompt_version="v1.0",
                    tokens={"input": 100 + 10 * index, "output": 20 + index}, cost=0.0, latency_ms=latency,
                    first_audio=stamp(clock + 0.2), speech_end=stamp(clock + 2))
        clock += 2
    yield event("ConversationEnded", outcome=outcome)
    if number == 0:
        clock += 400000
        yield event("Feedback", kept=True, rating=5)


def gold_of(call, events):
    name, intent, handover, _, turns = call
    users = [event for event in events if event["type"] == "UserTurn"]
    state, lines = {}, []
    for index, turn in enumerate(turns):
        state = {**state, **turn[6]}
        lines.append({"turn": index, "sequence": users[index]["sequence"],
                      "text_sha256": hashlib.sha256(turn[0].encode()).hexdigest(),
                      "intent": "none" if "goodbye" in turn[0] else intent,
                      "requested_slots": ["price"] if "how much" in turn[0] else [], "state": state,
                      "needs_confirmation": False})
    tool = [{"method": TOOLS[intent], "slots": state}] if intent in TOOLS else []
    return {"conversation_id": name, "dataset": "salon", "split": "challenge" if name == "salon-02" else "random",
            "tags": ["correction"] if name == "salon-02" else [], "turns": lines,
            "goal": {"intent": intent, "slots": state, "requests": ["price"] if name == "salon-06" else []},
            "expected_bookings": [{"bookings": tool}], "handover": handover}


def main():
    with open(HERE / "events.jsonl", "w", encoding="utf-8") as events_file, \
            open(HERE / "gold.jsonl", "w", encoding="utf-8") as gold_file:
        for number, call in enumerate(CALLS):
            events = list(call_events(number, call))
            for event in events:
                events_file.write(json.dumps(event, ensure_ascii=False) + "\n")
            gold_file.write(json.dumps(gold_of(call, events), ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
