#include "ui/rungs.h"

#include "dissector/base/bytes.h"
#include "ui/columns.h"
#include "ui/lines.h"

#include <string.h>

enum {
    OPCODE_COLUMNS = 7,
    SIZE_COLUMNS = 7,
    SIZE_FROM = 40 /* columns of a rung from which there is room for sizes */
};

/* ---- arrows */

/* How the line of an arrow is drawn. */
enum stroke { STROKE_DATA, STROKE_HANDSHAKE, STROKE_FAINT, STROKE_NONE, STROKE_COUNT };

struct strokes {
    const char *line[STROKE_COUNT], *to_client, *to_server, *edge, *broken;
};

static const struct strokes *strokes_of(const struct terminal *terminal)
{
    static const struct strokes unicode = {{"─", "═", "╌", " "}, "◀", "▶", "│", "✗"},
                                ascii = {{"-", "=", ".", " "}, "<", ">", "|", "!"};
    return terminal->charset == ESCAPE_UTF8 ? &unicode : &ascii;
}

/* ---- what stands on them: a rung begins with its edge and the tail or head of the arrow, then what it says, then the rest */

struct rung {
    struct pen *pen;
    const struct strokes *strokes;
    enum stroke stroke;
    enum role role;
    uint8_t direction; /* enum wsd_direction */
    int end;           /* of the line: the column behind the server's edge */
};

static struct rung rung_begin(struct pen *pen, enum stroke stroke, enum role role, uint8_t direction)
{
    struct rung r = {pen, strokes_of(pen->terminal), stroke, role, direction, pen->end};
    const char *line = r.strokes->line[stroke];
    pen_text(pen, ROLE_FAINT, r.strokes->edge);
    pen_text(pen, role, direction == WSD_SERVER && stroke != STROKE_NONE ? r.strokes->to_client : line);
    pen_text(pen, role, line);
    pen_text(pen, role, " ");
    pen->end -= 4; /* a blank, a piece of the line, the head, the edge */
    return r;
}

static void rung_end(struct rung *r)
{
    struct pen *pen = r->pen;
    pen->end = r->end;
    if (pen->x < pen->end)
        pen_text(pen, r->role, " ");
    while (pen->x < pen->end - 2)
        pen_text(pen, r->role, r->strokes->line[r->stroke]);
    pen_text(pen, r->role,
             r->direction == WSD_CLIENT && r->stroke != STROKE_NONE ? r->strokes->to_server
                                                                    : r->strokes->line[r->stroke]);
    pen_text(pen, ROLE_FAINT, r->strokes->edge);
}

/* A finding stands between the edges; that of the side which broke the rule says so. */
static void draw_finding(struct pen *pen, const struct record_finding *f)
{
    const struct wsd_finding_info *info = wsd_finding_info((enum wsd_finding_code)f->head.detail);
    const struct strokes *strokes = strokes_of(pen->terminal);
    enum role role = line_severity(info->severity);
    int end = pen->end;
    bool client = f->head.direction == WSD_CLIENT, server = f->head.direction == WSD_SERVER;
    pen_text(pen, client ? role : ROLE_FAINT, client ? strokes->broken : strokes->edge);
    pen_text(pen, ROLE_NORMAL, "   ");
    pen->end -= 2;
    pen_left(pen, role, wsd_severity_word(info->severity), OPCODE_COLUMNS + 1);
    struct wsd_bytes text = bytes_text(info->text);
    pen_bytes(pen, role, text, pen->end - pen->x, false);
    if (f->text[0] != 0) {
        pen_text(pen, role, ": ");
        pen_bytes(pen, role, bytes_text(f->text), pen->end - pen->x, false);
    }
    if (pen->end - pen->x > draw_columns(info->rule) + 4)
        pen_format(pen, ROLE_FAINT, "  [%s]", info->rule);
    pen->end = end;
    pen_to(pen, end - 1 - pen->left);
    pen_text(pen, server ? role : ROLE_FAINT, server ? strokes->broken : strokes->edge);
}

