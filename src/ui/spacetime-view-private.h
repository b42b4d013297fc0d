/* What the files of the space-time view share. spacetime-view.c: what is seen and drawn.
 * spacetime-input.c: what a person does. */
#pragma once

#include "spacetime-view.h"

#include "tb-filter.h"

G_BEGIN_DECLS

/* Time that is seen:
 *
 *   nothing ──past──▶ following (the end stays in sight) ──pan, zoom──▶ still
 *                       ▲  ◀──────────── follow() ─────────────────────┘ │
 *                       │                                                 ▼
 *                       └──────── follow() ────────── whole ◀──── fit() ──┘  (all of the run) */
typedef enum
{
  TB_SEEN_FOLLOWING,
  TB_SEEN_STILL,
  TB_SEEN_WHOLE
} TbSeen;

struct _TbSpacetimeView
{
  GtkWidget parent;
  TbMoment *moment;
  gulong moment_ids[4];
  TbPast *past; /* the moment's; NULL */
  TbDocument *document; /* the architecture inside the past; NULL: there is none */
  TbSpacetimeSource source;
  TbSpacetimeRows *rows;
  TbSpacetimeReading *reading;
  TbSpacetimeDensity *density; /* of the past and what is searched for; NULL: not needed yet */
  GArray *cells;
  gint64 cell_ns;
  guint count_id;
  TbFilter *filter;
  GtkAdjustment *adjustment;
  gint64 from_ns, to_ns;
  TbSeen seen;
  gboolean stale; /* what is seen is to be read again */
  gboolean spanned; /* how much is seen was chosen, by a person or from the first messages */
  guint64 hovered;
  guint focus_row;
  double pan_x, pan_scroll; /* of a drag: so far */
  double pointer_x, pointer_y;
  gboolean dragged;
};

/* The page it is drawn on. */
TbRect tb_spacetime_view_page (TbSpacetimeView *view);
TbSpacetime tb_spacetime_view_picture (TbSpacetimeView *view);
/* Brings what is drawn up to date. */
void tb_spacetime_view_read (TbSpacetimeView *view);
void tb_spacetime_view_changed (TbSpacetimeView *view);
/* What is seen from now on; seen: why. */
void tb_spacetime_view_see (TbSpacetimeView *view, gint64 from_ns, gint64 to_ns, TbSeen seen);
void tb_spacetime_view_pan (TbSpacetimeView *view, double pixels);
/* About the moment at that place. */
void tb_spacetime_view_zoom_at (TbSpacetimeView *view, double factor, double x);
void tb_spacetime_view_add_input (TbSpacetimeView *view);

G_END_DECLS
