/* The heap of timers: four children a node, so that it is half as deep as one of two. */
#include "sim-private.h"

void
sim_agenda_clear (SimAgenda *agenda)
{
  g_free (agenda->heap);
  g_free (agenda->place);
  *agenda = (SimAgenda){ 0 };
}

void
sim_agenda_reserve (SimAgenda *agenda, guint32 n)
{
  if (n <= agenda->n_timers)
    return;
  agenda->heap = g_renew (SimEntry, agenda->heap, n);
  agenda->place = g_renew (guint32, agenda->place, n);
  for (guint32 i = agenda->n_timers; i < n; i++)
    agenda->place[i] = 0;
  agenda->n_timers = n;
}

static inline gboolean
is_before (const SimEntry *a, const SimEntry *b)
{
  return a->time_ns < b->time_ns || (a->time_ns == b->time_ns && (gint32) (a->turn - b->turn) < 0);
}

static inline void
put (SimAgenda *agenda, guint32 at, SimEntry entry)
{
  agenda->heap[at] = entry;
  agenda->place[entry.timer] = at + 1;
}

static void
rise (SimAgenda *agenda, guint32 at, SimEntry entry)
{
  while (at > 0)
    {
      guint32 above = (at - 1) / 4;
      if (!is_before (&entry, &agenda->heap[above]))
        break;
      put (agenda, at, agenda->heap[above]);
      at = above;
    }
  put (agenda, at, entry);
}

static void
sink (SimAgenda *agenda, guint32 at, SimEntry entry)
{
  for (;;)
    {
      guint32 first = at * 4 + 1, end = MIN (first + 4, agenda->n), least = first;
      if (first >= agenda->n)
        break;
      for (guint32 i = first + 1; i < end; i++)
        if (is_before (&agenda->heap[i], &agenda->heap[least]))
          least = i;
      if (!is_before (&agenda->heap[least], &entry))
        break;
      put (agenda, at, agenda->heap[least]);
      at = least;
    }
  put (agenda, at, entry);
}

void
sim_agenda_set (SimAgenda *agenda, guint32 timer, double time_ns)
{
  g_assert (timer < agenda->n_timers);
  SimEntry entry = { time_ns, agenda->turn++, timer };
  guint32 at = agenda->place[timer];
  if (at == 0)
    rise (agenda, agenda->n++, entry);
  else if (is_before (&entry, &agenda->heap[at - 1]))
    rise (agenda, at - 1, entry);
  else
    sink (agenda, at - 1, entry);
}

static void
take_out (SimAgenda *agenda, guint32 at)
{
  SimEntry last = agenda->heap[--agenda->n];
  agenda->place[agenda->heap[at].timer] = 0;
  if (at == agenda->n)
    return;
  if (at > 0 && is_before (&last, &agenda->heap[(at - 1) / 4]))
    rise (agenda, at, last);
  else
    sink (agenda, at, last);
}

void
sim_agenda_unset (SimAgenda *agenda, guint32 timer)
{
  if (agenda->place[timer] != 0)
    take_out (agenda, agenda->place[timer] - 1);
}

gboolean
sim_agenda_is_set (const SimAgenda *agenda, guint32 timer)
{
  return agenda->place[timer] != 0;
}

gboolean
sim_agenda_pop (SimAgenda *agenda, guint32 *timer, double *time_ns)
{
  if (agenda->n == 0)
    return FALSE;
  *timer = agenda->heap[0].timer;
  *time_ns = agenda->heap[0].time_ns;
  take_out (agenda, 0);
  return TRUE;
}
