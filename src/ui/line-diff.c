#include "line-diff.h"

#include <string.h>

#define DISTANCE_MAX 200

typedef struct
{
  const char *text;
  GArray *starts;
  guint n;
} Lines;

GArray *
tb_line_starts (const char *text)
{
  GArray *starts = g_array_new (FALSE, FALSE, sizeof (gsize));
  gsize at = 0, size = strlen (text);
  while (at < size)
    {
      const char *end = strchr (text + at, '\n');
      g_array_append_val (starts, at);
      at = end ? (gsize) (end - text) + 1 : size;
    }
  g_array_append_val (starts, size);
  return starts;
}

static Lines
lines_of (const char *text)
{
  GArray *starts = tb_line_starts (text);
  return (Lines){ text, starts, starts->len - 1 };
}

static gboolean
same (const Lines *a, guint i, const Lines *b, guint j)
{
  gsize from_a = g_array_index (a->starts, gsize, i), from_b = g_array_index (b->starts, gsize, j);
  gsize size = g_array_index (a->starts, gsize, i + 1) - from_a;
  return size == g_array_index (b->starts, gsize, j + 1) - from_b
         && memcmp (a->text + from_a, b->text + from_b, size) == 0;
}

/* ---- Between the common beginning and the common end ----------------------------------------- */

/* Furthest points of each diagonal, one row a distance, as Myers keeps them. */
typedef struct
{
  const Lines *a, *b;
  guint from, n_a, n_b; /* a[from …], b[from …] */
  GPtrArray *rows;      /* of int *, row d has 2 d + 3 diagonals from -d - 1 */
} Search;

static int
furthest (const int *row, int d, int k)
{
  return row[k + d + 1];
}

static int
step (const Search *s, int d, int k, gboolean *down)
{
  if (d == 0)
    {
      *down = FALSE;
      return 0;
    }
  const int *row = s->rows->pdata[d - 1];
  *down = k == -d || (k != d && furthest (row, d - 1, k - 1) < furthest (row, d - 1, k + 1));
  return *down ? furthest (row, d - 1, k + 1) : furthest (row, d - 1, k - 1) + 1;
}

/* The distance, or -1 where it is too far. */
static int
search (Search *s)
{
  for (int d = 0; d <= DISTANCE_MAX; d++)
    {
      int *row = g_new (int, 2 * d + 3);
      g_ptr_array_add (s->rows, row);
      for (int i = 0; i < 2 * d + 3; i++)
        row[i] = -1;
      for (int k = -d; k <= d; k += 2)
        {
          gboolean down;
          int x = step (s, d, k, &down), y = x - k;
          while (x < (int) s->n_a && y < (int) s->n_b && y >= 0
                 && same (s->a, s->from + (guint) x, s->b, s->from + (guint) y))
            x++, y++;
          row[k + d + 1] = x;
          if (x >= (int) s->n_a && y >= (int) s->n_b)
            return d;
        }
    }
  return -1;
}

static void
prepend (GArray *changes, guint at, guint n, guint with, guint n_with)
{
  TbLineChange *first = changes->len ? &g_array_index (changes, TbLineChange, 0) : NULL;
  if (first && first->at == at + n && first->with == with + n_with)
    {
      first->at = at;
      first->n += n;
      first->with = with;
      first->n_with += n_with;
      return;
    }
  TbLineChange change = { at, n, with, n_with };
  g_array_prepend_val (changes, change);
}

/* Back along the way that was found. */
static void
collect (const Search *s, int distance, GArray *changes)
{
  int x = (int) s->n_a, y = (int) s->n_b;
  for (int d = distance; d > 0; d--)
    {
      gboolean down;
      int k = x - y, at = step (s, d, k, &down);
      x = down ? at : at - 1;
      y = down ? at - k - 1 : at - k;
      prepend (changes, s->from + (guint) x, !down, s->from + (guint) y, down);
    }
}

GArray *
tb_line_diff (const char *old_text, const char *new_text)
{
  GArray *changes = g_array_new (FALSE, FALSE, sizeof (TbLineChange));
  Lines a = lines_of (old_text), b = lines_of (new_text);
  guint head = 0, tail = 0;
  while (head < a.n && head < b.n && same (&a, head, &b, head))
    head++;
  while (tail < a.n - head && tail < b.n - head && same (&a, a.n - 1 - tail, &b, b.n - 1 - tail))
    tail++;
  Search s = { &a, &b, head, a.n - head - tail, b.n - head - tail,
               g_ptr_array_new_with_free_func (g_free) };
  int distance = s.n_a || s.n_b ? search (&s) : 0;
  if (distance < 0)
    prepend (changes, head, s.n_a, head, s.n_b);
  else
    collect (&s, distance, changes);
  g_ptr_array_unref (s.rows);
  g_array_unref (a.starts);
  g_array_unref (b.starts);
  return changes;
}
