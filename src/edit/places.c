/* Where things stand: places of the view, what moves with what, and which attributes a landing
 * sets. */
#include "editor-private.h"

#include <math.h>
#include <string.h>

double
tb_editor_snap (double v)
{
  return round (v / TB_GRID) * TB_GRID;
}

guint
tb_editor_insert_position (TbEditor *editor, TbKind kind)
{
  const TbElement *root = tb_model_root (tb_editor_model (editor));
  guint n = tb_element_n_children (root);
  while (n > 0 && tb_element_kind (tb_element_child (root, n - 1)) > kind)
    n--;
  return n;
}

void
tb_editor_set_checked (TbEditor *editor, TbUid uid, TbProp prop, const char *text)
{
  g_autoptr (GError) error = NULL;
  if (!tb_document_set (editor->document, uid, prop, text, &error))
    g_error ("the editor set a value of its own that is none: %s", error->message);
}

static void
set_number (TbEditor *editor, TbUid uid, TbProp prop, double v)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  const TbElement *element = tb_editor_element (editor, uid);

  /* Half a pixel is as fine as a person can mean it. */
  g_ascii_dtostr (text, sizeof text, round (v * 2) / 2);
  if (!tb_element_is_set (element, prop)
      || tb_element_get_number (element, prop) != round (v * 2) / 2)
    tb_editor_set_checked (editor, uid, prop, text);
}

TbUid
tb_editor_ensure_view (TbEditor *editor)
{
  const TbModel *model = tb_editor_model (editor);
  const char *id = tb_scene_view_id (editor->scene);
  const TbElement *view = id ? tb_model_lookup (model, id) : NULL;
  if (view == NULL && tb_model_count (model, TB_KIND_VIEW) > 0)
    view = tb_model_nth (model, TB_KIND_VIEW, 0);
  if (view != NULL)
    return tb_element_uid (view);

  g_autofree char *fresh = tb_model_make_id (model, TB_KIND_VIEW, "main");
  TbUid uid = tb_document_insert (editor->document, TB_KIND_VIEW, fresh,
                                  tb_element_uid (tb_model_root (model)),
                                  tb_editor_insert_position (editor, TB_KIND_VIEW));
  tb_editor_set_checked (editor, uid, TB_PROP_NAME, "Overview");
  return uid;
}

/* The places of the view by the id they are of: made once a step, since a step may set thousands. */
static GHashTable *
read_places (TbEditor *editor, TbUid view)
{
  GHashTable *places = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  const TbElement *element = tb_editor_element (editor, view);
  guint n = tb_element_n_children (element);
  for (guint i = 0; i < n; i++)
    {
      const TbElement *child = tb_element_child (element, i);
      if (tb_element_kind (child) == TB_KIND_PLACE)
        g_hash_table_insert (places, g_strdup (tb_element_get (child, TB_PROP_OF)),
                             GUINT_TO_POINTER (tb_element_uid (child)));
    }
  return places;
}

static TbUid
insert_place (TbEditor *editor, TbUid view, const char *id)
{
  const TbElement *element = tb_editor_element (editor, view);
  guint after = tb_element_n_children (element);
  while (after > 0 && tb_element_kind (tb_element_child (element, after - 1)) != TB_KIND_PLACE)
    after--;
  TbUid uid = tb_document_insert (editor->document, TB_KIND_PLACE, NULL, view, after);
  tb_editor_set_checked (editor, uid, TB_PROP_OF, id);
  return uid;
}

void
tb_places_begin (TbPlaces *places, TbEditor *editor)
{
  places->editor = editor;
  places->view = tb_editor_ensure_view (editor);
  places->by_id = read_places (editor, places->view);
}

void
tb_places_end (TbPlaces *places)
{
  g_clear_pointer (&places->by_id, g_hash_table_unref);
}

gboolean
tb_places_has (TbPlaces *places, TbUid uid)
{
  return g_hash_table_contains (places->by_id,
                                tb_element_id (tb_editor_element (places->editor, uid)));
}

static TbUid
find_place (TbPlaces *places, TbUid uid)
{
  const char *id = tb_element_id (tb_editor_element (places->editor, uid));
  return id ? GPOINTER_TO_UINT (g_hash_table_lookup (places->by_id, id)) : 0;
}

static TbUid
ensure_place (TbPlaces *places, TbUid uid)
{
  const char *id = tb_element_id (tb_editor_element (places->editor, uid));
  TbUid place = find_place (places, uid);
  if (place != 0)
    return place;
  place = insert_place (places->editor, places->view, id);
  g_hash_table_insert (places->by_id, g_strdup (id), GUINT_TO_POINTER (place));
  return place;
}

