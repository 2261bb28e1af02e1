/*
 * slot_tracker.c: see slot_tracker.h. A value is broken into what it says (a date, a time, or
 * other) and goes to the slot that takes it: asked slots first, then those that already hold a
 * value that was corrected, then open ones, in the order of the task. No allocation after creation.
 */
#include "extract/slot_tracker.h"

#include "base/memory.h"

#include <stdio.h>
#include <string.h>

struct slot_tracker {
    struct slot_tracker_spec *specs;
    struct slot_tracker_slot *slots;
    size_t count;
    uint32_t turn;
};

enum status slot_tracker_create(const struct slot_tracker_spec *specs, size_t spec_count,
                                struct slot_tracker **ret_tracker, struct error *err)
{
    CLEANUP(slot_tracker_cleanup) struct slot_tracker *tracker = memory_alloc(sizeof *tracker);
    if (!tracker)
        return error_no_memory(err);
    tracker->specs = memory_alloc((spec_count + 1) * sizeof *tracker->specs);
    tracker->slots = memory_alloc((spec_count + 1) * sizeof *tracker->slots);
    if (!tracker->specs || !tracker->slots)
        return error_no_memory(err);
    for (size_t i = 0; i < spec_count; i++) {
        if (!specs[i].name || !*specs[i].name)
            return error_set(err, STATUS_CONFIG, "a slot of the task has no name");
        for (size_t k = 0; k < i; k++) {
            if (strcmp(specs[i].name, specs[k].name) == 0)
                return error_set(err, STATUS_CONFIG, "the task has slot '%s' twice", specs[i].name);
        }
        char *name = memory_copy_text(specs[i].name);
        if (!name)
            return error_no_memory(err);
        tracker->specs[i] = (struct slot_tracker_spec){name, specs[i].type};
        tracker->slots[i].spec = &tracker->specs[i];
        tracker->count++;
    }
    *ret_tracker = TAKE(tracker);
    return STATUS_OK;
}

void slot_tracker_destroy(struct slot_tracker *tracker)
{
    if (!tracker)
        return;
    for (size_t i = 0; i < tracker->count; i++) {
        char *name;
        memcpy(&name, &tracker->specs[i].name, sizeof name); /* our own copy */
        memory_free(name);
    }
    memory_free(tracker->specs);
    memory_free(tracker->slots);
    memory_free(tracker);
}

void slot_tracker_reset(struct slot_tracker *tracker)
{
    tracker->turn = 0;
    for (size_t i = 0; i < tracker->count; i++)
        tracker->slots[i] = (struct slot_tracker_slot){.spec = &tracker->specs[i]};
}

size_t slot_tracker_count(const struct slot_tracker *tracker)
{
    return tracker->count;
}

const struct slot_tracker_slot *slot_tracker_at(const struct slot_tracker *tracker, size_t index)
{
    return index < tracker->count ? &tracker->slots[index] : NULL;
}

static struct slot_tracker_slot *find(const struct slot_tracker *tracker, struct strview name)
{
    for (size_t i = 0; i < tracker->count; i++) {
        if (strview_is(name, tracker->specs[i].name))
            return &tracker->slots[i];
    }
    return NULL;
}

const struct slot_tracker_slot *slot_tracker_find(const struct slot_tracker *tracker,
                                                  struct strview name)
{
    return find(tracker, name);
}

uint32_t slot_tracker_asked_types(const struct slot_tracker *tracker, const struct strview *asked,
                                  size_t asked_count)
{
    uint32_t types = 0;
    for (size_t i = 0; i < asked_count; i++) {
        const struct slot_tracker_slot *slot = find(tracker, asked[i]);
        if (slot)
            types |= 1U << slot->spec->type;
    }
    return types;
}

/* ---- one value ---- */

/* A piece of a slot's value on its way to a slot of the task. */
struct piece {
    enum extract_type type; /* DATE and TIME for the halves of a datetime */
    struct strview value;
    const struct extract_slot *source;
};

static bool takes(const struct slot_tracker_spec *spec, const struct piece *piece)
{
    if (spec->type == EXTRACT_CATEGORY || piece->type == EXTRACT_CATEGORY)
        return spec->type == piece->type && strview_is(piece->source->slot, spec->name);
    if (spec->type == EXTRACT_DATETIME)
        return piece->type == EXTRACT_DATE || piece->type == EXTRACT_TIME ||
               piece->type == EXTRACT_DATETIME;
    return spec->type == piece->type;
}

