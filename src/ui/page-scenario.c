/* The scenarios of a drawing on their time line: which, what is added to it, and what is wrong with what is chosen.
 * What is wrong is found again, soon after anything changed, by what `tierboard test` checks with. */
#include "pages.h"

#include "scenario-check.h"
#include "scenario-form.h"
#include "scenario-view.h"
#include "tb-scenario-past.h"
#include "util.h"

struct _TbScenarioPage
{
  GtkWidget parent;
  GtkWidget *box, *stack, *names, *status, *view, *scrollbar;
  GtkWidget *of_one[10]; /* what means nothing without a scenario */
  guint n_of_one;
  TbEditor *editor;
  TbMoment *moment;
  TbScenarioChecker *checker;
  TbProblems *problems; /* of the scenario that is shown; NULL: not looked at */
  GArray *uids;         /* of TbUid: those in the list of names */
  TbUid uid;            /* of the scenario; 0: there is none */
  guint look_id;
  gboolean busy;        /* the list is being filled */
};

G_DEFINE_FINAL_TYPE (TbScenarioPage, tb_scenario_page, GTK_TYPE_WIDGET)

static guint refused;

static TbDocument *
document_of (TbScenarioPage *self)
{
  return tb_editor_document (self->editor);
}

static const TbModel *
model_of (TbScenarioPage *self)
{
  return tb_document_model (document_of (self));
}

static TbScenarioEdit
edit_of (TbScenarioPage *self)
{
  return (TbScenarioEdit){ document_of (self), tb_scenario_checker_check, self->checker };
}

static TbScenarioView *
view_of (TbScenarioPage *self)
{
  return TB_SCENARIO_VIEW (self->view);
}

/* ---- What is wrong --------------------------------------------------------------------------- */

static const TbProblem *
problem_of (TbScenarioPage *self, TbUid uid)
{
  for (guint i = 0; uid && self->problems && i < self->problems->len; i++)
    if (((TbProblem *) g_ptr_array_index (self->problems, i))->uid == uid)
      return g_ptr_array_index (self->problems, i);
  return NULL;
}

/* Of what is chosen what is wrong with it, or what it is; of nothing, what is wrong at all. */
static char *
status_words (TbScenarioPage *self, const TbProblem *chosen)
{
  guint n = self->problems ? self->problems->len : 0;
  g_autofree char *words = tb_scenario_view_words (view_of (self));
  if (chosen)
    return g_strdup (chosen->message);
  if (words && n > 0)
    return g_strdup_printf ("%s · %u %s wrong", words, n, n == 1 ? "thing is" : "things are");
  return words ? g_steal_pointer (&words)
               : g_strdup ("Arrows choose and move, Shift by a second; Enter changes, Delete removes; P, W, A and E add");
}

static void
show_status (TbScenarioPage *self)
{
  TbUid uid = tb_scenario_view_selected (view_of (self));
  const TbProblem *chosen = problem_of (self, uid);
  if (!uid && self->problems && self->problems->len > 0)
    chosen = g_ptr_array_index (self->problems, 0);
  g_autofree char *words = self->uid ? status_words (self, chosen) : g_strdup ("");
  tb_ui_set_text (self->status, words);
  tb_ui_set_tooltip (self->status, words);
  gtk_widget_remove_css_class (self->status, chosen ? "dim" : "bad");
  gtk_widget_add_css_class (self->status, chosen ? "bad" : "dim");
}

static gboolean
look (gpointer data)
{
  TbScenarioPage *self = data;
  self->look_id = 0;
  g_clear_pointer (&self->problems, g_ptr_array_unref);
  if (!self->editor || !self->uid)
    return G_SOURCE_REMOVE;
  self->problems = tb_scenario_checker_look (self->checker, model_of (self), tb_model_get (model_of (self), self->uid));
  g_autoptr (GArray) uids = g_array_new (FALSE, FALSE, sizeof (TbUid));
  for (guint i = 0; i < self->problems->len; i++)
    g_array_append_val (uids, ((TbProblem *) g_ptr_array_index (self->problems, i))->uid);
  tb_scenario_view_set_wrong (view_of (self), (const TbUid *) (gpointer) uids->data, uids->len);
  show_status (self);
  return G_SOURCE_REMOVE;
}

