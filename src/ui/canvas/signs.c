#include "signs.h"

#include <string.h>

#include "tb-base.h"

#define SMOOTH 0.3 /* share of the newest figure */
#define ON_NS TB_NS_PER_S
#define OFF_NS (4 * TB_NS_PER_S)
#define REPLICAS_MOST 1000
#define STUCK_ASKED 4 /* requests that came since it answered last … */
#define STUCK_NS TB_NS_PER_S /* … so long ago … */
#define STUCK_CPU 0.02 /* … while it does next to nothing */
#define CALLS_LEAST 10 /* requests in ten seconds: of fewer a ratio says little */
#define CALLS_MANY 2.5 /* for each request … */
#define CALLS_RETRIED 1.5 /* … and where the drawing sets retries */
#define CALLS_BACK 0.2 /* so much below it is over */
#define REPLIES_LEAST 5 /* in ten seconds: of fewer a p99 says little */
#define SLOW_TIMES 5
#define SLOW_LEAST (50 * TB_NS_PER_MS) /* more than usual: a machine with too much to do adds up to that */

struct TbSigns
{
  GHashTable *works; /* TbUid → TbWorkSign */
  GHashTable *links; /* TbUid → TbLinkSign */
  GHashTable *asked; /* id of a component → requests of the last ten seconds, guint64 * */
  gint64 start_ns;   /* of the run */
};

static void
work_free (gpointer data)
{
  g_array_unref (((TbWorkSign *) data)->loads);
  g_free (data);
}

TbSigns *
tb_signs_new (void)
{
  TbSigns *signs = g_new0 (TbSigns, 1);
  signs->works = g_hash_table_new_full (NULL, NULL, NULL, work_free);
  signs->links = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  signs->asked = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return signs;
}

void
tb_signs_free (TbSigns *signs)
{
  g_hash_table_unref (signs->works);
  g_hash_table_unref (signs->links);
  g_hash_table_unref (signs->asked);
  g_free (signs);
}

const TbWorkSign *
tb_signs_work (const TbSigns *signs, TbUid component)
{
  return signs ? g_hash_table_lookup (signs->works, GUINT_TO_POINTER (component)) : NULL;
}

const TbLoad *
tb_signs_load (const TbSigns *signs, TbUid component, guint replica)
{
  const TbWorkSign *work = tb_signs_work (signs, component);
  return work && replica > 0 && replica <= work->loads->len ? &g_array_index (work->loads, TbLoad, replica - 1)
                                                            : NULL;
}

const TbLinkSign *
tb_signs_link (const TbSigns *signs, TbUid link)
{
  return signs ? g_hash_table_lookup (signs->links, GUINT_TO_POINTER (link)) : NULL;
}

/* off ──there for ON_NS──▶ on ──away for OFF_NS──▶ off; a time that goes back begins anew. */
static void
hold (TbHeldSign *held, gboolean there, gint64 time_ns, gboolean still)
{
  if (still || time_ns < held->last_ns)
    *held = (TbHeldSign){ .on = still && there };
  if (still)
    return;
  if (there)
    {
      held->since_ns = held->since_ns ? held->since_ns : time_ns;
      held->last_ns = time_ns;
      held->on |= time_ns - held->since_ns >= ON_NS;
      return;
    }
  held->since_ns = 0;
  held->on &= time_ns - held->last_ns < OFF_NS;
}

/* ---- Instances ------------------------------------------------------------------------------- */

typedef struct
{
  guint64 asked, answered;
} Talk;

/* What each instance was asked, and answered, over all its taps. */
static Talk *
talks_of (const TbLiveFrame *frame)
{
  Talk *talks = g_new0 (Talk, frame->n_instances + 1);
  for (guint i = 0; i < frame->n_taps; i++)
    if (frame->taps[i].to < frame->n_instances)
      {
        talks[frame->taps[i].to].asked += frame->taps[i].counters.requests;
        talks[frame->taps[i].to].answered += frame->taps[i].counters.replies;
      }
  return talks;
}

/* Of each instance; 0: as many as come. */
static guint
threads_of (const TbModel *model, TbUid component)
{
  const TbElement *e = model ? tb_model_get (model, component) : NULL;
  const char *threads = e ? tb_element_get (e, TB_PROP_THREADS) : NULL;
  if (threads == NULL)
    return 0;
  if (g_str_equal (threads, "single"))
    return 1;
  return g_str_has_prefix (threads, "pool ") ? (guint) g_ascii_strtoull (threads + 5, NULL, 10) : 0;
}

