#include "ui/columns.h"

#include "output/human.h"

#include <stdio.h>
#include <string.h>

enum { RATE_SECONDS = 10, CELLS = 10, NARROW = 70, NARROW_URL = 12 /* its least width where it is narrower */ };

static const int64_t second = 1000000000;
#define NEW_FOR (2 * second) /* a new connection stands out */

static const struct column_info table[COLUMN_COUNT] = {
#define INFO(name, word, heading, width, priority, right, help) {word, heading, width, priority, right, help},
    COLUMNS_TABLE(INFO)
#undef INFO
};

const struct column_info *column_info(enum column column)
{
    return &table[column];
}

unsigned columns_fit(unsigned wanted, int room, int widths[COLUMN_COUNT])
{
    unsigned shown = 0;
    int left = room < NARROW ? room + table[COLUMN_URL].width - NARROW_URL : room;
    memset(widths, 0, COLUMN_COUNT * sizeof *widths);
    for (int priority = 1; priority <= COLUMN_COUNT; priority++) {
        for (int c = 0; c < COLUMN_COUNT; c++) {
            if (table[c].priority != priority || (wanted >> c & 1) == 0)
                continue;
            int needed = table[c].width + (shown > 0);
            if (needed > left)
                continue;
            left -= needed;
            widths[c] = table[c].width;
            shown++;
        }
    }
    if (widths[COLUMN_URL] > 0)
        widths[COLUMN_URL] += left - (room < NARROW ? table[COLUMN_URL].width - NARROW_URL : 0);
    return shown;
}

/* ---- words */

void column_address(char out[COLUMN_ADDRESS], const struct wsd_endpoint *e)
{
    char address[WSD_ADDRESS_SIZE];
    wsd_address(e, address);
    snprintf(out, COLUMN_ADDRESS, e->family == 6 ? "[%s]:%u" : "%s:%u", address, e->port);
}

void column_close(char out[COLUMN_CLOSE_TEXT], const struct model_connection *c)
{
    static const char *const sides[] = {"client", "server", "somebody"};
    const char *side = sides[c->by];
    out[0] = 0;
    if (!c->ended)
        return;
    if (c->state == MODEL_REJECTED)
        snprintf(out, COLUMN_CLOSE_TEXT, "answered %d", c->about.status);
    else if (c->how == WSD_BY_HANDSHAKE && c->code >= 0)
        snprintf(out, COLUMN_CLOSE_TEXT, "by %s: %s", side, wsd_close_word(c->code));
    else if (c->how == WSD_BY_HANDSHAKE)
        snprintf(out, COLUMN_CLOSE_TEXT, "by %s, no code", side);
    else if (c->how == WSD_BY_FIN)
        snprintf(out, COLUMN_CLOSE_TEXT, "FIN by %s, no close", side);
    else if (c->how == WSD_BY_RESET)
        snprintf(out, COLUMN_CLOSE_TEXT, "reset by %s", side);
    else if (c->how == WSD_BY_IDLE && c->state != MODEL_UNANSWERED)
        snprintf(out, COLUMN_CLOSE_TEXT, "silent");
}

static enum role role_of_state(const struct model_connection *c)
{
    switch (c->state) {
    case MODEL_OPEN: return ROLE_GOOD;
    case MODEL_OPENING: return ROLE_NOTE;
    case MODEL_CLOSING: return ROLE_WARNING;
    case MODEL_CLOSED: return c->code > 1001 && c->code != 1005 ? ROLE_WARNING : ROLE_NORMAL;
    case MODEL_LOST:
    case MODEL_REJECTED: return ROLE_ERROR;
    case MODEL_UNANSWERED: return ROLE_WARNING;
    default: return ROLE_FAINT;
    }
}

