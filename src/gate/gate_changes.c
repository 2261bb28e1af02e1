/*
 * gate_changes.c: two lists of gates, joined by name and candidate. Called by pipeline/run_report
 * when a run is reported by other gates than its own. Thread: main.
 */
#include "gate/gate_changes.h"

static const char *const heads[] = {"Gate", "Candidate", "Before", "Now"};
static const char *const verdicts[] = {"pass", "fail", "inconclusive"};
enum { COLUMNS = 4 };

static const struct gate_summary *find(const struct run_summary *in,
                                       const struct gate_summary *gate)
{
    for (size_t i = 0; i < in->gate_count; i++)
        if (strcmp(in->gates[i].name, gate->name) == 0 &&
            strview_equal(in->gates[i].candidate, gate->candidate))
            return &in->gates[i];
    return NULL;
}

/* "fail (at least 0.9)" */
static const char *say(const struct gate_summary *gate, struct arena *arena)
{
    return gate ? arena_format(arena, "%s (%s)", verdicts[gate->verdict], gate->rule)
                : "no such gate";
}

static bool add(struct run_summary *now, struct run_note *note, const struct gate_summary *before,
                const struct gate_summary *after)
{
    const struct gate_summary *any = after ? after : before;
    const char **row = run_note_row(now, note);
    if (!row)
        return false;
    row[0] = any->name;
    row[1] = arena_format(now->arena, "%.*s", STRVIEW_ARG(any->candidate));
    row[2] = say(before, now->arena);
    row[3] = say(after, now->arena);
    return row[1] && row[2] && row[3];
}

static const char *verdict_of(const struct run_summary *summary)
{
    return summary->decision.has_gates ? verdicts[summary->decision.verdict] : "no gates";
}

bool gate_changes_note(const struct run_summary *before, const char *file, struct run_summary *now)
{
    size_t changed = 0;
    struct run_note *note =
        run_note_add(now, "other_gates", "What other gates changed", heads, COLUMNS);
    if (!note)
        return false;
    for (size_t i = 0; i < now->gate_count; i++) {
        const struct gate_summary *was = find(before, &now->gates[i]);
        bool is_same = was && was->verdict == now->gates[i].verdict &&
                       strcmp(was->rule, now->gates[i].rule) == 0;
        changed += !is_same;
        if (!is_same && !add(now, note, was, &now->gates[i]))
            return false;
    }
    for (size_t i = 0; i < before->gate_count; i++) {
        if (find(now, &before->gates[i]))
            continue;
        changed++;
        if (!add(now, note, &before->gates[i], NULL))
            return false;
    }
    note->text = arena_format(
        now->arena,
        "The gates of %s stand in place of the run's own; nothing was replayed and no model was "
        "called. The run's verdict was %s and is %s. %s",
        file, verdict_of(before), verdict_of(now),
        changed ? "Gates that say something else:" : "Every gate says what it said.");
    return note->text != NULL;
}
