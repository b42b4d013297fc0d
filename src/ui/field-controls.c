/* The controls of the inspector: one table row a kind of control, chosen by the property's type. */
#include "field-private.h"

#include "util.h"

/* Above this a step of one is no way to get anywhere. */
#define SPIN_MAX 100000

/* ---- Entry ----------------------------------------------------------------------------------- */

static void
entry_left (TbField *field)
{
  tb_field_changed (field);
}

static void
entry_typed (TbField *field)
{
  if (!field->loading)
    tb_field_check (field);
}

static const char *
placeholder (const TbPropSpec *spec)
{
  static const struct
  {
    TbType type;
    const char *text;
  } examples[] = { { TB_TYPE_DURATION, "500ms" },
                   { TB_TYPE_DIST, "exponential 20ms" },
                   { TB_TYPE_THREADS, "pool 8" },
                   { TB_TYPE_TAGS, "none" } };
  if (spec->default_text && *spec->default_text)
    return spec->default_text;
  for (guint i = 0; i < G_N_ELEMENTS (examples); i++)
    if (examples[i].type == spec->type)
      return examples[i].text;
  return "none";
}

static GtkWidget *
make_entry (TbField *field)
{
  GtkWidget *entry = gtk_entry_new ();
  gtk_editable_set_alignment (GTK_EDITABLE (entry), field->control->wide ? 0 : 1);
  gtk_editable_set_width_chars (GTK_EDITABLE (entry), 6);
  gtk_editable_set_max_width_chars (GTK_EDITABLE (entry), 14);
  gtk_entry_set_placeholder_text (GTK_ENTRY (entry), placeholder (field->spec));
  gtk_entry_set_has_frame (GTK_ENTRY (entry), FALSE);
  if (field->spec->type == TB_TYPE_ID)
    gtk_editable_set_editable (GTK_EDITABLE (entry), FALSE);
  g_signal_connect_swapped (entry, "activate", G_CALLBACK (tb_field_changed), field);
  g_signal_connect_swapped (entry, "changed", G_CALLBACK (entry_typed), field);
  GtkEventController *focus = gtk_event_controller_focus_new ();
  g_signal_connect_swapped (focus, "leave", G_CALLBACK (entry_left), field);
  gtk_widget_add_controller (entry, focus);
  return entry;
}

static void
show_entry (TbField *field, const char *text)
{
  const TbElement *element = tb_field_element (field);
  if (element && !tb_element_is_set (element, field->spec->prop)
      && field->spec->type != TB_TYPE_ID)
    text = NULL;
  GtkEditable *editable = GTK_EDITABLE (field->widget);
  if (g_strcmp0 (gtk_editable_get_text (editable), text ? text : "") != 0)
    gtk_editable_set_text (editable, text ? text : "");
}

static char *
read_entry (TbField *field)
{
  g_autofree char *text = g_strdup (gtk_editable_get_text (GTK_EDITABLE (field->widget)));
  g_strstrip (text);
  return *text ? g_steal_pointer (&text) : NULL;
}

/* ---- Spin ------------------------------------------------------------------------------------ */

static GtkWidget *
make_spin (TbField *field)
{
  const TbPropSpec *spec = field->spec;
  GtkWidget *spin = gtk_spin_button_new_with_range (spec->min, spec->max, 1);
  gtk_editable_set_alignment (GTK_EDITABLE (spin), 1);
  gtk_editable_set_width_chars (GTK_EDITABLE (spin), 3);
  gtk_spin_button_set_numeric (GTK_SPIN_BUTTON (spin), TRUE);
  g_signal_connect_swapped (spin, "value-changed", G_CALLBACK (tb_field_changed), field);
  return spin;
}

static void
show_spin (TbField *field, const char *text)
{
  double value = text ? g_ascii_strtod (text, NULL) : 0;
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (field->widget), value);
}

static char *
read_spin (TbField *field)
{
  return g_strdup_printf ("%d", gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (field->widget)));
}

/* ---- Switch ---------------------------------------------------------------------------------- */

