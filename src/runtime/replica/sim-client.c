/* The simulated clients: one operation at a time each, written values are all different, and what a client
 * cannot know is UNKNOWN. A request that was certainly refused may be tried at another replica, as part of the
 * same operation. */
#include "sim-private.h"

#include <inttypes.h>
#include <stdlib.h>

#define TRIES 6
#define FINAL_TRIES 1000

static const char *const kinds[] = { "read", "write", "cas", "append", "add", "insert" };

static void
add_op (TbSim *sim, const TbOp *op)
{
  SIM_GROW (sim->ops, sim->ops_size, sim->n_ops);
  sim->ops[sim->n_ops++] = *op;
  sim->result->ok += op->outcome == TB_OP_OK;
}

static void
set_next (TbSim *sim, unsigned c, int64_t in_ns)
{
  sim_push (sim, (Event){ .at_ns = sim->now_ns + in_ns, .kind = EVENT_NEXT, .at = (uint8_t) c,
                          .number = sim->clients[c].serial });
}

void
sim_clients_begin (TbSim *sim)
{
  unsigned n = sim->options.clients + 1; /* the last one does the final reads */
  sim->clients = realloc (sim->clients, n * sizeof *sim->clients);
  TB_CHECK (sim->clients != NULL && n < UINT8_MAX);
  memset (sim->clients, 0, n * sizeof *sim->clients);
  sim->n_clients = n;
  sim->next_process = n;
  sim->next_ticket = 0;
  sim->next_value = TB_VALUE_NIL;
  sim->final_left = 0;
  for (unsigned c = 0; c < n; c++)
    {
      sim->clients[c].op = (TbOp){ .process = c, .client = (uint16_t) c };
      sim->clients[c].leader = -1;
      if (c + 1 < n)
        set_next (sim, c, sim_around (sim, sim->options.think_ns));
    }
}

/* ---- One request ---- */

static TbCommand
command_of (const TbOp *op, uint8_t *key)
{
  static const TbCommandKind commands[] = {
    [TB_OP_READ] = TB_COMMAND_GET,      [TB_OP_WRITE] = TB_COMMAND_SET, [TB_OP_CAS] = TB_COMMAND_CAS,
    [TB_OP_APPEND] = TB_COMMAND_APPEND, [TB_OP_ADD] = TB_COMMAND_ADD,   [TB_OP_INSERT] = TB_COMMAND_INSERT,
  };
  *key = (uint8_t) op->key;
  TbCommand command = { .kind = commands[op->kind], .key = { key, 1 }, .amount = (int64_t) op->value };
  if (op->kind != TB_OP_READ)
    command.value = (TbBytes){ &op->value, sizeof op->value };
  if (op->kind == TB_OP_CAS && op->expected != TB_VALUE_NIL)
    command.expected = (TbBytes){ &op->expected, sizeof op->expected };
  return command;
}

static void
ask (TbSim *sim, unsigned c)
{
  Client *client = &sim->clients[c];
  unsigned n = sim->options.config.n;
  unsigned to = client->leader >= 0 && !sim->options.any_replica ? (unsigned) client->leader
                                                                  : (unsigned) tb_rng_below (&sim->rng, n);
  uint8_t key;
  TbCommand command = command_of (&client->op, &key);
  Pack p = { 0 };
  pack_command (&p, &command);
  client->tries++;
  client->op.replica = (uint16_t) to;
  client->ticket = ++sim->next_ticket * sim->n_clients + c;
  Event e = { .at_ns = sim->now_ns + sim_delay (sim), .kind = EVENT_REQUEST, .at = (uint8_t) to, .from = (uint8_t) c,
              .number = client->ticket, .n = (uint32_t) p.n, .bytes = sim_bytes_new (sim, p.p, p.n) };
  pack_free (&p);
  if (sim_chance (sim, sim->loss))
    sim_bytes_free (sim, e.bytes, e.n);
  else
    sim_push (sim, e);
}

/* ---- Operations ---- */

static uint8_t
draw_kind (TbSim *sim)
{
  double u = tb_rng_uniform (&sim->rng), sum = 0;
  for (uint8_t kind = 0; kind < TB_ARRAY_LENGTH (kinds); kind++)
    if ((sum += sim->options.share[kind]) > u)
      return kind;
  return TB_OP_READ;
}

