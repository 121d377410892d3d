#include "filter/fields.h"
#include "dissector/base/bytes.h"

static const struct {
    struct filter_field field;
    enum field_type type;
} fields[FIELD_COUNT] = {
#define FIELD_ROW(id, name, type, help) [FIELD_ID_##id] = {{name, NULL, help}, FIELD_##type},
    FIELDS(FIELD_ROW)
#undef FIELD_ROW
};

#define FIELD_WORD(name, word) [FIELD_##name] = word,
static const char *const type_words[] = {FIELD_TYPES(FIELD_WORD)};
#undef FIELD_WORD

enum field_type fields_type(enum field_id id)
{
    return fields[id].type;
}

const char *fields_name(enum field_id id)
{
    return fields[id].field.name;
}

enum field_id fields_find(struct wsd_bytes name)
{
    for (int id = 0; id < FIELD_COUNT; id++)
        if (bytes_equal(name, bytes_text(fields[id].field.name)))
            return (enum field_id)id;
    return FIELD_COUNT;
}

const struct filter_field *filter_field(const char *prefix, unsigned n)
{
    static struct filter_field told[FIELD_COUNT]; /* the same values in every call */
    for (int id = 0; id < FIELD_COUNT; id++)
        if (strncmp(fields[id].field.name, prefix, strlen(prefix)) == 0 && n-- == 0) {
            told[id] = (struct filter_field){fields[id].field.name, type_words[fields[id].type], fields[id].field.help};
            return &told[id];
        }
    return NULL;
}

/* Levenshtein's distance, of names below 24 characters. */
static unsigned distance(struct wsd_bytes a, struct wsd_bytes b)
{
    unsigned row[25];
    if (a.length > 24 || b.length > 24)
        return 99;
    for (unsigned j = 0; j <= b.length; j++)
        row[j] = j;
    for (unsigned i = 1; i <= a.length; i++) {
        unsigned corner = row[0];
        row[0] = i;
        for (unsigned j = 1; j <= b.length; j++) {
            unsigned change = corner + (a.data[i - 1] != b.data[j - 1]);
            corner = row[j];
            row[j] = row[j] + 1 < row[j - 1] + 1 ? row[j] + 1 : row[j - 1] + 1;
            row[j] = change < row[j] ? change : row[j];
        }
    }
    return row[b.length];
}

const char *fields_like(struct wsd_bytes name)
{
    const char *best = NULL;
    unsigned least = name.length < 4 ? 2 : 3;
    for (int id = 0; id < FIELD_COUNT; id++) {
        unsigned d = distance(name, bytes_text(fields[id].field.name));
        if (d < least) {
            least = d;
            best = fields[id].field.name;
        }
    }
    return best;
}

bool fields_of_frames(enum field_id id)
{
    switch (id) {
    case FIELD_ID_FRAME:
    case FIELD_ID_WS_FIN:
    case FIELD_ID_WS_RSV1:
    case FIELD_ID_WS_RSV2:
    case FIELD_ID_WS_RSV3:
    case FIELD_ID_WS_MASKED:
    case FIELD_ID_WS_MASK:
    case FIELD_ID_WS_HEADER_LENGTH: return true;
    default: return false;
    }
}

/* ---- words ---------------------------------------------------------------------------------------------------- */

/* Those of this program; the others are the library's. */
static const char *const event_words[] = {[WSD_EVENT_CONNECTION] = "connection", [WSD_EVENT_FRAME] = "frame",
                                          [WSD_EVENT_MESSAGE] = "message",       [WSD_EVENT_GAP] = "gap",
                                          [WSD_EVENT_FINDING] = "finding",       [WSD_EVENT_CLOSE] = "close"};
static const char *const side_words[] = {[WSD_CLIENT] = "client", [WSD_SERVER] = "server"};

#define COUNT_ONE(...) +1
const char *fields_word(enum field_type type, unsigned n)
{
    switch (type) {
    case FIELD_TYPE: return n < sizeof event_words / sizeof *event_words ? event_words[n] : NULL;
    case FIELD_SIDE: return n < 2 ? side_words[n] : NULL;
    case FIELD_OPCODE: return n < 16 ? wsd_opcode_word((uint8_t)n) : NULL;
    case FIELD_CARRIER: return n < 0 WSD_CARRIERS(COUNT_ONE) ? wsd_carrier_word((enum wsd_carrier)n) : NULL;
    case FIELD_HANDSHAKE: return n < 0 WSD_HANDSHAKES(COUNT_ONE) ? wsd_handshake_word((enum wsd_handshake)n) : NULL;
    case FIELD_HOW: return n < 0 WSD_HOWS(COUNT_ONE) ? wsd_how_word((enum wsd_how)n) : NULL;
    case FIELD_SEVERITY: return n < WSD_SEVERITY_COUNT ? wsd_severity_word((enum wsd_severity)n) : NULL;
    case FIELD_FINDING: return n < WSD_FINDING_COUNT ? wsd_finding_info((enum wsd_finding_code)n)->word : NULL;
    default: return NULL;
    }
}
#undef COUNT_ONE

