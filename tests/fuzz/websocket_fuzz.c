/*
 * websocket_fuzz.c: any bytes in both directions behind a handshake (support/cuts.h says how they are written down).
 *
 * The first byte chooses the extension or the draft, the second what is kept of a payload, the third where the bytes are cut. What is told
 * does not depend on the cuts, and adds up to what the connection counts (support/replay.c); text that is told as text is UTF-8.
 * Header bytes, payload bytes and what was left of a header at the end are the bytes that were sent; after a gap, or once nothing
 * can be framed, no more than these. No buffer grows past its ceiling.
 */
#include "base/bytes.h"
#include "support/cuts.h"
#include "websocket/message.h"

#include <stdio.h>

enum {
    INPUT_MOST = 8192, /* bytes looked at: more of them only take longer */
    INFLATE_MOST = 1 << 16,
    PIECE_MOST = 1 << 16,
    CHALLENGE_MOST = 16, /* hixie-76: bytes that belong to the handshake */
};

static struct cuts cuts;

static void shake_hands(const char *extension)
{
    char text[1024];
    static const char *const heads[] = {
        "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
        "HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"};
    for (int d = 0; d < 2; d++) {
        snprintf(text, sizeof text, "%s%s%s\r\n\r\n", heads[d],
                 extension[0] != 0 ? "Sec-WebSocket-Extensions: " : "X: x", extension);
        cuts_send(&cuts, (enum wsd_direction)d, bytes_text(text));
    }
    memset(cuts.sent, 0, sizeof cuts.sent);
}

/* hixie-75, and hixie-76, whose keys are the first bytes behind the heads. */
static void shake_hands_of_draft(bool with_keys)
{
    static const char *const heads[2][2] = {
        {"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n\r\n",
         "HTTP/1.1 101 X\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\nWebSocket-Location: ws://a/\r\n\r\n"},
        {"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key1: 1 2\r\n"
         "Sec-WebSocket-Key2: 3 3\r\n\r\n",
         "HTTP/1.1 101 X\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\nSec-WebSocket-Location: ws://a/\r\n\r\n"}};
    for (int d = 0; d < 2; d++)
        cuts_send(&cuts, (enum wsd_direction)d, bytes_text(heads[with_keys][d]));
    memset(cuts.sent, 0, sizeof cuts.sent);
}

static void check_bytes(enum wsd_direction d, const struct wsd_counts *counts)
{
    uint64_t told = counts->header_bytes + counts->wire_bytes, sent = cuts.sent[d] + cuts.missing[d];
    bool lost = cuts.whole.recorder.findings[WSD_FINDING_FRAME_LENGTH_MSB] > 0 ||
                cuts.whole.recorder.findings[WSD_FINDING_STREAM_HTTP_INSIDE] > 0;
    cuts_require(told <= sent);
    if (!lost && cuts.missing[d] == 0)
        cuts_require(sent - told < FRAME_HEADER_MOST + CHALLENGE_MOST);
}

static void check_buffers(const struct websocket_host *host, uint64_t keep)
{
    size_t ceiling = 2 * (size_t)(keep < 125 ? 125 : keep < PIECE_MOST * 4 ? keep : PIECE_MOST * 4) + 512;
    unsigned count = 0;
    for (const struct message *m = host->spare_messages; m != NULL; m = m->next_spare, count++)
        cuts_require(m->kept.capacity <= ceiling && m->wire.capacity <= ceiling);
    cuts_require(count == host->spare_message_count && count <= 8);
    cuts_require(host->scratch.capacity <= 2 * PIECE_MOST + 512);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const extensions[] = {
        "",
        "permessage-deflate",
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
        "x-webkit-deflate-frame",
        "x-webkit-deflate-frame; no_context_takeover",
        "permessage-deflate; client_no_context_takeover"};
    static const uint64_t keeps[] = {0, 1, 100, 65536};
    struct wsd_options o;
    size = size < INPUT_MOST ? size : INPUT_MOST;
    if (size < 3)
        return 0;
    wsd_options_init(&o);
    o.frames = data[1] & 4;
    o.keep_payload = keeps[data[1] & 3];
    o.limits.inflate_bytes = INFLATE_MOST;
    o.limits.inflate_ratio = 0; /* what is left by the ratio depends on how much has come */
    cuts_start(&cuts, &o, data[2] + 1u);
    size_t choice = data[0] % (sizeof extensions / sizeof *extensions + 2),
           draft = sizeof extensions / sizeof *extensions;
    if (choice < draft)
        shake_hands(extensions[choice]);
    else
        shake_hands_of_draft(choice > draft);
    cuts_play(&cuts, (struct wsd_bytes){data + 3, size - 3});
    check_buffers(cuts.whole.wire.host, o.keep_payload);
    check_buffers(cuts.cut.wire.host, o.keep_payload);
    cuts_finish(&cuts);
    for (int d = 0; d < 2; d++)
        check_bytes((enum wsd_direction)d, &cuts.whole.counts[d]);
    return 0;
}
