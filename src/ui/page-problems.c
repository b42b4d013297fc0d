/* Problems: one row each, worst first: those of a run, then those of the drawing, then what it ignores. A click
 * selects what it is about, and while a finding is chosen the rest of the drawing is dimmed. Rows that say the same as
 * before stay: what is under the pointer and has the focus does not move with each edit. */
#include "pages.h"

#include "problem-row.h"
#include "tb-fix.h"
#include "util.h"

/* A file that is wrong everywhere needs no more lines than a person reads. */
#define ROWS_MAX 200

struct _TbProblemsPage
{
  GtkWidget parent;
  GtkWidget *stack, *run, *list, *ignored, *show_ignored;
  TbEditor *editor;    /* NULL: nothing can be mended */
  GPtrArray *findings; /* of TbRuleFinding; NULL: none */
  GHashTable *open;    /* of char *: rules whose many findings are said each, see open_key() */
  guint n_run, n, n_ignored; /* rows of each list */
};

G_DEFINE_FINAL_TYPE (TbProblemsPage, tb_problems_page, GTK_TYPE_WIDGET)

static guint picked, about, opened;

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

static void
show_some (TbProblemsPage *self)
{
  g_autofree char *label = g_strdup_printf ("%u ignored", self->n_ignored);
  gtk_widget_set_visible (self->run, self->n_run > 0);
  gtk_widget_set_visible (self->show_ignored, self->n_ignored > 0);
  gtk_button_set_label (GTK_BUTTON (self->show_ignored), label);
  gtk_widget_set_visible (self->ignored, self->n_ignored > 0
                                             && gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->show_ignored)));
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack),
                                    self->n + self->n_run + self->n_ignored ? "list" : "empty");
}

/* ---- Rows that stay --------------------------------------------------------------------------- */

static gboolean
row_is (GtkListBox *list, guint at, const TbProblemRow *wanted)
{
  GtkListBoxRow *row = gtk_list_box_get_row_at_index (list, (int) at);
  return row != NULL && tb_problem_row_says (GTK_WIDGET (row), wanted);
}

static void
drop_from (GtkListBox *list, guint at, GHashTable *looks)
{
  GtkListBoxRow *row;
  while ((row = gtk_list_box_get_row_at_index (list, (int) at))
         && !(looks && g_hash_table_contains (looks, tb_problem_row_look_of (GTK_WIDGET (row)))))
    gtk_list_box_remove (list, GTK_WIDGET (row));
}

/* What is there and still wanted stays: one more on top of two hundred costs one row, not two hundred. */
static void
fill (GtkWidget *widget, guint *n_rows, GArray *wanted)
{
  GtkListBox *list = GTK_LIST_BOX (widget);
  guint n = MIN (wanted->len, ROWS_MAX);
  g_autoptr (GHashTable) looks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < n; i++)
    g_hash_table_add (looks, tb_problem_row_look (&g_array_index (wanted, TbProblemRow, i)));
  for (guint i = 0; i < n; i++)
    {
      drop_from (list, i, looks);
      if (!row_is (list, i, &g_array_index (wanted, TbProblemRow, i)))
        gtk_list_box_insert (list, tb_problem_row_new (&g_array_index (wanted, TbProblemRow, i)), (int) i);
    }
  drop_from (list, n, NULL);
  *n_rows = n;
}

static void
take (GArray *rows, const TbModel *model, const TbProblems *problems, TbSeverity severity)
{
  for (guint i = 0; problems && i < problems->len; i++)
    {
      const TbProblemRow row = { .model = model, .problem = problems->pdata[i] };
      if (row.problem->severity == severity)
        g_array_append_val (rows, row);
    }
}

static char *
open_key (const char *rule, gboolean ignored)
{
  return g_strdup_printf ("%s%s", ignored ? "ignored " : "", rule);
}

static gboolean
is_open (TbProblemsPage *self, const TbRuleFinding *finding)
{
  g_autofree char *key = open_key (finding->problem.rule, finding->ignored);
  return finding->parts != NULL && g_hash_table_contains (self->open, key);
}

static void
take_finding (TbProblemsPage *self, GArray *rows, const TbModel *model, const TbRuleFinding *finding, gboolean part)
{
  const TbProblemRow row = { .model = model, .problem = &finding->problem, .finding = finding, .may_change = self->editor != NULL,
                             .part = part };
  g_array_append_val (rows, row);
  for (guint i = 0; is_open (self, finding) && i < finding->parts->len; i++)
    take_finding (self, rows, model, finding->parts->pdata[i], TRUE);
}

