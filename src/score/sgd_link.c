/*
 * sgd_link.c: from files that were loaded apart to one dataset. Runs once, between loading and
 * scoring. Thread: main; the rewriting of the files' numbers is done by a team, one file each.
 */
#include "score/sgd_link.h"

#include "base/hash.h"
#include "base/memory.h"
#include "base/strbuf.h"
#include "score/sgd_text.h"

#include <stdlib.h>

/* A predicted NaN: no gold value has this number, since NaN equals nothing. */
#define NOT_A_NUMBER (SGD_VALUE_FIRST_MARK - 1)

struct linked_file {
    struct sgd_file *file;
    uint32_t *map; /* its own numbers to those of the dataset */
    bool is_gold;
};

struct linker {
    struct sgd_dataset *dataset;
    struct linked_file *files; /* gold, then predicted */
    size_t file_count;
    uint32_t *list_of_value; /* SGD_VALUE_ABSENT: the value is no list */
    size_t list_capacity, member_capacity;
};

static void linker_done(struct linker *linker)
{
    for (size_t i = 0; linker->files && i < linker->file_count; i++)
        memory_free(linker->files[i].map);
    memory_free(linker->files);
    memory_free(linker->list_of_value);
}

/* --- one table ----------------------------------------------------------------------------- */

static bool merge_file(struct sgd_dataset *dataset, struct linked_file *linked)
{
    const struct sgd_values *own = &linked->file->values;
    linked->map = memory_alloc((size_t)own->count * sizeof *linked->map);
    if (!linked->map)
        return false;
    for (uint32_t i = 0; i < own->count; i++) {
        const struct sgd_value_entry *entry = &own->entries[i];
        linked->map[i] = sgd_values_intern_hashed(&dataset->values, entry->key, entry->hash);
        if (linked->map[i] == SGD_VALUE_ABSENT)
            return false;
    }
    sgd_values_done(&linked->file->values);
    return true;
}

/* The loader's plan numbers the schema's names first in every table, so they need no map. */
static bool merge_tables(struct linker *linker)
{
    struct sgd_dataset *dataset = linker->dataset;
    if (!sgd_load_plan_values(&dataset->plan, &dataset->values))
        return false;
    linker->file_count = dataset->gold_file_count + dataset->predicted_file_count;
    linker->files = memory_alloc(linker->file_count * sizeof *linker->files);
    if (!linker->files)
        return false;
    for (size_t i = 0; i < linker->file_count; i++) {
        struct linked_file *linked = &linker->files[i];
        linked->is_gold = i < dataset->gold_file_count;
        linked->file = linked->is_gold ? &dataset->gold_files[i]
                                       : &dataset->predicted_files[i - dataset->gold_file_count];
        if (!merge_file(dataset, linked))
            return false;
    }
    return true;
}

/* --- lists --------------------------------------------------------------------------------- */

/* The key of the list's member at *at, which moves behind it. */
static struct strview next_member(struct strview list, size_t *at)
{
    uint32_t size;
    memcpy(&size, list.data + *at, sizeof size);
    *at += sizeof size + size;
    return (struct strview){list.data + *at - size, size};
}

static bool add_list(struct linker *linker, struct strview key)
{
    struct sgd_dataset *dataset = linker->dataset;
    if (!memory_grow(&dataset->lists, &linker->list_capacity, (size_t)dataset->list_count + 1,
                     sizeof *dataset->lists))
        return false;
    struct sgd_list *list = &dataset->lists[dataset->list_count++];
    *list = (struct sgd_list){.first = dataset->member_count};
    for (size_t at = 1; at < key.size;) {
        uint32_t value = sgd_values_intern(&dataset->values, next_member(key, &at));
        if (value == SGD_VALUE_ABSENT ||
            !memory_grow(&dataset->members, &linker->member_capacity,
                         (size_t)dataset->member_count + 1, sizeof *dataset->members))
            return false;
        dataset->members[dataset->member_count++] =
            (struct sgd_list_member){value, SGD_VALUE_ABSENT};
        list->count++;
    }
    return true;
}

static bool is_list(struct strview key)
{
    return key.size && (unsigned char)key.data[0] == SGD_VALUE_LIST;
}

