#include "inspector-private.h"

#include "field.h"
#include "format.h"
#include "live-box.h"
#include "util.h"

G_DEFINE_FINAL_TYPE (TbInspector, tb_inspector, GTK_TYPE_WIDGET)

const TbModel *
tb_inspector_model (TbInspector *self)
{
  return tb_document_model (tb_editor_document (self->editor));
}

/* ---- Heading --------------------------------------------------------------------------------- */

static const char *
title_of_ref (const TbModel *model, const TbElement *element, TbProp prop)
{
  const TbElement *other = tb_schema_prop (tb_element_kind (element), prop)
                               ? tb_element_get_ref (model, element, prop)
                               : NULL;
  return other ? tb_element_title (other) : NULL;
}

static char *
subtitle_of (const TbModel *model, const TbElement *element)
{
  TbKind kind = tb_element_kind (element);
  if (kind == TB_KIND_ARCHITECTURE)
    {
      guint components = tb_model_count (model, TB_KIND_COMPONENT),
            links = tb_model_count (model, TB_KIND_LINK);
      return g_strdup_printf ("%u component%s · %u link%s", components, components == 1 ? "" : "s",
                              links, links == 1 ? "" : "s");
    }
  if (kind != TB_KIND_COMPONENT)
    return g_strdup (tb_schema_kind (kind)->label);
  GString *text = g_string_new (tb_role_name (tb_component_role (element)));
  text->str[0] = g_ascii_toupper (text->str[0]);
  static const TbProp places[] = { TB_PROP_LAYER, TB_PROP_TIER };
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      const char *title = title_of_ref (model, element, places[i]);
      if (title)
        g_string_append_printf (text, " · %s", title);
    }
  return g_string_free (text, FALSE);
}

static void rebuild (TbInspector *self);

static void
show_heading (TbInspector *self)
{
  guint n = 0;
  tb_editor_selection (self->editor, &n);
  const TbElement *element = tb_model_get (tb_inspector_model (self), self->uid);
  g_autofree char *title = element ? tb_format_element (tb_inspector_model (self), element)
                                   : g_strdup_printf ("%u elements", n);
  g_autofree char *subtitle = element ? subtitle_of (tb_inspector_model (self), element)
                                      : g_strdup ("Select one to see its properties");
  tb_ui_set_text (self->title, title);
  tb_ui_set_text (self->subtitle, subtitle);
}

/* ---- Focus ----------------------------------------------------------------------------------- */

static TbField *
focused_field (TbInspector *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root ? gtk_root_get_focus (root) : NULL;
  for (guint i = 0; focus && i < self->shown->len; i++)
    if (gtk_widget_is_ancestor (focus, self->shown->pdata[i]))
      return self->shown->pdata[i];
  return NULL;
}

/* The fields are made anew while a person is at one of them: that one has the focus again. */
static void
remember_focus (TbInspector *self)
{
  TbField *field = self->focus_uid ? NULL : focused_field (self);
  if (!field)
    return;
  self->focus_uid = tb_field_uid (field);
  self->focus_prop = tb_field_prop (field);
}

static TbField *
find_field (TbInspector *self, TbUid uid, TbProp prop)
{
  for (guint i = 0; i < self->shown->len; i++)
    {
      TbField *field = self->shown->pdata[i];
      if (tb_field_uid (field) == uid && (!prop || tb_field_prop (field) == prop))
        return field;
    }
  return NULL;
}

static void
restore_focus (TbInspector *self)
{
  TbField *field = find_field (self, self->focus_uid, self->focus_prop);
  if (field)
    gtk_widget_child_focus (GTK_WIDGET (field), GTK_DIR_TAB_FORWARD);
  self->focus_uid = 0;
  self->focus_prop = TB_PROP_NONE;
}

gboolean
tb_inspector_focus_prop (TbInspector *inspector, TbUid uid, TbProp prop)
{
  inspector->focus_uid = uid;
  inspector->focus_prop = prop;
  rebuild (inspector);
  return focused_field (inspector) != NULL;
}

/* ---- Following ------------------------------------------------------------------------------- */

static void
rebuild (TbInspector *self)
{
  g_clear_handle_id (&self->rebuild_id, g_source_remove);
  remember_focus (self);
  g_ptr_array_set_size (self->shown, 0);
  tb_ui_clear_box (self->fields);
  tb_ui_clear_box (self->failure);
  self->uid = 0;
  if (!self->editor)
    return;
  guint n = 0;
  tb_editor_selection (self->editor, &n);
  self->uid = n ? tb_editor_selected_one (self->editor)
                : tb_element_uid (tb_model_root (tb_inspector_model (self)));
  const TbElement *element = tb_model_get (tb_inspector_model (self), self->uid);
  if (element)
    {
      GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
      tb_inspector_add_fields (self, box, element, TB_FIELDS_USUAL);
      gtk_box_append (GTK_BOX (self->fields), box);
      tb_inspector_add_parts (self, element);
      tb_inspector_add_adder (self, element);
      tb_inspector_add_more (self, element, TB_FIELDS_RARE);
    }
  tb_inspector_queue_failure (self);
  tb_live_box_set_element (TB_LIVE_BOX (self->live), self->uid);
  show_heading (self);
  restore_focus (self);
}

static gboolean
rebuild_idle (gpointer data)
{
  TB_INSPECTOR (data)->rebuild_id = 0;
  rebuild (data);
  return G_SOURCE_REMOVE;
}

/* Later, because a field of the present ones may be in the middle of answering, and because the
 * canvas is to be seen first. */
