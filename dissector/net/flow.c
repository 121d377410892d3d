#include "net/flow_queue.h"
#include "base/bytes.h"
#include "base/crypto.h"
#include "base/hash.h"
#include "base/table.h"
#include "net/doubled.h"

#include <errno.h>
#include <stdlib.h>

enum {
    CHUNK = 512,           /* flows allocated at a time: their addresses never change */
    SWEEP_EVERY = 16,      /* packets for each flow that is looked at for its age */
    SWEEP_FOR_NEW = 3,     /* and for each new flow, */
    SWEEP_FOR_TIME = 4096, /* and when time passes without packets */
    SHARE_OF_UNDECIDED =
        8, /* one part in so many is left to undecided flows before what only seems to be a WebSocket, */
    SHARE_IN_ANY_CASE = 64, /* and of memory before all others */
    NO_FLOW = UINT32_MAX,
};

struct flows {
    const struct flow_ops *ops;
    void *user;
    struct flow_limits limits;
    struct hash_key key;
    struct table table;
    struct flow **chunks;
    uint32_t count; /* places ever used */
    uint32_t free;  /* first unused one of them, or NO_FLOW */
    uint32_t hand;  /* the place that the sweep looks at next */
    uint32_t packets;
    struct doubled *doubled; /* NULL: nobody asks for transport events */
    bool again;              /* the packet at hand was here already: it tells nothing of its own */
    struct reassembly_host host;
    struct flow_queue queue[RANK_COUNT];
    uint32_t claims; /* that flows have */
    uint64_t memory; /* that all flows' upper hold, in FLOW_MEMORY_UNIT bytes */
    struct flow_totals totals;
};

_Static_assert(sizeof(struct flow) == 3 * FLOW_ALIGNMENT,
               "a million flows are remembered: docs/limits.md says what they take");

static struct flow *flow_at(const struct flows *flows, uint32_t index)
{
    return &flows->chunks[index / CHUNK][index % CHUNK];
}

/* ---- what reassembly tells, by direction instead of side ------------------------------------------------------ */

static int tell_data(void *user, void *flow, unsigned side, struct wsd_bytes bytes, const struct wsd_moment *moment)
{
    struct flows *flows = user;
    return flows->ops->data(flows->user, flow, flow_direction(flow, side), bytes, moment);
}

static int tell_gap(void *user, void *flow, unsigned side, uint64_t missing, const struct wsd_moment *moment)
{
    struct flows *flows = user;
    return flows->ops->gap(flows->user, flow, flow_direction(flow, side), missing, moment);
}

static void tell_conflict(void *user, void *flow, unsigned side, const struct wsd_moment *moment)
{
    struct flows *flows = user;
    flows->ops->conflict(flows->user, flow, flow_direction(flow, side), moment);
}

static void tell_held_limit(void *user, void *flow, unsigned side, const struct wsd_moment *moment)
{
    struct flows *flows = user;
    flows->ops->held_limit(flows->user, flow, flow_direction(flow, side), moment);
}

static void tell_transport(struct flows *flows, struct flow *flow, unsigned side, enum wsd_transport_what what,
                           const struct wsd_moment *moment)
{
    if (flows->ops->transport != NULL && flow->client != FLOW_NO_CLIENT && !flows->again)
        flows->ops->transport(flows->user, flow, flow_direction(flow, side), what, moment);
}

/* ---- life and death ------------------------------------------------------------------------------------------- */

struct flows *flows_new(const struct flow_ops *ops, void *user, const struct flow_limits *limits,
                        const uint8_t seed[16])
{
    struct flows *flows = calloc(1, sizeof *flows);
    if (flows == NULL || table_init(&flows->table) < 0) {
        free(flows);
        return NULL;
    }
    flows->doubled = ops->transport != NULL ? calloc(1, sizeof *flows->doubled) : NULL;
    if (ops->transport != NULL && flows->doubled == NULL) {
        flows_free(flows);
        return NULL;
    }
    flows->ops = ops;
    flows->user = user;
    flows->limits = *limits;
    flows->free = NO_FLOW;
    memcpy(&flows->key, seed, sizeof flows->key);
    flows->host = (struct reassembly_host){.user = flows,
                                           .data = tell_data,
                                           .gap = tell_gap,
                                           .conflict = tell_conflict,
                                           .limit = tell_held_limit,
                                           .most_held = limits->segment_bytes,
                                           .most_held_total = limits->segment_total,
                                           .random = flows->key.k0 ^ flows->key.k1};
    return flows;
}

/* The claim is the caller's now; NULL: there was none. */
static struct claim *claim_take(struct flows *flows, struct flow *flow)
{
    struct claim *claim = flow->claim;
    flows->claims -= claim != NULL;
    flow->claim = NULL;
    flow->doubt = false;
    return claim;
}

