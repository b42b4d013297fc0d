/* Commands about the grid, about room, and to tidy. */
#include "editor-private.h"

static gboolean
always (TbEditor *editor)
{
  return TRUE;
}

static gboolean
places_by_hand (TbEditor *editor)
{
  return !tb_editor_arranges_itself (editor);
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

/* The same key that offers places takes them. */
static void
run_tidy (TbEditor *editor)
{
  guint n;
  g_autoptr (GError) error = NULL;
  if (tb_editor_tidy_places (editor, &n) != NULL)
    tb_editor_tidy_apply (editor);
  else if (!tb_editor_tidy_begin (editor, &error))
    tb_editor_message (editor, "%s.", error->message);
}

static const TbCommandRow rows[] = {
  { "make-room", "Make Room", NULL,
    "The next drag pushes everything right of it or below it away, or pulls it back; so does a "
    "drag with Ctrl, Alt and Shift held.", places_by_hand, run_room, "Arrange", TRUE,
    "a view that does not lay itself out" },
  { "tidy", "Tidy", "<Control><Shift>f",
    "Offer places in layers for what is selected, or for what has no place yet; nothing else "
    "moves. Enter takes them, Escape does not.", places_by_hand, run_tidy, "Arrange", TRUE,
    "a view that does not lay itself out" },
  { "grid", "Grid", "<Control>apostrophe",
    "Draw the grid and let drags come to stand on it; Ctrl or Alt held while dragging, they do "
    "not, nor on guides.", always, run_grid, "View", FALSE },
};

const TbCommandSet tb_commands_layout = { rows, G_N_ELEMENTS (rows) };
