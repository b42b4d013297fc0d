/* draw.io's text: styles ("shape=x;dashed=1;") and labels, which are HTML more often than not. */
#include "drawio-private.h"

#include <string.h>

/* ---- Styles ------------------------------------------------------------------------------------------- */

/* The piece of a style that begins with key= (key "": the first word without a value); its length in n. */
static const char *
find_piece (const char *style, const char *key, gsize *n)
{
  gsize length = strlen (key);
  for (const char *p = style != NULL ? style : ""; *p;)
    {
      gsize piece = strcspn (p, ";"), name = strcspn (p, "=;");
      if (*key == '\0' && name == piece && piece > 0)
        {
          *n = piece;
          return p;
        }
      if (*key != '\0' && name == length && strncmp (p, key, length) == 0)
        {
          *n = piece > name ? piece - name - 1 : 0;
          return piece > name ? p + name + 1 : p + piece;
        }
      p += piece + (p[piece] == ';');
    }
  return NULL;
}

char *
tb_drawio_style_get (const TbDrawioCell *cell, const char *key)
{
  gsize n;
  const char *value = *key == '\0' ? find_piece (cell->style, "shape", &n) : NULL;
  if (value == NULL)
    value = find_piece (cell->style, key, &n);
  return value != NULL ? g_strndup (value, n) : NULL;
}

gboolean
tb_drawio_style_is (const TbDrawioCell *cell, const char *key, const char *value)
{
  gsize n;
  const char *found = find_piece (cell->style, key, &n);
  return found != NULL && n == strlen (value) && strncmp (found, value, n) == 0;
}

gboolean
tb_drawio_style_has (const TbDrawioCell *cell, const char *key)
{
  gsize n;
  return find_piece (cell->style, key, &n) != NULL;
}

const char *
tb_drawio_data (const TbDrawioCell *cell, const char *name)
{
  for (char **p = cell->data; p != NULL && *p != NULL; p += 2)
    if (strcmp (p[0], name) == 0)
      return p[1];
  return NULL;
}

/* ---- HTML --------------------------------------------------------------------------------------------- */

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

/* Steps over a tag, and over all of a <style> or <script>. */
static const char *
skip_tag (const char *p, GString *out)
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

/* An entity's character, 0: it is none. n: its length. */
static gunichar
entity (const char *p, gsize *n)
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

/* A < that begins a tag, not one that compares. */
static gboolean
begins_tag (const char *p)
{
  return *p == '<' && (g_ascii_isalpha (p[1]) || p[1] == '/' || p[1] == '!');
}

static char *
strip_html (const char *label)
{
  GString *out = g_string_new (NULL);
  for (const char *p = label; *p;)
    {
      gsize n = 0;
      gunichar c = *p == '&' ? entity (p, &n) : 0;
      if (begins_tag (p))
        p = skip_tag (p, out);
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

/* Blanks as one, none at the ends of lines, no empty lines. In place. */
static void
tidy (char *text)
{
  char *to = text;
  gboolean blank = FALSE, line = FALSE;
  for (const char *p = text; *p; p++)
    {
      gboolean nbsp = (guchar) p[0] == 0xc2 && (guchar) p[1] == 0xa0;
      if (*p == '\n')
        line = TRUE;
      else if (nbsp || g_ascii_isspace (*p))
        blank = TRUE;
      else if ((guchar) *p >= 32)
        {
          if (to > text && (line || blank))
            *to++ = line ? '\n' : ' ';
          line = blank = FALSE;
          *to++ = *p;
        }
      p += nbsp;
    }
  *to = '\0';
}

char *
tb_drawio_plain (const char *label, gboolean html)
{
  char *text = label == NULL ? g_strdup ("") : html ? strip_html (label) : g_strdup (label);
  tidy (text);
  return text;
}

/* ---- Placeholders ------------------------------------------------------------------------------------- */

/* "%name%" becomes the cell's data of that name, or that of what it lies in. */
static char *
fill_in (const TbDrawioCell *cell)
{
  GString *out = g_string_new (NULL);
  for (const char *p = cell->label; *p; p++)
    {
      const char *end = *p == '%' ? strchr (p + 1, '%') : NULL;
      const char *value = NULL;
      g_autofree char *name = end != NULL && end - p < 100 ? g_strndup (p + 1, (gsize) (end - p - 1)) : NULL;
      for (const TbDrawioCell *up = cell; name != NULL && up != NULL && value == NULL; up = up->parent)
        value = tb_drawio_data (up, name);
      if (value == NULL)
        g_string_append_c (out, *p);
      else
        {
          g_string_append (out, value);
          p = end;
        }
    }
  return g_string_free (out, FALSE);
}

char *
tb_drawio_words (const TbDrawioCell *cell)
{
  const char *on = tb_drawio_data (cell, "placeholders");
  g_autofree char *filled = cell->label != NULL && g_strcmp0 (on, "1") == 0 && strlen (cell->label) < 10000 ? fill_in (cell) : NULL;
  const char *label = filled != NULL ? filled : cell->label;
  gboolean marked = label != NULL && (strstr (label, "&nbsp;") != NULL || strstr (label, "<br") != NULL);
  return tb_drawio_plain (label, marked || tb_drawio_style_is (cell, "html", "1"));
}
