/* tierboard edit [FILE]: becomes the editor. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "tb-model.h"

static gboolean
have_display (void)
{
  const char *wayland = g_getenv ("WAYLAND_DISPLAY"), *x11 = g_getenv ("DISPLAY");
  return (wayland != NULL && *wayland != '\0') || (x11 != NULL && *x11 != '\0');
}

int
tb_cli_exec_editor (const char *file)
{
  g_autofree char *editor = tb_program_path ("tierboard-editor");
  if (!g_file_test (editor, G_FILE_TEST_IS_EXECUTABLE))
    tb_cli_error ("the editor is not installed here (%s); “tierboard --help” lists what works "
                  "without it", editor);
  else if (!have_display ())
    tb_cli_error ("there is no display to open the editor on (neither DISPLAY nor WAYLAND_DISPLAY is "
                  "set); “tierboard run FILE” works in a terminal");
  else
    {
      execl (editor, editor, file, NULL);
      tb_cli_error ("cannot start %s: %s", editor, g_strerror (errno));
    }
  return TB_EXIT_FAILED;
}

int
tb_cmd_edit (int argc, char **argv)
{
  if (!tb_cli_options (&argc, &argv, "[FILE]", "Opens the editor.", NULL))
    return TB_EXIT_REFUSED;
  if (argc > 2)
    {
      tb_cli_error ("the editor opens one file at a time; “%s” is one too many", argv[2]);
      return TB_EXIT_REFUSED;
    }
  return tb_cli_exec_editor (argc > 1 ? argv[1] : NULL);
}
