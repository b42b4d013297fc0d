/* The run over the drawing: figures beside links, links cut or not tapped, the state of each
 * instance by shape and colour, messages as dots.
 *
 * What is shown of a link or a component is kept as a render node at its own origin, so that a pan
 * only moves it, and made anew when its figure or the zoom changes. Figures change at most four
 * times a second, or nobody could read them. */
#include "run-private.h"

#include <math.h>
#include <string.h>

#include "figures.h"
#include "tb-base.h"

#define FIGURES_EVERY_NS (240 * TB_NS_PER_MS)

static void
link_show_free (gpointer data)
{
  TbLinkShow *show = data;
  g_clear_pointer (&show->node, gsk_render_node_unref);
  g_clear_pointer (&show->lines, gsk_render_node_unref);
  g_free (show->text);
  g_free (show->brief);
  g_free (show->tooltip);
  g_free (show);
}

static void
card_show_free (gpointer data)
{
  TbCardShow *show = data;
  g_clear_pointer (&show->node, gsk_render_node_unref);
  g_clear_pointer (&show->pills, gsk_render_node_unref);
  g_free (show->load);
  g_free (show->role);
  g_free (show->trouble);
  g_byte_array_unref (show->states);
  g_free (show);
}

TbRunLayer *
tb_run_layer_new (void)
{
  TbRunLayer *layer = g_new0 (TbRunLayer, 1);
  layer->links = g_hash_table_new_full (NULL, NULL, NULL, link_show_free);
  layer->cards = g_hash_table_new_full (NULL, NULL, NULL, card_show_free);
  layer->signs = tb_signs_new ();
  layer->span = TB_SPAN_SECOND;
  return layer;
}

void
tb_run_layer_clear (TbRunLayer *layer)
{
  g_hash_table_remove_all (layer->links);
  g_hash_table_remove_all (layer->cards);
  layer->figures_ns = 0;
  tb_run_drop_dots (layer);
}

void
tb_run_layer_free (TbRunLayer *layer)
{
  tb_run_drop_dots (layer);
  g_hash_table_unref (layer->links);
  g_hash_table_unref (layer->cards);
  tb_signs_free (layer->signs);
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
    {
      g_clear_pointer (&((TbCardShow *) value)->node, gsk_render_node_unref);
      g_clear_pointer (&((TbCardShow *) value)->pills, gsk_render_node_unref);
    }
  g_hash_table_iter_init (&iter, layer->links);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_clear_pointer (&((TbLinkShow *) value)->lines, gsk_render_node_unref);
}

void
tb_canvas_set_span (TbCanvas *canvas, TbSpan span)
{
  canvas->run->span = span;
  canvas->run->figures_ns = 0;
}

/* ---- Figures of a link ----------------------------------------------------------------------- */

static TbLinkShow *
link_show (TbRunLayer *layer, TbUid uid)
{
  TbLinkShow *show = g_hash_table_lookup (layer->links, GUINT_TO_POINTER (uid));
  if (show == NULL)
    {
      show = g_new0 (TbLinkShow, 1);
      show->generation = layer->generation;
      g_hash_table_insert (layer->links, GUINT_TO_POINTER (uid), show);
    }
  return show;
}

/* What is wrong, by which a link is marked; NULL: nothing. Of requests, as a share: a rate alone says
 * nothing where the rate of requests is not beside it. */
static char *
errors_text (const TbLiveLink *link, const TbLiveSpan *span, TbHealth health, double client_errors)
{
  const TbLiveSpan *ten = &link->spans[TB_SPAN_TEN];
  gboolean past = span->errors == 0 && health == TB_HEALTH_FAILED && ten->errors > 0;
  if (past)
    span = ten;
  if (span->errors > 0)
    {
      guint64 tried = MAX (MAX (span->requests, span->replies), span->errors);
      double share = MAX (100.0 * (double) span->errors / (double) tried, 0.1);
      return g_strdup_printf ("errors %.*f" TB_THIN_SPACE "%%%s", share < 0.95 ? 1 : 0, share,
                              past ? " of 10" TB_THIN_SPACE "s" : "");
    }
  if (health >= TB_HEALTH_DEGRADED && client_errors > 0)
    return g_strdup_printf ("4xx %.0f" TB_THIN_SPACE "%%", 100 * client_errors);
  return NULL;
}

