/* Stubs of a drill-down: who calls in stands above what is looked into, what is called below, each
 * near what it is linked to. Only where no place says otherwise. */
#include "scene-private.h"

#include <math.h>

#define GAP 24.0
#define AWAY 140.0 /* from the members: room for their containers and for links */
#define ROW (TB_STUB_HEIGHT + 56.0)
#define LEAST_IN_ROW 4

typedef struct
{
  guint item;
  double wish; /* of its middle */
  gboolean above;
} Stub;

static double
middle (const TbItem *item)
{
  return item->stored.x + item->stored.width / 2;
}

/* For each stub: the sum of the middles of what it is linked to, how many, and whether it calls. */
static void
read_wishes (const TbScene *scene, double *sums, guint *counts, gboolean *calls)
{
  for (guint i = scene->first[TB_ITEM_LINK]; i < scene->first[TB_ITEM_COMPONENT]; i++)
    {
      const TbItem *link = TB_ITEM (scene, i);
      if (link->from == TB_NO_ITEM || link->to == TB_NO_ITEM)
        continue;
      const TbItem *from = TB_ITEM (scene, link->from), *to = TB_ITEM (scene, link->to);
      guint stub = from->stub ? link->from : link->to;
      if (from->stub == to->stub)
        continue;
      sums[stub] += middle (from->stub ? to : from);
      counts[stub]++;
      calls[stub] |= from->stub;
    }
}

static GArray *
collect (const TbScene *scene)
{
  GArray *stubs = g_array_new (FALSE, FALSE, sizeof (Stub));
  g_autofree double *sums = g_new0 (double, scene->items->len + 1);
  g_autofree guint *counts = g_new0 (guint, scene->items->len + 1);
  g_autofree gboolean *calls = g_new0 (gboolean, scene->items->len + 1);
  read_wishes (scene, sums, counts, calls);
  for (guint i = scene->first[TB_ITEM_COMPONENT]; i < scene->first[TB_ITEM_NOTE]; i++)
    if (TB_ITEM (scene, i)->stub && !TB_ITEM (scene, i)->placed)
      {
        Stub stub = { i, counts[i] ? sums[i] / counts[i] : 0, calls[i] };
        g_array_append_val (stubs, stub);
      }
  return stubs;
}

static int
by_wish (gconstpointer pa, gconstpointer pb)
{
  const Stub *a = pa, *b = pb;
  if (a->above != b->above)
    return a->above ? -1 : 1;
  if (a->wish != b->wish)
    return a->wish < b->wish ? -1 : 1;
  return a->item < b->item ? -1 : 1;
}

static TbRect
all_members (const TbScene *scene)
{
  TbRect all = { 0, 0, 0, 0 };
  for (guint i = scene->first[TB_ITEM_COMPONENT]; i < scene->items->len; i++)
    if (!TB_ITEM (scene, i)->stub)
      tb_rect_union (&all, &TB_ITEM (scene, i)->stored, &all);
  return all;
}

/* From the left, each as near to its wish as those before it let it; then the row as a whole to
 * where the wishes are in the mean. */
static void
place_row (TbScene *scene, const Stub *stubs, guint n, double y)
{
  double right = -G_MAXDOUBLE, off = 0;
  for (guint i = 0; i < n; i++)
    {
      TbRect *r = &TB_ITEM (scene, stubs[i].item)->stored;
      r->x = MAX (stubs[i].wish - r->width / 2, right + GAP);
      r->y = y;
      right = r->x + r->width;
      off += r->x + r->width / 2 - stubs[i].wish;
    }
  off = n ? off / n : 0;
  for (guint i = 0; i < n; i++)
    {
      TbRect *r = &TB_ITEM (scene, stubs[i].item)->stored;
      r->x = round (r->x - off);
    }
}

void
tb_scene_place_stubs (TbScene *scene)
{
  g_autoptr (GArray) stubs = collect (scene);
  TbRect all = all_members (scene);
  guint in_row = MAX (LEAST_IN_ROW, (guint) (all.width / (TB_STUB_WIDTH + GAP))), n_above = 0;
  const Stub *first = (const Stub *) (gconstpointer) stubs->data;
  g_array_sort (stubs, by_wish);
  while (n_above < stubs->len && first[n_above].above)
    n_above++;
  for (guint i = 0, row = 0; i < n_above; i += in_row, row++)
    place_row (scene, first + i, MIN (in_row, n_above - i),
               all.y - AWAY - TB_STUB_HEIGHT - row * ROW);
  for (guint i = n_above, row = 0; i < stubs->len; i += in_row, row++)
    place_row (scene, first + i, MIN (in_row, stubs->len - i),
               all.y + all.height + AWAY + row * ROW);
}
