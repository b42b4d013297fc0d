/* Where there are more messages than can be told apart: a stroke for each way between two lines and each
 * step of time, the darker the more messages it stands for, red as far as they were lost or errors. */
#include "spacetime-private.h"

#include <math.h>
#include <string.h>

#define SHADES 6
#define LANES_MAX 16
#define WAYS_TOLD 300 /* more lie on each other */

/* From one line to another. Those that would lie on each other stand side by side within a step. */
typedef struct
{
  guint from, to;
  guint64 count, bad;
  guint lane, lanes; /* its place, of so many */
} Way;

static void
add_way (GArray *ways, guint from, guint to, guint64 count, guint64 bad)
{
  if (from == G_MAXUINT || to == G_MAXUINT || count + bad == 0)
    return;
  for (guint i = 0; i < ways->len; i++)
    {
      Way *way = &g_array_index (ways, Way, i);
      if (way->from != from || way->to != to)
        continue;
      way->count += count;
      way->bad += bad;
      return;
    }
  Way way = { .from = from, .to = to, .count = count, .bad = bad };
  g_array_append_val (ways, way);
}

/* Lost ones and errors of a cell are not told by direction: they count on its way up. */
static void
add_cell (const TbSpacetime *s, const TbSpacetimeCell *cell, GArray *ways)
{
  const TbPastTap *tap = s->source->tap (s->source->data, cell->tap);
  if (tap == NULL)
    return;
  guint from = tb_spacetime_row_of (s->rows, tap->from),
        to = tb_spacetime_row_of (s->rows, tap->to);
  add_way (ways, from, to, cell->up, cell->bad);
  add_way (ways, to, from, cell->down, 0);
}

static gboolean
overlap (const Way *a, const Way *b)
{
  guint a_top = MIN (a->from, a->to), b_top = MIN (b->from, b->to);
  guint a_foot = MAX (MAX (a->from, a->to), a_top + 1),
        b_foot = MAX (MAX (b->from, b->to), b_top + 1);
  return a_top < b_foot && b_top < a_foot;
}

/* The first lane that none of those it overlaps has; and as many lanes for all that hang together. */
static void
find_lanes (GArray *ways)
{
  for (guint i = 0; i < ways->len; i++)
    g_array_index (ways, Way, i).lanes = 1;
  if (ways->len > WAYS_TOLD)
    return;
  for (guint i = 0; i < ways->len; i++)
    {
      Way *way = &g_array_index (ways, Way, i);
      guint taken = 0;
      for (guint j = 0; j < i; j++)
        if (overlap (way, &g_array_index (ways, Way, j)))
          taken |= 1u << g_array_index (ways, Way, j).lane;
      while (way->lane + 1 < LANES_MAX && (taken & 1u << way->lane))
        way->lane++;
      way->lanes = way->lane + 1;
    }
  for (gboolean more = TRUE; more;)
    {
      more = FALSE;
      for (guint i = 0; i < ways->len; i++)
        for (guint j = 0; j < ways->len; j++)
          {
            Way *a = &g_array_index (ways, Way, i), *b = &g_array_index (ways, Way, j);
            if (a->lanes >= b->lanes || !overlap (a, b))
              continue;
            a->lanes = b->lanes;
            more = TRUE;
          }
    }
}

/* All ways that are seen, with their places in a step. */
static GArray *
all_ways (const TbSpacetime *s)
{
  GArray *ways = g_array_new (FALSE, FALSE, sizeof (Way));
  for (guint i = 0; i < s->cells->len; i++)
    add_cell (s, &g_array_index (s->cells, TbSpacetimeCell, i), ways);
  find_lanes (ways);
  return ways;
}

static const Way *
place_of (const GArray *all, const Way *way)
{
  for (guint i = 0; i < all->len; i++)
    if (g_array_index (all, Way, i).from == way->from && g_array_index (all, Way, i).to == way->to)
      return &g_array_index (all, Way, i);
  g_assert_not_reached ();
}

typedef struct
{
  GArray *strokes[SHADES]; /* of TbPoint, four each */
  GArray *bad;
  double step; /* pixels */
} Columns;

/* By the logarithm: one message is seen beside a thousand. */
static guint
shade_of (guint64 count, guint64 most)
{
  double part = log1p ((double) count) / log1p ((double) MAX (most, 1));
  return (guint) CLAMP (floor (part * SHADES), 0, SHADES - 1);
}

