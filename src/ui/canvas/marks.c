/* Marks: figures of a prediction, at what they are about. A dotted outline says that nobody has measured them. On a card they stand on
 * its lower edge, on the upper one while something runs; beside a link in the place of a run's pill, so that while one is shown those of links are not. None covers
 * another, or a link, where there is room. */
#include "canvas-private.h"

#include <math.h>

#define ZOOM_LEAST 0.35
#define SCALE_LEAST 0.78
#define NEAR 120.0 /* pixels */
#define BELOW 8.0 /* a card's lower edge: clear of the states of a run */
#define INSET 10.0 /* from a card's corner */

typedef struct
{
  char *text;
  gboolean warns;
  GskRenderNode *node; /* NULL: to be made */
  double node_scale;
  TbThemeId theme;
} Mark;

static void
mark_free (gpointer data)
{
  Mark *mark = data;
  g_clear_pointer (&mark->node, gsk_render_node_unref);
  g_free (mark->text);
  g_free (mark);
}

void
tb_canvas_set_marks (TbCanvas *canvas, const TbCanvasMark *marks, guint n)
{
  if (canvas->marks == NULL && n == 0)
    return;
  g_clear_pointer (&canvas->marks, g_hash_table_unref);
  if (n > 0)
    canvas->marks = g_hash_table_new_full (NULL, NULL, NULL, mark_free);
  for (guint i = 0; i < n; i++)
    {
      Mark *mark = g_new0 (Mark, 1);
      mark->text = g_strdup (marks[i].text);
      mark->warns = marks[i].warns;
      g_hash_table_insert (canvas->marks, GUINT_TO_POINTER (marks[i].uid), mark);
    }
  tb_canvas_live_changed (canvas);
}

/* Roughly: a mark is no farther than that from what it is about. */
static gboolean
may_be_seen (TbCanvas *canvas, TbUid uid)
{
  TbRect r, widget = { -NEAR, -NEAR, canvas->camera.width + 2 * NEAR, canvas->camera.height + 2 * NEAR };
  TbItemKind kind;
  if (!tb_scene_item (tb_canvas_scene (canvas), uid, &kind, &r))
    return FALSE;
  r = tb_camera_rect (&canvas->camera, &r);
  return tb_rect_intersects (&r, &widget);
}

static gboolean
meets (const GArray *taken, const TbRect *r)
{
  for (guint i = 0; i < taken->len; i++)
    if (tb_rect_intersects (&g_array_index (taken, TbRect, i), r))
      return TRUE;
  return FALSE;
}

static TbPill
pill_of (const TbCanvas *canvas, const Mark *mark)
{
  return (TbPill){ .text = mark->text,
                   .colour = mark->warns ? TB_COLOUR_WARN : TB_COLOUR_DIM,
                   .line = mark->warns ? TB_COLOUR_WARN : TB_COLOUR_DIM,
                   .dotted = TRUE,
                   .scale = MAX (canvas->camera.zoom * 0.9, SCALE_LEAST) };
}

/* ---- Where they stand --------------------------------------------------------------------------------------- */

/* Of a link: where the scene has room for it; where that is too far away, at the link's middle, on either side. FALSE: it would cover
 * something. */
static gboolean
place_of_link (TbCanvas *canvas, const GArray *taken, TbUid uid, double width, double height, TbRect *at)
{
  const TbScene *scene = tb_canvas_scene (canvas);
  double half = tb_scene_route_length (scene, uid) / 2;
  TbPoint middle = tb_scene_route_point (scene, uid, half), next = tb_scene_route_point (scene, uid, half + 1);
  gboolean level = fabs (next.x - middle.x) >= fabs (next.y - middle.y);
  double across = level ? -width / 2 : BELOW, down = level ? BELOW : -height / 2;
  const TbRect rects[] = { tb_scene_link_pill (scene, uid, width, height, (const TbRect *) (gpointer) taken->data, taken->len),
                           { middle.x + across, middle.y + down, width, height },
                           { middle.x - width - across, middle.y - height - down, width, height } };
  for (guint i = 0; i < G_N_ELEMENTS (rects); i++)
    {
      TbRect label;
      *at = rects[i];
      gboolean meets_label = tb_scene_link_label (scene, uid, &label) && tb_rect_intersects (&label, at);
      if (tb_canvas_is_beside (canvas, uid, at) && !tb_scene_is_covered (tb_canvas_scene (canvas), uid, at) && !meets_label && !meets (taken, at))
        return TRUE;
    }
  return FALSE;
}

