/*
 * crypto.h: the only way to the crypto library (OpenSSL's libcrypto), and base64 (RFC 4648 section 4).
 */
#ifndef BASE_CRYPTO_H
#define BASE_CRYPTO_H

#include "base/event.h"

#define CRYPTO_SHA1_SIZE 20

/* SHA-1 of all parts, one after the other: what Sec-WebSocket-Accept and the community id are made of. Returns 0 or
 * -ENOMEM. */
int crypto_sha1(const struct wsd_bytes *parts, size_t count, uint8_t out[CRYPTO_SHA1_SIZE]);

/* MD5 likewise: the answer to a challenge of draft-ietf-hybi-thewebsocketprotocol-00. Nothing else may rely on it. */
#define CRYPTO_MD5_SIZE 16
int crypto_md5(const struct wsd_bytes *parts, size_t count, uint8_t out[CRYPTO_MD5_SIZE]);

/* Length of the base64 form of n bytes, without a final 0. */
#define CRYPTO_BASE64_SIZE(n) (((n) + 2) / 3 * 4)

/* Writes CRYPTO_BASE64_SIZE(bytes.length) characters; no final 0. */
void crypto_base64(struct wsd_bytes bytes, char *out);

/* How many bytes a base64 text with its padding stands for, or -1 when it is none. */
int crypto_base64_length(struct wsd_bytes text);

#endif
