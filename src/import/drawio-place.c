/* Where a page's things stand. Our cards are larger than most shapes: the page is stretched, and only there where cards
 * would touch. Each axis is a line of the coordinates that matter (middles of cards and words, edges of frames), which move
 * apart as far as what stands on them needs and no further, and never change their order: what was in line stays in line,
 * what was in a frame stays in it, bends go along. */
#include "drawio-private.h"

#include <math.h>
#include <string.h>

#define LEAST_WIDTH 120.0
#define WIDEST_NAME 280.0
#define LEAST_HEIGHT 56.0
#define CARD_HEIGHT 68.0
#define MOST_WIDTH 1200.0 /* a card that is larger is a frame by mistake */
#define MOST_HEIGHT 800.0
#define SMALL 6.4   /* of a link's words */
#define ROOM 24.0   /* between two cards */
#define TITLE 36.0  /* over what is in a frame */
#define MEANT 0.6   /* of their sizes: what is nearer than that was put on each other on purpose */
#define MOST_WORDS 220.0
#define MOST_PAIRS 10000000u

typedef struct
{
  guint from, to; /* of the axis' stops, from < to */
  double need;
} Apart;

typedef struct
{
  GArray *at, *moved; /* of double: stops as on the page, and where they went */
  GArray *apart;      /* of Apart */
} Axis;

struct _TbDrawioMap
{
  Axis axes[2];
};

/* ---- Sizes -------------------------------------------------------------------------------------------- */

/* A card that shows all of that name, about: its letters are not measured here. */
static double
width_for (const char *name)
{
  double width = 84;
  for (const char *p = name; *p; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      width += g_unichar_iswide (c) ? 15 : g_unichar_isupper (c) || c == 'm' || c == 'w' ? 10.5 : strchr ("iljtfr .,:;|()[]-'", *p) ? 5.5 : 8.2;
    }
  return CLAMP (width, LEAST_WIDTH, WIDEST_NAME);
}

/* A card where the cell is, as large as its name needs at least; a picture's size says nothing. */
static void
measure (TbDrawioCell *cell)
{
  double width = cell->rect.width, height = cell->rect.height;
  if (cell->what == TB_CELL_COMPONENT)
    {
      gboolean picture = tb_drawio_pictured (cell);
      double least = width_for (cell->title);
      width = picture ? least : CLAMP (width, least, MOST_WIDTH);
      height = picture || height < LEAST_HEIGHT ? CARD_HEIGHT : MIN (MOST_HEIGHT, height);
    }
  cell->size[0] = width;
  cell->size[1] = height;
}

static double
low_of (const TbDrawioCell *cell, guint axis)
{
  return axis == 0 ? cell->rect.x : cell->rect.y;
}

static double
long_of (const TbDrawioCell *cell, guint axis)
{
  return axis == 0 ? cell->rect.width : cell->rect.height;
}

static double
middle_of (const TbDrawioCell *cell, guint axis)
{
  return low_of (cell, axis) + long_of (cell, axis) / 2;
}

/* ---- Stops -------------------------------------------------------------------------------------------- */

static int
by_value (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;
  return (x > y) - (x < y);
}

static void
axis_init (Axis *axis)
{
  axis->at = g_array_new (FALSE, FALSE, sizeof (double));
  axis->moved = g_array_new (FALSE, FALSE, sizeof (double));
  axis->apart = g_array_new (FALSE, FALSE, sizeof (Apart));
}

static void
add_stops (Axis *axis, guint n, const TbDrawioPage *page)
{
  for (guint i = 0; i < page->cells->len; i++)
    {
      const TbDrawioCell *cell = page->cells->pdata[i];
      double low = low_of (cell, n), high = low + long_of (cell, n), middle = middle_of (cell, n);
      if (cell->what == TB_CELL_CONTAINER)
        {
          g_array_append_val (axis->at, low);
          g_array_append_val (axis->at, high);
        }
      else if (cell->what == TB_CELL_COMPONENT || cell->what == TB_CELL_TEXT || cell->what == TB_CELL_NOTE)
        g_array_append_val (axis->at, middle);
    }
  g_array_sort (axis->at, by_value);
  guint kept = 0;
  for (guint i = 0; i < axis->at->len; i++)
    {
      double value = g_array_index (axis->at, double, i);
      if (kept == 0 || value - g_array_index (axis->at, double, kept - 1) > 0.5)
        g_array_index (axis->at, double, kept++) = value;
    }
  g_array_set_size (axis->at, kept);
}

