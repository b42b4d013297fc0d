/* The time line of a scenario that is edited: dragged, chosen, moved with keys. What there is to type is asked
 * of its owner. */
#pragma once

#include <gtk/gtk.h>

#include "tb-scenario-edit.h"

G_BEGIN_DECLS

#define TB_TYPE_SCENARIO_VIEW (tb_scenario_view_get_type ())
G_DECLARE_FINAL_TYPE (TbScenarioView, tb_scenario_view, TB, SCENARIO_VIEW, GtkWidget)

GtkWidget *tb_scenario_view_new (void);
/* scenario 0: none. Both may change at any time; the view follows the document by itself. */
void tb_scenario_view_show (TbScenarioView *view, TbDocument *document, TbUid scenario);
/* What has something wrong with it, of TbUid; copied. */
void tb_scenario_view_set_wrong (TbScenarioView *view, const TbUid *uids, guint n);
TbUid tb_scenario_view_selected (TbScenarioView *view); /* 0: nothing */
void tb_scenario_view_select (TbScenarioView *view, TbUid uid);
/* The phase that something new would be done in, and when; FALSE: there is no phase. */
gboolean tb_scenario_view_place (TbScenarioView *view, TbUid *phase, gint64 *at_ns);
/* > 1: closer; 0: all of it. */
void tb_scenario_view_zoom (TbScenarioView *view, double by);
/* For a scrollbar beside it. (transfer none) */
GtkAdjustment *tb_scenario_view_adjustment (TbScenarioView *view);
/* "Broken, a phase of 10 s"; NULL: nothing is selected. (transfer full) */
char *tb_scenario_view_words (TbScenarioView *view);

/* Signals: "selection-changed" (); "asked" (const char *what): "edit", "add-phase", "add-wait", "add-action",
 * "add-expectation", "copy", "cut", "paste"; "refused" (const char *why). */

G_END_DECLS
