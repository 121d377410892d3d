/*
 * json_token.h: JSON text (RFC 8259) read token by token, without a tree and without memory.
 *
 * A token is found from any offset where one may begin, so whoever reads can stop and go on anywhere. Nothing is refused: what
 * is no JSON is a token too, JSON_TOKEN_BROKEN, and a token that the end of the text cuts says so. Numbers and strings are told
 * as they stand in the text.
 */
#ifndef BASE_JSON_TOKEN_H
#define BASE_JSON_TOKEN_H

#include "base/event.h"

enum json_token_kind {
    JSON_TOKEN_END,   /* of the text */
    JSON_TOKEN_OPEN,  /* { or [ */
    JSON_TOKEN_CLOSE, /* } or ] */
    JSON_TOKEN_COMMA,
    JSON_TOKEN_COLON,
    JSON_TOKEN_STRING, /* with its quotation marks */
    JSON_TOKEN_NUMBER,
    JSON_TOKEN_WORD, /* true, false, null */
    JSON_TOKEN_BROKEN
};

struct json_token {
    enum json_token_kind kind;
    size_t offset, length; /* in the text */
    bool cut;              /* a string without its end */
};

/* The first token at or behind an offset, blanks passed over. */
struct json_token json_token(struct wsd_bytes text, size_t at);

/* The end of a string, from an offset inside of it that is not behind a backslash: behind its quotation mark, or the end of the
 * text, which sets *cut. */
size_t json_string_end(struct wsd_bytes text, size_t at, bool *cut);

/* From an opening bracket to behind the one that closes it, or to the end of the text. Tells how many members there are between
 * them. Takes time in proportion to what it passes over. */
size_t json_skip(struct wsd_bytes text, size_t at, uint64_t *members);

/* The same, so many tokens at a time: begins with `at` at the bracket and zeroes. Returns true once `at` is behind it. */
struct json_skipping {
    size_t at;
    uint64_t depth, commas;
    bool any;
};
bool json_skip_on(struct wsd_bytes text, struct json_skipping *skipping, size_t tokens);
uint64_t json_skipped_members(const struct json_skipping *skipping);

/* Whether the text is to be shown as JSON: it begins with a bracket, and the first tokens are in an order that JSON allows. */
bool json_looks_like(struct wsd_bytes text);

#endif
