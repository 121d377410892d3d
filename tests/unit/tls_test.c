/*
 * TLS below the stream: the key schedule against RFC 8448's traces, key logs' lines and their store, records in pieces.
 */
#include "base/bytes.h"
#include "stream/tls_handshake.h"
#include "stream/tls_keys.h"
#include "stream/tls_record.h"
#include "stream/tls_secrets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static size_t from_hex(const char *hex, uint8_t *out)
{
    size_t n = 0;
    for (unsigned byte; sscanf(hex + 2 * n, "%2x", &byte) == 1; n++)
        out[n] = (uint8_t)byte;
    return n;
}

static void expect_label(const char *secret, const char *label, const char *wanted)
{
    uint8_t key[48], out[48], expected[48];
    size_t length = from_hex(secret, key), n = from_hex(wanted, expected);
    assert_int_equal(crypto_expand_label(CRYPTO_SHA256, bytes_of(key, length), label, out, n), 0);
    assert_memory_equal(out, expected, n);
}

/* RFC 8448 3: the handshake keys of both sides. */
static void key_schedule(void **state)
{
    (void)state;
    static const char server[] = "b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38";
    static const char client[] = "b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21";
    expect_label(server, "key", "3fce516009c21727d0f2e4e86ee403bc");
    expect_label(server, "iv", "5d313eb2671276ee13000b30");
    expect_label(client, "key", "dbfaa693d1762c5b666af5d950258d01");
    expect_label(client, "iv", "5bd3c71b836e0b76bb73265f");
}

static struct wsd_secrets_read read_text(struct tls_secrets *s, const char *text)
{
    struct wsd_secrets_read read = {0};
    assert_int_equal(tls_secrets_read(s, bytes_text(text), &read), 0);
    return read;
}

#define RANDOM "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define SECRET "b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38"

static void key_log_lines(void **state)
{
    (void)state;
    static const uint8_t seed[16];
    struct tls_secrets s;
    uint8_t random[32], secret[32];
    from_hex(RANDOM, random);
    from_hex(SECRET, secret);
    assert_int_equal(tls_secrets_init(&s, seed), 0);
    struct wsd_secrets_read read =
        read_text(&s, "# comment\r\n\nnonsense\nCLIENT_TRAFFIC_SECRET_0 " RANDOM " " SECRET "\r\n"
                      "CLIENT_TRAFFIC_SECRET_N " RANDOM " " SECRET "\n"
                      "SERVER_TRAFFIC_SECRET_0 " RANDOM " 00ff\n"
                      "CLIENT_RANDOM " RANDOM " " SECRET "\n"
                      "EXPORTER_SECRET " RANDOM " " SECRET);
    assert_int_equal(read.lines, 8);
    assert_int_equal(read.taken, 1);
    assert_int_equal(read.wrong, 3);
    assert_int_equal(read.first_wrong, 3);
    const struct wsd_bytes of = {random, sizeof random};
    struct wsd_bytes found = tls_secrets_find(&s, TLS_SECRET_CLIENT_TRAFFIC, 0, of);
    assert_int_equal(found.length, 32);
    assert_memory_equal(found.data, secret, 32);
    assert_int_equal(tls_secrets_find(&s, TLS_SECRET_SERVER_TRAFFIC, 0, of).length, 0);
    assert_int_equal(tls_secrets_find(&s, TLS_SECRET_CLIENT_TRAFFIC, 1, of).length, 0);
    tls_secrets_free(&s);
}

/* The oldest gives way, and everybody else is found. */
static void store_is_bounded(void **state)
{
    (void)state;
    static const uint8_t seed[16];
    struct tls_secrets s;
    uint8_t secret[32] = {1};
    assert_int_equal(tls_secrets_init(&s, seed), 0);
    for (uint32_t i = 0; i < TLS_SECRETS_MOST + 100; i++)
        assert_int_equal(
            tls_secrets_add(&s, TLS_SECRET_CLIENT_TRAFFIC, 0, bytes_of(&i, sizeof i), bytes_of(secret, 32)), 0);
    assert_int_equal(s.count, TLS_SECRETS_MOST);
    for (uint32_t i = 0; i < TLS_SECRETS_MOST + 100; i++) {
        size_t length = tls_secrets_find(&s, TLS_SECRET_CLIENT_TRAFFIC, 0, bytes_of(&i, sizeof i)).length;
        assert_int_equal(length, i < 100 ? 0 : 32);
    }
    tls_secrets_free(&s);
}

