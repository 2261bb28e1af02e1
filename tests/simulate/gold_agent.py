"""gold_agent.py GOLD: an agent that knows gold and books it at once. It calls tools first and speaks when it has
their results, so that a test sees both rounds of a turn. One JSON object a line in, one out."""
import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    GOLD = {gold["conversation_id"]: gold for gold in map(json.loads, file)}


def first(value):
    return value[0] if isinstance(value, list) else value


for line in sys.stdin:
    asked = json.loads(line)
    sets = GOLD[asked["conversation_id"]].get("expected_bookings") or [{"bookings": []}]
    wanted = sets[0]["bookings"]
    answer = {"extracted_slots": {}, "next_state": "complete", "confidence": 1.0}
    if asked["turn"] == 0 and not asked["tool_results"] and wanted:
        answer["tool_calls"] = [{"method": booking["method"], "idempotency_key": str(number),
                                 "parameters": {name: first(value) for name, value in booking["slots"].items()}}
                                for number, booking in enumerate(wanted)]
        answer["metadata"] = {"tokens": {"input": 10, "output": 1}, "cost": 0.001}
    else:
        answer["response"] = f"{sum('error' not in call for call in asked['tool_results'])} done."
        answer["metadata"] = {"tokens": {"input": 20, "output": 2}, "cost": 0.002}
    print(json.dumps(answer), flush=True)
