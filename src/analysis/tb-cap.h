/* What the CAP theorem, and PACELC beside it, say of a drawn store before anything runs: a table from
 * the way its replicas agree and the sides of a partition to who may read, who may write, and whether what
 * they see is linearizable. Pure. The table is that of docs/replication.md; the tests hold it to the
 * replication cores in virtual time, for all partitions of up to five replicas.
 *
 * Consistent: linearizable. Available: what a replica that has not failed is asked gets an answer that is no error.
 * The theorem sets no time for that, whoever measures has to: a figure of availability always stands beside its timeout. */
#pragma once

#include "tb-model.h"

G_BEGIN_DECLS

#define TB_CAP_REPLICAS_MAX 64

typedef enum
{
  TB_CAP_SINGLE, /* one replica */
  TB_CAP_APART,  /* several, which know nothing of each other */
  TB_CAP_PRIMARY,
  TB_CAP_CHAIN,
  TB_CAP_QUORUM,
  TB_CAP_RAFT,
  TB_CAP_GOSSIP, /* last writer wins */
  TB_CAP_CRDT,
  TB_CAP_ALL     /* write to all, read from any */
} TbCapProtocol;

/* How the replicas of a store agree. */
typedef struct
{
  TbCapProtocol protocol;
  guint replicas;      /* 1 to TB_CAP_REPLICAS_MAX */
  guint primary;       /* which of them, from 0, where there is one; of a chain its head */
  guint waits;         /* primary: so many backups have a write before it is answered; 0: async */
  gboolean failover;   /* primary: a backup takes over */
  gboolean reads_any;  /* reads are answered by whoever is asked, of what it has */
  gboolean repairs;    /* quorum: a read writes back what it returns */
  gboolean passes_on;  /* a replica hands what it cannot do itself to the one that can */
  guint copies, r, w;  /* quorum */
  const char *by;      /* what fixes it: "etcd", or NULL, the drawing itself; static or the model's */
} TbCapStore;

/* FALSE where the component keeps no data, or it is not known how (a command of one's own). */
gboolean tb_cap_store_of (const TbElement *component, TbCapStore *store);
/* "Raft, by etcd, 3 replicas" (transfer full) */
char *tb_cap_store_text (const TbCapStore *store);

/* ---- Sides ------------------------------------------------------------------------------------- */

/* Sets of replicas: bit i for the i-th, from 0. sees holds members and whom all of them exchange messages with
 * besides; it is more than members in partitions that not everybody is on one side of (bridge, ring). */
typedef struct
{
  guint64 members, sees;
} TbCapSide;

/* From who reaches whom (reach[i]: bit j where i reaches j) to sides: who exchange messages with the same ones are of
 * one side. Returns how many, at most n, in the order of their first members. */
guint tb_cap_sides (const guint64 *reach, guint n, TbCapSide *sides);

/* ---- What is said ------------------------------------------------------------------------------- */

typedef enum
{
  TB_CAP_NO,
  TB_CAP_YES,
  TB_CAP_SOON, /* once a replica of this side has taken over */
  TB_CAP_SOME  /* of some keys */
} TbCapAnswer;

typedef struct
{
  TbCapAnswer answer;
  guint takers;     /* so many of the side's members answer what they are asked themselves */
  double share;     /* SOME: of the keys */
  char why[200];    /* "2 of 3 are a majority" */
} TbCapSays;

/* Whether that side answers writes, or reads. */
void tb_cap_says (const TbCapStore *store, const TbCapSide *side, gboolean write, TbCapSays *says);
/* Whether what clients see is linearizable: during a cut into those sides, or (n_sides 0) without one. */
gboolean tb_cap_linearizable (const TbCapStore *store, const TbCapSide *sides, guint n_sides, char why[200]);
/* The share of a side's requests that theory lets be answered, each of its replicas being asked as often: 0 to 1. */
double tb_cap_share (const TbCapSide *side, const TbCapSays *says);

/* How many messages that wait for each other an operation takes without a cut, from the replica that is asked
 * and back: the least, where the right one is asked, and the most. What each of them is delayed by, the operation is
 * late by so often. */
typedef struct
{
  guint least, most;
} TbCapHops;
TbCapHops tb_cap_hops (const TbCapStore *store, gboolean write);

/* PACELC in words: what is given up during a partition, and what else, with the price. (transfer full) */
char *tb_cap_partition_text (const TbCapStore *store);
char *tb_cap_else_text (const TbCapStore *store);
/* What no table can know of it: the i-th sentence, or NULL. (transfer none) */
const char *tb_cap_unknown (const TbCapStore *store, guint i);
/* "yes", "no", "soon", "of some keys" */
const char *tb_cap_answer_word (TbCapAnswer answer);

G_END_DECLS
