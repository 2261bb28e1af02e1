#!/usr/bin/env python3
"""check_dataset.py: everything that datasets/booking/CARD.md claims, checked on the files.

    tests/data/check_dataset.py [FOLDER]     one line a fault, exit code 1 when there is one
"""
import collections
import datetime
import hashlib
import json
import os
import re
import sys
import zoneinfo

import agreement
import alikeness
import plain_rules

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "datasets", "booking")
AT_LEAST = {"conversations": 150, "hard_for_rules": 30, "defeat the recorded agent": 15,
            "several acceptable bookings": 10}
RANDOM_SHARE = (0.65, 0.75)
REQUESTABLE = {"price", "address", "duration", "opening_hours", "parking", "insurance",
               "availability", "preparation", "cancellation_policy", "practitioner", "date", "time",
               "phone", "payment", "service", "booking_reference", "accessibility", "language"}
EVENT_FIELDS = {
    "ConversationStarted": {"language", "locale", "time_zone", "agent_version", "experiment",
                            "variant", "consent", "metadata"},
    "UserTurn": {"text", "reference_text", "asr_confidence", "asr_alternatives", "speech_start",
                 "speech_end", "interrupted", "audio_ref"},
    "AgentTurn": {"text", "state", "next_state", "intent", "slots", "slot_confidence", "confidence",
                  "requested_slots", "provider", "model", "prompt_version", "tokens", "cost",
                  "latency_ms", "time_to_first_token_ms", "first_audio", "speech_end"},
    "ServiceCall": {"service", "provider", "model", "latency_ms", "error"},
    "ToolCall": {"method", "parameters", "result", "error", "latency_ms", "idempotency_key"},
    "ConversationEnded": {"outcome", "reason"},
    "Feedback": {"kept", "no_show", "rebooked_by_person", "called_back", "rating"},
}
OUTCOMES = {"completed", "handed_over", "abandoned", "refused", "error"}
BOOKING_METHODS = {"book_appointment", "reschedule_appointment", "cancel_appointment"}
LEADING = r"^(a|an|the|my|his|her) "
DAY = r"\d{4}-\d\d-\d\d"
FORMS = {
    "date": rf"{DAY}|\d{{4}}-W\d\d|\d{{4}}-\d\d",
    "time": r"([01]\d|2[0-3]):[0-5]\d|T(MO|MI|AF|EV|NI)",
    "interval": rf"({DAY}|\.\.)/({DAY}|\.\.)|(\d\d:\d\d|\.\.)/(\d\d:\d\d|\.\.)",
    "phone": r"\+\d{11,12}",
    "email": r"[^@\s]+@[^@\s]+\.[a-z]+",
    "number": r"\d+",
    "name": r"\S.*",
    "text": r"\S.*",
}


class Faults:
    def __init__(self):
        self.lines = []

    def check(self, condition, message):
        if not condition:
            self.lines.append(message)
        return condition


def read_json_lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def read_task(path):
    """The names in task.yaml: enough of YAML for the shape that this file has."""
    task = {"slots": {}, "intents": {}, "states": set(), "values": collections.defaultdict(set)}
    section = name = None
    with open(path, encoding="utf-8") as file:
        for line in file:
            if re.match(r"[a-z]", line):
                section = line.split(":")[0]
            state = re.match(r"  - \{name: (\w+),", line)
            named = re.match(r"  - name: (\w+)", line)
            kind = re.match(r"    type: (\w+)", line)
            value = re.match(r"      - value: \"?([^\"\n]+)\"?", line)
            requires = re.match(r"    requires: \[([^\]]*)\]", line)
            if state:
                task["states"].add(state[1])
            elif named:
                name = named[1]
                if section == "intents":
                    task["intents"][name] = []
            elif kind and section == "slots":
                task["slots"][name] = kind[1]
            elif value:
                task["values"][name].add(value[1])
            elif requires:
                task["intents"][name] = re.findall(r"\w+", requires[1])
    return task


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def values_of(value):
    return value if isinstance(value, list) else [value]


