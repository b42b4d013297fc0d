/* Trace: at the left the requests that came from where nobody calls, about the moment that is shown; at the
 * right all that was done because of the chosen one. A message chosen anywhere else shows its tree too. */
#include "pages.h"

#include <string.h>

#include "format.h"
#include "tb-base.h"
#include "trace-view.h"
#include "util.h"

/* Events before the moment among which roots are looked for, and after it. */
#define BEFORE 20000
#define AFTER 2000
#define LISTED_MAX 200
#define LIST_MS 800
#define LIST_SHARE 20 /* of the time, at most one part in so many goes to listing */
#define SLICE_NS (5 * TB_NS_PER_MS) /* what is looked for takes the window's time in slices */

/* ---- One of the list ------------------------------------------------------------------------- */

#define TB_TYPE_TRACE_ITEM (tb_trace_item_get_type ())
G_DECLARE_FINAL_TYPE (TbTraceItem, tb_trace_item, TB, TRACE_ITEM, GObject)

struct _TbTraceItem
{
  GObject parent;
  guint64 request;
  char *label, *figures;
  gboolean bad, open;
};

G_DEFINE_FINAL_TYPE (TbTraceItem, tb_trace_item, G_TYPE_OBJECT)

static guint item_changed;

static void
tb_trace_item_finalize (GObject *object)
{
  g_free (TB_TRACE_ITEM (object)->label);
  g_free (TB_TRACE_ITEM (object)->figures);
  G_OBJECT_CLASS (tb_trace_item_parent_class)->finalize (object);
}

static void
tb_trace_item_class_init (TbTraceItemClass *class)
{
  G_OBJECT_CLASS (class)->finalize = tb_trace_item_finalize;
  item_changed = g_signal_new ("changed", TB_TYPE_TRACE_ITEM, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 0);
}

static void
tb_trace_item_init (TbTraceItem *self)
{
}

/* "≈ 12 ms · 5", "under way 1.2 s · 5". */
static char *
figures_of (const TbTraceRoot *root, gboolean running)
{
  g_autofree char *took = tb_format_ns (root->to_ns - root->from_ns);
  return g_strdup_printf ("%s%s%s · %u", root->inferred ? "≈ " : "",
                          !root->open ? "" : running ? "under way " : "no answer in ", took, root->spans);
}

/* What it has become; FALSE: the same. */
static gboolean
take_root (TbTraceItem *item, const TbTraceRoot *root, gboolean running)
{
  g_autofree char *figures = figures_of (root, running);
  gboolean same = g_strcmp0 (figures, item->figures) == 0 && item->bad == root->error;
  item->open = root->open;
  item->bad = root->error;
  if (same)
    return FALSE;
  g_free (item->figures);
  item->figures = g_steal_pointer (&figures);
  g_signal_emit (item, item_changed, 0);
  return TRUE;
}

static TbTraceItem *
new_item (TbPast *past, const TbTraceRoot *root, gboolean running)
{
  TbTraceItem *item = g_object_new (TB_TYPE_TRACE_ITEM, NULL);
  TbEvent event;
  gboolean some = tb_past_event (past, root->request, &event);
  g_autofree char *label
      = some ? tb_plot_clean (event.label, strnlen (event.label, sizeof event.label))
             : g_strdup ("");
  char at[32];
  tb_axis_format_time (root->from_ns - tb_past_start_ns (past), 1e6, at, sizeof at);
  item->request = root->request;
  item->label = g_strdup_printf ("%s  %s", at, *label ? label : "request");
  take_root (item, root, running);
  return item;
}

/* ---- The page -------------------------------------------------------------------------------- */

struct _TbTracePage
{
  GtkWidget parent;
  GtkWidget *stack, *right, *view, *summary, *order, *list;
  GListStore *items;
  GtkSingleSelection *selection;
  TbMoment *moment;
  gulong ids[4];
  TbDocument *document; /* the architecture inside the past, as it was when the tree began that is shown */
  const char *xml;      /* of that; it is the past's */
  TbPast *past;         /* that it is of */
  guint64 shown;        /* a message of the tree that is shown; TB_MOMENT_NONE */
  TbTraceSearch *search; /* of the tree of that message; NULL: none goes on */
  guint64 searched;
  guint search_id, n_found; /* n_found: spans of it so far */
  TbTraceListing *listing; /* that goes on; NULL: none */
  guint listing_id;
  gboolean renews;         /* it says anew what stands there, and nothing else */
  gint64 next_list_ns, listed_ns, busy_ns; /* listed_ns: when the listing began, busy_ns: what it has taken */
  gboolean filling;
};

