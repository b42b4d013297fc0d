/* See tb-strip.h: reading a scenario, and what lies where. */
#include <math.h>
#include <string.h>

#include "strip-private.h"
#include "tb-base.h"
#include "tb-scenario-line.h"

#define WAIT_WIDTH 26.0
#define PHASE_LEAST 34.0
#define LABEL_MOST 190.0 /* a longer one ends in "…" */
#define LABEL_PAD 16.0

/* ---- Reading ---------------------------------------------------------------------------------- */

static const char *
keep (TbStrip *strip, char *text)
{
  g_ptr_array_add (strip->texts, text);
  return text;
}

static TbStripStep *
step_at (const TbStrip *strip, guint i)
{
  return &g_array_index (strip->steps, TbStripStep, i);
}

static TbStripAction *
action_at (const TbStrip *strip, guint i)
{
  return &g_array_index (strip->actions, TbStripAction, i);
}

/* What an action asks for: its colour, and what ends it. */
static const struct
{
  TbProp prop;
  TbPlotBand band;
  gboolean moment;
  TbProp until; /* a later one of these ends it; of a load: the next load */
} verbs[] = {
  { TB_PROP_PARTITION, TB_PLOT_BAND_PARTITION, FALSE, TB_PROP_HEAL },
  { TB_PROP_FAULT, TB_PLOT_BAND_PACKET, FALSE, TB_PROP_HEAL },
  { TB_PROP_KILL, TB_PLOT_BAND_KILL, FALSE, TB_PROP_RESTART },
  { TB_PROP_PAUSE, TB_PLOT_BAND_PAUSE, FALSE, TB_PROP_RESUME },
  { TB_PROP_LOAD, TB_PLOT_N_BANDS, FALSE, TB_PROP_LOAD },
  { TB_PROP_HEAL, TB_PLOT_N_BANDS, TRUE, TB_PROP_NONE },
  { TB_PROP_RESTART, TB_PLOT_N_BANDS, TRUE, TB_PROP_NONE },
  { TB_PROP_RESUME, TB_PLOT_N_BANDS, TRUE, TB_PROP_NONE },
};

/* Its row above; G_N_ELEMENTS (verbs): it asks for nothing yet. */
static guint
verb_of (const TbElement *action)
{
  guint i = 0;
  while (i < G_N_ELEMENTS (verbs) && !tb_element_is_set (action, verbs[i].prop))
    i++;
  return i;
}

static char *
label_of (const TbElement *action, guint verb)
{
  g_autofree char *words = tb_scenario_words (action);
  if (verb == G_N_ELEMENTS (verbs))
    return g_strdup ("nothing");
  if (verbs[verb].prop == TB_PROP_LOAD) /* which has a lane to itself elsewhere */
    return g_strdup_printf ("%s %s", tb_element_get (action, TB_PROP_LOAD), words);
  return g_steal_pointer (&words);
}

/* Where it is so long after a place; waits take no time. */
static double
place_after (const TbStrip *strip, double place, gint64 ns)
{
  guint i = (guint) place;
  double share = place - i;
  for (; i < strip->steps->len; i++, share = 0)
    {
      const TbStripStep *step = step_at (strip, i);
      gint64 left = (gint64) ((double) step->ns * (1 - share));
      if (!step->wait && ns <= left)
        return i + share + (step->ns > 0 ? (double) ns / (double) step->ns : 0);
      ns -= left;
    }
  return strip->steps->len;
}

static void
add_action (TbStrip *strip, const TbElement *element)
{
  guint verb = verb_of (element), step = strip->steps->len - 1;
  gint64 lasts = step_at (strip, step)->ns, at = CLAMP (tb_element_get_ns (element, TB_PROP_AT), 0, lasts);
  TbStripAction action = { .uid = tb_element_uid (element), .step = step, .band = TB_PLOT_N_BANDS, .moment = TRUE };
  if (verb < G_N_ELEMENTS (verbs))
    {
      action.band = verbs[verb].band;
      action.moment = verbs[verb].moment;
    }
  action.label = keep (strip, label_of (element, verb));
  action.once = tb_element_is_set (element, TB_PROP_ONCE);
  action.from = action.to = step + (lasts > 0 ? (double) at / (double) lasts : 0);
  g_array_append_val (strip->actions, action);
}

