/* The widget: the editor that it follows, and a frame put together from the bottom up: tiles, what is dragged, the
 * run, its dots, selection and gesture, the focus ring, the name being edited. */
#include "canvas-private.h"

#include <adwaita.h>

#include "appearance.h"
#include "tb-base.h"

#define FRAME_BUDGET_NS (6 * TB_NS_PER_MS)
#define URGENT_BUDGET_NS (40 * TB_NS_PER_MS)
#define URGENT_DIRTY 64

enum
{
  ZOOM_CHANGED,
  VIEW_CHANGED,
  LIVE_FRAME,
  CONTEXT_MENU,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TbCanvas, tb_canvas, GTK_TYPE_WIDGET)

const TbScene *
tb_canvas_scene (TbCanvas *canvas)
{
  return canvas->editor ? tb_editor_scene (canvas->editor) : NULL;
}

gint64
tb_canvas_now_ns (TbCanvas *canvas)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (canvas));
  return clock ? gdk_frame_clock_get_frame_time (clock) * TB_NS_PER_US : tb_now_ns ();
}

void
tb_canvas_live_changed (TbCanvas *canvas)
{
  g_clear_pointer (&canvas->still_edit, gsk_render_node_unref);
  g_clear_pointer (&canvas->still_run, gsk_render_node_unref);
  g_clear_pointer (&canvas->still_pills, gsk_render_node_unref);
  gtk_widget_queue_draw (GTK_WIDGET (canvas));
}

TbFrameTimes
tb_canvas_frame_times (TbCanvas *canvas)
{
  return tb_frame_meter_times (&canvas->meter);
}

TbFrameTimes
tb_canvas_delivery_times (TbCanvas *canvas)
{
  return tb_frame_meter_times (&canvas->delivery);
}

void
tb_canvas_reset_frame_times (TbCanvas *canvas)
{
  tb_frame_meter_reset (&canvas->delivery);
  tb_frame_meter_reset (&canvas->meter);
}

guint
tb_canvas_live_rate (TbCanvas *canvas)
{
  return canvas->rate;
}

TbLiveFrame *
tb_canvas_live_frame (TbCanvas *canvas)
{
  return canvas->frame;
}

/* ---- Following the editor -------------------------------------------------------------------- */

/* What the live layer draws is left out of tiles. A change of it must not show a thing twice or not
 * at all, so the tiles it touches are drawn in the same frame. */
void
tb_canvas_update_without (TbCanvas *canvas)
{
  tb_canvas_update_dragged (canvas);
  g_autoptr (GArray) uids = canvas->dragged ? g_array_copy (canvas->dragged)
                                            : g_array_new (FALSE, FALSE, sizeof (TbUid));
  const TbScene *scene = tb_canvas_scene (canvas);
  tb_canvas_tidy_without (canvas, uids);
  tb_run_layer_without (canvas->run, uids);
  if (uids->len == canvas->without->len
      && (uids->len == 0
          || memcmp (uids->data, canvas->without->data, uids->len * sizeof (TbUid)) == 0))
    return;
  GArray *sets[2] = { canvas->without, uids };
  for (guint s = 0; s < 2; s++)
    for (guint i = 0; i < sets[s]->len; i++)
      {
        TbItemKind kind;
        TbRect r;
        if (scene && tb_scene_item (scene, g_array_index (sets[s], TbUid, i), &kind, &r))
          tb_tiles_invalidate (canvas->tiles, &r);
      }
  tb_tiles_set_without (canvas->tiles, (const TbUid *) (gpointer) uids->data, uids->len);
  g_array_unref (canvas->without);
  canvas->without = g_steal_pointer (&uids);
  canvas->urgent = TRUE;
}

static void
scene_changed (TbEditor *editor, const TbRect *dirty, guint n, TbCanvas *canvas)
{
  for (guint i = 0; i < n; i++)
    tb_tiles_invalidate (canvas->tiles, &dirty[i]);
  tb_run_layer_scene_changed (canvas->run);
  tb_traffic_scene_changed (canvas->traffic);
  /* What a hand does is seen at once; a whole drawing that found its ways may take a few frames. */
  canvas->urgent |= n <= URGENT_DIRTY;
  if (canvas->needs_fit)
    gtk_widget_queue_allocate (GTK_WIDGET (canvas));
  tb_canvas_live_changed (canvas);
  tb_items_queue (canvas->items);
}

