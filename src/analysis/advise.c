/* What would help: the fullest places are made larger, one at a time, and each time all is predicted anew. */
#include "tb-advise.h"

#include <math.h>

#include "predict-private.h"

#define FULL_FROM 0.5      /* below it nobody waits long enough to be worth a change */
#define STATIONS_MAX 4     /* the fullest of them are tried */
#define RATE_GAIN 0.05     /* a difference that one would notice */
#define RESPONSE_GAIN 0.10
#define MACHINE_FULL 0.7

static void
advice_free (gpointer data)
{
  TbAdvice *advice = data;
  g_free (advice->words);
  g_free (advice);
}

/* ---- What may be changed ------------------------------------------------------------------------------------ */

/* How full its threads, or the cores behind it, are. */
static double
fullness (const TbQueueNet *net, const TbPrediction *p, guint i)
{
  const TbStation *t = &net->stations[i];
  const TbStationAnswer *s = &p->stations[i];
  double full = s->threads > 0 ? fmax (s->threads_busy / s->threads, tb_thread_use (p, i)) : 0;
  for (guint r = 0; r < t->replicas && s->cores > 0; r++)
    if (t->device[r] != TB_QUEUE_NONE)
      full = fmax (full, p->devices[t->device[r]].utilisation);
  return t->role == TB_ROLE_CLIENT || t->outside || !(s->arrivals_per_s.value > 0) ? 0 : full;
}

/* The fullest that is not among those before; TB_QUEUE_NONE: none is full enough. */
static guint
next_fullest (const TbQueueNet *net, const TbPrediction *p, const gboolean *taken)
{
  guint best = TB_QUEUE_NONE;
  double most = FULL_FROM;
  for (guint i = 0; i < net->n_stations; i++)
    if (!taken[i] && fullness (net, p, i) > most)
      {
        most = fullness (net, p, i);
        best = i;
      }
  return best;
}

/* What keeps data is not told to have more replicas: that is another store, with other promises. */
static void
add_changes (GArray *changes, const TbStation *t)
{
  TbWhatIf threads = { t->uid, TB_WHAT_IF_THREADS, 2.0 * t->threads }, replicas = { t->uid, TB_WHAT_IF_REPLICAS, t->replicas + 1.0 };
  if (t->threads > 0)
    g_array_append_val (changes, threads);
  if (!t->keeps_data && t->role != TB_ROLE_BROKER)
    g_array_append_val (changes, replicas);
}

static GArray *
changes_of (const TbQueueNet *net, const TbPrediction *p)
{
  GArray *changes = g_array_new (FALSE, FALSE, sizeof (TbWhatIf));
  g_autofree gboolean *taken = g_new0 (gboolean, net->n_stations + 1);
  for (guint n = 0; n < STATIONS_MAX; n++)
    {
      guint i = next_fullest (net, p, taken);
      if (i == TB_QUEUE_NONE)
        break;
      taken[i] = TRUE;
      add_changes (changes, &net->stations[i]);
    }
  for (guint d = 0; d < net->n_devices; d++)
    if (net->devices[d].uid != 0 && p->devices[d].utilisation > FULL_FROM)
      {
        TbWhatIf cores = { net->devices[d].uid, TB_WHAT_IF_CORES, net->devices[d].cores + 1.0 };
        g_array_append_val (changes, cores);
      }
  return changes;
}

/* ---- What comes of it --------------------------------------------------------------------------------------- */

/* Of all clients: rounds that get through, and their mean response. */
static void
whole (const TbQueueNet *net, const TbPrediction *p, double *rate, double *response)
{
  double time = 0;
  *rate = 0;
  for (guint k = 0; k < p->n_sources; k++)
    {
      double x = p->sources[k].throughput_per_s.value;
      x = net->sources[k].rate_per_s > 0 ? fmin (x, p->sources[k].most_per_s) : x;
      *rate += x;
      time += x * p->sources[k].response.mean.value;
    }
  *response = time / *rate;
}

static const char *
title_of (const TbQueueNet *net, TbUid uid, guint *threads, guint *replicas, guint *cores)
{
  for (guint i = 0; i < net->n_stations; i++)
    if (net->stations[i].uid == uid)
      {
        *threads = net->stations[i].threads;
        *replicas = net->stations[i].replicas;
        return net->stations[i].title;
      }
  for (guint d = 0; d < net->n_devices; d++)
    if (net->devices[d].uid == uid)
      {
        *cores = net->devices[d].cores;
        return net->devices[d].id;
      }
  return "";
}

