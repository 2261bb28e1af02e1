/*
 * outcome_table.c: columns of compare/ put side by side, sorted, printed as JSON lines. Written
 * when a run is blessed, made again of every run that is held against a baseline. Thread: main.
 */
#include "gate/outcome_table.h"

#include "base/hash_set.h"
#include "base/json_write.h"

#include <jansson.h>

#include <math.h>
#include <stdlib.h>

static const char *const slot_metrics[] = {"slot_f1", "slot_precision", "slot_recall"};
enum { SLOT_METRICS = 3, HEX_DIGITS = 16 };

static int by_id(const void *first, const void *second)
{
    const uint64_t *a = first, *b = second;
    return *a < *b ? -1 : *a > *b;
}

static struct outcome_column *add_column(struct outcome_table *table, struct strview metric,
                                         struct arena *arena)
{
    struct outcome_column *column = &table->columns[table->column_count++];
    *column =
        (struct outcome_column){metric, arena_array(arena, table->count + 1, sizeof *column->sums),
                                arena_array(arena, table->count + 1, sizeof *column->sizes)};
    for (size_t i = 0; column->sizes && i < table->count; i++)
        column->sizes[i] = (double)NAN;
    return column->sums && column->sizes ? column : NULL;
}

static bool take(struct outcome_table *table, struct column_side side, struct strview metric,
                 const struct hash_set *places, struct arena *arena)
{
    struct metric_source source;
    struct metric_column found;
    struct outcome_column *column = metric.data ? add_column(table, metric, arena) : NULL;
    if (!column)
        return false;
    if (!metric_source_find(metric, 1, &source))
        return true;
    CLEANUP(arena_cleanup) struct arena *scratch = arena_create(64 * 1024, 0);
    struct conversation_filter filters[] = {
        {.key = {0}}, {.key = strview_of("split"), .value = strview_of("challenge")}};
    for (size_t f = 0; f < 2; f++) { /* what headlines leave out is asked for by slices */
        if (!scratch || !metric_column_make(side, &source, filters[f], scratch, &found))
            return false;
        for (size_t i = 0; i < found.count; i++) {
            uint64_t at = 0;
            (void)hash_set_get(places, side.outcomes->id_hashes[found.conversations[i]], &at);
            column->sums[at] = found.sums[i];
            column->sizes[at] = found.sizes[i];
        }
    }
    return true;
}

bool outcome_table_make(struct column_side side, struct arena *arena,
                        struct outcome_table *ret_table)
{
    const struct run_outcomes *outcomes = side.outcomes;
    size_t most = FOLD_COUNT + SLOT_METRICS * outcomes->slot_count;
    struct outcome_table table = {.count = outcomes->count,
                                  .ids = arena_array(arena, outcomes->count + 1, sizeof *table.ids),
                                  .columns = arena_array(arena, most + 1, sizeof *table.columns)};
    CLEANUP(hash_set_done) struct hash_set places = HASH_MAP;
    if (!table.ids || !table.columns)
        return false;
    for (size_t i = 0; i < table.count; i++)
        table.ids[i] = outcomes->id_hashes[i];
    qsort(table.ids, table.count, sizeof *table.ids, by_id);
    for (size_t i = 0; i < table.count; i++)
        if (!hash_set_put(&places, table.ids[i], i))
            return false;
    for (int i = 0; i < FOLD_COUNT; i++) /* attempts tell of the far end, not of the candidate */
        if (i != FOLD_ATTEMPTS &&
            !take(&table, side, strview_of(ratio_metric_of_trials[i].metric), &places, arena))
            return false;
    for (size_t s = 0; s < outcomes->slot_count; s++)
        for (size_t i = 0; i < SLOT_METRICS; i++) {
            const char *name = arena_format(arena, "%s.%.*s", slot_metrics[i],
                                            STRVIEW_ARG(outcomes->slot_names[s]));
            if (!take(&table, side, strview_of(name), &places, arena))
                return false;
        }
    *ret_table = table;
    return true;
}

