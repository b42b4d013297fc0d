/* Space-time: the diagram, and over it what searches and moves it. */
#include "pages.h"

#include "format.h"
#include "proof-view.h"
#include "spacetime-view.h"
#include "util.h"

#define SEARCH_MS 200

struct _TbSpacetimePage
{
  GtkWidget parent;
  GtkWidget *stack, *proof, *view, *search, *summary, *chosen, *follow, *hidden, *collapse, *scrollbar;
  TbMoment *moment;
  gulong moment_id;
  guint search_id;
  gboolean showing;
};

G_DEFINE_FINAL_TYPE (TbSpacetimePage, tb_spacetime_page, GTK_TYPE_WIDGET)

static TbSpacetimeView *
view_of (TbSpacetimePage *self)
{
  return TB_SPACETIME_VIEW (self->view);
}

/* ---- What it says ---------------------------------------------------------------------------- */

static void
show (TbSpacetimePage *self)
{
  if (self->showing || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  self->showing = TRUE;
  g_autofree char *summary = tb_spacetime_view_summary (view_of (self));
  g_autofree char *chosen = tb_spacetime_view_chosen (view_of (self));
  guint hidden = tb_spacetime_view_n_hidden (view_of (self));
  g_autofree char *more = g_strdup_printf ("%u hidden", hidden);
  tb_ui_set_text (self->summary, summary);
  tb_ui_set_text (self->chosen, chosen != NULL ? chosen : "");
  gtk_widget_set_visible (self->chosen, chosen != NULL);
  gtk_button_set_label (GTK_BUTTON (self->hidden), more);
  gtk_widget_set_visible (self->hidden, hidden > 0);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->follow),
                                tb_spacetime_view_follows (view_of (self)));
  GtkAdjustment *adjustment = tb_spacetime_view_adjustment (view_of (self));
  gtk_widget_set_visible (self->scrollbar, gtk_adjustment_get_upper (adjustment)
                                               > gtk_adjustment_get_page_size (adjustment) + 1);
  self->showing = FALSE;
}

static void
past_changed (TbSpacetimePage *self)
{
  gboolean some = self->moment != NULL && tb_moment_past (self->moment) != NULL;
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), some ? "diagram" : "empty");
  show (self);
}

void
tb_spacetime_page_show_proof (TbSpacetimePage *page, const TbHistory *history, const TbVerdict *verdict)
{
  tb_proof_view_show (TB_PROOF_VIEW (page->proof), history, verdict);
  gtk_stack_set_visible_child_name (GTK_STACK (page->stack), "proof");
}

void
tb_spacetime_page_set_moment (GtkWidget *page, TbMoment *moment)
{
  TbSpacetimePage *self = TB_SPACETIME_PAGE (page);
  if (self->moment != NULL)
    g_clear_signal_handler (&self->moment_id, self->moment);
  g_set_object (&self->moment, moment);
  tb_spacetime_view_set_moment (view_of (self), moment);
  if (moment != NULL)
    self->moment_id
        = g_signal_connect_swapped (moment, "past-changed", G_CALLBACK (past_changed), self);
  past_changed (self);
}

/* ---- What a person asks ---------------------------------------------------------------------- */

static gboolean
search_now (gpointer data)
{
  TbSpacetimePage *self = data;
  g_autoptr (GError) error = NULL;
  const char *words = gtk_editable_get_text (GTK_EDITABLE (self->search));
  self->search_id = 0;
  gboolean good = tb_spacetime_view_search (view_of (self), words, &error);
  gtk_widget_set_tooltip_text (self->search, good ? NULL : error->message);
  if (good)
    gtk_widget_remove_css_class (self->search, "error");
  else
    gtk_widget_add_css_class (self->search, "error");
  show (self);
  if (!good)
    tb_ui_set_text (self->summary, error->message);
  return G_SOURCE_REMOVE;
}

/* A little after the last letter: each search looks at much. */
static void
search_changed (TbSpacetimePage *self)
{
  g_clear_handle_id (&self->search_id, g_source_remove);
  self->search_id = g_timeout_add (SEARCH_MS, search_now, self);
}

static void
find_next (TbSpacetimePage *self)
{
  if (self->search_id != 0)
    {
      g_clear_handle_id (&self->search_id, g_source_remove);
      search_now (self);
    }
  tb_spacetime_view_find (view_of (self), 1);
}

static void
find_before (TbSpacetimePage *self)
{
  tb_spacetime_view_find (view_of (self), -1);
}

static void
zoom_in (TbSpacetimePage *self)
{
  tb_spacetime_view_zoom (view_of (self), 1.6);
}

static void
zoom_out (TbSpacetimePage *self)
{
  tb_spacetime_view_zoom (view_of (self), 1 / 1.6);
}

static void
fit (TbSpacetimePage *self)
{
  tb_spacetime_view_fit (view_of (self));
}

static void
follow (TbSpacetimePage *self)
{
  if (!self->showing)
    tb_spacetime_view_follow (view_of (self));
  show (self);
}

static void
show_all (TbSpacetimePage *self)
{
  tb_spacetime_view_show_all (view_of (self));
}

static void
collapse (TbSpacetimePage *self)
{
  tb_spacetime_view_collapse_all (
      view_of (self), gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->collapse)));
}

/* ---- Building -------------------------------------------------------------------------------- */

