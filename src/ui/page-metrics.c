/* Metrics: at the left what there is, with its figures at the moment that is shown; at the right the
 * charts of what is chosen. Figures of a live run come with its frames, those of another moment and all
 * charts from the recording. */
#include "pages.h"

#include <string.h>

#include "chart-view.h"
#include "format.h"
#include "tb-base.h"
#include "util.h"

#define ROWS_MAX 300
#define LOAD_MS 1000
#define LOAD_SHARE 25 /* of the time, at most one part in so many goes to reading series */

typedef struct
{
  char *key;  /* "", "link:save", "instance:shop/1" */
  GtkWidget *name, *figures;
} Row;

struct _TbMetricsPage
{
  GtkWidget parent;
  GtkWidget *stack, *list, *right, *charts, *title;
  GPtrArray *rows; /* of Row, as in the list */
  char *chosen;    /* key */
  char *offered;   /* the link that is selected in the drawing; NULL */
  TbMoment *moment;
  gulong ids[3];
  gint64 next_load_ns;
  guint moved_id;
};

G_DEFINE_FINAL_TYPE (TbMetricsPage, tb_metrics_page, GTK_TYPE_WIDGET)

static TbPast *
past_of (TbMetricsPage *self)
{
  return self->moment != NULL ? tb_moment_past (self->moment) : NULL;
}

/* ---- Charts ---------------------------------------------------------------------------------- */

static guint
find_link (TbPast *past, const char *id)
{
  for (guint i = 0; i < tb_past_n_links (past); i++)
    if (g_str_equal (tb_past_link (past, i)->id, id))
      return i;
  return G_MAXUINT;
}

static guint
find_instance (TbPast *past, const char *id)
{
  for (guint i = 0; i < tb_past_n_instances (past); i++)
    if (g_str_equal (tb_past_instance (past, i)->id, id))
      return i;
  return G_MAXUINT;
}

/* NULL where the recording does not know it. */
static TbChartSet *
read_charts (TbPast *past, const char *key)
{
  gint64 start = tb_past_start_ns (past);
  const char *id = strchr (key, ':');
  TbChartSet *set;
  guint instance = g_str_has_prefix (key, "instance:") ? find_instance (past, id + 1) : G_MAXUINT;
  guint link = g_str_has_prefix (key, "link:") ? find_link (past, id + 1) : G_MAXUINT;
  if (id != NULL && instance == G_MAXUINT && link == G_MAXUINT)
    return NULL;
  if (instance != G_MAXUINT)
    {
      g_autoptr (GArray) loads = tb_past_load (past, instance);
      set = tb_chart_set_of_instance (loads, start, tb_ui_theme ());
      for (guint i = 0; i < tb_past_n_gaps (past); i++)
        tb_chart_set_add_gap (set, tb_past_gap (past, i)->from_ns, tb_past_gap (past, i)->to_ns);
    }
  else
    {
      g_autoptr (GArray) samples = tb_past_series (past, link);
      tb_chart_drop_unfinished (samples);
      set = tb_chart_set_of_link (samples, start, tb_ui_theme ());
    }
  tb_chart_set_add_bands (set, past, link != G_MAXUINT ? id + 1 : NULL, instance);
  return set;
}

static void
show_title (TbMetricsPage *self)
{
  const char *id = strchr (self->chosen, ':');
  g_autofree char *name = g_str_has_prefix (self->chosen, "instance:") ? tb_format_instance (id + 1)
                          : id != NULL ? g_strdup_printf ("Link %s", id + 1)
                                       : g_strdup ("All links");
  tb_ui_set_text (self->title, name);
}

static void
load (TbMetricsPage *self)
{
  TbPast *past = past_of (self);
  gint64 began = tb_now_ns ();
  TbChartSet *set = past != NULL ? read_charts (past, self->chosen) : NULL;
  gtk_stack_set_visible_child_name (GTK_STACK (self->right), set != NULL ? "charts" : "none");
  tb_chart_view_set_charts (TB_CHART_VIEW (self->charts), set);
  show_title (self);
  gint64 took = tb_now_ns () - began;
  self->next_load_ns = began + MAX (LOAD_MS * TB_NS_PER_MS, took * LOAD_SHARE);
}

