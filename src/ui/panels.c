#include "ui/panels.h"

#include "output/human.h"
#include "ui/lines.h"

#include <stdio.h>
#include <string.h>

enum { LABEL_COLUMNS = PANEL_LABEL, COUNT_COLUMNS = 7 };

/* ---- bars: client and server one behind the other */

static const char *eighth(const struct terminal *terminal, enum role role, unsigned part)
{
    static const char *const blocks[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};
    if (terminal->charset == ESCAPE_UTF8)
        return blocks[part];
    return part < 4 ? "" : role == ROLE_SERVER ? "=" : "#";
}

static void draw_part(struct pen *pen, enum role role, uint64_t value, uint64_t most, int columns)
{
    if (columns <= 0 || most == 0)
        return;
    uint64_t eighths = (uint64_t)((double)(value < most ? value : most) / (double)most * columns * 8 + 0.5);
    if (eighths == 0 && value > 0)
        eighths = pen->terminal->charset == ESCAPE_UTF8 ? 1 : 4;
    for (; eighths >= 8; eighths -= 8)
        pen_text(pen, role, eighth(pen->terminal, role, 8));
    pen_text(pen, role, eighth(pen->terminal, role, (unsigned)eighths));
}

static void draw_bar(struct pen *pen, const char *label, const uint64_t values[2], uint64_t most)
{
    char count[HUMAN_SIZE];
    pen_right(pen, ROLE_NORMAL, label, LABEL_COLUMNS);
    pen_text(pen, ROLE_NORMAL, " ");
    int end = pen->end, columns = end - pen->x - COUNT_COLUMNS;
    pen->end -= COUNT_COLUMNS;
    draw_part(pen, ROLE_CLIENT, values[WSD_CLIENT], most, columns);
    draw_part(pen, ROLE_SERVER, values[WSD_SERVER], most, columns);
    pen->end = end;
    pen_to(pen, end - pen->left - COUNT_COLUMNS);
    pen_right(pen, ROLE_NORMAL, human_count(count, values[0] + values[1]), COUNT_COLUMNS - 1);
}

/* ---- histograms */

enum { HISTOGRAM_LINES = 10 };

/* Slots are joined so that what there is fits into the lines. */
struct histogram {
    unsigned first, each; /* slots */
    unsigned lines;
    uint64_t most;
};

static uint64_t slot_sum(const struct statistics_powers *powers, unsigned from, unsigned count)
{
    uint64_t sum = 0;
    for (unsigned i = from; i < from + count && i < STATISTICS_POWERS; i++)
        sum += powers->counts[i];
    return sum;
}

/* b may be NULL. */
static struct histogram histogram_of(const struct statistics_powers *a, const struct statistics_powers *b)
{
    struct histogram h = {0};
    unsigned first = STATISTICS_POWERS, end = 0;
    for (unsigned i = 0; i < STATISTICS_POWERS; i++) {
        if (a->counts[i] + (b != NULL ? b->counts[i] : 0) == 0)
            continue;
        if (first == STATISTICS_POWERS)
            first = i;
        end = i + 1;
    }
    if (end == 0)
        return h;
    h.first = first;
    h.each = (end - first + HISTOGRAM_LINES - 1) / HISTOGRAM_LINES;
    h.lines = (end - first + h.each - 1) / h.each;
    for (unsigned i = 0; i < h.lines; i++) {
        uint64_t sum =
            slot_sum(a, first + i * h.each, h.each) + (b != NULL ? slot_sum(b, first + i * h.each, h.each) : 0);
        if (sum > h.most)
            h.most = sum;
    }
    return h;
}

static void size_label(char out[HUMAN_SIZE + 4], uint64_t limit)
{
    char size[HUMAN_SIZE];
    if (limit == 1)
        snprintf(out, HUMAN_SIZE + 4, "empty");
    else
        snprintf(out, HUMAN_SIZE + 4, "<%s", human_size(size, limit));
}

static void time_label(char out[HUMAN_SIZE + 4], uint64_t limit)
{
    char time[HUMAN_SIZE];
    if (limit < 1000)
        snprintf(time, sizeof time, "%llu us", (unsigned long long)limit);
    else if (limit < 1000000)
        snprintf(time, sizeof time, "%llu ms", (unsigned long long)limit / 1000);
    else if (limit < 120 * (uint64_t)1000000)
        snprintf(time, sizeof time, "%llu s", (unsigned long long)limit / 1000000);
    else if (limit < 120 * (uint64_t)60000000)
        snprintf(time, sizeof time, "%llu min", (unsigned long long)limit / 60000000);
    else
        snprintf(time, sizeof time, "%llu h", (unsigned long long)limit / 3600000000);
    snprintf(out, HUMAN_SIZE + 4, "<%s", time);
}

