/* Where our data and programs lie: beside us in a build tree, else installed. */
#include <unistd.h>

#include "config.h"
#include "tb-model.h"

/* NULL where it cannot be known. */
static char *
own_directory (void)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  return self != NULL ? g_path_get_dirname (self) : NULL;
}

static gboolean
runs_from_build_tree (void)
{
  g_autofree char *directory = own_directory ();
  return directory != NULL && g_str_has_prefix (directory, TB_BUILD_ROOT "/");
}

char *
tb_data_path (const char *relative)
{
  const char *chosen = g_getenv ("TIERBOARD_DATA");
  if (chosen != NULL && *chosen != '\0')
    return g_build_filename (chosen, relative, NULL);
  return g_build_filename (runs_from_build_tree () ? TB_SOURCE_DATADIR : TB_DATADIR, relative,
                           NULL);
}

/* Tests of the build tree lie elsewhere in it than the programs. */
char *
tb_program_path (const char *name)
{
  g_autofree char *directory = own_directory ();
  g_autofree char *beside = directory != NULL ? g_build_filename (directory, name, NULL) : NULL;
  if (beside != NULL && access (beside, X_OK) == 0)
    return g_steal_pointer (&beside);
  if (runs_from_build_tree ())
    return g_build_filename (TB_BUILD_ROOT, "src", "programs", name, NULL);
  return g_build_filename (TB_LIBEXECDIR, name, NULL);
}
