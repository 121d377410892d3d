/*
 * summary.c: a capture on one page: totals, connections, attempts, findings, and where the bytes went.
 *
 * Made for 80 columns, wider where the terminal is (or COLUMNS says so). Payloads are not asked for.
 */
#include "output/summary.h"

enum {
    LABEL = 14,
    FINDING_INDENT = 17, /* count and severity */
    FINDING_WORD = 33,
    BAR_WORST = 3 /* bytes of a block character */
};

void summary_heading(struct summary *s, const char *text)
{
    writer_format(s->w, "\n%s%s%s\n", terminal_role(s->terminal, TERMINAL_HEADING), text,
                  terminal_role(s->terminal, TERMINAL_NORMAL));
}

/* ---- events */

static void fill_row(struct summary_row *row, const struct wsd_connection *c)
{
    *row = (struct summary_row){.id = c->id, .handshake = c->handshake, .status = c->status, .code = -1};
    row->server = c->endpoint[WSD_SERVER];
    row->counts[WSD_CLIENT] = c->counts[WSD_CLIENT];
    row->counts[WSD_SERVER] = c->counts[WSD_SERVER];
    row->payload = c->counts[WSD_CLIENT].payload_bytes + c->counts[WSD_SERVER].payload_bytes;
    row->url_cut = c->url.length > SUMMARY_URL;
    row->url_length = row->url_cut ? SUMMARY_URL : c->url.length;
    if (row->url_length > 0)
        memcpy(row->url, c->url.data, row->url_length);
}

/* Attempts that came to nothing have no close event. */
static void keep_attempt(struct summary *s, const struct wsd_connection *c)
{
    if (c->handshake != WSD_HANDSHAKE_REJECTED && c->handshake != WSD_HANDSHAKE_UNANSWERED)
        return;
    if (s->attempt_rows < SUMMARY_ATTEMPTS)
        fill_row(&s->attempts[s->attempt_rows++], c);
    s->attempts_seen++;
}

static void keep_closed(struct summary *s, const struct wsd_event *e)
{
    struct summary_row row;
    if (e->connection->handshake == WSD_HANDSHAKE_ENCRYPTED)
        return;
    fill_row(&row, e->connection);
    row.duration = e->close.duration;
    row.by = e->close.by;
    row.how = e->close.how;
    row.code = e->close.code;
    summary_keep(s, &row);
}

static void summary_event(void *state, const struct wsd_event *e)
{
    struct summary *s = state;
    switch (e->type) {
    case WSD_EVENT_CONNECTION: keep_attempt(s, e->connection); break;
    case WSD_EVENT_CLOSE: keep_closed(s, e); break;
    case WSD_EVENT_FRAME:
    case WSD_EVENT_MESSAGE:
    case WSD_EVENT_GAP:
    case WSD_EVENT_FINDING:
    case WSD_EVENT_TRANSPORT:
    case WSD_EVENT_REQUEST: break;
    }
}

/* ---- the page */

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

static void write_label(struct summary *s, const char *label)
{
    writer_format(s->w, "%-*s  ", LABEL, label);
}

static void write_time_span(struct summary *s, const struct wsd_totals *t)
{
    struct human_clock clock = {0};
    char duration[HUMAN_SIZE];
    write_label(s, "time");
    human_clock_set(&clock, t->first_time);
    writer_format(s->w, "%s ", clock.date);
    human_clock_time(s->w, &clock, t->first_time);
    WRITER_JUST(s->w, " to ");
    if (human_clock_set(&clock, t->last_time))
        writer_format(s->w, "%s ", clock.date);
    human_clock_time(s->w, &clock, t->last_time);
    writer_format(s->w, ", %s\n", human_duration(duration, t->last_time - t->first_time));
}

/* What could not be read, that nobody takes its absence for a fact. */
static void write_undecoded(struct summary *s, const struct wsd_totals *t)
{
    if (t->undecoded == 0)
        return;
    write_label(s, "not decoded");
    writer_format(s->w, "%llu packet%s", (unsigned long long)t->undecoded, plural(t->undecoded));
    if (t->unknown_link > 0)
        writer_format(s->w, ", %llu of them for a link type that is not known", (unsigned long long)t->unknown_link);
    WRITER_JUST(s->w, "\n");
}

static void write_capture(struct summary *s, const struct sink_end *end)
{
    const struct wsd_totals *t = end->totals;
    char size[HUMAN_SIZE];
    write_label(s, "packets");
    writer_format(s->w, "%llu, %s\n", (unsigned long long)t->packets, human_size(size, t->bytes));
    if (t->packets > 0)
        write_time_span(s, t);
    write_undecoded(s, t);
    if (end->dropped_kernel + end->dropped_interface > 0) {
        write_label(s, "dropped");
        writer_format(s->w, "%llu packets by the kernel, %llu by the interface\n",
                      (unsigned long long)end->dropped_kernel, (unsigned long long)end->dropped_interface);
    }
    write_label(s, "TCP");
    writer_format(s->w, "%llu connection%s, %llu of them known not to be WebSocket\n", (unsigned long long)t->flows,
                  plural(t->flows), (unsigned long long)t->flows_ignored);
    if (t->flows_evicted > 0) {
        write_label(s, "given up");
        writer_format(s->w, "%llu TCP connection%s to keep a limit, %llu of them WebSocket\n",
                      (unsigned long long)t->flows_evicted, plural(t->flows_evicted),
                      (unsigned long long)t->connections_evicted);
    }
}

