/*
 * confine.h: what the kernel can hold this process to. The parts of sandbox.h and privilege.h that differ between systems.
 *
 * Linux: confine_landlock.c (which files), confine_seccomp.c (which system calls), confine_capability.c. Elsewhere
 * confine_none.c, which does nothing and says so. `said` gets a short line for people: what is in force, or why it is not.
 *
 * Everything here concerns the calling thread and those that it starts afterwards.
 */
#ifndef CAPTURE_CONFINE_H
#define CAPTURE_CONFINE_H

#include "capture/sandbox.h"

/* AddressSanitizer looks for leaks with a second process that traces this one, and prints where it happened by running
 * programs: it cannot work behind a list of system calls. */
#if defined(__SANITIZE_ADDRESS__)
#define CONFINE_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CONFINE_SANITIZED 1
#endif
#endif
#ifndef CONFINE_SANITIZED
#define CONFINE_SANITIZED 0
#endif

/* Gives up what a program that is started later could get. Needs the right to; nothing is lost without. */
void confine_bound_capabilities(void);

/* Gives up every capability that is there. 0, or -EPERM. */
int confine_capabilities(char said[CONFINE_SAID]);

/* Neither this process nor what it starts gains rights by starting a program. 0, or -errno. */
int confine_privileges(void);

/* The rules for files: begun, added to, and put in force. A system without them accepts everything, and enforces nothing. */
void confine_files_begin(struct sandbox *sandbox);
int confine_files_allow(struct sandbox *sandbox, enum sandbox_access access, const char *path); /* 0, or -errno */
void confine_files_enter(struct sandbox *sandbox);

/* Only the system calls that an inspector needs; `writes`: also those that open files for writing, rename and remove. */
void confine_calls(bool writes, char said[CONFINE_SAID]);

#endif
