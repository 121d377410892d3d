#include "ui/document.h"

#include "dissector/base/escape.h"
#include "dissector/base/json_token.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SLOTS_LEAST = 64,
    WIDTH_LEAST = 8,
    INDENT_MOST = 40,
    LINE_BYTES = 4096,
    TOKEN_BYTES = 2048, /* of a token that are looked at where it begins; a longer key is no key */
    FOLD_ALL_MOST = 100000,
    FOLD_ALL_BYTES = 4 * 1024 * 1024, /* looked through at once */
    TOKENS_A_LINE = 8                 /* that are passed over in the time that a line takes */
};

/* ---- breaking */

static struct wsd_bytes part(const struct document *d, size_t from, size_t to)
{
    return (struct wsd_bytes){d->bytes.data + from, to - from};
}

/* Bytes of a run that fit into columns: whole characters, at least one. */
static size_t fitting(struct wsd_bytes run, size_t columns, size_t *taken)
{
    char text[LINE_BYTES];
    struct escaped done = escape_text(text, sizeof text, columns, run, ESCAPE_UTF8);
    *taken = done.columns;
    if (done.used == 0 && run.length > 0) {
        uint32_t c;
        size_t n = escape_decode(run.data, run.length, &c);
        *taken = columns;
        return n > 0 ? n : 1;
    }
    return done.used;
}

/* ---- text */

static bool text_line(const struct document *d, struct document_at *at, struct document_line *line)
{
    size_t from = at->offset, left = d->bytes.length - from, taken;
    if (left == 0)
        return false;
    size_t looked = left < (size_t)d->width * 4 ? left : (size_t)d->width * 4;
    const uint8_t *end = memchr(d->bytes.data + from, '\n', looked);
    size_t length = end != NULL ? (size_t)(end - (d->bytes.data + from)) : looked;
    size_t shown = length > 0 && end != NULL && end[-1] == '\r' ? length - 1 : length;
    size_t used = shown > 0 ? fitting(part(d, from, from + shown), d->width, &taken) : 0;
    line->piece[0] = (struct piece){PIECE_PLAIN, part(d, from, from + used)};
    line->pieces = 1;
    line->length = used;
    line->continued = from > 0 && d->bytes.data[from - 1] != '\n';
    line->broken = used < shown || (end == NULL && used < left);
    if (used == shown && end != NULL)
        used = length + 1;
    at->offset = from + used;
    return true;
}

/* ---- JSON */

/* As json_token(), but does not read on and on, since each look at the line would do so again: a long token is cut, and goes on in
 * the lines behind. */
static struct json_token token_at(const struct document *d, size_t at)
{
    for (;;) {
        struct wsd_bytes near = d->bytes;
        if (at < near.length && near.length - at > TOKEN_BYTES)
            near.length = at + TOKEN_BYTES;
        struct json_token t = json_token(near, at);
        if (near.length == d->bytes.length || t.offset + t.length < near.length)
            return t;
        if (t.offset == at) {
            t.cut = true;
            return t;
        }
        at = t.offset; /* behind the blanks */
    }
}

