#include "tour.h"

#include <string.h>

#include "tb-model.h"
#include "util.h"

/* Of Markdown what the tour uses: headings of two levels, paragraphs, lines of code (four blanks), and a
 * line that is a link to a drawing. */

#define WIDTH 460
#define HEIGHT 720

/* Where it is installed, and where it is written. */
static char *
tour_text (void)
{
  static const char *const places[] = { "tour.md", "../docs/tour.md" };
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *path = tb_data_path (places[i]);
      char *text;
      if (g_file_get_contents (path, &text, NULL, NULL))
        return text;
    }
  return g_strdup ("The tour is not installed: it is docs/tour.md of the source.");
}

static void
append_label (GtkWidget *box, const char *text, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  gtk_label_set_selectable (GTK_LABEL (label), g_strcmp0 (css_class, "monospace") == 0); /* a command is copied */
  gtk_box_append (GTK_BOX (box), label);
}

/* `code` and **bold** lose their marks. */
static void
append_paragraph (GtkWidget *box, GString *text)
{
  if (text->len == 0)
    return;
  g_string_replace (text, "**", "", 0);
  g_string_replace (text, "`", "", 0);
  append_label (box, text->str, NULL);
  g_string_truncate (text, 0);
}

/* "[Client and server](../data/examples/client-server.tierboard)" */
static gboolean
append_link (GtkWidget *box, const char *line)
{
  const char *middle = *line == '[' ? strstr (line, "](../data/") : NULL;
  if (middle == NULL || !g_str_has_suffix (line, ".tierboard)"))
    return FALSE;
  g_autofree char *name = g_strndup (line + 1, (gsize) (middle - line - 1));
  const char *from = middle + strlen ("](../data/");
  g_autofree char *relative = g_strndup (from, strlen (from) - 1), *path = tb_data_path (relative);
  g_autofree char *words = g_strdup_printf ("Open “%s”", name);
  GtkWidget *button = gtk_button_new_with_label (words);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "win.open-copy");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", path);
  gtk_widget_set_halign (button, GTK_ALIGN_START);
  gtk_widget_add_css_class (button, "suggested-action");
  gtk_box_append (GTK_BOX (box), button);
  return TRUE;
}

static gboolean
append_heading (GtkWidget *box, const char *line)
{
  if (g_str_has_prefix (line, "# "))
    append_label (box, line + 2, "title-2");
  else if (g_str_has_prefix (line, "## "))
    append_label (box, line + 3, "title-4");
  else
    return FALSE;
  return TRUE;
}

static GtkWidget *
new_content (void)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 10);
  g_autofree char *text = tour_text ();
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr (GString) paragraph = g_string_new (NULL);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *line = lines[i];
      gboolean code = g_str_has_prefix (line, "    "), marks = *line == '#' || *line == '[';
      if (code || marks || *line == '\0')
        append_paragraph (box, paragraph);
      if (code)
        append_label (box, line + 4, "monospace");
      else if (*line != '\0' && !append_heading (box, line) && !append_link (box, line))
        g_string_append_printf (paragraph, "%s%s", paragraph->len > 0 ? " " : "", line);
    }
  append_paragraph (box, paragraph);
  gtk_widget_set_margin_start (box, 20);
  gtk_widget_set_margin_end (box, 20);
  gtk_widget_set_margin_top (box, 12);
  gtk_widget_set_margin_bottom (box, 24);
  return box;
}

void
tb_show_tour (TbWindow *window)
{
  GtkWidget *tour = adw_window_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *bar = adw_header_bar_new ();
  adw_header_bar_set_title_widget (ADW_HEADER_BAR (bar), adw_window_title_new ("Guided tour", ""));
  gtk_box_append (GTK_BOX (box), bar);
  gtk_box_append (GTK_BOX (box), tb_ui_scrolled (new_content ()));
  adw_window_set_content (ADW_WINDOW (tour), box);
  gtk_window_set_title (GTK_WINDOW (tour), "Guided tour");
  gtk_window_set_default_size (GTK_WINDOW (tour), WIDTH, HEIGHT);
  gtk_window_set_transient_for (GTK_WINDOW (tour), GTK_WINDOW (window));
  gtk_window_set_destroy_with_parent (GTK_WINDOW (tour), TRUE);
  tb_ui_close_on_escape (tour);
  gtk_widget_insert_action_group (tour, "win", G_ACTION_GROUP (window));
  gtk_window_present (GTK_WINDOW (tour));
}
