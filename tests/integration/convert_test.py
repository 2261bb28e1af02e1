#!/usr/bin/env python3
"""convert_test.py PROGRAM: each kind of record goes to an Avro file and back through the program and is unchanged; a run reads either form.

Python 3.9, standard library only.
"""
import json
import sys

sys.dont_write_bytecode = True
from integration_case import check_accounts, expect, run_cases  # noqa: E402

# Absent, null, the empty text, the empty list and "dontcare" are five different things.
SLOTS = {"null": None, "empty": "", "none": [], "any": "dontcare", "text": "x", "several": ["a", ""], "number": 3, "real": 0.1,
         "object": {"from": 9.5, "to": []}, "no": False}
RECORDS = {
    "events": [
        {"conversation_id": "c", "sequence": 0, "time": "2025-01-10T10:30:00.250Z", "type": "ConversationStarted", "language": "",
         "consent": {"evaluation": True}, "metadata": {"a": [], "b": None, "c": 0.1}},
        {"conversation_id": "c", "sequence": 1, "time": "2025-01-10T10:30:01Z", "type": "UserTurn", "text": "", "asr_alternatives": []},
        {"conversation_id": "c", "sequence": 2, "time": "2025-01-10T10:30:02Z", "type": "UserTurn", "text": "caf\u00e9 \"x\"", "interrupted": False},
        {"conversation_id": "c", "sequence": 3, "time": "2025-01-10T10:30:03Z", "type": "AgentTurn", "text": "y", "slots": SLOTS,
         "requested_slots": [], "cost": 0.00012},
        {"conversation_id": "c", "sequence": 4, "time": "2025-01-10T10:30:03Z", "type": "AgentTurn", "text": "z", "slots": {}},
        {"conversation_id": "c", "sequence": 5, "time": "2025-01-10T10:30:04Z", "type": "ServiceCall", "service": "LLM", "latency_ms": 4.5, "error": ""},
        {"conversation_id": "c", "sequence": 6, "time": "2025-01-10T10:30:05Z", "type": "ToolCall", "method": "book", "parameters": {"a": "", "b": None},
         "result": None},
        {"conversation_id": "c", "sequence": 7, "time": "2025-01-10T10:30:05Z", "type": "ToolCall", "method": "book", "parameters": {"a": 1.5}},
        {"conversation_id": "c", "sequence": 8, "time": "2025-01-10T10:30:06Z", "type": "ConversationEnded", "outcome": "completed"},
        {"conversation_id": "c", "sequence": 9, "time": "2025-01-14T10:30:06Z", "type": "Feedback", "kept": False},
    ],
    "gold": [
        {"conversation_id": "c", "split": "challenge", "tags": [], "turns": [
            {"turn": 0, "requested_slots": [], "state": SLOTS, "spans": []}, {"turn": 1, "intent": "", "state": {}}],
         "goal": {"slots": {}}, "expected_bookings": [{"bookings": []}], "forbidden": []},
        {"conversation_id": "d", "turns": [{"turn": 0, "state": {}}], "expected_bookings": []},
    ],
    "predictions": [
        {"conversation_id": "conv-123", "timestamp": "2025-01-10T10:30:00", "model": {"name": "llama3.2", "provider": "ollama",
         "prompt_version": "v2.0"}, "input": {"user_text": "...", "state": "collect_date", "slots": {}}, "output": {"response": "...",
         "extracted_slots": SLOTS, "confidence": 0.92, "next_state": ""}, "metadata": {"latency_ms": 450, "tokens": {"input": 120, "output": 45},
         "cost": 0.0}, "needs_confirmation": [], "slot_confidence": {}},
        {"conversation_id": "conv-124"},
    ],
    "scores": [
        {"ordinal": 0, "trial": "t", "conversation_id": "c", "candidate": "rules", "candidate_index": 0, "repeat": 0, "outcome": "success",
         "turns": [], "extra": []},
        {"ordinal": 1, "trial": "u", "conversation_id": "c", "candidate": "rules", "candidate_index": 0, "repeat": 1, "reason": "", "turns": [
            {"turn": 0, "slots": [{"slot": "date", "verdict": "right", "gold": "", "predicted": "x"}]}]},
    ],
}


