/*
 * tls_secrets.h: what opens TLS connections: lines of NSS key logs, kept by client random, and private keys.
 *
 *      CLIENT_RANDOM <client random> <master secret>                    up to TLS 1.2
 *      CLIENT_TRAFFIC_SECRET_0 <client random> <secret> ...             TLS 1.3, one for each direction and epoch
 *      RSA <first 8 bytes of the encrypted premaster> <premaster>       what old NSS wrote
 *
 * (draft-ietf-tls-keylogfile.) Master secrets are also kept by session id and by ticket, for abbreviated handshakes whose first one
 * was opened by a private key. At most TLS_SECRETS_MOST are kept; then the oldest gives way. All is overwritten before it is freed.
 */
#ifndef STREAM_TLS_SECRETS_H
#define STREAM_TLS_SECRETS_H

#include "base/crypto.h"
#include "base/hash.h"
#include "base/table.h"

enum { TLS_SECRETS_MOST = 1 << 20, TLS_KEYS_MOST = 16, TLS_RANDOM = 32, TLS_SECRET_MOST = 48, TLS_MASTER_SIZE = 48 };

/* Name and label. A label that is known and opens nothing here has no name. */
#define TLS_LABELS(X)                                                                                                  \
    X(MASTER, "CLIENT_RANDOM")                                                                                         \
    X(PREMASTER, "RSA")                                                                                                \
    X(CLIENT_EARLY, "CLIENT_EARLY_TRAFFIC_SECRET")                                                                     \
    X(CLIENT_HANDSHAKE, "CLIENT_HANDSHAKE_TRAFFIC_SECRET")                                                             \
    X(SERVER_HANDSHAKE, "SERVER_HANDSHAKE_TRAFFIC_SECRET")                                                             \
    X(CLIENT_TRAFFIC, "CLIENT_TRAFFIC_SECRET_")                                                                        \
    X(SERVER_TRAFFIC, "SERVER_TRAFFIC_SECRET_")
#define TLS_ENUM(name, word) TLS_SECRET_##name,
enum tls_label { TLS_LABELS(TLS_ENUM) TLS_SECRET_SESSION, TLS_SECRET_TICKET, TLS_LABEL_COUNT };
#undef TLS_ENUM

struct tls_secret {
    uint8_t of[TLS_RANDOM]; /* client random, or what else the label is about, with zeros behind it */
    uint8_t secret[TLS_SECRET_MOST];
    uint8_t label, length;
    uint16_t generation; /* of traffic secrets: the number behind the label */
};

struct tls_secrets {
    struct hash_key key;
    struct table table;
    struct tls_secret *secrets;
    uint64_t added;                   /* ever */
    uint32_t count, capacity, oldest; /* oldest: the one that gives way when there are TLS_SECRETS_MOST */
    struct crypto_key *keys[TLS_KEYS_MOST];
    size_t key_count;
};

/* Returns 0 or -ENOMEM. */
int tls_secrets_init(struct tls_secrets *secrets, const uint8_t seed[16]);
void tls_secrets_free(struct tls_secrets *secrets);

/* One line of a key log, without its end. Returns its length. label: one that TLS_LABELS names, of generation 0. */
enum { TLS_SECRET_LINE = 40 + 2 * TLS_RANDOM + 2 * TLS_SECRET_MOST };
size_t tls_secret_line(enum tls_label label, struct wsd_bytes of, struct wsd_bytes secret, char line[TLS_SECRET_LINE]);

/* Reads a key log's whole lines, and adds to *read what came of them. Returns 0 or -ENOMEM. */
int tls_secrets_read(struct tls_secrets *secrets, struct wsd_bytes text, struct wsd_secrets_read *read);

/* Returns 0, -EINVAL (no RSA key without password), -ENOSPC, or -ENOMEM. */
int tls_secrets_key(struct tls_secrets *secrets, struct wsd_bytes pem);

/* Keeps a secret. One that is there already is left as it is. of: at most TLS_RANDOM bytes. Returns 0 or -ENOMEM. */
int tls_secrets_add(struct tls_secrets *secrets, enum tls_label label, unsigned generation, struct wsd_bytes of,
                    struct wsd_bytes secret);

/* The one that was added `back` before the newest one, back < count. Borrowed likewise. */
const struct tls_secret *tls_secrets_newest(const struct tls_secrets *secrets, uint64_t back);

/* Empty when there is none. Borrowed until the next call that adds. */
struct wsd_bytes tls_secrets_find(const struct tls_secrets *secrets, enum tls_label label, unsigned generation,
                                  struct wsd_bytes of);

#endif