/* x: of the step's begin. */
static void
add_stroke (TbSpacetimePaint *p, Columns *c, const Way *way, const Way *place, double x,
            guint64 most)
{
  double y1 = tb_spacetime_y (p->s, p->page, way->from),
         y2 = tb_spacetime_y (p->s, p->page, way->to);
  double wide = c->step / place->lanes, left = x + place->lane * wide;
  double right = left + MAX (MIN (wide * 0.85, wide - 0.4), 0.7);
  if (way->from == way->to)
    y2 = y1 - MIN (9, p->s->row_height / 2);
  TbPoint stroke[] = { { left, y1 }, { right, y1 }, { right, y2 }, { left, y2 } };
  g_array_append_vals (c->strokes[shade_of (way->count, most)], stroke, 4);
  if (way->bad == 0)
    return;
  double part = way->count > 0 ? MIN ((double) way->bad / (double) way->count, 1) : 1;
  double half = MAX (fabs (y2 - y1) * part, 5) / 2, middle = (y1 + y2) / 2;
  TbPoint bad[] = { { left, middle - half }, { right, middle - half }, { right, middle + half },
                    { left, middle + half } };
  g_array_append_vals (c->bad, bad, 4);
}

/* One step: from cell i on to the first of another time, which it returns. */
static guint
take_step (const TbSpacetime *s, guint i, GArray *ways)
{
  gint64 time_ns = g_array_index (s->cells, TbSpacetimeCell, i).time_ns;
  g_array_set_size (ways, 0);
  while (i < s->cells->len && g_array_index (s->cells, TbSpacetimeCell, i).time_ns == time_ns)
    add_cell (s, &g_array_index (s->cells, TbSpacetimeCell, i++), ways);
  return i;
}

static guint64
most_of_a_step (const TbSpacetime *s)
{
  g_autoptr (GArray) ways = g_array_new (FALSE, FALSE, sizeof (Way));
  guint64 most = 1;
  for (guint i = 0; i < s->cells->len;)
    {
      i = take_step (s, i, ways);
      for (guint w = 0; w < ways->len; w++)
        most = MAX (most, g_array_index (ways, Way, w).count);
    }
  return most;
}

static void
draw_columns (TbSpacetimePaint *p, Columns *c)
{
  TbColour accent = tb_theme_colour (p->s->theme, TB_COLOUR_ACCENT);
  TbColour bad = tb_theme_colour (p->s->theme, TB_COLOUR_BAD);
  for (guint shade = 0; shade < SHADES; shade++)
    {
      accent.a = 0.15 + 0.8 * shade / (SHADES - 1);
      tb_plot_quads (p->plot, (TbPoint *) (void *) c->strokes[shade]->data, c->strokes[shade]->len,
                     &accent);
    }
  tb_plot_quads (p->plot, (TbPoint *) (void *) c->bad->data, c->bad->len, &bad);
}

static void
add_step (TbSpacetimePaint *p, Columns *c, const GArray *ways, const GArray *all, gint64 time_ns,
          guint64 most)
{
  double x = tb_spacetime_x (p->s, p->page, time_ns);
  for (guint w = 0; w < ways->len; w++)
    {
      const Way *way = &g_array_index (ways, Way, w);
      add_stroke (p, c, way, place_of (all, way), x, most);
    }
}

void
tb_spacetime_paint_columns (TbSpacetimePaint *p)
{
  g_autoptr (GArray) ways = g_array_new (FALSE, FALSE, sizeof (Way));
  g_autoptr (GArray) all = all_ways (p->s);
  Columns c = { .bad = g_array_new (FALSE, FALSE, sizeof (TbPoint)) };
  guint64 most = most_of_a_step (p->s);
  for (guint shade = 0; shade < SHADES; shade++)
    c.strokes[shade] = g_array_new (FALSE, FALSE, sizeof (TbPoint));
  c.step = (double) p->s->cell_ns / (double) MAX (p->s->to_ns - p->s->from_ns, 1) * p->area.width;
  for (guint i = 0; i < p->s->cells->len;)
    {
      gint64 time_ns = g_array_index (p->s->cells, TbSpacetimeCell, i).time_ns;
      i = take_step (p->s, i, ways);
      add_step (p, &c, ways, all, time_ns, most);
    }
  draw_columns (p, &c);
  for (guint shade = 0; shade < SHADES; shade++)
    g_array_unref (c.strokes[shade]);
  g_array_unref (c.bad);
}

