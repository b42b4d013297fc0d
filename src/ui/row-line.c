#include "row-line.h"

#include <string.h>

#include "util.h"

#define PAD_X 18
#define PAD_Y 3
#define GAP 10
#define SETTLING 4

#define TB_TYPE_ROW_LINE (tb_row_line_get_type ())
G_DECLARE_FINAL_TYPE (TbRowLine, tb_row_line, TB, ROW_LINE, GtkWidget)

struct _TbRowLine
{
  GtkWidget parent;
  const TbRowKind *kind;
  gpointer owner;
  TbEventRow *row; /* NULL: the titles, or nothing */
  TbRowLook look;
  char *texts[TB_ROW_COLUMNS_MAX];
  PangoLayout *layouts[TB_ROW_COLUMNS_MAX]; /* NULL: not seen since it was bound */
};

G_DEFINE_FINAL_TYPE (TbRowLine, tb_row_line, GTK_TYPE_WIDGET)

static void
forget_layouts (TbRowLine *self)
{
  for (guint i = 0; i < TB_ROW_COLUMNS_MAX; i++)
    g_clear_object (&self->layouts[i]);
}

static void
set_class (GtkWidget *widget, const char *name, gboolean has)
{
  if (has)
    gtk_widget_add_css_class (widget, name);
  else
    gtk_widget_remove_css_class (widget, name);
}

static void
show_look (TbRowLine *self, TbRowLook look)
{
  if (look == self->look)
    return;
  self->look = look;
  set_class (GTK_WIDGET (self), "bad", look & TB_ROW_BAD);
  set_class (GTK_WIDGET (self), "note", look & TB_ROW_NOTE);
  set_class (GTK_WIDGET (self), "later", look & TB_ROW_LATER);
  set_class (GTK_WIDGET (self), "quiet", look & TB_ROW_QUIET);
}

static void
show_name (TbRowLine *self)
{
  GString *name = g_string_new (NULL);
  for (guint i = 0; i < self->kind->n_columns; i++)
    if (self->texts[i] && *self->texts[i])
      g_string_append_printf (name, "%s%s", name->len ? ", " : "", self->texts[i]);
  tb_ui_name (GTK_WIDGET (self), name->str);
  g_string_free (name, TRUE);
}

static void
describe (TbRowLine *self)
{
  char *texts[TB_ROW_COLUMNS_MAX] = { NULL };
  gboolean same = TRUE;
  TbRowLook look = self->kind->describe (self->owner, self->row, texts);
  for (guint i = 0; i < self->kind->n_columns; i++)
    {
      same = same && g_strcmp0 (texts[i], self->texts[i]) == 0;
      g_free (self->texts[i]);
      self->texts[i] = texts[i];
    }
  if (!same || ((look ^ self->look) & TB_ROW_NOTE))
    {
      forget_layouts (self);
      show_name (self);
      gtk_widget_queue_draw (GTK_WIDGET (self));
    }
  show_look (self, look);
}

/* NULL: it is a row no more, and says nothing. */
static void
bind (TbRowLine *self, TbEventRow *row)
{
  g_set_object (&self->row, row);
  if (row)
    {
      describe (self);
      return;
    }
  for (guint i = 0; i < TB_ROW_COLUMNS_MAX; i++)
    g_clear_pointer (&self->texts[i], g_free);
  forget_layouts (self);
  show_name (self);
}

/* ---- Drawing ------------------------------------------------------------------------------------- */

typedef struct
{
  int x, width; /* 0: left out */
} Place;

/* A note has its first column, and one for all the rest. */
static void
place_note (const TbRowKind *kind, int width, Place *places)
{
  memset (places, 0, TB_ROW_COLUMNS_MAX * sizeof *places);
  places[0] = (Place){ PAD_X, kind->columns[0].width };
  int x = PAD_X + kind->columns[0].width + GAP;
  places[1] = (Place){ x, MAX (width - x - PAD_X, 0) };
}

static void
place_columns (const TbRowKind *kind, int width, Place *places)
{
  int left = width - 2 * PAD_X, shares = 0, x = PAD_X;
  for (guint i = 0; i < kind->n_columns; i++)
    if (width >= kind->columns[i].least)
      {
        left -= kind->columns[i].width + GAP;
        shares += kind->columns[i].width == 0;
      }
  for (guint i = 0; i < kind->n_columns; i++)
    {
      int own = kind->columns[i].width ? kind->columns[i].width : MAX (left + GAP, 0) / MAX (shares, 1);
      places[i] = (Place){ x, width >= kind->columns[i].least ? own : 0 };
      x += places[i].width ? places[i].width + GAP : 0;
    }
}

