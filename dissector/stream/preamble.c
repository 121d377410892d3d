#include "stream/preamble.h"
#include "base/bytes.h"
#include "base/cursor.h"
#include "base/writer.h"

#include <arpa/inet.h>

enum { SOCKS5_DOMAIN = 3, SOCKS5_IPV6 = 4, SOCKS5_PASSWORD = 2, SOCKS_STRING_MOST = 255 };

static const uint8_t signature[] = "\r\n\r\n\0\r\nQUIT\n";

static enum preamble_result short_or(const struct cursor *c, enum preamble_result whole)
{
    return c->short_of ? PREAMBLE_MORE : whole;
}

/* Whether the bytes begin with this, as far as they go. */
static bool may_begin(struct wsd_bytes bytes, const void *with, size_t n)
{
    n = bytes.length < n ? bytes.length : n;
    return n == 0 || memcmp(bytes.data, with, n) == 0;
}

/* ---- where the client wants to go ------------------------------------------------------------------------------ */

static void put_port(struct writer *w, struct preamble *out, uint16_t port)
{
    WRITER_JUST(w, ":");
    writer_unsigned(w, port);
    out->hop.target = bytes_of(out->target, w->length);
}

static void target_name(struct preamble *out, struct wsd_bytes name, uint16_t port)
{
    struct writer w = {.data = (char *)out->target, .size = sizeof out->target};
    writer_put(&w, (const char *)name.data, name.length);
    put_port(&w, out, port);
}

static void target_address(struct preamble *out, struct wsd_bytes address, uint16_t port)
{
    struct writer w = {.data = (char *)out->target, .size = sizeof out->target};
    char text[INET6_ADDRSTRLEN];
    bool six = address.length == 16;
    if (address.length == 0 || inet_ntop(six ? AF_INET6 : AF_INET, address.data, text, sizeof text) == NULL)
        return;
    writer_text(&w, six ? "[" : "");
    writer_text(&w, text);
    writer_text(&w, six ? "]" : "");
    put_port(&w, out, port);
}

/* ---- PROXY protocol 1 ------------------------------------------------------------------------------------------ */

/* Up to the next space, or the end; copied as a string. False: it does not fit or is empty. */
static bool next_word(struct cursor *c, char *word, size_t size)
{
    size_t n = 0;
    while (cursor_left(c) > 0 && n < size) {
        uint8_t byte = cursor_u8(c);
        if (byte == ' ')
            break;
        word[n++] = (char)byte;
    }
    if (n == 0 || n == size)
        return false;
    word[n] = 0;
    return true;
}

static bool next_port(struct cursor *c, uint16_t *port)
{
    char word[6];
    uint32_t value = 0;
    if (!next_word(c, word, sizeof word))
        return false;
    for (const char *at = word; *at != 0; at++) {
        if (*at < '0' || *at > '9')
            return false;
        value = value * 10 + (uint32_t)(*at - '0');
    }
    *port = (uint16_t)value;
    return value <= UINT16_MAX;
}

static bool next_address(struct cursor *c, uint8_t family, struct wsd_endpoint *endpoint)
{
    char word[INET6_ADDRSTRLEN];
    endpoint->family = family;
    return next_word(c, word, sizeof word) && inet_pton(family == 4 ? AF_INET : AF_INET6, word, endpoint->address) == 1;
}

static bool proxy1_line(struct wsd_bytes line, struct wsd_hop *hop)
{
    struct cursor c = cursor_of(line);
    char word[sizeof "UNKNOWN"] = "";
    cursor_skip(&c, sizeof "PROXY " - 1);
    if (!next_word(&c, word, sizeof word))
        return false;
    if (strcmp(word, "UNKNOWN") == 0) /* what follows is to be ignored */
        return true;
    if (strcmp(word, "TCP4") != 0 && strcmp(word, "TCP6") != 0)
        return false;
    uint8_t family = word[3] == '4' ? 4 : 6;
    return next_address(&c, family, &hop->source) && next_address(&c, family, &hop->destination) &&
           next_port(&c, &hop->source.port) && next_port(&c, &hop->destination.port) && cursor_left(&c) == 0;
}

static enum preamble_result proxy1(struct wsd_bytes bytes, struct preamble *out)
{
    enum { LINE_MOST = 107 };
    if (!may_begin(bytes, "PROXY ", 6))
        return PREAMBLE_NONE;
    struct cursor c = cursor_of(bytes_first(bytes, LINE_MOST));
    for (uint8_t last = 0, byte = 0; !c.short_of && !(last == '\r' && byte == '\n'); byte = cursor_u8(&c))
        last = byte;
    if (c.short_of)
        return bytes.length < LINE_MOST ? PREAMBLE_MORE : PREAMBLE_NONE;
    out->length = (size_t)(c.at - bytes.data);
    out->hop.kind = WSD_HOP_PROXY_V1;
    return proxy1_line(bytes_first(bytes, out->length - 2), &out->hop) ? PREAMBLE_WHOLE : PREAMBLE_NONE;
}

