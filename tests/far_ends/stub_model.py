#!/usr/bin/env python3
"""stub_model.py: a model for tests and for recording cassettes, behind POST /v1/chat/completions (OpenAI's shape).

    tests/far_ends/stub_model.py --port 0       prints the port, then serves until it is stopped

It is no model: it answers from the request's messages alone by hand-written patterns (stub_language.py), and then makes
the errors that its profile declares (stub_profiles.json, by model name): missing, wrong and spurious slots, prose, half a
JSON object, an empty answer, refusals, 429, 500, hanging, and a distribution of latencies. It never sees gold. All draws
come from a hash of the request, the seed and, for HTTP errors, the number of the attempt, so that runs can be repeated.
Every answer carries the header `x-stub-model: 1` and the fingerprint `stub-...`; what is measured with it is a
simulated model, and reports must say so. GET /stats: calls by kind. Python 3.9, standard library only.
"""
import argparse
import datetime
import hashlib
import http.server
import json
import math
import os
import sys
import threading
import time

sys.dont_write_bytecode = True
import stub_language as language  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
VERSION = "1"


def load_profiles(path):
    with open(path, encoding="utf-8") as file:
        profiles = json.load(file)["profiles"]

    def resolve(name):
        profile = profiles[name]
        return {**resolve(profile["like"]), **profile} if "like" in profile else profile

    return {name: resolve(name) for name in profiles}


class Draws:
    """Numbers from 0 to 1, a function of a key and a name."""

    def __init__(self, *key):
        self.key = hashlib.sha256("\x1f".join(str(part) for part in key).encode()).digest()

    def share(self, *name):
        digest = hashlib.sha256(self.key + "\x1f".join(str(part) for part in name).encode()).digest()
        return int.from_bytes(digest[:8], "big") / 2 ** 64

    def happens(self, probability, *name):
        return self.share(*name) < probability

    def normal(self, *name):
        first, second = max(self.share(*name, "r"), 1e-12), self.share(*name, "t")
        return math.sqrt(-2 * math.log(first)) * math.cos(2 * math.pi * second)


def wrong_value(slot, value, request, draws):
    """Another value of the same kind, as a model gets it wrong: a week off, the other half of the day, a digit."""
    which = draws.share("wrong", slot)
    try:
        if slot in ("date", "current_date"):
            day = datetime.date.fromisoformat(value)
            return (day + datetime.timedelta(7 if which < 0.5 else 1 if which < 0.75 else -1)).isoformat()
        if slot in ("time", "current_time") and ":" in value:
            hour, minute = int(value[:2]), int(value[3:])
            return f"{(hour + 12) % 24:02d}:{minute:02d}" if which < 0.5 else f"{hour:02d}:{(minute + 30) % 60:02d}"
    except ValueError:
        pass
    if slot == "phone" and len(value) > 4:
        at = len(value) - 1 - int(which * 4)
        return value[:at] + str((int(value[at]) + 1) % 10) + value[at + 1:]
    if slot == "name":
        return value.split()[0] if which < 0.5 else value[:-1]
    values = request.task_slots.get(slot, {}).get("values") or []
    others = [other for other in values if other != value]
    return others[int(which * len(others))] if others else value + "s"


def make_errors(request, slots, profile, temperature, draws):
    """(slots, those that are off): the declared errors on top of what was understood."""
    factor = 1 + temperature
    result, off = {}, set()
    for slot, value in slots.items():
        if draws.happens(profile["slot_missing"] * factor, "missing", slot):
            continue
        if draws.happens(profile["slot_wrong"] * factor, "wrong?", slot):
            value = wrong_value(slot, value, request, draws)
            off.add(slot)
        result[slot] = value
    if draws.happens(profile["slot_spurious"] * factor, "spurious?"):
        candidates = [s for s in request.task_slots if s not in request.slots and s not in result
                      and request.task_slots[s]["values"]]
        if candidates:
            slot = candidates[int(draws.share("spurious") * len(candidates))]
            values = request.task_slots[slot]["values"]
            result[slot] = values[int(draws.share("spurious value") * len(values))]
            off.add(slot)
    return result, off


def confidences(slots, off, draws):
    """High where nothing was made wrong, lower where it was, both blurred: informative, and not quite calibrated."""
    told = {}
    for slot in slots:
        middle = 0.74 if slot in off else 0.9
        told[slot] = round(min(max(middle + 0.07 * draws.normal("confidence", slot), 0.5), 0.99), 2)
    return told


def answer_of(request, profile, temperature, draws):
    """The JSON object that the model is asked for."""
    spelled_out = language.rules_in(request.system)
    rules = {rule for rule in language.RULE_WORDS if rule in spelled_out
             or draws.happens(profile["unprompted_rule_followed"], "rule", rule)}
    slots, off = make_errors(request, language.extract(request, rules), profile, temperature, draws)
    told = confidences(slots, off, draws)
    state = language.next_state(request, request.intent, slots, request.states)
    return {"response": language.reply(state, slots), "extracted_slots": slots,
            "confidence": round(min(told.values(), default=0.9), 2), "slot_confidence": told, "intent": request.intent,
            "requested_slots": language.asked_for(language.plain_words(request.user_text)), "next_state": state}


