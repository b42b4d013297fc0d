/* Pictures of figures: a pen with two painters, so that a chart on the screen, in a PDF and in a page of
 * the web is drawn by the same calls. Cairo, or SVG with real <text>. No GTK, no display.
 *
 * Units are pixels at 100 %, y down. Colours with alpha 0 draw nothing. */
#pragma once

#include "tb-diagram.h"

G_BEGIN_DECLS

typedef struct _TbPlot TbPlot;

typedef enum
{
  TB_PLOT_SMALL,  /* 10 px */
  TB_PLOT_PLAIN,  /* 11 px */
  TB_PLOT_STRONG, /* 11.5 px, half bold */
  TB_PLOT_N_FONTS
} TbPlotFont;

typedef enum
{
  TB_PLOT_START,
  TB_PLOT_MIDDLE,
  TB_PLOT_END
} TbPlotAnchor;

typedef struct
{
  TbColour colour;
  double width;
  double dash; /* length of a dash and of what is between two; 0: solid */
} TbPlotStroke;

/* Draws on cr, which must outlive it. */
TbPlot *tb_plot_new (cairo_t *cr);
/* A whole SVG document of that size on a page of that colour; standalone: with the XML prologue, else
 * to be put into HTML. */
TbPlot *tb_plot_new_svg (double width, double height, const TbColour *page, gboolean standalone);
/* The document (transfer full) of one made by tb_plot_new_svg(). Nothing can be drawn afterwards. */
char *tb_plot_end_svg (TbPlot *plot, gsize *size);
void tb_plot_free (TbPlot *plot);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TbPlot, tb_plot_free)
/* Whether it writes: then a title costs nothing and is kept. */
gboolean tb_plot_is_written (const TbPlot *plot);

/* What is drawn until tb_plot_end() belongs together: a class and what is said of it when pointed at
 * (either may be NULL). Only written. */
void tb_plot_begin (TbPlot *plot, const char *class, const char *title);
void tb_plot_end (TbPlot *plot);
/* Nothing is drawn outside until tb_plot_unclip(). */
void tb_plot_clip (TbPlot *plot, const TbRect *rect);
void tb_plot_unclip (TbPlot *plot);

/* fill and outline may be NULL. */
void tb_plot_rect (TbPlot *plot, const TbRect *rect, double radius, const TbColour *fill,
                   const TbPlotStroke *outline);
void tb_plot_line (TbPlot *plot, const TbPoint *points, guint n, const TbPlotStroke *stroke);
/* n points, two for each. */
void tb_plot_segments (TbPlot *plot, const TbPoint *points, guint n, const TbPlotStroke *stroke);
void tb_plot_polygon (TbPlot *plot, const TbPoint *points, guint n, const TbColour *fill);
/* n points, three for each triangle. */
void tb_plot_triangles (TbPlot *plot, const TbPoint *points, guint n, const TbColour *fill);
/* n points, four for each quadrangle. */
void tb_plot_quads (TbPlot *plot, const TbPoint *points, guint n, const TbColour *fill);
void tb_plot_disc (TbPlot *plot, TbPoint centre, double radius, const TbColour *fill,
                   const TbPlotStroke *outline);
/* (x, y) on the baseline. width: what does not fit ends in "…"; 0: as long as it is. */
void tb_plot_text (TbPlot *plot, TbPlotFont font, const TbColour *colour, const char *text,
                   double x, double y, TbPlotAnchor anchor, double width);
double tb_plot_text_width (TbPlotFont font, const char *text);
/* Bytes that came from anywhere as one line of text: valid, without control characters, which show as
 * "·". (transfer full) */
char *tb_plot_clean (const char *bytes, gsize n);

/* Of what a fault's band is filled with: Jepsen's colours, mixed into the ground of the theme. */
typedef enum
{
  TB_PLOT_BAND_PARTITION,
  TB_PLOT_BAND_PACKET,
  TB_PLOT_BAND_KILL,
  TB_PLOT_BAND_PAUSE,
  TB_PLOT_BAND_CLOCK,
  TB_PLOT_N_BANDS
} TbPlotBand;
TbColour tb_plot_band_fill (TbThemeId theme, TbPlotBand band);
/* Of its edge and its name: readable on the fill. */
TbColour tb_plot_band_ink (TbThemeId theme, TbPlotBand band);
/* Strokes all over a rectangle: what is not known. */
void tb_plot_hatch (TbPlot *plot, const TbRect *rect, const TbColour *colour);

/* ---- Axes ------------------------------------------------------------------------------------ */

typedef enum
{
  TB_AXIS_COUNT,    /* 1 200 */
  TB_AXIS_RATE,     /* 1 200/s */
  TB_AXIS_DURATION, /* in ns: "5 ms" */
  TB_AXIS_BYTES,    /* "64 MB" */
  TB_AXIS_CORES     /* "0.5" */
} TbAxisUnit;

typedef struct
{
  double value;  /* of a time axis: ns since its zero */
  char text[24]; /* UTF-8, terminated */
} TbAxisTick;

/* The least of 1, 2 and 5 times a power of ten that is at least so much. */
double tb_axis_step (double least);
/* Ticks of time in [from, to], as seconds since zero, at most one every gap pixels over width, with the
 * decimals that tell them apart. Appends TbAxisTick. */
void tb_axis_times (gint64 from_ns, gint64 to_ns, gint64 zero_ns, double width, double gap,
                    GArray *ticks);
/* Ticks from 0 up to the first at or above top, at most max of them (two at least); *end gets the
 * last's value. */
void tb_axis_values (double top, guint max, TbAxisUnit unit, GArray *ticks, double *end);
/* One figure as that axis says it; NAN: "–". */
void tb_axis_format (double value, TbAxisUnit unit, char *out, gsize size);
/* A moment as seconds since zero, exact enough to tell apart what is a step from it. */
void tb_axis_format_time (gint64 ns, double step_ns, char *out, gsize size);

G_END_DECLS
