/* Metrics: a row a link with its rate over time and its figures of about the last second. */
#include "pages.h"

#include "format.h"
#include "spark.h"
#include "util.h"

#define ROWS_MAX 100

enum
{
  COLUMN_LINK,
  COLUMN_SPARK,
  COLUMN_RATE,
  COLUMN_P50,
  COLUMN_P99,
  COLUMN_REQUESTS,
  COLUMN_REPLIES,
  COLUMN_ERRORS,
  COLUMN_BYTES,
  COLUMNS
};

static const char *const titles[COLUMNS] = { "Link", "Requests a second", "Rate", "p50", "p99",
                                             "Requests", "Replies", "Errors", "Bytes" };

typedef struct
{
  char *id;
  GtkWidget *cells[COLUMNS];
} Row;

struct _TbMetricsPage
{
  GtkWidget parent;
  GtkWidget *stack, *grid;
  GArray *rows; /* of Row */
};

G_DEFINE_FINAL_TYPE (TbMetricsPage, tb_metrics_page, GTK_TYPE_WIDGET)

static void
clear_row (gpointer data)
{
  g_free (((Row *) data)->id);
}

static void
add_titles (TbMetricsPage *self)
{
  for (int c = 0; c < COLUMNS; c++)
    {
      GtkWidget *label = tb_ui_label (titles[c], "faint");
      if (c > COLUMN_SPARK)
        gtk_label_set_xalign (GTK_LABEL (label), 1);
      gtk_grid_attach (GTK_GRID (self->grid), label, c, 0, 1, 1);
    }
}

static void
add_row (TbMetricsPage *self, const TbLiveLink *link)
{
  Row row = { .id = g_strdup (link->id) };
  int y = (int) self->rows->len + 1;
  for (int c = 0; c < COLUMNS; c++)
    {
      row.cells[c] = c == COLUMN_SPARK ? tb_spark_new () : tb_ui_label (NULL, "numeric");
      if (c > COLUMN_SPARK)
        gtk_label_set_xalign (GTK_LABEL (row.cells[c]), 1);
      gtk_grid_attach (GTK_GRID (self->grid), row.cells[c], c, y, 1, 1);
    }
  gtk_widget_add_css_class (row.cells[COLUMN_LINK], "strong");
  g_array_append_val (self->rows, row);
}

static void
set_cell (Row *row, int column, char *text)
{
  tb_ui_set_text (row->cells[column], text);
  g_free (text);
}

static void
show_row (Row *row, const TbLiveLink *link)
{
  set_cell (row, COLUMN_LINK, g_strdup (link->id));
  tb_spark_add (TB_SPARK (row->cells[COLUMN_SPARK]),
                link->framed ? link->request_rate : link->byte_rate_up + link->byte_rate_down);
  set_cell (row, COLUMN_RATE, link->framed ? tb_format_rate (link->request_rate) : g_strdup ("–"));
  set_cell (row, COLUMN_P50, tb_format_ns (link->recent_p50_ns));
  set_cell (row, COLUMN_P99, tb_format_ns (link->recent_p99_ns));
  set_cell (row, COLUMN_REQUESTS, tb_format_count (link->requests));
  set_cell (row, COLUMN_REPLIES, tb_format_count (link->replies));
  set_cell (row, COLUMN_ERRORS, tb_format_count (link->errors + link->refused + link->timed_out));
  set_cell (row, COLUMN_BYTES, tb_format_bytes ((double) (link->bytes_up + link->bytes_down)));
  gboolean bad = link->errors + link->refused + link->timed_out > 0;
  if (bad)
    gtk_widget_add_css_class (row->cells[COLUMN_ERRORS], "bad");
}

static gboolean
fits (TbMetricsPage *self, const TbLiveFrame *frame)
{
  if (self->rows->len != MIN (frame->n_links, ROWS_MAX))
    return FALSE;
  for (guint i = 0; i < self->rows->len; i++)
    if (!g_str_equal (g_array_index (self->rows, Row, i).id, frame->links[i].id))
      return FALSE;
  return TRUE;
}

void
tb_metrics_page_refresh (TbMetricsPage *page, const TbLiveFrame *frame)
{
  if (!frame || !frame->n_links)
    return;
  if (!fits (page, frame))
    {
      tb_metrics_page_clear (page);
      add_titles (page);
      for (guint i = 0; i < MIN (frame->n_links, ROWS_MAX); i++)
        add_row (page, &frame->links[i]);
      gtk_stack_set_visible_child_name (GTK_STACK (page->stack), "list");
    }
  for (guint i = 0; i < page->rows->len; i++)
    show_row (&g_array_index (page->rows, Row, i), &frame->links[i]);
}

void
tb_metrics_page_clear (TbMetricsPage *page)
{
  GtkWidget *child;
  while ((child = gtk_widget_get_first_child (page->grid)))
    gtk_grid_remove (GTK_GRID (page->grid), child);
  g_array_set_size (page->rows, 0);
  gtk_stack_set_visible_child_name (GTK_STACK (page->stack), "empty");
}

static void
tb_metrics_page_dispose (GObject *object)
{
  g_clear_pointer (&TB_METRICS_PAGE (object)->stack, gtk_widget_unparent);
  g_clear_pointer (&TB_METRICS_PAGE (object)->rows, g_array_unref);
  G_OBJECT_CLASS (tb_metrics_page_parent_class)->dispose (object);
}

static void
tb_metrics_page_class_init (TbMetricsPageClass *class)
{
  G_OBJECT_CLASS (class)->dispose = tb_metrics_page_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
}

static void
tb_metrics_page_init (TbMetricsPage *self)
{
  self->rows = g_array_new (FALSE, FALSE, sizeof (Row));
  g_array_set_clear_func (self->rows, clear_row);
  self->grid = gtk_grid_new ();
  gtk_grid_set_column_spacing (GTK_GRID (self->grid), 22);
  gtk_grid_set_row_spacing (GTK_GRID (self->grid), 4);
  gtk_widget_add_css_class (self->grid, "metrics");
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), self->grid);
  self->stack = gtk_stack_new ();
  gtk_stack_add_named (GTK_STACK (self->stack),
                       tb_page_empty ("No figures yet", "Press Run: rates and latencies of every "
                                                        "link stand here."),
                       "empty");
  gtk_stack_add_named (GTK_STACK (self->stack), scrolled, "list");
  gtk_widget_set_parent (self->stack, GTK_WIDGET (self));
}

GtkWidget *
tb_metrics_page_new (void)
{
  return g_object_new (TB_TYPE_METRICS_PAGE, NULL);
}
