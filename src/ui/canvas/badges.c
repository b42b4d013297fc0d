/* Badges at elements that something is wrong with: a cross in a disc, a mark in a triangle. They keep
 * their size on the screen, and stand at the beginning of a card or the middle of a link. */
#include "canvas-private.h"

#define SIZE 16.0
#define SIZE_FAR 9.0 /* without the mark in it */
#define ZOOM_FAR 0.35

/* The worst of an element's. */
typedef struct
{
  TbSeverity severity;
  char *message;
} Badge;

typedef struct
{
  TbSeverity severity;
  double size;
  TbThemeId theme;
  gboolean mark;
} BadgeDraw;

static void
badge_free (gpointer data)
{
  Badge *badge = data;
  g_free (badge->message);
  g_free (badge);
}

static void
add (GHashTable *badges, const TbProblem *problem)
{
  gpointer key = GUINT_TO_POINTER (problem->uid);
  const Badge *worst = g_hash_table_lookup (badges, key);
  if (!problem->uid || problem->severity > TB_SEVERITY_WARNING
      || (worst && worst->severity <= problem->severity))
    return;
  Badge *badge = g_new (Badge, 1);
  *badge = (Badge){ problem->severity, g_strdup (problem->message) };
  g_hash_table_insert (badges, key, badge);
}

void
tb_canvas_set_problems (TbCanvas *canvas, const TbProblems *problems)
{
  g_clear_pointer (&canvas->problems, g_hash_table_unref);
  canvas->problems = g_hash_table_new_full (NULL, NULL, NULL, badge_free);
  for (guint i = 0; problems && i < problems->len; i++)
    add (canvas->problems, problems->pdata[i]);
  tb_canvas_live_changed (canvas);
}

const char *
tb_canvas_problem_of (TbCanvas *canvas, TbUid uid)
{
  const Badge *badge
      = canvas->problems ? g_hash_table_lookup (canvas->problems, GUINT_TO_POINTER (uid)) : NULL;
  return badge ? badge->message : NULL;
}

/* ---- Drawing --------------------------------------------------------------------------------- */

static void
path_disc (cairo_t *cr, double s)
{
  cairo_arc (cr, s / 2, s / 2, s / 2 - 1, 0, 2 * G_PI);
}

static void
path_triangle (cairo_t *cr, double s)
{
  cairo_move_to (cr, s / 2, 1);
  cairo_line_to (cr, s - 0.5, s - 1.5);
  cairo_line_to (cr, 0.5, s - 1.5);
  cairo_close_path (cr);
}

static void
mark_cross (cairo_t *cr, double s)
{
  double a = s * 0.34, b = s - a;
  cairo_move_to (cr, a, a);
  cairo_line_to (cr, b, b);
  cairo_move_to (cr, b, a);
  cairo_line_to (cr, a, b);
}

static void
mark_exclamation (cairo_t *cr, double s)
{
  cairo_move_to (cr, s / 2, s * 0.38);
  cairo_line_to (cr, s / 2, s * 0.62);
  cairo_move_to (cr, s / 2, s * 0.77);
  cairo_line_to (cr, s / 2, s * 0.78);
}

static void
draw_badge (cairo_t *cr, gpointer data)
{
  const BadgeDraw *d = data;
  gboolean error = d->severity == TB_SEVERITY_ERROR;
  TbColour ground = tb_theme_colour (d->theme, TB_COLOUR_CARD);
  TbColour colour = tb_theme_colour (d->theme, error ? TB_COLOUR_BAD : TB_COLOUR_WARN);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  (error ? path_disc : path_triangle) (cr, d->size);
  tb_draw_colour (cr, &ground, 1);
  cairo_set_line_width (cr, 3);
  cairo_stroke_preserve (cr);
  tb_draw_colour (cr, &colour, 1);
  cairo_fill (cr);
  if (!d->mark)
    return;
  (error ? mark_cross : mark_exclamation) (cr, d->size);
  tb_draw_colour (cr, &ground, 1);
  cairo_set_line_width (cr, 1.8);
  cairo_stroke (cr);
}

/* The nearest that is drawn: a service's problem is shown at its component. */
static gboolean
place_of (TbCanvas *canvas, TbUid uid, double size, TbPoint *at)
{
  const TbScene *scene = tb_canvas_scene (canvas);
  TbItemKind kind;
  TbRect r;
  uid = tb_canvas_drawn_for (canvas, uid);
  if (!uid || !tb_scene_item (scene, uid, &kind, &r))
    return FALSE;
  *at = (TbPoint){ r.x, r.y };
  if (kind == TB_ITEM_LINK)
    *at = tb_scene_route_point (scene, uid, tb_scene_route_length (scene, uid) / 2);
  *at = tb_camera_from_world (&canvas->camera, at->x, at->y);
  at->x -= size / 2;
  at->y -= size / 2;
  return at->x > -size && at->y > -size && at->x < canvas->camera.width
         && at->y < canvas->camera.height;
}

TbUid
tb_canvas_drawn_for (TbCanvas *canvas, TbUid uid)
{
  const TbScene *scene = tb_canvas_scene (canvas);
  const TbElement *element
      = scene ? tb_model_get (tb_document_model (tb_editor_document (canvas->editor)), uid) : NULL;
  for (; element; element = tb_element_parent (element))
    {
      TbUid drawn = tb_scene_stand_in (scene, tb_element_uid (element));
      if (drawn)
        return drawn;
    }
  return 0;
}

void
tb_canvas_snapshot_badges (TbCanvas *canvas, GtkSnapshot *snapshot)
{
  GHashTableIter iter;
  gpointer uid, badge;
  gboolean far = canvas->camera.zoom < ZOOM_FAR;
  BadgeDraw draw = { .size = far ? SIZE_FAR : SIZE, .theme = canvas->theme, .mark = !far };
  if (!canvas->problems)
    return;
  g_hash_table_iter_init (&iter, canvas->problems);
  while (g_hash_table_iter_next (&iter, &uid, &badge))
    {
      TbPoint at;
      if (!place_of (canvas, GPOINTER_TO_UINT (uid), draw.size, &at))
        continue;
      draw.severity = ((const Badge *) badge)->severity;
      TbRect bounds = { -2, -2, draw.size + 4, draw.size + 4 };
      GskRenderNode *node = tb_draw_node (&bounds, draw_badge, &draw);
      gtk_snapshot_save (snapshot);
      gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) at.x, (float) at.y));
      gtk_snapshot_append_node (snapshot, node);
      gtk_snapshot_restore (snapshot);
      gsk_render_node_unref (node);
    }
}
