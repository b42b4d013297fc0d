/* The small form of one wait, phase, action or expectation. */
#pragma once

#include <gtk/gtk.h>

#include "tb-scenario-edit.h"

G_BEGIN_DECLS

typedef struct
{
  TbKind kind;
  TbUid uid;    /* 0: a new one */
  TbUid parent; /* of a new one: its scenario, or the phase of an action */
  TbUid behind; /* of a new wait or phase; 0: the last */
  gint64 at_ns; /* of a new action */
} TbScenarioFormOf;

/* Opens it. done (may be NULL) gets what was added or changed, as long as `owner` lives. edit->data must live as
 * long as owner. */
void tb_scenario_form_open (GtkWidget *owner, const TbScenarioEdit *edit, const TbScenarioFormOf *of,
                            void (*done) (GtkWidget *owner, TbUid uid));

G_END_DECLS
