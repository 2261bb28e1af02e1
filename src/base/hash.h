/*
 * hash.h: XXH3 for look-ups and SHA-256 where somebody could forge; CRC-32C for the journal.
 * Thread: any.
 */
#ifndef ASSAY_BASE_HASH_H
#define ASSAY_BASE_HASH_H

#include "base/error.h"
#include "base/strview.h"

#include <stdint.h>

uint64_t hash_64(const void *data, size_t size);

struct hash_128 {
    uint64_t low, high;
};
struct hash_128 hash_128_of(const void *data, size_t size);

enum { SHA256_HEX_SIZE = 65 };

/* Lower-case hex and a NUL. */
void sha256_hex(const void *data, size_t size, char ret_hex[SHA256_HEX_SIZE]);
/* Of a file's bytes, read in pieces; or of a folder: for each entry in sorted order (hidden ones
 * are left out) 'f' or 'd', the name's length (4 bytes, little end first), the name, and the
 * SHA-256 of the file or folder in binary. Two different folders have no text in common. */
enum status sha256_hex_of_path(const char *path, char ret_hex[SHA256_HEX_SIZE], struct error *err);

/* CRC-32C (Castagnoli), as in RFC 3720. `crc` is 0 for the first piece. */
uint32_t crc32c(uint32_t crc, const void *data, size_t size);

#endif