/* The slot a piece goes to: asked first, then open ones, then the first that takes it. */
static struct slot_tracker_slot *choose(struct slot_tracker *tracker, const struct piece *piece,
                                        const struct strview *asked, size_t asked_count)
{
    for (size_t i = 0; i < asked_count; i++) {
        struct slot_tracker_slot *slot = find(tracker, asked[i]);
        if (slot && takes(slot->spec, piece))
            return slot;
    }
    struct slot_tracker_slot *first = NULL;
    for (size_t i = 0; i < tracker->count; i++) {
        struct slot_tracker_slot *slot = &tracker->slots[i];
        if (!takes(slot->spec, piece))
            continue;
        /* a value of this turn is not overwritten while another slot of the type is free */
        bool taken = slot->status == SLOT_TRACKER_FILLED && slot->turn == tracker->turn;
        if (!first ||
            (!taken && first->status == SLOT_TRACKER_FILLED && first->turn == tracker->turn))
            first = slot;
    }
    return first;
}

static void note_change(struct slot_tracker_slot *slot, const char *before)
{
    if (before[0] == '\0')
        slot->change = slot->value[0] ? SLOT_TRACKER_SET : slot->change;
    else if (slot->value[0] == '\0')
        slot->change = SLOT_TRACKER_CLEARED;
    else if (strcmp(before, slot->value) != 0)
        slot->change = SLOT_TRACKER_REPLACED;
}

/* "2025-01-16" + "14:00", "2025-01-16T14:00" + "15:00", "TAF" + a date: each part is replaced by
 * what was said of it. */
static void merge_datetime(struct slot_tracker_slot *slot, const struct piece *piece)
{
    char date[SLOT_TRACKER_VALUE_BYTES] = "", time[SLOT_TRACKER_VALUE_BYTES] = "";
    const char *split = strchr(slot->value, 'T');
    if (split && split != slot->value) {
        snprintf(date, sizeof date, "%.*s", (int)(split - slot->value), slot->value);
        bool part = split[1] < '0' || split[1] > '9';
        snprintf(time, sizeof time, "%s", part ? split : split + 1);
    } else if (slot->value[0] == 'T' || strchr(slot->value, ':')) {
        snprintf(time, sizeof time, "%s", slot->value);
    } else {
        snprintf(date, sizeof date, "%s", slot->value);
    }
    char *part = piece->type == EXTRACT_DATE ? date : time;
    snprintf(part, sizeof date, "%.*s", STRVIEW_ARG(piece->value));
    if (date[0] && time[0])
        snprintf(slot->value, sizeof slot->value, "%.90s%s%.90s", date, time[0] == 'T' ? "" : "T",
                 time);
    else
        snprintf(slot->value, sizeof slot->value, "%.190s", date[0] ? date : time);
    slot->status = date[0] && time[0] ? SLOT_TRACKER_FILLED : SLOT_TRACKER_PARTIAL;
}

static void forget_exclusion(struct slot_tracker_slot *slot, struct strview value)
{
    size_t kept = 0;
    for (size_t i = 0; i < slot->exclusion_count; i++) {
        if (!strview_is(value, slot->exclusions[i])) {
            if (kept != i)
                memcpy(slot->exclusions[kept], slot->exclusions[i], sizeof slot->exclusions[0]);
            kept++;
        }
    }
    slot->exclusion_count = kept;
}

static void store(struct slot_tracker *tracker, struct slot_tracker_slot *slot,
                  const struct piece *piece)
{
    char before[SLOT_TRACKER_VALUE_BYTES];
    memcpy(before, slot->value, sizeof before);
    if (slot->spec->type == EXTRACT_DATETIME && piece->type != EXTRACT_DATETIME) {
        merge_datetime(slot, piece);
    } else {
        snprintf(slot->value, sizeof slot->value, "%.*s", STRVIEW_ARG(piece->value));
        slot->status = SLOT_TRACKER_FILLED;
    }
    const struct extract_slot *source = piece->source;
    slot->grain = source->grain;
    slot->confidence = source->confidence;
    slot->probability = source->probability;
    slot->needs_confirmation = source->needs_confirmation;
    slot->reason = source->reason;
    slot->rule = source->rule;
    slot->turn = tracker->turn;
    forget_exclusion(slot, piece->value);
    note_change(slot, before);
}

/* ---- refused values ---- */

static void exclude(struct slot_tracker_slot *slot, struct strview value)
{
    forget_exclusion(slot, value);
    if (slot->exclusion_count == SLOT_TRACKER_EXCLUSIONS) {
        memmove(slot->exclusions[0], slot->exclusions[1],
                sizeof slot->exclusions - sizeof slot->exclusions[0]);
        slot->exclusion_count--;
    }
    snprintf(slot->exclusions[slot->exclusion_count++], SLOT_TRACKER_VALUE_BYTES, "%.*s",
             STRVIEW_ARG(value));
}

