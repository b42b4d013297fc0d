/* The simulator's time: a heap of events, and the run from the first to the last. */
#include "sim-private.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>

#define LOOK_EVERY_NS (20 * TB_NS_PER_MS)
#define FINAL_PATIENCE_NS (10 * TB_NS_PER_S) /* for the final reads and until all agree, after the quiet */

void *
sim_grow (void *array, size_t *size, size_t n, size_t each)
{
  if (n < *size)
    return array;
  *size = TB_MAX (*size * 2, n + 64);
  array = realloc (array, *size * each);
  TB_CHECK (array != NULL);
  return array;
}

/* ---- The heap ---- */

static bool
before (const Event *a, const Event *b)
{
  return a->at_ns != b->at_ns ? a->at_ns < b->at_ns : a->seq < b->seq;
}

void
sim_push (TbSim *sim, Event event)
{
  SIM_GROW (sim->heap, sim->heap_size, sim->n_heap);
  event.seq = sim->seq++;
  size_t i = sim->n_heap++;
  for (; i > 0 && before (&event, &sim->heap[(i - 1) / 2]); i = (i - 1) / 2)
    sim->heap[i] = sim->heap[(i - 1) / 2];
  sim->heap[i] = event;
}

/* Puts an event where place i is free, as far down as it belongs. */
static void
sink (TbSim *sim, size_t i, Event event)
{
  for (size_t child; (child = 2 * i + 1) < sim->n_heap; i = child)
    {
      if (child + 1 < sim->n_heap && before (&sim->heap[child + 1], &sim->heap[child]))
        child++;
      if (!before (&sim->heap[child], &event))
        break;
      sim->heap[i] = sim->heap[child];
    }
  sim->heap[i] = event;
}

Event
sim_pop (TbSim *sim)
{
  Event top = sim->heap[0], last = sim->heap[--sim->n_heap];
  sink (sim, 0, last);
  return top;
}

void
sim_order (TbSim *sim)
{
  for (size_t i = sim->n_heap / 2; i-- > 0;)
    sink (sim, i, sim->heap[i]);
}

/* ---- Chance and words ---- */

bool
sim_chance (TbSim *sim, double share)
{
  return share > 0 && tb_rng_uniform (&sim->rng) < share;
}

int64_t
sim_around (TbSim *sim, int64_t mean_ns)
{
  return mean_ns > 0 ? (int64_t) tb_rng_below (&sim->rng, 2 * (uint64_t) mean_ns) + 1 : 0;
}

void
sim_say (TbSim *sim, const char *format, ...)
{
  if (sim->options.trace == NULL)
    return;
  va_list args;
  va_start (args, format);
  fprintf (sim->options.trace, "%10.3f ms  ", (double) sim->now_ns / 1e6);
  vfprintf (sim->options.trace, format, args);
  fputc ('\n', sim->options.trace);
  va_end (args);
}

/* The first one counts: what follows from it says little. */
void
sim_broken (TbSim *sim, const char *format, ...)
{
  if (sim->result->broken[0] != '\0')
    return;
  va_list args;
  va_start (args, format);
  vsnprintf (sim->result->broken, sizeof sim->result->broken, format, args);
  va_end (args);
  sim_say (sim, "BROKEN: %s", sim->result->broken);
}

/* ---- A run ---- */

void
sim_begin (TbSim *sim, const TbSimOptions *options, TbSimResult *result)
{
  sim->options = *options;
  sim->result = result;
  *result = (TbSimResult){ .converged_ns = -1 };
  TB_CHECK (options->config.n >= 1 && options->config.n <= TB_REPLICAS_MAX);
  TB_CHECK (options->keys >= 1 && options->keys <= TB_SIM_KEYS_MAX);
  tb_replica_defaults (&sim->options.config);
  tb_rng_seed (&sim->rng, options->seed);
  sim->now_ns = 0;
  sim->seq = 0;
  sim->loss = options->loss;
  sim->duplicate = options->duplicate;
  sim->damage = options->damage;
  sim->slow = 1;
  sim->healing = false;
  sim->n_ops = sim->n_leaders = sim->n_applied = 0;
  memset (sim->cut, 0, sizeof sim->cut);
  SIM_GROW (sim->last_ns, sim->last_size, (size_t) options->config.n * options->config.n);
  memset (sim->last_ns, 0, (size_t) options->config.n * options->config.n * sizeof *sim->last_ns);
  for (unsigned i = 0; i < options->config.n; i++)
    sim_node_begin (sim, i);
  for (unsigned i = 0; i < options->config.n; i++)
    sim_node_start (&sim->nodes[i]);
  if (options->outside != NULL)
    return;
  sim_clients_begin (sim);
  if (options->faults != 0)
    sim_push (sim, (Event){ .at_ns = sim_around (sim, options->fault_every_ns), .kind = EVENT_FAULT });
  sim_push (sim, (Event){ .at_ns = options->load_ns, .kind = EVENT_HEAL });
}