/* NULL: what the bracket opens is not folded. */
static struct fold *fold_at(const struct document *d, size_t bracket)
{
    size_t low = 0, high = d->fold_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (d->folds[middle].bracket == bracket)
            return &d->folds[middle];
        if (d->folds[middle].bracket < bracket)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

struct writing {
    const struct document *d;
    struct document_line *line;
    size_t column;
    bool full; /* the line was broken; `rest` is where it goes on */
    struct document_at rest;
};

/* A token, or as much of it as was looked at: `cut`. */
static void put(struct writing *w, enum piece_kind kind, size_t from, size_t to, bool cut, uint32_t depth)
{
    size_t room = w->d->width > w->column ? w->d->width - w->column : 0, taken = 0, length = to - from;
    if (w->full || length == 0)
        return;
    if (room == 0 || w->line->pieces == DOCUMENT_PIECES) {
        w->full = true;
        w->rest = (struct document_at){from, depth, 0}; /* the whole of it on the next line */
        return;
    }
    size_t used = fitting(part(w->d, from, to), room, &taken);
    bool goes_on = used < length || (cut && to < w->d->bytes.length);
    /* A backslash and what it stands before stay together, so that the rest can be read. */
    size_t slashes = 0;
    while (goes_on && slashes < used && w->d->bytes.data[from + used - 1 - slashes] == '\\')
        slashes++;
    if (slashes % 2 == 1)
        used += used > 1 ? (size_t)-1 : 1;
    w->line->piece[w->line->pieces++] = (struct piece){kind, part(w->d, from, from + used)};
    w->column += taken;
    if (goes_on) {
        w->full = true;
        w->rest = (struct document_at){from + used, depth, (uint8_t)(1 + kind)};
    }
}

static void put_token(struct writing *w, enum piece_kind kind, const struct json_token *t, uint32_t depth)
{
    put(w, kind, t->offset, t->offset + t->length, t->cut, depth);
}

static enum piece_kind kind_of(enum json_token_kind kind)
{
    switch (kind) {
    case JSON_TOKEN_STRING: return PIECE_STRING;
    case JSON_TOKEN_NUMBER: return PIECE_NUMBER;
    case JSON_TOKEN_WORD: return PIECE_WORD;
    case JSON_TOKEN_BROKEN: return PIECE_BROKEN;
    default: return PIECE_PLAIN;
    }
}

/* Behind a value: its comma, if there is one. Returns where the next line begins. */
static size_t put_comma(struct writing *w, size_t at, uint32_t depth)
{
    struct json_token t = token_at(w->d, at);
    if (t.kind != JSON_TOKEN_COMMA)
        return at;
    put_token(w, PIECE_PLAIN, &t, depth);
    return t.offset + 1;
}

static void put_constant(struct writing *w, enum piece_kind kind, const char *text)
{
    if (w->line->pieces == DOCUMENT_PIECES || w->full)
        return;
    w->line->piece[w->line->pieces++] = (struct piece){kind, {(const uint8_t *)text, strlen(text)}};
    w->column += strlen(text);
}

/* An opening bracket. */
static size_t put_open(struct writing *w, struct json_token t, uint32_t *depth)
{
    struct wsd_bytes bytes = w->d->bytes;
    struct json_token next = token_at(w->d, t.offset + 1);
    put_token(w, PIECE_PLAIN, &t, *depth);
    if (w->full)
        return t.offset;
    if (next.kind == JSON_TOKEN_CLOSE) {
        put_token(w, PIECE_PLAIN, &next, *depth + 1);
        return put_comma(w, next.offset + 1, *depth);
    }
    w->line->opens = true;
    w->line->bracket = t.offset;
    struct fold *fold = fold_at(w->d, t.offset);
    if (fold == NULL) {
        ++*depth;
        return t.offset + 1;
    }
    w->line->waits = fold->end == 0;
    if (w->line->waits)
        return t.offset;
    w->line->folded = true;
    snprintf(w->line->fold_text, sizeof w->line->fold_text, " %llu %s%s ", (unsigned long long)fold->members,
             bytes.data[t.offset] == '{' ? "member" : "element", fold->members == 1 ? "" : "s");
    put_constant(w, PIECE_FOLD, w->line->fold_text);
    if (fold->end > t.offset + 1)
        put(w, PIECE_PLAIN, fold->end - 1, fold->end, false, *depth + 1);
    return put_comma(w, fold->end, *depth);
}

/* A token that began in a line before. Returns where it ends, as far as it was looked at. */
static size_t go_on(struct writing *w, const struct document_at *at)
{
    enum piece_kind kind = (enum piece_kind)(at->inside - 1);
    struct wsd_bytes near = w->d->bytes;
    size_t most = (size_t)w->d->width * 4; /* more than a line shows */
    bool cut = near.length - at->offset > most;
    if (cut)
        near.length = at->offset + most;
    size_t end;
    if (kind == PIECE_STRING || kind == PIECE_KEY) {
        bool open;
        end = json_string_end(near, at->offset, &open);
        cut = cut && open;
    } else {
        struct json_token t = json_token(near, at->offset);
        end = t.offset + t.length;
        cut = cut && end == near.length;
    }
    put(w, kind, at->offset, end, cut, at->depth);
    return end;
}

/* A member's key, with its colon; the token behind it. */
static struct json_token put_key(struct writing *w, struct json_token t, struct json_token colon, uint32_t depth)
{
    put_token(w, PIECE_KEY, &t, depth);
    put_constant(w, PIECE_PLAIN, ": ");
    return token_at(w->d, colon.offset + 1);
}

static bool json_line(const struct document *d, struct document_at *at, struct document_line *line)
{
    uint32_t depth = at->depth;
    struct json_token t = {0};
    bool continued = at->inside != 0;
    if (!continued) {
        t = token_at(d, at->offset);
        if (t.kind == JSON_TOKEN_END)
            return false;
        if (t.kind == JSON_TOKEN_CLOSE && depth > 0)
            depth--;
    }
    unsigned most = d->width / 2 < INDENT_MOST ? d->width / 2 : INDENT_MOST;
    line->indent = depth * DOCUMENT_INDENT < most ? depth * DOCUMENT_INDENT : most;
    line->offset = continued ? at->offset : t.offset;
    struct writing w = {.d = d, .line = line, .column = line->indent};
    size_t next;
    if (continued) {
        next = go_on(&w, at);
        t.kind = JSON_TOKEN_END; /* nothing but a comma may follow, */
        struct json_token colon = w.full || at->inside - 1 != PIECE_KEY ? t : token_at(d, next);
        if (colon.kind == JSON_TOKEN_COLON) { /* or a member's value */
            put_constant(&w, PIECE_PLAIN, ": ");
            t = token_at(d, colon.offset + 1);
        }
    } else {
        next = t.offset;
        struct json_token colon = t.kind == JSON_TOKEN_STRING && !t.cut ? token_at(d, t.offset + t.length) : t;
        if (t.kind == JSON_TOKEN_STRING && colon.kind == JSON_TOKEN_COLON)
            t = put_key(&w, t, colon, depth);
    }
    if (t.kind == JSON_TOKEN_OPEN && !w.full) {
        next = put_open(&w, t, &depth);
    } else if (t.kind != JSON_TOKEN_END && !w.full) {
        put_token(&w, kind_of(t.kind), &t, depth);
        next = t.offset + t.length;
    }
    if (!w.full && !line->opens)
        next = put_comma(&w, next, depth);
    if (!w.full && next <= at->offset && !continued)
        next = at->offset + 1; /* whatever happens, it ends */
    *at = w.full ? w.rest : (struct document_at){next, depth, 0};
    line->continued = continued;
    line->broken = at->inside != 0;
    line->length = at->offset > line->offset ? at->offset - line->offset : 0;
    return true;
}

/* The line at a place, which is moved behind it; false at the end. */
static bool next_line(const struct document *d, struct document_at *at, struct document_line *line)
{
    line->offset = at->offset;
    line->length = line->pieces = 0;
    line->indent = 0;
    line->waits = line->opens = line->folded = line->continued = line->broken = false;
    return d->mode == DOCUMENT_JSON ? json_line(d, at, line) : text_line(d, at, line);
}

/* ---- lines */

static void forget_made(struct document *d)
{
    d->next_number = d->run_count = 0;
    d->next = (struct document_at){0};
}

static void begin_anew(struct document *d)
{
    d->mark_count = 0;
    forget_made(d);
    d->end = (struct document_at){0};
    d->lines = 0;
    d->complete = false;
    if (d->mode == DOCUMENT_HEX) {
        d->lines = (d->bytes.length + d->width - 1) / d->width;
        d->complete = true;
    }
}

void document_set(struct document *d, struct wsd_bytes bytes, enum document_mode mode, unsigned width)
{
    if (width < WIDTH_LEAST)
        width = WIDTH_LEAST;
    if (d->bytes.data != bytes.data || d->bytes.length != bytes.length || d->mode != mode)
        d->fold_count = 0;
    d->bytes = bytes;
    d->mode = mode;
    d->width = width;
    begin_anew(d);
}

void document_free(struct document *d)
{
    free(d->marks);
    free(d->folds);
    *d = (struct document){0};
}

static bool mark(struct document *d)
{
    if (d->mark_count == d->mark_slots) {
        size_t slots = d->mark_slots == 0 ? SLOTS_LEAST : d->mark_slots * 2;
        struct document_at *marks = realloc(d->marks, slots * sizeof *marks);
        if (marks == NULL)
            return false;
        d->marks = marks;
        d->mark_slots = slots;
    }
    d->marks[d->mark_count++] = d->end;
    return true;
}

/* Finds the end of what is folded away. False: not yet. */
static bool pass_over(struct document *d, size_t bracket, size_t tokens)
{
    struct fold *fold = fold_at(d, bracket);
    bool done = json_skip_on(d->bytes, &fold->skipping, tokens);
    d->looked = fold->skipping.at;
    if (done) {
        fold->end = fold->skipping.at;
        fold->members = json_skipped_members(&fold->skipping);
    }
    return done;
}

bool document_work(struct document *d, size_t most)
{
    struct document_line line;
    for (; most > 0 && !d->complete; most--) {
        struct document_at before = d->end;
        if (!next_line(d, &d->end, &line)) {
            d->complete = true;
            break;
        }
        if (line.waits) {
            d->end = before;
            if (!pass_over(d, line.bracket, most * TOKENS_A_LINE))
                return true;
            continue;
        }
        d->looked = d->end.offset;
        struct document_at after = d->end;
        d->end = before;
        if (d->lines % DOCUMENT_RUN == 0 && !mark(d)) {
            d->complete = d->out_of_memory = true;
            break;
        }
        d->end = after;
        d->lines++;
    }
    return !d->complete;
}

static void hex_line(const struct document *d, uint64_t number, struct document_line *line)
{
    size_t from = (size_t)number * d->width;
    size_t n = d->bytes.length - from < d->width ? d->bytes.length - from : d->width;
    *line = (struct document_line){
        .offset = from, .length = n, .pieces = 1, .piece = {{PIECE_PLAIN, part(d, from, from + n)}}};
    line->continued = from > 0;
    line->broken = from + n < d->bytes.length;
}

/* Of a line that is not behind the one made last: where those in front of it begin is remembered, since they may be next. */
static void find_begin(struct document *d, uint64_t number)
{
    struct document_line line;
    uint64_t index = number % DOCUMENT_RUN;
    if (d->run_count == 0 || d->run_first != number - index) {
        d->run_first = number - index;
        d->run_count = 1;
        d->run[0] = d->marks[number / DOCUMENT_RUN];
    }
    for (; d->run_count <= index; d->run_count++) {
        d->run[d->run_count] = d->run[d->run_count - 1];
        next_line(d, &d->run[d->run_count], &line);
    }
    d->next_number = number;
    d->next = d->run[index];
}

void document_line(struct document *d, uint64_t number, struct document_line *line)
{
    if (d->mode == DOCUMENT_HEX) {
        hex_line(d, number, line);
        return;
    }
    uint64_t from = number / DOCUMENT_RUN * DOCUMENT_RUN;
    if (d->next_number < from || d->next_number > number)
        find_begin(d, number);
    for (; d->next_number <= number; d->next_number++)
        next_line(d, &d->next, line);
}

uint64_t document_find(const struct document *d, size_t offset)
{
    if (d->mode == DOCUMENT_HEX)
        return offset / d->width;
    size_t low = 0, high = d->mark_count;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (d->marks[middle].offset <= offset)
            low = middle;
        else
            high = middle;
    }
    uint64_t number = (uint64_t)low * DOCUMENT_RUN;
    struct document_line line;
    if (d->mark_count == 0)
        return 0;
    struct document_at at = d->marks[low];
    while (number + 1 < d->lines && next_line(d, &at, &line) && at.offset <= offset)
        number++;
    return number;
}

