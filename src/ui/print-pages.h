/* How a drawing falls on paper. Pure. */
#pragma once

#include "tb-diagram.h"

G_BEGIN_DECLS

/* At its own size, a unit of the drawing is a pixel of 1/96 inch: in points. */
#define TB_PRINT_POINTS (72. / 96.)

typedef struct
{
  double scale;  /* points a unit */
  guint columns, rows;
  TbRect bounds; /* of the drawing */
  double width, height; /* of a page, points */
} TbPrintPages;

/* width and height: what can be printed on, in points. fit: all on one page, made smaller where need
 * be; otherwise at its own size, on as many pages as that takes. */
TbPrintPages tb_print_pages (const TbRect *bounds, double width, double height, gboolean fit);
guint tb_print_n_pages (const TbPrintPages *pages);
/* What of the world page n shows, row by row; on one page, the drawing is in its middle. */
TbRect tb_print_page (const TbPrintPages *pages, guint n);

G_END_DECLS
