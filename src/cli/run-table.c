/* The live table: redrawn in place. */
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "run-private.h"
#include "run-table-private.h"

struct TbTable
{
  char *title;
  int fd;
  gboolean colour;
  guint drawn;   /* lines that stand on the screen */
  guint columns; /* of the terminal, when they were drawn */
  const TbRunView *view;
};

/* ---- Head --------------------------------------------------------------------------------------------- */

void
tb_sheet_blank (TbSheet *sheet)
{
  TbLine line = tb_line_begin (sheet);
  tb_line_end (sheet, &line);
}

static void
add_head (TbSheet *sheet, const char *title, const TbLiveFrame *frame)
{
  static const char *const colours[] = {
    [TB_RUN_STARTING] = "33", [TB_RUN_RUNNING] = "32", [TB_RUN_STOPPING] = "33",
    [TB_RUN_STOPPED] = "2",   [TB_RUN_FAILED] = "31",
  };
  TbLine line = tb_line_begin (sheet);
  g_autofree char *elapsed
    = g_strdup_printf (" %.1f s", (double) (frame->time_ns - frame->start_ns) / 1e9);
  tb_line_append (&line, "1", sheet->width / 2, title);
  tb_line_append (&line, "2", 3, " · ");
  tb_line_append (&line, colours[frame->state], 12, tb_run_state_name (frame->state));
  tb_line_append (&line, NULL, 12, elapsed);
  if (frame->state == TB_RUN_STARTING || frame->state == TB_RUN_RUNNING)
    tb_line_append (&line, "2", 20, " · Ctrl-C stops");
  if (frame->agent_cpu >= 0.005 && sheet->width >= 72)
    {
      char lag[40];
      g_autofree char *agent
        = g_strdup_printf ("taps: %.0f %% of a core, lag p99 %s", frame->agent_cpu * 100,
                           tb_words_latency (frame->agent_lag_p99_ns, lag, sizeof lag));
      tb_line_append_right (&line, "2", sheet->width - MIN (sheet->width, line.columns), agent);
    }
  tb_line_end (sheet, &line);
}

static void
add_waiting (TbSheet *sheet, const char *waiting)
{
  TbLine line = tb_line_begin (sheet);
  tb_line_append (&line, "33", 2, "◌ ");
  tb_line_append (&line, NULL, sheet->width, waiting);
  tb_line_end (sheet, &line);
}

/* ---- The table ----------------------------------------------------------------------------------------- */

static void
add_dim (TbSheet *sheet, const char *text)
{
  TbLine line = tb_line_begin (sheet);
  tb_line_append (&line, "2", sheet->width, text);
  tb_line_end (sheet, &line);
}

static void
add_help (TbSheet *sheet, const char *const *help)
{
  tb_sheet_blank (sheet);
  for (; *help != NULL; help++)
    {
      g_autofree char *text = g_strconcat ("   ", *help, NULL);
      add_dim (sheet, text);
    }
}

/* Help stands in place of the links. */
static void
add_lower_part (TbSheet *sheet, const TbLiveFrame *frame, guint rows)
{
  const char *const *help = tb_run_view_help (sheet->view);
  if (*help != NULL)
    add_help (sheet, help);
  if (*help != NULL || tb_sheet_links_shown (sheet, frame) == 0)
    return;
  tb_sheet_blank (sheet);
  tb_sheet_link_titles (sheet);
  guint left = rows == 0 ? G_MAXUINT : rows - MIN (rows, sheet->lines->len + 1);
  tb_sheet_links (sheet, frame, MAX (left, 1));
}

static void
add_foot (TbSheet *sheet)
{
  g_autofree char *foot = tb_run_view_foot (sheet->view);
  tb_sheet_blank (sheet);
  add_dim (sheet, foot);
}

