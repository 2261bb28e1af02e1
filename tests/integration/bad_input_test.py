#!/usr/bin/env python3
"""bad_input_test.py PROGRAM: bad inputs, one table row each: the message names the place, the rest goes on, the counts add up.

Python 3.9, standard library only.
"""
import gzip
import json
import os
import re
import sys

sys.dont_write_bytecode = True
from integration_case import check_accounts, expect, run_cases  # noqa: E402

CALLS = [{"name": "rules", "kind": "rules"}, {"name": "recorded", "kind": "recorded"}]
SECOND_USER_TURN = b'"conversation_id": "salon-01", "sequence": 5'


def changed(line, **fields):
    event = json.loads(line)
    for name, value in fields.items():
        if value is None:
            event.pop(name, None)
        else:
            event[name] = value
    return json.dumps(event).encode()


def deep(levels):
    return b'{"conversation_id": "salon-01", "sequence": 99, "time": "2025-03-03T14:00:00Z", "type": "ToolCall", "method": "x", ' \
           b'"parameters": ' + b'{"a":' * levels + b"1" + b"}" * levels + b"}"


# name: (line number from 1, what it becomes (None: the line is followed by it), what the fault says, is it invalid or skipped?)
EVENT_FAULTS = {
    "truncated JSON": (3, lambda line: line[: len(line) // 2], r"", "invalid"),
    "prose": (3, lambda line: b"this is no JSON at all", r"", "invalid"),
    "a list": (3, lambda line: b"[1, 2]", r"", "invalid"),
    "a number": (3, lambda line: b"17", r"", "invalid"),
    "two objects on a line": (3, lambda line: line + line, r"", "invalid"),
    "text is a number": (3, lambda line: changed(line, text=17), r"/text", "invalid"),
    "no conversation_id": (3, lambda line: changed(line, conversation_id=None), r"conversation_id", "invalid"),
    "no time": (3, lambda line: changed(line, time=None), r"time", "invalid"),
    "a time that is none": (3, lambda line: changed(line, time="yesterday"), r"/time", "invalid"),
    "a misspelt key": (3, lambda line: line.replace(b'"text"', b'"txet"'), r"'txet'", "invalid"),
    "UTF-16": (3, lambda line: line.decode().encode("utf-16"), r"UTF-8", "invalid"),
    "an unknown type": (3, lambda line: changed(line, type="UserTrun"), r"UserTrun", "invalid"),
    "confidence out of its range": (3, lambda line: changed(line, asr_confidence="high"), r"/asr_confidence", "invalid"),
    "an outcome that is none": (15, lambda line: changed(line, outcome="fine"), r"/outcome", "invalid"),
    "invalid UTF-8": (3, lambda line: line.replace(b"haircut", b"hair\xff\xfecut"), r"UTF-8", "invalid"),
    "a NUL byte": (3, lambda line: line.replace(b"haircut", b"hair\0cut"), r"", "invalid"),
    "half a surrogate pair": (3, lambda line: line.replace(b"haircut", b"hair\\ud800cut"), r"", "invalid"),
    "10 MB of text": (3, lambda line: line.replace(b"haircut", b"x" * (10 << 20)), r"longer", "invalid"),
    "10 MB without a line end": (3, lambda line: b"x" * (10 << 20), r"longer", "invalid"),
    "100,000 nested objects": (3, lambda line: deep(100000), r"", "invalid"),
    "a key twice": (3, lambda line: line[:-1] + b', "text": "again"}', r"", "invalid"),
    "a duplicate event": (3, lambda line: line + b"\n" + line, r"", "skipped"),
    "an event of nobody": (3, lambda line: line + b"\n" + changed(line, conversation_id="nobody", type="Feedback", kept=True,
                                                                 text=None, interrupted=None, asr_confidence=None,
                                                                 speech_start=None, speech_end=None), r"", "skipped"),
}
# Seen, told, and no harm done.
HARMLESS = {
    "an unknown key": (3, lambda line: changed(line, txet="x"), r"txet"),
    "empty lines": (3, lambda line: b"\n\n" + line, None),
    "a byte order mark": (1, lambda line: b"\xef\xbb\xbf" + line, None),
    "Windows line ends": (3, lambda line: line + b"\r", None),
}


def change_line(bench, name, number, change):
    lines = (bench.folder / name).read_bytes().split(b"\n")
    lines[number - 1] = change(lines[number - 1])
    (bench.folder / name).write_bytes(b"\n".join(lines))


def case_events(bench):
    bench.pipeline(CALLS)
    original = (bench.folder / "events.jsonl").read_bytes()
    wrong = []
    for number, (name, (line, change, told, kind)) in enumerate(EVENT_FAULTS.items()):
        change_line(bench, "events.jsonl", line, change)
        run = "run-%d" % number
        try:
            bench.run(run)
            accounts = check_accounts(bench.report(run))
            events = accounts["events"]
            expect(events["invalid"] == (kind == "invalid") and sum(events["skipped"].values()) >= (kind == "skipped"),
                   "it is not counted as %s" % kind, events)
            expect(accounts["trials"]["total"] == 16, "the rest did not go on", accounts["trials"])
            if kind == "invalid":
                faults = [fault for fault in accounts["faults"] if re.search(r"events\.jsonl:%d\b" % line, fault["where"])]
                expect(faults and re.search(told, faults[0]["where"] + faults[0]["what"] + faults[0]["fix"]), "the fault names another place or reason",
                       accounts["faults"])
                _, err, _ = bench.call("validate", "-c", "pipeline.yaml", exit_code=None)
                expect("events.jsonl:%d" % line in err, "assay validate does not tell it", err)
        except Exception as failure:  # noqa: BLE001: the other rows go on
            wrong.append("%s: %s" % (name, failure))
        (bench.folder / "events.jsonl").write_bytes(original)
    expect(not wrong, "%d of %d" % (len(wrong), len(EVENT_FAULTS)), *wrong)


def case_harmless_events(bench):
    bench.pipeline(CALLS)
    original = (bench.folder / "events.jsonl").read_bytes()
    bench.run("whole")
    slots = bench.report("whole")["slots"]
    for number, (name, (line, change, told)) in enumerate(HARMLESS.items()):
        change_line(bench, "events.jsonl", line, change)
        bench.run("run-%d" % number)
        report = bench.report("run-%d" % number)
        accounts = check_accounts(report)
        expect(accounts["events"]["invalid"] == 0 and report["slots"] == slots, "%s does harm" % name, accounts)
        expect(not told or any(re.search(told, fault["what"]) for fault in accounts["faults"]), "%s is not told" % name, accounts["faults"])
        (bench.folder / "events.jsonl").write_bytes(original)


def gold_changed(change):
    def apply(line):
        gold = json.loads(line)
        change(gold)
        return json.dumps(gold).encode()
    return apply


GOLD_FAULTS = {
    "truncated JSON": (2, lambda line: line[: len(line) // 2], r"gold\.jsonl:2"),
    "no turns": (2, gold_changed(lambda gold: gold.update(turns=[])), r"gold\.jsonl"),
    "turns is a text": (2, gold_changed(lambda gold: gold.update(turns="two")), r"gold\.jsonl:2.*/turns"),
    "a turn too few": (2, gold_changed(lambda gold: gold["turns"].pop()), r"gold\.jsonl"),
    "a turn's number twice": (2, gold_changed(lambda gold: gold["turns"][1].update(turn=0)), r"gold\.jsonl:2.*/turns/1"),
    "other words": (2, gold_changed(lambda gold: gold["turns"][0].update(text_sha256="0" * 64)), r"gold\.jsonl"),
    "a state that is a list": (2, gold_changed(lambda gold: gold["turns"][0].update(state=[])), r"gold\.jsonl:2.*state"),
    "invalid UTF-8": (2, lambda line: line.replace(b"Tom", b"T\xc3m"), r"gold\.jsonl:2"),
    "no turns at all": (2, gold_changed(lambda gold: gold.pop("turns")), r"gold\.jsonl:2.*key 'turns' is missing"),
    "a misspelt key": (2, lambda line: line.replace(b'"state"', b'"sate"', 1), r"gold\.jsonl:2.*/turns/0.*Is it meant by the key 'sate'"),
    "10 MB": (2, lambda line: line.replace(b"Tom", b"x" * (10 << 20)), r"gold\.jsonl:2"),
    "the same conversation twice": (2, lambda line: line + b"\n" + line, r"gold\.jsonl:3"),
}


def case_gold(bench):
    bench.pipeline(CALLS)
    original = (bench.folder / "gold.jsonl").read_bytes()
    wrong = []
    for number, (name, (line, change, told)) in enumerate(GOLD_FAULTS.items()):
        change_line(bench, "gold.jsonl", line, change)
        run = "run-%d" % number
        try:
            bench.run(run)
            accounts = check_accounts(bench.report(run))
            counts = accounts["conversations"]
            twice = "twice" in name and "conversation" in name
            expect(counts["with_gold"] == (8 if twice else 7), "it is scored, or others are not", counts)
            told_at = [fault["where"] + " " + fault["what"] + " " + fault["fix"] for fault in accounts["faults"]]
            expect(any(re.search(told, text) for text in told_at), "the place is not told", accounts["faults"])
            _, err, _ = bench.call("validate", "-c", "pipeline.yaml", exit_code=1)
            expect(re.search(told, err), "assay validate does not tell it", err)
        except Exception as failure:  # noqa: BLE001
            wrong.append("%s: %s" % (name, failure))
        (bench.folder / "gold.jsonl").write_bytes(original)
    expect(not wrong, "%d of %d" % (len(wrong), len(GOLD_FAULTS)), *wrong)


def case_validate_tells_what_a_run_would_skip_and_not_join(bench):
    """The same in both forms: validate reads as a run reads."""
    events, gold = bench.lines("events.jsonl"), bench.lines("gold.jsonl")
    feedback = {"conversation_id": "nobody", "sequence": 1, "time": "2025-03-03T14:00:00Z", "type": "Feedback", "kept": True}
    silent = [{"conversation_id": "silent", "sequence": 0, "time": "2025-03-03T14:00:00Z", "type": "ConversationStarted"},
              {"conversation_id": "silent", "sequence": 1, "time": "2025-03-03T14:00:01Z", "type": "ConversationEnded", "outcome": "abandoned"}]
    bench.write("events.jsonl", "\n".join([events[0], json.dumps(feedback)] + events[1:] + [json.dumps(event) for event in silent + silent]))
    lost = dict(json.loads(gold[0]), conversation_id="never-called")
    other = json.loads(gold[1])
    other["turns"][0]["text_sha256"] = "0" * 64
    short = json.loads(gold[2])
    short["turns"].pop()
    bench.write("gold.jsonl", "\n".join([gold[0], json.dumps(lost), json.dumps(other), json.dumps(short), gold[3], gold[3]] + gold[4:]))
    places = {"avro": ["events.avro: record 2", "gold.avro: record 2", "gold.avro: record 3", "gold.avro: record 4", "gold.avro: record 6"],
              "jsonl": ["events.jsonl:2", "gold.jsonl:2", "gold.jsonl:3", "gold.jsonl:4", "gold.jsonl:6"]}
    whats = ["the event of 'nobody' would be skipped: outside_conversation", "fits no conversation", "turn 0 has another text",
             "user turns, its gold", "has gold already"]
    for end, at in places.items():
        if end == "avro":
            for name in ("events", "gold"):
                bench.call("convert", name + ".jsonl", "-o", name + ".avro")
        bench.pipeline(CALLS, events="events." + end, gold="gold." + end)
        out, err, _ = bench.call("validate", "-c", "pipeline.yaml", exit_code=1)
        for place, what in zip(at, whats):
            expect(any(line.startswith(place + ": ") and what in line for line in err.splitlines()), "%s is not told: %s" % (place, what), err)
        expect("conversation 'silent' would be skipped: no caller's turn" in err, "a silent conversation", err)
        expect(", 0 invalid, 5 skipped; 6 conversations with gold, 0 without, 2 with gold of other words" in out, "the counts", out)
        bench.run(end)
        counts = check_accounts(bench.report(end))
        expect(counts["conversations"]["with_gold"] == 6 and sum(counts["events"]["skipped"].values()) == 5, "the run counts otherwise", counts)


def case_gold_names_what_the_task_does_not_know(bench):
    gold = [json.loads(line) for line in bench.lines("gold.jsonl")]
    gold[2]["turns"][1].update(intent="fly", state=dict(gold[2]["turns"][1]["state"], wings="two"))
    bench.write("gold.jsonl", "\n".join(map(json.dumps, gold)))
    bench.pipeline(CALLS)
    _, err, _ = bench.call("validate", "-c", "pipeline.yaml", exit_code=1)
    for told in ("gold.jsonl:3: /turns/1: the task has no intent 'fly'.", "gold.jsonl:3: /turns/1: the task has no slot 'wings'.", "2 faults found"):
        expect(told in err, "not told: %s" % told, err)


def case_an_event_a_line(bench):
    """A whole list in one file, a compressed file that was cut, a file of another kind: said so that one knows what to do."""
    bench.pipeline(CALLS)
    events = [json.loads(line) for line in bench.lines("events.jsonl")]
    bench.write("events.jsonl", json.dumps(events, indent=1))
    _, err, _ = bench.call("validate", "-c", "pipeline.yaml", exit_code=1)
    expect("events.jsonl:1: this is not JSON: ']' expected (column 1). Each line holds one whole JSON object." in err, "an indented list", err)
    bench.write("events.jsonl", gzip.compress("\n".join(map(json.dumps, events)).encode())[:-40])
    for command in (("validate", "-c", "pipeline.yaml"), ("run", "-c", "pipeline.yaml")):
        _, err, _ = bench.call(*command, exit_code=1)
        expect("could not read 'events.jsonl': unexpected end of file. The compressed file was cut off: copy it again." in err, "a cut file", err)
    bench.write("events.jsonl", "\n".join(bench.lines("gold.jsonl")))
    bench.run(exit_code=101)
    accounts = check_accounts(bench.report("run"))
    expect(accounts["events"]["invalid"] == 8 and accounts["conversations"]["total"] == 0, "gold as events", accounts)


def case_validate_shows_50_faults_and_counts_all(bench):
    bench.pipeline(CALLS)
    bench.write("events.jsonl", "\n".join(["no json"] * 70 + bench.lines("events.jsonl")))
    _, err, _ = bench.call("validate", "-c", "pipeline.yaml", exit_code=1)
    expect("events.jsonl:50: " in err and "events.jsonl:51: " not in err and "... and 20 more faults" in err and "70 faults found" in err, "it does not add up", err)


def case_a_damaged_avro_file(bench):
    """What a damaged block takes along is counted: consumed = in conversations + invalid + skipped."""
    lines = bench.lines("events.jsonl")
    calls = [json.loads(line) for line in lines]
    many = [dict(event, conversation_id="%s-%d" % (event["conversation_id"], copy)) for copy in range(20) for event in calls]
    bench.write("events.jsonl", "\n".join(json.dumps(event) for event in many))
    bench.call("convert", "events.jsonl", "-o", "events.avro")
    whole = (bench.folder / "events.avro").read_bytes()
    header = whole.index(b"deflate") + 8  # then the sync marker
    sync = whole[header:header + 16]
    second = whole.index(sync, header + 16) + 16
    damages = {"a byte inside of a block": whole[:second + 40] + bytes([whole[second + 40] ^ 0xff]) + whole[second + 41:],
               "cut off": whole[:-30], "a sync marker": whole[:-1] + bytes([whole[-1] ^ 1])}
    bench.pipeline([CALLS[1]], events="events.avro", gold=None)
    for number, (name, damaged) in enumerate(damages.items()):
        bench.write("events.avro", damaged)
        bench.run("run-%d" % number)
        accounts = check_accounts(bench.report("run-%d" % number))
        events = accounts["events"]
        expect(events["consumed"] == len(many) and events["invalid"] > 1, "%s: events are lost from the sums" % name, events, len(many))
        expect(accounts["conversations"]["total"] > 0, "%s: the rest did not go on" % name, accounts)
        told = [fault for fault in accounts["faults"] if fault["where"].startswith("events.avro: block ")]
        expect(told and "records of its block are lost" in told[0]["what"], "%s: it is not told" % name, accounts["faults"])
        _, err, _ = bench.call("validate", "-c", "pipeline.yaml", exit_code=1)
        expect("events.avro: block " in err, "%s: validate does not tell it" % name, err)


LOG_FAULTS = {"truncated JSON": lambda line: line[:100], "prose": lambda line: b"no JSON", "extracted_slots is a list":
              lambda line: line.replace(b'"extracted_slots": {', b'"extracted_slots": [], "x": {')}


def case_prediction_logs(bench):
    bench.pipeline([{"name": "logged", "kind": "recorded", "log": "log.jsonl"}])
    lines = []
    for event in map(json.loads, bench.lines("events.jsonl")):
        if event["type"] == "UserTurn":
            lines.append(json.dumps({"conversation_id": event["conversation_id"], "timestamp": event["time"], "model": {"name": "m", "provider": "p"},
                                     "input": {"user_text": event["text"], "state": "greeting", "slots": {}},
                                     "output": {"response": "", "extracted_slots": {}, "confidence": 0.5, "next_state": "greeting"},
                                     "metadata": {"latency_ms": 1, "cost": 0.0}}))
    for number, (name, change) in enumerate(LOG_FAULTS.items()):
        bench.write("log.jsonl", "\n".join(lines))
        change_line(bench, "log.jsonl", 2, change)
        bench.run("run-%d" % number)
        report = bench.report("run-%d" % number)
        accounts = check_accounts(report)
        expect(any(fault["where"].startswith("log.jsonl:2") for fault in accounts["faults"]), "%s: the place" % name, accounts["faults"])
        expect(accounts["trials"]["total"] == 8, "%s: the rest goes on" % name)
        expect(report["candidates"][0]["infrastructure_errors"] == 0, "%s: a missing line is no infrastructure error" % name)


def case_empty_files(bench):
    bench.pipeline(CALLS)
    for number, name in enumerate(("gold.jsonl", "events.jsonl")):
        bench.write(name, "")
        # Whoever asks by the exit code must not take nothing for a pass.
        out = bench.run("run-%d" % number, exit_code=0 if name == "gold.jsonl" else 101)
        _, err, _ = bench.call("validate", "-c", "pipeline.yaml", exit_code=1)
        expect("%s: the file holds no %s." % (name, name[:4] if name[0] == "g" else "event") in err, "an empty file is not told", err)
        report = bench.report("run-%d" % number)
        accounts = check_accounts(report)
        if name == "gold.jsonl":
            expect(accounts["conversations"]["no_gold"] == 8, "without gold", accounts)
        else:
            expect(accounts["conversations"]["total"] == 0 and accounts["trials"]["total"] == 0, "nothing", accounts)
    bench.write("task.yaml", "")
    expect("task.yaml" in bench.run("run-9", exit_code=2), "an empty task is not named")


FILES = {  # what is wrong -> (file, what to put there, the message)
    "events are missing": ("events.jsonl", None, r"pipeline\.yaml:2:\d+: there is no file .*events\.jsonl"),
    "gold is missing": ("gold.jsonl", None, r"pipeline\.yaml:2:\d+: there is no file .*gold\.jsonl"),
    "the task is missing": ("task.yaml", None, r"pipeline\.yaml:3:\d+: there is no file .*task\.yaml"),
    "the pipeline is missing": ("pipeline.yaml", None, r"pipeline\.yaml"),
    "events are a folder": ("events.jsonl", "folder", r"events\.jsonl"),
    "gold is a folder": ("gold.jsonl", "folder", r"gold\.jsonl"),
    "the task is a folder": ("task.yaml", "folder", r"task\.yaml"),
    "the pipeline is a folder": ("pipeline.yaml", "folder", r"pipeline\.yaml"),
    "the pipeline is no YAML": ("pipeline.yaml", b"experiment: [1, 2\nsource: {", r"pipeline\.yaml:\d+:\d+"),
    "the pipeline is a picture": ("pipeline.yaml", bytes(range(256)) * 20, r"pipeline\.yaml"),
    "the pipeline is empty": ("pipeline.yaml", b"", r"pipeline\.yaml"),
    "the pipeline is a list": ("pipeline.yaml", b"- 1\n- 2\n", r"pipeline\.yaml:1:1"),
    "the task is no YAML": ("task.yaml", b"slots: {{{", r"task\.yaml:\d+:\d+"),
    "the task has a slot twice": ("task.yaml", b"name: x\nslots:\n  - {name: a, type: text}\n  - {name: a, type: text}\n", r"task\.yaml:4:\d+"),
}


def case_files(bench):
    wrong = []
    for name, (file, content, told) in FILES.items():
        for extra in bench.folder.iterdir():
            if extra.is_dir():
                os.system("rm -rf '%s'" % extra)
        bench.__init__(bench.path, bench.folder)
        bench.pipeline(CALLS)
        path = bench.folder / file
        path.unlink()
        if content == "folder":
            path.mkdir()
        elif content is not None:
            path.write_bytes(content)
        for command in (["run", "-c", "pipeline.yaml", "-q"], ["validate", "-c", "pipeline.yaml"]):
            try:
                _, err, code = bench.call(*command, exit_code=None)
                expect(code in (1, 2), "%s: exit code %d" % (command[0], code), err)
                expect(re.search(told, err), "%s does not name the place" % command[0], err)
            except Exception as failure:  # noqa: BLE001
                wrong.append("%s: %s" % (name, failure))
        if path.is_dir():
            path.rmdir()
    expect(not wrong, "%d of %d" % (len(wrong), 2 * len(FILES)), *wrong)


def case_unreadable_files(bench):
    if os.geteuid() == 0:
        print("     root may read everything: not tried")
        return
    for name in ("events.jsonl", "gold.jsonl", "task.yaml", "pipeline.yaml"):
        bench.pipeline(CALLS)
        (bench.folder / name).chmod(0)
        out = bench.run("run", exit_code=None)
        expect(name in out and "ermission denied" in out, "%s: the reason is not told" % name, out)
        (bench.folder / name).chmod(0o600)


def case_all_faults_of_a_pipeline_at_once(bench):
    bench.write("pipeline.yaml", "experiment: x\nsorce: {}\nsource: {events: events.jsonl, gold: nowhere.jsonl}\ntask: task.yaml\n"
                                 "repeats: -1\ncandidates:\n  - {name: a, kind: ruels}\n  - {name: b, kind: llm, model: noslash}\n"
                                 "  - {name: b, kind: rules, temprature: 1}\ngates:\n  - {metric: slot_f1}\n")
    _, err, _ = bench.call("run", "-c", "pipeline.yaml", exit_code=2)
    for told in (r":2:1: .*sorce", r":3:\d+: .*nowhere", r":5:\d+: ", r":7:\d+: .*ruels", r":8:\d+: .*noslash", r":9:\d+: .*temprature", r":11:\d+: "):
        expect(re.search(r"pipeline\.yaml" + told, err), "%s is not told" % told, err)
    for near in ("source", "rules", "temperature"):
        expect("'%s'" % near in err, "the nearest known key %s is not told" % near, err)
    expect(not (bench.folder / "runs").exists(), "a run was begun")


if __name__ == "__main__":
    run_cases(globals())