static void
load_if_due (TbMetricsPage *self)
{
  if (gtk_widget_get_mapped (GTK_WIDGET (self)) && tb_now_ns () >= self->next_load_ns)
    load (self);
}

/* ---- The list -------------------------------------------------------------------------------- */

static void
free_row (gpointer data)
{
  Row *row = data;
  g_free (row->key);
  g_free (row);
}

static void
add_row (TbMetricsPage *self, char *key, char *name)
{
  Row *row = g_new0 (Row, 1);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  row->key = key;
  row->name = tb_ui_label (name, NULL);
  row->figures = tb_ui_label (NULL, "numeric");
  gtk_widget_set_hexpand (row->name, TRUE);
  gtk_label_set_ellipsize (GTK_LABEL (row->figures), PANGO_ELLIPSIZE_NONE);
  gtk_label_set_xalign (GTK_LABEL (row->figures), 1);
  gtk_box_append (GTK_BOX (box), row->name);
  gtk_box_append (GTK_BOX (box), row->figures);
  gtk_list_box_append (GTK_LIST_BOX (self->list), box);
  tb_ui_name (gtk_widget_get_parent (box), name);
  g_ptr_array_add (self->rows, row);
  g_free (name);
}

static guint
n_kept (const TbLiveFrame *frame)
{
  guint n = 0;
  for (guint i = 0; i < frame->n_instances; i++)
    n += !frame->instances[i].gone;
  return n;
}

static gboolean
fits (TbMetricsPage *self, const TbLiveFrame *frame)
{
  guint at = 1;
  if (self->rows->len != MIN (1 + frame->n_links + n_kept (frame), ROWS_MAX))
    return FALSE;
  for (guint i = 0; i < frame->n_links && at < self->rows->len; i++, at++)
    if (!g_str_equal (((Row *) self->rows->pdata[at])->key + 5, frame->links[i].id))
      return FALSE;
  for (guint i = 0; i < frame->n_instances && at < self->rows->len; i++)
    if (!frame->instances[i].gone
        && !g_str_has_suffix (((Row *) self->rows->pdata[at++])->key, frame->instances[i].id))
      return FALSE;
  return TRUE;
}

static void
choose_row (TbMetricsPage *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    if (g_str_equal (((Row *) self->rows->pdata[i])->key, self->chosen))
      {
        gtk_list_box_select_row (GTK_LIST_BOX (self->list),
                                 gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), (int) i));
        return;
      }
}

static void
clear_rows (TbMetricsPage *self)
{
  GtkWidget *child;
  while ((child = gtk_widget_get_first_child (self->list)) != NULL)
    gtk_list_box_remove (GTK_LIST_BOX (self->list), child);
  g_ptr_array_set_size (self->rows, 0);
}

static void
fill (TbMetricsPage *self, const TbLiveFrame *frame)
{
  clear_rows (self);
  add_row (self, g_strdup (""), g_strdup ("All links"));
  for (guint i = 0; i < frame->n_links && self->rows->len < ROWS_MAX; i++)
    add_row (self, g_strdup_printf ("link:%s", frame->links[i].id), g_strdup (frame->links[i].id));
  for (guint i = 0; i < frame->n_instances && self->rows->len < ROWS_MAX; i++)
    if (!frame->instances[i].gone)
      add_row (self, g_strdup_printf ("instance:%s", frame->instances[i].id),
               tb_format_instance (frame->instances[i].id));
  choose_row (self);
}

static void
set_row (Row *row, char *figures, char *more, gboolean bad)
{
  tb_ui_set_text (row->figures, figures);
  tb_ui_set_tooltip (row->figures, more);
  if (bad)
    gtk_widget_add_css_class (row->figures, "bad");
  else
    gtk_widget_remove_css_class (row->figures, "bad");
  g_free (figures);
  g_free (more);
}

static void
show_link (Row *row, const TbLiveLink *link)
{
  g_autofree char *rate = tb_format_rate (link->request_rate);
  g_autofree char *bytes = tb_format_bytes (link->byte_rate_up + link->byte_rate_down);
  g_autofree char *p99 = tb_format_ns (link->recent_p99_ns);
  g_autofree char *requests = tb_format_count (link->requests),
                  *replies = tb_format_count (link->replies);
  g_autofree char *errors = tb_format_count (link->errors + link->refused + link->timed_out);
  g_autofree char *all = tb_format_bytes ((double) (link->bytes_up + link->bytes_down));
  char *figures = link->framed ? g_strdup_printf ("%s · %s", rate, p99) : g_strdup_printf ("%s/s", bytes);
  char *more
      = g_strdup_printf ("%s requests, %s replies, %s errors, %s", requests, replies, errors, all);
  set_row (row, figures, more, link->error_rate > 0);
}

