/* A row of the Problems page. */
#include "problem-row.h"

#include "format.h"
#include "tb-fix.h"
#include "turn-box.h"
#include "util.h"

#define PART_INDENT 24
#define SPACING 10
#define LINES_MAX 8    /* of its sentence: a narrow window has room below rather than beside */
#define LEAST_WIDTH 220 /* of its sentence beside what else it says; with less, that goes below */
#define FIX_CHARS 34 /* of a fix's words that a row shows; its tooltip has all */

char *
tb_problem_row_key (const TbProblem *problem)
{
  return g_strdup_printf ("%s\n%u\n%s", problem->rule, problem->uid, problem->message);
}

static char *
place_of (const TbProblemRow *row)
{
  const TbProblem *problem = row->problem;
  const TbElement *element = problem->uid && row->model ? tb_model_get (row->model, problem->uid) : NULL;
  if (row->finding != NULL) /* one of many is below the row that says it */
    return g_strdup (row->part ? "" : row->problem->rule);
  if (problem->line && problem->column)
    return g_strdup_printf ("line %u, column %u", problem->line, problem->column);
  if (problem->line && !element)
    return g_strdup_printf ("line %u", problem->line);
  return element ? tb_format_element (row->model, element) : g_strdup ("");
}

char *
tb_problem_row_look (const TbProblemRow *row)
{
  g_autofree char *place = place_of (row), *key = tb_problem_row_key (row->problem);
  const TbRuleFinding *f = row->finding;
  return g_strdup_printf ("%s\n%u\n%s\n%s\n%s\n%s\n%d%d", key, row->problem->severity, place,
                          f && f->fix ? f->fix->label : "", f && f->other ? f->other->label : "", f && f->ignored ? f->reason : "", row->may_change, row->part);
}

const char *
tb_problem_row_look_of (GtkWidget *widget)
{
  return g_object_get_data (G_OBJECT (widget), "tb-look");
}

gboolean
tb_problem_row_says (GtkWidget *widget, const TbProblemRow *row)
{
  g_autofree char *look = tb_problem_row_look (row);
  return g_strcmp0 (tb_problem_row_look_of (widget), look) == 0;
}

/* ---- Mending ---------------------------------------------------------------------------------- */

static GtkWidget *
new_button (const char *words, const char *action, const char *key)
{
  GtkWidget *button = gtk_button_new (), *label = gtk_label_new (words);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (label), FIX_CHARS);
  gtk_button_set_child (GTK_BUTTON (button), label);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  tb_ui_name (button, words);
  tb_ui_set_tooltip (button, words);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", key);
  return button;
}

/* ---- Ignoring --------------------------------------------------------------------------------- */

static void
reason_given (GtkWidget *entry, gpointer data)
{
  GtkWidget *popover = gtk_widget_get_ancestor (entry, GTK_TYPE_POPOVER);
  const char *reason = gtk_editable_get_text (GTK_EDITABLE (entry)), *key = g_object_get_data (G_OBJECT (entry), "tb-key");
  g_autofree char *why = g_strstrip (g_strdup (reason));
  if (*why == '\0')
    {
      gtk_widget_error_bell (entry);
      return;
    }
  gtk_widget_activate_action (entry, "problems.ignore", "(ss)", key, why);
  gtk_popover_popdown (GTK_POPOVER (popover));
}

static void
ignore_clicked (GtkButton *button, GtkWidget *entry)
{
  reason_given (entry, NULL);
}

/* Asked for when it is opened first: a list of them costs nothing. */
static void
ask_reason (GtkMenuButton *button, gpointer data)
{
  if (gtk_menu_button_get_popover (button) != NULL)
    return;
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6), *popover = gtk_popover_new ();
  GtkWidget *entry = gtk_entry_new (), *done = gtk_button_new_with_label ("Ignore");
  gtk_entry_set_placeholder_text (GTK_ENTRY (entry), "Why it is as it should be");
  gtk_editable_set_width_chars (GTK_EDITABLE (entry), 32);
  tb_ui_name (entry, "Reason");
  g_object_set_data_full (G_OBJECT (entry), "tb-key", g_strdup (g_object_get_data (G_OBJECT (button), "tb-key")), g_free);
  g_signal_connect (entry, "activate", G_CALLBACK (reason_given), NULL);
  g_signal_connect (done, "clicked", G_CALLBACK (ignore_clicked), entry);
  gtk_box_append (GTK_BOX (box), tb_ui_label ("It is written into the file, with the reason.", "dim"));
  gtk_box_append (GTK_BOX (box), entry);
  gtk_box_append (GTK_BOX (box), done);
  gtk_popover_set_child (GTK_POPOVER (popover), box);
  gtk_menu_button_set_popover (button, popover);
}

