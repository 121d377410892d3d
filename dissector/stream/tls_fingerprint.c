/*
 * tls_fingerprint.c: two short names for what a ClientHello looks like, by which programs are recognised.
 *
 *   JA3  MD5 of "version,suites,extensions,groups,point formats" in decimal, in their order, GREASE left out
 *   JA4  "t13d1516h2_8daaf6152771_e5627efa2ab1": transport, version, server name or not, how many suites and extensions, first and
 *        last letter of the first protocol offered; SHA-256 of the sorted suites; SHA-256 of the sorted extensions (without server
 *        name and protocols) and the signature algorithms in their order; 12 digits of each
 */
#include "base/bytes.h"
#include "base/crypto.h"
#include "base/cursor.h"
#include "stream/tls_handshake.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    VALUES_MOST = 256, /* of one list; a hello with more is cut, on all of its connections alike */
    TEXT_MOST = 4 * VALUES_MOST * 6 + 16,
    EXTENSION_SERVER_NAME = 0,
    EXTENSION_GROUPS = 10,
    EXTENSION_POINT_FORMATS = 11,
    EXTENSION_SIGNATURES = 13,
    EXTENSION_ALPN = 16,
};

struct list {
    uint16_t values[VALUES_MOST];
    size_t count;
};

struct text {
    char bytes[TEXT_MOST];
    size_t length;
};

static void list_add(struct list *list, uint16_t value)
{
    if (!tls_is_grease(value) && list->count < VALUES_MOST)
        list->values[list->count++] = value;
}

/* Values of `size` bytes each. */
static void list_fill(struct list *list, struct wsd_bytes bytes, unsigned size)
{
    struct cursor c = cursor_of(bytes);
    while (cursor_left(&c) >= size)
        list_add(list, size == 2 ? cursor_u16(&c) : cursor_u8(&c));
}

static void text_list(struct text *t, const struct list *list, const char *format, char between)
{
    for (size_t i = 0; i < list->count && t->length + 8 < TEXT_MOST; i++) {
        if (i > 0)
            t->bytes[t->length++] = between;
        t->length += (size_t)snprintf(t->bytes + t->length, 7, format, (unsigned)list->values[i]);
    }
}

static void text_char(struct text *t, char c)
{
    if (t->length < TEXT_MOST)
        t->bytes[t->length++] = c;
}

static int digest_text(enum crypto_hash hash, const struct text *t, size_t digits, char *out)
{
    uint8_t digest[CRYPTO_HASH_MOST];
    struct wsd_bytes bytes = bytes_of(t->bytes, t->length);
    int rc = crypto_digest(hash, &bytes, 1, digest);
    for (size_t i = 0; i < digits / 2 && rc == 0; i++)
        snprintf(out + 2 * i, 3, "%02x", (unsigned)digest[i]);
    return rc;
}

static int compare(const void *a, const void *b)
{
    return (int)*(const uint16_t *)a - (int)*(const uint16_t *)b;
}

/* What both fingerprints are made of. */
struct parts {
    struct list suites, extensions, groups, formats, signatures;
    struct text text;
};

static void collect(const struct tls_client_hello *hello, struct parts *p)
{
    struct wsd_bytes left = hello->extensions, data;
    list_fill(&p->suites, hello->suites, 2);
    for (uint16_t type; tls_extension(&left, &type, &data);) {
        list_add(&p->extensions, type);
        if (type == EXTENSION_GROUPS && p->groups.count == 0)
            list_fill(&p->groups, bytes_after(data, 2), 2);
        else if (type == EXTENSION_POINT_FORMATS && p->formats.count == 0)
            list_fill(&p->formats, bytes_after(data, 1), 1);
        else if (type == EXTENSION_SIGNATURES && p->signatures.count == 0)
            list_fill(&p->signatures, bytes_after(data, 2), 2);
    }
}