static void
gesture_changed (TbEditor *editor, TbCanvas *canvas)
{
  tb_canvas_tidy_follow (canvas);
  tb_canvas_update_without (canvas);
  tb_canvas_update_cursor (canvas);
  tb_canvas_live_changed (canvas);
}

static void
selection_changed (TbEditor *editor, TbCanvas *canvas)
{
  tb_items_selection_changed (canvas->items);
  tb_canvas_live_changed (canvas);
}

static void
options_changed (TbEditor *editor, TbCanvas *canvas)
{
  tb_tiles_set_grid (canvas->tiles, tb_editor_grid (editor));
  tb_tiles_invalidate_all (canvas->tiles);
  canvas->urgent = TRUE;
  tb_canvas_live_changed (canvas);
}

static void
rename_asked (TbEditor *editor, guint uid, TbCanvas *canvas)
{
  tb_canvas_rename (canvas, uid);
}

/* Another view is another drawing: all of it is shown first. The first view that a document gets
 * is the drawing that was there already. */
static void
view_changed (TbEditor *editor, TbCanvas *canvas)
{
  const char *view = tb_scene_view_id (tb_editor_scene (editor));
  if (g_strcmp0 (view, canvas->view_shown) == 0)
    return;
  gboolean had_one = canvas->view_shown != NULL;
  g_free (canvas->view_shown);
  canvas->view_shown = g_strdup (view);
  if (!had_one)
    return;
  tb_canvas_name_end (canvas, TRUE);
  tb_traffic_clear (canvas->traffic);
  tb_canvas_update_without (canvas);
  tb_canvas_zoom_to_fit (canvas);
}

static void
drop_editor (TbCanvas *canvas)
{
  if (canvas->editor == NULL)
    return;
  tb_canvas_name_end (canvas, FALSE);
  tb_canvas_tidy_drop (canvas);
  tb_canvas_set_matches (canvas, NULL, 0);
  for (guint i = 0; i < G_N_ELEMENTS (canvas->editor_ids); i++)
    g_clear_signal_handler (&canvas->editor_ids[i], canvas->editor);
  tb_tiles_set_scene (canvas->tiles, NULL, canvas->theme);
  tb_items_clear (canvas->items);
  g_array_set_size (canvas->without, 0);
  g_clear_pointer (&canvas->dragged, g_array_unref);
  tb_tiles_set_without (canvas->tiles, NULL, 0);
  g_clear_object (&canvas->editor);
}

void
tb_canvas_set_editor (TbCanvas *canvas, TbEditor *editor)
{
  if (canvas->editor == editor)
    return;
  drop_editor (canvas);
  if (editor != NULL)
    {
      canvas->editor = g_object_ref (editor);
      canvas->editor_ids[0]
          = g_signal_connect (editor, "scene-changed", G_CALLBACK (scene_changed), canvas);
      canvas->editor_ids[1]
          = g_signal_connect (editor, "gesture-changed", G_CALLBACK (gesture_changed), canvas);
      canvas->editor_ids[2]
          = g_signal_connect (editor, "selection-changed", G_CALLBACK (selection_changed), canvas);
      canvas->editor_ids[3]
          = g_signal_connect (editor, "rename", G_CALLBACK (rename_asked), canvas);
      canvas->editor_ids[4]
          = g_signal_connect (editor, "view-changed", G_CALLBACK (view_changed), canvas);
      g_free (canvas->view_shown);
      canvas->view_shown = g_strdup (tb_scene_view_id (tb_editor_scene (editor)));
      canvas->editor_ids[5]
          = g_signal_connect (editor, "options-changed", G_CALLBACK (options_changed), canvas);
      tb_tiles_set_grid (canvas->tiles, tb_editor_grid (editor));
      tb_tiles_set_scene (canvas->tiles, tb_editor_scene (editor), canvas->theme);
    }
  canvas->needs_fit = TRUE;
  canvas->urgent = TRUE;
  gtk_widget_queue_allocate (GTK_WIDGET (canvas));
  tb_canvas_live_changed (canvas);
  tb_items_queue (canvas->items);
}

