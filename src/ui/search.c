#include "search.h"

#include "tb-find.h"
#include "util.h"

#define KEY "tb-search"

typedef struct
{
  GtkWidget *bar, *entry, *count, *replace_row, *replace;
  TbCanvas *canvas;
  TbEditor *editor; /* whose document the finder has read; NULL: closed */
  gulong changed_id;
  guint refresh_id;
  TbFinder *finder;
  GArray *found; /* TbUid */
  guint at;      /* of found: the one gone to; G_MAXUINT: none yet */
} Search;

/* ---- What is found --------------------------------------------------------------------------- */

static void
say_count (Search *self)
{
  gboolean any = *gtk_editable_get_text (GTK_EDITABLE (self->entry)) != '\0';
  g_autofree char *text = !any                     ? g_strdup ("")
                          : self->found->len == 0  ? g_strdup ("Nothing found")
                          : self->at == G_MAXUINT ? g_strdup_printf ("%u found", self->found->len)
                                                   : g_strdup_printf ("%u of %u", self->at + 1,
                                                                      self->found->len);
  tb_ui_set_text (self->count, text);
  tb_ui_name (self->count, text);
}

/* What this view does not show cannot be gone to. */
static void
keep_shown (Search *self)
{
  const TbScene *scene = tb_editor_scene (self->editor);
  guint kept = 0;
  for (guint i = 0; i < self->found->len; i++)
    {
      TbItemKind kind;
      TbRect r;
      TbUid uid = g_array_index (self->found, TbUid, i);
      if (tb_scene_item (scene, uid, &kind, &r))
        g_array_index (self->found, TbUid, kept++) = uid;
    }
  g_array_set_size (self->found, kept);
}

static void
look (Search *self)
{
  const char *words = gtk_editable_get_text (GTK_EDITABLE (self->entry));
  if (!self->editor)
    return;
  if (!self->finder)
    self->finder = tb_finder_new (tb_document_model (tb_editor_document (self->editor)));
  g_array_set_size (self->found, 0);
  tb_finder_match (self->finder, words, self->found);
  keep_shown (self);
  tb_canvas_set_matches (self->canvas,
                         *words ? (const TbUid *) (gpointer) self->found->data : NULL,
                         self->found->len);
  if (self->found->len)
    gtk_widget_remove_css_class (self->entry, "error");
  else if (*words)
    gtk_widget_add_css_class (self->entry, "error");
}

static void
typed (Search *self)
{
  self->at = G_MAXUINT;
  look (self);
  say_count (self);
}

static gboolean
refresh (gpointer data)
{
  Search *self = data;
  TbUid now = self->at < self->found->len ? g_array_index (self->found, TbUid, self->at) : 0;
  self->refresh_id = 0;
  g_clear_pointer (&self->finder, tb_finder_free);
  look (self);
  self->at = G_MAXUINT;
  for (guint i = 0; now && i < self->found->len; i++)
    if (g_array_index (self->found, TbUid, i) == now)
      self->at = i;
  say_count (self);
  return G_SOURCE_REMOVE;
}

static void
document_changed (Search *self)
{
  if (!self->refresh_id)
    self->refresh_id = g_timeout_add (100, refresh, self);
}

/* ---- Going to one ---------------------------------------------------------------------------- */

static void
centre (TbCanvas *canvas, TbUid uid)
{
  TbItemKind kind;
  TbRect r;
  double x, y;
  if (!tb_scene_item (tb_editor_scene (tb_canvas_editor (canvas)), uid, &kind, &r))
    return;
  tb_canvas_from_world (canvas, &(TbPoint){ r.x + r.width / 2, r.y + r.height / 2 }, &x, &y);
  tb_canvas_scroll_by (canvas, x - gtk_widget_get_width (GTK_WIDGET (canvas)) / 2.0,
                       y - gtk_widget_get_height (GTK_WIDGET (canvas)) / 2.0);
}

static void
step (Search *self, int by)
{
  guint n = self->found->len;
  if (n == 0)
    return;
  self->at = self->at == G_MAXUINT ? (by > 0 ? 0 : n - 1) : (self->at + n + (guint) by) % n;
  TbUid uid = g_array_index (self->found, TbUid, self->at);
  tb_editor_select_one (self->editor, uid);
  centre (self->canvas, uid);
  say_count (self);
}

static void
next (Search *self)
{
  step (self, 1);
}

static void
previous (Search *self)
{
  step (self, -1);
}

static void
replace_all (Search *self)
{
  guint n = tb_editor_replace (self->editor, (const TbUid *) (gpointer) self->found->data,
                               self->found->len,
                               gtk_editable_get_text (GTK_EDITABLE (self->entry)),
                               gtk_editable_get_text (GTK_EDITABLE (self->replace)));
  g_autofree char *sentence = n ? g_strdup_printf ("Replaced in %u name%s", n, n == 1 ? "" : "s")
                                : g_strdup ("None of the names has these words");
  g_signal_emit_by_name (self->editor, "message", sentence);
}

/* ---- Opening and closing --------------------------------------------------------------------- */

static void
forget (Search *self)
{
  g_clear_handle_id (&self->refresh_id, g_source_remove);
  if (self->editor)
    g_clear_signal_handler (&self->changed_id, tb_editor_document (self->editor));
  g_clear_object (&self->editor);
  g_clear_pointer (&self->finder, tb_finder_free);
  g_array_set_size (self->found, 0);
}

static void
close_bar (Search *self)
{
  tb_canvas_set_matches (self->canvas, NULL, 0);
  TbUid one = self->editor ? tb_editor_selected_one (self->editor) : 0;
  gtk_widget_set_visible (self->bar, FALSE);
  forget (self);
  if (one)
    tb_canvas_focus_element (self->canvas, one);
  else
    gtk_widget_grab_focus (GTK_WIDGET (self->canvas));
}

