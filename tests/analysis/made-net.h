/* Queueing networks put together by hand, for tests. */
#pragma once

#include <math.h>

#include "tb-simulate.h"

#define MS 1e6
#define MADE_MOST 8

/* Links are calls, in the order in which they are added. */
typedef struct
{
  TbQueueNet net;
  TbStation stations[MADE_MOST];
  TbCallOut calls[MADE_MOST][4];
  TbDelivery deliveries[4];
  guint device_of[MADE_MOST][8];
  TbQueueDevice devices[MADE_MOST];
  TbQueueLink links[16];
  TbSource sources[2];
} Made;

TbDist made_exponential (double ns);
TbDist made_constant (double ns);
Made *made_new (void);
/* A station on a device of its own, for each of its replicas the same. threads, cores 0: no limit. Its work is exponential. */
guint made_station (Made *m, TbRole role, guint threads, guint cores, double cpu_ns);
/* The same, but it waits and uses no core. */
guint made_waiting (Made *m, TbRole role, guint threads, double wait_ns);
TbCallOut *made_call (Made *m, guint from, guint to, guint times);
/* Clients that think, or (rate above 0) ask at a rate, at random moments. */
guint made_clients (Made *m, guint population, double think_ns, double rate);
/* Clients (think 1 s), web (2 cores, 5 ms), app (1 core, 10 ms, two calls), db (1 core, 8 ms; one thread). threads 0: no limit, of db too. */
Made *made_four_stations (guint clients, guint web_threads, guint app_threads);
TbPrediction *made_run (Made *m, guint64 seed, double precision);
#define assert_near(what, value, wanted, part) made_assert_near (__FILE__, __LINE__, what, value, wanted, part)
void made_assert_near (const char *file, int line, const char *what, double value, double wanted, double part);
