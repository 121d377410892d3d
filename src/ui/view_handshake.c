/*
 * view_handshake.c: the opening handshake of a connection (RFC 6455 4), header by header, and beside each what it was checked
 * for. What is found wrong is the dissector's judgement, kept with the connection; here is only said which header it is about.
 */
#include "dissector/base/bytes.h"
#include "ui/columns.h"
#include "ui/lines.h"
#include "ui/list.h"
#include "ui/view.h"

#include <stdio.h>
#include <string.h>

enum {
    HEADING_LINES = 1,
    LINES_MOST = 4 * RECORD_HEADERS + 64,
    CODES_EACH = 3,
    NAME_COLUMNS = 25,
    WIDE = 110,           /* columns from which verdicts stand beside the headers */
    VERDICT_COLUMNS = 48, /* there, */
    VALUE_COLUMNS = 80,   /* behind this */
    NARROW = 60,          /* columns below which names have no column of their own */
    LOOK_AT = 256         /* rows in which the opening is searched for */
};

/* What is checked: of which side, in which header (NULL: the first line), by which findings, what it means when all is well. */
#define CHECKS(X)                                                                                                      \
    X(METHOD, CLIENT, NULL, "it is GET", HANDSHAKE_METHOD, HANDSHAKE_HTTP_VERSION, HANDSHAKE_METHOD)                   \
    X(HOST, CLIENT, "Host", "it is there", HANDSHAKE_HOST_MISSING, HANDSHAKE_HOST_MISSING, HANDSHAKE_HOST_MISSING)     \
    X(UPGRADE, CLIENT, "Upgrade", "asks for websocket", HANDSHAKE_UPGRADE_INVALID, HANDSHAKE_UPGRADE_INVALID,          \
      HANDSHAKE_UPGRADE_INVALID)                                                                                       \
    X(CONNECTION, CLIENT, "Connection", "names Upgrade", HANDSHAKE_CONNECTION_INVALID, HANDSHAKE_CONNECTION_INVALID,   \
      HANDSHAKE_CONNECTION_INVALID)                                                                                    \
    X(KEY, CLIENT, "Sec-WebSocket-Key", "16 bytes in base64", HANDSHAKE_KEY_MISSING, HANDSHAKE_KEY_INVALID,            \
      HANDSHAKE_KEY_MISSING)                                                                                           \
    X(VERSION, CLIENT, "Sec-WebSocket-Version", "the RFC's, 13", HANDSHAKE_VERSION_MISSING,                            \
      HANDSHAKE_VERSION_UNSUPPORTED, HANDSHAKE_VERSION_MISSING)                                                        \
    X(STATUS, SERVER, NULL, "switches protocols", HANDSHAKE_REJECTED, HANDSHAKE_UNANSWERED, HANDSHAKE_REJECTED)        \
    X(ANSWER_UPGRADE, SERVER, "Upgrade", "agrees to websocket", HANDSHAKE_UPGRADE_INVALID, HANDSHAKE_UPGRADE_INVALID,  \
      HANDSHAKE_UPGRADE_INVALID)                                                                                       \
    X(ANSWER_CONNECTION, SERVER, "Connection", "names Upgrade", HANDSHAKE_CONNECTION_INVALID,                          \
      HANDSHAKE_CONNECTION_INVALID, HANDSHAKE_CONNECTION_INVALID)                                                      \
    X(ACCEPT, SERVER, "Sec-WebSocket-Accept", "belongs to the request's key", HANDSHAKE_ACCEPT_MISSING,                \
      HANDSHAKE_ACCEPT_MISMATCH, HANDSHAKE_ACCEPT_MISSING)                                                             \
    X(SUBPROTOCOL, SERVER, "Sec-WebSocket-Protocol", "one that the client offered", HANDSHAKE_SUBPROTOCOL_NOT_OFFERED, \
      HANDSHAKE_SUBPROTOCOL_NOT_OFFERED, HANDSHAKE_SUBPROTOCOL_NOT_OFFERED)                                            \
    X(EXTENSIONS, SERVER, "Sec-WebSocket-Extensions", "as the client offered", HANDSHAKE_EXTENSION_NOT_OFFERED,        \
      HANDSHAKE_DEFLATE_PARAMETER, HANDSHAKE_EXTENSION_NOT_OFFERED)

