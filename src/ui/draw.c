#include "ui/draw.h"

#include "dissector/base/escape.h"
#include "ui/list.h"

#include <curses.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

enum { ESCAPED_MAX = 4096 };

static attr_t attributes[ROLE_COUNT];
static short pairs[ROLE_COUNT];

static const struct pattern *highlight;

void draw_highlight(const struct pattern *pattern)
{
    highlight = pattern;
}

/* ---- looks */

static short nearest_of_eight(short color)
{
    static const short of_theme[][2] = {{16, COLOR_BLACK},    {24, COLOR_BLUE},    {74, COLOR_CYAN},
                                        {107, COLOR_GREEN},   {108, COLOR_GREEN},  {110, COLOR_CYAN},
                                        {139, COLOR_MAGENTA}, {179, COLOR_YELLOW}, {203, COLOR_RED},
                                        {215, COLOR_YELLOW},  {221, COLOR_YELLOW}};
    for (size_t i = 0; i < sizeof of_theme / sizeof *of_theme; i++)
        if (of_theme[i][0] == color)
            return of_theme[i][1];
    return color < 8 ? color : COLOR_WHITE;
}

void draw_theme(enum theme theme, bool color)
{
    bool colors = color && has_colors();
    short pair = 1;
    if (!colors)
        theme = THEME_MONO;
    for (int role = 0; role < ROLE_COUNT; role++) {
        const struct look *look = theme_look(theme, (enum role)role);
        short foreground = look->foreground, background = look->background;
        attributes[role] = (look->attributes & LOOK_BOLD ? A_BOLD : 0) | (look->attributes & LOOK_DIM ? A_DIM : 0) |
                           (look->attributes & LOOK_REVERSE ? A_REVERSE : 0) |
                           (look->attributes & LOOK_UNDERLINE ? A_UNDERLINE : 0);
        pairs[role] = 0;
        if (!colors || (foreground < 0 && background < 0) || pair >= COLOR_PAIRS)
            continue;
        if (foreground >= COLORS)
            foreground = nearest_of_eight(foreground);
        if (background >= COLORS)
            background = nearest_of_eight(background);
        init_pair(pair, foreground, background);
        pairs[role] = pair++;
    }
}

static void use(const struct pen *pen, enum role role)
{
    enum role shown = pen->base != ROLE_NORMAL && role != ROLE_MATCH && role != ROLE_SELECTED ? pen->base : role;
    attr_set(attributes[shown], pairs[shown], NULL);
}

/* ---- columns */

static int width_of(uint32_t character)
{
    int width = wcwidth((wchar_t)character);
    return width < 0 ? 1 : width;
}

/* Bytes of UTF-8 text that fit into columns; those taken are told. */
static size_t fitting(const char *text, size_t length, int columns, int *taken)
{
    size_t at = 0;
    *taken = 0;
    while (at < length) {
        uint32_t c = 0;
        size_t n = escape_decode((const uint8_t *)text + at, length - at, &c);
        int width = n == 0 ? 1 : width_of(c);
        if (*taken + width > columns)
            break;
        *taken += width;
        at += n == 0 ? 1 : n;
    }
    return at;
}

static int columns_of(const char *text, size_t length)
{
    int taken;
    fitting(text, length, 1 << 20, &taken);
    return taken;
}

int draw_columns(const char *text)
{
    return columns_of(text, strlen(text));
}

/* ---- the pen */

struct pen pen_at(const struct terminal *terminal, struct area area, int row, enum role base)
{
    struct pen pen = {
        .y = area.y + row, .x = area.x, .left = area.x, .end = area.x + area.width, .base = base, .terminal = terminal};
    if (row < 0 || row >= area.height)
        pen.end = pen.x;
    return pen;
}

static void put(struct pen *pen, enum role role, const char *text, size_t length, int columns)
{
    if (length == 0)
        return;
    use(pen, role);
    mvaddnstr(pen->y, pen->x, text, (int)length);
    pen->x += columns;
}

