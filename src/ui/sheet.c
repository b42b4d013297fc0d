#include "sheet-private.h"

#include "announcer.h"
#include "ask.h"
#include "clipboard.h"
#include "failing.h"
#include "format.h"
#include "later.h"
#include "offer.h"
#include "palette.h"
#include "panes.h"
#include "settings.h"
#include "util.h"
#include "window-private.h"

/* Heights of the bottom panel: of its tabs alone, and the least at which it counts as open. */
#define PANEL_TABS 44
#define PANEL_LEAST 80
#define MINIMAP_ROOM 190
#define TOAST_ROOM 120 /* of a canvas' height, its lower bars included */

G_DEFINE_FINAL_TYPE (TbSheet, tb_sheet, GTK_TYPE_WIDGET)

TbDocument *
tb_sheet_document (TbSheet *sheet)
{
  return sheet->document;
}

gboolean
tb_sheet_is_pristine (TbSheet *sheet)
{
  return !tb_document_path (sheet->document) && !tb_document_is_modified (sheet->document)
         && !sheet->session && !sheet->recording;
}

gboolean
tb_sheet_is_current (TbSheet *self)
{
  return self->window && self->window->sheet == self;
}

/* Said in the window it is in, with its name where another one is looked at. */
void
tb_sheet_toast (TbSheet *self, const char *sentence)
{
  if (!self->window)
    return;
  if (tb_sheet_is_current (self))
    {
      tb_window_toast_of (self->window, self, sentence);
      return;
    }
  const TbElement *root = tb_model_root (tb_document_model (self->document));
  tb_window_toastf (self->window, "%s: %s", tb_element_title (root), sentence);
}

static gboolean
room_for_minimap (GBinding *binding, const GValue *visible, GValue *margin, gpointer data)
{
  g_value_set_int (margin, g_value_get_boolean (visible) ? MINIMAP_ROOM : 0);
  return TRUE;
}

gboolean
tb_sheet_shows_toasts (TbSheet *self)
{
  int height = gtk_widget_get_height (GTK_WIDGET (self->canvas));
  gboolean covered = tb_shell_is_narrow (self->shell)
                     && (tb_shell_is_open (self->shell, TB_SHELL_LEFT) || tb_shell_is_open (self->shell, TB_SHELL_RIGHT));
  return !covered && (height >= TOAST_ROOM || !gtk_widget_get_mapped (GTK_WIDGET (self)));
}

GtkWidget *
tb_sheet_desk (TbSheet *self)
{
  return gtk_widget_get_parent (GTK_WIDGET (self->canvas));
}

GBinding *
tb_sheet_bind_toasts (TbSheet *self, GtkWidget *toasts)
{
  return g_object_bind_property_full (self->minimap, "visible", toasts, "margin-end", G_BINDING_SYNC_CREATE,
                                      room_for_minimap, NULL, NULL, NULL);
}

void
tb_sheet_reveal (TbSheet *self, TbUid uid)
{
  TbUid drawn = tb_canvas_drawn_for (self->canvas, uid);
  uid = drawn ? drawn : uid;
  if (!tb_model_get (tb_sheet_shown_model (self), uid))
    return;
  tb_editor_select_one (self->editor, uid);
  tb_canvas_scroll_to (self->canvas, uid);
}

/* ---- Following the document ------------------------------------------------------------------ */

char *
tb_sheet_tab_title (TbSheet *self)
{
  const TbElement *root = tb_model_root (tb_document_model (self->document));
  return g_strconcat (tb_document_is_modified (self->document) ? "• " : "", tb_element_title (root),
                      NULL);
}

char *
tb_sheet_subtitle (TbSheet *self)
{
  const char *path = tb_document_path (self->document);
  if (!path && self->recording)
    {
      g_autofree char *of = tb_format_path (tb_past_path (self->recording));
      return g_strconcat ("recording · ", of, self->own_editor ? " · drawn as it was then" : "", NULL);
    }
  if (!path && self->made_of)
    {
      g_autofree char *of = g_path_get_basename (self->made_of);
      return g_strconcat ("not saved yet · made of ", of, NULL);
    }
  if (!path)
    return g_strdup ("not saved yet");
  g_autofree char *where = tb_format_path (path);
  return g_strconcat (where, tb_document_is_modified (self->document) ? " · edited" : " · saved",
                      NULL);
}

void
tb_sheet_state_changed (TbSheet *self)
{
  if (self->window)
    tb_window_sheet_changed (self->window, self);
}

