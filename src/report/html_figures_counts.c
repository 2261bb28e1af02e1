/*
 * html_figures_counts.c: the figures of html_figures.h that show counts: latencies, and what became
 * of slots.
 */
#include "report/html_figures.h"
#include "report/html_figures_private.h"
#include "report/measure_text.h"

#include <math.h>

/* --- latency
 * --------------------------------------------------------------------------------------- */

enum { LATENCY_HEIGHT = 150, LATENCY_TOP = 18, LATENCY_BOTTOM = 30, LATENCY_SIDE = 8 };

struct bins {
    size_t first, end;
};

/* Is there something to show of a candidate (times of live calls stand in no canonical report)? */
static uint64_t latency_total(const struct html *html, size_t candidate)
{
    const struct metric_row *row = run_summary_row(html->summary, "latency_p50_ms");
    uint64_t sum = 0;
    if (!row || measure_text_is_left_out(row, candidate, html->canonical))
        return 0;
    for (size_t i = 0; i < LATENCY_BINS; i++)
        sum += html->summary->candidates[candidate].latency[i];
    return sum;
}

/* One scale for all candidates. */
static struct bins used_bins(const struct html *html)
{
    struct bins bins = {LATENCY_BINS, 0};
    for (size_t c = 0; c < html->summary->candidate_count; c++) {
        if (!latency_total(html, c))
            continue;
        for (size_t i = 0; i < LATENCY_BINS; i++) {
            if (!html->summary->candidates[c].latency[i])
                continue;
            bins.first = i < bins.first ? i : bins.first;
            bins.end = i + 1 > bins.end ? i + 1 : bins.end;
        }
    }
    return bins;
}

static double latency_x(size_t bin, struct bins bins)
{
    double share = (double)(bin - bins.first) / (double)(bins.end - bins.first);
    return LATENCY_SIDE + share * (HTML_FIGURES_WIDTH - 2 * LATENCY_SIDE);
}

static void add_ms(struct strbuf *out, double ms)
{
    struct measure measure = {.value = ms < 10 ? ms : round(ms)};
    measure_text_value(out, &measure, UNIT_MS);
}

static void add_latency_axis(struct strbuf *out, struct bins bins)
{
    double base = LATENCY_HEIGHT - LATENCY_BOTTOM;
    size_t count = bins.end - bins.first, step = count <= 4 ? 1 : (count + 3) / 4;
    strbuf_add_format(out, "<path class=\"zero\" d=\"M%d %.1fH%d\"/>", LATENCY_SIDE, base,
                      HTML_FIGURES_WIDTH - LATENCY_SIDE);
    for (size_t i = bins.first; i <= bins.end; i += step) {
        double x = latency_x(i, bins);
        strbuf_add_format(out,
                          "<path class=\"grid\" d=\"M%.1f %.1fv5\"/><text x=\"%.1f\" y=\"%.1f\" "
                          "text-anchor=\"%s\">",
                          x, base, x, base + 17,
                          i == bins.first ? "start"
                          : i == bins.end ? "end"
                                          : "middle");
        add_ms(out, i ? figure_summary_edge_ms(i) : 0);
        strbuf_add_text(out, "</text>");
    }
}

static void add_latency_bars(struct strbuf *out, const struct candidate_summary *candidate,
                             struct bins bins, uint64_t total)
{
    uint64_t most = 1;
    double base = LATENCY_HEIGHT - LATENCY_BOTTOM;
    for (size_t i = bins.first; i < bins.end; i++)
        most = candidate->latency[i] > most ? candidate->latency[i] : most;
    for (size_t i = bins.first; i < bins.end; i++) {
        if (!candidate->latency[i])
            continue;
        double height =
            fmax((base - LATENCY_TOP) * (double)candidate->latency[i] / (double)most, 1);
        double x = latency_x(i, bins);
        strbuf_add_format(out,
                          "<rect class=\"fill\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
                          "height=\"%.1f\"/>",
                          x + .5, base - height, latency_x(i + 1, bins) - x - 1, height);
    }
    strbuf_add_format(out, "<text x=\"%d\" y=\"12\">highest bar: %.1f%% of the calls</text>",
                      LATENCY_SIDE, 100 * (double)most / (double)total);
}

