#include "made-net.h"

TbDist
made_exponential (double ns)
{
  return (TbDist){ .kind = TB_DIST_EXPONENTIAL, .a_ns = ns };
}

TbDist
made_constant (double ns)
{
  return (TbDist){ .kind = TB_DIST_CONSTANT, .a_ns = ns };
}

Made *
made_new (void)
{
  Made *m = g_new0 (Made, 1);
  m->net.stations = m->stations;
  m->net.devices = m->devices;
  m->net.links = m->links;
  m->net.sources = m->sources;
  m->net.tap_device = TB_QUEUE_NONE;
  return m;
}

guint
made_station (Made *m, TbRole role, guint threads, guint cores, double cpu_ns)
{
  guint i = m->net.n_stations++;
  m->stations[i] = (TbStation){ .uid = i + 1,
                                .id = "s",
                                .title = "S",
                                .role = role,
                                .replicas = 1,
                                .threads = threads,
                                .queue = G_MAXUINT,
                                .calls = m->calls[i],
                                .device = m->device_of[i],
                                .known = TRUE,
                                .hit_ratio = 1 };
  m->stations[i].work[0] = (TbDemand){ cpu_ns, made_exponential (cpu_ns), TRUE };
  m->devices[i] = (TbQueueDevice){ .id = "d", .cores = cores };
  m->net.n_devices = i + 1;
  for (guint k = 0; k < MADE_MOST; k++)
    m->device_of[i][k] = i;
  return i;
}

guint
made_waiting (Made *m, TbRole role, guint threads, double wait_ns)
{
  guint i = made_station (m, role, threads, 0, wait_ns);
  m->stations[i].work[0].cpu = FALSE;
  return i;
}

TbCallOut *
made_call (Made *m, guint from, guint to, guint times)
{
  guint link = m->net.n_links++;
  TbCallOut *call = &m->calls[from][m->stations[from].n_calls++];
  *call = (TbCallOut){ .link = link,
                       .station = to,
                       .share = 1,
                       .times = times,
                       .visits = times,
                       .after = TB_QUEUE_NONE,
                       .balance = TB_CHOOSE_ROUND_ROBIN };
  m->links[link] = (TbQueueLink){ .uid = 100 + link, .id = "l", .from = from, .to = to };
  return call;
}

guint
made_clients (Made *m, guint population, double think_ns, double rate)
{
  guint i = made_station (m, TB_ROLE_CLIENT, 0, 0, 0);
  m->sources[m->net.n_sources++] = (TbSource){
    .station = i, .population = population, .think = made_exponential (think_ns), .think_ns = think_ns, .rate_per_s = rate
  };
  return i;
}

Made *
made_four_stations (guint clients, guint web_threads, guint app_threads)
{
  Made *m = made_new ();
  guint client = made_clients (m, clients, 1e9, 0), web = made_station (m, TB_ROLE_SERVER, web_threads, 2, 5 * MS),
        app = made_station (m, TB_ROLE_SERVER, app_threads, 1, 10 * MS), db = made_station (m, TB_ROLE_STORE, app_threads > 0, 1, 8 * MS);
  made_call (m, client, web, 1);
  made_call (m, web, app, 1);
  made_call (m, app, db, 2);
  return m;
}

TbPrediction *
made_run (Made *m, guint64 seed, double precision)
{
  const TbSimulateOptions options = { .seed = seed, .precision = precision, .most_events = 4000000, .poisson = TRUE };
  return tb_simulate (&m->net, &options);
}

void
made_assert_near (const char *file, int line, const char *what, double value, double wanted, double part)
{
  if (!(fabs (value - wanted) <= part * wanted))
    g_error ("%s:%d: %s is %.6g instead of %.6g ± %g %%", file, line, what, value, wanted, part * 100);
}
