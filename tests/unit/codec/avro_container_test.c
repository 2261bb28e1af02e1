#include "base/file.h"
#include "base/memory.h"
#include "codec/avro_container.h"
#include "codec/avro_embedded.h"
#include "codec/binary_record.h"
#include "record/gold.h"
#include "record/score_row.h"
#include "support/random_record.h"

#include <avro.h>
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <zlib.h>

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/avro_container_XXXXXX";
static char path[64], other_path[64];

static void make_folder(void)
{
    cr_assert(ne(ptr, mkdtemp(folder), NULL));
    snprintf(path, sizeof path, "%s/a.avro", folder);
    snprintf(other_path, sizeof other_path, "%s/b.avro", folder);
}

static void remove_folder(void)
{
    unlink(path);
    unlink(other_path);
    cr_expect(eq(int, rmdir(folder), 0), "a file was left behind");
}

TestSuite(avro_container, .init = make_folder, .fini = remove_folder);

/* `count` records from the seeds 0, 1, ... */
static void write_records(const char *to, const struct record_type *type,
                          enum avro_container_codec codec, uint64_t count)
{
    CLEANUP(avro_container_writer_cleanup) struct avro_container_writer *writer = NULL;
    struct error err = {0};
    cr_assert(eq(int, avro_container_create(to, type, codec, &writer, &err), STATUS_OK), "%s",
              err.what);
    for (uint64_t seed = 0; seed < count; seed++) {
        CLEANUP(arena_cleanup) struct arena *arena = arena_create(64 * 1024, 0);
        struct random_source random = {seed, arena};
        void *record = arena_alloc(arena, type->size);
        random_record_fill(&random, type, record);
        cr_assert(eq(int, avro_container_append(writer, record, &err), STATUS_OK), "%s", err.what);
    }
    cr_assert(not(file_exists(to)), "the file has its name before it is whole");
    cr_assert(eq(int, avro_container_commit(writer, &err), STATUS_OK), "%s", err.what);
}

/* Reads all that can be read; checks each record against its seed when `is_whole`. */
static uint64_t read_records(const char *from, const struct record_type *type, bool is_whole,
                             uint64_t *ret_lost)
{
    CLEANUP(avro_container_reader_cleanup) struct avro_container_reader *reader = NULL;
    struct error err = {0};
    enum status status = avro_container_open(from, type, &reader, &err);
    if (status != STATUS_OK) {
        cr_assert(not(is_whole), "%s: %s", err.where, err.what);
        cr_assert(eq(int, status, STATUS_DATA));
        return 0;
    }
    uint64_t count = 0;
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(64 * 1024, 0);
    for (;;) {
        arena_reset(arena);
        struct random_source random = {count, arena};
        void *made = arena_alloc(arena, type->size), *read = arena_alloc(arena, type->size);
        if (!avro_container_next(reader, read, arena, &status, &err)) {
            if (status == STATUS_OK)
                break;
            cr_assert(not(is_whole), "%s: %s", err.where, err.what);
            cr_assert(eq(int, status, STATUS_DATA));
            cr_assert(strstr(err.where, from) == err.where, "%s", err.where);
            continue;
        }
        random_record_fill(&random, type, made);
        struct strbuf a = {0}, b = {0};
        cr_assert(eq(int, binary_record_encode(type, made, &a, &err), STATUS_OK));
        cr_assert(eq(int, binary_record_encode(type, read, &b, &err), STATUS_OK));
        bool is_equal = strview_equal(strbuf_view(&a), strbuf_view(&b));
        cr_assert(is_equal || (is_whole == false), "record %llu", (unsigned long long)count);
        strbuf_done(&a);
        strbuf_done(&b);
        count++;
    }
    *ret_lost = avro_container_lost(reader);
    return count;
}

Test(avro_container, what_was_written_comes_back_in_both_codecs_and_every_type)
{
    static const struct record_type *const types[] = {&event_envelope_type, &gold_conversation_type,
                                                      &prediction_type, &score_row_type,
                                                      &conversation_facts_type};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        for (int codec = AVRO_CONTAINER_PLAIN; codec <= AVRO_CONTAINER_DEFLATE; codec++) {
            uint64_t lost, wanted = i == 0 ? 3000 : 100; /* several blocks of events */
            write_records(path, types[i], (enum avro_container_codec)codec, wanted);
            cr_expect(eq(u64, read_records(path, types[i], true, &lost), wanted));
            cr_expect(eq(u64, lost, 0));
            unlink(path);
        }
    }
}