static gboolean
show_failing (gpointer data)
{
  TbSheet *self = data;
  self->failing_id = 0;
  tb_failing_show (self->canvas, self->failing, self->editor, tb_settings_get ("failing", FALSE));
  return G_SOURCE_REMOVE;
}

/* Once for all that changes at a time; while it is not wanted, nothing is computed. */
static void
queue_failing (TbSheet *self)
{
  if (!self->failing_id && (tb_settings_get ("failing", FALSE) || gtk_widget_get_visible (self->failing)))
    self->failing_id = g_idle_add (show_failing, self);
}

static void
choose_without (TbSheet *self, const char *names)
{
  g_action_change_state (G_ACTION (self->without), g_variant_new_string (names));
  if (self->editor)
    tb_failing_choose (self->editor, names);
  queue_failing (self);
}

/* A replica, or two parts together: asked for is also shown. Once more: what is selected again. */
static void
without_asked (GSimpleAction *action, GVariant *target, TbSheet *self)
{
  g_autoptr (GVariant) before = g_action_get_state (G_ACTION (action));
  choose_without (self, g_variant_equal (before, target) ? "" : g_variant_get_string (target, NULL));
  if (!tb_settings_get ("failing", FALSE))
    gtk_widget_activate_action (GTK_WIDGET (self), "win.failing", NULL);
}

static void
install_without (TbSheet *self)
{
  g_autoptr (GSimpleActionGroup) group = g_simple_action_group_new ();
  self->without = g_simple_action_new_stateful ("without", G_VARIANT_TYPE_STRING, g_variant_new_string (""));
  g_signal_connect (self->without, "activate", G_CALLBACK (without_asked), self);
  g_action_map_add_action (G_ACTION_MAP (group), G_ACTION (self->without));
  gtk_widget_insert_action_group (GTK_WIDGET (self), "sheet", G_ACTION_GROUP (group));
}

static void
document_changed (TbSheet *self, const TbEdit *edits, guint n)
{
  queue_failing (self);
  self->settled = FALSE;
  tb_sheet_drawing_changed (self, edits, n);
  tb_sheet_state_changed (self);
}

static void
selection_changed (TbSheet *self)
{
  tb_sheet_inspect_past (self);
  choose_without (self, "");
  if (tb_sheet_is_current (self))
    tb_window_update_actions (self->window);
}

static void
editor_message (TbEditor *editor, const char *sentence, TbSheet *self)
{
  tb_sheet_toast (self, sentence);
}

static void
editor_asks (TbEditor *editor, const char *what, TbSheet *self)
{
  if (tb_clipboard_ask (self, what))
    return;
  if (g_str_equal (what, "show-hidden"))
    tb_offer_hidden (self->canvas);
  else
    tb_ask_editor (self->canvas, what);
}

static void
link_dropped (TbEditor *editor, guint from, double x, double y, TbSheet *self)
{
  tb_offer_kinds (self->canvas, from, x, y);
}

/* ---- Building -------------------------------------------------------------------------------- */

static void
picked (GtkWidget *widget, guint uid, TbSheet *self)
{
  tb_sheet_reveal (self, uid);
}

/* The rest of the drawing is dimmed while a finding is chosen; what is not drawn shows by what it is in. */
static void
about (GtkWidget *widget, const TbUid *uids, guint n, TbSheet *self)
{
  g_autofree TbUid *drawn = g_new (TbUid, n + 1);
  for (guint i = 0; i < n; i++)
    {
      TbUid shown = tb_canvas_drawn_for (self->canvas, uids[i]);
      drawn[i] = shown ? shown : uids[i];
    }
  tb_canvas_set_matches (self->canvas, n ? drawn : NULL, n);
}

/* Enter in the outline: to the element itself. */
static void
entered (GtkWidget *widget, guint uid, TbSheet *self)
{
  tb_canvas_focus_element (self->canvas, uid);
}

static void
menu_asked (GtkWidget *widget, guint uid, TbSheet *self)
{
  TbItemKind kind;
  TbRect r;
  double x = 0, y = 0;
  tb_canvas_focus_element (self->canvas, uid);
  if (tb_scene_item (tb_editor_scene (self->editor), uid, &kind, &r))
    tb_canvas_from_world (self->canvas, &(TbPoint){ r.x + r.width / 2, r.y + r.height / 2 }, &x,
                          &y);
  tb_sheet_context_menu (self->canvas, uid, 0, x, y, self);
}