static void
add_step (TbStrip *strip, const TbElement *element)
{
  gboolean wait = tb_element_kind (element) == TB_KIND_WAIT;
  const char *until = tb_element_get (element, TB_PROP_UNTIL);
  TbStripStep step = { .uid = tb_element_uid (element), .wait = wait };
  step.ns = wait ? 0 : MAX (tb_element_get_ns (element, TB_PROP_LASTS), 0);
  step.label = keep (strip, g_strdup (!wait ? tb_element_title (element) : until != NULL ? until : ""));
  g_array_append_val (strip->steps, step);
  for (guint i = 0; i < tb_element_n_children (element); i++)
    if (tb_element_kind (tb_element_child (element, i)) == TB_KIND_DO)
      add_action (strip, tb_element_child (element, i));
}

/* Whether `later` ends what `action` began. */
static gboolean
ends (const TbElement *action, guint verb, const TbElement *later)
{
  const char *by = tb_element_get (later, verbs[verb].until), *of = tb_element_get (action, verbs[verb].prop);
  if (verbs[verb].until != TB_PROP_HEAL)
    return g_strcmp0 (by, of) == 0;
  return g_strcmp0 (by, "all") == 0 || (by != NULL && g_strcmp0 (by, tb_element_get (action, TB_PROP_OF)) == 0);
}

/* elements: the <do>s, as strip->actions. */
static void
find_ends (TbStrip *strip, const GPtrArray *elements)
{
  for (guint i = 0; i < elements->len; i++)
    {
      const TbElement *element = g_ptr_array_index (elements, i);
      TbStripAction *action = action_at (strip, i);
      guint verb = verb_of (element), k = i + 1;
      if (action->moment)
        continue;
      while (k < elements->len && !ends (element, verb, g_ptr_array_index (elements, k)))
        k++;
      action->to = k < elements->len ? MAX (action_at (strip, k)->from, action->from) : strip->steps->len;
      if (tb_element_get_ns (element, TB_PROP_FOR) > 0)
        action->to = MIN (action->to, place_after (strip, action->from, tb_element_get_ns (element, TB_PROP_FOR)));
    }
}

TbStrip *
tb_strip_new (const TbElement *scenario)
{
  TbStrip *strip = g_new0 (TbStrip, 1);
  g_autoptr (GPtrArray) elements = g_ptr_array_new ();
  strip->steps = g_array_new (FALSE, FALSE, sizeof (TbStripStep));
  strip->actions = g_array_new (FALSE, FALSE, sizeof (TbStripAction));
  strip->texts = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < tb_element_n_children (scenario); i++)
    {
      const TbElement *child = tb_element_child (scenario, i);
      TbKind kind = tb_element_kind (child);
      if (kind != TB_KIND_WAIT && kind != TB_KIND_PHASE)
        continue;
      add_step (strip, child);
      for (guint k = 0; k < tb_element_n_children (child); k++)
        if (tb_element_kind (tb_element_child (child, k)) == TB_KIND_DO)
          g_ptr_array_add (elements, (gpointer) tb_element_child (child, k));
    }
  find_ends (strip, elements);
  tb_strip_set_width (strip, 600);
  return strip;
}

void
tb_strip_free (TbStrip *strip)
{
  if (strip == NULL)
    return;
  g_array_unref (strip->steps);
  g_array_unref (strip->actions);
  g_ptr_array_unref (strip->texts);
  g_free (strip);
}

guint
tb_strip_n_steps (const TbStrip *strip)
{
  return strip->steps->len;
}

const TbStripStep *
tb_strip_step (const TbStrip *strip, guint i)
{
  return step_at (strip, i);
}

guint
tb_strip_n_actions (const TbStrip *strip)
{
  return strip->actions->len;
}

const TbStripAction *
tb_strip_action (const TbStrip *strip, guint i)
{
  return action_at (strip, i);
}

gint64
tb_strip_length_ns (const TbStrip *strip)
{
  gint64 ns = 0;
  for (guint i = 0; i < strip->steps->len; i++)
    ns += step_at (strip, i)->ns;
  return ns;
}

/* ---- Laying out ------------------------------------------------------------------------------- */

static void
place_steps (TbStrip *strip)
{
  gint64 length = tb_strip_length_ns (strip);
  double least = 0, room = MAX (strip->width - 2 * TB_STRIP_MARGIN, 1), x = TB_STRIP_MARGIN;
  for (guint i = 0; i < strip->steps->len; i++)
    least += step_at (strip, i)->wait ? WAIT_WIDTH : PHASE_LEAST;
  double shrink = MIN (1, room / MAX (least, 1)), rest = MAX (room - least, 0);
  for (guint i = 0; i < strip->steps->len; i++)
    {
      TbStripStep *step = step_at (strip, i);
      double width = shrink * (step->wait ? WAIT_WIDTH : PHASE_LEAST);
      if (length > 0)
        width += rest * (double) step->ns / (double) length;
      step->rect = (TbRect){ x, 0, width, TB_STRIP_STEP };
      x += width;
    }
}

