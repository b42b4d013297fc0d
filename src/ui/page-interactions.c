/* Interactions: a list of calls that is drawn by hand, or taken from what was recorded, beside its
 * sequence diagram; stepped through on the drawing without running, and laid beside a recording.
 *
 *   drawn ── compare ──▶ compared: one of the ways in which it happened, with marks
 *     ▲                     │ edited, another one chosen, another recording, compare again
 *     └─────────────────────┘ */
#include "page-interactions-private.h"

#include "format.h"
#include "util.h"

#define STEPS_WIDTH 420
#define NARROW 620

G_DEFINE_FINAL_TYPE (TbInteractionsPage, tb_interactions_page, GTK_TYPE_WIDGET)

static guint picked;

const TbModel *
tb_interactions_page_model (TbInteractionsPage *self)
{
  return tb_document_model (tb_editor_document (self->editor));
}

/* ---- The diagram ----------------------------------------------------------------------------- */

static const TbSteps *
shown_steps (TbInteractionsPage *self)
{
  return self->variants && self->variant < self->variants->len
             ? ((TbVariant *) g_ptr_array_index (self->variants, self->variant))->compared : self->steps;
}

static void
draw (GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data)
{
  TbInteractionsPage *self = data;
  if (!self->sequence)
    return;
  g_autoptr (TbPlot) plot = tb_plot_new (cr);
  tb_sequence_paint (self->sequence, plot, tb_ui_theme (), self->current);
}

/* What is pointed out is selected on the drawing too. */
void
tb_interactions_page_go_to (TbInteractionsPage *self, guint step)
{
  const TbSteps *steps = shown_steps (self);
  if (!steps || step >= steps->len)
    return;
  const TbInteractionStep *s = g_ptr_array_index (steps, step);
  self->current = step;
  gtk_widget_queue_draw (self->area);
  g_autofree char *said = g_strdup_printf ("Step %u of %u: %s → %s %s", step + 1, steps->len, s->from, s->to,
                                           s->label);
  tb_ui_name (self->area, said);
  self->busy = TRUE;
  if (s->link)
    g_signal_emit (self, picked, 0, s->link);
  self->busy = FALSE;
  gtk_widget_set_sensitive (self->previous, step > 0);
  gtk_widget_set_sensitive (self->next, step + 1 < steps->len);
}

static void
step_by (TbInteractionsPage *self, int by)
{
  guint n = shown_steps (self) ? shown_steps (self)->len : 0;
  if (n == 0)
    return;
  if (self->current == G_MAXUINT)
    tb_interactions_page_go_to (self, by > 0 ? 0 : n - 1);
  else if (by > 0 || self->current > 0)
    tb_interactions_page_go_to (self, MIN (self->current + (guint) by, n - 1));
}

static void
previous_clicked (TbInteractionsPage *self)
{
  step_by (self, -1);
}

static void
next_clicked (TbInteractionsPage *self)
{
  step_by (self, 1);
}

static gboolean
area_key (GtkEventControllerKey *keys, guint key, guint code, GdkModifierType state,
          TbInteractionsPage *self)
{
  int by = key == GDK_KEY_Down || key == GDK_KEY_Right ? 1 : key == GDK_KEY_Up || key == GDK_KEY_Left ? -1 : 0;
  if (by == 0 || (state & (GDK_CONTROL_MASK | GDK_ALT_MASK)))
    return FALSE;
  step_by (self, by);
  return TRUE;
}

static void
area_pressed (GtkGestureClick *click, int n, double x, double y, TbInteractionsPage *self)
{
  gtk_widget_grab_focus (self->area);
  if (self->sequence)
    tb_interactions_page_go_to (self, tb_sequence_step_at (self->sequence, y));
}

