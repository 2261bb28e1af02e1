/*
 * extractor.c: creates the immutable extractor and runs the stages over one text: lexer, number
 * words, chart, names and contacts, cover, discourse, ranking. Ownership: the extractor owns its
 * grammar and tables; the scratch owns everything a result points at. Arrays of a scratch grow to
 * the largest text seen and stay; every request for memory is counted.
 */
#include "base/civil_time.h"
#include "base/memory.h"
#include "extract/extract_private.h"

#include <string.h>

static struct language english(void)
{
    return (struct language){
        .words = english_words_rows,
        .word_count = english_words_count,
        .tables = {english_forms_rows, english_cues_rows},
        .table_counts = {english_forms_count, english_cues_count},
        .lists = {{"given", english_names_given, english_names_given_count},
                  {"stop", english_names_stop, english_names_stop_count},
                  {"state", english_names_state, english_names_state_count},
                  {"surname", english_names_surname, english_names_surname_count},
                  {"common", english_common_words, english_common_count}},
    };
}

static void set_defaults(struct extractor_options *options)
{
    if (options->opens_minute == 0 && options->closes_minute == 0) {
        options->opens_minute = 8 * 60;
        options->closes_minute = 20 * 60;
    }
    if (options->confirm_below <= 0.0)
        options->confirm_below = 0.80;
}

enum status extractor_create(const struct extractor_options *options,
                             struct extractor **ret_extractor, struct error *err)
{
    CLEANUP(extractor_cleanup) struct extractor *extractor = memory_alloc(sizeof *extractor);
    if (!extractor)
        return error_no_memory(err);
    if (options)
        extractor->options = *options;
    set_defaults(&extractor->options);
    extractor->default_locale = locale_table_find(
        strview_of(options && options->default_locale ? options->default_locale : ""));
    extractor->calibration =
        options && options->calibration ? *options->calibration : calibration_data_builtin;
    extractor->options.calibration = NULL;
    extractor->options.default_locale = NULL; /* borrowed; its rule was taken */
    struct language language = english();
    enum status status = grammar_compile_create(&language, &extractor->english, err);
    if (status == STATUS_OK)
        status = category_table_create(&extractor->options, &extractor->categories, err);
    extractor->options.categories = NULL;
    extractor->options.category_count = 0;
    if (status != STATUS_OK)
        return status;
    *ret_extractor = TAKE(extractor);
    return STATUS_OK;
}

void extractor_destroy(struct extractor *extractor)
{
    if (!extractor)
        return;
    grammar_compile_destroy(extractor->english);
    category_table_destroy(extractor->categories);
    memory_free(extractor);
}

static bool copy_text(struct extract_scratch *scratch, struct strview text)
{
    if (!extract_scratch_reserve(scratch, &scratch->text, &scratch->text_capacity, text.size + 32,
                                 1))
        return false;
    if (text.size)
        memcpy(scratch->text, text.data, text.size);
    memset(scratch->text + text.size, 0, 32);
    for (size_t i = 0; i < text.size; i++) { /* a NUL inside would end the padded text early */
        if (scratch->text[i] == '\0')
            scratch->text[i] = ' ';
    }
    scratch->text_size = text.size;
    return true;
}

static void set_reference(struct extract_scratch *scratch, const struct extract_request *request)
{
    int64_t ns = request->reference_time_ns;
    if (request->zone)
        scratch->local_ns = time_zone_local_ns(request->zone, ns);
    else if (__builtin_add_overflow(ns, request->reference_offset_s * CIVIL_TIME_NS_PER_S,
                                    &scratch->local_ns))
        scratch->local_ns = ns;
    scratch->today = civil_time_day_of_ns(scratch->local_ns);
}

