#include "window-private.h"

#include <stdarg.h>

#include "announcer.h"
#include "settings.h"
#include "start-page.h"
#include "util.h"

G_DEFINE_FINAL_TYPE (TbWindow, tb_window, ADW_TYPE_APPLICATION_WINDOW)

/* ---- Toasts ---------------------------------------------------------------------------------- */

static void
drop_room (TbWindow *self)
{
  if (self->toasts_room)
    g_binding_unbind (self->toasts_room);
  g_clear_object (&self->toasts_room);
}

/* Over the canvas of what is shown, where nothing lies that is clicked on; over the window where nobody would see that. */
static void
host_toasts (TbWindow *self)
{
  GtkWidget *toasts = GTK_WIDGET (self->toasts), *host = gtk_widget_get_parent (toasts);
  gboolean on_canvas = self->sheet && tb_sheet_shows_toasts (self->sheet);
  GtkWidget *wanted = on_canvas ? tb_sheet_desk (self->sheet) : gtk_widget_get_parent (self->announcer);
  if (host == wanted)
    return;
  if (host)
    gtk_overlay_remove_overlay (GTK_OVERLAY (host), toasts);
  drop_room (self);
  gtk_widget_set_margin_end (toasts, 0);
  gtk_overlay_add_overlay (GTK_OVERLAY (wanted), toasts);
  if (on_canvas)
    self->toasts_room = g_object_ref (tb_sheet_bind_toasts (self->sheet, toasts));
}

#define LETTER_WIDTH 9 /* of their bold letters, about */
#define TOAST_REST 110 /* of its width: what stands around the words */

/* How wide the canvas is, or will be in a window that is just being made. */
static int
room_for_toasts (TbWindow *self)
{
  GtkWidget *toasts = GTK_WIDGET (self->toasts);
  int room = gtk_widget_get_width (gtk_widget_get_parent (toasts)), height;
  if (room == 0)
    {
      gtk_window_get_default_size (GTK_WINDOW (self), &room, &height);
      if (self->sheet && room >= TB_SHELL_NARROW)
        room -= tb_shell_width (self->sheet->shell, TB_SHELL_LEFT) + tb_shell_width (self->sheet->shell, TB_SHELL_RIGHT);
    }
  return room - gtk_widget_get_margin_end (toasts);
}

