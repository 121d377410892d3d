#include "capture/link_drops.h"

#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ANSWER = 32768 /* the kernel's largest piece of a list */ };

int link_drops_open(void)
{
    return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
}

/* One interface's sums. False: they are not in its message. */
static bool add_link(const struct nlmsghdr *message, uint64_t *drops)
{
    const struct ifinfomsg *link = NLMSG_DATA(message);
    int left = (int)IFLA_PAYLOAD(message);
    for (const struct rtattr *a = IFLA_RTA(link); RTA_OK(a, left); a = RTA_NEXT(a, left)) {
        struct rtnl_link_stats64 sums = {0};
        if (a->rta_type != IFLA_STATS64)
            continue;
        memcpy(&sums, RTA_DATA(a), RTA_PAYLOAD(a) < sizeof sums ? RTA_PAYLOAD(a) : sizeof sums);
        *drops += sums.rx_missed_errors + sums.rx_fifo_errors;
        return true;
    }
    return false;
}

/* 1: there is more to come; 0: that was all; -1. */
static int read_piece(const char *piece, size_t length, bool list, uint64_t *drops)
{
    const struct nlmsghdr *m = (const struct nlmsghdr *)(const void *)piece;
    for (; NLMSG_OK(m, length); m = NLMSG_NEXT(m, length)) {
        if (m->nlmsg_type == NLMSG_DONE)
            return 0;
        if (m->nlmsg_type != RTM_NEWLINK || !add_link(m, drops))
            return -1;
        if (!list)
            return 0;
    }
    return 1;
}

int link_drops_read(int fd, unsigned index, uint64_t *drops)
{
    struct {
        struct nlmsghdr head;
        struct ifinfomsg link;
    } request = {
        .head = {.nlmsg_len = sizeof request, .nlmsg_type = RTM_GETLINK, .nlmsg_flags = NLM_F_REQUEST},
        .link = {.ifi_family = AF_UNSPEC, .ifi_index = (int)index},
    };
    _Alignas(struct nlmsghdr) char answer[ANSWER];
    if (index == 0)
        request.head.nlmsg_flags |= NLM_F_DUMP;
    if (fd < 0 || write(fd, &request, sizeof request) != (ssize_t)sizeof request)
        return -1;
    int result = 1;
    *drops = 0;
    while (result > 0) {
        ssize_t n = read(fd, answer, sizeof answer);
        if (n <= 0)
            return -1;
        result = read_piece(answer, (size_t)n, index == 0, drops);
    }
    return result;
}
