/*
 * flow.h: TCP connections: which packet belongs to which, who is the client, when one begins and ends.
 *
 * A flow is found by its addresses and ports, whichever way the packet went, through a keyed hash. It begins with its
 * first packet (a SYN or not) and ends with FIN both ways, a reset, a new connection on the same four-tuple, silence, or the
 * end of the capture. What anybody could have sent to end it is weighed first (claim.h). The sender of the SYN is the client; without a SYN the layer above says from the first bytes.
 * What a flow carries is not known here: `upper` belongs to the layer above.
 *
 * A flow that is of no interest keeps its place in the table, so that its packets cost one look-up, and loses all else.
 */
#ifndef NET_FLOW_H
#define NET_FLOW_H

#include "net/claim.h"
#include "net/ip.h"
#include "net/reassembly.h"

enum flow_kind {
    FLOW_FREE,      /* an unused place */
    FLOW_UNDECIDED, /* nobody knows yet what it carries */
    FLOW_WEBSOCKET,
    FLOW_IGNORED, /* of no interest, or ended */
};

/* What a flow is worth when not all can be kept, the least first. */
enum flow_rank {
    RANK_IGNORED,
    RANK_EMPTY,     /* nobody knows yet what it carries, and nothing is held for it: a SYN of a flood */
    RANK_UNDECIDED, /* something is held for it: the beginning of a handshake, or of anything else */
    RANK_GUESSED, /* a WebSocket as it seems, of which neither handshake nor both directions were seen: anybody can make that up */
    RANK_WEBSOCKET,
    RANK_COUNT
};

/* Two ends, the smaller one (address, then port) first: its index is the side. Equal for both ways of a packet. Whole words,
 * so that it is made and compared in registers: an IPv4 address is one number, an IPv6 address two. */
struct flow_key {
    uint64_t address[2][2];
    uint64_t ends; /* family << 32 | port[0] << 16 | port[1] */
};

static inline unsigned flow_key_family(const struct flow_key *key)
{
    return (unsigned)(key->ends >> 32);
}

static inline uint16_t flow_key_port(const struct flow_key *key, unsigned side)
{
    return (uint16_t)(side == 0 ? key->ends >> 16 : key->ends);
}

/* What every packet touches comes first: two cache lines, when the flow is in order. */
#define FLOW_ALIGNMENT   64
#define FLOW_MEMORY_UNIT 64
struct flow {
    _Alignas(FLOW_ALIGNMENT) struct flow_key key;
    uint8_t kind;       /* enum flow_kind */
    uint8_t client;     /* side of the client, or FLOW_NO_CLIENT */
    bool from_syn : 1;  /* its beginning is in the capture, */
    bool headless : 1;  /* but bytes are missing in front of the first ones that are */
    bool attempted : 1; /* an upgrade was attempted on it, ... */
    bool websocket : 1; /* ... and made it a WebSocket connection; it stays set when that has ended */
    bool guessed : 1;   /* ... for which there is no more evidence than what one side sent */
    bool doubt : 1;     /* there is a claim */
    uint8_t rank;       /* enum flow_rank, whose queue it is in */
    uint8_t reset;      /* the side whose RST ended it, or its direction, plus 1 */
    union {
        uint32_t queued;    /* lower half of `last` when it was put into its queue: the same while no packet has come */
        uint32_t next_free; /* of an unused place */
    };
    uint32_t memory;           /* that upper holds, as was said by flows_hold(), in FLOW_MEMORY_UNIT bytes */
    int64_t last;              /* time of the last packet */
    void *upper;               /* what the layer above keeps; it is released by ops.release */
    struct reassembly half[2]; /* by the side that sends */
    struct packet_cost cost;   /* for the layer above: it counts */
    struct claim *claim; /* what is in doubt (claim.h), or the RST behind which something may be on its way; NULL: none */
    struct flow *older, *newer; /* in the queue of its rank (flow_queue.h) */
    uint64_t number;            /* from 1, in order of appearance */
};

#define FLOW_NO_CLIENT 2

enum { FLOW_HOT = 3 };

struct flow_ops {
    /* The first bytes of a flow without SYN: who sends them? WSD_NEITHER: they do not say. */
    enum wsd_direction (*sender)(struct wsd_bytes);
    /* Whether a client is likely to open a connection with these bytes, and to say them at no other time. */
    bool (*opens)(struct wsd_bytes);
    /* Each returns 0: go on; 1: the flow is of no interest any more; negative: an error. */
    int (*data)(void *user, struct flow *, enum wsd_direction, struct wsd_bytes, const struct wsd_moment *);
    int (*gap)(void *user, struct flow *, enum wsd_direction, uint64_t missing, const struct wsd_moment *);
    int (*end)(void *user, struct flow *, enum wsd_direction, enum wsd_how, const struct wsd_moment *);
    void (*conflict)(void *user, struct flow *, enum wsd_direction, const struct wsd_moment *);
    void (*held_limit)(void *user, struct flow *, enum wsd_direction, const struct wsd_moment *);
    /* This flow is given up, since so many flows (for_memory: so much memory) are too many. Its end follows. */
    void (*evicted)(void *user, struct flow *, bool for_memory, const struct wsd_moment *);
    void (*transport)(void *user, struct flow *, enum wsd_direction, enum wsd_transport_what,
                      const struct wsd_moment *); /* NULL: nobody asks */
    void (*release)(void *user, struct flow *);
    /* Where in `upper` lies what data() reads first, by direction, for flows_touch(). Offsets beyond what is there do no harm. */
    uint16_t hot[2][FLOW_HOT];
};

