#include "inspector.h"

#include "field.h"
#include "format.h"
#include "live-box.h"
#include "util.h"

struct _TbInspector
{
  GtkWidget parent;
  TbEditor *editor;
  TbUid uid; /* shown; 0: several, or nothing at all */
  GtkWidget *scrolled, *box, *title, *subtitle, *fields, *live;
  GPtrArray *shown; /* of TbField, not owned */
  GSignalGroup *editor_signals, *document_signals;
  guint rebuild_id;
};

G_DEFINE_FINAL_TYPE (TbInspector, tb_inspector, GTK_TYPE_WIDGET)

static const TbModel *
model_of (TbInspector *self)
{
  return tb_document_model (tb_editor_document (self->editor));
}

/* ---- What is shown --------------------------------------------------------------------------- */

/* Said of every element, and seldom: under "More". */
static gboolean
is_rare (const TbPropSpec *spec)
{
  static const TbProp rare[] = { TB_PROP_ID, TB_PROP_DESCRIPTION, TB_PROP_TAGS, TB_PROP_HREF,
                                 TB_PROP_SEED };
  for (guint i = 0; i < G_N_ELEMENTS (rare); i++)
    if (spec->prop == rare[i])
      return TRUE;
  return FALSE;
}

static gboolean
has_any_of (const TbModel *model, guint64 kinds)
{
  for (TbKind kind = 1; kind < TB_N_KINDS; kind++)
    if (kinds >> kind & 1 && tb_model_count (model, kind))
      return TRUE;
  return FALSE;
}

/* What cannot mean anything here is left out until it is set: a group where there are none, the
 * outside address of what runs inside. */
static gboolean
is_relevant (const TbModel *model, const TbElement *element, const TbPropSpec *spec)
{
  if (tb_element_is_set (element, spec->prop))
    return TRUE;
  if (spec->type == TB_TYPE_REF || spec->type == TB_TYPE_REFS)
    return has_any_of (model, spec->ref_kinds);
  gboolean component = tb_element_kind (element) == TB_KIND_COMPONENT;
  gboolean external = component && tb_component_role (element) == TB_ROLE_EXTERNAL;
  if (spec->prop == TB_PROP_ADDRESS)
    return external;
  return TRUE;
}

static void
add_field (TbInspector *self, GtkWidget *box, const TbElement *element, const TbPropSpec *spec)
{
  GtkWidget *field = tb_field_new (self->editor, tb_element_uid (element), spec);
  g_ptr_array_add (self->shown, field);
  gtk_box_append (GTK_BOX (box), field);
}

/* Which properties of an element stand in one list. */
typedef enum
{
  FIELDS_USUAL, /* what one changes */
  FIELDS_RARE,  /* what one seldom changes */
  FIELDS_SAID,  /* of a part: what the file says; a built-in could say sixteen things */
  FIELDS_UNSAID
} Fields;

static gboolean
belongs (TbInspector *self, const TbElement *element, const TbPropSpec *spec, Fields fields)
{
  gboolean said = spec->required || tb_element_is_set (element, spec->prop)
                  || (spec->type == TB_TYPE_TEXT && tb_element_kind (element) != TB_KIND_SERVICE);
  gboolean of_part = fields == FIELDS_SAID || fields == FIELDS_UNSAID;
  gboolean is_document = tb_element_kind (element) == TB_KIND_ARCHITECTURE;
  if (!is_relevant (model_of (self), element, spec) || (of_part && spec->prop == TB_PROP_ID))
    return FALSE;
  switch (fields)
    {
    case FIELDS_USUAL:
      return !is_rare (spec) || is_document;
    case FIELDS_RARE:
      return is_rare (spec) && !is_document;
    case FIELDS_SAID:
      return said;
    case FIELDS_UNSAID:
    default:
      return !said;
    }
}

static guint
add_fields (TbInspector *self, GtkWidget *box, const TbElement *element, Fields fields)
{
  const TbKindSpec *kind = tb_schema_kind (tb_element_kind (element));
  guint n = 0;
  for (guint i = 0; i < kind->n_props; i++)
    if (belongs (self, element, &kind->props[i], fields))
      {
        if (box)
          add_field (self, box, element, &kind->props[i]);
        n++;
      }
  return n;
}

typedef struct
{
  TbInspector *inspector;
  TbUid uid;
  Fields fields;
} More;

/* Made when it is first looked at: a panel of closed ones costs nothing. */
static void
more_expanded (GtkExpander *expander, GParamSpec *pspec, More *more)
{
  const TbElement *element = tb_model_get (model_of (more->inspector), more->uid);
  if (gtk_expander_get_child (expander) || !element)
    return;
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  add_fields (more->inspector, box, element, more->fields);
  gtk_expander_set_child (expander, box);
}

