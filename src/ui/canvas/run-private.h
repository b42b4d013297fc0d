/* What the files of the run layer share. */
#pragma once

#include "canvas-private.h"
#include "health.h"
#include "signs.h"

G_BEGIN_DECLS

#define TB_PILL_MIN_ZOOM 0.3
#define TB_PILL_FAR_ZOOM 0.6 /* below: what is wrong is said briefly, in letters of the screen's size */
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
  double place_zoom; /* that the place was asked for at */
  double text_width; /* units */
  guint generation;
} TbLinkShow;

typedef struct
{
  GByteArray *states; /* TbInstanceState of replica i + 1 */
  GskRenderNode *node;
  double node_scale;
  char *load, *role; /* what its pills say; NULL: no pill */
  char *trouble;     /* what is wrong, in a word or two; NULL: none waits, and all answer */
  gboolean in_doubt; /* nobody leads, or several say that they do */
  gboolean troubled; /* an instance is full or stuck, or was a moment ago */
  GskRenderNode *pills;
  double pills_scale;
} TbCardShow;

struct _TbRunLayer
{
  GHashTable *links; /* TbUid → TbLinkShow */
  GHashTable *cards; /* TbUid → TbCardShow */
  gint64 figures_ns; /* when figures were written last */
  TbSpan span;       /* that figures are of */
  gboolean still;    /* a moment of the past: its figures are as they were, not smoothed */
  TbSigns *signs;
  guint generation;  /* of the scene's places */
  cairo_surface_t *sprites[TB_N_DOTS]; /* NULL: to be made */
  GskRenderNode *dots[TB_N_DOTS];      /* of the sprites; NULL: to be made */
  double dots_scale;
};

/* run-states.c */
void tb_run_card_snapshot (TbCanvas *canvas, GtkSnapshot *snapshot, TbUid uid, TbCardShow *show);
/* run-loads.c */
/* What the instances of each component do, as its pills say it; TRUE where one changed. */
gboolean tb_run_take_loads (TbCanvas *canvas, const TbLiveFrame *frame);
void tb_run_loads_snapshot (TbCanvas *canvas, GtkSnapshot *snapshot, TbUid uid, TbCardShow *show);
/* "3 under way, 2 wait": what an instance has to do beside its state; (transfer full), NULL: nothing. */
char *tb_run_load_words (TbCanvas *canvas, const TbLiveInstance *instance);
/* run-far.c */
/* Whether something is wrong with a link, or at the instances of a component. */
gboolean tb_run_link_is_bad (const TbLinkShow *show);
/* What is wrong, from too far off to read the pills. */
void tb_run_far_snapshot (TbCanvas *canvas, GtkSnapshot *snapshot);
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
