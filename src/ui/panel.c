/* Folded, the panel is its row of tabs, which still says how many problems there are:
 *
 *   folded → open    tab_clicked(), fold_clicked(), tb_panel_set_folded(), tb_panel_show_page()
 *   open → folded    fold_clicked(), tb_panel_set_folded()
 *
 * It opens for what a person asked for (a tab, a run, a log, a file that could not be read whole) and
 * never by itself while one draws: nothing jumps under the pointer. */
#include "panel.h"

#include "format.h"
#include "pages.h"
#include "tb-rules.h"
#include "tb-base.h"
#include "troubles.h"
#include "util.h"

/* Often enough to be live, seldom enough to be read. */
#define REFRESH_NS (400 * TB_NS_PER_MS)
#define TAB_MARGIN 16 /* of the next tab, so that one sees that there is one */

typedef enum
{
  PAGE_PROBLEMS,
  PAGE_MESSAGES,
  PAGE_SPACETIME,
  PAGE_LOGS,
  PAGE_METRICS,
  PAGE_CONSISTENCY,
  PAGE_PREDICTION,
  PAGE_TRACE,
  PAGE_TERMINAL,
  PAGE_HELD,
  PAGE_INTERACTIONS,
  PAGE_SCENARIO,
  N_PAGES
} PageId;

static const struct
{
  const char *name, *title;
  GtkWidget *(*make) (void);
  void (*set_moment) (GtkWidget *page, TbMoment *moment); /* NULL: it shows nothing of a run's past */
} pages[N_PAGES] = {
  [PAGE_PROBLEMS] = { "problems", "Problems", tb_problems_page_new },
  [PAGE_MESSAGES] = { "messages", "Messages", tb_messages_page_new, tb_messages_page_set_moment },
  [PAGE_SPACETIME] = { "space-time", "Space-time", tb_spacetime_page_new, tb_spacetime_page_set_moment },
  [PAGE_LOGS] = { "logs", "Logs", tb_logs_page_new, tb_logs_page_set_moment },
  [PAGE_METRICS] = { "metrics", "Metrics", tb_metrics_page_new, tb_metrics_page_set_moment },
  [PAGE_CONSISTENCY] = { "consistency", "Consistency", tb_consistency_page_new, tb_consistency_page_set_moment },
  [PAGE_PREDICTION] = { "prediction", "Prediction", tb_prediction_page_new, tb_prediction_page_set_moment },
  [PAGE_TRACE] = { "trace", "Trace", tb_trace_page_new, tb_trace_page_set_moment },
  [PAGE_TERMINAL] = { "terminal", "Terminal", tb_terminal_page_new },
  [PAGE_HELD] = { "held", "Held", tb_held_page_new },
  [PAGE_INTERACTIONS] = { "interactions", "Interactions", tb_interactions_page_new,
                          tb_interactions_page_set_moment },
  [PAGE_SCENARIO] = { "scenario", "Scenario", tb_scenario_page_new, tb_scenario_page_set_moment },
};

struct _TbPanel
{
  GtkWidget parent;
  GtkWidget *box, *stack, *scrolled, *tabs[N_PAGES], *pages[N_PAGES];
  TbEditor *editor;
  TbMoment *moment; /* NULL: not said yet */
  TbSession *session; /* NULL: nothing runs */
  TbLiveFrame *frame;
  TbProblems *other_problems; /* those of the drawing's own file first */
  guint n_own;
  const TbProblems *problems; /* borrowed, until the next */
  GPtrArray *findings;        /* of TbRuleFinding; NULL: none */
  gboolean may_change;        /* findings can be mended */
  guint n_troubles; /* of the run */
  GtkWidget *fold;
  PageId page;
  gboolean folded;
  gint64 refreshed_ns;
  char *run_dir; /* of the run that goes on; NULL: none */
};

G_DEFINE_FINAL_TYPE (TbPanel, tb_panel, GTK_TYPE_WIDGET)

static guint picked, about, fold_changed, refused, marked;

static void
page_picked (GtkWidget *page, guint uid, TbPanel *self)
{
  g_signal_emit (self, picked, 0, uid);
}

static void
page_about (GtkWidget *page, const TbUid *uids, guint n, TbPanel *self)
{
  g_signal_emit (self, about, 0, uids, n);
}

