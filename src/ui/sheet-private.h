/* The sheet's parts, shared by the files that make it: sheet.c builds and follows, sheet-run.c is
 * the run, sheet-change.c what is changed meanwhile, sheet-menu.c the context menus; window-file.c and window-close.c read and write it. */
#pragma once

#include "sheet.h"

#include "file-guard.h"
#include "inspector.h"
#include "minimap.h"
#include "moment.h"
#include "notice-bar.h"
#include "outline.h"
#include "panel.h"
#include "scenario-bar.h"
#include "shell.h"
#include "source-pane.h"
#include "taps.h"
#include "tb-canvas.h"
#include "tb-control.h"
#include "tb-edit.h"
#include "tb-session.h"
#include "view-bar.h"
#include "window.h"

G_BEGIN_DECLS

struct _TbSheet
{
  GtkWidget parent;

  TbWindow *window; /* whose tab it is; NULL while it goes from one to another */
  TbShell *shell;
  GtkWidget *paned;
  GtkWidget *split;     /* the canvas and its source */
  TbSourcePane *source; /* made when first shown */
  gboolean narrow, panel_pulled;
  TbCanvas *canvas;
  GtkWidget *zoom_label;
  TbMinimap *minimap;
  TbViewBar *view_bar;
  GtkWidget *failing; /* what stops without what is selected, in words over the canvas */
  guint failing_id;
  GSimpleAction *without; /* what is asked about instead of what is selected, see tb_failing_choose() */
  GtkWidget *corner[2]; /* open the side panels while they are overlays */
  GtkWidget *palette;
  GtkWidget *announcer; /* not seen, read out */
  TbOutline *outline;
  TbInspector *inspector;
  TbPanel *panel;
  GtkWidget *context_menu;
  TbPoint menu_at; /* where on the drawing it was opened */

  TbNoticeBar *notice; /* over the canvas */
  TbNoticeBar *run_notice; /* what of the drawing does not run yet */

  TbDocument *document;
  char *made_of; /* the file of another program that the document was made of; never written; NULL: none */
  TbFileGuard *guard;
  TbEditor *editor;
  TbProblems *problems;
  gboolean checking;    /* a thread looks for what is wrong */
  gboolean check_again; /* it changed meanwhile */
  guint check_id, zoom_id;
  gboolean settled; /* asked: its changes may be dropped; until the next change */

  TbEditor *own_editor; /* of the document, while `editor` is of the drawing of a moment; NULL: it is not */
  TbEditor *then_editor; /* of the drawing that was shown for a moment last; NULL: none was */
  const char *then_xml;  /* of that; it is the past's */
  guint undo_id;
  TbPast *recording;    /* that the document was opened from: nothing runs; NULL: none */
  GtkWidget *time_bar, *time_box, *taps;
  TbScenarioBar *scenario_bar;
  struct _TbSheetScenarios *scenarios; /* see sheet-scenario.h */
  gint64 shown_ns;      /* of the past, what the canvas shows; 0: none */
  guint past_id, inspect_id;
  TbMoment *moment;     /* of the run that goes on, or of the one before: what all of it shows */
  TbSession *session;
  TbControl *control;   /* takes commands from outside while it runs; NULL where it cannot */
  char *waiting;       /* what the run waits for; NULL: nothing */
  gint64 run_start_ns; /* of this side's clock */
  gint64 inspected_ns, toasted_ns;
  GByteArray *states;       /* TbInstanceState of each instance in the latest frame */
  TbProblems *run_problems; /* of the run, or of the one before */
  guint elapsed_id;
  TbLiveFrame *frame; /* the latest */
  gboolean closing;   /* close when the run has stopped */
  guint compare_id;   /* what is drawn will be compared with what runs */
  char *change_said;  /* of the difference; NULL: nothing */
};

/* sheet.c */
/* The name on its tab: the architecture's, marked while it has changes that are in no file. */
char *tb_sheet_tab_title (TbSheet *self);
/* Where it is and whether it is saved: (transfer full). */
char *tb_sheet_subtitle (TbSheet *self);
gboolean tb_sheet_is_current (TbSheet *self);
void tb_sheet_state_changed (TbSheet *self); /* title, undo, run: what its window shows of it */
void tb_sheet_reveal (TbSheet *self, TbUid uid); /* selects it and scrolls to it */
void tb_sheet_take_choices (TbSheet *self); /* minimap and grid, as remembered */
void tb_sheet_show_source (TbSheet *self, gboolean show);
gboolean tb_sheet_shows_source (TbSheet *self);
void tb_sheet_toast (TbSheet *self, const char *sentence);
/* FALSE: a panel lies over its canvas, or leaves too little of it. */
gboolean tb_sheet_shows_toasts (TbSheet *self);
GtkWidget *tb_sheet_desk (TbSheet *self); /* the overlay over its canvas */
/* They stand beside its minimap while the binding lives. (transfer none) */
GBinding *tb_sheet_bind_toasts (TbSheet *self, GtkWidget *toasts);

/* What the canvas and all beside it show; NULL: nothing. */
void tb_sheet_show_editor (TbSheet *self, TbEditor *editor);
void tb_sheet_follow_editor (TbSheet *self, TbEditor *editor);

/* sheet-check.c */
void tb_sheet_check (TbSheet *self);
/* For the first time: the drawing is to be seen before. */
void tb_sheet_check_first (TbSheet *self);
/* sheet-drawing.c */
/* Of what is shown: the document's, or that of a moment. */
const TbModel *tb_sheet_shown_model (TbSheet *self);
/* Shows the drawing as it was then, where it was another one than the one that ran last. */
void tb_sheet_show_drawing_of (TbSheet *self, TbPast *past, gint64 time_ns);
void tb_sheet_show_own_drawing (TbSheet *self);
/* The past that drawings were of goes. */
void tb_sheet_forget_drawings (TbSheet *self);