static void draw_state(struct pen *pen, int width, const struct column_line *line)
{
    const struct model_connection *c = line->connection;
    char text[32];
    if (line->members > 0)
        snprintf(text, sizeof text, "%llu conn.", (unsigned long long)line->members);
    else if (c->state == MODEL_CLOSED && c->code >= 0)
        snprintf(text, sizeof text, "%s %d", model_state_word(c->state), c->code);
    else if (c->state == MODEL_REJECTED && c->about.status > 0)
        snprintf(text, sizeof text, "%.7s %d", "refused", c->about.status);
    else
        snprintf(text, sizeof text, "%s", model_state_word(c->state));
    pen_left(pen, line->members > 0 ? ROLE_NORMAL : role_of_state(c), text, width);
}

/* The last minute, in cells of six seconds. */
static void draw_minute(struct pen *pen, int width, const struct column_line *line)
{
    uint32_t counts[MODEL_SECONDS], cells[CELLS] = {0}, most = 0;
    unsigned n = width < CELLS ? (unsigned)width : CELLS;
    model_history(line->connection, line->now, counts, MODEL_SECONDS);
    for (unsigned i = 0; i < MODEL_SECONDS; i++)
        cells[i * CELLS / MODEL_SECONDS] += counts[i];
    for (unsigned i = 0; i < CELLS; i++)
        if (cells[i] > most)
            most = cells[i];
    pen_spark(pen, ROLE_CHART, cells + CELLS - n, n, most);
}

static void draw_rate(struct pen *pen, int width, const struct column_line *line)
{
    double rate = model_rate(line->connection, line->now, RATE_SECONDS);
    char text[HUMAN_SIZE] = "";
    if (rate >= 100)
        human_count(text, (uint64_t)(rate + 0.5));
    else if (rate > 0)
        snprintf(text, sizeof text, "%.1f", rate);
    pen_right(pen, ROLE_NORMAL, text, width);
}

/* Two letters of time: "340 ms", "29.9 s", "12 m", "3 h". */
static void write_short_time(char out[HUMAN_SIZE], int64_t ns)
{
    int64_t whole = ns / second;
    if (ns < second / 100)
        snprintf(out, HUMAN_SIZE, "%.1f ms", (double)ns / 1e6);
    else if (whole < 120)
        human_duration(out, ns);
    else if (whole < 7200)
        snprintf(out, HUMAN_SIZE, "%lld m", (long long)(whole / 60));
    else if (whole < 2 * 86400)
        snprintf(out, HUMAN_SIZE, "%lld h", (long long)(whole / 3600));
    else
        snprintf(out, HUMAN_SIZE, "%lld d", (long long)(whole / 86400));
}

/* Of an attempt it is the answer that is waited for. */
static int64_t waits_since(const struct model_connection *c)
{
    return c->state == MODEL_OPENING ? c->about.opened : c->last_message;
}

static void draw_findings(struct pen *pen, int width, const struct model_connection *c)
{
    uint64_t errors = c->findings[WSD_ERROR], warnings = c->findings[WSD_WARNING];
    char count[HUMAN_SIZE], text[HUMAN_SIZE + 2] = "";
    if (errors + warnings > 0)
        snprintf(text, sizeof text, "%s!", human_count(count, errors + warnings));
    pen_right(pen, errors > 0 ? ROLE_ERROR : ROLE_WARNING, text, width);
}

static void draw_count(struct pen *pen, enum role role, uint64_t count, int width)
{
    char text[HUMAN_SIZE];
    if (count < 100000)
        snprintf(text, sizeof text, "%llu", (unsigned long long)count);
    else
        human_count(text, count);
    pen_right(pen, count > 0 ? role : ROLE_FAINT, text, width);
}

static void draw_size(struct pen *pen, uint64_t bytes, int width)
{
    char text[HUMAN_SIZE];
    pen_right(pen, bytes > 0 ? ROLE_NORMAL : ROLE_FAINT, human_size(text, bytes), width);
}

static void draw_address(struct pen *pen, enum role role, const struct wsd_endpoint *e, int width)
{
    char text[COLUMN_ADDRESS] = "";
    if (e->family != 0)
        column_address(text, e);
    pen_left(pen, role, text, width);
}

