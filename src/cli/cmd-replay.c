/* tierboard replay REC: the table of `run`, as it was, at any speed. */
#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "cli.h"
#include "recording.h"
#include "run-private.h"

#define TABLE_PERIOD_MS 100

typedef struct
{
  char *from, *to;
  double speed;
  gboolean json;
} Options;

typedef struct
{
  TbPast *past;
  TbVerdicts *verdicts;
  TbModel *model;  /* NULL: there is none */
  const char *xml; /* of that; it is the past's */
  GMainLoop *loop;
  TbTable *table; /* NULL: JSON lines */
  double speed;   /* 0: as fast as it goes */
  gint64 time_ns, to_ns;
  guint next_problem;
  gboolean interrupted;
} Replay;

/* ---- What is said -------------------------------------------------------------------------------- */

static void
say_problems (Replay *r)
{
  for (; r->next_problem < tb_past_n_problems (r->past); r->next_problem++)
    {
      const TbPastProblem *p = tb_past_problem (r->past, r->next_problem);
      if (p->time_ns > r->time_ns)
        return;
      g_autofree char *plain = tb_cli_plain (p->sentence);
      g_autofree char *text = *p->instance != '\0' ? g_strdup_printf ("%s: %s", p->instance, plain)
                                                   : g_strdup (plain);
      if (p->severity >= 2)
        continue;
      if (r->table != NULL)
        tb_table_say (r->table, text);
      else
        fprintf (stderr, "tierboard: %s\n", text);
    }
}

/* Until then. */
static gboolean
was_ready (const Replay *r, guint instance)
{
  for (guint i = 0; i < tb_past_n_states (r->past); i++)
    {
      const TbPastState *state = tb_past_state (r->past, i);
      if (state->instance == instance && state->state == TB_INSTANCE_READY && state->time_ns <= r->time_ns)
        return TRUE;
    }
  return FALSE;
}

/* Those that there are at that moment: what was removed before, or came later, is not asked for. */
static gboolean
all_were_ready (const Replay *r, const TbLiveFrame *frame)
{
  for (guint i = 0; i < frame->n_instances; i++)
    {
      const TbPastInstance *row = tb_past_instance (r->past, i);
      gboolean ours = row != NULL && !row->outside && !frame->instances[i].gone && !frame->instances[i].removed;
      if (ours && !was_ready (r, i))
        return FALSE;
    }
  return TRUE;
}

/* The drawing as it was then: read once for as long as it was so. */
static const TbModel *
drawing (Replay *r)
{
  const char *xml = tb_past_architecture (r->past, r->time_ns);
  if (xml != r->xml)
    {
      g_clear_pointer (&r->model, tb_model_unref);
      r->model = tb_cli_drawing_of (r->past, r->time_ns);
      r->xml = xml;
    }
  return r->model;
}

/* FALSE: nobody reads it any more. */
static gboolean
show (Replay *r, gint64 since_ns, gboolean last)
{
  g_autoptr (TbLiveFrame) frame = tb_past_frame (r->past, drawing (r), r->time_ns, since_ns);
  say_problems (r);
  if (r->table != NULL)
    {
      tb_table_draw (r->table, frame, NULL);
      return TRUE;
    }
  tb_verdicts_set_moment (r->verdicts, last ? G_MAXINT64 : r->time_ns);
  tb_verdicts_look (r->verdicts, TRUE);
  g_autofree char *text = tb_run_json (frame, last, last && all_were_ready (r, frame), r->verdicts);
  return printf ("%s\n", text) >= 0 && fflush (stdout) == 0;
}

/* ---- Time ---------------------------------------------------------------------------------------- */

static gboolean
on_tick (gpointer data)
{
  Replay *r = data;
  gint64 before_ns = r->time_ns;
  double step = (r->table != NULL ? TABLE_PERIOD_MS : 1000) * (double) TB_NS_PER_MS;
  if (r->table != NULL)
    step *= r->speed;
  r->time_ns = MIN (r->to_ns, r->time_ns + (gint64) MAX (step, 1));
  gboolean last = r->time_ns >= r->to_ns;
  if (!show (r, before_ns, last) || last)
    {
      g_main_loop_quit (r->loop);
      return G_SOURCE_REMOVE;
    }
  return G_SOURCE_CONTINUE;
}

static gboolean
on_signal (gpointer data)
{
  Replay *r = data;
  r->interrupted = TRUE;
  g_main_loop_quit (r->loop);
  return G_SOURCE_CONTINUE;
}