static void draw_histogram(struct pen *pen, unsigned line, const struct statistics_powers *a,
                           const struct statistics_powers *b,
                           void (*write_label)(char out[HUMAN_SIZE + 4], uint64_t limit))
{
    struct histogram h = histogram_of(a, b);
    if (h.lines == 0 && line == 0)
        pen_text(pen, ROLE_FAINT, "  none yet");
    if (line >= h.lines)
        return;
    unsigned from = h.first + line * h.each;
    char label[HUMAN_SIZE + 4];
    uint64_t values[2] = {slot_sum(a, from, h.each), b != NULL ? slot_sum(b, from, h.each) : 0};
    write_label(label, statistics_limit(from + h.each - 1));
    draw_bar(pen, label, values, h.most);
}

static unsigned histogram_lines(const struct statistics_powers *a, const struct statistics_powers *b)
{
    unsigned lines = histogram_of(a, b).lines;
    return lines > 0 ? lines : 1;
}

/* ---- the panels: how many lines, and each of them */

static unsigned totals_lines(const struct panel_source *s)
{
    (void)s;
    return 4;
}

static void draw_totals(struct pen *pen, const struct panel_source *s, unsigned line)
{
    static const char *const words[] = {"messages", "bytes", "frames", "on wire"};
    char text[2][HUMAN_SIZE];
    pen_right(pen, ROLE_FAINT, words[line], LABEL_COLUMNS);
    for (int side = 0; side < 2; side++) {
        if (line % 2 == 1)
            human_size(text[side], s->counts[side][line]);
        else
            human_count(text[side], s->counts[side][line]);
        pen_text(pen, line_sender((uint8_t)side), side == WSD_CLIENT ? "  " : "   ");
        pen_text(pen, line_sender((uint8_t)side), terminal_arrow(pen->terminal, (enum wsd_direction)side));
        pen_right(pen, ROLE_NORMAL, text[side], 8);
    }
}

/* The n-th opcode that there was; false: there are no more. */
static bool nth_opcode(const struct statistics *s, unsigned n, uint8_t *opcode)
{
    for (unsigned i = 0; i < STATISTICS_OPCODES; i++) {
        if (s->opcodes[i][0] + s->opcodes[i][1] > 0 && n-- == 0) {
            *opcode = (uint8_t)i;
            return true;
        }
    }
    return false;
}

static unsigned opcode_lines(const struct panel_source *s)
{
    unsigned n = 0;
    uint8_t opcode;
    while (nth_opcode(s->statistics, n, &opcode))
        n++;
    return n > 0 ? n : 1;
}

static void draw_opcodes(struct pen *pen, const struct panel_source *s, unsigned line)
{
    uint64_t most = 0;
    uint8_t opcode;
    for (unsigned i = 0; i < STATISTICS_OPCODES; i++)
        if (s->statistics->opcodes[i][0] + s->statistics->opcodes[i][1] > most)
            most = s->statistics->opcodes[i][0] + s->statistics->opcodes[i][1];
    if (nth_opcode(s->statistics, line, &opcode))
        draw_bar(pen, opcode == WSD_OPCODE_CONTINUATION ? "lost start" : wsd_opcode_word(opcode),
                 s->statistics->opcodes[opcode], most);
    else
        pen_text(pen, ROLE_FAINT, "  none yet");
}

static unsigned size_lines(const struct panel_source *s)
{
    return histogram_lines(&s->statistics->sizes[0], &s->statistics->sizes[1]);
}

static void draw_sizes(struct pen *pen, const struct panel_source *s, unsigned line)
{
    draw_histogram(pen, line, &s->statistics->sizes[0], &s->statistics->sizes[1], size_label);
}

static unsigned interval_lines(const struct panel_source *s)
{
    return histogram_lines(&s->statistics->intervals[0], &s->statistics->intervals[1]);
}

static void draw_intervals(struct pen *pen, const struct panel_source *s, unsigned line)
{
    draw_histogram(pen, line, &s->statistics->intervals[0], &s->statistics->intervals[1], time_label);
}

static unsigned round_trip_lines(const struct panel_source *s)
{
    return histogram_lines(&s->statistics->round_trips, NULL) + (s->statistics->round_trip_count > 0);
}

static void write_time(char out[HUMAN_SIZE], int64_t ns)
{
    if (ns < 10000000)
        snprintf(out, HUMAN_SIZE, "%lld.%03lld ms", (long long)(ns / 1000000), (long long)(ns / 1000 % 1000));
    else
        human_duration(out, ns);
}

