/*
 * prompt_folder.h: a prompt version is a folder: default.txt and, where a dialogue state wants its
 * own, <state>.txt. Templates may use {{user_text}}, {{state}}, {{slots}}, {{history}}, {{task}}
 * (slots and intents of the task) and {{now}} (the turn's local time). A line "---" alone splits a
 * template: above it is the system message, below the user message. Thread: main loads, any
 * renders.
 */
#ifndef ASSAY_REPLAY_PROMPT_FOLDER_H
#define ASSAY_REPLAY_PROMPT_FOLDER_H

#include "replay/candidate.h"

struct prompt_folder {
    struct strview version; /* the folder's name */
    struct prompt_template {
        struct strview state; /* file name without .txt; "default" is used for states without one */
        struct strview system, user;
    } *templates;
    size_t count;
};

/* An unknown {{name}} is an error with file, line and the nearest known name. */
enum status prompt_folder_load(const char *path, struct arena *arena,
                               struct prompt_folder *ret_folder, struct error *err);

/* Appends the messages as JSON, [{"role": ..., "content": ...}, ...]. `notes` goes behind the user
 * message (hybrid: the rules' readings). */
void prompt_folder_render(const struct prompt_folder *folder, const struct candidate_world *world,
                          const struct turn_view *view, struct strview notes,
                          struct json_write *writer);

#endif
