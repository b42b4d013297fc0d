/* JSON out. */
#include "tb-json.h"

#include <math.h>
#include <string.h>

struct TbJson
{
  GString *text;
  guint depth;
};

TbJson *
tb_json_new (void)
{
  TbJson *json = g_new0 (TbJson, 1);
  json->text = g_string_new (NULL);
  return json;
}

void
tb_json_free (TbJson *json)
{
  g_string_free (json->text, TRUE);
  g_free (json);
}

const char *
tb_json_text (const TbJson *json)
{
  return json->text->str;
}

void
tb_json_clear (TbJson *json)
{
  g_string_truncate (json->text, 0);
  json->depth = 0;
}

static void
append_quoted (GString *out, const char *value)
{
  g_autofree char *valid = g_utf8_make_valid (value, -1);
  g_string_append_c (out, '"');
  for (const char *p = valid; *p != '\0'; p++)
    if (*p == '"' || *p == '\\')
      g_string_append_printf (out, "\\%c", *p);
    else if ((guchar) *p < 0x20 || *p == 0x7f)
      g_string_append_printf (out, "\\u%04x", *p);
    else
      g_string_append_c (out, *p);
  g_string_append_c (out, '"');
}

/* The comma before a value follows from what stands before it. */
static void
begin_value (TbJson *json, const char *name)
{
  char last = json->text->len > 0 ? json->text->str[json->text->len - 1] : '{';
  if (last != '{' && last != '[')
    g_string_append_c (json->text, ',');
  if (name == NULL)
    return;
  append_quoted (json->text, name);
  g_string_append_c (json->text, ':');
}

static void
open_bracket (TbJson *json, const char *name, char bracket)
{
  begin_value (json, name);
  g_string_append_c (json->text, bracket);
  json->depth++;
}

static void
close_bracket (TbJson *json, char bracket)
{
  g_assert (json->depth > 0);
  g_string_append_c (json->text, bracket);
  json->depth--;
}

void
tb_json_begin_object (TbJson *json, const char *name)
{
  open_bracket (json, name, '{');
}

void
tb_json_end_object (TbJson *json)
{
  close_bracket (json, '}');
}

void
tb_json_begin_array (TbJson *json, const char *name)
{
  open_bracket (json, name, '[');
}

void
tb_json_end_array (TbJson *json)
{
  close_bracket (json, ']');
}

void
tb_json_null (TbJson *json, const char *name)
{
  begin_value (json, name);
  g_string_append (json->text, "null");
}

void
tb_json_string (TbJson *json, const char *name, const char *value)
{
  if (value == NULL)
    {
      tb_json_null (json, name);
      return;
    }
  begin_value (json, name);
  append_quoted (json->text, value);
}

void
tb_json_integer (TbJson *json, const char *name, gint64 value)
{
  begin_value (json, name);
  g_string_append_printf (json->text, "%" G_GINT64_FORMAT, value);
}

void
tb_json_number (TbJson *json, const char *name, double value)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];
  if (!isfinite (value))
    {
      tb_json_null (json, name);
      return;
    }
  begin_value (json, name);
  g_string_append (json->text, g_ascii_formatd (digits, sizeof digits, "%.6g", value));
}

void
tb_json_boolean (TbJson *json, const char *name, gboolean value)
{
  begin_value (json, name);
  g_string_append (json->text, value ? "true" : "false");
}

void
tb_json_raw (TbJson *json, const char *text)
{
  begin_value (json, NULL);
  g_string_append (json->text, text);
}
