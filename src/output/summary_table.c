/*
 * summary_table.c: the summary's tables of connections, and of attempts that came to nothing.
 *
 *        #  URL                            time    → messages    ← messages  deflate  close
 *        1  ws://shop.example/feed       29.9 s     12 3.1 kB   2.0k 1.9 MB      31%  1001 ←
 *
 * The URL gets what the other columns leave, a column for deflate is there only when something was inflated; the arrow at the close code is who closed.
 */
#include "output/summary.h"

#include <stdio.h>

enum {
    URL_LEAST = 16,
    DEFLATE = 9,                                   /* columns of the ratio, blanks included */
    OTHERS = 2 + 10 + 2 * (2 + 5 + 1 + 6) + 2 + 7, /* of everything else but number and URL */
    CELL = 48
};

static unsigned url_columns(const struct summary *s)
{
    unsigned taken = s->id_columns + OTHERS + (s->deflate ? DEFLATE : 0);
    return s->columns > taken + URL_LEAST ? s->columns - taken : URL_LEAST;
}

/* Columns are as narrow as what stands in them, and left out where nothing does. */
static void lay_out(struct summary *s)
{
    uint64_t largest = s->attempt_rows > 0 ? s->attempts[s->attempt_rows - 1].id : 0;
    for (size_t i = 0; i < s->rows; i++)
        if (s->largest[i].id > largest)
            largest = s->largest[i].id;
    s->id_columns = (unsigned)snprintf(NULL, 0, "%llu", (unsigned long long)largest) + 2;
    s->deflate = s->other_counts[0].inflated_bytes + s->other_counts[1].inflated_bytes > 0;
    for (size_t i = 0; i < s->rows; i++)
        for (int from = 0; from < 2; from++)
            s->deflate = s->deflate || s->largest[i].counts[from].inflated_bytes > 0;
}

/* Escaped, cut, and filled up with blanks. */
static void write_padded(struct summary *s, struct wsd_bytes bytes, bool more, size_t columns)
{
    char text[4 * SUMMARY_URL + 1];
    size_t ellipsis = terminal_ellipsis_columns(s->terminal);
    struct escaped done = escape_text(text, sizeof text, columns, bytes, s->terminal->charset);
    bool cut = more || done.used < bytes.length;
    if (cut && done.columns + ellipsis > columns)
        done = escape_text(text, sizeof text, columns - ellipsis, bytes, s->terminal->charset);
    writer_put(s->w, text, done.length);
    if (cut) {
        writer_text(s->w, terminal_ellipsis(s->terminal));
        done.columns += ellipsis;
    }
    writer_fill(s->w, ' ', columns - done.columns);
}

/* The URL, or the server's address where the handshake was not seen. */
static void write_place(struct summary *s, const struct summary_row *row, size_t columns)
{
    char address[WSD_ADDRESS_SIZE], text[WSD_ADDRESS_SIZE + 16];
    if (row->url_length > 0) {
        write_padded(s, (struct wsd_bytes){row->url, row->url_length}, row->url_cut, columns);
        return;
    }
    wsd_address(&row->server, address);
    int n =
        snprintf(text, sizeof text, row->server.family == 6 ? "[%s]:%u" : "%s:%u", address, (unsigned)row->server.port);
    write_padded(s, (struct wsd_bytes){(const uint8_t *)text, (size_t)n}, false, columns);
}

static void write_counts(struct summary *s, const struct wsd_counts counts[2])
{
    char messages[HUMAN_SIZE], bytes[HUMAN_SIZE];
    for (int from = 0; from < 2; from++)
        writer_format(s->w, "  %5s %6s", human_count(messages, counts[from].messages),
                      human_size(bytes, counts[from].payload_bytes));
}

