/*
 * summary_heap.c: the largest connections, by payload; of equals the earlier one. A binary heap in an array, the smallest
 * at its root, which is what a larger one replaces.
 */
#include "output/summary.h"

#include <stdlib.h>

static bool smaller(const struct summary_row *a, const struct summary_row *b)
{
    return a->payload != b->payload ? a->payload < b->payload : a->id > b->id;
}

static void swap(struct summary_row *a, struct summary_row *b)
{
    struct summary_row other = *a;
    *a = *b;
    *b = other;
}

static void sift_up(struct summary *s)
{
    size_t at = s->rows - 1;
    while (at > 0) {
        size_t parent = (at - 1) / 2;
        if (!smaller(&s->largest[at], &s->largest[parent]))
            return;
        swap(&s->largest[at], &s->largest[parent]);
        at = parent;
    }
}

static void sift_down(struct summary *s)
{
    size_t at = 0;
    for (;;) {
        size_t least = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < s->rows; child++)
            if (smaller(&s->largest[child], &s->largest[least]))
                least = child;
        if (least == at)
            return;
        swap(&s->largest[at], &s->largest[least]);
        at = least;
    }
}

static void add_to_others(struct summary *s, const struct summary_row *row)
{
    s->others++;
    for (int from = 0; from < 2; from++) {
        struct wsd_counts *sum = &s->other_counts[from];
        sum->messages += row->counts[from].messages;
        sum->payload_bytes += row->counts[from].payload_bytes;
        sum->deflated_bytes += row->counts[from].deflated_bytes;
        sum->inflated_bytes += row->counts[from].inflated_bytes;
    }
}

void summary_keep(struct summary *s, const struct summary_row *row)
{
    if (s->rows < SUMMARY_LARGEST) {
        s->largest[s->rows++] = *row;
        sift_up(s);
    } else if (smaller(&s->largest[0], row)) {
        add_to_others(s, &s->largest[0]);
        s->largest[0] = *row;
        sift_down(s);
    } else {
        add_to_others(s, row);
    }
}

static int larger_first(const void *a, const void *b)
{
    return smaller(a, b) ? 1 : -1;
}

void summary_order(struct summary *s)
{
    qsort(s->largest, s->rows, sizeof s->largest[0], larger_first);
}
