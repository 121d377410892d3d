/*
 * merge.h: the packets of several files, by time.
 *
 * Each file is read in its own buffer and keeps its own order; of their next packets the earliest goes first, and of two
 * at the same time the one of the file given first. A heap finds it, so the cost of a packet grows with the logarithm of
 * the number of files.
 */
#ifndef CAPTURE_MERGE_H
#define CAPTURE_MERGE_H

#include "capture/file.h"

struct merge_input {
    struct file file;
    struct wsd_packet packet; /* its next one */
    size_t order;             /* among the files given */
};

struct merge {
    const char *const *names;
    int *ahead;           /* descriptors of those that are open already, else -1; taken are set to -1 */
    size_t count, opened; /* files, and how many of them have been tried */
    const struct file_hooks *hooks;
    struct merge_input **heap; /* earliest first */
    size_t size;
    bool taken; /* the packet at the top has been delivered */
    char error[FILE_ERROR];
};

/* 0 or -ENOMEM. Names, descriptors and hooks are borrowed. */
int merge_init(struct merge *merge, const char *const *names, int *ahead, size_t count, const struct file_hooks *hooks);
void merge_free(struct merge *merge);

/* 1: a packet, valid until the next call; 0: the end; -1: merge->error about one file, and the next call goes on. */
int merge_next(struct merge *merge, struct wsd_packet *packet);

#endif
