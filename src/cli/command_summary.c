/*
 * command_summary.c: `assay summary FILE`: what a file of conversations tells without gold.
 */
#include "base/file.h"
#include "cli/cli_pipeline.h"
#include "cli/commands.h"
#include "pipeline/file_summary.h"
#include "report/html_report.h"
#include "report/json_report.h"
#include "report/section_text.h"

#include <stdio.h>

static enum status load_task(const char *path, struct arena *arena, struct task_spec **ret_task,
                             struct error *err)
{
    struct fault_list faults = {0};
    *ret_task = NULL;
    if (!path)
        return STATUS_OK;
    enum status status = task_spec_load(path, arena, &faults, ret_task, err);
    cli_pipeline_print_faults(&faults);
    return status == STATUS_OK && faults.count
               ? error_set(err, STATUS_CONFIG, "the task file is wrong")
               : status;
}

static void print_faults(const struct run_summary *summary)
{
    const struct accounts *accounts = &summary->accounts;
    for (size_t i = 0; i < accounts->fault_count; i++) {
        const struct input_fault *fault = &accounts->faults[i];
        fprintf(stderr, "%s: %s.%s%s\n", fault->where, fault->what, fault->fix[0] ? " " : "",
                fault->fix);
    }
    if (accounts->faults_total > accounts->fault_count)
        fprintf(stderr, "... and %llu more faults\n",
                (unsigned long long)(accounts->faults_total - accounts->fault_count));
}

static enum status summarise(const char *path, const char *task_path, const char *html, bool json,
                             struct error *err)
{
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(64 * 1024, 0);
    struct task_spec *task;
    struct run_summary *summary;
    struct strbuf text = {0};
    enum status status = arena ? load_task(task_path, arena, &task, err) : error_no_memory(err);
    if (status == STATUS_OK)
        status = file_summary_make(path, task, arena, &summary, err);
    if (status != STATUS_OK)
        return status;
    if (json) {
        json_report(&text, summary, false);
    } else {
        strbuf_add_format(&text, "%s: %llu events, %llu conversations, %llu invalid\n", path,
                          (unsigned long long)summary->accounts.events_consumed,
                          (unsigned long long)summary->accounts.conversations,
                          (unsigned long long)summary->accounts.events_invalid);
        section_text(&text, summary, 0);
        print_faults(summary);
    }
    if (!text.failed)
        fwrite(text.data, 1, text.size, stdout);
    status = text.failed ? error_no_memory(err) : STATUS_OK;
    strbuf_clear(&text);
    if (status == STATUS_OK && html) {
        html_report(&text, summary, false);
        status = text.failed ? error_no_memory(err) : file_write(html, strbuf_view(&text), err);
    }
    strbuf_done(&text);
    return status;
}

static int run(int argc, char **argv, const struct cli_command *command)
{
    const char *task = NULL, *html = NULL;
    bool json = false, helped = false;
    struct cli_texts rest = {0};
    /* clang-format off */
    const struct cli_option options[] = {
        {"task", 0, CLI_TEXT, &task, "FILE", "task file: says what states ask for, and what dead air is"},
        {"output", 'o', CLI_TEXT, &html, "FILE", "write report.html there too"},
        {"json", 0, CLI_FLAG, &json, NULL, "print JSON instead of the table"},
        {0}};
    /* clang-format on */
    struct error err = {0};
    enum status status = cli_args_parse(command, options, argc, argv, &rest, &helped, &err);
    if (status == STATUS_OK && !helped && rest.count != 1)
        status = error_set(&err, STATUS_CONFIG, "which file? assay summary FILE");
    if (status == STATUS_OK && !helped)
        status = summarise(rest.items[0], task, html, json, &err);
    cli_texts_done(&rest);
    return status == STATUS_OK ? 0 : cli_args_fail(&err);
}

const struct cli_command command_summary = {
    .name = "summary",
    .summary = "sum up a file of conversations that has no gold",
    .usage = "FILE [options]",
    .details =
        "Outcomes, response gaps, services, tools, latency and cost of the recorded agent.\n\n"
        "  assay summary conversations.jsonl\n"
        "  assay summary conversations.jsonl --task task.yaml -o summary.html",
    .run = run,
};
