/*
 * html_figures.c: see html_figures.h. Coordinates are written with one decimal, so that the bytes
 * do not depend on the last bit of a sum.
 */
#include "report/html_figures.h"

#include "report/html_figures_private.h"
#include "report/html_tables.h"
#include "report/measure_text.h"
#include "report/safe_text.h"

#include <math.h>

enum { MOST_DIFFERENCES = 12 };

void html_figures_open(struct html *html, size_t candidate)
{
    strbuf_add_format(html->out, "<figure data-c=\"%zu\" class=\"k%zu\"><figcaption>", candidate,
                      candidate % 8);
    html_write_candidate(html, candidate);
    strbuf_add_text(html->out, "</figcaption>\n");
}

void html_figures_text(struct strbuf *out, struct strview text)
{
    CLEANUP(strbuf_done) struct strbuf line = {0};
    safe_text_line(&line, text);
    strbuf_fail_with(out, &line);
    html_write_text(out, strbuf_view(&line));
}

void html_figures_begin_numbers(struct strbuf *out, const char *caption)
{
    strbuf_add_format(out,
                      "<details class=\"how\"><summary>As numbers</summary><div class=\"scroll\">"
                      "<table class=\"mini\"><caption class=\"hid\">%s</caption><thead><tr>",
                      caption);
}

void html_figures_head(struct strbuf *out, const char *title, bool is_number)
{
    strbuf_add_format(out, "<th scope=\"col\"%s>%s</th>", is_number ? " class=\"num\"" : "", title);
}

void html_figures_end_numbers(struct strbuf *out)
{
    strbuf_add_text(out, "</tbody></table></div></details>\n");
}

/* 1, 2 or 5 times a power of ten, at least `value`. */
static double round_up(double value)
{
    double power = pow(10, floor(log10(value)));
    double digit = value / power;
    return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
}

/* --- differences
 * ----------------------------------------------------------------------------------- */

static bool is_shown(const struct html *html, const struct metric_row *row, size_t candidate)
{
    return row->difference && row->unit == UNIT_RATIO &&
           !measure_text_is_left_out(row, candidate, html->canonical) &&
           !measure_text_is_left_out(row, 0, html->canonical) &&
           measure_text_is_defined(&row->difference[candidate]) &&
           measure_text_has_range(&row->difference[candidate]);
}

static const struct metric_section *headline_of(const struct html *html)
{
    for (size_t i = 0; i < html->summary->section_count; i++)
        if (strcmp(html->summary->sections[i].name, "headline") == 0)
            return &html->summary->sections[i];
    return NULL;
}

/* The rows that some candidate has a difference in. */
static size_t differing_rows(const struct html *html,
                             const struct metric_row *ret_rows[MOST_DIFFERENCES])
{
    const struct metric_section *section = headline_of(html);
    size_t count = 0;
    for (size_t i = 0; section && i < section->count && count < MOST_DIFFERENCES; i++) {
        bool any = false;
        for (size_t c = 1; c < html->summary->candidate_count; c++)
            any = any || is_shown(html, &section->rows[i], c);
        if (any)
            ret_rows[count++] = &section->rows[i];
    }
    return count;
}

bool html_figures_has_differences(const struct html *html)
{
    const struct metric_row *rows[MOST_DIFFERENCES];
    return differing_rows(html, rows) > 0;
}

/* In points: round ends, with zero inside. */
struct scale {
    double low, high, step;
};

/* One scale for all candidates, out to the farthest ends of the intervals. */
static struct scale scale_of(const struct html *html, const struct metric_row *const *rows,
                             size_t count)
{
    double low = 0, high = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t c = 1; c < html->summary->candidate_count; c++)
            if (is_shown(html, rows[i], c)) {
                low = fmin(low, 100 * rows[i]->difference[c].low);
                high = fmax(high, 100 * rows[i]->difference[c].high);
            }
    double step = round_up(fmax((fmin(high, 100) - fmax(low, -100)) / 5, .2));
    /* some room on either side of zero, so that "better" and "worse" have their places */
    return (struct scale){fmin(floor(fmax(low, -100) / step) * step, -step),
                          fmax(ceil(fmin(high, 100) / step) * step, step), step};
}

enum { FOREST_ROW = 34, FOREST_TOP = 6, FOREST_LEFT = 18, FOREST_BOTTOM = 22 };

static double forest_x(double points, const struct scale *scale)
{
    double share = (points - scale->low) / (scale->high - scale->low);
    return FOREST_LEFT + fmin(fmax(share, 0), 1) * (HTML_FIGURES_WIDTH - 2 * FOREST_LEFT);
}