struct check {
    enum wsd_direction side;
    const char *header, *good;
    enum wsd_finding_code codes[CODES_EACH];
};

static const struct check checks[] = {
#define CHECK(name, side, header, good, a, b, c)                                                                       \
    {WSD_##side, header, good, {WSD_FINDING_##a, WSD_FINDING_##b, WSD_FINDING_##c}},
    CHECKS(CHECK)
#undef CHECK
};

/* Findings of a handshake that are about no header. */
static const enum wsd_finding_code others[] = {
    WSD_FINDING_HANDSHAKE_HEADER_REPEATED, WSD_FINDING_HANDSHAKE_CHALLENGE_MISMATCH,
    WSD_FINDING_HANDSHAKE_DATA_BEFORE_RESPONSE, WSD_FINDING_HANDSHAKE_LEGACY, WSD_FINDING_HANDSHAKE_DEFLATE_PARAMETER};

enum line_kind { LINE_EMPTY, LINE_TITLE, LINE_HEADER, LINE_FACT, LINE_FINDING };

/* A line. Strings borrow from the opening or are constants; text is for what is neither. */
struct line {
    enum line_kind kind;
    struct wsd_bytes name, value;
    const struct check *check; /* NULL: nothing was to be checked */
    int finding;               /* its code, -1: none */
    bool missing;              /* the header is not there */
    bool below;                /* a finding about the line above */
    char text[96];
};

struct handshake_lines {
    struct line lines[LINES_MOST];
    size_t count;
    struct list list;
    uint64_t connection; /* what the lines were made for: made anew when it has changed */
    uint64_t changes;
    bool has;
    struct record_scratch scratch;
};

/* ---- the lines */

static struct line *add(struct handshake_lines *s, enum line_kind kind)
{
    if (s->count == LINES_MOST)
        return &s->lines[LINES_MOST - 1];
    s->lines[s->count] = (struct line){.kind = kind, .finding = -1};
    return &s->lines[s->count++];
}

static int found_by(const struct model_connection *c, const struct check *check)
{
    for (int i = 0; i < CODES_EACH; i++)
        if (c->found[check->side] >> check->codes[i] & 1)
            return (int)check->codes[i];
    return -1;
}

static const struct check *check_of(enum wsd_direction side, struct wsd_bytes header)
{
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
        if (checks[i].side == side &&
            (header.length == 0 ? checks[i].header == NULL
                                : checks[i].header != NULL && bytes_equal_nocase(header, checks[i].header)))
            return &checks[i];
    return NULL;
}

/* What is wrong with the line that was added last. */
static void add_finding_below(struct handshake_lines *s)
{
    int finding = s->lines[s->count - 1].finding;
    if (finding < 0)
        return;
    struct line *l = add(s, LINE_FINDING);
    l->finding = finding;
    l->below = true;
}

static void add_title(struct handshake_lines *s, const char *title)
{
    if (s->count > 0)
        add(s, LINE_EMPTY);
    add(s, LINE_TITLE)->name = bytes_text(title);
}

static void judge(struct line *l, const struct model_connection *c, const struct check *check)
{
    l->check = check;
    l->finding = check != NULL ? found_by(c, check) : -1;
}

static void add_first_line(struct handshake_lines *s, const struct model_connection *c, const struct wsd_head *head,
                           enum wsd_direction side)
{
    struct line *l = add(s, LINE_HEADER);
    judge(l, c, check_of(side, (struct wsd_bytes){0}));
    if (side == WSD_SERVER) {
        l->name = head->http;
        snprintf(l->text, sizeof l->text, "%d", head->status);
        l->value = head->reason;
    } else {
        l->name = head->method;
        l->value = head->target;
    }
}

/* Headers that were to be there, and are not: only where that is a finding. */
static void add_missing(struct handshake_lines *s, const struct model_connection *c, const struct wsd_head *head,
                        enum wsd_direction side)
{
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
        bool there = checks[i].side != side || checks[i].header == NULL;
        for (size_t h = 0; h < head->header_count && !there; h++)
            there = bytes_equal_nocase(head->headers[h].name, checks[i].header);
        if (there || found_by(c, &checks[i]) < 0)
            continue;
        struct line *l = add(s, LINE_HEADER);
        l->name = bytes_text(checks[i].header);
        l->missing = true;
        judge(l, c, &checks[i]);
        add_finding_below(s);
    }
}

