"""script.py: reads the authored conversations in source/*.txt (Python 3, standard library only).

One conversation, the form in which they were written; `#` at the start of a line is a comment:

    == 007 2025-01-08T10:12 tags=correction,two_people split=challenge clinic=salon
    U:book i need {a haircut|s=haircut} on {friday|d=fri}      the caller's words, as heard
    R i need a haircut on Friday                               what was really said, where that differs
    N 0.41 i need a hair cut friday                            another hearing and its confidence
    P d=fri+1; -t; intent=ask; req=price                       where the agent understood otherwise
    S LLM timeout 8000                                         a service that failed, after so many ms
    T book; !error=slot_taken; => {"free": ["15:00"]}          a call of the booking back end
    A:collect_time What time on <date>?                        next state and the agent's words
    X d=mon                                                    goal: values that must not be booked
    B book d=fri;t=15:00                                       an acceptable end (one line each)
    B none                                                     the acceptable end is: nothing booked
    E abandoned caller hung up                                 how the recorded agent's call ended
    F 3 kept rating=5                                          feedback, days later

U takes in this order: `^` spoke over the agent, `:intent` (else the last one goes on), `?price,address`
(what is asked), `!` or `-` (a read-back is or is not called for; else see needs_confirmation in
build.py). `{surface|slot=value;slot}` marks the words that carry a value; without `=` the value is
read from the words (names, phones, emails). `a~b`: b is accepted too. `{|...}`: no words of its own.
`-slot` takes a value back. Slot names are abbreviated as in ABBREVIATIONS.
In a P line `slot=` is the empty text and `slot=null` a slot that the agent wrote down without a value.
Dates: `today`, `+3`, `tue` (the next one after today), `tue+1` (a week later), `03-31`, `w+1` (that
ISO week), or as they shall stand.
"""
import datetime
import json
import re

ABBREVIATIONS = {
    "s": "service", "pr": "practitioner", "d": "date", "t": "time", "n": "name", "p": "phone",
    "e": "email", "dr": "date_range", "tr": "time_range", "w": "for_whom", "ps": "party_size",
    "fv": "first_visit", "r": "reason", "cd": "current_date", "ct": "current_time",
}
METHODS = {
    "book": "book_appointment", "reschedule": "reschedule_appointment",
    "cancel": "cancel_appointment", "find": "find_appointment", "avail": "check_availability",
    "message": "leave_message", "transfer": "transfer_call",
}
DATE_SLOTS = ("date", "current_date", "date_range")
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAY_NAMES = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
MONTH_NAMES = ["january", "february", "march", "april", "may", "june", "july", "august",
               "september", "october", "november", "december"]
DIGITS = {"zero": "0", "oh": "0", "o": "0", "one": "1", "two": "2", "three": "3", "four": "4",
          "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9"}


class ScriptError(Exception):
    """A fault of the authored text; the message names file and line."""


def resolve_date(text, today):
    """A date as the script writes it -> as gold holds it."""
    if text == "today":
        return today.isoformat()
    match = re.fullmatch(r"\+(\d+)", text)
    if match:
        return (today + datetime.timedelta(int(match[1]))).isoformat()
    match = re.fullmatch(r"(mon|tue|wed|thu|fri|sat|sun)(?:\+(\d+))?", text)
    if match:
        ahead = (WEEKDAYS.index(match[1]) - today.weekday() - 1) % 7 + 1
        return (today + datetime.timedelta(ahead + 7 * int(match[2] or 0))).isoformat()
    match = re.fullmatch(r"w\+(\d+)", text)
    if match:
        year, week, _ = (today + datetime.timedelta(7 * int(match[1]))).isocalendar()
        return f"{year}-W{week:02d}"
    match = re.fullmatch(r"(\d\d)-(\d\d)", text)
    if match:
        day = datetime.date(today.year, int(match[1]), int(match[2]))
        return (day if day >= today else day.replace(year=today.year + 1)).isoformat()
    if not re.fullmatch(r"\d{4}-(\d\d-\d\d|\d\d|W\d\d)|dontcare", text):
        raise ScriptError(f"no date: {text!r}")
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        datetime.date.fromisoformat(text)
    return text


def phone_from_words(surface, locale):
    """Digit words and digits -> E.164 under the locale's country."""
    digits, times = "", 1
    for word in re.split(r"[\s,.()-]+", surface.lower().replace("+", " ")):
        if word in ("double", "triple"):
            times = 2 if word == "double" else 3
        elif word in DIGITS or word.isdigit():
            digits += DIGITS.get(word, word) * times
            times = 1
    if locale == "en-GB":
        digits = re.sub(r"^(44)?0?", "44", digits)
        if len(digits) != 12:
            raise ScriptError(f"not a phone of the United Kingdom: {surface!r} -> {digits}")
    else:
        digits = digits if len(digits) == 11 else "1" + digits
        if len(digits) != 11 or digits[0] != "1":
            raise ScriptError(f"not a phone of the United States: {surface!r} -> {digits}")
    return "+" + digits


