#include "base/bytes.h"
#include "net/flow_key.h"
#include "net/flow_state.h"

#include <errno.h>
#include <stdlib.h>

enum {
    SWEEP_EVERY = 16,  /* packets for each flow that is looked at for its age */
    SWEEP_FOR_NEW = 3, /* and for each new flow */
};

/* ---- its flow ------------------------------------------------------------------------------------------------- */

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
        struct flow *flow = flows_at(flows, p.value);
        if (flow_key_same(&flow->key, key))
            return flow;
    }
    return NULL;
}

/* The place that was found may have become another flow's since, and there may be one now where there was none. */
static inline struct flow *find(const struct flows *flows, const struct flow_seek *seek)
{
    struct flow *flow = seek->found;
    if (flow != NULL && flow->kind != FLOW_FREE && flow_key_same(&flow->key, &seek->key))
        return flow;
    return find_by_hash(flows, &seek->key, seek->hash);
}

/* So long silent that it would have been given up, had its place been looked at. */
static bool expired(const struct flows *flows, const struct flow *flow, const struct wsd_moment *moment)
{
    return moment->time - flow->last > (int64_t)flows->limits.idle[flow->kind];
}

/* ---- what it does to it --------------------------------------------------------------------------------------- */

/* A SYN where all has ended, or was of no interest, and so has no SYN to repeat: the four-tuple is used again (RFC 9293 3.6.1),
 * all state is new. */
static bool begins_anew(const struct flow *flow, const struct tcp_segment *s)
{
    return (flow->kind == FLOW_IGNORED || flow->reset != 0) && (s->flags & (TCP_SYN | TCP_RST | TCP_ACK)) == TCP_SYN;
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
    flows_tell_transport(flows, flow, side, WSD_TRANSPORT_SYN, moment);
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
    flows_tell_transport(flows, flow, side, closed ? WSD_TRANSPORT_WINDOW_CLOSED : WSD_TRANSPORT_WINDOW_OPENED, moment);
}

/* Without a SYN the first payload decides: what it is, else the port (the higher one is the client's). */
static void choose_client(struct flows *flows, struct flow *flow, unsigned side, const struct tcp_segment *s)
{
    enum wsd_direction sender = flows->ops->sender(s->payload);
    if (sender == WSD_NEITHER)
        sender = flow_key_port(&flow->key, side) >= flow_key_port(&flow->key, !side) ? WSD_CLIENT : WSD_SERVER;
    flow->client = (uint8_t)(sender == WSD_CLIENT ? side : !side);
}

/* A keep-alive repeats the byte before what comes next, with any value (RFC 9293 3.8.4), when all was acknowledged. Where the capture lacks
 * that byte, and others in front of it, it shows by the acknowledgement, and may be one where these are not in the capture. */
