/* Style rules from the selection: "all of this kind", "all in this tier"; their order. */
#include "editor-private.h"

#include <string.h>

/* What a rule of the selected element may be about, one row each. */
static const struct
{
  TbProp prop; /* of the rule */
  const char *words;
} conditions[] = {
  { TB_PROP_KIND, "kind" }, { TB_PROP_TAG, "tag" },     { TB_PROP_LAYER, "layer" },
  { TB_PROP_TIER, "tier" }, { TB_PROP_GROUP, "group" },
};

/* The value that the rule would ask for; NULL where the element has none. (transfer full) */
static char *
value_of (const TbElement *element, TbProp prop)
{
  TbKind kind = tb_element_kind (element);
  TbProp own = prop == TB_PROP_TAG ? TB_PROP_TAGS : prop;
  if (prop == TB_PROP_KIND)
    {
      const TbPropSpec *spec = tb_schema_prop (TB_KIND_STYLE, TB_PROP_KIND);
      const char *name = kind == TB_KIND_COMPONENT ? tb_role_name (tb_component_role (element))
                                                   : tb_schema_kind (kind)->name;
      return tb_schema_validate (spec, name, NULL) ? g_strdup (name) : NULL;
    }
  const char *words = tb_schema_prop (kind, own) ? tb_element_get (element, own) : NULL;
  g_auto (GStrv) split = g_strsplit_set (words ? words : "", " \t\n", 2);
  return split[0] != NULL && *split[0] ? g_strdup (split[0]) : NULL;
}

/* A rule with just that condition, if there is one: it is edited rather than made again. */
static TbUid
find_rule (TbEditor *editor, TbProp prop, const char *value)
{
  const TbModel *model = tb_editor_model (editor);
  for (guint i = tb_model_count (model, TB_KIND_STYLE); i-- > 0;)
    {
      const TbElement *rule = tb_model_nth (model, TB_KIND_STYLE, i);
      gboolean alone = g_strcmp0 (tb_element_get (rule, prop), value) == 0;
      for (guint k = 0; k < G_N_ELEMENTS (conditions) && alone; k++)
        alone = conditions[k].prop == prop || !tb_element_is_set (rule, conditions[k].prop);
      if (alone)
        return tb_element_uid (rule);
    }
  return 0;
}

TbUid
tb_editor_style_like (TbEditor *editor, TbUid uid, TbProp condition)
{
  const TbElement *element = tb_editor_element (editor, uid);
  g_autofree char *value = element ? value_of (element, condition) : NULL;
  if (value == NULL)
    return 0;
  TbUid rule = find_rule (editor, condition, value);
  if (rule != 0)
    return rule;
  g_autofree char *label = g_strdup_printf ("Style All of %s", value);
  tb_document_begin (editor->document, label, NULL);
  rule = tb_document_insert (editor->document, TB_KIND_STYLE, NULL,
                             tb_element_uid (tb_model_root (tb_editor_model (editor))),
                             tb_editor_insert_position (editor, TB_KIND_STYLE));
  tb_editor_set_checked (editor, rule, condition, value);
  tb_document_commit (editor->document);
  return rule;
}

gboolean
tb_editor_move_rule (TbEditor *editor, TbUid rule, int step)
{
  const TbModel *model = tb_editor_model (editor);
  guint n = tb_model_count (model, TB_KIND_STYLE), at = 0;
  while (at < n && tb_element_uid (tb_model_nth (model, TB_KIND_STYLE, at)) != rule)
    at++;
  if (at >= n || (step < 0 && at == 0) || (step > 0 && at + 1 >= n))
    return FALSE;
  const TbElement *other = tb_model_nth (model, TB_KIND_STYLE, at + (step < 0 ? -1u : 1u));
  TbUid root = tb_element_uid (tb_model_root (model)), first = step < 0 ? rule
                                                                       : tb_element_uid (other);
  guint position = tb_element_position (step < 0 ? other : tb_editor_element (editor, rule));
  tb_document_begin (editor->document, "Reorder Style Rules", NULL);
  tb_document_move (editor->document, first, root, position);
  tb_document_commit (editor->document);
  return TRUE;
}

char *
tb_style_rule_title (const TbModel *model, const TbElement *rule)
{
  const char *kind = tb_element_get (rule, TB_PROP_KIND);
  g_autoptr (GString) title = g_string_new (NULL);
  g_string_append_printf (title, kind && *kind ? "All of kind %s" : "All", kind);
  for (guint i = 1; i < G_N_ELEMENTS (conditions); i++)
    {
      const char *value = tb_element_get (rule, conditions[i].prop);
      const TbElement *of = value && conditions[i].prop != TB_PROP_TAG
                                ? tb_model_lookup (model, value) : NULL;
      if (value && *value)
        g_string_append_printf (title, "%s %s %s", title->len > 3 ? "," : "",
                                conditions[i].prop == TB_PROP_TAG ? "tagged" : "in",
                                of ? tb_element_title (of) : value);
    }
  return g_strdup (title->str);
}

/* ---- Commands -------------------------------------------------------------------------------- */

static gboolean
has_value (TbEditor *editor, TbProp condition)
{
  const TbElement *element = tb_editor_element (editor, tb_editor_selected_one (editor));
  g_autofree char *value = element ? value_of (element, condition) : NULL;
  return value != NULL;
}

/* The rules are listed while nothing is selected. */
static void
run (TbEditor *editor, TbProp condition)
{
  TbUid rule = tb_editor_style_like (editor, tb_editor_selected_one (editor), condition);
  if (rule == 0)
    return;
  tb_editor_select_one (editor, 0);
  tb_editor_message (editor, "%s",
                     "The rule is listed at the right: choose what it changes.");
}

#define STYLE_COMMAND(name, PROP)                                                                  \
  static gboolean has_##name (TbEditor *editor)                                                    \
  {                                                                                                \
    return has_value (editor, TB_PROP_##PROP);                                                     \
  }                                                                                                \
  static void run_##name (TbEditor *editor)                                                        \
  {                                                                                                \
    run (editor, TB_PROP_##PROP);                                                                  \
  }

STYLE_COMMAND (kind, KIND)
STYLE_COMMAND (tag, TAG)
STYLE_COMMAND (layer, LAYER)
STYLE_COMMAND (tier, TIER)
STYLE_COMMAND (group, GROUP)

#define ROW(name, label, help)                                                                     \
  { "style-" #name, label, NULL, help, has_##name, run_##name, "Style", TRUE }

static const TbCommandRow rows[] = {
  ROW (kind, "Style All of This Kind…", "A rule for how everything of the selected kind looks."),
  ROW (tag, "Style All of This Tag…", "A rule for how everything with that tag looks."),
  ROW (layer, "Style All in This Layer…", "A rule for how everything in that layer looks."),
  ROW (tier, "Style All in This Tier…", "A rule for how everything in that tier looks."),
  ROW (group, "Style All in This Group…", "A rule for how everything in that group looks."),
};

const TbCommandSet tb_commands_style = { rows, G_N_ELEMENTS (rows) };
