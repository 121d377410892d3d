/*
 * text.h: what the files of the text sink share.
 */
#ifndef OUTPUT_TEXT_H
#define OUTPUT_TEXT_H

#include "output/human.h"
#include "output/sink.h"

enum { TEXT_INDENT = 4 }; /* columns in front of what belongs to the line above */

struct text_sink {
    struct output *output;
    struct writer *w;
    const struct terminal *terminal;
    struct human_clock clock;
};

/* Text in a role's colour. */
void text_in_role(struct text_sink *s, enum terminal_role role, const char *text);

/* Bytes from the wire, escaped, cut to a number of columns with an ellipsis; `more` says that there are more bytes than
 * these. Returns the columns. */
size_t text_escaped(struct text_sink *s, struct wsd_bytes bytes, size_t columns, bool more);

/* A connection's beginning and end (text_connection.c). */
void text_open(struct text_sink *s, const struct wsd_event *event);
void text_close(struct text_sink *s, const struct wsd_event *event);

/* Time, connection and what happened: everything left of the details. `word` is at most 8 columns, or the lines below do
 * not stand in columns. */
void text_begin(struct text_sink *s, const struct wsd_event *event, const char *word);

/* A message's payload as lines of offset, 16 bytes in hex, and ASCII; then how many bytes were not kept (text_detail.c). */
void text_hex(struct text_sink *s, const struct wsd_message *message);

/* Every header field of a frame (text_detail.c). */
void text_fields(struct text_sink *s, const struct wsd_event *frame);

#endif
