/*
 * devices.h: which network interfaces there are to capture on.
 */
#ifndef CAPTURE_DEVICES_H
#define CAPTURE_DEVICES_H

#include <stddef.h>
#include <stdio.h>

/* The interface for those who name none: "any", which shows whatever crosses this machine, where the system has it; else
 * libpcap's first. 0, or -1 with one line in `error`. */
int devices_default(char *name, size_t size, char *error, size_t error_size);

/* A line each: name, state, addresses, description. 0, or -1 with one line in `error`. */
int devices_list(FILE *out, char *error, size_t error_size);

#endif