static char *
change_words (const TbQueueNet *net, const TbWhatIf *what)
{
  guint threads = 0, replicas = 0, cores = 0;
  const char *title = title_of (net, what->uid, &threads, &replicas, &cores);
  if (what->kind == TB_WHAT_IF_THREADS)
    return g_strdup_printf ("%s with %.0f threads instead of %u", title, what->value, threads);
  if (what->kind == TB_WHAT_IF_REPLICAS)
    return g_strdup_printf ("%s with %.0f replicas instead of %u", title, what->value, replicas);
  return g_strdup_printf ("%s with %.0f cores instead of %u", title, what->value, cores);
}

/* Takes the change. */
static char *
words_of (char *change, const TbAdvice *advice, double rate, double response, gboolean relieved)
{
  g_autofree char *made = change;
  g_autofree char *x = tb_number_text (advice->rate_per_s), *x0 = tb_number_text (rate), *r = tb_time_text (advice->response_ns),
                  *r0 = tb_time_text (response);
  if (relieved)
    return g_strdup_printf ("%s: then all %s requests/s get through, answered in %s.", made, x, r);
  if (advice->rate_per_s / rate - 1 >= RATE_GAIN)
    return g_strdup_printf ("%s: %s requests/s instead of %s.", made, x, x0);
  return g_strdup_printf ("%s: answered in %s instead of %s.", made, r, r0);
}

/* NULL where it makes no difference. */
static TbAdvice *
try_change (const TbModel *model, const TbQueueOptions *options, const TbQueueNet *net, const TbPrediction *before, const TbWhatIf *what)
{
  TbQueueOptions with = *options;
  g_autoptr (GArray) changes = g_array_new (FALSE, FALSE, sizeof (TbWhatIf));
  for (guint i = 0; i < options->n_what_if; i++)
    if (options->what_if[i].uid != what->uid || options->what_if[i].kind != what->kind)
      g_array_append_val (changes, options->what_if[i]);
  g_array_append_val (changes, *what);
  with.what_if = (gpointer) changes->data;
  with.n_what_if = changes->len;
  g_autoptr (TbQueueNet) other = tb_queue_net_new (model, &with, NULL);
  g_autoptr (TbPrediction) p = tb_predict (other);
  TbAdvice advice = { .what = *what };
  double rate, response;
  whole (net, before, &rate, &response);
  whole (other, p, &advice.rate_per_s, &advice.response_ns);
  gboolean relieved = before->overloaded && !p->overloaded;
  if (!relieved && !(advice.rate_per_s / rate - 1 >= RATE_GAIN) && !(1 - advice.response_ns / response >= RESPONSE_GAIN && !before->overloaded))
    return NULL;
  advice.words = words_of (change_words (net, what), &advice, rate, response, relieved);
  return g_memdup2 (&advice, sizeof advice);
}

/* Who lets more through; of two that do the same, who answers sooner. */
static gint
compare (gconstpointer a, gconstpointer b)
{
  const TbAdvice *x = *(const TbAdvice *const *) a, *y = *(const TbAdvice *const *) b;
  if (fabs (x->rate_per_s / y->rate_per_s - 1) > 0.01)
    return x->rate_per_s > y->rate_per_s ? -1 : 1;
  return x->response_ns < y->response_ns ? -1 : x->response_ns > y->response_ns;
}

GPtrArray *
tb_advise (const TbModel *model, const TbQueueOptions *options, const TbQueueNet *net, const TbPrediction *p, guint most)
{
  GPtrArray *found = g_ptr_array_new_with_free_func (advice_free);
  g_autoptr (GArray) changes = changes_of (net, p);
  for (guint i = 0; i < MIN (changes->len, most) && net->n_sources > 0; i++)
    {
      TbAdvice *advice = try_change (model, options, net, p, &g_array_index (changes, TbWhatIf, i));
      if (advice != NULL)
        g_ptr_array_add (found, advice);
    }
  g_ptr_array_sort (found, compare);
  return found;
}

char *
tb_advice_sentence (const GPtrArray *advice, const TbQueueNet *net, const TbPrediction *p)
{
  double busy = p->bottleneck_device != TB_QUEUE_NONE ? p->devices[p->bottleneck_device].utilisation : 0;
  double held = p->bottleneck_station != TB_QUEUE_NONE ? tb_thread_use (p, p->bottleneck_station) : 0;
  if (net->n_sources == 0 || p->endless)
    return g_strdup ("");
  if (advice->len > 0)
    return g_strdup (((const TbAdvice *) advice->pdata[0])->words);
  if (p->local && busy >= MACHINE_FULL)
    return g_strdup ("Everything shares this machine's cores: only less work for each request helps.");
  if (fmax (busy, held) < FULL_FROM && !p->overloaded)
    return g_strdup ("Hardly anybody waits: more of anything would change little, quicker work would.");
  return g_strdup ("No single change of threads, replicas or cores makes much of a difference.");
}
