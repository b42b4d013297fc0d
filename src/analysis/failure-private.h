/* A drawing as what can fail and who needs whom: plain arrays, made once.
 *
 *   failure-needs.c   how many replicas it takes
 *   failure-read.c    from the model
 *   failure.c         what stops when something is gone
 *   failure-states.c  what works in each of many states at once
 *   failure-ways.c    the sets of components that a goal can be up by
 *   failure-cuts.c    what one failure stops
 *   failure-pairs.c   what two stop, and neither alone
 *   failure-order.c   in which order shared devices are summed out
 *   failure-odds.c    the probability that such a set is up, device by device
 *   failure-goal.c    how much of the time a goal is up: exactly, or by lots
 *   failure-sample.c  the same by chance
 *   failure-words.c   sentences */
#pragma once

#include "tb-base.h"
#include "tb-failure.h"

/* How many replicas of a component it takes. Of some stores one replica is not like the others (a primary without
 * failover): with it so many in all, without it so many. NEVER: without it, nothing works. Both 0: none at all. */
typedef struct
{
  guint with, without;
} TbNeed;

#define TB_NEED_NEVER G_MAXUINT
#define TB_NO_INDEX G_MAXUINT

/* An instance of a component. */
typedef struct
{
  guint component;
  guint device; /* TB_NO_INDEX: none */
} TbFailInstance;

typedef struct
{
  TbUid uid;
  guint first, n;      /* its instances */
  guint special;       /* the replica, from 0, that is not like the others; 0 where there is none */
  double up;           /* of each instance, given its device; 1 where nothing is said */
  gboolean said;       /* it says so */
  gboolean outside;    /* a client: it is no part of what it needs */
  gboolean goal;
  TbNeed own;          /* of its replicas, for itself to work */
  guint first_group, n_groups; /* of its outgoing links */
  guint first_in, n_in;        /* of those that need it: in TbFailure.in */
} TbFailComponent;

/* Of its links one must be up. */
typedef struct
{
  guint component;
  guint first, n; /* in TbFailure.links */
} TbFailGroup;

typedef struct
{
  TbUid uid;
  guint group, to;
  TbNeed need;
} TbFailLink;

typedef struct
{
  TbUid uid;     /* a device, or the tier that it was made up for */
  guint number;  /* of a made-up one, from 1; 0: it is drawn */
  double up;
  gboolean said;
  guint first, n; /* its instances: in TbFailure.on */
} TbFailDevice;

/* A working set: what is gone and what that does. A mark counts where it equals `now`, so that nothing has to be
 * cleared. */
typedef struct
{
  guint now;
  guint *instance, *device;            /* gone */
  guint *asked, *touched, *stops, *dead; /* component: gone as a whole, has lost replicas, does not work, lacks what it calls */
  guint *down, *group, *group_down;    /* link: does not do; group: group_down counts its links that do not */
  GArray *changed;                     /* guint: components that have lost replicas */
  GArray *stopped;                     /* guint: components that do not work */
  GArray *stack;                       /* guint: those that lack what they call, whose callers are still to be told */
} TbFailWork;

/* A bit for each of as many states. */
#define TB_LANE_WORDS 8u
#define TB_LANES (64 * TB_LANE_WORDS)
typedef struct
{
  guint64 word[TB_LANE_WORDS];
} TbLanes;

/* So many states of a drawing. What is not set does not work there; between questions all is. */
typedef struct
{
  guint *order, *place;      /* components, who is called before who calls but for circles; where each stands in it */
  TbLanes *up;               /* by instance, its device included */
  TbLanes *device;           /* by device */
  TbLanes *gate;             /* by link: as many replicas as it needs */
  TbLanes *own, *has;        /* by component: as many as it needs for itself; what it calls */
  gboolean *is_lost;         /* by device: somewhere */
  gboolean *ask, *is_touched; /* by component: has is to be found anew; it has lost replicas somewhere */
  GArray *lost, *touched, *changed; /* guint: those devices; those components; those that lack what they call somewhere */
  guint64 steps;             /* what was looked at so far, in components, replicas and links */
} TbStates;

/* A table over the states of a few devices, in order: bit i of an index set where scope[i] is up. */
typedef struct _TbFactor TbFactor;
struct _TbFactor
{
  TbFactor *next; /* of those that are multiplied together */
  double *table;
  guint n;
  guint scope[];
};

typedef struct _TbWalk TbWalk;

struct _TbFailure
{
  GArray *components, *instances, *groups, *links, *devices; /* of the structs above */
  GArray *in;        /* guint: links by their target */
  GArray *on;        /* guint: instances by their device */
  GHashTable *index; /* uid → index + 1 of a component, device or link */
  GHashTable *names; /* uid → char *: what people call it */
  GHashTable *inside; /* uid of tier, layer, group → GArray of guint: components */
  GArray *goals, *goal_components; /* TbUid; guint */
  TbFailWork work;
  TbStates *states;  /* NULL: nothing is being asked of many */
  TbWalk *walk;      /* NULL: no ways were asked for yet */
  guint8 *alone;     /* by atom: what its loss stops; NULL: not asked yet */

