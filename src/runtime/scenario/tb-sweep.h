/* How much of the delay between a store's replicas its operations feel: one way of latency after another is put between
 * them, and the median of what clients measured meanwhile is taken. The slope says how many messages an operation waits for
 * (0: it waits for no other replica), which is a figure of the running system, not a label of its protocol.
 * (Kleppmann, A Critique of the CAP Theorem, 2015, proposes it.) */
#pragma once

#include "tb-verdicts.h"

G_BEGIN_DECLS

typedef struct
{
  gint64 delay_ns;        /* that was put on each message between replicas, one way */
  gint64 median_ns[2];    /* of reads, of writes; -1: none were done */
  guint n[2];             /* how many were */
} TbSweepPoint;

typedef struct TbSweep TbSweep;

/* Something is new: a point, or it is over. It may be freed here. */
typedef void (*TbSweepFunc) (TbSweep *sweep, gpointer data);

/* Begins. Needs operations of built-in clients on that component, drawn or probing. The faults that it adds it takes
 * back, also when it is freed before it is over. Keeps a reference to the session. */
TbSweep *tb_sweep_new (TbSession *session, const char *component, TbSweepFunc func, gpointer data);
void tb_sweep_free (TbSweep *sweep);
gboolean tb_sweep_is_over (const TbSweep *sweep);
/* How many points there will be. */
guint tb_sweep_n_steps (void);
/* Those that are measured. (transfer none) */
const TbSweepPoint *tb_sweep_points (const TbSweep *sweep, guint *n);

/* By how much an operation is late for each unit of delay: least squares. NAN where fewer than three points have it. */
double tb_sweep_slope (const TbSweepPoint *points, guint n, gboolean write);
/* "Writes: 2.1 × the delay, so about two messages wait for each other (one round trip)." (transfer full) */
char *tb_sweep_text (const TbSweepPoint *points, guint n, gboolean write);

G_END_DECLS