static bool is_keep_alive(const struct reassembly *r, uint32_t seq, uint32_t length)
{
    return length == 1 && (!r->acked_known || seq + 1 == r->acked) && tcp_distance(seq, r->next) > 0;
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
        flows_tell_transport(flows, flow, side, WSD_TRANSPORT_RETRANSMISSION, moment);
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
    r->last = 0;
    r->fin = s->seq + s->length + (s->flags & TCP_SYN ? 1 : 0);
    if (!r->known)
        r->known = true, r->start = r->next = r->fin;
    flows_tell_transport(flows, flow, side, WSD_TRANSPORT_FIN, moment);
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

/* Other numbers than the connection's. After a while of silence they may be anywhere in front, had the capture lost all between; but
 * not with what opens a connection. */
static bool jumps(const struct flows *flows, const struct flow *flow, unsigned side, const struct tcp_segment *s,
                  const struct wsd_moment *moment)
{
    return claim_is_jump(flow->half, side, s, 0) &&
           (claim_is_jump(flow->half, side, s, moment->time - flow->last) || flows->ops->opens(s->payload));
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
    free(flows_claim_take(flows, flow));
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
    flows_tell_transport(flows, flow, side, WSD_TRANSPORT_RST, moment);
    if (trust == RESET_CERTAIN && flow->kind == FLOW_WEBSOCKET && !flow->half[!side].ended) {
        (void)remember_claim(flows, flow, side, s, moment); /* if not, it ends at once */
        if (flow->claim != NULL)
            return flows_end_side_by_reset(flows, flow, side, moment);
    }
    if (trust == RESET_CERTAIN)
        return flows_end_by_reset(flows, flow, side, moment);
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
    flow->from_syn = flow->headless = false;
    flow->cost = (struct packet_cost){0}; /* was added to a WebSocket connection's already */
    for (unsigned side = 0; side < 2; side++)
        flow->half[side] = (struct reassembly){0}; /* flows_ignore() left nothing in them */
}

static int take_event(struct flows *flows, struct flow *flow, unsigned side, const struct tcp_segment *s,
                      const struct wsd_moment *moment);

/* A RST has counted, and what the other side had sent before it heard of it is on its way. */
static int take_behind_reset(struct flows *flows, struct flow *flow, unsigned side, const struct tcp_segment *s,
                             const struct wsd_moment *moment)
{
    bool sender = side == flow->claim->side;
    if (flows_reset_is_over(flow, moment) || (sender ? goes_on(flow, side, s) : (s->flags & TCP_RST) != 0)) {
        int rc = flows_end_by_claim(flows, flow);
        if (rc != 0 || !goes_on(flow, side, s))
            return rc;
        revive(flow);
        return take_event(flows, flow, side, s, moment);
    }
    if (sender || (s->flags & TCP_SYN) != 0 || jumps(flows, flow, side, s, moment))
        return 0;
    if (s->length > 0)
        flow->claim->moment.time = moment->time, flow->claim->moment.packet = moment->packet;
    flow->last = moment->time;
    int rc = flows_act(flows, flow, take_segment(flows, flow, side, s, moment));
    if (rc == 0 && flow->half[side].ended)
        flows_ignore(flows, flow);
    return rc;
}

/* What this segment says of the claim, acted upon: then it is read itself. */
static int weigh_claim(struct flows *flows, struct flow *flow, unsigned side, const struct tcp_segment *s,
                       const struct wsd_moment *moment)
{
    struct claim *claim = flow->claim;
    enum claim_state state = claim_judge(claim, flow->half, side, s, moment);
    if (state == CLAIM_OPEN)
        return 0;
    if (state == CLAIM_HOLDS && claim_is_reset(claim))
        return flows_end_by_claim(flows, flow);
    flows_claim_take(flows, flow);
    int rc = 0;
    if (state == CLAIM_HOLDS) {
        rc = flows_restart(flows, flow, &claim->moment);
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
    if (flow->reset != 0)
        return take_behind_reset(flows, flow, side, s, moment);
    int claimed = flow->claim != NULL ? weigh_claim(flows, flow, side, s, moment) : 0;
    if (claimed < 0 || flow->kind == FLOW_IGNORED)
        return claimed;
    if (contradicts(flow, side, s)) {
        flows_tell_transport(flows, flow, side, WSD_TRANSPORT_SYN, moment);
        return remember_claim(flows, flow, side, s, moment);
    }
    if (s->flags & TCP_RST)
        return take_reset(flows, flow, side, s, moment);
    if (jumps(flows, flow, side, s, moment))
        return remember_claim(flows, flow, side, s, moment);
    flow->last = moment->time;
    int rc = flows_act(flows, flow, take_segment(flows, flow, side, s, moment));
    if (rc == 0 && flow->half[0].ended && flow->half[1].ended)
        flows_ignore(flows, flow);
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
    if (!uneventful(flow, side, s) || (s->seq != r->next && jumps(flows, flow, side, s, moment)))
        return take_event(flows, flow, side, s, moment);
    flow->last = moment->time;
    note_ack(&flow->half[!side], s);
    if (s->length == 0)
        return 0;
    if (s->seq != r->next || s->payload.length != s->length || !r->known || r->ended || flow->client == FLOW_NO_CLIENT)
        return flows_act(flows, flow, take_payload(flows, flow, side, s, moment));
    r->next += s->length; /* in order and whole, as most are */
    reassembly_note(r, flows->host.key, s->payload);
    return flows_act(flows, flow, flows_tell_data(flows, flow, side, s->payload, moment));
}

void flows_seek(const struct flows *flows, const struct ip_packet *ip, const struct tcp_segment *s,
                const struct flow_seek *before, struct flow_seek *seek)
{
    /* The key's first end is the one of side 0; the packet came from `side`. */
    seek->side =
        (uint8_t)(ip->family == 4 ? flow_key_v4(ip, s->port, &seek->key) : flow_key_v6(ip, s->port, &seek->key));
    seek->found = NULL;
    seek->hash = before != NULL && flow_key_same(&before->key, &seek->key) ? before->hash
                                                                           : flow_key_hash(&flows->key, &seek->key);
    ask_for(table_place(&flows->table, seek->hash));
}

void flows_reach(const struct flows *flows, struct flow_seek *seek)
{
    struct probe p = table_probe(&flows->table, seek->hash);
    if (!table_next(&flows->table, &p))
        return;
    /* Another one with the same hash is rare, and then looked for when the segment is read. */
    seek->found = flows_at(flows, p.value);
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
    int others = flows->packets++ % SWEEP_EVERY == 0 ? flows_tidy(flows, moment) : 0;
    struct flow *flow = find(flows, seek);
    if (flow == NULL && flows->totals.open >= flows->limits.flows)
        others |= flows_evict(flows, false, moment);
    else if (flow != NULL && (expired(flows, flow, moment) || (s->flags & TCP_SYN && begins_anew(flow, s))))
        others |= flows_restart(flows, flow, moment);
    for (int i = 0; flow == NULL && i < SWEEP_FOR_NEW; i++) /* faster than flows of one packet can come */
        others |= flows_sweep(flows, moment);
    int rc = flow == NULL ? flows_add(flows, seek, moment, &flow) : 0;
    *out = flow;
    if (rc == 0 && flows->doubled != NULL)
        flows->again = may_tell(flow, side, s) &&
                       doubled_again(flows->doubled, &flows->key, flow->number, side, ip, s, moment->time);
    if (rc == 0)
        rc = read_segment(flows, flow, side, s, moment);
    return rc != 0 ? rc : others;
}
