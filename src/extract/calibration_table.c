/*
 * calibration_table.c: see calibration_table.h.
 */
#include "extract/calibration_table.h"

#include <string.h>

static const double prior_count = 40.0, prior_share = 0.93;

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

static double share(uint32_t right, uint32_t count)
{
    return (right + prior_count * prior_share) / (count + prior_count);
}

double calibration_table_probability(const struct extract_calibration *table,
                                     enum extract_type type, double confidence,
                                     enum extract_doubt doubt)
{
    size_t kind = kind_of(type), band = band_of(confidence);
    return share(table->cells[kind][band][doubt].right, table->cells[kind][band][doubt].count);
}

void calibration_table_count(struct extract_calibration *table, const struct extract_slot *slot,
                             bool right)
{
    enum extract_doubt doubt = EXTRACT_DOUBT_NONE;
    for (enum extract_doubt d = EXTRACT_DOUBT_NONE; d < EXTRACT_DOUBT_COUNT; d++) {
        if (slot->reason && reasons[d] && strcmp(slot->reason, reasons[d]) == 0)
            doubt = d;
    }
    size_t kind = kind_of(slot->type), band = band_of(slot->confidence);
    table->cells[kind][band][doubt].count++;
    table->cells[kind][band][doubt].right += right;
}

void calibration_table_write(const struct extract_calibration *table, struct strbuf *out)
{
    const char *separator = "";
    strbuf_add_text(out, "{\"cells\": [");
    for (size_t k = 0; k < EXTRACT_CALIBRATION_KINDS; k++) {
        for (size_t b = 0; b < EXTRACT_CALIBRATION_BANDS; b++) {
            for (size_t d = 0; d < EXTRACT_DOUBT_COUNT; d++) {
                uint32_t right = table->cells[k][b][d].right, count = table->cells[k][b][d].count;
                if (count == 0)
                    continue;
                strbuf_add_format(out,
                                  "%s\n  {\"kind\": \"%s\", \"band\": \"%s\", \"reason\": \"%s\", "
                                  "\"right\": %u, \"count\": %u, \"probability\": %.4f}",
                                  separator, kind_names[k], band_names[b],
                                  reasons[d] ? reasons[d] : "", right, count, share(right, count));
                separator = ",";
            }
        }
    }
    strbuf_add_text(out, "\n]}\n");
}
