/* See scenario-view.h. The picture is src/diagram's, the drags and edits are src/edit's: here is what a pointer
 * and keys mean. */
#include "scenario-view.h"

#include <math.h>

#include "tb-base.h"
#include "util.h"

#define GUTTER 92
#define GUTTER_NARROW 58
#define NARROW 520
#define ZOOM 1.35
#define SCALE_LEAST 0.5
#define SCALE_MOST 800.0
#define MARGIN 16 /* right of the last step */
#define RULER 18

struct _TbScenarioView
{
  GtkWidget parent;
  TbDocument *document;
  gulong changed_id;
  TbUid scenario, selected;
  GArray *wrong; /* of TbUid */
  TbScenarioLine *line; /* NULL: to be laid out anew */
  TbScenarioTool tool;
  GtkAdjustment *adjustment;
  double scale; /* pixels a second; 0: all of it fits */
  double click_x, click_y;
};

G_DEFINE_FINAL_TYPE (TbScenarioView, tb_scenario_view, GTK_TYPE_WIDGET)

static guint selection_changed, asked, refused;

static const TbElement *
scenario_of (TbScenarioView *self)
{
  return self->document && self->scenario ? tb_model_get (tb_document_model (self->document), self->scenario) : NULL;
}

static void
ask (TbScenarioView *self, const char *what)
{
  g_signal_emit (self, asked, 0, what);
}

static void
refuse (TbScenarioView *self, const GError *error)
{
  if (error)
    g_signal_emit (self, refused, 0, error->message);
}

/* ---- Laying out ------------------------------------------------------------------------------ */

static double
gutter_of (TbScenarioView *self)
{
  return gtk_widget_get_width (GTK_WIDGET (self)) < NARROW ? GUTTER_NARROW : GUTTER;
}

/* As many pixels a second as let all of it be seen; what is written beyond its bars takes room of its own. */
static double
fitting_scale (TbScenarioView *self, double room)
{
  double waits = 0, written = 0, scale = 1;
  for (guint pass = 0; pass < 3; pass++)
    {
      const TbScenarioLineOptions options = { .px_per_s = scale };
      g_autoptr (TbScenarioLine) line
        = tb_scenario_line_new (tb_document_model (self->document), scenario_of (self), &options);
      double seconds = (double) tb_scenario_line_length_ns (line) / 1e9, end = 0;
      waits = 0;
      for (guint i = 0; i < tb_scenario_line_n_steps (line); i++)
        {
          const TbScenarioLineStep *s = tb_scenario_line_step (line, i);
          waits += s->wait ? s->width : 0;
          end = s->x + s->width;
        }
      written = pass > 0 ? MAX (tb_scenario_line_width (line) - end, 0) : 0;
      scale = CLAMP ((room - waits - MIN (written, room / 3) - MARGIN) / MAX (seconds, 0.1), SCALE_LEAST, SCALE_MOST);
    }
  return scale;
}

static double
room_of (TbScenarioView *self)
{
  return MAX (gtk_widget_get_width (GTK_WIDGET (self)) - gutter_of (self), 50);
}

static TbScenarioLine *
make_line (TbScenarioView *self, const TbScenarioDrag *drag)
{
  double room = room_of (self);
  const TbScenarioLineOptions options = { .px_per_s = self->scale > 0 ? self->scale : fitting_scale (self, room),
                                          .least_width = room, .drag = drag };
  return tb_scenario_line_new (tb_document_model (self->document), scenario_of (self), &options);
}

/* NULL: there is no scenario. */
static const TbScenarioLine *
line_of (TbScenarioView *self)
{
  if (self->line || !scenario_of (self))
    return self->line;
  self->line = make_line (self, self->tool.dragging ? &self->tool.drag : NULL);
  double room = room_of (self), width = tb_scenario_line_width (self->line);
  gtk_adjustment_configure (self->adjustment, gtk_adjustment_get_value (self->adjustment), 0, MAX (width, room), 40,
                            room * 0.8, room);
  return self->line;
}

