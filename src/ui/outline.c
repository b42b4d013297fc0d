#include "outline.h"

#include "format.h"
#include "outline-model.h"
#include "util.h"

struct _TbOutline
{
  GtkWidget parent;
  GtkWidget *list;
  TbOutlineModel *model;
  GtkSingleSelection *selection;
  TbEditor *editor;
  GSignalGroup *editor_signals, *document_signals;
  guint fill_id;
  gboolean following; /* the selection here is being set from the editor's */
};

G_DEFINE_FINAL_TYPE (TbOutline, tb_outline, GTK_TYPE_WIDGET)

static guint picked, entered, menu_asked;

/* ---- Rows ------------------------------------------------------------------------------------ */

static void
setup_row (GtkSignalListItemFactory *factory, GtkListItem *item, TbOutline *self)
{
  gtk_list_item_set_child (item, tb_ui_label (NULL, "outline-row"));
}

static char *
row_text (const TbModel *model, const TbElement *element)
{
  g_autofree char *title = tb_format_element (model, element);
  guint n = tb_element_kind (element) == TB_KIND_COMPONENT ? tb_component_replicas (element) : 1;
  return n > 1 ? g_strdup_printf ("%s ×%u", title, n) : g_steal_pointer (&title);
}

static void
show_row (GtkListItem *list_item, TbOutline *self)
{
  TbOutlineItem *item = gtk_list_item_get_item (list_item);
  GtkWidget *label = gtk_list_item_get_child (list_item);
  if (!item || !self->editor)
    return;
  const TbModel *model = tb_document_model (tb_editor_document (self->editor));
  const TbElement *element = tb_model_get (model, tb_outline_item_uid (item));
  if (!element)
    return;
  g_autofree char *text = row_text (model, element);
  g_autofree char *spoken = tb_editor_describe (self->editor, tb_element_uid (element));
  tb_ui_set_text (label, text);
  tb_ui_name (label, spoken ? spoken : text);
  if (gtk_widget_get_parent (label))
    tb_ui_name (gtk_widget_get_parent (label), spoken ? spoken : text);
  gtk_widget_set_margin_start (label, 4 + 16 * tb_outline_item_depth (item));
  if (tb_element_kind (element) == TB_KIND_COMPONENT)
    gtk_widget_remove_css_class (label, "dim");
  else
    gtk_widget_add_css_class (label, "dim");
}

static void
bind_row (GtkSignalListItemFactory *factory, GtkListItem *item, TbOutline *self)
{
  show_row (item, self);
  g_object_set_data (G_OBJECT (gtk_list_item_get_child (item)), "tb-item", item);
}

static void
unbind_row (GtkSignalListItemFactory *factory, GtkListItem *item, TbOutline *self)
{
  g_object_set_data (G_OBJECT (gtk_list_item_get_child (item)), "tb-item", NULL);
}

/* Names may have changed while the rows stayed. */
static void
refresh_rows (TbOutline *self)
{
  for (GtkWidget *row = gtk_widget_get_first_child (self->list); row;
       row = gtk_widget_get_next_sibling (row))
    {
      GtkWidget *label = gtk_widget_get_first_child (row);
      GtkListItem *item = label ? g_object_get_data (G_OBJECT (label), "tb-item") : NULL;
      if (item)
        show_row (item, self);
    }
}

/* ---- Selection ------------------------------------------------------------------------------- */

static void
follow_editor (TbOutline *self)
{
  TbUid uid = self->editor ? tb_editor_selected_one (self->editor) : 0;
  guint position = tb_outline_model_find (self->model, uid);
  self->following = TRUE;
  gtk_single_selection_set_selected (self->selection, position);
  self->following = FALSE;
  if (position != G_MAXUINT)
    gtk_widget_activate_action (self->list, "list.scroll-to-item", "u", position);
}

static void
selected (TbOutline *self)
{
  TbOutlineItem *item = gtk_single_selection_get_selected_item (self->selection);
  if (self->following || !item || !self->editor)
    return;
  TbUid uid = tb_outline_item_uid (item);
  tb_editor_select_one (self->editor, uid);
  g_signal_emit (self, picked, 0, uid);
}

static void
document_changed (TbDocument *document, const TbEdit *edits, guint n, TbOutline *self)
{
  self->following = TRUE;
  tb_outline_model_update (self->model, tb_document_model (document));
  self->following = FALSE;
  refresh_rows (self);
  follow_editor (self);
}

/* After the first picture: rows of a list cost more than the list. */
static gboolean
fill (gpointer data)
{
  TbOutline *self = data;
  self->fill_id = 0;
  self->following = TRUE;
  tb_outline_model_update (self->model,
                           tb_document_model (tb_editor_document (self->editor)));
  self->following = FALSE;
  follow_editor (self);
  return G_SOURCE_REMOVE;
}

