/* Copying: the selection as an architecture of its own. */
#include "clip-private.h"

#include <string.h>

typedef struct
{
  TbEditor *editor;
  const TbModel *model;
  GHashTable *chosen; /* uids of what was selected, with members of containers */
  GHashTable *ids;    /* const char * ids of all that is in the fragment */
  GArray *tops;       /* TbUid, in file order by kind */
  TbDocument *out;
} Clip;

/* ---- What is taken --------------------------------------------------------------------------- */

static const TbKind kinds[] = { TB_KIND_LAYER, TB_KIND_TIER,      TB_KIND_MIDDLEWARE,
                                TB_KIND_GROUP, TB_KIND_COMPONENT, TB_KIND_LINK,
                                TB_KIND_NOTE };

static gboolean
names_chosen (const Clip *clip, const TbElement *element, TbProp prop)
{
  g_auto (GStrv) ids = g_strsplit_set (tb_element_get (element, prop) ?: "", " \t\n", -1);
  for (guint i = 0; ids[i] != NULL; i++)
    {
      const TbElement *owner = tb_model_lookup (clip->model, ids[i]);
      if (owner && g_hash_table_contains (clip->chosen, GUINT_TO_POINTER (tb_element_uid (owner))))
        return TRUE;
    }
  return FALSE;
}

static void
choose (Clip *clip, const TbElement *element)
{
  g_hash_table_add (clip->chosen, GUINT_TO_POINTER (tb_element_uid (element)));
}

static void
choose_nested_groups (Clip *clip)
{
  guint before;
  do
    {
      before = g_hash_table_size (clip->chosen);
      for (guint i = 0; i < tb_model_count (clip->model, TB_KIND_GROUP); i++)
        {
          const TbElement *group = tb_model_nth (clip->model, TB_KIND_GROUP, i);
          if (names_chosen (clip, group, TB_PROP_PARENT))
            choose (clip, group);
        }
    }
  while (g_hash_table_size (clip->chosen) != before);
}

static gboolean
any_container_chosen (const Clip *clip)
{
  static const TbKind containers[] = { TB_KIND_LAYER, TB_KIND_TIER, TB_KIND_GROUP };
  for (guint k = 0; k < G_N_ELEMENTS (containers); k++)
    for (guint i = 0; i < tb_model_count (clip->model, containers[k]); i++)
      {
        TbUid uid = tb_element_uid (tb_model_nth (clip->model, containers[k], i));
        if (g_hash_table_contains (clip->chosen, GUINT_TO_POINTER (uid)))
          return TRUE;
      }
  return FALSE;
}

static void
choose_members (Clip *clip)
{
  static const TbProp homes[] = { TB_PROP_TIER, TB_PROP_LAYER, TB_PROP_GROUP };
  choose_nested_groups (clip);
  if (!any_container_chosen (clip))
    return;
  for (guint i = 0; i < tb_model_count (clip->model, TB_KIND_COMPONENT); i++)
    {
      const TbElement *c = tb_model_nth (clip->model, TB_KIND_COMPONENT, i);
      for (guint k = 0; k < G_N_ELEMENTS (homes); k++)
        if (names_chosen (clip, c, homes[k]))
          choose (clip, c);
    }
}

static void
take (Clip *clip, const TbElement *element)
{
  g_hash_table_add (clip->ids, (gpointer) tb_element_id (element));
}

static gboolean
is_taken (const Clip *clip, const char *id)
{
  return id != NULL && g_hash_table_contains (clip->ids, id);
}

