/*
 * sgd_metrics.c: the last step of the official scorer. Each collection is a list of frames in the
 * official order, so that numpy's sum can be repeated bit by bit. Thread: main and a team of
 * OpenMP, one collection and metric at a time each. Ownership: everything ends with the call.
 */
#include "score/sgd_metrics.h"

#include "base/memory.h"
#include "score/sgd_text.h"

#include <omp.h>

#include <math.h>
#include <stdlib.h>

static const char *const metric_names[] = {
#define X(name, text) text,
    SGD_METRIC_LIST(X)
#undef X
};

struct collection {
    struct strview name;
    uint32_t *frames;
    uint32_t frame_count;
    uint32_t filled;
    size_t same_as; /* the first collection with the very same frames, perhaps itself */
    double means[SGD_METRIC_COUNT]; /* NaN: no frame has a value */
};

enum { MEMBERSHIPS = 4 }; /* all, service, domain, seen or unseen */

struct summary {
    const struct sgd_metrics_input *input;
    struct collection *collections;
    size_t count, capacity;
    size_t (*of_service)[MEMBERSHIPS]; /* per service of the schema; may name one twice */
    size_t membership_count;
    bool failed;
};

static void summary_done(struct summary *summary)
{
    for (size_t i = 0; i < summary->count; i++)
        memory_free(summary->collections[i].frames);
    memory_free(summary->collections);
    memory_free(summary->of_service);
}

/* --- who belongs where --------------------------------------------------------------------- */

static size_t find_collection(struct summary *summary, struct strview name)
{
    for (size_t i = 0; i < summary->count; i++)
        if (strview_equal(summary->collections[i].name, name))
            return i;
    if (!memory_grow(&summary->collections, &summary->capacity, summary->count + 1,
                     sizeof *summary->collections)) {
        summary->failed = true;
        return 0;
    }
    summary->collections[summary->count] = (struct collection){.name = name};
    return summary->count++;
}

/* "Services_1" is of the domain "Services"; a name without "_" is its own domain, and then counts
 * twice in one collection. */
static struct strview domain_of(struct strview service)
{
    const char *end = service.size ? memchr(service.data, '_', service.size) : NULL;
    return (struct strview){service.data, end ? (size_t)(end - service.data) : service.size};
}

static void place_service(struct summary *summary, size_t service)
{
    const struct sgd_metrics_input *input = summary->input;
    struct strview name = input->schema->services[service].name;
    size_t *of_service = summary->of_service[service];
    of_service[0] = find_collection(summary, strview_of("#ALL_SERVICES"));
    of_service[1] = find_collection(summary, name);
    of_service[2] = find_collection(summary, domain_of(name));
    if (!input->train_schema)
        return;
    bool is_seen = sgd_schema_find(input->train_schema, name) != NULL;
    of_service[3] =
        find_collection(summary, strview_of(is_seen ? "#SEEN_SERVICES" : "#UNSEEN_SERVICES"));
}

static bool place_services(struct summary *summary)
{
    const struct sgd_metrics_input *input = summary->input;
    size_t service_count = input->schema->service_count;
    bool *is_used = memory_alloc(service_count * sizeof *is_used);
    summary->of_service = memory_alloc(service_count * sizeof *summary->of_service);
    summary->membership_count = input->train_schema ? 4 : 3;
    summary->failed = !is_used || !summary->of_service;
    for (uint32_t f = 0; f < input->frame_count && !summary->failed; f++) {
        int32_t service = input->scores->services[f];
        if (is_used[service])
            continue;
        is_used[service] = true;
        place_service(summary, (size_t)service);
    }
    memory_free(is_used);
    return !summary->failed;
}

static bool place_frames(struct summary *summary)
{
    const int32_t *services = summary->input->scores->services;
    uint32_t frame_count = summary->input->frame_count;
    for (uint32_t f = 0; f < frame_count; f++)
        for (size_t m = 0; m < summary->membership_count; m++)
            summary->collections[summary->of_service[services[f]][m]].frame_count++;
    for (size_t i = 0; i < summary->count; i++) {
        struct collection *collection = &summary->collections[i];
        collection->frames =
            memory_alloc((size_t)collection->frame_count * sizeof *collection->frames);
        if (!collection->frames)
            return false;
    }
    for (uint32_t f = 0; f < frame_count; f++)
        for (size_t m = 0; m < summary->membership_count; m++) {
            struct collection *collection =
                &summary->collections[summary->of_service[services[f]][m]];
            collection->frames[collection->filled++] = f;
        }
    return true;
}

/* --- means --------------------------------------------------------------------------------- */

static size_t gather_frames(const struct collection *collection, const double *column,
                            double *values)
{
    size_t count = 0;
    for (uint32_t i = 0; i < collection->frame_count; i++) {
        double value = column[collection->frames[i]];
        values[count] = value;
        count += isnan(value) ? 0 : 1;
    }
    return count;
}

/* One value a turn: the product over the collection's frames in it. */
static size_t gather_turns(const struct collection *collection, const double *column,
                           const uint32_t *turns, double *values)
{
    size_t count = 0;
    for (uint32_t i = 0; i < collection->frame_count;) {
        uint32_t turn = turns[collection->frames[i]];
        double product = 1;
        bool has_value = false;
        for (; i < collection->frame_count && turns[collection->frames[i]] == turn; i++) {
            double value = column[collection->frames[i]];
            if (isnan(value))
                continue;
            product *= value;
            has_value = true;
        }
        values[count] = product;
        count += has_value;
    }
    return count;
}

