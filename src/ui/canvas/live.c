/* What a person is doing, over the drawing: selection, handles, the gesture in progress, the focus
 * ring. Rectangles are render nodes; only links need cairo. Sizes are in widget pixels: a handle is
 * as large at any zoom. */
#include "live-private.h"

#include "tb-connect.h"

#include <math.h>

#define LIVE_DRAG_MAX 120 /* more elements than that move in the tiles */
#define OUTLINE_GAP 5.0
#define HANDLE 7.0
#define CARD_RADIUS 11.0
#define MIN_CARD_PX 26.0

typedef TbLivePen Pen;

TbLivePen
tb_live_pen (TbCanvas *canvas, GtkSnapshot *snapshot)
{
  TbColour accent = tb_theme_colour (canvas->theme, TB_COLOUR_ACCENT);
  TbColour card = tb_theme_colour (canvas->theme, TB_COLOUR_CARD);
  TbColour bad = tb_theme_colour (canvas->theme, TB_COLOUR_BAD);
  return (Pen){ canvas,
                snapshot,
                tb_canvas_scene (canvas),
                tb_draw_rgba (&accent, 1),
                tb_draw_rgba (&accent, 0.1),
                tb_draw_rgba (&card, 1),
                tb_draw_rgba (&bad, 1) };
}

static TbRect
grown (const TbRect *r, double by)
{
  return (TbRect){ r->x - by, r->y - by, r->width + 2 * by, r->height + 2 * by };
}

static gboolean
in_sight (TbCanvas *canvas, const TbRect *r)
{
  TbRect widget = { -20, -20, canvas->camera.width + 40, canvas->camera.height + 40 };
  return tb_rect_intersects (r, &widget);
}

/* ---- What is dragged ------------------------------------------------------------------------- */

GArray *
tb_canvas_with_links (TbCanvas *canvas, const TbUid *uids, guint n)
{
  const TbModel *model = tb_document_model (tb_editor_document (canvas->editor));
  g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);
  GArray *all = g_array_new (FALSE, FALSE, sizeof (TbUid));

  for (guint i = 0; i < n; i++)
    g_hash_table_add (ids, (gpointer) tb_element_id (tb_model_get (model, uids[i])));
  g_array_append_vals (all, uids, n);
  for (guint i = 0; i < tb_model_count (model, TB_KIND_LINK); i++)
    {
      const TbElement *link = tb_model_nth (model, TB_KIND_LINK, i);
      TbUid uid = tb_element_uid (link);
      const char *from = tb_element_get (link, TB_PROP_FROM);
      const char *to = tb_element_get (link, TB_PROP_TO);
      if ((from && g_hash_table_contains (ids, from)) || (to && g_hash_table_contains (ids, to)))
        g_array_append_val (all, uid);
    }
  return all;
}

/* Each drawn once: what has a box an instance is drawn with the rest. */
static gboolean
only_cards (TbCanvas *canvas, const TbUid *uids, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      TbItemKind kind;
      TbRect r;
      g_autoptr (GArray) boxes = g_array_new (FALSE, FALSE, sizeof (TbRect));
      tb_scene_boxes (tb_canvas_scene (canvas), uids[i], boxes);
      if (!tb_scene_item (tb_canvas_scene (canvas), uids[i], &kind, &r) || boxes->len > 1
          || (kind != TB_ITEM_COMPONENT && kind != TB_ITEM_NOTE))
        return FALSE;
    }
  return n > 0 && n <= LIVE_DRAG_MAX;
}

void
tb_canvas_update_dragged (TbCanvas *canvas)
{
  guint n = 0;
  const TbUid *uids = canvas->editor ? tb_editor_moving (canvas->editor, &n) : NULL;
  if (n == 0)
    g_clear_pointer (&canvas->dragged, g_array_unref);
  else if (canvas->dragged == NULL && only_cards (canvas, uids, n))
    {
      canvas->dragged = tb_canvas_with_links (canvas, uids, n);
      canvas->n_dragged = n;
    }
}