static void
show_instance (Row *row, const TbLiveInstance *instance)
{
  g_autofree char *memory = tb_format_bytes ((double) instance->rss_bytes);
  char *figures = g_strdup_printf ("%.0f\u202f%% · %s", instance->cpu * 100, memory);
  char *more = g_strdup_printf ("%s, %u threads, %u processes, %u open files",
                                tb_instance_state_name (instance->state), instance->threads,
                                instance->processes, instance->files);
  set_row (row, figures, more, instance->state == TB_INSTANCE_FAILED);
}

static void
show_all_links (Row *row, const TbLiveFrame *frame)
{
  double requests = 0, errors = 0;
  for (guint i = 0; i < frame->n_links; i++)
    {
      requests += frame->links[i].request_rate;
      errors += frame->links[i].error_rate;
    }
  g_autofree char *rate = tb_format_rate (errors);
  set_row (row, tb_format_rate (requests), g_strdup_printf ("%s errors", rate), errors > 0);
}

static void
show_figures (TbMetricsPage *self, const TbLiveFrame *frame)
{
  guint at = 1;
  if (!fits (self, frame))
    fill (self, frame);
  show_all_links (self->rows->pdata[0], frame);
  for (guint i = 0; i < frame->n_links && at < self->rows->len; i++)
    show_link (self->rows->pdata[at++], &frame->links[i]);
  for (guint i = 0; i < frame->n_instances && at < self->rows->len; i++)
    if (!frame->instances[i].gone)
      show_instance (self->rows->pdata[at++], &frame->instances[i]);
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), "figures");
}

void
tb_metrics_page_refresh (TbMetricsPage *page, const TbLiveFrame *frame)
{
  if (frame != NULL && frame->n_links + frame->n_instances > 0
      && (past_of (page) == NULL || tb_moment_is_live (page->moment)))
    show_figures (page, frame);
  load_if_due (page);
}

void
tb_metrics_page_clear (TbMetricsPage *page)
{
  clear_rows (page);
  gtk_stack_set_visible_child_name (GTK_STACK (page->stack), "empty");
}

void
tb_metrics_page_choose (TbMetricsPage *page, const char *link)
{
  if (g_strcmp0 (link, page->offered) == 0)
    return;
  g_free (page->offered);
  page->offered = g_strdup (link);
  if (link == NULL)
    return;
  g_autofree char *key = g_strdup_printf ("link:%s", link);
  if (g_str_equal (key, page->chosen))
    return;
  g_free (page->chosen);
  page->chosen = g_steal_pointer (&key);
  choose_row (page);
  if (gtk_widget_get_mapped (GTK_WIDGET (page)))
    load (page);
}

static void
row_selected (GtkListBox *list, GtkListBoxRow *row, TbMetricsPage *self)
{
  guint i = row != NULL ? (guint) gtk_list_box_row_get_index (row) : G_MAXUINT;
  if (i >= self->rows->len || g_str_equal (((Row *) self->rows->pdata[i])->key, self->chosen))
    return;
  g_free (self->chosen);
  self->chosen = g_strdup (((Row *) self->rows->pdata[i])->key);
  load (self);
}

/* ---- The moment ------------------------------------------------------------------------------ */

static gboolean
show_moment (gpointer data)
{
  TbMetricsPage *self = data;
  TbPast *past = past_of (self);
  self->moved_id = 0;
  if (past == NULL || !gtk_widget_get_mapped (GTK_WIDGET (self))
      || tb_moment_is_live (self->moment))
    return G_SOURCE_REMOVE;
  gint64 now = tb_moment_time_ns (self->moment);
  g_autoptr (TbLiveFrame) frame = tb_past_frame (past, NULL, now, now);
  if (frame != NULL && frame->n_links + frame->n_instances > 0)
    show_figures (self, frame);
  return G_SOURCE_REMOVE;
}

/* Not for each step of a drag. */
static void
moved (TbMetricsPage *self)
{
  if (self->moved_id == 0)
    self->moved_id = g_timeout_add (60, show_moment, self);
}

