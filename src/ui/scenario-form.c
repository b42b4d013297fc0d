/* See scenario-form.h. Which fields there are is a table; what the drawing has is offered beside each name. What is
 * wrong is said in the form, and nothing is changed then. */
#include "scenario-form.h"

#include <adwaita.h>
#include <string.h>

#include "tb-base.h"
#include "tb-fault.h"
#include "tb-scenario.h"
#include "util.h"

#define PHASE_NAMES (1 << 20)     /* beside TbScenarioNames: phases of this scenario */
#define CONDITION_NAMES (1 << 21) /* conditions */

typedef struct
{
  TbProp prop;
  const char *label; /* NULL: the schema's */
  guint names;       /* what is offered: TbScenarioNames, or the two above */
} FieldRow;

typedef struct
{
  TbProp prop;
  GtkWidget *widget;
  char **choices; /* of a drop-down, in its order, "" for none; NULL: it is an entry */
} Field;

typedef struct
{
  GtkWidget *owner; /* weak */
  TbScenarioEdit edit;
  TbScenarioFormOf of;
  void (*done) (GtkWidget *owner, TbUid uid);
  GtkWidget *window, *grid, *help, *why;
  GArray *fields;          /* of Field */
  char *texts[TB_N_PROPS]; /* what was typed, kept while fields come and go */
  TbProp verb;             /* of an action */
  gboolean busy;
} Form;

#define SOMEBODY (TB_NAMES_OF_INSTANCES | TB_NAMES_OF_ROLES)
#define ANYTHING (TB_NAMES_OF_LINKS | TB_NAMES_OF_INSTANCES)
#define END { TB_PROP_NONE, NULL, 0 }

static const FieldRow scenario_rows[] = { { TB_PROP_NAME, NULL, 0 }, { TB_PROP_SEED, NULL, 0 },
                                          { TB_PROP_DESCRIPTION, NULL, 0 }, END };
static const FieldRow wait_rows[] = { { TB_PROP_UNTIL, NULL, CONDITION_NAMES }, { TB_PROP_WITHIN, NULL, 0 },
                                      { TB_PROP_DESCRIPTION, NULL, 0 }, END };
static const FieldRow phase_rows[] = { { TB_PROP_NAME, NULL, 0 }, { TB_PROP_LASTS, NULL, 0 },
                                       { TB_PROP_QUESTION, NULL, 0 }, { TB_PROP_ANSWER, NULL, 0 },
                                       { TB_PROP_DESCRIPTION, NULL, 0 }, END };
static const FieldRow expect_rows[] = { { TB_PROP_THAT, "What", 0 }, { TB_PROP_OF, NULL, ANYTHING },
                                        { TB_PROP_DURING, NULL, PHASE_NAMES }, { TB_PROP_PERCENTILE, NULL, 0 },
                                        { TB_PROP_AT_LEAST, NULL, 0 }, { TB_PROP_AT_MOST, NULL, 0 },
                                        { TB_PROP_WITHIN, NULL, 0 }, { TB_PROP_QUESTION, NULL, 0 },
                                        { TB_PROP_ANSWER, NULL, 0 }, END };

