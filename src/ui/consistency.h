/* What the Consistency page says, as words: theory and measurement of a store beside each other. No GTK. */
#pragma once

#include "tb-cap.h"
#include "tb-verdicts.h"

G_BEGIN_DECLS

/* Reads and writes of one side, as they were measured. */
typedef struct
{
  TbAvailability count;
  gint64 median_ns; /* of what was answered; -1: nothing was */
} TbSideFigures;

typedef struct
{
  TbCapSide side;
  TbSideFigures of[2]; /* reads, writes */
} TbSideMeasured;

typedef enum
{
  TB_SIDES_CHOSEN, /* there was no partition yet */
  TB_SIDES_DURING,
  TB_SIDES_AFTER
} TbSidesPhase;

typedef struct
{
  TbSidesPhase phase;
  gint64 from_ns, to_ns; /* that is measured */
  gint64 heal_ns;        /* 0: there was none */
  guint n_sides;
  TbSideMeasured sides[TB_CAP_REPLICAS_MAX];
} TbSides;

/* ---- consistency-sides.c ---- */

/* The sides of a store as they are to be shown at a moment: those of the partition that holds then, else of the one before it,
 * else what picked (replicas on the other side) makes of it. past may be NULL. */
void tb_consistency_find_sides (TbPast *past, gint64 now_ns, guint64 picked, const char *component, const TbCapStore *store,
                                TbSides *sides);
/* Takes out of reach (bit j of reach[i]: replica i of the component reaches replica j) what a partition of that text
 * cuts ("orders/2 | orders/1 orders/3"). FALSE where the text does not say who is cut off from whom. */
gboolean tb_consistency_cut (const char *text, const char *component, guint n, guint64 *reach);

/* ---- consistency.c ---- */

/* "Orders 1 and Orders 3", "3 replicas of Orders". (transfer full) */
char *tb_consistency_side_name (const char *component, const TbCapSide *side);
/* Everything in [from_ns, to_ns) of operations that a side's replicas received. */
void tb_consistency_measure (TbVerdicts *verdicts, const char *component, TbPast *past, TbSideMeasured *sides, guint n_sides,
                             gint64 from_ns, gint64 to_ns);
/* "soon: 2 of 3 are a majority …" (transfer full) */
char *tb_consistency_theory (const TbCapStore *store, const TbCapSide *side, gboolean write);
/* "41 of 44 answered, 93 % (82 to 98 %), 3 timed out, median 1.2 ms" (transfer full) */
char *tb_consistency_measured (const TbSideFigures *figures);
/* What both do not agree in, as a sentence; NULL: they do, or too little was measured. (transfer full) */
char *tb_consistency_difference (const TbCapStore *store, const TbSideMeasured *side, gboolean write);
/* Staleness, broken guarantees, lost writes, how long it took to agree: lines of one sentence each. heal_ns: the end of the last
 * partition, 0: there was none. (transfer full) */
char *tb_consistency_details (const TbStoreVerdict *store, gint64 heal_ns);

G_END_DECLS
