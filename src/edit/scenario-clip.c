/* Parts of scenarios as text: an architecture that holds a scenario with nothing but them, which any editor
 * and any other drawing can read. */
#include "scenario-private.h"

#include <string.h>

#include "tb-base.h"

/* One with all that is in it under another parent; id NULL: made from its kind, where it has one. */
static TbUid
copy_into (TbDocument *document, const TbElement *from, TbUid parent, guint before, const char *id)
{
  TbKind kind = tb_element_kind (from);
  const TbKindSpec *spec = tb_schema_kind (kind);
  TbUid uid = tb_document_insert (document, kind, id, parent, before);
  for (guint i = 0; i < spec->n_props; i++)
    if (spec->props[i].prop != TB_PROP_ID && tb_element_is_set (from, spec->props[i].prop))
      tb_document_set (document, uid, spec->props[i].prop, tb_element_get (from, spec->props[i].prop), NULL);
  for (guint i = 0; i < tb_element_n_children (from); i++)
    {
      const TbElement *child = tb_element_child (from, i);
      copy_into (document, child, uid, G_MAXUINT, tb_element_id (child));
    }
  return uid;
}

static gboolean
is_part (TbKind kind)
{
  return kind == TB_KIND_SCENARIO || kind == TB_KIND_WAIT || kind == TB_KIND_PHASE || kind == TB_KIND_DO
         || kind == TB_KIND_EXPECT;
}

char *
tb_scenario_copy (const TbModel *model, TbUid uid)
{
  const TbElement *element = tb_model_get (model, uid);
  TbKind kind = element ? tb_element_kind (element) : TB_KIND_NONE;
  if (!is_part (kind))
    return NULL;
  g_autoptr (TbDocument) document = tb_document_new ("Copied");
  TbUid root = tb_element_uid (tb_model_root (tb_document_model (document)));
  tb_document_begin (document, "Copy", NULL);
  if (kind == TB_KIND_SCENARIO)
    copy_into (document, element, root, G_MAXUINT, tb_element_id (element));
  else
    {
      TbUid parent = tb_document_insert (document, TB_KIND_SCENARIO, "copied", root, G_MAXUINT);
      if (kind == TB_KIND_DO)
        {
          parent = tb_document_insert (document, TB_KIND_PHASE, "copied", parent, G_MAXUINT);
          tb_document_set (document, parent, TB_PROP_LASTS, tb_element_get (tb_element_parent (element), TB_PROP_LASTS), NULL);
        }
      copy_into (document, element, parent, G_MAXUINT, tb_element_id (element));
    }
  tb_document_commit (document);
  return tb_model_to_xml (tb_document_model (document), NULL);
}

/* ---- Pasting --------------------------------------------------------------------------------- */

static const TbElement *
phase_of (const TbElement *at)
{
  TbKind kind = at ? tb_element_kind (at) : TB_KIND_NONE;
  if (kind == TB_KIND_DO)
    return tb_element_parent (at);
  return kind == TB_KIND_PHASE ? at : NULL;
}

/* An action alone goes into the phase that is meant, where it fits into it. */
static TbUid
paste_action (TbDocument *document, const TbElement *action, const TbElement *phase, GError **error)
{
  if (!phase)
    {
      g_set_error (error, TB_MODEL_ERROR, TB_MODEL_ERROR_VALUE, "first choose the phase that it is done in");
      return 0;
    }
  gint64 last_ns = MAX (tb_element_get_ns (phase, TB_PROP_LASTS) - TB_SCENARIO_SNAP_NS, 0);
  TbUid uid = copy_into (document, action, tb_element_uid (phase), G_MAXUINT, NULL);
  char text[40];
  tb_duration_format (MIN (tb_element_get_ns (action, TB_PROP_AT), last_ns), text, sizeof text);
  tb_document_set (document, uid, TB_PROP_AT, last_ns > 0 ? text : NULL, NULL);
  return uid;
}

static TbUid
paste_parts (TbDocument *document, const TbElement *from, const TbElement *scenario, const TbElement *at)
{
  TbUid last = 0;
  const TbElement *behind = at;
  for (guint i = 0; i < tb_element_n_children (from); i++)
    {
      const TbElement *child = tb_element_child (from, i);
      gboolean step = tb_element_kind (child) != TB_KIND_EXPECT;
      g_autofree char *id = tb_element_kind (child) == TB_KIND_PHASE
                              ? tb_scenario_fresh_phase_id (scenario, tb_element_id (child)) : NULL;
      guint place = step ? tb_scenario_place_behind (scenario, behind) : G_MAXUINT;
      last = copy_into (document, child, tb_element_uid (scenario), place, id);
      behind = step ? tb_model_get (tb_document_model (document), last) : behind;
    }
  return last;
}

static TbUid
paste_whole (TbDocument *document, const TbElement *from)
{
  const TbModel *model = tb_document_model (document);
  const TbElement *root = tb_model_root (model);
  g_autofree char *id = tb_model_make_id (model, TB_KIND_SCENARIO, tb_element_title (from));
  return copy_into (document, from, tb_element_uid (root), tb_scenario_place (root), id);
}

/* Whether it is what tb_scenario_copy() makes of an action: a phase called so, and nothing else. */
static const TbElement *
lone_action (const TbElement *from)
{
  const TbElement *phase = tb_element_n_children (from) == 1 ? tb_element_child (from, 0) : NULL;
  gboolean lone = g_strcmp0 (tb_element_id (from), "copied") == 0 && phase && tb_element_kind (phase) == TB_KIND_PHASE
                  && g_strcmp0 (tb_element_id (phase), "copied") == 0 && tb_element_n_children (phase) == 1;
  return lone ? tb_element_child (phase, 0) : NULL;
}

TbUid
tb_scenario_paste (TbDocument *document, TbUid scenario, TbUid at, const char *text, GError **error)
{
  g_autoptr (TbDocument) clip = tb_document_load_bytes ("clipboard", text, strlen (text), NULL, NULL);
  const TbElement *from = clip ? tb_model_nth (tb_document_model (clip), TB_KIND_SCENARIO, 0) : NULL;
  const TbElement *into = tb_model_get (tb_document_model (document), scenario);
  const TbElement *where = at ? tb_model_get (tb_document_model (document), at) : NULL;
  if (!from)
    {
      g_set_error (error, TB_MODEL_ERROR, TB_MODEL_ERROR_VALUE, "there is nothing of a scenario in the clipboard");
      return 0;
    }
  tb_document_begin (document, "Paste into Scenario", NULL);
  TbUid uid = 0;
  if (!into || g_strcmp0 (tb_element_id (from), "copied") != 0)
    uid = paste_whole (document, from);
  else if (lone_action (from))
    uid = paste_action (document, lone_action (from), phase_of (where), error);
  else
    uid = paste_parts (document, from, into, where);
  tb_document_commit (document);
  return uid;
}
