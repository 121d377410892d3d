/* example.c: prints the messages in a capture (pcap, little-endian, microseconds) by libwsdissect.
 *     cc -o example example.c $(pkg-config --cflags --libs libwsdissect) && ./example <capture.pcap */
#include <stdio.h>
#include <wsdissect/dissector.h>

static void on_event(void *user, const struct wsd_event *e) /* its pointers are borrowed until this returns */
{
    if (e->type == WSD_EVENT_MESSAGE)
        fprintf(user, "#%d %s %s, %d bytes\n", (int)e->connection->id, e->message.direction == WSD_CLIENT ? "->" : "<-",
                wsd_opcode_word(e->message.opcode), (int)e->message.length);
}

int main(void)
{
    static uint8_t data[262144];
    uint32_t file[6], header[4]; /* file[5]: link type; header: seconds, microseconds, captured, length */
    struct wsd_options options;
    wsd_options_init(&options); /* options.seed should be random where strangers send the packets */
    options.event = on_event;
    options.user = stdout;
    struct wsd_dissector *dissector = wsd_new(&options);
    if (dissector == NULL || fread(file, sizeof file, 1, stdin) != 1)
        return 1;
    while (fread(header, sizeof header, 1, stdin) == 1 && fread(data, 1, header[2] % sizeof data, stdin) == header[2]) {
        int64_t time = header[0] * INT64_C(1000000000) + header[1] * INT64_C(1000);
        wsd_packet(dissector, &(struct wsd_packet){time, data, header[2], header[3], file[5]});
    }
    wsd_finish(dissector);
    wsd_free(dissector);
}