static void
take_findings (TbProblemsPage *self, GArray *rows, const TbModel *model, TbSeverity severity, gboolean ignored)
{
  for (guint i = 0; self->findings && i < self->findings->len; i++)
    {
      const TbRuleFinding *finding = self->findings->pdata[i];
      if (finding->ignored == ignored && finding->problem.severity == severity)
        take_finding (self, rows, model, finding, FALSE);
    }
}

static void
show_open (TbProblemsPage *self, GtkWidget *list, const GArray *rows)
{
  for (guint i = 0; i < MIN (rows->len, ROWS_MAX); i++)
    {
      const TbRuleFinding *finding = g_array_index (rows, TbProblemRow, i).finding;
      if (finding != NULL && finding->parts != NULL)
        tb_problem_row_set_open (GTK_WIDGET (gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), (int) i)), is_open (self, finding));
    }
}

void
tb_problems_page_show (TbProblemsPage *page, const TbProblemsShown *shown)
{
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (TbProblemRow));
  g_autoptr (GArray) ignored = g_array_new (FALSE, FALSE, sizeof (TbProblemRow));
  GPtrArray *findings = shown->findings ? g_ptr_array_ref (shown->findings) : NULL;
  g_clear_pointer (&page->findings, g_ptr_array_unref);
  page->findings = findings;
  g_set_object (&page->editor, shown->editor);
  for (TbSeverity severity = TB_SEVERITY_ERROR; severity <= TB_SEVERITY_INFO; severity++)
    {
      take (rows, NULL, shown->file, severity);
      take (rows, shown->model, shown->document, severity);
      take_findings (page, rows, shown->model, severity, FALSE);
      take_findings (page, ignored, shown->model, severity, TRUE);
    }
  fill (page->list, &page->n, rows);
  fill (page->ignored, &page->n_ignored, ignored);
  show_open (page, page->list, rows);
  show_open (page, page->ignored, ignored);
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
        gtk_list_box_insert (list, tb_problem_row_new (&(TbProblemRow){ .problem = problem }), (int) i);
    }
  GtkListBoxRow *row;
  while ((row = gtk_list_box_get_row_at_index (list, (int) n)))
    gtk_list_box_remove (list, GTK_WIDGET (row));
  page->n_run = n;
  show_some (page);
}

/* ---- What is chosen --------------------------------------------------------------------------- */

static const TbRuleFinding *
find_among (const GPtrArray *findings, const char *key)
{
  for (guint i = 0; findings != NULL && i < findings->len; i++)
    {
      const TbRuleFinding *finding = findings->pdata[i], *part = find_among (finding->parts, key);
      g_autofree char *own = tb_problem_row_key (&finding->problem);
      if (part != NULL || g_str_equal (own, key))
        return part != NULL ? part : finding;
    }
  return NULL;
}

static const TbRuleFinding *
finding_of (TbProblemsPage *self, const char *key)
{
  return key != NULL ? find_among (self->findings, key) : NULL;
}

static void
row_activated (GtkListBox *list, GtkListBoxRow *row, TbProblemsPage *self)
{
  guint uid = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (row), "tb-uid"));
  GtkWidget *arrow = g_object_get_data (G_OBJECT (row), "tb-arrow");
  if (arrow != NULL)
    gtk_widget_activate (arrow);
  else if (uid)
    g_signal_emit (self, picked, 0, uid);
}

static void
row_selected (GtkListBox *list, GtkListBoxRow *row, TbProblemsPage *self)
{
  const TbRuleFinding *finding = row ? finding_of (self, g_object_get_data (G_OBJECT (row), "tb-key")) : NULL;
  g_signal_emit (self, about, 0, finding ? finding->uids->data : NULL, finding ? finding->uids->len : 0);
}

/* The drawing is seen whole again. */
static void
focus_left (GtkEventControllerFocus *focus, TbProblemsPage *self)
{
  gtk_list_box_unselect_all (GTK_LIST_BOX (self->list));
  gtk_list_box_unselect_all (GTK_LIST_BOX (self->ignored));
}

/* ---- What is done ----------------------------------------------------------------------------- */

#define FIX "problems.fix"
#define OTHER_FIX "problems.other-fix"

static void
fix (GtkWidget *widget, const char *action, GVariant *target)
{
  TbProblemsPage *self = TB_PROBLEMS_PAGE (widget);
  const TbRuleFinding *finding = finding_of (self, g_variant_get_string (target, NULL));
  const TbRuleFix *chosen = finding == NULL ? NULL : g_str_equal (action, OTHER_FIX) ? finding->other : finding->fix;
  if (chosen && self->editor)
    tb_fix_apply (tb_editor_document (self->editor), chosen);
}

