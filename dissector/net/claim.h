/*
 * claim.h: what ends a connection and may not be from its peers, a SYN, a RST or quite other numbers: believed when what follows bears it
 * out.
 *
 * Whoever can guess a four-tuple can send both. A real peer checks the numbers (RFC 5961 3 and 4, RFC 9293 3.10.7.4), and
 * answers in doubt with an acknowledgement. An observer knows less: not the peer's window, and not what the capture lost.
 *
 *   RST    certain at a number that the peer waits for: from what it acknowledged to what was sent. Not far beyond it is in
 *          doubt: the bytes before it may be missing in the capture. In doubt it holds when no more of the connection comes
 *          for a while; any later segment but another RST refutes it. Elsewhere the peer would not take it, and it is no claim.
 *   SYN    with another number than the connection's: a new connection on the same four-tuple, its old one having ended
 *          unseen. It holds when the other side answers it, or its sender goes on behind it.
 *   jump   bytes whose number, and whose acknowledgement, are both far from the connection's: a new one on the same four-tuple, whose SYN
 *          the capture lost. It holds when either side goes on there; what goes on at the old numbers refutes it. Far is what no sender
 *          goes back by, or what could not have been sent in the time that the capture would have missed it; with what opens a
 *          connection, anything beyond CLAIM_NEAR.
 *
 * A RST that is certain ends its sender's direction of a WebSocket connection. It stays the flow's claim while what the other side had sent
 * may be on its way: until CLAIM_FLIGHT has passed without any, that side ends, or its sender goes on.
 *
 * A flow remembers at most one claim, the last.
 */
#ifndef NET_CLAIM_H
#define NET_CLAIM_H

#include "net/reassembly.h"

#define CLAIM_NEAR      (INT32_C(1) << 20)         /* bytes: what the capture may have lost just before a RST */
#define CLAIM_NS_A_BYTE 8                          /* 1 Gbit/s: faster than that no connection goes by unseen */
#define CLAIM_PATIENCE  (INT64_C(60) * 1000000000) /* ns of silence after which a doubtful RST holds */
#define CLAIM_FLIGHT    INT64_C(500000000) /* ns that what the other side had sent before a RST may be on its way */
#define CLAIM_DATA_MOST 16384              /* bytes of data on a SYN that are kept (RFC 7413) */
#define CLAIMS_MOST     4096               /* of all connections */

enum reset_trust { RESET_FOREIGN, RESET_DOUBTFUL, RESET_CERTAIN };

/* A segment that was not acted upon yet, with a copy of its data; made and freed with malloc and free. */
struct claim {
    struct tcp_segment segment;
    struct wsd_moment moment; /* without headers */
    unsigned side;            /* that it came from */
    uint8_t bytes[];
};

enum claim_state { CLAIM_OPEN, CLAIM_HOLDS, CLAIM_REFUTED };

/* r: the direction of the sender. */
enum reset_trust reset_judge(const struct reassembly *r, const struct tcp_segment *s);

/* NULL when there is no memory. */
struct claim *claim_new(unsigned side, const struct tcp_segment *s, const struct wsd_moment *moment);

static inline bool claim_is_reset(const struct claim *claim)
{
    return (claim->segment.flags & TCP_RST) != 0;
}

/* Whether these bytes would be those of another connection. elapsed: since the last packet, ns. half: both directions, by side. */
bool claim_is_jump(const struct reassembly half[2], unsigned side, const struct tcp_segment *s, int64_t elapsed);

/* What a later segment says about it. half: both directions, by side. */
enum claim_state claim_judge(const struct claim *claim, const struct reassembly half[2], unsigned side,
                             const struct tcp_segment *s, const struct wsd_moment *moment);

#endif
