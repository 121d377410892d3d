/*
 * ending.c: how a connection ended, who began it, and what the client's program was told (RFC 6455 5.5.1, 7).
 */
#include "base/utf8.h"
#include "websocket/close.h"
#include "websocket/state.h"

#include <stdio.h>
#include <stdlib.h>

enum { REASON_MOST = 123 }; /* RFC 6455 5.5: 125 bytes of payload, two of them the code */

static void judge_code(struct websocket *ws, enum wsd_direction d, int code, const struct wsd_moment *moment)
{
    char detail[32];
    bool draft = ws->info.version >= 0 && ws->info.version < 13; /* in which 1004 says that a frame was too large */
    if (code < 0 || close_code_valid(code) || (draft && code == 1004))
        return;
    snprintf(detail, sizeof detail, "code %d", code);
    ws->close_invalid[d] = true;
    ws_finding(ws, d, WSD_FINDING_CLOSE_CODE_INVALID, detail, moment);
}

/* Without memory for it the reason is left out of the close event; it stands in the message. */
static void keep_reason(struct websocket *ws, struct wsd_bytes reason)
{
    if (ws->reason == NULL && reason.length > 0)
        ws->reason = calloc(1, sizeof *ws->reason);
    if (ws->reason == NULL)
        return;
    ws->reason->length = 0;
    (void)buffer_append(ws->reason, reason, REASON_MOST);
}

void ending_close_frame(struct websocket *ws, enum wsd_direction d, struct close_payload close, bool whole,
                        const struct wsd_moment *moment)
{
    bool all = whole && close.reason.length + 2 >= ws->half[d].frame.length; /* none of it was cut by keep_payload */
    if (close.one_byte && whole) {
        ws->close_invalid[d] = true;
        ws_finding(ws, d, WSD_FINDING_CLOSE_PAYLOAD_ONE_BYTE, "", moment);
    }
    judge_code(ws, d, close.code, moment);
    if (all && !utf8_valid(close.reason)) {
        ws->close_invalid[d] = true;
        ws_finding(ws, d, WSD_FINDING_CLOSE_REASON_UTF8, "", moment);
    }
    /* Its receiver never had it whole: TCP ended inside. */
    if (!whole && ws->half[d].ended && (ws->half[d].how == WSD_BY_FIN || ws->half[d].how == WSD_BY_RESET))
        return;
    if (ws->half[d].closed)
        return;
    /* A control frame must not be that long (5.5): who receives it fails the connection. */
    ws->close_too_long[d] = ws->half[d].frame.length > FRAME_CONTROL_PAYLOAD_MOST;
    ws->close_invalid[d] |= ws->close_too_long[d];
    ws->half[d].closed = true;
    ws->half[d].close_code = close.code;
    /* A hole can make the earlier one of two close frames come later: the packets say which was first. */
    uint64_t packet = ws->half[d].first_packet;
    if (ws->first_closed != WSD_NEITHER && ws->close_packet <= packet)
        return;
    ws->first_closed = (uint8_t)d;
    ws->close_packet = packet;
    keep_reason(ws, close.reason);
}

/* What the capture did not see of a direction is no fault of its sender. */
static bool fully_seen(const struct websocket *ws, enum wsd_direction d)
{
    return !ws->half[d].unseen && (ws->half[d].heard || ws->info.counts[d].frames > 0);
}

/* Nor is what could not be read behind a violation known to be no close frame. */
static bool fully_framed(const struct websocket *ws, enum wsd_direction d)
{
    return fully_seen(ws, d) && !ws->half[d].lost;
}

static bool tcp_ended(const struct websocket *ws)
{
    uint8_t how = ws->half[ws->first_ended].how;
    return how == WSD_BY_FIN || how == WSD_BY_RESET;
}

static void judge_ending(struct websocket *ws, const struct wsd_moment *moment)
{
    bool closed[2] = {ws->half[WSD_CLIENT].closed, ws->half[WSD_SERVER].closed};
    enum wsd_direction first = (enum wsd_direction)ws->first_ended;
    if (!tcp_ended(ws))
        return;
    bool reset = ws->half[first].how == WSD_BY_RESET || ws->half[!first].how == WSD_BY_RESET;
    if (reset && !(closed[0] && closed[1])) {
        /* Who sent it ended first; unless the other one had ended by FIN already. */
        enum wsd_direction sender = ws->half[first].how == WSD_BY_RESET ? first : (enum wsd_direction) !first;
        ws_finding(ws, sender, WSD_FINDING_TCP_RESET, "", moment);
    }
    if (!closed[0] && !closed[1]) {
        if (!ws->no_closing && fully_framed(ws, WSD_CLIENT) && fully_framed(ws, WSD_SERVER))
            ws_finding(ws, first, WSD_FINDING_CLOSE_MISSING, "", moment);
    } else if (!closed[0] || !closed[1]) {
        enum wsd_direction silent = closed[WSD_CLIENT] ? WSD_SERVER : WSD_CLIENT;
        if (fully_framed(ws, silent))
            ws_finding(ws, silent, WSD_FINDING_CLOSE_UNANSWERED, "", moment);
    }
}

static enum wsd_how how_it_ended(const struct websocket *ws)
{
    const struct ws_half *client = &ws->half[WSD_CLIENT], *server = &ws->half[WSD_SERVER];
    if (client->closed && server->closed && !ws->close_too_long[0] && !ws->close_too_long[1])
        return WSD_BY_HANDSHAKE;
    if (client->how == WSD_BY_RESET || server->how == WSD_BY_RESET)
        return WSD_BY_RESET;
    return (enum wsd_how)ws->half[ws->first_ended].how;
}

/* What the client's onclose would say (RFC 6455 7.1.5, 7.1.7): the server's code, 1005 when its close frame had none, 1006 when
 * there was none or it had to be refused; nothing while the connection is open, or where the draft has no such codes. */
static int reported(const struct websocket *ws)
{
    const struct ws_half *server = &ws->half[WSD_SERVER];
    if (ws->no_closing)
        return -1;
    if (server->closed && server->close_code == CLOSE_UNKNOWN_CODE)
        return -1;
    if (server->closed && !ws->close_invalid[WSD_SERVER])
        return server->close_code == CLOSE_NO_CODE ? CLOSE_NO_STATUS : server->close_code;
    bool over = server->closed || (tcp_ended(ws) && fully_seen(ws, WSD_SERVER));
    return over ? CLOSE_ABNORMAL : -1;
}

void ending_tell(struct websocket *ws, const struct wsd_moment *moment)
{
    judge_ending(ws, moment);
    struct wsd_event event = {.type = WSD_EVENT_CLOSE, .at = *moment, .connection = &ws->info};
    bool closed = ws->first_closed != WSD_NEITHER;
    event.close.by = closed ? ws->first_closed : tcp_ended(ws) ? ws->first_ended : WSD_NEITHER;
    event.close.how = how_it_ended(ws);
    event.close.code = closed ? ws->half[ws->first_closed].close_code : CLOSE_NO_CODE;
    if (event.close.code < 0)
        event.close.code = CLOSE_NO_CODE;
    event.close.reported = reported(ws);
    if (ws->reason != NULL)
        event.close.reason = buffer_bytes(ws->reason);
    event.close.duration = moment->time > ws->info.opened ? moment->time - ws->info.opened : 0;
    host_tell(ws->host, &event);
}
