/*
 * proxy.h: what stands in front of HTTP on a TCP connection: the PROXY protocol and SOCKS (stream/preamble.h), one hop after another.
 *
 *     client   PROXY ...  GET / HTTP/1.1 ...         05 01 00        05 01 00 03 ...            GET / HTTP/1.1 ...
 *     server                                                  05 00                   05 00 ...
 *              one turn: over at once                turns: the request is read from one side, the answer from the other
 *
 * A hop that is over is added to the list (stream/via.h), and a new stream begins behind it. What begins with none gives way to the
 * hooks' stream with all its bytes; so does everything that turns out malformed. The side whose turn it is not is held: the
 * server's while the request is open (PROXY_HELD_MOST, then this is no proxy), the client's while the answer is (early_bytes, then
 * a finding). A refusal ends it: no WebSocket follows. Bytes that the capture lacks, in a preamble or in front of one, end the search
 * for proxies: what comes next says what is inside. Of a SOCKS connection whose proxy is not in the capture, what the client said
 * is read.
 */
#ifndef STREAM_PROXY_H
#define STREAM_PROXY_H

#include "stream/stream.h"
#include "stream/via.h"

enum { PROXY_HELD_MOST = 4096 };

struct proxy_hooks {
    /* The stream behind all proxies, which gets the list of them; first: its first bytes, as far as there are any. late: bytes in
     * front of them are not in the capture. NULL: no memory, and the list is freed. */
    struct stream *(*inside_take)(void *user, struct via *via, enum wsd_direction direction, struct wsd_bytes first,
                                  bool late);
    /* A limit was reached, and the connection given up. what: printable. */
    void (*limit)(void *user, enum wsd_direction direction, const char *what, const struct wsd_moment *moment);
};

/* NULL when there is no memory; via is freed then. hooks and user must outlive it. slot: where the caller will keep it. */
struct stream *proxy_new_take(struct stream **slot, const struct proxy_hooks *hooks, void *user, uint32_t early_bytes,
                              struct via *via);

/* Whether a proxy may be spoken to in these first bytes of a connection. Nearly always one look at the first byte says no. */
bool proxy_may_begin(enum wsd_direction direction, struct wsd_bytes bytes);

/* Who sends these first bytes of a connection? WSD_NEITHER: they are no preamble. */
enum wsd_direction proxy_sender(struct wsd_bytes bytes);

#endif
