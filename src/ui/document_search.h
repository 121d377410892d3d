/*
 * document_search.h: what a pattern matches in a document's lines, as one who reads them takes it: a line that was broken at the width
 * goes on in the next one, and so does a match. Nothing of curses.
 *
 * A match belongs to the line that it begins in. Of what a broken line goes on with, DOCUMENT_AROUND bytes are looked at; in text no
 * match goes beyond a line feed. Stretches of a long text or string where nothing matches are passed over as a whole.
 */
#ifndef UI_DOCUMENT_SEARCH_H
#define UI_DOCUMENT_SEARCH_H

#include "filter/pattern.h"
#include "ui/document.h"

enum { DOCUMENT_AROUND = 512, DOCUMENT_MATCHES = 32 };

/* In bytes of the line's pieces, one behind the other. */
struct document_match {
    size_t from, to;
    bool begins; /* in this line */
};

/* What matches in a line, at most DOCUMENT_MATCHES of them. */
size_t document_matches(const struct document *d, const struct document_line *line, const struct pattern *pattern,
                        struct document_match matches[DOCUMENT_MATCHES]);

/* Where a search has to go on behind a line in which nothing begins (direction 1), or before it (-1): the next line that may have
 * something, at least the neighbour. tested: for the caller to keep, 0 when a search begins. */
uint64_t document_skip(const struct document *d, uint64_t number, const struct document_line *line,
                       const struct pattern *pattern, int direction, size_t *tested);

#endif