/* ---- PROXY protocol 2 ------------------------------------------------------------------------------------------ */

static void endpoint_address(struct cursor *c, uint8_t family, struct wsd_endpoint *endpoint)
{
    struct wsd_bytes address = cursor_bytes(c, family == 4 ? 4 : 16);
    endpoint->family = family;
    if (address.length > 0)
        memcpy(endpoint->address, address.data, address.length);
}

static enum preamble_result proxy2(struct wsd_bytes bytes, struct preamble *out)
{
    enum { LOCAL = 0x20, PROXY = 0x21, IPV4 = 1, IPV6 = 2, IPV4_LENGTH = 12, IPV6_LENGTH = 36 };
    if (!may_begin(bytes, signature, sizeof signature - 1))
        return PREAMBLE_NONE;
    struct cursor c = cursor_of(bytes);
    cursor_skip(&c, sizeof signature - 1);
    uint8_t command = cursor_u8(&c);
    if (!c.short_of && command != LOCAL && command != PROXY)
        return PREAMBLE_NONE;
    uint8_t family = cursor_u8(&c) >> 4;
    size_t length = cursor_u16(&c), addresses = family == IPV4 ? IPV4_LENGTH : IPV6_LENGTH;
    if (command == LOCAL || (family != IPV4 && family != IPV6)) /* no addresses, or of a kind that is no TCP's */
        addresses = 0;
    if (c.short_of || length < addresses)
        return short_or(&c, PREAMBLE_NONE);
    if (addresses > 0) {
        endpoint_address(&c, family == IPV4 ? 4 : 6, &out->hop.source);
        endpoint_address(&c, family == IPV4 ? 4 : 6, &out->hop.destination);
        out->hop.source.port = cursor_u16(&c);
        out->hop.destination.port = cursor_u16(&c);
    }
    out->hop.kind = WSD_HOP_PROXY_V2;
    out->length = (size_t)(c.at - bytes.data);
    out->skip = length - addresses;
    return short_or(&c, PREAMBLE_WHOLE);
}

/* ---- SOCKS ----------------------------------------------------------------------------------------------------- */

/* A string that ends with 0. False: it is too long. */
static bool socks4_string(struct cursor *c, struct wsd_bytes *out)
{
    const uint8_t *begin = c->at;
    while (!c->short_of && (size_t)(c->at - begin) <= SOCKS_STRING_MOST)
        if (cursor_u8(c) == 0) {
            *out = bytes_of(begin, c->short_of ? 0 : (size_t)(c->at - begin) - 1);
            return true;
        }
    return c->short_of;
}

static enum preamble_result socks4(struct wsd_bytes bytes, struct preamble *out)
{
    struct cursor c = cursor_of(bytes);
    struct wsd_bytes user = {NULL, 0}, name = {NULL, 0};
    cursor_u8(&c);
    uint8_t command = cursor_u8(&c);
    if (!c.short_of && command != 1)
        return PREAMBLE_NONE;
    uint16_t port = cursor_u16(&c);
    struct wsd_bytes address = cursor_bytes(&c, 4);
    bool named = address.length == 4 && cursor_peek_u32(address.data) - 1 < 255; /* 0.0.0.x, x not 0 */
    if (!socks4_string(&c, &user) || (named && !socks4_string(&c, &name)))
        return PREAMBLE_NONE;
    if (c.short_of || (named && name.length == 0))
        return short_or(&c, PREAMBLE_NONE);
    out->hop.kind = named ? WSD_HOP_SOCKS4A : WSD_HOP_SOCKS4;
    out->hop.user = user.length > 0;
    out->length = (size_t)(c.at - bytes.data);
    out->answered = true;
    if (named)
        target_name(out, name, port);
    else
        target_address(out, address, port);
    return PREAMBLE_WHOLE;
}

/* RFC 1928 5: the type, then the address. Empty and not short: there is no such type. */
static struct wsd_bytes socks5_address(struct cursor *c, uint8_t *type)
{
    *type = cursor_u8(c);
    switch (*type) {
    case 1: return cursor_bytes(c, 4);
    case SOCKS5_DOMAIN: return cursor_bytes(c, cursor_u8(c));
    case SOCKS5_IPV6: return cursor_bytes(c, 16);
    default: return (struct wsd_bytes){NULL, 0};
    }
}

