/*
 * extract_lines.c: see extract_lines.h. Reads a request from a line, runs the extractor, writes the
 * slots that are asserted; what was refused or corrected away is only shown by --explain.
 */
#include "extract/extract_lines.h"

#include "base/civil_time.h"
#include "base/memory.h"
#include "extract/extract_explain.h"
#include "extract/extractor.h"
#include "extract/line_json.h"

#include <string.h>

enum { ASKED_LIMIT = 16 };

struct extract_lines {
    const struct extractor *extractor;
    struct extract_scratch *scratch;
    struct time_zone_cache *zones;
    const struct time_zone *last_zone;
    char *room; /* for unescaped strings */
    size_t room_capacity;
    struct line_json_writer writer;
    uint64_t allocations;
};

struct extract_lines *extract_lines_create(const struct extractor *extractor)
{
    struct extract_lines *lines = memory_alloc(sizeof *lines);
    if (!lines)
        return NULL;
    lines->extractor = extractor;
    lines->scratch = extract_scratch_create();
    lines->zones = time_zone_cache_create();
    if (!lines->scratch || !lines->zones) {
        extract_lines_destroy(lines);
        return NULL;
    }
    return lines;
}

void extract_lines_destroy(struct extract_lines *lines)
{
    if (!lines)
        return;
    extract_scratch_destroy(lines->scratch);
    time_zone_cache_destroy(lines->zones);
    memory_free(lines->room);
    line_json_writer_done(&lines->writer);
    memory_free(lines);
}

uint64_t extract_lines_allocations(const struct extract_lines *lines)
{
    return lines->allocations + extract_scratch_allocations(lines->scratch);
}

/* ---- reading ---- */

struct line_request {
    struct extract_request request;
    struct strview id; /* raw JSON; absent: null */
    struct strview reference_time, timezone;
    struct strview asked[ASKED_LIMIT];
    size_t asked_count;
};

static bool read_text(struct line_json_reader *reader, const char *name, struct strview *ret_text,
                      struct error *err)
{
    char kind = line_json_peek(reader);
    if (kind == 'n') {
        line_json_skip(reader);
        *ret_text = (struct strview){0};
        return true;
    }
    if (kind != '"') {
        if (!reader->fault && kind)
            error_set(err, STATUS_DATA, "'%s' is not a string", name);
        return false;
    }
    *ret_text = line_json_string(reader);
    return !reader->fault;
}

static bool read_asked(struct line_json_reader *reader, struct line_request *line,
                       struct error *err)
{
    if (line_json_peek(reader) == 'n') {
        line_json_skip(reader);
        return true;
    }
    if (line_json_peek(reader) != '[') {
        error_set(err, STATUS_DATA, "'asked' is not a list of slot types");
        return false;
    }
    line_json_array(reader);
    for (bool first = true; line_json_element(reader, first); first = false) {
        struct strview name;
        enum extract_type type;
        if (!read_text(reader, "asked", &name, err))
            return false;
        if (extract_type_of(name, &type))
            line->request.asked_types |= 1U << type;
        else if (name.data && line->asked_count < ASKED_LIMIT)
            line->asked[line->asked_count++] = name;
    }
    return true;
}

/* False with err set for a wrong value, or with reader->fault for wrong JSON. */
static bool read_line(struct line_json_reader *reader, struct line_request *line, struct error *err)
{
    struct strview key;
    bool good = line_json_object(reader);
    for (bool first = true; good && line_json_key(reader, first, &key); first = false) {
        bool kept = true;
        if (strview_is(key, "id"))
            line->id = line_json_skip(reader);
        else if (strview_is(key, "text"))
            kept = read_text(reader, "text", &line->request.text, err);
        else if (strview_is(key, "reference_time"))
            kept = read_text(reader, "reference_time", &line->reference_time, err);
        else if (strview_is(key, "timezone"))
            kept = read_text(reader, "timezone", &line->timezone, err);
        else if (strview_is(key, "locale"))
            kept = read_text(reader, "locale", &line->request.locale, err);
        else if (strview_is(key, "asked"))
            kept = read_asked(reader, line, err);
        else
            line_json_skip(reader);
        if (!kept) { /* go on for the id, and to tell bad JSON from a bad value */
            if (reader->fault || err->what[0] == '\0')
                return false;
            line_json_skip(reader);
        }
    }
    return line_json_ended(reader) && err->what[0] == '\0';
}

