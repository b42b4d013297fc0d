/* Interactions laid beside what was recorded. */
#pragma once

#include "tb-interaction.h"
#include "tb-past.h"

G_BEGIN_DECLS

/* The calls of a tree of requests, in the order of time: of the n spans from that one on (of
 * TbTraceSpan). model gives links their uids. (transfer full) */
TbSteps *tb_steps_of_spans (TbPast *past, const TbModel *model, const GArray *spans, guint from, guint n);
/* The same of the tree that a message belongs to; empty where it is no request nor reply. */
TbSteps *tb_steps_of_trace (TbPast *past, const TbModel *model, guint64 position);

/* What happened alike, however often. */
typedef struct
{
  TbSteps *compared; /* of the first of them */
  guint64 request;   /* its root's position */
  guint times;
  char *difference;  /* in words; "" where there is none */
} TbVariant;

/* An interaction against every time that it was recorded: where somebody made the first of its calls
 * (with its label, where any has that; over its link else). An interaction of several calls that nothing
 * led to takes that many requests of one caller in a row. What differs in labels alone counts where
 * strict; what did not begin in the positions [from, to) does not (to G_MAXUINT64: until the end).
 * (transfer full) of TbVariant, the most frequent first; empty: it was not recorded. */
GPtrArray *tb_interaction_variants (TbPast *past, const TbModel *model, const TbElement *interaction,
                                    gboolean strict, guint64 from, guint64 to);

G_END_DECLS