/* What an action asks for, and which fields that has; those of a fault's kind come from its own table. */
static const struct
{
  TbProp prop;
  const char *name;
  FieldRow rows[6];
} verbs[] = {
  { TB_PROP_PARTITION, "partition", { { TB_PROP_PARTITION, "How", 0 }, { TB_PROP_OF, "Of", SOMEBODY | TB_NAMES_OF_LINKS },
                                      { TB_PROP_FROM, "From", SOMEBODY }, { TB_PROP_FOR, NULL, 0 }, END } },
  { TB_PROP_FAULT, "fault", { { TB_PROP_FAULT, "Which", 0 }, { TB_PROP_OF, "Of", ANYTHING },
                              { TB_PROP_FROM, NULL, TB_NAMES_OF_INSTANCES }, { TB_PROP_TO, NULL, TB_NAMES_OF_INSTANCES },
                              { TB_PROP_FOR, NULL, 0 }, END } },
  { TB_PROP_KILL, "kill", { { TB_PROP_KILL, "Whom", SOMEBODY }, { TB_PROP_FOR, NULL, 0 }, END } },
  { TB_PROP_PAUSE, "pause", { { TB_PROP_PAUSE, "Whom", SOMEBODY }, { TB_PROP_FOR, NULL, 0 }, END } },
  { TB_PROP_LOAD, "load", { { TB_PROP_LOAD, "Client", TB_NAMES_OF_CLIENTS }, { TB_PROP_RATE, "Requests a second", 0 },
                            { TB_PROP_THINK, "Or think", 0 }, { TB_PROP_FOR, NULL, 0 }, END } },
  { TB_PROP_HEAL, "heal", { { TB_PROP_HEAL, "What", TB_NAMES_OF_FAULTS | ANYTHING }, END } },
  { TB_PROP_RESTART, "restart", { { TB_PROP_RESTART, "Whom", SOMEBODY }, END } },
  { TB_PROP_RESUME, "resume", { { TB_PROP_RESUME, "Whom", SOMEBODY }, END } },
};

static const FieldRow time_rows[] = { { TB_PROP_AT, NULL, 0 }, { TB_PROP_ONCE, NULL, CONDITION_NAMES }, END };

static void show_fields (Form *form);

static void
clear_field (gpointer data)
{
  g_strfreev (((Field *) data)->choices);
}

static void
form_free (gpointer data)
{
  Form *form = data;
  if (form->owner)
    g_object_remove_weak_pointer (G_OBJECT (form->owner), (gpointer *) &form->owner);
  g_array_unref (form->fields);
  for (guint i = 0; i < TB_N_PROPS; i++)
    g_free (form->texts[i]);
  g_object_unref (form->edit.document);
  g_free (form);
}

static const TbModel *
model_of (const Form *form)
{
  return tb_document_model (form->edit.document);
}

static const TbElement *
scenario_of (const Form *form)
{
  const TbElement *e = tb_model_get (model_of (form), form->of.uid ? form->of.uid : form->of.parent);
  while (e && tb_element_kind (e) != TB_KIND_SCENARIO)
    e = tb_element_parent (e);
  return e;
}

/* ---- Fields ---------------------------------------------------------------------------------- */

static const char *
text_of (const Field *field)
{
  if (!field->choices)
    return gtk_editable_get_text (GTK_EDITABLE (field->widget));
  guint i = gtk_drop_down_get_selected (GTK_DROP_DOWN (field->widget));
  return i < g_strv_length (field->choices) ? field->choices[i] : "";
}

static void
keep_texts (Form *form)
{
  for (guint i = 0; i < form->fields->len; i++)
    {
      const Field *field = &g_array_index (form->fields, Field, i);
      g_free (form->texts[field->prop]);
      form->texts[field->prop] = g_strdup (text_of (field));
    }
}

/* Another verb, fault or thing to expect has other fields. */
static void
choice_changed (GObject *widget, GParamSpec *pspec, Form *form)
{
  if (form->busy)
    return;
  keep_texts (form);
  show_fields (form);
}

static GtkWidget *
new_drop_down (Form *form, char **choices, const char *chosen, const char *none)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  guint at = 0;
  for (guint i = 0; choices[i]; i++)
    {
      gtk_string_list_append (names, *choices[i] ? choices[i] : none);
      if (g_strcmp0 (choices[i], chosen) == 0)
        at = i;
    }
  GtkWidget *drop_down = gtk_drop_down_new (G_LIST_MODEL (g_steal_pointer (&names)), NULL);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (drop_down), at);
  g_signal_connect (drop_down, "notify::selected", G_CALLBACK (choice_changed), form);
  return drop_down;
}

static void
offer_taken (GtkListBox *list, GtkListBoxRow *row, GtkWidget *entry)
{
  gtk_editable_set_text (GTK_EDITABLE (entry), g_object_get_data (G_OBJECT (row), "text"));
  gtk_popover_popdown (GTK_POPOVER (gtk_widget_get_ancestor (GTK_WIDGET (list), GTK_TYPE_POPOVER)));
  gtk_widget_grab_focus (entry);
}