  GArray *singles;   /* TbPart; NULL: not asked yet */
  GHashTable *single_uids;
  GArray *pairs;     /* TbPartPair; NULL: not asked yet */
  gboolean more_pairs;

  guint *order;      /* by device: when it is summed out, its place; NULL: not asked yet */
  GArray *place_up;  /* double, by place: the device's probability */
  TbFactor **factor; /* by component: the last asked; NULL */
  TbNeed *factor_need;
  guint *up_samples; /* by component: of the samples, those in which it works; NULL: none were drawn */
};

#define TB_COMPONENT(f, i) (&g_array_index ((f)->components, TbFailComponent, i))
#define TB_INSTANCE(f, i) (&g_array_index ((f)->instances, TbFailInstance, i))
#define TB_GROUP(f, i) (&g_array_index ((f)->groups, TbFailGroup, i))
#define TB_LINK(f, i) (&g_array_index ((f)->links, TbFailLink, i))
#define TB_DEVICE(f, i) (&g_array_index ((f)->devices, TbFailDevice, i))

/* TB_NO_INDEX: it is none. */
guint tb_failure_component (const TbFailure *f, TbUid uid);

static inline gboolean
tb_need_met (TbNeed need, gboolean special, guint others)
{
  return special ? 1 + others >= need.with : others >= need.without;
}

static inline TbNeed
tb_need_both (TbNeed a, TbNeed b)
{
  return (TbNeed){ MAX (a.with, b.with), MAX (a.without, b.without) };
}

/* failure-needs.c */
/* The replica, from 0, that is not like the others; 0 where all are. */
guint tb_failure_special (const TbElement *component);
/* What it takes for a component that is read, written or both; special as above. */
TbNeed tb_failure_need_of_store (const TbElement *component, guint special, gboolean read, gboolean write);
/* FALSE: the caller can do without the target. special: the target's. */
gboolean tb_failure_need_of_link (const TbElement *caller, const TbElement *link, const TbElement *target, guint special,
                                  TbNeed *need);

/* failure-read.c */
void tb_failure_read (TbFailure *f, const TbModel *model);

/* failure-states.c: first of all what was asked before is forgotten; then either components are judged by what is up
 * of them, and that is spread, or lanes lose atoms, and those losses are spread. */
TbStates *tb_states_new (const TbFailure *f);
void tb_states_free (TbStates *states);
void tb_states_begin (const TbFailure *f, TbStates *states);
/* up: of each of its replicas. */
void tb_states_judge (const TbFailure *f, TbStates *states, guint component, const TbLanes *up);
void tb_states_spread (const TbFailure *f, TbStates *states);
void tb_states_lose (const TbFailure *f, TbStates *states, guint lane, guint atom);
void tb_states_spread_losses (const TbFailure *f, TbStates *states);
/* Where a component works: with enough replicas and all that it calls. */
TbLanes tb_states_work (const TbStates *states, guint component);

/* An atom is a replica or a drawn device, numbered: instances first, then devices. */
static inline guint
tb_failure_n_atoms (const TbFailure *f)
{
  return f->instances->len + f->devices->len;
}
/* failure.c */
TbPart tb_failure_atom_part (const TbFailure *f, guint atom);
/* Whether it is worth a finding: a device that nobody drew is not. */
gboolean tb_failure_atom_counts (const TbFailure *f, guint atom);

/* failure-ways.c: the ways by which a component can be up, at most TB_PATHS_MAX: of each group of links one is chosen.
 * Each is an array by component of what it needs of it. */
#define TB_PATHS_MAX 8
typedef struct
{
  TbNeed *need[TB_PATHS_MAX]; /* by component; with 0: nothing */
  GArray *reached; /* guint: the components that any of them needs, in file order */
  guint n;
  gboolean all; /* there are no more */
} TbPaths;

/* skip: by component, that it is not followed; may be NULL. Holds until the next are asked for. */
const TbPaths *tb_failure_paths (TbFailure *f, guint component, const gboolean *skip);
void tb_walk_free (TbWalk *walk);

/* failure-cuts.c: by atom, what its loss alone does; f->states is there then. */
enum
{
  TB_STOPS_SOME = 1, /* goals */
  TB_STOPS_ALL = 2
};
const guint8 *tb_failure_alone (TbFailure *f);

static inline guint
tb_failure_goal (const TbFailure *f, guint goal)
{
  return g_array_index (f->goal_components, guint, goal);
}

void tb_factor_free (TbFactor *factor);
/* failure-order.c: fills f->order, TB_NO_INDEX for devices that need not be summed out. */
#define TB_ODDS_WIDTH_MAX 20u /* devices in one table */
void tb_failure_make_order (TbFailure *f);
/* failure-odds.c: the probability that all is up that need says of those that are reached. FALSE: it takes too many
 * devices at once. */
gboolean tb_failure_odds (TbFailure *f, const TbNeed *need, const GArray *reached, double *up);
/* failure-sample.c */
#define TB_FAILURE_SAMPLES 32768
void tb_failure_sample (TbFailure *f);
