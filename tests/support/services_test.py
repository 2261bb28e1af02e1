#!/usr/bin/env python3
"""The test of services.py: starts every service for real and looks whether anything stays behind.

    services_test.py KAFKA_ROUND_TRIP     the program built from kafka_round_trip.c

Ends with a line "N passed, N failed" for scripts/suite.py; exit status 77 when a program is missing.
"""
import http.client
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

import services

SERVICES = [sys.executable, services.__file__]
ROUND_TRIP = ""
MAPPING = {"request": {"method": "POST", "urlPath": "/v1/chat/completions"},
           "response": {"status": 200, "jsonBody": {"heard": "{{jsonPath request.body '$.model'}}"},
                        "transformers": ["response-template"]}}


def call(url, body=None, headers=None):
    """(status, headers, parsed JSON or text) of one HTTP request."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers={"Content-Type": "application/json", **(headers or {})})
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            text, status, answered = response.read().decode(), response.status, response.headers
    except urllib.error.HTTPError as error:
        text, status, answered = error.read().decode(), error.code, error.headers
    try:
        return status, answered, json.loads(text)
    except ValueError:
        return status, answered, text


def processes_in(folder):
    """Process ids that work below `folder`, also when it was removed under them."""
    found = []
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            place = os.readlink(entry / "cwd")
        except OSError:
            continue
        if place.startswith(folder + "/") or place == folder:
            found.append(int(entry.name))
    return found


def wait_until(condition, seconds=15):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def is_gone(pid):
    """True also for one that has ended and waits to be collected by whoever adopted it."""
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except OSError:
        return True
    return state == "Z"


class RunningServices(unittest.TestCase):
    """One set of services for the tests that only use them."""

    @classmethod
    def setUpClass(cls):
        cls.mappings = tempfile.TemporaryDirectory()
        pathlib.Path(cls.mappings.name, "chat.json").write_text(json.dumps(MAPPING), encoding="utf-8")
        cls.services = services.Services(kafka=1, registry=True, wiremock=cls.mappings.name, nginx=True).start()
        cls.environment = cls.services.environment()

    @classmethod
    def tearDownClass(cls):
        cls.services.stop()
        cls.mappings.cleanup()
        left = processes_in(str(cls.services.folder))
        if left or cls.services.folder.exists():
            raise AssertionError(f"left behind: processes {left}, folder {cls.services.folder.exists()}")

    def round_trip(self, topic, expected):
        return subprocess.run([ROUND_TRIP, topic, str(expected)], env={**os.environ, **self.environment},
                              capture_output=True, text=True, check=False, timeout=100)

    def test_a_broker_keeps_committed_records_over_a_kill_and_hides_aborted_ones(self):
        first = self.round_trip("round", 1)
        self.assertEqual(first.returncode, 0, first.stderr)
        before = self.services.kafka[0].child.pid
        self.services.kafka[0].restart(kill=True)
        self.assertNotEqual(before, self.services.kafka[0].child.pid)
        again = self.round_trip("round", 2)
        self.assertEqual(again.returncode, 0, again.stderr)

    def test_a_count_that_is_wrong_is_noticed(self):
        self.assertEqual(self.round_trip("counted", 5).returncode, 1)

    def test_a_schema_is_registered_and_fetched_again(self):
        url = self.environment["SCHEMA_REGISTRY_URL"]
        schema = json.dumps({"type": "record", "name": "Turn", "fields": [{"name": "text", "type": "string"}]})
        status, _, answer = call(f"{url}/subjects/events-value/versions", {"schema": schema})
        self.assertEqual(status, 200, answer)
        status, _, fetched = call(f"{url}/schemas/ids/{answer['id']}")
        self.assertEqual((status, json.loads(fetched["schema"])["name"]), (200, "Turn"))
        self.assertEqual(call(f"{url}/schemas/ids/99999")[0], 404)

    def test_wiremock_answers_from_the_request(self):
        status, _, answer = call(self.environment["WIREMOCK_URL"] + "/v1/chat/completions", {"model": "m-7"})
        self.assertEqual((status, answer), (200, {"heard": "m-7"}))

    def test_nginx_answers_limits_and_breaks(self):
        url = self.environment["NGINX_URL"]
        status, headers, answer = call(url + "/v1/chat/completions", {})
        content = json.loads(answer["choices"][0]["message"]["content"])
        self.assertEqual((status, headers["x-ratelimit-remaining-requests"], content["response"]), (200, "9999", "ok"))
        answers = [call(url + "/limited") for _ in range(60)]
        self.assertEqual({answer[0] for answer in answers}, {200, 429})
        self.assertEqual(next(answer for answer in answers if answer[0] == 429)[1]["Retry-After"], "1")
        self.assertEqual([call(url + "/e500")[0], call(url + "/e503")[0]], [500, 503])
        with self.assertRaises((urllib.error.URLError, http.client.HTTPException, ConnectionError)):
            call(url + "/reset")
        self.assertIn("Active connections", call(url + "/status")[2])

    def test_a_paused_service_keeps_its_connection_and_is_silent(self):
        nginx = self.services.nginx
        nginx.pause()
        with self.assertRaises(TimeoutError):
            services.http_status(nginx.port, "/status", timeout=0.3)
        nginx.resume()
        self.assertTrue(nginx.wait_ready())


class CommandLine(unittest.TestCase):
    def start_waiting(self):
        """services.py with nginx, around a command that prints where it is and then waits."""
        child = subprocess.Popen([*SERVICES, "run", "--nginx", "--", "sh", "-c",
                                  "echo $SERVICES_FOLDER $$; exec sleep 1000"], stdout=subprocess.PIPE, text=True)
        self.addCleanup(child.stdout.close)
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        folder, pid = child.stdout.readline().split()
        return child, folder, int(pid)

    def test_the_exit_status_of_the_command_is_passed_on(self):
        for code in (0, 7, 77):
            result = subprocess.run([*SERVICES, "run", "--nginx", "--", "sh", "-c", f"exit {code}"], check=False)
            self.assertEqual(result.returncode, code)

    def test_three_brokers_form_one_cluster(self):
        with services.Services(kafka=3) as cluster:
            self.assertEqual([services.kafka_brokers(port) for port in cluster.cluster.ports.values()], [3, 3, 3])
            cluster.kafka[2].stop(kill=True)
            cluster.kafka[1].restart()
            self.assertTrue(cluster.kafka[1].is_ready())

    def test_a_killed_test_leaves_no_service_behind(self):
        child, folder, pid = self.start_waiting()
        child.kill()
        child.wait()
        self.assertTrue(wait_until(lambda: not processes_in(folder)), processes_in(folder))
        self.assertTrue(wait_until(lambda: is_gone(pid)))
        self.assertTrue(os.path.exists(folder))
        services.remove_leftovers(pathlib.Path(tempfile.gettempdir()))
        self.assertFalse(os.path.exists(folder))

    def test_a_terminated_test_stops_its_command_and_its_services(self):
        child, folder, pid = self.start_waiting()
        child.terminate()
        self.assertEqual(child.wait(30), 128 + signal.SIGTERM)
        self.assertTrue(is_gone(pid))
        self.assertEqual((processes_in(folder), os.path.exists(folder)), ([], False))

    def test_a_missing_program_means_skipped(self):
        result = subprocess.run([*SERVICES, "run", "--registry", "--", "true"], env={**os.environ, "PATH": "/nowhere"},
                                capture_output=True, text=True, check=False)
        self.assertEqual(result.returncode, services.SKIPPED)
        self.assertIn("is not installed", result.stderr)

    def test_a_service_that_dies_is_an_error_with_the_end_of_its_log(self):
        with self.assertRaisesRegex(services.ServiceError, "(?s)kafka broker 1.*no.such.compression"):
            services.Services(kafka=1, kafka_settings={"compression.type": "no.such.compression"}).start()


def main():
    global ROUND_TRIP
    ROUND_TRIP = os.path.abspath(sys.argv.pop(1))
    for name in ("java", "mvn", "nginx"):
        try:
            services.find_program(name)
        except services.Missing as missing:
            print(missing)
            return services.SKIPPED
    result = unittest.TextTestRunner(verbosity=2).run(unittest.defaultTestLoader.loadTestsFromModule(sys.modules[__name__]))
    failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - failed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
