/* Messages counted by slices of time.
 *
 * Invariant 1: the sum over all cells is what was counted, however often slices were doubled.
 * Invariant 2: at most CELLS_MAX cells, and once they are sorted one a slice and tap. */
#include "tb-spacetime.h"

#include <string.h>

#include "tb-base.h"
#include "tb-proto.h"

#define CELLS_MAX (1u << 19)
#define FIRST_SLICE TB_NS_PER_MS

typedef struct
{
  guint32 slice;
  guint32 tap;
  guint32 up, down, bad;
} Cell;

struct _TbSpacetimeDensity
{
  gint64 origin_ns, slice_ns;
  GArray *cells;  /* of Cell, by slice and tap while sorted */
  GArray *newest; /* of guint: index + 1 of the newest cell of each tap; 0: none */
  gboolean sorted;
  guint64 position;
};

TbSpacetimeDensity *
tb_spacetime_density_new (gint64 origin_ns)
{
  TbSpacetimeDensity *d = g_new0 (TbSpacetimeDensity, 1);
  d->origin_ns = origin_ns;
  d->slice_ns = FIRST_SLICE;
  d->cells = g_array_new (FALSE, FALSE, sizeof (Cell));
  d->newest = g_array_new (FALSE, TRUE, sizeof (guint));
  d->sorted = TRUE;
  return d;
}

void
tb_spacetime_density_free (TbSpacetimeDensity *d)
{
  if (d == NULL)
    return;
  g_array_unref (d->cells);
  g_array_unref (d->newest);
  g_free (d);
}

gint64
tb_spacetime_density_slice_ns (const TbSpacetimeDensity *d)
{
  return d->slice_ns;
}

static Cell *
cell_at (TbSpacetimeDensity *d, guint i)
{
  return &g_array_index (d->cells, Cell, i);
}

static int
compare_cells (gconstpointer a, gconstpointer b)
{
  const Cell *p = a, *q = b;
  if (p->slice != q->slice)
    return p->slice < q->slice ? -1 : 1;
  return p->tap < q->tap ? -1 : p->tap > q->tap;
}

/* Sorts, and makes one of those that say the same slice and tap. */
static void
settle (TbSpacetimeDensity *d)
{
  guint kept = 0;
  if (d->sorted)
    return;
  g_array_sort (d->cells, compare_cells);
  for (guint i = 0; i < d->cells->len; i++)
    {
      Cell *cell = cell_at (d, i), *last = kept > 0 ? cell_at (d, kept - 1) : NULL;
      if (last == NULL || compare_cells (last, cell) != 0)
        {
          *cell_at (d, kept++) = *cell;
          continue;
        }
      last->up += cell->up;
      last->down += cell->down;
      last->bad += cell->bad;
    }
  g_array_set_size (d->cells, kept);
  memset (d->newest->data, 0, d->newest->len * sizeof (guint));
  for (guint i = 0; i < kept; i++)
    g_array_index (d->newest, guint, cell_at (d, i)->tap) = i + 1;
  d->sorted = TRUE;
}

static void
double_slices (TbSpacetimeDensity *d)
{
  d->slice_ns *= 2;
  for (guint i = 0; i < d->cells->len; i++)
    cell_at (d, i)->slice /= 2;
  d->sorted = FALSE;
  settle (d);
}

/* A time before the origin counts in the first slice. */
static guint32
slice_of (TbSpacetimeDensity *d, gint64 time_ns)
{
  gint64 slice = MAX (time_ns - d->origin_ns, 0) / d->slice_ns;
  while (slice > G_MAXUINT32)
    {
      double_slices (d);
      slice /= 2;
    }
  return (guint32) slice;
}

static Cell *
cell_for (TbSpacetimeDensity *d, guint32 slice, guint32 tap)
{
  if (tap >= d->newest->len)
    g_array_set_size (d->newest, tap + 1);
  guint newest = g_array_index (d->newest, guint, tap);
  if (newest > 0 && cell_at (d, newest - 1)->slice == slice)
    return cell_at (d, newest - 1);
  Cell cell = { .slice = slice, .tap = tap };
  if (d->cells->len > 0 && compare_cells (cell_at (d, d->cells->len - 1), &cell) >= 0)
    d->sorted = FALSE;
  g_array_append_val (d->cells, cell);
  g_array_index (d->newest, guint, tap) = d->cells->len;
  return cell_at (d, d->cells->len - 1);
}

