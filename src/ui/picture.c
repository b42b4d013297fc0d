#include "picture.h"

#include <glib/gstdio.h>
#include <math.h>

#include "util.h"

struct _TbPicture
{
  GtkWidget parent;
  char *path;
  int width, height;
  GdkTexture *texture;
  TbThemeId theme; /* of the texture */
  int scale;       /* of the texture */
  guint idle_id;
  gboolean failed;
};

G_DEFINE_FINAL_TYPE (TbPicture, tb_picture, GTK_TYPE_WIDGET)

static void
paint_scene (const TbScene *scene, cairo_t *cr, double width, double height, TbThemeId theme)
{
  TbRect bounds = tb_scene_bounds (scene);
  const double margin = 14;
  double scale = MIN ((width - 2 * margin) / MAX (bounds.width, 1),
                      (height - 2 * margin) / MAX (bounds.height, 1));
  TbColour ground = tb_theme_colour (theme, TB_COLOUR_CANVAS);
  cairo_set_source_rgb (cr, ground.r, ground.g, ground.b);
  cairo_paint (cr);
  cairo_translate (cr, (width - bounds.width * scale) / 2, (height - bounds.height * scale) / 2);
  cairo_scale (cr, scale, scale);
  cairo_translate (cr, -bounds.x, -bounds.y);
  /* The detail of a larger picture: a thumbnail of plain boxes says nothing. */
  TbPaintOptions options = { .theme = theme, .scale = MAX (scale, 0.6) };
  tb_scene_paint (scene, cr, &bounds, &options);
}

static GdkTexture *
texture_of (cairo_surface_t *surface)
{
  cairo_surface_flush (surface);
  int width = cairo_image_surface_get_width (surface),
      height = cairo_image_surface_get_height (surface),
      stride = cairo_image_surface_get_stride (surface);
  g_autoptr (GBytes) bytes = g_bytes_new (cairo_image_surface_get_data (surface),
                                          (gsize) stride * (gsize) height);
  return gdk_memory_texture_new (width, height, GDK_MEMORY_DEFAULT, bytes, (gsize) stride);
}

/* What would hold the window up for a picture of this size stays without one. */
#define SIZE_MAX_BYTES (256 * 1024)

static gboolean
is_small (const char *path)
{
  GStatBuf of;
  return g_stat (path, &of) == 0 && S_ISREG (of.st_mode) && of.st_size <= SIZE_MAX_BYTES;
}

static gboolean
draw_later (gpointer data)
{
  TbPicture *self = data;
  self->idle_id = 0;
  g_autoptr (TbDocument) document
      = is_small (self->path) ? tb_document_load (self->path, NULL, NULL) : NULL;
  self->failed = document == NULL;
  if (!document)
    return G_SOURCE_REMOVE;
  g_autoptr (TbScene) scene = tb_scene_new (tb_document_model (document), NULL);
  int width = MAX (gtk_widget_get_width (GTK_WIDGET (self)), self->width);
  self->theme = tb_ui_theme ();
  self->scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  cairo_surface_t *surface = cairo_image_surface_create (
      CAIRO_FORMAT_ARGB32, width * self->scale, self->height * self->scale);
  cairo_t *cr = cairo_create (surface);
  cairo_scale (cr, self->scale, self->scale);
  paint_scene (scene, cr, width, self->height, self->theme);
  cairo_destroy (cr);
  g_clear_object (&self->texture);
  self->texture = texture_of (surface);
  cairo_surface_destroy (surface);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  return G_SOURCE_REMOVE;
}

static void
tb_picture_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  TbPicture *self = TB_PICTURE (widget);
  gboolean fresh = self->texture && self->theme == tb_ui_theme ()
                   && self->scale == gtk_widget_get_scale_factor (widget);
  if (!fresh && !self->idle_id && !self->failed)
    self->idle_id = g_idle_add_full (G_PRIORITY_LOW, draw_later, self, NULL);
  if (self->texture)
    {
      float width = (float) gdk_texture_get_width (self->texture) / (float) self->scale;
      gtk_snapshot_append_texture (snapshot, self->texture,
                                   &GRAPHENE_RECT_INIT (0, 0, width, (float) self->height));
    }
}

static void
tb_picture_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                    int *natural, int *minimum_baseline, int *natural_baseline)
{
  TbPicture *self = TB_PICTURE (widget);
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? self->width : self->height;
}

static void
tb_picture_dispose (GObject *object)
{
  TbPicture *self = TB_PICTURE (object);
  g_clear_handle_id (&self->idle_id, g_source_remove);
  g_clear_object (&self->texture);
  g_clear_pointer (&self->path, g_free);
  G_OBJECT_CLASS (tb_picture_parent_class)->dispose (object);
}

static void
tb_picture_class_init (TbPictureClass *class)
{
  G_OBJECT_CLASS (class)->dispose = tb_picture_dispose;
  GTK_WIDGET_CLASS (class)->snapshot = tb_picture_snapshot;
  GTK_WIDGET_CLASS (class)->measure = tb_picture_measure;
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (class), GTK_ACCESSIBLE_ROLE_IMG);
}

static void
tb_picture_init (TbPicture *self)
{
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark",
                           G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::high-contrast",
                           G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  gtk_widget_add_css_class (GTK_WIDGET (self), "picture");
}

GtkWidget *
tb_picture_new (const char *path, int width, int height)
{
  TbPicture *self = g_object_new (TB_TYPE_PICTURE, NULL);
  self->path = g_strdup (path);
  self->width = width;
  self->height = height;
  return GTK_WIDGET (self);
}
