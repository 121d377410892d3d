/*
 * Conversations as documents (README.md in this folder): each is replayed whole, in pieces of 1 to 16 bytes and at every
 * single split, and must tell the expected lines each time.
 *
 *     vectors_test FOLDER                        VECTORS_UPDATE=1 writes the expected lines anew: read what changed
 *
 * In every replay each piece is a packet of its own; the lines leave out packets and times, whose order is checked here.
 */
#include "support/replay.h"
#include "support/script.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { CASES_MOST = 1024, DOCUMENTS_MOST = 64, PIECE_MOST = 16, SPLITS_ALL = 4096, SPLITS_EDGE = 100 };

/* One case: lines of its document, by where they begin. */
struct vector {
    char name[160];
    const struct document *document;
    const char *input, *expected, *end; /* expected: behind "=>"; end: behind the expected lines */
};

struct document {
    char path[512];
    char *text;
};

static struct document documents[DOCUMENTS_MOST];
static struct vector vectors[CASES_MOST];
static size_t document_count, vector_count;

/* ---- reading --------------------------------------------------------------------------------------------------- */

static char *read_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        return NULL;
    char *text = malloc((1 << 20) + 1);
    size_t n = text != NULL ? fread(text, 1, 1 << 20, f) : 0;
    fclose(f);
    if (text != NULL)
        text[n] = 0;
    return text;
}

static const char *next_line(const char *at)
{
    const char *end = strchr(at, '\n');
    return end != NULL ? end + 1 : at + strlen(at);
}

static bool line_is(const char *at, const char *text)
{
    size_t n = strlen(text);
    return strncmp(at, text, n) == 0 && (at[n] == '\n' || at[n] == 0);
}

/* Finds "=>" and the end of the lines behind it. A case without "=>" expects nothing yet. */
static void find_parts(struct vector *v)
{
    const char *at = v->input;
    while (*at != 0 && strncmp(at, "## ", 3) != 0 && !line_is(at, "=>"))
        at = next_line(at);
    v->expected = line_is(at, "=>") ? next_line(at) : at;
    for (at = v->expected; *at != 0 && *at != '\n' && strncmp(at, "## ", 3) != 0;)
        at = next_line(at);
    v->end = at;
}

static void read_document(const char *folder, const char *name)
{
    if (document_count == DOCUMENTS_MOST)
        fail_msg("too many documents");
    struct document *d = &documents[document_count++];
    snprintf(d->path, sizeof d->path, "%s/%s", folder, name);
    d->text = read_file(d->path);
    assert_non_null(d->text);
    for (const char *at = d->text; *at != 0; at = next_line(at)) {
        if (strncmp(at, "## ", 3) != 0)
            continue;
        if (vector_count == CASES_MOST)
            fail_msg("too many cases");
        struct vector *v = &vectors[vector_count++];
        snprintf(v->name, sizeof v->name, "%.*s: %.*s", (int)strcspn(name, "."), name, (int)strcspn(at + 3, "\n"),
                 at + 3);
        v->document = d;
        v->input = next_line(at);
        find_parts(v);
    }
}

static int is_document(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot != NULL && strcmp(dot, ".txt") == 0;
}

/* Lines up to `end` or the first case. */
static void read_lines(struct script *script, const struct vector *v, const char *at, const char *end)
{
    char line[8192];
    for (; at < end && strncmp(at, "## ", 3) != 0 && !line_is(at, "=>"); at = next_line(at)) {
        snprintf(line, sizeof line, "%.*s", (int)strcspn(at, "\n"), at);
        const char *wrong = script_line(script, line);
        if (wrong != NULL)
            fail_msg("%s: %s: %s", v->name, wrong, line);
    }
}

static void read_script(struct script *script, const struct vector *v)
{
    struct wsd_options options;
    wsd_options_init(&options);
    script_init(script, &options);
    const char *text = v->document->text;
    read_lines(script, v, text, text + strlen(text)); /* settings of the whole document */
    read_lines(script, v, v->input, v->expected);
}

/* ---- replaying ------------------------------------------------------------------------------------------------- */

/* Bytes are cut into pieces of `piece`, and behind the first `cut` of all. */
static void send_bytes(struct replay *r, const struct script *s, const struct script_step *step, size_t piece,
                       size_t cut)
{
    for (size_t at = step->at, end = step->at + (size_t)step->length; at < end;) {
        size_t n = piece < end - at ? piece : end - at;
        if (cut > at && cut - at < n)
            n = cut - at;
        wire_data(&r->wire, step->direction, (struct wsd_bytes){s->bytes + at, n});
        at += n;
    }
}

