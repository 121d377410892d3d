/*
 * event.h: what the dissector tells.
 *
 * One tagged union, struct wsd_event, goes through one callback, in capture order. Every pointer in an event is
 * borrowed: it is valid until the callback returns. Closed sets (findings, opcodes, close codes, ...) are X-macro
 * tables here, from which enum, word and manual come.
 *
 * Sources: RFC 6455 (the WebSocket protocol), RFC 7692 (permessage-deflate), IANA's WebSocket registries.
 */
#ifndef WSD_EVENT_H
#define WSD_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A borrowed run of bytes. data may be NULL only when length is 0. */
struct wsd_bytes {
    const uint8_t *data;
    size_t length;
};

/* Who sent it. Also the index of everything that exists once a direction. */
enum wsd_direction { WSD_CLIENT = 0, WSD_SERVER = 1, WSD_NEITHER = 2 };

/* The TLS record that carried something, once it was opened (RFC 8446 5.1). */
struct wsd_record {
    uint8_t header[5];   /* content type, version, length: as on the wire */
    uint8_t content;     /* the type of what was in it, which TLS 1.3 hides */
    uint64_t sequence;   /* number under its key, from 0 */
    uint32_t ciphertext; /* bytes behind the header */
    uint32_t plaintext;  /* bytes of content, */
    uint32_t behind;     /* and in TLS 1.3 of what stands behind it: its type, and padding (RFC 8446 5.2); else 0 */
    struct wsd_bytes sealed, opened; /* the first bytes of the ciphertext, and of content and what is behind it; at most
                                        WSD_DETAIL_RECORD of each */
};

/* The packet that carried something. */
struct wsd_moment {
    int64_t time;                    /* nanoseconds since 1970-01-01 UTC, from the capture */
    uint64_t packet;                 /* number in the capture, from 1, over all files */
    struct wsd_bytes headers;        /* link layer to TCP, only with wsd_options.detail; at most WSD_DETAIL_HEADERS */
    uint32_t link_type;              /* LINKTYPE_ of headers */
    bool cut;                        /* the snaplen cut these bytes: what is missing behind them was in this packet */
    const struct wsd_record *record; /* inside TLS, only with wsd_options.detail; else NULL */
};

#define WSD_DETAIL_HEADERS 256 /* bytes of packet headers kept for a frame that spans packets */
#define WSD_DETAIL_RECORD  256 /* bytes of a TLS record, sealed and opened, kept for its description */
#define WSD_DETAIL_PAYLOAD 64  /* bytes of a frame's payload, as on the wire, kept for its description */

struct wsd_endpoint {
    uint8_t address[16]; /* network order; IPv4 in the first four bytes */
    uint8_t family;      /* 4 or 6 */
    uint16_t port;       /* host order */
};

/* ---- closed sets ------------------------------------------------------------------------------------------- */

/* RFC 6455 5.2 and 11.8. */
#define WSD_OPCODES(X)                                                                                                 \
    X(CONTINUATION, 0x0, "continuation")                                                                               \
    X(TEXT, 0x1, "text")                                                                                               \
    X(BINARY, 0x2, "binary")                                                                                           \
    X(CLOSE, 0x8, "close")                                                                                             \
    X(PING, 0x9, "ping")                                                                                               \
    X(PONG, 0xA, "pong")

/* IANA, WebSocket Close Code Number Registry. The words are this project's, in lower case. */
#define WSD_CLOSE_CODES(X)                                                                                             \
    X(1000, "normal closure")                                                                                          \
    X(1001, "going away")                                                                                              \
    X(1002, "protocol error")                                                                                          \
    X(1003, "unsupported data")                                                                                        \
    X(1004, "reserved")                                                                                                \
    X(1005, "no status received")                                                                                      \
    X(1006, "abnormal closure")                                                                                        \
    X(1007, "invalid payload data")                                                                                    \
    X(1008, "policy violation")                                                                                        \
    X(1009, "message too big")                                                                                         \
    X(1010, "mandatory extension")                                                                                     \
    X(1011, "internal error")                                                                                          \
    X(1012, "service restart")                                                                                         \
    X(1013, "try again later")                                                                                         \
    X(1014, "bad gateway")                                                                                             \
    X(1015, "TLS handshake")                                                                                           \
    X(3000, "unauthorized")                                                                                            \
    X(3003, "forbidden")                                                                                               \
    X(3008, "timeout")

