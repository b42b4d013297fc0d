/* What the schema cannot say of one element alone. References here, as the table declares them; the
 * rules of single kinds in validate-rules.c. */
#include "validate-private.h"

#include "conflict-private.h"

#include <string.h>

#define MAX_SUGGESTIONS 20

void
tb_validation_add (TbValidation *validation, TbSeverity severity, const char *rule,
                   const TbElement *element, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  /* A place or a call has no name of its own: it is known by where it stands. */
  const TbElement *named = element;
  while (tb_element_id (named) == NULL && named->parent != NULL)
    named = named->parent;
  const char *title = tb_element_id (named) != NULL ? tb_element_id (named)
                                                    : tb_element_title (named);
  tb_problems_add (validation->problems, severity, rule, element->uid, element->line,
                   element->column, "%s %s: %s", tb_schema_kind ((TbKind) named->kind)->name, title,
                   message);
}

static gboolean
is_kind_of (guint64 kinds, const TbElement *element)
{
  return (kinds & (G_GUINT64_CONSTANT (1) << element->kind)) != 0;
}

/* "component", or "layer, tier or group" */
static char *
describe_kinds (guint64 kinds)
{
  g_autoptr (GString) words = g_string_new (NULL);
  for (guint kind = TB_KIND_NONE + 1; kind < TB_N_KINDS; kind++)
    if ((kinds & (G_GUINT64_CONSTANT (1) << kind)) != 0)
      g_string_append_printf (words, "%s%s", words->len == 0 ? "" : " ",
                              tb_schema_kind ((TbKind) kind)->name);
  return tb_words_to_choice (words->str);
}

static char *
suggest (TbValidation *validation, guint64 kinds, const char *id)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();
  if (validation->n_suggestions++ >= MAX_SUGGESTIONS)
    return g_strdup ("");
  for (guint kind = TB_KIND_NONE + 1; kind < TB_N_KINDS; kind++)
    for (guint i = 0; is_kind_of (kinds, &(TbElement){ .kind = (guint16) kind })
                      && i < validation->model->kinds[kind].n; i++)
      g_ptr_array_add (ids, validation->model->kinds[kind].items[i]->values[0]);
  const char *near = tb_nearest_word (id, (const char *const *) ids->pdata, ids->len);
  return near != NULL ? g_strdup_printf (" (did you mean %s?)", near) : g_strdup ("");
}

/* The element of that id and one of those kinds; says so and gives NULL where there is none. */
static const TbElement *
check_id (TbValidation *validation, const TbElement *element, const TbPropSpec *spec, guint64 kinds,
          const char *id)
{
  const TbElement *target = tb_model_lookup (validation->model, id);
  if (target != NULL && is_kind_of (kinds, target))
    return target;
  g_autofree char *expected = describe_kinds (kinds);
  if (target != NULL)
    {
      const char *found = tb_schema_kind ((TbKind) target->kind)->name;
      tb_validation_add (validation, TB_SEVERITY_ERROR, "wrong-reference", element,
                         "%s names the %s %s, expected %s %s", spec->name, found, id,
                         strchr ("aeiou", *expected) != NULL ? "an" : "a", expected);
      return NULL;
    }
  g_autofree char *suggestion = suggest (validation, kinds, id);
  tb_validation_add (validation, TB_SEVERITY_ERROR, "dangling-reference", element,
                     "%s names %s, but there is no such %s%s", spec->name, id, expected,
                     suggestion);
  return NULL;
}

static void
check_refs (TbValidation *validation, const TbElement *element, const TbPropSpec *spec,
            const char *value)
{
  g_auto (GStrv) ids = g_strsplit (value, " ", -1);
  for (guint i = 0; ids[i] != NULL; i++)
    check_id (validation, element, spec, spec->ref_kinds, ids[i]);
}

static void
check_replica (TbValidation *validation, const TbElement *element, const TbPropSpec *spec,
               const TbElement *component, guint replica)
{
  guint n = component != NULL ? tb_component_replicas (component) : replica;
  if (replica > n)
    tb_validation_add (validation, TB_SEVERITY_ERROR, "no-such-replica", element,
                       "%s names replica %u of %s, which has %u", spec->name, replica,
                       tb_element_id (component), n);
}

/* What a name may start with follows from its form. */
static void
check_name (TbValidation *validation, const TbElement *element, const TbPropSpec *spec,
            const char *value)
{
  const guint64 component = G_GUINT64_CONSTANT (1) << TB_KIND_COMPONENT;
  const guint64 link = G_GUINT64_CONSTANT (1) << TB_KIND_LINK;
  const guint64 tier = G_GUINT64_CONSTANT (1) << TB_KIND_TIER;
  const guint64 device = G_GUINT64_CONSTANT (1) << TB_KIND_DEVICE;
  TbName name;
  if (strcmp (value, "all") == 0 || !tb_name_parse (value, &name, NULL))
    return;
  guint64 kinds = name.form == TB_NAME_ELEMENT ? component | link | tier | device : component;
  if (element->kind == TB_KIND_EXPECT && g_strcmp0 (tb_element_get (element, TB_PROP_THAT), "as-drawn") == 0)
    kinds = G_GUINT64_CONSTANT (1) << TB_KIND_INTERACTION;
  const TbElement *target = check_id (validation, element, spec,
                                      name.form == TB_NAME_INSTANCE_LINK ? link : kinds, name.id);
  if (target == NULL || name.from == 0)
    return;
  gboolean is_link = name.form == TB_NAME_INSTANCE_LINK;
  const TbModel *model = validation->model;
  check_replica (validation, element, spec,
                 is_link ? tb_element_get_ref (model, target, TB_PROP_FROM) : target, name.from);
  if (name.to > 0)
    check_replica (validation, element, spec,
                   is_link ? tb_element_get_ref (model, target, TB_PROP_TO) : target, name.to);
}

static void
check_references (TbValidation *validation, const TbElement *element)
{
  const TbKindSpec *spec = tb_schema_kind ((TbKind) element->kind);
  for (guint i = 0; i < spec->n_props; i++)
    {
      const TbPropSpec *prop = &spec->props[i];
      const char *value = element->values[i];
      if (value == NULL)
        continue;
      if (prop->type == TB_TYPE_REF)
        check_id (validation, element, prop, prop->ref_kinds, value);
      else if (prop->type == TB_TYPE_REFS)
        check_refs (validation, element, prop, value);
      else if (prop->type == TB_TYPE_NAME)
        check_name (validation, element, prop, value);
    }
}

static void
check_marks (TbValidation *validation, const TbElement *element, const GPtrArray *lines)
{
  for (guint i = 0; lines != NULL && i < lines->len; i++)
    if (tb_is_conflict_mark (lines->pdata[i]))
      {
        g_autofree char *words = tb_conflict_words (lines->pdata[i]);
        tb_validation_add (validation, TB_SEVERITY_ERROR, "conflict", element,
                           "a merge is not settled: %s; take theirs, keep ours, or make it right and "
                           "remove the <conflict>",
                           words);
      }
}

void
tb_model_validate (const TbModel *model, TbProblems *problems)
{
  TbValidation validation = { model, problems, 0 };
  for (const TbElement *e = model->root; e != NULL; e = tb_element_next (e, model->root))
    {
      check_references (&validation, e);
      tb_validate_rules (&validation, e);
      if (e->trivia != NULL)
        {
          check_marks (&validation, e, e->trivia->before);
          check_marks (&validation, e, e->trivia->end);
        }
    }
}