int fields_word_value(enum field_type type, struct wsd_bytes word)
{
    const char *known;
    for (unsigned n = 0; (known = fields_word(type, n)) != NULL; n++)
        if (bytes_equal(word, bytes_text(known)))
            return (int)n;
    return -1;
}

/* ---- values --------------------------------------------------------------------------------------------------- */

static void set_number(struct field_values *out, int64_t value)
{
    out->number[out->count++] = value;
}

/* Lengths above 2^63 are none that a comparison has to tell apart. */
static void set_unsigned(struct field_values *out, uint64_t value)
{
    set_number(out, value < INT64_MAX ? (int64_t)value : INT64_MAX);
}

static void set_text(struct field_values *out, struct wsd_bytes text)
{
    out->text = text;
    out->count = 1;
}

static void set_some_text(struct field_values *out, struct wsd_bytes text)
{
    if (text.length > 0)
        set_text(out, text);
}

static void set_known(struct field_values *out, int value)
{
    if (value >= 0)
        set_number(out, value);
}

static enum wsd_direction direction_of(const struct wsd_event *e)
{
    switch (e != NULL ? e->type : WSD_EVENT_CONNECTION) {
    case WSD_EVENT_FRAME: return e->frame.direction;
    case WSD_EVENT_MESSAGE: return e->message.direction;
    case WSD_EVENT_GAP: return e->gap.direction;
    case WSD_EVENT_FINDING: return e->finding.direction;
    case WSD_EVENT_TRANSPORT: return e->transport.direction;
    default: return WSD_NEITHER;
    }
}

static void get_event(enum field_id id, const struct wsd_event *e, struct field_values *out)
{
    switch (id) {
    case FIELD_ID_TYPE:
        if (e->type < WSD_EVENT_TRANSPORT)
            set_number(out, e->type);
        break;
    case FIELD_ID_TIME: set_number(out, e->at.time); break;
    case FIELD_ID_PACKET: set_unsigned(out, e->type == WSD_EVENT_FRAME ? e->frame.first.packet : e->at.packet); break;
    default:
        if (direction_of(e) != WSD_NEITHER)
            set_number(out, direction_of(e));
        break;
    }
}

static void get_frame(enum field_id id, const struct wsd_frame *f, struct field_values *out)
{
    switch (id) {
    case FIELD_ID_WS_OPCODE: set_number(out, f->opcode); break;
    case FIELD_ID_WS_LENGTH: set_unsigned(out, f->length); break;
    case FIELD_ID_WS_COMPLETE: set_number(out, f->complete); break;
    case FIELD_ID_WS_FIN: set_number(out, f->fin); break;
    case FIELD_ID_WS_RSV1: set_number(out, f->rsv[0]); break;
    case FIELD_ID_WS_RSV2: set_number(out, f->rsv[1]); break;
    case FIELD_ID_WS_RSV3: set_number(out, f->rsv[2]); break;
    case FIELD_ID_WS_MASKED: set_number(out, f->masked); break;
    case FIELD_ID_WS_HEADER_LENGTH: set_unsigned(out, f->header.length); break;
    case FIELD_ID_WS_MASK:
        if (f->masked)
            set_number(out, (int64_t)f->mask[0] << 24 | f->mask[1] << 16 | f->mask[2] << 8 | f->mask[3]);
        break;
    default: break;
    }
}

static void get_message(enum field_id id, const struct wsd_message *m, struct field_values *out)
{
    switch (id) {
    case FIELD_ID_WS_OPCODE: set_number(out, m->opcode); break;
    case FIELD_ID_WS_LENGTH:
    case FIELD_ID_LENGTH: set_unsigned(out, m->length); break;
    case FIELD_ID_WS_COMPLETE: set_number(out, m->complete); break;
    case FIELD_ID_PAYLOAD: set_text(out, m->payload); break;
    case FIELD_ID_WIRE_LENGTH: set_unsigned(out, m->wire_length); break;
    case FIELD_ID_FRAMES: set_unsigned(out, m->frames); break;
    case FIELD_ID_COMPRESSED: set_number(out, m->compressed); break;
    case FIELD_ID_TRUNCATED: set_number(out, m->truncated); break;
    case FIELD_ID_CLOSE_CODE: set_known(out, m->close_code); break;
    case FIELD_ID_CLOSE_REASON:
        if (m->opcode == WSD_OPCODE_CLOSE)
            set_text(out, m->close_reason);
        break;
    default: break;
    }
}

static void get_close(enum field_id id, const struct wsd_close *c, struct field_values *out)
{
    switch (id) {
    case FIELD_ID_CLOSE_CODE: set_known(out, c->code); break;
    case FIELD_ID_CLOSE_REASON: set_text(out, c->reason); break;
    case FIELD_ID_CLOSE_REPORTED: set_known(out, c->reported); break;
    case FIELD_ID_CLOSE_BY:
        if (c->by != WSD_NEITHER)
            set_number(out, c->by);
        break;
    case FIELD_ID_CLOSE_HOW: set_number(out, c->how); break;
    case FIELD_ID_CLOSE_DURATION: set_number(out, c->duration); break;
    default: break;
    }
}