/* A place that says nothing is none. */
static void
set_flag (TbPlaces *places, TbUid uid, TbProp flag, gboolean on)
{
  static const TbProp all[] = { TB_PROP_X,      TB_PROP_Y,      TB_PROP_WIDTH,
                                TB_PROP_HEIGHT, TB_PROP_HIDDEN, TB_PROP_FOLDED };
  TbEditor *editor = places->editor;
  TbUid place = on ? ensure_place (places, uid) : find_place (places, uid);
  if (place == 0)
    return;
  tb_editor_set_checked (editor, place, flag, on ? "yes" : NULL);
  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    if (tb_element_is_set (tb_editor_element (editor, place), all[i]))
      return;
  g_hash_table_remove (places->by_id, tb_element_id (tb_editor_element (editor, uid)));
  tb_document_remove (editor->document, place);
}

void
tb_places_set_folded (TbPlaces *places, TbUid container, gboolean folded)
{
  set_flag (places, container, TB_PROP_FOLDED, folded);
}

void
tb_places_set_hidden (TbPlaces *places, TbUid uid, gboolean hidden)
{
  set_flag (places, uid, TB_PROP_HIDDEN, hidden);
}

void
tb_places_set (TbPlaces *places, TbUid uid, const TbRect *rect, gboolean with_size)
{
  TbEditor *editor = places->editor;
  const TbElement *element = tb_editor_element (editor, uid);
  g_return_if_fail (tb_element_id (element) != NULL);
  /* Such a view has no places but those of notes, which belong to no cell. */
  if (tb_editor_arranges_itself (editor) && tb_element_kind (element) != TB_KIND_NOTE)
    return;
  TbUid place = ensure_place (places, uid);
  set_number (editor, place, TB_PROP_X, rect->x);
  set_number (editor, place, TB_PROP_Y, rect->y);
  if (with_size)
    {
      set_number (editor, place, TB_PROP_WIDTH, rect->width);
      set_number (editor, place, TB_PROP_HEIGHT, rect->height);
    }
}

static void
pin_kind (TbPlaces *places, TbKind kind)
{
  const TbModel *model = tb_editor_model (places->editor);
  guint n = tb_model_count (model, kind);
  for (guint i = 0; i < n; i++)
    {
      TbUid uid = tb_element_uid (tb_model_nth (model, kind, i));
      TbRect rect;
      if (!tb_places_has (places, uid) && tb_editor_bounds (places->editor, uid, NULL, &rect))
        tb_places_set (places, uid, &rect, FALSE);
    }
}

void
tb_places_pin (TbPlaces *places)
{
  if (tb_scene_n_unplaced (places->editor->scene) == 0)
    return;
  pin_kind (places, TB_KIND_COMPONENT);
  pin_kind (places, TB_KIND_NOTE);
}

/* ---- Containers ------------------------------------------------------------------------------ */

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
tb_editor_landing (GArray *frames, const TbRect *rect, GHashTable *moved_along)
{
  static const TbItemKind order[] = { TB_ITEM_GROUP, TB_ITEM_TIER, TB_ITEM_LAYER };
  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    {
      const TbFrameRect *f = frame_at (frames, order[i], rect, moved_along);
      if (f != NULL)
        return f->uid;
    }
  return 0;
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

/* Is the container of this kind that the component belongs to now moving with it? */
static gboolean
carried (TbEditor *editor, const TbElement *component, TbProp prop, GHashTable *moved_along)
{
  g_auto (GStrv) ids = g_strsplit_set (tb_element_get (component, prop) ?: "", " \t\n", -1);
  for (guint i = 0; moved_along != NULL && ids[i] != NULL; i++)
    {
      const TbElement *owner = tb_model_lookup (tb_editor_model (editor), ids[i]);
      if (owner
          && g_hash_table_contains (moved_along, GUINT_TO_POINTER (tb_element_uid (owner))))
        return TRUE;
    }
  return FALSE;
}

void
tb_editor_land (TbEditor *editor, TbUid uid, const TbRect *rect, GArray *frames,
                GHashTable *moved_along)
{
  static const struct
  {
    TbItemKind item;
    TbProp prop;
  } rows[] = { { TB_ITEM_TIER, TB_PROP_TIER },
               { TB_ITEM_LAYER, TB_PROP_LAYER },
               { TB_ITEM_GROUP, TB_PROP_GROUP } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const TbElement *component = tb_editor_element (editor, uid);
      /* A view without frames of a kind says nothing of that attribute. */
      if (!any_of_kind (frames, rows[i].item)
          || carried (editor, component, rows[i].prop, moved_along))
        continue;
      const TbFrameRect *f = frame_at (frames, rows[i].item, rect, NULL);
      const char *id = f ? tb_element_id (tb_editor_element (editor, f->uid)) : NULL;
      const char *now = tb_element_is_set (component, rows[i].prop)
                            ? tb_element_get (component, rows[i].prop) : NULL;
      /* In one of its layers still: a component of several keeps them all. */
      if (g_strcmp0 (id, now) != 0 && !(id && names_word (now, id)))
        tb_editor_set_checked (editor, uid, rows[i].prop, id);
    }
}

/* ---- Moving ---------------------------------------------------------------------------------- */

static void
append_moving (TbEditor *editor, GArray *moving, GHashTable *seen, TbUid uid)
{
  TbFrameRect f = { .uid = uid };
  /* What is folded away moves with its box. */
  if (!tb_scene_place_of (editor->scene, uid, &f.kind, &f.rect) || f.kind == TB_ITEM_MIDDLEWARE
      || f.kind == TB_ITEM_DEVICE || !g_hash_table_add (seen, GUINT_TO_POINTER (uid)))
    return;
  g_array_append_val (moving, f);
}

static void
append_members (TbEditor *editor, GArray *moving, GHashTable *seen, const TbElement *container)
{
  static const struct
  {
    TbKind kind;
    TbProp prop;
  } rows[] = { { TB_KIND_TIER, TB_PROP_TIER },
               { TB_KIND_LAYER, TB_PROP_LAYER },
               { TB_KIND_GROUP, TB_PROP_GROUP } };
  const TbModel *model = tb_editor_model (editor);
  TbProp prop = TB_PROP_NONE;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].kind == tb_element_kind (container))
      prop = rows[i].prop;
  if (prop == TB_PROP_NONE)
    return;
  for (guint i = 0; i < tb_model_count (model, TB_KIND_COMPONENT); i++)
    {
      const TbElement *c = tb_model_nth (model, TB_KIND_COMPONENT, i);
      if (names_word (tb_element_get (c, prop), tb_element_id (container)))
        append_moving (editor, moving, seen, tb_element_uid (c));
    }
}

