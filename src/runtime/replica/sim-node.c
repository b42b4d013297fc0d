/* A replica's host in the simulator: a disk that takes its time, outputs that wait for it, a timer of its own,
 * and a small state machine. */
#include "sim-private.h"

#include <math.h>
#include <stdlib.h>

/* ---- Outputs, held back until what was kept before is on disk ---- */

static void
release (Node *node, Held *held)
{
  TbSim *sim = node->sim;
  if (!held->reply)
    {
      sim_net_send (sim, &held->event);
      return;
    }
  held->event.at_ns = sim->now_ns + (sim->options.outside != NULL ? 0 : sim_delay (sim));
  if (!sim_chance (sim, sim->loss))
    sim_push (sim, held->event);
}

static void
release_what_may_go (Node *node)
{
  while (node->held_first < node->n_held && node->held[node->held_first].after <= node->synced)
    release (node, &node->held[node->held_first++]);
  if (node->held_first == node->n_held)
    node->held_first = node->n_held = 0;
}

static void
hold (Node *node, Event event, bool reply)
{
  SIM_GROW (node->held, node->held_size, node->n_held);
  node->held[node->n_held++] = (Held){ SIZE_MAX, event, reply };
}

static void
begin_sync (Node *node)
{
  TbSim *sim = node->sim;
  if (node->sync_runs || node->synced == node->n_records)
    return;
  node->sync_runs = true;
  node->syncing = node->n_records;
  sim_push (sim, (Event){ .at_ns = sim->now_ns + sim_around (sim, sim->options.disk_ns), .kind = EVENT_SYNC,
                          .at = (uint8_t) node->self, .number = node->life });
}

static void
forget_before (Node *node, size_t first)
{
  for (size_t i = node->base; i < first; i++)
    sim_bytes_free (node->sim, node->records[i].p, node->records[i].n);
  node->base = first;
}

static void
on_disk (Node *node, size_t n)
{
  node->synced = n;
  if (node->renew_at != SIZE_MAX && n >= node->renew_end)
    {
      forget_before (node, node->renew_at);
      node->renew_at = SIZE_MAX;
    }
}

void
sim_node_synced (Node *node)
{
  node->sync_runs = false;
  on_disk (node, node->syncing);
  release_what_may_go (node);
  begin_sync (node);
}

/* ---- What the core asks ---- */

static void
host_send (void *data, unsigned to, const void *bytes, size_t n)
{
  Node *node = data;
  hold (node, (Event){ .kind = EVENT_MESSAGE, .at = (uint8_t) to, .from = (uint8_t) node->self, .n = (uint32_t) n,
                       .bytes = sim_bytes_new (node->sim, bytes, n) }, false);
}

static void
reply (Node *node, uint64_t ticket, TbAnswer answer, uint64_t value, bool has_value, int leader)
{
  if (ticket != 0)
    hold (node, (Event){ .kind = EVENT_REPLY, .from = (uint8_t) node->self, .number = ticket, .answer = (uint8_t) answer,
                         .has_value = has_value, .value = value, .leader = (int8_t) leader }, true);
}

static uint64_t
number_of (const void *bytes, size_t n)
{
  uint64_t value = 0;
  char text[24];
  if (n == sizeof value)
    memcpy (&value, bytes, n);
  else if (n < sizeof text)
    {
      memcpy (text, bytes, n);
      text[n] = '\0';
      value = strtoull (text, NULL, 10);
    }
  return value;
}

static void
host_answer (void *data, uint64_t ticket, TbAnswer answer, const void *bytes, size_t n, int leader)
{
  bool has_value = answer == TB_ANSWER_OK && n > 0;
  reply (data, ticket, answer, has_value ? number_of (bytes, n) : 0, has_value, leader);
}

static void
host_keep (void *data, const void *record, size_t n)
{
  Node *node = data;
  SIM_GROW (node->records, node->records_size, node->n_records);
  node->records[node->n_records++] = (SimRecord){ sim_bytes_new (node->sim, record, n), (uint32_t) n };
}

static void
host_renew (void *data)
{
  Node *node = data;
  node->renew_at = node->n_records;
  node->renewing = true;
  node->sim->result->snapshots++;
}

static void
host_apply (void *data, uint64_t ticket, const TbCommand *command)
{
  Node *node = data;
  _Static_assert (TB_SIM_KEYS_MAX > UINT8_MAX, "a key is a byte");
  TB_CHECK (command->key.n == 1);
  uint64_t *value = &node->values[*(const uint8_t *) command->key.p];
  uint64_t given = number_of (command->value.p, command->value.n);
  bool done = true;
  if (command->kind == TB_COMMAND_SET)
    *value = given;
  else if (command->kind == TB_COMMAND_DELETE)
    *value = 0;
  else if (command->kind == TB_COMMAND_ADD)
    *value += (uint64_t) command->amount;
  else if (command->kind == TB_COMMAND_CAS)
    {
      done = *value == number_of (command->expected.p, command->expected.n);
      *value = done ? given : *value;
    }
  else
    done = *value != 0;
  reply (node, ticket, done ? TB_ANSWER_OK : TB_ANSWER_NIL, *value, command->kind == TB_COMMAND_GET && done, -1);
}

static void *
host_save (void *data, size_t *n)
{
  Node *node = data;
  void *copy = malloc (sizeof node->values);
  TB_CHECK (copy != NULL);
  memcpy (copy, node->values, sizeof node->values);
  *n = sizeof node->values;
  return copy;
}

static void
host_load (void *data, const void *bytes, size_t n)
{
  Node *node = data;
  TB_CHECK (n == sizeof node->values);
  memcpy (node->values, bytes, n);
}