/* The last stop that is not beyond value: every value asked for has one within half a pixel. */
static guint
stop_of (const Axis *axis, double value)
{
  guint low = 0, high = axis->at->len;
  while (low < high)
    {
      guint middle = (low + high) / 2;
      if (g_array_index (axis->at, double, middle) <= value)
        low = middle + 1;
      else
        high = middle;
    }
  return low > 0 ? low - 1 : 0;
}

/* Nothing where they are that far apart already. */
static void
keep_apart (Axis *axis, double low, double high, double need)
{
  Apart apart = { stop_of (axis, low), stop_of (axis, high), need };
  if (high - low < need && apart.from < apart.to)
    g_array_append_val (axis->apart, apart);
}

static int
by_end (gconstpointer a, gconstpointer b)
{
  const Apart *x = a, *y = b;
  return x->to != y->to ? (x->to < y->to ? -1 : 1) : 0;
}

static void
solve (Axis *axis)
{
  guint next = 0;
  g_array_sort (axis->apart, by_end);
  g_array_set_size (axis->moved, axis->at->len);
  double *at = (double *) (void *) axis->at->data, *moved = (double *) (void *) axis->moved->data;
  for (guint i = 0; i < axis->at->len; i++)
    {
      moved[i] = i == 0 ? at[0] : moved[i - 1] + at[i] - at[i - 1];
      for (; next < axis->apart->len && g_array_index (axis->apart, Apart, next).to == i; next++)
        {
          const Apart *apart = &g_array_index (axis->apart, Apart, next);
          moved[i] = MAX (moved[i], moved[apart->from] + apart->need);
        }
    }
}

static double
axis_map (const Axis *axis, double value)
{
  if (axis->at->len == 0)
    return value;
  const double *at = (const double *) (const void *) axis->at->data, *moved = (const double *) (const void *) axis->moved->data;
  guint i = stop_of (axis, value);
  if (value <= at[i] || i + 1 == axis->at->len)
    return moved[i] + value - at[i];
  return moved[i] + (value - at[i]) * (moved[i + 1] - moved[i]) / (at[i + 1] - at[i]);
}

/* ---- What needs room ---------------------------------------------------------------------------------- */

/* Of two things whose shapes do not lie on each other: along the axis where they are apart, or, where they are in both, where
 * less is missing. */
static void
part_things (TbDrawioMap *map, const TbDrawioCell *a, const TbDrawioCell *b, double room)
{
  const double *sa = a->size, *sb = b->size;
  double missing[2];
  gboolean lie[2];
  for (guint k = 0; k < 2; k++)
    {
      double distance = fabs (middle_of (a, k) - middle_of (b, k));
      lie[k] = distance < (long_of (a, k) + long_of (b, k)) / 2 * MEANT;
      missing[k] = (sa[k] + sb[k]) / 2 + room - distance;
    }
  if (missing[0] <= 0 || missing[1] <= 0 || (lie[0] && lie[1]))
    return;
  guint k = lie[0] ? 1 : lie[1] ? 0 : missing[0] < missing[1] ? 0 : 1;
  double x = middle_of (a, k), y = middle_of (b, k);
  keep_apart (&map->axes[k], MIN (x, y), MAX (x, y), (sa[k] + sb[k]) / 2 + room);
}

/* A thing and a frame that it is in, or stands beside. */
static void
part_from_frame (TbDrawioMap *map, const TbDrawioCell *thing, const TbDrawioCell *frame)
{
  const double *size = thing->size;
  gboolean in[2];
  for (guint k = 0; k < 2; k++)
    in[k] = middle_of (thing, k) > low_of (frame, k) && middle_of (thing, k) < low_of (frame, k) + long_of (frame, k);
  for (guint k = 0; k < 2; k++)
    {
      double low = low_of (frame, k), high = low + long_of (frame, k), middle = middle_of (thing, k);
      double above = size[k] / 2 + (k == 1 && thing->what == TB_CELL_COMPONENT ? TITLE : ROOM / 2);
      double below = size[k] / 2 + ROOM / 2 + (k == 1 && frame->gated ? CARD_HEIGHT + ROOM : 0);
      if (thing->container == frame && in[0] && in[1] && thing->what == TB_CELL_COMPONENT)
        {
          keep_apart (&map->axes[k], low, middle, above);
          keep_apart (&map->axes[k], middle, high, below);
        }
      else if (in[!k] && !in[k] && thing->what == TB_CELL_COMPONENT)
        keep_apart (&map->axes[k], middle < low ? middle : high, middle < low ? low : middle, size[k] / 2 + ROOM / 2);
    }
}

