/*
 * memory.h: asking the processor for memory before it is needed. It changes nothing but the time that things take.
 */
#ifndef UI_MEMORY_H
#define UI_MEMORY_H

#include <stdint.h>

enum { MEMORY_LINE = 64 /* bytes that come at once */ };

/* Any address will do, also one that is not there. */
static inline void memory_fetch(uintptr_t address)
{
#if defined(__GNUC__)
    __builtin_prefetch((const void *)address, 1);
#else
    (void)address;
#endif
}

#endif
