/* A past that was never recorded: instances, taps, faults and events as a test says them. */
#pragma once

#include "tb-spacetime.h"

typedef struct
{
  GArray *instances; /* of TbPastInstance */
  GArray *taps;      /* of TbPastTap */
  GArray *bands;     /* of TbPastBand */
  GArray *gaps;      /* of TbPastGap */
  GArray *events;    /* of TbEvent, by time */
  guint64 calls;     /* of TbSpacetimeSource.events */
} MadePast;

MadePast *made_past_new (void);
void made_past_free (MadePast *made);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadePast, made_past_free)
TbSpacetimeSource made_past_source (MadePast *made);
/* id: "shop/2" */
guint made_past_instance (MadePast *made, const char *id);
guint made_past_tap (MadePast *made, guint from, guint to);
/* Times in milliseconds from the start. */
void made_past_event (MadePast *made, double ms, TbEventKind kind, guint tap, guint32 connection,
                      guint32 number, const char *label);
/* A request and its reply; held ones reach the other side by an event of their own. */
void made_past_exchange (MadePast *made, double from_ms, double to_ms, guint tap,
                         guint32 connection, guint32 number, const char *label);
TbEvent *made_past_last (MadePast *made);
/* Puts them into order of time. */
void made_past_sort (MadePast *made);
