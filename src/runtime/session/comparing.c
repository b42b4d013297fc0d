/* Goes through the events of two recordings, a slice at a time.
 *
 *   of each:  figures ──▶ names of messages, event by event ──▶ orders of requests, tree by tree ──▶ the other, done */
#include <string.h>

#include "compare-private.h"
#include "trace-private.h"

#define CHUNK 1024
/* Spans that are counted before it is asked again what time it is. */
#define SPANS_OF_STEP 512
/* More spans than this of a tree are only counted in its order. */
#define SPANS_SAID 16
/* More names, or orders, than this are not told apart: a program may put something new into each. */
#define ENTRIES_MAX 100000
#define OTHERS "(others)"

typedef struct
{
  GString *text;
  guint spans;
} Order;

struct TbComparing
{
  TbPast *pasts[2];
  TbComparison *comparison; /* NULL: it was taken */
  GHashTable *labels, *orders;
  guint side; /* 2: all is done */
  guint64 first, at, to;   /* events whose names are still to be counted */
  TbTraceListing *listing; /* of the trees; NULL: not yet */
  guint taken;             /* spans of it */
  GPtrArray *names;        /* of the rows of this side's taps; NULL where none was asked for */
  Order order;
  GString *key;
};

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
make_name (TbPast *past, guint row)
{
  const TbPastTap *tap = tb_past_tap (past, row);
  const TbPastLink *link = tap != NULL ? tb_past_link (past, tap->link) : NULL;
  if (link != NULL)
    return g_strdup (link->id);
  const TbPastInstance *from = tap != NULL ? tb_past_instance (past, tap->from) : NULL;
  const TbPastInstance *to = tap != NULL ? tb_past_instance (past, tap->to) : NULL;
  return g_strdup_printf ("%s>%s", from != NULL ? from->component : "?", to != NULL ? to->component : "?");
}

static const char *
name_of_row (TbComparing *c, guint row)
{
  if (row >= TB_TAPS_MAX)
    return "?>?";
  if (row >= c->names->len)
    g_ptr_array_set_size (c->names, (gint) row + 1);
  if (c->names->pdata[row] == NULL)
    c->names->pdata[row] = make_name (c->pasts[c->side], row);
  return c->names->pdata[row];
}

static TbComparedLabel *
label_of_key (TbComparing *c, const char *link)
{
  TbComparedLabel *label = g_hash_table_lookup (c->labels, c->key->str);
  if (label != NULL)
    return label;
  if (g_hash_table_size (c->labels) >= ENTRIES_MAX)
    {
      g_string_printf (c->key, "%s %s", link, OTHERS);
      label = g_hash_table_lookup (c->labels, c->key->str);
    }
  if (label == NULL)
    {
      label = g_new0 (TbComparedLabel, 1);
      label->link = g_strdup (link);
      label->label = g_strdup (c->key->str + strlen (link) + 1);
      g_hash_table_insert (c->labels, g_strdup (c->key->str), label);
    }
  return label;
}

static void
count_label (TbComparing *c, const TbEvent *event)
{
  const char *link = name_of_row (c, event->tap);
  g_string_assign (c->key, link);
  g_string_append_c (c->key, ' ');
  append_label (c->key, event->label);
  label_of_key (c, link)->n[c->side]++;
}

static void
count_labels (TbComparing *c)
{
  TbEvent chunk[CHUNK];
  gsize n = tb_past_read_events (c->pasts[c->side], &c->at, chunk, (gsize) MIN (CHUNK, c->to - c->at));
  for (gsize i = 0; i < n && c->at + i < c->to; i++)
    if (chunk[i].kind == TB_EVENT_REQUEST || chunk[i].kind == TB_EVENT_ONE_WAY)
      count_label (c, &chunk[i]);
  c->at = n > 0 ? c->at + n : c->to;
}

/* ---- Orders -------------------------------------------------------------------------------------- */

static void
append_span (TbComparing *c, const TbTraceSpan *span)
{
  TbEvent event = { 0 };
  if (c->order.spans++ >= SPANS_SAID)
    return;
  tb_past_event (c->pasts[c->side], span->request, &event);
  g_string_append_printf (c->order.text, "%s%s ", c->order.text->len > 0 ? " · " : "", name_of_row (c, span->tap));
  append_label (c->order.text, event.label);
}

static void
count_order (TbComparing *c)
{
  Order *order = &c->order;
  if (order->spans == 0)
    return;
  if (order->spans > SPANS_SAID)
    g_string_append_printf (order->text, " · and %u more", order->spans - SPANS_SAID);
  TbComparedOrder *known = g_hash_table_lookup (c->orders, order->text->str);
  if (known == NULL && g_hash_table_size (c->orders) >= ENTRIES_MAX)
    known = g_hash_table_lookup (c->orders, g_string_assign (order->text, OTHERS)->str);
  if (known == NULL)
    {
      known = g_new0 (TbComparedOrder, 1);
      known->text = g_strdup (order->text->str);
      g_hash_table_insert (c->orders, g_strdup (known->text), known);
    }
  known->n[c->side]++;
  g_string_truncate (order->text, 0);
  order->spans = 0;
}

