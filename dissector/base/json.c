#include "base/json.h"

#include "base/escape.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

enum {
    CHUNK = 512,           /* bytes of input for which room is made at once */
    WORST = 6,             /* characters that one byte may become: \u001b */
    SLOP = 16 * WORST + 16 /* a block that begins in front of the chunk's end, and what is stored beyond it */
};

/* ---- strings */

/* Where in and out stand. Room for WORST times what is left of the chunk, and SLOP more, is always there. */
struct copy {
    const uint8_t *start, *in, *end;
    char *out;
    bool valid;
};

static bool is_plain(uint8_t byte)
{
    return byte >= 0x20 && byte < 0x7F && byte != '"' && byte != '\\';
}

/* One of UTF-16. */
static char *escape_unit(char *out, uint32_t c)
{
    static const char digits[] = "0123456789abcdef";
    out[0] = '\\';
    out[1] = 'u';
    for (int i = 0; i < 4; i++)
        out[2 + i] = digits[c >> (12 - 4 * i) & 15];
    return out + 6;
}

/* Above U+FFFF a surrogate pair (RFC 8259 7). */
static char *escape_character(char *out, uint32_t c)
{
    if (c < 0x10000)
        return escape_unit(out, c);
    c -= 0x10000;
    return escape_unit(escape_unit(out, 0xD800 | c >> 10), 0xDC00 | (c & 0x3FF));
}

/* What follows the backslash, 0 where there is no short form (RFC 8259 7). */
static char short_form(uint8_t byte)
{
    switch (byte) {
    case '"': return '"';
    case '\\': return '\\';
    case '\b': return 'b';
    case '\t': return 't';
    case '\n': return 'n';
    case '\f': return 'f';
    case '\r': return 'r';
    default: return 0;
    }
}

/* One character that is not plain. */
static void copy_special(struct copy *c)
{
    uint8_t byte = *c->in;
    uint32_t character;
    size_t n = escape_decode(c->in, (size_t)(c->end - c->in), &character);
    if (n == 0) {
        memcpy(c->out, "\xEF\xBF\xBD", 3);
        c->out += 3;
        c->in += 1;
        c->valid = false;
        return;
    }
    c->in += n;
    char letter = short_form(byte);
    if (letter != 0) {
        *c->out++ = '\\';
        *c->out++ = letter;
    } else if (byte < 0x20 || byte == 0x7F || escape_hidden(character)) {
        c->out = escape_character(c->out, character);
    } else {
        memcpy(c->out, c->in - n, n);
        c->out += n;
    }
}

#if defined(__SSE2__)
static __m128i load(const uint8_t *at)
{
    return _mm_loadu_si128((const __m128i *)(const void *)at);
}

static void store(void *at, __m128i v)
{
    _mm_storeu_si128((__m128i *)at, v);
}

/* The bytes of a block that want attention; `special` gets those among them that are more than a character to quote. */
static inline unsigned attention(__m128i v, unsigned *special)
{
    /* The comparison is signed: what is above ASCII is below a space too. */
    __m128i others = _mm_or_si128(_mm_cmplt_epi8(v, _mm_set1_epi8(0x20)), _mm_cmpeq_epi8(v, _mm_set1_epi8(0x7F)));
    __m128i quoted = _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('"')), _mm_cmpeq_epi8(v, _mm_set1_epi8('\\')));
    *special = (unsigned)_mm_movemask_epi8(others);
    return (unsigned)_mm_movemask_epi8(_mm_or_si128(others, quoted));
}

/* The first n bytes of a block that may be read 32 bytes far, with a backslash in front of each bit of `quotes`: JSON
 * inside of JSON is full of them, and starting over behind each would cost more. Stores up to 16 beyond its end. */
static inline char *copy_quoted(char *out, const uint8_t *block, unsigned n, unsigned quotes)
{
    unsigned from = 0;
    for (; quotes != 0; quotes &= quotes - 1) {
        unsigned at = (unsigned)__builtin_ctz(quotes);
        out += at - from;
        *out++ = '\\';
        store(out, load(block + at));
        from = at;
    }
    return out + (n - from);
}

/* The first n bytes, 1 to 16, of a block that may be read 32 bytes far. Stops at a special one. */
static inline bool copy_block(struct copy *c, const uint8_t *block, unsigned n)
{
    __m128i v = load(block);
    unsigned special, valid = (1u << n) - 1, marked = attention(v, &special) & valid;
    special &= valid;
    store(c->out, v);
    if (special != 0) {
        n = (unsigned)__builtin_ctz(marked);
        marked = 0;
    }
    c->out = copy_quoted(c->out, block, n, marked);
    c->in += n;
    return special == 0;
}

/* Blocks up to a special byte, or to stop and somewhat beyond it. The last two go by way of a copy that may be read
 * beyond its end; short strings are left to the caller. It works on a copy of c that nothing else can point to. */
static struct copy copy_blocks(struct copy c, const uint8_t *stop)
{
    while (c.in < stop && c.end - c.in >= 32)
        if (!copy_block(&c, c.in, 16))
            return c;
    if (c.in >= stop || c.end - c.start < 16)
        return c;
    uint8_t last[48];
    if (c.end - c.in >= 16) {
        store(last, load(c.in));
        if (!copy_block(&c, last, 16) || c.in == c.end)
            return c;
    }
    unsigned n = (unsigned)(c.end - c.in);
    store(last, load(c.end - 16));
    copy_block(&c, last + 16 - n, n);
    return c;
}
#else
/* The same in words of 8 bytes: a byte is special when one of these subtractions borrows into its highest bit. */
static struct copy copy_blocks(struct copy c, const uint8_t *stop)
{
    const uint64_t ones = 0x0101010101010101u, highs = 0x8080808080808080u;
    while (stop - c.in >= 8) {
        uint64_t v;
        memcpy(&v, c.in, 8);
        uint64_t quote = v ^ ones * '"', backslash = v ^ ones * '\\', delete = v ^ ones * 0x7F;
        uint64_t special = (v - ones * 0x20) | (quote - ones) | (backslash - ones) | (delete - ones) | v;
        if (special & highs)
            return c;
        memcpy(c.out, &v, 8);
        c.in += 8;
        c.out += 8;
    }
    return c;
}
#endif

