/* tierboard run --sweep STORE: latency of its operations against the delay between its replicas, said step by step; the run ends
 * with it. */
#include "cli.h"
#include "run-private.h"
#include "tb-sweep.h"
#include "tb-text.h"

struct TbRunSweep
{
  TbSession *session;
  char *component;
  TbSweep *sweep; /* NULL: not everything is ready yet */
  guint told;     /* points that were said */
  guint source;
  void (*say) (const char *sentence, gpointer data);
  void (*over) (gpointer data);
  gpointer data;
};

static char *
time_text (gint64 ns)
{
  char text[32];
  if (ns < 0)
    return g_strdup ("nothing answered");
  tb_duration_format (ns / 10000 * 10000, text, sizeof text);
  return g_strdup (text);
}

static void
say_point (TbRunSweep *self, const TbSweepPoint *point)
{
  g_autofree char *delay = time_text (point->delay_ns), *reads = time_text (point->median_ns[0]), *writes = time_text (point->median_ns[1]);
  g_autofree char *text = g_strdup_printf ("%s, %s between replicas: median of %u reads %s, of %u writes %s", self->component, delay,
                                           point->n[0], reads, point->n[1], writes);
  self->say (text, self->data);
}

static void
swept (TbSweep *sweep, gpointer data)
{
  TbRunSweep *self = data;
  guint n;
  const TbSweepPoint *points = tb_sweep_points (sweep, &n);
  for (; self->told < n; self->told++)
    say_point (self, &points[self->told]);
  if (!tb_sweep_is_over (sweep))
    return;
  for (guint write = 0; write < 2; write++)
    {
      g_autofree char *text = tb_sweep_text (points, n, write != 0);
      self->say (text, self->data);
    }
  self->over (self->data);
}

/* The first answers are of leaders being looked for. */
static gboolean
begin (gpointer data)
{
  TbRunSweep *self = data;
  if (tb_session_state (self->session) != TB_RUN_RUNNING)
    return G_SOURCE_CONTINUE;
  self->source = 0;
  self->sweep = tb_sweep_new (self->session, self->component, swept, self);
  return G_SOURCE_REMOVE;
}

TbRunSweep *
tb_run_sweep_new (TbSession *session, const char *component, void (*say) (const char *sentence, gpointer data),
                  void (*over) (gpointer data), gpointer data)
{
  TbRunSweep *self = g_new0 (TbRunSweep, 1);
  self->session = g_object_ref (session);
  self->component = g_strdup (component);
  self->say = say;
  self->over = over;
  self->data = data;
  self->source = g_timeout_add (500, begin, self);
  return self;
}

void
tb_run_sweep_free (TbRunSweep *self)
{
  g_clear_handle_id (&self->source, g_source_remove);
  g_clear_pointer (&self->sweep, tb_sweep_free);
  g_object_unref (self->session);
  g_free (self->component);
  g_free (self);
}
