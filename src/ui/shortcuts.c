#include "shortcuts.h"

#include "source-pane.h"
#include "spacetime-view.h"
#include "window-private.h"

/* GtkShortcutsWindow is filled through its XML only. */
static void
append_shortcut (GString *xml, const char *accel, const char *title)
{
  g_autofree char *markup = g_markup_printf_escaped (
      "<child><object class='GtkShortcutsShortcut'><property name='accelerator'>%s</property>"
      "<property name='title'>%s</property></object></child>",
      accel, title);
  g_string_append (xml, markup);
}

static void
begin_group (GString *xml, const char *title)
{
  g_autofree char *markup = g_markup_printf_escaped (
      "<child><object class='GtkShortcutsGroup'><property name='title'>%s</property>", title);
  g_string_append (xml, markup);
}

static void
append_actions (GString *xml)
{
  guint n, end;
  const TbActionRow *rows = tb_window_action_rows (&n);
  for (guint i = 0; i < n; i = end)
    {
      begin_group (xml, rows[i].section);
      for (end = i; end < n && g_str_equal (rows[end].section, rows[i].section); end++)
        if (rows[end].accels[0])
          append_shortcut (xml, rows[end].accels[0], rows[end].label);
      g_string_append (xml, "</object></child>");
    }
}

static void
append_section (GString *xml, const TbCommandRow *rows, guint n, const char *section)
{
  begin_group (xml, section);
  for (guint i = 0; i < n; i++)
    if (rows[i].accel && g_str_equal (rows[i].section, section))
      append_shortcut (xml, rows[i].accel, rows[i].label);
  g_string_append (xml, "</object></child>");
}

static void
append_commands (GString *xml)
{
  guint n;
  const TbCommandRow *rows = tb_commands (&n);
  g_autoptr (GHashTable) done = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < n; i++)
    if (rows[i].accel && g_hash_table_add (done, (char *) rows[i].section))
      append_section (xml, rows, n, rows[i].section);
}

static void
append_canvas (GString *xml)
{
  guint n;
  const TbKeyRow *rows = tb_canvas_key_rows (&n);
  begin_group (xml, "On the drawing");
  for (guint i = 0; i < n; i++)
    append_shortcut (xml, rows[i].accel, rows[i].label);
  g_string_append (xml, "</object></child>");
}

static void
append_spacetime (GString *xml)
{
  guint n;
  const TbSpacetimeKey *rows = tb_spacetime_view_keys (&n);
  begin_group (xml, "In the space-time diagram");
  for (guint i = 0; i < n; i++)
    append_shortcut (xml, rows[i].accel, rows[i].label);
  g_string_append (xml, "</object></child>");
}

static void
append_source (GString *xml)
{
  guint n;
  const TbSourceKey *rows = tb_source_pane_keys (&n);
  begin_group (xml, "In the source");
  for (guint i = 0; i < n; i++)
    append_shortcut (xml, rows[i].accel, rows[i].label);
  g_string_append (xml, "</object></child>");
}

void
tb_show_shortcuts (GtkWindow *parent)
{
  g_autoptr (GString) xml = g_string_new (
      "<interface><object class='GtkShortcutsWindow' id='window'><property name='modal'>1"
      "</property><child><object class='GtkShortcutsSection'>"
      "<property name='section-name'>all</property><property name='max-height'>12</property>");
  append_canvas (xml);
  append_spacetime (xml);
  append_source (xml);
  append_commands (xml);
  append_actions (xml);
  g_string_append (xml, "</object></child></object></interface>");
  g_autoptr (GtkBuilder) builder = gtk_builder_new_from_string (xml->str, (gssize) xml->len);
  GtkWindow *window = GTK_WINDOW (gtk_builder_get_object (builder, "window"));
  gtk_window_set_transient_for (window, parent);
  gtk_window_present (window);
}