static void
say_selected (TbScenarioView *self)
{
  g_autofree char *words = tb_scenario_view_words (self);
  g_autofree char *label = words ? g_strdup_printf ("Time line: %s", words) : g_strdup ("Time line");
  tb_ui_name (GTK_WIDGET (self), label);
}

static void
lay_out_again (TbScenarioView *self)
{
  g_clear_pointer (&self->line, tb_scenario_line_free);
  gtk_widget_queue_resize (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
document_changed (TbScenarioView *self)
{
  if (self->selected && !tb_model_get (tb_document_model (self->document), self->selected))
    tb_scenario_view_select (self, 0);
  if (!scenario_of (self))
    self->scenario = 0;
  tb_scenario_tool_cancel (&self->tool);
  lay_out_again (self);
  say_selected (self);
}

static void
measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *least, int *natural, int *a, int *b)
{
  TbScenarioView *self = TB_SCENARIO_VIEW (widget);
  const TbScenarioLine *line = orientation == GTK_ORIENTATION_VERTICAL ? line_of (self) : NULL;
  *least = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 120
                      : line ? (int) ceil (tb_scenario_line_height (line)) + 8 : 60;
}

static void
size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  TbScenarioView *self = TB_SCENARIO_VIEW (widget);
  g_clear_pointer (&self->line, tb_scenario_line_free);
  line_of (self);
}

static void
snapshot (GtkWidget *widget, GtkSnapshot *out)
{
  TbScenarioView *self = TB_SCENARIO_VIEW (widget);
  const TbScenarioLine *line = line_of (self);
  graphene_rect_t all = GRAPHENE_RECT_INIT (0, 0, (float) gtk_widget_get_width (widget),
                                            (float) gtk_widget_get_height (widget));
  if (!line)
    return;
  const TbScenarioLinePaint paint = {
    .theme = tb_ui_theme (), .from_x = gtk_adjustment_get_value (self->adjustment), .width = room_of (self),
    .gutter = gutter_of (self), .selected = self->selected, .focused = gtk_widget_is_focus (widget),
    .wrong = (const TbUid *) (gpointer) self->wrong->data, .n_wrong = self->wrong->len, .now_x = -1,
  };
  cairo_t *cr = gtk_snapshot_append_cairo (out, &all);
  TbPlot *plot = tb_plot_new (cr);
  tb_scenario_line_paint (line, plot, &paint);
  tb_plot_free (plot);
  cairo_destroy (cr);
}

/* ---- Selecting ------------------------------------------------------------------------------- */

static void
scroll_to (TbScenarioView *self, const TbScenarioLineItem *item)
{
  double right = MIN (item->rect.x + item->rect.width, item->rect.x + room_of (self) - MARGIN);
  GtkWidget *scrolled = gtk_widget_get_ancestor (GTK_WIDGET (self), GTK_TYPE_SCROLLED_WINDOW);
  gtk_adjustment_clamp_page (self->adjustment, item->rect.x - MARGIN, right + MARGIN);
  /* With the ruler, where there is room for it. */
  if (scrolled)
    gtk_adjustment_clamp_page (gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scrolled)),
                               item->rect.y - RULER, item->rect.y + item->rect.height + 6);
}

void
tb_scenario_view_select (TbScenarioView *view, TbUid uid)
{
  gboolean other = uid != view->selected;
  view->selected = uid;
  const TbScenarioLine *line = line_of (view);
  guint i = line ? tb_scenario_line_find (line, uid) : G_MAXUINT;
  if (i != G_MAXUINT)
    scroll_to (view, tb_scenario_line_item (line, i));
  gtk_widget_queue_draw (GTK_WIDGET (view));
  say_selected (view);
  if (other)
    g_signal_emit (view, selection_changed, 0);
}

TbUid
tb_scenario_view_selected (TbScenarioView *view)
{
  return view->selected;
}

static char *
time_words (const TbElement *e)
{
  const char *at = tb_element_get (e, TB_PROP_AT), *lasts = tb_element_get (e, TB_PROP_FOR);
  return g_strdup_printf ("at %s of %s%s%s", at ? at : "0s", tb_element_title (tb_element_parent (e)),
                          lasts ? ", for " : "", lasts ? lasts : "");
}