static void
look_soon (TbScenarioPage *self)
{
  if (!self->look_id && gtk_widget_get_mapped (GTK_WIDGET (self)))
    self->look_id = g_idle_add_full (G_PRIORITY_LOW, look, self, NULL);
}

/* ---- Which ----------------------------------------------------------------------------------- */

static void
fill_names (TbScenarioPage *self)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  guint chosen = 0;
  self->busy = TRUE;
  g_array_set_size (self->uids, 0);
  for (guint i = 0; i < tb_model_count (model_of (self), TB_KIND_SCENARIO); i++)
    {
      const TbElement *scenario = tb_model_nth (model_of (self), TB_KIND_SCENARIO, i);
      TbUid uid = tb_element_uid (scenario);
      gtk_string_list_append (names, tb_element_title (scenario));
      g_array_append_val (self->uids, uid);
      chosen = uid == self->uid ? i : chosen;
    }
  self->uid = chosen < self->uids->len ? g_array_index (self->uids, TbUid, chosen) : 0;
  gtk_drop_down_set_model (GTK_DROP_DOWN (self->names), G_LIST_MODEL (names));
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->names), chosen);
  self->busy = FALSE;
}

static void
show_all (TbScenarioPage *self)
{
  if (!self->editor || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  fill_names (self);
  for (guint i = 0; i < self->n_of_one; i++)
    gtk_widget_set_sensitive (self->of_one[i], self->uid != 0);
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), self->uid ? "line" : "empty");
  tb_scenario_view_show (view_of (self), document_of (self), self->uid);
  show_status (self);
  look_soon (self);
}

void
tb_scenario_page_choose (TbScenarioPage *page, TbUid scenario)
{
  page->uid = scenario;
  show_all (page);
}

static void
name_chosen (TbScenarioPage *self)
{
  guint i = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->names));
  if (!self->busy && i < self->uids->len)
    tb_scenario_page_choose (self, g_array_index (self->uids, TbUid, i));
}

/* Of a scenario, or of what it is drawn with: only the second makes the plan another one. */
static gboolean
is_of_scenarios (const TbEdit *edit)
{
  return edit->kind >= TB_KIND_SCENARIO && edit->kind <= TB_KIND_EXPECT;
}

static void
document_changed (TbDocument *document, const TbEdit *edits, guint n, TbScenarioPage *self)
{
  for (guint i = 0; i < n; i++)
    if (!is_of_scenarios (&edits[i]) && edits[i].kind < TB_KIND_STYLE)
      tb_scenario_checker_forget (self->checker);
  show_all (self);
}

void
tb_scenario_page_set_editor (TbScenarioPage *page, TbEditor *editor)
{
  if (page->editor)
    g_signal_handlers_disconnect_by_data (document_of (page), page);
  g_set_object (&page->editor, editor);
  tb_scenario_checker_forget (page->checker);
  page->uid = 0;
  if (!editor)
    {
      tb_scenario_view_show (view_of (page), NULL, 0);
      return;
    }
  g_signal_connect (document_of (page), "changed", G_CALLBACK (document_changed), page);
  show_all (page);
}

void
tb_scenario_page_set_moment (GtkWidget *widget, TbMoment *moment)
{
  g_set_object (&TB_SCENARIO_PAGE (widget)->moment, moment);
}

/* ---- Adding and changing --------------------------------------------------------------------- */

static void
refuse (TbScenarioPage *self, const GError *error)
{
  g_autofree char *sentence = g_strconcat (error->message, ".", NULL);
  *sentence = g_ascii_toupper (*sentence);
  g_signal_emit (self, refused, 0, sentence);
}

static void
form_done (GtkWidget *widget, TbUid uid)
{
  TbScenarioPage *self = TB_SCENARIO_PAGE (widget);
  if (uid != self->uid)
    tb_scenario_view_select (view_of (self), uid);
  gtk_widget_grab_focus (self->view);
}

static void
open_form (TbScenarioPage *self, const TbScenarioFormOf *of)
{
  const TbScenarioEdit edit = edit_of (self);
  tb_scenario_form_open (GTK_WIDGET (self), &edit, of, form_done);
}

