#include "field-private.h"

#include "util.h"

G_DEFINE_FINAL_TYPE (TbField, tb_field, GTK_TYPE_WIDGET)

const TbModel *
tb_field_model (TbField *field)
{
  return tb_document_model (tb_editor_document (field->editor));
}

const TbElement *
tb_field_element (TbField *field)
{
  return tb_model_get (tb_field_model (field), field->uid);
}

TbProp
tb_field_prop (TbField *field)
{
  return field->spec->prop;
}

TbUid
tb_field_uid (TbField *field)
{
  return field->uid;
}

static void
show_error (TbField *self, const char *sentence)
{
  gtk_widget_set_visible (self->error, sentence != NULL);
  if (sentence)
    {
      tb_ui_set_text (self->error, sentence);
      gtk_widget_add_css_class (GTK_WIDGET (self), "error");
    }
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "error");
  int invalid = sentence ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE;
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->widget), GTK_ACCESSIBLE_STATE_INVALID, invalid,
                               -1);
}

gboolean
tb_field_check (TbField *field)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = field->control->read (field);
  gboolean good = text ? tb_schema_validate (field->spec, text, &error) : !field->spec->required;
  show_error (field, good ? NULL : error ? error->message : "It must not be empty.");
  return good;
}

void
tb_field_changed (TbField *field)
{
  const TbElement *element = tb_field_element (field);
  if (field->loading || !element || !tb_field_check (field))
    return;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = field->control->read (field);
  TbProp prop = field->spec->prop;
  const char *now = tb_element_is_set (element, prop) ? tb_element_get (element, prop) : NULL;
  /* A default that was never written stays unwritten. */
  gboolean is_default = !now && g_strcmp0 (text, field->spec->default_text) == 0;
  if (g_strcmp0 (text, now) == 0 || is_default)
    return;
  if (!tb_editor_set (field->editor, field->uid, prop, text, &error))
    show_error (field, error->message);
}

void
tb_field_commit (TbField *field)
{
  tb_field_changed (field);
}

void
tb_field_refresh (TbField *field)
{
  const TbElement *element = tb_field_element (field);
  if (!element)
    return;
  TbProp prop = field->spec->prop;
  const char *text = tb_element_get (element, prop);
  field->loading = TRUE;
  field->control->show (field, text);
  field->loading = FALSE;
  show_error (field, NULL);
}

static void
tb_field_dispose (GObject *object)
{
  TbField *self = TB_FIELD (object);
  GtkWidget *child;
  self->loading = TRUE; /* losing the focus is no answer any more */
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))))
    gtk_widget_unparent (child);
  g_clear_pointer (&self->values, g_strfreev);
  G_OBJECT_CLASS (tb_field_parent_class)->dispose (object);
}

static void
tb_field_class_init (TbFieldClass *class)
{
  G_OBJECT_CLASS (class)->dispose = tb_field_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BOX_LAYOUT);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (class), "field");
}

static void
tb_field_init (TbField *self)
{
  gtk_orientable_set_orientation (
      GTK_ORIENTABLE (gtk_widget_get_layout_manager (GTK_WIDGET (self))), GTK_ORIENTATION_VERTICAL);
}

static GtkWidget *
new_row (TbField *self, GtkWidget *label)
{
  gboolean wide = self->control->wide;
  GtkWidget *row = gtk_box_new (wide ? GTK_ORIENTATION_VERTICAL : GTK_ORIENTATION_HORIZONTAL,
                                wide ? 2 : 10);
  gtk_widget_add_css_class (row, wide ? "wide" : "row");
  gtk_widget_set_hexpand (self->widget, TRUE);
  gtk_box_append (GTK_BOX (row), label);
  gtk_box_append (GTK_BOX (row), self->widget);
  return row;
}

GtkWidget *
tb_field_new (TbEditor *editor, TbUid uid, const TbPropSpec *spec)
{
  TbField *self = g_object_new (TB_TYPE_FIELD, "tooltip-text", spec->help, NULL);
  self->editor = editor;
  self->uid = uid;
  self->spec = spec;
  self->control = tb_control_for (spec);
  self->widget = self->control->make (self);
  tb_ui_name (self->widget, spec->label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->widget),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, spec->help, -1);
  GtkWidget *label = gtk_label_new (spec->label);
  gtk_widget_add_css_class (label, "dim");
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_parent (new_row (self, label), GTK_WIDGET (self));
  self->error = gtk_label_new (NULL);
  gtk_label_set_wrap (GTK_LABEL (self->error), TRUE);
  gtk_label_set_xalign (GTK_LABEL (self->error), 0);
  gtk_widget_add_css_class (self->error, "field-error");
  gtk_widget_set_parent (self->error, GTK_WIDGET (self));
  tb_field_refresh (self);
  return GTK_WIDGET (self);
}
