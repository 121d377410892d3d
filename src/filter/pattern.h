/*
 * pattern.h: regular expressions: PCRE2, compiled to machine code where that is allowed, with a limit on what one match may cost.
 *
 * Text is read as UTF-8; bytes that are none match nothing but stop nothing.
 */
#ifndef FILTER_PATTERN_H
#define FILTER_PATTERN_H

#include "dissector/base/event.h"

struct pattern;

/* NULL: message says why, and *at is the byte of text where; or there is no memory, and message is empty. */
struct pattern *pattern_compile(struct wsd_bytes text, size_t *at, char *message, size_t message_size);
void pattern_free(struct pattern *pattern);

/* Whether it matches somewhere in text. A match that costs too much is none. */
bool pattern_matches(const struct pattern *pattern, struct wsd_bytes text);

/* The first match at or behind an offset: its bytes. */
bool pattern_find(const struct pattern *pattern, struct wsd_bytes text, size_t at, size_t *from, size_t *to);

/* Whether it may match a part of text that stands alone: also true where that costs too much to say, or where it asks for a beginning
 * or an end. */
bool pattern_may_match(const struct pattern *pattern, struct wsd_bytes text);

#endif
