#include "troubles.h"

#include <string.h>

#include "format.h"

#define THIN "\u202f"
#define DEPTH_MOST 32u /* deeper calls are in the order of links; where they go in a circle it ends there */

typedef struct
{
  TbProblems *out;
  const TbLiveFrame *frame;
  const TbSigns *signs;
  const TbModel *model;
  GHashTable *depths; /* id of a component → how many calls after the first, GUINT_TO_POINTER */
} Telling;

static const char *
title_of (const Telling *t, TbUid uid, const char *id)
{
  const TbElement *e = t->model && uid ? tb_model_get (t->model, uid) : NULL;
  const char *title = e ? tb_element_title (e) : NULL;
  return title && *title ? title : id;
}

#define ADD(severity, uid, ...) \
  tb_problems_add (t->out, TB_SEVERITY_##severity, "run", (uid), 0, 0, __VA_ARGS__)

/* ---- Causes ---------------------------------------------------------------------------------- */

/* "shop/2" is in its component's words. */
static TbUid
first_named (const Telling *t, const char *text)
{
  for (guint i = 0; i < t->frame->n_instances; i++)
    {
      gsize n = strlen (t->frame->instances[i].id);
      if (strncmp (text, t->frame->instances[i].id, n) == 0 && (text[n] == ' ' || text[n] == '\0'))
        return t->frame->instances[i].component_uid;
    }
  return 0;
}

static void
add_partition (const Telling *t, const TbLivePartition *partition)
{
  g_autofree char *text = tb_format_instance (partition->text);
  ADD (ERROR, first_named (t, partition->text), "Cut: %s", text);
}

/* What a partition cuts a part of is said by the partition. */
static void
add_cut (const Telling *t, const TbLiveLink *link)
{
  g_autofree char *who = link->cut_text ? tb_format_instance (link->cut_text) : NULL;
  if (link->cut_since_ns != 0 || (link->partly_cut && t->frame->n_partitions == 0))
    ADD (ERROR, link->link, "%s is cut%s%s", title_of (t, link->link, link->id), who ? ": " : "", who ? who : "");
}

static void
add_instance (const Telling *t, const TbLiveInstance *instance)
{
  const TbLoad *load = tb_signs_load (t->signs, instance->component_uid, instance->replica);
  g_autofree char *name = tb_format_instance (instance->id), *count = tb_format_count (instance->under_way);
  if (instance->gone)
    return;
  if (load && load->stuck)
    ADD (ERROR, instance->component_uid, "%s does not answer: %s request%s there", name, count,
         instance->under_way == 1 ? " waits" : "s wait");
  else if (instance->state == TB_INSTANCE_KILLED || instance->state == TB_INSTANCE_BACKOFF)
    ADD (ERROR, instance->component_uid, "%s does not run: %s", name, tb_instance_state_name (instance->state));
  else if (instance->state == TB_INSTANCE_PAUSED || instance->state == TB_INSTANCE_UNHEALTHY)
    ADD (WARNING, instance->component_uid, "%s is %s", name, tb_instance_state_name (instance->state));
}

static void
add_faults (const Telling *t, const TbLiveLink *link)
{
  if (link->fault_text)
    ADD (WARNING, link->link, "%s: fault “%s”", title_of (t, link->link, link->id), link->fault_text);
}

/* More calls than requests are a cause only where something fails: a program may need several. */
static void
add_calls (const Telling *t, const TbLiveLink *link)
{
  const TbLinkSign *sign = tb_signs_link (t->signs, link->link);
  const TbLiveSpan *ten = &link->spans[TB_SPAN_TEN];
  if (sign && sign->many && ten->errors + ten->refused > 0)
    ADD (WARNING, link->link, "%s: %.1f calls for each request that %s is asked: retries",
         title_of (t, link->link, link->id), sign->calls, link->from);
}

/* ---- Effects --------------------------------------------------------------------------------- */

static void
add_failing (const Telling *t, const TbLiveLink *link)
{
  const TbLiveSpan *span = &link->spans[TB_SPAN_TEN];
  const char *name = title_of (t, link->link, link->id);
  guint64 of = MAX (span->requests, span->errors);
  double percent = 100 * (double) span->errors / (double) MAX (of, 1);
  g_autofree char *errors = tb_format_count (span->errors), *all = tb_format_count (of),
                  *refused = tb_format_count (span->refused);
  if (span->errors > 0 && span->requests > 0 && percent >= 1)
    ADD (ERROR, link->link, "%s: %.0f" THIN "%% of requests fail (%s of %s in ten seconds)", name, percent,
         errors, all);
  else if (span->errors > 0)
    ADD (WARNING, link->link, "%s: %s of %s requests failed in ten seconds", name, errors, all);
  if (span->refused > 0)
    ADD (ERROR, link->link, "%s: %s connection%s failed in ten seconds", name, refused,
         span->refused == 1 ? "" : "s");
}


static void
add_slow (const Telling *t, const TbLiveLink *link)
{
  const TbLinkSign *sign = tb_signs_link (t->signs, link->link);
  if (!sign || sign->slow == TB_SLOW_NOT)
    return;
  const char *name = title_of (t, link->link, link->id);
  g_autofree char *p99 = tb_format_ns (sign->p99_ns), *timeout = tb_format_ns (sign->timeout_ns),
                  *usual = tb_format_ns (sign->usual_ns);
  gboolean unusual = sign->usual_ns > 0 && sign->p99_ns > 2 * sign->usual_ns;
  if (sign->slow == TB_SLOW_TIMEOUT)
    ADD (WARNING, link->link, "%s is slow: p99 %s of a timeout of %s%s%s%s", name, p99, timeout,
         unusual ? " (" : "", unusual ? usual : "", unusual ? " in its first ten good seconds)" : "");
  else
    ADD (WARNING, link->link, "%s is slow: p99 %s, %s in its first ten good seconds", name, p99, usual);
}

/* Whether an instance before this one is of the same component. */
static gboolean
is_another (const TbLiveFrame *frame, guint i)
{
  for (guint k = 0; k < i; k++)
    if (frame->instances[k].component_uid == frame->instances[i].component_uid)
      return TRUE;
  return FALSE;
}

/* Of the component of instance i, where that is its first. What one instance has too much another does not
 * serve, though it may be idle. */
static void
add_waiting (const Telling *t, guint i)
{
  const TbLiveInstance *instance = &t->frame->instances[i];
  const TbWorkSign *work = tb_signs_work (t->signs, instance->component_uid);
  if (!work || work->full <= work->stuck || is_another (t->frame, i))
    return;
  const char *name = title_of (t, instance->component_uid, instance->component);
  if (work->wait < 0.5)
    ADD (WARNING, instance->component_uid, "%s: requests waited a moment ago", name);
  else
    ADD (WARNING, instance->component_uid, "%s: %.0f request%s for its threads", name, work->wait,
         work->wait < 1.5 ? " waits" : "s wait");
}

/* ---- The chain of calls ---------------------------------------------------------------------- */

static guint
depth_of (const Telling *t, const char *component)
{
  return component ? GPOINTER_TO_UINT (g_hash_table_lookup (t->depths, component)) : 0;
}

/* The longest way there, in links. */
static void
find_depths (Telling *t)
{
  gboolean changed = TRUE;
  for (guint round = 0; changed && round < DEPTH_MOST; round++)
    {
      changed = FALSE;
      for (guint i = 0; i < t->frame->n_links; i++)
        {
          const TbLiveLink *link = &t->frame->links[i];
          guint depth = depth_of (t, link->from) + 1;
          if (!link->to || g_strcmp0 (link->from, link->to) == 0 || depth <= depth_of (t, link->to)
              || depth > DEPTH_MOST)
            continue;
          g_hash_table_insert (t->depths, (gpointer) link->to, GUINT_TO_POINTER (depth));
          changed = TRUE;
        }
    }
}

static void
add_effects (const Telling *t, guint depth)
{
  for (guint i = 0; i < t->frame->n_instances; i++)
    if (depth_of (t, t->frame->instances[i].component) == depth)
      add_waiting (t, i);
  for (guint i = 0; i < t->frame->n_links; i++)
    if (depth_of (t, t->frame->links[i].to) == depth)
      add_slow (t, &t->frame->links[i]);
  for (guint i = 0; i < t->frame->n_links; i++)
    if (depth_of (t, t->frame->links[i].to) == depth)
      add_failing (t, &t->frame->links[i]);
}

static void
add_causes (const Telling *t)
{
  for (guint i = 0; i < t->frame->n_partitions; i++)
    add_partition (t, &t->frame->partitions[i]);
  for (guint i = 0; i < t->frame->n_links; i++)
    add_cut (t, &t->frame->links[i]);
  for (guint i = 0; i < t->frame->n_instances; i++)
    add_instance (t, &t->frame->instances[i]);
  for (guint i = 0; i < t->frame->n_links; i++)
    add_faults (t, &t->frame->links[i]);
  for (guint i = 0; i < t->frame->n_links; i++)
    add_calls (t, &t->frame->links[i]);
}

TbProblems *
tb_troubles_of (const TbLiveFrame *frame, const TbSigns *signs, const TbModel *model)
{
  g_autoptr (GHashTable) depths = g_hash_table_new (g_str_hash, g_str_equal);
  Telling t = { tb_problems_new (), frame, signs, model, depths };
  if (frame == NULL || frame->state != TB_RUN_RUNNING)
    return t.out;
  guint deepest = 0;
  find_depths (&t);
  for (guint i = 0; i < frame->n_links; i++)
    deepest = MAX (deepest, depth_of (&t, frame->links[i].to));
  add_causes (&t);
  for (guint depth = deepest + 1; depth-- > 0;)
    add_effects (&t, depth);
  return t.out;
}