static void
ignore (GtkWidget *widget, const char *action, GVariant *target)
{
  TbProblemsPage *self = TB_PROBLEMS_PAGE (widget);
  const char *key, *reason;
  g_variant_get (target, "(&s&s)", &key, &reason);
  const TbRuleFinding *finding = finding_of (self, key);
  if (finding && self->editor)
    tb_fix_ignore (tb_editor_document (self->editor), finding->problem.uid, finding->problem.rule, reason);
}

static void
stop_ignoring (GtkWidget *widget, const char *action, GVariant *target)
{
  TbProblemsPage *self = TB_PROBLEMS_PAGE (widget);
  const TbRuleFinding *finding = finding_of (self, g_variant_get_string (target, NULL));
  if (finding && self->editor)
    tb_fix_stop_ignoring (tb_editor_document (self->editor), finding->problem.uid, finding->problem.rule);
}

/* Many are said each, or as one again. */
static void
open_many (GtkWidget *widget, const char *action, GVariant *target)
{
  TbProblemsPage *self = TB_PROBLEMS_PAGE (widget);
  const char *rule;
  gboolean ignored;
  g_variant_get (target, "(&sb)", &rule, &ignored);
  g_autofree char *key = open_key (rule, ignored);
  if (!g_hash_table_remove (self->open, key))
    g_hash_table_add (self->open, g_steal_pointer (&key));
  g_signal_emit (self, opened, 0);
}

/* ---- The page --------------------------------------------------------------------------------- */

static void
tb_problems_page_dispose (GObject *object)
{
  TbProblemsPage *self = TB_PROBLEMS_PAGE (object);
  g_clear_pointer (&self->stack, gtk_widget_unparent);
  g_clear_pointer (&self->findings, g_ptr_array_unref);
  g_clear_pointer (&self->open, g_hash_table_unref);
  g_clear_object (&self->editor);
  G_OBJECT_CLASS (tb_problems_page_parent_class)->dispose (object);
}

static void
tb_problems_page_class_init (TbProblemsPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = tb_problems_page_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_install_action (widget_class, FIX, "s", fix);
  gtk_widget_class_install_action (widget_class, OTHER_FIX, "s", fix);
  gtk_widget_class_install_action (widget_class, "problems.ignore", "(ss)", ignore);
  gtk_widget_class_install_action (widget_class, "problems.stop-ignoring", "s", stop_ignoring);
  gtk_widget_class_install_action (widget_class, "problems.open", "(sb)", open_many);
  picked = g_signal_new ("picked", TB_TYPE_PROBLEMS_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                         G_TYPE_NONE, 1, G_TYPE_UINT);
  about = g_signal_new ("about", TB_TYPE_PROBLEMS_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                        G_TYPE_NONE, 2, G_TYPE_POINTER, G_TYPE_UINT);
  opened = g_signal_new ("opened", TB_TYPE_PROBLEMS_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
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
init_lists (TbProblemsPage *self, GtkWidget *lists)
{
  GtkEventController *focus = gtk_event_controller_focus_new ();
  self->run = new_list (self, lists, "What goes wrong in the run");
  self->list = new_list (self, lists, "Problems");
  self->show_ignored = gtk_toggle_button_new ();
  gtk_widget_add_css_class (self->show_ignored, "flat");
  gtk_widget_set_halign (self->show_ignored, GTK_ALIGN_START);
  gtk_widget_set_margin_start (self->show_ignored, 12);
  tb_ui_set_tooltip (self->show_ignored, "Show what the file ignores, with its reasons");
  g_signal_connect_swapped (self->show_ignored, "toggled", G_CALLBACK (show_some), self);
  gtk_box_append (GTK_BOX (lists), self->show_ignored);
  self->ignored = new_list (self, lists, "Ignored");
  g_signal_connect (self->list, "row-selected", G_CALLBACK (row_selected), self);
  g_signal_connect (self->ignored, "row-selected", G_CALLBACK (row_selected), self);
  g_signal_connect (focus, "leave", G_CALLBACK (focus_left), self);
  gtk_widget_add_controller (lists, focus);
}

static void
tb_problems_page_init (TbProblemsPage *self)
{
  GtkWidget *lists = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  self->stack = gtk_stack_new ();
  self->open = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  init_lists (self, lists);
  gtk_stack_add_named (GTK_STACK (self->stack),
                       tb_page_empty ("No problems", "The drawing holds together, and nothing "
                                                      "that runs fails."),
                       "empty");
  gtk_stack_add_named (GTK_STACK (self->stack), tb_ui_scrolled (lists), "list");
  gtk_widget_set_parent (self->stack, GTK_WIDGET (self));
  show_some (self);
}

GtkWidget *
tb_problems_page_new (void)
{
  return g_object_new (TB_TYPE_PROBLEMS_PAGE, NULL);
}
