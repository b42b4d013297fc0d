/* Tidying on the canvas: offered places as ghosts, a bar to take them or not, and the way there.
 *
 *   nothing ── the editor offers places: follow() ──▶ offered ── Enter, Take: tb_canvas_tidy_take() ──▶ flight
 *      ▲                                                │ Escape, Drop, a press, any change            │
 *      └────────────────────────────────────────────────┴──────────── arrived(), the camera moves ◀────┘
 *
 * The document has the new places when the flight begins; it only shows them late, for a quarter of a
 * second, and not at all where animations are off or so many would fly that frames were late. */
#include "live-private.h"

#include <math.h>

#include "tb-base.h"

#define FLIGHT_NS (240 * TB_NS_PER_MS)
#define FLIGHT_MAX 120
#define GHOSTS_MAX 120 /* more are outlines only */
#define BAR_GAP 18

typedef struct
{
  TbUid uid;
  GskRenderNode *node; /* where it comes to stand */
  double dx, dy;       /* widget pixels back to where it was */
} Flyer;

struct _TbTidyShow
{
  GtkWidget *bar, *label;
  GArray *flyers; /* Flyer, NULL: none fly */
  GArray *uids;   /* TbUid: them and the links that end at them */
  TbCamera camera;
  gint64 start_ns;
  double done; /* 0 … 1, of the way */
  guint tick_id;
};

static void
clear_flyer (gpointer data)
{
  Flyer *flyer = data;
  g_clear_pointer (&flyer->node, gsk_render_node_unref);
}

static TbTidyShow *
ensure_show (TbCanvas *canvas)
{
  if (canvas->tidy == NULL)
    canvas->tidy = g_new0 (TbTidyShow, 1);
  return canvas->tidy;
}

/* ---- The flight ------------------------------------------------------------------------------ */

static void
land (TbCanvas *canvas)
{
  TbTidyShow *show = canvas->tidy;
  if (show == NULL || show->flyers == NULL)
    return;
  g_clear_pointer (&show->flyers, g_array_unref);
  g_clear_pointer (&show->uids, g_array_unref);
  if (show->tick_id != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (canvas), show->tick_id);
  show->tick_id = 0;
  tb_canvas_update_without (canvas);
  tb_canvas_live_changed (canvas);
}

static gboolean
camera_moved (TbCanvas *canvas)
{
  const TbCamera *a = &canvas->tidy->camera, *b = &canvas->camera;
  return a->ox != b->ox || a->oy != b->oy || a->zoom != b->zoom;
}

static gboolean
fly (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  TbCanvas *canvas = TB_CANVAS (widget);
  TbTidyShow *show = canvas->tidy;
  gint64 now = gdk_frame_clock_get_frame_time (clock) * TB_NS_PER_US;
  if (show->start_ns == 0)
    show->start_ns = now;
  double t = (double) (now - show->start_ns) / FLIGHT_NS;
  if (t >= 1 || camera_moved (canvas))
    {
      show->tick_id = 0;
      land (canvas);
      return G_SOURCE_REMOVE;
    }
  show->done = 1 - (1 - t) * (1 - t) * (1 - t); /* fast first, then gently */
  gtk_widget_queue_draw (widget);
  return G_SOURCE_CONTINUE;
}

typedef struct
{
  TbCanvas *canvas;
  TbUid uid;
  GArray *links;
} CardDraw;

static void
draw_card (cairo_t *cr, gpointer data)
{
  const CardDraw *d = data;
  const TbCamera *camera = &d->canvas->camera;
  TbPaintOptions options = { .theme = d->canvas->theme,
                             .scale = camera->zoom * camera->device,
                             .without = (const TbUid *) (gpointer) d->links->data,
                             .n_without = d->links->len };
  cairo_translate (cr, camera->ox, camera->oy);
  cairo_scale (cr, camera->zoom, camera->zoom);
  tb_scene_paint_only (tb_canvas_scene (d->canvas), cr, &d->uid, 1, &options);
}

