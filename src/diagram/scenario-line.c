/* See tb-scenario-line.h. Everything is laid out once, from left to right and from top to bottom; hit testing
 * looks at what is on top first. */
#include "scenario-line-private.h"

#include <string.h>

#include "tb-base.h"

#define PX_PER_S 40.0
#define WAIT_WIDTH 64.0
#define STEP_LEAST 14.0 /* of a phase, however short */
#define BAR_LEAST 10.0
#define MARK 12.0       /* of what lasts no time */
#define TEXT_MOST 190.0
#define EDGE 6.0        /* how near an edge is meant */

typedef enum
{
  LANE_PARTITIONS,
  LANE_FAULTS,
  LANE_INSTANCES,
  LANE_LOAD, /* one for each client */
  LANE_HEAL
} LaneKind;

/* An action while it is being laid out. */
typedef struct
{
  const TbElement *element;
  LaneKind lane;
  const char *of; /* the client of a load, whom or what it strikes; NULL */
  guint item;
} Action;

typedef struct
{
  TbScenarioLine *line;
  const TbScenarioDrag *drag;
  double scale;
  GArray *actions; /* of Action */
} Making;

static TbScenarioLineStep *
step_at (const TbScenarioLine *line, guint i)
{
  return &g_array_index (line->steps, TbScenarioLineStep, i);
}

static TbScenarioLineItem *
item_at (const TbScenarioLine *line, guint i)
{
  return &g_array_index (line->items, TbScenarioLineItem, i);
}

/* ---- Places of moments --------------------------------------------------------------------------------- */

double
tb_scenario_line_x (const TbScenarioLine *line, guint step, gint64 ns)
{
  if (step >= line->steps->len)
    return line->width;
  const TbScenarioLineStep *s = step_at (line, step);
  if (s->ns <= 0)
    return s->x;
  return s->x + CLAMP ((double) ns / (double) s->ns, 0, 1) * s->width;
}

double
tb_scenario_line_x_of_time (const TbScenarioLine *line, gint64 ns)
{
  for (guint i = 0; i < line->steps->len; i++)
    {
      const TbScenarioLineStep *s = step_at (line, i);
      if (!s->wait && ns <= s->from_ns + s->ns)
        return tb_scenario_line_x (line, i, ns - s->from_ns);
    }
  return line->end;
}

guint
tb_scenario_line_at (const TbScenarioLine *line, double x, gint64 *ns)
{
  *ns = 0;
  for (guint i = 0; i < line->steps->len; i++)
    {
      const TbScenarioLineStep *s = step_at (line, i);
      if (x > s->x + s->width && i + 1 < line->steps->len)
        continue;
      *ns = (gint64) (CLAMP ((x - s->x) / s->width, 0, 1) * (double) s->ns);
      return i;
    }
  return G_MAXUINT;
}

/* ---- Steps --------------------------------------------------------------------------------------------- */

static TbScenarioLineItem *
add_item (TbScenarioLine *line, TbScenarioLineKind kind, const TbElement *element)
{
  const TbScenarioLineItem item = { .kind = kind, .uid = tb_element_uid (element), .step = G_MAXUINT,
                                    .level = -1, .band = -1, .text = tb_scenario_words (element) };
  g_array_append_val (line->items, item);
  return item_at (line, line->items->len - 1);
}

static void
add_step (Making *m, const TbElement *element)
{
  TbScenarioLine *line = m->line;
  gboolean wait = tb_element_kind (element) == TB_KIND_WAIT;
  gboolean dragged = m->drag->uid == tb_element_uid (element) && m->drag->lasts_ns > 0;
  gint64 ns = wait ? 0 : dragged ? m->drag->lasts_ns : MAX (tb_element_get_ns (element, TB_PROP_LASTS), 0);
  const TbScenarioLineStep step = {
    .uid = tb_element_uid (element), .wait = wait, .ns = ns, .from_ns = line->length_ns, .x = line->end,
    .width = wait ? WAIT_WIDTH : MAX (STEP_LEAST, (double) ns / 1e9 * m->scale),
  };
  g_array_append_val (line->steps, step);
  TbScenarioLineItem *item = add_item (line, TB_LINE_STEP, element);
  item->step = line->steps->len - 1;
  item->rect = (TbRect){ step.x, TB_LINE_STEPS_Y, step.width, TB_LINE_STEP_HEIGHT };
  item->reach = step.x + step.width;
  item->from_ns = step.from_ns;
  item->to_ns = step.from_ns + ns;
  line->end += step.width;
  line->length_ns += ns;
}

