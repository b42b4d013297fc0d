/* The tree of one request as a waterfall: a line for each request made because of it, when and for how
 * long, the critical path marked, and dotted where the cause is not known but inferred. No GTK. */
#pragma once

#include "tb-spacetime.h"
#include "tb-trace.h"

G_BEGIN_DECLS

typedef struct
{
  TbTraceSpan span;
  char *name;    /* "shop-1 → orders-1" */
  char *label;   /* "PUT /cart"; "" */
  TbRole role;   /* of the called */
  guint16 status;
} TbTraceRow;

/* Names for spans (of TbTraceSpan). model: for the components' kinds; may be NULL. (transfer full) of
 * TbTraceRow. */
GArray *tb_trace_rows_new (const TbSpacetimeSource *source, const TbModel *model,
                           const GArray *spans);

typedef struct
{
  const GArray *rows; /* of TbTraceRow */
  TbThemeId theme;
  guint chosen;       /* G_MAXUINT: none */
  gint64 cursor_ns;   /* the moment that is shown; G_MININT64: none */
  double scroll;      /* pixels that the lines are moved up by */
} TbTracePicture;

double tb_trace_picture_height (guint n_rows);
void tb_trace_picture_paint (const TbTracePicture *picture, TbPlot *plot, const TbRect *page);
/* The line at that height; G_MAXUINT: none. */
guint tb_trace_picture_row_at (const TbTracePicture *picture, const TbRect *page, double y);
/* "shop-1 → orders-1 PUT /cart · 2.5 ms of 10 ms · on the critical path". (transfer full) */
char *tb_trace_row_words (const GArray *rows, guint i);
/* "5 requests over 4 instances · 12 ms · one is inferred from time and place". (transfer full) */
char *tb_trace_summary (const GArray *rows);

G_END_DECLS
