/* Lines that meet. Many draw a call to three services as a trunk and three branches, of which each ends at another line and not
 * at a box. What such lines have in common is found by where their loose ends lie; then each thing that they come from calls
 * each that one of their arrows points at. */
#include "drawio-private.h"

#include <math.h>

#define NEAR 6.0          /* of a loose end, to a line */
#define MOST_PAIRS 4000000u
#define MOST_LINKS 40u    /* of one bus: more is a tangle */

typedef struct
{
  GPtrArray *edges;
  guint *up; /* union-find, by place in edges */
  guint *next, *first; /* of each root's lines, one after another; the number of all where there is none */
} Lines;

static guint
root_of (Lines *l, guint i)
{
  while (l->up[i] != i)
    i = l->up[i] = l->up[l->up[i]];
  return i;
}

static gboolean
is_loose (const TbDrawioCell *edge, guint end)
{
  return edge->reached[end] == NULL && edge->has_end[end] && (end == 0 ? edge->source : edge->target) == NULL;
}

static double
way_to_piece (TbPoint p, TbPoint a, TbPoint b)
{
  double dx = b.x - a.x, dy = b.y - a.y, length = dx * dx + dy * dy;
  double t = length > 0 ? CLAMP (((p.x - a.x) * dx + (p.y - a.y) * dy) / length, 0, 1) : 0;
  return hypot (p.x - a.x - t * dx, p.y - a.y - t * dy);
}

static gboolean
lies_on (TbPoint p, const TbDrawioCell *edge)
{
  TbPoint last = tb_drawio_end_point (edge, 0);
  for (guint i = 0; edge->points != NULL && i < edge->points->len; i++)
    {
      TbPoint next = g_array_index (edge->points, TbPoint, i);
      if (way_to_piece (p, last, next) <= NEAR)
        return TRUE;
      last = next;
    }
  return way_to_piece (p, last, tb_drawio_end_point (edge, 1)) <= NEAR;
}

static gboolean
is_shown_line (const TbDrawioCell *edge)
{
  return edge->what == TB_CELL_EDGE && !edge->hidden && (edge->source != NULL || edge->has_end[0])
         && (edge->target != NULL || edge->has_end[1]);
}

static void
join_lines (Lines *l)
{
  guint64 looked = 0;
  for (guint i = 0; i < l->edges->len; i++)
    for (guint end = 0; end < 2; end++)
      {
        const TbDrawioCell *edge = l->edges->pdata[i];
        for (guint k = 0; is_loose (edge, end) && k < l->edges->len && looked < MOST_PAIRS; k++, looked++)
          if (k != i && root_of (l, k) != root_of (l, i) && lies_on (edge->ends[end], l->edges->pdata[k]))
            l->up[root_of (l, k)] = root_of (l, i);
      }
}

gboolean
tb_drawio_is_whole (const TbDrawioBusEnd *end)
{
  return end->edge->reached[0] != NULL && end->edge->reached[1] != NULL;
}

static void
add_end (TbDrawioBus *bus, TbDrawioCell *edge, guint end)
{
  gboolean heads[2];
  tb_drawio_heads (edge, &heads[0], &heads[1]);
  TbDrawioBusEnd e = { edge, end };
  if (edge->reached[end] != NULL && heads[end])
    g_array_append_val (bus->to, e);
  if (edge->reached[end] != NULL && (!heads[end] || (heads[0] && heads[1])))
    g_array_append_val (bus->from, e);
}

static void
bus_free (gpointer data)
{
  TbDrawioBus *bus = data;
  g_array_unref (bus->from);
  g_array_unref (bus->to);
  g_free (bus);
}

static TbDrawioBus *
make_bus (Lines *l, guint root)
{
  TbDrawioBus *bus = g_new0 (TbDrawioBus, 1);
  bus->from = g_array_new (FALSE, FALSE, sizeof (TbDrawioBusEnd));
  bus->to = g_array_new (FALSE, FALSE, sizeof (TbDrawioBusEnd));
  for (guint i = l->first[root]; i < l->edges->len; i = l->next[i])
    {
      TbDrawioCell *edge = l->edges->pdata[i];
      for (guint end = 0; end < 2; end++)
        add_end (bus, edge, end);
      bus->n_lines++;
      bus->line = bus->line == 0 ? edge->line : bus->line;
    }
  return bus;
}

/* Whether a loose line leads to or from something: those that lead from thing to thing have nothing to say of each other. */
static gboolean
is_of_use (const TbDrawioBus *bus)
{
  gboolean from = FALSE, to = FALSE;
  for (guint i = 0; i < bus->from->len; i++)
    from = from || !tb_drawio_is_whole (&g_array_index (bus->from, TbDrawioBusEnd, i));
  for (guint i = 0; i < bus->to->len; i++)
    to = to || !tb_drawio_is_whole (&g_array_index (bus->to, TbDrawioBusEnd, i));
  return bus->from->len > 0 && bus->to->len > 0 && (from || to) && bus->from->len * bus->to->len <= MOST_LINKS;
}

/* Its lines lead somewhere, but for those that lead from thing to thing themselves. */
static void
keep_bus (TbDrawioPage *page, Lines *l, guint root, TbDrawioBus *bus)
{
  for (guint i = l->first[root]; i < l->edges->len; i = l->next[i])
    {
      TbDrawioCell *edge = l->edges->pdata[i];
      edge->joined |= edge->reached[0] == NULL || edge->reached[1] == NULL;
    }
  g_ptr_array_add (page->buses, bus);
}

/* Each root's lines in the order of the page. */
static void
list_lines (Lines *l)
{
  guint n = l->edges->len;
  for (guint i = 0; i < n; i++)
    l->first[i] = n;
  for (guint i = n; i-- > 0;)
    {
      guint root = root_of (l, i);
      l->next[i] = l->first[root];
      l->first[root] = i;
    }
}

static void
keep_buses (TbDrawioPage *page, Lines *l)
{
  for (guint i = 0; i < l->edges->len && page->buses->len < 1000; i++)
    {
      gboolean several = l->first[i] < l->edges->len && l->next[l->first[i]] < l->edges->len;
      TbDrawioBus *bus = several ? make_bus (l, i) : NULL;
      if (bus != NULL && is_of_use (bus))
        keep_bus (page, l, i, bus);
      else if (bus != NULL)
        bus_free (bus);
    }
}

void
tb_drawio_page_buses (TbDrawioPage *page)
{
  Lines l = { .edges = g_ptr_array_new () };
  page->buses = g_ptr_array_new_with_free_func (bus_free);
  gboolean loose = FALSE;
  for (guint i = 0; i < page->cells->len; i++)
    if (is_shown_line (page->cells->pdata[i]))
      {
        g_ptr_array_add (l.edges, page->cells->pdata[i]);
        loose = loose || is_loose (page->cells->pdata[i], 0) || is_loose (page->cells->pdata[i], 1);
      }
  g_autofree guint *room = g_new (guint, 3 * l.edges->len + 1);
  l.up = room;
  l.next = room + l.edges->len;
  l.first = l.next + l.edges->len;
  for (guint i = 0; i < l.edges->len; i++)
    l.up[i] = i;
  if (loose)
    {
      join_lines (&l);
      list_lines (&l);
      keep_buses (page, &l);
    }
  g_ptr_array_unref (l.edges);
}