static void clear(struct slot_tracker_slot *slot)
{
    char before[SLOT_TRACKER_VALUE_BYTES];
    memcpy(before, slot->value, sizeof before);
    slot->value[0] = '\0';
    slot->status = SLOT_TRACKER_OPEN;
    slot->needs_confirmation = false;
    slot->reason = NULL;
    slot->confidence = slot->probability = 0.0;
    note_change(slot, before);
}

/* The part of a datetime that a refused piece names goes; the rest stays. */
static void refuse_piece(struct slot_tracker_slot *slot, const struct piece *piece)
{
    bool whole = strview_is(piece->value, slot->value);
    const char *split = strchr(slot->value, 'T');
    exclude(slot, piece->value);
    if (whole) {
        clear(slot);
    } else if (slot->spec->type == EXTRACT_DATETIME && split && split != slot->value) {
        char before[SLOT_TRACKER_VALUE_BYTES];
        memcpy(before, slot->value, sizeof before);
        bool part = split[1] < '0' || split[1] > '9';
        const char *time = part ? split : split + 1;
        size_t date_size = (size_t)(split - slot->value);
        bool date = piece->type == EXTRACT_DATE && piece->value.size == date_size &&
                    memcmp(piece->value.data, slot->value, date_size) == 0;
        if (date)
            memmove(slot->value, time, strlen(time) + 1);
        else if (piece->type == EXTRACT_TIME && strview_is(piece->value, time))
            slot->value[date_size] = '\0';
        else
            return;
        slot->status = SLOT_TRACKER_PARTIAL;
        note_change(slot, before);
    }
}

/* ---- a turn ---- */

/* A datetime as its two halves; any other slot as one piece. */
static size_t split_slot(const struct extract_slot *slot, struct piece pieces[2])
{
    const char *t =
        slot->type == EXTRACT_DATETIME ? memchr(slot->value.data, 'T', slot->value.size) : NULL;
    if (!t) {
        pieces[0] = (struct piece){slot->type, slot->value, slot};
        return 1;
    }
    size_t date_size = (size_t)(t - slot->value.data), rest = slot->value.size - date_size;
    bool part = rest > 1 && (t[1] < '0' || t[1] > '9');
    pieces[0] = (struct piece){EXTRACT_DATE, {slot->value.data, date_size}, slot};
    pieces[1] = (struct piece){EXTRACT_TIME, {part ? t : t + 1, part ? rest : rest - 1}, slot};
    return 2;
}

static void merge_slot(struct slot_tracker *tracker, const struct extract_slot *slot,
                       const struct strview *asked, size_t asked_count)
{
    struct piece whole = {slot->type, slot->value, slot}, pieces[2];
    size_t count = split_slot(slot, pieces);
    struct slot_tracker_slot *one = choose(tracker, &whole, asked, asked_count);
    if (one && slot->polarity == EXTRACT_ASSERTED) {
        store(tracker, one, &whole);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (slot->polarity == EXTRACT_ASSERTED) {
            struct slot_tracker_slot *part = choose(tracker, &pieces[i], asked, asked_count);
            if (part)
                store(tracker, part, &pieces[i]);
            continue;
        }
        for (size_t k = 0; k < tracker->count; k++) {
            if (takes(tracker->slots[k].spec, &pieces[i]))
                refuse_piece(&tracker->slots[k], &pieces[i]);
        }
    }
}

/* "I don't know yet" and "I'd rather not say" speak of what was asked and not answered. */
static void note_unanswered(struct slot_tracker *tracker, const struct extract_result *result,
                            const struct strview *asked, size_t asked_count)
{
    for (size_t i = 0; i < asked_count; i++) {
        struct slot_tracker_slot *slot = find(tracker, asked[i]);
        if (!slot || slot->value[0])
            continue;
        if (result->refused)
            slot->status = SLOT_TRACKER_REFUSED;
        else if (result->deferred)
            slot->status = SLOT_TRACKER_DEFERRED;
    }
}

void slot_tracker_turn(struct slot_tracker *tracker, const struct extract_result *result,
                       const struct strview *asked, size_t asked_count)
{
    tracker->turn++;
    for (size_t i = 0; i < tracker->count; i++)
        tracker->slots[i].change = SLOT_TRACKER_KEPT;
    /* refusals first: "not Monday, Tuesday" must not clear Tuesday */
    for (size_t i = 0; i < result->slot_count; i++) {
        if (result->slots[i].polarity == EXTRACT_NEGATED)
            merge_slot(tracker, &result->slots[i], asked, asked_count);
    }
    for (size_t i = 0; i < result->slot_count; i++) {
        if (result->slots[i].polarity == EXTRACT_ASSERTED)
            merge_slot(tracker, &result->slots[i], asked, asked_count);
    }
    note_unanswered(tracker, result, asked, asked_count);
}
