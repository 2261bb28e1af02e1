#!/usr/bin/env python3
"""Writes dev.jsonl, heldback.jsonl and fresh.jsonl: the hand-written cases of hand.txt, heldback.txt and fresh.txt, and cases
from the frames below with values worked out here, independently of the extractor. Deterministic.

usage: make_corpus.py   (writes beside itself)
"""
import datetime as dt
import json
import os
import random

HERE = os.path.dirname(os.path.abspath(__file__))
REFERENCES = {
    "US": ("2025-01-15T10:00:00-05:00", "America/New_York", "en-US"),
    "GB": ("2024-02-28T09:30:00+00:00", "Europe/London", "en-GB"),   # before a leap day
    "DE": ("2025-12-30T16:45:00+01:00", "Europe/Berlin", "en-GB"),   # year end
    "LA": ("2025-03-08T12:00:00-08:00", "America/Los_Angeles", "en-US"),  # clocks change that night
    "IN": ("2025-10-31T18:20:00+05:30", "Asia/Kolkata", "en-IN"),    # month end
    "AU": ("2026-06-01T08:05:00+10:00", "Australia/Sydney", "en-AU"),
    "NO": ("2025-08-31T21:30:00-04:00", None, "en-US"),              # no zone, Sunday, month end
    "CH": ("2024-02-29T11:00:00-06:00", "America/Chicago", "en-US"), # leap day
}
TYPES = dict(d="date", t="time", dt="datetime", i="interval", du="duration", n="name", p="phone",
             e="email", num="number")
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = ("January February March April May June July August September October November "
          "December").split()
ONES = ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen").split()
TENS = "_ _ twenty thirty forty fifty".split()
ORDINALS = ("_ first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
            "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth "
            "twentieth").split()
rng = random.Random(20250115)


