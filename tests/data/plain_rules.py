"""plain_rules.py: a stand-in for the simplest rules extractor, to show that the conversations
tagged hard_for_rules are hard: the patterns that anybody writes first for date, time and name, the
last match of a turn wins. It is not assay's own extractor and shares nothing with it.
"""
import datetime
import re

WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
MONTHS = ["january", "february", "march", "april", "may", "june", "july", "august", "september",
          "october", "november", "december"]
HOURS = {word: hour for hour, word in enumerate(
    "one two three four five six seven eight nine ten eleven twelve".split(), 1)}
ORDINALS = {word: day for day, word in enumerate(
    ("first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
     "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty-first "
     "twenty-second twenty-third twenty-fourth twenty-fifth twenty-sixth twenty-seventh "
     "twenty-eighth twenty-ninth thirtieth thirty-first").split(), 1)}
MINUTES = {"": 0, "fifteen": 15, "thirty": 30, "forty five": 45}


def last_match(pattern, text):
    found = list(re.finditer(pattern, text))
    return found[-1] if found else None


def date_of(text, today):
    candidates = []
    for match in re.finditer(r"\b(today|tomorrow)\b", text):
        candidates.append((match.start(), today + datetime.timedelta(match[1] == "tomorrow")))
    for match in re.finditer(r"\b(next )?(" + "|".join(WEEKDAYS) + r")\b", text):
        ahead = (WEEKDAYS.index(match[2]) - today.weekday() - 1) % 7 + 1
        candidates.append((match.start(), today + datetime.timedelta(ahead)))
    ordinal = r"((?:twenty |thirty )?(?:" + "|".join(w for w in ORDINALS if "-" not in w) + r"))\b"
    for match in re.finditer(r"\b(" + "|".join(MONTHS) + r") " + ordinal, text):
        day = ORDINALS.get(match[2].replace(" ", "-"))
        try:
            date = datetime.date(today.year, MONTHS.index(match[1]) + 1, day)
            candidates.append((match.start(), date if date >= today
                               else date.replace(year=today.year + 1)))
        except (TypeError, ValueError):
            pass
    return max(candidates)[1].isoformat() if candidates else None


def time_of(text):
    match = last_match(r"\b(?:at )?(" + "|".join(HOURS) + r")(?: (fifteen|thirty|forty five))?"
                       r" ?(o'clock|p m|pm|a m|am)?\b", text)
    if not match or not (match[2] or match[3] or match[0].startswith("at ")):
        if re.search(r"\bnoon\b", text):
            return "12:00"
        part = last_match(r"\b(morning|afternoon|evening)\b", text)
        return {"morning": "TMO", "afternoon": "TAF", "evening": "TEV"}[part[1]] if part else None
    hour = HOURS[match[1]]
    if (match[3] or "").startswith("p") and hour < 12 or not match[3] and hour < 8:
        hour += 12
    return f"{hour:02d}:{MINUTES[match[2] or '']:02d}"


def name_of(text, asked):
    match = last_match(r"\b(?:my name is|my name's|this is|it's|i'm|name's|under) "
                       r"([a-z'é-]+ [a-z'é-]+)", text)
    if not match and asked and len(text.split()) <= 3:
        return text
    return match[1] if match else None


def final_state(turns, today):
    """turns: (text, asked slots) in order -> the slots that plain rules end with."""
    state = {}
    for text, asked in turns:
        text = text.lower()
        for slot, value in (("date", date_of(text, today)), ("time", time_of(text)),
                            ("name", name_of(text, "name" in asked))):
            if value:
                state[slot] = value
    return state
