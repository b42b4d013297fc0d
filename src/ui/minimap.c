#include "minimap.h"

#include <adwaita.h>

#include "util.h"

#define WIDTH 176.0
#define HEIGHT 116.0
#define MARGIN 6.0
#define REDRAW_MS 120
#define STEP 0.25 /* of what is seen, for an arrow key */
/* A canvas smaller than this has no room for it. */
#define CANVAS_MIN 420

struct _TbMinimap
{
  GtkWidget parent;
  TbCanvas *canvas;
  TbEditor *editor;
  cairo_surface_t *picture;
  TbRect bounds; /* of the picture, in the world */
  GArray *marks; /* TbRect: what of the run is broken, in the world */
  double grip_x, grip_y; /* of a drag: from the middle of what is seen, in the world */
  guint redraw_id, visible_id;
  gboolean wanted, stale;
};

G_DEFINE_FINAL_TYPE (TbMinimap, tb_minimap, GTK_TYPE_WIDGET)

/* ---- Between the world and here -------------------------------------------------------------- */

typedef struct
{
  double scale, x, y; /* here = world × scale + (x, y) */
} Fit;

static Fit
fit_of (TbMinimap *self)
{
  TbRect b = self->bounds;
  double scale = MIN ((WIDTH - 2 * MARGIN) / MAX (b.width, 1),
                      (HEIGHT - 2 * MARGIN) / MAX (b.height, 1));
  return (Fit){ scale, WIDTH / 2 - (b.x + b.width / 2) * scale,
                HEIGHT / 2 - (b.y + b.height / 2) * scale };
}

static TbRect
to_here (const Fit *fit, const TbRect *world)
{
  return (TbRect){ world->x * fit->scale + fit->x, world->y * fit->scale + fit->y,
                   world->width * fit->scale, world->height * fit->scale };
}

static TbPoint
to_world (const Fit *fit, double x, double y)
{
  return (TbPoint){ (x - fit->x) / fit->scale, (y - fit->y) / fit->scale };
}

/* ---- The picture ----------------------------------------------------------------------------- */

static void
paint_box (cairo_t *cr, const TbRect *r, TbColour colour, double alpha)
{
  cairo_set_source_rgba (cr, colour.r, colour.g, colour.b, alpha);
  cairo_rectangle (cr, r->x, r->y, MAX (r->width, 1.5), MAX (r->height, 1.5));
  cairo_fill (cr);
}

static void
paint_link (cairo_t *cr, const TbScene *scene, TbUid uid, const Fit *fit)
{
  guint n = 0;
  const TbPoint *points = tb_scene_route (scene, uid, &n);
  for (guint i = 0; points && i < n; i++)
    cairo_line_to (cr, points[i].x * fit->scale + fit->x, points[i].y * fit->scale + fit->y);
  cairo_new_sub_path (cr);
}

static void
paint_item (TbMinimap *self, cairo_t *cr, TbUid uid, const Fit *fit)
{
  const TbScene *scene = tb_editor_scene (self->editor);
  const TbModel *model = tb_document_model (tb_editor_document (self->editor));
  const TbElement *element = tb_model_get (model, uid);
  TbThemeId theme = tb_ui_theme ();
  TbItemKind kind;
  TbRect world;
  if (!tb_scene_item (scene, uid, &kind, &world) || kind == TB_ITEM_LINK)
    return;
  TbRect r = to_here (fit, &world);
  if (kind == TB_ITEM_COMPONENT && element && tb_element_kind (element) == TB_KIND_COMPONENT)
    paint_box (cr, &r, tb_theme_role (theme, tb_component_role (element)), 1);
  else if (kind == TB_ITEM_COMPONENT)
    paint_box (cr, &r, tb_theme_colour (theme, TB_COLOUR_LINK), 1);
  else if (kind == TB_ITEM_NOTE)
    paint_box (cr, &r, tb_theme_colour (theme, TB_COLOUR_WARN), 0.45);
  else
    paint_box (cr, &r, tb_theme_colour (theme, TB_COLOUR_DIM), 0.14);
}

/* Lines so fine and so many say nothing. */
#define LINKS_MAX 2000

