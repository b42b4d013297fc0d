/* The run over the drawing: figures beside links, links cut or not tapped, the state of each
 * instance by shape and colour, messages as dots.
 *
 * What is shown of a link or a component is kept as a render node at its own origin, so that a pan
 * only moves it, and made anew when its figure or the zoom changes. Figures change at most four
 * times a second, or nobody could read them. */
#include "canvas-private.h"

#include <math.h>
#include <string.h>

#include "figures.h"
#include "tb-base.h"

#define FIGURES_EVERY_NS (240 * TB_NS_PER_MS)
#define PILL_MIN_ZOOM 0.45
#define DOTS_MIN_ZOOM 0.3
#define STATE_RADIUS 4.2
#define DOT_RADIUS 4.5
#define PILL_STEP 12.0 /* widths in steps: a figure of one digit more does not shift its pill */

typedef struct
{
  char *text; /* NULL: no pill */
  char *brief; /* what to say instead where the whole would cover something; NULL: nothing less */
  gboolean use_brief;
  char *tooltip;
  TbColourId colour, line;
  gboolean bold, cut, not_tapped;
  guint faults;
  GskRenderNode *node; /* of the pill; NULL: to be made */
  double node_scale;
  TbRect place; /* in the world; width 0: to be asked for */
  double text_width; /* units */
  guint generation;
} LinkShow;

typedef struct
{
  GByteArray *states; /* TbInstanceState of replica i + 1 */
  GskRenderNode *node;
  double node_scale;
} CardShow;

struct _TbRunLayer
{
  GHashTable *links; /* TbUid → LinkShow */
  GHashTable *cards; /* TbUid → CardShow */
  gint64 figures_ns; /* when figures were written last */
  guint generation;  /* of the scene's places */
  GskRenderNode *dots[TB_N_DOTS];
  double dots_scale;
};

static void
link_show_free (gpointer data)
{
  LinkShow *show = data;
  g_clear_pointer (&show->node, gsk_render_node_unref);
  g_free (show->text);
  g_free (show->brief);
  g_free (show->tooltip);
  g_free (show);
}

static void
card_show_free (gpointer data)
{
  CardShow *show = data;
  g_clear_pointer (&show->node, gsk_render_node_unref);
  g_byte_array_unref (show->states);
  g_free (show);
}

TbRunLayer *
tb_run_layer_new (void)
{
  TbRunLayer *layer = g_new0 (TbRunLayer, 1);
  layer->links = g_hash_table_new_full (NULL, NULL, NULL, link_show_free);
  layer->cards = g_hash_table_new_full (NULL, NULL, NULL, card_show_free);
  return layer;
}

static void
drop_dots (TbRunLayer *layer)
{
  for (guint i = 0; i < TB_N_DOTS; i++)
    g_clear_pointer (&layer->dots[i], gsk_render_node_unref);
}

void
tb_run_layer_clear (TbRunLayer *layer)
{
  g_hash_table_remove_all (layer->links);
  g_hash_table_remove_all (layer->cards);
  layer->figures_ns = 0;
  drop_dots (layer);
}

void
tb_run_layer_free (TbRunLayer *layer)
{
  drop_dots (layer);
  g_hash_table_unref (layer->links);
  g_hash_table_unref (layer->cards);
  g_free (layer);
}

void
tb_run_layer_scene_changed (TbRunLayer *layer)
{
  GHashTableIter iter;
  gpointer value;
  layer->generation++;
  g_hash_table_iter_init (&iter, layer->cards);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_clear_pointer (&((CardShow *) value)->node, gsk_render_node_unref);
}

/* ---- Figures of a link ------------------------------------------------------------------------- */

static LinkShow *
link_show (TbRunLayer *layer, TbUid uid)
{
  LinkShow *show = g_hash_table_lookup (layer->links, GUINT_TO_POINTER (uid));
  if (show == NULL)
    {
      show = g_new0 (LinkShow, 1);
      show->generation = layer->generation;
      g_hash_table_insert (layer->links, GUINT_TO_POINTER (uid), show);
    }
  return show;
}