static GtkWidget *
new_left (TbSheet *self)
{
  GtkWidget *paned = gtk_paned_new (GTK_ORIENTATION_VERTICAL);
  self->outline = TB_OUTLINE (tb_outline_new ());
  self->palette = tb_ui_scrolled (tb_palette_new ());
  gtk_paned_set_start_child (GTK_PANED (paned), self->palette);
  gtk_paned_set_end_child (GTK_PANED (paned), GTK_WIDGET (self->outline));
  gtk_paned_set_position (GTK_PANED (paned), tb_settings_get ("palette-height", 560));
  gtk_paned_set_resize_end_child (GTK_PANED (paned), TRUE);
  gtk_paned_set_resize_start_child (GTK_PANED (paned), FALSE);
  g_signal_connect (self->outline, "picked", G_CALLBACK (picked), self);
  g_signal_connect (self->outline, "entered", G_CALLBACK (entered), self);
  g_signal_connect (self->outline, "menu", G_CALLBACK (menu_asked), self);
  return paned;
}

static gboolean
show_zoom (gpointer data)
{
  TbSheet *self = data;
  self->zoom_id = 0;
  g_autofree char *text
      = g_strdup_printf ("%.0f\u202f%%", tb_canvas_zoom (self->canvas) * 100);
  gtk_button_set_label (GTK_BUTTON (self->zoom_label), text);
  return G_SOURCE_REMOVE;
}

/* A drawing is fitted while the canvas is laid out: too late for another label. */
static void
zoom_changed (TbSheet *self)
{
  if (!self->zoom_id)
    self->zoom_id = g_idle_add (show_zoom, self);
}

static GtkWidget *
new_zoom_bar (TbSheet *self)
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
  gtk_box_append (GTK_BOX (box), tb_ui_icon_button ("object-flip-horizontal-symbolic",
                                                    "Make room: drag to push all beyond",
                                                    "edit.make-room"));
  gtk_box_append (GTK_BOX (box), tb_ui_icon_button ("view-grid-symbolic", "Grid (Ctrl+')",
                                                    "edit.grid"));
  gtk_widget_add_css_class (box, "zoom-bar");
  gtk_widget_set_halign (box, GTK_ALIGN_END);
  return box;
}

/* Where one is: the minimap, and under it the zoom. */
static GtkWidget *
new_whereabouts (TbSheet *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  self->minimap = TB_MINIMAP (tb_minimap_new (self->canvas));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->minimap));
  gtk_box_append (GTK_BOX (box), new_zoom_bar (self));
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

/* The canvas, and what floats over it. */
static GtkWidget *
new_desk (TbSheet *self)
{
  GtkWidget *overlay = gtk_overlay_new ();
  gtk_widget_add_css_class (overlay, "desk");
  self->canvas = TB_CANVAS (tb_canvas_new ());
  gtk_widget_set_hexpand (GTK_WIDGET (self->canvas), TRUE);
  gtk_widget_set_vexpand (GTK_WIDGET (self->canvas), TRUE);
  gtk_overlay_set_child (GTK_OVERLAY (overlay), GTK_WIDGET (self->canvas));
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), new_whereabouts (self));
  self->announcer = tb_announcer_new ();
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), self->announcer);
  self->view_bar = TB_VIEW_BAR (tb_view_bar_new ());
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), GTK_WIDGET (self->view_bar));
  self->corner[TB_SHELL_LEFT] = new_corner ("sidebar-show-symbolic", "Palette and outline",
                                            "win.left-panel", GTK_ALIGN_START);
  self->corner[TB_SHELL_RIGHT] = new_corner ("sidebar-show-right-symbolic", "Properties",
                                             "win.right-panel", GTK_ALIGN_END);
  for (int side = 0; side < 2; side++)
    gtk_overlay_add_overlay (GTK_OVERLAY (overlay), self->corner[side]);
  self->failing = tb_failing_note_new ();
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), self->failing);
  self->taps = tb_taps_new ();
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), self->taps);
  g_signal_connect_swapped (self->canvas, "zoom-changed", G_CALLBACK (zoom_changed), self);
  g_signal_connect (self->canvas, "live-frame", G_CALLBACK (tb_sheet_live_frame), self);
  g_signal_connect (self->canvas, "context-menu", G_CALLBACK (tb_sheet_context_menu), self);
  return overlay;
}

