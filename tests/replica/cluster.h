/* A few replicas on a table: messages go round only when told to, in order, and each counts how many came before it
 * in its chain of causes. For what must hold exactly; schedules.h is for what must hold whatever happens. */
#pragma once

#include <glib.h>

#include "replica-private.h"
#include "tb-replica.h"

#define CLUSTER_MAX 16

typedef struct
{
  gboolean given;
  TbAnswer answer;
  char *text; /* of OK the value; else the reason */
  gsize n;
  int leader;
  guint hops; /* messages one after another between the question and this */
} Answer;

typedef struct Cluster Cluster;

typedef struct
{
  Cluster *cluster;
  guint self;
  TbReplica *replica; /* NULL: down */
  GPtrArray *journal; /* GBytes */
  GHashTable *values; /* the state machine: text by text */
} Member;

struct Cluster
{
  TbReplicaConfig config;
  Member members[CLUSTER_MAX];
  GQueue queue;
  gint64 now_ns;
  guint depth, sent;
  guint64 next_ticket;
  GHashTable *answers; /* Answer by ticket */
  guint64 cut[CLUSTER_MAX]; /* by sender: a bit for whom it does not reach */
  TbRng rng;
};

Cluster *cluster_new (const TbReplicaConfig *config);
void cluster_free (Cluster *c);
/* Puts a command to a replica; nothing that it sends has arrived when it returns. */
guint64 cluster_ask (Cluster *c, guint at, TbCommandKind kind, const char *key, const char *value);
guint64 cluster_add (Cluster *c, guint at, const char *key, gint64 amount);
/* Lets all messages arrive, and those that they call forth. */
void cluster_run (Cluster *c);
/* Lets that much time pass, with all that is due in it. */
void cluster_pass (Cluster *c, gint64 ns);
const Answer *cluster_answer (Cluster *c, guint64 ticket);
/* Asks and runs; the answer's text, "nil", "refused", "unknown", or "" for nothing yet. */
const char *cluster_do (Cluster *c, guint at, TbCommandKind kind, const char *key, const char *value);
/* Cuts one off from all others, both ways. */
void cluster_isolate (Cluster *c, guint who);
void cluster_heal (Cluster *c);
void cluster_crash (Cluster *c, guint who);   /* its journal stays */
void cluster_restart (Cluster *c, guint who);
gboolean cluster_agrees (Cluster *c);
TbReplicaStatus cluster_status (Cluster *c, guint who);