#define WSD_SEVERITIES(X)                                                                                              \
    X(ERROR, "error")                                                                                                  \
    X(WARNING, "warning")                                                                                              \
    X(NOTE, "note")

#define WSD_CARRIERS(X)                                                                                                \
    X(TCP, "tcp")                                                                                                      \
    X(TLS, "tls")                                                                                                      \
    X(H2, "h2")                                                                                                        \
    X(H2_TLS, "h2+tls")

#define WSD_HANDSHAKES(X)                                                                                              \
    X(COMPLETE, "complete")                                                                                            \
    X(REJECTED, "rejected")                                                                                            \
    X(UNANSWERED, "unanswered")                                                                                        \
    X(MISSING, "missing")                                                                                              \
    X(ENCRYPTED, "encrypted")

#define WSD_HOWS(X)                                                                                                    \
    X(HANDSHAKE, "handshake")                                                                                          \
    X(FIN, "fin")                                                                                                      \
    X(RESET, "reset")                                                                                                  \
    X(IDLE, "idle")                                                                                                    \
    X(CAPTURE_END, "capture-end")

/* What may stand between a client and the handshake, on the same TCP connection. */
#define WSD_HOPS(X)                                                                                                    \
    X(HTTP_CONNECT, "http-connect")                                                                                    \
    X(SOCKS4, "socks4")                                                                                                \
    X(SOCKS4A, "socks4a")                                                                                              \
    X(SOCKS5, "socks5")                                                                                                \
    X(PROXY_V1, "proxy-v1")                                                                                            \
    X(PROXY_V2, "proxy-v2")

