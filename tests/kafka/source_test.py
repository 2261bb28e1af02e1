#!/usr/bin/env python3
"""Runs over topics give the reports of runs over files, in each format, with any number of partitions and workers; what cannot be read is
accounted for; what is not there is told."""
import json
import struct
import subprocess
import time

from kafka_case import Wrong, check_accounts, end, expect, hand_over, run_cases


def same(bench, standard, run="k"):
    now = bench.canonical(run)
    if hand_over(now) != hand_over(standard):
        a, b = hand_over(standard).splitlines(), hand_over(now).splitlines()
        raise Wrong("the report differs from that of the file:\n    " + "\n    ".join(
            "%s | %s" % pair for pair in zip(a, b) if pair[0] != pair[1])[:3000])
    check_accounts(json.loads(now))


def case_json_of_one_partition(bench):
    bench.kafka_pipeline()
    expect("70 events" in bench.produce(), "produce tells how many")
    bench.kafka_run()
    same(bench, bench.file_run())


def case_registry_and_six_partitions(bench):
    bench.kafka_pipeline(form="registry")
    bench.produce(partitions=6)
    bench.kafka_run()
    same(bench, bench.file_run())


def case_plain_avro(bench):
    bench.kafka_pipeline(form="avro")
    bench.produce(partitions=2)
    bench.kafka_run()
    same(bench, bench.file_run())


def case_results_are_on_topics_once(bench):
    bench.kafka_pipeline(form="registry")
    bench.produce(partitions=2)
    bench.kafka_run()
    scores = bench.read("scores")
    expect(len(scores) == 16, "one score a trial, not %d" % len(scores))
    expect(len({record["key"] for record in scores}) == 16, "each trial once")
    expect(all("run_id" in record["headers"] for record in scores), "each record names its run")
    reports = bench.read("reports")
    expect(len(reports) == 1 and json.loads(reports[0]["payload"])["experiment"] == "integration", "the report, once")
    bench.kafka_run()  # the same command again: nothing is run, nothing is published
    expect(len(bench.read("reports")) == 1 and len(bench.read("scores")) == 16, "a second time changes nothing")


def case_two_workers_share_six_partitions(bench):
    bench.kafka_pipeline()
    bench.produce(partitions=6)
    planner = bench.start_run("k")
    worker = None
    while planner.poll() is None:  # the plan has to be there before a worker can help
        if worker is None or worker.poll() == 2:
            if worker:
                worker.communicate()
            worker = bench.start_worker("k", "b")
        time.sleep(0.1)
    end(planner)
    out = end(worker, exit_code=None)
    expect(worker.returncode in (0, 2), "the worker ended with %d" % worker.returncode, out)
    same(bench, bench.file_run())


def case_poison_is_a_dead_letter(bench):
    bench.kafka_pipeline(form="registry")
    half = bench.lines("events.jsonl")
    bench.write("events.jsonl", "\n".join(half) + "\n")
    bench.produce(partitions=1)
    framed = b"\x00" + struct.pack(">i", 1)
    poison = [b"", b"\x00", b"not avro at all", framed + b"\x02", framed + b"\xff" * 10, framed + b"\x80" * 9 + b"\x01",
              b"\x00" + struct.pack(">i", 99999) + b"\x02a", bytes(range(256)) * 3500]
    for value in poison[1:]:
        bench.put(value)
    bench.kafka_run()
    report = json.loads(bench.canonical("k"))
    check_accounts(report)
    events = report["accounts"]["events"]
    expect(events["invalid"] == len(poison) - 1, "each of them is counted: %s" % events)
    expect(events["in_conversations"] == 70, "and nothing else is lost: %s" % events)
    letters = bench.read("dead-letter")
    expect(len(letters) == len(poison) - 1, "each of them is a dead letter, not %d" % len(letters))
    for letter in letters:
        names = letter["headers"][::2]
        expect("__connect.errors.offset" in names and "__connect.errors.exception.message" in names, "headers as Connect gives them", names)
    listed = bench.call("dead-letter", "list", "-c", "kafka.yaml", "--json", env=bench.env)[0].splitlines()
    expect(len(listed) == len(poison) - 1 and json.loads(listed[0])["topic"] == bench.topic, "they are listed", listed)
    shown = bench.call("dead-letter", "show", "-c", "kafka.yaml", "0:0", env=bench.env)[0]
    expect("value: \\x00" in shown and "__connect.errors.stage: VALUE_CONVERTER" in shown, "one is shown", shown)
    expect("no dead letter" in bench.call("dead-letter", "show", "-c", "kafka.yaml", "0:99", env=bench.env, exit_code=2)[1], "one that is not there")
    told = bench.call("dead-letter", "replay", "-c", "kafka.yaml", "--all", env=bench.env)[0]
    expect(told.startswith("%d put back" % (len(poison) - 1)), "they are put back", told)
    bench.kafka_run("again")
    again = json.loads(bench.canonical("again"))["accounts"]["events"]
    expect(again["invalid"] == 2 * (len(poison) - 1) and again["in_conversations"] == 70, "a new run reads them again", again)


