/* How a net is read, in the order of the files:
 *
 *   queueing-net.c    stations, sources, links; what-if and calibrations
 *   queueing-place.c  devices
 *   queueing-calls.c  who calls whom how often, and who gets a broker's messages
 *   queueing-visits.c how often each station is visited
 */
#pragma once

#include "tb-queueing.h"

typedef struct
{
  const TbModel *model;
  const TbQueueOptions *options;
  TbQueueNet *net;
  GPtrArray *notes;    /* of char *; NULL */
  GPtrArray *names;    /* of char *: what is made up */
  GHashTable *indices; /* uid → index of a station + 1 */
  GHashTable *devices; /* id → index + 1 */
  GArray *places;      /* of TbQueueDevice */
  guint *first_link, *next_link; /* by station, its first; by link, the next from the same station; TB_QUEUE_NONE: none */
} TbQueueReader;

/* A sentence on what was assumed. */
void tb_queue_note (TbQueueReader *reader, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* FALSE where nothing is asked of it. */
gboolean tb_queue_what_if (const TbQueueReader *reader, TbUid uid, TbWhatIfKind kind, double *value);
/* TB_QUEUE_NONE where the element is none, or NULL. */
guint tb_queue_station_of (const TbQueueReader *reader, const TbElement *component);
/* Whether Tierboard's own program plays the part: as drawn, or since nothing else is. */
gboolean tb_queue_is_builtin (const TbElement *component);
/* Gives every replica of a station its device. */
void tb_queue_place (TbQueueReader *reader, const TbElement *component, TbStation *station);
/* All calls of a station; after all stations are there. */
void tb_queue_read_calls (TbQueueReader *reader, const TbElement *component, TbStation *station);
/* Who gets what is published, after all calls have been read. */
void tb_queue_read_deliveries (TbQueueReader *reader);
/* As tb_queue_visits(); waits: only the calls that somebody waits for. */
void tb_queue_visits_of (const TbQueueNet *net, guint source, gboolean waits, double *visits, double *calls);
/* Whether rounds of a source never end, since what it waits for calls itself in a circle; stations: which do. */
gboolean tb_queue_goes_round (const TbQueueNet *net, guint source, gboolean *stations);