static void draw_round_trips(struct pen *pen, const struct panel_source *s, unsigned line)
{
    char least[HUMAN_SIZE], most[HUMAN_SIZE];
    if (s->statistics->round_trip_count > 0 && line-- == 0) {
        write_time(least, s->statistics->least_round_trip);
        write_time(most, s->statistics->most_round_trip);
        pen_format(pen, ROLE_FAINT, "  from %s to %s", least, most);
        return;
    }
    draw_histogram(pen, line, &s->statistics->round_trips, NULL, time_label);
}

static unsigned close_lines(const struct panel_source *s)
{
    unsigned n = s->closes->code_count + (s->closes->other_codes > 0) + (s->closes->without > 0);
    return n > 0 ? n : 1;
}

/* The most frequent first. */
static unsigned nth_code(const struct statistics_closes *c, unsigned n)
{
    for (unsigned i = 0; i < c->code_count; i++) {
        unsigned before = 0;
        for (unsigned k = 0; k < c->code_count; k++)
            before += c->codes[k].count > c->codes[i].count || (k < i && c->codes[k].count == c->codes[i].count);
        if (before == n)
            return i;
    }
    return 0;
}

static void draw_closes(struct pen *pen, const struct panel_source *s, unsigned line)
{
    const struct statistics_closes *c = s->closes;
    char label[32] = "other", count[HUMAN_SIZE];
    const char *word = "";
    uint64_t n = c->other_codes;
    if (c->code_count == 0 && c->without == 0) {
        pen_text(pen, ROLE_FAINT, "  none yet");
        return;
    }
    enum role role = ROLE_NORMAL;
    if (line < c->code_count) {
        unsigned i = nth_code(c, line);
        int code = c->codes[i].code;
        n = c->codes[i].count;
        snprintf(label, sizeof label, code < 0 ? "no code" : "%d", code);
        word = code < 0 ? "" : wsd_close_word(code);
        role = code < 0 || code == 1000 || code == 1001 || code >= 3000 ? ROLE_NORMAL : ROLE_WARNING;
    } else if (line > c->code_count || c->other_codes == 0) {
        n = c->without;
        snprintf(label, sizeof label, "none");
        word = "no closing handshake";
        role = ROLE_WARNING;
    }
    pen_right(pen, role, label, LABEL_COLUMNS);
    pen_text(pen, role, " ");
    pen_left(pen, role, word, pen->end - pen->x - COUNT_COLUMNS);
    pen_right(pen, role, human_count(count, n), COUNT_COLUMNS - 1);
}

uint64_t panel_bytes(const struct model_connection *c)
{
    return c->about.counts[0].payload_bytes + c->about.counts[1].payload_bytes;
}

static unsigned top_lines(const struct panel_source *s)
{
    return s->top_count > 0 ? s->top_count : 1;
}

static void draw_top(struct pen *pen, const struct panel_source *s, unsigned line)
{
    char size[HUMAN_SIZE], id[24];
    if (line >= s->top_count) {
        pen_text(pen, ROLE_FAINT, "  none yet");
        return;
    }
    const struct model_connection *c = s->top[line];
    uint64_t most = panel_bytes(s->top[0]);
    snprintf(id, sizeof id, "#%llu", (unsigned long long)c->about.id);
    pen_right(pen, ROLE_NORMAL, id, LABEL_COLUMNS);
    pen_text(pen, ROLE_NORMAL, " ");
    int end = pen->end, columns = end - pen->x - COUNT_COLUMNS - 1, bar = columns / 3;
    int from = pen->x;
    pen->end = from + bar;
    draw_part(pen, ROLE_CLIENT, c->about.counts[WSD_CLIENT].payload_bytes, most, bar);
    draw_part(pen, ROLE_SERVER, c->about.counts[WSD_SERVER].payload_bytes, most, bar);
    pen->end = end;
    pen_to(pen, from + bar + 1 - pen->left);
    pen_bytes(pen, ROLE_FAINT, c->about.url, columns - bar - 1, false);
    pen_to(pen, end - pen->left - COUNT_COLUMNS - 1);
    pen_right(pen, ROLE_NORMAL, human_size(size, panel_bytes(c)), COUNT_COLUMNS);
}

const struct panel panels[PANEL_COUNT] = {
    [PANEL_TOTALS] = {"TOTALS", false, totals_lines, draw_totals},
    [PANEL_SIZES] = {"SIZES OF MESSAGES", false, size_lines, draw_sizes},
    [PANEL_INTERVALS] = {"TIME FROM MESSAGE TO MESSAGE", false, interval_lines, draw_intervals},
    [PANEL_OPCODES] = {"OPCODES", false, opcode_lines, draw_opcodes},
    [PANEL_ROUND_TRIPS] = {"ROUND TRIPS, PING TO PONG", false, round_trip_lines, draw_round_trips},
    [PANEL_CLOSES] = {"CLOSE CODES", true, close_lines, draw_closes},
    [PANEL_TOP] = {"MOST BYTES", true, top_lines, draw_top}};
