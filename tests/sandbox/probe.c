/*
 * Tries from inside the sandbox what must work and what must not. tests/cli/sandbox.sh makes the folder and reads the lines.
 *
 *   probe on|off FOLDER       FOLDER: in, other/secret, keys/log, out/ with a link "out" to other/secret
 *
 * Prints what is in force, then "NAME: allowed" or "NAME: refused (WHY)" for each line of the table, and behind it what is
 * wanted: "wants allowed", "wants refused", or "wants refused by files" where that needs Landlock.
 */
#define _GNU_SOURCE

#include "src/capture/sandbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static int terminal = -1, pair[2];

/* A check returns 0, or -1 with errno; its system call is allowed if it fails for another reason than a refusal. */

static int opens(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC, 0600);
    if (fd < 0)
        return -1;
    close(fd);
    return 0;
}

static int read_input(void)
{
    return opens("in", O_RDONLY);
}
static int read_keys(void)
{
    return opens("keys/log", O_RDONLY);
}
static int read_missing(void)
{
    return opens("missing", O_RDONLY);
} /* the usual error, not a refusal */
static int make_output(void)
{
    return opens("out/log", O_WRONLY | O_CREAT | O_TRUNC);
}
static int rotate_output(void)
{
    return rename("out/log", "out/log.1");
}
static int reopen_output(void)
{
    return opens("out/log", O_WRONLY | O_CREAT | O_APPEND);
}
static int remove_output(void)
{
    return unlink("out/log.1");
}
static int read_output(void)
{
    return opens("out/log", O_RDONLY);
}

static int list_outputs(void)
{
    DIR *folder = opendir("out");
    if (folder == NULL)
        return -1;
    int result = readdir(folder) != NULL ? 0 : -1;
    closedir(folder);
    return result;
}

static int cut_output(void)
{
    int fd = open("out/log", O_RDWR | O_CLOEXEC);
    int result = fd >= 0 && write(fd, "line\n", 5) == 5 && ftruncate(fd, 0) == 0 && fsync(fd) == 0 ? 0 : -1;
    close(fd);
    return result;
}

static int ask_file(void)
{
    struct stat about;
    return stat("keys/log", &about);
}

static void *thread_main(void *argument)
{
    *(int *)argument = 1;
    return NULL;
}

static int start_thread(void)
{
    pthread_t thread;
    int ran = 0;
    errno = pthread_create(&thread, NULL, thread_main, &ran);
    return errno == 0 && pthread_join(thread, NULL) == 0 && ran ? 0 : -1;
}

static int wake(void)
{
    uint64_t one = 1;
    int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    int result = fd >= 0 && write(fd, &one, 8) == 8 && poll(&wait, 1, -1) == 1 && read(fd, &one, 8) == 8 ? 0 : -1;
    close(fd);
    return result;
}

static int make_pipe(void)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return -1;
    close(ends[0]);
    close(ends[1]);
    return 0;
}

static int receive(void)
{
    char byte;
    int type;
    socklen_t size = sizeof type;
    return recv(pair[1], &byte, 1, 0) == 1 && getsockopt(pair[1], SOL_SOCKET, SO_TYPE, &type, &size) == 0 ? 0 : -1;
}

static int ask_terminal(void)
{
    struct winsize size;
    struct termios settings;
    return ioctl(terminal, TIOCGWINSZ, &size) == 0 && tcgetattr(terminal, &settings) == 0 &&
                   tcsetattr(terminal, TCSADRAIN, &settings) == 0
               ? 0
               : -1;
}

static volatile sig_atomic_t signalled;

static void on_signal(int number)
{
    signalled = number;
}

static int signal_self(void)
{
    signal(SIGHUP, on_signal);
    return raise(SIGHUP) == 0 && kill(getpid(), SIGHUP) == 0 && signalled == SIGHUP ? 0 : -1;
}

