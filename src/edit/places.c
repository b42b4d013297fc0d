/* Where things stand: the places of the view. What moves with what, and what a landing sets, is in
 * containers.c. */
#include "editor-private.h"

#include <math.h>

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

void
tb_editor_set_number (TbEditor *editor, TbUid uid, TbProp prop, double v, double step)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  const TbElement *element = tb_editor_element (editor, uid);
  v = round (v / step) / (1 / step);

  g_ascii_formatd (text, sizeof text, "%.10g", v + 0.0);
  if (!tb_element_is_set (element, prop) || tb_element_get_number (element, prop) != v)
    tb_editor_set_checked (editor, uid, prop, text);
}

/* Half a pixel is as fine as a person can mean it. */
static void
set_number (TbEditor *editor, TbUid uid, TbProp prop, double v)
{
  tb_editor_set_number (editor, uid, prop, v, 0.5);
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

/* A place that says nothing is none, but where it says that there is one. */
static void
drop_empty (TbPlaces *places, TbUid uid, TbUid place)
{
  static const TbProp all[] = { TB_PROP_X,      TB_PROP_Y,      TB_PROP_WIDTH,
                                TB_PROP_HEIGHT, TB_PROP_HIDDEN, TB_PROP_FOLDED };
  TbEditor *editor = places->editor;
  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    if (tb_element_is_set (tb_editor_element (editor, place), all[i]))
      return;
  if (tb_view_shows_placed (tb_editor_element (editor, places->view)))
    {
      tb_editor_set_checked (editor, place, TB_PROP_HIDDEN, "no");
      return;
    }
  g_hash_table_remove (places->by_id, tb_element_id (tb_editor_element (editor, uid)));
  tb_document_remove (editor->document, place);
}

static void
set_flag (TbPlaces *places, TbUid uid, TbProp flag, gboolean on)
{
  TbUid place = on ? ensure_place (places, uid) : find_place (places, uid);
  if (place == 0)
    return;
  tb_editor_set_checked (places->editor, place, flag, on ? "yes" : NULL);
  drop_empty (places, uid, place);
}

void
tb_places_forget (TbPlaces *places, TbUid uid)
{
  static const TbProp props[] = { TB_PROP_X, TB_PROP_Y, TB_PROP_WIDTH, TB_PROP_HEIGHT };
  TbUid place = find_place (places, uid);
  if (place == 0)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (props); i++)
    if (tb_element_is_set (tb_editor_element (places->editor, place), props[i]))
      tb_editor_set_checked (places->editor, place, props[i], NULL);
  drop_empty (places, uid, place);
}

void
tb_places_set_folded (TbPlaces *places, TbUid container, gboolean folded)
{
  set_flag (places, container, TB_PROP_FOLDED, folded);
}

void
tb_places_set_hidden (TbPlaces *places, TbUid uid, gboolean hidden)
{
  if (!hidden && tb_view_shows_placed (tb_editor_element (places->editor, places->view)))
    ensure_place (places, uid);
  set_flag (places, uid, TB_PROP_HIDDEN, hidden);
}

/* A card of the usual size says nothing of it in the file. */
static void
set_size (TbEditor *editor, TbUid uid, TbUid place, TbProp prop, double v, double usual)
{
  gboolean card = tb_element_kind (tb_editor_element (editor, uid)) == TB_KIND_COMPONENT;
  if (!card || v != usual)
    set_number (editor, place, prop, v);
  else if (tb_element_is_set (tb_editor_element (editor, place), prop))
    tb_editor_set_checked (editor, place, prop, NULL);
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
      set_size (editor, uid, place, TB_PROP_WIDTH, rect->width, TB_CARD_WIDTH);
      set_size (editor, uid, place, TB_PROP_HEIGHT, rect->height, TB_CARD_HEIGHT);
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

void
tb_places_shift (TbPlaces *places, const TbFrameRect *at, double dx, double dy, gboolean alone)
{
  const TbElement *place = tb_editor_element (places->editor, find_place (places, at->uid));
  TbRect to = { at->rect.x + dx, at->rect.y + dy, at->rect.width, at->rect.height };
  gboolean container = tb_editor_is_container (at->kind);

  /* A container's stored size is the least it has, not what its members make of it. */
  if (container && place && tb_element_is_set (place, TB_PROP_X)
      && tb_element_is_set (place, TB_PROP_Y))
    {
      to.x = tb_element_get_number (place, TB_PROP_X) + dx;
      to.y = tb_element_get_number (place, TB_PROP_Y) + dy;
      tb_places_set (places, at->uid, &to, FALSE);
    }
  else if (!container || (alone && !tb_scene_is_folded (places->editor->scene, at->uid)))
    tb_places_set (places, at->uid, &to, container);
}
