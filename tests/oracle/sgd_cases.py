#!/usr/bin/env python3
"""Corner cases of SGD scoring: makes them, keeps them with the wanted answer, and asks a driver.

    sgd_cases.py generate --count N [--seed N] > cases.jsonl   cases and what sgd_reference.py says to them
    sgd_cases.py check DRIVER cases.jsonl                      does the driver say the same, byte for byte?
    sgd_cases.py fuzz DRIVER --count N [--seed N]              both at once, nothing kept

A case is {"name", "files": {path: text}, "flags": [...], "wanted": text of metrics.json, or null for exit status 1}.
Some cases stand in HAND_MADE below, the others are drawn: dialogues of a small made-up world, each with a few twists
(repeated keys, slots without a list, spans that run backwards, services twice, texts from every corner of Unicode).
"""
import argparse
import io
import json
import pathlib
import random
import subprocess
import sys
import tempfile
from types import SimpleNamespace

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import sgd_reference  # noqa: E402
from fuzzy_ratio_compare import WORDS, any_text, nearly  # noqa: E402

SERVICES = [
    {"service_name": "Services_1", "slots": [
        {"name": "stylist", "is_categorical": False}, {"name": "city", "is_categorical": False},
        {"name": "unisex", "is_categorical": True}]},
    {"service_name": "Services_2", "slots": [
        {"name": "dentist", "is_categorical": False}, {"name": "city", "is_categorical": False}]},
    {"service_name": "hotel", "slots": [
        {"name": "hotel-stars", "is_categorical": True}, {"name": "hotel-parking", "is_categorical": True},
        {"name": "hotel-name", "is_categorical": False}]},
    {"service_name": "Caf\u00e9_\U0001f600", "slots": [
        {"name": "stra\u00dfe", "is_categorical": False}, {"name": "k\u0131z", "is_categorical": 1}]},
    {"service_name": "_", "slots": []},
    {"service_name": "Wide_1", "slots": [
        {"name": f"s{n}", "is_categorical": n % 3 == 0} for n in range(19)]},
    {"service_name": "Twice", "slots": [
        {"name": "same", "is_categorical": True}, {"name": "same", "is_categorical": False}]},
    {"service_name": "hotel_2", "slots": [{"name": "hotel-name", "is_categorical": False}]},
]
INTENTS = ["NONE", "Book", "Find", "", "\u0130", "\ud800"]


class Token(str):
    """JSON text that is written as it stands: numbers that Python would write otherwise, repeated keys."""


def dump(value, source, out):
    """JSON with white space and escapes of the generator's choice."""
    def gap():
        if source.random() < 0.1:
            out.write(source.choice([" ", "\n", "\t", "\r\n  "]))
    gap()
    if isinstance(value, Token):
        out.write(value)
    elif isinstance(value, dict):
        out.write("{")
        for place, (key, item) in enumerate(value.items()):
            out.write("," if place else "")
            dump(key, source, out)
            out.write(":")
            dump(item, source, out)
        out.write("}")
    elif isinstance(value, list):
        out.write("[")
        for place, item in enumerate(value):
            out.write("," if place else "")
            dump(item, source, out)
        out.write("]")
    elif isinstance(value, str):
        plain = source.random() < 0.5 and not any(0xD800 <= ord(char) < 0xE000 for char in value)
        text = json.dumps(value, ensure_ascii=not plain)
        if source.random() < 0.1:
            text = "".join("\\u0065" if char == "e" else "\\/" if char == "/" else json.dumps(char)[1:-1] for char in value)
            text = f"\"{text}\""
        out.write(text)
    else:
        out.write(json.dumps(value))
    gap()


def value_text(source):
    return source.choice(WORDS) if source.random() < 0.4 else any_text(source)


def odd_scalar(source):
    return source.choice([None, True, False, 0, 1, Token("1.0"), Token("1e16"), Token("-0"), Token("-0.0"), Token("0.1e1"),
                          Token("123456789012345678901234567890"), Token("1E400"), Token("-1e400"), 2.5, 1e-5,
                          Token("NaN"), Token("1e22"), Token("100000000000000000000.0"), 12])


