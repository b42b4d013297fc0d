/* The middle with a panel at either side. Wide, the panels stand beside the middle and can be
 * resized; narrow, they lie over it, open on demand, and the middle keeps the whole width. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TB_TYPE_SHELL (tb_shell_get_type ())
G_DECLARE_FINAL_TYPE (TbShell, tb_shell, TB, SHELL, GtkWidget)

typedef enum
{
  TB_SHELL_LEFT,
  TB_SHELL_RIGHT
} TbShellSide;

/* The width of the window below which the panels are overlays. */
#define TB_SHELL_NARROW 860

GtkWidget *tb_shell_new (GtkWidget *left, GtkWidget *middle, GtkWidget *right);
gboolean tb_shell_is_narrow (TbShell *shell);
/* Shows or hides a panel: beside the middle, or over it while narrow. */
void tb_shell_toggle (TbShell *shell, TbShellSide side);
gboolean tb_shell_is_open (TbShell *shell, TbShellSide side);
/* Closes overlays; does nothing while wide. TRUE where there was one. */
gboolean tb_shell_close_overlays (TbShell *shell);
int tb_shell_width (TbShell *shell, TbShellSide side);
void tb_shell_set_width (TbShell *shell, TbShellSide side, int width);

/* Signal: "layout-changed" (): narrow, open or width did. */

G_END_DECLS
