/*
 * segments.h: segments of a known stream, and what reassembly must make of them.
 *
 * The stream's byte number i is segments_byte(i). Each byte of the first copy that reassembly got belongs to the packet that
 * brought it; segments_check_data() wants exactly these bytes, each once, in order, and from the right packets.
 */
#ifndef SUPPORT_SEGMENTS_H
#define SUPPORT_SEGMENTS_H

#include "base/bytes.h"
#include "net/reassembly.h"

#include <stdlib.h>

#ifndef SEGMENTS_MOST
#define SEGMENTS_MOST 65536 /* bytes of a stream */
#endif

struct segments {
    struct reassembly r;
    struct reassembly_host host;
    uint32_t start; /* sequence number of byte 0 */
    uint32_t told;  /* bytes told, gaps included: the next one to come */
    uint32_t gaps, gap_bytes, conflicts, limits;
    uint64_t packet; /* number of the segment being read */
    int64_t time;
    uint64_t at_packet, at_gap;      /* the packets of the last data and of the last gap */
    bool wrong;                      /* something was told that must not be */
    uint32_t owner[SEGMENTS_MOST];   /* the packet that brought each byte first; 0: none, or the snaplen cut it */
    uint32_t covered[SEGMENTS_MOST]; /* the same, with what the snaplen cut: it was on the wire */
};

static inline uint8_t segments_byte(uint32_t i)
{
    return (uint8_t)(i * UINT32_C(2654435761) >> 24);
}

static inline int segments_data(void *user, void *flow, unsigned side, struct wsd_bytes bytes,
                                const struct wsd_moment *moment)
{
    struct segments *s = user;
    (void)flow;
    s->wrong |= side != 1 || bytes.length == 0 || bytes.length > SEGMENTS_MOST - s->told;
    for (size_t i = 0; i < bytes.length && !s->wrong; i++, s->told++)
        s->wrong |= bytes.data[i] != segments_byte(s->told) || s->owner[s->told] != moment->packet;
    uint64_t number; /* what segments_put() wrote as the packet's headers */
    if (moment->headers.length != sizeof number)
        s->wrong = true;
    else
        s->wrong |= memcmp(moment->headers.data, &moment->packet, sizeof number) != 0;
    /* Whether this packet's own bytes go on behind them, but for the snaplen. */
    bool more = s->told < SEGMENTS_MOST && s->owner[s->told] == 0 && s->covered[s->told] == moment->packet;
    s->wrong |= moment->cut != more;
    s->at_packet = moment->packet;
    return 0;
}

static inline int segments_gap(void *user, void *flow, unsigned side, uint64_t missing, const struct wsd_moment *moment)
{
    struct segments *s = user;
    (void)flow;
    s->wrong |= side != 1 || missing == 0 || missing > SEGMENTS_MOST - s->told;
    s->wrong |= !s->wrong && moment->cut != (s->covered[s->told] != 0);
    for (uint64_t i = 0; i < missing && !s->wrong; i++)
        s->wrong |= s->owner[s->told++] != 0; /* nothing that was captured is a gap */
    s->gaps++;
    s->gap_bytes += (uint32_t)missing;
    s->at_gap = moment->packet;
    return 0;
}

static inline void segments_limit(void *user, void *flow, unsigned side, const struct wsd_moment *moment)
{
    struct segments *s = user;
    (void)flow, (void)side, (void)moment;
    s->limits++;
}

static inline void segments_conflict(void *user, void *flow, unsigned side, const struct wsd_moment *moment)
{
    struct segments *s = user;
    (void)flow;
    s->wrong |= side != 1 || moment->packet != s->packet;
    s->conflicts++;
}

/* A stream whose byte 0 has this sequence number. */
static inline void segments_begin(struct segments *s, uint32_t start)
{
    *s = (struct segments){.start = start, .time = INT64_C(1000000000000)};
    s->host = (struct reassembly_host){.user = s,
                                       .data = segments_data,
                                       .gap = segments_gap,
                                       .conflict = segments_conflict,
                                       .limit = segments_limit,
                                       .most_held = UINT32_MAX,
                                       .most_held_total = UINT64_MAX,
                                       .random = 12345,
                                       .key = 0x9E3779B97F4A7C15};
    s->r.known = true;
    s->r.start = s->r.next = start;
}

/* A segment with bytes from `at` on, of which the snaplen left `captured`. Returns what reassembly did. */
static inline int segments_put_cut(struct segments *s, uint32_t at, uint32_t n, uint32_t captured)
{
    uint8_t *bytes = malloc(captured + 1); /* ends where the memory does */
    if (bytes == NULL)
        abort();
    s->packet++;
    for (uint32_t i = 0; i < n; i++) {
        if (i < captured)
            bytes[1 + i] = segments_byte(at + i);
        if (s->covered[at + i] == 0) {
            s->covered[at + i] = (uint32_t)s->packet;
            s->owner[at + i] = i < captured ? (uint32_t)s->packet : 0;
        }
    }
    uint64_t number = s->packet;
    const struct wsd_moment moment = {
        .time = s->time, .packet = s->packet, .headers = bytes_of(&number, sizeof number), .link_type = 1};
    int rc = reassembly_segment(&s->r, &s->host, s, 1, s->start + at, bytes_of(bytes + 1, captured), n, &moment);
    free(bytes);
    return rc;
}

static inline int segments_put(struct segments *s, uint32_t at, uint32_t n)
{
    return segments_put_cut(s, at, n, n);
}

/* The peer acknowledged everything before `at`. */
static inline void segments_ack(struct segments *s, uint32_t at)
{
    s->r.acked = s->start + at;
    s->r.acked_known = true;
    if (s->r.held != NULL)
        s->r.held->heard = true;
}

/* A packet of the connection passes, of no interest but for its time. */
static inline int segments_wait(struct segments *s)
{
    const struct wsd_moment moment = {.time = s->time, .packet = ++s->packet};
    return reassembly_wait(&s->r, &s->host, s, 1, &moment);
}

static inline int segments_finish(struct segments *s)
{
    const struct wsd_moment moment = {.time = s->time, .packet = ++s->packet};
    return reassembly_finish(&s->r, &s->host, s, 1, &moment);
}

/* Bytes that wait, as the tree has them; the tree's order and sums are looked at on the way. */
static inline uint32_t segments_pending(struct segments *s)
{
    uint32_t bytes = 0, held = 0, next = s->r.next;
    struct held *root = s->r.held != NULL ? s->r.held->root : NULL;
    for (struct held *run = held_first(root); run != NULL; run = held_after(root, run->seq)) {
        s->wrong |= tcp_distance(run->seq, next) < 0 || run->captured > run->length;
        next = run->seq + run->length;
        bytes += run->length;
        held += (uint32_t)(sizeof *run + run->captured + run->moment.headers.length);
    }
    s->wrong |= held != (s->r.held != NULL ? s->r.held->bytes : 0) || held != s->host.held_total;
    return bytes;
}

/* Whether everything put so far was told up to here. */
static inline bool segments_told(const struct segments *s, uint32_t bytes)
{
    return !s->wrong && s->told == bytes && s->r.next == s->start + bytes;
}

/* Whether nothing waits, and nothing is counted as if it did. */
static inline bool segments_empty(const struct segments *s)
{
    return s->r.held == NULL && s->host.held_total == 0;
}

#endif
