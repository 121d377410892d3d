/*
 * fields.h: what can be asked for. One line a field: name, type, what it is. Matching, the manual, the completion of names and the
 * messages about mistakes come from this table. The names are a promise.
 */
#ifndef FILTER_FIELDS_H
#define FILTER_FIELDS_H

#include "filter/filter.h"

/* Type, the word that the manual has for it. */
#define FIELD_TYPES(X)                                                                                                 \
    X(PRESENCE, "yes or no")                                                                                           \
    X(BOOLEAN, "yes or no")                                                                                            \
    X(NUMBER, "number")                                                                                                \
    X(DURATION, "duration")                                                                                            \
    X(TIME, "time")                                                                                                    \
    X(TEXT, "text")                                                                                                    \
    X(ADDRESS, "address")                                                                                              \
    X(OPCODE, "opcode")                                                                                                \
    X(TYPE, "word")                                                                                                    \
    X(SIDE, "word")                                                                                                    \
    X(CARRIER, "word")                                                                                                 \
    X(HANDSHAKE, "word")                                                                                               \
    X(HOW, "word")                                                                                                     \
    X(SEVERITY, "word")                                                                                                \
    X(FINDING, "word")
#define FIELD_ENUM(name, word) FIELD_##name,
enum field_type { FIELD_TYPES(FIELD_ENUM) FIELD_TYPE_COUNT };
#undef FIELD_ENUM

