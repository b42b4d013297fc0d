/* One terminal of a run: an instance's own, or a debugger on it. Connects to the run's directory by
 * itself, and draws with VTE.
 *
 *   tb_terminal_view_new() ── attached ── END, tb_terminal_view_close() ── over (its text stays) */
#pragma once

#include <gtk/gtk.h>

#include "tb-terminal.h"

G_BEGIN_DECLS

#define TB_TYPE_TERMINAL_VIEW (tb_terminal_view_get_type ())
G_DECLARE_FINAL_TYPE (TbTerminalView, tb_terminal_view, TB, TERMINAL_VIEW, GtkWidget)

/* NULL without VTE. */
GtkWidget *tb_terminal_view_new (const char *run_dir, TbTerminalKind kind, const char *instance);
/* Lets go: a debugger ends with it. */
void tb_terminal_view_close (TbTerminalView *view);
/* Starts the instance again in a terminal of its own; under (may be NULL): under that tool. */
void tb_terminal_view_restart (TbTerminalView *view, const char *under);
gboolean tb_terminal_view_is_over (TbTerminalView *view);
/* Whether what is typed is read. */
gboolean tb_terminal_view_is_typed_to (TbTerminalView *view);
/* The widget that the keys go to. */
GtkWidget *tb_terminal_view_screen (TbTerminalView *view);

/* Signal: "changed" (): one of the two is another than before. */

G_END_DECLS
