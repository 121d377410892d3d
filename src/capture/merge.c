#include "capture/merge.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int merge_init(struct merge *m, const char *const *names, int *ahead, size_t count, const struct file_hooks *hooks)
{
    memset(m, 0, sizeof *m);
    m->heap = calloc(count + 1, sizeof(struct merge_input *));
    if (m->heap == NULL)
        return -ENOMEM;
    m->names = names;
    m->ahead = ahead;
    m->count = count;
    m->hooks = hooks;
    return 0;
}

static void close_input(struct merge_input *input)
{
    file_close(&input->file);
    free(input);
}

void merge_free(struct merge *m)
{
    for (size_t i = 0; i < m->size; i++)
        close_input(m->heap[i]);
    free((void *)m->heap);
    memset(m, 0, sizeof *m);
}

static bool before(const struct merge_input *a, const struct merge_input *b)
{
    return a->packet.time != b->packet.time ? a->packet.time < b->packet.time : a->order < b->order;
}

static void swap(struct merge *m, size_t i, size_t j)
{
    struct merge_input *input = m->heap[i];
    m->heap[i] = m->heap[j];
    m->heap[j] = input;
}

static void sift_up(struct merge *m, size_t i)
{
    while (i > 0 && before(m->heap[i], m->heap[(i - 1) / 2])) {
        swap(m, i, (i - 1) / 2);
        i = (i - 1) / 2;
    }
}

static void sift_down(struct merge *m)
{
    for (size_t i = 0;;) {
        size_t first = i;
        for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < m->size; child++)
            if (before(m->heap[child], m->heap[first]))
                first = child;
        if (first == i)
            return;
        swap(m, i, first);
        i = first;
    }
}

static int fail(struct merge *m, const char *error)
{
    memcpy(m->error, error, sizeof m->error);
    return -1;
}

/* Opens the next file and reads its first packet. 0, or -1. */
static int open_one(struct merge *m)
{
    struct merge_input *input = malloc(sizeof *input);
    if (input == NULL) {
        snprintf(m->error, sizeof m->error, "%.900s: out of memory", m->names[m->opened++]);
        return -1;
    }
    input->order = m->opened;
    int ahead = m->ahead[m->opened];
    m->ahead[m->opened] = -1;
    int result = file_open(&input->file, m->names[m->opened++], ahead, m->hooks);
    if (result == 0)
        result = file_next(&input->file, &input->packet);
    if (result > 0) {
        m->heap[m->size++] = input;
        sift_up(m, m->size - 1);
        return 0;
    }
    if (result < 0)
        fail(m, input->file.error);
    close_input(input);
    return result;
}

/* Reads the packet after the one that was delivered. 0, or -1. */
static int advance(struct merge *m)
{
    struct merge_input *top = m->heap[0];
    m->taken = false;
    int result = file_next(&top->file, &top->packet);
    if (result <= 0) {
        if (result < 0)
            fail(m, top->file.error);
        m->heap[0] = m->heap[--m->size];
        close_input(top);
    }
    sift_down(m);
    return result < 0 ? -1 : 0;
}

int merge_next(struct merge *m, struct wsd_packet *packet)
{
    while (m->opened < m->count)
        if (open_one(m) < 0)
            return -1;
    if (m->taken && advance(m) < 0)
        return -1;
    if (m->size == 0)
        return 0;
    *packet = m->heap[0]->packet;
    m->taken = true;
    return 1;
}