/* What its upper holds from now on, in FLOW_MEMORY_UNIT bytes. */
static void hold(struct flows *flows, struct flow *flow, uint32_t units)
{
    struct flow_queue *q = &flows->queue[flow->rank];
    q->memory = q->memory - flow->memory + units;
    flows->memory = flows->memory - flow->memory + units;
    flow->memory = units;
}

/* Everything a flow holds but its place. */
static void empty(struct flows *flows, struct flow *flow)
{
    for (unsigned side = 0; side < 2; side++)
        reassembly_free(&flow->half[side], &flows->host);
    if (flow->upper != NULL)
        flows->ops->release(flows->user, flow);
    flow->upper = NULL;
    free(claim_take(flows, flow));
    hold(flows, flow, 0);
}

static enum flow_rank rank_of(const struct flow *flow)
{
    if (flow->kind == FLOW_UNDECIDED)
        return flow->memory > 0 ? RANK_UNDECIDED : RANK_EMPTY;
    if (flow->kind != FLOW_WEBSOCKET)
        return RANK_IGNORED;
    return flow->guessed ? RANK_GUESSED : RANK_WEBSOCKET;
}

static void enqueue(struct flows *flows, struct flow *flow)
{
    flow->rank = (uint8_t)rank_of(flow);
    flow_queue_add(&flows->queue[flow->rank], flow);
}

static void dequeue(struct flows *flows, struct flow *flow)
{
    flow_queue_remove(&flows->queue[flow->rank], flow);
}

/* Its rank may have changed. */
static void rank(struct flows *flows, struct flow *flow)
{
    if (flow->rank == rank_of(flow))
        return;
    dequeue(flows, flow);
    enqueue(flows, flow);
}

void flows_hold(struct flows *flows, struct flow *flow, size_t memory)
{
    size_t units = memory / FLOW_MEMORY_UNIT + (memory % FLOW_MEMORY_UNIT != 0);
    hold(flows, flow, units < UINT32_MAX ? (uint32_t)units : UINT32_MAX);
    rank(flows, flow);
}

static void ignore(struct flows *flows, struct flow *flow)
{
    if (flow->kind == FLOW_UNDECIDED && !flow->attempted)
        flows->totals.ignored++;
    empty(flows, flow);
    flow->kind = FLOW_IGNORED;
    rank(flows, flow);
}

/* What a call into reassembly or the layer above returned, acted upon. Returns 0 or a negative error. */
static int settle(struct flows *flows, struct flow *flow, int rc)
{
    if (rc != 0)
        ignore(flows, flow);
    return rc < 0 ? rc : 0;
}

static inline uint64_t hash(const struct flows *flows, const struct flow_key *key)
{
    if (flow_key_family(key) == 4) {
        const uint64_t words[] = {key->address[0][0] << 32 | key->address[1][0], key->ends};
        return hash_words(&flows->key, words, 2);
    }
    const uint64_t words[] = {key->address[0][0], key->address[0][1], key->address[1][0], key->address[1][1],
                              key->ends};
    return hash_words(&flows->key, words, 5);
}

static void remove_flow(struct flows *flows, uint32_t index)
{
    struct flow *flow = flow_at(flows, index);
    ignore(flows, flow);
    dequeue(flows, flow);
    table_remove(&flows->table, hash(flows, &flow->key), index);
    flow->kind = FLOW_FREE;
    flow->next_free = flows->free;
    flows->free = index;
    flows->totals.open--;
}

void flows_free(struct flows *flows)
{
    if (flows == NULL)
        return;
    for (uint32_t i = 0; i < flows->count; i++)
        empty(flows, flow_at(flows, i));
    for (uint32_t i = 0; i < flows->count; i += CHUNK)
        free(flows->chunks[i / CHUNK]);
    free(flows->chunks);
    free(flows->doubled);
    table_free(&flows->table);
    free(flows);
}

/* Ends both directions, `first` before the other: what is held is delivered, then the layer above hears of the end, of a RST
 * also from a side that has ended by FIN. */
static int end_now(struct flows *flows, struct flow *flow, unsigned first, enum wsd_how how,
                   const struct wsd_moment *moment)
{
    int rc = 0;
    for (unsigned i = 0; i < 2 && rc == 0 && flow->kind != FLOW_IGNORED; i++) {
        unsigned side = i == 0 ? first : !first;
        if (!flow->half[side].ended)
            rc = reassembly_finish(&flow->half[side], &flows->host, flow, side, moment);
    }
    for (unsigned i = 0; i < 2 && rc == 0 && flow->upper != NULL; i++) {
        unsigned side = i == 0 ? first : !first;
        if (!flow->half[side].ended || (how == WSD_BY_RESET && side == first))
            rc = flows->ops->end(flows->user, flow, flow_direction(flow, side), how, moment);
        flow->half[side].ended = true;
    }
    ignore(flows, flow);
    return rc < 0 ? rc : 0;
}

static int end_by_reset(struct flows *flows, struct flow *flow, unsigned side, const struct wsd_moment *moment)
{
    flow->reset = (uint8_t)(side + 1);
    flow->last = moment->time;
    return end_now(flows, flow, side, WSD_BY_RESET, moment);
}

