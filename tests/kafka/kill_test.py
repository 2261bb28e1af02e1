#!/usr/bin/env python3
"""Runs over a topic whose processes are killed, at each named step of the protocol and at random moments, with partitions moving and the
broker restarted: the canonical report is byte for byte that of an undisturbed run, and each record is on the topics once.

KILL_RUNS=50 is the long one; by default there are 3 random runs. Every run reads the same topic under an id of its own."""
import json
import os
import random
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True
from kafka_case import BOOKING, Wrong, end, expect, run_cases  # noqa: E402
from far_end import FarEnd  # noqa: E402

RUNS = int(os.environ.get("KILL_RUNS", "3"))
CALLS = 150
KILLED = -signal.SIGKILL
IN_FLIGHT = 4
FAIL_POINTS = ("in_assign", "after_trial:40", "in_transaction", "in_transaction:4", "between_offsets_and_commit:2", "after_commit",
               "after_commit:5")


def interleave(lines, at_once, draws):
    """Calls go on at the same time, as on a real topic, and now and then a record comes twice or two change places."""
    calls, order = {}, []
    for line in lines:
        name = json.loads(line)["conversation_id"]
        if name not in calls:
            order.append(name)
        calls.setdefault(name, []).append(line)
    going, out = [], []
    while order or going:
        while order and len(going) < at_once:
            going.append(calls[order.pop(0)])
        one = draws.choice(going)
        line = one.pop(0)
        if len(one) > 2 and draws.random() < 0.03:
            line, one[0] = one[0], line
        out.append(line)
        if draws.random() < 0.02:
            out.append(line)
        if not one:
            going.remove(one)
    return out


def prepare(bench, candidates=None, calls=CALLS, partitions=3, **source):
    """A topic with interleaved calls, and the report of a run that nobody disturbs."""
    subprocess.run([bench.generator, "--count", str(calls), "--seed", "5", "--conversations", bench.folder / "many.jsonl",
                    "--gold", bench.folder / "gold.jsonl"], check=True, stderr=subprocess.DEVNULL)
    bench.write("events.jsonl", "\n".join(interleave(bench.lines("many.jsonl"), 12, random.Random(3))) + "\n")
    (bench.folder / "task.yaml").write_bytes((BOOKING / "task.yaml").read_bytes())
    # A dead member is missed sooner than a user would want it.
    bench.kafka_pipeline(candidates, commit_every="20ms", gap="240h", max_conversation_time="10000h", more="max_in_flight: 16\n",
                         properties={"session.timeout.ms": "2000", "heartbeat.interval.ms": "300"}, **source)
    bench.produce(partitions=partitions)
    for value in (b"noise", b"{}"):
        bench.put(value)
    bench.kafka_run("whole", exit_code=None)
    report = json.loads(bench.canonical("whole"))
    events = report["accounts"]["events"]
    expect(events["invalid"] == 2 and report["accounts"]["conversations"]["all"] == calls if "all" in report["accounts"]["conversations"]
           else events["invalid"] == 2, "the undisturbed run", report["accounts"])
    return bench.canonical("whole")


def check(bench, run, whole):
    now = bench.canonical(run)
    if now != whole:
        pairs = [pair for pair in zip(whole.decode().splitlines(), now.decode().splitlines()) if pair[0] != pair[1]]
        raise Wrong("%s: another canonical report" % run, ) if not pairs else Wrong(
            "%s: another canonical report\n    %s" % (run, "\n    ".join("%s | %s" % pair for pair in pairs[:12])))
    scores = [record["key"] for record in bench.read("scores") if record["key"].startswith(run + "/")]
    expect(len(scores) == len(set(scores)), "%s: a score is on its topic twice" % run)
    return len(scores)


def case_each_step_is_interrupted(bench):
    whole = prepare(bench)
    expected = check(bench, "whole", whole)
    for point in FAIL_POINTS:
        run = "at-" + point.replace(":", "-")
        process = bench.start_run(run, env={"ASSAY_FAIL_POINT": point})
        end(process, exit_code=None)
        expect(process.returncode == KILLED, "%s is passed" % point)
        bench.kafka_run(run, exit_code=None)
        expect(check(bench, run, whole) == expected, "%s: as many scores" % point)


