/* Problems: one row each, worst first: those of a run, then those of the drawing. A click selects what it
 * is about. */
#include "pages.h"

#include "format.h"
#include "util.h"

/* A file that is wrong everywhere needs no more lines than a person reads. */
#define ROWS_MAX 200

struct _TbProblemsPage
{
  GtkWidget parent;
  GtkWidget *stack, *run, *list;
  guint n_run, n; /* rows of each list */
};

G_DEFINE_FINAL_TYPE (TbProblemsPage, tb_problems_page, GTK_TYPE_WIDGET)

static guint picked;

GtkWidget *
tb_page_empty (const char *title, const char *sentence)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  GtkWidget *text = gtk_label_new (sentence);
  gtk_label_set_wrap (GTK_LABEL (text), TRUE);
  gtk_label_set_justify (GTK_LABEL (text), GTK_JUSTIFY_CENTER);
  gtk_widget_add_css_class (text, "dim");
  GtkWidget *heading = gtk_label_new (title);
  gtk_widget_add_css_class (heading, "strong");
  gtk_box_append (GTK_BOX (box), heading);
  gtk_box_append (GTK_BOX (box), text);
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  gtk_widget_set_margin_start (box, 18);
  gtk_widget_set_margin_end (box, 18);
  return box;
}

static char *
place_of (const TbModel *model, const TbProblem *problem)
{
  const TbElement *element = problem->uid && model ? tb_model_get (model, problem->uid) : NULL;
  if (problem->line && problem->column)
    return g_strdup_printf ("line %u, column %u", problem->line, problem->column);
  if (problem->line && !element)
    return g_strdup_printf ("line %u", problem->line);
  return element ? tb_format_element (model, element) : g_strdup ("");
}

static GtkWidget *
new_row (const TbModel *model, const TbProblem *problem)
{
  g_autofree char *place = place_of (model, problem);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10), *row = gtk_list_box_row_new ();
  GtkWidget *text = tb_ui_label (problem->message, NULL), *where = tb_ui_label (place, "dim");
  tb_ui_set_tooltip (text, problem->message);
  gtk_widget_set_hexpand (text, TRUE);
  gtk_box_append (GTK_BOX (box), tb_glyph_new_severity (problem->severity, 12));
  gtk_box_append (GTK_BOX (box), text);
  gtk_box_append (GTK_BOX (box), where);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  g_autofree char *spoken = g_strdup_printf ("%s %s", problem->message, place);
  tb_ui_name (row, spoken);
  g_object_set_data (G_OBJECT (row), "tb-uid", GUINT_TO_POINTER (problem->uid));
  g_object_set_data (G_OBJECT (row), "tb-severity", GUINT_TO_POINTER (problem->severity));
  g_object_set_data (G_OBJECT (row), "tb-text", text);
  return row;
}

static gboolean
is_of (GtkListBoxRow *row, const TbProblem *problem)
{
  return GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (row), "tb-uid")) == problem->uid
         && GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (row), "tb-severity")) == problem->severity;
}

/* The same row says something else: it stays under the pointer. */
static void
change_row (GtkListBoxRow *row, const TbProblem *problem)
{
  GtkWidget *text = g_object_get_data (G_OBJECT (row), "tb-text");
  tb_ui_set_text (text, problem->message);
  tb_ui_set_tooltip (text, problem->message);
  tb_ui_name (GTK_WIDGET (row), problem->message);
}

static guint
append_rows (TbProblemsPage *self, const TbModel *model, const TbProblems *problems)
{
  guint n = 0;
  for (TbSeverity severity = TB_SEVERITY_ERROR; severity <= TB_SEVERITY_INFO; severity++)
    for (guint i = 0; problems && i < problems->len && n < ROWS_MAX; i++)
      {
        const TbProblem *problem = problems->pdata[i];
        if (problem->severity != severity)
          continue;
        gtk_list_box_append (GTK_LIST_BOX (self->list), new_row (model, problem));
        n++;
      }
  return n;
}

static void
show_some (TbProblemsPage *self)
{
  gtk_widget_set_visible (self->run, self->n_run > 0);
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), self->n + self->n_run ? "list" : "empty");
}

void
tb_problems_page_show (TbProblemsPage *page, const TbModel *model, const TbProblems *file,
                       const TbProblems *document)
{
  GtkWidget *child;
  while ((child = gtk_widget_get_first_child (page->list)))
    gtk_list_box_remove (GTK_LIST_BOX (page->list), child);
  page->n = append_rows (page, NULL, file) + append_rows (page, model, document);
  show_some (page);
}

void
tb_problems_page_show_run (TbProblemsPage *page, const TbProblems *problems)
{
  GtkListBox *list = GTK_LIST_BOX (page->run);
  guint n = MIN (problems->len, ROWS_MAX);
  for (guint i = 0; i < n; i++)
    {
      const TbProblem *problem = problems->pdata[i];
      GtkListBoxRow *row = gtk_list_box_get_row_at_index (list, (int) i);
      if (row && is_of (row, problem))
        change_row (row, problem);
      else
        gtk_list_box_insert (list, new_row (NULL, problem), (int) i);
    }
  GtkListBoxRow *row;
  while ((row = gtk_list_box_get_row_at_index (list, (int) n)))
    gtk_list_box_remove (list, GTK_WIDGET (row));
  page->n_run = n;
  show_some (page);
}

static void
row_activated (GtkListBox *list, GtkListBoxRow *row, TbProblemsPage *self)
{
  guint uid = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (row), "tb-uid"));
  if (uid)
    g_signal_emit (self, picked, 0, uid);
}

static void
tb_problems_page_dispose (GObject *object)
{
  g_clear_pointer (&TB_PROBLEMS_PAGE (object)->stack, gtk_widget_unparent);
  G_OBJECT_CLASS (tb_problems_page_parent_class)->dispose (object);
}

static void
tb_problems_page_class_init (TbProblemsPageClass *class)
{
  G_OBJECT_CLASS (class)->dispose = tb_problems_page_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  picked = g_signal_new ("picked", TB_TYPE_PROBLEMS_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                         G_TYPE_NONE, 1, G_TYPE_UINT);
}

static GtkWidget *
new_list (TbProblemsPage *self, GtkWidget *lists, const char *name)
{
  GtkWidget *list = gtk_list_box_new ();
  gtk_widget_add_css_class (list, "problems");
  tb_ui_name (list, name);
  g_signal_connect (list, "row-activated", G_CALLBACK (row_activated), self);
  gtk_box_append (GTK_BOX (lists), list);
  return list;
}

static void
tb_problems_page_init (TbProblemsPage *self)
{
  GtkWidget *lists = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  self->run = new_list (self, lists, "What goes wrong in the run");
  self->list = new_list (self, lists, "Problems");
  self->stack = gtk_stack_new ();
  gtk_stack_add_named (GTK_STACK (self->stack),
                       tb_page_empty ("No problems", "The drawing holds together, and nothing "
                                                      "that runs fails."),
                       "empty");
  gtk_stack_add_named (GTK_STACK (self->stack), tb_ui_scrolled (lists), "list");
  gtk_widget_set_parent (self->stack, GTK_WIDGET (self));
}

GtkWidget *
tb_problems_page_new (void)
{
  return g_object_new (TB_TYPE_PROBLEMS_PAGE, NULL);
}
