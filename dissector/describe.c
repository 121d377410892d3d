/*
 * describe.c: every header field of one frame, told to a visitor in the order of the wire.
 *
 * For the person who looks at one frame: the packet's headers from the link layer to TCP, as far as they were captured,
 * then the WebSocket header and the beginning of the payload. Everything is read again from the bytes that the event
 * borrows, so that nothing has to be kept on the way of the packets. It reads what it is given and keeps nothing.
 *
 * This file has the walk over the bytes (struct fields, describe.h); each layer is in a file of its own.
 */
#include "describe.h"
#include "base/bytes.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#define SHOWN_IN_HEX 32 /* of a field without a better meaning */

void field_begin(struct fields *f, struct wsd_bytes bytes, uint32_t offset)
{
    f->at = cursor_of(bytes);
    f->start = bytes.data;
    f->offset = offset;
    f->raw = (struct wsd_bytes){bytes.data, 0};
    f->value = 0;
    f->ended = false;
}

/* Bits that are whole bytes are told as such. */
static void tell(const struct fields *f, const char *name, unsigned first, unsigned width, const char *meaning)
{
    unsigned skipped = first / 8;
    size_t length = width == 0 ? f->raw.length : (first + width + 7) / 8 - skipped;
    const uint8_t *from = f->raw.data != NULL ? f->raw.data + skipped : NULL;
    struct wsd_field field = {
        .layer = f->layer,
        .name = name,
        .offset = f->offset + (from != NULL ? (uint32_t)(from - f->start) : 0),
        .length = (uint32_t)length,
        .bit = (uint8_t)(first % 8),
        .bits = first % 8 == 0 && width % 8 == 0 ? 0 : (uint8_t)width,
        .raw = {from, length},
        .meaning = meaning,
    };
    f->visit(f->user, &field);
}

bool field_take(struct fields *f, size_t n)
{
    if (f->ended)
        return false;
    struct wsd_bytes rest = cursor_rest(&f->at);
    f->raw = cursor_bytes(&f->at, n);
    f->value = 0;
    if (f->at.short_of) {
        f->raw = rest;
        tell(f, "not captured", 0, 0, "the captured bytes end here");
        f->ended = true;
        return false;
    }
    for (size_t i = 0; i < n; i++)
        f->value = f->value << 8 | f->raw.data[i];
    return true;
}

void field_tell(struct fields *f, const char *name, const char *format, ...)
{
    char meaning[FIELD_MEANING];
    va_list arguments;
    if (f->ended)
        return;
    va_start(arguments, format);
    vsnprintf(meaning, sizeof meaning, format, arguments);
    va_end(arguments);
    tell(f, name, 0, 0, meaning);
}

uint64_t field_value(const struct fields *f, unsigned first, unsigned width)
{
    unsigned below = (unsigned)f->raw.length * 8 - first - width;
    return f->ended ? 0 : f->value >> below & ((UINT64_C(1) << width) - 1);
}

void field_bits(struct fields *f, const char *name, unsigned first, unsigned width, const char *format, ...)
{
    char meaning[FIELD_MEANING];
    va_list arguments;
    if (f->ended)
        return;
    va_start(arguments, format);
    vsnprintf(meaning, sizeof meaning, format, arguments);
    va_end(arguments);
    tell(f, name, first, width, meaning);
}

void field_flag(struct fields *f, const char *name, unsigned bit, const char *set)
{
    field_bits(f, name, bit, 1, "%s", field_value(f, bit, 1) != 0 ? set : "not set");
}

uint64_t field_number(struct fields *f, const char *name, size_t n)
{
    if (!field_take(f, n))
        return 0;
    field_tell(f, name, "%" PRIu64, f->value);
    return f->value;
}

uint64_t field_hex(struct fields *f, const char *name, size_t n)
{
    if (!field_take(f, n))
        return 0;
    field_tell(f, name, "0x%0*" PRIx64, (int)n * 2, f->value);
    return f->value;
}

static uint64_t named(struct fields *f, const char *name, size_t n, struct field_words words, bool hex)
{
    char number[24];
    if (!field_take(f, n))
        return 0;
    if (hex)
        snprintf(number, sizeof number, "0x%0*" PRIx64, (int)n * 2, f->value);
    else
        snprintf(number, sizeof number, "%" PRIu64, f->value);
    const char *word = field_word(words, f->value);
    if (word != NULL)
        field_tell(f, name, "%s (%s)", word, number);
    else
        field_tell(f, name, "%s", number);
    return f->value;
}

uint64_t field_named(struct fields *f, const char *name, size_t n, struct field_words words)
{
    return named(f, name, n, words, false);
}

uint64_t field_named_hex(struct fields *f, const char *name, size_t n, struct field_words words)
{
    return named(f, name, n, words, true);
}

void field_bytes(struct fields *f, const char *name, size_t n)
{
    char hex[FIELD_MEANING];
    if (n == 0 || !field_take(f, n))
        return;
    field_print_hex(hex, f->raw, false);
    field_tell(f, name, "%s", hex);
}

void field_address(struct fields *f, const char *name, uint8_t family)
{
    struct wsd_endpoint endpoint = {.family = family};
    char text[WSD_ADDRESS_SIZE];
    size_t n = family == 4 ? 4 : 16;
    if (!field_take(f, n))
        return;
    for (size_t i = 0; i < n; i++)
        endpoint.address[i] = f->raw.data[i];
    wsd_address(&endpoint, text);
    field_tell(f, name, "%s", text);
}

void field_undecoded(struct fields *f, const char *why)
{
    size_t left = cursor_left(&f->at);
    if (left != 0 && field_take(f, left))
        field_tell(f, "not decoded", "%s", why);
    f->ended = true;
}

const char *field_word(struct field_words words, uint64_t number)
{
    for (size_t i = 0; i < words.count; i++)
        if (words.list[i].number == number)
            return words.list[i].word;
    return NULL;
}

void field_print_hex(char *out, struct wsd_bytes bytes, bool cut)
{
    static const char digits[] = "0123456789abcdef";
    size_t shown = bytes.length < SHOWN_IN_HEX ? bytes.length : SHOWN_IN_HEX;
    bool more = cut || shown < bytes.length;
    for (size_t i = 0; i < shown; i++) {
        *out++ = digits[bytes.data[i] >> 4];
        *out++ = digits[bytes.data[i] & 15];
    }
    memcpy(out, more ? "..." : "", more ? sizeof "..." : 1);
}

void wsd_describe(const struct wsd_event *frame, wsd_field_fn *visit, void *user)
{
    if (frame->type != WSD_EVENT_FRAME)
        return;
    const struct wsd_moment *packet = &frame->frame.first;
    if (packet->headers.length != 0) {
        struct fields f = {.visit = visit, .user = user};
        field_begin(&f, bytes_first(packet->headers, WSD_DETAIL_HEADERS), 0);
        describe_link(&f, packet->link_type);
        describe_ip(&f);
        describe_tcp(&f);
    }
    if (packet->record != NULL)
        describe_tls(packet->record, visit, user);
    describe_websocket(&frame->frame, visit, user);
}