static bool find_zone(struct extract_lines *lines, struct line_request *line, struct error *err)
{
    if (!line->timezone.data)
        return true;
    if (!lines->last_zone || !strview_is(line->timezone, time_zone_name(lines->last_zone))) {
        if (time_zone_cache_find(lines->zones, line->timezone, &lines->last_zone, err) != STATUS_OK)
            return false;
    }
    line->request.zone = lines->last_zone;
    return true;
}

static bool check_line(struct extract_lines *lines, struct line_request *line, struct error *err)
{
    struct civil_parsed parsed;
    if (!line->request.text.data) {
        error_set(err, STATUS_DATA, "'text' is missing");
        return false;
    }
    if (!line->reference_time.data) {
        error_set(err, STATUS_DATA, "'reference_time' is missing");
        return false;
    }
    if (civil_time_parse(line->reference_time, &parsed, err) != STATUS_OK ||
        !find_zone(lines, line, err))
        return false;
    line->request.reference_time_ns = parsed.utc_ns;
    line->request.reference_offset_s = parsed.offset_s;
    if (!parsed.has_offset) {
        if (!line->request.zone) {
            error_set(err, STATUS_DATA, "'reference_time' has no offset and there is no timezone");
            return false;
        }
        line->request.reference_time_ns =
            time_zone_utc_ns(line->request.zone, parsed.local_ns, TIME_ZONE_COMPATIBLE, NULL);
    }
    line->request.asked_slots = line->asked;
    line->request.asked_slot_count = line->asked_count;
    return true;
}

/* ---- writing ---- */

static void write_end(struct line_json_writer *w, struct strview text)
{
    if (text.data)
        line_json_text(w, text);
    else
        LINE_JSON_LITERAL(w, "null");
}

static void write_value(struct line_json_writer *w, enum extract_type type, struct strview value,
                        struct strview from, struct strview to)
{
    if (type != EXTRACT_INTERVAL) {
        line_json_text(w, value);
        return;
    }
    LINE_JSON_LITERAL(w, "{\"from\":");
    write_end(w, from);
    LINE_JSON_LITERAL(w, ",\"to\":");
    write_end(w, to);
    LINE_JSON_LITERAL(w, "}");
}

static void write_slot(struct line_json_writer *w, const struct extract_slot *slot)
{
    LINE_JSON_LITERAL(w, "{\"slot\":");
    line_json_text(w, slot->slot);
    LINE_JSON_LITERAL(w, ",\"value\":");
    write_value(w, slot->type, slot->value, slot->from, slot->to);
    LINE_JSON_LITERAL(w, ",\"grain\":");
    if (slot->grain == EXTRACT_GRAIN_NONE)
        LINE_JSON_LITERAL(w, "null");
    else
        line_json_text(w, strview_of(extract_grain_name(slot->grain)));
    LINE_JSON_LITERAL(w, ",\"start\":");
    line_json_uint(w, slot->start);
    LINE_JSON_LITERAL(w, ",\"end\":");
    line_json_uint(w, slot->end);
    LINE_JSON_LITERAL(w, ",\"confidence\":");
    line_json_ratio(w, slot->confidence);
    LINE_JSON_LITERAL(w, ",\"probability\":");
    line_json_ratio(w, slot->probability);
    LINE_JSON_LITERAL(w, ",\"needs_confirmation\":");
    if (slot->needs_confirmation)
        LINE_JSON_LITERAL(w, "true");
    else
        LINE_JSON_LITERAL(w, "false");
    if (slot->reason) {
        LINE_JSON_LITERAL(w, ",\"reason\":");
        line_json_text(w, strview_of(slot->reason));
    }
    LINE_JSON_LITERAL(w, ",\"alternatives\":[");
    for (size_t i = 0; i < slot->alternative_count; i++) {
        const struct extract_reading *reading = &slot->alternatives[i];
        if (i)
            LINE_JSON_LITERAL(w, ",");
        LINE_JSON_LITERAL(w, "{\"value\":");
        write_value(w, slot->type, reading->value, reading->from, reading->to);
        LINE_JSON_LITERAL(w, ",\"confidence\":");
        line_json_ratio(w, reading->confidence);
        LINE_JSON_LITERAL(w, "}");
    }
    LINE_JSON_LITERAL(w, "],\"source\":\"rules\",\"rule\":");
    line_json_text(w, strview_of(slot->rule));
    LINE_JSON_LITERAL(w, "}");
}

