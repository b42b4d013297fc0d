/* The rows of the Consistency page that speak of one side of a store. */
#pragma once

#include <gtk/gtk.h>

#include "consistency.h"

G_BEGIN_DECLS

typedef struct
{
  GtkWidget *box, *title, *says[2], *measured[2], *differs[2]; /* of reads, of writes */
} TbSideRows;

/* The box floats; the struct is freed with g_free(). */
TbSideRows *tb_side_rows_new (void);
/* cut: the side is one now, or was; measured: there is something that was. */
void tb_side_rows_show (TbSideRows *rows, const char *component, const TbCapStore *store, const TbSideMeasured *side,
                        gboolean cut, gboolean measured);

G_END_DECLS