def check_value(slot, value, task, faults, where, dontcare=True):
    kind = task["slots"].get(slot)
    if not faults.check(kind, f"{where}: no slot {slot!r} in the task file"):
        return
    texts = values_of(value)
    faults.check(texts and len(texts) == len(set(texts)), f"{where}: {slot}: {value}")
    for text in texts:
        if text == "dontcare" and dontcare:
            continue
        if kind == "categorical":
            good = text in task["values"][slot]
        else:
            good = isinstance(text, str) and re.fullmatch(FORMS[kind], text)
        if faults.check(good, f"{where}: {slot}: {text!r} is no {kind}") and kind == "date":
            if len(text) == 10:
                datetime.date.fromisoformat(text)
        if good and kind == "interval" and ".." not in text:
            start, end = text.split("/")
            faults.check(start < end, f"{where}: {slot}: {text} is empty")


def check_turn_times(event, faults, where):
    if "speech_start" in event:
        faults.check(moment(event["speech_start"]) < moment(event["speech_end"])
                     <= moment(event["time"]), f"{where}: speech times")
    if "first_audio" in event:
        faults.check(moment(event["first_audio"]) < moment(event["speech_end"])
                     <= moment(event["time"]), f"{where}: audio times")


def check_agent_turn(event, task, faults, where):
    for name in ("state", "next_state"):
        faults.check(event[name] in task["states"], f"{where}: no state {event[name]!r}")
    if "model" not in event:
        faults.check(event["state"] == "greeting" and "slots" not in event, f"{where}: no model")
        return
    faults.check((event["provider"], event["model"], event["prompt_version"])
                 == ("ollama", "llama3.2", "v1.0"), f"{where}: model")
    faults.check(event["intent"] in task["intents"], f"{where}: no intent {event['intent']!r}")
    faults.check(set(event["slots"]) <= set(task["slots"]), f"{where}: slots {event['slots']}")
    faults.check(set(event["slots"]) == set(event["slot_confidence"]), f"{where}: slot_confidence")
    faults.check(all(0 <= c <= 1 for c in event["slot_confidence"].values()), f"{where}: confidence")
    faults.check(0 < event["time_to_first_token_ms"] < event["latency_ms"], f"{where}: latency")
    faults.check(event["cost"] == 0 and event["tokens"]["input"] > 0, f"{where}: cost, tokens")


def check_conversation(events, task, faults):
    """One conversation's events: envelope, order, times, fields, states."""
    where = events[0]["conversation_id"]
    faults.check([event["sequence"] for event in events] == list(range(len(events))),
                 f"{where}: sequence numbers")
    faults.check(all(moment(a["time"]) <= moment(b["time"]) for a, b in zip(events, events[1:])),
                 f"{where}: times go backwards")
    types = [event["type"] for event in events]
    faults.check(types[0] == "ConversationStarted" and types.count("ConversationStarted") == 1,
                 f"{where}: must begin with one ConversationStarted")
    ended = types.index("ConversationEnded") if "ConversationEnded" in types else -1
    faults.check(types.count("ConversationEnded") == 1
                 and set(types[ended + 1:]) <= {"Feedback"}, f"{where}: must end once")
    faults.check("UserTurn" in types, f"{where}: no user turn")
    zone = zoneinfo.ZoneInfo(events[0]["time_zone"])
    faults.check(zone is not None and events[0]["locale"] in ("en-US", "en-GB"), f"{where}: locale")
    state, spoke = "greeting", None
    for event in events:
        place = f"{where}#{event['sequence']}"
        fields = set(event) - {"conversation_id", "sequence", "time", "type"}
        faults.check(fields <= EVENT_FIELDS[event["type"]], f"{place}: fields {fields}")
        check_turn_times(event, faults, place)
        if event["type"] == "UserTurn":
            spoke = moment(event["speech_end"])
        elif event["type"] == "AgentTurn":
            check_agent_turn(event, task, faults, place)
            faults.check(event["state"] == state, f"{place}: state {event['state']}, was {state}")
            state = event["next_state"]
            faults.check(not spoke or moment(event["first_audio"]) > spoke, f"{place}: answers early")
        elif event["type"] == "ConversationEnded":
            faults.check(event["outcome"] in OUTCOMES, f"{place}: outcome")
        elif event["type"] == "ToolCall" and event["method"] in BOOKING_METHODS:
            faults.check("idempotency_key" in event, f"{place}: no idempotency key")


