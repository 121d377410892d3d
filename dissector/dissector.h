/*
 * dissector.h: the public interface of libwsdissect. Packets in, events out.
 *
 *     struct wsd_options options;
 *     wsd_options_init(&options);
 *     options.event = my_callback;
 *     struct wsd_dissector *d = wsd_new(&options);
 *     for each packet: wsd_packet(d, &packet);
 *     wsd_finish(d);              tells what is still open
 *     wsd_free(d);
 *
 * The library does no I/O and keeps no global state: many dissectors may live at once, each in one thread at a time.
 * Time is the packets' time. Nothing that a packet says is trusted; whatever arrives, it goes on.
 */
#ifndef WSD_DISSECTOR_H
#define WSD_DISSECTOR_H

#include "base/allocator.h"
#include "base/event.h"

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define WSD_API __attribute__((visibility("default")))
#else
#define WSD_API
#endif

struct wsd_dissector;

/* Called for each event, from inside wsd_packet(), wsd_packets(), wsd_time() and wsd_finish(). It must not call into the same dissector. */
typedef void wsd_event_fn(void *user, const struct wsd_event *event);

/* A secret that records of a TLS connection are opened with: one line of a key log (NSS format), without its end, or empty: nothing more of
 * that TCP connection will be opened. flow: its number, see wsd_owner(). Called as event is, before the events of what it opens; the
 * line is overwritten behind the call. A line may be told more than once. */
typedef void wsd_secret_fn(void *user, uint64_t flow, struct wsd_bytes line);

/* What may be held at once, and for how long: name, default, the most that can be set, unit; what it limits; why it is so
 * much; what happens when it is reached (a finding tells it, or it is counted in wsd_totals). Every buffer that grows by what
 * strangers send ends at one of these, or at a constant (docs/limits.md lists both). */
#define WSD_LIMITS(X)                                                                                                  \
    X(flows, 1 << 20, 1 << 28, COUNT, "TCP connections remembered, WebSocket or not",                                  \
      "a scan or a flood opens more than any host has; 208 to 224 bytes each",                                         \
      "one is given up: of no interest before undecided before WebSocket, of these the longest silent; flows_evicted") \
    X(memory, 1 << 30, UINT64_MAX, BYTES,                                                                              \
      "held for all connections together: heads, early bytes, searches, open messages, compression windows",           \
      "10,000 connections with compression windows in both directions take 815 MB",                                    \
      "connections that hold any are given up: undecided before WebSocket, of these the longest silent; "              \
      "flows_evicted")                                                                                                 \
    X(segment_bytes, 16 << 20, UINT32_MAX, BYTES, "held behind a missing segment, one direction",                      \
      "more than a TCP window on a long fat path", "the missing bytes become a gap; limit-reached")                    \
    X(segment_total, 256 << 20, UINT64_MAX, BYTES, "the same, all directions together", "what a small host can spare", \
      "the missing bytes of the direction at hand become a gap; limit-reached")                                        \
    X(fragments, 256, 65536, COUNT, "IP datagrams put together from fragments at a time",                              \
      "a tap sees the fragments of a datagram together; 64 KiB each",                                                  \
      "the oldest is given up, and what it carried is a gap")                                                          \
    X(head_bytes, 64 << 10, 1 << 30, BYTES, "of one HTTP head", "servers accept 8 to 64 KiB",                          \
      "limit-reached; the connection is not read as HTTP any further")                                                 \
    X(early_bytes, 64 << 10, 1 << 30, BYTES, "held of a side while an upgrade, or a proxy, is unanswered",             \
      "clients wait for the answer", "limit-reached; the connection is given up")                                      \
    X(sealed_bytes, 1 << 20, 1 << 30, BYTES, "encrypted, held of a connection whose secrets may still come",           \
      "browsers write their secrets during the handshake", "what is beyond is counted, and becomes a gap")             \
    X(sealed_total, 64 << 20, UINT64_MAX, BYTES, "the same, all connections together",                                 \
      "a capture of ordinary HTTPS needs no more", "the oldest that have ended are told as they are, then as above")   \
    X(inflate_bytes, 16 << 20, UINT64_MAX, BYTES, "to which a message may inflate, however small it is",               \
      "50 kB can inflate to 50 MB", "message-inflate-limit; the rest is not inflated, and the window counts as lost")  \
    X(inflate_ratio, 64, 65536, TIMES, "its size on the wire, to which a message may inflate if that is more",         \
      "real messages rarely pass 20", "the same")                                                                      \
    X(inflate_excess, 256 << 20, UINT32_MAX, BYTES,                                                                    \
      "to which the messages of one direction may inflate beyond inflate_ratio times their sizes and 32 KiB each",     \
      "a thousand bombs, each below its limit",                                                                        \
      "message-inflate-limit; its messages are told as they were on the wire")                                         \
    X(idle_undecided, 300, 1 << 30, SECONDS, "without a packet: no protocol found yet",                                \
      "a client may wait long before it sends its request", "forgotten")                                               \
    X(idle_ignored, 120, 1 << 30, SECONDS, "without a packet: not WebSocket, or ended",                                \
      "it only has to outlive late packets", "forgotten")                                                              \
    X(idle_websocket, 86400, 1 << 30, SECONDS, "without a packet: WebSocket", "keep-alives are far more frequent",     \
      "closed as idle")

