#include "stream/tls_keys.h"
#include "base/bytes.h"

#include <stdlib.h>

enum {
    FIXED_IV = 4,       /* of GCM and CCM in TLS 1.2 (RFC 5288 3), ... */
    EXPLICIT_NONCE = 8, /* ... and what stands in each record */
    AAD_12 = 13,        /* sequence number, type, version, length (RFC 5246 6.2.3.3) */
    KEY_BLOCK_MOST = 2 * (CRYPTO_HASH_MOST + CRYPTO_KEY_MOST + CRYPTO_BLOCK_MOST),
};

static const struct crypto_cipher_info *info_of(const struct tls_suite *suite)
{
    return crypto_cipher_info(suite->cipher);
}

static bool is_cbc(const struct tls_suite *suite)
{
    return info_of(suite)->block > 0;
}

/* The nonce stands in the record. */
static bool is_explicit(const struct tls_cipher *c)
{
    return c->version < TLS_1_3 && c->suite->cipher != CRYPTO_CHACHA20_POLY1305;
}

/* ---- keys ----------------------------------------------------------------------------------------------------- */

void tls_cipher_free(struct tls_cipher *c)
{
    if (c == NULL)
        return;
    crypto_cipher_free(c->cipher);
    crypto_mac_free(c->mac);
    crypto_wipe(c, sizeof *c);
    free(c);
}

static struct tls_cipher *new_cipher(const struct tls_suite *suite, uint16_t version, const uint8_t *key)
{
    struct tls_cipher *c = calloc(1, sizeof *c);
    if (c == NULL)
        return NULL;
    c->suite = suite;
    c->version = version;
    c->cipher = crypto_cipher_new(suite->cipher, key);
    if (c->cipher != NULL)
        return c;
    tls_cipher_free(c);
    return NULL;
}

struct tls_cipher *tls_cipher_13(const struct tls_suite *suite, struct wsd_bytes secret)
{
    uint8_t key[CRYPTO_KEY_MOST], iv[CRYPTO_NONCE];
    struct tls_cipher *c = NULL;
    if (is_cbc(suite) || secret.length != crypto_hash_size(suite->hash))
        return NULL;
    if (crypto_expand_label(suite->hash, secret, "key", key, info_of(suite)->key) == 0 &&
        crypto_expand_label(suite->hash, secret, "iv", iv, sizeof iv) == 0)
        c = new_cipher(suite, TLS_1_3, key);
    if (c != NULL)
        memcpy(c->iv, iv, sizeof iv);
    crypto_wipe(key, sizeof key);
    crypto_wipe(iv, sizeof iv);
    return c;
}

bool tls_can_number(const struct tls_suite *suite)
{
    return suite->cipher == CRYPTO_AES_128_GCM || suite->cipher == CRYPTO_AES_256_GCM;
}

bool tls_record_number(const struct tls_suite *suite, struct wsd_bytes secret, const struct tls_record *r,
                       uint8_t *scratch, uint64_t *number)
{
    uint8_t key[CRYPTO_KEY_MOST], iv[CRYPTO_NONCE], nonce[CRYPTO_NONCE];
    bool good = secret.length == crypto_hash_size(suite->hash) &&
                crypto_expand_label(suite->hash, secret, "key", key, info_of(suite)->key) == 0 &&
                crypto_gcm_nonce(suite->cipher, key, bytes_of(r->header, TLS_RECORD_HEADER), r->body, scratch, nonce) &&
                crypto_expand_label(suite->hash, secret, "iv", iv, sizeof iv) == 0 && memcmp(nonce, iv, 4) == 0;
    *number = 0;
    for (int i = 4; i < CRYPTO_NONCE && good; i++)
        *number = *number << 8 | (nonce[i] ^ iv[i]);
    crypto_wipe(key, sizeof key);
    crypto_wipe(iv, sizeof iv);
    return good;
}

int tls_next_secret(const struct tls_suite *suite, uint8_t *secret)
{
    uint8_t next[CRYPTO_HASH_MOST];
    size_t length = crypto_hash_size(suite->hash);
    int rc = crypto_expand_label(suite->hash, bytes_of(secret, length), "traffic upd", next, length);
    if (rc == 0)
        memcpy(secret, next, length);
    crypto_wipe(next, sizeof next);
    return rc;
}

