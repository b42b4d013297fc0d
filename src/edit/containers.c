/* Containers: what lands in which, what moves with which, and the attributes that follow.
 *
 * A drop sets what the frames of the view say of the place, and nothing else: under tiers tier=,
 * under layers layer=, under groups group= of a component and parent= of a group. What is carried by
 * its container keeps it, and a layer's members keep their tier too: dragging a band is about bands.
 * A container never moves what it takes in; it grows round it. */
#include "editor-private.h"

#include <string.h>

gboolean
tb_editor_is_container (TbItemKind kind)
{
  return kind < 32 && ((1u << kind) & TB_CONTAINER_BITS) != 0;
}

static void
append_frames (TbEditor *editor, TbKind kind, GArray *frames)
{
  const TbModel *model = tb_editor_model (editor);
  for (guint i = 0; i < tb_model_count (model, kind); i++)
    {
      TbFrameRect f = { .uid = tb_element_uid (tb_model_nth (model, kind, i)) };
      if (tb_editor_bounds (editor, f.uid, &f.kind, &f.rect))
        g_array_append_val (frames, f);
    }
}

GArray *
tb_editor_frames (TbEditor *editor)
{
  GArray *frames = g_array_new (FALSE, FALSE, sizeof (TbFrameRect));
  append_frames (editor, TB_KIND_LAYER, frames);
  append_frames (editor, TB_KIND_TIER, frames);
  append_frames (editor, TB_KIND_GROUP, frames);
  return frames;
}

/* How far a point is from a rectangle, along the worse axis. */
static double
distance (const TbRect *r, double x, double y)
{
  double dx = MAX (MAX (r->x - x, x - (r->x + r->width)), 0);
  double dy = MAX (MAX (r->y - y, y - (r->y + r->height)), 0);
  return MAX (dx, dy);
}

/* The smallest container of a kind at the middle of rect. Bands lie close together, so a card in the
 * gap between two belongs to the nearer one. */
static const TbFrameRect *
frame_at (GArray *frames, TbItemKind kind, const TbRect *rect, GHashTable *skip)
{
  double x = rect->x + rect->width / 2, y = rect->y + rect->height / 2;
  double reach = kind == TB_ITEM_LAYER ? TB_GRID : 0, best_area = G_MAXDOUBLE, best = G_MAXDOUBLE;
  const TbFrameRect *found = NULL;
  for (guint i = 0; i < frames->len; i++)
    {
      const TbFrameRect *f = &g_array_index (frames, TbFrameRect, i);
      double d = distance (&f->rect, x, y), area = f->rect.width * f->rect.height;
      if (f->kind != kind || d > reach
          || (skip && g_hash_table_contains (skip, GUINT_TO_POINTER (f->uid))))
        continue;
      if (d < best || (d == best && area < best_area))
        {
          best = d;
          best_area = area;
          found = f;
        }
    }
  return found;
}

TbUid
tb_editor_landing (GArray *frames, const TbRect *rect, GHashTable *moved_along, gboolean groups)
{
  static const TbItemKind order[] = { TB_ITEM_GROUP, TB_ITEM_TIER, TB_ITEM_LAYER };
  for (guint i = 0; i < (groups ? 1 : G_N_ELEMENTS (order)); i++)
    {
      const TbFrameRect *f = frame_at (frames, order[i], rect, moved_along);
      if (f != NULL)
        return f->uid;
    }
  return 0;
}

GHashTable *
tb_editor_moved_along (GArray *moving)
{
  GHashTable *along = g_hash_table_new (NULL, NULL);
  for (guint i = 0; i < moving->len; i++)
    if (tb_editor_is_container (g_array_index (moving, TbFrameRect, i).kind))
      g_hash_table_add (along, GUINT_TO_POINTER (g_array_index (moving, TbFrameRect, i).uid));
  return along;
}

static gboolean
any_of_kind (GArray *frames, TbItemKind kind)
{
  for (guint i = 0; i < frames->len; i++)
    if (g_array_index (frames, TbFrameRect, i).kind == kind)
      return TRUE;
  return FALSE;
}

static gboolean
names_word (const char *words, const char *word)
{
  g_auto (GStrv) split = g_strsplit_set (words ? words : "", " \t\n", -1);
  return g_strv_contains ((const char *const *) split, word);
}

