"""recording.py: what the telephone and the production agent recorded of one authored conversation.

Times, latencies, confidences and token counts are drawn from SHA-256 of the conversation's id and a
label, rounded to what a log would hold, so that they are the same on every machine.
"""
import datetime
import hashlib
import math
import re
import zoneinfo

import script

GREETINGS = {
    "clinic": "Harbor House clinic, this is the automated desk. How can I help?",
    "salon": "Thanks for calling the salon at Harbor House. What can I do for you?",
    "london": "Good day, Harbour House, you're speaking to the booking assistant. How may I help?",
}
PROVIDERS = {"STT": ("local", "whisper-small.en"), "LLM": ("ollama", "llama3.2"),
             "TTS": ("local", "piper-en")}
WEEKDAY_TITLES = [name.title() for name in script.WEEKDAY_NAMES]
MONTH_TITLES = [name.title() for name in script.MONTH_NAMES]


class Draw:
    """Random numbers named by what they are for: adding one never moves another."""

    def __init__(self, key):
        self.key = key

    def uniform(self, label):
        digest = hashlib.sha256(f"{self.key} {label}".encode()).digest()
        return (int.from_bytes(digest[:6], "big") + 0.5) / 2**48

    def between(self, label, low, high):
        return low + (high - low) * self.uniform(label)

    def around(self, label, median, spread):
        """Log-normal: a long tail to the right, as latencies have."""
        normal = (math.sqrt(-2 * math.log(self.uniform(label + " r")))
                  * math.cos(2 * math.pi * self.uniform(label + " a")))
        return median * math.exp(spread * normal)


def date_in_words(text, locale):
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        day = datetime.date.fromisoformat(text)
        weekday, month = WEEKDAY_TITLES[day.weekday()], MONTH_TITLES[day.month - 1]
        return f"{weekday} {day.day} {month}" if locale == "en-GB" else f"{weekday}, {month} {day.day}"
    return {"dontcare": "any day"}.get(text, text)


def time_in_words(text):
    if re.fullmatch(r"\d\d:\d\d", text):
        hour, minute = int(text[:2]), text[3:]
        return f"{(hour - 1) % 12 + 1}:{minute} {'AM' if hour < 12 else 'PM'}"
    return {"TMO": "the morning", "TAF": "the afternoon", "TEV": "the evening", "TMI": "midday",
            "dontcare": "any time"}.get(text, text)


def fill(text, slots, conversation, booking_number):
    """<date>, <time>, <name>... of the agent's own slots; <tue>, <+1>, <03-31> dates; <ref>."""
    def replacement(match):
        name = match[1]
        if name == "ref":
            return booking_number
        if slots.get(name):
            value = slots[name]
            if name in ("date", "current_date"):
                return date_in_words(value, conversation.locale)
            if name in ("time", "current_time"):
                return time_in_words(value)
            if name == "phone":
                return phone_in_words(value)
            return value.replace("_", " ")
        if name in script.ABBREVIATIONS.values():
            raise SystemExit(f"{conversation.where}: the agent says <{name}> and does not know it")
        return date_in_words(script.resolve_date(name, conversation.today), conversation.locale)
    return re.sub(r"<([^>]+)>", replacement, text)


def phone_in_words(value):
    match = re.fullmatch(r"\+1(\d{3})(\d{3})(\d{4})", value)
    return f"{match[1]}-{match[2]}-{match[3]}" if match else value


