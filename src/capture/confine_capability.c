/*
 * confine_capability.c: capabilities(7), by way of libcap-ng.
 */
#include "capture/confine.h"

#include <cap-ng.h>
#include <errno.h>
#include <stdio.h>
#include <sys/prctl.h>

void confine_bound_capabilities(void)
{
    capng_clear(CAPNG_SELECT_BOTH);
    (void)capng_apply(CAPNG_SELECT_BOUNDS);
}

int confine_capabilities(char said[CONFINE_SAID])
{
    capng_clear(CAPNG_SELECT_ALL);
    if (capng_apply(CAPNG_SELECT_CAPS) != 0 || capng_get_caps_process() != 0 ||
        capng_have_capabilities(CAPNG_SELECT_CAPS) != CAPNG_NONE)
        return -EPERM;
    /* The leak checker looks into its own process, which one that has changed its user may not. */
    if (CONFINE_SANITIZED)
        (void)prctl(PR_SET_DUMPABLE, 1);
    snprintf(said, CONFINE_SAID, "no capabilities");
    return 0;
}

int confine_privileges(void)
{
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ? 0 : -errno;
}