static void get_finding(enum field_id id, const struct wsd_finding *f, struct field_values *out)
{
    const struct wsd_finding_info *info = wsd_finding_info(f->code);
    switch (id) {
    case FIELD_ID_FINDING_CODE: set_number(out, f->code); break;
    case FIELD_ID_FINDING_SEVERITY: set_number(out, info->severity); break;
    case FIELD_ID_FINDING_RULE: set_text(out, bytes_text(info->rule)); break;
    case FIELD_ID_FINDING_DETAIL: set_text(out, bytes_text(f->detail)); break;
    default: break;
    }
}

/* One end, or both. */
static void set_ends(struct field_values *out, const struct wsd_connection *c, bool client, bool server)
{
    for (int d = 0; d < 2; d++) {
        if (!(d == WSD_CLIENT ? client : server))
            continue;
        out->end[out->count] = &c->endpoint[d];
        out->number[out->count++] = c->endpoint[d].port;
    }
}

static void get_ends(enum field_id id, const struct filter_subject *s, struct field_values *out)
{
    bool by_server = direction_of(s->event) == WSD_SERVER;
    switch (id) {
    case FIELD_ID_IP_ADDR:
    case FIELD_ID_TCP_PORT: set_ends(out, s->connection, true, true); break;
    case FIELD_ID_IP_SRC:
    case FIELD_ID_TCP_SRCPORT: set_ends(out, s->connection, !by_server, by_server); break;
    case FIELD_ID_IP_DST:
    case FIELD_ID_TCP_DSTPORT: set_ends(out, s->connection, by_server, !by_server); break;
    case FIELD_ID_CLIENT_IP:
    case FIELD_ID_CLIENT_PORT: set_ends(out, s->connection, true, false); break;
    default: set_ends(out, s->connection, false, true); break;
    }
}

static void get_connection(enum field_id id, const struct wsd_connection *c, struct field_values *out)
{
    switch (id) {
    case FIELD_ID_CONN: set_unsigned(out, c->id); break;
    case FIELD_ID_URL: set_some_text(out, c->url); break;
    case FIELD_ID_SUBPROTOCOL: set_some_text(out, c->subprotocol); break;
    case FIELD_ID_CARRIER: set_number(out, c->carrier); break;
    case FIELD_ID_HANDSHAKE: set_number(out, c->handshake); break;
    case FIELD_ID_STATUS:
        if (c->status != 0)
            set_number(out, c->status);
        break;
    case FIELD_ID_VERSION: set_known(out, c->version); break;
    default: set_number(out, c->deflate.negotiated); break;
    }
}

static bool is(const struct filter_subject *s, enum wsd_event_type type)
{
    return s->event != NULL && s->event->type == type;
}

void fields_get(enum field_id id, const struct filter_subject *s, struct field_values *out)
{
    out->count = 0;
    if (id <= FIELD_ID_CLOSE) { /* presence: in the table's order, which is not that of enum wsd_event_type */
        out->count = (id == FIELD_ID_CONNECTION && (s->event == NULL || is(s, WSD_EVENT_CONNECTION))) ||
                     (id == FIELD_ID_FRAME && is(s, WSD_EVENT_FRAME)) ||
                     (id == FIELD_ID_MESSAGE && is(s, WSD_EVENT_MESSAGE)) ||
                     (id == FIELD_ID_GAP && is(s, WSD_EVENT_GAP)) || (id == FIELD_ID_FINDING && s->finding != NULL) ||
                     (id == FIELD_ID_CLOSE && s->close != NULL);
    } else if (id <= FIELD_ID_DIR && id != FIELD_ID_CONN) {
        if (s->event != NULL)
            get_event(id, s->event, out);
    } else if (id >= FIELD_ID_IP_ADDR && id <= FIELD_ID_SERVER_PORT) {
        if (s->connection != NULL)
            get_ends(id, s, out);
    } else if (id == FIELD_ID_CONN || (id >= FIELD_ID_URL && id <= FIELD_ID_DEFLATE)) {
        if (s->connection != NULL)
            get_connection(id, s->connection, out);
    } else if (id == FIELD_ID_GAP_BYTES) {
        if (is(s, WSD_EVENT_GAP))
            set_unsigned(out, s->event->gap.bytes);
    } else if (id >= FIELD_ID_FINDING_CODE) {
        if (s->finding != NULL)
            get_finding(id, s->finding, out);
    } else if (is(s, WSD_EVENT_FRAME)) {
        get_frame(id, &s->event->frame, out);
    } else if (is(s, WSD_EVENT_MESSAGE)) {
        get_message(id, &s->event->message, out);
    } else if (s->close != NULL) {
        get_close(id, s->close, out);
    }
}
