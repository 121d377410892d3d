#include "websocket/frame.h"
#include "base/cursor.h"

#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

size_t frame_header_size(const uint8_t *bytes, size_t n)
{
    if (n < 2)
        return 2;
    size_t length = bytes[1] & 0x7F;
    return 2 + (size_t)(length == 126 ? 2 : length == 127 ? 8 : 0) + (bytes[1] & 0x80 ? 4 : 0);
}

void frame_header_decode(const uint8_t *bytes, size_t size, struct frame_header *out)
{
    uint8_t form = bytes[1] & 0x7F;
    out->size = (uint8_t)size;
    out->length = form;
    memcpy(out->bytes, bytes, 2);
    if (form == 126) {
        memcpy(out->bytes + 2, bytes + 2, 2);
        out->length = (uint64_t)bytes[2] << 8 | bytes[3];
    } else if (form == 127) {
        memcpy(out->bytes + 2, bytes + 2, 8);
        out->length = (uint64_t)cursor_peek_u32(bytes + 2) << 32 | cursor_peek_u32(bytes + 6);
    }
    out->mask_at = bytes[1] & 0x80 ? (uint8_t)(size - 4) : 0;
    if (out->mask_at != 0)
        memcpy(out->bytes + out->mask_at, bytes + out->mask_at, 4);
}

bool frame_length_not_minimal(const struct frame_header *h)
{
    uint8_t form = h->bytes[1] & 0x7F;
    return (form == 126 && h->length < 126) || (form == 127 && h->length < 65536);
}

/* The key as it falls on memory that begins at this phase, eight bytes of it. */
static uint64_t key_word(const uint8_t key[4], uint64_t at)
{
    uint8_t turned[8];
    for (unsigned i = 0; i < 8; i++)
        turned[i] = key[(at + i) & 3];
    uint64_t word;
    memcpy(&word, turned, 8);
    return word;
}

/* i stays a multiple of eight until the tail, so the key's phase is i's. */
static void unmask_words(uint8_t *to, const uint8_t *from, size_t n, uint64_t key)
{
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        uint64_t word;
        memcpy(&word, from + i, 8);
        word ^= key;
        memcpy(to + i, &word, 8);
    }
    uint8_t bytes[8];
    memcpy(bytes, &key, 8);
    for (; i < n; i++)
        to[i] = from[i] ^ bytes[i & 7];
}

#if defined(__SSE2__)
void frame_unmask(uint8_t *to, const uint8_t *from, size_t n, const uint8_t key[4], uint64_t at)
{
    uint64_t word = key_word(key, at);
    if (n < 16) {
        unmask_words(to, from, n, word);
        return;
    }
    /* The last 16 bytes are read before the first write (to may be from) and written last: they overlap what the loop
     * did, which spares a loop over the tail. */
    __m128i mask = _mm_set1_epi64x((long long)word), end_mask = _mm_set1_epi64x((long long)key_word(key, at + n));
    __m128i last = _mm_loadu_si128((const __m128i *)(const void *)(from + n - 16));
    for (size_t i = 0; i + 16 <= n; i += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(from + i));
        _mm_storeu_si128((__m128i *)(void *)(to + i), _mm_xor_si128(v, mask));
    }
    _mm_storeu_si128((__m128i *)(void *)(to + n - 16), _mm_xor_si128(last, end_mask));
}
#else
void frame_unmask(uint8_t *to, const uint8_t *from, size_t n, const uint8_t key[4], uint64_t at)
{
    unmask_words(to, from, n, key_word(key, at));
}
#endif