static void add_latency_numbers(struct strbuf *out, const struct candidate_summary *candidate,
                                struct bins bins, uint64_t total)
{
    html_figures_begin_numbers(out, "Calls by how long they took");
    html_figures_head(out, "From", true);
    html_figures_head(out, "to below", true);
    html_figures_head(out, "Calls", true);
    html_figures_head(out, "Share", true);
    strbuf_add_text(out, "</tr></thead><tbody>\n");
    for (size_t i = bins.first; i < bins.end; i++) {
        if (!candidate->latency[i])
            continue;
        strbuf_add_text(out, "<tr><td class=\"num\">");
        add_ms(out, i ? figure_summary_edge_ms(i) : 0);
        strbuf_add_text(out, "</td><td class=\"num\">");
        if (i + 1 < LATENCY_BINS)
            add_ms(out, figure_summary_edge_ms(i + 1));
        strbuf_add_text(out, "</td><td class=\"num\">");
        measure_text_count(out, candidate->latency[i]);
        strbuf_add_format(out, "</td><td class=\"num\">%.1f%%</td></tr>\n",
                          100 * (double)candidate->latency[i] / (double)total);
    }
    html_figures_end_numbers(out);
}

void html_figures_latency(struct html *html)
{
    struct bins bins = used_bins(html);
    if (bins.end <= bins.first)
        return;
    strbuf_add_text(html->out, "<h3>How long answers took</h3>\n<div class=\"plots wide\">\n");
    for (size_t c = 0; c < html->summary->candidate_count; c++) {
        uint64_t total = latency_total(html, c);
        if (!total)
            continue;
        const struct candidate_summary *candidate = &html->summary->candidates[c];
        html_figures_open(html, c);
        strbuf_add_format(html->out,
                          "<svg class=\"fig latency\" viewBox=\"0 0 %d %d\" width=\"%d\" "
                          "role=\"img\" aria-label=\"Latencies of ",
                          HTML_FIGURES_WIDTH, LATENCY_HEIGHT, HTML_FIGURES_WIDTH);
        html_write_attribute(html->out, candidate->name);
        strbuf_add_text(html->out, " as a histogram; the numbers follow\">");
        add_latency_axis(html->out, bins);
        add_latency_bars(html->out, candidate, bins, total);
        strbuf_add_text(html->out, "</svg>\n");
        add_latency_numbers(html->out, candidate, bins, total);
        strbuf_add_text(html->out, "</figure>\n");
    }
    strbuf_add_text(html->out, "</div>\n<p class=\"small\">Calls by latency, one scale for all; a "
                               "bar is half an octave wide.</p>\n");
}

/* --- slots
 * ----------------------------------------------------------------------------------------- */

enum { SLOT_ROW = 32, SLOT_TOP = 2, SLOT_SIDE = 2, SLOT_PARTS = 5 };

static const char *const part_names[SLOT_PARTS] = {"right", "late", "wrong value", "missing",
                                                   "spurious"};

static void parts_of(const struct slot_summary *slot, uint64_t ret_parts[SLOT_PARTS])
{
    ret_parts[0] = slot->right;
    ret_parts[1] = slot->late;
    ret_parts[2] = slot->wrong_value;
    ret_parts[3] = slot->missing;
    ret_parts[4] = slot->spurious;
}

static uint64_t sum_of(const uint64_t *counts, size_t count)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += counts[i];
    return sum;
}

static size_t counted_slots(const struct html *html, size_t candidate)
{
    size_t count = 0;
    for (size_t s = 0; s < html->summary->slot_count; s++) {
        uint64_t parts[SLOT_PARTS];
        parts_of(&html->summary->slots[s].by_candidate[candidate], parts);
        count += sum_of(parts, SLOT_PARTS) > 0;
    }
    return count;
}

static void add_slot_bar(struct strbuf *out, const struct slot_row *slot, size_t candidate,
                         double y)
{
    uint64_t parts[SLOT_PARTS], before = 0;
    parts_of(&slot->by_candidate[candidate], parts);
    uint64_t sum = sum_of(parts, SLOT_PARTS);
    double width = HTML_FIGURES_WIDTH - 2 * SLOT_SIDE;
    strbuf_add_format(out, "<text class=\"name\" x=\"%d\" y=\"%.1f\">", SLOT_SIDE, y + 12);
    html_figures_text(out, slot->slot);
    strbuf_add_format(out, "</text><text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">",
                      HTML_FIGURES_WIDTH - SLOT_SIDE, y + 12);
    measure_text_count(out, sum);
    strbuf_add_text(out, "</text>");
    for (int i = 0; i < SLOT_PARTS; i++) {
        if (!parts[i])
            continue;
        strbuf_add_format(out,
                          "<rect class=\"v%d\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
                          "height=\"9\"><title>%s: %llu</title></rect>",
                          i, SLOT_SIDE + width * (double)before / (double)sum, y + 17,
                          fmax(width * (double)parts[i] / (double)sum - .5, .5), part_names[i],
                          (unsigned long long)parts[i]);
        before += parts[i];
    }
}