def any_values(source, twists):
    values = [value_text(source) for _ in range(source.choice([1, 1, 1, 2, 3, 4]))]
    if source.random() < twists:
        return source.choice([[odd_scalar(source)], value_text(source) or "x", [odd_scalar(source)] + values, values * 2,
                              [""], ["", "..."]])
    if source.random() < twists / 8:
        return source.choice([[], None, 7, ""])
    return values


def any_spans(source, slots, text, twists):
    spans = []
    for _ in range(source.choice([0, 0, 1, 1, 2, 4])):
        length = len(text)
        start = source.randrange(0, length + 1)
        span = {"slot": source.choice(slots)["name"] if slots else "ghost", "start": start,
                "exclusive_end": source.randrange(start, length + 1)}
        if source.random() < twists:
            span["start"] = source.choice([-1, -length, -length - 3, length + 9, None, True, Token("99999999999999999999999"),
                                           Token("-99999999999999999999999")])
        if source.random() < twists:
            span["exclusive_end"] = source.choice([-1, 0, None, length + 100, False, start])
        if source.random() < twists / 6:
            del span[source.choice(list(span))]
        elif source.random() < twists / 6:
            span["start"] = source.choice([1.5, "1", [], {}])
        spans.append(span)
    return spans


def any_frame(source, service, text, twists):
    slots = service["slots"]
    state = {"active_intent": source.choice(INTENTS),
             "requested_slots": [source.choice(slots)["name"] if slots else "x"
                                 for _ in range(source.choice([0, 0, 0, 1, 2, 5]))],
             "slot_values": {slot["name"]: any_values(source, twists) for slot in slots if source.random() < 0.5}}
    if source.random() < twists:
        state["slot_values"]["ghost"] = source.choice([["boo"], [], None])
    if source.random() < twists / 2:
        state["requested_slots"] = source.choice(["city", None, [1, True, Token("1.0")], ["\ud800", "\ud800"], [None]])
    if source.random() < twists / 3:
        state["active_intent"] = odd_scalar(source)
    if source.random() < twists / 10:
        state["slot_values"] = source.choice([[], None, 3])
    if source.random() < twists / 12:
        del state[source.choice(list(state))]
    frame = {"service": service["service_name"], "slots": any_spans(source, slots, text, twists), "state": state,
             "actions": [{"act": "INFORM", "canonical_values": ["a\\\"b"], "slot": "x", "values": [{"deep": [[]]}]}]}
    if source.random() < twists / 8:
        frame["slots"] = source.choice([None, [7], "x"])
    return frame


def shuffled(source, value):
    items = list(value.items())
    source.shuffle(items)
    return dict(items)


def any_dialogue(source, name, services, twists):
    turns = []
    for place in range(source.choice([1, 2, 4, 6])):
        text = " ".join(value_text(source) for _ in range(source.randrange(0, 5)))
        if place % 2 == 0:
            frames = [any_frame(source, service, text, twists) for service in services if source.random() < 0.8]
            turns.append(shuffled(source, {"speaker": "USER", "utterance": text, "frames": frames}))
        else:
            turns.append({"speaker": "SYSTEM", "utterance": text, "frames": [{"service": "?", "service_call": {}}]})
    return shuffled(source, {"dialogue_id": name, "services": [service["service_name"] for service in services],
                             "turns": turns})


def predicted_frame(source, frame, service, text, twists):
    other = any_frame(source, service, text, twists)
    if source.random() < 0.3:
        return other
    frame = json.loads(json.dumps(frame)) if not has_tokens(frame) else dict(frame, state=dict(frame["state"]))
    state = frame.get("state")
    if not isinstance(state, dict) or not isinstance(state.get("slot_values"), dict):
        return other
    state["slot_values"] = dict(state["slot_values"])
    for name, values in list(state["slot_values"].items()):
        if source.random() < 0.3 and isinstance(values, list) and values and isinstance(values[-1], str):
            state["slot_values"][name] = [nearly(source, values[-1])]
        elif source.random() < 0.1:
            del state["slot_values"][name]
    if source.random() < 0.2:
        state["requested_slots"] = other["state"].get("requested_slots", [])
    if source.random() < 0.3:
        frame["slots"] = other["slots"]
    if source.random() < 0.1:
        frame.pop("slots", None)
    return shuffled(source, frame)