static gboolean
works (const TbLiveInstance *instance)
{
  return instance->state == TB_INSTANCE_READY || instance->state == TB_INSTANCE_UNHEALTHY
         || instance->state == TB_INSTANCE_PAUSED;
}

/* In a still picture nothing is known of before. */
static gboolean
is_stuck (TbLoad *load, const TbLiveInstance *instance, const Talk *talk, gint64 time_ns, gboolean still)
{
  if (!load->known || still || talk->answered != load->answered || time_ns < load->answered_ns)
    {
      load->asked = talk->asked;
      load->answered = talk->answered;
      load->answered_ns = time_ns;
      return FALSE;
    }
  return instance->state == TB_INSTANCE_READY && instance->under_way > 0 && instance->cpu < STUCK_CPU
         && talk->asked >= load->asked + STUCK_ASKED && time_ns - load->answered_ns >= STUCK_NS;
}

static void
take_load (TbWorkSign *work, const TbLiveInstance *instance, const Talk *talk, gint64 time_ns, gboolean still)
{
  if (instance->replica > work->loads->len)
    g_array_set_size (work->loads, instance->replica);
  TbLoad *load = &g_array_index (work->loads, TbLoad, instance->replica - 1), before = *load;
  double room = works (instance) ? work->threads : 0;
  double under_way = works (instance) ? (double) instance->under_way : 0; /* nobody waits for what has ended */
  load->stuck = is_stuck (load, instance, talk, time_ns, still);
  load->under_way += (under_way - load->under_way) * (load->known && !still ? SMOOTH : 1);
  load->known = TRUE;
  hold (&load->full, room > 0 && load->under_way >= room + 0.5, time_ns, still);
  work->cpu += instance->cpu;
  work->ready += works (instance);
  work->busy += work->threads > 0 ? MIN (load->under_way, room) : load->under_way;
  work->full += load->full.on;
  work->stuck += load->stuck;
  if (load->full.on && !load->stuck)
    work->wait += MAX (load->under_way - room, 0);
  work->changed |= load->full.on != before.full.on || load->stuck != before.stuck;
}

static TbWorkSign *
begin_work (TbSigns *signs, const TbModel *model, TbUid component)
{
  TbWorkSign *work = g_hash_table_lookup (signs->works, GUINT_TO_POINTER (component));
  if (work == NULL)
    {
      work = g_new0 (TbWorkSign, 1);
      work->loads = g_array_new (FALSE, TRUE, sizeof (TbLoad));
      g_hash_table_insert (signs->works, GUINT_TO_POINTER (component), work);
    }
  work->threads = threads_of (model, component);
  return work;
}

static void
take_instances (TbSigns *signs, const TbLiveFrame *frame, const TbModel *model, gboolean still)
{
  g_autofree Talk *talks = talks_of (frame);
  GHashTableIter iter;
  gpointer value;
  TbWorkSign *work = NULL;
  TbUid of = 0;
  g_hash_table_iter_init (&iter, signs->works);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      TbWorkSign *w = value;
      *w = (TbWorkSign){ .loads = w->loads };
    }
  for (guint i = 0; i < frame->n_instances; i++) /* those of one component follow each other */
    {
      const TbLiveInstance *instance = &frame->instances[i];
      if (instance->component_uid == 0 || instance->gone || instance->replica == 0
          || instance->replica > REPLICAS_MOST)
        continue;
      if (work == NULL || of != instance->component_uid)
        work = begin_work (signs, model, of = instance->component_uid);
      take_load (work, instance, &talks[i], frame->time_ns, still);
    }
}

/* ---- Links ----------------------------------------------------------------------------------- */

static void
count_asked (TbSigns *signs, const TbLiveFrame *frame)
{
  g_hash_table_remove_all (signs->asked);
  for (guint i = 0; i < frame->n_links; i++)
    {
      const TbLiveLink *link = &frame->links[i];
      guint64 requests = link->spans[TB_SPAN_TEN].requests;
      if (!link->framed || requests == 0 || g_strcmp0 (link->from, link->to) == 0)
        continue;
      guint64 *sum = g_hash_table_lookup (signs->asked, link->to);
      if (sum != NULL)
        *sum += requests;
      else
        g_hash_table_insert (signs->asked, g_strdup (link->to), g_memdup2 (&requests, sizeof requests));
    }
}

