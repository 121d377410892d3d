#include "base/bytes.h"
#include "net/flow_key.h"
#include "net/flow_state.h"

#include <errno.h>
#include <stdlib.h>

enum {
    SWEEP_FOR_TIME = 4096, /* flows that are looked at for their age when time passes without packets */
    NO_FLOW = UINT32_MAX,
};

_Static_assert(sizeof(struct flow) == 3 * FLOW_ALIGNMENT,
               "a million flows are remembered: docs/limits.md says what they take");

/* ---- what reassembly tells, by direction instead of side ------------------------------------------------------ */

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
                                           .data = flows_tell_data,
                                           .gap = tell_gap,
                                           .conflict = tell_conflict,
                                           .limit = tell_held_limit,
                                           .most_held = limits->segment_bytes,
                                           .most_held_total = limits->segment_total,
                                           .random = flows->key.k0 ^ flows->key.k1,
                                           .key = (flows->key.k0 ^ UINT64_C(0x9E3779B97F4A7C15)) | 1};
    return flows;
}

struct claim *flows_claim_take(struct flows *flows, struct flow *flow)
{
    struct claim *claim = flow->claim;
    flows->claims -= claim != NULL;
    flow->claim = NULL;
    flow->doubt = false;
    return claim;
}

/* Everything a flow holds but its place. */
static void empty(struct flows *flows, struct flow *flow)
{
    for (unsigned side = 0; side < 2; side++)
        reassembly_free(&flow->half[side], &flows->host);
    if (flow->upper != NULL)
        flows->ops->release(flows->user, flow);
    flow->upper = NULL;
    free(flows_claim_take(flows, flow));
    flows_hold_units(flows, flow, 0);
}

void flows_ignore(struct flows *flows, struct flow *flow)
{
    if (flow->kind == FLOW_UNDECIDED && !flow->attempted)
        flows->totals.ignored++;
    empty(flows, flow);
    flow->kind = FLOW_IGNORED;
    flows_rank(flows, flow);
}

static void remove_flow(struct flows *flows, uint32_t index)
{
    struct flow *flow = flows_at(flows, index);
    flows_ignore(flows, flow);
    flows_dequeue(flows, flow);
    table_remove(&flows->table, flow_key_hash(&flows->key, &flow->key), index);
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
        empty(flows, flows_at(flows, i));
    for (uint32_t i = 0; i < flows->count; i += FLOW_CHUNK)
        free(flows->chunks[i / FLOW_CHUNK]);
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
    flows_ignore(flows, flow);
    return rc < 0 ? rc : 0;
}

int flows_end_by_reset(struct flows *flows, struct flow *flow, unsigned side, const struct wsd_moment *moment)
{
    flow->reset = (uint8_t)(side + 1);
    flow->last = moment->time;
    return end_now(flows, flow, side, WSD_BY_RESET, moment);
}

int flows_end_side_by_reset(struct flows *flows, struct flow *flow, unsigned side, const struct wsd_moment *moment)
{
    struct reassembly *r = &flow->half[side];
    flow->reset = (uint8_t)(side + 1);
    flow->last = moment->time;
    int rc = r->ended ? 0 : reassembly_finish(r, &flows->host, flow, side, moment);
    if (rc == 0)
        rc = flows->ops->end(flows->user, flow, flow_direction(flow, side), WSD_BY_RESET, moment);
    r->ended = true;
    return flows_act(flows, flow, rc);
}

/* A RST in doubt was real: what its sender had sent before it is missing in the capture. Or its sender's side has ended by it already. */
int flows_end_by_claim(struct flows *flows, struct flow *flow)
{
    struct claim *claim = flows_claim_take(flows, flow);
    if (flow->reset != 0) {
        int ended = end_now(flows, flow, !claim->side, WSD_BY_RESET, &claim->moment);
        free(claim);
        return ended;
    }
    struct reassembly *r = &flow->half[claim->side];
    if (r->known && (!r->acked_known || tcp_distance(claim->segment.seq, r->acked) > 0)) {
        r->acked = claim->segment.seq;
        r->acked_known = true;
    }
    int rc = flows_end_by_reset(flows, flow, claim->side, &claim->moment);
    free(claim);
    return rc;
}

/* Nobody saw it end; silence began with its last packet. */
static int end_unseen(struct flows *flows, struct flow *flow, enum wsd_how how, const struct wsd_moment *moment)
{
    if (flow->claim != NULL && claim_is_reset(flow->claim))
        return flows_end_by_claim(flows, flow);
    struct wsd_moment last = *moment;
    if (how == WSD_BY_IDLE)
        last.time = flow->last;
    return end_now(flows, flow, 0, how, &last);
}