/* Kinds by which a message waits in its tap for a while, on its way. */
#define DELAYING                                                                                                   \
  (1u << TB_FAULT_LATENCY | 1u << TB_FAULT_BANDWIDTH | 1u << TB_FAULT_SLICER | 1u << TB_FAULT_PACKET_LOSS         \
   | 1u << TB_FAULT_REORDER | 1u << TB_FAULT_HTTP_DELAY | 1u << TB_FAULT_SLOW_CLOSE)
#define HOLDING (1u << TB_FAULT_CUT | 1u << TB_FAULT_HOLD | 1u << TB_FAULT_TIMEOUT | 1u << TB_FAULT_BLACKHOLE)

/* What waits in the taps; NULL: nothing that is worth a word. */
static char *
held_text (const TbLiveLink *link)
{
  guint64 held = link->up.held + link->down.held;
  if (held == 0)
    return NULL;
  if ((link->faults & DELAYING) && !(link->faults & HOLDING))
    return g_strdup_printf ("%" G_GUINT64_FORMAT " on their way", held);
  return g_strdup_printf ("%" G_GUINT64_FORMAT " held", held);
}

/* Of the span; where that is too short for a reply, of the last ten seconds. -1: there is none, for what
 * was before is no figure of what fails or rests now. */
static gint64
p99_of (const TbLiveLink *link, const TbLiveSpan *span)
{
  const TbLiveSpan *ten = &link->spans[TB_SPAN_TEN];
  return span->p99_ns >= 0 || span->request_rate <= 0 || ten->errors > 0 ? span->p99_ns : ten->p99_ns;
}

static void
append_part (GString *text, const char *part)
{
  if (part != NULL)
    g_string_append_printf (text, "%s%s", text->len ? " · " : "", part);
}

static char *
messages_text (const TbLiveLink *link, const TbLiveSpan *span, const char *errors, const TbLinkSign *sign)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *rate = tb_figure_rate (span->request_rate), *held = held_text (link);
  g_autofree char *many = sign && sign->many ? g_strdup_printf ("%.1f a request", sign->calls) : NULL;
  gint64 p99 = p99_of (link, span);
  g_autofree char *latency = p99 >= 0 ? tb_figure_duration (p99) : NULL;
  g_autofree char *slow
      = latency ? g_strconcat (sign && sign->slow ? "slow: p99 " : "p99 ", latency, NULL) : NULL;
  if (link->requests == 0)
    return NULL;
  append_part (text, errors);
  append_part (text, rate);
  append_part (text, many);
  append_part (text, slow);
  append_part (text, held);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
bytes_text (const TbLiveLink *link, const TbLiveSpan *span)
{
  if (link->bytes_up + link->bytes_down == 0)
    return NULL;
  return tb_figure_bytes_rate (span->byte_rate_up + span->byte_rate_down);
}

/* All there is to say, a line a span. */
static void
tell_span (GString *text, const char *name, const TbLiveSpan *span)
{
  g_autofree char *rate = tb_figure_rate (span->request_rate);
  g_autofree char *bytes = tb_figure_bytes_rate (span->byte_rate_up + span->byte_rate_down);
  g_string_append_printf (text, "%s%s: %s, %s", text->len ? "\n" : "", name, rate, bytes);
  if (span->errors > 0)
    g_string_append_printf (text, ", errors %.1f" TB_THIN_SPACE "%%",
                            100.0 * (double) span->errors / (double) MAX (span->requests, 1));
  if (span->p50_ns < 0)
    return;
  g_autofree char *p50 = tb_figure_duration (span->p50_ns), *p95 = tb_figure_duration (span->p95_ns),
                  *p99 = tb_figure_duration (span->p99_ns);
  g_string_append_printf (text, ", p50 %s, p95 %s, p99 %s", p50, p95, p99);
}