static void
held_count_changed (GtkWidget *page, guint total, TbPanel *self)
{
  g_autofree char *title = total ? g_strdup_printf ("Held %u", total) : g_strdup ("Held");
  if (g_strcmp0 (gtk_button_get_label (GTK_BUTTON (self->tabs[PAGE_HELD])), title) != 0)
    gtk_button_set_label (GTK_BUTTON (self->tabs[PAGE_HELD]), title);
}

static void
page_refused (GtkWidget *page, const char *why, TbPanel *self)
{
  g_signal_emit (self, refused, 0, why);
}

/* The canvas should show that link. */
static void
link_asked (GtkWidget *page, const char *id, TbPanel *self)
{
  const TbModel *model
      = self->editor ? tb_document_model (tb_editor_document (self->editor)) : NULL;
  const TbElement *link = model ? tb_model_lookup (model, id) : NULL;
  if (link)
    g_signal_emit (self, picked, 0, tb_element_uid (link));
}

static void
page_asked (GtkWidget *page, const char *name, TbPanel *self)
{
  tb_panel_show_page (self, name);
}

/* What the Consistency page found wrong, on the space-time diagram. */
static void
proof_asked (GtkWidget *page, const TbStoreVerdict *store, TbPanel *self)
{
  tb_panel_show_page (self, "space-time");
  tb_spacetime_page_show_proof (TB_SPACETIME_PAGE (self->pages[PAGE_SPACETIME]), store->history, &store->verdict);
}

/* The canvas should show these figures. */
static void
page_marked (GtkWidget *page, gpointer marks, TbPanel *self)
{
  g_signal_emit (self, marked, 0, marks);
}

static void
set_up_prediction (TbPanel *self)
{
  g_signal_connect (self->pages[PAGE_PREDICTION], "marked", G_CALLBACK (page_marked), self);
  g_signal_connect (self->pages[PAGE_PREDICTION], "said", G_CALLBACK (page_refused), self);
  tb_prediction_page_set_editor (TB_PREDICTION_PAGE (self->pages[PAGE_PREDICTION]), self->editor);
}

static void
set_up_consistency (TbPanel *self)
{
  TbConsistencyPage *page = TB_CONSISTENCY_PAGE (self->pages[PAGE_CONSISTENCY]);
  g_signal_connect (page, "refused", G_CALLBACK (page_refused), self);
  g_signal_connect (page, "proof-asked", G_CALLBACK (proof_asked), self);
  tb_consistency_page_set_editor (page, self->editor);
  tb_consistency_page_set_session (page, self->session);
}

static void show_problems (TbPanel *self);

static GtkWidget *
page_of (TbPanel *self, PageId id)
{
  if (self->pages[id])
    return self->pages[id];
  self->pages[id] = pages[id].make ();
  if (g_signal_lookup ("picked", G_OBJECT_TYPE (self->pages[id])) != 0)
    g_signal_connect (self->pages[id], "picked", G_CALLBACK (page_picked), self);
  if (id == PAGE_PROBLEMS)
    {
      g_signal_connect (self->pages[id], "about", G_CALLBACK (page_about), self);
      g_signal_connect_swapped (self->pages[id], "opened", G_CALLBACK (show_problems), self);
    }
  if (g_signal_lookup ("link-asked", G_OBJECT_TYPE (self->pages[id])) != 0)
    {
      g_signal_connect (self->pages[id], "link-asked", G_CALLBACK (link_asked), self);
      g_signal_connect (self->pages[id], "page-asked", G_CALLBACK (page_asked), self);
    }
  if (pages[id].set_moment && self->moment)
    pages[id].set_moment (self->pages[id], self->moment);
  if (id == PAGE_TERMINAL && self->run_dir)
    tb_terminal_page_set_run (TB_TERMINAL_PAGE (self->pages[id]), self->run_dir);
  if (id == PAGE_INTERACTIONS)
    tb_interactions_page_set_editor (TB_INTERACTIONS_PAGE (self->pages[id]), self->editor);
  if (id == PAGE_SCENARIO)
    {
      tb_scenario_page_set_editor (TB_SCENARIO_PAGE (self->pages[id]), self->editor);
      g_signal_connect (self->pages[id], "refused", G_CALLBACK (page_refused), self);
    }
  if (id == PAGE_CONSISTENCY)
    set_up_consistency (self);
  if (id == PAGE_PREDICTION)
    set_up_prediction (self);
  if (id == PAGE_HELD)
    {
      g_signal_connect (self->pages[id], "count-changed", G_CALLBACK (held_count_changed), self);
      g_signal_connect (self->pages[id], "refused", G_CALLBACK (page_refused), self);
    }
  gtk_stack_add_named (GTK_STACK (self->stack), self->pages[id], pages[id].name);
  return self->pages[id];
}

