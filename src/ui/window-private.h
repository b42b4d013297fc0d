/* The window's parts, shared by the files that make it: window.c builds it and holds its tabs,
 * window-actions.c the table of actions (what those on a run do is in window-run.c, those of scenarios are in
 * window-scenarios.c), window-file.c files, window-foreign.c those of other programs, window-close.c the questions before
 * something would be lost. What belongs to one document is in its sheet (sheet-private.h). */
#pragma once

#include "window.h"

#include "header.h"
#include "sheet-private.h"

G_BEGIN_DECLS

struct _TbWindow
{
  AdwApplicationWindow parent;

  AdwToastOverlay *toasts; /* over the canvas that is shown; over the window while there is none */
  GBinding *toasts_room;   /* beside that canvas' minimap */
  GPtrArray *told;      /* AdwToast: those that wait or are seen and are about one sheet */
  GtkWidget *announcer; /* not seen; says what the last toast said */
  GtkStack *pages; /* the start page, the tabs */
  GtkWidget *start; /* made when first shown */
  TbHeader *header;
  GtkWidget *desk;  /* the tab bar and the tabs; made for the first document */
  GtkWidget *bar;   /* made for the second */
  guint names_id;
  AdwTabView *tabs;
  TbSheet *sheet;   /* the one that is shown; NULL: none */
  gpointer classroom; /* how it was before; NULL: it is as always */
  GtkWidget *classroom_buttons;
  gboolean closing; /* all tabs are asked, one after the other */
  GQueue *foreign;  /* other programs' files that wait to be read; window-foreign.c's. NULL: none ever did */
  gboolean reads;   /* one is being read */
};

/* window.c */
void tb_window_update_title (TbWindow *self);
void tb_window_update_actions (TbWindow *self);
void tb_window_sheet_changed (TbWindow *self, TbSheet *sheet); /* what is shown of it */
void tb_window_select (TbWindow *self, TbSheet *sheet);
guint tb_window_n_sheets (TbWindow *self);
TbSheet *tb_window_nth_sheet (TbWindow *self, guint n);
/* The tab that is shown goes to a window of its own. */
void tb_window_move_out (TbWindow *self);
/* Takes it from its window without a question. */
void tb_window_drop_sheet (TbWindow *self, TbSheet *sheet);
void tb_window_toastf (TbWindow *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* About one sheet: gone as soon as another is shown, over which it would say what is not so. */
void tb_window_toast_of (TbWindow *self, TbSheet *sheet, const char *sentence);
/* Stays until it is dismissed. (transfer none) */
AdwToast *tb_window_toast_until_done (TbWindow *self, const char *sentence);

/* window-actions.c: one table for menus, keys and help */
typedef struct
{
  const char *name, *label; /* label NULL: not in the list of shortcuts */
  const char *accels[3];
  const char *section;
  gboolean of_document; /* it means nothing where none is open */
} TbActionRow;

const TbActionRow *tb_window_action_rows (guint *n);
void tb_window_install_actions (TbWindow *self);
void tb_window_update_choices (TbWindow *self); /* shows what is remembered */
void tb_window_set_action_enabled (TbWindow *self, const char *name, gboolean enabled);

/* What an action of the window does, in the files that have some. */
#define ACTION(name) static void name (GSimpleAction *action, GVariant *target, gpointer data)

/* window-run.c */
void tb_window_install_run_actions (TbWindow *self);
void tb_window_update_run_actions (TbWindow *self);

/* window-scenarios.c */
void tb_window_install_scenario_actions (TbWindow *self);
void tb_window_update_scenario_actions (TbWindow *self);
/* What the choice of a scenario shows. */
void tb_window_set_scenario (TbWindow *self, const char *id, gboolean stepping);

/* window-classroom.c */
void tb_window_set_classroom (TbWindow *self, gboolean on);
void tb_window_watch_classroom_keys (TbWindow *self);

/* window-file.c */
void tb_window_ask_open (TbWindow *self);
void tb_window_accept_files (TbWindow *self); /* dropped on it */
/* A tab for what was read from path, in place of one that is worth nothing; what was found is in the list. */
void tb_window_show_loaded (TbWindow *self, const char *path, TbDocument *document, const TbProblems *problems);
/* What was open stays as it is; what is wrong is said in one sentence and, line by line, in the list. */
void tb_window_refuse_file (TbWindow *self, const char *path, const TbProblems *problems, const GError *error);
void tb_sheet_save (TbSheet *self);
void tb_sheet_save_as (TbSheet *self);
/* Saves, asking where if need be, and then goes on closing. */
void tb_sheet_save_and_close (TbSheet *self);
void tb_sheet_ask_export (TbSheet *self);

/* window-foreign.c */
/* Reads another program's file aside, and shows the drawing made of it. */
void tb_window_open_foreign (TbWindow *self, const char *path);
void tb_window_forget_foreign (TbWindow *self); /* those that wait */

/* window-close.c */
/* TRUE where all its tabs may close now; otherwise it asks, and closes itself. */
gboolean tb_window_may_close (TbWindow *self);
/* Closes a tab, or its window with the last one. */
void tb_window_close_sheet (TbWindow *self, TbSheet *sheet);
/* A sheet that was asked about has nothing to lose any more. */
void tb_window_go_on_closing (TbWindow *self, TbSheet *sheet);
/* The person thought better of it. */
void tb_window_stay_open (TbSheet *sheet);
/* The tab view's question; TRUE. */
gboolean tb_window_close_page (AdwTabView *tabs, AdwTabPage *page, TbWindow *self);

G_END_DECLS