/* FALSE: there were none. */
static gboolean
count_some_orders (TbComparing *c)
{
  g_autoptr (GArray) spans = tb_trace_listing_roots (c->listing);
  guint end = MIN (spans->len, c->taken + SPANS_OF_STEP);
  if (spans->len == 0)
    return FALSE;
  for (; c->taken < end; c->taken++)
    {
      const TbTraceSpan *span = &g_array_index (spans, TbTraceSpan, c->taken);
      if (span->parent == G_MAXUINT)
        count_order (c);
      append_span (c, span);
    }
  if (c->taken < spans->len)
    return TRUE;
  count_order (c);
  g_array_set_size (spans, 0);
  c->taken = 0;
  return TRUE;
}

/* ---- Step by step -------------------------------------------------------------------------------- */

static void
begin_side (TbComparing *c)
{
  TbPast *past = c->pasts[c->side];
  TbComparison *out = c->comparison;
  c->first = c->at = tb_past_first_event (past);
  c->to = tb_past_n_events (past);
  out->lasted_ns[c->side] = tb_past_end_ns (past) - tb_past_start_ns (past);
  out->events[c->side] = c->to;
  out->whole[c->side] = tb_past_n_gaps (past) == 0 && c->first == 0;
  tb_comparison_take_links (out, past, c->side);
  g_clear_pointer (&c->names, g_ptr_array_unref);
  c->names = g_ptr_array_new_with_free_func (g_free);
}

static void
end_side (TbComparing *c)
{
  g_clear_pointer (&c->listing, tb_trace_listing_free);
  if (++c->side < 2)
    begin_side (c);
  else
    tb_comparison_take (c->comparison, c->labels, c->orders);
}

static void
step (TbComparing *c)
{
  if (c->at < c->to)
    count_labels (c);
  else if (c->listing == NULL)
    c->listing = tb_trace_spans_listing_new (c->pasts[c->side], c->first, c->to);
  else if (!count_some_orders (c) && tb_trace_listing_go_on (c->listing, 0) && !count_some_orders (c))
    end_side (c);
}

TbComparing *
tb_comparing_new (TbPast *first, TbPast *second)
{
  TbComparing *c = g_new0 (TbComparing, 1);
  c->pasts[0] = g_object_ref (first);
  c->pasts[1] = g_object_ref (second);
  c->comparison = tb_comparison_new ();
  c->labels = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  c->orders = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  c->order.text = g_string_new (NULL);
  c->key = g_string_new (NULL);
  c->comparison->same_drawing = g_strcmp0 (tb_past_architecture (first, G_MAXINT64),
                                           tb_past_architecture (second, G_MAXINT64)) == 0;
  begin_side (c);
  return c;
}

gboolean
tb_comparing_go_on (TbComparing *c, gint64 for_ns)
{
  gint64 end_ns = tb_now_ns () + for_ns;
  do
    if (c->side < 2)
      step (c);
  while (c->side < 2 && tb_now_ns () < end_ns);
  return c->side == 2;
}

double
tb_comparing_share (const TbComparing *c)
{
  if (c->side == 2)
    return 1;
  double n = MAX ((double) (c->to - c->first), 1);
  guint64 trees = c->listing != NULL ? tb_trace_listing_at (c->listing) - c->first : 0;
  return (c->side + ((double) (c->at - c->first) + 3 * (double) trees) / (4 * n)) / 2;
}

TbComparison *
tb_comparing_take (TbComparing *c)
{
  return c->side == 2 ? g_steal_pointer (&c->comparison) : NULL;
}

/* What the tables hold is the comparison's once all is done. */
void
tb_comparing_free (TbComparing *c)
{
  if (c->side < 2)
    tb_comparison_take (c->comparison, c->labels, c->orders);
  g_clear_pointer (&c->comparison, tb_comparison_free);
  g_clear_pointer (&c->listing, tb_trace_listing_free);
  g_clear_pointer (&c->names, g_ptr_array_unref);
  g_hash_table_unref (c->labels);
  g_hash_table_unref (c->orders);
  g_string_free (c->order.text, TRUE);
  g_string_free (c->key, TRUE);
  g_object_unref (c->pasts[0]);
  g_object_unref (c->pasts[1]);
  g_free (c);
}

TbComparison *
tb_compare (TbPast *first, TbPast *second)
{
  TbComparing *c = tb_comparing_new (first, second);
  while (!tb_comparing_go_on (c, TB_NS_PER_S))
    ;
  TbComparison *out = tb_comparing_take (c);
  tb_comparing_free (c);
  return out;
}
