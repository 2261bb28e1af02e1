#!/usr/bin/env python3
"""brevity_scorer.py: a scorer of one's own: how many words the agent needs for an answer, and how often it asks.

assay gives it each finished trial as one line of JSON and takes numbers back; they appear in the report as
`brevity.words_per_answer` and `brevity.question_share`. Python 3, standard library only.
"""
import json
import sys

for line in sys.stdin:
    answers = [turn["response"] for turn in json.loads(line)["turns"] if turn.get("response")]
    words = sum(len(answer.split()) for answer in answers)
    print(json.dumps({"metrics": {
        "words_per_answer": words / len(answers) if answers else 0,
        "question_share": sum("?" in answer for answer in answers) / len(answers) if answers else 0}}), flush=True)
