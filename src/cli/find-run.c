/* Which of the runs that go on is meant. */
#include "find-run.h"

#include <string.h>

#include "cli.h"
#include "tb-control.h"

TbJsonValue *
tb_cli_ask_run (const char *socket)
{
  int status;
  g_autofree char *text = tb_control_ask (socket, "GET", "/run", NULL, &status, NULL);
  return text != NULL ? tb_json_parse (text, strlen (text), NULL) : NULL;
}

static gboolean
is_meant (const TbJsonValue *run, const char *socket, const char *name)
{
  const char *called = tb_json_member_text (run, "name");
  g_autofree char *base = called != NULL ? g_path_get_basename (called) : g_strdup ("");
  return name == NULL || g_strcmp0 (called, name) == 0 || g_str_equal (base, name)
         || g_str_has_prefix (socket, name);
}

char *
tb_cli_find_run (const char *name)
{
  g_autoptr (GPtrArray) sockets = tb_control_find_sockets ();
  g_autoptr (GString) names = g_string_new (NULL);
  g_autofree char *found = NULL;
  guint n = 0;
  for (guint i = 0; i < sockets->len; i++)
    {
      const char *socket = g_ptr_array_index (sockets, i);
      g_autoptr (TbJsonValue) run = tb_cli_ask_run (socket);
      if (run == NULL || !is_meant (run, socket, name))
        continue;
      /* Two may be called the same: each socket is one only. */
      g_string_append_printf (names, "\n  %s (--run %s)", tb_json_member_text (run, "name"), socket);
      g_free (found);
      found = g_strdup (socket);
      n++;
    }
  if (n == 0 && name != NULL)
    tb_cli_error ("no run is called “%s”; “tierboard ctl list” shows all", name);
  else if (n == 0)
    tb_cli_error ("nothing runs");
  else if (n > 1)
    tb_cli_error ("several runs go on; say which:%s", names->str);
  return n == 1 ? g_steal_pointer (&found) : NULL;
}
