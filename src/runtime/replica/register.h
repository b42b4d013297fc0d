/* A value that the last writer wins: its version, that of what its writer saw before it, the value or that
 * it was deleted. A deletion stays as a tombstone, so that it wins over what an absent replica still has.
 *
 * Versions are in one order for everybody: counter, then writer, then nonce. The counter is a hybrid logical
 * clock: the host's nanoseconds, but always more than all seen before. The nonce is drawn when a replica
 * starts, so that one that has forgotten what it wrote writes no other value under an old version. */
#pragma once

#include "replica-private.h"

typedef struct
{
  uint64_t counter;
  uint32_t writer, nonce;
} Version;

typedef struct
{
  Version version, base;
  bool gone;
  TbBytes value;
} Register;

int version_compare (const Version *a, const Version *b);
/* By version; where these are the same, by what is there, so that all agree whatever happened. */
int register_compare (const Register *a, const Register *b);
void register_pack (Pack *p, const Register *g);
/* False: it is damaged. (transfer none) */
bool register_take (TbBytes state, Register *g);
/* The same for what another replica says: also false for a counter so large that clocks after it would end soon. */
bool register_take_foreign (TbBytes state, Register *g);
#define VERSION_FOREIGN_MAX ((uint64_t) INT64_MAX / 2)
/* Answers a read: the value, or that there is none. NULL: nothing was ever written. */
void register_answer (TbReplica *r, uint64_t ticket, const Register *g);
