/* The table of the Prediction page: a line a row, made only for those that are in sight. */
#include "forecast-table.h"

#include <math.h>

#include "util.h"

#define BUSY_BAD 0.95
#define BAR_WIDTH 44
#define NARROW_BELOW 640 /* pixels */
#define WIDE_FROM 900
#define EDGES 26
#define HEIGHT_LEAST 96 /* three lines and the headings */

#define TB_TYPE_FORECAST_ITEM (tb_forecast_item_get_type ())
G_DECLARE_FINAL_TYPE (TbForecastItem, tb_forecast_item, TB, FORECAST_ITEM, GObject)

/* A row in the table. While a run goes on it says something else every second, and stays the same item: what is scrolled to and chosen
 * stays so. */
struct _TbForecastItem
{
  GObject parent;
  TbForecastRow *row; /* of the page's rows, which are kept */
  GPtrArray *rows;
};

G_DEFINE_FINAL_TYPE (TbForecastItem, tb_forecast_item, G_TYPE_OBJECT)

static guint item_changed;

static void
tb_forecast_item_finalize (GObject *object)
{
  g_ptr_array_unref (TB_FORECAST_ITEM (object)->rows);
  G_OBJECT_CLASS (tb_forecast_item_parent_class)->finalize (object);
}

static void
tb_forecast_item_class_init (TbForecastItemClass *class)
{
  G_OBJECT_CLASS (class)->finalize = tb_forecast_item_finalize;
  item_changed = g_signal_new ("changed", TB_TYPE_FORECAST_ITEM, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
tb_forecast_item_init (TbForecastItem *self)
{
}

enum
{
  COLUMN_NAME,
  COLUMN_RATE,
  COLUMN_RATE_MEASURED,
  COLUMN_TIME,
  COLUMN_TIME_MEASURED,
  COLUMN_DIFFERENCE,
  COLUMN_P95,
  COLUMN_BUSY,
  COLUMN_CORES_MEASURED,
  N_COLUMNS
};

typedef enum
{
  WHEN_SIMULATED = 1 << 0,
  WHEN_MEASURED = 1 << 1,
  WHEN_WIDE = 1 << 2 /* or nothing is measured, which needs room */
} When;

static const struct
{
  const char *title;
  int width, narrow;
  When when; /* it is shown; 0: always */
} columns[N_COLUMNS] = {
  [COLUMN_NAME] = { "", 116, 96, 0 },
  [COLUMN_RATE] = { "A second", 88, 80, 0 },
  [COLUMN_RATE_MEASURED] = { "Measured", 70, 66, WHEN_MEASURED },
  [COLUMN_TIME] = { "Mean time", 104, 82, 0 },
  [COLUMN_TIME_MEASURED] = { "Measured", 72, 66, WHEN_MEASURED },
  [COLUMN_DIFFERENCE] = { "Measured is", 172, 140, WHEN_MEASURED },
  [COLUMN_P95] = { "95\u202f% within", 88, 88, WHEN_SIMULATED | WHEN_WIDE },
  [COLUMN_BUSY] = { "Busy", 166, 166, 0 },
  [COLUMN_CORES_MEASURED] = { "Measured", 84, 84, WHEN_MEASURED | WHEN_WIDE },
};

/* "62 % · threads 5 of 8 · 3 wait" */
static char *
busy_text (const TbForecastRow *row)
{
  g_autoptr (GString) text = g_string_new (NULL);
  if (isfinite (row->busy))
    g_string_append_printf (text, "%.0f\u202f%%", 100 * row->busy);
  if (*row->busy_text != '\0')
    g_string_append_printf (text, "%s%s", text->len > 0 ? " · " : "", row->busy_text);
  if (row->waiting >= 0.05)
    g_string_append_printf (text, " · %.2g wait", row->waiting);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
cores_text (const TbForecastRow *row)
{
  return isfinite (row->measured_cores) ? g_strdup_printf ("%.2g cores", row->measured_cores) : g_strdup ("");
}

static char *
known_rate (double rate)
{
  return isfinite (rate) ? tb_forecast_rate (rate, 0) : g_strdup ("");
}

static char *
known_time (double ns)
{
  return isfinite (ns) ? tb_forecast_time (ns, 0) : g_strdup ("");
}

static char *
cell_text (const TbForecastRow *row, guint column)
{
  switch (column)
    {
    case COLUMN_NAME:
      return g_strdup (row->title);
    case COLUMN_RATE:
      return tb_forecast_rate (row->rate, row->half_rate);
    case COLUMN_RATE_MEASURED:
      return known_rate (row->measured_rate);
    case COLUMN_TIME:
      return tb_forecast_time (row->mean_ns, row->half_ns);
    case COLUMN_TIME_MEASURED:
      return known_time (row->measured_ns);
    case COLUMN_P95:
      return known_time (row->p95_ns);
    case COLUMN_BUSY:
      return row->link ? g_strdup ("") : busy_text (row);
    case COLUMN_CORES_MEASURED:
      return cores_text (row);
    case COLUMN_DIFFERENCE:
    default:
      return g_strdup (row->difference);
    }
}

static const char *
cell_class (const TbForecastRow *row, guint column)
{
  gboolean busy = column == COLUMN_BUSY && !row->client; /* a client that waits is no trouble of its own */
  if (busy && row->busy >= BUSY_BAD)
    return "error";
  if (busy && row->busy >= TB_FORECAST_BUSY)
    return "warning";
  return column == COLUMN_NAME && !row->link ? "strong" : column == COLUMN_NAME ? NULL : "numeric";
}

static void
label_setup (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer data)
{
  gtk_list_item_set_child (item, tb_ui_label (NULL, NULL));
}

/* A bar before the words. */
static void
busy_setup (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer data)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8), *bar = gtk_level_bar_new (), *words = tb_ui_label (NULL, NULL);
  gtk_widget_set_hexpand (words, TRUE);
  gtk_widget_set_size_request (bar, BAR_WIDTH, -1);
  gtk_widget_set_valign (bar, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), bar);
  gtk_box_append (GTK_BOX (box), words);
  gtk_list_item_set_child (item, box);
}

