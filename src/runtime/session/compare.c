/* Two recordings side by side. */
#include "tb-compare.h"

#include <string.h>

#include "past-private.h"
#include "tb-trace.h"

#define CHUNK 1024
#define EVENTS_MAX 1000000
/* More spans than this of a tree are only counted in its order. */
#define SPANS_SAID 16

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

static void
take_links (TbComparison *c, TbPast *past, guint side)
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

/* ---- Names --------------------------------------------------------------------------------------- */

/* What counts up from one message to the next is no difference. */
static void
append_label (GString *out, const char *label)
{
  for (const char *p = label; *p != '\0'; p++)
    if (!g_ascii_isdigit (*p))
      g_string_append_c (out, *p);
    else if (out->len == 0 || out->str[out->len - 1] != '#')
      g_string_append_c (out, '#');
}

static char *
name_of_row (TbPast *past, guint row)
{
  const TbPastTap *tap = tb_past_tap (past, row);
  const TbPastLink *link = tap != NULL ? tb_past_link (past, tap->link) : NULL;
  if (link != NULL)
    return g_strdup (link->id);
  const TbPastInstance *from = tap != NULL ? tb_past_instance (past, tap->from) : NULL;
  const TbPastInstance *to = tap != NULL ? tb_past_instance (past, tap->to) : NULL;
  return g_strdup_printf ("%s>%s", from != NULL ? from->component : "?", to != NULL ? to->component : "?");
}

static void
count_label (GHashTable *labels, TbPast *past, const TbEvent *event, guint side)
{
  g_autofree char *link = name_of_row (past, event->tap);
  g_autoptr (GString) name = g_string_new (NULL);
  append_label (name, event->label);
  g_autofree char *key = g_strdup_printf ("%s %s", link, name->str);
  TbComparedLabel *label = g_hash_table_lookup (labels, key);
  if (label == NULL)
    {
      label = g_new0 (TbComparedLabel, 1);
      label->link = g_steal_pointer (&link);
      label->label = g_strdup (name->str);
      g_hash_table_insert (labels, g_steal_pointer (&key), label);
    }
  label->n[side]++;
}

static guint64
last_event (TbPast *past)
{
  return MIN (tb_past_n_events (past), tb_past_first_event (past) + EVENTS_MAX);
}

static void
count_labels (GHashTable *labels, TbPast *past, guint side)
{
  TbEvent chunk[CHUNK];
  guint64 last = last_event (past);
  for (guint64 at = tb_past_first_event (past); at < last;)
    {
      gsize n = tb_past_read_events (past, &at, chunk, (gsize) MIN (CHUNK, last - at));
      for (gsize i = 0; i < n; i++)
        if (chunk[i].kind == TB_EVENT_REQUEST || chunk[i].kind == TB_EVENT_ONE_WAY)
          count_label (labels, past, &chunk[i], side);
      if (n == 0)
        return;
      at += n;
    }
}

/* ---- Orders -------------------------------------------------------------------------------------- */

typedef struct
{
  GString *text;
  guint spans;
} Order;

static void
append_span (Order *order, TbPast *past, const TbTraceSpan *span)
{
  TbEvent event = { 0 };
  if (order->spans++ >= SPANS_SAID)
    return;
  g_autofree char *link = name_of_row (past, span->tap);
  tb_past_event (past, span->request, &event);
  g_string_append_printf (order->text, "%s%s ", order->text->len > 0 ? " · " : "", link);
  append_label (order->text, event.label);
}

static void
count_order (GHashTable *orders, Order *order, guint side)
{
  if (order->spans > SPANS_SAID)
    g_string_append_printf (order->text, " · and %u more", order->spans - SPANS_SAID);
  TbComparedOrder *known = g_hash_table_lookup (orders, order->text->str);
  if (known == NULL)
    {
      known = g_new0 (TbComparedOrder, 1);
      known->text = g_strdup (order->text->str);
      g_hash_table_insert (orders, g_strdup (known->text), known);
    }
  known->n[side]++;
  g_string_truncate (order->text, 0);
  order->spans = 0;
}

static void
count_orders (GHashTable *orders, TbPast *past, guint side)
{
  Order order = { .text = g_string_new (NULL) };
  g_autoptr (GArray) spans = tb_traces_spans (past, tb_past_first_event (past), last_event (past));
  for (guint i = 0; i < spans->len; i++)
    {
      const TbTraceSpan *span = &g_array_index (spans, TbTraceSpan, i);
      if (span->parent == G_MAXUINT && order.spans > 0)
        count_order (orders, &order, side);
      append_span (&order, past, span);
    }
  if (order.spans > 0)
    count_order (orders, &order, side);
  g_string_free (order.text, TRUE);
}

/* ---- All of it ----------------------------------------------------------------------------------- */

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

static void
take_side (TbComparison *c, TbPast *past, guint side)
{
  guint64 n = tb_past_n_events (past);
  c->lasted_ns[side] = tb_past_end_ns (past) - tb_past_start_ns (past);
  c->events[side] = n;
  c->whole[side] = tb_past_n_gaps (past) == 0 && tb_past_first_event (past) == 0 && n <= EVENTS_MAX;
  take_links (c, past, side);
}

TbComparison *
tb_compare (TbPast *first, TbPast *second)
{
  TbPast *const pasts[2] = { first, second };
  g_autoptr (GHashTable) labels = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) orders = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  TbComparison *c = g_new0 (TbComparison, 1);
  c->links = g_ptr_array_new_with_free_func (link_free);
  c->labels = g_ptr_array_new_with_free_func (label_free);
  c->orders = g_ptr_array_new_with_free_func (order_free);
  c->same_drawing = g_strcmp0 (tb_past_architecture (first, G_MAXINT64),
                               tb_past_architecture (second, G_MAXINT64)) == 0;
  for (guint side = 0; side < 2; side++)
    {
      take_side (c, pasts[side], side);
      count_labels (labels, pasts[side], side);
      count_orders (orders, pasts[side], side);
    }
  take_values (labels, c->labels, compare_labels);
  take_values (orders, c->orders, compare_orders);
  return c;
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