/* The RST in doubt was real: what its sender had sent before it is missing in the capture. */
static int end_by_claim(struct flows *flows, struct flow *flow)
{
    struct claim *claim = claim_take(flows, flow);
    struct reassembly *r = &flow->half[claim->side];
    if (r->known && (!r->acked_known || tcp_distance(claim->segment.seq, r->acked) > 0)) {
        r->acked = claim->segment.seq;
        r->acked_known = true;
    }
    int rc = end_by_reset(flows, flow, claim->side, &claim->moment);
    free(claim);
    return rc;
}

/* Nobody saw it end; silence began with its last packet. */
static int end_unseen(struct flows *flows, struct flow *flow, enum wsd_how how, const struct wsd_moment *moment)
{
    if (flow->claim != NULL && claim_is_reset(flow->claim))
        return end_by_claim(flows, flow);
    struct wsd_moment last = *moment;
    if (how == WSD_BY_IDLE)
        last.time = flow->last;
    return end_now(flows, flow, 0, how, &last);
}

/* One flow's age, a few packets apart: amortised, no list to keep in order on every packet. */
static int sweep(struct flows *flows, const struct wsd_moment *moment)
{
    if (flows->count == 0)
        return 0;
    uint32_t index = flows->hand++ % flows->count;
    struct flow *flow = flow_at(flows, index);
    if (flow->kind == FLOW_FREE)
        return 0;
    bool doubt = flow->claim != NULL && claim_is_reset(flow->claim) && moment->time - flow->last > CLAIM_PATIENCE;
    if (doubt || moment->time - flow->last > (int64_t)flows->limits.idle[flow->kind]) {
        int rc = end_unseen(flows, flow, WSD_BY_IDLE, moment);
        remove_flow(flows, index);
        return rc;
    }
    int rc = 0;
    for (unsigned side = 0; side < 2 && rc == 0; side++)
        rc = reassembly_wait(&flow->half[side], &flows->host, flow, side, moment);
    return settle(flows, flow, rc);
}

static uint32_t index_of(const struct flows *flows, const struct flow *flow)
{
    struct probe p = table_probe(&flows->table, hash(flows, &flow->key));
    while (table_next(&flows->table, &p) && flow_at(flows, p.value) != flow)
        ;
    return p.value;
}

/* The order in which flows go. Undecided ones go before WebSockets; but those that take next to nothing have to stay, or else nothing
 * could open any more once somebody makes up what looks like a WebSocket (an eighth of all there is is left to them), or opens enough of
 * them to take all memory (a 64th). */
static const enum flow_rank *order(const struct flows *flows, bool for_memory)
{
    static const enum flow_rank orders[][RANK_COUNT] = {
        {RANK_IGNORED, RANK_EMPTY, RANK_UNDECIDED, RANK_GUESSED, RANK_WEBSOCKET},
        {RANK_IGNORED, RANK_GUESSED, RANK_EMPTY, RANK_UNDECIDED, RANK_WEBSOCKET},
        {RANK_IGNORED, RANK_GUESSED, RANK_WEBSOCKET, RANK_EMPTY, RANK_UNDECIDED}};
    const struct flow_queue *empty = &flows->queue[RANK_EMPTY], *undecided = &flows->queue[RANK_UNDECIDED];
    uint64_t most = for_memory ? flows->limits.memory / FLOW_MEMORY_UNIT : flows->limits.flows;
    uint64_t taken = for_memory ? undecided->memory : (uint64_t)empty->count + undecided->count;
    return orders[taken >= most / SHARE_OF_UNDECIDED ? 0 : for_memory && taken < most / SHARE_IN_ANY_CASE ? 2 : 1];
}

/* The flow whose loss matters least, NULL: there is none. For memory only those that hold some. */
static struct flow *least_valuable(struct flows *flows, bool for_memory)
{
    const enum flow_rank *ranks = order(flows, for_memory);
    struct flow *flow = NULL;
    for (unsigned i = 0; flow == NULL && i < RANK_COUNT; i++)
        if (!for_memory || ranks[i] > RANK_EMPTY)
            flow = flow_queue_silent(&flows->queue[ranks[i]]);
    return flow;
}

/* It is given up. Returns 0 or a negative error. */
static int evict(struct flows *flows, bool for_memory, const struct wsd_moment *moment)
{
    struct flow *flow = least_valuable(flows, for_memory);
    if (flow == NULL)
        return 0;
    flows->totals.evicted++;
    flows->totals.evicted_websockets += flow->kind == FLOW_WEBSOCKET;
    flows->ops->evicted(flows->user, flow, for_memory, moment);
    int rc = end_unseen(flows, flow, WSD_BY_IDLE, moment);
    remove_flow(flows, index_of(flows, flow));
    return rc;
}