/* What an element is in comes along, so that it is in it where that is missing. */
static void
take_homes (Clip *clip, const TbElement *element)
{
  static const TbProp homes[] = { TB_PROP_TIER,       TB_PROP_LAYER, TB_PROP_GROUP,
                                  TB_PROP_MIDDLEWARE, TB_PROP_VIA,   TB_PROP_PARENT };
  for (guint k = 0; k < G_N_ELEMENTS (homes); k++)
    {
      if (tb_schema_prop (tb_element_kind (element), homes[k]) == NULL)
        continue;
      g_auto (GStrv) ids = g_strsplit_set (tb_element_get (element, homes[k]) ?: "", " \t\n", -1);
      for (guint i = 0; ids[i] != NULL; i++)
        {
          const TbElement *home = tb_model_lookup (clip->model, ids[i]);
          if (home == NULL || is_taken (clip, tb_element_id (home)))
            continue;
          take (clip, home);
          take_homes (clip, home);
        }
    }
}

static gboolean
ends_taken (const Clip *clip, const TbElement *link)
{
  return is_taken (clip, tb_element_get (link, TB_PROP_FROM))
         && is_taken (clip, tb_element_get (link, TB_PROP_TO));
}

static void
take_kind (Clip *clip, TbKind kind)
{
  for (guint i = 0; i < tb_model_count (clip->model, kind); i++)
    {
      const TbElement *e = tb_model_nth (clip->model, kind, i);
      gboolean wanted = kind == TB_KIND_LINK
                            ? ends_taken (clip, e)
                            : g_hash_table_contains (clip->chosen,
                                                     GUINT_TO_POINTER (tb_element_uid (e)));
      if (!wanted)
        continue;
      take (clip, e);
      take_homes (clip, e);
    }
}

static void
collect (Clip *clip)
{
  guint n = clip->editor->selection->len;
  for (guint i = 0; i < n; i++)
    {
      const TbElement *e
          = tb_editor_element (clip->editor, g_array_index (clip->editor->selection, TbUid, i));
      if (e != NULL && tb_element_kind (e) != TB_KIND_LINK)
        choose (clip, e);
    }
  choose_members (clip);
  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    if (kinds[k] != TB_KIND_LINK)
      take_kind (clip, kinds[k]);
  take_kind (clip, TB_KIND_LINK);
  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    for (guint i = 0; i < tb_model_count (clip->model, kinds[k]); i++)
      {
        const TbElement *e = tb_model_nth (clip->model, kinds[k], i);
        TbUid uid = tb_element_uid (e);
        if (is_taken (clip, tb_element_id (e)))
          g_array_append_val (clip->tops, uid);
      }
}

/* ---- Writing it ------------------------------------------------------------------------------ */

/* The ids of a REFS value that came along; NULL where none did. */
static char *
taken_words (const Clip *clip, const char *ids)
{
  g_auto (GStrv) words = g_strsplit_set (ids, " \t\n", -1);
  GString *out = g_string_new (NULL);
  for (guint i = 0; words[i] != NULL; i++)
    if (is_taken (clip, words[i]))
      g_string_append_printf (out, "%s%s", out->len ? " " : "", words[i]);
  return g_string_free (out, out->len == 0);
}

static gboolean
refers_to_device (const TbPropSpec *spec)
{
  return (spec->ref_kinds & (G_GUINT64_CONSTANT (1) << TB_KIND_DEVICE)) != 0;
}

static void
copy_value (Clip *clip, const TbPropSpec *spec, const char *text, TbUid to)
{
  g_autofree char *rest = NULL;
  if (spec->type == TB_TYPE_REFS)
    text = rest = taken_words (clip, text);
  else if (spec->type == TB_TYPE_REF && !refers_to_device (spec) && !is_taken (clip, text))
    text = NULL;
  if (text != NULL)
    tb_document_set (clip->out, to, spec->prop, text, NULL);
}

/* A call over a link that stays behind stays behind, too. */
static gboolean
may_stand (const Clip *clip, const TbElement *child)
{
  return tb_element_kind (child) != TB_KIND_CALL
         || is_taken (clip, tb_element_get (child, TB_PROP_LINK));
}

