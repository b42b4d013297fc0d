#include "header.h"

#include "fit-box.h"
#include "format.h"
#include "history.h"
#include "recent.h"
#include "util.h"

struct _TbHeader
{
  GtkWidget parent;
  GtkWidget *bar, *title, *start, *end, *undo, *redo, *steps, *history, *run, *run_icon, *run_label, *elapsed,
      *waiting, *search, *open,
      *scenario, *scenario_label;
  gconstpointer scenario_of;
  TbDocument *document;
  gboolean running;
};

G_DEFINE_FINAL_TYPE (TbHeader, tb_header, GTK_TYPE_WIDGET)

/* ---- Menus ----------------------------------------------------------------------------------- */

typedef struct
{
  const char *label, *action;
} Item;

static const Item file_items[] = { { "New tab", "win.new-tab" },
                                   { "New window", "win.new" },
                                   { "New from template…", "win.templates" },
                                   { "Open…", "win.open" },
                                   { "Save", "win.save" },
                                   { "Save as…", "win.save-as" },
                                   { "Export…", "win.export" },
                                   { "Print…", "win.print" } };
/* A narrow header has no buttons for these. */
static const Item edit_items[] = { { "Undo", "edit.undo" },
                                   { "Redo", "edit.redo" },
                                   { "Find…", "win.search" } };
static const Item run_items[] = { { "Run the scenario", "win.run-scenario" },
                                  { "Use scenarios of…", "win.use-scenarios" },
                                  { "Classroom", "win.classroom" } };
static const Item view_items[] = { { "Zoom in", "win.zoom-in" },
                                   { "Zoom out", "win.zoom-out" },
                                   { "100 %", "win.zoom-100" },
                                   { "Whole drawing", "win.zoom-fit" },
                                   { "Selection", "win.zoom-selection" } };
static const Item panel_items[] = { { "Left panel", "win.left-panel" },
                                    { "Right panel", "win.right-panel" },
                                    { "Bottom panel", "win.bottom-panel" },
                                    { "Source", "win.source" },
                                    { "Minimap", "win.minimap" },
                                    { "What stops without it", "win.failing" } };
static const Item theme_items[] = { { "As the desktop", "app.theme::system" },
                                    { "Light", "app.theme::light" },
                                    { "Dark", "app.theme::dark" },
                                    { "High contrast", "app.high-contrast" } };
static const Item help_items[] = { { "Preferences", "win.preferences" },
                                   { "Guided tour", "win.tour" },
                                   { "Keyboard shortcuts", "win.shortcuts" },
                                   { "About Tierboard", "win.about" } };

static GMenu *
new_menu (const Item *items, guint n)
{
  GMenu *menu = g_menu_new ();
  for (guint i = 0; i < n; i++)
    g_menu_append (menu, items[i].label, items[i].action);
  return menu;
}

static GMenuModel *
main_menu (void)
{
  GMenu *menu = g_menu_new ();
  g_autoptr (GMenu) file = new_menu (file_items, G_N_ELEMENTS (file_items));
  g_autoptr (GMenu) edit = new_menu (edit_items, G_N_ELEMENTS (edit_items));
  g_autoptr (GMenu) run = new_menu (run_items, G_N_ELEMENTS (run_items));
  g_autoptr (GMenu) view = new_menu (view_items, G_N_ELEMENTS (view_items));
  g_autoptr (GMenu) panels = new_menu (panel_items, G_N_ELEMENTS (panel_items));
  g_autoptr (GMenu) theme = new_menu (theme_items, G_N_ELEMENTS (theme_items));
  g_autoptr (GMenu) help = new_menu (help_items, G_N_ELEMENTS (help_items));
  g_autoptr (GMenu) more = g_menu_new ();
  g_menu_append_submenu (more, "Zoom", G_MENU_MODEL (view));
  g_menu_append_submenu (more, "Panels", G_MENU_MODEL (panels));
  g_menu_append_submenu (more, "Appearance", G_MENU_MODEL (theme));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (file));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (edit));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (run));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (more));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (help));
  return G_MENU_MODEL (menu);
}

#define RECENT_MAX 8

