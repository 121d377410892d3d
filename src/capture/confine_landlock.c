/*
 * confine_landlock.c: landlock(7): which files may still be opened.
 *
 * By raw system calls and numbers of our own, since the headers of the systems we are built on are older than the kernels we
 * run on. Each ABI number adds rights that can be withheld: all that the kernel knows are withheld, and given back by rules.
 */
#define _GNU_SOURCE /* O_PATH */

#include "capture/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The same numbers on all architectures (but alpha, which adds 110). */
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule       445
#define SYS_landlock_restrict_self  446
#endif

#define RULE_PATH_BENEATH 1
#define ASK_FOR_ABI       1U /* LANDLOCK_CREATE_RULESET_VERSION */

/* LANDLOCK_ACCESS_FS_... */
#define FS_WRITE_FILE  (1ULL << 1)
#define FS_READ_FILE   (1ULL << 2)
#define FS_READ_DIR    (1ULL << 3)
#define FS_REMOVE_FILE (1ULL << 5)
#define FS_MAKE_REG    (1ULL << 8)
#define FS_TRUNCATE    (1ULL << 14)
#define FS_OF_A_FILE   (FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE) /* what a rule for a file may name */

/* All rights that an ABI knows: 1 executing to symbolic links, 2 moving to other folders, 3 truncating, 5 ioctl on devices. */
static const uint64_t fs_all[] = {0, 0x1fff, 0x3fff, 0x7fff, 0x7fff, 0xffff};

enum {
    NEWEST_FS = sizeof fs_all / sizeof *fs_all - 1,
    NET_SINCE = 4,   /* bind and connect, of TCP */
    SCOPE_SINCE = 6, /* abstract sockets and signals of others */
};
#define NET_ALL   3ULL
#define SCOPE_ALL 3ULL

struct ruleset_attributes {
    uint64_t fs, net, scoped;
};

struct path_rule {
    uint64_t allowed;
    int32_t parent;
} __attribute__((packed));

static uint64_t known_fs(unsigned abi)
{
    return fs_all[abi < NEWEST_FS ? abi : NEWEST_FS];
}

void confine_files_begin(struct sandbox *s)
{
    struct ruleset_attributes attributes = {0};
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, ASK_FOR_ABI);
    if (abi >= 1) {
        s->abi = (unsigned)abi;
        attributes.fs = known_fs(s->abi);
        attributes.net = s->abi >= NET_SINCE ? NET_ALL : 0;
        attributes.scoped = s->abi >= SCOPE_SINCE ? SCOPE_ALL : 0;
        /* A kernel refuses a struct whose unknown fields are not zero, and takes one that is longer than its own. */
        s->rules = (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0);
    }
    if (s->rules < 0)
        snprintf(s->files, sizeof s->files, "Landlock is not available (%s)", strerror(errno));
    else if (CONFINE_SANITIZED)
        (void)confine_files_allow(s, SANDBOX_READ, "/");
}

int confine_files_allow(struct sandbox *s, enum sandbox_access access, const char *path)
{
    if (s->rules < 0)
        return 0;
    struct path_rule rule = {.parent = open(path, O_PATH | O_CLOEXEC)};
    struct stat about;
    if (rule.parent < 0)
        return -errno;
    rule.allowed = FS_READ_FILE | FS_READ_DIR;
    if (access == SANDBOX_WRITE)
        rule.allowed |= FS_WRITE_FILE | FS_TRUNCATE | FS_MAKE_REG | FS_REMOVE_FILE;
    if (fstat(rule.parent, &about) == 0 && !S_ISDIR(about.st_mode))
        rule.allowed &= FS_OF_A_FILE;
    rule.allowed &= known_fs(s->abi);
    int result = syscall(SYS_landlock_add_rule, s->rules, RULE_PATH_BENEATH, &rule, 0) == 0 ? 0 : -errno;
    close(rule.parent);
    return result;
}

void confine_files_enter(struct sandbox *s)
{
    if (s->rules < 0)
        return;
    if (syscall(SYS_landlock_restrict_self, s->rules, 0) == 0)
        snprintf(s->files, sizeof s->files, "Landlock, ABI %u%s", s->abi,
                 CONFINE_SANITIZED ? "; reading is not restricted (a build with sanitizers)" : "");
    else
        snprintf(s->files, sizeof s->files, "Landlock cannot be put in force (%s)", strerror(errno));
    close(s->rules);
    s->rules = -1;
}
