/* Making room: all that lies beyond a line moves away from it, or back towards it.
 *
 * The first move of the drag decides whether it pushes right or down. What is beyond is what has its
 * middle beyond; a container that the line goes through stretches instead, and bends beyond the line
 * go along. Things keep their containers: nothing was dropped. Pulling back ends where a thing would
 * come closer than a grid step to one that stays, so that nothing overlaps that did not before. */
#include "editor-private.h"

#include <math.h>

static double
lo (const TbTool *tool, const TbRect *r)
{
  return tool->vertical ? r->y : r->x;
}

static double
hi (const TbTool *tool, const TbRect *r)
{
  return tool->vertical ? r->y + r->height : r->x + r->width;
}

static double
line_of (const TbTool *tool)
{
  return tool->vertical ? tool->press.y : tool->press.x;
}

/* Containers, and frames drawn round things. */
static gboolean
holds_things (const TbFrameRect *f)
{
  return tb_editor_is_container (f->kind) || f->kind == TB_ITEM_FRAME;
}

static gboolean
is_beyond (const TbTool *tool, const TbFrameRect *f)
{
  double line = line_of (tool);
  return holds_things (f) ? lo (tool, &f->rect) >= line
                          : (lo (tool, &f->rect) + hi (tool, &f->rect)) / 2 >= line;
}

/* Everything that stands somewhere, with its rectangle; bands reach across, so a push to the right
 * is none of theirs. */
static GArray *
all_things (TbEditor *editor, gboolean vertical)
{
  static const TbKind kinds[] = { TB_KIND_LAYER,     TB_KIND_TIER, TB_KIND_GROUP,
                                  TB_KIND_COMPONENT, TB_KIND_NOTE, TB_KIND_MIDDLEWARE };
  const TbModel *model = tb_editor_model (editor);
  GArray *all = g_array_new (FALSE, FALSE, sizeof (TbFrameRect));
  for (guint k = vertical ? 0 : 1; k < G_N_ELEMENTS (kinds); k++)
    for (guint i = 0; i < tb_model_count (model, kinds[k]); i++)
      {
        TbFrameRect f = { .uid = tb_element_uid (tb_model_nth (model, kinds[k], i)) };
        if (tb_editor_bounds (editor, f.uid, &f.kind, &f.rect))
          g_array_append_val (all, f);
      }
  return all;
}

/* What moves, and what stays. */
static void
divide (TbEditor *editor, TbTool *tool)
{
  g_autoptr (GArray) all = all_things (editor, tool->vertical);
  tool->moving = g_array_new (FALSE, FALSE, sizeof (TbFrameRect));
  tool->moving_uids = g_array_new (FALSE, FALSE, sizeof (TbUid));
  tool->frames = g_array_new (FALSE, FALSE, sizeof (TbFrameRect)); /* what stays */
  for (guint i = 0; i < all->len; i++)
    {
      const TbFrameRect *f = &g_array_index (all, TbFrameRect, i);
      if (is_beyond (tool, f))
        {
          g_array_append_val (tool->moving, *f);
          g_array_append_val (tool->moving_uids, f->uid);
        }
      else
        g_array_append_val (tool->frames, *f);
    }
}

void
tb_room_begin (TbEditor *editor, double x, double y)
{
  TbTool *tool = &editor->tool;
  tool->vertical = fabs (y - tool->press.y) > fabs (x - tool->press.x);
  divide (editor, tool);
  tool->rect.width = -1; /* how far it may be pulled back is not known yet */
}

/* ---- Pulling back ---------------------------------------------------------------------------- */

static gboolean
side_by_side (const TbTool *tool, const TbRect *a, const TbRect *b)
{
  return tool->vertical ? a->x < b->x + b->width && b->x < a->x + a->width
                        : a->y < b->y + b->height && b->y < a->y + a->height;
}

static double
room_to_take_back (const TbTool *tool)
{
  double room = G_MAXDOUBLE;
  for (guint i = 0; i < tool->moving->len; i++)
    for (guint k = 0; k < tool->frames->len; k++)
      {
        const TbRect *m = &g_array_index (tool->moving, TbFrameRect, i).rect;
        const TbRect *s = &g_array_index (tool->frames, TbFrameRect, k).rect;
        double gap = lo (tool, m) - hi (tool, s);
        if (gap >= 0 && gap < room && side_by_side (tool, m, s))
          room = gap;
      }
  return room == G_MAXDOUBLE ? G_MAXDOUBLE : MAX (room - TB_GRID, 0);
}

void
tb_room_update (TbEditor *editor, double x, double y)
{
  TbTool *tool = &editor->tool;
  double by = tool->vertical ? y - tool->press.y : x - tool->press.x;
  if (!editor->no_grid)
    by = tb_editor_snap (by);
  if (by < 0 && tool->rect.width < 0)
    tool->rect.width = room_to_take_back (tool);
  if (by < 0)
    by = MAX (by, -tool->rect.width);
  double dx = tool->vertical ? 0 : by, dy = tool->vertical ? by : 0;
  if (dx == tool->dx && dy == tool->dy)
    return;
  tool->dx = dx;
  tool->dy = dy;
  tb_editor_preview_moving (editor, dx, dy, TRUE);
}

/* ---- Writing it ------------------------------------------------------------------------------ */

