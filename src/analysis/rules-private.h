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

typedef struct
{
  const TbModel *model;
  TbRuleOptions options;
  TbRulePart *parts; /* components in file order */
  guint n_parts;
  TbRuleLink *links; /* in file order */
  guint n_links;
  GHashTable *index;   /* element of a component → its place in parts, and one */
  GPtrArray *findings; /* of TbRuleFinding */
  TbFailure *failure;   /* tb_rule_failure(); NULL until it is asked */
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
/* What fails with what, read when it is asked first. (transfer none) */
TbFailure *tb_rule_failure (TbRuleRun *run);
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
/* The same of the other way to mend it. */
void tb_finding_other (TbRuleFinding *finding, const char *label, TbRuleOp op, const TbElement *element);

/* ---- The rules: a function a row --------------------------------------------------------------- */

#define TB_RULE_CHECKS(X)                                                                                              \
  X (upward) X (skipped) X (bypassed_tier) X (bypassed_mediator) X (bypassed_proxy)                                     \
  X (bound_language) X (languages) X (standards) X (middleware_calls) X (protocols) X (no_protocol) X (offered)         \
  X (sync_cycles) X (deadlocks) X (async_cycles) X (no_timeout) X (inverted_timeouts) X (amplified_retries)             \
  X (retried_writes) X (depth) X (fan_out) X (chatty) X (blocked_thread) X (lost_messages)                              \
  X (affinity) X (lone_replica) X (overlap) X (write_conflict) X (even_copies) X (all_copies) X (apart) X (stale_reads) \
  X (volatile_store) X (volatile_broker) X (lossy_failover)                                                             \
  X (saturated) X (unbounded) X (spof) X (spof_pairs) X (common_mode) X (idle_device)                                    \
  X (disconnected) X (uncalled) X (called_client) X (empty_container) X (empty_interaction) X (unjudged_scenario)       \
  X (secret) X (same_name)
#define X(name) void tb_rule_##name (TbRuleRun *run, const TbRule *rule);
TB_RULE_CHECKS (X)
#undef X

/* The file's own rules, and what it ignores. */
void tb_rules_check_own (TbRuleRun *run);
void tb_rules_suppress (TbRuleRun *run);