struct wsd_limits {
#define WSD_LIMIT_FIELD(name, ...) uint64_t name;
    WSD_LIMITS(WSD_LIMIT_FIELD)
#undef WSD_LIMIT_FIELD
};

#define WSD_LIMIT_ENUM(name, ...) WSD_LIMIT_##name,
enum wsd_limit { WSD_LIMITS(WSD_LIMIT_ENUM) WSD_LIMIT_COUNT };
#undef WSD_LIMIT_ENUM

enum wsd_unit { WSD_UNIT_COUNT, WSD_UNIT_BYTES, WSD_UNIT_TIMES, WSD_UNIT_SECONDS };

struct wsd_options {
    /* Nanoseconds of the packets' time that encrypted records are kept for secrets that may still come; 0: none will,
     * UINT64_MAX: until wsd_finish() (the default). */
    uint64_t secrets_wait;
    wsd_event_fn *event;   /* may be NULL: only the totals are of interest */
    wsd_secret_fn *secret; /* may be NULL: nobody wants to know with what TLS is opened */
    void *user;            /* handed to both */
    uint64_t keep_payload; /* bytes of a message's payload that are kept and told; the rest is counted (65536) */
    bool frames;           /* tell frame events */
    bool detail;           /* frames carry packet headers and first payload bytes, for wsd_describe() */
    bool transport;        /* tell transport events */
    bool requests;         /* tell request events */
    uint8_t seed[16];      /* of the hash tables: random, or strangers can make them slow */
    struct wsd_limits limits;
    /* Memory for compressed directions: blocks of about 40 KiB, used at random. Where there are thousands, huge pages make their
     * reading a fifth faster. Default: malloc and free. */
    struct wsd_allocator windows;
};

/* Defaults: every limit as above, keep_payload 65536, seed zero (set your own). */
WSD_API void wsd_options_init(struct wsd_options *options);

/* NULL when there is no memory. The options are copied. */
WSD_API struct wsd_dissector *wsd_new(const struct wsd_options *options);

/* Frees everything without telling events; call wsd_finish() first to hear of what is open. NULL is allowed. */
WSD_API void wsd_free(struct wsd_dissector *dissector);

struct wsd_packet {
    int64_t time;        /* nanoseconds since 1970-01-01 UTC */
    const uint8_t *data; /* from the link layer on, until wsd_packet() or wsd_packets() returns; NULL if captured is 0 */
    uint32_t captured;   /* bytes at data */
    uint32_t length;     /* bytes on the wire; what the snaplen cut is length - captured */
    uint32_t link_type;  /* LINKTYPE_ value as pcap files have it (1 is Ethernet) */
};

/* To whom a packet belonged, as far as is known when it has been read: WSD_WEBSOCKET is a WebSocket connection, or one that
 * somebody tried to upgrade, also after its end. */
enum wsd_belongs { WSD_NOBODY, WSD_UNDECIDED, WSD_WEBSOCKET };

/* Reads one packet and tells what came of it. Returns an enum wsd_belongs, or -ENOMEM: then the flow concerned is given
 * up, and everything else goes on. */
WSD_API int wsd_packet(struct wsd_dissector *dissector, const struct wsd_packet *packet);