static GtkWidget *
new_offer (const char *text)
{
  GtkWidget *row = gtk_list_box_row_new ();
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), tb_ui_label (text, NULL));
  g_object_set_data_full (G_OBJECT (row), "text", g_strdup (text), g_free);
  tb_ui_name (row, text);
  return row;
}

/* What the drawing has of the kind, on a button beside the entry. */
static GtkWidget *
with_offers (GtkWidget *entry, char **offers, const char *name)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0), *button = gtk_menu_button_new ();
  GtkWidget *list = gtk_list_box_new (), *popover = gtk_popover_new (), *scrolled = tb_ui_scrolled (list);
  g_autofree char *title = g_strdup_printf ("%s: choose from the drawing", name);
  for (guint i = 0; offers[i]; i++)
    gtk_list_box_append (GTK_LIST_BOX (list), new_offer (offers[i]));
  tb_ui_name (list, title);
  g_signal_connect (list, "row-activated", G_CALLBACK (offer_taken), entry);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scrolled), 240);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  gtk_widget_set_size_request (scrolled, 240, -1);
  gtk_popover_set_child (GTK_POPOVER (popover), scrolled);
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (button), popover);
  tb_ui_name (button, title);
  gtk_widget_add_css_class (box, "linked");
  gtk_widget_set_hexpand (entry, TRUE);
  gtk_box_append (GTK_BOX (box), entry);
  gtk_box_append (GTK_BOX (box), button);
  return box;
}

static char **
offers_of (const Form *form, guint names)
{
  if (names == CONDITION_NAMES)
    return tb_scenario_conditions (model_of (form));
  return tb_scenario_names (model_of (form), names);
}

/* In front of the phases stands none. */
static char **
choices_of (const Form *form, const TbPropSpec *spec, guint names)
{
  if (names != PHASE_NAMES)
    return spec->type == TB_TYPE_ENUM ? g_strsplit (spec->choices, " ", -1) : NULL;
  g_auto (GStrv) phases = tb_scenario_phases (scenario_of (form));
  g_autofree char *joined = g_strjoinv ("\n", phases);
  g_autofree char *all = g_strconcat ("\n", joined, NULL);
  return g_strsplit (all, "\n", -1);
}

static void
attach (Form *form, const char *name, GtkWidget *shown, GtkWidget *named, const char *help)
{
  int row = (int) form->fields->len + 1;
  GtkWidget *label = tb_ui_label (name, NULL);
  gtk_widget_set_tooltip_text (label, help);
  gtk_widget_set_tooltip_text (named, help);
  gtk_widget_set_hexpand (shown, TRUE);
  tb_ui_name (named, name);
  gtk_grid_attach (GTK_GRID (form->grid), label, 0, row, 1, 1);
  gtk_grid_attach (GTK_GRID (form->grid), shown, 1, row, 1, 1);
}

static void
add_field (Form *form, const FieldRow *row)
{
  const TbPropSpec *spec = tb_schema_prop (form->of.kind, row->prop);
  const char *text = form->texts[row->prop] ? form->texts[row->prop] : "";
  const char *name = row->label ? row->label : spec->label;
  Field field = { .prop = row->prop, .choices = choices_of (form, spec, row->names) };
  GtkWidget *shown;
  if (field.choices)
    shown = field.widget = new_drop_down (form, field.choices, text, "the whole scenario");
  else
    {
      shown = field.widget = gtk_entry_new ();
      gtk_editable_set_text (GTK_EDITABLE (field.widget), text);
      gtk_entry_set_activates_default (GTK_ENTRY (field.widget), TRUE);
      if (row->names)
        {
          g_auto (GStrv) offers = offers_of (form, row->names);
          shown = with_offers (field.widget, offers, name);
        }
    }
  attach (form, name, shown, field.widget, spec->help);
  g_array_append_val (form->fields, field);
}