static void
add_more (TbInspector *self, const TbElement *element, Fields fields)
{
  if (!add_fields (self, NULL, element, fields))
    return;
  GtkWidget *expander = gtk_expander_new ("More");
  More *more = g_new (More, 1);
  *more = (More){ self, tb_element_uid (element), fields };
  gtk_widget_add_css_class (expander, "more");
  tb_ui_name (expander, "More properties");
  g_signal_connect_data (expander, "notify::expanded", G_CALLBACK (more_expanded), more,
                         (GClosureNotify) (void (*) (void)) g_free, 0);
  gtk_box_append (GTK_BOX (self->fields), expander);
}

/* ---- Parts of an element --------------------------------------------------------------------- */

static char *
part_title (TbInspector *self, const TbElement *part)
{
  TbKind kind = tb_element_kind (part);
  const char *label = tb_schema_kind (kind)->label;
  const TbElement *link = kind == TB_KIND_CALL || kind == TB_KIND_STEP
                              ? tb_element_get_ref (model_of (self), part, TB_PROP_LINK)
                              : NULL;
  if (link)
    return g_strdup_printf ("%s: %s", label, tb_element_title (link));
  gboolean named = tb_schema_prop (kind, TB_PROP_NAME) != NULL;
  const char *name = named ? tb_element_get (part, TB_PROP_NAME) : NULL;
  return name ? g_strdup_printf ("%s: %s", label, name) : g_strdup (label);
}

static void
remove_part (GtkButton *button, TbInspector *self)
{
  TbUid uid = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (button), "tb-uid"));
  TbDocument *document = tb_editor_document (self->editor);
  const TbElement *part = tb_model_get (model_of (self), uid);
  if (!part)
    return;
  g_autofree char *label = g_strconcat ("Remove ", tb_schema_kind (tb_element_kind (part))->label,
                                        NULL);
  tb_document_begin (document, label, NULL);
  tb_document_delete (document, uid);
  tb_document_commit (document);
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

/* Of a document only its views: all else is selected on the canvas. */
static gboolean
is_part (const TbElement *element)
{
  return tb_element_kind (tb_element_parent (element)) != TB_KIND_ARCHITECTURE
         || tb_element_kind (element) == TB_KIND_VIEW;
}

static void
add_parts (TbInspector *self, const TbElement *element)
{
  if (!shows_parts (element))
    return;
  for (guint i = 0; i < tb_element_n_children (element); i++)
    {
      const TbElement *part = tb_element_child (element, i);
      if (!is_part (part))
        continue;
      gtk_box_append (GTK_BOX (self->fields), new_part_heading (self, part));
      GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
      add_fields (self, box, part, FIELDS_SAID);
      gtk_box_append (GTK_BOX (self->fields), box);
      add_more (self, part, FIELDS_UNSAID);
      add_parts (self, part);
    }
}

/* ---- Adding parts ---------------------------------------------------------------------------- */

static const TbKind sources[] = { TB_KIND_BUILTIN, TB_KIND_TEMPLATE, TB_KIND_COMMAND };

static gboolean
is_source (TbKind kind)
{
  return kind == sources[0] || kind == sources[1] || kind == sources[2];
}

/* One program plays a component's part: built in, known, or your own. */
static gboolean
may_add (const TbElement *element, TbKind kind)
{
  const TbKindSpec *spec = tb_schema_kind (kind);
  if (!(spec->parents >> tb_element_kind (element) & 1))
    return FALSE;
  if (spec->max_in_parent && tb_element_child_of (element, kind))
    return FALSE;
  for (guint i = 0; is_source (kind) && i < G_N_ELEMENTS (sources); i++)
    if (tb_element_child_of (element, sources[i]))
      return FALSE;
  return TRUE;
}

static void
add_to_menu (GMenu *menu, const TbElement *element)
{
  for (TbKind kind = 1; kind < TB_N_KINDS; kind++)
    if (may_add (element, kind))
      {
        g_autofree char *target = g_strdup_printf ("%u %s", tb_element_uid (element),
                                                   tb_schema_kind (kind)->name);
        g_autoptr (GMenuItem) item = g_menu_item_new (tb_schema_kind (kind)->label, NULL);
        g_menu_item_set_action_and_target (item, "inspector.add-part", "s", target);
        g_menu_append_item (menu, item);
      }
}

