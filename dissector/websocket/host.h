/*
 * host.h: what all WebSocket connections of one dissector share: where events go, what is asked for, sums, and memory
 * that is used by one message at a time.
 */
#ifndef WEBSOCKET_HOST_H
#define WEBSOCKET_HOST_H

#include "base/buffer.h"
#include "websocket/deflate.h"

struct message;

struct websocket_host {
    void (*event)(void *user, const struct wsd_event *event); /* NULL: nobody listens */
    void *user;
    uint64_t keep_payload;
    bool frames, detail;
    uint64_t inflate_bytes;
    uint32_t inflate_ratio;
    uint32_t inflate_excess;
    struct wsd_allocator windows; /* of compressed directions */

    bool memory_changed; /* that a connection holds: set by all who take it, looked at and cleared behind each piece of bytes */

    uint64_t challenge_bytes; /* hixie-76: behind the heads */
    uint64_t hole_bytes;      /* of payload, in packets that are not in the capture */

    uint64_t last_id; /* of connections and attempts */
    uint64_t connections, rejected, encrypted;
    struct wsd_counts sum; /* of all connections, both ways */
    uint64_t findings[WSD_FINDING_COUNT];

    struct message *spare_messages; /* few; with their buffers */
    unsigned spare_message_count;
    struct deflate *spare_deflate; /* for directions that forget their window: one is enough */
    struct buffer scratch;         /* unmasked bytes on their way */
    uint8_t *inflated;             /* DEFLATE_SCRATCH bytes for the inflater */
};

/* Frees what is shared, not the host itself. */
void websocket_host_free(struct websocket_host *host);

static inline void host_tell(struct websocket_host *host, const struct wsd_event *event)
{
    if (host->event != NULL)
        host->event(host->user, event);
}

/* detail: printable ASCII, "" for none. connection may be NULL. */
void host_finding(struct websocket_host *host, const struct wsd_connection *connection, enum wsd_direction direction,
                  enum wsd_finding_code code, const char *detail, const struct wsd_moment *moment);

#endif
