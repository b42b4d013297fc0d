#include "print-pages.h"

#include <math.h>

/* So that what ends at the edge of a page does not need another one. */
#define SLACK 0.01

TbPrintPages
tb_print_pages (const TbRect *bounds, double width, double height, gboolean fit)
{
  TbPrintPages pages = { TB_PRINT_POINTS, 1, 1, *bounds, MAX (width, 1), MAX (height, 1) };
  if (fit)
    pages.scale = MIN (pages.scale, MIN (pages.width / MAX (bounds->width, 1),
                                         pages.height / MAX (bounds->height, 1)));
  double across = bounds->width * pages.scale / pages.width;
  double down = bounds->height * pages.scale / pages.height;
  pages.columns = (guint) MAX (ceil (across - SLACK), 1);
  pages.rows = (guint) MAX (ceil (down - SLACK), 1);
  return pages;
}

guint
tb_print_n_pages (const TbPrintPages *pages)
{
  return pages->columns * pages->rows;
}

TbRect
tb_print_page (const TbPrintPages *pages, guint n)
{
  double width = pages->width / pages->scale, height = pages->height / pages->scale;
  double left = pages->bounds.x - (pages->columns * width - pages->bounds.width) / 2;
  double top = pages->bounds.y - (pages->rows * height - pages->bounds.height) / 2;
  return (TbRect){ left + n % pages->columns * width, top + n / pages->columns * height, width,
                   height };
}
