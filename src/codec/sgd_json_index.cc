/*
 * sgd_json_index.cc: the one C++ file: simdjson's first stage behind a C face. Only this stage is
 * used, through the implementation that simdjson picks for the processor at run time: its later
 * stages refuse what Python's json accepts (lone surrogates, NaN, numbers of any size), and the
 * reader skips most values anyway. Thread: one at a time per index. Memory is simdjson's own and is
 * kept until destroy; no exception leaves this file.
 */
#include "codec/sgd_json_index.h"

#include <simdjson.h>

#include <memory>
#include <new>

struct sgd_json_index {
    std::unique_ptr<simdjson::internal::dom_parser_implementation> parser;
};

extern "C" struct sgd_json_index *sgd_json_index_create(void)
{
    return new (std::nothrow) sgd_json_index;
}

extern "C" void sgd_json_index_destroy(struct sgd_json_index *index)
{
    delete index;
}

static bool has_room(struct sgd_json_index *index, size_t size)
{
    if (!index->parser)
        return simdjson::get_active_implementation()->create_dom_parser_implementation(
                   size, simdjson::DEFAULT_MAX_DEPTH, index->parser) == simdjson::SUCCESS;
    return index->parser->capacity() >= size ||
           index->parser->set_capacity(size) == simdjson::SUCCESS;
}

extern "C" enum sgd_json_index_fault sgd_json_index_build(struct sgd_json_index *index,
                                                          const char *text, size_t size,
                                                          const uint32_t **ret_offsets,
                                                          uint32_t *ret_count)
{
    if (size == 0)
        return SGD_JSON_INDEX_EMPTY;
    if (size >= simdjson::SIMDJSON_MAXSIZE_BYTES)
        return SGD_JSON_INDEX_TOO_LARGE;
    try {
        if (!has_room(index, size))
            return SGD_JSON_INDEX_NO_MEMORY;
    } catch (const std::bad_alloc &) {
        return SGD_JSON_INDEX_NO_MEMORY;
    }
    simdjson::error_code code = index->parser->stage1(reinterpret_cast<const uint8_t *>(text), size,
                                                      simdjson::stage1_mode::regular);
    if (code == simdjson::UTF8_ERROR)
        return SGD_JSON_INDEX_UTF8;
    if (code == simdjson::UNESCAPED_CHARS)
        return SGD_JSON_INDEX_CONTROL_CHARACTER;
    if (code == simdjson::UNCLOSED_STRING)
        return SGD_JSON_INDEX_UNCLOSED_STRING;
    if (code != simdjson::SUCCESS)
        return SGD_JSON_INDEX_EMPTY;
    *ret_offsets = index->parser->structural_indexes.get();
    *ret_count = index->parser->n_structural_indexes;
    return SGD_JSON_INDEX_OK;
}