void
tb_interactions_page_show_sequence (TbInteractionsPage *self)
{
  const TbSteps *steps = shown_steps (self);
  g_clear_pointer (&self->sequence, tb_sequence_free);
  self->sequence = steps ? tb_sequence_new (tb_interactions_page_model (self), steps) : NULL;
  if (!steps || self->current >= steps->len)
    self->current = G_MAXUINT;
  gtk_drawing_area_set_content_width (GTK_DRAWING_AREA (self->area),
                                      self->sequence ? (int) tb_sequence_width (self->sequence) : 0);
  gtk_drawing_area_set_content_height (GTK_DRAWING_AREA (self->area),
                                       self->sequence ? (int) tb_sequence_height (self->sequence) : 0);
  gtk_widget_queue_draw (self->area);
  gtk_widget_set_sensitive (self->previous, steps && steps->len > 0);
  gtk_widget_set_sensitive (self->next, steps && steps->len > 0);
}

/* ---- Choosing and changing ------------------------------------------------------------------- */

static void
fill (TbInteractionsPage *self, GtkWidget *dropdown, TbKind kind, GArray *uids)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  g_array_set_size (uids, 0);
  for (guint i = 0; i < tb_model_count (tb_interactions_page_model (self), kind); i++)
    {
      const TbElement *element = tb_model_nth (tb_interactions_page_model (self), kind, i);
      TbUid uid = tb_element_uid (element);
      g_autofree char *title = kind == TB_KIND_LINK ? tb_format_element (tb_interactions_page_model (self), element)
                                                    : g_strdup (tb_element_title (element));
      gtk_string_list_append (names, title);
      g_array_append_val (uids, uid);
    }
  guint chosen = gtk_drop_down_get_selected (GTK_DROP_DOWN (dropdown));
  gtk_drop_down_set_model (GTK_DROP_DOWN (dropdown), G_LIST_MODEL (names));
  gtk_drop_down_set_selected (GTK_DROP_DOWN (dropdown), chosen < uids->len ? chosen : 0);
}

void
tb_interactions_page_choose (TbInteractionsPage *self, TbUid uid)
{
  if (self->uid != uid)
    g_clear_pointer (&self->variants, g_ptr_array_unref);
  self->uid = uid;
  tb_interactions_page_show_all (self);
}

static void
name_chosen (TbInteractionsPage *self)
{
  guint i = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->names));
  if (!self->busy && i < self->uids->len)
    tb_interactions_page_choose (self, g_array_index (self->uids, TbUid, i));
}

static void
add_clicked (TbInteractionsPage *self)
{
  guint i = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->links));
  if (i < self->link_uids->len)
    tb_interaction_add_step (self->editor, self->uid, g_array_index (self->link_uids, TbUid, i), 0);
}

static void
new_clicked (TbInteractionsPage *self)
{
  if (self->editor)
    tb_interactions_page_choose (self, tb_interaction_add (self->editor, NULL, NULL));
}

static void
remove_clicked (TbInteractionsPage *self)
{
  tb_interaction_remove (self->editor, self->uid);
}

/* A link that is selected on the drawing while that is asked for. */
static void
selection_changed (TbInteractionsPage *self)
{
  if (!self->busy && self->uid && gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->pick)))
    tb_interaction_add_step (self->editor, self->uid, tb_editor_selected_one (self->editor), 0);
}

/* ---- All of it ------------------------------------------------------------------------------- */

static void
keep_uid (TbInteractionsPage *self)
{
  guint found = G_MAXUINT;
  for (guint i = 0; i < self->uids->len; i++)
    if (g_array_index (self->uids, TbUid, i) == self->uid)
      found = i;
  if (found == G_MAXUINT)
    {
      g_clear_pointer (&self->variants, g_ptr_array_unref);
      found = self->uids->len > 0 ? self->uids->len - 1 : G_MAXUINT;
    }
  self->uid = found != G_MAXUINT ? g_array_index (self->uids, TbUid, found) : 0;
  if (self->uid)
    gtk_drop_down_set_selected (GTK_DROP_DOWN (self->names), found);
}

