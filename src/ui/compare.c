#include "ui/compare.h"

#include "dissector/base/json_token.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BYTES_A_ROW = 16, TABLE_MOST = 4 * 1024 * 1024 /* pairs of lines that are looked at */, SLOTS_LEAST = 64 };

static bool equal(struct wsd_bytes a, struct wsd_bytes b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

static void add(struct compare *c, enum compare_kind kind, const char *path, size_t offset, struct wsd_bytes a,
                struct wsd_bytes b)
{
    if (kind != COMPARE_SAME)
        c->differences++;
    if (c->count == COMPARE_LINES) {
        c->cut = true;
        return;
    }
    if (c->count == c->slots) {
        size_t slots = c->slots == 0 ? SLOTS_LEAST : 2 * c->slots;
        void *grown = realloc(c->lines, slots * sizeof *c->lines);
        if (grown == NULL) {
            c->cut = true;
            return;
        }
        c->lines = grown;
        c->slots = slots;
    }
    c->lines[c->count++] = (struct compare_line){kind, path != NULL ? strdup(path) : NULL, offset, a, b};
}

/* ---- JSON */

/* A member of an object, or an element of an array. */
struct member {
    struct wsd_bytes key, value;
    size_t number; /* in the order of the text */
    size_t used;   /* sorted by key: of the members with this key, that this is the first of, so many are taken */
    bool taken;
};

struct members {
    struct member *list;
    size_t count, slots;
};

static struct wsd_bytes part(struct wsd_bytes text, size_t from, size_t to)
{
    return (struct wsd_bytes){text.data + from, to - from};
}

/* From a token to behind the value that it begins. */
static size_t value_end(struct wsd_bytes text, const struct json_token *token)
{
    uint64_t count;
    return token->kind == JSON_TOKEN_OPEN ? json_skip(text, token->offset, &count) : token->offset + token->length;
}

static bool add_member(struct members *m, struct wsd_bytes key, struct wsd_bytes value)
{
    if (m->count == m->slots) {
        size_t slots = m->slots == 0 ? SLOTS_LEAST : 2 * m->slots;
        void *grown = realloc(m->list, slots * sizeof *m->list);
        if (grown == NULL)
            return false;
        m->list = grown;
        m->slots = slots;
    }
    m->list[m->count] = (struct member){.key = key, .value = value, .number = m->count};
    m->count++;
    return true;
}

/* What is between the brackets of a value. False: it is no JSON, or there is no memory. */
static bool find_members(struct wsd_bytes value, bool object, struct members *m)
{
    size_t at = 1;
    for (;;) {
        struct wsd_bytes key = {0};
        struct json_token t = json_token(value, at);
        if (t.kind == JSON_TOKEN_COMMA)
            t = json_token(value, t.offset + t.length);
        if (t.kind == JSON_TOKEN_CLOSE)
            return true;
        if (object) {
            struct json_token colon = json_token(value, t.offset + t.length);
            if (t.kind != JSON_TOKEN_STRING || colon.kind != JSON_TOKEN_COLON)
                return false;
            key = part(value, t.offset, t.offset + t.length);
            t = json_token(value, colon.offset + colon.length);
        }
        if (t.kind != JSON_TOKEN_OPEN && t.kind != JSON_TOKEN_STRING && t.kind != JSON_TOKEN_NUMBER &&
            t.kind != JSON_TOKEN_WORD)
            return false;
        size_t end = value_end(value, &t);
        if (!add_member(m, key, part(value, t.offset, end)))
            return false;
        at = end;
    }
}

static int by_key(const void *left, const void *right)
{
    const struct member *a = left, *b = right;
    size_t least = a->key.length < b->key.length ? a->key.length : b->key.length;
    int order = least > 0 ? memcmp(a->key.data, b->key.data, least) : 0;
    if (order != 0)
        return order;
    if (a->key.length != b->key.length)
        return a->key.length < b->key.length ? -1 : 1;
    return a->number < b->number ? -1 : a->number > b->number;
}

static int by_number(const void *left, const void *right)
{
    const struct member *a = left, *b = right;
    return a->number < b->number ? -1 : a->number > b->number;
}

/* The first one of that key that is not taken yet, in a list that is sorted by key; NULL: none. */
static struct member *find_key(struct members *m, struct wsd_bytes key)
{
    struct member wanted = {.key = key};
    size_t low = 0, high = m->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (by_key(&m->list[middle], &wanted) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == m->count || !equal(m->list[low].key, key))
        return NULL;
    size_t next = low + m->list[low].used;
    if (next == m->count || !equal(m->list[next].key, key))
        return NULL;
    m->list[low].used++;
    return &m->list[next];
}

static void compare_values(struct compare *c, struct wsd_bytes a, struct wsd_bytes b, char *path, unsigned depth);

/* Appends to the path; returns the length it had, to which it is cut again. */
static size_t enter(char *path, const struct member *m, bool object)
{
    size_t length = strlen(path);
    struct wsd_bytes key = m->key;
    if (object && key.length >= 2)
        snprintf(path + length, COMPARE_PATH - length, "%s%.*s", length > 0 ? "." : "",
                 (int)(key.length < 200 ? key.length - 2 : 200), (const char *)key.data + 1);
    else
        snprintf(path + length, COMPARE_PATH - length, "[%zu]", m->number);
    return length;
}

static void compare_members(struct compare *c, struct members *a, struct members *b, bool object, char *path,
                            unsigned depth)
{
    static const struct wsd_bytes none;
    assert(b->list != NULL || b->count == 0);
    if (object)
        qsort(b->list, b->count, b->count > 0 ? sizeof *b->list : 1, by_key);
    for (size_t i = 0; i < a->count; i++) {
        struct member *other = object ? find_key(b, a->list[i].key) : i < b->count ? &b->list[i] : NULL;
        size_t length = enter(path, &a->list[i], object);
        if (other == NULL) {
            add(c, COMPARE_REMOVED, path, 0, a->list[i].value, none);
        } else {
            other->taken = true;
            compare_values(c, a->list[i].value, other->value, path, depth + 1);
        }
        path[length] = 0;
    }
    if (object)
        qsort(b->list, b->count, b->count > 0 ? sizeof *b->list : 1, by_number);
    for (size_t i = 0; i < b->count; i++) {
        if (b->list[i].taken)
            continue;
        size_t length = enter(path, &b->list[i], object);
        add(c, COMPARE_ADDED, path, 0, none, b->list[i].value);
        path[length] = 0;
    }
}

static void compare_values(struct compare *c, struct wsd_bytes a, struct wsd_bytes b, char *path, unsigned depth)
{
    struct members left = {0}, right = {0};
    if (equal(a, b))
        return;
    bool nested = a.length > 0 && b.length > 0 && a.data[0] == b.data[0] && (a.data[0] == '{' || a.data[0] == '[');
    bool object = nested && a.data[0] == '{';
    if (nested && depth < COMPARE_DEPTH && find_members(a, object, &left) && find_members(b, object, &right))
        compare_members(c, &left, &right, object, path, depth);
    else
        add(c, COMPARE_CHANGED, path[0] != 0 ? path : "(all)", 0, a, b);
    free(left.list);
    free(right.list);
}

static void compare_json(struct compare *c)
{
    char path[COMPARE_PATH] = "";
    struct json_token a = json_token(c->a, 0), b = json_token(c->b, 0);
    compare_values(c, part(c->a, a.offset, value_end(c->a, &a)), part(c->b, b.offset, value_end(c->b, &b)), path, 0);
}

/* ---- text */

struct text {
    struct wsd_bytes *lines;
    size_t count;
};

static bool find_lines(struct wsd_bytes bytes, struct text *text)
{
    size_t count = 0, at = 0;
    for (size_t i = 0; i < bytes.length; i++)
        count += bytes.data[i] == '\n';
    text->lines = malloc((count + 1) * sizeof *text->lines);
    if (text->lines == NULL)
        return false;
    while (at < bytes.length) {
        const uint8_t *end = memchr(bytes.data + at, '\n', bytes.length - at);
        size_t to = end != NULL ? (size_t)(end - bytes.data) : bytes.length;
        text->lines[text->count++] = part(bytes, at, to);
        at = to + 1;
    }
    return true;
}

static void add_line(struct compare *c, enum compare_kind kind, struct wsd_bytes line)
{
    static const struct wsd_bytes none;
    add(c, kind, NULL, 0, kind == COMPARE_ADDED ? none : line, kind == COMPARE_ADDED ? line : none);
}

/* The longest common subsequence of lines, by a table of its lengths from the end. */
static bool compare_middle(struct compare *c, const struct wsd_bytes *a, size_t n, const struct wsd_bytes *b, size_t m)
{
    uint32_t *length = calloc((n + 1) * (m + 1), sizeof *length);
    if (length == NULL)
        return false;
#define LENGTH(i, j) length[(i) * (m + 1) + (j)]
    for (size_t i = n; i-- > 0;)
        for (size_t j = m; j-- > 0;) {
            uint32_t down = LENGTH(i + 1, j), right = LENGTH(i, j + 1);
            LENGTH(i, j) = equal(a[i], b[j]) ? LENGTH(i + 1, j + 1) + 1 : down > right ? down : right;
        }
    for (size_t i = 0, j = 0; i < n || j < m;) {
        if (i < n && j < m && equal(a[i], b[j])) {
            add_line(c, COMPARE_SAME, a[i]);
            i++;
            j++;
        } else if (i < n && (j == m || LENGTH(i + 1, j) >= LENGTH(i, j + 1))) {
            add_line(c, COMPARE_REMOVED, a[i++]);
        } else {
            add_line(c, COMPARE_ADDED, b[j++]);
        }
    }
#undef LENGTH
    free(length);
    return true;
}

static void compare_lines(struct compare *c, const struct text *a, const struct text *b)
{
    size_t first = 0, last = 0;
    while (first < a->count && first < b->count && equal(a->lines[first], b->lines[first]))
        add_line(c, COMPARE_SAME, a->lines[first++]);
    while (last < a->count - first && last < b->count - first &&
           equal(a->lines[a->count - 1 - last], b->lines[b->count - 1 - last]))
        last++;
    size_t n = a->count - first - last, m = b->count - first - last;
    /* Where that would be too much, all of the one goes and all of the other comes. */
    if ((n + 1) > TABLE_MOST / (m + 1) || !compare_middle(c, a->lines + first, n, b->lines + first, m)) {
        for (size_t i = 0; i < n; i++)
            add_line(c, COMPARE_REMOVED, a->lines[first + i]);
        for (size_t i = 0; i < m; i++)
            add_line(c, COMPARE_ADDED, b->lines[first + i]);
    }
    for (size_t i = a->count - last; i < a->count; i++)
        add_line(c, COMPARE_SAME, a->lines[i]);
}

static int compare_text(struct compare *c)
{
    struct text a = {0}, b = {0};
    bool enough = find_lines(c->a, &a) && find_lines(c->b, &b);
    if (enough)
        compare_lines(c, &a, &b);
    free(a.lines);
    free(b.lines);
    return enough ? 0 : -ENOMEM;
}

/* ---- bytes */

static struct wsd_bytes row_at(struct wsd_bytes bytes, size_t at)
{
    size_t left = at < bytes.length ? bytes.length - at : 0;
    return (struct wsd_bytes){left > 0 ? bytes.data + at : NULL, left < BYTES_A_ROW ? left : BYTES_A_ROW};
}

static void compare_bytes(struct compare *c)
{
    size_t most = c->a.length > c->b.length ? c->a.length : c->b.length;
    for (size_t at = 0; at < most; at += BYTES_A_ROW) {
        struct wsd_bytes a = row_at(c->a, at), b = row_at(c->b, at);
        uint64_t before = c->differences;
        size_t offset = c->from + at;
        if (equal(a, b))
            add(c, COMPARE_SAME, NULL, offset, a, b);
        else if (a.length > 0)
            add(c, COMPARE_REMOVED, NULL, offset, a, b);
        if (!equal(a, b) && b.length > 0)
            add(c, COMPARE_ADDED, NULL, offset, a, b);
        if (c->differences > before)
            c->differences = before + 1; /* a row is one */
    }
}

/* ---- all of it */

enum { CHUNK = 64 * 1024, BEFORE = 1024 /* bytes that are shown in front of a difference that is far behind */ };

static size_t first_difference(struct wsd_bytes a, struct wsd_bytes b)
{
    size_t most = a.length < b.length ? a.length : b.length, at = 0;
    while (most - at >= CHUNK && memcmp(a.data + at, b.data + at, CHUNK) == 0)
        at += CHUNK;
    while (at < most && a.data[at] == b.data[at])
        at++;
    return at;
}

/* Where comparing begins, when not all can be compared: some lines or rows in front of the first difference. */
static size_t beginning(struct wsd_bytes a, struct wsd_bytes b, bool text)
{
    size_t at = first_difference(a, b);
    at = at > BEFORE ? at - BEFORE : 0;
    if (!text)
        return at - at % BYTES_A_ROW;
    const uint8_t *feed = at > 0 ? memchr(a.data + at, '\n', BEFORE) : NULL;
    return feed != NULL ? (size_t)(feed - a.data) + 1 : at;
}

static struct wsd_bytes window(struct wsd_bytes bytes, size_t from)
{
    size_t length = bytes.length > from ? bytes.length - from : 0;
    return (struct wsd_bytes){length > 0 ? bytes.data + from : NULL, length < COMPARE_MOST ? length : COMPARE_MOST};
}

int compare_make(struct compare *c, struct wsd_bytes a, bool a_text, struct wsd_bytes b, bool b_text)
{
    *c = (struct compare){0};
    bool whole = a.length <= COMPARE_MOST && b.length <= COMPARE_MOST;
    bool text = a_text && b_text;
    if (!whole) {
        c->from = beginning(a, b, text);
        c->cut = a.length > c->from + COMPARE_MOST || b.length > c->from + COMPARE_MOST;
        a = window(a, c->from);
        b = window(b, c->from);
    }
    c->memory = malloc(a.length + b.length + 1);
    if (c->memory == NULL)
        return -ENOMEM;
    if (a.length > 0)
        memcpy(c->memory, a.data, a.length);
    if (b.length > 0)
        memcpy(c->memory + a.length, b.data, b.length);
    c->a = (struct wsd_bytes){c->memory, a.length};
    c->b = (struct wsd_bytes){c->memory + a.length, b.length};
    c->how = !text                                                     ? COMPARE_BYTES
             : whole && json_looks_like(c->a) && json_looks_like(c->b) ? COMPARE_JSON
                                                                       : COMPARE_TEXT;
    if (c->how == COMPARE_JSON)
        compare_json(c);
    else if (c->how == COMPARE_BYTES)
        compare_bytes(c);
    return c->how == COMPARE_TEXT ? compare_text(c) : 0;
}

void compare_free(struct compare *c)
{
    for (size_t i = 0; i < c->count; i++)
        free(c->lines[i].path);
    free(c->lines);
    free(c->memory);
    *c = (struct compare){0};
}
