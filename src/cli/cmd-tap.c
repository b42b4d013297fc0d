/* tierboard tap LISTEN TARGET: one tap alone, in front of any server. The agent is the tap: this checks
 * what was asked for and becomes it. */
#include <errno.h>
#include <unistd.h>

#include "cli.h"
#include "tb-model.h"
#include "tb-wire.h"

typedef struct
{
  char **faults, *duration, *protocol;
  gint64 seed, duration_ns;
  gboolean json, quiet;
} Options;

/* (transfer full) */
static char *
describe (void)
{
  g_autoptr (GString) names = g_string_new (NULL);
  for (int kind = 0; kind < TB_FAULT_COUNT; kind++)
    g_string_append_printf (names, "%s%s", kind > 0 ? ", " : "", tb_fault_name ((TbFaultKind) kind));
  return g_strdup_printf (
    "Passes what connects to LISTEN (PORT, HOST:PORT or [IPV6]:PORT; a port alone is 127.0.0.1's) on "
    "to TARGET, counts it, and does to it what the faults say. While TARGET refuses connections so "
    "does LISTEN. Once a second a line on a terminal, and the sums in the end. Faults: %s; with "
    "attributes as in --fault latency,latency=20ms,jitter=5ms,stream=downstream.", names->str);
}

static gboolean
check_faults (char **faults)
{
  for (guint i = 0; faults != NULL && faults[i] != NULL; i++)
    {
      TbWireFault fault;
      char why[300];
      if (!tb_fault_parse (faults[i], &fault, why, sizeof why))
        {
          tb_cli_error ("%s", why);
          return FALSE;
        }
      tb_wire_fault_clear (&fault);
    }
  return TRUE;
}

static gboolean
read_options (Options *o, int *argc, char ***argv)
{
  const GOptionEntry entries[] = {
    { "fault", 'f', 0, G_OPTION_ARG_STRING_ARRAY, &o->faults,
      "Do that to what passes; may be given several times", "FAULT" },
    { "protocol", 'p', 0, G_OPTION_ARG_STRING, &o->protocol,
      "Read messages as http, resp, postgresql …; bytes: none; found out without it", "NAME" },
    { "duration", 'd', 0, G_OPTION_ARG_STRING, &o->duration, "End after that long (10s, 2m)", "TIME" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &o->json, "One JSON object a second, and the sums", NULL },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &o->quiet, "Do not say when TARGET refuses", NULL },
    { "seed", 0, 0, G_OPTION_ARG_INT64, &o->seed, "Of all that is drawn by chance", "N" },
    { NULL }
  };
  g_autofree char *help = describe ();
  if (!tb_cli_options (argc, argv, "LISTEN TARGET", help, entries))
    return FALSE;
  if (*argc != 3)
    {
      tb_cli_error ("name where to listen and whom to pass it on to; see “%s --help”", (*argv)[0]);
      return FALSE;
    }
  if (o->duration != NULL && !tb_duration_parse (o->duration, &o->duration_ns, NULL))
    {
      tb_cli_error ("“%s” is no duration like 500ms, 10s or 2m", o->duration);
      return FALSE;
    }
  return check_faults (o->faults);
}

static TbExitStatus
become_agent (const Options *o, const char *listen, const char *target)
{
  g_autofree char *agent = tb_program_path ("tierboard-agent");
  g_autoptr (GPtrArray) argv = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (argv, g_strdup (agent));
  g_ptr_array_add (argv, g_strdup ("--tap"));
  for (guint i = 0; o->faults != NULL && o->faults[i] != NULL; i++)
    g_ptr_array_add (argv, g_strdup_printf ("--fault=%s", o->faults[i]));
  if (o->protocol != NULL)
    g_ptr_array_add (argv, g_strdup_printf ("--proto=%s", o->protocol));
  g_ptr_array_add (argv, g_strdup_printf ("--seed=%" G_GINT64_FORMAT, o->seed));
  g_ptr_array_add (argv, g_strdup_printf ("--for=%" G_GINT64_FORMAT, o->duration_ns));
  if (o->json)
    g_ptr_array_add (argv, g_strdup ("--json"));
  if (o->quiet)
    g_ptr_array_add (argv, g_strdup ("--quiet"));
  g_ptr_array_add (argv, g_strdup ("--"));
  g_ptr_array_add (argv, g_strdup (listen));
  g_ptr_array_add (argv, g_strdup (target));
  g_ptr_array_add (argv, NULL);
  execv (agent, (char **) argv->pdata);
  tb_cli_error ("cannot start %s: %s", agent, g_strerror (errno));
  return TB_EXIT_FAILED;
}

int
tb_cmd_tap (int argc, char **argv)
{
  Options o = { .seed = 1 };
  TbExitStatus status = TB_EXIT_REFUSED;
  if (read_options (&o, &argc, &argv))
    status = become_agent (&o, argv[1], argv[2]);
  g_strfreev (o.faults);
  g_free (o.duration);
  g_free (o.protocol);
  return status;
}
