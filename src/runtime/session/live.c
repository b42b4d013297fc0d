/* The agent's counters as it shares them: which row is whose, and which have moved since the last frame.
 *
 * A row is copied only when its sequence moved, so that a frame of a large, quiet system costs little. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "live-private.h"

TbLive *
tb_live_new (TbSharedPlan *plan, TbWireMap *map)
{
  TbLive *live = g_new0 (TbLive, 1);
  live->plan = tb_shared_plan_ref (plan);
  live->map = map;
  live->rows = g_ptr_array_new_with_free_func (g_free);
  live->lines = g_ptr_array_new_with_free_func (tb_live_line_free);
  for (guint i = 0; i < plan->plan->links->len; i++)
    g_ptr_array_add (live->lines, tb_live_line_of_link (plan->plan, g_ptr_array_index (plan->plan->links, i)));
  return live;
}

/* Lines of new links come before those that nobody drew, whose rows follow them. */
void
tb_live_change (TbLive *live, TbSharedPlan *plan, TbWireMap *map)
{
  guint before = live->plan->plan->links->len, n = plan->plan->links->len;
  for (guint i = before; i < n; i++)
    g_ptr_array_insert (live->lines, (gint) i,
                        tb_live_line_of_link (plan->plan, g_ptr_array_index (plan->plan->links, i)));
  for (guint i = 0; i < before; i++)
    tb_live_line_take_link (g_ptr_array_index (live->lines, i), plan->plan, g_ptr_array_index (plan->plan->links, i));
  for (guint i = 0; i < live->rows->len; i++)
    {
      TbLiveRow *row = g_ptr_array_index (live->rows, i);
      row->line += row->line >= before ? n - before : 0;
    }
  tb_shared_plan_unref (live->plan);
  live->plan = tb_shared_plan_ref (plan);
  live->map = map;
}

void
tb_live_free (TbLive *live)
{
  if (live->counters != NULL)
    munmap ((void *) live->counters, sizeof (TbCounters));
  if (live->ring != NULL)
    munmap ((void *) live->ring, sizeof (TbRing));
  g_ptr_array_unref (live->rows);
  g_ptr_array_unref (live->lines);
  tb_shared_plan_unref (live->plan);
  g_free (live);
}

gboolean
tb_live_map (TbLive *live, int counters_fd, int ring_fd, GError **error)
{
  const void *counters = NULL, *ring = NULL;
  int why = tb_shared_map (counters_fd, sizeof (TbCounters), &counters);
  if (why == 0)
    why = tb_shared_map (ring_fd, sizeof (TbRing), &ring);
  live->counters = counters;
  live->ring = ring;
  close (counters_fd);
  close (ring_fd);
  if (why == 0
      && (live->counters->version != TB_WIRE_VERSION || live->ring->version != TB_WIRE_VERSION
          || live->counters->row_size != sizeof (TbTapRow) || live->ring->slot_size != sizeof (TbRingSlot)))
    why = -EPROTO;
  if (why != 0)
    g_set_error (error, TB_SESSION_ERROR, TB_SESSION_ERROR_AGENT,
                 "the agent's counters cannot be read: %s", g_strerror (-why));
  return why == 0;
}

gboolean
tb_live_is_mapped (const TbLive *live)
{
  return live->counters != NULL && live->ring != NULL;
}

/* ---- Rows ------------------------------------------------------------------------------------------ */

static guint
plan_instance (const TbLive *live, guint32 wire)
{
  return wire < live->map->plan.n_instances ? live->map->from_wire[wire] : G_MAXUINT;
}

const char *
tb_live_component (const TbLive *live, guint instance)
{
  const GPtrArray *instances = live->plan->plan->instances;
  if (instance >= instances->len)
    return "";
  return ((const TbPlanInstance *) g_ptr_array_index (instances, instance))->component_id;
}

/* A connection that nobody drew gets a line of its own: "shop>orders". */
static guint
undrawn_line (TbLive *live, const TbLiveRow *row)
{
  const char *from = tb_live_component (live, row->from), *to = tb_live_component (live, row->to);
  g_autofree char *id = g_strdup_printf ("%s>%s", from, to);
  for (guint i = live->plan->plan->links->len; i < live->lines->len; i++)
    if (g_str_equal (((TbLiveLine *) g_ptr_array_index (live->lines, i))->id, id))
      return i;
  TbLiveLine *line = tb_live_line_new (id, 0, from, to);
  line->removed = tb_plan_is_probe (from);
  g_ptr_array_add (live->lines, line);
  return live->lines->len - 1;
}

static guint
line_of_row (TbLive *live, const TbLiveRow *row)
{
  guint32 wire = row->counters.link;
  return wire < live->map->plan.n_links ? live->map->link_from_wire[wire] : undrawn_line (live, row);
}

/* A row that goes from line to line takes its sums with it. */
static void
move_to_line (TbLive *live, TbLiveRow *row, guint to, gboolean fresh)
{
  TbLiveLine *was = fresh || row->line == to ? NULL : g_ptr_array_index (live->lines, row->line);
  TbLiveLine *is = g_ptr_array_index (live->lines, to);
  row->line = to;
  is->changed = TRUE;
  if (was == NULL)
    return;
  was->changed = was->moved = is->moved = TRUE;
}

/* FALSE: it is new and could not be read yet. One that was read before, and is being written all the
 * time, keeps its last copy until the next frame. */
static gboolean
read_row (TbLive *live, guint index)
{
  const TbTapRow *shared = &live->counters->rows[index];
  guint32 sequence = atomic_load_explicit (&shared->sequence, memory_order_acquire);
  TbLiveRow *row = index < live->rows->len ? g_ptr_array_index (live->rows, index) : NULL;
  TbTapCounters copy;
  gboolean fresh = row == NULL;
  if (row != NULL && row->sequence == sequence)
    return TRUE;
  if (!tb_row_read (shared, &copy))
    return row != NULL;
  if (row == NULL)
    {
      row = g_new0 (TbLiveRow, 1);
      g_ptr_array_add (live->rows, row);
    }
  row->counters = copy;
  row->sequence = sequence;
  row->from = plan_instance (live, copy.from);
  row->to = plan_instance (live, copy.to);
  move_to_line (live, row, line_of_row (live, row), fresh);
  return TRUE;
}

void
tb_live_set_row (TbLive *live, guint index, const TbTapCounters *counters)
{
  gboolean fresh = index >= live->rows->len;
  g_assert (index <= live->rows->len);
  if (fresh)
    g_ptr_array_add (live->rows, g_new0 (TbLiveRow, 1));
  TbLiveRow *row = g_ptr_array_index (live->rows, index);
  row->counters = *counters;
  row->from = plan_instance (live, counters->from);
  row->to = plan_instance (live, counters->to);
  move_to_line (live, row, line_of_row (live, row), fresh);
}

void
tb_live_read_rows (TbLive *live)
{
  if (live->counters == NULL)
    return;
  guint n = atomic_load_explicit (&live->counters->n_rows, memory_order_acquire);
  n = MIN (n, TB_TAPS_MAX);
  for (guint i = 0; i < n && read_row (live, i); i++)
    ;
}

guint64
tb_live_behind (const TbLive *live)
{
  guint64 waiting = tb_live_is_mapped (live) ? tb_ring_head (live->ring) - live->cursor : 0;
  return waiting > TB_RING_SLOTS ? waiting - TB_RING_SLOTS : 0;
}