/* ---- Refreshing ------------------------------------------------------------------------------ */

static const char *
selected_link (TbPanel *self)
{
  if (!self->editor)
    return NULL;
  const TbModel *model = tb_document_model (tb_editor_document (self->editor));
  TbUid uid = tb_editor_selected_one (self->editor);
  const TbElement *element = uid ? tb_model_get (model, uid) : NULL;
  return element && tb_element_kind (element) == TB_KIND_LINK ? tb_element_id (element) : NULL;
}

static void
refresh (TbPanel *self)
{
  GtkWidget *page = page_of (self, self->page);
  const TbModel *model
      = self->editor ? tb_document_model (tb_editor_document (self->editor)) : NULL;
  switch (self->page)
    {
    case PAGE_PROBLEMS: /* these are shown when they come */
      break;
    case PAGE_SPACETIME: /* these follow the moment */
    case PAGE_TRACE:
      break;
    case PAGE_MESSAGES:
      tb_messages_page_show_link (TB_MESSAGES_PAGE (page), model ? selected_link (self) : NULL);
      break;
    case PAGE_LOGS:
      break; /* of its own accord */
    case PAGE_METRICS:
      tb_metrics_page_choose (TB_METRICS_PAGE (page), model ? selected_link (self) : NULL);
      tb_metrics_page_refresh (TB_METRICS_PAGE (page), self->frame);
      break;
    case PAGE_TERMINAL:
      tb_terminal_page_refresh (TB_TERMINAL_PAGE (page), self->frame);
      break;
    case PAGE_PREDICTION: /* these follow the document */
    case PAGE_INTERACTIONS:
    case PAGE_SCENARIO:
      break;
    case PAGE_CONSISTENCY:
      tb_consistency_page_follow_selection (TB_CONSISTENCY_PAGE (page));
      break;
    case PAGE_HELD:
      tb_held_page_refresh (TB_HELD_PAGE (page));
      break;
    case N_PAGES:
    default:
      g_assert_not_reached ();
    }
}

void
tb_panel_show_frame (TbPanel *panel, TbLiveFrame *frame)
{
  gboolean first = frame && !panel->frame;
  g_clear_pointer (&panel->frame, tb_live_frame_unref);
  panel->frame = frame ? tb_live_frame_ref (frame) : NULL;
  if (first && panel->pages[PAGE_METRICS])
    tb_metrics_page_clear (TB_METRICS_PAGE (panel->pages[PAGE_METRICS]));
  if (!frame)
    return;
  gint64 now_ns = tb_now_ns ();
  if (!gtk_widget_get_mapped (GTK_WIDGET (panel)) || panel->folded
      || now_ns - panel->refreshed_ns < REFRESH_NS)
    return;
  panel->refreshed_ns = now_ns;
  refresh (panel);
}

/* ---- Problems -------------------------------------------------------------------------------- */

/* What is worth knowing, and often meant so, is in the list but not counted. */
static guint
count_findings (const TbPanel *self)
{
  guint n = 0;
  for (guint i = 0; self->findings && i < self->findings->len; i++)
    {
      const TbRuleFinding *finding = self->findings->pdata[i];
      n += !finding->ignored && finding->problem.severity <= TB_SEVERITY_WARNING;
    }
  return n;
}

static void
show_count (TbPanel *self)
{
  GtkButton *tab = GTK_BUTTON (self->tabs[PAGE_PROBLEMS]);
  guint n = (self->problems ? self->problems->len : 0)
            + (self->other_problems ? self->other_problems->len : 0) + self->n_troubles + count_findings (self);
  g_autofree char *title = n ? g_strdup_printf ("Problems %u", n) : g_strdup ("Problems");
  if (g_strcmp0 (gtk_button_get_label (tab), title) != 0)
    gtk_button_set_label (tab, title);
  if (n)
    gtk_widget_add_css_class (self->tabs[PAGE_PROBLEMS], "some");
  else
    gtk_widget_remove_css_class (self->tabs[PAGE_PROBLEMS], "some");
}