Test(avro_container, a_file_without_records_is_a_file)
{
    uint64_t lost;
    write_records(path, &score_row_type, AVRO_CONTAINER_DEFLATE, 0);
    cr_expect(eq(u64, read_records(path, &score_row_type, true, &lost), 0));
}

Test(avro_container, equal_records_make_equal_files)
{
    struct strbuf a = {0}, b = {0};
    struct error err = {0};
    write_records(path, &score_row_type, AVRO_CONTAINER_DEFLATE, 50);
    write_records(other_path, &score_row_type, AVRO_CONTAINER_DEFLATE, 50);
    cr_assert(eq(int, file_read(path, 1 << 24, &a, &err), STATUS_OK));
    cr_assert(eq(int, file_read(other_path, 1 << 24, &b, &err), STATUS_OK));
    cr_expect(strview_equal(strbuf_view(&a), strbuf_view(&b)));
    strbuf_done(&a);
    strbuf_done(&b);
}

Test(avro_container, a_writer_that_is_not_committed_leaves_nothing)
{
    struct avro_container_writer *writer = NULL;
    struct error err = {0};
    cr_assert(eq(int,
                 avro_container_create(path, &score_row_type, AVRO_CONTAINER_PLAIN, &writer, &err),
                 STATUS_OK));
    avro_container_writer_destroy(writer); /* the suite's end looks for what is left */
}

Test(avro_container, avro_c_reads_our_files_and_we_read_those_of_avro_c)
{
    struct strview text = avro_embedded_schema_of(&prediction_type);
    avro_file_reader_t theirs;
    avro_file_writer_t copy;
    avro_value_t value;
    write_records(path, &prediction_type, AVRO_CONTAINER_DEFLATE, 200);
    cr_assert(eq(int, avro_file_reader(path, &theirs), 0), "%s", avro_strerror());
    avro_schema_t schema = avro_file_reader_get_writer_schema(theirs);
    avro_value_iface_t *generic = avro_generic_class_from_schema(schema);
    avro_generic_value_new(generic, &value);
    cr_assert(eq(
        int, avro_file_writer_create_with_codec(other_path, schema, &copy, "deflate", 100000), 0));
    int count = 0;
    for (; avro_file_reader_read_value(theirs, &value) == 0; count++) {
        cr_assert(eq(int, avro_file_writer_append_value(copy, &value), 0));
        avro_value_reset(&value);
    }
    cr_expect(eq(int, count, 200));
    cr_assert(eq(int, avro_file_writer_close(copy), 0));
    avro_file_reader_close(theirs);
    avro_value_decref(&value);
    avro_value_iface_decref(generic);
    avro_schema_decref(schema);
    uint64_t lost;
    cr_expect(eq(u64, read_records(other_path, &prediction_type, true, &lost), 200));
    cr_expect(gt(sz, text.size, 0));
}

/* A file of our own making: any codec, blocks as given. */
static void write_raw(const char *schema, const char *codec, struct strview blocks)
{
    struct strbuf out = {0};
    struct error err = {0};
    size_t size = strlen(schema);
    strbuf_add(&out, "Obj\x01\x04\x16", 6);
    strbuf_add_text(&out, "avro.schema");
    strbuf_add_char(&out, (char)((size << 1 & 0x7f) | 0x80));
    strbuf_add_char(&out, (char)(size >> 6));
    strbuf_add_text(&out, schema);
    strbuf_add_char(&out, 20);
    strbuf_add_text(&out, "avro.codec");
    strbuf_add_char(&out, (char)(strlen(codec) * 2));
    strbuf_add_text(&out, codec);
    strbuf_add(&out,
               "\0"
               "0123456789abcdef",
               17);
    strbuf_add_view(&out, blocks);
    cr_assert(eq(int, file_write(path, strbuf_view(&out), &err), STATUS_OK), "%s", err.what);
    strbuf_done(&out);
}

