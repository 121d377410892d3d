#include "ui/ui.h"

#include "ui/bars.h"
#include "ui/clipboard.h"
#include "ui/list.h"
#include "ui/pointer.h"
#include "ui/preferences.h"
#include "ui/save.h"
#include "ui/tty.h"
#include "ui/view.h"

#include <curses.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    SLICE = 2,                 /* ms of work before the keyboard is looked at again */
    PREPARED = 8 * BLOCK_PAGE, /* bytes of blocks that are ready to be filled */
    FRAME =
        20, /* ms between two drawings, unless a key was pressed: with the 10 ms of a capture's block a message is seen within 30 */
    FILE_FRAME = 100, /* the same while a file is read, which has more to do than to be drawn */
    ROWS_A_SLICE = 20000,
    FILTERED_A_SLICE = 64,
    TICK = 1000, /* ms after which times and rates are drawn anew in live capture */
};

struct loop {
    struct ui ui;
    const struct ui_reading *reading;
    struct block *pending, *last_pending; /* taken, and not yet in the model */
    size_t pending_bytes;
    bool ended;                         /* nothing more comes */
    int64_t drawn, taken, written_anew; /* when it was done last, ms */
    uint64_t drawn_rows;                /* that there were */
    bool redraw, redraw_now;
    bool shares_terminal; /* keys do not come from standard input: others may write to the terminal */
    size_t told;          /* lines of the hand-off that were shown */
    struct layout layout;
    struct pointer pointer;
};

static volatile sig_atomic_t signalled, suspended;

static const struct view *const views[PLACE_COUNT] = {
#define VIEW_OF(name, symbol, key, title) [PLACE_##name] = &symbol,
    VIEWS(VIEW_OF)
#undef VIEW_OF
};

const struct view *ui_view(enum place place)
{
    return views[place];
}

static int64_t milliseconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- for the views */

static void open_view(struct ui *ui, enum place place)
{
    ui->place = place;
    if (views[place]->open != NULL)
        views[place]->open(ui->states[place], ui);
}

void ui_go(struct ui *ui, enum place place)
{
    if (place == ui->place)
        return;
    if (ui->history_length == UI_HISTORY) {
        memmove(ui->history, ui->history + 1, sizeof ui->history - sizeof *ui->history);
        ui->history_length--;
    }
    ui->history[ui->history_length++] = ui->place;
    open_view(ui, place);
}

void ui_back(struct ui *ui)
{
    if (ui->history_length > 0)
        open_view(ui, ui->history[--ui->history_length]);
}

bool ui_passes(const struct ui *ui, const struct model_row *row)
{
    struct record_scratch scratch;
    struct wsd_event e;
    if (ui->filter == NULL)
        return true;
    model_event(row, &scratch, &e);
    struct filter_subject subject = filter_subject_of(&e);
    return filter_match(ui->filter, &subject);
}

size_t ui_rows_a_slice(const struct ui *ui)
{
    return ui->filter != NULL ? FILTERED_A_SLICE : ROWS_A_SLICE;
}

void ui_show(struct ui *ui, uint64_t row)
{
    const struct model_row *r = model_row(&ui->model, row);
    if (r == NULL)
        return;
    if (r->connection != NULL && ui->scope == SCOPE_CONNECTION)
        ui->connection = r->connection->about.id;
    ui->wants = true;
    ui->message = ui->wanted = row;
    ui->has_message = true;
    views[PLACE_MESSAGES]->open(ui->states[PLACE_MESSAGES], ui);
}

struct model_connection *ui_connection(struct ui *ui)
{
    const struct model_row *row = ui->has_message ? model_row(&ui->model, ui->message) : NULL;
    if (ui->scope == SCOPE_CONNECTION)
        return model_connection(&ui->model, ui->connection);
    if (row != NULL && row->connection != NULL)
        return row->connection;
    return ui->model.connection_count > 0 ? ui->model.connections[0] : NULL;
}

