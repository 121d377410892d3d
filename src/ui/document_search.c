#include "ui/document_search.h"

#include "dissector/base/json_token.h"

#include <string.h>

enum {
    LINE_MOST = 40 * 1024,   /* bytes of a line, with what is around */
    STRETCH = 32 * 1024,     /* bytes that are looked at together, */
    STRETCH_LEAST = 2 * 1024 /* and below that line by line is as good */
};

/* ---- a line with what is around it */

struct around {
    uint8_t bytes[LINE_MOST];
    size_t length, from, to; /* the line itself is between from and to */
};

static void put(struct around *a, const uint8_t *bytes, size_t length)
{
    if (length > sizeof a->bytes - a->length)
        length = sizeof a->bytes - a->length;
    if (length > 0)
        memcpy(a->bytes + a->length, bytes, length);
    a->length += length;
}

/* Of the bytes up to an offset, those from the last line feed on. */
static size_t line_begin(const struct document *d, size_t from, size_t to)
{
    for (size_t at = to; d->mode == DOCUMENT_TEXT && at > from; at--)
        if (d->bytes.data[at - 1] == '\n')
            return at;
    return from;
}

static size_t line_end(const struct document *d, const struct document_line *line, size_t from, size_t to)
{
    enum piece_kind kind = line->pieces > 0 ? line->piece[line->pieces - 1].kind : PIECE_PLAIN;
    if (d->mode == DOCUMENT_TEXT) {
        const uint8_t *end = memchr(d->bytes.data + from, '\n', to - from);
        return end != NULL ? (size_t)(end - d->bytes.data) : to;
    }
    bool cut;
    struct wsd_bytes near = {d->bytes.data, to};
    return kind == PIECE_STRING || kind == PIECE_KEY ? json_string_end(near, from, &cut) : to;
}

/* Behind the last byte that the line shows. */
static size_t shown_end(const struct document *d, const struct document_line *line)
{
    if (line->pieces == 0)
        return line->offset;
    struct wsd_bytes last = line->piece[line->pieces - 1].bytes;
    return (size_t)(last.data - d->bytes.data) + last.length;
}

static size_t before(size_t offset, size_t bytes)
{
    return offset > bytes ? offset - bytes : 0;
}

static size_t behind(const struct document *d, size_t offset, size_t bytes)
{
    return d->bytes.length - offset > bytes ? offset + bytes : d->bytes.length;
}

static void look_around(const struct document *d, const struct document_line *line, struct around *a)
{
    a->length = 0;
    if (line->continued) {
        size_t from = line_begin(d, before(line->offset, DOCUMENT_AROUND), line->offset);
        put(a, d->bytes.data + from, line->offset - from);
    }
    a->from = a->length;
    for (size_t i = 0; i < line->pieces; i++)
        put(a, line->piece[i].bytes.data, line->piece[i].bytes.length);
    a->to = a->length;
    if (line->broken) {
        size_t from = shown_end(d, line);
        size_t to = line_end(d, line, from, behind(d, from, DOCUMENT_AROUND));
        put(a, d->bytes.data + from, to - from);
    }
}

size_t document_matches(const struct document *d, const struct document_line *line, const struct pattern *pattern,
                        struct document_match matches[DOCUMENT_MATCHES])
{
    struct around a;
    size_t n = 0, at = 0, from, to;
    look_around(d, line, &a);
    struct wsd_bytes text = {a.bytes, a.length};
    while (n < DOCUMENT_MATCHES && at <= a.length && pattern_find(pattern, text, at, &from, &to) &&
           (from < a.to || (from == a.from && a.from == a.to))) {
        at = to > from ? to : to + 1;
        if (to < a.from || (to == a.from && from < a.from))
            continue;
        matches[n].begins = from >= a.from;
        matches[n].from = from > a.from ? from - a.from : 0;
        matches[n].to = (to < a.to ? to : a.to) - a.from;
        n++;
    }
    return n;
}

/* ---- passing over */

/* Whether a stretch of bytes is shown as it stands, with nothing between: of JSON the inside of a string is. */
static bool stands(const struct document *d, size_t from, size_t to)
{
    return d->mode != DOCUMENT_JSON || memchr(d->bytes.data + from, '"', to - from) == NULL;
}

static uint64_t neighbour(uint64_t number, int direction)
{
    return direction > 0 ? number + 1 : number - 1;
}

uint64_t document_skip(const struct document *d, uint64_t number, const struct document_line *line,
                       const struct pattern *pattern, int direction, size_t *tested)
{
    bool forward = direction > 0;
    uint64_t next = neighbour(number, direction), other;
    if (d->mode == DOCUMENT_JSON && !(forward ? line->broken : line->continued))
        return next;
    size_t from = forward ? shown_end(d, line) : before(line->offset, STRETCH);
    size_t to = forward ? behind(d, from, STRETCH) : line->offset;
    if (*tested != 0 && (forward ? line->offset < *tested : line->offset > *tested))
        return next; /* something may be here, said the last look */
    if (to > d->end.offset && d->mode != DOCUMENT_HEX)
        to = d->end.offset; /* lines behind are not known yet */
    if (to <= from || to - from < STRETCH_LEAST)
        return next;
    *tested = forward ? to : from > 0 ? from : 1;
    size_t with_before = before(from, DOCUMENT_AROUND), with_behind = behind(d, to, DOCUMENT_AROUND);
    struct wsd_bytes text = {d->bytes.data + with_before, with_behind - with_before};
    if (!stands(d, from, to) || pattern_may_match(pattern, text))
        return next;
    *tested = 0;
    other = document_find(d, forward ? to - 1 : from);
    return forward ? (other > next ? other : next) : other < next ? other : next;
}