static void
queue_rebuild (TbInspector *self)
{
  if (!self->rebuild_id)
    self->rebuild_id = g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, rebuild_idle, self, NULL);
}

static void
selection_changed (TbInspector *self)
{
  tb_inspector_commit (self);
  queue_rebuild (self);
}

/* Other parts, or a value that other fields depend on. */
static gboolean
changes_fields (const TbEdit *edit)
{
  if (edit->op == TB_EDIT_SET)
    return edit->prop == TB_PROP_REPLICATION;
  return edit->kind != TB_KIND_PLACE && edit->kind != TB_KIND_ROUTE && edit->kind != TB_KIND_BEND;
}

/* Where something stands does not matter to who needs it. */
static void
follow_failure (TbInspector *self, const TbEdit *edits, guint n)
{
  for (guint i = 0; i < n; i++)
    if (edits[i].kind != TB_KIND_PLACE && edits[i].kind != TB_KIND_ROUTE && edits[i].kind != TB_KIND_BEND)
      {
        tb_inspector_queue_failure (self);
        return;
      }
}

static void
document_changed (TbDocument *document, const TbEdit *edits, guint n, TbInspector *self)
{
  follow_failure (self, edits, n);
  for (guint i = 0; i < n; i++)
    if (changes_fields (&edits[i]))
      {
        queue_rebuild (self);
        return;
      }
  if (self->rebuild_id)
    return;
  for (guint i = 0; i < self->shown->len; i++)
    tb_field_refresh (self->shown->pdata[i]);
  show_heading (self);
}

void
tb_inspector_set_editor (TbInspector *inspector, TbEditor *editor)
{
  g_ptr_array_set_size (inspector->shown, 0);
  tb_ui_clear_box (inspector->fields);
  g_set_object (&inspector->editor, editor);
  g_signal_group_set_target (inspector->editor_signals, editor);
  g_signal_group_set_target (inspector->document_signals,
                             editor ? tb_editor_document (editor) : NULL);
  if (editor)
    queue_rebuild (inspector);
  else
    rebuild (inspector);
}

void
tb_inspector_show_frame (TbInspector *inspector, const TbLiveFrame *frame, const TbSigns *signs)
{
  tb_live_box_show (TB_LIVE_BOX (inspector->live), frame, signs);
}

void
tb_inspector_commit (TbInspector *inspector)
{
  for (guint i = 0; i < inspector->shown->len; i++)
    {
      GtkWidget *field = inspector->shown->pdata[i];
      GtkRoot *root = gtk_widget_get_root (field);
      GtkWidget *focus = root ? gtk_root_get_focus (root) : NULL;
      if (focus && gtk_widget_is_ancestor (focus, field))
        {
          tb_field_commit (TB_FIELD (field));
          return;
        }
    }
}

/* Whoever comes by a key meets the fields of what is selected, not those about to go. */
static gboolean
tb_inspector_focus (GtkWidget *widget, GtkDirectionType direction)
{
  TbInspector *self = TB_INSPECTOR (widget);
  if (self->rebuild_id)
    {
      g_clear_handle_id (&self->rebuild_id, g_source_remove);
      rebuild (self);
    }
  return GTK_WIDGET_CLASS (tb_inspector_parent_class)->focus (widget, direction);
}

static void
tb_inspector_dispose (GObject *object)
{
  TbInspector *self = TB_INSPECTOR (object);
  g_clear_handle_id (&self->rebuild_id, g_source_remove);
  g_clear_handle_id (&self->failure_id, g_source_remove);
  g_clear_object (&self->editor_signals);
  g_clear_object (&self->document_signals);
  g_clear_pointer (&self->scrolled, gtk_widget_unparent);
  g_clear_pointer (&self->shown, g_ptr_array_unref);
  g_clear_object (&self->editor);
  G_OBJECT_CLASS (tb_inspector_parent_class)->dispose (object);
}

static void
tb_inspector_class_init (TbInspectorClass *class)
{
  G_OBJECT_CLASS (class)->dispose = tb_inspector_dispose;
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  widget_class->focus = tb_inspector_focus;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_install_action (widget_class, "inspector.add-part", "s",
                                   tb_inspector_add_part);
}

static void
tb_inspector_init (TbInspector *self)
{
  self->shown = g_ptr_array_new ();
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_widget_add_css_class (self->box, "inspector");
  self->title = tb_ui_label (NULL, "inspector-title");
  self->subtitle = tb_ui_label (NULL, "inspector-subtitle");
  self->fields = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  self->failure = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  self->live = tb_live_box_new ();
  GtkWidget *parts[] = { self->title, self->subtitle, self->live, self->fields, self->failure };
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    gtk_box_append (GTK_BOX (self->box), parts[i]);
  self->scrolled = tb_ui_scrolled (self->box);
  gtk_widget_set_parent (self->scrolled, GTK_WIDGET (self));
  self->editor_signals = g_signal_group_new (TB_TYPE_EDITOR);
  g_signal_group_connect_swapped (self->editor_signals, "selection-changed",
                                  G_CALLBACK (selection_changed), self);
  g_signal_group_connect_swapped (self->editor_signals, "view-changed", G_CALLBACK (queue_rebuild),
                                  self);
  self->document_signals = g_signal_group_new (TB_TYPE_DOCUMENT);
  g_signal_group_connect (self->document_signals, "changed", G_CALLBACK (document_changed), self);
}

GtkWidget *
tb_inspector_new (void)
{
  return g_object_new (TB_TYPE_INSPECTOR, NULL);
}
