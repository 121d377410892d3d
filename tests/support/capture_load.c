#include "support/capture_load.h"
#include "capture/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *larger(void *old, size_t size)
{
    void *p = realloc(old, size);
    if (p == NULL)
        abort();
    return p;
}

void capture_load(struct loaded *l, const char *path)
{
    char error[SOURCE_ERROR];
    struct source *s = source_open(&(struct source_options){.files = &path, .count = 1}, error, sizeof error);
    struct wsd_packet p;
    size_t used = 0, room = 0, places = 0;
    int rc = -1;
    *l = (struct loaded){0};
    while (s != NULL && (rc = source_next(s, &p, 1)) > 0) {
        if (l->count == places)
            l->packets = larger(l->packets, (places = places * 2 + 64) * sizeof *l->packets);
        if (used + p.captured > room)
            l->bytes = larger(l->bytes, room = (used + p.captured) * 2);
        if (p.captured > 0)
            memcpy(l->bytes + used, p.data, p.captured);
        used += p.captured;
        l->packets[l->count++] = p;
    }
    if (rc != 0 || l->count == 0) {
        fprintf(stderr, "%s cannot be read\n", path);
        abort();
    }
    source_close(s);
    used = 0;
    for (size_t i = 0; i < l->count; used += l->packets[i++].captured)
        l->packets[i].data = l->bytes + used;
}

void capture_unload(struct loaded *l)
{
    free(l->packets);
    free(l->bytes);
    *l = (struct loaded){0};
}
