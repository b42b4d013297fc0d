#include "search.h"

#include "format.h"
#include "util.h"

#define HITS_MAX 12

typedef struct
{
  GtkWidget *popover, *entry, *list;
  TbEditor *editor;
} Search;

static void
search_free (gpointer data)
{
  Search *self = data;
  g_object_unref (self->editor);
  g_free (self);
}

/* ---- Hits ------------------------------------------------------------------------------------ */

static gboolean
matches (const char *text, const char *words)
{
  g_autofree char *folded = g_utf8_casefold (text, -1), *wanted = g_utf8_casefold (words, -1);
  return strstr (folded, wanted) != NULL;
}

static GtkWidget *
append_row (Search *self, const char *title, const char *detail)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12), *row = gtk_list_box_row_new ();
  GtkWidget *name = tb_ui_label (title, NULL), *kind = tb_ui_label (detail, "dim");
  gtk_widget_set_hexpand (name, TRUE);
  gtk_box_append (GTK_BOX (box), name);
  gtk_box_append (GTK_BOX (box), kind);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  tb_ui_name (row, title);
  gtk_list_box_append (GTK_LIST_BOX (self->list), row);
  return row;
}

static guint
append_elements (Search *self, const char *words)
{
  static const TbKind kinds[] = { TB_KIND_COMPONENT, TB_KIND_LINK, TB_KIND_TIER, TB_KIND_LAYER,
                                  TB_KIND_MIDDLEWARE, TB_KIND_GROUP, TB_KIND_NOTE };
  const TbModel *model = tb_document_model (tb_editor_document (self->editor));
  guint hits = 0;
  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    for (guint i = 0; i < tb_model_count (model, kinds[k]) && hits < HITS_MAX; i++)
      {
        const TbElement *element = tb_model_nth (model, kinds[k], i);
        g_autofree char *title = tb_format_element (model, element);
        if (!matches (title, words) && !matches (tb_element_id (element), words))
          continue;
        GtkWidget *row = append_row (self, title, tb_schema_kind (kinds[k])->label);
        g_object_set_data (G_OBJECT (row), "tb-uid", GUINT_TO_POINTER (tb_element_uid (element)));
        hits++;
      }
  return hits;
}

static void
append_commands (Search *self, const char *words, guint hits)
{
  guint n;
  const TbCommandRow *rows = tb_commands (&n);
  for (guint i = 0; i < n && hits < HITS_MAX; i++)
    {
      if (!*words || !matches (rows[i].label, words)
          || (rows[i].enabled && !rows[i].enabled (self->editor)))
        continue;
      GtkWidget *row = append_row (self, rows[i].label, "Command");
      g_object_set_data (G_OBJECT (row), "tb-command", (gpointer) rows[i].name);
      hits++;
    }
}

static void
search_changed (Search *self)
{
  const char *words = gtk_editable_get_text (GTK_EDITABLE (self->entry));
  GtkWidget *child;
  while ((child = gtk_widget_get_first_child (self->list)))
    gtk_list_box_remove (GTK_LIST_BOX (self->list), child);
  append_commands (self, words, append_elements (self, words));
  gtk_list_box_select_row (GTK_LIST_BOX (self->list),
                           gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), 0));
}

/* ---- Choosing -------------------------------------------------------------------------------- */

static void
choose (GtkListBox *list, GtkListBoxRow *row, Search *self)
{
  guint uid = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (row), "tb-uid"));
  const char *command = g_object_get_data (G_OBJECT (row), "tb-command");
  gtk_popover_popdown (GTK_POPOVER (self->popover));
  if (uid)
    gtk_widget_activate_action (self->popover, "win.reveal", "u", uid);
  else if (command)
    tb_editor_run (self->editor, command);
}

static void
entry_activated (Search *self)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (GTK_LIST_BOX (self->list));
  if (row)
    choose (GTK_LIST_BOX (self->list), row, self);
}

static gboolean
entry_key (GtkEventControllerKey *keys, guint keyval, guint keycode, GdkModifierType state,
           Search *self)
{
  int step = keyval == GDK_KEY_Down ? 1 : keyval == GDK_KEY_Up ? -1 : 0;
  GtkListBoxRow *row = gtk_list_box_get_selected_row (GTK_LIST_BOX (self->list));
  if (!step || !row)
    return FALSE;
  row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list),
                                       gtk_list_box_row_get_index (row) + step);
  if (row)
    gtk_list_box_select_row (GTK_LIST_BOX (self->list), row);
  return TRUE;
}

static gboolean
unparent_idle (gpointer data)
{
  gtk_widget_unparent (data);
  return G_SOURCE_REMOVE;
}

/* Not at once: the row that closed it is still being handled. */
static void
closed (GtkWidget *popover, gpointer data)
{
  g_idle_add (unparent_idle, popover);
}

static GtkWidget *
new_content (Search *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  self->entry = gtk_search_entry_new ();
  g_object_set (self->entry, "placeholder-text", "Find an element or a command", NULL);
  tb_ui_name (self->entry, "Find an element or a command");
  self->list = gtk_list_box_new ();
  gtk_widget_add_css_class (self->list, "search-hits");
  gtk_widget_set_size_request (box, 320, -1);
  gtk_box_append (GTK_BOX (box), self->entry);
  gtk_box_append (GTK_BOX (box), self->list);
  g_signal_connect_swapped (self->entry, "search-changed", G_CALLBACK (search_changed), self);
  g_signal_connect_swapped (self->entry, "activate", G_CALLBACK (entry_activated), self);
  g_signal_connect (self->list, "row-activated", G_CALLBACK (choose), self);
  GtkEventController *keys = gtk_event_controller_key_new ();
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (entry_key), self);
  gtk_widget_add_controller (self->entry, keys);
  return box;
}

void
tb_search_popup (GtkWidget *anchor, TbEditor *editor)
{
  if (!editor)
    return;
  Search *self = g_new0 (Search, 1);
  self->editor = g_object_ref (editor);
  self->popover = gtk_popover_new ();
  g_object_set_data_full (G_OBJECT (self->popover), "tb-search", self, search_free);
  gtk_popover_set_child (GTK_POPOVER (self->popover), new_content (self));
  gtk_widget_set_parent (self->popover, anchor);
  g_signal_connect (self->popover, "closed", G_CALLBACK (closed), NULL);
  search_changed (self);
  gtk_popover_popup (GTK_POPOVER (self->popover));
  gtk_widget_grab_focus (self->entry);
}
