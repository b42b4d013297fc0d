/* What can be expected: a row each. How a row is measured is in measure.c, by its name there. */
#include "scenario-private.h"

#define EXACT "counted, not sampled: exact"
#define MOMENT "between the two looks (20 ms apart) around that moment"
#define RECORDED "of all that was recorded: exact; of a share Wilson's"
#define JUDGED "of the whole history: exact"

static const TbExpectRow rows[] = {
  { "ready", TB_UNIT_TIME, TB_OF_INSTANCES | TB_OF_ALL,
    "how long until all instances are ready, to stay so until the end", MOMENT, NULL, "" },
  { "leader", TB_UNIT_TIME, TB_OF_STORE,
    "how long until one says that it leads, and one does until the end", MOMENT, NULL, "" },
  { "converged", TB_UNIT_TIME, TB_OF_STORE,
    "how long until its replicas hold the same, to stay so until the end", MOMENT, NULL, "" },
  { "available", TB_UNIT_TIME, TB_OF_TRAFFIC | TB_OF_ALL,
    "the longest time without one good answer", "one look (20 ms) to either side", NULL, NULL },
  { "availability", TB_UNIT_SHARE_OF, TB_OF_TRAFFIC | TB_OF_ALL,
    "answers without an error, of all answers, refusals, timeouts and requests that were never answered",
    "Wilson's score interval", NULL, NULL },
  { "latency", TB_UNIT_TIME, TB_OF_TRAFFIC | TB_OF_ALL,
    "a percentile (50 where none is said) of the time from request to reply, at the taps",
    "order statistics of the histogram, binomial", NULL, NULL },
  { "throughput", TB_UNIT_PER_S, TB_OF_TRAFFIC | TB_OF_ALL, "replies a second",
    "means of up to 20 batches, Student's t", NULL, NULL },
  { "errors", TB_UNIT_NONE, TB_OF_TRAFFIC | TB_OF_ALL,
    "failed requests, refusals and timeouts; as a percentage: of all that was asked",
    EXACT "; of a percentage Wilson's", NULL, "0" },
  { "delivered", TB_UNIT_SHARE_OF, TB_OF_TRAFFIC | TB_OF_ALL,
    "messages that reached the other side, of those that a tap saw or doubled", "Wilson's score interval", NULL, NULL },
  { "lost", TB_UNIT_NONE, TB_OF_TRAFFIC | TB_OF_ALL,
    "messages that a fault dropped or that were lost with their connection; a percentage: of all",
    EXACT "; of a percentage Wilson's", NULL, "0" },
  { "duplicated", TB_UNIT_NONE, TB_OF_TRAFFIC | TB_OF_ALL,
    "messages that arrived once more; a percentage: of all", EXACT "; of a percentage Wilson's", NULL, "0" },
  { "unchanged", TB_UNIT_NONE, TB_OF_INSTANCES | TB_OF_ALL,
    "how often one of its instances ended or was replaced", EXACT, NULL, "0" },
  { "cpu", TB_UNIT_CORES, TB_OF_INSTANCES | TB_OF_ALL, "cores that its processes use, on average",
    "means of up to 20 batches of a second or more, Student's t", NULL, NULL },
  { "memory", TB_UNIT_MIB, TB_OF_INSTANCES | TB_OF_ALL,
    "memory of its processes at the worst moment, in MiB", EXACT, NULL, NULL },
  { "messages", TB_UNIT_NONE, TB_OF_ALL,
    "messages for which the filter where= holds; with among=, as a share of those for which that does",
    RECORDED, NULL, NULL },
  { "repeated", TB_UNIT_NONE, TB_OF_TRAFFIC,
    "good replies that said what another one had said before; a percentage: of all good replies", RECORDED, NULL, "0" },
  { "as-drawn", TB_UNIT_SHARE_OF, TB_OF_INTERACTION,
    "times that the interaction went as it is drawn, of all times that it was recorded", RECORDED, NULL, NULL },
  { "linearizable", TB_UNIT_YES, TB_OF_STORE, "the verdict on the clients' history", JUDGED, "1", NULL },
  { "sequential", TB_UNIT_YES, TB_OF_STORE,
    "whether each client's own reads and writes kept their order (session guarantees)", JUDGED, "1", NULL },
  { "stale", TB_UNIT_SHARE_OF, TB_OF_STORE,
    "reads that returned what had been overwritten before they began, of all reads",
    "Wilson's score interval", NULL, NULL },
  { "staleness", TB_UNIT_TIME, TB_OF_STORE,
    "how long a read's value had been overwritten, at worst; percentile 95: of 95 in 100 stale reads",
    JUDGED, NULL, NULL },
  { "lost-writes", TB_UNIT_NONE, TB_OF_STORE,
    "writes that were acknowledged and are in no final read", JUDGED, NULL, "0" },
};

const TbExpectRow *
tb_expectations (guint *n)
{
  *n = G_N_ELEMENTS (rows);
  return rows;
}

const TbExpectRow *
tb_expectation (const char *that)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_strcmp0 (rows[i].that, that) == 0)
      return &rows[i];
  return NULL;
}
