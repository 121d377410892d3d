/*
 * source.c: a source of capture files, one after the other or merged, and filtered.
 */
#include "capture/source.h"

#include "capture/bpf.h"
#include "capture/file.h"
#include "capture/merge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SPARE_DESCRIPTORS = 64 }; /* not used for files that wait for their turn */

struct files {
    struct source source;
    struct file_hooks hooks;
    const char *const *names;
    int *ahead;            /* of each file that waits for its turn: where it is open already, or -1 */
    size_t count, current; /* files, and the one that is read, or is next */
    bool open;             /* the current one */
    bool merging;
    struct bpf *bpf; /* NULL: everything passes */
    struct file file;
    struct merge merge;
};

static int fail(struct files *f, const char *error)
{
    snprintf(f->source.error, sizeof f->source.error, "%s", error);
    return -1;
}

/* Leaves the current file, after its end (0) or an error (-1). */
static int leave(struct files *f, int result)
{
    if (result < 0)
        fail(f, f->file.error);
    file_close(&f->file);
    f->open = false;
    f->current++;
    return result;
}

/* 0, or -1, or 1: there is no other file. */
static int open_next(struct files *f)
{
    if (f->current == f->count)
        return 1;
    int ahead = f->ahead[f->current];
    f->ahead[f->current] = -1;
    if (file_open(&f->file, f->names[f->current], ahead, &f->hooks) < 0)
        return leave(f, -1);
    f->open = true;
    return 0;
}

static int next_in_order(struct files *f, struct wsd_packet *packet)
{
    for (;;) {
        int result = f->open ? 0 : open_next(f);
        if (result != 0)
            return result > 0 ? 0 : -1;
        result = file_next(&f->file, packet);
        if (result > 0)
            return result;
        if (leave(f, result) < 0)
            return -1;
    }
}

static int next_merged(struct files *f, struct wsd_packet *packet)
{
    int result = merge_next(&f->merge, packet);
    return result < 0 ? fail(f, f->merge.error) : result;
}

static int next_any(struct files *f, struct wsd_packet *packet)
{
    return f->merging ? next_merged(f, packet) : next_in_order(f, packet);
}

/* The filter means nothing for this packet's link type. Merged, its file is the one whose packet it is. */
static int unfit(struct files *f)
{
    const char *name = f->merging ? f->merge.heap[0]->file.name : f->file.name;
    snprintf(f->source.error, sizeof f->source.error, "%.*s: %s", FILE_ERROR - READER_WHY, file_name(name),
             bpf_error(f->bpf));
    return -1;
}

static bool stopped(const struct files *f)
{
    return f->hooks.stop != NULL && *f->hooks.stop != 0;
}

static int next_fit(struct files *f, struct wsd_packet *packet)
{
    for (;;) {
        int result = next_any(f, packet);
        /* What an interrupted read left half read is no damage. */
        if (result < 0 && stopped(f))
            return 0;
        if (result <= 0 || f->bpf == NULL)
            return result;
        int match = bpf_match(f->bpf, packet);
        if (match != 0)
            return match > 0 ? 1 : unfit(f);
    }
}

static int files_next(struct source *source, struct wsd_packet *packets, int most)
{
    struct files *f = (struct files *)source;
    int count = next_fit(f, packets);
    if (count != 1 || f->bpf != NULL || f->merging)
        return count;
    while (count < most && file_take(&f->file, &packets[count]))
        count++;
    return count;
}

static void files_close(struct source *source)
{
    struct files *f = (struct files *)source;
    if (f->open)
        file_close(&f->file);
    if (f->merging)
        merge_free(&f->merge);
    bpf_close(f->bpf);
    for (size_t i = 0; f->ahead != NULL && i < f->count; i++)
        if (f->ahead[i] >= 0)
            close(f->ahead[i]);
    free(f->ahead);
    free(f);
}

/* How many descriptors are ours to keep open. */
static size_t descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur <= SPARE_DESCRIPTORS)
        return 0;
    return limit.rlim_cur == RLIM_INFINITY ? SIZE_MAX : (size_t)limit.rlim_cur - SPARE_DESCRIPTORS;
}

static bool is_regular(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISREG(about.st_mode);
}

/* Bytes of all files together; 0 when one of them is none whose size is known. */
static uint64_t size_of_all(const struct files *f)
{
    uint64_t sum = 0;
    struct stat about;
    for (size_t i = 0; i < f->count; i++) {
        if (stat(f->names[i], &about) != 0 || !S_ISREG(about.st_mode))
            return 0;
        sum += (uint64_t)about.st_size;
    }
    return sum;
}

/* Opening a pipe may wait for who writes to it: nobody waits for a later one before the first has been read. */
static int open_ahead(struct files *f)
{
    f->ahead = malloc((f->count + 1) * sizeof *f->ahead);
    if (f->ahead == NULL)
        return -1;
    size_t most = descriptors();
    for (size_t i = 0; i < f->count; i++) {
        bool now = i == 0 || f->merging || is_regular(f->names[i]);
        f->ahead[i] = now && i < most ? file_open_ahead(f->names[i]) : -1;
    }
    return 0;
}

static const struct source_ops files_ops = {.next = files_next, .close = files_close};

struct source *source_open(const struct source_options *options, char *error, size_t error_size)
{
    struct files *f = calloc(1, sizeof *f);
    if (f == NULL) {
        snprintf(error, error_size, "out of memory");
        return NULL;
    }
    f->source.ops = &files_ops;
    f->hooks = (struct file_hooks){options->secrets, options->idle, options->user, options->stop, &f->source.read};
    f->names = options->files;
    f->count = options->count;
    f->source.size = size_of_all(f);
    if (options->filter != NULL && (f->bpf = bpf_open(options->filter, error, error_size)) == NULL)
        goto failed;
    f->merging = options->merge && options->count > 1;
    if (open_ahead(f) < 0 || (f->merging && merge_init(&f->merge, f->names, f->ahead, f->count, &f->hooks) < 0)) {
        snprintf(error, error_size, "out of memory");
        goto failed;
    }
    return &f->source;
failed:
    files_close(&f->source);
    return NULL;
}
