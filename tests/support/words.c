#include "support/words.h"

int words_hex(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* The character that follows a backslash; moves *at behind it. */
static char escaped(const char **at)
{
    char c = *(*at)++;
    if (c == 'x' && words_hex((*at)[0]) >= 0 && words_hex((*at)[1]) >= 0) {
        c = (char)(words_hex((*at)[0]) << 4 | words_hex((*at)[1]));
        *at += 2;
        return c;
    }
    return c == 'r' ? '\r' : c == 'n' ? '\n' : c == 't' ? '\t' : c;
}

bool words_split(const char *line, struct words *w)
{
    w->count = w->used = 0;
    for (;;) {
        line += strspn(line, " ");
        if (*line == 0)
            return true;
        struct word *word = &w->word[w->count];
        size_t from = w->used;
        word->quoted = *line == '"';
        line += word->quoted;
        while (*line != 0 && *line != (word->quoted ? '"' : ' ') && w->used < WORD_BYTES - 1) {
            char c = *line++;
            w->store[w->used++] = word->quoted && c == '\\' ? escaped(&line) : c;
        }
        if ((word->quoted && *line++ != '"') || w->used >= WORD_BYTES - 1 || w->count + 1 == WORDS_MOST)
            return false;
        word->bytes = bytes_of(w->store + from, w->used - from);
        w->store[w->used++] = 0;
        w->count++;
    }
}

bool words_is(const struct words *w, size_t i, const char *text)
{
    return i < w->count && !w->word[i].quoted && bytes_equal(w->word[i].bytes, bytes_text(text));
}

const char *words_text(const struct words *w, size_t i)
{
    return i < w->count ? (const char *)w->word[i].bytes.data : "";
}
