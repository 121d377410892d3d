#include "base/utf8.h"

#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* How many of the first bytes are surely ASCII; it may stop a few early, in front of the last ones. */
static size_t ascii_run(const uint8_t *bytes, size_t n)
{
    size_t i = 0;
#if defined(__SSE2__)
    for (; i + 64 <= n; i += 64) {
        const __m128i *at = (const __m128i *)(const void *)(bytes + i);
        __m128i any = _mm_or_si128(_mm_or_si128(_mm_loadu_si128(at), _mm_loadu_si128(at + 1)),
                                   _mm_or_si128(_mm_loadu_si128(at + 2), _mm_loadu_si128(at + 3)));
        if (_mm_movemask_epi8(any) != 0)
            break;
    }
    for (; i + 16 <= n; i += 16)
        if (_mm_movemask_epi8(_mm_loadu_si128((const __m128i *)(const void *)(bytes + i))) != 0)
            return i;
    /* The tail by one load that overlaps what was checked already: sizes vary, and a loop here is mispredicted. */
    if (n >= 16 && _mm_movemask_epi8(_mm_loadu_si128((const __m128i *)(const void *)(bytes + n - 16))) == 0)
        return n;
#else
    for (; i + 8 <= n; i += 8) {
        uint64_t word;
        memcpy(&word, bytes + i, 8);
        if (word & 0x8080808080808080u)
            return i;
    }
#endif
    return i;
}

/* Sets what may follow a lead byte; false when the byte cannot begin a character. */
static bool lead(struct utf8 *s, uint8_t b)
{
    s->low = 0x80;
    s->high = 0xBF;
    if (b >= 0xC2 && b <= 0xDF) {
        s->due = 1;
    } else if ((b & 0xF0) == 0xE0) {
        s->due = 2;
        if (b == 0xE0)
            s->low = 0xA0;
        else if (b == 0xED)
            s->high = 0x9F;
    } else if (b >= 0xF0 && b <= 0xF4) {
        s->due = 3;
        if (b == 0xF0)
            s->low = 0x90;
        else if (b == 0xF4)
            s->high = 0x8F;
    } else {
        return false;
    }
    s->size = (uint8_t)(s->due + 1);
    return true;
}

size_t utf8_check(struct utf8 *state, const uint8_t *bytes, size_t n)
{
    struct utf8 s = *state;
    size_t i = 0;
    while (i < n) {
        if (s.due == 0) {
            if (bytes[i] < 0x80) {
                size_t run = ascii_run(bytes + i, n - i);
                i += run > 0 ? run : 1;
                continue;
            }
            if (!lead(&s, bytes[i]))
                break;
        } else {
            if (bytes[i] < s.low || bytes[i] > s.high)
                break;
            s.due--;
            s.low = 0x80;
            s.high = 0xBF;
        }
        i++;
    }
    *state = s;
    return i;
}

bool utf8_valid(struct wsd_bytes bytes)
{
    struct utf8 s = {0};
    return utf8_check(&s, bytes.data, bytes.length) == bytes.length && utf8_whole(&s);
}

size_t utf8_border(struct wsd_bytes bytes)
{
    size_t n = bytes.length;
    for (size_t back = 1; back <= 3 && back <= n; back++) {
        uint8_t b = bytes.data[n - back];
        if ((b & 0xC0) == 0x80)
            continue;
        size_t size = b < 0x80 ? 1 : b < 0xE0 ? 2 : b < 0xF0 ? 3 : 4;
        return size > back ? n - back : n;
    }
    return n;
}
