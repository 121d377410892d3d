#include "capture/bpf.h"

#include "capture/dlt.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINK_TYPE_RAW  101
#define SNAPLEN        262144 /* libpcap's MAXIMUM_SNAPLEN */
#define MAX_LINK_TYPES 64     /* compiled at once; a file with more was not captured anywhere */

struct compiled {
    uint32_t link_type;
    bool valid; /* there is a program; without one no packet of this link type passes */
    struct bpf_program program;
};

struct bpf {
    char *expression;
    size_t count, last;     /* compiled, and the one used last */
    struct compiled inside; /* for raw IP, where the expression has a meaning for it */
    struct compiled compiled[MAX_LINK_TYPES];
    char error[BPF_ERROR];
};

/* Compiled at once: names of hosts, networks and ports are looked up by compiling, which may be forbidden later. */
static const uint32_t usual[] = {1, 113, 276, 101, 0, 228, 229, 105, 127, 117};

/* Compiles for one link type. On failure the reason is in `error`. */
static bool compile(const char *expression, uint32_t link_type, struct bpf_program *program, char *error, size_t size)
{
    pcap_t *dead = pcap_open_dead(dlt_of_link_type(link_type), SNAPLEN);
    if (dead == NULL) {
        snprintf(error, size, "out of memory");
        return false;
    }
    bool good = pcap_compile(dead, program, expression, 1, PCAP_NETMASK_UNKNOWN) == 0;
    if (!good)
        snprintf(error, size, "%s", pcap_geterr(dead));
    pcap_close(dead);
    return good;
}

/* Is it an expression at all? Some have a meaning only for some link types: Ethernet ("ether host"), cooked ("inbound"),
 * wireless ("wlan type"). What is wrong for all of them is told in Ethernet's words. */
static bool is_expression(const char *expression, char *error, size_t size)
{
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
        struct bpf_program program;
        char other[BPF_ERROR] = "";
        if (compile(expression, usual[i], &program, i == 0 ? error : other, i == 0 ? size : sizeof other)) {
            pcap_freecode(&program);
            return true;
        }
    }
    return false;
}

/* Has it a word about the packet as it was captured, its link layer or its length? libpcap compiles some of them for raw IP,
 * where they mean something else. */
static bool speaks_of_packet(const char *expression)
{
    static const char *const words[] = {"ether",  "link",   "ppp",     "slip",     "fddi",    "tr",   "wlan",
                                        "lane",   "llc",    "inbound", "outbound", "ifindex", "vlan", "mpls",
                                        "pppoed", "pppoes", "less",    "greater",  "len"};
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-._";
    while (*expression != 0) {
        size_t n = strspn(expression, letters);
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
            if (n == strlen(words[i]) && strncmp(expression, words[i], n) == 0)
                return true;
        expression += n > 0 ? n : 1;
    }
    return false;
}

/* "Linux cooked v1 (113)", "link type 147" */
static void name_link_type(uint32_t link_type, char *out, size_t size)
{
    const char *name = pcap_datalink_val_to_description(dlt_of_link_type(link_type));
    if (name != NULL)
        snprintf(out, size, "%s (%u)", name, link_type);
    else
        snprintf(out, size, "link type %u", link_type);
}

/* libpcap calls it an error when an expression, though it makes sense, can be true for no packet of a link type. */
static bool rejects_all(const char *why)
{
    return strstr(why, "rejects all packets") != NULL;
}

/* Compiles for a link type that is new. Returns like bpf_match(), with 1 for: there is a program. */
static int add(struct bpf *bpf, uint32_t link_type)
{
    if (bpf->count == MAX_LINK_TYPES)
        return 0;
    bpf->last = bpf->count++;
    struct compiled *c = &bpf->compiled[bpf->last];
    char why[BPF_ERROR / 2], name[96];
    c->link_type = link_type;
    c->valid = compile(bpf->expression, link_type, &c->program, why, sizeof why);
    if (c->valid || rejects_all(why))
        return c->valid;
    name_link_type(link_type, name, sizeof name);
    snprintf(bpf->error, sizeof bpf->error, "the capture filter does not fit %s: %s", name, why);
    return -1;
}