def check_gold_turns(gold, events, task, faults):
    where = gold["conversation_id"]
    said = [event for event in events if event["type"] == "UserTurn"]
    if not faults.check(len(said) == len(gold["turns"]), f"{where}: gold turns"):
        return
    for index, (turn, event) in enumerate(zip(gold["turns"], said)):
        place = f"{where} turn {index}"
        faults.check(turn["turn"] == index and turn["sequence"] == event["sequence"],
                     f"{place}: turn or sequence number")
        digest = hashlib.sha256(event["text"].encode()).hexdigest()
        faults.check(turn["text_sha256"] == digest, f"{place}: text_sha256")
        faults.check(turn["intent"] in task["intents"], f"{place}: no intent {turn['intent']!r}")
        faults.check(set(turn["requested_slots"]) <= REQUESTABLE,
                     f"{place}: requested {turn['requested_slots']}")
        faults.check(isinstance(turn["needs_confirmation"], bool), f"{place}: needs_confirmation")
        for slot, value in turn["state"].items():
            check_value(slot, value, task, faults, place)
        reasons = values_of(turn["state"].get("reason", []))
        faults.check({re.sub(LEADING, "", reason) for reason in reasons} <= set(reasons),
                     f"{place}: reason {reasons} without its article is not accepted")
        for span in turn["spans"]:
            faults.check(span["slot"] in turn["state"] and 0 <= span["start"] < span["end"]
                         <= len(event["text"]), f"{place}: span {span}")


def check_dates(gold, events, faults):
    """Wanted days are not in the past, and a booking lies on a day when the desk is open."""
    today = moment(events[0]["time"]).astimezone(zoneinfo.ZoneInfo(events[0]["time_zone"])).date()
    for bookings in gold["expected_bookings"]:
        for booking in bookings["bookings"]:
            for text in values_of(booking["slots"].get("date", [])):
                day = datetime.date.fromisoformat(text)
                faults.check(today <= day <= today + datetime.timedelta(200),
                             f"{gold['conversation_id']}: books {day} on {today}")
                faults.check(day.weekday() < 6, f"{gold['conversation_id']}: {day} is a Sunday")


def check_goal(gold, task, faults):
    where = gold["conversation_id"]
    goal = gold["goal"]
    faults.check(goal["intent"] in task["intents"], f"{where}: goal intent")
    faults.check(goal["slots"] == gold["turns"][-1]["state"], f"{where}: goal is not the last state")
    faults.check(gold["expected_bookings"], f"{where}: no expected_bookings")
    for slot, value in goal.get("refused", {}).items():
        check_value(slot, value, task, faults, f"{where} refused", dontcare=False)
        final = set(values_of(goal["slots"].get(slot, [])))
        faults.check(not final & set(values_of(value)), f"{where}: {slot} is refused and wanted")
    for bookings in gold["expected_bookings"]:
        for booking in bookings["bookings"]:
            faults.check(booking["method"] in BOOKING_METHODS, f"{where}: {booking['method']}")
            intent = booking["method"].split("_")[0]
            missing = set(task["intents"][intent]) - set(booking["slots"])
            faults.check(not missing, f"{where}: {booking['method']} lacks {missing}")
            faults.check("party_size" not in booking["slots"] or len(bookings["bookings"]) == 1,
                         f"{where}: party_size, but a booking for each")
            for slot, value in booking["slots"].items():
                check_value(slot, value, task, faults, f"{where} booking", dontcare=False)
                faults.check(not str(values_of(value)[0]).startswith("T") or slot != "time",
                             f"{where}: books a part of the day")


def canonical(slot, text):
    """A recorded value in gold's spelling, as far as the recorded agent departs from it."""
    if slot == "phone":
        digits = re.sub(r"\D", "", text)
        return "+1" + digits if len(digits) == 10 else "+" + digits
    clock = re.fullmatch(r"(\d{1,2})(?::(\d\d))? ?([AP])M", text)
    if slot == "time" and clock:
        hour = int(clock[1]) % 12 + (12 if clock[3] == "P" else 0)
        return f"{hour:02d}:{clock[2] or '00'}"
    return text.casefold()


