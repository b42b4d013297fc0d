/* The bottom panel: Problems, Messages, Space-time, Logs, Metrics, Trace, Terminal and Held. Each page
 * is made when it is first looked at, and only the one that shows does any work. */
#pragma once

#include <gtk/gtk.h>

#include "moment.h"
#include "signs.h"
#include "tb-edit.h"
#include "tb-session.h"
#include "tb-terminal.h"

G_BEGIN_DECLS

#define TB_TYPE_PANEL (tb_panel_get_type ())
G_DECLARE_FINAL_TYPE (TbPanel, tb_panel, TB, PANEL, GtkWidget)

GtkWidget *tb_panel_new (void);
void tb_panel_set_editor (TbPanel *panel, TbEditor *editor);
/* Which moment of which run its pages are about. */
void tb_panel_set_moment (TbPanel *panel, TbMoment *moment);
/* What is wrong with the document, live, and what the rules find (of TbRuleFinding). problems is borrowed. may_change: what
 * is found can be mended. */
void tb_panel_set_problems (TbPanel *panel, const TbProblems *problems, GPtrArray *findings, gboolean may_change);
/* What another file or a run had to say: stands before the document's problems until the next. file is
 * named before each, where it is not NULL. */
void tb_panel_set_other_problems (TbPanel *panel, const char *file, const TbProblems *problems);
/* What the drawing's own file had to say, for instance what did not come along: stays. */
void tb_panel_set_file_problems (TbPanel *panel, const char *file, const TbProblems *problems);
/* Every frame of a run: events are kept, pages are refreshed a few times a second. NULL: no run. */
void tb_panel_show_frame (TbPanel *panel, TbLiveFrame *frame);
/* What goes wrong in a run at the moment that is shown, in the Problems and as a number on their tab. Both
 * are borrowed for the call; frame NULL: nothing is shown of a run. */
void tb_panel_show_run (TbPanel *panel, const TbLiveFrame *frame, const TbSigns *signs);
/* The directory of the run that begins; NULL: it is over. */
void tb_panel_set_run (TbPanel *panel, const char *run_dir);
/* The run whose held messages are listed, and which probing clients are started in; NULL: none. */
void tb_panel_set_held (TbPanel *panel, TbSession *session);
/* "problems", "messages", "space-time", "logs", "metrics", "consistency", "prediction", "trace", "terminal", "held",
 * "interactions", "scenario". Opens the panel. */
void tb_panel_show_page (TbPanel *panel, const char *page);
/* The scenario page, with a new scenario that does what was done to the run. Opens the panel. */
void tb_panel_take_scenario (TbPanel *panel);
/* The log page, with that instance's log. Opens the panel. */
void tb_panel_show_log (TbPanel *panel, const char *instance);
/* The terminal page, attached to that instance or to a debugger on it. Opens the panel. */
void tb_panel_show_terminal (TbPanel *panel, TbTerminalKind kind, const char *instance);
/* The same, started again under that tool: "gdb", "strace", "valgrind". */
void tb_panel_restart_under (TbPanel *panel, const char *tool, const char *instance);
/* Folded, only the row of tabs is there. It is at first. */
gboolean tb_panel_is_folded (TbPanel *panel);
void tb_panel_set_folded (TbPanel *panel, gboolean folded);

/* Signals: "picked" (guint uid): the canvas should show it. "marked" (GArray *marks): of TbCanvasMark, these figures
 * too, until the next; NULL: none. "fold-changed" ();
 * "refused" (const char *why): what was asked in it could not be done. */

G_END_DECLS