static void
begin_op (TbSim *sim, unsigned c, uint8_t kind, uint32_t key)
{
  Client *client = &sim->clients[c];
  uint64_t seen = client->op.key == key ? client->op.value : 0; /* likely enough still there for a CAS */
  client->op = (TbOp){ .invoke_ns = sim->now_ns, .return_ns = INT64_MAX, .kind = kind, .key = key, .client = (uint16_t) c,
                       .process = client->op.process, .outcome = TB_OP_UNKNOWN };
  if (kind == TB_OP_ADD)
    client->op.value = 1;
  else if (kind != TB_OP_READ)
    client->op.value = ++sim->next_value;
  if (kind == TB_OP_CAS)
    client->op.expected = sim_chance (sim, 0.3) ? tb_rng_below (&sim->rng, sim->next_value) : seen;
  client->open = true;
  client->tries = 0;
  client->serial++;
  sim_say (sim, "client %u begins %s of key %u, value %" PRIu64 ", expected %" PRIu64, c, kinds[kind], key,
           client->op.value, client->op.expected);
  sim_push (sim, (Event){ .at_ns = sim->now_ns + sim->options.client_timeout_ns, .kind = EVENT_TIMEOUT,
                          .at = (uint8_t) c, .number = client->serial });
  ask (sim, c);
}

static void
end_op (TbSim *sim, unsigned c, TbOpOutcome outcome)
{
  Client *client = &sim->clients[c];
  client->op.outcome = (uint8_t) outcome;
  client->op.return_ns = outcome == TB_OP_UNKNOWN ? INT64_MAX : sim->now_ns;
  client->open = false;
  client->ticket = 0;
  add_op (sim, &client->op);
  if (outcome == TB_OP_UNKNOWN)
    client->op.process = sim->next_process++;
  sim_say (sim, "client %u ends: %s, value %" PRIu64, c, outcome == TB_OP_OK ? "ok" : outcome == TB_OP_FAIL ? "failed" : "unknown",
           client->op.value);
  if (c == sim->options.clients)
    {
      sim->final_left -= outcome == TB_OP_OK;
      sim->result->final_reads_done = sim->final_left == 0;
      if (sim->final_left > 0)
        set_next (sim, c, TB_NS_PER_MS);
    }
  else if (!sim->healing)
    set_next (sim, c, sim_around (sim, sim->options.think_ns));
}

void
sim_clients_final (TbSim *sim)
{
  sim->final_left = sim->options.keys;
  set_next (sim, sim->options.clients, 0);
}

/* The next operation, or the next try of the one that is open. */
void
sim_client_next (TbSim *sim, const Event *e)
{
  unsigned c = e->at;
  Client *client = &sim->clients[c];
  if (e->number != client->serial)
    return;
  if (client->open)
    {
      if (client->ticket == 0)
        ask (sim, c);
    }
  else if (c == sim->options.clients)
    {
      if (sim->final_left > 0) /* else it comes from a try that timed out meanwhile */
        begin_op (sim, c, TB_OP_READ, sim->final_left - 1);
    }
  else if (!sim->healing)
    begin_op (sim, c, draw_kind (sim), (uint32_t) tb_rng_below (&sim->rng, sim->options.keys));
}

/* Certainly without effect: elsewhere, or a little later, or never. */
static void
refused (TbSim *sim, unsigned c, const Event *e)
{
  Client *client = &sim->clients[c];
  client->ticket = 0;
  client->leader = e->leader;
  if (client->tries >= (c == sim->options.clients ? FINAL_TRIES : TRIES))
    end_op (sim, c, TB_OP_FAIL);
  else if (e->leader >= 0 && e->leader != e->from)
    ask (sim, c);
  else
    set_next (sim, c, sim_around (sim, sim->options.config.election_ns / 2));
}

static void
done (TbSim *sim, unsigned c, const Event *e)
{
  Client *client = &sim->clients[c];
  TbOp *op = &client->op;
  client->leader = e->from;
  if (op->kind == TB_OP_READ)
    op->value = e->has_value ? e->value : TB_VALUE_NIL;
  else if (op->kind == TB_OP_CAS)
    op->swapped = e->answer == TB_ANSWER_OK;
  end_op (sim, c, TB_OP_OK);
}

void
sim_client_reply (TbSim *sim, const Event *e)
{
  unsigned c = (unsigned) (e->number % sim->n_clients);
  if (sim->clients[c].ticket != e->number)
    return; /* too late */
  if (e->answer == TB_ANSWER_REFUSED)
    refused (sim, c, e);
  else if (e->answer == TB_ANSWER_UNKNOWN)
    {
      sim->clients[c].leader = e->leader;
      end_op (sim, c, TB_OP_UNKNOWN);
    }
  else
    done (sim, c, e);
}

void
sim_client_timeout (TbSim *sim, const Event *e)
{
  Client *client = &sim->clients[e->at];
  if (!client->open || client->serial != e->number)
    return;
  client->leader = -1;
  end_op (sim, e->at, client->ticket == 0 ? TB_OP_FAIL : TB_OP_UNKNOWN);
}

void
sim_clients_end (TbSim *sim)
{
  for (unsigned c = 0; c < sim->n_clients; c++)
    if (sim->clients[c].open)
      {
        sim->clients[c].open = false;
        sim->clients[c].op.outcome = TB_OP_UNKNOWN;
        add_op (sim, &sim->clients[c].op);
      }
}
