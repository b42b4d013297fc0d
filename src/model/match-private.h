/* Which element of one model is which of another. */
#pragma once

#include "model-private.h"

/* Invariants: pairs are of one kind; both ways agree; elements without an id of their own, and
 * those with a local one, are paired only where their parents are. */
typedef struct
{
  const TbModel *a, *b;
  TbUid *to_b; /* by uid of a; 0: only there */
  TbUid *to_a;
} TbMatch;

TbMatch *tb_match_new (const TbModel *a, const TbModel *b);
void tb_match_free (TbMatch *match);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TbMatch, tb_match_free)

/* Its like in the other model, or NULL. */
const TbElement *tb_match_in_b (const TbMatch *match, const TbElement *of_a);
const TbElement *tb_match_in_a (const TbMatch *match, const TbElement *of_b);
void tb_match_pair (TbMatch *match, const TbElement *a, const TbElement *b);
void tb_match_part (TbMatch *match, const TbElement *a);

/* What tells it from others of its kind beside it ("save" of <call link="save"/>); NULL: nothing
 * does. (transfer full) */
char *tb_match_key (const TbElement *element);
gboolean tb_elements_equal (const TbElement *a, const TbElement *b); /* values only */

/* Which of n numbers can stay where they are while the others are moved to make them ascend: the
 * longest ascending run among them. stays: n. */
void tb_longest_ascending (const guint *numbers, guint n, gboolean *stays);
