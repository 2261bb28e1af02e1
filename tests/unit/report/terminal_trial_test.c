#include "base/utf8.h"
#include "report/terminal_trial.h"
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

TestSuite(terminal_trial, .init = set_up, .fini = tear_down);

static struct strview render(const struct run_summary *summary, size_t index, size_t width)
{
    const struct trial_summary *trial = &summary->worst[index];
    strbuf_clear(&out);
    terminal_trial(&out, trial, summary->candidates[trial->candidate].name,
                   &(struct terminal_options){.width = width});
    return strbuf_view(&out);
}

Test(terminal_trial, the_first_conversation_reads_as_its_golden_file)
{
    struct strview text = render(summary_builder_sample(arena), 0, 80);
    cr_assert(golden_builder_agrees("tests/unit/report/golden/sample.trial.txt", text));
}

Test(terminal_trial, an_edited_prediction_changes_its_line)
{
    struct run_summary *summary = summary_builder_sample(arena);
    cr_expect(golden_builder_has(render(summary, 0, 80),
                                 "wrong value   time: gold '14:30', said '14:00'"));
    summary->worst[0].turns[1].slots[1].verdict = SLOT_RIGHT;
    summary->worst[0].turns[1].slots[1].predicted = strview_of("14:30");
    cr_expect(golden_builder_has(render(summary, 0, 80), "right         time: both '14:30'"));
}

Test(terminal_trial, nothing_said_sends_orders_or_passes_the_edge)
{
    struct run_summary *summary = summary_builder_hostile(arena);
    for (size_t i = 0; i < summary->worst_count; i++) {
        struct strview text = render(summary, i, 50);
        cr_expect(not(golden_builder_has(text, "\x1b")));
        for (size_t at = 0; at < text.size;) {
            const char *end = memchr(text.data + at, '\n', text.size - at);
            struct strview line = {text.data + at, (size_t)(end - text.data) - at};
            cr_assert(le(sz, utf8_display_width(line), 50), "%.*s", STRVIEW_ARG(line));
            at += line.size + 1;
        }
    }
}