/* It came a moment ago. */
static bool is_new(const struct column_line *line)
{
    return line->live && line->members == 0 && line->now - line->connection->about.opened < NEW_FOR;
}

static void draw_url(struct pen *pen, int width, const struct column_line *line)
{
    const struct model_connection *c = line->connection;
    int from = pen->x;
    if (c->about.url.length == 0 && c->about.endpoint[WSD_SERVER].family == 0)
        pen_text(pen, ROLE_FAINT, "not known"); /* a group of those that were joined late */
    else if (c->about.url.length > 0)
        pen_bytes_end(pen, is_new(line) ? ROLE_NEW : ROLE_NORMAL, c->about.url, width);
    else
        draw_address(pen, ROLE_FAINT, &c->about.endpoint[WSD_SERVER], width);
    pen_to(pen, from + width - pen->left);
}

void column_draw(struct pen *pen, enum column column, int width, const struct column_line *line)
{
    const struct model_connection *c = line->connection;
    const struct wsd_counts *counts = c->about.counts;
    char text[COLUMN_CLOSE_TEXT] = "";
    int from = pen->x - pen->left;
    enum role changed = line->live && line->now - c->last_message < second ? ROLE_NEW : ROLE_NORMAL;
    switch (column) {
    case COLUMN_NUMBER:
        snprintf(text, sizeof text, "%llu", (unsigned long long)c->about.id);
        pen_right(pen,
                  c->marked      ? ROLE_MARKED
                  : is_new(line) ? ROLE_NEW
                                 : ROLE_FAINT,
                  line->members > 0 || c->about.id == 0 ? "" : text, width);
        break;
    case COLUMN_STATE: draw_state(pen, width, line); break;
    case COLUMN_CLIENT: draw_address(pen, ROLE_NORMAL, &c->about.endpoint[WSD_CLIENT], width); break;
    case COLUMN_SERVER: draw_address(pen, ROLE_NORMAL, &c->about.endpoint[WSD_SERVER], width); break;
    case COLUMN_URL: draw_url(pen, width, line); break;
    case COLUMN_SUBPROTOCOL: pen_bytes(pen, ROLE_NORMAL, c->about.subprotocol, width, false); break;
    case COLUMN_SENT: draw_count(pen, changed, counts[WSD_CLIENT].messages, width); break;
    case COLUMN_RECEIVED: draw_count(pen, changed, counts[WSD_SERVER].messages, width); break;
    case COLUMN_SENT_BYTES: draw_size(pen, counts[WSD_CLIENT].payload_bytes, width); break;
    case COLUMN_RECEIVED_BYTES: draw_size(pen, counts[WSD_SERVER].payload_bytes, width); break;
    case COLUMN_RATE: draw_rate(pen, width, line); break;
    case COLUMN_MINUTE: draw_minute(pen, width, line); break;
    case COLUMN_DEFLATE:
        if (counts[0].inflated_bytes + counts[1].inflated_bytes > 0)
            snprintf(text, sizeof text, "%u%%",
                     human_percent(counts[0].deflated_bytes + counts[1].deflated_bytes,
                                   counts[0].inflated_bytes + counts[1].inflated_bytes));
        pen_right(pen, ROLE_NORMAL, text, width);
        break;
    case COLUMN_IDLE:
        if (waits_since(c) > 0 && line->now >= waits_since(c))
            write_short_time(text, line->now - waits_since(c));
        pen_right(pen, ROLE_NORMAL, text, width);
        break;
    case COLUMN_ROUND_TRIP:
        if (c->round_trip >= 0)
            write_short_time(text, c->round_trip);
        pen_right(pen, ROLE_NORMAL, text, width);
        break;
    case COLUMN_FINDINGS: draw_findings(pen, width, c); break;
    case COLUMN_CLOSE:
        column_close(text, c);
        pen_left(pen, role_of_state(c), line->members > 0 ? "" : text, width);
        break;
    case COLUMN_COUNT: break;
    }
    pen_to(pen, from + width);
}

