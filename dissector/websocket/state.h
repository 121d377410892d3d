/*
 * state.h: what is remembered of one WebSocket connection, shared by the files that judge it.
 *
 * Kept small: a hundred thousand idle connections are held at once. What only an open message, a close frame or a
 * described frame needs is allocated when there is one.
 */
#ifndef WEBSOCKET_STATE_H
#define WEBSOCKET_STATE_H

#include "base/stage.h"
#include "stream/stream.h"
#include "websocket/handshake.h"
#include "websocket/message.h"
#include "websocket/resync.h"
#include "websocket/websocket.h"

/* For wsd_options.detail: the first packet's headers and the first payload bytes of the frame at hand. */
struct frame_detail {
    size_t headers_length;
    uint32_t link_type;
    uint8_t headers[WSD_DETAIL_HEADERS];
    uint8_t payload[WSD_DETAIL_PAYLOAD];
    size_t payload_length;
    bool in_record; /* of TLS: this one */
    struct wsd_record record;
    uint8_t sealed[WSD_DETAIL_RECORD], opened[WSD_DETAIL_RECORD];
};

/* What lies together on one cache line. */
#define WS_LINE 64

/* One direction, two cache lines: a whole frame in order needs the first one alone. */
struct ws_half {
    struct frame_header frame; /* the frame at hand */
    struct message *data;      /* a fragmented or unfinished data message */
    int64_t first_time;        /* the packet of its first byte */
    uint64_t first_packet;
    uint32_t last_mask;
    uint8_t same_masks; /* frames in a row with this key */
    bool in_payload;    /* a header was decoded, its payload is passing */
    bool searching;     /* where the next frame begins is not known; ws.resync looks for it */
    bool closed;        /* a close frame was seen, and TCP did not end inside it */
    bool tail_unseen;   /* continuation frames may belong to a message whose beginning was not captured */
    bool mask_zero_told, mask_repeated_told;
    uint8_t known[4];        /* first bytes of its frames, the latest one first */
    struct stage stage;      /* a header that is not whole yet */
    bool incomplete;         /* bytes of the frame at hand are not in the capture */
    bool lost;               /* the peer broke the framing: what followed was no frame */
    uint64_t at;             /* payload bytes of the frame at hand that have passed */
    struct message *current; /* the message of the frame at hand: data, or one that ends with its frame */
    struct frame_detail *detail;
    struct inflation inflation;
    int32_t close_code; /* when closed: CLOSE_NO_CODE when it had none */
    bool heard;         /* its part of the handshake is in the capture */
    bool unseen;        /* frames may have passed that the capture does not show: a gap cost the framing */
    bool ended;
    uint8_t how; /* enum wsd_how, when ended */
};

struct legacy;

/* Lies on a border between cache lines, and so do its halves and the connection's counts. */
struct websocket {
    _Alignas(WS_LINE) struct stream base;
    struct websocket_host *host;
    union {
        struct resync *resync[2]; /* while that direction searches */
        struct legacy *legacy;    /* with is_legacy */
    };
    uint64_t close_packet; /* that carried the first close frame */
    uint8_t first_closed;  /* enum wsd_direction that sent the first close frame; WSD_NEITHER */
    uint8_t first_ended;
    bool close_invalid[2];  /* its close frame breaks a rule, so the receiver fails the connection */
    bool close_too_long[2]; /* it was longer than control frames may be */
    bool is_legacy;         /* its frames are not the RFC's: legacy.c reads them */
    bool no_closing;        /* the draft that is spoken has no closing handshake, or frames that are not decoded */
    struct buffer *reason;  /* of the first close frame; NULL: it had none */
    _Alignas(WS_LINE) struct ws_half half[2];
    _Alignas(WS_LINE) struct wsd_connection info;
};

/* A finding about this connection. */
static inline void ws_finding(struct websocket *ws, enum wsd_direction d, enum wsd_finding_code code,
                              const char *detail, const struct wsd_moment *moment)
{
    host_finding(ws->host, &ws->info, d, code, detail, moment);
}

/* rules.c: judges a frame's header of which there are no more than these n bytes (RFC 6455 5.1 to 5.5). Findings name the packet of
 * the frame's first byte. */
