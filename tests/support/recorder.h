/*
 * recorder.h: events as lines of text, so that a test compares strings.
 *
 *     struct recorder r;
 *     struct wsd_dissector *d = recorder_start(&r, NULL);      or with options of your own
 *     ... packets ...
 *     recorder_finish(&r);                                     wsd_finish() and wsd_free()
 *     assert_string_equal(r.text, "#1 open complete 101 ws://server.example/chat\n"
 *                                 "#1 -> text 2 \"hi\"\n"
 *                                 "#1 gap <- 7\n"
 *                                 "#1 finding -> frame-client-unmasked\n"
 *                                 "#1 close client fin 1000 reported 1000\n");
 *
 * "->" is from the client, "<-" from the server, "--" from nobody or both. Further words of a message, in this order:
 *     N frames (more than one), deflated W (inflated; W bytes on the wire) or compressed (not inflated), incomplete,
 *     truncated, unknown N; a close has its code before its length: "#1 -> close 1000 5 \"bye\""
 * An opening names the proxies and the forwarded client: via socks5 "host:80" user, via proxy-v1 1.2.3.4 1111 5.6.7.8 80, for "1.2.3.4".
 * A payload shows its first 60 bytes, what is not printable ASCII as \xNN, then "...". A frame (wsd_options.frames):
 *     "#1 frame -> text 5 fin masked", with rsv1 rsv2 rsv3, and "incomplete" where bytes are missing.
 * A finding that has a detail shows it in brackets; one without a connection begins with "#-".
 *
 * It allocates nothing; lines that do not fit any more are dropped, and `lost` is set. The counts go on.
 */
#ifndef SUPPORT_RECORDER_H
#define SUPPORT_RECORDER_H

#include "dissector.h"

#define RECORDER_SIZE 65536

struct recorder {
    struct wsd_dissector *dissector;
    struct wsd_totals totals;               /* after recorder_finish() */
    uint64_t events[WSD_EVENT_REQUEST + 1]; /* by type */
    uint64_t findings[WSD_FINDING_COUNT];
    uint64_t data_messages, incomplete; /* text and binary; those of them that were not complete */
    uint64_t payload_bytes;             /* their lengths */
    uint64_t payload_hash;              /* of all payloads told, in order (FNV-1a) */
    bool counts_only;                   /* no text: for tests with many events. Set it after recorder_start() */
    bool lost;
    size_t length;
    char text[RECORDER_SIZE];
};

/* Clears the recorder and makes a dissector that tells it. options: NULL for the defaults; event and user are set
 * here. NULL when there is no memory. */
struct wsd_dissector *recorder_start(struct recorder *r, const struct wsd_options *options);

/* Tells what is still open, keeps the totals and frees the dissector. Returns what wsd_finish() did. */
int recorder_finish(struct recorder *r);

/* Writes one event; a wsd_event_fn whose user is a struct recorder. */
void recorder_event(void *recorder, const struct wsd_event *event);

/* Forgets the text so far: the next comparison is about what follows. */
void recorder_clear(struct recorder *r);

#endif
