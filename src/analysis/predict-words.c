/* The bottleneck, hardware and software, and differences, as a person would say them. */
#include <math.h>

#include "predict-private.h"

/* So many of what is not known are named. */
#define NAMED_MAX 4
/* Below it nobody would look for a bottleneck. */
#define NEAR 0.7
/* Below it a share is none to speak of. */
#define NOTHING 0.005
/* A difference that no measurement of some seconds can tell from none. */
#define SAME 0.02

char *
tb_number_text (double value)
{
  if (isnan (value))
    return g_strdup ("?");
  if (isinf (value))
    return g_strdup ("no limit");
  int digits = value >= 99.95 || value == 0 ? 0 : value >= 9.995 ? 1 : value >= 0.9995 ? 2 : 3;
  g_autofree char *text = g_malloc (G_ASCII_DTOSTR_BUF_SIZE);
  g_autofree char *format = g_strdup_printf ("%%.%df", digits);
  return g_strdup (g_ascii_formatd (text, G_ASCII_DTOSTR_BUF_SIZE, format, value));
}

char *
tb_time_text (double ns)
{
  static const struct
  {
    double unit;
    const char *name;
  } units[] = { { 1e9, "s" }, { 1e6, "ms" }, { 1e3, "µs" }, { 1, "ns" } };
  guint i = 0;
  while (i + 1 < G_N_ELEMENTS (units) && ns < units[i].unit * 0.9995)
    i++;
  if (!isfinite (ns))
    return g_strdup (isnan (ns) ? "?" : "no end");
  g_autofree char *number = tb_number_text (ns / units[i].unit);
  return g_strdup_printf ("%s %s", number, units[i].name);
}

static const char *
plural (double n, const char *one, const char *many)
{
  return n == 1 ? one : many;
}

/* ---- The bottleneck --------------------------------------------------------------------------------------- */

/* How much of the processor behind a station does nothing. */
static double
idle_behind (const TbPrediction *p, const TbStation *station, const char **name, const TbQueueNet *net)
{
  double most = NAN;
  for (guint r = 0; r < station->replicas; r++)
    {
      guint device = station->device[r];
      double used = device != TB_QUEUE_NONE ? p->devices[device].utilisation : NAN;
      if (!isnan (used) && (isnan (most) || used > most))
        {
          most = used;
          *name = net->devices[device].id;
        }
    }
  return 1 - most;
}

static char *
say_threads (const TbPrediction *p, const TbQueueNet *net, guint station, const double *least)
{
  const TbStation *t = &net->stations[station];
  const TbStationAnswer *answer = &p->stations[station];
  const char *device = NULL;
  double idle = idle_behind (p, t, &device, net), threads = (double) t->threads * tb_station_takers (t);
  double used = answer->threads_busy / threads;
  g_autofree char *held = tb_time_text (least[station]), *ceiling = tb_number_text (answer->ceiling_per_s);
  g_autofree char *behind
    = isnan (idle) ? g_strdup ("") : g_strdup_printf ("; the processor behind it, of %s, is %.0f %% idle", device, 100 * idle);
  return g_strdup_printf ("%s has %.0f %s, held for %s at least by each request: no more than %s requests/s get through. "
                          "%.0f %% of them are busy%s.",
                          t->title, threads, plural (threads, "thread", "threads"), held, ceiling, 100 * used, behind);
}

/* Who uses a device's cores the most, and how many of those used. */
static guint
biggest_user (const TbPrediction *p, const TbQueueNet *net, guint device, double *share)
{
  guint biggest = TB_QUEUE_NONE;
  *share = 0;
  for (guint i = 0; i < net->n_stations; i++)
    {
      const TbStation *t = &net->stations[i];
      guint here = 0;
      for (guint r = 0; r < t->replicas; r++)
        here += t->device[r] == device;
      double cores = p->stations[i].cores * here / t->replicas / MAX (p->devices[device].cores_busy, 1e-12);
      if (cores > *share)
        {
          *share = cores;
          biggest = i;
        }
    }
  return biggest;
}

static char *
say_device (const TbPrediction *p, const TbQueueNet *net, guint device)
{
  double share;
  guint user = biggest_user (p, net, device, &share), cores = net->devices[device].cores;
  if (p->devices[device].utilisation < NOTHING)
    return g_strdup_printf ("The %u %s of %s %s next to nothing to do.", cores, plural (cores, "core", "cores"),
                            net->devices[device].id, plural (cores, "has", "have"));
  g_autofree char *most = user != TB_QUEUE_NONE
                            ? g_strdup_printf (", %.0f %% of that by %s", 100 * share, net->stations[user].title)
                            : g_strdup ("");
  return g_strdup_printf ("The %u %s of %s %s %.0f %% busy%s.", cores, plural (cores, "core", "cores"),
                          net->devices[device].id, plural (cores, "is", "are"), 100 * p->devices[device].utilisation, most);
}

