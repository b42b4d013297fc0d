/* Messages as dots: which are under way, and where each is. No GTK and no clock: time comes in. */
#pragma once

#include "tb-diagram.h"
#include "tb-session.h"

G_BEGIN_DECLS

#define TB_TRAFFIC_TRAVEL_NS (600 * G_GINT64_CONSTANT (1000000))
#define TB_TRAFFIC_MAX_DOTS 300  /* that streams fill */
#define TB_TRAFFIC_MAX_EACH 4096 /* under way or yet to start, one by one */
#define TB_TRAFFIC_MAX_EXACT 50.0 /* messages a second of a link shown one by one */

typedef enum
{
  TB_DOT_REQUEST, /* full */
  TB_DOT_REPLY,   /* hollow */
  TB_DOT_ERROR,   /* a diamond */
  TB_DOT_BYTES,   /* of a link without messages: small */
  TB_DOT_LOST,    /* a broken circle, where it was lost */
  TB_N_DOTS
} TbDotShape;

/* A message goes to the tap, which is in the middle of its link, and from there on:
 *
 *   start_ns ──▶ at the tap ── go_ns ──▶ arrived (end_ns), or falls: shape LOST, falls
 *                   │  ▲
 *                   └──┘ held: go_ns is G_MAXINT64 until a later event says what became of it */
typedef struct
{
  TbUid link; /* whose count it is in */
  TbUid line; /* what it moves along: the link, or in a deployment the pair's own */
  TbDotShape shape;
  gboolean backwards; /* from the called to the caller */
  gboolean falls;     /* off its link, at the tap */
  gboolean copied;    /* begins at the tap: a duplicate */
  guint64 exchange;   /* with its direction; 0: of a stream, or nothing that is waited for */
  guint64 cause;      /* whom its arrival lets go on; 0: nobody */
  guint32 tap, connection;
  gint64 start_ns, go_ns, end_ns;
} TbDot;

/* Since tb_traffic_clear(). Every message of a frame is in exactly one of these, but for copies, which
 * are counted beside. */
typedef struct
{
  guint64 requests, replies, one_way; /* a dot each */
  guint64 streamed;                   /* of links that are streams */
  guint64 not_shown;                  /* missed, too late, or too many */
  guint64 dropped, duplicated;        /* of those with a dot: seen to fall, to double */
} TbTrafficCount;

typedef struct _TbTraffic TbTraffic;

TbTraffic *tb_traffic_new (void);
void tb_traffic_free (TbTraffic *traffic);
void tb_traffic_clear (TbTraffic *traffic);
/* Takes a frame's events and rates in at display time now_ns. view: links outside it need no dots. */
void tb_traffic_feed (TbTraffic *traffic, const TbScene *scene, const TbLiveFrame *frame,
                      const TbRect *view, gint64 now_ns);
/* What was before is gone; the last `moving` events of the frame go their way, and of those before them
 * what was under way at that moment stands still at its taps. For a moment of the past. */
void tb_traffic_show_moment (TbTraffic *traffic, const TbScene *scene, const TbLiveFrame *frame,
                             guint moving, const TbRect *view, gint64 now_ns);
/* Other items or places: what was known of lines is found anew. */
void tb_traffic_scene_changed (TbTraffic *traffic);
/* How fast what is fed goes by: 1 as it was, 0.1 ten times slower. */
void tb_traffic_set_speed (TbTraffic *traffic, double speed);
/* Lets streams flow and ended dots go; how many move, or are yet to start: one that waits at its tap, or
 * stands under the pointer, needs no pictures. */
guint tb_traffic_advance (TbTraffic *traffic, const TbScene *scene, gint64 now_ns);
const TbDot *tb_traffic_dots (const TbTraffic *traffic, guint *n);
/* Where a dot is on its link; FALSE where it has not started or is gone. */
gboolean tb_traffic_place (const TbTraffic *traffic, const TbDot *dot, const TbScene *scene,
                           gint64 now_ns, TbPoint *at, double *opacity);
/* Dots of that link stand still from now on, so that they can be read, and go on from there when it
 * is another one; 0: none. */
void tb_traffic_hold_link (TbTraffic *traffic, TbUid link, gint64 now_ns);
/* Dots do not move: each shows at its tap while it would have been under way, and streams have none. */
void tb_traffic_set_reduced (TbTraffic *traffic, gboolean reduced);
/* Of the replies of about the last ten seconds that were seen on that link, the share with an HTTP
 * status of 400 to 499. */
double tb_traffic_client_errors (const TbTraffic *traffic, TbUid link);
TbTrafficCount tb_traffic_count (const TbTraffic *traffic);
/* How many times slower than in truth an exchange is seen, of those shown last; 0: nothing known. */
double tb_traffic_slowness (const TbTraffic *traffic);

G_END_DECLS
