#include "start-page.h"

#include <string.h>

#include "experiments.h"
#include "format.h"
#include "pages.h"
#include "picture.h"
#include "recent.h"
#include "util.h"
#include "window-private.h"

#define PICTURE_WIDTH 232
#define PICTURE_HEIGHT 140
#define RECENT_MAX 4

/* ---- Pictures -------------------------------------------------------------------------------- */

static GtkWidget *
new_tile (GtkWidget *picture, const char *title, const char *detail, const char *action)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2), *button = gtk_button_new ();
  GtkWidget *sentence = tb_ui_label (detail, "dim");
  gtk_label_set_max_width_chars (GTK_LABEL (sentence), 34);
  gtk_box_append (GTK_BOX (box), picture);
  gtk_box_append (GTK_BOX (box), tb_ui_label (title, "tile-title"));
  gtk_box_append (GTK_BOX (box), sentence);
  gtk_button_set_child (GTK_BUTTON (button), box);
  gtk_widget_add_css_class (button, "start-tile");
  gtk_widget_set_tooltip_text (button, detail);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  tb_ui_name (button, title);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  detail, -1);
  return button;
}

static GtkWidget *
new_example_tile (const char *path, char **words)
{
  g_autoptr (TbDocument) document = tb_document_load (path, NULL, NULL);
  if (!document)
    return NULL;
  const TbElement *root = tb_model_root (tb_document_model (document));
  const char *detail = tb_element_get (root, TB_PROP_DESCRIPTION);
  GtkWidget *tile = new_tile (tb_picture_new (path, PICTURE_WIDTH, PICTURE_HEIGHT),
                              tb_element_title (root), detail ? detail : "", "win.open-copy");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (tile), "s", path);
  if (words != NULL)
    *words = g_strconcat (tb_element_title (root), " ", detail, NULL);
  return tile;
}

static GtkWidget *
new_empty_tile (void)
{
  GtkWidget *paper = gtk_image_new_from_icon_name ("list-add-symbolic");
  gtk_widget_set_size_request (paper, PICTURE_WIDTH, PICTURE_HEIGHT);
  gtk_widget_add_css_class (paper, "picture");
  gtk_widget_add_css_class (paper, "empty");
  return new_tile (paper, "Empty drawing", "Begin with nothing", "win.new-tab");
}

/* From the simplest on; what is not among these comes after them, by name. */
static const char *const order[]
    = { "client-server", "two-tier", "three-tier", "balancer", "cache", "proxy", "broker", "mediator",
        "replicated-store-cp", "replicated-store-ap", "microservices", "layered-monolith" };

static guint
rank (const char *path)
{
  g_autofree char *name = g_path_get_basename (path);
  *strrchr (name, '.') = '\0';
  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    if (g_str_equal (order[i], name))
      return i;
  return G_N_ELEMENTS (order);
}

static int
by_order (gconstpointer a, gconstpointer b)
{
  const char *path_a = *(const char *const *) a, *path_b = *(const char *const *) b;
  guint rank_a = rank (path_a), rank_b = rank (path_b);
  return rank_a != rank_b ? (int) rank_a - (int) rank_b : strcmp (path_a, path_b);
}

/* (transfer full), in order. */
static GPtrArray *
files_in (const char *data_folder)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *folder = tb_data_path (data_folder);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  while (dir && (name = g_dir_read_name (dir)))
    if (g_str_has_suffix (name, ".tierboard") && !g_str_equal (name, "empty.tierboard"))
      g_ptr_array_add (paths, g_build_filename (folder, name, NULL));
  g_ptr_array_sort (paths, by_order);
  return paths;
}

/* Files are read one an idle moment, so that a window stands before its pictures. */
typedef struct
{
  GtkWidget *flow;
  GPtrArray *paths;
  guint next;
} Filling;

static void
filling_free (gpointer data)
{
  Filling *filling = data;
  g_object_unref (filling->flow);
  g_ptr_array_unref (filling->paths);
  g_free (filling);
}