static gboolean
is_step (const TbElement *element)
{
  TbKind kind = tb_element_kind (element);
  return kind == TB_KIND_WAIT || kind == TB_KIND_PHASE;
}

/* In their order, but for the one that is dragged to another place. */
static void
add_steps (Making *m, const TbElement *scenario)
{
  guint n = tb_element_n_children (scenario);
  const TbElement *moved = NULL;
  for (guint i = 0; m->drag->before > 0 && i < n; i++)
    if (tb_element_uid (tb_element_child (scenario, i)) == m->drag->uid)
      moved = tb_element_child (scenario, i);
  for (guint i = 0; i < n; i++)
    {
      const TbElement *child = tb_element_child (scenario, i);
      if (moved && m->drag->before == i + 1)
        add_step (m, moved);
      if (is_step (child) && child != moved)
        add_step (m, child);
    }
  if (moved && m->drag->before > n)
    add_step (m, moved);
}

static guint
find_step (const TbScenarioLine *line, TbUid uid)
{
  for (guint i = 0; i < line->steps->len; i++)
    if (step_at (line, i)->uid == uid)
      return i;
  return G_MAXUINT;
}

/* ---- Actions ------------------------------------------------------------------------------------------- */

static const struct
{
  TbProp prop;
  LaneKind lane;
  int band;
  gboolean moment;
} verbs[] = {
  { TB_PROP_PARTITION, LANE_PARTITIONS, TB_PLOT_BAND_PARTITION, FALSE },
  { TB_PROP_FAULT, LANE_FAULTS, TB_PLOT_BAND_PACKET, FALSE },
  { TB_PROP_KILL, LANE_INSTANCES, TB_PLOT_BAND_KILL, FALSE },
  { TB_PROP_PAUSE, LANE_INSTANCES, TB_PLOT_BAND_PAUSE, FALSE },
  { TB_PROP_RESUME, LANE_INSTANCES, -1, TRUE },
  { TB_PROP_RESTART, LANE_INSTANCES, -1, TRUE },
  { TB_PROP_LOAD, LANE_LOAD, -1, FALSE },
  { TB_PROP_HEAL, LANE_HEAL, -1, TRUE },
};

/* Whatever it is that it asks for; one that asks for nothing is shown as a mark. */
static guint
verb_of (const TbElement *element)
{
  guint i = 0;
  while (i + 1 < G_N_ELEMENTS (verbs) && !tb_element_is_set (element, verbs[i].prop))
    i++;
  return i;
}

static void
add_action (Making *m, const TbElement *element, guint step)
{
  TbScenarioLine *line = m->line;
  guint verb = verb_of (element);
  gboolean dragged = m->drag->uid == tb_element_uid (element);
  gint64 at_ns = MAX (tb_element_get_ns (element, TB_PROP_AT), 0);
  guint into = dragged && m->drag->phase ? find_step (line, m->drag->phase) : G_MAXUINT;
  if (into != G_MAXUINT)
    {
      step = into;
      at_ns = m->drag->at_ns;
    }
  TbScenarioLineItem *item = add_item (line, TB_LINE_ACTION, element);
  gint64 for_ns = dragged && m->drag->for_ns > 0 ? m->drag->for_ns : tb_element_get_ns (element, TB_PROP_FOR);
  item->step = step;
  item->band = verbs[verb].band;
  item->moment = verbs[verb].moment;
  item->once = tb_element_is_set (element, TB_PROP_ONCE);
  item->open = !item->moment && for_ns <= 0;
  item->from_ns = step_at (line, step)->from_ns + at_ns;
  item->to_ns = item->from_ns + MAX (for_ns, 0);
  item->rect.x = tb_scenario_line_x (line, step, at_ns);
  const char *of = tb_element_get (element, verbs[verb].prop);
  if (verbs[verb].prop == TB_PROP_PARTITION || verbs[verb].prop == TB_PROP_FAULT)
    of = tb_element_get (element, TB_PROP_OF);
  const Action action = { element, verbs[verb].lane, of, line->items->len - 1 };
  g_array_append_val (m->actions, action);
}

