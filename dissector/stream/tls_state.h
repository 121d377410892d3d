/*
 * tls_state.h: what is remembered of one TLS connection, shared by the files that read it.
 *
 * Kept small: an idle connection costs this, and the cipher contexts of both directions.
 */
#ifndef STREAM_TLS_STATE_H
#define STREAM_TLS_STATE_H

#include "stream/tls.h"
#include "stream/tls_handshake.h"
#include "stream/tls_keys.h"

/* Under which keys a direction's records stand (RFC 8446 2, 7.1). Up to TLS 1.2 APPLICATION stands for all after ChangeCipherSpec. */
enum tls_epoch { TLS_EPOCH_PLAIN, TLS_EPOCH_EARLY, TLS_EPOCH_HANDSHAKE, TLS_EPOCH_APPLICATION };

/* 0-RTT data: only the server's EncryptedExtensions say whether it counts (RFC 8446 4.2.10). */
enum tls_early { TLS_EARLY_NONE, TLS_EARLY_OFFERED, TLS_EARLY_ACCEPTED, TLS_EARLY_REJECTED };

/* Up to TLS 1.2 a renegotiation's keys are made from both hellos. One direction may be behind the other: then its hello is owed; or the
 * capture lacks it, or the session's secrets are not known. */
enum tls_owed { TLS_OWED_NONE, TLS_OWED_BY_CLIENT, TLS_OWED_BY_SERVER, TLS_OWED_LOST };

/* Where the next record begins is not known: everything since is kept until one is found. */
struct tls_search {
    struct buffer bytes;
    size_t at;       /* places before this one were tried */
    uint64_t lost;   /* bytes in front of bytes */
    uint64_t trials; /* left: then only the nearest numbers are tried */
};

struct tls_half {
    struct tls_records records;
    struct tls_messages messages;
    struct tls_cipher *cipher;       /* NULL: plain, or the key is not known */
    struct tls_search *search;       /* NULL: the framing is known */
    uint64_t ahead;                  /* so many records may have been lost since the last one that was opened */
    uint8_t secret[TLS_SECRET_MOST]; /* TLS 1.3: of cipher */
    uint8_t epoch;                   /* enum tls_epoch */
    uint8_t failures;                /* records in a row that were not opened */
    bool blocked;                    /* its next record waits for a secret, or for the other direction */
    bool skip_early;                 /* 0-RTT data that does not count is passed over */
    bool renewed; /* up to TLS 1.2: the session was renegotiated, and its keys are not in force yet */
    bool closed;  /* close_notify, or a fatal alert */
    bool ended;
    uint8_t how;    /* enum wsd_how, when ended */
    bool unframed;  /* while waiting: where records begin is not known */
    uint64_t stray; /* the packet that did not go on with a record before there were keys: its rest is passed over */
};

/* For RSA key exchange, and only while there are private keys: the content of plain handshake records, by direction. */
struct tls_exchange {
    struct buffer content[2];
};

struct tls {
    struct stream base;
    struct stream *inner;
    struct tls_host *host;
    void *owner;
    struct via *via;
    struct tls_half half[2];
    struct tls_session session; /* suite NULL: no ServerHello yet */
    struct tls_exchange *exchange;
    struct tls_queue queue;
    struct tls_held *at;          /* what of it is being read, NULL: nothing */
    struct tls *next, **previous; /* in the host's list; previous NULL: not in it */
    int64_t waits_since;
    struct wsd_moment first; /* the packet of its first byte */
    struct wsd_tls info;
    uint8_t *words;                                     /* what info borrows */
    uint8_t session_id[TLS_RANDOM], ticket[TLS_RANDOM]; /* for abbreviated handshakes; the ticket's digest */
    uint8_t depth, early, session_id_length;
    uint8_t owed; /* enum tls_owed */
    bool hello;   /* a ClientHello was seen, so session.client_random is known */
    bool extended_master, has_ticket;
    bool forced;  /* no secrets come any more */
    bool hurried; /* what is held has waited long enough */
    bool keys_unknown_told;
    bool strayed;        /* a direction went on with bytes that no known key is for, and nothing was told yet */
    bool sealed;         /* given up: inner only counts */
    bool opened;         /* a record was opened */
    bool late;           /* it began before the capture did */
    bool replaying;      /* what was held is being read */
    bool told;           /* a secret of it */
    bool found;          /* its session was found by trying, which is still to be told */
    bool turned;         /* client and server are the other way round than it was first believed */
    bool unaffordable;   /* not all secrets could be tried */
    bool client_over;    /* nothing more comes of it */
    bool early_unknown;  /* what became of 0-RTT data, which is still to be told, */
    uint64_t early_lost; /* and so many bytes of it were left out */
    uint64_t tried[2];   /* tls_secrets.added when they were tried on that direction */
    size_t looked;       /* bytes that were held when a record was looked for without framing */
};