static bool split_lists(struct linker *linker)
{
    struct sgd_dataset *dataset = linker->dataset;
    uint32_t count = dataset->values.count; /* members that come behind are no lists */
    linker->list_of_value = memory_alloc((size_t)count * sizeof *linker->list_of_value);
    if (!linker->list_of_value)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        struct strview key = sgd_values_key(&dataset->values, i);
        linker->list_of_value[i] = is_list(key) ? dataset->list_count : SGD_VALUE_ABSENT;
        if (is_list(key) && !add_list(linker, key))
            return false;
    }
    return true;
}

/* --- equal values and texts ---------------------------------------------------------------- */

/* Beside the keys of sgd_values.h: FF '=' and what numbers that are equal have in common. */
static bool find_equal(struct sgd_values *values, struct strview number, uint32_t *ret_equal)
{
    struct strbuf key = {0};
    strbuf_add_char(&key, (char)SGD_VALUE_OTHER);
    strbuf_add_char(&key, '=');
    sgd_text_number_key(number, &key);
    bool is_nan = key.size == 2;
    uint32_t equal = NOT_A_NUMBER;
    if (!key.failed && !is_nan)
        equal = sgd_values_intern(values, strbuf_view(&key));
    bool is_whole = !key.failed && equal != SGD_VALUE_ABSENT;
    strbuf_done(&key);
    *ret_equal = equal;
    return is_whole;
}

static bool is_number(struct strview key)
{
    return key.size >= 2 && (unsigned char)key.data[0] == SGD_VALUE_OTHER &&
           key.data[1] == SGD_VALUE_NUMBER;
}

static struct strview text_of(struct strview key)
{
    return is_number(key) ? (struct strview){key.data + 2, key.size - 2} : key;
}

static bool fill_equal(struct sgd_dataset *dataset)
{
    uint32_t count = dataset->values.count;
    dataset->equal = memory_alloc((size_t)count * sizeof *dataset->equal);
    if (!dataset->equal)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        struct strview key = sgd_values_key(&dataset->values, i);
        dataset->equal[i] = i;
        if (is_number(key) && !find_equal(&dataset->values, text_of(key), &dataset->equal[i]))
            return false;
    }
    return true;
}

/* The number of the value's sorted words among all texts. */
static bool find_words(struct sgd_dataset *dataset, struct sgd_text_scratch *scratch,
                       uint32_t value)
{
    struct strview key = sgd_values_key(&dataset->values, value);
    struct fuzzy_text words;
    if (dataset->words[value] != SGD_VALUE_ABSENT || sgd_values_is_null(key))
        return true;
    if (!sgd_text_sorted_words(scratch, text_of(key), &words))
        return false;
    struct strview bytes = {(const char *)words.points, words.size * sizeof *words.points};
    dataset->words[value] = sgd_values_intern(&dataset->word_values, bytes);
    return dataset->words[value] != SGD_VALUE_ABSENT;
}

static bool find_predicted_words(struct sgd_dataset *dataset, struct sgd_text_scratch *scratch,
                                 const struct sgd_file *file)
{
    bool is_whole = true;
    for (uint32_t f = 0; f < file->frame_count && is_whole; f++) {
        const struct sgd_frame *frame = &file->frames[f];
        if (frame->service_index < 0 || frame->state_fault)
            continue;
        const struct sgd_schema_service *service =
            &dataset->plan.schema->services[frame->service_index];
        const uint32_t *values = file->numbers + frame->slots_first;
        for (size_t s = 0; s < service->slot_count && is_whole; s++)
            if (!service->slots[s].is_categorical && values[s] < SGD_VALUE_FIRST_MARK)
                is_whole = find_words(dataset, scratch, values[s]);
    }
    return is_whole;
}

static bool fill_texts(struct sgd_dataset *dataset)
{
    const struct sgd_values *all = &dataset->word_values;
    dataset->texts = memory_alloc((size_t)all->count * sizeof *dataset->texts);
    if (!dataset->texts)
        return false;
    for (uint32_t i = 0; i < all->count; i++) { /* the arena aligns each key */
        const void *points = all->entries[i].key.data;
        uint32_t size = (uint32_t)(all->entries[i].key.size / sizeof(uint32_t));
        dataset->texts[i] = (struct fuzzy_text){points, size};
    }
    return true;
}

