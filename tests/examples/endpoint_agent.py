#!/usr/bin/env python3
"""endpoint_agent.py: somebody's agent behind HTTP, as assay's candidate kind `endpoint` asks it.

    tests/examples/endpoint_agent.py --port 8080      (0: any free port, printed as the first line)

It understands hardly anything: weekdays, "at <number>" and a few services. It is here to show the shape: one POST a turn,
everything that the agent may know is in the request, so it needs no memory of its own. Python 3, standard library only.
"""
import argparse
import datetime
import http.server
import json
import re

WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
HOURS = {word: hour for hour, word in enumerate("one two three four five six seven eight nine ten eleven twelve".split(), 1)}
SERVICES = {"massage": "massage", "haircut": "haircut", "physio": "physiotherapy", "eye test": "eye_exam", "cleaning": "dental_cleaning"}


def answer(turn):
    """turn: the request's JSON -> the answer's JSON (the keys of a prediction log's `output`)."""
    text, today = turn["user_text"], datetime.date.fromisoformat(turn["time"][:10])
    found = {}
    for index, day in enumerate(WEEKDAYS):
        if day in text:
            found["date"] = (today + datetime.timedelta((index - today.weekday() - 1) % 7 + 1)).isoformat()
    hour = re.search(r"\bat (" + "|".join(HOURS) + r")\b", text)
    if hour:
        found["time"] = f"{HOURS[hour[1]] + (12 if HOURS[hour[1]] < 8 else 0):02d}:00"
    for words, service in SERVICES.items():
        if words in text:
            found["service"] = service
    known = {**turn["slots"], **found}
    missing = [slot for slot in ("service", "date", "time", "name", "phone") if slot not in known]
    return {"response": f"And the {missing[0]}?" if missing else "Shall I book that?", "extracted_slots": found,
            "confidence": 0.8, "next_state": f"collect_{missing[0]}" if missing else "confirmation", "intent": "book"}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        turn = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body = json.dumps(answer(turn)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *unused):
        pass


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=8080)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", parser.parse_args().port), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
