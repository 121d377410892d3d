/*
 * json.h: JSON text (RFC 8259) written piece by piece; the caller puts the braces and commas.
 *
 * Strings come out as valid UTF-8 whatever went in: a byte that is not part of a character has U+FFFD in its place.
 * C0, DEL, C1, U+2028, U+2029, the bidirectional controls and all else that is not to be seen (escape_hidden()) are always
 * \uXXXX, so that a terminal or an editor shows a line as it is. Clean text is copied 16 bytes at a time; a message line costs less than the packets it came in.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/writer.h"

/* A string in quotation marks. Returns whether the input was valid UTF-8, hence nothing was replaced. */
bool json_string(struct writer *w, struct wsd_bytes in);

/* The same without the quotation marks, for a string in pieces. A piece ends at the border of a character. */
bool json_characters(struct writer *w, struct wsd_bytes in);

/* Bytes in base64 with padding (RFC 4648 4), in quotation marks. */
void json_base64(struct writer *w, struct wsd_bytes in);

/* Bytes in lower-case hex, in quotation marks. */
void json_hex(struct writer *w, struct wsd_bytes in);

/* Seconds with nine decimals from nanoseconds, which may be negative. */
void json_seconds(struct writer *w, int64_t nanoseconds);

/* The last time that was written, since the next is most often in the same second. Zero it before first use. */
struct json_clock {
    int64_t second, time;
    bool begun;
    char text[32]; /* "2026-11-22T10:00:01.123456789Z", with the quotation marks */
};

/* Turns the clock to a time, nanoseconds since 1970, any; its text is then that time (RFC 3339, UTC). */
void json_clock_set(struct json_clock *clock, int64_t nanoseconds);

/* A time in quotation marks. */
void json_time(struct writer *w, struct json_clock *clock, int64_t nanoseconds);

static inline void json_bool(struct writer *w, bool value)
{
    if (value)
        WRITER_JUST(w, "true");
    else
        WRITER_JUST(w, "false");
}

static inline void json_text(struct writer *w, const char *text)
{
    json_string(w, (struct wsd_bytes){(const uint8_t *)text, strlen(text)});
}

#endif