static void draw_message(struct pen *pen, const struct record_message *m)
{
    char size[HUMAN_SIZE];
    bool control = record_is_control(&m->head);
    int columns = pen->end - pen->x;
    enum role role = control ? ROLE_CONTROL : line_sender(m->head.direction);
    struct rung rung = rung_begin(pen, control ? STROKE_FAINT : STROKE_DATA, role, m->head.direction);
    pen_left(pen, role, wsd_opcode_word(m->head.opcode), OPCODE_COLUMNS);
    if (columns >= SIZE_FROM) {
        pen_right(pen, ROLE_NORMAL, human_size(size, m->length), SIZE_COLUMNS);
        pen_text(pen, ROLE_NORMAL, "  ");
    }
    if ((m->head.flags & RECORD_COMPLETE) == 0)
        pen_text(pen, ROLE_WARNING, "[incomplete] ");
    line_preview(pen, control ? ROLE_CONTROL : ROLE_NORMAL, m, pen->end - pen->x);
    rung_end(&rung);
}

static void draw_tcp(struct pen *pen, enum role role, uint8_t direction, const char *what)
{
    struct rung rung = rung_begin(pen, STROKE_FAINT, role, direction);
    pen_left(pen, role, "tcp", OPCODE_COLUMNS + 1);
    pen_text(pen, role, what);
    rung_end(&rung);
}

static void draw_request(struct pen *pen, const struct wsd_event *e)
{
    const struct wsd_head *head = e->opening.request;
    struct rung rung = rung_begin(pen, STROKE_HANDSHAKE, ROLE_CLIENT, WSD_CLIENT);
    if (head == NULL) {
        pen_text(pen, ROLE_FAINT, "the request is not in the capture");
    } else {
        pen_bytes(pen, ROLE_STRONG, head->method, 16, false);
        pen_text(pen, ROLE_NORMAL, " ");
        pen_bytes(pen, ROLE_STRONG, head->target, pen->end - pen->x, false);
    }
    rung_end(&rung);
}

static void draw_response(struct pen *pen, const struct wsd_event *e)
{
    const struct wsd_head *head = e->opening.response;
    bool good = e->connection->handshake == WSD_HANDSHAKE_COMPLETE;
    struct rung rung =
        rung_begin(pen, head != NULL ? STROKE_HANDSHAKE : STROKE_NONE, good ? ROLE_SERVER : ROLE_WARNING, WSD_SERVER);
    if (head == NULL) {
        pen_text(pen, ROLE_WARNING,
                 e->connection->handshake == WSD_HANDSHAKE_UNANSWERED ? "never answered"
                                                                      : "the answer is not in the capture");
    } else {
        pen_format(pen, good ? ROLE_STRONG : ROLE_WARNING, "%d ", head->status);
        pen_bytes(pen, good ? ROLE_STRONG : ROLE_WARNING, head->reason, pen->end - pen->x, false);
        if (e->connection->subprotocol.length > 0) {
            pen_text(pen, ROLE_NORMAL, "  ");
            pen_bytes(pen, ROLE_NORMAL, e->connection->subprotocol, pen->end - pen->x, false);
        }
        if (e->opening.extensions.length > 0) {
            pen_text(pen, ROLE_FAINT, "  ");
            pen_bytes(pen, ROLE_FAINT, e->opening.extensions, pen->end - pen->x, false);
        }
    }
    rung_end(&rung);
}

static void draw_unseen(struct pen *pen, const struct model_row *row)
{
    struct rung rung = rung_begin(pen, STROKE_NONE, ROLE_FAINT, WSD_NEITHER);
    bool encrypted = row->record->detail == WSD_HANDSHAKE_ENCRYPTED;
    pen_text(pen, ROLE_FAINT, encrypted ? "encrypted" : "the handshake is not in the capture");
    rung_end(&rung);
}

static void draw_opening(struct pen *pen, const struct model_row *row, enum opening_step step)
{
    struct record_scratch scratch;
    struct wsd_event e;
    model_event(row, &scratch, &e);
    switch (step) {
    case STEP_SYN: draw_tcp(pen, ROLE_FAINT, WSD_CLIENT, "SYN"); break;
    case STEP_SYN_ACK: draw_tcp(pen, ROLE_FAINT, WSD_SERVER, "SYN, ACK"); break;
    case STEP_REQUEST: draw_request(pen, &e); break;
    case STEP_RESPONSE: draw_response(pen, &e); break;
    case STEP_UNSEEN: draw_unseen(pen, row); break;
    }
}

