/*
 * signals.h: the signals that end a run, or ask for a file to be opened anew. The only state of the program that is its process's.
 */
#ifndef SIGNALS_H
#define SIGNALS_H

#include <signal.h>
#include <stdbool.h>

/* SIGINT and SIGTERM end the run in order; the second one of a kind ends the program as if nothing had been said about it. Reads are
 * interrupted. reopens: SIGHUP asks for the written file to be opened anew, else it ends the run as well. */
void signals_catch(bool reopens);

/* Not 0: the run shall end. */
const volatile sig_atomic_t *signals_stop(void);

/* As if such a signal had come. */
void signals_ask_to_stop(void);
void signals_hang_up(void);

/* Whether the written file shall be opened anew; asked once for each time. */
bool signals_hung_up(void);

#endif
