/* tierboard-editor [FILE…] */
#include "application.h"

int
main (int argc, char **argv)
{
  g_set_application_name ("Tierboard");
  g_set_prgname ("tierboard-editor");
  g_autoptr (TbApplication) application = tb_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
