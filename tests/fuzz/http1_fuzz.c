/*
 * http1_fuzz.c: any bytes in both directions of a TCP connection (support/cuts.h says how they are written down).
 *
 * Whatever they are, what is told does not depend on where the bytes were cut; heads and early bytes are held up to their limits
 * only, which the first byte chooses.
 */
#include "support/cuts.h"

enum { INPUT_MOST = 8192 /* bytes looked at: more of them only take longer */ };

static struct cuts cuts;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct wsd_options o;
    size = size < INPUT_MOST ? size : INPUT_MOST;
    if (size < 2)
        return 0;
    wsd_options_init(&o);
    o.frames = true;
    if (data[0] & 1)
        o.limits.head_bytes = 160 + data[0];
    if (data[0] & 2)
        o.limits.early_bytes = data[0];
    o.limits.inflate_bytes = 1 << 16;
    o.limits.inflate_ratio = 0;
    cuts_start(&cuts, &o, data[1] + 1u);
    cuts.gapless = true; /* what HTTP makes of a gap depends on the segment that follows it */
    cuts_play(&cuts, (struct wsd_bytes){data + 2, size - 2});
    cuts_finish(&cuts);
    return 0;
}
