/*
 * bpf.h: a pcap filter expression, for packets of any link types.
 *
 * libpcap compiles an expression for one link type; here that is done at the first packet of each, and kept. As ever with
 * these filters, "tcp port 80" does not look into VLAN tags and tunnels, nor at later IP fragments.
 */
#ifndef CAPTURE_BPF_H
#define CAPTURE_BPF_H

#include "dissector/dissector.h"

#define BPF_ERROR 512

struct bpf;

/* NULL, with one line in `error`: the expression is wrong for every link type that is usual, or there is no memory. */
struct bpf *bpf_open(const char *expression, char *error, size_t error_size);

/* 1: the packet passes; 0: it does not; -1: the expression means nothing for this link type, and bpf_error() says why.
 * That is told once for a link type, later packets of it do not pass. */
int bpf_match(struct bpf *bpf, const struct wsd_packet *packet);

const char *bpf_error(const struct bpf *bpf);

/* NULL is allowed. */
void bpf_close(struct bpf *bpf);

#endif
