/* Pasting: an architecture into the document, or foreign text as a note.
 *
 *   text ── looks like an architecture? ──no──▶ a note with that text
 *             │ yes: read as any file is (bounded, nothing fetched), errors refuse it
 *             ▼
 *   decide()   for each element: the same one, an existing container, or a new one under which id
 *   insert…()  containers, components, links, notes; then children, whose calls may name any link
 *   place()    all by one shift, to where nothing is covered */
#include "clip-private.h"
#include "fresh-private.h"
#include "paste-private.h"
#include "spot-private.h"

#include <string.h>

static const TbKind kinds[] = { TB_KIND_LAYER, TB_KIND_TIER,      TB_KIND_MIDDLEWARE,
                                TB_KIND_GROUP, TB_KIND_COMPONENT, TB_KIND_LINK,
                                TB_KIND_NOTE };

static gboolean
is_container_kind (TbKind kind)
{
  return kind == TB_KIND_LAYER || kind == TB_KIND_TIER || kind == TB_KIND_MIDDLEWARE
         || kind == TB_KIND_GROUP;
}

/* ---- Deciding -------------------------------------------------------------------------------- */

static const TbElement *
existing (const TbPaste *paste, const TbElement *e)
{
  const TbElement *own = tb_model_lookup (tb_editor_model (paste->editor), tb_element_id (e));
  return own && tb_element_kind (own) == tb_element_kind (e) ? own : NULL;
}

static gboolean
was_selected (const TbPaste *paste, const TbElement *e)
{
  return paste->places == NULL || g_hash_table_contains (paste->places, tb_element_id (e));
}

static gboolean
is_shown (const TbPaste *paste, const TbElement *own)
{
  return tb_editor_bounds (paste->editor, tb_element_uid (own), NULL, NULL);
}

/* The element of the document that stands for it, without anything being copied; NULL: none. */
static const TbElement *
stand_in (const TbPaste *paste, const TbElement *e)
{
  const TbElement *own = existing (paste, e);
  gboolean container = is_container_kind (tb_element_kind (e));
  if (own == NULL)
    return NULL;
  if (container && (!paste->options->copy || !was_selected (paste, e)))
    return own;
  if (container || paste->options->copy || !paste->options->same_document)
    return NULL;
  return is_shown (paste, own) ? NULL : own;
}

static gboolean
id_is_free (const TbPaste *paste, const char *id)
{
  return tb_model_lookup (tb_editor_model (paste->editor), id) == NULL;
}

static void
map_id (TbPaste *paste, const char *from, const char *to)
{
  g_hash_table_insert (paste->ids, g_strdup (from), g_strdup (to));
}

/* The devices of a tier that is here already are the ones its <on> mean. */
static void
map_children (TbPaste *paste, const TbElement *own)
{
  for (guint i = 0; i < tb_element_n_children (own); i++)
    {
      const char *id = tb_element_id (tb_element_child (own, i));
      if (id != NULL)
        map_id (paste, id, id);
    }
}

static const char *
mapped (const TbPaste *paste, const char *id)
{
  return id ? g_hash_table_lookup (paste->ids, id) : NULL;
}

/* ---- Inserting ------------------------------------------------------------------------------- */

static char *
words_mapped (const TbPaste *paste, const char *ids)
{
  g_auto (GStrv) words = g_strsplit_set (ids, " \t\n", -1);
  GString *out = g_string_new (NULL);
  for (guint i = 0; words[i] != NULL; i++)
    if (mapped (paste, words[i]))
      g_string_append_printf (out, "%s%s", out->len ? " " : "", mapped (paste, words[i]));
  return g_string_free (out, out->len == 0);
}

/* What names something that did not come along and is not here is left out. */
static void
copy_value (TbPaste *paste, const TbPropSpec *spec, const char *text, TbUid to)
{
  g_autofree char *words = NULL;
  if (spec->type == TB_TYPE_REF)
    text = mapped (paste, text);
  else if (spec->type == TB_TYPE_REFS)
    text = words = words_mapped (paste, text);
  if (text != NULL)
    tb_document_set (paste->editor->document, to, spec->prop, text, NULL);
}

static void
copy_values (TbPaste *paste, const TbElement *from, TbUid to)
{
  const TbKindSpec *spec = tb_schema_kind (tb_element_kind (from));
  for (guint i = 0; i < spec->n_props; i++)
    if (spec->props[i].prop != TB_PROP_ID && tb_element_is_set (from, spec->props[i].prop))
      copy_value (paste, &spec->props[i], tb_element_get (from, spec->props[i].prop), to);
}

