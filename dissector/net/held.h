/*
 * held.h: segments that wait for an earlier one, ordered by sequence number.
 *
 * A treap: a search tree by sequence number that is a heap by a random priority, so that its depth stays logarithmic
 * whatever order strangers send their segments in. The runs in it never overlap, and all lie within 2 GiB of each
 * other, so that sequence numbers compare by their distance (RFC 9293 3.4).
 */
#ifndef NET_HELD_H
#define NET_HELD_H

#include "base/event.h"

/* One run of bytes. Made and freed by its holder with malloc and free. */
struct held {
    struct held *left, *right;
    uint32_t priority; /* random */
    uint32_t seq;
    uint32_t length;          /* on the wire */
    uint32_t captured;        /* of them are here; the rest was cut by the snaplen */
    struct wsd_moment moment; /* its headers point behind the bytes */
    uint8_t bytes[];
};

/* The runs of one direction, while there are any. */
struct held_set {
    struct held *root;
    uint32_t bytes;   /* with their administration */
    uint32_t packets; /* packets of the connection since the peer acknowledged past the hole in front */
    int64_t since;    /* when the first run behind that hole came */
    bool heard;       /* the peer sent something since */
};

void held_insert(struct held **root, struct held *run);

/* The first run, still in the tree; NULL when there is none. */
struct held *held_first(struct held *root);

/* The first run, taken out. */
struct held *held_first_take(struct held **root);

/* The last run that begins at or before seq, and the first one that begins after it; NULL when there is none. */
struct held *held_at_or_before(struct held *root, uint32_t seq);
struct held *held_after(struct held *root, uint32_t seq);

#endif
