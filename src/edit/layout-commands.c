/* Commands about the grid and about room. */
#include "editor-private.h"

static gboolean
always (TbEditor *editor)
{
  return TRUE;
}

static void
run_room (TbEditor *editor)
{
  tb_editor_begin_room (editor);
  tb_editor_message (editor, "Drag to push everything beyond, or to pull it back.");
}

static void
run_grid (TbEditor *editor)
{
  tb_editor_set_grid (editor, !tb_editor_grid (editor));
}

static const TbCommandRow rows[] = {
  { "make-room", "Make Room", NULL,
    "The next drag pushes everything right of it or below it away, or pulls it back; so does a "
    "drag with Ctrl, Alt and Shift held.", always, run_room, "Arrange", TRUE },
  { "grid", "Grid", "<Control>apostrophe",
    "Draw the grid and let drags come to stand on it; Ctrl or Alt held while dragging, they do "
    "not, nor on guides.", always, run_grid, "View", FALSE },
};

const TbCommandSet tb_commands_layout = { rows, G_N_ELEMENTS (rows) };