void
tb_interactions_page_show_all (TbInteractionsPage *self)
{
  if (!self->editor)
    return;
  self->busy = TRUE;
  fill (self, self->names, TB_KIND_INTERACTION, self->uids);
  fill (self, self->links, TB_KIND_LINK, self->link_uids);
  keep_uid (self);
  const TbElement *interaction = self->uid ? tb_model_get (tb_interactions_page_model (self), self->uid) : NULL;
  g_clear_pointer (&self->sequence, tb_sequence_free);
  g_clear_pointer (&self->steps, g_ptr_array_unref);
  self->steps = interaction ? tb_steps_of (tb_interactions_page_model (self), interaction) : NULL;
  tb_interactions_page_show_steps (self);
  tb_interactions_page_show_variants (self);
  tb_interactions_page_show_sequence (self);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->compare), self->variants != NULL);
  gtk_widget_set_sensitive (self->names, self->uid != 0);
  gtk_widget_set_sensitive (self->remove, self->uid != 0);
  gtk_widget_set_sensitive (self->pick, self->uid != 0);
  gtk_widget_set_sensitive (self->add, self->uid != 0 && self->link_uids->len > 0);
  tb_interactions_page_past_changed (self);
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), self->uid ? "steps" : "empty");
  self->busy = FALSE;
}

/* What was compared is of a drawing that is no more. */
static void
document_changed (TbInteractionsPage *self)
{
  if (self->busy)
    return;
  g_clear_pointer (&self->variants, g_ptr_array_unref);
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    tb_interactions_page_show_all (self);
}

void
tb_interactions_page_set_editor (TbInteractionsPage *page, TbEditor *editor)
{
  if (page->editor == editor)
    return;
  if (page->editor)
    {
      g_signal_handlers_disconnect_by_data (tb_editor_document (page->editor), page);
      g_signal_handlers_disconnect_by_data (page->editor, page);
    }
  g_set_object (&page->editor, editor);
  page->uid = 0;
  g_clear_pointer (&page->variants, g_ptr_array_unref);
  if (!editor)
    return;
  g_signal_connect_swapped (tb_editor_document (editor), "changed", G_CALLBACK (document_changed), page);
  g_signal_connect_swapped (editor, "selection-changed", G_CALLBACK (selection_changed), page);
  tb_interactions_page_show_all (page);
}

void
tb_interactions_page_set_moment (GtkWidget *widget, TbMoment *moment)
{
  TbInteractionsPage *page = TB_INTERACTIONS_PAGE (widget);
  if (page->moment)
    g_signal_handlers_disconnect_by_data (page->moment, page);
  g_set_object (&page->moment, moment);
  if (moment)
    g_signal_connect_swapped (moment, "past-changed", G_CALLBACK (tb_interactions_page_past_changed), page);
  tb_interactions_page_past_changed (page);
}

/* ---- The page -------------------------------------------------------------------------------- */

static GtkWidget *
add_button (TbInteractionsPage *self, GtkWidget *bar, const char *icon, const char *name, GCallback clicked)
{
  GtkWidget *button = tb_ui_icon_button (icon, name, NULL);
  gtk_widget_add_css_class (button, "flat");
  g_signal_connect_swapped (button, "clicked", clicked, self);
  gtk_box_append (GTK_BOX (bar), button);
  return button;
}

static GtkWidget *
add_text_button (GtkWidget *bar, const char *label, const char *tip, gboolean toggle)
{
  GtkWidget *button = toggle ? gtk_toggle_button_new_with_label (label) : gtk_button_new_with_label (label);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, tip);
  gtk_box_append (GTK_BOX (bar), button);
  return button;
}

static GtkWidget *
add_dropdown (TbInteractionsPage *self, GtkWidget *bar, const char *name, GCallback chosen)
{
  GtkWidget *dropdown = gtk_drop_down_new (NULL, NULL);
  tb_ui_name (dropdown, name);
  gtk_widget_set_valign (dropdown, GTK_ALIGN_CENTER);
  if (chosen)
    g_signal_connect_swapped (dropdown, "notify::selected", chosen, self);
  gtk_box_append (GTK_BOX (bar), dropdown);
  return dropdown;
}