static void
add_actions (Making *m, const TbModel *model)
{
  for (guint i = 0; i < m->line->steps->len; i++)
    {
      const TbElement *phase = tb_model_get (model, step_at (m->line, i)->uid);
      for (guint k = 0; k < tb_element_n_children (phase); k++)
        if (tb_element_kind (tb_element_child (phase, k)) == TB_KIND_DO)
          add_action (m, tb_element_child (phase, k), i);
    }
}

/* Whether b takes back what a did. */
static gboolean
ends (const Action *a, const Action *b)
{
  gboolean alike = g_strcmp0 (a->of, b->of) == 0;
  if (a->lane == LANE_LOAD)
    return b->lane == LANE_LOAD && alike;
  if (a->lane == LANE_INSTANCES)
    return alike && tb_element_is_set (b->element, tb_element_is_set (a->element, TB_PROP_KILL) ? TB_PROP_RESTART : TB_PROP_RESUME);
  return b->lane == LANE_HEAL && (alike || g_strcmp0 (b->of, "all") == 0);
}

/* What nothing is said of ends with what takes it back, or with the scenario. */
static void
end_actions (Making *m)
{
  for (guint i = 0; i < m->actions->len; i++)
    {
      const Action *a = &g_array_index (m->actions, Action, i);
      TbScenarioLineItem *item = item_at (m->line, a->item);
      gint64 end_ns = m->line->length_ns;
      for (guint k = 0; k < m->actions->len && (item->open || a->lane == LANE_LOAD); k++)
        {
          const Action *b = &g_array_index (m->actions, Action, k);
          gint64 from_ns = item_at (m->line, b->item)->from_ns;
          if (k != i && (from_ns > item->from_ns || (from_ns == item->from_ns && k > i)) && ends (a, b))
            end_ns = MIN (end_ns, from_ns);
        }
      if (item->open)
        item->to_ns = end_ns;
      double to = tb_scenario_line_x_of_time (m->line, item->to_ns);
      item->rect.width = item->moment ? MARK : MAX (to - item->rect.x, BAR_LEAST);
      if (item->moment)
        item->rect.x -= MARK / 2;
    }
}

/* ---- Lanes --------------------------------------------------------------------------------------------- */

/* The first row that is free there; ends has how far each is taken. */
static guint
free_row (GArray *ends, double from, double to)
{
  guint row = 0;
  while (row < ends->len && g_array_index (ends, double, row) > from)
    row++;
  if (row == ends->len)
    g_array_append_val (ends, to);
  g_array_index (ends, double, row) = to;
  return row;
}

static int
compare_from (gconstpointer a, gconstpointer b, gpointer data)
{
  const Making *m = data;
  const TbScenarioLineItem *one = item_at (m->line, ((const Action *) a)->item);
  const TbScenarioLineItem *two = item_at (m->line, ((const Action *) b)->item);
  return (one->rect.x > two->rect.x) - (one->rect.x < two->rect.x);
}

static void
add_lane (Making *m, LaneKind kind, const char *client, char *title)
{
  TbScenarioLine *line = m->line;
  g_autoptr (GArray) ends_of = g_array_new (FALSE, FALSE, sizeof (double));
  double row_height = kind == LANE_LOAD ? TB_LINE_LOAD_HEIGHT : TB_LINE_ROW_HEIGHT;
  for (guint i = 0; i < m->actions->len; i++)
    {
      const Action *a = &g_array_index (m->actions, Action, i);
      if (a->lane != kind || (client && g_strcmp0 (a->of, client) != 0))
        continue;
      TbScenarioLineItem *item = item_at (line, a->item);
      double right = item->rect.x + item->rect.width;
      double text = MIN (tb_plot_text_width (TB_PLOT_SMALL, item->text) + 10, TEXT_MOST);
      item->reach = MAX (right, item->rect.x + text + (item->moment ? MARK : 0));
      /* A load goes over into the next in one line. */
      guint row = kind == LANE_LOAD ? 0 : free_row (ends_of, item->rect.x, item->reach + 4);
      item->rect.y = line->height + 2 + row * row_height;
      item->rect.height = row_height - 4;
    }
  double height = MAX (1, ends_of->len) * row_height + 4;
  const TbScenarioLineLane lane = { title, line->height, height };
  g_array_append_val (line->lanes, lane);
  line->height += height;
}

static gboolean
has_lane (const Making *m, LaneKind kind)
{
  for (guint i = 0; i < m->actions->len; i++)
    if (g_array_index (m->actions, Action, i).lane == kind)
      return TRUE;
  return FALSE;
}

