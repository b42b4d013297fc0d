#include "yaml-write.h"

#include <string.h>

void
tb_yaml_out_init (TbYamlOut *out)
{
  *out = (TbYamlOut){ .text = g_string_new (NULL) };
}

/* Words that some reader takes for something else than a text. */
static gboolean
is_reserved (const char *text)
{
  static const char *const words[] = { "y",  "n",   "yes", "no",   "true", "false", "on",
                                       "off", "null", "nan", "inf", "~",    NULL };
  g_autofree char *lower = g_ascii_strdown (text, -1);
  return g_strv_contains (words, lower);
}

/* A letter or slash first, then only what never separates: no number, no mark of YAML. */
static gboolean
is_plain (const char *text)
{
  if (!g_ascii_isalpha (*text) && *text != '/')
    return FALSE;
  for (const char *p = text; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && strchr ("_./-@+=", *p) == NULL && !(*p == ':' && p[1] != '\0' && p[1] != ' '))
      return FALSE;
  return !is_reserved (text);
}

static void
append_quoted (const TbYamlOut *out, GString *text, const char *value)
{
  g_string_append_c (text, '"');
  for (const char *p = value; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      if (c == '"' || c == '\\')
        g_string_append_printf (text, "\\%c", (char) c);
      else if (c == '$' && out->dollars)
        g_string_append (text, "$$");
      else if (c == '\n' || c == '\t' || c == '\r')
        g_string_append (text, c == '\n' ? "\\n" : c == '\t' ? "\\t" : "\\r");
      else if (c < 32 || c == 127)
        g_string_append_printf (text, "\\x%02x", c);
      else if ((c >= 0x80 && c < 0xa0) || c == 0x2028 || c == 0x2029 || c == 0xfeff || (c >= 0xfffe && c <= 0xffff))
        g_string_append_printf (text, "\\u%04x", c);
      else
        g_string_append_unichar (text, c);
    }
  g_string_append_c (text, '"');
}

static void
append_value (TbYamlOut *out, const char *value)
{
  if (is_plain (value))
    g_string_append (out->text, value);
  else
    append_quoted (out, out->text, value);
}

/* What stands before a key or an item. */
static void
indent (TbYamlOut *out)
{
  if (!out->first_in_item)
    for (guint i = 0; i < out->depth; i++)
      g_string_append (out->text, "  ");
  out->first_in_item = FALSE;
}

static void
append_key (TbYamlOut *out, const char *key)
{
  gboolean dollars = out->dollars;
  indent (out);
  out->dollars = FALSE; /* keys are not filled in */
  append_value (out, key);
  out->dollars = dollars;
  g_string_append_c (out->text, ':');
}

void
tb_yaml_out_open (TbYamlOut *out, const char *key)
{
  append_key (out, key);
  g_string_append_c (out->text, '\n');
  out->depth++;
}

void
tb_yaml_out_end (TbYamlOut *out)
{
  g_assert (out->depth > 0 && !out->first_in_item);
  out->depth--;
}

void
tb_yaml_out_item (TbYamlOut *out)
{
  indent (out);
  g_string_append (out->text, "- ");
  out->depth++;
  out->first_in_item = TRUE;
}

void
tb_yaml_out_text (TbYamlOut *out, const char *key, const char *value)
{
  if (value == NULL)
    return;
  append_key (out, key);
  g_string_append_c (out->text, ' ');
  append_value (out, value);
  g_string_append_c (out->text, '\n');
}

void
tb_yaml_out_number (TbYamlOut *out, const char *key, gint64 value)
{
  append_key (out, key);
  g_string_append_printf (out->text, " %" G_GINT64_FORMAT "\n", value);
}

void
tb_yaml_out_boolean (TbYamlOut *out, const char *key, gboolean value)
{
  append_key (out, key);
  g_string_append (out->text, value ? " true\n" : " false\n");
}

void
tb_yaml_out_list (TbYamlOut *out, const char *key, const char *const *values, guint n)
{
  if (n == 0)
    return;
  append_key (out, key);
  g_string_append (out->text, " [");
  for (guint i = 0; i < n; i++)
    {
      g_string_append (out->text, i > 0 ? ", " : "");
      append_quoted (out, out->text, values[i]);
    }
  g_string_append (out->text, "]\n");
}

void
tb_yaml_out_entry (TbYamlOut *out, const char *value)
{
  indent (out);
  g_string_append (out->text, "- ");
  append_value (out, value);
  g_string_append_c (out->text, '\n');
}

void
tb_yaml_out_nothing (TbYamlOut *out, const char *key)
{
  append_key (out, key);
  g_string_append (out->text, " {}\n");
}

void
tb_yaml_out_comment (TbYamlOut *out, const char *text)
{
  g_auto (GStrv) lines = g_strsplit_set (text, "\r\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      indent (out);
      g_string_append_printf (out->text, "# %s\n", lines[i]);
    }
}

void
tb_yaml_out_document (TbYamlOut *out)
{
  g_assert (out->depth == 0);
  g_string_append (out->text, "---\n");
}

GBytes *
tb_yaml_out_finish (TbYamlOut *out)
{
  g_assert (out->depth == 0);
  return g_string_free_to_bytes (g_steal_pointer (&out->text));
}