/* Many may be retries. */
static void
judge_calls (const TbSigns *signs, TbLinkSign *sign, const TbLiveLink *link, gboolean retried)
{
  const guint64 *asked = link->from ? g_hash_table_lookup (signs->asked, link->from) : NULL;
  double many = retried ? CALLS_RETRIED : CALLS_MANY;
  sign->calls = 0;
  if (link->framed && asked != NULL && *asked >= CALLS_LEAST)
    sign->calls = (double) link->spans[TB_SPAN_TEN].requests / (double) *asked;
  sign->many = sign->calls >= (sign->many ? many - CALLS_BACK : many);
}

static int
by_size (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;
  return x < y ? -1 : x > y;
}

/* A good second has replies, and neither errors nor faults. */
static void
learn_usual (TbLinkSign *sign, const TbLiveLink *link, gint64 time_ns)
{
  const TbLiveSpan *second = &link->spans[TB_SPAN_SECOND];
  gboolean good = second->p99_ns >= 0 && second->errors == 0 && link->faults == 0 && link->cut_since_ns == 0;
  if (sign->usual_ns > 0 || !good || (time_ns >= sign->ticked_ns && time_ns - sign->ticked_ns < TB_NS_PER_S))
    return;
  sign->ticked_ns = time_ns;
  sign->good_ns[sign->n_good++] = second->p99_ns;
  if (sign->n_good < G_N_ELEMENTS (sign->good_ns))
    return;
  qsort (sign->good_ns, sign->n_good, sizeof *sign->good_ns, by_size);
  sign->usual_ns = MAX (sign->good_ns[sign->n_good / 2], 1);
}

static void
judge_slowness (TbLinkSign *sign, const TbLiveLink *link, gint64 time_ns, gboolean still)
{
  const TbLiveSpan *ten = &link->spans[TB_SPAN_TEN];
  gint64 p99 = ten->replies >= REPLIES_LEAST && link->cut_since_ns == 0 ? ten->p99_ns : -1;
  gboolean late = p99 >= 0 && sign->timeout_ns > 0 && 3 * p99 >= sign->timeout_ns;
  gboolean unusual = p99 >= 0 && sign->usual_ns > 0 && p99 / SLOW_TIMES >= sign->usual_ns
                     && p99 - sign->usual_ns >= SLOW_LEAST;
  hold (&sign->held, late || unusual, time_ns, still);
  sign->p99_ns = p99;
  if (!sign->held.on || p99 < 0)
    sign->slow = TB_SLOW_NOT;
  else if (late || unusual)
    sign->slow = late ? TB_SLOW_TIMEOUT : TB_SLOW_USUAL;
}

static void
take_link (TbSigns *signs, const TbLiveLink *link, const TbModel *model, gint64 time_ns, gboolean still)
{
  TbLinkSign *sign = g_hash_table_lookup (signs->links, GUINT_TO_POINTER (link->link));
  const TbElement *e = model ? tb_model_get (model, link->link) : NULL;
  const char *timeout = e ? tb_element_get (e, TB_PROP_TIMEOUT) : NULL;
  const char *retries = e ? tb_element_get (e, TB_PROP_RETRIES) : NULL;
  if (sign == NULL)
    {
      sign = g_new0 (TbLinkSign, 1);
      g_hash_table_insert (signs->links, GUINT_TO_POINTER (link->link), sign);
    }
  if (timeout == NULL || !tb_duration_parse (timeout, &sign->timeout_ns, NULL))
    sign->timeout_ns = 0;
  judge_calls (signs, sign, link, retries != NULL && g_ascii_strtoull (retries, NULL, 10) > 0);
  if (!still)
    learn_usual (sign, link, time_ns);
  judge_slowness (sign, link, time_ns, still);
}

void
tb_signs_take (TbSigns *signs, const TbLiveFrame *frame, const TbModel *model, gboolean still)
{
  if (frame->start_ns != signs->start_ns)
    {
      g_hash_table_remove_all (signs->works);
      g_hash_table_remove_all (signs->links);
      signs->start_ns = frame->start_ns;
    }
  take_instances (signs, frame, model, still);
  count_asked (signs, frame);
  for (guint i = 0; i < frame->n_links; i++)
    if (frame->links[i].link != 0)
      take_link (signs, &frame->links[i], model, frame->time_ns, still);
}
