/* What the files of the traffic share: traffic.c frames and time, traffic-message.c dots of single messages,
 * traffic-stream.c links that are too busy for that, traffic-cause.c what came before what. */
#pragma once

#include "traffic.h"

G_BEGIN_DECLS

/* Where a message goes, by its tap. */
typedef struct
{
  guint known : 1;
  TbUid link, line;
  guint from, to; /* instances */
} TbTapInfo;

/* When the dots are there that a message was waiting for, in display time. */
typedef struct _TbCauses TbCauses;

TbCauses *tb_causes_new (void);
void tb_causes_free (TbCauses *causes);
void tb_causes_clear (TbCauses *causes);
/* Events were lost: what is open at an instance is not known any more. */
void tb_causes_forget_open (TbCauses *causes);
/* Drops what has long arrived, once there is much of it. */
void tb_causes_prune (TbCauses *causes, gint64 now_ns);
guint64 tb_exchange_key (const TbEvent *event, gboolean reply);
/* Not before that may the dot of this message start. */
gint64 tb_causes_of (TbCauses *causes, const TbEvent *event, const TbTapInfo *tap);
/* It will have arrived then; *cause is what tb_causes_arrives() takes where that changes. */
void tb_causes_sent (TbCauses *causes, const TbEvent *event, const TbTapInfo *tap, gint64 arrival,
                     guint64 *cause);
void tb_causes_arrives (TbCauses *causes, guint64 exchange, guint64 cause, gint64 arrival);
/* When the request of this reply had arrived; 0: it is not known. */
gint64 tb_causes_request_of (TbCauses *causes, const TbEvent *reply);

#define TB_TRAFFIC_HALF_NS (TB_TRAFFIC_TRAVEL_NS / 2)
#define TB_TRAFFIC_LOST_NS (700 * TB_NS_PER_MS)

/* Of a link. */
typedef struct
{
  gboolean stream, seen;
  double requests, replies, errors; /* a second */
  double tokens;                    /* messages that may yet be shown one by one */
  gint64 tokens_ns;                 /* when they were counted */
  double length;
  gint64 next_request, next_reply, last_bytes[2], last_fall;
  guint dots, waiting;
  GArray *lines; /* TbUid: of the link, where it is drawn as several; NULL */
  guint next_line[2]; /* of requests, of replies */
  guint replied; /* of the stream: which of its replies are errors */
  double answers, client_errors; /* HTTP replies, and those with 4xx, fading within ten seconds */
  gint64 faded_ns;
} TbTrafficFlow;

struct _TbTraffic
{
  GArray *dots;      /* TbDot */
  GHashTable *flows; /* TbUid → Flow */
  TbCauses *causes;
  GArray *taps;      /* TbTapInfo, by row; found again when what they were found from is another */
  const TbScene *scene;
  double crowd;      /* spacing is stretched by it when all streams together are too many */
  double speed;
  gboolean reduced;
  gboolean still;    /* events are of what was under way at a moment, which does not move */
  TbUid held;        /* whose dots stand still, 0: none … */
  gint64 held_ns;    /* … since then */
  TbTrafficCount count;
  double slowness;   /* logarithm of it, smoothed; 0: not known */
};

/* traffic.c */
TbTrafficFlow *tb_traffic_flow (TbTraffic *traffic, TbUid link);

/* traffic-message.c */
/* One that goes from end to end, or falls at the tap. */
TbDot tb_traffic_dot (TbUid link, TbUid line, TbDotShape shape, gboolean backwards, gint64 start);
/* FALSE: there are too many. */
gboolean tb_traffic_add_dot (TbTraffic *traffic, TbTrafficFlow *flow, const TbDot *dot);
void tb_traffic_take_event (TbTraffic *traffic, TbTrafficFlow *flow, const TbEvent *event, const TbTapInfo *tap,
                            gint64 when, gint64 now);

/* traffic-stream.c */
/* Takes a link's rates; how many dots it wants as a stream. */
double tb_traffic_take_rates (TbTraffic *traffic, const TbScene *scene, const TbLiveLink *link,
                              const TbLiveFrame *frame, const TbRect *view);
void tb_traffic_emit_stream (TbTraffic *traffic, TbUid link, TbTrafficFlow *flow, gint64 now);

G_END_DECLS
