/* tierboard scenario REC: what was done to a recorded run, as a scenario that does it again. */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "load.h"
#include "recording.h"
#include "tb-plan.h"
#include "tb-scenario-past.h"

typedef struct
{
  char *out, *into, *name;
  gboolean bare, quiet;
} Options;

/* The file that it goes into: a drawing, or one that holds only scenarios. NULL: why not was said. */
static TbDocument *
open_target (const Options *o)
{
  g_autoptr (GError) error = NULL;
  TbDocument *document = o->into != NULL ? tb_cli_load (o->into, NULL, &error) : tb_document_new ("Recorded");
  if (document == NULL)
    tb_cli_error ("%s", error->message);
  return document;
}

/* Whether the drawing that it goes into has all that it names. */
static gboolean
fits (const Options *o, TbDocument *document, TbUid uid)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *node = tb_program_path ("tierboard-node");
  const TbPlanOptions options = { .block = 64, .run_dir = "/tmp", .node_program = node, .seed = 1 };
  const TbModel *model = tb_document_model (document);
  g_autoptr (GPtrArray) problems = tb_problems_new ();
  if (o->into == NULL)
    return TRUE;
  g_autoptr (TbPlan) plan = tb_plan_new (model, &options, &error);
  if (plan == NULL)
    {
      tb_cli_error ("%s: %s", o->into, error->message);
      return FALSE;
    }
  tb_scenario_free (tb_scenario_new (model, tb_model_get (model, uid), plan, problems));
  for (guint i = 0; i < problems->len; i++)
    tb_cli_error ("%s: %s", o->into, ((TbProblem *) g_ptr_array_index (problems, i))->message);
  return !tb_problems_have_error (problems);
}

static TbExitStatus
write_out (const Options *o, TbDocument *document)
{
  g_autoptr (GError) error = NULL;
  gsize size;
  const char *path = o->out != NULL ? o->out : o->into;
  g_autofree char *xml = tb_model_to_xml (tb_document_model (document), &size);
  if (path == NULL || g_str_equal (path, "-"))
    {
      fwrite (xml, 1, size, stdout);
      return TB_EXIT_YES;
    }
  if (tb_file_replace (path, xml, size, &error))
    return TB_EXIT_YES;
  tb_cli_error ("%s", error->message);
  return TB_EXIT_FAILED;
}

static void
say_notes (const Options *o, const GPtrArray *notes)
{
  for (guint i = 0; !o->quiet && i < notes->len; i++)
    {
      g_autofree char *plain = tb_cli_plain (g_ptr_array_index (notes, i));
      fprintf (stderr, "tierboard scenario: %s\n", plain);
    }
}

static TbExitStatus
make (const Options *o, const char *recording)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (TbPast) past = tb_cli_open_recording (recording);
  g_autoptr (TbDocument) document = past != NULL ? open_target (o) : NULL;
  if (document == NULL)
    return TB_EXIT_REFUSED;
  TbUid uid = tb_scenario_from_past (past, document, o->name, !o->bare, notes, &error);
  if (uid == 0)
    {
      tb_cli_error ("%s", error->message);
      return TB_EXIT_NO;
    }
  say_notes (o, notes);
  return fits (o, document, uid) ? write_out (o, document) : TB_EXIT_REFUSED;
}

int
tb_cmd_scenario (int argc, char **argv)
{
  Options o = { 0 };
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &o.out, "Write it there (- or nothing: standard output)", "FILE" },
    { "into", 0, 0, G_OPTION_ARG_FILENAME, &o.into, "Add it to that drawing, which is written again", "DRAWING" },
    { "name", 0, 0, G_OPTION_ARG_STRING, &o.name, "What it is called (What was done)", "NAME" },
    { "no-expect", 0, 0, G_OPTION_ARG_NONE, &o.bare, "Without expectations out of what was measured", NULL },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &o.quiet, "Do not say what it cannot do again", NULL },
    { NULL }
  };
  TbExitStatus status = TB_EXIT_REFUSED;
  if (!tb_cli_options (&argc, &argv, "REC",
                       "Makes a scenario of what was done to a run by hand: faults, partitions, kills, pauses and loads at "
                       "their times, waits where one had waited, and what was measured as expectations with a margin. "
                       "Ends with 1 where nothing was done.", entries))
    return TB_EXIT_REFUSED;
  if (argc == 2)
    status = make (&o, argv[1]);
  else
    tb_cli_error ("name one recording; see “%s --help”", argv[0]);
  g_free (o.out);
  g_free (o.into);
  g_free (o.name);
  return status;
}