/* Each in the first lane that is free where it begins; they come in the order of steps, not of time. */
static void
place_actions (TbStrip *strip)
{
  g_autoptr (GArray) ends_at = g_array_new (FALSE, TRUE, sizeof (double));
  for (guint i = 0; i < strip->actions->len; i++)
    {
      TbStripAction *action = action_at (strip, i);
      double from = tb_strip_x (strip, action->from), to = tb_strip_x (strip, action->to);
      double label = MIN (tb_plot_text_width (TB_PLOT_SMALL, action->label), LABEL_MOST) + LABEL_PAD;
      action->bar = MAX (to - from, 3);
      double width = MAX (action->bar, MIN (label, MAX (strip->width - TB_STRIP_MARGIN - from, 3)));
      guint lane = 0;
      while (lane < ends_at->len && g_array_index (ends_at, double, lane) > from + 0.5)
        lane++;
      if (lane >= ends_at->len)
        g_array_set_size (ends_at, lane + 1);
      g_array_index (ends_at, double, lane) = from + width + 4;
      action->rect = (TbRect){ from, TB_STRIP_STEP + TB_STRIP_GAP + lane * TB_STRIP_LANE, width,
                               TB_STRIP_LANE - TB_STRIP_GAP };
    }
  strip->lanes = ends_at->len;
}

void
tb_strip_set_width (TbStrip *strip, double width)
{
  strip->width = width;
  place_steps (strip);
  place_actions (strip);
}

double
tb_strip_height (const TbStrip *strip)
{
  return TB_STRIP_STEP + TB_STRIP_GAP + strip->lanes * TB_STRIP_LANE;
}

double
tb_strip_x (const TbStrip *strip, double place)
{
  if (strip->steps->len == 0)
    return TB_STRIP_MARGIN;
  place = CLAMP (place, 0, strip->steps->len);
  guint i = MIN ((guint) place, strip->steps->len - 1);
  const TbRect *r = &step_at (strip, i)->rect;
  return r->x + r->width * (place - i);
}

double
tb_strip_place (const TbStrip *strip, double x)
{
  for (guint i = 0; i < strip->steps->len; i++)
    {
      const TbRect *r = &step_at (strip, i)->rect;
      if (x < r->x + r->width)
        return i + CLAMP ((x - r->x) / MAX (r->width, 1e-9), 0, 1);
    }
  return strip->steps->len;
}

/* ---- What is pointed at ----------------------------------------------------------------------- */

TbUid
tb_strip_at (const TbStrip *strip, double x, double y)
{
  for (guint i = 0; i < strip->actions->len; i++)
    if (tb_rect_contains (&action_at (strip, i)->rect, x, y))
      return action_at (strip, i)->uid;
  for (guint i = 0; i < strip->steps->len; i++)
    if (tb_rect_contains (&step_at (strip, i)->rect, x, y))
      return step_at (strip, i)->uid;
  return 0;
}

/* How much time lies between two places. */
static gint64
between (const TbStrip *strip, double from, double to)
{
  double ns = 0;
  for (guint i = 0; i < strip->steps->len; i++)
    ns += (double) step_at (strip, i)->ns * MAX (MIN (to, i + 1.0) - MAX (from, i), 0);
  return (gint64) (ns / 1e6 + 0.5) * 1000000;
}

static char *
action_words (const TbStrip *strip, const TbStripAction *a)
{
  char at[40], lasts[40];
  tb_duration_format (between (strip, a->step, a->from), at, sizeof at);
  tb_duration_format (between (strip, a->from, a->to), lasts, sizeof lasts);
  const char *begins = a->once ? "from" : "at";
  if (a->moment)
    return g_strdup_printf ("%s, %s %s of %s", a->label, begins, at, step_at (strip, a->step)->label);
  return g_strdup_printf ("%s, %s %s of %s, %s%s", a->label, begins, at, step_at (strip, a->step)->label,
                          a->to >= strip->steps->len ? "until the end" : "for ",
                          a->to >= strip->steps->len ? "" : lasts);
}

char *
tb_strip_words (const TbStrip *strip, TbUid uid)
{
  char lasts[40];
  for (guint i = 0; i < strip->actions->len; i++)
    if (action_at (strip, i)->uid == uid)
      return action_words (strip, action_at (strip, i));
  for (guint i = 0; i < strip->steps->len; i++)
    {
      const TbStripStep *step = step_at (strip, i);
      if (step->uid != uid)
        continue;
      tb_duration_format (step->ns, lasts, sizeof lasts);
      return step->wait ? g_strdup_printf ("waits until %s", step->label)
                        : g_strdup_printf ("%s, %s", step->label, lasts);
    }
  return NULL;
}
