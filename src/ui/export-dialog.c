#include "export-dialog.h"

#include "settings.h"
#include "util.h"

typedef struct
{
  GtkWidget *window, *button, *lost, *embed, *embed_row;
  GtkWidget *list, *start; /* the row that is chosen at first, in its list */
  GtkCheckButton *first;
  GPtrArray *rows; /* TbFormatRow, as they stand */
  TbModel *model; /* a snapshot: a run may go on meanwhile */
  char *folder;
  const TbExportFormat *format;
  gboolean embeds; /* as the person wants it, for formats that can */
  TbExportChosen chosen;
  gpointer data;
} Dialog;

/* ---- What is left out ------------------------------------------------------------------------ */

/* A sentence a line; why it cannot be written at all, where it cannot. Pictures show what is to be seen. */
static char *
lost_words (Dialog *self, gboolean *good)
{
  g_autoptr (GPtrArray) lost = tb_problems_new ();
  g_autoptr (GError) error = NULL;
  const TbExportOptions options = { .scale = 1, .folder = self->folder, .lost = lost, .embed = self->format->embeds && self->embeds };
  g_autoptr (GBytes) bytes = self->format->text ? tb_export_bytes (self->model, self->format, &options, &error) : NULL;
  GString *text = g_string_new (NULL);
  *good = !self->format->text || bytes != NULL;
  if (!*good)
    return g_string_free (g_string_append (text, error->message), FALSE);
  for (guint i = 0; i < lost->len; i++)
    g_string_append_printf (text, "%s• %s", i ? "\n" : "Left out:\n", ((const TbProblem *) lost->pdata[i])->message);
  if (lost->len == 0)
    g_string_append (text, self->format->text ? "Nothing is left out."
                           : self->format->use == TB_EXPORT_TO_DRAW ? "Nothing is left out: what the format has no place for goes along in it."
                                                                    : "It shows what is to be seen; to keep the drawing, save it.");
  return g_string_free (text, FALSE);
}

static void
show_format (Dialog *self)
{
  gboolean good;
  g_autofree char *words = lost_words (self, &good);
  gtk_label_set_text (GTK_LABEL (self->lost), words);
  gtk_widget_set_sensitive (self->button, good);
  gtk_widget_set_sensitive (self->embed_row, self->format->embeds);
  gtk_switch_set_active (GTK_SWITCH (self->embed), self->format->embeds && self->embeds);
}

/* ---- Rows ------------------------------------------------------------------------------------ */

static void
row_toggled (GtkCheckButton *check, Dialog *self)
{
  if (!gtk_check_button_get_active (check))
    return;
  self->format = g_object_get_data (G_OBJECT (check), "tb-format");
  show_format (self);
}

/* A row says to screen readers and drivers that it can be chosen, which GTK tells of buttons alone. */
#define TB_TYPE_FORMAT_ROW (tb_format_row_get_type ())
G_DECLARE_FINAL_TYPE (TbFormatRow, tb_format_row, TB, FORMAT_ROW, AdwActionRow)

struct _TbFormatRow
{
  AdwActionRow parent;
};

G_DEFINE_FINAL_TYPE (TbFormatRow, tb_format_row, ADW_TYPE_ACTION_ROW)

static void
choose_row (GtkWidget *row, const char *action, GVariant *target)
{
  gtk_widget_grab_focus (row);
  adw_action_row_activate (ADW_ACTION_ROW (row));
}

static void
tb_format_row_class_init (TbFormatRowClass *class)
{
  gtk_widget_class_install_action (GTK_WIDGET_CLASS (class), "format.choose", NULL, choose_row);
}

static void
tb_format_row_init (TbFormatRow *self)
{
}

static void
embed_toggled (GtkSwitch *control, GParamSpec *spec, Dialog *self)
{
  if (self->format->embeds)
    self->embeds = gtk_switch_get_active (control);
}

