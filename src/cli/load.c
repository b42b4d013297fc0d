/* Drawings that commands are given. */
#include "load.h"

#include <string.h>

#include "tb-import.h"

/* A file of another format by its content; NULL where it is none. It is read once more: that happens only after it
 * could not be taken. */
static const TbImportFormat *
foreign_format (const char *path)
{
  g_autoptr (GBytes) bytes = g_file_test (path, G_FILE_TEST_IS_REGULAR) ? tb_file_read (path, NULL) : NULL;
  gsize size = 0;
  const char *data = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;
  return size > 0 && !tb_import_is_own (data, size) ? tb_import_recognise (NULL, data, size) : NULL;
}

TbDocument *
tb_cli_load (const char *path, TbProblems *problems, GError **error)
{
  g_autoptr (GError) failed = NULL;
  TbDocument *document = tb_document_load (path, problems, &failed);
  const TbImportFormat *format = document == NULL ? foreign_format (path) : NULL;
  if (format != NULL)
    {
      g_autofree char *base = g_path_get_basename (path);
      char *dot = strrchr (base, '.');
      if (dot != NULL && dot != base)
        *dot = '\0';
      g_clear_error (&failed);
      g_set_error (&failed, TB_IMPORT_ERROR, TB_IMPORT_ERROR_UNKNOWN,
                   "%s: it is a file for %s and no drawing yet: “tierboard import %s -o %s.tierboard” makes one of it", path,
                   format->label, path, base);
      if (problems != NULL)
        {
          g_ptr_array_set_size (problems, 0);
          tb_problems_add (problems, TB_SEVERITY_ERROR, "foreign", 0, 0, 0, "%s", failed->message + strlen (path) + 2);
        }
    }
  if (failed != NULL)
    g_propagate_error (error, g_steal_pointer (&failed));
  return document;
}