static void
heal_and_look (TbSim *sim)
{
  sim_heal (sim);
  sim->healing = true;
  sim->healed_ns = sim->now_ns;
  sim_push (sim, (Event){ .at_ns = sim->now_ns + LOOK_EVERY_NS, .kind = EVENT_LOOK });
}

static void
look (TbSim *sim)
{
  if (!sim->result->converged && sim_all_agree (sim))
    {
      sim->result->converged = true;
      sim->result->converged_ns = sim->now_ns - sim->healed_ns;
    }
  int64_t quiet_ns = sim->now_ns - sim->healed_ns - sim->options.quiet_ns;
  if (sim->options.final_reads && quiet_ns >= 0 && quiet_ns < LOOK_EVERY_NS)
    sim_clients_final (sim);
  sim_push (sim, (Event){ .at_ns = sim->now_ns + LOOK_EVERY_NS, .kind = EVENT_LOOK });
}

static bool
is_over (const TbSim *sim)
{
  if (!sim->healing)
    return false;
  int64_t since_ns = sim->now_ns - sim->healed_ns - sim->options.quiet_ns;
  if (since_ns >= FINAL_PATIENCE_NS)
    return true;
  bool read = !sim->options.final_reads || sim->result->final_reads_done;
  return since_ns >= 0 && read && sim->result->converged;
}

static void
carry_out (TbSim *sim, Event *e)
{
  Node *node = &sim->nodes[e->at];
  switch ((EventKind) e->kind)
    {
    case EVENT_MESSAGE:
      if (sim_net_arrives (sim, e))
        sim_node_message (node, e);
      break;
    case EVENT_REQUEST:
      sim_node_request (node, e);
      break;
    case EVENT_TICK:
      if (e->number == node->life)
        sim_node_tick (node);
      break;
    case EVENT_SYNC:
      if (e->number == node->life)
        sim_node_synced (node);
      break;
    case EVENT_RESTART:
      if (e->number == node->life && node->replica == NULL)
        sim_node_start (node);
      break;
    case EVENT_RESUME:
      node->paused = false;
      break;
    case EVENT_REPLY:
      if (sim->options.outside != NULL)
        sim_outside_reply (sim, e);
      else
        sim_client_reply (sim, e);
      break;
    case EVENT_NEXT:
      sim_client_next (sim, e);
      break;
    case EVENT_TIMEOUT:
      sim_client_timeout (sim, e);
      break;
    case EVENT_FAULT:
      sim_fault (sim);
      break;
    case EVENT_HEAL:
      heal_and_look (sim);
      break;
    case EVENT_LOOK:
      look (sim);
      break;
    }
}

static void
drop (TbSim *sim, Event *e)
{
  if (e->bytes != NULL)
    sim_bytes_free (sim, e->bytes, e->n);
  e->bytes = NULL;
}

/* A process that stands still finds all that came meanwhile when it goes on. */
static bool
waits_for_its_process (TbSim *sim, Event *e)
{
  bool of_a_process = e->kind == EVENT_MESSAGE || e->kind == EVENT_REQUEST || e->kind == EVENT_TICK || e->kind == EVENT_SYNC;
  if (!of_a_process || !sim->nodes[e->at].paused)
    return false;
  e->at_ns = TB_MAX (sim->nodes[e->at].resume_ns, sim->now_ns + 1);
  sim_push (sim, *e);
  return true;
}

void
sim_carry_out (TbSim *sim, Event *e)
{
  sim->now_ns = e->at_ns;
  if (waits_for_its_process (sim, e))
    return;
  sim->result->events++;
  carry_out (sim, e);
  drop (sim, e);
}

void
sim_end (TbSim *sim)
{
  sim_say_all (sim);
  while (sim->n_heap > 0)
    drop (sim, &sim->heap[--sim->n_heap]);
  for (size_t i = 0; i < sim->n_cut_off; i++)
    drop (sim, &sim->cut_off[i]);
  sim->n_cut_off = 0;
  for (unsigned i = 0; i < sim->options.config.n; i++)
    sim_node_clear (&sim->nodes[i]);
  if (sim->options.outside == NULL)
    sim_clients_end (sim);
  sim->result->ops = sim->ops;
  sim->result->n_ops = sim->n_ops;
}

void
tb_sim_run (TbSim *sim, const TbSimOptions *options, TbSimResult *result)
{
  sim_begin (sim, options, result);
  while (sim->n_heap > 0 && !is_over (sim))
    {
      Event e = sim_pop (sim);
      sim_carry_out (sim, &e);
    }
  sim_end (sim);
}

TbSim *
tb_sim_new (void)
{
  TbSim *sim = calloc (1, sizeof *sim);
  TB_CHECK (sim != NULL);
  return sim;
}

void
tb_sim_free (TbSim *sim)
{
  if (sim == NULL)
    return;
  for (unsigned i = 0; i < TB_REPLICAS_MAX; i++)
    {
      free (sim->nodes[i].records);
      free (sim->nodes[i].held);
    }
  sim_bytes_release (sim);
  free (sim->heap);
  free (sim->last_ns);
  free (sim->cut_off);
  free (sim->clients);
  free (sim->ops);
  free (sim->leaders);
  free (sim->applied);
  free (sim);
}