/* Does a container that this attribute names move along? */
static gboolean
carried (TbEditor *editor, const TbElement *element, TbProp prop, GHashTable *moved_along)
{
  if (moved_along == NULL || g_hash_table_size (moved_along) == 0
      || tb_schema_prop (tb_element_kind (element), prop) == NULL)
    return FALSE;
  g_auto (GStrv) ids = g_strsplit_set (tb_element_get (element, prop) ?: "", " \t\n", -1);
  for (guint i = 0; ids[i] != NULL; i++)
    {
      const TbElement *owner = tb_model_lookup (tb_editor_model (editor), ids[i]);
      if (owner
          && g_hash_table_contains (moved_along, GUINT_TO_POINTER (tb_element_uid (owner))))
        return TRUE;
    }
  return FALSE;
}

static const struct
{
  TbItemKind item;
  TbKind kind;
  TbProp prop;
} landings[] = {
  { TB_ITEM_TIER, TB_KIND_COMPONENT, TB_PROP_TIER },
  { TB_ITEM_LAYER, TB_KIND_COMPONENT, TB_PROP_LAYER },
  { TB_ITEM_GROUP, TB_KIND_COMPONENT, TB_PROP_GROUP },
  { TB_ITEM_GROUP, TB_KIND_GROUP, TB_PROP_PARENT },
};

static gboolean
keeps (TbEditor *editor, const TbElement *element, TbProp prop, GHashTable *moved_along)
{
  return carried (editor, element, prop, moved_along)
         || (prop == TB_PROP_TIER && carried (editor, element, TB_PROP_LAYER, moved_along));
}

void
tb_editor_land (TbEditor *editor, TbUid uid, const TbRect *rect, GArray *frames,
                GHashTable *moved_along)
{
  for (guint i = 0; i < G_N_ELEMENTS (landings); i++)
    {
      const TbElement *element = tb_editor_element (editor, uid);
      TbProp prop = landings[i].prop;
      /* A view without frames of a kind says nothing of that attribute. */
      if (tb_element_kind (element) != landings[i].kind
          || !any_of_kind (frames, landings[i].item)
          || keeps (editor, element, prop, moved_along))
        continue;
      /* A group cannot be in itself or in what it holds: those move along. */
      const TbFrameRect *f
          = frame_at (frames, landings[i].item, rect,
                      landings[i].kind == TB_KIND_GROUP ? moved_along : NULL);
      const char *id = f ? tb_element_id (tb_editor_element (editor, f->uid)) : NULL;
      const char *now = tb_element_is_set (element, prop) ? tb_element_get (element, prop) : NULL;
      /* In one of its layers still: a component of several keeps them all. */
      if (g_strcmp0 (id, now) != 0 && !(id && names_word (now, id)))
        tb_editor_set_checked (editor, uid, prop, id);
    }
}

/* ---- Moving ---------------------------------------------------------------------------------- */

static void
append_moving (TbEditor *editor, GArray *moving, GHashTable *seen, TbUid uid)
{
  TbFrameRect f = { .uid = uid };
  /* What is folded away moves with its box. */
  if (!tb_scene_place_of (editor->scene, uid, &f.kind, &f.rect) || f.kind == TB_ITEM_LINK
      || f.kind == TB_ITEM_MIDDLEWARE || f.kind == TB_ITEM_DEVICE
      || !g_hash_table_add (seen, GUINT_TO_POINTER (uid)))
    return;
  g_array_append_val (moving, f);
}

/* Groups in groups that move; what is dragged over itself ends, since each is taken once. */
static void
append_inner_groups (TbEditor *editor, GArray *moving, GHashTable *seen)
{
  const TbModel *model = tb_editor_model (editor);
  guint n = tb_model_count (model, TB_KIND_GROUP), before;
  do
    {
      before = moving->len;
      for (guint i = 0; i < n; i++)
        {
          const TbElement *group = tb_model_nth (model, TB_KIND_GROUP, i);
          if (carried (editor, group, TB_PROP_PARENT, seen))
            append_moving (editor, moving, seen, tb_element_uid (group));
        }
    }
  while (moving->len > before);
}

static void
append_members (TbEditor *editor, GArray *moving, GHashTable *seen)
{
  static const TbProp props[] = { TB_PROP_TIER, TB_PROP_LAYER, TB_PROP_GROUP };
  const TbModel *model = tb_editor_model (editor);
  g_autoptr (GHashTable) along = tb_editor_moved_along (moving);
  guint n = g_hash_table_size (along) ? tb_model_count (model, TB_KIND_COMPONENT) : 0;
  for (guint i = 0; i < n; i++)
    {
      const TbElement *component = tb_model_nth (model, TB_KIND_COMPONENT, i);
      for (guint k = 0; k < G_N_ELEMENTS (props); k++)
        if (carried (editor, component, props[k], along))
          append_moving (editor, moving, seen, tb_element_uid (component));
    }
}

