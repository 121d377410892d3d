/*
 * lexer.h: the text of a filter, cut into words, strings and operators.
 *
 * A word is a run of letters, digits and _ . : / + -: names, numbers, addresses. A string stands between quotation marks, with the escapes
 * \" \\ \n \r \t \0 and \xNN; before any other character the backslash stays, so that patterns read as they are written. A quotation mark in
 * a pattern is \".
 */
#ifndef FILTER_LEXER_H
#define FILTER_LEXER_H

#include "filter/filter.h"

enum token_kind {
    TOKEN_END,
    TOKEN_WORD,
    TOKEN_STRING,
    TOKEN_OPEN,
    TOKEN_CLOSE,
    TOKEN_BRACE_OPEN,
    TOKEN_BRACE_CLOSE,
    TOKEN_COMMA,
    TOKEN_NOT,
    TOKEN_AND,
    TOKEN_OR,
    TOKEN_IN,
    TOKEN_EQUAL,
    TOKEN_UNEQUAL,
    TOKEN_LESS,
    TOKEN_LESS_EQUAL,
    TOKEN_GREATER,
    TOKEN_GREATER_EQUAL,
    TOKEN_CONTAINS,
    TOKEN_MATCHES,
    TOKEN_WRONG, /* why says what is */
};

struct token {
    enum token_kind kind;
    struct wsd_bytes text; /* as it is written, quotation marks included; borrowed */
    const char *why;
};

/* The token at *at, which moves behind it. */
struct token lexer_next(const char **at);

/* The bytes of a string token, escapes resolved: at most token.text.length, into out. Returns how many. */
size_t lexer_unquote(const struct token *token, uint8_t *out);

#endif
