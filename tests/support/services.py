#!/usr/bin/env python3
"""Starts real services for the tests, as plain processes on free loopback ports, and leaves nothing behind.

    services.py run [--kafka N] [--kafka-set KEY=VALUE]... [--registry] [--wiremock MAPPINGS] [--nginx] -- COMMAND...
    services.py fetch       fills the cache, starts nothing

`run` waits until each service answers a real request, runs COMMAND with their addresses in its environment, stops them
and passes COMMAND's exit status on:

    KAFKA_BOOTSTRAP      host:port,...          an Apache Kafka of N brokers (KRaft)
    SCHEMA_REGISTRY_URL  http://.../ccompat/v7  Apicurio Registry, by the Confluent REST API
    WIREMOCK_URL         http://host:port       WireMock with the mappings of the folder MAPPINGS
    NGINX_URL            http://host:port       nginx: /v1/chat/completions, /limited, /e500, /e503, /reset, /status
    SERVICES_FOLDER      logs and data of the services, removed at the end unless COMMAND failed and KEEP_SERVICES is set

As a module: `with Services(kafka=1) as services: services.kafka[0].restart(kill=True)`.

The jars come from Maven Central by pom.xml beside this file and are kept in the user's cache folder, one folder a
version of that file. Exit status 77 (ctest: skipped) when java or mvn is missing. Start services from the main
thread: the kernel stops a child when the thread that started it ends.
"""
import argparse
import base64
import contextlib
import ctypes
import fcntl
import hashlib
import http.client
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import uuid

HERE = pathlib.Path(__file__).resolve().parent
HOST = "127.0.0.1"
START_SECONDS = 90
GRACE_SECONDS = 8
SKIPPED = 77
PR_SET_PDEATHSIG = 1
# Quick to start rather than quick for hours.
JAVA_FLAGS = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto"]
PARTS = {"kafka": "copy-dependencies@kafka", "registry": "unpack@registry", "wiremock": "copy@wiremock"}


class ServiceError(Exception):
    """A service could not be fetched, started or reached."""


class Missing(ServiceError):
    """A program that is needed is not installed."""


def find_program(name):
    path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if not path:
        raise Missing(f"'{name}' is not installed (scripts/install-packages test)")
    return path


# --- the cache -------------------------------------------------------------------------------------------------------

def cache_folder():
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    version = hashlib.sha256((HERE / "pom.xml").read_bytes()).hexdigest()[:12]
    return pathlib.Path(base) / "assay" / "services" / version


def is_filled(folder):
    return folder.is_dir() and any(folder.iterdir())


def fetch(part):
    """The folder that holds one part of pom.xml; asks Maven Central only the first time."""
    folder = cache_folder() / part
    if is_filled(folder):
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with open(folder.parent / "lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests of two trees may come here at once
        if is_filled(folder):
            return folder
        shutil.rmtree(folder, ignore_errors=True)  # emptied by somebody, or by a cleaner of caches
        partial = folder.parent / f"{part}.partial"
        shutil.rmtree(partial, ignore_errors=True)
        say(f"fetching {part} from Maven Central, once")
        command = [find_program("mvn"), "-q", "-B", "-f", str(HERE / "pom.xml"), f"-Dfolder={partial}",
                   f"dependency:{PARTS[part]}"]
        result = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                text=True, check=False)
        if result.returncode or not is_filled(partial):
            raise ServiceError(f"could not fetch {part} with mvn:\n" + "\n".join(result.stdout.splitlines()[-15:]))
        partial.rename(folder)
    return folder


# --- processes -------------------------------------------------------------------------------------------------------

def say(text):
    print(f"services: {text}", file=sys.stderr, flush=True)


def free_ports(count):
    """Ports that were free a moment ago: all are held at once, so that they differ."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind((HOST, 0))
        return [one.getsockname()[1] for one in sockets]


def die_with_parent(parent):
    """In the child: the kernel kills it when its parent dies, however that comes."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


