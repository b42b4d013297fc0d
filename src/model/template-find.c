/* Where component templates lie: a person's own before the system's, before those that come with us. */
#include <glib/gstdio.h>
#include <string.h>

#include "tb-model.h"
#include "tb-template.h"

#define TEMPLATE_MAX (1 << 20)
/* A large drawing asks for each of its components at once. */
#define LOOK_EVERY_US (G_USEC_PER_SEC / 4)

/* One that was read, and what its file was like then: who edits a template need not start anew. What it
 * came in the place of is kept behind it, as somebody may still hold that. */
typedef struct Known
{
  char *path;
  gint64 size, changed_ns;
  gint64 looked_us;
  TbTemplate *template;
  struct Known *before;
} Known;

/* ---- Folders ----------------------------------------------------------------------------------- */

char *
tb_template_user_folder (void)
{
  return g_build_filename (g_get_user_data_dir (), "tierboard", "components", NULL);
}

/* The first wins. */
static GStrv
folders (void)
{
  g_autoptr (GStrvBuilder) list = g_strv_builder_new ();
  g_autofree char *own = tb_template_user_folder (), *ours = tb_data_path ("components");
  g_strv_builder_add (list, own);
  for (const char *const *dir = g_get_system_data_dirs (); *dir != NULL; dir++)
    {
      g_autofree char *folder = g_build_filename (*dir, "tierboard", "components", NULL);
      g_strv_builder_add (list, folder);
    }
  g_strv_builder_add (list, ours);
  return g_strv_builder_end (list);
}

static void
add_names (GHashTable *names, const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *entry;
  while (dir != NULL && (entry = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (entry, ".xml"))
      {
        g_autofree char *name = g_strndup (entry, strlen (entry) - strlen (".xml"));
        if (tb_id_is_valid (name))
          g_hash_table_add (names, g_steal_pointer (&name));
      }
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

GStrv
tb_template_names (void)
{
  g_auto (GStrv) all = folders ();
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (char **folder = all; *folder != NULL; folder++)
    add_names (names, *folder);
  guint n;
  GStrv list = (GStrv) g_hash_table_get_keys_as_array (names, &n);
  g_hash_table_steal_all (names);
  qsort (list, n, sizeof *list, compare_names);
  return list;
}

/* ---- Finding ----------------------------------------------------------------------------------- */

static gboolean
no_such_template (const char *name, GError **error)
{
  g_auto (GStrv) names = tb_template_names ();
  g_autofree char *list = g_strjoinv (", ", names);
  g_set_error (error, TB_MODEL_ERROR, TB_MODEL_ERROR_VALUE, "there is no template “%s” (there are: %s)",
               name, *list != '\0' ? list : "none");
  return FALSE;
}

/* The file of that name in the first folder that has one; NULL. (transfer full) */
static char *
path_of (const char *name, GStatBuf *file)
{
  if (!tb_id_is_valid (name))
    return NULL;
  g_auto (GStrv) all = folders ();
  g_autofree char *entry = g_strconcat (name, ".xml", NULL);
  for (char **folder = all; *folder != NULL; folder++)
    {
      g_autofree char *path = g_build_filename (*folder, entry, NULL);
      if (g_stat (path, file) == 0 && S_ISREG (file->st_mode))
        return g_steal_pointer (&path);
    }
  return NULL;
}

static TbTemplate *
load (const char *name, const char *path, GError **error)
{
  g_autofree char *xml = NULL;
  gsize size = 0;
  if (!g_file_get_contents (path, &xml, &size, error))
    return NULL;
  if (size > TEMPLATE_MAX)
    {
      g_set_error (error, TB_MODEL_ERROR, TB_MODEL_ERROR_TOO_LARGE, "%s is too large for a template",
                   path);
      return NULL;
    }
  g_autoptr (TbTemplate) template = tb_template_parse (path, xml, (gssize) size, error);
  if (template != NULL && !g_str_equal (template->name, name))
    {
      g_set_error (error, TB_MODEL_ERROR, TB_MODEL_ERROR_VALUE,
                   "%s: the template is called “%s”, and its file “%s.xml”", path, template->name, name);
      return NULL;
    }
  return g_steal_pointer (&template);
}

static gint64
changed_ns (const GStatBuf *file)
{
  return file->st_mtim.tv_sec * G_GINT64_CONSTANT (1000000000) + file->st_mtim.tv_nsec;
}

static const TbTemplate *
remember (GHashTable *known, char *path, const GStatBuf *file, TbTemplate *template)
{
  Known *k = g_new0 (Known, 1);
  *k = (Known) { path, file->st_size, changed_ns (file), g_get_monotonic_time (), template,
                 g_hash_table_lookup (known, template->name) };
  g_hash_table_replace (known, template->name, k);
  return template;
}

const TbTemplate *
tb_template_find (const char *name, GError **error)
{
  static GMutex lock;
  static GHashTable *known;
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);
  GStatBuf file;
  if (known == NULL)
    known = g_hash_table_new (g_str_hash, g_str_equal);
  Known *k = g_hash_table_lookup (known, name);
  if (k != NULL && g_get_monotonic_time () - k->looked_us < LOOK_EVERY_US)
    return k->template;
  g_autofree char *path = path_of (name, &file);
  if (path == NULL)
    {
      no_such_template (name, error);
      return NULL;
    }
  if (k != NULL && g_str_equal (k->path, path) && k->size == file.st_size
      && k->changed_ns == changed_ns (&file))
    {
      k->looked_us = g_get_monotonic_time ();
      return k->template;
    }
  TbTemplate *template = load (name, path, error);
  return template != NULL ? remember (known, g_steal_pointer (&path), &file, template) : NULL;
}