def case_every_kind_both_ways(bench):
    for kind, records in RECORDS.items():
        first, there, back, again = ("%s.%s" % (kind, end) for end in ("jsonl", "avro", "back.jsonl", "again.avro"))
        bench.write(first, "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records))
        _, err, _ = bench.call("convert", first, "-o", there)
        expect("%d %s read, %d written, 0 unknown" % (len(records), kind, len(records)) in err, "the kind is not told by the lines", err)
        expect((bench.folder / there).read_bytes()[:4] == b"Obj\x01", "it is no Avro file")
        bench.call("convert", there, "-o", back)
        bench.call("convert", back, "-o", again, "--kind", kind)
        read = [json.loads(line) for line in bench.lines(back)]
        expect(read == records, "%s: a record changed on the way" % kind, *["%s\n    %s" % pair for pair in zip(records, read) if pair[0] != pair[1]])
        expect((bench.folder / there).read_bytes() == (bench.folder / again).read_bytes(), "%s: the second way round differs" % kind)
        out, _, _ = bench.call("convert", there, "-o", "-")
        expect(out == (bench.folder / back).read_text(encoding="utf-8"), "%s: standard output differs from the file" % kind)


def case_a_run_reads_either_form(bench):
    log = []
    for event in map(json.loads, bench.lines("events.jsonl")):
        if event["type"] == "UserTurn":
            log.append({"conversation_id": event["conversation_id"], "timestamp": event["time"], "input": {"user_text": event["text"]},
                        "output": {"extracted_slots": {"name": "Ana"}, "confidence": 0.5}})
    bench.write("log.jsonl", "".join(json.dumps(line) + "\n" for line in log))
    for name in ("events", "gold", "log"):
        bench.call("convert", name + ".jsonl", "-o", name + ".avro")
    reports = []
    for end in ("jsonl", "avro"):
        bench.pipeline([{"name": "rules", "kind": "rules"}, {"name": "logged", "kind": "recorded", "log": "log." + end}],
                       events="events." + end, gold="gold." + end)
        bench.run(end)
        report = bench.report(end)
        expect(check_accounts(report)["conversations"]["with_gold"] == 8, "gold did not join", report["accounts"])
        reports.append({name: part for name, part in report.items() if name not in ("pipeline", "source", "sha256")})
        out, err, _ = bench.call("summary", "events." + end)
        expect("8 conversations, 0 invalid" in out, "assay summary", out, err)
    differing = [name for name in reports[0] if reports[0][name] != reports[1].get(name)]
    expect(not differing, "the two runs differ in %s" % differing, *[str(report[name])[:1500] for name in differing for report in reports])
    bench.call("convert", "log.jsonl", "-o", "log2.avro")
    for end in ("jsonl", "avro"):
        bench.call("import", "predictions", "log." + end, "-o", "imported." + end)
    expect((bench.folder / "imported.jsonl").read_bytes() == (bench.folder / "imported.avro").read_bytes(), "imports differ")


def case_what_is_wrong_is_told_and_the_rest_converted(bench):
    lines = [json.dumps(record) for record in RECORDS["gold"]]
    bench.write("gold.jsonl", "\n".join([lines[0], "{no json", '{"conversation_id": "e", "turns": 3}', "", lines[1],
                                         '{"conversation_id": "f", "trns": 1, "turns": []}']))
    _, err, _ = bench.call("convert", "gold.jsonl", "-o", "gold.avro", exit_code=1)
    for told in ("gold.jsonl:2: this is not JSON", "gold.jsonl:3: /turns: a list belongs here", "gold.jsonl:6: unknown key /trns",
                 "5 gold read, 3 written, 1 unknown", "2 gold could not be converted"):
        expect(told in err, "not told: %s" % told, err)
    bench.call("convert", "gold.avro", "-o", "back.jsonl")
    expect(len(bench.lines("back.jsonl")) == 3, "the rest was not converted")
    for arguments, told in ((("gold.jsonl", "-o", "x.avro", "--kind", "golf"), "'golf' is no kind"), (("gold.jsonl",), "-o FILE.avro"),
                            (("-", "-o", "x.avro"), "--kind"), (("pipeline.yaml", "-o", "x.avro"), "--kind"), ((), "INPUT"),
                            (("task.yaml", "-o", "x.avro"), "does not tell what its records are")):
        bench.write("pipeline.yaml", '{"a": 1}\n')
        _, err, _ = bench.call("convert", *arguments, exit_code=2)
        expect(told in err, "not told: %s" % told, err)
    whole = (bench.folder / "gold.avro").read_bytes()
    bench.write("cut.avro", whole[:-20])
    _, err, _ = bench.call("convert", "cut.avro", "-o", "x.jsonl", exit_code=1)
    expect("cut.avro: block 1: the file ends inside of the block; with it 2 records of its block are lost" in err, "the damage is not told", err)
    bench.call("convert", "gold.avro", "-o", "nowhere/x.jsonl", exit_code=1)
    left = sorted(path.name for path in bench.folder.glob("*.new"))
    expect(not left and not (bench.folder / "x.avro").exists(), "something was left behind", left)
    expect((bench.folder / "gold.avro").stat().st_mode & 0o777 == 0o600, "others may read it")


if __name__ == "__main__":
    run_cases(globals())
