/* All commands as one table: menus, keys, the command palette and help read it. A set is a file. */
#include "editor-private.h"

#include <string.h>

static const TbCommandSet *const sets[] = {
  &tb_commands_basic,
  &tb_commands_ask,
  &tb_commands_connect,
  &tb_commands_fold,
  &tb_commands_views,
  &tb_commands_style,
  &tb_commands_clip,
  &tb_commands_replicas,
  &tb_commands_remove,
  &tb_commands_group,
  &tb_commands_select,
  &tb_commands_patterns,
  &tb_commands_pattern_links,
  &tb_commands_pattern_tiers,
  &tb_commands_arrange,
  &tb_commands_bends,
  &tb_commands_layout,
  &tb_commands_settle,
};

static gpointer
join (gpointer data)
{
  GArray *all = g_array_new (FALSE, FALSE, sizeof (TbCommandRow));
  for (guint i = 0; i < G_N_ELEMENTS (sets); i++)
    g_array_append_vals (all, sets[i]->rows, sets[i]->n);
  return all;
}

const TbCommandRow *
tb_commands (guint *n)
{
  static GOnce once = G_ONCE_INIT;
  GArray *all = g_once (&once, join, NULL);
  *n = all->len;
  return (const TbCommandRow *) (gpointer) all->data;
}

char *
tb_command_reason (TbEditor *editor, const TbCommandRow *row)
{
  if (row->enabled == NULL || row->enabled (editor))
    return NULL;
  if (row->refusal != NULL)
    return g_strdup (row->refusal (editor));
  if (row->needs != NULL)
    return g_strdup_printf ("It needs %s", row->needs);
  return g_strdup (editor->selection->len == 0 ? "Nothing is selected"
                                               : "Not for what is selected");
}

gboolean
tb_editor_run (TbEditor *editor, const char *command)
{
  guint n;
  const TbCommandRow *commands = tb_commands (&n);
  for (guint i = 0; i < n; i++)
    if (strcmp (commands[i].name, command) == 0 && commands[i].enabled (editor))
      {
        commands[i].run (editor);
        return TRUE;
      }
  return FALSE;
}