static void
add (TbScenarioPage *self, TbKind kind)
{
  TbScenarioFormOf of = { .kind = kind, .parent = self->uid, .behind = tb_scenario_view_selected (view_of (self)) };
  if (kind == TB_KIND_DO && !tb_scenario_view_place (view_of (self), &of.parent, &of.at_ns))
    {
      g_signal_emit (self, refused, 0, "Things are done in phases: add one first.");
      return;
    }
  if (self->uid)
    open_form (self, &of);
}

static void
edit_chosen (TbScenarioPage *self)
{
  const TbElement *e = tb_model_get (model_of (self), tb_scenario_view_selected (view_of (self)));
  if (!e)
    return;
  const TbScenarioFormOf of = { .kind = tb_element_kind (e), .uid = tb_element_uid (e) };
  open_form (self, &of);
}

static void
copy_chosen (TbScenarioPage *self)
{
  TbUid uid = tb_scenario_view_selected (view_of (self));
  g_autofree char *text = tb_scenario_copy (model_of (self), uid ? uid : self->uid);
  if (text)
    gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), text);
}

static void
text_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (TbScenarioPage) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (source), result, NULL);
  if (!self->editor)
    return;
  TbUid uid = tb_scenario_paste (document_of (self), self->uid, tb_scenario_view_selected (view_of (self)),
                                 text ? text : "", &error);
  const TbElement *pasted = uid ? tb_model_get (model_of (self), uid) : NULL;
  if (!pasted)
    refuse (self, error);
  else if (tb_element_kind (pasted) == TB_KIND_SCENARIO)
    tb_scenario_page_choose (self, uid);
  else
    tb_scenario_view_select (view_of (self), uid);
}

static void
view_asked (TbScenarioView *view, const char *what, TbScenarioPage *self)
{
  static const struct
  {
    const char *what;
    TbKind kind;
  } adds[] = { { "add-phase", TB_KIND_PHASE }, { "add-wait", TB_KIND_WAIT }, { "add-action", TB_KIND_DO },
               { "add-expectation", TB_KIND_EXPECT } };
  for (guint i = 0; i < G_N_ELEMENTS (adds); i++)
    if (g_str_equal (what, adds[i].what))
      add (self, adds[i].kind);
  if (g_str_equal (what, "edit"))
    edit_chosen (self);
  if (g_str_equal (what, "copy") || g_str_equal (what, "cut"))
    copy_chosen (self);
  if (g_str_equal (what, "cut"))
    tb_scenario_remove (document_of (self), tb_scenario_view_selected (view));
  if (g_str_equal (what, "paste"))
    gdk_clipboard_read_text_async (gtk_widget_get_clipboard (GTK_WIDGET (self)), NULL, text_read, g_object_ref (self));
}

static void
view_refused (TbScenarioView *view, const char *why, TbScenarioPage *self)
{
  const GError error = { .message = (char *) why };
  refuse (self, &error);
}

/* ---- The bar --------------------------------------------------------------------------------- */

static void
new_clicked (TbScenarioPage *self)
{
  if (!self->editor)
    return;
  tb_scenario_page_choose (self, tb_scenario_add (document_of (self), NULL));
  gtk_widget_grab_focus (self->view);
}

/* How much of it is expected, and what it cannot do again. */
static void
say_taken (TbScenarioPage *self, TbUid uid, const GPtrArray *notes)
{
  const TbElement *scenario = tb_model_get (model_of (self), uid);
  guint n = 0;
  for (guint i = 0; i < tb_element_n_children (scenario); i++)
    n += tb_element_kind (tb_element_child (scenario, i)) == TB_KIND_EXPECT;
  GString *text = g_string_new (NULL);
  g_string_append_printf (text, "“%s”: ", tb_element_title (scenario));
  if (n > 0)
    g_string_append_printf (text, "%u expectation%s of what was measured, with a margin; remove those that say too much",
                            n, n == 1 ? "" : "s");
  else
    g_string_append (text, "too little was measured to expect anything of it");
  for (guint i = 0; i < notes->len; i++)
    g_string_append_printf (text, "; %s", (char *) g_ptr_array_index (notes, i));
  g_string_append_c (text, '.');
  g_signal_emit (self, refused, 0, text->str);
  g_string_free (text, TRUE);
}

