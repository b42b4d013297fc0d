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

static gboolean
room_beside (TbEditor *editor)
{
  return places_by_hand (editor) && tb_room_has_edge (editor);
}

static void
run_room_right (TbEditor *editor)
{
  tb_room_step (editor, FALSE, TB_GRID);
}

static void
run_room_left (TbEditor *editor)
{
  tb_room_step (editor, FALSE, -TB_GRID);
}

static void
run_room_down (TbEditor *editor)
{
  tb_room_step (editor, TRUE, TB_GRID);
}

static void
run_room_up (TbEditor *editor)
{
  tb_room_step (editor, TRUE, -TB_GRID);
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

#define ROOM_NEEDS "a selection, in a view that does not lay itself out"

static const TbCommandRow rows[] = {
  { "make-room", "Make Room", "<Control><Shift>o",
    "The next drag pushes everything right of it or below it away, or pulls it back; so does a "
    "drag with Ctrl, Alt and Shift held.", places_by_hand, run_room, "Arrange", TRUE,
    "a view that does not lay itself out" },
  { "room-right", "Push What Is Right of It", "<Control><Shift>Right",
    "Everything right of the selection moves away by a grid step.", room_beside, run_room_right,
    "Arrange", FALSE, ROOM_NEEDS },
  { "room-left", "Pull Back What Is Right of It", "<Control><Shift>Left",
    "Everything right of the selection comes back by a grid step, while there is room.",
    room_beside, run_room_left, "Arrange", FALSE, ROOM_NEEDS },
  { "room-down", "Push What Is Below It", "<Control><Shift>Down",
    "Everything below the selection moves away by a grid step.", room_beside, run_room_down,
    "Arrange", FALSE, ROOM_NEEDS },
  { "room-up", "Pull Back What Is Below It", "<Control><Shift>Up",
    "Everything below the selection comes back by a grid step, while there is room.", room_beside,
    run_room_up, "Arrange", FALSE, ROOM_NEEDS },
  { "tidy", "Tidy", "<Control><Shift>f",
    "Offer places in layers for what is selected, or for what has no place yet; nothing else "
    "moves. Enter takes them, Escape does not.", places_by_hand, run_tidy, "Arrange", TRUE,
    "a view that does not lay itself out" },
  { "grid", "Grid", "<Control>apostrophe",
    "Draw the grid and let drags come to stand on it; Ctrl or Alt held while dragging, they do "
    "not, nor on guides.", always, run_grid, "View", FALSE },
};

const TbCommandSet tb_commands_layout = { rows, G_N_ELEMENTS (rows) };
