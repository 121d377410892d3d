/*
 * ui.h: the monitor: its loop, its layout, and what the views share.
 *
 *     top line      program, input, the views, how far reading has come
 *     the view      or two: the list of messages and the detail of one, beside or below
 *     status line   where one is, what was left out
 *     key bar       or a line to type in
 */
#ifndef UI_UI_H
#define UI_UI_H

#include "filter/filter.h"
#include "output/terminal.h"
#include "ui/entry.h"
#include "ui/handoff.h"
#include "ui/keys.h"
#include "ui/marks.h"
#include "ui/model.h"
#include "ui/prompt.h"
#include "ui/searching.h"
#include "ui/selection.h"
#include "ui/settings.h"
#include "ui/theme.h"

/* Who reads, in the thread that the hand-off begins. */
struct ui_reading {
    struct handoff *handoff;
    const char *const *interfaces; /* live: those that are captured on, borrowed */
    size_t interface_count;
    const struct config *config; /* where settings are kept, borrowed */
    void (*read)(void *user);    /* until all is read */
    void (*stop)(void *user);    /* called in the monitor's thread: reading shall end soon */
    void (*hang_up)(void *user); /* SIGHUP, from somebody else than a terminal that has gone */
    void *user;
};

struct config;
struct loop;

/* Takes the terminal. NULL, with one line in error, when it cannot be used. */
struct loop *ui_open(const struct options *options, const struct ui_reading *reading, char *error, size_t error_size);

/* Begins reading, and shows everything until the user leaves. */
void ui_run(struct loop *loop);

/* Gives the terminal back. NULL is allowed. */
void ui_close(struct loop *loop);

/* ---- for the views ------------------------------------------------------------------------------------------ */

struct view;

enum scope { SCOPE_CONNECTION, SCOPE_MARKED, SCOPE_ALL };
enum { UI_HISTORY = 16, UI_SAID = 256 };

struct ui {
    struct model model;
    const struct options *options;
    const struct ui_reading *reading;
    struct terminal terminal;         /* charset, arrows; columns and lines are curses' business */
    struct settings settings, loaded; /* now, and as they were at the beginning */
    enum theme theme;                 /* in use */
    bool color;

    /* What the views show. */
    uint64_t connection; /* whose messages, with SCOPE_CONNECTION */
    enum scope scope;
    uint64_t message; /* row that the detail shows */
    bool wants;       /* the messages' cursor shall go to this row: ui_show() */
    uint64_t wanted;
    struct marks marks; /* messages */
    bool has_message;
    uint64_t cursor_connection;     /* under the cursor of the connections, 0: none */
    const struct selection *listed; /* rows that the messages show */

    struct filter *filter; /* what is shown of connections and messages; NULL: all */
    char filter_text[ENTRY_TEXT];
    uint64_t filter_number;  /* counts up when the filter is another */
    struct pattern *pattern; /* what is searched for, or NULL */
    struct entry entry;      /* where both are typed */
    struct searching searching;

    bool paused; /* what is shown stands still: what comes waits outside of the model */
    int64_t paused_now;

    enum place place; /* of the keyboard */
    enum place history[UI_HISTORY];
    size_t history_length;
    bool detail_open; /* beside or below the messages */

    struct prompt prompt; /* asks, instead of the key bar */
    struct save *save;    /* what is being saved, or NULL */

    void *states[PLACE_COUNT];
    struct handoff_news news;
    bool loading; /* there is still something to be read, or to be taken */
    bool stopped; /* reading was told to end */
    bool quit;
    char said[UI_SAID]; /* stands in the status line until the next key */
    bool said_wrong;
    char trouble[UI_SAID]; /* what went wrong with inputs or -w last: stays in sight */
};

/* To another view, and back to where one came from. */
void ui_go(struct ui *ui, enum place place);
void ui_back(struct ui *ui);

/* Whether a row is one that the filter shows. */
bool ui_passes(const struct ui *ui, const struct model_row *row);

/* Rows that a view looks at in a slice of work: with a filter each may take its time. */
size_t ui_rows_a_slice(const struct ui *ui);

/* The messages' cursor goes to a row of this connection; the view of the messages is not shown by that. */
void ui_show(struct ui *ui, uint64_t row);

/* The connection that a view of one is about: the chosen one, or that of the row in question, or the first; NULL: there is none. */
struct model_connection *ui_connection(struct ui *ui);

/* The time that "now" is for what is shown: of the clock in live capture, else of the latest packet. */
int64_t ui_now(const struct ui *ui);

/* Whether a list begins at its newest line. */
bool ui_follows(const struct ui *ui);

/* Settings that several views have, turned round and told. */
void ui_toggle_control(struct ui *ui);
struct list;
void ui_toggle_follow(struct ui *ui, struct list *list);

/* Says something in the status line, until the next key. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void ui_say(struct ui *ui, const char *format, ...);
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void ui_complain(struct ui *ui, const char *format, ...);

/* The view of a place, and its state. */
const struct view *ui_view(enum place place);

#endif