int64_t ui_now(const struct ui *ui)
{
    struct timespec t;
    if (ui->paused)
        return ui->paused_now;
    if (!ui->loading || !ui->news.progress.live)
        return ui->model.now;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void ui_say(struct ui *ui, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(ui->said, sizeof ui->said, format, arguments);
    va_end(arguments);
    ui->said_wrong = false;
}

void ui_complain(struct ui *ui, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(ui->said, sizeof ui->said, format, arguments);
    va_end(arguments);
    ui->said_wrong = true;
}

bool ui_follows(const struct ui *ui)
{
    return ui->settings.follows && ui->loading && (ui->news.progress.live || ui->news.progress.pipe);
}

void ui_toggle_control(struct ui *ui)
{
    ui->settings.hides_control = !ui->settings.hides_control;
    ui_say(ui, ui->settings.hides_control ? "control frames are hidden" : "control frames are shown");
}

void ui_toggle_follow(struct ui *ui, struct list *list)
{
    ui->settings.follows = list->follows = !list->follows;
    ui_say(ui, list->follows ? "following: the newest is shown" : "not following any more");
}

/* ---- what was read */

static void give_back(void *user, struct block *block)
{
    handoff_give_back(((struct loop *)user)->reading->handoff, block);
}

static void told(void *user, const char *text, bool wrong)
{
    struct ui *ui = user;
    if (wrong)
        snprintf(ui->trouble, sizeof ui->trouble, "%s", text);
    if (!wrong && ui->said[0] != 0 && ui->said_wrong)
        return; /* what went wrong is still to be read */
    ui_say(ui, "%s", text);
    ui->said_wrong = wrong;
}

static void take(struct loop *l)
{
    struct handoff_news news;
    struct block *first = handoff_take(l->reading->handoff, &news);
    l->taken = milliseconds();
    l->ui.news = news;
    l->ended = news.ended;
    if (news.told)
        l->told = handoff_told(l->reading->handoff, l->told, told, &l->ui);
    if (l->last_pending != NULL)
        l->last_pending->next = first;
    else
        l->pending = first;
    for (struct block *b = first; b != NULL; b = b->next) {
        l->pending_bytes += b->size;
        l->last_pending = b;
    }
    l->redraw = true;
}

/* While paused, what comes waits, as long as it is not too much. */
static bool held(const struct loop *l)
{
    return l->ui.paused && l->pending_bytes < l->ui.model.budget / 4;
}

static void add_one(struct loop *l)
{
    struct block *b = l->pending;
    l->pending = b->next;
    if (l->pending == NULL)
        l->last_pending = NULL;
    l->pending_bytes -= b->size;
    b->next = NULL;
    model_add_take(&l->ui.model, b);
    l->redraw = true;
}

static bool work_of(struct loop *l, enum place place)
{
    return views[place]->work != NULL && l->layout.areas[place].height > 0 &&
           views[place]->work(l->ui.states[place], &l->ui);
}

/* ---- filtering */

static void enter_filter(struct loop *l)
{
    struct ui *ui = &l->ui;
    struct filter_error error;
    struct filter *filter = NULL;
    if (ui->entry.line.length > 0 && (filter = filter_compile(ui->entry.line.text, &error)) == NULL) {
        entry_reject(&ui->entry, error.column > 0 ? error.column - 1 : 0, error.message);
        return;
    }
    entry_accept(&ui->entry);
    filter_free(ui->filter);
    ui->filter = filter;
    ui->filter_number++;
    memcpy(ui->filter_text, ui->entry.line.text, sizeof ui->filter_text);
    open_view(ui, ui->place);
}

static void key_in_entry(struct loop *l, uint32_t key)
{
    l->redraw_now = true;
    if (entry_key(&l->ui.entry, key) != ENTRY_ENTERED)
        return;
    if (l->ui.entry.kind == HISTORY_FILTER)
        enter_filter(l);
    else
        searching_enter(&l->ui);
}

/* A file is read as fast as it can be; of everything else it matters how soon it is seen. */
static bool reads_file(const struct loop *l)
{
    return !l->ended && !l->ui.news.progress.live && !l->ui.news.progress.pipe;
}

/* While a file is read, the store grows as fast as it may. */
static bool prepare(struct loop *l)
{
    const struct model *m = &l->ui.model;
    return reads_file(l) && l->pending == NULL && m->used >= BLOCK_SIZE && m->used + PREPARED < m->budget &&
           handoff_prepare(l->reading->handoff);
}

/* A slice of work. Returns whether there may be more. */
static bool work(struct loop *l)
{
    int64_t until = milliseconds() + SLICE;
    bool more = true;
    while (more && milliseconds() < until) {
        more = false;
        if (l->pending != NULL && !held(l)) {
            add_one(l);
            more = true;
        }
        if (save_work(&l->ui))
            more = l->redraw = true;
        if (l->ui.searching.direction != 0) {
            more = searching_work(&l->ui) || more;
            l->redraw = true;
        }
        for (int place = 0; place < PLACE_COUNT; place++) {
            if (work_of(l, (enum place)place)) {
                more = true;
                l->redraw = true;
            }
        }
    }
    more = more || prepare(l);
    if (l->pending == NULL && !reads_file(l))
        model_settle(&l->ui.model);
    bool loading = !l->ended || l->pending != NULL;
    if (loading != l->ui.loading)
        l->redraw_now = true;
    l->ui.loading = loading;
    return more;
}

/* ---- drawing */

/* What is seen, and where, before work is done for it. */
static void find_areas(struct loop *l)
{
    int rows = getmaxy(stdscr), columns = getmaxx(stdscr);
    layout_make(&l->layout, &l->ui, (struct area){1, 0, rows > 4 ? rows - 3 : 1, columns});
}

/* What stands before the pipe that packets come through (ssh, tcpdump, sudo) writes to the same terminal: its screen is not as curses
 * left it, nor is the cursor. Everything is written anew now and then. */
static void write_anew(struct loop *l)
{
    int row, column;
    if (!l->shares_terminal || milliseconds() - l->written_anew < TICK)
        return;
    getyx(curscr, row, column);
    mvcur(-1, -1, row, column);
    redrawwin(stdscr);
    l->written_anew = milliseconds();
}

static void draw(struct loop *l)
{
    int rows = getmaxy(stdscr), columns = getmaxx(stdscr);
    model_settle(&l->ui.model);
    erase();
    for (int place = 0; place < PLACE_COUNT; place++)
        if (l->layout.areas[place].height > 0)
            views[place]->draw(l->ui.states[place], &l->ui, l->layout.areas[place], (enum place)place == l->ui.place);
    if (l->layout.split_line.width > 1)
        draw_horizontal(&l->ui.terminal, l->layout.split_line, ROLE_FAINT);
    else if (l->layout.split_line.height > 1)
        draw_vertical(&l->ui.terminal, l->layout.split_line, ROLE_FAINT);
    bars_top(&l->ui, (struct area){0, 0, 1, columns});
    bars_status(&l->ui, (struct area){rows - 2, 0, 1, columns});
    if (l->ui.prompt.active)
        prompt_draw(&l->ui.prompt, &l->ui.terminal, (struct area){1, 0, rows - 1, columns});
    else
        bars_keys(&l->ui, (struct area){rows - 1, 0, 1, columns});
    bars_said(&l->ui, (struct area){1, 0, rows - 1, columns});
    write_anew(l);
    refresh();
    l->drawn = milliseconds();
    l->drawn_rows = l->ui.model.end_row;
    l->redraw = l->redraw_now = false;
}

/* ---- keys */

static uint32_t key_of(int result, wint_t c)
{
    static const int codes[][2] = {{KEY_UP, KEYBOARD_UP},
                                   {KEY_DOWN, KEYBOARD_DOWN},
                                   {KEY_LEFT, KEYBOARD_LEFT},
                                   {KEY_RIGHT, KEYBOARD_RIGHT},
                                   {KEY_PPAGE, KEYBOARD_PAGE_UP},
                                   {KEY_NPAGE, KEYBOARD_PAGE_DOWN},
                                   {KEY_HOME, KEYBOARD_HOME},
                                   {KEY_END, KEYBOARD_END},
                                   {KEY_DC, KEYBOARD_DELETE},
                                   {KEY_BTAB, KEYBOARD_BACK_TAB},
                                   {KEY_F(1), KEYBOARD_F1},
                                   {KEY_ENTER, KEYBOARD_ENTER},
                                   {KEY_BACKSPACE, KEYBOARD_BACKSPACE}};
    if (result != KEY_CODE_YES)
        return c == '\n' ? KEYBOARD_ENTER : c == '\b' ? KEYBOARD_BACKSPACE : (uint32_t)c;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (codes[i][0] == (int)c)
            return (uint32_t)codes[i][1];
    return KEYBOARD_NONE;
}

static void pause_or_go_on(struct ui *ui)
{
    ui->paused_now = ui_now(ui);
    ui->paused = !ui->paused;
}

static bool go_to(struct ui *ui, enum command command)
{
    switch (command) {
    case COMMAND_VIEW_1: ui_go(ui, PLACE_CONNECTIONS); return true;
    case COMMAND_VIEW_2: ui_go(ui, PLACE_MESSAGES); return true;
    case COMMAND_VIEW_3: ui_go(ui, PLACE_DETAIL); return true;
    case COMMAND_VIEW_4: ui_go(ui, PLACE_LADDER); return true;
    case COMMAND_VIEW_5: ui_go(ui, PLACE_STATISTICS); return true;
    case COMMAND_VIEW_6: ui_go(ui, PLACE_FINDINGS); return true;
    case COMMAND_VIEW_7: ui_go(ui, PLACE_HANDSHAKE); return true;
    case COMMAND_COMPARE: ui_go(ui, PLACE_COMPARE); return true;
    case COMMAND_HELP: ui_go(ui, PLACE_HELP); return true;
    default: return false;
    }
}

static void on_stop(struct ui *ui, char choice, const char *text)
{
    const struct sink_progress *p = &ui->news.progress;
    (void)text;
    if (choice != 'y' || !ui->loading || ui->stopped)
        return;
    ui->stopped = true;
    ui->reading->stop(ui->reading->user);
    if (!p->live && p->size > 0)
        snprintf(ui->trouble, sizeof ui->trouble, "stopped at %u%%: the rest was not read",
                 (unsigned)(100 * (p->read < p->size ? p->read : p->size) / p->size));
}

/* The first view: there is nothing to go back to, but perhaps something that takes long. */
static void ask_to_stop(struct ui *ui)
{
    if (ui->loading && !ui->stopped)
        prompt_choose(&ui->prompt, "yn", on_stop, "%s  y yes  n no, go on",
                      ui->news.progress.live ? "End the capture, and keep what there is?"
                                             : "Stop reading, and keep what there is?");
}

static void act(struct loop *l, enum command command)
{
    struct ui *ui = &l->ui;
    ui->said[0] = 0;
    l->redraw_now = true;
    if (command == COMMAND_BACK && save_runs(ui)) {
        save_stop(ui);
        return;
    }
    if (ui->searching.direction != 0 && command == COMMAND_BACK) {
        ui_say(ui, "the search was stopped");
        command = COMMAND_NONE;
    }
    ui->searching.direction = 0;
    if (command == COMMAND_NONE || views[ui->place]->act(ui->states[ui->place], ui, command) || go_to(ui, command))
        return;
    switch (command) {
    case COMMAND_BACK:
        if (ui->history_length == 0)
            ask_to_stop(ui);
        ui_back(ui);
        break;
    case COMMAND_SEARCH: entry_open(&ui->entry, HISTORY_SEARCH, ""); break;
    case COMMAND_SEARCH_NEXT: searching_begin(ui, 1); break;
    case COMMAND_SEARCH_PREVIOUS: searching_begin(ui, -1); break;
    case COMMAND_FILTER: entry_open(&ui->entry, HISTORY_FILTER, ui->filter_text); break;
    case COMMAND_PAUSE: pause_or_go_on(ui); break;
    case COMMAND_THEME: preferences_next_theme(ui); break;
    case COMMAND_SPLIT: ui->settings.split = (ui->settings.split + 1) % SPLIT_COUNT; break;
    case COMMAND_COPY: clipboard_copy(ui); break;
    case COMMAND_SAVE: save_ask(ui); break;
    case COMMAND_REDRAW: clearok(stdscr, TRUE); break;
    case COMMAND_QUIT: ui->quit = true; break;
    default: break;
    }
}

/* ---- mouse */

static void mouse(struct loop *l)
{
    enum command command = pointer_event(&l->pointer, &l->ui, &l->layout, milliseconds());
    l->redraw_now = true;
    if (command != COMMAND_NONE)
        act(l, command);
}

static void key(struct loop *l, uint32_t code)
{
    if (!l->ui.prompt.active) {
        act(l, key_command(code, l->ui.place));
        return;
    }
    l->ui.said[0] = 0;
    l->redraw_now = true;
    prompt_key(&l->ui.prompt, &l->ui, code);
}

/* All keys that wait, up to one that leads to another view: that has to look at what there is before it can act. */
static void keyboard(struct loop *l)
{
    wint_t c;
    int result;
    enum place place = l->ui.place;
    while (!l->ui.quit && l->ui.place == place && (result = get_wch(&c)) != ERR) {
        if (result == KEY_CODE_YES && c == KEY_RESIZE)
            l->redraw_now = true;
        else if (result == KEY_CODE_YES && c == KEY_MOUSE)
            mouse(l);
        else if (l->ui.entry.open)
            key_in_entry(l, key_of(result, c));
        else
            key(l, key_of(result, c));
    }
}

/* ---- the loop */

static void on_signal(int number)
{
    signalled = number;
}

static void on_suspend(int number)
{
    (void)number;
    suspended = 1;
}

/* Once curses has the terminal, since it has a handler of its own for Ctrl-Z; where a shell that knows no jobs ignores that, it stays so. */
static void catch_suspend(void)
{
    struct sigaction before, action = {.sa_handler = on_suspend};
    sigemptyset(&action.sa_mask);
    if (sigaction(SIGTSTP, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
        sigaction(SIGTSTP, &action, NULL);
}

static void catch_signals(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGQUIT, SIGHUP};
    struct sigaction action = {.sa_handler = on_signal};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        sigaction(signals[i], &action, NULL);
}

/* When what has changed shall be drawn, in ms. */
static int64_t next_frame(const struct loop *l)
{
    return l->drawn + (reads_file(l) && l->drawn_rows > 0 ? FILE_FRAME : FRAME);
}

/* The earlier of two times to wait; below 0 there is none yet. */
static int64_t sooner(int64_t timeout, int64_t other)
{
    if (other < 0)
        other = 0;
    return timeout < 0 || other < timeout ? other : timeout;
}

static bool ticks(const struct loop *l)
{
    return l->shares_terminal || (l->ui.loading && l->ui.news.progress.live);
}

/* Until something happens. */
static void wait_for_something(struct loop *l, bool more)
{
    int64_t now = milliseconds(), next_take = l->taken + FRAME / 2, timeout = -1;
    bool wants = !l->ended && (l->pending == NULL || held(l));
    bool listens = wants && (now >= next_take || reads_file(l));
    if (more || l->redraw_now)
        timeout = 0;
    if (l->redraw)
        timeout = sooner(timeout, next_frame(l) - now);
    if (wants && !listens)
        timeout = sooner(timeout, next_take - now);
    if (ticks(l))
        timeout = sooner(timeout, l->drawn + TICK - now);
    struct pollfd fds[] = {{tty_fd(), POLLIN, 0}, {listens ? handoff_fd(l->reading->handoff) : -1, POLLIN, 0}};
    int ready = poll(fds, 2, (int)timeout);
    if (ticks(l) && milliseconds() - l->drawn >= TICK)
        l->redraw = true;
    if (ready > 0 && (fds[0].revents & (POLLHUP | POLLERR | POLLNVAL)))
        signalled = SIGHUP;
    if (listens && ready > 0 && fds[1].revents != 0)
        take(l);
}

static void loop(struct loop *l)
{
    l->redraw_now = true;
    while (!l->ui.quit) {
        keyboard(l);
        find_areas(l);
        bool more = work(l);
        if (l->redraw_now || (l->redraw && milliseconds() >= next_frame(l))) {
            draw(l);
            more = true; /* what is seen for the first time may have work to be done */
        }
        if (!l->ui.quit)
            wait_for_something(l, more);
        if (signalled == SIGHUP && !tty_lost()) {
            signalled = 0;
            l->reading->hang_up(l->reading->user);
        }
        if (signalled != 0)
            l->ui.quit = true;
        if (l->ui.stopped && !l->ended)
            handoff_interrupt(l->reading->handoff);
        if (suspended != 0) {
            suspended = 0;
            tty_suspend();
            l->redraw_now = true;
        }
    }
}

static int begin_views(struct ui *ui)
{
    for (int place = 0; place < PLACE_COUNT; place++) {
        ui->states[place] = calloc(1, views[place]->state_size);
        if (ui->states[place] == NULL)
            return -ENOMEM;
        if (views[place]->begin != NULL)
            views[place]->begin(ui->states[place], ui);
    }
    return 0;
}

static void end_views(struct ui *ui)
{
    for (int place = 0; place < PLACE_COUNT; place++) {
        if (ui->states[place] != NULL && views[place]->end != NULL)
            views[place]->end(ui->states[place], ui);
        free(ui->states[place]);
    }
}

static void free_loop(struct loop *l)
{
    end_views(&l->ui);
    save_free(&l->ui);
    draw_highlight(NULL);
    filter_free(l->ui.filter);
    pattern_free(l->ui.pattern);
    marks_clear(&l->ui.marks);
    model_free(&l->ui.model);
    while (l->pending != NULL) {
        struct block *next = l->pending->next;
        block_free(l->pending);
        l->pending = next;
    }
    free(l);
}

struct loop *ui_open(const struct options *options, const struct ui_reading *reading, char *error, size_t error_size)
{
    struct loop *l = calloc(1, sizeof *l);
    if (l == NULL) {
        snprintf(error, error_size, "memory: there is none left");
        return NULL;
    }
    struct ui *ui = &l->ui;
    ui->options = options;
    ui->scope = SCOPE_ALL;
    settings_init(&ui->settings);
    ui->entry.history = ui->settings.history;
    ui->loading = true;
    ui->news.progress.live = options->file_count == 0;
    l->reading = ui->reading = reading;
    l->shares_terminal = isatty(STDIN_FILENO) != 1;
    terminal_look(&ui->terminal, STDOUT_FILENO, options->color);
    model_init(&ui->model, options->memory, give_back, l);
    if (begin_views(ui) < 0) {
        snprintf(error, error_size, "memory: there is none left");
    } else {
        signalled = 0;
        catch_signals();
        if (tty_begin(l->shares_terminal, error, error_size) == 0) {
            catch_suspend();
            ui->color = ui->terminal.color;
            preferences_theme(ui);
            return l;
        }
    }
    free_loop(l);
    return NULL;
}

void ui_run(struct loop *l)
{
    preferences_load(&l->ui);
    int rc = handoff_start(l->reading->handoff, l->reading->read, l->reading->user);
    if (rc < 0)
        ui_complain(&l->ui, "a thread cannot be begun: %s", strerror(-rc));
    loop(l);
    preferences_keep(&l->ui);
    l->reading->stop(l->reading->user);
    handoff_stop(l->reading->handoff);
}

void ui_close(struct loop *l)
{
    if (l == NULL)
        return;
    tty_end();
    free_loop(l);
}
