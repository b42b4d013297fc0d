/* The space-time diagram as a file. */
#include "spacetime-private.h"

#include <cairo-pdf.h>
#include <gio/gio.h>

#define WIDTH 1200.0
#define ROW 34.0
#define FOOT 22.0
#define EXACT (5 * TB_SPACETIME_EXACT)
#define COLUMN 5.0
#define POINTS_PER_UNIT 0.75

typedef struct
{
  TbSpacetime picture;
  TbSpacetimeRows *rows;
  TbSpacetimeReading *reading;
  TbSpacetimeDensity *density;
  GArray *cells;
  TbRect page;
  double height; /* with the line of words below */
} Sheet;

static void
sheet_count (Sheet *sheet, const TbSpacetimeSource *source, const TbSpacetimeExport *how)
{
  TbSpacetime *s = &sheet->picture;
  sheet->density = tb_spacetime_density_new (source->start_ns (source->data));
  tb_spacetime_density_read (sheet->density, source, 0, how->match, how->match_data);
  double steps = tb_spacetime_area (&sheet->page).width / COLUMN;
  sheet->cells = tb_spacetime_density_query (sheet->density, s->from_ns, s->to_ns,
                                             (gint64) ((double) (s->to_ns - s->from_ns) / steps),
                                             &s->cell_ns);
  s->cells = sheet->cells;
}

static void
sheet_init (Sheet *sheet, const TbSpacetimeSource *source, const TbSpacetimeExport *how)
{
  *sheet = (Sheet){ .rows = tb_spacetime_rows_new () };
  TbSpacetime *s = &sheet->picture;
  gboolean all = how->from_ns == 0 && how->to_ns == 0;
  tb_spacetime_rows_update (sheet->rows, source, how->model);
  *s = (TbSpacetime){ .source = source, .rows = sheet->rows,
                      .from_ns = all ? source->start_ns (source->data) : how->from_ns,
                      .to_ns = all ? source->end_ns (source->data) : how->to_ns,
                      .theme = how->theme, .counted_to_ns = G_MAXINT64, .cursor_ns = G_MININT64,
                      .selected = G_MAXUINT64, .hovered = G_MAXUINT64, .focus_row = G_MAXUINT,
                      .searching = how->match != NULL, .row_height = ROW };
  s->to_ns = MAX (s->to_ns, s->from_ns + 1);
  sheet->page = (TbRect){ 0, 0, how->width > 0 ? how->width : WIDTH,
                          tb_spacetime_height (tb_spacetime_n_rows (sheet->rows), ROW) };
  sheet->height = sheet->page.height + FOOT;
  if (tb_spacetime_count (source, s->from_ns, s->to_ns) > EXACT)
    sheet_count (sheet, source, how);
  else
    s->reading = sheet->reading = tb_spacetime_read (source, s->from_ns, s->to_ns, how->match,
                                                     how->match_data);
}

static void
sheet_clear (Sheet *sheet)
{
  tb_spacetime_rows_free (sheet->rows);
  tb_spacetime_reading_free (sheet->reading);
  tb_spacetime_density_free (sheet->density);
  g_clear_pointer (&sheet->cells, g_array_unref);
}

static void
sheet_paint (Sheet *sheet, TbPlot *plot)
{
  g_autofree char *words = tb_spacetime_summary (&sheet->picture);
  TbColour dim = tb_theme_colour (sheet->picture.theme, TB_COLOUR_DIM);
  tb_spacetime_paint (&sheet->picture, plot, &sheet->page);
  tb_plot_text (plot, TB_PLOT_PLAIN, &dim, words, sheet->page.width - 14, sheet->page.height + 14,
                TB_PLOT_END, 0);
}

GBytes *
tb_spacetime_svg (const TbSpacetimeSource *source, const TbSpacetimeExport *how)
{
  Sheet sheet;
  gsize size;
  TbColour page = tb_theme_colour (how->theme, TB_COLOUR_WINDOW);
  sheet_init (&sheet, source, how);
  g_autoptr (TbPlot) plot
      = tb_plot_new_svg (sheet.page.width, sheet.height, &page, how->standalone);
  sheet_paint (&sheet, plot);
  char *svg = tb_plot_end_svg (plot, &size);
  sheet_clear (&sheet);
  return g_bytes_new_take (svg, size);
}

static cairo_status_t
append (void *closure, const unsigned char *data, unsigned int length)
{
  g_byte_array_append (closure, data, length);
  return CAIRO_STATUS_SUCCESS;
}

/* The opaque page comes first: without it Cairo's PDF takes quadratic time. */
GBytes *
tb_spacetime_pdf (const TbSpacetimeSource *source, const TbSpacetimeExport *how, GError **error)
{
  Sheet sheet;
  sheet_init (&sheet, source, how);
  TbColour page = tb_theme_colour (how->theme, TB_COLOUR_WINDOW);
  GByteArray *bytes = g_byte_array_new ();
  cairo_surface_t *surface = cairo_pdf_surface_create_for_stream (
      append, bytes, sheet.page.width * POINTS_PER_UNIT, sheet.height * POINTS_PER_UNIT);
  cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_CREATE_DATE, "");
  cairo_t *cr = cairo_create (surface);
  cairo_scale (cr, POINTS_PER_UNIT, POINTS_PER_UNIT);
  cairo_set_source_rgb (cr, page.r, page.g, page.b);
  cairo_paint (cr);
  TbPlot *plot = tb_plot_new (cr);
  sheet_paint (&sheet, plot);
  tb_plot_free (plot);
  cairo_status_t status = cairo_status (cr);
  cairo_destroy (cr);
  cairo_surface_finish (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_status (surface);
  cairo_surface_destroy (surface);
  sheet_clear (&sheet);
  if (status == CAIRO_STATUS_SUCCESS)
    return g_byte_array_free_to_bytes (bytes);
  g_byte_array_unref (bytes);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the picture could not be drawn: %s",
               cairo_status_to_string (status));
  return NULL;
}
