/* What the instances of a component do, as two pills on its card: who leads, on its upper edge; how
 * much it works and how much it has to do, on its lower. Queue: requests that its taps saw come and
 * that it has not answered, so that it is known of any program whose protocol is read. Each instance
 * has threads of its own: one that is full is not helped by another that is idle. */
#include "run-private.h"

#include <string.h>

#include "figures.h"
#include "tb-base.h"

#define SMOOTH 0.3 /* share of the newest figure, four times a second */
#define STUCK_ASKED 4 /* requests that came since it answered last … */
#define STUCK_NS TB_NS_PER_S /* … so long ago … */
#define STUCK_CPU 0.02 /* … while it does next to nothing */
#define BELOW 8.0 /* of the lower edge, the pill's middle */
#define CPU_LEAST 0.05 /* of a core: less says nothing */

typedef struct
{
  TbUid component;
  TbCardShow *show; /* NULL: it is not drawn */
  guint threads;    /* of each instance; 0: as many as come */
  double cpu, busy, wait;
  guint64 ready;
  guint stuck;
  gboolean changed; /* an instance is full or stuck, or is not any more */
  const char *leads; /* NULL: nobody says so */
  guint leader;
  guint64 term;
} Sum;

typedef struct
{
  guint64 asked, answered;
} Talk;

static gboolean
is_leading (const char *role)
{
  return g_str_has_prefix (role, "leader") || g_str_has_prefix (role, "primary")
         || g_str_has_prefix (role, "master");
}

/* Of each instance; 0: as many as come. */
static guint
threads_of (TbCanvas *canvas, TbUid component)
{
  const TbElement *e = tb_model_get (tb_document_model (tb_editor_document (canvas->editor)), component);
  const char *threads = e ? tb_element_get (e, TB_PROP_THREADS) : NULL;
  if (threads == NULL)
    return 0;
  if (g_str_equal (threads, "single"))
    return 1;
  return g_str_has_prefix (threads, "pool ") ? (guint) g_ascii_strtoull (threads + 5, NULL, 10) : 0;
}

static Sum *
sum_of (TbCanvas *canvas, GArray *sums, TbUid component)
{
  for (guint i = sums->len; i-- > 0;)
    if (g_array_index (sums, Sum, i).component == component)
      return &g_array_index (sums, Sum, i);
  Sum sum = { .component = component, .threads = threads_of (canvas, component),
              .show = g_hash_table_lookup (canvas->run->cards, GUINT_TO_POINTER (component)) };
  g_array_append_val (sums, sum);
  return &g_array_index (sums, Sum, sums->len - 1);
}

static gboolean
works (const TbLiveInstance *instance)
{
  return instance->state == TB_INSTANCE_READY || instance->state == TB_INSTANCE_UNHEALTHY
         || instance->state == TB_INSTANCE_PAUSED;
}

/* It is asked again and again, and answers nobody: stopped from outside, or in a deadlock. In a still
 * picture nothing is known of before. */
static gboolean
is_stuck (TbLoad *load, const TbLiveInstance *instance, const Talk *talk, gint64 time_ns, gboolean still)
{
  if (!load->known || still || talk->answered != load->answered || time_ns < load->answered_ns)
    {
      load->asked = talk->asked;
      load->answered = talk->answered;
      load->answered_ns = time_ns;
      return FALSE;
    }
  return instance->state == TB_INSTANCE_READY && instance->under_way > 0 && instance->cpu < STUCK_CPU
         && talk->asked >= load->asked + STUCK_ASKED && time_ns - load->answered_ns >= STUCK_NS;
}

