/*
 * sgd_dataset.c: which files two folders hold, and a team of threads that loads them: predictions
 * first, then of gold only the dialogues that were predicted. Thread: main calls, OpenMP's team
 * loads. The dataset owns every file.
 */
#include "score/sgd_dataset.h"

#include "base/hash_set.h"
#include "base/memory.h"
#include "score/sgd_link.h"

#include <omp.h>

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

struct listed_file {
    char *path;
    size_t order; /* the n-th entry holds the place of the n-th largest file */
    int64_t size_bytes;
};

struct path_list {
    struct listed_file *files; /* sorted by path */
    size_t count, capacity;
};

static void path_list_done(struct path_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        memory_free(list->files[i].path);
    memory_free(list->files);
}

/* --- folders ------------------------------------------------------------------------------- */

static bool ends_with(struct strview text, const char *end)
{
    size_t size = strlen(end);
    return text.size >= size && memcmp(text.data + text.size - size, end, size) == 0;
}

static bool add_path(struct path_list *list, const char *folder, const char *name)
{
    struct strbuf path = {0};
    size_t folder_size = strlen(folder);
    strbuf_add_text(&path, folder);
    if (folder_size && folder[folder_size - 1] != '/')
        strbuf_add_char(&path, '/');
    strbuf_add_text(&path, name);
    bool is_added = !path.failed;
    /* The official scorer writes such a file into the predictions, and never reads one. */
    if (is_added && !strstr(path.data, "dialogues_and_metrics.json")) {
        is_added = memory_grow(&list->files, &list->capacity, list->count + 1, sizeof *list->files);
        if (is_added)
            list->files[list->count++].path = memory_copy_text(path.data);
        is_added = is_added && list->files[list->count - 1].path;
    }
    strbuf_done(&path);
    return is_added;
}

static int compare_paths(const void *left, const void *right)
{
    const struct listed_file *a = left, *b = right;
    return strcmp(a->path, b->path);
}

static int compare_sizes(const void *left, const void *right)
{
    const struct listed_file *a = left, *b = right;
    if (a->size_bytes != b->size_bytes)
        return a->size_bytes > b->size_bytes ? -1 : 1;
    return compare_paths(a, b);
}

/* The largest file is loaded first: the team ends together, and buffers grow once. */
static bool set_order(struct path_list *list)
{
    struct listed_file *by_size = memory_alloc(list->count * sizeof *by_size);
    struct stat info;
    if (!by_size)
        return false;
    for (size_t i = 0; i < list->count; i++) {
        list->files[i].size_bytes = stat(list->files[i].path, &info) == 0 ? info.st_size : 0;
        by_size[i] = list->files[i];
        by_size[i].order = i;
    }
    qsort(by_size, list->count, sizeof *by_size, compare_sizes);
    for (size_t i = 0; i < list->count; i++)
        list->files[i].order = by_size[i].order;
    memory_free(by_size);
    return true;
}

/* The files of the folder whose names begin with `prefix` and end with .json, in sorted order. */
static enum status list_files(const char *folder, const char *prefix, struct path_list *list,
                              struct error *err)
{
    DIR *stream = opendir(folder);
    if (!stream) {
        error_set(err, STATUS_IO, "could not open the folder: %s", strerror(errno));
        error_where(err, "%s", folder);
        return STATUS_IO;
    }
    bool is_whole = true;
    for (struct dirent *entry; is_whole && (entry = readdir(stream));) {
        struct strview name = strview_of(entry->d_name);
        if (name.data[0] != '.' && strview_starts_with(name, prefix) && ends_with(name, ".json"))
            is_whole = add_path(list, folder, entry->d_name);
    }
    closedir(stream);
    if (!is_whole)
        return error_no_memory(err);
    if (list->count)
        qsort(list->files, list->count, sizeof *list->files, compare_paths);
    return !list->count || set_order(list) ? STATUS_OK : error_no_memory(err);
}

/* --- loading ------------------------------------------------------------------------------- */

struct load_job {
    const struct sgd_load_plan *plan;
    const struct sgd_values *wanted;
    bool is_gold;
    const struct path_list *list;
    struct sgd_file *files;
    size_t first_failed; /* list->count: none */
    enum status status;
    struct error error;
};

/* The first file that failed, in order, is the one that is told. */
static void note_failure(struct load_job *job, size_t file, enum status status,
                         const struct error *error)
{
#pragma omp critical(sgd_dataset_failure)
    if (file < job->first_failed) {
        job->first_failed = file;
        job->status = status;
        job->error = *error;
    }
}

/* A few megabytes are sooner read than a team is awake; and a waiting thread of OpenMP spins, which
 * on a busy machine costs more than it brings. */
static int loading_threads(const struct path_list *list, int threads)
{
    const int64_t few_bytes = 4 * 1024 * 1024;
    int64_t total = 0;
    for (size_t i = 0; i < list->count; i++)
        total += list->files[i].size_bytes;
    return total < few_bytes ? 1 : threads;
}