static void
copy_element (Clip *clip, const TbElement *from, TbUid parent)
{
  const TbKindSpec *spec = tb_schema_kind (tb_element_kind (from));
  TbUid to = tb_document_insert (clip->out, spec->kind, tb_element_id (from), parent, G_MAXUINT);
  for (guint i = 0; i < spec->n_props; i++)
    if (spec->props[i].prop != TB_PROP_ID && tb_element_is_set (from, spec->props[i].prop))
      copy_value (clip, &spec->props[i], tb_element_get (from, spec->props[i].prop), to);
  for (guint i = 0; i < tb_element_n_children (from); i++)
    if (may_stand (clip, tb_element_child (from, i)))
      copy_element (clip, tb_element_child (from, i), to);
}

/* Rules are for the picture of it; those that name what is not there mean nothing there. */
static void
copy_styles (Clip *clip, TbUid root)
{
  static const TbProp refs[] = { TB_PROP_LAYER, TB_PROP_TIER, TB_PROP_GROUP };
  for (guint i = 0; i < tb_model_count (clip->model, TB_KIND_STYLE); i++)
    {
      const TbElement *style = tb_model_nth (clip->model, TB_KIND_STYLE, i);
      gboolean fits = TRUE;
      for (guint k = 0; k < G_N_ELEMENTS (refs); k++)
        fits &= !tb_element_is_set (style, refs[k])
                || is_taken (clip, tb_element_get (style, refs[k]));
      if (fits)
        copy_element (clip, style, root);
    }
}

static void
set_number (Clip *clip, TbUid place, TbProp prop, double v)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  tb_document_set (clip->out, place, prop, g_ascii_dtostr (text, sizeof text, v), NULL);
}

static void
write_place (Clip *clip, TbUid view, TbUid uid)
{
  TbItemKind kind;
  TbRect r;
  if (!g_hash_table_contains (clip->chosen, GUINT_TO_POINTER (uid))
      || !tb_editor_bounds (clip->editor, uid, &kind, &r) || kind == TB_ITEM_LINK)
    return;
  TbUid place = tb_document_insert (clip->out, TB_KIND_PLACE, NULL, view, G_MAXUINT);
  tb_document_set (clip->out, place, TB_PROP_OF,
                   tb_element_id (tb_editor_element (clip->editor, uid)), NULL);
  set_number (clip, place, TB_PROP_X, r.x);
  set_number (clip, place, TB_PROP_Y, r.y);
  if (kind == TB_ITEM_COMPONENT && r.width == TB_CARD_WIDTH && r.height == TB_CARD_HEIGHT)
    return;
  set_number (clip, place, TB_PROP_WIDTH, r.width);
  set_number (clip, place, TB_PROP_HEIGHT, r.height);
}

static void
write_routes (Clip *clip, const TbElement *view, TbUid to)
{
  for (guint i = 0; view != NULL && i < tb_element_n_children (view); i++)
    {
      const TbElement *route = tb_element_child (view, i);
      if (tb_element_kind (route) == TB_KIND_ROUTE
          && is_taken (clip, tb_element_get (route, TB_PROP_OF)))
        copy_element (clip, route, to);
    }
}

/* Without a container of its own the picture shows none. */
static void
write_view (Clip *clip, TbUid root)
{
  const char *id = tb_scene_view_id (clip->editor->scene);
  const TbElement *view = id ? tb_model_lookup (clip->model, id) : NULL;
  const char *frame = view ? tb_element_get (view, TB_PROP_FRAME) : "both";
  /* No id of the fragment can be in its way: it is the view's own, or none is. */
  TbUid to = tb_document_insert (clip->out, TB_KIND_VIEW, id, root, G_MAXUINT);
  tb_document_set (clip->out, to, TB_PROP_FRAME, any_container_chosen (clip) ? frame : "none", NULL);
  for (guint i = 0; i < clip->tops->len; i++)
    write_place (clip, to, g_array_index (clip->tops, TbUid, i));
  write_routes (clip, view, to);
}

