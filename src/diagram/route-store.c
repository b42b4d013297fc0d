/* A folder of routes, named by what they are of. It may be emptied at any time; what is broken or
 * cannot be written is as if it were not there. */
#include "tb-diagram.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <utime.h>

#define LARGEST (32 * 1024 * 1024) /* of one picture */
#define MOST (96 * 1024 * 1024)    /* of all: the least recently used go first */

static char *
folder (void)
{
  return g_build_filename (g_get_user_cache_dir (), "tierboard", "routes", NULL);
}

GBytes *
tb_route_store_get (const char *name)
{
  g_autofree char *dir = folder (), *path = g_build_filename (dir, name, NULL);
  g_autoptr (GMappedFile) file = g_mapped_file_new (path, FALSE, NULL);
  if (file == NULL || g_mapped_file_get_length (file) > LARGEST)
    return NULL;
  g_autoptr (GBytes) mapped = g_mapped_file_get_bytes (file);
  gsize size;
  gconstpointer bytes = g_bytes_get_data (mapped, &size);
  g_utime (path, NULL);
  /* Of its own: somebody may cut the file short while it is mapped. */
  return g_bytes_new (bytes, size);
}

typedef struct
{
  char *path;
  gint64 used, size;
} Kept;

static void
free_kept (gpointer data)
{
  Kept *kept = data;
  g_free (kept->path);
}

static int
latest_first (gconstpointer a, gconstpointer b)
{
  const Kept *x = a, *y = b;
  return x->used > y->used ? -1 : x->used < y->used;
}

static void
make_room (const char *dir)
{
  g_autoptr (GDir) entries = g_dir_open (dir, 0, NULL);
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (Kept));
  const char *name;
  gint64 total = 0;
  g_array_set_clear_func (all, free_kept);
  while (entries != NULL && (name = g_dir_read_name (entries)) != NULL)
    {
      Kept kept = { .path = g_build_filename (dir, name, NULL) };
      GStatBuf status;
      if (g_lstat (kept.path, &status) == 0 && S_ISREG (status.st_mode))
        {
          kept.used = status.st_mtime;
          kept.size = status.st_size;
          g_array_append_val (all, kept);
        }
      else
        g_free (kept.path);
    }
  g_array_sort (all, latest_first);
  for (guint i = 0; i < all->len; i++)
    {
      total += g_array_index (all, Kept, i).size;
      if (total > MOST && i > 0)
        g_unlink (g_array_index (all, Kept, i).path);
    }
}

gboolean
tb_route_store_put (const char *name, GBytes *bytes)
{
  g_autofree char *dir = folder (), *path = g_build_filename (dir, name, NULL);
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);
  if (size > LARGEST || g_mkdir_with_parents (dir, 0700) != 0
      || !g_file_set_contents_full (path, data, (gssize) size, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
                                    NULL))
    return FALSE;
  make_room (dir);
  return TRUE;
}

TbScene *
tb_scene_new_stored (const TbModel *model, const char *view_id)
{
  if (tb_model_count (model, TB_KIND_LINK) < TB_ROUTES_STORED_FROM)
    return tb_scene_new (model, view_id);
  TbScene *scene = tb_scene_new_unrouted (model, view_id);
  g_autofree char *name = tb_scene_routes_name (scene);
  g_autoptr (GBytes) stored = tb_route_store_get (name);
  if (stored != NULL && tb_scene_load_routes (scene, stored, NULL))
    return scene;
  tb_scene_route_on (scene, NULL);
  g_autoptr (GBytes) found = tb_scene_save_routes (scene);
  if (found != NULL)
    tb_route_store_put (name, found);
  return scene;
}