/* A toast takes its height from the width that it would like, so the words have to know how much there is. */
static GtkWidget *
new_words (TbWindow *self, const char *sentence)
{
  GtkWidget *words = gtk_label_new (sentence);
  int chars = (room_for_toasts (self) - TOAST_REST) / LETTER_WIDTH;
  gtk_label_set_wrap (GTK_LABEL (words), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (words), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_max_width_chars (GTK_LABEL (words), CLAMP (chars, 20, 70));
  gtk_label_set_xalign (GTK_LABEL (words), 0);
  gtk_widget_add_css_class (words, "heading");
  return words;
}

static AdwToast *
toast_for (TbWindow *self, const char *sentence, guint seconds)
{
  AdwToast *toast = adw_toast_new ("");
  host_toasts (self);
  adw_toast_set_custom_title (toast, new_words (self, sentence));
  adw_toast_set_timeout (toast, seconds);
  adw_toast_overlay_add_toast (self->toasts, toast);
  tb_announcer_say (self->announcer, sentence);
  return toast;
}

void
tb_window_toast (TbWindow *window, const char *sentence)
{
  toast_for (window, sentence, 6);
}

static void
toast_gone (AdwToast *toast, TbWindow *self)
{
  g_ptr_array_remove (self->told, toast);
}

void
tb_window_toast_of (TbWindow *self, TbSheet *sheet, const char *sentence)
{
  AdwToast *toast = toast_for (self, sentence, 6);
  g_object_set_data (G_OBJECT (toast), "tb-sheet", sheet); /* compared, never looked into */
  g_ptr_array_add (self->told, g_object_ref (toast));
  g_signal_connect_object (toast, "dismissed", G_CALLBACK (toast_gone), self, 0);
}

static void
dismiss_others (TbWindow *self)
{
  for (guint i = self->told->len; i-- > 0;)
    if (g_object_get_data (self->told->pdata[i], "tb-sheet") != self->sheet)
      adw_toast_dismiss (self->told->pdata[i]);
}

AdwToast *
tb_window_toast_until_done (TbWindow *self, const char *sentence)
{
  return toast_for (self, sentence, 0);
}

void
tb_window_toastf (TbWindow *self, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_autofree char *sentence = g_strdup_vprintf (format, args);
  va_end (args);
  tb_window_toast (self, sentence);
}

/* ---- What it shows of a sheet ---------------------------------------------------------------- */

void
tb_window_update_title (TbWindow *self)
{
  if (!self->sheet)
    {
      gtk_window_set_title (GTK_WINDOW (self), "Tierboard");
      tb_header_set_title (self->header, "Tierboard", "");
      return;
    }
  const TbElement *root = tb_model_root (tb_document_model (self->sheet->document));
  g_autofree char *subtitle = tb_sheet_subtitle (self->sheet);
  tb_header_set_title (self->header, tb_element_title (root), subtitle);
  g_autofree char *title = g_strconcat (tb_element_title (root), " – Tierboard", NULL);
  gtk_window_set_title (GTK_WINDOW (self), title);
}

/* libadwaita leaves tabs and their buttons without a name for a screen reader. */
static void
name_parts (GtkWidget *widget)
{
  GObjectClass *class = G_OBJECT_GET_CLASS (widget);
  GParamSpec *of_tab = g_object_class_find_property (class, "page");
  if (of_tab && of_tab->value_type == ADW_TYPE_TAB_PAGE)
    {
      g_autoptr (AdwTabPage) page = NULL;
      g_object_get (widget, "page", &page, NULL);
      tb_ui_name (widget, page ? adw_tab_page_get_title (page) : "");
    }
  const char *tooltip = gtk_widget_get_tooltip_text (widget);
  if (GTK_IS_BUTTON (widget))
    tb_ui_name (widget, tooltip && *tooltip ? tooltip : "Show hidden tabs");
  for (GtkWidget *c = gtk_widget_get_first_child (widget); c; c = gtk_widget_get_next_sibling (c))
    name_parts (c);
}

static gboolean
name_tabs (gpointer data)
{
  TbWindow *self = data;
  self->names_id = 0;
  name_parts (self->bar);
  return G_SOURCE_REMOVE;
}

/* The bar makes a tab after the window hears of it. */
static void
queue_names (TbWindow *self)
{
  if (self->bar && !self->names_id)
    self->names_id = g_idle_add (name_tabs, self);
}

static void
update_tab (TbWindow *self, TbSheet *sheet)
{
  AdwTabPage *page = adw_tab_view_get_page (self->tabs, GTK_WIDGET (sheet));
  g_autofree char *title = tb_sheet_tab_title (sheet), *subtitle = tb_sheet_subtitle (sheet);
  g_autofree char *tooltip = g_markup_escape_text (subtitle, -1);
  g_autoptr (GIcon) running = sheet->session ? g_themed_icon_new ("media-playback-start-symbolic")
                                             : NULL;
  adw_tab_page_set_title (page, title);
  adw_tab_page_set_tooltip (page, tooltip);
  adw_tab_page_set_icon (page, running);
  queue_names (self);
}

static void
update_header (TbWindow *self)
{
  TbSheet *sheet = self->sheet;
  tb_window_update_title (self);
  tb_window_update_actions (self);
  tb_header_set_document (self->header, sheet ? sheet->document : NULL);
  if (!sheet)
    return;
  tb_header_set_undo (self->header, tb_document_undo_label (sheet->document),
                      tb_document_redo_label (sheet->document));
  tb_header_set_run (self->header, tb_sheet_run_state (sheet), sheet->waiting);
  tb_sheet_show_scenarios (sheet);
}

void
tb_window_sheet_changed (TbWindow *self, TbSheet *sheet)
{
  update_tab (self, sheet);
  if (sheet == self->sheet)
    update_header (self);
}

/* ---- Tabs ------------------------------------------------------------------------------------ */

guint
tb_window_n_sheets (TbWindow *self)
{
  return self->tabs ? (guint) adw_tab_view_get_n_pages (self->tabs) : 0;
}

TbSheet *
tb_window_nth_sheet (TbWindow *self, guint n)
{
  return TB_SHEET (adw_tab_page_get_child (adw_tab_view_get_nth_page (self->tabs, (int) n)));
}

void
tb_window_select (TbWindow *self, TbSheet *sheet)
{
  adw_tab_view_set_selected_page (self->tabs,
                                  adw_tab_view_get_page (self->tabs, GTK_WIDGET (sheet)));
}

void
tb_window_drop_sheet (TbWindow *self, TbSheet *sheet)
{
  AdwTabPage *page = adw_tab_view_get_page (self->tabs, GTK_WIDGET (sheet));
  g_signal_handlers_block_by_func (self->tabs, tb_window_close_page, self);
  adw_tab_view_close_page (self->tabs, page);
  g_signal_handlers_unblock_by_func (self->tabs, tb_window_close_page, self);
}

static void
selected (TbWindow *self)
{
  AdwTabPage *page = adw_tab_view_get_selected_page (self->tabs);
  tb_window_set_classroom (self, FALSE);
  self->sheet = page ? TB_SHEET (adw_tab_page_get_child (page)) : NULL;
  dismiss_others (self);
  host_toasts (self);
  update_header (self);
}

static void
page_attached (AdwTabView *tabs, AdwTabPage *page, int position, TbWindow *self)
{
  TbSheet *sheet = TB_SHEET (adw_tab_page_get_child (page));
  sheet->window = self;
  update_tab (self, sheet);
}

/* The last one went to another window. */
static void
page_detached (AdwTabView *tabs, AdwTabPage *page, int position, TbWindow *self)
{
  TB_SHEET (adw_tab_page_get_child (page))->window = NULL;
  if (!adw_tab_view_get_n_pages (tabs) && !gtk_widget_in_destruction (GTK_WIDGET (self)))
    gtk_window_close (GTK_WINDOW (self));
}

static void
n_pages_changed (TbWindow *self)
{
  queue_names (self);
  tb_window_update_actions (self);
}

/* One document needs no tab: the bar is made before the second. */
static void
build_bar (TbWindow *self)
{
  if (self->bar)
    return;
  self->bar = GTK_WIDGET (adw_tab_bar_new ());
  adw_tab_bar_set_view (ADW_TAB_BAR (self->bar), self->tabs);
  gtk_box_prepend (GTK_BOX (self->desk), self->bar);
}

static void build_desk (TbWindow *self);

/* A tab that is dropped outside. */
static AdwTabView *
create_window (AdwTabView *tabs, TbWindow *self)
{
  TbWindow *window = tb_window_new (gtk_window_get_application (GTK_WINDOW (self)));
  build_desk (window);
  build_bar (window);
  gtk_window_present (GTK_WINDOW (window));
  return window->tabs;
}

void
tb_window_move_out (TbWindow *self)
{
  AdwTabPage *page = adw_tab_view_get_selected_page (self->tabs);
  AdwTabView *other = create_window (self->tabs, self);
  adw_tab_view_transfer_page (self->tabs, page, other, 0);
}

/* Ctrl+Home and Ctrl+End are the drawing's. */
#define NOT_OF_TABS                                                                                \
  (ADW_TAB_VIEW_SHORTCUT_CONTROL_HOME | ADW_TAB_VIEW_SHORTCUT_CONTROL_END                          \
   | ADW_TAB_VIEW_SHORTCUT_CONTROL_SHIFT_HOME | ADW_TAB_VIEW_SHORTCUT_CONTROL_SHIFT_END)

/* Only for a document: a start page needs none of it. */
static void
build_desk (TbWindow *self)
{
  self->desk = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  self->tabs = adw_tab_view_new ();
  adw_tab_view_remove_shortcuts (self->tabs, NOT_OF_TABS);
  gtk_widget_set_vexpand (GTK_WIDGET (self->tabs), TRUE);
  gtk_box_append (GTK_BOX (self->desk), GTK_WIDGET (self->tabs));
  g_signal_connect_swapped (self->tabs, "notify::selected-page", G_CALLBACK (selected), self);
  g_signal_connect_swapped (self->tabs, "notify::n-pages", G_CALLBACK (n_pages_changed), self);
  g_signal_connect (self->tabs, "page-attached", G_CALLBACK (page_attached), self);
  g_signal_connect (self->tabs, "page-detached", G_CALLBACK (page_detached), self);
  g_signal_connect (self->tabs, "close-page", G_CALLBACK (tb_window_close_page), self);
  g_signal_connect (self->tabs, "create-window", G_CALLBACK (create_window), self);
  gtk_stack_add_named (self->pages, self->desk, "desk");
  gtk_stack_set_visible_child (self->pages, self->desk);
}

void
tb_window_add_document (TbWindow *window, TbDocument *document)
{
  TbSheet *sheet = tb_sheet_new (document);
  if (!window->tabs)
    build_desk (window);
  if (tb_window_n_sheets (window))
    build_bar (window);
  AdwTabPage *page = adw_tab_view_append (window->tabs, GTK_WIDGET (sheet));
  adw_tab_view_set_selected_page (window->tabs, page);
  gtk_stack_set_visible_child (window->pages, window->desk);
  gtk_widget_grab_focus (GTK_WIDGET (sheet));
}

TbDocument *
tb_window_document (TbWindow *window)
{
  return window->sheet ? window->sheet->document : NULL;
}

/* ---- Life ------------------------------------------------------------------------------------ */

static void
build (TbWindow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  self->pages = GTK_STACK (gtk_stack_new ());
  gtk_widget_add_css_class (GTK_WIDGET (self->pages), "pages");
  self->header = TB_HEADER (tb_header_new ());
  gtk_widget_set_vexpand (GTK_WIDGET (self->pages), TRUE);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->header));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->pages));
  /* Toasts wait for each other and go by themselves; what was said last can be read for long. */
  GtkWidget *overlay = gtk_overlay_new ();
  self->announcer = tb_announcer_new ();
  gtk_overlay_set_child (GTK_OVERLAY (overlay), box);
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), self->announcer);
  self->toasts = g_object_ref_sink (ADW_TOAST_OVERLAY (adw_toast_overlay_new ()));
  gtk_widget_set_halign (GTK_WIDGET (self->toasts), GTK_ALIGN_CENTER);
  gtk_widget_set_valign (GTK_WIDGET (self->toasts), GTK_ALIGN_END);
  host_toasts (self);
  adw_application_window_set_content (ADW_APPLICATION_WINDOW (self), overlay);
}

