"""far_end.py: an agent and a model behind HTTP, for tests: answers from the request alone, misbehaves as told, counts.

    with FarEnd(delay=0.01) as far_end: ... far_end.url("/agent") ... far_end.url("/v1") ...

POST /agent speaks the protocol of the candidate kind `endpoint`, POST /v1/chat/completions that of an OpenAI-compatible
model. `behave(call)` may return what to do instead of answering: an instance of Reply, or one of the words "hang" and
"reset". Every call is in `calls` in the order in which it arrived, with a key that names what was asked. Answers depend on
the request only, so that a run that is killed and resumed must come to the same report. Python 3.9, standard library only.
"""
import collections
import hashlib
import http.server
import json
import socket
import struct
import threading
import time

Call = collections.namedtuple("Call", "path key attempt request")
Reply = collections.namedtuple("Reply", "status body headers", defaults=({},))
PROMPT_TOKENS, ANSWER_TOKENS = 100, 20


def words(request):
    """Slots that the request's last words name: a poor agent, but the same one every time."""
    text = request.lower()
    slots = {}
    for service in ("haircut", "manicure", "massage"):
        if service in text:
            slots["service"] = service
    if int(hashlib.sha256(text.encode()).hexdigest(), 16) % 3 == 0:
        slots["date"] = "2025-03-10"
    return slots


def agent_answer(text):
    return {"response": "Right.", "extracted_slots": words(text), "confidence": 0.9, "intent": "book", "next_state": "collect_date"}


def model_answer(text):
    content = json.dumps({**agent_answer(text), "requested_slots": [], "slot_confidence": {}})
    return {"id": "1", "object": "chat.completion", "model": "stub-1", "system_fingerprint": "stub-1",
            "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content}}],
            "usage": {"prompt_tokens": PROMPT_TOKENS, "completion_tokens": ANSWER_TOKENS,
                      "total_tokens": PROMPT_TOKENS + ANSWER_TOKENS}}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *ignored):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.far_end.take(self, json.loads(body), body)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request, client_address):
        pass  # a caller that was killed


class FarEnd:
    def __init__(self, delay=0.0, behave=None):
        self.delay, self.behave = delay, behave
        self.lock = threading.Lock()
        self.calls, self.answered, self.seen = [], 0, collections.Counter()
        self.in_flight = self.most_in_flight = 0
        self.stop = threading.Event()

    def __enter__(self):
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.far_end = self
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *ignored):
        self.stop.set()
        self.server.shutdown()
        self.server.server_close()

    def url(self, path):
        return "http://127.0.0.1:%d%s" % (self.server.server_port, path)

    def repeated(self):
        """Calls that asked for what had been asked before."""
        return len(self.calls) - len(self.seen)

    def take(self, handler, request, body):
        if "messages" in request:
            key, text = hashlib.sha256(body).hexdigest(), request["messages"][-1]["content"]
        else:
            key, text = "%s/%s" % (request["conversation_id"], request["turn"]), request["user_text"]
        with self.lock:
            self.seen[key] += 1
            call = Call(handler.path, key, self.seen[key], request)
            self.calls.append(call)
            self.in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            self.answer(handler, call, text)
        finally:
            with self.lock:
                self.in_flight -= 1

    def answer(self, handler, call, text):
        told = self.behave(call) if self.behave else None
        if self.delay:
            time.sleep(self.delay)
        if told == "hang":
            self.stop.wait(60)
            return
        if told == "reset":
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            handler.connection.close()
            handler.close_connection = True
            return
        if told is None:
            made = model_answer(text) if "chat" in handler.path else agent_answer(text)
            told = Reply(200, json.dumps(made).encode())
        handler.send_response(told.status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(told.body)), **told.headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(told.body)
        with self.lock:
            self.answered += 1
