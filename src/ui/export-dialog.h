/* What to export a drawing as: every format with what it is for, and before anything is written what it cannot hold. */
#pragma once

#include <adwaita.h>

#include "tb-export.h"

G_BEGIN_DECLS

/* format is NULL where the person gave up. Called once. */
typedef void (*TbExportChosen) (const TbExportFormat *format, gboolean embed, gpointer data);
/* folder: the drawing's; may be NULL. */
void tb_show_export (GtkWindow *parent, TbDocument *document, const char *folder, TbExportChosen chosen, gpointer data);

G_END_DECLS