void
tb_canvas_swap_editor (TbCanvas *canvas, TbEditor *editor)
{
  gboolean fits = canvas->needs_fit || canvas->editor == NULL;
  gboolean fitted = canvas->fitted;
  tb_canvas_set_editor (canvas, editor);
  canvas->needs_fit = fits;
  canvas->fitted = fitted;
}

TbEditor *
tb_canvas_editor (TbCanvas *canvas)
{
  return canvas->editor;
}

void
tb_canvas_rename (TbCanvas *canvas, TbUid uid)
{
  tb_canvas_name_begin (canvas, uid, NULL);
}

/* ---- Theme ----------------------------------------------------------------------------------- */

static void
make_run_anew (TbCanvas *canvas)
{
  tb_run_layer_clear (canvas->run);
  if (canvas->frame)
    tb_run_layer_take (canvas, canvas->frame, tb_now_ns ());
}

static void
update_theme (TbCanvas *canvas)
{
  TbThemeId theme = tb_appearance_theme ();
  if (theme == canvas->theme)
    return;
  canvas->theme = theme;
  tb_tiles_set_scene (canvas->tiles, tb_canvas_scene (canvas), theme);
  make_run_anew (canvas);
  canvas->urgent = TRUE;
  tb_canvas_live_changed (canvas);
}

/* ---- Drawing --------------------------------------------------------------------------------- */

static gboolean
raster_more (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  TbCanvas *canvas = TB_CANVAS (widget);
  canvas->raster_id = 0;
  gtk_widget_queue_draw (widget);
  return G_SOURCE_REMOVE;
}

static void
snapshot_tiles (TbCanvas *canvas, GtkSnapshot *snapshot)
{
  gboolean first = tb_tiles_stats (canvas->tiles).n == 0, unfinished;
  gint64 budget = first || canvas->urgent ? URGENT_BUDGET_NS : FRAME_BUDGET_NS;
  GskRenderNode *node = tb_tiles_snapshot (canvas->tiles, &canvas->camera,
                                           canvas->settled || first, budget, &unfinished);
  gtk_snapshot_append_node (snapshot, node);
  gsk_render_node_unref (node);
  canvas->urgent = FALSE;
  if (unfinished && canvas->raster_id == 0)
    canvas->raster_id
        = gtk_widget_add_tick_callback (GTK_WIDGET (canvas), raster_more, NULL, NULL);
}

/* The parts that do not move are kept, so that the renderer sees at once that they are the same. */
static void
append_kept (TbCanvas *canvas, GtkSnapshot *snapshot, GskRenderNode **kept,
             void (*draw) (TbCanvas *, GtkSnapshot *))
{
  if (*kept == NULL)
    {
      GtkSnapshot *part = gtk_snapshot_new ();
      draw (canvas, part);
      *kept = gtk_snapshot_free_to_node (part);
    }
  if (*kept != NULL)
    gtk_snapshot_append_node (snapshot, *kept);
}

static void
snapshot_still (TbCanvas *canvas, GtkSnapshot *snapshot)
{
  tb_canvas_snapshot_failing (canvas, snapshot);
  tb_canvas_snapshot_marks (canvas, snapshot);
  tb_canvas_snapshot_badges (canvas, snapshot);
  tb_canvas_snapshot_edit (canvas, snapshot);
}

static void
tb_canvas_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  TbCanvas *canvas = TB_CANVAS (widget);
  float width = (float) gtk_widget_get_width (widget);
  float height = (float) gtk_widget_get_height (widget);

  /* A scale of nothing would put the renderer's matrices out of order. */
  if (width < 1 || height < 1)
    return;
  canvas->meter.drew = TRUE;
  gtk_snapshot_push_clip (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  snapshot_tiles (canvas, snapshot);
  if (canvas->editor != NULL)
    {
      tb_canvas_snapshot_dragged (canvas, snapshot);
      tb_canvas_snapshot_tidy (canvas, snapshot);
      if (canvas->frame != NULL)
        {
          append_kept (canvas, snapshot, &canvas->still_run, tb_canvas_snapshot_run);
          tb_canvas_snapshot_dots (canvas, snapshot);
        }
      append_kept (canvas, snapshot, &canvas->still_edit, snapshot_still);
      if (canvas->frame != NULL) /* above dots and handles: figures are to be read */
        append_kept (canvas, snapshot, &canvas->still_pills, tb_canvas_snapshot_pills);
      tb_canvas_snapshot_focus (canvas, snapshot);
      tb_canvas_snapshot_point (canvas, snapshot);
    }
  gtk_snapshot_pop (snapshot);
  if (canvas->name_edit != NULL)
    gtk_widget_snapshot_child (widget, canvas->name_edit, snapshot);
  tb_canvas_tidy_snapshot_bar (canvas, snapshot);
}

