/*
 * confine_seccomp.c: seccomp(2), by way of libseccomp: which system calls may still be made. All others fail with EPERM.
 *
 * The list is what wscope does once it is set up, and what the C library does for it. Calls whose arguments matter are
 * allowed for some of them only.
 */
#define _GNU_SOURCE /* CLONE_..., SCMP_SYS names */

#include "capture/confine.h"

#include <stdio.h>

#if CONFINE_SANITIZED

void confine_calls(bool writes, char said[CONFINE_SAID])
{
    (void)writes;
    snprintf(said, CONFINE_SAID, "seccomp is off (a build with sanitizers)");
}

#else

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <termios.h>
#include <unistd.h>

/* Words; one that this architecture, or libseccomp, does not know has no effect. */
static const char *const calls[] = {
    /* descriptors that are open */
    "read readv pread64 write writev pwrite64 close lseek _llseek fcntl fcntl64 dup dup2 dup3",
    "fsync fdatasync ftruncate ftruncate64 fadvise64 pipe2 eventfd2",
    "poll ppoll ppoll_time64 select _newselect pselect6 pselect6_time64",
    /* packet sockets: receiving and asking, no sending */
    "recvfrom recvmsg getsockopt setsockopt getsockname",
    /* what a file is: a followed file that was replaced, a folder's files */
    "fstat fstat64 stat stat64 lstat lstat64 newfstatat fstatat64 statx getdents64 getcwd",
    /* memory */
    "brk munmap mremap madvise",
    /* threads among themselves */
    "futex futex_time64 set_robust_list rseq sched_yield sched_getaffinity gettid getpid exit exit_group",
    /* signals */
    "rt_sigaction rt_sigprocmask rt_sigreturn sigreturn sigaltstack restart_syscall",
    /* time, chance, and who we are */
    "clock_gettime clock_gettime64 clock_getres clock_nanosleep clock_nanosleep_time64 nanosleep gettimeofday time",
    "getrandom getuid geteuid getgid getegid getuid32 geteuid32 getgid32 getegid32 sysinfo",
    NULL,
};

/* Landlock says where. */
static const char *const writing_calls[] = {
    "rename renameat renameat2 unlink unlinkat fallocate fchmod",
    NULL,
};

static const char *const opening_calls[] = {"open openat", NULL};

/* A terminal's size and settings, the bytes that wait, an interface's state (libpcap, when one goes down). Not TIOCSTI, which
 * types into the terminal. */
static const unsigned long requests[] = {
    TIOCGWINSZ,
    TCGETS,
    TCSETS,
    TCSETSW,
    TCSETSF,
    TIOCGPGRP,
    FIONREAD,
    FIONBIO,
    0x8913 /* SIOCGIFFLAGS */,
    0x8933 /* SIOCGIFINDEX */,
};

#define COUNT(table) (sizeof(table) / sizeof *(table))

static int allow_word(scmp_filter_ctx filter, const char *word, size_t length)
{
    char name[32];
    snprintf(name, sizeof name, "%.*s", (int)length, word);
    int call = seccomp_syscall_resolve_name(name);
    return call == __NR_SCMP_ERROR ? 0 : seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0);
}

static int allow_all(scmp_filter_ctx filter, const char *const *words)
{
    int result = 0;
    for (; *words != NULL; words++)
        for (const char *word = *words; *word != 0 && result == 0; word += strspn(word, " ")) {
            size_t length = strcspn(word, " ");
            result = allow_word(filter, word, length);
            word += length;
        }
    return result;
}

/* Allows a call where argument `n`, of which the bits of `mask` count, is `value`. */
static int allow_if(scmp_filter_ctx filter, int call, unsigned n, uint64_t mask, uint64_t value)
{
    struct scmp_arg_cmp compare = {.arg = n, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = value};
    return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call, 1, &compare);
}

static int allow_opening(scmp_filter_ctx filter, bool writes)
{
    const uint64_t writing = O_ACCMODE | O_CREAT | O_TRUNC;
    if (writes)
        return allow_all(filter, opening_calls);
    int result = allow_if(filter, SCMP_SYS(open), 1, writing, 0);
    return result < 0 ? result : allow_if(filter, SCMP_SYS(openat), 2, writing, 0);
}

/* Threads of this process, in its namespaces. clone3's arguments cannot be looked at: the C library then uses clone. */
static int allow_threads(scmp_filter_ctx filter)
{
    const uint64_t spaces =
        CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;
#if defined(__s390__) || defined(__s390x__)
    const unsigned flags = 1;
#else
    const unsigned flags = 0;
#endif
    int result = allow_if(filter, SCMP_SYS(clone), flags, CLONE_THREAD | spaces, CLONE_THREAD);
    return result < 0 ? result : seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
}

static int allow_arguments(scmp_filter_ctx filter)
{
    const uint64_t all = UINT64_MAX, low = UINT32_MAX;
    int result = 0;
    for (size_t i = 0; i < COUNT(requests) && result == 0; i++)
        result = allow_if(filter, SCMP_SYS(ioctl), 1, low, requests[i]);
    const struct {
        int call;
        unsigned n;
        uint64_t mask, value;
    } rules[] = {
        {SCMP_SYS(mmap), 2, PROT_EXEC, 0},
        {SCMP_SYS(mmap2), 2, PROT_EXEC, 0},
        {SCMP_SYS(mprotect), 2, PROT_EXEC, 0},
        {SCMP_SYS(kill), 0, low, (uint64_t)getpid()},
        {SCMP_SYS(tgkill), 0, low, (uint64_t)getpid()},
        {SCMP_SYS(prctl), 0, low, PR_SET_NAME},
        {SCMP_SYS(prlimit64), 2, all, 0}, /* asking only: no new limit */
    };
    for (size_t i = 0; i < COUNT(rules) && result == 0; i++)
        result = allow_if(filter, rules[i].call, rules[i].n, rules[i].mask, rules[i].value);
    return result;
}

static int fill(scmp_filter_ctx filter, bool writes)
{
    int result = allow_all(filter, calls);
    if (result == 0 && writes)
        result = allow_all(filter, writing_calls);
    if (result == 0)
        result = allow_opening(filter, writes);
    if (result == 0)
        result = allow_threads(filter);
    return result == 0 ? allow_arguments(filter) : result;
}

void confine_calls(bool writes, char said[CONFINE_SAID])
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    int result = filter == NULL ? -ENOMEM : fill(filter, writes);
    if (result == 0) {
        /* Threads that libraries may have started. And no slower branches because of a filter: they are meant for programs that run
         * strangers' code. Kernels that cannot are no worse off. */
        (void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
        (void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_SSB, 1);
        (void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
        result = seccomp_load(filter);
    }
    if (result == 0)
        snprintf(said, CONFINE_SAID, "seccomp%s", writes ? "" : "; no file is opened for writing");
    else
        snprintf(said, CONFINE_SAID, "seccomp is not available (%s)", strerror(-result));
    seccomp_release(filter);
}

#endif
