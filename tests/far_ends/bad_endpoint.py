#!/usr/bin/env python3
"""bad_endpoint.py: an agent behind HTTP that misbehaves in a way that the last digit of the conversation's number chooses.

    tests/far_ends/bad_endpoint.py --port 0      prints the port, then serves

0 answers well; 1 hangs; 2 resets the connection; 3 sends 10 MB; 4 prose; 5 half a JSON object; 6 nothing; 7 status 500;
8 a JSON list; 9 slots of a wrong type. Python 3, standard library only.
"""
import argparse
import http.server
import json
import re
import socket
import struct
import time

GOOD = json.dumps({"response": "Yes.", "extracted_slots": {}, "confidence": 0.9, "next_state": "greeting"})
BODIES = {3: '{"response": "' + "x" * (10 << 20) + '"}', 4: "Sure, I can help with that!", 5: GOOD[:25], 6: "", 7: '{"error": "oh"}',
          8: "[1, 2, 3]", 9: '{"response": "Yes.", "extracted_slots": ["date"]}'}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        turn = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        way = int(re.search(r"(\d)$", turn["conversation_id"])[1])
        if way == 1:
            time.sleep(3600)
        if way == 2:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
            return
        body = BODIES.get(way, GOOD).encode()
        self.send_response(500 if way == 7 else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            self.close_connection = True

    def log_message(self, *unused):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request, client_address):
        pass


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=0)
    server = Server(("127.0.0.1", parser.parse_args().port), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
