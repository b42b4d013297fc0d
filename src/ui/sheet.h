/* One document on the desk: its editor, its canvas and panels, and at most one run of it. A tab of
 * a window holds one, and may go with it to another window. */
#pragma once

#include <gtk/gtk.h>

#include "tb-model.h"

G_BEGIN_DECLS

#define TB_TYPE_SHEET (tb_sheet_get_type ())
G_DECLARE_FINAL_TYPE (TbSheet, tb_sheet, TB, SHEET, GtkWidget)

TbSheet *tb_sheet_new (TbDocument *document); /* (transfer floating) */
TbDocument *tb_sheet_document (TbSheet *sheet); /* (transfer none) */
/* Whether nothing would be lost if another document took its place. */
gboolean tb_sheet_is_pristine (TbSheet *sheet);

G_END_DECLS