bool json_characters(struct writer *w, struct wsd_bytes in)
{
    struct copy c = {
        .start = in.data, .in = in.data, .end = in.length != 0 ? in.data + in.length : in.data, .valid = true};
    while (c.in < c.end) {
        const uint8_t *stop = c.end - c.in > CHUNK ? c.in + CHUNK : c.end;
        if (!writer_room(w, (size_t)(stop - c.in) * WORST + SLOP))
            break;
        c.out = w->data + w->length;
        while (c.in < stop) {
            c = copy_blocks(c, stop);
            while (c.in < stop && is_plain(*c.in))
                *c.out++ = (char)*c.in++;
            while (c.in < stop && !is_plain(*c.in))
                copy_special(&c);
        }
        w->length = (size_t)(c.out - w->data);
    }
    return c.valid;
}

bool json_string(struct writer *w, struct wsd_bytes in)
{
    WRITER_JUST(w, "\"");
    bool valid = json_characters(w, in);
    WRITER_JUST(w, "\"");
    return valid;
}

/* ---- bytes */

void json_base64(struct writer *w, struct wsd_bytes in)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const uint8_t *at = in.data;
    size_t left = in.length;
    WRITER_JUST(w, "\"");
    while (left >= 3 && writer_room(w, CHUNK / 3 * 4)) {
        size_t groups = left < CHUNK ? left / 3 : CHUNK / 3;
        char *out = w->data + w->length;
        for (size_t i = 0; i < groups; i++, at += 3, out += 4) {
            uint32_t v = (uint32_t)at[0] << 16 | (uint32_t)at[1] << 8 | at[2];
            out[0] = digits[v >> 18];
            out[1] = digits[v >> 12 & 63];
            out[2] = digits[v >> 6 & 63];
            out[3] = digits[v & 63];
        }
        w->length += groups * 4;
        left -= groups * 3;
    }
    if (left == 1 || left == 2) {
        uint32_t v = (uint32_t)at[0] << 16 | (left == 2 ? (uint32_t)at[1] << 8 : 0);
        char last[4] = {digits[v >> 18], digits[v >> 12 & 63], left == 2 ? digits[v >> 6 & 63] : '=', '='};
        writer_put(w, last, 4);
    }
    WRITER_JUST(w, "\"");
}

void json_hex(struct writer *w, struct wsd_bytes in)
{
    WRITER_JUST(w, "\"");
    writer_hex(w, in);
    WRITER_JUST(w, "\"");
}

/* ---- numbers and times */

enum { NANO = 1000000000 };

void json_seconds(struct writer *w, int64_t nanoseconds)
{
    uint64_t size = nanoseconds < 0 ? 0 - (uint64_t)nanoseconds : (uint64_t)nanoseconds;
    if (nanoseconds < 0)
        WRITER_JUST(w, "-");
    writer_unsigned(w, size / NANO);
    WRITER_JUST(w, ".");
    writer_digits(w, size % NANO, 9);
}

/* Year, month and day of the proleptic Gregorian calendar, counted in eras of 400 years that begin in March, so that a
 * leap day is the last day of a year. */
static void write_date(struct writer *w, int64_t days_since_1970)
{
    int64_t days = days_since_1970 + 719468; /* since 0000-03-01 */
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    uint64_t day = (uint64_t)(days - era * 146097);
    uint64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    day -= 365 * year + year / 4 - year / 100;
    uint64_t month = (5 * day + 2) / 153; /* from March */
    day -= (153 * month + 2) / 5;
    year += (uint64_t)(era * 400) + (month >= 10);
    writer_digits(w, year, 4);
    WRITER_JUST(w, "-");
    writer_digits(w, month < 10 ? month + 3 : month - 9, 2);
    WRITER_JUST(w, "-");
    writer_digits(w, day + 1, 2);
}

static void clock_second(struct json_clock *clock, int64_t second)
{
    int64_t day = (second >= 0 ? second : second - 86399) / 86400;
    uint64_t of_day = (uint64_t)(second - day * 86400);
    struct writer w = {.data = clock->text, .size = sizeof clock->text};
    WRITER_JUST(&w, "\"");
    write_date(&w, day);
    WRITER_JUST(&w, "T");
    writer_digits(&w, of_day / 3600, 2);
    WRITER_JUST(&w, ":");
    writer_digits(&w, of_day / 60 % 60, 2);
    WRITER_JUST(&w, ":");
    writer_digits(&w, of_day % 60, 2);
    WRITER_JUST(&w, ".000000000Z\"");
    clock->second = second;
}

void json_clock_set(struct json_clock *clock, int64_t nanoseconds)
{
    if (clock->begun && nanoseconds == clock->time)
        return;
    int64_t second = nanoseconds / NANO - (nanoseconds % NANO < 0);
    if (!clock->begun || second != clock->second)
        clock_second(clock, second);
    writer_nine(clock->text + 21, (uint32_t)(nanoseconds - second * NANO));
    clock->time = nanoseconds;
    clock->begun = true;
}

void json_time(struct writer *w, struct json_clock *clock, int64_t nanoseconds)
{
    json_clock_set(clock, nanoseconds);
    writer_put(w, clock->text, sizeof clock->text);
}