typedef struct
{
  TbCanvas *canvas;
} DragDraw;

static void
draw_dragged (cairo_t *cr, gpointer data)
{
  TbCanvas *canvas = ((DragDraw *) data)->canvas;
  TbPaintOptions options
      = { .theme = canvas->theme, .scale = canvas->camera.zoom * canvas->camera.device };
  cairo_translate (cr, canvas->camera.ox, canvas->camera.oy);
  cairo_scale (cr, canvas->camera.zoom, canvas->camera.zoom);
  tb_scene_paint_only (tb_canvas_scene (canvas), cr,
                       (const TbUid *) (gpointer) canvas->dragged->data, canvas->n_dragged,
                       &options);
}

void
tb_canvas_snapshot_dragged (TbCanvas *canvas, GtkSnapshot *snapshot)
{
  TbRect all = { 0 };
  if (canvas->dragged == NULL)
    return;
  for (guint i = 0; i < canvas->dragged->len; i++)
    {
      TbItemKind kind;
      TbRect r;
      if (!tb_scene_item (tb_canvas_scene (canvas),
                          g_array_index (canvas->dragged, TbUid, i), &kind, &r))
        continue;
      r = tb_camera_rect (&canvas->camera, &r);
      r = grown (&r, 14 * MAX (canvas->camera.zoom, 1));
      if (all.width == 0)
        all = r;
      else
        tb_rect_union (&all, &r, &all);
    }
  DragDraw d = { canvas };
  GskRenderNode *node = tb_draw_node (&all, draw_dragged, &d);
  gtk_snapshot_append_node (snapshot, node);
  gsk_render_node_unref (node);
}

/* ---- Selection ------------------------------------------------------------------------------- */

void
tb_live_square_handle (Pen *pen, TbPoint world)
{
  TbPoint at = tb_camera_from_world (&pen->canvas->camera, world.x, world.y);
  TbRect r = { round (at.x) - HANDLE / 2, round (at.y) - HANDLE / 2, HANDLE, HANDLE };
  tb_draw_fill (pen->snapshot, &r, 1.5, &pen->card);
  tb_draw_outline (pen->snapshot, &r, 1.5, 1.5, &pen->accent);
}

void
tb_live_round_handle (Pen *pen, TbPoint world, double radius)
{
  TbPoint at = tb_camera_from_world (&pen->canvas->camera, world.x, world.y);
  TbRect r = { at.x - radius, at.y - radius, 2 * radius, 2 * radius };
  tb_draw_fill (pen->snapshot, &r, radius, &pen->card);
  tb_draw_outline (pen->snapshot, &r, radius, 1.6, &pen->accent);
}

typedef struct
{
  TbCanvas *canvas;
  const TbPoint *points;
  guint n;
  GdkRGBA colour;
  double width;
  gboolean dashed;
} RouteDraw;

static void
draw_route (cairo_t *cr, gpointer data)
{
  const RouteDraw *d = data;
  const TbCamera *camera = &d->canvas->camera;
  gdk_cairo_set_source_rgba (cr, &d->colour);
  cairo_translate (cr, camera->ox, camera->oy);
  cairo_scale (cr, camera->zoom, camera->zoom);
  tb_draw_route (cr, d->points, d->n, 9);
  cairo_identity_matrix (cr);
  cairo_set_line_width (cr, d->width);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  if (d->dashed)
    cairo_set_dash (cr, (double[]){ 5, 5 }, 2, 0);
  cairo_stroke (cr);
}

