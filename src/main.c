/*
 * main.c: the command line decides what is done.
 */
#include "capture/devices.h"
#include "dissector/dissector.h"
#include "options.h"
#include "run.h"
#include "say.h"

#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { ERROR_LINE = 256 };

static void print_findings(FILE *out)
{
    for (int code = 0; code < WSD_FINDING_COUNT; code++) {
        const struct wsd_finding_info *info = wsd_finding_info((enum wsd_finding_code)code);
        fprintf(out, "%-33s  %-7s  %-19s  %s\n", info->word, wsd_severity_word(info->severity), info->rule, info->text);
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

static int act(const struct options *options)
{
    signal(SIGPIPE, SIG_IGN);
    switch (options->action) {
    case ACTION_RUN: return run(options);
    case ACTION_HELP: options_print_help(stdout); break;
    case ACTION_VERSION: printf("wscope %s\n", wsd_version()); break;
    case ACTION_LIST_FINDINGS: print_findings(stdout); break;
    case ACTION_LIST_INTERFACES: return list_interfaces();
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
