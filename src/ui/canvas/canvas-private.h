/* What the canvas's files share. canvas.c: the widget. view.c: its camera. input.c, keys.c: what a person
 * does. live.c: selection, handles, gestures. run*.c: the run over the drawing. pulse.c: when to
 * draw. name.c: editing names in place. items.c: what assistive tools see. source.c: the session. */
#pragma once

#include <gtk/gtk.h>

#include "camera.h"
#include "frame-meter.h"
#include "tb-canvas.h"
#include "tiles.h"
#include "traffic.h"

G_BEGIN_DECLS

/* As the drawing's own text. */
#define TB_CANVAS_FAMILIES "Inter, Cantarell, DejaVu Sans, sans"

/* Where frames of a run come from: the session's process, a recording, or a test. */
typedef struct
{
  TbLiveFrame *(*next) (gpointer data); /* (transfer full), NULL: none yet */
  void (*release) (TbLiveFrame *frame);
  gpointer data;
  GDestroyNotify free_data;
} TbFrameSource;

typedef struct _TbRunLayer TbRunLayer;
typedef struct _TbItems TbItems;
typedef struct _TbTidyShow TbTidyShow;

struct _TbCanvas
{
  GtkWidget parent_instance;

  TbEditor *editor;
  gulong editor_ids[6];
  TbTiles *tiles;
  TbTraffic *traffic;
  TbRunLayer *run;
  TbItems *items;
  TbFrameSource source;
  TbLiveFrame *frame;
  void (*frame_release) (TbLiveFrame *frame);
  GtkWidget *name_edit; /* GtkEntry or GtkTextView in a box, NULL: none */
  GtkWidget *name_field;
  GskRenderNode *still_run, *still_edit, *still_pills; /* of the live layer, what does not move; NULL: to be built */
  GHashTable *problems; /* TbUid → badge; NULL: none */
  GArray *failing;      /* of TbFailing; NULL: nothing is marked so */
  GHashTable *marks;    /* TbUid → mark (marks.c); NULL: none */
  GArray *without;      /* TbUid: drawn by the live layer, left out of tiles */
  TbTidyShow *tidy;     /* NULL: nothing was ever offered */
  GArray *dragged;      /* TbUid: what a drag moves, and the links that end in it; NULL: tiles do */
  guint n_dragged;      /* of it, without the links */
  GSimpleActionGroup *actions;

  TbUid point_from, point_to; /* of the link that is being chosen by name; 0: none */
  const char *point_reason;   /* interned */
  GHashTable *matches;        /* TbUid: what a search found; NULL: nothing is dimmed */

  TbCamera camera;
  TbThemeId theme;
  TbFrameMeter meter;
  TbFrameMeter delivery; /* what frames of a run cost before anything is drawn */
  TbUid name_uid;
  char *view_shown; /* id; NULL: the default view */
  double pointer_x, pointer_y;
  gboolean pointer_inside;
  double drag_x, drag_y;   /* where the primary drag began */
  double pan_x, pan_y;     /* how far the pan has come */
  double pinch_zoom;
  guint settle_id, raster_id, pulse_tick, pulse_timer;
  guint rate;              /* live frames a second: 60, 30 or 15 */
  gint64 rate_since_ns, last_pulse_ns;
  gint64 cost_ns;          /* smoothed, of a live frame */
  gint64 dear_since_ns;    /* when the rate began to cost too much; 0: it does not */

  guint settled : 1;
  guint needs_fit : 1;
  double fit_most; /* zoom that a fitted drawing has at most */
  guint fitted : 1; /* shows the whole drawing, until the person goes elsewhere */
  guint space : 1;
  guint panning : 1;
  guint pressed : 1;
  guint urgent : 1; /* draw what is stale in this frame, even if it takes longer */
  guint moving : 1; /* dots were under way in the last frame */
  guint closing_name : 1;
  guint reduced : 1; /* no movement is wanted */
  guint past : 1;   /* a moment of the past is shown: what goes on is not */
  guint tabbed : 1; /* the focus came with Tab: show that it is here */
};

