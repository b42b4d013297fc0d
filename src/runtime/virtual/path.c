/* Who is cut off from whom, and what befalls a message on its way. What a cut holds comes in its order when it is over, as
 * bytes do that wait in a tap. */
#include <string.h>

#include "virtual-private.h"

/* Of a connection on one machine, one way. */
#define LOOPBACK_NS 100000
/* How long TCP waits before it sends a packet again. */
#define RESEND_NS (200 * TB_NS_PER_MS)

static guint
n_instances (const World *w)
{
  return w->v->plan->instances->len;
}

/* ---- Cuts ------------------------------------------------------------------------------------------------------------ */

gboolean
paths_is_cut (const World *w, guint from, guint to)
{
  return w->cut[from * n_instances (w) + to];
}

static gboolean
is_meant (const Held *h, guint link, guint from, guint to, gboolean up)
{
  guint caller = up ? from : to, called = up ? to : from;
  return (h->link == NOBODY || h->link == link) && h->from[caller] && h->to[called]
         && (up ? h->fault.up : h->fault.down);
}

/* A cut of a link is one of messages on that link; the links between two instances are one here. */
static void
mark_cut_link (World *w, const Held *h)
{
  for (guint i = 0; i < w->v->plan->links->len; i++)
    {
      const TbPlanLink *link = LINK_AT (w->v, i);
      for (guint a = 0; a < link->from->len; a++)
        for (guint b = 0; b < link->to->len; b++)
          {
            guint from = g_array_index (link->from, guint, a), to = g_array_index (link->to, guint, b);
            w->cut[from * n_instances (w) + to] |= is_meant (h, i, from, to, TRUE);
            w->cut[to * n_instances (w) + from] |= is_meant (h, i, to, from, FALSE);
          }
    }
}

static void
mark_cuts (World *w)
{
  memset (w->cut, 0, (gsize) n_instances (w) * n_instances (w));
  for (guint i = 0; i < w->helds->len; i++)
    {
      const Held *h = g_ptr_array_index (w->helds, i);
      for (guint k = 0; h->pairs != NULL && k < h->pairs->len; k++)
        {
          const TbWirePair *pair = &g_array_index (h->pairs, TbWirePair, k);
          w->cut[pair->from * n_instances (w) + pair->to] = 1;
        }
      if (h->pairs == NULL && h->fault.kind == TB_FAULT_CUT)
        mark_cut_link (w, h);
    }
}

static void
cut_stores (World *w)
{
  for (guint s = 0; s < w->v->stores->len; s++)
    {
      const Store *store = STORE_AT (w->v, s);
      for (guint i = 0; i < store->n; i++)
        {
          guint64 whom = 0;
          for (guint k = 0; k < store->n; k++)
            whom |= paths_is_cut (w, store->instances[i], store->instances[k]) ? UINT64_C (1) << k : 0;
          tb_sim_cut (w->sims[s], w->now_ns, i, whom);
        }
    }
}

static void
let_go (World *w)
{
  guint kept = 0;
  for (guint i = 0; i < w->waiting->len; i++)
    {
      WorldEvent e = g_array_index (w->waiting, WorldEvent, i);
      if (paths_is_cut (w, e.from, e.to))
        g_array_index (w->waiting, WorldEvent, kept++) = e;
      else
        world_push (w, w->now_ns, (WorldEventKind) e.kind, e.from, e.to, e.number);
    }
  g_array_set_size (w->waiting, kept);
}

static void
settle (World *w)
{
  mark_cuts (w);
  cut_stores (w);
  let_go (w);
}

static void
free_held (gpointer data)
{
  Held *h = data;
  g_clear_pointer (&h->pairs, g_array_unref);
  tb_wire_fault_clear (&h->fault);
  g_free (h->id);
  g_free (h->from);
  g_free (h->to);
  g_free (h);
}

static void
forget (World *w, const char *id)
{
  for (guint i = w->helds->len; i-- > 0;)
    if (id == NULL || g_str_equal (((Held *) g_ptr_array_index (w->helds, i))->id, id))
      g_ptr_array_remove_index (w->helds, i);
}

void
paths_cut (World *w, const char *id, GArray *pairs)
{
  Held *h = g_new0 (Held, 1);
  forget (w, id);
  h->id = g_strdup (id);
  h->pairs = pairs;
  g_ptr_array_add (w->helds, h);
  settle (w);
}

void
paths_remove (World *w, const char *id)
{
  if (w->helds->len == 0)
    return;
  forget (w, id);
  settle (w);
}

static gboolean
is_named (const Held *h, const char *name)
{
  return g_str_equal (h->id, name) || g_strcmp0 (h->fault.link, name) == 0 || g_strcmp0 (h->fault.from, name) == 0
         || g_strcmp0 (h->fault.to, name) == 0;
}

gboolean
paths_remove_named (World *w, const char *name)
{
  gboolean some = FALSE;
  for (guint i = w->helds->len; i-- > 0;)
    if (is_named (g_ptr_array_index (w->helds, i), name))
      {
        g_ptr_array_remove_index (w->helds, i);
        some = TRUE;
      }
  if (some)
    settle (w);
  return some;
}

/* ---- Faults ---------------------------------------------------------------------------------------------------------- */

static guint8 *
mark_ends (const World *w, const char *names)
{
  guint8 *of = g_malloc0 (n_instances (w) + 1);
  g_autoptr (GArray) instances = tb_names_to_instances (w->v->plan, names, NULL, NULL, NULL);
  for (guint i = 0; instances != NULL && i < instances->len; i++)
    of[g_array_index (instances, guint, i)] = 1;
  return of;
}