/* What does not fit is scrolled to. */
static GtkWidget *
scrolling (GtkWidget *bar)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  gtk_widget_add_css_class (bar, "held-bar");
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_EXTERNAL, GTK_POLICY_NEVER);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), bar);
  return scrolled;
}

/* Over the steps: which, and what is drawn of it. */
static GtkWidget *
new_bar (TbInteractionsPage *self)
{
  GtkWidget *bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 2);
  self->names = add_dropdown (self, bar, "Interaction", G_CALLBACK (name_chosen));
  add_button (self, bar, "list-add-symbolic", "New interaction", G_CALLBACK (new_clicked));
  self->remove = add_button (self, bar, "user-trash-symbolic", "Remove the interaction", G_CALLBACK (remove_clicked));
  self->links = add_dropdown (self, bar, "Link of the next step", NULL);
  self->add = add_text_button (bar, "Add step", "One more call, over that link", FALSE);
  g_signal_connect_swapped (self->add, "clicked", G_CALLBACK (add_clicked), self);
  self->pick = add_text_button (bar, "Pick", "Each link that is selected on the drawing becomes a step", TRUE);
  self->take = add_text_button (bar, "From recording",
                                "A new one: the calls of the selected message's request, or of a recent one",
                                FALSE);
  g_signal_connect_swapped (self->take, "clicked", G_CALLBACK (tb_interactions_page_take), self);
  return scrolling (bar);
}

/* Over the diagram: where one looks, and what was recorded. */
static GtkWidget *
new_looking_bar (TbInteractionsPage *self)
{
  GtkWidget *bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 2);
  self->previous = add_button (self, bar, "go-previous-symbolic", "Previous step", G_CALLBACK (previous_clicked));
  self->next = add_button (self, bar, "go-next-symbolic", "Next step", G_CALLBACK (next_clicked));
  self->compare = add_text_button (bar, "Compare", "Whether it was recorded as it is drawn", TRUE);
  g_signal_connect (self->compare, "toggled", G_CALLBACK (tb_interactions_page_compare), self);
  self->status = tb_ui_label (NULL, "dim");
  gtk_label_set_ellipsize (GTK_LABEL (self->status), PANGO_ELLIPSIZE_NONE);
  gtk_box_append (GTK_BOX (bar), self->status);
  self->variant_list = add_dropdown (self, bar, "What was recorded", G_CALLBACK (tb_interactions_page_choose_variant));
  return scrolling (bar);
}

static GtkWidget *
new_area (TbInteractionsPage *self)
{
  GtkWidget *scrolled = gtk_scrolled_window_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkGesture *click = gtk_gesture_click_new ();
  self->area = gtk_drawing_area_new ();
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (self->area), draw, self, NULL);
  gtk_widget_set_focusable (self->area, TRUE);
  gtk_widget_set_halign (self->area, GTK_ALIGN_START);
  gtk_widget_set_valign (self->area, GTK_ALIGN_START);
  tb_ui_name (self->area, "Sequence diagram");
  g_signal_connect (keys, "key-pressed", G_CALLBACK (area_key), self);
  g_signal_connect (click, "pressed", G_CALLBACK (area_pressed), self);
  gtk_widget_add_controller (self->area, keys);
  gtk_widget_add_controller (self->area, GTK_EVENT_CONTROLLER (click));
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), self->area);
  gtk_widget_set_vexpand (scrolled, TRUE);
  gtk_box_append (GTK_BOX (box), new_looking_bar (self));
  gtk_box_append (GTK_BOX (box), scrolled);
  return box;
}