class Process:
    """One service: a process, its log, and the question that it must answer to count as ready."""
    last_grace = GRACE_SECONDS

    def __init__(self, name, folder):
        self.name, self.folder = name, pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.log = self.folder / "log"
        self.child = None

    def command(self):
        raise NotImplementedError

    def is_ready(self):
        raise NotImplementedError

    def prepare(self):
        """Before each first start: files, ports."""

    def spawn(self):
        parent = os.getpid()
        with open(self.log, "ab") as log:
            self.child = subprocess.Popen(self.command(), cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log,
                                          stderr=log, start_new_session=True,
                                          preexec_fn=lambda: die_with_parent(parent))

    def wait_ready(self, seconds=START_SECONDS):
        """Asks until it answers. False: it died (a port may have been taken meanwhile)."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if self.is_ready():
                    return True
            except (OSError, http.client.HTTPException, struct.error):
                pass
            if self.child.poll() is not None:
                return False
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.child.wait(0.05)
        raise ServiceError(f"{self.name} did not answer within {seconds} s\n{self.log_tail()}")

    def log_tail(self, lines=25):
        text = self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])

    def start(self):
        self.prepare()
        self.spawn()
        if not self.wait_ready():
            raise ServiceError(f"{self.name} ended with status {self.child.returncode}\n{self.log_tail()}")

    def ask_to_stop(self):
        if self.child and self.child.poll() is None:
            self.child.terminate()

    def stop(self, kill=False, grace=GRACE_SECONDS):
        if not self.child:
            return
        if kill:
            self.child.kill()
        else:
            self.ask_to_stop()
        try:
            self.child.wait(grace)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        self.child = None

    def restart(self, kill=False):
        """The same ports and data; kill: as if the machine lost power (SIGKILL)."""
        self.stop(kill=kill)
        self.spawn()
        if not self.wait_ready():
            raise ServiceError(f"{self.name} did not come back\n{self.log_tail()}")

    def pause(self):
        """Frozen: its sockets stay open and nothing answers."""
        self.child.send_signal(signal.SIGSTOP)

    def resume(self):
        self.child.send_signal(signal.SIGCONT)


def http_status(port, path, timeout=2):
    connection = http.client.HTTPConnection(HOST, port, timeout=timeout)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
        return response.status
    finally:
        connection.close()


# --- Kafka -----------------------------------------------------------------------------------------------------------

def kafka_request(port, api, version, body, timeout=2):
    """One request of Kafka's protocol (header version 1); returns the answer behind the correlation id."""
    client = b"services"
    head = struct.pack(">hhih", api, version, 1, len(client)) + client
    with socket.create_connection((HOST, port), timeout) as connection:
        connection.sendall(struct.pack(">i", len(head) + len(body)) + head + body)
        stream = connection.makefile("rb")
        size, = struct.unpack(">i", stream.read(4))
        return stream.read(size)[4:]


def kafka_brokers(port):
    """How many brokers the cluster knows, by a Metadata request (version 1, no topics); 0 while it has no controller."""
    answer = kafka_request(port, api=3, version=1, body=struct.pack(">i", 0))
    count, = struct.unpack_from(">i", answer)
    place = 4
    for _ in range(count):
        length, = struct.unpack_from(">h", answer, place + 4)
        place += 4 + 2 + length + 4
        rack, = struct.unpack_from(">h", answer, place)
        place += 2 + max(rack, 0)
    controller, = struct.unpack_from(">i", answer, place)
    return count if controller >= 0 else 0