/* view.c */
void tb_canvas_camera_moved (TbCanvas *canvas);
void tb_canvas_zoom_at (TbCanvas *canvas, double zoom, double x, double y);
/* Moves and zooms out as far as it takes to see all of a world rectangle. */
void tb_canvas_show_all_of (TbCanvas *canvas, const TbRect *rect);
void tb_canvas_pan (TbCanvas *canvas, double dx, double dy);

/* canvas.c */
void tb_canvas_live_changed (TbCanvas *canvas);
gint64 tb_canvas_now_ns (TbCanvas *canvas);
const TbScene *tb_canvas_scene (TbCanvas *canvas); /* NULL without editor */
/* Elements that the live layer draws from now on; the tiles follow. */
void tb_canvas_update_without (TbCanvas *canvas);

/* input.c, keys.c */
void tb_canvas_add_input (TbCanvas *canvas);
void tb_canvas_add_keys (TbCanvas *canvas);
void tb_canvas_update_cursor (TbCanvas *canvas);
TbModifiers tb_canvas_modifiers (GdkModifierType state);
void tb_canvas_context_menu (TbCanvas *canvas, double x, double y, gboolean pointer);

/* badges.c */
void tb_canvas_snapshot_badges (TbCanvas *canvas, GtkSnapshot *snapshot);
const char *tb_canvas_problem_of (TbCanvas *canvas, TbUid uid); /* NULL: none */

/* failing.c */
void tb_canvas_snapshot_failing (TbCanvas *canvas, GtkSnapshot *snapshot);
/* run-links.c: whether a rectangle of the world is so near a link that one sees that it speaks of it. */
gboolean tb_canvas_is_beside (TbCanvas *canvas, TbUid link, const TbRect *r);

/* marks.c */
void tb_canvas_snapshot_marks (TbCanvas *canvas, GtkSnapshot *snapshot);

/* live.c */
void tb_canvas_snapshot_edit (TbCanvas *canvas, GtkSnapshot *snapshot);
void tb_canvas_snapshot_dragged (TbCanvas *canvas, GtkSnapshot *snapshot);
void tb_canvas_snapshot_focus (TbCanvas *canvas, GtkSnapshot *snapshot);
/* Finds out what a drag moves, when it begins and ends. */
void tb_canvas_update_dragged (TbCanvas *canvas);

/* Appends the links that end at them. (transfer full) of TbUid, uids first. */
GArray *tb_canvas_with_links (TbCanvas *canvas, const TbUid *uids, guint n);

/* tidy.c: follows what the editor offers; take: FALSE where nothing is offered. */
void tb_canvas_tidy_follow (TbCanvas *canvas);
gboolean tb_canvas_tidy_take (TbCanvas *canvas);
void tb_canvas_tidy_without (TbCanvas *canvas, GArray *uids);
void tb_canvas_tidy_allocate (TbCanvas *canvas);
void tb_canvas_snapshot_tidy (TbCanvas *canvas, GtkSnapshot *snapshot);
void tb_canvas_tidy_snapshot_bar (TbCanvas *canvas, GtkSnapshot *snapshot);
void tb_canvas_tidy_drop (TbCanvas *canvas);

/* point.c */
void tb_canvas_snapshot_point (TbCanvas *canvas, GtkSnapshot *snapshot);

/* run.c, run-states.c, run-loads.c, run-lines.c, run-dots.c */
TbRunLayer *tb_run_layer_new (void);
void tb_run_layer_free (TbRunLayer *layer);
void tb_run_layer_clear (TbRunLayer *layer);
/* Takes the frame's states and figures in; TRUE where the picture changes. */
gboolean tb_run_layer_take (TbCanvas *canvas, const TbLiveFrame *frame, gint64 now_ns);
void tb_run_layer_scene_changed (TbRunLayer *layer);
void tb_run_layer_without (TbRunLayer *layer, GArray *uids);
void tb_canvas_snapshot_run (TbCanvas *canvas, GtkSnapshot *snapshot);
/* What the run says in words, above all that is drawn. */
void tb_canvas_snapshot_pills (TbCanvas *canvas, GtkSnapshot *snapshot);
void tb_canvas_snapshot_dots (TbCanvas *canvas, GtkSnapshot *snapshot);
/* The replica whose state dot is at that place of the widget; 0: none. */
guint tb_canvas_replica_at (TbCanvas *canvas, TbUid component, double x, double y);
/* Cut or not tapped: drawn here and not in the tiles. */
gboolean tb_run_layer_is_broken (TbRunLayer *layer, TbUid link);
/* How the instances of a component do, a line each; NULL: it has none. (transfer full) */
char *tb_run_instances_tooltip (TbCanvas *canvas, TbUid component);
const char *tb_run_layer_tooltip (TbRunLayer *layer, TbUid link);
/* The link whose pill is there in the widget; 0: none. */
TbUid tb_run_pill_at (TbCanvas *canvas, double x, double y);

