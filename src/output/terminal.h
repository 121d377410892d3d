/*
 * terminal.h: what standard output is, and what may be sent to it: its width, its characters, its colours.
 *
 * Colours are roles; which colour a role has is said in one table. Where colours are off a role is the empty string, so
 * that printing code never asks.
 */
#ifndef OUTPUT_TERMINAL_H
#define OUTPUT_TERMINAL_H

#include "dissector/dissector.h"
#include "dissector/base/escape.h"

/* Role and its ANSI colour (ECMA-48 8.3.117). */
#define TERMINAL_ROLES(X)                                                                                              \
    X(NORMAL, "0")                                                                                                     \
    X(TIME, "2")                                                                                                       \
    X(CONNECTION, "1")                                                                                                 \
    X(CLIENT, "36")                                                                                                    \
    X(SERVER, "32")                                                                                                    \
    X(FAINT, "2")                                                                                                      \
    X(HEADING, "1")                                                                                                    \
    X(ERROR, "1;31")                                                                                                   \
    X(WARNING, "33")                                                                                                   \
    X(NOTE, "34")
#define TERMINAL_ENUM(name, code) TERMINAL_##name,
enum terminal_role { TERMINAL_ROLES(TERMINAL_ENUM) };
#undef TERMINAL_ENUM

enum color_when { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct terminal {
    bool is_terminal;
    bool color;
    unsigned columns; /* 0: not known */
    enum escape_charset charset;
};

/* Looks at a file descriptor and at the environment (NO_COLOR, TERM, COLUMNS); setlocale() was called before. */
void terminal_look(struct terminal *terminal, int fd, enum color_when color);

/* What the locale's character set can show. */
enum escape_charset terminal_charset(void);

/* What begins a role's text; TERMINAL_NORMAL ends it. */
const char *terminal_role(const struct terminal *terminal, enum terminal_role role);

/* The role of what a side sent, and of a severity. */
enum terminal_role terminal_sender(enum wsd_direction direction);
enum terminal_role terminal_severity(enum wsd_severity severity);

/* From the client to the server or back; one blank for WSD_NEITHER, as wide as the arrows. */
const char *terminal_arrow(const struct terminal *terminal, enum wsd_direction direction);

/* Stands for what was left out. */
const char *terminal_ellipsis(const struct terminal *terminal);

/* Columns of arrow and ellipsis. */
unsigned terminal_arrow_columns(const struct terminal *terminal);
unsigned terminal_ellipsis_columns(const struct terminal *terminal);

#endif