/* What is to be said of the file, and the canvas. */
static GtkWidget *
new_top (TbSheet *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  self->notice = TB_NOTICE_BAR (tb_notice_bar_new ());
  self->run_notice = TB_NOTICE_BAR (tb_notice_bar_new ());
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->notice));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->run_notice));
  gtk_box_append (GTK_BOX (box), new_desk (self));
  gtk_box_append (GTK_BOX (box), tb_sheet_new_scenario_bar (self));
  self->time_box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_append (GTK_BOX (self->time_box), tb_sheet_new_time_bar (self));
  gtk_box_append (GTK_BOX (box), self->time_box);
  return box;
}

/* Folded it is as low as its tabs are; open, as high as it was left last. */
static void
panel_fold_changed (TbSheet *self)
{
  gboolean folded = tb_panel_is_folded (self->panel);
  int height = gtk_widget_get_height (GTK_WIDGET (self->panel));
  if (folded && height > PANEL_LEAST)
    tb_settings_set ("panel-height", height);
  gtk_widget_set_size_request (GTK_WIDGET (self->panel), -1,
                               folded ? PANEL_TABS : tb_settings_get ("panel-height", 230));
  if (folded || !self->panel_pulled)
    g_object_set (self->paned, "position-set", FALSE, NULL);
}

/* Whoever pulls the folded panel up wants it open. */
static void
panel_pulled (TbSheet *self)
{
  gboolean by_hand;
  g_object_get (self->paned, "position-set", &by_hand, NULL);
  int left = gtk_widget_get_height (self->paned) - gtk_paned_get_position (GTK_PANED (self->paned));
  if (!by_hand || !tb_panel_is_folded (self->panel) || left < PANEL_LEAST)
    return;
  self->panel_pulled = TRUE;
  tb_panel_set_folded (self->panel, FALSE);
  self->panel_pulled = FALSE;
}

/* What the Prediction page says, beside what it is about. */
static void
marked (GtkWidget *panel, gpointer data, TbSheet *self)
{
  const GArray *marks = data;
  tb_canvas_set_marks (self->canvas, marks ? (const TbCanvasMark *) (const void *) marks->data : NULL, marks ? marks->len : 0);
}

static GtkWidget *
new_middle (TbSheet *self)
{
  self->panel = TB_PANEL (tb_panel_new ());
  tb_panel_set_moment (self->panel, self->moment);
  self->paned = gtk_paned_new (GTK_ORIENTATION_VERTICAL);
  self->split = gtk_paned_new (GTK_ORIENTATION_HORIZONTAL);
  gtk_paned_set_start_child (GTK_PANED (self->split), new_top (self));
  gtk_paned_set_start_child (GTK_PANED (self->paned), self->split);
  gtk_paned_set_end_child (GTK_PANED (self->paned), tb_later_new (GTK_WIDGET (self->panel)));
  gtk_paned_set_resize_end_child (GTK_PANED (self->paned), FALSE);
  gtk_paned_set_shrink_start_child (GTK_PANED (self->paned), TRUE);
  panel_fold_changed (self);
  g_signal_connect (self->panel, "picked", G_CALLBACK (picked), self);
  g_signal_connect (self->panel, "marked", G_CALLBACK (marked), self);
  g_signal_connect (self->panel, "about", G_CALLBACK (about), self);
  g_signal_connect_swapped (self->panel, "fold-changed", G_CALLBACK (panel_fold_changed), self);
  g_signal_connect_swapped (self->panel, "refused", G_CALLBACK (tb_sheet_toast), self);
  g_signal_connect_swapped (self->paned, "notify::position", G_CALLBACK (panel_pulled), self);
  return self->paned;
}

/* Beside the canvas, or below it where there is no room beside. */
static void
arrange_source (TbSheet *self)
{
  gboolean narrow = tb_shell_is_narrow (self->shell);
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self->split), narrow ? GTK_ORIENTATION_VERTICAL
                                                                       : GTK_ORIENTATION_HORIZONTAL);
  if (!self->source)
    return;
  int width = gtk_widget_get_width (self->split), height = gtk_widget_get_height (self->split);
  gtk_paned_set_position (GTK_PANED (self->split), narrow ? height / 2 : width - width * 45 / 100);
}

