/*
 * say.h: what the program itself has to say, on standard error: "wscope: WHAT: WHY".
 *
 * Names of files, arguments and what libraries make of them are strangers' text too: all of it is escaped on the way (base/escape.h).
 */
#ifndef SAY_H
#define SAY_H

/* One line, without its end; at most SAY_MOST bytes of it. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

#define SAY_MOST 2048

#endif
