/* Two recordings side by side: the figures of their links, and what is different. How their events are gone
 * through is in comparing.c. */
#include "compare-private.h"

#include <string.h>

static void
link_free (gpointer data)
{
  TbComparedLink *link = data;
  g_free (link->id);
  g_free (link->from);
  g_free (link->to);
  g_free (link);
}

static void
label_free (gpointer data)
{
  TbComparedLabel *label = data;
  g_free (label->link);
  g_free (label->label);
  g_free (label);
}

static void
order_free (gpointer data)
{
  g_free (((TbComparedOrder *) data)->text);
  g_free (data);
}

void
tb_comparison_free (TbComparison *c)
{
  g_ptr_array_unref (c->links);
  g_ptr_array_unref (c->labels);
  g_ptr_array_unref (c->orders);
  g_free (c);
}

/* ---- Links --------------------------------------------------------------------------------------- */

static TbComparedFigures
figures_of (const TbLiveLink *link, gint64 lasted_ns)
{
  TbComparedFigures f = {
    .requests = link->requests, .replies = link->replies, .errors = link->errors,
    .messages = link->up.seen + link->down.seen, .bytes_up = link->bytes_up,
    .bytes_down = link->bytes_down, .refused = link->refused + link->timed_out,
    .dropped = link->up.dropped + link->down.dropped,
    .p50_ns = link->p50_ns, .p95_ns = link->p95_ns, .p99_ns = link->p99_ns,
  };
  guint64 n = f.requests > 0 ? f.requests : f.messages;
  f.rate = lasted_ns > 0 ? (double) n * 1e9 / (double) lasted_ns : 0;
  return f;
}

static TbComparedLink *
find_link (TbComparison *c, const TbLiveLink *link)
{
  for (guint i = 0; i < c->links->len; i++)
    {
      TbComparedLink *known = g_ptr_array_index (c->links, i);
      if (g_str_equal (known->id, link->id))
        return known;
    }
  TbComparedLink *known = g_new0 (TbComparedLink, 1);
  known->id = g_strdup (link->id);
  known->from = g_strdup (link->from);
  known->to = g_strdup (link->to);
  for (guint side = 0; side < 2; side++)
    known->figures[side].p50_ns = known->figures[side].p95_ns = known->figures[side].p99_ns = -1;
  g_ptr_array_add (c->links, known);
  return known;
}

void
tb_comparison_take_links (TbComparison *c, TbPast *past, guint side)
{
  gint64 end_ns = tb_past_end_ns (past);
  g_autoptr (TbLiveFrame) frame = tb_past_frame (past, NULL, end_ns, end_ns);
  for (guint i = 0; i < frame->n_links; i++)
    {
      TbComparedLink *link = find_link (c, &frame->links[i]);
      link->in[side] = TRUE;
      link->figures[side] = figures_of (&frame->links[i], c->lasted_ns[side]);
    }
}

TbComparison *
tb_comparison_new (void)
{
  TbComparison *c = g_new0 (TbComparison, 1);
  c->links = g_ptr_array_new_with_free_func (link_free);
  c->labels = g_ptr_array_new_with_free_func (label_free);
  c->orders = g_ptr_array_new_with_free_func (order_free);
  return c;
}

/* ---- What is different --------------------------------------------------------------------------- */

static int
compare_counts (const guint64 a[2], const guint64 b[2])
{
  gboolean one_a = a[0] == 0 || a[1] == 0, one_b = b[0] == 0 || b[1] == 0;
  guint64 sum_a = a[0] + a[1], sum_b = b[0] + b[1];
  if (one_a != one_b)
    return one_a ? -1 : 1;
  return sum_a > sum_b ? -1 : sum_a < sum_b;
}

static int
compare_labels (gconstpointer a, gconstpointer b)
{
  const TbComparedLabel *x = *(const TbComparedLabel *const *) a, *y = *(const TbComparedLabel *const *) b;
  int by_count = compare_counts (x->n, y->n), by_link = strcmp (x->link, y->link);
  return by_count != 0 ? by_count : by_link != 0 ? by_link : strcmp (x->label, y->label);
}

static int
compare_orders (gconstpointer a, gconstpointer b)
{
  const TbComparedOrder *x = *(const TbComparedOrder *const *) a, *y = *(const TbComparedOrder *const *) b;
  int by_count = compare_counts (x->n, y->n);
  return by_count != 0 ? by_count : strcmp (x->text, y->text);
}

static void
take_values (GHashTable *table, GPtrArray *out, GCompareFunc compare)
{
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, table);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_ptr_array_add (out, value);
  g_ptr_array_sort (out, compare);
}

void
tb_comparison_take (TbComparison *c, GHashTable *labels, GHashTable *orders)
{
  take_values (labels, c->labels, compare_labels);
  take_values (orders, c->orders, compare_orders);
}

static gboolean
only_one (guint64 a, guint64 b)
{
  return (a == 0) != (b == 0);
}

gboolean
tb_comparison_differs (const TbComparison *c)
{
  for (guint i = 0; i < c->links->len; i++)
    {
      const TbComparedLink *link = g_ptr_array_index (c->links, i);
      const TbComparedFigures *a = &link->figures[0], *b = &link->figures[1];
      if (link->in[0] != link->in[1] || only_one (a->errors, b->errors)
          || only_one (a->refused, b->refused) || only_one (a->dropped, b->dropped))
        return TRUE;
    }
  const TbComparedLabel *label = c->labels->len > 0 ? c->labels->pdata[0] : NULL;
  const TbComparedOrder *order = c->orders->len > 0 ? c->orders->pdata[0] : NULL;
  return (label != NULL && only_one (label->n[0], label->n[1]))
         || (order != NULL && only_one (order->n[0], order->n[1]));
}
