/* Which properties of an element are shown, and where. */
#include "inspector-private.h"

#include "field.h"
#include "util.h"

/* Said of every element, and seldom: under "More". */
static gboolean
is_rare (const TbPropSpec *spec)
{
  static const TbProp rare[] = { TB_PROP_ID, TB_PROP_DESCRIPTION, TB_PROP_TAGS, TB_PROP_HREF,
                                 TB_PROP_ORIGIN, TB_PROP_SEED, TB_PROP_DEMAND, TB_PROP_MTBF, TB_PROP_MTTR,
                                 TB_PROP_AVAILABILITY };
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
 * outside address of what runs inside, a quorum's sizes where there is none. */
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
  if (spec->prop == TB_PROP_ORIGIN) /* an import says it, nobody else can */
    return FALSE;
  return tb_element_kind (element) != TB_KIND_BUILTIN || tb_builtin_means (element, spec->prop);
}

static void
add_field (TbInspector *self, GtkWidget *box, const TbElement *element, const TbPropSpec *spec)
{
  GtkWidget *field = tb_field_new (self->editor, tb_element_uid (element), spec);
  g_ptr_array_add (self->shown, field);
  gtk_box_append (GTK_BOX (box), field);
}

/* What a style rule, or a rule, is for is offered, said or not. */
static gboolean
is_look (const TbElement *element, const TbPropSpec *spec)
{
  if (tb_element_kind (element) == TB_KIND_RULE)
    return !is_rare (spec);
  return tb_element_kind (element) == TB_KIND_STYLE
         && (spec->type == TB_TYPE_COLOUR || spec->prop == TB_PROP_DASHED
             || spec->prop == TB_PROP_ICON);
}

static gboolean
belongs (TbInspector *self, const TbElement *element, const TbPropSpec *spec, TbFields fields)
{
  gboolean said = spec->required || tb_element_is_set (element, spec->prop)
                  || (spec->type == TB_TYPE_TEXT && tb_element_kind (element) != TB_KIND_SERVICE)
                  || is_look (element, spec);
  gboolean of_part = fields == TB_FIELDS_SAID || fields == TB_FIELDS_UNSAID;
  gboolean is_document = tb_element_kind (element) == TB_KIND_ARCHITECTURE;
  if (!is_relevant (tb_inspector_model (self), element, spec)
      || (of_part && spec->prop == TB_PROP_ID))
    return FALSE;
  switch (fields)
    {
    case TB_FIELDS_USUAL:
      return !is_rare (spec) || is_document;
    case TB_FIELDS_RARE:
      return is_rare (spec) && !is_document;
    case TB_FIELDS_SAID:
      return said;
    case TB_FIELDS_UNSAID:
    default:
      return !said;
    }
}

guint
tb_inspector_add_fields (TbInspector *self, GtkWidget *box, const TbElement *element,
                         TbFields fields)
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
  TbFields fields;
} More;

/* Made when it is first looked at: a panel of closed ones costs nothing. */
static void
more_expanded (GtkExpander *expander, GParamSpec *pspec, More *more)
{
  const TbElement *element = tb_model_get (tb_inspector_model (more->inspector), more->uid);
  if (gtk_expander_get_child (expander) || !element)
    return;
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  tb_inspector_add_fields (more->inspector, box, element, more->fields);
  gtk_expander_set_child (expander, box);
}

/* The property that is to have the focus is among them, or the element shows nothing else. */
static gboolean
hides_focus (TbInspector *self, const TbElement *element, TbFields fields)
{
  const TbPropSpec *spec = tb_schema_prop (tb_element_kind (element), self->focus_prop);
  if (spec != NULL)
    return belongs (self, element, spec, fields);
  return fields == TB_FIELDS_UNSAID && !tb_inspector_add_fields (self, NULL, element, TB_FIELDS_SAID);
}

void
tb_inspector_add_more (TbInspector *self, const TbElement *element, TbFields fields)
{
  if (!tb_inspector_add_fields (self, NULL, element, fields))
    return;
  GtkWidget *expander = gtk_expander_new ("More");
  More *more = g_new (More, 1);
  *more = (More){ self, tb_element_uid (element), fields };
  gtk_widget_add_css_class (expander, "more");
  tb_ui_name (expander, "More properties");
  g_signal_connect_data (expander, "notify::expanded", G_CALLBACK (more_expanded), more,
                         (GClosureNotify) (void (*) (void)) g_free, 0);
  gtk_box_append (GTK_BOX (self->fields), expander);
  /* What a person asked for is not to be looked for. */
  if (self->focus_uid == tb_element_uid (element) && hides_focus (self, element, fields))
    gtk_expander_set_expanded (GTK_EXPANDER (expander), TRUE);
}
