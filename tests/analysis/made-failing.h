/* Drawings of which something fails, made for tests: from a body, or small random ones of which every state can be tried. */
#pragma once

#include "tb-base.h"
#include "tb-failure.h"

G_BEGIN_DECLS

typedef struct
{
  TbModel *model;
  TbFailure *failure;
} Drawn;

Drawn draw (const char *body);
void drawn_clear (Drawn *drawn);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Drawn, drawn_clear)

TbUid uid_of (const Drawn *drawn, const char *id);

#define MADE_ATOMS_MAX 12u

typedef struct
{
  TbPart part;
  double up;
} Atom;

/* Components s0, s1 …, some on the devices d0, d1 …, called by the client c and by each other, also in circles. */
typedef struct
{
  guint n_components, n_devices, n_atoms;
  Atom atoms[MADE_ATOMS_MAX]; /* what can fail: replicas of the components in turn, then devices */
  GString *body;
} MadeFailing;

/* To be freed: body. */
void made_failing (MadeFailing *r, TbRng *rng);
void made_failing_atoms (MadeFailing *r, const Drawn *drawn);

G_END_DECLS