static void replay(struct replay *r, const struct script *s, size_t piece, size_t cut)
{
    replay_start(r, &s->options);
    for (size_t i = 0; i < s->step_count; i++) {
        const struct script_step *step = &s->steps[i];
        switch (step->kind) {
        case SCRIPT_BYTES: send_bytes(r, s, step, piece, cut); break;
        case SCRIPT_GAP: wire_gap(&r->wire, step->direction, step->length); break;
        case SCRIPT_FIN: wire_end(&r->wire, step->direction, WSD_BY_FIN); break;
        case SCRIPT_RESET: wire_end_both(&r->wire, step->direction, WSD_BY_RESET); break;
        case SCRIPT_IDLE: wire_end_both(&r->wire, step->direction, WSD_BY_IDLE); break;
        }
    }
    wire_finish(&r->wire);
    assert_false(r->recorder.lost);
}

/* ---- one case -------------------------------------------------------------------------------------------------- */

static struct script script;
static struct replay one;

static void compare(const struct vector *v, const char *expected, const char *how, size_t n)
{
    if (strcmp(one.recorder.text, expected) != 0)
        fail_msg("%s, %s %zu\n---- expected\n%s---- told\n%s", v->name, how, n, expected, one.recorder.text);
}

/* A long case is split near its beginning, middle and end only. */
static bool worth_a_split(size_t length, size_t cut)
{
    return length <= SPLITS_ALL || cut < 10 * SPLITS_EDGE || cut == length / 2 || length - cut < SPLITS_EDGE;
}

static void run(void **state)
{
    static char expected[RECORDER_SIZE];
    const struct vector *v = *state;
    size_t length = (size_t)(v->end - v->expected);
    read_script(&script, v);
    assert_true(length < sizeof expected);
    memcpy(expected, v->expected, length);
    expected[length] = 0;
    replay(&one, &script, SIZE_MAX, 0);
    compare(v, expected, "whole", script.length);
    for (size_t piece = 1; piece <= PIECE_MOST; piece++) {
        replay(&one, &script, piece, 0);
        compare(v, expected, "in pieces of", piece);
    }
    for (size_t cut = 1; cut < script.length; cut++) {
        if (!worth_a_split(script.length, cut))
            continue;
        replay(&one, &script, SIZE_MAX, cut);
        compare(v, expected, "split at", cut);
    }
}

/* Some case raises each finding; but those that only packets, TLS, or searching for a frame, can raise. */
static void every_finding(void **state)
{
    (void)state;
    for (int code = 0; code < WSD_FINDING_COUNT; code++) {
        char word[64];
        bool raised = code == WSD_FINDING_TCP_OVERLAP_CONFLICT || code == WSD_FINDING_STREAM_RESYNCHRONISED ||
                      code >= WSD_FINDING_TLS_NO_SECRETS;
        snprintf(word, sizeof word, " %s", wsd_finding_info((enum wsd_finding_code)code)->word);
        for (size_t i = 0; i < vector_count && !raised; i++) {
            const char *at = strstr(vectors[i].expected, word);
            raised = at != NULL && at < vectors[i].end && (at[strlen(word)] == '\n' || at[strlen(word)] == ' ');
        }
        if (!raised)
            fail_msg("no case raises%s", word);
    }
}

/* ---- updating -------------------------------------------------------------------------------------------------- */

static int update(const struct document *d)
{
    FILE *f = fopen(d->path, "wb");
    if (f == NULL)
        return 1;
    const char *from = d->text;
    for (size_t i = 0; i < vector_count; i++) {
        const struct vector *v = &vectors[i];
        if (v->document != d)
            continue;
        read_script(&script, v);
        replay(&one, &script, SIZE_MAX, 0);
        const char *to = line_is(v->expected - 3, "=>") ? v->expected - 3 : v->expected;
        while (to > from && to[-1] == '\n')
            to--;
        fwrite(from, 1, (size_t)(to - from), f);
        fprintf(f, "\n=>\n%s", one.recorder.text);
        from = v->end;
        if (from[0] == '#')
            fputs("\n", f);
    }
    fputs(from, f);
    return fclose(f);
}

int main(int argc, char **argv)
{
    static struct CMUnitTest tests[CASES_MOST + 1];
    struct dirent **entries;
    int count = argc == 2 ? scandir(argv[1], &entries, is_document, alphasort) : -1;
    if (count < 0) {
        fprintf(stderr, "usage: vectors_test FOLDER\n");
        return 2;
    }
    for (int i = 0; i < count; i++) {
        read_document(argv[1], entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    for (size_t i = 0; i < vector_count; i++)
        tests[i] = (struct CMUnitTest){vectors[i].name, run, NULL, NULL, &vectors[i]};
    tests[vector_count] = (struct CMUnitTest)cmocka_unit_test(every_finding);
    int failed = 0;
    for (size_t i = 0; getenv("VECTORS_UPDATE") != NULL && i < document_count; i++)
        failed |= update(&documents[i]);
    if (getenv("VECTORS_UPDATE") == NULL)
        failed = _cmocka_run_group_tests("vectors", tests, vector_count + 1, NULL, NULL);
    for (size_t i = 0; i < document_count; i++)
        free(documents[i].text);
    return failed;
}
