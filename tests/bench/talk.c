/*
 * talk.c: both ends of one WebSocket connection over the loopback interface, at a steady rate, for tests/bench/live.sh.
 *
 *     talk RATE SECONDS     messages a second (client to server, 200 bytes of text each), for so long
 *
 * Every millisecond the messages due by then are written at once and read at the other end, as a busy client does that batches its
 * writes: so that the machine has time left for who listens. Prints how many were sent, and the seconds that it took.
 */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PAYLOAD = 200, FRAME = 2 + 2 + 4 + PAYLOAD, BATCH_MOST = 4096 };

static const char request[] = "GET /bench HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                              "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
static const char answer[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                             "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Sends, and receives at the other end, by pieces that fit the sockets' buffers. */
static void move(int from, int to, const char *data, size_t length)
{
    static char sink[65536];
    while (length > 0) {
        size_t piece = length < sizeof sink ? length : sizeof sink;
        ssize_t sent = write(from, data, piece);
        if (sent <= 0)
            die("write");
        for (ssize_t left = sent, n; left > 0; left -= n)
            if ((n = read(to, sink, (size_t)left)) <= 0)
                die("read");
        data += sent;
        length -= (size_t)sent;
    }
}

static void connect_both(int *client, int *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int listening = socket(AF_INET, SOCK_STREAM, 0);
    *client = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listening, (struct sockaddr *)&address, length) < 0 || listen(listening, 1) < 0 ||
        getsockname(listening, (struct sockaddr *)&address, &length) < 0 ||
        connect(*client, (struct sockaddr *)&address, length) < 0 || (*server = accept(listening, NULL, NULL)) < 0)
        die("connection");
    close(listening);
}

/* A masked text frame: a line of JSON with the message's number. */
static void make_frame(char *at, uint64_t number)
{
    static const char mask[4] = {0x11, 0x22, 0x33, 0x44};
    const char head[] = {(char)0x81, (char)(0x80 | 126), (char)(PAYLOAD >> 8), (char)PAYLOAD};
    char text[PAYLOAD + 1];
    int n = snprintf(text, sizeof text, "{\"sequence\":%llu,\"text\":\"", (unsigned long long)number);
    memset(text + n, 'x', (size_t)(PAYLOAD - n));
    memcpy(text + PAYLOAD - 2, "\"}", 2);
    memcpy(at, head, sizeof head);
    memcpy(at + 4, mask, sizeof mask);
    for (int i = 0; i < PAYLOAD; i++)
        at[8 + i] = text[i] ^ mask[i % 4];
}

int main(int argc, char **argv)
{
    static char batch[BATCH_MOST * FRAME];
    double rate = argc > 1 ? strtod(argv[1], NULL) : 50000, seconds = argc > 2 ? strtod(argv[2], NULL) : 10;
    int client, server;
    connect_both(&client, &server);
    move(client, server, request, sizeof request - 1);
    move(server, client, answer, sizeof answer - 1);
    uint64_t sent = 0;
    double begin = now(), time = begin;
    while ((time = now()) - begin < seconds) {
        uint64_t due = (uint64_t)((time - begin) * rate);
        size_t count = 0;
        while (sent < due && count < BATCH_MOST)
            make_frame(batch + count++ * FRAME, sent++);
        move(client, server, batch, count * FRAME);
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    move(client, server, "\x88\x82\x11\x22\x33\x44\x12\xca", 8);
    move(server, client, "\x88\x02\x03\xe8", 4);
    printf("%llu %.3f\n", (unsigned long long)sent, now() - begin);
    return 0;
}
