#!/usr/bin/env python3
"""docker-compose.yml without Docker: valid by schema, complete in itself, pinned, closed and without secrets.

    compose_test.py               against compose.schema.json, the strict schema of the part that is used here
    compose_test.py --spec FILE   also against the whole Compose specification (its JSON schema stands in the
                                  Go module github.com/compose-spec/compose-go/v2 as schema/compose-spec.json)

Each check is tried on copies with planted faults too. Ends with a line "N passed, N failed"; exit status 77 when
python3-yaml or python3-jsonschema is missing.
"""
import copy
import json
import pathlib
import re
import sys
import unittest

try:
    import jsonschema
    import yaml
except ImportError as error:
    print(f"skipped: {error} (scripts/install-packages test)")
    sys.exit(77)

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SECRET = re.compile(r"PASSWORD|SECRET|TOKEN|API_KEY|CREDENTIAL|SASL")


def load():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))


def faults_of_dependencies(document):
    services = document["services"]
    for name, service in services.items():
        for other, rule in service.get("depends_on", {}).items():
            if other not in services:
                yield f"{name} depends on '{other}', which is no service"
            elif rule["condition"] == "service_healthy" and "healthcheck" not in services[other]:
                yield f"{name} waits for the health of '{other}', which has no healthcheck"


def faults_of_volumes(document):
    used = set()
    for name, service in document["services"].items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("./"):
                if not (ROOT / source).is_file():
                    yield f"{name} mounts '{source}', which is not in the repository"
            else:
                used.add(source)
        dockerfile = service.get("build", {}).get("dockerfile")
        if dockerfile and not (ROOT / dockerfile).is_file():
            yield f"{name} is built from '{dockerfile}', which is not in the repository"
    for volume in used ^ set(document["volumes"]):
        yield f"volume '{volume}' is not both declared and used"


def faults_of_services(document):
    ports = []
    for name, service in document["services"].items():
        tag = service["image"].rpartition(":")[2]
        if "build" not in service and (tag == "latest" or not re.search(r"\d+\.\d+\.\d+", tag)):
            yield f"{name}: '{service['image']}' is not pinned to a release"
        if "build" not in service and "healthcheck" not in service:
            yield f"{name} has no healthcheck"
        for key, value in service.get("environment", {}).items():
            if SECRET.search(key) and not re.fullmatch(r"\$\{\w+(:?[?-].*)?\}", value):
                yield f"{name}: {key} holds a value that should come from the environment"
        ports += [port.split(":")[1] for port in service.get("ports", [])]
    for port in {port for port in ports if ports.count(port) > 1}:
        yield f"port {port} is given to two services"


def all_faults(document, schemas):
    found = []
    for schema in schemas:
        for error in jsonschema.Draft7Validator(schema).iter_errors(document):
            found.append(f"{'/'.join(map(str, error.absolute_path))}: {error.message}")
    if not found:
        for check in (faults_of_dependencies, faults_of_volumes, faults_of_services):
            found += check(document)
    return found


class Compose(unittest.TestCase):
    schemas = []

    def setUp(self):
        self.document = load()

    def assert_found(self, plant, expected):
        document = copy.deepcopy(self.document)
        plant(document["services"], document)
        found = "\n".join(all_faults(document, self.schemas))
        self.assertIn(expected, found)

    def test_the_file_has_no_fault(self):
        self.assertEqual(all_faults(self.document, self.schemas), [])

    def test_it_brings_what_it_promises(self):
        self.assertEqual(set(self.document["services"]),
                         {"kafka", "schema-registry", "assay", "worker", "prometheus", "grafana", "mlflow"})

    def test_the_broker_is_the_one_that_the_tests_run_against(self):
        pom = (ROOT / "tests/support/pom.xml").read_text(encoding="utf-8")
        version = re.search(r"<kafka.version>(.*?)</kafka.version>", pom).group(1)
        self.assertEqual(self.document["services"]["kafka"]["image"], f"apache/kafka:{version}")

    def test_addresses_name_services_and_the_ports_they_listen_on(self):
        services = self.document["services"]
        listening = {"kafka": services["kafka"]["environment"]["KAFKA_LISTENERS"], "schema-registry": ":8081",
                     "mlflow": ":5000"}
        for value in services["worker"]["environment"].values():
            host, port = re.sub(r"^\w+://", "", value).split(":")
            self.assertIn(f":{port}", listening[host])
        advertised = services["kafka"]["environment"]["KAFKA_ADVERTISED_LISTENERS"]
        self.assertIn("INTERNAL://" + services["worker"]["environment"]["KAFKA_BOOTSTRAP"], advertised)

    def test_the_image_copies_only_what_is_there_and_not_ignored(self):
        ignored = set((ROOT / ".dockerignore").read_text(encoding="utf-8").split("\n"))
        text = (ROOT / "scripts/docker/Dockerfile").read_text(encoding="utf-8")
        for line in re.findall(r"^COPY (?!--from)(.*)$", text, re.MULTILINE):
            for source in [word for word in line.split() if not word.startswith("--")][:-1]:
                self.assertTrue((ROOT / source).exists() or source in ("schemas", "pipelines", "datasets"), source)
                self.assertNotIn(source.split("/")[0], ignored)
        self.assertIn(".env", ignored)

    def test_planted_faults_are_found(self):
        for plant, expected in (
            (lambda s, d: s["kafka"].update(imagee="x:1.0.0"), "'imagee'"),
            (lambda s, d: s["kafka"].update(image="apache/kafka:latest"), "is not pinned"),
            (lambda s, d: s["kafka"].update(image="apache/kafka"), "services/kafka/image"),
            (lambda s, d: s["kafka"].update(ports=["9092:9092"]), "services/kafka/ports/0"),
            (lambda s, d: s["kafka"]["healthcheck"].update(interval="10 sec"), "interval"),
            (lambda s, d: s["kafka"].pop("healthcheck"), "which has no healthcheck"),
            (lambda s, d: s["mlflow"].pop("healthcheck"), "mlflow has no healthcheck"),
            (lambda s, d: s["grafana"]["depends_on"].update(graphite={"condition": "service_started"}), "'graphite'"),
            (lambda s, d: s["grafana"]["environment"].update(GF_SECURITY_ADMIN_PASSWORD="admin"), "GF_SECURITY"),
            (lambda s, d: s["kafka"]["environment"].update(KAFKA_NODE_ID=1), "KAFKA_NODE_ID"),
            (lambda s, d: s["prometheus"].update(ports=["127.0.0.1:3000:9090"]), "port 3000"),
            (lambda s, d: s["prometheus"].update(volumes=["./none.yml:/x:ro", "prometheus-data:/p"]), "none.yml"),
            (lambda s, d: s["worker"]["build"].update(dockerfile="Dockerfile"), "is built from"),
            (lambda s, d: d["volumes"].update(stray=None), "'stray'"),
            (lambda s, d: d.update(version="3.8"), "'version'"),
        ):
            with self.subTest(expected):
                self.assert_found(plant, expected)


def main():
    Compose.schemas = [json.loads((HERE / "compose.schema.json").read_text(encoding="utf-8"))]
    if sys.argv[1:2] == ["--spec"]:
        Compose.schemas.append(json.loads(pathlib.Path(sys.argv[2]).read_text(encoding="utf-8")))
    result = unittest.TextTestRunner(verbosity=2).run(unittest.defaultTestLoader.loadTestsFromTestCase(Compose))
    failed = len({str(test).split(" [")[0] for test, _ in result.failures + result.errors})
    print(f"{result.testsRun - failed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
