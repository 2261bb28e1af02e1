/*
 * replay_main.c: runs a fuzz target over the files of a folder, without an engine: what was found
 * once stays found. Fails when the folder is empty, since then it tests nothing.
 */
#include "base/file.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(const char *folder, const char *name)
{
    char path[1024];
    struct strbuf bytes = {0};
    struct error err = {0};
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (file_read(path, 1 << 24, &bytes, &err) != STATUS_OK) {
        fprintf(stderr, "%s: %s\n", path, err.what);
        return 1;
    }
    LLVMFuzzerTestOneInput((const uint8_t *)strbuf_view(&bytes).data, bytes.size);
    strbuf_done(&bytes);
    return 0;
}

int main(int argc, char **argv)
{
    int files = 0, faults = 0;
    for (int i = 1; i < argc; i++) {
        DIR *folder = opendir(argv[i]);
        if (!folder) {
            perror(argv[i]);
            return 1;
        }
        for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
            if (entry->d_name[0] == '.')
                continue;
            faults += replay_file(argv[i], entry->d_name);
            files++;
        }
        closedir(folder);
    }
    printf("%d files replayed\n", files);
    return faults || !files;
}
