#include "output/terminal.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { NARROWEST = 20, WIDEST = 1000 }; /* columns that are believed */

static unsigned believable(unsigned long columns)
{
    return columns >= NARROWEST && columns <= WIDEST ? (unsigned)columns : 0;
}

static unsigned find_columns(int fd)
{
    struct winsize size;
    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && believable(size.ws_col) != 0)
        return size.ws_col;
    const char *text = getenv("COLUMNS");
    return text != NULL ? believable(strtoul(text, NULL, 10)) : 0;
}

/* NO_COLOR counts when it is set and not empty (no-color.org). */
static bool wants_color(bool is_terminal, enum color_when when)
{
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    if (when != COLOR_AUTO)
        return when == COLOR_ALWAYS;
    if (no_color != NULL && *no_color != 0)
        return false;
    return is_terminal && term != NULL && strcmp(term, "dumb") != 0;
}

enum escape_charset terminal_charset(void)
{
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0 ? ESCAPE_UTF8 : ESCAPE_ASCII;
}

void terminal_look(struct terminal *t, int fd, enum color_when color)
{
    t->is_terminal = isatty(fd) == 1;
    t->columns = find_columns(fd);
    t->color = wants_color(t->is_terminal, color);
    t->charset = terminal_charset();
}

const char *terminal_role(const struct terminal *t, enum terminal_role role)
{
#define TERMINAL_CODE(name, code) [TERMINAL_##name] = "\x1b[" code "m",
    static const char *const codes[] = {TERMINAL_ROLES(TERMINAL_CODE)};
#undef TERMINAL_CODE
    return t->color ? codes[role] : "";
}

enum terminal_role terminal_sender(enum wsd_direction direction)
{
    return direction == WSD_CLIENT ? TERMINAL_CLIENT : direction == WSD_SERVER ? TERMINAL_SERVER : TERMINAL_NORMAL;
}

enum terminal_role terminal_severity(enum wsd_severity severity)
{
    static const enum terminal_role roles[WSD_SEVERITY_COUNT] = {
        [WSD_ERROR] = TERMINAL_ERROR, [WSD_WARNING] = TERMINAL_WARNING, [WSD_NOTE] = TERMINAL_NOTE};
    return roles[severity];
}

const char *terminal_arrow(const struct terminal *t, enum wsd_direction direction)
{
    static const char *const arrows[2][3] = {
        [ESCAPE_UTF8] = {"\u2192", "\u2190", " "},
        [ESCAPE_ASCII] = {"->", "<-", "  "},
    };
    return arrows[t->charset][direction];
}

const char *terminal_ellipsis(const struct terminal *t)
{
    return t->charset == ESCAPE_UTF8 ? "\u2026" : "...";
}

unsigned terminal_arrow_columns(const struct terminal *t)
{
    return t->charset == ESCAPE_UTF8 ? 1 : 2;
}

unsigned terminal_ellipsis_columns(const struct terminal *t)
{
    return t->charset == ESCAPE_UTF8 ? 1 : 3;
}