static PangoLayout *
layout_of (TbRowLine *self, guint column)
{
  const TbRowColumn *c = &self->kind->columns[column];
  if (self->layouts[column])
    return self->layouts[column];
  PangoLayout *layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), self->texts[column]);
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();
  if (c->figures)
    pango_attr_list_insert (attributes, pango_attr_font_features_new ("tnum"));
  if (c->mono && self->row && !(self->look & TB_ROW_NOTE))
    pango_attr_list_insert (attributes, pango_attr_family_new ("monospace"));
  pango_layout_set_attributes (layout, attributes);
  pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
  pango_layout_set_single_paragraph_mode (layout, TRUE);
  self->layouts[column] = layout;
  return layout;
}

static void
tb_row_line_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  TbRowLine *self = TB_ROW_LINE (widget);
  Place places[TB_ROW_COLUMNS_MAX];
  GtkStyleContext *style = gtk_widget_get_style_context (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  if (self->row && (self->look & TB_ROW_NOTE))
    place_note (self->kind, width, places);
  else
    place_columns (self->kind, width, places);
  for (guint i = 0; i < self->kind->n_columns; i++)
    {
      int text_width, text_height;
      if (places[i].width <= 0 || !self->texts[i] || !*self->texts[i])
        continue;
      PangoLayout *layout = layout_of (self, i);
      pango_layout_set_width (layout, places[i].width * PANGO_SCALE);
      pango_layout_set_alignment (layout, self->kind->columns[i].end && !(self->look & TB_ROW_NOTE)
                                              ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
      pango_layout_get_pixel_size (layout, &text_width, &text_height);
      gtk_snapshot_render_layout (snapshot, style, places[i].x, (height - text_height) / 2.0, layout);
    }
}

static void
tb_row_line_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                     int *natural, int *minimum_baseline, int *natural_baseline)
{
  *minimum = *natural = 0;
  if (orientation != GTK_ORIENTATION_VERTICAL)
    return;
  PangoContext *context = gtk_widget_get_pango_context (widget);
  PangoFontMetrics *metrics = pango_context_get_metrics (context, NULL, NULL);
  *minimum = *natural = 2 * PAD_Y + PANGO_PIXELS_CEIL (pango_font_metrics_get_ascent (metrics)
                                                       + pango_font_metrics_get_descent (metrics));
  pango_font_metrics_unref (metrics);
}

static void
tb_row_line_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (tb_row_line_parent_class)->css_changed (widget, change);
  forget_layouts (TB_ROW_LINE (widget));
  gtk_widget_queue_draw (widget);
}

static void
tb_row_line_dispose (GObject *object)
{
  TbRowLine *self = TB_ROW_LINE (object);
  forget_layouts (self);
  g_clear_object (&self->row);
  for (guint i = 0; i < TB_ROW_COLUMNS_MAX; i++)
    g_clear_pointer (&self->texts[i], g_free);
  G_OBJECT_CLASS (tb_row_line_parent_class)->dispose (object);
}

static void
tb_row_line_class_init (TbRowLineClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = tb_row_line_dispose;
  widget_class->snapshot = tb_row_line_snapshot;
  widget_class->measure = tb_row_line_measure;
  widget_class->css_changed = tb_row_line_css_changed;
  gtk_widget_class_set_css_name (widget_class, "rowline");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LABEL);
}

static void
tb_row_line_init (TbRowLine *self)
{
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
}

static TbRowLine *
line_new (const TbRowKind *kind, gpointer owner)
{
  TbRowLine *self = g_object_new (TB_TYPE_ROW_LINE, NULL);
  self->kind = kind;
  self->owner = owner;
  g_assert (kind->n_columns <= TB_ROW_COLUMNS_MAX);
  return self;
}

/* ---- The list ------------------------------------------------------------------------------------ */

struct _TbRowList
{
  GtkWidget parent;
  GtkWidget *box, *view, *scrolled;
  const TbRowKind *kind;
  gpointer owner;
  TbEventRows *rows;
  GtkSingleSelection *selection;
  GHashTable *lines; /* of TbRowLine: those that are bound */
  gboolean following;
  gboolean held;      /* the pointer is on it: what one is about to click stays where it is */
  gboolean quiet;     /* what is selected now was selected by the program */
  guint wanted;       /* row that is to be in sight, from the end: they grow at the beginning while
                         they are looked through; G_MAXUINT: none */
  guint settling;     /* frames until what the list does by itself is over */
  guint tick, tell_id;
  double upper; /* of the scrollbar, when it last moved */
};

G_DEFINE_FINAL_TYPE (TbRowList, tb_row_list, GTK_TYPE_WIDGET)

