#include "window-private.h"

#include <stdarg.h>

#include "ask.h"
#include "format.h"
#include "palette.h"
#include "settings.h"
#include "start-page.h"
#include "util.h"

/* Soon enough to be live, late enough that a drag is not held up by it. */
#define VALIDATE_MS 30

G_DEFINE_FINAL_TYPE (TbWindow, tb_window, ADW_TYPE_APPLICATION_WINDOW)

void
tb_window_toast (TbWindow *window, const char *sentence)
{
  AdwToast *toast = adw_toast_new ("");
  g_autofree char *text = g_markup_escape_text (sentence, -1);
  adw_toast_set_title (toast, text);
  adw_toast_set_timeout (toast, 6);
  adw_toast_overlay_add_toast (window->toasts, toast);
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

void
tb_window_reveal (TbWindow *self, TbUid uid)
{
  if (!self->editor || !tb_model_get (tb_document_model (self->document), uid))
    return;
  tb_editor_select_one (self->editor, uid);
  tb_canvas_scroll_to (self->canvas, uid);
}

/* ---- Following the document ------------------------------------------------------------------ */

void
tb_window_update_title (TbWindow *self)
{
  if (!self->document)
    {
      gtk_window_set_title (GTK_WINDOW (self), "Tierboard");
      tb_header_set_title (self->header, "Tierboard", "");
      return;
    }
  const TbElement *root = tb_model_root (tb_document_model (self->document));
  const char *path = tb_document_path (self->document);
  g_autofree char *where = path ? tb_format_path (path) : g_strdup ("not saved yet");
  gboolean edited = tb_document_is_modified (self->document);
  const char *state = !path ? "" : edited ? " · edited" : " · saved";
  g_autofree char *subtitle = g_strconcat (where, state, NULL);
  tb_header_set_title (self->header, tb_element_title (root), subtitle);
  g_autofree char *title = g_strconcat (tb_element_title (root), " – Tierboard", NULL);
  gtk_window_set_title (GTK_WINDOW (self), title);
}

static void
document_state (TbWindow *self)
{
  tb_window_update_title (self);
  tb_window_update_actions (self);
  tb_header_set_undo (self->header, tb_document_undo_label (self->document),
                      tb_document_redo_label (self->document));
}

static gboolean
validate (gpointer data)
{
  TbWindow *self = data;
  self->validate_id = 0;
  TbProblems *problems = tb_problems_new ();
  tb_model_validate (tb_document_model (self->document), problems);
  tb_panel_set_problems (self->panel, problems);
  g_clear_pointer (&self->problems, g_ptr_array_unref);
  self->problems = problems;
  return G_SOURCE_REMOVE;
}

static void
document_changed (TbDocument *document, const TbEdit *edits, guint n, TbWindow *self)
{
  if (!self->validate_id)
    self->validate_id = g_timeout_add (VALIDATE_MS, validate, self);
  tb_window_update_title (self);
  tb_window_update_actions (self);
}

static void
editor_asks (TbEditor *editor, const char *what, TbWindow *self)
{
  tb_ask_editor (self->canvas, what);
}

static void
editor_message (TbEditor *editor, const char *sentence, TbWindow *self)
{
  tb_window_toast (self, sentence);
}

/* ---- Building -------------------------------------------------------------------------------- */

static void
picked (GtkWidget *widget, guint uid, TbWindow *self)
{
  tb_window_reveal (self, uid);
}

static GtkWidget *
new_left (TbWindow *self)
{
  GtkWidget *paned = gtk_paned_new (GTK_ORIENTATION_VERTICAL);
  self->outline = TB_OUTLINE (tb_outline_new ());
  gtk_paned_set_start_child (GTK_PANED (paned), tb_ui_scrolled (tb_palette_new ()));
  gtk_paned_set_end_child (GTK_PANED (paned), GTK_WIDGET (self->outline));
  gtk_paned_set_position (GTK_PANED (paned), tb_settings_get ("palette-height", 560));
  gtk_paned_set_resize_end_child (GTK_PANED (paned), TRUE);
  gtk_paned_set_resize_start_child (GTK_PANED (paned), FALSE);
  gtk_widget_add_css_class (paned, "side");
  gtk_widget_add_css_class (paned, "left");
  g_signal_connect (self->outline, "picked", G_CALLBACK (picked), self);
  return paned;
}

static void
show_zoom (TbWindow *self)
{
  g_autofree char *text
      = g_strdup_printf ("%.0f\u202f%%", tb_canvas_zoom (self->canvas) * 100);
  gtk_button_set_label (GTK_BUTTON (self->zoom_label), text);
}

static GtkWidget *
new_zoom_bar (TbWindow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  self->zoom_label = gtk_button_new_with_label ("100 %");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->zoom_label), "win.zoom-100");
  gtk_widget_set_tooltip_text (self->zoom_label, "Zoom to 100 % (Ctrl+0)");
  gtk_widget_add_css_class (self->zoom_label, "numeric");
  gtk_box_append (GTK_BOX (box),
                  tb_ui_icon_button ("list-remove-symbolic", "Zoom out", "win.zoom-out"));
  gtk_box_append (GTK_BOX (box), self->zoom_label);
  gtk_box_append (GTK_BOX (box), tb_ui_icon_button ("list-add-symbolic", "Zoom in", "win.zoom-in"));
  gtk_box_append (GTK_BOX (box), tb_ui_icon_button ("zoom-fit-best-symbolic", "Whole drawing",
                                                    "win.zoom-fit"));
  gtk_widget_add_css_class (box, "zoom-bar");
  gtk_widget_set_halign (box, GTK_ALIGN_END);
  gtk_widget_set_valign (box, GTK_ALIGN_END);
  return box;
}

