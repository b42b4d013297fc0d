#include "recent.h"

#include <gtk/gtk.h>

static int
by_visit (gconstpointer a, gconstpointer b)
{
  return g_date_time_compare (gtk_recent_info_get_modified ((GtkRecentInfo *) b),
                              gtk_recent_info_get_modified ((GtkRecentInfo *) a));
}

static void
recent_file_free (gpointer data)
{
  TbRecentFile *file = data;
  g_free (file->path);
  g_free (file);
}

GPtrArray *
tb_recent_files (guint max)
{
  GPtrArray *files = g_ptr_array_new_with_free_func (recent_file_free);
  GList *all = gtk_recent_manager_get_items (gtk_recent_manager_get_default ());
  all = g_list_sort (all, by_visit);
  for (GList *l = all; l && files->len < max; l = l->next)
    {
      char *path = g_filename_from_uri (gtk_recent_info_get_uri (l->data), NULL, NULL);
      if (path && gtk_recent_info_has_application (l->data, g_get_application_name ()))
        {
          TbRecentFile *file = g_new (TbRecentFile, 1);
          *file = (TbRecentFile){ path, !g_file_test (path, G_FILE_TEST_IS_REGULAR) };
          g_ptr_array_add (files, file);
        }
      else
        g_free (path);
    }
  g_list_free_full (all, (GDestroyNotify) gtk_recent_info_unref);
  return files;
}

void
tb_recent_add (const char *path)
{
  g_autofree char *whole = g_canonicalize_filename (path, NULL);
  g_autofree char *uri = g_filename_to_uri (whole, NULL, NULL);
  GtkRecentData data = { .mime_type = (char *) "application/xml",
                         .app_name = (char *) g_get_application_name (),
                         .app_exec = (char *) "tierboard-editor %f" };
  if (uri)
    gtk_recent_manager_add_full (gtk_recent_manager_get_default (), uri, &data);
}
