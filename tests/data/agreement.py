#!/usr/bin/env python3
"""agreement.py: how far two labellings agree: gold.jsonl and labelling/second.jsonl.

Per slot: over the turns where either side has the slot, the share where the values meet (a list
holds all accepted values; two lists meet when they share one). Intents: Cohen's kappa,
(observed - expected) / (1 - expected), expected from the two sides' own shares. Requested slots:
F1 over all turns. Prints the Markdown that CARD.md holds.

    tests/data/agreement.py [--before] [--list] [FOLDER]
"""
import argparse
import collections
import json
import os
import re
import sys
import unicodedata

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "datasets", "booking")


def read(path):
    with open(path, encoding="utf-8") as file:
        return {record["conversation_id"]: record["turns"]
                for record in map(json.loads, filter(str.strip, file))}


def plain(text):
    """Without regard to case, accents and punctuation."""
    text = "".join(c for c in unicodedata.normalize("NFD", str(text)) if not unicodedata.combining(c))
    return re.sub(r"[\W_]+", " ", text.casefold()).strip()


def accepted(value, slot):
    values = value if isinstance(value, list) else [value]
    return {plain(v) if slot in ("name", "reason") else str(v) for v in values}


def meet(first, second, slot):
    return bool(accepted(first, slot) & accepted(second, slot))


def kappa(pairs):
    """Cohen's kappa of (label, label) pairs; 1 when both sides know only one and the same label."""
    total = len(pairs)
    observed = sum(a == b for a, b in pairs) / total
    first, second = (collections.Counter(side) for side in zip(*pairs))
    expected = sum(first[label] * second[label] for label in first) / total**2
    return 1.0 if expected == 1 else (observed - expected) / (1 - expected)


def compare_states(ours, theirs, slots):
    """Counts a turn's slots into `slots`; -> the differing ones: (what, gold, second)."""
    different = []
    for slot in sorted(set(ours["state"]) | set(theirs["state"])):
        left, right = ours["state"].get(slot), theirs["state"].get(slot)
        kind = (3 if left is None else 2 if right is None
                else 0 if meet(left, right, slot) else 1)
        slots[slot][kind] += 1
        if kind:
            different.append((slot, left, right))
    return different


def compare(gold, second):
    """-> counts per slot, intent pairs, requested (both, gold only, second only), turns with the same
    state, differences: (conversation, turn, what, gold, second), what: a slot, intent or requested."""
    slots = collections.defaultdict(lambda: [0, 0, 0, 0])  # agree, differ, gold only, second only
    intents, requested, joint, differences = [], [0, 0, 0], 0, []
    for name, turns in second.items():
        if len(turns) != len(gold[name]):
            raise SystemExit(f"{name}: {len(turns)} turns, gold has {len(gold[name])}")
        for ours, theirs in zip(gold[name], turns):
            intents.append((ours["intent"], theirs["intent"]))
            a, b = set(ours["requested_slots"]), set(theirs["requested_slots"])
            requested = [requested[0] + len(a & b), requested[1] + len(a - b),
                         requested[2] + len(b - a)]
            different = compare_states(ours, theirs, slots)
            joint += not different
            if a != b:
                different.insert(0, ("requested", sorted(a), sorted(b)))
            if ours["intent"] != theirs["intent"]:
                different.insert(0, ("intent", ours["intent"], theirs["intent"]))
            differences += [(name, ours["turn"], *difference) for difference in different]
    return slots, intents, requested, joint, differences


def report(gold, second):
    slots, intents, requested, joint, differences = compare(gold, second)
    lines = [f"{len(second)} conversations, {len(intents)} turns.", "",
             "| slot | turns | agree | other value | gold only | second only |",
             "|---|---|---|---|---|---|"]
    for slot, counts in sorted(slots.items(), key=lambda item: -sum(item[1])):
        total = sum(counts)
        lines.append(f"| {slot} | {total} | {counts[0] / total:.3f} | {counts[1]} | {counts[2]} | "
                     f"{counts[3]} |")
    total = [sum(column) for column in zip(*slots.values())]
    lines.append(f"| all slots | {sum(total)} | {total[0] / max(1, sum(total)):.3f} | {total[1]} | "
                 f"{total[2]} | {total[3]} |")
    both, ours, theirs = requested
    found = 2 * both / (2 * both + ours + theirs) if both + ours + theirs else 1.0
    same = sum(a == b for a, b in intents)
    lines += ["", f"- whole state the same: {joint / len(intents):.3f} of the turns",
              f"- intents: the same in {same / len(intents):.3f}, Cohen's kappa {kappa(intents):.3f}",
              f"- requested slots: F1 {found:.3f}"]
    return lines, differences


def read_arguments(arguments):
    parser = argparse.ArgumentParser(
        prog="agreement.py", description="Agreement of gold.jsonl with the second, blind labelling, as "
        "the Markdown that CARD.md holds. Exit code 0, 1 when a file cannot be compared, 2 for a wrong "
        "option.")
    parser.add_argument("folder", nargs="?", default=FOLDER, metavar="FOLDER",
                        help="the data set (datasets/booking)")
    parser.add_argument("--before", action="store_true",
                        help="take labelling/first.jsonl, gold as it was before it was revised")
    parser.add_argument("--list", action="store_true",
                        help="then list each turn where intent, requested slots or a value differ")
    return parser.parse_args(arguments)


def main(arguments):
    options = read_arguments(arguments)
    second = os.path.join(options.folder, "labelling", "second.jsonl")
    if not os.path.exists(second):
        print("no labelling/second.jsonl yet")
        return 0
    first = os.path.join("labelling", "first.jsonl") if options.before else "gold.jsonl"
    lines, differences = report(read(os.path.join(options.folder, first)), read(second))
    print("\n".join(lines))
    if options.list:
        print()
        for name, turn, what, left, right in differences:
            print(f"{name} turn {turn}: {what}: gold {left}, second {right}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
