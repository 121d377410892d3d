#include "net/claim.h"
#include "base/bytes.h"

#include <stdlib.h>

/* The number behind the last byte that is known to have been sent, a FIN included. */
static uint32_t sent_up_to(const struct reassembly *r, uint32_t seq)
{
    if (r->fin_seen)
        return r->fin + 1;
    if (r->held == NULL)
        return r->next;
    const struct held *after = held_after(r->held->root, seq), *at = held_at_or_before(r->held->root, seq);
    if (after == NULL)
        after = at;
    return after != NULL ? after->seq + after->length : r->next;
}

enum reset_trust reset_judge(const struct reassembly *r, const struct tcp_segment *s)
{
    if (!r->known && !r->acked_known)
        return RESET_CERTAIN;
    if (r->known && s->seq == r->next)
        return RESET_CERTAIN;
    uint32_t low = r->acked_known ? r->acked : r->next;
    uint32_t high = r->known ? sent_up_to(r, s->seq) : low;
    if (r->fin_seen) /* some send the number of their FIN, and are believed */
        low--;
    if (tcp_distance(high, low) < 0)
        high = low;
    if (tcp_distance(s->seq, low) >= 0 && tcp_distance(s->seq, high) <= 0)
        return RESET_CERTAIN;
    /* Of a peer that is not heard nobody knows what it waits for. */
    int32_t before = r->acked_known ? 0 : -CLAIM_NEAR;
    bool near = tcp_distance(s->seq, low) >= before && tcp_distance(s->seq, high) <= CLAIM_NEAR;
    return near ? RESET_DOUBTFUL : RESET_FOREIGN;
}

struct claim *claim_new(unsigned side, const struct tcp_segment *s, const struct wsd_moment *moment)
{
    struct wsd_bytes bytes = bytes_first(s->payload, CLAIM_DATA_MOST);
    struct claim *claim = malloc(sizeof *claim + bytes.length);
    if (claim == NULL)
        return NULL;
    *claim = (struct claim){.segment = *s, .moment = *moment, .side = side};
    claim->moment.headers = bytes_of(NULL, 0);
    if (bytes.length > 0)
        memcpy(claim->bytes, bytes.data, bytes.length);
    claim->segment.payload = bytes_of(claim->bytes, bytes.length);
    return claim;
}

/* The late packets of a capture point with several queues do not speak against a RST; nor does another one. */
static enum claim_state judge_reset(const struct claim *claim, const struct reassembly *r, const struct tcp_segment *s,
                                    const struct wsd_moment *moment)
{
    if (r->known && r->next == claim->segment.seq)
        return CLAIM_HOLDS;
    bool late = moment->time - claim->moment.time <= REASSEMBLY_LATE_TIME;
    return late || s->flags & TCP_RST ? CLAIM_OPEN : CLAIM_REFUTED;
}

static enum claim_state judge_syn(const struct claim *claim, const struct reassembly *r, unsigned side,
                                  const struct tcp_segment *s)
{
    uint32_t begin = claim->segment.seq + 1, end = begin + claim->segment.length;
    bool answer = side != claim->side && (s->flags & TCP_ACK) != 0 && s->ack - begin <= claim->segment.length;
    if (s->flags & (TCP_SYN | TCP_RST))
        return answer ? CLAIM_HOLDS : CLAIM_OPEN;
    /* What follows without a flag of its own could be the old connection's, where the numbers are near. */
    int32_t far = r->known ? tcp_distance(begin, r->next) : INT32_MAX;
    if (far >= -CLAIM_NEAR && far <= CLAIM_NEAR)
        return CLAIM_OPEN;
    bool goes_on = side == claim->side && (s->seq == begin || s->seq == end);
    return answer || goes_on ? CLAIM_HOLDS : CLAIM_OPEN;
}

enum claim_state claim_judge(const struct claim *claim, const struct reassembly *r, unsigned side,
                             const struct tcp_segment *s, const struct wsd_moment *moment)
{
    return claim_is_reset(claim) ? judge_reset(claim, r, s, moment) : judge_syn(claim, r, side, s);
}