/* Code word, severity, rule, what it means. The words are a promise: none is renamed. */
#define WSD_FINDINGS(X)                                                                                                \
    X(HANDSHAKE_METHOD, "handshake-method", ERROR, "RFC 6455 4.1", "the upgrade request's method is not GET")          \
    X(HANDSHAKE_HTTP_VERSION, "handshake-http-version", ERROR, "RFC 6455 4.1", "the HTTP version is below 1.1")        \
    X(HANDSHAKE_HOST_MISSING, "handshake-host-missing", ERROR, "RFC 6455 4.1", "the request has no Host header")       \
    X(HANDSHAKE_KEY_MISSING, "handshake-key-missing", ERROR, "RFC 6455 4.1", "the request has no Sec-WebSocket-Key")   \
    X(HANDSHAKE_KEY_INVALID, "handshake-key-invalid", ERROR, "RFC 6455 4.1",                                           \
      "the Sec-WebSocket-Key is not 16 bytes in base64")                                                               \
    X(HANDSHAKE_VERSION_MISSING, "handshake-version-missing", ERROR, "RFC 6455 4.1",                                   \
      "the request has no Sec-WebSocket-Version")                                                                      \
    X(HANDSHAKE_VERSION_UNSUPPORTED, "handshake-version-unsupported", ERROR, "RFC 6455 4.1",                           \
      "the Sec-WebSocket-Version is not 13")                                                                           \
    X(HANDSHAKE_HEADER_REPEATED, "handshake-header-repeated", ERROR, "RFC 6455 11.3",                                  \
      "a header that may stand once stands more than once")                                                            \
    X(HANDSHAKE_UPGRADE_INVALID, "handshake-upgrade-invalid", ERROR, "RFC 6455 4.1, 4.2.2",                            \
      "the Upgrade header is missing or lacks the token websocket")                                                    \
    X(HANDSHAKE_CONNECTION_INVALID, "handshake-connection-invalid", ERROR, "RFC 6455 4.1, 4.2.2",                      \
      "the Connection header is missing or lacks the token Upgrade")                                                   \
    X(HANDSHAKE_ACCEPT_MISSING, "handshake-accept-missing", ERROR, "RFC 6455 4.2.2",                                   \
      "the answer 101 has no Sec-WebSocket-Accept")                                                                    \
    X(HANDSHAKE_ACCEPT_MISMATCH, "handshake-accept-mismatch", ERROR, "RFC 6455 4.2.2",                                 \
      "the Sec-WebSocket-Accept does not belong to the request's key")                                                 \
    X(HANDSHAKE_CHALLENGE_MISMATCH, "handshake-challenge-mismatch", ERROR, "hybi-00 1.3",                              \
      "the 16 bytes behind the answer do not belong to the request's keys (hixie-76)")                                 \
    X(HANDSHAKE_SUBPROTOCOL_NOT_OFFERED, "handshake-subprotocol-not-offered", ERROR, "RFC 6455 4.1",                   \
      "the server chose a subprotocol that the client did not offer")                                                  \
    X(HANDSHAKE_EXTENSION_NOT_OFFERED, "handshake-extension-not-offered", ERROR, "RFC 6455 4.1",                       \
      "the server uses an extension that the client did not offer")                                                    \
    X(HANDSHAKE_DEFLATE_PARAMETER, "handshake-deflate-parameter", ERROR, "RFC 7692 7.1",                               \
      "a permessage-deflate parameter is unknown, repeated, out of range, or not allowed by the offer")                \
    X(HANDSHAKE_DATA_BEFORE_RESPONSE, "handshake-data-before-response", ERROR, "RFC 6455 4.1",                         \
      "the client sent data before it was answered")                                                                   \
    X(HANDSHAKE_REJECTED, "handshake-rejected", WARNING, "RFC 6455 4.2.2",                                             \
      "the request was answered with something else than 101")                                                         \
    X(HANDSHAKE_UNANSWERED, "handshake-unanswered", WARNING, "RFC 6455 4.2.2", "the request was never answered")       \
    X(HANDSHAKE_LEGACY, "handshake-legacy", NOTE, "RFC 6455 4.1", "a draft older than the RFC is spoken")              \
    X(FRAME_CLIENT_UNMASKED, "frame-client-unmasked", ERROR, "RFC 6455 5.1", "client frame is not masked")             \
    X(FRAME_SERVER_MASKED, "frame-server-masked", ERROR, "RFC 6455 5.1", "server frame is masked")                     \
    X(FRAME_RSV_SET, "frame-rsv-set", ERROR, "RFC 6455 5.2",                                                           \
      "a reserved bit is set that no negotiated extension gives a meaning here")                                       \
    X(FRAME_OPCODE_RESERVED, "frame-opcode-reserved", ERROR, "RFC 6455 5.2", "the opcode is reserved")                 \
    X(FRAME_LENGTH_NOT_MINIMAL, "frame-length-not-minimal", ERROR, "RFC 6455 5.2",                                     \
      "the payload length is not encoded in the fewest bytes")                                                         \
    X(FRAME_LENGTH_MSB, "frame-length-msb", ERROR, "RFC 6455 5.2",                                                     \
      "the most significant bit of the 64-bit payload length is set")                                                  \
    X(FRAME_CONTINUATION_WITHOUT_START, "frame-continuation-without-start", ERROR, "RFC 6455 5.4",                     \
      "a continuation frame continues no message")                                                                     \
    X(FRAME_DATA_INSIDE_FRAGMENTS, "frame-data-inside-fragments", ERROR, "RFC 6455 5.4",                               \
      "a new message begins before the fragmented one has ended")                                                      \
    X(FRAME_CONTROL_TOO_LONG, "frame-control-too-long", ERROR, "RFC 6455 5.5",                                         \
      "a control frame's payload is longer than 125 bytes")                                                            \
    X(FRAME_CONTROL_FRAGMENTED, "frame-control-fragmented", ERROR, "RFC 6455 5.5", "a control frame is fragmented")    \
    X(FRAME_MASK_ZERO, "frame-mask-zero", WARNING, "RFC 6455 5.3", "the masking key is zero")                          \
    X(FRAME_MASK_REPEATED, "frame-mask-repeated", WARNING, "RFC 6455 5.3",                                             \
      "the same masking key is used again and again")                                                                  \
    X(MESSAGE_UTF8_INVALID, "message-utf8-invalid", ERROR, "RFC 6455 8.1", "a text message is not valid UTF-8")        \
    X(MESSAGE_INFLATE_FAILED, "message-inflate-failed", ERROR, "RFC 7692 7.2.2",                                       \
      "the compressed message cannot be inflated")                                                                     \
    X(MESSAGE_INFLATE_LIMIT, "message-inflate-limit", WARNING, "RFC 7692 7.2.2",                                       \
      "the message inflates past the limit and was not inflated further")                                              \
    X(MESSAGE_WINDOW_UNKNOWN, "message-window-unknown", NOTE, "RFC 7692 7.2.2",                                        \
      "the message is compressed and refers to bytes that were not captured or not inflated")                          \
    X(CLOSE_PAYLOAD_ONE_BYTE, "close-payload-one-byte", ERROR, "RFC 6455 5.5.1",                                       \
      "the close frame's payload is one byte: too short for a code")                                                   \
    X(CLOSE_REASON_UTF8, "close-reason-utf8", ERROR, "RFC 6455 5.5.1", "the close reason is not valid UTF-8")          \
    X(CLOSE_DATA_AFTER, "close-data-after", ERROR, "RFC 6455 5.5.1", "a data frame follows this side's close frame")   \
    X(CLOSE_CODE_INVALID, "close-code-invalid", ERROR, "RFC 6455 7.4", "the close code may not stand on the wire")     \
    X(CLOSE_CONTROL_AFTER, "close-control-after", NOTE, "RFC 6455 5.5.1",                                              \
      "a control frame follows this side's close frame")                                                               \
    X(CLOSE_MISSING, "close-missing", WARNING, "RFC 6455 7.1.1", "TCP ended without a close frame")                    \
    X(CLOSE_UNANSWERED, "close-unanswered", WARNING, "RFC 6455 7.1.1",                                                 \
      "TCP ended before this side answered the close frame")                                                           \
    X(STREAM_HTTP_INSIDE, "stream-http-inside", ERROR, "RFC 6455 5.2", "HTTP text stands where a frame should begin")  \
    X(STREAM_RESYNCHRONISED, "stream-resynchronised", NOTE, "RFC 6455 5.2",                                            \
      "after bytes that were not captured the next frame was searched for and found")                                  \
    X(LIMIT_REACHED, "limit-reached", WARNING, "wscope",                                                               \
      "a limit was reached: what lies past it is counted, not kept")                                                   \
    X(TCP_OVERLAP_CONFLICT, "tcp-overlap-conflict", WARNING, "RFC 9293 3.10",                                          \
      "two segments disagree about the same bytes; the first copy was taken")                                          \
    X(TCP_RESET, "tcp-reset", WARNING, "RFC 9293 3.5.2", "the TCP connection was reset")                               \
    X(TLS_NO_SECRETS, "tls-no-secrets", NOTE, "wscope", "the connection is encrypted, and no secrets open it")         \
    X(TLS_SESSION_FOUND, "tls-session-found", NOTE, "wscope",                                                          \
      "the capture lacks the TLS handshake, or a part of it: the session was found by trying secrets")                 \
    X(TLS_KEYS_UNKNOWN, "tls-keys-unknown", NOTE, "wscope", "the keys of what follows are not known: it stays closed") \
    X(TLS_EARLY_UNKNOWN, "tls-early-unknown", NOTE, "RFC 8446 4.2.10",                                                 \
      "there is 0-RTT data, and the capture does not show whether the server took it")                                 \
    X(TLS_DECRYPT_FAILED, "tls-decrypt-failed", WARNING, "RFC 8446 5.2",                                               \
      "a record's tag or MAC is wrong: it was damaged, or the secrets are not this connection's")                      \
    X(TLS_ALERT, "tls-alert", WARNING, "RFC 8446 6.2", "an alert says why the connection is given up")                 \
    X(TLS_TRUNCATED, "tls-truncated", NOTE, "RFC 8446 6.1", "TCP ended without a close_notify")                        \
    X(TLS_RESYNCHRONISED, "tls-resynchronised", NOTE, "RFC 8446 5.3",                                                  \
      "records were lost, and the next one that could be opened was found")

