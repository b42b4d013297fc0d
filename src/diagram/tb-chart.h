/* A chart over time: a few lines, the bands of faults behind them, gaps as gaps. Pure: what it shows is
 * in plain arrays, and it is drawn by the pen of tb-plot.h. */
#pragma once

#include "tb-plot.h"

G_BEGIN_DECLS

typedef struct
{
  const char *name;     /* in the legend */
  const double *values; /* one a time; NAN: not known */
  TbColour colour;
  gboolean filled;      /* down to zero */
  double dash;          /* 0: solid; tells lines apart without colour */
} TbChartLine;

typedef struct
{
  TbPlotBand kind;
  gint64 from_ns, to_ns; /* G_MAXINT64: it goes on */
  const char *text;
} TbChartBand;

typedef struct
{
  gint64 from_ns, to_ns;
} TbChartGap;

typedef struct
{
  const char *title;
  const char *empty; /* what stands in it where no line has a value; NULL: nothing */
  TbAxisUnit unit;
  gint64 from_ns, to_ns; /* what is seen */
  gint64 zero_ns;        /* the run's start: 0 of the axis */
  const gint64 *times;   /* rising; value i holds for the step that ends then */
  gint64 step_ns;        /* longer without a value is a break in the line; 0: none is */
  guint n;
  const TbChartLine *lines;
  guint n_lines;
  const TbChartBand *bands;
  guint n_bands;
  const TbChartGap *gaps;
  guint n_gaps;
  gint64 cursor_ns; /* the moment that is shown; G_MININT64: none */
  gint64 hover_ns;  /* under the pointer; G_MININT64: nothing */
} TbChart;

/* Where in page the lines are drawn. */
TbRect tb_chart_area (const TbRect *page);
void tb_chart_paint (const TbChart *chart, TbPlot *plot, const TbRect *page, TbThemeId theme);
/* The index of the value that holds at that moment; G_MAXUINT: none does. */
guint tb_chart_at (const TbChart *chart, gint64 time_ns);
/* Its largest value that is seen; 0: there is none. */
double tb_chart_top (const TbChart *chart);

/* Points of one line as they are to be joined; a break is a point of NANs. At most four for a column of
 * one pixel, so that the highest and the lowest of many values stay seen. Appends TbPoint: x in pixels
 * from the left of width, y the value. */
void tb_chart_trace (const TbChart *chart, const double *values, double width, GArray *points);

G_END_DECLS