/* The highest rate of a client is the top of its lane. */
static void
set_levels (Making *m, const char *client)
{
  double most = 0;
  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < m->actions->len; i++)
      {
        const Action *a = &g_array_index (m->actions, Action, i);
        if (a->lane != LANE_LOAD || g_strcmp0 (a->of, client) != 0
            || !tb_element_is_set (a->element, TB_PROP_RATE))
          continue;
        double rate = tb_element_get_number (a->element, TB_PROP_RATE);
        most = MAX (most, rate);
        if (pass == 1)
          item_at (m->line, a->item)->level = most > 0 ? rate / most : 0;
      }
}

static void
add_loads (Making *m)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < m->actions->len; i++)
    {
      const Action *a = &g_array_index (m->actions, Action, i);
      if (a->lane != LANE_LOAD || !a->of || !g_hash_table_add (seen, (gpointer) a->of))
        continue;
      set_levels (m, a->of);
      add_lane (m, LANE_LOAD, a->of, g_strdup_printf ("Load of %s", a->of));
    }
}

static void
add_lanes (Making *m)
{
  static const struct
  {
    LaneKind kind;
    const char *title;
  } lanes[] = { { LANE_PARTITIONS, "Partitions" }, { LANE_FAULTS, "Faults" }, { LANE_INSTANCES, "Instances" } };
  g_array_sort_with_data (m->actions, compare_from, m);
  for (guint i = 0; i < G_N_ELEMENTS (lanes); i++)
    if (has_lane (m, lanes[i].kind))
      add_lane (m, lanes[i].kind, NULL, g_strdup (lanes[i].title));
  add_loads (m);
  if (has_lane (m, LANE_HEAL))
    add_lane (m, LANE_HEAL, NULL, g_strdup ("Heal"));
}

/* ---- Expectations -------------------------------------------------------------------------------------- */

static guint
find_phase (const TbScenarioLine *line, const TbModel *model, const char *id)
{
  for (guint i = 0; id && i < line->steps->len; i++)
    if (g_strcmp0 (tb_element_id (tb_model_get (model, step_at (line, i)->uid)), id) == 0)
      return i;
  return G_MAXUINT;
}

static void
add_expect (Making *m, const TbModel *model, const TbElement *element)
{
  TbScenarioLine *line = m->line;
  TbScenarioLineItem *item = add_item (line, TB_LINE_EXPECT, element);
  item->step = find_phase (line, model, tb_element_get (element, TB_PROP_DURING));
  item->rect = (TbRect){ 0, line->height + 1, MAX (line->end, BAR_LEAST), TB_LINE_EXPECT_HEIGHT - 2 };
  item->to_ns = line->length_ns;
  if (item->step != G_MAXUINT)
    {
      const TbScenarioLineStep *s = step_at (line, item->step);
      item->rect.x = s->x;
      item->rect.width = s->width;
      item->from_ns = s->from_ns;
      item->to_ns = s->from_ns + s->ns;
    }
  item->reach = MAX (item->rect.x + item->rect.width,
                     item->rect.x + tb_plot_text_width (TB_PLOT_SMALL, item->text) + 22);
  line->height += TB_LINE_EXPECT_HEIGHT;
}

static void
add_expects (Making *m, const TbModel *model, const TbElement *scenario)
{
  TbScenarioLine *line = m->line;
  double y = line->height += 4;
  for (guint i = 0; i < tb_element_n_children (scenario); i++)
    if (tb_element_kind (tb_element_child (scenario, i)) == TB_KIND_EXPECT)
      add_expect (m, model, tb_element_child (scenario, i));
  if (line->height == y)
    return;
  const TbScenarioLineLane lane = { g_strdup ("Expectations"), y, line->height - y };
  g_array_append_val (line->lanes, lane);
}

/* ---- All of it ----------------------------------------------------------------------------------------- */

static void
clear_item (gpointer data)
{
  g_free (((TbScenarioLineItem *) data)->text);
}

static void
clear_lane (gpointer data)
{
  g_free (((TbScenarioLineLane *) data)->title);
}

