/* tierboard run FILE: the drawing as a running system, in the terminal or as JSON. */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "run-private.h"

/* What is left after the options, and what they say. */
static gboolean
check_options (TbRunOptions *o, int argc, char **argv)
{
  if (argc != 2)
    {
      tb_cli_error (argc < 2 ? "which file? See “%s --help”" : "one file at a time; see “%s --help”", argv[0]);
      return FALSE;
    }
  o->file = argv[1];
  if (o->duration != NULL && !tb_duration_parse (o->duration, &o->duration_ns, NULL))
    {
      tb_cli_error ("“%s” is no duration like 500ms, 10s or 2m", o->duration);
      return FALSE;
    }
  return tb_run_record_read (&o->record);
}

static gboolean
read_options (TbRunOptions *o, int *argc, char ***argv)
{
  const GOptionEntry entries[] = {
    { "duration", 'd', 0, G_OPTION_ARG_STRING, &o->duration,
      "Stop that long after everything is ready (10s, 2m)", "TIME" },
    { "scenario", 0, 0, G_OPTION_ARG_STRING, &o->scenario,
      "Carry that scenario out, and end with it: status 0 held, 1 violated, 4 unknown", "ID" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &o->json, "One JSON object a second, not a table", NULL },
    { "trust", 0, 0, G_OPTION_ARG_NONE, &o->trust, "Run its commands without asking", NULL },
    { "contain", 0, 0, G_OPTION_ARG_NONE, &o->contain, "Give each instance a PID namespace", NULL },
    { "probe", 0, 0, G_OPTION_ARG_NONE, &o->probe,
      "Ask each replica of a store by a client of its own, which nobody drew: so every side of a partition is judged", NULL },
    { "sweep", 0, 0, G_OPTION_ARG_STRING, &o->sweep,
      "Delay messages between that store's replicas step by step, say what its operations feel of it, and end (with --probe)", "STORE" },
    { "watch", 'w', 0, G_OPTION_ARG_NONE, &o->watch,
      "Go on with the file as it is whenever it was saved", NULL },
    { "record", 0, 0, G_OPTION_ARG_FILENAME, &o->record.path, "Keep the recording in that file", "OUT" },
    { "record-limit", 0, 0, G_OPTION_ARG_STRING, &o->record.limit,
      "How large it may become (1GiB): then the oldest messages go from it", "SIZE" },
    { "record-for", 0, 0, G_OPTION_ARG_STRING, &o->record.age,
      "How long messages stay in it (10m): what is older goes", "TIME" },
    { "payload", 0, 0, G_OPTION_ARG_STRING, &o->record.payload,
      "How much of each message it keeps, up to 4096 bytes, or “off”", "BYTES" },
    { "mask", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o->record.masks,
      "Record what this expression matches in messages, logs and values of the drawing as asterisks (may be repeated)", "REGEX" },
    { "seed", 0, 0, G_OPTION_ARG_INT64, &o->seed, "Of all that is drawn by chance", "N" },
    { "control", 0, 0, G_OPTION_ARG_STRING, &o->control,
      "Take commands on loopback too, with a token (PORT, 127.0.0.1:PORT; 0: any)", "ADDRESS" },
    { "metrics", 0, 0, G_OPTION_ARG_STRING, &o->metrics,
      "Prometheus text at http://ADDRESS/metrics, on loopback (PORT, 127.0.0.1:PORT; 0: any)", "ADDRESS" },
    { "no-seccomp", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &o->no_seccomp,
      "Do without interception", NULL },
    { NULL }
  };
  return tb_cli_options (argc, argv, "FILE",
                         "Runs a drawing: a live table in a terminal, with keys to cut, heal, kill and "
                         "more (? lists them), JSON lines otherwise. Ctrl-C "
                         "stops in order, a second one at once. Status 0 if every instance became "
                         "ready.", entries)
         && check_options (o, *argc, *argv);
}

static gboolean
offer_loopback (const TbRunOptions *o, TbControl *control)
{
  g_autoptr (GError) error = NULL;
  if (control != NULL && tb_control_listen (control, o->control, g_getenv ("TIERBOARD_TOKEN"), &error))
    fprintf (stderr, "tierboard: control at %s\n", tb_control_url (control));
  else if (error != NULL)
    tb_cli_error ("--control: %s", error->message);
  return control != NULL && tb_control_url (control) != NULL;
}

static gboolean
offer_metrics (const TbRunOptions *o, TbControl *control)
{
  g_autoptr (GError) error = NULL;
  if (control != NULL && tb_control_listen_metrics (control, o->metrics, &error))
    fprintf (stderr, "tierboard: metrics at %s\n", tb_control_metrics_url (control));
  else if (error != NULL)
    tb_cli_error ("--metrics: %s", error->message);
  return control != NULL && tb_control_metrics_url (control) != NULL;
}