struct flow_limits {
    uint32_t flows;
    uint32_t segment_bytes;
    uint64_t segment_total;
    uint64_t memory;                 /* bytes that all `upper` may hold */
    uint64_t idle[FLOW_IGNORED + 1]; /* nanoseconds of silence after which a flow of this kind ends */
};

struct flow_totals {
    uint64_t seen, ignored, open;
    uint64_t evicted, evicted_websockets;
};

struct flows;

/* A segment on the way to its flow. What is needed there is out of the caches when thousands of flows take turns: flows_seek() for
 * some packets, then flows_reach() for them, then flows_touch(), each asks for what the next one reads, and waits for nothing.
 * None of them changes anything. */
struct flow_seek {
    struct flow_key key;
    uint64_t hash;
    struct flow *found; /* when it was looked for; not to be believed later without looking at its key */
    uint8_t side;       /* that sends */
};

/* NULL when there is no memory. ops and user must outlive it. */
struct flows *flows_new(const struct flow_ops *ops, void *user, const struct flow_limits *limits,
                        const uint8_t seed[16]);
void flows_free(struct flows *flows);

/* before: that of an earlier packet, which often is of the same connection; NULL: none. */
void flows_seek(const struct flows *flows, const struct ip_packet *ip, const struct tcp_segment *s,
                const struct flow_seek *before, struct flow_seek *seek);
void flows_reach(const struct flows *flows, struct flow_seek *seek);
void flows_touch(const struct flows *flows, const struct flow_seek *seek);

/* Reads one segment, which was sought and reached. *out is then the flow it belongs to, NULL if none. Returns 0 or -ENOMEM. */
int flows_segment(struct flows *flows, const struct flow_seek *seek, const struct ip_packet *ip,
                  const struct tcp_segment *s, const struct wsd_moment *moment, struct flow **out);

/* Time has passed without a packet: looks at the age of flows, at all of them unless there are very many. 0 or -ENOMEM. */
int flows_time(struct flows *flows, const struct wsd_moment *moment);

/* Ends every flow, in order of appearance. Returns 0 or -ENOMEM. */
int flows_finish(struct flows *flows, const struct wsd_moment *moment);

/* The layer above holds so much for this flow now. When that is too much for all flows together, some of them are given up while
 * one of the next segments is read. Also to be called when `kind` was changed. */
void flows_hold(struct flows *flows, struct flow *flow, size_t memory);

/* The layer above went on with a flow outside of flows_segment(): acts upon what that returned. Returns 0 or a negative error. */
int flows_settle(struct flows *flows, struct flow *flow, int rc);

/* A flow that was counted as of no interest turned out to be of some. */
void flows_regain(struct flows *flows);

const struct flow_totals *flows_totals(const struct flows *flows);

static inline enum wsd_direction flow_direction(const struct flow *flow, unsigned side)
{
    return side == flow->client ? WSD_CLIENT : WSD_SERVER;
}

/* Whether the capture has shown anything of this direction: its bytes, or the other one's acknowledgement of it. */
static inline bool flow_heard(const struct flow *flow, enum wsd_direction direction)
{
    unsigned side = direction == WSD_CLIENT ? flow->client : !flow->client;
    return flow->half[side].known || flow->half[!side].acked_known;
}

/* Whether the other side has acknowledged bytes of this direction that were not delivered yet. */
static inline bool flow_acknowledged_more(const struct flow *flow, enum wsd_direction direction)
{
    const struct reassembly *r = &flow->half[direction == WSD_CLIENT ? flow->client : !flow->client];
    return r->known && r->acked_known && tcp_distance(r->acked, r->next) > 0;
}

static inline bool flow_ended(const struct flow *flow, enum wsd_direction direction)
{
    return flow->half[direction == WSD_CLIENT ? flow->client : !flow->client].ended;
}

/* The client's end, and the server's. */
struct wsd_endpoint flow_endpoint(const struct flow *flow, enum wsd_direction direction);

/* The community id of a flow (version 1, seed 0): "1:" and 28 characters. Returns 0 or -ENOMEM. */
#define FLOW_COMMUNITY_ID_SIZE 31
int flow_community_id(const struct flow *flow, char out[FLOW_COMMUNITY_ID_SIZE]);

#endif
