/* Messages as dots: which are under way, and where each is. No GTK and no clock: time comes in. */
#pragma once

#include "tb-diagram.h"
#include "tb-session.h"

G_BEGIN_DECLS

#define TB_TRAFFIC_TRAVEL_NS (600 * G_GINT64_CONSTANT (1000000))
#define TB_TRAFFIC_MAX_DOTS 300
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

typedef struct
{
  TbUid link; /* whose count it is in */
  TbUid line; /* what it moves along: the link, or in a deployment the pair's own */
  TbDotShape shape;
  gboolean backwards; /* from the called to the caller */
  double reach;       /* how far it gets: 1, or to where it was lost */
  gint64 start_ns, end_ns;
} TbDot;

typedef struct _TbTraffic TbTraffic;

TbTraffic *tb_traffic_new (void);
void tb_traffic_free (TbTraffic *traffic);
void tb_traffic_clear (TbTraffic *traffic);
/* Takes a frame's events and rates in at display time now_ns. view: links outside it need no dots. */
void tb_traffic_feed (TbTraffic *traffic, const TbScene *scene, const TbLiveFrame *frame,
                      const TbRect *view, gint64 now_ns);
/* Lets streams flow and ended dots go; the number under way or yet to start. */
guint tb_traffic_advance (TbTraffic *traffic, const TbScene *scene, gint64 now_ns);
const TbDot *tb_traffic_dots (const TbTraffic *traffic, guint *n);
/* Where a dot is on its link; FALSE where it has not started or is gone. */
gboolean tb_traffic_place (const TbDot *dot, const TbScene *scene, gint64 now_ns, TbPoint *at,
                           double *opacity);

G_END_DECLS
