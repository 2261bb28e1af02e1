/*
 * prompt_folder.c: loading, checking and rendering of prompt templates.
 */
#include "replay/prompt_folder.h"

#include "base/civil_time.h"
#include "base/file.h"
#include "codec/json_record.h"

#include <dirent.h>
#include <stdlib.h>

enum { TEMPLATE_LIMIT_BYTES = 256 * 1024, TEMPLATE_LIMIT = 256 };

static const char *const names[] = {"user_text", "state", "slots", "history", "task", "now", NULL};
enum { NAME_USER_TEXT, NAME_STATE, NAME_SLOTS, NAME_HISTORY, NAME_TASK, NAME_NOW };

/* Finds the next {{name}} from `at`; false at the end. Names are trimmed. */
static bool next_place(struct strview text, size_t at, size_t *ret_start, size_t *ret_end,
                       struct strview *ret_name)
{
    const char *open = at < text.size ? memmem(text.data + at, text.size - at, "{{", 2) : NULL;
    if (!open)
        return false;
    size_t start = (size_t)(open - text.data);
    const char *close = memmem(open, text.size - start, "}}", 2);
    if (!close)
        return false;
    *ret_start = start;
    *ret_end = (size_t)(close - text.data) + 2;
    *ret_name = strview_trim((struct strview){open + 2, (size_t)(close - open) - 2});
    return true;
}

static int name_index(struct strview name)
{
    for (int i = 0; names[i]; i++)
        if (strview_is(name, names[i]))
            return i;
    return -1;
}

static enum status check_names(struct strview text, const char *path, struct error *err)
{
    size_t start, end, at = 0;
    struct strview name;
    while (next_place(text, at, &start, &end, &name)) {
        at = end;
        if (name_index(name) >= 0)
            continue;
        size_t line = 1;
        for (size_t i = 0; i < start; i++)
            line += text.data[i] == '\n';
        enum status status = error_set(err, STATUS_CONFIG, "there is no value '{{%.*s}}'",
                                       (int)(name.size < 60 ? name.size : 60), name.data);
        error_where(err, "%s:%zu", path, line);
        error_fix(err, "Templates may use user_text, state, slots, history, task and now.");
        return status;
    }
    return STATUS_OK;
}

/* A file that an editor saved with CRLF asks what the same file with LF asks. `text` is the
 * folder's own copy. */
static struct strview with_plain_line_ends(char *text, size_t size)
{
    size_t kept = 0;
    for (size_t i = 0; i < size; i++)
        if (text[i] != '\r' || i + 1 == size || text[i + 1] != '\n')
            text[kept++] = text[i];
    text[kept] = '\0';
    return (struct strview){text, kept};
}

static void split(struct strview text, struct prompt_template *template)
{
    size_t above = 0, below = 0; /* without a mark all of it is the user message */
    for (size_t at = 0; at < text.size && below == 0;) {
        const char *end = memchr(text.data + at, '\n', text.size - at);
        size_t next = end ? (size_t)(end - text.data) + 1 : text.size;
        if (strview_is(strview_trim((struct strview){text.data + at, next - at}), "---")) {
            above = at;
            below = next;
        }
        at = next;
    }
    template->system = strview_trim((struct strview){text.data, above});
    template->user = strview_trim((struct strview){text.data + below, text.size - below});
}

static enum status load_file(const char *path, struct strview state, struct arena *arena,
                             struct prompt_template *template, struct error *err)
{
    struct strbuf text = {0};
    enum status status = file_read(path, TEMPLATE_LIMIT_BYTES, &text, err);
    struct strview own = {0};
    if (status == STATUS_OK) {
        char *copy = arena_alloc(arena, text.size + 1);
        if (copy && text.size)
            memcpy(copy, text.data, text.size);
        if (copy)
            own = with_plain_line_ends(copy, text.size);
        status = copy ? check_names(own, path, err) : error_no_memory(err);
    }
    strbuf_done(&text);
    template->state = arena_copy_view(arena, state);
    if (status == STATUS_OK)
        split(own, template);
    return status;
}