/* Lines come each second of the recording; a table is drawn as often as a person sees. */
static guint
period_ms (const Replay *r)
{
  if (r->table != NULL)
    return TABLE_PERIOD_MS;
  return r->speed > 0 ? (guint) MAX (1000 / r->speed, 1) : 0;
}

static void
play (Replay *r)
{
  guint sources[] = {
    g_timeout_add (period_ms (r), on_tick, r),
    g_unix_signal_add (SIGINT, on_signal, r),
    g_unix_signal_add (SIGTERM, on_signal, r),
  };
  gboolean done = r->time_ns >= r->to_ns;
  show (r, r->time_ns, done);
  if (!done)
    g_main_loop_run (r->loop);
  for (gsize i = 0; i < G_N_ELEMENTS (sources); i++)
    {
      GSource *source = g_main_context_find_source_by_id (NULL, sources[i]);
      if (source != NULL)
        g_source_destroy (source);
    }
}

/* ---- The command --------------------------------------------------------------------------------- */

static void
print_summary (Replay *r)
{
  char requests[40], errors[40];
  guint64 n = 0, bad = 0;
  g_autoptr (TbLiveFrame) frame = tb_past_frame (r->past, drawing (r), r->time_ns, r->time_ns);
  for (guint i = 0; i < frame->n_links; i++)
    {
      n += frame->links[i].requests;
      bad += frame->links[i].errors;
    }
  printf ("\n%s requests, %s errors until %.1f s\n", tb_words_count (n, requests, sizeof requests),
          tb_words_count (bad, errors, sizeof errors),
          (double) (r->time_ns - tb_past_start_ns (r->past)) / 1e9);
}

static TbExitStatus
replay (const char *path, const Options *o)
{
  gboolean table = !o->json && isatty (STDOUT_FILENO);
  g_autoptr (TbPast) past = tb_cli_open_recording (path);
  if (past == NULL)
    return TB_EXIT_REFUSED;
  g_autoptr (TbVerdicts) verdicts = tb_verdicts_new (past);
  Replay r = { .past = past, .verdicts = verdicts, .speed = o->speed < 0 ? (table ? 1 : 0) : o->speed,
               .time_ns = tb_past_start_ns (past), .to_ns = tb_past_end_ns (past) };
  if ((o->from != NULL && !tb_cli_moment (past, o->from, &r.time_ns))
      || (o->to != NULL && !tb_cli_moment (past, o->to, &r.to_ns)))
    return TB_EXIT_REFUSED;
  r.to_ns = MIN (r.to_ns, tb_past_end_ns (past));
  const TbModel *model = drawing (&r);
  g_autofree char *base = g_path_get_basename (path);
  r.loop = g_main_loop_new (NULL, FALSE);
  signal (SIGPIPE, SIG_IGN);
  if (table)
    r.table = tb_table_new (model != NULL ? tb_element_title (tb_model_root (model)) : base,
                            STDOUT_FILENO, tb_cli_wants_colour (STDOUT_FILENO));
  play (&r);
  if (table)
    print_summary (&r);
  g_clear_pointer (&r.table, tb_table_free);
  g_main_loop_unref (r.loop);
  g_clear_pointer (&r.model, tb_model_unref);
  return TB_EXIT_YES;
}

int
tb_cmd_replay (int argc, char **argv)
{
  Options o = { .speed = -1 };
  const GOptionEntry entries[] = {
    { "speed", 's', 0, G_OPTION_ARG_DOUBLE, &o.speed,
      "How fast: 1 as it was, 0.1 slower, 10 faster (lines come at once without it)", "FACTOR" },
    { "from", 0, 0, G_OPTION_ARG_STRING, &o.from, "Begin so long after the start (12.5s)", "TIME" },
    { "to", 0, 0, G_OPTION_ARG_STRING, &o.to, "End so long after the start", "TIME" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &o.json, "One JSON object for each second, not a table", NULL },
    { NULL }
  };
  TbExitStatus status = TB_EXIT_REFUSED;
  if (tb_cli_options (&argc, &argv, "REC",
                      "Plays a recording: the table that run shows, as it was; JSON lines where there "
                      "is no terminal. Ctrl-C ends it.",
                      entries))
    {
      if (argc != 2)
        tb_cli_error ("name one recording; see “%s --help”", argv[0]);
      else if (o.speed == 0 || (o.speed < 0 && o.speed > -1) || o.speed < -1 || o.speed > 1e6)
        tb_cli_error ("a speed is above 0 and at most 1000000");
      else
        status = replay (argv[1], &o);
    }
  g_free (o.from);
  g_free (o.to);
  return status;
}