static void add_slot_bars(struct html *html, size_t candidate)
{
    struct strbuf *out = html->out;
    size_t rows = counted_slots(html, candidate), at = 0;
    if (!rows)
        return;
    html_figures_open(html, candidate);
    strbuf_add_format(out,
                      "<svg class=\"fig bars\" viewBox=\"0 0 %d %zu\" width=\"%d\" role=\"img\" "
                      "aria-label=\"What became of each slot with ",
                      HTML_FIGURES_WIDTH, SLOT_TOP + rows * SLOT_ROW, HTML_FIGURES_WIDTH);
    html_write_attribute(out, html->summary->candidates[candidate].name);
    strbuf_add_text(out, "; the numbers stand in the table above\">");
    for (size_t s = 0; s < html->summary->slot_count; s++) {
        uint64_t parts[SLOT_PARTS];
        parts_of(&html->summary->slots[s].by_candidate[candidate], parts);
        if (sum_of(parts, SLOT_PARTS))
            add_slot_bar(out, &html->summary->slots[s], candidate,
                         SLOT_TOP + (double)at++ * SLOT_ROW);
    }
    strbuf_add_text(out, "</svg>\n</figure>\n");
}

static void add_slot_legend(struct strbuf *out)
{
    strbuf_add_text(out, "<p class=\"legend\">");
    for (int i = 0; i < SLOT_PARTS; i++)
        strbuf_add_format(out, "<span><i class=\"sw v%d\" aria-hidden=\"true\"></i>%s</span>", i,
                          part_names[i]);
    strbuf_add_text(out, "</p>\n");
}

static uint64_t cell_of(const struct slot_confusion *confusion, size_t candidate, size_t gold,
                        size_t predicted)
{
    return confusion->by_candidate[candidate][gold * confusion->label_count + predicted];
}

/* Labels that gold or this candidate has. */
static bool is_used(const struct slot_confusion *confusion, size_t candidate, size_t label)
{
    for (size_t i = 0; i < confusion->label_count; i++)
        if (cell_of(confusion, candidate, label, i) || cell_of(confusion, candidate, i, label))
            return true;
    return false;
}

static void add_matrix_row(struct strbuf *out, const struct slot_confusion *confusion,
                           size_t candidate, size_t gold)
{
    strbuf_add_text(out, "<tr><th scope=\"row\">");
    html_write_text(out, confusion->labels[gold]);
    strbuf_add_text(out, "</th>");
    for (size_t p = 0; p < confusion->label_count; p++) {
        if (!is_used(confusion, candidate, p))
            continue;
        uint64_t count = cell_of(confusion, candidate, gold, p);
        strbuf_add_format(out, "<td class=\"num%s\">",
                          !count      ? " zero"
                          : gold == p ? " hit"
                                      : " miss");
        if (count)
            measure_text_count(out, count);
        strbuf_add_text(out, "</td>");
    }
    strbuf_add_text(out, "</tr>\n");
}

static void add_matrix(struct html *html, const struct slot_confusion *confusion, size_t candidate)
{
    struct strbuf *out = html->out;
    strbuf_add_format(out, "<div class=\"scroll\" data-c=\"%zu\"><table class=\"matrix\"><caption>",
                      candidate);
    html_write_candidate(html, candidate);
    strbuf_add_text(out, "</caption><thead><tr><th scope=\"col\">gold \\ heard</th>");
    for (size_t p = 0; p < confusion->label_count; p++) {
        if (!is_used(confusion, candidate, p))
            continue;
        strbuf_add_text(out, "<th scope=\"col\" class=\"up\">");
        html_write_text(out, confusion->labels[p]);
        strbuf_add_text(out, "</th>");
    }
    strbuf_add_text(out, "</tr></thead><tbody>\n");
    for (size_t g = 0; g < confusion->label_count; g++)
        if (is_used(confusion, candidate, g))
            add_matrix_row(out, confusion, candidate, g);
    strbuf_add_text(out, "</tbody></table></div>\n");
}

static void add_confusion(struct html *html, const struct slot_confusion *confusion)
{
    strbuf_add_text(html->out, "<details class=\"how\"><summary>Values of ");
    html_write_said(html->out, confusion->slot);
    strbuf_add_text(html->out, ": gold against what was heard</summary>\n");
    for (size_t c = 0; c < html->summary->candidate_count; c++)
        add_matrix(html, confusion, c);
    strbuf_add_text(html->out, "</details>\n");
}

void html_figures_slots(struct html *html)
{
    size_t rows = 0;
    for (size_t c = 0; c < html->summary->candidate_count; c++)
        rows += counted_slots(html, c);
    if (!rows)
        return;
    strbuf_add_text(html->out, "<h3>What became of each slot</h3>\n");
    add_slot_legend(html->out);
    strbuf_add_text(html->out, "<div class=\"plots wide\">\n");
    for (size_t c = 0; c < html->summary->candidate_count; c++)
        add_slot_bars(html, c);
    strbuf_add_text(html->out, "</div>\n");
    for (size_t i = 0; i < html->summary->confusion_count; i++)
        add_confusion(html, &html->summary->confusions[i]);
}
