/*
 * live.h: one or several network interfaces become one stream of packets, by time.
 *
 * With several, a packet is delivered when no other interface can still bring an earlier one: a block of the kernel's is
 * handed over DEVICE_BLOCK_MS after its first packet, so a packet is held back at most LIVE_HOLD_MS.
 *
 * It ends when it is told to stop, or after its duration, having delivered what had been captured by then: the kernel's
 * last block is waited for. An interface that fails is told as an error, after its last packet; the others go on.
 */
#ifndef CAPTURE_LIVE_H
#define CAPTURE_LIVE_H

#include "capture/device.h"
#include "capture/source.h"

#define LIVE_HOLD_MS         (2 * DEVICE_BLOCK_MS)
#define LIVE_INTERFACES_MOST 64
#define LIVE_TICK_MS         100 /* so often an idle source says that time passes */

struct live_options {
    const char *const *interfaces; /* names, which live as long as the source */
    size_t count;                  /* at least 1 */
    struct device_options device;
    uint64_t duration;                 /* nanoseconds, 0: no end */
    const volatile sig_atomic_t *stop; /* as in struct source_options */
};

/* Opens and activates all interfaces: afterwards no file has to be opened and no privilege is needed. 0; -EINVAL: the filter
 * is wrong; -EPERM; -EIO; -ENOMEM. After a failure there is one line in `error`. */
int live_open(const struct live_options *options, struct source **source, char *error, size_t error_size);

#endif