#define WSD_ENUM_WORD(name, ...) WSD_FINDING_##name,
enum wsd_finding_code { WSD_FINDINGS(WSD_ENUM_WORD) WSD_FINDING_COUNT };
#undef WSD_ENUM_WORD

#define WSD_ENUM_WORD(name, value, word) WSD_OPCODE_##name = value,
enum wsd_opcode { WSD_OPCODES(WSD_ENUM_WORD) };
#undef WSD_ENUM_WORD

#define WSD_ENUM_WORD(name, word) WSD_##name,
enum wsd_severity { WSD_SEVERITIES(WSD_ENUM_WORD) WSD_SEVERITY_COUNT };
#undef WSD_ENUM_WORD

#define WSD_ENUM_WORD(name, word) WSD_CARRIER_##name,
enum wsd_carrier { WSD_CARRIERS(WSD_ENUM_WORD) };
#undef WSD_ENUM_WORD

#define WSD_ENUM_WORD(name, word) WSD_HANDSHAKE_##name,
enum wsd_handshake { WSD_HANDSHAKES(WSD_ENUM_WORD) };
#undef WSD_ENUM_WORD

#define WSD_ENUM_WORD(name, word) WSD_BY_##name,
enum wsd_how { WSD_HOWS(WSD_ENUM_WORD) };
#undef WSD_ENUM_WORD

