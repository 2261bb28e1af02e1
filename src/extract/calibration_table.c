/*
 * calibration_table.c: see calibration_table.h.
 */
#include "extract/calibration_table.h"

#include <string.h>

static const double prior_count = 20.0;

static const char *const reasons[] = {
#define X(name, text) text,
    EXTRACT_DOUBT_LIST(X)
#undef X
};

static const char *const kind_names[] = {"time", "name", "contact", "number", "category"};
static const char *const band_names[] = {"low", "middle", "high"};

const char *calibration_table_reason(enum extract_doubt doubt)
{
    return reasons[doubt];
}

static size_t kind_of(enum extract_type type)
{
    switch (type) {
    case EXTRACT_NAME:
        return 1;
    case EXTRACT_PHONE:
    case EXTRACT_EMAIL:
        return 2;
    case EXTRACT_NUMBER:
        return 3;
    case EXTRACT_CATEGORY:
        return 4;
    case EXTRACT_DATE:
    case EXTRACT_TIME:
    case EXTRACT_DATETIME:
    case EXTRACT_INTERVAL:
    case EXTRACT_DURATION:
    case EXTRACT_TYPE_COUNT:
    default:
        return 0;
    }
}

static size_t band_of(double confidence)
{
    return confidence < 0.795 ? 0 : confidence < 0.875 ? 1 : 2;
}

static double share(const struct extract_calibration *table, size_t kind, size_t band, size_t doubt)
{
    double prior = doubt == EXTRACT_DOUBT_NONE ? table->sure_prior : table->doubtful_prior;
    return (table->cells[kind][band][doubt].right + prior_count * prior) /
           (table->cells[kind][band][doubt].count + prior_count);
}

double calibration_table_probability(const struct extract_calibration *table,
                                     enum extract_type type, double confidence,
                                     enum extract_doubt doubt)
{
    return share(table, kind_of(type), band_of(confidence), doubt);
}

enum extract_doubt calibration_table_doubt(struct strview reason)
{
    for (enum extract_doubt d = EXTRACT_DOUBT_NONE; d < EXTRACT_DOUBT_COUNT; d++) {
        if (d != EXTRACT_DOUBT_LOW && reasons[d] && strview_is(reason, reasons[d]))
            return d;
    }
    return EXTRACT_DOUBT_NONE;
}

void calibration_table_count(struct extract_calibration *table, enum extract_type type,
                             double confidence, enum extract_doubt doubt, bool right)
{
    size_t kind = kind_of(type), band = band_of(confidence);
    table->cells[kind][band][doubt].count++;
    table->cells[kind][band][doubt].right += right;
}

void calibration_table_finish(struct extract_calibration *table)
{
    uint32_t right[2] = {0}, count[2] = {0};
    for (size_t k = 0; k < EXTRACT_CALIBRATION_KINDS; k++) {
        for (size_t b = 0; b < EXTRACT_CALIBRATION_BANDS; b++) {
            for (size_t d = 0; d < EXTRACT_DOUBT_COUNT; d++) {
                right[d != EXTRACT_DOUBT_NONE] += table->cells[k][b][d].right;
                count[d != EXTRACT_DOUBT_NONE] += table->cells[k][b][d].count;
            }
        }
    }
    table->sure_prior = (right[0] + 9.0) / (count[0] + 10.0);
    table->doubtful_prior = (right[1] + 4.0) / (count[1] + 5.0);
}

bool calibration_table_set(struct extract_calibration *table, struct strview kind,
                           struct strview band, struct strview reason, uint32_t right,
                           uint32_t count)
{
    enum extract_doubt doubt = calibration_table_doubt(reason);
    if (reason.size && doubt == EXTRACT_DOUBT_NONE)
        return false;
    for (size_t k = 0; k < EXTRACT_CALIBRATION_KINDS; k++) {
        for (size_t b = 0; b < EXTRACT_CALIBRATION_BANDS; b++) {
            if (!strview_is(kind, kind_names[k]) || !strview_is(band, band_names[b]))
                continue;
            table->cells[k][b][doubt].right = right;
            table->cells[k][b][doubt].count = count;
            return true;
        }
    }
    return false;
}

/* Calls `write` for each cell that was seen. */
static void write_cells(const struct extract_calibration *table,
                        void (*write)(const struct extract_calibration *table, const size_t at[3],
                                      bool first, struct strbuf *out),
                        struct strbuf *out)
{
    bool first = true;
    for (size_t k = 0; k < EXTRACT_CALIBRATION_KINDS; k++) {
        for (size_t b = 0; b < EXTRACT_CALIBRATION_BANDS; b++) {
            for (size_t d = 0; d < EXTRACT_DOUBT_COUNT; d++) {
                if (table->cells[k][b][d].count == 0)
                    continue;
                write(table, (const size_t[]){k, b, d}, first, out);
                first = false;
            }
        }
    }
}

static void write_json_cell(const struct extract_calibration *table, const size_t at[3], bool first,
                            struct strbuf *out)
{
    strbuf_add_format(out,
                      "%s\n  {\"kind\": \"%s\", \"band\": \"%s\", \"reason\": \"%s\", "
                      "\"right\": %u, \"count\": %u, \"probability\": %.4f}",
                      first ? "" : ",", kind_names[at[0]], band_names[at[1]],
                      reasons[at[2]] ? reasons[at[2]] : "", table->cells[at[0]][at[1]][at[2]].right,
                      table->cells[at[0]][at[1]][at[2]].count, share(table, at[0], at[1], at[2]));
}

static void write_source_cell(const struct extract_calibration *table, const size_t at[3],
                              bool first, struct strbuf *out)
{
    (void)first;
    strbuf_add_format(out, "        [%zu][%zu][%zu] = {%u, %u},\n", at[0], at[1], at[2],
                      table->cells[at[0]][at[1]][at[2]].right,
                      table->cells[at[0]][at[1]][at[2]].count);
}

void calibration_table_write(const struct extract_calibration *table, struct strbuf *out)
{
    strbuf_add_format(out, "{\"sure_prior\": %.4f, \"doubtful_prior\": %.4f, \"cells\": [",
                      table->sure_prior, table->doubtful_prior);
    write_cells(table, write_json_cell, out);
    strbuf_add_text(out, "\n]}\n");
}

void calibration_table_write_source(const struct extract_calibration *table, struct strbuf *out)
{
    strbuf_add_text(out, "/*\n * calibration_data.c: counts of right values, written by `assay "
                         "extract calibrate --source`; see\n * docs/EXTRACTION.md for the cases.\n "
                         "*/\n#include \"extract/calibration_table.h\"\n\n/* clang-format off */\n"
                         "const struct extract_calibration calibration_data_builtin = {\n"
                         "    .cells = {\n");
    write_cells(table, write_source_cell, out);
    strbuf_add_format(out,
                      "    },\n    .sure_prior = %.4f,\n    .doubtful_prior = %.4f,\n};\n"
                      "/* clang-format on */\n",
                      table->sure_prior, table->doubtful_prior);
}
