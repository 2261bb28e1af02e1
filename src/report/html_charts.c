/*
 * html_charts.c: see html_charts.h. Coordinates are written with one decimal, so that the bytes do
 * not depend on the last bit of a sum.
 */
#include "report/html_charts.h"

#include "report/measure_text.h"

#include <math.h>

static double share_of(double value, double most)
{
    return most > 0 ? fmin(fmax(value / most, 0), 1) : 0;
}

void html_charts_interval(struct strbuf *out, const struct measure *measure, double most)
{
    enum { WIDTH = 150 };
    if (!measure_text_is_defined(measure) || !isfinite(most) || most <= 0)
        return;
    double at = share_of(measure->value, most) * (WIDTH - 6) + 3;
    strbuf_add_format(out,
                      "<svg class=\"ivl\" viewBox=\"0 0 %d 10\" width=\"%d\" height=\"10\" "
                      "aria-hidden=\"true\" focusable=\"false\">"
                      "<rect class=\"track\" x=\"0\" y=\"4\" width=\"%d\" height=\"2\" rx=\"1\"/>",
                      WIDTH, WIDTH, WIDTH);
    if (measure_text_has_range(measure)) {
        double low = share_of(measure->low, most) * (WIDTH - 6) + 3;
        double high = share_of(measure->high, most) * (WIDTH - 6) + 3;
        strbuf_add_format(
            out, "<rect class=\"span\" x=\"%.1f\" y=\"3\" width=\"%.1f\" height=\"4\" rx=\"2\"/>",
            low, fmax(high - low, 1));
    }
    strbuf_add_format(out, "<circle class=\"dot\" cx=\"%.1f\" cy=\"5\" r=\"3\"/></svg>", at);
}

void html_charts_share(struct strbuf *out, const struct measure *measure)
{
    if (!measure_text_is_defined(measure))
        return;
    strbuf_add_format(out,
                      "<svg class=\"shr\" viewBox=\"0 0 60 6\" width=\"60\" height=\"6\" "
                      "aria-hidden=\"true\" focusable=\"false\">"
                      "<rect class=\"track\" width=\"60\" height=\"6\" rx=\"3\"/>"
                      "<rect class=\"fill\" width=\"%.1f\" height=\"6\" rx=\"3\"/></svg>",
                      share_of(measure->value, 1) * 60);
}

void html_charts_outcomes(struct strbuf *out, const struct candidate_summary *candidate)
{
    enum { WIDTH = 480, HEIGHT = 22 };
    uint64_t sum = 0, before = 0;
    for (int outcome = TRIAL_SUCCESS; outcome <= TRIAL_OUTCOME_LAST; outcome++)
        sum += candidate->outcomes[outcome];
    if (!sum)
        return;
    strbuf_add_format(out,
                      "<svg class=\"stack\" viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\" "
                      "width=\"%d\" height=\"%d\" aria-hidden=\"true\" focusable=\"false\">",
                      WIDTH, HEIGHT, WIDTH, HEIGHT);
    for (int outcome = TRIAL_SUCCESS; outcome <= TRIAL_OUTCOME_LAST; outcome++) {
        uint64_t count = candidate->outcomes[outcome];
        if (!count)
            continue;
        double x = WIDTH * (double)before / (double)sum;
        double width = WIDTH * (double)count / (double)sum;
        strbuf_add_format(out,
                          "<rect class=\"o%d\" x=\"%.1f\" width=\"%.1f\" height=\"%d\"><title>%s: "
                          "%llu</title></rect>",
                          outcome, x, fmax(width - 1, .5), HEIGHT, measure_text_outcome(outcome),
                          (unsigned long long)count);
        before += count;
    }
    strbuf_add_text(out, "</svg>");
}

enum { PLOT = 180, LEFT = 34, TOP = 8 };

static double plot_x(double value)
{
    return LEFT + value * PLOT;
}

static double plot_y(double value)
{
    return TOP + (1 - value) * PLOT;
}

static void add_axes(struct strbuf *out)
{
    for (int i = 0; i <= 4; i++) {
        double at = (double)i / 4;
        strbuf_add_format(out,
                          "<path class=\"grid\" d=\"M%.1f %.1fV%.1fM%.1f %.1fH%.1f\"/>"
                          "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%d%%</text>"
                          "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%d%%</text>",
                          plot_x(at), plot_y(0), plot_y(1), plot_x(0), plot_y(at), plot_x(1),
                          plot_x(at), TOP + PLOT + 14, i * 25, LEFT - 5, plot_y(at) + 3, i * 25);
    }
    strbuf_add_format(out, "<path class=\"ideal\" d=\"M%.1f %.1fL%.1f %.1f\"/>", plot_x(0),
                      plot_y(0), plot_x(1), plot_y(1));
    strbuf_add_format(out, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">confidence</text>",
                      plot_x(.5), TOP + PLOT + 28);
}

void html_charts_reliability(struct strbuf *out, const struct candidate_summary *candidate)
{
    uint64_t most = 0;
    for (size_t i = 0; i < candidate->bin_count; i++)
        most = candidate->bins[i].n > most ? candidate->bins[i].n : most;
    strbuf_add_format(out, "<svg class=\"rel\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"",
                      LEFT + PLOT + 20, TOP + PLOT + 32);
    strbuf_add_text(out, "Share right against confidence for ");
    html_write_attribute(out, candidate->name);
    strbuf_add_text(out, "; the numbers follow\">");
    add_axes(out);
    const char *move = "<path class=\"line\" d=\"M";
    bool is_started = false;
    for (size_t i = 0; i < candidate->bin_count; i++) {
        const struct reliability_bin *bin = &candidate->bins[i];
        if (!bin->n)
            continue;
        strbuf_add_format(out, "%s%.1f %.1f", is_started ? "L" : move, plot_x(bin->mean_confidence),
                          plot_y(bin->accuracy));
        is_started = true;
    }
    if (is_started)
        strbuf_add_text(out, "\"/>");
    for (size_t i = 0; i < candidate->bin_count; i++) {
        const struct reliability_bin *bin = &candidate->bins[i];
        if (!bin->n)
            continue;
        strbuf_add_format(out, "<circle class=\"dot\" cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\"/>",
                          plot_x(bin->mean_confidence), plot_y(bin->accuracy),
                          2.5 + 5 * sqrt((double)bin->n / (double)most));
    }
    strbuf_add_text(out, "</svg>\n");
}