static char *
messages_text (const TbLiveLink *link)
{
  g_autofree char *rate = tb_figure_rate (link->request_rate);
  gint64 p99 = link->recent_p99_ns >= 0 ? link->recent_p99_ns : link->p99_ns;
  g_autofree char *latency = p99 >= 0 ? tb_figure_duration (p99) : NULL;
  g_autofree char *errors = link->error_rate > 0 ? tb_figure_rate (link->error_rate) : NULL;
  if (link->requests == 0)
    return NULL;
  return g_strdup_printf ("%s%s%s%s%s", rate, latency ? " · p99 " : "", latency ? latency : "",
                          errors ? " · errors " : "", errors ? errors : "");
}

static char *
bytes_text (const TbLiveLink *link)
{
  if (link->bytes_up + link->bytes_down == 0)
    return NULL;
  return tb_figure_bytes_rate (link->byte_rate_up + link->byte_rate_down);
}

static char *
age_text (gint64 ns)
{
  double s = (double) MAX (ns, 0) / 1e9;
  return s < 100 ? g_strdup_printf ("cut %.1f" TB_THIN_SPACE "s", s)
                 : g_strdup_printf ("cut %.0f" TB_THIN_SPACE "s", s);
}

/* What a link says, the most urgent first. */
static LinkShow
describe (const TbLiveLink *link, gint64 frame_ns)
{
  LinkShow s = { .colour = TB_COLOUR_TEXT, .line = TB_COLOUR_LINE, .faults = link->faults };
  guint disturbing = (1u << TB_FAULT_RESET) | (1u << TB_FAULT_REFUSE);
  if (link->cut_since_ns != 0)
    {
      s.cut = TRUE;
      s.bold = TRUE;
      s.colour = s.line = TB_COLOUR_BAD;
      s.text = age_text (frame_ns - link->cut_since_ns);
      s.tooltip = g_strdup ("Cut: what is sent is held back, new connections time out");
    }
  else if (link->not_tapped != NULL)
    {
      s.not_tapped = TRUE;
      s.colour = TB_COLOUR_DIM;
      s.line = TB_COLOUR_DIM;
      s.text = g_strdup ("not tapped");
      s.tooltip = g_strdup_printf ("Not tapped: %s", link->not_tapped);
    }
  else
    {
      s.text = link->framed ? messages_text (link) : bytes_text (link);
      s.brief = link->framed && s.text ? tb_figure_rate (link->request_rate) : NULL;
      if (link->error_rate > 0 || (link->faults & disturbing))
        s.line = s.colour = TB_COLOUR_BAD;
      else if (link->faults & (1u << TB_FAULT_LATENCY))
        s.line = TB_COLOUR_WARN;
    }
  return s;
}

/* Whether it is another kind of thing to say than before: that does not wait for the next figures. */
static gboolean
same_kind (const LinkShow *show, const TbLiveLink *link)
{
  return show->cut == (link->cut_since_ns != 0)
         && (show->cut || show->not_tapped == (link->not_tapped != NULL))
         && show->faults == link->faults;
}

/* TRUE where it looks different now. */
static gboolean
update_link (TbRunLayer *layer, const TbLiveLink *link, gint64 frame_ns, gboolean figures)
{
  LinkShow *show = link_show (layer, link->link);
  if (!figures && same_kind (show, link))
    return FALSE;
  LinkShow now = describe (link, frame_ns);
  if (same_kind (show, link) && now.line == show->line && g_strcmp0 (now.text, show->text) == 0)
    {
      g_free (now.text);
      g_free (now.brief);
      g_free (now.tooltip);
      return FALSE;
    }
  g_clear_pointer (&show->node, gsk_render_node_unref);
  g_free (show->text);
  g_free (show->brief);
  g_free (show->tooltip);
  now.generation = show->generation;
  now.place = show->place;
  now.text_width = show->text_width;
  now.use_brief = show->use_brief;
  *show = now;
  return TRUE;
}

/* ---- States ------------------------------------------------------------------------------------ */

static CardShow *
card_show (TbRunLayer *layer, TbUid uid)
{
  CardShow *show = g_hash_table_lookup (layer->cards, GUINT_TO_POINTER (uid));
  if (show == NULL)
    {
      show = g_new0 (CardShow, 1);
      show->states = g_byte_array_new ();
      g_hash_table_insert (layer->cards, GUINT_TO_POINTER (uid), show);
    }
  return show;
}

