/* Held: the messages that wait in the taps for a person, as they would go on, with what can be done to
 * the chosen ones.
 *
 * A row stays the same widget as long as its message waits, so that what is chosen stays chosen while
 * others come and go. */
#include "pages.h"

#include "format.h"
#include "tb-base.h"
#include "tb-held.h"
#include "util.h"

typedef struct
{
  GtkWidget *row, *turn, *label, *way, *link, *behind, *since;
  guint64 id;
} Row;

struct _TbHeldPage
{
  GtkWidget parent;
  GtkWidget *box, *stack, *list, *beyond, *status;
  GtkWidget *buttons[TB_HELD_VERB_COUNT], *next, *end;
  TbSession *session; /* NULL: none */
  TbHeldList *held;
  GHashTable *rows;   /* id (guint64 *) → Row, owned */
};

G_DEFINE_FINAL_TYPE (TbHeldPage, tb_held_page, GTK_TYPE_WIDGET)

static guint count_changed, refused;

/* ---- Rows ------------------------------------------------------------------------------------ */

static guint64
id_of_row (GtkWidget *row)
{
  const Row *r = g_object_get_data (G_OBJECT (row), "tb-row");
  return r->id;
}

static void do_one (TbHeldPage *self, TbHeldVerb verb, guint64 id, guint64 other);

static GdkContentProvider *
drag_prepare (GtkDragSource *source, double x, double y, GtkWidget *row)
{
  return gdk_content_provider_new_typed (G_TYPE_UINT64, id_of_row (row));
}

static gboolean
dropped (GtkDropTarget *target, const GValue *value, double x, double y, TbHeldPage *self)
{
  GtkWidget *row = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (target));
  guint64 id = g_value_get_uint64 (value);
  if (id == id_of_row (row))
    return FALSE;
  do_one (self, TB_HELD_SWAP, id, id_of_row (row));
  return TRUE;
}

static void
add_dragging (TbHeldPage *self, GtkWidget *row)
{
  GtkDragSource *source = gtk_drag_source_new ();
  GtkDropTarget *target = gtk_drop_target_new (G_TYPE_UINT64, GDK_ACTION_COPY);
  g_signal_connect (source, "prepare", G_CALLBACK (drag_prepare), row);
  g_signal_connect (target, "drop", G_CALLBACK (dropped), self);
  gtk_widget_add_controller (row, GTK_EVENT_CONTROLLER (source));
  gtk_widget_add_controller (row, GTK_EVENT_CONTROLLER (target));
}

static GtkWidget *
add_cell (GtkWidget *box, const char *css, int chars, gboolean expand)
{
  GtkWidget *label = tb_ui_label (NULL, css);
  gtk_label_set_width_chars (GTK_LABEL (label), chars);
  gtk_label_set_max_width_chars (GTK_LABEL (label), chars > 0 && !expand ? 2 * chars : chars);
  gtk_widget_set_hexpand (label, expand);
  gtk_box_append (GTK_BOX (box), label);
  return label;
}

static Row *
new_row (TbHeldPage *self, guint64 id)
{
  Row *r = g_new0 (Row, 1);
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  r->id = id;
  r->row = g_object_ref_sink (gtk_list_box_row_new ());
  r->turn = add_cell (line, "numeric", 2, FALSE);
  r->label = add_cell (line, "strong", 5, TRUE);
  r->way = add_cell (line, NULL, 7, TRUE);
  r->link = add_cell (line, "dim", 4, FALSE);
  r->behind = add_cell (line, "dim", -1, FALSE);
  r->since = add_cell (line, "numeric", 6, FALSE);
  gtk_label_set_xalign (GTK_LABEL (r->since), 1);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (r->row), line);
  gtk_widget_add_css_class (r->row, "held-row");
  g_object_set_data (G_OBJECT (r->row), "tb-row", r);
  add_dragging (self, r->row);
  return r;
}

static void
free_row (gpointer data)
{
  Row *r = data;
  g_object_unref (r->row);
  g_free (r);
}

static const char *
link_of (const TbPlan *plan, const TbHeld *held)
{
  return held->link < plan->links->len
             ? ((const TbPlanLink *) g_ptr_array_index (plan->links, held->link))->id
             : "not drawn";
}

/* What is read out, and what a tooltip says. */
static char *
row_in_words (const TbPlan *plan, const TbHeld *held)
{
  g_autofree char *way = tb_held_way (plan, held), *size = tb_format_bytes (held->size);
  const char *what = held->kind == TB_EVENT_REPLY ? "reply" : held->kind == TB_EVENT_ONE_WAY ? "message"
                                                                                             : "request";
  return g_strdup_printf ("%s %s, %s over %s, connection %u, %s%s%s", what, held->label, way,
                          link_of (plan, held), held->connection, size,
                          held->next ? "; the next of its connection" : "",
                          held->in_line ? "" : "; it goes on in its turn only");
}

