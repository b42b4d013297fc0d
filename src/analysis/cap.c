/* The table: who may read and write on a side. A row a protocol; docs/replication.md says why. */
#include <string.h>

#include "tb-cap.h"

#define WHY 200

static guint
count (guint64 set)
{
  return (guint) __builtin_popcountll (set);
}

static gboolean
has (guint64 set, guint i)
{
  return (set >> i & 1) != 0;
}

static void G_GNUC_PRINTF (4, 5)
say (TbCapSays *says, TbCapAnswer answer, guint takers, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_vsnprintf (says->why, sizeof says->why, format, args);
  va_end (args);
  says->answer = answer;
  says->takers = answer == TB_CAP_NO ? 0 : takers;
  says->share = answer == TB_CAP_NO ? 0 : 1;
}

/* ---- A function a protocol ------------------------------------------------------------------------ */

typedef struct
{
  const TbCapStore *store;
  guint n, members, sees; /* replicas in all, of the side, that it sees */
  const TbCapSide *side;
  gboolean write;
  TbCapSays *says;
} Asked;

/* Each answers of what it has itself. */
static void
everybody (const Asked *a, const char *why)
{
  say (a->says, TB_CAP_YES, a->members, "%s", why);
}

static void
single (const Asked *a)
{
  everybody (a, "there is one copy, and whoever reaches it is answered");
}

static void
apart (const Asked *a)
{
  everybody (a, "each copy answers of what it has been told itself");
}

static void
spread (const Asked *a)
{
  everybody (a, "each replica answers at once of what it has, and tells the others when it can");
}

static void
need_all (const Asked *a, const char *who)
{
  if (a->sees == a->n)
    say (a->says, TB_CAP_YES, a->members, "all %u are here, and all must have it", a->n);
  else
    say (a->says, TB_CAP_NO, 0, "all %u must have it, and %s only %u", a->n, who, a->sees);
}

static void
by_majority (const Asked *a)
{
  guint need = a->n / 2 + 1;
  if (!a->write && a->store->reads_any)
    everybody (a, "any replica answers of what it has itself, which may be old");
  else if (a->sees >= need)
    say (a->says, a->sees == a->n ? TB_CAP_YES : TB_CAP_SOON, a->members, "%u of %u are a majority, which has a leader or elects one",
         a->sees, a->n);
  else
    say (a->says, TB_CAP_NO, 0, "%u of %u %s no majority, that takes %u", a->sees, a->n, a->sees == 1 ? "is" : "are", need);
}

/* The primary itself, or who hands on to it. */
static void
at_primary (const Asked *a, const char *what)
{
  const TbCapStore *s = a->store;
  guint takers = s->passes_on ? a->members : has (a->side->members, s->primary) ? 1 : 0;
  if (takers == 0)
    say (a->says, TB_CAP_NO, 0, "it is asked through replicas that do not take it, and the primary is not among them");
  else
    say (a->says, TB_CAP_YES, takers, "the primary is here%s%s", what, s->passes_on ? "" : "; the others refuse it");
}

static void
by_primary (const Asked *a)
{
  const TbCapStore *s = a->store;
  guint backups = a->sees - 1;
  if (!a->write && s->reads_any)
    everybody (a, "any replica answers reads of what it has itself, which may be old");
  else if (s->failover)
    say (a->says, has (a->side->sees, s->primary) && a->sees == a->n ? TB_CAP_YES : TB_CAP_SOON, a->members,
         has (a->side->sees, s->primary) ? "the primary is here, and leaves out whom it does not hear"
                                         : "a backup that hears no primary takes over");
  else if (!has (a->side->sees, s->primary))
    say (a->says, TB_CAP_NO, 0, "the primary is on another side");
  else if (!a->write)
    at_primary (a, "");
  else if (s->waits == 0)
    at_primary (a, ", and waits for nobody");
  else if (backups >= s->waits)
    at_primary (a, ", with the backups that it waits for");
  else
    say (a->says, TB_CAP_NO, 0, "the primary waits for %u backup%s, and sees %u", s->waits, s->waits == 1 ? "" : "s", backups);
}

static void
by_chain (const Asked *a)
{
  guint tail = a->n - 1;
  if (a->write)
    need_all (a, "this side has");
  else if (a->store->reads_any)
    everybody (a, "any replica answers of what it has itself");
  else if (has (a->side->sees, tail))
    say (a->says, TB_CAP_YES, a->members, "the tail of the chain is here, and answers reads");
  else
    say (a->says, TB_CAP_NO, 0, "the tail of the chain is on another side");
}

static void
by_all (const Asked *a)
{
  if (a->write)
    need_all (a, "this side has");
  else
    everybody (a, "each replica has everything; only keys whose write the cut caught undecided wait");
}

/* Of how many of the key ranges enough copies are seen: a key's copies are N replicas in a row. */
static guint
ranges_with (const Asked *a, guint need)
{
  guint enough = 0;
  for (guint start = 0; start < a->n; start++)
    {
      guint seen = 0;
      for (guint i = 0; i < a->store->copies; i++)
        seen += has (a->side->sees, (start + i) % a->n);
      enough += seen >= need;
    }
  return enough;
}

