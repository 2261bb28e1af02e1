/*
 * commit_note.c: see commit_note.h. Varints are LEB128. Thread: any.
 */
#include "journal/commit_note.h"

#include "base/base64.h"
#include "base/memory.h"

#include <stdio.h>

enum { VERSION = '1', PLACE = '@' };

static void add_varint(struct strbuf *out, uint64_t value)
{
    while (value >= 128) {
        strbuf_add_char(out, (char)((value & 127) | 128));
        value >>= 7;
    }
    strbuf_add_char(out, (char)value);
}

static bool take_varint(struct strview *bytes, uint64_t *ret_value)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 63 && bytes->size; shift += 7) {
        unsigned char byte = (unsigned char)*bytes->data;
        bytes->data++;
        bytes->size--;
        value |= (uint64_t)(byte & 127) << shift;
        if (byte < 128) {
            *ret_value = value;
            return true;
        }
    }
    return false;
}

void commit_note_encode(int64_t committed, const struct commit_note *note, struct strbuf *out)
{
    struct strbuf bytes = {0};
    add_varint(&bytes, (uint64_t)(note->read - committed));
    add_varint(&bytes, note->count);
    int64_t before = committed;
    for (size_t i = 0; i < note->count; i++) {
        add_varint(&bytes, (uint64_t)(note->unfinished[i] - before));
        before = note->unfinished[i];
    }
    strbuf_add_char(out, VERSION);
    base64_encode(strbuf_view(&bytes), out);
    strbuf_fail_with(out, &bytes);
    strbuf_done(&bytes);
}

static enum status no_note(struct error *err)
{
    enum status status = error_set(err, STATUS_DATA, "the metadata of a commit is not assay's");
    error_fix(err, "Somebody else commits offsets in this group: begin a new run.");
    return status;
}

static enum status take_list(struct strview bytes, int64_t committed, struct commit_note *note,
                             struct error *err)
{
    uint64_t read, count, step;
    if (!take_varint(&bytes, &read) || !take_varint(&bytes, &count) || count > bytes.size ||
        read > INT64_MAX / 2)
        return no_note(err);
    note->read = committed + (int64_t)read;
    note->unfinished = memory_alloc((count + 1) * sizeof *note->unfinished);
    if (!note->unfinished)
        return error_no_memory(err);
    int64_t at = committed;
    for (; note->count < count; note->count++) {
        if (!take_varint(&bytes, &step) || step > read || (step == 0 && note->count))
            return no_note(err);
        at += (int64_t)step;
        note->unfinished[note->count] = at;
        if (at >= note->read)
            return no_note(err);
    }
    return bytes.size ? no_note(err) : STATUS_OK;
}

enum status commit_note_decode(int64_t committed, struct strview text, struct commit_note *ret_note,
                               struct error *err)
{
    struct commit_note note = {.read = committed};
    if (text.size == 0) {
        *ret_note = note;
        return STATUS_OK;
    }
    if (text.data[0] != VERSION)
        return no_note(err);
    struct strbuf bytes = {0};
    enum status status = STATUS_OK;
    if (!base64_decode((struct strview){text.data + 1, text.size - 1}, &bytes))
        status = bytes.failed ? error_no_memory(err) : no_note(err);
    if (status == STATUS_OK)
        status = take_list(strbuf_view(&bytes), committed, &note, err);
    strbuf_done(&bytes);
    if (status != STATUS_OK)
        memory_free(note.unfinished);
    else
        *ret_note = note;
    return status;
}

void commit_note_encode_place(int32_t partition, int64_t offset, struct strbuf *out)
{
    strbuf_add_format(out, "%c%d:%lld", PLACE, partition, (long long)offset);
}

bool commit_note_decode_place(struct strview text, int32_t *ret_partition, int64_t *ret_offset)
{
    char copy[64];
    long long offset;
    if (text.size < 4 || text.size >= sizeof copy || text.data[0] != PLACE)
        return false;
    memcpy(copy, text.data + 1, text.size - 1);
    copy[text.size - 1] = 0;
    if (sscanf(copy, "%d:%lld", ret_partition, &offset) != 2)
        return false;
    *ret_offset = offset;
    return true;
}
