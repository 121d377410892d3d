#include "base/crypto.h"
#include "base/bytes.h"

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>

/* ---- digests ----------------------------------------------------------------------------------------------- */

static const EVP_MD *digest_of(enum crypto_hash hash)
{
    switch (hash) {
    case CRYPTO_MD5: return EVP_md5();
    case CRYPTO_SHA1: return EVP_sha1();
    case CRYPTO_SHA256: return EVP_sha256();
    case CRYPTO_SHA384: return EVP_sha384();
    case CRYPTO_MD5_SHA1: return EVP_md5_sha1();
    }
    return NULL;
}

/* OSSL_PARAM wants it writable, and does not write. */
static char *name_of(enum crypto_hash hash)
{
    static const char names[][9] = {[CRYPTO_MD5] = "MD5",
                                    [CRYPTO_SHA1] = "SHA1",
                                    [CRYPTO_SHA256] = "SHA256",
                                    [CRYPTO_SHA384] = "SHA384",
                                    [CRYPTO_MD5_SHA1] = "MD5-SHA1"};
    return (char *)(uintptr_t)names[hash];
}

size_t crypto_hash_size(enum crypto_hash hash)
{
    static const uint8_t sizes[] = {[CRYPTO_MD5] = CRYPTO_MD5_SIZE,
                                    [CRYPTO_SHA1] = CRYPTO_SHA1_SIZE,
                                    [CRYPTO_SHA256] = CRYPTO_SHA256_SIZE,
                                    [CRYPTO_SHA384] = CRYPTO_SHA384_SIZE,
                                    [CRYPTO_MD5_SHA1] = CRYPTO_MD5_SIZE + CRYPTO_SHA1_SIZE};
    return sizes[hash];
}

int crypto_digest(enum crypto_hash hash, const struct wsd_bytes *parts, size_t count, uint8_t *out)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (context == NULL)
        return -ENOMEM;
    bool good = EVP_DigestInit_ex(context, digest_of(hash), NULL) == 1;
    for (size_t i = 0; good && i < count; i++)
        good = EVP_DigestUpdate(context, parts[i].data, parts[i].length) == 1;
    good = good && EVP_DigestFinal_ex(context, out, NULL) == 1;
    EVP_MD_CTX_free(context);
    return good ? 0 : -ENOMEM;
}

int crypto_sha1(const struct wsd_bytes *parts, size_t count, uint8_t out[CRYPTO_SHA1_SIZE])
{
    return crypto_digest(CRYPTO_SHA1, parts, count, out);
}

int crypto_md5(const struct wsd_bytes *parts, size_t count, uint8_t out[CRYPTO_MD5_SIZE])
{
    return crypto_digest(CRYPTO_MD5, parts, count, out);
}

/* ---- key derivation ---------------------------------------------------------------------------------------- */

static int derive(const char *name, const OSSL_PARAM *params, uint8_t *out, size_t length)
{
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, name, NULL);
    EVP_KDF_CTX *context = kdf != NULL ? EVP_KDF_CTX_new(kdf) : NULL;
    bool good = context != NULL && EVP_KDF_derive(context, out, length, params) == 1;
    EVP_KDF_CTX_free(context);
    EVP_KDF_free(kdf);
    return good ? 0 : -ENOMEM;
}

/* What OSSL_PARAM takes as a pointer to change, it only reads here. */
static OSSL_PARAM octets(const char *key, struct wsd_bytes bytes)
{
    return OSSL_PARAM_construct_octet_string(key, (void *)(uintptr_t)bytes.data, bytes.length);
}

int crypto_expand_label(enum crypto_hash hash, struct wsd_bytes secret, const char *label, uint8_t *out, size_t length)
{
    int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;
    const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string("digest", name_of(hash), 0),
                                 OSSL_PARAM_construct_int("mode", &mode),
                                 octets("key", secret),
                                 octets("prefix", bytes_text("tls13 ")),
                                 octets("label", bytes_text(label)),
                                 OSSL_PARAM_construct_end()};
    return derive("TLS13-KDF", params, out, length);
}

int crypto_prf(enum crypto_hash hash, struct wsd_bytes secret, const char *label, const struct wsd_bytes seed[2],
               uint8_t *out, size_t length)
{
    const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string("digest", name_of(hash), 0),
                                 octets("secret", secret),
                                 octets("seed", bytes_text(label)),
                                 octets("seed", seed[0]),
                                 octets("seed", seed[1]),
                                 OSSL_PARAM_construct_end()};
    return derive("TLS1-PRF", params, out, length);
}

void crypto_wipe(void *data, size_t length)
{
    if (data != NULL)
        OPENSSL_cleanse(data, length);
}