static void write_id(struct line_json_writer *w, struct strview id)
{
    LINE_JSON_LITERAL(w, "{\"id\":");
    if (id.data)
        line_json_raw(w, id.data, id.size);
    else
        LINE_JSON_LITERAL(w, "null");
}

static void write_result(struct line_json_writer *w, struct strview id,
                         const struct extract_result *result)
{
    bool first = true;
    write_id(w, id);
    LINE_JSON_LITERAL(w, ",\"slots\":[");
    for (size_t i = 0; i < result->slot_count; i++) {
        if (result->slots[i].polarity != EXTRACT_ASSERTED)
            continue;
        if (!first)
            LINE_JSON_LITERAL(w, ",");
        first = false;
        write_slot(w, &result->slots[i]);
    }
    LINE_JSON_LITERAL(w, "]}\n");
}

static void write_error(struct line_json_writer *w, struct strview id, const char *what)
{
    write_id(w, id);
    LINE_JSON_LITERAL(w, ",\"error\":");
    line_json_text(w, strview_of(what));
    LINE_JSON_LITERAL(w, "}\n");
}

static bool is_blank(struct strview line)
{
    return strview_trim(line).size == 0;
}

/* Runs one line; an error of the line is in `fault`, its text. */
static enum status run_line(struct extract_lines *lines, struct strview text,
                            struct line_request *line, struct extract_result *result,
                            struct error *fault)
{
    if (text.size + 16 > lines->room_capacity) {
        lines->allocations++;
        if (!memory_grow(&lines->room, &lines->room_capacity, text.size * 2 + 1024, 1))
            return error_set(fault, STATUS_NO_MEMORY, "memory ran out");
    }
    struct line_json_reader reader = line_json_reader_of(text, lines->room);
    fault->what[0] = '\0';
    if (!read_line(&reader, line, fault)) {
        if (fault->what[0] == '\0' || reader.fault) {
            line->id = (struct strview){0};
            error_set(fault, STATUS_DATA, "the line is not JSON: %s at byte %zu",
                      reader.fault ? reader.fault : "something follows the object",
                      (size_t)(reader.at - reader.start));
        }
        return STATUS_DATA;
    }
    if (!check_line(lines, line, fault))
        return STATUS_DATA;
    return extractor_run(lines->extractor, lines->scratch, &line->request, result, fault);
}

enum status extract_lines_run(struct extract_lines *lines, struct strview line, struct strbuf *out,
                              bool *ret_valid, struct error *err)
{
    *ret_valid = true;
    if (is_blank(line))
        return STATUS_OK;
    struct line_request request;
    memset(&request, 0, offsetof(struct line_request, asked));
    request.asked_count = 0;
    struct extract_result result;
    struct error fault;
    enum status status = run_line(lines, line, &request, &result, &fault);
    if (status == STATUS_NO_MEMORY)
        return error_no_memory(err);
    struct line_json_writer *writer = &lines->writer;
    size_t capacity = writer->capacity;
    writer->size = 0;
    if (status == STATUS_OK)
        write_result(writer, request.id, &result);
    else
        write_error(writer, request.id, fault.what);
    lines->allocations += writer->capacity != capacity;
    *ret_valid = status == STATUS_OK;
    strbuf_add(out, writer->data, writer->size);
    return writer->failed || out->failed ? error_no_memory(err) : STATUS_OK;
}

enum status extract_lines_explain(struct extract_lines *lines, struct strview line,
                                  struct strbuf *out, bool *ret_valid, struct error *err)
{
    *ret_valid = true;
    if (is_blank(line))
        return STATUS_OK;
    struct line_request request = {0};
    struct extract_result result;
    struct error fault = {0};
    enum status status = run_line(lines, line, &request, &result, &fault);
    if (status == STATUS_NO_MEMORY)
        return error_no_memory(err);
    *ret_valid = status == STATUS_OK;
    strbuf_add_text(out, "id ");
    strbuf_add_view(out, request.id.data ? request.id : strview_of("null"));
    strbuf_add_char(out, '\n');
    if (status == STATUS_OK)
        extract_explain_result(lines->scratch, &result, out);
    else
        strbuf_add_format(out, "  error: %s\n", fault.what);
    return out->failed ? error_no_memory(err) : STATUS_OK;
}
