/* Signs of trouble in a run, judged once for all who speak of them: the pills of the canvas, the dots of
 * instances, the Problems and the inspector. Fed with frames a few times a second. What comes and goes is
 * smoothed and held, so that nothing blinks: it counts when it has lasted a second, and until it has been
 * away for four. Pure: no widget, no clock but the frames'. */
#pragma once

#include "tb-session.h"

G_BEGIN_DECLS

/* Of something that comes and goes. */
typedef struct
{
  gint64 since_ns, last_ns; /* of this time; 0: it is not there. When it was there last */
  gboolean on;
} TbHeldSign;

/* What one instance has to do. */
typedef struct
{
  double under_way;        /* requests, smoothed: one that comes and goes ten times a second is a tenth */
  guint64 asked, answered; /* requests when it answered last, and its answers */
  gint64 answered_ns;
  gboolean known;
  TbHeldSign full;         /* it has more than it has threads for */
  gboolean stuck;          /* it is asked, and answers nobody: stopped from outside, or in a deadlock */
} TbLoad;

/* What the instances of a component do together. */
typedef struct
{
  GArray *loads; /* of TbLoad, by replica - 1 */
  guint threads; /* of each; 0: as many as come */
  double cpu, busy, wait; /* wait: at those that are full, beyond their threads, and not stuck */
  guint ready, full, stuck; /* instances */
  gboolean changed; /* since the frame before one became full or stuck, or is so no more */
} TbWorkSign;

typedef enum
{
  TB_SLOW_NOT,
  TB_SLOW_TIMEOUT, /* p99 is a third of the link's timeout, or more */
  TB_SLOW_USUAL    /* p99 is five times what it was in the first ten good seconds, and 50 ms more */
} TbSlowness;

typedef struct
{
  TbSlowness slow;
  gint64 p99_ns;     /* of the last ten seconds; -1: none */
  gint64 timeout_ns; /* of the drawing; 0: none */
  gint64 usual_ns;   /* the median p99 of the first ten seconds that were good; 0: not known yet */
  double calls;      /* its caller makes for each request that it is asked; 0: not known */
  gboolean many;     /* so many calls that they are likely retries */
  /* Kept from frame to frame. */
  gint64 good_ns[10], ticked_ns;
  guint n_good;
  TbHeldSign held;
} TbLinkSign;

typedef struct TbSigns TbSigns;

TbSigns *tb_signs_new (void);
void tb_signs_free (TbSigns *signs);
/* model: threads, timeouts and retries; may be NULL. still: a moment of the past, of which nothing is
 * known of before: it is taken as it is. A frame of another run begins anew. */
void tb_signs_take (TbSigns *signs, const TbLiveFrame *frame, const TbModel *model, gboolean still);
/* NULL: nothing is known of it. */
const TbWorkSign *tb_signs_work (const TbSigns *signs, TbUid component);
const TbLoad *tb_signs_load (const TbSigns *signs, TbUid component, guint replica);
const TbLinkSign *tb_signs_link (const TbSigns *signs, TbUid link);

G_END_DECLS
