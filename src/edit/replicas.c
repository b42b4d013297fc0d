/* One replica more, one fewer: of what is selected. While it runs, that is how it is scaled. */
#include "editor-private.h"

#define REPLICAS_MAX 1000u

/* NULL where it has no replicas of ours. */
static const TbElement *
component_at (TbEditor *editor, guint nth)
{
  const TbElement *element
    = tb_editor_element (editor, g_array_index (editor->selection, TbUid, nth));
  gboolean ours = element != NULL && tb_element_kind (element) == TB_KIND_COMPONENT
                  && tb_component_role (element) != TB_ROLE_EXTERNAL;
  return ours ? element : NULL;
}

static gboolean
can_have (TbEditor *editor, int by)
{
  for (guint i = 0; i < editor->selection->len; i++)
    {
      const TbElement *component = component_at (editor, i);
      guint n = component != NULL ? tb_component_replicas (component) : 0;
      if (component != NULL && (by > 0 ? n < REPLICAS_MAX : n > 1))
        return TRUE;
    }
  return FALSE;
}

static gboolean
can_have_more (TbEditor *editor)
{
  return can_have (editor, 1);
}

static gboolean
can_have_fewer (TbEditor *editor)
{
  return can_have (editor, -1);
}

static void
change_replicas (TbEditor *editor, int by)
{
  tb_document_begin (editor->document, by > 0 ? "One replica more" : "One replica fewer", NULL);
  for (guint i = 0; i < editor->selection->len; i++)
    {
      const TbElement *component = component_at (editor, i);
      if (component == NULL)
        continue;
      guint n = CLAMP ((int) tb_component_replicas (component) + by, 1, (int) REPLICAS_MAX);
      g_autofree char *text = g_strdup_printf ("%u", n);
      tb_editor_set_checked (editor, tb_element_uid (component), TB_PROP_REPLICAS, text);
    }
  tb_document_commit (editor->document);
}

static void
run_more (TbEditor *editor)
{
  change_replicas (editor, 1);
}

static void
run_fewer (TbEditor *editor)
{
  change_replicas (editor, -1);
}

static const TbCommandRow rows[] = {
  { "replicas-more", "One Replica More", "plus",
    "One replica more of the selected components; while they run, it is started at once.",
    can_have_more, run_more, "Edit", TRUE, "a selected component that is not outside" },
  { "replicas-fewer", "One Replica Fewer", "minus",
    "One replica fewer of the selected components; while they run, the last one is stopped at once.",
    can_have_fewer, run_fewer, "Edit", TRUE, "a selected component with several replicas" },
};

const TbCommandSet tb_commands_replicas = { rows, G_N_ELEMENTS (rows) };
