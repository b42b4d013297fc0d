/* Which links may be drawn, and why the others may not: one row a rule, asked in order. */
#include "editor-private.h"

typedef struct
{
  TbEditor *editor;
  const TbModel *model;
  const TbElement *from, *to;
} Ends;

static gboolean
not_components (const Ends *e)
{
  return tb_element_kind (e->from) != TB_KIND_COMPONENT
         || tb_element_kind (e->to) != TB_KIND_COMPONENT;
}

static gboolean
same (const Ends *e)
{
  return e->from == e->to;
}

static gboolean
to_client (const Ends *e)
{
  return tb_component_role (e->to) == TB_ROLE_CLIENT;
}

static gboolean
from_external (const Ends *e)
{
  return tb_component_role (e->from) == TB_ROLE_EXTERNAL
         && tb_component_role (e->to) == TB_ROLE_EXTERNAL;
}

static guint
count_services (const TbElement *component)
{
  guint n = 0;
  for (guint i = 0; i < tb_element_n_children (component); i++)
    n += tb_element_kind (tb_element_child (component, i)) == TB_KIND_SERVICE;
  return MAX (n, 1);
}

/* One link per caller and service: the interception could not tell two apart. */
static gboolean
linked_already (const Ends *e)
{
  guint links = 0;
  for (guint i = 0; i < tb_model_count (e->model, TB_KIND_LINK); i++)
    {
      const TbElement *link = tb_model_nth (e->model, TB_KIND_LINK, i);
      links += g_strcmp0 (tb_element_get (link, TB_PROP_FROM), tb_element_id (e->from)) == 0
               && g_strcmp0 (tb_element_get (link, TB_PROP_TO), tb_element_id (e->to)) == 0;
    }
  return links >= count_services (e->to);
}

static const struct
{
  gboolean (*broken) (const Ends *ends);
  const char *reason;
} rules[] = {
  { not_components, "Only components can be linked" },
  { same, "A component does not call itself; its replicas are linked by their replication" },
  { to_client, "A client offers no service that could be called" },
  { from_external, "Both are outside: nothing between them would run here" },
  { linked_already, "There is a link to every service of it already" },
};

const char *
tb_editor_link_reason (TbEditor *editor, TbUid from, TbUid to)
{
  Ends ends = { .editor = editor,
                .model = tb_editor_model (editor),
                .from = tb_editor_element (editor, from),
                .to = tb_editor_element (editor, to) };
  if (ends.from == NULL || ends.to == NULL)
    return rules[0].reason;
  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    if (rules[i].broken (&ends))
      return rules[i].reason;
  return NULL;
}