static GskRenderNode *
card_node (TbCanvas *canvas, TbUid uid, GArray *links)
{
  TbItemKind kind;
  TbRect r;
  CardDraw d = { canvas, uid, links };
  if (!tb_scene_item (tb_canvas_scene (canvas), uid, &kind, &r))
    return NULL;
  r = tb_camera_rect (&canvas->camera, &r);
  double by = 16 * MAX (canvas->camera.zoom, 1);
  r = (TbRect){ r.x - by, r.y - by, r.width + 2 * by, r.height + 2 * by };
  return tb_draw_node (&r, draw_card, &d);
}

/* from: where they stood; the scene has them where they come to stand. */
static void
take_off (TbCanvas *canvas, const GArray *from)
{
  TbTidyShow *show = ensure_show (canvas);
  g_autoptr (GArray) moved = g_array_new (FALSE, FALSE, sizeof (TbUid));
  land (canvas);
  for (guint i = 0; i < from->len; i++)
    g_array_append_val (moved, g_array_index (from, TbPlacement, i).uid);
  show->uids = tb_canvas_with_links (canvas, (const TbUid *) (gpointer) moved->data, moved->len);
  g_autoptr (GArray) links = g_array_new (FALSE, FALSE, sizeof (TbUid));
  g_array_append_vals (links, &g_array_index (show->uids, TbUid, moved->len),
                       show->uids->len - moved->len);
  show->flyers = g_array_new (FALSE, FALSE, sizeof (Flyer));
  g_array_set_clear_func (show->flyers, clear_flyer);
  for (guint i = 0; i < from->len; i++)
    {
      const TbPlacement *was = &g_array_index (from, TbPlacement, i);
      TbItemKind kind;
      TbRect now;
      if (!tb_scene_item (tb_canvas_scene (canvas), was->uid, &kind, &now))
        continue;
      Flyer flyer = { was->uid, card_node (canvas, was->uid, links),
                      (was->rect.x - now.x) * canvas->camera.zoom,
                      (was->rect.y - now.y) * canvas->camera.zoom };
      g_array_append_val (show->flyers, flyer);
    }
  show->camera = canvas->camera;
  show->start_ns = 0;
  show->done = 0;
  show->tick_id = gtk_widget_add_tick_callback (GTK_WIDGET (canvas), fly, NULL, NULL);
  tb_canvas_update_without (canvas);
}

void
tb_canvas_tidy_without (TbCanvas *canvas, GArray *uids)
{
  if (canvas->tidy && canvas->tidy->uids)
    g_array_append_vals (uids, canvas->tidy->uids->data, canvas->tidy->uids->len);
}

/* Links come back as the cards arrive: their way is new. */
static void
snapshot_links (TbLivePen *pen, const TbTidyShow *show)
{
  TbColour colour = tb_theme_colour (pen->canvas->theme, TB_COLOUR_LINK);
  GdkRGBA rgba = tb_draw_rgba (&colour, 1);
  gtk_snapshot_push_opacity (pen->snapshot, show->done * show->done);
  for (guint i = show->flyers->len; i < show->uids->len; i++)
    {
      guint n;
      const TbPoint *way
          = tb_scene_route (pen->scene, g_array_index (show->uids, TbUid, i), &n);
      if (n >= 2)
        tb_live_route (pen, way, n, &rgba, 1.8 * pen->canvas->camera.zoom, FALSE);
    }
  gtk_snapshot_pop (pen->snapshot);
}

void
tb_canvas_snapshot_tidy (TbCanvas *canvas, GtkSnapshot *snapshot)
{
  TbTidyShow *show = canvas->tidy;
  if (show == NULL || show->flyers == NULL)
    return;
  TbLivePen pen = tb_live_pen (canvas, snapshot);
  snapshot_links (&pen, show);
  for (guint i = 0; i < show->flyers->len; i++)
    {
      const Flyer *flyer = &g_array_index (show->flyers, Flyer, i);
      if (flyer->node != NULL)
        tb_draw_at (snapshot, flyer->node, flyer->dx * (1 - show->done),
                    flyer->dy * (1 - show->done));
    }
}

/* ---- Ghosts ---------------------------------------------------------------------------------- */