/* Three records, in pieces of every size: the same three. */
static void records_in_pieces(void **state)
{
    (void)state;
    static const uint8_t stream[] = {23, 3, 3, 0, 4, 'a', 'b', 'c', 'd', 22, 3, 1, 0, 1, 'e', 23, 3, 3, 0, 0};
    for (size_t size = 1; size <= sizeof stream; size++) {
        struct tls_records records = {0};
        struct tls_spare spare = {0};
        struct tls_record record;
        char seen[32];
        size_t n = 0;
        for (size_t at = 0; at < sizeof stream; at += size) {
            struct wsd_bytes piece = bytes_first(bytes_of(stream + at, sizeof stream - at), size);
            while (tls_records_next(&records, &spare, &piece, &record) == TLS_RECORDS_ONE) {
                seen[n++] = (char)('0' + record.type - 20);
                memcpy(seen + n, record.body.data, record.body.length);
                n += record.body.length;
            }
        }
        assert_int_equal(n, 8);
        assert_memory_equal(seen, "3abcd2e3", 8);
        tls_records_drop(&records, &spare);
        buffer_free(&spare.buffer);
    }
}

/* A gap inside a record keeps the framing; one beyond its end does not. */
static void records_with_gaps(void **state)
{
    (void)state;
    static const uint8_t head[] = {23, 3, 3, 0, 10, 'a', 'b'};
    struct tls_records records = {0};
    struct tls_spare spare = {0};
    struct tls_record record;
    struct wsd_bytes piece = {head, sizeof head}, none = {NULL, 0};
    assert_int_equal(tls_records_next(&records, &spare, &piece, &record), TLS_RECORDS_MORE);
    assert_int_equal(tls_records_gap(&records, &spare, 8), 0);
    assert_int_equal(tls_records_next(&records, &spare, &none, &record), TLS_RECORDS_ONE);
    assert_true(record.damaged && record.body.length == 10);
    piece = bytes_of(head, sizeof head);
    assert_int_equal(tls_records_next(&records, &spare, &piece, &record), TLS_RECORDS_MORE);
    assert_int_equal(tls_records_gap(&records, &spare, 9), 9 + sizeof head);
    piece = bytes_text("GET / HTTP/1.1");
    assert_int_equal(tls_records_next(&records, &spare, &piece, &record), TLS_RECORDS_NONE);
    tls_records_drop(&records, &spare);
    buffer_free(&spare.buffer);
}

/* CompressedCertificate (RFC 8879 4), and what else is not read, is passed over in pieces of any size, without being kept. */
static void messages_passed_over(void **state)
{
    (void)state;
    uint8_t stream[4 + 300 + 4 + 2] = {25, 0, 1,
                                       44}; /* 300 bytes, then KeyUpdate, of one, and the beginning of another */
    memset(stream + 4, 24, 300);
    memcpy(stream + 304, "\x18\0\0\1\1\x18", 6);
    for (size_t size = 1; size <= sizeof stream; size++) {
        struct tls_messages messages = {0};
        struct tls_message message;
        uint8_t types[8];
        size_t count = 0;
        for (size_t at = 0; at < sizeof stream; at += size) {
            struct wsd_bytes piece = bytes_first(bytes_of(stream + at, sizeof stream - at), size);
            while (tls_messages_next(&messages, &piece, &message) == 1) {
                assert_true(count < sizeof types);
                types[count++] = message.type;
                assert_true(message.type != TLS_KEY_UPDATE || message.body.length == 1);
            }
            assert_true(messages.held.length <= 5);
        }
        assert_int_equal(count, 2);
        assert_memory_equal(types, "\x19\x18", 2);
        tls_messages_free(&messages);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_passed_over), cmocka_unit_test(key_schedule),
        cmocka_unit_test(key_log_lines),        cmocka_unit_test(store_is_bounded),
        cmocka_unit_test(records_in_pieces),    cmocka_unit_test(records_with_gaps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
