/*
 * reassembly.h: one direction's segments become one ordered run of bytes and gaps (RFC 9293 3.4, 3.10.7.4).
 *
 * Every byte is delivered once, in order; of two copies the first one captured wins, and copies that disagree are told: while one of them
 * waits, and of the segment that was delivered last, of which digests of its first and last bytes are kept.
 * A segment behind a hole is held. A hole becomes a gap when
 *   - the peer acknowledged past it, so that nobody will send it again, and the capture did not deliver it late: after
 *     REASSEMBLY_LATE_PACKETS more packets of the connection or REASSEMBLY_LATE_TIME;
 *   - the peer is not heard at all (a tap of one direction) and REASSEMBLY_SILENT_TIME has passed;
 *   - what waits behind it reached a limit;
 *   - the direction or the capture ended.
 * In-order segments touch no memory but this struct; a held one costs a logarithmic step.
 */
#ifndef NET_REASSEMBLY_H
#define NET_REASSEMBLY_H

#include "net/held.h"
#include "net/tcp.h"

#include <string.h>

/* Capture points with several queues hand packets over a little out of order, rarely by more than this. */
#define REASSEMBLY_LATE_PACKETS 64
#define REASSEMBLY_LATE_TIME    INT64_C(200000000)  /* ns */
#define REASSEMBLY_SILENT_TIME  INT64_C(3000000000) /* ns: most retransmissions come sooner */

/* Half a cache line: with two of them a flow that is in order costs two lines a packet. */
struct reassembly {
    struct held_set *held; /* NULL: no hole */
    uint32_t start;        /* sequence number of the first byte */
    uint32_t next;         /* of the next byte to deliver */
    uint32_t acked;        /* what the peer acknowledged last */
    union {
        uint32_t fin;      /* sequence number of the FIN, when fin_seen */
        uint16_t edges[2]; /* digests of the first and last REASSEMBLY_EDGE bytes delivered last, until then */
    };
    bool known; /* start and next are */
    bool acked_known;
    bool fin_seen;
    bool ended; /* all delivered up to the FIN, or given up */
    bool window_closed;
    uint16_t last; /* how many bytes were delivered last, 0: too few or too many to have edges */
};

enum { REASSEMBLY_EDGE = 8 };

/* What all directions of one dissector share, and where the bytes go. */
struct reassembly_host {
    void *user;
    /* 0: go on; 1: nothing more is wanted of this connection; negative: an error. Both end the call at once. */
    int (*data)(void *user, void *flow, unsigned side, struct wsd_bytes, const struct wsd_moment *);
    int (*gap)(void *user, void *flow, unsigned side, uint64_t missing, const struct wsd_moment *);
    void (*conflict)(void *user, void *flow, unsigned side, const struct wsd_moment *);
    void (*limit)(void *user, void *flow, unsigned side, const struct wsd_moment *);
    uint32_t most_held;       /* bytes, one direction */
    uint64_t most_held_total; /* bytes, all directions */
    uint64_t held_total;
    uint64_t random; /* state of the priorities' generator, seeded */
    uint64_t key;    /* of the edges' digests: random and odd */
};

/* bytes: what the capture has of a segment's `length` bytes from seq on. The three calls below return what host.data or host.gap returned when it was not 0, else 0 or -ENOMEM. `flow` and
 * `side` are handed through. */
int reassembly_segment(struct reassembly *r, struct reassembly_host *host, void *flow, unsigned side, uint32_t seq,
                       struct wsd_bytes bytes, uint32_t length, const struct wsd_moment *moment);

/* A packet of the connection has passed at `now`: has a hole waited long enough? */
int reassembly_wait(struct reassembly *r, struct reassembly_host *host, void *flow, unsigned side,
                    const struct wsd_moment *moment);

/* Nothing more will come: delivers what is held, with its gaps, and what was acknowledged but never seen as a gap. */
int reassembly_finish(struct reassembly *r, struct reassembly_host *host, void *flow, unsigned side,
                      const struct wsd_moment *moment);

/* The same of eight bytes each time, and of others hardly ever (multiply-shift). */
static inline uint16_t reassembly_edge(uint64_t key, const uint8_t *at)
{
    uint64_t bytes;
    memcpy(&bytes, at, REASSEMBLY_EDGE);
    return (uint16_t)(bytes * key >> 48);
}

/* These whole bytes are what is delivered next, before the FIN was seen. */
static inline void reassembly_note(struct reassembly *r, uint64_t key, struct wsd_bytes bytes)
{
    if (bytes.length - REASSEMBLY_EDGE > UINT16_MAX - REASSEMBLY_EDGE) {
        r->last = 0;
        return;
    }
    r->last = (uint16_t)bytes.length;
    r->edges[0] = reassembly_edge(key, bytes.data);
    r->edges[1] = reassembly_edge(key, bytes.data + bytes.length - REASSEMBLY_EDGE);
}

/* The FIN is there and everything before it was delivered. */
static inline bool reassembly_at_fin(const struct reassembly *r)
{
    return r->fin_seen && r->next == r->fin && r->held == NULL;
}

/* Forgets what is held. */
void reassembly_free(struct reassembly *r, struct reassembly_host *host);

#endif
