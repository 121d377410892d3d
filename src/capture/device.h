/*
 * device.h: one network interface, through libpcap (Linux: TPACKET_V3), becomes packets.
 *
 * The kernel hands over blocks of packets, each when it is full or DEVICE_BLOCK_MS old. libpcap's immediate mode would be
 * faster by that time, but it takes a ring of single packets (TPACKET_V2), which loses bursts. So a device is read without
 * waiting, and whoever reads it waits by itself, in poll().
 *
 * On the loopback interface the kernel shows each packet twice, as sent and as received; the copies are taken out by a
 * filter in the kernel, so that they neither fill the ring nor count as dropped. The same filter takes out what a
 * capture filter surely does not let pass (bpf.h judges the rest).
 */
#ifndef CAPTURE_DEVICE_H
#define CAPTURE_DEVICE_H

#include "dissector/dissector.h"

#include <stdbool.h>

#define DEVICE_BLOCK_MS 10
#define DEVICE_ERROR    512
#define DEVICE_SNAPLEN  262144 /* libpcap's largest, and the default */

struct device_options {
    unsigned snaplen;   /* bytes, 1 to DEVICE_SNAPLEN */
    int buffer;         /* bytes of the kernel's ring */
    bool promiscuous;   /* also what is not for this host */
    const char *filter; /* pcap filter, or NULL; borrowed while opening */
};

struct pcap;

struct device {
    const char *name;  /* borrowed */
    struct pcap *pcap; /* NULL: closed */
    int fd;            /* for poll(): readable, or in error */
    unsigned index;    /* of the interface, 0 for "any" */
    uint32_t link_type;
    int64_t unit;          /* nanoseconds of one unit of libpcap's tv_usec */
    uint32_t counted;      /* libpcap's count of drops when last looked at: it wraps */
    uint64_t dropped;      /* packets, by the kernel, for want of room in the ring */
    uint64_t link_before;  /* drops of the interface itself when it was opened, */
    uint64_t link_dropped; /* and since then */
    bool link_known;
    char error[DEVICE_ERROR];
};

/* 0; -EINVAL: the filter is wrong, or means nothing here; -EPERM: no permission; -EIO: anything else. After a failure
 * device->error says why, in words that go behind the name, and nothing is open. link_fd: of link_drops.h. */
int device_open(struct device *device, const char *name, const struct device_options *options, int link_fd);

/* NULL-safe: a closed one may be closed again. */
void device_close(struct device *device);

/* 1: a packet, whose data are valid until the next call; 0: none is there at the moment; -1: device->error, and nothing
 * more will come but what the ring still holds. */
int device_read(struct device *device, struct wsd_packet *packet);

/* Brings the two numbers of drops up to date; to be called before libpcap's has grown by 2^32. */
void device_count_drops(struct device *device, int link_fd);

#endif
