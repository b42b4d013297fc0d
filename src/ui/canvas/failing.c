/* What stops without what is selected, over the drawing: what is gone has a red frame and a cross, what stops with it a
 * red, dashed one and a bar, both washed out; what stops a client alone an amber one and an exclamation mark. Told by
 * shape as well as by colour, and in words beside the canvas. */
#include "canvas-private.h"

#define BADGE 16.0
#define GAP 6.0
#define ZOOM_FAR 0.35

static const struct
{
  TbColourId colour;
  const char *sign;
  gboolean dashed;
  double wash;
} looks[] = {
  [TB_FAILS_GONE] = { TB_COLOUR_BAD, "×", FALSE, 0.5 },
  [TB_FAILS_STOPS] = { TB_COLOUR_BAD, "–", TRUE, 0.5 },
  [TB_FAILS_ALONE] = { TB_COLOUR_WARN, "!", FALSE, 0 },
};

void
tb_canvas_set_failing (TbCanvas *canvas, const TbFailing *failing, guint n)
{
  g_clear_pointer (&canvas->failing, g_array_unref);
  if (n > 0)
    {
      canvas->failing = g_array_sized_new (FALSE, FALSE, sizeof (TbFailing), n);
      g_array_append_vals (canvas->failing, failing, n);
    }
  tb_canvas_live_changed (canvas);
}

typedef struct
{
  TbRect frame;
  double radius;
  TbFails what;
  TbThemeId theme;
  gboolean sign;
} Frame;

static void
draw_badge (cairo_t *cr, const Frame *f, const TbColour *colour, const TbColour *ground)
{
  double s = BADGE * 0.2;
  cairo_save (cr);
  /* What is gone is selected, with handles at its corners. */
  double out = f->what == TB_FAILS_GONE ? BADGE * 0.6 : 0;
  cairo_translate (cr, f->frame.x - out, f->what == TB_FAILS_ALONE ? f->frame.y + f->frame.height : f->frame.y - out);
  cairo_set_dash (cr, NULL, 0, 0);
  cairo_arc (cr, 0, 0, BADGE / 2, 0, 2 * G_PI);
  tb_draw_colour (cr, ground, 1);
  cairo_set_line_width (cr, 3);
  cairo_stroke_preserve (cr);
  tb_draw_colour (cr, colour, 1);
  cairo_fill (cr);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  cairo_set_line_width (cr, 2);
  if (f->what == TB_FAILS_ALONE)
    {
      cairo_move_to (cr, 0, -s * 1.3);
      cairo_line_to (cr, 0, s * 0.3);
      cairo_move_to (cr, 0, s * 1.3);
      cairo_line_to (cr, 0, s * 1.4);
    }
  else
    {
      double up = f->what == TB_FAILS_GONE ? s : 0;
      cairo_move_to (cr, -s, -up);
      cairo_line_to (cr, s, up);
      cairo_move_to (cr, -s, up);
      cairo_line_to (cr, s, -up);
    }
  tb_draw_colour (cr, ground, 1);
  cairo_stroke (cr);
  cairo_restore (cr);
}

static void
draw_frame (cairo_t *cr, gpointer data)
{
  const Frame *f = data;
  TbColour colour = tb_theme_colour (f->theme, looks[f->what].colour), ground = tb_theme_colour (f->theme, TB_COLOUR_CARD),
           canvas = tb_theme_colour (f->theme, TB_COLOUR_CANVAS);
  tb_draw_rounded (cr, &f->frame, f->radius);
  if (looks[f->what].wash > 0)
    {
      tb_draw_colour (cr, &canvas, looks[f->what].wash);
      cairo_fill_preserve (cr);
    }
  tb_draw_colour (cr, &colour, 1);
  cairo_set_line_width (cr, 2.4);
  if (looks[f->what].dashed)
    cairo_set_dash (cr, (double[]){ 6, 4 }, 2, 0);
  cairo_stroke (cr);
  if (f->sign)
    draw_badge (cr, f, &colour, &ground);
}

static void
draw_sign (cairo_t *cr, gpointer data)
{
  const Frame *f = data;
  TbColour colour = tb_theme_colour (f->theme, looks[f->what].colour), ground = tb_theme_colour (f->theme, TB_COLOUR_CARD);
  draw_badge (cr, f, &colour, &ground);
}