static void
paint (TbMinimap *self, cairo_t *cr)
{
  const TbScene *scene = tb_editor_scene (self->editor);
  Fit fit = fit_of (self);
  g_autoptr (GArray) uids = g_array_new (FALSE, FALSE, sizeof (TbUid));
  tb_scene_query (scene, &self->bounds, FALSE, uids);
  for (guint i = 0; i < uids->len; i++)
    paint_item (self, cr, g_array_index (uids, TbUid, i), &fit);
  const TbModel *model = tb_document_model (tb_editor_document (self->editor));
  guint n = tb_model_count (model, TB_KIND_LINK);
  TbColour line = tb_theme_colour (tb_ui_theme (), TB_COLOUR_LINK);
  cairo_set_source_rgba (cr, line.r, line.g, line.b, 0.7);
  cairo_set_line_width (cr, 0.8);
  for (guint i = 0; i < n && n <= LINKS_MAX; i++)
    paint_link (cr, scene, tb_element_uid (tb_model_nth (model, TB_KIND_LINK, i)), &fit);
  cairo_stroke (cr);
}

static void
drop_picture (TbMinimap *self)
{
  g_clear_pointer (&self->picture, cairo_surface_destroy);
}

static void
make_picture (TbMinimap *self)
{
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  drop_picture (self);
  self->stale = FALSE;
  self->picture = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, (int) WIDTH * scale,
                                              (int) HEIGHT * scale);
  cairo_surface_set_device_scale (self->picture, scale, scale);
  cairo_t *cr = cairo_create (self->picture);
  paint (self, cr);
  cairo_destroy (cr);
}

/* ---- Whether it is there --------------------------------------------------------------------- */

static gboolean
contains (const TbRect *outer, const TbRect *inner)
{
  return inner->x >= outer->x && inner->y >= outer->y
         && inner->x + inner->width <= outer->x + outer->width
         && inner->y + inner->height <= outer->y + outer->height;
}

static void
update_visible (TbMinimap *self)
{
  TbRect seen = tb_canvas_view (self->canvas);
  gboolean room = gtk_widget_get_width (GTK_WIDGET (self->canvas)) >= CANVAS_MIN;
  gboolean visible = self->wanted && self->editor && room && self->bounds.width > 0
                     && !contains (&seen, &self->bounds);
  if (visible != gtk_widget_get_visible (GTK_WIDGET (self)))
    gtk_widget_set_visible (GTK_WIDGET (self), visible);
}

