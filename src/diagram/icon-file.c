/* Icons by name or path: found, cleaned, kept, painted. librsvg draws them. It is loaded when the
 * first one is drawn, so that neither the window's start nor a command pays for it; where it is not
 * installed, icons are those of the kinds. */
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <gmodule.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "icon-private.h"

#define RASTERS_MAX 12 /* sizes of one icon kept */
#define SIDE_MAX 1024

struct _TbIcon
{
  TbCleanSvg svg;
  GError *error; /* why it is none; svg is empty then */
  gint64 stamp;  /* of the file */
  gpointer handle; /* of librsvg, NULL: not made yet */
  GHashTable *rasters; /* side in pixels to surface */
};

/* Icons live as long as the program: scenes and other threads hold them. */
static GMutex lock;
static GHashTable *icons; /* path to TbIcon */
static GPtrArray *old;    /* of files that changed */

/* ---- librsvg --------------------------------------------------------------------------------- */

/* As RsvgRectangle. */
typedef struct
{
  double x, y, width, height;
} Viewport;

static gpointer (*handle_new) (const guint8 *data, gsize size, GError **error);
static gboolean (*render) (gpointer handle, cairo_t *cr, const Viewport *viewport, GError **error);

static gboolean
load_librsvg (void)
{
  static gsize done;
  if (g_once_init_enter (&done))
    {
      GModule *module = g_module_open ("librsvg-2.so.2", G_MODULE_BIND_LAZY);
      gpointer new_function = NULL, render_function = NULL;
      if (module != NULL
          && g_module_symbol (module, "rsvg_handle_new_from_data", &new_function)
          && g_module_symbol (module, "rsvg_handle_render_document", &render_function))
        {
          memcpy (&handle_new, &new_function, sizeof new_function);
          memcpy (&render, &render_function, sizeof render_function);
          g_module_make_resident (module);
        }
      g_once_init_leave (&done, 1);
    }
  return render != NULL;
}

/* With the lock. */
static gboolean
make_handle (TbIcon *icon)
{
  if (icon->handle != NULL || !load_librsvg ())
    return icon->handle != NULL;
  const TbRect *b = &icon->svg.box;
  char numbers[4][G_ASCII_DTOSTR_BUF_SIZE];
  const double box[4] = { b->x, b->y, b->width, b->height };
  for (guint i = 0; i < 4; i++)
    g_ascii_dtostr (numbers[i], sizeof numbers[i], box[i]);
  g_autofree char *document = g_strdup_printf (
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"%s %s %s %s\">%s</svg>", numbers[0],
      numbers[1], numbers[2], numbers[3], icon->svg.markup);
  icon->handle = handle_new ((const guint8 *) document, strlen (document), NULL);
  return icon->handle != NULL;
}

/* ---- Painting -------------------------------------------------------------------------------- */

static cairo_surface_t *
raster_of (TbIcon *icon, guint side)
{
  cairo_surface_t *surface = g_hash_table_lookup (icon->rasters, GUINT_TO_POINTER (side));
  if (surface != NULL)
    return surface;
  surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, (int) side, (int) side);
  cairo_t *cr = cairo_create (surface);
  render (icon->handle, cr, &(Viewport){ 0, 0, side, side }, NULL);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  if (g_hash_table_size (icon->rasters) >= RASTERS_MAX)
    g_hash_table_remove_all (icon->rasters);
  g_hash_table_insert (icon->rasters, GUINT_TO_POINTER (side), surface);
  return surface;
}

static gboolean
wants_shapes (cairo_t *cr)
{
  cairo_surface_type_t type = cairo_surface_get_type (cairo_get_target (cr));
  return type == CAIRO_SURFACE_TYPE_PDF || type == CAIRO_SURFACE_TYPE_SVG
         || type == CAIRO_SURFACE_TYPE_PS;
}

static void
paint_raster (TbIcon *icon, cairo_t *cr, double size)
{
  double dx = size, dy = 0;
  cairo_user_to_device_distance (cr, &dx, &dy);
  double device_x = 1, device_y = 1;
  cairo_surface_get_device_scale (cairo_get_target (cr), &device_x, &device_y);
  guint side = (guint) CLAMP (ceil (hypot (dx, dy) * device_x), 1, SIDE_MAX);
  cairo_surface_t *surface = raster_of (icon, side);
  cairo_save (cr);
  cairo_scale (cr, size / side, size / side);
  cairo_set_source_surface (cr, surface, 0, 0);
  cairo_paint (cr);
  cairo_restore (cr);
}

void
tb_icon_paint (TbIcon *icon, cairo_t *cr, double size)
{
  g_mutex_lock (&lock);
  if (make_handle (icon) && wants_shapes (cr))
    render (icon->handle, cr, &(Viewport){ 0, 0, size, size }, NULL);
  else if (icon->handle != NULL)
    paint_raster (icon, cr, size);
  g_mutex_unlock (&lock);
}

const TbCleanSvg *
tb_icon_svg (const TbIcon *icon)
{
  return &icon->svg;
}

