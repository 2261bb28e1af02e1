#include "base/utf8.h"
#include "report/terminal_table.h"
#include "support/golden_builder.h"
#include "support/summary_builder.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static struct arena *arena;
static struct strbuf out;

static void set_up(void)
{
    arena = arena_create(65536, 0);
}

static void tear_down(void)
{
    strbuf_done(&out);
    arena_destroy(arena);
}

TestSuite(terminal_table, .init = set_up, .fini = tear_down);

static struct strview render(const struct run_summary *summary, size_t width, bool colour)
{
    strbuf_clear(&out);
    terminal_table(&out, summary, &(struct terminal_options){width, colour, false});
    return strbuf_view(&out);
}

Test(terminal_table, the_sample_reads_as_its_golden_file)
{
    struct strview text = render(summary_builder_sample(arena), 100, false);
    cr_assert(golden_builder_agrees("tests/unit/report/golden/sample.txt", text));
}

Test(terminal_table, wide_terminals_get_the_change_beside_the_value)
{
    struct strview text = render(summary_builder_sample(arena), 160, false);
    cr_expect(golden_builder_has(text, "429.5  +243.6 worse"));
    cr_expect(golden_builder_has(text, "1,090 ms  −390 ms unclear"));
}

Test(terminal_table, no_line_is_wider_than_the_terminal)
{
    struct run_summary *summaries[] = {summary_builder_sample(arena), summary_builder_large(arena),
                                       summary_builder_hostile(arena),
                                       summary_builder_empty(arena)};
    static const size_t widths[] = {60, 80, 100, 132, 200};
    for (size_t s = 0; s < 4; s++) {
        for (size_t w = 0; w < 5; w++) {
            struct strview text = render(summaries[s], widths[w], false);
            for (size_t at = 0; at < text.size;) {
                const char *end = memchr(text.data + at, '\n', text.size - at);
                struct strview line = {text.data + at, (size_t)(end - text.data) - at};
                cr_assert(le(sz, utf8_display_width(line), widths[w]),
                          "summary %zu width %zu: %.*s", s, widths[w], STRVIEW_ARG(line));
                at += line.size + 1;
            }
        }
    }
}

Test(terminal_table, every_candidate_is_shown_however_narrow_the_terminal)
{
    struct strview text = render(summary_builder_large(arena), 60, false);
    cr_expect(eq(sz, golden_builder_count(text, "rules at temperature 0.1"), 2));
    cr_expect(eq(sz, golden_builder_count(text, "rules at temperature 0.7"), 2));
    cr_expect(eq(sz, golden_builder_count(text, "Joint goal accuracy"), 8));
}

Test(terminal_table, colour_is_written_only_when_asked_for)
{
    cr_expect(not(golden_builder_has(render(summary_builder_sample(arena), 100, false), "\x1b")));
    struct strview text = render(summary_builder_sample(arena), 100, true);
    cr_expect(golden_builder_has(text, "\x1b[31mFAIL\x1b[0m"));
    cr_expect(golden_builder_has(text, "\x1b[32m−71.9 better\x1b[0m"));
    cr_expect(
        eq(sz, golden_builder_count(text, "\x1b["), 2 * golden_builder_count(text, "\x1b[0m")));
}

Test(terminal_table, texts_cannot_send_orders_to_the_terminal)
{
    struct strview text = render(summary_builder_hostile(arena), 100, false);
    cr_expect(not(golden_builder_has(text, "\x1b")));
    cr_expect(not(golden_builder_has(text, "\xe2\x80\xae")));
    cr_expect(eq(sz, utf8_first_invalid(text), text.size));
}

Test(terminal_table, an_empty_run_says_why_there_are_no_numbers)
{
    struct strview text = render(summary_builder_empty(arena), 100, false);
    cr_expect(golden_builder_has(text, "NO GATES"));
    cr_expect(golden_builder_has(text, "n/a: no conversation was scored"));
    cr_expect(eq(sz, golden_builder_count(text, "no conversation was scored"), 1));
}

Test(terminal_table, a_partial_run_and_a_simulated_model_stand_above_the_numbers)
{
    struct run_summary *summary = summary_builder_sample(arena);
    summary->partial = true;
    summary->partial_reason = "the spending limit of $2 was reached after 301 of 480 trials";
    struct strview text = render(summary, 100, false);
    const char *table = strstr(text.data, "production  ");
    const char *partial = strstr(text.data, "partial: the spending limit");
    const char *simulated = strstr(text.data, "simulated model:");
    cr_assert(partial && simulated && table);
    cr_expect(partial < table && simulated < table);
}
