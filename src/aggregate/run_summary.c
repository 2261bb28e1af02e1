/*
 * run_summary.c: questions to a finished summary. Pure; any thread.
 */
#include "aggregate/run_summary.h"

#include <string.h>

const struct metric_row *run_summary_row(const struct run_summary *summary, const char *metric)
{
    for (size_t i = 0; i < summary->section_count; i++)
        for (size_t j = 0; j < summary->sections[i].count; j++)
            if (strcmp(summary->sections[i].rows[j].name, metric) == 0)
                return &summary->sections[i].rows[j];
    return NULL;
}

double candidate_summary_error_share(const struct candidate_summary *candidate)
{
    uint64_t run = candidate->trials - candidate->not_run - candidate->left_out;
    return run ? (double)candidate->infrastructure_errors / (double)run : 0;
}

enum status run_summary_status(const struct run_summary *summary)
{
    if (summary->too_many_errors)
        return STATUS_INFRASTRUCTURE;
    if (!summary->decision.has_gates || summary->decision.verdict == VERDICT_PASS)
        return STATUS_OK;
    return summary->decision.verdict == VERDICT_FAIL ? STATUS_GATE_FAILED : STATUS_INCONCLUSIVE;
}
