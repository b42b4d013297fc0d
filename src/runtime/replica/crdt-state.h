/* A counter and a set under one key, that merge without losing anything (Shapiro and others 2011: PN-counter; Bieniusa
 * and others 2012: observed-remove set without tombstones).
 *
 * Each actor (a replica's life with its disk) counts what it added and took, and numbers its insertions. An element
 * is there as long as one of its dots (actor, number) is. Who has seen number 7 of an actor has seen 1 to 6 of this
 * key; so a dot that is missing where its number was seen has been removed, and no tombstone is needed.
 *
 * As bytes a state is canonical: actors, elements and dots in ascending order, no element without dots. So
 * replicas that have merged the same hold the same bytes. */
#pragma once

#include "replica-private.h"

#define CRDT_ACTORS_MAX 256
#define CRDT_STATE_MAX (1u << 20) /* bytes of one key's state */

typedef struct
{
  uint64_t actor, plus, minus, clock; /* clock: number of its latest insertion that was seen */
} CrdtActor;

typedef struct
{
  uint64_t actor, number;
} CrdtDot;

typedef struct
{
  TbBytes bytes;
  uint32_t first, n; /* in dots */
} CrdtElement;

/* A state that was read; zeroed before the first use, its memory is used again. */
typedef struct
{
  CrdtActor actors[CRDT_ACTORS_MAX];
  unsigned n_actors;
  CrdtElement *elements;
  CrdtDot *dots;
  size_t n_elements, n_dots, size_elements, size_dots;
} Crdt;

/* No bytes at all are the state before everything. False: damaged, or not canonical. (transfer none) */
bool crdt_take (TbBytes bytes, Crdt *c);
void crdt_pack (Pack *p, const Crdt *c);
void crdt_free (Crdt *c);
/* out must be neither; elements still point to the bytes of a and b. False: more actors than there is room for. */
bool crdt_merge (const Crdt *a, const Crdt *b, Crdt *out);

/* False: it would not fit into 63 bits, or no room for one more actor. */
bool crdt_add (Crdt *c, uint64_t actor, int64_t amount);
bool crdt_insert (Crdt *c, uint64_t actor, TbBytes element);
/* False: it is not there. */
bool crdt_remove (Crdt *c, TbBytes element);
bool crdt_has (const Crdt *c, TbBytes element);
int64_t crdt_value (const Crdt *c);
/* Whether anybody ever counted under this key. */
bool crdt_is_counted (const Crdt *c);
