#include "base/writer.h"

#include <stdarg.h>
#include <stdio.h>

enum { FORMAT_MAX = 512 };

static const char pairs[] =
    "00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748"
    "49505152535455565758596061626364656667686970717273747576777879808182838485868788899091929394959697"
    "9899";

void writer_flush(struct writer *w)
{
    if (w->drain == NULL || w->length == 0)
        return;
    w->drain(w->user, w->data, w->length);
    w->length = 0;
}

bool writer_make_room(struct writer *w, size_t n)
{
    writer_flush(w);
    if (w->size - w->length >= n)
        return true;
    w->lost = true;
    return false;
}

void writer_put_slowly(struct writer *w, const char *text, size_t n)
{
    while (n > 0) {
        if (w->length == w->size && !writer_make_room(w, 1))
            return;
        size_t some = w->size - w->length;
        if (some > n)
            some = n;
        memcpy(w->data + w->length, text, some);
        w->length += some;
        text += some;
        n -= some;
    }
}

char *writer_unsigned_at(char *at, uint64_t value)
{
    if (value < 10) {
        *at = (char)('0' + value);
        return at + 1;
    }
    unsigned digits = 2;
    for (uint64_t limit = 100; digits < 20 && value >= limit; limit *= 10)
        digits++;
    char *end = at + digits;
    for (at = end; value >= 100; value /= 100) {
        at -= 2;
        memcpy(at, pairs + 2 * (value % 100), 2);
    }
    if (value >= 10)
        memcpy(at - 2, pairs + 2 * value, 2);
    else
        at[-1] = (char)('0' + value);
    return end;
}

void writer_unsigned(struct writer *w, uint64_t value)
{
    char text[20];
    const char *end = writer_unsigned_at(text, value);
    writer_put(w, text, (size_t)(end - text));
}

void writer_digits(struct writer *w, uint64_t value, unsigned digits)
{
    char text[20];
    unsigned at = digits;
    while (at >= 2) {
        at -= 2;
        memcpy(text + at, pairs + 2 * (value % 100), 2);
        value /= 100;
    }
    if (at == 1)
        text[0] = (char)('0' + value % 10);
    writer_put(w, text, digits);
}

void writer_nine(char out[9], uint32_t value)
{
    for (unsigned at = 7;; at -= 2) {
        memcpy(out + at, pairs + 2 * (value % 100), 2);
        value /= 100;
        if (at == 1)
            break;
    }
    out[0] = (char)('0' + value);
}

void writer_hex(struct writer *w, struct wsd_bytes bytes)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < bytes.length; i++) {
        char pair[2] = {digits[bytes.data[i] >> 4], digits[bytes.data[i] & 15]};
        writer_put(w, pair, 2);
    }
}

void writer_fill(struct writer *w, char c, size_t n)
{
    while (n-- > 0)
        writer_put(w, &c, 1);
}

void writer_format(struct writer *w, const char *format, ...)
{
    char text[FORMAT_MAX];
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (n > 0)
        writer_put(w, text, (size_t)n < sizeof text ? (size_t)n : sizeof text - 1);
}