#define FIELDS(X)                                                                                                      \
    X(CONNECTION, "connection", PRESENCE, "the line that begins a connection, or an attempt")                          \
    X(FRAME, "frame", PRESENCE, "a frame")                                                                             \
    X(MESSAGE, "message", PRESENCE, "a message, those of control frames too")                                          \
    X(GAP, "gap", PRESENCE, "bytes missing in the capture")                                                            \
    X(FINDING, "finding", PRESENCE, "a finding")                                                                       \
    X(CLOSE, "close", PRESENCE, "the end of a connection")                                                             \
    X(TYPE, "type", TYPE, "which of these six it is")                                                                  \
    X(CONN, "conn", NUMBER, "the connection's number")                                                                 \
    X(TIME, "time", TIME, "of the packet; local, or UTC with a Z")                                                     \
    X(PACKET, "packet", NUMBER, "the packet's number")                                                                 \
    X(DIR, "dir", SIDE, "who sent it, or broke a rule: client, server")                                                \
    X(IP_ADDR, "ip.addr", ADDRESS, "either end's address")                                                             \
    X(IP_SRC, "ip.src", ADDRESS, "the sender's; the client's where nothing was sent")                                  \
    X(IP_DST, "ip.dst", ADDRESS, "the receiver's")                                                                     \
    X(TCP_PORT, "tcp.port", NUMBER, "either end's port")                                                               \
    X(TCP_SRCPORT, "tcp.srcport", NUMBER, "the sender's")                                                              \
    X(TCP_DSTPORT, "tcp.dstport", NUMBER, "the receiver's")                                                            \
    X(CLIENT_IP, "client.ip", ADDRESS, "the client's address")                                                         \
    X(CLIENT_PORT, "client.port", NUMBER, "its port")                                                                  \
    X(SERVER_IP, "server.ip", ADDRESS, "the server's address")                                                         \
    X(SERVER_PORT, "server.port", NUMBER, "its port")                                                                  \
    X(URL, "url", TEXT, "the URL asked for")                                                                           \
    X(SUBPROTOCOL, "subprotocol", TEXT, "agreed upon")                                                                 \
    X(CARRIER, "carrier", CARRIER, "tcp, tls, h2, h2+tls")                                                             \
    X(HANDSHAKE, "handshake", HANDSHAKE, "complete, rejected, unanswered, missing, encrypted")                         \
    X(STATUS, "status", NUMBER, "of the answer to the handshake")                                                      \
    X(VERSION, "version", NUMBER, "Sec-WebSocket-Version")                                                             \
    X(DEFLATE, "deflate", BOOLEAN, "compression was agreed upon")                                                      \
    X(WS_OPCODE, "ws.opcode", OPCODE, "of a frame or message")                                                         \
    X(WS_LENGTH, "ws.length", NUMBER, "of a frame's payload, or of a message")                                         \
    X(WS_COMPLETE, "ws.complete", BOOLEAN, "nothing of the frame or message is missing")                               \
    X(WS_FIN, "ws.fin", BOOLEAN, "of a frame")                                                                         \
    X(WS_RSV1, "ws.rsv1", BOOLEAN, "of a frame")                                                                       \
    X(WS_RSV2, "ws.rsv2", BOOLEAN, "of a frame")                                                                       \
    X(WS_RSV3, "ws.rsv3", BOOLEAN, "of a frame")                                                                       \
    X(WS_MASKED, "ws.masked", BOOLEAN, "of a frame")                                                                   \
    X(WS_MASK, "ws.mask", NUMBER, "a frame's masking key, as 0x12345678")                                              \
    X(WS_HEADER_LENGTH, "ws.header_length", NUMBER, "of a frame")                                                      \
    X(PAYLOAD, "payload", TEXT, "a message's bytes, inflated, as far as they are kept")                                \
    X(LENGTH, "length", NUMBER, "of a message, after inflating")                                                       \
    X(WIRE_LENGTH, "wire_length", NUMBER, "of a message's payload in its frames")                                      \
    X(FRAMES, "frames", NUMBER, "of a message")                                                                        \
    X(COMPRESSED, "compressed", BOOLEAN, "a message was compressed")                                                   \
    X(TRUNCATED, "truncated", BOOLEAN, "a message's payload is not all kept")                                          \
    X(CLOSE_CODE, "close.code", NUMBER, "of a close frame, or of the connection's first")                              \
    X(CLOSE_REASON, "close.reason", TEXT, "likewise")                                                                  \
    X(CLOSE_REPORTED, "close.reported", NUMBER, "what the client's program hears at the end")                          \
    X(CLOSE_BY, "close.by", SIDE, "who began the ending: client, server")                                              \
    X(CLOSE_HOW, "close.how", HOW, "handshake, fin, reset, idle, capture-end")                                         \
    X(CLOSE_DURATION, "close.duration", DURATION, "of the connection: 500ms, 2s, 5m, 1h")                              \
    X(FINDING_CODE, "finding.code", FINDING, "its word, as --list-findings has them")                                  \
    X(FINDING_SEVERITY, "finding.severity", SEVERITY, "error, warning, note")                                          \
    X(FINDING_RULE, "finding.rule", TEXT, "the rule, as RFC 6455 5.1")                                                 \
    X(FINDING_DETAIL, "finding.detail", TEXT, "what broke it")                                                         \
    X(GAP_BYTES, "gap.bytes", NUMBER, "missing in the capture")
#define FIELD_ENUM(name, ...) FIELD_ID_##name,
enum field_id { FIELDS(FIELD_ENUM) FIELD_COUNT };
#undef FIELD_ENUM

enum field_type fields_type(enum field_id id);
const char *fields_name(enum field_id id);

/* The field of this name, or FIELD_COUNT. */
enum field_id fields_find(struct wsd_bytes name);

/* The name that is most like this one, or NULL. */
const char *fields_like(struct wsd_bytes name);

/* Only frames have it. */
bool fields_of_frames(enum field_id id);

/* What a word of a type with words stands for, or -1; and the n-th word, or NULL. */
int fields_word_value(enum field_type type, struct wsd_bytes word);
const char *fields_word(enum field_type type, unsigned n);

/* What an event has of a field. Which member, the type says. */
struct field_values {
    unsigned count; /* 0: it does not have the field */
    int64_t number[2];
    const struct wsd_endpoint *end[2];
    struct wsd_bytes text;
};
void fields_get(enum field_id id, const struct filter_subject *subject, struct field_values *out);

#endif