static gboolean
required_maps (const TbPaste *paste, const TbElement *e)
{
  const TbKindSpec *spec = tb_schema_kind (tb_element_kind (e));
  for (guint i = 0; i < spec->n_props; i++)
    if (spec->props[i].required && spec->props[i].type == TB_TYPE_REF
        && mapped (paste, tb_element_get (e, spec->props[i].prop)) == NULL)
      return FALSE;
  return TRUE;
}

/* A child with an id (a device) gets one that is free. */
static TbUid
insert_copy (TbPaste *paste, const TbElement *from, TbUid parent, guint position, gboolean keep_id)
{
  TbEditor *editor = paste->editor;
  const TbModel *model = tb_editor_model (editor);
  const TbKindSpec *spec = tb_schema_kind (tb_element_kind (from));
  g_autofree char *fresh = NULL;
  const char *id = tb_element_id (from);
  if (spec->has_id && !spec->local_id && !(keep_id && id_is_free (paste, id)))
    id = fresh = tb_model_make_id (model, spec->kind, keep_id ? id : tb_element_title (from));
  TbUid uid = tb_document_insert (editor->document, spec->kind, id, parent, position);
  if (spec->has_id && !spec->local_id)
    map_id (paste, tb_element_id (from), id);
  return uid;
}

static void
copy_children (TbPaste *paste, const TbElement *from, TbUid to)
{
  for (guint i = 0; i < tb_element_n_children (from); i++)
    {
      const TbElement *child = tb_element_child (from, i);
      if (!required_maps (paste, child))
        continue;
      TbUid uid = insert_copy (paste, child, to, G_MAXUINT, !paste->options->copy);
      copy_values (paste, child, uid);
      copy_children (paste, child, uid);
    }
}

/* Wanted: what was selected, and what that names. A link, where both of its ends are here and one of
 * them is new. */
static gboolean
is_wanted (TbPaste *paste, const TbElement *e)
{
  if (tb_element_kind (e) != TB_KIND_LINK)
    return was_selected (paste, e) || is_container_kind (tb_element_kind (e));
  const char *from = mapped (paste, tb_element_get (e, TB_PROP_FROM));
  const char *to = mapped (paste, tb_element_get (e, TB_PROP_TO));
  if (from == NULL || to == NULL)
    return FALSE;
  return g_hash_table_contains (paste->new_ids, from) || g_hash_table_contains (paste->new_ids, to);
}

static void
insert_one (TbPaste *paste, const TbElement *e, guint *position, TbFresh *fresh)
{
  TbEditor *editor = paste->editor;
  const TbElement *own = stand_in (paste, e);
  TbKind kind = tb_element_kind (e);
  if (own != NULL)
    {
      map_id (paste, tb_element_id (e), tb_element_id (own));
      map_children (paste, own);
      if (!is_container_kind (kind))
        g_array_append_val (paste->shown, (TbUid){ tb_element_uid (own) });
      return;
    }
  TbUid root = tb_element_uid (tb_model_root (tb_editor_model (editor)));
  TbUid uid = insert_copy (paste, e, root, (*position)++, !paste->options->copy);
  g_hash_table_add (paste->new_ids, g_strdup (mapped (paste, tb_element_id (e))));
  TbPasted pasted = { uid, e };
  g_array_append_val (paste->made, pasted);
  if (tb_schema_prop (kind, TB_PROP_NAME) == NULL || kind == TB_KIND_LINK)
    return;
  g_autofree char *name = tb_fresh_name (fresh, tb_element_title (e));
  tb_editor_set_checked (editor, uid, TB_PROP_NAME, name);
}

static void
insert_kind (TbPaste *paste, TbKind kind)
{
  guint position = tb_editor_insert_position (paste->editor, kind);
  TbFresh fresh;
  tb_fresh_begin (&fresh, tb_editor_model (paste->editor), kind);
  for (guint i = 0; i < tb_model_count (paste->model, kind); i++)
    {
      const TbElement *e = tb_model_nth (paste->model, kind, i);
      if (is_wanted (paste, e))
        insert_one (paste, e, &position, &fresh);
    }
  tb_fresh_end (&fresh);
}

/* Values only now, when all ids are known. The name was given already. */
static void
fill (TbPaste *paste)
{
  for (guint i = 0; i < paste->made->len; i++)
    {
      const TbPasted *p = &g_array_index (paste->made, TbPasted, i);
      const TbKindSpec *spec = tb_schema_kind (tb_element_kind (p->from));
      for (guint k = 0; k < spec->n_props; k++)
        {
          TbProp prop = spec->props[k].prop;
          gboolean named = prop == TB_PROP_NAME && spec->kind != TB_KIND_LINK;
          if (prop != TB_PROP_ID && !named && tb_element_is_set (p->from, prop))
            copy_value (paste, &spec->props[k], tb_element_get (p->from, prop), p->uid);
        }
    }
  for (guint i = 0; i < paste->made->len; i++)
    {
      const TbPasted *p = &g_array_index (paste->made, TbPasted, i);
      copy_children (paste, p->from, p->uid);
    }
}