class Kafka(Process):
    """One broker; the first is the controller too."""
    last_grace = 2  # its data goes with it, and without a controller it waits long

    def __init__(self, folder, cluster, node, settings):
        super().__init__(f"kafka broker {node}", folder)
        self.cluster, self.node, self.settings = cluster, node, settings

    @property
    def port(self):
        return self.cluster.ports[self.node]

    def properties(self):
        copies = min(self.cluster.count, 3)
        controller = f"{HOST}:{self.cluster.controller_port}"
        lines = {
            "node.id": self.node,
            "controller.quorum.voters": f"1@{controller}",
            "controller.listener.names": "CONTROLLER",
            "advertised.listeners": f"PLAINTEXT://{HOST}:{self.port}",
            "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
            "log.dirs": self.folder / "data",
            "num.partitions": 1,
            "auto.create.topics.enable": "false",
            "offsets.topic.replication.factor": copies,
            "offsets.topic.num.partitions": 4,
            "transaction.state.log.replication.factor": copies,
            "transaction.state.log.min.isr": 1,
            "transaction.state.log.num.partitions": 4,
            "share.coordinator.state.topic.replication.factor": copies,
            "share.coordinator.state.topic.min.isr": 1,
            "share.coordinator.state.topic.num.partitions": 1,
            # A test waits for no one: no pause before the first rebalance, and a dead producer's transaction goes soon.
            "group.initial.rebalance.delay.ms": 0,
            "transaction.abort.timed.out.transaction.cleanup.interval.ms": 1000,
            "group.min.session.timeout.ms": 1000,
            # A broker that was killed may register again only when its old session has timed out (default: 9 s).
            "broker.session.timeout.ms": 3000,
            "broker.heartbeat.interval.ms": 500,
            "log.cleaner.dedupe.buffer.size": 4 * 1024 * 1024,
        }
        if self.node == 1:
            lines["process.roles"] = "broker,controller"
            lines["listeners"] = f"PLAINTEXT://{HOST}:{self.port},CONTROLLER://{controller}"
        else:
            lines["process.roles"] = "broker"
            lines["listeners"] = f"PLAINTEXT://{HOST}:{self.port}"
        lines.update(self.settings)
        return "".join(f"{key}={value}\n" for key, value in lines.items())

    def java(self, *arguments):
        # Maven's copies of the jars are the whole installation. The log level keeps the broker's log readable.
        return [find_program("java"), *JAVA_FLAGS, "-Xmx512m", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                "-cp", str(fetch("kafka") / "*"), *arguments]

    def prepare(self):
        shutil.rmtree(self.folder / "data", ignore_errors=True)
        (self.folder / "server.properties").write_text(self.properties(), encoding="utf-8")
        result = subprocess.run(self.java("kafka.tools.StorageTool", "format", "-t", self.cluster.id, "-c",
                                          "server.properties"),
                                cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if result.returncode:
            raise ServiceError(f"{self.name}: storage could not be formatted\n{result.stdout}{result.stderr}")

    def command(self):
        return self.java("kafka.Kafka", "server.properties")

    def is_ready(self):
        return kafka_brokers(self.port) >= self.cluster.expected()


class KafkaCluster:
    def __init__(self, folder, count, settings=None):
        self.count = count
        self.id = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "A")
        self.brokers = [Kafka(folder / f"kafka-{node}", self, node, settings or {}) for node in range(1, count + 1)]
        self.choose_ports()

    def choose_ports(self):
        self.controller_port, *ports = free_ports(self.count + 1)
        self.ports = dict(enumerate(ports, 1))

    def expected(self):
        """Brokers that must be known before one of them counts as ready: those that run."""
        return sum(broker.child is not None and broker.child.poll() is None for broker in self.brokers)

    def bootstrap(self):
        return ",".join(f"{HOST}:{port}" for port in self.ports.values())


# --- the others ------------------------------------------------------------------------------------------------------

class Registry(Process):
    API = "/apis/ccompat/v7"

    def __init__(self, folder):
        super().__init__("schema registry", folder)
        self.port = None

    def prepare(self):
        self.port, = free_ports(1)

    def command(self):
        runner, = fetch("registry").glob("*-runner.jar")
        return [find_program("java"), *JAVA_FLAGS, "-Xmx400m", f"-Dquarkus.http.port={self.port}",
                f"-Dquarkus.http.host={HOST}", "-Dquarkus.log.level=WARN", "-jar", str(runner)]

    def is_ready(self):
        return http_status(self.port, self.API + "/subjects") == 200

    def url(self):
        return f"http://{HOST}:{self.port}{self.API}"


