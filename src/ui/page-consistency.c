/* Consistency: what theory says of a store and of the sides of a partition, and beside it what is measured.
 *
 * Sides are those of the partition that holds at the moment that is shown, else of the one before it, else those that are chosen:
 *
 *   chosen ──a partition begins──▶ during ──it is healed──▶ after ──another──▶ during …
 *
 * Everything is read of the recording, so that a replay shows the same. */
#include "pages.h"

#include <math.h>
#include <string.h>

#include "consistency.h"
#include "format.h"
#include "side-rows.h"
#include "sweep-chart.h"
#include "tb-base.h"
#include "tb-sweep.h"
#include "util.h"

#define REFRESH_MS 1000
#define PICKED_MAX 9 /* replicas that sides can be picked of */

struct _TbConsistencyPage
{
  GtkWidget parent;
  GtkWidget *stack, *chooser, *picks, *probe, *sweep_button, *head, *partition, *otherwise, *period, *sides, *verdict, *proof, *details,
      *sweep_text, *sweep_chart, *unknown;
  TbEditor *editor;
  TbMoment *moment;
  TbSession *session; /* NULL: nothing runs */
  TbPast *past;       /* that verdicts are of */
  TbVerdicts *verdicts;
  GPtrArray *stores;  /* of char *: ids that are offered */
  GPtrArray *rows;    /* of SideRows */
  guint64 picked;     /* replicas on the other side */
  guint n_picks, refresh_id;
  gboolean filling;
  TbUid followed; /* what was selected in the drawing last */
  TbSweep *sweep;
  TbSweepPoint points[8];
  guint n_points;
  gulong ids[2];
};

G_DEFINE_FINAL_TYPE (TbConsistencyPage, tb_consistency_page, GTK_TYPE_WIDGET)

static guint refused, proof_asked;

static const TbModel *
model_of (TbConsistencyPage *self)
{
  return self->editor != NULL ? tb_document_model (tb_editor_document (self->editor)) : NULL;
}

static const char *
chosen_store (TbConsistencyPage *self)
{
  guint i = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->chooser));
  return i < self->stores->len ? self->stores->pdata[i] : NULL;
}

/* ---- Stores ----------------------------------------------------------------------------------------- */

static GPtrArray *
stores_of (const TbModel *model)
{
  GPtrArray *ids = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; model != NULL && i < tb_model_count (model, TB_KIND_COMPONENT); i++)
    {
      const TbElement *component = tb_model_nth (model, TB_KIND_COMPONENT, i);
      TbCapStore store;
      if (tb_component_role (component) == TB_ROLE_STORE && tb_cap_store_of (component, &store))
        g_ptr_array_add (ids, g_strdup (tb_element_id (component)));
    }
  return ids;
}

static gboolean
are_same (const GPtrArray *a, const GPtrArray *b)
{
  if (a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++)
    if (!g_str_equal (a->pdata[i], b->pdata[i]))
      return FALSE;
  return TRUE;
}

/* The one with the most replicas first seen is what a person most likely means. */
static guint
best_store (const TbModel *model, const GPtrArray *ids, const char *before)
{
  guint best = 0, most = 0;
  for (guint i = 0; i < ids->len; i++)
    {
      TbCapStore store;
      if (g_strcmp0 (ids->pdata[i], before) == 0)
        return i;
      if (tb_cap_store_of (tb_model_lookup (model, ids->pdata[i]), &store) && store.replicas > most)
        {
          most = store.replicas;
          best = i;
        }
    }
  return best;
}

static void
offer_stores (TbConsistencyPage *self)
{
  const TbModel *model = model_of (self);
  g_autoptr (GPtrArray) ids = stores_of (model);
  g_autofree char *before = g_strdup (chosen_store (self));
  if (are_same (ids, self->stores))
    return;
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  for (guint i = 0; i < ids->len; i++)
    gtk_string_list_append (names, tb_element_title (tb_model_lookup (model, ids->pdata[i])));
  g_ptr_array_unref (self->stores);
  self->stores = g_ptr_array_ref (ids);
  self->filling = TRUE;
  gtk_drop_down_set_model (GTK_DROP_DOWN (self->chooser), G_LIST_MODEL (names));
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->chooser), best_store (model, ids, before));
  self->filling = FALSE;
}

