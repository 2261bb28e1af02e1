"""stub_language.py: what the stub model understands of a caller's words.

It works from the text of the prompt alone (what the caller says, the state, the local time, the known slots, the turns
before, the slots of the task) and from general knowledge of English. It never sees gold, and shares nothing with assay's
own extraction engine. Plain functions, no state.
"""
import datetime
import json
import re

UNITS = {w: i for i, w in enumerate("zero one two three four five six seven eight nine ten eleven twelve thirteen "
                                    "fourteen fifteen sixteen seventeen eighteen nineteen".split())}
TENS = {w: 10 * i for i, w in enumerate("twenty thirty forty fifty".split(), 2)}
ORDINALS = {w: i for i, w in enumerate(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth".split(), 1)}
ORDINALS["thirtieth"] = 30
WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
MONTHS = ("january february march april may june july august september october november december").split()
FEASTS = {"christmas eve": (12, 24), "new year's eve": (12, 31), "valentine's day": (2, 14), "halloween": (10, 31)}

SMALL = "|".join(sorted((w for w in UNITS if w != "zero"), key=len, reverse=True))
ONES = "one|two|three|four|five|six|seven|eight|nine"
CARDINAL = rf"(?:(?:{'|'.join(TENS)})(?:[ -](?:{ONES}))?|{SMALL}|\d{{1,2}})"
ORDINAL = (rf"(?:(?:twenty|thirty)[ -](?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)|"
           rf"{'|'.join(sorted(ORDINALS, key=len, reverse=True))}|\d{{1,2}}(?:st|nd|rd|th))")
WEEKDAY = "|".join(WEEKDAYS)
MONTH = "|".join(MONTHS)
HOUR = r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\d{1,2})"
MINUTE = (r"(?:oh (?:one|two|three|four|five|six|seven|eight|nine)|(?:twenty|thirty|forty|fifty)"
          rf"(?:[ -](?:{ONES}))?|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen)")
HALF_OF_DAY = r"(?: ?(a\.?m\.?|p\.?m\.?|a m|p m|in the morning|in the afternoon|in the evening|at night))?\b"

SERVICES = [  # (words, value); a longer phrase goes before a shorter one
    ("dental_cleaning", "teeth clean(?:ed|ing)|dental clean(?:ing)?|deep clean|hygienist|cleaning|scale and polish"),
    ("blood_test", "blood (?:test|work|draw|drawn|taken)|bloods|fasting labs|lab work|labs"),
    ("eye_exam", "(?:eye|sight|vision) (?:exam|test|check)|eyes? (?:checked|tested)|my eyes"),
    ("skin_check", "skin (?:check|screening|thing)|mole|dermatolog\\w*"),
    ("hair_color", "highlights|balayage|root touch up|roots|hair colou?r\\w*|colou?r(?:ed)?\\b"),
    ("beard_trim", "beard(?: trim)?|wet shave|shave"),
    ("follow_up", "follow[ -]?up|return visit"),
    ("vaccination", "vaccin\\w+|flu shot|booster|jabs?|shots?|immuni\\w+"),
    ("physiotherapy", "physio\\w*|physical therapy|p\\.?t\\.? session"),
    ("filling", "filling|cavity|tooth filled|filled"),
    ("checkup", "check[ -]?up|annual (?:physical|exam)|physical|wellness (?:visit|exam)"),
    ("haircut", "hair ?cut|kids cut|\\bcut\\b|trim|cut and blow dry|blow dry|hair cut|hair done"),
    ("manicure", "manicures?|mani\\b|nails?"),
    ("pedicure", "pedicures?|pedi\\b"),
    ("facial", "facials?|face treatment"),
    ("massage", "massages?|deep tissue"),
    ("waxing", "wax\\w*"),
]
RELATIVES = [("child", "son|daughter|kid|boy|girl|baby|little one|toddler"),
             ("partner", "husband|wife|spouse|fianc\\S+|boyfriend|girlfriend|partner"),
             ("parent", "mother|father|mom|mum|dad"),
             ("relative", "grand(?:mother|father|ma|pa)|aunt|uncle|brother|sister|cousin|niece|nephew"),
             ("other", "friend|boss|neighbou?r|client|colleague|roommate")]
NOT_NAMES = set("""a an the to for on at in of and or but so is am are was it i i'd i'm we he she they you my your his her
    not no yes yeah yep okay ok sure please thanks thank hi hello hey morning afternoon evening good right fine great
    calling looking hoping wondering trying going running just about here there that this what when how who free new
    late early back well sorry actually um uh er with from under by like need want would could can me him them us
    book make appointment cancel tomorrow today my your our any some another other more less only still very really again
    it's that's there's they're we're let's don't can't won't think guess see say said know one first second next last
    time day week month year people person haircut massage physio cleaning facial manicure checkup because if then
    than which after before over up out off down all both each every maybe perhaps probably""".split()) | set(WEEKDAYS) | set(MONTHS) | set(UNITS) | set(TENS)
PARTICLES = {"de", "van", "von", "del", "la", "al", "el", "der", "st", "mac"}
YES = r"\b(?:yes|yeah|yep|yup|sure|ok|okay|deal|perfect|great|fine|correct|right|sounds? good|works|go ahead|please do|do that|grand)\b"
CORRECTION = re.compile(r"\b(?:no wait|no sorry|i mean|make (?:that|it)|actually|sorry|scratch that|wait|rather|no)\b")
REFUSED_BEFORE = re.compile(r"(?:\bnot|n't|\bnever|\bexcept|\bbut|\bcan't do|\bcannot do|\binstead of|\bno)"
                            r"(?: (?:on|at|in|the|this|next|a|do|make|come))*\s*$")
REFUSED_BEHIND = re.compile(r"^(?:'s|s| is| are)? (?:out|no good|too (?:late|early)|won't|doesn't|don't|never|is bad|impossible)")


def number(words):
    """'twenty six' -> 26, '14' -> 14, 'fourteenth' -> 14, 'oh five' -> 5; None when it is none."""
    words = words.replace("-", " ").strip()
    digits = re.fullmatch(r"(\d+)(?:st|nd|rd|th)?", words)
    if digits:
        return int(digits[1])
    total = 0
    for word in words.split():
        if word in ("oh", "a"):
            continue
        value = UNITS.get(word, TENS.get(word, ORDINALS.get(word)))
        if value is None:
            return None
        total += value
    return total


class Reader:
    """Spans of a text that were read are blanked, so that a phone number is not read again as a time."""

    def __init__(self, text):
        self.text = text

    def each(self, pattern):
        for match in list(re.finditer(pattern, self.text)):
            if self.text[match.start():match.end()] == match[0]:
                yield match

    def take(self, match):
        self.text = self.text[:match.start()] + "\x00" * len(match[0]) + self.text[match.end():]


def date_near(today, month, day, year=None):
    """The next such day that is not in the past."""
    for candidate in ([year] if year else range(today.year, today.year + 5)):
        try:
            date = datetime.date(candidate, month, day)
        except ValueError:
            continue
        if year or date >= today:
            return date
    return None


def day_of_month(today, day):
    if not day or day > 31:
        return None
    date = today
    for _ in range(62):
        if date.day == day:
            return date
        date += datetime.timedelta(1)
    return None


def weekday_after(day, name):
    return day + datetime.timedelta((WEEKDAYS.index(name) - day.weekday() - 1) % 7 + 1)


def find_dates(reader, today, british):
    """[(start, end, ISO date)] in the order of the text."""
    found = []

    def add(match, date):
        if date:
            found.append((match.start(), match.end(), date.isoformat()))
            reader.take(match)

    for match in reader.each(r"\b(\d{4})-(\d\d)-(\d\d)\b"):
        add(match, date_near(today, int(match[2]), int(match[3]), int(match[1])))
    for match in reader.each(r"\b(\d{1,2})[/.](\d{1,2})(?:[/.](\d{4}))?\b"):
        first, second = int(match[1]), int(match[2])
        month, day = (second, first) if british or first > 12 else (first, second)
        add(match, date_near(today, month, day, int(match[3]) if match[3] else None) if 1 <= month <= 12 else None)
    for match in reader.each(rf"\b(?:(?:{WEEKDAY}),? )?({MONTH}) (?:the )?({ORDINAL}|{CARDINAL})\b"):
        add(match, date_near(today, MONTHS.index(match[1]) + 1, number(match[2])))
    for match in reader.each(rf"\b(?:(?:{WEEKDAY}),? )?(?:the )?({ORDINAL}|\d{{1,2}}) (?:of )?({MONTH})\b"):
        add(match, date_near(today, MONTHS.index(match[2]) + 1, number(match[1])))
    for match in reader.each(rf"\b({ORDINAL}) of the ({ORDINAL})\b"):
        month = number(match[2])
        add(match, date_near(today, month, number(match[1])) if 1 <= month <= 12 else None)
    for words, (month, day) in FEASTS.items():
        for match in reader.each(rf"\b{words}\b"):
            add(match, date_near(today, month, day))
    find_relative_dates(reader, today, add)
    for match in reader.each(rf"\bthe ({ORDINAL})\b(?! (?:one|of|appointment|time|floor|slot))"):
        add(match, day_of_month(today, number(match[1])))
    return sorted(found)


def find_relative_dates(reader, today, add):
    day = datetime.timedelta(1)
    bases = {"now": today, "today": today, "tomorrow": today + day, "yesterday": today - day}
    for match in reader.each(rf"\b(a|{CARDINAL}) (weeks?|days?) (?:from|after) (?:this )?(now|today|tomorrow|yesterday|{WEEKDAY})\b"):
        base = bases.get(match[3]) or weekday_after(today, match[3])
        add(match, base + (1 if match[1] == "a" else number(match[1])) * (7 if match[2][0] == "w" else 1) * day)
    for match in reader.each(rf"\bin (a|{CARDINAL}) (weeks?|days?)(?:' time)?\b"):
        add(match, today + (1 if match[1] == "a" else number(match[1])) * (7 if match[2][0] == "w" else 1) * day)
    for match in reader.each(r"\bin a fortnight\b|\ba fortnight from (?:now|today)\b"):
        add(match, today + 14 * day)
    for match in reader.each(rf"\b({WEEKDAY}) week\b"):
        add(match, weekday_after(today, match[1]) + 7 * day)
    for match in reader.each(r"\b(?:the )?day after tomorrow\b"):
        add(match, today + 2 * day)
    for match in reader.each(r"(?<!how are you )\b(?:tomorrow|today|tonight|this(?= (?:morning|afternoon|evening)))\b"):
        add(match, today + (day if match[0] == "tomorrow" else 0 * day))
    for match in reader.each(rf"\b(?:({WEEKDAY})(?: on)? the ({ORDINAL}|\d{{1,2}}))\b"):
        add(match, day_of_month(today, number(match[2])))
    for match in reader.each(rf"\b(next |this coming |this |coming )?({WEEKDAY})(?:'s|s)?\b(?: (next) week)?"):
        date = weekday_after(today, match[2])
        if match[1] == "next " or match[3]:
            monday = today - today.weekday() * day + 7 * day
            date = monday + WEEKDAYS.index(match[2]) * day
        add(match, date)


def clock(hour, minute, half):
    """Opening hours decide where am or pm was not said: 8 to 11 in the morning, 12 to 7 after it."""
    if hour is None or minute is None or hour > 23 or minute > 59:
        return None
    half = (half or "").replace(".", "").replace(" ", "")
    if half in ("pm", "intheafternoon", "intheevening", "atnight"):
        hour = hour % 12 + 12
    elif half in ("am", "inthemorning"):
        hour = hour % 12
    elif 1 <= hour <= 7:
        hour += 12
    return f"{hour:02d}:{minute:02d}"


def find_times(reader, british, lone):
    """[(start, end, value)]; `lone`: a number alone is a time too."""
    found = []

    def add(match, value):
        if value:
            found.append((match.start(), match.end(), value))
            reader.take(match)

    for match in reader.each(r"\b(\d{1,2}):(\d\d)" + HALF_OF_DAY):
        add(match, clock(int(match[1]), int(match[2]), match[3] or ("am" if int(match[1]) > 12 else None)))
    for match in reader.each(rf"\b(half|quarter|{CARDINAL})(?: minutes)? (past|to|after|before|till) ({HOUR})" + HALF_OF_DAY):
        minutes = {"half": 30, "quarter": 15}.get(match[1], number(match[1]) if match[1] not in ("half", "quarter") else 0)
        hour = number(match[3])
        if match[2] in ("to", "before", "till") and minutes:
            hour, minutes = (hour - 1 or 12), 60 - minutes
        add(match, clock(hour, minutes, match[4]))
    if british:
        for match in reader.each(rf"\bhalf ({HOUR})" + HALF_OF_DAY):
            add(match, clock(number(match[1]), 30, match[2]))
    for match in reader.each(rf"\b({HOUR})[ :]({MINUTE}|\d\d)" + HALF_OF_DAY):
        add(match, clock(number(match[1]), number(match[2]), match[3]))
    for match in reader.each(rf"\b({HOUR})(?: o'?clock)" + HALF_OF_DAY):
        add(match, clock(number(match[1]), 0, match[2]))
    for match in reader.each(rf"\b({HOUR}) ?(a\.?m\.?|p\.?m\.?|a m|p m|in the morning|in the afternoon|in the evening|at night)\b"):
        add(match, clock(number(match[1]), 0, match[2]))
    for match in reader.each(rf"\b(?:at|around|about|by|say) ({HOUR})\b(?! (?:of|people|days?|weeks?|months?|years?))"):
        add(match, clock(number(match[1]), 0, None))
    for match in reader.each(r"\b(?:noon|midday)\b"):
        add(match, "12:00")
    if found or "\x00" in reader.text:  # "no ten", "saturday ten"
        for match in reader.each(rf"(?:(?<=\x00 )|(?<=\bno )|(?<=\bmean )|(?<=\bactually )|(?<=\bso ))({HOUR})\b"
                                 r"(?! (?:of|people|days?|weeks?|months?|years?|one|\d|\w+ \d))"):
            add(match, clock(number(match[1]), 0, None))
    if lone and not found:
        for match in reader.each(rf"\b({HOUR})\b(?! (?:of|people|days?|weeks?|months?|years?|one))"):
            if match[1] != "one" or reader.text.strip() == "one":
                add(match, clock(number(match[1]), 0, None))
    for words, value in ((r"mornings?", "TMO"), (r"lunch ?time", "TMI"), (r"afternoons?|after lunch", "TAF"),
                         (r"evenings?|tonight|after work|after dinner", "TEV")):
        for match in reader.each(rf"(?<!good )\b(?:{words})\b"):
            if not found:
                add(match, value)
    return sorted(found)


def find_range(reader, british):
    """An open or closed range of hours, read before single times are."""
    del british
    hour = rf"({HOUR}|noon)" + HALF_OF_DAY
    for match in reader.each(rf"\bbetween {hour} and {hour}"):
        values = [hour_of(match[1], match[2] or match[4]), hour_of(match[3], match[4])]
        if all(values):
            reader.take(match)
            return "/".join(values)
    for match in reader.each(rf"\b(after|before|not before|no later than|until) {hour}(?! (?:minutes|days))"):
        value = hour_of(match[2], match[3])
        if value:
            reader.take(match)
            return f"{value}/.." if match[1] in ("after", "not before") else f"../{value}"
    return None


def hour_of(words, half):
    return "12:00" if words == "noon" else clock(number(words), 0, half)


def find_phone(reader, british):
    digit = r"(?:zero|oh|o|nought|one|two|three|four|five|six|seven|eight|nine|double|triple|\d+)"
    for match in reader.each(rf"\b{digit}(?:[ ,.-]+{digit}|\d+)*\b|\+?\d[\d -]{{6,}}\d"):
        digits, times = "", 1
        for word in re.findall(r"[a-z]+|\d+", match[0]):
            if word in ("double", "triple"):
                times = 2 if word == "double" else 3
                continue
            piece = word if word.isdigit() else str(UNITS.get(word, 0))
            digits += piece * times
            times = 1
        value = None
        if len(digits) == 10 and not digits.startswith("0"):
            value = "+1" + digits
        elif len(digits) == 11 and digits.startswith("1"):
            value = "+" + digits
        elif len(digits) in (10, 11) and digits.startswith("0"):
            value = "+44" + digits[1:]
        if len(digits) >= 7:
            reader.take(match)
        if value:
            return value
    return None


def capitalise(words):
    return " ".join("-".join(part[:1].upper() + part[1:] for part in word.split("-")) for word in words.split())


def find_name(text, asked):
    """First and last name behind a phrase that gives one; where a name was asked for, the first words that are no others."""
    word = r"[a-zà-ÿ][a-zà-ÿ'-]+"
    title = r"(?:mr |mrs |ms |miss |dr |doctor )?"
    given = (rf"\b(?:my name is|my name's|name is|name's|this is|it's|i'm|i am|under|here is|call me|called|named|for|he's|she's)"
             rf" {title}((?:{word} ?){{2,4}})")
    for match in re.finditer(given, text):
        name = leading_name(match[1].split(), False)
        if name:
            return name
    if not asked:
        return None
    rest = re.sub(r"^(?:(?:um|uh|er|so|yes|yeah|sure|okay|ok|that's|it's|oh|hi|hello|well|mr|mrs|ms|miss)\b ?)+", "", text)
    return leading_name(re.findall(word, rest), True)


def leading_name(words, alone):
    """Two words that can be a name (three with a particle); a single one only when nothing else was said."""
    run = []
    for word in words:
        if word in NOT_NAMES or (word.endswith("ing") and not alone):
            break
        run.append(word)
    if len(run) >= 2:
        return capitalise(" ".join(run[:3 if len(run) > 2 and run[1] in PARTICLES else 2]))
    return capitalise(run[0]) if alone and len(run) == len(words) == 1 else None


def find_email(text):
    plain = re.search(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b", text)
    if plain:
        return plain[0]
    spoken = re.search(r"\b([\w-]+(?: (?:dot|underscore|dash) [\w-]+)*) at ([\w-]+) dot (com|org|net|co dot uk)\b", text)
    if not spoken:
        return None
    local = re.sub(r" (dot|underscore|dash) ", lambda m: {"dot": ".", "underscore": "_", "dash": "-"}[m[1]], spoken[1])
    return f"{local}@{spoken[2]}.{spoken[3].replace(' dot ', '.')}"


def plain_words(text):
    text = text.lower().replace("’", "'")
    text = re.sub(r"\bdr\.? ", "doctor ", text)
    text = re.sub(r"[!?;\"()]|(?<!\d),|[.,](?!\d)(?! ?m\b)", " ", text)
    return re.sub(r"\s+", " ", text).strip()


def pick(matches, text, rules):
    """The value that holds among several mentions: what is refused goes, and the last correction wins."""
    kept = matches
    if "negation" in rules:
        kept = [m for m in matches if not REFUSED_BEFORE.search(text[:m[0]]) and not REFUSED_BEHIND.search(text[m[1]:])]
    if not kept:
        return None
    if "correction" in rules and CORRECTION.search(text):
        return kept[-1][2]
    return kept[0][2]


def practitioner(text, values):
    for value in values:
        last = plain_words(value).split()[-1]
        if re.search(rf"\b{re.escape(last)}\b", text):
            return value
        folded = last.translate(str.maketrans("éèüöä", "eeuoa"))
        if re.search(rf"\b{re.escape(folded)}\b", text):
            return value
    if re.search(r"\b(?:anyone|anybody|whoever|don't mind who|no preference)\b", text):
        return "dontcare"
    return None


def intent_of(text):
    """None: nothing in the text names one."""
    for intent, words in (
            ("handover", r"real person|human|speak to (?:a|the|some)|talk to (?:a|the|some)|manager|operator|put me through"),
            ("cancel", r"\bcancel|call (?:it )?off|won't be (?:coming|able)|can't make|drop (?:my|every|the)"),
            ("reschedule", r"\b(?:move|shift|postpone|push|swap)\b|reschedul|change (?:my|the|his|her) (?:appointment|time|day)|bring .* forward|another day|earlier than my|instead of my"),
            ("message", r"\blet (?:the|dr|doctor|him|her|them) .*know|running late|pass (?:on )?a message|leave a message|tell (?:the|doctor|dr)"),
            ("lookup", r"when(?:'s| is) my|what time(?:'s| is| am i| was) my|what time am i|am i (?:booked|down)|do i have an appointment|which day is my"),
            ("ask", r"^(?:how much|where (?:are|is)|are you open|do you take|is there parking|what are your|what time do you|how long)")):
        if re.search(words, text):
            return intent
    if re.search(r"\b(?:book|appointment|come in|get in|fit me in|schedule|slot|opening|like to|need|want|put (?:me )?down|see)\b", text) \
            or any(re.search(rf"\b(?:{words})", text) for _, words in SERVICES):
        return "book"
    return None


def asked_for(text):
    return [slot for slot, words in (
        ("price", r"how much|what does .* cost|price|charge"), ("duration", r"how long (?:is|does|will|do)"),
        ("availability", r"soonest|earliest|when can you|what do you have|what have you got"),
        ("payment", r"pay by|take (?:cards?|cash|amex|checks?)|credit card"), ("insurance", r"insurance|take (?:aetna|blue cross|bupa)"),
        ("parking", r"\bparking|\bpark\b"), ("preparation", r"should i (?:eat|fast|bring)|do i (?:have|need) to (?:fast|bring)"),
        ("opening_hours", r"are you open|what time do you (?:open|close|knock|shut)|opening hours|your hours"),
        ("address", r"where are you|your address"), ("cancellation_policy", r"cancellation (?:fee|policy)|charge (?:me )?(?:if|for) cancel"),
        ("accessibility", r"wheelchair|step free|elevator|lift\b"), ("language", r"speak (?:spanish|polish|french)")) if re.search(words, text)]


def accepted_offer(text, last_agent, today, british):
    """What the caller takes of what the agent offered in its last words: {} or date, time."""
    reader = Reader(plain_words(last_agent))
    dates = find_dates(reader, today, british)
    times = [t for t in find_times(reader, british, False) if ":" in t[2]]
    taken = {}
    if re.search(r"\b(?:the )?(?:first|earlier|former|sooner)(?: one)?\b", text):
        index = 0
    elif re.search(r"\b(?:the )?(?:second|later|latter|last)(?: one)?\b", text):
        index = -1
    elif re.search(YES + r"|\btake it\b|\bthat'll do\b|\bthat one\b", text):
        dates, times, index = dates if len(dates) == 1 else [], times if len(times) == 1 else [], 0
    else:
        return taken
    if times:
        taken["time"] = times[index][2]
    if dates and (len(dates) == 1 or not times):
        taken["date"] = dates[index][2]
    return taken


def extract(request, rules):
    """The slots that this turn adds or changes, by name."""
    text = plain_words(request.user_text)
    british = request.british
    reader = Reader(text)
    slots, today = {}, request.today
    state = request.state
    email = find_email(text)
    if email:
        slots["email"] = email
    phone = find_phone(reader, british)
    if phone:
        slots["phone"] = phone
    time_range = find_range(reader, british)
    dates = find_dates(reader, today, british)
    whole = list(reader.each(r"\b(next|this) week\b"))
    if whole and not dates:
        monday = today - datetime.timedelta(today.weekday()) + datetime.timedelta(7 * (whole[0][1] == "next"))
        slots["date_range"] = f"{monday}/{monday + datetime.timedelta(7)}"
    times = find_times(reader, british, state in ("collect_time", "offer") and not dates and not phone)
    date, time = pick(dates, text, rules), pick(times, text, rules)
    if time_range and "range" in rules:
        slots["time_range"] = time_range
    if not date and not time and "offer" in rules and request.history and state != "confirmation":
        last = next((words for who, words in reversed(request.history) if who == "Agent"), "")
        offer = accepted_offer(text, last, today, british)
        date, time = offer.get("date"), offer.get("time")
    extract_dates(request, rules, dates, date, slots)
    if time:
        slots["current_time" if "current_date" in slots and "date" not in slots else "time"] = time
    extract_people(request, rules, text, slots)
    services = [(m.start(), m.end(), value) for value, words in SERVICES
                for m in re.finditer(rf"\b(?:{words})\b", text)]
    service = pick(longest(services), text, rules)
    if service:
        slots["service"] = service
    return {name: value for name, value in slots.items()
            if name in request.task_slots and request.slots.get(name) != value}


def longest(matches):
    """In the order of the text, without those that lie inside of another one."""
    return sorted(m for m in matches
                  if not any(o != m and o[0] <= m[0] and m[1] <= o[1] and o[1] - o[0] > m[1] - m[0] for o in matches))


def extract_dates(request, rules, dates, date, slots):
    exists = request.intent in ("reschedule", "cancel", "lookup", "message")
    if exists and request.state in ("greeting", "identify", "clarify"):
        if len(dates) > 1 and "relative" in rules:
            slots["current_date"], slots["date"] = dates[0][2], dates[-1][2]
        elif date:
            slots["current_date"] = date
    elif date:
        slots["date"] = date


def extract_people(request, rules, text, slots):
    who = practitioner(text, request.task_slots.get("practitioner", {}).get("values", []))
    if who:
        slots["practitioner"] = who
    asked = request.state in ("collect_name", "identify")
    name = find_name(text, asked and "name" not in request.slots)
    if name and not (who and name.split()[-1].lower() in plain_words(who)):
        slots["name"] = name
    for value, words in RELATIVES:
        if re.search(rf"\b(?:my|our|his|her) (?:\w+ )?(?:{words})\b", text) and "whom" in rules:
            slots["for_whom"] = value
            break
    if re.search(r"\bfirst time\b|\bnew (?:patient|client|here)\b|never been", text):
        slots["first_visit"] = "yes"
    party = re.search(rf"\b({CARDINAL}) (?:of us|people|persons|guests)\b", text)
    if party and number(party[1]) and number(party[1]) > 1:
        slots["party_size"] = str(number(party[1]))


REQUIRED = {"book": ("service", "date", "time", "name", "phone"), "reschedule": ("name", "current_date", "date", "time"),
            "cancel": ("name", "current_date"), "lookup": ("name",), "message": ("name",)}


def next_state(request, intent, slots, states):
    text = plain_words(request.user_text)
    if intent == "handover":
        wanted = "handover"
    elif request.state == "confirmation" and not slots and re.search(YES, text):
        wanted = "complete"
    else:
        known = {**request.slots, **slots}
        missing = [s for s in REQUIRED.get(intent, ()) if not known.get(s)]
        if intent not in REQUIRED:
            wanted = "answer" if intent == "ask" else "clarify"
        elif not missing:
            wanted = "confirmation"
        elif missing[0] in ("name", "current_date") and intent != "book":
            wanted = "identify"
        else:
            wanted = f"collect_{missing[0]}"
    return wanted if wanted in states else "clarify" if "clarify" in states else request.state


REPLIES = {"collect_service": "What is the appointment for?", "collect_date": "Which day would you like?",
           "collect_time": "What time suits you?", "collect_name": "May I have the full name?",
           "collect_phone": "And a phone number, please?", "identify": "What name and day is it under?",
           "confirmation": "Shall I book that?", "complete": "That is done. Goodbye.", "handover": "I'll connect you.",
           "answer": "Let me tell you.", "clarify": "What can I do for you?"}


def reply(state, slots):
    told = ", ".join(str(value) for value in list(slots.values())[:2] if value)
    return (f"{told[:60]}. " if told else "") + REPLIES.get(state, "How can I help?")


def known_intent(history):
    found = None
    for who, words in history:
        if who == "Caller":
            said = intent_of(plain_words(words))
            if said and not (said == "book" and found in ("reschedule", "cancel", "lookup", "message")):
                found = said
    return found


class Request:
    """What a prompt says, read back out of its messages by the labels that any template has."""

    LABELS = {"user_text": r"^(?:the )?caller(?: now)? says: ?(.*)$", "state": r"^(?:dialogue )?state: ?(.*)$",
              "slots": r"^known slots: ?(.*)$", "now": r"^(?:local )?time: ?(.*)$"}

    def __init__(self, messages):
        self.system = "\n".join(m.get("content") or "" for m in messages if m.get("role") == "system")
        user = "\n".join(m.get("content") or "" for m in messages if m.get("role") == "user")
        whole = self.system + "\n" + user
        found = {}
        for name, pattern in self.LABELS.items():
            matches = re.findall(pattern, user, re.M | re.I) or re.findall(pattern, whole, re.M | re.I)
            found[name] = matches[-1].strip() if matches else None
        lines = [line for line in user.splitlines() if line.strip()]
        self.user_text = found["user_text"] if found["user_text"] is not None else (lines[-1] if lines else "")
        self.state = found["state"] or "greeting"
        self.slots = parse_object(found["slots"])
        moment = re.search(r"(\d{4})-(\d\d)-(\d\d)(?:T[\d:.]+)?(Z|[+-]\d\d:\d\d)?", found["now"] or "")
        self.today = datetime.date(int(moment[1]), int(moment[2]), int(moment[3])) if moment else datetime.date(2025, 1, 1)
        self.british = bool(moment) and moment[4] in ("Z", "+00:00", "+01:00")
        self.history = [(who.capitalize(), words) for who, words in re.findall(r"^(caller|agent): (.*)$", user, re.M | re.I)]
        self.task_slots = {}
        for name, rest in re.findall(r"^- (\w+) \((?:[^)]*)\)(.*)$", whole, re.M):
            values = re.search(r"one of: (.*)$", rest)
            self.task_slots[name] = {"values": values[1].split(", ") if values else []}
        states = re.search(r"^States: (.*)$", whole, re.M)
        self.states = states[1].split(", ") if states else []
        own = intent_of(plain_words(self.user_text))
        before = known_intent(self.history)
        keeps = before in REQUIRED and own in (None, "ask", "book")
        self.intent = before if keeps else own or before or "none"


def parse_object(text):
    try:
        value = json.loads(text or "{}")
        return value if isinstance(value, dict) else {}
    except ValueError:
        return {}


RULE_WORDS = {"relative": "relative dates", "correction": "corrections:", "negation": "negation:", "offer": "offered",
              "whom": "for_whom child", "range": "intervals from/to"}


def rules_in(prompt):
    """Which rules the prompt spells out. What it does not, a model follows only sometimes (see stub_profiles.json)."""
    prompt = prompt.lower()
    return {name for name, words in RULE_WORDS.items() if words in prompt}