static void draw_gap(struct pen *pen, const struct record_gap *g)
{
    char size[HUMAN_SIZE];
    struct rung rung = rung_begin(pen, STROKE_FAINT, ROLE_WARNING, g->head.direction);
    pen_left(pen, ROLE_WARNING, "gap", OPCODE_COLUMNS);
    pen_right(pen, ROLE_WARNING, human_size(size, g->bytes), SIZE_COLUMNS);
    pen_text(pen, ROLE_WARNING, "  missing in the capture");
    rung_end(&rung);
}

const char *rung_transport(enum wsd_transport_what what)
{
    static const char *const words[] = {[WSD_TRANSPORT_SYN] = "SYN",
                                        [WSD_TRANSPORT_FIN] = "FIN",
                                        [WSD_TRANSPORT_RST] = "RST",
                                        [WSD_TRANSPORT_RETRANSMISSION] = "retransmission",
                                        [WSD_TRANSPORT_WINDOW_CLOSED] = "zero window: may not be sent any more",
                                        [WSD_TRANSPORT_WINDOW_OPENED] = "window open again"};
    return words[what];
}

static void draw_transport(struct pen *pen, const struct record *r)
{
    bool trouble = r->detail == WSD_TRANSPORT_RST || r->detail == WSD_TRANSPORT_RETRANSMISSION ||
                   r->detail == WSD_TRANSPORT_WINDOW_CLOSED;
    draw_tcp(pen, trouble ? ROLE_WARNING : ROLE_FAINT, r->direction,
             rung_transport((enum wsd_transport_what)r->detail));
}

static void draw_close(struct pen *pen, const struct model_row *row)
{
    const struct record_close *r = (const struct record_close *)row->record;
    char text[COLUMN_CLOSE_TEXT], duration[HUMAN_SIZE];
    bool open = r->head.detail == WSD_BY_CAPTURE_END;
    struct rung rung =
        rung_begin(pen, open ? STROKE_NONE : STROKE_HANDSHAKE, open ? ROLE_FAINT : ROLE_STRONG, WSD_NEITHER);
    column_close(text, row->connection);
    pen_left(pen, ROLE_STRONG, open ? "end" : "close", OPCODE_COLUMNS + 1);
    pen_bytes(pen, ROLE_STRONG,
              (struct wsd_bytes){(const uint8_t *)(open ? "still open" : text), strlen(open ? "still open" : text)},
              pen->end - pen->x, false);
    pen_format(pen, ROLE_NORMAL, ", after %s", human_duration(duration, r->duration));
    rung_end(&rung);
}

void rung_draw(struct pen *pen, const struct model_row *row, enum opening_step step)
{
    switch ((enum wsd_event_type)row->type) {
    case WSD_EVENT_CONNECTION: draw_opening(pen, row, step); break;
    case WSD_EVENT_MESSAGE: draw_message(pen, (const struct record_message *)row->record); break;
    case WSD_EVENT_GAP: draw_gap(pen, (const struct record_gap *)row->record); break;
    case WSD_EVENT_FINDING: draw_finding(pen, (const struct record_finding *)row->record); break;
    case WSD_EVENT_CLOSE: draw_close(pen, row); break;
    case WSD_EVENT_TRANSPORT: draw_transport(pen, row->record); break;
    case WSD_EVENT_FRAME:
    case WSD_EVENT_REQUEST: break;
    }
}

/* ---- an opening */

unsigned rung_steps(const struct model_row *row, bool transport, struct opening_steps *steps)
{
    struct record_scratch scratch;
    struct wsd_event e;
    bool seen = row->record->detail != WSD_HANDSHAKE_MISSING && row->record->detail != WSD_HANDSHAKE_ENCRYPTED;
    *steps = (struct opening_steps){0};
    if (row->type != WSD_EVENT_CONNECTION)
        return 0;
    model_event(row, &scratch, &e);
    for (int side = WSD_CLIENT; side <= WSD_SERVER && transport; side++)
        if (e.opening.syn_time[side] != 0)
            steps->step[steps->count++] =
                (struct opening_moment){side == WSD_CLIENT ? STEP_SYN : STEP_SYN_ACK, e.opening.syn_time[side]};
    if (seen)
        steps->step[steps->count++] =
            (struct opening_moment){STEP_REQUEST, e.opening.request != NULL ? e.opening.request_time : 0};
    steps->step[steps->count++] = (struct opening_moment){seen ? STEP_RESPONSE : STEP_UNSEEN, row->record->time};
    return steps->count;
}