/* ---- Widget ---------------------------------------------------------------------------------- */

static void
tb_canvas_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                   int *natural, int *minimum_baseline, int *natural_baseline)
{
  *minimum = 64;
  *natural = 480;
}

/* A drawing that was fitted stays so when a panel opens or the window grows; of any other, the middle
 * stays in the middle. */
static void
tb_canvas_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  TbCanvas *canvas = TB_CANVAS (widget);
  TbCamera *camera = &canvas->camera;
  int device = gtk_widget_get_scale_factor (widget);
  gboolean changed = camera->width != width || camera->height != height || camera->device != device;

  if (camera->device != device && canvas->editor != NULL)
    make_run_anew (canvas);
  if (changed && camera->width > 0)
    tb_camera_pan (camera, (width - camera->width) / 2, (height - camera->height) / 2);
  camera->width = width;
  camera->height = height;
  camera->device = device;
  TbRect bounds = canvas->editor ? tb_scene_bounds (tb_canvas_scene (canvas)) : (TbRect){ 0 };
  if ((canvas->needs_fit || (changed && canvas->fitted)) && bounds.width > 0 && width > 1)
    {
      canvas->needs_fit = FALSE;
      tb_canvas_zoom_to_fit (canvas);
    }
  if (changed)
    {
      tb_canvas_live_changed (canvas);
      g_signal_emit (canvas, signals[VIEW_CHANGED], 0);
    }
  tb_items_allocate (canvas->items);
  tb_canvas_name_allocate (canvas);
  tb_canvas_tidy_allocate (canvas);
}

static void
tb_canvas_realize (GtkWidget *widget)
{
  TbCanvas *canvas = TB_CANVAS (widget);
  GTK_WIDGET_CLASS (tb_canvas_parent_class)->realize (widget);
  tb_frame_meter_attach (&canvas->meter, gtk_widget_get_frame_clock (widget));
  tb_tile_node_choose (gtk_native_get_renderer (gtk_widget_get_native (widget)));
}

static void
tb_canvas_unrealize (GtkWidget *widget)
{
  TbCanvas *canvas = TB_CANVAS (widget);
  tb_frame_meter_detach (&canvas->meter);
  tb_tiles_set_scene (canvas->tiles, tb_canvas_scene (canvas), canvas->theme);
  GTK_WIDGET_CLASS (tb_canvas_parent_class)->unrealize (widget);
}

static void
tb_canvas_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (tb_canvas_parent_class)->map (widget);
  tb_items_mapped (TB_CANVAS (widget)->items);
  tb_canvas_pulse_start (TB_CANVAS (widget));
}

static void
tb_canvas_unmap (GtkWidget *widget)
{
  tb_canvas_pulse_stop (TB_CANVAS (widget));
  GTK_WIDGET_CLASS (tb_canvas_parent_class)->unmap (widget);
}

/* Tab enters at what is selected. From there keys.c goes through the elements; without one it is a
 * single stop. */
static gboolean
tb_canvas_focus (GtkWidget *widget, GtkDirectionType direction)
{
  TbCanvas *canvas = TB_CANVAS (widget);
  if (canvas->name_edit != NULL || gtk_widget_is_focus (widget)
      || gtk_widget_get_focus_child (widget) != NULL)
    return FALSE;
  TbUid uid = canvas->editor ? tb_editor_selected_one (canvas->editor) : 0;
  if (uid != 0)
    {
      tb_canvas_scroll_to (canvas, uid);
      tb_items_focus (canvas->items, uid);
      return TRUE;
    }
  canvas->tabbed = TRUE;
  return gtk_widget_grab_focus (widget);
}

