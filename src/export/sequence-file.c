/* An interaction of a drawing as a file: SVG with real text, PNG and PDF by Cairo. */
#include "export-private.h"
#include "tb-sequence.h"

#include <cairo-pdf.h>
#include <math.h>

#define POINTS_PER_UNIT 0.75
#define LARGEST_SIDE 32000.0

static cairo_status_t
append (void *closure, const unsigned char *data, unsigned int length)
{
  g_byte_array_append (closure, data, length);
  return CAIRO_STATUS_SUCCESS;
}

static GBytes *
write_svg (const TbSequence *sequence, const TbExportOptions *options)
{
  gsize size;
  TbColour page = tb_theme_colour (options->theme, TB_COLOUR_CANVAS);
  g_autoptr (TbPlot) plot = tb_plot_new_svg (tb_sequence_width (sequence), tb_sequence_height (sequence),
                                             &page, TRUE);
  tb_sequence_paint (sequence, plot, options->theme, G_MAXUINT);
  char *svg = tb_plot_end_svg (plot, &size);
  return g_bytes_new_take (svg, size);
}

/* The opaque page comes first: without it Cairo's PDF takes quadratic time. */
static cairo_status_t
paint (const TbSequence *sequence, cairo_surface_t *surface, double scale, TbThemeId theme)
{
  TbColour page = tb_theme_colour (theme, TB_COLOUR_CANVAS);
  cairo_t *cr = cairo_create (surface);
  cairo_scale (cr, scale, scale);
  cairo_set_source_rgb (cr, page.r, page.g, page.b);
  cairo_paint (cr);
  TbPlot *plot = tb_plot_new (cr);
  tb_sequence_paint (sequence, plot, theme, G_MAXUINT);
  tb_plot_free (plot);
  cairo_status_t status = cairo_status (cr);
  cairo_destroy (cr);
  return status;
}

static GBytes *
finish (GByteArray *bytes, cairo_surface_t *surface, cairo_status_t status, GError **error)
{
  cairo_surface_finish (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_status (surface);
  cairo_surface_destroy (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    return g_byte_array_free_to_bytes (bytes);
  g_byte_array_unref (bytes);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the picture could not be drawn: %s",
               cairo_status_to_string (status));
  return NULL;
}

static GBytes *
write_png (const TbSequence *sequence, const TbExportOptions *options, GError **error)
{
  double width = ceil (tb_sequence_width (sequence) * options->scale);
  double height = ceil (tb_sequence_height (sequence) * options->scale);
  if (MAX (width, height) > LARGEST_SIDE)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "a PNG of %.0f × %.0f pixels is too large; SVG would do", width, height);
      return NULL;
    }
  GByteArray *bytes = g_byte_array_new ();
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, (int) width, (int) height);
  cairo_status_t status = paint (sequence, surface, options->scale, options->theme);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_write_to_png_stream (surface, append, bytes);
  return finish (bytes, surface, status, error);
}

static GBytes *
write_pdf (const TbSequence *sequence, const TbExportOptions *options, GError **error)
{
  double scale = options->scale * POINTS_PER_UNIT;
  GByteArray *bytes = g_byte_array_new ();
  cairo_surface_t *surface
    = cairo_pdf_surface_create_for_stream (append, bytes, tb_sequence_width (sequence) * scale,
                                           tb_sequence_height (sequence) * scale);
  cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_CREATE_DATE, "");
  return finish (bytes, surface, paint (sequence, surface, scale, options->theme), error);
}

GBytes *
tb_export_sequence (const TbModel *model, const TbExportOptions *options, const char *format,
                    GError **error)
{
  const TbElement *element = tb_model_lookup (model, options->interaction);
  if (element == NULL || tb_element_kind (element) != TB_KIND_INTERACTION || options->embed)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   options->embed ? "the picture of an interaction does not hold the drawing (“%s”)"
                                  : "there is no interaction “%s”", options->interaction);
      return NULL;
    }
  g_autoptr (GPtrArray) steps = tb_steps_of (model, element);
  g_autoptr (TbSequence) sequence = tb_sequence_new (model, steps);
  if (g_str_equal (format, "png"))
    return write_png (sequence, options, error);
  return g_str_equal (format, "pdf") ? write_pdf (sequence, options, error) : write_svg (sequence, options);
}
