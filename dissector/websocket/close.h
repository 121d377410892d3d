/*
 * close.h: close frames' payload and codes (RFC 6455 5.5.1, 7.1, 7.4).
 */
#ifndef WEBSOCKET_CLOSE_H
#define WEBSOCKET_CLOSE_H

#include "base/event.h"

enum { CLOSE_NO_CODE = -1, CLOSE_UNKNOWN_CODE = -2, CLOSE_NO_STATUS = 1005, CLOSE_ABNORMAL = 1006 };

/* What a close frame's payload says. code: CLOSE_NO_CODE when it holds none, CLOSE_UNKNOWN_CODE when the capture lacks it. */
struct close_payload {
    int code;
    struct wsd_bytes reason;
    bool one_byte; /* too short for a code */
};
struct close_payload close_parse(struct wsd_bytes payload);

/* Whether a code may stand in a close frame (RFC 6455 7.4.1, 7.4.2 and IANA's registry): 1000 to 1003, 1007 to 1014, 3000
 * to 4999. */
bool close_code_valid(int code);

#endif
