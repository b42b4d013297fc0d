/* Going from one item to the next with the keyboard, and what a screen reader says of each. */
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

/* ---- In words -------------------------------------------------------------------------------- */

static void
count_links (TbEditor *editor, const TbElement *component, guint *out, guint *in)
{
  const TbModel *model = tb_editor_model (editor);
  const char *id = tb_element_id (component);
  guint n = tb_model_count (model, TB_KIND_LINK);
  *out = *in = 0;
  for (guint i = 0; i < n; i++)
    {
      const TbElement *link = tb_model_nth (model, TB_KIND_LINK, i);
      *out += g_strcmp0 (tb_element_get (link, TB_PROP_FROM), id) == 0;
      *in += g_strcmp0 (tb_element_get (link, TB_PROP_TO), id) == 0;
    }
}

static void
describe_component (TbEditor *editor, const TbElement *c, GString *words)
{
  static const TbProp owners[] = { TB_PROP_TIER, TB_PROP_LAYER };
  guint out, in;
  g_string_append_printf (words, "%s, %s", tb_element_title (c),
                          tb_role_name (tb_component_role (c)));
  if (tb_component_replicas (c) > 1)
    g_string_append_printf (words, ", %u replicas", tb_component_replicas (c));
  for (guint i = 0; i < G_N_ELEMENTS (owners); i++)
    {
      const TbElement *owner = tb_element_get_ref (tb_editor_model (editor), c, owners[i]);
      if (owner)
        g_string_append_printf (words, ", in %s", tb_element_title (owner));
    }
  count_links (editor, c, &out, &in);
  if (out)
    g_string_append_printf (words, ", %u link%s out", out, out == 1 ? "" : "s");
  if (in)
    g_string_append_printf (words, ", %u%s in", in, out ? "" : in == 1 ? " link" : " links");
}

static void
describe_link (TbEditor *editor, const TbElement *link, GString *words)
{
  const TbModel *model = tb_editor_model (editor);
  const TbElement *from = tb_element_get_ref (model, link, TB_PROP_FROM);
  const TbElement *to = tb_element_get_ref (model, link, TB_PROP_TO);
  gboolean async = g_strcmp0 (tb_element_get (link, TB_PROP_CALL), "async") == 0;
  g_string_append_printf (words, "Link from %s to %s, %s", from ? tb_element_title (from) : "nothing",
                          to ? tb_element_title (to) : "nothing",
                          async ? "asynchronous" : "synchronous");
  const TbElement *service = tb_link_service (model, link);
  if (service && tb_element_get (service, TB_PROP_PROTOCOL))
    g_string_append_printf (words, ", %s", tb_element_get (service, TB_PROP_PROTOCOL));
}

static guint
count_members (TbEditor *editor, const TbElement *container)
{
  static const TbProp props[TB_N_KINDS] = { [TB_KIND_TIER] = TB_PROP_TIER,
                                            [TB_KIND_LAYER] = TB_PROP_LAYER,
                                            [TB_KIND_GROUP] = TB_PROP_GROUP,
                                            [TB_KIND_MIDDLEWARE] = TB_PROP_MIDDLEWARE };
  const TbModel *model = tb_editor_model (editor);
  TbProp prop = props[tb_element_kind (container)];
  guint n = tb_model_count (model, TB_KIND_COMPONENT), members = 0;
  for (guint i = 0; prop && i < n; i++)
    {
      const TbElement *c = tb_model_nth (model, TB_KIND_COMPONENT, i);
      g_auto (GStrv) ids = g_strsplit_set (tb_element_get (c, prop) ?: "", " \t\n", -1);
      members += g_strv_contains ((const char *const *) ids, tb_element_id (container));
    }
  return members;
}

static void
append_count (GString *words, guint n, const char *what)
{
  g_string_append_printf (words, ", %u %s%s", n, what, n == 1 ? "" : "s");
}

/* What is in a container; of middleware also the links that go over it. */
static void
describe_container (TbEditor *editor, const TbElement *element, GString *words)
{
  const TbModel *model = tb_editor_model (editor);
  TbKind kind = tb_element_kind (element);
  guint members = count_members (editor, element), links = 0;
  for (guint i = 0; kind == TB_KIND_MIDDLEWARE && i < tb_model_count (model, TB_KIND_LINK); i++)
    links += tb_element_get_ref (model, tb_model_nth (model, TB_KIND_LINK, i), TB_PROP_VIA) == element;
  g_string_append_printf (words, "%s %s", tb_schema_kind (kind)->label, tb_element_title (element));
  if (kind != TB_KIND_MIDDLEWARE || members)
    append_count (words, members, "component");
  if (kind == TB_KIND_MIDDLEWARE)
    append_count (words, links, "link");
}

char *
tb_editor_describe (TbEditor *editor, TbUid uid)
{
  const TbElement *element = tb_editor_element (editor, uid);
  g_autoptr (GString) words = g_string_new (NULL);
  if (element == NULL)
    return g_strdup ("");
  TbKind kind = tb_element_kind (element);
  if (kind == TB_KIND_COMPONENT)
    describe_component (editor, element, words);
  else if (kind == TB_KIND_LINK)
    describe_link (editor, element, words);
  else if (kind == TB_KIND_NOTE)
    g_string_append_printf (words, "Note: %s", tb_element_get (element, TB_PROP_TEXT) ?: "");
  else
    describe_container (editor, element, words);
  return g_string_free (g_steal_pointer (&words), FALSE);
}
