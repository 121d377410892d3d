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
    int rc = buffer_append(&early->bytes, bytes, most);
    if (rc != 0)
        return rc;
    struct early_run *run = &early->runs[early->count++];
    *run = (struct early_run){bytes.length, *moment};
    run->moment.headers = (struct wsd_bytes){NULL, 0};
    return 0;
}

int early_give(struct early *early, struct stream **slot, enum wsd_direction direction)
{
    int rc = 0;
    struct wsd_bytes rest = buffer_bytes(&early->bytes);
    for (size_t i = 0; i < early->count && rc == 0; i++) {
        rc = stream_data(*slot, direction, bytes_first(rest, early->runs[i].length), &early->runs[i].moment);
        rest = bytes_after(rest, early->runs[i].length);
    }
    early_free(early);
    return rc;
}

void early_free(struct early *early)
{
    buffer_free(&early->bytes);
    free(early->runs);
    *early = (struct early){0};
}
