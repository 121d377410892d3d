#include "ui/tty.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

enum { RESTORE_MAX = 256, ESCAPE_DELAY = 25 /* ms in which a sequence follows its Esc */ };

/* A mouse button held down reports where it moves (xterm's 1002); curses asks for presses only. */
static const char drag_on[] = "\033[?1002h", drag_off[] = "\033[?1002l";

static SCREEN *screen;
static FILE *input; /* /dev/tty, or NULL: standard input */
static int in = STDIN_FILENO;
static struct termios before;
static bool has_before;
static char restore[RESTORE_MAX]; /* sent when the program crashes */
static size_t restore_length;
static char crash_stack[64 * 1024];

static void add(const char *text)
{
    size_t length = text != NULL && text != (char *)-1 ? strlen(text) : 0;
    if (length == 0 || length > sizeof restore - restore_length)
        return;
    memcpy(restore + restore_length, text, length);
    restore_length += length;
}

/* Padding ("$<5>") in a terminal's strings is for hardware of long ago; it is left out. */
static void add_capability(const char *name)
{
    const char *text = tigetstr((char *)(uintptr_t)name);
    char plain[64];
    size_t n = 0;
    if (text == NULL || text == (char *)-1)
        return;
    for (size_t i = 0; text[i] != 0 && n + 1 < sizeof plain; i++) {
        if (text[i] == '$' && text[i + 1] == '<') {
            while (text[i] != 0 && text[i] != '>')
                i++;
            if (text[i] == 0)
                break;
            continue;
        }
        plain[n++] = text[i];
    }
    plain[n] = 0;
    add(plain);
}

static void on_crash(int number)
{
    /* Only what POSIX allows in a handler: write(), tcsetattr(), raise(). */
    if (restore_length > 0 && write(STDOUT_FILENO, restore, restore_length) < 0)
        restore_length = 0;
    if (has_before)
        tcsetattr(in, TCSANOW, &before);
    raise(number); /* its default action: the handler was for one time */
}

static void catch_crashes(void)
{
    static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS};
    struct sigaction action = {.sa_handler = on_crash, .sa_flags = (int)(SA_RESETHAND | SA_ONSTACK | SA_NODEFER)};
    stack_t stack = {.ss_sp = crash_stack, .ss_size = sizeof crash_stack};
    sigemptyset(&action.sa_mask);
    sigaltstack(&stack, NULL);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        sigaction(signals[i], &action, NULL);
}

static void prepare_restoring(void)
{
    restore_length = 0;
    add(drag_off);
    add("\033[?1006l\033[?1003l\033[?1000l");
    add_capability("sgr0");
    add_capability("op");
    add_capability("rmkx");
    add_capability("cnorm");
    add_capability("rmcup");
}

static int failed(char *error, size_t error_size, const char *why, int code)
{
    snprintf(error, error_size, "terminal: %s", why);
    return -code;
}

static int unknown(char *error, size_t error_size)
{
    const char *term = getenv("TERM");
    snprintf(error, error_size, "terminal: TERM=%.40s is not known here; -o text does without",
             term != NULL ? term : "");
    return -ENOTTY;
}

int tty_begin(bool standard_input_is_taken, char *error, size_t error_size)
{
    if (isatty(STDOUT_FILENO) != 1)
        return failed(error, error_size, "standard output is none", ENOTTY);
    if (standard_input_is_taken) {
        input = fopen("/dev/tty", "re");
        if (input == NULL)
            return failed(error, error_size, "standard input is none, and there is no /dev/tty for keys", ENXIO);
        in = fileno(input);
    }
    has_before = tcgetattr(in, &before) == 0;
    screen = newterm(NULL, stdout, input != NULL ? input : stdin);
    if (screen == NULL) {
        if (input != NULL)
            fclose(input);
        input = NULL;
        return unknown(error, error_size);
    }
    prepare_restoring();
    catch_crashes();
    cbreak();
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    meta(stdscr, TRUE);
    set_escdelay(ESCAPE_DELAY);
    curs_set(0);
    if (has_colors()) {
        start_color();
        use_default_colors();
    }
    mouseinterval(0);
    mousemask(BUTTON1_PRESSED | BUTTON1_RELEASED | BUTTON4_PRESSED | BUTTON5_PRESSED | REPORT_MOUSE_POSITION, NULL);
    tty_send(drag_on, sizeof drag_on - 1);
    return 0;
}

int tty_fd(void)
{
    return in;
}

bool tty_lost(void)
{
    struct termios now;
    return tcgetattr(in, &now) != 0;
}

void tty_send(const char *bytes, size_t length)
{
    fwrite(bytes, 1, length, stdout);
    fflush(stdout);
}

void tty_suspend(void)
{
    struct sigaction before_it, plain = {.sa_handler = SIG_DFL};
    sigemptyset(&plain.sa_mask);
    tty_send(drag_off, sizeof drag_off - 1); /* curses does not know of it */
    endwin();
    sigaction(SIGTSTP, &plain, &before_it);
    raise(SIGTSTP);
    sigaction(SIGTSTP, &before_it, NULL);
    refresh();
    tty_send(drag_on, sizeof drag_on - 1);
}

void tty_end(void)
{
    if (screen == NULL)
        return;
    tty_send(drag_off, sizeof drag_off - 1);
    const char *leave = tigetstr("rmcup");
    if (leave == NULL ||
        leave == (char *)-1) { /* the screen stays: the shell's next line is not to stand on the last one */
        move(getmaxy(stdscr) - 1, 0);
        clrtoeol();
        refresh();
    }
    endwin();
    restore_length = 0;
    delscreen(screen);
    screen = NULL;
    if (input != NULL)
        fclose(input);
    input = NULL;
}
