#include "view-bar.h"

#include "dialogs.h"
#include "fit-box.h"
#include "util.h"

#define CRUMB_CHARS 16
#define NAME_CHARS 20

struct _TbViewBar
{
  GtkWidget parent;
  TbEditor *editor;
  GtkWidget *row, *back, *crumbs, *button, *label;
  GSimpleActionGroup *actions;
  GSignalGroup *editor_signals;
};

G_DEFINE_FINAL_TYPE (TbViewBar, tb_view_bar, GTK_TYPE_WIDGET)

static const TbModel *
model_of (TbViewBar *self)
{
  return tb_document_model (tb_editor_document (self->editor));
}

/* The view shown; NULL before the document has one. */
static const TbElement *
view_of (TbViewBar *self)
{
  TbUid uid = self->editor ? tb_editor_view (self->editor) : 0;
  return uid ? tb_model_get (model_of (self), uid) : NULL;
}

/* ---- The menu -------------------------------------------------------------------------------- */

static void
append (GMenu *menu, const char *label, const char *action, const char *target)
{
  g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);
  if (target)
    g_menu_item_set_action_and_target (item, action, "s", target);
  else
    g_menu_item_set_detailed_action (item, action);
  g_menu_append_item (menu, item);
}

static void
append_section (GMenu *menu, const char *title, GMenu *section)
{
  if (g_menu_model_get_n_items (G_MENU_MODEL (section)))
    g_menu_append_section (menu, title, G_MENU_MODEL (section));
}

/* "Checkout · Inside", but not "Deployment · Deployment". */
static char *
view_label (const TbElement *view)
{
  const char *title = tb_element_title (view), *kind = tb_view_kind_label (tb_view_kind (view));
  if (tb_view_kind (view) == TB_VIEW_FREE || g_str_has_prefix (title, kind))
    return g_strdup (title);
  return g_strdup_printf ("%s · %s", title, kind);
}

static GMenu *
views_section (TbViewBar *self)
{
  GMenu *section = g_menu_new ();
  for (guint i = 0; i < tb_model_count (model_of (self), TB_KIND_VIEW); i++)
    {
      const TbElement *view = tb_model_nth (model_of (self), TB_KIND_VIEW, i);
      g_autofree char *label = view_label (view);
      append (section, label, "views.show", tb_element_id (view));
    }
  return section;
}

static GMenu *
new_section (void)
{
  static const char *const rows[][2] = {
    { "Free", "edit.view-add-free" },
    { "Grid of Layers and Tiers", "edit.view-add-grid" },
    { "Deployment", "edit.view-add-deployment" },
    { "Data Flow", "edit.view-add-data-flow" },
    { "Inside the Selected", "edit.drill-down" },
  };
  GMenu *section = g_menu_new ();
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    append (section, rows[i][0], rows[i][1], NULL);
  return section;
}

/* What a view that lays itself out is made of is not a choice. */
static GMenu *
this_section (const TbElement *view)
{
  static const char *const frames[][2] = { { "Layers and Tiers", "both" },
                                           { "Layers", "layers" },
                                           { "Tiers", "tiers" },
                                           { "Groups", "groups" },
                                           { "Nothing", "none" } };
  GMenu *section = g_menu_new ();
  g_autoptr (GMenu) frame = g_menu_new ();
  for (guint i = 0; i < G_N_ELEMENTS (frames); i++)
    append (frame, frames[i][0], "views.frame", frames[i][1]);
  if (view != NULL && !tb_view_arranges_itself (tb_view_kind (view)))
    g_menu_append_submenu (section, "Containers Shown", G_MENU_MODEL (frame));
  if (view != NULL)
    append (section, "Rename…", "views.rename", NULL);
  append (section, "Duplicate", "edit.view-duplicate", NULL);
  append (section, "Delete View", "edit.view-delete", NULL);
  return section;
}

/* Made when it is asked for: it is as many widgets as there are views. */
static void
make_menu (GtkMenuButton *button, gpointer data)
{
  TbViewBar *self = data;
  g_autoptr (GMenu) menu = g_menu_new ();
  if (self->editor == NULL)
    return;
  g_autoptr (GMenu) views = views_section (self), new = new_section (),
                    this = this_section (view_of (self));
  append_section (menu, NULL, views);
  append_section (menu, "New View", new);
  append_section (menu, "This View", this);
  gtk_menu_button_set_menu_model (button, G_MENU_MODEL (menu));
}

