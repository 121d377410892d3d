/*
 * confine_none.c: for systems whose means are not used yet.
 */
#include "capture/confine.h"

#include <errno.h>
#include <stdio.h>

void confine_bound_capabilities(void)
{
}

int confine_capabilities(char said[CONFINE_SAID])
{
    snprintf(said, CONFINE_SAID, "capabilities are not known here");
    return 0;
}

int confine_privileges(void)
{
    return -ENOSYS;
}

void confine_files_begin(struct sandbox *s)
{
    s->rules = -1;
}

int confine_files_allow(struct sandbox *s, enum sandbox_access access, const char *path)
{
    (void)s, (void)access, (void)path;
    return 0;
}

void confine_files_enter(struct sandbox *s)
{
    snprintf(s->files, sizeof s->files, "not available");
}

void confine_calls(bool writes, char said[CONFINE_SAID])
{
    (void)writes;
    snprintf(said, CONFINE_SAID, "not available");
}