void
tb_scenario_page_take (TbScenarioPage *page)
{
  TbPast *past = page->moment ? tb_moment_past (page->moment) : NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
  if (!page->editor)
    return;
  if (!past)
    {
      g_signal_emit (page, refused, 0, "Nothing has run yet: run it, break it by hand, and then save that.");
      return;
    }
  TbUid uid = tb_scenario_from_past (past, document_of (page), NULL, TRUE, notes, &error);
  if (!uid)
    {
      refuse (page, error);
      return;
    }
  tb_scenario_page_choose (page, uid);
  gtk_widget_grab_focus (page->view);
  say_taken (page, uid, notes);
}

static void
remove_clicked (TbScenarioPage *self)
{
  tb_scenario_remove (document_of (self), self->uid);
}

static void
name_clicked (TbScenarioPage *self)
{
  const TbScenarioFormOf of = { .kind = TB_KIND_SCENARIO, .uid = self->uid };
  open_form (self, &of);
}

static void
add_clicked (GtkWidget *button, TbScenarioPage *self)
{
  add (self, (TbKind) GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (button), "tb-kind")));
}

static void
zoom_clicked (GtkWidget *button, TbScenarioPage *self)
{
  static const double by[] = { 0, 1.35, 1 / 1.35 };
  tb_scenario_view_zoom (view_of (self), by[GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (button), "tb-zoom"))]);
}

static GtkWidget *
add_button (TbScenarioPage *self, GtkWidget *bar, GtkWidget *button, gboolean of_one)
{
  gtk_widget_add_css_class (button, "flat");
  gtk_box_append (GTK_BOX (bar), button);
  if (of_one)
    self->of_one[self->n_of_one++] = button;
  return button;
}

static void
add_icon (TbScenarioPage *self, GtkWidget *bar, const char *icon, const char *name, GCallback clicked, gboolean of_one)
{
  GtkWidget *button = add_button (self, bar, tb_ui_icon_button (icon, name, NULL), of_one);
  g_signal_connect_swapped (button, "clicked", clicked, self);
}

static void
add_kinds (TbScenarioPage *self, GtkWidget *bar)
{
  static const struct
  {
    TbKind kind;
    const char *label, *help;
  } kinds[] = { { TB_KIND_PHASE, "Phase", "Add a phase, behind what is chosen (P)" },
                { TB_KIND_WAIT, "Wait", "Add a wait until something holds, behind what is chosen (W)" },
                { TB_KIND_DO, "Action", "Add a fault, partition, kill, pause, load or heal to the phase (A)" },
                { TB_KIND_EXPECT, "Expectation", "Add what must hold (E)" } };
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      GtkWidget *button = add_button (self, bar, gtk_button_new_with_label (kinds[i].label), TRUE);
      gtk_widget_set_tooltip_text (button, kinds[i].help);
      g_object_set_data (G_OBJECT (button), "tb-kind", GUINT_TO_POINTER (kinds[i].kind));
      g_signal_connect (button, "clicked", G_CALLBACK (add_clicked), self);
    }
}

static void
add_zooms (TbScenarioPage *self, GtkWidget *bar)
{
  static const char *const icons[] = { "zoom-fit-best-symbolic", "zoom-in-symbolic", "zoom-out-symbolic" };
  static const char *const names[] = { "Show all of the time line (0)", "Closer (+)", "Farther (−)" };
  for (guint i = 0; i < G_N_ELEMENTS (icons); i++)
    {
      GtkWidget *button = add_button (self, bar, tb_ui_icon_button (icons[i], names[i], NULL), TRUE);
      g_object_set_data (G_OBJECT (button), "tb-zoom", GUINT_TO_POINTER (i));
      g_signal_connect (button, "clicked", G_CALLBACK (zoom_clicked), self);
    }
}