void outcome_table_print(const struct outcome_table *table, struct strbuf *out)
{
    struct json_write writer = {.out = out};
    json_write_begin_array(&writer);
    for (size_t c = 0; c < table->column_count; c++)
        json_write_text(&writer, table->columns[c].metric);
    json_write_end_array(&writer);
    strbuf_add_char(out, '\n');
    for (size_t i = 0; i < table->count; i++) {
        strbuf_add_format(out, "[\"%016llx\"", (unsigned long long)table->ids[i]);
        for (size_t c = 0; c < table->column_count; c++) {
            struct json_write value = {.out = out};
            strbuf_add_char(out, ',');
            if (isnan(table->columns[c].sizes[i])) {
                strbuf_add_text(out, "0");
                continue;
            }
            strbuf_add_char(out, '[');
            json_write_number(&value, table->columns[c].sums[i]);
            value = (struct json_write){.out = out};
            strbuf_add_char(out, ',');
            json_write_number(&value, table->columns[c].sizes[i]);
            strbuf_add_char(out, ']');
        }
        strbuf_add_text(out, "]\n");
    }
}

static enum status wrong(size_t line, struct error *err)
{
    return error_set(err, STATUS_DATA, "line %zu of the kept outcomes is not what was written",
                     line);
}

static bool take_row(struct outcome_table *table, size_t row, const json_t *values)
{
    const char *id = json_string_value(json_array_get(values, 0));
    if (!id || strlen(id) != HEX_DIGITS || json_array_size(values) != table->column_count + 1)
        return false;
    table->ids[row] = strtoull(id, NULL, 16);
    for (size_t c = 0; c < table->column_count; c++) {
        const json_t *pair = json_array_get(values, c + 1);
        bool is_there = json_is_array(pair);
        table->columns[c].sums[row] = json_number_value(json_array_get(pair, 0));
        table->columns[c].sizes[row] =
            is_there ? json_number_value(json_array_get(pair, 1)) : (double)NAN;
    }
    return true;
}

static bool take_head(struct outcome_table *table, const json_t *names, struct arena *arena)
{
    size_t count = json_array_size(names);
    table->columns = arena_array(arena, count + 1, sizeof *table->columns);
    for (size_t c = 0; table->columns && c < count; c++) {
        const char *name = json_string_value(json_array_get(names, c));
        const char *own = name ? arena_copy_text(arena, name) : NULL;
        if (!own || !add_column(table, strview_of(own), arena))
            return false;
    }
    return table->columns && count > 0;
}

enum status outcome_table_parse(struct strview text, struct arena *arena,
                                struct outcome_table *ret_table, struct error *err)
{
    struct outcome_table table = {0};
    size_t lines = 0, line = 0;
    for (size_t i = 0; i < text.size; i++)
        lines += text.data[i] == '\n';
    table.count = lines ? lines - 1 : 0;
    table.ids = arena_array(arena, table.count + 1, sizeof *table.ids);
    if (!table.ids)
        return error_no_memory(err);
    for (size_t at = 0; at < text.size; line++) {
        const char *end = memchr(text.data + at, '\n', text.size - at);
        size_t size = end ? (size_t)(end - text.data) - at : 0;
        json_t *values = json_loadb(text.data + at, size, 0, NULL);
        bool taken = end && json_is_array(values) &&
                     (line ? take_row(&table, line - 1, values) : take_head(&table, values, arena));
        json_decref(values);
        if (!taken)
            return arena_memory_ran_out(arena) ? error_no_memory(err) : wrong(line + 1, err);
        at += size + 1;
    }
    if (line == 0)
        return wrong(1, err);
    *ret_table = table;
    return STATUS_OK;
}

const struct outcome_column *outcome_table_column(const struct outcome_table *table,
                                                  struct strview metric)
{
    for (size_t c = 0; c < table->column_count; c++)
        if (strview_equal(table->columns[c].metric, metric))
            return &table->columns[c];
    return NULL;
}