static int use_memory(void)
{
    size_t size = (size_t)64 << 20;
    char *p = malloc(size), *q;
    if (p == NULL || (q = realloc(p, 2 * size)) == NULL)
        return -1;
    q[size] = 1;
    free(q);
    return 0;
}

static int use_time(void)
{
    struct timespec now, little = {.tv_nsec = 1};
    struct tm local;
    char byte;
    return clock_gettime(CLOCK_MONOTONIC, &now) == 0 && clock_gettime(CLOCK_REALTIME, &now) == 0 &&
                   nanosleep(&little, NULL) == 0 && localtime_r(&now.tv_sec, &local) != NULL &&
                   getrandom(&byte, 1, 0) == 1
               ? 0
               : -1;
}

/* ---- what must not work */

static int read_passwords(void)
{
    return opens("/etc/passwd", O_RDONLY);
}
static int read_other(void)
{
    return opens("other/secret", O_RDONLY);
}
static int read_around(void)
{
    return opens("out/../other/secret", O_RDONLY);
}
static int read_by_link(void)
{
    return opens("out/out", O_RDONLY);
}
static int write_input(void)
{
    return opens("in", O_WRONLY);
}
static int write_keys(void)
{
    return opens("keys/log", O_WRONLY | O_APPEND);
}
static int make_elsewhere(void)
{
    return opens("other/new", O_WRONLY | O_CREAT);
}
static int move_out(void)
{
    return rename("out/log", "other/log");
}
static int remove_other(void)
{
    return unlink("other/spare");
}
static int cut_other(void)
{
    return truncate("other/secret", 0);
}
static int make_folder(void)
{
    return mkdir("out/folder", 0700);
}
static int make_link(void)
{
    return symlink("/etc/passwd", "out/link");
}
static int change_mode(void)
{
    return chmod("in", 04755);
}
static int open_socket(void)
{
    return socket(AF_INET, SOCK_STREAM, 0) < 0 ? -1 : 0;
}
static int send_bytes(void)
{
    return send(pair[1], "x", 1, 0) < 0 ? -1 : 0;
}

static int run_program(void)
{
    char name[] = "./no such program", *arguments[] = {name, NULL};
    return execve(name, arguments, NULL);
}

static int start_process(void)
{
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    return child < 0 ? -1 : waitpid(child, NULL, 0) == child ? 0 : -1;
}

static int trace(void)
{
    return (int)ptrace(PTRACE_PEEKUSER, getppid(), NULL, NULL);
} /* allowed: ESRCH */
static int signal_other(void)
{
    return kill(getppid(), 0);
}
static int leave_namespace(void)
{
    return unshare(CLONE_FS);
}
static int change_user(void)
{
    return setuid(geteuid());
}
static int raise_limit(void)
{
    struct {
        uint64_t soft, hard;
    } limit = {64, 64};
    return (int)syscall(SYS_prlimit64, 0, 7 /* RLIMIT_NOFILE */, &limit, NULL);
}
/* Stands for TIOCSTI, which types into the terminal, and which newer kernels refuse anyway. */
static int other_request(void)
{
    return ioctl(terminal, TIOCEXCL);
}

static int make_code(void)
{
    void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p == MAP_FAILED ? -1 : mprotect(p, 4096, PROT_READ | PROT_EXEC);
}
static int map_code(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0;
}

#define ALLOWED  "allowed"
#define REFUSED  "refused"
#define BY_FILES "refused by files"

