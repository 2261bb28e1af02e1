/*
 * extract_fuzz.c: any bytes as an utterance (the first byte picks locale and what is asked for),
 * and the same bytes as a line of `assay extract`. Checks what must hold for every text: spans
 * inside the text, values that are not empty, valid answers.
 */
#include "extract/extract_lines.h"
#include "extract/extractor.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct extractor *extractor;
static struct extract_scratch *scratch;
static struct extract_lines *lines;

static void open_once(void)
{
    static const char *const words[] = {"hair cut", "trim", NULL};
    static const struct extract_category_value values[] = {{"haircut", words}, {"massage", NULL}};
    static const struct extract_category category = {"service", values, 2};
    struct extractor_options options = {.categories = &category, .category_count = 1};
    if (extractor)
        return;
    if (extractor_create(&options, &extractor, NULL) != STATUS_OK)
        abort();
    scratch = extract_scratch_create();
    lines = extract_lines_create(extractor);
}

static void check(const struct extract_result *result, size_t size)
{
    for (size_t i = 0; i < result->slot_count; i++) {
        const struct extract_slot *slot = &result->slots[i];
        bool good = slot->start < slot->end && slot->end <= size && slot->value.size > 0 &&
                    slot->confidence > 0.0 && slot->confidence < 1.0 && slot->rule != NULL &&
                    slot->needs_confirmation == (slot->reason != NULL);
        if (!good)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const locales[] = {"", "en-US", "en-GB", "de-DE"};
    open_once();
    if (size == 0)
        return 0;
    const char *text = (const char *)data + 1;
    struct extract_request request = {.text = {text, size - 1},
                                      .reference_time_ns = INT64_C(1736953200000000000),
                                      .reference_offset_s = -18000,
                                      .locale = strview_of(locales[data[0] & 3]),
                                      .asked_types = data[0] & 4 ? 0x3FFU : 0};
    struct extract_result result;
    if (extractor_run(extractor, scratch, &request, &result, NULL) == STATUS_OK)
        check(&result, size - 1);
    struct strbuf out = {0};
    bool valid;
    if (extract_lines_run(lines, request.text, &out, &valid, NULL) != STATUS_OK)
        abort();
    strbuf_done(&out);
    return 0;
}
