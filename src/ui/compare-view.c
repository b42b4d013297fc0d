#include "compare-view.h"

#include <adwaita.h>

#include "format.h"
#include "tb-compare.h"
#include "util.h"

#define SLICE_NS (6 * TB_NS_PER_MS)
#define ROWS_MAX 200u /* of each list; the command prints all of them */

/* ---- Cells ----------------------------------------------------------------------------------- */

typedef struct
{
  GtkGrid *grid;
  int row;
} Table;

static Table
new_table (GtkWidget *box, const char *heading, const char *const *columns, guint n)
{
  Table t = { GTK_GRID (gtk_grid_new ()), 0 };
  gtk_grid_set_column_spacing (t.grid, 18);
  gtk_grid_set_row_spacing (t.grid, 4);
  gtk_box_append (GTK_BOX (box), tb_ui_heading (heading));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (t.grid));
  for (guint i = 0; i < n; i++)
    {
      GtkWidget *label = tb_ui_label (columns[i], "dim");
      gtk_label_set_xalign (GTK_LABEL (label), i == 0 ? 0 : 1);
      gtk_grid_attach (t.grid, label, (int) i, 0, 1, 1);
    }
  t.row = 1;
  return t;
}

/* Takes text over. */
static void
cell (Table *t, int column, char *text, gboolean differs)
{
  g_autofree char *owned = text;
  GtkWidget *label = tb_ui_label (owned, differs ? "warn" : "numeric");
  gtk_label_set_xalign (GTK_LABEL (label), column == 0 ? 0 : 1);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  if (column == 0)
    {
      gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
      gtk_widget_set_hexpand (label, TRUE);
      gtk_widget_set_tooltip_text (label, owned);
    }
  gtk_grid_attach (t->grid, label, column, t->row, 1, 1);
}

/* A short name, and whose link it is where the pointer rests. Takes both over. */
static void
name_cell (Table *t, char *name, char *whole, gboolean differs)
{
  g_autofree char *more = whole;
  cell (t, 0, name, differs);
  gtk_widget_set_tooltip_text (gtk_grid_get_child_at (t->grid, 0, t->row), more);
}

/* "before → after", or once where both are the same. */
static char *
pair (char *first, char *second)
{
  g_autofree char *a = first, *b = second;
  return g_str_equal (a, b) ? g_strdup (a) : g_strdup_printf ("%s → %s", a, b);
}

/* ---- Lists ----------------------------------------------------------------------------------- */

static gboolean
is_far (double a, double b)
{
  return MAX (a, b) > 2 * MIN (a, b);
}

static void
link_row (Table *t, const TbComparedLink *link)
{
  const TbComparedFigures *a = &link->figures[0], *b = &link->figures[1];
  const char *only = link->in[0] && link->in[1] ? "" : link->in[0] ? " (in the first only)" : " (in the second only)";
  name_cell (t, g_strconcat (link->id, only, NULL), g_strdup_printf ("%s → %s", link->from, link->to), *only != '\0');
  cell (t, 1, pair (tb_format_count (MAX (a->requests, a->messages)), tb_format_count (MAX (b->requests, b->messages))),
        FALSE);
  cell (t, 2, pair (tb_format_rate (a->rate), tb_format_rate (b->rate)), is_far (a->rate, b->rate));
  cell (t, 3, pair (tb_format_count (a->errors + a->refused), tb_format_count (b->errors + b->refused)),
        (a->errors + a->refused == 0) != (b->errors + b->refused == 0));
  cell (t, 4, pair (tb_format_count (a->dropped), tb_format_count (b->dropped)), (a->dropped == 0) != (b->dropped == 0));
  cell (t, 5, pair (tb_format_ns (a->p50_ns), tb_format_ns (b->p50_ns)), is_far ((double) a->p50_ns, (double) b->p50_ns));
  cell (t, 6, pair (tb_format_ns (a->p99_ns), tb_format_ns (b->p99_ns)), is_far ((double) a->p99_ns, (double) b->p99_ns));
  t->row++;
}

static void
add_links (GtkWidget *box, const TbComparison *c)
{
  static const char *const columns[] = { "Link", "Messages", "Rate", "Errors", "Dropped", "p50", "p99" };
  Table t = new_table (box, "Links", columns, G_N_ELEMENTS (columns));
  for (guint i = 0; i < c->links->len && i < ROWS_MAX; i++)
    link_row (&t, c->links->pdata[i]);
}

static void
count_row (Table *t, char *text, const guint64 *n)
{
  cell (t, 0, text, n[0] == 0 || n[1] == 0);
  cell (t, 1, tb_format_count (n[0]), n[0] == 0);
  cell (t, 2, tb_format_count (n[1]), n[1] == 0);
  t->row++;
}