/* A store that is selected in the drawing is the one that is meant. */
static void
follow_selection (TbConsistencyPage *self)
{
  TbUid uid = self->editor != NULL ? tb_editor_selected_one (self->editor) : 0;
  if (uid == self->followed)
    return;
  self->followed = uid;
  const TbElement *element = uid != 0 ? tb_model_get (model_of (self), uid) : NULL;
  const char *id = element != NULL && tb_element_kind (element) == TB_KIND_COMPONENT ? tb_element_id (element) : NULL;
  for (guint i = 0; id != NULL && i < self->stores->len; i++)
    if (g_str_equal (self->stores->pdata[i], id) && gtk_drop_down_get_selected (GTK_DROP_DOWN (self->chooser)) != i)
      gtk_drop_down_set_selected (GTK_DROP_DOWN (self->chooser), i);
}

static void
picked (GtkToggleButton *button, TbConsistencyPage *self);

/* A button a replica: pressed, it is on the other side. */
static void
offer_picks (TbConsistencyPage *self, const char *component, guint n, gboolean sensitive)
{
  guint wanted = n >= 2 && n <= PICKED_MAX ? n : 0;
  gtk_widget_set_sensitive (self->picks, sensitive);
  if (self->n_picks == wanted)
    return;
  tb_ui_clear_box (self->picks);
  self->n_picks = wanted;
  self->picked = wanted > 0 ? 1 : 0;
  if (wanted > 0)
    gtk_box_append (GTK_BOX (self->picks), tb_ui_label ("Cut off:", "dim-label"));
  for (guint i = 0; i < wanted; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u", i + 1), *id = g_strdup_printf ("%s/%u", component, i + 1),
                      *instance = tb_format_instance (id), *name = g_strdup_printf ("%s on the other side", instance);
      GtkWidget *button = gtk_toggle_button_new_with_label (text);
      tb_ui_name (button, name);
      gtk_widget_set_tooltip_text (button, name);
      gtk_widget_add_css_class (button, "flat");
      g_object_set_data (G_OBJECT (button), "replica", GUINT_TO_POINTER (i));
      gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), (self->picked >> i & 1) != 0);
      g_signal_connect (button, "toggled", G_CALLBACK (picked), self);
      gtk_box_append (GTK_BOX (self->picks), button);
    }
}

static TbSideRows *
rows_of (TbConsistencyPage *self, guint i)
{
  while (self->rows->len <= i)
    {
      TbSideRows *rows = tb_side_rows_new ();
      gtk_box_append (GTK_BOX (self->sides), rows->box);
      g_ptr_array_add (self->rows, rows);
    }
  return self->rows->pdata[i];
}

/* ---- All of it ------------------------------------------------------------------------------------------- */

static gboolean
has_probes (TbConsistencyPage *self, const char *component)
{
  g_autofree char *id = g_strconcat (component, TB_PLAN_PROBE_SUFFIX, NULL);
  for (guint i = 0; self->past != NULL && i < tb_past_n_instances (self->past); i++)
    if (g_str_equal (tb_past_instance (self->past, i)->component, id))
      return TRUE;
  return FALSE;
}

static void
show_period (TbConsistencyPage *self, const char *component, const TbSides *shown)
{
  g_autofree char *time = tb_format_ns (shown->to_ns - shown->from_ns);
  const char *when = shown->phase == TB_SIDES_DURING ? "since the cut" : shown->phase == TB_SIDES_AFTER ? "during the cut" : "since the start";
  g_autofree char *who
      = has_probes (self, component)
            ? g_strdup_printf ("Each replica is asked by a probing client of its own: every %u ms a read and a write, timeout %u ms",
                               2000 / TB_PLAN_PROBE_RATE, TB_PLAN_PROBE_TIMEOUT_MS)
            : g_strdup ("Asked by the drawn clients alone, with the timeouts of their links: turn probing on to know every side");
  g_autofree char *text = g_strdup_printf ("Measured %s (%s). %s.", when, time, who);
  tb_ui_set_or_hide (self->period, self->past != NULL ? text : NULL);
}

