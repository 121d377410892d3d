/*
 * crypto.h: the only way to the crypto library (OpenSSL's libcrypto), and base64 (RFC 4648 section 4).
 *
 * Nothing here knows TLS: digests, key derivation, opening what was sealed, one private key. A cipher or MAC is made once for a
 * direction and used for all its records: setting one up costs more than a small record.
 */
#ifndef BASE_CRYPTO_H
#define BASE_CRYPTO_H

#include "base/event.h"

/* ---- digests ----------------------------------------------------------------------------------------------- */

/* MD5_SHA1 is both, one behind the other, as TLS before 1.2 uses them (RFC 2246 5). */
enum crypto_hash { CRYPTO_MD5, CRYPTO_SHA1, CRYPTO_SHA256, CRYPTO_SHA384, CRYPTO_MD5_SHA1 };

#define CRYPTO_MD5_SIZE    16
#define CRYPTO_SHA1_SIZE   20
#define CRYPTO_SHA256_SIZE 32
#define CRYPTO_SHA384_SIZE 48
#define CRYPTO_HASH_MOST   48

/* Bytes of a digest. */
size_t crypto_hash_size(enum crypto_hash hash);

/* The digest of all parts, one after the other. Returns 0 or -ENOMEM. */
int crypto_digest(enum crypto_hash hash, const struct wsd_bytes *parts, size_t count, uint8_t *out);

/* SHA-1: what Sec-WebSocket-Accept and the community id are made of. Returns 0 or -ENOMEM. */
int crypto_sha1(const struct wsd_bytes *parts, size_t count, uint8_t out[CRYPTO_SHA1_SIZE]);

/* MD5 likewise: the answer to a challenge of draft-ietf-hybi-thewebsocketprotocol-00. */
int crypto_md5(const struct wsd_bytes *parts, size_t count, uint8_t out[CRYPTO_MD5_SIZE]);

/* ---- key derivation ---------------------------------------------------------------------------------------- */

/* HKDF-Expand-Label(secret, label, "", length) of RFC 8446 7.1; label without "tls13 ". Returns 0 or -ENOMEM. */
int crypto_expand_label(enum crypto_hash hash, struct wsd_bytes secret, const char *label, uint8_t *out, size_t length);

/* PRF(secret, label, seed) of RFC 5246 5, or with MD5_SHA1 of RFC 2246 5. Returns 0 or -ENOMEM. */
int crypto_prf(enum crypto_hash hash, struct wsd_bytes secret, const char *label, const struct wsd_bytes seed[2],
               uint8_t *out, size_t length);

/* Overwrites secrets in a way that the compiler does not remove. */
void crypto_wipe(void *data, size_t length);

/* ---- ciphers ----------------------------------------------------------------------------------------------- */

/* Name, bytes of key, of the tag (AEAD) or 0, of a block (CBC) or 0. */
#define CRYPTO_CIPHERS(X)                                                                                              \
    X(AES_128_GCM, 16, 16, 0)                                                                                          \
    X(AES_256_GCM, 32, 16, 0)                                                                                          \
    X(CHACHA20_POLY1305, 32, 16, 0)                                                                                    \
    X(AES_128_CCM, 16, 16, 0)                                                                                          \
    X(AES_256_CCM, 32, 16, 0)                                                                                          \
    X(AES_128_CCM_8, 16, 8, 0)                                                                                         \
    X(AES_256_CCM_8, 32, 8, 0)                                                                                         \
    X(AES_128_CBC, 16, 0, 16)                                                                                          \
    X(AES_256_CBC, 32, 0, 16)                                                                                          \
    X(DES3_CBC, 24, 0, 8)
#define CRYPTO_ENUM(name, ...) CRYPTO_##name,
enum crypto_cipher_name { CRYPTO_CIPHERS(CRYPTO_ENUM) CRYPTO_CIPHER_COUNT };
#undef CRYPTO_ENUM

enum { CRYPTO_KEY_MOST = 32, CRYPTO_BLOCK_MOST = 16, CRYPTO_NONCE = 12 };

struct crypto_cipher_info {
    uint8_t key, tag, block; /* bytes */
};
const struct crypto_cipher_info *crypto_cipher_info(enum crypto_cipher_name name);

struct crypto_cipher;

/* NULL when there is no memory. key: as many bytes as the cipher's info says. */
struct crypto_cipher *crypto_cipher_new(enum crypto_cipher_name name, const uint8_t *key);
void crypto_cipher_free(struct crypto_cipher *cipher);

/* AEAD: sealed is ciphertext and tag; sealed.length - tag bytes are written to out. Returns whether the tag is right; without it
 * out holds nothing of use. */
bool crypto_open(struct crypto_cipher *cipher, const uint8_t nonce[CRYPTO_NONCE], struct wsd_bytes aad,
                 struct wsd_bytes sealed, uint8_t *out);

/* GCM with `key`: which nonce this was sealed with, found from its tag and not by trying: the tag is GHASH xor E(nonce || 1) (NIST SP
 * 800-38D 7.1), and only the latter depends on the nonce. False: it was not sealed with this key, but for one time in 2^32. scratch: as
 * many bytes as sealed has. */
bool crypto_gcm_nonce(enum crypto_cipher_name name, const uint8_t *key, struct wsd_bytes aad, struct wsd_bytes sealed,
                      uint8_t *scratch, uint8_t nonce[CRYPTO_NONCE]);

/* CBC: whole blocks, padding included, are written to out. Returns false when the length is none of whole blocks. */
bool crypto_decrypt(struct crypto_cipher *cipher, const uint8_t *iv, struct wsd_bytes blocks, uint8_t *out);

/* ---- message authentication -------------------------------------------------------------------------------- */

struct crypto_mac;

/* HMAC (RFC 2104). NULL when there is no memory. */
struct crypto_mac *crypto_mac_new(enum crypto_hash hash, struct wsd_bytes key);
void crypto_mac_free(struct crypto_mac *mac);

/* Whether this is the MAC of all parts. */
bool crypto_mac_check(struct crypto_mac *mac, const struct wsd_bytes *parts, size_t count, struct wsd_bytes tag);

/* ---- a private key ----------------------------------------------------------------------------------------- */

struct crypto_key;

/* A PEM text with an RSA private key that needs no password. NULL: it is none, or there is no memory. */
struct crypto_key *crypto_key_new(struct wsd_bytes pem);
void crypto_key_free(struct crypto_key *key);

/* RSAES-PKCS1-v1_5 (RFC 8017 7.2.2). Returns whether exactly `length` bytes came out. */
bool crypto_key_decrypt(struct crypto_key *key, struct wsd_bytes sealed, uint8_t *out, size_t length);

/* ---- base64 ------------------------------------------------------------------------------------------------ */

/* Length of the base64 form of n bytes, without a final 0. */
#define CRYPTO_BASE64_SIZE(n) (((n) + 2) / 3 * 4)

/* Writes CRYPTO_BASE64_SIZE(bytes.length) characters; no final 0. */
void crypto_base64(struct wsd_bytes bytes, char *out);

/* How many bytes a base64 text with its padding stands for, or -1 when it is none. */
int crypto_base64_length(struct wsd_bytes text);

#endif