static gboolean
update_instance (TbRunLayer *layer, const TbLiveInstance *instance)
{
  CardShow *show = card_show (layer, instance->component_uid);
  guint8 state = (guint8) instance->state;
  if (instance->replica == 0 || instance->replica > 1000)
    return FALSE;
  while (show->states->len < instance->replica)
    g_byte_array_append (show->states, (guint8[]){ TB_INSTANCE_WAITING }, 1);
  if (show->states->data[instance->replica - 1] == state && show->node != NULL)
    return FALSE;
  gboolean changed = show->states->data[instance->replica - 1] != state;
  show->states->data[instance->replica - 1] = state;
  if (changed)
    g_clear_pointer (&show->node, gsk_render_node_unref);
  return changed || show->node == NULL;
}

gboolean
tb_run_layer_take (TbRunLayer *layer, const TbLiveFrame *frame, gint64 now_ns)
{
  gboolean figures = now_ns - layer->figures_ns >= FIGURES_EVERY_NS, changed = FALSE;
  if (figures)
    layer->figures_ns = now_ns;
  for (guint i = 0; i < frame->n_links; i++)
    if (frame->links[i].link != 0)
      changed |= update_link (layer, &frame->links[i], frame->time_ns, figures);
  for (guint i = 0; i < frame->n_instances; i++)
    if (frame->instances[i].component_uid != 0)
      changed |= update_instance (layer, &frame->instances[i]);
  return changed;
}

void
tb_run_layer_without (TbRunLayer *layer, GArray *uids)
{
  GHashTableIter iter;
  gpointer key, value;
  g_hash_table_iter_init (&iter, layer->links);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      const LinkShow *show = value;
      TbUid uid = GPOINTER_TO_UINT (key);
      if (show->cut || show->not_tapped)
        g_array_append_val (uids, uid);
    }
}

gboolean
tb_run_layer_is_broken (TbRunLayer *layer, TbUid link)
{
  const LinkShow *show = g_hash_table_lookup (layer->links, GUINT_TO_POINTER (link));
  return show != NULL && (show->cut || show->not_tapped);
}

const char *
tb_run_layer_tooltip (TbRunLayer *layer, TbUid link)
{
  const LinkShow *show = g_hash_table_lookup (layer->links, GUINT_TO_POINTER (link));
  return show ? show->tooltip : NULL;
}

/* ---- Drawing: states --------------------------------------------------------------------------- */

typedef struct
{
  TbThemeId theme;
  TbColour colour;
} StatePen;

static void
disc (cairo_t *cr, double r)
{
  cairo_new_path (cr);
  cairo_arc (cr, 0, 0, r, 0, 2 * G_PI);
}

static void
state_full (cairo_t *cr)
{
  disc (cr, STATE_RADIUS);
  cairo_fill (cr);
}

static void
state_hollow (cairo_t *cr)
{
  disc (cr, STATE_RADIUS - 0.7);
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
  cairo_move_to (cr, -3.4, -3.4);
  cairo_line_to (cr, 3.4, 3.4);
  cairo_move_to (cr, 3.4, -3.4);
  cairo_line_to (cr, -3.4, 3.4);
  cairo_stroke (cr);
}

static void
state_waiting (cairo_t *cr)
{
  cairo_save (cr);
  cairo_set_dash (cr, (double[]){ 1.6, 1.7 }, 2, 0);
  state_hollow (cr);
  cairo_restore (cr);
}

/* One row a state: its shape and its colour both tell it. */
static const struct
{
  void (*draw) (cairo_t *cr);
  TbColourId colour;
} states[] = {
  [TB_INSTANCE_WAITING] = { state_waiting, TB_COLOUR_DIM },
  [TB_INSTANCE_STARTING] = { state_half, TB_COLOUR_GOOD },
  [TB_INSTANCE_READY] = { state_full, TB_COLOUR_GOOD },
  [TB_INSTANCE_PAUSED] = { state_bars, TB_COLOUR_WARN },
  [TB_INSTANCE_STOPPING] = { state_half, TB_COLOUR_DIM },
  [TB_INSTANCE_STOPPED] = { state_hollow, TB_COLOUR_DIM },
  [TB_INSTANCE_FAILED] = { state_cross, TB_COLOUR_BAD },
  [TB_INSTANCE_KILLED] = { state_cross, TB_COLOUR_BAD },
};

