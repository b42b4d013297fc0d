#pragma once

#include "text-private.h"
#include "tb-plot.h"

/* What a painter does. */
typedef struct
{
  void (*begin) (TbPlot *plot, const char *class, const char *title);
  void (*end) (TbPlot *plot);
  void (*clip) (TbPlot *plot, const TbRect *rect);
  void (*unclip) (TbPlot *plot);
  void (*rect) (TbPlot *plot, const TbRect *rect, double radius, const TbColour *fill,
                const TbPlotStroke *outline);
  /* Pieces of so many points each: a piece is open, or closed where it is filled. */
  void (*path) (TbPlot *plot, const TbPoint *points, guint n, guint piece, const TbColour *fill,
                const TbPlotStroke *stroke);
  void (*disc) (TbPlot *plot, TbPoint centre, double radius, const TbColour *fill,
                const TbPlotStroke *outline);
  void (*text) (TbPlot *plot, TbFontId font, const TbColour *colour, const char *text, double x,
                double y, double width);
  void (*free) (TbPlot *plot);
} TbPlotClass;

struct _TbPlot
{
  const TbPlotClass *class;
};

static inline gboolean
tb_plot_shows (const TbColour *colour)
{
  return colour != NULL && colour->a > 0;
}

static inline gboolean
tb_plot_strokes (const TbPlotStroke *stroke)
{
  return stroke != NULL && stroke->width > 0 && stroke->colour.a > 0;
}