static gboolean
fill_one (gpointer data)
{
  Filling *filling = data;
  if (filling->next == filling->paths->len || !gtk_widget_get_root (filling->flow))
    return G_SOURCE_REMOVE;
  GtkWidget *tile = new_example_tile (filling->paths->pdata[filling->next++], NULL);
  if (tile)
    gtk_flow_box_insert (GTK_FLOW_BOX (filling->flow), tile, -1);
  return G_SOURCE_CONTINUE;
}

static GtkWidget *
new_flow (const char *data_folder)
{
  GtkWidget *flow = tb_ui_tile_flow ();
  Filling *filling = g_new (Filling, 1);
  *filling = (Filling){ g_object_ref (flow), files_in (data_folder), 0 };
  g_idle_add_full (G_PRIORITY_LOW, fill_one, filling, filling_free);
  return flow;
}

/* ---- Recently opened ------------------------------------------------------------------------- */

static GtkWidget *
new_recent_tile (const TbRecentFile *file)
{
  g_autofree char *name = g_path_get_basename (file->path);
  g_autofree char *folder = g_path_get_dirname (file->path), *where = tb_format_path (folder);
  g_autofree char *detail = g_strconcat (where, file->missing ? " (missing)" : "", NULL);
  if (g_str_has_suffix (name, ".tierboard"))
    name[strlen (name) - strlen (".tierboard")] = '\0';
  GtkWidget *tile = new_tile (tb_picture_new (file->path, PICTURE_WIDTH, PICTURE_HEIGHT), name,
                              detail, "win.open-path");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (tile), "s", file->path);
  if (file->missing)
    gtk_actionable_set_action_name (GTK_ACTIONABLE (tile), "win.none");
  gtk_widget_set_sensitive (tile, !file->missing);
  return tile;
}

/* The list is a file of the desktop's: read when the window stands. */
static gboolean
fill_recent (gpointer data)
{
  GtkWidget *box = data, *flow = gtk_widget_get_last_child (box);
  g_autoptr (GPtrArray) files = tb_recent_files (RECENT_MAX);
  for (guint i = 0; i < files->len && gtk_widget_get_root (box); i++)
    gtk_flow_box_insert (GTK_FLOW_BOX (flow), new_recent_tile (files->pdata[i]), -1);
  gtk_widget_set_visible (box, files->len > 0);
  return G_SOURCE_REMOVE;
}

static GtkWidget *
new_recent (void)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_append (GTK_BOX (box), tb_ui_heading ("Recently opened"));
  gtk_box_append (GTK_BOX (box), tb_ui_tile_flow ());
  gtk_widget_set_visible (box, FALSE);
  g_idle_add_full (G_PRIORITY_LOW, fill_recent, g_object_ref (box), g_object_unref);
  return box;
}

/* What is typed anywhere on the page goes to the entry. */
static GtkWidget *
new_search_row (GtkWidget *entry, GtkWidget *page)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12), *button = gtk_button_new_with_label ("Guided tour");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "win.tour");
  gtk_widget_set_tooltip_text (button, "From the first client and server to CAP, step by step");
  tb_ui_name (entry, "Find an experiment");
  g_object_set (entry, "placeholder-text", "Find an experiment", NULL);
  gtk_widget_set_size_request (entry, 280, -1);
  gtk_search_entry_set_key_capture_widget (GTK_SEARCH_ENTRY (entry), page);
  gtk_box_append (GTK_BOX (row), entry);
  gtk_box_append (GTK_BOX (row), button);
  return row;
}