static guint picked, scrolled;

static GtkAdjustment *
adjustment_of (TbRowList *self)
{
  return gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scrolled));
}

/* Rows are as high as each other. Not by the list's own action, which before the first layout leaves the
 * list without any. */
static void
scroll_to (TbRowList *self, guint row)
{
  GtkAdjustment *v = adjustment_of (self);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->rows));
  double upper = gtk_adjustment_get_upper (v), page = gtk_adjustment_get_page_size (v);
  double height = n > 0 ? upper / n : 0, top = height * row, value = gtk_adjustment_get_value (v);
  if (self->following)
    gtk_adjustment_set_value (v, upper - page);
  else if (top < value || top + height > value + page)
    gtk_adjustment_set_value (v, top - (page - height) / 2);
}

/* For a few frames: the first has the rows laid out, and only then it is known where they are. */
static gboolean
settle (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  TbRowList *self = TB_ROW_LIST (widget);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->rows));
  if (self->wanted <= n)
    scroll_to (self, n - self->wanted);
  if (--self->settling > 0)
    return G_SOURCE_CONTINUE;
  self->tick = 0;
  self->wanted = G_MAXUINT;
  return G_SOURCE_REMOVE;
}

/* What moves the list within the next frames was not a person. */
static void
expect_movement (TbRowList *self)
{
  self->settling = SETTLING;
  if (!self->tick)
    self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), settle, NULL, NULL);
}

static void
go_to (TbRowList *self, guint row)
{
  if (row >= g_list_model_get_n_items (G_LIST_MODEL (self->rows)))
    return;
  self->wanted = g_list_model_get_n_items (G_LIST_MODEL (self->rows)) - row;
  expect_movement (self);
}

/* Not while the list is being laid out: who hears of it may show and hide things. */
static gboolean
tell_scrolled (gpointer data)
{
  TB_ROW_LIST (data)->tell_id = 0;
  g_signal_emit (data, scrolled, 0);
  return G_SOURCE_REMOVE;
}

static void
value_changed (TbRowList *self)
{
  GtkAdjustment *v = adjustment_of (self);
  if (self->settling > 0)
    return;
  if (self->held && self->following && gtk_adjustment_get_upper (v) != self->upper)
    {
      self->upper = gtk_adjustment_get_upper (v);
      return; /* it has grown at its end, and has not moved */
    }
  self->following = gtk_adjustment_get_value (v) + gtk_adjustment_get_page_size (v)
                    >= gtk_adjustment_get_upper (v) - 8;
  if (!self->tell_id)
    self->tell_id = g_idle_add (tell_scrolled, self);
}

/* By hand: whatever the list does by itself, this is meant. */
static gboolean
wheel_turned (GtkEventControllerScroll *controller, double dx, double dy, TbRowList *self)
{
  if (dy < 0)
    self->following = FALSE;
  self->settling = MIN (self->settling, 1);
  self->wanted = G_MAXUINT;
  return GDK_EVENT_PROPAGATE;
}

void
tb_row_list_grown (TbRowList *list)
{
  if (list->following && !list->held)
    go_to (list, g_list_model_get_n_items (G_LIST_MODEL (list->rows)) - 1);
  else
    expect_movement (list);
}

void
tb_row_list_follow (TbRowList *list)
{
  list->following = TRUE;
  go_to (list, g_list_model_get_n_items (G_LIST_MODEL (list->rows)) - 1);
}

static void
pointer_came (TbRowList *self)
{
  self->held = TRUE;
}

static void
pointer_left (TbRowList *self)
{
  self->held = FALSE;
  tb_row_list_grown (self);
}

gboolean
tb_row_list_is_following (TbRowList *list)
{
  return list->following;
}

void
tb_row_list_show_row (TbRowList *list, guint row)
{
  list->following = FALSE;
  go_to (list, row);
}

void
tb_row_list_select (TbRowList *list, guint row)
{
  list->quiet = TRUE;
  gtk_single_selection_set_selected (list->selection, row == G_MAXUINT ? GTK_INVALID_LIST_POSITION : row);
  list->quiet = FALSE;
}

void
tb_row_list_refresh (TbRowList *list)
{
  GHashTableIter iter;
  gpointer line;
  g_hash_table_iter_init (&iter, list->lines);
  while (g_hash_table_iter_next (&iter, &line, NULL))
    if (TB_ROW_LINE (line)->row)
      describe (line);
}

static void
row_selected (TbRowList *self)
{
  TbEventRow *row = gtk_single_selection_get_selected_item (self->selection);
  if (self->quiet || !row)
    return;
  self->following = FALSE;
  self->wanted = G_MAXUINT;
  g_signal_emit (self, picked, 0, row);
}

