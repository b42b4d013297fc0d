/* Fixes are data that the analysis gives: here they become edits. */
#include <string.h>

#include "tb-fix.h"
#include "tb-deployment.h"

/* ---- Mending ---------------------------------------------------------------------------------- */

/* One more like the last. */
static gboolean
add_device (TbDocument *document, TbUid uid)
{
  static const TbProp same[] = { TB_PROP_CORES, TB_PROP_MEMORY, TB_PROP_MTBF, TB_PROP_MTTR, TB_PROP_AVAILABILITY };
  const TbModel *model = tb_document_model (document);
  const TbElement *tier = tb_model_get (model, uid);
  if (tier == NULL || tb_element_kind (tier) != TB_KIND_TIER)
    return FALSE;
  g_autofree char *title = g_strconcat (tb_element_id (tier), "-device", NULL);
  g_autofree char *id = tb_model_make_id (model, TB_KIND_DEVICE, title);
  guint n = tb_tier_n_devices (tier);
  const TbElement *like = n > 0 ? tb_tier_device (tier, n - 1) : NULL;
  TbUid device = tb_document_insert (document, TB_KIND_DEVICE, id, uid, G_MAXUINT);
  for (guint i = 0; like != NULL && i < G_N_ELEMENTS (same); i++)
    if (tb_element_is_set (like, same[i]))
      tb_document_set (document, device, same[i], tb_element_get (like, same[i]), NULL);
  return TRUE;
}

static gboolean
make_edit (TbDocument *document, const TbRuleEdit *edit)
{
  const TbElement *element = tb_model_get (tb_document_model (document), edit->uid);
  if (element == NULL)
    return FALSE;
  switch (edit->op)
    {
    case TB_RULE_SET:
      return tb_schema_prop (tb_element_kind (element), edit->prop) != NULL
             && tb_document_set (document, edit->uid, edit->prop, edit->value, NULL);
    case TB_RULE_DELETE:
      tb_document_delete (document, edit->uid);
      return TRUE;
    case TB_RULE_DEVICE:
      return add_device (document, edit->uid);
    default:
      g_return_val_if_reached (FALSE);
    }
}

gboolean
tb_fix_apply (TbDocument *document, const TbRuleFix *fix)
{
  g_return_val_if_fail (TB_IS_DOCUMENT (document) && fix != NULL, FALSE);
  gboolean good = TRUE;
  tb_document_begin (document, fix->label, NULL);
  for (guint i = 0; good && i < fix->edits->len; i++)
    good = make_edit (document, &g_array_index (fix->edits, TbRuleEdit, i));
  if (good)
    tb_document_commit (document);
  else
    tb_document_rollback (document);
  return good;
}

/* ---- Letting it be ---------------------------------------------------------------------------- */

static gboolean
may_hold (const TbElement *element)
{
  return (tb_schema_kind (TB_KIND_IGNORE)->parents >> tb_element_kind (element) & 1) != 0;
}

gboolean
tb_fix_may_ignore (const TbModel *model, TbUid uid)
{
  const TbElement *element = tb_model_get (model, uid);
  return element != NULL && may_hold (element);
}

static gboolean
means (const char *pattern, const char *rule)
{
  gsize n = strlen (pattern);
  return strcmp (pattern, rule) == 0 || strcmp (pattern, "*") == 0
         || (n > 1 && g_str_has_suffix (pattern, ".*") && strncmp (pattern, rule, n - 1) == 0);
}

/* The <ignore> of an element for that rule; exact: not one for others too. */
static const TbElement *
ignoring (const TbElement *element, const char *rule, gboolean exact)
{
  for (guint i = 0; i < tb_element_n_children (element); i++)
    {
      const TbElement *e = tb_element_child (element, i);
      const char *pattern = tb_element_kind (e) == TB_KIND_IGNORE ? tb_element_get (e, TB_PROP_RULE) : NULL;
      if (pattern != NULL && (exact ? strcmp (pattern, rule) == 0 : means (pattern, rule)))
        return e;
    }
  return NULL;
}

/* Behind the others there are: they come first in what they are in. */
static guint
position_in (const TbElement *element)
{
  guint n = 0;
  while (n < tb_element_n_children (element) && tb_element_kind (tb_element_child (element, n)) == TB_KIND_IGNORE)
    n++;
  return n;
}

gboolean
tb_fix_ignore (TbDocument *document, TbUid uid, const char *rule, const char *reason)
{
  g_return_val_if_fail (TB_IS_DOCUMENT (document) && rule != NULL && reason != NULL, FALSE);
  const TbElement *element = tb_model_get (tb_document_model (document), uid);
  g_autofree char *why = g_strstrip (g_strdup (reason)), *label = g_strdup_printf ("Ignore %s", rule);
  if (*why == '\0' || !tb_fix_may_ignore (tb_document_model (document), uid))
    return FALSE;
  const TbElement *own = ignoring (element, rule, TRUE);
  tb_document_begin (document, label, NULL);
  TbUid made = own != NULL ? tb_element_uid (own)
                           : tb_document_insert (document, TB_KIND_IGNORE, NULL, uid, position_in (element));
  gboolean good = tb_document_set (document, made, TB_PROP_RULE, rule, NULL)
                  && tb_document_set (document, made, TB_PROP_REASON, why, NULL);
  if (good)
    tb_document_commit (document);
  else
    tb_document_rollback (document);
  return good;
}

gboolean
tb_fix_stop_ignoring (TbDocument *document, TbUid uid, const char *rule)
{
  g_return_val_if_fail (TB_IS_DOCUMENT (document) && rule != NULL, FALSE);
  const TbModel *model = tb_document_model (document);
  const TbElement *element = tb_model_get (model, uid);
  const TbElement *ignore = element != NULL ? ignoring (element, rule, FALSE) : NULL;
  g_autofree char *label = g_strdup_printf ("Stop ignoring %s", rule);
  if (ignore == NULL)
    ignore = ignoring (tb_model_root (model), rule, FALSE);
  if (ignore == NULL)
    return FALSE;
  tb_document_begin (document, label, NULL);
  tb_document_delete (document, tb_element_uid (ignore));
  tb_document_commit (document);
  return TRUE;
}