/* pulse.c */
void tb_canvas_pulse_start (TbCanvas *canvas);
void tb_canvas_pulse_stop (TbCanvas *canvas);
/* NULL: the run is over and forgotten. */
void tb_canvas_set_source (TbCanvas *canvas, const TbFrameSource *source);
void tb_canvas_take_frame (TbCanvas *canvas, TbLiveFrame *frame,
                           void (*release) (TbLiveFrame *frame));

/* name.c */
void tb_canvas_name_begin (TbCanvas *canvas, TbUid uid, const char *typed);
void tb_canvas_name_end (TbCanvas *canvas, gboolean commit);
void tb_canvas_name_allocate (TbCanvas *canvas);

/* items.c */
TbItems *tb_items_new (TbCanvas *canvas);
void tb_items_free (TbItems *items);
/* Something moved or changed: make, place and drop proxies when there is time. */
void tb_items_queue (TbItems *items);
/* The canvas is seen (again): makes up for what was asked meanwhile. */
void tb_items_mapped (TbItems *items);
void tb_items_allocate (TbItems *items);
/* Gives an element the keyboard's focus, making its proxy now. */
void tb_items_focus (TbItems *items, TbUid uid);
TbUid tb_items_focused (TbItems *items);
void tb_items_selection_changed (TbItems *items);
void tb_items_clear (TbItems *items);

/* pill.c: a figure in a rounded frame, at (0, 0) of its node. (transfer full) */
typedef struct
{
  const char *text;
  TbColourId colour, line;
  gboolean bold, dotted;
  double scale; /* widget pixels a unit: it is 20 units high */
} TbPill;
GskRenderNode *tb_pill_node_new (GtkWidget *widget, TbThemeId theme, const TbPill *pill);
/* Its size in units. */
void tb_pill_measure (GtkWidget *widget, const TbPill *pill, double *width, double *height);

/* draw.c: cairo into a kept node, in widget coordinates. (transfer full) */
typedef void (*TbDraw) (cairo_t *cr, gpointer data);
/* The same as pixels, for what is shown in many frames: a renderer without a GPU would draw its lines
 * and letters in each of them. To be shown at whole pixels. */
GskRenderNode *tb_draw_kept (const TbRect *bounds, int device, TbDraw draw, gpointer data);
/* An image surface with its corner at (x, y). (transfer full) */
GskRenderNode *tb_draw_pixels (cairo_surface_t *pixels, double x, double y);
/* A node moved to (x, y). */
void tb_draw_at (GtkSnapshot *snapshot, GskRenderNode *node, double x, double y);
GskRenderNode *tb_draw_node (const TbRect *bounds, TbDraw draw, gpointer data);
void tb_draw_colour (cairo_t *cr, const TbColour *colour, double alpha);
void tb_draw_rounded (cairo_t *cr, const TbRect *r, double radius);
void tb_draw_route (cairo_t *cr, const TbPoint *points, guint n, double radius);
/* A frame of that width inside the rectangle; a filled one. */
void tb_draw_outline (GtkSnapshot *snapshot, const TbRect *r, double radius, double width,
                      const GdkRGBA *colour);
void tb_draw_fill (GtkSnapshot *snapshot, const TbRect *r, double radius, const GdkRGBA *colour);
/* The nearest whole device pixel. */
double tb_canvas_whole (TbCanvas *canvas, double v);
GdkRGBA tb_draw_rgba (const TbColour *colour, double alpha);

G_END_DECLS