def same_slots(want, have):
    """A slot that gold's booking does not name is not compared: the caller did not mind."""
    return all(slot in have and canonical(slot, have[slot])
               in [canonical(slot, text) for text in values_of(want[slot])] for slot in want)


def recorded_bookings(events):
    """The calls that changed the calendar; calls with one idempotency key are one."""
    found = {}
    for event in events:
        if (event["type"] == "ToolCall" and event["method"] in BOOKING_METHODS
                and "error" not in event):
            found[event["idempotency_key"]] = (event["method"], event["parameters"])
    return list(found.values())


def matches(expected, recorded):
    """Whether the recorded bookings are this multiset."""
    left = list(recorded)
    for booking in expected["bookings"]:
        for call in left:
            if call[0] == booking["method"] and same_slots(booking["slots"], call[1]):
                left.remove(call)
                break
        else:
            return False
    return not left


def defeats_recorded(gold, events):
    bookings = recorded_bookings(events)
    return not any(matches(expected, bookings) for expected in gold["expected_bookings"])


def defeats_plain_rules(gold, events):
    """Plain rules end with another date, time or name than gold."""
    zone = zoneinfo.ZoneInfo(events[0]["time_zone"])
    today = moment(events[0]["time"]).astimezone(zone).date()
    turns, asked = [], ""
    for event in events:
        if event["type"] == "UserTurn":
            turns.append((event["text"], asked))
        elif event["type"] == "AgentTurn":
            asked = event["next_state"]
    state = plain_rules.final_state(turns, today)
    for slot in ("date", "time", "name"):
        want = [text.casefold() for text in values_of(gold["goal"]["slots"].get(slot, []))]
        have = state.get(slot)
        if (have or want) and (not have or have.casefold() not in want):
            return True
    return False


def several_acceptable(gold):
    ends = gold["expected_bookings"]
    return len(ends) > 1 or any(isinstance(value, list) and slot in ("date", "time", "practitioner")
                                for end in ends for booking in end["bookings"]
                                for slot, value in booking["slots"].items())


def check_counts(golds, conversations, faults):
    counts = collections.Counter()
    for gold in golds:
        events = conversations[gold["conversation_id"]]
        counts["conversations"] += 1
        counts[gold["split"]] += 1
        counts["defeat the recorded agent"] += defeats_recorded(gold, events)
        counts["several acceptable bookings"] += several_acceptable(gold)
        counts["user turns"] += len(gold["turns"])
        counts["events"] += len(events)
        if "hard_for_rules" in gold["tags"]:
            counts["hard_for_rules"] += 1
            faults.check(defeats_plain_rules(gold, events),
                         f"{gold['conversation_id']}: tagged hard_for_rules, plain rules get it right")
    for name, least in AT_LEAST.items():
        faults.check(counts[name] >= least, f"{name}: {counts[name]}, wanted {least}")
    share = counts["random"] / max(1, counts["conversations"])
    faults.check(RANDOM_SHARE[0] <= share <= RANDOM_SHARE[1], f"split random: {share:.2f}")
    faults.check(counts["random"] + counts["challenge"] == counts["conversations"], "splits")
    return counts


def check_alikeness(golds, conversations, faults):
    turns = []
    for gold in golds:
        said = [event for event in conversations[gold["conversation_id"]]
                if event["type"] == "UserTurn"]
        for turn, event in zip(gold["turns"], said):
            spans = [(span["slot"], span["start"], span["end"]) for span in turn["spans"]]
            turns.append((f"{gold['conversation_id']} turn {turn['turn']}", event["text"], spans))
    for ratio, first, second in alikeness.too_alike(turns):
        faults.check(False, f"{first} and {second} are {ratio:.2f} alike")


