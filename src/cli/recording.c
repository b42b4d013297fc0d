/* What commands about recordings share. */
#include "recording.h"

#include <string.h>

#include "cli.h"

TbPast *
tb_cli_open_recording (const char *path)
{
  g_autoptr (GError) error = NULL;
  TbPast *past = tb_past_open (path, &error);
  if (past == NULL)
    tb_cli_error ("%s", error->message);
  else if (tb_past_notice (past) != NULL)
    tb_cli_error ("%s: %s", path, tb_past_notice (past));
  return past;
}

TbModel *
tb_cli_drawing_of (TbPast *past, gint64 time_ns)
{
  const char *xml = tb_past_architecture (past, time_ns);
  g_autoptr (TbDocument) document
    = xml != NULL ? tb_document_load_bytes (tb_past_path (past), xml, strlen (xml), NULL, NULL) : NULL;
  return document != NULL ? tb_document_snapshot (document) : NULL;
}

gboolean
tb_cli_moment (TbPast *past, const char *text, gint64 *time_ns)
{
  gint64 ns;
  if (!tb_duration_parse (text, &ns, NULL))
    {
      tb_cli_error ("“%s” is no time since the start like 500ms, 12.5s or 2m", text);
      return FALSE;
    }
  *time_ns = tb_past_start_ns (past) + ns;
  return TRUE;
}

char *
tb_cli_plain (const char *text)
{
  GString *out = g_string_new (NULL);
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      if (g_unichar_iscntrl (c))
        g_string_append (out, "·");
      else
        g_string_append_unichar (out, c);
    }
  return g_string_free (out, FALSE);
}

const char *
tb_cli_instance_name (TbPast *past, guint instance)
{
  const TbPastInstance *row = tb_past_instance (past, instance);
  return row != NULL ? row->id : "outside";
}

char *
tb_cli_row_name (TbPast *past, guint row)
{
  const TbPastTap *tap = tb_past_tap (past, row);
  const TbPastLink *link = tap != NULL ? tb_past_link (past, tap->link) : NULL;
  if (link != NULL)
    return g_strdup (link->id);
  return g_strdup_printf ("%s>%s", tb_cli_instance_name (past, tap != NULL ? tap->from : G_MAXUINT),
                          tb_cli_instance_name (past, tap != NULL ? tap->to : G_MAXUINT));
}
