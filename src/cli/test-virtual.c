/* In virtual time: a scenario, or schedules, as many as are asked for, until one violates; that one is made small and
 * left behind. What is printed depends on the seed alone. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tb-history-picture.h"
#include "test-private.h"

#define PROGRESS_NS (TB_NS_PER_S / 4)

typedef struct
{
  TbVirtual *v;
  const TbTestHow *how;
  TbTestResult *result;
  guint asked, run, undecided;
  guint64 operations;
  gint64 start_ns, told_ns;
} Testing;

static void
progress (Testing *t)
{
  gint64 now_ns = tb_now_ns ();
  if (!t->how->progress || now_ns < t->told_ns + PROGRESS_NS)
    return;
  t->told_ns = now_ns;
  fprintf (stderr, "\r\033[K%u of %u schedules, %.0f a second", t->run, t->asked,
           (double) t->run / (double) (now_ns - t->start_ns) * 1e9);
  fflush (stderr);
}

/* ---- What is left behind ---------------------------------------------------------------------------------------- */

static gboolean
put (const char *folder, const char *name, const char *text, gsize size, GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  return tb_file_replace (path, text, size, error);
}

/* The sentence, and the picture where there is a counter-example. */
static gboolean
leave_sentence (const char *sentence, const TbHistory *history, const TbVerdict *verdict, const char *folder,
                GError **error)
{
  gsize size = 0;
  gboolean drawn = verdict != NULL && verdict->n_witness > 0;
  g_autofree char *why = g_strdup_printf ("%s\n", sentence);
  g_autofree char *picture = drawn ? tb_history_picture (history, verdict, TB_THEME_LIGHT, &size) : NULL;
  return put (folder, "why.txt", why, strlen (why), error)
         && (picture == NULL || put (folder, "counter-example.svg", picture, size, error));
}

static gboolean
leave_all (const Testing *t, const TbSchedule *least, const TbVirtualResult *found, const char *folder, GError **error)
{
  g_autofree char *words = tb_schedule_words (t->v, least);
  g_autofree char *scenario = tb_virtual_write (t->v, least, found);
  return leave_sentence (t->result->sentence, found->history, found->verdict, folder, error)
         && put (folder, "schedule.txt", words, strlen (words), error)
         && put (folder, "schedule.tierboard", scenario, strlen (scenario), error);
}

static void
leave_behind (Testing *t, guint64 seed, const TbSchedule *least, const TbVirtualResult *found)
{
  g_autoptr (GError) error = NULL;
  TbTestHow how = *t->how;
  how.seed = seed;
  g_autofree char *folder = tb_test_make_folder ("schedule", &how, &error);
  if (folder != NULL && leave_all (t, least, found, folder, &error))
    t->result->kept = g_steal_pointer (&folder);
  else
    tb_cli_error ("%s", error->message);
}

/* ---- Lines --------------------------------------------------------------------------------------------------------- */

static void
add_line (Testing *t, const char *expected, const char *store, gboolean held, const char *why)
{
  TbTestLine *line = g_new0 (TbTestLine, 1);
  *line = (TbTestLine) { .text = g_strdup_printf ("%s of %s in each schedule", expected, store), .unit = TB_UNIT_YES,
                         .estimate = tb_estimate_exact (held, t->run), .least = 1, .most = INFINITY,
                         .outcome = held && t->undecided > 0 ? TB_UNKNOWN : held ? TB_HELD : TB_VIOLATED,
                         .why = g_strdup (why) };
  g_ptr_array_add (t->result->lines, line);
}

static void
say_all_held (Testing *t)
{
  TbTestResult *r = t->result;
  guint n;
  const TbVirtualWant *wants = tb_virtual_wants (t->v, &n);
  g_autofree char *why = g_strdup_printf ("%u schedules, %" G_GUINT64_FORMAT " operations", t->run, t->operations);
  for (guint i = 0; i < n; i++)
    add_line (t, wants[i].that, wants[i].component, TRUE, why);
  if (t->undecided == 0)
    return;
  r->status = TB_EXIT_UNKNOWN;
  r->sentence = g_strdup_printf ("the judge could not decide on %u of %u schedules", t->undecided, t->run);
}