/* What is done every few packets: a flow's age is looked at, and memory is given back where too much is held. */
static int tidy(struct flows *flows, const struct wsd_moment *moment)
{
    int rc = sweep(flows, moment);
    while (flows->memory > flows->limits.memory / FLOW_MEMORY_UNIT)
        rc |= evict(flows, true, moment);
    return rc;
}

/* A place in a new chunk. Returns 0 or -ENOMEM. */
static int extend(struct flows *flows)
{
    struct flow **chunks = realloc(flows->chunks, (flows->count / CHUNK + 1) * sizeof *chunks);
    if (chunks == NULL)
        return -ENOMEM;
    flows->chunks = chunks;
    /* Each place is set when it is taken. */
    chunks[flows->count / CHUNK] = aligned_alloc(FLOW_ALIGNMENT, CHUNK * sizeof **chunks);
    return chunks[flows->count / CHUNK] == NULL ? -ENOMEM : 0;
}

static void begin(struct flows *flows, struct flow *flow, const struct flow_key *key, const struct wsd_moment *moment)
{
    *flow = (struct flow){.key = *key, .kind = FLOW_UNDECIDED, .client = FLOW_NO_CLIENT, .last = moment->time};
    flow->number = ++flows->totals.seen;
    enqueue(flows, flow);
}

static int add_flow(struct flows *flows, const struct flow_seek *seek, const struct wsd_moment *moment,
                    struct flow **out)
{
    uint32_t index = flows->free;
    uint64_t h = seek->hash;
    int rc = table_add(&flows->table, h, index == NO_FLOW ? flows->count : index);
    if (rc == 0 && index == NO_FLOW && flows->count % CHUNK == 0) {
        rc = extend(flows);
        if (rc != 0)
            table_remove(&flows->table, h, flows->count);
    }
    if (rc != 0)
        return rc;
    if (index == NO_FLOW)
        index = flows->count++;
    else
        flows->free = flow_at(flows, index)->next_free;
    *out = flow_at(flows, index);
    begin(flows, *out, &seek->key, moment);
    flows->totals.open++;
    return 0;
}

/* ---- one segment ---------------------------------------------------------------------------------------------- */

static unsigned key_v4(const struct ip_packet *ip, const uint16_t port[2], struct flow_key *key)
{
    uint64_t from = (uint64_t)cursor_peek_u32(ip->address[0]) << 16 | port[0];
    uint64_t to = (uint64_t)cursor_peek_u32(ip->address[1]) << 16 | port[1];
    bool turned = from > to;
    uint64_t first = turned ? to : from, second = turned ? from : to;
    key->address[0][0] = first >> 16;
    key->address[1][0] = second >> 16;
    key->address[0][1] = key->address[1][1] = 0;
    key->ends = UINT64_C(4) << 32 | (first & 0xFFFF) << 16 | (second & 0xFFFF);
    return turned;
}

static void take_v6(uint64_t to[2], const uint8_t *address)
{
    to[0] = (uint64_t)cursor_peek_u32(address) << 32 | cursor_peek_u32(address + 4);
    to[1] = (uint64_t)cursor_peek_u32(address + 8) << 32 | cursor_peek_u32(address + 12);
}

static unsigned key_v6(const struct ip_packet *ip, const uint16_t port[2], struct flow_key *key)
{
    int order = memcmp(ip->address[0], ip->address[1], 16);
    bool turned = order != 0 ? order > 0 : port[0] > port[1];
    take_v6(key->address[turned], ip->address[0]);
    take_v6(key->address[!turned], ip->address[1]);
    key->ends = UINT64_C(6) << 32 | (uint32_t)port[turned] << 16 | port[!turned];
    return turned;
}

static bool same_key(const struct flow_key *a, const struct flow_key *b)
{
    /* Others nearly always have other ports. */
    return a->ends == b->ends && ((a->address[0][0] ^ b->address[0][0]) | (a->address[1][0] ^ b->address[1][0]) |
                                  (a->address[0][1] ^ b->address[0][1]) | (a->address[1][1] ^ b->address[1][1])) == 0;
}

static inline void ask_for(const void *address)
{
#if defined(__GNUC__)
    __builtin_prefetch(address);
#else
    (void)address;
#endif
}

static struct flow *find_by_hash(const struct flows *flows, const struct flow_key *key, uint64_t h)
{
    for (struct probe p = table_probe(&flows->table, h); table_next(&flows->table, &p);) {
        struct flow *flow = flow_at(flows, p.value);
        if (same_key(&flow->key, key))
            return flow;
    }
    return NULL;
}

/* The place that was found may have become another flow's since, and there may be one now where there was none. */
static inline struct flow *find(const struct flows *flows, const struct flow_seek *seek)
{
    struct flow *flow = seek->found;
    if (flow != NULL && flow->kind != FLOW_FREE && same_key(&flow->key, &seek->key))
        return flow;
    return find_by_hash(flows, &seek->key, seek->hash);
}