/* Of what is expected, a bound that could say nothing of it has no field. */
static gboolean
means_something (const Form *form, TbProp prop)
{
  const char *that = form->texts[TB_PROP_THAT];
  const TbExpectRow *row = form->of.kind == TB_KIND_EXPECT ? tb_expectation (that) : NULL;
  if (!row)
    return TRUE;
  gboolean latency = g_str_equal (that, "latency"), time = row->unit == TB_UNIT_TIME;
  if (prop == TB_PROP_PERCENTILE)
    return latency || g_str_equal (that, "staleness");
  if (prop == TB_PROP_WITHIN)
    return time && !latency;
  return (prop != TB_PROP_AT_LEAST && prop != TB_PROP_AT_MOST) || row->unit != TB_UNIT_YES;
}

static void
add_rows (Form *form, const FieldRow *rows)
{
  for (; rows->prop != TB_PROP_NONE; rows++)
    if (means_something (form, rows->prop))
      add_field (form, rows);
}

/* ---- Actions --------------------------------------------------------------------------------- */

static guint
verb_index (const Form *form)
{
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    if (verbs[i].prop == form->verb)
      return i;
  return 0;
}

static void
verb_chosen (GObject *widget, GParamSpec *pspec, Form *form)
{
  guint i = gtk_drop_down_get_selected (GTK_DROP_DOWN (widget));
  if (form->busy || i >= G_N_ELEMENTS (verbs))
    return;
  keep_texts (form);
  form->verb = verbs[i].prop;
  show_fields (form);
}

static void
add_verb (Form *form)
{
  const char *names[G_N_ELEMENTS (verbs) + 1] = { NULL };
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    names[i] = verbs[i].name;
  GtkWidget *drop_down = gtk_drop_down_new_from_strings (names), *label = tb_ui_label ("Does", NULL);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (drop_down), verb_index (form));
  g_signal_connect (drop_down, "notify::selected", G_CALLBACK (verb_chosen), form);
  tb_ui_name (drop_down, "Does");
  gtk_grid_attach (GTK_GRID (form->grid), label, 0, 0, 1, 1);
  gtk_grid_attach (GTK_GRID (form->grid), drop_down, 1, 0, 1, 1);
}

/* What this fault can be set to; where it acts and when it ends have fields of their own. */
static void
add_fault_rows (Form *form)
{
  TbFaultKind kind;
  const TbFaultAttribute *a;
  if (!form->texts[TB_PROP_FAULT] || !tb_fault_from_name (form->texts[TB_PROP_FAULT], &kind))
    kind = TB_FAULT_CUT;
  for (guint i = 0; (a = tb_fault_attribute (kind, i)); i++)
    {
      const TbPropSpec *spec = tb_schema_prop_from_name (TB_KIND_DO, a->name);
      const FieldRow row = { spec ? spec->prop : TB_PROP_NONE, NULL, 0 };
      if (spec && spec->prop != TB_PROP_AFTER && spec->prop != TB_PROP_UNTIL && spec->type != TB_TYPE_ENUM)
        add_field (form, &row);
    }
}

static void
add_action_rows (Form *form)
{
  add_verb (form);
  add_rows (form, verbs[verb_index (form)].rows);
  add_rows (form, time_rows);
  if (form->verb == TB_PROP_FAULT)
    add_fault_rows (form);
}

/* ---- What is shown --------------------------------------------------------------------------- */

static char *
help_of (const Form *form)
{
  const TbExpectRow *row = form->of.kind == TB_KIND_EXPECT && form->texts[TB_PROP_THAT]
                             ? tb_expectation (form->texts[TB_PROP_THAT]) : NULL;
  TbFaultKind kind;
  if (row)
    return g_strdup_printf ("Measured: %s. Its 95 %% interval: %s.", row->measured, row->interval);
  if (form->of.kind == TB_KIND_DO && form->verb == TB_PROP_FAULT && form->texts[TB_PROP_FAULT]
      && tb_fault_from_name (form->texts[TB_PROP_FAULT], &kind))
    return g_strdup_printf ("%s.", tb_fault_what (kind));
  return g_strdup (tb_schema_kind (form->of.kind)->help);
}

static const FieldRow *
rows_of (TbKind kind)
{
  return kind == TB_KIND_SCENARIO ? scenario_rows : kind == TB_KIND_WAIT ? wait_rows
         : kind == TB_KIND_PHASE ? phase_rows : expect_rows;
}