def words(n):
    return ONES[n] if n < 20 else TENS[n // 10] + (" " + ONES[n % 10] if n % 10 else "")


def ordinal_words(n):
    if n <= 20:
        return ORDINALS[n]
    return "thirtieth" if n == 30 else TENS[n // 10] + " " + ORDINALS[n % 10]


def ordinal(n):
    suffix = "th" if 10 <= n % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{suffix}"


class Reference:
    def __init__(self, key):
        self.key = key
        self.time, self.zone, self.locale = REFERENCES[key]
        self.now = dt.datetime.fromisoformat(self.time)
        self.today = self.now.date()

    def plus(self, days):
        return self.today + dt.timedelta(days=days)

    def coming(self, weekday):
        ahead = (weekday - self.today.weekday()) % 7
        return self.plus(ahead or 7)

    def in_week(self, weekday, weeks):
        return self.plus(-self.today.weekday() + weekday + 7 * weeks)

    def month_day(self, month, day):
        for year in range(self.today.year, self.today.year + 9):
            try:
                date = dt.date(year, month, day)
            except ValueError:
                continue
            if date >= self.today:
                return date
        return None

    def day_of_month(self, day):
        year, month = self.today.year, self.today.month
        for _ in range(14):
            try:
                date = dt.date(year, month, day)
                if date >= self.today:
                    return date
            except ValueError:
                pass
            month += 1
            if month > 12:
                year, month = year + 1, 1
        return None

    def day_first(self):
        return self.locale != "en-US"


def date_written(ref):
    """(text, date), as people type it."""
    weekday = rng.randrange(7)
    ahead = rng.randrange(1, 300)
    date = ref.plus(ahead)
    month, day = MONTHS[date.month - 1], date.day
    near = ref.plus(rng.randrange(1, 25))
    kind = rng.randrange(20)
    if kind == 0:
        return "tomorrow", ref.plus(1)
    if kind == 1:
        return DAYS[weekday], ref.coming(weekday)
    if kind == 2:
        return f"the {ordinal(near.day)}", ref.day_of_month(near.day)
    if kind == 3:
        return f"{month} {day}", ref.month_day(date.month, day)
    if kind == 4:
        return f"{month} {ordinal(day)}", ref.month_day(date.month, day)
    if kind == 5:
        return f"{ordinal(day)} of {month}", ref.month_day(date.month, day)
    if kind == 6:
        return date.isoformat(), date
    if kind == 7:
        text = f"{day}/{date.month}/{date.year}" if ref.day_first() else \
            f"{date.month}/{day}/{date.year}"
        return text, date
    if kind == 8:
        return f"{month[:3]} {day}, {date.year}", date
    if kind == 9:
        return f"the {ordinal(day)} of {month} {date.year}", date
    if kind == 10:
        return "the day after tomorrow", ref.plus(2)
    if kind == 11:
        n = rng.randrange(2, 9)
        return f"in {n} days", ref.plus(n)
    if kind == 12:
        n = rng.randrange(2, 6)
        return f"in {n} weeks", ref.plus(7 * n)
    if kind == 13:
        return f"{DAYS[weekday]} next week", ref.in_week(weekday, 1)
    if kind == 14:
        target = ref.coming(weekday)
        return f"{DAYS[weekday]}, {MONTHS[target.month - 1]} {ordinal(target.day)}", target
    if kind == 15:
        return f"{DAYS[weekday]} the {ordinal(ref.coming(weekday).day)}", ref.coming(weekday)
    if kind == 16:
        return f"a week from {DAYS[weekday]}", ref.coming(weekday) + dt.timedelta(days=7)
    if kind == 17:
        return f"this coming {DAYS[weekday]}", ref.coming(weekday)
    if kind == 18:
        return f"{day} {month}", ref.month_day(date.month, day)
    return "today", ref.today


def date_spoken(ref):
    weekday = rng.randrange(7)
    date = ref.plus(rng.randrange(1, 300))
    near = ref.plus(rng.randrange(1, 25))
    month, day = MONTHS[date.month - 1].lower(), date.day
    name = DAYS[weekday].lower()
    kind = rng.randrange(16)
    if kind == 0:
        return "tomorrow", ref.plus(1)
    if kind in (1, 2):
        return name, ref.coming(weekday)
    if kind == 3:
        return f"the {ordinal_words(near.day)}" if near.day > 5 else \
            f"the {ordinal_words(near.day)} of {MONTHS[near.month - 1].lower()}", \
            ref.day_of_month(near.day) if near.day > 5 else ref.month_day(near.month, near.day)
    if kind in (4, 5):
        return f"{month} {ordinal_words(day)}", ref.month_day(date.month, day)
    if kind in (6, 7):
        return f"the {ordinal_words(day)} of {month}", ref.month_day(date.month, day)
    if kind == 8:
        year = "twenty " + words(date.year % 100)
        return f"{month} {ordinal_words(day)} {year}", date
    if kind == 9:
        return "the day after tomorrow", ref.plus(2)
    if kind == 10:
        n = rng.randrange(2, 6)
        return f"in {words(n)} weeks", ref.plus(7 * n)
    if kind == 11:
        return f"{name} next week", ref.in_week(weekday, 1)
    if kind == 12:
        return f"a week from {name}", ref.coming(weekday) + dt.timedelta(days=7)
    if kind == 13:
        return f"{month} the {ordinal_words(day)}", ref.month_day(date.month, day)
    if kind == 14:
        return f"{name} the {ordinal_words(ref.coming(weekday).day)}", ref.coming(weekday)
    n = rng.randrange(3, 8)
    return f"in {words(n)} days", ref.plus(n)


def time_written(ref, bare=False):
    """(text, minute of the day); `at` is part of the text where it is needed."""
    hour, minute = rng.randrange(8, 20), rng.choice((0, 15, 30, 45))
    twelve = hour % 12 or 12
    half = "am" if hour < 12 else "pm"
    kind = rng.randrange(9)
    if bare:
        return f"at {twelve}" + (f":{minute:02}" if minute else ""), hour * 60 + minute
    if kind < 2:
        return f"at {hour:02}:{minute:02}", hour * 60 + minute
    if kind == 2:
        return f"at {twelve}:{minute:02} {half}", hour * 60 + minute
    if kind == 3:
        return f"at {twelve} {half}", hour * 60
    if kind == 4:
        return f"at {twelve}{half}", hour * 60
    if kind == 5:
        part = "morning" if hour < 12 else "afternoon" if hour < 17 else "evening"
        return f"at {twelve} in the {part}", hour * 60
    if kind == 6:
        return f"around {twelve}:{minute:02}{half}", hour * 60 + minute
    if kind == 7:
        return "at noon", 720
    return f"at {twelve}.{minute:02} {half[0]}.m.", hour * 60 + minute


def clock_words(hour, minute):
    twelve = words(hour % 12 or 12)
    if minute == 0:
        return twelve
    if minute == 30:
        return rng.choice((f"half past {twelve}", f"{twelve} thirty"))
    if minute == 15:
        return rng.choice((f"quarter past {twelve}", f"a quarter past {twelve}",
                           f"{twelve} fifteen"))
    following = words(hour % 12 + 1)
    return rng.choice((f"quarter to {following}", f"a quarter to {following}",
                       f"{twelve} forty five"))


def time_spoken(ref, bare=False):
    hour, minute = rng.randrange(8, 20), rng.choice((0, 0, 15, 30, 45))
    text = clock_words(hour, minute)
    if bare:
        return "at " + text, hour * 60 + minute
    part = "morning" if hour < 12 else "afternoon" if hour < 17 else "evening"
    if (hour * 60 + minute) // 60 == 11 and minute == 45 and "to" in text:
        part = "morning"
    half = "a m" if hour < 12 else "p m"
    kind = rng.randrange(6)
    if kind == 0 and "past" not in text and "to" not in text:
        return f"at {text} {half}", hour * 60 + minute
    if kind == 1 and minute == 0 and hour % 12:
        return f"at {text} o'clock in the {part}", hour * 60
    if kind == 2 and hour >= 13:
        return (f"at {words(hour)} {words(minute)}" if minute else f"at {words(hour)} hundred hours",
                hour * 60 + minute)
    if kind == 3:
        return "at noon", 720
    return f"at {text} in the {part}", hour * 60 + minute


def hm(minute):
    return f"{minute // 60:02}:{minute % 60:02}"


def stamp(date, minute):
    return f"{date.isoformat()}T{hm(minute)}"


FRAMES_DT = [
    "I'd like an appointment {d} {t}.", "Can I book a table {d} {t}?", "Is {d} {t} available?",
    "{d} {t} would suit me.", "Please put me down for {d} {t}", "Could you do {t} {on}{d}?",
    "Do you have a slot {on}{d} {t}?", "I want to see the doctor {on}{d}, {t} if possible",
    "Let's say {d}, {t}.", "Reserve it for {d} {t} please", "We could come {d} {t}",
    "I need a cleaning {on}{d} {t}", "Anything free {on}{d} {t}?", "{t} {on}{d} please",
    "My preference is {d} {t}, thanks", "Book me in {on}{d} {t}", "How does {d} {t} look?",
]
FRAMES_DT_SPOKEN = [
    "i'd like to book {d} {t}", "can i get an appointment {on}{d} {t} please",
    "yeah um {d} {t} would be good", "is there anything {on}{d} {t}", "put me in {on}{d} {t}",
    "so i was thinking {d} {t}", "okay let's do {d} {t}", "could we say {t} {on}{d}",
    "uh {t} {on}{d} if you can", "hi i need to come in {on}{d} {t}", "do you have {d} {t} free",
    "i wanna schedule a visit {on}{d} {t}", "{d} {t} works for me",
]
FRAMES_D = [
    "Could I come {on}{d}?", "{d} is best for me", "Do you have anything {on}{d}?",
    "I'm looking for {d}", "Let's do {d}", "Any openings {on}{d}?", "It has to be {d}.",
    "Would {d} be ok?", "I can only come {on}{d}", "Please book it {on}{d}",
]
FRAMES_T = [
    "Could I come {t}?", "{t} please", "Do you have something {t}?", "I'd prefer {t}",
    "Book it {t}.", "Is there an opening {t}?", "Can we meet {t}?", "Let's do it {t}",
]
NO_ON = ("tomorrow", "today", "in ", "the day after", "this ", "a week", "next ")


def on(date_text):
    return "" if date_text.startswith(NO_ON) else "on "


def lead(text, frame, key):
    """A date at the head of a clause needs no preposition; behind a verb it gets "on"."""
    return text


def fill(frame, date_text=None, time_text=None):
    text = frame
    if date_text is not None:
        needs = "{on}" not in frame and not date_text.startswith(NO_ON) and \
            any(s in frame for s in ("book a table {d}", "appointment {d}", "come {d}", "book {d}"))
        text = text.replace("{on}", on(date_text)).replace(
            "{d}", ("on " if needs else "") + date_text)
    if time_text is not None:
        text = text.replace("{t}", time_text)
    if text[0].islower() and any(c.isupper() for c in frame):
        text = text[0].upper() + text[1:]
    return text


cases = []


def add(kind, ref, text, expected, asked=None, form=None):
    cases.append((kind, ref.key, text, expected, asked, form))


def references(count):
    keys = list(REFERENCES)
    return [Reference(keys[i % len(keys)]) for i in range(count)]


def make_moments():
    for ref in references(230):
        d, date = date_written(ref)
        t, minute = time_written(ref)
        if date == ref.today and minute <= ref.now.hour * 60 + ref.now.minute:
            minute = None
        if minute is None:
            add("written", ref, fill(rng.choice(FRAMES_D), d), [("d", date.isoformat())], form="date")
        else:
            add("written", ref, fill(rng.choice(FRAMES_DT), d, t), [("dt", stamp(date, minute))],
                form="datetime")
    for ref in references(90):
        d, date = date_written(ref)
        add("written", ref, fill(rng.choice(FRAMES_D), d), [("d", date.isoformat())], form="date")
    for ref in references(70):
        t, minute = time_written(ref)
        add("written", ref, fill(rng.choice(FRAMES_T), None, t), [("t", hm(minute))], form="time")
    for ref in references(20):
        t, minute = time_written(ref, bare=True)
        add("written", ref, fill(rng.choice(FRAMES_T), None, t), [("t", hm(minute))],
            form="bare time")
    for ref in references(230):
        d, date = date_spoken(ref)
        t, minute = time_spoken(ref)
        add("spoken", ref, fill(rng.choice(FRAMES_DT_SPOKEN), d, t), [("dt", stamp(date, minute))],
            form="datetime")
    for ref in references(80):
        d, date = date_spoken(ref)
        add("spoken", ref, fill(rng.choice(FRAMES_D), d).lower().rstrip("?."),
            [("d", date.isoformat())], form="date")
    for ref in references(60):
        t, minute = time_spoken(ref)
        add("spoken", ref, fill(rng.choice(FRAMES_T), None, t).lower().rstrip("?."),
            [("t", hm(minute))], form="time")
    for ref in references(20):
        t, minute = time_spoken(ref, bare=True)
        add("spoken", ref, fill(rng.choice(FRAMES_T), None, t).lower().rstrip("?."),
            [("t", hm(minute))], form="bare time")


EDITS = ["no wait", "sorry", "I mean", "actually", "scratch that", "make that", "no", "or rather",
         "oh wait", "no sorry", "hold on", "excuse me", "correction", "no, I meant", "wait, no",
         "my mistake", "oops"]


def make_corrections():
    for ref in references(110):
        spoken = rng.random() < 0.5
        date, time = (date_spoken, time_spoken) if spoken else (date_written, time_written)
        edit = rng.choice(EDITS)
        join = f" {edit.lower()} " if spoken else rng.choice((f", {edit}, ", f"... {edit}, "))
        kind = rng.randrange(4)
        d1, a = date(ref)
        d2, b = date(ref)
        t1, m1 = time(ref)
        t2, m2 = time(ref)
        # a bare weekday or ordinal behind another day takes the week or month along: own cases
        if d2.lower() in [x.lower() for x in DAYS] or d2.startswith("the "):
            d2, b = "tomorrow", ref.plus(1)
        if a == b:
            continue
        if kind == 0:
            text, want = f"{on(d1)}{d1}{join}{on(d2)}{d2}", [("d", b.isoformat())]
        elif kind == 1:
            text, want = f"{t1}{join}{t2}", [("t", hm(m2))]
        elif kind == 2:
            text, want = f"{on(d1)}{d1} {t1}{join}{t2}", [("dt", stamp(a, m2))]
            if a == ref.today:
                continue
        else:
            text, want = f"{on(d1)}{d1} {t1}{join}{on(d2)}{d2}", [("dt", stamp(b, m1))]
            if b == ref.today:
                continue
        opening = rng.choice(("I'd like to come ", "Can I book ", "", "Put me down ", "How about "))
        text = opening + text
        add("corrections", ref, text.lower() if spoken else text, want, form="correction")


NEGATIONS = ["not {d}", "I can't do {d}", "{d} doesn't work for me", "any day but {d}",
             "I'm busy {d}", "{d} is no good", "I won't make it {on}{d}", "{d} isn't possible",
             "anything except {d}", "I'm not free {on}{d}", "please not {on}{d}",
             "{d} won't work", "I can't come in {on}{d}", "{d} is out for me",
             "I'm not available {on}{d}", "don't give me {d}", "{d} does not suit us"]
INSTEADS = ["{n}, how about {d2}?", "{n} but {d2} is fine", "{n}. {D2} works.", "{n}, so {d2} please",
            "{n}, could we do {d2} instead?"]


def make_negations():
    for ref in references(110):
        day, other = rng.sample(range(7), 2)
        n = rng.choice(NEGATIONS)
        spoken = rng.random() < 0.5
        d = DAYS[day]
        text = n.replace("{on}", "on ").replace("{d}", d)
        want = []
        if rng.random() < 0.5:
            d2 = DAYS[other]
            text = rng.choice(INSTEADS).replace("{n}", text).replace("{d2}", d2).replace("{D2}", d2)
            want = [("d", ref.coming(other).isoformat())]
        add("negation", ref, text.lower() if spoken else text, want, form="negation")


def make_ranges():
    for ref in references(110):
        start = rng.randrange(8, 17)
        end = start + rng.randrange(1, 4)
        s12, e12 = start % 12 or 12, end % 12 or 12
        half = "am" if end < 12 else "pm"
        spoken = rng.random() < 0.5
        if spoken:
            half = "a m" if end < 12 else "p m"
            s12, e12 = words(s12), words(e12)
        kind = rng.randrange(8)
        weekday = rng.randrange(7)
        day = ref.coming(weekday)
        name = DAYS[weekday]
        if kind == 0:
            text, want = f"between {s12} and {e12} {half}", f"{hm(start * 60)}/{hm(end * 60)}"
        elif kind == 1:
            text = f"from {s12} to {e12} {half} on {name}"
            want = f"{stamp(day, start * 60)}/{stamp(day, end * 60)}"
        elif kind == 2:
            text = f"{name} between {s12} and {e12} {half}"
            want = f"{stamp(day, start * 60)}/{stamp(day, end * 60)}"
        elif kind == 3:
            text, want = f"after {e12} {half}", f"{hm(end * 60)}/"
        elif kind == 4:
            text, want = f"any time before {e12} {half} on {name}", f"/{stamp(day, end * 60)}"
        elif kind == 5:
            later = (weekday + rng.randrange(1, 4)) % 7
            last = day + dt.timedelta(days=(later - weekday) % 7 + 1)
            text, want = f"{name} to {DAYS[later]}", f"{day}/{last}"
        elif kind == 6:
            text = f"tomorrow after {e12} {half}"
            want = f"{stamp(ref.plus(1), end * 60)}/"
        else:
            text = f"from {s12} until {e12} {half} tomorrow"
            want = f"{stamp(ref.plus(1), start * 60)}/{stamp(ref.plus(1), end * 60)}"
        opening = rng.choice(("", "I'm free ", "Could we do ", "Ideally ", "It would need to be "))
        text = opening + text
        add("ranges", ref, text.lower() if spoken else text, [("i", want)], form="range")


FIRST = ("Aaron Beatriz Chidi Dagmar Elif Farid Giulia Hiroshi Ingrid Jasper Keiko Liam Mireille "
         "Nadia Osvaldo Petra Qadir Ruth Siobhan Tomas Uma Viktor Wren Ximena Yusuf Zelda Martha "
         "Kwesi Anneliese Bogdan Paloma Desmond Thandiwe Ravi Oksana").split()
LAST = ("Abbott Bhatt Castellano Drummond Eriksen Fontaine Gallagher Hoffmann Ivanova Jankowski "
        "Kowalski Larkin Marchetti Nakamura Okafor Pereira Quigley Rasmussen Santos Tremblay Ueda "
        "Vasquez Whitfield Xiong Yamada Zapata Brown O'Neill Park Green").split()
INTRODUCTIONS = [
    "My name is {n}", "Hi, this is {n}", "I'm {n}", "The name is {n}", "Hello, I am {n}", "It's {n}",
    "My name's {n}, I'd like to make a booking", "This is {n} calling about my appointment",
    "Please book it under the name {n}", "You can call me {n}", "Good afternoon, my name is {n}.",
    "Hey it's {n} here", "Hi my name is {n} and I need a haircut", "{n} speaking",
    "Yes, my full name is {n}", "I'm {n} and I want to reschedule", "Put it under {n} please",
]


def make_names():
    for ref in references(130):
        name = rng.choice(FIRST)
        if rng.random() < 0.6:
            name += " " + rng.choice(LAST)
        text = rng.choice(INTRODUCTIONS).replace("{n}", name)
        if rng.random() < 0.5:
            text = text.lower()
        add("names", ref, text, [("n", name)], form="introduction")
    for ref in references(20):
        name = rng.choice(FIRST) + (" " + rng.choice(LAST) if rng.random() < 0.5 else "")
        text = rng.choice(("{n}", "{n}.", "yes, {n}", "it's {n}", "sure, {n}", "{n} please"))
        text = text.replace("{n}", name)
        add("names", ref, text.lower() if rng.random() < 0.5 else text, [("n", name)], ["name"],
            form="answer")


def make_contacts():
    for ref in [Reference(k) for k in ("US", "LA", "CH", "NO")] * 15:
        digits = f"{rng.randrange(201, 990)}555{rng.randrange(10000):04}"
        kind = rng.randrange(4)
        if kind == 0:
            number = f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"
        elif kind == 1:
            number = f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"
        elif kind == 2:
            number = " ".join("oh" if c == "0" and rng.random() < 0.5 else ONES[int(c)]
                              for c in digits)
        else:
            number = f"{digits[:3]} {digits[3:6]} {digits[6:]}"
        frame = rng.choice(("My number is {p}", "you can call me at {p}", "it's {p}",
                            "My cell is {p}, thanks", "Text me on {p}", "the best number is {p}"))
        add("contacts", ref, frame.replace("{p}", number), [("p", "+1" + digits)], form="phone")
    for ref in references(60):
        first, last = rng.choice(FIRST).lower(), rng.choice(LAST).lower().replace("'", "")
        host = rng.choice(("example.com", "mail.org", "gmail.com", "posteo.net", "inbox.co.uk"))
        separator = rng.choice((".", "_", ""))
        local = first + separator + last if rng.random() < 0.7 else first
        address = f"{local}@{host}"
        said = address
        if rng.random() < 0.5:
            spelled = {".": " dot ", "_": " underscore ", "": " "}
            left = first + spelled[separator] + last if local != first else first
            said = f"{left} at {host.replace('.', ' dot ')}"
        frame = rng.choice(("my email is {e}", "My email address is {e}", "send it to {e} please",
                            "you can email me at {e}", "the email is {e}"))
        add("contacts", ref, frame.replace("{e}", said), [("e", address)], form="email")


SILENT = [
    "I want to make a reservation", "can you check again please", "that works great thank you",
    "what's the phone number of the salon", "I live on {n} Maple Avenue", "it cost me {n} dollars",
    "I have {n} questions", "we are {w} people", "the table is for {w}", "I need {w} rooms",
    "my apartment is {n}B", "room {n} was nice", "take bus {n} downtown", "I was there {w} times",
    "option {w} sounds good", "give me {w} minutes please", "I'm calling to book something",
    "it's really important", "this is my first visit", "I'm so tired", "that one is perfect",
    "could I speak to someone", "is the dentist any good", "do you accept insurance",
    "my order number is {o}", "the code is {o}", "may I have the address", "we may be late",
    "I marched all the way here", "the sun is bright", "we sat outside", "in a second",
    "have a lovely evening", "good evening", "thank you so much for your help today",
    "I'm allergic to cats", "it's for my daughter", "this is about my bill", "yes that's right",
    "no thank you", "I changed my mind", "nothing else", "who am I speaking with",
    "I would like a window seat", "the price went up {n} percent", "it is {w} miles away",
    "how far is it", "can you hear me", "I'm interested in a massage", "it's too far from home",
    "I'm happy with that", "that is all for now", "I'm at the station", "it's raining here",
    "I prefer a female doctor", "I am on a diet", "let me think about it", "I was wondering about prices",
    "does it have wifi", "I'm locked out of my account", "this is the wrong number",
    "I'm with a friend", "it's the one on the corner", "my second question is about parking",
    "a minute ago it worked", "I work every day", "the kids are {n} years old", "call me whenever",
    "call me crazy", "I go there twice a month", "good night", "I'm sorry to hear that",
    "I'm ready", "it's not what I expected", "that's fine by me", "they were rude last time",
]


def make_silent():
    for i, ref in enumerate(references(150)):
        text = SILENT[i % len(SILENT)]
        n = rng.randrange(2, 13)
        text = text.replace("{n}", str(rng.randrange(21, 900))).replace("{w}", words(n))
        text = text.replace("{o}", str(rng.randrange(10 ** 9, 10 ** 10)))
        if rng.random() < 0.5:
            text = text.lower()
        add("no_slot", ref, text, [], form="silent")


def make_durations():
    for ref in references(50):
        n = rng.choice((10, 15, 20, 30, 45, 60, 90))
        h = rng.randrange(2, 7)
        said, want = rng.choice(((f"{n} minutes", f"PT{n}M"), (f"{words(h)} hours", f"PT{h}H"),
                                 ("half an hour", "PT30M"), ("an hour and a half", "PT1H30M"),
                                 (f"{h} hours", f"PT{h}H"), (f"{h} days", f"P{h}D"),
                                 (f"{words(h)} weeks", f"P{h}W"),
                                 (f"{words(h)} and a half hours", f"PT{h}H30M")))
        text = rng.choice(("I need it for {x}", "it should last {x}", "a session of {x} please",
                           "book the court for {x}", "about {x} should do")).replace("{x}", said)
        add("durations", ref, text, [("du", want)], form="duration")


def read_hand(path):
    out = []
    form = "hand"
    for line in open(os.path.join(HERE, path), encoding="utf-8"):
        line = line.rstrip("\n")
        if line.startswith("# batch "):
            form = line[2:]
        if not line or line.startswith("#"):
            continue
        kind, options, text, expected = line.split("|")
        option = dict(x.split("=") for x in options.split())
        want = [tuple(x.strip().split(" ", 1)) for x in expected.split(";") if x.strip()]
        asked = option["asked"].split(",") if "asked" in option else None
        out.append((kind, option.get("ref", "US"), text, want, asked, form))
    return out


def as_line(number, prefix, case):
    kind, key, text, expected, asked, form = case
    time, zone, locale = REFERENCES[key]
    line = {"id": f"{prefix}{number:04}", "class": kind, "form": form, "text": text,
            "reference_time": time}
    if zone:
        line["timezone"] = zone
    line["locale"] = locale
    if asked:
        line["asked"] = asked
    slots = []
    for short, value in expected:
        if short == "i":
            left, right = value.split("/")
            value = {"from": left or None, "to": right or None}
        slots.append({"slot": TYPES[short], "value": value})
    line["expected"] = slots
    return line


def main():
    make_moments()
    make_corrections()
    make_negations()
    make_ranges()
    make_names()
    make_contacts()
    make_silent()
    make_durations()
    rng.shuffle(cases)
    cut = len(cases) * 2 // 3
    dev = read_hand("hand.txt") + cases[:cut]
    held = read_hand("heldback.txt") + cases[cut:]
    for name, prefix, part in (("dev.jsonl", "d", dev), ("heldback.jsonl", "h", held),
                               ("fresh.jsonl", "f", read_hand("fresh.txt"))):
        with open(os.path.join(HERE, name), "w", encoding="utf-8") as out:
            for i, case in enumerate(part):
                out.write(json.dumps(as_line(i, prefix, case), ensure_ascii=False) + "\n")
        print(name, len(part))


main()
