/*
 * gate_spec.c: the table of a gate's keys, and what must hold between them. Called by
 * pipeline_spec.c for each gate. Thread: main.
 */
#include "config/gate_spec.h"

#include <math.h>

const char *const gate_kind_names[] = {"threshold", "non_inferiority", "superiority", NULL};
/* "every", then the names of enum replay_mode */
static const char *const gate_mode_names[] = {"every",        "teacher_forced", "own_state",
                                              "free_running", "simulated_user", NULL};
static const char *const conversations_names[] = {"same", "fresh", NULL};

#define AT(member) offsetof(struct gate_spec, member)

/* clang-format off */
const struct option gate_spec_options[] = {
    {"name", OPTION_TEXT, NULL, AT(name), "as it stands in the report; default: the metric", 0, NULL, 0, 0},
    {"metric", OPTION_TEXT, NULL, AT(metric), "a metric's name, see `assay list metrics`", OPTION_MUST, NULL, 0, 0},
    {"candidate", OPTION_TEXT, NULL, AT(candidate), "default: every candidate", 0, NULL, 0, 0},
    {"kind", OPTION_CHOICE, "threshold", AT(kind), "default: non_inferiority when there is a margin, else threshold", 0, gate_kind_names, 0, 0},
    {"at_least", OPTION_REAL, NULL, AT(at_least), "threshold: passes when the interval's lower end is not under it, fails when the upper end is", 0, NULL, 0, 0},
    {"at_most", OPTION_REAL, NULL, AT(at_most), "threshold: passes when the interval's upper end is not over it, fails when the lower end is", 0, NULL, 0, 0},
    {"by_value", OPTION_BOOL, "false", AT(by_value), "threshold: the value decides, whatever its interval", 0, NULL, 0, 0},
    {"baseline", OPTION_TEXT, NULL, AT(baseline), "compare with this blessed run, see `assay baseline`", 0, NULL, 0, 0},
    {"against", OPTION_TEXT, NULL, AT(against), "compare with this candidate of the same run", 0, NULL, 0, 0},
    {"margin", OPTION_REAL, NULL, AT(margin), "the difference that matters, in the metric's unit", 0, NULL, 0, 1e300},
    {"margin_share", OPTION_REAL, NULL, AT(margin_share), "the same as a share of the reference's value: 0.1 lets a cost rise by 10 %", 0, NULL, 0, 1e6},
    {"alpha", OPTION_REAL, "0.05", AT(alpha), "chance of a wrong failure, one-sided, over all looks at a baseline", 0, NULL, 1e-6, 0.5},
    {"slice", OPTION_TEXT, NULL, AT(slice), "split, tag, locale or a key of the metadata: its worst value decides", 0, NULL, 0, 0},
    {"min_n", OPTION_I64, "30", AT(min_n), "slices of fewer conversations are not judged", 0, NULL, 2, 1e9},
    {"conversations", OPTION_CHOICE, "same", AT(conversations), "same: alpha is spent over looks; fresh: new ones at every look, one confidence sequence", 0, conversations_names, 0, 0},
    {"mode", OPTION_CHOICE, "every", AT(only_mode), "of a run in several modes: only in this one", 0, gate_mode_names, 0, 0},
    {"tuned_for", OPTION_I64, "5000", AT(tuned_for), "fresh: the sequence is narrowest at so many conversations", 0, NULL, 2, 1e9},
    {0}};
/* clang-format on */

static const struct yaml_node *at_key(const struct gate_spec *gate, const char *key)
{
    const struct yaml_node *node = yaml_find(gate->place, key);
    return node ? node : gate->place;
}

static void check_threshold(const struct gate_spec *gate, struct fault_list *faults)
{
    static const char *const others[] = {"baseline",     "against", "margin",
                                         "margin_share", "slice",   NULL};
    if (isnan(gate->at_least) && isnan(gate->at_most))
        fault_add(faults, gate->place, "Add 'at_least: 0.9' or 'at_most: 0.1', or a margin.",
                  "the gate has no threshold");
    for (size_t i = 0; others[i]; i++)
        if (yaml_find(gate->place, others[i]))
            fault_add(faults, yaml_find(gate->place, others[i]),
                      "Write 'kind: non_inferiority' or 'kind: superiority'.",
                      "a gate of kind 'threshold' has no '%s'", others[i]);
}

static void check_reference(const struct gate_spec *gate, struct fault_list *faults)
{
    bool is_fresh = gate->conversations == GATE_FRESH_CONVERSATIONS;
    if (!gate->baseline.data && !gate->against.data)
        fault_add(faults, gate->place, "Add 'baseline: production' or 'against: CANDIDATE'.",
                  "the gate does not say what to compare with");
    if (gate->baseline.data && gate->against.data && !is_fresh)
        fault_add(faults, at_key(gate, "against"), "Leave one of the two out.",
                  "the gate has a baseline and a candidate to compare with");
    if (is_fresh && !(gate->baseline.data && gate->against.data))
        fault_add(faults, at_key(gate, "conversations"),
                  "Replay the blessed candidate too ('control: rerun'), name it by 'against', and "
                  "name the baseline that keeps the sums.",
                  "fresh conversations need a baseline and a candidate to compare with");
    if (is_fresh && gate->slice.data)
        fault_add(faults, at_key(gate, "slice"), NULL,
                  "slices of fresh conversations cannot be judged");
    for (const char *c = gate->baseline.data; c && *c; c++)
        if (*c == '/' || (*c == '.' && c == gate->baseline.data)) {
            fault_add(faults, at_key(gate, "baseline"), NULL, "'%s' is no name of a baseline",
                      gate->baseline.data);
            break;
        }
}

static void check_margin(const struct gate_spec *gate, struct fault_list *faults)
{
    if (!isnan(gate->at_least) || !isnan(gate->at_most))
        fault_add(faults, at_key(gate, isnan(gate->at_least) ? "at_most" : "at_least"),
                  "Make two gates of it.", "a gate of kind '%s' has no thresholds",
                  gate_kind_names[gate->kind]);
    if (!isnan(gate->margin) && !isnan(gate->margin_share))
        fault_add(faults, at_key(gate, "margin_share"), "Leave one of the two out.",
                  "the gate has two margins");
    if (gate->kind == GATE_NON_INFERIORITY && isnan(gate->margin) && isnan(gate->margin_share))
        fault_add(faults, gate->place, "Add 'margin: 0.02'.",
                  "the gate does not say how much worse is too much");
}

static void check_name(const struct gate_spec *gate, const char *key, struct strview name,
                       const char *const *candidates, struct fault_list *faults)
{
    if (!name.data || !candidates)
        return;
    for (size_t i = 0; candidates[i]; i++)
        if (strview_is(name, candidates[i]))
            return;
    fault_add(faults, yaml_find(gate->place, key), fault_did_you_mean(faults, name, candidates),
              "there is no candidate '%s'", name.data);
}

void gate_spec_check(struct gate_spec *gate, const char *const *candidates,
                     struct fault_list *faults)
{
    bool has_margin = !isnan(gate->margin) || !isnan(gate->margin_share);
    if (!yaml_find(gate->place, "kind") && has_margin)
        gate->kind = GATE_NON_INFERIORITY;
    if (gate->kind == GATE_THRESHOLD) {
        check_threshold(gate, faults);
    } else {
        check_reference(gate, faults);
        check_margin(gate, faults);
    }
    check_name(gate, "candidate", gate->candidate, candidates, faults);
    check_name(gate, "against", gate->against, candidates, faults);
}