static GtkWidget *
make_switch (TbField *field)
{
  GtkWidget *box = gtk_switch_new ();
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  gtk_widget_set_halign (box, GTK_ALIGN_END);
  g_signal_connect_swapped (box, "notify::active", G_CALLBACK (tb_field_changed), field);
  return box;
}

static void
show_switch (TbField *field, const char *text)
{
  gtk_switch_set_active (GTK_SWITCH (field->widget), g_strcmp0 (text, "yes") == 0);
}

static char *
read_switch (TbField *field)
{
  return g_strdup (gtk_switch_get_active (GTK_SWITCH (field->widget)) ? "yes" : "no");
}

/* ---- Choice ---------------------------------------------------------------------------------- */

static char *
sentence_case (const char *word)
{
  char *text = g_strdup (word);
  text[0] = g_ascii_toupper (text[0]);
  return text;
}

/* Fills values with what rows write, and returns what they show. */
static GtkStringList *
choice_rows (TbField *field)
{
  const TbPropSpec *spec = field->spec;
  g_autoptr (GStrvBuilder) values = g_strv_builder_new ();
  GtkStringList *rows = gtk_string_list_new (NULL);
  if (!spec->required && !spec->default_text)
    {
      g_strv_builder_add (values, "");
      gtk_string_list_append (rows, spec->type == TB_TYPE_ENUM ? "not said" : "none");
    }
  if (spec->type == TB_TYPE_ENUM)
    {
      g_auto (GStrv) words = g_strsplit (spec->choices, " ", -1);
      for (guint i = 0; words[i]; i++)
        if (*words[i])
          {
            g_strv_builder_add (values, words[i]);
            gtk_string_list_take (rows, sentence_case (words[i]));
          }
    }
  const TbModel *model = tb_field_model (field);
  for (TbKind kind = 1; spec->type == TB_TYPE_REF && kind < TB_N_KINDS; kind++)
    for (guint i = 0; spec->ref_kinds >> kind & 1 && i < tb_model_count (model, kind); i++)
      {
        const TbElement *element = tb_model_nth (model, kind, i);
        g_strv_builder_add (values, tb_element_id (element));
        gtk_string_list_append (rows, tb_element_title (element));
      }
  g_strfreev (field->values);
  field->values = g_strv_builder_end (values);
  return rows;
}

static void
setup_choice (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer data)
{
  GtkWidget *label = tb_ui_label (NULL, NULL);
  gtk_label_set_xalign (GTK_LABEL (label), 1);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_list_item_set_child (item, label);
}

static void
bind_choice (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer data)
{
  GtkStringObject *text = gtk_list_item_get_item (item);
  gtk_label_set_text (GTK_LABEL (gtk_list_item_get_child (item)),
                      gtk_string_object_get_string (text));
}

static GtkWidget *
make_choice (TbField *field)
{
  GtkWidget *drop_down = gtk_drop_down_new (G_LIST_MODEL (choice_rows (field)), NULL);
  g_autoptr (GtkListItemFactory) list = g_object_ref (
      gtk_drop_down_get_factory (GTK_DROP_DOWN (drop_down)));
  g_autoptr (GtkListItemFactory) button = gtk_signal_list_item_factory_new ();
  g_signal_connect (button, "setup", G_CALLBACK (setup_choice), NULL);
  g_signal_connect (button, "bind", G_CALLBACK (bind_choice), NULL);
  gtk_drop_down_set_list_factory (GTK_DROP_DOWN (drop_down), list);
  gtk_drop_down_set_factory (GTK_DROP_DOWN (drop_down), button);
  tb_ui_name (gtk_widget_get_first_child (drop_down), field->spec->label);
  g_signal_connect_swapped (drop_down, "notify::selected", G_CALLBACK (tb_field_changed), field);
  return drop_down;
}