static uint64_t
host_random (void *data)
{
  Node *node = data;
  return tb_rng_next (&node->sim->rng);
}

static const TbReplicaHost host_table = {
  host_send, host_answer, host_keep, host_renew, host_apply, host_save, host_load, host_random,
};

/* ---- Time as the replica sees it ---- */

static int64_t
local_ns (const Node *node)
{
  return node->base_local_ns + (int64_t) ((double) (node->sim->now_ns - node->base_ns) * node->rate);
}

static void
set_tick (Node *node)
{
  int64_t due_ns = tb_replica_deadline (node->replica);
  if (due_ns == INT64_MAX)
    return;
  double wait_ns = TB_MAX ((double) (due_ns - node->base_local_ns) / node->rate, 0);
  int64_t at_ns = TB_MAX (node->base_ns + (int64_t) ceil (wait_ns), node->sim->now_ns + 1000);
  if (node->tick_ns > node->sim->now_ns && at_ns >= node->tick_ns)
    return;
  node->tick_ns = at_ns;
  sim_push (node->sim, (Event){ .at_ns = at_ns, .kind = EVENT_TICK, .at = (uint8_t) node->self, .number = node->life });
}

void
sim_node_clock (Node *node, double rate, int64_t step_ns)
{
  node->base_local_ns = local_ns (node) + step_ns;
  node->base_ns = node->sim->now_ns;
  node->rate = rate;
  if (node->replica != NULL)
    {
      node->tick_ns = 0;
      set_tick (node);
    }
}

/* ---- Steps ---- */

static void
step_ends (Node *node)
{
  if (node->renewing)
    node->renew_end = node->n_records;
  node->renewing = false;
  for (size_t i = node->n_held; i > node->held_first && node->held[i - 1].after == SIZE_MAX; i--)
    node->held[i - 1].after = node->n_records;
  if (!node->sim->options.durable || node->sim->options.disk_ns == 0)
    on_disk (node, node->n_records);
  release_what_may_go (node);
  begin_sync (node);
  sim_check_node (node);
  set_tick (node);
}

void
sim_node_message (Node *node, const Event *e)
{
  if (node->replica == NULL)
    return;
  sim_say (node->sim, "%u <- %u %s, %u bytes", node->self, e->from, tb_replica_label (e->bytes, e->n), e->n);
  tb_replica_message (node->replica, local_ns (node), e->from, e->bytes, e->n);
  step_ends (node);
}

void
sim_node_request (Node *node, const Event *e)
{
  Take t = { e->bytes, e->n, false };
  TbCommand command;
  if (node->replica == NULL || !take_command (&t, &command))
    return;
  tb_replica_command (node->replica, local_ns (node), e->number, &command);
  step_ends (node);
}

void
sim_node_tick (Node *node)
{
  node->tick_ns = 0;
  if (node->replica == NULL)
    return;
  if (tb_replica_deadline (node->replica) > local_ns (node))
    {
      set_tick (node);
      return;
    }
  tb_replica_tick (node->replica, local_ns (node));
  step_ends (node);
}

/* ---- Life ---- */

void
sim_node_begin (TbSim *sim, unsigned i)
{
  Node *node = &sim->nodes[i];
  Node kept = *node;
  *node = (Node){ .sim = sim, .self = i, .rate = 1, .renew_at = SIZE_MAX,
                  .records = kept.records, .records_size = kept.records_size,
                  .held = kept.held, .held_size = kept.held_size };
}

void
sim_node_start (Node *node)
{
  TbSim *sim = node->sim;
  TbReplicaConfig config = sim->options.config;
  config.self = node->self;
  node->life++;
  node->tick_ns = 0;
  memset (node->values, 0, sizeof node->values);
  node->seen_applied = 0;
  node->replica = tb_replica_new (&config, &host_table, node);
  TB_CHECK (node->replica != NULL);
  for (size_t i = node->base; i < node->n_records; i++)
    tb_replica_restore (node->replica, node->records[i].p, node->records[i].n);
  sim_say (sim, "%u starts with %zu records", node->self, node->n_records - node->base);
  tb_replica_start (node->replica, local_ns (node));
  step_ends (node);
}

/* What is not on disk is lost from some record on; a journal begun anew is whole or not there. */
static void
tear (Node *node)
{
  size_t left = node->synced + tb_rng_below (&node->sim->rng, node->n_records - node->synced + 1);
  if (node->renew_at != SIZE_MAX && left < node->renew_end)
    left = TB_MIN (left, node->renew_at);
  while (node->n_records > left)
    {
      node->n_records--;
      sim_bytes_free (node->sim, node->records[node->n_records].p, node->records[node->n_records].n);
    }
  on_disk (node, left);
  node->renew_at = SIZE_MAX;
}

static void
drop_outputs (Node *node)
{
  for (size_t i = node->held_first; i < node->n_held; i++)
    if (node->held[i].event.bytes != NULL)
      sim_bytes_free (node->sim, node->held[i].event.bytes, node->held[i].event.n);
  node->held_first = node->n_held = 0;
}

void
sim_node_crash (Node *node)
{
  if (node->replica == NULL)
    return;
  node->sim->result->crashes++;
  tb_replica_free (node->replica);
  node->replica = NULL;
  node->life++;
  node->sync_runs = false;
  node->paused = false;
  drop_outputs (node);
  tear (node);
  sim_say (node->sim, "%u crashes, %zu records left", node->self, node->n_records - node->base);
}

void
sim_node_clear (Node *node)
{
  tb_replica_free (node->replica);
  node->replica = NULL;
  drop_outputs (node);
  forget_before (node, node->n_records);
}