def case_a_rebalance_is_interrupted(bench):
    whole = prepare(bench, partitions=6)
    # The worker dies while it gives partitions back to the planner, which comes later.
    bench.start_run("moved", env={"ASSAY_FAIL_POINT": "after_commit"}).wait(60)
    worker = bench.start_worker("moved", "b", "-j", "1", env={"ASSAY_FAIL_POINT": "in_revoke"})
    time.sleep(0.5)
    planner = bench.start_run("moved")
    end(worker, exit_code=None)
    end(planner, exit_code="report")
    check(bench, "moved", whole)


def finish(bench, run, planner):
    """A planner that gave up because no broker answered is started again, as a service manager would do."""
    for _ in range(5):
        text = end(planner, exit_code=None, seconds=240)
        if planner.returncode != 1 or "Kafka at" not in text:
            break
        print("     (%s)" % text.strip().splitlines()[-1])
        planner = bench.start_run(run)
    expect(planner.returncode in (0, 100, 101), "the planner ended with %s" % planner.returncode, text)


def case_random_kills_and_a_broker_that_restarts(bench):
    whole = prepare(bench, partitions=6, metadata_bytes=48)  # a few unfinished conversations are too many for a commit
    draws = random.Random(int(os.environ.get("KILL_SEED", "1")))
    kills = restarts = 0
    for number in range(RUNS):
        run = "random-%d" % number
        planner = bench.start_run(run)
        workers = {}
        until = time.monotonic() + draws.uniform(4, 8)
        while time.monotonic() < until and planner.poll() is None:
            time.sleep(draws.uniform(0.05, 0.6))
            slot = draws.choice("abc")
            if slot not in workers or workers[slot].poll() is not None:
                if slot in workers:
                    workers[slot].communicate()
                workers[slot] = bench.start_worker(run, slot)
                continue
            victim = draws.choice([planner, workers[slot]])
            if victim.poll() is None:
                victim.kill()
                victim.communicate()
                kills += 1
            if planner.poll() is not None and planner.returncode == KILLED:
                planner = bench.start_run(run)
            if number % 3 == 1 and restarts <= 2 * number // 3:
                bench.running.kafka[0].restart(kill=True)
                restarts += 1
        finish(bench, run, planner)
        for worker in workers.values():
            end(worker, exit_code=None, seconds=120)
        check(bench, run, whole)
    print("     %d runs, %d kills, %d restarts of the broker" % (RUNS, kills, restarts))


def case_paid_answers_are_not_bought_again(bench):
    with FarEnd(delay=0.02) as far_end:
        agent = [{"name": "agent", "kind": "endpoint", "url": far_end.url("/agent"), "max_in_flight": IN_FLIGHT}]
        whole = prepare(bench, agent, calls=40)
        asked = len(far_end.calls)
        far_end.calls.clear()
        far_end.seen.clear()
        kills = 0
        for point in ("after_trial:5", "in_transaction:2", "between_offsets_and_commit:2", "after_commit:3", "after_trial:9"):
            process = bench.start_run("paid", env={"ASSAY_FAIL_POINT": point})
            end(process, exit_code=None)
            kills += process.returncode == KILLED
        bench.kafka_run("paid", exit_code=None)
        expect(kills >= 4, "it died %d times only" % kills)
        check(bench, "paid", whole)
        expect(len(far_end.seen) == asked, "as many turns are asked", len(far_end.seen), asked)
        expect(far_end.repeated() <= kills * IN_FLIGHT, "answers were bought again",
               "%d calls repeated, %d kills with at most %d in flight" % (far_end.repeated(), kills, IN_FLIGHT))
        print("     %d calls, %d repeated after %d kills" % (len(far_end.calls), far_end.repeated(), kills))


if __name__ == "__main__":
    run_cases(globals())
