/* Terminal: what an instance writes as a screen shows it, and what is typed to it; debuggers too.
 * Each that was opened stays attached until the run ends, so that one can go to and fro. */
#include "pages.h"

#include "format.h"
#include "terminal-view.h"
#include "util.h"
#include "vte.h"

typedef struct
{
  TbTerminalKind kind;
  char *instance;
  TbTerminalView *view; /* owned by the stack */
} Opened;

struct _TbTerminalPage
{
  GtkWidget parent;
  GtkWidget *states, *chooser, *bar, *words, *restart, *screens, *command;
  char *run_dir;     /* NULL: nothing runs */
  GPtrArray *opened; /* of Opened */
  GStrv instances;   /* offered */
  Opened *shown;
  gboolean filling;
};

G_DEFINE_FINAL_TYPE (TbTerminalPage, tb_terminal_page, GTK_TYPE_WIDGET)

static void
opened_free (gpointer data)
{
  Opened *o = data;
  g_free (o->instance);
  g_free (o);
}

static Opened *
find (TbTerminalPage *self, TbTerminalKind kind, const char *instance)
{
  for (guint i = 0; i < self->opened->len; i++)
    {
      Opened *o = self->opened->pdata[i];
      if (o->kind == kind && g_str_equal (o->instance, instance))
        return o;
    }
  return NULL;
}

/* ---- What is shown --------------------------------------------------------------------------- */

/* Where nothing can be typed it says why, and what can be done. */
static void
show_bar (TbTerminalPage *self)
{
  Opened *o = self->shown;
  gboolean reads = o && tb_terminal_view_is_typed_to (o->view);
  gboolean over = o && tb_terminal_view_is_over (o->view);
  gboolean debugger = o && o->kind == TB_TERMINAL_DEBUGGER;
  tb_ui_set_text (self->words, over ? "Nothing more comes here."
                                    : "It has no terminal now: what it prints is shown, and nothing can "
                                      "be typed.");
  gtk_widget_set_visible (self->bar, o && !reads);
  gtk_widget_set_visible (self->restart, o && !over && !debugger);
}

static void
view_changed (TbTerminalView *view, TbTerminalPage *self)
{
  show_bar (self);
}

/* Debuggers stand behind the instances, in the order in which they were opened. */
static void
show_choice (TbTerminalPage *self)
{
  guint at = 0;
  self->filling = TRUE;
  if (self->shown && self->shown->kind == TB_TERMINAL_OF_INSTANCE)
    while (self->instances[at] && !g_str_equal (self->instances[at], self->shown->instance))
      at++;
  else if (self->shown)
    {
      at = g_strv_length (self->instances);
      for (guint i = 0; self->opened->pdata[i] != self->shown; i++)
        at += ((Opened *) self->opened->pdata[i])->kind == TB_TERMINAL_DEBUGGER;
    }
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->chooser), at);
  self->filling = FALSE;
}

static void
offer (TbTerminalPage *self)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  for (guint i = 0; self->instances[i]; i++)
    gtk_string_list_take (names, tb_format_instance (self->instances[i]));
  for (guint i = 0; i < self->opened->len; i++)
    {
      const Opened *o = self->opened->pdata[i];
      g_autofree char *name = tb_format_instance (o->instance);
      if (o->kind == TB_TERMINAL_DEBUGGER)
        gtk_string_list_take (names, g_strconcat ("gdb: ", name, NULL));
    }
  self->filling = TRUE;
  gtk_drop_down_set_model (GTK_DROP_DOWN (self->chooser), G_LIST_MODEL (names));
  show_choice (self);
}

static void
show_opened (TbTerminalPage *self, Opened *o)
{
  self->shown = o;
  gtk_stack_set_visible_child (GTK_STACK (self->screens), GTK_WIDGET (o->view));
  gtk_stack_set_visible_child_name (GTK_STACK (self->states), "terminals");
  show_bar (self);
}

/* One whose end has come is made anew: another debugger, the next run's instance. */
static Opened *
open_one (TbTerminalPage *self, TbTerminalKind kind, const char *instance)
{
  Opened *o = find (self, kind, instance);
  if (o && !tb_terminal_view_is_over (o->view))
    return o;
  GtkWidget *view = tb_terminal_view_new (self->run_dir, kind, instance);
  if (!o)
    {
      o = g_new0 (Opened, 1);
      o->kind = kind;
      o->instance = g_strdup (instance);
      g_ptr_array_add (self->opened, o);
    }
  else
    gtk_stack_remove (GTK_STACK (self->screens), GTK_WIDGET (o->view));
  o->view = TB_TERMINAL_VIEW (view);
  g_signal_connect (view, "changed", G_CALLBACK (view_changed), self);
  gtk_stack_add_child (GTK_STACK (self->screens), view);
  return o;
}