char *
tb_scenario_view_words (TbScenarioView *view)
{
  const TbElement *e = view->document && view->selected
                         ? tb_model_get (tb_document_model (view->document), view->selected) : NULL;
  if (!e)
    return NULL;
  TbKind kind = tb_element_kind (e);
  g_autofree char *words = tb_scenario_words (e);
  const char *during = tb_element_get (e, TB_PROP_DURING);
  g_autofree char *more = kind == TB_KIND_DO ? time_words (e) : NULL;
  if (kind == TB_KIND_PHASE)
    return g_strdup_printf ("phase %s, %s", words, tb_element_get (e, TB_PROP_LASTS));
  if (kind == TB_KIND_EXPECT)
    return g_strdup_printf ("expected: %s%s%s", words, during ? " during " : "", during ? during : "");
  return kind == TB_KIND_WAIT ? g_strdup_printf ("wait %s", words) : g_strdup_printf ("%s, %s", words, more);
}

static void
select_by (TbScenarioView *self, int by)
{
  const TbScenarioLine *line = line_of (self);
  int n = line ? (int) tb_scenario_line_n_items (line) : 0;
  guint at = line ? tb_scenario_line_find (line, self->selected) : G_MAXUINT;
  if (n == 0)
    return;
  int from = at == G_MAXUINT ? (by == 1 ? -1 : by == -1 ? n : 0) : (int) at;
  int to = CLAMP (from + by, 0, n - 1);
  tb_scenario_view_select (self, tb_scenario_line_item (line, (guint) to)->uid);
}

static const TbElement *
selected_element (TbScenarioView *self)
{
  return self->document && self->selected ? tb_model_get (tb_document_model (self->document), self->selected) : NULL;
}

gboolean
tb_scenario_view_place (TbScenarioView *view, TbUid *phase, gint64 *at_ns)
{
  const TbElement *e = selected_element (view);
  const TbElement *scenario = scenario_of (view);
  *at_ns = 0;
  *phase = 0;
  if (e && tb_element_kind (e) == TB_KIND_DO)
    {
      *at_ns = tb_element_get_ns (e, TB_PROP_AT);
      e = tb_element_parent (e);
    }
  if (e && tb_element_kind (e) == TB_KIND_PHASE)
    *phase = tb_element_uid (e);
  for (guint i = scenario ? tb_element_n_children (scenario) : 0; *phase == 0 && i-- > 0;)
    if (tb_element_kind (tb_element_child (scenario, i)) == TB_KIND_PHASE)
      *phase = tb_element_uid (tb_element_child (scenario, i));
  return *phase != 0;
}

/* ---- Keys ------------------------------------------------------------------------------------ */

/* Later or longer: an action is done later, a phase lasts longer; with Ctrl an action lasts longer. */
static void
shift_selected (TbScenarioView *self, gint64 by_ns, gboolean length)
{
  g_autoptr (GError) error = NULL;
  const TbElement *e = selected_element (self);
  TbKind kind = e ? tb_element_kind (e) : TB_KIND_NONE;
  if (kind == TB_KIND_PHASE)
    tb_scenario_set_lasts (self->document, self->selected, tb_element_get_ns (e, TB_PROP_LASTS) + by_ns, &error);
  else if (kind == TB_KIND_DO && length)
    tb_scenario_set_for (self->document, self->selected, MAX (tb_element_get_ns (e, TB_PROP_FOR) + by_ns, 0), &error);
  else if (kind == TB_KIND_DO)
    tb_scenario_shift_action (self->document, self->selected, by_ns, &error);
  refuse (self, error);
}

static void
remove_selected (TbScenarioView *self)
{
  TbUid gone = self->selected;
  if (!gone)
    return;
  /* What stands beside it is chosen then, so that one can go on. */
  select_by (self, 1);
  if (self->selected == gone)
    select_by (self, -1);
  tb_scenario_remove (self->document, gone);
}