void pen_text(struct pen *pen, enum role role, const char *text)
{
    int taken;
    size_t n = fitting(text, strlen(text), pen->end - pen->x, &taken);
    put(pen, role, text, n, taken);
}

void pen_format(struct pen *pen, enum role role, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    pen_text(pen, role, text);
}

/* Escaped text, with what matches in its own look. */
static void put_matching(struct pen *pen, enum role role, const char *text, size_t length)
{
    size_t at = 0, from, to;
    while (highlight != NULL && at < length &&
           pattern_find(highlight, (struct wsd_bytes){(const uint8_t *)text, length}, at, &from, &to) && to > from) {
        put(pen, role, text + at, from - at, columns_of(text + at, from - at));
        put(pen, ROLE_MATCH, text + from, to - from, columns_of(text + from, to - from));
        at = to;
    }
    int rest;
    fitting(text + at, length - at, 1 << 20, &rest);
    put(pen, role, text + at, length - at, rest);
}

static void ellipsis(struct pen *pen)
{
    pen_text(pen, ROLE_FAINT, terminal_ellipsis(pen->terminal));
}

void pen_bytes(struct pen *pen, enum role role, struct wsd_bytes bytes, int columns, bool more)
{
    char text[ESCAPED_MAX];
    int taken;
    if (columns > pen->end - pen->x)
        columns = pen->end - pen->x;
    if (columns <= 0)
        return;
    /* A little more than fits is looked at, since this width is the escaping's own idea of it. */
    struct escaped done = escape_text(text, sizeof text, (size_t)columns + 4, bytes, pen->terminal->charset);
    size_t n = fitting(text, done.length, columns, &taken);
    if (n == done.length && done.used == bytes.length && !more) {
        put_matching(pen, role, text, n);
        return;
    }
    int room = columns - (int)terminal_ellipsis_columns(pen->terminal);
    n = fitting(text, done.length, room > 0 ? room : 0, &taken);
    put_matching(pen, role, text, n);
    ellipsis(pen);
}

void pen_bytes_end(struct pen *pen, enum role role, struct wsd_bytes bytes, int columns)
{
    char text[ESCAPED_MAX];
    int taken;
    if (columns > pen->end - pen->x)
        columns = pen->end - pen->x;
    if (columns <= 0)
        return;
    if (bytes.length > (size_t)columns * 4)
        bytes = (struct wsd_bytes){bytes.data + bytes.length - (size_t)columns * 4, (size_t)columns * 4};
    struct escaped done = escape_text(text, sizeof text, ESCAPED_MAX, bytes, pen->terminal->charset);
    size_t n = fitting(text, done.length, columns, &taken);
    if (n == done.length) {
        put(pen, role, text, n, taken);
        return;
    }
    int room = columns - (int)terminal_ellipsis_columns(pen->terminal);
    size_t at = 0;
    while (at < done.length && draw_columns(text + at) > room) {
        uint32_t c;
        size_t length = escape_decode((const uint8_t *)text + at, done.length - at, &c);
        at += length > 0 ? length : 1;
    }
    ellipsis(pen);
    put(pen, role, text + at, done.length - at, draw_columns(text + at));
}

static void padded(struct pen *pen, enum role role, const char *text, int columns, bool right)
{
    int taken, until = pen->x + columns < pen->end ? pen->x + columns : pen->end;
    int room = until - pen->x;
    size_t length = strlen(text), n = fitting(text, length, room, &taken);
    if (n == length && right)
        pen_to(pen, until - taken - pen->left);
    if (n == length) {
        put(pen, role, text, n, taken);
    } else if (room > 0) {
        n = fitting(text, length, room - (int)terminal_ellipsis_columns(pen->terminal), &taken);
        put(pen, role, text, n, taken);
        ellipsis(pen);
    }
    pen_to(pen, until - pen->left);
}

void pen_left(struct pen *pen, enum role role, const char *text, int columns)
{
    padded(pen, role, text, columns, false);
}

void pen_right(struct pen *pen, enum role role, const char *text, int columns)
{
    padded(pen, role, text, columns, true);
}