enum crypto_hash tls_session_hash(const struct tls_session *s)
{
    return s->version >= TLS_1_2 ? (enum crypto_hash)s->suite->hash : CRYPTO_MD5_SHA1;
}

int tls_master_secret(const struct tls_session *s, struct wsd_bytes premaster, struct wsd_bytes hash, uint8_t *master)
{
    const struct wsd_bytes randoms[2] = {bytes_of(s->client_random, 32), bytes_of(s->server_random, 32)};
    const struct wsd_bytes extended[2] = {hash, {NULL, 0}};
    if (hash.length > 0)
        return crypto_prf(tls_session_hash(s), premaster, "extended master secret", extended, master, 48);
    return crypto_prf(tls_session_hash(s), premaster, "master secret", randoms, master, 48);
}

/* Both MAC keys, both keys, both IVs, the client's before the server's (RFC 5246 6.3). */
struct tls_cipher *tls_cipher_12(const struct tls_session *s, const uint8_t *master, enum wsd_direction direction)
{
    const struct crypto_cipher_info *info = info_of(s->suite);
    bool cbc = is_cbc(s->suite);
    size_t mac = cbc ? crypto_hash_size(s->suite->mac) : 0, key = info->key, iv = FIXED_IV;
    if (s->suite->cipher == CRYPTO_CHACHA20_POLY1305)
        iv = CRYPTO_NONCE;
    else if (cbc)
        iv = s->version == TLS_1_0 ? info->block : 0;
    uint8_t block[KEY_BLOCK_MOST];
    const struct wsd_bytes seed[2] = {bytes_of(s->server_random, 32), bytes_of(s->client_random, 32)};
    struct tls_cipher *c = NULL;
    if (crypto_prf(tls_session_hash(s), bytes_of(master, 48), "key expansion", seed, block, 2 * (mac + key + iv)) == 0)
        c = new_cipher(s->suite, s->version, block + 2 * mac + (size_t)direction * key);
    if (c != NULL) {
        c->encrypt_then_mac = cbc && s->encrypt_then_mac;
        c->chain_known = s->version == TLS_1_0;
        memcpy(c->iv, block + 2 * (mac + key) + (size_t)direction * iv, iv);
        c->mac = cbc ? crypto_mac_new(s->suite->mac, bytes_of(block + (size_t)direction * mac, mac)) : NULL;
        if (cbc && c->mac == NULL) {
            tls_cipher_free(c);
            c = NULL;
        }
    }
    crypto_wipe(block, sizeof block);
    return c;
}

/* ---- records -------------------------------------------------------------------------------------------------- */

static void put_u64(uint8_t *to, uint64_t value)
{
    for (int i = 0; i < 8; i++)
        to[i] = (uint8_t)(value >> (56 - 8 * i));
}

static void put_aad(uint8_t aad[AAD_12], const struct tls_record *r, uint64_t sequence, size_t length)
{
    put_u64(aad, sequence);
    memcpy(aad + 8, r->header, 3);
    aad[11] = (uint8_t)(length >> 8);
    aad[12] = (uint8_t)length;
}

/* RFC 8446 5.2: zeros behind the content are padding, and before them stands its type. */
static bool strip(struct tls_plain *plain)
{
    struct wsd_bytes *b = &plain->bytes;
    size_t whole = b->length;
    while (b->length > 0 && b->data[b->length - 1] == 0)
        b->length--;
    if (b->length == 0)
        return false;
    plain->type = b->data[--b->length];
    plain->behind = whole - b->length;
    return true;
}

static bool open_aead(struct tls_cipher *c, const struct tls_record *r, uint64_t sequence, uint8_t *out,
                      struct tls_plain *plain)
{
    uint8_t nonce[CRYPTO_NONCE], aad[AAD_12], number[8];
    struct wsd_bytes sealed = r->body, extra = bytes_of(aad, sizeof aad);
    size_t tag = info_of(c->suite)->tag;
    memcpy(nonce, c->iv, sizeof nonce);
    if (is_explicit(c)) {
        if (sealed.length < EXPLICIT_NONCE)
            return false;
        memcpy(nonce + FIXED_IV, sealed.data, EXPLICIT_NONCE);
        sealed = bytes_after(sealed, EXPLICIT_NONCE);
    } else {
        put_u64(number, sequence);
        for (int i = 0; i < 8; i++)
            nonce[4 + i] ^= number[i];
    }
    if (sealed.length < tag)
        return false;
    if (c->version == TLS_1_3)
        extra = bytes_of(r->header, TLS_RECORD_HEADER);
    else
        put_aad(aad, r, sequence, sealed.length - tag);
    if (!crypto_open(c->cipher, nonce, extra, sealed, out))
        return false;
    *plain = (struct tls_plain){.type = r->type, .bytes = bytes_of(out, sealed.length - tag)};
    return c->version != TLS_1_3 || strip(plain);
}

