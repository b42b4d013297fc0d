/* The rows of a list of what happened: events that a filter holds for, and between them, by time,
 * whatever else there is to say (gaps, lines of logs, faults). Oldest first.
 *
 * A list model without rows in memory: an item is made when a row is looked at. Which events are meant
 * is found out in slices, tb_event_rows_step(): first what is new at the end, then from the newest back
 * to the oldest, so that what is looked at is there at once.
 *
 *     first        low                        high        n
 *       │  not yet  │  looked at: rows of it   │  not yet  │
 */
#pragma once

#include <gio/gio.h>

#include "tb-wire.h"

G_BEGIN_DECLS

/* What the events are taken from. */
typedef struct
{
  guint64 (*first) (gpointer data);
  guint64 (*n) (gpointer data);
  /* As tb_past_events(). */
  gsize (*events) (gpointer data, guint64 position, TbEvent *out, gsize max);
  /* As tb_past_find(). */
  guint64 (*find) (gpointer data, gint64 time_ns);
  /* Whether that one is meant; NULL: none is, and they are not even read. */
  gboolean (*holds) (gpointer data, guint64 position, const TbEvent *event);
} TbEventSource;

#define TB_TYPE_EVENT_ROW (tb_event_row_get_type ())
G_DECLARE_FINAL_TYPE (TbEventRow, tb_event_row, TB, EVENT_ROW, GObject)

/* An insert's: what and which, as it was put in; else G_MAXUINT. */
guint tb_event_row_what (TbEventRow *row);
guint tb_event_row_which (TbEventRow *row);
/* The event's; G_MAXUINT64: it is an insert. */
guint64 tb_event_row_position (TbEventRow *row);
/* An insert's; 0: it is an event. */
gint64 tb_event_row_time_ns (TbEventRow *row);

#define TB_TYPE_EVENT_ROWS (tb_event_rows_get_type ())
G_DECLARE_FINAL_TYPE (TbEventRows, tb_event_rows, TB, EVENT_ROWS, GObject)

TbEventRows *tb_event_rows_new (void);
/* Begins anew, without any rows. source must stay, until another is set; NULL: none. */
void tb_event_rows_set_source (TbEventRows *rows, const TbEventSource *source, gpointer data);
typedef struct
{
  gint64 time_ns;
  guint what, which; /* the owner's */
} TbEventInsert;

/* Puts rows in, each at its time; they are sorted by that. Cheap where they are later than what there is. */
void tb_event_rows_insert (TbEventRows *rows, const TbEventInsert *inserts, guint n);
/* Looks at events for about so long. TRUE: there are more to look at. */
gboolean tb_event_rows_step (TbEventRows *rows, gint64 budget_ns);
/* How much of what is there was looked at, 0 to 1. */
double tb_event_rows_progress (TbEventRows *rows);
/* Whether it is known by now if that event is meant, and all after it. */
gboolean tb_event_rows_has_looked_at (TbEventRows *rows, guint64 position);
/* How many events have a row. */
guint64 tb_event_rows_n_events (TbEventRows *rows);
/* The row of the last event or insert that is not after that time; G_MAXUINT: there is none. */
guint tb_event_rows_at_time (TbEventRows *rows, gint64 time_ns);
/* The row of that event, or of the last one before it; G_MAXUINT: there is none. */
guint tb_event_rows_of_event (TbEventRows *rows, guint64 position);

G_END_DECLS