static void
tell_signs (GString *text, const TbLiveLink *link, const TbLinkSign *sign)
{
  g_autofree char *p99 = tb_figure_duration (MAX (sign->p99_ns, 0));
  g_autofree char *timeout = tb_figure_duration (sign->timeout_ns), *usual = tb_figure_duration (sign->usual_ns);
  if (sign->slow == TB_SLOW_TIMEOUT)
    g_string_append_printf (text, "\nSlow: p99 %s of a timeout of %s", p99, timeout);
  else if (sign->slow == TB_SLOW_USUAL)
    g_string_append_printf (text, "\nSlow: p99 %s, %s in its first ten good seconds", p99, usual);
  if (sign->calls > 0)
    g_string_append_printf (text, "\n%.1f calls for each request that %s is asked", sign->calls, link->from);
}

static char *
figures_tooltip (const TbLiveLink *link, const TbLinkSign *sign)
{
  g_autoptr (GString) text = g_string_new (NULL);
  if (link->bytes_up + link->bytes_down == 0)
    return NULL;
  tell_span (text, "1" TB_THIN_SPACE "s", &link->spans[TB_SPAN_SECOND]);
  tell_span (text, "10" TB_THIN_SPACE "s", &link->spans[TB_SPAN_TEN]);
  tell_span (text, "Run", &link->spans[TB_SPAN_RUN]);
  if (sign)
    tell_signs (text, link, sign);
  if (link->cut_text)
    g_string_append_printf (text, "\nCut: %s", link->cut_text);
  if (link->fault_text)
    g_string_append_printf (text, "\nFaults: %s", link->fault_text);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* "shop-2 → orders cut"; NULL: nothing is, or all of it. */
static char *
cut_words (const TbLiveLink *link)
{
  g_autofree char *who = link->cut_text ? g_strdelimit (g_strdup (link->cut_text), "/", '-') : NULL;
  return who ? g_strconcat (who, " cut", NULL) : NULL;
}

static char *
age_text (const TbLiveLink *link, gint64 ns)
{
  double s = (double) MAX (ns, 0) / 1e9;
  g_autofree char *who = cut_words (link);
  return g_strdup_printf ("%s %.*f" TB_THIN_SPACE "s", who ? who : "cut", s < 100 ? 1 : 0, s);
}

/* A fault is said in words on its link, not by a colour alone. */
static char *
with_faults (const char *figure, const char *faults)
{
  if (!faults)
    return g_strdup (figure);
  const char *more = strchr (faults, ',');
  g_autofree char *first = more ? g_strndup (faults, (gsize) (more - faults)) : g_strdup (faults);
  return g_strdup_printf ("%s%s%s%s", figure ? figure : "", figure ? " · " : "", first,
                          more ? " …" : "");
}

/* Of a rate, in steps of half a unit so that it is not drawn anew for each figure; 0: at rest. */
static double
line_width (const TbLiveLink *link, const TbLiveSpan *span)
{
  double a_second = link->framed ? MAX (span->request_rate, span->reply_rate)
                                 : (span->byte_rate_up + span->byte_rate_down) / 1000;
  double width = 1.8 + 0.5 * log10 (1 + MAX (a_second, 0));
  return width < 2.25 ? 0 : MIN (round (2 * width) / 2, 5.5);
}

/* Where the whole has no room: faults are drawn on the link, too. */
static char *
brief_text (const TbLiveLink *link, const TbLiveSpan *span, TbHealth health, const char *errors, gboolean slow)
{
  g_autofree char *p99 = slow && p99_of (link, span) >= 0 ? tb_figure_duration (p99_of (link, span)) : NULL;
  g_autofree char *rate = tb_figure_rate (span->request_rate);
  g_autofree char *held = link->faults & HOLDING ? held_text (link) : NULL;
  if (held)
    return g_strconcat (tb_health_mark (health), held, NULL);
  if (!errors && p99)
    return g_strconcat (tb_health_mark (health), "p99 ", p99, NULL);
  return g_strconcat (tb_health_mark (health), errors ? errors : rate, NULL);
}

/* What a link says, the most urgent first. */
static TbLinkShow
describe (const TbRunLayer *layer, const TbLiveLink *link, TbHealth health, double client_errors, gint64 frame_ns)
{
  const TbLiveSpan *span = &link->spans[layer->span];
  TbLinkShow s = { .colour = TB_COLOUR_TEXT, .line = TB_COLOUR_LINE, .faults = link->faults };
  guint disturbing = (1u << TB_FAULT_RESET_PEER) | (1u << TB_FAULT_REFUSE)
                     | (1u << TB_FAULT_BLACKHOLE) | (1u << TB_FAULT_TIMEOUT) | (1u << TB_FAULT_DROP)
                     | (1u << TB_FAULT_HTTP_ABORT);
  if (link->cut_since_ns != 0)
    {
      s.cut = TRUE;
      s.bold = TRUE;
      s.colour = s.line = TB_COLOUR_BAD;
      s.text = age_text (link, frame_ns - link->cut_since_ns);
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
      const TbLinkSign *sign = tb_signs_link (layer->signs, link->link);
      gboolean slow = sign && sign->slow;
      g_autofree char *cut = cut_words (link);
      if (slow && health == TB_HEALTH_GOOD)
        health = TB_HEALTH_DEGRADED;
      g_autofree char *errors = errors_text (link, span, health, client_errors);
      g_autofree char *figure = link->framed ? messages_text (link, span, errors, sign) : bytes_text (link, span);
      g_autofree char *marked = figure ? g_strconcat (tb_health_mark (health), figure, NULL) : NULL;
      s.health = health;
      s.width = figure ? line_width (link, span) : 0;
      g_autofree char *whole = with_faults (marked, link->fault_text);
      s.text = cut && whole ? g_strconcat (cut, " · ", whole, NULL) : g_strdup (cut ? cut : whole);
      s.tooltip = figures_tooltip (link, sign);
      s.bold = cut != NULL;
      s.brief = cut ? g_strdup (cut) : link->framed && figure ? brief_text (link, span, health, errors, slow) : NULL;
      if (cut || span->error_rate > 0 || health == TB_HEALTH_FAILED || (link->faults & disturbing))
        s.line = s.colour = TB_COLOUR_BAD;
      else if (link->faults || health == TB_HEALTH_DEGRADED)
        s.line = TB_COLOUR_WARN;
    }
  return s;
}

/* Whether it is another kind of thing to say than before: that does not wait for the next figures. */
static gboolean
same_kind (const TbLinkShow *show, const TbLiveLink *link)
{
  return show->cut == (link->cut_since_ns != 0)
         && (show->cut || show->not_tapped == (link->not_tapped != NULL))
         && show->faults == link->faults;
}

/* TRUE where it looks different now. */
static gboolean
update_link (TbCanvas *canvas, const TbLiveLink *link, gint64 frame_ns, gboolean figures)
{
  TbRunLayer *layer = canvas->run;
  TbLinkShow *show = link_show (layer, link->link);
  if (!figures && same_kind (show, link))
    return FALSE;
  double client_errors = tb_traffic_client_errors (canvas->traffic, link->link);
  TbHealth health = tb_health_of (&link->spans[TB_SPAN_TEN], client_errors);
  TbLinkShow now = describe (layer, link, health, client_errors, frame_ns);
  if (same_kind (show, link) && now.line == show->line && now.health == show->health
      && now.width == show->width && g_strcmp0 (now.text, show->text) == 0)
    {
      g_free (now.text);
      g_free (now.brief);
      g_free (show->tooltip);
      show->tooltip = now.tooltip;
      return FALSE;
    }
  g_clear_pointer (&show->node, gsk_render_node_unref);
  g_clear_pointer (&show->lines, gsk_render_node_unref);
  g_free (show->text);
  g_free (show->brief);
  g_free (show->tooltip);
  now.generation = show->generation;
  now.place = show->place;
  now.place_zoom = show->place_zoom;
  now.text_width = show->text_width;
  now.use_brief = show->use_brief;
  *show = now;
  return TRUE;
}

/* ---- States ---------------------------------------------------------------------------------- */

static TbCardShow *
card_show (TbRunLayer *layer, TbUid uid)
{
  TbCardShow *show = g_hash_table_lookup (layer->cards, GUINT_TO_POINTER (uid));
  if (show == NULL)
    {
      show = g_new0 (TbCardShow, 1);
      show->states = g_byte_array_new ();
      g_hash_table_insert (layer->cards, GUINT_TO_POINTER (uid), show);
    }
  return show;
}

/* Replicas go from the last one down. */
static gboolean
forget_instance (TbCardShow *show, guint replica)
{
  if (replica == 0 || show->states->len < replica)
    return FALSE;
  g_byte_array_set_size (show->states, replica - 1);
  g_clear_pointer (&show->node, gsk_render_node_unref);
  return TRUE;
}

static gboolean
update_instance (TbRunLayer *layer, const TbLiveInstance *instance)
{
  TbCardShow *show = card_show (layer, instance->component_uid);
  guint8 state = (guint8) instance->state;
  if (instance->gone)
    return forget_instance (show, instance->replica);
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

static const TbModel *
model_of (TbCanvas *canvas)
{
  return canvas->editor ? tb_document_model (tb_editor_document (canvas->editor)) : NULL;
}

const TbSigns *
tb_canvas_signs (TbCanvas *canvas)
{
  return canvas->run->signs;
}

gboolean
tb_run_layer_take (TbCanvas *canvas, const TbLiveFrame *frame, gint64 now_ns)
{
  TbRunLayer *layer = canvas->run;
  gboolean figures = layer->still || now_ns - layer->figures_ns >= FIGURES_EVERY_NS, changed = FALSE;
  if (figures)
    {
      layer->figures_ns = now_ns;
      tb_signs_take (layer->signs, frame, model_of (canvas), layer->still);
    }
  for (guint i = 0; i < frame->n_links; i++)
    if (frame->links[i].link != 0)
      changed |= update_link (canvas, &frame->links[i], frame->time_ns, figures);
  for (guint i = 0; i < frame->n_instances; i++)
    if (frame->instances[i].component_uid != 0)
      changed |= update_instance (layer, &frame->instances[i]);
  if (figures && canvas->editor != NULL)
    changed |= tb_run_take_loads (canvas, frame);
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
      const TbLinkShow *show = value;
      TbUid uid = GPOINTER_TO_UINT (key);
      if (show->cut || show->not_tapped)
        g_array_append_val (uids, uid);
    }
}

gboolean
tb_run_layer_is_broken (TbRunLayer *layer, TbUid link)
{
  const TbLinkShow *show = g_hash_table_lookup (layer->links, GUINT_TO_POINTER (link));
  return show != NULL && (show->cut || show->not_tapped);
}

const char *
tb_run_layer_tooltip (TbRunLayer *layer, TbUid link)
{
  const TbLinkShow *show = g_hash_table_lookup (layer->links, GUINT_TO_POINTER (link));
  return show ? show->tooltip : NULL;
}

void
tb_canvas_snapshot_run (TbCanvas *canvas, GtkSnapshot *snapshot)
{
  GHashTableIter iter;
  gpointer key, value;
  TbRunLayer *layer = canvas->run;

  g_hash_table_iter_init (&iter, layer->links);
  while (g_hash_table_iter_next (&iter, &key, &value))
    tb_run_line_snapshot (canvas, snapshot, GPOINTER_TO_UINT (key), value);
  if (canvas->camera.zoom >= TB_STATES_MIN_ZOOM)
    {
      g_hash_table_iter_init (&iter, layer->cards);
      while (g_hash_table_iter_next (&iter, &key, &value))
        tb_run_card_snapshot (canvas, snapshot, GPOINTER_TO_UINT (key), value);
    }
}

void
tb_canvas_snapshot_pills (TbCanvas *canvas, GtkSnapshot *snapshot)
{
  GHashTableIter iter;
  gpointer key, value;
  TbRunLayer *layer = canvas->run;
  gboolean far = canvas->camera.zoom < TB_PILL_FAR_ZOOM;

  if (canvas->camera.zoom >= TB_PILL_MIN_ZOOM)
    {
      g_hash_table_iter_init (&iter, layer->cards);
      while (g_hash_table_iter_next (&iter, &key, &value))
        if (!far) /* what is wrong is said below */
          tb_run_loads_snapshot (canvas, snapshot, GPOINTER_TO_UINT (key), value);
      g_hash_table_iter_init (&iter, layer->links);
      while (g_hash_table_iter_next (&iter, &key, &value))
        if (((TbLinkShow *) value)->text != NULL && (!far || !tb_run_link_is_bad (value)))
          tb_run_pill_snapshot (canvas, snapshot, GPOINTER_TO_UINT (key), value);
    }
  if (far)
    tb_run_far_snapshot (canvas, snapshot);
}