def check_sums(folder, faults):
    with open(os.path.join(folder, "SHA256SUMS"), encoding="ascii") as file:
        sums = dict(reversed(line.split()) for line in file)
    faults.check({"conversations.jsonl", "gold.jsonl", "task.yaml"} <= set(sums), "SHA256SUMS")
    for name, digest in sums.items():
        with open(os.path.join(folder, name), "rb") as file:
            faults.check(hashlib.sha256(file.read()).hexdigest() == digest, f"{name}: SHA256SUMS")


def check_card(folder, counts, faults):
    """The figures in the card are those of the files."""
    with open(os.path.join(folder, "CARD.md"), encoding="utf-8") as file:
        figures = dict(re.findall(r"^\| ([\w ,]+?) +\| ([\d,]+) +\|", file.read(), re.M))
    for name in ("conversations", "user turns", "events", "random", "challenge", "hard_for_rules",
                 "defeat the recorded agent", "several acceptable bookings"):
        faults.check(figures.get(name, "").replace(",", "") == str(counts[name]),
                     f"CARD.md: {name}: {figures.get(name)}, the files have {counts[name]}")


def changed_by_revision(first, gold):
    """How the card puts what was changed in gold after the comparison, counted in the fifty."""
    turns = [(name, before != {field: after[field] for field in before})
             for name, all_turns in first.items() for before, after in zip(all_turns, gold[name])]
    return (f"The revision changed {sum(changed for _, changed in turns)} of these {len(turns)} turns, "
            f"in {len({name for name, changed in turns if changed})} of the {len(first)} conversations.")


def check_second_labelling(folder, faults):
    """When there is one, the card holds the agreement with gold before (labelling/first.jsonl) and
    after its revision, each under its heading, and what the revision changed."""
    second = os.path.join(folder, "labelling", "second.jsonl")
    if not os.path.exists(second):
        return
    answers = agreement.read(second)
    asked = {record["conversation_id"] for record in
             read_json_lines(os.path.join(folder, "labelling", "blind_50.jsonl"))}
    faults.check(set(answers) == asked, "labelling/second.jsonl: other conversations than blind_50")
    gold = agreement.read(os.path.join(folder, "gold.jsonl"))
    first = agreement.read(os.path.join(folder, "labelling", "first.jsonl"))
    if not (faults.check(set(answers) <= set(gold), "labelling/second.jsonl: not in gold.jsonl")
            and faults.check(set(first) == asked, "labelling/first.jsonl: other than blind_50")):
        return
    with open(os.path.join(folder, "CARD.md"), encoding="utf-8") as file:
        sections = dict(re.findall(r"^#+ (.+)\n([^#]*)", file.read(), re.M))
    after = agreement.report(gold, answers)[0] + [changed_by_revision(first, gold)]
    for heading, lines in (("Before the revision", agreement.report(first, answers)[0]),
                           ("After the revision", after)):
        held = sections.get(heading, "").splitlines()
        for line in lines:
            faults.check(line in held, f"CARD.md, {heading}, lacks the line of agreement.py: {line}")


def check_folder(folder):
    faults = Faults()
    task = read_task(os.path.join(folder, "task.yaml"))
    conversations, previous = {}, None
    for event in read_json_lines(os.path.join(folder, "conversations.jsonl")):
        name = event["conversation_id"]
        faults.check(name == previous or name not in conversations, f"{name}: not contiguous")
        conversations.setdefault(name, []).append(event)
        previous = name
    golds = read_json_lines(os.path.join(folder, "gold.jsonl"))
    faults.check([gold["conversation_id"] for gold in golds] == list(conversations),
                 "gold.jsonl and conversations.jsonl hold other conversations")
    for gold in golds:
        events = conversations.get(gold["conversation_id"])
        if events:
            check_conversation(events, task, faults)
            check_gold_turns(gold, events, task, faults)
            check_goal(gold, task, faults)
            check_dates(gold, events, faults)
    check_alikeness(golds, conversations, faults)
    counts = check_counts(golds, conversations, faults)
    check_sums(folder, faults)
    check_second_labelling(folder, faults)
    check_card(folder, counts, faults)
    return faults.lines, counts


def main(arguments):
    lines, counts = check_folder(arguments[0] if arguments else FOLDER)
    print("\n".join(lines))
    print(", ".join(f"{name} {count}" for name, count in sorted(counts.items())))
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
