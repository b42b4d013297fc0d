/* The simulated network: delays, loss, doubles, damage, and who is cut off from whom. */
#include "sim-private.h"

#include <math.h>
#include <stdlib.h>

/* ---- Bytes, kept by size so that a run hardly allocates ---- */

struct Free
{
  struct Free *next;
};

static unsigned
size_class (size_t n)
{
  unsigned c = 4;
  while (c < TB_ARRAY_LENGTH (((TbSim *) NULL)->free_bytes) && (size_t) 1 << c < n)
    c++;
  return c;
}

uint8_t *
sim_bytes_new (TbSim *sim, const void *bytes, size_t n)
{
  unsigned c = size_class (n);
  uint8_t *p;
  if (c < TB_ARRAY_LENGTH (sim->free_bytes) && sim->free_bytes[c] != NULL)
    {
      p = (uint8_t *) sim->free_bytes[c];
      sim->free_bytes[c] = sim->free_bytes[c]->next;
    }
  else
    p = malloc (c < TB_ARRAY_LENGTH (sim->free_bytes) ? (size_t) 1 << c : n);
  TB_CHECK (p != NULL);
  if (n > 0)
    memcpy (p, bytes, n);
  return p;
}

void
sim_bytes_free (TbSim *sim, uint8_t *bytes, size_t n)
{
  unsigned c = size_class (n);
  if (c >= TB_ARRAY_LENGTH (sim->free_bytes))
    {
      free (bytes);
      return;
    }
  struct Free *f = (struct Free *) (void *) bytes;
  f->next = sim->free_bytes[c];
  sim->free_bytes[c] = f;
}

void
sim_bytes_release (TbSim *sim)
{
  for (unsigned c = 0; c < TB_ARRAY_LENGTH (sim->free_bytes); c++)
    while (sim->free_bytes[c] != NULL)
      {
        struct Free *next = sim->free_bytes[c]->next;
        free (sim->free_bytes[c]);
        sim->free_bytes[c] = next;
      }
}

/* ---- Messages ---- */

int64_t
sim_delay (TbSim *sim)
{
  double mean_ns = (double) sim->options.delay_ns * sim->slow;
  double u = tb_rng_uniform (&sim->rng);
  /* Pareto of shape 1.5: its least value is a third of its mean; cut at a hundred times. */
  double ns = sim->options.heavy_tail ? mean_ns / 3 / cbrt ((1 - u) * (1 - u)) : 2 * mean_ns * u;
  return (int64_t) TB_MIN (ns, 100 * mean_ns) + 1;
}

static void
push_after_a_delay (TbSim *sim, Event *message)
{
  message->at_ns = sim->now_ns + sim_delay (sim);
  sim_push (sim, *message);
}

static void
damage (TbSim *sim, Event *message)
{
  if (message->n > 0)
    message->bytes[tb_rng_below (&sim->rng, message->n)] ^= (uint8_t) (1u << tb_rng_below (&sim->rng, 8));
}

void
sim_net_send (TbSim *sim, Event *message)
{
  sim->result->messages++;
  if (sim->options.outside != NULL)
    {
      sim_outside_send (sim, message);
      return;
    }
  if (sim_chance (sim, sim->loss))
    {
      sim_say (sim, "%u -> %u %s is lost", message->from, message->at, tb_replica_label (message->bytes, message->n));
      sim_bytes_free (sim, message->bytes, message->n);
      return;
    }
  if (sim_chance (sim, sim->duplicate))
    {
      Event twin = *message;
      twin.bytes = sim_bytes_new (sim, message->bytes, message->n);
      push_after_a_delay (sim, &twin);
    }
  if (sim_chance (sim, sim->damage))
    damage (sim, message);
  push_after_a_delay (sim, message);
}

bool
sim_net_arrives (TbSim *sim, Event *message)
{
  if ((sim->cut[message->from] >> message->at & 1) == 0)
    return true;
  if (sim->options.hold || sim->options.outside != NULL)
    {
      SIM_GROW (sim->cut_off, sim->cut_off_size, sim->n_cut_off);
      sim->cut_off[sim->n_cut_off++] = *message;
      message->bytes = NULL;
    }
  return false;
}

void
sim_net_heal (TbSim *sim)
{
  for (unsigned i = 0; i < TB_REPLICAS_MAX; i++)
    sim->cut[i] = 0;
  /* In the order in which it was cut off, all at one moment, as held bytes come. */
  for (size_t i = 0; i < sim->n_cut_off; i++)
    {
      sim->cut_off[i].at_ns = sim->now_ns + 1;
      sim_push (sim, sim->cut_off[i]);
    }
  sim->n_cut_off = 0;
}
