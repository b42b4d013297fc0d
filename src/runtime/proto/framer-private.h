/* Inside proto: what the core of the framer (framer.c) and the two protocols share.
 *
 * A message in progress has a TbWork, taken when its first bytes arrive without its last and given
 * back when it ends, so that an idle connection is one small TbFramer and nothing else. The core
 * cuts the stream into what the work wants (a line, a body of known size, a mark, all until close)
 * and hands these to the protocol; the protocol says what is wanted next.
 *
 * Invariant 1: a framer of proto BYTES has no work and no queue.
 * Invariant 2: side.work is NULL whenever the direction stands between two messages and no partial
 *              line is held.
 * Invariant 3: the numbers of the requests in the queue rise. */
#pragma once

#include "tb-base.h"
#include "tb-proto.h"

/* A line longer than this is no HTTP and no RESP. */
#define TB_LINE_MAX (64u << 10)
#define TB_RESP_DEPTH_MAX 16
#define TB_MARK_SIZE 40

typedef enum
{
  TB_WANT_LINE,
  TB_WANT_BODY,  /* `remaining` bytes */
  TB_WANT_MARK,  /* until the mark of a diskless RDB */
  TB_WANT_BLOCK, /* `remaining` bytes, handed over whole, behind what is held of the line (HTTP/2) */
  TB_WANT_CLOSE  /* until the direction ends */
} TbWant;

typedef enum
{
  TB_PENDING_WHOLE = 1 << 0, /* the request was seen to its end */
  TB_PENDING_HEAD = 1 << 1,  /* its reply has no body */
  TB_PENDING_CONNECT = 1 << 2,
  TB_PENDING_SUBSCRIBE = 1 << 3,
  TB_PENDING_PSYNC = 1 << 4,
  TB_PENDING_SYNC = 1 << 5,
  TB_PENDING_MONITOR = 1 << 6,
  TB_PENDING_RESET = 1 << 7
} TbPendingFlags;

/* A request that waits for its reply. */
typedef struct
{
  int64_t request_ns;
  uint32_t number;
  uint32_t tag; /* of protocols that answer out of order: what the reply is known by */
  uint8_t trace_id[16], parent_id[8];
  uint8_t flags;
  char label[39];
} TbPending;

typedef struct
{
  uint64_t start;
  int64_t first_ns;
  uint64_t remaining; /* of a body */
  uint32_t number;    /* requests that are in the queue before they are whole (HTTP) */
  uint16_t status;
  uint8_t want, step;
  bool begun; /* `start` and `first_ns` are set */
  bool error, last;
  bool capture; /* the body's first bytes go to `text` */
  uint8_t label_n, text_n;
  char label[TB_LABEL_MAX];
  char text[TB_LABEL_MAX];
  uint8_t trace_id[16], parent_id[8];
  char *line; /* a line of which the end has not come */
  uint32_t line_n, line_size;
  union
  {
    struct
    {
      bool chunked, coded, has_length, close, keep_alive, to_http2, one_dot_zero;
      uint8_t flags; /* TbPendingFlags of a request */
    } http;
    struct
    {
      char type; /* of the top-level value */
      char third[4];
      bool inner; /* past the top-level header */
      uint32_t arg, n_args; /* of a command */
      uint8_t depth;
      uint32_t attributes; /* bit per depth: the aggregate there is an attribute */
      uint32_t left[TB_RESP_DEPTH_MAX + 1];
    } resp;
    struct
    {
      char mark[TB_MARK_SIZE];
      uint8_t fail[TB_MARK_SIZE]; /* Knuth, Morris and Pratt's table */
      uint8_t matched;
    } rdb;
    struct
    {
      uint32_t id, promised, left, wanted; /* left: bytes of the frame's content; wanted: of them, now */
      uint8_t type, flags, pad, padding; /* pad: still to come */
      bool end_headers;
    } two; /* HTTP/2: the frame that is being read; of headers the first frame */
    struct
    {
      uint8_t type;    /* of the part that is being read; MQTT: with its flags */
      uint8_t first;   /* PostgreSQL: type of the message's first part, 0: a startup packet */
      uint8_t shift;   /* MQTT: of the next digit of the length */
      uint32_t code;   /* PostgreSQL: of a startup packet */
    } packet;
  };
} TbWork;

