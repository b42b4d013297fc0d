/* SVG by the scene's own writer, PNG and PDF by Cairo. No display is needed. */
#include "export-private.h"
#include "failure-private.h"
#include "marks-private.h"
#include "tb-picture.h"

#include <cairo-pdf.h>
#include <math.h>

#define MARGIN 24.0
#define POINTS_PER_UNIT 0.75
#define LARGEST_SIDE 32000.0  /* of Cairo's image surfaces */
#define LARGEST_AREA 400e6    /* pixels: 1.6 GB */
#define LARGEST_PAGE 14400.0  /* points, of PDF readers */

TbRect
tb_export_page (const TbScene *scene)
{
  TbRect b = tb_scene_bounds (scene);
  return (TbRect){ floor (b.x - MARGIN), floor (b.y - MARGIN), ceil (b.width + 2 * MARGIN),
                   ceil (b.height + 2 * MARGIN) };
}

static cairo_status_t
append (void *closure, const unsigned char *data, unsigned int length)
{
  g_byte_array_append (closure, data, length);
  return CAIRO_STATUS_SUCCESS;
}

/* The opaque page comes first always: without it Cairo's PDF takes quadratic time. */
static cairo_status_t
paint (const TbScene *scene, cairo_surface_t *surface, const TbRect *page, double scale,
       double detail, TbThemeId theme, const GArray *marks)
{
  TbPaintOptions options = { .theme = theme, .scale = detail, .background = TRUE };
  TbRect whole = { page->x, page->y, page->width + 1 / scale, page->height + 1 / scale };
  cairo_t *cr = cairo_create (surface);
  cairo_scale (cr, scale, scale);
  cairo_translate (cr, -page->x, -page->y);
  tb_scene_paint (scene, cr, &whole, &options);
  if (marks != NULL)
    tb_marks_paint (marks, cr);
  cairo_status_t status = cairo_status (cr);
  cairo_destroy (cr);
  return status;
}

static GBytes *
finish (GByteArray *bytes, cairo_status_t status, GError **error)
{
  if (status == CAIRO_STATUS_SUCCESS)
    return g_byte_array_free_to_bytes (bytes);
  g_byte_array_unref (bytes);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the picture could not be drawn: %s",
               cairo_status_to_string (status));
  return NULL;
}

TbScene *
tb_export_make_scene (const TbModel *model, const TbExportOptions *options)
{
  TbScene *scene = options->no_cache ? tb_scene_new (model, options->view_id)
                                     : tb_scene_new_stored (model, options->view_id);
  tb_scene_set_folder (scene, options->folder);
  return scene;
}

/* What is drawn over the view (marks, NULL: nothing) and what is shown, which may grow by it. FALSE with error. */
static gboolean
make_marks (const TbModel *model, const TbScene *scene, const TbExportOptions *options, TbRect *page, GArray **marks,
            GError **error)
{
  *page = tb_export_page (scene);
  *marks = NULL;
  if (options->without == NULL && !options->single_points)
    return TRUE;
  *marks = tb_marks_new ();
  if (tb_export_mark_failure (model, scene, options, *marks, page, error))
    return TRUE;
  g_clear_pointer (marks, g_array_unref);
  return FALSE;
}

GBytes *
tb_export_svg (const TbModel *model, const TbExportOptions *options, GError **error)
{
  g_autoptr (TbScene) scene = tb_export_make_scene (model, options);
  g_autofree char *metadata = options->embed ? tb_picture_metadata (model) : NULL;
  g_autoptr (GArray) marks = NULL;
  TbRect page;
  if (!make_marks (model, scene, options, &page, &marks, error))
    return NULL;
  g_autofree char *over = marks != NULL ? tb_marks_to_svg (marks, options->theme, options->or_dark) : NULL;
  const TbSvgOptions how = { .theme = options->theme, .or_dark = options->or_dark, .scale = options->scale,
                             .page = marks != NULL ? &page : NULL, .metadata = metadata, .over = over };
  gsize size;
  char *svg = tb_scene_to_svg_with (scene, &how, &size);
  return g_bytes_new_take (svg, size);
}

GBytes *
tb_export_scene_png (const TbScene *scene, const TbRect *page, const GArray *marks,
                     const TbExportOptions *options, GError **error)
{
  double width = ceil (page->width * options->scale);
  double height = ceil (page->height * options->scale);
  if (MAX (width, height) > LARGEST_SIDE || width * height > LARGEST_AREA)
    {
      double fits = MIN (LARGEST_SIDE / MAX (page->width, page->height),
                         sqrt (LARGEST_AREA / (page->width * page->height)));
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "a PNG of %.0f × %.0f pixels is too large: a scale of %.2g would do, or SVG",
                   width, height, floor (fits * 100) / 100);
      return NULL;
    }
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, (int) width,
                                                         (int) height);
  GByteArray *bytes = g_byte_array_new ();
  cairo_status_t status = paint (scene, surface, page, options->scale, options->scale,
                                 options->theme, marks);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_write_to_png_stream (surface, append, bytes);
  cairo_surface_destroy (surface);
  return finish (bytes, status, error);
}

GBytes *
tb_export_png (const TbModel *model, const TbExportOptions *options, GError **error)
{
  g_autoptr (TbScene) scene = tb_export_make_scene (model, options);
  g_autoptr (GArray) marks = NULL;
  TbRect page;
  if (!make_marks (model, scene, options, &page, &marks, error))
    return NULL;
  g_autoptr (GBytes) png = tb_export_scene_png (scene, &page, marks, options, error);
  if (png == NULL || !options->embed)
    return g_steal_pointer (&png);
  gsize size;
  const char *data = g_bytes_get_data (png, &size);
  return tb_png_embed (data, size, model, error);
}

/* Everything is drawn in full: paper has no screen size to leave things out by. No dates in it, so
 * that the same drawing gives the same bytes. */
static GBytes *
make_pdf (const TbScene *scene, const TbRect *page, const GArray *marks, const char *title,
          const TbExportOptions *options, GError **error)
{
  double scale = options->scale * POINTS_PER_UNIT;
  scale = MIN (scale, LARGEST_PAGE / MAX (page->width, page->height));
  GByteArray *bytes = g_byte_array_new ();
  cairo_surface_t *surface = cairo_pdf_surface_create_for_stream (append, bytes,
                                                                  page->width * scale,
                                                                  page->height * scale);
  if (title != NULL)
    cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_TITLE, title);
  cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_CREATE_DATE, "");
  cairo_status_t status = paint (scene, surface, page, scale, 1, options->theme, marks);
  cairo_surface_finish (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_status (surface);
  cairo_surface_destroy (surface);
  return finish (bytes, status, error);
}

GBytes *
tb_export_scene_pdf (const TbScene *scene, const TbRect *page, const GArray *marks, const TbExportOptions *options,
                     GError **error)
{
  return make_pdf (scene, page, marks, NULL, options, error);
}

GBytes *
tb_export_pdf (const TbModel *model, const TbExportOptions *options, GError **error)
{
  g_autoptr (TbScene) scene = tb_export_make_scene (model, options);
  g_autoptr (GArray) marks = NULL;
  TbRect page;
  if (!make_marks (model, scene, options, &page, &marks, error))
    return NULL;
  return make_pdf (scene, &page, marks, tb_element_title (tb_model_root (model)), options, error);
}