def has_tokens(value):
    if isinstance(value, dict):
        return any(has_tokens(item) for item in value.values())
    if isinstance(value, list):
        return any(has_tokens(item) for item in value)
    return isinstance(value, Token)


def predict(source, dialogue, services, twists):
    by_name = {service["service_name"]: service for service in services}
    turns = []
    for turn in dialogue["turns"]:
        if turn["speaker"] != "USER":
            turns.append({"speaker": "SYSTEM"})
            continue
        frames = [predicted_frame(source, frame, by_name[frame["service"]], turn["utterance"], twists)
                  for frame in turn["frames"]]
        source.shuffle(frames)
        if frames and source.random() < twists / 4:
            frames.append(any_frame(source, by_name[frames[0]["service"]], turn["utterance"], 0))
        if source.random() < twists / 4:
            frames.insert(0, {"service": source.choice(["Nobody_1", None, 3])})
        turns.append({"speaker": "USER", "utterance": turn["utterance"], "frames": frames})
    predicted = {"dialogue_id": dialogue["dialogue_id"], "services": list(reversed(dialogue["services"])), "turns": turns}
    deed = source.random()
    if deed < twists / 4:
        predicted["turns"] = turns[:source.randrange(0, len(turns) + 1)]
    elif deed < twists / 3:
        predicted["services"] = predicted["services"] * 2
    elif deed < twists / 2.8:
        predicted["services"] = predicted["services"] + ["Another_1"]
    elif deed < twists / 2.6 and turns[0].get("frames"):
        turns[0]["frames"].pop()
    elif deed < twists / 2.4:
        turns[-1]["speaker"] = "BOT"
    elif deed < twists / 2.2:
        turns[0]["utterance"] = turns[0].get("utterance", "") + "\u00a0"
    return predicted


def text_of(value, source):
    out = io.StringIO()
    dump(value, source, out)
    return out.getvalue()


def spread(source, dialogues, prefix):
    """The dialogues in a few files, lists or objects; now and then one stands in two of them."""
    files = {}
    place = 0
    while place < len(dialogues) or not files:
        part = dialogues[place:place + source.randrange(1, 4)]
        place += len(part)
        if part and source.random() < 0.15:
            part = part + [source.choice(dialogues)]
        name = f"{prefix}dialogues_{source.randrange(1000):03d}.json"
        if source.random() < 0.3:
            body = "{" + ",".join(f"{json.dumps(d['dialogue_id'])}:{text_of(d, source)}" for d in part) + "}"
        else:
            body = text_of(part, source)
        files[name] = body
    return files


def drawn_case(number, seed):
    source = random.Random(f"{seed}/{number}")
    twists = source.choice([0, 0, 0, 0.02, 0.05, 0.2])
    services = source.sample(SERVICES, source.randrange(1, len(SERVICES) + 1))
    gold, predicted = [], []
    for place in range(source.randrange(1, 8)):
        used = source.sample(services, min(len(services), source.choice([1, 1, 2, 3])))
        dialogue = any_dialogue(source, f"{place}_{source.choice(['a', 'ü', '東', '1'])}", used, twists)
        gold.append(dialogue)
        if source.random() < 0.85:
            predicted.append(predict(source, dialogue, used, twists))
    if predicted and source.random() < twists / 4:
        predicted.append(dict(predicted[-1], dialogue_id="not in gold"))
    files = {"schema.json": text_of(services, source)}
    files.update(spread(source, gold, "gold/"))
    files.update(spread(source, predicted, "predictions/"))
    flags = [flag for flag in ("--joint-acc-across-turn", "--no-fuzzy-match") if source.random() < 0.4]
    if source.random() < 0.7:
        files["train.json"] = text_of(source.sample(SERVICES, source.randrange(0, len(SERVICES))), source)
    if source.random() < 0.2:
        files["predictions/dialogues_and_metrics.json"] = "not read"
        files["gold/schema.json"] = "nor this"
    return {"name": f"drawn {number}", "files": files, "flags": flags}