static void add_forest_axis(struct strbuf *out, const struct scale *scale, size_t rows)
{
    double bottom = FOREST_TOP + (double)rows * FOREST_ROW;
    int first = (int)lround(scale->low / scale->step),
        last = (int)lround(scale->high / scale->step);
    for (int i = first; i <= last; i++) {
        double points = i * scale->step, x = forest_x(points, scale);
        strbuf_add_format(out,
                          "<path class=\"%s\" d=\"M%.1f %d V%.1f\"/><text x=\"%.1f\" y=\"%.1f\" "
                          "text-anchor=\"middle\">%s%.3g</text>",
                          i ? "grid" : "zero", x, FOREST_TOP, bottom, x, bottom + 14,
                          i > 0   ? "+"
                          : i < 0 ? "\xe2\x88\x92"
                                  : "",
                          fabs(points));
    }
}

static void add_forest_row(struct strbuf *out, const struct metric_row *row, size_t candidate,
                           const struct scale *scale, double y)
{
    static const char *const classes[] = {"none", "better", "worse", "unclear", "unclear", "none"};
    const struct measure *difference = &row->difference[candidate];
    enum change_kind kind = measure_text_change_kind(difference, row->direction);
    double low = forest_x(100 * difference->low, scale);
    double high = forest_x(100 * difference->high, scale);
    strbuf_add_format(out, "<text class=\"name\" x=\"%d\" y=\"%.1f\">", FOREST_LEFT, y + 12);
    html_figures_text(out, strview_of(row->title));
    strbuf_add_format(out,
                      "</text><g class=\"%s\"><rect class=\"span\" x=\"%.1f\" y=\"%.1f\" "
                      "width=\"%.1f\" height=\"4\" rx=\"2\"/><circle class=\"dot\" cx=\"%.1f\" "
                      "cy=\"%.1f\" r=\"4\"/></g>",
                      classes[kind], low, y + 21, fmax(high - low, 1),
                      forest_x(100 * difference->value, scale), y + 23);
}

static void add_forest(struct html *html, const struct metric_row *const *rows, size_t count,
                       size_t candidate, const struct scale *scale)
{
    struct strbuf *out = html->out;
    strbuf_add_format(out,
                      "<svg class=\"fig forest\" viewBox=\"0 0 %d %zu\" width=\"%d\" role=\"img\" "
                      "aria-label=\"Differences of ",
                      HTML_FIGURES_WIDTH, FOREST_TOP + count * FOREST_ROW + FOREST_BOTTOM,
                      HTML_FIGURES_WIDTH);
    html_write_attribute(out, html->summary->candidates[candidate].name);
    strbuf_add_text(out, " with their 95 % intervals; the numbers follow\">");
    add_forest_axis(out, scale, count);
    for (size_t i = 0; i < count; i++)
        if (is_shown(html, rows[i], candidate))
            add_forest_row(out, rows[i], candidate, scale, FOREST_TOP + (double)i * FOREST_ROW);
    strbuf_add_text(out, "</svg>\n");
}

static void add_difference_numbers(struct html *html, const struct metric_row *const *rows,
                                   size_t count, size_t candidate)
{
    struct strbuf *out = html->out;
    html_figures_begin_numbers(out, "Differences");
    html_figures_head(out, "Metric", false);
    html_figures_head(out, "Difference", true);
    html_figures_head(out, "95 % interval", true);
    html_figures_head(out, "Says", false);
    strbuf_add_text(out, "</tr></thead><tbody>\n");
    for (size_t i = 0; i < count; i++) {
        if (!is_shown(html, rows[i], candidate))
            continue;
        const struct measure *difference = &rows[i]->difference[candidate];
        strbuf_add_text(out, "<tr><th scope=\"row\">");
        html_write_text(out, strview_of(rows[i]->title));
        strbuf_add_text(out, "</th><td class=\"num\">");
        measure_text_change(out, difference, rows[i]->unit);
        strbuf_add_text(out, "</td><td class=\"num\">");
        measure_text_change_range(out, difference, rows[i]->unit);
        strbuf_add_format(
            out, "</td><td>%s</td></tr>\n",
            measure_text_change_word(measure_text_change_kind(difference, rows[i]->direction)));
    }
    html_figures_end_numbers(out);
}

void html_figures_differences(struct html *html)
{
    const struct metric_row *rows[MOST_DIFFERENCES];
    size_t count = differing_rows(html, rows);
    if (!count)
        return;
    html_tables_begin_card(html, "differences", "Differences",
                           "Each candidate against the first one, in percentage points, paired "
                           "by conversation. An "
                           "interval that crosses the line at 0 decides nothing.");
    struct scale scale = scale_of(html, rows, count);
    strbuf_add_text(html->out, "<div class=\"plots wide\">\n");
    for (size_t c = 1; c < html->summary->candidate_count; c++) {
        html_figures_open(html, c);
        add_forest(html, rows, count, c, &scale);
        add_difference_numbers(html, rows, count, c);
        strbuf_add_text(html->out, "</figure>\n");
    }
    strbuf_add_text(html->out, "</div>\n");
    html_tables_end_card(html);
}

