#include "filter-entry.h"

#include <string.h>

#include "tb-filter.h"
#include "util.h"

/* After so long without another key the list is filtered anew. */
#define PAUSE_MS 180

enum
{
  COLUMN_TEXT,
  COLUMN_HELP,
  N_COLUMNS
};

struct _TbFilterEntry
{
  GtkWidget parent;
  GtkWidget *entry;
  TbFilterEntryKind kind;
  char *text, *error;
  GStrv links, instances;
  GtkListStore *offers;
  gsize offers_from; /* where the word that is completed begins */
  guint pause_id;
  gboolean completing;
};

G_DEFINE_FINAL_TYPE (TbFilterEntry, tb_filter_entry, GTK_TYPE_WIDGET)

static guint filter_changed, error_changed;

/* ---- Reading it ---------------------------------------------------------------------------------- */

static gboolean
can_be_read (TbFilterEntry *self, const char *text, GError **error)
{
  if (self->kind == TB_FILTER_ENTRY_LANGUAGE)
    {
      g_autoptr (TbFilter) filter = tb_filter_parse (text, error);
      return filter != NULL;
    }
  g_autoptr (GRegex) regex = g_regex_new (text, G_REGEX_CASELESS, 0, error);
  return regex != NULL;
}

static void
show_error (TbFilterEntry *self, const char *error)
{
  if (g_strcmp0 (error, self->error) == 0)
    return;
  g_free (self->error);
  self->error = g_strdup (error);
  if (error)
    gtk_widget_add_css_class (self->entry, "error");
  else
    gtk_widget_remove_css_class (self->entry, "error");
  gtk_widget_set_tooltip_text (self->entry, error);
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_STATE_INVALID,
                               error ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE, -1);
  g_signal_emit (self, error_changed, 0);
}

static gboolean
take_text (gpointer data)
{
  TbFilterEntry *self = data;
  g_autoptr (GError) error = NULL;
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->entry));
  self->pause_id = 0;
  gboolean good = can_be_read (self, text, &error);
  show_error (self, good ? NULL : error->message);
  if (!good || g_str_equal (text, self->text))
    return G_SOURCE_REMOVE;
  g_free (self->text);
  self->text = g_strdup (text);
  g_signal_emit (self, filter_changed, 0);
  return G_SOURCE_REMOVE;
}

/* ---- Offers -------------------------------------------------------------------------------------- */

static void
offer (TbFilterEntry *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->entry));
  gsize cursor = (gsize) (g_utf8_offset_to_pointer (text, gtk_editable_get_position (GTK_EDITABLE (self->entry)))
                          - text);
  const TbFilterWords words = { (const char *const *) self->links, (const char *const *) self->instances };
  gtk_list_store_clear (self->offers);
  if (self->kind != TB_FILTER_ENTRY_LANGUAGE)
    return;
  g_autoptr (GArray) offers = tb_filter_complete (text, cursor, &words, &self->offers_from);
  for (guint i = 0; i < offers->len; i++)
    {
      const TbFilterOffer *row = &g_array_index (offers, TbFilterOffer, i);
      GtkTreeIter iter;
      if (cursor > self->offers_from && strlen (row->text) > cursor - self->offers_from)
        gtk_list_store_insert_with_values (self->offers, &iter, -1, COLUMN_TEXT, row->text, COLUMN_HELP,
                                           row->help, -1);
    }
}

/* What was picked takes the place of the word before the cursor. */
static gboolean
offer_taken (GtkEntryCompletion *completion, GtkTreeModel *model, GtkTreeIter *iter, TbFilterEntry *self)
{
  g_autofree char *word = NULL;
  gtk_tree_model_get (model, iter, COLUMN_TEXT, &word, -1);
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->entry));
  int cursor = gtk_editable_get_position (GTK_EDITABLE (self->entry));
  int from = (int) g_utf8_pointer_to_offset (text, text + MIN (self->offers_from, strlen (text)));
  self->completing = TRUE;
  gtk_editable_delete_text (GTK_EDITABLE (self->entry), from, cursor);
  gtk_editable_insert_text (GTK_EDITABLE (self->entry), word, -1, &from);
  gtk_editable_set_position (GTK_EDITABLE (self->entry), from);
  self->completing = FALSE;
  return TRUE;
}

/* The offers are those that fit. */
static gboolean
always (GtkEntryCompletion *completion, const char *key, GtkTreeIter *iter, gpointer data)
{
  return TRUE;
}

static void
text_changed (TbFilterEntry *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->entry));
  gtk_entry_set_icon_from_icon_name (GTK_ENTRY (self->entry), GTK_ENTRY_ICON_SECONDARY,
                                     *text ? "edit-clear-symbolic" : NULL);
  if (!self->completing)
    offer (self);
  g_clear_handle_id (&self->pause_id, g_source_remove);
  self->pause_id = g_timeout_add (PAUSE_MS, take_text, self);
}

static void
cleared (GtkEntry *entry, GtkEntryIconPosition position, TbFilterEntry *self)
{
  if (position == GTK_ENTRY_ICON_SECONDARY)
    gtk_editable_set_text (GTK_EDITABLE (entry), "");
}

static void
activated (TbFilterEntry *self)
{
  g_clear_handle_id (&self->pause_id, g_source_remove);
  take_text (self);
}