/* Wire bytes of inflated bytes, both directions. */
static void write_ratio(struct summary *s, const struct wsd_counts counts[2])
{
    uint64_t deflated = counts[0].deflated_bytes + counts[1].deflated_bytes;
    uint64_t inflated = counts[0].inflated_bytes + counts[1].inflated_bytes;
    if (!s->deflate)
        return;
    if (inflated == 0)
        writer_format(s->w, "  %7s", "");
    else
        writer_format(s->w, "  %6u%%", human_percent(deflated, inflated));
}

static void write_close(struct summary *s, const struct summary_row *row)
{
    static const char *const words[] = {[WSD_BY_HANDSHAKE] = "empty",
                                        [WSD_BY_FIN] = "FIN",
                                        [WSD_BY_RESET] = "reset",
                                        [WSD_BY_IDLE] = "idle",
                                        [WSD_BY_CAPTURE_END] = "open"};
    if (row->code >= 0)
        writer_format(s->w, "  %d", row->code);
    else
        writer_format(s->w, "  %s", words[row->how]);
    if (row->by != WSD_NEITHER)
        writer_format(s->w, " %s", terminal_arrow(s->terminal, row->by));
}

static void write_row(struct summary *s, const struct summary_row *row)
{
    char duration[HUMAN_SIZE];
    writer_format(s->w, "%*llu  ", (int)s->id_columns, (unsigned long long)row->id);
    write_place(s, row, url_columns(s));
    writer_format(s->w, "  %8s", human_duration(duration, row->duration));
    write_counts(s, row->counts);
    write_ratio(s, row->counts);
    write_close(s, row);
    WRITER_JUST(s->w, "\n");
}

static void write_titles(struct summary *s)
{
    const struct terminal *t = s->terminal;
    writer_text(s->w, terminal_role(t, TERMINAL_FAINT));
    writer_format(s->w, "%*s  %-*s  %8s", (int)s->id_columns, "#", (int)url_columns(s), "URL", "time");
    for (int from = 0; from < 2; from++)
        writer_format(s->w, "  %*s%s messages", terminal_arrow_columns(t) == 1 ? 2 : 1, "",
                      terminal_arrow(t, (enum wsd_direction)from));
    writer_text(s->w, s->deflate ? "  deflate  close" : "  close");
    writer_text(s->w, terminal_role(t, TERMINAL_NORMAL));
    WRITER_JUST(s->w, "\n");
}

void summary_connections(struct summary *s)
{
    if (s->rows == 0)
        return;
    summary_heading(s, s->others > 0 ? "The largest connections" : "Connections");
    lay_out(s);
    write_titles(s);
    summary_order(s);
    for (size_t i = 0; i < s->rows; i++)
        write_row(s, &s->largest[i]);
    if (s->others == 0)
        return;
    char text[CELL];
    int n = snprintf(text, sizeof text, "%llu more", (unsigned long long)s->others);
    writer_fill(s->w, ' ', s->id_columns + 2);
    write_padded(s, (struct wsd_bytes){(const uint8_t *)text, (size_t)n}, false, url_columns(s));
    writer_fill(s->w, ' ', 10);
    write_counts(s, s->other_counts);
    write_ratio(s, s->other_counts);
    WRITER_JUST(s->w, "\n");
}

void summary_attempts(struct summary *s)
{
    if (s->attempts_seen == 0)
        return;
    summary_heading(s, "Attempts that came to nothing");
    lay_out(s);
    size_t columns = s->columns - s->id_columns - 2 - 2 - 12;
    for (size_t i = 0; i < s->attempt_rows; i++) {
        const struct summary_row *row = &s->attempts[i];
        writer_format(s->w, "%*llu  ", (int)s->id_columns, (unsigned long long)row->id);
        write_place(s, row, columns);
        if (row->handshake == WSD_HANDSHAKE_REJECTED)
            writer_format(s->w, "  rejected %d\n", row->status);
        else
            writer_format(s->w, "  %s\n", wsd_handshake_word(row->handshake));
    }
    if (s->attempts_seen > s->attempt_rows)
        writer_format(s->w, "%*s%llu more\n", (int)s->id_columns + 2, "",
                      (unsigned long long)(s->attempts_seen - s->attempt_rows));
}