static void write_websocket(struct summary *s, const struct wsd_totals *t)
{
    char size[HUMAN_SIZE];
    write_label(s, "WebSocket");
    writer_format(s->w, "%llu connection%s", (unsigned long long)t->connections, plural(t->connections));
    if (t->rejected > 0)
        writer_format(s->w, ", %llu attempt%s that came to nothing", (unsigned long long)t->rejected,
                      plural(t->rejected));
    WRITER_JUST(s->w, "\n");
    if (t->encrypted > 0) {
        write_label(s, "TLS");
        writer_format(s->w, "%llu connection%s that stayed closed and may carry a WebSocket\n",
                      (unsigned long long)t->encrypted, plural(t->encrypted));
    }
    write_label(s, "messages");
    writer_format(s->w, "%llu, %s; %llu frame%s\n", (unsigned long long)t->messages, human_size(size, t->payload_bytes),
                  (unsigned long long)t->frames, plural(t->frames));
    if (t->gaps > 0) {
        write_label(s, "gaps");
        writer_format(s->w, "%llu, %s missing in the capture\n", (unsigned long long)t->gaps,
                      human_size(size, t->gap_bytes));
    }
}

static void write_finding(struct summary *s, enum wsd_finding_code code, uint64_t count)
{
    const struct wsd_finding_info *info = wsd_finding_info(code);
    char number[HUMAN_SIZE];
    writer_format(s->w, "%6s  %s%-7s%s  ", human_count(number, count),
                  terminal_role(s->terminal, terminal_severity(info->severity)), wsd_severity_word(info->severity),
                  terminal_role(s->terminal, TERMINAL_NORMAL));
    if (FINDING_INDENT + FINDING_WORD + 2 + strlen(info->text) <= s->columns)
        writer_format(s->w, "%-*s  %s\n", FINDING_WORD, info->word, info->text);
    else
        writer_format(s->w, "%s\n%*s%s\n", info->word, FINDING_INDENT, "", info->text);
}

/* Errors first. */
static void write_findings(struct summary *s, const struct wsd_totals *t)
{
    bool begun = false;
    for (int severity = 0; severity < WSD_SEVERITY_COUNT; severity++) {
        for (int code = 0; code < WSD_FINDING_COUNT; code++) {
            if (t->findings[code] == 0 || (int)wsd_finding_info((enum wsd_finding_code)code)->severity != severity)
                continue;
            if (!begun)
                summary_heading(s, "Findings");
            begun = true;
            write_finding(s, (enum wsd_finding_code)code, t->findings[code]);
        }
    }
    if (!begun && t->connections + t->rejected > 0)
        WRITER_JUST(s->w, "\nNo findings.\n");
}

/* Eighths of a block where there is UTF-8. */
static void write_bar(struct summary *s, uint64_t part, uint64_t whole, unsigned columns)
{
    uint64_t eighths = (uint64_t)((double)part / (double)whole * columns * 8 + 0.5);
    bool blocks = s->terminal->charset == ESCAPE_UTF8;
    for (uint64_t i = 0; i < eighths / 8; i++)
        writer_text(s->w, blocks ? "\u2588" : "#");
    if (blocks && eighths % 8 != 0) {
        char part_of_block[BAR_WORST + 1] = {'\xE2', '\x96', (char)(0x90 - (int)(eighths % 8)), 0};
        writer_text(s->w, part_of_block);
    }
}

static void write_layers(struct summary *s, const struct wsd_totals *t)
{
    uint64_t whole = 0;
    char size[HUMAN_SIZE];
    for (int layer = 0; layer < WSD_LAYER_COUNT; layer++)
        whole += t->layer_bytes[layer];
    if (whole == 0)
        return;
    summary_heading(s, "Bytes of the WebSocket connections, by layer");
    for (int layer = 0; layer < WSD_LAYER_COUNT; layer++) {
        uint64_t part = t->layer_bytes[layer];
        writer_format(s->w, "  %-17s  %6s  %5.1f%%  ", wsd_layer_word((enum wsd_layer)layer), human_size(size, part),
                      100.0 * (double)part / (double)whole);
        write_bar(s, part, whole, s->columns - 38);
        WRITER_JUST(s->w, "\n");
    }
    writer_format(s->w, "  %-17s  %6s\n", "together", human_size(size, whole));
}

/* ---- the sink */

static void summary_wants(const struct output *output, struct wsd_options *wsd)
{
    (void)output;
    wsd->keep_payload = 0;
}

static void summary_begin(void *state, struct output *output)
{
    struct summary *s = state;
    unsigned columns = output->terminal.columns;
    s->output = output;
    s->w = &output->out;
    s->terminal = &output->terminal;
    s->columns = columns == 0               ? SUMMARY_NARROW
                 : columns < SUMMARY_NARROW ? SUMMARY_NARROW
                 : columns > SUMMARY_WIDE   ? SUMMARY_WIDE
                                            : columns;
}

static void summary_finish(void *state, const struct sink_end *end)
{
    struct summary *s = state;
    write_capture(s, end);
    write_websocket(s, end->totals);
    summary_connections(s);
    summary_attempts(s);
    write_findings(s, end->totals);
    write_layers(s, end->totals);
}

const struct sink summary_sink = {
    .state_size = sizeof(struct summary),
    .wants = summary_wants,
    .begin = summary_begin,
    .event = summary_event,
    .finish = summary_finish,
};