static void add_head(struct handshake_lines *s, const struct model_connection *c, const struct wsd_head *head,
                     enum wsd_direction side)
{
    add_title(s, side == WSD_CLIENT ? "REQUEST" : "RESPONSE");
    if (head == NULL) {
        struct line *l = add(s, LINE_HEADER);
        judge(l, c, check_of(side, (struct wsd_bytes){0}));
        l->name = bytes_text(
            side == WSD_SERVER && c->about.handshake == WSD_HANDSHAKE_UNANSWERED ? "never came" : "not in the capture");
        if (l->finding < 0)
            l->check = NULL;
        add_finding_below(s);
        return;
    }
    add_first_line(s, c, head, side);
    add_finding_below(s);
    for (size_t i = 0; i < head->header_count; i++) {
        struct line *l = add(s, LINE_HEADER);
        l->name = head->headers[i].name;
        l->value = head->headers[i].value;
        judge(l, c,
              c->about.handshake == WSD_HANDSHAKE_REJECTED && side == WSD_SERVER ? NULL : check_of(side, l->name));
        add_finding_below(s);
    }
    add_missing(s, c, head, side);
    if (head->raw.length >= RECORD_HEAD)
        add(s, LINE_FACT)->name = bytes_text("only its beginning is kept");
}

static struct line *add_fact(struct handshake_lines *s, const char *name)
{
    struct line *l = add(s, LINE_FACT);
    l->name = bytes_text(name);
    return l;
}

static void add_deflate(struct handshake_lines *s, const struct wsd_deflate *d)
{
    struct line *l = add_fact(s, "compression");
    if (!d->negotiated) {
        snprintf(l->text, sizeof l->text, "none");
        return;
    }
    snprintf(l->text, sizeof l->text, "permessage-deflate");
    for (int side = 0; side < 2; side++)
        snprintf(add_fact(s, side == WSD_CLIENT ? "  client compresses" : "  server compresses")->text, sizeof l->text,
                 "with a window of %u bits, %s", d->max_window_bits[side],
                 d->no_context_takeover[side] ? "each message by itself" : "context taken over");
}

static void add_span(struct handshake_lines *s, const char *name, int64_t ns)
{
    snprintf(add_fact(s, name)->text, sizeof s->lines->text, "%lld.%03lld ms", (long long)(ns / 1000000),
             (long long)(ns / 1000 % 1000));
}

static void add_agreement(struct handshake_lines *s, const struct model_connection *c)
{
    add_title(s, "AGREED");
    if (c->about.subprotocol.length > 0)
        add_fact(s, "subprotocol")->value = c->about.subprotocol;
    else
        snprintf(add_fact(s, "subprotocol")->text, 8, "none");
    add_deflate(s, &c->about.deflate);
    if (c->round_trip >= 0)
        add_span(s, "ping to pong", c->round_trip);
}

static void add_tls(struct handshake_lines *s, const struct wsd_tls *tls)
{
    const char *version = wsd_tls_version_word(tls->version);
    const struct {
        const char *name;
        struct wsd_bytes value;
    } facts[] = {{"TLS", bytes_text(version != NULL ? version : "")},
                 {"cipher suite", bytes_text(tls->cipher_name != NULL ? tls->cipher_name : "")},
                 {"server name", tls->sni},
                 {"ALPN", tls->alpn},
                 {"secrets", bytes_text(tls->reason != NULL ? tls->reason : "")},
                 {"JA3", bytes_text(tls->ja3)},
                 {"JA4", bytes_text(tls->ja4)}};
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        if (facts[i].value.length > 0)
            add_fact(s, facts[i].name)->value = facts[i].value;
}

