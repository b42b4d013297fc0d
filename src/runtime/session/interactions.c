/* See tb-interactions.h. */
#include "tb-interactions.h"

#include <string.h>

#include "tb-trace.h"

#define PIECE 200000 /* events whose trees are in memory at a time */

/* ---- From spans to steps ---------------------------------------------------------------------- */

static int
by_time (gconstpointer a, gconstpointer b)
{
  const TbTraceSpan *s = a, *t = b;
  return s->from_ns != t->from_ns ? (s->from_ns < t->from_ns ? -1 : 1) : s->request < t->request ? -1 : 1;
}

static char *
label_of (TbPast *past, guint64 position)
{
  TbEvent event;
  if (position == G_MAXUINT64 || !tb_past_event (past, position, &event))
    return g_strdup ("");
  g_autofree char *label = g_strndup (event.label, sizeof event.label);
  return g_utf8_make_valid (label, -1);
}

static const char *
component_of (TbPast *past, guint instance)
{
  const TbPastInstance *i = instance == G_MAXUINT ? NULL : tb_past_instance (past, instance);
  return i != NULL ? i->component : "";
}

static void
add_span (TbSteps *steps, TbPast *past, const TbModel *model, const TbTraceSpan *span)
{
  const TbPastTap *tap = tb_past_tap (past, span->tap);
  const TbPastLink *link = tap != NULL && tap->link != G_MAXUINT ? tb_past_link (past, tap->link) : NULL;
  const TbElement *element = link != NULL ? tb_model_lookup (model, link->id) : NULL;
  g_autofree char *label = label_of (past, span->request), *reply = label_of (past, span->reply);
  gboolean known = element != NULL && tb_element_kind (element) == TB_KIND_LINK;
  TbInteractionStep *s
    = tb_steps_add (steps, known ? tb_element_uid (element) : 0,
                    tap != NULL ? component_of (past, tap->from) : "",
                    tap != NULL ? component_of (past, tap->to) : "", label, reply);
  s->failed = span->error;
  s->async = known && g_strcmp0 (tb_element_get (element, TB_PROP_CALL), "async") == 0;
}

TbSteps *
tb_steps_of_spans (TbPast *past, const TbModel *model, const GArray *spans, guint from, guint n)
{
  TbSteps *steps = tb_steps_new ();
  g_autoptr (GArray) sorted = g_array_new (FALSE, FALSE, sizeof (TbTraceSpan));
  if (n > 0)
    g_array_append_vals (sorted, &g_array_index (spans, TbTraceSpan, from), n);
  g_array_sort (sorted, by_time);
  for (guint i = 0; i < n; i++)
    add_span (steps, past, model, &g_array_index (sorted, TbTraceSpan, i));
  return steps;
}

TbSteps *
tb_steps_of_trace (TbPast *past, const TbModel *model, guint64 position)
{
  g_autoptr (GArray) spans = tb_trace_of (past, position);
  return tb_steps_of_spans (past, model, spans, 0, spans->len);
}

/* ---- Times that it was recorded ---------------------------------------------------------------- */

typedef struct
{
  TbPast *past;
  const TbModel *model;
  const TbSteps *drawn;
  guint n_roots;       /* of what is drawn */
  guint64 from, to;    /* positions */
  gboolean by_label, strict;
  GHashTable *begun;   /* caller's instance → Begun */
  GHashTable *variants; /* difference → TbVariant */
  GPtrArray *list;     /* of TbVariant, owned */
} Search;

/* Requests in a row of one caller. */
typedef struct
{
  TbSteps *steps;
  guint n;
  guint64 request;
} Begun;

static void
free_begun (gpointer data)
{
  Begun *b = data;
  g_clear_pointer (&b->steps, g_ptr_array_unref);
  g_free (b);
}

static void
free_variant (gpointer data)
{
  TbVariant *v = data;
  g_ptr_array_unref (v->compared);
  g_free (v->difference);
  g_free (v);
}

static void
take_variant (Search *s, const TbSteps *recorded, guint64 request)
{
  g_autoptr (GPtrArray) compared = tb_steps_compare (s->drawn, recorded);
  g_autofree char *words = tb_steps_in_words (s->model, compared, s->strict);
  TbVariant *v = g_hash_table_lookup (s->variants, words);
  if (v == NULL)
    {
      v = g_new0 (TbVariant, 1);
      v->compared = g_steal_pointer (&compared);
      v->request = request;
      v->difference = g_steal_pointer (&words);
      g_ptr_array_add (s->list, v);
      g_hash_table_insert (s->variants, v->difference, v);
    }
  v->times++;
}

