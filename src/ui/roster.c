#include "ui/roster.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SORT_PART = 10 /* putting in order takes at most one part in so many of the time */ };

static int64_t nanoseconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* ---- groups */

static void clear(struct roster *t)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->lines[i].members > 0)
            free(t->lines[i].connection);
    t->count = 0;
}

/* What belongs together has the same path; a query often has tokens that are different for each connection. */
static struct wsd_bytes without_query(struct wsd_bytes url)
{
    const uint8_t *query = url.length > 0 ? memchr(url.data, '?', url.length) : NULL;
    return query != NULL ? (struct wsd_bytes){url.data, (size_t)(query - url.data)} : url;
}

static int compare_urls(const struct model_connection *a, const struct model_connection *b)
{
    return column_compare_bytes(without_query(a->about.url), without_query(b->about.url));
}

static bool same_group(enum group group, const struct model_connection *a, const struct model_connection *b)
{
    return group == GROUP_URL ? compare_urls(a, b) == 0 : column_compare(COLUMN_SERVER, a, b, 0) == 0;
}

static void add_counts(struct wsd_counts *to, const struct wsd_counts *from)
{
    to->messages += from->messages;
    to->frames += from->frames;
    to->payload_bytes += from->payload_bytes;
    to->wire_bytes += from->wire_bytes;
    to->header_bytes += from->header_bytes;
    to->gaps += from->gaps;
    to->gap_bytes += from->gap_bytes;
    to->deflated_bytes += from->deflated_bytes;
    to->inflated_bytes += from->inflated_bytes;
}

static void add_to_group(struct model_connection *sum, const struct model_connection *c)
{
    uint32_t counts[MODEL_SECONDS];
    add_counts(&sum->about.counts[0], &c->about.counts[0]);
    add_counts(&sum->about.counts[1], &c->about.counts[1]);
    for (int i = 0; i < WSD_SEVERITY_COUNT; i++)
        sum->findings[i] += c->findings[i];
    if (c->last_message > sum->last_message)
        sum->last_message = c->last_message;
    if (c->round_trip > sum->round_trip)
        sum->round_trip = c->round_trip;
    model_history(c, sum->second * 1000000000, counts, MODEL_SECONDS);
    for (int64_t i = 0; i < MODEL_SECONDS; i++)
        sum->buckets[(uint64_t)(sum->second - (MODEL_SECONDS - 1 - i)) % MODEL_SECONDS] += counts[i];
}

static struct model_connection *new_group(enum group group, const struct model_connection *first, int64_t now)
{
    struct model_connection *sum = calloc(1, sizeof *sum);
    if (sum == NULL)
        return NULL;
    sum->about.id = first->about.id;
    if (group == GROUP_URL)
        sum->about.url = without_query(first->about.url);
    else /* which stands in the place of the URL then */
        sum->about.endpoint[WSD_SERVER] = first->about.endpoint[WSD_SERVER];
    sum->round_trip = -1;
    sum->code = -1;
    sum->second = now / 1000000000;
    return sum;
}

/* ---- order */

static struct {
    enum column column;
    bool descending;
    int64_t now;
} order; /* qsort() hands nothing to its function; only one thread draws */

static int in_order(const void *a, const void *b)
{
    const struct roster_line *x = a, *y = b;
    int result = column_compare(order.column, x->connection, y->connection, order.now);
    if (order.descending)
        result = -result;
    return result != 0 ? result : column_compare(COLUMN_NUMBER, x->connection, y->connection, 0);
}

static int by_server(const void *a, const void *b)
{
    return column_compare(COLUMN_SERVER, ((const struct roster_line *)a)->connection,
                          ((const struct roster_line *)b)->connection, 0);
}

static int by_url(const void *a, const void *b)
{
    return compare_urls(((const struct roster_line *)a)->connection, ((const struct roster_line *)b)->connection);
}

/* Changes when something is gone that a line may point to. */
static uint64_t gone(const struct model *m)
{
    return m->connections_left + m->openings_left;
}

static bool room_for(struct roster *t, size_t n)
{
    if (n <= t->slots)
        return true;
    struct roster_line *lines = realloc(t->lines, n * 2 * sizeof *lines);
    if (lines == NULL)
        return false;
    t->lines = lines;
    t->slots = n * 2;
    return true;
}

/* Neighbours of one group become one line. */
static void join(struct roster *t, const struct settings *settings, int64_t now)
{
    size_t n = 0;
    for (size_t i = 0; i < t->count;) {
        struct model_connection *first = t->lines[i].connection,
                                *sum = new_group((enum group)settings->group, first, now);
        uint64_t members = 0;
        if (sum == NULL)
            break;
        for (; i < t->count && same_group((enum group)settings->group, first, t->lines[i].connection); i++, members++)
            add_to_group(sum, t->lines[i].connection);
        t->lines[n++] = (struct roster_line){sum, members};
    }
    t->count = n;
}

/* Of fields that only events have, none passes: a filter for messages shows no connections, and says so in the status line. */
static bool passes_filter(const struct filter *filter, const struct model_connection *c)
{
    struct wsd_close close = {.by = c->by,
                              .how = c->how,
                              .code = c->code,
                              .reported = c->reported,
                              .reason = {c->reason, c->reason_length},
                              .duration = c->duration};
    struct filter_subject subject = {.connection = &c->about, .close = c->ended ? &close : NULL};
    return filter_match(filter, &subject);
}

static void make(struct roster *t, const struct model *m, const struct settings *settings, const struct filter *filter,
                 int64_t now)
{
    int64_t began = nanoseconds();
    clear(t);
    if (!room_for(t, m->connection_count + m->opening_count))
        return;
    for (size_t i = 0; i < m->connection_count; i++)
        if (filter == NULL || passes_filter(filter, m->connections[i]))
            t->lines[t->count++] = (struct roster_line){m->connections[i], 0};
    for (unsigned i = 0; i < m->opening_count; i++)
        if (filter == NULL || passes_filter(filter, m->opening[i]))
            t->lines[t->count++] = (struct roster_line){m->opening[i], 0};
    if (settings->group != GROUP_NONE && t->count > 0) {
        qsort(t->lines, t->count, sizeof *t->lines, settings->group == GROUP_URL ? by_url : by_server);
        join(t, settings, now);
    }
    order.column = settings->sort;
    order.descending = settings->descending;
    order.now = now;
    bool as_they_are = settings->sort == COLUMN_NUMBER && !settings->descending && settings->group == GROUP_NONE;
    if (!as_they_are && t->count > 0)
        qsort(t->lines, t->count, sizeof *t->lines, in_order);
    t->ordered = nanoseconds();
    t->order_cost = t->ordered - began;
    t->stale = false;
    t->gone = gone(m);
}

bool roster_refresh(struct roster *t, const struct model *m, const struct settings *settings,
                    const struct filter *filter, int64_t now)
{
    bool moved = t->count == 0 || gone(m) != t->gone;
    if (!t->stale && !moved && nanoseconds() - t->ordered <= t->order_cost * SORT_PART)
        return false;
    make(t, m, settings, filter, now);
    return true;
}

bool roster_has(const struct settings *settings, const struct roster_line *line, const struct model_connection *c)
{
    return line->members == 0 ? line->connection->about.id == c->about.id
                              : same_group((enum group)settings->group, line->connection, c);
}

void roster_free(struct roster *roster)
{
    clear(roster);
    free(roster->lines);
}
