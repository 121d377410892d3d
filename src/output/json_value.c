#include "output/json_sink.h"

void json_number_key(struct writer *w, const char *key, size_t length, uint64_t value)
{
    writer_put(w, key, length);
    writer_unsigned(w, value);
}

void json_word_key(struct writer *w, const char *key, size_t length, const char *word)
{
    writer_put(w, key, length);
    writer_text(w, word);
    WRITER_JUST(w, "\"");
}

void json_string_key(struct writer *w, const char *key, const char *raw_key, struct wsd_bytes value)
{
    writer_text(w, key);
    if (json_string(w, value))
        return;
    writer_text(w, raw_key);
    json_base64(w, value);
}

void json_string_or_null(struct writer *w, const char *key, const char *raw_key, struct wsd_bytes value)
{
    if (value.length != 0) {
        json_string_key(w, key, raw_key, value);
        return;
    }
    writer_text(w, key);
    WRITER_JUST(w, "null");
}

void json_integer_or_null(struct writer *w, int value, int least)
{
    if (value < least)
        WRITER_JUST(w, "null");
    else
        writer_unsigned(w, (uint64_t)value);
}

void json_begin_line(struct json_sink *s, const char *type, size_t length, const struct wsd_event *e)
{
    writer_put(s->w, type, length);
    json_time(s->w, &s->at, e->at.time);
    KEY(s->w, "conn");
    if (e->connection != NULL)
        writer_unsigned(s->w, e->connection->id);
    else
        WRITER_JUST(s->w, "null");
}
