/* Commands that ask something first: the window answers the editor's "ask" with an entry. */
#include "editor-private.h"

static gboolean
always (TbEditor *editor)
{
  return TRUE;
}

static gboolean
can_connect (TbEditor *editor)
{
  const TbElement *one = tb_editor_element (editor, tb_editor_selected_one (editor));
  return one != NULL && tb_element_kind (one) == TB_KIND_COMPONENT;
}

static void
run_create (TbEditor *editor)
{
  tb_editor_emit_ask (editor, "create");
}

static void
run_connect (TbEditor *editor)
{
  tb_editor_emit_ask (editor, "connect");
}

static const TbCommandRow rows[] = {
  { "create", "New by Typing", "<Control>e",
    "Type what to add: server Shop in app, 3 clients, device app-1 cores=2.", always, run_create,
    "Edit", TRUE },
  { "connect", "Connect to…", "c", "Choose by name what the selected component calls.",
    can_connect, run_connect, "Connect", TRUE, "one selected component" },
};

const TbCommandSet tb_commands_ask = { rows, G_N_ELEMENTS (rows) };
