/*
 * json_sink.h: what the files of the JSON sink share: its state, and keys with their values.
 */
#ifndef OUTPUT_JSON_SINK_H
#define OUTPUT_JSON_SINK_H

#include "output/sink.h"

#include "dissector/base/json.h"

struct json_sink {
    struct writer *w;
    struct json_clock at, first; /* two, since a message's first packet is often of another time than its last */
};

/* "key": with a comma in front, and the value. The key is a constant, so that no length is counted when it is written. */
#define KEY(w, name)                   WRITER_JUST(w, ",\"" name "\":")
#define NUMBER(w, name, value)         json_number_key(w, ",\"" name "\":", sizeof(",\"" name "\":") - 1, value)
#define WORD(w, name, word)            json_word_key(w, ",\"" name "\":\"", sizeof(",\"" name "\":\"") - 1, word)
#define STRING(w, name, value)         json_string_key(w, ",\"" name "\":", ",\"" name "_base64\":", value)
#define STRING_OR_NULL(w, name, value) json_string_or_null(w, ",\"" name "\":", ",\"" name "_base64\":", value)

void json_number_key(struct writer *w, const char *key, size_t length, uint64_t value);

/* A word of ours, which needs no escaping; the key ends with the quotation mark. */
void json_word_key(struct writer *w, const char *key, size_t length, const char *word);

/* A string from the wire; raw_key is the key for its bytes when it was not UTF-8. */
void json_string_key(struct writer *w, const char *key, const char *raw_key, struct wsd_bytes value);

/* The same, or null when it is empty. */
void json_string_or_null(struct writer *w, const char *key, const char *raw_key, struct wsd_bytes value);

/* Values below `least` mean that there is none. */
void json_integer_or_null(struct writer *w, int value, int least);

/* A line's beginning: type, ts and conn. */
#define BEGIN(s, type, e)                                                                                              \
    json_begin_line(s, "{\"type\":\"" type "\",\"ts\":", sizeof("{\"type\":\"" type "\",\"ts\":") - 1, e)
void json_begin_line(struct json_sink *s, const char *type, size_t length, const struct wsd_event *e);

static inline void json_end_line(struct json_sink *s)
{
    WRITER_JUST(s->w, "}\n");
}

/* The line of a connection event (json_connection.c). */
void json_connection(struct json_sink *s, const struct wsd_event *e);

#endif