static void
snapshot_box (TbCanvas *canvas, GtkSnapshot *snapshot, TbFails what, const TbRect *world)
{
  TbRect r = tb_camera_rect (&canvas->camera, world), widget = { 0, 0, canvas->camera.width, canvas->camera.height };
  gboolean far = canvas->camera.zoom < ZOOM_FAR;
  double gap = far ? 2 : GAP;
  Frame f = { { r.x - gap, r.y - gap, r.width + 2 * gap, r.height + 2 * gap }, 11 * canvas->camera.zoom + gap, what,
              canvas->theme, !far };
  TbRect bounds = { f.frame.x - 2 * BADGE, f.frame.y - 2 * BADGE, f.frame.width + 4 * BADGE, f.frame.height + 4 * BADGE };
  if (!tb_rect_intersects (&bounds, &widget))
    return;
  GskRenderNode *node = tb_draw_node (&bounds, draw_frame, &f);
  gtk_snapshot_append_node (snapshot, node);
  gsk_render_node_unref (node);
}

/* One replica is its box, where each has one; else the card stands for it. */
static gboolean
is_meant (TbCanvas *canvas, const TbFailing *failing, const TbRect *box, guint n)
{
  TbDeployed instance;
  return failing->replica == 0 || n == 1
         || (tb_scene_instance_at (tb_canvas_scene (canvas), box->x + box->width / 2, box->y + box->height / 2, &instance)
             && instance.element == failing->uid && instance.replica == failing->replica);
}

/* One of several on one card is its dot there, and the card goes on. */
static gboolean
snapshot_dot (TbCanvas *canvas, GtkSnapshot *snapshot, const TbFailing *failing, const GArray *boxes)
{
  TbPoint dot;
  if (failing->replica == 0 || failing->fails == TB_FAILS_ALONE || boxes->len != 1
      || !tb_scene_replica_dot (tb_canvas_scene (canvas), failing->uid, failing->replica, &dot))
    return FALSE;
  TbRect at = tb_camera_rect (&canvas->camera, &(TbRect){ dot.x, dot.y, 0, 0 });
  /* draw_badge() sets what is gone off the corner of its frame. */
  Frame f = { { at.x + BADGE * 0.6, at.y + BADGE * 0.6, 0, 0 }, 0, failing->fails, canvas->theme, TRUE };
  TbRect bounds = { at.x - BADGE, at.y - BADGE, 2 * BADGE, 2 * BADGE };
  GskRenderNode *node = tb_draw_node (&bounds, draw_sign, &f);
  gtk_snapshot_append_node (snapshot, node);
  gsk_render_node_unref (node);
  return TRUE;
}

static gboolean
is_device (TbCanvas *canvas, TbUid uid)
{
  const TbElement *e = canvas->editor ? tb_model_get (tb_document_model (tb_editor_document (canvas->editor)), uid) : NULL;
  return e != NULL && tb_element_kind (e) == TB_KIND_DEVICE;
}

static void
snapshot_one (TbCanvas *canvas, GtkSnapshot *snapshot, const TbFailing *failing)
{
  TbItemKind kind;
  TbRect bounds;
  g_autoptr (GArray) boxes = g_array_new (FALSE, FALSE, sizeof (TbRect));
  TbUid uid = tb_canvas_drawn_for (canvas, failing->uid);
  if (uid != failing->uid && failing->fails == TB_FAILS_GONE && failing->replica == 0 && is_device (canvas, failing->uid))
    return; /* its tier stands for it, and does not go with it */
  if (uid == 0 || !tb_scene_item (tb_canvas_scene (canvas), uid, &kind, &bounds) || kind == TB_ITEM_LINK)
    return;
  tb_scene_boxes (tb_canvas_scene (canvas), uid, boxes);
  if (snapshot_dot (canvas, snapshot, failing, boxes))
    return;
  for (guint i = 0; i < boxes->len; i++)
    if (is_meant (canvas, failing, &g_array_index (boxes, TbRect, i), boxes->len))
      snapshot_box (canvas, snapshot, failing->fails, &g_array_index (boxes, TbRect, i));
}

void
tb_canvas_snapshot_failing (TbCanvas *canvas, GtkSnapshot *snapshot)
{
  for (guint i = 0; canvas->failing != NULL && i < canvas->failing->len; i++)
    snapshot_one (canvas, snapshot, &g_array_index (canvas->failing, TbFailing, i));
}
