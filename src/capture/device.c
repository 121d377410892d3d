#include "capture/device.h"

#include "capture/dlt.h"
#include "capture/link_drops.h"

#include <errno.h>
#include <linux/filter.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EXPRESSION = 4096, PATH = 1024 };

static int fail(struct device *d, int code, const char *why)
{
    snprintf(d->error, sizeof d->error, "%s", why);
    return code;
}

/* ---- permission */

/* The two ways out, the second one as a command to be copied. */
static int no_permission(struct device *d)
{
    char path[PATH];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    path[n > 0 ? n : 0] = 0;
    snprintf(
        d->error, sizeof d->error,
        "no permission to capture: run it with sudo, or allow it once: sudo setcap cap_net_raw,cap_net_admin+ep %.300s",
        n > 0 ? path : "wscope");
    return -EPERM;
}

static int not_activated(struct device *d, int status)
{
    switch (status) {
    case PCAP_ERROR_PERM_DENIED:
    case PCAP_ERROR_PROMISC_PERM_DENIED: return no_permission(d);
    case PCAP_ERROR_NO_SUCH_DEVICE: return fail(d, -EIO, "there is no such interface (wscope -D lists them)");
    case PCAP_ERROR_IFACE_NOT_UP: return fail(d, -EIO, "the interface is down");
    default: break;
    }
    const char *why = pcap_geterr(d->pcap);
    return fail(d, -EIO, why[0] != 0 ? why : pcap_statustostr(status));
}

/* ---- the filter in the kernel */

static bool is_any(const struct device *d)
{
    return strcmp(d->name, "any") == 0;
}

static bool is_loopback(const struct device *d)
{
    return strcmp(d->name, "lo") == 0;
}

/* pcap_setfilter() has the first blocks filtered by libpcap itself, which does not know a packet's direction and lets nothing
 * pass that depends on it. The kernel does; the program is the same for it. */
static int attach(const struct device *d, const struct bpf_program *program)
{
    struct sock_fprog kernel = {.len = (unsigned short)program->bf_len};
    _Static_assert(sizeof *kernel.filter == sizeof *program->bf_insns, "one layout");
    kernel.filter = (struct sock_filter *)(void *)program->bf_insns;
    return setsockopt(pcap_fileno(d->pcap), SOL_SOCKET, SO_ATTACH_FILTER, &kernel, sizeof kernel);
}

/* 0, or -1. */
static int set_filter(struct device *d, const char *expression)
{
    struct bpf_program program;
    if (pcap_compile(d->pcap, &program, expression, 1, PCAP_NETMASK_UNKNOWN) < 0)
        return -1;
    int result = is_loopback(d) ? attach(d, &program) : pcap_setfilter(d->pcap, &program);
    pcap_freecode(&program);
    return result;
}

static bool rejects_all(const char *why)
{
    return strstr(why, "rejects all packets") != NULL;
}

/* What the user wrote is compiled by itself first, so that a mistake is told in its own words. */
static int check_filter(struct device *d, const char *filter)
{
    struct bpf_program program;
    if (pcap_compile(d->pcap, &program, filter, 1, PCAP_NETMASK_UNKNOWN) == 0)
        pcap_freecode(&program);
    else if (!rejects_all(pcap_geterr(d->pcap)))
        return fail(d, -EINVAL, pcap_geterr(d->pcap));
    return 0;
}

/* The loopback's second copies, and what cannot pass the user's filter: TCP that lies directly in IP, in a first fragment,
 * carries nothing that could pass when it does not. All else is judged by bpf.c, which looks inside. A kernel or a link
 * type that cannot do one or the other does without: this only saves work. */