static void
add_load (Sum *sum, const TbLiveInstance *instance, const Talk *talk, gint64 time_ns, gboolean still)
{
  if (sum->show == NULL || instance->replica == 0 || instance->replica > sum->show->loads->len)
    return;
  TbLoad *load = &g_array_index (sum->show->loads, TbLoad, instance->replica - 1), before = *load;
  double room = works (instance) ? sum->threads : 0;
  double under_way = works (instance) ? (double) instance->under_way : 0; /* nobody waits for what has ended */
  load->stuck = is_stuck (load, instance, talk, time_ns, still);
  load->under_way += (under_way - load->under_way) * (load->known && !still ? SMOOTH : 1);
  load->full = room > 0 && load->under_way >= room + 0.5;
  load->known = TRUE;
  sum->busy += sum->threads > 0 ? MIN (load->under_way, room) : load->under_way;
  sum->wait += sum->threads > 0 ? MAX (load->under_way - room, 0) : 0;
  sum->stuck += load->stuck;
  sum->changed |= load->full != before.full || load->stuck != before.stuck;
}

/* What each instance was asked, and answered, over all its taps. */
static Talk *
talks_of (const TbLiveFrame *frame)
{
  Talk *talks = g_new0 (Talk, frame->n_instances + 1);
  for (guint i = 0; i < frame->n_taps; i++)
    if (frame->taps[i].to < frame->n_instances)
      {
        talks[frame->taps[i].to].asked += frame->taps[i].counters.requests;
        talks[frame->taps[i].to].answered += frame->taps[i].counters.replies;
      }
  return talks;
}

/* Instances of one component follow each other, so the last sum is nearly always the right one. */
static GArray *
sum_up (TbCanvas *canvas, const TbLiveFrame *frame)
{
  GArray *sums = g_array_new (FALSE, FALSE, sizeof (Sum));
  g_autofree Talk *talks = talks_of (frame);
  Sum *sum = NULL;
  for (guint i = 0; i < frame->n_instances; i++)
    {
      const TbLiveInstance *instance = &frame->instances[i];
      if (instance->component_uid == 0 || instance->gone)
        continue;
      if (sum == NULL || sum->component != instance->component_uid)
        sum = sum_of (canvas, sums, instance->component_uid);
      sum->cpu += instance->cpu;
      sum->ready += works (instance);
      add_load (sum, instance, &talks[i], frame->time_ns, canvas->run->still);
      if (instance->role && is_leading (instance->role))
        {
          sum->leads = instance->role;
          sum->leader = instance->replica;
          sum->term = instance->term;
        }
    }
  return sums;
}

static void
append_count (GString *text, double n, const char *what)
{
  if (n >= 0.5)
    g_string_append_printf (text, "%s%.0f %s", text->len ? " · " : "", n, what);
}

static void
append_trouble (GString *text, const Sum *sum)
{
  append_count (text, sum->wait, sum->wait >= 1.5 ? "wait" : "waits");
  append_count (text, sum->stuck, sum->stuck > 1 ? "do not answer" : "does not answer");
}