static void
show_bar (GtkWidget *box, const TbForecastRow *row, const char *class)
{
  GtkWidget *bar = gtk_widget_get_first_child (box);
  const char *classes[] = { class, NULL };
  gboolean known = !row->link && isfinite (row->busy);
  gtk_widget_set_visible (bar, known);
  gtk_widget_set_css_classes (bar, classes);
  gtk_level_bar_set_value (GTK_LEVEL_BAR (bar), known ? CLAMP (row->busy, 0, 1) : 0);
}

static void
cell_show (GtkListItem *item)
{
  const TbForecastRow *row = TB_FORECAST_ITEM (gtk_list_item_get_item (item))->row;
  guint column = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (item), "tb-column"));
  GtkWidget *child = gtk_list_item_get_child (item), *label = column == COLUMN_BUSY ? gtk_widget_get_last_child (child) : child;
  g_autofree char *text = cell_text (row, column);
  const char *class = cell_class (row, column);
  const char *classes[] = { class, NULL };
  if (column == COLUMN_BUSY)
    show_bar (child, row, class);
  tb_ui_set_text (label, text);
  gtk_widget_set_css_classes (label, classes);
  tb_ui_set_tooltip (label, *text != '\0' ? text : NULL);
}

static void
cell_bind (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer data)
{
  g_object_set_data (G_OBJECT (item), "tb-column", data);
  g_signal_connect_swapped (gtk_list_item_get_item (item), "changed", G_CALLBACK (cell_show), item);
  cell_show (item);
}

static void
cell_unbind (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer data)
{
  g_signal_handlers_disconnect_by_func (gtk_list_item_get_item (item), cell_show, item);
}

typedef struct
{
  GListStore *store;
  TbForecastPicked picked;
  gpointer data;
} Chosen;

static void
row_activated (GtkColumnView *view, guint position, Chosen *chosen)
{
  g_autoptr (TbForecastItem) item = g_list_model_get_item (G_LIST_MODEL (chosen->store), position);
  if (item != NULL)
    chosen->picked (item->row->uid, chosen->data);
}