static GtkWidget *
new_format_row (Dialog *self, const TbExportFormat *format)
{
  GtkWidget *row = g_object_new (TB_TYPE_FORMAT_ROW, NULL);
  GtkWidget *check = g_object_new (GTK_TYPE_CHECK_BUTTON, "accessible-role", GTK_ACCESSIBLE_ROLE_RADIO, NULL);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), format->label);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), format->help);
  gtk_widget_set_valign (check, GTK_ALIGN_CENTER);
  gtk_widget_set_can_focus (check, FALSE); /* one of a group keeps Tab to itself; its row is gone to */
  g_object_set_data (G_OBJECT (check), "tb-format", (gpointer) format);
  gtk_check_button_set_group (GTK_CHECK_BUTTON (check), self->first);
  if (!self->first)
    self->first = GTK_CHECK_BUTTON (check);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (check), format == self->format);
  g_signal_connect (check, "toggled", G_CALLBACK (row_toggled), self);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), check);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), check);
  g_ptr_array_add (self->rows, row);
  if (format == self->format)
    self->start = row;
  return row;
}

static GtkWidget *
new_group (Dialog *self, TbExportUse use)
{
  static const char *const titles[TB_N_EXPORT_USES] = { "To look at", "For other programs that draw", "To start it elsewhere" };
  guint n;
  const TbExportFormat *formats = tb_export_formats (&n);
  GtkWidget *group = adw_preferences_group_new ();
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), titles[use]);
  for (guint i = 0; i < n; i++)
    if (formats[i].use == use)
      adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), new_format_row (self, &formats[i]));
  return group;
}

static GtkWidget *
new_embed_group (Dialog *self)
{
  GtkWidget *group = adw_preferences_group_new ();
  g_autofree char *labels = tb_export_labels_embedding ();
  g_autofree char *subtitle = g_strdup_printf ("Opening the file here opens the drawing again: %s", labels);
  self->embed_row = adw_action_row_new ();
  self->embed = gtk_switch_new ();
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->embed_row), "The drawing goes along");
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->embed_row), subtitle);
  gtk_widget_set_valign (self->embed, GTK_ALIGN_CENTER);
  g_signal_connect (self->embed, "notify::active", G_CALLBACK (embed_toggled), self);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self->embed_row), self->embed);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (self->embed_row), self->embed);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), self->embed_row);
  return group;
}

/* As soon as it has a place. */
static gboolean
show_start (GtkWidget *window, GdkFrameClock *clock, gpointer data)
{
  Dialog *self = data;
  graphene_rect_t r;
  if (gtk_widget_get_height (self->start) == 0)
    return G_SOURCE_CONTINUE;
  GtkAdjustment *at = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->list));
  if (gtk_widget_compute_bounds (self->start, self->list, &r))
    gtk_adjustment_clamp_page (at, r.origin.y, r.origin.y + r.size.height);
  return G_SOURCE_REMOVE;
}

/* ---- The window ------------------------------------------------------------------------------ */

static void
take (GtkButton *button, Dialog *self)
{
  Dialog taken = *self;
  self->chosen = NULL;
  tb_settings_set_text ("export-format", self->format->name);
  tb_settings_set ("export-embed", self->embeds);
  gtk_window_destroy (GTK_WINDOW (self->window)); /* and self with it */
  taken.chosen (taken.format, taken.format->embeds && taken.embeds, taken.data);
}

static void
closed (GtkWidget *window, Dialog *self)
{
  if (self->chosen)
    self->chosen (NULL, FALSE, self->data);
  tb_model_unref (self->model);
  g_ptr_array_unref (self->rows);
  g_free (self->folder);
  g_free (self);
}

static GtkWidget *
new_header (Dialog *self)
{
  GtkWidget *header = adw_header_bar_new (), *cancel = gtk_button_new_with_label ("Cancel");
  adw_header_bar_set_show_end_title_buttons (ADW_HEADER_BAR (header), FALSE);
  self->button = gtk_button_new_with_label ("Choose a file…");
  gtk_widget_add_css_class (self->button, "suggested-action");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (cancel), "window.close");
  g_signal_connect (self->button, "clicked", G_CALLBACK (take), self);
  adw_header_bar_pack_start (ADW_HEADER_BAR (header), cancel);
  adw_header_bar_pack_end (ADW_HEADER_BAR (header), self->button);
  return header;
}

static GtkWidget *
new_lost (Dialog *self)
{
  GtkWidget *scrolled;
  self->lost = gtk_label_new (NULL);
  gtk_label_set_wrap (GTK_LABEL (self->lost), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (self->lost), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (self->lost), 0);
  gtk_label_set_selectable (GTK_LABEL (self->lost), TRUE); /* and gone to with Tab: one that cannot be keeps Tab all the same */
  gtk_widget_set_valign (self->lost, GTK_ALIGN_START);
  gtk_widget_set_margin_start (self->lost, 18);
  gtk_widget_set_margin_end (self->lost, 18);
  gtk_widget_set_margin_top (self->lost, 12);
  gtk_widget_set_margin_bottom (self->lost, 12);
  scrolled = tb_ui_scrolled (self->lost);
  gtk_widget_set_size_request (scrolled, -1, 120);
  gtk_widget_set_vexpand (scrolled, FALSE);
  return scrolled;
}