/* Made when it is first asked for: a text view is more than a window needs to start. */
void
tb_sheet_show_source (TbSheet *self, gboolean show)
{
  if (show && !self->source)
    {
      self->source = TB_SOURCE_PANE (tb_source_pane_new ());
      gtk_paned_set_end_child (GTK_PANED (self->split), GTK_WIDGET (self->source));
      gtk_paned_set_resize_end_child (GTK_PANED (self->split), TRUE);
      tb_source_pane_set_editor (self->source, self->editor);
      arrange_source (self);
    }
  if (self->source)
    gtk_widget_set_visible (GTK_WIDGET (self->source), show);
  if (show)
    gtk_widget_grab_focus (GTK_WIDGET (self->source));
}

gboolean
tb_sheet_shows_source (TbSheet *self)
{
  return self->source && gtk_widget_get_visible (GTK_WIDGET (self->source));
}

/* Widths are the same in every tab: what the next one shown takes over. */
static void
layout_changed (TbSheet *self)
{
  gboolean narrow = tb_shell_is_narrow (self->shell);
  for (int side = 0; side < 2; side++)
    gtk_widget_set_visible (self->corner[side], narrow);
  if (narrow != self->narrow)
    {
      self->narrow = narrow;
      tb_scenario_bar_set_narrow (self->scenario_bar, narrow);
      arrange_source (self);
    }
  tb_settings_set ("left-width", tb_shell_width (self->shell, TB_SHELL_LEFT));
  tb_settings_set ("right-width", tb_shell_width (self->shell, TB_SHELL_RIGHT));
}

static void
take_widths (TbSheet *self)
{
  int left = tb_settings_get ("left-width", 208), right = tb_settings_get ("right-width", 258);
  tb_shell_set_width (self->shell, TB_SHELL_LEFT, left);
  tb_shell_set_width (self->shell, TB_SHELL_RIGHT, right);
}

static GtkWidget *
new_side (GtkWidget *panel, const char *side)
{
  GtkWidget *later = tb_later_new (panel);
  gtk_widget_add_css_class (later, "side");
  gtk_widget_add_css_class (later, side);
  return later;
}

static void
build (TbSheet *self)
{
  GtkWidget *left = new_left (self), *middle = new_middle (self);
  self->inspector = TB_INSPECTOR (tb_inspector_new ());
  GtkWidget *panes[] = { left, GTK_WIDGET (self->inspector), GTK_WIDGET (self->panel) };
  for (guint i = 0; i < G_N_ELEMENTS (panes); i++)
    tb_pane_escapes_to (panes[i], GTK_WIDGET (self->canvas));
  self->shell = TB_SHELL (tb_shell_new (new_side (left, "left"), middle,
                                        new_side (GTK_WIDGET (self->inspector), "right")));
  take_widths (self);
  g_signal_connect_swapped (self->shell, "layout-changed", G_CALLBACK (layout_changed), self);
  gtk_widget_set_parent (GTK_WIDGET (self->shell), GTK_WIDGET (self));
}

/* ---- Life ------------------------------------------------------------------------------------ */

void
tb_sheet_show_editor (TbSheet *self, TbEditor *editor)
{
  tb_canvas_set_editor (self->canvas, editor);
  tb_outline_set_editor (self->outline, editor);
  tb_inspector_set_editor (self->inspector, editor);
  tb_panel_set_editor (self->panel, editor);
  tb_minimap_set_editor (self->minimap, editor);
  if (self->source)
    tb_source_pane_set_editor (self->source, editor);
  tb_view_bar_set_editor (self->view_bar, editor);
}

void
tb_sheet_take_choices (TbSheet *self)
{
  tb_canvas_set_span (self->canvas, (TbSpan) CLAMP (tb_settings_get ("span", 0), 0, TB_N_SPANS - 1));
  tb_minimap_set_wanted (self->minimap, tb_settings_get ("minimap", TRUE));
  tb_editor_set_grid (self->editor, tb_settings_get ("grid", TRUE));
  queue_failing (self);
}

/* The grid is also switched by a command. */
static void
options_changed (TbEditor *editor, TbSheet *self)
{
  tb_settings_set ("grid", tb_editor_grid (editor));
  if (self->window)
    tb_window_update_choices (self->window);
}

