/* A recording as what the space-time diagram is drawn of: TbPast's calls, as ones that take anything. */
#include "tb-spacetime.h"

static gint64
past_start (gpointer past)
{
  return tb_past_start_ns (past);
}

static gint64
past_end (gpointer past)
{
  return tb_past_end_ns (past);
}

static guint
past_n_instances (gpointer past)
{
  return tb_past_n_instances (past);
}

static const TbPastInstance *
past_instance (gpointer past, guint i)
{
  return tb_past_instance (past, i);
}

static guint
past_n_taps (gpointer past)
{
  return tb_past_n_taps (past);
}

static const TbPastTap *
past_tap (gpointer past, guint row)
{
  return tb_past_tap (past, row);
}

static guint
past_n_bands (gpointer past)
{
  return tb_past_n_bands (past);
}

static const TbPastBand *
past_band (gpointer past, guint i)
{
  return tb_past_band (past, i);
}

static guint
past_n_gaps (gpointer past)
{
  return tb_past_n_gaps (past);
}

static const TbPastGap *
past_gap (gpointer past, guint i)
{
  return tb_past_gap (past, i);
}

static guint64
past_first (gpointer past)
{
  return tb_past_first_event (past);
}

static guint64
past_n (gpointer past)
{
  return tb_past_n_events (past);
}

static guint64
past_find (gpointer past, gint64 time_ns)
{
  return tb_past_find (past, time_ns);
}


static gsize
past_events (gpointer past, guint64 position, TbEvent *out, gsize max)
{
  return tb_past_events (past, position, out, max);
}

TbSpacetimeSource
tb_spacetime_source (TbPast *past)
{
  return (TbSpacetimeSource){ .data = past, .start_ns = past_start, .end_ns = past_end,
                              .n_instances = past_n_instances, .instance = past_instance,
                              .n_taps = past_n_taps, .tap = past_tap, .n_bands = past_n_bands,
                              .band = past_band, .n_gaps = past_n_gaps, .gap = past_gap,
                              .first_event = past_first, .n_events = past_n, .find = past_find,
                              .events = past_events };
}
