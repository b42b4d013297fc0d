/* Resizing by a handle: guides for edges and equal sizes first, else the grid. */
#include "editor-private.h"

/* A card holds its icon and some of its name; a container or note only itself. */
static void
least_size (TbEditor *editor, TbUid uid, double *width, double *height)
{
  TbItemKind kind = TB_ITEM_NOTE;
  tb_editor_bounds (editor, uid, &kind, NULL);
  *width = kind == TB_ITEM_COMPONENT ? TB_CARD_MIN_WIDTH : 2 * TB_GRID;
  *height = kind == TB_ITEM_COMPONENT ? TB_CARD_MIN_HEIGHT : 2 * TB_GRID;
}

static double
snap_edge (TbEditor *editor, gboolean done, double v)
{
  gboolean free = (editor->tool.mods & (TB_MOD_ALT | TB_MOD_CTRL)) || editor->no_grid;
  return done || free ? v : tb_editor_snap (v);
}

static void
begin_guides (TbEditor *editor)
{
  TbTool *tool = &editor->tool;
  if (tool->frames == NULL)
    tool->frames = tb_editor_frames (editor);
  if (tool->guides == NULL)
    tool->guides = g_array_new (FALSE, FALSE, sizeof (TbGuide));
  g_array_set_size (tool->guides, 0);
}

typedef struct
{
  double x1, y1, x2, y2;
} Edges;

static Edges
dragged_edges (const TbTool *tool, double x, double y)
{
  double fx, fy;
  Edges e = { tool->rect0.x, tool->rect0.y, tool->rect0.x + tool->rect0.width,
              tool->rect0.y + tool->rect0.height };
  tb_editor_resize_point (tool->handle, &fx, &fy);
  *(fx == 0 ? &e.x1 : &e.x2) = fx == 0.5 ? e.x2 : x;
  *(fy == 0 ? &e.y1 : &e.y2) = fy == 0.5 ? e.y2 : y;
  return e;
}

void
tb_resize_update (TbEditor *editor, double x, double y)
{
  TbTool *tool = &editor->tool;
  double fx, fy, min_w, min_h;
  Edges e = dragged_edges (tool, x, y);
  TbRect r = { e.x1, e.y1, MAX (e.x2 - e.x1, 1), MAX (e.y2 - e.y1, 1) };
  guint snapped = 0;

  tb_editor_resize_point (tool->handle, &fx, &fy);
  least_size (editor, tool->pressed, &min_w, &min_h);
  begin_guides (editor);
  g_autoptr (GArray) targets = tb_editor_guide_targets (editor, &r);
  const TbGuideTarget *near = (const TbGuideTarget *) (gpointer) targets->data;
  gboolean guided = !(tool->mods & (TB_MOD_ALT | TB_MOD_CTRL));
  if (guided && e.x2 - e.x1 >= min_w && e.y2 - e.y1 >= min_h)
    {
      snapped = tb_guides_resize (near, targets->len, TB_GUIDE_PX / tool->scale, fx, fy, &r, NULL);
      e = (Edges){ r.x, r.y, r.x + r.width, r.y + r.height };
    }
  if (fx == 0)
    e.x1 = MIN (snap_edge (editor, snapped & TB_SNAPPED_X, e.x1), e.x2 - min_w);
  if (fx == 1)
    e.x2 = MAX (snap_edge (editor, snapped & TB_SNAPPED_X, e.x2), e.x1 + min_w);
  if (fy == 0)
    e.y1 = MIN (snap_edge (editor, snapped & TB_SNAPPED_Y, e.y1), e.y2 - min_h);
  if (fy == 1)
    e.y2 = MAX (snap_edge (editor, snapped & TB_SNAPPED_Y, e.y2), e.y1 + min_h);
  tool->rect = (TbRect){ e.x1, e.y1, e.x2 - e.x1, e.y2 - e.y1 };
  if (guided)
    {
      r = tool->rect;
      tb_guides_resize (near, targets->len, 0, fx, fy, &r, tool->guides);
    }
}

void
tb_resize_end (TbEditor *editor)
{
  TbTool *tool = &editor->tool;
  TbUid uid = tool->pressed;
  TbRect rect = tool->rect, before = tool->rect0;
  TbPlaces places;

  tb_tool_clear (tool);
  if (rect.x == before.x && rect.y == before.y && rect.width == before.width
      && rect.height == before.height)
    return;
  g_autofree char *label
      = g_strdup_printf ("Resize %s", tb_element_title (tb_editor_element (editor, uid)));
  tb_document_begin (editor->document, label, NULL);
  tb_places_begin (&places, editor);
  tb_places_pin (&places);
  tb_places_set (&places, uid, &rect, TRUE);
  tb_places_end (&places);
  tb_document_commit (editor->document);
}