TbScenarioLine *
tb_scenario_line_new (const TbModel *model, const TbElement *scenario, const TbScenarioLineOptions *options)
{
  static const TbScenarioDrag nothing = { 0 };
  TbScenarioLine *line = g_new0 (TbScenarioLine, 1);
  Making m = { .line = line, .drag = options->drag ? options->drag : &nothing,
               .scale = options->px_per_s > 0 ? options->px_per_s : PX_PER_S,
               .actions = g_array_new (FALSE, FALSE, sizeof (Action)) };
  line->scale = m.scale;
  line->steps = g_array_new (FALSE, FALSE, sizeof (TbScenarioLineStep));
  line->items = g_array_new (FALSE, FALSE, sizeof (TbScenarioLineItem));
  line->lanes = g_array_new (FALSE, FALSE, sizeof (TbScenarioLineLane));
  g_array_set_clear_func (line->items, clear_item);
  g_array_set_clear_func (line->lanes, clear_lane);
  const TbScenarioLineLane first = { g_strdup ("Phases"), TB_LINE_STEPS_Y, TB_LINE_STEP_HEIGHT };
  g_array_append_val (line->lanes, first);
  line->height = TB_LINE_STEPS_Y + TB_LINE_STEP_HEIGHT + 4;
  add_steps (&m, scenario);
  add_actions (&m, model);
  end_actions (&m);
  add_lanes (&m);
  add_expects (&m, model, scenario);
  line->width = MAX (options->least_width, line->end);
  for (guint i = 0; i < line->items->len; i++)
    line->width = MAX (line->width, item_at (line, i)->reach + 4);
  g_array_unref (m.actions);
  return line;
}

void
tb_scenario_line_free (TbScenarioLine *line)
{
  if (!line)
    return;
  g_array_unref (line->steps);
  g_array_unref (line->items);
  g_array_unref (line->lanes);
  g_free (line);
}

double
tb_scenario_line_width (const TbScenarioLine *line)
{
  return line->width;
}

double
tb_scenario_line_height (const TbScenarioLine *line)
{
  return line->height;
}

gint64
tb_scenario_line_length_ns (const TbScenarioLine *line)
{
  return line->length_ns;
}

guint
tb_scenario_line_n_steps (const TbScenarioLine *line)
{
  return line->steps->len;
}

const TbScenarioLineStep *
tb_scenario_line_step (const TbScenarioLine *line, guint i)
{
  return i < line->steps->len ? step_at (line, i) : NULL;
}

guint
tb_scenario_line_n_items (const TbScenarioLine *line)
{
  return line->items->len;
}

const TbScenarioLineItem *
tb_scenario_line_item (const TbScenarioLine *line, guint i)
{
  return i < line->items->len ? item_at (line, i) : NULL;
}

guint
tb_scenario_line_n_lanes (const TbScenarioLine *line)
{
  return line->lanes->len;
}

const TbScenarioLineLane *
tb_scenario_line_lane (const TbScenarioLine *line, guint i)
{
  return i < line->lanes->len ? &g_array_index (line->lanes, TbScenarioLineLane, i) : NULL;
}

guint
tb_scenario_line_find (const TbScenarioLine *line, TbUid uid)
{
  for (guint i = 0; uid && i < line->items->len; i++)
    if (item_at (line, i)->uid == uid)
      return i;
  return G_MAXUINT;
}

/* Edges go beyond what they are of, so that what is short can be lengthened; a wait has none. */
static TbScenarioLinePart
part_at (const TbScenarioLine *line, const TbScenarioLineItem *item, double x, double y)
{
  const TbRect *r = &item->rect;
  double right = r->x + r->width;
  if (y < r->y || y > r->y + r->height)
    return TB_LINE_PART_NONE;
  gboolean has_end = item->kind == TB_LINE_STEP ? !step_at (line, item->step)->wait
                                                : item->kind == TB_LINE_ACTION && !item->moment;
  if (has_end && x > right - MIN (EDGE, r->width / 2) && x <= right + EDGE / 2)
    return TB_LINE_PART_END;
  return x >= r->x && x <= MAX (right, item->reach) ? TB_LINE_PART_BODY : TB_LINE_PART_NONE;
}

guint
tb_scenario_line_hit (const TbScenarioLine *line, double x, double y, TbScenarioLinePart *part)
{
  for (guint i = line->items->len; i-- > 0;)
    if ((*part = part_at (line, item_at (line, i), x, y)) != TB_LINE_PART_NONE)
      return i;
  *part = TB_LINE_PART_NONE;
  return G_MAXUINT;
}
