/* PACELC in words: what is given up when there is a partition, what else, and the price of it. A badge (PC/EC)
 * would say less than any of these sentences: it has neither the operation nor the side in it. */
#include "tb-cap.h"

static gboolean
gives_up_consistency (const TbCapStore *s, gboolean cut)
{
  const TbCapSide half = { .members = 1, .sees = 1 };
  char why[200];
  return !tb_cap_linearizable (s, cut ? &half : NULL, cut ? 1 : 0, why);
}

char *
tb_cap_partition_text (const TbCapStore *s)
{
  switch (s->protocol)
    {
    case TB_CAP_SINGLE:
      return g_strdup ("Nothing can be cut between copies, there is one; who is cut off from it has nothing.");
    case TB_CAP_APART:
      return g_strdup ("A cut changes nothing: the copies never agreed.");
    case TB_CAP_GOSSIP:
    case TB_CAP_CRDT:
      return g_strdup ("During a partition every side answers, and gives up consistency.");
    case TB_CAP_PRIMARY:
      if (s->failover)
        return g_strdup ("During a partition every side soon answers again, and consistency is given up.");
      if (s->reads_any && s->waits == 0)
        return g_strdup ("During a partition every side answers reads, which may be old; writes only the primary's side.");
      if (s->reads_any)
        return g_strdup ("During a partition every side answers reads, which may be old; the primary answers no write without the backups it waits for.");
      return g_strdup (s->waits == 0 ? "During a partition the primary's side goes on, and the others give up availability."
                                     : "During a partition the primary's side answers reads; writes are given up everywhere.");
    case TB_CAP_QUORUM:
      return g_strdup (gives_up_consistency (s, TRUE)
                           ? "During a partition sides with enough copies answer, and give up consistency."
                           : "During a partition a side with enough copies goes on, and the others give up availability.");
    case TB_CAP_RAFT:
      return g_strdup (s->reads_any ? "During a partition every side answers reads, which may be old; writes only the majority's side."
                                    : "During a partition the majority's side goes on, and the others give up availability.");
    case TB_CAP_CHAIN:
      return g_strdup ("During a partition the tail's side answers reads; writes are given up everywhere.");
    case TB_CAP_ALL:
    default:
      return g_strdup ("During a partition every side answers reads; writes are given up everywhere.");
    }
}

/* ---- The price ------------------------------------------------------------------------------------- */

static TbCapHops
hops (const TbCapStore *s, guint least, guint most)
{
  guint there_and_back = s->passes_on ? 2 : 0;
  return (TbCapHops){ least, most + there_and_back };
}

static TbCapHops
write_hops (const TbCapStore *s)
{
  switch (s->protocol)
    {
    case TB_CAP_PRIMARY:
      return hops (s, s->waits > 0 ? 2 : 0, s->waits > 0 ? 2 : 0);
    case TB_CAP_CHAIN:
      return hops (s, s->replicas, s->replicas);
    case TB_CAP_RAFT:
      return hops (s, 2, 2);
    case TB_CAP_QUORUM:
      /* One that holds a copy itself asks nobody where one is enough. */
      return (TbCapHops){ (s->r > 1 ? 2 : 0) + (s->w > 1 ? 2 : 0), (s->r > 1 || s->copies < s->replicas ? 2 : 0)
                                                                       + (s->w > 1 || s->copies < s->replicas ? 2 : 0) };
    case TB_CAP_ALL:
      return (TbCapHops){ 2, 2 };
    case TB_CAP_SINGLE:
    case TB_CAP_APART:
    case TB_CAP_GOSSIP:
    case TB_CAP_CRDT:
    default:
      return (TbCapHops){ 0, 0 };
    }
}

static TbCapHops
read_hops (const TbCapStore *s)
{
  if (s->reads_any)
    return (TbCapHops){ 0, 0 };
  switch (s->protocol)
    {
    case TB_CAP_PRIMARY:
    case TB_CAP_CHAIN:
      return hops (s, 0, 0);
    case TB_CAP_RAFT:
      return hops (s, 2, 2);
    case TB_CAP_QUORUM:
      {
        guint asks = s->r > 1 || s->copies < s->replicas ? 2 : 0;
        return (TbCapHops){ s->r > 1 ? 2 : 0, asks + (s->repairs && s->w > 1 ? 2 : 0) };
      }
    case TB_CAP_SINGLE:
    case TB_CAP_APART:
    case TB_CAP_GOSSIP:
    case TB_CAP_CRDT:
    case TB_CAP_ALL:
    default:
      return (TbCapHops){ 0, 0 };
    }
}

TbCapHops
tb_cap_hops (const TbCapStore *store, gboolean write)
{
  if (store->replicas == 1)
    return (TbCapHops){ 0, 0 };
  return write ? write_hops (store) : read_hops (store);
}

static char *
hops_text (TbCapHops h)
{
  if (h.most == 0)
    return g_strdup ("waits for no other replica");
  if (h.least == h.most)
    return g_strdup_printf ("waits for %u messages one after another", h.least);
  return g_strdup_printf ("waits for %u to %u messages one after another", h.least, h.most);
}

char *
tb_cap_else_text (const TbCapStore *store)
{
  if (store->protocol == TB_CAP_SINGLE)
    return g_strdup ("Else: one copy, consistent, and nobody to wait for.");
  g_autofree char *write = hops_text (tb_cap_hops (store, TRUE)), *read = hops_text (tb_cap_hops (store, FALSE));
  return g_strdup_printf ("Else, without one, it puts %s: a write %s, a read %s.",
                          gives_up_consistency (store, FALSE) ? "latency before consistency"
                                                              : "consistency before latency",
                          write, read);
}

/* ---- What it cannot know ------------------------------------------------------------------------------ */

static gboolean
elects (const TbCapStore *s)
{
  return s->protocol == TB_CAP_RAFT || (s->protocol == TB_CAP_PRIMARY && s->failover);
}

static gboolean
several (const TbCapStore *s)
{
  return s->replicas > 1;
}

static gboolean
has_template (const TbCapStore *s)
{
  return s->by != NULL;
}

static gboolean
agrees_later (const TbCapStore *s)
{
  return s->protocol == TB_CAP_GOSSIP || s->protocol == TB_CAP_CRDT || (s->protocol == TB_CAP_PRIMARY && s->waits == 0);
}

static const struct
{
  gboolean (*where) (const TbCapStore *store); /* NULL: always */
  const char *sentence;
} unknowns[] = {
  { NULL, "How long somebody may wait for an answer: the theorem sets no limit, every figure here has one." },
  { several, "Whether clients reach the side that answers: here each side is asked by clients that reach it alone." },
  { elects, "How long it takes until a side has a leader again: until then it answers nothing either." },
  { agrees_later, "How long it takes until the replicas agree again once they are healed: that is measured." },
  { has_template, "What a configuration file or an option of the program changes of this (min-replicas-to-write, for example)." },
  { several, "Whether a replica that is silent is cut off or dead: a dead one is no side, since nobody can ask it." },
};

const char *
tb_cap_unknown (const TbCapStore *store, guint i)
{
  for (gsize k = 0; k < G_N_ELEMENTS (unknowns); k++)
    if ((unknowns[k].where == NULL || unknowns[k].where (store)) && i-- == 0)
      return unknowns[k].sentence;
  return NULL;
}

const char *
tb_cap_answer_word (TbCapAnswer answer)
{
  static const char *const words[] = { [TB_CAP_NO] = "no", [TB_CAP_YES] = "yes", [TB_CAP_SOON] = "soon",
                                       [TB_CAP_SOME] = "of some keys" };
  return words[answer];
}
