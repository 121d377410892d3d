/*
 * load.h: numbers from bytes at any address, in the byte order that the file has.
 *
 * Written out byte by byte: compilers make one load of it (and a byte swap), on every machine.
 */
#ifndef CAPTURE_LOAD_H
#define CAPTURE_LOAD_H

#include <stdbool.h>
#include <stdint.h>

static inline uint16_t load_u16(const uint8_t *p, bool big)
{
    return (uint16_t)(big ? p[0] << 8 | p[1] : p[1] << 8 | p[0]);
}

static inline uint32_t load_u32(const uint8_t *p, bool big)
{
    uint32_t one = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    uint32_t other = (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
    return big ? one : other;
}

static inline uint64_t load_u64(const uint8_t *p, bool big)
{
    uint64_t first = load_u32(p, big), second = load_u32(p + 4, big);
    return big ? first << 32 | second : second << 32 | first;
}

#endif
