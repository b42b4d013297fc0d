/* Deleting from the architecture, hiding in one view, and saying plainly which of the two it was. */
#include "clip-private.h"
#include "tb-remove.h"

#include <string.h>

/* ---- From the architecture ------------------------------------------------------------------- */

/* "Shop", "Link from Browser to Shop", "4 elements". (transfer full) */
static char *
what (TbEditor *editor, const TbUid *uids, guint n)
{
  const TbElement *e = n == 1 ? tb_editor_element (editor, uids[0]) : NULL;
  if (e == NULL)
    return g_strdup_printf ("%u elements", n);
  if (tb_element_kind (e) == TB_KIND_NOTE)
    return g_strdup ("The note");
  if (tb_element_kind (e) != TB_KIND_LINK)
    return g_strdup (tb_element_title (e));
  const TbModel *model = tb_editor_model (editor);
  const TbElement *from = tb_element_get_ref (model, e, TB_PROP_FROM);
  const TbElement *to = tb_element_get_ref (model, e, TB_PROP_TO);
  return g_strdup_printf ("The link from %s to %s", from ? tb_element_title (from) : "nothing",
                          to ? tb_element_title (to) : "nothing");
}

static guint
count_links_among (TbEditor *editor, const TbUid *uids, guint n)
{
  guint links = 0;
  for (guint i = 0; i < n; i++)
    {
      const TbElement *e = tb_editor_element (editor, uids[i]);
      links += e != NULL && tb_element_kind (e) == TB_KIND_LINK;
    }
  return links;
}

void
tb_editor_remove (TbEditor *editor, const char *verb, const TbUid *uids, guint n)
{
  const TbModel *model = tb_editor_model (editor);
  guint links = tb_model_count (model, TB_KIND_LINK);
  guint named = count_links_among (editor, uids, n);
  g_autofree char *title = what (editor, uids, n);
  const TbElement *one = n == 1 ? tb_editor_element (editor, uids[0]) : NULL;
  g_autofree char *label = g_strdup_printf ("%s %s", verb, one ? tb_element_title (one) : title);
  TbPlaces places;

  tb_document_begin (editor->document, label, NULL);
  tb_places_begin (&places, editor);
  tb_places_pin (&places);
  tb_places_end (&places);
  tb_document_delete_all (editor->document, uids, n);
  tb_document_commit (editor->document);
  links -= tb_model_count (tb_editor_model (editor), TB_KIND_LINK) + MIN (named, links);
  if (links > 0)
    tb_editor_message (editor, "%s and %u %s deleted from the architecture.", title, links,
                       links == 1 ? "link" : "links");
  else
    tb_editor_message (editor, "%s deleted from the architecture.", title);
}

static gboolean
any_selected (TbEditor *editor)
{
  return editor->selection->len > 0;
}

static void
run_delete (TbEditor *editor)
{
  g_autoptr (GArray) uids = g_array_copy (editor->selection);
  tb_editor_remove (editor, "Delete", (const TbUid *) (gpointer) uids->data, uids->len);
}

/* ---- From a view ----------------------------------------------------------------------------- */

static gboolean
can_hide (TbEditor *editor, TbUid uid)
{
  TbItemKind kind;
  return tb_editor_bounds (editor, uid, &kind, NULL) && kind != TB_ITEM_LINK;
}

static const TbElement *
place_in (const TbElement *view, const char *id)
{
  for (guint i = 0; i < tb_element_n_children (view); i++)
    {
      const TbElement *child = tb_element_child (view, i);
      if (tb_element_kind (child) == TB_KIND_PLACE
          && g_strcmp0 (tb_element_get (child, TB_PROP_OF), id) == 0)
        return child;
    }
  return NULL;
}

/* A view that looks into something shows what is in it, one of what was placed that; any other shows all it does not
 * hide. */
static gboolean
shows (const TbElement *view, const TbElement *element)
{
  static const TbProp homes[] = { TB_PROP_TIER, TB_PROP_LAYER, TB_PROP_GROUP };
  const TbElement *place = place_in (view, tb_element_id (element));
  const char *of = tb_element_get (view, TB_PROP_OF);
  if (place != NULL && tb_element_get_boolean (place, TB_PROP_HIDDEN))
    return FALSE;
  if (place == NULL && tb_view_shows_placed (view))
    return FALSE;
  if (of == NULL || g_strcmp0 (tb_element_get (view, TB_PROP_KIND), "drill-down") != 0
      || tb_element_kind (element) != TB_KIND_COMPONENT)
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (homes); i++)
    {
      g_auto (GStrv) ids
          = g_strsplit_set (tb_element_get (element, homes[i]) ?: "", " \t\n", -1);
      if (g_strv_contains ((const char *const *) ids, of))
        return TRUE;
    }
  return FALSE;
}

static guint
count_other_views (TbEditor *editor, TbUid view, TbUid uid)
{
  const TbModel *model = tb_editor_model (editor);
  guint n = 0;
  for (guint i = 0; i < tb_model_count (model, TB_KIND_VIEW); i++)
    {
      const TbElement *other = tb_model_nth (model, TB_KIND_VIEW, i);
      n += tb_element_uid (other) != view && shows (other, tb_editor_element (editor, uid));
    }
  return n;
}

static void
say_hidden (TbEditor *editor, TbUid view, const GArray *uids)
{
  TbUid first = g_array_index (uids, TbUid, 0);
  const char *of = tb_element_title (tb_editor_element (editor, view));
  g_autofree char *title
      = what (editor, (const TbUid *) (gpointer) uids->data, uids->len);
  gboolean one = uids->len == 1;
  guint others = one ? count_other_views (editor, view, first) : 0;
  if (others > 0)
    tb_editor_message (editor, "%s is no longer shown in %s; it is still in %u other %s.", title,
                       of, others, others == 1 ? "view" : "views");
  else
    tb_editor_message (editor, "%s %s no longer shown in %s; %s in the architecture.", title,
                       one ? "is" : "are", of, one ? "it stays" : "they stay");
}