/* What has an arrow where each message has one. */
static gboolean
counts (const TbEvent *event, gboolean *bad)
{
  switch ((TbEventKind) event->kind)
    {
    case TB_EVENT_REQUEST:
    case TB_EVENT_REPLY:
    case TB_EVENT_ONE_WAY:
    case TB_EVENT_BYTES:
    case TB_EVENT_DUPLICATED:
      *bad = event->error;
      return TRUE;
    case TB_EVENT_REFUSED:
    case TB_EVENT_TIMEOUT:
    case TB_EVENT_RESET:
      *bad = TRUE;
      return TRUE;
    case TB_EVENT_DROPPED: /* counted when it was seen */
      *bad = TRUE;
      return FALSE;
    case TB_EVENT_OPEN:
    case TB_EVENT_CLOSE:
    case TB_EVENT_DELIVERED:
    case TB_EVENT_FAULT:
    case TB_EVENT_GAP:
    case TB_EVENT_CORRUPTED:
    default:
      *bad = FALSE;
      return FALSE;
    }
}

void
tb_spacetime_density_add (TbSpacetimeDensity *d, const TbEvent *event)
{
  gboolean bad, counted = counts (event, &bad);
  if ((!counted && !bad) || event->tap >= TB_TAPS_MAX)
    return;
  Cell *cell = cell_for (d, slice_of (d, event->time_ns), event->tap);
  cell->up += counted && event->direction == TB_DIR_UP;
  cell->down += counted && event->direction == TB_DIR_DOWN;
  cell->bad += bad;
  if (d->cells->len <= CELLS_MAX)
    return;
  settle (d);
  while (d->cells->len > CELLS_MAX / 2)
    double_slices (d);
}

guint64
tb_spacetime_density_position (const TbSpacetimeDensity *d)
{
  return d->position;
}

#define CHUNK 1024

gboolean
tb_spacetime_density_read (TbSpacetimeDensity *d, const TbSpacetimeSource *source, gint64 budget_ns,
                           TbSpacetimeMatch match, gpointer data)
{
  guint64 n = source->n_events (source->data);
  gint64 until = budget_ns > 0 ? tb_now_ns () + budget_ns : G_MAXINT64;
  TbEvent *events = g_new (TbEvent, CHUNK);
  d->position = MAX (d->position, source->first_event (source->data));
  while (d->position < n && (budget_ns == 0 || tb_now_ns () < until))
    {
      gsize got = source->events (source->data, d->position, events,
                                  (gsize) MIN (n - d->position, CHUNK));
      for (gsize i = 0; i < got; i++)
        if (match == NULL || match (d->position + i, &events[i], data))
          tb_spacetime_density_add (d, &events[i]);
      d->position += got;
      if (got > 0)
        continue;
      /* Gone meanwhile, or not there although it was counted: not to be waited for. */
      guint64 first = source->first_event (source->data);
      d->position = first > d->position ? first : n;
    }
  g_free (events);
  return d->position < n;
}

/* The first cell at or after a slice. */
static guint
lower_bound (TbSpacetimeDensity *d, guint64 slice)
{
  guint low = 0, high = d->cells->len;
  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      if (cell_at (d, middle)->slice < slice)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/* Of one step: by tap, each once. */
static void
add_step (GArray *out, GArray *sums, gint64 time_ns)
{
  for (guint tap = 0; tap < sums->len; tap++)
    {
      TbSpacetimeCell *sum = &g_array_index (sums, TbSpacetimeCell, tap);
      if (sum->up + sum->down + sum->bad == 0)
        continue;
      sum->time_ns = time_ns;
      sum->tap = tap;
      g_array_append_val (out, *sum);
      *sum = (TbSpacetimeCell){ 0 };
    }
}

GArray *
tb_spacetime_density_query (TbSpacetimeDensity *d, gint64 from_ns, gint64 to_ns, gint64 step_ns,
                            gint64 *step)
{
  GArray *out = g_array_new (FALSE, FALSE, sizeof (TbSpacetimeCell));
  g_autoptr (GArray) sums = g_array_new (FALSE, TRUE, sizeof (TbSpacetimeCell));
  guint64 each = (guint64) MAX ((step_ns + d->slice_ns - 1) / d->slice_ns, 1);
  settle (d);
  g_array_set_size (sums, d->newest->len);
  *step = (gint64) each * d->slice_ns;
  guint64 first = (guint64) (MAX (from_ns - d->origin_ns, 0) / d->slice_ns) / each * each;
  guint64 open = first;
  for (guint i = lower_bound (d, first); i < d->cells->len; i++)
    {
      const Cell *cell = cell_at (d, i);
      guint64 at = cell->slice / each * each;
      if (d->origin_ns + (gint64) cell->slice * d->slice_ns >= to_ns)
        break;
      if (at != open)
        add_step (out, sums, d->origin_ns + (gint64) open * d->slice_ns);
      open = at;
      TbSpacetimeCell *sum = &g_array_index (sums, TbSpacetimeCell, cell->tap);
      sum->up += cell->up;
      sum->down += cell->down;
      sum->bad += cell->bad;
    }
  add_step (out, sums, d->origin_ns + (gint64) open * d->slice_ns);
  return out;
}