/* Those that are missing stand there in grey: their disk may only be away. */
static GMenuModel *
recent_menu (void)
{
  GMenu *menu = g_menu_new ();
  g_autoptr (GPtrArray) files = tb_recent_files (RECENT_MAX);
  for (guint i = 0; i < files->len; i++)
    {
      const TbRecentFile *file = files->pdata[i];
      g_autofree char *where = tb_format_path (file->path);
      g_autofree char *label = g_strconcat (where, file->missing ? " (missing)" : "", NULL);
      g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);
      g_menu_item_set_action_and_target (item, file->missing ? "win.none" : "win.open-path", "s",
                                         file->path);
      g_menu_append_item (menu, item);
    }
  if (!files->len)
    g_menu_append (menu, "Nothing opened yet", "win.none");
  return G_MENU_MODEL (menu);
}

static void
recent_changed (TbHeader *self)
{
  g_autoptr (GMenuModel) menu = recent_menu ();
  adw_split_button_set_menu_model (ADW_SPLIT_BUTTON (self->open), menu);
}

/* Reading the list costs a file: not before the first picture. */
static gboolean
fill_recent (gpointer data)
{
  TbHeader *self = data;
  if (self->open)
    {
      recent_changed (self);
      g_signal_connect_object (gtk_recent_manager_get_default (), "changed",
                               G_CALLBACK (recent_changed), self, G_CONNECT_SWAPPED);
    }
  return G_SOURCE_REMOVE;
}

/* ---- What it shows --------------------------------------------------------------------------- */

void
tb_header_set_title (TbHeader *header, const char *title, const char *subtitle)
{
  adw_window_title_set_title (ADW_WINDOW_TITLE (header->title), title);
  adw_window_title_set_subtitle (ADW_WINDOW_TITLE (header->title), subtitle);
}

void
tb_header_set_document (TbHeader *header, TbDocument *document)
{
  GtkWidget *const of_document[]
      = { header->undo, header->redo, header->steps, header->run, header->search };
  if (!document)
    gtk_widget_set_visible (header->scenario, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (of_document); i++)
    gtk_widget_set_visible (of_document[i], document != NULL);
  g_set_object (&header->document, document);
  if (header->history)
    tb_history_menu_set_document (header->history, document);
}

void
tb_header_set_undo (TbHeader *header, const char *undo, const char *redo)
{
  g_autofree char *undo_text = undo ? g_strconcat ("Undo ", undo, NULL) : g_strdup ("Undo");
  g_autofree char *redo_text = redo ? g_strconcat ("Redo ", redo, NULL) : g_strdup ("Redo");
  gtk_widget_set_tooltip_text (header->undo, undo_text);
  gtk_widget_set_tooltip_text (header->redo, redo_text);
}

static void
show_run_button (TbHeader *self, gboolean running)
{
  const char *label = running ? "Stop" : "Run";
  self->running = running;
  gtk_image_set_from_icon_name (GTK_IMAGE (self->run_icon),
                                running ? "media-playback-stop-symbolic"
                                        : "media-playback-start-symbolic");
  gtk_label_set_text (GTK_LABEL (self->run_label), label);
  tb_ui_name (self->run, label);
  gtk_widget_set_tooltip_text (self->run, running ? "Stop the run (Shift+F5)"
                                                  : "Run what is drawn (F5)");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->run), running ? "win.stop" : "win.run");
  gtk_widget_remove_css_class (self->run, running ? "suggested-action" : "stop");
  gtk_widget_add_css_class (self->run, running ? "stop" : "suggested-action");
}

void
tb_header_set_run (TbHeader *header, TbRunState state, const char *waiting)
{
  gboolean running = state == TB_RUN_STARTING || state == TB_RUN_RUNNING
                     || state == TB_RUN_STOPPING;
  if (running != header->running)
    show_run_button (header, running);
  gtk_widget_set_visible (header->elapsed, running);
  g_autofree char *text = NULL;
  if (waiting && *waiting)
    text = g_strdup_printf ("waits for %s", waiting); /* who, before it is cut off */
  else if (state == TB_RUN_STARTING || state == TB_RUN_STOPPING)
    text = g_strdup_printf ("%s…", tb_run_state_name (state));
  gtk_widget_set_visible (header->waiting, text != NULL);
  tb_ui_set_text (header->waiting, text ? text : "");
  tb_ui_set_tooltip (header->waiting, text);
}

