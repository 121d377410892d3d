/*
 * tables.c: prints the program's own tables as they stand in the documents (tools/docs.sh): the options and the findings,
 * for the manual in roff, and the findings as Markdown.
 */
#include "dissector/base/event.h"
#include "src/options.h"
#include "src/ui/keys.h"

#include <stdio.h>
#include <string.h>

struct option_row {
    int letter;
    const char *name, *argument, *help;
};

static const struct option_row options[] = {
#define ROW(id, letter, name, argument, help) {letter, name, argument, help},
    OPTIONS(ROW)
#undef ROW
};

struct finding_row {
    const char *word, *severity, *rule, *text;
};

static const struct finding_row findings[] = {
#define SEVERITY_ERROR   "error"
#define SEVERITY_WARNING "warning"
#define SEVERITY_NOTE    "note"
#define ROW(id, word, severity, rule, text) {word, SEVERITY_##severity, rule, text},
    WSD_FINDINGS(ROW)
#undef ROW
};

/* roff reads "-" as a hyphen and a leading "." or "'" as a request; none of our texts begins with these. */
static void roff(const char *text)
{
    for (; *text != 0; text++) {
        if (*text == '-')
            fputs("\\-", stdout);
        else if (*text == '\\')
            fputs("\\e", stdout);
        else
            putchar(*text);
    }
}

static void print_options(void)
{
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        const struct option_row *o = &options[i];
        fputs(".TP\n\\fB", stdout);
        if (o->letter != 0)
            printf("\\-%c", o->letter);
        if (o->letter != 0 && o->name != NULL)
            fputs("\\fR, \\fB", stdout);
        if (o->name != NULL) {
            fputs("\\-\\-", stdout);
            roff(o->name);
        }
        fputs("\\fR", stdout);
        if (o->argument != NULL)
            printf(" \\fI%s\\fR", o->argument);
        putchar('\n');
        roff(o->help);
        putchar('\n');
    }
}

static void print_findings(void)
{
    for (size_t i = 0; i < sizeof findings / sizeof *findings; i++) {
        const struct finding_row *f = &findings[i];
        fputs(".TP\n\\fB", stdout);
        roff(f->word);
        printf("\\fR  (%s, %s)\n", f->severity, f->rule);
        roff(f->text);
        putchar('\n');
    }
}

static void print_keys_of(unsigned places, const char *title, int place)
{
    bool begun = false;
    for (int command = 1; command < COMMAND_COUNT; command++) {
        const struct key_row *row = key_row((enum command)command);
        char name[KEY_WORD];
        bool here = place < 0 ? row->places == places : row->places != EVERYWHERE && (row->places & places) != 0;
        if (!here)
            continue;
        if (!begun)
            printf(".SS %s\n", title);
        begun = true;
        fputs(".TP\n\\fB", stdout);
        for (int i = 0; i < KEYS_EACH && row->keys[i] != 0; i++) {
            fputs(i > 0 ? "\\fR, \\fB" : "", stdout);
            roff(key_word(name, row->keys[i]));
        }
        fputs("\\fR\n", stdout);
        roff(row->help);
        putchar('\n');
    }
}

static void print_keys(void)
{
    print_keys_of(EVERYWHERE, "Everywhere", -1);
    for (int place = 0; place < PLACE_COUNT; place++)
        print_keys_of(1u << place, place_title((enum place)place), place);
}

/* The part of a code before its first "-" says what it is about. */
static void print_markdown(void)
{
    static const char *const titles[][2] = {{"handshake", "Opening handshake"}, {"frame", "Frames"},
                                            {"message", "Messages"},            {"close", "Closing"},
                                            {"stream", "The byte stream"},      {"limit", "wscope's own limits"},
                                            {"tcp", "TCP"}};
    for (size_t t = 0; t < sizeof titles / sizeof *titles; t++) {
        size_t length = strlen(titles[t][0]);
        printf("\n## %s\n\n| code | severity | rule | what it means |\n|---|---|---|---|\n", titles[t][1]);
        for (size_t i = 0; i < sizeof findings / sizeof *findings; i++) {
            const struct finding_row *f = &findings[i];
            if (strncmp(f->word, titles[t][0], length) == 0 && f->word[length] == '-')
                printf("| `%s` | %s | %s | %s |\n", f->word, f->severity, f->rule, f->text);
        }
    }
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    if (strcmp(what, "options") == 0)
        print_options();
    else if (strcmp(what, "keys") == 0)
        print_keys();
    else if (strcmp(what, "findings") == 0)
        print_findings();
    else if (strcmp(what, "findings-markdown") == 0)
        print_markdown();
    else
        return 2;
    return ferror(stdout) || fflush(stdout) != 0;
}