/* Where there is no room side by side, the diagram is below the steps. */
static gboolean
turn_paned (gpointer data)
{
  GtkPaned *paned = data;
  gboolean narrow = gtk_widget_get_width (GTK_WIDGET (paned)) < NARROW;
  GtkOrientation wanted = narrow ? GTK_ORIENTATION_VERTICAL : GTK_ORIENTATION_HORIZONTAL;
  if (gtk_orientable_get_orientation (GTK_ORIENTABLE (paned)) == wanted)
    return G_SOURCE_REMOVE;
  gtk_orientable_set_orientation (GTK_ORIENTABLE (paned), wanted);
  gtk_paned_set_position (paned, narrow ? 70 : STEPS_WIDTH);
  return G_SOURCE_REMOVE;
}

/* Not while it is given its size. */
static void
paned_resized (GtkPaned *paned)
{
  if (gtk_widget_get_width (GTK_WIDGET (paned)) > 0)
    g_idle_add_full (G_PRIORITY_DEFAULT, turn_paned, g_object_ref (paned), g_object_unref);
}

static GtkWidget *
new_steps (TbInteractionsPage *self)
{
  GtkWidget *paned = gtk_paned_new (GTK_ORIENTATION_HORIZONTAL);
  g_signal_connect (paned, "notify::max-position", G_CALLBACK (paned_resized), NULL);
  gtk_paned_set_start_child (GTK_PANED (paned), tb_interactions_page_new_list (self));
  gtk_paned_set_end_child (GTK_PANED (paned), new_area (self));
  gtk_paned_set_resize_start_child (GTK_PANED (paned), FALSE);
  gtk_paned_set_shrink_start_child (GTK_PANED (paned), TRUE);
  gtk_paned_set_position (GTK_PANED (paned), STEPS_WIDTH);
  return paned;
}

static void
tb_interactions_page_dispose (GObject *object)
{
  TbInteractionsPage *self = TB_INTERACTIONS_PAGE (object);
  tb_interactions_page_set_editor (self, NULL);
  if (self->moment)
    g_signal_handlers_disconnect_by_data (self->moment, self);
  g_clear_object (&self->moment);
  g_clear_pointer (&self->sequence, tb_sequence_free);
  g_clear_pointer (&self->steps, g_ptr_array_unref);
  g_clear_pointer (&self->uids, g_array_unref);
  g_clear_pointer (&self->link_uids, g_array_unref);
  g_clear_pointer (&self->rows, g_array_unref);
  self->busy = TRUE;
  g_clear_pointer (&self->box, gtk_widget_unparent);
  G_OBJECT_CLASS (tb_interactions_page_parent_class)->dispose (object);
}

static void
tb_interactions_page_class_init (TbInteractionsPageClass *class)
{
  G_OBJECT_CLASS (class)->dispose = tb_interactions_page_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  picked = g_signal_new ("picked", TB_TYPE_INTERACTIONS_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                         G_TYPE_NONE, 1, G_TYPE_UINT);
}

static void
tb_interactions_page_init (TbInteractionsPage *self)
{
  self->uids = g_array_new (FALSE, FALSE, sizeof (TbUid));
  self->link_uids = g_array_new (FALSE, FALSE, sizeof (TbUid));
  self->rows = g_array_new (FALSE, FALSE, sizeof (TbStepRow));
  self->current = G_MAXUINT;
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  self->stack = gtk_stack_new ();
  GtkWidget *bar = new_bar (self);
  gtk_stack_add_named (GTK_STACK (self->stack),
                       tb_page_empty ("No interaction yet",
                                      "An interaction is a list of calls in their order. + begins one; after a run "
                                      "one can be taken from what was recorded."), "empty");
  gtk_stack_add_named (GTK_STACK (self->stack), new_steps (self), "steps");
  gtk_widget_set_vexpand (self->stack, TRUE);
  gtk_box_append (GTK_BOX (self->box), bar);
  gtk_box_append (GTK_BOX (self->box), self->stack);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  gtk_widget_set_visible (self->variant_list, FALSE);
  g_signal_connect_swapped (self, "map", G_CALLBACK (tb_interactions_page_show_all), self);
}

GtkWidget *
tb_interactions_page_new (void)
{
  return g_object_new (TB_TYPE_INTERACTIONS_PAGE, NULL);
}