class WireMock(Process):
    def __init__(self, folder, mappings):
        super().__init__("wiremock", folder)
        self.mappings, self.port = pathlib.Path(mappings), None

    def prepare(self):
        """A copy of the mappings, so that nothing is written beside the originals. MAPPINGS is either a folder of
        mapping files or a WireMock root, which holds `mappings` and maybe `__files`."""
        if not self.mappings.is_dir():
            raise ServiceError(f"the folder of mappings '{self.mappings}' does not exist")
        self.port, = free_ports(1)
        target = self.folder / "root"
        shutil.rmtree(target, ignore_errors=True)
        is_root = (self.mappings / "mappings").is_dir()
        shutil.copytree(self.mappings, target if is_root else target / "mappings")

    def command(self):
        jar, = fetch("wiremock").glob("*.jar")
        return [find_program("java"), *JAVA_FLAGS, "-Xmx256m", "-jar", str(jar), "--port", str(self.port),
                "--bind-address", HOST, "--root-dir", str(self.folder / "root"), "--disable-banner",
                "--global-response-templating"]

    def is_ready(self):
        return http_status(self.port, "/__admin/mappings?limit=1") == 200

    def url(self):
        return f"http://{HOST}:{self.port}"


NGINX_ANSWER = (
    '{"id":"chatcmpl-1","object":"chat.completion","created":1700000000,"model":"far-end-1",'
    '"system_fingerprint":"fp_1","choices":[{"index":0,"message":{"role":"assistant","content":'
    '"{\\\\"response\\\\":\\\\"ok\\\\",\\\\"slots\\\\":{}}"},"finish_reason":"stop"}],'
    '"usage":{"prompt_tokens":120,"completion_tokens":12,"total_tokens":132}}')
# One process without a master: a master that is killed leaves its workers behind.
NGINX_CONF = """
daemon off; master_process off; pid nginx.pid; error_log stderr warn; @user@
events { worker_connections 1024; }
http {
    access_log off; keepalive_requests 1000000; default_type application/json; server_tokens off;
    client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    limit_req_zone $server_port zone=calls:1m rate=50r/s;
    server {
        listen 127.0.0.1:@port@;
        location = /v1/chat/completions {
            add_header x-ratelimit-limit-requests 10000; add_header x-ratelimit-remaining-requests 9999;
            return 200 '@answer@';
        }
        # `return` is answered before the limit is looked at; try_files is not.
        location = /limited { limit_req zone=calls burst=20 nodelay; limit_req_status 429; error_page 429 @many;
                              try_files /none @fine; }
        location @fine { return 200 '@answer@'; }
        location @many { add_header Retry-After 1 always; return 429 '{"error":{"message":"slow down","code":"rate_limit_exceeded"}}'; }
        location = /e500 { return 500; }
        location = /e503 { return 503; }
        location = /reset { return 444; }
        location = /status { stub_status; }
    }
}
"""


class Nginx(Process):
    def __init__(self, folder):
        super().__init__("nginx", folder)
        self.port = None

    def prepare(self):
        self.port, = free_ports(1)
        text = NGINX_CONF.replace("@port@", str(self.port)).replace("@answer@", NGINX_ANSWER)
        text = text.replace("@user@", "user root;" if os.getuid() == 0 else "")
        (self.folder / "nginx.conf").write_text(text, encoding="utf-8")

    def command(self):
        return [find_program("nginx"), "-p", f"{self.folder}/", "-c", "nginx.conf", "-e", "stderr"]

    def is_ready(self):
        return http_status(self.port, "/status") == 200

    def url(self):
        return f"http://{HOST}:{self.port}"


# --- all of them -----------------------------------------------------------------------------------------------------

def remove_leftovers(parent):
    """Folders of earlier runs whose owner was killed."""
    for folder in parent.glob("assay-services-*"):
        with contextlib.suppress(OSError, ValueError):
            owner = int((folder / "owner").read_text(encoding="ascii"))
            if not pathlib.Path(f"/proc/{owner}").exists():
                shutil.rmtree(folder, ignore_errors=True)


