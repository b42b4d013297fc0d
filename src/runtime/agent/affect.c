/* A connection with faults on it: what they come to there, its clock, and the pace at which bytes
 * leave. Without a fault a connection has none of this.
 *
 *   nothing ──fault comes──▶ affected ──last fault goes──▶ nothing
 *                              │ reset_ns: tb_conn_reset()
 *                              └ close_ns, limit: tb_conn_end()  */
#include "taps-private.h"

#include <string.h>
#include <sys/socket.h>

#define RESET_DELAY_NS (1 * TB_NS_PER_MS) /* so that a reset follows the connect, as it says */
#define PACE_NS (10 * TB_NS_PER_MS)       /* what a slow line carries in that time goes at once */

/* ---- On and off ------------------------------------------------------------------------------ */

static TbAffected *
take (TbTaps *t, TbConn *c)
{
  TbAffected *a = tb_pool_take (&t->affecteds);
  if (a == NULL)
    return NULL;
  memset (a, 0, sizeof *a);
  a->timer = (TbWaiting) { .conn = c, .direction = TB_WAITING_TIMER, .pipe = { -1, -1 } };
  const TbTap *tap = c->tap;
  a->faulted.key = tb_chance_key ((uint64_t) tap->from << 32 | tap->to, tap->port, c->ordinal);
  a->faulted.began_ns = t->began_ns + (int64_t) c->began_ms * TB_NS_PER_MS;
  a->effects = tb_effects_none;
  c->affected = a;
  return a;
}

void
tb_affect_drop (TbTaps *t, TbConn *c)
{
  if (c->affected == NULL)
    return;
  tb_taps_unschedule (t, &c->affected->timer);
  tb_pool_give (&t->affecteds, c->affected);
  c->affected = NULL;
}

/* A connection without affected has no faults, so where memory is out they do nothing on it. */
void
tb_affect (TbTaps *t, TbConn *c)
{
  if (c->tap->effects.bits == 0)
    {
      tb_affect_drop (t, c);
      return;
    }
  TbAffected *a = c->affected != NULL ? c->affected : take (t, c);
  if (a == NULL)
    return;
  TbFaultPlace place = { c->tap->link, c->tap->from, c->tap->to };
  a->faulted.now_ns = t->now_ns;
  for (int d = 0; d < 2; d++)
    a->faulted.passed[d] = c->flow[d].out;
  tb_effects_at (t->faults, &place, &a->faulted, &a->effects);
  /* A connection that has just been made is first allowed to be that. */
  bool young = c->flow[0].in == 0 && c->flow[1].in == 0;
  if (young && a->effects.reset_ns <= t->now_ns)
    a->effects.reset_ns = t->now_ns + RESET_DELAY_NS;
}

/* ---- Its clock ------------------------------------------------------------------------------- */

bool
tb_affect_clock (TbTaps *t, TbConn *c)
{
  TbAffected *a = c->affected;
  if (a == NULL)
    return true;
  if (a->effects.reset_ns <= t->now_ns)
    {
      tb_conn_reset (t, c, -1);
      return false;
    }
  if (a->effects.close_ns <= t->now_ns)
    {
      tb_conn_end (t, c);
      return false;
    }
  tb_taps_schedule (t, &a->timer, TB_MIN (a->effects.reset_ns, a->effects.close_ns));
  return true;
}

/* ---- Its pace -------------------------------------------------------------------------------- */

static uint64_t
slice (const TbAffected *a, const TbFault *slicer, uint64_t at)
{
  const TbWireFault *wire = &slicer->wire;
  TbRng rng;
  tb_chance_begin (&rng, slicer, a->faulted.key, at);
  uint64_t spread = 2 * (uint64_t) wire->size_variation + 1;
  return (uint64_t) (wire->average_size - wire->size_variation) + tb_rng_below (&rng, spread);
}

uint64_t
tb_affect_allows (const TbTaps *t, const TbConn *c, unsigned d)
{
  const TbAffected *a = c->affected;
  if (a == NULL)
    return UINT64_MAX;
  const TbEffects *e = &a->effects;
  uint64_t out = c->flow[d].out, allowed = e->limit[d] > out ? e->limit[d] - out : 0;
  if (e->rate[d] == 0 && e->slicer[d] == NULL)
    return allowed;
  if (t->now_ns < a->way[d].next_ns)
    return 0;
  if (e->rate[d] > 0)
    allowed = TB_MIN (allowed, (uint64_t) TB_MAX (e->rate[d] / (TB_NS_PER_S / PACE_NS), 1));
  if (e->slicer[d] != NULL)
    allowed = TB_MIN (allowed, slice (a, e->slicer[d], out));
  return allowed;
}

/* A line that was idle, or a timer that was late, makes up for no more than PACE_NS. */
void
tb_affect_sent (const TbTaps *t, TbConn *c, unsigned d, uint64_t n)
{
  TbAffected *a = c->affected;
  if (a == NULL)
    return;
  int64_t next = t->now_ns;
  if (a->effects.rate[d] > 0)
    next = TB_MAX (a->way[d].next_ns, t->now_ns - PACE_NS)
           + (int64_t) ((double) n * (double) TB_NS_PER_S / (double) a->effects.rate[d]);
  if (a->effects.slicer[d] != NULL)
    next = TB_MAX (next, t->now_ns + a->effects.slicer[d]->wire.delay_ns);
  a->way[d].next_ns = next;
}

bool
tb_affect_is_spent (const TbConn *c, unsigned d)
{
  return c->affected != NULL && c->flow[d].out >= c->affected->effects.limit[d];
}

int64_t
tb_affect_next_ns (const TbConn *c, unsigned d, int64_t due_ns)
{
  return c->affected != NULL ? TB_MAX (due_ns, c->affected->way[d].next_ns) : due_ns;
}

uint64_t
tb_affect_room (const TbConn *c, unsigned d)
{
  const TbEffects *e = tb_conn_effects_of (c);
  if (e->rate[d] == 0 || e->n_strikes[d] > 0 || c->mux != NULL)
    return UINT64_MAX;
  return (uint64_t) TB_MAX (e->rate[d] / 10, 16 * 1024);
}

/* ---- Bytes that wait for what is drawn -------------------------------------------------------- */

/* The message they belong to has its own delay, drawn when its first byte comes. */
int64_t
tb_affect_delay_ns (TbConn *c, unsigned d, uint64_t n, bool ends)
{
  TbAffected *a = c->affected;
  TbStruck struck = { .label = "",
                      .bytes = n,
                      .begins = c->plain || !a->way[d].drawn,
                      .proto = (TbProto) c->proto };
  TbVerdict verdict;
  tb_effects_judge (&a->effects, &a->faulted, d, &struck, &verdict);
  if (struck.begins)
    a->way[d].draw_ns = 0;
  int64_t delay = a->way[d].draw_ns + verdict.delay_ns;
  if (struck.begins)
    a->way[d].draw_ns = verdict.delay_ns;
  a->way[d].drawn = !c->plain && !ends;
  return delay;
}
