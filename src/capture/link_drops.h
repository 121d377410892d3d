/*
 * link_drops.h: what network interfaces themselves lost, as the kernel counts it (Linux, rtnetlink(7)).
 *
 * Packets for which the card had no room (rx_missed_errors, rx_fifo_errors): what libpcap calls ps_ifdrop. It reads them
 * from /sys, which a sandbox forbids and which shows the interfaces of whatever network namespace mounted it; the netlink
 * socket here belongs to ours and stays open.
 */
#ifndef CAPTURE_LINK_DROPS_H
#define CAPTURE_LINK_DROPS_H

#include <stdint.h>

/* A descriptor for link_drops_read(), or -1. */
int link_drops_open(void);

/* Packets lost since the interface came up; index 0: all interfaces together. 0, or -1: not known. */
int link_drops_read(int fd, unsigned index, uint64_t *drops);

#endif
