#!/usr/bin/env python3
"""kill_test.py PROGRAM GENERATOR: runs that are killed, stopped or damaged, and resumed.

After each: the canonical report byte for byte that of a run that nobody disturbed, no trial twice, and no answer bought
again but those whose call was in flight. Points of killing are drawn with a fixed seed. Python 3.9, standard library only.
"""
import json
import random
import re
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True
from far_end import ANSWER_TOKENS, PROMPT_TOKENS, FarEnd  # noqa: E402
from integration_case import BOOKING, HERE, Wrong, check_accounts, expect, run_cases  # noqa: E402

KILLS = 10
IN_FLIGHT = 4
RULES = [{"name": "rules", "kind": "rules"}, {"name": "recorded", "kind": "recorded"}]


def end_of(process):
    out, err = process.communicate(timeout=300)
    return process.returncode, out.decode(), err.decode()


def check_once(bench, run):
    """No turn of a trial is there twice."""
    turns = [(line["trial"], line["turn"]) for line in map(json.loads, bench.predictions(run))]
    expect(len(turns) == len(set(turns)), "a trial is in predictions.jsonl twice")
    return turns


def kill_and_resume(bench, run, draws, seconds, kills):
    """Starts `run` and kills it again and again until it ends by itself or was killed often enough; returns kills."""
    done = 0
    command = ["run", "-c", "pipeline.yaml", "--run-id", run, "-q"]
    while True:
        process = bench.start(*command)
        try:
            if done < kills:
                process.wait(timeout=draws.uniform(*seconds))
            code, _, err = end_of(process)
            expect(code == 0, "%s ended with %d" % (" ".join(command), code), err)
            return done
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            done += 1
        if (bench.run_folder(run) / "manifest.json").exists():
            command = ["resume", run, "-q"]


def compare(bench, run):
    for name in (None, "report.md"):
        expect(bench.canonical(run, name) == bench.canonical("whole", name), "%s: another canonical report" % run)
    expect(check_once(bench, run) == [(trial.replace("whole/", run + "/", 1), turn) for trial, turn in check_once(bench, "whole")],
           "%s: other turns" % run)


def case_patterns_killed_at_ten_points(bench):
    subprocess.run([bench.generator, "--count", "1500", "--conversations", bench.folder / "many.jsonl",
                    "--gold", bench.folder / "many_gold.jsonl"], check=True, stderr=subprocess.DEVNULL)
    bench.pipeline(RULES, events="many.jsonl", gold="many_gold.jsonl", task=BOOKING / "task.yaml")
    start = time.monotonic()
    bench.run("whole")
    whole_s = time.monotonic() - start
    check_accounts(bench.report("whole"))
    draws, kills, runs = random.Random(7), 0, 0
    while kills < KILLS:
        runs += 1
        expect(runs < 20, "the run ends before it can be killed")
        kills += kill_and_resume(bench, "killed-%d" % runs, draws, (0.02 * whole_s, 0.9 * whole_s), KILLS - kills)
        compare(bench, "killed-%d" % runs)


def case_http_agent_killed_at_ten_points(bench):
    with FarEnd(delay=0.03) as far_end:
        bench.pipeline([{"name": "agent", "kind": "endpoint", "url": far_end.url("/agent"), "max_in_flight": IN_FLIGHT}],
                       events=BOOKING / "conversations.jsonl", gold=BOOKING / "gold.jsonl", task=BOOKING / "task.yaml",
                       more="max_in_flight: 12\n")
        bench.run("whole", "--limit", "70")
        asked, in_flight = len(far_end.calls), far_end.most_in_flight
        expect(far_end.repeated() == 0 and in_flight <= IN_FLIGHT, "the undisturbed run asks once each", in_flight)
        whole = bench.canonical("whole") # now: the pipeline is written anew below
    with FarEnd(delay=0.03) as far_end:
        bench.pipeline([{"name": "agent", "kind": "endpoint", "url": far_end.url("/agent"), "max_in_flight": IN_FLIGHT}],
                       events=BOOKING / "conversations.jsonl", gold=BOOKING / "gold.jsonl", task=BOOKING / "task.yaml",
                       more="max_in_flight: 12\n")
        kills = 0
        draws = random.Random(11)
        command = ["run", "-c", "pipeline.yaml", "--run-id", "killed", "-q", "--limit", "70"]
        while True:
            process = bench.start(*command)
            before = len(far_end.calls)
            while kills < KILLS and process.poll() is None and len(far_end.calls) < before + asked // KILLS * 0.8:
                time.sleep(0.002)
            if kills < KILLS and process.poll() is None:
                time.sleep(draws.uniform(0, 0.05))
                process.kill()
                process.communicate()
                kills += 1
                command = ["resume", "killed", "-q"]
                continue
            code, _, err = end_of(process)
            expect(code == 0, "resume ended with %d" % code, err)
            break
        expect(kills == KILLS, "it could be killed %d times only" % kills)
        expect(len(far_end.seen) == asked, "as many turns are asked as by the undisturbed run", len(far_end.seen), asked)
        expect(far_end.repeated() <= kills * IN_FLIGHT, "answers were bought again",
               "%d calls repeated, %d kills with at most %d in flight" % (far_end.repeated(), kills, IN_FLIGHT))
        expect(without_hash(bench.canonical("killed")) == without_hash(whole), "another canonical report")
        check_once(bench, "killed")
        print("     %d calls, %d repeated after %d kills" % (len(far_end.calls), far_end.repeated(), kills))