/* Every text that fuzzy matching may meet. */
static bool prepare_texts(struct sgd_dataset *dataset)
{
    struct sgd_text_scratch scratch = {0};
    dataset->words = memory_alloc((size_t)dataset->values.count * sizeof *dataset->words);
    bool is_whole = dataset->words && sgd_values_init(&dataset->word_values);
    for (uint32_t i = 0; is_whole && i < dataset->values.count; i++)
        dataset->words[i] = SGD_VALUE_ABSENT;
    for (uint32_t i = 0; is_whole && i < dataset->member_count; i++) {
        struct sgd_list_member *member = &dataset->members[i];
        is_whole = find_words(dataset, &scratch, member->value);
        member->words = dataset->words[member->value];
        if (dataset->equal[member->value] != NOT_A_NUMBER)
            member->value = dataset->equal[member->value];
    }
    for (size_t i = 0; is_whole && i < dataset->predicted_file_count; i++)
        is_whole = find_predicted_words(dataset, &scratch, &dataset->predicted_files[i]);
    is_whole = is_whole && fill_texts(dataset);
    sgd_text_done(&scratch);
    return is_whole;
}

/* --- rewriting numbers --------------------------------------------------------------------- */

static int compare_numbers(const void *left, const void *right)
{
    const uint32_t *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

static int compare_tags(const void *left, const void *right)
{
    const uint64_t *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

static uint32_t linked_number(const struct linked_file *linked, uint32_t number)
{
    return number < SGD_VALUE_FIRST_MARK ? linked->map[number] : number;
}

/* For numbers that are compared by equality alone. */
static uint32_t linked_equal(const struct sgd_dataset *dataset, const struct linked_file *linked,
                             uint32_t number)
{
    if (number >= SGD_VALUE_FIRST_MARK)
        return number;
    number = linked->map[number];
    uint32_t equal = dataset->equal[number];
    return equal == NOT_A_NUMBER && linked->is_gold ? number : equal;
}

/* Rewrites and sorts. */
static void link_numbers(const struct sgd_dataset *dataset, const struct linked_file *linked,
                         uint32_t first, uint32_t count)
{
    uint32_t *numbers = linked->file->numbers + first;
    for (uint32_t i = 0; i < count; i++)
        numbers[i] = linked_equal(dataset, linked, numbers[i]);
    if (count > 1)
        qsort(numbers, count, sizeof *numbers, compare_numbers);
}

static void link_frame(const struct linker *linker, const struct linked_file *linked,
                       struct sgd_frame *frame)
{
    const struct sgd_dataset *dataset = linker->dataset;
    struct sgd_file *file = linked->file;
    frame->service = linked_number(linked, frame->service);
    if (frame->service_index < 0)
        return;
    frame->intent = linked_equal(dataset, linked, frame->intent);
    link_numbers(dataset, linked, frame->requested_first, frame->requested_count);
    uint64_t *tags = file->tags + frame->tags_first;
    for (uint32_t i = 0; i < frame->tags_count; i++)
        tags[i] = SGD_TAG(linked->map[tags[i] >> 32], linked->map[(uint32_t)tags[i]]);
    if (frame->tags_count > 1)
        qsort(tags, frame->tags_count, sizeof *tags, compare_tags);
    if (frame->state_fault)
        return;
    size_t slot_count = dataset->plan.schema->services[frame->service_index].slot_count;
    uint32_t *slots = file->numbers + frame->slots_first;
    for (size_t i = 0; i < slot_count; i++) {
        slots[i] = linked_number(linked, slots[i]);
        if (linked->is_gold && slots[i] < SGD_VALUE_FIRST_MARK)
            slots[i] = linker->list_of_value[slots[i]];
    }
}

static void link_dialogue(const struct linker *linker, const struct linked_file *linked,
                          struct sgd_dialogue *dialogue)
{
    uint32_t *services = linked->file->numbers + dialogue->services_first;
    uint32_t kept = 0;
    dialogue->id = linked_number(linked, dialogue->id);
    link_numbers(linker->dataset, linked, dialogue->services_first, dialogue->service_count);
    for (uint32_t i = 0; i < dialogue->service_count; i++)
        if (!kept || services[kept - 1] != services[i])
            services[kept++] = services[i];
    dialogue->service_count = kept;
}

static void link_file(const struct linker *linker, const struct linked_file *linked)
{
    struct sgd_file *file = linked->file;
    for (uint32_t i = 0; i < file->frame_count; i++)
        link_frame(linker, linked, &file->frames[i]);
    for (uint32_t i = 0; i < file->turn_count; i++) {
        struct sgd_turn *turn = &file->turns[i];
        turn->speaker = linked_equal(linker->dataset, linked, turn->speaker);
        turn->utterance = linked_equal(linker->dataset, linked, turn->utterance);
    }
    for (uint32_t i = 0; i < file->dialogue_count; i++)
        link_dialogue(linker, linked, &file->dialogues[i]);
}

/* --- pairs --------------------------------------------------------------------------------- */

/* Places a predicted dialogue: a later one of the same id takes the earlier one's place. */
static void place_predicted(struct sgd_dataset *dataset, uint32_t *place_of,
                            const struct sgd_file *file, const struct sgd_dialogue *dialogue)
{
    if (place_of[dialogue->id] == SGD_VALUE_ABSENT)
        place_of[dialogue->id] = dataset->pair_count++;
    struct sgd_dialogue_pair *pair = &dataset->pairs[place_of[dialogue->id]];
    pair->predicted_file = file;
    pair->predicted = dialogue;
}

static enum status check_pairs(const struct sgd_dataset *dataset, struct error *err)
{
    for (uint32_t i = 0; i < dataset->pair_count; i++) {
        const struct sgd_dialogue_pair *pair = &dataset->pairs[i];
        if (pair->gold)
            continue;
        error_set(err, STATUS_DATA, "predicted dialogue '%.*s' is not in gold",
                  STRVIEW_ARG(sgd_values_key(&dataset->values, pair->predicted->id)));
        error_fix(err, "The gold folder must hold every dialogue that was predicted.");
        return STATUS_DATA;
    }
    return STATUS_OK;
}

static enum status pair_dialogues(struct sgd_dataset *dataset, struct error *err)
{
    size_t most = 0;
    for (size_t i = 0; i < dataset->predicted_file_count; i++)
        most += dataset->predicted_files[i].dialogue_count;
    uint32_t *place_of = memory_alloc((size_t)dataset->values.count * sizeof *place_of);
    dataset->pairs = memory_alloc(most * sizeof *dataset->pairs);
    if (!place_of || !dataset->pairs) {
        memory_free(place_of);
        return error_no_memory(err);
    }
    for (uint32_t i = 0; i < dataset->values.count; i++)
        place_of[i] = SGD_VALUE_ABSENT;
    for (size_t i = 0; i < dataset->predicted_file_count; i++) {
        const struct sgd_file *file = &dataset->predicted_files[i];
        for (uint32_t d = 0; d < file->dialogue_count; d++)
            place_predicted(dataset, place_of, file, &file->dialogues[d]);
    }
    for (size_t i = 0; i < dataset->gold_file_count; i++) { /* later files overwrite */
        const struct sgd_file *file = &dataset->gold_files[i];
        for (uint32_t d = 0; d < file->dialogue_count; d++) {
            struct sgd_dialogue_pair *pair = &dataset->pairs[place_of[file->dialogues[d].id]];
            pair->gold_file = file;
            pair->gold = &file->dialogues[d];
        }
    }
    memory_free(place_of);
    return check_pairs(dataset, err);
}

/* Below this a team takes longer to wake than one thread to finish. */
static bool is_small(const struct linker *linker)
{
    const uint64_t few_frames = 50000;
    uint64_t count = 0;
    for (size_t i = 0; i < linker->file_count; i++)
        count += linker->files[i].file->frame_count;
    return count < few_frames;
}

enum status sgd_link(struct sgd_dataset *dataset, int threads, struct error *err)
{
    CLEANUP(linker_done) struct linker linker = {.dataset = dataset};
    if (!merge_tables(&linker) || !split_lists(&linker) || !fill_equal(dataset))
        return error_no_memory(err);
    if (is_small(&linker))
        threads = 1;
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
    for (size_t i = 0; i < linker.file_count; i++)
        link_file(&linker, &linker.files[i]);
    if (!prepare_texts(dataset))
        return error_no_memory(err);
    return pair_dialogues(dataset, err);
}
