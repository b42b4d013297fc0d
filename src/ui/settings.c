#include "settings.h"

#define GROUP "window"

static char *
settings_path (void)
{
  return g_build_filename (g_get_user_config_dir (), "tierboard", "editor.ini", NULL);
}

static GKeyFile *
settings (void)
{
  static GKeyFile *file;
  if (file)
    return file;
  g_autofree char *path = settings_path ();
  file = g_key_file_new ();
  g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL);
  return file;
}

int
tb_settings_get (const char *key, int fallback)
{
  g_autoptr (GError) error = NULL;
  int value = g_key_file_get_integer (settings (), GROUP, key, &error);
  return error ? fallback : value;
}

void
tb_settings_set (const char *key, int value)
{
  g_key_file_set_integer (settings (), GROUP, key, value);
}

char *
tb_settings_get_text (const char *key)
{
  return g_key_file_get_string (settings (), GROUP, key, NULL);
}

void
tb_settings_set_text (const char *key, const char *text)
{
  g_key_file_set_string (settings (), GROUP, key, text);
}

void
tb_settings_write (void)
{
  g_autofree char *path = settings_path (), *folder = g_path_get_dirname (path);
  if (g_mkdir_with_parents (folder, 0700) == 0)
    g_key_file_save_to_file (settings (), path, NULL);
}
