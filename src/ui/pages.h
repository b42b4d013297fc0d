/* The pages of the bottom panel. Private to it. */
#pragma once

#include <gtk/gtk.h>

#include "moment.h"
#include "tb-edit.h"
#include "tb-session.h"
#include "tb-verdicts.h"
#include "tb-terminal.h"

G_BEGIN_DECLS

#define TB_TYPE_PROBLEMS_PAGE (tb_problems_page_get_type ())
G_DECLARE_FINAL_TYPE (TbProblemsPage, tb_problems_page, TB, PROBLEMS_PAGE, GtkWidget)
GtkWidget *tb_problems_page_new (void);
typedef struct
{
  const TbModel *model; /* that they are about */
  TbEditor *editor;     /* of its document, which can be mended; NULL: it cannot */
  const TbProblems *file, *document;
  GPtrArray *findings;  /* of TbRuleFinding, ignored ones last */
} TbProblemsShown;

/* Everything is borrowed but the findings, which are kept; each may be NULL. */
void tb_problems_page_show (TbProblemsPage *page, const TbProblemsShown *shown);
/* What goes wrong in the run right now, above the others; none: an empty list. */
void tb_problems_page_show_run (TbProblemsPage *page, const TbProblems *problems);
/* Signals: "picked" (guint uid); "about" (const TbUid *uids, guint n): all that the chosen finding is about, none where
 * none is chosen; "opened": it is to be shown again, since more or fewer of many are to be said. */

#define TB_TYPE_MESSAGES_PAGE (tb_messages_page_get_type ())
G_DECLARE_FINAL_TYPE (TbMessagesPage, tb_messages_page, TB, MESSAGES_PAGE, GtkWidget)
GtkWidget *tb_messages_page_new (void);
void tb_messages_page_set_moment (GtkWidget *page, TbMoment *moment);
/* Only those of that link; NULL: all. While a message is selected it stays as it is. */
void tb_messages_page_show_link (TbMessagesPage *page, const char *link);
/* "496 of 18 204 events · 120 missing": (transfer full). */
char *tb_messages_page_status (TbMessagesPage *page);
/* Signals: "link-asked" (const char *id): to be shown on the canvas. "page-asked" (const char *page). */

#define TB_TYPE_LOGS_PAGE (tb_logs_page_get_type ())
G_DECLARE_FINAL_TYPE (TbLogsPage, tb_logs_page, TB, LOGS_PAGE, GtkWidget)
GtkWidget *tb_logs_page_new (void);
void tb_logs_page_set_moment (GtkWidget *page, TbMoment *moment);
/* Signals: as of the messages. */
/* Only what that instance printed; NULL: all. */
void tb_logs_page_choose (TbLogsPage *page, const char *instance);

#define TB_TYPE_METRICS_PAGE (tb_metrics_page_get_type ())
G_DECLARE_FINAL_TYPE (TbMetricsPage, tb_metrics_page, TB, METRICS_PAGE, GtkWidget)
GtkWidget *tb_metrics_page_new (void);
void tb_metrics_page_refresh (TbMetricsPage *page, const TbLiveFrame *frame);
void tb_metrics_page_clear (TbMetricsPage *page);
void tb_metrics_page_set_moment (GtkWidget *page, TbMoment *moment);
/* A link was selected in the drawing: its charts, until another is. NULL: none is. */
void tb_metrics_page_choose (TbMetricsPage *page, const char *link);

#define TB_TYPE_SPACETIME_PAGE (tb_spacetime_page_get_type ())
G_DECLARE_FINAL_TYPE (TbSpacetimePage, tb_spacetime_page, TB, SPACETIME_PAGE, GtkWidget)
GtkWidget *tb_spacetime_page_new (void);
void tb_spacetime_page_set_moment (GtkWidget *page, TbMoment *moment);

/* Only the counter-example of that verdict, until the person asks for all messages again. */
void tb_spacetime_page_show_proof (TbSpacetimePage *page, const TbHistory *history, const TbVerdict *verdict);

#define TB_TYPE_CONSISTENCY_PAGE (tb_consistency_page_get_type ())
G_DECLARE_FINAL_TYPE (TbConsistencyPage, tb_consistency_page, TB, CONSISTENCY_PAGE, GtkWidget)
GtkWidget *tb_consistency_page_new (void);
void tb_consistency_page_set_editor (TbConsistencyPage *page, TbEditor *editor);
void tb_consistency_page_set_moment (GtkWidget *page, TbMoment *moment);
/* That probing clients and a sweep are started in; NULL: nothing runs. */
void tb_consistency_page_set_session (TbConsistencyPage *page, TbSession *session);
/* A store that is selected in the drawing becomes the one that is shown. */
void tb_consistency_page_follow_selection (TbConsistencyPage *page);
/* Signals: "refused" (const char *why); "proof-asked" (const TbStoreVerdict *store): its counter-example should be seen. */

