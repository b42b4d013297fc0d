/* Connections: begun, ended, reset, and told what epoll saw of their sides. What flows is flow.c's. */
#include "taps-private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- The pool -------------------------------------------------------------------------------- */

TbConn *
tb_conn_at (TbTaps *t, uint32_t index, uint16_t generation)
{
  if (index / TB_CONN_SLAB >= t->n_conn_slabs)
    return NULL;
  TbConn *c = &t->conns[index / TB_CONN_SLAB][index % TB_CONN_SLAB];
  return c->live && c->generation == generation ? c : NULL;
}

static bool
add_slab (TbTaps *t)
{
  TbConn **slabs = realloc (t->conns, (t->n_conn_slabs + 1) * sizeof (TbConn *));
  if (slabs == NULL)
    return false;
  t->conns = slabs;
  size_t bytes = TB_CONN_SLAB * sizeof (TbConn);
  TbConn *slab = mmap (NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (slab == MAP_FAILED)
    return false;
  slabs[t->n_conn_slabs] = slab;
  for (uint32_t i = TB_CONN_SLAB; i-- > 0;)
    {
      slab[i].index = t->n_conn_slabs * TB_CONN_SLAB + i;
      slab[i].next = t->free_conns;
      t->free_conns = &slab[i];
    }
  t->n_conn_slabs++;
  return true;
}

static TbConn *
take_conn (TbTaps *t)
{
  if (t->free_conns == NULL && !add_slab (t))
    return NULL;
  TbConn *c = t->free_conns;
  t->free_conns = c->next;
  *c = (TbConn) { .index = c->index, .generation = c->generation, .live = true };
  t->n_live++;
  return c;
}

static void
link_conn (TbConn *c, TbTap *tap)
{
  c->tap = tap;
  c->next = tap->conns;
  if (c->next != NULL)
    c->next->previous = c;
  tap->conns = c;
}

/* The generation makes events of the descriptors' former life miss. */
static void
give_conn (TbTaps *t, TbConn *c)
{
  *(c->previous != NULL ? &c->previous->next : &c->tap->conns) = c->next;
  if (c->next != NULL)
    c->next->previous = c->previous;
  c->live = false;
  c->generation++;
  c->next = t->free_conns;
  t->free_conns = c;
  t->n_live--;
}

void
tb_conns_clear (TbTaps *t)
{
  for (uint32_t i = 0; i < t->n_taps; i++)
    while (t->taps[i]->conns != NULL)
      tb_conn_finish (t, t->taps[i]->conns);
  for (uint32_t i = 0; i < t->n_conn_slabs; i++)
    munmap (t->conns[i], TB_CONN_SLAB * sizeof (TbConn));
  free (t->conns);
}

/* ---- Beginning ------------------------------------------------------------------------------- */

static void
count_start (TbTaps *t, TbConn *c, uint16_t caller_port)
{
  TbTapCounters *row = tb_tap_begin (c->tap);
  row->connections_open++;
  row->connections_total++;
  tb_tap_end (c->tap, t->now_ns);
  t->open[c->tap->to]++;
  tb_tap_event (t, c->tap, TB_EVENT_OPEN, c->number, caller_port);
}

void
tb_conn_start (TbTaps *t, TbTap *tap, int caller, int called, bool connecting, uint16_t caller_port)
{
  TbConn *c = take_conn (t);
  if (c == NULL)
    {
      close (caller);
      close (called);
      return;
    }
  c->fd[TB_DIR_UP] = caller;
  c->fd[TB_DIR_DOWN] = called;
  c->connecting = connecting;
  c->proto = tap->proto;
  c->plain = tap->proto == TB_PROTO_BYTES || tap->proto == TB_PROTO_UDP;
  c->number = ++t->connections;
  c->ordinal = ++tap->connections;
  c->began_ms = (uint32_t) ((t->now_ns - t->began_ns) / TB_NS_PER_MS);
  link_conn (c, tap);
  if (t->called != NULL && tap->from < t->plan->n_instances && t->plan->instances[tap->from].builtin)
    tb_called_note (t->called, tap->from, caller_port, tap->to);
  count_start (t, c, caller_port);
  tb_flow_watch (t, c);
  tb_conn_effects (t, c);
}

/* ---- Ending ---------------------------------------------------------------------------------- */

static void
count_end (TbTaps *t, TbConn *c, bool reset)
{
  unsigned unanswered = t->stopping ? 0 : tb_reading_outstanding (c);
  TbTapCounters *row = tb_tap_begin (c->tap);
  row->connections_open--;
  row->reset += reset;
  row->errors += unanswered;
  row->unanswered += unanswered;
  tb_tap_end (c->tap, t->now_ns);
  t->open[c->tap->to]--;
  if (reset)
    tb_tap_event (t, c->tap, TB_EVENT_RESET, c->number, unanswered);
  tb_tap_event (t, c->tap, TB_EVENT_CLOSE, c->number, unanswered);
}

static void
end_conn (TbTaps *t, TbConn *c, bool reset)
{
  tb_flow_drop (t, c, TB_DIR_UP);
  tb_flow_drop (t, c, TB_DIR_DOWN);
  count_end (t, c, reset);
  tb_reading_drop (t, c);
  tb_affect_drop (t, c);
  tb_streams_drop (c);
  close (c->fd[0]);
  close (c->fd[1]);
  give_conn (t, c);
}

void
tb_conn_finish (TbTaps *t, TbConn *c)
{
  end_conn (t, c, false);
}

void
tb_conn_reset (TbTaps *t, TbConn *c, int gone)
{
  const struct linger now = { .l_onoff = 1, .l_linger = 0 };
  for (int side = 0; side < 2; side++)
    if (side != gone)
      setsockopt (c->fd[side], SOL_SOCKET, SO_LINGER, &now, sizeof now);
  end_conn (t, c, true);
}

/* ---- Faults ---------------------------------------------------------------------------------- */

/* What a side has sent and nobody read would turn its FIN into an RST, which may overtake what was sent
 * on to it. */
void
tb_conn_end (TbTaps *t, TbConn *c)
{
  for (int side = 0; side < 2; side++)
    while (recv (c->fd[side], t->buffer, TB_BUFFER_BYTES, MSG_DONTWAIT) > 0)
      continue;
  tb_conn_finish (t, c);
}

void
tb_conn_effects (TbTaps *t, TbConn *c)
{
  if (c->affected == NULL && c->tap->effects.bits == 0)
    return;
  tb_affect (t, c);
  if (!tb_affect_clock (t, c))
    return;
  tb_streams_settle (c);
  for (unsigned d = 0; d < 2; d++)
    if (!tb_gather_settle (t, c, d) || !tb_flow_deliver (t, c, d))
      return;
}

/* ---- Events ---------------------------------------------------------------------------------- */

/* The dial came out. */
static bool
connected (TbTaps *t, TbConn *c)
{
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt (c->fd[TB_DIR_DOWN], SOL_SOCKET, SO_ERROR, &error, &size);
  c->connecting = false;
  if (error != 0)
    {
      TbTapCounters *row = tb_tap_begin (c->tap);
      row->refused += error == ECONNREFUSED;
      tb_tap_end (c->tap, t->now_ns);
      tb_conn_reset (t, c, TB_DIR_DOWN);
      if (error == ECONNREFUSED && t->lone != NULL)
        tb_lone_refused (t);
      return false;
    }
  tb_flow_watch (t, c);
  return tb_flow_deliver (t, c, TB_DIR_UP);
}

/* A hang-up of a side that is not read from. */
static bool
hung_up (TbTaps *t, TbConn *c, unsigned side)
{
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt (c->fd[side], SOL_SOCKET, SO_ERROR, &error, &size);
  tb_flow_mute (t, c, side);
  return error == 0 || tb_flow_input_end (t, c, side, TB_END_RST);
}

void
tb_conn_ready (TbTaps *t, TbConn *c, unsigned side, uint32_t events)
{
  if (c->connecting && side == TB_DIR_DOWN)
    {
      if (!connected (t, c))
        return;
      events &= ~(uint32_t) EPOLLOUT;
    }
  if ((events & EPOLLOUT) && c->flow[!side].blocked)
    {
      c->flow[!side].blocked = false;
      if (!tb_flow_deliver (t, c, !side))
        return;
    }
  bool reads = !c->flow[side].ended && !c->flow[side].paused;
  if (reads && (events & ~(uint32_t) EPOLLOUT))
    tb_flow_read (t, c, side, events);
  else if (!reads && (events & (EPOLLHUP | EPOLLERR)))
    hung_up (t, c, side);
}
