/* Words of lines: their own, those of labels on them, and such as only stand beside them. */
#include "drawio-private.h"

#include <math.h>
#include <string.h>

#define NEAR 12.0     /* words beside a line are this near */
#define LONGEST 40u   /* characters of a label that stands alone */
#define WIDEST 260.0
#define MOST_PAIRS 4000000u

char *
tb_drawio_edge_words (const TbDrawioCell *edge)
{
  g_autofree char *own = tb_drawio_words (edge);
  g_autoptr (GString) all = g_string_new (own);
  for (guint i = 0; edge->children != NULL && i < edge->children->len; i++)
    {
      g_autofree char *words = tb_drawio_words (edge->children->pdata[i]);
      if (*words != '\0')
        g_string_append_printf (all, "%s%s", all->len ? ", " : "", words);
    }
  if (all->len == 0 && edge->title != NULL)
    g_string_assign (all, edge->title);
  g_strdelimit (all->str, "\n", ' ');
  return g_strdup (all->str);
}

void
tb_drawio_heads (const TbDrawioCell *edge, gboolean *start, gboolean *end)
{
  g_autofree char *s = tb_drawio_style_get (edge, "startArrow"), *e = tb_drawio_style_get (edge, "endArrow");
  *start = s != NULL && strcmp (s, "none") != 0;
  *end = e == NULL || strcmp (e, "none") != 0;
}

/* ---- Where a line runs -------------------------------------------------------------------------------- */

TbPoint
tb_drawio_end_point (const TbDrawioCell *edge, guint end)
{
  const TbDrawioCell *cell = end == 0 ? edge->source : edge->target;
  g_autofree char *x = tb_drawio_style_get (edge, end == 0 ? "exitX" : "entryX");
  g_autofree char *y = tb_drawio_style_get (edge, end == 0 ? "exitY" : "entryY");
  guint n = edge->points != NULL ? edge->points->len : 0;
  if (cell == NULL)
    return edge->ends[end];
  const TbRect *r = &cell->rect;
  if (x != NULL && y != NULL)
    return (TbPoint){ r->x + r->width * g_ascii_strtod (x, NULL), r->y + r->height * g_ascii_strtod (y, NULL) };
  /* Towards where it comes from, as draw.io's floating ends do. */
  const TbDrawioCell *other = end == 0 ? edge->target : edge->source;
  TbPoint middle = { r->x + r->width / 2, r->y + r->height / 2 }, from = middle;
  if (n > 0)
    from = g_array_index (edge->points, TbPoint, end == 0 ? 0 : n - 1);
  else if (other != NULL)
    from = (TbPoint){ other->rect.x + other->rect.width / 2, other->rect.y + other->rect.height / 2 };
  else
    from = edge->ends[!end];
  double dx = from.x - middle.x, dy = from.y - middle.y;
  double t = MAX (r->width > 0 ? fabs (dx) / (r->width / 2) : 0, r->height > 0 ? fabs (dy) / (r->height / 2) : 0);
  return t > 1 ? (TbPoint){ middle.x + dx / t, middle.y + dy / t } : middle;
}

/* From a rectangle to a piece of a line, which is level or upright more often than not. */
static double
distance (const TbRect *r, TbPoint a, TbPoint b)
{
  double least = G_MAXDOUBLE;
  guint steps = (guint) CLAMP ((fabs (a.x - b.x) + fabs (a.y - b.y)) / 8, 1, 200);
  for (guint i = 0; i <= steps; i++)
    {
      double t = (double) i / steps, x = a.x + (b.x - a.x) * t, y = a.y + (b.y - a.y) * t;
      double dx = MAX (MAX (r->x - x, x - r->x - r->width), 0), dy = MAX (MAX (r->y - y, y - r->y - r->height), 0);
      least = MIN (least, hypot (dx, dy));
    }
  return least;
}

/* The nearest of the ways that it may take: draw.io finds those of lines with corners itself and does not write them. */
static double
way_to (const TbDrawioCell *edge, const TbRect *r)
{
  TbPoint a = tb_drawio_end_point (edge, 0), b = tb_drawio_end_point (edge, 1), last = a;
  double least = G_MAXDOUBLE;
  guint n = edge->points != NULL ? edge->points->len : 0;
  for (guint i = 0; i < n; i++)
    {
      TbPoint p = g_array_index (edge->points, TbPoint, i);
      least = MIN (least, distance (r, last, p));
      last = p;
    }
  if (n > 0 || !tb_drawio_style_has (edge, "edgeStyle"))
    return MIN (least, distance (r, last, b));
  gboolean level = fabs (a.x - b.x) > fabs (a.y - b.y);
  TbPoint middle = { (a.x + b.x) / 2, (a.y + b.y) / 2 };
  TbPoint p = level ? (TbPoint){ middle.x, a.y } : (TbPoint){ a.x, middle.y };
  TbPoint q = level ? (TbPoint){ middle.x, b.y } : (TbPoint){ b.x, middle.y };
  return MIN (MIN (distance (r, a, p), distance (r, p, q)), distance (r, q, b));
}

/* ---- Words beside lines ------------------------------------------------------------------------------- */

static gboolean
can_label (const TbDrawioCell *text, const char *words)
{
  return strchr (words, '\n') == NULL && g_utf8_strlen (words, -1) <= (glong) LONGEST && text->rect.width <= WIDEST;
}

static gboolean
is_bare_line (const TbDrawioCell *edge)
{
  if (edge->what != TB_CELL_EDGE || edge->hidden || edge->reached[0] == NULL || edge->reached[1] == NULL)
    return FALSE;
  g_autofree char *words = tb_drawio_edge_words (edge);
  return *words == '\0';
}

static void
label_nearest (const GPtrArray *edges, TbDrawioCell *text)
{
  g_autofree char *words = tb_drawio_words (text);
  TbDrawioCell *best = NULL;
  double least = NEAR;
  for (guint i = 0; i < edges->len && can_label (text, words); i++)
    {
      TbDrawioCell *edge = edges->pdata[i];
      double d = edge->title == NULL ? way_to (edge, &text->rect) : G_MAXDOUBLE;
      if (d < least)
        {
          least = d;
          best = edge;
        }
    }
  if (best == NULL)
    return;
  best->title = g_steal_pointer (&words);
  text->what = TB_CELL_LABEL;
}

void
tb_drawio_label_edges (TbDrawioPage *page)
{
  g_autoptr (GPtrArray) edges = g_ptr_array_new (), texts = g_ptr_array_new ();
  for (guint i = 0; i < page->cells->len; i++)
    {
      TbDrawioCell *cell = page->cells->pdata[i];
      if (is_bare_line (cell))
        g_ptr_array_add (edges, cell);
      else if (cell->what == TB_CELL_TEXT)
        g_ptr_array_add (texts, cell);
    }
  for (guint i = 0; i < texts->len && (guint64) edges->len * texts->len < MOST_PAIRS; i++)
    label_nearest (edges, texts->pdata[i]);
}