static const struct {
    const char *name, *wants;
    int (*check)(void);
} checks[] = {
    {"read an input", ALLOWED, read_input},
    {"read a key log in an allowed folder", ALLOWED, read_keys},
    {"a file that is not there", ALLOWED, read_missing},
    {"make an output", ALLOWED, make_output},
    {"rotate an output", ALLOWED, rotate_output},
    {"reopen an output", ALLOWED, reopen_output},
    {"read an output", ALLOWED, read_output},
    {"remove an old output", ALLOWED, remove_output},
    {"list outputs", ALLOWED, list_outputs},
    {"write, cut and sync an output", ALLOWED, cut_output},
    {"ask about a file", ALLOWED, ask_file},
    {"start a thread", ALLOWED, start_thread},
    {"wake it by eventfd and poll", ALLOWED, wake},
    {"make a pipe", ALLOWED, make_pipe},
    {"receive on an open socket", ALLOWED, receive},
    {"a terminal's size and settings", ALLOWED, ask_terminal},
    {"signal itself", ALLOWED, signal_self},
    {"memory", ALLOWED, use_memory},
    {"time and chance", ALLOWED, use_time},
    {"read /etc/passwd", BY_FILES, read_passwords},
    {"read another file", BY_FILES, read_other},
    {"read another file around an allowed folder", BY_FILES, read_around},
    {"read another file by a link", BY_FILES, read_by_link},
    {"write to an input", BY_FILES, write_input},
    {"write to a key log", BY_FILES, write_keys},
    {"make a file elsewhere", BY_FILES, make_elsewhere},
    {"move an output elsewhere", BY_FILES, move_out},
    {"remove a file elsewhere", BY_FILES, remove_other},
    {"cut a file elsewhere", REFUSED, cut_other},
    {"make a folder", REFUSED, make_folder},
    {"make a link", REFUSED, make_link},
    {"change a file's mode", REFUSED, change_mode},
    {"open a socket", REFUSED, open_socket},
    {"send on an open socket", REFUSED, send_bytes},
    {"run a program", REFUSED, run_program},
    {"start a process", REFUSED, start_process},
    {"trace", REFUSED, trace},
    {"signal another process", REFUSED, signal_other},
    {"leave a namespace", REFUSED, leave_namespace},
    {"change the user", REFUSED, change_user},
    {"raise a limit", REFUSED, raise_limit},
    {"another request to a terminal", REFUSED, other_request},
    {"make memory executable", REFUSED, make_code},
    {"map executable memory", REFUSED, map_code},
};

static bool refused(int result)
{
    return result < 0 && (errno == EPERM || errno == EACCES || errno == EXDEV);
}

static void tell(const char *line)
{
    printf("wscope: %s\n", line);
}

int main(int argc, char **argv)
{
    char error[256];
    struct privilege privilege;
    struct sandbox sandbox;
    if (argc != 3 || chdir(argv[2]) != 0)
        return 2;
    terminal = posix_openpt(O_RDWR | O_NOCTTY);
    if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) != 0 || write(pair[0], "x", 1) != 1)
        return 2;
    tzset();
    sandbox_begin(&sandbox, strcmp(argv[1], "on") == 0);
    sandbox_allow(&sandbox, SANDBOX_READ, "in");
    sandbox_allow(&sandbox, SANDBOX_READ, "missing");
    sandbox_allow_folder(&sandbox, SANDBOX_READ, "keys/log");
    sandbox_allow_folder(&sandbox, SANDBOX_WRITE, "out/log");
    if (privilege_find(&privilege, NULL, error, sizeof error) < 0 ||
        sandbox_enter(&sandbox, &privilege, error, sizeof error) < 0) {
        fprintf(stderr, "%s\n", error);
        return 1;
    }
    sandbox_tell(&sandbox, &privilege, tell);
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
        errno = 0;
        int result = checks[i].check();
        if (refused(result))
            printf("%s: refused (%s); wants %s\n", checks[i].name, strerror(errno), checks[i].wants);
        else if (result < 0 && strcmp(checks[i].wants, ALLOWED) == 0 && errno != ENOENT)
            printf("%s: failed (%s); wants %s\n", checks[i].name, strerror(errno), checks[i].wants);
        else
            printf("%s: allowed; wants %s\n", checks[i].name, checks[i].wants);
        fflush(stdout);
    }
    return 0;
}