/* ---- Words ----------------------------------------------------------------------------------- */

static void
append_way (GString *out, const TbSpacetime *s, const Way *way)
{
  char count[32], bad[32];
  tb_axis_format ((double) way->count, TB_AXIS_COUNT, count, sizeof count);
  tb_axis_format ((double) way->bad, TB_AXIS_COUNT, bad, sizeof bad);
  g_string_append_printf (out, "\n%s → %s: %s", tb_spacetime_row (s->rows, way->from)->name,
                          tb_spacetime_row (s->rows, way->to)->name, count);
  if (way->bad > 0)
    g_string_append_printf (out, ", %s lost or errors", bad);
}

char *
tb_spacetime_cell_words (const TbSpacetime *s, const TbRect *page, double x, double y)
{
  g_autoptr (GArray) ways = g_array_new (FALSE, FALSE, sizeof (Way));
  gint64 time_ns = tb_spacetime_time (s, page, x), zero_ns = s->source->start_ns (s->source->data);
  char from[32], to[32];
  guint i = 0, said = 0;
  if (s->cells == NULL)
    return NULL;
  while (i < s->cells->len
         && g_array_index (s->cells, TbSpacetimeCell, i).time_ns + s->cell_ns <= time_ns)
    i++;
  if (i == s->cells->len || g_array_index (s->cells, TbSpacetimeCell, i).time_ns > time_ns)
    return NULL;
  gint64 at = g_array_index (s->cells, TbSpacetimeCell, i).time_ns;
  take_step (s, i, ways);
  tb_axis_format_time (at - zero_ns, (double) s->cell_ns / 10, from, sizeof from);
  tb_axis_format_time (at + s->cell_ns - zero_ns, (double) s->cell_ns / 10, to, sizeof to);
  GString *out = g_string_new (NULL);
  g_string_append_printf (out, "%s – %s", from, to);
  for (guint w = 0; w < ways->len && said < 8; w++)
    {
      const Way *way = &g_array_index (ways, Way, w);
      double y1 = tb_spacetime_y (s, page, way->from), y2 = tb_spacetime_y (s, page, way->to);
      if (y < MIN (y1, y2) - 6 || y > MAX (y1, y2) + 6)
        continue;
      append_way (out, s, way);
      said++;
    }
  return g_string_free (out, said == 0);
}

char *
tb_spacetime_summary (const TbSpacetime *s)
{
  char from[32], to[32], count[32], more[32], each[32];
  gint64 zero_ns = s->source->start_ns (s->source->data);
  double step = (double) (s->to_ns - s->from_ns) / 100;
  guint64 n = 0, matching = 0;
  tb_axis_format_time (s->from_ns - zero_ns, step, from, sizeof from);
  tb_axis_format_time (s->to_ns - zero_ns, step, to, sizeof to);
  for (guint i = 0; s->cells != NULL && i < s->cells->len; i++)
    n += g_array_index (s->cells, TbSpacetimeCell, i).up
         + g_array_index (s->cells, TbSpacetimeCell, i).down;
  for (guint i = 0; s->reading != NULL && i < s->reading->arrows->len; i++)
    {
      n++;
      matching += g_array_index (s->reading->arrows, TbSpacetimeArrow, i).matches;
    }
  tb_axis_format ((double) n, TB_AXIS_COUNT, count, sizeof count);
  tb_axis_format ((double) matching, TB_AXIS_COUNT, more, sizeof more);
  if (s->cells != NULL)
    {
      tb_axis_format ((double) s->cell_ns, TB_AXIS_DURATION, each, sizeof each);
      return g_strdup_printf ("%s %smessages, counted by %s · %s – %s", count,
                              s->searching ? "matching " : "", each, from, to);
    }
  if (s->searching)
    return g_strdup_printf ("%s of %s messages match · %s – %s", more, count, from, to);
  return g_strdup_printf (n == 1 ? "%s message · %s – %s" : "%s messages · %s – %s", count, from,
                          to);
}
