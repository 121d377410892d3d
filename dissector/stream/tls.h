/*
 * tls.h: a TLS connection (RFC 8446, RFC 5246, RFC 4346, RFC 2246), opened with its session's secrets.
 *
 *      records → plain handshake messages → which secrets are needed → stream/tls_secrets.h → keys → content → the stream inside
 *
 * The stream owns the one inside, which the hooks make from the first content. While secrets are missing and may still come, records
 * are held (stream/tls_held.h), in the order of the capture; when they come, everything is read as if it came now, with its own
 * moments. When none come, or none fit, and the connection may carry a WebSocket, the hooks make a stream that only counts what is
 * sealed. Where the protocol that is agreed (ALPN) has no WebSocket, the connection is of no interest.
 *
 * Loss costs what was lost: the sequence number of the next record is found by trying, and its tag proves it.
 */
#ifndef STREAM_TLS_H
#define STREAM_TLS_H

#include "stream/stream.h"
#include "stream/tls_held.h"
#include "stream/tls_record.h"
#include "stream/tls_secrets.h"
#include "stream/via.h"

struct tls;

enum {
    TLS_TRIALS =
        1 << 22, /* small records opened to find sessions whose handshake is not in the capture: some seconds in all */
};
enum { TLS_NESTED_MOST = 3 }; /* TLS in a tunnel in TLS: more is no proxy */

struct tls_hooks {
    /* The stream inside; first: its first bytes. late: it began before the capture did. NULL: no memory; via is freed then. */
    struct stream *(*inside_take)(void *user, struct via *via, enum wsd_direction direction, struct wsd_bytes first,
                                  bool late);
    /* A stream that is given what stays sealed. at: where the connection began. NULL: no memory; via is freed then. */
    struct stream *(*sealed_take)(void *user, struct via *via, const struct wsd_tls *tls, const struct wsd_moment *at);
    /* inner may be NULL. detail: printable. False: there is no connection yet that it could be told of. */
    bool (*finding)(void *user, const struct stream *inner, enum wsd_direction direction, enum wsd_finding_code code,
                    const char *detail, const struct wsd_moment *moment);
    /* Client and server of this connection are the other way round than was believed. */
    void (*turned)(void *user, void *owner);
    /* NULL: nobody asks. A key log's line that this connection is opened with, or empty: there was one, and it is over. */
    void (*secret)(void *user, void *owner, struct wsd_bytes line);
};

/* What all TLS connections of a dissector share. Those that wait for secrets are in a list. */
struct tls_host {
    const struct tls_hooks *hooks;
    void *user;
    struct tls_secrets secrets;
    uint64_t secrets_wait; /* nanoseconds; 0: no secrets come later, UINT64_MAX: at any time */
    bool detail;
    struct tls_held_total held;
    struct tls_spare spare;
    struct tls *waiting;             /* the first of them, */
    struct tls *turn;                /* and of those whose turn to be looked at is still to come */
    uint8_t *plain[TLS_NESTED_MOST]; /* content of the record at hand, by depth */
    uint64_t trials;                 /* left for connections that began before the capture */
};

/* Returns 0 or -ENOMEM. */
int tls_host_init(struct tls_host *host, const uint8_t seed[16]);
void tls_host_free(struct tls_host *host);

/* NULL when there is no memory; via is freed then. owner: what the caller wants to find again with tls_owner(). depth: how many TLS
 * connections this one is in. late: its beginning is not in the capture. */
struct stream *tls_new_take(struct stream **slot, struct tls_host *host, void *owner, unsigned depth, bool late,
                            struct via *via);

/* Whether a TLS connection may begin with these bytes: with a ClientHello or ServerHello, or with late in any record. */
bool tls_may_begin(enum wsd_direction direction, struct wsd_bytes bytes, bool late);

/* Who sends these first bytes of a connection? WSD_NEITHER: they do not say. */
enum wsd_direction tls_sender(struct wsd_bytes bytes);

/* NULL when it is another kind of stream. */
struct tls *tls_of(struct stream *stream);

/* What it carries, NULL: nothing yet. */
struct stream *tls_inner(const struct tls *tls);

/* What is known of it. */
const struct wsd_tls *tls_info(const struct tls *tls);

void *tls_owner(const struct tls *tls);
void tls_set_owner(struct tls *tls, void *owner);

/* Whether something is held. */
bool tls_is_waiting(const struct tls *tls);

/* Whether it has waited for secrets as long as the host says. */
bool tls_is_late(const struct tls *tls, int64_t time);

/* Forgets what is held: nobody wants it any more. */
void tls_drop_held(struct tls *tls);

/* Each connection that waits, once: after tls_host_look() until it gives NULL. What is done meanwhile may free any of them. */
void tls_host_look(struct tls_host *host);
struct tls *tls_host_next(struct tls_host *host);

/* Secrets have come: goes on as far as it can. force: none will come any more. Returns what stream_data() does. */
int tls_resume(struct tls *tls, bool force);

#endif
