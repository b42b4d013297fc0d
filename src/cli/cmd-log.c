/* tierboard log [REC]: what the instances printed, between the messages, faults and problems, on one clock; of a
 * recording, or of a run that goes on.
 *
 * All that is new is put in the order of time and printed; of a run that goes on that is done again and again. What is
 * told late (a line that had no newline) then stands a little after its time, which it says. */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "cli.h"
#include "find-run.h"
#include "log-private.h"
#include "recording.h"

#define CHUNK 1024
#define FOLLOW_US 200000
#define READ_NS (TB_NS_PER_S / 2)

typedef struct
{
  char *run, *grep, *from, *to, *messages;
  char **instances;
  gboolean follow, json;
} Options;

/* How far it was printed. */
typedef struct
{
  TbLogShown shown;
  guint lines, problems, gaps;
  GHashTable *states; /* those that were printed, each as words: one that is told late has its place before others */
  GArray *bands; /* of guint: of each, bit 0: its beginning was printed, bit 1: its end */
  guint64 event;
} Printed;

/* ---- What is new --------------------------------------------------------------------------------- */

static void
add (GArray *entries, const TbLogShown *s, gint64 time_ns, TbEntryKind kind, guint index)
{
  const TbEntry entry = { time_ns, kind, index };
  if (time_ns >= s->from_ns && time_ns <= s->to_ns && tb_log_means_entry (s, &entry))
    g_array_append_val (entries, entry);
}

static void
add_bands (Printed *p, GArray *entries)
{
  TbPast *past = p->shown.past;
  if (p->bands->len < tb_past_n_bands (past))
    g_array_set_size (p->bands, tb_past_n_bands (past));
  for (guint i = 0; i < p->bands->len; i++)
    {
      const TbPastBand *band = tb_past_band (past, i);
      guint *printed = &g_array_index (p->bands, guint, i);
      if ((*printed & 1) == 0)
        add (entries, &p->shown, band->from_ns, TB_ENTRY_FAULT_BEGINS, i);
      if ((*printed & 2) == 0 && band->to_ns != G_MAXINT64)
        add (entries, &p->shown, band->to_ns, TB_ENTRY_FAULT_ENDS, i);
      *printed |= band->to_ns != G_MAXINT64 ? 3 : 1;
    }
}

static void
add_states (Printed *p, GArray *entries)
{
  for (guint i = 0; i < tb_past_n_states (p->shown.past); i++)
    {
      const TbPastState *s = tb_past_state (p->shown.past, i);
      char *words = g_strdup_printf ("%" G_GINT64_FORMAT " %u %d %s", s->time_ns, s->instance, s->state, s->sentence);
      if (g_hash_table_add (p->states, words))
        add (entries, &p->shown, s->time_ns, TB_ENTRY_STATE, i);
    }
}

static int
by_time (gconstpointer a, gconstpointer b)
{
  const TbEntry *x = a, *y = b;
  if (x->time_ns != y->time_ns)
    return x->time_ns < y->time_ns ? -1 : 1;
  if (x->kind != y->kind)
    return x->kind < y->kind ? -1 : 1;
  return x->index < y->index ? -1 : x->index > y->index;
}

/* (transfer full) */
static GArray *
new_entries (Printed *p)
{
  TbPast *past = p->shown.past;
  GArray *entries = g_array_new (FALSE, FALSE, sizeof (TbEntry));
  for (; p->lines < tb_log_book_n_lines (p->shown.book); p->lines++)
    add (entries, &p->shown, tb_log_book_line (p->shown.book, p->lines)->time_ns, TB_ENTRY_LINE, p->lines);
  for (; p->problems < tb_past_n_problems (past); p->problems++)
    add (entries, &p->shown, tb_past_problem (past, p->problems)->time_ns, TB_ENTRY_PROBLEM, p->problems);
  add_states (p, entries);
  for (; p->gaps < tb_past_n_gaps (past); p->gaps++)
    add (entries, &p->shown, tb_past_gap (past, p->gaps)->from_ns, TB_ENTRY_GAP, p->gaps);
  add_bands (p, entries);
  g_array_sort (entries, by_time);
  return entries;
}