static void
show_theory (TbConsistencyPage *self, const TbCapStore *store, const TbSides *shown)
{
  TbCapSide sides[TB_CAP_REPLICAS_MAX];
  char why[200];
  for (guint i = 0; i < shown->n_sides; i++)
    sides[i] = shown->sides[i].side;
  gboolean yes = tb_cap_linearizable (store, sides, shown->n_sides, why);
  g_autofree char *what = tb_cap_store_text (store), *partition = tb_cap_partition_text (store), *otherwise = tb_cap_else_text (store),
                  *head = g_strdup_printf ("%s. By theory %slinearizable%s: %s.", what, yes ? "" : "not ",
                                           shown->n_sides <= 1 ? "" : shown->phase == TB_SIDES_CHOSEN ? " in such a partition" : " in this partition", why);
  g_autoptr (GString) unknown = g_string_new ("What this cannot know:");
  for (guint i = 0; tb_cap_unknown (store, i) != NULL; i++)
    g_string_append_printf (unknown, "\n• %s", tb_cap_unknown (store, i));
  tb_ui_set_text (self->head, head);
  tb_ui_set_text (self->partition, partition);
  tb_ui_set_text (self->otherwise, otherwise);
  tb_ui_set_text (self->unknown, unknown->str);
}

static void
show_verdict (TbConsistencyPage *self, const char *component, const TbSides *shown)
{
  const TbStoreVerdict *store = self->verdicts != NULL ? tb_verdicts_of (self->verdicts, component) : NULL;
  if (store == NULL)
    {
      tb_ui_set_or_hide (self->verdict, self->past != NULL ? "Measured: no operations yet." : NULL);
      tb_ui_set_or_hide (self->details, NULL);
      gtk_widget_set_visible (self->proof, FALSE);
      return;
    }
  const TbVerdict *v = &store->verdict;
  g_autofree char *n = tb_format_count (v->operations), *details = tb_consistency_details (store, shown->heal_ns);
  g_autofree char *text = g_strdup_printf ("Measured: %s%s, by %s operations%s%s%s", tb_verdict_word (v->kind), store->over ? "" : " so far", n,
                                           store->tapped ? " as the taps saw them" : "", *v->sentence != '\0' ? ". " : ".", v->sentence);
  tb_ui_set_or_hide (self->verdict, text);
  tb_ui_set_or_hide (self->details, details);
  gtk_widget_set_visible (self->proof, v->kind == TB_VERDICT_VIOLATED && v->n_witness > 0);
}

static void
show_sweep (TbConsistencyPage *self)
{
  g_autofree char *writes = tb_sweep_text (self->points, self->n_points, TRUE),
                  *reads = tb_sweep_text (self->points, self->n_points, FALSE);
  g_autofree char *text = self->sweep != NULL ? g_strdup_printf ("Sweep: %u of %u delays measured.", self->n_points, tb_sweep_n_steps ())
                          : self->n_points > 0 ? g_strdup_printf ("Latency against the delay between replicas. %s %s", writes, reads)
                                               : NULL;
  tb_ui_set_or_hide (self->sweep_text, text);
  gtk_widget_set_visible (self->sweep_chart, self->n_points > 1);
  gtk_widget_queue_draw (self->sweep_chart);
  gtk_button_set_label (GTK_BUTTON (self->sweep_button), self->sweep != NULL ? "End the sweep" : "Sweep delays");
}