void pen_to(struct pen *pen, int column)
{
    static const char blanks[] = "                                ";
    int until = pen->left + column < pen->end ? pen->left + column : pen->end;
    while (pen->x < until) {
        int n = until - pen->x < (int)sizeof blanks - 1 ? until - pen->x : (int)sizeof blanks - 1;
        put(pen, ROLE_NORMAL, blanks, (size_t)n, n);
    }
}

void pen_end(struct pen *pen)
{
    pen_to(pen, pen->end - pen->left);
}

void pen_spark(struct pen *pen, enum role role, const uint32_t *values, unsigned n, uint32_t most)
{
    static const char *const blocks[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static const char *const ascii[] = {" ", ".", ".", ":", ":", "|", "|", "#", "#"};
    const char *const *levels = pen->terminal->charset == ESCAPE_UTF8 ? blocks : ascii;
    for (unsigned i = 0; i < n; i++) {
        unsigned level = most > 0 && values[i] > 0 ? (unsigned)((uint64_t)values[i] * 8 / most) : 0;
        if (values[i] > 0 && level == 0)
            level = 1;
        pen_text(pen, role, levels[level > 8 ? 8 : level]);
    }
}

size_t draw_line_of(const char *text, int columns)
{
    int taken;
    size_t length = strlen(text), n = fitting(text, length, columns, &taken), at = n;
    if (n == length || text[n] == ' ')
        return n;
    while (at > n / 2 && (text[at - 1] != ' ' || text[at] != ' '))
        at--;
    if (at == n / 2) /* nothing of what two blanks part ends there */
        for (at = n; at > 0 && text[at - 1] != ' ';)
            at--;
    return at > 0 ? at : n > 0 ? n : length;
}

int draw_wrapped(const struct terminal *terminal, struct area area, enum role role, const char *text)
{
    int lines = 0;
    do {
        struct pen pen = pen_at(terminal, area, lines++, role);
        size_t n = draw_line_of(text, area.width - 2);
        if (pen.x < pen.end) {
            pen_text(&pen, role, " ");
            put(&pen, role, text, n, columns_of(text, n));
            pen_end(&pen);
        }
        text += n;
        text += strspn(text, " ");
    } while (*text != 0);
    return lines;
}

/* ---- lines */

static struct pen plain_pen(const struct terminal *terminal, int y, int x, int end)
{
    return (struct pen){.y = y, .x = x, .left = x, .end = end, .base = ROLE_NORMAL, .terminal = terminal};
}

void draw_vertical(const struct terminal *terminal, struct area area, enum role role)
{
    for (int i = 0; i < area.height; i++) {
        struct pen pen = plain_pen(terminal, area.y + i, area.x, area.x + 1);
        pen_text(&pen, role, terminal->charset == ESCAPE_UTF8 ? "│" : "|");
    }
}

void draw_horizontal(const struct terminal *terminal, struct area area, enum role role)
{
    struct pen pen = plain_pen(terminal, area.y, area.x, area.x + area.width);
    while (pen.x < pen.end)
        pen_text(&pen, role, terminal->charset == ESCAPE_UTF8 ? "─" : "-");
}

void draw_scroll_bar(const struct terminal *terminal, struct area area, const struct list *list)
{
    uint64_t lines = list->end - list->first, height = (uint64_t)(area.height > 0 ? area.height : 0);
    if (lines <= height || height == 0)
        return;
    uint64_t size = height * height / lines > 0 ? height * height / lines : 1;
    uint64_t at =
        (uint64_t)((double)(list->top - list->first) / (double)(lines - height) * (double)(height - size) + 0.5);
    for (uint64_t i = 0; i < height; i++) {
        bool thumb = i >= at && i < at + size;
        struct pen pen = plain_pen(terminal, area.y + (int)i, area.x + area.width - 1, area.x + area.width);
        if (terminal->charset == ESCAPE_UTF8)
            pen_text(&pen, thumb ? ROLE_NORMAL : ROLE_FAINT, thumb ? "┃" : "│");
        else
            pen_text(&pen, ROLE_FAINT, thumb ? "#" : "|");
    }
}