/* Escape takes the filter away, as it does in a search. */
static gboolean
key_pressed (GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state,
             TbFilterEntry *self)
{
  if (key != GDK_KEY_Escape || !*gtk_editable_get_text (GTK_EDITABLE (self->entry)))
    return GDK_EVENT_PROPAGATE;
  gtk_editable_set_text (GTK_EDITABLE (self->entry), "");
  return GDK_EVENT_STOP;
}

/* ---- All of it ----------------------------------------------------------------------------------- */

const char *
tb_filter_entry_text (TbFilterEntry *entry)
{
  return entry->text;
}

void
tb_filter_entry_set_text (TbFilterEntry *entry, const char *text)
{
  gtk_editable_set_text (GTK_EDITABLE (entry->entry), text);
  activated (entry);
}

const char *
tb_filter_entry_error (TbFilterEntry *entry)
{
  return entry->error;
}

void
tb_filter_entry_set_words (TbFilterEntry *entry, const char *const *links,
                           const char *const *instances)
{
  g_strfreev (entry->links);
  g_strfreev (entry->instances);
  entry->links = g_strdupv ((char **) links);
  entry->instances = g_strdupv ((char **) instances);
}

static gboolean
tb_filter_entry_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (TB_FILTER_ENTRY (widget)->entry);
}

static void
tb_filter_entry_dispose (GObject *object)
{
  TbFilterEntry *self = TB_FILTER_ENTRY (object);
  g_clear_handle_id (&self->pause_id, g_source_remove);
  g_clear_pointer (&self->entry, gtk_widget_unparent);
  g_clear_object (&self->offers);
  g_clear_pointer (&self->text, g_free);
  g_clear_pointer (&self->error, g_free);
  g_clear_pointer (&self->links, g_strfreev);
  g_clear_pointer (&self->instances, g_strfreev);
  G_OBJECT_CLASS (tb_filter_entry_parent_class)->dispose (object);
}

static void
tb_filter_entry_class_init (TbFilterEntryClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = tb_filter_entry_dispose;
  widget_class->grab_focus = tb_filter_entry_grab_focus;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  filter_changed = g_signal_new ("filter-changed", TB_TYPE_FILTER_ENTRY, G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 0);
  error_changed = g_signal_new ("error-changed", TB_TYPE_FILTER_ENTRY, G_SIGNAL_RUN_LAST, 0, NULL,
                                NULL, NULL, G_TYPE_NONE, 0);
}

static void
tb_filter_entry_init (TbFilterEntry *self)
{
  self->text = g_strdup ("");
  self->offers = gtk_list_store_new (N_COLUMNS, G_TYPE_STRING, G_TYPE_STRING);
}

static void
add_completion (TbFilterEntry *self)
{
  GtkEntryCompletion *completion = gtk_entry_completion_new ();
  gtk_entry_completion_set_model (completion, GTK_TREE_MODEL (self->offers));
  gtk_entry_completion_set_text_column (completion, COLUMN_TEXT);
  GtkCellRenderer *help = gtk_cell_renderer_text_new ();
  g_object_set (help, "scale", 0.85, "xalign", 1.0, NULL);
  gtk_cell_layout_pack_end (GTK_CELL_LAYOUT (completion), help, FALSE);
  gtk_cell_layout_add_attribute (GTK_CELL_LAYOUT (completion), help, "text", COLUMN_HELP);
  gtk_entry_completion_set_match_func (completion, always, NULL, NULL);
  gtk_entry_completion_set_minimum_key_length (completion, 1);
  gtk_entry_completion_set_popup_set_width (completion, FALSE);
  g_signal_connect (completion, "match-selected", G_CALLBACK (offer_taken), self);
  gtk_entry_set_completion (GTK_ENTRY (self->entry), completion);
  g_object_unref (completion);
}

GtkWidget *
tb_filter_entry_new (TbFilterEntryKind kind, const char *name, const char *placeholder)
{
  TbFilterEntry *self = g_object_new (TB_TYPE_FILTER_ENTRY, NULL);
  self->kind = kind;
  self->entry = gtk_entry_new ();
  gtk_entry_set_placeholder_text (GTK_ENTRY (self->entry), placeholder);
  gtk_entry_set_icon_from_icon_name (GTK_ENTRY (self->entry), GTK_ENTRY_ICON_PRIMARY,
                                     "edit-find-symbolic");
  gtk_editable_set_width_chars (GTK_EDITABLE (self->entry), 6);
  tb_ui_name (self->entry, name);
  gtk_widget_set_parent (self->entry, GTK_WIDGET (self));
  if (kind == TB_FILTER_ENTRY_LANGUAGE)
    add_completion (self);
  g_signal_connect_swapped (self->entry, "changed", G_CALLBACK (text_changed), self);
  g_signal_connect_swapped (self->entry, "activate", G_CALLBACK (activated), self);
  g_signal_connect (self->entry, "icon-release", G_CALLBACK (cleared), self);
  GtkEventController *keys = gtk_event_controller_key_new ();
  g_signal_connect (keys, "key-pressed", G_CALLBACK (key_pressed), self);
  gtk_widget_add_controller (self->entry, keys);
  gtk_widget_add_css_class (GTK_WIDGET (self), "filter-entry");
  return GTK_WIDGET (self);
}
