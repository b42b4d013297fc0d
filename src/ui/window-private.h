/* The window's parts, shared by the files that make it: window.c builds and follows,
 * window-actions.c holds the table of actions, window-file.c files, window-run.c the run,
 * window-menu.c context menus. */
#pragma once

#include "window.h"

#include "header.h"
#include "inspector.h"
#include "outline.h"
#include "panel.h"
#include "shell.h"
#include "tb-canvas.h"
#include "tb-edit.h"
#include "tb-session.h"

G_BEGIN_DECLS

struct _TbWindow
{
  AdwApplicationWindow parent;

  AdwToastOverlay *toasts;
  GtkStack *pages; /* "start", "editor" */
  GtkWidget *start; /* made when first shown */
  TbHeader *header;
  TbShell *shell;
  GtkWidget *paned;
  TbCanvas *canvas;
  GtkWidget *zoom_label;
  GtkWidget *corner[2]; /* open the side panels while they are overlays */
  TbOutline *outline;
  TbInspector *inspector;
  TbPanel *panel;
  GtkWidget *context_menu;

  TbDocument *document;
  TbEditor *editor;
  TbProblems *problems;
  GSignalGroup *document_signals, *editor_signals;
  guint validate_id;

  TbSession *session;
  TbModel *starting;   /* snapshot that waits for the answer of the trust dialog */
  gint64 run_start_ns; /* of this side's clock */
  gint64 inspected_ns, toasted_ns;
  GByteArray *states;       /* TbInstanceState of each instance in the latest frame */
  TbProblems *run_problems; /* of the run, or of the one before */
  guint elapsed_id;
  TbLiveFrame *frame;  /* the latest */
  gboolean closing;    /* close when the run has stopped */
};

/* window.c */
void tb_window_update_title (TbWindow *self);
void tb_window_update_actions (TbWindow *self);
void tb_window_reveal (TbWindow *self, TbUid uid); /* selects it and scrolls to it */
void tb_window_toastf (TbWindow *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* window-actions.c: one table for menus, keys and help */
typedef struct
{
  const char *name, *label; /* label NULL: not in the list of shortcuts */
  const char *accels[3];
  const char *section;
  gboolean local; /* only where no entry has the key for itself: not an application accelerator */
} TbActionRow;

const TbActionRow *tb_window_action_rows (guint *n);
void tb_window_install_actions (TbWindow *self);
void tb_window_set_action_enabled (TbWindow *self, const char *name, gboolean enabled);

/* window-file.c */
void tb_window_ask_open (TbWindow *self);
void tb_window_save (TbWindow *self);
void tb_window_save_as (TbWindow *self);
void tb_window_ask_export (TbWindow *self);
void tb_window_accept_files (TbWindow *self); /* dropped on it */
/* TRUE where it may close now; otherwise it asks, and closes itself. */
gboolean tb_window_may_close (TbWindow *self);

/* window-run.c */
void tb_window_run (TbWindow *self);
void tb_window_stop (TbWindow *self);
gboolean tb_window_is_running (TbWindow *self);
void tb_window_live_frame (TbCanvas *canvas, gpointer frame, TbWindow *self);
void tb_window_drop_session (TbWindow *self);
void tb_window_instance_command (TbWindow *self, TbCommandType what, const char *instance);
void tb_window_link_fault (TbWindow *self, TbFaultKind kind, const char *link, const char *latency);
void tb_window_link_clear (TbWindow *self, const char *link);

/* window-menu.c */
void tb_window_context_menu (TbCanvas *canvas, guint uid, guint replica, double x, double y,
                             TbWindow *self);

G_END_DECLS