def email_from_words(surface):
    text = surface.lower()
    for words, sign in ((" at ", "@"), (" dot ", "."), (" underscore ", "_"), (" dash ", "-"),
                        (" hyphen ", "-")):
        text = text.replace(words, sign)
    words = [DIGITS.get(word, word) for word in text.split()]
    return "".join(words)


def name_from_words(surface):
    return " ".join("-".join(part[:1].upper() + part[1:] for part in word.split("-"))
                    for word in surface.split())


class Conversation:
    def __init__(self, number, start, options, where):
        self.number, self.where = number, where
        self.options = options
        self.id = f"booking-{number}"
        self.start = datetime.datetime.fromisoformat(start)
        self.locale = options.get("locale", "en-US")
        self.zone = options.get("zone", "America/New_York")
        self.turns, self.refused, self.ends, self.feedback = [], {}, [], []
        self.ended = ("completed", None)

    @property
    def today(self):
        return self.start.date()

    @property
    def tags(self):
        return [tag for tag in self.options.get("tags", "").split(",") if tag]


class Turn:
    def __init__(self):
        self.text, self.reference, self.hearings = "", None, []
        self.intent, self.requested, self.confirm, self.interrupts = None, [], None, False
        self.changes = []    # (slot, [values] or None), in the order said: the last one holds
        self.spans = []      # (slot, start, end) of the last mention of each slot
        self.said = []       # the same of every mention, withdrawn ones too
        self.agent_changes, self.agent_intent, self.agent_requested = [], None, None
        self.failures, self.tools, self.services_before = [], [], []
        self.answer, self.next_state = None, None


def parse_value(slot, text, conversation):
    """`a~b` -> the list of values in gold's form."""
    values = []
    for part in text.split("~"):
        if slot in DATE_SLOTS and part not in ("dontcare",):
            start, *end = part.split("/")
            part = start if start == ".." else resolve_date(start, conversation.today)
            if end:  # a weekday as the end is the next one after the start
                base = conversation.today if start == ".." else datetime.date.fromisoformat(part)
                part += "/" + (end[0] if end[0] == ".." else resolve_date(end[0], base))
        elif slot == "phone" and re.fullmatch(r"\d{10,11}", part):
            part = phone_from_words(part, conversation.locale)
        values.append(part)
    return values


def with_shorter(reasons):
    """A reason is accepted with and without its leading article or possessive."""
    shorter = [re.sub(r"^(a|an|the|my|his|her) ", "", reason) for reason in reasons]
    return reasons + [reason for reason in shorter if reason not in reasons]


def parse_changes(text, conversation, surface=None):
    """`d=tue;-t;n` -> [(slot, [values] or None)]."""
    changes = []
    for item in filter(None, (item.strip() for item in text.split(";"))):
        taken_back = item.startswith("-")
        name, given, value = item.lstrip("-").partition("=")
        slot = ABBREVIATIONS.get(name, name)
        if slot not in ABBREVIATIONS.values():
            raise ScriptError(f"no slot: {name!r}")
        if taken_back:
            changes.append((slot, None))
        elif given:
            values = parse_value(slot, value, conversation)
            changes.append((slot, with_shorter(values) if slot == "reason" else values))
        elif slot == "name":
            changes.append((slot, [name_from_words(surface)]))
        elif slot == "phone":
            changes.append((slot, [phone_from_words(surface, conversation.locale)]))
        elif slot == "email":
            changes.append((slot, [email_from_words(surface)]))
        elif slot == "reason":
            changes.append((slot, with_shorter([surface])))
        else:
            raise ScriptError(f"{slot} needs a value")
    return changes


def check_surface(slot, surface, values):
    """A weekday or a month in the words must be that of one of the values: guards against slips."""
    if slot not in ("date", "current_date") or not re.fullmatch(r"\d{4}-\d\d-\d\d", values[0]):
        return
    days = [datetime.date.fromisoformat(v) for v in values if re.fullmatch(r"\d{4}-\d\d-\d\d", v)]
    words = re.findall(r"[a-z]+", surface.lower())
    said = [WEEKDAY_NAMES.index(w) for w in words if w in WEEKDAY_NAMES]
    plain = not re.search(r"\b(before|after|from|not)\b", surface)
    if said and plain and not any(day.weekday() in said for day in days):
        raise ScriptError(f"{surface!r} is not on {days[0]} ({WEEKDAY_NAMES[days[0].weekday()]})")
    months = [MONTH_NAMES.index(w) + 1 for w in words if w in MONTH_NAMES]
    if months and plain and not any(day.month in months for day in days):
        raise ScriptError(f"{surface!r} is not in {days[0]}")