static gboolean
begins (const Search *s, const TbInteractionStep *first)
{
  const TbInteractionStep *wanted = g_ptr_array_index (s->drawn, 0);
  return first->link != 0 && first->link == wanted->link
         && (!s->by_label || *wanted->label == '\0'
             || g_ascii_strcasecmp (wanted->label, first->label) == 0
             || g_pattern_match_simple (wanted->label, first->label));
}

static void
take_tree (Search *s, const GArray *spans, guint from, guint n)
{
  const TbTraceSpan *root = &g_array_index (spans, TbTraceSpan, from);
  const TbPastTap *tap = tb_past_tap (s->past, root->tap);
  gpointer caller = GUINT_TO_POINTER (tap != NULL ? tap->from : G_MAXUINT);
  g_autoptr (GPtrArray) steps = tb_steps_of_spans (s->past, s->model, spans, from, n);
  Begun *b = g_hash_table_lookup (s->begun, caller);
  if (b == NULL && (root->request >= s->to || !begins (s, g_ptr_array_index (steps, 0))))
    return;
  if (b == NULL)
    {
      b = g_new0 (Begun, 1);
      b->steps = tb_steps_new ();
      b->request = root->request;
      g_hash_table_insert (s->begun, caller, b);
    }
  for (guint i = 0; i < steps->len; i++)
    {
      const TbInteractionStep *one = g_ptr_array_index (steps, i);
      TbInteractionStep *copy = tb_steps_add (b->steps, one->link, one->from, one->to, one->label, one->reply);
      copy->async = one->async;
      copy->failed = one->failed;
    }
  if (++b->n < s->n_roots)
    return;
  take_variant (s, b->steps, b->request);
  g_hash_table_remove (s->begun, caller);
}

static void
search (Search *s)
{
  guint64 first = MAX (tb_past_first_event (s->past), s->from), end = tb_past_n_events (s->past);
  for (guint64 at = first; at < end; at += PIECE)
    {
      g_autoptr (GArray) spans = tb_traces_spans (s->past, at, MIN (at + PIECE, end));
      guint from = 0;
      for (guint i = 1; i <= spans->len; i++)
        if (i == spans->len || g_array_index (spans, TbTraceSpan, i).parent == G_MAXUINT)
          {
            take_tree (s, spans, from, i - from);
            from = i;
          }
    }
}

static guint
count_roots (const TbSteps *drawn)
{
  guint n = 0;
  for (guint i = 0; i < drawn->len; i++)
    n += strcmp (((const TbInteractionStep *) g_ptr_array_index (drawn, i))->from,
                 ((const TbInteractionStep *) g_ptr_array_index (drawn, 0))->from) == 0;
  return n;
}

static int
more_often (gconstpointer a, gconstpointer b)
{
  const TbVariant *v = *(const TbVariant *const *) a, *w = *(const TbVariant *const *) b;
  return v->times != w->times ? (v->times > w->times ? -1 : 1) : v->request < w->request ? -1 : 1;
}

GPtrArray *
tb_interaction_variants (TbPast *past, const TbModel *model, const TbElement *interaction,
                         gboolean strict, guint64 from, guint64 to)
{
  g_autoptr (GPtrArray) drawn = tb_steps_of (model, interaction);
  Search s = { past, model, drawn, .from = from, .to = to, .strict = strict,
               .list = g_ptr_array_new_with_free_func (free_variant) };
  if (drawn->len == 0)
    return s.list;
  s.n_roots = count_roots (drawn);
  s.begun = g_hash_table_new_full (NULL, NULL, NULL, free_begun);
  s.variants = g_hash_table_new (g_str_hash, g_str_equal);
  for (int by_label = 1; by_label >= 0 && s.list->len == 0; by_label--)
    {
      s.by_label = by_label;
      g_hash_table_remove_all (s.begun);
      search (&s);
    }
  g_hash_table_unref (s.begun);
  g_hash_table_unref (s.variants);
  g_ptr_array_sort (s.list, more_often);
  return s.list;
}
