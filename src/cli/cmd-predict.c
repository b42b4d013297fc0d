/* tierboard predict: how fast a drawing will be, before it runs; beside what was measured, after. */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "load.h"
#include "predict-private.h"
#include "tb-simulate.h"

#define LARGE 2000 /* components */

typedef struct
{
  char *calibrate, *against, *out, **what_if;
  gboolean json, simulate;
  gint64 seed;
  int cores;
  TbDocument *document;
  GArray *changes;      /* of TbWhatIf */
  GArray *calibrations; /* of TbCalibration; NULL */
} Asked;

/* ---- What if -------------------------------------------------------------------------------------------- */

static const struct
{
  const char *word;
  TbWhatIfKind kind;
  guint64 kinds; /* of elements that have it */
  gboolean time;
} words[] = {
#define OF(kind) (G_GUINT64_CONSTANT (1) << TB_KIND_##kind)
  { "threads", TB_WHAT_IF_THREADS, OF (COMPONENT), FALSE },
  { "replicas", TB_WHAT_IF_REPLICAS, OF (COMPONENT), FALSE },
  { "clients", TB_WHAT_IF_POPULATION, OF (COMPONENT), FALSE },
  { "rate", TB_WHAT_IF_RATE, OF (COMPONENT), FALSE },
  { "think", TB_WHAT_IF_THINK, OF (COMPONENT), TRUE },
  { "way", TB_WHAT_IF_WAY, OF (COMPONENT), TRUE }, /* or how such times are distributed */
  { "cores", TB_WHAT_IF_CORES, OF (DEVICE), FALSE },
#undef OF
};

static gboolean
read_value (const char *text, gboolean time, double *value)
{
  gint64 ns;
  const char *end = NULL;
  if (time)
    {
      gboolean good = tb_duration_parse (text, &ns, NULL);
      *value = good ? (double) ns : 0;
      return good;
    }
  end = tb_decimal_parse (text, value);
  return end != NULL && *end == '\0';
}

/* "shop.threads=16" */
static gboolean
read_what_if (const Asked *asked, const char *text, TbWhatIf *what)
{
  g_auto (GStrv) sides = g_strsplit (text, "=", 2);
  g_auto (GStrv) names = sides[0] != NULL ? g_strsplit (sides[0], ".", 2) : NULL;
  if (sides[0] == NULL || sides[1] == NULL || names[0] == NULL || names[1] == NULL)
    {
      tb_cli_error ("“%s” is no change like shop.threads=16", text);
      return FALSE;
    }
  const TbElement *element = tb_model_lookup (tb_document_model (asked->document), names[0]);
  for (gsize i = 0; element != NULL && i < G_N_ELEMENTS (words); i++)
    if (g_str_equal (words[i].word, names[1]) && (words[i].kinds >> tb_element_kind (element) & 1))
      {
        *what = (TbWhatIf){ .uid = tb_element_uid (element), .kind = words[i].kind };
        if (words[i].kind == TB_WHAT_IF_WAY ? tb_dist_parse (sides[1], &what->dist) : read_value (sides[1], words[i].time, &what->value))
          return TRUE;
        tb_cli_error ("“%s” is no %s", sides[1], words[i].time ? "time like 20ms" : "number");
        return FALSE;
      }
  if (element == NULL)
    tb_cli_error ("there is no “%s” in the drawing", names[0]);
  else
    tb_cli_error ("“%s” has no %s to change: components have threads, replicas, clients, rate, think and way, devices cores",
                  names[0], names[1]);
  return FALSE;
}

static gboolean
read_changes (Asked *asked)
{
  for (guint i = 0; asked->what_if != NULL && asked->what_if[i] != NULL; i++)
    {
      TbWhatIf what;
      if (!read_what_if (asked, asked->what_if[i], &what))
        return FALSE;
      g_array_append_val (asked->changes, what);
    }
  return TRUE;
}

/* ---- Answers ---------------------------------------------------------------------------------------------- */

