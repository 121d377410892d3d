#define PCRE2_CODE_UNIT_WIDTH 8
#include "filter/pattern.h"

#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    STEPS_MOST = 1 << 20, /* of backtracking: some milliseconds; honest patterns take a step a byte or less */
    HEAP_MOST = 16 << 10, /* KiB that the interpreter may use where there is no machine code */
};

struct pattern {
    pcre2_code *code;
    pcre2_match_data *data;
    pcre2_match_context *context;
    bool anchored; /* it may ask for the beginning or the end of a text: read from what was typed, so that [^x] counts, too */
};

static bool has_anchor(struct wsd_bytes text)
{
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] == '^' || text.data[i] == '$')
            return true;
        if (text.data[i] == '\\' && i + 1 < text.length && strchr("AZzG", text.data[i + 1]) != NULL)
            return true;
    }
    return false;
}

struct pattern *pattern_compile(struct wsd_bytes text, size_t *at, char *message, size_t message_size)
{
    int error = 0;
    PCRE2_SIZE offset = 0;
    struct pattern *p = calloc(1, sizeof *p);
    message[0] = 0;
    *at = 0;
    if (p == NULL)
        return NULL;
    p->code = pcre2_compile(text.length > 0 ? text.data : (PCRE2_SPTR) "", text.length,
                            PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C, &error, &offset, NULL);
    if (p->code == NULL) {
        pcre2_get_error_message(error, (PCRE2_UCHAR *)message, message_size);
        *at = offset;
        free(p);
        return NULL;
    }
    (void)pcre2_jit_compile(p->code, PCRE2_JIT_COMPLETE); /* refused: the interpreter does it */
    p->data = pcre2_match_data_create(1, NULL);
    p->context = pcre2_match_context_create(NULL);
    if (p->data == NULL || p->context == NULL) {
        pattern_free(p);
        return NULL;
    }
    p->anchored = has_anchor(text);
    pcre2_set_match_limit(p->context, STEPS_MOST);
    pcre2_set_heap_limit(p->context, HEAP_MOST);
    return p;
}

void pattern_free(struct pattern *p)
{
    if (p == NULL)
        return;
    pcre2_match_context_free(p->context);
    pcre2_match_data_free(p->data);
    pcre2_code_free(p->code);
    free(p);
}

static int match(const struct pattern *p, struct wsd_bytes text, size_t at)
{
    PCRE2_SPTR subject = text.length > 0 ? text.data : (PCRE2_SPTR) "";
    return pcre2_match(p->code, subject, text.length, at, 0, p->data, p->context);
}

bool pattern_find(const struct pattern *p, struct wsd_bytes text, size_t at, size_t *from, size_t *to)
{
    if (match(p, text, at) < 0)
        return false;
    const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(p->data);
    *from = ends[0];
    *to = ends[1];
    return ends[0] <= ends[1]; /* \K in a lookahead can turn them round */
}

bool pattern_matches(const struct pattern *p, struct wsd_bytes text)
{
    return match(p, text, 0) >= 0;
}

bool pattern_may_match(const struct pattern *p, struct wsd_bytes text)
{
    return p->anchored || match(p, text, 0) != PCRE2_ERROR_NOMATCH;
}