/* Reads packets one after the other, as wsd_packet() does, and faster than that where many connections take turns: while one is
 * read, the memory that the next ones need is on its way. Any number of them; no more are looked at together than is of use.
 * Returns what wsd_packet() does for the last one, or -ENOMEM when that befell any of them. */
WSD_API int wsd_packets(struct wsd_dissector *dissector, const struct wsd_packet *packets, size_t count);

/* To whom the last packet belonged, for those who keep packets until it is known what they are. What is kept of a
 * TCP connection is wanted once a packet of it is told as WSD_WEBSOCKET, or a connection event has its number (a stream may be
 * judged without a packet of its own), and unwanted once one is told as WSD_NOBODY. A fragment that waits for others has no
 * TCP connection yet: that of the last one of its datagram is the one of all. */
struct wsd_owner {
    uint64_t flow;     /* number of the TCP connection, from 1 in order of appearance; 0: none, or not known yet */
    uint64_t datagram; /* number of the IP datagram of which it was a fragment; 0: it was none */
    uint64_t outer;    /* number of the one that it made whole, in which that fragment came through a tunnel; 0: none */
};
WSD_API struct wsd_owner wsd_owner(const struct wsd_dissector *dissector);

/* So many tunnels in each other (GRE, IP in IP, VXLAN, Geneve, GTP-U, ERSPAN) are looked into; real networks nest two or three.
 * A packet in more of them counts as undecoded. */
#define WSD_TUNNELS_MOST 8

/* The IP packets in a packet, for those who judge packets by themselves: first the one behind the link layer (VLAN tags, labels,
 * PPP ...), then each in the tunnel of the one before. They borrow from the packet, and have the link type of raw IP (101).
 * later_fragment: the last one is a fragment without the beginning of its datagram, so that nobody can say what is in it.
 * Returns how many there are. Keeps nothing, and puts no fragments together. */
WSD_API unsigned wsd_ip_packets(const struct wsd_packet *packet, struct wsd_packet inside[WSD_TUNNELS_MOST + 1],
                                bool *later_fragment);

/* No packet with an earlier time will come any more: tells what has been waited for so long, and ends what was silent so
 * long. Packets say that by themselves; this is for a capture on which nothing happens. Earlier times change nothing.
 * Returns 0 or -ENOMEM. */
WSD_API int wsd_time(struct wsd_dissector *dissector, int64_t time);

/* TLS secrets: whole lines of a key log in the NSS format. They may come before or after the packets that they open; connections
 * that waited for them go on at once, so events may be told from inside. What is not understood is counted. Nothing of `text` is
 * kept as it stands, and what is kept is overwritten when it is freed. Returns 0 or -ENOMEM. */
WSD_API int wsd_secrets(struct wsd_dissector *dissector, const char *text, size_t length,
                        struct wsd_secrets_read *read);

/* An RSA private key (PEM, without password), for connections whose premaster secret was encrypted with it. Returns 0, -EINVAL (it is
 * none), -ENOSPC (there are 16 already), or -ENOMEM. */
WSD_API int wsd_private_key(struct wsd_dissector *dissector, const char *pem, size_t length);

/* Whether any connection waits for secrets now. */
WSD_API bool wsd_waits_for_secrets(const struct wsd_dissector *dissector);

/* The capture has ended: tells everything that is still open. Packets may not follow. */
WSD_API int wsd_finish(struct wsd_dissector *dissector);

/* Where the bytes of WebSocket connections went. */
#define WSD_LAYERS(X)                                                                                                  \
    X(LINK, "link")                                                                                                    \
    X(IP, "IP")                                                                                                        \
    X(TCP, "TCP")                                                                                                      \
    X(HTTP, "HTTP")                                                                                                    \
    X(FRAMING, "WebSocket framing")                                                                                    \
    X(PAYLOAD, "payload")
#define WSD_ENUM_WORD(name, word) WSD_LAYER_##name,
enum wsd_layer { WSD_LAYERS(WSD_ENUM_WORD) WSD_LAYER_COUNT };
#undef WSD_ENUM_WORD