void rules_part_of_header(struct websocket *ws, enum wsd_direction d, const uint8_t *bytes, size_t n);

/* rules.c: judges the whole header of the frame at hand. */
void rules_header(struct websocket *ws, enum wsd_direction d);

/* rules.c: what it judges behind the first two bytes: length and masking key. */
void rules_rest_of_header(struct websocket *ws, enum wsd_direction d);

/* rules.c: what most frames are, and break no rule with their first two bytes: a whole data message, masked as its direction
 * asks, between others. */
static inline bool rules_ordinary(const struct ws_half *half, enum wsd_direction d, const uint8_t *bytes)
{
    return (bytes[0] == (0x80 | WSD_OPCODE_TEXT) || bytes[0] == (0x80 | WSD_OPCODE_BINARY)) && half->data == NULL &&
           !half->closed && (bytes[1] & 0x80) == (d == WSD_CLIENT ? 0x80 : 0);
}

/* rules.c: whether every RSV bit of a frame has a meaning here (5.2, RFC 7692 6, 7.2.3). */
bool rules_rsv_explained(const struct websocket *ws, enum wsd_direction d, uint8_t first_byte);

/* search.c: remembers how this direction's frames begin. */
void search_note_frame(struct ws_half *half);

/* search.c: nobody knows where the next frame begins; from here on search_bytes() takes the bytes. These return 0 or -ENOMEM. */
int search_begin(struct websocket *ws, enum wsd_direction d);
int search_bytes(struct websocket *ws, enum wsd_direction d, struct wsd_bytes bytes, const struct wsd_moment *moment);

/* search.c: looks at what is held once more; and: it was found, what is held is read. */
int search_again(struct websocket *ws, enum wsd_direction d);
int search_resume(struct websocket *ws, enum wsd_direction d);

/* search.c: a gap of so many bytes follows, or the end (0): what was found so far is read, or nothing. */
int search_end(struct websocket *ws, enum wsd_direction d, uint64_t missing);

/* ending.c: a close frame's payload, as far as the capture has it; whole: all of it. */
void ending_close_frame(struct websocket *ws, enum wsd_direction d, struct close_payload close, bool whole,
                        const struct wsd_moment *moment);

/* ending.c: both directions have ended: the last findings, and the close event. */
void ending_tell(struct websocket *ws, const struct wsd_moment *moment);

/* websocket.c: the packet at hand has the first byte of a frame's header; some of its payload. They return 0 or -ENOMEM. */
int websocket_note_first(struct websocket *ws, struct ws_half *half, const struct wsd_moment *moment);
void websocket_note_payload(struct ws_half *half, struct wsd_bytes piece);

/* websocket.c: counts the frame at hand, and tells it if somebody asks for frames. */
void websocket_note_frame(struct websocket *ws, enum wsd_direction d, bool complete, const struct wsd_moment *moment);

/* legacy.c: the connection speaks a draft whose frames are not the RFC's. request: NULL, or its head. Returns 0 or -ENOMEM. */
enum { LEGACY_KEY = 8 }; /* bytes of hixie-76's third key, behind the request's head */
int legacy_begin(struct websocket *ws, enum handshake_draft draft, const struct wsd_head *request);

/* legacy.c: what data, gap (told already) and end are for it. */
int legacy_data(struct websocket *ws, enum wsd_direction d, struct wsd_bytes bytes, const struct wsd_moment *moment);
int legacy_gap(struct websocket *ws, enum wsd_direction d, uint64_t missing, const struct wsd_moment *moment);
void legacy_end(struct websocket *ws, enum wsd_direction d, const struct wsd_moment *moment);
void legacy_free(struct legacy *legacy);

/* websocket.c: how frames are read, of the RFC and of the drafts that differ. */
extern const struct stream_ops websocket_ops, websocket_legacy_ops;

/* opening.c: a connection that was judged; NULL: no memory. Nothing is told. */
struct websocket *websocket_new(struct websocket_host *host, const struct websocket_attempt *attempt,
                                const struct handshake *handshake);

/* opening.c: tells the connection and what was found of its handshake. */
void websocket_tell_opening(struct websocket_host *host, const struct websocket_attempt *a, const struct handshake *h,
                            const struct wsd_connection *info);

#endif
