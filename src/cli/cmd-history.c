/* tierboard history FILE: the verdict on a history. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "recording.h"
#include "tb-history-picture.h"
#include "verdict-words.h"

typedef struct
{
  gboolean json, final_reads;
  const char *picture, *of;
  gint64 steps;
} Asked;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TbHistory, tb_history_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TbHistoryReader, tb_history_reader_free)

/* ---- Reading ------------------------------------------------------------------------------------------ */

static gboolean
feed_file (TbHistoryReader *reader, FILE *in, const char *path)
{
  static char piece[64 << 10];
  size_t n;
  while ((n = fread (piece, 1, sizeof piece, in)) > 0)
    if (!tb_history_reader_feed (reader, piece, n))
      return FALSE;
  if (!ferror (in))
    return tb_history_reader_end (reader);
  tb_cli_error ("cannot read %s: %s", path, g_strerror (errno));
  return FALSE;
}

/* NULL: a sentence was printed. */
static TbHistory *
read_history (const char *path)
{
  g_autoptr (TbHistory) h = tb_history_new ();
  g_autoptr (TbHistoryReader) reader = tb_history_reader_new (h);
  gboolean standard = g_str_equal (path, "-");
  FILE *in = standard ? stdin : fopen (path, "re");
  if (in == NULL)
    {
      tb_cli_error ("cannot open %s: %s", path, g_strerror (errno));
      return NULL;
    }
  gboolean good = feed_file (reader, in, path);
  if (!standard)
    fclose (in);
  const char *error = tb_history_reader_error (reader);
  if (!good && error != NULL)
    {
      g_autofree char *plain = tb_cli_plain (error);
      tb_cli_error ("%s: %s", path, plain);
    }
  return good ? g_steal_pointer (&h) : NULL;
}

/* ---- Files -------------------------------------------------------------------------------------------- */

static gboolean
write_picture (const TbHistory *h, const TbVerdict *v, const char *path)
{
  g_autoptr (GError) error = NULL;
  gsize size;
  if (v->n_witness == 0)
    {
      tb_cli_error ("there is no counter-example to draw; %s is not written", path);
      return TRUE;
    }
  g_autofree char *svg = tb_history_picture (h, v, TB_THEME_LIGHT, &size);
  if (g_file_set_contents (path, svg, (gssize) size, &error))
    return TRUE;
  tb_cli_error ("%s", error->message);
  return FALSE;
}

static void
print_json (const TbHistory *h, const TbVerdict *v, gboolean final_reads)
{
  g_autoptr (TbJson) json = tb_json_new ();
  tb_json_begin_object (json, NULL);
  tb_verdict_put (json, h, v, final_reads);
  tb_json_end_object (json);
  puts (tb_json_text (json));
}

static int
judge (const char *path, const Asked *asked)
{
  g_autoptr (TbHistory) h = read_history (path);
  TbJudgeOptions options = { .final_reads = asked->final_reads, .step_limit = (guint64) asked->steps };
  TbVerdict v;
  if (h == NULL)
    return TB_EXIT_REFUSED;
  tb_history_judge (h, &options, &v);
  if (asked->json)
    print_json (h, &v, asked->final_reads);
  else
    tb_verdict_print (h, &v, asked->final_reads);
  if (asked->picture != NULL && !write_picture (h, &v, asked->picture))
    return TB_EXIT_FAILED;
  return tb_verdict_status (v.kind);
}

/* ---- Recordings ---------------------------------------------------------------------------------------------- */

static void
print_store (const TbStoreVerdict *store, const Asked *asked)
{
  if (asked->json)
    {
      g_autoptr (TbJson) json = tb_json_new ();
      tb_json_begin_object (json, NULL);
      tb_verdict_put_store (json, store);
      tb_json_end_object (json);
      puts (tb_json_text (json));
      return;
    }
  g_autofree char *name = tb_cli_plain (store->component);
  printf ("%s%s: ", name, store->tapped ? " (as its taps saw it)" : "");
  tb_verdict_print (store->history, &store->verdict, store->has_final_reads);
}

