/*
 * capture_load.h: the packets of a capture file, all in memory.
 */
#ifndef SUPPORT_CAPTURE_LOAD_H
#define SUPPORT_CAPTURE_LOAD_H

#include "dissector.h"

struct loaded {
    struct wsd_packet *packets; /* their data lie in `bytes` */
    size_t count;
    uint8_t *bytes;
};

/* Reads a file; what cannot be read is an error of the test, and aborts. */
void capture_load(struct loaded *l, const char *path);
void capture_unload(struct loaded *l);

#endif