static void
add_labels (GtkWidget *box, const TbComparison *c)
{
  static const char *const columns[] = { "What was sent", "First", "Second" };
  Table t = new_table (box, "Messages", columns, G_N_ELEMENTS (columns));
  for (guint i = 0; i < c->labels->len && i < ROWS_MAX; i++)
    {
      const TbComparedLabel *label = c->labels->pdata[i];
      count_row (&t, g_strdup_printf ("%s: %s", label->link, label->label), label->n);
    }
}

static void
add_orders (GtkWidget *box, const TbComparison *c)
{
  static const char *const columns[] = { "Which request led to which", "First", "Second" };
  Table t = new_table (box, "Orders", columns, G_N_ELEMENTS (columns));
  for (guint i = 0; i < c->orders->len && i < ROWS_MAX; i++)
    {
      const TbComparedOrder *order = c->orders->pdata[i];
      count_row (&t, g_strdup (order->text), order->n);
    }
}

/* ---- The window ------------------------------------------------------------------------------ */

static char *
summary (const TbComparison *c)
{
  g_autofree char *lasted = pair (tb_format_elapsed (c->lasted_ns[0]), tb_format_elapsed (c->lasted_ns[1]));
  g_autofree char *events = pair (tb_format_count (c->events[0]), tb_format_count (c->events[1]));
  return g_strdup_printf ("%s. %s, %s events.%s%s",
                          tb_comparison_differs (c) ? "They differ: what is in one only stands first"
                                                    : "Nothing is in one of them only",
                          lasted, events, c->same_drawing ? "" : " The drawings are not the same.",
                          c->whole[0] && c->whole[1] ? "" : " Not all events could be compared.");
}

typedef struct
{
  TbComparing *comparing; /* NULL: it is done */
  guint id;
  GtkWidget *box, *label;
} Waiting;

static void
stop_waiting (Waiting *w)
{
  g_clear_handle_id (&w->id, g_source_remove);
  g_clear_pointer (&w->comparing, tb_comparing_free);
  g_free (w);
}

static void
fill (Waiting *w, const TbComparison *comparison)
{
  g_autofree char *said = summary (comparison);
  gtk_label_set_text (GTK_LABEL (w->label), said);
  add_links (w->box, comparison);
  add_labels (w->box, comparison);
  add_orders (w->box, comparison);
}

static gboolean
go_on (gpointer data)
{
  Waiting *w = data;
  if (!tb_comparing_go_on (w->comparing, SLICE_NS))
    {
      g_autofree char *said = g_strdup_printf ("Comparing: %.0f\u202f%%", 100 * tb_comparing_share (w->comparing));
      gtk_label_set_text (GTK_LABEL (w->label), said);
      return G_SOURCE_CONTINUE;
    }
  g_autoptr (TbComparison) comparison = tb_comparing_take (w->comparing);
  fill (w, comparison);
  g_clear_pointer (&w->comparing, tb_comparing_free);
  w->id = 0;
  return G_SOURCE_REMOVE;
}

/* Closing the window calls it off. */
static void
wait_for (GtkWidget *window, GtkWidget *box, GtkWidget *label, TbPast *first, TbPast *second)
{
  Waiting *w = g_new0 (Waiting, 1);
  w->comparing = tb_comparing_new (first, second);
  w->box = box;
  w->label = label;
  w->id = g_idle_add (go_on, w);
  g_signal_connect_swapped (window, "destroy", G_CALLBACK (stop_waiting), w);
}

void
tb_compare_view_open (GtkWindow *parent, TbPast *first, TbPast *second)
{
  g_autofree char *a = g_path_get_basename (tb_past_path (first)), *b = g_path_get_basename (tb_past_path (second));
  g_autofree char *title = g_strdup_printf ("%s and %s", a, b);
  GtkWidget *window = adw_window_new (), *outer = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 10), *bar = adw_header_bar_new ();
  GtkWidget *label = tb_ui_label ("", "strong");
  adw_header_bar_set_title_widget (ADW_HEADER_BAR (bar), adw_window_title_new ("Two recordings", title));
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (box, "compared");
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (outer), bar);
  GtkWidget *scrolled = tb_ui_scrolled (box);
  gtk_widget_set_vexpand (scrolled, TRUE);
  gtk_box_append (GTK_BOX (outer), scrolled);
  tb_ui_close_on_escape (window);
  adw_window_set_content (ADW_WINDOW (window), outer);
  gtk_window_set_title (GTK_WINDOW (window), title);
  gtk_window_set_transient_for (GTK_WINDOW (window), parent);
  tb_ui_size_dialog (window, parent, 760, 620);
  wait_for (window, box, label, first, second);
  gtk_window_present (GTK_WINDOW (window));
}