static void add_way(struct handshake_lines *s, const struct model_connection *c, const struct wsd_event *e)
{
    char address[COLUMN_ADDRESS];
    add_title(s, "THE WAY");
    column_address(address, &c->about.endpoint[WSD_CLIENT]);
    snprintf(add_fact(s, "client")->text, sizeof address, "%s", address);
    if (e->opening.forwarded_for.length > 0)
        add_fact(s, "on behalf of")->value = e->opening.forwarded_for;
    for (size_t i = 0; i < e->opening.via_count; i++) {
        const struct wsd_hop *hop = &e->opening.via[i];
        struct line *l = add_fact(s, "through");
        l->value = hop->target;
        if (hop->source.family != 0)
            column_address(address, &hop->source);
        snprintf(l->text, sizeof l->text, "%s%s%s%s%s", wsd_hop_word(hop->kind), hop->user ? ", with credentials" : "",
                 hop->target.length > 0 ? ", to " : "", hop->source.family != 0 ? ", for " : "",
                 hop->source.family != 0 ? address : "");
    }
    column_address(address, &c->about.endpoint[WSD_SERVER]);
    snprintf(add_fact(s, "server")->text, sizeof address, "%s", address);
    snprintf(add_fact(s, "carried by")->text, 32, "%s", wsd_carrier_word(c->about.carrier));
    if (c->about.tls != NULL)
        add_tls(s, c->about.tls);
    if (e->opening.syn_time[WSD_CLIENT] != 0 && e->opening.syn_time[WSD_SERVER] != 0)
        add_span(s, "TCP open after", e->opening.syn_time[WSD_SERVER] - e->opening.syn_time[WSD_CLIENT]);
    if (e->opening.request != NULL && e->opening.response != NULL && e->opening.request_time != 0)
        add_span(s, "answered after", e->at.time - e->opening.request_time);
    if (e->opening.community_id != NULL && e->opening.community_id[0] != 0)
        add_fact(s, "community ID")->value = bytes_text(e->opening.community_id);
}

static void add_others(struct handshake_lines *s, const struct model_connection *c)
{
    bool begun = false;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        bool shown = others[i] == WSD_FINDING_HANDSHAKE_DEFLATE_PARAMETER && (c->found[WSD_SERVER] >> others[i] & 1);
        if (shown || ((c->found[0] | c->found[1] | c->found[2]) >> others[i] & 1) == 0)
            continue;
        if (!begun)
            add_title(s, "BESIDES");
        begun = true;
        add(s, LINE_FINDING)->finding = (int)others[i];
    }
}

static void make_lines(struct handshake_lines *s, struct model_connection *c)
{
    struct wsd_event e;
    s->count = 0;
    s->has = c != NULL && c->opening != NULL;
    if (!s->has)
        return;
    record_event(&c->opening->head, &c->about, &s->scratch, &e);
    if (e.opening.request == NULL && e.opening.response == NULL) {
        add_title(s,
                  c->state == MODEL_ENCRYPTED ? "The handshake is encrypted." : "The handshake is not in the capture.");
    } else {
        add_head(s, c, e.opening.request, WSD_CLIENT);
        add_head(s, c, e.opening.response, WSD_SERVER);
        add_others(s, c);
        if (c->about.handshake == WSD_HANDSHAKE_COMPLETE)
            add_agreement(s, c);
    }
    add_way(s, c, &e);
}

static void refresh_lines(struct handshake_lines *s, struct ui *ui)
{
    struct model_connection *c = ui_connection(ui);
    uint64_t id = c != NULL ? c->about.id : 0, changes = c != NULL ? c->changes : 0;
    if (id != s->connection)
        s->list.cursor = s->list.top = 0;
    if (id == s->connection && changes == s->changes && s->has)
        return;
    s->connection = id;
    s->changes = changes;
    make_lines(s, c);
}

/* ---- the view */

static void handshake_begin(void *state, struct ui *ui)
{
    (void)state;
    (void)ui;
}

/* The row of the opening is the first of its connection, unless something came before it. */
static void show_whole(struct ui *ui)
{
    const struct model_connection *c = ui_connection(ui);
    if (c == NULL)
        return;
    for (uint64_t n = c->first_row; n < c->first_row + LOOK_AT; n++) {
        const struct model_row *row = model_row(&ui->model, n);
        if (row == NULL || row->connection != c || row->type != WSD_EVENT_CONNECTION)
            continue;
        ui->scope = SCOPE_CONNECTION;
        ui->connection = c->about.id;
        ui_show(ui, n);
        ui->detail_open = true;
        ui_go(ui, PLACE_DETAIL);
        return;
    }
    ui_say(ui, "its line among the messages has left: the store is full");
}

static bool handshake_act(void *state, struct ui *ui, enum command command)
{
    struct handshake_lines *s = state;
    if (list_act(&s->list, command))
        return true;
    if (command != COMMAND_ENTER)
        return false;
    show_whole(ui);
    return true;
}