/* ---- What it shows --------------------------------------------------------------------------- */

static void
show_state (TbViewBar *self, const char *action, const char *state)
{
  GAction *a = g_action_map_lookup_action (G_ACTION_MAP (self->actions), action);
  g_simple_action_set_state (G_SIMPLE_ACTION (a), g_variant_new_string (state ? state : ""));
}

static void
append_crumb (TbViewBar *self, const TbElement *view)
{
  GtkWidget *label = tb_ui_label (tb_element_title (view), NULL), *button = gtk_button_new ();
  g_autofree char *name = g_strconcat ("Back to ", tb_element_title (view), NULL);
  gtk_label_set_max_width_chars (GTK_LABEL (label), CRUMB_CHARS);
  gtk_button_set_child (GTK_BUTTON (button), label);
  gtk_widget_set_tooltip_text (button, name);
  tb_ui_name (button, name);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "views.show");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", tb_element_id (view));
  gtk_box_append (GTK_BOX (self->crumbs), button);
  gtk_box_append (GTK_BOX (self->crumbs), tb_ui_label ("›", "dim"));
}

static void
refresh (TbViewBar *self)
{
  const TbElement *view = view_of (self);
  const char *title = view ? tb_element_title (view) : "Overview";
  g_autoptr (GArray) trail = g_array_new (FALSE, FALSE, sizeof (TbUid));
  g_autofree char *name = g_strconcat ("View: ", title, NULL);
  tb_ui_clear_box (self->crumbs);
  gtk_widget_set_visible (GTK_WIDGET (self), self->editor != NULL);
  if (self->editor == NULL)
    return;
  tb_editor_trail (self->editor, trail);
  for (guint i = 0; i + 1 < trail->len; i++)
    append_crumb (self, tb_model_get (model_of (self), g_array_index (trail, TbUid, i)));
  gtk_widget_set_visible (self->back, trail->len > 1);
  gtk_widget_set_visible (self->crumbs, trail->len > 1);
  tb_ui_set_text (self->label, title);
  tb_ui_name (gtk_widget_get_first_child (self->button), name);
  tb_ui_name (self->button, name);
  gtk_widget_set_tooltip_text (self->button, view ? tb_view_kind_label (tb_view_kind (view))
                                                  : "Views of this architecture");
  show_state (self, "show", view ? tb_element_id (view) : NULL);
  show_state (self, "frame", view ? tb_element_get (view, TB_PROP_FRAME) : NULL);
}

/* ---- What it does ---------------------------------------------------------------------------- */

static void
act_show (GSimpleAction *action, GVariant *target, gpointer data)
{
  TbViewBar *self = data;
  if (self->editor)
    tb_editor_set_view (self->editor, g_variant_get_string (target, NULL));
}

static void
act_frame (GSimpleAction *action, GVariant *target, gpointer data)
{
  TbViewBar *self = data;
  const TbElement *view = view_of (self);
  if (view)
    tb_editor_set (self->editor, tb_element_uid (view), TB_PROP_FRAME,
                   g_variant_get_string (target, NULL), NULL);
}

typedef struct
{
  TbEditor *editor;
  TbUid view;
  GtkWidget *entry;
} Renaming;

static void
renamed (const char *response, gpointer data)
{
  g_autofree Renaming *r = data;
  g_autofree char *name = g_strdup (gtk_editable_get_text (GTK_EDITABLE (r->entry)));
  g_strstrip (name);
  if (g_str_equal (response, "rename") && *name
      && tb_model_get (tb_document_model (tb_editor_document (r->editor)), r->view))
    tb_editor_set (r->editor, r->view, TB_PROP_NAME, name, NULL);
  g_object_unref (r->entry);
  g_object_unref (r->editor);
}

