/*
 * filter.h: the language of -Y and of the monitor: which events are shown.
 *
 *     ws.opcode == text && ws.length > 1000        ip.addr == 10.0.0.0/8      payload contains "err"
 *     payload matches "(?i)timeout"                close.reported == 1006     url ~ "/feed"
 *     finding || !ws.masked                        tcp.port in {80 8080}      time >= "2026-11-22 17:22:52"
 *
 *     expression  and-expression { ("||" | "or") and-expression }
 *     and         term { ("&&" | "and") term }
 *     term        ("!" | "not") term | "(" expression ")" | test
 *     test        field | field operator value | field "in" "{" value { [","] value } "}"
 *     operator    == != < <= > >= contains matches ~ (the last two are the same); eq ne lt le gt ge are words for the first six
 *
 * A field alone asks whether the event has it, or, where its value is yes or no, for that value. A comparison with a field that an event
 * does not have is neither true nor false, nor is what "!" makes of it: the event is not shown for it. A field with two values (ip.addr,
 * tcp.port) equals what one of them equals.
 *
 * The fields are one table (fields.h). Used by the outputs and by the monitor, and knows neither.
 */
#ifndef FILTER_FILTER_H
#define FILTER_FILTER_H

#include "dissector/dissector.h"

struct filter;

enum { FILTER_TEXT_MOST = 4096, FILTER_MESSAGE = 160 };

/* Where a text is wrong, and why. Columns are characters, from 1; a message that is about the end has a length of 0. */
struct filter_error {
    unsigned column, length;
    char message[FILTER_MESSAGE]; /* names the word; printable */
};

/* NULL: error says what is wrong, or that there is no memory. The filter does not borrow from text. */
struct filter *filter_compile(const char *text, struct filter_error *error);
void filter_free(struct filter *filter);

/* What is asked about. An event and its connection; or a connection by itself, in a list of connections, with what is known of it: then event
 * is NULL, and each of the others may be. Fields of the event at hand come from it, the others from here. */
struct filter_subject {
    const struct wsd_event *event;
    const struct wsd_connection *connection;
    const struct wsd_close *close; /* how it ended */
    const struct wsd_finding *finding;
};

static inline struct filter_subject filter_subject_of(const struct wsd_event *event)
{
    return (struct filter_subject){event, event->connection, event->type == WSD_EVENT_CLOSE ? &event->close : NULL,
                                   event->type == WSD_EVENT_FINDING ? &event->finding : NULL};
}

/* Whether it is to be shown. Does not allocate; a pattern that needs too many steps on some text does not match it. */
bool filter_match(const struct filter *filter, const struct filter_subject *subject);

/* Whether it asks for something that only frames have: then they have to be told, too. */
bool filter_wants_frames(const struct filter *filter);

/* The fields there are, in the table's order: the n-th whose name begins with prefix ("" for all), or NULL. help: a few words. */
struct filter_field {
    const char *name, *type, *help;
};
const struct filter_field *filter_field(const char *prefix, unsigned n);

#endif