static void
show_fields (Form *form)
{
  GtkWidget *child;
  form->busy = TRUE;
  while ((child = gtk_widget_get_first_child (form->grid)))
    gtk_grid_remove (GTK_GRID (form->grid), child);
  g_array_set_size (form->fields, 0);
  if (form->of.kind == TB_KIND_DO)
    add_action_rows (form);
  else
    add_rows (form, rows_of (form->of.kind));
  form->busy = FALSE;
  keep_texts (form);
  g_autofree char *help = help_of (form);
  *help = g_ascii_toupper (*help);
  gtk_label_set_text (GTK_LABEL (form->help), help);
  gtk_widget_set_visible (form->why, FALSE);
}

/* ---- Answers --------------------------------------------------------------------------------- */

static gboolean
has_field (const Form *form, TbProp prop)
{
  for (guint i = 0; i < form->fields->len; i++)
    if (g_array_index (form->fields, Field, i).prop == prop)
      return TRUE;
  return FALSE;
}

/* What the fields say; of what is another thing now, all that only the old one could say goes. */
static GArray *
values_of (const Form *form)
{
  static const TbProp kept[] = { TB_PROP_DESCRIPTION, TB_PROP_TAGS, TB_PROP_HREF, TB_PROP_SEED, TB_PROP_STREAM,
                                 TB_PROP_AFTER, TB_PROP_UNTIL };
  GArray *values = g_array_new (FALSE, FALSE, sizeof (TbScenarioValue));
  const TbKindSpec *spec = tb_schema_kind (form->of.kind);
  gboolean may_lose = form->of.uid && (form->of.kind == TB_KIND_DO || form->of.kind == TB_KIND_EXPECT);
  for (guint i = 0; may_lose && i < spec->n_props; i++)
    {
      const TbScenarioValue gone = { spec->props[i].prop, NULL };
      gboolean stays = has_field (form, gone.prop);
      for (guint k = 0; k < G_N_ELEMENTS (kept); k++)
        stays |= kept[k] == gone.prop;
      if (!stays)
        g_array_append_val (values, gone);
    }
  for (guint i = 0; i < form->fields->len; i++)
    {
      const Field *field = &g_array_index (form->fields, Field, i);
      const TbScenarioValue value = { field->prop, text_of (field) };
      g_array_append_val (values, value);
    }
  return values;
}

static void
finish (GtkWidget *button, Form *form)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) values = values_of (form);
  const TbScenarioValue *v = (const TbScenarioValue *) (gpointer) values->data;
  TbUid uid = form->of.uid;
  if (!form->owner)
    return;
  gboolean good = uid ? tb_scenario_change (&form->edit, uid, v, values->len, &error)
                      : (uid = tb_scenario_insert (&form->edit, form->of.kind, form->of.parent, form->of.behind, v,
                                                   values->len, &error)) != 0;
  gtk_widget_set_visible (form->why, !good);
  if (!good)
    {
      *error->message = g_ascii_toupper (*error->message);
      gtk_label_set_text (GTK_LABEL (form->why), error->message);
      return;
    }
  if (form->done)
    form->done (form->owner, uid);
  gtk_window_close (GTK_WINDOW (form->window));
}

/* ---- The window ------------------------------------------------------------------------------ */

static GtkWidget *
new_content (Form *form)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  form->help = tb_ui_label (NULL, "dim");
  form->why = tb_ui_label (NULL, "bad");
  form->grid = gtk_grid_new ();
  GtkWidget *parts[] = { form->help, form->why, form->grid };
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      if (parts[i] != form->grid)
        {
          gtk_label_set_wrap (GTK_LABEL (parts[i]), TRUE);
          gtk_label_set_ellipsize (GTK_LABEL (parts[i]), PANGO_ELLIPSIZE_NONE);
        }
      gtk_box_append (GTK_BOX (box), parts[i]);
    }
  return tb_ui_form_page (box, form->grid);
}

