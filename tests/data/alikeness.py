"""alikeness.py: how much alike two callers' turns are when the slots are masked.

Masking: the words of a gold value become its slot's name; what is left of numbers, days, months
and clock words becomes <number>, <date> or <time>; equal neighbours are one. Alike is difflib's
ratio over these tokens, the larger of both orders: 2 x matching tokens / all tokens.
"""
import collections
import difflib
import re

NUMBERS = ("zero oh one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
           "fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy "
           "eighty ninety hundred thousand double triple first second third fourth fifth sixth "
           "seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth "
           "seventeenth eighteenth nineteenth twentieth twenty-first thirtieth").split()
DATES = ("monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays "
         "thursdays fridays saturdays sundays january february march april june july august "
         "september october november december today tomorrow tonight").split()
TIMES = "am pm noon midnight o'clock morning mornings afternoon afternoons evening evenings".split()
KINDS = {**{word: "<number>" for word in NUMBERS}, **{word: "<date>" for word in DATES},
         **{word: "<time>" for word in TIMES}}


def masked_tokens(text, spans):
    """spans: (slot, start, end) in code points, not overlapping."""
    for slot, start, end in sorted(spans, key=lambda span: -span[1]):
        text = f"{text[:start]} <{slot}> {text[end:]}"
    tokens = []
    for token in re.findall(r"<\w+>|[\w'@.]+", text.lower()):
        kind = KINDS.get(token, "<number>" if re.fullmatch(r"[\d:.]+(st|nd|rd|th|am|pm)?", token)
                         else token)
        if not tokens or tokens[-1] != kind or not kind.startswith("<"):
            tokens.append(kind)
    return tokens


def ratio(a, b):
    return max(difflib.SequenceMatcher(None, a, b, autojunk=False).ratio(),
               difflib.SequenceMatcher(None, b, a, autojunk=False).ratio())


def too_alike(turns, limit=0.8, words=4):
    """turns: (label, text, spans). Yields (ratio, label, label) of the pairs over the limit among
    turns of more than `words` words."""
    long = [(label, masked_tokens(text, spans)) for label, text, spans in turns
            if len(text.split()) > words]
    bags = [(label, tokens, collections.Counter(tokens)) for label, tokens in long]
    for index, (label, tokens, bag) in enumerate(bags):
        for other, other_tokens, other_bag in bags[:index]:
            total = len(tokens) + len(other_tokens)
            if 2 * min(len(tokens), len(other_tokens)) <= limit * total:
                continue
            if 2 * sum((bag & other_bag).values()) <= limit * total:
                continue
            alike = ratio(tokens, other_tokens)
            if alike > limit:
                yield alike, other, label
