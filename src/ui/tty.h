/*
 * tty.h: the terminal, taken and given back. Whatever happens, it is given back.
 *
 * Leaving by the loop's end is the normal way. A crash (SIGSEGV, SIGABRT ...) is caught on a stack of its own by a handler that
 * writes the strings made beforehand with write(2) and sets the line settings back; then the signal does what it does.
 */
#ifndef UI_TTY_H
#define UI_TTY_H

#include <stdbool.h>
#include <stddef.h>

/* Begins curses on the terminal: keys come from standard input, or from /dev/tty where packets come from there. Returns 0 or a
 * negative errno, with one line in error. */
int tty_begin(bool standard_input_is_taken, char *error, size_t error_size);

/* Readable when a key was pressed. */
int tty_fd(void);

/* The terminal is gone. */
bool tty_lost(void);

/* Ends curses; may be called twice. */
void tty_end(void);

/* Ctrl-Z: gives the terminal to the shell, and takes it again when the program goes on. */
void tty_suspend(void);

/* Sends bytes to the terminal that curses knows nothing of. */
void tty_send(const char *bytes, size_t length);

#endif