static void
show_row (TbHeldPage *self, Row *r, const TbHeld *held, guint turn)
{
  const TbPlan *plan = tb_session_plan (self->session);
  g_autofree char *number = g_strdup_printf ("%u", turn), *way = tb_held_way (plan, held);
  g_autofree char *since = tb_format_elapsed (tb_now_ns () - held->since_ns);
  g_autofree char *behind = held->behind ? g_strdup_printf ("+%u behind", held->behind) : g_strdup ("");
  g_autofree char *words = row_in_words (plan, held);
  tb_ui_set_text (r->turn, number);
  tb_ui_set_text (r->label, *held->label ? held->label : "(no label)");
  tb_ui_set_text (r->way, way);
  tb_ui_set_text (r->link, link_of (plan, held));
  tb_ui_set_text (r->behind, behind);
  tb_ui_set_text (r->since, since);
  if (g_strcmp0 (gtk_widget_get_tooltip_text (r->row), words) == 0)
    return;
  gtk_widget_set_tooltip_text (r->row, words);
  tb_ui_name (r->row, words);
}

/* Only rows that stand where they should not are moved: moving one takes its focus. */
static void
place_row (TbHeldPage *self, Row *r, int at)
{
  GtkListBoxRow *there = gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), at);
  if (there == GTK_LIST_BOX_ROW (r->row))
    return;
  gboolean chosen = gtk_list_box_row_is_selected (GTK_LIST_BOX_ROW (r->row));
  if (gtk_widget_get_parent (r->row))
    gtk_list_box_remove (GTK_LIST_BOX (self->list), r->row);
  gtk_list_box_insert (GTK_LIST_BOX (self->list), r->row, at);
  if (chosen)
    gtk_list_box_select_row (GTK_LIST_BOX (self->list), GTK_LIST_BOX_ROW (r->row));
}

static void
remove_gone (TbHeldPage *self)
{
  GHashTableIter iter;
  Row *r;
  g_hash_table_iter_init (&iter, self->rows);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &r))
    if (!self->held || !tb_held_list_find (self->held, r->id))
      {
        gtk_list_box_remove (GTK_LIST_BOX (self->list), r->row);
        g_hash_table_iter_remove (&iter);
      }
}

static void
show_rows (TbHeldPage *self)
{
  remove_gone (self);
  for (guint i = 0; self->held && i < tb_held_list_n (self->held); i++)
    {
      const TbHeld *held = tb_held_list_at (self->held, i);
      Row *r = g_hash_table_lookup (self->rows, &held->id);
      if (!r)
        {
          r = new_row (self, held->id);
          g_hash_table_insert (self->rows, &r->id, r);
        }
      show_row (self, r, held, i + 1);
      place_row (self, r, (int) i);
    }
}

/* ---- What is on ------------------------------------------------------------------------------ */

static char *
status_text (TbHeldPage *self)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; self->session && i < tb_session_n_faults (self->session); i++)
    {
      const TbWireFault *fault = tb_session_fault_at (self->session, i).fault;
      if (fault->kind != TB_FAULT_HOLD)
        continue;
      g_string_append_printf (text, "%s%s", text->len ? ", " : "Holding ",
                              fault->link && *fault->link ? fault->link : "every link");
      if (fault->match && *fault->match)
        g_string_append_printf (text, " (%s)", fault->match);
    }
  return g_string_free (text, FALSE);
}

static guint
n_chosen (TbHeldPage *self, guint64 ids[2])
{
  guint n = 0;
  g_autoptr (GList) rows = gtk_list_box_get_selected_rows (GTK_LIST_BOX (self->list));
  for (GList *l = rows; l; l = l->next, n++)
    if (n < 2)
      ids[n] = id_of_row (l->data);
  return n;
}

/* Why a button does nothing now is in its tooltip. */
static void
show_button (GtkWidget *button, gboolean can, const char *what, const char *key, const char *why_not)
{
  g_autofree char *text = can ? g_strdup_printf ("%s (%s)", what, key) : g_strdup (why_not);
  gtk_widget_set_sensitive (button, can);
  gtk_widget_set_tooltip_text (button, text);
}

