/* The counter-example of a history as a picture: time to the right, a row a client, a bar an operation from its beginning to its
 * end, and an arrow from what had ended to what began after it and contradicts it. No GTK. */
#pragma once

#include "tb-history.h"
#include "tb-plot.h"

G_BEGIN_DECLS

/* How large it wants to be; verdict->n_witness > 0. */
void tb_history_picture_size (const TbVerdict *verdict, double *width, double *height);
void tb_history_picture_paint (const TbHistory *h, const TbVerdict *verdict, TbThemeId theme, TbPlot *plot, const TbRect *page);
/* As SVG (transfer full). */
char *tb_history_picture (const TbHistory *h, const TbVerdict *verdict, TbThemeId theme, gsize *size);

G_END_DECLS