static bool handshake_mouse(void *state, struct ui *ui, const struct mouse *mouse)
{
    struct handshake_lines *s = state;
    list_mouse(&s->list, mouse, HEADING_LINES);
    if (mouse->what == MOUSE_DOUBLE)
        show_whole(ui);
    return true;
}

/* ---- drawing */

static void draw_mark(struct pen *pen, const struct line *l)
{
    bool unicode = pen->terminal->charset == ESCAPE_UTF8;
    if (l->finding >= 0)
        pen_text(pen, line_severity(wsd_finding_info((enum wsd_finding_code)l->finding)->severity),
                 unicode ? " ✗ " : " ! ");
    else if (l->check != NULL)
        pen_text(pen, ROLE_GOOD, unicode ? " ✓ " : " + ");
    else
        pen_text(pen, ROLE_NORMAL, "   ");
}

static void write_verdict(struct writer *w, const struct line *l, bool rule)
{
    if (l->finding < 0 && l->check == NULL)
        return;
    const struct wsd_finding_info *info =
        wsd_finding_info(l->finding >= 0 ? (enum wsd_finding_code)l->finding : l->check->codes[0]);
    writer_text(w, l->finding >= 0 ? info->text : l->check->good);
    if (rule)
        writer_format(w, "  [%s]", info->rule);
}

static void draw_verdict(struct pen *pen, const struct line *l)
{
    char text[256];
    struct writer w = {.data = text, .size = sizeof text};
    enum role role =
        l->finding >= 0 ? line_severity(wsd_finding_info((enum wsd_finding_code)l->finding)->severity) : ROLE_GOOD;
    write_verdict(&w, l, true);
    if ((int)w.length > pen->end - pen->x) { /* the status line says the rule as well */
        w.length = 0;
        write_verdict(&w, l, false);
    }
    pen_bytes(pen, role, (struct wsd_bytes){(const uint8_t *)text, w.length}, pen->end - pen->x, false);
}

static void draw_header(struct pen *pen, const struct line *l, int width)
{
    int end = pen->end;
    bool wide = width >= WIDE;
    bool first = l->check != NULL && l->check->header == NULL;
    bool verdict = l->finding < 0 && l->check != NULL;
    int at = end - pen->left - VERDICT_COLUMNS < VALUE_COLUMNS ? end - pen->left - VERDICT_COLUMNS : VALUE_COLUMNS;
    draw_mark(pen, l);
    if (wide && verdict)
        pen->end = pen->left + at - 2;
    pen_bytes(pen, first ? ROLE_STRONG : ROLE_HEADING, l->name, pen->end - pen->x, false);
    if (first)
        pen_format(pen, ROLE_STRONG, " %s%s", l->text, l->text[0] != 0 ? " " : "");
    else if (width < NARROW)
        pen_text(pen, ROLE_FAINT, ": ");
    else
        pen_to(pen, NAME_COLUMNS + 3 > pen->x - pen->left + 1 ? NAME_COLUMNS + 3 : pen->x - pen->left + 1);
    if (l->missing)
        pen_text(pen, line_severity(wsd_finding_info((enum wsd_finding_code)l->finding)->severity), "missing");
    pen_bytes(pen, first ? ROLE_STRONG : ROLE_NORMAL, l->value, pen->end - pen->x, false);
    pen->end = end;
    if (wide && verdict) {
        pen_to(pen, at);
        draw_verdict(pen, l);
    }
}

static void draw_fact(struct pen *pen, const struct line *l, int width)
{
    pen_text(pen, ROLE_NORMAL, "   ");
    pen_bytes(pen, ROLE_FAINT, l->name, pen->end - pen->x, false);
    if (l->text[0] != 0 || l->value.length > 0)
        pen_to(pen, width < NARROW ? pen->x - pen->left + 2 : NAME_COLUMNS + 3);
    pen_text(pen, ROLE_NORMAL, l->text);
    pen_bytes(pen, ROLE_NORMAL, l->value, pen->end - pen->x, false);
}

