/*
 * hash.c: thin wrappers over xxHash and OpenSSL, and a table-driven CRC-32C (the C library and zlib
 * have only CRC-32).
 */
#include "base/hash.h"

#include "base/memory.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <xxhash.h>

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

uint64_t hash_64(const void *data, size_t size)
{
    return XXH3_64bits(data, size);
}

struct hash_128 hash_128_of(const void *data, size_t size)
{
    XXH128_hash_t hash = XXH3_128bits(data, size);
    return (struct hash_128){hash.low64, hash.high64};
}

static void to_hex(const unsigned char digest[SHA256_DIGEST_LENGTH], char ret_hex[SHA256_HEX_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < SHA256_DIGEST_LENGTH; i++) {
        ret_hex[2 * i] = digits[digest[i] >> 4];
        ret_hex[2 * i + 1] = digits[digest[i] & 15];
    }
    ret_hex[SHA256_HEX_SIZE - 1] = '\0';
}

void sha256_hex(const void *data, size_t size, char ret_hex[SHA256_HEX_SIZE])
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256(data, size, digest);
    to_hex(digest, ret_hex);
}

static enum status add_file(EVP_MD_CTX *context, const char *path, struct error *err)
{
    FILE *file = fopen(path, "rbe");
    if (!file) {
        enum status status =
            error_set(err, STATUS_IO, "could not open '%s': %s", path, strerror(errno));
        error_fix(err, "Check the path and its permissions.");
        return status;
    }
    char buffer[1 << 16];
    size_t got;
    while ((got = fread(buffer, 1, sizeof buffer, file)) > 0)
        EVP_DigestUpdate(context, buffer, got);
    bool failed = ferror(file);
    fclose(file);
    return failed ? error_set(err, STATUS_IO, "could not read '%s'", path) : STATUS_OK;
}

static int not_hidden(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static enum status digest_path(const char *path, unsigned char ret_digest[SHA256_DIGEST_LENGTH],
                               bool *ret_folder, struct error *err);

/* One entry: what it is, its name's length and name, and the hash of what is in it, whose length is
 * fixed. So no name and no content can be read as another folder's. */
static enum status add_entry(EVP_MD_CTX *context, const char *path, const char *name,
                             struct error *err)
{
    char child[4096];
    int size = snprintf(child, sizeof child, "%s/%s", path, name);
    if (size < 0 || (size_t)size >= sizeof child)
        return error_set(err, STATUS_IO, "path '%.60s...' is too long", path);
    unsigned char digest[SHA256_DIGEST_LENGTH];
    bool is_folder;
    enum status status = digest_path(child, digest, &is_folder, err);
    if (status != STATUS_OK)
        return status;
    unsigned char head[5] = {is_folder ? 'd' : 'f'};
    size_t rest = strlen(name);
    for (size_t i = 1; i < sizeof head; i++, rest >>= 8)
        head[i] = (unsigned char)(rest & 255);
    EVP_DigestUpdate(context, head, sizeof head);
    EVP_DigestUpdate(context, name, strlen(name));
    EVP_DigestUpdate(context, digest, sizeof digest);
    return STATUS_OK;
}

static enum status add_folder(EVP_MD_CTX *context, const char *path, struct error *err)
{
    struct dirent **entries = NULL;
    int count = scandir(path, &entries, not_hidden, by_bytes);
    if (count < 0)
        return error_set(err, STATUS_IO, "could not list '%s': %s", path, strerror(errno));
    enum status status = STATUS_OK;
    for (int i = 0; i < count; i++) {
        if (status == STATUS_OK)
            status = add_entry(context, path, entries[i]->d_name, err);
        free(entries[i]);
    }
    free(entries);
    return status;
}

static enum status digest_path(const char *path, unsigned char ret_digest[SHA256_DIGEST_LENGTH],
                               bool *ret_folder, struct error *err)
{
    struct stat info;
    if (stat(path, &info) != 0)
        return error_set(err, STATUS_IO, "could not open '%s': %s", path, strerror(errno));
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (!context || EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1) {
        EVP_MD_CTX_free(context);
        return error_no_memory(err);
    }
    *ret_folder = S_ISDIR(info.st_mode);
    enum status status =
        *ret_folder ? add_folder(context, path, err) : add_file(context, path, err);
    if (status == STATUS_OK)
        EVP_DigestFinal_ex(context, ret_digest, NULL);
    EVP_MD_CTX_free(context);
    return status;
}

enum status sha256_hex_of_path(const char *path, char ret_hex[SHA256_HEX_SIZE], struct error *err)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    bool is_folder;
    enum status status = digest_path(path, digest, &is_folder, err);
    if (status == STATUS_OK)
        to_hex(digest, ret_hex);
    return status;
}

static uint32_t crc_table[8][256];

static void crc_make_table(void)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t crc = i;
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ (crc & 1 ? 0x82f63b78U : 0);
        crc_table[0][i] = crc;
    }
    for (uint32_t i = 0; i < 256; i++)
        for (int slice = 1; slice < 8; slice++)
            crc_table[slice][i] =
                (crc_table[slice - 1][i] >> 8) ^ crc_table[0][crc_table[slice - 1][i] & 255];
}

uint32_t crc32c(uint32_t crc, const void *data, size_t size)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, crc_make_table);
    const unsigned char *byte = data;
    crc = ~crc;
    for (; size >= 8; size -= 8, byte += 8) {
        crc ^= (uint32_t)byte[0] | (uint32_t)byte[1] << 8 | (uint32_t)byte[2] << 16 |
               (uint32_t)byte[3] << 24;
        crc = crc_table[7][crc & 255] ^ crc_table[6][(crc >> 8) & 255] ^
              crc_table[5][(crc >> 16) & 255] ^ crc_table[4][crc >> 24] ^ crc_table[3][byte[4]] ^
              crc_table[2][byte[5]] ^ crc_table[1][byte[6]] ^ crc_table[0][byte[7]];
    }
    for (; size; size--, byte++)
        crc = (crc >> 8) ^ crc_table[0][(crc ^ *byte) & 255];
    return ~crc;
}
