#include "websocket/close.h"
#include "base/bytes.h"

struct close_payload close_parse(struct wsd_bytes payload)
{
    struct close_payload out = {CLOSE_NO_CODE, {NULL, 0}, payload.length == 1};
    if (payload.length >= 2) {
        out.code = payload.data[0] << 8 | payload.data[1];
        out.reason = bytes_after(payload, 2);
    }
    return out;
}

bool close_code_valid(int code)
{
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}
