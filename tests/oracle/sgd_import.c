/*
 * sgd_import.c: the SGD importer as a program of its own: sgd_import SCHEMA INPUT_DIR OUTPUT.
 * Standard output: what was counted, as one JSON object.
 */
#include "ingest/sgd_import.h"

#include <inttypes.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    struct sgd_gold_counts counts = {0};
    struct error error = {0};
    if (argc != 4) {
        fputs("usage: sgd_import SCHEMA INPUT_DIR OUTPUT\n", stderr);
        return 2;
    }
    const struct sgd_import_options options = {argv[1], argv[2], argv[3]};
    enum status status = sgd_import(&options, &counts, &error);
    if (status != STATUS_OK) {
        fprintf(stderr, "sgd_import: %s%s%s\n", error.where, error.where[0] ? ": " : "",
                error.what);
        return status_exit_code(status);
    }
    printf("{\"dialogues\": %" PRIu64 ", \"user_turns\": %" PRIu64 ", \"state_slots\": %" PRIu64
           ", \"state_values\": %" PRIu64 ", \"requested_slots\": %" PRIu64 ", \"spans\": %" PRIu64
           ", \"spans_without_place\": %" PRIu64 ", \"bookings\": %" PRIu64
           ", \"failed_calls\": %" PRIu64 "}\n",
           counts.dialogues, counts.user_turns, counts.state_slots, counts.state_values,
           counts.requested_slots, counts.spans, counts.spans_without_place, counts.bookings,
           counts.failed_calls);
    return 0;
}
