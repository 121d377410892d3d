/*
 * doubled.h: is this the packet that was here a moment ago? A capture of `any`, or of both sides of a bridge or router, holds each
 * packet twice, with another link layer, VLAN tag or TTL. Its bytes are delivered once anyway; this keeps the copy from being told as
 * a retransmission.
 *
 * The same are: one flow and sender, the IP header's identification, everything in the TCP header but its checksum, and the length,
 * at most DOUBLED_TIME apart. A sender that retransmits gives the packet another identification or timestamp, or takes longer. One slot a
 * digest: a copy that comes after many other packets may be missed, nothing worse.
 */
#ifndef NET_DOUBLED_H
#define NET_DOUBLED_H

#include "base/hash.h"
#include "net/ip.h"
#include "net/tcp.h"

#define DOUBLED_TIME INT64_C(10000000) /* ns; a retransmission timeout is 200 ms, a copy takes microseconds */
enum { DOUBLED_SLOTS = 256 };

struct doubled {
    struct {
        uint64_t digest;
        int64_t time;
    } slot[DOUBLED_SLOTS];
};

/* flow: any number that stands for the connection. Remembers the packet, and says whether it was here already. */
bool doubled_again(struct doubled *doubled, const struct hash_key *key, uint64_t flow, unsigned side,
                   const struct ip_packet *ip, const struct tcp_segment *tcp, int64_t time);

#endif
