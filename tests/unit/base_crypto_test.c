/*
 * base_crypto_test.c: SHA-1, base64, and what the opening handshake makes of both (RFC 6455 1.3, RFC 4648 10).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/crypto.h"

/* RFC 4648 10, and the two digits that are no letters. */
static const struct {
    const char *bytes, *text;
} vectors[] = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
    {"\xFB\xEF\xBE\xFF\xFF\xFF", "++++////"},
};

static void base64_as_in_the_rfc(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        struct wsd_bytes in = bytes_text(vectors[i].bytes);
        size_t n = strlen(vectors[i].text);
        char out[16];
        memset(out, '#', sizeof out);
        assert_int_equal(CRYPTO_BASE64_SIZE(in.length), n);
        crypto_base64(in, out);
        assert_memory_equal(out, vectors[i].text, n);
        assert_int_equal(out[n], '#'); /* not a byte more */
        assert_int_equal(crypto_base64_length(bytes_text(vectors[i].text)), (int)in.length);
    }
}

static void base64_that_is_none(void **state)
{
    (void)state;
    static const char *const bad[] = {"Z",      "Zg",   "Zg=",  "Zg=a", "Z===", "====",    "=Zg=",      "Zg==Zg==",
                                      "Zm9v\n", "Zm 9", "Zm9-", "Zm9_", "Zm9.", "Zm9v Zg", "Zm9vZg==\n"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (crypto_base64_length(bytes_text(bad[i])) != -1)
            fail_msg("\"%s\"", bad[i]);
    assert_int_equal(crypto_base64_length((struct wsd_bytes){NULL, 0}), 0);
    assert_int_equal(crypto_base64_length(bytes_of("Zm\0v", 4)), -1);
    assert_int_equal(crypto_base64_length(bytes_text("dGhlIHNhbXBsZSBub25jZQ==")), 16);
}

/* FIPS 180's three messages; the parts are hashed as if they were one. */
static void sha1_of_parts(void **state)
{
    (void)state;
    static const uint8_t abc[CRYPTO_SHA1_SIZE] = {0xA9, 0x99, 0x3E, 0x36, 0x47, 0x06, 0x81, 0x6A, 0xBA, 0x3E,
                                                  0x25, 0x71, 0x78, 0x50, 0xC2, 0x6C, 0x9C, 0xD0, 0xD8, 0x9D};
    static const uint8_t empty[CRYPTO_SHA1_SIZE] = {0xDA, 0x39, 0xA3, 0xEE, 0x5E, 0x6B, 0x4B, 0x0D, 0x32, 0x55,
                                                    0xBF, 0xEF, 0x95, 0x60, 0x18, 0x90, 0xAF, 0xD8, 0x07, 0x09};
    static const uint8_t longer[CRYPTO_SHA1_SIZE] = {0x84, 0x98, 0x3E, 0x44, 0x1C, 0x3B, 0xD2, 0x6E, 0xBA, 0xAE,
                                                     0x4A, 0xA1, 0xF9, 0x51, 0x29, 0xE5, 0xE5, 0x46, 0x70, 0xF1};
    uint8_t out[CRYPTO_SHA1_SIZE];
    struct wsd_bytes parts[] = {bytes_text("a"), {NULL, 0}, bytes_text("bc")};
    assert_int_equal(crypto_sha1(parts, 3, out), 0);
    assert_memory_equal(out, abc, sizeof out);
    assert_int_equal(crypto_sha1(NULL, 0, out), 0);
    assert_memory_equal(out, empty, sizeof out);
    struct wsd_bytes whole = bytes_text("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq");
    for (size_t split = 0; split <= whole.length; split++) {
        struct wsd_bytes two[] = {bytes_first(whole, split), bytes_after(whole, split)};
        assert_int_equal(crypto_sha1(two, 2, out), 0);
        assert_memory_equal(out, longer, sizeof out);
    }
}

static void accept_of_rfc_6455(void **state)
{
    (void)state;
    struct wsd_bytes parts[] = {bytes_text("dGhlIHNhbXBsZSBub25jZQ=="),
                                bytes_text("258EAFA5-E914-47DA-95CA-C5AB0DC85B11")};
    uint8_t digest[CRYPTO_SHA1_SIZE];
    char out[CRYPTO_BASE64_SIZE(CRYPTO_SHA1_SIZE) + 1] = {0};
    assert_int_equal(crypto_sha1(parts, 2, digest), 0);
    crypto_base64(bytes_of(digest, sizeof digest), out);
    assert_string_equal(out, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

/* RFC 1321 A.5, and the example of draft-ietf-hybi-thewebsocketprotocol-00 1.3. */
static void md5_of_parts(void **state)
{
    (void)state;
    static const uint8_t abc[] = {0x90, 0x01, 0x50, 0x98, 0x3C, 0xD2, 0x4F, 0xB0,
                                  0xD6, 0x96, 0x3F, 0x7D, 0x28, 0xE1, 0x7F, 0x72};
    const struct wsd_bytes letters[] = {bytes_text("a"), bytes_text("bc")};
    const struct wsd_bytes challenge[] = {bytes_of("\x31\x6E\x41\x13\x0F\x7E\xD6\x3C", 8), bytes_text("^n:ds[4U")};
    uint8_t out[CRYPTO_MD5_SIZE];
    assert_int_equal(crypto_md5(letters, 2, out), 0);
    assert_memory_equal(out, abc, sizeof abc);
    assert_int_equal(crypto_md5(challenge, 2, out), 0);
    assert_memory_equal(out, "8jKS'y:G*Co,Wxa-", sizeof out);
}

/* Test case 3 of the specification of GCM (McGrew and Viega), AES-128: the nonce follows from key, ciphertext and tag. */
static void nonce_of_gcm(void **state)
{
    (void)state;
    static const uint8_t key[] = {0xFE, 0xFF, 0xE9, 0x92, 0x86, 0x65, 0x73, 0x1C,
                                  0x6D, 0x6A, 0x8F, 0x94, 0x67, 0x30, 0x83, 0x08};
    static const uint8_t wanted[] = {0xCA, 0xFE, 0xBA, 0xBE, 0xFA, 0xCE, 0xDB, 0xAD, 0xDE, 0xCA, 0xF8, 0x88};
    uint8_t sealed[] = {0x42, 0x83, 0x1E, 0xC2, 0x21, 0x77, 0x74, 0x24, 0x4B, 0x72, 0x21, 0xB7, 0x84, 0xD0, 0xD4, 0x9C,
                        0xE3, 0xAA, 0x21, 0x2F, 0x2C, 0x02, 0xA4, 0xE0, 0x35, 0xC1, 0x7E, 0x23, 0x29, 0xAC, 0xA1, 0x2E,
                        0x21, 0xD5, 0x14, 0xB2, 0x54, 0x66, 0x93, 0x1C, 0x7D, 0x8F, 0x6A, 0x5A, 0xAC, 0x84, 0xAA, 0x05,
                        0x1B, 0xA3, 0x0B, 0x39, 0x6A, 0x0A, 0xAC, 0x97, 0x3D, 0x58, 0xE0, 0x91, 0x47, 0x3F, 0x59, 0x85,
                        0x4D, 0x5C, 0x2A, 0xF3, 0x27, 0xCD, 0x64, 0xA6, 0x2C, 0xF3, 0x5A, 0xBD, 0x2B, 0xA6, 0xFA, 0xB4};
    uint8_t scratch[sizeof sealed], nonce[CRYPTO_NONCE];
    const struct wsd_bytes none = {NULL, 0}, bytes = {sealed, sizeof sealed};
    assert_true(crypto_gcm_nonce(CRYPTO_AES_128_GCM, key, none, bytes, scratch, nonce));
    assert_memory_equal(nonce, wanted, sizeof wanted);
    for (size_t i = 0; i < sizeof sealed; i++) { /* what is not as it was sealed has none */
        sealed[i] ^= 1;
        assert_false(crypto_gcm_nonce(CRYPTO_AES_128_GCM, key, none, bytes, scratch, nonce));
        sealed[i] ^= 1;
    }
    for (size_t n = 0; n < sizeof sealed; n++)
        assert_false(crypto_gcm_nonce(CRYPTO_AES_128_GCM, key, none, bytes_first(bytes, n), scratch, nonce));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base64_as_in_the_rfc), cmocka_unit_test(base64_that_is_none), cmocka_unit_test(sha1_of_parts),
        cmocka_unit_test(accept_of_rfc_6455),   cmocka_unit_test(md5_of_parts),        cmocka_unit_test(nonce_of_gcm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