def without_hash(report):
    """Far ends listen on another port each time, so the pipeline's hash differs."""
    return re.sub(rb'"pipeline": "[0-9a-f]{64}"', b"", report)


def case_command_agent_killed(bench):
    count = bench.folder / "calls.txt"
    bench.pipeline([{"name": "agent", "kind": "command", "processes": 2, "max_in_flight": 2,
                     "command": [sys.executable, str(HERE / "agent.py"), str(count), "0.02"]}],
                   events=BOOKING / "conversations.jsonl", gold=BOOKING / "gold.jsonl", task=BOOKING / "task.yaml")
    bench.run("whole", "--limit", "15")
    asked = len(bench.lines("calls.txt"))
    count.unlink()
    kills, draws = 0, random.Random(3)
    command = ["run", "-c", "pipeline.yaml", "--run-id", "killed", "-q", "--limit", "15"]
    while True:
        process = bench.start(*command)
        before = len(bench.lines("calls.txt")) if count.exists() else 0
        while kills < 4 and process.poll() is None and not (count.exists() and len(bench.lines("calls.txt")) >= before + asked // 6):
            time.sleep(0.002)
        if kills < 4 and process.poll() is None:
            time.sleep(draws.uniform(0, 0.03))
            process.kill()
            process.communicate()
            kills += 1
            command = ["resume", "killed", "-q"]
            time.sleep(0.1)  # its children see the end of their input
            continue
        code, _, err = end_of(process)
        expect(code == 0, "resume ended with %d" % code, err)
        break
    calls = bench.lines("calls.txt")
    expect(kills == 4, "it could be killed %d times only" % kills)
    expect(len(calls) - len(set(calls)) <= kills * 2, "calls were repeated", len(calls), len(set(calls)))
    compare(bench, "killed")


def start_slow(bench, far_end, run="slow"):
    """A run over the eight calls that is at work now."""
    bench.pipeline([{"name": "rules", "kind": "rules"}, {"name": "agent", "kind": "endpoint", "url": far_end.url("/agent"), "max_in_flight": 1}])
    process = bench.start("run", "-c", "pipeline.yaml", "--run-id", run)
    wait_for(lambda: len(far_end.calls) >= 4)
    return process


def wait_for(holds, seconds=60):
    end = time.monotonic() + seconds
    while not holds():
        expect(time.monotonic() < end, "it does not happen")
        time.sleep(0.005)


def case_ctrl_c_once_says_how_to_go_on(bench):
    with FarEnd(delay=0.1) as far_end:
        process = start_slow(bench, far_end)
        process.send_signal(signal.SIGINT)
        code, out, err = end_of(process)
        expect(code == 130, "exit code %d" % code, err)
        expect("assay resume slow" in err, "it does not say how to go on", err)
        report = bench.report("slow")
        expect(report["partial"] and "resume" in report["partial_reason"], "the report does not say that it is partial")
        check_accounts(report)
        asked = len(far_end.calls)
        bench.call("resume", "slow", "-q")
        expect(not bench.report("slow")["partial"], "it is still partial")
        expect(far_end.repeated() <= 1, "answers were bought again", far_end.repeated(), asked)
        bench.call("run", "-c", "pipeline.yaml", "--run-id", "whole", "-q")
        compare(bench, "slow")


def case_ctrl_c_twice_stops_at_once(bench):
    with FarEnd(delay=0.05) as far_end:
        far_end.behave = lambda call: "hang" if len(far_end.calls) >= 4 else None
        process = start_slow(bench, far_end)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        start = time.monotonic()
        code, _, err = end_of(process)
        expect(code == 130 and time.monotonic() - start < 2, "not at once: exit code %d" % code, err)
        far_end.behave = None
        bench.call("resume", "slow", "-q")


def case_two_at_once_are_refused(bench):
    with FarEnd(delay=0.1) as far_end:
        process = start_slow(bench, far_end)
        _, err, _ = bench.call("resume", "slow", "-q", exit_code=1)
        expect("another process" in err, "it does not say so", err)
        code, _, err = end_of(process)
        expect(code == 0, "the first is disturbed", err)


def case_changed_inputs_are_named(bench):
    bench.write("prompts/v1/default.txt", "Caller: {{user_text}}\nSlots: {{slots}}\n")
    bench.write("prices.yaml", "prices:\n  - {model: stub/small, valid_from: 2024-01-01, input: 1, output: 2}\n")
    with FarEnd(delay=0.05) as far_end:
        bench.write("log.jsonl", "")
        bench.pipeline([{"name": "model", "kind": "llm", "model": "stub/small", "prompt": "prompts/v1", "base_url": far_end.url("/v1"),
                         "max_in_flight": 1}])
        process = bench.start("run", "-c", "pipeline.yaml", "--run-id", "cut", "-q")
        wait_for(lambda: len(far_end.calls) >= 4)
        process.kill()
        process.communicate()
        for name in ("gold.jsonl", "task.yaml", "prompts/v1/default.txt", "pipeline.yaml", "events.jsonl", "prices.yaml"):
            path = bench.folder / name
            content = path.read_bytes()
            path.write_bytes(content + (b"\n" if name.endswith("jsonl") else b"# changed\n"))
            asked = len(far_end.calls)
            _, err, _ = bench.call("resume", "cut", "-q", exit_code=2)
            told = "prompts/v1" if name.startswith("prompts") else name
            expect(told in err and "changed" in err, "%s is not named" % name, err)
            out, err, _ = bench.call("run", "-c", "pipeline.yaml", "--run-id", "cut", "--resume", "-q", exit_code=2)
            expect(told in err, "run --resume: %s is not named" % name, err)
            path.write_bytes(content)
            expect(len(far_end.calls) == asked, "a refused run calls")
        path = bench.folder / "prompts/v1/greeting.txt"
        path.write_text("new")
        _, err, _ = bench.call("resume", "cut", "-q", exit_code=2)
        expect("prompts/v1" in err, "a new template is not named", err)
        path.unlink()
        bench.call("resume", "cut", "-q")
        check_accounts(bench.report("cut"))
        paid = len(far_end.calls)
        bench.run("whole")
        whole = len(far_end.calls) - paid
        expect(paid <= whole + 1, "answers were bought again", paid, whole)
        compare(bench, "cut")


def case_money_is_remembered_as_it_was_spent(bench):
    """A resumed run counts prices, not reservations: what it may spend is enough to the end, and is not passed."""
    bench.write("prompts/v1/default.txt", "%s {{user_text}}" % ("word " * 400))
    bench.write("prices.yaml", "prices:\n  - {model: stub/small, valid_from: 2024-01-01, input: 1, output: 2}\n")
    with FarEnd(delay=0.03) as far_end:
        bench.pipeline([{"name": "model", "kind": "llm", "model": "stub/small", "prompt": "prompts/v1", "base_url": far_end.url("/v1"),
                         "max_in_flight": 2}])
        bench.run("whole")
        whole, call_usd = len(far_end.calls), (PROMPT_TOKENS + 2 * ANSWER_TOKENS) / 1e6
        reserved_usd = (2000 + 2 * 512) / 1e6  # about; a token has at least a byte
        process = bench.start("run", "-c", "pipeline.yaml", "--run-id", "killed", "-q")
        wait_for(lambda: len(far_end.calls) >= whole + whole * 3 // 4)
        process.kill()
        process.communicate()
        limit = (whole + 2) * call_usd + 4 * reserved_usd
        expect(whole // 2 * (reserved_usd - call_usd) > 5 * reserved_usd, "too few calls to tell reservations from prices")
        bench.call("resume", "killed", "--max-cost", "%.9f" % limit, "-q")
        expect(not bench.report("killed")["partial"], "reservations are counted as spent")
        compare(bench, "killed")


def case_torn_and_damaged_journals(bench):
    bench.pipeline(RULES)
    bench.run("whole")
    journal = bench.run_folder("whole") / "journal.log"
    content = journal.read_bytes()
    report = bench.canonical("whole")
    predictions = bench.predictions("whole")
    draws = random.Random(5)
    damages = [content[:at] for at in (0, 5, 16, 17, len(content) // 2, len(content) - 1)]
    damages += [content[:draws.randrange(16, len(content))] for _ in range(10)]
    damages += [content + b"\0" * 100, content + draws.randbytes(300), content + content[16:60]]
    for _ in range(6):
        flipped = bytearray(content)
        flipped[draws.randrange(16, len(content))] ^= 1 << draws.randrange(8)
        damages.append(bytes(flipped))
    for number, damaged in enumerate(damages):
        journal.write_bytes(damaged)
        bench.call("resume", "whole", "-q")
        expect(bench.canonical("whole") == report, "damage %d: another report" % number)
        expect(bench.predictions("whole") == predictions, "damage %d: other predictions" % number)
    journal.write_bytes(b"something else entirely\n")
    _, err, _ = bench.call("resume", "whole", "-q", exit_code=1)
    expect("no journal" in err and "journal.log" in err, "another file is not told", err)
    journal.unlink()
    bench.call("resume", "whole", "-q")
    expect(bench.canonical("whole") == report, "without a journal it begins again")


if __name__ == "__main__":
    run_cases(globals())
