#include "stream/via.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int via_propose(struct via **via, const struct wsd_hop *hop)
{
    if (*via == NULL && (*via = calloc(1, sizeof **via)) == NULL)
        return -ENOMEM;
    struct via *v = *via;
    if (v->count == VIA_HOPS_MOST)
        return -ENOSPC;
    size_t n = hop->target.length < VIA_TARGET_MOST ? hop->target.length : VIA_TARGET_MOST;
    if (n > 0)
        memcpy(v->target[v->count], hop->target.data, n);
    v->hops[v->count] = *hop;
    v->hops[v->count].target = (struct wsd_bytes){v->target[v->count], n};
    v->proposed = true;
    return 0;
}

void via_accept(struct via *via, uint64_t bytes)
{
    if (via == NULL || !via->proposed)
        return;
    via->proposed = false;
    via->count++;
    via->bytes += bytes;
}