#define WSD_ENUM_WORD(name, word) WSD_HOP_##name,
enum wsd_hop_kind { WSD_HOPS(WSD_ENUM_WORD) };
#undef WSD_ENUM_WORD

/* ---- a connection ------------------------------------------------------------------------------------------ */

/* What one side sent, so far. */
struct wsd_counts {
    uint64_t messages;      /* data messages (text and binary), complete or not */
    uint64_t frames;        /* frames of every kind */
    uint64_t payload_bytes; /* of data messages, after inflating */
    uint64_t wire_bytes;    /* payload bytes of all frames, as on the wire */
    uint64_t header_bytes;  /* frame headers */
    uint64_t gaps;          /* runs of bytes that the capture never saw */
    uint64_t gap_bytes;
    uint64_t deflated_bytes; /* wire bytes of the messages that were inflated, ... */
    uint64_t inflated_bytes; /* ... and what they inflated to */
};

/* What was agreed for permessage-deflate (RFC 7692 7.1). */
struct wsd_deflate {
    bool negotiated;
    bool no_context_takeover[2]; /* by sender: [WSD_CLIENT] is client_no_context_takeover */
    uint8_t max_window_bits[2];  /* by sender, 8 to 15 */
};

/* What came of a key log's lines. */
struct wsd_secrets_read {
    uint64_t lines;       /* read */
    uint64_t taken;       /* secrets of TLS */
    uint64_t wrong;       /* no line of a key log */
    uint64_t first_wrong; /* the number of the first of them, from 1; 0: none */
};

/* What is known of the TLS connection that carries a WebSocket, or may carry one. */
struct wsd_tls {
    uint16_t version;        /* 0x0301 is TLS 1.0, 0x0304 TLS 1.3; 0: not known */
    uint16_t cipher;         /* of IANA's registry; 0: not known */
    const char *cipher_name; /* "TLS_AES_128_GCM_SHA256"; NULL: not known */
    struct wsd_bytes sni;    /* the server's name, as the client gave it; empty: none */
    struct wsd_bytes alpn;   /* the protocol that was chosen, as far as it can be seen; empty: none */
    bool decrypted;
    const char *reason;    /* why not, or how in spite of all; printable, NULL: nothing to say */
    char ja3[33], ja4[37]; /* fingerprints of the ClientHello; empty: not seen */
};