static bool is_joint(enum sgd_metric metric)
{
    return metric == SGD_METRIC_JOINT_GOAL_ACCURACY || metric == SGD_METRIC_JOINT_CAT_ACCURACY ||
           metric == SGD_METRIC_JOINT_NONCAT_ACCURACY;
}

static void fill_mean(const struct sgd_metrics_input *input, struct collection *collection,
                      enum sgd_metric metric, double *values)
{
    const double *column = input->scores->columns[metric];
    size_t count = input->joint_acc_across_turn && is_joint(metric)
                       ? gather_turns(collection, column, input->scores->turns, values)
                       : gather_frames(collection, column, values);
    collection->means[metric] = count ? sgd_match_mean(values, count) : (double)NAN;
}

/* Where a domain has one service, or every service is seen, the work is done once. */
static void find_same(struct summary *summary)
{
    for (size_t i = 0; i < summary->count; i++) {
        struct collection *collection = &summary->collections[i];
        size_t size = collection->frame_count * sizeof *collection->frames;
        collection->same_as = i;
        for (size_t other = 0; other < i && collection->same_as == i; other++) {
            const struct collection *earlier = &summary->collections[other];
            if (earlier->frame_count == collection->frame_count &&
                memcmp(earlier->frames, collection->frames, size) == 0)
                collection->same_as = other;
        }
    }
}

static bool fill_means(struct summary *summary)
{
    const struct sgd_metrics_input *input = summary->input;
    uint32_t most = 0;
    bool failed = false;
    find_same(summary);
    for (size_t i = 0; i < summary->count; i++)
        if (summary->collections[i].frame_count > most)
            most = summary->collections[i].frame_count;
#pragma omp parallel num_threads(input->threads) reduction(|| : failed)
    {
        double *values = memory_alloc(((size_t)most + 1) * sizeof *values);
        failed = failed || !values;
#pragma omp for collapse(2) schedule(dynamic, 1)
        for (size_t i = 0; i < summary->count; i++)
            for (int metric = 0; metric < SGD_METRIC_COUNT; metric++)
                if (values && summary->collections[i].same_as == i)
                    fill_mean(input, &summary->collections[i], (enum sgd_metric)metric, values);
        memory_free(values);
    }
    for (size_t i = 0; i < summary->count; i++)
        if (summary->collections[i].same_as != i)
            memcpy(summary->collections[i].means,
                   summary->collections[summary->collections[i].same_as].means,
                   sizeof summary->collections[i].means);
    return !failed;
}

/* --- text ---------------------------------------------------------------------------------- */

static int compare_names(const void *left, const void *right)
{
    const struct collection *a = left, *b = right;
    return strview_compare(a->name, b->name);
}

/* As Python's json writes a key: ASCII, everything else as \u escapes of UTF-16. */
static void write_key(struct strbuf *out, struct strview key)
{
    static const char escapes[] = "\"\\\n\r\t\f\b", letters[] = "\"\\nrtfb";
    strbuf_add_char(out, '"');
    for (size_t at = 0; at < key.size;) {
        uint32_t code = sgd_text_next(key, &at);
        const char *escape = code && code < 0x80 ? strchr(escapes, (int)code) : NULL;
        if (escape) {
            strbuf_add_char(out, '\\');
            strbuf_add_char(out, letters[escape - escapes]);
        } else if (code >= 0x20 && code < 0x7F) {
            strbuf_add_char(out, (char)code);
        } else if (code < 0x10000) {
            strbuf_add_format(out, "\\u%04x", code);
        } else {
            strbuf_add_format(out, "\\u%04x\\u%04x", 0xD800 + ((code - 0x10000) >> 10),
                              0xDC00 + ((code - 0x10000) & 0x3FF));
        }
    }
    strbuf_add_char(out, '"');
}

static void write_collection(struct strbuf *out, const struct collection *collection)
{
    const char *between = "\n";
    strbuf_add_text(out, "  ");
    write_key(out, collection->name);
    strbuf_add_text(out, ": {");
    for (size_t metric = 0; metric < SGD_METRIC_COUNT; metric++) {
        if (isnan(collection->means[metric]))
            continue;
        strbuf_add_format(out, "%s    \"%s\": ", between, metric_names[metric]);
        strbuf_add_double(out, collection->means[metric]);
        between = ",\n";
    }
    strbuf_add_text(out, "\n  }");
}

enum status sgd_metrics_write(const struct sgd_metrics_input *input, struct strbuf *out,
                              struct error *err)
{
    CLEANUP(summary_done) struct summary summary = {.input = input};
    if (!place_services(&summary) || !place_frames(&summary) || !fill_means(&summary))
        return error_no_memory(err);
    qsort(summary.collections, summary.count, sizeof *summary.collections, compare_names);
    strbuf_add_text(out, "{\n");
    for (size_t i = 0; i < summary.count; i++) {
        if (i)
            strbuf_add_text(out, ",\n");
        write_collection(out, &summary.collections[i]);
    }
    strbuf_add_text(out, "\n}");
    return out->failed ? error_no_memory(err) : STATUS_OK;
}
