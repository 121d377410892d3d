/*
 * main.c: the command line decides what is done.
 */
#include "capture/devices.h"
#include "dissector/dissector.h"
#include "options.h"
#include "run.h"
#include "say.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { ERROR_LINE = 256 };

static void print_findings(FILE *out)
{
    for (int code = 0; code < WSD_FINDING_COUNT; code++) {
        const struct wsd_finding_info *info = wsd_finding_info((enum wsd_finding_code)code);
        fprintf(out, "%-33s  %-7s  %-19s  %s\n", info->word, wsd_severity_word(info->severity), info->rule, info->text);
    }
}

static void print_limits(FILE *out)
{
    static const char *const units[] = {"", " bytes", " times", " seconds"};
    for (int limit = 0; limit < WSD_LIMIT_COUNT; limit++) {
        const struct wsd_limit_info *info = wsd_limit_info((enum wsd_limit)limit);
        char value[40];
        snprintf(value, sizeof value, "%llu%s", (unsigned long long)info->normal, units[info->unit]);
        fprintf(out, "%-15s  %-16s  %s\n", info->name, value, info->what);
    }
}

/* What was printed for somebody who left is no error. */
static int close_stdout(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return STATUS_DONE;
    if (errno == EPIPE)
        return STATUS_DONE;
    say("standard output: %s", strerror(errno));
    return STATUS_INPUT;
}

static int list_interfaces(void)
{
    char error[ERROR_LINE];
    if (devices_list(stdout, error, sizeof error) == 0)
        return close_stdout();
    fprintf(stderr, "wscope: %s\n", error);
    return STATUS_INPUT;
}

/* Without -o: the monitor where somebody looks and can press keys. */
static void choose_output(struct options *options)
{
    const char *term = getenv("TERM");
    if (options->output_chosen || isatty(STDOUT_FILENO) != 1 || term == NULL || *term == 0 || strcmp(term, "dumb") == 0)
        return;
    int keys = isatty(STDIN_FILENO) == 1 ? STDIN_FILENO : open("/dev/tty", O_RDWR | O_CLOEXEC);
    if (keys >= 0)
        options->output = OUTPUT_TUI;
    if (keys > STDERR_FILENO)
        close(keys);
}

static int act(struct options *options)
{
    signal(SIGPIPE, SIG_IGN);
    switch (options->action) {
    case ACTION_RUN: choose_output(options); return run(options);
    case ACTION_HELP: options_print_help(stdout); break;
    case ACTION_VERSION: printf("wscope %s\n", wsd_version()); break;
    case ACTION_LIST_FINDINGS: print_findings(stdout); break;
    case ACTION_LIST_INTERFACES: return list_interfaces();
    case ACTION_LIST_LIMITS: print_limits(stdout); break;
    }
    return close_stdout();
}

int main(int argc, char **argv)
{
    struct options options = {0};
    char error[ERROR_LINE];
    int status = STATUS_USAGE;
    setlocale(LC_CTYPE, "");
    tzset();
    if (options_parse(&options, argc, argv, error, sizeof error) < 0)
        say("%s (see wscope --help)", error);
    else
        status = act(&options);
    options_free(&options);
    return status;
}
