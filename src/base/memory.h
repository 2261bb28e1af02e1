/*
 * memory.h: the only place that asks the C library for memory, so that tests can let the n-th
 * request fail. Thread: any. Every function returns NULL (or false) when memory ran out, and leaves
 * its arguments as they were.
 */
#ifndef ASSAY_BASE_MEMORY_H
#define ASSAY_BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void *memory_alloc(size_t size); /* zeroed */
void *memory_resize(void *block, size_t size);
void memory_free(void *block);
char *memory_copy_text(const char *text);

/*
 * Makes room for `needed` elements in a growing array: *array and *capacity change only on success;
 * capacity at least doubles. New elements are zeroed.
 */
bool memory_grow(void *array_pointer, size_t *capacity, size_t needed, size_t element_size);

/* Tests only: the n-th request from now on fails (1 = the next); 0 turns it off. */
void memory_fail_nth(int64_t nth);
/* Tests only: true once that failure has happened. */
bool memory_fault_was_hit(void);
/* Tests only: `fails` says of each request whether it is to fail; NULL turns it off. */
void memory_ask_each(bool (*fails)(void));

#endif
