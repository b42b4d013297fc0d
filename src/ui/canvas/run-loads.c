/* What the instances of a component do, as two pills on its card: who leads, on its upper edge; how
 * much it works and how much it has to do, on its lower. Queue: requests that its taps saw come and
 * that it has not answered, so that it is known of any program whose protocol is read. */
#include "run-private.h"

#include <string.h>

#include "figures.h"

#define SMOOTH 0.3 /* share of the newest figure, four times a second */
#define CPU_LEAST 0.05 /* of a core: less says nothing */

typedef struct
{
  TbUid component;
  double cpu;
  guint64 under_way, ready;
  const char *leads; /* NULL: nobody says so */
  guint leader;
  guint64 term;
} Sum;

static gboolean
is_leading (const char *role)
{
  return g_str_has_prefix (role, "leader") || g_str_has_prefix (role, "primary")
         || g_str_has_prefix (role, "master");
}

static Sum *
sum_of (GArray *sums, TbUid component)
{
  for (guint i = sums->len; i-- > 0;)
    if (g_array_index (sums, Sum, i).component == component)
      return &g_array_index (sums, Sum, i);
  Sum sum = { .component = component };
  g_array_append_val (sums, sum);
  return &g_array_index (sums, Sum, sums->len - 1);
}

/* Instances of one component follow each other, so the last sum is nearly always the right one. */
static GArray *
sum_up (const TbLiveFrame *frame)
{
  GArray *sums = g_array_new (FALSE, FALSE, sizeof (Sum));
  Sum *sum = NULL;
  for (guint i = 0; i < frame->n_instances; i++)
    {
      const TbLiveInstance *instance = &frame->instances[i];
      if (instance->component_uid == 0 || instance->gone)
        continue;
      if (sum == NULL || sum->component != instance->component_uid)
        sum = sum_of (sums, instance->component_uid);
      sum->cpu += instance->cpu;
      sum->under_way += instance->under_way;
      sum->ready += instance->state == TB_INSTANCE_READY || instance->state == TB_INSTANCE_UNHEALTHY
                    || instance->state == TB_INSTANCE_PAUSED;
      if (instance->role && is_leading (instance->role))
        {
          sum->leads = instance->role;
          sum->leader = instance->replica;
          sum->term = instance->term;
        }
    }
  return sums;
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

static char *
load_text (const Sum *sum, guint64 under_way, guint threads, gboolean *full)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint64 room = threads * sum->ready, busy = MIN (under_way, room);
  *full = threads > 0 && under_way > room;
  if (sum->cpu >= CPU_LEAST)
    g_string_append_printf (text, "CPU %.0f" TB_THIN_SPACE "%%", sum->cpu * 100);
  if (threads > 0 && under_way > 0)
    g_string_append_printf (text, "%s%" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT " busy", text->len ? " · " : "",
                            busy, room);
  else if (under_way > 0)
    g_string_append_printf (text, "%s%" G_GUINT64_FORMAT " under way", text->len ? " · " : "",
                            under_way);
  if (*full)
    g_string_append_printf (text, " · %" G_GUINT64_FORMAT " wait", under_way - room);
  return text->len ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
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
tb_run_take_loads (TbCanvas *canvas, TbRunLayer *layer, const TbLiveFrame *frame)
{
  gboolean changed = FALSE;
  g_autoptr (GArray) sums = sum_up (frame);
  for (guint i = 0; i < sums->len; i++)
    {
      const Sum *sum = &g_array_index (sums, Sum, i);
      TbCardShow *show = g_hash_table_lookup (layer->cards, GUINT_TO_POINTER (sum->component));
      gboolean full = FALSE;
      if (show == NULL)
        continue;
      char *role = role_text (sum);
      show->under_way += ((double) sum->under_way - show->under_way) * SMOOTH;
      gboolean other = replace (&show->load, load_text (sum, (guint64) (show->under_way + 0.5),
                                                        threads_of (canvas, sum->component), &full));
      other |= replace (&show->role, role);
      other |= show->full != full;
      show->full = full;
      if (other)
        g_clear_pointer (&show->pills, gsk_render_node_unref);
      changed |= other;
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
  tb_draw_at (part, node, x, y - height * pill.scale / 2);
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
        append_pill (canvas, part, show->load, show->full ? TB_COLOUR_WARN : TB_COLOUR_LINE, left, r.height);
      g_clear_pointer (&show->pills, gsk_render_node_unref);
      show->pills = gtk_snapshot_free_to_node (part);
      show->pills_scale = canvas->camera.zoom;
    }
  tb_draw_at (snapshot, show->pills, tb_canvas_whole (canvas, r.x), tb_canvas_whole (canvas, r.y));
}