/* Lives as long as the connection does; the same pointer in each of its events. Strings are raw bytes from the wire,
 * not terminated: escape them before showing them. */
struct wsd_connection {
    uint64_t id; /* from 1, in order of appearance, over the whole run */
    struct wsd_counts counts[2];
    struct wsd_endpoint endpoint[2];
    enum wsd_carrier carrier;
    enum wsd_handshake handshake;
    int16_t status;               /* of the answer, 0: none seen */
    int16_t version;              /* Sec-WebSocket-Version, -1: none or not a number */
    int64_t opened;               /* time of the connection event */
    struct wsd_bytes url;         /* empty when not known */
    struct wsd_bytes subprotocol; /* empty: none */
    struct wsd_deflate deflate;
    const struct wsd_tls *tls; /* NULL: carrier is tcp or h2 */
};

struct wsd_header {
    struct wsd_bytes name, value;
};

/* A request's or a response's head, as it stands on the wire. */
struct wsd_head {
    struct wsd_bytes method, target; /* request */
    int status;                      /* response */
    struct wsd_bytes reason;         /* response */
    struct wsd_bytes http;           /* "HTTP/1.1" */
    const struct wsd_header *headers;
    size_t header_count;
    struct wsd_bytes raw; /* the whole head, the empty line included */
};

/* One proxy, as the client asked for it (CONNECT, SOCKS), or as it introduced itself (PROXY protocol). */
struct wsd_hop {
    enum wsd_hop_kind kind;
    bool user;                               /* credentials were given; they are not kept */
    struct wsd_bytes target;                 /* host and port asked for, raw bytes; empty for the PROXY protocol */
    struct wsd_endpoint source, destination; /* PROXY protocol; family 0: not said */
};

/* ---- events ------------------------------------------------------------------------------------------------ */

/* An upgrade attempt was answered, or will not be any more. Comes before every other event of its connection.
 * The request event, for those who ask for it (wsd_options.requests), tells that one was made and is not answered yet: it has the request and
 * what is known of its flow, and its connection is no connection yet: id is 0, and the pointer is valid for the event. */
struct wsd_opening {
    const struct wsd_head *request;  /* NULL: not seen */
    const struct wsd_head *response; /* NULL: not seen */
    struct wsd_bytes extensions;     /* the answer's Sec-WebSocket-Extensions, several joined by ", "; empty: none */
    const char *community_id;        /* "1:..." (Community ID flow hashing, version 1, seed 0) */
    uint64_t flow;                   /* number of the TCP connection, see wsd_owner() */
    const struct wsd_hop *via;       /* the proxies in front of the handshake, the outermost first */
    size_t via_count;
    int64_t request_time;           /* of the packet with the end of the request's head; 0: not known */
    int64_t syn_time[2];            /* of each side's SYN, only with wsd_options.transport; 0: not seen */
    struct wsd_bytes forwarded_for; /* the client that the request's Forwarded, X-Forwarded-For or X-Real-IP names */
};

/* A frame, told when its last byte was seen, or the stream ended in it (RFC 6455 5.2). */
struct wsd_frame {
    enum wsd_direction direction;
    uint8_t opcode; /* 0 to 15 */
    bool fin, rsv[3], masked;
    uint8_t mask[4]; /* the masking key, when masked */
    uint64_t length; /* of the payload, as declared */
    bool complete;   /* no byte missing in the capture */
    bool legacy; /* framed as hixie-75 and -76 do: header is the type and what stands for the length, see legacy.c */
    struct wsd_bytes header;  /* as on the wire, 2 to 14 bytes; 1 when the end cut off a legacy frame */
    struct wsd_bytes payload; /* only with wsd_options.detail: the first bytes, as on the wire */
    struct wsd_moment first;  /* the packet of its first byte */
};