void
tb_panel_show_run (TbPanel *panel, const TbLiveFrame *frame, const TbSigns *signs)
{
  const TbModel *model
      = panel->editor ? tb_document_model (tb_editor_document (panel->editor)) : NULL;
  g_autoptr (GPtrArray) troubles = tb_troubles_of (frame, signs, model);
  panel->n_troubles = troubles->len;
  tb_problems_page_show_run (TB_PROBLEMS_PAGE (page_of (panel, PAGE_PROBLEMS)), troubles);
  show_count (panel);
}

static void
show_problems (TbPanel *self)
{
  const TbModel *model
      = self->editor ? tb_document_model (tb_editor_document (self->editor)) : NULL;
  show_count (self);
  const TbProblemsShown shown = { .model = model,
                                  .editor = self->may_change ? self->editor : NULL,
                                  .file = self->other_problems,
                                  .document = self->problems,
                                  .findings = self->findings };
  tb_problems_page_show (TB_PROBLEMS_PAGE (page_of (self, PAGE_PROBLEMS)), &shown);
}

void
tb_panel_set_problems (TbPanel *panel, const TbProblems *problems, GPtrArray *findings, gboolean may_change)
{
  GPtrArray *own = findings ? g_ptr_array_ref (findings) : NULL;
  g_clear_pointer (&panel->findings, g_ptr_array_unref);
  panel->problems = problems;
  panel->findings = own;
  panel->may_change = may_change;
  show_problems (panel);
}

void
tb_panel_set_other_problems (TbPanel *panel, const char *file, const TbProblems *problems)
{
  if (panel->other_problems)
    g_ptr_array_set_size (panel->other_problems, (int) panel->n_own);
  for (guint i = 0; problems && i < problems->len; i++)
    {
      const TbProblem *problem = problems->pdata[i];
      if (!panel->other_problems)
        panel->other_problems = tb_problems_new ();
      tb_problems_add (panel->other_problems, problem->severity, problem->rule, problem->uid,
                       problem->line, problem->column, "%s%s%s", file ? file : "",
                       file ? ": " : "", problem->message);
    }
  show_problems (panel);
}

void
tb_panel_set_file_problems (TbPanel *panel, const char *file, const TbProblems *problems)
{
  panel->n_own = 0;
  tb_panel_set_other_problems (panel, file, problems);
  panel->n_own = panel->other_problems ? panel->other_problems->len : 0;
}

/* ---- Pages ----------------------------------------------------------------------------------- */

static void
reveal_tab (TbPanel *self)
{
  GtkAdjustment *at = gtk_scrolled_window_get_hadjustment (GTK_SCROLLED_WINDOW (self->scrolled));
  GtkWidget *tab = self->tabs[self->page];
  graphene_rect_t r;
  if (gtk_widget_compute_bounds (tab, gtk_widget_get_parent (tab), &r))
    gtk_adjustment_clamp_page (at, r.origin.x - TAB_MARGIN, r.origin.x + r.size.width + TAB_MARGIN);
}

static void
choose (TbPanel *self, PageId id)
{
  self->page = id;
  gtk_stack_set_visible_child (GTK_STACK (self->stack), page_of (self, id));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->tabs[id]), TRUE);
  reveal_tab (self);
  refresh (self);
}

void
tb_panel_show_page (TbPanel *panel, const char *page)
{
  for (int id = 0; id < N_PAGES; id++)
    if (g_str_equal (pages[id].name, page))
      choose (panel, id);
  tb_panel_set_folded (panel, FALSE);
}

void
tb_panel_show_log (TbPanel *panel, const char *instance)
{
  tb_logs_page_choose (TB_LOGS_PAGE (page_of (panel, PAGE_LOGS)), instance);
  tb_panel_show_page (panel, "logs");
}

void
tb_panel_take_scenario (TbPanel *panel)
{
  tb_panel_show_page (panel, "scenario");
  tb_scenario_page_take (TB_SCENARIO_PAGE (panel->pages[PAGE_SCENARIO]));
}

void
tb_panel_set_run (TbPanel *panel, const char *run_dir)
{
  g_free (panel->run_dir);
  panel->run_dir = g_strdup (run_dir);
  if (panel->pages[PAGE_TERMINAL])
    tb_terminal_page_set_run (TB_TERMINAL_PAGE (panel->pages[PAGE_TERMINAL]), run_dir);
}

