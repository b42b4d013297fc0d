/* Framing of what crosses a link: bytes in, messages out. One parser for tap and node.
 *
 * Sans input and output: a framer is fed what was seen on a connection, in order per direction, in
 * pieces of any size, and says where messages begin and end. A message that is seen whole in one
 * piece costs no memory; one that comes in several has a scratch until it ends. It never fails:
 * bytes it cannot read turn the connection into plain bytes with a note (tb_framer_note), and from
 * then on it reports nothing. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum
{
  TB_PROTO_UNKNOWN, /* sniffed from the first bytes of the caller */
  TB_PROTO_BYTES,   /* never framed */
  TB_PROTO_HTTP,    /* HTTP/1.0 and 1.1 */
  TB_PROTO_RESP,    /* Redis RESP2 and RESP3, inline commands, and the replication stream */
  TB_PROTO_POSTGRESQL, /* version 3, with COPY and the replication stream; a reply ends when the
                          server is ready again */
  TB_PROTO_MQTT,    /* 3.1, 3.1.1 and 5 */
  TB_PROTO_NATS,    /* one way each, but for PING: replies have a subject of their own */
  TB_PROTO_KAFKA,   /* heads only: which request, and its reply by its correlation */
  TB_PROTO_HTTP2,   /* without TLS, by its preface or by an upgrade from HTTP/1.1; gRPC's messages one
                       by one */
  TB_PROTO_UDP,     /* datagrams: each is a message, whatever it says; never of a stream */
  TB_PROTO_RPC,     /* the built-in programs' own call, which is bound to their language */
  TB_PROTO_COUNT
} TbProto;

/* "http", "http2", "resp", "postgresql", "mqtt", "nats", "kafka", "udp", "rpc", "bytes"; also "grpc" (http2),
 * "redis" (resp), "postgres", "tcp" and "tls" (bytes), "auto" (unknown). UNKNOWN for anything else; *known
 * (may be NULL) tells whether the name was one of these. What is promised as HTTP/1 or HTTP/2 may
 * turn out to be the other. */
TbProto tb_proto_from_name (const char *name, bool *known);
const char *tb_proto_name (TbProto proto);

typedef enum
{
  TB_DIR_UP,  /* from the caller (who connected) to the called */
  TB_DIR_DOWN /* back */
} TbDirection;

typedef enum
{
  TB_MSG_REQUEST,
  TB_MSG_REPLY,
  TB_MSG_ONE_WAY /* no reply belongs to it: a replication stream, a push */
} TbMessageKind;

#define TB_LABEL_MAX 48

/* One whole message, reported when its last byte was fed. Offsets count bytes of that direction
 * since the connection began. Messages of one direction come in the order of their ends; they do
 * not overlap, but for HTTP/2's. */
typedef struct
{
  TbMessageKind kind;
  TbDirection direction;
  bool error;             /* HTTP status ≥ 500, a status of gRPC but OK, a RESP error */
  bool last;              /* HTTP: the connection closes after it */
  uint16_t status;        /* HTTP status, 0 elsewhere */
  uint32_t number;        /* of the request on this connection, from 1; a reply has its request's */
  uint64_t start, end;    /* [start, end) in the direction's byte stream */
  int64_t first_ns;       /* when its first byte was fed */
  int64_t last_ns;        /* when its last byte was fed */
  int64_t request_ns;     /* replies: last_ns of the request, so latency = first_ns - request_ns; first_ns
                             itself where the reply began before the request had ended */
  char label[TB_LABEL_MAX]; /* "GET /cart", "SET order:7", "200", "+OK"; replies: also the request's
                               label follows a space where there is room; always terminated */
  uint8_t trace_id[16];   /* W3C traceparent's, all zero where there is none */
  uint8_t parent_id[8];
} TbMessage;

typedef void (*TbMessageFunc) (const TbMessage *message, void *data);

typedef struct TbFramer TbFramer;

/* Lives in memory of the caller: tb_framer_size() bytes, aligned to 16, begun by tb_framer_init()
 * and given up by tb_framer_clear(). Beyond the scratch of a message in progress it allocates only
 * when more requests wait for their reply than ever did on this connection (the queue doubles; a
 * connection without pipelining never does). At most TB_PIPELINE_MAX may wait; beyond that the
 * connection is plain bytes, with a note. Where memory ends it is plain bytes as well. */
#define TB_PIPELINE_MAX 4096
size_t tb_framer_size (void);
void tb_framer_clear (TbFramer *framer);
void tb_framer_init (TbFramer *framer, TbProto proto);

/* Feeds n bytes seen at now_ns. func is called for each message that these bytes complete; it must
 * not call this framer. */
void tb_framer_feed (TbFramer *framer, TbDirection direction, const void *bytes, size_t n,
                     int64_t now_ns, TbMessageFunc func, void *data);
/* A frame of HTTP/2, at its last byte; headers with all that continue them are one. For who leaves
 * some out, or puts others between them. */
typedef struct
{
  uint64_t start, end;          /* in the direction's byte stream, with its head */
  uint32_t stream;
  uint32_t promised;            /* of a promise: the stream that it is about */
  uint8_t type, flags, padding; /* of the first frame */
  bool begins;                  /* it begins that stream's request, or its reply */
  const char *label;            /* of what it begins: "GET /cart", "200 GET /cart", "KV/Range", "reply
                                   KV/Range" */
  const char *block;            /* headers: block_n bytes that say them without referring to any before */
  size_t block_n;
} TbHttp2Frame;

