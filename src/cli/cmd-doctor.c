/* tierboard doctor: what works on this machine, and why not. */
#include <stdio.h>
#include <unistd.h>

#include "cli.h"
#include "doctor-private.h"
#include "tb-json.h"

static const struct
{
  const char *id, *title;
  void (*look) (TbDoctorAnswer *answer);
} checks[] = {
  { "interception", "Interception", tb_doctor_interception },
  { "addresses", "Addresses", tb_doctor_addresses },
  { "descriptors", "Open files", tb_doctor_descriptors },
  { "namespaces", "Namespaces", tb_doctor_namespaces },
  { "io-uring", "io_uring", tb_doctor_io_uring },
  { "names", "Names", tb_doctor_names },
  { "low-ports", "Low ports", tb_doctor_low_ports },
  { "programs", "Real programs", tb_doctor_programs },
  { "debugger", "Debugger", tb_doctor_debugger },
  { "servers", "Servers here", tb_doctor_servers },
  { "display", "Display", tb_doctor_display },
  { "fonts", "Fonts", tb_doctor_fonts },
};

static const struct
{
  const char *name, *mark, *colour;
} states[] = {
  [TB_DOCTOR_GOOD] = { "good", "✓", "32" },
  [TB_DOCTOR_PARTLY] = { "partly", "!", "33" },
  [TB_DOCTOR_BAD] = { "bad", "✗", "31" },
};

void
tb_doctor_answer (TbDoctorAnswer *answer, TbDoctorState state, const char *advice,
                  const char *format, ...)
{
  va_list ap;
  va_start (ap, format);
  answer->state = state;
  answer->found = g_strdup_vprintf (format, ap);
  answer->advice = g_strdup (advice);
  va_end (ap);
}

static void
print_line (const char *title, const TbDoctorAnswer *answer, gboolean colour)
{
  const char *on = states[answer->state].colour, *mark = states[answer->state].mark;
  if (colour)
    printf ("\033[%sm%s\033[0m \033[1m%-13s\033[0m %s\n", on, mark, title, answer->found);
  else
    printf ("%s %-13s %s\n", mark, title, answer->found);
  if (answer->advice != NULL)
    printf ("  %-13s → %s\n", "", answer->advice);
}

static void
print_json (TbJson *json, const char *id, const TbDoctorAnswer *answer)
{
  tb_json_begin_object (json, NULL);
  tb_json_string (json, "id", id);
  tb_json_string (json, "state", states[answer->state].name);
  tb_json_string (json, "found", answer->found);
  tb_json_string (json, "advice", answer->advice);
  tb_json_end_object (json);
}

int
tb_cmd_doctor (int argc, char **argv)
{
  gboolean as_json = FALSE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &as_json, "Answer as one JSON object", NULL },
    { NULL }
  };
  if (!tb_cli_options (&argc, &argv, "", "Says what works on this machine, and why not. "
                       "Status 1 where something a run needs does not.", entries))
    return TB_EXIT_REFUSED;
  if (argc > 1)
    {
      tb_cli_error ("doctor takes no “%s”", argv[1]);
      return TB_EXIT_REFUSED;
    }
  TbExitStatus status = TB_EXIT_YES;
  gboolean colour = tb_cli_wants_colour (STDOUT_FILENO);
  g_autoptr (TbJson) json = tb_json_new ();
  tb_json_begin_object (json, NULL);
  tb_json_begin_array (json, "checks");
  for (gsize i = 0; i < G_N_ELEMENTS (checks); i++)
    {
      TbDoctorAnswer answer = { TB_DOCTOR_BAD, NULL, NULL };
      checks[i].look (&answer);
      if (answer.state == TB_DOCTOR_BAD)
        status = TB_EXIT_NO;
      if (as_json)
        print_json (json, checks[i].id, &answer);
      else
        print_line (checks[i].title, &answer, colour);
      g_free (answer.found);
      g_free (answer.advice);
    }
  tb_json_end_array (json);
  tb_json_end_object (json);
  if (as_json)
    printf ("%s\n", tb_json_text (json));
  return status;
}
