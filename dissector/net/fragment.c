#include "net/fragment.h"
#include "base/buffer.h"
#include "base/bytes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    UNIT = 8, /* fragments begin at multiples of it */
    DATAGRAM_MOST = 65535,
    UNITS = (DATAGRAM_MOST + UNIT - 1) / UNIT,
};

struct datagram {
    uint8_t address[2][16];
    uint32_t id;
    uint64_t number;
    uint8_t family, protocol;
    int64_t since;
    uint32_t total; /* bytes, 0: the last fragment has not come */
    uint32_t units; /* set bits of the map */
    uint8_t *map;   /* which units are there, UNITS bits */
    struct buffer bytes;
    struct packet_cost cost; /* of its fragments, copies of them too */
};

/* Few at a time, so a row that is searched from end to end is enough. */
struct fragments {
    uint32_t most, used;
    uint64_t seen, last; /* datagrams, and the number of the last fragment's one */
    struct datagram *row;
    struct buffer whole;    /* the datagram told last */
    uint8_t address[2][16]; /* its addresses: those of a tunnelled fragment lie in the datagram told before */
};

struct fragments *fragments_new(uint32_t most)
{
    struct fragments *f = calloc(1, sizeof *f);
    if (f != NULL)
        f->most = most > 0 ? most : 1;
    return f;
}

static void forget(struct fragments *f, struct datagram *d)
{
    buffer_free(&d->bytes);
    free(d->map);
    *d = f->row[--f->used];
}

void fragments_free(struct fragments *f)
{
    if (f == NULL)
        return;
    while (f->used > 0)
        forget(f, &f->row[f->used - 1]);
    free(f->row);
    buffer_free(&f->whole);
    free(f);
}

static bool same(const struct datagram *d, const struct ip_packet *p)
{
    size_t n = p->family == 4 ? 4 : 16;
    return d->family == p->family && d->id == p->id && (p->family == 6 || d->protocol == p->protocol) &&
           memcmp(d->address[0], p->address[0], n) == 0 && memcmp(d->address[1], p->address[1], n) == 0;
}

/* Drops the expired ones, and the oldest when all places are taken. */
static void make_room(struct fragments *f, int64_t now)
{
    uint32_t oldest = 0;
    for (uint32_t i = 0; i < f->used;) {
        if (now - f->row[i].since > FRAGMENT_PATIENCE) {
            forget(f, &f->row[i]);
            continue;
        }
        oldest = oldest < f->used && f->row[oldest].since <= f->row[i].since ? oldest : i;
        i++;
    }
    if (f->used == f->most)
        forget(f, &f->row[oldest < f->used ? oldest : 0]);
}

static struct datagram *begin(struct fragments *f, const struct ip_packet *p, int64_t now)
{
    if (f->row == NULL && (f->row = calloc(f->most, sizeof *f->row)) == NULL)
        return NULL;
    make_room(f, now);
    uint8_t *map = calloc(UNITS / 8 + 1, 1);
    if (map == NULL)
        return NULL;
    struct datagram *d = &f->row[f->used++];
    *d = (struct datagram){.family = p->family, .protocol = p->protocol, .id = p->id, .since = now, .map = map};
    d->number = ++f->seen;
    for (int side = 0; side < 2; side++)
        memcpy(d->address[side], p->address[side], p->family == 4 ? 4 : 16);
    return d;
}

static struct datagram *find(struct fragments *f, const struct ip_packet *p, int64_t now)
{
    for (uint32_t i = 0; i < f->used; i++)
        if (same(&f->row[i], p) && now - f->row[i].since <= FRAGMENT_PATIENCE)
            return &f->row[i];
    return begin(f, p, now);
}

/* Copies the units that are not there yet. */
static int fill(struct datagram *d, uint32_t offset, struct wsd_bytes bytes)
{
    size_t end = offset + bytes.length;
    if (d->bytes.length < end) {
        if (buffer_reserve(&d->bytes, end - d->bytes.length) < 0)
            return -ENOMEM;
        memset(d->bytes.data + d->bytes.length, 0, end - d->bytes.length);
        d->bytes.length = end;
    }
    for (size_t at = 0; at < bytes.length; at += UNIT) {
        uint32_t unit = (uint32_t)(offset + at) / UNIT;
        size_t n = bytes.length - at < UNIT ? bytes.length - at : UNIT;
        if (d->map[unit / 8] & 1u << unit % 8)
            continue;
        d->map[unit / 8] |= (uint8_t)(1u << unit % 8);
        d->units++;
        memcpy(d->bytes.data + offset + at, bytes.data + at, n);
    }
    return 0;
}

/* Every unit up to the end is there. Counting alone would be fooled by units past a lying end. */
static bool whole(const struct datagram *d)
{
    uint32_t wanted = (d->total + UNIT - 1) / UNIT;
    if (d->total == 0 || d->units < wanted)
        return false;
    for (uint32_t unit = 0; unit < wanted; unit++)
        if ((d->map[unit / 8] & 1u << unit % 8) == 0)
            return false;
    return true;
}

int fragments_add(struct fragments *f, struct ip_packet *p, struct packet_cost *cost, int64_t now)
{
    bool cut = p->payload.length < p->payload_length;
    bool ragged = p->more && p->payload_length % UNIT != 0;
    f->last = 0;
    if (cut || ragged || p->payload_length == 0 || p->fragment_offset + p->payload_length > DATAGRAM_MOST)
        return 0;
    struct datagram *d = find(f, p, now);
    if (d == NULL || fill(d, p->fragment_offset, p->payload) < 0)
        return -ENOMEM;
    f->last = d->number;
    packet_cost_add(&d->cost, cost);
    if (p->fragment_offset == 0)
        d->protocol = p->protocol;
    if (!p->more && d->total == 0)
        d->total = p->fragment_offset + p->payload_length;
    if (!whole(d))
        return 0;
    *cost = d->cost;
    memcpy(f->address, d->address, sizeof f->address);
    buffer_free(&f->whole);
    f->whole = d->bytes;
    d->bytes = (struct buffer){0};
    p->protocol = d->protocol;
    p->address[0] = f->address[0];
    p->address[1] = f->address[1];
    p->payload = bytes_first(buffer_bytes(&f->whole), d->total);
    p->payload_length = (uint32_t)p->payload.length;
    p->fragment = false;
    forget(f, d);
    return 1;
}

uint64_t fragments_datagram(const struct fragments *fragments)
{
    return fragments->last;
}
