#!/usr/bin/env python3
"""The official SGD scorer's numbers once more, in plain Python with the standard library alone.

    sgd_reference.py --schema FILE [--train-schema FILE] --gold DIR --predictions DIR
                     [--joint-acc-across-turn] [--no-fuzzy-match] -o FILE

Written from the description of what the scorer does, apart from the C code that it is compared with: difflib is
Python's own, texts are Python's own, and what Python cannot do (an index into an empty list, a key that is not there)
raises here as it raises there. Exit status 1 then.
"""
import argparse
import difflib
import glob
import json
import math
import os
import re
import sys
from collections import Counter

ALL, SEEN, UNSEEN = "#ALL_SERVICES", "#SEEN_SERVICES", "#UNSEEN_SERVICES"
JOINT = ("joint_goal_accuracy", "joint_cat_accuracy", "joint_noncat_accuracy")


class Mismatch(Exception):
    """Gold and prediction do not belong together."""


def pairwise_sum(values):
    count = len(values)
    if count < 8:
        total = 0.0
        for value in values:
            total += value
        return total
    if count <= 128:
        whole = count - count % 8
        lanes = list(values[:8])
        for start in range(8, whole, 8):
            for lane in range(8):
                lanes[lane] += values[start + lane]
        total = ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]))
        for value in values[whole:]:
            total += value
        return total
    half = count // 2
    half -= half % 8
    return pairwise_sum(values[:half]) + pairwise_sum(values[half:])


def mean(values):
    return pairwise_sum(values) / len(values)


def sorted_words(value):
    text = value if isinstance(value, str) else str(value)
    text = "".join(char for char in text if not 0x80 <= ord(char) <= 0xFF)
    text = re.sub(r"\W", " ", text)
    return " ".join(sorted(text.lower().strip().split()))


def token_sort_ratio(gold, predicted):
    if gold is None or predicted is None:
        return 0
    a, b = sorted_words(gold), sorted_words(predicted)
    if a == b:
        return 100
    if not a or not b:
        return 0
    return round(100 * difflib.SequenceMatcher(None, a, b).ratio())


def f1_scores(gold, predicted):
    gold, predicted = Counter(gold), Counter(predicted)
    hits = sum(min(count, predicted[key]) for key, count in gold.items())
    precision = hits / sum(predicted.values()) if predicted else 1.0
    recall = hits / sum(gold.values()) if gold else 1.0
    f1 = 2.0 * precision * recall / (precision + recall) if precision + recall > 0 else 0.0
    return f1, precision, recall


def slot_scores(gold_values, predicted_values, service, fuzzy):
    """(is categorical, is in gold, how right) of each slot in the order of the schema."""
    for slot in service["slots"]:
        name, categorical = slot["name"], slot["is_categorical"]
        in_gold, in_predicted = name in gold_values, name in predicted_values
        right = 1.0 if in_gold == in_predicted else 0.0
        if in_gold and in_predicted:
            accepted, said = gold_values[name], predicted_values[name][0]
            if categorical:
                right = 1.0 if accepted[0] == said else 0.0
            else:
                right = 0.0
                for value in accepted:
                    alike = token_sort_ratio(value, said) / 100.0 if fuzzy else float(value == said)
                    right = max(right, alike)
        yield bool(categorical), in_gold, right


def frame_metrics(gold, predicted, utterance, service, fuzzy):
    metrics = {}
    metrics["active_intent_accuracy"] = float(gold["state"]["active_intent"] == predicted["state"]["active_intent"])
    if "slots" in predicted:
        free = [slot["name"] for slot in service["slots"] if not slot["is_categorical"]]
        gold_tags, predicted_tags = ([(span["slot"], utterance[span["start"]:span["exclusive_end"]])
                                      for span in frame["slots"] if span["slot"] in free]
                                     for frame in (gold, predicted))
        for name, value in zip(("f1", "precision", "recall"), f1_scores(gold_tags, predicted_tags)):
            metrics[f"slot_tagging_{name}"] = value
    requested = f1_scores(gold["state"]["requested_slots"], predicted["state"]["requested_slots"])
    for name, value in zip(("f1", "precision", "recall"), requested):
        metrics[f"requested_slots_{name}"] = value
    slots = list(slot_scores(gold["state"]["slot_values"], predicted["state"]["slot_values"], service, fuzzy))
    for kind, wanted in (("goal", (True, False)), ("cat", (True,)), ("noncat", (False,))):
        active = [right for categorical, in_gold, right in slots if in_gold and categorical in wanted]
        every = [right for categorical, _, right in slots if categorical in wanted]
        if active:
            metrics[f"average_{kind}_accuracy"] = mean(active)
        if every:
            product = every[0]
            for right in every[1:]:
                product *= right
            metrics[f"joint_{kind}_accuracy"] = product
    return metrics