/* FALSE: nobody reads it any more. */
static gboolean
print_new (Printed *p)
{
  TbEvent chunk[CHUNK];
  gsize n;
  guint next = 0;
  g_autoptr (GArray) entries = new_entries (p);
  while (p->shown.messages && (n = tb_past_events (p->shown.past, p->event, chunk, CHUNK)) > 0)
    for (gsize i = 0; i < n; i++, p->event++)
      {
        if (chunk[i].time_ns < p->shown.from_ns || chunk[i].time_ns > p->shown.to_ns
            || !tb_log_means_event (&p->shown, p->event, &chunk[i]))
          continue;
        for (; next < entries->len && g_array_index (entries, TbEntry, next).time_ns <= chunk[i].time_ns; next++)
          tb_log_say_entry (&p->shown, &g_array_index (entries, TbEntry, next));
        tb_log_say_event (&p->shown, &chunk[i]);
      }
  for (; next < entries->len; next++)
    tb_log_say_entry (&p->shown, &g_array_index (entries, TbEntry, next));
  return fflush (stdout) == 0;
}

/* ---- The loop ------------------------------------------------------------------------------------ */

static gboolean
is_over (TbPast *past)
{
  TbRunState state = tb_past_run_state (past);
  return state == TB_RUN_STOPPED || state == TB_RUN_FAILED;
}

static void
print (Printed *p, gboolean follows)
{
  TbPast *past = p->shown.past;
  for (;;)
    {
      gboolean last = !follows || is_over (past) || tb_past_end_ns (past) > p->shown.to_ns;
      while (tb_log_book_read (p->shown.book, READ_NS, last))
        ;
      /* Events of a damaged place are passed over. */
      p->event = MAX (p->event, tb_past_skip (past, p->event));
      if (!print_new (p))
        return;
      if (last && (!p->shown.messages || p->event >= tb_past_n_events (past)))
        return;
      if (!last)
        g_usleep (FOLLOW_US);
      if (!last)
        tb_past_refresh (past, 0);
    }
}

/* ---- What is asked for --------------------------------------------------------------------------- */

static gboolean
read_filters (TbLogShown *s, const Options *o)
{
  g_autoptr (GError) error = NULL;
  s->messages = g_strcmp0 (o->messages, "none") != 0;
  s->filter = tb_filter_parse (s->messages && o->messages != NULL ? o->messages : "", &error);
  if (s->filter == NULL)
    {
      tb_cli_error ("--messages: %s", error->message);
      return FALSE;
    }
  if (o->grep != NULL)
    s->grep = g_regex_new (o->grep, G_REGEX_OPTIMIZE, 0, &error);
  if (error != NULL)
    tb_cli_error ("--grep: %s", error->message);
  return error == NULL;
}

static gboolean
knows_instances (const TbLogShown *s)
{
  g_auto (GStrv) names = tb_filter_instances_of (s->past);
  for (guint i = 0; s->instances != NULL && s->instances[i] != NULL; i++)
    if (!g_strv_contains ((const char *const *) names, s->instances[i]))
      {
        tb_cli_error ("there is no “%s” in it", s->instances[i]);
        return FALSE;
      }
  return TRUE;
}

static gboolean
read_times (TbLogShown *s, const Options *o)
{
  s->from_ns = G_MININT64;
  s->to_ns = G_MAXINT64;
  return (o->from == NULL || tb_cli_moment (s->past, o->from, &s->from_ns))
         && (o->to == NULL || tb_cli_moment (s->past, o->to, &s->to_ns));
}