static void
tb_canvas_dispose (GObject *object)
{
  TbCanvas *canvas = TB_CANVAS (object);
  AdwStyleManager *style = adw_style_manager_get_default ();

  g_signal_handlers_disconnect_by_data (style, canvas);
  tb_canvas_pulse_stop (canvas);
  tb_canvas_set_source (canvas, NULL);
  drop_editor (canvas);
  g_clear_handle_id (&canvas->settle_id, g_source_remove);
  g_clear_pointer (&canvas->items, tb_items_free);
  g_clear_pointer (&canvas->still_edit, gsk_render_node_unref);
  g_clear_pointer (&canvas->still_run, gsk_render_node_unref);
  g_clear_pointer (&canvas->still_pills, gsk_render_node_unref);
  G_OBJECT_CLASS (tb_canvas_parent_class)->dispose (object);
}

static void
tb_canvas_finalize (GObject *object)
{
  TbCanvas *canvas = TB_CANVAS (object);
  tb_tiles_free (canvas->tiles);
  tb_traffic_free (canvas->traffic);
  g_free (canvas->view_shown);
  tb_run_layer_free (canvas->run);
  g_array_unref (canvas->without);
  g_clear_pointer (&canvas->marks, g_hash_table_unref);
  g_clear_pointer (&canvas->problems, g_hash_table_unref);
  g_clear_pointer (&canvas->failing, g_array_unref);
  G_OBJECT_CLASS (tb_canvas_parent_class)->finalize (object);
}

static void
tb_canvas_class_init (TbCanvasClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  GType type = G_TYPE_FROM_CLASS (class);

  object_class->dispose = tb_canvas_dispose;
  object_class->finalize = tb_canvas_finalize;
  widget_class->measure = tb_canvas_measure;
  widget_class->size_allocate = tb_canvas_size_allocate;
  widget_class->snapshot = tb_canvas_snapshot;
  widget_class->realize = tb_canvas_realize;
  widget_class->unrealize = tb_canvas_unrealize;
  widget_class->map = tb_canvas_map;
  widget_class->unmap = tb_canvas_unmap;
  widget_class->focus = tb_canvas_focus;
  gtk_widget_class_set_css_name (widget_class, "canvas");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);

  signals[ZOOM_CHANGED] = g_signal_new ("zoom-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                        NULL, G_TYPE_NONE, 0);
  signals[VIEW_CHANGED] = g_signal_new ("view-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                        NULL, G_TYPE_NONE, 0);
  signals[LIVE_FRAME] = g_signal_new ("live-frame", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                      G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[CONTEXT_MENU]
      = g_signal_new ("context-menu", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 4,
                      G_TYPE_UINT, G_TYPE_UINT, G_TYPE_DOUBLE, G_TYPE_DOUBLE);
}

void
tb_canvas_focus_element (TbCanvas *canvas, TbUid uid)
{
  g_return_if_fail (canvas->editor != NULL);
  tb_editor_select_one (canvas->editor, uid);
  tb_canvas_scroll_to (canvas, uid);
  tb_items_focus (canvas->items, uid);
}

static void
tb_canvas_init (TbCanvas *canvas)
{
  GtkWidget *widget = GTK_WIDGET (canvas);
  AdwStyleManager *style = adw_style_manager_get_default ();

  tb_camera_init (&canvas->camera);
  canvas->tiles = tb_tiles_new ();
  canvas->traffic = tb_traffic_new ();
  canvas->run = tb_run_layer_new ();
  canvas->items = tb_items_new (canvas);
  canvas->without = g_array_new (FALSE, FALSE, sizeof (TbUid));
  canvas->settled = TRUE;
  canvas->rate = 60;
  canvas->fit_most = 1;
  gtk_widget_set_focusable (widget, TRUE);
  gtk_widget_set_hexpand (widget, TRUE);
  gtk_widget_set_vexpand (widget, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, "Drawing",
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  "Arrow keys go from one component to the next", -1);
  tb_canvas_add_input (canvas);
  tb_canvas_add_keys (canvas);
  g_signal_connect_swapped (style, "notify::dark", G_CALLBACK (update_theme), canvas);
  g_signal_connect_swapped (style, "notify::high-contrast", G_CALLBACK (update_theme), canvas);
  update_theme (canvas);
}

GtkWidget *
tb_canvas_new (void)
{
  return g_object_new (TB_TYPE_CANVAS, NULL);
}