GArray *
tb_editor_moving_of (TbEditor *editor, const TbUid *uids, guint n)
{
  GArray *moving = g_array_new (FALSE, FALSE, sizeof (TbFrameRect));
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  for (guint i = 0; i < n; i++)
    append_moving (editor, moving, seen, uids[i]);
  append_inner_groups (editor, moving, seen);
  append_members (editor, moving, seen);
  return moving;
}

GArray *
tb_editor_moving_set (TbEditor *editor)
{
  guint n;
  const TbUid *uids = tb_editor_selection (editor, &n);
  return tb_editor_moving_of (editor, uids, n);
}

static char *
move_label (TbEditor *editor, GArray *moving)
{
  if (editor->selection->len <= 1 && moving->len > 0)
    return g_strdup_printf ("Move %s", tb_element_title (tb_editor_element (
                                           editor, g_array_index (moving, TbFrameRect, 0).uid)));
  return g_strdup_printf ("Move %u elements", editor->selection->len);
}

/* The bends of links both ends of which move keep their shape. */
static void
move_bends (TbEditor *editor, TbUid view, GArray *moving, double dx, double dy)
{
  const TbModel *model = tb_editor_model (editor);
  const TbElement *element = tb_editor_element (editor, view);
  g_autoptr (GHashTable) set = g_hash_table_new (NULL, NULL);
  for (guint i = 0; i < moving->len; i++)
    g_hash_table_add (set, GUINT_TO_POINTER (g_array_index (moving, TbFrameRect, i).uid));
  for (guint i = 0; i < tb_element_n_children (element); i++)
    {
      const TbElement *route = tb_element_child (element, i);
      const TbElement *link = tb_element_kind (route) == TB_KIND_ROUTE
                                  ? tb_element_get_ref (model, route, TB_PROP_OF) : NULL;
      const TbElement *from = link ? tb_element_get_ref (model, link, TB_PROP_FROM) : NULL;
      const TbElement *to = link ? tb_element_get_ref (model, link, TB_PROP_TO) : NULL;
      if (!from || !to || !g_hash_table_contains (set, GUINT_TO_POINTER (tb_element_uid (from)))
          || !g_hash_table_contains (set, GUINT_TO_POINTER (tb_element_uid (to))))
        continue;
      for (guint k = 0; k < tb_element_n_children (route); k++)
        {
          const TbElement *bend = tb_element_child (route, k);
          TbUid uid = tb_element_uid (bend);
          TbPoint at = { tb_element_get_number (bend, TB_PROP_X),
                         tb_element_get_number (bend, TB_PROP_Y) };
          tb_editor_set_number (editor, uid, TB_PROP_X, at.x + dx, 0.5);
          tb_editor_set_number (editor, uid, TB_PROP_Y, at.y + dy, 0.5);
        }
    }
}

/* A container without a place of its own follows its members; alone it needs one. */
static void
move_all (TbPlaces *places, GArray *moving, GArray *frames, double dx, double dy)
{
  g_autoptr (GHashTable) along = tb_editor_moved_along (moving);
  for (guint i = 0; i < moving->len; i++)
    {
      const TbFrameRect *f = &g_array_index (moving, TbFrameRect, i);
      TbRect to = { f->rect.x + dx, f->rect.y + dy, f->rect.width, f->rect.height };
      tb_places_shift (places, f, dx, dy, moving->len == 1);
      if (f->kind == TB_ITEM_COMPONENT || f->kind == TB_ITEM_GROUP)
        tb_editor_land (places->editor, f->uid, &to, frames, along);
    }
}

void
tb_editor_apply_move (TbEditor *editor, GArray *moving, GArray *frames, double dx, double dy,
                      const char *merge_key)
{
  if (moving->len == 0 || (dx == 0 && dy == 0))
    return;
  g_autofree char *label = move_label (editor, moving);
  TbPlaces places;
  tb_document_begin (editor->document, label, merge_key);
  tb_places_begin (&places, editor);
  tb_places_pin (&places);
  move_all (&places, moving, frames, dx, dy);
  move_bends (editor, places.view, moving, dx, dy);
  tb_places_end (&places);
  tb_document_commit (editor->document);
}