/* ---- ciphers ----------------------------------------------------------------------------------------------- */

struct crypto_cipher {
    EVP_CIPHER_CTX *context;
    uint8_t name; /* enum crypto_cipher_name */
};

const struct crypto_cipher_info *crypto_cipher_info(enum crypto_cipher_name name)
{
#define ROW(name, key, tag, block) {key, tag, block},
    static const struct crypto_cipher_info infos[] = {CRYPTO_CIPHERS(ROW)};
#undef ROW
    return &infos[name];
}

static const EVP_CIPHER *cipher_of(enum crypto_cipher_name name)
{
    switch (name) {
    case CRYPTO_AES_128_GCM: return EVP_aes_128_gcm();
    case CRYPTO_AES_256_GCM: return EVP_aes_256_gcm();
    case CRYPTO_CHACHA20_POLY1305: return EVP_chacha20_poly1305();
    case CRYPTO_AES_128_CCM:
    case CRYPTO_AES_128_CCM_8: return EVP_aes_128_ccm();
    case CRYPTO_AES_256_CCM:
    case CRYPTO_AES_256_CCM_8: return EVP_aes_256_ccm();
    case CRYPTO_AES_128_CBC: return EVP_aes_128_cbc();
    case CRYPTO_AES_256_CBC: return EVP_aes_256_cbc();
    case CRYPTO_DES3_CBC: return EVP_des_ede3_cbc();
    case CRYPTO_CIPHER_COUNT: break;
    }
    return NULL;
}

static bool is_ccm(const struct crypto_cipher *c)
{
    return c->name >= CRYPTO_AES_128_CCM && c->name <= CRYPTO_AES_256_CCM_8;
}

/* CCM has to know the sizes of nonce and tag before its key. */
static bool set_up(struct crypto_cipher *c, const uint8_t *key)
{
    EVP_CIPHER_CTX *x = c->context;
    const struct crypto_cipher_info *info = crypto_cipher_info(c->name);
    if (EVP_DecryptInit_ex(x, cipher_of(c->name), NULL, NULL, NULL) != 1)
        return false;
    if (is_ccm(c) && (EVP_CIPHER_CTX_ctrl(x, EVP_CTRL_AEAD_SET_IVLEN, CRYPTO_NONCE, NULL) != 1 ||
                      EVP_CIPHER_CTX_ctrl(x, EVP_CTRL_AEAD_SET_TAG, info->tag, NULL) != 1))
        return false;
    if (EVP_DecryptInit_ex(x, NULL, NULL, key, NULL) != 1)
        return false;
    return info->block == 0 || EVP_CIPHER_CTX_set_padding(x, 0) == 1;
}

struct crypto_cipher *crypto_cipher_new(enum crypto_cipher_name name, const uint8_t *key)
{
    struct crypto_cipher *c = calloc(1, sizeof *c);
    if (c == NULL)
        return NULL;
    c->name = (uint8_t)name;
    c->context = EVP_CIPHER_CTX_new();
    if (c->context != NULL && set_up(c, key))
        return c;
    crypto_cipher_free(c);
    return NULL;
}

void crypto_cipher_free(struct crypto_cipher *c)
{
    if (c == NULL)
        return;
    EVP_CIPHER_CTX_free(c->context); /* wipes the key */
    free(c);
}

bool crypto_open(struct crypto_cipher *c, const uint8_t nonce[CRYPTO_NONCE], struct wsd_bytes aad,
                 struct wsd_bytes sealed, uint8_t *out)
{
    EVP_CIPHER_CTX *x = c->context;
    size_t tag = crypto_cipher_info(c->name)->tag;
    int n = 0;
    if (sealed.length < tag || sealed.length > INT32_MAX)
        return false;
    int length = (int)(sealed.length - tag);
    void *expected = (void *)(uintptr_t)(sealed.data + length);
    if (is_ccm(c)) /* the tag is checked by the one update, which the whole length must be told before */
        return EVP_CIPHER_CTX_ctrl(x, EVP_CTRL_AEAD_SET_TAG, (int)tag, expected) == 1 &&
               EVP_DecryptInit_ex(x, NULL, NULL, NULL, nonce) == 1 &&
               EVP_DecryptUpdate(x, NULL, &n, NULL, length) == 1 &&
               EVP_DecryptUpdate(x, NULL, &n, aad.data, (int)aad.length) == 1 &&
               EVP_DecryptUpdate(x, out, &n, sealed.data, length) == 1;
    return EVP_DecryptInit_ex(x, NULL, NULL, NULL, nonce) == 1 &&
           EVP_DecryptUpdate(x, NULL, &n, aad.data, (int)aad.length) == 1 &&
           EVP_DecryptUpdate(x, out, &n, sealed.data, length) == 1 &&
           EVP_CIPHER_CTX_ctrl(x, EVP_CTRL_AEAD_SET_TAG, (int)tag, expected) == 1 &&
           EVP_DecryptFinal_ex(x, out + length, &n) == 1;
}