static GtkWidget *
new_ignore_button (const char *key)
{
  GtkWidget *button = gtk_menu_button_new ();
  gtk_menu_button_set_label (GTK_MENU_BUTTON (button), "Ignore…");
  gtk_menu_button_set_has_frame (GTK_MENU_BUTTON (button), FALSE);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  tb_ui_name (button, "Ignore this finding");
  g_object_set_data_full (G_OBJECT (button), "tb-key", g_strdup (key), g_free);
  gtk_menu_button_set_create_popup_func (GTK_MENU_BUTTON (button), ask_reason, NULL, NULL);
  return button;
}

static void
add_buttons (TbTurnBox *line, const TbProblemRow *row, const char *key)
{
  const TbRuleFinding *finding = row->finding;
  if (finding == NULL || !row->may_change)
    return;
  if (finding->ignored)
    {
      tb_turn_box_append (line, new_button ("Stop ignoring", "problems.stop-ignoring", key));
      return;
    }
  if (finding->fix != NULL)
    tb_turn_box_append (line, new_button (finding->fix->label, "problems.fix", key));
  if (finding->other != NULL)
    tb_turn_box_append (line, new_button (finding->other->label, "problems.other-fix", key));
  if (row->model != NULL && tb_fix_may_ignore (row->model, row->problem->uid) && !g_str_has_prefix (row->problem->rule, "ignore."))
    tb_turn_box_append (line, new_ignore_button (key));
}

/* ---- Many ------------------------------------------------------------------------------------- */

static GtkWidget *
new_arrow (GtkWidget *row, const TbRuleFinding *finding)
{
  GtkWidget *arrow = gtk_button_new ();
  gtk_widget_add_css_class (arrow, "flat");
  gtk_widget_add_css_class (arrow, "opens");
  gtk_widget_set_valign (arrow, GTK_ALIGN_CENTER);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (arrow), "problems.open");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (arrow), "(sb)", finding->problem.rule, finding->ignored);
  g_object_set_data (G_OBJECT (row), "tb-arrow", arrow);
  return arrow;
}

void
tb_problem_row_set_open (GtkWidget *row, gboolean open)
{
  GtkWidget *arrow = g_object_get_data (G_OBJECT (row), "tb-arrow");
  if (arrow == NULL)
    return;
  gtk_button_set_icon_name (GTK_BUTTON (arrow), open ? "pan-down-symbolic" : "pan-end-symbolic");
  tb_ui_name (arrow, open ? "Say them as one" : "Say each of them");
  tb_ui_set_tooltip (arrow, open ? "Say them as one" : "Say each of them");
}

/* ---- The row ---------------------------------------------------------------------------------- */

static char *
words_of (const TbProblemRow *row)
{
  const TbRuleFinding *finding = row->finding;
  return finding && finding->ignored ? g_strdup_printf ("%s (ignored: %s)", row->problem->message, finding->reason)
                                     : g_strdup (row->problem->message);
}

GtkWidget *
tb_problem_row_new (const TbProblemRow *row)
{
  const TbProblem *problem = row->problem;
  g_autofree char *place = place_of (row), *words = words_of (row), *key = tb_problem_row_key (problem);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, SPACING), *widget = gtk_list_box_row_new ();
  GtkWidget *text = tb_ui_label (words, NULL), *where = tb_ui_label (place, "dim");
  tb_ui_set_tooltip (text, words);
  gtk_widget_set_hexpand (text, TRUE);
  gtk_label_set_wrap (GTK_LABEL (text), TRUE);
  gtk_label_set_lines (GTK_LABEL (text), LINES_MAX);
  if (row->part)
    gtk_widget_set_margin_start (box, PART_INDENT);
  gtk_box_append (GTK_BOX (box), tb_glyph_new_severity (problem->severity, 12));
  if (row->finding != NULL && row->finding->parts != NULL)
    gtk_box_append (GTK_BOX (box), new_arrow (widget, row->finding));
  GtkWidget *line = tb_turn_box_new (text, LEAST_WIDTH, SPACING);
  gtk_widget_set_hexpand (line, TRUE);
  gtk_widget_set_visible (where, *place != '\0');
  tb_turn_box_append (TB_TURN_BOX (line), where);
  add_buttons (TB_TURN_BOX (line), row, key);
  gtk_box_append (GTK_BOX (box), line);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (widget), box);
  g_autofree char *spoken = g_strdup_printf ("%s %s", words, place);
  tb_ui_name (widget, spoken);
  g_object_set_data (G_OBJECT (widget), "tb-uid", GUINT_TO_POINTER (problem->uid));
  g_object_set_data (G_OBJECT (widget), "tb-severity", GUINT_TO_POINTER (problem->severity));
  g_object_set_data (G_OBJECT (widget), "tb-text", text);
  g_object_set_data_full (G_OBJECT (widget), "tb-look", tb_problem_row_look (row), g_free);
  if (row->finding != NULL)
    g_object_set_data_full (G_OBJECT (widget), "tb-key", g_steal_pointer (&key), g_free);
  return widget;
}