static void
part_frames (TbDrawioMap *map, const TbDrawioCell *inner)
{
  const TbDrawioCell *outer = inner->container;
  for (guint k = 0; k < 2; k++)
    {
      double end = low_of (inner, k) + long_of (inner, k), outer_end = low_of (outer, k) + long_of (outer, k);
      keep_apart (&map->axes[k], low_of (outer, k), low_of (inner, k), k == 1 ? TITLE : ROOM / 2);
      keep_apart (&map->axes[k], end, outer_end, ROOM / 2 + (k == 1 && outer->gated ? CARD_HEIGHT + ROOM : 0));
    }
}

/* A link's words between two cards side by side or one over the other. */
static void
make_room_for_words (TbDrawioMap *map, const TbDrawioCell *edge)
{
  const TbDrawioCell *a = edge->reached[0], *b = edge->reached[1];
  if (a == NULL || b == NULL || a == b || a->what != TB_CELL_COMPONENT || b->what != TB_CELL_COMPONENT)
    return;
  g_autofree char *words = tb_drawio_edge_words (edge);
  double length = MIN (MOST_WORDS, SMALL * (double) g_utf8_strlen (words, -1));
  gboolean beside = fabs (middle_of (a, 1) - middle_of (b, 1)) < (long_of (a, 1) + long_of (b, 1)) / 2;
  part_things (map, a, b, *words == '\0' ? ROOM + 8 : beside ? length + ROOM : 2 * ROOM);
}

static int
by_middle (gconstpointer a, gconstpointer b)
{
  const TbDrawioCell *x = *(TbDrawioCell *const *) a, *y = *(TbDrawioCell *const *) b;
  double d = middle_of (x, 0) - middle_of (y, 0);
  return d < 0 ? -1 : d > 0 ? 1 : x->index < y->index ? -1 : x->index > y->index;
}

/* Things are in the order of their middles: only those that are near enough in it are compared. */
static void
part_all (TbDrawioMap *map, GPtrArray *things, double widest)
{
  guint64 looked = 0;
  g_ptr_array_sort (things, by_middle);
  for (guint i = 0; i < things->len && looked < MOST_PAIRS; i++)
    for (guint k = i; k-- > 0 && middle_of (things->pdata[i], 0) - middle_of (things->pdata[k], 0) < widest + ROOM; looked++)
      part_things (map, things->pdata[i], things->pdata[k], ROOM);
}

static void
collect (TbDrawioMap *map, TbDrawioPage *page, GPtrArray *things, const GPtrArray *frames)
{
  double widest = 0;
  for (guint i = 0; i < things->len; i++)
    widest = MAX (widest, ((const TbDrawioCell *) things->pdata[i])->size[0]);
  part_all (map, things, widest);
  for (guint i = 0; i < things->len && (guint64) things->len * frames->len < MOST_PAIRS; i++)
    for (guint k = 0; k < frames->len; k++)
      part_from_frame (map, things->pdata[i], frames->pdata[k]);
  for (guint i = 0; i < frames->len; i++)
    {
      const TbDrawioCell *frame = frames->pdata[i];
      if (frame->container != NULL)
        part_frames (map, frame);
      if (frame->gated)
        keep_apart (&map->axes[0], frame->rect.x, frame->rect.x + frame->rect.width, width_for (frame->title) + ROOM);
    }
  for (guint i = 0; i < page->cells->len; i++)
    if (((const TbDrawioCell *) page->cells->pdata[i])->what == TB_CELL_EDGE)
      make_room_for_words (map, page->cells->pdata[i]);
}

/* ---- The map ------------------------------------------------------------------------------------------ */

