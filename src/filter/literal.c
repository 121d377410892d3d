#ifndef _XOPEN_SOURCE
#define _XOPEN_SOURCE 700 /* strptime() */
#endif
#include "filter/literal.h"
#include "dissector/base/bytes.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

enum { TEXT_MOST = 64 };

static const int64_t SECOND = INT64_C(1000000000);

/* Digits, or 0x and hexadecimal ones; moves *text behind them. False: there are none, or too many. */
static bool read_digits(const char **text, int64_t *out)
{
    char *end;
    bool hexadecimal = (*text)[0] == '0' && ((*text)[1] | 0x20) == 'x';
    if ((*text)[0] < '0' || (*text)[0] > '9')
        return false;
    errno = 0;
    *out = strtoll(*text, &end, hexadecimal ? 16 : 10);
    *text = end;
    return errno == 0;
}

/* Units as on the command line: 1k is 1024. */
static bool read_number(const char *text, int64_t *out)
{
    static const char units[] = "kmg";
    if (!read_digits(&text, out))
        return false;
    const char *unit = *text != 0 ? strchr(units, *text | 0x20) : NULL;
    unsigned shift = unit != NULL ? 10 * (unsigned)(unit - units + 1) : 0;
    if (text[unit != NULL] != 0 || *out > INT64_MAX >> shift)
        return false;
    *out <<= shift;
    return true;
}

/* A number with decimals and a unit; without one, seconds. */
static bool read_duration(const char *text, int64_t *out)
{
    static const struct {
        const char *word;
        double nanoseconds;
    } units[] = {{"", 1e9},  {"ns", 1},   {"us", 1e3},   {"ms", 1e6},
                 {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}, {"d", 86400e9}};
    size_t digits = strspn(text, "0123456789.");
    char *end;
    if (digits == 0 || text[0] == '.')
        return false;
    double value = strtod(text, &end);
    for (size_t i = 0; end == text + digits && i < sizeof units / sizeof *units; i++)
        if (strcmp(end, units[i].word) == 0 && value * units[i].nanoseconds < 9e18) {
            *out = (int64_t)(value * units[i].nanoseconds + 0.5);
            return true;
        }
    return false;
}

/* 2026-11-22, then perhaps T or a space and 17:22:52, decimals, Z. Local time without Z. */
static bool read_time(const char *text, int64_t *out)
{
    struct tm tm = {.tm_isdst = -1};
    int64_t fraction = 0;
    const char *rest = strptime(text, "%Y-%m-%d", &tm);
    if (rest != NULL && (*rest == 'T' || *rest == ' '))
        rest = strptime(rest + 1, "%H:%M:%S", &tm);
    if (rest == NULL)
        return false;
    if (*rest == '.') {
        int64_t unit = SECOND / 10;
        for (rest++; *rest >= '0' && *rest <= '9'; rest++, unit /= 10)
            fraction += unit * (*rest - '0');
    }
    bool utc = *rest == 'Z';
    if (rest[utc] != 0 || tm.tm_year < 70 || tm.tm_year > 300)
        return false;
    *out = (int64_t)(utc ? timegm(&tm) : mktime(&tm)) * SECOND + fraction;
    return true;
}

/* With or without the length of a prefix. */
static bool read_address(char *text, struct value *out)
{
    char *slash = strchr(text, '/');
    const char *digits = slash != NULL ? slash + 1 : NULL;
    int64_t prefix = -1;
    if (slash != NULL)
        *slash = 0;
    out->family = inet_pton(AF_INET, text, out->address) == 1    ? 4
                  : inet_pton(AF_INET6, text, out->address) == 1 ? 6
                                                                 : 0;
    if (out->family == 0)
        return false;
    int64_t most = out->family == 4 ? 32 : 128;
    if (slash != NULL && (!read_digits(&digits, &prefix) || *digits != 0 || prefix > most))
        return false;
    out->prefix = (uint8_t)(slash != NULL ? prefix : most);
    return true;
}

static bool read_boolean(const char *text, int64_t *out)
{
    *out = strcmp(text, "true") == 0 || strcmp(text, "1") == 0;
    return *out == 1 || strcmp(text, "false") == 0 || strcmp(text, "0") == 0;
}

/* An opcode may be a number as well. */
static bool read_word(enum field_type type, const char *text, int64_t *out)
{
    *out = fields_word_value(type, bytes_text(text));
    if (*out < 0 && type == FIELD_OPCODE)
        return read_number(text, out) && *out < 16;
    return *out >= 0;
}

bool literal_read(enum field_type type, struct wsd_bytes text, struct value *out)
{
    char copy[TEXT_MOST];
    if (text.length == 0 || text.length >= sizeof copy || memchr(text.data, 0, text.length) != NULL)
        return false;
    memcpy(copy, text.data, text.length);
    copy[text.length] = 0;
    switch (type) {
    case FIELD_NUMBER: return read_number(copy, &out->number);
    case FIELD_DURATION: return read_duration(copy, &out->number);
    case FIELD_TIME: return read_time(copy, &out->number);
    case FIELD_ADDRESS: return read_address(copy, out);
    case FIELD_BOOLEAN: return read_boolean(copy, &out->number);
    default: return read_word(type, copy, &out->number);
    }
}