static gboolean
redraw (gpointer data)
{
  TbMinimap *self = data;
  self->redraw_id = 0;
  self->stale = TRUE;
  self->bounds = self->editor ? tb_scene_bounds (tb_editor_scene (self->editor)) : (TbRect){ 0 };
  update_visible (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  return G_SOURCE_REMOVE;
}

/* Not with every step of a drag. */
static void
queue_redraw (TbMinimap *self)
{
  if (!self->redraw_id)
    self->redraw_id = g_timeout_add_full (G_PRIORITY_LOW, REDRAW_MS, redraw, self, NULL);
}

static gboolean
update_later (gpointer data)
{
  TbMinimap *self = data;
  self->visible_id = 0;
  update_visible (self);
  return G_SOURCE_REMOVE;
}

/* It may be the canvas being laid out: not the time to come or go. */
static void
view_changed (TbMinimap *self)
{
  if (!self->visible_id)
    self->visible_id = g_idle_add (update_later, self);
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
tb_minimap_set_wanted (TbMinimap *minimap, gboolean wanted)
{
  minimap->wanted = wanted;
  update_visible (minimap);
}

void
tb_minimap_set_editor (TbMinimap *minimap, TbEditor *editor)
{
  if (minimap->editor)
    g_signal_handlers_disconnect_by_data (minimap->editor, minimap);
  g_set_object (&minimap->editor, editor);
  if (editor)
    g_signal_connect_swapped (editor, "scene-changed", G_CALLBACK (queue_redraw), minimap);
  drop_picture (minimap);
  queue_redraw (minimap);
}

/* ---- The run --------------------------------------------------------------------------------- */

static void
add_mark (TbMinimap *self, TbUid uid)
{
  TbItemKind kind;
  TbRect r;
  const TbScene *scene = tb_editor_scene (self->editor);
  if (!uid || !tb_scene_item (scene, uid, &kind, &r))
    return;
  if (kind == TB_ITEM_LINK)
    {
      TbPoint middle = tb_scene_route_point (scene, uid, tb_scene_route_length (scene, uid) / 2);
      r = (TbRect){ middle.x, middle.y, 0, 0 };
    }
  g_array_append_val (self->marks, r);
}

void
tb_minimap_show_frame (TbMinimap *minimap, const TbLiveFrame *frame)
{
  guint before = minimap->marks->len;
  g_array_set_size (minimap->marks, 0);
  for (guint i = 0; minimap->editor && frame && i < frame->n_instances; i++)
    if (frame->instances[i].state == TB_INSTANCE_FAILED)
      add_mark (minimap, frame->instances[i].component_uid);
  for (guint i = 0; minimap->editor && frame && i < frame->n_links; i++)
    if (frame->links[i].faults || frame->links[i].cut_since_ns)
      add_mark (minimap, frame->links[i].link);
  if ((before || minimap->marks->len) && gtk_widget_get_mapped (GTK_WIDGET (minimap)))
    gtk_widget_queue_draw (GTK_WIDGET (minimap));
}

/* ---- Drawing --------------------------------------------------------------------------------- */

/* A cross, so that it is not told by its colour alone. */
static void
draw_mark (cairo_t *cr, const TbRect *r)
{
  double x = r->x + r->width / 2, y = r->y + r->height / 2, a = 3.5;
  cairo_move_to (cr, x - a, y - a);
  cairo_line_to (cr, x + a, y + a);
  cairo_move_to (cr, x + a, y - a);
  cairo_line_to (cr, x - a, y + a);
}

static void
draw_marks (TbMinimap *self, cairo_t *cr, const Fit *fit)
{
  const TbColourId colours[] = { TB_COLOUR_CARD, TB_COLOUR_BAD };
  const double widths[] = { 4.5, 2 };
  for (int pass = 0; pass < 2; pass++)
    {
      TbColour colour = tb_theme_colour (tb_ui_theme (), colours[pass]);
      cairo_set_source_rgb (cr, colour.r, colour.g, colour.b);
      cairo_set_line_width (cr, widths[pass]);
      for (guint i = 0; i < self->marks->len; i++)
        {
          TbRect r = to_here (fit, &g_array_index (self->marks, TbRect, i));
          draw_mark (cr, &r);
        }
      cairo_stroke (cr);
    }
}

/* What is seen: a frame, and all else a little paler. */
static void
draw_view (TbMinimap *self, cairo_t *cr, const Fit *fit)
{
  TbRect seen = tb_canvas_view (self->canvas), r = to_here (fit, &seen);
  TbColour card = tb_theme_colour (tb_ui_theme (), TB_COLOUR_CARD);
  TbColour accent = tb_theme_colour (tb_ui_theme (), TB_COLOUR_ACCENT);
  cairo_set_fill_rule (cr, CAIRO_FILL_RULE_EVEN_ODD);
  cairo_rectangle (cr, 0, 0, WIDTH, HEIGHT);
  cairo_rectangle (cr, r.x, r.y, r.width, r.height);
  cairo_set_source_rgba (cr, card.r, card.g, card.b, 0.5);
  cairo_fill (cr);
  cairo_rectangle (cr, r.x, r.y, r.width, r.height);
  cairo_set_source_rgb (cr, accent.r, accent.g, accent.b);
  cairo_set_line_width (cr, 1.5);
  cairo_stroke (cr);
}

static void
tb_minimap_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  TbMinimap *self = TB_MINIMAP (widget);
  if (!self->editor || self->bounds.width <= 0)
    return;
  if (!self->picture || self->stale)
    make_picture (self);
  Fit fit = fit_of (self);
  cairo_t *cr = gtk_snapshot_append_cairo (
      snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) WIDTH, (float) HEIGHT));
  cairo_set_source_surface (cr, self->picture, 0, 0);
  cairo_paint (cr);
  draw_view (self, cr, &fit);
  draw_marks (self, cr, &fit);
  cairo_destroy (cr);
}

/* ---- Pointer and keys ------------------------------------------------------------------------ */

