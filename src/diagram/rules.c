/* Style rules: which elements each is about. */
#include <stdio.h>
#include <string.h>

#include "look-private.h"

typedef struct
{
  const char *kind, *tag, *layer, *tier, *group; /* NULL: of any */
  TbLookSpec look;
} Rule;

struct _TbRules
{
  TbModel *model;
  GArray *rules; /* of Rule */
};

static TbColour
read_colour (const TbElement *element, TbProp prop)
{
  const char *text = tb_element_get (element, prop);
  guint rgb;
  if (text == NULL || sscanf (text, "#%6x", &rgb) != 1)
    return (TbColour){ 0, 0, 0, 0 };
  return (TbColour){ (rgb >> 16) / 255., ((rgb >> 8) & 255) / 255., (rgb & 255) / 255., 1 };
}

static const char *
read_word (const TbElement *element, TbProp prop)
{
  const char *text = tb_element_get (element, prop);
  return text != NULL && *text ? text : NULL;
}

static TbDash
read_dash (const TbElement *style)
{
  if (!tb_element_is_set (style, TB_PROP_DASHED))
    return TB_DASH_UNSAID;
  return tb_element_get_boolean (style, TB_PROP_DASHED) ? TB_DASH_YES : TB_DASH_NO;
}

TbRules *
tb_rules_new (const TbModel *model)
{
  TbRules *rules = g_new0 (TbRules, 1);
  rules->model = tb_model_ref (model);
  rules->rules = g_array_new (FALSE, FALSE, sizeof (Rule));
  for (guint i = 0; i < tb_model_count (model, TB_KIND_STYLE); i++)
    {
      const TbElement *style = tb_model_nth (model, TB_KIND_STYLE, i);
      Rule rule = { .kind = read_word (style, TB_PROP_KIND),
                    .tag = read_word (style, TB_PROP_TAG),
                    .layer = read_word (style, TB_PROP_LAYER),
                    .tier = read_word (style, TB_PROP_TIER),
                    .group = read_word (style, TB_PROP_GROUP),
                    .look = { .fill = read_colour (style, TB_PROP_FILL),
                              .line = read_colour (style, TB_PROP_LINE),
                              .ink = read_colour (style, TB_PROP_INK),
                              .dash = read_dash (style),
                              .icon = read_word (style, TB_PROP_ICON) } };
      g_array_append_val (rules->rules, rule);
    }
  return rules;
}

void
tb_rules_free (TbRules *rules)
{
  g_array_unref (rules->rules);
  tb_model_unref (rules->model);
  g_free (rules);
}

/* ---- Meeting --------------------------------------------------------------------------------- */

static const char *
value (const TbElement *element, TbProp prop)
{
  return tb_schema_prop (tb_element_kind (element), prop) ? tb_element_get (element, prop) : NULL;
}

static gboolean
has_word (const char *words, const char *word)
{
  gsize n = strlen (word);
  for (const char *p = words; p != NULL && (p = strstr (p, word)) != NULL; p++)
    if ((p == words || g_ascii_isspace (p[-1])) && (p[n] == '\0' || g_ascii_isspace (p[n])))
      return TRUE;
  return FALSE;
}

/* Itself, or through groups inside it; a circle of groups ends with the count. */
static gboolean
in_group (const TbRules *rules, const TbElement *element, const char *id)
{
  TbProp prop = tb_element_kind (element) == TB_KIND_GROUP ? TB_PROP_PARENT : TB_PROP_GROUP;
  guint steps = tb_model_count (rules->model, TB_KIND_GROUP) + 1;
  for (const char *at = value (element, prop); at != NULL && steps > 0; steps--)
    {
      const TbElement *group = tb_model_lookup (rules->model, at);
      if (strcmp (at, id) == 0)
        return TRUE;
      at = group != NULL && tb_element_kind (group) == TB_KIND_GROUP
               ? tb_element_get (group, TB_PROP_PARENT) : NULL;
    }
  return FALSE;
}

static gboolean
is_of_kind (const TbElement *element, const char *kind)
{
  TbKind own = tb_element_kind (element);
  const char *name = own == TB_KIND_COMPONENT ? tb_role_name (tb_component_role (element))
                                              : tb_schema_kind (own)->name;
  return strcmp (name, kind) == 0;
}

static gboolean
meets (const TbRules *rules, const Rule *rule, const TbElement *element)
{
  return (rule->kind == NULL || is_of_kind (element, rule->kind))
         && (rule->tag == NULL || tb_element_has_tag (element, rule->tag))
         && (rule->tier == NULL || g_strcmp0 (value (element, TB_PROP_TIER), rule->tier) == 0)
         && (rule->layer == NULL || has_word (value (element, TB_PROP_LAYER), rule->layer))
         && (rule->group == NULL || in_group (rules, element, rule->group));
}

static void
add (TbLookSpec *look, const TbLookSpec *more)
{
  if (more->fill.a > 0)
    look->fill = more->fill;
  if (more->line.a > 0)
    look->line = more->line;
  if (more->ink.a > 0)
    look->ink = more->ink;
  if (more->dash != TB_DASH_UNSAID)
    look->dash = more->dash;
  if (more->icon != NULL)
    look->icon = more->icon;
}

/* colour= is the paper of a note, and the outline of all else. */
static TbLookSpec
own_word (const TbElement *element)
{
  TbLookSpec look = { .dash = TB_DASH_UNSAID };
  if (tb_schema_prop (tb_element_kind (element), TB_PROP_COLOUR) != NULL)
    *(tb_element_kind (element) == TB_KIND_NOTE ? &look.fill : &look.line)
        = read_colour (element, TB_PROP_COLOUR);
  if (tb_schema_prop (tb_element_kind (element), TB_PROP_ICON) != NULL)
    look.icon = read_word (element, TB_PROP_ICON);
  return look;
}

TbLookSpec
tb_rules_look (const TbRules *rules, const TbElement *element)
{
  TbLookSpec look = { .dash = TB_DASH_UNSAID }, own = own_word (element);
  for (guint i = 0; i < rules->rules->len; i++)
    {
      const Rule *rule = &g_array_index (rules->rules, Rule, i);
      if (meets (rules, rule, element))
        add (&look, &rule->look);
    }
  add (&look, &own);
  return look;
}