/* The first that violates: made small, said, left behind. */
static void
say_violated (Testing *t, guint64 seed, const TbSchedule *schedule)
{
  TbTestResult *r = t->result;
  TbVirtualResult found;
  g_autoptr (TbSchedule) least = tb_virtual_shrink (t->v, schedule);
  tb_virtual_try (t->v, least, &found);
  guint faults = tb_schedule_n_faults (least), operations = tb_schedule_n_operations (least);
  g_autofree char *why = g_strdup_printf ("seed %" G_GUINT64_FORMAT ", made small: %u fault%s and %u operation%s", seed,
                                          faults, faults == 1 ? "" : "s", operations, operations == 1 ? "" : "s");
  g_autofree char *words = tb_schedule_words (t->v, least);
  g_auto (GStrv) lines = g_strsplit (words, "\n", -1);
  for (guint i = 0; lines[i] != NULL && *lines[i] != '\0'; i++)
    g_ptr_array_add (r->log, g_strdup (lines[i]));
  add_line (t, found.expected, found.store, FALSE, why);
  r->status = TB_EXIT_NO;
  r->sentence = g_strdup_printf ("seed %" G_GUINT64_FORMAT ": %s; again: --virtual --schedules 1 --seed %" G_GUINT64_FORMAT,
                                 seed, found.sentence, seed);
  leave_behind (t, seed, least, &found);
  tb_virtual_result_clear (&found);
}

/* ---- All of them ------------------------------------------------------------------------------------------------------ */

static gboolean
try_one (Testing *t, guint64 seed)
{
  TbVirtualResult found;
  g_autoptr (TbSchedule) schedule = tb_schedule_new (t->v, seed);
  tb_virtual_try (t->v, schedule, &found);
  t->run++;
  t->operations += found.operations;
  t->undecided += found.undecided && !found.violated;
  t->result->seconds += tb_schedule_seconds (schedule);
  gboolean violated = found.violated;
  tb_virtual_result_clear (&found);
  if (violated)
    say_violated (t, seed, schedule);
  return violated;
}

static void
note_left_out (TbTestResult *r, const TbVirtual *v)
{
  const GPtrArray *left_out = tb_virtual_left_out (v);
  for (guint i = 0; i < left_out->len; i++)
    g_ptr_array_add (r->notes, g_strdup (g_ptr_array_index (left_out, i)));
}

static void
leave_played (TbTestResult *r, const TbVirtualPlayed *played, const TbTestHow *how)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = tb_test_make_folder (r->scenario, how, &error);
  if (folder != NULL && leave_sentence (r->sentence, played->history, played->verdict, folder, &error))
    r->kept = g_steal_pointer (&folder);
  else
    tb_cli_error ("%s", error->message);
}

TbTestResult *
tb_test_play (const TbPlan *plan, const TbScenario *scenario, const TbTestHow *how)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TbVirtual) v = tb_virtual_new (plan, &error);
  g_autofree char *title = g_strdup_printf ("%s, in virtual time", scenario->title);
  TbTestResult *r = tb_test_result_new (scenario->id, title, how);
  TbVirtualPlayed played;
  if (v == NULL)
    {
      tb_test_fail (r, error->message);
      return r;
    }
  note_left_out (r, v);
  tb_virtual_play (v, scenario, how->seed, &played);
  const GPtrArray *log = tb_engine_log (played.engine);
  for (guint i = 0; i < log->len; i++)
    tb_test_log (r, g_ptr_array_index (log, i));
  tb_test_take_findings (r, played.engine, played.findings, 0);
  r->seconds = played.seconds;
  if (r->status == TB_EXIT_NO)
    leave_played (r, &played, how);
  tb_virtual_played_clear (&played);
  return r;
}

TbTestResult *
tb_test_schedules (const TbPlan *plan, const GPtrArray *scenarios, guint schedules, const TbTestHow *how)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TbVirtual) v = tb_virtual_new (plan, &error);
  g_autofree char *words = v != NULL ? tb_virtual_words (v) : NULL;
  g_autofree char *title = g_strdup_printf ("%u in virtual time%s%s", schedules, words != NULL ? ": " : "",
                                            words != NULL ? words : "");
  TbTestResult *r = tb_test_result_new ("schedules", title, how);
  if (v == NULL)
    {
      tb_test_fail (r, error->message);
      return r;
    }
  Testing t = { .v = v, .how = how, .result = r, .asked = schedules, .start_ns = tb_now_ns () };
  note_left_out (r, v);
  tb_virtual_expect (v, scenarios);
  gboolean violated = FALSE;
  for (guint i = 0; i < schedules && !violated; i++)
    {
      violated = try_one (&t, how->seed + i);
      progress (&t);
    }
  if (how->progress)
    fprintf (stderr, "\r\033[K");
  if (how->verbose)
    fprintf (stderr, "%u schedules, %.0f a second\n", t.run, (double) t.run / (double) (tb_now_ns () - t.start_ns) * 1e9);
  if (!violated)
    say_all_held (&t);
  return r;
}
