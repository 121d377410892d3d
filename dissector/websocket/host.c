#include "websocket/host.h"
#include "websocket/message.h"

#include <stdlib.h>

void websocket_host_free(struct websocket_host *host)
{
    while (host->spare_messages != NULL) {
        struct message *m = host->spare_messages;
        host->spare_messages = m->next_spare;
        buffer_free(&m->kept);
        buffer_free(&m->wire);
        free(m);
    }
    deflate_free(host->spare_deflate);
    buffer_free(&host->scratch);
    free(host->inflated);
}

void host_finding(struct websocket_host *host, const struct wsd_connection *connection, enum wsd_direction direction,
                  enum wsd_finding_code code, const char *detail, const struct wsd_moment *moment)
{
    struct wsd_event event = {.type = WSD_EVENT_FINDING, .at = *moment, .connection = connection};
    event.finding = (struct wsd_finding){direction, code, detail};
    host->findings[code]++;
    host_tell(host, &event);
}