void
tb_panel_set_held (TbPanel *panel, TbSession *session)
{
  g_set_object (&panel->session, session);
  if (panel->pages[PAGE_CONSISTENCY])
    tb_consistency_page_set_session (TB_CONSISTENCY_PAGE (panel->pages[PAGE_CONSISTENCY]), session);
  if (session || panel->pages[PAGE_HELD])
    tb_held_page_set_session (TB_HELD_PAGE (page_of (panel, PAGE_HELD)), session);
}

void
tb_panel_show_terminal (TbPanel *panel, TbTerminalKind kind, const char *instance)
{
  tb_panel_show_page (panel, "terminal");
  tb_terminal_page_open (TB_TERMINAL_PAGE (panel->pages[PAGE_TERMINAL]), kind, instance);
}

void
tb_panel_restart_under (TbPanel *panel, const char *tool, const char *instance)
{
  tb_panel_show_page (panel, "terminal");
  tb_terminal_page_restart (TB_TERMINAL_PAGE (panel->pages[PAGE_TERMINAL]), instance, tool);
}

void
tb_panel_set_moment (TbPanel *panel, TbMoment *moment)
{
  g_set_object (&panel->moment, moment);
  for (int id = 0; id < N_PAGES; id++)
    if (panel->pages[id] && pages[id].set_moment)
      pages[id].set_moment (panel->pages[id], moment);
}

void
tb_panel_set_editor (TbPanel *panel, TbEditor *editor)
{
  g_set_object (&panel->editor, editor);
  if (panel->pages[PAGE_CONSISTENCY])
    tb_consistency_page_set_editor (TB_CONSISTENCY_PAGE (panel->pages[PAGE_CONSISTENCY]), editor);
  if (panel->pages[PAGE_PREDICTION])
    tb_prediction_page_set_editor (TB_PREDICTION_PAGE (panel->pages[PAGE_PREDICTION]), editor);
  if (panel->pages[PAGE_INTERACTIONS])
    tb_interactions_page_set_editor (TB_INTERACTIONS_PAGE (panel->pages[PAGE_INTERACTIONS]), editor);
  if (panel->pages[PAGE_SCENARIO])
    tb_scenario_page_set_editor (TB_SCENARIO_PAGE (panel->pages[PAGE_SCENARIO]), editor);
  g_clear_pointer (&panel->other_problems, g_ptr_array_unref);
  panel->n_own = 0;
  panel->problems = NULL;
  g_clear_pointer (&panel->findings, g_ptr_array_unref);
  show_problems (panel);
}

gboolean
tb_panel_is_folded (TbPanel *panel)
{
  return panel->folded;
}

static void
show_fold (TbPanel *self)
{
  const char *name = self->folded ? "Open the bottom panel" : "Fold the bottom panel";
  gtk_button_set_icon_name (GTK_BUTTON (self->fold),
                            self->folded ? "pan-up-symbolic" : "pan-down-symbolic");
  tb_ui_name (self->fold, name);
  gtk_widget_set_tooltip_text (self->fold, name);
  gtk_widget_set_visible (self->stack, !self->folded);
  if (self->folded)
    gtk_widget_add_css_class (self->box, "folded");
  else
    gtk_widget_remove_css_class (self->box, "folded");
}

void
tb_panel_set_folded (TbPanel *panel, gboolean folded)
{
  if (panel->folded == folded)
    return;
  panel->folded = folded;
  show_fold (panel);
  if (!folded)
    refresh (panel);
  g_signal_emit (panel, fold_changed, 0);
}

static void
fold_clicked (TbPanel *self)
{
  tb_panel_set_folded (self, !self->folded);
}

static void
tab_toggled (GtkToggleButton *tab, TbPanel *self)
{
  if (!gtk_toggle_button_get_active (tab))
    return;
  for (int id = 0; id < N_PAGES; id++)
    if (self->tabs[id] == GTK_WIDGET (tab) && self->page != (PageId) id)
      choose (self, id);
}

/* Also of the page that was open last. */
static void
tab_clicked (GtkButton *tab, TbPanel *self)
{
  tb_panel_set_folded (self, FALSE);
}