/* A SYN where all has ended, or was of no interest, and so has no SYN to repeat: the four-tuple is used again (RFC 9293 3.6.1),
 * all state is new. */
static bool begins_anew(const struct flow *flow, const struct tcp_segment *s)
{
    return flow->kind == FLOW_IGNORED && (s->flags & (TCP_SYN | TCP_RST | TCP_ACK)) == TCP_SYN;
}

/* A SYN on a live connection whose number is not that of its beginning, or far from all that was acknowledged. */
static bool contradicts(const struct flow *flow, unsigned side, const struct tcp_segment *s)
{
    const struct reassembly *r = &flow->half[side];
    if ((s->flags & (TCP_SYN | TCP_RST)) != TCP_SYN)
        return false;
    if (r->known)
        return s->seq + 1 != r->start;
    return r->acked_known && r->acked - (s->seq + 1) > CLAIM_NEAR;
}

/* So long silent that it would have been given up, had its place been looked at. */
static bool expired(const struct flows *flows, const struct flow *flow, const struct wsd_moment *moment)
{
    return moment->time - flow->last > (int64_t)flows->limits.idle[flow->kind];
}

static int restart(struct flows *flows, struct flow *flow, const struct wsd_moment *moment)
{
    const struct flow_key key = flow->key;
    int rc = end_unseen(flows, flow, WSD_BY_IDLE, moment);
    dequeue(flows, flow);
    begin(flows, flow, &key, moment);
    return rc;
}

static void note_syn(struct flows *flows, struct flow *flow, unsigned side, const struct tcp_segment *s,
                     const struct wsd_moment *moment)
{
    struct reassembly *r = &flow->half[side];
    flow->from_syn = true;
    if (flow->client == FLOW_NO_CLIENT)
        flow->client = s->flags & TCP_ACK ? !side : side;
    if (!r->known) {
        r->known = true;
        r->start = r->next = s->seq + 1;
    }
    tell_transport(flows, flow, side, WSD_TRANSPORT_SYN, moment);
}

/* The acknowledgement number says what the other side sent, whether the capture has it or not. */
static inline void note_ack(struct reassembly *peer, const struct tcp_segment *s)
{
    if ((s->flags & TCP_ACK) == 0 || (peer->acked_known && tcp_distance(s->ack, peer->acked) <= 0))
        return;
    peer->acked = s->ack;
    peer->acked_known = true;
}

static void note_window(struct flows *flows, struct flow *flow, unsigned side, const struct tcp_segment *s,
                        const struct wsd_moment *moment)
{
    struct reassembly *r = &flow->half[side];
    bool closed = s->window == 0 && (s->flags & (TCP_SYN | TCP_RST | TCP_FIN)) == 0;
    if (closed == r->window_closed)
        return;
    r->window_closed = closed;
    tell_transport(flows, flow, side, closed ? WSD_TRANSPORT_WINDOW_CLOSED : WSD_TRANSPORT_WINDOW_OPENED, moment);
}

/* Without a SYN the first payload decides: what it is, else the port (the higher one is the client's). */
static void choose_client(struct flows *flows, struct flow *flow, unsigned side, const struct tcp_segment *s)
{
    enum wsd_direction sender = flows->ops->sender(s->payload);
    if (sender == WSD_NEITHER)
        sender = flow_key_port(&flow->key, side) >= flow_key_port(&flow->key, !side) ? WSD_CLIENT : WSD_SERVER;
    flow->client = (uint8_t)(sender == WSD_CLIENT ? side : !side);
}

/* A keep-alive repeats the byte before what comes next, with any value (RFC 9293 3.8.4), when all was acknowledged. That it is one shows
 * where the capture lacks that byte, and others in front of it. */
static bool is_keep_alive(const struct reassembly *r, uint32_t seq, uint32_t length)
{
    return length == 1 && r->acked_known && seq + 1 == r->acked && tcp_distance(seq, r->next) > 0;
}

static int take_payload(struct flows *flows, struct flow *flow, unsigned side, const struct tcp_segment *s,
                        const struct wsd_moment *moment)
{
    struct reassembly *r = &flow->half[side];
    uint32_t seq = s->seq + (s->flags & TCP_SYN ? 1 : 0); /* data on a SYN (RFC 7413) begins behind its number */
    if (!r->known) {
        int32_t ahead = r->acked_known ? tcp_distance(seq, r->acked) : 0;
        r->known = true;
        r->start = r->next =
            ahead > 0 && ahead <= CLAIM_NEAR ? r->acked : seq; /* what lies between was sent meanwhile */
    }
    if (flow->client == FLOW_NO_CLIENT)
        choose_client(flows, flow, side, s);
    if (flows->ops->transport != NULL && s->length > 1 && tcp_distance(seq + s->length, r->next) <= 0)
        tell_transport(flows, flow, side, WSD_TRANSPORT_RETRANSMISSION, moment);
    if (r->ended ||
        is_keep_alive(r, seq, s->length)) /* behind the FIN only the garbage byte of a keep-alive may come */
        return 0;
    return reassembly_segment(r, &flows->host, flow, side, seq, s->payload, s->length, moment);
}