static gboolean
ask_key (TbScenarioView *self, guint key)
{
  static const struct
  {
    guint key;
    const char *what;
  } asks[] = { { GDK_KEY_Return, "edit" }, { GDK_KEY_KP_Enter, "edit" }, { GDK_KEY_F2, "edit" }, { GDK_KEY_p, "add-phase" },
               { GDK_KEY_w, "add-wait" }, { GDK_KEY_a, "add-action" }, { GDK_KEY_e, "add-expectation" } };
  for (guint i = 0; i < G_N_ELEMENTS (asks); i++)
    if (asks[i].key == gdk_keyval_to_lower (key))
      {
        ask (self, asks[i].what);
        return TRUE;
      }
  return FALSE;
}

static gboolean
plain_key (TbScenarioView *self, guint key)
{
  switch (key)
    {
    case GDK_KEY_Up:
      select_by (self, -1);
      return TRUE;
    case GDK_KEY_Down:
      select_by (self, 1);
      return TRUE;
    case GDK_KEY_Home:
      select_by (self, -100000);
      return TRUE;
    case GDK_KEY_End:
      select_by (self, 100000);
      return TRUE;
    case GDK_KEY_Delete:
    case GDK_KEY_BackSpace:
      remove_selected (self);
      return TRUE;
    case GDK_KEY_plus:
    case GDK_KEY_equal:
    case GDK_KEY_KP_Add:
      tb_scenario_view_zoom (self, ZOOM);
      return TRUE;
    case GDK_KEY_minus:
    case GDK_KEY_KP_Subtract:
      tb_scenario_view_zoom (self, 1 / ZOOM);
      return TRUE;
    case GDK_KEY_0:
      tb_scenario_view_zoom (self, 0);
      return TRUE;
    case GDK_KEY_Escape:
      if (!self->tool.uid)
        return FALSE;
      tb_scenario_tool_cancel (&self->tool);
      lay_out_again (self);
      return TRUE;
    default:
      return ask_key (self, key);
    }
}

static gboolean
control_key (TbScenarioView *self, guint key)
{
  switch (gdk_keyval_to_lower (key))
    {
    case GDK_KEY_c:
      ask (self, "copy");
      return TRUE;
    case GDK_KEY_x:
      ask (self, "cut");
      return TRUE;
    case GDK_KEY_v:
      ask (self, "paste");
      return TRUE;
    default:
      return FALSE;
    }
}

static gboolean
key_pressed (GtkEventControllerKey *keys, guint key, guint code, GdkModifierType state, TbScenarioView *self)
{
  gboolean alt = (state & GDK_ALT_MASK) != 0, control = (state & GDK_CONTROL_MASK) != 0;
  int way = key == GDK_KEY_Left || key == GDK_KEY_Up ? -1 : key == GDK_KEY_Right || key == GDK_KEY_Down ? 1 : 0;
  gboolean level = key == GDK_KEY_Left || key == GDK_KEY_Right;
  gint64 by_ns = (state & GDK_SHIFT_MASK) ? TB_SCENARIO_STRIDE_NS : TB_SCENARIO_SNAP_NS;
  if (!scenario_of (self))
    return FALSE;
  if (alt && way != 0)
    tb_scenario_move_by (self->document, self->selected, way);
  else if (level && !alt)
    shift_selected (self, way * by_ns, control);
  else
    return control ? control_key (self, key) : !alt && plain_key (self, key);
  return TRUE;
}

/* ---- Pointer --------------------------------------------------------------------------------- */

static double
line_x (TbScenarioView *self, double x)
{
  return x - gutter_of (self) + gtk_adjustment_get_value (self->adjustment);
}

static const TbScenarioLineItem *
item_under (TbScenarioView *self, double x, double y, TbScenarioLinePart *part)
{
  const TbScenarioLine *line = line_of (self);
  *part = TB_LINE_PART_NONE;
  if (!line || x < gutter_of (self))
    return NULL;
  return tb_scenario_line_item (line, tb_scenario_line_hit (line, line_x (self, x), y, part));
}

