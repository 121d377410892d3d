#include "output/flow_secrets.h"

#include "dissector/base/crypto.h"
#include "dissector/base/hash.h"
#include "dissector/base/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { PLACES_FIRST = 16 };

struct flow_secrets {
    struct table table; /* from number to place */
    struct flow_secret *row;
    uint32_t count, room, *free, free_count;
    size_t bytes;
    uint64_t lost;
};

struct flow_secrets *flow_secrets_new(void)
{
    struct flow_secrets *s = calloc(1, sizeof *s);
    if (s != NULL && table_init(&s->table) == 0)
        return s;
    free(s);
    return NULL;
}

static void wipe(struct flow_secret *one)
{
    crypto_wipe(one->lines, one->length);
    free(one->lines);
}

void flow_secrets_free(struct flow_secrets *s)
{
    if (s == NULL)
        return;
    for (uint32_t i = 0; i < s->count; i++)
        wipe(&s->row[i]);
    table_free(&s->table);
    free(s->row);
    free(s->free);
    free(s);
}

struct flow_secret *flow_secrets_of(const struct flow_secrets *s, uint64_t flow)
{
    for (struct probe p = table_probe(&s->table, hash_counter(flow)); table_next(&s->table, &p);)
        if (s->row[p.value].flow == flow)
            return &s->row[p.value];
    return NULL;
}

static int grow(struct flow_secrets *s)
{
    uint32_t room = s->room > 0 ? s->room * 2 : PLACES_FIRST;
    struct flow_secret *row = realloc(s->row, room * sizeof *row);
    if (row == NULL)
        return -ENOMEM;
    s->row = row;
    uint32_t *places = realloc(s->free, room * sizeof *places);
    if (places == NULL)
        return -ENOMEM;
    s->free = places;
    s->room = room;
    return 0;
}

/* NULL: no memory. */
static struct flow_secret *make(struct flow_secrets *s, uint64_t flow)
{
    if (s->free_count == 0 && s->count == s->room && grow(s) < 0)
        return NULL;
    uint32_t place = s->free_count > 0 ? s->free[s->free_count - 1] : s->count;
    if (table_add(&s->table, hash_counter(flow), place) < 0)
        return NULL;
    if (s->free_count > 0)
        s->free_count--;
    else
        s->count++;
    s->row[place] = (struct flow_secret){.flow = flow};
    return &s->row[place];
}

static void forget(struct flow_secrets *s, struct flow_secret *one)
{
    uint32_t place = (uint32_t)(one - s->row);
    table_remove(&s->table, hash_counter(one->flow), place);
    s->bytes -= one->length;
    wipe(one);
    *one = (struct flow_secret){0};
    s->free[s->free_count++] = place;
}

static bool has(const struct flow_secret *one, struct wsd_bytes line)
{
    const char *at = one->lines, *end = at + one->length;
    while (at < end) {
        size_t length = (size_t)((const char *)memchr(at, '\n', (size_t)(end - at)) - at);
        if (length == line.length && memcmp(at, line.data, length) == 0)
            return true;
        at += length + 1;
    }
    return false;
}

int flow_secrets_add(struct flow_secrets *s, uint64_t flow, struct wsd_bytes line)
{
    struct flow_secret *one = flow_secrets_of(s, flow);
    if (line.length == 0) {
        if (one != NULL && !one->keep)
            forget(s, one);
        return 0;
    }
    if (one != NULL && has(one, line))
        return 0;
    if (s->bytes + line.length + 1 > FLOW_SECRETS_MOST) {
        s->lost++;
        return 0;
    }
    if (one == NULL && (one = make(s, flow)) == NULL)
        return -ENOMEM;
    char *lines = malloc(one->length + line.length + 1); /* realloc() would leave the old copy behind */
    if (lines == NULL)
        return -ENOMEM;
    if (one->length > 0)
        memcpy(lines, one->lines, one->length);
    memcpy(lines + one->length, line.data, line.length);
    wipe(one);
    one->lines = lines;
    one->length += line.length + 1;
    lines[one->length - 1] = '\n';
    s->bytes += line.length + 1;
    return 0;
}

uint64_t flow_secrets_lost(const struct flow_secrets *s)
{
    return s->lost;
}
