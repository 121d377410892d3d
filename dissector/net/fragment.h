/*
 * fragment.h: puts fragmented IP datagrams together (RFC 791 3.2, RFC 8200 4.5).
 *
 * A datagram under reassembly costs what it holds, at most 64 KiB, and a map of one bit for each 8 bytes; the first
 * copy of a byte wins. At most `most` datagrams at once, the oldest gives way; each has 30 seconds.
 */
#ifndef NET_FRAGMENT_H
#define NET_FRAGMENT_H

#include "net/ip.h"

#define FRAGMENT_PATIENCE INT64_C(30000000000) /* ns. RFC 1122 3.3.2 asks for 60 to 120 s; taps see less delay */

struct fragments;

/* NULL when there is no memory. */
struct fragments *fragments_new(uint32_t most);
void fragments_free(struct fragments *fragments);

/* Takes a fragment, and what its packet cost. Returns 1 when it completed its datagram: then *packet has become the whole (its
 * payload borrowed until the next call), and *cost that of all its fragments; 0 when not, -ENOMEM. */
int fragments_add(struct fragments *fragments, struct ip_packet *packet, struct packet_cost *cost, int64_t now);

/* The number of the datagram that the last fragment belonged to, from 1 in order of appearance; 0: it was of no use. */
uint64_t fragments_datagram(const struct fragments *fragments);

#endif