void
tb_header_set_scenario (TbHeader *header, const char *title, GMenuModel *menu, gconstpointer of)
{
  gtk_widget_set_visible (header->scenario, title != NULL);
  if (title)
    tb_ui_set_text (header->scenario_label, title);
  if (menu)
    {
      adw_split_button_set_menu_model (ADW_SPLIT_BUTTON (header->scenario), menu);
      header->scenario_of = of;
    }
}

gboolean
tb_header_has_scenarios (TbHeader *header, gconstpointer of)
{
  return header->scenario_of == of;
}

void
tb_header_set_elapsed (TbHeader *header, gint64 ns)
{
  g_autofree char *text = tb_format_elapsed (ns);
  tb_ui_set_text (header->elapsed, text);
}

void
tb_header_set_compact (TbHeader *header, gboolean compact)
{
  guint limit = compact ? 0 : G_MAXUINT;
  tb_fit_box_set_limit (TB_FIT_BOX (header->start), limit);
  tb_fit_box_set_limit (TB_FIT_BOX (header->end), limit);
}

/* ---- Life ------------------------------------------------------------------------------------ */

/* The menu's popover, with its submenus, is a window's worth of widgets: not before it is asked
 * for. */
static void
make_main_menu (GtkMenuButton *button, gpointer data)
{
  if (gtk_menu_button_get_menu_model (button))
    return;
  g_autoptr (GMenuModel) model = main_menu ();
  gtk_menu_button_set_menu_model (button, model);
}

static void
make_history (GtkMenuButton *button, gpointer data)
{
  TbHeader *self = data;
  if (self->history)
    return;
  self->history = tb_history_menu_new ();
  tb_history_menu_set_document (self->history, self->document);
  gtk_menu_button_set_popover (button, self->history);
}

static GtkWidget *
new_menu_button (const char *icon, const char *name, GtkMenuButtonCreatePopupFunc make,
                 gpointer data)
{
  GtkWidget *button = gtk_menu_button_new ();
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (button), icon);
  gtk_menu_button_set_create_popup_func (GTK_MENU_BUTTON (button), make, data, NULL);
  gtk_widget_set_tooltip_text (button, name);
  tb_ui_name (button, name);
  tb_ui_name (gtk_widget_get_first_child (button), name);
  return button;
}

static GtkWidget *
new_start (TbHeader *self)
{
  GtkWidget *box = tb_fit_box_new (6);
  self->open = adw_split_button_new ();
  adw_split_button_set_label (ADW_SPLIT_BUTTON (self->open), "Open");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->open), "win.open");
  gtk_widget_set_tooltip_text (self->open, "Open an architecture (Ctrl+O)");
  adw_split_button_set_dropdown_tooltip (ADW_SPLIT_BUTTON (self->open), "Recently opened");
  for (GtkWidget *part = gtk_widget_get_first_child (self->open); part;
       part = gtk_widget_get_next_sibling (part))
    if (GTK_IS_MENU_BUTTON (part))
      {
        tb_ui_name (part, "Recently opened");
        tb_ui_name (gtk_widget_get_first_child (part), "Recently opened");
      }
  self->undo = tb_ui_icon_button ("edit-undo-symbolic", "Undo", "edit.undo");
  self->redo = tb_ui_icon_button ("edit-redo-symbolic", "Redo", "edit.redo");
  tb_fit_box_append (TB_FIT_BOX (box), self->open, 0);
  GtkWidget *new_button = tb_ui_icon_button ("list-add-symbolic", "New tab", "win.new-tab");
  tb_fit_box_append (TB_FIT_BOX (box), new_button, 2);
  tb_fit_box_append (TB_FIT_BOX (box), self->undo, 1);
  tb_fit_box_append (TB_FIT_BOX (box), self->redo, 1);
  self->steps = new_menu_button ("pan-down-symbolic", "History", make_history, self);
  gtk_widget_add_css_class (self->steps, "narrow");
  tb_fit_box_append (TB_FIT_BOX (box), self->steps, 2);
  return box;
}

static GtkWidget *
new_run_button (TbHeader *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  self->run = gtk_button_new ();
  self->run_icon = gtk_image_new ();
  self->run_label = gtk_label_new (NULL);
  gtk_widget_set_halign (box, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), self->run_icon);
  gtk_box_append (GTK_BOX (box), self->run_label);
  gtk_button_set_child (GTK_BUTTON (self->run), box);
  gtk_widget_add_css_class (self->run, "run");
  show_run_button (self, FALSE);
  return self->run;
}

