#!/usr/bin/env python3
"""Compares fuzzy_ratio_pairs with Python's re, str and difflib on generated pairs of texts.

    fuzzy_ratio_compare.py DRIVER [--pairs N] [--seed N] [--every-code-point]

--every-code-point also looks at each code point alone and in the neighbourhoods that lower-casing depends on; that part
needs a Python whose Unicode is 14.0, the version that assay follows, and is left out under any other.
"""
import argparse
import pathlib
import random
import subprocess
import sys
import unicodedata

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from sgd_reference import sorted_words, token_sort_ratio  # noqa: E402

PIECES = [
    "a", "b", "e", "i", "t", "d", "o", "A", "Z", "0", "7", "_", " ", "  ", ".", "-", "&", "'", "\t", "\n", "\x1c", "\x7f",
    "\x80", "\x85", "\xa0", "\xaa", "\xb2", "\xb5", "\xba", "\xc9", "\xdf", "\xe9", "\xff", "\u0100", "\u0130", "\u0131",
    "\u0142", "\u0149", "\u017f", "\u01c5", "\u02b0", "\u0301", "\u0307", "\u0345", "\u037a", "\u03a3", "\u03c2", "\u03c3",
    "\u0391", "\u03b1", "\u0416", "\u0661", "\u0905", "\u093e", "\u1680", "\u1c90", "\u1e9e", "\u1f88", "\u2003", "\u2009",
    "\u200b", "\u200d", "\u2019", "\u2028", "\u2070", "\u2082", "\u2126", "\u212a", "\u2160", "\u2170", "\u2460", "\u24b6",
    "\u2c2f", "\u3000", "\u3007", "\u4e00", "\ua66e", "\uab70", "\ud800", "\udfff", "\ufb01", "\uff21", "\ufeff", "\ufffd",
    "\U00010400", "\U0001d400", "\U0001d7ce", "\U0001e900", "\U0001f600", "\U0001f130", "\U000118a0", "\U00031350",
    "\U0010ffff",
]
WORDS = ["tide", "diet", "dontcare", "dental", "March", "1st", "half", "past", "3:30", "pm", "O\u2019Neil", "S\u00e3o Paulo",
         "\u0130stanbul", "\u039f\u0394\u039f\u03a3", "\u0141\u00f3d\u017a", "Dr.", "the", "of", "San", "Jose", "\u6771\u4eac"]


def any_text(source):
    kind = source.random()
    if kind < 0.35:
        return "".join(source.choice(PIECES) for _ in range(source.randrange(0, 14)))
    if kind < 0.6:
        return source.choice([" ", ", ", "\u00a0", "_"]).join(source.choice(WORDS) for _ in range(source.randrange(1, 6)))
    if kind < 0.75:  # few letters: many blocks of one length
        return "".join(source.choice("ab ") for _ in range(source.randrange(0, 40)))
    if kind < 0.9:  # around the 200 code points from which popular ones begin no match
        letters = source.choice(["ab", "abcdefgh", "abcdefghijklmnopqrstuvwxyz0123456789 "])
        return "".join(source.choice(letters) for _ in range(source.choice([150, 198, 199, 200, 201, 250, 299, 300, 420])))
    return "".join(chr(source.randrange(0x20, source.choice([0x250, 0x2500, 0x20000])))
                   for _ in range(source.randrange(0, 12)))


def nearly(source, text):
    letters = list(text)
    for _ in range(source.randrange(0, 6)):
        if not letters:
            break
        place = source.randrange(len(letters))
        deed = source.randrange(4)
        if deed == 0:
            letters[place] = source.choice(PIECES)
        elif deed == 1:
            del letters[place]
        elif deed == 2:
            letters.insert(place, letters[source.randrange(len(letters))])
        else:
            other = source.randrange(len(letters))
            letters[place], letters[other] = letters[other], letters[place]
    return "".join(letters)


def random_pairs(source, count):
    for _ in range(count):
        first = any_text(source)
        second = nearly(source, first) if source.random() < 0.7 else any_text(source)
        yield first, second


def every_code_point():
    sigma = "\u03a3"
    for code in range(0x110000):
        char = chr(code)
        yield char, f"A{char}b"
        if char.isalnum() or code < 0x3000:
            yield f"{char}{sigma}", f"A{char}{sigma}"
            yield f"A{sigma}{char}", f"A{sigma}{char}a"


def encode(text):
    return text.encode("utf-8", "surrogatepass").hex()


def compare(driver, pairs):
    pairs = list(pairs)
    lines = "".join(f"{encode(first)}\n{encode(second)}\n" for first, second in pairs)
    answers = subprocess.run([driver], input=lines, capture_output=True, text=True, check=True).stdout.splitlines()
    if len(answers) != len(pairs):
        print(f"{len(answers)} answers for {len(pairs)} pairs")
        return 1
    faults = 0
    for (first, second), answer in zip(pairs, answers):
        words = sorted_words(second)
        wanted = " ".join([str(token_sort_ratio(first, second))] + [f"{ord(char):x}" for char in words])
        if answer != wanted:
            faults += 1
            if faults <= 10:
                print(f"{ascii(first)} {ascii(second)}: wanted {wanted[:100]}, got {answer[:100]}")
    print(f"{len(pairs)} pairs, {faults} differ")
    return faults


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("driver")
    parser.add_argument("--pairs", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every-code-point", action="store_true")
    flags = parser.parse_args()
    faults = compare(flags.driver, random_pairs(random.Random(flags.seed), flags.pairs))
    if flags.every_code_point:
        if unicodedata.unidata_version == "14.0.0":
            faults += compare(flags.driver, every_code_point())
        else:
            print(f"every code point: left out, this Python has Unicode {unicodedata.unidata_version}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
