#include "source-marks.h"

#include "tb-source.h"
#include "util.h"

/* A text that is wrong everywhere needs no more of them. */
#define MARKS_MAX 300

typedef struct
{
  int from, to; /* characters of the text */
  TbSeverity severity;
  char *message;
} Mark;

struct _TbSourceMarks
{
  GtkTextView *view;
  GtkTextBuffer *buffer;
  GArray *marks; /* of Mark, in the order of the text */
};

static const char *const tags[] = { "problem-error", "problem-warning", "problem-info" };

static void
mark_clear (gpointer mark)
{
  g_free (((Mark *) mark)->message);
}

void
tb_source_marks_update_tags (TbSourceMarks *self)
{
  static const TbColourId colours[] = { TB_COLOUR_BAD, TB_COLOUR_WARN, TB_COLOUR_DIM };
  GtkTextTagTable *table = gtk_text_buffer_get_tag_table (self->buffer);
  for (guint i = 0; i < G_N_ELEMENTS (tags); i++)
    {
      TbColour c = tb_theme_colour (tb_ui_theme (), colours[i]);
      GdkRGBA rgba = { (float) c.r, (float) c.g, (float) c.b, 1 };
      g_object_set (gtk_text_tag_table_lookup (table, tags[i]), "underline-rgba", &rgba, NULL);
    }
}

/* ---- Where ------------------------------------------------------------------------------------ */

/* FALSE: the text has no such line. */
static gboolean
find_range (TbSourceMarks *self, const TbProblem *problem, Mark *mark)
{
  GtkTextIter start, end;
  if (!problem->line || !gtk_text_buffer_get_iter_at_line (self->buffer, &start, (int) problem->line - 1))
    return FALSE;
  end = start;
  if (!gtk_text_iter_ends_line (&end))
    gtk_text_iter_forward_to_line_end (&end);
  g_autofree char *line = gtk_text_iter_get_slice (&start, &end);
  int first = gtk_text_iter_get_offset (&start), length = (int) g_utf8_strlen (line, -1);
  int from = MIN (MAX ((int) problem->column, 1) - 1, MAX (length - 1, 0));
  int to = problem->column ? (int) tb_source_span (line, (guint) from + 1) : length;
  if (!problem->column)
    for (const char *p = line; *p == ' ' && from < length - 1; p++)
      from++;
  *mark = (Mark){ first + from, first + MAX (to, from), problem->severity, NULL };
  return TRUE;
}

static int
by_place (gconstpointer a, gconstpointer b)
{
  const Mark *x = a, *y = b;
  return x->from != y->from ? x->from - y->from : (int) x->severity - (int) y->severity;
}

static void
clear (TbSourceMarks *self)
{
  GtkTextIter start, end;
  gtk_text_buffer_get_bounds (self->buffer, &start, &end);
  for (guint i = 0; self->marks->len && i < G_N_ELEMENTS (tags); i++)
    gtk_text_buffer_remove_tag_by_name (self->buffer, tags[i], &start, &end);
  g_array_set_size (self->marks, 0);
}

static void
apply (TbSourceMarks *self, const Mark *mark)
{
  GtkTextIter from, to;
  gtk_text_buffer_get_iter_at_offset (self->buffer, &from, mark->from);
  gtk_text_buffer_get_iter_at_offset (self->buffer, &to, mark->to);
  gtk_text_buffer_apply_tag_by_name (self->buffer, tags[mark->severity], &from, &to);
}

void
tb_source_marks_show (TbSourceMarks *self, const TbProblems *problems)
{
  Mark mark;
  clear (self);
  for (guint i = 0; problems && i < problems->len && self->marks->len < MARKS_MAX; i++)
    {
      const TbProblem *problem = problems->pdata[i];
      if (!find_range (self, problem, &mark))
        continue;
      mark.message = g_strdup (problem->message);
      apply (self, &mark);
      g_array_append_val (self->marks, mark);
    }
  g_array_sort (self->marks, by_place);
}

guint
tb_source_marks_count (const TbSourceMarks *self)
{
  return self->marks->len;
}

const char *
tb_source_marks_go (TbSourceMarks *self, gboolean back)
{
  GtkTextIter at;
  guint n = self->marks->len, i = 0;
  if (n == 0)
    return NULL;
  gtk_text_buffer_get_iter_at_mark (self->buffer, &at, gtk_text_buffer_get_insert (self->buffer));
  int cursor = gtk_text_iter_get_offset (&at);
  while (i < n && g_array_index (self->marks, Mark, i).from < cursor + (back ? 0 : 1))
    i++;
  const Mark *mark = &g_array_index (self->marks, Mark, (back ? i + n - 1 : i) % n);
  gtk_text_buffer_get_iter_at_offset (self->buffer, &at, mark->from);
  gtk_text_buffer_place_cursor (self->buffer, &at);
  gtk_text_view_scroll_to_mark (self->view, gtk_text_buffer_get_insert (self->buffer), 0.15, FALSE, 0, 0);
  return mark->message;
}

/* ---- Over it ---------------------------------------------------------------------------------- */

static gboolean
query_tooltip (GtkWidget *view, int x, int y, gboolean keyboard, GtkTooltip *tooltip, TbSourceMarks *self)
{
  GtkTextIter iter;
  int bx, by;
  gtk_text_view_window_to_buffer_coords (self->view, GTK_TEXT_WINDOW_WIDGET, x, y, &bx, &by);
  if (keyboard)
    gtk_text_buffer_get_iter_at_mark (self->buffer, &iter, gtk_text_buffer_get_insert (self->buffer));
  else if (!gtk_text_view_get_iter_at_location (self->view, &iter, bx, by))
    return FALSE;
  int at = gtk_text_iter_get_offset (&iter);
  g_autoptr (GString) said = g_string_new (NULL);
  for (guint i = 0; i < self->marks->len; i++)
    {
      const Mark *mark = &g_array_index (self->marks, Mark, i);
      if (at >= mark->from && at < mark->to)
        g_string_append_printf (said, "%s%s", said->len ? "\n" : "", mark->message);
    }
  gtk_tooltip_set_text (tooltip, said->str);
  return said->len > 0;
}

TbSourceMarks *
tb_source_marks_new (GtkTextView *view)
{
  TbSourceMarks *self = g_new0 (TbSourceMarks, 1);
  self->view = view;
  self->buffer = gtk_text_view_get_buffer (view);
  self->marks = g_array_new (FALSE, FALSE, sizeof (Mark));
  g_array_set_clear_func (self->marks, mark_clear);
  /* Worst last: that one's line is seen where two meet. */
  for (guint i = G_N_ELEMENTS (tags); i > 0; i--)
    gtk_text_buffer_create_tag (self->buffer, tags[i - 1], "underline", PANGO_UNDERLINE_ERROR, NULL);
  tb_source_marks_update_tags (self);
  gtk_widget_set_has_tooltip (GTK_WIDGET (view), TRUE);
  g_signal_connect (view, "query-tooltip", G_CALLBACK (query_tooltip), self);
  return self;
}

void
tb_source_marks_free (TbSourceMarks *self)
{
  g_signal_handlers_disconnect_by_data (self->view, self);
  g_array_unref (self->marks);
  g_free (self);
}