static void
remember (TbWindow *self)
{
  int width, height;
  gtk_window_get_default_size (GTK_WINDOW (self), &width, &height);
  tb_settings_set ("width", width);
  tb_settings_set ("height", height);
  tb_settings_write ();
}

static gboolean
tb_window_close_request (GtkWindow *window)
{
  if (!tb_window_may_close (TB_WINDOW (window)))
    return GDK_EVENT_STOP;
  tb_window_set_classroom (TB_WINDOW (window), FALSE);
  remember (TB_WINDOW (window));
  return GTK_WINDOW_CLASS (tb_window_parent_class)->close_request (window);
}

static void
tb_window_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  tb_header_set_compact (TB_WINDOW (widget)->header, width < TB_HEADER_COMPACT);
  GTK_WIDGET_CLASS (tb_window_parent_class)->size_allocate (widget, width, height, baseline);
}

/* Sheets may outlive the window by a question that is still open. */
static void
tb_window_dispose (GObject *object)
{
  TbWindow *self = TB_WINDOW (object);
  self->sheet = NULL;
  g_clear_handle_id (&self->names_id, g_source_remove);
  tb_window_forget_foreign (self);
  if (self->tabs)
    {
      g_signal_handlers_disconnect_by_data (self->tabs, self);
      for (guint i = 0; i < tb_window_n_sheets (self); i++)
        tb_window_nth_sheet (self, i)->window = NULL;
      self->tabs = NULL;
    }
  drop_room (self);
  g_clear_object (&self->toasts);
  G_OBJECT_CLASS (tb_window_parent_class)->dispose (object);
}

static void
tb_window_finalize (GObject *object)
{
  g_ptr_array_unref (TB_WINDOW (object)->told);
  G_OBJECT_CLASS (tb_window_parent_class)->finalize (object);
}

static void
tb_window_class_init (TbWindowClass *class)
{
  G_OBJECT_CLASS (class)->dispose = tb_window_dispose;
  G_OBJECT_CLASS (class)->finalize = tb_window_finalize;
  GTK_WINDOW_CLASS (class)->close_request = tb_window_close_request;
  GTK_WIDGET_CLASS (class)->size_allocate = tb_window_size_allocate;
}

static void
tb_window_init (TbWindow *self)
{
  self->told = g_ptr_array_new_with_free_func (g_object_unref);
  build (self);
  tb_window_install_actions (self);
  tb_window_watch_classroom_keys (self);
  tb_window_accept_files (self);
  update_header (self);
}

TbWindow *
tb_window_new (GtkApplication *application)
{
  return g_object_new (TB_TYPE_WINDOW, "application", application, "default-width",
                       tb_settings_get ("width", 1280), "default-height",
                       tb_settings_get ("height", 800), NULL);
}