def one_turn(slot_values, requested=(), spans=(), intent="NONE", text="I want it", service="Services_1"):
    return {"speaker": "USER", "utterance": text, "frames": [
        {"service": service, "slots": list(spans), "state": {
            "active_intent": intent, "requested_slots": list(requested), "slot_values": slot_values}}]}


def one_dialogue(turns, name="1", service="Services_1"):
    return {"dialogue_id": name, "services": [service], "turns": turns}


def simple(name, gold_values, predicted_values, flags=(), **others):
    gold = one_dialogue([one_turn(gold_values, **others)])
    predicted = one_dialogue([one_turn(predicted_values, **others)])
    return plain(name, [gold], [predicted], flags)


def plain(name, gold, predicted, flags=(), schema=None):
    def text(value):
        return value if isinstance(value, str) else json.dumps(value)
    return {"name": name, "flags": list(flags), "files": {
        "schema.json": text(schema or SERVICES), "train.json": text(SERVICES[:1]), "gold/dialogues_1.json": text(gold),
        "predictions/dialogues_1.json": text(predicted)}}


def hand_made():
    gold = one_dialogue([one_turn({"city": ["Rome"]})])
    raw = json.dumps([gold])
    slot = "\"slot_values\": {\"city\": [\"Rome\"]}"
    yield simple("matching is not symmetric", {"city": ["tide"]}, {"city": ["diet"]})
    yield simple("matching is not symmetric, turned", {"city": ["diet"]}, {"city": ["tide"]})
    yield simple("62.5 is rounded to 62", {"city": ["abcdefgh"]}, {"city": ["abcdeXYZ"]})
    yield simple("nothing but punctuation is alike", {"city": ["..."]}, {"city": ["!?"]})
    yield simple("Latin-1 letters are deleted", {"city": ["S\u00e3o Paulo"]}, {"city": ["so paulo"]})
    yield simple("a no-break space joins", {"city": ["San\u00a0Jose"]}, {"city": ["sanjose"]})
    yield simple("other spaces part", {"city": ["San\u2003Jose"]}, {"city": ["jose san"]})
    yield simple("final sigma", {"city": ["\u039f\u0394\u039f\u03a3"]}, {"city": ["\u03bf\u03b4\u03bf\u03c2"]})
    yield simple("sigma inside", {"city": ["\u039f\u03a3\u039f"]}, {"city": ["\u03bf\u03c3\u03bf"]})
    yield simple("dotted capital i", {"city": ["\u0130zmir"]}, {"city": ["i\u0307zmir"]})
    yield simple("popular letters", {"city": ["ab" * 125]}, {"city": ["ba" * 125]})
    yield simple("a lone surrogate", {"city": ["\ud800x"]}, {"city": ["x"]})
    yield simple("lone surrogates that differ", {"unisex": ["\ud800"]}, {"unisex": ["\ud801"]})
    yield simple("a pair of surrogates", {"unisex": ["\U0001f600"]}, {"unisex": ["\U0001f600"]})
    yield simple("categories: the first gold value only", {"unisex": ["a", "b"]}, {"unisex": ["b"]})
    yield simple("exact: any gold value", {"city": ["a", "b"]}, {"city": ["b", "c"]}, ["--no-fuzzy-match"])
    yield simple("an empty predicted list", {"city": ["a"]}, {"city": []})
    yield simple("an empty predicted list that gold does not have", {}, {"city": []})
    yield simple("an empty gold list", {"city": []}, {"city": ["a"]})
    yield simple("an empty gold list with categories", {"unisex": []}, {"unisex": ["a"]})
    yield simple("a value without its list", {"city": ["Rome"]}, {"city": "Rome"})
    yield simple("null", {"city": [None]}, {"city": [None]})
    yield simple("null, exact", {"city": [None]}, {"city": [None]}, ["--no-fuzzy-match"])
    yield simple("true is 1", {"unisex": [True]}, {"unisex": [1]})
    yield simple("numbers as text", {"city": [10.0]}, {"city": ["10 0"]})
    yield simple("requested twice", {}, {}, requested=["city", "city"])
    yield plain("requested, but not in gold", [one_dialogue([one_turn({})])],
                [one_dialogue([one_turn({}, requested=["city"])])])
    yield simple("a backward span", {}, {}, spans=[{"slot": "city", "start": 5, "exclusive_end": 2}])
    yield simple("a span from the end", {}, {}, spans=[{"slot": "city", "start": -2, "exclusive_end": 99}])
    yield plain("spans are code points", [one_dialogue([one_turn({}, spans=[
        {"slot": "city", "start": 2, "exclusive_end": 6}], text="\U0001f600 Rome")])],
        [one_dialogue([one_turn({}, spans=[{"slot": "city", "start": 3, "exclusive_end": 6}], text="\U0001f600 Rome")])])
    yield plain("no gold for it", [gold], [dict(gold, dialogue_id="2")])
    yield plain("fewer turns", [one_dialogue(gold["turns"] * 3)], [gold])
    yield plain("more turns", [gold], [one_dialogue(gold["turns"] * 3)])
    yield plain("no turns", [gold], [one_dialogue([])])
    yield plain("no predictions", [gold], [])
    yield plain("predictions by id", {"1": gold}, {"1": gold})
    yield plain("an id twice in an object", [gold], "{\"1\": 5, \"1\": " + json.dumps(gold) + "}")
    yield plain("gold by id, some of it no dialogue", {"x": 5, "1": gold, "y": None}, [gold])
    yield plain("a predicted dialogue that is none", {"1": gold}, {"1": 5})
    yield plain("a gold id that is no text", [dict(gold, dialogue_id=5), gold], [gold])
    yield plain("gold without an id", [dict(turns=[]), gold], [gold])
    yield plain("neither list nor object", [gold], "\"text\"")
    yield plain("not JSON", [gold], raw[:-5])
    yield plain("something behind", [gold], raw + " x")
    yield plain("a comma too many", [gold], raw.replace(slot, slot[:-1] + ",}"))
    yield plain("a fault in what is skipped", [gold], raw.replace(slot, slot + ", \"more\": [1 2]"))
    yield plain("a number that is none, skipped", [gold], raw.replace(slot, slot + ", \"more\": 01"))
    yield plain("an escape that is none, skipped", [gold], raw.replace(slot, slot + ", \"more\": \"\\x\""))
    yield plain("a short escape, skipped", [gold], raw.replace(slot, slot + ", \"more\": \"\\u12\""))
    yield plain("escapes, skipped", [gold], raw.replace(slot, slot + ", \"more\": \"\\ud800\\n\\\\\""))
    yield plain("NaN, skipped", [gold], raw.replace(slot, slot + ", \"more\": [NaN, -Infinity, 1e999]"))
    yield plain("a byte order mark", [gold], "\ufeff" + raw)
    yield plain("a control character", [gold], raw.replace("I want", "I\u0001want"))
    yield plain("900 levels", [gold], raw.replace(slot, slot + ", \"more\": " + "[" * 900 + "]" * 900))
    yield plain("5,000 levels", [gold], raw.replace(slot, slot + ", \"more\": " + "[" * 5000 + "]" * 5000))
    yield plain("a key twice", [gold], raw.replace(slot, "\"slot_values\": {\"city\": [\"Oslo\"]}, " + slot))
    yield plain("turns twice", [gold], raw.replace("\"turns\"", "\"turns\": 7, \"turns\""))
    yield plain("an escaped key", [gold], raw.replace("\"turns\"", "\"\\u0074urns\""))
    yield plain("the id behind the turns", [gold], raw.replace("\"dialogue_id\": \"1\", ", "")[:-2] + ", \"dialogue_id\": \"1\"}]")
    yield plain("a service that the schema lacks", [one_dialogue([one_turn({}, service="Gone_1")], service="Gone_1")],
                [one_dialogue([one_turn({}, service="Gone_1")], service="Gone_1")])
    yield plain("no state", [gold], [one_dialogue([dict(gold["turns"][0], frames=[{"service": "Services_1", "slots": []}])])])
    yield plain("no slots key", [gold], raw.replace("\"slots\": [], ", ""))
    yield plain("no slots key in gold", raw.replace("\"slots\": [], ", ""), [gold])
    hotel = one_dialogue([one_turn({"hotel-name": ["a b c"]}, service="hotel"),
                          one_turn({"hotel-name": ["abc"]}, service="hotel")], service="hotel")
    other = one_dialogue([one_turn({"hotel-name": ["a b d"]}, service="hotel"),
                          one_turn({"hotel-name": ["abd"]}, service="hotel")], service="hotel")
    yield plain("a domain without _", [hotel], [other])
    yield plain("a domain without _, squared", [hotel], [other], ["--joint-acc-across-turn"])
    yield plain("a schema without slots", [gold], [gold], schema=[{"service_name": "Services_1"}])
    yield plain("a service twice in the schema", [gold], [gold],
                schema=[{"service_name": "Services_1", "slots": []}] + SERVICES)


