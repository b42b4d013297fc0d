/* Interactions: an ordered list of calls over links, drawn by hand or taken from what was recorded, and
 * how two such lists differ. Pure. */
#pragma once

#include "tb-model.h"

G_BEGIN_DECLS

typedef enum
{
  TB_STEP_ALIKE,
  TB_STEP_OTHERWISE, /* at its place, but its label or reply is another */
  TB_STEP_MISSING,   /* drawn, and not recorded */
  TB_STEP_EXTRA,     /* recorded, and not drawn */
  TB_STEP_MOVED      /* at another place than drawn */
} TbStepMark;

/* "alike", "other words", "missing", "extra", "moved". */
const char *tb_step_mark_name (TbStepMark mark);

/* One call. */
typedef struct
{
  TbUid step;        /* the element; 0: recorded only */
  TbUid link;        /* 0: nobody drew it */
  char *from, *to;   /* ids of the components that call and are called */
  char *label, *reply; /* "" where nothing is said; label may have * and ? where it is drawn */
  gboolean parallel; /* beside the one before it: which comes first means nothing */
  gboolean async;    /* nobody waits for a reply */
  gboolean failed;   /* recorded: its reply was an error, or never came */
  TbStepMark mark;   /* of a comparison */
  guint number;      /* its place among the drawn, or among the recorded where it is EXTRA; from 1 */
} TbInteractionStep;

typedef GPtrArray TbSteps; /* of TbInteractionStep, owned */

TbSteps *tb_steps_new (void);
TbInteractionStep *tb_steps_add (TbSteps *steps, TbUid link, const char *from, const char *to, const char *label,
                      const char *reply);
/* Of an <interaction>; steps over links that are not there are left out. (transfer full) */
TbSteps *tb_steps_of (const TbModel *model, const TbElement *interaction);

/* Drawn against recorded: every step of both, once, in the order of what was recorded, what is missing
 * where it should have been. A call is the same where it goes over the same link; among those of one
 * link that with the label is meant. (transfer full) */
TbSteps *tb_steps_compare (const TbSteps *drawn, const TbSteps *recorded);
/* How many are neither ALIKE nor, unless strict, OTHERWISE. */
guint tb_steps_n_different (const TbSteps *compared, gboolean strict);
/* "step 2 (save: write order) is missing; …"; "" where nothing is different. (transfer full) */
char *tb_steps_in_words (const TbModel *model, const TbSteps *compared, gboolean strict);

/* When each call is answered, as a stack of calls has it: a call that waits is over when the next one
 * is made by somebody else than whom it called. events: of guint, the index of a step for its call, and
 * ~ of it for its reply. (transfer full) */
GArray *tb_steps_unfold (const TbSteps *steps);

G_END_DECLS