static const char *const tokens_schema =
    "{\"type\": \"record\", \"name\": \"GoldSpan\", \"fields\": [{\"name\": \"slot\", \"type\": "
    "\"string\"}, {\"name\": \"start\", \"type\": \"int\"}, {\"name\": \"end\", \"type\": "
    "\"int\"}]}";

Test(avro_container, a_fault_is_placed_and_costs_its_block_only)
{
#define SYNC "0123456789abcdef"
    const struct {
        const char *name, *codec, *blocks;
        size_t size;
        uint64_t records, lost;
        char *where, *what;
    } rows[] = {
#define ROW(name, codec, blocks, ...) {name, codec, blocks, sizeof blocks - 1, __VA_ARGS__}
        ROW("the second of three records in the first block", "null",
            "\x06\x14\x02x\x02\x04\x05x\x02\x04\x00\x00" SYNC "\x02\x08\x02y\x02\x04" SYNC, 2, 2,
            ": block 1, record 2: byte 1",
            "cannot read GoldSpan.slot: a text is longer than the bytes that are left"),
        ROW("bytes behind the last record", "null",
            "\x02\x0a\x02x\x02\x04\x00" SYNC "\x02\x08\x02y\x02\x04" SYNC, 2, 0, ": block 1",
            "bytes follow behind the block's last record"),
        ROW("more records than bytes", "null",
            "\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01\x08\x02x\x02\x04" SYNC
            "\x02\x08\x02y\x02\x04" SYNC,
            1, 0, ": block 1", "the block says that it has more records than bytes"),
        ROW("no deflate stream", "deflate", "\x02\x08\xff\xff\xff\xff" SYNC, 0, 1, ": block 1",
            "the block is no deflate stream"),
        ROW("another sync marker", "null",
            "\x02\x08\x02x\x02\x04"
            "0123456789abcdeX",
            0, 1, ": block 1", "the block does not end with the file's sync marker"),
        ROW("a size beyond the file", "null", "\x02\xf0\xff\xff\x07\x02x", 0, 1, ": block 1",
            "the file ends inside of the block"),
        ROW("a size beyond all measure", "null",
            "\x02\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01\x02x", 0, 0, ": block 1",
            "the block says that it is larger than a block may be"),
        ROW("a negative size", "null", "\x02\x01\x02x", 0, 0, ": block 1",
            "the block's head is wrong"),
        ROW("a block of nothing", "null", "\x00\x00" SYNC "\x02\x08\x02y\x02\x04" SYNC, 1, 0, "",
            ""),
#undef ROW
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEANUP(avro_container_reader_cleanup) struct avro_container_reader *reader = NULL;
        CLEANUP(arena_cleanup) struct arena *arena = arena_create(4096, 0);
        struct error err = {0}, first = {0};
        write_raw(tokens_schema, rows[i].codec, (struct strview){rows[i].blocks, rows[i].size});
        cr_assert(eq(int, avro_container_open(path, &gold_span_type, &reader, &err), STATUS_OK));
        uint64_t records = 0;
        for (enum status status = STATUS_OK;;) {
            struct gold_span span;
            if (avro_container_next(reader, &span, arena, &status, &err))
                records++;
            else if (status == STATUS_OK)
                break;
            else if (!first.what[0])
                first = err;
        }
        cr_expect(eq(u64, records, rows[i].records), "%s", rows[i].name);
        cr_expect(eq(u64, avro_container_lost(reader), rows[i].lost), "%s", rows[i].name);
        cr_expect(eq(str, first.what, rows[i].what), "%s", rows[i].name);
        if (rows[i].where[0])
            cr_expect(eq(str, first.where + strlen(path), rows[i].where), "%s", rows[i].name);
    }
}