static TbQueueOptions
options_of (const Asked *asked, gboolean local)
{
  TbQueueOptions options = {
    .local = local, .cores = asked->cores > 0 ? (guint) asked->cores : g_get_num_processors (),
    .what_if = (gpointer) asked->changes->data, .n_what_if = asked->changes->len,
    .tap_ns = -1, .hop_ns = -1,
  };
  if (asked->calibrations != NULL)
    {
      options.calibrations = (gpointer) asked->calibrations->data;
      options.n_calibrations = asked->calibrations->len;
    }
  return options;
}

/* Each try costs what the prediction did: of what is very large there are few. */
static guint
advice_most (const TbQueueNet *net)
{
  return net->n_stations > LARGE ? 1 : TB_ADVISE_ALL;
}

static TbPredictAnswer
answer_of (const Asked *asked, gboolean local)
{
  const TbQueueOptions options = options_of (asked, local);
  const TbSimulateOptions how = { .seed = (guint64) asked->seed };
  TbPredictAnswer a = { .where = local ? "on this machine" : "on the drawn devices" };
  a.notes = g_ptr_array_new_with_free_func (g_free);
  a.net = tb_queue_net_new (tb_document_model (asked->document), &options, a.notes);
  a.prediction = tb_predict (a.net);
  a.advice = tb_advise (tb_document_model (asked->document), &options, a.net, a.prediction, advice_most (a.net));
  if (!asked->simulate || a.net->n_sources == 0)
    return a;
  tb_prediction_free (a.prediction);
  a.prediction = tb_simulate (a.net, &how);
  return a;
}

static void
answer_clear (TbPredictAnswer *a)
{
  g_clear_pointer (&a->net, tb_queue_net_free);
  g_clear_pointer (&a->prediction, tb_prediction_free);
  g_clear_pointer (&a->notes, g_ptr_array_unref);
  g_clear_pointer (&a->advice, g_ptr_array_unref);
  g_clear_pointer (&a->measured, tb_measured_free);
}

static void
print_json (const Asked *asked, const TbPredictAnswer *answers, guint n)
{
  const TbModel *model = tb_document_model (asked->document);
  g_autoptr (TbJson) json = tb_json_new ();
  tb_json_begin_object (json, NULL);
  tb_json_begin_array (json, "predictions");
  for (guint i = 0; i < n; i++)
    tb_predict_json (json, &answers[i]);
  tb_json_end_array (json);
  tb_predict_json_availability (json, model);
  tb_predict_json_staleness (json, &answers[0]);
  tb_json_end_object (json);
  puts (tb_json_text (json));
}

static void
print_text (const Asked *asked, const TbPredictAnswer *answers, guint n)
{
  const TbModel *model = tb_document_model (asked->document);
  for (guint i = 0; i < n; i++)
    {
      printf ("%s", i > 0 ? "\n" : "");
      tb_predict_print (&answers[i]);
    }
  tb_predict_print_availability (model);
  tb_predict_print_staleness (&answers[0]);
}

static TbExitStatus
status_of (const TbPrediction *p)
{
  if (p->n_sources == 0)
    return TB_EXIT_UNKNOWN;
  return p->overloaded ? TB_EXIT_NO : TB_EXIT_YES;
}

static TbExitStatus
predict (const Asked *asked)
{
  TbPredictAnswer answers[2];
  guint n = tb_model_count (tb_document_model (asked->document), TB_KIND_DEVICE) > 0 ? 2 : 1;
  TbExitStatus status = TB_EXIT_REFUSED;
  for (guint i = 0; i < n; i++)
    answers[i] = answer_of (asked, i == 0);
  if (asked->against != NULL)
    answers[0].measured = tb_predict_measured (answers[0].net, asked->against);
  if (asked->against == NULL || answers[0].measured != NULL)
    {
      status = status_of (answers[0].prediction);
      if (asked->json)
        print_json (asked, answers, n);
      else
        print_text (asked, answers, n);
    }
  for (guint i = 0; i < n; i++)
    answer_clear (&answers[i]);
  return status;
}

/* ---- The command --------------------------------------------------------------------------------------------- */

