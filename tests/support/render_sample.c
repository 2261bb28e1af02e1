/*
 * render_sample.c: writes every report of a hand-made summary into a folder, so that the design can
 * be seen without a run:   render_sample FOLDER [sample|hostile|empty|large] [--canonical]
 */
#include "report/csv_trials.h"
#include "report/html_report.h"
#include "report/json_report.h"
#include "report/junit_report.h"
#include "report/markdown_report.h"
#include "report/terminal_table.h"
#include "support/summary_builder.h"

#include <stdio.h>
#include <stdlib.h>

static void write_file(const char *folder, const char *name, const struct strbuf *text)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    if (!file || text->failed || fwrite(text->data, 1, text->size, file) != text->size ||
        fclose(file)) {
        fprintf(stderr, "render_sample: could not write '%s'\n", path);
        exit(1);
    }
}

int main(int argc, char **argv)
{
    const char *folder = argc > 1 ? argv[1] : ".", *which = argc > 2 ? argv[2] : "sample";
    bool canonical = argc > 3 && strcmp(argv[3], "--canonical") == 0;
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(65536, 0);
    struct run_summary *summary = strcmp(which, "hostile") == 0 ? summary_builder_hostile(arena)
                                  : strcmp(which, "empty") == 0 ? summary_builder_empty(arena)
                                  : strcmp(which, "large") == 0 ? summary_builder_large(arena)
                                                                : summary_builder_sample(arena);
    CLEANUP(strbuf_done) struct strbuf out = {0};
    terminal_table(&out, summary, &(struct terminal_options){.width = 100, .canonical = canonical});
    write_file(folder, "report.txt", &out);
    strbuf_clear(&out);
    json_report(&out, summary, canonical);
    write_file(folder, "report.json", &out);
    strbuf_clear(&out);
    html_report(&out, summary, canonical);
    write_file(folder, "report.html", &out);
    strbuf_clear(&out);
    markdown_report(&out, summary, canonical);
    write_file(folder, "report.md", &out);
    strbuf_clear(&out);
    junit_report(&out, summary, &(struct junit_options){.canonical = canonical});
    write_file(folder, "junit.xml", &out);
    strbuf_clear(&out);
    csv_trials_header(&out);
    for (size_t i = 0; i < SUMMARY_BUILDER_TRIALS; i++) {
        const struct trial *trial = summary_builder_trial(arena, i);
        csv_trials_row(&out, strview_of("a candidate"), trial, summary_builder_facts(arena, i));
    }
    write_file(folder, "trials.csv", &out);
    return 0;
}
