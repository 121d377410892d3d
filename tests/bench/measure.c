/*
 * Runs a command with its standard output thrown away, and tells what it cost.
 *
 *   measure COMMAND ARGUMENT ...      prints: seconds, processor seconds, peak memory in KiB, exit status
 *   measure -p COMMAND ARGUMENT ...   the same to standard error; standard input and output are the command's, as in a pipe
 *
 * Standard error is thrown away too: tcpdump and tshark greet there.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

int main(int argc, char **argv)
{
    struct timespec start, end;
    struct rusage used;
    int status;
    pid_t child;
    int piped = argc > 1 && !strcmp(argv[1], "-p");

    argv += piped;
    argc -= piped;
    if (argc < 2) {
        fprintf(stderr, "usage: measure COMMAND ARGUMENT ...\n");
        return 2;
    }
    clock_gettime(CLOCK_MONOTONIC, &start);
    child = fork();
    if (child == 0) {
        int null = open("/dev/null", O_RDWR);

        if (!piped) {
            dup2(null, 0);
            dup2(null, 1);
        }
        dup2(null, 2);
        execvp(argv[1], argv + 1);
        _exit(127);
    }
    if (child < 0 || wait4(child, &status, 0, &used) != child) {
        perror("measure");
        return 1;
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    fprintf(piped ? stderr : stdout, "%.6f %.6f %ld %d\n",
            (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9,
            seconds(used.ru_utime) + seconds(used.ru_stime), used.ru_maxrss,
            WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return 0;
}