class Services:
    def __init__(self, kafka=0, kafka_settings=None, registry=False, wiremock=None, nginx=False):
        remove_leftovers(pathlib.Path(tempfile.gettempdir()))
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="assay-services-"))
        (self.folder / "owner").write_text(str(os.getpid()), encoding="ascii")
        self.cluster = KafkaCluster(self.folder, kafka, kafka_settings) if kafka else None
        self.kafka = self.cluster.brokers if kafka else []
        self.registry = Registry(self.folder / "registry") if registry else None
        self.wiremock = WireMock(self.folder / "wiremock", wiremock) if wiremock else None
        self.nginx = Nginx(self.folder / "nginx") if nginx else None
        self.keep = False

    def all(self):
        return [*self.kafka, *(one for one in (self.registry, self.wiremock, self.nginx) if one)]

    def start(self):
        """All at once; one that dies (its port may have been taken) is tried again on other ports."""
        try:
            for attempt in range(3):
                waiting = [one for one in self.all() if one.child is None]
                for one in waiting:
                    one.prepare()
                    one.spawn()
                dead = [one for one in waiting if not one.wait_ready()]
                if not dead:
                    return self
                if attempt == 2:
                    raise ServiceError(f"{dead[0].name} does not stay up\n{dead[0].log_tail()}")
                self.forget(dead)
            return self
        except BaseException:
            self.stop()
            raise

    def forget(self, dead):
        """A broker's address is known to its cluster: one that failed takes the others along."""
        if any(one in self.kafka for one in dead):
            for broker in self.kafka:
                broker.stop(kill=True)
            self.cluster.choose_ports()
        for one in dead:
            one.stop(kill=True)

    def stop(self):
        for one in self.all():
            one.ask_to_stop()
        for one in self.all():
            one.stop(grace=one.last_grace)
        if not self.keep:
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def environment(self):
        """Only what runs: an address of another far end does not leak into the tests."""
        found = {"SERVICES_FOLDER": str(self.folder)}
        if self.cluster:
            found["KAFKA_BOOTSTRAP"] = self.cluster.bootstrap()
        for key, one in (("SCHEMA_REGISTRY_URL", self.registry), ("WIREMOCK_URL", self.wiremock),
                         ("NGINX_URL", self.nginx)):
            if one:
                found[key] = one.url()
        return found


# --- the command line ------------------------------------------------------------------------------------------------

def run_command(command, environment):
    """COMMAND's exit status as a shell gives it; a signal that asks this process to end is passed on."""
    parent = os.getpid()
    child = subprocess.Popen(command, env={**os.environ, **environment}, preexec_fn=lambda: die_with_parent(parent))

    def pass_on(number, _):
        child.send_signal(number)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, pass_on)
    code = child.wait()
    return 128 - code if code < 0 else code


def stop_on_signal(number, _):
    raise SystemExit(128 + number)


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verb", choices=["run", "fetch"])
    parser.add_argument("--kafka", type=int, default=0, metavar="N")
    parser.add_argument("--kafka-set", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--registry", action="store_true")
    parser.add_argument("--wiremock", metavar="MAPPINGS")
    parser.add_argument("--nginx", action="store_true")
    split = arguments.index("--") if "--" in arguments else len(arguments)
    options = parser.parse_args(arguments[:split])
    options.command = arguments[split + 1:]
    if options.verb == "run" and not options.command:
        parser.error("a COMMAND is needed behind --")
    return options


def main(arguments):
    options = parse(arguments)
    if options.verb == "fetch":
        for part in PARTS:
            fetch(part)
        return 0
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop_on_signal)
    settings = dict(pair.split("=", 1) for pair in options.kafka_set)
    services = Services(options.kafka, settings, options.registry, options.wiremock, options.nginx)
    with services:
        code = run_command(options.command, services.environment())
        if code and os.environ.get("KEEP_SERVICES"):
            services.keep = True
            say(f"kept: {services.folder}")
    return code


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Missing as missing:
        say(f"skipped: {missing}")
        sys.exit(SKIPPED)
    except ServiceError as error:
        say(str(error))
        sys.exit(1)