def write_files(folder, case):
    for name in ("gold", "predictions"):
        (folder / name).mkdir()
    for path, text in case["files"].items():
        (folder / path).write_bytes(text.encode("utf-8", "surrogatepass"))


def arguments_of(folder, case):
    arguments = ["--schema", f"{folder}/schema.json", "--gold", f"{folder}/gold", "--predictions", f"{folder}/predictions"]
    if "train.json" in case["files"]:
        arguments += ["--train-schema", f"{folder}/train.json"]
    return arguments + case["flags"]


def ask_reference(folder, case):
    flags = SimpleNamespace(schema=f"{folder}/schema.json", gold=f"{folder}/gold", predictions=f"{folder}/predictions",
                            train_schema=f"{folder}/train.json" if "train.json" in case["files"] else None,
                            joint_acc_across_turn="--joint-acc-across-turn" in case["flags"],
                            no_fuzzy_match="--no-fuzzy-match" in case["flags"])
    try:
        result = sgd_reference.score(flags)
    except (sgd_reference.Mismatch, KeyError, IndexError, TypeError, ValueError, AttributeError, RecursionError):
        return None
    return json.dumps(result, indent=2, separators=(",", ": "), sort_keys=True)


def ask_driver(driver, folder, case):
    """metrics.json, None for exit status 1 with a message, or what is wrong with the driver."""
    done = subprocess.run([driver, *arguments_of(folder, case), "-o", f"{folder}/metrics.json"], capture_output=True)
    if done.returncode == 0:
        return (folder / "metrics.json").read_text(encoding="utf-8")
    if done.returncode == 1 and done.stderr and not (folder / "metrics.json").exists():
        return None
    return f"exit status {done.returncode}: {done.stderr.decode(errors='replace')[:2000]}"


