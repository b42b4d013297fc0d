/* Making what a phrase says. */
#include "phrase-private.h"

/* The new element, or the part of it that a setting is of. */
static TbUid
owner (TbEditor *editor, TbUid uid, TbKind kind, TbKind of)
{
  if (kind == of)
    return uid;
  const TbElement *part = tb_element_child_of (tb_editor_element (editor, uid), of);
  return part ? tb_element_uid (part) : tb_document_insert (editor->document, of, NULL, uid, G_MAXUINT);
}

static gboolean
apply (TbEditor *editor, TbUid uid, TbKind kind, const GArray *settings, GError **error)
{
  for (guint i = 0; i < settings->len; i++)
    {
      const TbSetting *s = &g_array_index (settings, TbSetting, i);
      if (!tb_document_set (editor->document, owner (editor, uid, kind, s->of), s->prop,
                            *s->value ? s->value : NULL, error))
        return FALSE;
    }
  return TRUE;
}

static void
put_into_homes (TbEditor *editor, TbUid uid, const GArray *homes)
{
  g_autoptr (GString) layers = g_string_new (NULL);
  for (guint i = 0; i < homes->len; i++)
    {
      const TbElement *home = tb_editor_element (editor, g_array_index (homes, TbUid, i));
      TbKind kind = tb_element_kind (home);
      if (kind == TB_KIND_LAYER)
        g_string_append_printf (layers, "%s%s", layers->len ? " " : "", tb_element_id (home));
      else
        tb_editor_set_checked (editor, uid, kind == TB_KIND_TIER ? TB_PROP_TIER : TB_PROP_GROUP,
                               tb_element_id (home));
    }
  if (layers->len)
    tb_editor_set_checked (editor, uid, TB_PROP_LAYER, layers->str);
}

static const char *
setting_of (const TbPhrase *phrase, TbProp prop)
{
  for (guint i = 0; i < phrase->settings->len; i++)
    if (g_array_index (phrase->settings, TbSetting, i).prop == prop
        && g_array_index (phrase->settings, TbSetting, i).of == phrase->kind)
      return g_array_index (phrase->settings, TbSetting, i).value;
  return NULL;
}

/* The id comes from the name; a name that nobody gave counts up. */
static TbUid
insert (TbEditor *editor, const TbPhrase *phrase)
{
  const TbModel *model = tb_editor_model (editor);
  const TbKindSpec *spec = tb_schema_kind (phrase->kind);
  gboolean to_root = phrase->parent == tb_element_uid (tb_model_root (model));
  gboolean has_name = tb_schema_prop (phrase->kind, TB_PROP_NAME) != NULL;
  const char *label = phrase->row ? phrase->row->label : spec->label;
  const char *given = phrase->name ? phrase->name : setting_of (phrase, TB_PROP_NAME);
  g_autofree char *name = given ? g_strdup (given)
                                : tb_editor_fresh_name (model, phrase->kind, label);
  g_autofree char *id = !spec->has_id ? NULL
                        : phrase->id ? g_strdup (phrase->id)
                                     : tb_model_make_id (model, phrase->kind, name);
  TbUid uid = tb_document_insert (
      editor->document, phrase->kind, id, phrase->parent,
      to_root ? tb_editor_insert_position (editor, phrase->kind) : G_MAXUINT);
  if (given == NULL && has_name && spec->has_id && phrase->id == NULL)
    tb_editor_set_checked (editor, uid, TB_PROP_NAME, name);
  return uid;
}

static TbUid
make (TbEditor *editor, const TbPhrase *phrase, GError **error)
{
  static const TbPaletteRow plain = { .role = TB_ROLE_SERVER };
  TbUid uid = insert (editor, phrase);
  if (phrase->kind == TB_KIND_COMPONENT)
    tb_editor_fill_component (editor, uid, phrase->row ? phrase->row : &plain);
  put_into_homes (editor, uid, phrase->homes);
  if (phrase->count > 1)
    {
      g_autofree char *count = g_strdup_printf ("%u", phrase->count);
      tb_editor_set_checked (editor, uid, TB_PROP_REPLICAS, count);
    }
  return apply (editor, uid, phrase->kind, phrase->settings, error) ? uid : 0;
}

static TbUid
make_link (TbEditor *editor, const TbPhrase *phrase, GError **error)
{
  const char *name = setting_of (phrase, TB_PROP_NAME);
  g_autofree char *id = phrase->id ? g_strdup (phrase->id)
                        : name ? tb_model_make_id (tb_editor_model (editor), TB_KIND_LINK, name) : NULL;
  TbUid uid = tb_editor_link_as (editor, phrase->from, phrase->to, id, error);
  return uid && apply (editor, uid, TB_KIND_LINK, phrase->settings, error) ? uid : 0;
}

/* Everything keeps its place; what is new finds one beside where it belongs. */
static void
pin_others (TbEditor *editor)
{
  TbPlaces places;
  tb_places_begin (&places, editor);
  tb_places_pin (&places);
  tb_places_end (&places);
}

TbUid
tb_editor_create_phrase (TbEditor *editor, const TbPhrase *phrase, GError **error)
{
  if (phrase->problem != NULL)
    {
      g_set_error_literal (error, TB_MODEL_ERROR, TB_MODEL_ERROR_VALUE, phrase->problem);
      return 0;
    }
  const char *what = phrase->row ? phrase->row->label : tb_schema_kind (phrase->kind)->label;
  g_autofree char *label = phrase->name ? g_strdup_printf ("Add %s %s", what, phrase->name)
                                        : g_strdup_printf ("Add %s", what);
  tb_document_begin (editor->document, label, NULL);
  pin_others (editor);
  TbUid uid = phrase->kind == TB_KIND_LINK
                  ? make_link (editor, phrase, error)
                  : make (editor, phrase, error);
  if (uid == 0)
    {
      tb_document_rollback (editor->document);
      return 0;
    }
  tb_document_commit (editor->document);
  if (phrase->parent == tb_element_uid (tb_model_root (tb_editor_model (editor))))
    tb_editor_select_one (editor, uid);
  return uid;
}

TbUid
tb_editor_link_phrase (TbEditor *editor, TbUid from, TbUid to, const char *settings, GError **error)
{
  const TbElement *a = tb_editor_element (editor, from), *b = tb_editor_element (editor, to);
  g_return_val_if_fail (a != NULL && b != NULL, 0);
  g_autofree char *line = g_strdup_printf ("link %s to %s %s", tb_element_id (a), tb_element_id (b),
                                           settings ? settings : "");
  g_autoptr (TbPhrase) phrase = tb_phrase_parse (editor, line);
  return tb_editor_create_phrase (editor, phrase, error);
}