/* A message, or what there is of it (RFC 6455 5.4). Control frames are messages too. */
struct wsd_range {
    uint64_t offset, length;
};

#define WSD_RANGES_MOST                                                                                                \
    1024 /* ranges told of one message; further ones are joined to the last, with what is known between */

struct wsd_message {
    enum wsd_direction direction;
    uint8_t opcode;
    uint64_t length;      /* bytes after inflating */
    uint64_t wire_length; /* payload bytes in its frames */
    uint64_t frames;
    bool compressed; /* RSV1, and deflate was negotiated */
    bool inflated;   /* payload is the inflated message; compressed && !inflated: payload is as on the wire */
    bool complete;   /* no byte missing or unknown, ended by FIN, and inflated whole if compressed */
    bool truncated;  /* payload was cut by wsd_options.keep_payload */
    bool text;       /* payload is valid UTF-8 so far, to be shown as text */
    struct wsd_bytes payload;
    /* Inflated ones: what was inflated, without masks, cut as payload is; empty: payload is that, or not all was kept. */
    struct wsd_bytes wire;
    const struct wsd_range *unknown; /* parts of the payload that are not known, in order; '?' stands in their place */
    size_t unknown_count;
    uint64_t unknown_bytes; /* exact; the ranges have more when some were joined */
    int64_t first_time;
    uint64_t first_packet;
    int close_code; /* close frames: 0 to 65535, -1: none */
    struct wsd_bytes close_reason;
};

struct wsd_gap {
    enum wsd_direction direction;
    uint64_t bytes;
};

struct wsd_finding {
    enum wsd_direction direction; /* who broke the rule; WSD_NEITHER: nobody, or both */
    enum wsd_finding_code code;
    const char *detail; /* printable ASCII, never NULL, may be "" */
};

/* The connection ended, or the capture did. The last event of a connection; an attempt that was refused or not answered
 * has none. */
struct wsd_close {
    enum wsd_direction by; /* who began the ending; WSD_NEITHER: not known */
    enum wsd_how how;
    int code;     /* of the first close frame, -1: none */
    int reported; /* what the client's onclose would say, -1: it is still open, as far as was seen */
    struct wsd_bytes reason;
    int64_t duration; /* nanoseconds since the connection event */
};

/* TCP, for those who ask for it (wsd_options.transport). */
#define WSD_TRANSPORTS(X)                                                                                              \
    X(SYN, "syn")                                                                                                      \
    X(FIN, "fin")                                                                                                      \
    X(RST, "rst")                                                                                                      \
    X(RETRANSMISSION, "retransmission")                                                                                \
    X(WINDOW_CLOSED, "window-closed")                                                                                  \
    X(WINDOW_OPENED, "window-opened")
#define WSD_ENUM_WORD(name, word) WSD_TRANSPORT_##name,
enum wsd_transport_what { WSD_TRANSPORTS(WSD_ENUM_WORD) };
#undef WSD_ENUM_WORD

struct wsd_transport {
    enum wsd_direction direction;
    enum wsd_transport_what what;
};

enum wsd_event_type {
    WSD_EVENT_CONNECTION,
    WSD_EVENT_FRAME,
    WSD_EVENT_MESSAGE,
    WSD_EVENT_GAP,
    WSD_EVENT_FINDING,
    WSD_EVENT_CLOSE,
    WSD_EVENT_TRANSPORT,
    WSD_EVENT_REQUEST
};

struct wsd_event {
    enum wsd_event_type type;
    struct wsd_moment at;                    /* the packet that completed it */
    const struct wsd_connection *connection; /* NULL: concerns no connection */
    union {
        struct wsd_opening opening; /* of a request too */
        struct wsd_frame frame;
        struct wsd_message message;
        struct wsd_gap gap;
        struct wsd_finding finding;
        struct wsd_close close;
        struct wsd_transport transport;
    };
};

#ifdef __cplusplus
}
#endif
#endif
