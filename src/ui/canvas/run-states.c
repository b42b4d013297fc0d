/* The state of each instance on its card, by shape and by colour. */
#include "run-private.h"

#include <math.h>

#define STATE_RADIUS 4.2
#define TOOLTIP_LINES 12

static void
state_full (cairo_t *cr)
{
  tb_draw_disc (cr, STATE_RADIUS);
  cairo_fill (cr);
}

static void
state_hollow (cairo_t *cr)
{
  tb_draw_disc (cr, STATE_RADIUS - 0.7);
  cairo_stroke (cr);
}

/* Full of work, or it does not answer: a disc in a ring. */
static void
state_ringed (cairo_t *cr)
{
  state_hollow (cr);
  tb_draw_disc (cr, STATE_RADIUS - 2.4);
  cairo_fill (cr);
}

static void
state_square (cairo_t *cr)
{
  cairo_rectangle (cr, -3.2, -3.2, 6.4, 6.4);
  cairo_fill (cr);
}

/* On its way to the square of what has stopped. */
static void
state_frame (cairo_t *cr)
{
  cairo_rectangle (cr, -2.9, -2.9, 5.8, 5.8);
  cairo_stroke (cr);
}

static void
state_struck (cairo_t *cr)
{
  state_hollow (cr);
  cairo_move_to (cr, -2.4, 2.4);
  cairo_line_to (cr, 2.4, -2.4);
  cairo_stroke (cr);
}

static void
state_half (cairo_t *cr)
{
  state_hollow (cr);
  cairo_arc (cr, 0, 0, STATE_RADIUS - 0.7, G_PI_2, 3 * G_PI_2);
  cairo_fill (cr);
}

static void
state_bars (cairo_t *cr)
{
  cairo_rectangle (cr, -3.2, -4, 2.3, 8);
  cairo_rectangle (cr, 0.9, -4, 2.3, 8);
  cairo_fill (cr);
}

static void
state_cross (cairo_t *cr)
{
  cairo_set_line_width (cr, 2.1);
  tb_draw_cross (cr, 3.4);
}

static void
state_bang (cairo_t *cr)
{
  cairo_rectangle (cr, -1.2, -4.6, 2.4, 5.4);
  cairo_rectangle (cr, -1.2, 2.2, 2.4, 2.4);
  cairo_fill (cr);
}

/* Nearly a whole turn, with a tip: it goes round. */
static void
state_round (cairo_t *cr)
{
  cairo_arc (cr, 0, 0, 3.4, -G_PI_4, G_PI + G_PI_2 - 0.35);
  cairo_stroke (cr);
  cairo_move_to (cr, -1, -5.4);
  cairo_line_to (cr, 2.6, -3.4);
  cairo_line_to (cr, -0.8, -1.2);
  cairo_close_path (cr);
  cairo_fill (cr);
}

static void
state_waiting (cairo_t *cr)
{
  cairo_save (cr);
  cairo_set_dash (cr, (double[]){ 1.6, 1.7 }, 2, 0);
  state_hollow (cr);
  cairo_restore (cr);
}

/* One row a state: its shape and its colour both tell it; the inspector's glyphs are the same. */
static const struct
{
  void (*draw) (cairo_t *cr);
  TbColourId colour;
} states[] = {
  [TB_INSTANCE_WAITING] = { state_waiting, TB_COLOUR_DIM },
  [TB_INSTANCE_STARTING] = { state_half, TB_COLOUR_GOOD },
  [TB_INSTANCE_READY] = { state_full, TB_COLOUR_GOOD },
  [TB_INSTANCE_PAUSED] = { state_bars, TB_COLOUR_WARN },
  [TB_INSTANCE_STOPPING] = { state_frame, TB_COLOUR_DIM },
  [TB_INSTANCE_STOPPED] = { state_square, TB_COLOUR_DIM },
  [TB_INSTANCE_FAILED] = { state_cross, TB_COLOUR_BAD },
  [TB_INSTANCE_KILLED] = { state_struck, TB_COLOUR_BAD },
  [TB_INSTANCE_UNHEALTHY] = { state_bang, TB_COLOUR_WARN },
  [TB_INSTANCE_BACKOFF] = { state_round, TB_COLOUR_BAD },
};

typedef struct
{
  TbCanvas *canvas;
  TbUid uid;
  TbRect bounds; /* of the card, world */
  const TbCardShow *show;
} CardDraw;

static gboolean
is_troubled (const CardDraw *d, guint i)
{
  const TbLoad *load = tb_signs_load (d->canvas->run->signs, d->uid, i + 1);
  return load && (load->full.on || load->stuck) && d->show->states->data[i] == TB_INSTANCE_READY;
}

