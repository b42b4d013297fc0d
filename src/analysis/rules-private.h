/* What the files of the rules share: the drawing as arrays, and how a finding is said. */
#pragma once

#include "tb-failure.h"
#include "tb-rules.h"

#define TB_NOBODY G_MAXUINT

/* A link whose ends are components that there are; others are tb_model_validate()'s. */
typedef struct
{
  const TbElement *e;
  guint from, to; /* of parts */
  gboolean sync;
  gint64 timeout_ns; /* 0: none */
  guint retries;
  GPtrArray *calls; /* of const TbElement: those of the caller's built-in part over it; NULL: none */
} TbRuleLink;

/* A component. */
typedef struct
{
  const TbElement *e, *builtin, *tier, *middleware; /* NULL: none */
  TbRole role;
  guint replicas;
  guint threads;    /* of each replica; 0: as many as there are requests, or nobody knows */
  int top, bottom;  /* its layers, counted from the top; -1: in none */
  GArray *out, *in; /* of guint: links */
} TbRulePart;

typedef struct _TbRuleLoad TbRuleLoad;
void tb_rule_load_free (TbRuleLoad *load);

typedef struct
{
  const TbModel *model;
  TbRuleOptions options;
  TbRulePart *parts; /* components in file order */
  guint n_parts;
  TbRuleLink *links; /* in file order */
  guint n_links;
  GHashTable *index;   /* element of a component → its place in parts, and one */
  gboolean described;  /* it says how its programs behave: what they do, or how long they wait. Else it is a sketch */
  GPtrArray *findings; /* of TbRuleFinding */
  TbFailure *failure;   /* tb_rule_failure(); NULL until it is asked */
  TbRuleLoad *load;     /* rules-load.c's; NULL until it is asked */
  GHashTable *on;       /* tb_rule_on_device(); NULL until it is asked */
} TbRuleRun;

typedef void (*TbRuleCheck) (TbRuleRun *run, const TbRule *rule);

/* ---- The drawing ------------------------------------------------------------------------------ */

void tb_rule_net_read (TbRuleRun *run);
void tb_rule_net_clear (TbRuleRun *run);

/* Index of parts, TB_NOBODY where it is none. */
guint tb_rule_part_of (const TbRuleRun *run, const TbElement *component);
const TbRuleLink *tb_rule_out (const TbRuleRun *run, guint part, guint nth);
const TbRuleLink *tb_rule_in (const TbRuleRun *run, guint part, guint nth);
/* Whether one of the calls over it is of that op. */
gboolean tb_rule_link_does (const TbRuleLink *link, const char *op);
/* How many calls over it a request of the caller makes on average; 1 where its program does not say. */
double tb_rule_times (const TbRuleLink *link);
/* Whether its program is ours: what the drawing says of it is what it does. */
gboolean tb_rule_is_ours (const TbRulePart *part);
/* Which group of mutual callers a part is in over sync (or async too) links: number[part], and how many there are.
 * A group calls only groups of lower numbers (Tarjan 1972). */
guint tb_rule_circles (const TbRuleRun *run, gboolean async_too, guint *number);
/* How long the caller may be busy with one call over it, where each try ends after that time: all tries, and the most
 * calls in a row. */
gint64 tb_rule_worst_ns (const TbRuleLink *link, gint64 timeout_ns);
/* Parts so that callers stand before those they call, as indices; number as tb_rule_circles() says. (transfer full) */
guint *tb_rule_order (const TbRuleRun *run, gboolean async_too, guint *number);
/* What fails with what, read when it is asked first. (transfer none) */
TbFailure *tb_rule_failure (TbRuleRun *run);
/* The components that have a replica on a device, as indices of parts in their order; NULL: none has. (transfer none) */
const GArray *tb_rule_on_device (TbRuleRun *run, const TbElement *device);
/* Duration in words, as in a file. (transfer full) */
char *tb_rule_duration (gint64 ns);

/* ---- Saying it -------------------------------------------------------------------------------- */

/* "link save: …" of the element, with the rule's own severity. */
TbRuleFinding *tb_rule_say (TbRuleRun *run, const TbRule *rule, const TbElement *about, const char *format, ...)
    G_GNUC_PRINTF (4, 5);
void tb_finding_also (TbRuleFinding *finding, const TbElement *element);
/* The first call gives the fix its label; label NULL: one more edit of the same. */
void tb_finding_fix_set (TbRuleFinding *finding, const char *label, const TbElement *element, TbProp prop,
                         const char *value);
void tb_finding_fix (TbRuleFinding *finding, const char *label, TbRuleOp op, const TbElement *element);
/* A copy of that edit, as one more of the fix. */
void tb_finding_edit (TbRuleFinding *finding, const char *label, const TbRuleEdit *edit);
void tb_finding_free (gpointer finding);
/* The same of the other way to mend it. */
void tb_finding_other (TbRuleFinding *finding, const char *label, TbRuleOp op, const TbElement *element);

/* ---- The rules: a function a row --------------------------------------------------------------- */

#define R(id, level, function, ...) void tb_rule_##function (TbRuleRun *run, const TbRule *rule);
#define M R
#define W(...)
#include "rules-table.h"
#undef R
#undef M
#undef W

/* The file's own rules, and what it ignores. */
void tb_rules_check_own (TbRuleRun *run);
void tb_rules_suppress (TbRuleRun *run);
/* Many findings of one rule become one that stands for them. */
void tb_rules_gather (TbRuleRun *run);
