/* Runs a fuzz target over the files of folders: what every test run does, without a fuzzer. */
#include <glib.h>
#include <stdint.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static guint
replay_file (const char *path)
{
  g_autofree char *bytes = NULL;
  gsize size;
  if (!g_file_get_contents (path, &bytes, &size, NULL))
    return 0;
  LLVMFuzzerTestOneInput ((const uint8_t *) bytes, size);
  return 1;
}

static guint
replay_folder (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;
  guint n = 0;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);
      n += g_file_test (file, G_FILE_TEST_IS_DIR) ? replay_folder (file) : replay_file (file);
    }
  return n;
}

int
main (int argc, char **argv)
{
  guint n = 0;
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  for (int i = 1; i < argc; i++)
    n += replay_folder (argv[i]);
  printf ("%s %u inputs replayed\n1..1\n", n > 0 ? "ok 1" : "not ok 1", n);
  return n > 0 ? 0 : 1;
}