static void
add_part (GtkWidget *widget, const char *action, GVariant *target)
{
  TbInspector *self = TB_INSPECTOR (widget);
  g_auto (GStrv) words = g_strsplit (g_variant_get_string (target, NULL), " ", 2);
  TbUid parent = (TbUid) g_ascii_strtoull (words[0], NULL, 10);
  TbKind kind = tb_schema_kind_from_name (words[1]);
  if (!self->editor || !tb_model_get (model_of (self), parent))
    return;
  TbDocument *document = tb_editor_document (self->editor);
  g_autofree char *label = g_strconcat ("Add ", tb_schema_kind (kind)->label, NULL);
  tb_document_begin (document, label, NULL);
  tb_document_insert (document, kind, NULL, parent, G_MAXUINT);
  tb_document_commit (document);
}

static void
add_adder (TbInspector *self, const TbElement *element)
{
  if (!shows_parts (element) || tb_element_kind (element) == TB_KIND_ARCHITECTURE)
    return;
  g_autoptr (GMenu) menu = g_menu_new ();
  add_to_menu (menu, element);
  for (guint i = 0; i < tb_element_n_children (element); i++)
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
    return g_strdup_printf ("%u components · %u links", tb_model_count (model, TB_KIND_COMPONENT),
                            tb_model_count (model, TB_KIND_LINK));
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

static void
show_heading (TbInspector *self)
{
  guint n = 0;
  tb_editor_selection (self->editor, &n);
  const TbElement *element = tb_model_get (model_of (self), self->uid);
  g_autofree char *title = element ? tb_format_element (model_of (self), element)
                                   : g_strdup_printf ("%u elements", n);
  g_autofree char *subtitle = element ? subtitle_of (model_of (self), element)
                                      : g_strdup ("Select one to see its properties");
  tb_ui_set_text (self->title, title);
  tb_ui_set_text (self->subtitle, subtitle);
}

/* ---- Following ------------------------------------------------------------------------------- */

static void
rebuild (TbInspector *self)
{
  g_clear_handle_id (&self->rebuild_id, g_source_remove);
  g_ptr_array_set_size (self->shown, 0);
  tb_ui_clear_box (self->fields);
  self->uid = 0;
  if (!self->editor)
    return;
  guint n = 0;
  tb_editor_selection (self->editor, &n);
  self->uid = n ? tb_editor_selected_one (self->editor)
                : tb_element_uid (tb_model_root (model_of (self)));
  const TbElement *element = tb_model_get (model_of (self), self->uid);
  if (element)
    {
      GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
      add_fields (self, box, element, FIELDS_USUAL);
      gtk_box_append (GTK_BOX (self->fields), box);
      add_parts (self, element);
      add_adder (self, element);
      add_more (self, element, FIELDS_RARE);
    }
  tb_live_box_set_element (TB_LIVE_BOX (self->live), self->uid);
  show_heading (self);
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

static void
document_changed (TbDocument *document, const TbEdit *edits, guint n, TbInspector *self)
{
  for (guint i = 0; i < n; i++)
    if (edits[i].op != TB_EDIT_SET && edits[i].kind != TB_KIND_PLACE
        && edits[i].kind != TB_KIND_ROUTE && edits[i].kind != TB_KIND_BEND)
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
tb_inspector_show_frame (TbInspector *inspector, const TbLiveFrame *frame)
{
  tb_live_box_show (TB_LIVE_BOX (inspector->live), frame);
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

static void
tb_inspector_dispose (GObject *object)
{
  TbInspector *self = TB_INSPECTOR (object);
  g_clear_handle_id (&self->rebuild_id, g_source_remove);
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
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_install_action (widget_class, "inspector.add-part", "s", add_part);
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
  self->live = tb_live_box_new ();
  GtkWidget *parts[] = { self->title, self->subtitle, self->live, self->fields };
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    gtk_box_append (GTK_BOX (self->box), parts[i]);
  self->scrolled = tb_ui_scrolled (self->box);
  gtk_widget_set_parent (self->scrolled, GTK_WIDGET (self));
  self->editor_signals = g_signal_group_new (TB_TYPE_EDITOR);
  g_signal_group_connect_swapped (self->editor_signals, "selection-changed",
                                  G_CALLBACK (selection_changed), self);
  self->document_signals = g_signal_group_new (TB_TYPE_DOCUMENT);
  g_signal_group_connect (self->document_signals, "changed", G_CALLBACK (document_changed), self);
}

GtkWidget *
tb_inspector_new (void)
{
  return g_object_new (TB_TYPE_INSPECTOR, NULL);
}