static GtkWidget *
new_gallery (void)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *templates = new_flow ("templates");
  GtkWidget *rest = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *entry = gtk_search_entry_new ();
  gtk_flow_box_insert (GTK_FLOW_BOX (templates), new_empty_tile (), 0);
  gtk_box_append (GTK_BOX (rest), new_recent ());
  gtk_box_append (GTK_BOX (rest), tb_ui_heading ("Templates"));
  gtk_box_append (GTK_BOX (rest), templates);
  gtk_box_append (GTK_BOX (box), new_search_row (entry, box));
  gtk_box_append (GTK_BOX (box), rest);
  gtk_box_append (GTK_BOX (box), tb_experiments_new (new_example_tile, entry, rest));
  gtk_widget_set_halign (box, GTK_ALIGN_CENTER);
  return box;
}

/* ---- The page -------------------------------------------------------------------------------- */

void
tb_start_page_show_problems (GtkWidget *page, const char *file, const TbProblems *problems)
{
  GtkWidget *list = g_object_get_data (G_OBJECT (page), "tb-problems");
  g_autoptr (GPtrArray) named = tb_problems_new ();
  for (guint i = 0; problems && i < problems->len; i++)
    {
      const TbProblem *problem = problems->pdata[i];
      tb_problems_add (named, problem->severity, problem->rule, 0, problem->line, problem->column,
                       "%s: %s", file, problem->message);
    }
  gtk_widget_set_visible (list, named->len > 0);
  tb_problems_page_show (TB_PROBLEMS_PAGE (list), &(TbProblemsShown){ .file = named });
}

GtkWidget *
tb_start_page_new (void)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *problems = tb_problems_page_new ();
  GtkWidget *title = gtk_label_new ("Draw it, run it, watch it, break it");
  GtkWidget *text = gtk_label_new ("Begin with a drawing that runs, with nothing, or drop a file here.");
  gtk_label_set_wrap (GTK_LABEL (title), TRUE);
  gtk_label_set_wrap (GTK_LABEL (text), TRUE);
  gtk_label_set_justify (GTK_LABEL (title), GTK_JUSTIFY_CENTER);
  gtk_widget_add_css_class (title, "start-title");
  gtk_widget_add_css_class (text, "start-text");
  gtk_widget_add_css_class (box, "start-page");
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  gtk_widget_set_size_request (problems, -1, 180);
  gtk_widget_set_visible (problems, FALSE);
  gtk_box_append (GTK_BOX (box), title);
  gtk_box_append (GTK_BOX (box), text);
  gtk_box_append (GTK_BOX (box), problems);
  gtk_box_append (GTK_BOX (box), new_gallery ());
  GtkWidget *page = tb_ui_scrolled (box);
  g_object_set_data (G_OBJECT (page), "tb-problems", problems);
  return page;
}

static void
show_in_dialog (TbWindow *window)
{
  GtkWidget *dialog = adw_window_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *bar = adw_header_bar_new ();
  adw_header_bar_set_title_widget (ADW_HEADER_BAR (bar),
                                   adw_window_title_new ("New from template", ""));
  gtk_widget_add_css_class (bar, "flat");
  gtk_box_append (GTK_BOX (box), bar);
  gtk_box_append (GTK_BOX (box), tb_ui_scrolled (new_gallery ()));
  adw_window_set_content (ADW_WINDOW (dialog), box);
  gtk_window_set_title (GTK_WINDOW (dialog), "New from template");
  tb_ui_size_dialog (dialog, GTK_WINDOW (window), 920, 560);
  gtk_window_set_transient_for (GTK_WINDOW (dialog), GTK_WINDOW (window));
  gtk_window_set_modal (GTK_WINDOW (dialog), TRUE);
  gtk_widget_add_css_class (dialog, "gallery");
  tb_ui_close_on_escape (dialog);
  gtk_widget_insert_action_group (dialog, "win", G_ACTION_GROUP (window));
  gtk_window_present (GTK_WINDOW (dialog));
}

void
tb_start_page_show_gallery (TbWindow *window)
{
  if (window->sheet)
    {
      show_in_dialog (window);
      return;
    }
  if (!window->start)
    {
      window->start = tb_start_page_new ();
      gtk_stack_add_named (window->pages, window->start, "start");
    }
  gtk_stack_set_visible_child (window->pages, window->start);
}
