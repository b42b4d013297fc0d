/* tierboard schema: the schema table, as others read it. */
#include <stdio.h>

#include "cli.h"
#include "tb-model.h"

/* libFuzzer's dictionary: every element and attribute name, every word of a choice. */
static void
print_dictionary (void)
{
  puts ("# Made from the schema table by “tierboard schema --dictionary”: do not edit.");
  puts ("\"xmlns=\\\"urn:tierboard:1\\\"\"\n\"<!--\"\n\"-->\"\n\"<![CDATA[\"\n\"]]>\"\n\"<!DOCTYPE\"\n"
        "\"<!ENTITY\"\n\"&amp;\"\n\"<?xml\"");
  for (guint kind = TB_KIND_NONE + 1; kind < TB_N_KINDS; kind++)
    {
      const TbKindSpec *spec = tb_schema_kind ((TbKind) kind);
      printf ("\"<%s\"\n", spec->name);
      for (guint i = 0; i < spec->n_props; i++)
        {
          g_auto (GStrv) words = g_strsplit (spec->props[i].choices != NULL ? spec->props[i].choices
                                                                            : "",
                                             " ", -1);
          if (spec->props[i].type != TB_TYPE_TEXT)
            printf ("\" %s=\\\"\"\n", spec->props[i].name);
          for (guint w = 0; words[w] != NULL && *words[w] != '\0'; w++)
            printf ("\"%s\"\n", words[w]);
        }
    }
}

int
tb_cmd_schema (int argc, char **argv)
{
  gboolean dictionary = FALSE, rng = FALSE;
  const GOptionEntry entries[] = {
    { "rng", 0, 0, G_OPTION_ARG_NONE, &rng, "As RELAX NG (as it does anyway)", NULL },
    { "dictionary", 0, 0, G_OPTION_ARG_NONE, &dictionary, "As a dictionary for fuzzers", NULL },
    { NULL },
  };
  if (!tb_cli_options (&argc, &argv, "", "Prints the schema of drawings.", entries))
    return TB_EXIT_REFUSED;
  g_autofree char *text = tb_schema_to_rng ();
  if (dictionary)
    print_dictionary ();
  else
    fputs (text, stdout);
  return TB_EXIT_YES;
}
