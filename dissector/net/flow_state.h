/*
 * flow_state.h: the flows and what may be done to one, shared by the files that do it:
 *
 *     flow_segment.c   what a segment does to its flow
 *     flow.c           places, beginnings, ends, age
 *     flow_value.c     what flows are worth, and which one is given up
 *     flow_ends.c      who is who
 */
#ifndef NET_FLOW_STATE_H
#define NET_FLOW_STATE_H

#include "base/hash.h"
#include "base/table.h"
#include "net/doubled.h"
#include "net/flow_queue.h"

enum {
    FLOW_CHUNK = 512, /* flows allocated at a time: their addresses never change */
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

static inline struct flow *flows_at(const struct flows *flows, uint32_t index)
{
    return &flows->chunks[index / FLOW_CHUNK][index % FLOW_CHUNK];
}

/* ---- flow.c ---- */

static inline int flows_tell_data(void *user, void *flow, unsigned side, struct wsd_bytes bytes,
                                  const struct wsd_moment *moment)
{
    struct flows *flows = user;
    return flows->ops->data(flows->user, flow, flow_direction(flow, side), bytes, moment);
}

static inline void flows_tell_transport(struct flows *flows, struct flow *flow, unsigned side,
                                        enum wsd_transport_what what, const struct wsd_moment *moment)
{
    if (flows->ops->transport != NULL && flow->client != FLOW_NO_CLIENT && !flows->again)
        flows->ops->transport(flows->user, flow, flow_direction(flow, side), what, moment);
}

/* Whether what was on its way to the sender of the RST has had its time. */
static inline bool flows_reset_is_over(const struct flow *flow, const struct wsd_moment *moment)
{
    return moment->time - flow->claim->moment.time > CLAIM_FLIGHT;
}

/* The claim is the caller's now; NULL: there was none. */
struct claim *flows_claim_take(struct flows *flows, struct flow *flow);

/* It is of no interest any more, or has ended: it loses all but its place. */
void flows_ignore(struct flows *flows, struct flow *flow);

/* What a call into reassembly or the layer above returned, acted upon. Returns 0 or a negative error. */
static inline int flows_act(struct flows *flows, struct flow *flow, int rc)
{
    if (rc != 0)
        flows_ignore(flows, flow);
    return rc < 0 ? rc : 0;
}

/* Each returns 0 or a negative error. */
int flows_end_by_reset(struct flows *flows, struct flow *flow, unsigned side, const struct wsd_moment *moment);
/* Only what its sender said; the other side's end is what flows_end_by_claim() then tells. */
int flows_end_side_by_reset(struct flows *flows, struct flow *flow, unsigned side, const struct wsd_moment *moment);
int flows_end_by_claim(struct flows *flows, struct flow *flow);
int flows_restart(struct flows *flows, struct flow *flow, const struct wsd_moment *moment);
int flows_add(struct flows *flows, const struct flow_seek *seek, const struct wsd_moment *moment, struct flow **out);

/* One flow's age, a few packets apart: amortised, no list to keep in order on every packet. */
int flows_sweep(struct flows *flows, const struct wsd_moment *moment);

/* What is done every few packets: a flow's age is looked at, and memory is given back where too much is held. */
int flows_tidy(struct flows *flows, const struct wsd_moment *moment);

/* One flow is given up. Returns 0 or a negative error. */
int flows_evict(struct flows *flows, bool for_memory, const struct wsd_moment *moment);

/* ---- flow_value.c ---- */

/* What its upper holds from now on, in FLOW_MEMORY_UNIT bytes. */
void flows_hold_units(struct flows *flows, struct flow *flow, uint32_t units);

void flows_enqueue(struct flows *flows, struct flow *flow);
void flows_dequeue(struct flows *flows, struct flow *flow);

/* Its rank may have changed. */
void flows_rank(struct flows *flows, struct flow *flow);

/* The flow whose loss matters least, NULL: there is none. For memory only those that hold some. */
struct flow *flows_least_valuable(struct flows *flows, bool for_memory);

#endif