/* The source or station that is asked for more than it can do. */
static char *
say_overload (const TbPrediction *p, const TbQueueNet *net)
{
  for (guint k = 0; k < net->n_sources; k++)
    if (net->sources[k].rate_per_s > 0 && net->sources[k].rate_per_s >= p->sources[k].most_per_s)
      {
        g_autofree char *asks = tb_number_text (net->sources[k].rate_per_s),
                        *most = tb_number_text (p->sources[k].most_per_s);
        return g_strdup_printf ("%s asks %s times a second, and no more than %s get through: queues grow without end. ",
                                net->stations[net->sources[k].station].title, asks, most);
      }
  return g_strdup ("Requests come faster than they can be answered: queues grow without end. ");
}

static char *
say_nothing_near (const TbPrediction *p, const TbQueueNet *net, double threads, double cores)
{
  g_autofree char *busy = p->bottleneck_device != TB_QUEUE_NONE ? say_device (p, net, p->bottleneck_device) : g_strdup ("");
  g_autofree char *pool
    = p->bottleneck_station != TB_QUEUE_NONE && threads >= NOTHING
        ? g_strdup_printf (" The busiest threads are those of %s: they get %.0f %% of the requests that they could take.",
                           net->stations[p->bottleneck_station].title, 100 * threads)
        : g_strdup ("");
  return g_strdup_printf ("Nothing is near its limit%s.%s%s%s",
                          MAX (threads, cores) < 0.3 ? ", so response is work and hardly any waiting" : "",
                          *busy != '\0' ? " " : "", busy, pool);
}

/* What is asked and of what nobody said what it costs: the whole is quicker here than it will be. */
static char *
say_unknown (const TbPrediction *p, const TbQueueNet *net)
{
  g_autoptr (GString) names = g_string_new (NULL);
  guint n = 0;
  for (guint i = 0; i < net->n_stations; i++)
    if (!net->stations[i].known && net->stations[i].role != TB_ROLE_CLIENT && p->stations[i].arrivals_per_s.value > 0 && n++ < NAMED_MAX)
      g_string_append_printf (names, "%s%s", n > 1 ? ", " : "", net->stations[i].title);
  if (n == 0)
    return g_strdup ("");
  if (n > NAMED_MAX)
    g_string_append_printf (names, " and %u more", n - NAMED_MAX);
  return g_strdup_printf ("What a request costs %s is not known and taken as nothing: it will be slower than is said here. ", names->str);
}

void
tb_predict_say (TbPrediction *p, const TbQueueNet *net, const double *least)
{
  guint station = p->bottleneck_station, device = p->bottleneck_device;
  double threads = 0, cores = device != TB_QUEUE_NONE ? p->devices[device].utilisation : 0;
  if (station != TB_QUEUE_NONE)
    threads = tb_thread_use (p, station);
  g_autofree char *overload = p->overloaded ? say_overload (p, net) : g_strdup ("");
  g_autofree char *rest = NULL;
  if (net->n_sources == 0)
    rest = g_strdup ("Nobody asks anything that is known, so there is nothing to predict.");
  else if (p->tap_utilisation > NEAR && p->tap_utilisation > MAX (threads, cores))
    rest = g_strdup_printf ("The taps' one thread is %.0f %% busy: here the tool itself is the limit.",
                            100 * p->tap_utilisation);
  else if (threads >= NEAR && threads >= cores)
    rest = say_threads (p, net, station, least);
  else if (cores >= NEAR)
    rest = say_device (p, net, device);
  else
    rest = say_nothing_near (p, net, threads, cores);
  g_autofree char *unknown = say_unknown (p, net);
  g_free (p->bottleneck);
  p->bottleneck = g_strconcat (overload, unknown, rest, NULL);
}

/* ---- Differences -------------------------------------------------------------------------------------------- */

char *
tb_difference_words (const char *what, const char *unit, double predicted, double measured)
{
  gboolean time = unit == NULL;
  g_autofree char *p = time ? tb_time_text (predicted) : tb_number_text (predicted);
  g_autofree char *m = time ? tb_time_text (measured) : tb_number_text (measured);
  const char *space = time ? "" : " ", *name = time ? "" : unit;
  double by = measured / predicted - 1;
  if (isnan (predicted) || isnan (measured))
    return g_strdup_printf ("%s: predicted %s, measured %s%s%s", what, p, m, space, name);
  if (!(predicted > 0) || fabs (by) < SAME)
    return g_strdup_printf ("%s: predicted %s, measured %s%s%s: %s", what, p, m, space, name,
                            predicted > 0 || measured == 0 ? "as predicted" : "none was predicted");
  if (by >= 1)
    return g_strdup_printf ("%s: predicted %s, measured %s%s%s: %.1f times as %s", what, p, m, space, name, 1 + by,
                            time ? "long" : "much");
  return g_strdup_printf ("%s: predicted %s, measured %s%s%s: %.0f %% %s", what, p, m, space, name, 100 * fabs (by),
                          time ? (by > 0 ? "longer" : "shorter") : (by > 0 ? "more" : "less"));
}