/* A device is known to <on> only when its tier has been filled. */
static void
paste_elements (TbPaste *paste)
{
  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    insert_kind (paste, kinds[k]);
  fill (paste);
}

/* ---- The whole ------------------------------------------------------------------------------- */

static void
read_places (TbPaste *paste)
{
  if (tb_model_count (paste->model, TB_KIND_VIEW) == 0)
    return;
  const TbElement *view = tb_model_nth (paste->model, TB_KIND_VIEW, 0);
  paste->places = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < tb_element_n_children (view); i++)
    {
      const TbElement *place = tb_element_child (view, i);
      if (tb_element_kind (place) == TB_KIND_PLACE
          && tb_element_get_ref (paste->model, place, TB_PROP_OF) != NULL)
        g_hash_table_insert (paste->places, (gpointer) tb_element_get (place, TB_PROP_OF),
                             (gpointer) place);
    }
  /* Written by hand, without places: all of it is meant. */
  if (g_hash_table_size (paste->places) == 0)
    g_clear_pointer (&paste->places, g_hash_table_unref);
}

static guint
count_elements (const TbElement *top)
{
  guint n = 1;
  for (guint i = 0; i < tb_element_n_children (top) && n <= TB_PASTE_MAX_ELEMENTS; i++)
    n += count_elements (tb_element_child (top, i));
  return n;
}

static void
paste_end (TbPaste *paste)
{
  g_hash_table_unref (paste->ids);
  g_hash_table_unref (paste->new_ids);
  g_clear_pointer (&paste->places, g_hash_table_unref);
  g_array_unref (paste->made);
  g_array_unref (paste->shown);
}

static gboolean
paste_model (TbEditor *editor, const TbModel *model, const TbPasteOptions *options, GError **error)
{
  TbPaste paste = { .editor = editor,
                    .model = model,
                    .options = options,
                    .ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free),
                    .new_ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL),
                    .made = g_array_new (FALSE, FALSE, sizeof (TbPasted)),
                    .shown = g_array_new (FALSE, FALSE, sizeof (TbUid)) };
  read_places (&paste);
  tb_document_begin (editor->document, "Paste", NULL);
  paste_elements (&paste);
  gboolean any = paste.made->len + paste.shown->len > 0;
  if (any)
    tb_paste_place (&paste);
  tb_document_commit (editor->document);
  if (any)
    tb_paste_select (&paste);
  else
    g_set_error_literal (error, TB_MODEL_ERROR, TB_MODEL_ERROR_VALUE,
                         "There is nothing in the clipboard that this drawing does not have");
  paste_end (&paste);
  return any;
}

/* An architecture, whatever else is wrong with it: it is judged by its reader, not made a note. */
static gboolean
looks_like_ours (const char *text, gsize size)
{
  while (size > 0 && (g_ascii_isspace (*text) || (guchar) *text >= 0x80))
    {
      text++;
      size--;
    }
  return size > 0 && *text == '<' && g_strstr_len (text, (gssize) size, "<architecture") != NULL;
}

gboolean
tb_editor_paste (TbEditor *editor, const char *text, gsize size, const TbPasteOptions *options,
                 GError **error)
{
  g_autoptr (GError) why = NULL;
  if (!looks_like_ours (text, size))
    return tb_paste_text (editor, text, size, options, error);
  g_autoptr (TbDocument) fragment
      = tb_document_load_bytes ("clipboard", text, size, NULL, &why);
  if (fragment == NULL)
    {
      g_set_error (error, TB_MODEL_ERROR, TB_MODEL_ERROR_INVALID,
                   "The clipboard holds no architecture that can be read: %s", why->message);
      return FALSE;
    }
  const TbModel *model = tb_document_model (fragment);
  if (count_elements (tb_model_root (model)) > TB_PASTE_MAX_ELEMENTS)
    {
      g_set_error (error, TB_MODEL_ERROR, TB_MODEL_ERROR_TOO_LARGE,
                   "The clipboard holds more than %d elements, too many to paste at once",
                   TB_PASTE_MAX_ELEMENTS);
      return FALSE;
    }
  return paste_model (editor, model, options, error);
}