static void
drag_begin (GtkGestureDrag *drag, double x, double y, TbMinimap *self)
{
  Fit fit = fit_of (self);
  TbPoint at = to_world (&fit, x, y);
  TbRect seen = tb_canvas_view (self->canvas);
  TbPoint middle = { seen.x + seen.width / 2, seen.y + seen.height / 2 };
  gboolean inside = tb_rect_contains (&seen, at.x, at.y);
  self->grip_x = inside ? at.x - middle.x : 0;
  self->grip_y = inside ? at.y - middle.y : 0;
  if (!inside)
    tb_canvas_center_on (self->canvas, &at);
  gtk_gesture_set_state (GTK_GESTURE (drag), GTK_EVENT_SEQUENCE_CLAIMED);
}

static void
drag_update (GtkGestureDrag *drag, double dx, double dy, TbMinimap *self)
{
  double x, y;
  gtk_gesture_drag_get_start_point (drag, &x, &y);
  Fit fit = fit_of (self);
  TbPoint at = to_world (&fit, x + dx, y + dy);
  TbPoint middle = { at.x - self->grip_x, at.y - self->grip_y };
  tb_canvas_center_on (self->canvas, &middle);
}

static gboolean
key_pressed (GtkEventControllerKey *keys, guint keyval, guint code, GdkModifierType state,
             TbMinimap *self)
{
  double dx = (keyval == GDK_KEY_Right) - (keyval == GDK_KEY_Left);
  double dy = (keyval == GDK_KEY_Down) - (keyval == GDK_KEY_Up);
  if (dx == 0 && dy == 0)
    return FALSE;
  GtkWidget *canvas = GTK_WIDGET (self->canvas);
  tb_canvas_scroll_by (self->canvas, dx * STEP * gtk_widget_get_width (canvas),
                       dy * STEP * gtk_widget_get_height (canvas));
  return TRUE;
}

/* ---- Life ------------------------------------------------------------------------------------ */

static void
tb_minimap_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                    int *natural, int *minimum_baseline, int *natural_baseline)
{
  *minimum = *natural = (int) (orientation == GTK_ORIENTATION_HORIZONTAL ? WIDTH : HEIGHT);
}

static void
tb_minimap_dispose (GObject *object)
{
  TbMinimap *self = TB_MINIMAP (object);
  g_clear_handle_id (&self->redraw_id, g_source_remove);
  g_clear_handle_id (&self->visible_id, g_source_remove);
  if (self->editor)
    g_signal_handlers_disconnect_by_data (self->editor, self);
  g_clear_object (&self->editor);
  drop_picture (self);
  g_clear_pointer (&self->marks, g_array_unref);
  G_OBJECT_CLASS (tb_minimap_parent_class)->dispose (object);
}

static void
tb_minimap_class_init (TbMinimapClass *class)
{
  G_OBJECT_CLASS (class)->dispose = tb_minimap_dispose;
  GTK_WIDGET_CLASS (class)->snapshot = tb_minimap_snapshot;
  GTK_WIDGET_CLASS (class)->measure = tb_minimap_measure;
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (class), "minimap");
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (class), GTK_ACCESSIBLE_ROLE_IMG);
}

static void
tb_minimap_init (TbMinimap *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  self->marks = g_array_new (FALSE, FALSE, sizeof (TbRect));
  gtk_widget_set_focusable (widget, TRUE);
  gtk_widget_set_visible (widget, FALSE);
  gtk_widget_set_overflow (widget, GTK_OVERFLOW_HIDDEN);
  tb_ui_name (widget, "Minimap");
  GtkGesture *drag = gtk_gesture_drag_new ();
  g_signal_connect (drag, "drag-begin", G_CALLBACK (drag_begin), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (drag_update), self);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (drag));
  GtkEventController *keys = gtk_event_controller_key_new ();
  g_signal_connect (keys, "key-pressed", G_CALLBACK (key_pressed), self);
  gtk_widget_add_controller (widget, keys);
  AdwStyleManager *style = adw_style_manager_get_default ();
  g_signal_connect_object (style, "notify::dark", G_CALLBACK (queue_redraw), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (style, "notify::high-contrast", G_CALLBACK (queue_redraw), self,
                           G_CONNECT_SWAPPED);
}

GtkWidget *
tb_minimap_new (TbCanvas *canvas)
{
  TbMinimap *self = g_object_new (TB_TYPE_MINIMAP, NULL);
  self->canvas = canvas;
  g_signal_connect_object (canvas, "view-changed", G_CALLBACK (view_changed), self,
                           G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}
