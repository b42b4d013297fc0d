#include "html-text.h"

#include <string.h>

/* A name in several lines is no longer. */
#define LONGEST_NAME 40u

static gboolean
is_tag (const char *tag, const char *name)
{
  gsize n = strlen (name);
  return g_ascii_strncasecmp (tag, name, n) == 0 && !g_ascii_isalnum (tag[n]);
}

/* What a tag is seen as: a new line, a blank, nothing. tag: after < or </. */
static const char *
tag_as_text (const char *tag)
{
  static const char *const lines[] = { "br", "div", "p", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "ul", "ol", "table" };
  static const char *const blanks[] = { "td", "th", "img" };
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    if (is_tag (tag, lines[i]))
      return "\n";
  for (guint i = 0; i < G_N_ELEMENTS (blanks); i++)
    if (is_tag (tag, blanks[i]))
      return " ";
  return "";
}

const char *
tb_html_skip_tag (const char *p, GString *out)
{
  static const char *const mute[] = { "style", "script" };
  const char *tag = p + 1 + (p[1] == '/'), *end = strchr (p, '>');
  for (guint i = 0; i < G_N_ELEMENTS (mute) && p[1] != '/'; i++)
    if (is_tag (tag, mute[i]))
      {
        g_autofree char *close = g_strconcat ("</", mute[i], NULL);
        const char *at = strstr (tag, close);
        end = at != NULL ? strchr (at, '>') : NULL;
      }
  g_string_append (out, tag_as_text (tag));
  return end != NULL ? end + 1 : p + strlen (p);
}

gunichar
tb_html_entity (const char *p, gsize *n)
{
  static const struct
  {
    const char *name;
    gunichar c;
  } known[] = { { "lt", '<' }, { "gt", '>' }, { "amp", '&' }, { "quot", '"' }, { "apos", '\'' }, { "nbsp", ' ' },
                { "ndash", 0x2013 }, { "mdash", 0x2014 }, { "hellip", 0x2026 }, { "times", 0xd7 }, { "rarr", 0x2192 },
                { "larr", 0x2190 }, { "laquo", 0xab }, { "raquo", 0xbb }, { "copy", 0xa9 }, { "reg", 0xae }, { "euro", 0x20ac } };
  gsize length = strcspn (p + 1, "; &<");
  *n = length + 2;
  if (p[length + 1] != ';' || length == 0 || length > 10)
    return 0;
  if (p[1] == '#')
    {
      guint64 c = p[2] == 'x' || p[2] == 'X' ? g_ascii_strtoull (p + 3, NULL, 16) : g_ascii_strtoull (p + 2, NULL, 10);
      return c == 0xa0 ? ' ' : c < 0x110000 && g_unichar_validate ((gunichar) c) ? (gunichar) c : 0;
    }
  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (strlen (known[i].name) == length && strncmp (p + 1, known[i].name, length) == 0)
      return known[i].c;
  return 0;
}

gboolean
tb_html_begins_tag (const char *p)
{
  return *p == '<' && (g_ascii_isalpha (p[1]) || p[1] == '/' || p[1] == '!');
}

char *
tb_html_text (const char *label)
{
  GString *out = g_string_new (NULL);
  for (const char *p = label; *p;)
    {
      gsize n = 0;
      gunichar c = *p == '&' ? tb_html_entity (p, &n) : 0;
      if (tb_html_begins_tag (p))
        p = tb_html_skip_tag (p, out);
      else if (c != 0)
        {
          g_string_append_unichar (out, c);
          p += n;
        }
      else
        {
          g_string_append_c (out, *p == '\r' || *p == '\n' ? ' ' : *p);
          p++;
        }
    }
  return g_string_free (out, FALSE);
}

char *
tb_html_title (const char *words, char **rest)
{
  g_autofree char *text = g_strstrip (g_strdup (words));
  const char *line = strchr (text, '\n');
  gboolean is_broken = strlen (text) <= LONGEST_NAME && strpbrk (text, "[](){}:+*•") == NULL;
  *rest = NULL;
  if (line == NULL || is_broken)
    return g_strdelimit (g_steal_pointer (&text), "\n", ' ');
  *rest = g_strstrip (g_strdup (line + 1));
  return g_strchomp (g_strndup (text, (gsize) (line - text)));
}