void
tb_live_route (Pen *pen, const TbPoint *points, guint n, const GdkRGBA *colour, double width,
              gboolean dashed)
{
  double x1 = points[0].x, y1 = points[0].y, x2 = x1, y2 = y1;
  for (guint i = 1; i < n; i++)
    {
      x1 = MIN (x1, points[i].x);
      y1 = MIN (y1, points[i].y);
      x2 = MAX (x2, points[i].x);
      y2 = MAX (y2, points[i].y);
    }
  TbRect all = { x1, y1, x2 - x1, y2 - y1 };
  RouteDraw d = { pen->canvas, points, n, *colour, width, dashed };
  TbRect bounds = tb_camera_rect (&pen->canvas->camera, &all);
  bounds = grown (&bounds, width + 2);
  if (!in_sight (pen->canvas, &bounds))
    return;
  GskRenderNode *node = tb_draw_node (&bounds, draw_route, &d);
  gtk_snapshot_append_node (pen->snapshot, node);
  gsk_render_node_unref (node);
}

static void
selected_link (Pen *pen, TbUid uid)
{
  guint n;
  const TbPoint *points = tb_scene_route (pen->scene, uid, &n);
  GdkRGBA halo = pen->accent;
  if (points == NULL || n < 2)
    return;
  halo.alpha = 0.28f;
  tb_live_route (pen, points, n, &halo, 9, FALSE);
  if (!tb_run_layer_is_broken (pen->canvas->run, uid))
    tb_live_route (pen, points, n, &pen->accent, 2.2, FALSE);
  if (tb_editor_selected_one (pen->canvas->editor) == uid)
    tb_live_link_parts (pen, uid);
}

static void
selected_item (Pen *pen, TbUid uid, TbItemKind kind, const TbRect *world, gboolean alone)
{
  double zoom = pen->canvas->camera.zoom;
  gboolean card = kind == TB_ITEM_COMPONENT || kind == TB_ITEM_NOTE;
  TbRect r = tb_camera_rect (&pen->canvas->camera, world);
  TbPoint points[8];

  if (!in_sight (pen->canvas, &r))
    return;
  r = grown (&r, card ? OUTLINE_GAP : 1);
  /* What the others would be aligned with stands out. */
  tb_draw_outline (pen->snapshot, &r, CARD_RADIUS * zoom + (card ? OUTLINE_GAP : 3),
                   tb_editor_reference (pen->canvas->editor) == uid ? 3 : 1.8, &pen->accent);
  if (!alone || (kind == TB_ITEM_COMPONENT && world->height * zoom < MIN_CARD_PX))
    return;
  guint n = tb_editor_resize_handles (pen->canvas->editor, uid, points);
  for (guint i = 0; i < n; i++)
    {
      /* A card's corners are taken at the frame round it, and its sides are for links. */
      double out = kind == TB_ITEM_COMPONENT ? OUTLINE_GAP / zoom : 0;
      points[i].x += points[i].x > world->x ? out : -out;
      points[i].y += points[i].y > world->y ? out : -out;
      tb_live_square_handle (pen, points[i]);
    }
}

/* Several in a deployment: the element is selected, so every instance of it is. */
static void
selected_boxes (Pen *pen, TbUid uid, TbItemKind kind, gboolean alone)
{
  g_autoptr (GArray) boxes = g_array_new (FALSE, FALSE, sizeof (TbRect));
  tb_scene_boxes (pen->scene, uid, boxes);
  for (guint i = 0; i < boxes->len; i++)
    selected_item (pen, uid, kind, &g_array_index (boxes, TbRect, i), alone && boxes->len == 1);
}

static void
snapshot_selection (Pen *pen)
{
  guint n;
  const TbUid *uids = tb_editor_selection (pen->canvas->editor, &n);
  for (guint i = 0; i < n; i++)
    {
      TbItemKind kind;
      TbRect r;
      if (!tb_scene_item (pen->scene, uids[i], &kind, &r))
        continue;
      if (kind == TB_ITEM_LINK)
        selected_link (pen, uids[i]);
      else
        selected_boxes (pen, uids[i], kind, n == 1);
    }
}