static void
show_controls (TbConsistencyPage *self)
{
  gboolean runs = self->session != NULL && tb_session_state (self->session) == TB_RUN_RUNNING;
  gtk_widget_set_sensitive (self->probe, runs);
  gtk_widget_set_sensitive (self->sweep_button, runs);
  self->filling = TRUE;
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->probe), self->session != NULL && tb_session_has_probes (self->session));
  self->filling = FALSE;
}

static void
take_past (TbConsistencyPage *self)
{
  TbPast *past = self->moment != NULL ? tb_moment_past (self->moment) : NULL;
  if (past == self->past)
    return;
  g_clear_pointer (&self->verdicts, tb_verdicts_free);
  g_set_object (&self->past, past);
  if (past != NULL)
    self->verdicts = tb_verdicts_new (past);
}

static void
show (TbConsistencyPage *self)
{
  TbCapStore store;
  if (!gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  take_past (self);
  offer_stores (self);
  const char *id = chosen_store (self);
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), id != NULL ? "store" : "empty");
  if (id == NULL || !tb_cap_store_of (tb_model_lookup (model_of (self), id), &store))
    return;
  g_autofree TbSides *shown = g_new0 (TbSides, 1);
  gint64 now_ns = self->moment != NULL ? tb_moment_time_ns (self->moment) : 0;
  tb_consistency_find_sides (self->past, now_ns, self->picked, id, &store, shown);
  offer_picks (self, id, store.replicas, shown->phase == TB_SIDES_CHOSEN);
  if (self->verdicts != NULL)
    {
      gboolean live = tb_moment_is_live (self->moment);
      tb_verdicts_set_moment (self->verdicts, live ? G_MAXINT64 : tb_moment_time_ns (self->moment));
      tb_verdicts_look (self->verdicts, !live);
      tb_consistency_measure (self->verdicts, id, self->past, shown->sides, shown->n_sides, shown->from_ns, shown->to_ns);
    }
  show_theory (self, &store, shown);
  show_period (self, id, shown);
  for (guint i = 0; i < MAX (shown->n_sides, self->rows->len); i++)
    {
      TbSideRows *rows = rows_of (self, i);
      gtk_widget_set_visible (rows->box, i < shown->n_sides);
      if (i < shown->n_sides)
        tb_side_rows_show (rows, id, &store, &shown->sides[i], shown->phase != TB_SIDES_CHOSEN, self->verdicts != NULL);
    }
  show_verdict (self, id, shown);
  show_sweep (self);
  show_controls (self);
}

/* A moment of the past stays as it is. */
static gboolean
refresh (gpointer data)
{
  TbConsistencyPage *self = data;
  if (self->past == NULL || tb_moment_is_live (self->moment))
    show (self);
  return G_SOURCE_CONTINUE;
}

/* ---- What a person does ------------------------------------------------------------------------------------ */

static void
picked (GtkToggleButton *button, TbConsistencyPage *self)
{
  guint64 bit = G_GUINT64_CONSTANT (1) << GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (button), "replica"));
  self->picked = gtk_toggle_button_get_active (button) ? self->picked | bit : self->picked & ~bit;
  show (self);
}

static void
store_chosen (TbConsistencyPage *self)
{
  if (self->filling)
    return;
  self->n_points = 0;
  show (self);
}

static gboolean
set_probes (TbConsistencyPage *self, gboolean on)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TbSessionChange) change = tb_session_plan_probes (self->session, on, &error);
  if (change != NULL && tb_session_apply (self->session, change, &error))
    return TRUE;
  g_signal_emit (self, refused, 0, error->message);
  return FALSE;
}

static void
probe_toggled (GtkToggleButton *button, TbConsistencyPage *self)
{
  if (self->filling)
    return;
  if (self->session != NULL)
    set_probes (self, gtk_toggle_button_get_active (button));
  show (self);
}

static void
swept (TbSweep *sweep, gpointer data)
{
  TbConsistencyPage *self = data;
  const TbSweepPoint *points = tb_sweep_points (sweep, &self->n_points);
  self->n_points = MIN (self->n_points, G_N_ELEMENTS (self->points));
  memcpy (self->points, points, self->n_points * sizeof *points);
  if (tb_sweep_is_over (sweep))
    g_clear_pointer (&self->sweep, tb_sweep_free);
  show (self);
}

