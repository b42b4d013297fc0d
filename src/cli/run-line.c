/* One line of a table: text with colours, and how many columns of it show. */
#include "run-private.h"
#include "run-table-private.h"

static guint
columns_of (gunichar c)
{
  return g_unichar_iszerowidth (c) ? 0 : g_unichar_iswide (c) ? 2 : 1;
}

guint
tb_text_columns (const char *text)
{
  guint n = 0;
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    n += columns_of (g_utf8_get_char (p));
  return n;
}

TbLine
tb_line_begin (const TbSheet *sheet)
{
  return (TbLine) { g_string_new (NULL), 0, sheet->width, sheet->colour };
}

void
tb_line_end (TbSheet *sheet, TbLine *line)
{
  while (line->text->len > 0 && line->text->str[line->text->len - 1] == ' ')
    g_string_truncate (line->text, line->text->len - 1);
  g_ptr_array_add (sheet->lines, g_string_free (line->text, FALSE));
}

void
tb_line_append (TbLine *line, const char *colour, guint room, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  gboolean coloured = line->colour && colour != NULL;
  room = MIN (room, line->width - MIN (line->width, line->columns));
  gboolean cut = tb_text_columns (valid) > room;
  guint left = cut && room > 0 ? room - 1 : room;
  if (coloured)
    g_string_append_printf (line->text, "\033[%sm", colour);
  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      if (g_unichar_iscntrl (c))
        continue;
      if (columns_of (c) > left)
        break;
      g_string_append_unichar (line->text, c);
      left -= columns_of (c);
      line->columns += columns_of (c);
    }
  if (cut && room > 0)
    {
      g_string_append (line->text, "…");
      line->columns++;
    }
  if (coloured)
    g_string_append (line->text, "\033[0m");
}

void
tb_line_pad (TbLine *line, guint column)
{
  while (line->columns < MIN (column, line->width))
    {
      g_string_append_c (line->text, ' ');
      line->columns++;
    }
}

void
tb_line_append_right (TbLine *line, const char *colour, guint room, const char *text)
{
  guint n = tb_text_columns (text);
  tb_line_pad (line, line->columns + (n < room ? room - n : 0));
  tb_line_append (line, colour, room, text);
}