struct bpf *bpf_open(const char *expression, char *error, size_t size)
{
    if (!is_expression(expression, error, size))
        return NULL;
    struct bpf *bpf = calloc(1, sizeof *bpf);
    char *copy = strdup(expression);
    if (bpf == NULL || copy == NULL) {
        snprintf(error, size, "out of memory");
        free(bpf);
        free(copy);
        return NULL;
    }
    bpf->expression = copy;
    char why[BPF_ERROR];
    bpf->inside.valid =
        !speaks_of_packet(expression) && compile(expression, LINK_TYPE_RAW, &bpf->inside.program, why, sizeof why);
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (add(bpf, usual[i]) < 0)
            bpf->count--; /* that is told when a packet of this link type comes */
    bpf->last = 0;
    return bpf;
}

static struct compiled *find(struct bpf *bpf, uint32_t link_type)
{
    for (size_t i = 0; i < bpf->count; i++)
        if (bpf->compiled[i].link_type == link_type) {
            bpf->last = i;
            return &bpf->compiled[i];
        }
    return NULL;
}

static bool run(const struct compiled *c, const struct wsd_packet *packet)
{
    struct pcap_pkthdr header = {.caplen = packet->captured, .len = packet->length};
    return pcap_offline_filter(&c->program, &header, packet->data) != 0;
}

/* IPv6 with extension headers (RFC 8200 4), the fragment header among them, and IPv4 with AH (RFC 4302): libpcap's "port" does not
 * look behind them. */
static bool hides_ports(const struct wsd_packet *ip)
{
    static const uint8_t extensions[] = {0, 43, 44, 51, 60, 135, 139, 140};
    if (ip->captured >= 20 && ip->data[0] >> 4 == 4)
        return ip->data[9] == 51;
    return ip->captured >= 40 && ip->data[0] >> 4 == 6 && memchr(extensions, ip->data[6], sizeof extensions) != NULL;
}

/* Rules 2 and 3. */
static bool matches_inside(const struct bpf *bpf, const struct wsd_packet *packet)
{
    struct wsd_packet inside[WSD_TUNNELS_MOST + 1];
    bool later_fragment;
    unsigned count = wsd_ip_packets(packet, inside, &later_fragment);
    for (unsigned i = 0; i < count && bpf->inside.valid; i++)
        if (run(&bpf->inside, &inside[i]) || hides_ports(&inside[i]))
            return true;
    return later_fragment;
}

/* Rule 1. */
static int matches_as_captured(struct bpf *bpf, const struct wsd_packet *packet)
{
    struct compiled *c = &bpf->compiled[bpf->last];
    if (bpf->count == 0 || c->link_type != packet->link_type)
        c = find(bpf, packet->link_type);
    if (c != NULL)
        return c->valid && run(c, packet);
    int result = add(bpf, packet->link_type);
    return result > 0 ? run(&bpf->compiled[bpf->last], packet) : result;
}

int bpf_match(struct bpf *bpf, const struct wsd_packet *packet)
{
    int result = matches_as_captured(bpf, packet);
    return result == 0 ? matches_inside(bpf, packet) : result;
}

const char *bpf_error(const struct bpf *bpf)
{
    return bpf->error;
}

void bpf_close(struct bpf *bpf)
{
    if (bpf == NULL)
        return;
    for (size_t i = 0; i < bpf->count; i++)
        if (bpf->compiled[i].valid)
            pcap_freecode(&bpf->compiled[i].program);
    if (bpf->inside.valid)
        pcap_freecode(&bpf->inside.program);
    free(bpf->expression);
    free(bpf);
}