static void
past_changed (TbMetricsPage *self)
{
  self->next_load_ns = 0;
  if (past_of (self) != NULL)
    gtk_stack_set_visible_child_name (GTK_STACK (self->stack), "figures");
  load_if_due (self);
  moved (self);
}

static void
mapped (TbMetricsPage *self)
{
  load (self);
  moved (self);
}

void
tb_metrics_page_set_moment (GtkWidget *page, TbMoment *moment)
{
  static const char *const names[] = { "past-changed", "grown", "moved" };
  static void (*const calls[]) (TbMetricsPage *) = { past_changed, load_if_due, moved };
  TbMetricsPage *self = TB_METRICS_PAGE (page);
  for (guint i = 0; self->moment != NULL && i < G_N_ELEMENTS (names); i++)
    g_clear_signal_handler (&self->ids[i], self->moment);
  g_set_object (&self->moment, moment);
  tb_chart_view_set_moment (TB_CHART_VIEW (self->charts), moment);
  for (guint i = 0; moment != NULL && i < G_N_ELEMENTS (names); i++)
    self->ids[i] = g_signal_connect_swapped (moment, names[i], G_CALLBACK (calls[i]), self);
  if (moment != NULL)
    past_changed (self);
}

/* ---- Building -------------------------------------------------------------------------------- */

static GtkWidget *
new_figures (TbMetricsPage *self)
{
  GtkWidget *paned = gtk_paned_new (GTK_ORIENTATION_HORIZONTAL);
  self->list = gtk_list_box_new ();
  gtk_widget_add_css_class (self->list, "metrics");
  tb_ui_name (self->list, "What charts are shown of");
  g_signal_connect (self->list, "row-selected", G_CALLBACK (row_selected), self);
  GtkWidget *left = tb_ui_scrolled (self->list);
  gtk_widget_set_size_request (left, 120, -1);
  self->charts = tb_chart_view_new ();
  self->title = tb_ui_label (NULL, "chart-title");
  GtkWidget *column = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_append (GTK_BOX (column), self->title);
  gtk_box_append (GTK_BOX (column), tb_ui_scrolled (self->charts));
  self->right = gtk_stack_new ();
  gtk_widget_set_hexpand (self->right, TRUE);
  gtk_stack_add_named (GTK_STACK (self->right),
                       tb_page_empty ("Nothing recorded", "Figures over time are drawn from the run's "
                                                          "recording."),
                       "none");
  gtk_stack_add_named (GTK_STACK (self->right), column, "charts");
  gtk_paned_set_start_child (GTK_PANED (paned), left);
  gtk_paned_set_end_child (GTK_PANED (paned), self->right);
  gtk_paned_set_resize_start_child (GTK_PANED (paned), FALSE);
  gtk_paned_set_shrink_start_child (GTK_PANED (paned), FALSE);
  gtk_paned_set_shrink_end_child (GTK_PANED (paned), TRUE);
  gtk_paned_set_position (GTK_PANED (paned), 230);
  return paned;
}

static void
tb_metrics_page_dispose (GObject *object)
{
  TbMetricsPage *self = TB_METRICS_PAGE (object);
  g_clear_handle_id (&self->moved_id, g_source_remove);
  if (self->moment != NULL)
    tb_metrics_page_set_moment (GTK_WIDGET (self), NULL);
  g_clear_pointer (&self->stack, gtk_widget_unparent);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_clear_pointer (&self->chosen, g_free);
  g_clear_pointer (&self->offered, g_free);
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
  self->rows = g_ptr_array_new_with_free_func (free_row);
  self->chosen = g_strdup ("");
  self->stack = gtk_stack_new ();
  gtk_stack_add_named (GTK_STACK (self->stack),
                       tb_page_empty ("No figures yet", "Press Run: rates and latencies of every "
                                                        "link stand here."),
                       "empty");
  gtk_stack_add_named (GTK_STACK (self->stack), new_figures (self), "figures");
  gtk_widget_set_parent (self->stack, GTK_WIDGET (self));
  g_signal_connect (self, "map", G_CALLBACK (mapped), NULL);
}

GtkWidget *
tb_metrics_page_new (void)
{
  return g_object_new (TB_TYPE_METRICS_PAGE, NULL);
}