G_DEFINE_FINAL_TYPE (TbTracePage, tb_trace_page, GTK_TYPE_WIDGET)

static TbPast *
past_of (TbTracePage *self)
{
  return self->moment != NULL ? tb_moment_past (self->moment) : NULL;
}

/* ---- The tree -------------------------------------------------------------------------------- */

static void
take_drawing (TbTracePage *self, TbPast *past, guint64 position)
{
  TbEvent event;
  gboolean known = tb_past_event (past, position, &event);
  const char *xml = tb_past_architecture (past, known ? event.time_ns : tb_past_end_ns (past));
  if (xml == self->xml)
    return;
  g_clear_object (&self->document);
  self->xml = xml;
  if (xml != NULL)
    self->document = tb_document_load_bytes ("recording", xml, strlen (xml), NULL, NULL);
}

static void
show_spans (TbTracePage *self, TbPast *past, const GArray *spans, gboolean done)
{
  guint64 position = self->searched;
  if (spans->len == 0 && self->shown != TB_MOMENT_NONE)
    return; /* a message without a tree leaves the last one be */
  TbSpacetimeSource source = tb_spacetime_source (past);
  take_drawing (self, past, position);
  GArray *rows = tb_trace_rows_new (
      &source, self->document ? tb_document_model (self->document) : NULL, spans);
  g_autofree char *summary = tb_trace_summary (rows);
  g_autofree char *words = g_strconcat (summary, done ? "" : " · looking for more of it…", NULL);
  self->shown = spans->len > 0 ? position : TB_MOMENT_NONE;
  tb_ui_set_text (self->summary, words);
  gtk_stack_set_visible_child_name (GTK_STACK (self->right), rows->len > 0 ? "tree" : "none");
  tb_trace_view_set_rows (TB_TRACE_VIEW (self->view), rows);
}

static void
drop_search (TbTracePage *self)
{
  g_clear_handle_id (&self->search_id, g_source_remove);
  g_clear_pointer (&self->search, tb_trace_search_free);
}

/* What is found close by is shown at once; the rest is looked for in slices. */
static gboolean
search_on (gpointer data)
{
  TbTracePage *self = data;
  gboolean done = tb_trace_search_go_on (self->search, SLICE_NS);
  g_autoptr (GArray) spans = tb_trace_search_spans (self->search);
  if (done || spans->len > self->n_found)
    show_spans (self, past_of (self), spans, done);
  self->n_found = spans->len;
  if (!done)
    return G_SOURCE_CONTINUE;
  self->search_id = 0;
  drop_search (self);
  return G_SOURCE_REMOVE;
}

/* One that is being looked for already goes on. */
static void
show_tree (TbTracePage *self, guint64 position)
{
  TbPast *past = past_of (self);
  if (past == NULL || position == TB_MOMENT_NONE || (self->search != NULL && self->searched == position))
    return;
  drop_search (self);
  self->search = tb_trace_search_new (past, position);
  self->searched = position;
  self->n_found = position == self->shown ? G_MAXUINT : 0; /* what is shown does not become less meanwhile */
  if (search_on (self))
    self->search_id = g_idle_add (search_on, self);
}

static void
selected (TbTracePage *self)
{
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    show_tree (self, tb_moment_selected (self->moment));
}

/* ---- The list -------------------------------------------------------------------------------- */

static int
compare_roots (gconstpointer a, gconstpointer b)
{
  const TbTraceRoot *p = a, *q = b;
  gint64 p_ns = p->to_ns - p->from_ns, q_ns = q->to_ns - q->from_ns;
  return p_ns > q_ns ? -1 : p_ns < q_ns;
}

static void
drop_listing (TbTracePage *self)
{
  g_clear_handle_id (&self->listing_id, g_source_remove);
  g_clear_pointer (&self->listing, tb_trace_listing_free);
}

/* Newest first, or those that took longest. */
static void
order_roots (TbTracePage *self, GArray *roots)
{
  for (guint i = 0; i < roots->len / 2; i++)
    {
      TbTraceRoot *a = &g_array_index (roots, TbTraceRoot, i);
      TbTraceRoot *b = &g_array_index (roots, TbTraceRoot, roots->len - 1 - i), kept = *a;
      *a = *b;
      *b = kept;
    }
  if (gtk_drop_down_get_selected (GTK_DROP_DOWN (self->order)) == 1)
    g_array_sort (roots, compare_roots);
  if (roots->len > LISTED_MAX)
    g_array_set_size (roots, LISTED_MAX);
}

