/* What a scenario may name in a drawing, to be chosen from. */
#include "tb-scenario-edit.h"

#include <string.h>

#define MANY 400 /* more are found sooner by typing them */

typedef struct
{
  const TbModel *model;
  GPtrArray *names;
} Names;

static void
add (Names *n, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
add (Names *n, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  char *name = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  if (n->names->len < MANY)
    g_ptr_array_add (n->names, name);
  else
    g_free (name);
}

static gboolean
is_store (const TbElement *component)
{
  TbRole role = tb_component_role (component);
  return role == TB_ROLE_STORE || role == TB_ROLE_CACHE;
}

/* One with copies that agree on who leads. */
static gboolean
has_roles (const TbElement *component)
{
  return is_store (component) && tb_component_replicas (component) > 1;
}

static void
add_component (Names *n, const TbElement *component, guint of)
{
  const char *id = tb_element_id (component);
  guint replicas = tb_component_replicas (component);
  gboolean client = tb_element_child_of (component, TB_KIND_BUILTIN) && tb_component_role (component) == TB_ROLE_CLIENT;
  gboolean named = (of & TB_NAMES_OF_INSTANCES) || ((of & TB_NAMES_OF_CLIENTS) && client)
                   || ((of & TB_NAMES_OF_STORES) && is_store (component));
  if (!named)
    return;
  add (n, "%s", id);
  if ((of & TB_NAMES_OF_ROLES) && has_roles (component))
    add (n, "%s/leader", id);
  for (guint i = 1; (of & (TB_NAMES_OF_INSTANCES | TB_NAMES_OF_CLIENTS)) && replicas > 1 && i <= replicas; i++)
    add (n, "%s/%u", id, i);
}

static void
add_kind (Names *n, TbKind kind)
{
  for (guint i = 0; i < tb_model_count (n->model, kind); i++)
    add (n, "%s", tb_element_id (tb_model_nth (n->model, kind, i)));
}

static char **
finish (Names *n)
{
  g_ptr_array_add (n->names, NULL);
  return (char **) g_ptr_array_free (n->names, FALSE);
}

char **
tb_scenario_names (const TbModel *model, guint of)
{
  Names n = { model, g_ptr_array_new () };
  if (of & TB_NAMES_OF_FAULTS)
    add (&n, "all");
  if (of & TB_NAMES_OF_LINKS)
    add_kind (&n, TB_KIND_LINK);
  for (guint i = 0; i < tb_model_count (model, TB_KIND_COMPONENT); i++)
    add_component (&n, tb_model_nth (model, TB_KIND_COMPONENT, i), of);
  if (of & TB_NAMES_OF_INSTANCES)
    add_kind (&n, TB_KIND_DEVICE);
  return finish (&n);
}

char **
tb_scenario_conditions (const TbModel *model)
{
  Names n = { model, g_ptr_array_new () };
  add (&n, "ready");
  for (guint i = 0; i < tb_model_count (model, TB_KIND_COMPONENT); i++)
    {
      const TbElement *component = tb_model_nth (model, TB_KIND_COMPONENT, i);
      if (has_roles (component))
        {
          add (&n, "%s has leader", tb_element_id (component));
          add (&n, "%s converged", tb_element_id (component));
        }
    }
  for (guint i = 0; i < tb_model_count (model, TB_KIND_LINK); i++)
    {
      const char *id = tb_element_id (tb_model_nth (model, TB_KIND_LINK, i));
      add (&n, "%s carried 1000", id);
      add (&n, "%s failed 1", id);
      add (&n, "%s is quiet", id);
    }
  for (guint i = 0; i < tb_model_count (model, TB_KIND_COMPONENT); i++)
    {
      const char *id = tb_element_id (tb_model_nth (model, TB_KIND_COMPONENT, i));
      add (&n, "%s is ready", id);
      add (&n, "%s is down", id);
    }
  add (&n, "everything is quiet");
  return finish (&n);
}

char **
tb_scenario_phases (const TbElement *scenario)
{
  Names n = { NULL, g_ptr_array_new () };
  for (guint i = 0; i < tb_element_n_children (scenario); i++)
    if (tb_element_kind (tb_element_child (scenario, i)) == TB_KIND_PHASE)
      add (&n, "%s", tb_element_id (tb_element_child (scenario, i)));
  return finish (&n);
}
