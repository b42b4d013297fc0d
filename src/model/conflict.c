/* Reading marks: <conflict xmlns="urn:tierboard:merge" property="replicas" base="2" ours="3"
 * theirs="5"/>. They come from a file, so anything may stand in them. */
#include "conflict-private.h"

#include <string.h>

gboolean
tb_is_conflict_mark (const char *raw)
{
  const char *end = strchr (raw, '>');
  if (!g_str_has_prefix (raw, "<conflict") || end == NULL || g_ascii_isalnum (raw[9]))
    return FALSE;
  const char *namespace = g_strstr_len (raw, end - raw, "xmlns=");
  return namespace != NULL && strlen (namespace) > 7
         && g_str_has_prefix (namespace + 7, TB_CONFLICT_NAMESPACE);
}

static void
append_unescaped (GString *out, const char *text, gsize length)
{
  static const struct
  {
    const char *reference;
    char c;
  } references[] = { { "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' },  { "&quot;", '"' },
                     { "&#10;", '\n' }, { "&#9;", '\t' }, { "&#13;", '\r' } };
  for (gsize i = 0; i < length;)
    {
      gsize step = 1;
      char c = text[i];
      for (guint r = 0; c == '&' && r < G_N_ELEMENTS (references); r++)
        if (g_str_has_prefix (text + i, references[r].reference))
          {
            step = strlen (references[r].reference);
            g_string_append_c (out, references[r].c);
            break;
          }
      if (step == 1)
        g_string_append_c (out, c);
      i += step;
    }
}

char *
tb_conflict_attribute (const char *raw, const char *name)
{
  g_autofree char *start = g_strdup_printf (" %s=", name);
  const char *tag_end = strchr (raw, '>'), *value = g_strstr_len (raw, tag_end - raw, start);
  if (value == NULL)
    return NULL;
  value += strlen (start);
  const char *end = *value == '"' || *value == '\'' ? strchr (value + 1, *value) : NULL;
  if (end == NULL)
    return NULL;
  value++;
  GString *out = g_string_new (NULL);
  append_unescaped (out, value, (gsize) (end - value));
  return g_string_free (out, FALSE);
}

static char *
value_words (char *value)
{
  enum { LONGEST = 60 };
  if (value == NULL)
    return g_strdup ("not set");
  gboolean long_one = strchr (value, '\n') != NULL || g_utf8_strlen (value, -1) > LONGEST;
  return long_one ? g_strdup ("a long text") : g_strdup_printf ("“%s”", value);
}

static char *
three_words (const char *what, const char *raw)
{
  g_autofree char *base = tb_conflict_attribute (raw, "base"), *ours = tb_conflict_attribute (raw, "ours"),
                  *theirs = tb_conflict_attribute (raw, "theirs");
  g_autofree char *before = value_words (base), *here = value_words (ours),
                  *there = value_words (theirs);
  return g_strdup_printf ("%s is %s here, %s in the other version and was %s", what, here, there,
                          before);
}

char *
tb_conflict_words (const char *raw)
{
  g_autofree char *property = tb_conflict_attribute (raw, "property"), *deleted = tb_conflict_attribute (raw, "deleted"),
                  *added = tb_conflict_attribute (raw, "added"), *order = tb_conflict_attribute (raw, "order"),
                  *user = tb_conflict_attribute (raw, "used-by");
  if (deleted != NULL)
    {
      gboolean ours = strcmp (deleted, "ours") == 0;
      g_autofree char *used = user != NULL ? g_strdup_printf ("is used by %s", user) : NULL;
      return g_strdup_printf ("it was removed %s but %s %s", ours ? "here" : "in the other version",
                              used != NULL ? used : "changed", ours ? "in the other version" : "here");
    }
  if (added != NULL)
    return g_strdup ("the other version has something else of this id, which stands in the mark");
  if (order != NULL)
    {
      g_autofree char *what = g_strdup_printf ("the order of its %ss", order);
      return three_words (what, raw);
    }
  return three_words (property != NULL ? property : "something", raw);
}
