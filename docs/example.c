/* example.c: prints the messages in a capture (pcap, little-endian, microseconds) by libwsdissect.
 *     cc -o example example.c $(pkg-config --cflags --libs libwsdissect) && ./example capture.pcap */
#include <stdio.h>
#include <wsdissect/dissector.h>

static void on_event(void *user, const struct wsd_event *e)
{
    const struct wsd_message *m = &e->message; /* all pointers are borrowed until this returns */
    (void)user;
    if (e->type == WSD_EVENT_CONNECTION)
        printf("#%llu %.*s\n", (unsigned long long)e->connection->id, (int)e->connection->url.length,
               (const char *)e->connection->url.data); /* raw bytes: a real program escapes them */
    else if (e->type == WSD_EVENT_MESSAGE)
        printf("#%llu %s %s, %llu bytes\n", (unsigned long long)e->connection->id,
               m->direction == WSD_CLIENT ? "->" : "<-", wsd_opcode_word(m->opcode), (unsigned long long)m->length);
}

int main(int argc, char **argv)
{
    static uint8_t data[262144];
    struct wsd_options options;
    uint32_t file_header[6], header[4]; /* of a packet: seconds, microseconds, captured, length */
    FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
    if (file == NULL || fread(file_header, sizeof file_header, 1, file) != 1 || file_header[0] != 0xa1b2c3d4)
        return 1;
    wsd_options_init(&options); /* options.seed should be random where strangers send the packets */
    options.event = on_event;
    struct wsd_dissector *dissector = wsd_new(&options);
    if (dissector == NULL)
        return 1;
    while (fread(header, sizeof header, 1, file) == 1 && header[2] <= sizeof data &&
           fread(data, 1, header[2], file) == header[2]) {
        struct wsd_packet packet = {.data = data, .captured = header[2], .length = header[3]};
        packet.time = (int64_t)header[0] * 1000000000 + (int64_t)header[1] * 1000;
        packet.link_type = file_header[5];
        wsd_packet(dissector, &packet);
    }
    wsd_finish(dissector);
    printf("%llu messages\n", (unsigned long long)wsd_totals(dissector)->messages);
    wsd_free(dissector);
    return fclose(file);
}