#define TB_TYPE_PREDICTION_PAGE (tb_prediction_page_get_type ())
G_DECLARE_FINAL_TYPE (TbPredictionPage, tb_prediction_page, TB, PREDICTION_PAGE, GtkWidget)
GtkWidget *tb_prediction_page_new (void);
void tb_prediction_page_set_editor (TbPredictionPage *page, TbEditor *editor);
/* Whose past is what was measured. */
void tb_prediction_page_set_moment (GtkWidget *page, TbMoment *moment);
/* Signals: "picked" (guint uid); "marked" (GArray *marks): TbCanvasMark to be shown on the drawing, NULL: none; "said" (char *): a
 * sentence on what was done. */

#define TB_TYPE_TRACE_PAGE (tb_trace_page_get_type ())
G_DECLARE_FINAL_TYPE (TbTracePage, tb_trace_page, TB, TRACE_PAGE, GtkWidget)
GtkWidget *tb_trace_page_new (void);
void tb_trace_page_set_moment (GtkWidget *page, TbMoment *moment);

#define TB_TYPE_TERMINAL_PAGE (tb_terminal_page_get_type ())
G_DECLARE_FINAL_TYPE (TbTerminalPage, tb_terminal_page, TB, TERMINAL_PAGE, GtkWidget)
GtkWidget *tb_terminal_page_new (void);
/* The directory of the run that begins; NULL: it is over. */
void tb_terminal_page_set_run (TbTerminalPage *page, const char *run_dir);
/* Offers the instances of the run. */
void tb_terminal_page_refresh (TbTerminalPage *page, const TbLiveFrame *frame);
/* Shows it, started again under that tool. */
void tb_terminal_page_restart (TbTerminalPage *page, const char *instance, const char *under);
/* Shows one, attached, with the keyboard's focus. */
void tb_terminal_page_open (TbTerminalPage *page, TbTerminalKind kind, const char *instance);

#define TB_TYPE_HELD_PAGE (tb_held_page_get_type ())
G_DECLARE_FINAL_TYPE (TbHeldPage, tb_held_page, TB, HELD_PAGE, GtkWidget)
GtkWidget *tb_held_page_new (void);
/* NULL: nothing runs. */
void tb_held_page_set_session (TbHeldPage *page, TbSession *session);
/* How long they have waited, anew. */
void tb_held_page_refresh (TbHeldPage *page);
/* Signals: "count-changed" (guint total): of all that wait; "refused" (const char *why). */

#define TB_TYPE_INTERACTIONS_PAGE (tb_interactions_page_get_type ())
G_DECLARE_FINAL_TYPE (TbInteractionsPage, tb_interactions_page, TB, INTERACTIONS_PAGE, GtkWidget)
GtkWidget *tb_interactions_page_new (void);
void tb_interactions_page_set_editor (TbInteractionsPage *page, TbEditor *editor);
/* Whose past interactions are taken from, and compared with. */
void tb_interactions_page_set_moment (GtkWidget *page, TbMoment *moment);
/* Signal: "picked" (guint uid): the link of the step that is looked at. */

#define TB_TYPE_SCENARIO_PAGE (tb_scenario_page_get_type ())
G_DECLARE_FINAL_TYPE (TbScenarioPage, tb_scenario_page, TB, SCENARIO_PAGE, GtkWidget)
GtkWidget *tb_scenario_page_new (void);
void tb_scenario_page_set_editor (TbScenarioPage *page, TbEditor *editor);
/* Whose past scenarios are made from. */
void tb_scenario_page_set_moment (GtkWidget *page, TbMoment *moment);
/* Shows that one. */
void tb_scenario_page_choose (TbScenarioPage *page, TbUid scenario);
/* What was done to the run that is looked at becomes a new one. */
void tb_scenario_page_take (TbScenarioPage *page);
/* Signal: "refused" (const char *sentence): also what is to be known of what was done. */

/* What stands in a page that has nothing to show. (transfer floating) */
GtkWidget *tb_page_empty (const char *title, const char *sentence);

G_END_DECLS