static gboolean
is_listed (TbTracePage *self, const GArray *roots)
{
  if (g_list_model_get_n_items (G_LIST_MODEL (self->items)) != roots->len)
    return FALSE;
  for (guint i = 0; i < roots->len; i++)
    {
      g_autoptr (TbTraceItem) item = g_list_model_get_item (G_LIST_MODEL (self->items), i);
      if (item->request != g_array_index (roots, TbTraceRoot, i).request)
        return FALSE;
    }
  return TRUE;
}

/* What the rows say, each in its place; the tree of the one that is shown grows with it. */
static void
refresh_rows (TbTracePage *self, const GArray *roots)
{
  g_autoptr (GHashTable) known = g_hash_table_new (g_int64_hash, g_int64_equal);
  for (guint i = 0; i < roots->len; i++)
    {
      TbTraceRoot *root = &g_array_index (roots, TbTraceRoot, i);
      g_hash_table_insert (known, &root->request, root);
    }
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->items)); i++)
    {
      g_autoptr (TbTraceItem) item = g_list_model_get_item (G_LIST_MODEL (self->items), i);
      const TbTraceRoot *root = g_hash_table_lookup (known, &item->request);
      if (root && take_root (item, root, tb_moment_is_running (self->moment)) && item->request == self->shown)
        show_tree (self, self->shown);
    }
}

static void
fill (TbTracePage *self, TbPast *past, const GArray *roots)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  guint at = GTK_INVALID_LIST_POSITION;
  for (guint i = 0; i < roots->len; i++)
    {
      const TbTraceRoot *root = &g_array_index (roots, TbTraceRoot, i);
      g_ptr_array_add (items, new_item (past, root, tb_moment_is_running (self->moment)));
      if (root->request == self->shown)
        at = i;
    }
  self->filling = TRUE;
  g_list_store_splice (self->items, 0, g_list_model_get_n_items (G_LIST_MODEL (self->items)),
                       items->pdata, items->len);
  gtk_single_selection_set_selected (self->selection, at);
  self->filling = FALSE;
}

/* Each time it costs as much: the more, the more seldom. */
static void
take_listing (TbTracePage *self)
{
  g_autoptr (GArray) roots = tb_trace_listing_roots (self->listing);
  if (!self->renews)
    order_roots (self, roots);
  if (self->renews || is_listed (self, roots))
    refresh_rows (self, roots);
  else
    fill (self, past_of (self), roots);
  self->next_list_ns = self->listed_ns + MAX (LIST_MS * TB_NS_PER_MS, self->busy_ns * LIST_SHARE);
}

static gboolean
list_on (gpointer data)
{
  TbTracePage *self = data;
  gint64 began_ns = tb_now_ns ();
  gboolean done = tb_trace_listing_go_on (self->listing, SLICE_NS);
  self->busy_ns += tb_now_ns () - began_ns;
  if (!done)
    return G_SOURCE_CONTINUE;
  take_listing (self);
  self->listing_id = 0;
  drop_listing (self);
  return G_SOURCE_REMOVE;
}

static void
begin_listing (TbTracePage *self, gboolean renews)
{
  TbPast *past = past_of (self);
  guint64 at = tb_past_find (past, tb_moment_time_ns (self->moment));
  guint64 first = tb_past_first_event (past), n = tb_past_n_events (past);
  drop_listing (self);
  self->listing = tb_trace_listing_new (past, MAX (first, at > BEFORE ? at - BEFORE : 0), MIN (n, at + AFTER));
  self->renews = renews;
  self->listed_ns = tb_now_ns ();
  self->busy_ns = 0;
  self->next_list_ns = self->listed_ns + LIST_MS * TB_NS_PER_MS;
  self->listing_id = g_idle_add (list_on, self);
}

static void
list (TbTracePage *self)
{
  if (past_of (self) != NULL)
    begin_listing (self, FALSE);
}

static gboolean
is_any_open (TbTracePage *self)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->items)); i++)
    {
      g_autoptr (TbTraceItem) item = g_list_model_get_item (G_LIST_MODEL (self->items), i);
      if (item->open)
        return TRUE;
    }
  return FALSE;
}