/* A text in another language must not be read as English: function words tell. */
static bool is_foreign(const struct extract_scratch *scratch)
{
    size_t foreign = 0, english_words = 0, wide = 0, latin = 0;
    for (size_t i = 0; i < scratch->token_count; i++) {
        const struct symbol_set *set = token_set(scratch, i);
        bool is_english = symbol_set_has(set, C_ENGLISH), other = symbol_set_has(set, C_FOREIGN);
        english_words += is_english && !other;
        foreign += other && !is_english;
    }
    for (size_t i = 0; i < scratch->text_size; i++) {
        unsigned char c = (unsigned char)scratch->text[i];
        /* letters of other scripts: Greek and beyond, without punctuation (E2) and emoji (F0) */
        wide += c >= 0xCE && c < 0xF0 && c != 0xE2;
        latin += (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
    }
    if (wide * 3 > latin)
        return true;
    return foreign >= 2 && foreign > english_words;
}

static bool language_is_known(const struct extract_scratch *scratch)
{
    const char *language = scratch->locale.language;
    return (language[0] == '\0' || strcmp(language, "en") == 0) && !is_foreign(scratch);
}

static bool run_stages(struct extract_scratch *scratch, struct extract_result *result)
{
    scratch->slot_count = 0;
    if (!token_lexer_run(scratch))
        return false;
    if (!language_is_known(scratch)) {
        result->language_unknown = true;
        return true;
    }
    number_words_run(scratch);
    if (!chart_parser_run(scratch) || !contact_reader_run(scratch) || !name_reader_run(scratch) ||
        (scratch->extractor->categories &&
         !category_table_run(scratch->extractor->categories, scratch)) ||
        !chart_parser_cover(scratch))
        return false;
    discourse_run(scratch);
    phrase_join_run(scratch);
    return slot_ranking_run(scratch) && !scratch->failed;
}

enum status extractor_run(const struct extractor *extractor, struct extract_scratch *scratch,
                          const struct extract_request *request, struct extract_result *ret_result,
                          struct error *err)
{
    if (request->text.size > EXTRACTOR_TEXT_LIMIT_BYTES) {
        error_set(err, STATUS_LIMIT, "the text has %zu bytes; the limit is %d", request->text.size,
                  EXTRACTOR_TEXT_LIMIT_BYTES);
        error_fix(err, "Send one utterance at a time.");
        return STATUS_LIMIT;
    }
    struct extract_result result = {0};
    scratch->failed = false;
    scratch->extractor = extractor;
    scratch->grammar = extractor->english;
    scratch->request = request;
    scratch->value_size = 0;
    scratch->locale =
        request->locale.size ? locale_table_find(request->locale) : extractor->default_locale;
    if (extractor->options.week_starts)
        scratch->locale.week_start = extractor->options.week_starts == 7 ? 7 : 1;
    set_reference(scratch, request);
    size_t value_room = request->text.size * 64 + 4096;
    if (!copy_text(scratch, request->text) ||
        !extract_scratch_reserve(scratch, &scratch->values, &scratch->value_capacity, value_room,
                                 1) ||
        !run_stages(scratch, &result))
        return error_no_memory(err);
    result.slots = scratch->slots;
    result.slot_count = scratch->slot_count;
    result.deferred = scratch->cue_types >> N_DEFER & 1;
    result.refused = scratch->cue_types >> N_REFUSE & 1;
    *ret_result = result;
    return STATUS_OK;
}

const char *extract_type_name(enum extract_type type)
{
    static const char *const names[] = {
#define X(name, text) text,
        EXTRACT_TYPE_LIST(X)
#undef X
    };
    return type < EXTRACT_TYPE_COUNT ? names[type] : "unknown";
}

bool extract_type_of(struct strview name, enum extract_type *ret_type)
{
    for (enum extract_type type = EXTRACT_DATE; type < EXTRACT_CATEGORY; type++) {
        if (strview_is(name, extract_type_name(type))) {
            *ret_type = type;
            return true;
        }
    }
    return false;
}

const char *extract_grain_name(enum extract_grain grain)
{
    static const char *const names[] = {
#define X(name, text) text,
        EXTRACT_GRAIN_LIST(X)
#undef X
    };
    return (size_t)grain < sizeof names / sizeof *names ? names[grain] : "unknown";
}
