#include "troubles.h"

#include "format.h"

static void
add_failing (TbProblems *out, const TbLiveLink *link)
{
  const TbLiveSpan *span = &link->spans[TB_SPAN_TEN];
  double percent = 100 * (double) span->errors / (double) MAX (MAX (span->requests, span->errors), 1);
  if (span->errors > 0 && span->requests > 0 && percent < 1)
    tb_problems_add (out, TB_SEVERITY_ERROR, "run", link->link, 0, 0,
                     "%s: less than 1\u202f%% of requests fail", link->id);
  else if (span->errors > 0 && span->requests > 0)
    tb_problems_add (out, TB_SEVERITY_ERROR, "run", link->link, 0, 0, "%s: %.0f\u202f%% of requests fail",
                     link->id, percent);
  else if (span->errors > 0)
    tb_problems_add (out, TB_SEVERITY_ERROR, "run", link->link, 0, 0,
                     "%s: %" G_GUINT64_FORMAT " errors in ten seconds", link->id, span->errors);
  if (span->refused > 0)
    tb_problems_add (out, TB_SEVERITY_ERROR, "run", link->link, 0, 0,
                     "%s: %" G_GUINT64_FORMAT " connections failed in ten seconds", link->id, span->refused);
}

/* How many requests each instance serves at a time; 0: as many as come. */
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
add_waiting (TbProblems *out, const TbLiveFrame *frame, guint i, const TbModel *model)
{
  TbUid uid = frame->instances[i].component_uid;
  guint threads = threads_of (model, uid);
  guint64 wait = 0;
  if (threads == 0 || is_another (frame, i))
    return;
  for (guint k = i; k < frame->n_instances; k++)
    if (frame->instances[k].component_uid == uid && frame->instances[k].under_way > threads)
      wait += frame->instances[k].under_way - threads;
  if (wait == 0)
    return;
  g_autofree char *name = tb_format_element (model, tb_model_get (model, uid));
  g_autofree char *count = tb_format_count (wait);
  tb_problems_add (out, TB_SEVERITY_WARNING, "run", uid, 0, 0, "%s: %s request%s", name, count,
                   wait == 1 ? " waits" : "s wait");
}

TbProblems *
tb_troubles_of (const TbLiveFrame *frame, const TbModel *model)
{
  TbProblems *out = tb_problems_new ();
  if (frame == NULL || frame->state != TB_RUN_RUNNING)
    return out;
  for (guint i = 0; i < frame->n_links; i++)
    add_failing (out, &frame->links[i]);
  for (guint i = 0; i < frame->n_instances; i++)
    add_waiting (out, frame, i, model);
  return out;
}