static GtkWidget *
new_header (Form *form)
{
  GtkWidget *header = adw_header_bar_new (), *cancel = gtk_button_new_with_label ("Cancel");
  GtkWidget *done = gtk_button_new_with_label (form->of.uid ? "Change" : "Add");
  gtk_widget_add_css_class (done, "suggested-action");
  adw_header_bar_set_show_end_title_buttons (ADW_HEADER_BAR (header), FALSE);
  adw_header_bar_set_title_widget (ADW_HEADER_BAR (header), adw_window_title_new (tb_schema_kind (form->of.kind)->label, ""));
  adw_header_bar_pack_start (ADW_HEADER_BAR (header), cancel);
  adw_header_bar_pack_end (ADW_HEADER_BAR (header), done);
  g_signal_connect_swapped (cancel, "clicked", G_CALLBACK (gtk_window_close), form->window);
  g_signal_connect (done, "clicked", G_CALLBACK (finish), form);
  gtk_window_set_default_widget (GTK_WINDOW (form->window), done);
  return header;
}

/* What the element says now, or what a new one begins with. */
static void
take_texts (Form *form)
{
  const TbElement *e = form->of.uid ? tb_model_get (model_of (form), form->of.uid) : NULL;
  const TbKindSpec *spec = tb_schema_kind (form->of.kind);
  for (guint i = 0; e && i < spec->n_props; i++)
    if (tb_element_is_set (e, spec->props[i].prop))
      form->texts[spec->props[i].prop] = g_strdup (tb_element_get (e, spec->props[i].prop));
  form->verb = TB_PROP_PARTITION;
  for (guint i = 0; e && i < G_N_ELEMENTS (verbs); i++)
    if (form->of.kind == TB_KIND_DO && tb_element_is_set (e, verbs[i].prop))
      form->verb = verbs[i].prop;
  char at[40];
  tb_duration_format (form->of.at_ns, at, sizeof at);
  if (!e && form->of.kind == TB_KIND_PHASE)
    form->texts[TB_PROP_LASTS] = g_strdup ("5s");
  if (!e && form->of.kind == TB_KIND_DO)
    {
      form->verb = TB_PROP_KILL;
      form->texts[TB_PROP_AT] = form->of.at_ns > 0 ? g_strdup (at) : NULL;
      form->texts[TB_PROP_PARTITION] = g_strdup ("isolate");
      form->texts[TB_PROP_FAULT] = g_strdup ("latency");
      form->texts[TB_PROP_HEAL] = g_strdup ("all");
    }
  if (!e && form->of.kind == TB_KIND_EXPECT)
    form->texts[TB_PROP_THAT] = g_strdup ("availability");
}

void
tb_scenario_form_open (GtkWidget *owner, const TbScenarioEdit *edit, const TbScenarioFormOf *of,
                       void (*done) (GtkWidget *owner, TbUid uid))
{
  Form *form = g_new0 (Form, 1);
  form->owner = owner;
  g_object_add_weak_pointer (G_OBJECT (owner), (gpointer *) &form->owner);
  form->edit = *edit;
  form->of = *of;
  form->done = done;
  g_object_ref (form->edit.document);
  form->fields = g_array_new (FALSE, FALSE, sizeof (Field));
  g_array_set_clear_func (form->fields, clear_field);
  take_texts (form);
  form->window = adw_window_new ();
  gtk_window_set_transient_for (GTK_WINDOW (form->window), GTK_WINDOW (gtk_widget_get_root (owner)));
  gtk_window_set_modal (GTK_WINDOW (form->window), TRUE);
  gtk_window_set_title (GTK_WINDOW (form->window), tb_schema_kind (of->kind)->label);
  tb_ui_size_dialog (form->window, GTK_WINDOW (gtk_widget_get_root (owner)), 440, of->kind == TB_KIND_DO ? 560 : 460);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_append (GTK_BOX (box), new_header (form));
  gtk_box_append (GTK_BOX (box), new_content (form));
  adw_window_set_content (ADW_WINDOW (form->window), box);
  show_fields (form);
  tb_ui_close_on_escape (form->window);
  g_object_set_data_full (G_OBJECT (form->window), "form", form, form_free);
  gtk_window_set_focus (GTK_WINDOW (form->window), g_array_index (form->fields, Field, 0).widget);
  gtk_window_present (GTK_WINDOW (form->window));
}