static enum preamble_result socks5_connect(struct cursor *c, struct preamble *out)
{
    uint8_t command = cursor_u8(c), reserved = cursor_u8(c), type;
    if (!c->short_of && (command != 1 || reserved != 0))
        return PREAMBLE_NONE;
    struct wsd_bytes address = socks5_address(c, &type);
    if (!c->short_of && address.length == 0)
        return PREAMBLE_NONE;
    uint16_t port = cursor_u16(c);
    if (c->short_of)
        return PREAMBLE_MORE;
    if (type == SOCKS5_DOMAIN)
        target_name(out, address, port);
    else
        target_address(out, address, port);
    return PREAMBLE_WHOLE;
}

static enum preamble_result socks5(struct wsd_bytes bytes, struct preamble *out)
{
    struct cursor c = cursor_of(bytes);
    cursor_u8(&c);
    uint8_t methods = cursor_u8(&c);
    cursor_skip(&c, methods);
    if (c.short_of || methods == 0)
        return short_or(&c, PREAMBLE_NONE);
    uint8_t next = cursor_u8(&c);
    if (next == 1) {
        out->hop.user = cursor_bytes(&c, cursor_u8(&c)).length > 0;
        cursor_skip(&c, cursor_u8(&c)); /* the password: nobody's business */
        next = cursor_u8(&c);
    }
    if (c.short_of || next != 5)
        return short_or(&c, PREAMBLE_NONE);
    enum preamble_result result = socks5_connect(&c, out);
    out->hop.kind = WSD_HOP_SOCKS5;
    out->length = (size_t)(c.at - bytes.data);
    out->answered = true;
    return result;
}

enum preamble_result preamble_request(struct wsd_bytes bytes, struct preamble *out)
{
    *out = (struct preamble){.length = 0};
    if (bytes.length == 0)
        return PREAMBLE_MORE;
    switch (bytes.data[0]) {
    case 'P': return proxy1(bytes, out);
    case '\r': return proxy2(bytes, out);
    case 4: return socks4(bytes, out);
    case 5: return socks5(bytes, out);
    default: return PREAMBLE_NONE;
    }
}

/* ---- answers --------------------------------------------------------------------------------------------------- */

static enum preamble_result socks4_answer(struct cursor *c)
{
    enum { GRANTED = 0x5A };
    uint8_t version = cursor_u8(c), code = cursor_u8(c);
    if (version != 0)
        return PREAMBLE_NONE;
    if (!c->short_of && code != GRANTED)
        return PREAMBLE_REFUSED;
    cursor_skip(c, 6);
    return short_or(c, PREAMBLE_WHOLE);
}

static enum preamble_result socks5_answer(struct cursor *c)
{
    uint8_t version = cursor_u8(c), method = cursor_u8(c), status = 0, type;
    if (!c->short_of && method != 0 && method != SOCKS5_PASSWORD)
        return PREAMBLE_REFUSED; /* none acceptable, or one that wraps what follows (GSSAPI) */
    if (method == SOCKS5_PASSWORD) {
        cursor_u8(c);
        status = cursor_u8(c);
    }
    if (version != 5 || status != 0)
        return version != 5 ? PREAMBLE_NONE : PREAMBLE_REFUSED;
    version = cursor_u8(c);
    uint8_t reply = cursor_u8(c);
    if (!c->short_of && (version != 5 || reply != 0))
        return version != 5 ? PREAMBLE_NONE : PREAMBLE_REFUSED;
    cursor_u8(c);
    struct wsd_bytes address = socks5_address(c, &type);
    if (!c->short_of && address.length == 0 && type != SOCKS5_DOMAIN)
        return PREAMBLE_NONE;
    cursor_skip(c, 2);
    return short_or(c, PREAMBLE_WHOLE);
}

enum preamble_result preamble_answer(enum wsd_hop_kind kind, struct wsd_bytes bytes, size_t *length)
{
    struct cursor c = cursor_of(bytes);
    if (bytes.length == 0)
        return PREAMBLE_MORE;
    enum preamble_result result = kind == WSD_HOP_SOCKS5 ? socks5_answer(&c) : socks4_answer(&c);
    *length = (size_t)(c.at - bytes.data);
    return result;
}

/* Two bytes may be a whole answer of SOCKS5, but no whole greeting: those have three at least, and one method. */
enum wsd_direction preamble_sender(struct wsd_bytes bytes)
{
    struct preamble request;
    size_t length;
    if (bytes.length >= 2 && (bytes.data[0] == 5 || bytes.data[0] == 0)) {
        bool five = bytes.data[0] == 5, choice = five && (bytes.length == 2 || bytes.data[1] == 0);
        if (choice || (!five && bytes.length == 8 && preamble_answer(WSD_HOP_SOCKS4, bytes, &length) != PREAMBLE_NONE))
            return WSD_SERVER;
    }
    return bytes.length >= 2 && preamble_request(bytes, &request) != PREAMBLE_NONE ? WSD_CLIENT : WSD_NEITHER;
}
