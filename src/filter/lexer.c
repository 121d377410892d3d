#include "filter/lexer.h"
#include "dissector/base/bytes.h"

static const struct {
    const char *text;
    enum token_kind kind;
} operators[] = {
    /* the longer ones first */
    {"&&", TOKEN_AND},       {"||", TOKEN_OR},         {"==", TOKEN_EQUAL},
    {"!=", TOKEN_UNEQUAL},   {"<=", TOKEN_LESS_EQUAL}, {">=", TOKEN_GREATER_EQUAL},
    {"<", TOKEN_LESS},       {">", TOKEN_GREATER},     {"!", TOKEN_NOT},
    {"~", TOKEN_MATCHES},    {"(", TOKEN_OPEN},        {")", TOKEN_CLOSE},
    {"{", TOKEN_BRACE_OPEN}, {"}", TOKEN_BRACE_CLOSE}, {",", TOKEN_COMMA},
};

static const struct {
    const char *text;
    enum token_kind kind;
} words[] = {
    {"and", TOKEN_AND},           {"or", TOKEN_OR},           {"not", TOKEN_NOT},    {"in", TOKEN_IN},
    {"contains", TOKEN_CONTAINS}, {"matches", TOKEN_MATCHES}, {"eq", TOKEN_EQUAL},   {"ne", TOKEN_UNEQUAL},
    {"lt", TOKEN_LESS},           {"le", TOKEN_LESS_EQUAL},   {"gt", TOKEN_GREATER}, {"ge", TOKEN_GREATER_EQUAL},
};

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
           c == ':' || c == '/' || c == '+' || c == '-';
}

static struct token string(const char **at)
{
    const char *from = *at, *to = from + 1;
    while (*to != 0 && *to != '"')
        to += *to == '\\' && to[1] != 0 ? 2 : 1;
    struct token t = {TOKEN_STRING, {(const uint8_t *)from, (size_t)(to - from) + 1}, NULL};
    if (*to == 0)
        t = (struct token){TOKEN_WRONG, {(const uint8_t *)from, (size_t)(to - from)}, "the quotation mark has no end"};
    *at = from + t.text.length;
    return t;
}

static struct token word(const char **at)
{
    struct token t = {TOKEN_WORD, {(const uint8_t *)*at, 0}, NULL};
    while (is_word((*at)[t.text.length]))
        t.text.length++;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (bytes_equal(t.text, bytes_text(words[i].text)))
            t.kind = words[i].kind;
    *at += t.text.length;
    return t;
}

/* A character that begins nothing, with all of its bytes. */
static struct token wrong(const char **at)
{
    struct token t = {TOKEN_WRONG, {(const uint8_t *)*at, 1}, NULL};
    while (((*at)[t.text.length] & 0xC0) == 0x80)
        t.text.length++;
    t.why = **at == '=' ? "equality is ==" : **at == '&' ? "and is &&" : **at == '|' ? "or is ||" : "not understood";
    *at += t.text.length;
    return t;
}

struct token lexer_next(const char **at)
{
    *at += strspn(*at, " \t\r\n");
    if (**at == 0)
        return (struct token){TOKEN_END, {(const uint8_t *)*at, 0}, NULL};
    if (**at == '"')
        return string(at);
    if (is_word(**at))
        return word(at);
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        size_t n = strlen(operators[i].text);
        if (strncmp(*at, operators[i].text, n) == 0) {
            struct token t = {operators[i].kind, {(const uint8_t *)*at, n}, NULL};
            *at += n;
            return t;
        }
    }
    return wrong(at);
}

static int hex(uint8_t c)
{
    return c >= '0' && c <= '9' ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;
}

size_t lexer_unquote(const struct token *token, uint8_t *out)
{
    static const char from[] = "\"\\nrt0", to[] = "\"\\\n\r\t";
    const uint8_t *s = token->text.data + 1, *end = s + token->text.length - 2;
    size_t n = 0;
    while (s < end) {
        const char *escape = *s == '\\' && s + 1 < end ? memchr(from, s[1], sizeof from - 1) : NULL;
        if (escape != NULL) {
            out[n++] = (uint8_t)to[escape - from];
            s += 2;
        } else if (end - s >= 4 && s[0] == '\\' && s[1] == 'x' && hex(s[2]) >= 0 && hex(s[3]) >= 0) {
            out[n++] = (uint8_t)(hex(s[2]) << 4 | hex(s[3]));
            s += 4;
        } else {
            out[n++] = *s++;
        }
    }
    return n;
}
