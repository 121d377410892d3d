/*
 * undecided.h: packets of connections of which nobody knows yet what they are, kept until somebody does.
 *
 * An owner is a number: a TCP connection's, or that of an IP datagram that is not whole. All together hold at most
 * UNDECIDED_MOST bytes, the oldest give way; one owner at most UNDECIDED_OWNER, of which its first packet, the SYN, is kept
 * and then the oldest give way.
 */
#ifndef OUTPUT_UNDECIDED_H
#define OUTPUT_UNDECIDED_H

#include "dissector/dissector.h"

#define UNDECIDED_MOST ((size_t)64 << 20) /* bytes: some seconds of new connections on a busy link */
#define UNDECIDED_OWNER                                                                                                \
    ((size_t)1 << 20) /* bytes: a handshake, or what is looked at to find a connection joined late */

struct undecided;

/* A packet as it was kept. */
typedef void undecided_fn(void *user, const struct wsd_packet *packet, const char *interface);

/* NULL: no memory. */
struct undecided *undecided_new(void);
void undecided_free(struct undecided *undecided);

/* Copies the packet. 0 or -ENOMEM; then it is left out. */
int undecided_keep(struct undecided *undecided, uint64_t owner, const struct wsd_packet *packet, const char *interface);

/* What the first owner has is the second one's, behind what that has. 0 or -ENOMEM; then it is dropped. */
int undecided_join(struct undecided *undecided, uint64_t owner, uint64_t with);

/* Tells the owner's packets in the order in which they came, and forgets them. tell NULL: only the latter. */
void undecided_release(struct undecided *undecided, uint64_t owner, undecided_fn *tell, void *user);

/* Packets that had to give way since the whole was full. */
uint64_t undecided_lost(const struct undecided *undecided);

#endif
