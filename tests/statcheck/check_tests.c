/*
 * check_tests.c
 */
#include "check.h"

const struct check check_tests[] = {
    {NULL, NULL},
};
