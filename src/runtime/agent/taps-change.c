/* Another plan while the loop runs: what stays keeps its index, its taps, connections and faults.
 *
 *   thread 2: tb_taps_change() ── makes what a plan's size says ──▶ command ──▶ thread 1:
 *        │                                                                      tb_taps_follow()
 *        waits ◀──────────────────────────────── done ─────────────────────────────── swaps, looks
 *        └─ frees what was in their place                                links and faults up anew
 *
 * Thread 2 may wait here, since thread 1 never waits for anything. */
#include "taps-private.h"

#include <errno.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>

struct TbTapsChange
{
  const TbWirePlan *plan;
  TbRoutes *routes;
  uint32_t *open;
  uint8_t *blind;
  sem_t done;
};

/* ---- Thread 1 ---------------------------------------------------------------------------------- */

static bool
holds (const uint32_t *list, uint32_t n, uint32_t item)
{
  for (uint32_t i = 0; i < n; i++)
    if (list[i] == item)
      return true;
  return false;
}

/* A tap may be of a link by its address alone, whatever its port: then it stays so. */
static bool
is_still_of (const TbTap *tap, const TbWireLink *was, const TbWireLink *is)
{
  return was->port == is->port && holds (is->from, is->n_from, tap->from)
         && holds (is->to, is->n_to, tap->to);
}

static TbProto
promised (const TbWirePlan *plan, uint32_t link)
{
  return link != TB_NOBODY ? (TbProto) plan->links[link].proto : TB_PROTO_UNKNOWN;
}

static void
tell_link (TbTaps *t, TbTap *tap)
{
  TbTapCounters *row = tb_tap_begin (tap);
  row->link = tap->link;
  row->proto = tap->proto;
  tb_tap_end (tap, row->last_ns);
  if (tap->index == TB_NOBODY)
    return;
  TbTold told = { .type = TB_TOLD_TAP,
                  .row = tap->index,
                  .link = tap->link,
                  .from = tap->from,
                  .to = tap->to,
                  .port = tap->port,
                  .time_ns = t->now_ns };
  tb_tap_tell (t, &told, NULL, 0);
}

static void
look_up_link (TbTaps *t, TbTap *tap, const TbWirePlan *was)
{
  uint32_t before = tap->link;
  if (before == TB_NOBODY || !is_still_of (tap, &was->links[before], &t->plan->links[before]))
    tap->link = tb_route_link (t->routes, tap->from, tap->to, tap->port);
  TbProto proto = promised (t->plan, tap->link);
  bool other = proto != promised (was, before);
  if (other)
    tap->proto = (uint8_t) proto;
  if (other || tap->link != before)
    tell_link (t, tap);
}

static void
swap (TbTaps *t, TbTapsChange *c)
{
  const uint32_t n = t->plan->n_instances;
  TbRoutes *routes = t->routes;
  uint32_t *open = t->open;
  uint8_t *blind = t->blind;
  memcpy (c->open, open, n * sizeof *open);
  memcpy (c->blind, blind, n * sizeof *blind);
  tb_routes_follow (c->routes, routes);
  t->plan = c->plan;
  t->routes = c->routes;
  t->open = c->open;
  t->blind = c->blind;
  c->routes = routes;
  c->open = open;
  c->blind = blind;
}

void
tb_taps_follow (TbTaps *t)
{
  TbTapsChange *c = t->change;
  const TbWirePlan *was = t->plan;
  t->change = NULL;
  tb_dialling_due (t, INT64_MAX); /* their routes are the former plan's */
  swap (t, c);
  for (uint32_t i = 0; i < t->n_taps; i++)
    look_up_link (t, t->taps[i], was);
  tb_taps_follow_faults (t);
  if (t->fallback != NULL)
    tb_fallback_follow (t, was->n_links);
  tb_doors_open (t);
  sem_post (&c->done);
}

/* ---- Thread 2 ---------------------------------------------------------------------------------- */

static void
clear (TbTapsChange *c)
{
  tb_routes_free (c->routes);
  free (c->open);
  free (c->blind);
  sem_destroy (&c->done);
}

int
tb_taps_change (TbTaps *t, const TbWirePlan *plan)
{
  TbTapsChange c = { .plan = plan,
                     .routes = tb_routes_new (plan),
                     .open = calloc (plan->n_instances + 1, sizeof *c.open),
                     .blind = calloc (plan->n_instances + 1, sizeof *c.blind) };
  TB_CHECK (plan->n_instances >= t->plan->n_instances && plan->n_links >= t->plan->n_links);
  sem_init (&c.done, 0, 0);
  bool good = c.routes != NULL && c.open != NULL && c.blind != NULL
              && tb_bypasses_change (t->bypasses, plan);
  if (good)
    {
      t->change = &c;
      tb_taps_ask_follow (t);
      while (sem_wait (&c.done) != 0)
        TB_CHECK (errno == EINTR);
    }
  clear (&c);
  return good ? 0 : -ENOMEM;
}
