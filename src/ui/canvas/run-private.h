/* What the files of the run layer share. */
#pragma once

#include "canvas-private.h"
#include "health.h"

G_BEGIN_DECLS

#define TB_PILL_MIN_ZOOM 0.45
#define TB_STATES_MIN_ZOOM 0.3

typedef struct
{
  char *text; /* NULL: no pill */
  char *brief; /* what to say instead where the whole would cover something; NULL: nothing less */
  gboolean use_brief;
  char *tooltip;
  TbColourId colour, line;
  gboolean bold, cut, not_tapped;
  guint faults;
  TbHealth health;
  double width;           /* of its line, by its rate; 0: as it is drawn at rest */
  GskRenderNode *lines;   /* of the line over the drawing's; NULL: to be made */
  double lines_scale;
  GskRenderNode *node; /* of the pill; NULL: to be made */
  double node_scale;
  TbRect place; /* in the world; width 0: to be asked for */
  double text_width; /* units */
  guint generation;
} TbLinkShow;

typedef struct
{
  GByteArray *states; /* TbInstanceState of replica i + 1 */
  GskRenderNode *node;
  double node_scale;
  char *load, *role; /* what its pills say; NULL: no pill */
  double under_way;  /* smoothed: one that comes and goes ten times a second is a tenth */
  gboolean full;     /* more is under way than it has threads for */
  GskRenderNode *pills;
  double pills_scale;
} TbCardShow;

struct _TbRunLayer
{
  GHashTable *links; /* TbUid → TbLinkShow */
  GHashTable *cards; /* TbUid → TbCardShow */
  gint64 figures_ns; /* when figures were written last */
  TbSpan span;       /* that figures are of */
  guint generation;  /* of the scene's places */
  GskRenderNode *dots[TB_N_DOTS];
  double dots_scale;
};

/* run-states.c */
void tb_run_card_snapshot (TbCanvas *canvas, GtkSnapshot *snapshot, TbUid uid, TbCardShow *show);
/* run-loads.c */
/* What the instances of each component do, as its pills say it; TRUE where one changed. */
gboolean tb_run_take_loads (TbCanvas *canvas, TbRunLayer *layer, const TbLiveFrame *frame);
void tb_run_loads_snapshot (TbCanvas *canvas, GtkSnapshot *snapshot, TbUid uid, TbCardShow *show);
/* run-lines.c */
/* The line of a link over the drawing's: broken, thicker, or in another colour; its faults on it. */
void tb_run_line_snapshot (TbCanvas *canvas, GtkSnapshot *snapshot, TbUid uid, TbLinkShow *show);
/* run-links.c */
void tb_run_pill_snapshot (TbCanvas *canvas, GtkSnapshot *snapshot, TbUid uid, TbLinkShow *show);
/* run-dots.c */
void tb_run_drop_dots (TbRunLayer *layer);

/* draw.c */
void tb_draw_disc (cairo_t *cr, double radius);
void tb_draw_cross (cairo_t *cr, double reach);

G_END_DECLS