static void
add_column (GtkColumnView *table, guint i)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  g_signal_connect (factory, "setup", i == COLUMN_BUSY ? G_CALLBACK (busy_setup) : G_CALLBACK (label_setup), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (cell_bind), GUINT_TO_POINTER (i));
  g_signal_connect (factory, "unbind", G_CALLBACK (cell_unbind), NULL);
  g_autoptr (GtkColumnViewColumn) column = gtk_column_view_column_new (columns[i].title, factory);
  gtk_column_view_column_set_resizable (column, TRUE);
  gtk_column_view_column_set_fixed_width (column, columns[i].width);
  gtk_column_view_column_set_visible (column, columns[i].when == 0);
  gtk_column_view_append_column (table, column);
}

GListStore *
tb_forecast_table_store (void)
{
  return g_list_store_new (TB_TYPE_FORECAST_ITEM);
}

GtkWidget *
tb_forecast_table_new (GListStore *store, TbForecastPicked picked, gpointer data)
{
  GtkSelectionModel *selection = GTK_SELECTION_MODEL (gtk_single_selection_new (g_object_ref (G_LIST_MODEL (store))));
  Chosen *chosen = g_new (Chosen, 1);
  *chosen = (Chosen){ store, picked, data };
  gtk_single_selection_set_autoselect (GTK_SINGLE_SELECTION (selection), FALSE);
  gtk_single_selection_set_can_unselect (GTK_SINGLE_SELECTION (selection), TRUE);
  GtkWidget *table = gtk_column_view_new (selection), *scrolled = gtk_scrolled_window_new ();
  for (guint i = 0; i < N_COLUMNS; i++)
    add_column (GTK_COLUMN_VIEW (table), i);
  gtk_widget_add_css_class (table, "forecast");
  tb_ui_name (table, "Predicted figures");
  g_signal_connect_data (table, "activate", G_CALLBACK (row_activated), chosen, (GClosureNotify) (void (*) (void)) g_free, 0);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), table);
  gtk_widget_set_vexpand (scrolled, TRUE);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (scrolled), HEIGHT_LEAST);
  return scrolled;
}

/* GTK asks a column once how wide it would like to be, and what it says may become longer: the last one is given what is left. */
void
tb_forecast_table_arrange (GtkWidget *scrolled, gboolean simulated, gboolean measured, int width)
{
  gboolean narrow = width < NARROW_BELOW, wide = width >= WIDE_FROM || (!measured && !narrow);
  const When now = (simulated ? WHEN_SIMULATED : 0) | (measured ? WHEN_MEASURED : 0) | (wide ? WHEN_WIDE : 0);
  GtkWidget *table = gtk_scrolled_window_get_child (GTK_SCROLLED_WINDOW (scrolled));
  GListModel *shown = gtk_column_view_get_columns (GTK_COLUMN_VIEW (table));
  int left = width - EDGES;
  for (guint i = 0; i < N_COLUMNS; i++)
    {
      g_autoptr (GtkColumnViewColumn) column = g_list_model_get_item (shown, i);
      gboolean last = i == (measured && narrow ? COLUMN_DIFFERENCE : wide && measured ? COLUMN_CORES_MEASURED : COLUMN_BUSY);
      gboolean visible = (columns[i].when & ~now) == 0 && !(i == COLUMN_BUSY && measured && narrow);
      int own = narrow ? columns[i].narrow : columns[i].width;
      gtk_column_view_column_set_visible (column, visible);
      gtk_column_view_column_set_fixed_width (column, last ? MAX (left, own) : own);
      left -= visible ? own : 0;
    }
}

void
tb_forecast_table_fill (GListStore *store, GPtrArray *rows)
{
  GListModel *model = G_LIST_MODEL (store);
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  gboolean same = g_list_model_get_n_items (model) == rows->len;
  for (guint i = 0; i < rows->len; i++)
    {
      TbForecastItem *item = same ? g_list_model_get_item (model, i) : g_object_new (TB_TYPE_FORECAST_ITEM, NULL);
      g_ptr_array_add (items, item);
      g_clear_pointer (&item->rows, g_ptr_array_unref);
      item->rows = g_ptr_array_ref (rows);
      item->row = rows->pdata[i];
      if (same)
        g_signal_emit (item, item_changed, 0);
    }
  if (!same)
    g_list_store_splice (store, 0, g_list_model_get_n_items (model), items->pdata, items->len);
}