static int is_template(const struct dirent *entry)
{
    size_t size = strlen(entry->d_name);
    return size > 4 && strcmp(entry->d_name + size - 4, ".txt") == 0;
}

static enum status load_entries(const char *path, struct dirent **entries, int count,
                                struct arena *arena, struct prompt_folder *folder,
                                struct error *err)
{
    enum status status = STATUS_OK;
    for (int i = 0; i < count && status == STATUS_OK; i++) {
        struct strview state = {entries[i]->d_name, strlen(entries[i]->d_name) - 4};
        char *file = arena_format(arena, "%s/%s", path, entries[i]->d_name);
        status = file ? load_file(file, state, arena, &folder->templates[folder->count++], err)
                      : error_no_memory(err);
    }
    return status;
}

static const struct prompt_template *find_template(const struct prompt_folder *folder,
                                                   struct strview state)
{
    for (size_t i = 0; i < folder->count; i++)
        if (strview_equal(folder->templates[i].state, state))
            return &folder->templates[i];
    return NULL;
}

enum status prompt_folder_load(const char *path, struct arena *arena,
                               struct prompt_folder *ret_folder, struct error *err)
{
    struct prompt_folder folder = {0};
    size_t size = strlen(path);
    while (size > 1 && path[size - 1] == '/')
        size--;
    const char *base = memrchr(path, '/', size);
    base = base ? base + 1 : path;
    folder.version = (struct strview){base, (size_t)(path + size - base)};
    struct dirent **entries = NULL;
    int count = scandir(path, &entries, is_template, alphasort);
    if (count < 0) {
        enum status status = error_set(err, STATUS_CONFIG, "there is no folder '%s'", path);
        error_fix(err, "A prompt version is a folder with default.txt in it.");
        return status;
    }
    folder.templates = arena_array(arena, (size_t)count + 1, sizeof *folder.templates);
    enum status status = folder.templates && count <= TEMPLATE_LIMIT
                             ? load_entries(path, entries, count, arena, &folder, err)
                             : error_no_memory(err);
    for (int i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
    if (status != STATUS_OK)
        return status;
    if (!find_template(&folder, strview_of("default"))) {
        status = error_set(err, STATUS_CONFIG, "folder '%s' has no default.txt", path);
        error_fix(err, "default.txt is the template of every state that has none of its own.");
        return status;
    }
    *ret_folder = folder;
    return STATUS_OK;
}

static void add_history(const struct turn_view *view, struct strbuf *out)
{
    const struct conversation *conversation = view->conversation;
    if (conversation->opening)
        strbuf_add_format(out, "Agent: %.*s\n", STRVIEW_ARG(conversation->opening->text));
    for (size_t i = 0; i < view->turn; i++) {
        const struct conversation_turn *turn = &conversation->turns[i];
        strbuf_add_format(out, "Caller: %.*s\n", STRVIEW_ARG(turn->user->text));
        if (turn->agent)
            strbuf_add_format(out, "Agent: %.*s\n", STRVIEW_ARG(turn->agent->text));
    }
    if (out->size && out->data[out->size - 1] == '\n')
        out->data[--out->size] = '\0';
}

static void add_slot(const struct slot_spec *slot, struct strbuf *out)
{
    strbuf_add_format(out, "- %.*s (%s%s)", STRVIEW_ARG(slot->name), slot_type_names[slot->type],
                      slot->required ? ", required" : "");
    if (slot->description.size)
        strbuf_add_format(out, ": %.*s", STRVIEW_ARG(slot->description));
    for (size_t i = 0; i < slot->category_count; i++)
        strbuf_add_format(out, "%s%.*s",
                          i ? ", " : "; one of: ", STRVIEW_ARG(slot->categories[i].value));
    strbuf_add_char(out, '\n');
}

static void add_task(const struct task_spec *task, struct strbuf *out)
{
    strbuf_add_text(out, "Slots:\n");
    for (size_t i = 0; i < task->slot_count; i++)
        add_slot(&task->slots[i], out);
    strbuf_add_text(out, "Intents:");
    for (size_t i = 0; i < task->intent_count; i++)
        strbuf_add_format(out, "%s %.*s", i ? "," : "", STRVIEW_ARG(task->intents[i].name));
    strbuf_add_text(out, "\nStates:");
    for (size_t i = 0; i < task->state_count; i++)
        strbuf_add_format(out, "%s %.*s", i ? "," : "", STRVIEW_ARG(task->states[i].name));
}

static void add_now(const struct turn_view *view, struct strbuf *out)
{
    static const char *const weekdays[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                           "Friday", "Saturday", "Sunday"};
    int64_t utc_ns = view->conversation->turns[view->turn].user_time_ns;
    int32_t offset_s = view->zone ? time_zone_offset_s(view->zone, utc_ns) : 0;
    int64_t local_ns = utc_ns + offset_s * CIVIL_TIME_NS_PER_S;
    char text[CIVIL_TIME_TEXT_BYTES];
    civil_time_print_offset(utc_ns - utc_ns % CIVIL_TIME_NS_PER_S, offset_s, text);
    int32_t weekday = civil_time_weekday(civil_time_day_of_ns(local_ns));
    strbuf_add_format(out, "%s, %s", weekdays[(weekday - 1) % 7], text);
}

static void add_value(int name, const struct candidate_world *world, const struct turn_view *view,
                      struct strbuf *out)
{
    struct json_write writer = {.out = out};
    switch (name) {
    case NAME_USER_TEXT:
        strbuf_add_view(out, view->conversation->turns[view->turn].user->text);
        break;
    case NAME_STATE:
        strbuf_add_view(out, view->state);
        break;
    case NAME_SLOTS:
        json_record_encode_slots(&view->slots, &writer);
        break;
    case NAME_HISTORY:
        add_history(view, out);
        break;
    case NAME_TASK:
        add_task(world->task, out);
        break;
    case NAME_NOW:
        add_now(view, out);
        break;
    default:
        break;
    }
}

static void expand(struct strview template, const struct candidate_world *world,
                   const struct turn_view *view, struct strbuf *out)
{
    size_t start, end, at = 0;
    struct strview name;
    while (next_place(template, at, &start, &end, &name)) {
        strbuf_add(out, template.data + at, start - at);
        struct strbuf value = {0};
        add_value(name_index(name), world, view, &value);
        strbuf_add_view(out, strbuf_view(&value));
        out->failed = out->failed || value.failed;
        strbuf_done(&value);
        at = end;
    }
    strbuf_add(out, template.data + at, template.size - at);
}

static void add_message(const char *role, const struct strbuf *content, struct json_write *writer)
{
    json_write_begin_object(writer);
    json_write_key_text(writer, "role", strview_of(role));
    json_write_key_text(writer, "content", strbuf_view(content));
    json_write_end_object(writer);
    writer->out->failed = writer->out->failed || content->failed;
}

void prompt_folder_render(const struct prompt_folder *folder, const struct candidate_world *world,
                          const struct turn_view *view, struct strview notes,
                          struct json_write *writer)
{
    const struct prompt_template *template = find_template(folder, view->state);
    if (!template)
        template = find_template(folder, strview_of("default"));
    struct strbuf content = {0};
    json_write_begin_array(writer);
    if (template->system.size) {
        expand(template->system, world, view, &content);
        add_message("system", &content, writer);
        strbuf_clear(&content);
    }
    expand(template->user, world, view, &content);
    strbuf_add_view(&content, notes);
    add_message("user", &content, writer);
    json_write_end_array(writer);
    strbuf_done(&content);
}