static char *
load_text (const Sum *sum)
{
  g_autoptr (GString) text = g_string_new (NULL);
  if (sum->cpu >= CPU_LEAST)
    g_string_append_printf (text, "CPU %.0f" TB_THIN_SPACE "%%", sum->cpu * 100);
  if (sum->threads > 0 && sum->busy + sum->wait >= 0.5)
    g_string_append_printf (text, "%s%.0f/%" G_GUINT64_FORMAT " busy", text->len ? " · " : "", sum->busy,
                            sum->threads * sum->ready);
  else
    append_count (text, sum->busy, "under way");
  append_trouble (text, sum);
  return text->len ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

/* NULL: nothing is wrong. */
static char *
trouble_text (const Sum *sum)
{
  g_autoptr (GString) text = g_string_new (NULL);
  append_trouble (text, sum);
  return text->len ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

char *
tb_run_load_words (TbCanvas *canvas, const TbLiveInstance *instance)
{
  const TbCardShow *show = g_hash_table_lookup (canvas->run->cards, GUINT_TO_POINTER (instance->component_uid));
  guint threads = threads_of (canvas, instance->component_uid);
  gboolean known = show && instance->replica > 0 && instance->replica <= show->loads->len;
  gboolean stuck = known && g_array_index (show->loads, TbLoad, instance->replica - 1).stuck;
  if (instance->under_way == 0)
    return NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  g_string_printf (text, "%" G_GUINT64_FORMAT " under way", instance->under_way);
  if (threads > 0 && works (instance) && instance->under_way > threads)
    g_string_append_printf (text, ", %" G_GUINT64_FORMAT " of them wait", instance->under_way - threads);
  if (stuck)
    g_string_append (text, ", it does not answer");
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* "leader 1 · term 4"; NULL: nobody says that it leads. */
static char *
role_text (const Sum *sum)
{
  if (!sum->leads)
    return NULL;
  return sum->term ? g_strdup_printf ("%s %u · term %" G_GUINT64_FORMAT, sum->leads, sum->leader, sum->term)
                   : g_strdup_printf ("%s %u", sum->leads, sum->leader);
}

/* Takes text over. */
static gboolean
replace (char **text, char *by)
{
  gboolean same = g_strcmp0 (*text, by) == 0;
  g_free (same ? by : *text);
  if (!same)
    *text = by;
  return !same;
}

gboolean
tb_run_take_loads (TbCanvas *canvas, const TbLiveFrame *frame)
{
  gboolean changed = FALSE;
  g_autoptr (GArray) sums = sum_up (canvas, frame);
  for (guint i = 0; i < sums->len; i++)
    {
      const Sum *sum = &g_array_index (sums, Sum, i);
      TbCardShow *show = sum->show;
      if (show == NULL)
        continue;
      gboolean other = replace (&show->load, load_text (sum));
      other |= replace (&show->trouble, trouble_text (sum));
      other |= replace (&show->role, role_text (sum));
      if (other)
        g_clear_pointer (&show->pills, gsk_render_node_unref);
      if (sum->changed)
        g_clear_pointer (&show->node, gsk_render_node_unref);
      changed |= other || sum->changed;
    }
  return changed;
}

/* On the middle of an edge of the card, whose size is in widget pixels. */
static void
append_pill (TbCanvas *canvas, GtkSnapshot *part, const char *text, TbColourId line, double x, double y)
{
  TbPill pill = { .text = text, .colour = TB_COLOUR_TEXT, .line = line, .scale = canvas->camera.zoom * 0.9 };
  double width, height;
  tb_pill_measure (GTK_WIDGET (canvas), &pill, &width, &height);
  GskRenderNode *node = tb_pill_node_new (GTK_WIDGET (canvas), canvas->theme, &pill);
  tb_draw_at (part, node, tb_canvas_whole (canvas, x), tb_canvas_whole (canvas, y - height * pill.scale / 2));
  gsk_render_node_unref (node);
}

void
tb_run_loads_snapshot (TbCanvas *canvas, GtkSnapshot *snapshot, TbUid uid, TbCardShow *show)
{
  TbItemKind kind;
  TbRect r, widget = { 0, 0, canvas->camera.width, canvas->camera.height };
  if ((show->load == NULL && show->role == NULL)
      || tb_scene_view_kind (tb_canvas_scene (canvas)) == TB_VIEW_DEPLOYMENT
      || !tb_scene_item (tb_canvas_scene (canvas), uid, &kind, &r))
    return;
  r = tb_camera_rect (&canvas->camera, &r);
  if (!tb_rect_intersects (&r, &widget))
    return;
  if (show->pills == NULL || show->pills_scale != canvas->camera.zoom)
    {
      GtkSnapshot *part = gtk_snapshot_new ();
      double left = 10 * canvas->camera.zoom;
      if (show->role != NULL)
        append_pill (canvas, part, show->role, TB_COLOUR_ACCENT, left, 0);
      if (show->load != NULL)
        append_pill (canvas, part, show->load, show->trouble ? TB_COLOUR_WARN : TB_COLOUR_LINE, left,
                     r.height + BELOW * canvas->camera.zoom); /* clear of the states */
      g_clear_pointer (&show->pills, gsk_render_node_unref);
      show->pills = gtk_snapshot_free_to_node (part);
      show->pills_scale = canvas->camera.zoom;
    }
  tb_draw_at (snapshot, show->pills, tb_canvas_whole (canvas, r.x), tb_canvas_whole (canvas, r.y));
}
