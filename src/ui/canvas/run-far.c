/* What is wrong, from far off: where pills are too small to be read, those of elements that are full or
 * fail are drawn briefly, in letters of the screen's size. Where two would meet the second goes below the
 * first, or is left out: the nearer view has it. */
#include "run-private.h"

#define SCALE 0.9
#define MOST 16

typedef struct
{
  TbCanvas *canvas;
  GtkSnapshot *snapshot;
  TbRect places[MOST];
  guint n;
} Far;

gboolean
tb_run_link_is_bad (const TbLinkShow *show)
{
  return show->cut || show->health == TB_HEALTH_FAILED;
}

static gboolean
is_free (const Far *far, const TbRect *r)
{
  for (guint i = 0; i < far->n; i++)
    if (tb_rect_intersects (&far->places[i], r))
      return FALSE;
  return TRUE;
}

/* Around a place of the widget. */
static void
say (Far *far, const char *text, TbColourId colour, TbColourId line, TbPoint at)
{
  const TbCamera *camera = &far->canvas->camera;
  TbPill pill = { .text = text, .colour = colour, .line = line, .scale = SCALE };
  double width, height;
  if (far->n == MOST || at.x < 0 || at.y < 0 || at.x > camera->width || at.y > camera->height)
    return;
  tb_pill_measure (GTK_WIDGET (far->canvas), &pill, &width, &height);
  TbRect r = { 0, at.y - height * SCALE / 2, width * SCALE, height * SCALE };
  r.x = CLAMP (at.x - r.width / 2, 2, MAX (camera->width - r.width - 2, 2));
  if (!is_free (far, &r))
    r.y += r.height + 2;
  if (!is_free (far, &r))
    return;
  far->places[far->n++] = r;
  GskRenderNode *node = tb_pill_node_new (GTK_WIDGET (far->canvas), far->canvas->theme, &pill);
  tb_draw_at (far->snapshot, node, tb_canvas_whole (far->canvas, r.x), tb_canvas_whole (far->canvas, r.y));
  gsk_render_node_unref (node);
}

static void
say_card (Far *far, TbUid uid, const TbCardShow *show)
{
  TbItemKind kind;
  TbRect r;
  if (show->trouble == NULL || tb_scene_view_kind (tb_canvas_scene (far->canvas)) == TB_VIEW_DEPLOYMENT
      || !tb_scene_item (tb_canvas_scene (far->canvas), uid, &kind, &r))
    return;
  say (far, show->trouble, TB_COLOUR_TEXT, TB_COLOUR_WARN,
       tb_camera_from_world (&far->canvas->camera, r.x + r.width / 2, r.y + r.height));
}

static void
say_link (Far *far, TbUid uid, const TbLinkShow *show)
{
  const TbScene *scene = tb_canvas_scene (far->canvas);
  const char *text = show->brief ? show->brief : show->text;
  TbItemKind kind;
  TbRect r;
  if (!tb_run_link_is_bad (show) || text == NULL || !tb_scene_item (scene, uid, &kind, &r))
    return;
  TbPoint middle = tb_scene_route_point (scene, uid, tb_scene_route_length (scene, uid) / 2);
  say (far, text, show->colour, show->line, tb_camera_from_world (&far->canvas->camera, middle.x, middle.y));
}

void
tb_run_far_snapshot (TbCanvas *canvas, GtkSnapshot *snapshot)
{
  Far far = { .canvas = canvas, .snapshot = snapshot };
  GHashTableIter iter;
  gpointer key, value;
  g_hash_table_iter_init (&iter, canvas->run->links);
  while (g_hash_table_iter_next (&iter, &key, &value))
    say_link (&far, GPOINTER_TO_UINT (key), value);
  g_hash_table_iter_init (&iter, canvas->run->cards);
  while (g_hash_table_iter_next (&iter, &key, &value))
    say_card (&far, GPOINTER_TO_UINT (key), value);
}
