/* The elements inside the selected one: services of a component, devices of a tier, calls … */
#include "inspector-private.h"

#include "field.h"
#include "util.h"

static char *
part_title (TbInspector *self, const TbElement *part)
{
  TbKind kind = tb_element_kind (part);
  const char *label = tb_schema_kind (kind)->label;
  if (kind == TB_KIND_STYLE)
    return tb_style_rule_title (tb_inspector_model (self), part);
  const TbElement *link = kind == TB_KIND_CALL || kind == TB_KIND_STEP
                              ? tb_element_get_ref (tb_inspector_model (self), part, TB_PROP_LINK)
                              : NULL;
  if (link)
    return g_strdup_printf ("%s: %s", label, tb_element_title (link));
  TbProp named = kind == TB_KIND_IGNORE ? TB_PROP_RULE : TB_PROP_NAME;
  const char *name = tb_schema_prop (kind, named) != NULL ? tb_element_get (part, named) : NULL;
  return name ? g_strdup_printf ("%s: %s", label, name) : g_strdup (label);
}

static void
remove_part (GtkButton *button, TbInspector *self)
{
  TbUid uid = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (button), "tb-uid"));
  TbDocument *document = tb_editor_document (self->editor);
  const TbElement *part = tb_model_get (tb_inspector_model (self), uid);
  if (!part)
    return;
  g_autofree char *label = g_strconcat ("Remove ", tb_schema_kind (tb_element_kind (part))->label,
                                        NULL);
  tb_document_begin (document, label, NULL);
  tb_document_delete (document, uid);
  tb_document_commit (document);
}

static void
move_rule (GtkButton *button, TbInspector *self)
{
  tb_editor_move_rule (self->editor,
                       GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (button), "tb-uid")),
                       GPOINTER_TO_INT (g_object_get_data (G_OBJECT (button), "tb-step")));
}

/* Later rules win: their order is what they mean. */
static void
add_movers (TbInspector *self, GtkWidget *row, const TbElement *rule, const char *title)
{
  for (int step = -1; step <= 1; step += 2)
    {
      g_autofree char *name = g_strconcat (step < 0 ? "Move up " : "Move down ", title, NULL);
      GtkWidget *button = tb_ui_icon_button (step < 0 ? "go-up-symbolic" : "go-down-symbolic", name,
                                             NULL);
      gtk_widget_add_css_class (button, "flat");
      gtk_widget_add_css_class (button, "part-remove");
      gtk_widget_set_valign (button, GTK_ALIGN_END);
      g_object_set_data (G_OBJECT (button), "tb-uid", GUINT_TO_POINTER (tb_element_uid (rule)));
      g_object_set_data (G_OBJECT (button), "tb-step", GINT_TO_POINTER (step));
      g_signal_connect (button, "clicked", G_CALLBACK (move_rule), self);
      gtk_box_append (GTK_BOX (row), button);
    }
}

static GtkWidget *
new_part_heading (TbInspector *self, const TbElement *part)
{
  g_autofree char *title = part_title (self, part), *spoken = g_strconcat ("Remove ", title, NULL);
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6), *heading = tb_ui_heading (title);
  GtkWidget *button = tb_ui_icon_button ("user-trash-symbolic", spoken, NULL);
  gtk_widget_set_hexpand (heading, TRUE);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "part-remove");
  gtk_widget_set_valign (button, GTK_ALIGN_END);
  g_object_set_data (G_OBJECT (button), "tb-uid", GUINT_TO_POINTER (tb_element_uid (part)));
  g_signal_connect (button, "clicked", G_CALLBACK (remove_part), self);
  gtk_box_append (GTK_BOX (row), heading);
  if (tb_element_kind (part) == TB_KIND_STYLE)
    add_movers (self, row, part, title);
  gtk_box_append (GTK_BOX (row), button);
  gtk_widget_set_visible (button, tb_element_kind (part) != TB_KIND_VIEW);
  return row;
}

/* Scenarios and interactions have their own editor to come; places belong to the canvas. */
static gboolean
shows_parts (const TbElement *element)
{
  TbKind kind = tb_element_kind (element);
  return kind == TB_KIND_COMPONENT || kind == TB_KIND_TIER || kind == TB_KIND_BUILTIN
         || kind == TB_KIND_TEMPLATE || kind == TB_KIND_ARCHITECTURE;
}

/* Of a document only what nothing on the canvas stands for. */
static gboolean
is_of_document (TbKind kind)
{
  return kind == TB_KIND_STYLE || kind == TB_KIND_RULE || kind == TB_KIND_IGNORE;
}

/* Of a document also the view shown: other views are in the bar over it. */
static gboolean
is_part (TbInspector *self, const TbElement *element)
{
  if (tb_element_kind (tb_element_parent (element)) != TB_KIND_ARCHITECTURE)
    return TRUE;
  return is_of_document (tb_element_kind (element))
         || tb_element_uid (element) == tb_editor_view (self->editor);
}