/* A container through which the line goes, with a size of its own. */
static void
stretch (TbPlaces *places, const TbTool *tool, const TbFrameRect *f, double by)
{
  TbEditor *editor = places->editor;
  TbProp size = tool->vertical ? TB_PROP_HEIGHT : TB_PROP_WIDTH;
  TbUid uid = GPOINTER_TO_UINT (
      g_hash_table_lookup (places->by_id, tb_element_id (tb_editor_element (editor, f->uid))));
  const TbElement *place = tb_editor_element (editor, uid);
  if (!holds_things (f) || place == NULL || !tb_element_is_set (place, size)
      || hi (tool, &f->rect) <= line_of (tool))
    return;
  double now = tb_element_get_number (place, size);
  tb_editor_set_number (editor, uid, size, MAX (now + by, 2 * TB_GRID), 0.5);
}

static void
shift_bends (TbEditor *editor, TbUid view, const TbTool *tool, double by)
{
  TbProp prop = tool->vertical ? TB_PROP_Y : TB_PROP_X;
  const TbElement *element = tb_editor_element (editor, view);
  for (guint i = 0; i < tb_element_n_children (element); i++)
    {
      const TbElement *route = tb_element_child (element, i);
      for (guint k = 0; tb_element_kind (route) == TB_KIND_ROUTE && k < tb_element_n_children (route);
           k++)
        {
          const TbElement *bend = tb_element_child (route, k);
          double at = tb_element_get_number (bend, prop);
          if (at >= line_of (tool))
            tb_editor_set_number (editor, tb_element_uid (bend), prop, at + by, 0.5);
        }
    }
}

static void
move_beyond (TbPlaces *places, const TbTool *tool)
{
  double by = tool->vertical ? tool->dy : tool->dx;
  for (guint i = 0; i < tool->moving->len; i++)
    {
      const TbFrameRect *f = &g_array_index (tool->moving, TbFrameRect, i);
      /* Without a place it lies under everything, wherever that is. */
      if (f->kind != TB_ITEM_MIDDLEWARE || tb_places_has (places, f->uid))
        tb_places_shift (places, f, tool->dx, tool->dy, FALSE);
    }
  for (guint i = 0; i < tool->frames->len; i++)
    stretch (places, tool, &g_array_index (tool->frames, TbFrameRect, i), by);
  shift_bends (places->editor, places->view, tool, by);
}

void
tb_room_open (TbPlaces *places, gboolean vertical, double line, double by)
{
  TbTool tool = { .handle = -1, .vertical = vertical, .press = { line, line },
                  .dx = vertical ? 0 : by, .dy = vertical ? by : 0 };
  divide (places->editor, &tool);
  move_beyond (places, &tool);
  tb_tool_clear (&tool);
}

gboolean
tb_room_is_clear (TbEditor *editor, gboolean vertical, double line, const TbRect *rect)
{
  TbTool tool = { .handle = -1, .vertical = vertical, .press = { line, line } };
  gboolean clear = TRUE;
  divide (editor, &tool);
  for (guint i = 0; i < tool.frames->len; i++)
    {
      const TbFrameRect *f = &g_array_index (tool.frames, TbFrameRect, i);
      clear &= tb_editor_is_container (f->kind) || !tb_rect_intersects (&f->rect, rect);
    }
  tb_tool_clear (&tool);
  return clear;
}

static void
write_room (TbEditor *editor, const TbTool *tool, const char *merge_key)
{
  double by = tool->vertical ? tool->dy : tool->dx;
  TbPlaces places;
  tb_document_begin (editor->document, by > 0 ? "Make room" : "Take room back",
                     merge_key);
  tb_places_begin (&places, editor);
  tb_places_pin (&places);
  move_beyond (&places, tool);
  tb_places_end (&places);
  tb_document_commit (editor->document);
}

void
tb_room_end (TbEditor *editor)
{
  TbTool tool = editor->tool;
  editor->tool = (TbTool){ .handle = -1, .scale = 1 };
  tb_editor_preview_moving (editor, 0, 0, FALSE);
  if (tool.moving->len > 0 && (tool.dx != 0 || tool.dy != 0))
    write_room (editor, &tool, NULL);
  tb_tool_clear (&tool);
}

/* The far edge of the selection; FALSE where nothing is selected that stands somewhere. */
static gboolean
selection_edge (TbEditor *editor, gboolean vertical, double *edge)
{
  gboolean any = FALSE;
  for (guint i = 0; i < editor->selection->len; i++)
    {
      TbItemKind kind;
      TbRect r;
      if (!tb_editor_bounds (editor, g_array_index (editor->selection, TbUid, i), &kind, &r)
          || kind == TB_ITEM_LINK)
        continue;
      double to = vertical ? r.y + r.height : r.x + r.width;
      *edge = any ? MAX (*edge, to) : to;
      any = TRUE;
    }
  return any;
}

gboolean
tb_room_has_edge (TbEditor *editor)
{
  double edge;
  return selection_edge (editor, FALSE, &edge);
}

void
tb_room_step (TbEditor *editor, gboolean vertical, double by)
{
  double line;
  if (!selection_edge (editor, vertical, &line))
    return;
  TbTool tool = { .handle = -1, .vertical = vertical, .press = { line, line } };
  divide (editor, &tool);
  if (by < 0)
    by = MAX (by, -room_to_take_back (&tool));
  *(vertical ? &tool.dy : &tool.dx) = by;
  if (tool.moving->len > 0 && by != 0)
    write_room (editor, &tool, vertical ? "room-down" : "room-right");
  tb_tool_clear (&tool);
}
