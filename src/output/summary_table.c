/*
 * summary_table.c: the summary's tables of connections, and of attempts that came to nothing.
 *
 *        #  URL                            time    → messages    ← messages  deflate  close
 *        1  ws://shop.example/feed       29.9 s     12 3.1 kB   2.0k 1.9 MB      31%  1001 ←
 *
 * The URL gets what it needs, or what the other columns leave: then its end is shown, in which the connections of one
 * server differ. A column for deflate is there only when something was inflated; the arrow at the close code is who closed.
 */
#include "output/summary.h"

#include "dissector/base/bytes.h"

#include <stdio.h>

enum {
    URL_LEAST = 16,
    DEFLATE = 9,                                   /* columns of the ratio, blanks included */
    OTHERS = 2 + 10 + 2 * (2 + 5 + 1 + 6) + 2 + 7, /* of everything else but number and URL */
    OUTCOME = 2 + 2 + 12,                          /* of an attempt */
    CELL = 48
};

enum { PLACE = WSD_ADDRESS_SIZE + 16 };

/* The URL, or the server's address, written to `address`, where the handshake was not seen. */
static struct wsd_bytes place_of(const struct summary_row *row, char address[PLACE])
{
    char text[WSD_ADDRESS_SIZE];
    if (row->url_length > 0)
        return (struct wsd_bytes){row->url, row->url_length};
    wsd_address(&row->server, text);
    int n = snprintf(address, PLACE, row->server.family == 6 ? "[%s]:%u" : "%s:%u", text, (unsigned)row->server.port);
    return (struct wsd_bytes){(const uint8_t *)address, (size_t)n};
}

static size_t width_of(const struct summary *s, struct wsd_bytes bytes)
{
    char text[ESCAPE_WORST * SUMMARY_URL + 1];
    return escape_text(text, sizeof text, SIZE_MAX, bytes, s->terminal->charset).columns;
}

static unsigned longest_place(const struct summary *s, const struct summary_row *rows, size_t count)
{
    char address[PLACE];
    size_t longest = URL_LEAST;
    for (size_t i = 0; i < count; i++) {
        size_t width = width_of(s, place_of(&rows[i], address));
        if (rows[i].url_cut)
            width += terminal_ellipsis_columns(s->terminal);
        if (width > longest)
            longest = width;
    }
    return (unsigned)longest;
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

/* Of the column for places: what it needs, at most what `taken` others and the number leave. */
static void lay_out_places(struct summary *s, unsigned needed, unsigned taken)
{
    taken += s->id_columns;
    unsigned left = s->columns > taken + URL_LEAST ? s->columns - taken : URL_LEAST;
    s->place_columns = needed < left ? needed : left;
}

/* Escaped, as much as fits, and filled up with blanks. */
static void write_cell(struct summary *s, struct wsd_bytes bytes, size_t columns)
{
    char text[ESCAPE_WORST * SUMMARY_URL + 1];
    struct escaped done = escape_text(text, sizeof text, columns, bytes, s->terminal->charset);
    writer_put(s->w, text, done.length);
    writer_fill(s->w, ' ', columns - done.columns);
}

/* Where it is too long its beginning is cut off; its end, where that was not kept. */
static void write_place(struct summary *s, const struct summary_row *row)
{
    char address[PLACE];
    struct wsd_bytes place = place_of(row, address);
    size_t columns = s->place_columns, less = columns - terminal_ellipsis_columns(s->terminal), from = 0;
    if (row->url_cut) {
        write_cell(s, place, less);
        writer_text(s->w, terminal_ellipsis(s->terminal));
        return;
    }
    if (width_of(s, place) > columns) {
        columns = less;
        while (from < place.length &&
               (width_of(s, bytes_after(place, from)) > less || (place.data[from] & 0xC0) == 0x80))
            from++;
        writer_text(s->w, terminal_ellipsis(s->terminal));
    }
    write_cell(s, bytes_after(place, from), columns);
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
    write_place(s, row);
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
    writer_format(s->w, "%*s  %-*s  %8s", (int)s->id_columns, "#", (int)s->place_columns, "URL", "time");
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
    lay_out_places(s, longest_place(s, s->largest, s->rows), OTHERS + (s->deflate ? DEFLATE : 0));
    write_titles(s);
    summary_order(s);
    for (size_t i = 0; i < s->rows; i++)
        write_row(s, &s->largest[i]);
    if (s->others == 0)
        return;
    char text[CELL];
    int n = snprintf(text, sizeof text, "%llu more", (unsigned long long)s->others);
    writer_fill(s->w, ' ', s->id_columns + 2);
    write_cell(s, (struct wsd_bytes){(const uint8_t *)text, (size_t)n}, s->place_columns);
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
    lay_out_places(s, longest_place(s, s->attempts, s->attempt_rows), OUTCOME);
    for (size_t i = 0; i < s->attempt_rows; i++) {
        const struct summary_row *row = &s->attempts[i];
        writer_format(s->w, "%*llu  ", (int)s->id_columns, (unsigned long long)row->id);
        write_place(s, row);
        if (row->handshake == WSD_HANDSHAKE_REJECTED)
            writer_format(s->w, "  rejected %d\n", row->status);
        else
            writer_format(s->w, "  %s\n", wsd_handshake_word(row->handshake));
    }
    if (s->attempts_seen > s->attempt_rows)
        writer_format(s->w, "%*s%llu more\n", (int)s->id_columns + 2, "",
                      (unsigned long long)(s->attempts_seen - s->attempt_rows));
}