static void
act_rename (GSimpleAction *action, GVariant *target, gpointer data)
{
  static const TbResponse responses[] = { { "cancel", "Cancel", TB_RESPONSE_PLAIN },
                                          { "rename", "Rename", TB_RESPONSE_SUGGESTED } };
  TbViewBar *self = data;
  const TbElement *view = view_of (self);
  if (!view)
    return;
  Renaming *r = g_new (Renaming, 1);
  *r = (Renaming){ g_object_ref (self->editor), tb_element_uid (view),
                   g_object_ref_sink (gtk_entry_new ()) };
  gtk_editable_set_text (GTK_EDITABLE (r->entry), tb_element_title (view));
  gtk_entry_set_activates_default (GTK_ENTRY (r->entry), TRUE);
  tb_ui_name (r->entry, "Name of the view");
  tb_ask (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), "Rename View", NULL, r->entry,
          responses, G_N_ELEMENTS (responses), renamed, r);
}

/* ---- Life ------------------------------------------------------------------------------------ */

void
tb_view_bar_set_editor (TbViewBar *bar, TbEditor *editor)
{
  g_set_object (&bar->editor, editor);
  g_signal_group_set_target (bar->editor_signals, editor);
  refresh (bar);
}

static void
tb_view_bar_dispose (GObject *object)
{
  TbViewBar *self = TB_VIEW_BAR (object);
  g_clear_object (&self->editor_signals);
  g_clear_object (&self->actions);
  g_clear_pointer (&self->row, gtk_widget_unparent);
  g_clear_object (&self->editor);
  G_OBJECT_CLASS (tb_view_bar_parent_class)->dispose (object);
}

static void
tb_view_bar_class_init (TbViewBarClass *class)
{
  G_OBJECT_CLASS (class)->dispose = tb_view_bar_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
}

static GtkWidget *
new_button (TbViewBar *self)
{
  GtkWidget *button = gtk_menu_button_new (), *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 5);
  self->label = tb_ui_label (NULL, NULL);
  gtk_label_set_max_width_chars (GTK_LABEL (self->label), NAME_CHARS);
  gtk_box_append (GTK_BOX (box), self->label);
  gtk_box_append (GTK_BOX (box), gtk_image_new_from_icon_name ("pan-up-symbolic"));
  gtk_menu_button_set_child (GTK_MENU_BUTTON (button), box);
  gtk_menu_button_set_direction (GTK_MENU_BUTTON (button), GTK_ARROW_UP);
  gtk_menu_button_set_create_popup_func (GTK_MENU_BUTTON (button), make_menu, self, NULL);
  return button;
}

static void
tb_view_bar_init (TbViewBar *self)
{
  static const GActionEntry entries[] = { { "show", act_show, "s", "''" },
                                          { "frame", act_frame, "s", "''" },
                                          { "rename", act_rename } };
  self->actions = g_simple_action_group_new ();
  g_action_map_add_action_entries (G_ACTION_MAP (self->actions), entries, G_N_ELEMENTS (entries),
                                   self);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "views", G_ACTION_GROUP (self->actions));
  self->row = tb_fit_box_new (0);
  self->back = tb_ui_icon_button ("go-previous-symbolic", "Back (Alt+Left)", "edit.drill-up");
  self->crumbs = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  self->button = new_button (self);
  tb_fit_box_append (TB_FIT_BOX (self->row), self->back, 0);
  tb_fit_box_append (TB_FIT_BOX (self->row), self->crumbs, 1);
  tb_fit_box_append (TB_FIT_BOX (self->row), self->button, 0);
  gtk_widget_set_parent (self->row, GTK_WIDGET (self));
  gtk_widget_add_css_class (GTK_WIDGET (self), "view-bar");
  gtk_widget_set_halign (GTK_WIDGET (self), GTK_ALIGN_START);
  gtk_widget_set_valign (GTK_WIDGET (self), GTK_ALIGN_END);
  self->editor_signals = g_signal_group_new (TB_TYPE_EDITOR);
  g_signal_group_connect_swapped (self->editor_signals, "view-changed", G_CALLBACK (refresh), self);
}

GtkWidget *
tb_view_bar_new (void)
{
  return g_object_new (TB_TYPE_VIEW_BAR, "visible", FALSE, NULL);
}
