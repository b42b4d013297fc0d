/* What the instances of a component do, as two pills on its card: who leads, on its upper edge; how
 * much it works and how much it has to do, on its lower. Queue: requests that its taps saw come and
 * that it has not answered, so that it is known of any program whose protocol is read. Each instance
 * has threads of its own: one that is full is not helped by another that is idle. */
#include "run-private.h"

#include <string.h>

#include "figures.h"

#define LEAST_SCALE 0.78
#define BELOW 8.0 /* of the lower edge, the pill's middle */
#define CPU_LEAST 0.05 /* of a core: less says nothing */

/* Who leads a component. Several may say so: where one was cut off and others chose another, or where failover made
 * two. None may, while they choose. */
typedef struct
{
  TbUid component;
  GString *leads;   /* "leader 1 · term 4, 3 · term 5": each that does */
  guint n;          /* of them */
  gboolean chooses; /* one says that it is a candidate */
  guint64 term;     /* the highest */
} Role;

static gboolean
is_leading (const char *role)
{
  return g_str_has_prefix (role, "leader") || g_str_has_prefix (role, "primary")
         || g_str_has_prefix (role, "master") || g_str_has_prefix (role, "head");
}

static Role *
role_of (GArray *roles, TbUid component)
{
  for (guint i = roles->len; i-- > 0;)
    if (g_array_index (roles, Role, i).component == component)
      return &g_array_index (roles, Role, i);
  Role role = { .component = component, .leads = g_string_new (NULL) };
  g_array_append_val (roles, role);
  return &g_array_index (roles, Role, roles->len - 1);
}

static void
role_clear (gpointer data)
{
  g_string_free (((Role *) data)->leads, TRUE);
}

static void
add_role (Role *role, const TbLiveInstance *instance)
{
  role->term = MAX (role->term, instance->term);
  role->chooses |= g_str_equal (instance->role, "candidate");
  if (!is_leading (instance->role))
    return;
  if (role->n++ == 0)
    g_string_append_printf (role->leads, "%s %u", instance->role, instance->replica);
  else
    g_string_append_printf (role->leads, ", %u", instance->replica);
  if (instance->term > 0)
    g_string_append_printf (role->leads, " · term %" G_GUINT64_FORMAT, instance->term);
}

/* Instances of one component follow each other, so the last role is nearly always the right one. */
static GArray *
roles_of (const TbLiveFrame *frame)
{
  GArray *roles = g_array_new (FALSE, FALSE, sizeof (Role));
  g_array_set_clear_func (roles, role_clear);
  for (guint i = 0; i < frame->n_instances; i++)
    {
      const TbLiveInstance *instance = &frame->instances[i];
      if (instance->component_uid == 0 || instance->gone)
        continue;
      Role *role = role_of (roles, instance->component_uid);
      if (instance->role != NULL)
        add_role (role, instance);
    }
  return roles;
}

static void
append_count (GString *text, double n, const char *what)
{
  if (n >= 0.5)
    g_string_append_printf (text, "%s%.0f %s", text->len ? " · " : "", n, what);
}

static void
append_trouble (GString *text, const TbWorkSign *sum)
{
  append_count (text, sum->wait, sum->wait >= 1.5 ? "wait" : "waits");
  append_count (text, sum->stuck, sum->stuck > 1 ? "do not answer" : "does not answer");
}

static char *
load_text (const TbWorkSign *sum)
{
  g_autoptr (GString) text = g_string_new (NULL);
  if (sum->cpu >= CPU_LEAST)
    g_string_append_printf (text, "CPU %.0f" TB_THIN_SPACE "%%", sum->cpu * 100);
  if (sum->threads > 0 && sum->busy >= 0.5)
    g_string_append_printf (text, "%s%.0f/%u busy", text->len ? " · " : "", sum->busy,
                            sum->threads * sum->ready);
  else
    append_count (text, sum->busy, "under way");
  append_trouble (text, sum);
  return text->len ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

/* NULL: nothing is wrong. */
static char *
trouble_text (const TbWorkSign *sum)
{
  g_autoptr (GString) text = g_string_new (NULL);
  append_trouble (text, sum);
  return text->len ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

char *
tb_run_load_words (TbCanvas *canvas, const TbLiveInstance *instance)
{
  const TbWorkSign *work = tb_signs_work (canvas->run->signs, instance->component_uid);
  const TbLoad *load = tb_signs_load (canvas->run->signs, instance->component_uid, instance->replica);
  if (instance->under_way == 0)
    return NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  g_string_printf (text, "%" G_GUINT64_FORMAT " under way", instance->under_way);
  if (load && load->full.on && instance->under_way > work->threads)
    g_string_append_printf (text, ", %" G_GUINT64_FORMAT " of them wait", instance->under_way - work->threads);
  if (load && load->stuck)
    g_string_append (text, ", it does not answer");
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* "leader 1 · term 4"; NULL: nobody says that it leads, or is to. */
static char *
role_text (const Role *role)
{
  if (role->n > 0)
    return g_strdup (role->leads->str);
  return role->chooses ? g_strdup_printf ("no leader · term %" G_GUINT64_FORMAT, role->term) : NULL;
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
  g_autoptr (GArray) roles = roles_of (frame);
  for (guint i = 0; i < roles->len; i++)
    {
      const Role *role = &g_array_index (roles, Role, i);
      const TbWorkSign *work = tb_signs_work (canvas->run->signs, role->component);
      TbCardShow *show = g_hash_table_lookup (canvas->run->cards, GUINT_TO_POINTER (role->component));
      if (show == NULL || work == NULL)
        continue;
      gboolean other = replace (&show->load, load_text (work));
      other |= replace (&show->trouble, trouble_text (work));
      other |= replace (&show->role, role_text (role));
      other |= show->in_doubt != (role->n != 1);
      show->in_doubt = role->n != 1;
      other |= show->troubled != (work->full + work->stuck > 0);
      show->troubled = work->full + work->stuck > 0;
      if (other)
        g_clear_pointer (&show->pills, gsk_render_node_unref);
      if (work->changed)
        g_clear_pointer (&show->node, gsk_render_node_unref);
      changed |= other || work->changed;
    }
  return changed;
}

/* On the middle of an edge of the card, whose size is in widget pixels; where letters must be larger than
 * the drawing's to be read, the pill grows away from the card. */
static void
append_pill (TbCanvas *canvas, GtkSnapshot *part, const char *text, TbColourId line, gboolean dotted, double x,
             double y)
{
  double drawn = canvas->camera.zoom * 0.9;
  TbPill pill = { .text = text, .colour = TB_COLOUR_TEXT, .line = line, .dotted = dotted, .scale = MAX (drawn, LEAST_SCALE) };
  double width, height;
  tb_pill_measure (GTK_WIDGET (canvas), &pill, &width, &height);
  y += (y > 0 ? 1 : -1) * (pill.scale - drawn) * height / 2;
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
        append_pill (canvas, part, show->role, show->in_doubt ? TB_COLOUR_WARN : TB_COLOUR_ACCENT, show->in_doubt,
                     left, 0);
      if (show->load != NULL)
        append_pill (canvas, part, show->load, show->troubled ? TB_COLOUR_WARN : TB_COLOUR_LINE, FALSE, left,
                     r.height + BELOW * canvas->camera.zoom); /* clear of the states */
      g_clear_pointer (&show->pills, gsk_render_node_unref);
      show->pills = gtk_snapshot_free_to_node (part);
      show->pills_scale = canvas->camera.zoom;
    }
  tb_draw_at (snapshot, show->pills, tb_canvas_whole (canvas, r.x), tb_canvas_whole (canvas, r.y));
}
