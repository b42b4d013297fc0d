/* The drawing on paper, as it is shown, in the theme for print. */
#pragma once

#include <gtk/gtk.h>

#include "tb-edit.h"

G_BEGIN_DECLS

/* Asks how, and prints. Returns at once; what fails is said by failed (may be NULL). Paper and printer
 * are those of the time before, the paper the way the drawing is. */
typedef void (*TbPrintFailed) (const char *sentence, gpointer data);
void tb_print (GtkWindow *parent, TbEditor *editor, TbPrintFailed failed, gpointer data);

G_END_DECLS
