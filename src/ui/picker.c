#include "picker.h"

#include "util.h"

#define WIDTH 420
#define HEIGHT_MAX 320
#define EDGE 24 /* left of a narrow window */

typedef struct
{
  const TbPickerKind *kind;
  gpointer data;
  GtkWidget *popover, *entry, *list, *hint, *scrolled;
  GPtrArray *rows; /* of TbPickerRow */
  gboolean taken;
} Picker;

TbPickerRow *
tb_picker_row_new (const char *title, const char *detail)
{
  TbPickerRow *row = g_new0 (TbPickerRow, 1);
  row->title = g_strdup (title);
  row->detail = g_strdup (detail);
  return row;
}

void
tb_picker_row_free (TbPickerRow *row)
{
  g_free (row->title);
  g_free (row->detail);
  g_free (row->key);
  g_free (row->reason);
  g_free (row->complete);
  g_free (row);
}

GPtrArray *
tb_picker_rows_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) tb_picker_row_free);
}

static int
better (gconstpointer a, gconstpointer b)
{
  const TbPickerRow *x = *(TbPickerRow *const *) a, *y = *(TbPickerRow *const *) b;
  return y->score - x->score;
}

void
tb_picker_rows_keep_best (GPtrArray *rows)
{
  g_ptr_array_sort (rows, better);
  if (rows->len > TB_PICKER_MAX)
    g_ptr_array_set_size (rows, TB_PICKER_MAX);
}

static void
picker_free (gpointer data)
{
  Picker *self = data;
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_free (self);
}

/* ---- Rows ------------------------------------------------------------------------------------ */

static GtkWidget *
key_label (const char *accel)
{
  guint key;
  GdkModifierType mods;
  g_autofree char *text = gtk_accelerator_parse (accel, &key, &mods)
                              ? gtk_accelerator_get_label (key, mods) : NULL;
  GtkWidget *label = gtk_label_new (text);
  gtk_widget_add_css_class (label, "key");
  return label;
}

static GtkWidget *
new_row (const TbPickerRow *row)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12), *item = gtk_list_box_row_new ();
  const char *said = row->reason ? row->reason : row->detail;
  GtkWidget *title = tb_ui_label (row->title, NULL), *detail = tb_ui_label (said, "dim");
  g_autofree char *spoken = said ? g_strdup_printf ("%s, %s", row->title, said)
                                 : g_strdup (row->title);
  gtk_label_set_xalign (GTK_LABEL (detail), 1);
  gtk_label_set_max_width_chars (GTK_LABEL (title), 60);
  gtk_widget_set_hexpand (detail, TRUE);
  gtk_box_append (GTK_BOX (box), title);
  gtk_box_append (GTK_BOX (box), detail);
  if (row->key)
    gtk_box_append (GTK_BOX (box), key_label (row->key));
  if (row->reason)
    gtk_widget_add_css_class (item, "unavailable");
  gtk_widget_set_tooltip_text (item, said);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (item), box);
  tb_ui_name (item, spoken);
  return item;
}

static const TbPickerRow *
pointed (Picker *self)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (GTK_LIST_BOX (self->list));
  guint at = row ? (guint) gtk_list_box_row_get_index (row) : G_MAXUINT;
  return at < self->rows->len ? self->rows->pdata[at] : NULL;
}

static void
show_hint (Picker *self, const char *hint)
{
  tb_ui_set_text (self->hint, hint ? hint : "");
  gtk_widget_set_visible (self->hint, hint != NULL && *hint);
}

/* What Enter would take is told to who listens instead of looking. */
static void
row_selected (Picker *self)
{
  const TbPickerRow *row = pointed (self);
  g_autofree char *spoken
      = row ? g_strdup_printf ("%s, %s, %d of %u", row->title,
                               row->reason ? row->reason : row->detail ? row->detail : "",
                               1 + gtk_list_box_row_get_index (gtk_list_box_get_selected_row (
                                       GTK_LIST_BOX (self->list))),
                               self->rows->len)
            : g_strdup ("Nothing matches");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->entry),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, spoken, -1);
  if (self->kind->point)
    self->kind->point (row, self->data);
}

static void
typed (Picker *self)
{
  g_autofree char *hint = NULL;
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->entry));
  GtkWidget *child;
  guint first = 0;
  while ((child = gtk_widget_get_first_child (self->list)))
    gtk_list_box_remove (GTK_LIST_BOX (self->list), child);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  self->rows = self->kind->rows (text, &hint, self->data);
  for (guint i = 0; i < self->rows->len; i++)
    gtk_list_box_append (GTK_LIST_BOX (self->list), new_row (self->rows->pdata[i]));
  while (first < self->rows->len && ((TbPickerRow *) self->rows->pdata[first])->reason)
    first++;
  gtk_widget_set_visible (self->scrolled, self->rows->len > 0);
  show_hint (self, hint);
  tb_ui_select_row (self->list, self->scrolled, first < self->rows->len ? (int) first : 0);
  if (self->rows->len == 0)
    row_selected (self);
}

/* ---- Taking ---------------------------------------------------------------------------------- */

static void
go_on_with (Picker *self, const char *text)
{
  g_autofree char *copy = g_strdup (text);
  gtk_editable_set_text (GTK_EDITABLE (self->entry), copy);
  gtk_editable_set_position (GTK_EDITABLE (self->entry), -1);
}

static void
take (Picker *self)
{
  g_autofree char *hint = NULL;
  g_autofree char *text = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->entry)));
  const TbPickerRow *row = pointed (self);
  if (!row)
    return;
  if (row->complete)
    go_on_with (self, row->complete);
  else if (row->reason)
    show_hint (self, row->reason);
  else if (self->kind->take (row, text, &hint, self->data))
    {
      self->taken = TRUE;
      gtk_popover_popdown (GTK_POPOVER (self->popover));
    }
  else
    show_hint (self, hint);
}