/* --- cost against quality
 * -------------------------------------------------------------------------- */

enum { COST_HEIGHT = 250, COST_LEFT = 40, COST_RIGHT = 12, COST_TOP = 10, COST_BOTTOM = 34 };

struct point {
    size_t candidate;
    const struct measure *cost, *quality;
    bool on_front;
};

static const struct metric_row *quality_row(const struct html *html)
{
    static const char *const names[] = {"success_rate", "slot_f1_micro", "completion_rate"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct metric_row *row = run_summary_row(html->summary, names[i]);
        for (size_t c = 0; row && c < html->summary->candidate_count; c++)
            if (measure_text_is_defined(&row->by_candidate[c]))
                return row;
    }
    return NULL;
}

/* `points` has room for all candidates. */
static size_t collect_points(const struct html *html, struct point *points)
{
    const struct metric_row *quality = quality_row(html);
    const struct metric_row *cost = run_summary_row(html->summary, "cost_per_conversation_usd");
    size_t count = 0;
    for (size_t c = 0; quality && cost && c < html->summary->candidate_count; c++)
        if (measure_text_is_defined(&quality->by_candidate[c]) &&
            measure_text_is_defined(&cost->by_candidate[c]))
            points[count++] =
                (struct point){c, &cost->by_candidate[c], &quality->by_candidate[c], true};
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++) {
            bool no_worse = points[j].cost->value <= points[i].cost->value &&
                            points[j].quality->value >= points[i].quality->value;
            bool better = points[j].cost->value < points[i].cost->value ||
                          points[j].quality->value > points[i].quality->value;
            points[i].on_front = points[i].on_front && !(no_worse && better);
        }
    return count;
}

enum { MOST_POINTS = 64 };

bool html_figures_has_cost(const struct html *html)
{
    struct point points[MOST_POINTS];
    if (html->summary->candidate_count > MOST_POINTS)
        return false;
    size_t count = collect_points(html, points);
    bool any_cost = false;
    for (size_t i = 0; i < count; i++)
        any_cost = any_cost || points[i].cost->value > 0;
    return count > 1 && any_cost;
}

static double cost_x(double cost, double most)
{
    return COST_LEFT + fmin(cost / most, 1) * (HTML_FIGURES_WIDTH - COST_LEFT - COST_RIGHT);
}

static double cost_y(double quality)
{
    return COST_TOP + (1 - quality) * (COST_HEIGHT - COST_TOP - COST_BOTTOM);
}

static void add_usd(struct strbuf *out, double usd)
{
    struct measure measure = {.value = usd, .low = (double)NAN, .high = (double)NAN};
    measure_text_value(out, &measure, UNIT_USD);
}

static void add_cost_axes(struct strbuf *out, const struct metric_row *quality, double most)
{
    for (int i = 0; i <= 4; i++)
        strbuf_add_format(out,
                          "<path class=\"grid\" d=\"M%d %.1fH%d\"/><text x=\"%d\" y=\"%.1f\" "
                          "text-anchor=\"end\">%d%%</text>",
                          COST_LEFT, cost_y(i / 4.0), HTML_FIGURES_WIDTH - COST_RIGHT,
                          COST_LEFT - 6, cost_y(i / 4.0) + 3, i * 25);
    for (int i = 0; i <= 2; i++) {
        double x = cost_x(most * i / 2, most);
        strbuf_add_format(out,
                          "<path class=\"grid\" d=\"M%.1f %.1fV%.1f\"/><text x=\"%.1f\" y=\"%.1f\" "
                          "text-anchor=\"%s\">",
                          x, cost_y(0), cost_y(1), x, cost_y(0) + 14, i == 2 ? "end" : "middle");
        add_usd(out, most * i / 2);
        strbuf_add_text(out, "</text>");
    }
    strbuf_add_format(out, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"middle\">cost per call</text>",
                      (COST_LEFT + HTML_FIGURES_WIDTH - COST_RIGHT) / 2, cost_y(0) + 28);
    strbuf_add_format(out, "<text class=\"name\" x=\"%d\" y=\"%.1f\">", COST_LEFT + 6,
                      cost_y(1) + 12);
    html_figures_text(out, strview_of(quality->title));
    strbuf_add_text(out, "</text>");
}

