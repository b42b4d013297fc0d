/* A row of the Problems page: what is wrong and where, and of a finding of the rules what can be done about it. */
#pragma once

#include <gtk/gtk.h>

#include "tb-rules.h"

G_BEGIN_DECLS

typedef struct
{
  const TbModel *model;       /* that it is about; NULL: its line is said, not its element */
  const TbProblem *problem;
  const TbRuleFinding *finding;   /* NULL: it is no rule's */
  gboolean may_change;        /* it can be mended and ignored */
  gboolean part;              /* it is one of many, below the row that stands for them */
} TbProblemRow;

/* Its buttons activate "problems.fix" (s), "problems.other-fix" (s), "problems.ignore" (ss: key, reason) and
 * "problems.stop-ignoring" (s); data "tb-uid" and "tb-key" say what it is about, "tb-severity" and "tb-text" (its
 * label) how. (transfer floating) */
GtkWidget *tb_problem_row_new (const TbProblemRow *row);
/* Of a row that stands for many: whether they are said below it. Its arrow activates "problems.open" (sb: rule, whether
 * they are ignored). */
void tb_problem_row_set_open (GtkWidget *row, gboolean open);
/* All that is seen of it, but whether it is open: equal texts, equal rows. (transfer full) */
char *tb_problem_row_look (const TbProblemRow *row);
const char *tb_problem_row_look_of (GtkWidget *widget);
/* Whether that row was made for the same. */
gboolean tb_problem_row_says (GtkWidget *widget, const TbProblemRow *row);
/* What tells problems apart. (transfer full) */
char *tb_problem_row_key (const TbProblem *problem);

G_END_DECLS