/* ---- folds */

static bool add_fold(struct document *d, size_t index, size_t bracket)
{
    if (d->fold_count == d->fold_slots) {
        size_t slots = d->fold_slots == 0 ? SLOTS_LEAST : d->fold_slots * 2;
        struct fold *folds = realloc(d->folds, slots * sizeof *folds);
        if (folds == NULL)
            return false;
        d->folds = folds;
        d->fold_slots = slots;
    }
    memmove(d->folds + index + 1, d->folds + index, (d->fold_count - index) * sizeof *d->folds);
    d->folds[index] = (struct fold){.bracket = bracket, .skipping = {.at = bracket}};
    d->fold_count++;
    return true;
}

/* Lines from a byte on are not known any more. */
static void forget_from(struct document *d, size_t offset)
{
    size_t kept = 0;
    while (kept < d->mark_count && d->marks[kept].offset < offset)
        kept++;
    if (kept > 0)
        kept--;
    d->end = kept < d->mark_count ? d->marks[kept] : (struct document_at){0};
    d->mark_count = kept;
    d->lines = (uint64_t)kept * DOCUMENT_RUN;
    forget_made(d);
    d->complete = false;
}

void document_fold(struct document *d, size_t bracket)
{
    size_t i = 0;
    while (i < d->fold_count && d->folds[i].bracket < bracket)
        i++;
    if (i < d->fold_count && d->folds[i].bracket == bracket) {
        d->fold_count--;
        memmove(d->folds + i, d->folds + i + 1, (d->fold_count - i) * sizeof *d->folds);
    } else {
        d->out_of_memory = !add_fold(d, i, bracket);
    }
    forget_from(d, bracket);
}

void document_fold_all(struct document *d)
{
    bool unfold = d->fold_count > 0;
    d->fold_count = 0;
    if (!unfold) {
        uint64_t depth = 0;
        size_t at = 0;
        for (;;) {
            struct json_token t = json_token(d->bytes, at);
            if (t.kind == JSON_TOKEN_END || d->fold_count == FOLD_ALL_MOST || t.offset > FOLD_ALL_BYTES)
                break;
            at = t.offset + t.length;
            if (t.kind == JSON_TOKEN_OPEN && ++depth > 1)
                d->out_of_memory = !add_fold(d, d->fold_count, t.offset);
            else if (t.kind == JSON_TOKEN_CLOSE && depth > 0)
                depth--;
        }
    }
    begin_anew(d);
}