void
tb_editor_hide (TbEditor *editor, const TbUid *uids, guint n)
{
  g_autoptr (GArray) hidden = g_array_new (FALSE, FALSE, sizeof (TbUid));
  TbPlaces places;
  for (guint i = 0; i < n; i++)
    if (can_hide (editor, uids[i]))
      g_array_append_val (hidden, uids[i]);
  if (hidden->len == 0)
    return;
  g_autofree char *title
      = what (editor, (const TbUid *) (gpointer) hidden->data, hidden->len);
  g_autofree char *label = g_strdup_printf ("Hide %s", title);
  tb_document_begin (editor->document, label, NULL);
  tb_places_begin (&places, editor);
  tb_places_pin (&places);
  TbUid view = places.view;
  for (guint i = 0; i < hidden->len; i++)
    {
      TbUid uid = g_array_index (hidden, TbUid, i);
      TbItemKind kind;
      TbRect r;
      tb_editor_bounds (editor, uid, &kind, &r);
      tb_places_set (&places, uid, &r, kind != TB_ITEM_COMPONENT);
      tb_places_set_hidden (&places, uid, TRUE);
    }
  tb_places_end (&places);
  tb_document_commit (editor->document);
  say_hidden (editor, view, hidden);
  tb_editor_select_one (editor, 0);
}

static const TbElement *
own_view (TbEditor *editor)
{
  const TbModel *model = tb_editor_model (editor);
  const char *id = tb_scene_view_id (editor->scene);
  return id ? tb_model_lookup (model, id) : NULL;
}

/* What stands in other views only may be shown in this one as well. */
static void
append_absent (TbEditor *editor, GArray *out)
{
  static const TbKind kinds[] = { TB_KIND_COMPONENT, TB_KIND_GROUP };
  const TbModel *model = tb_editor_model (editor);
  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    for (guint i = 0; i < tb_model_count (model, kinds[k]); i++)
      {
        const TbElement *element = tb_model_nth (model, kinds[k], i);
        TbUid uid = tb_element_uid (element);
        if (!tb_scene_item (editor->scene, uid, NULL, NULL) && place_in (own_view (editor), tb_element_id (element)) == NULL)
          g_array_append_val (out, uid);
      }
}

void
tb_editor_hidden (TbEditor *editor, GArray *out)
{
  const TbElement *view = own_view (editor);
  if (tb_view_shows_placed (view))
    append_absent (editor, out);
  for (guint i = 0; view != NULL && i < tb_element_n_children (view); i++)
    {
      const TbElement *place = tb_element_child (view, i);
      const TbElement *of
          = tb_element_kind (place) == TB_KIND_PLACE
                    && tb_element_get_boolean (place, TB_PROP_HIDDEN)
                ? tb_element_get_ref (tb_editor_model (editor), place, TB_PROP_OF) : NULL;
      TbUid uid = of ? tb_element_uid (of) : 0;
      if (uid != 0)
        g_array_append_val (out, uid);
    }
}

void
tb_editor_show (TbEditor *editor, const TbUid *uids, guint n)
{
  TbPlaces places;
  if (n == 0)
    return;
  g_autofree char *title = what (editor, uids, n);
  g_autofree char *label = g_strdup_printf ("Show %s", title);
  tb_document_begin (editor->document, label, NULL);
  tb_places_begin (&places, editor);
  for (guint i = 0; i < n; i++)
    if (tb_editor_element (editor, uids[i]) != NULL)
      tb_places_set_hidden (&places, uids[i], FALSE);
  tb_places_end (&places);
  tb_document_commit (editor->document);
  tb_editor_select (editor, uids, n);
}

/* ---- Commands -------------------------------------------------------------------------------- */

static gboolean
any_to_hide (TbEditor *editor)
{
  for (guint i = 0; i < editor->selection->len; i++)
    if (can_hide (editor, g_array_index (editor->selection, TbUid, i)))
      return TRUE;
  return FALSE;
}

static gboolean
any_hidden (TbEditor *editor)
{
  g_autoptr (GArray) hidden = g_array_new (FALSE, FALSE, sizeof (TbUid));
  tb_editor_hidden (editor, hidden);
  return hidden->len > 0;
}

static void
run_hide (TbEditor *editor)
{
  g_autoptr (GArray) uids = g_array_copy (editor->selection);
  tb_editor_hide (editor, (const TbUid *) (gpointer) uids->data, uids->len);
}

static void
run_show_hidden (TbEditor *editor)
{
  tb_editor_emit_ask (editor, "show-hidden");
}

static const TbCommandRow rows[] = {
  { "delete", "Delete", "Delete",
    "Delete what is selected from the architecture, in every view, and the links that end in it.",
    any_selected, run_delete, "Edit", TRUE },
  { "hide", "Hide in This View", "<Shift>Delete",
    "Do not show what is selected in this view; it stays in the architecture and in other views.",
    any_to_hide, run_hide, "Edit", TRUE, "a selected component, note or container" },
  { "show-hidden", "Show Hidden Elements…", NULL,
    "Choose what this view is to show again.", any_hidden, run_show_hidden, "View", TRUE,
    "something hidden in this view" },
};

const TbCommandSet tb_commands_remove = { rows, G_N_ELEMENTS (rows) };
