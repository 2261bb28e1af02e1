/*
 * sgd_score.c: the profile `sgd` as a program of its own, for tests that compare whole processes.
 *   sgd_score --schema FILE [--train-schema FILE] --gold DIR --predictions DIR
 *             [--joint-acc-across-turn] [--no-fuzzy-match] [--threads N] -o FILE
 */
#include "score/sgd_score.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

static int usage(void)
{
    fputs("usage: sgd_score --schema FILE [--train-schema FILE] --gold DIR --predictions DIR\n"
          "       [--joint-acc-across-turn] [--no-fuzzy-match] [--threads N] -o FILE\n",
          stderr);
    return 2;
}

int main(int argc, char **argv)
{
    static const struct option long_options[] = {{"schema", required_argument, NULL, 's'},
                                                 {"train-schema", required_argument, NULL, 't'},
                                                 {"gold", required_argument, NULL, 'g'},
                                                 {"predictions", required_argument, NULL, 'p'},
                                                 {"joint-acc-across-turn", no_argument, NULL, 'j'},
                                                 {"no-fuzzy-match", no_argument, NULL, 'n'},
                                                 {"threads", required_argument, NULL, 'T'},
                                                 {"output", required_argument, NULL, 'o'},
                                                 {0}};
    struct sgd_score_options options = {0};
    for (int option; (option = getopt_long(argc, argv, "o:", long_options, NULL)) != -1;) {
        switch (option) {
        case 's':
            options.schema_path = optarg;
            break;
        case 't':
            options.train_schema_path = optarg;
            break;
        case 'g':
            options.gold_dir = optarg;
            break;
        case 'p':
            options.predictions_dir = optarg;
            break;
        case 'j':
            options.joint_acc_across_turn = true;
            break;
        case 'n':
            options.no_fuzzy_match = true;
            break;
        case 'T':
            options.threads = (int)strtol(optarg, NULL, 10);
            break;
        case 'o':
            options.output_path = optarg;
            break;
        default:
            return usage();
        }
    }
    if (!options.schema_path || !options.gold_dir || !options.predictions_dir ||
        !options.output_path)
        return usage();
    struct error error = {0};
    enum status status = sgd_score_directories(&options, &error);
    if (status == STATUS_OK)
        return 0;
    fprintf(stderr, "sgd_score: %s%s%s\n", error.where, error.where[0] ? ": " : "", error.what);
    if (error.fix[0])
        fprintf(stderr, "%s\n", error.fix);
    return status_exit_code(status);
}
