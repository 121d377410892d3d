/*
 * Writes the captures that the benchmark reads: many WebSocket connections, interleaved, as a tap would see them.
 *
 *   generate KIND FILE [N] [SIDE-FILE]            FILE "-" is standard output
 *
 *   small      N connections (2,000) of 500 messages of about 200 bytes, each message one segment and one pure ACK
 *   large      N connections (200) of 40 messages of 100 kB, in segments of 1448 bytes, every second one acknowledged
 *   deflate    N connections (500) of 1,000 permessage-deflate messages (context takeover) of 600 bytes of JSON;
 *              SIDE-FILE gets the compressed payloads in the order of the capture, for zlib_floor
 *   idle       N connections (100,000) that say one message and then nothing, all open at the end
 *   day        24 hours, evenly: N connections (100,000) of 100 messages as those of small, 500 at a time
 *   fragments  one message of N fragments (400,000) of 20 bytes
 *   frames     N segments (64) of 32,000 empty frames each
 *   reverse    N segments (20,000) of one direction, the last first
 *   unacked    N messages (200,000) of one direction, none of them acknowledged
 *   hole       as unacked, but the capture lost the first segment
 *   tls        one connection inside TLS 1.3, AES-128-GCM: N messages (20,000) of 16,000 bytes, each a record; bench.sh has its key log
 *   tls-small  the same, N messages (1,000,000) of 100 bytes
 *   tls-plain, tls-small-plain  the same messages in segments of the same size, without TLS
 *   tls-idle   N connections (10,000) inside TLS as above, all open, with a message each; tls-idle-plain: without TLS
 *
 * Floods: ten minutes in which N strangers do the same, and two real connections go on among them: /feed/0, from before it on, 500
 * messages, and /feed/1, from its middle on, 250 messages. Made to be piped.
 *   synflood    N SYNs (3,000,000), each of another client
 *   randombytes N segments (1,000,000) of random bytes, of N / 4 connections without a beginning
 *   halfopen    N connections (1,000,000) that ask for an upgrade which nobody answers
 *   heads       N connections (20,000) with 60,000 bytes of an HTTP head that does not end
 *   holes       N connections (100,000) with three segments behind a missing one
 *   fragflood   N first fragments (1,000,000) of datagrams that stay without the others
 *   windows     N connections (20,000) with a compressed message in each direction, which stay open
 *   openings    N connections (1,000,000) joined late, all with a frame that does not end
 *
 * Everything follows from a fixed seed: the same KIND and N give the same bytes. The connections take turns at random;
 * each has its handshake (with the right Sec-WebSocket-Accept), its messages, close frames and FINs. Ethernet, IPv4 and
 * TCP with timestamps, checksums included. A record of SIDE-FILE is connection, direction and length (32 bits each, host
 * order), then the unmasked payload without its 00 00 ff ff.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <zlib.h>

enum { CLIENT, SERVER };
enum { FIN = 1, SYN = 2, PSH = 8, ACK = 16 };
enum { MSS = 1448, MAX_SEGMENT = 65000, MAX_FRAME = 1 << 17 };

struct plan {
    const char *kind;
    uint32_t connections;
    uint32_t messages; /* of each connection */
    bool deflate;
    bool stays_open;
    int server_tenths; /* how many messages of ten are the server's */
};

struct connection {
    uint32_t number;
    uint32_t seq[2]; /* next to send, by sender */
    uint16_t ip_id[2];
    uint32_t step; /* 0 to 4: handshake; then messages; then the end */
    uint32_t message;
    z_stream *deflate[2];
    /* a message under way */
    uint8_t *frame;
    uint32_t frame_length, frame_sent;
    int frame_sender;
    double price;
};

static FILE *out, *side;
static bool more_fragments; /* each packet is the first fragment of a datagram, of which no other comes */
static uint64_t clock_us = 1700000000000000u;
static uint64_t packets;

