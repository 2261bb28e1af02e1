#!/usr/bin/env python3
"""bad_far_end_test.py PROGRAM: far ends that misbehave. What is the candidate's fault is scored as wrong, what never arrived
is an infrastructure error and in no quality metric, the rest goes on, and no more is spent than was allowed.

Python 3.9, standard library only.
"""
import json
import socket
import sys
import time

sys.dont_write_bytecode = True
from far_end import ANSWER_TOKENS, PROMPT_TOKENS, FarEnd, Reply, agent_answer, model_answer  # noqa: E402
from integration_case import check_accounts, expect, run_cases  # noqa: E402

VICTIM = "salon-02"  # whose second turn goes wrong
VICTIM_WORDS = "sorry i meant wednesday"
RIGHT = json.dumps(agent_answer("haircut")).encode()
BIG = b'{"response": "' + b"x" * (10 << 20) + b'", "extracted_slots": {}}'


def reply(body, status=200, **headers):
    return lambda call: Reply(status, body, headers)


def content(text):
    """A well-formed completion with another content."""
    made = model_answer("")
    made["choices"][0]["message"]["content"] = text
    return json.dumps(made).encode()


# name: (what happens, the class that it must get)
AGENT_FAULTS = {
    "prose": (reply(b"Sure, I can help you with that!"), "malformed"),
    "half a JSON object": (reply(RIGHT[: len(RIGHT) // 2]), "malformed"),
    "nothing": (reply(b""), "malformed"),
    "a list": (reply(b"[]"), "malformed"),
    "no slots": (reply(b'{"response": "hm"}'), "malformed"),
    "slots of a wrong type": (reply(b'{"extracted_slots": "none"}'), "malformed"),
    "confidence of a wrong type": (reply(b'{"extracted_slots": {}, "confidence": "high"}'), "malformed"),
    "invalid UTF-8": (reply(b'{"response": "\xff\xfe", "extracted_slots": {}}'), "malformed"),
    "10 MB": (reply(BIG), "malformed"),
    "hangs": (lambda call: "hang", "infrastructure"),
    "resets": (lambda call: "reset", "infrastructure"),
    "500 for ever": (reply(b"oops", 500), "infrastructure"),
    "404": (reply(b"no such page", 404), "infrastructure"),
    "500 once": (lambda call: Reply(500, b"oops") if call.attempt == 1 else None, None),
    "429 with Retry-After, then 200": (lambda call: Reply(429, b"slow down", {"Retry-After": "0"}) if call.attempt == 1 else None, None),
    "resets once": (lambda call: "reset" if call.attempt == 1 else None, None),
}
MODEL_FAULTS = {
    "prose": (reply(content("I would be happy to help.")), "malformed"),
    "half a JSON object": (reply(content('{"response": "ok", "extracted_sl')), "malformed"),
    "nothing": (reply(content("")), "malformed"),
    "content is null": (reply(json.dumps({**model_answer(""), "choices": [{"index": 0, "finish_reason": "stop", "message": {
        "role": "assistant", "content": None}}]}).encode()), "malformed"),
    "a completion cut off": (reply(json.dumps(model_answer("")).encode()[:80]), "malformed"),
    "no choices": (reply(b'{"choices": []}'), "malformed"),
    "slots of a wrong type": (reply(content('{"response": "", "extracted_slots": [1]}')), "malformed"),
    "10 MB": (reply(content("x" * (10 << 20))), "malformed"),
    "hangs": (lambda call: "hang", "infrastructure"),
    "429 for ever": (lambda call: Reply(429, b"slow down", {"Retry-After": "0"}), "infrastructure"),
    "429 for ever without a Retry-After": (lambda call: Reply(429, b"slow down"), "infrastructure"),
    "429 that asks for an hour": (lambda call: Reply(429, b"slow down", {"Retry-After": "3600"}), "infrastructure"),
    "503 once": (lambda call: Reply(503, b"busy") if call.attempt == 1 else None, None),
}


def is_victim(call):
    if "conversation_id" in call.request:
        return call.request["conversation_id"] == VICTIM and call.request["turn"] == 1
    return VICTIM_WORDS in json.dumps(call.request)


def agent(far_end, **more):
    return {"name": "agent", "kind": "endpoint", "url": far_end.url("/agent"), "timeout": "500ms", "max_attempts": 2, **more}


def model(bench, far_end, **more):
    bench.write("prompts/v1/default.txt", "{{user_text}}\n")
    return {"name": "model", "kind": "llm", "model": "stub/small", "prompt": "prompts/v1", "base_url": far_end.url("/v1"),
            "timeout": "500ms", "max_attempts": 2, "max_wait": "2s", **more}


def check_fault(bench, run, error_class):
    report = bench.report(run)
    accounts = check_accounts(report)
    candidate = report["candidates"][0]
    expect(candidate["infrastructure_errors"] == (error_class == "infrastructure"), "infrastructure errors", candidate)
    expect(candidate["malformed"] == (error_class == "malformed"), "malformed answers", candidate)
    expect(accounts["trials"]["scored"] == (7 if error_class == "infrastructure" else 8), "what is scored", accounts["trials"])
    errors = [line["error"] for line in map(json.loads, bench.predictions(run)) if line.get("error")]
    expect(bool(errors) == bool(error_class), "the prediction log has no error", errors)
    if error_class == "infrastructure":
        bounds = {row["name"]: row["values"][0]["value"] for section in report["sections"] for row in section["metrics"]
                  if row["name"].startswith("success_rate_errors")}
        expect(bounds["success_rate_errors_right"] > bounds["success_rate_errors_wrong"], "the bounds do not differ", bounds)


def try_all(bench, faults, candidate_of):
    bench.set_split("random")  # the bounds are a headline: of the random split
    wrong = []
    for number, (name, (happens, error_class)) in enumerate(faults.items()):
        start = time.monotonic()
        run = "run-%d" % number
        with FarEnd(behave=lambda call: happens(call) if is_victim(call) else None) as far_end:
            try:
                bench.pipeline([candidate_of(far_end)], more="max_error_share: 0.5\n")
                bench.run(run)
                check_fault(bench, run, error_class)
            except Exception as failure:  # noqa: BLE001: the other rows go on
                wrong.append("%s: %s" % (name, failure))
        print("     %-32s %5.1f s" % (name, time.monotonic() - start), flush=True)
    expect(not wrong, "%d of %d" % (len(wrong), len(faults)), *wrong)


def case_agents(bench):
    try_all(bench, AGENT_FAULTS, agent)


def case_models(bench):
    try_all(bench, MODEL_FAULTS, lambda far_end: model(bench, far_end))


COMMANDS = {  # name: (script, class)
    "prose": ("while read line; do echo hello there; done", "malformed"),
    "prose before each answer": ("while read line; do echo Loading...; echo '{\"extracted_slots\": {}}'; done", "malformed"),
    "a line of 10 MB": ("while read line; do head -c 10000000 /dev/zero | tr '\\0' x; echo; done", "malformed"),
    "a list": ("while read line; do echo '[]'; done", "malformed"),
    "not UTF-8": ("while read line; do printf '{\"response\": \"\\377\"}\\n'; done", "malformed"),
    "empty lines": ("while read line; do echo; done", "infrastructure"),  # passed over, and then nothing comes
    "half a line and silence": ("while read line; do printf '{\"extracted_sl'; done", "infrastructure"),
    "half a line and the end": ("read line; printf '{\"extracted_sl'", "infrastructure"),
    "ends at once": ("exit 3", "infrastructure"),
    "hangs": ("sleep 60", "infrastructure"),
    "is not there": (None, "infrastructure"),
}


def turns_of(bench):
    return sum(json.loads(line)["type"] == "UserTurn" for line in bench.lines("events.jsonl"))


def case_commands(bench):
    wrong = []
    for number, (name, (script, error_class)) in enumerate(COMMANDS.items()):
        command = ["sh", "-c", script] if script else ["/nowhere/at/all"]
        bench.pipeline([{"name": "rules", "kind": "rules"},
                        {"name": "agent", "kind": "command", "command": command, "max_attempts": 1,
                         "timeout": "20s" if error_class == "malformed" else "300ms"}])
        try:
            bench.run("run-%d" % number, exit_code=0 if error_class == "malformed" else 103)
            report = bench.report("run-%d" % number)
            check_accounts(report)
            candidate = report["candidates"][1]
            if error_class == "malformed":
                expect(candidate["scored"] == 8 and candidate["infrastructure_errors"] == 0, "an error of nobody's", candidate)
                expect(candidate["malformed"] == turns_of(bench), "each answer is the candidate's fault", candidate)
            else:
                expect(candidate["infrastructure_errors"] >= 7 and candidate["malformed"] == 0, "the class", candidate)
            expect(report["candidates"][0]["scored"] == 8, "the other candidate did not go on")
        except Exception as failure:  # noqa: BLE001
            wrong.append("%s: %s" % (name, failure))
            if name == "is not there" and "/nowhere/at/all" in str(failure):
                wrong.pop()  # refused before the run begins, naming the program: as good
    expect(not wrong, "%d of %d" % (len(wrong), len(COMMANDS)), *wrong)


def case_nobody_listens(bench):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = "http://127.0.0.1:%d/agent" % unused.getsockname()[1]
        bench.pipeline([{"name": "rules", "kind": "rules"}, {"name": "agent", "kind": "endpoint", "url": url, "max_attempts": 2}])
        out = bench.run("run", exit_code=103)
    report = bench.report("run")
    check_accounts(report)
    expect(report["candidates"][1]["infrastructure_errors"] == 8 and report["candidates"][0]["scored"] == 8, "the classes")
    expect(report["decision"]["verdict"] not in ("pass",), "a verdict", report["decision"])
    with FarEnd() as far_end:  # it is repaired: the same run goes on with it
        bench.pipeline([{"name": "rules", "kind": "rules"}, agent(far_end)])
        _, err, _ = bench.call("resume", "run", "--retry-errors", "-q", exit_code=2)
        expect("pipeline.yaml" in err, "another url is another pipeline", err)


def case_errors_are_retried_on_demand(bench):
    with FarEnd(behave=lambda call: Reply(500, b"oops")) as far_end:
        bench.pipeline([agent(far_end)])
        bench.run("run", exit_code=103)
        far_end.behave = None
        bench.call("resume", "run", "-q", exit_code=103)
        bench.call("resume", "run", "--retry-errors", "-q")
        report = bench.report("run")
        check_accounts(report)
        expect(report["candidates"][0]["infrastructure_errors"] == 0, "errors are still there")
        bench.run("whole")
        for line in ("accounts", "slots", "worst"):
            expect(report[line] == bench.report("whole")[line], "%s differ from those of a good night" % line)


PRICE_IN, PRICE_OUT = 1.0, 2.0  # USD per 1M tokens
CALL_USD = (PROMPT_TOKENS * PRICE_IN + ANSWER_TOKENS * PRICE_OUT) / 1e6


def case_budget_is_never_passed(bench):
    bench.write("prices.yaml", "prices:\n  - {model: stub/small, valid_from: 2024-01-01, input: %g, output: %g}\n" % (PRICE_IN, PRICE_OUT))
    with FarEnd(delay=0.01) as far_end:
        bench.pipeline([{"name": "rules", "kind": "rules"}, model(bench, far_end, max_tokens=50, max_in_flight=4, timeout="20s")])
        for number, calls in enumerate((0.5, 3.5, 8)):
            limit = calls * CALL_USD
            before = len(far_end.calls)
            run = "run-%d" % number
            out = bench.run(run, "--max-cost", "%.9f" % limit, exit_code=102)
            paid = (len(far_end.calls) - before) * CALL_USD
            expect(paid <= limit + 1e-12, "overspent", paid, limit)
            report = bench.report(run)
            expect(report["partial"] and "limit" in report["partial_reason"], "the report does not say that it is partial", report["partial_reason"])
            check_accounts(report)
            told = report["candidates"][1]["cost_usd"]
            expect(told <= paid + 1e-12, "the report tells more than was paid", told, paid)
            expect("assay resume %s --max-cost" % run in out, "it does not say how to go on", out)
        before = len(far_end.calls)
        bench.call("resume", "run-2", "--max-cost", "1", "-q")
        check_accounts(bench.report("run-2"))
        expect(not bench.report("run-2")["partial"], "it is still partial")
        bench.run("whole")
        expect(bench.canonical("run-2") == bench.canonical("whole"), "after more money another report")


if __name__ == "__main__":
    run_cases(globals())
