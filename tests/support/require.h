/*
 * require.h: an invariant that holds whatever the input is. Where it is broken the program says which, and aborts, which a fuzzer takes
 * for a find.
 */
#ifndef SUPPORT_REQUIRE_H
#define SUPPORT_REQUIRE_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static inline void require_that(bool holds, const char *what, const char *file, int line)
{
    if (holds)
        return;
    fprintf(stderr, "%s:%d: broken: %s\n", file, line, what);
    abort();
}

#define require(condition) require_that(condition, #condition, __FILE__, __LINE__)

#endif