def generate(count, seed):
    for case in list(hand_made()) + [drawn_case(number, seed) for number in range(count)]:
        with tempfile.TemporaryDirectory() as name:
            write_files(pathlib.Path(name), case)
            print(json.dumps(dict(case, wanted=ask_reference(pathlib.Path(name), case))))


def differs(driver, case):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write_files(folder, case)
        wanted = case["wanted"] if "wanted" in case else ask_reference(folder, case)
        got = ask_driver(driver, folder, case)
    if wanted == got:
        return None
    return f"{case['name']}: wanted {str(wanted)[:600]}\n  got {str(got)[:600]}"


def compare(driver, cases):
    count, faults = 0, 0
    for case in cases:
        count += 1
        difference = differs(driver, case)
        if difference:
            faults += 1
            if faults <= 5:
                print(difference)
    print(f"{count} cases, {faults} differ")
    return 1 if faults or not count else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("deed", choices=["generate", "check", "fuzz"])
    parser.add_argument("driver", nargs="?")
    parser.add_argument("cases", nargs="?")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    flags = parser.parse_args()
    if flags.deed == "generate":
        return generate(flags.count, flags.seed)
    if flags.deed == "fuzz":
        cases = (drawn_case(number, flags.seed) for number in range(flags.count))
        return compare(flags.driver, list(hand_made()) + list(cases))
    with open(flags.cases, encoding="utf-8") as stream:
        return compare(flags.driver, [json.loads(line) for line in stream])


if __name__ == "__main__":
    sys.exit(main())