static void
draw_way (TbLivePen *pen, const TbRect *from, const TbRect *to)
{
  TbPoint ends[2] = { { from->x + from->width / 2, from->y + from->height / 2 },
                      { to->x + to->width / 2, to->y + to->height / 2 } };
  GdkRGBA colour = pen->accent;
  colour.alpha = 0.45f;
  if (hypot (ends[1].x - ends[0].x, ends[1].y - ends[0].y) > 4)
    tb_live_route (pen, ends, 2, &colour, 1.2, TRUE);
}

static void
draw_ghost (TbLivePen *pen, const TbPlacement *place, const TbRect *now, GArray *links)
{
  const TbCamera *camera = &pen->canvas->camera;
  TbRect r = tb_camera_rect (camera, &place->rect);
  if (links != NULL)
    {
      GskRenderNode *node = card_node (pen->canvas, place->uid, links);
      if (node != NULL)
        {
          tb_draw_at (pen->snapshot, node, (place->rect.x - now->x) * camera->zoom,
                      (place->rect.y - now->y) * camera->zoom);
          gsk_render_node_unref (node);
        }
    }
  tb_draw_outline (pen->snapshot, &r, 11 * camera->zoom, 1.8, &pen->accent);
}

/* The drawing steps back, what would be stands before it. */
void
tb_live_ghosts (TbLivePen *pen)
{
  guint n;
  TbCanvas *canvas = pen->canvas;
  const TbPlacement *places = tb_editor_tidy_places (canvas->editor, &n);
  TbColour page = tb_theme_colour (canvas->theme, TB_COLOUR_CANVAS);
  GdkRGBA veil = tb_draw_rgba (&page, 0.72);
  g_autoptr (GArray) uids = g_array_new (FALSE, FALSE, sizeof (TbUid));
  g_autoptr (GArray) links = NULL;

  gtk_snapshot_append_color (pen->snapshot, &veil,
                             &GRAPHENE_RECT_INIT (0, 0, (float) canvas->camera.width,
                                                  (float) canvas->camera.height));
  for (guint i = 0; i < n; i++)
    g_array_append_val (uids, places[i].uid);
  if (n <= GHOSTS_MAX)
    links = tb_canvas_with_links (canvas, (const TbUid *) (gpointer) uids->data, n);
  if (links != NULL)
    g_array_remove_range (links, 0, n);
  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < n; i++)
      {
        TbItemKind kind;
        TbRect now;
        if (!tb_scene_item (pen->scene, places[i].uid, &kind, &now))
          continue;
        if (pass == 0)
          draw_way (pen, &now, &places[i].rect);
        else
          draw_ghost (pen, &places[i], &now, links);
      }
}

/* ---- The bar --------------------------------------------------------------------------------- */

static gboolean
animations_are_on (TbCanvas *canvas)
{
  gboolean on = TRUE;
  g_object_get (gtk_widget_get_settings (GTK_WIDGET (canvas)), "gtk-enable-animations", &on, NULL);
  return on;
}

gboolean
tb_canvas_tidy_take (TbCanvas *canvas)
{
  guint n = 0;
  const TbPlacement *places
      = canvas->editor ? tb_editor_tidy_places (canvas->editor, &n) : NULL;
  if (places == NULL)
    return FALSE;
  g_autoptr (GArray) from = g_array_new (FALSE, FALSE, sizeof (TbPlacement));
  for (guint i = 0; i < n; i++)
    {
      TbItemKind kind;
      TbPlacement was = { .uid = places[i].uid };
      if (tb_scene_item (tb_canvas_scene (canvas), was.uid, &kind, &was.rect))
        g_array_append_val (from, was);
    }
  tb_editor_tidy_apply (canvas->editor);
  if (from->len > 0 && from->len <= FLIGHT_MAX && animations_are_on (canvas))
    take_off (canvas, from);
  gtk_widget_grab_focus (GTK_WIDGET (canvas));
  return TRUE;
}

static void
drop_clicked (GtkButton *button, TbCanvas *canvas)
{
  tb_editor_cancel (canvas->editor);
  gtk_widget_grab_focus (GTK_WIDGET (canvas));
}

static void
take_clicked (GtkButton *button, TbCanvas *canvas)
{
  tb_canvas_tidy_take (canvas);
}