def parse_user_line(line, conversation):
    match = re.fullmatch(r"U(\^?)(?::(\w+))?(?:\?([\w,]+))?([!-]?)(?: (.*))?", line)
    if not match:
        raise ScriptError(f"cannot read: {line!r}")
    turn = Turn()
    turn.interrupts, turn.intent = bool(match[1]), match[2]
    turn.requested = match[3].split(",") if match[3] else []
    turn.confirm = {"!": True, "-": False, "": None}[match[4]]
    text, rest = "", match[5] or ""
    for plain, surface, changes in re.findall(r"([^{]*)(?:\{([^|}]*)\|([^}]*)\})?", rest):
        text += plain
        if not changes:
            continue
        if not surface:
            text = text.rstrip(" ")
        for slot, values in parse_changes(changes, conversation, surface):
            turn.changes.append((slot, values))
            if surface and values is not None:
                check_surface(slot, surface, values)
                turn.said.append((slot, len(text), len(text) + len(surface)))
        text += surface
    turn.text = text.strip()
    last = {slot: span for span in turn.said for slot in span[:1]}
    turn.spans = [span for span in turn.said if last[span[0]] is span]
    return turn


def parse_tool_line(rest, conversation):
    """`book; !error=slot_taken; ms=900; key=2; d=tue; => {...}`"""
    rest, _, result = rest.partition("=>")
    items = [item.strip() for item in rest.split(";") if item.strip()]
    tool = {"method": METHODS[items[0]], "error": None, "ms": None, "key": "1", "changes": [],
            "result": json.loads(result) if result.strip() else None}
    for item in items[1:]:
        name, _, value = item.partition("=")
        if name == "!error":
            tool["error"] = value
        elif name == "ms":
            tool["ms"] = int(value)
        elif name == "key":
            tool["key"] = value
        else:
            tool["changes"] += parse_changes(item, conversation)
    return tool


def parse_end_line(rest, conversation):
    """`B` line -> [(method, [(slot, values)])]; `none` -> []."""
    bookings = []
    for part in rest.split(" + "):
        method, _, changes = part.strip().partition(" ")
        if method != "none":
            bookings.append((METHODS[method], parse_changes(changes, conversation)))
    return bookings


def parse_agent_line(rest, turn, conversation):
    for item in filter(None, (item.strip() for item in rest.split(";"))):
        if item.startswith("intent="):
            turn.agent_intent = item[7:]
        elif item.startswith("req="):
            turn.agent_requested = [name for name in item[4:].split(",") if name]
        else:
            turn.agent_changes += parse_changes(item, conversation)


def parse_line(line, conversation):
    kind, rest = line[0], line[2:]
    turns = conversation.turns
    if kind == "U":
        turn = parse_user_line(line, conversation)
        turn.intent = turn.intent or (turns[-1].intent if turns else "none")
        turns.append(turn)
    elif kind == "R":
        turns[-1].reference = rest
    elif kind == "N":
        confidence, _, text = rest.partition(" ")
        turns[-1].hearings.append((text, float(confidence)))
    elif kind == "P":
        parse_agent_line(rest, turns[-1], conversation)
    elif kind == "S":
        service, error, milliseconds = rest.split()
        turns[-1].failures.append((service, error, int(milliseconds)))
    elif kind == "T":
        turns[-1].tools.append(parse_tool_line(rest, conversation))
    elif kind == "A":
        state, _, text = rest.partition(" ")
        turns[-1].next_state, turns[-1].answer = state, text
    elif kind == "X":
        for slot, values in parse_changes(rest, conversation):
            conversation.refused.setdefault(slot, []).extend(values)
    elif kind == "B":
        conversation.ends.append(parse_end_line(rest, conversation))
    elif kind == "E":
        outcome, _, reason = rest.partition(" ")
        conversation.ended = (outcome, reason or None)
    elif kind == "F":
        conversation.feedback.append(rest.split())
    else:
        raise ScriptError(f"cannot read: {line!r}")


def read_scripts(paths):
    """All conversations of the files, in order of their numbers."""
    conversations, seen = [], set()
    for path in paths:
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                line = line.rstrip()
                if not line or line.startswith("#"):
                    continue
                where = f"{path}:{number}"
                try:
                    if line.startswith("== "):
                        _, name, start, *options = line.split(" ")
                        conversation = Conversation(
                            name, start, dict(item.split("=", 1) for item in options), where)
                        if name in seen:
                            raise ScriptError(f"{name} is there twice")
                        seen.add(name)
                        conversations.append(conversation)
                    else:
                        parse_line(line, conversations[-1])
                except (ScriptError, ValueError, KeyError, IndexError) as fault:
                    raise SystemExit(f"{where}: {type(fault).__name__}: {fault}") from fault
    return sorted(conversations, key=lambda conversation: conversation.number)