static void
drag_begun (GtkGestureDrag *drag, double x, double y, TbScenarioView *self)
{
  TbScenarioLinePart part;
  const TbScenarioLineItem *item = item_under (self, x, y, &part);
  gtk_widget_grab_focus (GTK_WIDGET (self));
  tb_scenario_view_select (self, item ? item->uid : 0);
  if (item)
    tb_scenario_tool_press (&self->tool, line_of (self), line_x (self, x), y);
}

static void
drag_moved (GtkGestureDrag *drag, double dx, double dy, TbScenarioView *self)
{
  double x, y;
  GdkModifierType state = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (drag));
  if (!self->tool.uid || !gtk_gesture_drag_get_start_point (drag, &x, &y))
    return;
  g_autoptr (TbScenarioLine) still = make_line (self, NULL);
  if (!tb_scenario_tool_motion (&self->tool, tb_document_model (self->document), still, line_x (self, x + dx),
                                (state & GDK_SHIFT_MASK) != 0))
    return;
  g_clear_pointer (&self->line, tb_scenario_line_free);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
drag_ended (GtkGestureDrag *drag, double dx, double dy, TbScenarioView *self)
{
  g_autoptr (GError) error = NULL;
  gboolean was = self->tool.dragging;
  if (!self->document || !tb_scenario_tool_release (&self->tool, self->document, &error))
    refuse (self, error);
  if (was)
    lay_out_again (self);
}

/* Twice on nothing: something is to be done there. */
static void
clicked (GtkGestureClick *click, int n, double x, double y, TbScenarioView *self)
{
  TbScenarioLinePart part;
  gint64 ns;
  const TbScenarioLine *line = line_of (self);
  if (n != 2 || !line || x < gutter_of (self))
    return;
  tb_scenario_tool_cancel (&self->tool);
  if (item_under (self, x, y, &part))
    {
      ask (self, "edit");
      return;
    }
  const TbScenarioLineStep *s = tb_scenario_line_step (line, tb_scenario_line_at (line, line_x (self, x), &ns));
  if (!s || line_x (self, x) > s->x + s->width)
    {
      ask (self, "add-phase");
      return;
    }
  tb_scenario_view_select (self, s->uid);
  ask (self, "add-action");
}

static void
pointed (GtkEventControllerMotion *motion, double x, double y, TbScenarioView *self)
{
  TbScenarioLinePart part;
  item_under (self, x, y, &part);
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), self->tool.dragging ? NULL : part == TB_LINE_PART_END ? "ew-resize"
                                                      : part == TB_LINE_PART_BODY ? "grab" : NULL);
}

static gboolean
query_tooltip (TbScenarioView *self, int x, int y, gboolean keyboard, GtkTooltip *tooltip)
{
  TbScenarioLinePart part;
  const TbScenarioLineItem *item = keyboard ? NULL : item_under (self, x, y, &part);
  if (!item)
    return FALSE;
  gtk_tooltip_set_text (tooltip, item->text);
  return TRUE;
}

static gboolean
scrolled (GtkEventControllerScroll *scroll, double dx, double dy, TbScenarioView *self)
{
  GdkModifierType state = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (scroll));
  double by = dx != 0 ? dx : (state & GDK_SHIFT_MASK) ? dy : 0;
  if (state & GDK_CONTROL_MASK)
    tb_scenario_view_zoom (self, dy < 0 ? ZOOM : 1 / ZOOM);
  else if (by != 0)
    gtk_adjustment_set_value (self->adjustment, gtk_adjustment_get_value (self->adjustment) + by * 50);
  return (state & GDK_CONTROL_MASK) || by != 0;
}

void
tb_scenario_view_zoom (TbScenarioView *view, double by)
{
  if (!scenario_of (view))
    return;
  double now = view->scale > 0 ? view->scale : fitting_scale (view, room_of (view));
  view->scale = by > 0 ? CLAMP (now * by, SCALE_LEAST, SCALE_MOST) : 0;
  lay_out_again (view);
}

GtkAdjustment *
tb_scenario_view_adjustment (TbScenarioView *view)
{
  return view->adjustment;
}

/* ---- Life ------------------------------------------------------------------------------------ */

