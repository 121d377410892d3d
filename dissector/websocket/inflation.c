#include "websocket/inflation.h"

#include <errno.h>
#include <stdlib.h>

void inflation_free(struct inflation *inflation)
{
    deflate_free(inflation->deflate);
    inflation->deflate = NULL;
}

/* Every message begins with an empty window, so the one window of the host will do. */
static int begin_empty(struct inflation *inflation, struct websocket_host *host)
{
    if (inflation->deflate == NULL) {
        inflation->deflate = host->spare_deflate;
        host->spare_deflate = NULL;
    }
    if (inflation->deflate != NULL)
        return deflate_reset(inflation->deflate, inflation->window_bits);
    inflation->deflate = deflate_new(&host->windows, inflation->window_bits);
    return inflation->deflate == NULL ? -ENOMEM : 0;
}

int inflation_begin(struct inflation *inflation, struct websocket_host *host)
{
    if (host->inflated == NULL && (host->inflated = malloc(DEFLATE_SCRATCH)) == NULL)
        return -ENOMEM;
    if (inflation->no_takeover)
        return begin_empty(inflation, host);
    if (inflation->deflate == NULL && (inflation->deflate = deflate_new(&host->windows, inflation->window_bits)) == NULL)
        return -ENOMEM;
    if (!inflation->lost)
        return 0;
    inflation->lost = false;
    return deflate_unknown(inflation->deflate, inflation->window_bits, host->inflated);
}

void inflation_end(struct inflation *inflation, struct websocket_host *host)
{
    if (!inflation->no_takeover || inflation->deflate == NULL)
        return;
    deflate_free(host->spare_deflate);
    host->spare_deflate = inflation->deflate;
    inflation->deflate = NULL;
}

static const uint64_t ALWAYS = UINT64_C(1) << 15; /* the largest window: what one message can repeat as a whole */

void inflation_account(struct inflation *inflation, const struct websocket_host *host, uint64_t wire, uint64_t inflated)
{
    if (inflation_spent(inflation, host))
        return;
    uint64_t share = (wire < UINT32_MAX ? wire : UINT32_MAX) * host->inflate_ratio + ALWAYS;
    uint64_t excess = inflation->excess + inflated;
    excess = excess > share ? excess - share : 0;
    inflation->excess = excess < UINT32_MAX ? (uint32_t)excess : UINT32_MAX;
}

bool inflation_spent(const struct inflation *inflation, const struct websocket_host *host)
{
    return inflation->excess > host->inflate_excess;
}

bool inflation_exact(const struct inflation *inflation)
{
    return !inflation->lost && (inflation->deflate == NULL || deflate_exact(inflation->deflate));
}

void inflation_lose(struct inflation *inflation)
{
    if (!inflation->negotiated || inflation->no_takeover)
        return;
    inflation->lost = true;
    inflation_free(inflation);
}

void inflation_guess(struct inflation *inflation)
{
    inflation->negotiated = inflation->lost = inflation->guessed = true;
    inflation->window_bits = 15;
}