/* ---- order */

static int compare(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

int column_compare_bytes(struct wsd_bytes a, struct wsd_bytes b)
{
    size_t n = a.length < b.length ? a.length : b.length;
    int order = n > 0 ? memcmp(a.data, b.data, n) : 0;
    return order != 0 ? order : compare(a.length, b.length);
}

static int compare_endpoints(const struct wsd_endpoint *a, const struct wsd_endpoint *b)
{
    int order = compare(a->family, b->family);
    if (order == 0)
        order = memcmp(a->address, b->address, sizeof a->address);
    return order != 0 ? order : compare(a->port, b->port);
}

static uint64_t ratio(const struct wsd_counts *c)
{
    uint64_t inflated = c[0].inflated_bytes + c[1].inflated_bytes;
    return inflated > 0 ? 1 + (uint64_t)((double)(c[0].deflated_bytes + c[1].deflated_bytes) * 1000 / (double)inflated)
                        : 0;
}

static uint64_t recent(const struct model_connection *c, int64_t now, unsigned seconds)
{
    return (uint64_t)(model_rate(c, now, seconds) * 1000);
}

int column_compare(enum column column, const struct model_connection *a, const struct model_connection *b, int64_t now)
{
    const struct wsd_counts *ca = a->about.counts, *cb = b->about.counts;
    switch (column) {
    case COLUMN_STATE:
        return a->state != b->state ? compare(a->state, b->state)
                                    : compare((uint64_t)a->code + 1, (uint64_t)b->code + 1);
    case COLUMN_CLIENT: return compare_endpoints(&a->about.endpoint[WSD_CLIENT], &b->about.endpoint[WSD_CLIENT]);
    case COLUMN_SERVER: return compare_endpoints(&a->about.endpoint[WSD_SERVER], &b->about.endpoint[WSD_SERVER]);
    case COLUMN_URL: return column_compare_bytes(a->about.url, b->about.url);
    case COLUMN_SUBPROTOCOL: return column_compare_bytes(a->about.subprotocol, b->about.subprotocol);
    case COLUMN_SENT: return compare(ca[WSD_CLIENT].messages, cb[WSD_CLIENT].messages);
    case COLUMN_RECEIVED: return compare(ca[WSD_SERVER].messages, cb[WSD_SERVER].messages);
    case COLUMN_SENT_BYTES: return compare(ca[WSD_CLIENT].payload_bytes, cb[WSD_CLIENT].payload_bytes);
    case COLUMN_RECEIVED_BYTES: return compare(ca[WSD_SERVER].payload_bytes, cb[WSD_SERVER].payload_bytes);
    case COLUMN_RATE: return compare(recent(a, now, RATE_SECONDS), recent(b, now, RATE_SECONDS));
    case COLUMN_MINUTE: return compare(recent(a, now, MODEL_SECONDS), recent(b, now, MODEL_SECONDS));
    case COLUMN_DEFLATE: return compare(ratio(ca), ratio(cb));
    case COLUMN_IDLE: return compare((uint64_t)waits_since(b), (uint64_t)waits_since(a));
    case COLUMN_ROUND_TRIP: return compare((uint64_t)(a->round_trip + 1), (uint64_t)(b->round_trip + 1));
    case COLUMN_FINDINGS:
        return a->findings[WSD_ERROR] != b->findings[WSD_ERROR]
                   ? compare(a->findings[WSD_ERROR], b->findings[WSD_ERROR])
                   : compare(a->findings[WSD_WARNING], b->findings[WSD_WARNING]);
    case COLUMN_CLOSE: return compare((uint64_t)a->how, (uint64_t)b->how);
    case COLUMN_NUMBER:
    case COLUMN_COUNT: break;
    }
    return compare(a->about.id - 1, b->about.id - 1); /* those without a number come last */
}
