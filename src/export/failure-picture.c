/* What stops when something fails, over a view:
 *
 *   gone           washed out, a red outline, a cross
 *   stops          washed out, red and dashed, a bar
 *   single point   an amber outline, an exclamation mark
 *
 * and below it the same in words, with how much of the time clients are answered. */
#include "failure-private.h"

#include <string.h>

#include "marks-private.h"
#include "tb-failure.h"

#define OUTSIDE 4.0
#define BADGE 18.0
#define STACK 10.0
#define LINE_HEIGHT 20.0
#define GOALS_MAX 4u

typedef enum
{
  MARK_GONE,
  MARK_STOPS,
  MARK_SINGLE
} What;

static const struct
{
  TbColourId colour;
  const char *sign;
  gboolean dashed, washed, low; /* low: its badge stands at the lower corner, so that both kinds are seen */
} looks[] = {
  [MARK_GONE] = { TB_COLOUR_BAD, "×", FALSE, TRUE, FALSE },
  [MARK_STOPS] = { TB_COLOUR_BAD, "–", TRUE, TRUE, FALSE },
  [MARK_SINGLE] = { TB_COLOUR_WARN, "!", FALSE, FALSE, TRUE },
};

typedef struct
{
  const TbModel *model;
  const TbScene *scene;
  TbFailure *failure;
  TbThemeId theme;
  GArray *marks;
  TbRect *page;
} Drawing;

static TbColour
colour (const Drawing *d, TbColourId id, double alpha)
{
  TbColour c = tb_theme_colour (d->theme, id);
  c.a = alpha;
  return c;
}

static TbMark *
add_mark (const Drawing *d, TbMarkShape shape, TbRect rect)
{
  TbMark mark = { .shape = shape, .rect = rect };
  g_array_append_val (d->marks, mark);
  return &g_array_index (d->marks, TbMark, d->marks->len - 1);
}

static void
add_text (const Drawing *d, const char *text, double x, double baseline, TbColour ink, gboolean bold)
{
  TbMark *mark = add_mark (d, TB_MARK_TEXT, (TbRect){ x, baseline - 12, 0, 12 });
  mark->text = g_strdup (text);
  mark->fill = ink;
  mark->bold = bold;
}

static void
add_badge (const Drawing *d, What what, double x, double y)
{
  TbMark *dot = add_mark (d, TB_MARK_DOT, (TbRect){ x - BADGE / 2, y - BADGE / 2, BADGE, BADGE });
  dot->fill = colour (d, looks[what].colour, 1);
  dot->line = colour (d, TB_COLOUR_CANVAS, 1);
  dot->width = 2;
  add_text (d, looks[what].sign, x - tb_marks_text_width (looks[what].sign, TRUE) / 2, y + 4.3, colour (d, TB_COLOUR_CANVAS, 1),
            TRUE);
}

static void
mark_box (const Drawing *d, What what, const TbRect *r)
{
  if (looks[what].washed)
    {
      TbMark *wash = add_mark (d, TB_MARK_RECT, *r);
      wash->fill = colour (d, TB_COLOUR_CANVAS, 0.55);
      wash->radius = 8;
    }
  TbRect around = { r->x - OUTSIDE, r->y - OUTSIDE, r->width + 2 * OUTSIDE, r->height + 2 * OUTSIDE };
  TbMark *outline = add_mark (d, TB_MARK_RECT, around);
  outline->radius = 13;
  outline->line = colour (d, looks[what].colour, 1);
  outline->width = 2.5;
  outline->dashed = looks[what].dashed;
  add_badge (d, what, r->x - OUTSIDE, looks[what].low ? r->y + r->height + OUTSIDE : r->y - OUTSIDE);
}

static void
mark_link (const Drawing *d, What what, TbUid uid)
{
  guint n;
  const TbPoint *route = tb_scene_route (d->scene, uid, &n);
  if (route == NULL || n < 2)
    return;
  TbMark *line = add_mark (d, TB_MARK_LINE, (TbRect){ 0 });
  line->points = g_memdup2 (route, n * sizeof *route);
  line->n_points = n;
  line->line = colour (d, looks[what].colour, 0.6);
  line->width = 5;
  TbPoint middle = tb_scene_route_point (d->scene, uid, tb_scene_route_length (d->scene, uid) / 2);
  add_badge (d, what, middle.x, middle.y);
}

