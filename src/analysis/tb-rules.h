/* Rules: what a reviewer would say of a drawing before it runs. Pure; each rule is a row of one table with a
 * stable id, a severity, a sentence for people and its help (docs/rules.md is made from it), and a function that adds
 * findings. A finding says its reason in one sentence, with the number; which elements it is about; and where it is
 * obvious, which edits mend it. A finding may be ignored in the file, with a reason (<ignore>). What makes a file
 * contradict itself is tb_model_validate()'s, and can neither be ignored nor left out.
 *
 * An error: it cannot work as drawn. A warning: it works, until something happens that will. An info: worth knowing,
 * and often meant so (a single point of failure of a drawing for a class). */
#pragma once

#include "tb-model.h"

G_BEGIN_DECLS

typedef struct
{
  const char *id; /* "sync.notimeout"; own rules of a file are "rule.ID" */
  TbSeverity severity; /* the worst it can be */
  const char *summary; /* when it is said, in a sentence */
  const char *help;    /* why it matters and what to do */
  const char *many;    /* what many of them are when they are said as one: "calls are …"; NULL: each is said */
  const char *mend;    /* and what mends all of them; NULL: nothing does */
} TbRule;

/* All rules, by what they are about. (transfer none) */
const TbRule *tb_rules (guint *n);
/* NULL where there is none of that id. */
const TbRule *tb_rule_find (const char *id);
/* The table as a page for people (transfer full): docs/rules.md is this. */
char *tb_rules_to_markdown (void);

/* ---- What mends it --------------------------------------------------------------------------- */

typedef enum
{
  TB_RULE_SET,    /* prop of uid becomes value; NULL: it is unset */
  TB_RULE_DELETE, /* uid goes, with all that cannot be without it */
  TB_RULE_DEVICE  /* the tier uid gets one more device, with the last one's cores and memory */
} TbRuleOp;

typedef struct
{
  TbRuleOp op;
  TbUid uid;
  TbProp prop;
  char *value;
} TbRuleEdit;

typedef struct
{
  char *label;   /* what a person is offered: "Give it a timeout of 1s" */
  GArray *edits; /* of TbRuleEdit, one step of undo together */
} TbRuleFix;

/* ---- Findings -------------------------------------------------------------------------------- */

typedef struct
{
  TbProblem problem; /* rule, uid (whose line it stands at, and whose <ignore> counts), message */
  GArray *uids;      /* of TbUid: all that it is about, problem.uid first (which of one that stands for others is the architecture's, and not here) */
  TbRuleFix *fix;    /* NULL: none is obvious */
  TbRuleFix *other;  /* another way, where there are two as good; NULL: there is none */
  gboolean ignored;  /* by an <ignore>, whose reason this is: */
  char *reason;
  GPtrArray *parts;  /* of TbRuleFinding: it stands for these; NULL: for itself */
} TbRuleFinding;

typedef struct
{
  gboolean with_ignored; /* findings that are ignored come too, last */
  gboolean gather;       /* more than three of a rule that says what many are (many) become one that stands for them */
  guint depth_max;       /* sync.depth: so many calls below each other are no finding; 0: 4 */
  double chatty_max;     /* chatty.tier: so many calls a request across devices are none; 0: 10 */
} TbRuleOptions;

/* All findings, worst first, else in file order; options NULL: as usual. From any thread with a snapshot; 1 000
 * components with 1 500 links take some milliseconds. (transfer full) */
GPtrArray *tb_rules_check (const TbModel *model, const TbRuleOptions *options);
/* Those of GPtrArray findings that are not ignored, added to problems, each of many where one stands for them. */
void tb_findings_add_to (const GPtrArray *findings, TbProblems *problems);

G_END_DECLS