void
tb_outline_set_editor (TbOutline *outline, TbEditor *editor)
{
  g_set_object (&outline->editor, editor);
  g_signal_group_set_target (outline->editor_signals, editor);
  g_signal_group_set_target (outline->document_signals,
                             editor ? tb_editor_document (editor) : NULL);
  outline->following = TRUE;
  tb_outline_model_update (outline->model, NULL);
  outline->following = FALSE;
  g_clear_handle_id (&outline->fill_id, g_source_remove);
  if (editor)
    outline->fill_id = g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, fill, outline, NULL);
}

/* ---- Life ------------------------------------------------------------------------------------ */

static void
tb_outline_dispose (GObject *object)
{
  TbOutline *self = TB_OUTLINE (object);
  g_clear_handle_id (&self->fill_id, g_source_remove);
  g_clear_object (&self->editor_signals);
  g_clear_object (&self->document_signals);
  g_clear_object (&self->editor);
  GtkWidget *child;
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))))
    gtk_widget_unparent (child);
  g_clear_object (&self->selection);
  g_clear_object (&self->model);
  G_OBJECT_CLASS (tb_outline_parent_class)->dispose (object);
}

static void
tb_outline_class_init (TbOutlineClass *class)
{
  G_OBJECT_CLASS (class)->dispose = tb_outline_dispose;
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (class), "outline");
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BOX_LAYOUT);
  entered = g_signal_new ("entered", TB_TYPE_OUTLINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                          G_TYPE_NONE, 1, G_TYPE_UINT);
  menu_asked = g_signal_new ("menu", TB_TYPE_OUTLINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                             G_TYPE_NONE, 1, G_TYPE_UINT);
  picked = g_signal_new ("picked", TB_TYPE_OUTLINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                         G_TYPE_NONE, 1, G_TYPE_UINT);
}

/* Delete, F2 and the other commands have keys of their own in the window; these two are the list's. */
static void
activated (GtkListView *list, guint position, TbOutline *self)
{
  g_autoptr (TbOutlineItem) item = g_list_model_get_item (G_LIST_MODEL (self->model), position);
  if (item)
    g_signal_emit (self, entered, 0, tb_outline_item_uid (item));
}

static gboolean
list_key (GtkEventControllerKey *keys, guint key, guint code, GdkModifierType state,
          TbOutline *self)
{
  TbOutlineItem *item = gtk_single_selection_get_selected_item (self->selection);
  if (!item || (key != GDK_KEY_Menu && !(key == GDK_KEY_F10 && state & GDK_SHIFT_MASK)))
    return FALSE;
  g_signal_emit (self, menu_asked, 0, tb_outline_item_uid (item));
  return TRUE;
}

static void
make_list (TbOutline *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  g_signal_connect (factory, "setup", G_CALLBACK (setup_row), self);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_row), self);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_row), self);
  self->list = gtk_list_view_new (GTK_SELECTION_MODEL (g_object_ref (self->selection)), factory);
  gtk_widget_add_css_class (self->list, "outline");
  tb_ui_name (self->list, "Outline");
  g_signal_connect (self->list, "activate", G_CALLBACK (activated), self);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (list_key), self);
  gtk_widget_add_controller (self->list, keys);
}

static void
tb_outline_init (TbOutline *self)
{
  gtk_orientable_set_orientation (
      GTK_ORIENTABLE (gtk_widget_get_layout_manager (GTK_WIDGET (self))), GTK_ORIENTATION_VERTICAL);
  self->model = tb_outline_model_new ();
  self->selection = gtk_single_selection_new (G_LIST_MODEL (g_object_ref (self->model)));
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  g_signal_connect_object (self->selection, "notify::selected", G_CALLBACK (selected), self,
                           G_CONNECT_SWAPPED);
  make_list (self);
  gtk_widget_set_parent (tb_ui_heading ("Outline"), GTK_WIDGET (self));
  gtk_widget_set_parent (tb_ui_scrolled (self->list), GTK_WIDGET (self));
  self->editor_signals = g_signal_group_new (TB_TYPE_EDITOR);
  g_signal_group_connect_swapped (self->editor_signals, "selection-changed",
                                  G_CALLBACK (follow_editor), self);
  self->document_signals = g_signal_group_new (TB_TYPE_DOCUMENT);
  g_signal_group_connect (self->document_signals, "changed", G_CALLBACK (document_changed), self);
}

GtkWidget *
tb_outline_new (void)
{
  return g_object_new (TB_TYPE_OUTLINE, NULL);
}
