/* A drawing as it goes into a recording. */
#include <string.h>

#include "session-private.h"
#include "tb-record.h"

/* ---- Values -------------------------------------------------------------------------------------- */

/* Names are what other things call it by, not what a program is given. */
static gboolean
may_be_secret (const TbPropSpec *spec)
{
  return (spec->type == TB_TYPE_STRING || spec->type == TB_TYPE_TEXT) && spec->prop != TB_PROP_NAME
         && spec->prop != TB_PROP_SERVICE;
}

/* As "NAME=value", since a mask may say which variable it means. (transfer full) */
static char *
masked (const TbMasks *masks, const char *name, const char *value)
{
  g_autofree char *both = g_strdup_printf ("%s=%s", name, value);
  tb_masks_apply (masks, both, strlen (both));
  return g_strdup (both + strlen (name) + 1);
}

/* What is no value any more with stars in it goes as a whole. */
static void
mask_value (TbDocument *document, const TbElement *element, TbProp prop, const TbMasks *masks)
{
  const char *name = tb_schema_prop (tb_element_kind (element), TB_PROP_NAME) != NULL
                       ? tb_element_get (element, TB_PROP_NAME)
                       : NULL;
  const char *value = tb_element_get (element, prop);
  g_autofree char *stars = masked (masks, name != NULL ? name : "", value);
  TbUid uid = tb_element_uid (element);
  if (!g_str_equal (stars, value) && !tb_document_set (document, uid, prop, stars, NULL))
    tb_document_set (document, uid, prop, NULL, NULL);
}

static void
mask_element (TbDocument *document, const TbElement *element, const TbMasks *masks)
{
  const TbKindSpec *kind = tb_schema_kind (tb_element_kind (element));
  for (guint i = 0; i < kind->n_props; i++)
    if (may_be_secret (&kind->props[i]) && tb_element_is_set (element, kind->props[i].prop))
      mask_value (document, element, kind->props[i].prop, masks);
  for (guint i = 0; i < tb_element_n_children (element); i++)
    mask_element (document, tb_element_child (element, i), masks);
}

/* A comment ends where it ended: "-->" is not looked at. */
static void
mask_comments (char *xml, const TbMasks *masks)
{
  for (char *from = strstr (xml, "<!--"); from != NULL; from = strstr (from, "<!--"))
    {
      char *to = strstr (from += 4, "-->");
      if (to == NULL)
        return;
      tb_masks_apply (masks, from, (gsize) (to - from));
      from = to;
    }
}

/* ---- Replicas ------------------------------------------------------------------------------------ */

static void
set_replicas (TbDocument *document, GHashTable *replicas)
{
  GHashTableIter iter;
  gpointer id, n;
  g_hash_table_iter_init (&iter, replicas);
  while (g_hash_table_iter_next (&iter, &id, &n))
    {
      const TbElement *component = tb_model_lookup (tb_document_model (document), id);
      g_autofree char *text = g_strdup_printf ("%u", GPOINTER_TO_UINT (n));
      if (component != NULL)
        tb_document_set (document, tb_element_uid (component), TB_PROP_REPLICAS, text, NULL);
    }
}

/* ---- Both ---------------------------------------------------------------------------------------- */

/* (transfer full) */
static char *
changed (char *xml, gsize n, GHashTable *replicas, const TbMasks *masks, gsize *size)
{
  g_autoptr (TbDocument) document = tb_document_load_bytes ("drawing", xml, n, NULL, NULL);
  if (document == NULL) /* it is too large to be read again */
    return g_strdup ("");
  tb_document_begin (document, "As it runs", NULL);
  if (replicas != NULL)
    set_replicas (document, replicas);
  if (masks != NULL)
    mask_element (document, tb_model_root (tb_document_model (document)), masks);
  tb_document_commit (document);
  char *out = tb_model_to_xml (tb_document_model (document), size);
  if (masks != NULL)
    mask_comments (out, masks);
  return out;
}

char *
tb_session_drawing (const TbModel *model, GHashTable *replicas, const char *const *expressions, gsize *size)
{
  TbMasks *masks = NULL;
  char *xml = tb_model_to_xml (model, size);
  gboolean scaled = replicas != NULL && g_hash_table_size (replicas) > 0;
  if (tb_masks_new (expressions, &masks) != 0)
    g_clear_pointer (&xml, g_free); /* nothing is recorded with masks that are none: see the agent */
  if (xml != NULL && (scaled || masks != NULL))
    {
      g_autofree char *drawn = g_steal_pointer (&xml);
      xml = changed (drawn, *size, replicas, masks, size);
    }
  tb_masks_free (masks);
  *size = xml != NULL ? strlen (xml) : 0;
  return xml != NULL ? xml : g_strdup ("");
}