/* One replica is its box, where each has one, else its dot on the card. */
static void
mark_replica (const Drawing *d, What what, const TbPart *part, const GArray *boxes)
{
  TbPoint dot;
  for (guint i = 0; i < boxes->len; i++)
    {
      const TbRect *box = &g_array_index (boxes, TbRect, i);
      TbDeployed instance;
      if (!tb_scene_instance_at (d->scene, box->x + box->width / 2, box->y + box->height / 2, &instance)
          || instance.element != part->uid || instance.replica != part->replica)
        continue;
      mark_box (d, what, box);
      return;
    }
  if (tb_scene_replica_dot (d->scene, part->uid, part->replica, &dot))
    add_badge (d, what, dot.x, dot.y);
}

/* With the cards behind it, where there are replicas. */
static TbRect
with_stack (const Drawing *d, TbUid uid, const GArray *boxes, guint i)
{
  TbRect r = g_array_index (boxes, TbRect, i);
  const TbElement *element = tb_model_get (d->model, uid);
  if (boxes->len == 1 && tb_element_kind (element) == TB_KIND_COMPONENT && tb_component_replicas (element) > 1)
    return (TbRect){ r.x, r.y - STACK, r.width + STACK, r.height + STACK };
  return r;
}

static void
mark_part (const Drawing *d, What what, const TbPart *part)
{
  TbItemKind kind;
  TbRect bounds;
  g_autoptr (GArray) boxes = g_array_new (FALSE, FALSE, sizeof (TbRect));
  tb_scene_boxes (d->scene, part->uid, boxes);
  if (part->replica > 0)
    mark_replica (d, what, part, boxes);
  else if (tb_scene_item (d->scene, part->uid, &kind, &bounds) && kind == TB_ITEM_LINK)
    mark_link (d, what, part->uid);
  else
    for (guint i = 0; i < boxes->len; i++)
      {
        TbRect whole = with_stack (d, part->uid, boxes, i);
        mark_box (d, what, &whole);
      }
}

/* ---- Below the picture --------------------------------------------------------------------------------- */

static void
write_line (const Drawing *d, const char *text, gboolean bold)
{
  double x = d->page->x + 24;
  add_text (d, text, x, d->page->y + d->page->height + 4, colour (d, TB_COLOUR_TEXT, 1), bold);
  d->page->height += LINE_HEIGHT;
  d->page->width = MAX (d->page->width, 48 + tb_marks_text_width (text, bold));
}

static void
write_availability (const Drawing *d)
{
  guint n, written = 0;
  const TbUid *goals = tb_failure_goals (d->failure, &n);
  for (guint i = 0; i < n && written < GOALS_MAX; i++)
    {
      TbUptime a;
      tb_failure_availability (d->failure, goals[i], &a);
      if (a.said == 0)
        continue;
      g_autofree char *share = tb_uptime_text (&a);
      g_autofree char *line = g_strdup_printf ("%s: %s", tb_element_title (tb_model_get (d->model, goals[i])), share);
      write_line (d, line, FALSE);
      written++;
    }
}

static gboolean
mark_without (const Drawing *d, const char *const *names, GError **error)
{
  guint n = g_strv_length ((char **) names);
  g_autofree TbPart *parts = g_new (TbPart, n + 1);
  for (guint i = 0; i < n; i++)
    if (!tb_part_from_name (d->model, names[i], &parts[i]))
      {
        g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                     "“%s” is nothing of this drawing that can fail: a component, a replica (orders/2), a device or a link "
                     "is meant", names[i]);
        return FALSE;
      }
  g_autoptr (GArray) stopped = tb_failure_without (d->failure, parts, n);
  g_autofree char *text = tb_failure_without_text (d->failure, parts, n);
  for (guint i = 0; i < n; i++) /* before what is on it */
    mark_part (d, MARK_GONE, &parts[i]);
  for (guint i = 0; i < stopped->len; i++)
    mark_part (d, MARK_STOPS, &(TbPart){ g_array_index (stopped, TbUid, i), 0 });
  write_line (d, text, TRUE);
  return TRUE;
}

static void
mark_single_points (const Drawing *d)
{
  guint n;
  const TbPart *parts = tb_failure_single_points (d->failure, &n);
  g_autofree char *text = tb_failure_single_points_text (d->failure);
  for (guint i = 0; i < n; i++)
    mark_part (d, MARK_SINGLE, &parts[i]);
  write_line (d, text, TRUE);
}

gboolean
tb_export_mark_failure (const TbModel *model, const TbScene *scene, const TbExportOptions *options, GArray *marks, TbRect *page,
                        GError **error)
{
  g_autoptr (TbFailure) failure = tb_failure_new (model);
  const Drawing d = { model, scene, failure, options->theme, marks, page };
  if (options->without != NULL && !mark_without (&d, options->without, error))
    return FALSE;
  if (options->single_points)
    mark_single_points (&d);
  write_availability (&d);
  page->height += LINE_HEIGHT / 2;
  return TRUE;
}