static void die(const char *what)
{
    fprintf(stderr, "generate: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void *need(void *p)
{
    if (!p)
        die("memory");
    return p;
}

/* ---- random numbers (splitmix64) */

static uint64_t random_state = 0x77736364;

static uint64_t random_next(void)
{
    uint64_t z = (random_state += 0x9e3779b97f4a7c15u);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static uint32_t random_below(uint32_t n)
{
    return (uint32_t)(((random_next() >> 32) * n) >> 32);
}

/* ---- packets */

static void put16(uint8_t *p, unsigned v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static void put32(uint8_t *p, uint32_t v)
{
    put16(p, v >> 16);
    put16(p + 2, v & 0xffff);
}

static uint64_t sum16(const uint8_t *p, size_t n, uint64_t sum)
{
    for (; n >= 4; p += 4, n -= 4) {
        uint32_t word;

        memcpy(&word, p, 4);
        sum += word;
    }
    if (n) {
        uint8_t rest[4] = {0};
        uint32_t word;

        memcpy(rest, p, n);
        memcpy(&word, rest, 4);
        sum += word;
    }
    return sum;
}

static uint16_t checksum(uint64_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

static uint32_t client_address(const struct connection *c)
{
    return 0x0a000000u | (1 + c->number / 20000) << 16 | (c->number / 200 % 100) << 8 | (2 + c->number % 200);
}

static uint16_t client_port(const struct connection *c)
{
    return (uint16_t)(32768 + c->number * 7919u % 28000);
}

/* Writes one packet as it stands; sequence numbers are the caller's. */
static void write_segment(struct connection *c, int sender, unsigned flags, uint32_t seq, uint32_t ack,
                          const uint8_t *data, uint32_t length)
{
    uint8_t packet[16 + 66];
    uint8_t *ethernet = packet + 16, *ip = ethernet + 14, *tcp = ip + 20;
    uint32_t address[2] = {client_address(c), 0xc0a80105u};
    uint16_t port[2] = {client_port(c), 8080};
    uint32_t stamp, total = 66 + length, field[4];
    uint8_t pseudo[4] = {0, 6};
    uint16_t sum;

    clock_us += 1 + random_below(20);
    field[0] = (uint32_t)(clock_us / 1000000);
    field[1] = (uint32_t)(clock_us % 1000000);
    field[2] = field[3] = total;
    memcpy(packet, field, 16);

    memcpy(ethernet,
           sender == CLIENT ? "\x02\0\0\0\0\x02\x02\0\0\0\0\x01\x08\0" : "\x02\0\0\0\0\x01\x02\0\0\0\0\x02\x08\0", 14);

    memset(ip, 0, 52);
    ip[0] = 0x45;
    put16(ip + 2, 52 + length);
    put16(ip + 4, c->ip_id[sender]++);
    ip[6] = more_fragments ? 0x20 : 0x40;
    ip[8] = sender == CLIENT ? 64 : 63;
    ip[9] = 6;
    put32(ip + 12, address[sender]);
    put32(ip + 16, address[!sender]);
    sum = checksum(sum16(ip, 20, 0));
    memcpy(ip + 10, &sum, 2);

    put16(tcp, port[sender]);
    put16(tcp + 2, port[!sender]);
    put32(tcp + 4, seq);
    put32(tcp + 8, flags & ACK ? ack : 0);
    tcp[12] = 8 << 4;
    tcp[13] = (uint8_t)flags;
    put16(tcp + 14, 64240);
    tcp[20] = 1;
    tcp[21] = 1;
    tcp[22] = 8;
    tcp[23] = 10;
    stamp = (uint32_t)(clock_us / 1000);
    put32(tcp + 24, stamp + c->number);
    put32(tcp + 28, flags & ACK ? stamp - 1 + c->number : 0);
    put16(pseudo + 2, 32 + length);
    sum = checksum(sum16(data, length, sum16(tcp, 32, sum16(pseudo, 4, sum16(ip + 12, 8, 0)))));
    memcpy(tcp + 16, &sum, 2);

    if (fwrite(packet, 1, sizeof(packet), out) != sizeof(packet) || (length && fwrite(data, 1, length, out) != length))
        die("write");
    packets++;
}

/* ---- TLS: keys of the handshake secrets in RFC 8448 3, here of application data */

static struct {
    EVP_CIPHER_CTX *context;
    uint64_t sequence;
    uint8_t key[16], iv[12];
} seals[2] = {{.key = "\xdb\xfa\xa6\x93\xd1\x76\x2c\x5b\x66\x6a\xf5\xd9\x50\x25\x8d\x01",
               .iv = "\x5b\xd3\xc7\x1b\x83\x6e\x0b\x76\xbb\x73\x26\x5f"},
              {.key = "\x3f\xce\x51\x60\x09\xc2\x17\x27\xd0\xf2\xe4\xe8\x6e\xe4\x03\xbc",
               .iv = "\x5d\x31\x3e\xb2\x67\x12\x76\xee\x13\x00\x0b\x30"}};
static bool sealing;

/* One record of application data; returns its length. */
static uint32_t seal(int sender, const uint8_t *data, uint32_t length, uint8_t *to)
{
    uint8_t nonce[12];
    int n;
    EVP_CIPHER_CTX *x = seals[sender].context;

    if (!x) {
        x = seals[sender].context = need(EVP_CIPHER_CTX_new());
        EVP_EncryptInit_ex(x, EVP_aes_128_gcm(), NULL, seals[sender].key, NULL);
    }
    memcpy(nonce, seals[sender].iv, 12);
    for (int i = 0; i < 8; i++)
        nonce[4 + i] ^= (uint8_t)(seals[sender].sequence >> (56 - 8 * i));
    seals[sender].sequence++;
    memcpy(to, "\x17\x03\x03", 3);
    put16(to + 3, length + 17);
    EVP_EncryptInit_ex(x, NULL, NULL, NULL, nonce);
    EVP_EncryptUpdate(x, NULL, &n, to, 5);
    EVP_EncryptUpdate(x, to + 5, &n, data, (int)length);
    EVP_EncryptUpdate(x, to + 5 + length, &n, (const uint8_t *)"\x17", 1);
    EVP_EncryptFinal_ex(x, to + 6 + length, &n);
    EVP_CIPHER_CTX_ctrl(x, EVP_CTRL_AEAD_GET_TAG, 16, to + 6 + length);
    return length + 22;
}

static void send_segment(struct connection *c, int sender, unsigned flags, const void *data, uint32_t length)
{
    static uint8_t record[MAX_FRAME];

    if (sealing && length) {
        uint32_t whole = seal(sender, data, length, record);
        for (uint32_t at = 0; at < whole; at += MSS) {
            uint32_t part = whole - at < MSS ? whole - at : MSS;
            write_segment(c, sender, flags, c->seq[sender], c->seq[!sender], record + at, part);
            c->seq[sender] += part;
        }
        c->seq[sender] += !!(flags & FIN);
        return;
    }
    write_segment(c, sender, flags, c->seq[sender], c->seq[!sender], data, length);
    c->seq[sender] += length + !!(flags & (SYN | FIN));
}

static void send_ack(struct connection *c, int sender)
{
    send_segment(c, sender, ACK, NULL, 0);
}

/* ---- handshake */

static void base64(const uint8_t *in, size_t n, char *to)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t i = 0; i < n; i += 3) {
        uint32_t v = (uint32_t)in[i] << 16 | (i + 1 < n ? (uint32_t)in[i + 1] << 8 : 0) | (i + 2 < n ? in[i + 2] : 0);

        *to++ = digits[v >> 18];
        *to++ = digits[v >> 12 & 63];
        *to++ = i + 1 < n ? digits[v >> 6 & 63] : '=';
        *to++ = i + 2 < n ? digits[v & 63] : '=';
    }
    *to = 0;
}

static void connection_key(const struct connection *c, char key[25])
{
    uint8_t nonce[16];

    for (int i = 0; i < 4; i++)
        put32(nonce + 4 * i, (c->number + 1) * 2654435761u + (uint32_t)i * 40503u);
    base64(nonce, 16, key);
}

static void send_request(struct connection *c, bool deflate)
{
    char key[25], head[512];
    int n;

    connection_key(c, key);
    n = snprintf(head, sizeof(head),
                 "GET /feed/%u HTTP/1.1\r\nHost: bench.example:8080\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                 "Origin: http://bench.example\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n%s\r\n",
                 c->number, key,
                 deflate ? "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n" : "");
    send_segment(c, CLIENT, PSH | ACK, head, (uint32_t)n);
}

static void send_response(struct connection *c, bool deflate)
{
    char key[80], accept[32], head[512];
    uint8_t digest[20];
    int n;

    connection_key(c, key);
    memcpy(key + 24, "258EAFA5-E914-47DA-95CA-C5AB0DC85B11", 37);
    SHA1((uint8_t *)key, 60, digest);
    base64(digest, 20, accept);
    n = snprintf(head, sizeof(head),
                 "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 "Sec-WebSocket-Accept: %s\r\n%s\r\n",
                 accept, deflate ? "Sec-WebSocket-Extensions: permessage-deflate\r\n" : "");
    send_segment(c, SERVER, PSH | ACK, head, (uint32_t)n);
}

/* One packet of the handshake; false when it is over. */
static bool handshake_step(struct connection *c, bool deflate)
{
    switch (c->step++) {
    case 0: send_segment(c, CLIENT, SYN, NULL, 0); return true;
    case 1: send_segment(c, SERVER, SYN | ACK, NULL, 0); return true;
    case 2: send_ack(c, CLIENT); return true;
    case 3: send_request(c, deflate); return true;
    case 4:
        send_response(c, deflate);
        send_ack(c, CLIENT);
        return true;
    default: return false;
    }
}

/* ---- frames */

/* Builds one frame at to; what is masked is masked there. Returns its length. */
static uint32_t build_frame(uint8_t *to, int sender, unsigned first, const void *payload, uint32_t length)
{
    uint8_t *p = to, mask[4];

    *p++ = (uint8_t)first;
    if (length < 126) {
        *p++ = (uint8_t)length;
    } else if (length < 65536) {
        *p++ = 126;
        put16(p, length);
        p += 2;
    } else {
        *p++ = 127;
        put32(p, 0);
        put32(p + 4, length);
        p += 8;
    }
    if (sender == SERVER) {
        if (length)
            memcpy(p, payload, length);
        return (uint32_t)(p - to) + length;
    }
    to[1] |= 0x80;
    put32(mask, (uint32_t)random_next() | 1);
    memcpy(p, mask, 4);
    p += 4;
    for (uint32_t i = 0; i < length; i++)
        p[i] = ((const uint8_t *)payload)[i] ^ mask[i & 3];
    return (uint32_t)(p - to) + length;
}

static void end_connection(struct connection *c)
{
    uint8_t frame[32];
    uint32_t n;
    int first = (int)random_below(2);

    n = build_frame(frame, first, 0x88,
                    "\x03\xe8"
                    "bye",
                    5);
    send_segment(c, first, PSH | ACK, frame, n);
    n = build_frame(frame, !first, 0x88, "\x03\xe8", 2);
    send_segment(c, !first, PSH | ACK, frame, n);
    send_segment(c, first, FIN | ACK, NULL, 0);
    send_segment(c, !first, FIN | ACK, NULL, 0);
    send_ack(c, first);
}

/* ---- payloads */

static const char *const words[] = {"order",  "filled",  "market", "limit",   "client", "session", "update", "price",
                                    "volume", "latency", "room",   "message", "hello",  "status",  "online", "typing"};
static const char *const symbols[] = {"BTCUSD", "ETHUSD", "SOLUSD", "EURUSD", "AAPL", "MSFT", "NVDA", "TSLA"};

/* JSON of exactly length bytes (at least 64): a number or two, and prose. */
static void fill_text(char *to, uint32_t length, uint32_t id)
{
    uint32_t n = (uint32_t)snprintf(to, length, "{\"type\":\"event\",\"id\":%u,\"seq\":%u,\"text\":\"", id,
                                    random_below(1000000));

    while (n < length - 2) {
        const char *word = words[random_below(16)];

        while (*word && n < length - 2)
            to[n++] = *word++;
        if (n < length - 2)
            to[n++] = ' ';
    }
    to[n++] = '"';
    to[n] = '}';
}

static uint32_t add_levels(char *to, uint32_t room, const char *name, double price, double step)
{
    uint32_t n = (uint32_t)snprintf(to, room, ",\"%s\":[", name);

    for (int i = 0; i < 8; i++)
        n += (uint32_t)snprintf(to + n, room - n, "%s[\"%.2f\",\"%u.%04u\"]", i ? "," : "", price + step * (i + 1),
                                random_below(40), random_below(10000));
    to[n++] = ']';
    return n;
}

/* A ticker's message: about 600 bytes, most of their form known from the message before. */
static uint32_t fill_ticker(struct connection *c, char *to, uint32_t room)
{
    uint32_t n;

    c->price += ((double)random_below(2001) - 1000) / 400;
    n = (uint32_t)snprintf(to, room,
                           "{\"channel\":\"book\",\"event\":\"update\",\"symbol\":\"%s\",\"sequence\":%u,"
                           "\"time\":\"2026-01-01T10:%02u:%02u.%06uZ\",\"last\":\"%.2f\",\"volume\":\"%u.%02u\"",
                           symbols[c->number % 8], 1000000 + c->message, (uint32_t)(clock_us / 60000000 % 60),
                           (uint32_t)(clock_us / 1000000 % 60), (uint32_t)(clock_us % 1000000), c->price,
                           random_below(100000), random_below(100));
    n += add_levels(to + n, room - n, "bids", c->price, -0.25);
    n += add_levels(to + n, room - n, "asks", c->price, 0.25);
    n += (uint32_t)snprintf(to + n, room - n, ",\"trades\":[{\"id\":%u,\"side\":\"%s\",\"size\":\"%u.%03u\"}]}",
                            random_below(1u << 30), random_below(2) ? "buy" : "sell", random_below(10),
                            random_below(1000));
    return n;
}

static void side_record(const struct connection *c, int sender, const uint8_t *data, uint32_t length)
{
    uint32_t head[3] = {c->number, (uint32_t)sender, length};

    if (fwrite(head, 1, sizeof(head), side) != sizeof(head) || fwrite(data, 1, length, side) != length)
        die("write");
}

static uint32_t compress_message(struct connection *c, int sender, const char *text, uint32_t length, uint8_t *to,
                                 uint32_t room)
{
    z_stream *z = c->deflate[sender];

    if (!z) {
        z = c->deflate[sender] = need(calloc(1, sizeof(*z)));
        if (deflateInit2(z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK)
            die("deflateInit2");
    }
    z->next_in = (Bytef *)(uintptr_t)text;
    z->avail_in = length;
    z->next_out = to;
    z->avail_out = room;
    if (deflate(z, Z_SYNC_FLUSH) != Z_OK || !z->avail_out)
        die("deflate");
    return room - z->avail_out - 4;
}

/* ---- the life of a connection */

static void start_message(struct connection *c, const struct plan *plan)
{
    static char text[100000];
    static uint8_t packed[4096];
    int sender = random_below(10) < (uint32_t)plan->server_tenths ? SERVER : CLIENT;
    uint32_t length;

    c->frame_sender = sender;
    c->frame_sent = 0;
    if (plan->deflate) {
        length = fill_ticker(c, text, sizeof(text));
        length = compress_message(c, sender, text, length, packed, sizeof(packed));
        if (side)
            side_record(c, sender, packed, length);
        c->frame_length = build_frame(c->frame, sender, 0xc1, packed, length);
    } else if (!strcmp(plan->kind, "large")) {
        static bool filled;

        if (!filled)
            fill_text(text, sizeof(text), 0);
        filled = true;
        c->frame_length = build_frame(c->frame, sender, 0x81, text, sizeof(text));
    } else {
        length = 100 + random_below(201);
        fill_text(text, length, c->number);
        c->frame_length = build_frame(c->frame, sender, 0x81, text, length);
    }
}

static void message_step(struct connection *c)
{
    for (int i = 0; i < 2 && c->frame_sent < c->frame_length; i++) {
        uint32_t left = c->frame_length - c->frame_sent, n = left < MSS ? left : MSS;

        send_segment(c, c->frame_sender, n == left ? PSH | ACK : ACK, c->frame + c->frame_sent, n);
        c->frame_sent += n;
    }
    send_ack(c, !c->frame_sender);
}

/* Some packets of one connection; false when it has no more. */
static bool connection_step(struct connection *c, const struct plan *plan)
{
    if (c->step <= 4)
        return handshake_step(c, plan->deflate);
    if (c->frame_sent == c->frame_length) {
        if (c->message == plan->messages) {
            if (!plan->stays_open)
                end_connection(c);
            return false;
        }
        c->message++;
        start_message(c, plan);
    }
    message_step(c);
    return true;
}

static void connection_init(struct connection *c, uint32_t number, uint8_t *frame)
{
    memset(c, 0, sizeof(*c));
    c->number = number;
    c->seq[CLIENT] = (uint32_t)random_next();
    c->seq[SERVER] = (uint32_t)random_next();
    c->ip_id[CLIENT] = (uint16_t)random_next();
    c->ip_id[SERVER] = (uint16_t)random_next();
    c->frame = frame;
    c->price = 100 + random_below(50000);
}

static void connection_free(struct connection *c)
{
    for (int d = 0; d < 2; d++) {
        if (c->deflate[d])
            deflateEnd(c->deflate[d]);
        free(c->deflate[d]);
    }
    free(c->frame);
}

/* All connections at once, each step that of one drawn at random. */
static void run_plan(const struct plan *plan)
{
    uint32_t open = plan->connections;
    uint32_t room = !strcmp(plan->kind, "large") ? MAX_FRAME : 2048;
    struct connection *all = need(calloc(open, sizeof(*all)));
    struct connection **active = need(calloc(open, sizeof(struct connection *)));

    for (uint32_t i = 0; i < open; i++) {
        connection_init(&all[i], i, need(malloc(room)));
        active[i] = &all[i];
    }
    while (open) {
        uint32_t i = random_below(open);

        if (!connection_step(active[i], plan)) {
            connection_free(active[i]);
            active[i] = active[--open];
        }
    }
    free(active);
    free(all);
}

/* A connection from its handshake, which takes no time. */
static void begin_one(struct connection *c, uint32_t number)
{
    connection_init(c, number, need(malloc(2048)));
    while (handshake_step(c, false))
        ;
}

/* One that has ended is followed by the next; the clock goes on evenly from step to step. */
static void run_day(uint32_t n)
{
    enum { OPEN = 500, MESSAGES = 100 };
    static const struct plan plan = {.kind = "small", .messages = MESSAGES, .server_tenths = 8};
    static struct connection open[OPEN];
    const double day = 86400e6, steps = (double)n * (MESSAGES + 1);
    const uint64_t begin = clock_us;
    uint32_t begun = 0, count = n < OPEN ? n : OPEN;

    for (; begun < count; begun++)
        begin_one(&open[begun], begun);
    for (uint64_t step = 0; count > 0; step++) {
        uint32_t i = random_below(count);
        uint64_t due = begin + (uint64_t)(day * (double)step / steps);

        if (clock_us < due)
            clock_us = due;
        if (connection_step(&open[i], &plan))
            continue;
        connection_free(&open[i]);
        if (begun < n)
            begin_one(&open[i], begun++);
        else
            open[i] = open[--count];
    }
}

/* ---- one connection, for linearity */

static void open_one(struct connection *c)
{
    connection_init(c, 0, NULL);
    while (handshake_step(c, false))
        ;
}

static void run_fragments(uint32_t n)
{
    struct connection c;
    uint8_t segment[MSS];
    uint32_t used = 0;

    open_one(&c);
    for (uint32_t i = 0; i < n; i++) {
        unsigned first = (i + 1 == n ? 0x80u : 0) | (i ? 0 : 1);

        if (used + 22 > MSS) {
            send_segment(&c, SERVER, ACK, segment, used);
            send_ack(&c, CLIENT);
            used = 0;
        }
        used += build_frame(segment + used, SERVER, first, "twenty bytes of text", 20);
    }
    send_segment(&c, SERVER, PSH | ACK, segment, used);
    end_connection(&c);
}

static void run_frames(uint32_t n)
{
    static uint8_t segment[64000];
    struct connection c;

    open_one(&c);
    for (uint32_t i = 0; i < sizeof(segment); i += 2)
        memcpy(segment + i, "\x81", 2);
    for (uint32_t i = 0; i < n; i++) {
        send_segment(&c, SERVER, PSH | ACK, segment, sizeof(segment));
        send_ack(&c, CLIENT);
    }
    end_connection(&c);
}

/* A hello in a record of its own: version, a random of one value, then what follows it. */
static void send_hello(struct connection *c, int sender, uint8_t type, int random, const char *rest, uint32_t length)
{
    uint8_t hello[128] = "\x16\x03\x01";
    uint32_t n = 5 + 4;

    hello[5] = type;
    memcpy(hello + n, "\x03\x03", 2);
    memset(hello + n + 2, random, 32);
    memcpy(hello + n + 34, rest, length);
    n += 34 + length;
    put16(hello + 7, n - 9);
    put16(hello + 3, n - 5);
    send_segment(c, sender, PSH | ACK, hello, n);
}

/* Hellos with what a passive reader needs, and nothing else (RFC 8446 4.1). */
static void send_hellos(struct connection *c)
{
    send_segment(c, CLIENT, SYN, NULL, 0);
    send_segment(c, SERVER, SYN | ACK, NULL, 0);
    send_ack(c, CLIENT);
    send_hello(c, CLIENT, 1, 0x11, "\0\0\x02\x13\x01\x01\0\0\x07\0\x2b\0\x03\x02\x03\x04", 16);
    send_hello(c, SERVER, 2, 0x22, "\0\x13\x01\0\0\x06\0\x2b\0\x02\x03\x04", 12);
}

static void send_handshakes(struct connection *c, bool plain)
{
    sealing = false;
    if (plain) {
        send_segment(c, CLIENT, SYN, NULL, 0);
        send_segment(c, SERVER, SYN | ACK, NULL, 0);
        send_ack(c, CLIENT);
    } else {
        send_hellos(c);
    }
    seals[0].sequence = seals[1].sequence = 0;
    sealing = !plain;
    c->step = 3; /* SYN, SYN and ACK are there */
    send_request(c, false);
    send_response(c, false);
}

static void send_message(struct connection *c, uint32_t size, uint32_t i)
{
    static uint8_t frame[MAX_FRAME];
    static char text[MAX_FRAME];

    fill_text(text, size, i);
    uint32_t length = build_frame(frame, SERVER, 0x81, text, size);
    for (uint32_t at = 0, part; at < length; at += part) {
        part = sealing || length - at < MSS ? length - at : MSS; /* a record is cut to segments where it is sealed */
        send_segment(c, SERVER, PSH | ACK, frame + at, part);
    }
    send_ack(c, CLIENT);
}

static void run_tls(uint32_t n, uint32_t size, bool plain)
{
    struct connection c;

    connection_init(&c, 0, NULL);
    send_handshakes(&c, plain);
    for (uint32_t i = 0; i < n; i++)
        send_message(&c, size, i);
    end_connection(&c);
}

static void run_tls_idle(uint32_t n, bool plain)
{
    for (uint32_t i = 0; i < n; i++) {
        struct connection c;

        connection_init(&c, i, NULL);
        send_handshakes(&c, plain);
        send_message(&c, 100, i);
    }
}

static void run_reverse(uint32_t n)
{
    struct connection c;
    uint8_t frame[64];
    uint32_t length, start;

    open_one(&c);
    length = build_frame(frame, SERVER, 0x81, "this text arrives from its end backwards", 40);
    start = c.seq[SERVER];
    for (uint32_t i = n; i-- > 0;)
        write_segment(&c, SERVER, PSH | ACK, start + i * length, c.seq[CLIENT], frame, length);
    c.seq[SERVER] += n * length;
    send_ack(&c, CLIENT);
    end_connection(&c);
}

static void run_unacked(uint32_t n, bool hole)
{
    struct connection c;
    uint8_t frame[512];
    char text[200];

    open_one(&c);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t length;

        fill_text(text, sizeof(text), i);
        length = build_frame(frame, SERVER, 0x81, text, sizeof(text));
        if (hole && i == 0)
            c.seq[SERVER] += length;
        else
            send_segment(&c, SERVER, PSH | ACK, frame, length);
    }
}

/* ---- floods */

enum { FLOOD_MESSAGES = 500, FLOOD_SECONDS = 600, STRANGERS = 1000 /* their numbers begin here */ };

static void flood_syn(struct connection *c)
{
    send_segment(c, CLIENT, SYN, NULL, 0);
}

static void flood_random(struct connection *c)
{
    uint8_t bytes[1400];
    uint32_t length = 1 + random_below(sizeof(bytes));

    for (uint32_t i = 0; i < length; i++)
        bytes[i] = (uint8_t)random_next();
    send_segment(c, (int)random_below(2), PSH | ACK, bytes, length);
}

static void flood_half_open(struct connection *c)
{
    while (c->step < 4)
        handshake_step(c, false);
}

static void flood_head(struct connection *c)
{
    static char head[MSS];

    memset(head, 'x', sizeof(head));
    for (c->step = 0; c->step < 3;)
        handshake_step(c, false);
    send_segment(c, CLIENT, PSH | ACK, "GET / HTTP/1.1\r\nX: ", 19);
    for (uint32_t sent = 0; sent < 60000; sent += MSS)
        send_segment(c, CLIENT, PSH | ACK, head, MSS);
}

static void flood_hole(struct connection *c)
{
    static const uint8_t bytes[MSS];

    for (c->step = 0; c->step < 3;)
        handshake_step(c, false);
    c->seq[CLIENT] += 100;
    for (int i = 0; i < 3; i++)
        send_segment(c, CLIENT, PSH | ACK, bytes, MSS);
}

static void flood_fragment(struct connection *c)
{
    static const uint8_t bytes[1004]; /* 1056 with the headers: a multiple of 8 */

    more_fragments = true;
    send_segment(c, CLIENT, PSH | ACK, bytes, sizeof(bytes));
    more_fragments = false;
}

static void flood_windows(struct connection *c)
{
    static uint8_t packed[4096], frame[5000];
    static uint32_t length;

    if (!length) { /* for a window that holds nothing: it can be read with any */
        struct connection one;
        char text[2048];

        connection_init(&one, 0, NULL);
        fill_text(text, sizeof(text), 0);
        length = compress_message(&one, SERVER, text, sizeof(text), packed, sizeof(packed));
        connection_free(&one);
    }
    while (handshake_step(c, true))
        ;
    for (int d = 0; d < 2; d++)
        send_segment(c, d, PSH | ACK, frame, build_frame(frame, d, 0xc1, packed, length));
}

static void flood_opening(struct connection *c)
{
    uint8_t frames[256];
    uint32_t n = 0;

    for (int i = 0; i < 3; i++) {
        char text[40];
        int length = snprintf(text, sizeof(text), "stranger %u, message %d", c->number, i);

        n += build_frame(frames + n, CLIENT, 0x81, text, (uint32_t)length);
    }
    send_segment(c, CLIENT, PSH | ACK, frames, n);
    send_segment(c, CLIENT, PSH | ACK, "\x81\xfe\x7f\xff\1\2\3\4 and then nothing", 23);
}

static const struct {
    const char *kind;
    uint32_t n, again; /* each of its connections is heard so many times */
    void (*stranger)(struct connection *);
} floods[] = {{"synflood", 3000000, 1, flood_syn},       {"randombytes", 1000000, 4, flood_random},
              {"halfopen", 1000000, 1, flood_half_open}, {"heads", 20000, 1, flood_head},
              {"holes", 100000, 1, flood_hole},          {"fragflood", 1000000, 1, flood_fragment},
              {"windows", 20000, 1, flood_windows},      {"openings", 1000000, 1, flood_opening}};

/* Real connections take a step so often that the flood lasts as long as they do. */
static void run_flood(uint32_t n, uint32_t again, void (*stranger)(struct connection *))
{
    static const struct plan plan = {.kind = "small", .messages = FLOOD_MESSAGES, .server_tenths = 5};
    static const struct plan late = {.kind = "small", .messages = FLOOD_MESSAGES / 2, .server_tenths = 5};
    struct connection real[2], c;
    uint64_t begin = clock_us;
    uint32_t steps = FLOOD_MESSAGES + 8, done = 0;
    bool open[2] = {true, true};

    for (uint32_t i = 0; i < 2; i++)
        connection_init(&real[i], i, need(malloc(2048)));
    for (uint32_t i = 0; i < n; i++) {
        uint64_t due = begin + (uint64_t)FLOOD_SECONDS * 1000000 * i / n;

        if (clock_us < due)
            clock_us = due;
        for (; done < (uint64_t)steps * i / n + 1; done++) {
            open[0] = open[0] && connection_step(&real[0], &plan);
            open[1] = open[1] && (done < steps / 2 || connection_step(&real[1], &late));
        }
        connection_init(&c, STRANGERS + (again > 1 ? random_below(n / again) : i), NULL);
        stranger(&c);
    }
    while (open[0] || open[1]) {
        open[0] = open[0] && connection_step(&real[0], &plan);
        open[1] = open[1] && connection_step(&real[1], &late);
    }
    for (int i = 0; i < 2; i++)
        connection_free(&real[i]);
}

/* ---- */

static const struct plan plans[] = {
    {.kind = "small", .connections = 2000, .messages = 500, .server_tenths = 8},
    {.kind = "large", .connections = 200, .messages = 40, .server_tenths = 9},
    {.kind = "deflate", .connections = 500, .messages = 1000, .deflate = true, .server_tenths = 7},
    {.kind = "idle", .connections = 100000, .messages = 1, .stays_open = true, .server_tenths = 8},
};

static const struct {
    const char *kind;
    uint32_t n;
} cases[] = {{"fragments", 400000},
             {"frames", 64},
             {"reverse", 20000},
             {"unacked", 200000},
             {"hole", 200000},
             {"tls", 20000},
             {"tls-small", 1000000},
             {"tls-plain", 20000},
             {"tls-small-plain", 1000000},
             {"tls-idle", 10000},
             {"tls-idle-plain", 10000},
             {"day", 100000}};

static bool generate(const char *kind, uint32_t n)
{
    for (size_t i = 0; i < sizeof(plans) / sizeof(plans[0]); i++) {
        struct plan plan = plans[i];

        if (strcmp(kind, plan.kind))
            continue;
        if (n)
            plan.connections = n;
        run_plan(&plan);
        return true;
    }
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (strcmp(kind, cases[i].kind))
            continue;
        if (!n)
            n = cases[i].n;
        switch (i) {
        case 0: run_fragments(n); break;
        case 1: run_frames(n); break;
        case 2: run_reverse(n); break;
        case 3: run_unacked(n, false); break;
        case 4: run_unacked(n, true); break;
        case 5: run_tls(n, 16000, false); break;
        case 6: run_tls(n, 100, false); break;
        case 7: run_tls(n, 16000, true); break;
        case 8: run_tls(n, 100, true); break;
        case 11: run_day(n); break;
        default: run_tls_idle(n, i == 10); break;
        }
        return true;
    }
    for (size_t i = 0; i < sizeof(floods) / sizeof(floods[0]); i++) {
        if (strcmp(kind, floods[i].kind))
            continue;
        run_flood(n ? n : floods[i].n, floods[i].again, floods[i].stranger);
        return true;
    }
    return false;
}

int main(int argc, char **argv)
{
    static const uint32_t header[6] = {0xa1b2c3d4u, 0x00040002u, 0, 0, 262144, 1};

    if (argc < 3 || argc > 5) {
        fprintf(stderr, "usage: generate KIND FILE [N] [SIDE-FILE]\n");
        return 2;
    }
    out = strcmp(argv[2], "-") ? fopen(argv[2], "wb") : stdout;
    if (!out)
        die(argv[2]);
    setvbuf(out, NULL, _IOFBF, 1 << 20);
    if (argc == 5) {
        side = fopen(argv[4], "wb");
        if (!side)
            die(argv[4]);
    }
    fwrite(header, 1, sizeof(header), out);
    if (!generate(argv[1], argc > 3 ? (uint32_t)strtoul(argv[3], NULL, 10) : 0)) {
        fprintf(stderr, "generate: no such kind: %s\n", argv[1]);
        return 2;
    }
    if (fclose(out) || (side && fclose(side)))
        die("write");
    fprintf(stderr, "%s: %llu packets\n", argv[2], (unsigned long long)packets);
    return 0;
}