/* Of a card: on its lower edge at the right, at the left, in the middle, else on its upper one; where links leave all of those, at the
 * right of the lower one over them. While something runs, the lower edge is the run's. */
static void
place_of_card (TbCanvas *canvas, const GArray *taken, TbUid uid, const TbRect *card, double width, double height, TbRect *at)
{
  double right = card->x + card->width - width - INSET, left = card->x + INSET, low = card->y + card->height + BELOW - height / 2;
  const TbRect rects[] = { { right, low, width, height },
                           { left, low, width, height },
                           { card->x + (card->width - width) / 2, low, width, height },
                           { left, card->y - height / 2, width, height } };
  *at = rects[canvas->frame != NULL ? G_N_ELEMENTS (rects) - 1 : 0];
  for (guint i = 0; i < G_N_ELEMENTS (rects) && canvas->frame == NULL; i++)
    if (!tb_scene_is_covered (tb_canvas_scene (canvas), uid, &rects[i]) && !meets (taken, &rects[i]))
      {
        *at = rects[i];
        return;
      }
}

/* FALSE: it is not to be seen. In the drawing's own measures. */
static gboolean
place (TbCanvas *canvas, const GArray *taken, TbUid uid, double width, double height, TbRect *at)
{
  TbItemKind kind;
  TbRect r;
  if (!tb_scene_item (tb_canvas_scene (canvas), uid, &kind, &r))
    return FALSE;
  if (kind == TB_ITEM_LINK)
    return canvas->frame == NULL && place_of_link (canvas, taken, uid, width, height, at);
  place_of_card (canvas, taken, uid, &r, width, height, at);
  return TRUE;
}

/* ---- Showing them ------------------------------------------------------------------------------------------- */

static void
show (TbCanvas *canvas, GtkSnapshot *snapshot, GArray *taken, TbUid uid, Mark *mark)
{
  TbPill pill = pill_of (canvas, mark);
  double width, height, zoom = canvas->camera.zoom;
  TbRect at;
  tb_pill_measure (GTK_WIDGET (canvas), &pill, &width, &height);
  if (!place (canvas, taken, uid, width * pill.scale / zoom, height * pill.scale / zoom, &at))
    return;
  g_array_append_val (taken, at);
  if (mark->node == NULL || mark->node_scale != pill.scale || mark->theme != canvas->theme)
    {
      g_clear_pointer (&mark->node, gsk_render_node_unref);
      mark->node = tb_pill_node_new (GTK_WIDGET (canvas), canvas->theme, &pill);
      mark->node_scale = pill.scale;
      mark->theme = canvas->theme;
    }
  at = tb_camera_rect (&canvas->camera, &at);
  tb_draw_at (snapshot, mark->node, tb_canvas_whole (canvas, at.x), tb_canvas_whole (canvas, at.y));
}

static gboolean
is_link (TbCanvas *canvas, TbUid uid)
{
  TbItemKind kind;
  TbRect r;
  return tb_scene_item (tb_canvas_scene (canvas), uid, &kind, &r) && kind == TB_ITEM_LINK;
}

/* Cards first: a link has more places to choose from. */
void
tb_canvas_snapshot_marks (TbCanvas *canvas, GtkSnapshot *snapshot)
{
  GHashTableIter iter;
  gpointer uid, mark;
  if (canvas->marks == NULL || canvas->camera.zoom < ZOOM_LEAST || tb_scene_view_kind (tb_canvas_scene (canvas)) == TB_VIEW_DEPLOYMENT)
    return;
  g_autoptr (GArray) taken = g_array_new (FALSE, FALSE, sizeof (TbRect));
  for (guint links = 0; links < 2; links++)
    {
      g_hash_table_iter_init (&iter, canvas->marks);
      while (g_hash_table_iter_next (&iter, &uid, &mark))
        if (may_be_seen (canvas, GPOINTER_TO_UINT (uid)) && is_link (canvas, GPOINTER_TO_UINT (uid)) == (links == 1))
          show (canvas, snapshot, taken, GPOINTER_TO_UINT (uid), mark);
    }
}