/* Protected records of a direction whose ChangeCipherSpec is not in the capture that may not be, either: Finished, and a few. */
enum { TLS_UNSEEN_MOST = 4 };

/* What reading a record returns when it has to wait. */
enum { TLS_WAIT = 2 };

static inline bool tls_is_13(const struct tls *t)
{
    return t->session.version == TLS_1_3;
}

/* ---- tls.c: bytes become records, and records are read --------------------------------------------------------- */

/* All that is given is consumed, or held. These return what stream_data() does; while what was held is read, TLS_WAIT too. */
int tls_feed(struct tls *t, enum wsd_direction d, struct wsd_bytes bytes, const struct wsd_moment *moment);
int tls_read_protected(struct tls *t, enum wsd_direction d, const struct tls_record *r,
                       const struct wsd_moment *moment);

/* What a record held, by its content type. */
int tls_read_content(struct tls *t, enum wsd_direction d, const struct tls_record *r, const struct tls_plain *plain,
                     const struct wsd_moment *moment);

int tls_end_direction(struct tls *t, enum wsd_direction d, enum wsd_how how, const struct wsd_moment *moment);

/* ---- tls_hello.c --------------------------------------------------------------------------------------------- */

/* Content of handshake records; keys and epochs change by it. Returns 0, STREAM_DONE or -ENOMEM. */
int tls_read_handshake(struct tls *t, enum wsd_direction d, struct wsd_bytes content);

/* ---- tls_alert.c --------------------------------------------------------------------------------------------- */

int tls_read_alert(struct tls *t, enum wsd_direction d, struct wsd_bytes content, const struct wsd_moment *moment);

/* ---- tls_inner.c: what the stream inside is given -------------------------------------------------------------- */

/* False: there is no connection yet that it could be told of. */
bool tls_tell(struct tls *t, enum wsd_direction d, enum wsd_finding_code code, const char *detail,
              const struct wsd_moment *moment);

/* What is to be said of the session, if rc is 0 and there is a connection to say it of. Returns rc. */
int tls_tell_session(struct tls *t, int rc, const struct wsd_moment *moment);

/* Content of this record. */
int tls_deliver(struct tls *t, enum wsd_direction d, const struct tls_record *r, const struct tls_plain *plain,
                const struct wsd_moment *moment);

/* So many bytes of content, or those of this record, cannot be had. */
int tls_lose(struct tls *t, enum wsd_direction d, uint64_t content, const struct wsd_moment *moment);
int tls_lose_record(struct tls *t, enum wsd_direction d, const struct tls_record *r, const struct wsd_moment *moment);

/* Nothing more can be opened, for this reason: what follows is only counted. Returns 0, STREAM_DONE, or -ENOMEM. */
int tls_seal(struct tls *t, const char *reason);

/* Wipes and frees what records are opened with. */
void tls_drop_keys(struct tls *t);

/* ---- tls_wait.c: what comes before its secrets do -------------------------------------------------------------- */

/* Whether what comes has to be held, behind what is held. */
bool tls_waits(const struct tls *t);
void tls_wait_no_more(struct tls *t);

/* Is there a line of a key log about this client random? And are there secrets of this session, from wherever? */
bool tls_is_logged(const struct tls *t);
bool tls_has_secrets(struct tls *t);

/* Hold what came behind what is held. */
int tls_hold(struct tls *t, const struct tls_held *what, struct wsd_bytes bytes, const struct wsd_moment *moment);
int tls_hold_record(struct tls *t, enum wsd_direction d, const struct tls_record *r, const struct wsd_moment *moment);
int tls_hold_raw(struct tls *t, enum wsd_direction d, struct wsd_bytes bytes, const struct wsd_moment *moment);

/* Something more is held: it may say which session this is, or what becomes of 0-RTT data. */
int tls_look_again(struct tls *t, enum wsd_direction d);

/* Bytes that were held without their framing are being read, and a record in them has to wait: it takes their place, with the rest
 * behind it. */
int tls_split_held(struct tls *t, const struct tls_record *r, struct wsd_bytes rest);

/* Likewise, and no record begins there, while the keys that would find the next one may still come. */
int tls_split_unframed(struct tls *t, enum wsd_direction d, struct wsd_bytes rest);

/* This record is the first that has to wait. */
int tls_wait_for_secrets(struct tls *t, enum wsd_direction d, const struct tls_record *r,
                         const struct wsd_moment *moment);

/* The session is not known, and here is no record: what was gathered of one, and all that follows, is held as it is. */
bool tls_may_wait_unframed(const struct tls *t);
int tls_wait_unframed(struct tls *t, enum wsd_direction d, const struct wsd_moment *moment);

