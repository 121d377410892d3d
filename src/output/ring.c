#include "output/ring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct name {
    struct name *next;
    char path[];
};

struct ring {
    const char *path;
    size_t stem; /* characters of it in front of its extension */
    uint64_t keep, count, number;
    struct name *oldest, *newest; /* those not removed, if any are to be */
};

enum { NUMBER_AND_TIME = 48 };

struct ring *ring_new(const char *path, uint64_t keep)
{
    struct ring *r = calloc(1, sizeof *r);
    if (r == NULL)
        return NULL;
    const char *name = strrchr(path, '/');
    const char *dot = strrchr(name != NULL ? name + 1 : path, '.');
    r->path = path;
    r->stem = dot != NULL ? (size_t)(dot - path) : strlen(path);
    r->keep = keep;
    return r;
}

static void forget_oldest(struct ring *r)
{
    struct name *oldest = r->oldest;
    r->oldest = oldest->next;
    r->count--;
    free(oldest);
}

void ring_free(struct ring *r)
{
    while (r != NULL && r->oldest != NULL)
        forget_oldest(r);
    free(r);
}

const char *ring_next(struct ring *r, int64_t time)
{
    size_t size = strlen(r->path) + NUMBER_AND_TIME;
    struct name *name = malloc(sizeof *name + size);
    if (name == NULL)
        return NULL;
    char date[16] = "";
    time_t seconds = (time_t)time;
    struct tm local;
    if (localtime_r(&seconds, &local) != NULL)
        strftime(date, sizeof date, "%Y%m%d%H%M%S", &local);
    name->next = NULL;
    snprintf(name->path, size, "%.*s_%05llu_%s%s", (int)r->stem, r->path, (unsigned long long)++r->number, date,
             r->path + r->stem);
    if (r->oldest == NULL)
        r->oldest = name;
    else
        r->newest->next = name;
    r->newest = name;
    r->count++;
    return name->path;
}

void ring_trim(struct ring *r)
{
    while (r->count > 1 && (r->keep == 0 || r->count > r->keep)) {
        if (r->keep != 0)
            unlink(r->oldest->path);
        forget_oldest(r);
    }
}