/* The choice beside Run: its button runs the one that it names. */
static GtkWidget *
new_scenario_button (TbHeader *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  self->scenario = adw_split_button_new ();
  self->scenario_label = tb_ui_label (NULL, NULL);
  gtk_label_set_max_width_chars (GTK_LABEL (self->scenario_label), 24);
  gtk_box_append (GTK_BOX (box), gtk_image_new_from_icon_name ("media-playback-start-symbolic"));
  gtk_box_append (GTK_BOX (box), self->scenario_label);
  adw_split_button_set_child (ADW_SPLIT_BUTTON (self->scenario), box);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->scenario), "win.run-scenario");
  gtk_widget_set_tooltip_text (self->scenario, "Run this scenario (F4)");
  adw_split_button_set_dropdown_tooltip (ADW_SPLIT_BUTTON (self->scenario), "Scenarios");
  for (GtkWidget *part = gtk_widget_get_first_child (self->scenario); part;
       part = gtk_widget_get_next_sibling (part))
    if (GTK_IS_MENU_BUTTON (part))
      {
        tb_ui_name (part, "Scenarios");
        tb_ui_name (gtk_widget_get_first_child (part), "Scenarios");
      }
    else if (GTK_IS_BUTTON (part))
      tb_ui_name (part, "Run the scenario");
  gtk_widget_set_visible (self->scenario, FALSE);
  return self->scenario;
}

static GtkWidget *
new_end (TbHeader *self)
{
  GtkWidget *box = tb_fit_box_new (6);
  GtkWidget *menu = new_menu_button ("open-menu-symbolic", "Main menu", make_main_menu, NULL);
  self->waiting = tb_ui_label (NULL, "waiting");
  gtk_label_set_width_chars (GTK_LABEL (self->waiting), 14); /* less of it says nothing */
  gtk_label_set_max_width_chars (GTK_LABEL (self->waiting), 36);
  self->elapsed = gtk_label_new (NULL);
  gtk_widget_add_css_class (self->elapsed, "elapsed");
  gtk_widget_set_visible (self->elapsed, FALSE);
  gtk_widget_set_visible (self->waiting, FALSE);
  self->search = tb_ui_icon_button ("system-search-symbolic", "Find", "win.search");
  gtk_menu_button_set_primary (GTK_MENU_BUTTON (menu), TRUE);
  tb_fit_box_append (TB_FIT_BOX (box), self->waiting, 3);
  tb_fit_box_append (TB_FIT_BOX (box), new_scenario_button (self), 1);
  tb_fit_box_append (TB_FIT_BOX (box), new_run_button (self), 0);
  tb_fit_box_append (TB_FIT_BOX (box), self->elapsed, 1);
  tb_fit_box_append (TB_FIT_BOX (box), self->search, 2);
  tb_fit_box_append (TB_FIT_BOX (box), menu, 0);
  return box;
}

static void
tb_header_dispose (GObject *object)
{
  TbHeader *self = TB_HEADER (object);
  self->open = NULL;
  g_clear_object (&self->document);
  g_clear_pointer (&self->bar, gtk_widget_unparent);
  G_OBJECT_CLASS (tb_header_parent_class)->dispose (object);
}

static void
tb_header_class_init (TbHeaderClass *class)
{
  G_OBJECT_CLASS (class)->dispose = tb_header_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
}

static void
tb_header_init (TbHeader *self)
{
  self->bar = adw_header_bar_new ();
  self->title = adw_window_title_new ("Tierboard", "");
  self->start = new_start (self);
  self->end = new_end (self);
  adw_header_bar_set_title_widget (ADW_HEADER_BAR (self->bar), self->title);
  adw_header_bar_pack_start (ADW_HEADER_BAR (self->bar), self->start);
  adw_header_bar_pack_end (ADW_HEADER_BAR (self->bar), self->end);
  gtk_widget_set_parent (self->bar, GTK_WIDGET (self));
  tb_header_set_document (self, NULL);
  g_idle_add_full (G_PRIORITY_LOW, fill_recent, g_object_ref (self), g_object_unref);
}

GtkWidget *
tb_header_new (void)
{
  return g_object_new (TB_TYPE_HEADER, NULL);
}
