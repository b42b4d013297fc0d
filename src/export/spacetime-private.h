/* What the files that draw the space-time diagram share. */
#pragma once

#include "tb-spacetime.h"

typedef struct
{
  const TbSpacetime *s;
  TbPlot *plot;
  const TbRect *page;
  TbRect area;
  TbColour dim;
} TbSpacetimePaint;

TbPlotBand tb_spacetime_band_colour (TbBandKind kind);
/* spacetime-arrows.c */
void tb_spacetime_paint_arrows (TbSpacetimePaint *p);
/* spacetime-columns.c */
void tb_spacetime_paint_columns (TbSpacetimePaint *p);
/* "orders-2", "outside". (transfer full) */
char *tb_spacetime_name (const TbSpacetimeSource *source, guint instance);
