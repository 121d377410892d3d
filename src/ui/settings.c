#include "ui/settings.h"

#include "dissector/base/writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind { KIND_WORDS, KIND_COLUMNS, KIND_SORT, KIND_PERCENT, KIND_HISTORY };
enum { PERCENT_LEAST = 10, PERCENT_MOST = 90, MISTAKE = 256 };

struct row {
    const char *key;
    enum kind kind;
    size_t offset;
    const char *values, *normal;
};

static const struct row rows[SETTING_COUNT] = {
#define ROW(name, key, kind, field, values, normal, help)                                                              \
    {key, KIND_##kind, offsetof(struct settings, field), values, normal},
    SETTINGS(ROW)
#undef ROW
};

static const char descending[] = "descending";

/* A part of the text, without an end of its own. */
struct part {
    const char *at;
    size_t length;
};

static bool same(struct part a, const char *b)
{
    return strlen(b) == a.length && memcmp(a.at, b, a.length) == 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static struct part trimmed(struct part p)
{
    while (p.length > 0 && is_blank(p.at[0]))
        p = (struct part){p.at + 1, p.length - 1};
    while (p.length > 0 && is_blank(p.at[p.length - 1]))
        p.length--;
    return p;
}

/* The next word, taken off the front; empty: there is none. */
static struct part take_word(struct part *p)
{
    struct part word;
    *p = trimmed(*p);
    word = (struct part){p->at, 0};
    while (word.length < p->length && !is_blank(p->at[word.length]))
        word.length++;
    *p = (struct part){p->at + word.length, p->length - word.length};
    return word;
}

/* The next line, taken off the front, without its end. False: there is none. */
static bool take_line(struct part *p, struct part *line)
{
    if (p->length == 0)
        return false;
    const char *end = memchr(p->at, '\n', p->length);
    line->at = p->at;
    line->length = end != NULL ? (size_t)(end - p->at) : p->length;
    size_t taken = line->length + (end != NULL);
    *p = (struct part){p->at + taken, p->length - taken};
    return true;
}

/* ---- values */

static int index_of(const char *words, struct part wanted)
{
    struct part all = {words, strlen(words)}, word;
    for (int i = 0; (word = take_word(&all)).length > 0; i++)
        if (word.length == wanted.length && memcmp(word.at, wanted.at, word.length) == 0)
            return i;
    return -1;
}

static struct part word_at(const char *words, int index)
{
    struct part all = {words, strlen(words)}, word;
    do
        word = take_word(&all);
    while (index-- > 0);
    return word;
}

static int place_in(const enum column *order, int count, int column)
{
    int at = 0;
    while (at < count && (int)order[at] != column)
        at++;
    return at;
}

/* Columns that are not named stay behind those that they stand behind in the table. */
static void complete_order(struct settings *s, int named)
{
    for (int c = 0; c < COLUMN_COUNT; c++) {
        if (place_in(s->order, named, c) < named)
            continue;
        int at = c > 0 ? place_in(s->order, named, c - 1) + 1 : 0;
        memmove(&s->order[at + 1], &s->order[at], (size_t)(named - at) * sizeof *s->order);
        s->order[at] = (enum column)c;
        named++;
    }
}

static bool read_columns(struct settings *s, struct part value, struct part *wrong)
{
    unsigned columns = 0;
    int named = 0;
    enum column order[COLUMN_COUNT];
    for (struct part word; (word = take_word(&value)).length > 0;) {
        int column = index_of(COLUMN_WORDS, word);
        *wrong = word;
        if (column < 0)
            return false;
        if ((columns >> column & 1) == 0)
            order[named++] = (enum column)column;
        columns |= 1u << column;
    }
    if (columns == 0)
        return false;
    s->columns = columns;
    memcpy(s->order, order, (size_t)named * sizeof *order);
    complete_order(s, named);
    return true;
}

static bool read_sort(struct settings *s, struct part value, struct part *wrong)
{
    struct part word = take_word(&value), way = take_word(&value);
    int column = index_of(COLUMN_WORDS, word);
    *wrong = column < 0 ? word : way;
    if (column < 0 || (way.length > 0 && !same(way, descending)))
        return false;
    s->sort = (enum column)column;
    s->descending = way.length > 0;
    return true;
}

static bool read_percent(int *percent, struct part value)
{
    char text[8];
    char *end;
    snprintf(text, sizeof text, "%.*s", (int)value.length, value.at);
    long number = strtol(text, &end, 10);
    if (value.length == 0 || *end != 0 || number < PERCENT_LEAST || number > PERCENT_MOST)
        return false;
    *percent = (int)number;
    return true;
}

/* The newest first, so each comes behind those before it. */
static bool read_history(struct history *h, struct part value)
{
    if (value.length == 0 || value.length >= HISTORY_TEXT || h->count == HISTORY_LINES)
        return false;
    snprintf(h->line[h->count++], HISTORY_TEXT, "%.*s", (int)value.length, value.at);
    return true;
}

static bool read_value(struct settings *s, const struct row *row, struct part value, struct part *wrong)
{
    void *field = (char *)s + row->offset;
    int index;
    *wrong = value;
    switch (row->kind) {
    case KIND_WORDS:
        index = index_of(row->values, value);
        if (index >= 0)
            *(int *)field = index;
        return index >= 0;
    case KIND_COLUMNS: return read_columns(s, value, wrong);
    case KIND_SORT: return read_sort(s, value, wrong);
    case KIND_PERCENT: return read_percent(field, value);
    case KIND_HISTORY: return read_history(field, value);
    }
    return false;
}

/* The n-th line's value; false: it has no n-th one. */
static bool write_value(struct writer *w, const struct row *row, const struct settings *s, size_t n)
{
    const void *field = (const char *)s + row->offset;
    const struct history *history = field;
    struct part word;
    if (row->kind == KIND_HISTORY) {
        if (n < history->count)
            writer_text(w, history->line[n]);
        return n < history->count;
    }
    switch (row->kind) {
    case KIND_COLUMNS:
        for (int i = 0, written = 0; i < COLUMN_COUNT; i++) {
            if ((s->columns >> s->order[i] & 1) == 0)
                continue;
            word = word_at(COLUMN_WORDS, (int)s->order[i]);
            writer_format(w, "%s%.*s", written++ > 0 ? " " : "", (int)word.length, word.at);
        }
        break;
    case KIND_SORT:
        word = word_at(COLUMN_WORDS, (int)s->sort);
        writer_format(w, "%.*s%s%s", (int)word.length, word.at, s->descending ? " " : "",
                      s->descending ? descending : "");
        break;
    case KIND_PERCENT: writer_format(w, "%d", *(const int *)field); break;
    default: word = word_at(row->values, *(const int *)field); writer_put(w, word.at, word.length);
    }
    return n == 0;
}

static bool differs(const struct row *row, const struct settings *a, const struct settings *b)
{
    char text[2][SETTINGS_LINE_MOST];
    for (size_t n = 0;; n++) {
        struct writer wa = {.data = text[0], .size = sizeof text[0]}, wb = {.data = text[1], .size = sizeof text[1]};
        bool in_a = write_value(&wa, row, a, n), in_b = write_value(&wb, row, b, n);
        if (!in_a && !in_b)
            return false;
        if (in_a != in_b || wa.length != wb.length || memcmp(text[0], text[1], wa.length) != 0)
            return true;
    }
}

bool settings_differ(const struct settings *a, const struct settings *b)
{
    for (int i = 0; i < SETTING_COUNT; i++)
        if (differs(&rows[i], a, b))
            return true;
    return false;
}

/* ---- reading */

void settings_init(struct settings *s)
{
    struct part wrong;
    *s = (struct settings){0};
    for (int i = 0; i < SETTING_COUNT; i++)
        if (rows[i].normal[0] != 0)
            (void)read_value(s, &rows[i], (struct part){rows[i].normal, strlen(rows[i].normal)}, &wrong);
}

static const struct row *row_of(struct part key)
{
    for (int i = 0; i < SETTING_COUNT; i++)
        if (same(key, rows[i].key))
            return &rows[i];
    return NULL;
}

/* Key and value of a line; false: it has none. */
static bool split_line(struct part line, struct part *key, struct part *value)
{
    const char *sign = memchr(line.at, '=', line.length);
    if (sign == NULL)
        return false;
    *key = trimmed((struct part){line.at, (size_t)(sign - line.at)});
    *value = trimmed((struct part){sign + 1, line.length - (size_t)(sign - line.at) - 1});
    return true;
}

static bool says_nothing(struct part line)
{
    line = trimmed(line);
    return line.length == 0 || line.at[0] == '#';
}

void settings_read(struct settings *s, const char *text, size_t length, void (*tell)(void *user, const char *line),
                   void *user)
{
    struct part rest = {text, length}, line, key, value, wrong;
    for (unsigned number = 1; take_line(&rest, &line); number++) {
        char mistake[MISTAKE] = "";
        if (says_nothing(line))
            continue;
        if (!split_line(line, &key, &value)) {
            snprintf(mistake, sizeof mistake, "line %u: it is not \"key = value\"", number);
        } else if (row_of(key) == NULL) {
            snprintf(mistake, sizeof mistake, "line %u: there is no setting \"%.*s\"", number,
                     (int)(key.length < 40 ? key.length : 40), key.at);
        } else if (!read_value(s, row_of(key), value, &wrong)) {
            const struct row *row = row_of(key);
            snprintf(mistake, sizeof mistake, "line %u: %s: \"%.*s\" is not one of: %.150s", number, row->key,
                     (int)(wrong.length < 40 ? wrong.length : 40), wrong.at, row->values + (row->values[0] == ' '));
        }
        if (mistake[0] != 0)
            tell(user, mistake);
    }
}

/* ---- writing */

static void write_lines(struct writer *w, const struct row *row, const struct settings *s)
{
    for (size_t n = 0;; n++) {
        size_t before = w->length;
        writer_format(w, "%s = ", row->key);
        if (!write_value(w, row, s, n)) {
            w->length = before;
            return;
        }
        WRITER_JUST(w, "\n");
        if (row->kind != KIND_HISTORY)
            return;
    }
}

/* NOLINTNEXTLINE(readability-non-const-parameter): the writer writes there */
size_t settings_write(char *out, const char *text, size_t length, const struct settings *before,
                      const struct settings *now)
{
    struct writer w = {.data = out, .size = length + SETTINGS_GROW_MOST};
    struct part rest = {text, length}, line, key, value;
    bool changed[SETTING_COUNT], written[SETTING_COUNT] = {0};
    for (int i = 0; i < SETTING_COUNT; i++)
        changed[i] = differs(&rows[i], before, now);
    while (take_line(&rest, &line)) {
        const struct row *row = !says_nothing(line) && split_line(line, &key, &value) ? row_of(key) : NULL;
        if (row == NULL || !changed[row - rows]) {
            writer_put(&w, line.at, line.length);
            WRITER_JUST(&w, "\n");
        } else if (!written[row - rows]) {
            written[row - rows] = true;
            write_lines(&w, row, now);
        }
    }
    for (int i = 0; i < SETTING_COUNT; i++)
        if (changed[i] && !written[i])
            write_lines(&w, &rows[i], now);
    return w.length;
}
