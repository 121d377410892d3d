#include "net/flow_state.h"

enum {
    SHARE_OF_UNDECIDED =
        8, /* one part in so many is left to undecided flows before what only seems to be a WebSocket, */
    SHARE_IN_ANY_CASE = 64, /* and of memory before all others */
};

void flows_hold_units(struct flows *flows, struct flow *flow, uint32_t units)
{
    struct flow_queue *q = &flows->queue[flow->rank];
    q->memory = q->memory - flow->memory + units;
    flows->memory = flows->memory - flow->memory + units;
    flow->memory = units;
}

static enum flow_rank rank_of(const struct flow *flow)
{
    if (flow->kind == FLOW_UNDECIDED)
        return flow->memory > 0 ? RANK_UNDECIDED : RANK_EMPTY;
    if (flow->kind != FLOW_WEBSOCKET)
        return RANK_IGNORED;
    return flow->guessed ? RANK_GUESSED : RANK_WEBSOCKET;
}

void flows_enqueue(struct flows *flows, struct flow *flow)
{
    flow->rank = (uint8_t)rank_of(flow);
    flow_queue_add(&flows->queue[flow->rank], flow);
}

void flows_dequeue(struct flows *flows, struct flow *flow)
{
    flow_queue_remove(&flows->queue[flow->rank], flow);
}

void flows_rank(struct flows *flows, struct flow *flow)
{
    if (flow->rank == rank_of(flow))
        return;
    flows_dequeue(flows, flow);
    flows_enqueue(flows, flow);
}

void flows_hold(struct flows *flows, struct flow *flow, size_t memory)
{
    size_t units = memory / FLOW_MEMORY_UNIT + (memory % FLOW_MEMORY_UNIT != 0);
    flows_hold_units(flows, flow, units < UINT32_MAX ? (uint32_t)units : UINT32_MAX);
    flows_rank(flows, flow);
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

struct flow *flows_least_valuable(struct flows *flows, bool for_memory)
{
    const enum flow_rank *ranks = order(flows, for_memory);
    struct flow *flow = NULL;
    for (unsigned i = 0; flow == NULL && i < RANK_COUNT; i++)
        if (!for_memory || ranks[i] > RANK_EMPTY)
            flow = flow_queue_silent(&flows->queue[ranks[i]]);
    return flow;
}
