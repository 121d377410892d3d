#include "base/escape.h"

#include <stdio.h>
#include <string.h>

enum { ONE_MAX = 12 }; /* the longest form of one character, "\u{10ffff}", and its final 0 */

struct range {
    uint32_t first, last;
};

/* Ordered, without overlap: Unicode's Default_Ignorable_Code_Point, bidirectional controls, separators, interlinear
 * annotation, and the C1 controls. Noncharacters at the end of each plane are tested apart. */
static const struct range hidden[] = {
    {0x80, 0x9F},     {0xAD, 0xAD},       {0x34F, 0x34F},     {0x61C, 0x61C},     {0x115F, 0x1160},
    {0x17B4, 0x17B5}, {0x180B, 0x180F},   {0x200B, 0x200F},   {0x2028, 0x202E},   {0x2060, 0x206F},
    {0x3164, 0x3164}, {0xFDD0, 0xFDEF},   {0xFE00, 0xFE0F},   {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0},
    {0xFFF0, 0xFFFB}, {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF},
};

/* Combining marks of the scripts that use them most. */
static const struct range combining[] = {
    {0x300, 0x36F},   {0x483, 0x489},   {0x591, 0x5BD},   {0x610, 0x61A},   {0x64B, 0x65F},
    {0x6D6, 0x6DC},   {0x900, 0x902},   {0x93C, 0x93C},   {0x941, 0x948},   {0x94D, 0x94D},
    {0xE31, 0xE31},   {0xE34, 0xE3A},   {0xE47, 0xE4E},   {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF},
    {0x20D0, 0x20F0}, {0x302A, 0x302F}, {0x3099, 0x309A}, {0xFE20, 0xFE2F},
};

/* East Asian Width W and F, and what terminals draw as emoji. */
static const struct range wide[] = {
    {0x1100, 0x115F},   {0x231A, 0x231B},   {0x23E9, 0x23EC},   {0x25FD, 0x25FE},   {0x2614, 0x2615},
    {0x2648, 0x2653},   {0x26A1, 0x26A1},   {0x26BD, 0x26BE},   {0x2705, 0x2705},   {0x270A, 0x270B},
    {0x2728, 0x2728},   {0x274C, 0x274C},   {0x2753, 0x2755},   {0x2795, 0x2797},   {0x2E80, 0x303E},
    {0x3041, 0x33FF},   {0x3400, 0x4DBF},   {0x4E00, 0xA4CF},   {0xA960, 0xA97C},   {0xAC00, 0xD7A3},
    {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},   {0x1F18E, 0x1F18E},
    {0x1F191, 0x1F19A}, {0x1F200, 0x1F320}, {0x1F32D, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F7E0, 0x1F7EB},
    {0x1F900, 0x1F9FF}, {0x1FA70, 0x1FAFF}, {0x20000, 0x3FFFD},
};

#define COUNT(table) (sizeof(table) / sizeof *(table))

static bool within(const struct range *table, size_t n, uint32_t c)
{
    size_t low = 0;
    while (low < n) {
        size_t middle = (low + n) / 2;
        if (c < table[middle].first)
            n = middle;
        else if (c > table[middle].last)
            low = middle + 1;
        else
            return true;
    }
    return false;
}

bool escape_hidden(uint32_t c)
{
    /* Nothing is hidden between the Hangul fillers: ideographs, syllables, surrogates, private use. */
    if (c < 0x80 || (c > 0x3164 && c < 0xFDD0))
        return false;
    return (c & 0xFFFE) == 0xFFFE || within(hidden, COUNT(hidden), c);
}

unsigned escape_width(uint32_t c)
{
    if (c < combining[0].first)
        return 1;
    if (within(combining, COUNT(combining), c))
        return 0;
    return within(wide, COUNT(wide), c) ? 2 : 1;
}

size_t escape_decode(const uint8_t *b, size_t n, uint32_t *c)
{
    static const uint32_t smallest[5] = {0, 0, 0x80, 0x800, 0x10000};
    if (b[0] < 0x80) {
        *c = b[0];
        return 1;
    }
    size_t length = b[0] >= 0xF0 ? 4 : b[0] >= 0xE0 ? 3 : 2;
    if (b[0] < 0xC2 || b[0] > 0xF4 || length > n)
        return 0;
    uint32_t value = b[0] & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((b[i] & 0xC0) != 0x80)
            return 0;
        value = value << 6 | (b[i] & 0x3F);
    }
    if (value < smallest[length] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
        return 0;
    *c = value;
    return length;
}

/* The form of a control character or of a byte that is no text. Returns its length. */
static size_t byte_form(char out[ONE_MAX], uint8_t byte)
{
    static const char digits[] = "0123456789abcdef";
    out[0] = '\\';
    if (byte == '\n' || byte == '\r' || byte == '\t') {
        out[1] = byte == '\n' ? 'n' : byte == '\r' ? 'r' : 't';
        return 2;
    }
    out[1] = 'x';
    out[2] = digits[byte >> 4];
    out[3] = digits[byte & 15];
    return 4;
}

/* The form of what stands at in; says how many bytes that was, how many characters and columns it became. */
static struct escaped one(char out[ONE_MAX], struct wsd_bytes in, enum escape_charset charset)
{
    uint32_t c;
    struct escaped form = {.used = escape_decode(in.data, in.length, &c)};
    if (form.used == 0 || c < 0x20 || c == 0x7F) {
        form.used = 1;
        form.length = form.columns = byte_form(out, in.data[0]);
    } else if (c >= 0x80 && (charset == ESCAPE_ASCII || escape_hidden(c))) {
        form.length = form.columns = (size_t)snprintf(out, ONE_MAX, "\\u{%x}", (unsigned)c);
    } else {
        memcpy(out, in.data, form.used);
        form.length = form.used;
        form.columns = escape_width(c);
    }
    return form;
}

/* How many of the first bytes, at most `most`, are printable ASCII: nearly all there is. */
static size_t plain_run(const uint8_t *bytes, size_t most)
{
    size_t n = 0;
    while (n < most && (uint8_t)(bytes[n] - 0x20) < 0x7F - 0x20)
        n++;
    return n;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

struct escaped escape_text(char *out, size_t size, size_t columns, struct wsd_bytes in, enum escape_charset charset)
{
    struct escaped done = {0};
    while (done.used < in.length) {
        struct wsd_bytes rest = {in.data + done.used, in.length - done.used};
        size_t room = least(columns - done.columns, size - 1 - done.length);
        size_t run = plain_run(rest.data, least(rest.length, room));
        memcpy(out + done.length, rest.data, run);
        done.length += run;
        done.columns += run;
        done.used += run;
        if (run > 0)
            continue;
        char form[ONE_MAX];
        struct escaped next = one(form, rest, charset);
        if (next.columns > columns - done.columns || next.length >= size - done.length)
            break;
        memcpy(out + done.length, form, next.length);
        done.length += next.length;
        done.columns += next.columns;
        done.used += next.used;
    }
    out[done.length] = 0;
    return done;
}