/* RFC 5246 6.2.3.2: so many bytes as the last one says, and it. Returns false when it is none. */
static bool unpad(struct wsd_bytes *b)
{
    size_t padding = b->length > 0 ? (size_t)b->data[b->length - 1] + 1 : 1;
    if (padding > b->length)
        return false;
    for (size_t i = 1; i <= padding; i++)
        if (b->data[b->length - i] != padding - 1)
            return false;
    b->length -= padding;
    return true;
}

static bool mac_is_right(struct tls_cipher *c, const struct tls_record *r, uint64_t sequence,
                         const struct wsd_bytes *content, struct wsd_bytes mac)
{
    uint8_t aad[AAD_12];
    put_aad(aad, r, sequence, content->length);
    const struct wsd_bytes parts[] = {bytes_of(aad, sizeof aad), *content};
    return crypto_mac_check(c->mac, parts, 2, mac);
}

static bool open_cbc(struct tls_cipher *c, const struct tls_record *r, uint64_t sequence, uint8_t *out,
                     struct tls_plain *plain)
{
    size_t block = info_of(c->suite)->block, mac = crypto_hash_size(c->suite->mac);
    struct wsd_bytes sealed = r->body;
    const uint8_t *iv = c->iv;
    if (c->encrypt_then_mac) {
        if (sealed.length < mac)
            return false;
        sealed.length -= mac;
        if (!mac_is_right(c, r, sequence, &sealed, bytes_of(sealed.data + sealed.length, mac)))
            return false;
    }
    if (c->version == TLS_1_0) {
        if (!c->chain_known)
            return false;
    } else {
        if (sealed.length < block)
            return false;
        iv = sealed.data;
        sealed = bytes_after(sealed, block);
    }
    if (sealed.length == 0 || !crypto_decrypt(c->cipher, iv, sealed, out))
        return false;
    *plain = (struct tls_plain){.type = r->type, .bytes = bytes_of(out, sealed.length)};
    if (!unpad(&plain->bytes))
        return false;
    if (c->encrypt_then_mac)
        return true;
    if (plain->bytes.length < mac)
        return false;
    plain->bytes.length -= mac;
    return mac_is_right(c, r, sequence, &plain->bytes, bytes_of(plain->bytes.data + plain->bytes.length, mac));
}

bool tls_cipher_open(struct tls_cipher *c, const struct tls_record *r, uint64_t sequence, uint8_t *out,
                     struct tls_plain *plain)
{
    if (r->damaged)
        return false;
    return is_cbc(c->suite) ? open_cbc(c, r, sequence, out, plain) : open_aead(c, r, sequence, out, plain);
}

void tls_cipher_pass(struct tls_cipher *c, const struct tls_record *r)
{
    if (c->version != TLS_1_0)
        return;
    size_t block = info_of(c->suite)->block, mac = c->encrypt_then_mac ? crypto_hash_size(c->suite->mac) : 0;
    c->chain_known = r != NULL && !r->damaged && r->body.length >= block + mac;
    if (c->chain_known)
        memcpy(c->iv, r->body.data + r->body.length - mac - block, block);
}

bool tls_session_exact(const struct tls_session *s)
{
    return !is_cbc(s->suite);
}

size_t tls_session_content(const struct tls_session *s, size_t body)
{
    const struct crypto_cipher_info *info = info_of(s->suite);
    size_t around = info->tag;
    if (is_cbc(s->suite))
        around = crypto_hash_size(s->suite->mac) + 1 + (s->version == TLS_1_0 ? 0 : info->block);
    else if (s->version == TLS_1_3)
        around += 1;
    else if (s->suite->cipher != CRYPTO_CHACHA20_POLY1305)
        around += EXPLICIT_NONCE;
    return body > around ? body - around : 0;
}