/* Along the front: as good for as much money, until the next one is better. */
static void add_front(struct strbuf *out, const struct point *points, size_t count, double most)
{
    double at = -1;
    bool is_started = false;
    for (size_t step = 0; step < count; step++) {
        const struct point *next = NULL;
        for (size_t i = 0; i < count; i++)
            if (points[i].on_front && points[i].cost->value > at &&
                (!next || points[i].cost->value < next->cost->value))
                next = &points[i];
        if (!next)
            break;
        at = next->cost->value;
        double x = cost_x(at, most), y = cost_y(next->quality->value);
        if (is_started)
            strbuf_add_format(out, "H%.1fV%.1f", x, y);
        else
            strbuf_add_format(out, "<path class=\"front\" d=\"M%.1f %.1f", x, y);
        is_started = true;
    }
    if (is_started)
        strbuf_add_format(out, "H%d\"/>", HTML_FIGURES_WIDTH - COST_RIGHT);
}

static void add_point(struct strbuf *out, const struct point *point, double most)
{
    double x = cost_x(point->cost->value, most), y = cost_y(point->quality->value);
    strbuf_add_format(out, "<g class=\"k%zu%s\">", point->candidate % 8,
                      point->on_front ? "" : " off");
    if (measure_text_has_range(point->quality))
        strbuf_add_format(out, "<path class=\"whisker\" d=\"M%.1f %.1fV%.1f\"/>", x,
                          cost_y(point->quality->low), cost_y(point->quality->high));
    if (measure_text_has_range(point->cost))
        strbuf_add_format(out, "<path class=\"whisker\" d=\"M%.1f %.1fH%.1f\"/>",
                          cost_x(fmax(point->cost->low, 0), most), y,
                          cost_x(point->cost->high, most));
    strbuf_add_format(
        out,
        "<circle class=\"dot\" cx=\"%.1f\" cy=\"%.1f\" r=\"7\"/><text class=\"number\" "
        "x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%zu</text></g>",
        x, y, x, y + 3.5, point->candidate + 1);
}

static void add_cost_table(struct html *html, const struct point *points, size_t count,
                           const struct metric_row *quality)
{
    struct strbuf *out = html->out;
    html_write_begin_table(out, "t-trade-off", "Cost and quality of each candidate", false);
    strbuf_add_text(out, "<thead><tr>");
    html_figures_head(out, "Candidate", false);
    strbuf_add_text(out, "<th scope=\"col\" class=\"num\">");
    html_write_text(out, strview_of(quality->title));
    strbuf_add_text(out, "</th>");
    html_figures_head(out, "Cost per call", true);
    html_figures_head(out, "On the line", false);
    strbuf_add_text(out, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < count; i++) {
        struct html_notes notes = {.count = 0};
        struct html_measure shown = {points[i].quality, NULL, quality->unit, quality->direction};
        struct html_measure cost = {points[i].cost, NULL, UNIT_USD, LOWER_IS_BETTER};
        strbuf_add_format(out, "<tr data-c=\"%zu\"><th scope=\"row\">%zu ", points[i].candidate,
                          points[i].candidate + 1);
        html_write_candidate(html, points[i].candidate);
        strbuf_add_text(out, "</th><td class=\"num\"");
        html_write_sort_key(out, points[i].quality);
        strbuf_add_char(out, '>');
        html_write_measure(html, &shown, &notes);
        strbuf_add_text(out, "</td><td class=\"num\"");
        html_write_sort_key(out, points[i].cost);
        strbuf_add_char(out, '>');
        html_write_measure(html, &cost, &notes);
        strbuf_add_format(out, "</td><td>%s</td></tr>\n", points[i].on_front ? "yes" : "no");
    }
    html_write_end_table(out);
}

void html_figures_cost(struct html *html)
{
    struct point points[MOST_POINTS];
    if (!html_figures_has_cost(html))
        return;
    size_t count = collect_points(html, points);
    const struct metric_row *quality = quality_row(html);
    double most = 0;
    for (size_t i = 0; i < count; i++)
        most = fmax(most, measure_text_has_range(points[i].cost) ? points[i].cost->high
                                                                 : points[i].cost->value);
    most = round_up(most);
    html_tables_begin_card(
        html, "trade-off", "Cost against quality",
        "Up is better, left is cheaper. For each candidate below the line another "
        "one is at least as good for no more money; the bars are 95 % intervals.");
    strbuf_add_format(html->out,
                      "<div class=\"beside\"><svg class=\"fig cost\" viewBox=\"0 0 %d %d\" "
                      "width=\"%d\" role=\"img\" aria-label=\"Cost per call against quality; the "
                      "numbers stand in the table\">",
                      HTML_FIGURES_WIDTH, COST_HEIGHT, HTML_FIGURES_WIDTH);
    add_cost_axes(html->out, quality, most);
    add_front(html->out, points, count, most);
    for (size_t i = 0; i < count; i++)
        add_point(html->out, &points[i], most);
    strbuf_add_text(html->out, "</svg>\n");
    add_cost_table(html, points, count, quality);
    strbuf_add_text(html->out, "</div>\n");
    html_tables_end_card(html);
}
