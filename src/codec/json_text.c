/*
 * json_text.c: jansson's own writer gives every number 17 digits, so that 0.1 became
 * 0.10000000000000001; this one writes numbers as all of assay's files have them. Values come from
 * jansson's parser, which bounds their nesting and so this recursion.
 */
#include "codec/json_text.h"

#include "base/json_write.h"
#include "base/memory.h"

/* When jansson 2.14 finds no memory for a token it calls the token invalid, or drops bytes of a
 * long one and goes on; so it is watched where it asks for memory. Set before main, since all
 * threads share jansson's allocator. */
static _Thread_local bool memory_ran_out;

static void *allocate(size_t size)
{
    void *block = memory_resize(NULL, size);
    if (!block)
        memory_ran_out = true;
    return block;
}

__attribute__((constructor)) static void watch_memory(void)
{
    json_set_alloc_funcs(allocate, memory_free);
}

bool json_text_take_starved(void)
{
    bool starved = memory_ran_out;
    memory_ran_out = false;
    return starved;
}

enum status json_text_load(struct strview text, size_t flags, json_t **ret_json,
                           json_error_t *ret_fault)
{
    (void)json_text_take_starved();
    json_t *json = json_loadb(text.data, text.size, flags | JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL,
                              ret_fault);
    if (json_text_take_starved()) {
        json_decref(json);
        return STATUS_NO_MEMORY;
    }
    if (!json)
        return STATUS_DATA;
    *ret_json = json;
    return STATUS_OK;
}

static void add_array(const json_t *array, struct strbuf *out)
{
    strbuf_add_char(out, '[');
    for (size_t i = 0; i < json_array_size(array); i++) {
        if (i)
            strbuf_add_char(out, ',');
        json_text_add(json_array_get(array, i), out);
    }
    strbuf_add_char(out, ']');
}

static void add_object(const json_t *object, struct strbuf *out)
{
    const char *name;
    json_t *value;
    json_t *mutable_object = (json_t *)(uintptr_t)object; /* jansson's iterators are not const */
    bool is_first = true;
    strbuf_add_char(out, '{');
    json_object_foreach(mutable_object, name, value)
    {
        if (!is_first)
            strbuf_add_char(out, ',');
        is_first = false;
        json_write_quoted(out, strview_of(name));
        strbuf_add_char(out, ':');
        json_text_add(value, out);
    }
    strbuf_add_char(out, '}');
}

void json_text_add(const json_t *value, struct strbuf *out)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        add_object(value, out);
        break;
    case JSON_ARRAY:
        add_array(value, out);
        break;
    case JSON_STRING:
        json_write_quoted(out,
                          (struct strview){json_string_value(value), json_string_length(value)});
        break;
    case JSON_INTEGER:
        strbuf_add_i64(out, json_integer_value(value));
        break;
    case JSON_REAL:
        strbuf_add_double(out, json_real_value(value));
        break;
    case JSON_TRUE:
        strbuf_add_text(out, "true");
        break;
    case JSON_FALSE:
        strbuf_add_text(out, "false");
        break;
    case JSON_NULL:
        strbuf_add_text(out, "null");
        break;
    }
}