static int make_ja3(const struct tls_client_hello *hello, struct parts *p, char *out)
{
    const struct list *const lists[] = {&p->suites, &p->extensions, &p->groups, &p->formats};
    struct text *t = &p->text;
    t->length = (size_t)snprintf(t->bytes, 7, "%u", (unsigned)hello->version);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        text_char(t, ',');
        text_list(t, lists[i], "%u", '-');
    }
    return digest_text(CRYPTO_MD5, t, TLS_JA3_SIZE - 1, out);
}

static bool is_alphanumeric(uint8_t c)
{
    return (c >= '0' && c <= '9') || (bytes_lower(c) >= 'a' && bytes_lower(c) <= 'z');
}

/* First and last character of the first protocol; of their hexadecimal form where one is no letter or digit. */
static void protocol_letters(const struct tls_client_hello *hello, char out[3])
{
    static const char digits[] = "0123456789abcdef";
    struct cursor c = cursor_of(hello->alpn);
    struct wsd_bytes name = cursor_bytes(&c, cursor_u8(&c));
    memcpy(out, "00", 3);
    if (name.length == 0)
        return;
    uint8_t first = name.data[0], last = name.data[name.length - 1];
    bool plain = is_alphanumeric(first) && is_alphanumeric(last);
    out[0] = plain ? (char)first : digits[first >> 4];
    out[1] = plain ? (char)last : digits[last & 15];
}

static const char *version_digits(uint16_t version)
{
    switch (version) {
    case 0x0304: return "13";
    case 0x0303: return "12";
    case 0x0302: return "11";
    case 0x0301: return "10";
    case 0x0300: return "s3";
    default: return "00";
    }
}

static int hash_or_zeros(const struct text *t, bool none, char *out)
{
    memcpy(out, "000000000000", 12);
    return none ? 0 : digest_text(CRYPTO_SHA256, t, 12, out);
}

static int make_ja4(const struct tls_client_hello *hello, struct parts *p, char *out)
{
    char letters[3];
    struct text *t = &p->text;
    struct list hashed = {.count = 0};
    protocol_letters(hello, letters);
    unsigned suites = p->suites.count > 99 ? 99 : (unsigned)p->suites.count;
    unsigned extensions = p->extensions.count > 99 ? 99 : (unsigned)p->extensions.count;
    for (size_t i = 0; i < p->extensions.count; i++)
        if (p->extensions.values[i] != EXTENSION_SERVER_NAME && p->extensions.values[i] != EXTENSION_ALPN)
            list_add(&hashed, p->extensions.values[i]);
    bool named = p->extensions.count > 0 && hello->sni.length > 0;
    snprintf(out, TLS_JA4_SIZE, "t%s%c%02u%02u%s_", version_digits(hello->highest), named ? 'd' : 'i', suites,
             extensions, letters);
    qsort(p->suites.values, p->suites.count, sizeof *p->suites.values, compare);
    qsort(hashed.values, hashed.count, sizeof *hashed.values, compare);
    t->length = 0;
    text_list(t, &p->suites, "%04x", ',');
    int rc = hash_or_zeros(t, p->suites.count == 0, out + 11);
    out[23] = '_';
    t->length = 0;
    text_list(t, &hashed, "%04x", ',');
    if (p->signatures.count > 0) {
        text_char(t, '_');
        text_list(t, &p->signatures, "%04x", ',');
    }
    if (rc == 0)
        rc = hash_or_zeros(t, hashed.count == 0, out + 24);
    out[36] = 0;
    return rc;
}

int tls_fingerprint(const struct tls_client_hello *hello, char ja3[TLS_JA3_SIZE], char ja4[TLS_JA4_SIZE])
{
    struct parts *p = calloc(1, sizeof *p);
    if (p == NULL)
        return -ENOMEM;
    collect(hello, p);
    int rc = make_ja3(hello, p, ja3);
    if (rc == 0)
        rc = make_ja4(hello, p, ja4);
    free(p);
    return rc;
}