/* Violated is worse than unknown, and that than linearizable. */
static TbExitStatus
worse (TbExitStatus a, TbExitStatus b)
{
  return a == TB_EXIT_NO || b == TB_EXIT_NO ? TB_EXIT_NO : MAX (a, b);
}

/* The picture is that of the first store of which there is one. */
static int
judge_recording (const char *path, const Asked *asked)
{
  g_autoptr (TbPast) past = tb_cli_open_recording (path);
  if (past == NULL)
    return TB_EXIT_REFUSED;
  g_autoptr (TbVerdicts) verdicts = tb_verdicts_new (past);
  TbExitStatus status = TB_EXIT_YES;
  const TbStoreVerdict *drawn = NULL;
  guint n = 0;
  tb_verdicts_look (verdicts, TRUE);
  for (guint i = 0; i < tb_verdicts_n (verdicts); i++)
    {
      const TbStoreVerdict *store = tb_verdicts_at (verdicts, i);
      if (asked->of != NULL && !g_str_equal (asked->of, store->component))
        continue;
      n++;
      print_store (store, asked);
      status = worse (status, tb_verdict_status (store->verdict.kind));
      if (drawn == NULL || (drawn->verdict.n_witness == 0 && store->verdict.n_witness > 0))
        drawn = store;
    }
  if (n == 0)
    {
      tb_cli_error (asked->of != NULL ? "%s: nothing is recorded of what clients did on a store “%s”"
                                      : "%s: nothing is recorded of what clients did on a store",
                    path, asked->of);
      return TB_EXIT_REFUSED;
    }
  if (asked->picture != NULL && !write_picture (drawn->history, &drawn->verdict, asked->picture))
    return TB_EXIT_FAILED;
  return status;
}

/* ---- The command --------------------------------------------------------------------------------------------- */

int
tb_cmd_history (int argc, char **argv)
{
  Asked asked = { 0 };
  g_autofree char *picture = NULL, *of = NULL;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &asked.json, "The verdict as a JSON object", NULL },
    { "picture", 0, 0, G_OPTION_ARG_FILENAME, &picture, "Draw the counter-example, as SVG", "OUT.svg" },
    { "of", 0, 0, G_OPTION_ARG_STRING, &of, "Of a recording: that store alone", "STORE" },
    { "final-reads", 0, 0, G_OPTION_ARG_NONE, &asked.final_reads,
      "Reads after all writes show what is there at the end: count what was lost", NULL },
    { "steps", 0, 0, G_OPTION_ARG_INT64, &asked.steps, "Give a key's search up after so many steps (5000000)", "N" },
    { NULL }
  };
  if (!tb_cli_options (&argc, &argv, "FILE",
                       "Says whether a history of operations on a store is linearizable, key by key, and if not, shows the fewest "
                       "operations that prove it. FILE (- is standard input) has an operation a line in our own form, or an "
                       "event a line as Jepsen has them: maps of EDN, or its log; or it is a recording, and each store of the run is judged. Ends with 0 if it is, 1 if it is not, 2 if "
                       "the file is unusable, 4 if it is not known.",
                       entries))
    return TB_EXIT_REFUSED;
  asked.picture = picture;
  asked.of = of;
  if (argc != 2 || asked.steps < 0)
    {
      tb_cli_error ("name one history; see “%s --help”", argv[0]);
      return TB_EXIT_REFUSED;
    }
  if (tb_past_is_recording (argv[1]))
    return judge_recording (argv[1], &asked);
  if (asked.of != NULL)
    {
      tb_cli_error ("--of says which store of a recording is meant, and %s is none", argv[1]);
      return TB_EXIT_REFUSED;
    }
  return judge (argv[1], &asked);
}