typedef struct
{
  TbCanvas *canvas;
  TbUid uid;
  TbRect bounds; /* of the card, world */
  const CardShow *show;
} CardDraw;

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
      TbColour colour = tb_theme_colour (d->canvas->theme, states[state].colour);
      cairo_save (cr);
      cairo_scale (cr, zoom, zoom);
      cairo_translate (cr, at.x - d->bounds.x, at.y - d->bounds.y);
      /* Over whatever the still picture shows there. */
      tb_draw_colour (cr, &card, 1);
      disc (cr, STATE_RADIUS + 1.2);
      cairo_fill (cr);
      tb_draw_colour (cr, &colour, 1);
      cairo_set_line_width (cr, 1.4);
      states[state].draw (cr);
      cairo_restore (cr);
    }
}

static void
append_at (GtkSnapshot *snapshot, GskRenderNode *node, double x, double y)
{
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) x, (float) y));
  gtk_snapshot_append_node (snapshot, node);
  gtk_snapshot_restore (snapshot);
}

static double
whole (TbCanvas *canvas, double v)
{
  return round (v * canvas->camera.device) / canvas->camera.device;
}

static void
snapshot_card (TbCanvas *canvas, GtkSnapshot *snapshot, TbUid uid, CardShow *show)
{
  TbItemKind kind;
  TbRect world, widget = { 0, 0, canvas->camera.width, canvas->camera.height };
  if (!tb_scene_item (tb_canvas_scene (canvas), uid, &kind, &world))
    return;
  TbRect r = tb_camera_rect (&canvas->camera, &world);
  if (!tb_rect_intersects (&r, &widget))
    return;
  if (show->node == NULL || show->node_scale != canvas->camera.zoom)
    {
      CardDraw d = { canvas, uid, world, show };
      TbRect local = { 0, 0, r.width, r.height };
      g_clear_pointer (&show->node, gsk_render_node_unref);
      show->node = tb_draw_node (&local, draw_states, &d);
      show->node_scale = canvas->camera.zoom;
    }
  append_at (snapshot, show->node, whole (canvas, r.x), whole (canvas, r.y));
}