static void
draw_states (cairo_t *cr, gpointer data)
{
  const CardDraw *d = data;
  double zoom = d->canvas->camera.zoom;
  TbColour card = tb_theme_colour (d->canvas->theme, TB_COLOUR_CARD);

  for (guint i = 0; i < d->show->states->len; i++)
    {
      TbPoint at;
      guint state = d->show->states->data[i];
      if (state >= G_N_ELEMENTS (states)
          || !tb_scene_replica_dot (tb_canvas_scene (d->canvas), d->uid, i + 1, &at))
        continue;
      gboolean troubled = is_troubled (d, i);
      TbColour colour = tb_theme_colour (d->canvas->theme, troubled ? TB_COLOUR_WARN : states[state].colour);
      cairo_save (cr);
      cairo_scale (cr, zoom, zoom);
      cairo_translate (cr, at.x - d->bounds.x, at.y - d->bounds.y);
      /* Over whatever the still picture shows there. */
      tb_draw_colour (cr, &card, 1);
      tb_draw_disc (cr, STATE_RADIUS + 1.2);
      cairo_fill (cr);
      tb_draw_colour (cr, &colour, 1);
      cairo_set_line_width (cr, 1.4);
      (troubled ? state_ringed : states[state].draw) (cr);
      cairo_restore (cr);
    }
}

void
tb_run_card_snapshot (TbCanvas *canvas, GtkSnapshot *snapshot, TbUid uid, TbCardShow *show)
{
  TbItemKind kind;
  TbRect world, widget = { 0, 0, canvas->camera.width, canvas->camera.height };
  if (!tb_scene_item (tb_canvas_scene (canvas), uid, &kind, &world))
    return;
  /* In a deployment the dots of one component stand on many boxes. */
  g_autoptr (GArray) boxes = g_array_new (FALSE, FALSE, sizeof (TbRect));
  tb_scene_boxes (tb_canvas_scene (canvas), uid, boxes);
  for (guint i = 0; i < boxes->len; i++)
    tb_rect_union (&world, &g_array_index (boxes, TbRect, i), &world);
  TbRect r = tb_camera_rect (&canvas->camera, &world);
  if (!tb_rect_intersects (&r, &widget))
    return;
  if (show->node == NULL || show->node_scale != canvas->camera.zoom)
    {
      CardDraw d = { canvas, uid, world, show };
      TbRect local = { 0, 0, r.width, r.height };
      g_clear_pointer (&show->node, gsk_render_node_unref);
      show->node = tb_draw_kept (&local, canvas->camera.device, draw_states, &d);
      show->node_scale = canvas->camera.zoom;
    }
  tb_draw_at (snapshot, show->node, tb_canvas_whole (canvas, r.x), tb_canvas_whole (canvas, r.y));
}

/* What is after the state's name: why, or how much it works. */
static char *
words_of (TbCanvas *canvas, const TbLiveInstance *instance)
{
  const char *waits = *instance->waiting ? ": waits for " : "";
  const char *why = *instance->waiting ? instance->waiting : instance->sentence;
  if (*why)
    return g_strconcat (*waits ? waits : ": ", why, NULL);
  if (instance->state != TB_INSTANCE_READY)
    return g_strdup ("");
  g_autofree char *load = tb_run_load_words (canvas, instance);
  return g_strdup_printf (", %.0f\u202f%% of a core%s%s", instance->cpu * 100, load ? ", " : "", load ? load : "");
}

char *
tb_run_instances_tooltip (TbCanvas *canvas, TbUid component)
{
  const TbLiveFrame *frame = canvas->frame;
  g_autoptr (GString) text = g_string_new (NULL);
  guint n = 0, more = 0;
  for (guint i = 0; frame && component && i < frame->n_instances; i++)
    {
      const TbLiveInstance *instance = &frame->instances[i];
      if (instance->component_uid != component)
        continue;
      if (n++ >= TOOLTIP_LINES)
        {
          more++;
          continue;
        }
      g_autofree char *words = words_of (canvas, instance);
      g_string_append_printf (text, "%s%s %s%s", n > 1 ? "\n" : "", instance->id,
                              tb_instance_state_name (instance->state), words);
    }
  if (more > 0)
    g_string_append_printf (text, "\nand %u more", more);
  return n > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

guint
tb_canvas_replica_at (TbCanvas *canvas, TbUid component, double x, double y)
{
  const TbCardShow *show = g_hash_table_lookup (canvas->run->cards, GUINT_TO_POINTER (component));
  for (guint i = 0; show && i < show->states->len; i++)
    {
      TbPoint world;
      if (!tb_scene_replica_dot (tb_canvas_scene (canvas), component, i + 1, &world))
        continue;
      TbPoint at = tb_camera_from_world (&canvas->camera, world.x, world.y);
      if (hypot (at.x - x, at.y - y) <= 8)
        return i + 1;
    }
  return 0;
}