static gboolean
bar_key (GtkEventControllerKey *keys, guint key, guint code, GdkModifierType state, Search *self)
{
  gboolean enter = key == GDK_KEY_Return || key == GDK_KEY_KP_Enter;
  if (key == GDK_KEY_Escape)
    close_bar (self);
  else if (enter && state & GDK_SHIFT_MASK)
    previous (self);
  else
    return FALSE;
  return TRUE;
}

static void
free_search (gpointer data)
{
  Search *self = data;
  forget (self);
  g_array_unref (self->found);
  g_free (self);
}

/* ---- Building -------------------------------------------------------------------------------- */

static GtkWidget *
button (const char *icon, const char *name, GCallback clicked, Search *self)
{
  GtkWidget *widget = tb_ui_icon_button (icon, name, NULL);
  gtk_widget_add_css_class (widget, "flat");
  g_signal_connect_swapped (widget, "clicked", clicked, self);
  return widget;
}

static void
replace_toggled (GtkToggleButton *toggle, Search *self)
{
  gboolean on = gtk_toggle_button_get_active (toggle);
  gtk_widget_set_visible (self->replace_row, on);
  gtk_widget_grab_focus (on ? self->replace : self->entry);
}

static GtkWidget *
new_find_row (Search *self)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4), *toggle = gtk_toggle_button_new ();
  self->entry = gtk_search_entry_new ();
  gtk_search_entry_set_search_delay (GTK_SEARCH_ENTRY (self->entry), 60);
  g_object_set (self->entry, "placeholder-text", "Name, kind:store, tag:slow, timeout=2s", NULL);
  gtk_editable_set_width_chars (GTK_EDITABLE (self->entry), 8);
  tb_ui_name (self->entry, "Find in the drawing");
  gtk_widget_set_hexpand (self->entry, TRUE);
  self->count = gtk_label_new ("");
  gtk_widget_add_css_class (self->count, "dim");
  gtk_widget_add_css_class (self->count, "numeric");
  gtk_button_set_icon_name (GTK_BUTTON (toggle), "edit-find-replace-symbolic");
  gtk_widget_set_tooltip_text (toggle, "Replace in names");
  tb_ui_name (toggle, "Replace in names");
  gtk_widget_add_css_class (toggle, "flat");
  g_signal_connect_swapped (self->entry, "search-changed", G_CALLBACK (typed), self);
  g_signal_connect_swapped (self->entry, "activate", G_CALLBACK (next), self);
  g_signal_connect_swapped (self->entry, "stop-search", G_CALLBACK (close_bar), self);
  g_signal_connect (toggle, "toggled", G_CALLBACK (replace_toggled), self);
  GtkWidget *parts[]
      = { self->entry, self->count,
          button ("go-up-symbolic", "Previous (Shift+Enter)", G_CALLBACK (previous), self),
          button ("go-down-symbolic", "Next (Enter)", G_CALLBACK (next), self), toggle,
          button ("window-close-symbolic", "Close the search (Escape)", G_CALLBACK (close_bar),
                  self) };
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    gtk_box_append (GTK_BOX (row), parts[i]);
  return row;
}

static GtkWidget *
new_replace_row (Search *self)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  GtkWidget *all = gtk_button_new_with_label ("Replace all");
  self->replace = gtk_entry_new ();
  gtk_entry_set_placeholder_text (GTK_ENTRY (self->replace), "Replace in names by");
  tb_ui_name (self->replace, "Replace in names by");
  gtk_widget_set_hexpand (self->replace, TRUE);
  g_signal_connect_swapped (self->replace, "activate", G_CALLBACK (replace_all), self);
  g_signal_connect_swapped (all, "clicked", G_CALLBACK (replace_all), self);
  gtk_box_append (GTK_BOX (row), self->replace);
  gtk_box_append (GTK_BOX (row), all);
  gtk_widget_set_visible (row, FALSE);
  self->replace_row = row;
  return row;
}

static Search *
new_search (GtkBox *box, TbCanvas *canvas)
{
  Search *self = g_new0 (Search, 1);
  GtkEventController *keys = gtk_event_controller_key_new ();
  self->canvas = canvas;
  self->found = g_array_new (FALSE, FALSE, sizeof (TbUid));
  self->bar = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  gtk_widget_add_css_class (self->bar, "find-bar");
  gtk_box_append (GTK_BOX (self->bar), new_find_row (self));
  gtk_box_append (GTK_BOX (self->bar), new_replace_row (self));
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (bar_key), self);
  gtk_widget_add_controller (self->bar, keys);
  gtk_box_insert_child_after (box, self->bar, gtk_widget_get_first_child (GTK_WIDGET (box)));
  g_object_set_data_full (G_OBJECT (box), KEY, self, free_search);
  return self;
}

void
tb_search_open (GtkBox *box, TbCanvas *canvas)
{
  Search *self = g_object_get_data (G_OBJECT (box), KEY);
  if (!self)
    self = new_search (box, canvas);
  if (!self->editor)
    {
      self->editor = g_object_ref (tb_canvas_editor (canvas));
      self->changed_id = g_signal_connect_swapped (tb_editor_document (self->editor), "changed",
                                                   G_CALLBACK (document_changed), self);
    }
  gtk_widget_set_visible (self->bar, TRUE);
  gtk_widget_grab_focus (self->entry);
  gtk_editable_select_region (GTK_EDITABLE (self->entry), 0, -1);
  typed (self);
}