/* What was under way when it was listed goes on, though the list stands still. */
static void
refresh_if_due (TbTracePage *self)
{
  if (past_of (self) != NULL && tb_now_ns () >= self->next_list_ns && self->listing == NULL
      && gtk_widget_get_mapped (GTK_WIDGET (self)) && is_any_open (self))
    begin_listing (self, TRUE);
}

static void
list_if_due (TbTracePage *self)
{
  if (gtk_widget_get_mapped (GTK_WIDGET (self)) && tb_now_ns () >= self->next_list_ns)
    list (self);
}

/* A list that jumps while one goes through it cannot be read: what is chosen stands still. */
static void
grown (TbTracePage *self)
{
  if (tb_moment_is_live (self->moment))
    list_if_due (self);
  else
    refresh_if_due (self);
}

static void
item_selected (TbTracePage *self)
{
  TbTraceItem *item = gtk_single_selection_get_selected_item (self->selection);
  if (self->filling || item == NULL || self->moment == NULL)
    return;
  self->next_list_ns = tb_now_ns () + LIST_MS * TB_NS_PER_MS;
  tb_moment_select (self->moment, item->request);
  show_tree (self, item->request);
}

static void
order_changed (TbTracePage *self)
{
  list (self);
}

/* ---- The moment ------------------------------------------------------------------------------ */

static void
take_past (TbTracePage *self)
{
  TbPast *past = past_of (self);
  if (past == self->past)
    return;
  drop_search (self);
  drop_listing (self);
  g_set_object (&self->past, past);
  g_clear_object (&self->document);
  self->shown = TB_MOMENT_NONE;
  tb_trace_view_set_rows (TB_TRACE_VIEW (self->view), NULL);
  gtk_stack_set_visible_child_name (GTK_STACK (self->right), "none");
  tb_ui_set_text (self->summary, "");
  g_list_store_remove_all (self->items);
  self->xml = NULL;
}

static void
past_changed (TbTracePage *self)
{
  take_past (self);
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), past_of (self) != NULL ? "traces" : "empty");
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    list (self);
}

static void
mapped (TbTracePage *self)
{
  if (self->moment == NULL)
    return;
  list (self);
  show_tree (self, tb_moment_selected (self->moment));
}

void
tb_trace_page_set_moment (GtkWidget *page, TbMoment *moment)
{
  static const char *const names[] = { "past-changed", "grown", "moved", "selected" };
  static void (*const calls[]) (TbTracePage *) = { past_changed, grown, list_if_due, selected };
  TbTracePage *self = TB_TRACE_PAGE (page);
  for (guint i = 0; self->moment != NULL && i < G_N_ELEMENTS (names); i++)
    g_clear_signal_handler (&self->ids[i], self->moment);
  drop_search (self);
  drop_listing (self);
  g_set_object (&self->moment, moment);
  tb_trace_view_set_moment (TB_TRACE_VIEW (self->view), moment);
  for (guint i = 0; moment != NULL && i < G_N_ELEMENTS (names); i++)
    self->ids[i] = g_signal_connect_swapped (moment, names[i], G_CALLBACK (calls[i]), self);
  if (moment != NULL)
    past_changed (self);
}

/* ---- Building -------------------------------------------------------------------------------- */

static void
setup_row (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *label = tb_ui_label (NULL, "numeric"), *figures = tb_ui_label (NULL, "numeric");
  gtk_widget_set_hexpand (label, TRUE);
  gtk_label_set_ellipsize (GTK_LABEL (figures), PANGO_ELLIPSIZE_NONE);
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), figures);
  gtk_list_item_set_child (item, box);
}

static void
show_row (TbTraceItem *item, GtkWidget *box)
{
  GtkWidget *label = gtk_widget_get_first_child (box), *figures = gtk_widget_get_last_child (box);
  gtk_label_set_text (GTK_LABEL (label), item->label);
  gtk_label_set_text (GTK_LABEL (figures), item->figures);
  if (item->bad)
    gtk_widget_add_css_class (figures, "bad");
  else
    gtk_widget_remove_css_class (figures, "bad");
}

static void
bind_row (GtkSignalListItemFactory *factory, GtkListItem *list_item)
{
  TbTraceItem *item = gtk_list_item_get_item (list_item);
  GtkWidget *box = gtk_list_item_get_child (list_item);
  show_row (item, box);
  g_signal_connect_object (item, "changed", G_CALLBACK (show_row), box, 0);
}

