/* draw.io's text: styles ("shape=x;dashed=1;") and labels, which are HTML more often than not. */
#include "drawio-private.h"

#include <string.h>

#include "html-text.h"

/* ---- Styles ------------------------------------------------------------------------------------------- */

/* The piece of a style that begins with key= (key "": the first word without a value); its length in n. */
static const char *
find_piece (const char *style, const char *key, gsize *n)
{
  gsize length = strlen (key);
  const char *bare = NULL;
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
          if (piece > name)
            return p + name + 1;
          bare = p + piece; /* “image;…;image=img/lib/x.svg”: the one with a value is meant */
        }
      p += piece + (p[piece] == ';');
    }
  *n = 0;
  return bare;
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

/* A line's end is seen as one in draw.io, unlike in a browser. (transfer full) */
static char *
mark_lines (const char *label)
{
  GString *out = g_string_new (NULL);
  gboolean tag = FALSE;
  for (const char *p = label; *p; p++)
    {
      tag = *p == '<' || (tag && *p != '>');
      if (*p == '\n' && !tag)
        g_string_append (out, "<br>");
      else
        g_string_append_c (out, *p);
    }
  return g_string_free (out, FALSE);
}

char *
tb_drawio_plain (const char *label, gboolean html)
{
  g_autofree char *marked = label != NULL && html ? mark_lines (label) : NULL;
  char *text = marked != NULL ? tb_html_text (marked) : g_strdup (label != NULL ? label : "");
  char *pasted = strstr (text, "%3CmxGraphModel"); /* a shape that was copied while the words were edited */
  if (pasted != NULL)
    *pasted = '\0';
  tidy (text);
  return text;
}

/* ---- Placeholders ------------------------------------------------------------------------------------- */

#define LONGEST_FILLED 8192u /* far more than is kept of a label */

/* "%name%" becomes the cell's data of that name, or that of what it lies in. */
static char *
fill_in (const TbDrawioCell *cell)
{
  GString *out = g_string_new (NULL);
  for (const char *p = cell->label; *p && out->len < LONGEST_FILLED; p++)
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
          g_string_append_len (out, value, (gssize) MIN (strlen (value), LONGEST_FILLED));
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
