/* A scenario as a strip of time: its waits and phases in a row, and under them, in lanes, what is done
 * and until when. Read from the element, whether or not it could be run. The geometry is pure; a pen
 * draws it for the screen and for files. No GTK.
 *
 * A place on it is a step's index plus the share of that step that has gone: 2.25 is a quarter into the
 * third. A phase is as wide as it is long (with a least width, so that its name can be read); a wait, of
 * which nobody knows how long it takes, is a barrier of one width. */
#pragma once

#include "tb-plot.h"

G_BEGIN_DECLS

typedef struct _TbStrip TbStrip;

typedef struct
{
  TbUid uid;       /* of the wait or the phase */
  gboolean wait;
  const char *label; /* the phase's name, or what is waited for */
  gint64 ns;       /* how long it lasts; of a wait 0 */
  TbRect rect;
} TbStripStep;

typedef struct
{
  TbUid uid;         /* of the <do> */
  guint step;
  const char *label; /* "isolate orders/leader" */
  TbPlotBand band;   /* its colour; TB_PLOT_N_BANDS: it is no fault */
  gboolean moment;   /* heal, restart, resume: it takes no time */
  gboolean once;     /* it waits for a condition: its beginning is the earliest */
  double from, to;   /* places */
  TbRect rect;       /* with its label, where that does not fit into its bar */
  double bar;        /* how much of the width is the bar's */
} TbStripAction;

/* How a step came out, said by a sign as well as by a colour. */
typedef enum
{
  TB_STRIP_OPEN, /* nothing is known of it, or nothing is expected */
  TB_STRIP_HELD,
  TB_STRIP_VIOLATED,
  TB_STRIP_UNKNOWN
} TbStripMark;

/* What is so now. */
typedef struct
{
  double place;             /* NAN: it has not begun, or is only looked at */
  gboolean paused;          /* it waits there for a person */
  const TbStripMark *marks; /* one a step; NULL: none */
  guint chosen;             /* uid of what is pointed out; 0: nothing */
} TbStripNow;

/* Everything is copied. */
TbStrip *tb_strip_new (const TbElement *scenario);
void tb_strip_free (TbStrip *strip);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TbStrip, tb_strip_free)

guint tb_strip_n_steps (const TbStrip *strip);
const TbStripStep *tb_strip_step (const TbStrip *strip, guint i);
guint tb_strip_n_actions (const TbStrip *strip);
const TbStripAction *tb_strip_action (const TbStrip *strip, guint i);
/* Lays it out for a width; what depends on that (rects, height) is known afterwards. */
void tb_strip_set_width (TbStrip *strip, double width);
double tb_strip_height (const TbStrip *strip);
/* Of its phases together. */
gint64 tb_strip_length_ns (const TbStrip *strip);
/* From a place to its x, and back. */
double tb_strip_x (const TbStrip *strip, double place);
double tb_strip_place (const TbStrip *strip, double x);
/* What lies there: the uid of an action or a step; 0: nothing. */
TbUid tb_strip_at (const TbStrip *strip, double x, double y);
/* What is said of it when pointed at: "cut, 10 s", "isolate orders/leader, at 2 s for 3 s"; NULL where
 * nothing has that uid. (transfer full) */
char *tb_strip_words (const TbStrip *strip, TbUid uid);
void tb_strip_paint (const TbStrip *strip, TbPlot *plot, TbThemeId theme, const TbStripNow *now);

G_END_DECLS