/* ---- tls_replay.c: what was held is read ----------------------------------------------------------------------- */

/* Whether the other direction, or this one, may go on with what is held. */
bool tls_may_replay(const struct tls *t);
int tls_replay_held(struct tls *t);

/* ---- tls_loss.c: bytes that the capture lacks ------------------------------------------------------------------ */

/* Where the next record begins is not known, after so many bytes. */
int tls_lose_framing(struct tls *t, enum wsd_direction d, uint64_t lost, const struct wsd_moment *moment);

/* More bytes, while it is searched for. */
int tls_search_on(struct tls *t, enum wsd_direction d, struct wsd_bytes bytes, const struct wsd_moment *moment);

/* What was gathered is no record's header: another one may begin in it. */
int tls_search_begun(struct tls *t, enum wsd_direction d, const struct wsd_moment *moment);

/* ---- tls_open.c: keys ------------------------------------------------------------------------------------------ */

/* Makes sure that half->cipher is what the next record of this direction is under. Returns 0, TLS_WAIT, -ENOMEM, or
 * -ENOENT: there is no such secret, and none will come. */
int tls_need_cipher(struct tls *t, enum wsd_direction d);

/* The secret that the log has for this direction and epoch; empty: none. */
struct wsd_bytes tls_secret_of_epoch(const struct tls *t, enum wsd_direction d, unsigned epoch);

/* This direction's next record is under this secret, and has this number. Returns 0 or -ENOMEM. */
int tls_use_secret(struct tls *t, enum wsd_direction d, struct wsd_bytes secret, uint64_t number);

/* Opens the record with the keys of this direction, or those that may follow. Returns 0, -EBADMSG, or -ENOMEM. skipped:
 * how many records were lost in front of it. */
int tls_open_record(struct tls *t, enum wsd_direction d, const struct tls_record *record, struct tls_plain *plain,
                    uint64_t *skipped);

/* A KeyUpdate was read: the next record is under the next secret. */
int tls_update_keys(struct tls *t, enum wsd_direction d);

/* The keys change, and what is next is under this epoch. */
void tls_enter_epoch(struct tls *t, enum wsd_direction d, enum tls_epoch epoch);

/* ---- tls_trial.c ----------------------------------------------------------------------------------------------- */

/* Where a hello is not in the capture, finds out which session what is held is of. Client and server may turn out to be the other
 * way round (turned). Returns 0 or -ENOMEM. */
int tls_try_secrets(struct tls *t);

/* The server's EncryptedExtensions are not in the capture: finds out from what is held of the client whether 0-RTT data
 * counts, if that can be known yet. */
void tls_judge_early(struct tls *t);

/* Whether what is held of the client, and nothing of it is missing, is 0-RTT data to its end. */
bool tls_ends_early(struct tls *t);

/* A renegotiation's ClientHello is not in the capture, and this record is the first under its keys: the keys that open it, with
 * the session found; NULL: none do, or there is no memory. */
struct tls_cipher *tls_try_renewed(struct tls *t, enum wsd_direction d, const struct tls_record *record,
                                   struct tls_plain *plain);

/* ---- tls_master.c ---------------------------------------------------------------------------------------------- */

/* The master secret of this session into master[48]: from the log, an earlier session, or a private key. False: there is none. */
bool tls_find_master(struct tls *t, uint8_t *master);

/* Content of a plain handshake record, for the private key; and the server gave a ticket for this session. These return 0
 * or -ENOMEM. */
int tls_note_content(struct tls *t, enum wsd_direction d, struct wsd_bytes content);
int tls_note_ticket(struct tls *t, struct wsd_bytes body);
void tls_exchange_free(struct tls *t);

/* A ticket's name in the store. */
int tls_ticket_digest(struct wsd_bytes ticket, uint8_t digest[TLS_RANDOM]);

/* ---- tls_search.c ---------------------------------------------------------------------------------------------- */

/* The framing of this direction is lost, after so many bytes. Returns 0 or -ENOMEM. */
int tls_search_begin(struct tls *t, enum wsd_direction d, uint64_t lost);

/* Nothing was found. Returns how many bytes of content were lost. */
uint64_t tls_search_end(struct tls *t, enum wsd_direction d);

/* More bytes. Returns 0, -ENOMEM, or 1: a record was found and opened, and the search is over. Then so many bytes of content were
 * lost in front of it, and found->bytes, for the caller to free, holds it at `at` and what came behind it. */
struct tls_found {
    struct buffer bytes;
    size_t at;
    struct tls_plain plain;
    uint64_t records; /* lost */
    uint64_t content; /* lost, perhaps with STREAM_ABOUT */
};
int tls_search_bytes(struct tls *t, enum wsd_direction d, struct wsd_bytes bytes, struct tls_found *found);

#endif
