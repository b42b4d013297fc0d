/* Cores, shared evenly. With n who compute on c cores, each gets min (1, c / n) of one; so all lag behind real
 * time alike, and who is through first is who has the least work left: it is found in virtual time, which runs
 * that much slower, and in which nobody's end ever moves. */
#include "sim-private.h"

static inline gboolean
is_before (const SimShare *a, const SimShare *b)
{
  return a->at < b->at || (a->at == b->at && (gint32) (a->turn - b->turn) < 0);
}

static void
push (SimDevice *d, SimShare share)
{
  guint at = d->n++;
  if (d->n > d->size)
    {
      d->size = MAX (d->size * 2, 16);
      d->heap = g_renew (SimShare, d->heap, d->size);
    }
  for (; at > 0 && is_before (&share, &d->heap[(at - 1) / 2]); at = (at - 1) / 2)
    d->heap[at] = d->heap[(at - 1) / 2];
  d->heap[at] = share;
}

static SimShare
pop (SimDevice *d)
{
  SimShare first = d->heap[0], last = d->heap[--d->n];
  guint at = 0;
  for (;;)
    {
      guint child = at * 2 + 1;
      if (child >= d->n)
        break;
      if (child + 1 < d->n && is_before (&d->heap[child + 1], &d->heap[child]))
        child++;
      if (!is_before (&d->heap[child], &last))
        break;
      d->heap[at] = d->heap[child];
      at = child;
    }
  d->heap[at] = last;
  return first;
}

/* Real time for a piece of virtual time. */
static double
slowness (const SimDevice *d)
{
  return d->n > d->cores ? d->n / d->cores : 1;
}

static void
advance (Sim *s, SimDevice *d)
{
  if (d->n > 0)
    d->virtual_ns += (s->now_ns - d->since_ns) / slowness (d);
  else
    d->virtual_ns = 0; /* kept small: what is small is exact */
  d->since_ns = s->now_ns;
}

static void
wind (Sim *s, SimDevice *d, guint device)
{
  double busy = MIN (d->n, d->cores);
  if (busy != d->busy.value)
    sim_level (s, &d->busy, busy - d->busy.value);
  if (d->n > 0)
    sim_agenda_set (&s->agenda, device, s->now_ns + MAX (0, d->heap[0].at - d->virtual_ns) * slowness (d));
}

void
sim_device_add (Sim *s, guint device, guint32 frame, double work_ns)
{
  SimDevice *d = &s->devices[device];
  advance (s, d);
  push (d, (SimShare){ d->virtual_ns + work_ns, d->turn++, frame });
  wind (s, d, device);
}

void
sim_device_fire (Sim *s, guint device)
{
  SimDevice *d = &s->devices[device];
  g_assert (d->n > 0);
  advance (s, d);
  SimShare share = pop (d);
  d->virtual_ns = MAX (d->virtual_ns, share.at);
  wind (s, d, device);
  sim_frame_computed (s, share.frame);
}