static gboolean
learn (Asked *asked)
{
  const TbQueueOptions options = options_of (asked, TRUE);
  if (asked->calibrate == NULL)
    return TRUE;
  asked->calibrations = tb_predict_learn (tb_document_model (asked->document), &options, asked->calibrate);
  return asked->calibrations != NULL;
}

static TbExitStatus
write_out (const Asked *asked)
{
  g_autoptr (GError) error = NULL;
  if (asked->out == NULL)
    return TB_EXIT_YES;
  if (asked->calibrations == NULL)
    {
      tb_cli_error ("-o writes what a recording teaches: name one with --calibrate");
      return TB_EXIT_REFUSED;
    }
  g_autofree char *said = tb_calibration_write (asked->document, asked->calibrations);
  if (tb_document_save (asked->document, asked->out, &error))
    {
      if (!asked->json)
        printf ("\n%s\n", said);
      return TB_EXIT_YES;
    }
  tb_cli_error ("%s", error->message);
  return TB_EXIT_FAILED;
}

static TbExitStatus
read_and_predict (Asked *asked, const char *file)
{
  g_autoptr (GError) error = NULL;
  asked->document = tb_cli_load (file, NULL, &error);
  if (asked->document == NULL)
    {
      tb_cli_error ("%s", error->message);
      return TB_EXIT_REFUSED;
    }
  if (!read_changes (asked) || !learn (asked))
    return TB_EXIT_REFUSED;
  TbExitStatus status = predict (asked);
  TbExitStatus written = status != TB_EXIT_REFUSED ? write_out (asked) : TB_EXIT_YES;
  return written != TB_EXIT_YES ? written : status;
}

static void
asked_clear (Asked *asked)
{
  g_clear_object (&asked->document);
  g_clear_pointer (&asked->calibrations, g_array_unref);
  g_array_unref (asked->changes);
  g_free (asked->calibrate);
  g_free (asked->against);
  g_free (asked->out);
  g_strfreev (asked->what_if);
}

int
tb_cmd_predict (int argc, char **argv)
{
  Asked asked = { .changes = g_array_new (FALSE, FALSE, sizeof (TbWhatIf)), .seed = 1 };
  const GOptionEntry entries[] = {
    { "simulate", 's', 0, G_OPTION_ARG_NONE, &asked.simulate,
      "Simulate every request, with 95 % intervals and percentiles: for threads that are held while others are called", NULL },
    { "seed", 0, 0, G_OPTION_ARG_INT64, &asked.seed, "Of the simulation: the same seed, the same figures", "N" },
    { "set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &asked.what_if,
      "What if: shop.threads=16, shop.replicas=3, browser.clients=100, browser.rate=50, browser.think=5ms, store.way=10ms, db-1.cores=4", "CHANGE" },
    { "cores", 0, 0, G_OPTION_ARG_INT, &asked.cores, "Cores of this machine; as many as there are, unless said", "N" },
    { "calibrate", 0, 0, G_OPTION_ARG_FILENAME, &asked.calibrate, "Learn from a recording what each component costs", "REC" },
    { "against", 0, 0, G_OPTION_ARG_FILENAME, &asked.against, "Say what a recording measured beside it", "REC" },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &asked.out, "With --calibrate: write the drawing with demand= as it was learnt", "FILE" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &asked.json, "Print JSON", NULL },
    { NULL }
  };
  TbExitStatus status = TB_EXIT_REFUSED;
  if (tb_cli_options (&argc, &argv, "FILE",
                      "Says before it runs how fast a drawing will be, where its bottleneck is, and how available it is. First "
                      "with this machine's cores shared by everything, as a run here has it, then on the drawn devices. Ends "
                      "with 1 where more is asked than can be answered, 4 where nobody is drawn whose load is known.", entries))
    {
      if (argc == 2)
        status = read_and_predict (&asked, argv[1]);
      else
        tb_cli_error ("name one drawing; see “%s --help”", argv[0]);
    }
  asked_clear (&asked);
  return status;
}