def content_of(request, profile, temperature, draws):
    """(content, refusal, kind) of the message."""
    kinds = ("prose", "half_json", "empty", "refusal", "fenced")
    drawn, reached = draws.share("kind"), 0.0
    kind = "json"
    for name in kinds:
        reached += profile[name]
        if drawn < reached:
            kind = name
            break
    text = json.dumps(answer_of(request, profile, temperature, draws), ensure_ascii=False)
    if kind == "prose":
        text = "Sure! The caller would like an appointment, and I have written everything down for you."
    elif kind == "half_json":
        text = text[:len(text) * 2 // 3]
    elif kind == "empty":
        text = ""
    elif kind == "refusal":
        return None, "I'm sorry, but I can't help with that.", kind
    elif kind == "fenced":
        text = f"```json\n{text}\n```"
    return text, None, kind


def tokens_of(text):
    return (len(text.encode()) + 3) // 4


class Stub:
    def __init__(self, profiles, seed, speed):
        self.profiles, self.seed, self.speed = profiles, seed, speed
        self.lock = threading.Lock()
        self.attempts = {}  # digest of a request -> how often it came
        self.stats = {"calls": 0, "prompt_tokens": 0, "completion_tokens": 0}

    def count(self, kind):
        with self.lock:
            self.stats[kind] = self.stats.get(kind, 0) + 1

    def attempt_of(self, digest):
        with self.lock:
            self.stats["calls"] += 1
            self.attempts[digest] = self.attempts.get(digest, 0) + 1
            return self.attempts[digest]

    def latency_s(self, profile, draws):
        if draws.happens(profile["latency_tail_share"], "tail"):
            value = profile["latency_tail_ms"]
        else:
            value = profile["latency_median_ms"] * math.exp(profile["latency_sigma"] * draws.normal("latency"))
        return value / 1000 / self.speed if self.speed > 0 else 0.0

    def answer(self, body):
        """(HTTP status, headers, JSON) for a request's parsed body; None: hang."""
        messages, model = body["messages"], str(body["model"])
        temperature = float(body.get("temperature") or 0)
        sampling = (temperature, body.get("seed")) if temperature > 0 else ()
        draws = Draws(self.seed, model, json.dumps(messages, sort_keys=True), *sampling)
        attempt = self.attempt_of(draws.key)
        profile = self.profiles.get(model) or self.profiles["default"]
        if draws.happens(profile["hang"], "hang", attempt):
            self.count("hang")
            return None
        if draws.happens(profile["http_429"], "429", attempt):
            self.count("http_429")
            return 429, {"Retry-After": "1", "retry-after-ms": "100"}, fault("rate_limit_exceeded", "Too many requests. Please try again in 1s.")
        if draws.happens(profile["http_500"], "500", attempt):
            self.count("http_500")
            return 500, {}, fault("server_error", "The stub failed, as its profile says.")
        request = language.Request(messages)
        content, refusal, kind = content_of(request, profile, temperature, draws)
        most = body.get("max_completion_tokens") or body.get("max_tokens")
        finish = "stop"
        if content and most and tokens_of(content) > most:
            content = content.encode()[:4 * int(most)].decode(errors="ignore")
            finish, kind = "length", "cut"
        self.count(kind)
        time.sleep(self.latency_s(profile, draws))
        return 200, {}, self.envelope(model, messages, content, refusal, finish, draws)

    def envelope(self, model, messages, content, refusal, finish, draws):
        prompt = sum(tokens_of(m.get("content") or "") + 4 for m in messages)
        completion = tokens_of(content or refusal or "")
        with self.lock:
            self.stats["prompt_tokens"] += prompt
            self.stats["completion_tokens"] += completion
        message = {"role": "assistant", "content": content}
        if refusal:
            message["refusal"] = refusal
        return {"id": "stub-" + draws.key.hex()[:12], "object": "chat.completion", "created": 1735689600, "model": model,
                "system_fingerprint": f"stub-{VERSION}-{self.seed}",
                "choices": [{"index": 0, "message": message, "finish_reason": finish}],
                "usage": {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}}


def fault(code, message):
    return {"error": {"message": message, "type": code, "param": None, "code": code}}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    stub = None

    def log_message(self, *unused):
        pass

    def send_json(self, status, headers, value):
        body = json.dumps(value, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("x-stub-model", VERSION)
        for name, text in headers.items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.path == "/stats":
            with self.stub.lock:
                self.send_json(200, {}, self.stub.stats)
        elif self.path == "/v1/models":
            self.send_json(200, {}, {"object": "list", "data": [{"id": name, "object": "model", "owned_by": "stub"}
                                                                  for name in self.stub.profiles]})
        else:
            self.send_json(404, {}, fault("not_found", f"there is no {self.path}"))

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if not self.path.endswith("/chat/completions"):
            return self.send_json(404, {}, fault("not_found", f"there is no {self.path}"))
        try:
            answer = self.stub.answer(json.loads(body))
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            return self.send_json(400, {}, fault("invalid_request_error", f"the request is not understood: {problem!r}"))
        if answer is None:
            time.sleep(3600)
            return None
        return self.send_json(*answer)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024

    def handle_error(self, request, client_address):
        pass  # a caller that went away is no news


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=0, help="0: any free port; it is printed as the first line")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--speed", type=float, default=1.0, help="latencies are divided by it; 0: none")
    parser.add_argument("--profiles", default=os.path.join(HERE, "stub_profiles.json"))
    options = parser.parse_args()
    Handler.stub = Stub(load_profiles(options.profiles), options.seed, options.speed)
    server = Server(("127.0.0.1", options.port), Handler)
    print(server.server_address[1], flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
