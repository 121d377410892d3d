/*
 * http.h: the head of an HTTP/1 message (RFC 9112 2 to 6), parsed without judging it.
 *
 * A head is parsed when all of it is there, in place: names, values, order and case stay as they are on the wire. What
 * is malformed is skipped (a line without a colon) or kept (everything else): an inspector shows what others refuse.
 */
#ifndef STREAM_HTTP_H
#define STREAM_HTTP_H

#include "base/event.h"

#define HTTP_HEADERS_MOST 256 /* header lines that are parsed of one head; further ones are only in its raw bytes */

/* Where a head ends: the number of bytes up to and with the empty line, or 0 when it has not come yet. Lines end with
 * CRLF, or with LF alone (RFC 9112 2.2). `from`: bytes that an earlier call has searched in vain. */
size_t http_head_length(struct wsd_bytes bytes, size_t from);

/* A head with room for its headers. head.headers points into it: it must stay where it is. */
struct http_head {
    struct wsd_head head;
    struct wsd_header headers[HTTP_HEADERS_MOST];
};

/* raw: a whole head. Everything in *out borrows from it. Returns 0, or -1 when the first line is none of HTTP. */
int http_parse_request(struct wsd_bytes raw, struct http_head *out);
int http_parse_response(struct wsd_bytes raw, struct http_head *out);

/* Whether these first bytes may begin a request, or a response: a prefix of one is enough. */
bool http_may_be_request(struct wsd_bytes bytes);
bool http_may_be_response(struct wsd_bytes bytes);

/* The same of bytes that may as well be the middle of something: words and spaces are not enough. */
bool http_is_likely_request(struct wsd_bytes bytes);

/* Whether what may be the beginning of a request has a whole first line that does not end with a version. */
bool http_is_no_request(struct wsd_bytes bytes);

/* The n-th header (from 0) of this name, NULL when there are fewer. */
const struct wsd_header *http_header(const struct wsd_head *head, const char *name, size_t n);

/* Whether a header that is a list of tokens has this one, in any of its lines, compared without case. */
bool http_has_token(const struct wsd_head *head, const char *name, const char *token);

/* The next element of a list separated by commas (RFC 9110 5.6.1), trimmed; quoted strings may hold commas. Moves
 * *list behind it. False at the end; empty elements are skipped. */
bool http_list_next(struct wsd_bytes *list, char separator, struct wsd_bytes *element);

/* A decimal number of at most 18 digits, or -1. */
int64_t http_number(struct wsd_bytes text);

#endif
