/* Control from the inside.
 *
 *   server.c     listeners and clients: bytes in, bytes out
 *   call.c       one request: read, let in, led to its route, answered
 *   routes.c     the table; run, instances, links, faults, partitions
 *   toxiproxy.c  Toxiproxy's routes
 *   follow.c     answers that go on: logs, states
 *   metrics.c    a frame as Prometheus text
 *   change.c     a drawing applied, a component scaled
 *   held.c       messages that are held
 *   ask.c        the other side
 *   json-*.c state-json.c
 *
 * A call, and what moves it:
 *
 *   reading ──whole request──▶ routed ──tb_call_reply()──▶ answered ──▶ reading (kept alive), closed
 *                                │                             ▲
 *                                └─tb_call_wait()─▶ waiting ───┘ condition holds, or time is over
 *                                └─tb_call_stream()─▶ going on ──▶ closed, by either side           */
#pragma once

#include "tb-control.h"
#include "tb-held.h"
#include "tb-proto.h"

#define TB_CONTROL_CLIENTS_MAX 64
#define TB_CONTROL_HEAD_MAX (16u << 10)
#define TB_CONTROL_BODY_MAX (1u << 20)
#define TB_CALL_PARTS_MAX 4
#define TB_CALL_TIMEOUT_NS (30 * TB_NS_PER_S)

typedef struct TbClient TbClient;
typedef struct TbCall TbCall;

typedef enum
{
  TB_ACCESS_TOKEN,   /* loopback: whoever has the token */
  TB_ACCESS_TRUSTED, /* the private socket */
  TB_ACCESS_METRICS  /* loopback: everybody, and only the figures */
} TbAccess;

/* Returns TRUE when what is waited for is so. */
typedef gboolean (*TbCallFunc) (TbCall *call);

struct TbCall
{
  TbClient *client;
  TbControl *control;
  TbSession *session;
  char *method;
  char *parts[TB_CALL_PARTS_MAX]; /* what stands where the pattern has {} */
  guint n_parts;
  GHashTable *query;  /* of char*, decoded */
  TbJsonValue *body;  /* NULL: none */
  TbJson *json;       /* the answer, as it is written */
  TbCallFunc done;    /* waiting for it */
  void (*then) (TbCall *call);
  gint64 give_up_ns;
  TbCallFunc more;    /* going on: appends to text; FALSE is the end */
  GString *text;
  gint64 every_ns, next_ns;
  gboolean answered, closing;
  int status;         /* of the answer once the wait is over */
  /* For the routes' own use. */
  char *subject;      /* id of an instance or of a fault */
  guint number;
  guint64 offset, limit; /* of a log: read up to here, and no farther than there */
  guint64 inode;         /* of the file followed; 0: none yet */
  GRegex *match;
  TbSessionChange *change; /* that was made */
};

struct TbControl
{
  TbSession *session;
  GMainContext *context;
  char *name, *socket_path, *url, *token, *metrics_url;
  GPtrArray *listeners; /* of TbListening */
  GPtrArray *clients;   /* of TbClient */
  GSource *timer;       /* while somebody waits or follows */
  const TbControlOwner *owner; /* NULL: nobody's */
  gpointer owner_data;
};

typedef struct
{
  const char *method, *pattern; /* "/links/{}" */
  void (*handle) (TbCall *call);
} TbControlRoute;

extern const TbControlRoute tb_control_routes[]; /* ended by one without a method */
extern const TbControlRoute tb_toxiproxy_routes[];

/* ---- server.c */
/* What was answered is sent; the call is over once it is answered. */
void tb_client_send (TbClient *client, const void *bytes, gsize n);
void tb_client_finish (TbClient *client, gboolean close);
/* Looks at everybody who waits. */
void tb_control_look (TbControl *control);
void tb_control_need_timer (TbControl *control);

/* ---- call.c */
/* Takes a whole request out of bytes, if there is one: returns how many bytes it had, 0 for none
 * yet. It may be answered before this returns. */
gsize tb_call_take (TbClient *client, TbControl *control, TbAccess access, const char *bytes,
                    gsize n, TbCall **call);
void tb_call_free (TbCall *call);
/* Sends what was written to call->json (or nothing, for 204). */
void tb_call_reply (TbCall *call, int status);
/* Text of that type; it ends with a line's end. */
void tb_call_reply_text (TbCall *call, int status, const char *type, const char *text);
/* {"error": …, "status": …}, as Toxiproxy has it. */
void tb_call_error (TbCall *call, int status, const char *format, ...) G_GNUC_PRINTF (3, 4);
/* Until done() holds, then then(); 504 when the time is over. Time: ?timeout=, 30 s. Where ?wait= is
 * given and false, then() is called at once. */
void tb_call_wait (TbCall *call, TbCallFunc done, void (*then) (TbCall *call), int status);
/* An answer that goes on: more() is asked every so often. */
void tb_call_stream (TbCall *call, const char *content_type, TbCallFunc more, gint64 every_ns);
/* What is due of it. */
void tb_call_look (TbCall *call, gint64 now_ns);
/* ?name=…; NULL. */
const char *tb_call_query (const TbCall *call, const char *name);

/* ---- follow.c */
void tb_route_logs (TbCall *call);
void tb_route_state (TbCall *call);

/* ---- metrics.c */
void tb_route_metrics (TbCall *call);

/* ---- change.c */
void tb_route_apply (TbCall *call);
void tb_route_scale (TbCall *call);

/* ---- held.c */
void tb_route_held (TbCall *call);
void tb_route_held_next (TbCall *call);
void tb_route_held_all (TbCall *call);
void tb_route_held_do (TbCall *call);
void tb_route_held_end (TbCall *call);

/* ---- routes.c */
/* "orders/1" of the first two parts; -1: answered with 404. */
int tb_call_instance (TbCall *call);
/* A fault or partition with the id in call->subject is confirmed. */
gboolean tb_call_fault_settled (TbCall *call);
void tb_json_fault (TbJson *json, const TbSessionFault *fault);
/* Sets every member of object as attribute or condition of the fault. FALSE: answered with 400. */
gboolean tb_call_set_fault (TbCall *call, TbWireFault *fault, const TbJsonValue *object);