static void note_fin(struct flows *flows, struct flow *flow, unsigned side, const struct tcp_segment *s,
                     const struct wsd_moment *moment)
{
    struct reassembly *r = &flow->half[side];
    if ((s->flags & TCP_FIN) == 0 || r->fin_seen)
        return;
    r->fin_seen = true;
    r->fin = s->seq + s->length + (s->flags & TCP_SYN ? 1 : 0);
    if (!r->known)
        r->known = true, r->start = r->next = r->fin;
    tell_transport(flows, flow, side, WSD_TRANSPORT_FIN, moment);
}

static int end_at_fin(struct flows *flows, struct flow *flow, unsigned side, const struct wsd_moment *moment)
{
    struct reassembly *r = &flow->half[side];
    if (r->ended || !reassembly_at_fin(r) || flow->client == FLOW_NO_CLIENT)
        return 0;
    r->ended = true;
    return flows->ops->end(flows->user, flow, flow_direction(flow, side), WSD_BY_FIN, moment);
}

/* Nothing but an acknowledgement, or payload: no beginning, no end, no hole, and the window as open as it was. */
static bool uneventful(const struct flow *flow, unsigned side, const struct tcp_segment *s)
{
    const struct reassembly *a = &flow->half[0], *b = &flow->half[1];
    /* One sum, one branch: all of it is nearly always zero. */
    uintptr_t eventful = (uintptr_t)a->held | (uintptr_t)b->held | (s->flags & (TCP_SYN | TCP_FIN | TCP_RST)) |
                         a->fin_seen | b->fin_seen | flow->doubt | ((s->window == 0) ^ flow->half[side].window_closed);
    return eventful == 0;
}

/* Whether its transport is worth an event, or that of its copy would be. */
static bool may_tell(const struct flow *flow, unsigned side, const struct tcp_segment *s)
{
    return flow->kind != FLOW_IGNORED && (s->length > 0 || (s->flags & (TCP_SYN | TCP_FIN | TCP_RST)) != 0 ||
                                          (s->window == 0) != flow->half[side].window_closed);
}

static int take_segment(struct flows *flows, struct flow *flow, unsigned side, const struct tcp_segment *s,
                        const struct wsd_moment *moment)
{
    if (s->flags & TCP_SYN)
        note_syn(flows, flow, side, s, moment);
    if (flow->half[!side].held != NULL)
        flow->half[!side].held->heard = true;
    note_ack(&flow->half[!side], s);
    note_window(flows, flow, side, s, moment);
    note_fin(flows, flow, side, s, moment);
    int rc = s->length > 0 ? take_payload(flows, flow, side, s, moment) : 0;
    for (unsigned i = 0; i < 2 && rc == 0; i++)
        if (flow->half[i].held != NULL)
            rc = reassembly_wait(&flow->half[i], &flows->host, flow, i, moment);
    for (unsigned i = 0; i < 2 && rc == 0; i++)
        if (flow->half[i].fin_seen)
            rc = end_at_fin(flows, flow, i, moment);
    return rc;
}

static int remember_claim(struct flows *flows, struct flow *flow, unsigned side, const struct tcp_segment *s,
                          const struct wsd_moment *moment)
{
    free(claim_take(flows, flow));
    if (flows->claims == CLAIMS_MOST) /* somebody sends nothing but doubtful ones: they are not believed */
        return 0;
    flow->claim = claim_new(side, s, moment);
    flow->doubt = flow->claim != NULL;
    flows->claims += flow->doubt;
    return flow->doubt ? 0 : -ENOMEM;
}

static int take_reset(struct flows *flows, struct flow *flow, unsigned side, const struct tcp_segment *s,
                      const struct wsd_moment *moment)
{
    enum reset_trust trust = reset_judge(&flow->half[side], s);
    tell_transport(flows, flow, side, WSD_TRANSPORT_RST, moment);
    if (trust == RESET_CERTAIN)
        return end_by_reset(flows, flow, side, moment);
    /* A second one in doubt does not begin the wait anew. */
    return trust == RESET_FOREIGN || flow->claim != NULL ? 0 : remember_claim(flows, flow, side, s, moment);
}

/* Whoever sent a real RST neither says nor acknowledges anything new behind it. What does was not ended by it, and is looked at
 * like a connection joined late; so is another one on its four-tuple whose SYN is lost. */
static bool goes_on(const struct flow *flow, unsigned side, const struct tcp_segment *s)
{
    if (!flow->attempted || (s->flags & (TCP_SYN | TCP_RST)) != 0)
        return false;
    if (claim_is_jump(flow->half, side, s, 0))
        return true;
    if (flow->reset != side + 1)
        return false;
    const struct reassembly *r = &flow->half[side], *peer = &flow->half[!side];
    int32_t said = r->known && s->length > 1 ? tcp_distance(s->seq + s->length, r->next) : 0;
    bool acks = (s->flags & TCP_ACK) != 0 && (peer->known || peer->acked_known);
    int32_t heard = acks ? tcp_distance(s->ack, peer->known ? peer->next : peer->acked) : 0;
    return (said > 0 && said <= CLAIM_NEAR) || (heard > 1 && heard <= CLAIM_NEAR);
}