TbDrawioMap *
tb_drawio_map_new (TbDrawioPage *page)
{
  TbDrawioMap *map = g_new0 (TbDrawioMap, 1);
  g_autoptr (GPtrArray) things = g_ptr_array_new (), frames = g_ptr_array_new ();
  for (guint i = 0; i < page->cells->len; i++)
    {
      TbDrawioCell *cell = page->cells->pdata[i];
      measure (cell);
      if (cell->what == TB_CELL_COMPONENT || cell->what == TB_CELL_TEXT || cell->what == TB_CELL_NOTE)
        g_ptr_array_add (things, cell);
      else if (cell->what == TB_CELL_CONTAINER)
        g_ptr_array_add (frames, cell);
    }
  for (guint k = 0; k < 2; k++)
    {
      axis_init (&map->axes[k]);
      add_stops (&map->axes[k], k, page);
    }
  collect (map, page, things, frames);
  for (guint k = 0; k < 2; k++)
    solve (&map->axes[k]);
  return map;
}

void
tb_drawio_map_free (TbDrawioMap *map)
{
  for (guint k = 0; k < 2; k++)
    {
      g_array_unref (map->axes[k].at);
      g_array_unref (map->axes[k].moved);
      g_array_unref (map->axes[k].apart);
    }
  g_free (map);
}

TbPoint
tb_drawio_map_point (const TbDrawioMap *map, TbPoint p)
{
  return (TbPoint){ round (axis_map (&map->axes[0], p.x)), round (axis_map (&map->axes[1], p.y)) };
}

TbRect
tb_drawio_map_cell (const TbDrawioMap *map, const TbDrawioCell *cell)
{
  const TbRect *r = &cell->rect;
  const double *size = cell->size;
  if (cell->what == TB_CELL_CONTAINER)
    {
      TbPoint a = tb_drawio_map_point (map, (TbPoint){ r->x, r->y });
      TbPoint b = tb_drawio_map_point (map, (TbPoint){ r->x + r->width, r->y + r->height });
      return (TbRect){ a.x, a.y, b.x - a.x, b.y - a.y };
    }
  return (TbRect){ round (axis_map (&map->axes[0], middle_of (cell, 0)) - size[0] / 2),
                   round (axis_map (&map->axes[1], middle_of (cell, 1)) - size[1] / 2), round (size[0]), round (size[1]) };
}

/* ---- A card for a frame's lines ------------------------------------------------------------------------ */

static gboolean
is_free (const GArray *taken, const TbRect *r)
{
  for (guint i = 0; i < taken->len; i++)
    {
      const TbRect *t = &g_array_index (taken, TbRect, i);
      if (r->x < t->x + t->width + ROOM / 2 && t->x < r->x + r->width + ROOM / 2 && r->y < t->y + t->height + ROOM / 2
          && t->y < r->y + r->height + ROOM / 2)
        return FALSE;
    }
  return TRUE;
}

static GArray *
taken_in (const TbDrawioMap *map, const TbDrawioPage *page, const TbDrawioCell *frame)
{
  GArray *taken = g_array_new (FALSE, FALSE, sizeof (TbRect));
  for (guint i = 0; i < page->cells->len; i++)
    {
      const TbDrawioCell *cell = page->cells->pdata[i];
      TbRect rect = tb_drawio_map_cell (map, cell);
      if (cell->container == frame && cell->what != TB_CELL_PART)
        g_array_append_val (taken, rect);
    }
  return taken;
}

TbRect
tb_drawio_map_gate (const TbDrawioMap *map, const TbDrawioPage *page, const TbDrawioCell *frame, TbPoint near)
{
  g_autoptr (GArray) taken = taken_in (map, page, frame);
  TbRect f = tb_drawio_map_cell (map, frame);
  double least = G_MAXDOUBLE;
  TbRect r = { 0, 0, round (width_for (frame->title)), CARD_HEIGHT };
  TbRect best = { round (f.x + ROOM / 2), round (f.y + f.height - ROOM / 2 - CARD_HEIGHT), r.width, r.height };
  double step_x = MAX (12, f.width / 60), step_y = MAX (12, f.height / 60);
  TbPoint p = tb_drawio_map_point (map, near);
  for (r.y = round (f.y + TITLE); r.y + r.height + ROOM / 2 <= f.y + f.height; r.y = round (r.y + step_y))
    for (r.x = round (f.x + ROOM / 2); r.x + r.width + ROOM / 2 <= f.x + f.width; r.x = round (r.x + step_x))
      {
        double distance = fabs (r.x + r.width / 2 - p.x) + fabs (r.y + r.height / 2 - p.y);
        if (distance < least && is_free (taken, &r))
          {
            least = distance;
            best = r;
          }
      }
  return best;
}
