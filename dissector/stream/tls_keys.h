/*
 * tls_keys.h: from secrets to keys, and with a key from a protected record to its content.
 *
 *   TLS 1.3  a traffic secret for each direction and epoch; key and IV by HKDF-Expand-Label (RFC 8446 7.3), nonce from IV and
 *            sequence number (5.3), the content's type behind the content (5.2)
 *   TLS 1.2  the master secret gives a key block for both directions (RFC 5246 6.3). AEAD: the nonce is in the record (RFC 5288,
 *            RFC 6655), or made as in 1.3 (RFC 7905). CBC: an IV in the record, MAC over the content, or over the ciphertext with
 *            encrypt-then-MAC (RFC 7366)
 *   TLS 1.1, 1.0  the same CBC; in 1.0 the IV is the end of the record before (RFC 2246 6.2.3.2)
 *
 * Whether a record was opened is proven by its tag or MAC: the key and the sequence number were the right ones, or nothing is told.
 */
#ifndef STREAM_TLS_KEYS_H
#define STREAM_TLS_KEYS_H

#include "stream/tls_record.h"
#include "stream/tls_suite.h"

/* One direction's keys, and where it stands. */
struct tls_cipher {
    const struct tls_suite *suite;
    struct crypto_cipher *cipher;
    struct crypto_mac *mac; /* CBC */
    uint64_t sequence;      /* of the next record */
    uint16_t version;
    bool encrypt_then_mac;
    bool chain_known;              /* TLS 1.0: iv is the end of the record before */
    uint8_t iv[CRYPTO_BLOCK_MOST]; /* AEAD: static part of the nonce */
};

/* A record's content. */
struct tls_plain {
    uint8_t type;
    struct wsd_bytes bytes;
    size_t behind; /* TLS 1.3: bytes behind it, its type and padding */
};

/* Keys of TLS 1.3 from a traffic secret, whose length must be the hash's. NULL: no memory, or it is not. */
struct tls_cipher *tls_cipher_13(const struct tls_suite *suite, struct wsd_bytes secret);

/* TLS 1.3 with GCM: the sequence number of this record, if it was sealed with keys of this secret; no number needs to be tried. scratch:
 * TLS_BODY_MOST bytes. */
bool tls_can_number(const struct tls_suite *suite);
bool tls_record_number(const struct tls_suite *suite, struct wsd_bytes secret, const struct tls_record *record,
                       uint8_t *scratch, uint64_t *number);

/* The traffic secret after a KeyUpdate (RFC 8446 7.2), of the same length. Returns 0 or -ENOMEM. */
int tls_next_secret(const struct tls_suite *suite, uint8_t *secret);

/* What a key block is made from (RFC 5246 6.3). */
struct tls_session {
    const struct tls_suite *suite;
    uint16_t version;
    bool encrypt_then_mac;
    uint8_t client_random[32], server_random[32];
};

/* Keys up to TLS 1.2, of what `direction` sends. master: 48 bytes. NULL: no memory. */
struct tls_cipher *tls_cipher_12(const struct tls_session *session, const uint8_t *master,
                                 enum wsd_direction direction);

/* The master secret of a premaster secret (RFC 5246 8.1), or with hash.length > 0 an extended one (RFC 7627 4), where hash is the
 * digest of the handshake up to ClientKeyExchange, as tls_session_hash() says. Returns 0 or -ENOMEM. */
int tls_master_secret(const struct tls_session *session, struct wsd_bytes premaster, struct wsd_bytes hash,
                      uint8_t *master);
enum crypto_hash tls_session_hash(const struct tls_session *session);

void tls_cipher_free(struct tls_cipher *cipher);

/* Opens a record as the one with this sequence number; cipher->sequence does not matter and is left. out: TLS_BODY_MOST bytes, in
 * which *plain lies. False: it was not sealed with this key and number, or is damaged. */
bool tls_cipher_open(struct tls_cipher *cipher, const struct tls_record *record, uint64_t sequence, uint8_t *out,
                     struct tls_plain *plain);

/* This record has passed, opened or not: the next one's IV is its end, in TLS 1.0. NULL: it is not known. */
void tls_cipher_pass(struct tls_cipher *cipher, const struct tls_record *record);

/* How many bytes of content a record with a body of this length has: exactly with an AEAD (without the padding of TLS 1.3, which
 * hardly anybody uses), and the most it can have with CBC. */
size_t tls_session_content(const struct tls_session *session, size_t body);
bool tls_session_exact(const struct tls_session *session);

#endif
