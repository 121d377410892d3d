/*
 * flow_queue.h: flows in the order in which they would be given up, should there be no room.
 *
 * One queue for each rank of value. A flow is put at the end of its rank's queue when it gets that rank, with the time of its
 * last packet; packets do not move it, so that they cost nothing here. Whoever looks for the flow to give up takes the first one,
 * and puts it at the end again if packets have come since: each packet pays for one such turn at most.
 *
 * A queue knows how many flows are in it, and how much memory they hold.
 */
#ifndef NET_FLOW_QUEUE_H
#define NET_FLOW_QUEUE_H

#include "net/flow.h"

struct flow_queue {
    struct flow *oldest, *newest;
    uint32_t count;
    uint64_t memory; /* in FLOW_MEMORY_UNIT bytes */
};

static inline void flow_queue_add(struct flow_queue *q, struct flow *flow)
{
    flow->queued = (uint32_t)flow->last;
    flow->older = q->newest;
    flow->newer = NULL;
    if (q->newest != NULL)
        q->newest->newer = flow;
    else
        q->oldest = flow;
    q->newest = flow;
    q->count++;
    q->memory += flow->memory;
}

static inline void flow_queue_remove(struct flow_queue *q, struct flow *flow)
{
    if (flow->older != NULL)
        flow->older->newer = flow->newer;
    else
        q->oldest = flow->newer;
    if (flow->newer != NULL)
        flow->newer->older = flow->older;
    else
        q->newest = flow->older;
    q->count--;
    q->memory -= flow->memory;
}

/* The one that has been silent longest, about; NULL: there is none. It stays in the queue. */
static inline struct flow *flow_queue_silent(struct flow_queue *q)
{
    struct flow *flow;
    while ((flow = q->oldest) != NULL && (uint32_t)flow->last != flow->queued) {
        flow_queue_remove(q, flow);
        flow_queue_add(q, flow);
    }
    return flow;
}

#endif