int flows_sweep(struct flows *flows, const struct wsd_moment *moment)
{
    if (flows->count == 0)
        return 0;
    uint32_t index = flows->hand++ % flows->count;
    struct flow *flow = flows_at(flows, index);
    if (flow->kind == FLOW_FREE)
        return 0;
    if (flow->claim != NULL && flow->reset != 0 && flows_reset_is_over(flow, moment))
        return flows_end_by_claim(flows, flow);
    bool doubt = flow->claim != NULL && claim_is_reset(flow->claim) && moment->time - flow->last > CLAIM_PATIENCE;
    if (doubt || moment->time - flow->last > (int64_t)flows->limits.idle[flow->kind]) {
        int rc = end_unseen(flows, flow, WSD_BY_IDLE, moment);
        remove_flow(flows, index);
        return rc;
    }
    int rc = 0;
    for (unsigned side = 0; side < 2 && rc == 0; side++)
        rc = reassembly_wait(&flow->half[side], &flows->host, flow, side, moment);
    return flows_act(flows, flow, rc);
}

static uint32_t index_of(const struct flows *flows, const struct flow *flow)
{
    struct probe p = table_probe(&flows->table, flow_key_hash(&flows->key, &flow->key));
    while (table_next(&flows->table, &p) && flows_at(flows, p.value) != flow)
        ;
    return p.value;
}

int flows_evict(struct flows *flows, bool for_memory, const struct wsd_moment *moment)
{
    struct flow *flow = flows_least_valuable(flows, for_memory);
    if (flow == NULL)
        return 0;
    flows->totals.evicted++;
    flows->totals.evicted_websockets += flow->kind == FLOW_WEBSOCKET;
    flows->ops->evicted(flows->user, flow, for_memory, moment);
    int rc = end_unseen(flows, flow, WSD_BY_IDLE, moment);
    remove_flow(flows, index_of(flows, flow));
    return rc;
}

int flows_tidy(struct flows *flows, const struct wsd_moment *moment)
{
    int rc = flows_sweep(flows, moment);
    while (flows->memory > flows->limits.memory / FLOW_MEMORY_UNIT)
        rc |= flows_evict(flows, true, moment);
    return rc;
}

/* A place in a new chunk. Returns 0 or -ENOMEM. */
static int extend(struct flows *flows)
{
    struct flow **chunks = realloc(flows->chunks, (flows->count / FLOW_CHUNK + 1) * sizeof *chunks);
    if (chunks == NULL)
        return -ENOMEM;
    flows->chunks = chunks;
    /* Each place is set when it is taken. */
    chunks[flows->count / FLOW_CHUNK] = aligned_alloc(FLOW_ALIGNMENT, FLOW_CHUNK * sizeof **chunks);
    return chunks[flows->count / FLOW_CHUNK] == NULL ? -ENOMEM : 0;
}

static void begin(struct flows *flows, struct flow *flow, const struct flow_key *key, const struct wsd_moment *moment)
{
    *flow = (struct flow){.key = *key, .kind = FLOW_UNDECIDED, .client = FLOW_NO_CLIENT, .last = moment->time};
    flow->number = ++flows->totals.seen;
    flows_enqueue(flows, flow);
}

int flows_add(struct flows *flows, const struct flow_seek *seek, const struct wsd_moment *moment, struct flow **out)
{
    uint32_t index = flows->free;
    uint64_t h = seek->hash;
    int rc = table_add(&flows->table, h, index == NO_FLOW ? flows->count : index);
    if (rc == 0 && index == NO_FLOW && flows->count % FLOW_CHUNK == 0) {
        rc = extend(flows);
        if (rc != 0)
            table_remove(&flows->table, h, flows->count);
    }
    if (rc != 0)
        return rc;
    if (index == NO_FLOW)
        index = flows->count++;
    else
        flows->free = flows_at(flows, index)->next_free;
    *out = flows_at(flows, index);
    begin(flows, *out, &seek->key, moment);
    flows->totals.open++;
    return 0;
}

int flows_restart(struct flows *flows, struct flow *flow, const struct wsd_moment *moment)
{
    const struct flow_key key = flow->key;
    int rc = end_unseen(flows, flow, WSD_BY_IDLE, moment);
    flows_dequeue(flows, flow);
    begin(flows, flow, &key, moment);
    return rc;
}

int flows_time(struct flows *flows, const struct wsd_moment *moment)
{
    int rc = 0;
    for (uint32_t i = 0; i < SWEEP_FOR_TIME && i < flows->count; i++)
        rc |= flows_sweep(flows, moment);
    return rc;
}

int flows_finish(struct flows *flows, const struct wsd_moment *moment)
{
    int rc = 0;
    for (uint32_t i = 0; i < flows->count; i++) {
        struct flow *flow = flows_at(flows, i);
        int one = flow->kind == FLOW_FREE ? 0 : end_unseen(flows, flow, WSD_BY_CAPTURE_END, moment);
        rc = rc != 0 ? rc : one;
    }
    return rc;
}

int flows_settle(struct flows *flows, struct flow *flow, int rc)
{
    return flows_act(flows, flow, rc);
}

void flows_regain(struct flows *flows)
{
    flows->totals.ignored--;
}

const struct flow_totals *flows_totals(const struct flows *flows)
{
    return &flows->totals;
}
