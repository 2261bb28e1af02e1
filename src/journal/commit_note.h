/*
 * commit_note.h: what a commit of a partition says beside its offset C, as text in the commit's
 * metadata (docs/EXACTLY_ONCE.md): that all below `read` has been read, and which conversations
 * that begin in [C, read) are not finished. Thread: any.
 *
 * Text: "1" and base64 of varints: read - C, the number of conversations, and the steps from C on
 * between their first offsets. A note that lies in the topic of progress is "@partition:offset".
 */
#ifndef ASSAY_JOURNAL_COMMIT_NOTE_H
#define ASSAY_JOURNAL_COMMIT_NOTE_H

#include "base/error.h"
#include "base/strbuf.h"

#include <stdint.h>

struct commit_note {
    int64_t read;
    int64_t *unfinished; /* ascending, from `committed` on; owned by who decodes */
    size_t count;
};

void commit_note_encode(int64_t committed, const struct commit_note *note, struct strbuf *out);
/* An empty text: nothing is unfinished and read is `committed`. The caller frees
 * ret_note->unfinished (memory_free). STATUS_DATA: no note of ours. */
enum status commit_note_decode(int64_t committed, struct strview text, struct commit_note *ret_note,
                               struct error *err);

void commit_note_encode_place(int32_t partition, int64_t offset, struct strbuf *out);
/* True when the text says where the note lies. */
bool commit_note_decode_place(struct strview text, int32_t *ret_partition, int64_t *ret_offset);

#endif
