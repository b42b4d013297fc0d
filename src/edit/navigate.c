/* Going from one item to the next with the keyboard. */
#include "editor-private.h"

#include <math.h>
#include <stdlib.h>

typedef struct
{
  TbUid uid;
  double x, y;
} Stop;

static gboolean
middle_of (TbEditor *editor, TbUid uid, TbPoint *middle)
{
  TbItemKind kind;
  TbRect r;
  if (!tb_editor_bounds (editor, uid, &kind, &r))
    return FALSE;
  *middle = kind == TB_ITEM_LINK
                ? tb_scene_route_point (editor->scene, uid,
                                        tb_scene_route_length (editor->scene, uid) / 2)
                : (TbPoint){ r.x + r.width / 2, r.y + r.height / 2 };
  return TRUE;
}

/* ---- In a direction -------------------------------------------------------------------------- */

/* Cards and notes are what arrows walk over; from a container, containers too. */
static gboolean
is_stop (TbItemKind kind, gboolean containers)
{
  if (kind == TB_ITEM_COMPONENT || kind == TB_ITEM_NOTE)
    return TRUE;
  return containers && kind != TB_ITEM_LINK;
}

/* The way along the direction, with what lies aside counted double; ∞ outside a quarter turn. */
static double
cost (TbPoint from, TbPoint to, int dx, int dy)
{
  double along = (to.x - from.x) * dx + (to.y - from.y) * dy;
  double aside = fabs ((to.x - from.x) * dy) + fabs ((to.y - from.y) * dx);
  return along <= 0.5 || aside > along * 2.5 ? INFINITY : along + 2 * aside;
}

static TbUid
best_in (TbEditor *editor, TbUid from, TbPoint at, int dx, int dy, const TbRect *area)
{
  g_autoptr (GArray) uids = g_array_new (FALSE, FALSE, sizeof (TbUid));
  TbItemKind own = TB_ITEM_COMPONENT, kind;
  TbUid found = 0;
  double best = INFINITY;

  tb_editor_bounds (editor, from, &own, NULL);
  gboolean containers = !is_stop (own, FALSE) && own != TB_ITEM_LINK;
  tb_scene_query (editor->scene, area, FALSE, uids);
  for (guint i = 0; i < uids->len; i++)
    {
      TbUid uid = g_array_index (uids, TbUid, i);
      TbPoint to;
      if (uid == from || !tb_editor_bounds (editor, uid, &kind, NULL) || !is_stop (kind, containers)
          || !middle_of (editor, uid, &to))
        continue;
      double c = cost (at, to, dx, dy);
      if (c < best)
        {
          best = c;
          found = uid;
        }
    }
  return found;
}

/* Near first, so that a step among ten thousand does not look at them all. */
static TbUid
step_towards (TbEditor *editor, TbUid from, int dx, int dy)
{
  TbPoint at;
  TbRect all = tb_scene_bounds (editor->scene);
  double far = MAX (all.width, all.height) * 2 + 1;
  if (!middle_of (editor, from, &at))
    return 0;
  for (double reach = 600;; reach *= 4)
    {
      TbRect area = { at.x - reach, at.y - reach, 2 * reach, 2 * reach };
      TbUid found = best_in (editor, from, at, dx, dy, &area);
      if (found != 0 || reach > far)
        return found;
    }
}

/* ---- In reading order ------------------------------------------------------------------------ */

static int
compare_stops (gconstpointer a, gconstpointer b)
{
  const Stop *s = a, *t = b;
  if (s->y != t->y)
    return s->y < t->y ? -1 : 1;
  if (s->x != t->x)
    return s->x < t->x ? -1 : 1;
  return s->uid < t->uid ? -1 : s->uid > t->uid;
}

static void
append_stops (TbEditor *editor, TbKind kind, GArray *stops)
{
  const TbModel *model = tb_editor_model (editor);
  guint n = tb_model_count (model, kind);
  for (guint i = 0; i < n; i++)
    {
      TbRect r;
      Stop stop = { .uid = tb_element_uid (tb_model_nth (model, kind, i)) };
      if (!tb_editor_bounds (editor, stop.uid, NULL, &r))
        continue;
      stop.x = r.x;
      stop.y = r.y;
      g_array_append_val (stops, stop);
    }
}

/* A link comes right after its caller. */
static void
append_links (TbEditor *editor, GArray *stops)
{
  const TbModel *model = tb_editor_model (editor);
  guint n = tb_model_count (model, TB_KIND_LINK);
  for (guint i = 0; i < n; i++)
    {
      const TbElement *link = tb_model_nth (model, TB_KIND_LINK, i);
      const TbElement *from = tb_element_get_ref (model, link, TB_PROP_FROM);
      TbRect r;
      if (from == NULL || !tb_editor_bounds (editor, tb_element_uid (from), NULL, &r))
        continue;
      Stop stop = { .uid = tb_element_uid (link), .x = r.x + 1e-3 * (i + 1) / (n + 1), .y = r.y };
      g_array_append_val (stops, stop);
    }
}

TbUid
tb_editor_reading_step (TbEditor *editor, TbUid from, int step)
{
  static const TbKind kinds[] = { TB_KIND_LAYER, TB_KIND_TIER, TB_KIND_GROUP, TB_KIND_COMPONENT,
                                  TB_KIND_NOTE, TB_KIND_MIDDLEWARE };
  g_autoptr (GArray) stops = g_array_new (FALSE, FALSE, sizeof (Stop));
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    append_stops (editor, kinds[i], stops);
  append_links (editor, stops);
  g_array_sort (stops, compare_stops);
  if (stops->len == 0)
    return 0;
  for (guint i = 0; i < stops->len; i++)
    if (g_array_index (stops, Stop, i).uid == from)
      {
        gint64 next = (gint64) i + step;
        return next < 0 || next >= stops->len ? 0 : g_array_index (stops, Stop, next).uid;
      }
  return g_array_index (stops, Stop, step < 0 ? stops->len - 1 : 0).uid;
}

TbUid
tb_editor_neighbour (TbEditor *editor, TbUid from, int dx, int dy)
{
  if ((dx == 0 && dy == 0) || tb_editor_element (editor, from) == NULL)
    return tb_editor_reading_step (editor, from, 1);
  return step_towards (editor, from, dx, dy);
}