/* Sums over the whole run. */
struct wsd_totals {
    uint64_t packets, bytes; /* bytes as on the wire */
    int64_t first_time, last_time;
    uint64_t connections;      /* handshake complete or missing */
    uint64_t rejected;         /* the other attempts */
    uint64_t encrypted;        /* TLS that stayed closed and may carry a WebSocket */
    uint64_t frames, messages; /* messages: text and binary */
    uint64_t payload_bytes;    /* of data messages, after inflating */
    uint64_t gaps, gap_bytes;
    uint64_t findings[WSD_FINDING_COUNT];
    uint64_t flows;               /* TCP connections seen */
    uint64_t flows_ignored;       /* of them, known not to be WebSocket */
    uint64_t flows_open;          /* in the table now */
    uint64_t flows_evicted;       /* given up to make room for others, or for their memory */
    uint64_t connections_evicted; /* of them, WebSocket */
    uint64_t undecoded;           /* packets whose link or network layer could not be read, or in too many tunnels */
    uint64_t unknown_link;        /* of them, for their link type */
    uint64_t layer_bytes[WSD_LAYER_COUNT]; /* of the packets of WebSocket connections; retransmissions and resent
                                              bytes count as TCP, tunnels as link */
};
WSD_API const struct wsd_totals *wsd_totals(const struct wsd_dissector *dissector);

/* ---- words ------------------------------------------------------------------------------------------------- */

struct wsd_finding_info {
    const char *word;
    enum wsd_severity severity;
    const char *rule;
    const char *text;
};
WSD_API const struct wsd_finding_info *wsd_finding_info(enum wsd_finding_code code);

struct wsd_limit_info {
    const char *name;
    uint64_t normal, most; /* at least 1, but for inflate_bytes and inflate_ratio */
    enum wsd_unit unit;
    const char *what, *why, *reached;
};
WSD_API const struct wsd_limit_info *wsd_limit_info(enum wsd_limit limit);

/* Where that limit stands. */
WSD_API uint64_t *wsd_limit_at(struct wsd_limits *limits, enum wsd_limit limit);

/* "text", "ping", "reserved-3" ...; opcode 0 to 15. Static. */
WSD_API const char *wsd_opcode_word(uint8_t opcode);

/* IANA's meaning of a close code, in a few words; for codes in no registry what their range is for. Static. */
WSD_API const char *wsd_close_word(int code);

WSD_API const char *wsd_severity_word(enum wsd_severity severity);
WSD_API const char *wsd_carrier_word(enum wsd_carrier carrier);
WSD_API const char *wsd_handshake_word(enum wsd_handshake handshake);
WSD_API const char *wsd_hop_word(enum wsd_hop_kind kind);
/* "TLS 1.3"; NULL when it is none. */
WSD_API const char *wsd_tls_version_word(uint16_t version);
WSD_API const char *wsd_how_word(enum wsd_how how);
WSD_API const char *wsd_transport_word(enum wsd_transport_what what);
WSD_API const char *wsd_layer_word(enum wsd_layer layer);
WSD_API const char *wsd_version(void);

/* Writes an address without its port ("10.0.0.1", "2001:db8::1"), at most WSD_ADDRESS_SIZE bytes with the final 0. */
#define WSD_ADDRESS_SIZE 46
WSD_API void wsd_address(const struct wsd_endpoint *endpoint, char out[WSD_ADDRESS_SIZE]);

/* ---- every field of one frame ------------------------------------------------------------------------------ */

/* One field of a protocol header. */
struct wsd_field {
    const char *layer;    /* "Ethernet", "IPv4", "TCP", "WebSocket" ... */
    const char *name;     /* "source port" */
    uint32_t offset;      /* of its first byte: in the packet; of TLS in the record, or in what it was opened
                               to; of WebSocket and the payload in the frame */
    uint32_t length;      /* bytes it lies in */
    uint8_t bit, bits;    /* for a field smaller than its bytes: first bit (0 is the most significant) and width;
                               bits 0: whole bytes */
    struct wsd_bytes raw; /* these bytes */
    const char *meaning;  /* printable ASCII or UTF-8, escaped; what the value means */
};
typedef void wsd_field_fn(void *user, const struct wsd_field *field);

/* Calls visit for every header field of a frame event, from the link layer to the payload, in the order of the wire.
 * Wants an event that was told with wsd_options.detail; without it only the WebSocket fields are visited. */
WSD_API void wsd_describe(const struct wsd_event *frame, wsd_field_fn *visit, void *user);

#ifdef __cplusplus
}
#endif
#endif