/* Where a run that goes on is recorded; NULL: a sentence was printed. (transfer full) */
static char *
recording_of_run (const char *name)
{
  g_autofree char *socket = tb_cli_find_run (name);
  g_autoptr (TbJsonValue) run = socket != NULL ? tb_cli_ask_run (socket) : NULL;
  const char *path = run != NULL ? tb_json_member_text (run, "recording") : NULL;
  if (socket != NULL && path == NULL)
    tb_cli_error ("that run is not recorded");
  return g_strdup (path);
}

static TbExitStatus
log_of (const char *path, const Options *o, gboolean live)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TbPast) past = live ? tb_past_open (path, &error) : tb_cli_open_recording (path);
  g_autoptr (TbLogBook) book = past != NULL ? tb_log_book_open (path, &error) : NULL;
  Printed p = { .shown = { .past = past, .book = book, .instances = o->instances, .json = o->json,
                           .colour = tb_cli_wants_colour (STDOUT_FILENO) } };
  if (error != NULL)
    tb_cli_error ("%s", error->message);
  gboolean good = book != NULL && read_filters (&p.shown, o) && knows_instances (&p.shown) && read_times (&p.shown, o);
  if (good)
    {
      p.bands = g_array_new (FALSE, TRUE, sizeof (guint));
      p.states = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      p.event = MAX (tb_past_first_event (past), p.shown.from_ns > 0 ? tb_past_find (past, p.shown.from_ns) : 0);
      signal (SIGPIPE, SIG_IGN);
      print (&p, o->follow);
      g_array_unref (p.bands);
      g_hash_table_unref (p.states);
    }
  g_clear_pointer (&p.shown.filter, tb_filter_free);
  g_clear_pointer (&p.shown.grep, g_regex_unref);
  return good ? TB_EXIT_YES : TB_EXIT_REFUSED;
}

static TbExitStatus
log_with (int argc, char **argv, const Options *o)
{
  gboolean live = o->run != NULL || argc == 1;
  if (argc > 2 || (argc == 2 && o->run != NULL))
    {
      tb_cli_error ("name one recording, or a run that goes on with --run; see “%s --help”", argv[0]);
      return TB_EXIT_REFUSED;
    }
  g_autofree char *path = live ? recording_of_run (o->run) : g_strdup (argv[1]);
  return path != NULL ? log_of (path, o, live) : TB_EXIT_REFUSED;
}

int
tb_cmd_log (int argc, char **argv)
{
  Options o = { 0 };
  const GOptionEntry entries[] = {
    { "run", 0, 0, G_OPTION_ARG_STRING, &o.run, "Of that run that goes on, by its file or its socket", "RUN" },
    { "follow", 'f', 0, G_OPTION_ARG_NONE, &o.follow, "Go on with what comes, until the run is over", NULL },
    { "instance", 'i', 0, G_OPTION_ARG_STRING_ARRAY, &o.instances,
      "Only what is of this instance, or of all of a component (may be repeated)", "NAME" },
    { "grep", 'g', 0, G_OPTION_ARG_STRING, &o.grep, "Only lines that this expression matches, and no states", "REGEX" },
    { "messages", 'm', 0, G_OPTION_ARG_STRING, &o.messages,
      "Only messages that this filter means (“link:save is:error”), or “none”", "FILTER" },
    { "from", 0, 0, G_OPTION_ARG_STRING, &o.from, "Begin so long after the start (12.5s)", "TIME" },
    { "to", 0, 0, G_OPTION_ARG_STRING, &o.to, "End so long after the start", "TIME" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &o.json, "A JSON object a line", NULL },
    { NULL }
  };
  TbExitStatus status = TB_EXIT_REFUSED;
  if (tb_cli_options (&argc, &argv, "[REC]",
                      "Prints what the instances of a recording, or of the run that goes on, have printed, between "
                      "its messages, faults, problems and states, with the time since the start of the run. What "
                      "steers a terminal is left out.",
                      entries))
    status = log_with (argc, argv, &o);
  g_free (o.run);
  g_free (o.grep);
  g_free (o.messages);
  g_free (o.from);
  g_free (o.to);
  g_strfreev (o.instances);
  return status;
}