/* The tag that GCM with a nonce of zeros gives these sealed bytes. They are opened and sealed again, since libcrypto has no GHASH. */
static bool tag_with_zeros(EVP_CIPHER_CTX *x, const EVP_CIPHER *cipher, const uint8_t *key, struct wsd_bytes aad,
                           struct wsd_bytes sealed, uint8_t *scratch, uint8_t *tag)
{
    static const uint8_t zeros[CRYPTO_NONCE];
    int n, length = (int)sealed.length;
    return EVP_DecryptInit_ex(x, cipher, NULL, key, zeros) == 1 &&
           EVP_DecryptUpdate(x, scratch, &n, sealed.data, length) == 1 &&
           EVP_EncryptInit_ex(x, NULL, NULL, key, zeros) == 1 &&
           EVP_EncryptUpdate(x, NULL, &n, aad.data, (int)aad.length) == 1 &&
           EVP_EncryptUpdate(x, scratch, &n, scratch, length) == 1 &&
           EVP_EncryptFinal_ex(x, scratch + length, &n) == 1 &&
           EVP_CIPHER_CTX_ctrl(x, EVP_CTRL_AEAD_GET_TAG, CRYPTO_BLOCK_MOST, tag) == 1;
}

static bool one_block(EVP_CIPHER_CTX *x, const EVP_CIPHER *cipher, const uint8_t *key, bool encrypt, uint8_t *block)
{
    int n;
    return EVP_CipherInit_ex(x, cipher, NULL, key, NULL, encrypt) == 1 && EVP_CIPHER_CTX_set_padding(x, 0) == 1 &&
           EVP_CipherUpdate(x, block, &n, block, CRYPTO_BLOCK_MOST) == 1;
}

bool crypto_gcm_nonce(enum crypto_cipher_name name, const uint8_t *key, struct wsd_bytes aad, struct wsd_bytes sealed,
                      uint8_t *scratch, uint8_t nonce[CRYPTO_NONCE])
{
    static const uint8_t one[] = {0, 0, 0, 1};
    const EVP_CIPHER *gcm = name == CRYPTO_AES_128_GCM ? EVP_aes_128_gcm() : EVP_aes_256_gcm();
    const EVP_CIPHER *ecb = name == CRYPTO_AES_128_GCM ? EVP_aes_128_ecb() : EVP_aes_256_ecb();
    uint8_t tag[CRYPTO_BLOCK_MOST], zeros[CRYPTO_BLOCK_MOST] = {[15] = 1};
    if (sealed.length <= CRYPTO_BLOCK_MOST || sealed.length > INT32_MAX)
        return false;
    struct wsd_bytes body = {sealed.data, sealed.length - CRYPTO_BLOCK_MOST};
    EVP_CIPHER_CTX *x = EVP_CIPHER_CTX_new();
    bool good = x != NULL && tag_with_zeros(x, gcm, key, aad, body, scratch, tag) && EVP_CIPHER_CTX_reset(x) == 1 &&
                one_block(x, ecb, key, true, zeros);
    for (int i = 0; i < CRYPTO_BLOCK_MOST && good; i++)
        tag[i] ^= zeros[i] ^ body.data[body.length + (size_t)i];
    good = good && one_block(x, ecb, key, false, tag) && memcmp(tag + CRYPTO_NONCE, one, sizeof one) == 0;
    if (good)
        memcpy(nonce, tag, CRYPTO_NONCE);
    EVP_CIPHER_CTX_free(x);
    return good;
}

bool crypto_decrypt(struct crypto_cipher *c, const uint8_t *iv, struct wsd_bytes blocks, uint8_t *out)
{
    int n = 0;
    if (blocks.length > INT32_MAX || blocks.length % crypto_cipher_info(c->name)->block != 0)
        return false;
    return EVP_DecryptInit_ex(c->context, NULL, NULL, NULL, iv) == 1 &&
           EVP_DecryptUpdate(c->context, out, &n, blocks.data, (int)blocks.length) == 1 && (size_t)n == blocks.length;
}

/* ---- message authentication -------------------------------------------------------------------------------- */

struct crypto_mac {
    EVP_MAC_CTX *context;
};

