/*
 * privilege.h: whose rights the program works with, once what needs root's has been opened.
 *
 * A program that is run by root becomes another user: -Z names one; else the one who called sudo (SUDO_UID, SUDO_GID), or
 * whose program was made setuid root (the real uid). Root without any of these keeps its uid. Every capability is given up in
 * each case, also those that came with the file of the program (setcap).
 */
#ifndef CAPTURE_PRIVILEGE_H
#define CAPTURE_PRIVILEGE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define PRIVILEGE_SAID 320

struct privilege {
    bool change; /* become uid and gid; else both stay as they are */
    uid_t uid;
    gid_t gid;
    char name[64];             /* of that user, "" where it has none */
    const char *why;           /* "-Z", "SUDO_UID" ... */
    char said[PRIVILEGE_SAID]; /* after privilege_drop(): what is in force, for people */
};

/* Finds out who to become. `user`, a name or a number, is -Z's, or NULL. Returns 0, or -EINVAL with "WHAT: WHY" in error: there
 * is no such user, or only root could become it. */
int privilege_find(struct privilege *privilege, const char *user, char *error, size_t error_size);

/* Becomes it, for good. Asks the user database for groups, so it comes before anything that forbids opening files; threads
 * that are already there keep their capabilities, so it comes before them. Returns 0, or -EPERM with "WHAT: WHY" in error:
 * then the program must not go on. */
int privilege_drop(struct privilege *privilege, char *error, size_t error_size);

#endif