static GtkWidget *
new_corner (const char *icon, const char *name, const char *action, GtkAlign align)
{
  GtkWidget *button = tb_ui_icon_button (icon, name, action);
  gtk_widget_add_css_class (button, "corner");
  gtk_widget_set_halign (button, align);
  gtk_widget_set_valign (button, GTK_ALIGN_START);
  gtk_widget_set_visible (button, FALSE);
  return button;
}

static GtkWidget *
new_middle (TbWindow *self)
{
  GtkWidget *overlay = gtk_overlay_new ();
  self->canvas = TB_CANVAS (tb_canvas_new ());
  gtk_widget_set_hexpand (GTK_WIDGET (self->canvas), TRUE);
  gtk_widget_set_vexpand (GTK_WIDGET (self->canvas), TRUE);
  gtk_overlay_set_child (GTK_OVERLAY (overlay), GTK_WIDGET (self->canvas));
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), new_zoom_bar (self));
  self->corner[TB_SHELL_LEFT] = new_corner ("sidebar-show-symbolic", "Palette and outline",
                                            "win.left-panel", GTK_ALIGN_START);
  self->corner[TB_SHELL_RIGHT] = new_corner ("sidebar-show-right-symbolic", "Properties",
                                             "win.right-panel", GTK_ALIGN_END);
  for (int side = 0; side < 2; side++)
    gtk_overlay_add_overlay (GTK_OVERLAY (overlay), self->corner[side]);
  self->panel = TB_PANEL (tb_panel_new ());
  self->paned = gtk_paned_new (GTK_ORIENTATION_VERTICAL);
  gtk_paned_set_start_child (GTK_PANED (self->paned), overlay);
  gtk_paned_set_end_child (GTK_PANED (self->paned), GTK_WIDGET (self->panel));
  gtk_paned_set_resize_end_child (GTK_PANED (self->paned), FALSE);
  gtk_paned_set_shrink_start_child (GTK_PANED (self->paned), TRUE);
  gtk_widget_set_size_request (GTK_WIDGET (self->panel), -1,
                               tb_settings_get ("panel-height", 230));
  g_signal_connect (self->panel, "picked", G_CALLBACK (picked), self);
  g_signal_connect_swapped (self->canvas, "zoom-changed", G_CALLBACK (show_zoom), self);
  g_signal_connect (self->canvas, "live-frame", G_CALLBACK (tb_window_live_frame), self);
  g_signal_connect (self->canvas, "context-menu", G_CALLBACK (tb_window_context_menu), self);
  return self->paned;
}

static void
layout_changed (TbWindow *self)
{
  gboolean narrow = tb_shell_is_narrow (self->shell);
  for (int side = 0; side < 2; side++)
    gtk_widget_set_visible (self->corner[side], narrow);
}

/* Only for a document: a start page needs none of it. */
static void
build_editor (TbWindow *self)
{
  GtkWidget *left = new_left (self), *middle = new_middle (self);
  self->inspector = TB_INSPECTOR (tb_inspector_new ());
  gtk_widget_add_css_class (GTK_WIDGET (self->inspector), "side");
  gtk_widget_add_css_class (GTK_WIDGET (self->inspector), "right");
  self->shell = TB_SHELL (tb_shell_new (left, middle, GTK_WIDGET (self->inspector)));
  tb_shell_set_width (self->shell, TB_SHELL_LEFT, tb_settings_get ("left-width", 208));
  tb_shell_set_width (self->shell, TB_SHELL_RIGHT, tb_settings_get ("right-width", 258));
  g_signal_connect_swapped (self->shell, "layout-changed", G_CALLBACK (layout_changed), self);
  gtk_stack_add_named (self->pages, GTK_WIDGET (self->shell), "editor");
}

static void
build (TbWindow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  self->pages = GTK_STACK (gtk_stack_new ());
  self->toasts = ADW_TOAST_OVERLAY (adw_toast_overlay_new ());
  adw_toast_overlay_set_child (self->toasts, GTK_WIDGET (self->pages));
  self->header = TB_HEADER (tb_header_new ());
  gtk_widget_set_vexpand (GTK_WIDGET (self->toasts), TRUE);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->header));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->toasts));
  adw_application_window_set_content (ADW_APPLICATION_WINDOW (self), box);
}

/* ---- The document ---------------------------------------------------------------------------- */