static void
show_command (TbTerminalPage *self, TbTerminalKind kind, const char *instance)
{
  g_autofree char *command = g_strdup_printf (
      "tierboard ctl %s %s", kind == TB_TERMINAL_DEBUGGER ? "debug" : "attach", instance);
  gtk_label_set_text (GTK_LABEL (self->command), command);
  gtk_stack_set_visible_child_name (GTK_STACK (self->states), "missing");
}

void
tb_terminal_page_open (TbTerminalPage *page, TbTerminalKind kind, const char *instance)
{
  if (!page->run_dir)
    return;
  if (!tb_vte ())
    {
      show_command (page, kind, instance);
      return;
    }
  show_opened (page, open_one (page, kind, instance));
  offer (page);
  gtk_widget_grab_focus (tb_terminal_view_screen (page->shown->view));
}

void
tb_terminal_page_restart (TbTerminalPage *page, const char *instance, const char *under)
{
  tb_terminal_page_open (page, TB_TERMINAL_OF_INSTANCE, instance);
  if (page->run_dir && page->shown)
    tb_terminal_view_restart (page->shown->view, under);
  else if (page->run_dir)
    {
      g_autofree char *command = g_strdup_printf ("tierboard ctl attach --under %s %s", under, instance);
      gtk_label_set_text (GTK_LABEL (page->command), command);
    }
}

/* ---- What was chosen ------------------------------------------------------------------------- */

static void
chosen_changed (TbTerminalPage *self)
{
  guint i = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->chooser));
  guint n = g_strv_length (self->instances);
  if (self->filling || i == GTK_INVALID_LIST_POSITION)
    return;
  if (i < n)
    {
      Opened *o = self->run_dir ? open_one (self, TB_TERMINAL_OF_INSTANCE, self->instances[i])
                                : find (self, TB_TERMINAL_OF_INSTANCE, self->instances[i]);
      if (o)
        show_opened (self, o);
      return;
    }
  for (guint k = 0; k < self->opened->len; k++)
    {
      Opened *o = self->opened->pdata[k];
      if (o->kind == TB_TERMINAL_DEBUGGER && i-- == n)
        show_opened (self, o);
    }
}

static gboolean
offers (TbTerminalPage *self, const TbLiveFrame *frame)
{
  if (g_strv_length (self->instances) != frame->n_instances)
    return FALSE;
  for (guint i = 0; i < frame->n_instances; i++)
    if (!g_str_equal (self->instances[i], frame->instances[i].id))
      return FALSE;
  return TRUE;
}

void
tb_terminal_page_refresh (TbTerminalPage *page, const TbLiveFrame *frame)
{
  if (!frame || !page->run_dir || offers (page, frame))
    return;
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();
  for (guint i = 0; i < frame->n_instances; i++)
    g_strv_builder_add (ids, frame->instances[i].id);
  g_strfreev (page->instances);
  page->instances = g_strv_builder_end (ids);
  if (!page->instances[0])
    return;
  if (!tb_vte ())
    show_command (page, TB_TERMINAL_OF_INSTANCE, page->instances[0]);
  else if (!page->shown)
    show_opened (page, open_one (page, TB_TERMINAL_OF_INSTANCE, page->instances[0]));
  offer (page);
}

/* What a run wrote can be read until the next begins. */
void
tb_terminal_page_set_run (TbTerminalPage *page, const char *run_dir)
{
  g_free (page->run_dir);
  page->run_dir = g_strdup (run_dir);
  for (guint i = 0; i < page->opened->len; i++)
    {
      Opened *o = page->opened->pdata[i];
      if (run_dir)
        gtk_stack_remove (GTK_STACK (page->screens), GTK_WIDGET (o->view));
      else
        tb_terminal_view_close (o->view);
    }
  if (run_dir)
    {
      page->shown = NULL;
      g_ptr_array_set_size (page->opened, 0);
      g_clear_pointer (&page->instances, g_strfreev);
      page->instances = g_new0 (char *, 1);
      gtk_stack_set_visible_child_name (GTK_STACK (page->states), "empty");
    }
  show_bar (page);
}