Test(avro_container, a_file_that_cannot_be_read_is_refused_when_it_is_opened)
{
    struct avro_container_reader *reader = NULL;
    struct error err = {0};
    cr_expect(eq(int, avro_container_open(path, &gold_span_type, &reader, &err), STATUS_IO));
    cr_expect(eq(int, file_write(path, strview_of("{\"a\": 1}\n"), &err), STATUS_OK));
    cr_expect(eq(int, avro_container_open(path, &gold_span_type, &reader, &err), STATUS_DATA));
    cr_expect(eq(str, err.what, "this is not an Avro file: it does not begin with 'Obj' and 1"));
    write_raw(tokens_schema, "snappy", strview_of(""));
    cr_expect(eq(int, avro_container_open(path, &gold_span_type, &reader, &err), STATUS_DATA));
    cr_expect(eq(str, err.what, "the codec 'snappy' is not supported"));
    cr_expect(eq(str, err.fix, "Write the file with the codec 'deflate' or 'null'."));
    write_raw(tokens_schema, "null", strview_of(""));
    cr_expect(eq(int, avro_container_open(path, &gold_turn_type, &reader, &err), STATUS_DATA));
    cr_expect(eq(str, err.what, "the writer's schema lacks 'turn', which GoldTurn needs"));
}

Test(avro_container, a_deflate_bomb_stops_at_the_limit)
{
    enum { OUT = 80 << 20, IN = 1 << 20 };
    char *zeros = calloc(1, OUT), *packed = malloc(IN);
    z_stream stream = {
        .next_in = (Bytef *)zeros, .avail_in = OUT, .next_out = (Bytef *)packed, .avail_out = IN};
    cr_assert(eq(int, deflateInit2(&stream, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK));
    cr_assert(eq(int, deflate(&stream, Z_FINISH), Z_STREAM_END));
    struct strbuf blocks = {0};
    size_t size = stream.total_out;
    strbuf_add_char(&blocks, 2);
    for (uint64_t rest = size * 2; rest; rest >>= 7)
        strbuf_add_char(&blocks, (char)((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0)));
    strbuf_add(&blocks, packed, size);
    strbuf_add_text(&blocks, SYNC);
    write_raw(tokens_schema, "deflate", strbuf_view(&blocks));
    CLEANUP(avro_container_reader_cleanup) struct avro_container_reader *reader = NULL;
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(4096, 0);
    struct error err = {0};
    struct gold_span span;
    enum status status;
    cr_assert(eq(int, avro_container_open(path, &gold_span_type, &reader, &err), STATUS_OK));
    cr_expect(not(avro_container_next(reader, &span, arena, &status, &err)));
    cr_expect(eq(int, status, STATUS_DATA));
    cr_expect(eq(str, err.what, "the block is too large when it is inflated"));
    deflateEnd(&stream);
    strbuf_done(&blocks);
    free(zeros);
    free(packed);
}

Test(avro_container, every_cut_of_a_file_reads_what_is_whole)
{
    struct strbuf bytes = {0};
    struct error err = {0};
    uint64_t lost, before = 0;
    write_records(other_path, &score_row_type, AVRO_CONTAINER_PLAIN, 60);
    cr_assert(eq(int, file_read(other_path, 1 << 24, &bytes, &err), STATUS_OK));
    for (size_t cut = 0; cut <= bytes.size; cut += 1 + bytes.size / 97) {
        cr_assert(eq(int, file_write(path, (struct strview){bytes.data, cut}, &err), STATUS_OK));
        uint64_t count = read_records(path, &score_row_type, false, &lost);
        cr_assert(ge(u64, count, before));
        before = count;
    }
    strbuf_done(&bytes);
}

Test(avro_container, running_out_of_memory_is_an_error_and_not_a_crash)
{
    write_records(path, &score_row_type, AVRO_CONTAINER_PLAIN, 3);
    for (int64_t nth = 1;; nth++) {
        struct avro_container_reader *reader = NULL;
        struct arena *arena = arena_create(4096, 0);
        struct error err = {0};
        struct score_row row;
        memory_fail_nth(nth);
        enum status status = avro_container_open(path, &score_row_type, &reader, &err);
        while (status == STATUS_OK && avro_container_next(reader, &row, arena, &status, &err)) {
        }
        bool hit = memory_fault_was_hit();
        memory_fail_nth(0);
        avro_container_reader_destroy(reader);
        arena_destroy(arena);
        cr_assert(eq(int, status, hit ? STATUS_NO_MEMORY : STATUS_OK), "allocation %lld: %s",
                  (long long)nth, err.what);
        if (!hit)
            break;
    }
}
