/*
 * dlt.h: libpcap's link types and those of capture files.
 *
 * libpcap speaks of DLT_ values, which differ between systems; files and this program of LINKTYPE_ values, which do not.
 * Nearly all are the same number (libpcap, pcap-common.c).
 */
#ifndef CAPTURE_DLT_H
#define CAPTURE_DLT_H

#include <stdint.h>

int dlt_of_link_type(uint32_t link_type);
uint32_t dlt_to_link_type(int dlt);

#endif