static GPtrArray *
make_lines (const char *title, const TbLiveFrame *frame, const char *waiting, const TbRunView *view,
            guint columns, guint rows, gboolean colour)
{
  TbSheet sheet = { g_ptr_array_new_with_free_func (g_free), MAX (columns, 20), colour, 4, view };
  guint all = rows, foot = view != NULL && (rows == 0 || rows >= 12) ? 2 : 0;
  rows -= MIN (rows, foot);
  guint links = MAX (tb_sheet_links_shown (&sheet, frame), 1), room = rows != 0 ? rows - MIN (rows, 6) : G_MAXUINT;
  guint for_links = MIN (links, room / 2 + 1);
  add_head (&sheet, title, frame);
  if (waiting != NULL && *waiting != '\0')
    add_waiting (&sheet, waiting);
  else if (frame->state == TB_RUN_FAILED && *frame->reason != '\0')
    add_waiting (&sheet, frame->reason);
  else
    tb_sheet_blank (&sheet);
  tb_sheet_instances (&sheet, frame, room - MIN (room, for_links));
  add_lower_part (&sheet, frame, rows);
  if (all != 0 && sheet.lines->len > rows)
    g_ptr_array_set_size (sheet.lines, (int) rows);
  if (foot > 0)
    add_foot (&sheet);
  return sheet.lines;
}

char *
tb_table_text_of (const char *title, const TbLiveFrame *frame, const char *waiting, const TbRunView *view,
                  guint columns, guint rows)
{
  g_autoptr (GPtrArray) lines = make_lines (title, frame, waiting, view, columns, rows, FALSE);
  g_ptr_array_add (lines, NULL);
  return g_strjoinv ("\n", (char **) lines->pdata);
}

char *
tb_table_text (const char *title, const TbLiveFrame *frame, const char *waiting, guint columns, guint rows)
{
  return tb_table_text_of (title, frame, waiting, NULL, columns, rows);
}

TbTable *
tb_table_new (const char *title, int fd, gboolean colour)
{
  TbTable *table = g_new0 (TbTable, 1);
  table->title = g_strdup (title);
  table->fd = fd;
  table->colour = colour;
  return table;
}

void
tb_table_set_view (TbTable *table, const TbRunView *view)
{
  table->view = view;
}

static void
put (const TbTable *table, const GString *text)
{
  gsize at = 0;
  while (at < text->len)
    {
      ssize_t n = write (table->fd, text->str + at, text->len - at);
      if (n <= 0)
        return;
      at += (gsize) n;
    }
}

/* Up to the first line of the table, the cursor hidden. */
static void
append_home (const TbTable *table, GString *out)
{
  if (table->drawn > 0)
    g_string_append_printf (out, "\033[%uA\r", table->drawn);
}

void
tb_table_draw (TbTable *table, const TbLiveFrame *frame, const char *waiting)
{
  struct winsize size = { 0 };
  if (ioctl (table->fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
    size = (struct winsize) { .ws_col = 80, .ws_row = 24 };
  g_autoptr (GPtrArray) lines = make_lines (table->title, frame, waiting, table->view, size.ws_col,
                                            size.ws_row > 1 ? size.ws_row - 1u : 1, table->colour);
  g_autoptr (GString) out = g_string_new ("\033[?25l");
  /* Lines of another width were broken, or not, as the terminal likes it: where they begin is not known. */
  if (table->drawn > 0 && table->columns != size.ws_col)
    g_string_append (out, "\033[H\033[2J");
  else
    append_home (table, out);
  table->columns = size.ws_col;
  for (guint i = 0; i < lines->len; i++)
    g_string_append_printf (out, "%s\033[K\n", (char *) g_ptr_array_index (lines, i));
  g_string_append (out, "\033[J");
  put (table, out);
  table->drawn = lines->len;
}

void
tb_table_say (TbTable *table, const char *sentence)
{
  g_autofree char *plain = tb_words_plain (sentence);
  g_autoptr (GString) out = g_string_new (NULL);
  append_home (table, out);
  g_string_append_printf (out, "\033[J%s\n", plain);
  put (table, out);
  table->drawn = 0;
}

void
tb_table_free (TbTable *table)
{
  g_autoptr (GString) out = g_string_new ("\033[?25h");
  put (table, out);
  g_free (table->title);
  g_free (table);
}