static void
sweep_clicked (TbConsistencyPage *self)
{
  const char *id = chosen_store (self);
  if (self->sweep != NULL)
    g_clear_pointer (&self->sweep, tb_sweep_free);
  else if (self->session != NULL && id != NULL && (tb_session_has_probes (self->session) || set_probes (self, TRUE)))
    {
      self->n_points = 0;
      self->sweep = tb_sweep_new (self->session, id, swept, self);
    }
  show (self);
}

static void
proof_clicked (TbConsistencyPage *self)
{
  const char *id = chosen_store (self);
  const TbStoreVerdict *store = id != NULL && self->verdicts != NULL ? tb_verdicts_of (self->verdicts, id) : NULL;
  if (store != NULL && store->verdict.n_witness > 0)
    g_signal_emit (self, proof_asked, 0, store);
}

void
tb_consistency_page_set_editor (TbConsistencyPage *page, TbEditor *editor)
{
  g_set_object (&page->editor, editor);
  show (page);
}

void
tb_consistency_page_set_session (TbConsistencyPage *page, TbSession *session)
{
  if (session != page->session)
    g_clear_pointer (&page->sweep, tb_sweep_free);
  g_set_object (&page->session, session);
  show (page);
}

void
tb_consistency_page_follow_selection (TbConsistencyPage *page)
{
  follow_selection (page);
}

void
tb_consistency_page_set_moment (GtkWidget *page, TbMoment *moment)
{
  static const char *const names[] = { "past-changed", "moved" };
  TbConsistencyPage *self = TB_CONSISTENCY_PAGE (page);
  for (guint i = 0; self->moment != NULL && i < G_N_ELEMENTS (names); i++)
    g_clear_signal_handler (&self->ids[i], self->moment);
  g_set_object (&self->moment, moment);
  for (guint i = 0; moment != NULL && i < G_N_ELEMENTS (names); i++)
    self->ids[i] = g_signal_connect_swapped (moment, names[i], G_CALLBACK (show), self);
  show (self);
}

/* ---- Building ------------------------------------------------------------------------------------------------ */

static void
draw_sweep (GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data)
{
  TbConsistencyPage *self = data;
  tb_sweep_chart_paint (cr, width, height, self->points, self->n_points);
}

static GtkWidget *
new_bar (TbConsistencyPage *self)
{
  GtkWidget *bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  gtk_widget_add_css_class (bar, "chart-bar");
  self->chooser = gtk_drop_down_new (NULL, NULL);
  tb_ui_name (self->chooser, "Store whose consistency is shown");
  g_signal_connect_swapped (self->chooser, "notify::selected", G_CALLBACK (store_chosen), self);
  self->picks = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 2);
  self->probe = gtk_toggle_button_new_with_label ("Probing clients");
  gtk_widget_set_tooltip_text (self->probe, "Each replica is asked by a client of its own, which is in no picture and no figure");
  g_signal_connect (self->probe, "toggled", G_CALLBACK (probe_toggled), self);
  self->sweep_button = gtk_button_new_with_label ("Sweep delays");
  gtk_widget_set_tooltip_text (self->sweep_button, "Delays messages between the replicas step by step, and measures what operations feel of it");
  g_signal_connect_swapped (self->sweep_button, "clicked", G_CALLBACK (sweep_clicked), self);
  GtkWidget *const all[] = { self->chooser, self->picks, self->probe, self->sweep_button };
  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      if (i > 1)
        gtk_widget_add_css_class (all[i], "flat");
      gtk_box_append (GTK_BOX (bar), all[i]);
    }
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_EXTERNAL, GTK_POLICY_NEVER);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), bar);
  return scrolled;
}