GArray *
tb_editor_moving_set (TbEditor *editor)
{
  GArray *moving = g_array_new (FALSE, FALSE, sizeof (TbFrameRect));
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  for (guint i = 0; i < editor->selection->len; i++)
    append_moving (editor, moving, seen, g_array_index (editor->selection, TbUid, i));
  guint n = moving->len;
  for (guint i = 0; i < n; i++)
    append_members (editor, moving, seen,
                    tb_editor_element (editor, g_array_index (moving, TbFrameRect, i).uid));
  return moving;
}

static gboolean
is_container (TbItemKind kind)
{
  return kind < 32 && ((1u << kind) & TB_CONTAINER_BITS) != 0;
}

static char *
move_label (TbEditor *editor, GArray *moving)
{
  if (editor->selection->len <= 1 && moving->len > 0)
    return g_strdup_printf ("Move %s", tb_element_title (tb_editor_element (
                                           editor, g_array_index (moving, TbFrameRect, 0).uid)));
  return g_strdup_printf ("Move %u elements", editor->selection->len);
}

static gboolean
has_corner (TbPlaces *places, TbUid uid)
{
  TbUid place = find_place (places, uid);
  return place != 0 && tb_element_is_set (tb_editor_element (places->editor, place), TB_PROP_X);
}

/* A container without a place of its own follows its members; alone it needs one. */
static gboolean
needs_place (TbPlaces *places, const TbFrameRect *f, guint n_moving)
{
  return !is_container (f->kind) || n_moving == 1 || has_corner (places, f->uid);
}

/* A box shows nothing of the size that is stored, which moves as it is. */
static void
move_stored (TbPlaces *places, TbUid container, double dx, double dy)
{
  const TbElement *place = tb_editor_element (places->editor, find_place (places, container));
  TbRect to = { tb_element_get_number (place, TB_PROP_X) + dx,
                tb_element_get_number (place, TB_PROP_Y) + dy, 0, 0 };
  tb_places_set (places, container, &to, FALSE);
}

static void
move_all (TbPlaces *places, GArray *moving, GArray *frames, double dx, double dy)
{
  g_autoptr (GHashTable) along = g_hash_table_new (NULL, NULL);
  for (guint i = 0; i < moving->len; i++)
    if (is_container (g_array_index (moving, TbFrameRect, i).kind))
      g_hash_table_add (along, GUINT_TO_POINTER (g_array_index (moving, TbFrameRect, i).uid));

  for (guint i = 0; i < moving->len; i++)
    {
      const TbFrameRect *f = &g_array_index (moving, TbFrameRect, i);
      TbRect to = { f->rect.x + dx, f->rect.y + dy, f->rect.width, f->rect.height };
      if (tb_scene_is_folded (places->editor->scene, f->uid))
        {
          if (has_corner (places, f->uid))
            move_stored (places, f->uid, dx, dy);
        }
      else if (needs_place (places, f, moving->len))
        tb_places_set (places, f->uid, &to, is_container (f->kind));
      if (f->kind == TB_ITEM_COMPONENT)
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
  tb_places_end (&places);
  tb_document_commit (editor->document);
}