/* Handles to draw a link from: of the card under the pointer, and of the one selected. */
static void
snapshot_link_handles (Pen *pen, TbUid uid)
{
  TbPoint points[4];
  TbItemKind kind;
  TbRect r;
  if (uid == 0 || !tb_scene_item (pen->scene, uid, &kind, &r)
      || r.height * pen->canvas->camera.zoom < MIN_CARD_PX)
    return;
  guint n = tb_editor_link_handles (pen->canvas->editor, uid, points);
  for (guint i = 0; i < n; i++)
    tb_live_round_handle (pen, points[i], 5);
}

/* ---- Gestures -------------------------------------------------------------------------------- */

static void
highlight (Pen *pen, TbUid uid, const GdkRGBA *colour)
{
  TbItemKind kind;
  TbRect r;
  if (uid == 0 || !tb_scene_item (pen->scene, uid, &kind, &r))
    return;
  gboolean card = kind == TB_ITEM_COMPONENT;
  GdkRGBA soft = *colour;
  soft.alpha = 0.08f;
  r = tb_camera_rect (&pen->canvas->camera, &r);
  if (card)
    r = grown (&r, OUTLINE_GAP);
  double radius = (card ? CARD_RADIUS : 14) * pen->canvas->camera.zoom + (card ? OUTLINE_GAP : 0);
  tb_draw_fill (pen->snapshot, &r, radius, &soft);
  tb_draw_outline (pen->snapshot, &r, radius, 2, colour);
}

static void
say_at (Pen *pen, const char *text, TbColourId colour, TbPoint world)
{
  TbPill pill = { .text = text, .colour = colour, .line = colour, .scale = 1 };
  TbPoint at = tb_camera_from_world (&pen->canvas->camera, world.x, world.y);
  GskRenderNode *node = tb_pill_node_new (GTK_WIDGET (pen->canvas), pen->canvas->theme, &pill);
  double width, height;
  tb_pill_measure (GTK_WIDGET (pen->canvas), &pill, &width, &height);
  double x = CLAMP (at.x + 14, 4, MAX (pen->canvas->camera.width - width - 8, 4));
  gtk_snapshot_save (pen->snapshot);
  gtk_snapshot_translate (pen->snapshot,
                          &GRAPHENE_POINT_INIT ((float) round (x), (float) round (at.y + 16)));
  gtk_snapshot_append_node (pen->snapshot, node);
  gtk_snapshot_restore (pen->snapshot);
  gsk_render_node_unref (node);
}

/* What cannot be the end of the dragged link recedes; from far off, where cards are specks, only the
 * pointer says so. */
static void
veil_refused (Pen *pen)
{
  TbCanvas *canvas = pen->canvas;
  double zoom = canvas->camera.zoom;
  TbColour page = tb_theme_colour (canvas->theme, TB_COLOUR_CANVAS);
  GdkRGBA veil = tb_draw_rgba (&page, 0.66);
  TbPoint corner = tb_camera_to_world (&canvas->camera, 0, 0);
  TbRect sight = { corner.x, corner.y, canvas->camera.width / zoom, canvas->camera.height / zoom };
  g_autoptr (GArray) uids = g_array_new (FALSE, FALSE, sizeof (TbUid));
  if (MIN_CARD_PX > 68 * zoom)
    return;
  tb_scene_query (pen->scene, &sight, FALSE, uids);
  for (guint i = 0; i < uids->len; i++)
    {
      TbUid uid = g_array_index (uids, TbUid, i);
      TbRect r;
      if (!tb_editor_link_dimmed (canvas->editor, uid)
          || !tb_scene_item (pen->scene, uid, NULL, &r))
        continue;
      r = tb_camera_rect (&canvas->camera, &r);
      r = grown (&r, 1);
      tb_draw_fill (pen->snapshot, &r, CARD_RADIUS * zoom + 1, &veil);
    }
}

