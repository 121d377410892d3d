/*
 * preamble.h: what a client says to a proxy in front of its own protocol, and the proxy's answer; bytes only, no state.
 *
 *     PROXY protocol 1   "PROXY TCP4 192.0.2.1 192.0.2.2 51022 80\r\n", or UNKNOWN        (HAProxy, proxy-protocol.txt 2.1)
 *     PROXY protocol 2   12 bytes signature, version and command, family, length, addresses, TLVs                   (2.2)
 *     SOCKS4, SOCKS4a    04 01 port address user 00 [name 00]     → 00 5a port address
 *     SOCKS5             05 n methods                             → 05 method                               (RFC 1928 3)
 *                        [01 length user length password]         → [01 00]                                 (RFC 1929 2)
 *                        05 01 00 type address port               → 05 00 00 type address port         (RFC 1928 4 to 6)
 *
 * Both sides are parsed from their first byte on and without the other: what follows in a SOCKS5 conversation can be told from
 * the bytes of one side. So a client that does not wait for answers is read too. Only the command CONNECT is known, the only one
 * behind which HTTP can follow; of PROXY 2 the TLVs are passed over unread. Nothing here is longer than PREAMBLE_MOST.
 */
#ifndef STREAM_PREAMBLE_H
#define STREAM_PREAMBLE_H

#include "stream/via.h"

enum { PREAMBLE_MOST = 1100 }; /* SOCKS5 with all that can be: 257 + 513 + 262 */

enum preamble_result {
    PREAMBLE_NONE,    /* something else, or malformed */
    PREAMBLE_MORE,    /* may be one: more bytes are needed */
    PREAMBLE_REFUSED, /* the proxy says no; of its answers only */
    PREAMBLE_WHOLE
};

struct preamble {
    struct wsd_hop hop; /* its target lies in `target` */
    size_t length;      /* bytes that were read */
    size_t skip;        /* further bytes that belong to it */
    bool answered;      /* the proxy answers: preamble_answer() */
    uint8_t target[VIA_TARGET_MOST];
};

/* The client's part at the beginning of these bytes. *out is set when it is whole. */
enum preamble_result preamble_request(struct wsd_bytes bytes, struct preamble *out);

/* The proxy's answers to one of SOCKS; *length is set when all are there. */
enum preamble_result preamble_answer(enum wsd_hop_kind kind, struct wsd_bytes bytes, size_t *length);

/* Who sends these first bytes that the capture has of a connection? WSD_NEITHER: no preamble. */
enum wsd_direction preamble_sender(struct wsd_bytes bytes);

#endif