static GtkWidget *
new_content (Dialog *self)
{
  GtkWidget *content = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18);
  gtk_widget_set_margin_start (box, 18);
  gtk_widget_set_margin_end (box, 18);
  gtk_widget_set_margin_top (box, 12);
  gtk_widget_set_margin_bottom (box, 18);
  gtk_box_append (GTK_BOX (content), new_header (self));
  for (guint use = 0; use < TB_N_EXPORT_USES; use++)
    gtk_box_append (GTK_BOX (box), new_group (self, use));
  gtk_box_append (GTK_BOX (box), new_embed_group (self));
  self->list = tb_ui_scrolled (box);
  gtk_widget_set_vexpand (self->list, TRUE);
  gtk_box_append (GTK_BOX (content), self->list);
  gtk_box_append (GTK_BOX (content), gtk_separator_new (GTK_ORIENTATION_HORIZONTAL));
  gtk_box_append (GTK_BOX (content), new_lost (self));
  return content;
}

static const TbExportFormat *
format_of_last_time (void)
{
  guint n;
  g_autofree char *name = tb_settings_get_text ("export-format");
  const TbExportFormat *format = name ? tb_export_format (name) : NULL;
  return format ? format : tb_export_formats (&n);
}

/* Up and Down go through all rows, past the end of their group too; Enter takes the row that they stand on, not the one
 * that was chosen before. */
static gboolean
key_pressed (GtkEventControllerKey *keys, guint key, guint code, GdkModifierType state, Dialog *self)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self->window));
  GtkWidget *row = focus ? gtk_widget_get_ancestor (focus, TB_TYPE_FORMAT_ROW) : NULL;
  guint at;
  if (!row || !g_ptr_array_find (self->rows, row, &at))
    return GDK_EVENT_PROPAGATE;
  if (key == GDK_KEY_Down && at + 1 < self->rows->len)
    return gtk_widget_grab_focus (self->rows->pdata[at + 1]);
  if (key == GDK_KEY_Up && at > 0)
    return gtk_widget_grab_focus (self->rows->pdata[at - 1]);
  if (key != GDK_KEY_Return && key != GDK_KEY_KP_Enter)
    return GDK_EVENT_PROPAGATE;
  adw_action_row_activate (ADW_ACTION_ROW (row));
  gtk_widget_activate_default (row);
  return GDK_EVENT_STOP;
}

static void
watch_keys (Dialog *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (key_pressed), self);
  gtk_widget_add_controller (self->window, keys);
}

void
tb_show_export (GtkWindow *parent, TbDocument *document, const char *folder, TbExportChosen chosen, gpointer data)
{
  Dialog *self = g_new0 (Dialog, 1);
  *self = (Dialog){ .model = tb_document_snapshot (document), .folder = g_strdup (folder), .format = format_of_last_time (),
                    .rows = g_ptr_array_new (),
                    .embeds = tb_settings_get ("export-embed", FALSE), .chosen = chosen, .data = data };
  self->window = adw_window_new ();
  gtk_window_set_title (GTK_WINDOW (self->window), "Export");
  gtk_window_set_transient_for (GTK_WINDOW (self->window), parent);
  gtk_window_set_modal (GTK_WINDOW (self->window), TRUE);
  tb_ui_size_dialog (self->window, parent, 460, 680);
  gtk_window_set_application (GTK_WINDOW (self->window), gtk_window_get_application (parent));
  adw_window_set_content (ADW_WINDOW (self->window), new_content (self));
  watch_keys (self);
  tb_ui_close_on_escape (self->window);
  g_signal_connect (self->window, "destroy", G_CALLBACK (closed), self);
  show_format (self);
  gtk_window_set_default_widget (GTK_WINDOW (self->window), self->button);
  gtk_widget_grab_focus (self->start);
  gtk_widget_add_tick_callback (self->window, show_start, self, NULL);
  gtk_window_present (GTK_WINDOW (self->window));
}
