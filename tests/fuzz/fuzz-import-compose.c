/* Any bytes at all as a Compose file, and behind a zero byte each as the .env and the Dockerfile in its folder. */
#include <glib/gstdio.h>
#include <string.h>

#include "fuzz-import.h"

static void
write_file (const char *folder, const char *name, const char *bytes, gsize size)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_assert_true (g_file_set_contents_full (path, bytes, (gssize) size, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
}

static void
remove_file (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_remove (path);
}

static void
read_compose (const char *bytes, gsize size, const char *folder)
{
  const TbImportSource source = { "compose.yaml", folder, bytes, size };
  g_autoptr (GPtrArray) dropped = tb_problems_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (TbDocument) document = tb_import_bytes (&source, "compose", dropped, &error);
  fuzz_import_check (document, error);
}

/* files: .env, a zero byte, the Dockerfile. */
static void
read_in_folder (const char *bytes, gsize size, const char *files, gsize n)
{
  g_autofree char *folder = g_dir_make_tmp ("fuzz-compose-XXXXXX", NULL);
  g_assert_nonnull (folder);
  const char *zero = memchr (files, 0, n);
  write_file (folder, ".env", files, zero != NULL ? (gsize) (zero - files) : n);
  if (zero != NULL)
    write_file (folder, "Dockerfile", zero + 1, n - (gsize) (zero + 1 - files));
  read_compose (bytes, size, folder);
  remove_file (folder, ".env");
  remove_file (folder, "Dockerfile");
  g_rmdir (folder);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const char *bytes = (const char *) data, *zero = size > 0 ? memchr (bytes, 0, size) : NULL;
  /* In UTF-16 there are zeros everywhere. */
  gboolean wide = size >= 2 && (data[0] >= 0xfe || data[0] == 0 || data[1] == 0);
  if (zero == NULL || wide)
    read_compose (bytes, size, NULL);
  else
    read_in_folder (bytes, (gsize) (zero - bytes), zero + 1, (gsize) (bytes + size - zero - 1));
  return 0;
}