static void
by_quorum (const Asked *a)
{
  const TbCapStore *s = a->store;
  guint need = a->write || s->repairs ? MAX (s->r, s->w) : s->r;
  guint starts = s->copies == a->n ? 1 : a->n, enough = s->copies == a->n ? a->sees >= need : ranges_with (a, need);
  const char *what = a->write      ? "a write asks for versions and is stored"
                     : s->repairs ? "a read makes sure that what it returns is stored"
                                  : "a read asks";
  if (enough == 0)
    say (a->says, TB_CAP_NO, 0, "%s on %u of %u copies, and this side has fewer", what, need, s->copies);
  else if (enough == starts)
    say (a->says, TB_CAP_YES, a->members, "%s on %u of %u copies, which are here", what, need, s->copies);
  else
    {
      say (a->says, TB_CAP_SOME, a->members, "%s on %u of %u copies, and of some keys they are here", what, need, s->copies);
      a->says->share = (double) enough / starts;
    }
}

static void (*const rows[]) (const Asked *a) = {
  [TB_CAP_SINGLE] = single, [TB_CAP_APART] = apart, [TB_CAP_PRIMARY] = by_primary, [TB_CAP_CHAIN] = by_chain,
  [TB_CAP_QUORUM] = by_quorum, [TB_CAP_RAFT] = by_majority, [TB_CAP_GOSSIP] = spread, [TB_CAP_CRDT] = spread,
  [TB_CAP_ALL] = by_all,
};

void
tb_cap_says (const TbCapStore *store, const TbCapSide *side, gboolean write, TbCapSays *says)
{
  const Asked asked = { .store = store, .n = store->replicas, .members = count (side->members), .sees = count (side->sees),
                        .side = side, .write = write, .says = says };
  rows[store->protocol] (&asked);
}

double
tb_cap_share (const TbCapSide *side, const TbCapSays *says)
{
  return side->members == 0 ? 0 : says->share * says->takers / count (side->members);
}

/* ---- Consistency ---------------------------------------------------------------------------------- */

static gboolean
judge (gboolean yes, char why[WHY], const char *text)
{
  g_strlcpy (why, text, WHY);
  return yes;
}

/* Without failover; with it, as long as nobody is cut off. */
static gboolean
primary_is (const TbCapStore *s, gboolean cut, char why[WHY])
{
  if (s->reads_any)
    return judge (FALSE, why, "a backup answers reads before, or after, others have the same write: with or without a cut");
  if (s->failover && cut)
    return judge (FALSE, why, "both sides come to have a primary, and what one of them answered is lost when they meet");
  return judge (TRUE, why, s->failover ? "one primary orders all writes and answers all reads, as long as no backup takes over from one that lives"
                                       : "one primary orders all writes and answers all reads");
}

static gboolean
quorum_is (const TbCapStore *s, char why[WHY])
{
  if (s->r + s->w <= s->copies)
    {
      g_snprintf (why, WHY, "R + W = %u is not more than N = %u: a read may ask none of the copies that a write reached", s->r + s->w,
                  s->copies);
      return FALSE;
    }
  if (!s->repairs)
    return judge (FALSE, why, "R + W > N is not enough: without read repair one read sees a write under way and the next may miss it");
  g_snprintf (why, WHY, "R + W = %u is more than N = %u, and a read stores what it returns before it answers", s->r + s->w, s->copies);
  return TRUE;
}

gboolean
tb_cap_linearizable (const TbCapStore *store, const TbCapSide *sides, guint n_sides, char why[WHY])
{
  gboolean cut = n_sides > 1 || (n_sides == 1 && count (sides[0].sees) < store->replicas);
  switch (store->protocol)
    {
    case TB_CAP_SINGLE:
      return judge (TRUE, why, "there is one copy");
    case TB_CAP_APART:
      return judge (FALSE, why, "what one copy is told the others never hear: true only of clients that keep to one of them");
    case TB_CAP_PRIMARY:
      return primary_is (store, cut, why);
    case TB_CAP_CHAIN:
      if (store->reads_any)
        return judge (FALSE, why, "replicas before the tail answer reads of writes that are not done");
      return judge (TRUE, why, "the tail answers reads, and it has only what all others have");
    case TB_CAP_QUORUM:
      return quorum_is (store, why);
    case TB_CAP_RAFT:
      if (store->reads_any)
        return judge (FALSE, why, "a follower answers reads of what it has, which may be old");
      return judge (TRUE, why, "a majority agrees on each write, and the leader makes sure that it still leads before it answers a read");
    case TB_CAP_ALL:
      return judge (TRUE, why, "a write is answered when every replica holds it, and a key that is being written is not read");
    case TB_CAP_GOSSIP:
      return judge (FALSE, why, cut ? "both sides write; when they meet, of two writes of one key the earlier is lost"
                                    : "a replica answers reads of what it has heard so far");
    case TB_CAP_CRDT:
    default:
      return judge (FALSE, why, cut ? "both sides write and read their own; when they meet the values merge and nothing is lost"
                                    : "a replica answers reads of what it has heard so far");
    }
}
