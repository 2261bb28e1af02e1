#!/usr/bin/env python3
"""agent.py [COUNT_FILE [SECONDS]]: an agent that speaks JSON Lines on its standard input and output; one line a call.

Every call adds a line "conversation/turn" to COUNT_FILE; answering takes SECONDS. Python 3.9, standard library only.
"""
import json
import sys
import time

sys.dont_write_bytecode = True
from far_end import agent_answer  # noqa: E402

count_file, seconds = (sys.argv[1:] + ["/dev/null", "0"][len(sys.argv) - 1:])[:2]
for line in sys.stdin:
    call = json.loads(line)
    with open(count_file, "a", encoding="utf-8") as file:
        file.write("%s/%s\n" % (call["conversation_id"], call["turn"]))
    time.sleep(float(seconds))
    print(json.dumps(agent_answer(call["user_text"])), flush=True)
