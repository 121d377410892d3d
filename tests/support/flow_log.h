/*
 * flow_log.h: what flows tell, as lines of text; packets come from a struct talk.
 *
 *     flow_log_begin(&log, &limits or NULL);
 *     flow_log_talk(&log, &t, 51022);      then talk_open(&t), talk_send_text(&t, ...)
 *     assert_string_equal(log.text, "-> hi\n"  "<- gap 7\n"  "-> end fin\n"  "-> conflict\n"  "-> syn\n");
 *     flow_log_clear(&log);
 *
 * A flow whose data begins with "BYE" is of no interest any more. A flow's `upper` points to the log from its first data on.
 */
#ifndef SUPPORT_FLOW_LOG_H
#define SUPPORT_FLOW_LOG_H

#include "base/bytes.h"
#include "net/flow.h"
#include "net/link.h"
#include "support/packets.h"

#include <stdio.h>
#include <stdlib.h>

struct flow_log {
    struct flow_ops ops;
    struct flows *flows;
    struct flow *flow;          /* of the last packet */
    enum wsd_direction sender;  /* what the first bytes of a flow without SYN say */
    unsigned asked;             /* how often that was asked */
    unsigned upper, flows_told; /* flows that hold something; data's first calls */
    uint64_t packets;
    int64_t ended; /* time of the last end */
    size_t length;
    char text[8192];
};

static inline void flow_log_line(struct flow_log *log, enum wsd_direction d, const char *what, uint64_t n,
                                 struct wsd_bytes bytes)
{
    char number[24] = "";
    if (n != 0)
        (void)snprintf(number, sizeof number, " %llu", (unsigned long long)n);
    int written = snprintf(log->text + log->length, sizeof log->text - log->length, "%s %s%s%.*s\n",
                           d == WSD_CLIENT ? "->" : "<-", what, number, (int)bytes.length,
                           bytes.length > 0 ? (const char *)bytes.data : "");
    if (written < 0 || (size_t)written >= sizeof log->text - log->length)
        abort();
    log->length += (size_t)written;
}

static inline void flow_log_clear(struct flow_log *log)
{
    log->length = 0;
    log->text[0] = 0;
}

static struct flow_log *flow_log_now; /* sender() is not told whom it works for */

static inline enum wsd_direction flow_log_sender(struct wsd_bytes bytes)
{
    (void)bytes;
    flow_log_now->asked++;
    return flow_log_now->sender;
}

static inline int flow_log_data(void *user, struct flow *flow, enum wsd_direction d, struct wsd_bytes bytes,
                                const struct wsd_moment *moment)
{
    struct flow_log *log = user;
    (void)moment;
    if (flow->upper == NULL) {
        flow->upper = log;
        log->upper++;
    }
    flow_log_line(log, d, "", 0, bytes);
    return bytes_begin(bytes, "BYE");
}

static inline int flow_log_gap(void *user, struct flow *flow, enum wsd_direction d, uint64_t missing,
                               const struct wsd_moment *moment)
{
    (void)flow, (void)moment;
    flow_log_line(user, d, "gap", missing, bytes_of(NULL, 0));
    return 0;
}

static inline int flow_log_end(void *user, struct flow *flow, enum wsd_direction d, enum wsd_how how,
                               const struct wsd_moment *moment)
{
    static const char *const words[] = {"end handshake", "end fin", "end reset", "end idle", "end capture"};
    struct flow_log *log = user;
    (void)flow;
    log->ended = moment->time;
    flow_log_line(log, d, words[how], 0, bytes_of(NULL, 0));
    return 0;
}

static inline void flow_log_limit(void *user, struct flow *flow, enum wsd_direction d, const struct wsd_moment *moment)
{
    (void)flow, (void)moment;
    flow_log_line(user, d, "limit", 0, bytes_of(NULL, 0));
}

static inline void flow_log_evicted(void *user, struct flow *flow, bool for_memory, const struct wsd_moment *moment)
{
    (void)user, (void)flow, (void)for_memory, (void)moment;
}

static inline void flow_log_conflict(void *user, struct flow *flow, enum wsd_direction d,
                                     const struct wsd_moment *moment)
{
    (void)flow, (void)moment;
    flow_log_line(user, d, "conflict", 0, bytes_of(NULL, 0));
}

static inline void flow_log_transport(void *user, struct flow *flow, enum wsd_direction d, enum wsd_transport_what what,
                                      const struct wsd_moment *moment)
{
    (void)flow, (void)moment;
    flow_log_line(user, d, wsd_transport_word(what), 0, bytes_of(NULL, 0));
}

static inline void flow_log_release(void *user, struct flow *flow)
{
    struct flow_log *log = user;
    if (flow->upper != log)
        abort();
    log->upper--;
}

static inline bool flow_log_opens(struct wsd_bytes bytes)
{
    return bytes_begin(bytes, "GET /");
}

static inline void flow_log_begin(struct flow_log *log, const struct flow_limits *limits, bool transport)
{
    static const struct flow_ops ops = {.sender = flow_log_sender,
                                        .opens = flow_log_opens,
                                        .data = flow_log_data,
                                        .gap = flow_log_gap,
                                        .end = flow_log_end,
                                        .conflict = flow_log_conflict,
                                        .held_limit = flow_log_limit,
                                        .evicted = flow_log_evicted,
                                        .transport = flow_log_transport,
                                        .release = flow_log_release};
    static const struct flow_limits wide = {.flows = 1000000,
                                            .segment_bytes = UINT32_MAX,
                                            .segment_total = UINT64_MAX,
                                            .memory = UINT64_MAX,
                                            .idle = {0, INT64_MAX, INT64_MAX, INT64_MAX}};
    static const uint8_t seed[16] = {1, 2, 3};
    memset(log, 0, sizeof *log);
    log->sender = WSD_NEITHER;
    flow_log_now = log;
    log->ops = ops;
    if (!transport)
        log->ops.transport = NULL;
    log->flows = flows_new(&log->ops, log, limits != NULL ? limits : &wide, seed);
    if (log->flows == NULL)
        abort();
}

static inline int flow_log_segment(struct flow_log *log, const struct ip_packet *ip, const struct tcp_segment *segment,
                                   const struct wsd_moment *moment)
{
    struct flow_seek seek;
    flows_seek(log->flows, ip, segment, NULL, &seek);
    flows_reach(log->flows, &seek);
    return flows_segment(log->flows, &seek, ip, segment, moment, &log->flow);
}

/* A packet of struct talk, through the lower layers into flows. */
static inline int flow_log_packet(struct talk *t, const struct wsd_packet *packet)
{
    struct flow_log *log = t->user;
    struct cursor c = cursor_of(bytes_of(packet->data, packet->captured));
    struct ip_packet ip;
    struct tcp_segment segment;
    const struct wsd_moment moment = {.time = packet->time, .packet = ++log->packets};
    if (link_decode(packet->link_type, &c) != LINK_IP ||
        ip_decode(cursor_rest(&c), packet->length - packet->captured, &ip) < 0 ||
        tcp_decode(ip.payload, ip.payload_length, &segment) < 0)
        abort();
    return flow_log_segment(log, &ip, &segment, &moment);
}

static inline void flow_log_talk(struct flow_log *log, struct talk *t, uint16_t client_port)
{
    talk_begin(t, NULL, client_port);
    t->packet = flow_log_packet;
    t->user = log;
}

static inline void flow_log_finish(struct flow_log *log)
{
    const struct wsd_moment moment = {.packet = ++log->packets};
    if (flows_finish(log->flows, &moment) != 0)
        abort();
}

#endif