static void revive(struct flow *flow)
{
    flow->kind = FLOW_UNDECIDED;
    flow->reset = 0;
    flow->from_syn = false;
    flow->cost = (struct packet_cost){0}; /* was added to a WebSocket connection's already */
    for (unsigned side = 0; side < 2; side++)
        flow->half[side] = (struct reassembly){0}; /* ignore() left nothing in them */
}

static int take_event(struct flows *flows, struct flow *flow, unsigned side, const struct tcp_segment *s,
                      const struct wsd_moment *moment);

/* What this segment says of the claim, acted upon: then it is read itself. */
static int weigh_claim(struct flows *flows, struct flow *flow, unsigned side, const struct tcp_segment *s,
                       const struct wsd_moment *moment)
{
    struct claim *claim = flow->claim;
    enum claim_state state = claim_judge(claim, flow->half, side, s, moment);
    if (state == CLAIM_OPEN)
        return 0;
    if (state == CLAIM_HOLDS && claim_is_reset(claim))
        return end_by_claim(flows, flow);
    claim_take(flows, flow);
    int rc = 0;
    if (state == CLAIM_HOLDS) {
        rc = restart(flows, flow, &claim->moment);
        int first = take_event(flows, flow, claim->side, &claim->segment, &claim->moment);
        rc = rc != 0 ? rc : first;
    }
    free(claim);
    return rc;
}

/* Out of line, so that the way of the others stays short. */
static __attribute__((noinline)) int take_event(struct flows *flows, struct flow *flow, unsigned side,
                                                const struct tcp_segment *s, const struct wsd_moment *moment)
{
    int claimed = flow->claim != NULL ? weigh_claim(flows, flow, side, s, moment) : 0;
    if (claimed < 0 || flow->kind == FLOW_IGNORED)
        return claimed;
    if (contradicts(flow, side, s)) {
        tell_transport(flows, flow, side, WSD_TRANSPORT_SYN, moment);
        return remember_claim(flows, flow, side, s, moment);
    }
    if (s->flags & TCP_RST)
        return take_reset(flows, flow, side, s, moment);
    if (claim_is_jump(flow->half, side, s, moment->time - flow->last))
        return remember_claim(flows, flow, side, s, moment);
    flow->last = moment->time;
    int rc = settle(flows, flow, take_segment(flows, flow, side, s, moment));
    if (rc == 0 && flow->half[0].ended && flow->half[1].ended)
        ignore(flows, flow);
    return rc;
}

static inline int read_segment(struct flows *flows, struct flow *flow, unsigned side, const struct tcp_segment *s,
                               const struct wsd_moment *moment)
{
    if (flow->kind == FLOW_IGNORED && goes_on(flow, side, s))
        revive(flow);
    if (flow->kind == FLOW_IGNORED) {
        flow->last = moment->time;
        return 0;
    }
    struct reassembly *r = &flow->half[side];
    if (!uneventful(flow, side, s) ||
        (s->seq != r->next && claim_is_jump(flow->half, side, s, moment->time - flow->last)))
        return take_event(flows, flow, side, s, moment);
    flow->last = moment->time;
    note_ack(&flow->half[!side], s);
    if (s->length == 0)
        return 0;
    if (s->seq != r->next || s->payload.length != s->length || !r->known || r->ended || flow->client == FLOW_NO_CLIENT)
        return settle(flows, flow, take_payload(flows, flow, side, s, moment));
    r->next += s->length; /* in order and whole, as most are */
    return settle(flows, flow, tell_data(flows, flow, side, s->payload, moment));
}

void flows_seek(const struct flows *flows, const struct ip_packet *ip, const struct tcp_segment *s,
                const struct flow_seek *before, struct flow_seek *seek)
{
    /* The key's first end is the one of side 0; the packet came from `side`. */
    seek->side = (uint8_t)(ip->family == 4 ? key_v4(ip, s->port, &seek->key) : key_v6(ip, s->port, &seek->key));
    seek->found = NULL;
    seek->hash = before != NULL && same_key(&before->key, &seek->key) ? before->hash : hash(flows, &seek->key);
    ask_for(table_place(&flows->table, seek->hash));
}

void flows_reach(const struct flows *flows, struct flow_seek *seek)
{
    struct probe p = table_probe(&flows->table, seek->hash);
    if (!table_next(&flows->table, &p))
        return;
    /* Another one with the same hash is rare, and then looked for when the segment is read. */
    seek->found = flow_at(flows, p.value);
    ask_for(seek->found);
    ask_for((const uint8_t *)seek->found + FLOW_ALIGNMENT);
}