void
paths_fault (World *w, const char *id, TbWireFault *fault)
{
  Held *h = g_new0 (Held, 1);
  forget (w, id);
  h->id = g_strdup (id);
  h->fault = *fault;
  int link = *fault->link != '\0' ? tb_plan_find_link (w->v->plan, fault->link) : -1;
  h->link = link >= 0 ? (guint) link : NOBODY;
  h->from = mark_ends (w, fault->from);
  h->to = mark_ends (w, fault->to);
  g_ptr_array_add (w->helds, h);
  settle (w);
}

void
paths_begin (World *w)
{
  gsize n = n_instances (w);
  if (w->helds == NULL)
    {
      w->helds = g_ptr_array_new_with_free_func (free_held);
      w->cut = g_malloc0 (n * n + 1);
    }
  g_ptr_array_set_size (w->helds, 0);
  g_array_set_size (w->waiting, 0);
  memset (w->cut, 0, n * n);
}

void
paths_clear (World *w)
{
  g_clear_pointer (&w->helds, g_ptr_array_unref);
  g_clear_pointer (&w->cut, g_free);
}

/* ---- What befalls a message ----------------------------------------------------------------------------------------- */

static void
delay (World *w, const TbWireFault *f, TbSimPath *path)
{
  path->delay_ns += tb_dist_draw_ns (&f->latency, &w->rng);
  if (f->jitter_ns > 0)
    path->delay_ns += (gint64) tb_rng_below (&w->rng, 2 * (guint64) f->jitter_ns) - f->jitter_ns;
}

static void
lose_packets (World *w, const TbWireFault *f, TbSimPath *path)
{
  for (gint64 wait_ns = RESEND_NS; tb_rng_uniform (&w->rng) < f->loss_rate && wait_ns < 64 * RESEND_NS; wait_ns *= 2)
    path->delay_ns += wait_ns;
}

static void
drop (World *w, const TbWireFault *f, TbSimPath *path)
{
  path->copies = 0;
}

static void
duplicate (World *w, const TbWireFault *f, TbSimPath *path)
{
  path->copies += path->copies > 0 ? (guint) f->copies : 0;
}

static void
reorder (World *w, const TbWireFault *f, TbSimPath *path)
{
  path->overtakes = TRUE;
  path->delay_ns += f->delay_ns;
}

/* What a message can meet; cuts are marked between instances. */
static const struct
{
  TbFaultKind kind;
  void (*strike) (World *w, const TbWireFault *f, TbSimPath *path);
} strikes[] = {
  { TB_FAULT_LATENCY, delay },       { TB_FAULT_PACKET_LOSS, lose_packets }, { TB_FAULT_DROP, drop },
  { TB_FAULT_DUPLICATE, duplicate }, { TB_FAULT_REORDER, reorder },          { TB_FAULT_CUT, NULL },
};

const char *
paths_refuse (const TbWireFault *f)
{
  gboolean known = FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (strikes); i++)
    known |= strikes[i].kind == f->kind;
  if (!known)
    return "is a fault that virtual time does not know";
  if (f->toxicity < 1 || f->first > 0 || f->every > 1 || f->after_ns > 0 || (f->match != NULL && *f->match != '\0'))
    return "has a condition that virtual time does not know: it knows probability= and for= alone";
  return NULL;
}

static void
strike (World *w, const Held *h, TbSimPath *path)
{
  const TbWireFault *f = &h->fault;
  if (f->probability < 1 && tb_rng_uniform (&w->rng) >= f->probability)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (strikes); i++)
    if (strikes[i].kind == f->kind && strikes[i].strike != NULL)
      strikes[i].strike (w, f, path);
}

static void
befall (World *w, guint link, gboolean up, guint from, guint to, TbSimPath *path)
{
  for (guint i = 0; i < w->helds->len; i++)
    {
      Held *h = g_ptr_array_index (w->helds, i);
      if (h->pairs == NULL && h->fault.kind != TB_FAULT_CUT && is_meant (h, link, from, to, up))
        strike (w, h, path);
    }
  path->delay_ns = MAX (path->delay_ns, 1);
}

static gint64
loopback (World *w)
{
  return 1 + (gint64) tb_rng_below (&w->rng, 2 * LOOPBACK_NS);
}

TbSimPath
paths_between (World *w, guint store_index, guint from, guint to)
{
  const TbSchedule *s = w->schedule;
  const Store *store = STORE_AT (w->v, store_index);
  TbSimPath path = { .delay_ns = loopback (w), .copies = 1 };
  if (s != NULL)
    {
      path.delay_ns += (gint64) tb_rng_below (&w->rng, 2 * (guint64) s->delay_ns + 1);
      path.overtakes = s->reorders;
      if (!w->calm && s->loss > 0 && tb_rng_uniform (&w->rng) < s->loss)
        path.copies = 0;
      else if (!w->calm && s->duplicate > 0 && tb_rng_uniform (&w->rng) < s->duplicate)
        path.copies = 2;
    }
  befall (w, store->link, TRUE, store->instances[from], store->instances[to], &path);
  return path;
}

void
paths_send (World *w, guint link, gboolean up, guint from, guint to, WorldEventKind kind, guint64 ticket)
{
  TbSimPath path = { .delay_ns = loopback (w), .copies = 1 };
  befall (w, link, up, from, to, &path);
  if (path.copies > 0)
    world_push (w, w->now_ns + path.delay_ns, kind, from, to, ticket);
}