guint
tb_canvas_replica_at (TbCanvas *canvas, TbUid component, double x, double y)
{
  const CardShow *show = g_hash_table_lookup (canvas->run->cards, GUINT_TO_POINTER (component));
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

/* ---- Drawing: links ---------------------------------------------------------------------------- */

typedef struct
{
  TbCanvas *canvas;
  TbUid uid;
  const LinkShow *show;
  const TbPoint *points;
  guint n;
} LinkDraw;

static void
arrow_head (cairo_t *cr, const LinkDraw *d)
{
  TbPoint b = d->points[d->n - 1], a = d->points[d->n - 2];
  double angle = atan2 (b.y - a.y, b.x - a.x);
  cairo_save (cr);
  cairo_translate (cr, b.x, b.y);
  cairo_rotate (cr, angle);
  cairo_move_to (cr, 0, 0);
  cairo_line_to (cr, -9, -4);
  cairo_line_to (cr, -9, 4);
  cairo_close_path (cr);
  cairo_fill (cr);
  cairo_restore (cr);
}

static void
leave_gap (cairo_t *cr, TbPoint at)
{
  cairo_rectangle (cr, -1e5, -1e5, 2e5, 2e5);
  cairo_new_sub_path (cr);
  cairo_arc_negative (cr, at.x, at.y, 10, 2 * G_PI, 0);
  cairo_set_fill_rule (cr, CAIRO_FILL_RULE_EVEN_ODD);
  cairo_clip (cr);
}

static void
draw_link (cairo_t *cr, gpointer data)
{
  const LinkDraw *d = data;
  const TbCamera *camera = &d->canvas->camera;
  const TbScene *scene = tb_canvas_scene (d->canvas);
  TbColour colour
      = tb_theme_colour (d->canvas->theme, d->show->cut ? TB_COLOUR_BAD : TB_COLOUR_DIM);
  TbPoint middle = tb_scene_route_point (scene, d->uid, tb_scene_route_length (scene, d->uid) / 2);

  cairo_translate (cr, camera->ox, camera->oy);
  cairo_scale (cr, camera->zoom, camera->zoom);
  tb_draw_colour (cr, &colour, 1);
  cairo_set_line_width (cr, 1.8);
  cairo_save (cr);
  if (d->show->cut)
    leave_gap (cr, middle);
  cairo_set_line_cap (cr, d->show->cut ? CAIRO_LINE_CAP_BUTT : CAIRO_LINE_CAP_ROUND);
  cairo_set_dash (cr, d->show->cut ? (double[]){ 6, 4 } : (double[]){ 0.1, 4.5 }, 2, 0);
  tb_draw_route (cr, d->points, d->n, 9);
  cairo_stroke (cr);
  cairo_restore (cr);
  arrow_head (cr, d);
  if (d->show->cut)
    {
      cairo_translate (cr, middle.x, middle.y);
      cairo_scale (cr, 1.45, 1.45);
      state_cross (cr);
    }
}

static void
snapshot_broken (TbCanvas *canvas, GtkSnapshot *snapshot, TbUid uid, const LinkShow *show)
{
  TbItemKind kind;
  TbRect r, widget = { 0, 0, canvas->camera.width, canvas->camera.height };
  LinkDraw d = { canvas, uid, show, NULL, 0 };
  d.points = tb_scene_route (tb_canvas_scene (canvas), uid, &d.n);
  if (d.n < 2 || !tb_scene_item (tb_canvas_scene (canvas), uid, &kind, &r))
    return;
  r = tb_camera_rect (&canvas->camera, &r);
  if (!tb_rect_intersects (&r, &widget))
    return;
  double grow = 12 * MAX (canvas->camera.zoom, 1);
  r = (TbRect){ r.x - grow, r.y - grow, r.width + 2 * grow, r.height + 2 * grow };
  GskRenderNode *node = tb_draw_node (&r, draw_link, &d);
  gtk_snapshot_append_node (snapshot, node);
  gsk_render_node_unref (node);
}

static gboolean
covers_something (TbCanvas *canvas, TbUid link, const TbRect *r)
{
  g_autoptr (GArray) uids = g_array_new (FALSE, FALSE, sizeof (TbUid));
  tb_scene_query (tb_canvas_scene (canvas), r, FALSE, uids);
  for (guint i = 0; i < uids->len; i++)
    {
      TbUid uid = g_array_index (uids, TbUid, i);
      TbItemKind kind;
      TbRect unused;
      if (uid != link && tb_scene_item (tb_canvas_scene (canvas), uid, &kind, &unused)
          && (kind == TB_ITEM_COMPONENT || kind == TB_ITEM_LINK || kind == TB_ITEM_NOTE))
        return TRUE;
    }
  return FALSE;
}

/* Room for a digit more, so that a growing figure stays where it is. */
static TbRect
ask_place (TbCanvas *canvas, TbUid uid, double width, double height)
{
  TbRect r = tb_scene_link_pill (tb_canvas_scene (canvas), uid, ceil (width / PILL_STEP) * PILL_STEP,
                                 height);
  r.width = MAX (r.width, width);
  return r;
}

static void
place_pill (TbCanvas *canvas, TbUid uid, LinkShow *show, TbPill *pill)
{
  double width, height;
  gboolean stays = show->generation == canvas->run->generation && show->place.width > 0;
  if (stays && show->use_brief && show->brief)
    pill->text = show->brief;
  tb_pill_measure (GTK_WIDGET (canvas), pill, &width, &height);
  show->text_width = width;
  if (stays && show->place.width >= width && show->place.width - width < 2 * PILL_STEP)
    return;
  pill->text = show->text;
  show->use_brief = FALSE;
  tb_pill_measure (GTK_WIDGET (canvas), pill, &show->text_width, &height);
  show->place = ask_place (canvas, uid, show->text_width, height);
  if (show->brief && covers_something (canvas, uid, &show->place))
    {
      pill->text = show->brief;
      show->use_brief = TRUE;
      tb_pill_measure (GTK_WIDGET (canvas), pill, &show->text_width, &height);
      show->place = ask_place (canvas, uid, show->text_width, height);
    }
  show->generation = canvas->run->generation;
}

static void
snapshot_pill (TbCanvas *canvas, GtkSnapshot *snapshot, TbUid uid, LinkShow *show)
{
  TbRect widget = { 0, 0, canvas->camera.width, canvas->camera.height };
  TbPill pill = { show->use_brief && show->brief ? show->brief : show->text, show->colour, show->line, show->bold, show->not_tapped,
                  canvas->camera.zoom };
  TbItemKind kind;
  TbRect r;
  if (!tb_scene_item (tb_canvas_scene (canvas), uid, &kind, &r))
    return;
  if (show->node == NULL || show->generation != canvas->run->generation)
    place_pill (canvas, uid, show, &pill);
  r = show->place;
  r.x += (r.width - show->text_width) / 2;
  r = tb_camera_rect (&canvas->camera, &r);
  if (!tb_rect_intersects (&r, &widget))
    return;
  if (show->node == NULL || show->node_scale != canvas->camera.zoom)
    {
      g_clear_pointer (&show->node, gsk_render_node_unref);
      show->node = tb_pill_node_new (GTK_WIDGET (canvas), canvas->theme, &pill);
      show->node_scale = canvas->camera.zoom;
    }
  append_at (snapshot, show->node, whole (canvas, r.x), whole (canvas, r.y));
}

void
tb_canvas_snapshot_run (TbCanvas *canvas, GtkSnapshot *snapshot)
{
  GHashTableIter iter;
  gpointer key, value;
  TbRunLayer *layer = canvas->run;

  g_hash_table_iter_init (&iter, layer->links);
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (((LinkShow *) value)->cut || ((LinkShow *) value)->not_tapped)
      snapshot_broken (canvas, snapshot, GPOINTER_TO_UINT (key), value);
  if (canvas->camera.zoom >= DOTS_MIN_ZOOM)
    {
      g_hash_table_iter_init (&iter, layer->cards);
      while (g_hash_table_iter_next (&iter, &key, &value))
        snapshot_card (canvas, snapshot, GPOINTER_TO_UINT (key), value);
    }
  if (canvas->camera.zoom >= PILL_MIN_ZOOM)
    {
      g_hash_table_iter_init (&iter, layer->links);
      while (g_hash_table_iter_next (&iter, &key, &value))
        if (((LinkShow *) value)->text != NULL)
          snapshot_pill (canvas, snapshot, GPOINTER_TO_UINT (key), value);
    }
}

/* ---- Drawing: messages ------------------------------------------------------------------------- */

typedef struct
{
  TbThemeId theme;
  double r;
} DotPen;

static void
dot_full (cairo_t *cr, const DotPen *pen, const TbColour *accent, const TbColour *ground)
{
  disc (cr, pen->r + 1);
  tb_draw_colour (cr, ground, 0.9);
  cairo_fill (cr);
  disc (cr, pen->r);
  tb_draw_colour (cr, accent, 1);
  cairo_fill (cr);
}

static void
dot_hollow (cairo_t *cr, const DotPen *pen, const TbColour *accent, const TbColour *ground)
{
  disc (cr, pen->r);
  tb_draw_colour (cr, ground, 1);
  cairo_fill (cr);
  disc (cr, pen->r - 0.9);
  tb_draw_colour (cr, accent, 1);
  cairo_set_line_width (cr, 1.8);
  cairo_stroke (cr);
}

static void
dot_diamond (cairo_t *cr, const DotPen *pen, const TbColour *bad, const TbColour *ground)
{
  double r = pen->r * 1.25;
  cairo_move_to (cr, 0, -r);
  cairo_line_to (cr, r, 0);
  cairo_line_to (cr, 0, r);
  cairo_line_to (cr, -r, 0);
  cairo_close_path (cr);
  tb_draw_colour (cr, bad, 1);
  cairo_fill_preserve (cr);
  tb_draw_colour (cr, ground, 0.9);
  cairo_set_line_width (cr, 1);
  cairo_stroke (cr);
}

static void
dot_small (cairo_t *cr, const DotPen *pen, const TbColour *accent, const TbColour *ground)
{
  DotPen small = { pen->theme, pen->r * 0.6 };
  dot_full (cr, &small, accent, ground);
}

static void
dot_broken (cairo_t *cr, const DotPen *pen, const TbColour *bad, const TbColour *ground)
{
  disc (cr, pen->r);
  tb_draw_colour (cr, bad, 1);
  cairo_set_line_width (cr, 1.6);
  cairo_set_dash (cr, (double[]){ 2.2, 2 }, 2, 0);
  cairo_stroke (cr);
}

static const struct
{
  void (*draw) (cairo_t *cr, const DotPen *pen, const TbColour *colour, const TbColour *ground);
  TbColourId colour;
} dots[TB_N_DOTS] = {
  [TB_DOT_REQUEST] = { dot_full, TB_COLOUR_ACCENT },
  [TB_DOT_REPLY] = { dot_hollow, TB_COLOUR_ACCENT },
  [TB_DOT_ERROR] = { dot_diamond, TB_COLOUR_BAD },
  [TB_DOT_BYTES] = { dot_small, TB_COLOUR_ACCENT },
  [TB_DOT_LOST] = { dot_broken, TB_COLOUR_BAD },
};

static double
dot_size (const TbCanvas *canvas)
{
  return DOT_RADIUS * CLAMP (canvas->camera.zoom, 0.5, 1.5);
}

/* One sprite a shape, shared by all its dots. */
static GskRenderNode *
make_dot (TbCanvas *canvas, TbDotShape shape)
{
  int device = canvas->camera.device;
  DotPen pen = { canvas->theme, dot_size (canvas) };
  int side = (int) ceil (2 * (pen.r * 1.25 + 2)) * device;
  TbColour colour = tb_theme_colour (canvas->theme, dots[shape].colour);
  TbColour ground = tb_theme_colour (canvas->theme, TB_COLOUR_CARD);
  cairo_surface_t *pixels = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, side, side);
  cairo_surface_set_device_scale (pixels, device, device);
  cairo_t *cr = cairo_create (pixels);
  cairo_translate (cr, side / 2.0 / device, side / 2.0 / device);
  dots[shape].draw (cr, &pen, &colour, &ground);
  cairo_destroy (cr);
  cairo_surface_flush (pixels);
  GskRenderNode *node = tb_tile_node_new (pixels, device);
  cairo_surface_destroy (pixels);
  return node;
}

