/* What stops when parts of a drawing fail, which parts stop a client alone or two together, and how much of the time
 * a client is answered. Pure; the model may go away once it is read.
 *
 * A server is up when enough of its replicas are, each of them with its device, and when everything that it calls and
 * waits for is. So a caller needs ALL the components that it calls (AND), of each of them as many replicas as the link
 * says (needs=), or as the way a store's replicas agree takes (tb_cap_says(): of Raft a majority), or one; among calls
 * with order="first" one is enough (OR). Async links are not needed unless they say needs=. Those who call each other
 * in a circle are up while nothing of the circle has failed.
 *
 * The parts that fail are replicas and devices. A line between two instances is none: alone it stops nobody whom the
 * loss of the instance at its end would not stop as well. Devices that nobody drew (a tier without devices has one for
 * each replica) can be asked about, but are no finding: what they would say, their replicas say. */
#pragma once

#include "tb-model.h"

G_BEGIN_DECLS

/* replica from 1: that instance; of a tier without devices, the device made up for that replica. 0: the whole element:
 * a component with all its replicas, a link, a device, or everything in a tier, layer or group. */
typedef struct
{
  TbUid uid;
  guint replica;
} TbPart;

typedef struct
{
  TbPart a, b;
} TbPartPair;

typedef struct _TbFailure TbFailure;

TbFailure *tb_failure_new (const TbModel *model);
void tb_failure_free (TbFailure *failure);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TbFailure, tb_failure_free)

/* Whose being answered counts: clients that call and wait, and outside callers; where there are none, the components
 * that nobody calls. In file order. */
const TbUid *tb_failure_goals (const TbFailure *failure, guint *n);

typedef enum
{
  TB_FAILURE_GOES_ON,
  TB_FAILURE_WEAKER, /* fewer replicas, still enough of them */
  TB_FAILURE_STOPS,
  TB_FAILURE_GONE    /* all of it is among the parts themselves */
} TbFailureState;

/* What stops (TbUid of components, in file order) when those parts are gone, without those that are gone as a whole
 * themselves. Parts that the model does not have are ignored. (transfer full) */
GArray *tb_failure_without (TbFailure *failure, const TbPart *parts, guint n);
/* Of one component, when those parts are gone. */
TbFailureState tb_failure_state_without (TbFailure *failure, const TbPart *parts, guint n, TbUid component);
/* Of all components in file order: states must have room for as many as the model had. */
void tb_failure_states_without (TbFailure *failure, const TbPart *parts, guint n, TbFailureState *states);

/* The parts each of which alone stops a goal, in file order, components before devices; a component's only replica
 * with replica 0. A client is not its own. */
const TbPart *tb_failure_single_points (TbFailure *failure, guint *n);
gboolean tb_failure_is_single_point (TbFailure *failure, TbUid uid);
/* Minimal pairs: together they stop a goal that neither of them stops alone. No more than TB_FAILURE_PAIRS_MAX,
 * and of a very large drawing those that some tenths of a second find. */
#define TB_FAILURE_PAIRS_MAX 4096
const TbPartPair *tb_failure_pairs (TbFailure *failure, guint *n);
/* Whether there are more of them than that list has. */
gboolean tb_failure_has_more_pairs (TbFailure *failure);

typedef struct
{
  double up;           /* share of the time, 0 to 1 */
  double low, high;    /* 95 % interval where it was sampled; both up where it is exact */
  gboolean exact;
  guint samples;       /* 0: exact */
  guint parts;         /* that it depends on: replicas and drawn devices */
  guint said;          /* of them that say how available they are; the others are taken as never failing */
  double minutes_a_year; /* of not being up, in a year of 365 days */
} TbUptime;

/* How much of the time a client is answered, or a component works with all that it needs. out may be NULL. Replicas fail
 * independently of each other given the states of the devices they share, which are conditioned on (so replicas on
 * one host are never multiplied): exactly, one device after the other in an order that keeps few of them open at once,
 * and where that would still be too many, sampled (with a fixed seed). A client itself is taken as being there.
 * A = MTBF / (MTBF + MTTR); k of n replicas by their distribution. 1 for what is no component. */
double tb_failure_availability (TbFailure *failure, TbUid client_or_component, TbUptime *out);

/* ---- Words -------------------------------------------------------------------------------------- */

/* "Orders", "replica 2 of Orders", "the device db-1" (transfer full) */
char *tb_failure_part_text (const TbFailure *failure, const TbPart *part);
/* "Without Orders, Shop and Browser stop." or "Without replica 2 of Orders, everything goes on." (transfer full) */
char *tb_failure_without_text (TbFailure *failure, const TbPart *parts, guint n);
/* "2 single points of failure: Balancer and the device db-1." (transfer full) */
char *tb_failure_single_points_text (TbFailure *failure);
/* "99.97 %, down 2 h 37 min a year"; "Not known: nothing that it needs says how often it fails" (transfer full) */
char *tb_uptime_text (const TbUptime *availability);
/* 157.7 → "2 h 37 min" (transfer full) */
char *tb_minutes_text (double minutes);

/* A part as a person names it: "orders", "orders/2", "db-1", "save". FALSE: nothing of the model is called so, or it is
 * nothing that fails. */
gboolean tb_part_from_name (const TbModel *model, const char *name, TbPart *part);
/* The drawn device that all replicas of a component are on, where there are at least two of them; 0: none. */
TbUid tb_failure_common_device (const TbFailure *failure, TbUid component);

G_END_DECLS