static void filter_in_kernel(struct device *d, const char *filter)
{
    char once[64] = "", expression[EXPRESSION];
    unsigned loopback = if_nametoindex("lo");
    if (is_any(d) && loopback != 0)
        snprintf(once, sizeof once, "not (outbound and ifindex %u)", loopback);
    else if (is_loopback(d))
        snprintf(once, sizeof once, "inbound");
    int n = filter == NULL
                ? -1
                : snprintf(expression, sizeof expression,
                           "%s%s((%s) or not ((ip proto 6 and ip[6:2] & 0x1fff = 0) or (ip6 and ip6[6] = 6)))", once,
                           once[0] != 0 ? " and " : "", filter);
    if (n > 0 && n < EXPRESSION && set_filter(d, expression) == 0)
        return;
    if (once[0] != 0)
        (void)set_filter(d, once);
}

/* ---- life */

static void configure(struct device *d, const struct device_options *o)
{
    pcap_set_snaplen(d->pcap, (int)o->snaplen);
    pcap_set_promisc(d->pcap, o->promiscuous && !is_any(d));
    pcap_set_timeout(d->pcap, DEVICE_BLOCK_MS);
    pcap_set_buffer_size(d->pcap, o->buffer);
    pcap_set_tstamp_precision(d->pcap, PCAP_TSTAMP_PRECISION_NANO);
}

/* Everything behind pcap_create(). */
static int start(struct device *d, const struct device_options *o)
{
    char why[PCAP_ERRBUF_SIZE] = "";
    configure(d, o);
    int status = pcap_activate(d->pcap);
    if (status < 0)
        return not_activated(d, status);
    if (is_any(d)) /* which has the interface in it */
        (void)pcap_set_datalink(d->pcap, DLT_LINUX_SLL2);
    if (o->filter != NULL && check_filter(d, o->filter) < 0)
        return -EINVAL;
    filter_in_kernel(d, o->filter);
    d->fd = pcap_get_selectable_fd(d->pcap);
    if (pcap_setnonblock(d->pcap, 1, why) < 0 || d->fd < 0)
        return fail(d, -EIO, why[0] != 0 ? why : "it cannot be waited for");
    d->link_type = dlt_to_link_type(pcap_datalink(d->pcap));
    d->unit = pcap_get_tstamp_precision(d->pcap) == PCAP_TSTAMP_PRECISION_NANO ? 1 : 1000;
    return 0;
}

int device_open(struct device *d, const char *name, const struct device_options *o, int link_fd)
{
    char why[PCAP_ERRBUF_SIZE] = "";
    *d = (struct device){.name = name, .fd = -1, .index = if_nametoindex(name)};
    d->pcap = pcap_create(name, why);
    if (d->pcap == NULL)
        return fail(d, -EIO, why);
    int result = start(d, o);
    if (result < 0)
        device_close(d);
    else
        d->link_known = link_drops_read(link_fd, d->index, &d->link_before) == 0;
    return result;
}

void device_close(struct device *d)
{
    if (d->pcap != NULL)
        pcap_close(d->pcap);
    d->pcap = NULL;
    d->fd = -1;
}

/* ---- packets and drops */

int device_read(struct device *d, struct wsd_packet *packet)
{
    struct pcap_pkthdr *header;
    const u_char *data;
    int result = pcap_next_ex(d->pcap, &header, &data);
    if (result <= 0)
        return result == 0 ? 0 : fail(d, -1, pcap_geterr(d->pcap));
    *packet = (struct wsd_packet){
        .time = (int64_t)header->ts.tv_sec * 1000000000 + (int64_t)header->ts.tv_usec * d->unit,
        .data = data,
        .captured = header->caplen,
        .length = header->len >= header->caplen ? header->len : header->caplen,
        .link_type = d->link_type,
    };
    return 1;
}

void device_count_drops(struct device *d, int link_fd)
{
    struct pcap_stat now;
    uint64_t link;
    if (d->pcap == NULL)
        return;
    if (pcap_stats(d->pcap, &now) == 0) {
        d->dropped += (uint32_t)(now.ps_drop - d->counted);
        d->counted = now.ps_drop;
    }
    if (d->link_known && link_drops_read(link_fd, d->index, &link) == 0 && link >= d->link_before)
        d->link_dropped = link - d->link_before;
}
