/*
 * fuzzy_ratio_pairs.c: token_sort_ratio of pairs of texts, for comparison with Python. Standard
 * input: two lines a pair, each the text's bytes (generalised UTF-8) in hexadecimal. Standard
 * output: a line with the ratio for each pair, and the sorted words of the second in hexadecimal
 * code points.
 */
#include "base/strbuf.h"
#include "score/sgd_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct strview decode_line(char *line, ssize_t size, char *bytes)
{
    size_t count = 0;
    for (ssize_t i = 0; i + 1 < size && line[i] != '\n'; i += 2) {
        char digits[3] = {line[i], line[i + 1], '\0'};
        bytes[count++] = (char)strtol(digits, NULL, 16);
    }
    return (struct strview){bytes, count};
}

int main(void)
{
    struct sgd_text_scratch scratch[2] = {0};
    struct fuzzy_scratch fuzzy = {0};
    struct fuzzy_text words[2] = {0};
    char *line = NULL;
    size_t capacity = 0;
    ssize_t size;
    for (size_t i = 0; (size = getline(&line, &capacity, stdin)) >= 0; i++) {
        char *bytes = malloc((size_t)size + 1);
        bool is_whole =
            bytes &&
            sgd_text_sorted_words(&scratch[i % 2], decode_line(line, size, bytes), &words[i % 2]);
        int ratio = -1;
        free(bytes);
        if (!is_whole || (i % 2 && !fuzzy_ratio(&fuzzy, words[0], words[1], &ratio)))
            return 1;
        if (i % 2 == 0)
            continue;
        printf("%d", ratio);
        for (uint32_t p = 0; p < words[1].size; p++)
            printf(" %x", words[1].points[p]);
        putchar('\n');
    }
    free(line);
    sgd_text_done(&scratch[0]);
    sgd_text_done(&scratch[1]);
    fuzzy_ratio_done(&fuzzy);
    return 0;
}
