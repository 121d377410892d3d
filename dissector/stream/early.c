#include "stream/early.h"
#include "base/bytes.h"

#include <errno.h>
#include <stdlib.h>

int early_add(struct early *early, struct wsd_bytes bytes, const struct wsd_moment *moment, size_t most)
{
    if (bytes.length == 0)
        return 0;
    if (bytes.length > most || early->bytes.length > most - bytes.length)
        return -ENOSPC;
    if (early->count == early->capacity) {
        size_t capacity = early->capacity == 0 ? 4 : early->capacity * 2;
        struct early_run *runs = realloc(early->runs, capacity * sizeof *runs);
        if (runs == NULL)
            return -ENOMEM;
        early->runs = runs;
        early->capacity = capacity;
    }
    uint64_t begin = early->dropped + early->bytes.length;
    int rc = buffer_append(&early->bytes, bytes, most);
    if (rc != 0)
        return rc;
    struct early_run *run = &early->runs[early->count++];
    *run = (struct early_run){begin, stream_moment(moment)};
    return 0;
}

/* Where a run ends: an index of bytes. */
static size_t end_of(const struct early *early, size_t run)
{
    return run + 1 < early->count ? (size_t)(early->runs[run + 1].begin - early->dropped) : early->bytes.length;
}

int early_give(struct early *early, struct stream **slot, enum wsd_direction direction)
{
    int rc = 0;
    size_t at = 0;
    for (size_t i = 0; i < early->count && rc == 0; i++) {
        size_t end = end_of(early, i);
        rc = stream_data(*slot, direction, bytes_of(early->bytes.data + at, end - at), &early->runs[i].moment);
        at = end;
    }
    early_free(early);
    return rc;
}

/* The first run that begins at `at` or later; count: none does. */
static size_t run_from(const struct early *early, size_t at)
{
    uint64_t wanted = early->dropped + at;
    size_t low = 0, high = early->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (early->runs[middle].begin < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

size_t early_next_border(const struct early *early, size_t at)
{
    size_t run = run_from(early, at);
    return run < early->count ? (size_t)(early->runs[run].begin - early->dropped) : early->bytes.length;
}

size_t early_lengths(const struct early *early, size_t at, uint64_t lengths[2])
{
    size_t run = run_from(early, at), n = 0;
    for (; n < 2 && n < run; n++)
        lengths[n] = end_of(early, run - n - 1) - (early->runs[run - n - 1].begin - early->dropped);
    return n;
}

size_t early_last_border(const struct early *early)
{
    return (size_t)(early->runs[early->count - 1].begin - early->dropped);
}

bool early_border(const struct early *early, size_t at)
{
    return early_next_border(early, at) == at;
}

void early_drop(struct early *early, size_t n)
{
    size_t gone = 0;
    if (n == 0)
        return;
    while (gone < early->count && end_of(early, gone) <= n)
        gone++;
    memmove(early->runs, early->runs + gone, (early->count - gone) * sizeof *early->runs);
    early->count -= gone;
    early->dropped += n;
    memmove(early->bytes.data, early->bytes.data + n, early->bytes.length - n);
    early->bytes.length -= n;
    if (early->count > 0 && early->runs[0].begin < early->dropped)
        early->runs[0].begin = early->dropped;
}

void early_free(struct early *early)
{
    buffer_free(&early->bytes);
    free(early->runs);
    *early = (struct early){0};
}