void
tb_inspector_add_parts (TbInspector *self, const TbElement *element)
{
  if (!shows_parts (element))
    return;
  for (guint i = 0; i < tb_element_n_children (element); i++)
    {
      const TbElement *part = tb_element_child (element, i);
      if (!is_part (self, part))
        continue;
      gtk_box_append (GTK_BOX (self->fields), new_part_heading (self, part));
      GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
      tb_inspector_add_fields (self, box, part, TB_FIELDS_SAID);
      gtk_box_append (GTK_BOX (self->fields), box);
      tb_inspector_add_more (self, part, TB_FIELDS_UNSAID);
      tb_inspector_add_parts (self, part);
    }
}

/* ---- Adding parts ---------------------------------------------------------------------------- */

static const TbKind sources[] = { TB_KIND_BUILTIN, TB_KIND_TEMPLATE, TB_KIND_COMMAND };

static gboolean
is_source (TbKind kind)
{
  return kind == sources[0] || kind == sources[1] || kind == sources[2];
}

/* One program plays a component's part: built in, known, or your own. Adding one takes the place of what
 * there is. */
static const TbElement *
source_of (const TbElement *element)
{
  for (guint i = 0; i < G_N_ELEMENTS (sources); i++)
    if (tb_element_child_of (element, sources[i]) != NULL)
      return tb_element_child_of (element, sources[i]);
  return NULL;
}

static gboolean
may_add (const TbElement *element, TbKind kind)
{
  const TbKindSpec *spec = tb_schema_kind (kind);
  if (!(spec->parents >> tb_element_kind (element) & 1))
    return FALSE;
  if (tb_element_kind (element) == TB_KIND_ARCHITECTURE && !is_of_document (kind))
    return FALSE;
  if (spec->max_in_parent && tb_element_child_of (element, kind))
    return FALSE;
  return TRUE;
}

static char *
adding_label (const TbElement *element, TbKind kind)
{
  const char *label = tb_schema_kind (kind)->label;
  const TbElement *before = is_source (kind) ? source_of (element) : NULL;
  return before == NULL ? g_strdup (label)
                        : g_strdup_printf ("%s instead of %s", label,
                                           tb_schema_kind (tb_element_kind (before))->label);
}

static void
add_to_menu (GMenu *menu, const TbElement *element)
{
  for (TbKind kind = 1; kind < TB_N_KINDS; kind++)
    if (may_add (element, kind))
      {
        g_autofree char *target = g_strdup_printf ("%u %s", tb_element_uid (element),
                                                   tb_schema_kind (kind)->name);
        g_autofree char *name = adding_label (element, kind);
        g_autoptr (GMenuItem) item = g_menu_item_new (name, NULL);
        g_menu_item_set_action_and_target (item, "inspector.add-part", "s", target);
        g_menu_append_item (menu, item);
      }
}

/* Kinds have an order in the document itself, and what is ignored comes first in whatever it is in. */
static guint
position_of (TbInspector *self, TbUid parent, TbKind kind)
{
  const TbElement *root = tb_model_root (tb_inspector_model (self));
  guint n = tb_element_n_children (root);
  if (parent != tb_element_uid (root))
    return kind == TB_KIND_IGNORE ? 0 : G_MAXUINT;
  while (n > 0 && tb_element_kind (tb_element_child (root, n - 1)) > kind)
    n--;
  return n;
}

void
tb_inspector_add_part (GtkWidget *widget, const char *action, GVariant *target)
{
  TbInspector *self = TB_INSPECTOR (widget);
  g_auto (GStrv) words = g_strsplit (g_variant_get_string (target, NULL), " ", 2);
  TbUid parent = (TbUid) g_ascii_strtoull (words[0], NULL, 10);
  TbKind kind = tb_schema_kind_from_name (words[1]);
  if (!self->editor || !tb_model_get (tb_inspector_model (self), parent))
    return;
  TbDocument *document = tb_editor_document (self->editor);
  g_autofree char *label = g_strconcat ("Add ", tb_schema_kind (kind)->label, NULL);
  tb_document_begin (document, label, NULL);
  const TbElement *source = source_of (tb_model_get (tb_inspector_model (self), parent));
  if (is_source (kind) && source != NULL)
    tb_document_delete (document, tb_element_uid (source));
  self->focus_uid = tb_document_insert (document, kind, NULL, parent, position_of (self, parent, kind));
  self->focus_prop = TB_PROP_NONE;
  tb_document_commit (document);
}

void
tb_inspector_add_adder (TbInspector *self, const TbElement *element)
{
  gboolean whole = tb_element_kind (element) == TB_KIND_ARCHITECTURE;
  if (!shows_parts (element))
    return;
  g_autoptr (GMenu) menu = g_menu_new ();
  add_to_menu (menu, element);
  for (guint i = 0; !whole && i < tb_element_n_children (element); i++)
    if (shows_parts (tb_element_child (element, i)))
      add_to_menu (menu, tb_element_child (element, i));
  if (!g_menu_model_get_n_items (G_MENU_MODEL (menu)))
    return;
  GtkWidget *button = gtk_menu_button_new ();
  gtk_menu_button_set_label (GTK_MENU_BUTTON (button), "Add…");
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (button), G_MENU_MODEL (menu));
  gtk_widget_add_css_class (button, "adder");
  tb_ui_name (button, "Add a part");
  gtk_box_append (GTK_BOX (self->fields), button);
}
