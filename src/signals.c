#include "signals.h"

#include <stddef.h>

static volatile sig_atomic_t stop;    /* set by a signal, */
static volatile sig_atomic_t hung_up; /* and by SIGHUP, when there is something to be reopened */

static void on_signal(int number)
{
    (void)number;
    stop = 1;
}

static void on_hangup(int number)
{
    (void)number;
    hung_up = 1;
}

void signals_catch(bool reopens)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    struct sigaction before, hangup = {.sa_handler = on_hangup};
    sigemptyset(&hangup.sa_mask);
    if (sigaction(SIGHUP, NULL, &before) == 0 && before.sa_handler != SIG_IGN) /* nohup stays in force */
        sigaction(SIGHUP, reopens ? &hangup : &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a file that may grow no more is told as a write error */
}

const volatile sig_atomic_t *signals_stop(void)
{
    return &stop;
}

void signals_ask_to_stop(void)
{
    stop = 1;
}

void signals_hang_up(void)
{
    hung_up = 1;
}

bool signals_hung_up(void)
{
    bool was = hung_up != 0;
    hung_up = 0;
    return was;
}