static void draw_line(struct handshake_lines *s, struct ui *ui, struct area area, int y, uint64_t number, bool focused)
{
    const struct line *l = &s->lines[number];
    struct pen pen = pen_at(&ui->terminal, area, y, number == s->list.cursor && focused ? ROLE_CURSOR : ROLE_NORMAL);
    switch (l->kind) {
    case LINE_EMPTY: break;
    case LINE_TITLE:
        pen_text(&pen, ROLE_NORMAL, " ");
        pen_bytes(&pen, ROLE_HEADING, l->name, pen.end - pen.x, false);
        break;
    case LINE_HEADER: draw_header(&pen, l, area.width); break;
    case LINE_FACT: draw_fact(&pen, l, area.width); break;
    case LINE_FINDING:
        if (l->below)
            pen_text(&pen, ROLE_NORMAL, "     ");
        else
            draw_mark(&pen, l);
        draw_verdict(&pen, l);
        break;
    }
    pen_end(&pen);
}

static void draw_about(struct ui *ui, struct area area, const struct model_connection *c)
{
    struct pen pen = pen_at(&ui->terminal, area, 0, ROLE_NORMAL);
    pen_format(&pen, ROLE_STRONG, " #%llu ", (unsigned long long)c->about.id);
    const char *word = wsd_handshake_word(c->about.handshake);
    int room = pen.end - pen.x - draw_columns(word) - 2;
    pen_bytes(&pen, ROLE_STRONG, c->about.url, room, false);
    pen_text(&pen, ROLE_NORMAL, "  ");
    pen_text(&pen, c->about.handshake == WSD_HANDSHAKE_COMPLETE ? ROLE_GOOD : ROLE_WARNING, word);
}

static void handshake_draw(void *state, struct ui *ui, struct area area, bool focused)
{
    struct handshake_lines *s = state;
    struct area body = area_below(area, HEADING_LINES);
    const struct model_connection *c = ui_connection(ui);
    struct area inner = area;
    inner.width--;
    refresh_lines(s, ui);
    list_set(&s->list, 0, s->count, (unsigned)body.height);
    if (!s->has) {
        struct pen pen = pen_at(&ui->terminal, inner, 1, ROLE_NORMAL);
        pen_text(&pen, ROLE_FAINT, c == NULL ? "  There is no connection." : "  Its opening is not known.");
        return;
    }
    draw_about(ui, inner, c);
    for (int y = HEADING_LINES; y < area.height; y++) {
        uint64_t number;
        if (list_at(&s->list, (unsigned)(y - HEADING_LINES), &number))
            draw_line(s, ui, inner, y, number, focused);
    }
    draw_scroll_bar(&ui->terminal, body, &s->list);
}

static const struct list *handshake_list(const void *state)
{
    return &((const struct handshake_lines *)state)->list;
}

static enum found handshake_find(void *state, struct ui *ui, int64_t n, const struct pattern *pattern)
{
    struct handshake_lines *s = state;
    uint64_t number = s->list.cursor + (uint64_t)n;
    refresh_lines(s, ui); /* what they borrow from may have left */
    if (number >= s->count)
        return FOUND_END;
    const struct line *l = &s->lines[number];
    const char *found = l->kind == LINE_FINDING ? wsd_finding_info((enum wsd_finding_code)l->finding)->text : "";
    if (!pattern_matches(pattern, l->name) && !pattern_matches(pattern, l->value) &&
        !pattern_matches(pattern, bytes_text(l->text)) && !pattern_matches(pattern, bytes_text(found)))
        return FOUND_NOT;
    list_go(&s->list, number);
    return FOUND_HERE;
}

/* What the line under the cursor was checked for. */
static void handshake_status(void *state, struct ui *ui, struct writer *text)
{
    struct handshake_lines *s = state;
    (void)ui;
    if (!s->has || s->list.cursor >= s->count)
        return;
    const struct line *l = &s->lines[s->list.cursor];
    writer_format(text, "line %llu/%zu", (unsigned long long)s->list.cursor + 1, s->count);
    if (l->finding < 0 && l->check == NULL)
        return;
    writer_text(text, l->finding >= 0 ? "  " : "  ok: ");
    write_verdict(text, l, true);
}

const struct view handshake_view = {
    .place = PLACE_HANDSHAKE,
    .state_size = sizeof(struct handshake_lines),
    .begin = handshake_begin,
    .act = handshake_act,
    .mouse = handshake_mouse,
    .draw = handshake_draw,
    .find = handshake_find,
    .list = handshake_list,
    .status = handshake_status,
};