static void
show_choice (TbField *field, const char *text)
{
  GtkDropDown *drop_down = GTK_DROP_DOWN (field->widget);
  g_auto (GStrv) before = g_strdupv (field->values);
  g_autoptr (GtkStringList) rows = choice_rows (field);
  GListModel *now = gtk_drop_down_get_model (drop_down);
  gboolean same = g_strv_equal ((const char *const *) before, (const char *const *) field->values);
  for (guint i = 0; same && i < g_list_model_get_n_items (now); i++)
    {
      g_autoptr (GtkStringObject) shown = g_list_model_get_item (now, i);
      same = g_str_equal (gtk_string_object_get_string (shown),
                          gtk_string_list_get_string (rows, i));
    }
  if (!same)
    gtk_drop_down_set_model (drop_down, G_LIST_MODEL (rows));
  for (guint i = 0; field->values[i]; i++)
    if (g_str_equal (field->values[i], text ? text : ""))
      {
        gtk_drop_down_set_selected (drop_down, i);
        return;
      }
  gtk_drop_down_set_selected (drop_down, GTK_INVALID_LIST_POSITION);
}

static char *
read_choice (TbField *field)
{
  guint i = gtk_drop_down_get_selected (GTK_DROP_DOWN (field->widget));
  if (i == GTK_INVALID_LIST_POSITION || i >= g_strv_length (field->values) || !*field->values[i])
    return NULL;
  return g_strdup (field->values[i]);
}

/* ---- Text ------------------------------------------------------------------------------------ */

static GtkTextView *
view_of (TbField *field)
{
  return GTK_TEXT_VIEW (gtk_scrolled_window_get_child (GTK_SCROLLED_WINDOW (field->widget)));
}

static GtkWidget *
make_text (TbField *field)
{
  GtkWidget *view = gtk_text_view_new ();
  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (view), GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_accepts_tab (GTK_TEXT_VIEW (view), FALSE);
  tb_ui_name (view, field->spec->label);
  GtkEventController *focus = gtk_event_controller_focus_new ();
  g_signal_connect_swapped (focus, "leave", G_CALLBACK (tb_field_changed), field);
  gtk_widget_add_controller (view, focus);
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), view);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (scrolled),
                                              field->spec->type == TB_TYPE_TEXT ? 64 : 24);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scrolled), 200);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  return scrolled;
}

static char *
read_text (TbField *field)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (view_of (field));
  g_autofree char *text = NULL;
  g_object_get (buffer, "text", &text, NULL);
  return text && *text ? g_steal_pointer (&text) : NULL;
}

static void
show_text (TbField *field, const char *text)
{
  g_autofree char *now = read_text (field);
  if (g_strcmp0 (now, text) != 0)
    gtk_text_buffer_set_text (gtk_text_view_get_buffer (view_of (field)), text ? text : "", -1);
}

/* ---- Which ----------------------------------------------------------------------------------- */

static const TbControl entry_control = { make_entry, show_entry, read_entry, FALSE };
static const TbControl wide_entry_control = { make_entry, show_entry, read_entry, TRUE };
static const TbControl spin_control = { make_spin, show_spin, read_spin, FALSE };
static const TbControl switch_control = { make_switch, show_switch, read_switch, FALSE };
static const TbControl choice_control = { make_choice, show_choice, read_choice, FALSE };
static const TbControl text_control = { make_text, show_text, read_text, TRUE };

const TbControl *
tb_control_for (const TbPropSpec *spec)
{
  if (spec->type == TB_TYPE_ENUM || spec->type == TB_TYPE_REF)
    return &choice_control;
  if (spec->type == TB_TYPE_COLOUR)
    return &tb_control_colour;
  if (spec->prop == TB_PROP_ICON)
    return &tb_control_icon;
  if (spec->type == TB_TYPE_BOOLEAN)
    return &switch_control;
  if (spec->type == TB_TYPE_TEXT || spec->prop == TB_PROP_DESCRIPTION)
    return &text_control;
  if (spec->type == TB_TYPE_INTEGER && spec->default_text && spec->max <= SPIN_MAX)
    return &spin_control;
  if (spec->prop == TB_PROP_HREF)
    return &wide_entry_control;
  return &entry_control;
}