/* ---- Finding --------------------------------------------------------------------------------- */

char *
tb_icon_folder (void)
{
  return g_build_filename (g_get_user_data_dir (), "tierboard", "icons", NULL);
}

/* A word is a name in the person's folder; else a path from the drawing's. (transfer full) */
static char *
path_of (const char *name, const char *folder, GError **error)
{
  if (strchr (name, '/') == NULL && !g_str_has_suffix (name, ".svg"))
    {
      g_autofree char *icons_at = tb_icon_folder ();
      g_autofree char *file = g_strconcat (name, ".svg", NULL);
      return g_build_filename (icons_at, file, NULL);
    }
  if (g_path_is_absolute (name) || folder == NULL)
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s",
                   folder == NULL ? "the drawing is in no folder yet"
                                  : "a path must start from the drawing's folder");
      return NULL;
    }
  return g_build_filename (folder, name, NULL);
}

/* Regular files only: a pipe would never end. */
static char *
read_file (const char *path, gsize *size, gint64 *stamp, GError **error)
{
  struct stat about;
  int file = open (path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (file < 0 || fstat (file, &about) < 0)
    {
      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), "there is no %s", path);
      if (file >= 0)
        close (file);
      return NULL;
    }
  char *bytes = NULL;
  if (!S_ISREG (about.st_mode) || about.st_size > TB_ICON_BYTES_MAX)
    g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s is no file of at most 256 KiB", path);
  else
    {
      bytes = g_malloc ((gsize) about.st_size + 1);
      gssize n = read (file, bytes, (gsize) about.st_size);
      *size = n > 0 ? (gsize) n : 0;
      bytes[*size] = '\0';
      *stamp = about.st_mtim.tv_sec * G_GINT64_CONSTANT (1000000000) + about.st_mtim.tv_nsec
               + about.st_size;
    }
  close (file);
  return bytes;
}

static TbIcon *
load (const char *path)
{
  TbIcon *icon = g_new0 (TbIcon, 1);
  gsize size = 0;
  g_autofree char *bytes = read_file (path, &size, &icon->stamp, &icon->error);
  icon->rasters = g_hash_table_new_full (NULL, NULL, NULL,
                                         (GDestroyNotify) cairo_surface_destroy);
  if (bytes != NULL && !g_utf8_validate (bytes, (gssize) size, NULL))
    g_set_error (&icon->error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s is no text", path);
  else if (bytes != NULL)
    tb_svg_clean (bytes, size, &icon->svg, &icon->error);
  return icon;
}

static gint64
stamp_of (const char *path)
{
  struct stat about;
  if (stat (path, &about) < 0)
    return 0;
  return about.st_mtim.tv_sec * G_GINT64_CONSTANT (1000000000) + about.st_mtim.tv_nsec
         + about.st_size;
}

/* With the lock. One that changed stays for those who hold it. */
static TbIcon *
find (const char *path)
{
  if (icons == NULL)
    {
      icons = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      old = g_ptr_array_new ();
    }
  TbIcon *icon = g_hash_table_lookup (icons, path);
  if (icon != NULL && icon->stamp == stamp_of (path))
    return icon;
  if (icon != NULL)
    g_ptr_array_add (old, icon);
  icon = load (path);
  g_hash_table_insert (icons, g_strdup (path), icon);
  return icon;
}

TbIcon *
tb_icon_find (const char *name, const char *folder, GError **error)
{
  g_autofree char *path = path_of (name, folder, error);
  if (path == NULL)
    return NULL;
  g_mutex_lock (&lock);
  TbIcon *icon = find (path);
  g_mutex_unlock (&lock);
  if (icon->error != NULL)
    {
      g_set_error (error, icon->error->domain, icon->error->code, "%s", icon->error->message);
      return NULL;
    }
  return icon;
}

static int
by_name (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

char **
tb_icon_names (void)
{
  g_autofree char *folder = tb_icon_folder ();
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  GPtrArray *names = g_ptr_array_new ();
  const char *file;
  while (dir != NULL && (file = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (file, ".svg") && file[0] != '.')
      g_ptr_array_add (names, g_strndup (file, strlen (file) - 4));
  g_ptr_array_sort (names, by_name);
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (names, FALSE);
}

void
tb_icons_check (const TbModel *model, const char *folder, TbProblems *problems)
{
  static const TbKind kinds[] = { TB_KIND_COMPONENT, TB_KIND_STYLE };
  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    for (guint i = 0; i < tb_model_count (model, kinds[k]); i++)
      {
        const TbElement *element = tb_model_nth (model, kinds[k], i);
        const char *name = tb_element_get (element, TB_PROP_ICON);
        g_autoptr (GError) error = NULL;
        if (name == NULL || *name == '\0' || tb_icon_find (name, folder, &error) != NULL)
          continue;
        tb_problems_add (problems, TB_SEVERITY_WARNING, "icon", tb_element_uid (element),
                         tb_element_line (element), tb_element_column (element),
                         "%s: its icon %s cannot be shown: %s", tb_element_title (element), name,
                         error->message);
      }
}
