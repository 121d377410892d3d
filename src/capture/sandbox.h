/*
 * sandbox.h: after its inputs are open, the program gives up what it does not need: it reads strangers' bytes, often as root.
 *
 *     struct privilege privilege;                                 who to become (privilege.h)
 *     privilege_find(&privilege, options->user, ...)
 *     struct sandbox sandbox;
 *     sandbox_begin(&sandbox, !options->no_sandbox);
 *     ... open sources, outputs, the terminal; sandbox_allow*() for what will be opened later ...
 *     sandbox_enter(&sandbox, &privilege, error, sizeof error)    here it closes behind us
 *     ... threads may be started, packets are read ...
 *
 * sandbox_enter(), in this order:
 *   1. another user, and no capabilities (privilege.h). This also with --no-sandbox.
 *   2. no_new_privs: no program that is started gains rights.
 *   3. Landlock: no file is opened but those allowed, no TCP, no signals to others. By the ABI number that the kernel has.
 *   4. seccomp: no system call but those of the list in confine_seccomp.c; another fails with EPERM (clone3: ENOSYS, so
 *      that the C library falls back). Descriptors that are open keep working, in both.
 * What a system does not have is left out, and -v says so. All of it lasts as long as the process.
 *
 * For those who add to the program:
 * - Before it: what needs root or the network (pcap_activate, names in a capture filter), the terminal (newterm reads
 *   terminfo), the user database, time zone, dlopen(), creating folders. -w opens its first file before it.
 * - Behind it work: read, write, poll, ppoll, recvfrom, recvmsg, getsockopt, setsockopt, mmap, the ioctls that ask for a
 *   terminal's size and settings and for an interface's state, eventfd, pipe, signals and their handlers, time, threads
 *   (end them by returning: pthread_exit() loads a library), opening what is allowed.
 * - Behind it do not: socket, connect, sendto, execve, fork, ptrace, other processes' signals, TIOCSTI, memory that is writable and then
 *   executable (so PCRE2's JIT must have compiled before; its interpreter works).
 * - A new system call goes into confine_seccomp.c, with a line in tests/sandbox/probe.c.
 */
#ifndef CAPTURE_SANDBOX_H
#define CAPTURE_SANDBOX_H

#include "capture/privilege.h"

#define CONFINE_SAID 160

enum sandbox_access {
    SANDBOX_READ,  /* a file, or what lies in a folder and below: opened for reading */
    SANDBOX_WRITE, /* what lies in a folder: made, read, written, renamed within it, removed */
};

struct sandbox {
    bool on;     /* not --no-sandbox */
    bool writes; /* some folder may be written to */
    int rules;   /* Landlock's descriptor, -1: none */
    unsigned abi;
    char files[CONFINE_SAID], calls[CONFINE_SAID]; /* what is in force */
};

/* on: false for --no-sandbox; then nothing but privilege_drop() happens. */
void sandbox_begin(struct sandbox *sandbox, bool on);

/* This path, now. One that does not exist, or is no file of a file system (a pipe of the shell), is passed over: opening it later
 * says what is the matter. */
void sandbox_allow(struct sandbox *sandbox, enum sandbox_access access, const char *path);

/* The folder that a file stands in, whether the file is there already or not: for a file that will be made, replaced or rotated. */
void sandbox_allow_folder(struct sandbox *sandbox, enum sandbox_access access, const char *file);

/* Returns 0, or -EPERM with "WHAT: WHY" in error: privileges could not be given up, and the program must not go on. */
int sandbox_enter(struct sandbox *sandbox, struct privilege *privilege, char *error, size_t error_size);

/* -v: what is in force, a line each. */
void sandbox_tell(const struct sandbox *sandbox, const struct privilege *privilege, void (*tell)(const char *line));

#endif