static void
show_buttons (TbHeldPage *self)
{
  guint64 ids[2];
  guint n = n_chosen (self, ids), total = self->held ? tb_held_list_total (self->held) : 0;
  gboolean holds = self->session && tb_session_n_holds (self->session) > 0;
  show_button (self->next, total > 0, "The next one goes on", "F11", "Nothing waits");
  show_button (self->buttons[TB_HELD_RELEASE], n > 0, "The chosen ones go on", "Enter",
               "Choose one first");
  show_button (self->buttons[TB_HELD_DROP], n > 0, "The chosen ones do not arrive", "Delete",
               "Choose one first");
  show_button (self->buttons[TB_HELD_DUPLICATE], n > 0, "The chosen ones arrive twice", "D",
               "Choose one first");
  show_button (self->buttons[TB_HELD_SWAP], n == 2, "The two change places", "S",
               "Choose two first, or drag one onto another");
  show_button (self->buttons[TB_HELD_RELEASE_ALL], total > 0, "All that wait now go on", "Ctrl+F11",
               "Nothing waits");
  show_button (self->end, holds, "No link holds any more, and all go on", "Shift+F11",
               "No link holds anything");
}

static void
show_all (TbHeldPage *self)
{
  g_autofree char *status = status_text (self), *beyond = NULL;
  guint n = self->held ? tb_held_list_n (self->held) : 0;
  guint total = self->held ? tb_held_list_total (self->held) : 0;
  show_rows (self);
  if (total > n)
    beyond = g_strdup_printf ("and %u more behind them", total - n);
  tb_ui_set_text (self->beyond, beyond ? beyond : "");
  gtk_widget_set_visible (self->beyond, beyond != NULL);
  tb_ui_set_text (self->status, *status ? status : self->session ? "No link holds anything" : "");
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), n ? "list" : "empty");
  show_buttons (self);
}

void
tb_held_page_refresh (TbHeldPage *page)
{
  show_all (page);
}

static void
held_changed (TbHeldPage *self)
{
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    show_all (self);
  g_signal_emit (self, count_changed, 0, tb_held_list_total (self->held));
}

static void
held_answered (TbHeldPage *self, guint token, const char *why_not)
{
  if (why_not && *why_not)
    g_signal_emit (self, refused, 0, why_not);
}

void
tb_held_page_set_session (TbHeldPage *page, TbSession *session)
{
  if (page->held)
    g_signal_handlers_disconnect_by_data (page->held, page);
  g_clear_object (&page->held);
  g_set_object (&page->session, session);
  if (session)
    {
      page->held = g_object_ref (tb_session_held (session));
      g_signal_connect_swapped (page->held, "changed", G_CALLBACK (held_changed), page);
      g_signal_connect_swapped (page->held, "answered", G_CALLBACK (held_answered), page);
    }
  show_all (page);
  g_signal_emit (page, count_changed, 0, session ? tb_held_list_total (page->held) : 0);
}

/* ---- What is done ---------------------------------------------------------------------------- */

static void
do_one (TbHeldPage *self, TbHeldVerb verb, guint64 id, guint64 other)
{
  if (self->session)
    tb_session_held_do (self->session, verb, id, other);
}

static void
do_chosen (TbHeldPage *self, TbHeldVerb verb)
{
  guint64 ids[2];
  if (verb == TB_HELD_RELEASE_ALL)
    {
      do_one (self, verb, 0, 0);
      return;
    }
  if (verb == TB_HELD_SWAP)
    {
      if (n_chosen (self, ids) == 2)
        do_one (self, verb, ids[0], ids[1]);
      return;
    }
  g_autoptr (GList) rows = gtk_list_box_get_selected_rows (GTK_LIST_BOX (self->list));
  for (GList *l = rows; l; l = l->next)
    do_one (self, verb, id_of_row (l->data), 0);
}

static void
button_clicked (GtkWidget *button, TbHeldPage *self)
{
  do_chosen (self, (TbHeldVerb) GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (button), "tb-verb")));
}

static gboolean
key_pressed (GtkEventControllerKey *keys, guint key, guint code, GdkModifierType state, TbHeldPage *self)
{
  static const struct
  {
    guint key;
    TbHeldVerb verb;
  } table[] = { { GDK_KEY_Return, TB_HELD_RELEASE }, { GDK_KEY_KP_Enter, TB_HELD_RELEASE },
                { GDK_KEY_Delete, TB_HELD_DROP },    { GDK_KEY_d, TB_HELD_DUPLICATE },
                { GDK_KEY_s, TB_HELD_SWAP } };
  if (state & (GDK_CONTROL_MASK | GDK_ALT_MASK))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (table[i].key == key)
      {
        do_chosen (self, table[i].verb);
        return TRUE;
      }
  return FALSE;
}

/* ---- The page -------------------------------------------------------------------------------- */

static GtkWidget *
add_button (TbHeldPage *self, GtkWidget *bar, const char *label, const char *action)
{
  GtkWidget *button = gtk_button_new_with_label (label);
  gtk_widget_add_css_class (button, "flat");
  if (action)
    gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  gtk_box_append (GTK_BOX (bar), button);
  return button;
}

