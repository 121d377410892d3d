#include "capture/devices.h"

#include <netdb.h>
#include <pcap/pcap.h>
#include <string.h>
#include <sys/socket.h>

/* libpcap lists, beside network interfaces, what carries no IP: USB, Bluetooth, netfilter's queues. */
static int is_network(const pcap_if_t *d)
{
    static const char *const others[] = {"usbmon", "bluetooth", "dbus", "nflog", "nfqueue"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strncmp(d->name, others[i], strlen(others[i])) == 0)
            return 0;
    return 1;
}

static pcap_if_t *find_all(char *error, size_t size)
{
    char why[PCAP_ERRBUF_SIZE] = "";
    pcap_if_t *all = NULL;
    if (pcap_findalldevs(&all, why) < 0)
        snprintf(error, size, "interfaces: %s", why);
    else if (all == NULL)
        snprintf(error, size, "interfaces: there is none that can be captured on");
    return all;
}

int devices_default(char *name, size_t size, char *error, size_t error_size)
{
    pcap_if_t *all = find_all(error, error_size);
    if (all == NULL)
        return -1;
    const pcap_if_t *chosen = all;
    for (const pcap_if_t *d = all; d != NULL; d = d->next)
        if (strcmp(d->name, "any") == 0)
            chosen = d;
    snprintf(name, size, "%s", chosen->name);
    pcap_freealldevs(all);
    return 0;
}

static void print_addresses(FILE *out, const pcap_if_t *d)
{
    const char *between = "  ";
    for (const pcap_addr_t *a = d->addresses; a != NULL; a = a->next) {
        char text[NI_MAXHOST];
        int family = a->addr != NULL ? a->addr->sa_family : AF_UNSPEC;
        socklen_t length = family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
        if ((family != AF_INET && family != AF_INET6) ||
            getnameinfo(a->addr, length, text, sizeof text, NULL, 0, NI_NUMERICHOST) != 0)
            continue;
        fprintf(out, "%s%s", between, text);
        between = ", ";
    }
}

static void print_device(FILE *out, const pcap_if_t *d)
{
    fprintf(out, "%-16s %s", d->name, d->flags & PCAP_IF_UP ? "up  " : "down");
    print_addresses(out, d);
    if (d->description != NULL)
        fprintf(out, "  (%s)", d->description);
    else if (d->flags & PCAP_IF_LOOPBACK)
        fputs("  (loopback)", out);
    fputc('\n', out);
}

int devices_list(FILE *out, char *error, size_t error_size)
{
    pcap_if_t *all = find_all(error, error_size);
    if (all == NULL)
        return -1;
    for (const pcap_if_t *d = all; d != NULL; d = d->next)
        if (is_network(d))
            print_device(out, d);
    pcap_freealldevs(all);
    return 0;
}