static void
append_dot (TbCanvas *canvas, GtkSnapshot *snapshot, const TbDot *dot, gint64 now_ns)
{
  TbPoint world;
  double opacity;
  if (!tb_traffic_place (dot, tb_canvas_scene (canvas), now_ns, &world, &opacity))
    return;
  TbPoint at = tb_camera_from_world (&canvas->camera, world.x, world.y);
  if (at.x < -10 || at.y < -10 || at.x > canvas->camera.width + 10
      || at.y > canvas->camera.height + 10)
    return;
  if (canvas->run->dots[dot->shape] == NULL)
    canvas->run->dots[dot->shape] = make_dot (canvas, dot->shape);
  GskRenderNode *sprite = canvas->run->dots[dot->shape];
  graphene_rect_t bounds;
  gsk_render_node_get_bounds (sprite, &bounds);
  if (opacity < 1)
    gtk_snapshot_push_opacity (snapshot, opacity);
  append_at (snapshot, sprite, whole (canvas, at.x - bounds.size.width / 2),
             whole (canvas, at.y - bounds.size.height / 2));
  if (opacity < 1)
    gtk_snapshot_pop (snapshot);
}

void
tb_canvas_snapshot_dots (TbCanvas *canvas, GtkSnapshot *snapshot)
{
  guint n;
  const TbDot *all = tb_traffic_dots (canvas->traffic, &n);
  double scale = dot_size (canvas) * canvas->camera.device;
  gint64 now_ns = tb_canvas_now_ns (canvas);

  if (canvas->run->dots_scale != scale)
    drop_dots (canvas->run);
  canvas->run->dots_scale = scale;
  for (guint i = 0; i < n; i++)
    append_dot (canvas, snapshot, &all[i], now_ns);
}
