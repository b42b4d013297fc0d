#include "source-tint.h"

#include <string.h>

#include "util.h"

/* A comment that began further up than this is not told from text. */
#define LINES_BEFORE 60
/* What is coloured in one line costs the square of its number: nobody reads a line with more. */
#define PARTS_A_LINE 400

/* ---- What is what ---------------------------------------------------------------------------- */

static gsize
name_end (const char *text, gsize at)
{
  while (text[at] && !g_ascii_isspace (text[at]) && !strchr ("=<>/\"'", text[at]))
    at++;
  return at;
}

static gsize
value_end (const char *text, gsize at)
{
  const char *end = strchr (text + at + 1, text[at]);
  return end ? (gsize) (end - text) + 1 : strlen (text);
}

/* Behind "<": the name, attributes, up to ">". */
static gsize
tint_element (const char *text, gsize at, TbTintPart part, gpointer data)
{
  gsize from = at++;
  while (text[at] == '/' || text[at] == '?' || text[at] == '!')
    at++;
  at = name_end (text, at);
  part (TB_TINT_ELEMENT, from, at, data);
  while (text[at] && text[at] != '>' && text[at] != '<')
    {
      from = at;
      if (text[at] == '"' || text[at] == '\'')
        part (TB_TINT_VALUE, from, at = value_end (text, at), data);
      else if (name_end (text, at) > at)
        part (TB_TINT_ATTRIBUTE, from, at = name_end (text, at), data);
      else
        at++;
    }
  return text[at] == '>' ? at + 1 : at;
}

void
tb_tint_xml (const char *text, TbTintPart part, gpointer data)
{
  gsize at = 0;
  const char *next;
  while ((next = strchr (text + at, '<')))
    {
      at = (gsize) (next - text);
      if (!g_str_has_prefix (next, "<!--"))
        {
          at = tint_element (text, at, part, data);
          continue;
        }
      const char *end = strstr (next, "-->");
      gsize to = end ? (gsize) (end - text) + 3 : strlen (text);
      part (TB_TINT_COMMENT, at, to, data);
      at = to;
    }
}

/* ---- Tags ------------------------------------------------------------------------------------ */

static const char *const tints[TB_N_TINTS][TB_N_THEMES] = {
  /*                        light      dark       print      high contr. … on black */
  [TB_TINT_ELEMENT] = { "#1f5fd0", "#7fb0ff", "#1f5fd0", "#0033aa", "#9cc4ff" },
  [TB_TINT_ATTRIBUTE] = { "#7a4a00", "#e0b04c", "#7a4a00", "#6b4000", "#ffd067" },
  [TB_TINT_VALUE] = { "#14683f", "#5cc893", "#14683f", "#00552b", "#7be8ae" },
  [TB_TINT_COMMENT] = { "#6b6961", "#a19e94", "#6b6961", "#333333", "#c4c4c4" },
};
static const char *const names[TB_N_TINTS] = { "element", "attribute", "value", "comment" };

void
tb_source_tint_update_tags (GtkTextBuffer *buffer)
{
  GtkTextTagTable *table = gtk_text_buffer_get_tag_table (buffer);
  TbThemeId theme = tb_ui_theme ();
  TbColour ground = tb_theme_colour (theme, TB_COLOUR_ACCENT_GROUND);
  GdkRGBA rgba = { (float) ground.r, (float) ground.g, (float) ground.b, 1 };
  for (guint i = 0; i < TB_N_TINTS; i++)
    g_object_set (gtk_text_tag_table_lookup (table, names[i]), "foreground", tints[i][theme], NULL);
  g_object_set (gtk_text_tag_table_lookup (table, TB_SOURCE_TAG_CURRENT),
                "paragraph-background-rgba", &rgba, NULL);
}

void
tb_source_tint_add_tags (GtkTextBuffer *buffer)
{
  gtk_text_buffer_create_tag (buffer, TB_SOURCE_TAG_CURRENT, NULL);
  for (guint i = 0; i < TB_N_TINTS; i++)
    gtk_text_buffer_create_tag (buffer, names[i], NULL);
  g_object_set (gtk_text_tag_table_lookup (gtk_text_buffer_get_tag_table (buffer), "comment"),
                "style", PANGO_STYLE_ITALIC, NULL);
  tb_source_tint_update_tags (buffer);
}

/* ---- In the view ----------------------------------------------------------------------------- */

typedef struct
{
  GtkTextBuffer *buffer;
  const char *text;
  gsize at;   /* of the text, in bytes: what iter stands for */
  GtkTextIter iter;
  gsize seen; /* the beginning of the part before */
  guint n;    /* parts of its line */
} Tinting;

static gboolean
is_too_many (Tinting *tinting, gsize from)
{
  gboolean same_line = !memchr (tinting->text + tinting->seen, '\n', from - tinting->seen);
  tinting->n = same_line ? tinting->n + 1 : 1;
  tinting->seen = from;
  return tinting->n > PARTS_A_LINE;
}

static void
forward_to (Tinting *tinting, gsize at)
{
  glong chars = g_utf8_strlen (tinting->text + tinting->at, (gssize) (at - tinting->at));
  gtk_text_iter_forward_chars (&tinting->iter, (int) chars);
  tinting->at = at;
}

static void
apply (TbTint tint, gsize from, gsize to, gpointer data)
{
  Tinting *tinting = data;
  if (is_too_many (tinting, from))
    return;
  forward_to (tinting, from);
  GtkTextIter start = tinting->iter;
  forward_to (tinting, to);
  gtk_text_buffer_apply_tag_by_name (tinting->buffer, names[tint], &start, &tinting->iter);
}

void
tb_source_tint_visible (GtkTextView *view)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (view);
  GdkRectangle seen;
  GtkTextIter from, to;
  gtk_text_view_get_visible_rect (view, &seen);
  gtk_text_view_get_line_at_y (view, &from, seen.y, NULL);
  gtk_text_view_get_line_at_y (view, &to, seen.y + seen.height, NULL);
  gtk_text_iter_backward_lines (&from, LINES_BEFORE);
  gtk_text_iter_forward_line (&to);
  for (guint i = 0; i < TB_N_TINTS; i++)
    gtk_text_buffer_remove_tag_by_name (buffer, names[i], &from, &to);
  g_autofree char *text = gtk_text_iter_get_slice (&from, &to);
  Tinting tinting = { .buffer = buffer, .text = text, .iter = from };
  tb_tint_xml (text, apply, &tinting);
}