static void
forget_document (TbWindow *self)
{
  g_clear_handle_id (&self->validate_id, g_source_remove);
  tb_window_drop_session (self);
  g_signal_group_set_target (self->document_signals, NULL);
  g_signal_group_set_target (self->editor_signals, NULL);
  if (self->panel)
    tb_panel_set_editor (self->panel, NULL);
  g_clear_pointer (&self->problems, g_ptr_array_unref);
  g_clear_pointer (&self->run_problems, g_ptr_array_unref);
  g_clear_pointer (&self->states, g_byte_array_unref);
}

static void
show_editor (TbWindow *self)
{
  tb_canvas_set_editor (self->canvas, self->editor);
  tb_outline_set_editor (self->outline, self->editor);
  tb_inspector_set_editor (self->inspector, self->editor);
  tb_panel_set_editor (self->panel, self->editor);
}

void
tb_window_set_document (TbWindow *window, TbDocument *document)
{
  forget_document (window);
  if (!window->shell)
    build_editor (window);
  g_set_object (&window->document, document);
  g_clear_object (&window->editor);
  window->editor = tb_editor_new (document, NULL);
  g_signal_group_set_target (window->document_signals, document);
  g_signal_group_set_target (window->editor_signals, window->editor);
  show_editor (window);
  tb_header_set_document (window->header, TRUE);
  gtk_stack_set_visible_child_name (window->pages, "editor");
  document_state (window);
  validate (window);
  gtk_widget_grab_focus (GTK_WIDGET (window->canvas));
}

TbDocument *
tb_window_document (TbWindow *window)
{
  return window->document;
}

gboolean
tb_window_is_pristine (TbWindow *window)
{
  if (!window->document)
    return TRUE;
  return !tb_document_path (window->document) && !tb_document_is_modified (window->document)
         && !window->session;
}

/* ---- Life ------------------------------------------------------------------------------------ */

static void
remember (TbWindow *self)
{
  int width, height;
  gtk_window_get_default_size (GTK_WINDOW (self), &width, &height);
  tb_settings_set ("width", width);
  tb_settings_set ("height", height);
  if (self->shell)
    {
      tb_settings_set ("left-width", tb_shell_width (self->shell, TB_SHELL_LEFT));
      tb_settings_set ("right-width", tb_shell_width (self->shell, TB_SHELL_RIGHT));
    }
  tb_settings_write ();
}

static gboolean
tb_window_close_request (GtkWindow *window)
{
  if (!tb_window_may_close (TB_WINDOW (window)))
    return GDK_EVENT_STOP;
  remember (TB_WINDOW (window));
  return GTK_WINDOW_CLASS (tb_window_parent_class)->close_request (window);
}

static void
tb_window_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  tb_header_set_compact (TB_WINDOW (widget)->header, width < TB_HEADER_COMPACT);
  GTK_WIDGET_CLASS (tb_window_parent_class)->size_allocate (widget, width, height, baseline);
}

static void
tb_window_dispose (GObject *object)
{
  TbWindow *self = TB_WINDOW (object);
  if (self->document_signals)
    forget_document (self);
  g_clear_pointer (&self->context_menu, gtk_widget_unparent);
  g_clear_object (&self->document_signals);
  g_clear_object (&self->editor_signals);
  if (self->editor)
    {
      tb_canvas_set_editor (self->canvas, NULL);
      tb_outline_set_editor (self->outline, NULL);
      tb_inspector_set_editor (self->inspector, NULL);
    }
  g_clear_object (&self->editor);
  g_clear_object (&self->document);
  G_OBJECT_CLASS (tb_window_parent_class)->dispose (object);
}

static void
tb_window_class_init (TbWindowClass *class)
{
  G_OBJECT_CLASS (class)->dispose = tb_window_dispose;
  GTK_WINDOW_CLASS (class)->close_request = tb_window_close_request;
  GTK_WIDGET_CLASS (class)->size_allocate = tb_window_size_allocate;
}

static void
tb_window_init (TbWindow *self)
{
  self->document_signals = g_signal_group_new (TB_TYPE_DOCUMENT);
  g_signal_group_connect_swapped (self->document_signals, "state-changed",
                                  G_CALLBACK (document_state), self);
  g_signal_group_connect (self->document_signals, "changed", G_CALLBACK (document_changed), self);
  self->editor_signals = g_signal_group_new (TB_TYPE_EDITOR);
  g_signal_group_connect_swapped (self->editor_signals, "selection-changed",
                                  G_CALLBACK (tb_window_update_actions), self);
  g_signal_group_connect (self->editor_signals, "message", G_CALLBACK (editor_message), self);
  g_signal_group_connect (self->editor_signals, "ask", G_CALLBACK (editor_asks), self);
  build (self);
  tb_window_install_actions (self);
  tb_window_accept_files (self);
  tb_window_update_title (self);
  tb_window_update_actions (self);
}

TbWindow *
tb_window_new (GtkApplication *application)
{
  return g_object_new (TB_TYPE_WINDOW, "application", application, "default-width",
                       tb_settings_get ("width", 1280), "default-height",
                       tb_settings_get ("height", 800), NULL);
}
