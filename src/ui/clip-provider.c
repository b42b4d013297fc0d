#include "clip-provider.h"

#include "tb-clip.h"
#include "tb-export.h"

#include <string.h>

/* Sharp in a slide, and on a screen of any density. */
#define PNG_SCALE 2.0
#define PNG_SMALLEST 0.1

struct _TbClipProvider
{
  GdkContentProvider parent;
  GBytes *xml;
  GWeakRef source;
};

G_DEFINE_FINAL_TYPE (TbClipProvider, tb_clip_provider, GDK_TYPE_CONTENT_PROVIDER)

/* ---- What can be had ------------------------------------------------------------------------- */

static GBytes *
as_xml (GBytes *xml, GError **error)
{
  return g_bytes_ref (xml);
}

static GBytes *
picture (GBytes *xml, const char *format, double scale, GError **error)
{
  gsize size;
  const char *text = g_bytes_get_data (xml, &size);
  g_autoptr (TbDocument) document = tb_document_load_bytes ("clipboard", text, size, NULL, error);
  TbExportOptions options = { .theme = TB_THEME_LIGHT, .scale = scale };
  if (document == NULL)
    return NULL;
  return tb_export_bytes (tb_document_model (document), tb_export_format (format), &options, error);
}

static GBytes *
as_svg (GBytes *xml, GError **error)
{
  return picture (xml, "svg", 1, error);
}

/* A large drawing gets fewer pixels for each unit rather than no picture. */
static GBytes *
as_png (GBytes *xml, GError **error)
{
  for (double scale = PNG_SCALE; scale > PNG_SMALLEST; scale /= 2)
    {
      g_clear_error (error);
      GBytes *bytes = picture (xml, "png", scale, error);
      if (bytes != NULL)
        return bytes;
    }
  return NULL;
}

/* The first that a receiver knows is what it takes: pictures before text. */
static const struct
{
  const char *mime_type;
  GBytes *(*make) (GBytes *xml, GError **error);
} rows[] = {
  { TB_CLIP_MIME_TYPE, as_xml },
  { "image/svg+xml", as_svg },
  { "image/png", as_png },
  { "text/plain;charset=utf-8", as_xml },
  { "text/plain", as_xml },
};

static GdkContentFormats *
ref_formats (GdkContentProvider *provider)
{
  GdkContentFormatsBuilder *builder = gdk_content_formats_builder_new ();
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    gdk_content_formats_builder_add_mime_type (builder, rows[i].mime_type);
  return gdk_content_formats_builder_free_to_formats (builder);
}

/* ---- Making and writing ---------------------------------------------------------------------- */

typedef struct
{
  GBytes *xml;
  guint row;
  GOutputStream *stream;
} Writing;

static void
writing_free (gpointer data)
{
  Writing *w = data;
  g_bytes_unref (w->xml);
  g_object_unref (w->stream);
  g_free (w);
}

/* In a thread: a picture of thousands takes its time, and the scene is its own. */
static void
write_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Writing *w = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = rows[w->row].make (w->xml, &error);
  gsize size = 0;
  const void *content = bytes ? g_bytes_get_data (bytes, &size) : NULL;
  if (bytes == NULL
      || !g_output_stream_write_all (w->stream, content, size, NULL, cancellable, &error))
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_boolean (task, TRUE);
}

static void
write_async (GdkContentProvider *provider, const char *mime_type, GOutputStream *stream,
             int io_priority, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  TbClipProvider *self = TB_CLIP_PROVIDER (provider);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (strcmp (rows[i].mime_type, mime_type) == 0)
      {
        Writing *w = g_new0 (Writing, 1);
        *w = (Writing){ g_bytes_ref (self->xml), i, g_object_ref (stream) };
        g_task_set_task_data (task, w, writing_free);
        g_task_run_in_thread (task, write_in_thread);
        return;
      }
  g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                           "What was copied is not to be had as %s", mime_type);
}

static gboolean
write_finish (GdkContentProvider *provider, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- Object ---------------------------------------------------------------------------------- */

static void
tb_clip_provider_finalize (GObject *object)
{
  TbClipProvider *self = TB_CLIP_PROVIDER (object);
  g_clear_pointer (&self->xml, g_bytes_unref);
  g_weak_ref_clear (&self->source);
  G_OBJECT_CLASS (tb_clip_provider_parent_class)->finalize (object);
}

static void
tb_clip_provider_class_init (TbClipProviderClass *class)
{
  GdkContentProviderClass *provider = GDK_CONTENT_PROVIDER_CLASS (class);
  G_OBJECT_CLASS (class)->finalize = tb_clip_provider_finalize;
  provider->ref_formats = ref_formats;
  provider->write_mime_type_async = write_async;
  provider->write_mime_type_finish = write_finish;
}

static void
tb_clip_provider_init (TbClipProvider *self)
{
  g_weak_ref_init (&self->source, NULL);
}

GdkContentProvider *
tb_clip_provider_new (char *xml, gsize size, TbDocument *source)
{
  TbClipProvider *self = g_object_new (TB_TYPE_CLIP_PROVIDER, NULL);
  self->xml = g_bytes_new_take (xml, size);
  g_weak_ref_set (&self->source, source);
  return GDK_CONTENT_PROVIDER (self);
}

const char *
tb_clip_provider_xml (TbClipProvider *provider, gsize *size)
{
  return g_bytes_get_data (provider->xml, size);
}

gboolean
tb_clip_provider_is_from (TbClipProvider *provider, TbDocument *document)
{
  g_autoptr (TbDocument) source = g_weak_ref_get (&provider->source);
  return source == document;
}