static GtkWidget *
new_bar (TbHeldPage *self)
{
  static const struct
  {
    TbHeldVerb verb;
    const char *label;
  } rows[] = { { TB_HELD_RELEASE, "Release" }, { TB_HELD_DROP, "Drop" },
               { TB_HELD_DUPLICATE, "Duplicate" }, { TB_HELD_SWAP, "Swap" },
               { TB_HELD_RELEASE_ALL, "Release all" } };
  GtkWidget *bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 2);
  gtk_widget_add_css_class (bar, "held-bar");
  self->next = add_button (self, bar, "Next", NULL);
  g_object_set_data (G_OBJECT (self->next), "tb-verb", GUINT_TO_POINTER (TB_HELD_RELEASE));
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      GtkWidget *button = add_button (self, bar, rows[i].label, NULL);
      g_object_set_data (G_OBJECT (button), "tb-verb", GUINT_TO_POINTER (rows[i].verb));
      g_signal_connect (button, "clicked", G_CALLBACK (button_clicked), self);
      self->buttons[rows[i].verb] = button;
    }
  self->end = add_button (self, bar, "End", NULL);
  self->status = tb_ui_label (NULL, "dim");
  gtk_widget_set_hexpand (self->status, TRUE);
  gtk_label_set_xalign (GTK_LABEL (self->status), 1);
  gtk_box_append (GTK_BOX (bar), self->status);
  return bar;
}

static void
next_clicked (TbHeldPage *self)
{
  do_one (self, TB_HELD_RELEASE, 0, 0);
}

static void
end_clicked (TbHeldPage *self)
{
  if (self->session)
    tb_session_end_holds (self->session);
}

static GtkWidget *
new_list (TbHeldPage *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkEventController *keys = gtk_event_controller_key_new ();
  self->list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->list), GTK_SELECTION_MULTIPLE);
  gtk_list_box_set_activate_on_single_click (GTK_LIST_BOX (self->list), FALSE);
  tb_ui_name (self->list, "Held messages");
  g_signal_connect_swapped (self->list, "selected-rows-changed", G_CALLBACK (show_buttons), self);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (key_pressed), self);
  gtk_widget_add_controller (self->list, keys);
  self->beyond = tb_ui_label (NULL, "dim");
  gtk_box_append (GTK_BOX (box), self->list);
  gtk_box_append (GTK_BOX (box), self->beyond);
  return tb_ui_scrolled (box);
}

static void
tb_held_page_dispose (GObject *object)
{
  TbHeldPage *self = TB_HELD_PAGE (object);
  if (self->held)
    g_signal_handlers_disconnect_by_data (self->held, self);
  if (self->list)
    g_signal_handlers_disconnect_by_data (self->list, self);
  self->list = NULL;
  g_clear_object (&self->held);
  g_clear_object (&self->session);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_pointer (&self->rows, g_hash_table_unref);
  G_OBJECT_CLASS (tb_held_page_parent_class)->dispose (object);
}

static void
tb_held_page_class_init (TbHeldPageClass *class)
{
  G_OBJECT_CLASS (class)->dispose = tb_held_page_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  count_changed = g_signal_new ("count-changed", TB_TYPE_HELD_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
  refused = g_signal_new ("refused", TB_TYPE_HELD_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                          G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
tb_held_page_init (TbHeldPage *self)
{
  self->rows = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, free_row);
  self->stack = gtk_stack_new ();
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *bar = new_bar (self), *list = new_list (self), *scrolled = gtk_scrolled_window_new ();
  g_signal_connect_swapped (self->next, "clicked", G_CALLBACK (next_clicked), self);
  g_signal_connect_swapped (self->end, "clicked", G_CALLBACK (end_clicked), self);
  gtk_stack_add_named (GTK_STACK (self->stack),
                       tb_page_empty ("Nothing is held",
                                      "“Hold here” in a link's menu makes its messages wait in the "
                                      "tap, one by one; Shift+F11 does so for every link."),
                       "empty");
  gtk_stack_add_named (GTK_STACK (self->stack), list, "list");
  gtk_widget_set_vexpand (self->stack, TRUE);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_EXTERNAL, GTK_POLICY_NEVER);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), bar);
  gtk_box_append (GTK_BOX (self->box), scrolled);
  gtk_box_append (GTK_BOX (self->box), self->stack);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  g_signal_connect_swapped (self, "map", G_CALLBACK (show_all), self);
  show_all (self);
}

GtkWidget *
tb_held_page_new (void)
{
  return g_object_new (TB_TYPE_HELD_PAGE, NULL);
}