static GtkWidget *
new_bar (TbScenarioPage *self)
{
  GtkWidget *bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 2), *scrolled = gtk_scrolled_window_new ();
  self->names = gtk_drop_down_new (NULL, NULL);
  tb_ui_name (self->names, "Scenario");
  gtk_box_append (GTK_BOX (bar), self->names);
  g_signal_connect_swapped (self->names, "notify::selected", G_CALLBACK (name_chosen), self);
  add_icon (self, bar, "list-add-symbolic", "New scenario", G_CALLBACK (new_clicked), FALSE);
  add_icon (self, bar, "document-edit-symbolic", "Name and seed of the scenario", G_CALLBACK (name_clicked), TRUE);
  add_icon (self, bar, "user-trash-symbolic", "Remove the scenario", G_CALLBACK (remove_clicked), TRUE);
  add_kinds (self, bar);
  GtkWidget *take = add_button (self, bar, gtk_button_new_with_label ("From the run"), FALSE);
  gtk_widget_set_tooltip_text (take, "What was done to the run by hand as a new scenario, with what was measured as expectations");
  g_signal_connect_swapped (take, "clicked", G_CALLBACK (tb_scenario_page_take), self);
  add_zooms (self, bar);
  gtk_widget_add_css_class (bar, "held-bar");
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_EXTERNAL, GTK_POLICY_NEVER);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), bar);
  return scrolled;
}

/* ---- Life ------------------------------------------------------------------------------------ */

static GtkWidget *
new_line (TbScenarioPage *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  self->view = tb_scenario_view_new ();
  g_signal_connect (self->view, "asked", G_CALLBACK (view_asked), self);
  g_signal_connect (self->view, "refused", G_CALLBACK (view_refused), self);
  g_signal_connect_swapped (self->view, "selection-changed", G_CALLBACK (show_status), self);
  GtkWidget *scrolled = tb_ui_scrolled (self->view);
  gtk_widget_set_vexpand (scrolled, TRUE);
  /* It is taller than what is seen of it: what is chosen is scrolled to, not the whole. */
  gtk_viewport_set_scroll_to_focus (GTK_VIEWPORT (gtk_scrolled_window_get_child (GTK_SCROLLED_WINDOW (scrolled))), FALSE);
  self->scrollbar = gtk_scrollbar_new (GTK_ORIENTATION_HORIZONTAL, tb_scenario_view_adjustment (view_of (self)));
  gtk_box_append (GTK_BOX (box), scrolled);
  gtk_box_append (GTK_BOX (box), self->scrollbar);
  return box;
}

static void
tb_scenario_page_dispose (GObject *object)
{
  TbScenarioPage *self = TB_SCENARIO_PAGE (object);
  if (self->box)
    tb_scenario_page_set_editor (self, NULL);
  g_clear_handle_id (&self->look_id, g_source_remove);
  g_clear_object (&self->moment);
  g_clear_pointer (&self->problems, g_ptr_array_unref);
  g_clear_pointer (&self->uids, g_array_unref);
  self->busy = TRUE;
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_pointer (&self->checker, tb_scenario_checker_free);
  G_OBJECT_CLASS (tb_scenario_page_parent_class)->dispose (object);
}

static void
tb_scenario_page_class_init (TbScenarioPageClass *class)
{
  G_OBJECT_CLASS (class)->dispose = tb_scenario_page_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  refused = g_signal_new ("refused", TB_TYPE_SCENARIO_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                          G_TYPE_STRING);
}

static void
tb_scenario_page_init (TbScenarioPage *self)
{
  self->uids = g_array_new (FALSE, FALSE, sizeof (TbUid));
  self->checker = tb_scenario_checker_new ();
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  self->stack = gtk_stack_new ();
  GtkWidget *bar = new_bar (self);
  gtk_stack_add_named (GTK_STACK (self->stack),
                       tb_page_empty ("No scenario yet",
                                      "A scenario is load and faults on a time line, and what must hold of it. + begins one; "
                                      "what was done to a run can become one as well."), "empty");
  gtk_stack_add_named (GTK_STACK (self->stack), new_line (self), "line");
  gtk_widget_set_vexpand (self->stack, TRUE);
  self->status = tb_ui_label (NULL, "dim");
  gtk_widget_add_css_class (self->status, "scenario-status");
  gtk_box_append (GTK_BOX (self->box), bar);
  gtk_box_append (GTK_BOX (self->box), self->stack);
  gtk_box_append (GTK_BOX (self->box), self->status);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  g_signal_connect_swapped (self, "map", G_CALLBACK (show_all), self);
}

GtkWidget *
tb_scenario_page_new (void)
{
  return g_object_new (TB_TYPE_SCENARIO_PAGE, NULL);
}