/* sheet-guard.c: the file and the journal; base as tb_file_guard_new() takes it. */
void tb_sheet_guard (TbSheet *self, const char *base);
/* FALSE where saving to path would write over what somebody else did, and says so. */
gboolean tb_sheet_may_overwrite (TbSheet *self, const char *path);

/* sheet-scenario.c: scenarios of the drawing, or of a file that is applied to it */
GtkWidget *tb_sheet_new_scenario_bar (TbSheet *self);
void tb_sheet_drop_scenarios (TbSheet *self);
void tb_sheet_show_scenarios (TbSheet *self); /* in its window's header */
gboolean tb_sheet_has_scenario (TbSheet *self);
gboolean tb_sheet_runs_scenario (TbSheet *self);
void tb_sheet_choose_scenario (TbSheet *self, const char *id);
void tb_sheet_scenario_rows (TbSheet *self, void (*add) (const char *title, const char *action, gpointer data),
                             gpointer data);
/* The drawing alone, without one. */
void tb_sheet_run (TbSheet *self);
/* The one that is chosen, from the start, or on what runs already. */
void tb_sheet_run_scenario (TbSheet *self);
/* A key in a class: the next result, or the next step. */
void tb_sheet_scenario_next (TbSheet *self);
void tb_sheet_set_scenario_stepping (TbSheet *self, gboolean stepping);
gboolean tb_sheet_scenario_stepping (TbSheet *self);
/* Shows the chosen one before it is run. */
void tb_sheet_offer_scenario (TbSheet *self);
void tb_sheet_break_scenario (TbSheet *self, const char *why);
void tb_sheet_dismiss_scenario (TbSheet *self);
TbScenarioPhase tb_sheet_scenario_phase (TbSheet *self);
/* What the run tells of itself. */
gboolean tb_sheet_has_begun_scenario (TbSheet *self); /* the run is begun for one */
void tb_sheet_scenario_started (TbSheet *self);
void tb_sheet_scenario_session_over (TbSheet *self);
guint64 tb_sheet_scenario_seed (TbSheet *self);

/* sheet-scenario-file.c */
void tb_sheet_ask_scenarios (TbSheet *self);
void tb_sheet_use_scenarios (TbSheet *self, const char *path);
/* TRUE where that is a file of scenarios alone, which are applied. */
gboolean tb_sheet_take_scenarios (TbSheet *self, const char *path);
/* Whether a file's are applied now. */
gboolean tb_sheet_uses_file (TbSheet *self);
void tb_sheet_own_scenarios (TbSheet *self);
void tb_sheet_keep_scenarios (TbSheet *self);

/* sheet-run.c */
/* Begins the run, after the question of trust. */
void tb_sheet_start_run (TbSheet *self);
/* A plan that nothing is run by: for names and commands. (transfer full); NULL with error. */
TbPlan *tb_sheet_plan_of (TbModel *model, GError **error);
void tb_sheet_stop (TbSheet *self);
void tb_sheet_live_frame (TbCanvas *canvas, gpointer frame, TbSheet *self);
void tb_sheet_drop_session (TbSheet *self);
/* Shows what the drawing would run; allowed, it is remembered, and go() is called. */
void tb_sheet_ask_trust (TbSheet *self, TbModel *model, void (*go) (TbSheet *self, TbModel *model));
void tb_sheet_instance_command (TbSheet *self, TbCommandType what, const char *instance);
void tb_sheet_link_fault (TbSheet *self, TbFaultKind kind, const char *link, const char *latency);
/* Begins to hold what crosses a link ("": any), or ends that. */
void tb_sheet_hold (TbSheet *self, const char *link);
void tb_sheet_step_mode (TbSheet *self);
/* The next held message goes on, or all do. */
void tb_sheet_step (TbSheet *self, TbHeldVerb verb);
void tb_sheet_link_clear (TbSheet *self, const char *link);
TbRunState tb_sheet_run_state (TbSheet *self); /* STOPPED: no run */

/* sheet-past.c */
GtkWidget *tb_sheet_new_time_bar (TbSheet *self);
/* What tb_time_bar_do() takes. */
void tb_sheet_time (TbSheet *self, const char *what);
/* Whether the canvas shows a moment of the past. */
gboolean tb_sheet_shows_past (TbSheet *self);
void tb_sheet_show_dots (TbSheet *self); /* how many there were, a few times a second */
/* Something else is selected: the inspector is to say what it did then, once it has taken notice. */
void tb_sheet_inspect_past (TbSheet *self);
void tb_sheet_drop_past (TbSheet *self);
/* The drawing inside a recording, as it was at its end; an empty one where there is none. */
TbDocument *tb_recording_document (TbPast *past, GError **error);
void tb_sheet_set_recording (TbSheet *self, TbPast *past);
void tb_sheet_ask_compare (TbSheet *self);
void tb_sheet_ask_save_recording (TbSheet *self);
/* sheet-export.c */
void tb_sheet_ask_export_recording (TbSheet *self);

/* sheet-change.c */
void tb_sheet_drawing_changed (TbSheet *self, const TbEdit *edits, guint n);
/* What runs becomes what is drawn. */
void tb_sheet_apply (TbSheet *self);
void tb_sheet_change_over (TbSheet *self); /* nothing runs any more */
extern const TbControlOwner tb_sheet_owner;

/* sheet-menu.c */
void tb_sheet_context_menu (TbCanvas *canvas, guint uid, guint replica, double x, double y,
                            TbSheet *self);

G_END_DECLS
