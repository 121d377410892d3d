#include "base/json_token.h"

#include <string.h>

enum { LOOKED_AT = 64 /* tokens that decide whether it is JSON */ };

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static bool is_number(uint8_t c)
{
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

/* What ends a token that is neither a string nor a bracket. */
static bool is_border(uint8_t c)
{
    return is_blank(c) || c == ',' || c == ':' || c == '"' || c == '{' || c == '}' || c == '[' || c == ']';
}

static uint64_t each_byte(uint8_t byte)
{
    return UINT64_C(0x0101010101010101) * byte;
}

/* Whether one of eight bytes is this one. */
static bool has_byte(uint64_t eight, uint8_t byte)
{
    uint64_t zero = eight ^ each_byte(byte);
    return ((zero - each_byte(1)) & ~zero & each_byte(0x80)) != 0;
}

/* Strings may be long, and nearly all bytes of them mean nothing. */
static size_t pass_plain(struct wsd_bytes text, size_t at)
{
    for (uint64_t eight; text.length - at >= sizeof eight; at += sizeof eight) {
        memcpy(&eight, text.data + at, sizeof eight);
        if (has_byte(eight, '"') || has_byte(eight, '\\'))
            break;
    }
    return at;
}

size_t json_string_end(struct wsd_bytes text, size_t at, bool *cut)
{
    while (at < text.length && (at = pass_plain(text, at)) < text.length) {
        if (text.data[at] == '"') {
            *cut = false;
            return at + 1;
        }
        at += text.data[at] == '\\' ? 2 : 1;
    }
    *cut = true;
    return text.length;
}

static bool is_word(struct wsd_bytes text, size_t offset, size_t length)
{
    static const char *const words[] = {"true", "false", "null"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i]) == length && memcmp(text.data + offset, words[i], length) == 0)
            return true;
    return false;
}

static struct json_token other(struct wsd_bytes text, size_t at)
{
    struct json_token t = {.kind = JSON_TOKEN_BROKEN, .offset = at};
    bool number = text.data[at] == '-' || (text.data[at] >= '0' && text.data[at] <= '9');
    size_t end = at;
    for (; end < text.length && !is_border(text.data[end]); end++)
        number = number && is_number(text.data[end]);
    t.length = end - at;
    if (number)
        t.kind = JSON_TOKEN_NUMBER;
    else if (is_word(text, at, t.length))
        t.kind = JSON_TOKEN_WORD;
    return t;
}

struct json_token json_token(struct wsd_bytes text, size_t at)
{
    while (at < text.length && is_blank(text.data[at]))
        at++;
    struct json_token t = {.kind = JSON_TOKEN_END, .offset = at, .length = 1};
    if (at >= text.length) {
        t.length = 0;
        return t;
    }
    switch (text.data[at]) {
    case '{':
    case '[': t.kind = JSON_TOKEN_OPEN; return t;
    case '}':
    case ']': t.kind = JSON_TOKEN_CLOSE; return t;
    case ',': t.kind = JSON_TOKEN_COMMA; return t;
    case ':': t.kind = JSON_TOKEN_COLON; return t;
    case '"':
        t.kind = JSON_TOKEN_STRING;
        t.length = json_string_end(text, at + 1, &t.cut) - at;
        return t;
    default: return other(text, at);
    }
}

bool json_skip_on(struct wsd_bytes text, struct json_skipping *s, size_t tokens)
{
    for (; s->at < text.length; tokens--) {
        if (tokens == 0)
            return false;
        struct json_token t = json_token(text, s->at);
        s->at = t.offset + t.length;
        if (t.kind == JSON_TOKEN_END)
            break;
        if (t.kind == JSON_TOKEN_CLOSE && s->depth <= 1)
            break;
        s->any = s->any || s->depth > 0;
        if (t.kind == JSON_TOKEN_OPEN)
            s->depth++;
        else if (t.kind == JSON_TOKEN_CLOSE)
            s->depth--;
        else if (t.kind == JSON_TOKEN_COMMA && s->depth == 1)
            s->commas++;
    }
    return true;
}

uint64_t json_skipped_members(const struct json_skipping *s)
{
    return s->any ? s->commas + 1 : 0;
}

size_t json_skip(struct wsd_bytes text, size_t at, uint64_t *members)
{
    struct json_skipping s = {.at = at};
    json_skip_on(text, &s, SIZE_MAX);
    *members = json_skipped_members(&s);
    return s.at;
}

bool json_looks_like(struct wsd_bytes text)
{
    enum json_token_kind before = JSON_TOKEN_COMMA; /* a value may follow */
    struct json_token t = json_token(text, 0);
    if (t.kind != JSON_TOKEN_OPEN)
        return false;
    for (int i = 0; i < LOOKED_AT && t.kind != JSON_TOKEN_END; i++) {
        bool value_before = before == JSON_TOKEN_STRING || before == JSON_TOKEN_NUMBER || before == JSON_TOKEN_WORD ||
                            before == JSON_TOKEN_CLOSE;
        bool value = t.kind == JSON_TOKEN_STRING || t.kind == JSON_TOKEN_NUMBER || t.kind == JSON_TOKEN_WORD ||
                     t.kind == JSON_TOKEN_OPEN;
        if (t.kind == JSON_TOKEN_BROKEN || (value && value_before) ||
            (!value && t.kind != JSON_TOKEN_CLOSE && !value_before))
            return false;
        before = t.kind;
        t = json_token(text, t.offset + t.length);
    }
    return true;
}
