/* Expectations that only the recording can answer: which messages went, what they said, in which order. */
#include <math.h>
#include <string.h>

#include "scenario-private.h"
#include "tb-filter.h"
#include "tb-interactions.h"

typedef struct
{
  TbPast *past;
  guint64 from, to; /* positions */
} Span;

typedef void (*Visit) (gpointer data, guint64 position, const TbEvent *event);

static void
each_event (const Span *span, Visit visit, gpointer data)
{
  TbEvent events[256];
  guint64 at = tb_past_skip (span->past, MAX (span->from, tb_past_first_event (span->past)));
  while (at < span->to)
    {
      gsize n = tb_past_events (span->past, at, events, MIN (G_N_ELEMENTS (events), span->to - at));
      for (gsize i = 0; i < n; i++)
        visit (data, at + i, &events[i]);
      at = n > 0 ? at + n : tb_past_skip (span->past, at + 1);
    }
}

/* Events that are missing make every count too small. */
static char *
what_is_missing (TbPast *past, gint64 from_ns, gint64 to_ns)
{
  if (tb_past_end_ns (past) < to_ns)
    return g_strdup ("the recording does not reach to its end");
  for (guint i = 0; i < tb_past_n_gaps (past); i++)
    {
      const TbPastGap *gap = tb_past_gap (past, i);
      if (gap->events > 0 && gap->to_ns >= from_ns && gap->from_ns < to_ns)
        return g_strdup_printf ("%" G_GUINT64_FORMAT " events are missing in the recording", gap->events);
    }
  return NULL;
}

/* ---- Messages that a filter picks ------------------------------------------------------------------------ */

typedef struct
{
  TbPast *past;
  TbFilter *where, *among;
  guint64 n, of;
} Count;

static gboolean
is_picked (TbFilter *filter, TbPast *past, guint64 position, const TbEvent *event)
{
  gboolean whole = event->kind == TB_EVENT_REQUEST || event->kind == TB_EVENT_REPLY || event->kind == TB_EVENT_ONE_WAY;
  return (whole || tb_filter_picks_kinds (filter)) && tb_filter_matches_at (filter, past, position, event);
}

static void
count_one (gpointer data, guint64 position, const TbEvent *event)
{
  Count *c = data;
  if (c->among != NULL && !is_picked (c->among, c->past, position, event))
    return;
  c->of++;
  c->n += is_picked (c->where, c->past, position, event);
}

static TbEstimate
count_messages (const TbScenarioExpect *e, const Span *span)
{
  g_autoptr (TbFilter) where = tb_filter_parse (e->where, NULL);
  g_autoptr (TbFilter) among = e->among != NULL ? tb_filter_parse (e->among, NULL) : NULL;
  Count c = { .past = span->past, .where = where, .among = among };
  each_event (span, count_one, &c);
  return e->among != NULL ? tb_estimate_share (c.n, c.of) : tb_estimate_exact ((double) c.n, MAX (c.of, 1));
}

/* ---- Replies that say what was said before ---------------------------------------------------------------- */

typedef struct
{
  TbPast *past;
  TbFilter *of;
  GHashTable *said; /* of GBytes */
  guint64 repeated, n, silent;
} Sayings;

/* What stands behind the head of HTTP; of other protocols all. (transfer full) */
static GBytes *
content_of (GBytes *message)
{
  gsize n;
  const char *text = g_bytes_get_data (message, &n);
  const char *end = n > 5 && memcmp (text, "HTTP/", 5) == 0 ? g_strstr_len (text, (gssize) n, "\r\n\r\n") : NULL;
  gsize from = end != NULL ? (gsize) (end + 4 - text) : 0;
  return g_bytes_new_from_bytes (message, from, n - from);
}

static void
hear (gpointer data, guint64 position, const TbEvent *event)
{
  Sayings *s = data;
  if (event->kind != TB_EVENT_REPLY || event->error || !tb_filter_matches_at (s->of, s->past, position, event))
    return;
  g_autoptr (GBytes) message = tb_past_payload (s->past, position);
  if (message == NULL)
    {
      s->silent++;
      return;
    }
  s->n++;
  s->repeated += !g_hash_table_add (s->said, content_of (message));
}

static TbEstimate
count_repeated (const TbScenarioExpect *e, const Span *span, char **why)
{
  TbName name;
  gboolean known = tb_name_parse (e->of, &name, NULL);
  g_autofree char *text = g_strdup_printf ("link:%s or from:%s", e->of, e->of);
  g_autoptr (TbFilter) of = known ? tb_filter_parse (text, NULL) : NULL;
  g_autoptr (GHashTable) said
    = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, NULL);
  Sayings s = { .past = span->past, .of = of, .said = said };
  if (of != NULL)
    each_event (span, hear, &s);
  if (s.silent > 0)
    *why = g_strdup_printf ("of %" G_GUINT64_FORMAT " replies it was not kept what they said", s.silent);
  if (s.n == 0 || s.silent > 0)
    return tb_estimate_share (0, 0);
  return e->unit == TB_UNIT_NONE ? tb_estimate_exact ((double) s.repeated, s.n) : tb_estimate_share (s.repeated, s.n);
}

/* ---- Interactions ------------------------------------------------------------------------------------------ */

static TbEstimate
count_as_drawn (const TbScenarioExpect *e, const Span *span, const TbModel *model, char **why)
{
  const TbElement *interaction = tb_model_lookup (model, e->of);
  g_autoptr (GPtrArray) variants
    = tb_interaction_variants (span->past, model, interaction, FALSE, span->from, span->to);
  guint64 alike = 0, times = 0;
  for (guint i = 0; i < variants->len; i++)
    {
      const TbVariant *v = g_ptr_array_index (variants, i);
      times += v->times;
      alike += *v->difference == '\0' ? v->times : 0;
      if (*v->difference != '\0' && *why == NULL)
        *why = g_strdup_printf ("%u times: %s", v->times, v->difference);
    }
  if (times == 0)
    *why = g_strdup ("it was not recorded");
  return tb_estimate_share (alike, times);
}

void
tb_look_back (const TbScenarioExpect *expect, TbPast *past, const TbModel *model, gint64 from_ns, gint64 to_ns,
              TbEstimate *estimate, char **why)
{
  *estimate = (TbEstimate) { NAN, -INFINITY, INFINITY, 0 };
  *why = past != NULL ? what_is_missing (past, from_ns, to_ns) : g_strdup ("nothing was recorded");
  if (*why != NULL)
    return;
  /* Without a phase it is asked of all that happened, also before everything was ready. */
  const Span span = { past, expect->during != NULL ? tb_past_find (past, from_ns) : tb_past_first_event (past),
                      tb_past_find (past, to_ns) };
  if (expect->where != NULL)
    *estimate = count_messages (expect, &span);
  else if (expect->row->of & TB_OF_INTERACTION)
    *estimate = count_as_drawn (expect, &span, model, why);
  else
    *estimate = count_repeated (expect, &span, why);
}