static void
unbind_row (GtkSignalListItemFactory *factory, GtkListItem *list_item)
{
  g_signal_handlers_disconnect_by_data (gtk_list_item_get_item (list_item),
                                        gtk_list_item_get_child (list_item));
}

static GtkWidget *
new_list (TbTracePage *self)
{
  static const char *const orders[] = { "Newest first", "Slowest first", NULL };
  GtkWidget *column = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  g_signal_connect (factory, "setup", G_CALLBACK (setup_row), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_row), NULL);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_row), NULL);
  self->items = g_list_store_new (TB_TYPE_TRACE_ITEM);
  self->selection = gtk_single_selection_new (G_LIST_MODEL (g_object_ref (self->items)));
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  g_signal_connect_swapped (self->selection, "notify::selected", G_CALLBACK (item_selected), self);
  self->list = gtk_list_view_new (GTK_SELECTION_MODEL (g_object_ref (self->selection)), factory);
  gtk_widget_add_css_class (self->list, "traces");
  tb_ui_name (self->list, "Traces");
  self->order = gtk_drop_down_new_from_strings (orders);
  gtk_widget_add_css_class (self->order, "log-chooser");
  tb_ui_name (self->order, "Order of the traces");
  g_signal_connect_swapped (self->order, "notify::selected", G_CALLBACK (order_changed), self);
  gtk_box_append (GTK_BOX (column), self->order);
  gtk_box_append (GTK_BOX (column), tb_ui_scrolled (self->list));
  gtk_widget_set_size_request (column, 140, -1);
  return column;
}

static GtkWidget *
new_traces (TbTracePage *self)
{
  GtkWidget *paned = gtk_paned_new (GTK_ORIENTATION_HORIZONTAL);
  GtkWidget *tree = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  self->summary = tb_ui_label (NULL, "chart-title");
  self->view = tb_trace_view_new ();
  gtk_box_append (GTK_BOX (tree), self->summary);
  gtk_box_append (GTK_BOX (tree), tb_ui_scrolled (self->view));
  self->right = gtk_stack_new ();
  gtk_widget_set_hexpand (self->right, TRUE);
  gtk_stack_add_named (GTK_STACK (self->right),
                       tb_page_empty ("No request chosen", "Choose one at the left, or any message in "
                                                           "another panel."),
                       "none");
  gtk_stack_add_named (GTK_STACK (self->right), tree, "tree");
  gtk_paned_set_start_child (GTK_PANED (paned), new_list (self));
  gtk_paned_set_end_child (GTK_PANED (paned), self->right);
  gtk_paned_set_resize_start_child (GTK_PANED (paned), FALSE);
  gtk_paned_set_shrink_start_child (GTK_PANED (paned), FALSE);
  gtk_paned_set_position (GTK_PANED (paned), 270);
  return paned;
}

static void
tb_trace_page_dispose (GObject *object)
{
  TbTracePage *self = TB_TRACE_PAGE (object);
  if (self->moment != NULL)
    tb_trace_page_set_moment (GTK_WIDGET (self), NULL);
  g_clear_pointer (&self->stack, gtk_widget_unparent);
  g_clear_object (&self->items);
  g_clear_object (&self->selection);
  g_clear_object (&self->document);
  g_clear_object (&self->past);
  G_OBJECT_CLASS (tb_trace_page_parent_class)->dispose (object);
}

static void
tb_trace_page_class_init (TbTracePageClass *class)
{
  G_OBJECT_CLASS (class)->dispose = tb_trace_page_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
}

static void
tb_trace_page_init (TbTracePage *self)
{
  self->shown = TB_MOMENT_NONE;
  self->stack = gtk_stack_new ();
  gtk_stack_add_named (GTK_STACK (self->stack),
                       tb_page_empty ("No traces yet", "Press Run: what a request causes on its way is "
                                                       "shown here as a tree."),
                       "empty");
  gtk_stack_add_named (GTK_STACK (self->stack), new_traces (self), "traces");
  gtk_widget_set_parent (self->stack, GTK_WIDGET (self));
  g_signal_connect (self, "map", G_CALLBACK (mapped), NULL);
}

GtkWidget *
tb_trace_page_new (void)
{
  return g_object_new (TB_TYPE_TRACE_PAGE, NULL);
}