static GtkWidget *
new_tab_bar (TbPanel *self)
{
  GtkWidget *bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  gtk_widget_add_css_class (bar, "panel-tabs");
  for (int id = 0; id < N_PAGES; id++)
    {
      self->tabs[id] = gtk_toggle_button_new_with_label (pages[id].title);
      gtk_widget_add_css_class (self->tabs[id], "panel-tab");
      if (id)
        gtk_toggle_button_set_group (GTK_TOGGLE_BUTTON (self->tabs[id]),
                                     GTK_TOGGLE_BUTTON (self->tabs[0]));
      g_signal_connect (self->tabs[id], "toggled", G_CALLBACK (tab_toggled), self);
      g_signal_connect_after (self->tabs[id], "clicked", G_CALLBACK (tab_clicked), self);
      gtk_box_append (GTK_BOX (bar), self->tabs[id]);
    }
  self->fold = gtk_button_new ();
  gtk_widget_add_css_class (self->fold, "flat");
  gtk_widget_add_css_class (self->fold, "panel-fold");
  g_signal_connect_swapped (self->fold, "clicked", G_CALLBACK (fold_clicked), self);
  return bar;
}

/* The tabs give way before they force the window to be wide; the one that is chosen stays in sight. */
static GtkWidget *
scrolling (TbPanel *self, GtkWidget *bar)
{
  self->scrolled = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scrolled), GTK_POLICY_EXTERNAL, GTK_POLICY_NEVER);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scrolled), bar);
  gtk_widget_set_hexpand (self->scrolled, TRUE);
  g_signal_connect_swapped (gtk_scrolled_window_get_hadjustment (GTK_SCROLLED_WINDOW (self->scrolled)), "changed",
                            G_CALLBACK (reveal_tab), self);
  return self->scrolled;
}

/* The tabs, and what stays in sight however narrow it is. */
static GtkWidget *
new_head (TbPanel *self)
{
  GtkWidget *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  gtk_box_append (GTK_BOX (head), scrolling (self, new_tab_bar (self)));
  gtk_widget_set_valign (self->fold, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (head), self->fold);
  return head;
}

static void
tb_panel_dispose (GObject *object)
{
  TbPanel *self = TB_PANEL (object);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_pointer (&self->frame, tb_live_frame_unref);
  g_clear_pointer (&self->run_dir, g_free);
  g_clear_pointer (&self->other_problems, g_ptr_array_unref);
  g_clear_pointer (&self->findings, g_ptr_array_unref);
  g_clear_pointer (&self->findings, g_ptr_array_unref);
  g_clear_object (&self->editor);
  g_clear_object (&self->moment);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (tb_panel_parent_class)->dispose (object);
}

/* Who comes to it by the keys comes to the tab of the page that is shown. */
static gboolean
tb_panel_focus (GtkWidget *widget, GtkDirectionType direction)
{
  TbPanel *self = TB_PANEL (widget);
  GtkRoot *root = gtk_widget_get_root (widget);
  GtkWidget *focus = root ? gtk_root_get_focus (root) : NULL;
  gboolean inside = focus && gtk_widget_is_ancestor (focus, widget);
  if (direction == GTK_DIR_TAB_FORWARD && !inside)
    return gtk_widget_grab_focus (self->tabs[self->page]);
  return GTK_WIDGET_CLASS (tb_panel_parent_class)->focus (widget, direction);
}

static void
tb_panel_class_init (TbPanelClass *class)
{
  G_OBJECT_CLASS (class)->dispose = tb_panel_dispose;
  GTK_WIDGET_CLASS (class)->focus = tb_panel_focus;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  about = g_signal_new ("about", TB_TYPE_PANEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                        G_TYPE_NONE, 2, G_TYPE_POINTER, G_TYPE_UINT);
  picked = g_signal_new ("picked", TB_TYPE_PANEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                         G_TYPE_NONE, 1, G_TYPE_UINT);
  refused = g_signal_new ("refused", TB_TYPE_PANEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                          G_TYPE_NONE, 1, G_TYPE_STRING);
  marked = g_signal_new ("marked", TB_TYPE_PANEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
  fold_changed = g_signal_new ("fold-changed", TB_TYPE_PANEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                               NULL, G_TYPE_NONE, 0);
}

static void
tb_panel_init (TbPanel *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_widget_add_css_class (self->box, "bottom-panel");
  self->stack = gtk_stack_new ();
  gtk_widget_set_vexpand (self->stack, TRUE);
  gtk_box_append (GTK_BOX (self->box), new_head (self));
  gtk_box_append (GTK_BOX (self->box), self->stack);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  self->folded = TRUE;
  choose (self, PAGE_PROBLEMS);
  show_fold (self);
}

GtkWidget *
tb_panel_new (void)
{
  return g_object_new (TB_TYPE_PANEL, NULL);
}