static GtkWidget *
new_text (TbConsistencyPage *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  gtk_widget_add_css_class (box, "consistency");
  self->sides = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  self->proof = gtk_button_new_with_label ("Show the counter-example");
  gtk_widget_set_halign (self->proof, GTK_ALIGN_START);
  g_signal_connect_swapped (self->proof, "clicked", G_CALLBACK (proof_clicked), self);
  self->sweep_chart = gtk_drawing_area_new ();
  gtk_widget_set_size_request (self->sweep_chart, 240, 150);
  tb_ui_name (self->sweep_chart, "Latency of operations against the delay between replicas");
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (self->sweep_chart), draw_sweep, self, NULL);
  struct
  {
    GtkWidget **label;
    const char *class;
  } const labels[] = { { &self->verdict, "heading" }, { &self->head, "heading" },         { &self->partition, NULL },
                       { &self->otherwise, NULL },    { &self->period, "dim-label" },     { &self->details, NULL },
                       { &self->sweep_text, NULL },   { &self->unknown, "dim-label" } };
  for (guint i = 0; i < G_N_ELEMENTS (labels); i++)
    *labels[i].label = tb_ui_paragraph (NULL, labels[i].class);
  GtkWidget *const all[] = { self->head,  self->verdict,    self->proof,       self->sides, self->period, self->details, self->partition,
                             self->otherwise, self->sweep_text, self->sweep_chart, self->unknown };
  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    gtk_box_append (GTK_BOX (box), all[i]);
  return box;
}

static void
mapped (TbConsistencyPage *self)
{
  show (self);
  if (self->refresh_id == 0)
    self->refresh_id = g_timeout_add (REFRESH_MS, refresh, self);
}

static void
unmapped (TbConsistencyPage *self)
{
  g_clear_handle_id (&self->refresh_id, g_source_remove);
}

static void
tb_consistency_page_dispose (GObject *object)
{
  TbConsistencyPage *self = TB_CONSISTENCY_PAGE (object);
  g_clear_handle_id (&self->refresh_id, g_source_remove);
  g_clear_pointer (&self->sweep, tb_sweep_free);
  if (self->moment != NULL)
    tb_consistency_page_set_moment (GTK_WIDGET (self), NULL);
  g_clear_pointer (&self->verdicts, tb_verdicts_free);
  g_clear_object (&self->past);
  g_clear_object (&self->session);
  g_clear_object (&self->editor);
  g_clear_pointer (&self->stack, gtk_widget_unparent);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_clear_pointer (&self->stores, g_ptr_array_unref);
  G_OBJECT_CLASS (tb_consistency_page_parent_class)->dispose (object);
}

static void
tb_consistency_page_class_init (TbConsistencyPageClass *class)
{
  G_OBJECT_CLASS (class)->dispose = tb_consistency_page_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  refused = g_signal_new ("refused", TB_TYPE_CONSISTENCY_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  proof_asked
      = g_signal_new ("proof-asked", TB_TYPE_CONSISTENCY_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
}

static void
tb_consistency_page_init (TbConsistencyPage *self)
{
  self->rows = g_ptr_array_new_with_free_func (g_free);
  self->stores = g_ptr_array_new_with_free_func (g_free);
  self->stack = gtk_stack_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_append (GTK_BOX (box), new_bar (self));
  gtk_box_append (GTK_BOX (box), tb_ui_scrolled (new_text (self)));
  gtk_stack_add_named (GTK_STACK (self->stack),
                       tb_page_empty ("No store", "Draw a store with several replicas: what a partition does to it stands here, as "
                                                  "theory has it and as it is measured."),
                       "empty");
  gtk_stack_add_named (GTK_STACK (self->stack), box, "store");
  gtk_widget_set_parent (self->stack, GTK_WIDGET (self));
  g_signal_connect (self, "map", G_CALLBACK (mapped), NULL);
  g_signal_connect (self, "unmap", G_CALLBACK (unmapped), NULL);
}

GtkWidget *
tb_consistency_page_new (void)
{
  return g_object_new (TB_TYPE_CONSISTENCY_PAGE, NULL);
}