def read_dialogues(pattern):
    dialogues = {}
    for path in sorted(glob.glob(pattern)):
        if "dialogues_and_metrics.json" in path:
            continue
        with open(path, encoding="utf-8") as stream:
            data = json.load(stream)
        if isinstance(data, list):
            for dialogue in data:
                dialogues[dialogue["dialogue_id"]] = dialogue
        elif isinstance(data, dict):
            dialogues.update(data)
    return dialogues


def collections_of(service_name, trained):
    names = [ALL, service_name, service_name.split("_")[0]]
    if trained is not None:
        names.append(SEEN if service_name in trained else UNSEEN)
    return names


def score_dialogue(gold, predicted, services, trained, flags, collected):
    if set(gold["services"]) != set(predicted["services"]):
        raise Mismatch("services")
    for gold_turn, predicted_turn in zip(gold["turns"], predicted["turns"]):
        products = {}
        if gold_turn["speaker"] != predicted_turn["speaker"]:
            raise Mismatch("speaker")
        if gold_turn["speaker"] != "USER":
            continue
        if gold_turn["utterance"] != predicted_turn["utterance"]:
            raise Mismatch("utterance")
        predicted_frames = {frame["service"]: frame for frame in predicted_turn["frames"]}
        for frame in gold_turn["frames"]:
            name = frame["service"]
            metrics = frame_metrics(frame, predicted_frames[name], gold_turn["utterance"], services[name],
                                    not flags.no_fuzzy_match)
            for collection in collections_of(name, trained):
                for metric, value in metrics.items():
                    if flags.joint_acc_across_turn and metric in JOINT:
                        products[collection, metric] = products.get((collection, metric), 1.0) * value
                    else:
                        collected.setdefault(collection, {}).setdefault(metric, []).append(value)
        for (collection, metric), value in products.items():
            collected.setdefault(collection, {}).setdefault(metric, []).append(value)


def score(flags):
    with open(flags.schema, encoding="utf-8") as stream:
        services = {service["service_name"]: service for service in json.load(stream)}
    trained = None
    if flags.train_schema:
        with open(flags.train_schema, encoding="utf-8") as stream:
            trained = {service["service_name"] for service in json.load(stream)}
    gold = read_dialogues(os.path.join(glob.escape(flags.gold), "dialogues_*.json"))
    predicted = read_dialogues(os.path.join(glob.escape(flags.predictions), "*.json"))
    if not set(predicted) <= set(gold):
        raise Mismatch("ids")
    collected = {}
    for dialogue_id, dialogue in predicted.items():
        score_dialogue(gold[dialogue_id], dialogue, services, trained, flags, collected)
    if not collected:
        raise Mismatch("nothing was scored")
    return {name: {metric: mean(values) for metric, values in metrics.items()} for name, metrics in collected.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--schema", required=True)
    parser.add_argument("--train-schema")
    parser.add_argument("--gold", required=True)
    parser.add_argument("--predictions", required=True)
    parser.add_argument("--joint-acc-across-turn", action="store_true")
    parser.add_argument("--no-fuzzy-match", action="store_true")
    parser.add_argument("-o", "--output", required=True)
    flags = parser.parse_args()
    try:
        result = score(flags)
    except (Mismatch, KeyError, IndexError, TypeError, ValueError, AttributeError, RecursionError) as failure:
        print(f"sgd_reference: {type(failure).__name__}: {failure}", file=sys.stderr)
        return 1
    assert all(math.isfinite(value) for metrics in result.values() for value in metrics.values())
    with open(flags.output, "w", encoding="utf-8") as stream:
        json.dump(result, stream, indent=2, separators=(",", ": "), sort_keys=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