class Recorder:
    def __init__(self, conversation, booking_slots):
        self.c, self.booking_slots = conversation, booking_slots
        self.draw = Draw(conversation.id)
        zone = zoneinfo.ZoneInfo(conversation.zone)
        local = conversation.start.replace(tzinfo=zone)
        self.epoch = local.astimezone(datetime.timezone.utc)
        self.ms = int(self.draw.between("start", 0, 55000))   # since epoch: now
        self.events, self.sequences = [], []
        self.state = "greeting"
        self.slots, self.confidence, self.gold = {}, {}, {}
        self.history = 0
        self.quiet = conversation.options.get("noise", "quiet") == "quiet"
        self.booking_number = self.next_number("1")

    def next_number(self, key):
        return f"HH-{1000 + int(9000 * self.draw.uniform('booking ' + key))}"

    def time(self, ms):
        moment = self.epoch + datetime.timedelta(milliseconds=int(ms))
        fraction = f".{moment.microsecond // 1000:03d}" if moment.microsecond else ""
        return moment.strftime("%Y-%m-%dT%H:%M:%S") + fraction + "Z"

    def emit(self, type_name, ms, body):
        self.ms = max(self.ms, int(ms))
        self.events.append({"conversation_id": self.c.id, "sequence": len(self.events),
                            "time": self.time(self.ms), "type": type_name, **body})

    def started(self):
        options = self.c.options
        metadata = {"channel": options.get("channel", "phone"),
                    "clinic": options.get("clinic", "clinic"),
                    "caller_type": options.get("caller", "returning"),
                    "noise": options.get("noise", "quiet")}
        body = {"language": self.c.locale, "locale": self.c.locale, "time_zone": self.c.zone,
                "agent_version": "desk-1.4.2"}
        if self.draw.uniform("experiment") < 0.6:
            body["experiment"] = "front_desk_wording"
            body["variant"] = "a" if self.draw.uniform("variant") < 0.5 else "b"
        body["consent"] = {"evaluation": True,
                           "third_party": self.draw.uniform("third party") < 0.85}
        body["metadata"] = metadata
        self.emit("ConversationStarted", self.ms, body)

    def greet(self):
        """A played prompt: no model, no tokens. Calls from the web begin with the caller."""
        if self.c.options.get("channel") == "web_voice":
            self.agent_end = self.ms + 300
            return
        place = "london" if self.c.zone == "Europe/London" else self.c.options.get("clinic", "clinic")
        text = GREETINGS[place]
        first = self.ms + int(self.draw.between("greeting gap", 350, 700))
        self.agent_end = first + self.speech_ms(text, "greeting")
        self.speak({"text": text, "state": "greeting", "next_state": "greeting"}, first, 0)

    def speech_ms(self, text, label):
        words = max(1, len(text.split()))
        return int(250 + words * 1000 / self.draw.between(label + " rate", 2.3, 3.1))

    def speak(self, body, first_audio, index):
        """The agent's audio, cut short when the caller speaks over it; the event follows its end."""
        turns = self.c.turns
        self.barge_in = None
        if index < len(turns) and turns[index].interrupts:
            length = self.agent_end - first_audio
            self.barge_in = first_audio + int(length * self.draw.between(f"barge {index}", .35, .8))
            self.agent_end = self.barge_in + int(self.draw.between(f"yield {index}", 180, 900))
        body["first_audio"] = self.time(first_audio)
        body["speech_end"] = self.time(self.agent_end)
        self.emit("AgentTurn", self.agent_end, body)

    def listen(self, index, turn):
        draw = self.draw
        start = self.agent_end + int(draw.around(f"reaction {index}", 700, .5))
        if turn.interrupts and self.barge_in is not None:
            start = self.barge_in
        end = start + (self.speech_ms(turn.text, f"user {index}") if turn.text
                       else int(draw.between(f"mumble {index}", 500, 1500)))
        now = end
        for service, error, milliseconds in turn.failures:
            if service == "STT":
                now += milliseconds
                self.service("STT", milliseconds, now, error)
        stt = int(draw.around(f"stt {index}", 230, .35))
        now += stt
        self.service("STT", stt, now, None)
        low, high = (.86, .985) if self.quiet else (.72, .95)
        if turn.reference is not None:
            low, high = .48, .80
        confidence = draw.between(f"asr {index}", low, high) if turn.text else .12
        body = {"text": turn.text}
        if turn.reference is not None:
            body["reference_text"] = turn.reference
        body["asr_confidence"] = round(confidence, 3)
        if turn.hearings:
            body["asr_alternatives"] = [{"text": text, "confidence": value}
                                        for text, value in turn.hearings]
        body["speech_start"], body["speech_end"] = self.time(start), self.time(end)
        body["interrupted"] = turn.interrupts
        if turn.reference is not None:
            body["audio_ref"] = f"calls/{self.epoch:%Y/%m}/{self.c.id}/{index:02d}.opus"
        self.emit("UserTurn", now, body)
        self.sequences.append(self.events[-1]["sequence"])
        self.history += len(turn.text.split())
        self.agent_end = max(end, self.agent_end)
        return now

    def service(self, service, latency_ms, now, error):
        provider, model = PROVIDERS[service]
        body = {"service": service, "provider": provider, "model": model, "latency_ms": latency_ms}
        if error:
            body["error"] = error
        self.emit("ServiceCall", now, body)

    def understand(self, index, turn):
        """The agent's state: gold's changes, unless the author wrote that it understood otherwise."""
        changes = {}
        for slot, values in turn.changes:
            self.gold.pop(slot, None) if values is None else self.gold.__setitem__(slot, values)
            changes[slot] = None if values is None else values[0]
        for slot, values in turn.agent_changes:
            changes[slot] = None if values is None else values[0]
        for slot, value in changes.items():
            if value is None:
                self.slots.pop(slot, None)
                self.confidence.pop(slot, None)
                continue
            self.slots[slot] = None if value == "null" else value
            draw = self.draw.uniform(f"confidence {index} {slot}")
            right = value in self.gold.get(slot, [])
            sure = .97 - .30 * draw * draw if right else .91 - .46 * draw
            self.confidence[slot] = round(sure, 2)
        sure = [self.confidence[slot] for slot, value in changes.items() if value is not None]
        return round(min(sure), 2) if sure else round(self.draw.between(f"sure {index}", .7, .95), 2)

    def call_tool(self, index, number, tool, now):
        method = tool["method"]
        slots = dict(self.slots)
        for slot, values in tool["changes"]:
            slots[slot] = values[0]
        names = self.booking_slots.get(method)
        if names is None:
            names = {"find_appointment": ["name", "phone", "current_date"],
                     "check_availability": ["service", "practitioner", "date", "date_range",
                                            "time_range"],
                     "leave_message": ["name", "practitioner", "current_date", "reason"],
                     "transfer_call": ["reason"]}[method]
        parameters = {name: slots[name] for name in names
                      if slots.get(name) and slots[name] != "dontcare"}
        latency = tool["ms"] or int(self.draw.around(f"tool {index} {number}", 140, .45))
        body = {"method": method, "parameters": parameters}
        if tool["result"] is not None:
            body["result"] = tool["result"]
        if tool["error"]:
            body["error"] = tool["error"]
        elif tool["result"] is not None:
            pass
        elif method in self.booking_slots:
            number = self.booking_number if tool["key"] == "1" else self.next_number(tool["key"])
            body["result"] = {"booking_id": number, "status": {
                "book_appointment": "booked", "reschedule_appointment": "moved",
                "cancel_appointment": "cancelled"}[method]}
        else:
            body["result"] = {"status": "ok"}
        body["latency_ms"] = latency
        if method in self.booking_slots:
            key = hashlib.sha256(f"{self.c.id} {method} {tool['key']}".encode()).hexdigest()[:16]
            body["idempotency_key"] = key
        self.emit("ToolCall", now + latency, body)
        return now + latency

    def answer(self, index, turn, now):
        draw, model_ms = self.draw, 0
        confidence = self.understand(index, turn)
        for service, error, milliseconds in turn.failures:
            if service == "LLM":
                model_ms += milliseconds
                self.service("LLM", milliseconds, now + model_ms, error)
        if turn.answer is None and not turn.tools:
            self.agent_end = now + model_ms  # the caller waits for an answer that never comes
            return
        text = fill(turn.answer or "", self.slots, self.c, self.booking_number)
        slow = 2.4 if draw.uniform(f"slow {index}") < .05 else 1
        words = len(text.split())
        final = int((210 + 24 * words + 18 * len(self.slots)) * slow * draw.around(f"llm {index}", 1, .22))
        model_ms += final
        self.service("LLM", final, now + model_ms, None)
        now += model_ms
        for number, tool in enumerate(turn.tools):
            now = self.call_tool(index, number, tool, now)
        for service, error, milliseconds in turn.failures:
            if service == "TTS":
                now += milliseconds
                self.service("TTS", milliseconds, now, error)
        if turn.answer is None:
            self.agent_end = now
            return
        tts = int(draw.around(f"tts {index}", 190, .3))
        now += tts
        self.service("TTS", tts, now, None)
        self.agent_end = now + self.speech_ms(text, f"agent {index}")
        self.history += words
        body = {"text": text, "state": self.state, "next_state": turn.next_state,
                "intent": turn.agent_intent or turn.intent, "slots": dict(self.slots),
                "slot_confidence": dict(self.confidence), "confidence": confidence,
                "requested_slots": (turn.requested if turn.agent_requested is None
                                    else turn.agent_requested),
                "provider": "ollama", "model": "llama3.2", "prompt_version": "v1.0",
                "tokens": {"input": 412 + int(1.35 * self.history) + 11 * len(self.slots),
                           "output": 28 + int(1.32 * words) + 12 * len(self.slots)},
                "cost": 0.0, "latency_ms": model_ms,
                "time_to_first_token_ms": model_ms - final + int(final * draw.between(
                    f"ttft {index}", .22, .38))}
        self.state = turn.next_state
        self.speak(body, now, index + 1)

    def ended(self):
        outcome, reason = self.c.ended
        body = {"outcome": outcome}
        if reason:
            body["reason"] = reason
        last = max(self.ms, getattr(self, "agent_end", 0))
        self.emit("ConversationEnded", last + int(self.draw.between("end", 300, 2500)), body)

    def feedback(self):
        for number, (days, *words) in enumerate(self.c.feedback):
            body = {}
            for word in words:
                name, _, value = word.partition("=")
                name = {"rebooked": "rebooked_by_person"}.get(name, name)
                if name == "rating":
                    body[name] = float(value) if "." in value else int(value)
                else:
                    body[name.lstrip("!")] = not name.startswith("!")
            order = ("kept", "no_show", "rebooked_by_person", "called_back", "rating")
            body = {name: body[name] for name in order if name in body}
            hours = self.draw.between(f"feedback {number}", 1, 7)
            self.emit("Feedback", self.ms + int(float(days) * 86400000 + hours * 3600000), body)


def record(conversation, booking_slots):
    """-> the events, and the sequence numbers of the user's turns."""
    recorder = Recorder(conversation, booking_slots)
    recorder.started()
    recorder.greet()
    for index, turn in enumerate(conversation.turns):
        now = recorder.listen(index, turn)
        recorder.answer(index, turn, now)
    recorder.ended()
    recorder.feedback()
    return recorder.events, recorder.sequences