static GtkWidget *
add_button (TbSpacetimePage *self, GtkWidget *bar, const char *icon, const char *name,
            void (*act) (TbSpacetimePage *))
{
  GtkWidget *button = tb_ui_icon_button (icon, name, NULL);
  gtk_widget_add_css_class (button, "flat");
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (act), self);
  gtk_box_append (GTK_BOX (bar), button);
  return button;
}

static GtkWidget *
add_toggle (TbSpacetimePage *self, GtkWidget *bar, const char *label, const char *what,
            void (*act) (TbSpacetimePage *))
{
  GtkWidget *button = gtk_toggle_button_new_with_label (label);
  gtk_widget_set_tooltip_text (button, what);
  gtk_widget_add_css_class (button, "flat");
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (act), self);
  gtk_box_append (GTK_BOX (bar), button);
  return button;
}

static GtkWidget *
new_bar (TbSpacetimePage *self)
{
  GtkWidget *bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 2);
  gtk_widget_add_css_class (bar, "chart-bar");
  self->search = gtk_search_entry_new ();
  gtk_editable_set_width_chars (GTK_EDITABLE (self->search), 6);
  gtk_editable_set_max_width_chars (GTK_EDITABLE (self->search), 28);
  g_object_set (self->search, "placeholder-text", "Search: link:save is:error …", NULL);
  tb_ui_name (self->search, "Search the diagram");
  g_signal_connect_swapped (self->search, "changed", G_CALLBACK (search_changed), self);
  g_signal_connect_swapped (self->search, "activate", G_CALLBACK (find_next), self);
  gtk_box_append (GTK_BOX (bar), self->search);
  add_button (self, bar, "go-previous-symbolic", "Message before", find_before);
  add_button (self, bar, "go-next-symbolic", "Next message", find_next);
  add_button (self, bar, "list-remove-symbolic", "More time", zoom_out);
  add_button (self, bar, "list-add-symbolic", "Less time", zoom_in);
  add_button (self, bar, "zoom-fit-best-symbolic", "The whole run", fit);
  self->follow = add_toggle (self, bar, "Newest", "Keeps the newest messages in sight", follow);
  self->collapse = add_toggle (self, bar, "Collapse", "One line for all replicas of a component", collapse);
  self->hidden = gtk_button_new ();
  gtk_widget_set_tooltip_text (self->hidden, "Shows all lines again");
  gtk_widget_add_css_class (self->hidden, "flat");
  g_signal_connect_swapped (self->hidden, "clicked", G_CALLBACK (show_all), self);
  gtk_box_append (GTK_BOX (bar), self->hidden);
  self->summary = tb_ui_label (NULL, "panel-status");
  gtk_label_set_xalign (GTK_LABEL (self->summary), 1);
  gtk_widget_set_hexpand (self->summary, TRUE);
  gtk_box_append (GTK_BOX (bar), self->summary);
  return bar;
}

/* The bar gives way before it forces the window to be wide. */
static GtkWidget *
giving_way (GtkWidget *bar)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_EXTERNAL,
                                  GTK_POLICY_NEVER);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), bar);
  return scrolled;
}

static GtkWidget *
new_diagram (TbSpacetimePage *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  self->view = tb_spacetime_view_new ();
  g_signal_connect_swapped (self->view, "changed", G_CALLBACK (show), self);
  self->scrollbar
      = gtk_scrollbar_new (GTK_ORIENTATION_VERTICAL, tb_spacetime_view_adjustment (view_of (self)));
  self->chosen = tb_ui_label (NULL, "chart-chosen");
  gtk_box_append (GTK_BOX (row), self->view);
  gtk_box_append (GTK_BOX (row), self->scrollbar);
  gtk_box_append (GTK_BOX (box), giving_way (new_bar (self)));
  gtk_box_append (GTK_BOX (box), row);
  gtk_box_append (GTK_BOX (box), self->chosen);
  return box;
}

static void
tb_spacetime_page_dispose (GObject *object)
{
  TbSpacetimePage *self = TB_SPACETIME_PAGE (object);
  g_clear_handle_id (&self->search_id, g_source_remove);
  if (self->moment != NULL)
    g_clear_signal_handler (&self->moment_id, self->moment);
  g_clear_object (&self->moment);
  g_clear_pointer (&self->stack, gtk_widget_unparent);
  G_OBJECT_CLASS (tb_spacetime_page_parent_class)->dispose (object);
}

static void
tb_spacetime_page_class_init (TbSpacetimePageClass *class)
{
  G_OBJECT_CLASS (class)->dispose = tb_spacetime_page_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
}

static void
tb_spacetime_page_init (TbSpacetimePage *self)
{
  self->stack = gtk_stack_new ();
  gtk_stack_add_named (GTK_STACK (self->stack),
                       tb_page_empty ("Nothing to show yet", "Press Run: every instance has a line here, "
                                                             "every message an arrow."),
                       "empty");
  gtk_stack_add_named (GTK_STACK (self->stack), new_diagram (self), "diagram");
  self->proof = tb_proof_view_new ();
  g_signal_connect_swapped (self->proof, "closed", G_CALLBACK (past_changed), self);
  gtk_stack_add_named (GTK_STACK (self->stack), self->proof, "proof");
  gtk_widget_set_parent (self->stack, GTK_WIDGET (self));
  g_signal_connect (self, "map", G_CALLBACK (show), NULL);
}

GtkWidget *
tb_spacetime_page_new (void)
{
  return g_object_new (TB_TYPE_SPACETIME_PAGE, NULL);
}