static void
gesture_link (Pen *pen, const TbGestureState *g)
{
  const GdkRGBA *colour = g->reason ? &pen->bad : &pen->accent;
  veil_refused (pen);
  highlight (pen, g->target, colour);
  tb_live_route (pen, (TbPoint[]){ g->from, g->to }, 2, colour, 2, TRUE);
  tb_live_round_handle (pen, g->from, 4);
  if (g->reason)
    say_at (pen, g->reason, TB_COLOUR_BAD, g->to);
  else if (g->caution)
    say_at (pen, g->caution, TB_COLOUR_WARN, g->to);
}

static void
gesture_rect (Pen *pen, const TbRect *world, double radius, gboolean filled)
{
  TbRect r = tb_camera_rect (&pen->canvas->camera, world);
  if (filled)
    tb_draw_fill (pen->snapshot, &r, radius, &pen->accent_soft);
  tb_draw_outline (pen->snapshot, &r, radius, filled ? 1 : 1.8, &pen->accent);
}

static void
snapshot_gesture (Pen *pen, const TbGestureState *g)
{
  double zoom = pen->canvas->camera.zoom;
  switch (g->gesture)
    {
    case TB_GESTURE_LINK:
      gesture_link (pen, g);
      break;
    case TB_GESTURE_BAND:
      gesture_rect (pen, &g->rect, 2, TRUE);
      break;
    case TB_GESTURE_RESIZE:
      gesture_rect (pen, &g->rect, 14 * zoom, FALSE);
      tb_live_guides (pen);
      break;
    case TB_GESTURE_CREATE:
      if (g->rect.width > 0)
        gesture_rect (pen, &g->rect, CARD_RADIUS * zoom, TRUE);
      break;
    case TB_GESTURE_MOVE:
      highlight (pen, g->target, &pen->accent);
      tb_live_guides (pen);
      break;
    case TB_GESTURE_ROOM:
      tb_live_room (pen, g);
      break;
    case TB_GESTURE_ROUTE:
      tb_live_bend (pen);
      break;
    case TB_GESTURE_LABEL:
      tb_live_label (pen, g);
      break;
    case TB_GESTURE_TIDY:
      tb_live_ghosts (pen);
      break;
    case TB_GESTURE_NONE:
      break;
    }
}

void
tb_canvas_snapshot_edit (TbCanvas *canvas, GtkSnapshot *snapshot)
{
  Pen pen = tb_live_pen (canvas, snapshot);
  TbGestureState gesture = tb_editor_gesture (canvas->editor);
  gboolean idle = gesture.gesture == TB_GESTURE_NONE;

  snapshot_selection (&pen);
  if (idle)
    {
      TbUid hover = tb_editor_hover (canvas->editor);
      TbUid one = tb_editor_selected_one (canvas->editor);
      snapshot_link_handles (&pen, hover);
      if (one != hover)
        snapshot_link_handles (&pen, one);
    }
  snapshot_gesture (&pen, &gesture);
}

/* ---- Focus ----------------------------------------------------------------------------------- */

void
tb_canvas_snapshot_focus (TbCanvas *canvas, GtkSnapshot *snapshot)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (canvas));
  TbUid uid = tb_items_focused (canvas->items);
  TbRect r = { 1, 1, canvas->camera.width - 2, canvas->camera.height - 2 };
  TbItemKind kind;
  Pen pen = tb_live_pen (canvas, snapshot);
  GdkRGBA ring = pen.accent;

  if (!GTK_IS_WINDOW (root) || !gtk_window_get_focus_visible (GTK_WINDOW (root)))
    return;
  ring.alpha = 0.45f;
  if (uid != 0 && tb_scene_item (pen.scene, uid, &kind, &r))
    {
      r = tb_camera_rect (&canvas->camera, &r);
      r = grown (&r, OUTLINE_GAP + 4);
      tb_draw_outline (snapshot, &r, CARD_RADIUS * canvas->camera.zoom + OUTLINE_GAP + 4, 2, &ring);
    }
  else if (canvas->tabbed && gtk_widget_is_focus (GTK_WIDGET (canvas)))
    tb_draw_outline (snapshot, &r, 3, 2, &ring);
}