static void load_files(struct load_job *job, int threads)
{
    threads = loading_threads(job->list, threads);
    job->first_failed = job->list->count;
#pragma omp parallel num_threads(threads)
    {
        struct sgd_loader loader = {
            .plan = job->plan, .is_gold = job->is_gold, .wanted = job->wanted};
#pragma omp for schedule(dynamic, 1)
        for (size_t n = 0; n < job->list->count; n++) {
            struct error error = {0};
            size_t i = job->list->files[n].order;
            enum status status =
                sgd_load_file(&loader, job->list->files[i].path, &job->files[i], &error);
            if (status != STATUS_OK)
                note_failure(job, i, status, &error);
        }
        sgd_load_loader_done(&loader);
    }
}

static enum status load_listed(struct load_job *job, int threads, struct sgd_file **ret_files,
                               size_t *ret_count, struct error *err)
{
    job->files = memory_alloc(job->list->count * sizeof *job->files);
    if (!job->files)
        return error_no_memory(err);
    *ret_files = job->files; /* whoever owns the dataset frees them */
    *ret_count = job->list->count;
    load_files(job, threads);
    if (job->first_failed == job->list->count)
        return STATUS_OK;
    if (err)
        *err = job->error;
    return job->status;
}

static enum status load_predictions(struct sgd_dataset *dataset, const char *folder, int threads,
                                    struct error *err)
{
    CLEANUP(path_list_done) struct path_list list = {0};
    struct load_job job = {.plan = &dataset->plan, .list = &list};
    enum status status = list_files(folder, "", &list, err);
    if (status == STATUS_OK)
        status = load_listed(&job, threads, &dataset->predicted_files,
                             &dataset->predicted_file_count, err);
    return status;
}

static enum status load_gold(struct sgd_dataset *dataset, const char *folder,
                             const struct sgd_values *wanted, int threads, struct error *err)
{
    CLEANUP(path_list_done) struct path_list list = {0};
    struct load_job job = {
        .plan = &dataset->plan, .list = &list, .is_gold = true, .wanted = wanted};
    enum status status = list_files(folder, "dialogues_", &list, err);
    if (status == STATUS_OK)
        status = load_listed(&job, threads, &dataset->gold_files, &dataset->gold_file_count, err);
    return status;
}

/* The ids of everything that was predicted. */
static bool collect_ids(const struct sgd_dataset *dataset, struct sgd_values *ret_ids)
{
    bool is_whole = sgd_values_init(ret_ids);
    for (size_t i = 0; is_whole && i < dataset->predicted_file_count; i++) {
        const struct sgd_file *file = &dataset->predicted_files[i];
        for (uint32_t d = 0; is_whole && d < file->dialogue_count; d++)
            is_whole =
                sgd_values_intern(ret_ids, sgd_values_key(&file->values, file->dialogues[d].id)) !=
                SGD_VALUE_ABSENT;
    }
    return is_whole;
}

static bool count_gold(struct sgd_dataset *dataset)
{
    struct hash_set ids = {0};
    bool is_whole = true;
    for (size_t i = 0; is_whole && i < dataset->gold_file_count; i++) {
        struct sgd_file *file = &dataset->gold_files[i];
        for (uint32_t d = 0; is_whole && d < file->id_count; d++)
            is_whole = hash_set_add(&ids, file->id_hashes[d]);
    }
    dataset->gold_dialogue_count = ids.count;
    hash_set_done(&ids);
    return is_whole;
}

static enum status load_all(struct sgd_dataset *dataset, const struct sgd_dataset_paths *paths,
                            int threads, struct error *err)
{
    struct sgd_values ids = {0};
    enum status status = load_predictions(dataset, paths->predictions_dir, threads, err);
    if (status != STATUS_OK)
        return status;
    status = collect_ids(dataset, &ids) ? load_gold(dataset, paths->gold_dir, &ids, threads, err)
                                        : error_no_memory(err);
    sgd_values_done(&ids);
    if (status == STATUS_OK && !count_gold(dataset))
        status = error_no_memory(err);
    return status == STATUS_OK ? sgd_link(dataset, threads, err) : status;
}

enum status sgd_dataset_create(const struct sgd_schema *schema,
                               const struct sgd_dataset_paths *paths, int threads,
                               struct sgd_dataset **ret_dataset, struct error *err)
{
    CLEANUP(sgd_dataset_cleanup) struct sgd_dataset *dataset = memory_alloc(sizeof *dataset);
    if (!dataset)
        return error_no_memory(err);
    enum status status = sgd_load_plan_init(&dataset->plan, schema, err);
    if (status == STATUS_OK)
        status = load_all(dataset, paths, threads, err);
    if (status == STATUS_OK)
        *ret_dataset = TAKE(dataset);
    return status;
}

void sgd_dataset_destroy(struct sgd_dataset *dataset)
{
    if (!dataset)
        return;
    for (size_t i = 0; i < dataset->gold_file_count; i++)
        sgd_load_done(&dataset->gold_files[i]);
    for (size_t i = 0; i < dataset->predicted_file_count; i++)
        sgd_load_done(&dataset->predicted_files[i]);
    memory_free(dataset->gold_files);
    memory_free(dataset->predicted_files);
    memory_free(dataset->equal);
    memory_free(dataset->words);
    memory_free(dataset->texts);
    memory_free(dataset->lists);
    memory_free(dataset->members);
    memory_free(dataset->pairs);
    sgd_values_done(&dataset->word_values);
    sgd_values_done(&dataset->values);
    sgd_load_plan_done(&dataset->plan);
    memory_free(dataset);
}
