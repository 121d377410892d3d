/*
 * tls_handshake.h: handshake messages, as far as a passive reader needs them (RFC 8446 4, RFC 5246 7.4, RFC 8446 D.4).
 *
 * Records' contents are joined to messages (they may be spread over several, and several may share one). Messages that say nothing
 * of use here (certificates) are passed over without being kept. A hello is parsed into borrowed pieces; what is malformed in it
 * reads as absent.
 */
#ifndef STREAM_TLS_HANDSHAKE_H
#define STREAM_TLS_HANDSHAKE_H

#include "base/buffer.h"

enum { TLS_HELLO_RANDOM = 32, TLS_MESSAGE_MOST = 64 << 10 };

/* RFC 8446 B.3, RFC 5246 7.4. */
enum tls_message_type {
    TLS_HELLO_REQUEST = 0,
    TLS_CLIENT_HELLO = 1,
    TLS_SERVER_HELLO = 2,
    TLS_NEW_SESSION_TICKET = 4,
    TLS_END_OF_EARLY_DATA = 5,
    TLS_ENCRYPTED_EXTENSIONS = 8,
    TLS_SERVER_HELLO_DONE = 14,
    TLS_CLIENT_KEY_EXCHANGE = 16,
    TLS_FINISHED = 20,
    TLS_KEY_UPDATE = 24,
};

struct tls_message {
    uint8_t type;
    struct wsd_bytes body;
};

/* One direction's message at hand. */
struct tls_messages {
    struct buffer held; /* of a message that is spread over records */
    size_t skip;        /* of one that is not kept */
};

/* Takes the next message from *bytes, the content of a handshake record. Returns 1: it is in *message, valid until the next call;
 * 0: all bytes are taken; -ENOMEM. A message that is passed over is given without its body. */
int tls_messages_next(struct tls_messages *messages, struct wsd_bytes *bytes, struct tls_message *message);
void tls_messages_free(struct tls_messages *messages);

struct tls_client_hello {
    uint16_t version;      /* legacy_version */
    uint16_t highest;      /* of supported_versions, or version */
    const uint8_t *random; /* TLS_HELLO_RANDOM bytes */
    struct wsd_bytes session_id, suites /* two bytes each */, extensions, sni, ticket;
    struct wsd_bytes alpn; /* the names that are offered, each behind its length; empty: none */
    bool extended_master, early_data;
};

struct tls_server_hello {
    uint16_t version; /* that is spoken from here on */
    uint16_t suite;
    const uint8_t *random;
    struct wsd_bytes session_id, alpn /* the name that was chosen */;
    bool extended_master, encrypt_then_mac, retry;
};

/* False: it is cut off, or malformed before its extensions. */
bool tls_client_hello(struct wsd_bytes body, struct tls_client_hello *hello);
bool tls_server_hello(struct wsd_bytes body, struct tls_server_hello *hello);

/* The protocol that EncryptedExtensions names, if any; *early: 0-RTT data was accepted. */
struct wsd_bytes tls_encrypted_extensions(struct wsd_bytes body, bool *early);

/* One after the other: true while there is another extension. */
bool tls_extension(struct wsd_bytes *extensions, uint16_t *type, struct wsd_bytes *data);

/* RFC 8701: values that stand for nothing, so that peers learn to pass over what they do not know. */
static inline bool tls_is_grease(uint16_t value)
{
    return (value & 0x0F0F) == 0x0A0A && value >> 8 == (value & 0xFF);
}

enum { TLS_JA3_SIZE = 33, TLS_JA4_SIZE = 37 };

/* Fingerprints of a ClientHello: JA3 (MD5, 32 digits) and JA4 (36 characters), each with a final 0. Returns 0 or -ENOMEM. */
int tls_fingerprint(const struct tls_client_hello *hello, char ja3[TLS_JA3_SIZE], char ja4[TLS_JA4_SIZE]);

#endif
