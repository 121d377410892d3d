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

/* Whether a number is far from one that is in use: whoever sends it means another connection. forward: bytes that may be missing. */
static bool is_far_beyond(uint32_t number, uint32_t used, int64_t forward)
{
    int32_t distance = tcp_distance(number, used);
    return distance < -CLAIM_NEAR || distance > forward;
}

static bool is_far(uint32_t number, uint32_t used)
{
    return is_far_beyond(number, used, CLAIM_NEAR);
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

static enum claim_state judge_syn(const struct claim *claim, const struct reassembly half[2], unsigned side,
                                  const struct tcp_segment *s)
{
    const struct reassembly *r = &half[claim->side], *peer = &half[!claim->side];
    uint32_t begin = claim->segment.seq + 1, end = begin + claim->segment.length;
    bool answer = side != claim->side && (s->flags & TCP_ACK) != 0 && s->ack - begin <= claim->segment.length;
    if (s->flags & (TCP_SYN | TCP_RST))
        return answer ? CLAIM_HOLDS : CLAIM_OPEN;
    bool goes_on = side == claim->side && (s->seq == begin || s->seq == end);
    /* What follows without a flag of its own could be the old connection's, where the numbers are near: but not behind its FIN, nor when it
     * acknowledges what the old one never said. */
    bool near = r->known && !r->fin_seen && !is_far(begin, r->next);
    bool acks_other = goes_on && (s->flags & TCP_ACK) != 0 && peer->acked_known && is_far(s->ack, peer->acked);
    return (answer || goes_on) && (!near || acks_other) ? CLAIM_HOLDS : CLAIM_OPEN;
}

/* The same of all numbers of a direction that is known: what waits behind a hole counts too. */
static bool is_far_from(const struct reassembly *r, uint32_t number, int64_t forward)
{
    uint32_t last = r->known ? sent_up_to(r, number) : r->acked;
    return is_far_beyond(number, r->known ? r->next : r->acked, forward) && is_far(number, last);
}

bool claim_is_jump(const struct reassembly half[2], unsigned side, const struct tcp_segment *s, int64_t elapsed)
{
    const struct reassembly *r = &half[side], *peer = &half[!side];
    if (s->length <= 1 || (s->flags & (TCP_SYN | TCP_RST | TCP_ACK)) != TCP_ACK || !r->known)
        return false;
    if (!peer->known && !peer->acked_known)
        return false;
    int64_t forward = CLAIM_NEAR + (elapsed > 0 ? elapsed / CLAIM_NS_A_BYTE : 0);
    return is_far_from(r, s->seq, forward) && is_far_from(peer, s->ack, forward);
}

static enum claim_state judge_jump(const struct claim *claim, unsigned side, const struct tcp_segment *s)
{
    const struct tcp_segment *first = &claim->segment;
    bool same = side == claim->side;
    uint32_t seq = same ? first->seq : first->ack, ack = same ? first->ack : first->seq;
    if ((s->flags & TCP_ACK) == 0)
        return CLAIM_OPEN;
    if (is_far(s->seq, seq) || is_far(s->ack, ack))
        return CLAIM_REFUTED;
    /* The same segment once more, as captures have it, is no other evidence. */
    bool again = same && s->seq == first->seq && s->ack == first->ack;
    return again ? CLAIM_OPEN : CLAIM_HOLDS;
}

enum claim_state claim_judge(const struct claim *claim, const struct reassembly half[2], unsigned side,
                             const struct tcp_segment *s, const struct wsd_moment *moment)
{
    if (claim_is_reset(claim))
        return judge_reset(claim, &half[claim->side], s, moment);
    return claim->segment.flags & TCP_SYN ? judge_syn(claim, half, side, s) : judge_jump(claim, side, s);
}
