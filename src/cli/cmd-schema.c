/* tierboard schema: the schema table, as others read it. */
#include <stdio.h>

#include "cli.h"
#include "tb-model.h"

int
tb_cmd_schema (int argc, char **argv)
{
  gboolean dictionary = FALSE, markdown = FALSE, rng = FALSE;
  const GOptionEntry entries[] = {
    { "rng", 0, 0, G_OPTION_ARG_NONE, &rng, "As RELAX NG (as it does anyway)", NULL },
    { "dictionary", 0, 0, G_OPTION_ARG_NONE, &dictionary, "As a dictionary for fuzzers", NULL },
    { "markdown", 0, 0, G_OPTION_ARG_NONE, &markdown, "As a page for people", NULL },
    { NULL },
  };
  if (!tb_cli_options (&argc, &argv, "", "Prints the schema of drawings.", entries))
    return TB_EXIT_REFUSED;
  g_autofree char *text = dictionary ? tb_schema_to_dictionary ()
                          : markdown ? tb_schema_to_markdown ()
                                     : tb_schema_to_rng ();
  fputs (text, stdout);
  return TB_EXIT_YES;
}