static void
setup_line (GtkSignalListItemFactory *factory, GtkListItem *item, TbRowList *self)
{
  TbRowLine *line = line_new (self->kind, self->owner);
  gtk_list_item_set_child (item, GTK_WIDGET (line));
}

static void
bind_line (GtkSignalListItemFactory *factory, GtkListItem *item, TbRowList *self)
{
  TbRowLine *line = TB_ROW_LINE (gtk_list_item_get_child (item));
  g_hash_table_add (self->lines, line);
  bind (line, gtk_list_item_get_item (item));
}

static void
unbind_line (GtkSignalListItemFactory *factory, GtkListItem *item, TbRowList *self)
{
  TbRowLine *line = TB_ROW_LINE (gtk_list_item_get_child (item));
  g_hash_table_remove (self->lines, line);
  bind (line, NULL);
}

static GtkWidget *
new_titles (const TbRowKind *kind)
{
  TbRowLine *line = line_new (kind, NULL);
  for (guint i = 0; i < kind->n_columns; i++)
    line->texts[i] = g_strdup (kind->columns[i].title);
  gtk_widget_add_css_class (GTK_WIDGET (line), "titles");
  return GTK_WIDGET (line);
}

static void
tb_row_list_dispose (GObject *object)
{
  TbRowList *self = TB_ROW_LIST (object);
  if (self->tick)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick);
  self->tick = 0;
  g_clear_handle_id (&self->tell_id, g_source_remove);
  if (self->selection)
    g_signal_handlers_disconnect_by_data (self->selection, self);
  if (self->scrolled)
    g_signal_handlers_disconnect_by_data (adjustment_of (self), self);
  self->scrolled = NULL;
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->selection);
  g_clear_object (&self->rows);
  g_clear_pointer (&self->lines, g_hash_table_unref);
  G_OBJECT_CLASS (tb_row_list_parent_class)->dispose (object);
}

static void
tb_row_list_class_init (TbRowListClass *class)
{
  G_OBJECT_CLASS (class)->dispose = tb_row_list_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  picked = g_signal_new ("picked", TB_TYPE_ROW_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                         G_TYPE_NONE, 1, TB_TYPE_EVENT_ROW);
  scrolled = g_signal_new ("scrolled", TB_TYPE_ROW_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                           G_TYPE_NONE, 0);
}

static void
tb_row_list_init (TbRowList *self)
{
  self->following = TRUE;
  self->wanted = G_MAXUINT;
  self->lines = g_hash_table_new (NULL, NULL);
}

static GtkWidget *
new_view (TbRowList *self, const char *name)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  g_signal_connect (factory, "setup", G_CALLBACK (setup_line), self);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_line), self);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_line), self);
  GtkWidget *view = gtk_list_view_new (g_object_ref (GTK_SELECTION_MODEL (self->selection)), factory);
  gtk_widget_add_css_class (view, "rows");
  tb_ui_name (view, name);
  return view;
}

GtkWidget *
tb_row_list_new (const TbRowKind *kind, gpointer owner, TbEventRows *rows, const char *name)
{
  TbRowList *self = g_object_new (TB_TYPE_ROW_LIST, NULL);
  self->kind = kind;
  self->owner = owner;
  self->rows = g_object_ref (rows);
  self->selection = gtk_single_selection_new (G_LIST_MODEL (g_object_ref (rows)));
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  g_signal_connect_swapped (self->selection, "notify::selected-item", G_CALLBACK (row_selected), self);
  self->view = new_view (self, name);
  self->scrolled = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scrolled), self->view);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_widget_set_vexpand (self->scrolled, TRUE);
  g_signal_connect_swapped (adjustment_of (self), "value-changed", G_CALLBACK (value_changed), self);
  GtkEventController *wheel
      = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_VERTICAL);
  gtk_event_controller_set_propagation_phase (wheel, GTK_PHASE_CAPTURE);
  g_signal_connect (wheel, "scroll", G_CALLBACK (wheel_turned), self);
  gtk_widget_add_controller (self->scrolled, wheel);
  GtkEventController *pointer = gtk_event_controller_motion_new ();
  g_signal_connect_swapped (pointer, "enter", G_CALLBACK (pointer_came), self);
  g_signal_connect_swapped (pointer, "leave", G_CALLBACK (pointer_left), self);
  gtk_widget_add_controller (self->scrolled, pointer);
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_append (GTK_BOX (self->box), new_titles (kind));
  gtk_box_append (GTK_BOX (self->box), self->scrolled);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  return GTK_WIDGET (self);
}