/* ---- Making ---------------------------------------------------------------------------------- */

static void
restart_clicked (TbTerminalPage *self)
{
  if (!self->shown)
    return;
  tb_terminal_view_restart (self->shown->view, NULL);
  gtk_widget_grab_focus (tb_terminal_view_screen (self->shown->view));
}

static GtkWidget *
new_bar (TbTerminalPage *self)
{
  self->bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  gtk_widget_add_css_class (self->bar, "terminal-bar");
  self->words = tb_ui_label (NULL, "dim");
  gtk_label_set_wrap (GTK_LABEL (self->words), TRUE);
  gtk_label_set_ellipsize (GTK_LABEL (self->words), PANGO_ELLIPSIZE_NONE);
  gtk_widget_set_hexpand (self->words, TRUE);
  self->restart = gtk_button_new_with_label ("Restart in a terminal");
  gtk_widget_set_valign (self->restart, GTK_ALIGN_CENTER);
  g_signal_connect_swapped (self->restart, "clicked", G_CALLBACK (restart_clicked), self);
  gtk_box_append (GTK_BOX (self->bar), self->words);
  gtk_box_append (GTK_BOX (self->bar), self->restart);
  return self->bar;
}

static GtkWidget *
new_terminals (TbTerminalPage *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GtkWidget *column = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  self->chooser = gtk_drop_down_new (NULL, NULL);
  gtk_widget_set_valign (self->chooser, GTK_ALIGN_START);
  gtk_widget_add_css_class (self->chooser, "log-chooser");
  tb_ui_name (self->chooser, "Instance whose terminal is shown");
  tb_ui_name (gtk_widget_get_first_child (self->chooser), "Instance whose terminal is shown");
  g_signal_connect_swapped (self->chooser, "notify::selected", G_CALLBACK (chosen_changed), self);
  self->screens = gtk_stack_new ();
  gtk_widget_set_vexpand (self->screens, TRUE);
  gtk_widget_set_hexpand (self->screens, TRUE);
  gtk_box_append (GTK_BOX (column), new_bar (self));
  gtk_box_append (GTK_BOX (column), self->screens);
  gtk_box_append (GTK_BOX (box), self->chooser);
  gtk_box_append (GTK_BOX (box), column);
  return box;
}

static GtkWidget *
new_missing (TbTerminalPage *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), tb_page_empty ("No terminals here",
                                                "The package " TB_VTE_PACKAGE " brings them. Until then "
                                                "a terminal of yours has them:"));
  self->command = gtk_label_new (NULL);
  gtk_label_set_selectable (GTK_LABEL (self->command), TRUE);
  gtk_widget_add_css_class (self->command, "commands");
  gtk_box_append (GTK_BOX (box), self->command);
  return box;
}

static void
tb_terminal_page_dispose (GObject *object)
{
  TbTerminalPage *self = TB_TERMINAL_PAGE (object);
  g_clear_pointer (&self->states, gtk_widget_unparent);
  g_clear_pointer (&self->opened, g_ptr_array_unref);
  g_clear_pointer (&self->instances, g_strfreev);
  g_clear_pointer (&self->run_dir, g_free);
  G_OBJECT_CLASS (tb_terminal_page_parent_class)->dispose (object);
}

static void
tb_terminal_page_class_init (TbTerminalPageClass *class)
{
  G_OBJECT_CLASS (class)->dispose = tb_terminal_page_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
}

static void
tb_terminal_page_init (TbTerminalPage *self)
{
  self->opened = g_ptr_array_new_with_free_func (opened_free);
  self->instances = g_new0 (char *, 1);
  self->states = gtk_stack_new ();
  gtk_stack_add_named (GTK_STACK (self->states),
                       tb_page_empty ("No terminals yet", "Press Run: here is what each instance shows "
                                                          "on its screen, and debuggers."),
                       "empty");
  gtk_stack_add_named (GTK_STACK (self->states), new_terminals (self), "terminals");
  gtk_stack_add_named (GTK_STACK (self->states), new_missing (self), "missing");
  gtk_widget_set_parent (self->states, GTK_WIDGET (self));
  show_bar (self);
}

GtkWidget *
tb_terminal_page_new (void)
{
  return g_object_new (TB_TYPE_TERMINAL_PAGE, NULL);
}