void
tb_scenario_view_show (TbScenarioView *view, TbDocument *document, TbUid scenario)
{
  if (document != view->document)
    {
      if (view->document)
        g_clear_signal_handler (&view->changed_id, view->document);
      g_set_object (&view->document, document);
      if (document)
        view->changed_id = g_signal_connect_swapped (document, "changed", G_CALLBACK (document_changed), view);
    }
  if (scenario != view->scenario)
    {
      view->scale = 0;
      gtk_adjustment_set_value (view->adjustment, 0);
    }
  view->scenario = scenario;
  tb_scenario_tool_cancel (&view->tool);
  lay_out_again (view);
  if (!selected_element (view))
    tb_scenario_view_select (view, 0);
}

void
tb_scenario_view_set_wrong (TbScenarioView *view, const TbUid *uids, guint n)
{
  g_array_set_size (view->wrong, 0);
  if (n > 0)
    g_array_append_vals (view->wrong, uids, n);
  gtk_widget_queue_draw (GTK_WIDGET (view));
}

static void
tb_scenario_view_dispose (GObject *object)
{
  TbScenarioView *self = TB_SCENARIO_VIEW (object);
  if (self->document)
    g_clear_signal_handler (&self->changed_id, self->document);
  g_clear_object (&self->document);
  g_clear_object (&self->adjustment);
  g_clear_pointer (&self->line, tb_scenario_line_free);
  g_clear_pointer (&self->wrong, g_array_unref);
  G_OBJECT_CLASS (tb_scenario_view_parent_class)->dispose (object);
}

static void
tb_scenario_view_class_init (TbScenarioViewClass *class)
{
  GtkWidgetClass *widget = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = tb_scenario_view_dispose;
  widget->measure = measure;
  widget->size_allocate = size_allocate;
  widget->snapshot = snapshot;
  gtk_widget_class_set_accessible_role (widget, GTK_ACCESSIBLE_ROLE_GROUP);
  GType type = G_TYPE_FROM_CLASS (class);
  selection_changed = g_signal_new ("selection-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  asked = g_signal_new ("asked", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  refused = g_signal_new ("refused", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
add_pointer (TbScenarioView *self)
{
  GtkGesture *drag = gtk_gesture_drag_new (), *click = gtk_gesture_click_new ();
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *scroll = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);
  g_signal_connect (drag, "drag-begin", G_CALLBACK (drag_begun), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (drag_moved), self);
  g_signal_connect (drag, "drag-end", G_CALLBACK (drag_ended), self);
  g_signal_connect (click, "released", G_CALLBACK (clicked), self);
  g_signal_connect (motion, "motion", G_CALLBACK (pointed), self);
  g_signal_connect (scroll, "scroll", G_CALLBACK (scrolled), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  gtk_widget_add_controller (GTK_WIDGET (self), scroll);
}

static void
tb_scenario_view_init (TbScenarioView *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GtkEventController *keys = gtk_event_controller_key_new (), *focus = gtk_event_controller_focus_new ();
  self->wrong = g_array_new (FALSE, FALSE, sizeof (TbUid));
  self->adjustment = g_object_ref_sink (gtk_adjustment_new (0, 0, 1, 1, 1, 1));
  g_signal_connect_swapped (self->adjustment, "value-changed", G_CALLBACK (gtk_widget_queue_draw), self);
  gtk_widget_set_focusable (widget, TRUE);
  gtk_widget_set_overflow (widget, GTK_OVERFLOW_HIDDEN);
  gtk_widget_set_has_tooltip (widget, TRUE);
  g_signal_connect (self, "query-tooltip", G_CALLBACK (query_tooltip), NULL);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (key_pressed), self);
  g_signal_connect_swapped (focus, "enter", G_CALLBACK (gtk_widget_queue_draw), self);
  g_signal_connect_swapped (focus, "leave", G_CALLBACK (gtk_widget_queue_draw), self);
  gtk_widget_add_controller (widget, keys);
  gtk_widget_add_controller (widget, focus);
  add_pointer (self);
  say_selected (self);
}

GtkWidget *
tb_scenario_view_new (void)
{
  return g_object_new (TB_TYPE_SCENARIO_VIEW, NULL);
}