static void
row_activated (GtkListBox *list, GtkListBoxRow *row, Picker *self)
{
  gtk_list_box_select_row (list, row);
  take (self);
}

static void
complete (Picker *self)
{
  const TbPickerRow *row = pointed (self);
  for (guint i = 0; (!row || !row->complete) && i < self->rows->len; i++)
    row = self->rows->pdata[i];
  if (row && row->complete)
    go_on_with (self, row->complete);
}

static gboolean
entry_key (GtkEventControllerKey *keys, guint key, guint keycode, GdkModifierType state,
           Picker *self)
{
  static const struct
  {
    guint key;
    int step;
  } steps[] = { { GDK_KEY_Down, 1 },     { GDK_KEY_Up, -1 },       { GDK_KEY_KP_Down, 1 },
                { GDK_KEY_KP_Up, -1 },   { GDK_KEY_Page_Down, 8 }, { GDK_KEY_Page_Up, -8 } };
  GtkListBoxRow *row = gtk_list_box_get_selected_row (GTK_LIST_BOX (self->list));
  int last = (int) self->rows->len - 1;
  if (key == GDK_KEY_Tab)
    {
      complete (self);
      return TRUE;
    }
  for (guint i = 0; row && i < G_N_ELEMENTS (steps); i++)
    if (steps[i].key == key)
      {
        tb_ui_select_row (self->list, self->scrolled, CLAMP (gtk_list_box_row_get_index (row) + steps[i].step, 0, last));
        return TRUE;
      }
  return FALSE;
}

/* ---- Life ------------------------------------------------------------------------------------ */

static gboolean
unparent_idle (gpointer data)
{
  gtk_widget_unparent (data);
  return G_SOURCE_REMOVE;
}

/* Unparented later: the row that closed it is still being handled. */
static void
closed (GtkWidget *popover, Picker *self)
{
  self->kind->closed (self->taken, self->data);
  g_signal_handlers_disconnect_by_data (self->list, self);
  g_signal_handlers_disconnect_by_data (self->entry, self);
  g_idle_add (unparent_idle, popover);
}

static GtkWidget *
new_entry (Picker *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();
  self->entry = gtk_entry_new ();
  gtk_entry_set_placeholder_text (GTK_ENTRY (self->entry), self->kind->placeholder);
  tb_ui_name (self->entry, self->kind->name);
  g_signal_connect_swapped (self->entry, "changed", G_CALLBACK (typed), self);
  g_signal_connect_swapped (self->entry, "activate", G_CALLBACK (take), self);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (entry_key), self);
  gtk_widget_add_controller (self->entry, keys);
  return self->entry;
}

static GtkWidget *
new_content (Picker *self, int width)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  self->list = gtk_list_box_new ();
  gtk_widget_add_css_class (self->list, "search-hits");
  gtk_widget_set_focusable (self->list, FALSE);
  tb_ui_name (self->list, self->kind->name);
  g_signal_connect (self->list, "row-activated", G_CALLBACK (row_activated), self);
  g_signal_connect_swapped (self->list, "selected-rows-changed", G_CALLBACK (row_selected), self);
  self->scrolled = tb_ui_scrolled (self->list);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (self->scrolled), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (self->scrolled), HEIGHT_MAX);
  gtk_widget_set_vexpand (self->scrolled, FALSE);
  self->hint = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->hint), 0);
  gtk_label_set_wrap (GTK_LABEL (self->hint), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (self->hint), 10);
  gtk_widget_add_css_class (self->hint, "hint");
  gtk_widget_set_size_request (box, width, -1);
  gtk_box_append (GTK_BOX (box), new_entry (self));
  gtk_box_append (GTK_BOX (box), self->scrolled);
  gtk_box_append (GTK_BOX (box), self->hint);
  return box;
}

/* Over the parent as a whole, as far as that is wide enough. */
static GdkRectangle
inside (GtkWidget *parent, const GdkRectangle *at, int width)
{
  int half = width / 2 + EDGE / 2, most = gtk_widget_get_width (parent) - half;
  int x = half > most ? gtk_widget_get_width (parent) / 2 : CLAMP (at->x, half, most);
  return (GdkRectangle){ x, at->y, at->width, at->height };
}

void
tb_picker_popup (GtkWidget *parent, const GdkRectangle *at, const TbPickerKind *kind, gpointer data)
{
  int room = gtk_widget_get_width (GTK_WIDGET (gtk_widget_get_root (parent))) - 2 * EDGE;
  GdkRectangle where = inside (parent, at, MIN (WIDTH, room));
  Picker *self = g_new0 (Picker, 1);
  self->kind = kind;
  self->data = data;
  self->rows = g_ptr_array_new ();
  self->popover = gtk_popover_new ();
  g_object_set_data_full (G_OBJECT (self->popover), "tb-picker", self, picker_free);
  gtk_popover_set_child (GTK_POPOVER (self->popover), new_content (self, MIN (WIDTH, room)));
  gtk_popover_set_has_arrow (GTK_POPOVER (self->popover), FALSE);
  gtk_popover_set_position (GTK_POPOVER (self->popover), GTK_POS_BOTTOM);
  gtk_popover_set_pointing_to (GTK_POPOVER (self->popover), &where);
  gtk_widget_add_css_class (self->popover, "picker");
  gtk_widget_set_parent (self->popover, parent);
  g_signal_connect (self->popover, "closed", G_CALLBACK (closed), self);
  typed (self);
  gtk_popover_popup (GTK_POPOVER (self->popover));
  gtk_widget_grab_focus (self->entry);
}