static GtkWidget *
make_bar (TbCanvas *canvas, TbTidyShow *show)
{
  GtkWidget *bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *drop = gtk_button_new_with_mnemonic ("_Cancel");
  GtkWidget *take = gtk_button_new_with_mnemonic ("_Apply");
  show->label = gtk_label_new (NULL);
  gtk_label_set_ellipsize (GTK_LABEL (show->label), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (bar, "toolbar");
  gtk_widget_add_css_class (bar, "osd");
  gtk_widget_add_css_class (take, "suggested-action");
  gtk_widget_set_margin_start (show->label, 6);
  g_signal_connect (drop, "clicked", G_CALLBACK (drop_clicked), canvas);
  g_signal_connect (take, "clicked", G_CALLBACK (take_clicked), canvas);
  gtk_box_append (GTK_BOX (bar), show->label);
  gtk_box_append (GTK_BOX (bar), drop);
  gtk_box_append (GTK_BOX (bar), take);
  gtk_widget_set_parent (bar, GTK_WIDGET (canvas));
  gtk_widget_grab_focus (take);
  return bar;
}

/* What cannot be seen cannot be judged. Room is left for the bar. */
static void
show_offer (TbCanvas *canvas, const TbPlacement *places, guint n)
{
  TbRect all = places[0].rect;
  for (guint i = 1; i < n; i++)
    tb_rect_union (&all, &places[i].rect, &all);
  all.height += 80 / canvas->camera.zoom;
  tb_canvas_show_all_of (canvas, &all);
}

void
tb_canvas_tidy_follow (TbCanvas *canvas)
{
  guint n = 0;
  const TbPlacement *places
      = canvas->editor ? tb_editor_tidy_places (canvas->editor, &n) : NULL;
  if (places != NULL)
    {
      TbTidyShow *show = ensure_show (canvas);
      g_autofree char *text = g_strdup_printf (n == 1 ? "Tidy %u element?" : "Tidy %u elements?", n);
      if (show->bar == NULL)
        {
          show->bar = make_bar (canvas, show);
          show_offer (canvas, places, n);
        }
      gtk_label_set_text (GTK_LABEL (show->label), text);
      gtk_widget_queue_allocate (GTK_WIDGET (canvas));
    }
  else if (canvas->tidy != NULL && canvas->tidy->bar != NULL)
    {
      gboolean had_focus = gtk_widget_get_focus_child (GTK_WIDGET (canvas)) == canvas->tidy->bar;
      g_clear_pointer (&canvas->tidy->bar, gtk_widget_unparent);
      if (had_focus)
        gtk_widget_grab_focus (GTK_WIDGET (canvas));
    }
}

void
tb_canvas_tidy_allocate (TbCanvas *canvas)
{
  int minimum, width, height, ignored;
  GtkWidget *bar = canvas->tidy ? canvas->tidy->bar : NULL;
  if (bar == NULL)
    return;
  gtk_widget_measure (bar, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, &width, NULL, NULL);
  width = MAX (minimum, MIN (width, (int) canvas->camera.width - 2 * BAR_GAP));
  gtk_widget_measure (bar, GTK_ORIENTATION_VERTICAL, width, &ignored, &height, NULL, NULL);
  float x = (float) round ((canvas->camera.width - width) / 2);
  float y = (float) round (canvas->camera.height - height - BAR_GAP);
  gtk_widget_allocate (bar, width, height, -1,
                       gsk_transform_translate (NULL, &GRAPHENE_POINT_INIT (x, y)));
}

void
tb_canvas_tidy_snapshot_bar (TbCanvas *canvas, GtkSnapshot *snapshot)
{
  if (canvas->tidy && canvas->tidy->bar)
    gtk_widget_snapshot_child (GTK_WIDGET (canvas), canvas->tidy->bar, snapshot);
}

void
tb_canvas_tidy_drop (TbCanvas *canvas)
{
  TbTidyShow *show = canvas->tidy;
  if (show == NULL)
    return;
  if (show->tick_id != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (canvas), show->tick_id);
  g_clear_pointer (&show->bar, gtk_widget_unparent);
  g_clear_pointer (&show->flyers, g_array_unref);
  g_clear_pointer (&show->uids, g_array_unref);
  g_clear_pointer (&canvas->tidy, g_free);
}
