/* Marks: figures of a prediction, at what they are about. A dotted outline says that nobody has measured them. On a card they stand at
 * the end of its lower edge, where a run says nothing; beside a link in the place of a run's pill, so that while one is
 * shown those of links are not. */
#include "canvas-private.h"

#include <math.h>

#define ZOOM_LEAST 0.35
#define SCALE_LEAST 0.78
#define NEAR 120.0 /* pixels */
#define BELOW 8.0 /* a card's lower edge: clear of the states of a run */

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

static TbPill
pill_of (const TbCanvas *canvas, const Mark *mark)
{
  return (TbPill){ .text = mark->text,
                   .colour = mark->warns ? TB_COLOUR_WARN : TB_COLOUR_DIM,
                   .line = mark->warns ? TB_COLOUR_WARN : TB_COLOUR_DIM,
                   .dotted = TRUE,
                   .scale = MAX (canvas->camera.zoom * 0.9, SCALE_LEAST) };
}

/* Where the scene has room for it; where that is too far away, below the link's middle. FALSE: it would cover something. */
static gboolean
place_of_link (TbCanvas *canvas, TbUid uid, double width, double height, TbRect *at)
{
  const TbScene *scene = tb_canvas_scene (canvas);
  *at = tb_scene_link_pill (scene, uid, width, height);
  if (tb_canvas_is_beside (canvas, uid, at))
    return TRUE;
  TbPoint middle = tb_scene_route_point (scene, uid, tb_scene_route_length (scene, uid) / 2);
  *at = (TbRect){ middle.x - width / 2, middle.y + BELOW, width, height };
  return !tb_canvas_covers_something (canvas, uid, at);
}

/* The upper left corner of a mark of that size, in widget pixels; FALSE: it is not to be seen. */
static gboolean
place (TbCanvas *canvas, TbUid uid, double width, double height, TbPoint *at)
{
  const TbScene *scene = tb_canvas_scene (canvas);
  double zoom = canvas->camera.zoom;
  TbItemKind kind;
  TbRect r;
  if (!tb_scene_item (scene, uid, &kind, &r) || (kind == TB_ITEM_LINK && canvas->frame != NULL))
    return FALSE;
  if (kind == TB_ITEM_LINK && !place_of_link (canvas, uid, width / zoom, height / zoom, &r))
    return FALSE;
  r = tb_camera_rect (&canvas->camera, &r);
  *at = kind == TB_ITEM_LINK ? (TbPoint){ r.x, r.y } : (TbPoint){ r.x + r.width - width - 10 * zoom, r.y + r.height + BELOW * zoom - height / 2 };
  return at->x > -width && at->y > -height && at->x < canvas->camera.width && at->y < canvas->camera.height;
}

static void
show (TbCanvas *canvas, GtkSnapshot *snapshot, TbUid uid, Mark *mark)
{
  TbPill pill = pill_of (canvas, mark);
  double width, height;
  TbPoint at;
  if (!may_be_seen (canvas, uid))
    return;
  tb_pill_measure (GTK_WIDGET (canvas), &pill, &width, &height);
  if (!place (canvas, uid, width * pill.scale, height * pill.scale, &at))
    return;
  if (mark->node == NULL || mark->node_scale != pill.scale || mark->theme != canvas->theme)
    {
      g_clear_pointer (&mark->node, gsk_render_node_unref);
      mark->node = tb_pill_node_new (GTK_WIDGET (canvas), canvas->theme, &pill);
      mark->node_scale = pill.scale;
      mark->theme = canvas->theme;
    }
  tb_draw_at (snapshot, mark->node, tb_canvas_whole (canvas, at.x), tb_canvas_whole (canvas, at.y));
}

void
tb_canvas_snapshot_marks (TbCanvas *canvas, GtkSnapshot *snapshot)
{
  GHashTableIter iter;
  gpointer uid, mark;
  if (canvas->marks == NULL || canvas->camera.zoom < ZOOM_LEAST || tb_scene_view_kind (tb_canvas_scene (canvas)) == TB_VIEW_DEPLOYMENT)
    return;
  g_hash_table_iter_init (&iter, canvas->marks);
  while (g_hash_table_iter_next (&iter, &uid, &mark))
    show (canvas, snapshot, GPOINTER_TO_UINT (uid), mark);
}
