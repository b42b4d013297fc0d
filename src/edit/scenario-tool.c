/* Dragging on a scenario's time line (machine: tb-scenario-edit.h). What an edge or a body is dragged to is only
 * drawn until it is let go. */
#include "tb-scenario-edit.h"

#include <math.h>
#include <string.h>

#include "tb-base.h"

#define SLACK 3.0 /* pixels that are no drag yet */
#define FINE_NS (10 * TB_NS_PER_MS)

static gint64
snap (gint64 ns, gboolean fine)
{
  gint64 to = fine ? FINE_NS : TB_SCENARIO_SNAP_NS;
  return (ns + to / 2) / to * to;
}

gboolean
tb_scenario_tool_press (TbScenarioTool *tool, const TbScenarioLine *line, double x, double y)
{
  TbScenarioLinePart part;
  guint i = tb_scenario_line_hit (line, x, y, &part);
  const TbScenarioLineItem *item = tb_scenario_line_item (line, i);
  memset (tool, 0, sizeof *tool);
  if (!item || item->kind == TB_LINE_EXPECT)
    return FALSE;
  tool->uid = item->uid;
  tool->kind = item->kind;
  tool->part = part;
  tool->from_x = x;
  tool->wait = item->kind == TB_LINE_STEP && tb_scenario_line_step (line, item->step)->wait;
  gint64 ns;
  guint step = tb_scenario_line_at (line, x, &ns);
  const TbScenarioLineStep *s = tb_scenario_line_step (line, step);
  tool->grip_ns = s && !item->moment ? s->from_ns + ns - item->from_ns : 0;
  return TRUE;
}

/* The last action of a phase must stay in it. */
static gint64
least_ns (const TbElement *phase)
{
  gint64 least = TB_SCENARIO_SNAP_NS;
  for (guint i = 0; i < tb_element_n_children (phase); i++)
    least = MAX (least, tb_element_get_ns (tb_element_child (phase, i), TB_PROP_AT) + TB_SCENARIO_SNAP_NS);
  return least;
}

static double
ns_per_px (const TbScenarioLine *line)
{
  for (guint i = 0; i < tb_scenario_line_n_steps (line); i++)
    {
      const TbScenarioLineStep *s = tb_scenario_line_step (line, i);
      if (!s->wait && s->ns > 0 && s->width > 30)
        return (double) s->ns / s->width;
    }
  return 25e6;
}

static void
lengthen (TbScenarioTool *tool, const TbModel *model, const TbScenarioLine *line, double x, gboolean fine)
{
  const TbScenarioLineItem *item = tb_scenario_line_item (line, tb_scenario_line_find (line, tool->uid));
  gint64 by_ns = (gint64) ((x - tool->from_x) * ns_per_px (line));
  gint64 ns = MAX (snap (item->to_ns - item->from_ns + by_ns, fine), fine ? FINE_NS : TB_SCENARIO_SNAP_NS);
  if (tool->kind == TB_LINE_STEP)
    tool->drag.lasts_ns = MAX (ns, least_ns (tb_model_get (model, tool->uid)));
  else
    tool->drag.for_ns = ns;
}

/* Only into phases; before the first and behind the last it stays in them. */
static void
shift (TbScenarioTool *tool, const TbScenarioLine *line, double x, gboolean fine)
{
  gint64 ns;
  guint step = tb_scenario_line_at (line, x, &ns);
  const TbScenarioLineStep *s = tb_scenario_line_step (line, step);
  if (!s)
    return;
  gint64 when = s->from_ns + ns - tool->grip_ns;
  for (guint i = 0; i < tb_scenario_line_n_steps (line); i++)
    {
      s = tb_scenario_line_step (line, i);
      if (s->wait || s->ns <= 0)
        continue;
      gint64 least = fine ? FINE_NS : TB_SCENARIO_SNAP_NS;
      tool->drag.phase = s->uid;
      tool->drag.at_ns = CLAMP (snap (when - s->from_ns, fine), 0, MAX (s->ns - least, 0));
      if (when < s->from_ns + s->ns)
        break;
    }
}

/* Before the step whose middle is right of the pointer. */
static void
reorder (TbScenarioTool *tool, const TbModel *model, const TbScenarioLine *line, double x)
{
  guint last = 0;
  tool->drag.before = 0;
  for (guint i = 0; i < tb_scenario_line_n_steps (line); i++)
    {
      const TbScenarioLineStep *s = tb_scenario_line_step (line, i);
      guint place = tb_element_position (tb_model_get (model, s->uid)) + 1;
      if (tool->drag.before == 0 && x < s->x + s->width / 2)
        tool->drag.before = place;
      last = place;
    }
  if (tool->drag.before == 0)
    tool->drag.before = last + 1;
}

gboolean
tb_scenario_tool_motion (TbScenarioTool *tool, const TbModel *model, const TbScenarioLine *line, double x, gboolean fine)
{
  const TbScenarioDrag was = tool->drag;
  if (!tool->uid || (!tool->dragging && fabs (x - tool->from_x) < SLACK)
      || tb_scenario_line_find (line, tool->uid) == G_MAXUINT)
    return FALSE;
  tool->dragging = TRUE;
  tool->drag.uid = tool->uid;
  if (tool->part == TB_LINE_PART_END)
    lengthen (tool, model, line, x, fine);
  else if (tool->kind == TB_LINE_ACTION)
    shift (tool, line, x, fine);
  else
    reorder (tool, model, line, x);
  return memcmp (&was, &tool->drag, sizeof was) != 0;
}

gboolean
tb_scenario_tool_release (TbScenarioTool *tool, TbDocument *document, GError **error)
{
  const TbScenarioTool t = *tool;
  memset (tool, 0, sizeof *tool);
  if (!t.dragging || !tb_model_get (tb_document_model (document), t.uid))
    return TRUE;
  if (t.drag.lasts_ns > 0)
    return tb_scenario_set_lasts (document, t.uid, t.drag.lasts_ns, error);
  if (t.drag.for_ns > 0)
    return tb_scenario_set_for (document, t.uid, t.drag.for_ns, error);
  if (t.drag.phase)
    return tb_scenario_place_action (document, t.uid, t.drag.phase, t.drag.at_ns, error);
  if (t.drag.before > 0)
    tb_scenario_move_step (document, t.uid, t.drag.before - 1);
  return TRUE;
}

void
tb_scenario_tool_cancel (TbScenarioTool *tool)
{
  memset (tool, 0, sizeof *tool);
}