void flows_touch(const struct flows *flows, const struct flow_seek *seek)
{
    const struct flow *flow = seek->found;
    if (flow == NULL || flow->upper == NULL)
        return;
    const uint16_t *hot = flows->ops->hot[flow_direction(flow, seek->side)];
    for (unsigned i = 0; i < FLOW_HOT; i++)
        ask_for((const void *)((uintptr_t)flow->upper + hot[i]));
}

int flows_segment(struct flows *flows, const struct flow_seek *seek, const struct ip_packet *ip,
                  const struct tcp_segment *s, const struct wsd_moment *moment, struct flow **out)
{
    unsigned side = seek->side;
    *out = NULL;
    /* What befalls other flows does not touch this one: its segment is read, then their error is told. */
    int others = flows->packets++ % SWEEP_EVERY == 0 ? tidy(flows, moment) : 0;
    struct flow *flow = find(flows, seek);
    if (flow == NULL && flows->totals.open >= flows->limits.flows)
        others |= evict(flows, false, moment);
    else if (flow != NULL && (expired(flows, flow, moment) || (s->flags & TCP_SYN && begins_anew(flow, s))))
        others |= restart(flows, flow, moment);
    for (int i = 0; flow == NULL && i < SWEEP_FOR_NEW; i++) /* faster than flows of one packet can come */
        others |= sweep(flows, moment);
    int rc = flow == NULL ? add_flow(flows, seek, moment, &flow) : 0;
    *out = flow;
    if (rc == 0 && flows->doubled != NULL)
        flows->again =
            may_tell(flow, side, s) && doubled_again(flows->doubled, &flows->key, flow, side, ip, s, moment->time);
    if (rc == 0)
        rc = read_segment(flows, flow, side, s, moment);
    return rc != 0 ? rc : others;
}

int flows_time(struct flows *flows, const struct wsd_moment *moment)
{
    int rc = 0;
    for (uint32_t i = 0; i < SWEEP_FOR_TIME && i < flows->count; i++)
        rc |= sweep(flows, moment);
    return rc;
}

int flows_finish(struct flows *flows, const struct wsd_moment *moment)
{
    int rc = 0;
    for (uint32_t i = 0; i < flows->count; i++) {
        struct flow *flow = flow_at(flows, i);
        int one = flow->kind == FLOW_FREE ? 0 : end_unseen(flows, flow, WSD_BY_CAPTURE_END, moment);
        rc = rc != 0 ? rc : one;
    }
    return rc;
}

int flows_settle(struct flows *flows, struct flow *flow, int rc)
{
    return settle(flows, flow, rc);
}

void flows_regain(struct flows *flows)
{
    flows->totals.ignored--;
}

const struct flow_totals *flows_totals(const struct flows *flows)
{
    return &flows->totals;
}

/* ---- who is who ----------------------------------------------------------------------------------------------- */

struct wsd_endpoint flow_endpoint(const struct flow *flow, enum wsd_direction direction)
{
    unsigned side = direction == WSD_CLIENT ? flow->client : !flow->client;
    struct wsd_endpoint end = {.family = (uint8_t)flow_key_family(&flow->key), .port = flow_key_port(&flow->key, side)};
    unsigned length = end.family == 4 ? 4 : 16;
    for (unsigned i = 0; i < length; i++) {
        unsigned shift = end.family == 4 ? 24 - 8 * i : 56 - 8 * (i % 8);
        end.address[i] = (uint8_t)(flow->key.address[side][i / 8] >> shift);
    }
    return end;
}

/* https://github.com/corelight/community-id-spec: seed, both addresses, protocol, a zero, both ports; the smaller end
 * comes first, which is how the key lies already. */
int flow_community_id(const struct flow *flow, char out[FLOW_COMMUNITY_ID_SIZE])
{
    size_t n = flow_key_family(&flow->key) == 4 ? 4 : 16;
    uint8_t tail[6] = {IP_PROTOCOL_TCP, 0};
    uint8_t digest[CRYPTO_SHA1_SIZE];
    const struct wsd_endpoint end[] = {flow_endpoint(flow, flow_direction(flow, 0)),
                                       flow_endpoint(flow, flow_direction(flow, 1))};
    for (unsigned side = 0; side < 2; side++) {
        tail[2 + 2 * side] = (uint8_t)(end[side].port >> 8);
        tail[3 + 2 * side] = (uint8_t)end[side].port;
    }
    const struct wsd_bytes parts[] = {bytes_of("\0\0", 2), bytes_of(end[0].address, n), bytes_of(end[1].address, n),
                                      bytes_of(tail, sizeof tail)};
    int rc = crypto_sha1(parts, 4, digest);
    memcpy(out, "1:", 2);
    if (rc == 0)
        crypto_base64(bytes_of(digest, sizeof digest), out + 2);
    out[FLOW_COMMUNITY_ID_SIZE - 1] = 0;
    return rc;
}