/* What a connection remembers between messages. */
typedef enum
{
  TB_MODE_TUNNEL_WAIT = 1 << 0, /* HTTP: CONNECT was sent and is not answered */
  TB_MODE_TUNNEL_EARLY = 1 << 1, /* … and bytes followed it */
  TB_MODE_PUBSUB = 1 << 2,
  TB_MODE_MONITOR = 1 << 3,
  TB_MODE_PUSHES = 1 << 4, /* RESP3 pushes were seen: arrays are never pushes */
  TB_MODE_RDB = 1 << 5,    /* the next thing downwards is an RDB */
  TB_MODE_STREAM = 1 << 6, /* commands of a primary flow down, without replies */
  TB_MODE_NO_REPLY = 1 << 7,
  TB_MODE_SKIP_REPLY = 1 << 8,
  TB_MODE_PG_ASKED = 1 << 9, /* PostgreSQL: whether it may be encrypted; one byte answers */
  TB_MODE_PG_COPY = 1 << 10, /* rows flow up in answer to a COPY */
  TB_MODE_PG_STREAM = 1 << 11 /* replication: rows flow both ways until the end */
} TbMode;

struct TbFramer
{
  const char *note;
  struct
  {
    uint64_t offset;
    TbWork *work;
  } side[2];
  TbPending *queue; /* NULL: `one` is the queue */
  struct TbHttp2 *two; /* HTTP/2's tables and streams; nobody else has any */
  uint32_t requests;
  uint16_t head, n_pending, queue_size;
  uint16_t mode;
  uint8_t proto;
  bool agreed;
  TbPending one;
};

/* One call of tb_framer_feed(), passed down. */
typedef struct
{
  TbFramer *framer;
  TbWork *work;
  TbDirection direction;
  int64_t now_ns;
  TbMessageFunc func;
  void *data;
  TbHttp2FrameFunc frame_func; /* NULL: nobody asks about frames */
} TbFeed;

/* --- framer.c, for the protocols --- */

void tb_feed_give_up (TbFeed *feed, const char *note);
/* The same where both sides agreed on it. */
void tb_feed_leave (TbFeed *feed, const char *note);
/* Reads on as proto, unless what the other side has begun to say was read as something else. */
bool tb_feed_adopt (TbFeed *feed, TbProto proto);
/* The message in progress ends here. number 0: of no request. */
void tb_feed_report (TbFeed *feed, TbMessageKind kind, uint32_t number, const TbPending *request);
/* Forgets what was read of this message: the next byte begins another. */
void tb_feed_restart (TbFeed *feed);
/* Queues a request; returns its number, 0 where it had to give up. */
uint32_t tb_feed_push (TbFeed *feed, uint8_t flags);
uint32_t tb_feed_push_tagged (TbFeed *feed, uint8_t flags, uint32_t tag);
/* The oldest request without a reply, or NULL. */
TbPending *tb_feed_oldest (TbFeed *feed);
/* Takes it out; returns its number. *request gets a copy. */
uint32_t tb_feed_pop (TbFeed *feed, TbPending *request);
/* The queued request of that number, or NULL if its reply was quicker. */
TbPending *tb_feed_find (TbFeed *feed, uint32_t number);
/* The oldest of that tag, taken out wherever it stands; its number, or 0 where there is none. */
uint32_t tb_feed_take (TbFeed *feed, uint32_t tag, TbPending *request);
void tb_feed_want_body (TbFeed *feed, uint64_t n, bool capture);
/* Holds these bytes as the line that is not whole, and nothing else; they may be part of it now.
 * False where that were too long. */
bool tb_feed_hold_only (TbFeed *feed, const char *p, size_t n);
/* A 16- or 32-bit number of the network's order. */
uint32_t tb_read_u16 (const char *p);
uint32_t tb_read_u32 (const char *p);

/* Appends to a label, never beyond it: what is not printable UTF-8 becomes a dot. */
size_t tb_label_append (char *label, size_t size, size_t at, const char *bytes, size_t n);

/* --- the protocols --- */

void tb_http_line (TbFeed *feed, const char *line, size_t n);
void tb_http_body_end (TbFeed *feed);
void tb_http_close (TbFeed *feed);