def case_wrong_key_and_tombstone(bench):
    bench.kafka_pipeline()
    bench.produce(partitions=1)
    line = bench.lines("events.jsonl")[0]
    bench.put(line.encode(), key="somebody-else")
    subprocess.run(["kcat", "-P", "-b", bench.env["KAFKA_BOOTSTRAP"], "-t", bench.topic, "-p", "0", "-Z", "-K", "|"], input=b"key|\n",
                   check=True, capture_output=True, timeout=60)
    bench.kafka_run()
    report = json.loads(bench.canonical("k"))
    check_accounts(report)
    expect(report["accounts"]["events"]["invalid"] == 1, "the wrong key is a dead letter", report["accounts"])
    expect("tombstone" in json.dumps(report["accounts"]), "the tombstone is counted", report["accounts"])


def case_notes_that_are_too_long_go_to_progress(bench):
    bench.kafka_pipeline(metadata_bytes=32, commit_every="1ms", more="max_in_flight: 1\n")
    bench.produce(partitions=1)
    bench.kafka_run()
    same(bench, bench.file_run(more="max_in_flight: 1\n"))


def case_faults_of_the_pipeline_are_told(bench):
    bench.kafka_pipeline()
    out = bench.kafka_run(exit_code=2)
    expect("there is no topic" in out and bench.topic in out, "a topic that is not there", out)
    bench.kafka_pipeline(properties={"sasl.password": "very-secret"})
    out = bench.kafka_run(exit_code=2)
    expect("sasl.password" in out and "very-secret" not in out and "env:NAME" in out, "a secret that is written out", out)
    bench.kafka_pipeline(properties={"no.such.property": "1"})
    expect("no.such.property" in bench.kafka_run(exit_code=2), "an unknown property")
    bench.kafka_pipeline(properties={"group.id": "mine"})
    expect("set by assay" in bench.kafka_run(exit_code=2), "a property that is assay's own")


def case_a_broker_that_is_down(bench):
    bench.kafka_pipeline(properties={"bootstrap.servers": "127.0.0.1:1"})
    out = bench.kafka_run(exit_code=1)
    expect("127.0.0.1:1" in out and "bootstrap.servers" in out, "names the broker and the fix", out)


def case_a_registry_that_does_not_answer(bench):
    bench.kafka_pipeline(form="registry")
    bench.produce(partitions=1)
    bench.kafka_pipeline(form="registry", properties={"schema.registry.url": "http://127.0.0.1:1"})
    out = bench.kafka_run(exit_code=1)
    expect("registry" in out and "schema.registry.url" in out, "names the registry and the fix", out)


def case_doctor_tells_what_is_wrong(bench):
    agent = [{"name": "agent", "kind": "endpoint", "url": "http://127.0.0.1:1/turn"}]
    bench.kafka_pipeline(agent, form="registry")
    out = bench.call("doctor", "-c", "kafka.yaml", env=bench.env, exit_code=1)[0]
    expect("there is no topic '%s'" % bench.topic in out and "assay produce" in out, "a topic that is not there", out)
    expect("fault" in out and "far end of 'agent' does not answer" in out, "a far end that is down", out)
    bench.kafka_pipeline(form="registry")
    bench.produce(partitions=2)
    bench.kafka_run()
    out = bench.call("doctor", "-c", "kafka.yaml", env=bench.env)[0]
    expect("fault" not in out and "warning" not in out and "registry answers" in out, "all is well", out)
    bench.kafka_pipeline(form="registry", properties={"bootstrap.servers": "127.0.0.1:1", "schema.registry.url": "http://127.0.0.1:1"})
    out = bench.call("doctor", "-c", "kafka.yaml", env=bench.env, exit_code=1)[0]
    expect(out.count("fault") == 2, "a broker and a registry that are down", out)


def case_a_worker_of_no_run(bench):
    bench.kafka_pipeline()
    bench.produce(partitions=1)
    out = end(bench.start_worker("nothing", "a"), exit_code=2)
    expect("no run 'nothing' has been planned" in out, "names the run", out)


if __name__ == "__main__":
    run_cases(globals(), registry=True)