static void
write_all (Clip *clip)
{
  TbUid root = tb_element_uid (tb_model_root (tb_document_model (clip->out)));
  tb_document_begin (clip->out, "Copy", NULL);
  for (guint i = 0; i < clip->tops->len; i++)
    copy_element (clip, tb_model_get (clip->model, g_array_index (clip->tops, TbUid, i)), root);
  copy_styles (clip, root);
  write_view (clip, root);
  tb_document_commit (clip->out);
}

static void
clip_begin (Clip *clip, TbEditor *editor)
{
  *clip = (Clip){ .editor = editor,
                  .model = tb_editor_model (editor),
                  .chosen = g_hash_table_new (NULL, NULL),
                  .ids = g_hash_table_new (g_str_hash, g_str_equal),
                  .tops = g_array_new (FALSE, FALSE, sizeof (TbUid)) };
  collect (clip);
}

static void
clip_end (Clip *clip)
{
  g_hash_table_unref (clip->chosen);
  g_hash_table_unref (clip->ids);
  g_array_unref (clip->tops);
  g_clear_object (&clip->out);
}

gboolean
tb_editor_can_copy (TbEditor *editor)
{
  for (guint i = 0; i < editor->selection->len; i++)
    {
      const TbElement *e = tb_editor_element (editor, g_array_index (editor->selection, TbUid, i));
      if (e != NULL && tb_element_kind (e) != TB_KIND_LINK)
        return TRUE;
    }
  return FALSE;
}

char *
tb_editor_copy (TbEditor *editor, gsize *size)
{
  Clip clip;
  char *xml = NULL;
  if (!tb_editor_can_copy (editor))
    return NULL;
  clip_begin (&clip, editor);
  clip.out = tb_document_new (tb_element_title (tb_model_root (clip.model)));
  write_all (&clip);
  xml = tb_model_to_xml (tb_document_model (clip.out), size);
  clip_end (&clip);
  return xml;
}

/* ---- Cutting --------------------------------------------------------------------------------- */

void
tb_editor_cut (TbEditor *editor)
{
  Clip clip;
  GHashTableIter iter;
  gpointer key;
  g_autoptr (GArray) uids = g_array_new (FALSE, FALSE, sizeof (TbUid));
  if (!tb_editor_can_copy (editor))
    return;
  clip_begin (&clip, editor);
  g_hash_table_iter_init (&iter, clip.chosen);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      TbUid uid = GPOINTER_TO_UINT (key);
      g_array_append_val (uids, uid);
    }
  clip_end (&clip);
  tb_editor_remove (editor, "Cut", (const TbUid *) (gpointer) uids->data, uids->len);
}

/* ---- Commands -------------------------------------------------------------------------------- */

static gboolean
always (TbEditor *editor)
{
  return TRUE;
}

#define ASK(function, what)                                                                        \
  static void run_##function (TbEditor *editor)                                                    \
  {                                                                                                \
    tb_editor_emit_ask (editor, what);                                                             \
  }
ASK (copy, "copy")
ASK (cut, "cut")
ASK (paste, "paste")
ASK (paste_copy, "paste-copy")
#undef ASK

static const TbCommandRow rows[] = {
  { "cut", "Cut", "<Control>x", "Move the selection to the clipboard.", tb_editor_can_copy, run_cut,
    "Edit", TRUE, "a selected component, note or container" },
  { "copy", "Copy", "<Control>c",
    "Copy the selection, with the links in it, also as a picture for mails and slides.",
    tb_editor_can_copy, run_copy, "Edit", TRUE, "a selected component, note or container" },
  { "paste", "Paste", "<Control>v",
    "Put in what was copied; what this view does not show becomes visible, as the same element.",
    always, run_paste, "Edit", TRUE },
  { "paste-copy", "Paste as Copy", "<Control><Shift>v",
    "Put in what was copied, with ids and names of its own.", always, run_paste_copy, "Edit",
    TRUE },
};

const TbCommandSet tb_commands_clip = { rows, G_N_ELEMENTS (rows) };