/* The private socket is always there; a run goes on without it where it cannot be had. FALSE: what
 * was asked for cannot be had. */
static gboolean
offer_control (const TbRunOptions *o, TbSession *session, TbControl **control)
{
  g_autoptr (GError) error = NULL;
  *control = tb_control_new (session, &error);
  if (*control != NULL)
    tb_control_set_name (*control, o->file);
  if (*control == NULL)
    tb_cli_error ("it cannot be controlled from outside: %s", error->message);
  return (o->control == NULL || offer_loopback (o, *control))
         && (o->metrics == NULL || offer_metrics (o, *control));
}

/* Whether clients of its own say what they do on stores. */
static gboolean
tells_operations (const TbPlan *plan)
{
  for (guint i = 0; i < plan->instances->len; i++)
    {
      const TbPlanInstance *instance = g_ptr_array_index (plan->instances, i);
      for (guint k = 0; instance->builtin && instance->argv[k] != NULL; k++)
        if (g_str_equal (instance->argv[k], "--call") && instance->argv[k + 1] != NULL
            && (strstr (instance->argv[k + 1], " op=") != NULL || strstr (instance->argv[k + 1], " resp://") != NULL))
          return TRUE;
    }
  return FALSE;
}

/* NULL, with the status in *why: it is not to be, and the reason was said. */
static TbSession *
start_session (const TbRunOptions *o, TbModel *model, const TbPlan *plan, TbExitStatus *why)
{
  g_autoptr (GError) error = NULL;
  TbSessionOptions options = {
    .seed = (guint64) o->seed, .contain = o->contain, .no_seccomp = o->no_seccomp,
    .probes = o->probe || o->sweep != NULL, .file = o->file, .sole_children = TRUE,
  };
  tb_run_record_fill (&o->record, &options);
  if (options.record_off && (options.probes || tells_operations (plan)))
    {
      options.record_off = FALSE; /* gone with the run: for the verdict alone */
      options.payload_off = TRUE;
    }
  TbSession *session = tb_session_start (model, &options, &error);
  if (session == NULL)
    {
      tb_cli_error ("%s", error->message);
      *why = g_error_matches (error, TB_SESSION_ERROR, TB_SESSION_ERROR_PLAN) ? TB_EXIT_REFUSED : TB_EXIT_FAILED;
    }
  return session;
}

static TbExitStatus
run_session (const TbRunOptions *o, TbSession *session, const char *title, TbRunScenario *scenario)
{
  g_autoptr (TbControl) control = NULL;
  if (!offer_control (o, session, &control))
    return TB_EXIT_REFUSED;
  TbExitStatus status = tb_run_watch (session, control, o, title, scenario);
  if (tb_session_state (session) == TB_RUN_FAILED)
    {
      g_autoptr (TbLiveFrame) frame = tb_session_frame (session);
      if (frame != NULL && *frame->reason != '\0')
        tb_cli_error ("%s", frame->reason);
    }
  return status;
}

static TbExitStatus
run_file (const TbRunOptions *o)
{
  g_autoptr (TbDocument) document = tb_run_load (o->file);
  if (document == NULL)
    return TB_EXIT_REFUSED;
  g_autoptr (TbModel) model = tb_document_snapshot (document);
  g_autoptr (TbPlan) plan = NULL;
  g_autoptr (TbRunScenario) scenario = NULL;
  g_autofree char *commands = tb_run_commands (model, o->file, &plan);
  if (commands != NULL && o->scenario != NULL
      && (scenario = tb_run_scenario_new (model, plan, o->file, o->scenario)) == NULL)
    return TB_EXIT_REFUSED;
  if (commands == NULL || !tb_run_is_allowed (o->file, commands, o->trust))
    return TB_EXIT_REFUSED;
  if (o->sweep != NULL && tb_model_lookup (model, o->sweep) == NULL)
    {
      tb_cli_error ("%s has no component “%s”", o->file, o->sweep);
      return TB_EXIT_REFUSED;
    }
  if (!tb_run_record_is_possible (&o->record))
    return TB_EXIT_FAILED;
  TbExitStatus why = TB_EXIT_FAILED;
  g_autoptr (TbSession) session = start_session (o, model, plan, &why);
  return session != NULL ? run_session (o, session, tb_element_title (tb_model_root (model)), scenario) : why;
}

int
tb_cmd_run (int argc, char **argv)
{
  TbRunOptions options = { 0 };
  TbExitStatus status = read_options (&options, &argc, &argv) ? run_file (&options)
                                                              : TB_EXIT_REFUSED;
  g_free (options.duration);
  tb_run_record_clear (&options.record);
  g_free (options.control);
  g_free (options.scenario);
  g_free (options.sweep);
  g_free (options.metrics);
  return status;
}