struct crypto_mac *crypto_mac_new(enum crypto_hash hash, struct wsd_bytes key)
{
    struct crypto_mac *m = calloc(1, sizeof *m);
    if (m == NULL)
        return NULL;
    const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string("digest", name_of(hash), 0),
                                 OSSL_PARAM_construct_end()};
    EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    m->context = hmac != NULL ? EVP_MAC_CTX_new(hmac) : NULL;
    EVP_MAC_free(hmac); /* the context holds on to it */
    if (m->context != NULL && EVP_MAC_init(m->context, key.data, key.length, params) == 1)
        return m;
    crypto_mac_free(m);
    return NULL;
}

void crypto_mac_free(struct crypto_mac *m)
{
    if (m == NULL)
        return;
    EVP_MAC_CTX_free(m->context);
    free(m);
}

bool crypto_mac_check(struct crypto_mac *m, const struct wsd_bytes *parts, size_t count, struct wsd_bytes tag)
{
    uint8_t mac[EVP_MAX_MD_SIZE];
    size_t length = 0;
    bool good = EVP_MAC_init(m->context, NULL, 0, NULL) == 1; /* the same key */
    for (size_t i = 0; good && i < count; i++)
        good = EVP_MAC_update(m->context, parts[i].data, parts[i].length) == 1;
    good = good && EVP_MAC_final(m->context, mac, &length, sizeof mac) == 1;
    return good && bytes_equal(bytes_of(mac, length), tag);
}

/* ---- a private key ----------------------------------------------------------------------------------------- */

struct crypto_key {
    EVP_PKEY *key;
};

/* Without this OpenSSL would ask at the terminal. */
/* NOLINTNEXTLINE(readability-non-const-parameter): the type is OpenSSL's */
static int no_password(char *buffer, int size, int writing, void *user)
{
    (void)buffer, (void)size, (void)writing, (void)user;
    return -1;
}

struct crypto_key *crypto_key_new(struct wsd_bytes pem)
{
    struct crypto_key *k = pem.length <= INT32_MAX ? calloc(1, sizeof *k) : NULL;
    if (k == NULL)
        return NULL;
    BIO *bio = BIO_new_mem_buf(pem.data, (int)pem.length);
    k->key = bio != NULL ? PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL) : NULL;
    BIO_free(bio);
    if (k->key != NULL && EVP_PKEY_get_base_id(k->key) == EVP_PKEY_RSA)
        return k;
    crypto_key_free(k);
    return NULL;
}

void crypto_key_free(struct crypto_key *k)
{
    if (k == NULL)
        return;
    EVP_PKEY_free(k->key);
    free(k);
}

bool crypto_key_decrypt(struct crypto_key *k, struct wsd_bytes sealed, uint8_t *out, size_t length)
{
    size_t size = (size_t)EVP_PKEY_get_size(k->key);
    uint8_t *plain = size >= length ? malloc(size) : NULL;
    EVP_PKEY_CTX *context = plain != NULL ? EVP_PKEY_CTX_new(k->key, NULL) : NULL;
    size_t n = size;
    bool good = context != NULL && EVP_PKEY_decrypt_init(context) == 1 &&
                EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 &&
                EVP_PKEY_decrypt(context, plain, &n, sealed.data, sealed.length) == 1 && n == length;
    if (good)
        memcpy(out, plain, length);
    EVP_PKEY_CTX_free(context);
    crypto_wipe(plain, plain != NULL ? size : 0);
    free(plain);
    return good;
}

/* ---- base64 ------------------------------------------------------------------------------------------------ */

void crypto_base64(struct wsd_bytes bytes, char *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t i = 0;
    for (; i + 3 <= bytes.length; i += 3, out += 4) {
        uint32_t v = (uint32_t)bytes.data[i] << 16 | (uint32_t)bytes.data[i + 1] << 8 | bytes.data[i + 2];
        out[0] = digits[v >> 18];
        out[1] = digits[v >> 12 & 63];
        out[2] = digits[v >> 6 & 63];
        out[3] = digits[v & 63];
    }
    if (i == bytes.length)
        return;
    bool two = bytes.length - i == 2;
    uint32_t v = (uint32_t)bytes.data[i] << 16 | (two ? (uint32_t)bytes.data[i + 1] << 8 : 0);
    out[0] = digits[v >> 18];
    out[1] = digits[v >> 12 & 63];
    out[2] = two ? digits[v >> 6 & 63] : '=';
    out[3] = '=';
}

static bool is_digit(uint8_t c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

int crypto_base64_length(struct wsd_bytes text)
{
    if (text.length % 4 != 0 || text.length > 1 << 20)
        return -1;
    size_t padding = 0;
    while (padding < 2 && padding < text.length && text.data[text.length - 1 - padding] == '=')
        padding++;
    for (size_t i = 0; i < text.length - padding; i++)
        if (!is_digit(text.data[i]))
            return -1;
    return (int)(text.length / 4 * 3 - padding);
}