typedef void (*TbHttp2FrameFunc) (const TbHttp2Frame *frame, void *data);
/* As tb_framer_feed(); frame_func is called for each frame, after func was for what ended in it. */
void tb_framer_feed_frames (TbFramer *framer, TbDirection direction, const void *bytes, size_t n,
                            int64_t now_ns, TbMessageFunc func, TbHttp2FrameFunc frame_func,
                            void *data);
/* Whether it stands between two frames of HTTP/2, and others may come between them. */
bool tb_framer_is_between_frames (const TbFramer *framer, TbDirection direction);
/* A block of headers that changed the table's size was left out: the next one has to say it. */
void tb_framer_owe_table_size (TbFramer *framer, TbDirection direction);

/* The end of a direction (FIN): completes an HTTP reply that is delimited by close. */
void tb_framer_end (TbFramer *framer, TbDirection direction, int64_t now_ns, TbMessageFunc func,
                    void *data);

/* How many further bytes of this direction belong to the body of the message being read and need
 * no look: the tap may splice them past the framer, and reports them with tb_framer_skip(). */
uint64_t tb_framer_opaque (const TbFramer *framer, TbDirection direction);
void tb_framer_skip (TbFramer *framer, TbDirection direction, uint64_t n, int64_t now_ns,
                     TbMessageFunc func, void *data);

/* What it reads as now: UNKNOWN until sniffed, BYTES once given up. */
TbProto tb_framer_proto (const TbFramer *framer);
/* Why it gave up, in words; NULL while it has not. Static. */
const char *tb_framer_note (const TbFramer *framer);
/* Whether it did so because both sides went over to something else, as to TLS, by the protocol's own
 * rules; else some byte was bad. */
bool tb_framer_agreed (const TbFramer *framer);
/* Requests seen whole whose reply has not been seen whole. */
unsigned tb_framer_outstanding (const TbFramer *framer);
/* Whether it stands between messages and remembers nothing but its protocol: it may be cleared, and
 * one begun with tb_framer_init (framer, tb_framer_proto (framer)) goes on, counting from zero. */
bool tb_framer_is_idle (const TbFramer *framer);

/* RPC: where things stand in the head of a call and of its reply, in the order of bytes of the machine;
 * the node program, whose struct it is, holds itself to them. */
#define TB_RPC_MAGIC "TBC\1"
#define TB_RPC_SIZE_MAX (1u << 20)
enum
{
  TB_RPC_SIZE_AT = 4,    /* 32 bits: of all of it, with the head */
  TB_RPC_STATUS_AT = 12, /* 32 bits, of a reply: 0, or as in HTTP */
  TB_RPC_TRACE_AT = 24,  /* 16 bytes trace, 8 bytes parent */
  TB_RPC_METHOD_AT = 48, /* terminated */
  TB_RPC_HEAD = 112
};

/* --- parsing for those who speak: the node program and protocol probes ------------------------ */

/* A slice of the buffer that was parsed; not terminated. */
typedef struct
{
  const char *p;
  size_t n;
} TbSlice;

#define TB_HTTP_HEADERS_MAX 64
typedef struct
{
  TbSlice method, target;  /* of a request */
  unsigned status;         /* of a reply */
  unsigned minor;          /* HTTP/1.minor */
  size_t head_size;        /* bytes up to and with the empty line */
  bool chunked, keep_alive, has_length;
  uint64_t content_length; /* 0 unless has_length */
  unsigned n_headers;
  struct
  {
    TbSlice name, value;
  } headers[TB_HTTP_HEADERS_MAX];
} TbHttpHead;

typedef enum
{
  TB_PARSE_DONE,
  TB_PARSE_MORE, /* not all of it is there yet */
  TB_PARSE_BAD
} TbParse;

TbParse tb_http_parse_request (const char *bytes, size_t n, TbHttpHead *head);
TbParse tb_http_parse_reply (const char *bytes, size_t n, TbHttpHead *head);
/* The value of a header by its name, letters of either case; .p is NULL where there is none. */
TbSlice tb_http_header (const TbHttpHead *head, const char *name);

/* A chunked body that begins at bytes, to the end of its trailers: *used gets its size on the wire,
 * *size that of its content so far. BAD where the content is longer than max (then *size > max) or
 * where it is not chunked. */
TbParse tb_http_parse_chunked (const char *bytes, size_t n, size_t max, size_t *used, size_t *size);
/* Puts what is in its chunks together, where tb_http_parse_chunked() found it DONE in used bytes: content takes the
 * size that it said. */
void tb_http_join_chunked (const char *bytes, size_t used, char *content);

#define TB_RESP_ARGS_MAX 1024
/* A RESP command: an array of bulk strings, or an inline command. *used gets its size. */
TbParse tb_resp_parse_command (const char *bytes, size_t n, TbSlice args[TB_RESP_ARGS_MAX],
                               unsigned *n_args, size_t *used);
/* A whole RESP2 or RESP3 reply of any nesting (depth at most 16); *used gets its size, *error
 * whether it is an error reply, *text its first scalar. */
TbParse tb_resp_parse_reply (const char *bytes, size_t n, size_t *used, bool *error, TbSlice *text);
/* Reads the value of a W3C traceparent header; false, and nothing written, for what is none. */
bool tb_trace_parse (TbSlice value, uint8_t trace_id[16], uint8_t parent_id[8]);