void tb_resp_line (TbFeed *feed, const char *line, size_t n);
void tb_resp_body_end (TbFeed *feed);
/* Of n bytes, how many belong to the diskless RDB; ends the message at its mark. */
size_t tb_resp_mark (TbFeed *feed, const char *bytes, size_t n);

/* Protocols of packets: start() is asked what is wanted before a message's first byte. */
void tb_postgres_start (TbFeed *feed);
void tb_postgres_body_end (TbFeed *feed);
void tb_mqtt_start (TbFeed *feed);
void tb_mqtt_body_end (TbFeed *feed);
void tb_kafka_start (TbFeed *feed);
void tb_kafka_body_end (TbFeed *feed);
void tb_rpc_start (TbFeed *feed);
void tb_rpc_body_end (TbFeed *feed);
void tb_nats_line (TbFeed *feed, const char *line, size_t n);
void tb_nats_body_end (TbFeed *feed);

void tb_http2_start (TbFeed *feed);
void tb_http2_line (TbFeed *feed, const char *line, size_t n);
void tb_http2_body_end (TbFeed *feed);
void tb_http2_block (TbFeed *feed, const char *p, size_t n);
/* HTTP/1 was left for HTTP/2 on this connection, by the request that is answered by this. */
void tb_http2_upgrade (TbFeed *feed, const TbPending *request);
void tb_http2_free (struct TbHttp2 *two);
unsigned tb_http2_outstanding (const struct TbHttp2 *two);
bool tb_http2_is_settled (const struct TbHttp2 *two, TbDirection direction);
void tb_http2_owe_table_size (struct TbHttp2 *two, TbDirection direction);
/* Whether the caller's first line is HTTP/2's, and whether the called side's first bytes (so many)
 * are. */
#define TB_HTTP2_HEAD 9
bool tb_http2_is_preface (const char *line, size_t n);
bool tb_http2_is_greeting (const char *head);

/* PostgreSQL: high half of the codes that are no version of the protocol. */
#define TB_PG_SPECIAL 1234
#define TB_PG_STARTUP_MAX 10000
#define TB_KAFKA_API_VERSIONS 18

/* The first byte of TLS, and of nothing else that is read here. */
#define TB_TLS_HANDSHAKE 0x16

/* How many first bytes of a caller tell a protocol of packets. */
#define TB_SNIFF_SIZE 8
/* BYTES where these are of none. */
TbProto tb_sniff_packet (const char *bytes);
/* Whether a connection that begins with this byte is one of packets, if it is known at all. */
bool tb_sniff_is_packet (char first);
/* The same for what the called side says first, before the caller: a greeting. */
TbProto tb_sniff_greeting (const char *line, size_t n);

/* What the caller's first line says. BYTES where it is neither. */
TbProto tb_sniff_line (const char *line, size_t n);
/* Whether bytes that hold no end of line yet could be the beginning of something known. */
bool tb_sniff_possible (const char *bytes, size_t n);

/* --- http-line.c: the grammar of HTTP/1 lines, one reader for framer and parser --- */

bool tb_http_request_line (const char *line, size_t n, TbSlice *method, TbSlice *target,
                           unsigned *minor);
bool tb_http_status_line (const char *line, size_t n, unsigned *status, unsigned *minor);
bool tb_http_header_line (const char *line, size_t n, TbSlice *name, TbSlice *value);
bool tb_slice_is (TbSlice slice, const char *name); /* letters of either case */
bool tb_http_list_has (TbSlice value, const char *token);
/* Whether the last coding of a Transfer-Encoding is chunked. */
bool tb_http_ends_chunked (TbSlice value);
bool tb_http_length (TbSlice value, uint64_t *length);
bool tb_http_chunk_size (const char *line, size_t n, uint64_t *size);

/* --- resp-parse.c --- */

/* "-1", "42": a whole decimal of at most 18 digits. */
bool tb_resp_integer (const char *p, size_t n, int64_t *value);
/* The next word of an inline command, quoted or not; false where there is none or a quote does not
 * close (*bad). */
bool tb_resp_word (const char **p, const char *end, TbSlice *word, bool *bad);