void
tb_sheet_follow_editor (TbSheet *self, TbEditor *editor)
{
  g_signal_connect_object (editor, "selection-changed", G_CALLBACK (selection_changed), self,
                           G_CONNECT_SWAPPED);
  /* What may be done depends on the view as on the selection. */
  g_signal_connect_object (editor, "view-changed", G_CALLBACK (selection_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (editor, "options-changed", G_CALLBACK (options_changed), self, 0);
  g_signal_connect_object (editor, "message", G_CALLBACK (editor_message), self, 0);
  g_signal_connect_object (editor, "ask", G_CALLBACK (editor_asks), self, 0);
  g_signal_connect_object (editor, "link-dropped", G_CALLBACK (link_dropped), self, 0);
}

static void
follow (TbSheet *self)
{
  tb_announcer_follow (self->announcer, self->editor);
  g_signal_connect_object (self->document, "state-changed", G_CALLBACK (tb_sheet_state_changed),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->document, "changed", G_CALLBACK (document_changed), self,
                           G_CONNECT_SWAPPED);
  tb_sheet_follow_editor (self, self->editor);
}

/* What stands in tabs that are not shown would otherwise be read out with the one that is. */
static void
say_hidden (GtkWidget *widget, gboolean hidden)
{
  gtk_accessible_update_state (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_STATE_HIDDEN, hidden, -1);
}

static void
tb_sheet_map (GtkWidget *widget)
{
  TbSheet *self = TB_SHEET (widget);
  take_widths (self);
  tb_sheet_take_choices (self);
  say_hidden (widget, FALSE);
  GTK_WIDGET_CLASS (tb_sheet_parent_class)->map (widget);
}

static void
tb_sheet_unmap (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (tb_sheet_parent_class)->unmap (widget);
  say_hidden (widget, TRUE);
}

static gboolean
tb_sheet_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GTK_WIDGET (TB_SHEET (widget)->canvas));
}

static void
tb_sheet_dispose (GObject *object)
{
  TbSheet *self = TB_SHEET (object);
  self->window = NULL;
  g_clear_handle_id (&self->check_id, g_source_remove);
  self->checking = TRUE; /* so that nothing begins to be checked by what follows */
  tb_sheet_show_own_drawing (self);
  g_clear_handle_id (&self->zoom_id, g_source_remove);
  g_clear_handle_id (&self->failing_id, g_source_remove);
  if (self->editor)
    {
      tb_sheet_drop_session (self);
      g_signal_handlers_disconnect_by_data (self->document, self);
      g_signal_handlers_disconnect_by_data (self->editor, self);
      tb_sheet_show_editor (self, NULL);
    }
  tb_sheet_drop_scenarios (self);
  g_clear_pointer (&self->context_menu, gtk_widget_unparent);
  if (self->shell)
    gtk_widget_unparent (GTK_WIDGET (self->shell));
  self->shell = NULL;
  g_clear_pointer (&self->problems, g_ptr_array_unref);
  g_clear_pointer (&self->run_problems, g_ptr_array_unref);
  g_clear_pointer (&self->states, g_byte_array_unref);
  g_clear_pointer (&self->waiting, g_free);
  g_clear_pointer (&self->made_of, g_free);
  if (self->guard)
    g_signal_handlers_disconnect_by_data (self->guard, self);
  g_clear_object (&self->guard);
  tb_sheet_drop_past (self);
  g_clear_object (&self->moment);
  g_clear_object (&self->without);
  g_clear_object (&self->editor);
  g_clear_object (&self->document);
  G_OBJECT_CLASS (tb_sheet_parent_class)->dispose (object);
}

static void
tb_sheet_class_init (TbSheetClass *class)
{
  G_OBJECT_CLASS (class)->dispose = tb_sheet_dispose;
  GTK_WIDGET_CLASS (class)->map = tb_sheet_map;
  GTK_WIDGET_CLASS (class)->unmap = tb_sheet_unmap;
  GTK_WIDGET_CLASS (class)->grab_focus = tb_sheet_grab_focus;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
}

static void
tb_sheet_init (TbSheet *self)
{
  self->moment = tb_moment_new ();
  install_without (self);
  build (self);
}

TbSheet *
tb_sheet_new (TbDocument *document)
{
  TbSheet *self = g_object_new (TB_TYPE_SHEET, NULL);
  self->document = g_object_ref (document);
  /* Before the editor does, which then routes while a thread checks. */
  g_signal_connect_object (document, "changed", G_CALLBACK (tb_sheet_check), self, G_CONNECT_SWAPPED);
  self->editor = tb_editor_new_aside (document, NULL);
  tb_editor_set_grid (self->editor, tb_settings_get ("grid", TRUE));
  follow (self);
  tb_sheet_show_editor (self, self->editor);
  tb_sheet_check_first (self);
  tb_sheet_guard (self, NULL);
  return self;
}
