/*
 * bpf.h: a pcap filter expression, for packets of any link types, as its user means it.
 *
 * libpcap compiles an expression for one link type; here that is done for the usual ones at once, for others at their first packet, and kept. To libpcap
 * "tcp port 80" is false for a packet with a VLAN tag or in a tunnel, whatever it carries, and for all but the first fragment of
 * a datagram. Here a packet passes when
 *
 *   1. the expression holds for it as it was captured, with libpcap's meaning of every word; or
 *   2. the expression, compiled for raw IP, holds for an IP packet in it: behind tags, labels and PPP, or in a tunnel
 *      (wsd_ip_packets()). Not one with a word about the packet as captured, its link layer or
 *      its length (ether, vlan, mpls, inbound, less ...); or
 *   3. it is a later fragment: whether it is meant stands in another packet, which perhaps comes after it; or one of the IP
 *      packets has IPv6 extension headers, or AH in IPv4, behind which libpcap does not look.
 *
 * So nothing that libpcap passes is lost, and "not" takes out only what the rest holds for at no depth.
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
